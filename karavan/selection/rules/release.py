"""Telling all decisions at once: accepted applicants are offered a seat, the reserve stands in the queue in its order.

From here on seats change hands as at every event (`events.rules.seating`): an offer that is declined, or runs out, goes
to the next in the queue, and that is the reserve.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from karavan.core.tokens import new_code, new_key, new_public_id
from karavan.events.models import (
    Answer,
    Attendee,
    Consent,
    ConsentPurpose,
    Event,
    EventState,
    Offer,
    OfferState,
    Question,
    Registration,
    SeatChannel,
    SeatGate,
    SeatState,
)
from karavan.events.problems import EventIsPostponed
from karavan.events.rules.register import CONSENT_TEXTS
from karavan.events.rules.seating import free_seats, offer_runs_until, offers_stop_at, promote, take_gate
from karavan.selection import letters
from karavan.selection.lifecycle import Act
from karavan.selection.models import Application, ApplicationState, Call
from karavan.selection.problems import EventWillNotBe, PlacesAndSeatsDiffer, TooLateToAnswer
from karavan.selection.queries import standing
from karavan.selection.rules.steps import move_on, refuse_elsewhere
from karavan.selection.rules.taking import take

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session


def release(session: Session, event_id: int, *, now: datetime) -> Call:
    """Tell everybody at once, in one transaction: seats are offered, the reserve queues, the draw is published.

    Raises:
        NotFound, NotAtThisStage.
        EventWillNotBe, EventIsPostponed, TooLateToAnswer: nobody could come any more, or say so in time.
        PlacesAndSeatsDiffer: there are fewer free seats than people accepted.

    """
    gate = take_gate(session, event_id)
    call = take(session, event_id)
    refuse_elsewhere(call, Act.RELEASE)
    event = call.event
    if event.state != EventState.PUBLISHED:
        raise EventWillNotBe
    if event.postponed_at is not None:
        raise EventIsPostponed
    until = offer_runs_until(event, now, hours=call.confirm_hours)
    if now >= offers_stop_at(event) or until <= now:
        raise TooLateToAnswer
    applications = {one.pseudonym: one for one in standing(session, event_id)}
    accepted = [applications[name] for name in call.drawn["accepted"] if name in applications]
    reserve = [applications[name] for name in call.drawn["reserve"] if name in applications]
    free = free_seats(session, event_id, gate.room)
    if free < len(accepted):
        raise PlacesAndSeatsDiffer(places=len(accepted), seats=free)

    _draw_numbers(session, event_id, len(accepted) + len(reserve))
    asked = set(session.scalars(select(Question.id).where(Question.event_id == event_id)))
    for number, one in enumerate((*accepted, *reserve), gate.number):
        chosen = number < gate.number + len(accepted)
        one.state = ApplicationState.ACCEPTED if chosen else ApplicationState.RESERVE
        one.registration = _registration(one, number, SeatState.OFFERED if chosen else SeatState.WAITING, asked, now)
        if chosen:
            one.registration.offers.append(
                Offer(event_id=event_id, seats=1, state=OfferState.OPEN, made_at=now, expires_at=until)
            )
    taken = {one.id for one in (*accepted, *reserve)}
    for one in applications.values():
        if one.id not in taken:
            one.state = ApplicationState.NOT_ACCEPTED
    session.flush()
    for one in applications.values():
        letters.tell_decision(session, call, one, now, until=until if one.state == ApplicationState.ACCEPTED else None)
    refused = len(applications) - len(taken)
    facts: dict[str, Any] = {
        "accepted": len(accepted),
        "reserve": len(reserve),
        "not_accepted": refused,
        "seed": call.seed,
    }
    move_on(session, call, Act.RELEASE, now=now, **facts)
    promote(session, event, gate, now)  # seats of accepted people who left meanwhile, or that were added
    return call


def tell_of_cancellation(session: Session, event_id: int, *, now: datetime) -> int:
    """Tell applicants of a cancelled event that it will not be held; running twice is harmless."""
    call = take(session, event_id)
    event = session.get_one(Event, event_id)
    if event.state != EventState.CANCELLED:
        return 0
    waiting = [one for one in standing(session, event_id) if one.state == ApplicationState.HANDED_IN]
    for one in waiting:
        one.state = ApplicationState.NOT_ACCEPTED
        letters.tell_cancelled(session, call.event, one, now)
    session.flush()
    return len(waiting)


def _draw_numbers(session: Session, event_id: int, people: int) -> None:
    """Draw a number for each: the first was drawn at the gate."""
    session.execute(
        update(SeatGate)
        .where(SeatGate.event_id == event_id)
        .values(next_number=SeatGate.next_number + max(0, people - 1))
        .execution_options(synchronize_session=False)
    )


def _registration(one: Application, number: int, state: SeatState, asked: set[int], now: datetime) -> Registration:
    return Registration(
        event_id=one.event_id,
        public_id=new_public_id(),
        key=new_key(),
        number=number,
        live=True,
        email=one.email,
        email_key=one.email_key,
        phone=one.phone,
        lang=one.lang,
        district=one.district,
        at_least=1,
        channel=SeatChannel.SELECTION,
        created_at=now,
        attendees=[
            Attendee(
                event_id=one.event_id,
                position=0,
                name=one.name,
                needs=list(one.needs),
                needs_note=one.needs_note,
                sex=one.sex,
                born=one.born,
                role=one.role,
                code=new_code(),
                state=state,
                state_at=now,
            )
        ],
        answers=[
            Answer(question_id=int(question), value=value)
            for question, value in one.answers.items()
            if int(question) in asked
        ],
        consents=[
            Consent(
                purpose=ConsentPurpose(purpose), text_version=CONSENT_TEXTS, lang=one.lang, given_at=one.handed_in_at
            )
            for purpose in one.consents
        ],
    )
