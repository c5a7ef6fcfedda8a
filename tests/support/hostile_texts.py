"""Hostile texts for fields that hold sentences, and what no page with one of them may be made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from karavan.core.text import BadText, clean_text
from tests.support.hostile import everything
from tests.support.inert import as_received, built

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.support.page import Page

TEXTS = [case for case in everything().values() if case.text is not None and len(case.text) <= 20_000]
FEW = [case for case in TEXTS if case.id in {"MK-02", "MK-03", "MK-10", "MK-11", "MK-19"}] + [
    next(case for case in TEXTS if case.group == group) for group in sorted({case.group for case in TEXTS})[::3]
]
A_FEW = pytest.param(FEW, id="a few")
ALL = pytest.param(TEXTS, id="all", marks=[pytest.mark.slow, pytest.mark.thorough, pytest.mark.timeout(600)])
a_few_or_all = pytest.mark.parametrize("texts", [A_FEW, ALL])
OURS = {"p", "br", "em", "strong", "ul", "ol", "li", "blockquote", "a", "span", "mark"}
"""What our Markdown may make of a text."""


def hostile(names: Iterable[str]) -> bool:
    """Is there an attribute that does something?"""
    return any(name.startswith(("on", "hx-on", "style", "srcdoc", "data-hx")) for name in names)


def links(page: Page) -> list[str]:
    """Return where the links of a page lead."""
    return [one.get("href", "") for one in page.find("a")]


def cleaned(typed: str, limit: int = 4000) -> str:
    """Return what is stored of a text; empty if it is refused."""
    try:
        return clean_text(as_received(typed), limit=limit)
    except BadText:
        return ""


def refuse_harm(page: Page) -> None:
    """Fail if anything on a page does something, or leads somewhere strange."""
    assert not any(hostile(names) for _, names in built(page.root))
    assert not [link for link in links(page) if link and not link.startswith(("/", "#", "?", "http://", "https://"))]


def refuse_new(page: Page, plain: set[Any], but: Iterable[str] = ()) -> None:
    """Fail if a page is made of anything that the same page with harmless words is not made of."""
    new = {one for one in set(built(page.root)) - plain if one[0] not in but}
    assert new == set()
    refuse_harm(page)
