"""Reading the calendar, the clocks, the board of what is due, and why a date is what it is."""

from __future__ import annotations

import calendar as calendars
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import and_, case, extract, func, or_, select
from sqlalchemy.orm import selectinload

from karavan.core.when import local_day
from karavan.deadlines.models import (
    OPEN,
    CalendarDay,
    CalendarGate,
    CalendarVersion,
    DayKind,
    Deadline,
    DeadlineKind,
    DeadlineState,
    Pause,
    Unit,
)
from karavan.deadlines.reckoning import Calendar, DayLine, Term, due_on, explain, remaining

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from sqlalchemy.orm import Session

    from karavan.core.languages import Slots
    from karavan.deadlines.almanac import DayChange

PAGE = 30
LARGEST_ID = 2**31 - 1
"""PostgreSQL refuses to compare a number with anything larger."""
WEEKS = calendars.Calendar()
SOON = 3
"""So many days before the date, of its own unit, people are reminded."""


# --- The calendar -----------------------------------------------------------------------------------------


class DayRow(NamedTuple):
    """A day that differs from the rule "Monday to Friday are worked"."""

    id: int
    day: date
    kind: DayKind
    source: str
    note: Slots


class VersionRow(NamedTuple):
    """One change of the calendar."""

    id: int
    made_at: datetime
    reason: Slots
    opened: int
    closed: int


_DAY = (CalendarDay.id, CalendarDay.day, CalendarDay.kind, CalendarDay.source, CalendarDay.note)


def seeded_years(session: Session) -> set[int]:
    """Return the years whose holidays were once entered from the library."""
    year = extract("year", CalendarDay.day)
    return {int(found) for found in session.scalars(select(year).where(CalendarDay.source == "library").distinct())}


def current_calendar(session: Session) -> Calendar:
    """Return the calendar as it is now, in one statement: days and version belong together."""
    version = select(CalendarGate.version).where(CalendarGate.id == 1).scalar_subquery()
    days = select(CalendarDay.day, CalendarDay.kind, version).where(CalendarDay.until_version.is_(None))
    rows = session.execute(days).all()
    return Calendar({day: kind for day, kind, _ in rows}, rows[0][2] if rows else 0)


def calendar_at(session: Session, version: int) -> Calendar:
    """Return the calendar as it was in one of its versions."""
    held = or_(CalendarDay.until_version.is_(None), CalendarDay.until_version > version)
    days = select(CalendarDay.day, CalendarDay.kind).where(CalendarDay.since_version <= version, held)
    return Calendar(dict(session.execute(days).all()), version)


def live_days(session: Session, *, year: int | None = None) -> dict[date, DayRow]:
    """Return the days that differ, of one year or of all, in order."""
    days = select(*_DAY).where(CalendarDay.until_version.is_(None)).order_by(CalendarDay.day)
    if year is not None:
        days = days.where(CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31)))
    return {row.day: DayRow(*row) for row in session.execute(days)}


def notes_at(session: Session, version: int, first: date, last: date) -> dict[date, Slots]:
    """Return how the days of a span are called, as the calendar's version has it."""
    held = or_(CalendarDay.until_version.is_(None), CalendarDay.until_version > version)
    days = select(CalendarDay.day, CalendarDay.note).where(
        CalendarDay.since_version <= version, held, CalendarDay.day.between(first, last)
    )
    return dict(session.execute(days).all())


def versions(session: Session, *, limit: int = 20) -> list[VersionRow]:
    """Return the latest changes of the calendar, newest first, and how many days each said something new of."""

    def number_of(column: Any) -> Any:
        return select(func.count()).where(column == CalendarVersion.id).scalar_subquery()

    columns = (CalendarVersion.id, CalendarVersion.made_at, CalendarVersion.reason)
    counts = (number_of(CalendarDay.since_version), number_of(CalendarDay.until_version))
    newest = select(*columns, *counts).order_by(CalendarVersion.id.desc()).limit(limit)
    return [VersionRow(*row) for row in session.execute(newest)]


class Move(NamedTuple):
    """An open clock whose date another calendar changes."""

    deadline_id: int
    before: date
    after: date


