"""What a page must be once a browser has drawn it; `soundness` judges what it must be before that."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

AXE = (Path(__file__).resolve().parents[1] / "browser" / "vendor" / "axe.min.js").read_text(encoding="utf-8")
WIDTHS = (320, 390, 768, 1280)
EXTREMES = (320, 1280)
SMALLEST_TARGET = 24

_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
_OF_COLOUR = ["color-contrast", "link-in-text-block"]

_UNFOLD = "document.querySelectorAll('main details').forEach((one) => { one.open = true; })"

_SHAPE = """(smallest) => {
  const found = [];
  const name = (one) => `<${one.tagName.toLowerCase()} id="${one.id}" class="${one.getAttribute("class") || ""}"> ` +
    one.textContent.trim().slice(0, 40);
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > room) {
    const wide = [...document.body.querySelectorAll("*")].filter((one) => one.getBoundingClientRect().right > room + 1);
    found.push(`scrolls sideways: ${wide.slice(0, 3).map(name).join(" · ")}`);
  }
  const holders = "main li, main p, main dd, main td, h1, h2, h3, main .panel, main .card, .pill, .vote";
  for (const one of document.querySelectorAll(holders))
    if (one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX === "visible" &&
      getComputedStyle(one).display !== "inline" && !one.closest(".vh, .tw"))
      found.push(`does not hold what is in it: ${name(one)}`);
  const inText = (one) => getComputedStyle(one).display === "inline" &&
    [...one.parentElement.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
  for (const one of document.querySelectorAll("a[href], button, input, select, textarea, summary")) {
    const label = one.labels && one.matches("[type=checkbox], [type=radio]") && one.closest("label");
    const box = (label || one).getBoundingClientRect();
    if (one.matches("[type=hidden], [aria-hidden] *, .skip") || one.getAttribute("aria-hidden") || !box.width ||
      getComputedStyle(one).visibility === "hidden" || inText(one)) continue;
    if (Math.min(box.width, box.height) < smallest)
      found.push(`a target of ${Math.round(box.width)} × ${Math.round(box.height)} px: ${name(one)}`);
  }
  return found;
}"""

_WORDS = """() => ({
  lang: document.documentElement.lang,
  headings: [...document.querySelectorAll("h1")].map((one) => one.textContent.trim()),
})"""


def unfold(page: Page) -> None:
    """Open whatever is folded away: it is part of the page."""
    page.evaluate(_UNFOLD)


def accessibility(page: Page, *, colours: bool = True, only_colours: bool = False) -> Iterator[str]:
    """Say what axe-core objects to, by WCAG 2.0–2.2 A and AA and by good practice.

    Its rules about colours take half of its time: they can be left out where the same colours were judged already, or
    be all that is asked where nothing but the colours has changed.
    """
    rules: dict[str, Any] = {"runOnly": {"type": "tag", "values": _TAGS}, "resultTypes": ["violations"]}
    rules["rules"] = {"target-size": {"enabled": True}, **{rule: {"enabled": colours} for rule in _OF_COLOUR}}
    if only_colours:
        rules = {"runOnly": {"type": "rule", "values": _OF_COLOUR}, "resultTypes": ["violations"]}
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(AXE)
    found: dict[str, Any] = page.evaluate("rules => axe.run(document, rules)", rules)
    for violation in found["violations"]:
        places = [" ".join(map(str, node["target"])) for node in violation["nodes"]]
        detail = violation["nodes"][0].get("failureSummary", "").replace("\n", " ")
        yield f"{violation['id']} ({violation['help']}): {', '.join(places[:4])}: {detail[:240]}"


def shape(page: Page, widths: tuple[int, ...] = WIDTHS) -> Iterator[str]:
    """Say what does not fit a screen, or a finger, and at which widths."""
    found: dict[str, list[int]] = {}
    for width in widths:
        page.set_viewport_size({"width": width, "height": 844})
        for fault in dict.fromkeys(page.evaluate(_SHAPE, SMALLEST_TARGET)):
            found.setdefault(fault, []).append(width)
    yield from (f"at {seen} px {fault}" for fault, seen in found.items())


def words(page: Page, lang: str) -> Iterator[str]:
    """Say what is wrong with heading and language."""
    said = page.evaluate(_WORDS)
    if said["lang"] != lang:
        yield f"html says lang={said['lang']!r}"
    if len(said["headings"]) != 1:
        yield f"{len(said['headings'])} h1: {said['headings']}"
