/* All the JavaScript of our own. Every page works without it: it adds news of what is going on, and comfort.
   Plain ES2019, no build. It runs at the end of <body>, before htmx, so that a CDN that never answers is noticed. */
(() => {
  "use strict";
  const on = (name, act) => document.addEventListener(name, act);
  const all = (selector, act) => document.querySelectorAll(selector).forEach(act);
  const toasts = document.getElementById("toasts");

  /* Say something in the status region, from a <template> of the page; never the same thing twice at once. */
  const say = (template, text) => {
    all(`#toasts [data-from="${template}"]`, (old) => old.remove());
    const toast = document.getElementById(template).content.firstElementChild.cloneNode(true);
    if (text) toast.querySelector("p").textContent = text;
    toast.dataset.from = template;
    pin();
    toasts.append(toast);
  };
  /* From the first answer that changes only a part of the page, messages must be in sight wherever she has scrolled. */
  const pin = () => toasts.classList.add("toasts--pin");

  /* htmx: who is waiting, what went wrong, and no polling for a page nobody looks at. */
  const busy = (state) => ({ detail: { ctx } }) => {
    if (!ctx || !ctx.target || !ctx.target.setAttribute) return;
    pin();
    if (state) ctx.target.setAttribute("aria-busy", "true");
    else ctx.target.removeAttribute("aria-busy");
  };
  on("htmx:before:request", busy(true));
  on("htmx:finally:request", busy(false));
  on("htmx:error", () => say("offline"));
  on("htmx:response:error", ({ detail: { ctx } }) => {
    const spoken = ctx.response.status === 422 || ctx.text.includes("<hx-partial");
    if (!spoken) say("offline"); /* a proxy's page, which is not swapped */
  });
  on("htmx:config:request", (event) => {
    if (document.hidden && event.detail.ctx.sourceEvent.type === "every") event.preventDefault();
  });

  /* The CDN failed, was blocked, or has said nothing for three seconds: our own copy. */
  const local = document.querySelector('meta[name="htmx-local"]');
  const useLocal = () => {
    if (!local || window.htmx || document.getElementById("htmx-local")) return;
    const script = document.createElement("script");
    script.id = "htmx-local";
    script.src = local.content;
    /* While the parser still waits for the CDN, htmx would wait with it: start it by hand. */
    script.onload = () => document.readyState === "loading" && window.htmx.process(document.body);
    document.head.append(script);
  };
  document.addEventListener("error", (event) => event.target.id === "htmx-cdn" && useLocal(), true);
  setTimeout(useLocal, 3000);

  /* A plain form is sent once. The button keeps its focus; going back, or ten seconds of silence, free it. */
  const sent = new Map();
  const release = (form) => {
    if (sent.get(form)) sent.get(form).removeAttribute("aria-disabled");
    sent.delete(form);
  };
  on("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.getAttribute("method") !== "post") return;
    if (sent.has(form)) return event.preventDefault();
    sent.set(form, event.submitter);
    if (event.submitter) event.submitter.setAttribute("aria-disabled", "true");
    setTimeout(release, 10000, form);
  });
  window.addEventListener("pageshow", () => [...sent.keys()].forEach(release));

  /* Buttons that need a script are hidden in the HTML, and shown where the browser can do what they promise. */
  const can = { copy: navigator.clipboard, share: navigator.share, print: window.print };
  const reveal = () => Object.keys(can).forEach((deed) => {
    if (can[deed]) all(`[data-${deed}][hidden]`, (button) => { button.hidden = false; });
  });
  on("click", ({ target }) => {
    const button = target.closest("[data-copy],[data-share],[data-print],[data-close]");
    if (!button) return;
    const { copy, copied, share, print, close } = button.dataset;
    if (copy !== undefined) navigator.clipboard.writeText(copy).then(() => say("said", copied));
    if (share !== undefined) navigator.share({ title: document.title, url: share || location.href }).catch(() => {});
    if (print !== undefined) window.print();
    if (close !== undefined) {
      button.closest(".flash").remove();
      document.getElementById("main").focus({ preventScroll: true });
    }
  });
  on("htmx:after:swap", reveal);
  reveal();

  /* Browsers that do not honour autofocus on a <div>: the error summary is read first all the same. */
  const summary = document.querySelector(".errsum");
  if (summary) summary.focus();
})();