def moves(session: Session, calendar: Calendar, *, lock: bool = False) -> list[Move]:
    """Count every open clock by a calendar, and return those whose date it moves: two statements.

    A change of the calendar and the trial run before it both ask this; the change locks what it reads.
    """
    columns = (
        Deadline.id,
        Deadline.started_at,
        Deadline.zone,
        Deadline.days,
        Deadline.unit,
        Deadline.first_day,
        Deadline.extra_days,
        Deadline.due_on,
    )
    chosen = select(*columns).where(Deadline.state.in_(OPEN)).order_by(Deadline.id)
    rows = session.execute(chosen.with_for_update() if lock else chosen).all()
    spans: dict[int, list[tuple[date, date]]] = {}
    paused = select(Pause.deadline_id, Pause.from_day, func.coalesce(Pause.to_day, Pause.from_day))
    for deadline_id, first, last in session.execute(paused.join(Deadline).where(Deadline.state.in_(OPEN))):
        spans.setdefault(deadline_id, []).append((first, last))
    found = []
    for number, started_at, zone, days, unit, first_day, extra, before in rows:
        term = Term(days, unit, first_day)
        after = due_on(local_day(started_at, zone), term, calendar, extra=extra, pauses=spans.get(number, ()))
        if after != before:
            found.append(Move(number, before, after))
    return found


def differing(stored: Mapping[date, DayRow], changes: Iterable[DayChange]) -> list[DayChange]:
    """Return the changes that say something else than what stands."""

    def says(row: DayRow | None, change: DayChange) -> bool:
        return change.kind is None if row is None else (row.kind, row.note) == (change.kind, change.note)

    return [change for change in changes if not says(stored.get(change.day), change)]


class Trial(NamedTuple):
    """What a change of the calendar would do, if it were made now."""

    version: int
    """The calendar it was tried on."""
    days: list[tuple[DayRow | None, DayChange]]
    moves: list[Move]
    open: int


def trial(session: Session, changes: Iterable[DayChange]) -> Trial:
    """Count what a change would move, and change nothing."""
    calendar = current_calendar(session)
    stored = live_days(session)
    new = differing(stored, changes)
    days = dict(calendar.days) | {change.day: change.kind for change in new if change.kind is not None}
    for change in new:
        if change.kind is None:
            del days[change.day]
    found = moves(session, Calendar(days)) if new else []
    number = session.scalars(select(func.count(Deadline.id)).where(Deadline.state.in_(OPEN))).one()
    return Trial(calendar.version, [(stored.get(change.day), change) for change in new], found, number)


class Month(NamedTuple):
    """A month as it hangs on a wall: weeks from Monday, None for the days of its neighbours."""

    first: date
    weeks: list[list[date | None]]
    worked: int


def months(year: int, calendar: Calendar) -> list[Month]:
    """Return a year's months, with how many days of each are worked."""
    found = []
    for number in range(1, 13):
        weeks = [
            [day if day.month == number else None for day in week] for week in WEEKS.monthdatescalendar(year, number)
        ]
        worked = sum(calendar.is_worked(day) for week in weeks for day in week if day)
        found.append(Month(date(year, number, 1), weeks, worked))
    return found


# --- Clocks -----------------------------------------------------------------------------------------------


def pauses_of(session: Session, deadline_id: int, *, today: date | None = None) -> list[tuple[date, date]]:
    """Return a clock's pauses as days; an open one ends today, or on its first day."""
    chosen = select(Pause.from_day, Pause.to_day).where(Pause.deadline_id == deadline_id)
    return [_span(first, last, today) for first, last in session.execute(chosen.order_by(Pause.id))]


def _span(first: date, last: date | None, today: date | None) -> tuple[date, date]:
    return first, last or max(first, today or first)


def running(
    session: Session,
    *,
    proposal_id: int | None = None,
    recommendation_id: int | None = None,
    kind: DeadlineKind | None = None,
) -> list[Deadline]:
    """Return the clocks that run or stand still for a submission or a recommendation, the next one due first."""
    chosen = select(Deadline).where(Deadline.state.in_(OPEN)).options(selectinload(Deadline.pauses))
    for column, wanted in (
        (Deadline.proposal_id, proposal_id),
        (Deadline.recommendation_id, recommendation_id),
        (Deadline.kind, kind),
    ):
        if wanted is not None:
            chosen = chosen.where(column == wanted)
    return list(session.scalars(chosen.order_by(Deadline.due_on, Deadline.id)))


class Occasion(StrEnum):
    """What there is to say about a running clock today. Letters are keyed by it and by the due date."""

    HALF_TIME = "half_time"
    SOON = "soon"
    LAST_DAY = "last_day"
    PASSED = "passed"


class Attention(NamedTuple):
    """A running clock about which something is to be said."""

    deadline_id: int
    kind: DeadlineKind
    proposal_id: int | None
    recommendation_id: int | None
    council_id: int
    addressee_id: int
    due_on: date
    version: int
    occasion: Occasion
    left: int
    """Days of its unit that are left; below zero once the date has passed."""


