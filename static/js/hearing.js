/* The live pages of a hearing: they renew themselves every three seconds, and the clock runs between two answers.
   Everything can be done without it, with "Refresh". Plain ES2019, no build. */
(() => {
  "use strict";
  const find = (selector, inside = document) => inside.querySelector(selector);
  const all = (selector, act, inside = document) => inside.querySelectorAll(selector).forEach(act);
  const SLOWEST = 60000;
  const live = () => find("[data-poll]");

  /* The server's clock. A picture says when it was drawn; it may have lain somewhere, so the latest it can be is it. */
  let ahead = -Infinity;
  const server = () => Date.now() + ahead;
  const hear = (root) => { ahead = Math.max(ahead, Number(root.dataset.now) - Date.now()); };

  const written = (seconds) => {
    const left = Math.abs(seconds);
    const two = (value) => String(value).padStart(2, "0");
    return `${seconds < 0 ? "−" : ""}${two(Math.floor(left / 60))}:${two(left % 60)}`;
  };
  /* Drawn every second, and read aloud by nobody: role=timer, aria-live=off. */
  const tick = () => {
    all("[data-ends]", (timer) => {
      let seconds = Math.round((Number(timer.dataset.ends) - server()) / 1000);
      if (timer.dataset.stops !== undefined) seconds = Math.max(seconds, 0);
      timer.textContent = written(seconds);
      timer.classList.toggle("is-over", seconds < 0);
    });
    const clock = find("[data-clock]");
    /* The hall is in Aktau, whatever the computer believes: five hours before Greenwich, summer and winter. */
    if (clock) clock.textContent = new Date(server() + 5 * 3600000).toISOString().slice(11, 16);
  };

  /* What somebody typed outlives a lost connection, a reload and a browser that gives up; in this tab, nowhere else. */
  const store = (act) => { try { return act(window.sessionStorage); } catch { return null; } };
  const keep = () => all("[data-keep]", (field) => {
    const name = `karavan.${field.dataset.keep}`;
    const sent = field.closest("[data-sent]") || (!field.value && find("#toasts .flash--ok"));
    if (sent && !field.dataset.seen) store((kept) => kept.removeItem(name));
    else if (!field.dataset.seen) field.value = store((kept) => kept.getItem(name)) || field.value;
    field.dataset.seen = "1";
  });
  /* What the server keeps as a draft need not be kept here: what stands here is newer than any draft. */
  const drafted = (act) => ({ detail: { ctx } }) => {
    if (ctx && ctx.target && ctx.target.id === "typed") all("[data-keep]", (field) => act(field, ctx.response));
  };
  document.addEventListener("htmx:before:request", drafted((field) => { field.dataset.asked = field.value; }));
  document.addEventListener("htmx:after:swap", drafted((field, answer) => {
    if (!answer || answer.status !== 200 || field.dataset.asked !== field.value) return;
    store((kept) => kept.removeItem(`karavan.${field.dataset.keep}`));
  }));
  document.addEventListener("input", ({ target }) => {
    if (target.dataset && target.dataset.keep) store((kept) => kept.setItem(`karavan.${target.dataset.keep}`, target.value));
  });

  /* Her own marks on a list that is the same for everybody. */
  const mark = () => {
    const mine = find("#mine");
    const supported = mine ? mine.dataset.supported.split(" ") : [];
    all("[data-support]", (link) => {
      const on = supported.includes(link.dataset.support);
      link.classList.toggle("is-on", on);
      if (!mine || !window.htmx) return;
      link.setAttribute("role", "button");
      link.setAttribute("aria-pressed", String(on));
    });
  };
  document.addEventListener("keydown", (event) => {
    if (event.key !== " " || !event.target.matches("[data-support][role=button]")) return;
    event.preventDefault();
    event.target.click();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-support]");
    const press = link && find("[data-support-press]");
    if (!press || !press.form.requestSubmit || !window.htmx) return; /* the link leads to a page with the button */
    event.preventDefault();
    press.name = link.classList.contains("is-on") ? "unsupport" : "support";
    press.value = link.dataset.support;
    press.form.requestSubmit(press);
  });

  /* Put the new parts in place of those that have changed. A part that is being pressed is left alone: say so. */
  const drawn = new Map();
  const plainly = (part) => {
    const copy = part.cloneNode(true);
    all("[data-ends]", (clock) => { clock.textContent = ""; clock.classList.remove("is-over"); }, copy);
    return copy.outerHTML;
  };
  const remember = (root) => all("[data-part]", (part) => drawn.set(part.id, plainly(part)), root);
  const draw = (fresh) => {
    const root = document.getElementById(fresh.id);
    const held = find(":active", root);
    if (held && held !== root) return false;
    const said = root.dataset.said;
    const concerned = root.dataset.concerns;
    const focused = document.activeElement && root.contains(document.activeElement) ? document.activeElement.id : "";
    const parts = new Map();
    all("[data-part]", (part) => parts.set(part.id, part), fresh);
    parts.forEach((part, id) => {
      const old = document.getElementById(id);
      const html = plainly(part);
      if (old && drawn.get(id) !== html) old.replaceWith(part); /* nothing in a part is htmx's */
      drawn.set(id, html);
    });
    all("input[type=hidden]", (input) => {
      const own = find(`input[type=hidden][name="${input.name}"]`, root);
      if (own) own.value = input.value;
    }, fresh);
    Object.assign(root.dataset, fresh.dataset);
    if (focused && !root.contains(document.activeElement)) {
      const again = document.getElementById(focused);
      if (again) again.focus({ preventScroll: true });
    }
    const line = document.getElementById("hall-said");
    if (line && root.dataset.said && root.dataset.said !== said) line.textContent = root.dataset.said;
    if (root.dataset.concerns !== concerned) all("[data-mine]", (span) => span.dispatchEvent(new Event("hall-changed")));
    return true;
  };

  /* The connection is lost: say so once, ask less and less often, and come back without a word. */
  let failures = 0;
  const lost = () => {
    const template = document.getElementById("hall-lost");
    if (!template || document.getElementById("hall-trouble")) return;
    find("main").prepend(template.content.cloneNode(true));
    find("#hall-trouble").setAttribute("role", "status");
  };
  const back = () => {
    failures = 0;
    const trouble = document.getElementById("hall-trouble");
    if (trouble) trouble.remove();
  };

  let tag = "";
  let timer = 0;
  let asking = false;
  const ask = async () => {
    const root = live();
    if (!root || asking) return;
    asking = true;
    const gone = new AbortController();
    const patience = setTimeout(() => gone.abort(), 10000);
    try {
      const headers = { "HX-Request-Type": "partial" };
      if (tag) headers["If-None-Match"] = tag;
      /* What is the same for everybody is asked for without a cookie, so that one answer serves all. */
      const credentials = "personal" in root.dataset ? "same-origin" : "omit";
      const answer = await fetch(root.dataset.poll, { headers, credentials, cache: "no-store", redirect: "error", signal: gone.signal });
      if (answer.status === 200) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.getElementById(root.id);
        if (!fresh) throw new Error("no region");
        hear(fresh);
        if (draw(fresh)) tag = answer.headers.get("ETag") || "";
        mark();
        tick();
      } else if (answer.status !== 304) throw new Error(String(answer.status));
      const time = document.getElementById("hall-time");
      if (time) time.textContent = new Date(server() + 5 * 3600000).toISOString().slice(11, 16);
      back();
    } catch {
      failures += 1;
      if (failures > 1) lost();
    } finally {
      clearTimeout(patience);
      asking = false;
      plan();
    }
  };
  /* Three seconds, a little sooner or later, so that two thousand pages do not ask in the same moment. */
  const plan = (soon) => {
    clearTimeout(timer);
    const root = live();
    const seconds = root ? Number(root.dataset.seconds) : 0;
    if (!seconds) return;
    const pause = Math.min(seconds * 1000 * 2 ** Math.min(failures, 5), SLOWEST);
    timer = setTimeout(ask, soon ? 50 : pause * (.8 + Math.random() * .4));
  };
  const now = () => { if (!document.hidden) plan(true); };

  document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : now()));
  window.addEventListener("online", now);
  window.addEventListener("offline", lost);
  document.addEventListener("htmx:after:swap", () => {
    const root = live();
    if (root) {
      hear(root);
      remember(root);
    }
    keep();
    mark();
    tick();
    if (root) {
      tag = "";
      plan(true);
    }
  });

  const root = live();
  if (root) {
    hear(root);
    remember(root);
    setInterval(tick, 1000);
    tick();
    plan();
  }
  keep();
  mark();
})();
