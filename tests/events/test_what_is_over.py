"""What has happened cannot be called off, and nobody can have arrived on a day that lies ahead."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from karavan.core.languages import Slots
from karavan.events.problems import DayHasNotCome, EventIsCancelled, EventIsOver
from karavan.events.rules.check_in import check_in
from karavan.events.rules.plan import cancel_event
from tests.support.makers import make_event, make_registration, write

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.support.cast import Cast


def test_an_event_that_was_held_cannot_be_cancelled(session: Session) -> None:
    event = make_event()

    with pytest.raises(EventIsOver):
        write(cancel_event, event.id, reason=Slots("Себеп", "Причина"), now=event.ends_at + timedelta(minutes=1))


def test_nobody_arrives_before_the_day(session: Session, cast: Cast) -> None:
    event = make_event()
    code = make_registration(event).attendees[0].code
    early = event.starts_at - timedelta(days=1)

    with pytest.raises(DayHasNotCome):
        write(check_in, event.id, code, day=event.first_day, by=cast.bekzat.id, now=early)

    assert write(check_in, event.id, code, day=event.first_day, by=cast.bekzat.id, now=event.starts_at).fresh


def test_nobody_arrives_at_a_cancelled_event(session: Session, cast: Cast) -> None:
    event = make_event()
    code = make_registration(event).attendees[0].code
    write(cancel_event, event.id, reason=Slots("Себеп", "Причина"), now=event.starts_at - timedelta(days=2))

    with pytest.raises(EventIsCancelled):
        write(check_in, event.id, code, day=event.first_day, by=cast.bekzat.id, now=event.starts_at)
