"""Taking seats: for oneself, for a household, or at the desk for somebody who called."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import joinedload

from karavan.core.database import insert_into, table_of
from karavan.core.problems import Message, NotFound
from karavan.core.tokens import new_code, new_public_id
from karavan.events import letters
from karavan.events.models import (
    BY_STAFF,
    HOLDING,
    Answer,
    Attendee,
    Consent,
    ConsentPurpose,
    Event,
    EventState,
    Registration,
    SeatChannel,
    SeatState,
    WayIn,
)
from karavan.events.problems import (
    EventIsCancelled,
    EventIsFull,
    EventIsPostponed,
    FewerSeatsLeft,
    GivenBySelection,
    RegistrationHasClosed,
    RegistrationNotOpenYet,
    TooManyPeople,
)
from karavan.events.rules.seating import Gate, promote, take_gate
from karavan.record.models import ActorRole, Verb
from karavan.record.rules import note

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.core.database import Base

CONSENT_TEXTS = "2026-11"
"""Version of the consent wordings in `templates/events/_consents.html`; change both together."""


@dataclass(frozen=True, kw_only=True)
class Guest:
    """One person who wants to come."""

    name: str
    child: bool = False
    needs: tuple[str, ...] = ()
    needs_note: str = ""
    sex: str = ""
    """A value of `Sex`, or nothing; this and the next two only where the event asks."""
    born: int | None = None
    role: str = ""


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
    added_by: int | None = None
    """Who of the staff took it down; None: she asked herself."""


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
    standing = _standing(session, event_id, wish)
    if standing.first is not None:
        return Outcome(standing.first, fresh=False)

    event = session.get_one(Event, event_id, options=(joinedload(Event.organisation),))
    by_staff = wish.channel in BY_STAFF
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
    if standing.twin is not None:
        twin = session.get_one(Registration, standing.twin)
        letters.tell_again(session, event, twin, now)
        return Outcome(twin.public_id if by_staff else None, fresh=False)

    at_least = min(wish.at_least or len(wish.guests), len(wish.guests))
    seats = _seats_at_once(event, gate.room, standing, wanted=len(wish.guests), at_least=at_least)
    registration = _write_down(session, event, gate, wish, seats=seats, at_least=at_least, now=now)
    waiting = len(wish.guests) - seats
    letters.tell_registered(session, event, registration, now)
    note(
        session,
        Verb.REGISTRATION_CREATED if seats else Verb.REGISTRATION_QUEUED,
        of=event_id,
        by=ActorRole.ORGANISER if by_staff else ActorRole.RESIDENT,
        now=now,
        seats=seats,
        waiting=waiting,
    )
    if waiting and standing.held + seats < gate.room:
        promote(session, event, gate, now)
    return Outcome(registration.public_id, fresh=True)


def refuse_if_full(session: Session, event: Event, wish: Application, *, now: datetime) -> None:
    """Say no before the gate, where every seat is held and there is no queue to stand in.

    Most people in a rush are told no, and need not stand in line for it. Whoever is known to this event goes on to the
    gate, which has an answer for her. Seats are given at the gate alone.

    Raises:
        EventIsFull, and what `refuse_outside_window` raises.

    """
    if event.waiting_list:
        return
    standing = _standing(session, event.id, wish)
    if standing.first is None and standing.twin is None:
        refuse_outside_window(event, now)
        if standing.held >= event.gate.capacity + event.gate.overbooked:
            raise EventIsFull


def refuse_outside_window(event: Event, now: datetime, *, by_staff: bool = False) -> None:
    """Say no unless seats can be taken now. The desk may add people until the event ends."""
    if event.state == EventState.DRAFT:
        raise NotFound
    if event.state == EventState.CANCELLED:
        raise EventIsCancelled
    if event.way_in == WayIn.SELECTION:
        raise GivenBySelection
    if event.postponed_at is not None:
        raise EventIsPostponed
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


class _Standing(NamedTuple):
    """All that is asked under the gate, in one question: while it is answered, everybody else waits."""

    first: str | None
    """The registration that this very form made before."""
    twin: int | None
    """The live registration of one of the contacts."""
    somebody_waits: bool
    held: int


def _standing_statement() -> Any:
    mine = select(Registration.id).where(Registration.event_id == bindparam("event_id"), Registration.live).limit(1)
    people = select(Attendee.id).where(Attendee.event_id == bindparam("event_id"))
    return select(
        select(Registration.public_id)
        .where(Registration.event_id == bindparam("event_id"), Registration.key == bindparam("key"))
        .scalar_subquery(),
        # A contact that was not given is NULL, and equals nobody's. Two questions, because with OR between them SQLite
        # would read every registration of the event.
        func.coalesce(
            mine.where(Registration.email_key == bindparam("email_key")).scalar_subquery(),
            mine.where(Registration.phone == bindparam("phone")).scalar_subquery(),
        ),
        people.where(Attendee.state == SeatState.WAITING).exists(),
        select(func.count())
        .where(Attendee.event_id == bindparam("event_id"), or_(*(Attendee.state == state for state in HOLDING)))
        .scalar_subquery(),
    )


_STANDING = _standing_statement()


def _standing(session: Session, event_id: int, wish: Application) -> _Standing:
    asked = {"event_id": event_id, "key": wish.key, "email_key": wish.email_key, "phone": wish.phone}
    return _Standing(*session.connection().execute(_STANDING, asked).one())


def _seats_at_once(event: Event, room: int, standing: _Standing, *, wanted: int, at_least: int) -> int:
    """Return how many seats this newcomer gets on the spot: none while anybody waits."""
    free = 0 if standing.somebody_waits else max(0, room - standing.held)
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
        added_by_id=wish.added_by,
        created_at=now,
        attendees=[
            Attendee(
                event_id=event.id,
                position=position,
                name=guest.name,
                child=guest.child,
                needs=list(guest.needs),
                needs_note=guest.needs_note,
                sex=guest.sex,
                born=guest.born,
                role=guest.role,
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
    _insert(session, registration)
    return registration


def _insert(session: Session, registration: Registration) -> None:
    """Write a registration and its people, answers and consents: one statement a table, under the gate.

    The objects are left out of the session: its unit of work would take twice as long, and write people one by one.
    """
    connection = session.connection()
    written: Any = connection.execute(insert_into(Registration), _row(registration))
    registration.id = written.inserted_primary_key[0]
    for children in (registration.attendees, registration.answers, registration.consents):
        if children:
            rows = [_row(child) | {"registration_id": registration.id} for child in children]
            connection.execute(insert_into(type(children[0])), rows)


def _row(written: Base) -> dict[str, Any]:
    columns = table_of(type(written)).columns
    return {name: value for name, value in vars(written).items() if name in columns}
