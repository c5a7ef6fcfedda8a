"""Reading messages to people of an event: whom they reach, how their letters fare."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import and_, case, func, or_, select

from karavan.events.models import LIVE, Attendee, Event, EventState, Registration
from karavan.notifications.models import Channel, Letter, LetterState
from karavan.roster.models import Broadcast, BroadcastState, Reminder
from karavan.roster.queries import LARGEST_ID, PAGE, Filter, chosen

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from sqlalchemy.orm import Session

    from karavan.events.models import SeatState

REACHABLE: Final = or_(Registration.email != "", Registration.phone.is_not(None))
"""Whoever erased her contacts is written to no more."""


def batch_of(broadcast_id: int) -> str:
    """Return what the outbox calls the letters of a message."""
    return f"broadcast:{broadcast_id}"


class Whom(NamedTuple):
    """How many a message reaches."""

    contacts: int
    people: int
    by_phone: int
    """Contacts that have a telephone only, and get a short message."""
    languages: dict[str, int]
    """Contacts by the language they read."""


def whom(session: Session, event_id: int, wanted: Filter) -> Whom:
    """Count whom a filter means, and how they are reached."""
    statement = (
        select(
            Registration.lang,
            func.count(func.distinct(Registration.id)),
            func.count(Attendee.id),
            func.count(func.distinct(case((Registration.email == "", Registration.id)))),
        )
        .join(Attendee, Attendee.registration_id == Registration.id)
        .where(chosen(event_id, wanted), REACHABLE)
        .group_by(Registration.lang)
    )
    rows = session.execute(statement).all()
    contacts, people, by_phone = sum(row[1] for row in rows), sum(row[2] for row in rows), sum(row[3] for row in rows)
    return Whom(contacts, people, by_phone, {row[0]: row[1] for row in rows})


class Addressee(NamedTuple):
    """One registration as a letter to many needs it."""

    registration_id: int
    public_id: str
    lang: str
    email: str
    phone: str
    coming: bool
    """Has she said that she is still coming?"""
    people: list[dict[str, str]]
    """Those of it who hold or await a seat."""


def addressees(
    session: Session, event_id: int, wanted: Filter, *, by: datetime | None = None, only: Sequence[int] = ()
) -> list[Addressee]:
    """Return whom a filter means, registration by registration, in one question; `by`: who was there by then."""
    meant = select(Attendee.registration_id).join(Registration).where(chosen(event_id, wanted))
    conditions = [Registration.event_id == event_id, REACHABLE]
    conditions.append(Registration.id.in_(only) if only else Registration.id.in_(meant))
    if by is not None:
        conditions.append(Registration.created_at <= by)
    statement = (
        select(
            Registration.id,
            Registration.public_id,
            Registration.lang,
            Registration.email,
            Registration.phone,
            Registration.coming_at,
            Attendee.name,
            Attendee.code,
            Attendee.state,
        )
        .join(Attendee, Attendee.registration_id == Registration.id)
        .where(*conditions)
        .order_by(Registration.number, Attendee.position)
    )
    found: dict[int, Addressee] = {}
    for id_, public_id, lang, email, phone, coming_at, name, code, state in session.execute(statement):
        one = found.setdefault(id_, Addressee(id_, public_id, lang, email, phone or "", coming_at is not None, []))
        if state in LIVE:
            one.people.append({"name": name, "code": code, "state": state.value})
    return list(found.values())


def message(session: Session, event_id: int, broadcast_id: int) -> Broadcast | None:
    """Return one message of an event."""
    if broadcast_id > LARGEST_ID:
        return None
    return session.scalar(select(Broadcast).where(Broadcast.id == broadcast_id, Broadcast.event_id == event_id))


def messages(session: Session, event_id: int) -> Sequence[Broadcast]:
    """Return the messages of an event, latest first; drafts that were thrown away are left out."""
    kept = or_(Broadcast.state != BroadcastState.CALLED_OFF, Broadcast.sent_at.is_not(None))
    statement = select(Broadcast).where(Broadcast.event_id == event_id, kept).order_by(Broadcast.id.desc())
    return session.scalars(statement.limit(200)).all()


class Progress(NamedTuple):
    """How the letters of a message fare, read from the outbox."""

    waiting: int
    again: int
    """Of those that wait: they were tried, and could not be delivered yet."""
    sent: int
    failed: int

    @property
    def total(self) -> int:
        """How many letters there are."""
        return self.waiting + self.sent + self.failed


def progress(session: Session, batches: Sequence[str]) -> dict[str, Progress]:
    """Count letters by how they fare, for several messages at once."""
    open_, tried = Letter.state.in_((LetterState.WAITING, LetterState.SENDING)), Letter.attempts > 0
    statement = select(
        Letter.batch,
        func.count(case((open_, 1))),
        func.count(case((and_(Letter.state == LetterState.WAITING, tried), 1))),
        func.count(case((Letter.state == LetterState.SENT, 1))),
        func.count(case((Letter.state == LetterState.FAILED, 1))),
    )
    rows = session.execute(statement.where(Letter.batch.in_(batches)).group_by(Letter.batch))
    return dict.fromkeys(batches, Progress(0, 0, 0, 0)) | {str(row[0]): Progress(*row[1:]) for row in rows}


class LetterLine(NamedTuple):
    """One letter of a message."""

    id: int
    registration_id: int
    name: str
    """The first of the household, for it is one letter."""
    channel: Channel
    address: str
    state: LetterState
    attempts: int
    next_try_at: datetime
    sent_at: datetime | None
    error: str


FATES: Final = ("failed", "waiting", "sent")


def letters_page(session: Session, batch: str, *, fate: str = "", after: str = "") -> tuple[list[LetterLine], str]:
    """Return one page of a message's letters, and where the next begins."""
    states = {
        "failed": (LetterState.FAILED,),
        "waiting": (LetterState.WAITING, LetterState.SENDING),
        "sent": (LetterState.SENT,),
    }
    statement = select(
        Letter.id,
        Letter.key,
        Letter.channel,
        Letter.address,
        Letter.state,
        Letter.attempts,
        Letter.next_try_at,
        Letter.sent_at,
        Letter.last_error,
    ).where(Letter.batch == batch)
    if fate in states:
        statement = statement.where(Letter.state.in_(states[fate]))
    if re.fullmatch("[0-9]{1,10}", after):
        statement = statement.where(Letter.id > min(int(after), LARGEST_ID))
    rows: Sequence[Any] = session.execute(statement.order_by(Letter.id).limit(PAGE + 1)).all()
    names = _names(session, [registration_of(row[1]) for row in rows[:PAGE]])
    lines = [
        LetterLine(id_, registration_of(key), names.get(registration_of(key), ""), *rest) for id_, key, *rest in rows
    ]
    return lines[:PAGE], str(lines[PAGE - 1].id) if len(lines) > PAGE else ""


