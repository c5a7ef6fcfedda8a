"""Marking who came."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select

from karavan.core.database import insert_once
from karavan.events.models import Attendee, CheckIn, Event, EventState, SeatState
from karavan.events.problems import CodeUnknown, DayHasNotCome, EventIsCancelled, NoSeatHere
from karavan.record.models import ActorRole, Verb
from karavan.record.rules import note

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session


class Arrival(NamedTuple):
    """Who came, when she was first marked, and whether that was now."""

    name: str
    code: str
    number: int
    """Of her registration."""
    arrived_at: datetime
    fresh: bool


def check_in(session: Session, event_id: int, code: str, *, day: date, by: int, now: datetime) -> Arrival:
    """Mark one person as arrived on one day; a second scan of the same code tells when the first was.

    Raises:
        CodeUnknown: nobody of this event has the code (a code of another event looks just the same).
        NoSeatHere: she gave her seat back, or still waits.
        EventIsCancelled, DayHasNotCome: nobody can have arrived.

    """
    event = session.get_one(Event, event_id)
    if event.state == EventState.CANCELLED:
        raise EventIsCancelled
    if event.postponed_at is not None:
        raise DayHasNotCome
    if day > now.astimezone(ZoneInfo(event.zone)).date():
        raise DayHasNotCome
    attendee = session.scalar(select(Attendee).where(Attendee.event_id == event_id, Attendee.code == code))
    if attendee is None:
        raise CodeUnknown
    if attendee.state != SeatState.SEATED:
        raise NoSeatHere
    fresh = insert_once(session, CheckIn, attendee_id=attendee.id, day=day, arrived_at=now, marked_by=by)
    if fresh:
        note(session, Verb.PERSON_CHECKED_IN, of=event_id, by=ActorRole.ORGANISER, now=now)
    first = session.scalars(select(CheckIn).where(CheckIn.attendee_id == attendee.id, CheckIn.day == day)).one()
    return Arrival(attendee.name, attendee.code, attendee.registration.number, first.arrived_at, fresh)
