"""A page as a browser holds it: parsed by html5lib, with forms that can be filled and regions that can be swapped."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urljoin

import html5lib

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from xml.etree.ElementTree import Element

    from werkzeug.test import TestResponse

INLINE = frozenset(
    "a abbr b bdi bdo cite code data dfn em i kbd mark q s samp small span strong sub sup time u var wbr label".split(),  # noqa: SIM905
)
SILENT = frozenset({"script", "style", "template"})
TYPED = frozenset(
    {"text", "search", "tel", "url", "email", "password", "date", "datetime-local", "time", "number", "hidden"}
)


class Unsound(AssertionError):
    """A page, or what the test wants of it, is not as it must be."""


@dataclass
class Page:
    """One answer, at the address where the browser stands."""

    address: str
    response: TestResponse
    document: Element | None = None
    """Given for a page that came about by swapping; otherwise parsed from the answer when somebody looks at it."""
    errors: list[str] = field(default_factory=list)
    region: list[Element] | None = None
    """What was swapped in last."""

    @property
    def status(self) -> int:
        """The status code of the answer."""
        return self.response.status_code

    @cached_property
    def body(self) -> str:
        """The answer as it came."""
        return self.response.get_data(as_text=True)

    @property
    def is_html(self) -> bool:
        """Is this a page at all?"""
        return self.response.mimetype == "text/html" and bool(self.response.data)

    @property
    def root(self) -> Element:
        """The html element."""
        return self.look()

    def look(self) -> Element:
        """Read the page, if nobody has yet: it takes longer than to make it."""
        if self.document is None:
            if not self.is_html or _is_fragment(self.body):
                raise Unsound(f"{self.address} is no page")
            self.document, self.errors = parse(self.body)
        return self.document

    @cached_property
    def elements(self) -> list[Element]:
        """All elements, but for those in templates."""
        return list(visible(self.root))

    @property
    def text(self) -> str:
        """All that can be read, on one line."""
        return text_of(self.root)

    @property
    def title(self) -> str:
        """What the tab says."""
        return " ".join(text_of(element) for element in self.root.iter("title") if element in list(self.root[0]))

    @property
    def h1(self) -> str:
        """The first heading."""
        return text_of(self.one("h1"))

    @property
    def summary(self) -> str:
        """What the error summary says; empty if nothing is wrong."""
        found = [element for element in self.elements if "errsum" in classes(element)]
        return text_of(found[0]) if found else ""

    @property
    def toasts(self) -> str:
        """What was said in passing."""
        place = self.find(id="toasts")
        return text_of(place[0]) if place else ""

    @property
    def structured(self) -> list[Any]:
        """The JSON-LD of the page."""
        scripts = [one for one in self.root.iter("script") if one.get("type") == "application/ld+json"]
        return [json.loads(script.text or "") for script in scripts]

    def find(self, tag: str | None = None, **attributes: str) -> list[Element]:
        """Return the elements with these attributes (`class_` means one of the classes)."""
        wanted = attributes.pop("class_", None)
        return [
            element
            for element in self.elements
            if (tag is None or element.tag == tag)
            and (wanted is None or wanted in classes(element))
            and all(element.get(name.replace("_", "-")) == value for name, value in attributes.items())
        ]

    def one(self, tag: str | None = None, **attributes: str) -> Element:
        """Return the only such element."""
        found = self.find(tag, **attributes)
        if len(found) != 1:
            raise Unsound(f"{self.address}: {len(found)} elements {tag or ''} {attributes or ''}, not one")
        return found[0]

    def by_id(self, wanted: str) -> Element:
        """Return the element of this id."""
        return self.one(id=wanted)

    def link(self, words: str) -> str:
        """Return where the link with these words leads; exact words first, then links that hold them."""
        links = [one for one in self.find("a") if one.get("href")]
        exact = {one.attrib["href"] for one in links if words in {text_of(one), one.get("aria-label")}}
        near = {one.attrib["href"] for one in links if words in text_of(one)}
        found = exact or near
        if len(found) != 1:
            raise Unsound(f"{self.address}: {len(found)} links say {words!r}: {sorted(found)}")
        return found.pop()

    @cached_property
    def forms(self) -> list[Form]:
        """All forms."""
        return [Form(self, element) for element in self.find("form")]

    def form_of(self, button: str) -> Form:
        """Return the form that holds this button."""
        forms = [form for form in self.forms if form.buttons(button)]
        if len(forms) != 1:
            offered = [text_of(one) for form in self.forms for one in form.submitters]
            raise Unsound(f"{self.address}: {len(forms)} forms have a button {button!r}; there are: {offered}")
        return forms[0]

    # --- What htmx does -------------------------------------------------------------------------------------

    def fragments(self) -> tuple[list[Element], list[Element]]:
        """Take an answer to htmx apart: what is for the target, and the partials."""
        fragment, errors = parse_fragment(self.body)
        self.errors = errors
        if (fragment.text or "").strip() or any((one.tail or "").strip() for one in fragment):
            raise Unsound(f"{self.address}: loose text in an answer to htmx: {self.body[:300]}")
        main = [one for one in fragment if one.tag != "hx-partial"]
        return main, [one for one in fragment if one.tag == "hx-partial"]

    def swap(self, target: str, new: list[Element], *, how: str) -> None:
        """Put new content where the target is."""
        old = self.by_id(target)
        if how.startswith(("outerHTML", "outerMorph")):
            parent = next(one for one in self.root.iter() if old in list(one))
            place = list(parent).index(old)
            parent.remove(old)
            for number, element in enumerate(new):
                parent.insert(place + number, element)
        elif how.startswith("beforeend"):
            old.extend(new)
        else:
            old[:] = new
            old.text = None
        for kept in ("elements", "forms"):
            self.__dict__.pop(kept, None)

    def take_in(self, partial: Element) -> None:
        """Do what an hx-partial asks for."""
        target = partial.get("hx-target", "#" + partial.get("id", "")).removeprefix("#")
        self.swap(target, list(partial), how=partial.get("hx-swap", "innerHTML"))

    def changed(self, response: TestResponse, region: list[Element] | None) -> Self:
        """Return the same page after a swap."""
        return type(self)(address=self.address, response=response, document=self.root, region=region or [])


class Form:
    """A form on a page, with the values its controls have now."""

    def __init__(self, page: Page, element: Element) -> None:
        self.page = page
        self.element = element

    @property
    def action(self) -> str:
        """Where it sends to."""
        return urljoin(self.page.address, self.element.get("action", ""))

    @property
    def method(self) -> str:
        """Get or post."""
        return self.element.get("method", "get").lower()

    def htmx(self) -> tuple[str, str]:
        """Return where htmx sends it, and the id of what will be replaced."""
        url = self.element.get("hx-post") or self.element.get("hx-get")
        target = self.element.get("hx-target", "")
        if url is None or not target.startswith("#"):
            raise Unsound(f"{self.page.address}: htmx has nothing to do with this form")
        return urljoin(self.page.address, url), target.removeprefix("#")

    @cached_property
    def controls(self) -> list[Element]:
        """Everything in it that has a name and is not switched off; also what names the form from outside."""
        outside = [
            one for one in self.page.find() if self.element.get("id") and one.get("form") == self.element.get("id")
        ]
        every = [*visible(self.element), *outside]
        return [
            one
            for one in every
            if one.tag in {"input", "select", "textarea"} and one.get("name") and "disabled" not in one.attrib
        ]

    @property
    def names(self) -> set[str]:
        """The names of all controls."""
        return {control.attrib["name"] for control in self.controls}

    @cached_property
    def submitters(self) -> list[Element]:
        """The buttons that send it."""
        own = [one for one in visible(self.element) if one.tag == "button" and one.get("type", "submit") == "submit"]
        form_id = self.element.get("id")
        outside = [one for one in self.page.find("button") if form_id and one.get("form") == form_id]
        return own + outside

    def buttons(self, wanted: str) -> list[Element]:
        """Return the buttons called so: by their whole text, `name`, `name=value`, or by part of the text."""
        for same in (
            lambda one: text_of(one) == wanted,
            lambda one: wanted in {one.get("name"), f"{one.get('name')}={one.get('value', '')}"},
            lambda one: wanted in text_of(one),
        ):
            found = [
                one
                for one in self.submitters
                if same(one) and one.get("hidden") is None and one.get("aria-hidden") != "true"
            ]
            if found:
                return found
        return []

    def filled(self, button: str, typed: dict[str, Any]) -> list[tuple[str, str]]:
        """Return what a browser sends after somebody typed this and pressed that."""
        unknown = typed.keys() - self.names
        if unknown:
            raise Unsound(f"{self.page.address}: the form has no {sorted(unknown)}; it has {sorted(self.names)}")
        pressed = self.buttons(button)
        if len(pressed) != 1:
            raise Unsound(f"{self.page.address}: {len(pressed)} buttons are called {button!r}")
        sent = [pair for control in self.controls for pair in _sends(control, typed)]
        if pressed[0].get("name"):
            sent.append((pressed[0].attrib["name"], pressed[0].get("value", "")))
        return sent


def _sends(control: Element, typed: dict[str, Any]) -> Iterator[tuple[str, str]]:
    name = control.attrib["name"]
    given = name in typed
    wish = typed.get(name)
    kind = control.get("type", "text")
    if control.tag == "select":
        options = [one for one in control.iter("option") if "disabled" not in one.attrib]
        offered = [one.get("value", text_of(one)) for one in options]
        chosen = [value for value, one in zip(offered, options, strict=True) if "selected" in one.attrib]
        if "multiple" not in control.attrib and not chosen:
            chosen = offered[:1]
        if given:
            chosen = [str(value) for value in (wish if isinstance(wish, list) else [wish])]
            if not set(chosen) <= set(offered):
                raise Unsound(f"{name} offers {offered}, not {chosen}")
        yield from ((name, value) for value in chosen)
    elif control.tag == "textarea":
        # The first line break after the tag is no part of the text, and lines are sent with CR LF.
        text = str(wish) if given else "".join(control.itertext()).removeprefix("\n")
        yield name, text.replace("\r\n", "\n").replace("\n", "\r\n")
    elif kind in {"checkbox", "radio"}:
        value = control.get("value", "on")
        ticked = "checked" in control.attrib
        if given:
            ticked = (
                wish
                if isinstance(wish, bool)
                else value in [str(one) for one in (wish if isinstance(wish, list) else [wish])]
            )
        if ticked:
            yield name, value
    elif kind in TYPED:
        yield name, str(wish) if given else control.get("value", "")
    elif kind not in {"submit", "button", "image", "reset", "file"}:
        raise Unsound(f"an input of an unknown type {kind}")


def parse(html: str) -> tuple[Element, list[str]]:
    """Parse a whole page, and list what a validator would object to."""
    parser = html5lib.HTMLParser(html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
    document = parser.parse(html)
    return document, _errors(parser, html)


def parse_fragment(html: str) -> tuple[Element, list[str]]:
    """Parse a part of a page."""
    parser = html5lib.HTMLParser(html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
    fragment = parser.parseFragment(html)
    return fragment, _errors(parser, html)


def _errors(parser: Any, html: str) -> list[str]:
    lines = html.split("\n")
    return [
        f"line {line}, column {column}: {code} {facts or ''} in {''.join(lines[line - 1 : line]).strip()[:160]!r}"
        for (line, column), code, facts in parser.errors
    ]


def _is_fragment(html: str) -> bool:
    return not html.lstrip()[:9].lower().startswith("<!doctype")


def visible(root: Element) -> Iterator[Element]:
    """Go through all elements, but not into templates."""
    waiting = [root]
    while waiting:
        element = waiting.pop()
        yield element
        waiting.extend(child for child in reversed(element) if isinstance(child.tag, str) and child.tag != "template")


def classes(element: Element) -> list[str]:
    """Return the classes of an element."""
    return element.get("class", "").split()


def text_of(element: Element) -> str:
    """Return what can be read in an element, on one line; a no-break space counts as a space."""
    return " ".join("".join(_words(element)).split())


def _words(element: Element) -> Iterable[str]:
    if not isinstance(element.tag, str) or element.tag in SILENT:
        return
    apart = "" if element.tag in INLINE else " "
    yield apart
    yield element.text or ""
    for child in element:
        yield from _words(child)
        yield child.tail or ""
    yield apart
