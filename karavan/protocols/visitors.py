"""Who came as a visitor, by the registrations of an event; and who held a council's offices on a day."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, or_, select

from karavan.accounts.models import Person
from karavan.councils.models import Member, Office
from karavan.events.models import Attendee, Registration, SeatState
from karavan.events.queries import arrived_on

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session


class Visitors(NamedTuple):
    """How many had a seat, and how many came."""

    registered: int = 0
    arrived: int = 0


def visitors_of(session: Session, event_id: int | None, day: date) -> Visitors:
    """Count them; without an event there were none."""
    if event_id is None:
        return Visitors()
    seated = select(func.count()).where(Attendee.event_id == event_id, Attendee.state == SeatState.SEATED)
    return Visitors(session.scalars(seated).one(), arrived_on(session, event_id, day))


def was_registered(session: Session, event_id: int | None, person_id: int) -> bool:
    """Did somebody with this account, known by its e-mail address or telephone, have a seat?"""
    person = session.get(Person, person_id)
    if event_id is None or person is None:
        return False
    contacts = []
    if person.email_key:
        contacts.append(Registration.email_key == person.email_key)
    if person.phone:
        contacts.append(Registration.phone == person.phone)
    if not contacts:
        return False
    seated = (
        select(Registration.id)
        .join(Attendee, Attendee.registration_id == Registration.id)
        .where(Registration.event_id == event_id, or_(*contacts), Attendee.state == SeatState.SEATED)
    )
    return session.scalar(seated.limit(1)) is not None


class Officers(NamedTuple):
    """Who was chair and secretary of a council on a day."""

    chair: str = ""
    secretary: str = ""


def officers_on(session: Session, council_id: int, day: date) -> Officers:
    """Name them as the council's page does."""
    offices = {Office.CHAIR: "", Office.SECRETARY: ""}
    chosen = select(Member).where(Member.council_id == council_id, Member.office.in_(list(offices)))
    for member in session.scalars(chosen.order_by(Member.mandate_from, Member.id)):
        if member.sits_on(day):
            offices[member.office] = member.name
    return Officers(offices[Office.CHAIR], offices[Office.SECRETARY])
