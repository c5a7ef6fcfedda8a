"""A person in front of a browser, in one of three ways: with JavaScript, without it, or with a keyboard alone.

A journey is written once and walked in all three. Each way speaks another of our languages; words are given in English
and looked up in the catalogues, so that a test reads as it would be told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from playwright.sync_api import expect

from karavan.web.locale import catalogue
from tests.support.browser import path_of

if TYPE_CHECKING:
    from datetime import date

    from playwright.sync_api import Locator, Page

    from tests.support.browser import Watch
    from tests.support.site import Site

FAR = 200
"""After so many presses of Tab a thing counts as out of reach."""

_SEEN_FOCUS = """element => {
  const ring = (one) => {
    const style = one && getComputedStyle(one);
    return style && ((style.outlineStyle !== "none" && style.outlineWidth !== "0px") || style.boxShadow !== "none");
  };
  if (!ring(element) && !(element.closest(".chip, .bit") && ring(element.nextElementSibling)))
    return "has no visible focus";
  const box = element.getBoundingClientRect();
  const x = Math.min(Math.max((box.left + box.right) / 2, 1), innerWidth - 1);
  const y = Math.min(Math.max((box.top + box.bottom) / 2, 1), innerHeight - 1);
  const there = document.elementFromPoint(x, y);
  if (there && !element.contains(there) && !there.contains(element) && !(element.labels && [...element.labels].some(
    (label) => label.contains(there)))) return `is hidden by <${there.tagName} class="${there.className}">`;
  return "";
}"""


_STOPS_BETWEEN = """target => {
  const stops = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")]
    .filter((one) => one.tabIndex >= 0 && one.getClientRects().length && (one.type !== "radio" || one.checked));
  return stops.indexOf(target) - stops.indexOf(document.activeElement);
}"""


@dataclass(frozen=True)
class Way:
    """How somebody uses the site."""

    name: str
    lang: str
    javascript: bool = True
    keyboard: bool = False

    def __str__(self) -> str:
        return self.name


WITH_HTMX = Way("htmx", "kk")
PLAIN = Way("plain", "ru", javascript=False)
BY_KEYBOARD = Way("keyboard", "en", keyboard=True)
WAYS = (WITH_HTMX, PLAIN, BY_KEYBOARD)


@dataclass
class Walker:
    """Somebody who reads words and uses what they stand on."""

    site: Site
    page: Page
    watch: Watch
    way: Way

    def word(self, text: str, plural: str = "", number: int = 1) -> str:
        """Return an English sentence of ours as it stands in this person's language."""
        words = catalogue(self.way.lang)
        return words.ngettext(text, plural, number) % {"num": number} if plural else words.gettext(text)

    # --- Going somewhere ------------------------------------------------------------------------------------

    def open(self, path: str) -> None:
        """Type an address; `path` is below the language."""
        self.page.goto(f"/{self.way.lang}/{path}")

    @property
    def at(self) -> str:
        """Path and query of where the person is, without the language."""
        return path_of(self.page.url).removeprefix(f"/{self.way.lang}/")

    def comes_to(self, path: str) -> None:
        """Wait until the address is this, whatever is asked of it; a `*` stands for anything but a slash."""
        pattern = re.compile(re.escape(f"/{self.way.lang}/{path}").replace(r"\*", "[^/]+"))
        self.page.wait_for_url(lambda url: bool(pattern.fullmatch(urlsplit(url).path)))

    def reads(self, text: str, *, within: str = "main") -> None:
        """Wait until one of our sentences can be read."""
        expect(self.page.locator(within)).to_contain_text(self.word(text))

    def does_not_read(self, text: str, *, within: str = "main") -> None:
        """One of our sentences must not be there."""
        expect(self.page.locator(within)).not_to_contain_text(self.word(text))

    # --- Using things ---------------------------------------------------------------------------------------

    def button(self, text: str) -> Locator:
        """Return the button with these words."""
        return self.page.get_by_role("button", name=self.word(text), exact=True)

    def link(self, text: str, *, within: str = "body") -> Locator:
        """Return the link with these words."""
        return self.page.locator(within).get_by_role("link", name=self.word(text), exact=True)

    def press(self, text: str) -> None:
        """Press the button with these words."""
        self.use(self.button(text))

    def follow(self, text: str, *, within: str = "body") -> None:
        """Follow the link with these words."""
        self.use(self.link(text, within=within))

    def use(self, thing: Locator) -> None:
        """Click it, or go there by Tab and press Enter."""
        if self.way.keyboard:
            self.reach(thing)
            self.page.keyboard.press("Enter")
        else:
            thing.click()

    def write(self, name: str, text: str) -> None:
        """Write into the field of this name, in place of what stands there."""
        field = self.page.locator(f'[name="{name}"]:not([type=hidden])')
        if self.way.keyboard:
            self.reach(field)
            self.page.keyboard.press("Control+A")
            self.page.keyboard.type(text)
        else:
            field.fill(text)

    def write_day(self, name: str, day: date) -> None:
        """Write a day; typed digit by digit in the order in which an American browser asks for them."""
        field = self.page.locator(f'[name="{name}"]')
        if self.way.keyboard:
            self.reach(field)
            self.page.keyboard.type(f"{day:%m%d%Y}")
        else:
            field.fill(day.isoformat())
        expect(field).to_have_value(day.isoformat())

    def tick(self, name: str, value: str = "") -> None:
        """Tick or untick the box of this name, or choose the first of its choices (or the one with this value)."""
        wanted = f'[name="{name}"]' + (f'[value="{value}"]' if value else "")
        box = self.page.locator(wanted).first
        before = box.is_checked()
        if self.way.keyboard:
            self.reach(box)
            self.page.keyboard.press("Space")
        else:
            box.click()
        expect(box).to_be_checked(checked=not before)

    def choose(self, name: str, value: str) -> None:
        """Choose one of a few radio buttons; with the keyboard, by the arrows from the one that is chosen."""
        choice = self.page.locator(f'[name="{name}"][value="{value}"]')
        if self.way.keyboard:
            choices = self.page.locator(f'[name="{name}"]')
            chosen = self.page.locator(f'[name="{name}"]:checked')
            self.reach(chosen if chosen.count() else choices.first)
            for _ in range(choices.count()):
                if not choice.is_checked():
                    self.page.keyboard.press("ArrowDown")
        else:
            choice.click()
        expect(choice).to_be_checked()

    def pick(self, name: str, value: str) -> None:
        """Choose one of a list that opens; with the keyboard, by the arrow down."""
        listed = self.page.locator(f'select[name="{name}"]')
        if self.way.keyboard:
            self.reach(listed)
            for _ in range(listed.locator("option").count()):
                if listed.input_value() != value:
                    self.page.keyboard.press("ArrowDown")
        else:
            listed.select_option(value)
        expect(listed).to_have_value(value)

    def hand_over(self, name: str, content: bytes, *, called: str, mime: str) -> None:
        """Give a file to the field of this name, in the window that the browser opens for it."""
        with self.page.expect_file_chooser() as opened:
            self.use(self.page.locator(f'input[type=file][name="{name}"]'))
        opened.value.set_files({"name": called, "mimeType": mime, "buffer": content})

    def unfold(self, thing: Locator) -> None:
        """Open a <details> by its summary, unless it is open, or has no summary to see."""
        summary = thing.locator("summary")
        if summary.is_visible() and thing.get_attribute("open") is None:
            self.use(summary)

    def reach(self, thing: Locator) -> None:
        """Go to it with Tab alone. It must show that it has the focus, and nothing may lie on it."""
        expect(thing).to_be_visible()
        for _ in range(thing.evaluate(_STOPS_BETWEEN) - 2):  # about so many presses need no look at each
            self.page.keyboard.press("Tab")
        for _ in range(FAR):
            if thing.evaluate("element => element === document.activeElement"):
                fault = thing.evaluate(_SEEN_FOCUS)
                assert not fault, f"{thing}: {fault}"
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{thing} cannot be reached with Tab")

    def focused(self) -> Locator:
        """Return what has the focus."""
        return self.page.locator(":focus")
