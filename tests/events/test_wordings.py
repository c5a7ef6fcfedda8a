"""Whether a text is written, older than its other language, or missing: by what was changed, and when."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from karavan.core.languages import Slots
from karavan.events.rules.plan import ProgrammeLine, edit_event
from karavan.events.wordings import Ages, Words, levelled, rewritten, standings
from tests.support.makers import make_event, make_plan, write
from tests.support.settings import NOW

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from karavan.events.models import Event

DAY = dt.date(2026, 12, 23)


class Story:
    """One text as it is edited again and again."""

    def __init__(self, **first: str) -> None:
        self.words: Words = {"title": Slots(**first)}
        self.version = 1
        self.ages: Ages = rewritten({}, {}, self.words, version=1)

    def edit(self, still: str = "", **changes: str) -> str:
        now = self.words["title"]
        after = {"title": Slots(**{code: changes.get(code, getattr(now, code)) for code in ("kk", "ru", "en")})}
        self.version += 1
        ticked = {f"title-{still}"} if still else set()
        self.ages = rewritten(self.words, self.ages, after, version=self.version, still=ticked)
        self.words = after
        return self.said

    @property
    def said(self) -> str:
        """How it stands in kk, ru and en: the first letters."""
        return "".join(how.value[0] for how in standings(self.words, self.ages)["title"].values())


def test_a_text_whose_other_language_was_changed_is_stale_until_it_is_touched_or_confirmed() -> None:
    story = Story(kk="Бір", ru="Один")
    assert story.said == "wwm"
    assert story.edit(kk="Екі") == "wsm"
    assert story.edit() == "wsm", "saving what stands confirms nothing"
    assert story.edit(ru="Два") == "wwm", "a translation that catches up does not make its source stale"
    assert story.edit(ru="Три") == "swm"
    assert story.edit(still="kk") == "wwm"
    assert story.edit(kk="Төрт", ru="Четыре") == "wwm"


def test_a_translation_that_is_added_is_in_step_and_one_that_goes_is_missing() -> None:
    story = Story(ru="Один")
    assert story.said == "mwm"
    assert story.edit(kk="Бір") == "wwm"
    assert story.edit(en="One") == "www"
    assert story.edit(ru="Два") == "sws"
    assert story.edit(kk="Екі") == "wws"
    assert story.edit(ru="") == "wms"


def test_texts_without_a_history_are_in_step_and_then_have_one() -> None:
    words = {"title": Slots("Бір", "Один")}
    assert {how.value for how in standings(words, {})["title"].values()} == {"written", "missing"}
    ages = rewritten(words, {}, {"title": Slots("Бір", "Два")}, version=7)
    assert standings({"title": Slots("Бір", "Два")}, ages)["title"]["kk"].value == "stale"
    assert levelled({"title": Slots("Бір", "Два")}, ages) == {"title": {"kk": 0, "ru": 1}}
    assert standings({"title": Slots()}, {}) == {}, "where nothing is written, nothing is missing"


def line(title: Slots, hour: int = 10, **more: Slots) -> ProgrammeLine:
    return ProgrammeLine(day=DAY, starts=dt.time(hour), title=title, **more)


def stands(event: Event, name: str) -> str:
    from karavan.events.wordings import words_of  # noqa: PLC0415

    return "".join(how.value[0] for how in standings(words_of(event), event.written)[name].values())


def test_rows_of_the_programme_keep_their_history_wherever_they_move(session: Session) -> None:
    opening, lunch = Slots("Ашылуы", "Открытие"), Slots("Түскі ас", "Обед")
    event = make_event(programme=(line(opening), line(lunch, 13)))
    changed = Slots("Салтанатты ашылуы", "Открытие")
    edited = write(edit_event, event.id, make_plan(programme=(line(changed), line(lunch, 13))), version=2, now=NOW)
    assert (stands(edited, "programme-0-title"), stands(edited, "programme-1-title")) == ("wsm", "wwm")

    coffee = Slots("", "Кофе")
    moved = make_plan(programme=(line(lunch, 9), line(coffee, 10), line(changed, 14)))
    edited = write(edit_event, event.id, moved, version=3, now=NOW)
    assert [stands(edited, f"programme-{number}-title") for number in range(3)] == ["wwm", "mwm", "wsm"]

    still = {"programme-2-title-ru"}
    edited = write(edit_event, event.id, moved, version=4, now=NOW, still=still)
    assert stands(edited, "programme-2-title") == "wwm"
