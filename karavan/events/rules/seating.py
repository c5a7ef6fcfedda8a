"""Who sits, who is offered a seat, who waits: the one place where seats change hands.

Every transaction that can change who sits takes the event's gate row first (`take_gate`, its very first statement), so
that they pass one at a time, on PostgreSQL as on SQLite. Then rows are counted; there is no counter that could drift.

The published order: seats go to the queue strictly by number. A household may say how few seats are worth coming for;
if fewer are free when its turn comes, they are held for it for `offer_hours`, and then offered to the next, and the
household is told why (`Passing`). A freed seat never goes to a newcomer while anybody waits.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import joinedload, selectinload

from karavan.core.database import table_of
from karavan.core.problems import NotFound
from karavan.events import letters
from karavan.events.models import (
    HOLDING,
    LIVE,
    Attendee,
    Event,
    EventState,
    Offer,
    OfferState,
    Passing,
    Registration,
    SeatGate,
    SeatState,
)
from karavan.record.models import ActorRole, Verb
from karavan.record.rules import note

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy.orm import Session

QUIET_FROM, QUIET_UNTIL, ANSWER_BY = time(21), time(9), time(12)
"""An offer never runs out in the night: between 21:00 and 9:00 local time it is moved to noon."""
AT_A_TIME = 10


class Gate(NamedTuple):
    """What the gate row said when this transaction passed it."""

    number: int
    room: int
    """Capacity and declared overbooking together."""


_gates = table_of(SeatGate)
_PASS = (
    update(_gates)
    .where(_gates.c.event_id == bindparam("event"))
    .values(next_number=_gates.c.next_number + 1)
    .returning(_gates.c.next_number - 1, _gates.c.capacity + _gates.c.overbooked)
)


def take_gate(session: Session, event_id: int) -> Gate:
    """Pass the event's gate: draw the next number, and keep everyone else out until this transaction ends.

    Raises:
        NotFound: there is no such event.

    """
    row = session.connection().execute(_PASS, {"event": event_id}).first()
    if row is None:
        raise NotFound
    return Gate(*row)


def free_seats(session: Session, event_id: int, room: int) -> int:
    """Count the seats nobody holds. Negative after a capacity was lowered: nobody is evicted."""
    return (
        room
        - session.scalars(
            select(func.count()).where(Attendee.event_id == event_id, Attendee.state.in_(HOLDING)),
        ).one()
    )


def somebody_waits(session: Session, event_id: int) -> bool:
    """Is there a queue to stand behind?"""
    waiting = select(Attendee.id).where(Attendee.event_id == event_id, Attendee.state == SeatState.WAITING)
    return session.scalar(waiting.limit(1)) is not None


def move(attendees: Iterable[Attendee], to: SeatState, now: datetime) -> int:
    """Change the state of some people and count them."""
    moved = 0
    for attendee in attendees:
        attendee.state, attendee.state_at = to, now
        moved += 1
    return moved


def settle(registration: Registration) -> None:
    """Keep `live` true to the attendees: the unique indexes stand on it."""
    registration.live = any(attendee.state in LIVE for attendee in registration.attendees)
    if not any(attendee.state == SeatState.WAITING for attendee in registration.attendees):
        registration.waits_until = None


def in_state(registration: Registration, *states: SeatState) -> list[Attendee]:
    """Return the people of a registration who stand in one of the states."""
    return [attendee for attendee in registration.attendees if attendee.state in states]


def seats_worth_having(registration: Registration) -> int:
    """Return the smallest number of seats that helps this household now."""
    seated = len(in_state(registration, SeatState.SEATED))
    wanted = min(registration.at_least, seated + len(in_state(registration, SeatState.WAITING)))
    return max(1, wanted - seated)


def offer_runs_until(event: Event, now: datetime, *, hours: int | None = None) -> datetime:
    """Return when an offer made now runs out: its hours, not in the night, and never too close to the start."""
    zone = ZoneInfo(event.zone)
    end = (now + timedelta(hours=event.offer_hours if hours is None else hours)).astimezone(zone)
    if end.time() >= QUIET_FROM:
        end = datetime.combine(end.date() + timedelta(days=1), ANSWER_BY, zone)
    elif end.time() < QUIET_UNTIL:
        end = datetime.combine(end.date(), ANSWER_BY, zone)
    return min(end, offers_stop_at(event))


def offers_stop_at(event: Event) -> datetime:
    """Return the moment after which no seat is offered any more: people need time to come."""
    return event.starts_at - timedelta(hours=event.offers_stop_hours)


def held_until(event: Event, now: datetime) -> datetime:
    """Return how long free seats wait for a household: as long as an offer runs, but never until offers stop.

    Held until then, they would stay empty: nobody after it could be offered them any more.
    """
    until, stop = offer_runs_until(event, now), offers_stop_at(event)
    return until if until < stop else now + (stop - now) / 2


def bring_forward(session: Session, event: Event, now: datetime) -> None:
    """Let no offer and no hold run beyond the moment when offers stop, after the event was moved; tell who must hurry.

    Call it under the gate.
    """
    stop = offers_stop_at(event)
    late = select(Offer).where(Offer.event_id == event.id, Offer.state == OfferState.OPEN, Offer.expires_at > stop)
    for offer in session.scalars(late.options(joinedload(Offer.registration))).all():
        offer.expires_at = stop
        letters.tell_offer(session, event, offer.registration, offer, now)
    holds = select(Registration).where(Registration.event_id == event.id, Registration.waits_until >= stop)
    for registration in session.scalars(holds).all():
        registration.waits_until = held_until(event, now)


def promote(session: Session, event: Event, gate: Gate, now: datetime) -> None:
    """Give what is free to the queue, in order; call it in the transaction that freed it, under the gate."""
    if event.state != EventState.PUBLISHED or event.postponed_at is not None or now >= offers_stop_at(event):
        return
    session.flush()
    free = free_seats(session, event.id, gate.room)
    if free <= 0:
        return
    for registration in _queue(session, event.id):
        waiting = in_state(registration, SeatState.WAITING)
        worth = seats_worth_having(registration)
        if worth <= free:
            seats = min(free, len(waiting))
            _offer(session, event, registration, waiting[:seats], now)
            free -= seats
        elif registration.waits_until is None:
            registration.waits_until = held_until(event, now)
            return
        elif now < registration.waits_until:
            return
        elif not any(
            passing.free == free and passing.happened_at >= registration.waits_until
            for passing in registration.passings
        ):
            registration.passings.append(Passing(happened_at=now, free=free, needed=worth))
            note(session, Verb.QUEUE_PASSED_OVER, of=event.id, by=ActorRole.CLOCK, now=now, free=free, needed=worth)
        if free <= 0:
            return


def _queue(session: Session, event_id: int) -> Iterator[Registration]:
    """Walk along the waiting parties in order, without those that are thinking about an offer already.

    A few at a time: under the gate, a queue of hundreds must not be read for the sake of its first.
    """
    thinking = select(Offer.registration_id).where(Offer.event_id == event_id, Offer.state == OfferState.OPEN)
    waiting = select(Attendee.registration_id).where(Attendee.event_id == event_id, Attendee.state == SeatState.WAITING)
    in_order = (
        select(Registration)
        .where(Registration.id.in_(waiting), Registration.id.not_in(thinking))
        .options(selectinload(Registration.attendees), selectinload(Registration.passings))
        .order_by(Registration.number)
        .limit(AT_A_TIME)
    )
    last = 0
    while parties := session.scalars(in_order.where(Registration.number > last)).all():
        yield from parties
        last = parties[-1].number


def _offer(session: Session, event: Event, registration: Registration, people: list[Attendee], now: datetime) -> None:
    offer = Offer(
        event_id=event.id,
        seats=move(people, SeatState.OFFERED, now),
        made_at=now,
        expires_at=offer_runs_until(event, now),
        state=OfferState.OPEN,
    )
    registration.offers.append(offer)
    registration.waits_until = None
    session.flush()
    letters.tell_offer(session, event, registration, offer, now)
    note(session, Verb.SEATS_OFFERED, of=event.id, by=ActorRole.CLOCK, now=now, seats=offer.seats)
