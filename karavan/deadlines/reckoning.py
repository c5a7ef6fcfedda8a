"""Counting days: when a term ends, and why on that day. Pure and exact; nothing here asks a database or a clock.

A day counts if the clock ran on it (no outage, no pause) and if its unit takes it: every such day for calendar days,
only worked ones for working days. The last counted day is the due date; if a term in calendar days ends on a day that
is not worked, it moves on to the next worked day.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from karavan.deadlines.models import DayKind, FirstDay, Unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    Spans = Sequence[tuple[date, date]]
    """Pauses: first and last day, both within them."""

ONE_DAY = timedelta(days=1)
SATURDAY, SUNDAY = 5, 6


@dataclass(frozen=True)
class Calendar:
    """Which days are worked: Monday to Friday, but for the days named here."""

    days: Mapping[date, DayKind] = field(default_factory=dict)
    version: int = 0
    """The stored version it was read from."""

    def is_worked(self, day: date) -> bool:
        """Is this a working day?"""
        kind = self.days.get(day)
        return day.weekday() < SATURDAY if kind is None else kind is DayKind.WORKED

    def runs(self, day: date) -> bool:
        """Did clocks run on it at all? Not while nobody could reach the site."""
        return self.days.get(day) is not DayKind.OUTAGE


class Term(NamedTuple):
    """How long something may take, as a rule says it: "10 working days, from the day after receipt"."""

    days: int
    unit: Unit
    first_day: FirstDay


class Why(StrEnum):
    """Why a day did not count."""

    SATURDAY = "saturday"
    SUNDAY = "sunday"
    HOLIDAY = "holiday"
    DAY_OFF = "day_off"
    OUTAGE = "outage"
    PAUSE = "pause"
    START = "start"
    """The day it began, where day one is the day after."""
    CARRIED = "carried"
    """Past the last counted day: the term ends on the next worked day."""


class DayLine(NamedTuple):
    """One day of a term: its number if it counted, else why it did not."""

    day: date
    number: int | None
    why: Why | None
    kind: DayKind | None
    """What the calendar says of the day, if it says anything."""


def due_on(started: date, term: Term, calendar: Calendar, *, extra: int = 0, pauses: Spans = ()) -> date:
    """Return the last day that is still in time."""
    left = term.days + extra
    for day in _days_from(_first(started, term)):
        if _counts(day, term.unit, calendar, pauses):
            left -= 1
        if left <= 0 and _may_end(day, calendar, pauses):
            return day
    raise AssertionError("unreachable")


def explain(
    started: date, term: Term, calendar: Calendar, *, extra: int = 0, pauses: Spans = ()
) -> tuple[DayLine, ...]:
    """Return every day from the start to the due date: counted, with its number, or skipped, with the reason."""
    lines = []
    if term.first_day is FirstDay.NEXT:
        lines.append(DayLine(started, None, Why.START, calendar.days.get(started)))
    last, number = term.days + extra, 0
    for day in _days_from(_first(started, term)):
        kind = calendar.days.get(day)
        if number < last and _counts(day, term.unit, calendar, pauses):
            number += 1
            lines.append(DayLine(day, number, None, kind))
        else:
            lines.append(DayLine(day, None, _why_not(day, calendar, pauses) or Why.CARRIED, kind))
        if number >= last and _may_end(day, calendar, pauses):
            return tuple(lines)
    raise AssertionError("unreachable")


def remaining(today: date, due: date, unit: Unit, calendar: Calendar, pauses: Spans = ()) -> int:
    """Count the days that are left after today: 0 on the last day; below zero once it has passed, at least by one."""
    if today > due:
        return -max(1, _count(due, today, unit, calendar, pauses))
    return _count(today, due, unit, calendar, pauses)


def _first(started: date, term: Term) -> date:
    return started + ONE_DAY if term.first_day is FirstDay.NEXT else started


def _days_from(day: date) -> Iterator[date]:
    while True:
        yield day
        day += ONE_DAY


def _counts(day: date, unit: Unit, calendar: Calendar, pauses: Spans) -> bool:
    taken = calendar.runs(day) if unit is Unit.CALENDAR else calendar.is_worked(day)
    return taken and not _paused(day, pauses)


def _may_end(day: date, calendar: Calendar, pauses: Spans) -> bool:
    return calendar.is_worked(day) and not _paused(day, pauses)


def _paused(day: date, pauses: Spans) -> bool:
    return any(first <= day <= last for first, last in pauses)


def _why_not(day: date, calendar: Calendar, pauses: Spans) -> Why | None:
    """Return why nothing can end on this day, if nothing can."""
    kind = calendar.days.get(day)
    if kind is DayKind.OUTAGE:
        return Why.OUTAGE
    if _paused(day, pauses):
        return Why.PAUSE
    if kind is DayKind.HOLIDAY or kind is DayKind.DAY_OFF:
        return Why(kind.value)
    if kind is DayKind.WORKED or day.weekday() < SATURDAY:
        return None
    return Why.SUNDAY if day.weekday() == SUNDAY else Why.SATURDAY


def _count(after: date, until: date, unit: Unit, calendar: Calendar, pauses: Spans) -> int:
    days = (after + timedelta(days=step) for step in range(1, (until - after).days + 1))
    return sum(_counts(day, unit, calendar, pauses) for day in days)
