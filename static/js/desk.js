/* The moderators' pages: single keys press the buttons of a card, and a selection becomes something to cover.
   Everything can be done without it. Plain ES2019, no build. */
(() => {
  "use strict";
  const wide = window.matchMedia("(min-width: 48rem) and (pointer: fine)");
  const typing = (element) => element.isContentEditable
    || (/^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName) && !/^(radio|checkbox)$/.test(element.type));

  /* Keys: only where the page says that they are on, never with a modifier, never while somebody is typing. */
  document.addEventListener("keydown", (event) => {
    if (!document.querySelector("[data-keys]") || !wide.matches) return;
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.isComposing || typing(event.target)) return;
    /* By its place on the keyboard, so that it works with a Kazakh or Russian layout too. */
    const key = /^Key[JKACRU]$/.test(event.code) ? event.code[3].toLowerCase() : "";
    const goal = key && document.querySelector(`[data-key="${key}"]`);
    if (!goal) return;
    event.preventDefault();
    goal.click();
  });

  /* A selection in the text, in characters as Python counts them. */
  const span = () => {
    const text = document.querySelector("[data-source]");
    const chosen = window.getSelection();
    if (!text || !chosen.rangeCount || chosen.isCollapsed) return null;
    const range = chosen.getRangeAt(0);
    if (!text.contains(range.startContainer) || !text.contains(range.endContainer)) return null;
    const before = document.createRange();
    before.selectNodeContents(text);
    before.setEnd(range.startContainer, range.startOffset);
    const start = Array.from(before.toString()).length;
    const length = Array.from(range.toString()).length;
    return length ? { value: `${start}-${start + length}`, words: range.toString() } : null;
  };
  const reveal = () => document.querySelectorAll("[data-cover]").forEach((place) => { place.hidden = false; });
  document.addEventListener("mousedown", (event) => {
    /* The press must not take the selection away before it is read. */
    if (event.target.closest("[data-cover-selection]")) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-cover-selection]");
    const found = button && span();
    if (!found) return;
    const bits = button.closest("fieldset").querySelector(".bits");
    const label = document.createElement("label");
    const box = document.createElement("input");
    const words = document.createElement("span");
    label.className = "bit";
    box.type = "checkbox";
    box.name = "span";
    box.value = found.value;
    box.checked = true;
    words.textContent = found.words;
    label.append(box, words);
    bits.append(label);
    box.dispatchEvent(new Event("change", { bubbles: true }));
  });
  document.addEventListener("htmx:after:swap", reveal);
  reveal();

  /* Whoever stays with a card has taken it, with htmx: by POST, as the button does. Leafing through takes nothing. */
  const take = () => {
    const form = document.querySelector("[data-take]");
    if (window.htmx && form) form.requestSubmit ? form.requestSubmit() : form.querySelector("button").click();
  };
  window.addEventListener("load", () => setTimeout(take, 3000));
})();
