"""What the tests of what comes after an event share."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from karavan.core.languages import Slots
from karavan.events.rules.check_in import check_in
from tests.support.makers import make_event, make_registration, write
from tests.support.settings import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from karavan.events.models import Event, Registration
    from tests.support.cast import Cast
    from tests.support.visit import Visit


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
            "seats": 20,
            "now": NOW - timedelta(days=10),
            "starts_at": NOW - timedelta(days=3),
            "ends_at": NOW - timedelta(days=2) + timedelta(hours=6),
            "title": Slots(kk="Астанаға оқу сапары", ru="Учебный тур в Астану", en="Study tour to Astana"),
        }
        return make_event(**usual | changes)

    return make


def come(event: Event, name: str, *days: int, **asked: Any) -> Registration:
    """Register somebody for such an event, and mark her as arrived on these of its days (0 is the first)."""
    registration = make_registration(event, now=NOW - timedelta(days=9), names=(name,), **asked)
    for number in days:
        day = event.first_day + timedelta(days=number)
        write(check_in, event.id, registration.attendees[0].code, day=day, by=None, now=NOW)
    return registration
