/* The service worker of the doors. It lies at /<lang>/door/worker.js, so it can look after doors and nothing else.
   It keeps no page with a name on it: only the page for when there is no net, and the files that page needs. */
"use strict";

const STORE = "karavan-door";
const PATIENCE = 5000;
const DOOR = /^\/(kk|ru|en)\/door\/([a-z0-9-]+)$/;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

const inTime = (request) => {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), PATIENCE);
  return fetch(request, { signal: giveUp.signal }).finally(() => clearTimeout(timer));
};

/* A door's page comes from the net; where there is none, the kept page stands in for it. */
const page = async (request, path) => {
  try {
    return await inTime(request);
  } catch (lost) {
    const kept = await caches.match(`${path}/offline`, { ignoreVary: true });
    if (kept) return kept;
    throw lost;
  }
};

/* Files have names that change with their content: what is kept is right. */
const file = async (request) => {
  const kept = await caches.match(request, { ignoreVary: true });
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) (await caches.open(STORE)).put(request, answer.clone());
  return answer;
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && DOOR.test(url.pathname)) event.respondWith(page(request, url.pathname));
  else if (url.pathname.startsWith("/static/")) event.respondWith(file(request));
});
