"""Moving people to another list by hand, with a reason. Seats and queue are those of `events.rules.seating`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from karavan.core.problems import NotFound
from karavan.events.models import (
    GONE,
    LIVE,
    Attendee,
    Event,
    EventState,
    OfferState,
    Registration,
    SeatState,
)
from karavan.events.problems import AlreadyLive, EventIsCancelled
from karavan.events.rules.change_seats import give_back, open_offer
from karavan.events.rules.register import live_twin
from karavan.events.rules.seating import free_seats, in_state, move, promote, settle, take_gate
from karavan.record.models import ActorRole, Verb
from karavan.record.rules import note
from karavan.roster.list_letters import tell_moved
from karavan.roster.models import ListMove
from karavan.roster.problems import AlreadyThere, EventHasEnded, NobodyElseWaits, NoFreeSeat, NoQueueHere

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.events.rules.seating import Gate

TARGETS: Final[dict[SeatState, tuple[SeatState, ...]]] = {
    SeatState.SEATED: (SeatState.WAITING, SeatState.OFFERED, *GONE),
    SeatState.WAITING: (SeatState.SEATED, *GONE),
    SeatState.GIVEN_BACK: LIVE,
}
"""To which list people can be moved by hand, and from where."""


def move_people(
    session: Session,
    event_id: int,
    public_id: str,
    *,
    attendee_ids: Collection[int],
    to: SeatState,
    reason: str,
    by_id: int,
    now: datetime,
) -> int:
    """Put some people of a registration on another list, and say how many.

    A seat is given out of turn only if one is free, so nobody loses hers; who is moved to the queue stands at its end,
    unless others of her party wait there already. The reason stands in the letter, on the ticket and in the record.

    Raises:
        NotFound: no such registration of an event that everybody may see.
        AlreadyThere: nobody chosen can be moved there.
        NoFreeSeat, NoQueueHere, NobodyElseWaits, AlreadyLive: the lists would not be right.
        EventIsCancelled, EventHasEnded: its lists are history.

    """
    gate = take_gate(session, event_id)
    event = session.get_one(Event, event_id, options=(joinedload(Event.organisation),))
    registration = session.scalar(
        select(Registration).where(Registration.public_id == public_id, Registration.event_id == event_id),
    )
    if registration is None or event.state == EventState.DRAFT:
        raise NotFound
    _refuse_what_is_over(event, now)
    people = [one for one in in_state(registration, *TARGETS[to]) if one.id in attendee_ids]
    if not people:
        raise AlreadyThere
    _write_moves(session, people, to, reason=reason, by_id=by_id, now=now)
    if to == SeatState.GIVEN_BACK:
        chosen = {one.id for one in people}
        by = ActorRole.ORGANISER
        return give_back(session, event_id, public_id, attendee_ids=chosen, now=now, by=by, reason=reason)
    if not registration.live:
        _refuse_a_twin(session, registration)
    if to == SeatState.SEATED:
        _seat(session, registration, gate, people, now)
    else:
        _queue(session, event, registration, gate, people, now)
    settle(registration)
    session.flush()
    tell_moved(session, event, registration, people, now, to=to, reason=reason)
    facts: dict[str, Any] = {"people": len(people), "to": to.value}
    note(session, Verb.PERSON_MOVED, of=event_id, by=ActorRole.ORGANISER, now=now, reason=reason, **facts)
    promote(session, event, gate, now)
    return len(people)


def _refuse_what_is_over(event: Event, now: datetime) -> None:
    if event.state == EventState.CANCELLED:
        raise EventIsCancelled
    if now >= event.ends_at:
        raise EventHasEnded


def _refuse_a_twin(session: Session, registration: Registration) -> None:
    twin = live_twin(session, registration.event_id, email_key=registration.email_key, phone=registration.phone)
    if twin is not None:
        raise AlreadyLive


def _write_moves(
    session: Session, people: Sequence[Attendee], to: SeatState, *, reason: str, by_id: int, now: datetime
) -> None:
    session.add_all(
        ListMove(attendee_id=one.id, before=one.state, after=to, reason=reason, by_id=by_id, moved_at=now)
        for one in people
    )


def _seat(session: Session, registration: Registration, gate: Gate, people: Sequence[Attendee], now: datetime) -> None:
    """Give seats that are free; who was offered one holds it already."""
    needed = sum(one.state != SeatState.OFFERED for one in people)
    if needed and free_seats(session, registration.event_id, gate.room) < needed:
        raise NoFreeSeat
    move(people, SeatState.SEATED, now)
    offer = open_offer(registration)
    if offer is not None:
        left = len(in_state(registration, SeatState.OFFERED))
        if left:
            offer.seats = left
        else:
            offer.state, offer.answered_at = OfferState.ACCEPTED, now


def _queue(
    session: Session, event: Event, registration: Registration, gate: Gate, people: Sequence[Attendee], now: datetime
) -> None:
    """Put people at the end of the queue; what they held goes to whoever stands there."""
    if not event.waiting_list:
        raise NoQueueHere
    others = select(Attendee.id).where(
        Attendee.event_id == event.id,
        Attendee.state == SeatState.WAITING,
        Attendee.registration_id != registration.id,
    )
    if any(one.state == SeatState.SEATED for one in people) and session.scalar(others.limit(1)) is None:
        raise NobodyElseWaits
    if not in_state(registration, SeatState.WAITING, SeatState.OFFERED):
        registration.number = gate.number
    move(people, SeatState.WAITING, now)
