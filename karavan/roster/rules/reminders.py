"""Reminders at set distances before an event begins: planned by the organiser, written by the clock, once each.

Nothing but the rows and the clock says what is due, so a restart loses nothing, and an event that moves takes its
reminders along. Who registered after the moment of a reminder needs none: she has just had a letter.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload

from karavan.core.database import insert_once
from karavan.core.problems import NotFound
from karavan.events.models import Event, EventState, SeatState
from karavan.notifications.models import Letter, LetterState
from karavan.roster.message_letters import REMINDER, write_reminder
from karavan.roster.message_problems import MomentHasPassed, RemindersChanged
from karavan.roster.message_queries import (
    addressees,
    reminders,
    reminders_ahead,
    seated_among,
    waiting_reminders,
)
from karavan.roster.models import Reminder
from karavan.roster.queries import Filter

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.roster.message_queries import Ahead, WaitingReminder

USUAL: Final[dict[int, bool]] = {72: True, 24: True}
"""Hours before the start, and whether the reminder asks "are you still coming?"."""
FURTHEST: Final = timedelta(hours=720)
MOST: Final = 8
_SEATED: Final = Filter(states=(SeatState.SEATED.value,))


def mark_of(planned: Mapping[int, bool]) -> str:
    """Write reminders as one word, by which it is noticed that somebody else changed them."""
    return ",".join(f"{hours}{'a' if asks else ''}" for hours, asks in sorted(planned.items()))


def planned_of(rows: Iterable[Reminder]) -> dict[int, bool]:
    """Return what an event's rows mean; without any, the usual ones."""
    rows = list(rows)
    return {row.hours_before: row.asks for row in rows if not row.off} if rows else dict(USUAL)


def plan_reminders(session: Session, event_id: int, wanted: Mapping[int, bool], *, read: str, now: datetime) -> None:
    """Set when people are reminded, and whether they are asked.

    `read` is the mark of what the organiser had before her.

    Raises:
        NotFound: no such event.
        RemindersChanged: somebody else saved others meanwhile.
        MomentHasPassed: a new one lies in the past.

    """
    event = session.scalar(select(Event).where(Event.id == event_id).with_for_update())
    if event is None:
        raise NotFound
    rows = {row.hours_before: row for row in reminders(session, event_id)}
    before = planned_of(rows.values())
    if mark_of(before) not in (read, mark_of(wanted)):
        raise RemindersChanged
    for hours in wanted.keys() - before.keys():
        if event.starts_at - timedelta(hours=hours) <= now:
            raise MomentHasPassed(hours=hours)
    for hours in {*wanted, *USUAL} - rows.keys():
        rows[hours] = Reminder(event_id=event_id, hours_before=hours)
        session.add(rows[hours])
    for hours, row in rows.items():
        row.off, row.asks = hours not in wanted, wanted.get(hours, bool(row.asks))


def events_to_remind(session: Session, *, now: datetime) -> list[int]:
    """Return the events of which somebody is to be reminded now, or whose reminders are to be set."""
    ahead = reminders_ahead(session, now=now, within=FURTHEST)
    return list(dict.fromkeys(one.event_id for one in ahead if _is_to_do(one, now)))


def _is_to_do(one: Ahead, now: datetime) -> bool:
    """Has the event no reminders yet, is one due, or was it written before the event moved away from it?"""
    if one.hours_before is None:
        return True
    past = one.starts_at - timedelta(hours=one.hours_before) <= now
    return not one.off and past == (one.done_at is None)


def remind(session: Session, event_id: int, *, now: datetime) -> int:
    """Write the reminders of an event whose moment has come, and say how many letters that makes.

    If several are due at once, because the server slept or the event was brought forward, only the one nearest to the
    start is written. What was written before the event moved to a later time comes again at its new moment.
    """
    event = session.get_one(Event, event_id, options=(joinedload(Event.organisation),))
    if event.state != EventState.PUBLISHED or event.postponed_at is not None or event.starts_at <= now:
        return 0
    due = []
    for row in _rows(session, event_id):
        past = event.starts_at - timedelta(hours=row.hours_before) <= now
        if row.off:
            continue
        if past and row.done_at is None:
            due.append(row)
        elif not past and row.done_at is not None:
            row.done_at, row.letters = None, 0
    for row in due:
        row.done_at = now
    if not due:
        return 0
    nearest = due[0]
    by = event.starts_at - timedelta(hours=nearest.hours_before)
    people = addressees(session, event_id, _SEATED, by=by)
    nearest.letters = write_reminder(session, event, nearest, people, now, batch=batch_of_reminder(nearest, event))
    return nearest.letters


def batch_of_reminder(reminder: Reminder, event: Event) -> str:
    """Return what the outbox calls the letters of a reminder; it is another one once the event moves."""
    return f"reminder:{reminder.id}:{_start(event)}"


def _start(event: Event) -> str:
    return f"{event.starts_at:%Y%m%dT%H%M}"


def _rows(session: Session, event_id: int) -> Sequence[Reminder]:
    """Take an event's reminders, nearest first; the usual ones, if the organiser said nothing."""
    held = select(Reminder).where(Reminder.event_id == event_id).order_by(Reminder.hours_before).with_for_update()
    rows = session.scalars(held).all()
    if rows:
        return rows
    for hours, asks in USUAL.items():
        insert_once(session, Reminder, event_id=event_id, hours_before=hours, asks=asks, off=False, letters=0)
    return session.scalars(held).all()


def call_back_stale(session: Session) -> int:
    """Take reminders out of the outbox that would tell what is not so any more, and say how many.

    The mail server was down, and meanwhile the event moved, or was put off or cancelled, or the seats were given back.
    """
    taken, last = 0, 0
    while some := waiting_reminders(session, REMINDER, after=last):
        taken += _call_back(session, some)
        last = some[-1].letter_id
    return taken


def _call_back(session: Session, waiting: Sequence[WaitingReminder]) -> int:
    known = select(Reminder.id, Event).join(Event, Event.id == Reminder.event_id)
    events = {
        reminder_id: event
        for reminder_id, event in session.execute(known.where(Reminder.id.in_({one.reminder_id for one in waiting})))
        if event.state == EventState.PUBLISHED and event.postponed_at is None
    }
    seated = seated_among(session, [one.registration_id for one in waiting], SeatState.SEATED)
    stale = [
        one.letter_id
        for one in waiting
        if one.registration_id not in seated
        or one.reminder_id not in events
        or one.start != _start(events[one.reminder_id])
    ]
    taken = session.execute(
        delete(Letter).where(Letter.id.in_(stale), Letter.state == LetterState.WAITING).returning(Letter.id),
        execution_options={"synchronize_session": False},
    )
    return len(taken.all())
