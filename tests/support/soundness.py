"""What every page of ours must be, whatever it is about. Each guard is shown able to fail in tests/house."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from tests.support.page import Page, Unsound, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from xml.etree.ElementTree import Element

    from werkzeug.test import TestResponse

HEADERS = {
    "Content-Security-Policy": re.compile(
        r"default-src 'none'(?!.*unsafe-)(?=.*form-action 'self')(?=.*base-uri 'none')(?=.*frame-ancestors 'none')"
    ),
    "X-Content-Type-Options": re.compile("nosniff"),
    "Referrer-Policy": re.compile("same-origin"),
    "X-Frame-Options": re.compile("DENY"),
    "Cross-Origin-Opener-Policy": re.compile("same-origin"),
    "Cross-Origin-Resource-Policy": re.compile("same-origin"),
    "Permissions-Policy": re.compile("camera="),
    "Cache-Control": re.compile("."),
}
REFERS = {"for", "aria-labelledby", "aria-describedby", "aria-controls", "form", "list", "headers"}
EVALUATED = ("hx-vals", "hx-confirm", "hx-headers", "hx-vars", "hx-include")
FORBIDDEN_ATTRIBUTES = ("hx-on", "hx-delete", "hx-put", "hx-patch", "hx-boost", "hx-ext", "data-hx-")


def judge_headers(method: str, url: str, response: TestResponse) -> None:
    """Every answer carries the security headers; a personal one is kept by nobody."""
    if url.startswith("/static/"):
        return
    for name, wanted in HEADERS.items():
        if not wanted.search(response.headers.get(name, "")):
            raise Unsound(f"{method} {url}: header {name} is {response.headers.get(name)!r}")
    cached = response.headers["Cache-Control"]
    if "public" in cached and ("Set-Cookie" in response.headers or method != "GET"):
        raise Unsound(f"{method} {url}: an answer for one person may be kept by everybody: {cached}")
    if response.mimetype == "text/html" and response.mimetype_params.get("charset") != "utf-8":
        raise Unsound(f"{method} {url}: not UTF-8")


def judge_page(page: Page) -> None:
    """Raise `Unsound` with everything that is wrong with a page."""
    wrong = list(faults(page))
    if wrong:
        raise Unsound(f"{page.address}:\n  " + "\n  ".join(wrong))


def judge_region(answer: Page, main: list[Element], target: str, *, swap: str) -> None:
    """An answer to htmx is one element with the id of the target it replaces."""
    if answer.errors:
        raise Unsound(f"{answer.address}, region {target}:\n  " + "\n  ".join(answer.errors))
    if not swap.startswith(("outerHTML", "outerMorph")):
        raise Unsound(f"{answer.address}: hx-swap is {swap!r}: a region replaces itself (outerHTML)")
    if len(main) != 1 or main[0].get("id") != target:
        found = [f"<{one.tag} id={one.get('id')}>" for one in main]
        raise Unsound(f"{answer.address}: htmx asked for #{target} and got {found}")


def faults(page: Page) -> Iterator[str]:
    """Say everything that is wrong, in words."""
    for guard in GUARDS:
        yield from guard(page)


def parse_errors(page: Page) -> Iterable[str]:
    """HTML that a validator accepts."""
    page.look()
    return page.errors


def one_heading(page: Page) -> Iterator[str]:
    """One h1, which begins the title."""
    headings = page.find("h1")
    if len(headings) != 1:
        yield f"{len(headings)} h1 elements: {[text_of(one) for one in headings]}"
    elif not text_of(headings[0]):
        yield "the h1 is empty"
    elif page.region is None and not page.title.startswith(text_of(headings[0])):
        yield f"the title {page.title!r} does not begin with the h1 {text_of(headings[0])!r}"


def language_said(page: Page) -> Iterator[str]:
    """The page says which language it is in."""
    if page.root.get("lang") not in {"kk", "ru", "en"}:
        yield f"html has lang={page.root.get('lang')!r}"


def ids_once(page: Page) -> Iterator[str]:
    """No id stands twice, and whatever is referred to exists."""
    ids = Counter(one.attrib["id"] for one in page.elements if "id" in one.attrib)
    yield from (f"id {one!r} stands {times} times" for one, times in sorted(ids.items()) if times > 1)
    yield from (f"an empty id, or one with a space: {one!r}" for one in ids if one.split() != [one])
    for element in page.elements:
        for name in element.attrib.keys() & REFERS:
            for wanted in element.attrib[name].split():
                if wanted not in ids:
                    yield f"<{element.tag} {name}={wanted!r}> refers to nothing"


def forms_whole(page: Page) -> Iterator[str]:
    """Forms work without JavaScript, carry a token, and htmx sends them to the same address."""
    for form in page.forms:
        element, where = form.element, f"form {form.element.get('action')!r}"
        if not element.get("action"):
            yield "a form without action"
        if form.method not in {"get", "post"}:
            yield f"{where}: method {form.method}"
        if form.method == "post":
            token = [one for one in form.controls if one.get("name") == "csrf_token" and one.get("value")]
            if len(token) != 1:
                yield f"{where}: {len(token)} csrf tokens"
            if "hx-post" in element.attrib and element.get("hx-sync") != "this:drop":
                yield f"{where}: hx-sync must be this:drop, or quick presses queue"
        elif "csrf_token" in form.names:
            yield f"{where}: a token in a GET form leaks into addresses and logs"
        if not form.submitters:
            yield f"{where}: no button sends it"
        for name, method in (("hx-post", "post"), ("hx-get", "get")):
            if name in element.attrib and (element.get(name) != element.get("action") or form.method != method):
                yield f"{where}: {name}={element.get(name)!r} is not its action and method"


def nothing_inline(page: Page) -> Iterator[str]:
    """No script, style or evaluated string in the page: the policy forbids them, so they would silently do nothing."""
    for element in page.root.iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag == "style":
            yield "a style element"
        if element.tag == "script" and "src" not in element.attrib and element.get("type") != "application/ld+json":
            yield f"an inline script: {(element.text or '')[:60]!r}"
        for name, value in element.attrib.items():
            attribute = str(name).lower()
            if attribute == "style" or attribute.startswith(("on", *FORBIDDEN_ATTRIBUTES)):
                yield f"<{element.tag} {name}={value!r}>"
            if attribute in EVALUATED and re.match(r"\s*(js|javascript):", value):
                yield f"<{element.tag} {name}={value!r}> is evaluated"
            if attribute == "hx-trigger" and "[" in value:
                yield f"<{element.tag} {name}={value!r}> has a filter, which is evaluated"
            if attribute in {"href", "action", "src", "hx-get", "hx-post", "formaction"} and re.match(
                r"\s*(javascript|data|vbscript):", value, re.IGNORECASE
            ):
                yield f"<{element.tag} {name}={value[:80]!r}>"


def controls_named(page: Page) -> Iterator[str]:
    """Whatever can be filled or pressed has a name for people who hear the page."""
    labelled = {one.get("for") for one in page.find("label") if text_of(one)}
    wrapped = {id(child) for one in page.find("label") if text_of(one) for child in one.iter()}
    for element in page.elements:
        if element.tag in {"input", "select", "textarea"}:
            if element.get("type") in {"hidden", "submit", "button"}:
                continue
            if element.get("id") not in labelled and id(element) not in wrapped and not _named(element):
                yield f"<{element.tag} name={element.get('name')!r}> has no label"
        elif element.tag == "button":
            if element.get("type") not in {"submit", "button", "reset"}:
                yield f"<button> {text_of(element)!r} has no type"
            if not text_of(element) and not _named(element):
                yield "a button without words"
        elif element.tag == "a":
            if element.get("href") in {None, "", "#"}:
                yield f"the link {text_of(element)!r} leads nowhere: href={element.get('href')!r}"
            pictures = [one.get("alt") for one in element.iter("img")]
            if not text_of(element) and not _named(element) and not any(pictures):
                yield f"the link to {element.get('href')!r} has no words"
        elif element.tag == "img" and "alt" not in element.attrib:
            yield f"<img src={element.get('src')!r}> has no alt"


def _named(element: Element) -> bool:
    return bool(element.get("aria-label", "").strip() or element.get("aria-labelledby"))


def focus_once(page: Page) -> Iterator[str]:
    """One place takes the focus, or none."""
    asking = [one.tag for one in page.elements if "autofocus" in one.attrib]
    if len(asking) > 1 and page.region is None:
        yield f"{len(asking)} elements want the focus: {asking}"


def targets_exist(page: Page) -> Iterator[str]:
    """Htmx drops an answer whose target is not there without a word, so it must be there."""
    known = {one.get("id") for one in page.elements}
    for element in page.elements:
        target = element.get("hx-target")
        if target is not None and target.removeprefix("#") not in known:
            yield f"hx-target={target!r} is not on the page"
        if ("hx-get" in element.attrib or "hx-post" in element.attrib) and target is None:
            yield f"<{element.tag}> would be replaced itself: no hx-target"


def toasts_ready(page: Page) -> Iterator[str]:
    """The place for messages is there from the start, or screen readers would not notice what comes into it."""
    places = page.find(id="toasts")
    uses_htmx = any(one.get("hx-get") or one.get("hx-post") for one in page.elements)
    if uses_htmx and [one.get("role") for one in places] != ["status"]:
        yield "no #toasts with role=status"


GUARDS: tuple[Callable[[Page], Iterable[str]], ...] = (
    parse_errors,
    one_heading,
    language_said,
    ids_once,
    forms_whole,
    nothing_inline,
    controls_named,
    focus_once,
    targets_exist,
    toasts_ready,
)
