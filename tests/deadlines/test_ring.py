"""The ring that empties, by itself."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import html5lib
import pytest

from karavan.web.locale import speaking
from tests.support.page import text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from xml.etree.ElementTree import Element

    from flask import Flask

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def ring(app: Flask) -> Iterator[Callable[..., Element]]:
    """Draw a clock in English."""

    def draw(left: int, total: int = 15, unit: str = "working") -> Element:
        module: Any = app.jinja_env.get_template("components/clock.html").module
        html = module.clock(left, total, unit, date(2026, 10, 29), left < 0, "/en/deadlines/7")
        return html5lib.parse(str(html), namespaceHTMLElements=False)

    with app.test_request_context("/en/"), speaking("en"):
        yield draw


def lit(drawing: Element) -> list[str]:
    """The dashes of the second ring."""
    rings = list(drawing.iter(f"{SVG}path"))
    return rings[1].attrib["stroke-dasharray"].split() if len(rings) > 1 else []


@pytest.mark.parametrize(
    ("left", "number", "words"),
    [
        (6, "6", "6 working days left"),
        (1, "1", "1 working day left"),
        (0, "0", "Today is the last day"),
        (-1, "1", "The date passed 1 working day ago"),
        (-12, "12", "The date passed 12 working days ago"),
    ],
)
def test_the_ring_says_how_much_is_left(ring: Callable[..., Element], left: int, number: str, words: str) -> None:
    drawing = ring(left)

    assert text_of(next(drawing.iter(f"{SVG}text"))) == number
    assert words in text_of(drawing)
    assert "Last day: 29 October 2026" in text_of(drawing)
    assert next(drawing.iter("a")).get("href") == "/en/deadlines/7"
    assert next(drawing.iter(f"{SVG}svg")).get("aria-hidden") == "true"


def test_a_dash_for_each_day_that_is_left(ring: Callable[..., Element]) -> None:
    assert lit(ring(6)) == ["8", "2"] * 6 + ["0", "90"]
    assert lit(ring(0)) == []
    assert lit(ring(-3)) == ["8", "2"] * 15 + ["0", "0"], "a full ring in another colour"
    assert lit(ring(99)) == ["8", "2"] * 15 + ["0", "0"], "more than all cannot be left"
    assert lit(ring(30, 60, "calendar")) == ["300", "300"]


def test_nothing_is_styled_inline(ring: Callable[..., Element]) -> None:
    assert not [one for one in ring(3).iter() if "style" in one.attrib]
