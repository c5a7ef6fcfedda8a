"""Giving seats back, answering an offer, rejoining the queue: what a ticket's owner may do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from karavan.core.problems import NotFound
from karavan.events import letters
from karavan.events.models import (
    GONE,
    HOLDING,
    LIVE,
    Event,
    EventState,
    Offer,
    OfferState,
    Registration,
    SeatState,
)
from karavan.events.problems import AlreadyLive, EventIsCancelled, EventIsFull, OfferIsGone
from karavan.events.rules.register import live_twin, refuse_outside_window
from karavan.events.rules.seating import (
    free_seats,
    in_state,
    move,
    promote,
    settle,
    somebody_waits,
    take_gate,
)
from karavan.record.models import ActorRole, Verb
from karavan.record.rules import note

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.orm import Session


def give_back(
    session: Session,
    event_id: int,
    public_id: str,
    *,
    attendee_ids: Collection[int] | None = None,
    now: datetime,
    by: ActorRole = ActorRole.RESIDENT,
    reason: str = "",
) -> int:
    """Let go of some or all of a registration's seats and places in the queue, and say how many.

    What was freed goes to the queue in the same transaction. Asking twice changes nothing the second time. An organiser
    who does it on somebody's behalf gives a reason, which the letter and the public record repeat.

    Raises:
        NotFound: no such registration for this event.

    """
    gate = take_gate(session, event_id)
    event, registration = _load(session, event_id, public_id)
    leaving = [
        attendee for attendee in in_state(registration, *LIVE) if attendee_ids is None or attendee.id in attendee_ids
    ]
    if not leaving:
        return 0
    held = sum(attendee.state in HOLDING for attendee in leaving)
    freed = move(leaving, SeatState.GIVEN_BACK, now)
    offer = open_offer(registration)
    still_offered = len(in_state(registration, SeatState.OFFERED))
    if offer is not None and still_offered:
        offer.seats = still_offered
    elif offer is not None:
        offer.state, offer.answered_at = OfferState.DECLINED, now
    settle(registration)
    if by == ActorRole.RESIDENT:
        letters.tell_given_back(session, event, registration, leaving, now)
    else:
        letters.tell_removed(session, event, registration, leaving, now, reason=reason)
    queued = {"waiting": freed - held} if freed > held else {}
    note(session, Verb.SEATS_GIVEN_BACK, of=event_id, by=by, now=now, reason=reason, seats=held, **queued)
    promote(session, event, gate, now)
    return freed


def accept_offer(session: Session, event_id: int, public_id: str, offer_id: int, *, now: datetime) -> None:
    """Turn offered seats into seats. Until the sweeper has taken it back, a late yes still counts.

    Raises:
        NotFound: no such registration, or the offer is somebody else's.
        OfferIsGone: it was declined or has expired (accepting twice is fine).
        EventIsCancelled: there is nothing to sit at.

    """
    gate = take_gate(session, event_id)
    event, registration = _load(session, event_id, public_id)
    if event.state == EventState.CANCELLED:
        raise EventIsCancelled
    offer = _answer(session, registration, offer_id, OfferState.ACCEPTED, now)
    if offer is None:
        return
    seats = move(in_state(registration, SeatState.OFFERED), SeatState.SEATED, now)
    letters.tell_accepted(session, event, registration, offer, now)
    note(session, Verb.OFFER_ACCEPTED, of=event_id, by=ActorRole.RESIDENT, now=now, seats=seats)
    promote(session, event, gate, now)  # the rest of a household waited aside while it was thinking


def decline_offer(session: Session, event_id: int, public_id: str, offer_id: int, *, now: datetime) -> None:
    """Refuse offered seats and leave the queue; they go to the next in the same transaction.

    Raises:
        NotFound: no such registration, or the offer is somebody else's.
        OfferIsGone: it was accepted or has expired (declining twice is fine).

    """
    gate = take_gate(session, event_id)
    event, registration = _load(session, event_id, public_id)
    offer = _answer(session, registration, offer_id, OfferState.DECLINED, now)
    if offer is None:
        return
    seats = offer.seats
    move(in_state(registration, SeatState.OFFERED, SeatState.WAITING), SeatState.DECLINED, now)
    settle(registration)
    note(session, Verb.OFFER_DECLINED, of=event_id, by=ActorRole.RESIDENT, now=now, seats=seats)
    promote(session, event, gate, now)


def rejoin(session: Session, event_id: int, public_id: str, *, now: datetime) -> None:
    """Bring back everybody of a registration who let go, declined or did not answer: at the end of the queue.

    Raises:
        NotFound: no such registration for this event.
        AlreadyLive: the contact has registered anew meanwhile.
        EventIsFull: no seat, and no queue to stand in.
        RegistrationHasClosed, RegistrationNotOpenYet, EventIsCancelled: the window.

    """
    gate = take_gate(session, event_id)
    event, registration = _load(session, event_id, public_id)
    refuse_outside_window(event, now)
    returning = in_state(registration, *GONE)
    if not returning or in_state(registration, SeatState.OFFERED, SeatState.WAITING):
        return  # whoever of the party still waits would lose her place to the new number
    twin = live_twin(session, event_id, email_key=registration.email_key, phone=registration.phone)
    if twin is not None and twin is not registration:
        raise AlreadyLive
    free = 0 if somebody_waits(session, event_id) else max(0, free_seats(session, event_id, gate.room))
    if free < len(returning) and not event.waiting_list:
        raise EventIsFull
    seats = len(returning) if free >= len(returning) else 0
    registration.number = gate.number
    move(returning, SeatState.SEATED if seats else SeatState.WAITING, now)
    settle(registration)
    session.flush()
    letters.tell_registered(session, event, registration, now)
    note(
        session,
        Verb.REGISTRATION_REJOINED,
        of=event_id,
        by=ActorRole.RESIDENT,
        now=now,
        seats=seats,
        waiting=len(returning) - seats,
    )
    promote(session, event, gate, now)


def sweep(session: Session, event_id: int, *, now: datetime) -> int:
    """Take back offers whose time is over, hand the seats on, and say how many offers that were.

    Also moves the queue on when seats were held long enough for a household. Running twice is harmless.
    """
    gate = take_gate(session, event_id)
    event = session.get_one(Event, event_id)
    if event.state != EventState.PUBLISHED:
        return 0  # everybody was told that it will not be held; offers of it run out in silence
    overdue = session.scalars(
        select(Offer).where(Offer.event_id == event_id, Offer.state == OfferState.OPEN, Offer.expires_at <= now),
    ).all()
    for offer in overdue:
        offer.state, offer.answered_at = OfferState.EXPIRED, now
        registration = offer.registration
        move(in_state(registration, SeatState.OFFERED, SeatState.WAITING), SeatState.EXPIRED, now)
        settle(registration)
        letters.tell_expired(session, event, registration, offer, now)
        note(session, Verb.OFFER_EXPIRED, of=event_id, by=ActorRole.CLOCK, now=now, seats=offer.seats)
    promote(session, event, gate, now)
    return len(overdue)


def open_offer(registration: Registration) -> Offer | None:
    """Return the offer this party is thinking about."""
    return next((offer for offer in registration.offers if offer.state == OfferState.OPEN), None)


def _load(session: Session, event_id: int, public_id: str) -> tuple[Event, Registration]:
    registration = session.scalar(
        select(Registration).where(Registration.public_id == public_id, Registration.event_id == event_id),
    )
    if registration is None:
        raise NotFound
    return session.get_one(Event, event_id), registration


def _answer(
    session: Session, registration: Registration, offer_id: int, answer: OfferState, now: datetime
) -> Offer | None:
    """Answer an offer in one conditional update; None if it was answered so already."""
    offer = next((offer for offer in registration.offers if offer.id == offer_id), None)
    if offer is None:
        raise NotFound
    answered = session.execute(
        update(Offer)
        .where(Offer.id == offer_id, Offer.state == OfferState.OPEN)
        .values(state=answer, answered_at=now)
        .returning(Offer.id)
        .execution_options(synchronize_session="fetch"),
    ).first()
    if answered is None and offer.state != answer:
        raise OfferIsGone
    return offer if answered else None