def due_for_attention(session: Session, today: date) -> list[Attention]:
    """Return the running clocks of which something is to be said today: only the most urgent occasion of each.

    It says so on every day on which it holds, so days that were skipped lose nothing; what was said already is known
    by the key of its letter. A passed date is returned until `note_passed` has noted it.
    """
    columns = (
        Deadline.id,
        Deadline.kind,
        Deadline.proposal_id,
        Deadline.recommendation_id,
        Deadline.council_id,
        Deadline.addressee_id,
        Deadline.due_on,
        Deadline.version,
        Deadline.unit,
        Deadline.days + Deadline.extra_days,
    )
    noted = and_(Deadline.passed_on.is_not(None), Deadline.passed_on == Deadline.due_on)
    chosen = (
        select(*columns).where(Deadline.state == DeadlineState.RUNNING, ~noted).order_by(Deadline.due_on, Deadline.id)
    )
    calendar = current_calendar(session)
    found = []
    for row in session.execute(chosen):
        *facts, unit, total = row
        left = remaining(today, row.due_on, unit, calendar)
        occasion = occasion_of(left, total)
        if occasion is not None:
            found.append(Attention._make([*facts, occasion, left]))
    return found


def occasion_of(left: int, total: int) -> Occasion | None:
    """Return what there is to say with so many days left of so many, if anything."""
    if left < 0:
        return Occasion.PASSED
    if left == 0:
        return Occasion.LAST_DAY
    if left <= SOON:
        return Occasion.SOON
    return Occasion.HALF_TIME if left <= total // 2 else None


def untold(session: Session, *, limit: int = 500) -> list[Deadline]:
    """Return the open clocks whose date moved after people were told it. A standing clock has no date to tell."""
    moved = and_(Deadline.state == DeadlineState.RUNNING, Deadline.told_due_on != Deadline.due_on)
    return list(session.scalars(select(Deadline).where(moved).order_by(Deadline.id).limit(limit)))


# --- The board --------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What a reader of the board asked for; empty means everything."""

    council: int | None = None
    addressee: int | None = None
    kind: str = ""
    overdue: bool = False

    @property
    def any(self) -> bool:
        """Is the board narrowed at all?"""
        return bool(self.council or self.addressee or self.kind or self.overdue)


class Sums(NamedTuple):
    """How one addressee stands."""

    addressee_id: int
    open: int
    overdue: int
    in_time: int
    late: int


class BoardRow(NamedTuple):
    """One clock in the list."""

    id: int
    kind: DeadlineKind
    state: DeadlineState
    proposal_id: int | None
    recommendation_id: int | None
    council_id: int
    addressee_id: int
    started_at: datetime
    zone: str
    unit: Unit
    due_on: date
    left: int
    """Days of its unit that are left; below zero once the date has passed."""


class Board(NamedTuple):
    """What is due: sums by addressee, one page of the list, what can be asked for, and where the next page begins."""

    filters: Filters
    """What was asked for and is known here."""
    sums: list[Sums]
    rows: list[BoardRow]
    total: int
    councils: list[int]
    addressees: list[int]
    after: str


def board(session: Session, filters: Filters, *, today: date, after: str = "") -> Board:
    """Return what is due and overdue, the nearest date first, and how each addressee has kept its dates."""
    tallies = _tallies(session, today)
    councils = sorted({tally.council_id for tally in tallies})
    addressees = sorted({tally.addressee_id for tally in tallies})
    if filters.council not in councils:
        filters = replace(filters, council=None)
    if filters.addressee not in addressees:
        filters = replace(filters, addressee=None)
    chosen = [
        tally
        for tally in tallies
        if filters.council in (None, tally.council_id)
        and filters.addressee in (None, tally.addressee_id)
        and filters.kind in ("", tally.kind)
    ]
    rows = _rows(session, filters, today, after)
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    return Board(
        filters=filters,
        sums=_sums(chosen),
        rows=rows,
        total=sum(tally.overdue if filters.overdue else tally.open for tally in chosen),
        councils=councils,
        addressees=addressees,
        after=f"{rows[-1].due_on:%Y%m%d}-{rows[-1].id}" if more else "",
    )


class _Tally(NamedTuple):
    addressee_id: int
    council_id: int
    kind: DeadlineKind
    open: int
    overdue: int
    in_time: int
    late: int


def _tallies(session: Session, today: date) -> list[_Tally]:
    """Count the clocks of each addressee, council and kind. One that was met late has its passing noted by `meet`."""
    met = Deadline.state == DeadlineState.MET
    late = and_(met, Deadline.passed_on.is_not(None), Deadline.passed_on == Deadline.due_on)
    groups = (Deadline.addressee_id, Deadline.council_id, Deadline.kind)
    tallies = select(
        *groups,
        _number(Deadline.state.in_(OPEN)),
        _number(_overdue(today)),
        _number(met) - _number(late),
        _number(late),
    )
    counted = tallies.where(Deadline.state != DeadlineState.VOID).group_by(*groups)
    return [_Tally(*row) for row in session.execute(counted)]


