/* Checking a certificate in the browser, with WebCrypto: nothing is sent anywhere, so it works without a network.
   The page says everything in its own words, hidden until they are true. Plain ES2019, no build. */
(() => {
  "use strict";
  const box = document.querySelector("[data-keys]");
  if (!box || !window.crypto || !crypto.subtle) return;
  const part = (name) => box.querySelector(`[data-part="${name}"]`);
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
  const names = ["kind", "key", "code", "name", "title", "first", "last", "minutes", "issued"];

  const read = (text) => {
    const found = /^([\w-]+)\.([\w-]{86})$/.exec(text.trim().split("#").pop());
    if (!found) return null;
    try {
      const payload = bytes(found[1]);
      const facts = JSON.parse(new TextDecoder().decode(payload));
      if (facts[0] !== "karavan-1" || facts.length !== names.length) return null;
      return { payload, signature: bytes(found[2]), said: Object.fromEntries(names.map((name, at) => [name, facts[at]])) };
    } catch (fault) {
      return null;
    }
  };

  const judge = async (text) => {
    const read_ = read(text);
    if (!read_) return { verdict: "unreadable" };
    const key = JSON.parse(box.dataset.keys).keys.find((one) => one.kid === read_.said.key);
    if (!key) return { verdict: "unknown" };
    const how = { name: "ECDSA", namedCurve: "P-256" };
    const jwk = { kty: key.kty, crv: key.crv, x: key.x, y: key.y };
    const imported = await crypto.subtle.importKey("jwk", jwk, how, false, ["verify"]);
    const holds = await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, imported, read_.signature, read_.payload);
    if (!holds) return { verdict: "forged" };
    const page = box.dataset.code;
    if (page && page !== read_.said.code) return { verdict: "other", said: read_.said };
    return { verdict: "genuine", said: read_.said };
  };

  /* Days in words of the page's language, as the paper has them. */
  const inWords = (day) => {
    const when = new Date(`${day}T00:00:00Z`);
    const lang = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
    return isNaN(when) ? day : when.toLocaleDateString(lang, { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  };

  const show = ({ verdict, said }) => {
    box.querySelectorAll("[data-verdict]").forEach((one) => { one.hidden = one.dataset.verdict !== verdict; });
    const facts = part("facts");
    if (facts) facts.hidden = !said;
    if (facts && said) {
      const hours = Math.floor(said.minutes / 60), rest = String(said.minutes % 60).padStart(2, "0");
      const days = [...new Set([said.first, said.last])].map(inWords).join(" – ");
      const words = { ...said, days, issued: inWords(said.issued), hours: `${hours}:${rest}` };
      facts.querySelectorAll("[data-fact]").forEach((one) => { one.textContent = words[one.dataset.fact]; });
    }
  };

  const field = part("text");
  if (field) {
    box.querySelectorAll("[data-needs-script]").forEach((one) => { one.hidden = false; });
    field.addEventListener("input", () => (field.value.trim() ? judge(field.value).then(show) : show({ verdict: "" })));
  }
  const asked = () => {
    if (location.hash.length < 100) return;
    if (field) field.value = location.hash;
    judge(location.hash).then(show);
  };
  window.addEventListener("hashchange", asked);
  asked();

  /* This page is kept for when there is no network: the camera of the phone then opens it by the code's address. */
  if ("serviceWorker" in navigator && box.dataset.worker) navigator.serviceWorker.register(box.dataset.worker).catch(() => {});
})();
