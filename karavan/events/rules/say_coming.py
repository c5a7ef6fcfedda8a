"""Saying again that one comes: after a change, or when the event draws near. No seat changes hands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from karavan.core.problems import NotFound
from karavan.events.models import Event, EventState, Registration
from karavan.events.problems import EventIsCancelled, EventIsOver, NoSeatHere

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session


def say_coming(session: Session, public_id: str, *, now: datetime) -> None:
    """Note that whoever registered is still coming. Silence is never held against anybody.

    Raises:
        NotFound: no such registration.
        EventIsCancelled, EventIsOver: there is nothing to come to.
        NoSeatHere: everybody has given the seats back.

    """
    registration = session.scalar(select(Registration).where(Registration.public_id == public_id).with_for_update())
    if registration is None:
        raise NotFound
    event = session.get_one(Event, registration.event_id)
    if event.state == EventState.CANCELLED:
        raise EventIsCancelled
    if event.is_over(now):
        raise EventIsOver
    if not registration.live:
        raise NoSeatHere
    registration.coming_at = now
