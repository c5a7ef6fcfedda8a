"""What the tests of the door share: an event that goes on now, and devices with a pass."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.support.doors import Doors
from tests.support.makers import make_event
from tests.support.settings import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from karavan.events.models import Event
    from tests.support.cast import Cast
    from tests.support.visit import Visit


@pytest.fixture
def desk(visit: Visit, cast: Cast) -> Visit:
    """Bekzat's browser: he organises events of the alliance, and has signed in."""
    visit.sign_in(cast.bekzat)
    return visit


@pytest.fixture
def today(cast: Cast) -> Event:
    """An event that goes on now: it began an hour ago."""
    return make_event(
        organisation=cast.alliance, seats=9, now=NOW - timedelta(days=2), starts_in=timedelta(days=2, hours=-1)
    )


@pytest.fixture
def doors(desk: Visit, today: Event, new_visitor: Callable[[], Visit]) -> Doors:
    """The doors of the event that goes on now."""
    return Doors(desk, today, new_visitor)
