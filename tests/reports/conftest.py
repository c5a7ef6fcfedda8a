"""What the tests of reports share."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from karavan.core.languages import Slots
from karavan.events.rules.check_in import check_in
from karavan.events.rules.register import Guest
from karavan.learning.models import Feedback
from tests.support.makers import make_event, make_registration, write
from tests.support.settings import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from karavan.events.models import Event, Registration
    from tests.support.cast import Cast
    from tests.support.visit import Visit

TITLE = Slots(kk="Әлеуметтік үніқосу", ru="Встреча соседей", en="Neighbours' meeting")


@pytest.fixture
def desk(visit: Visit, cast: Cast) -> Visit:
    """Bekzat's browser: he organises events of the alliance, and has signed in."""
    visit.sign_in(cast.bekzat)
    return visit


@pytest.fixture
def held(cast: Cast) -> Callable[..., Event]:
    """Make an event of two days, 20 and 21 November from ten to four, that is over."""

    def make(**changes: Any) -> Event:
        usual: dict[str, Any] = {
            "organisation": cast.alliance,
            "seats": 40,
            "now": NOW - timedelta(days=10),
            "starts_at": NOW - timedelta(days=3),
            "ends_at": NOW - timedelta(days=2) + timedelta(hours=6),
            "title": TITLE,
        }
        return make_event(**usual | changes)

    return make


def come(event: Event, people: int, *days: int, now: Any = None, **asked: Any) -> list[Registration]:
    """Register so many people one by one, and mark them as arrived on these days (0 is the first)."""
    traits = {name: asked.pop(name) for name in ("sex", "role") if name in asked}
    found = []
    for number in range(people):
        guests = (Guest(name=f"Қатысушы {number + 1}", **traits),)
        found.append(make_registration(event, now=now or NOW - timedelta(days=9), guests=guests, **asked))
        for day in days:
            facts = {"day": event.first_day + timedelta(days=day), "by": None, "now": NOW}
            write(check_in, event.id, found[-1].attendees[0].code, **facts)
    return found


def say(event: Event, *ratings: int) -> None:
    """Let people answer how useful it was."""
    write(_say, event.id, ratings)


def _say(session: Session, event_id: int, ratings: tuple[int, ...]) -> None:
    for rating in ratings:
        session.add(Feedback(event_id=event_id, rating=rating, words="", lang="kk", given_at=NOW))
