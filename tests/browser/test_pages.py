"""Every page, in every state and language: open to everybody, on small and wide screens, by day and by night."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support import judge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from tests.support.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

GROUPS = (
    "public",
    "registration",
    "tickets",
    "account",
    "desk",
    "councils",
    "proposals",
    "own proposals",
    "writing",
    "deadlines",
    "follows",
    "search",
    "proposal desk",
    "discussion",
    "own comments",
    "moderation",
    "in the hall",
    "hearings",
    "hearing desk",
    "live",
    "sittings",
    "sitting desk",
    "minutes",
    "organiser",
    "planning",
    "people",
    "selection",
    "door",
    "after",
    "errors",
)
FIRST = ("public", "in the hall", "organiser")
"""Looked at by every `bin/test`; the other pages, and the other languages, by `bin/test all`."""
THOROUGH = pytest.mark.thorough
LANGUAGES = ["kk", *(pytest.param(lang, marks=THOROUGH) for lang in ("ru", "en"))]
COLOURS_IN = "kk"
"""Colours are the same in all languages: they are judged, by day and by night, in one."""


def when(group: str) -> tuple[pytest.MarkDecorator, ...]:
    """Say which runs look at a group."""
    return () if group in FIRST else (THOROUGH,)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("group", [pytest.param(group, marks=when(group)) for group in GROUPS])
def test_pages_are_open_to_everybody(stage: Stage, group: str, lang: str) -> None:
    wrong = []
    for scene in stage.scenes[group]:
        if scene.do and lang != COLOURS_IN:
            continue  # what was done there is drawn by the same templates as in that language
        page = stage.show(scene, lang)
        wrong += [f"{scene.name}: {fault}" for fault in faults(page, lang)]
    assert not wrong, "\n".join(["", *wrong])


def faults(page: Page, lang: str) -> Iterator[str]:
    """Judge one page at the width of a telephone, its shape at all widths, and its colours on the widest by night."""
    judge.unfold(page)
    yield from judge.words(page, lang)
    yield from judge.accessibility(page, colours=lang == COLOURS_IN)
    yield from judge.shape(page, judge.WIDTHS if lang == COLOURS_IN else judge.EXTREMES)
    if lang == COLOURS_IN:
        page.emulate_media(color_scheme="dark")
        yield from (f"by night {fault}" for fault in judge.accessibility(page, only_colours=True))
        page.emulate_media(color_scheme="light")