def _overdue(today: date) -> Any:
    return and_(Deadline.state == DeadlineState.RUNNING, Deadline.due_on < today)


def _number(condition: Any) -> Any:
    return func.count(case((condition, 1)))


def _sums(tallies: Collection[_Tally]) -> list[Sums]:
    """Add up by addressee; whoever has most to answer stands first."""
    sums: dict[int, Counter[str]] = {}
    for tally in tallies:
        sums.setdefault(tally.addressee_id, Counter()).update(
            open=tally.open, overdue=tally.overdue, in_time=tally.in_time, late=tally.late
        )
    found = [
        Sums(addressee, one["open"], one["overdue"], one["in_time"], one["late"]) for addressee, one in sums.items()
    ]
    return sorted(found, key=lambda one: (-one.overdue, -one.open, one.addressee_id))


def _rows(session: Session, filters: Filters, today: date, after: str) -> list[BoardRow]:
    columns = [getattr(Deadline, name) for name in BoardRow._fields if name != "left"]
    chosen = select(*columns).where(_overdue(today) if filters.overdue else Deadline.state.in_(OPEN))
    for column, wanted in (
        (Deadline.council_id, filters.council),
        (Deadline.addressee_id, filters.addressee),
        (Deadline.kind, filters.kind or None),
    ):
        if wanted is not None:
            chosen = chosen.where(column == wanted)
    mark = _read_mark(after)
    if mark:
        day, number = mark
        chosen = chosen.where(or_(Deadline.due_on > day, and_(Deadline.due_on == day, Deadline.id > number)))
    calendar = current_calendar(session)
    found = session.execute(chosen.order_by(Deadline.due_on, Deadline.id).limit(PAGE + 1))
    return [BoardRow._make([*row, remaining(today, row.due_on, row.unit, calendar)]) for row in found]


def _read_mark(text: str) -> tuple[date, int] | None:
    """Read a page mark; anything that is not one begins at the beginning."""
    left, _, right = text.partition("-")
    if not (left.isascii() and left.isdigit() and right.isascii() and right.isdigit()):
        return None
    if len(left) != 8 or len(right) > 15:
        return None
    try:
        return date(int(left[:4]), int(left[4:6]), int(left[6:])), min(int(right), LARGEST_ID)
    except ValueError:
        return None


# --- Why this date ----------------------------------------------------------------------------------------


class WhyPage(NamedTuple):
    """A clock with everything its date was counted from."""

    deadline: Deadline
    due_on: date
    """While it stands still: as if it ran on after today."""
    days: tuple[DayLine, ...]
    notes: dict[date, Slots]
    counted: int
    skipped: int
    left: int | None
    """None once it has ended."""

    @property
    def total(self) -> int:
        """How many days the term has, with those that were added."""
        return self.deadline.days + self.deadline.extra_days

    @property
    def months(self) -> list[tuple[date, list[DayLine]]]:
        """The days by month, in their order; a month is known by its first day."""
        months: dict[date, list[DayLine]] = {}
        for line in self.days:
            months.setdefault(line.day.replace(day=1), []).append(line)
        return list(months.items())


def why(session: Session, deadline_id: int, *, today: date) -> WhyPage | None:
    """Return a clock, and every day from its start to its date, by the calendar it was counted by."""
    if not 0 < deadline_id <= LARGEST_ID:
        return None
    loading = (selectinload(Deadline.pauses), selectinload(Deadline.lines))
    deadline = session.scalar(select(Deadline).where(Deadline.id == deadline_id).options(*loading))
    if deadline is None:
        return None
    calendar = calendar_at(session, deadline.calendar_version)
    spans = [_span(pause.from_day, pause.to_day, today) for pause in deadline.pauses]
    term = Term(deadline.days, deadline.unit, deadline.first_day)
    days = explain(
        local_day(deadline.started_at, deadline.zone), term, calendar, extra=deadline.extra_days, pauses=spans
    )
    due = days[-1].day
    left = remaining(today, due, deadline.unit, calendar, spans) if deadline.state in OPEN else None
    counted = sum(line.number is not None for line in days)
    return WhyPage(
        deadline=deadline,
        due_on=due,
        days=days,
        notes=notes_at(session, deadline.calendar_version, days[0].day, due),
        counted=counted,
        skipped=len(days) - counted,
        left=left,
    )
