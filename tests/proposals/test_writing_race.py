"""One submission, however often its button is pressed: eight at once, over HTTP, against real server processes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from karavan.notifications.models import Letter
from karavan.proposals.models import Draft, StateChange
from tests.support.crowd import Answer, at_once, crowd
from tests.support.hall import Hall, hall

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


pytestmark = [pytest.mark.race, pytest.mark.timeout(240)]

PRESSES = 8
NEW = "/en/proposals/new"
_ACTION = re.compile(rf'action="({NEW}/[^"]+)"')
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
WORDS = {
    "problem": "Бірінші автобус 08:30-да шығады.",
    "solution": "06:00-де шығатын рейс қосу керек.",
    "place": "aktau",
    "topic": "transport",
    "council": "local",
    "language": "kk",
}
HER = {"author_name": "Айгүл Сәрсенова", "public_name": "Айгүл С.", "adult": "y", "publication": "y"}


def written(place: Hall, title: str) -> Callable[[], Answer]:
    """Let somebody write and look; return the press of the last button."""
    page, cookie = place.server.send("GET", NEW, cookie=place.somebody())
    text = _found(_ACTION, page)
    form = {"csrf_token": _found(_TOKEN, page), "title": title} | WORDS
    answer, _ = place.server.send("POST", text, cookie=cookie, form=form)
    assert answer.location.endswith("/check"), answer.body[:500]
    sending = text.replace("/text", "/sending")
    page, _ = place.server.send("GET", sending, cookie=cookie)
    form = {"csrf_token": _found(_TOKEN, page)} | HER
    return lambda: place.server.send("POST", sending, cookie=cookie, form=form)[0]


def _found(what: re.Pattern[str], page: Answer) -> str:
    found = what.search(page.body)
    assert found, f"the page ({page.status}) has no {what.pattern}: {page.body[:500]}"
    return found[1]


def number_of(answer: Answer) -> str:
    assert answer.status == 303, answer.body[:500]
    return urlsplit(answer.location).path.rpartition("/")[2]


def test_eight_presses_at_once_are_one_submission_and_say_one_number(tmp_path: Path) -> None:
    with hall(tmp_path) as place:
        press = written(place, "Таңғы автобус")

        told = {number_of(answer) for answer in at_once(*[press] * PRESSES)}
        late = number_of(press())

        assert told == {late}
        assert place.numbers() == [late]
        assert place.next_number() == 2, "no number was lost on the way"
        assert (place.count(StateChange), place.count(Letter)) == (1, 1)
        assert [status for status in place.server.statuses if status >= 500] == []


def test_many_people_press_twice_and_numbers_run_on_without_a_gap(tmp_path: Path) -> None:
    people = 12
    with hall(tmp_path) as place:
        presses = [written(place, f"Ұсыныс {number}") for number in range(people)]

        told = crowd(lambda press: {number_of(answer) for answer in at_once(press, press)}, presses)

        assert all(len(numbers) == 1 for numbers in told)
        found = place.numbers()
        assert sorted(numbers.pop() for numbers in told) == found
        assert [int(number[-5:]) for number in found] == list(range(1, people + 1))
        assert place.count(Draft) == people
        assert [status for status in place.server.statuses if status >= 500] == []