def registration_of(key: str) -> int:
    """Read from a letter's key whose it is: `broadcast:<id>:<registration>[:<again>]`."""
    return int(key.split(":")[2])


def again_of(key: str) -> str:
    """Return the key of the same letter, sent once more."""
    kind, broadcast_id, registration_id, *times = key.split(":")
    return f"{kind}:{broadcast_id}:{registration_id}:{int(times[0]) + 1 if times else 2}"


def _names(session: Session, registration_ids: Sequence[int]) -> dict[int, str]:
    statement = select(Attendee.registration_id, Attendee.name).where(
        Attendee.registration_id.in_(registration_ids), Attendee.position == 0
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def reminders(session: Session, event_id: int) -> Sequence[Reminder]:
    """Return all reminders an event ever had, the earliest first."""
    statement = select(Reminder).where(Reminder.event_id == event_id).order_by(Reminder.hours_before.desc())
    return session.scalars(statement).all()


class Ahead(NamedTuple):
    """One reminder of an event that lies ahead; no hours: the event has none yet."""

    event_id: int
    starts_at: datetime
    hours_before: int | None
    off: bool | None
    done_at: datetime | None


def reminders_ahead(session: Session, *, now: datetime, within: timedelta) -> list[Ahead]:
    """Return the reminders of all events that begin soon, and such events without any."""
    statement = (
        select(Event.id, Event.starts_at, Reminder.hours_before, Reminder.off, Reminder.done_at)
        .outerjoin(Reminder, Reminder.event_id == Event.id)
        .where(
            Event.state == EventState.PUBLISHED,
            Event.postponed_at.is_(None),
            Event.starts_at > now,
            Event.starts_at <= now + within,
        )
        .order_by(Event.starts_at, Event.id)
    )
    return [Ahead._make(row) for row in session.execute(statement)]


class WaitingReminder(NamedTuple):
    """A reminder that lies in the outbox."""

    letter_id: int
    reminder_id: int
    start: str
    """The beginning of the event it speaks of, as the key writes it."""
    registration_id: int


AT_A_TIME: Final = 1000
"""So many letters are looked at together: a large event has a hundred thousand."""


def waiting_reminders(session: Session, letter: str, *, after: int = 0) -> list[WaitingReminder]:
    """Return some of the reminders that have not left: those that were written after another."""
    waiting = and_(Letter.state == LetterState.WAITING, Letter.letter == letter, Letter.id > after)
    found = []
    for id_, key in session.execute(select(Letter.id, Letter.key).where(waiting).order_by(Letter.id).limit(AT_A_TIME)):
        _, reminder_id, start, registration_id = key.split(":")
        found.append(WaitingReminder(id_, int(reminder_id), start, int(registration_id)))
    return found


def seated_among(session: Session, registration_ids: Sequence[int], state: SeatState) -> set[int]:
    """Return which of these registrations have somebody in a state."""
    statement = select(Attendee.registration_id).where(
        Attendee.registration_id.in_(registration_ids), Attendee.state == state
    )
    return set(session.scalars(statement))
