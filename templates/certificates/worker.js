/* Keeps the page that checks certificates, so that it opens without a network. Nobody's own pages are kept. */
"use strict";
const KEPT = "certificates-{{ asset("js/certificate.js") }}{{ asset("css/karavan.css") }}";
const PAGE = "{{ url_for("certificates.index") }}";
const FILES = ["{{ asset("css/karavan.css") }}", "{{ asset("js/certificate.js") }}", "{{ asset("js/karavan.js") }}"];
const take = async (cache) => {
  const page = await fetch(PAGE, { credentials: "omit", cache: "no-cache" });
  if (page.ok) await cache.put(PAGE, page);
};
self.addEventListener("install", (event) => event.waitUntil((async () => {
  const cache = await caches.open(KEPT);
  await cache.addAll(FILES);
  await take(cache);
  await self.skipWaiting();
})()));
self.addEventListener("activate", (event) => event.waitUntil((async () => {
  const old = (await caches.keys()).filter((name) => name.startsWith("certificates-") && name !== KEPT);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
})()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).then((answer) => {
      if (new URL(request.url).pathname === PAGE) event.waitUntil(caches.open(KEPT).then(take));
      return answer;
    }).catch(() => caches.match(PAGE)));
  } else if (FILES.includes(new URL(request.url).pathname)) {
    event.respondWith(caches.match(request, { ignoreSearch: true }).then((kept) => kept || fetch(request)));
  }
});
