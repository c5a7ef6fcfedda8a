/* The door on a device: codes are checked against a list of marks, scans are kept until they are sent, the camera reads.
   Every page works without it, online. Plain ES2019, no build; `door-worker.js` brings the page where there is no net.

   What lies on the device: marks (a keyed hash of each code), and their key wrapped by the PIN. No name, no code. */
(() => {
  "use strict";
  const find = (selector, inside = document) => inside.querySelector(selector);
  const root = find("[data-door]");
  const HELD = "karavan.door.pin";
  const held = (act) => { try { return act(window.sessionStorage); } catch { return null; } };

  const able = window.indexedDB && window.crypto && window.crypto.subtle;

  /* --- What is kept ------------------------------------------------------------------------------------------- */

  const base = able && new Promise((done, fail) => {
    const asked = indexedDB.open("karavan-door", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("passes", { keyPath: "door" });
      asked.result.createObjectStore("scans", { keyPath: ["pass", "number"] });
      asked.result.createObjectStore("numbers", { keyPath: "pass" });
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });
  const stored = async (name, mode, act) => {
    const change = (await base).transaction(name, mode);
    const asked = act(change.objectStore(name));
    return new Promise((done, fail) => {
      change.oncomplete = () => done(asked.result);
      change.onerror = change.onabort = () => fail(change.error);
    });
  };
  const allOf = (id) => stored("scans", "readonly", (rows) => rows.getAll(IDBKeyRange.bound([id, -Infinity], [id, Infinity])));

  /* --- Opening a pass ----------------------------------------------------------------------------------------- */

  /* Another pass takes the place of the one this device holds: what still waits is sent first, while it may be. */
  const sendBefore = async (form) => {
    const at = form.getAttribute("action").split(/\/(?:passes|pin)(?:\/|$)/)[0];
    const old = await stored("passes", "readonly", (rows) => rows.get(at.split("/").pop()));
    const rows = old ? await allOf(old.id) : [];
    for (let first = 0; first < rows.length; first += 200) {
      const some = rows.slice(first, first + 200);
      const scans = some.filter((row) => !row.undo).map((row) => ({ number: row.number, mark: row.mark, age: Math.max(0, Date.now() - row.at) / 1000, undone: Boolean(row.undone) }));
      const undone = some.filter((row) => row.undo).map((row) => row.undo);
      const fields = { scans: JSON.stringify(scans), undone: JSON.stringify(undone), csrf_token: find("input[name=csrf_token]", form).value };
      const answer = await fetch(`${at}/scans`, { method: "POST", body: new URLSearchParams(fields), credentials: "same-origin" });
      if (!answer.ok) return;
      for (const row of some) await stored("scans", "readwrite", (kept) => kept.delete([old.id, row.number]));
    }
  };
  /* The page that asks for the PIN hands it over to the next one, which takes it away at once. */
  const opening = find("[data-door-pin]");
  if (opening) held((kept) => kept.removeItem(HELD)); /* a wrong one, or one that arrived nowhere, lies no longer */
  if (opening) opening.addEventListener("submit", async (event) => {
    held((kept) => kept.setItem(HELD, find("input[name=pin]", opening).value));
    if (!able) return;
    event.preventDefault();
    await sendBefore(opening).catch(() => {});
    opening.submit();
  });
  if (!root || !able) return;

  const { door, pass: passHere, offline: keptPage, worker: workerAt } = root.dataset;
  const ROUNDS = 600000, AT_ONCE = 200, EVERY = 20000, IDLE = 20 * 60000, SAME_CODE = 4000;
  const run = String(Math.random());
  const tokens = find("input[name=csrf_token]");
  let pass = null, key = null, csrf = tokens ? tokens.value : "", lastScan = 0, lastMark = "", sending = false, usedAt = Date.now(), tried = 0;
  let marks = { seats: new Set(), others: new Set() };
  const here = new Map(); /* mark → [hour, door]: who is in already, as far as this device knows */

  const ofPass = () => IDBKeyRange.bound([pass.id, -Infinity], [pass.id, Infinity]);
  const waiting = () => allOf(pass.id);
  const remember = () => stored("passes", "readwrite", (rows) => rows.put(pass));
  const put = (scan) => stored("scans", "readwrite", (rows) => rows.put(scan));
  /* The next number for a scan; two windows of the same door must not take the same one. */
  const nextNumber = async () => {
    const change = (await base).transaction("numbers", "readwrite");
    const rows = change.objectStore("numbers");
    let number = 0;
    rows.get(pass.id).onsuccess = ({ target }) => {
      number = Math.max(pass.number, target.result ? target.result.last : 0) + 1;
      rows.put({ pass: pass.id, last: number });
    };
    return new Promise((done, fail) => {
      change.oncomplete = () => done(number);
      change.onerror = change.onabort = () => fail(change.error);
    });
  };
  const drop = (number) => stored("scans", "readwrite", (rows) => rows.delete([pass.id, number]));
  /* The doors of one site may be open in two languages: the list belongs to the event. */
  const name = door.split("/").pop();

  const forget = async () => {
    key = null;
    marks = { seats: new Set(), others: new Set() };
    if (!pass) return;
    await stored("scans", "readwrite", (rows) => rows.delete(ofPass()));
    await stored("passes", "readwrite", (rows) => rows.delete(name));
    pass = null;
  };

  /* --- Marks and the PIN -------------------------------------------------------------------------------------- */

  const bytes = (hex) => Uint8Array.from(hex.match(/../g), (two) => parseInt(two, 16));
  const text = new TextEncoder();
  const plain = (code) => {
    const typed = code.trim().split(/[?#]/)[0].split("/").pop();
    return Array.from(typed.toUpperCase()).filter((sign) => /[\p{L}\p{N}]/u.test(sign)).join("").slice(0, 12);
  };
  const markOf = async (code) => {
    const whole = new Uint8Array(await crypto.subtle.sign("HMAC", key, text.encode(plain(code)))).slice(0, 16);
    return btoa(String.fromCharCode(...whole)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  };
  const keyOf = (raw) => crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const lockOf = async (pin, salt) => {
    const material = await crypto.subtle.importKey("raw", text.encode(pin), "PBKDF2", false, ["deriveKey"]);
    const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS };
    return crypto.subtle.deriveKey(how, material, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  };
  const digits = (pin) => pin.replace(/[^0-9]/g, "");

  /* Open what lies here, with the PIN alone. A wrong PIN does not fit the lock; five wrong ones throw the list away. */
  const openKept = async (pin) => {
    try {
      const lock = await lockOf(digits(pin), pass.salt);
      key = await keyOf(await crypto.subtle.decrypt({ name: "AES-GCM", iv: pass.iv }, lock, pass.wrapped));
      pass.tries = 0;
    } catch {
      pass.tries = (pass.tries || 0) + 1;
    }
    if (pass.tries >= 5) {
      delete pass.wrapped;
      pass.seats = pass.others = [];
    }
    await remember();
    return Boolean(key);
  };

  /* --- The server --------------------------------------------------------------------------------------------- */

  class Refused extends Error {}
  const ask = async (what, fields) => {
    const body = fields && new URLSearchParams({ ...fields, csrf_token: csrf });
    const giveUp = new AbortController();
    const timer = setTimeout(() => giveUp.abort(), 15000);
    const asked = { method: fields ? "POST" : "GET", body, credentials: "same-origin", cache: "no-store", signal: giveUp.signal };
    let answer;
    try { answer = await fetch(`${door}/${what}`, asked); } finally { clearTimeout(timer); }
    /* A list is given on the day only; what was scanned in time is taken later too. */
    if (answer.status === 404 || (answer.status === 410 && what !== "list")) throw new Refused(String(answer.status));
    const said = (answer.headers.get("Content-Type") || "").includes("json") ? await answer.json() : null;
    if (!said) throw new Error(`answered ${answer.status}`);
    if (said.csrf) csrf = said.csrf;
    if (answer.status === 422 && said.stale && !ask.again) {
      ask.again = true;
      try { return await ask(what, fields); } finally { ask.again = false; }
    }
    return answer.ok ? said : { refused: true, ...said };
  };

  /* With the PIN the list comes along with its key, which is wrapped before it is kept. */
  const fetchList = async (pin) => {
    const said = await ask("list", { pin: digits(pin) });
    if (said.refused) return false;
    const salt = crypto.getRandomValues(new Uint8Array(16)), iv = crypto.getRandomValues(new Uint8Array(12));
    const raw = bytes(said.key);
    const wrapped = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await lockOf(digits(pin), salt), raw);
    key = await keyOf(raw);
    raw.fill(0);
    pass = { door: name, id: said.pass, salt, iv, wrapped, number: said.number, tries: 0 };
    takeList(said);
    await remember();
    keepPage().catch(() => {});
    return true;
  };
  const takeList = (said) => {
    const { title, name: called, expires, seats, others, list } = said;
    Object.assign(pass, { title, called, expires, seats, others, list });
    marks = { seats: new Set(seats), others: new Set(others) };
  };

  const keepPage = async () => {
    if (!("serviceWorker" in navigator) || !window.caches) return;
    await navigator.serviceWorker.register(workerAt);
    const files = performance.getEntriesByType("resource").map((one) => one.name).filter((one) => one.includes("/static/"));
    const sheets = Array.from(document.querySelectorAll("link[rel=stylesheet],script[src]"), (one) => one.href || one.src);
    const more = "BarcodeDetector" in window ? [] : [root.dataset.reader, root.dataset.decoder, root.dataset.wasm];
    const wanted = [...new Set([keptPage, ...files, ...sheets, ...more].map((one) => new URL(one, location).href))];
    const store = await caches.open("karavan-door");
    await store.addAll(wanted);
    /* Files of an older release go; the kept pages of other doors stay. */
    for (const old of await store.keys()) if (!wanted.includes(old.url) && !old.url.endsWith("/offline")) await store.delete(old);
    find("[data-ready]").hidden = false;
  };

  /* --- Scans -------------------------------------------------------------------------------------------------- */

  const result = find("#door-result"), undo = find("[data-undo]");
  const verdict = (what, facts) => {
    const said = find(`#door-${what}`).content.cloneNode(true);
    find("[data-name]", said).textContent = facts.name || "";
    find("[data-at]", said).textContent = facts.at || "";
    find("[data-where]", said).textContent = facts.door || "";
    return said;
  };
  const show = (what, facts = {}) => {
    result.replaceChildren(verdict(what, facts));
    const plainUndo = find("[data-undo-plain]");
    if (plainUndo) plainUndo.remove();
    undo.hidden = !["came", "again", "in_list"].includes(what);
    if (navigator.vibrate) navigator.vibrate(["came", "in_list"].includes(what) ? 60 : [80, 60, 80]);
  };
  const count = async () => {
    const rows = pass ? await waiting() : [];
    find("[data-waiting]").hidden = !rows.length;
    find("[data-waiting-number]").textContent = rows.length;
  };

  const scan = async (mark) => {
    usedAt = Date.now();
    const number = await nextNumber();
    [lastScan, lastMark] = [number, mark];
    await put({ pass: pass.id, number, mark, at: Date.now(), ran: running(), run });
    const known = here.get(mark);
    if (marks.others.has(mark)) show("no_seat");
    else if (!marks.seats.has(mark)) show("unknown");
    else if (known) show("again", { at: known[0], door: known[1] });
    else {
      const hour = new Date().toTimeString().slice(0, 5);
      here.set(mark, [hour, pass.called]);
      show("in_list", { at: hour });
    }
    await count();
    send();
  };
  const scanCode = async (code) => scan(await markOf(code));

  const takeBack = async () => {
    const rows = await waiting();
    const mine = rows.find((row) => row.number === lastScan);
    if (mine && !mine.sent) await put({ ...mine, undone: true });
    else await put({ pass: pass.id, number: -lastScan, undo: lastScan, ran: 0, at: Date.now(), run });
    here.delete(lastMark);
    show("undone");
    await count();
    send();
  };

  /* A phone in a pocket sleeps, and the clock of a page may stand still meanwhile: what the phone's own went on is added. */
  let slept = 0, hiddenAt = null;
  const ahead = () => Date.now() - performance.now();
  const running = () => performance.now() + slept;
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && hiddenAt !== null) slept += Math.max(0, ahead() - hiddenAt);
    hiddenAt = document.hidden ? ahead() : null;
  });

  /* Send what waits. A scan says how old it is, so that a wrong clock does not matter; sent twice, it is one scan. */
  const age = (row) => Math.max(0, row.run === run ? running() - row.ran : Date.now() - row.at) / 1000;
  const send = async () => {
    if (sending || !pass || !navigator.onLine) return;
    sending = true;
    try {
      for (;;) {
        const rows = (await waiting()).slice(0, AT_ONCE);
        if (!rows.length) break;
        const scans = rows.filter((row) => !row.undo).map((row) => ({ number: row.number, mark: row.mark, age: age(row), undone: Boolean(row.undone) }));
        const undone = rows.filter((row) => row.undo).map((row) => row.undo);
        for (const row of rows) if (!row.undo) await put({ ...row, sent: true });
        const said = await ask(`scans?after=${hear.after}`, { scans: JSON.stringify(scans), undone: JSON.stringify(undone) });
        if (said.refused) break;
        for (const row of rows) {
          const now = await stored("scans", "readonly", (kept) => kept.get([pass.id, row.number]));
          /* Undone while it was under way: what was sent stands there, and is undone next. */
          if (now && now.undone && !row.undone) await put({ pass: pass.id, number: -row.number, undo: row.number, ran: 0, at: Date.now(), run });
          await drop(row.number);
        }
        said.results.forEach(answered);
        hear(said);
      }
    } catch (fault) {
      if (fault instanceof Refused) await refuse(fault);
    } finally {
      sending = false;
      await count();
    }
  };
  /* The last scan is shown large. Of earlier ones, which the door had let in by its list, only what turned out otherwise. */
  const answered = (one) => {
    if (one.result === "undone") return;
    if (one.number === lastScan) show(one.result, one);
    else if (one.result !== "came") {
      const later = find("[data-later]");
      later.hidden = false;
      find("ul", later).append(document.createElement("li"));
      find("li:last-child", later).append(verdict(one.result, { ...one, at: one.at || one.scanned }));
    }
  };
  const refuse = async (fault) => {
    const revoked = fault.message === "410";
    if (revoked) await forget();
    key = null;
    stopCamera();
    show(revoked ? "revoked" : "moved");
    find("[data-camera]").hidden = unlocking.hidden = true;
  };

  const hear = (said) => {
    const came = find("[data-came]"), seated = find("[data-seated]");
    const silence = find("[data-no-net]");
    if (silence) silence.hidden = true;
    if (came) came.textContent = said.came;
    if (seated) seated.textContent = said.seated;
    said.arrivals.forEach(([mark, at, where]) => here.set(mark, [at, where]));
    hear.after = said.after;
    if (said.locked) lockUp();
    if (said.over) {
      lockUp();
      unlocking.hidden = true;
      show("over");
    }
    if (said.list !== (pass && pass.list)) hear.old = true;
  };
  hear.after = 0;
  const news = async () => {
    if (document.hidden || !navigator.onLine) return;
    if (key && Date.now() - usedAt > IDLE) lockUp();
    try {
      await send();
      hear(await ask(`news?after=${hear.after}`));
      if (hear.old && key) {
        hear.old = false;
        takeList(await ask("list"));
        await remember();
      }
    } catch (fault) {
      if (fault instanceof Refused) await refuse(fault);
    }
  };

  /* --- Locked and unlocked ------------------------------------------------------------------------------------ */

  const unlocking = find("[data-unlock]");
  const pinField = find("#unlock-pin");
  const lockUp = () => {
    key = null;
    unlocking.hidden = false;
    find("[data-camera]").hidden = true;
    if (root.dataset.kept !== undefined) find("[data-code-form]").hidden = true;
    stopCamera();
  };
  const unlocked = () => {
    unlocking.hidden = true;
    usedAt = Date.now();
    find("[data-camera]").hidden = !(navigator.mediaDevices && navigator.mediaDevices.getUserMedia);
    if (root.dataset.kept !== undefined) find("[data-code-form]").hidden = false;
    if (pass && find("[data-title]")) find("[data-title]").textContent = `${pass.title} · ${pass.called}`;
    send();
  };
  const enter = async (pin) => {
    let good = false;
    try {
      /* Online the server judges the PIN, and counts; offline the lock on the list does. */
      good = await fetchList(pin);
    } catch (fault) {
      if (fault instanceof Refused) return refuse(fault);
      if (pass && pass.wrapped) good = await openKept(pin);
    }
    find("[data-unlock-error]").hidden = good;
    pinField.setAttribute("aria-invalid", String(!good));
    if (good) unlocked();
    else lockUp();
    return good;
  };
  unlocking.addEventListener("submit", async (event) => {
    event.preventDefault();
    const pin = pinField.value;
    pinField.value = "";
    if (!(await enter(pin))) pinField.focus();
  });

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.matches("[data-code-form]")) {
      if (!key) {
        if (root.dataset.kept !== undefined) event.preventDefault();
        return; /* a plain form, online */
      }
      event.preventDefault();
      const field = find("[name=code]", form);
      if (!field.value.trim()) return field.focus();
      if (field.type === "hidden") {
        await scan(field.value);
        form.closest("li").remove();
      } else {
        await scanCode(field.value);
        field.value = "";
        field.focus();
      }
    } else if (form.matches("[data-name-form]") && key) {
      event.preventDefault();
      usedAt = Date.now();
      try {
        const address = `${door}?${new URLSearchParams(new FormData(form))}`;
        const answer = await fetch(address, { headers: { "HX-Request-Type": "partial" }, credentials: "same-origin", cache: "no-store" });
        const part = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("door-names");
        if (part) find("#door-names").replaceWith(part);
      } catch {
        show("off");
      }
    }
  });
  /* What the page brought along is undone as any other scan. */
  document.addEventListener("submit", (event) => {
    if (!key || !event.target.matches("[data-undo-plain]")) return;
    event.preventDefault();
    [lastScan, lastMark] = [Number(find("[name=number]", event.target).value), ""];
    takeBack();
  });
  undo.addEventListener("click", (event) => event.target.closest("[data-undo-press]") && takeBack());

  /* --- The camera --------------------------------------------------------------------------------------------- */

  const video = find("[data-video]"), on = find("[data-camera-on]"), off = find("[data-camera-off]");
  let stream = null, reader = null, seen = "", seenAt = 0;
  const ownReader = () => {
    const worker = new Worker(root.dataset.reader);
    const canvas = document.createElement("canvas");
    const there = (address) => new URL(address, location).href;
    worker.postMessage({ decoder: there(root.dataset.decoder), wasm: there(root.dataset.wasm) });
    return (picture) => new Promise((done, fail) => {
      const scale = Math.min(1, 800 / Math.max(picture.videoWidth, picture.videoHeight));
      canvas.width = Math.round(picture.videoWidth * scale);
      canvas.height = Math.round(picture.videoHeight * scale);
      const pen = canvas.getContext("2d", { willReadFrequently: true });
      pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
      const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
      worker.onmessage = ({ data: said }) => (said.fault ? fail(new Error(said.fault)) : done(said.text));
      worker.onerror = fail;
      worker.postMessage({ pixels: data.buffer, width: canvas.width, height: canvas.height }, [data.buffer]);
    });
  };
  const makeReader = async () => {
    const formats = "BarcodeDetector" in window ? await window.BarcodeDetector.getSupportedFormats().catch(() => []) : [];
    if (!formats.includes("qr_code")) return ownReader();
    const detector = new window.BarcodeDetector({ formats: ["qr_code"] });
    return async (picture) => ((await detector.detect(picture))[0] || {}).rawValue || "";
  };
  const look = async () => {
    if (!stream) return;
    try {
      const code = video.readyState >= 2 ? await reader(video) : "";
      const again = code === seen && Date.now() - seenAt < SAME_CODE;
      if (code) seenAt = Date.now();
      if (code && !again && key) {
        seen = code;
        await scanCode(code);
      }
      tried = 0;
    } catch {
      tried += 1;
      if (tried > 20) return noCamera();
    }
    setTimeout(look, 120);
  };
  const noCamera = () => {
    stopCamera();
    find("[data-camera-error]").hidden = false;
  };
  const stopCamera = () => {
    if (stream) stream.getTracks().forEach((track) => track.stop());
    stream = null;
    video.hidden = off.hidden = true;
    on.hidden = false;
  };
  on.addEventListener("click", async () => {
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
      video.srcObject = stream;
      video.hidden = off.hidden = false;
      on.hidden = true;
      find("[data-camera-error]").hidden = true;
      await video.play();
      reader = reader || (await makeReader());
      look();
    } catch {
      noCamera();
    }
  });
  off.addEventListener("click", stopCamera);

  /* --- Begin -------------------------------------------------------------------------------------------------- */

  const begin = async () => {
    pass = (await stored("passes", "readonly", (rows) => rows.get(name))) || null;
    if (pass && passHere && pass.id !== passHere) await forget(); /* another pass was opened here */
    if (pass && Date.now() / 1000 > pass.expires + 7 * 86400 && !(await waiting()).length) await forget();
    if (pass) marks = { seats: new Set(pass.seats), others: new Set(pass.others) };
    const pin = held((kept) => { const value = kept.getItem(HELD); kept.removeItem(HELD); return value; });
    if (pin) await enter(pin);
    else lockUp();
    await count();
    setInterval(news, EVERY);
    window.addEventListener("online", news);
    document.addEventListener("visibilitychange", () => (document.hidden ? stopCamera() : news()));
    if (!pin) news();
  };
  begin().catch(() => {});
})();
