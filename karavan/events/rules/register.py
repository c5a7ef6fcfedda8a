"""Taking seats: for oneself, for a household, or at the desk for somebody who called."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select

from karavan.core.problems import Message, NotFound
from karavan.core.tokens import new_code, new_public_id
from karavan.events import letters
from karavan.events.models import (
    Answer,
    Attendee,
    Consent,
    ConsentPurpose,
    Event,
    EventState,
    Registration,
    SeatChannel,
    SeatState,
)
from karavan.events.problems import (
    EventIsCancelled,
    EventIsFull,
    FewerSeatsLeft,
    RegistrationHasClosed,
    RegistrationNotOpenYet,
    TooManyPeople,
)
from karavan.events.rules.seating import Gate, free_seats, promote, somebody_waits, take_gate
from karavan.record.models import ActorRole, Verb
from karavan.record.rules import note

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

CONSENT_TEXTS = "2026-11"
"""Version of the consent wordings in `templates/events/_consents.html`; change both together."""


@dataclass(frozen=True, kw_only=True)
class Guest:
    """One person who wants to come."""

    name: str
    child: bool = False
    needs: tuple[str, ...] = ()
    needs_note: str = ""


@dataclass(frozen=True, kw_only=True)
class Application:
    """What somebody asks for, already checked word by word; the rule decides whether she gets it."""

    key: str
    guests: tuple[Guest, ...]
    lang: str
    email: str = ""
    email_key: str | None = None
    phone: str | None = None
    district: str = ""
    at_least: int = 0
    """0: everybody or nobody."""
    answers: dict[int, Any] = field(default_factory=dict)
    consents: frozenset[ConsentPurpose] = frozenset()
    channel: SeatChannel = SeatChannel.WEB


class Outcome(NamedTuple):
    """What became of an application."""

    public_id: str | None
    """None: the contact is registered already; she is told by letter, not on a screen anybody could read."""
    fresh: bool


def register(session: Session, event_id: int, wish: Application, *, now: datetime) -> Outcome:
    """Give seats, or places in the queue, to whoever asks; the same form twice is the same registration.

    The gate is taken first (see `seating`). A second press of the same form finds the first registration by its key. A
    contact that holds a live registration gets no second one; its owner is sent her ticket again.

    Raises:
        NotFound: no such public event.
        RegistrationNotOpenYet, RegistrationHasClosed, EventIsCancelled: the window.
        EventIsFull, FewerSeatsLeft: no seat, and no queue to stand in.
        TooManyPeople: more than one registration may bring.

    """
    gate = take_gate(session, event_id)
    first = session.scalar(select(Registration).where(Registration.event_id == event_id, Registration.key == wish.key))
    if first is not None:
        return Outcome(first.public_id, fresh=False)

    event = session.get_one(Event, event_id)
    by_staff = wish.channel == SeatChannel.DESK
    refuse_outside_window(event, now, by_staff=by_staff)
    if not 1 <= len(wish.guests) <= event.party_limit:
        raise TooManyPeople(
            Message.counted(
                "One registration can bring at most %(num)d person.",
                "One registration can bring at most %(num)d people.",
                event.party_limit,
            ),
            where="people",
        )
    twin = live_twin(session, event_id, email_key=wish.email_key, phone=wish.phone)
    if twin is not None:
        letters.tell_again(session, event, twin, now)
        return Outcome(twin.public_id if by_staff else None, fresh=False)

    at_least = min(wish.at_least or len(wish.guests), len(wish.guests))
    seats = _seats_at_once(session, event, gate, wanted=len(wish.guests), at_least=at_least)
    registration = _write_down(session, event, gate, wish, seats=seats, at_least=at_least, now=now)
    waiting = len(wish.guests) - seats
    letters.tell_registered(session, event, registration, now)
    note(
        session,
        Verb.REGISTRATION_CREATED if seats else Verb.REGISTRATION_QUEUED,
        event_id=event_id,
        by=ActorRole.ORGANISER if by_staff else ActorRole.RESIDENT,
        now=now,
        seats=seats,
        waiting=waiting,
    )
    if waiting:
        promote(session, event, gate, now)
    return Outcome(registration.public_id, fresh=True)


def refuse_outside_window(event: Event, now: datetime, *, by_staff: bool = False) -> None:
    """Say no unless seats can be taken now. The desk may add people until the event ends."""
    if event.state == EventState.DRAFT:
        raise NotFound
    if event.state == EventState.CANCELLED:
        raise EventIsCancelled
    if now >= (event.ends_at if by_staff else min(event.closes_at, event.starts_at)):
        raise RegistrationHasClosed
    if event.registration_opens_at and now < event.registration_opens_at and not by_staff:
        raise RegistrationNotOpenYet


def live_twin(session: Session, event_id: int, *, email_key: str | None, phone: str | None) -> Registration | None:
    """Return the live registration of this event that one of the contacts belongs to. A missing contact is nobody's."""
    # One question per contact: with OR between them SQLite would read every registration of the event.
    for column, value in ((Registration.email_key, email_key), (Registration.phone, phone)):
        if value is not None:
            same = select(Registration).where(Registration.event_id == event_id, Registration.live, column == value)
            twin = session.scalar(same.limit(1))
            if twin is not None:
                return twin
    return None


def _seats_at_once(session: Session, event: Event, gate: Gate, *, wanted: int, at_least: int) -> int:
    """Return how many seats this newcomer gets on the spot: none while anybody waits."""
    if somebody_waits(session, event.id):
        return 0
    free = max(0, free_seats(session, event.id, gate.room))
    if free >= wanted:
        return wanted
    if event.waiting_list:
        return free if free >= at_least else 0
    if free == 0:
        raise EventIsFull
    raise FewerSeatsLeft(
        Message.counted("Only %(num)d seat is left.", "Only %(num)d seats are left.", free),
        where="people",
    )


def _write_down(
    session: Session,
    event: Event,
    gate: Gate,
    wish: Application,
    *,
    seats: int,
    at_least: int,
    now: datetime,
) -> Registration:
    registration = Registration(
        event_id=event.id,
        public_id=new_public_id(),
        key=wish.key,
        number=gate.number,
        email=wish.email,
        email_key=wish.email_key,
        phone=wish.phone,
        lang=wish.lang,
        district=wish.district,
        at_least=at_least,
        channel=wish.channel,
        created_at=now,
        attendees=[
            Attendee(
                event_id=event.id,
                position=position,
                name=guest.name,
                child=guest.child,
                needs=list(guest.needs),
                needs_note=guest.needs_note,
                code=new_code(),
                state=SeatState.SEATED if position < seats else SeatState.WAITING,
                state_at=now,
            )
            for position, guest in enumerate(wish.guests)
        ],
        answers=[Answer(question_id=question_id, value=value) for question_id, value in wish.answers.items()],
        consents=[
            Consent(purpose=purpose, text_version=CONSENT_TEXTS, lang=wish.lang, given_at=now)
            for purpose in sorted(wish.consents)
        ],
    )
    session.add(registration)
    session.flush()
    return registration
