"""Whether what strangers wrote stays text: a page with it must be built exactly like the same page without it."""

from __future__ import annotations

import gc
import re
import time
from collections import Counter
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, urlencode

from tests.support.page import Page, visible
from tests.support.soundness import Unsound, judge_page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from xml.etree.ElementTree import Element

    from werkzeug.test import TestResponse

    from tests.support.visit import Visit

QUICK = 0.4
"""Seconds of processor time that one answer may take, whatever was sent: twice what we promise."""
HARMLESS = "Айгүл"

T = TypeVar("T")
Build = Counter[tuple[str, tuple[str, ...]]]


def built(root: Element) -> Build:
    """Count the elements by their name and the names of their attributes."""
    return Counter((str(one.tag), tuple(sorted(map(str, one.attrib)))) for one in visible(root))


def difference(one: Build, other: Build) -> dict[tuple[str, tuple[str, ...]], int]:
    """What one has more than the other, and what less."""
    return {what: one[what] - other[what] for what in one.keys() | other.keys() if one[what] != other[what]}


def looked_at(visit: Visit, url: str) -> Page:
    """Open a page as a careful reader: sound, quick, without a fault."""
    return judged(url, timed(lambda: visit.send("GET", url)))


def judged(url: str, answer: TestResponse) -> Page:
    """Parse an answer, and judge it like every page."""
    if answer.status_code >= 500:
        raise Unsound(f"{url}: {answer.status_code}")
    page = Page(address=url, response=answer)
    if page.is_html:
        page.look()
        # What was refused is shown again as it was typed, control characters too: no valid HTML, but no harm either.
        page.errors = [error for error in page.errors if "invalid-codepoint" not in error]
        judge_page(page)
    return page


def timed(ask: Callable[[], TestResponse]) -> TestResponse:
    """Ask, and refuse an answer that took too much work."""
    answer, spent = work_of(ask)
    if spent > QUICK:
        raise Unsound(f"{answer.request.path}: took {spent * 1000:.0f} ms of the processor")
    return answer


def work_of(act: Callable[[], T]) -> tuple[T, float]:
    """Do something, and return with its result the seconds of work.

    What counts is processor time, because the machine may be busy with other things, and without the tidying up of what
    the tests themselves left lying about.
    """
    gc.disable()
    try:
        before = time.thread_time()
        return act(), time.thread_time() - before
    finally:
        gc.enable()


def as_sent(data: dict[str, str]) -> dict[str, Any]:
    """Write a form as a program may: also with halves of letters, which no browser would send."""
    body = urlencode(data, encoding="utf-8", errors="surrogatepass")
    return {"data": body.encode("ascii"), "content_type": "application/x-www-form-urlencoded"}


def as_received(value: str) -> str:
    """Return what arrives of a value: a half of a letter stays in its wrapping."""
    return re.sub("[\ud800-\udfff]", lambda half: quote(half[0], errors="surrogatepass"), value)


def all_text(root: Element) -> str:
    """Everything that can be read or stands in an attribute, as it is: nothing is joined or trimmed."""
    pieces: list[str] = []
    for one in visible(root):
        pieces += [one.text or "", one.tail or "", *map(str, one.attrib.values())]
    return "\n".join(pieces)


def each(cases: Iterable[Any], act: Callable[[Any], None]) -> None:
    """Do the same with every case, and fail at the end with all that went wrong, by the case's id."""
    wrong: dict[str, str] = {}
    for case in cases:
        try:
            act(case)
        except AssertionError as error:
            wrong[case.id] = str(error)[:400]
    if wrong:
        raise AssertionError(f"{len(wrong)} cases:\n" + "\n".join(f"{one}: {why}" for one, why in wrong.items()))
