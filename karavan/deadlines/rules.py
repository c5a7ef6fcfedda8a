"""What happens to clocks and to the calendar they count by.

Whoever counts days reads the calendar's gate row for sharing first, then takes the deadline by a guarded UPDATE;
whoever changes the calendar takes the gate row first, then every open deadline. In this order nobody waits in a circle,
and a clock that starts while the calendar changes is counted by the new one or recounted with the others: none is
missed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import bindparam, or_, select, update

from karavan.core.database import insert_into, insert_once, table_of
from karavan.core.languages import Slots
from karavan.core.problems import NotFound, Problem
from karavan.core.when import DEFAULT_ZONE, local_day
from karavan.deadlines import queries
from karavan.deadlines.almanac import DayChange, calendar_years, known_days
from karavan.deadlines.models import (
    OPEN,
    CalendarDay,
    CalendarGate,
    CalendarVersion,
    Deadline,
    DeadlineAct,
    DeadlineKind,
    DeadlineLine,
    DeadlineState,
    Pause,
)
from karavan.deadlines.problems import (
    CalendarChangedMeanwhile,
    ChangedMeanwhile,
    ClockHasEnded,
    ClockIsPaused,
    DateHasPassed,
    DayOutOfRange,
    NoDays,
    NothingChanges,
    ReasonIsOwed,
)
from karavan.deadlines.reckoning import Calendar, Term, due_on
from karavan.record.models import ActorRole, Verb
from karavan.record.rules import note

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

GATE = 1
LIBRARY, ADMINISTRATOR = "library", "administrator"
FIRST_CALENDAR_YEAR, LAST_CALENDAR_YEAR = 2000, 2100
LONGEST_EXTENSION = 366
NO_REASON = Slots()


# --- The calendar -----------------------------------------------------------------------------------------


class Change(NamedTuple):
    """The calendar's new version, and how many open clocks got another date."""

    version: int
    moved: int


def ensure_calendar(session: Session, *, now: datetime) -> bool:
    """Enter the holidays of every year from 2023 to two years ahead that are not yet there; say whether any were new.

    What an administrator has said of a day already stands.
    """
    wanted = set(calendar_years(local_day(now)))
    if not wanted - queries.seeded_years(session):
        return False
    insert_once(session, CalendarGate, id=GATE, version=0)
    session.execute(select(CalendarGate.version).with_for_update())
    missing = sorted(wanted - queries.seeded_years(session))
    if not missing:
        return False
    said = queries.current_calendar(session).days
    days = [known for known in known_days(tuple(missing)) if known.day not in said]
    span = f"{missing[0]}–{missing[-1]}" if len(missing) > 1 else str(missing[0])
    reason = Slots(
        kk=f"Мереке күндері енгізілді: {span}",
        ru=f"Внесены праздничные дни: {span}",
        en=f"Public holidays were entered: {span}",
    )
    _write_version(session, days, source=LIBRARY, reason=reason, by_person=None, now=now, version=None)
    return True


def change_days(
    session: Session,
    changes: Iterable[DayChange],
    *,
    reason: Slots,
    by_person: int | None,
    now: datetime,
    version: int | None = None,
) -> Change:
    """Change the calendar for everyone, and count every open clock anew, with a line in the history of each that moves.

    With the `version` that the person tried the change on, a change made in between is noticed.

    Raises:
        ReasonIsOwed: no reason in Kazakh or Russian.
        DayOutOfRange: a day nobody will ever count.
        NothingChanges: the calendar says so already.
        CalendarChangedMeanwhile: it is not at `version` any more.

    """
    if not (reason.kk or reason.ru):
        raise ReasonIsOwed
    wanted = {change.day: change for change in changes}
    refuse_days_out_of_range(wanted)
    ensure_calendar(session, now=now)
    return _write_version(
        session,
        list(wanted.values()),
        source=ADMINISTRATOR,
        reason=reason,
        by_person=by_person,
        now=now,
        version=version,
    )


def refuse_days_out_of_range(days: Iterable[date]) -> None:
    """Let nobody change days that no calendar of ours has.

    Raises:
        DayOutOfRange: one of them is such a day.

    """
    if any(not FIRST_CALENDAR_YEAR <= day.year <= LAST_CALENDAR_YEAR for day in days):
        raise DayOutOfRange(first=FIRST_CALENDAR_YEAR, last=LAST_CALENDAR_YEAR)


def _write_version(
    session: Session,
    changes: Sequence[DayChange],
    *,
    source: str,
    reason: Slots,
    by_person: int | None,
    now: datetime,
    version: int | None,
) -> Change:
    """Pass the gate, close the rows that no longer hold, open new ones, count every open clock anew."""
    number = _pass_gate(session, version)
    connection = session.connection()
    before = queries.live_days(session)
    differing = queries.differing(before, changes)
    if not differing:
        raise NothingChanges
    row = {"id": number, "made_at": now, "made_by": by_person, "reason": reason}
    connection.execute(insert_into(CalendarVersion), row)
    closing = [before[change.day].id for change in differing if change.day in before]
    if closing:
        days = table_of(CalendarDay)
        connection.execute(
            update(days).where(days.c.id == bindparam("row")).values(until_version=number),
            [{"row": row_id} for row_id in closing],
        )
    opening = [
        {"day": one.day, "kind": one.kind, "source": source, "note": one.note, "since_version": number}
        for one in differing
        if one.kind is not None
    ]
    if opening:
        connection.execute(insert_into(CalendarDay), opening)
    by = ActorRole.CLOCK if by_person is None else ActorRole.ADMINISTRATOR
    moved = _recount_all(session, queries.current_calendar(session), reason=reason, by=by, now=now)
    note(session, Verb.CALENDAR_CHANGED, of=number, by=by, now=now, reason=reason.best("kk").text, moved=moved)
    return Change(number, moved)


def _pass_gate(session: Session, version: int | None) -> int:
    gates = table_of(CalendarGate)
    passing = update(gates).where(gates.c.id == GATE).values(version=gates.c.version + 1).returning(gates.c.version)
    if version is not None:
        passing = passing.where(gates.c.version == version)
    number: int | None = session.connection().scalar(passing)
    if number is None:
        raise CalendarChangedMeanwhile
    return number


def _recount_all(session: Session, calendar: Calendar, *, reason: Slots, by: ActorRole, now: datetime) -> int:
    """Give every open clock the date the calendar now says: five statements, however many there are."""
    moves = queries.moves(session, calendar, lock=True)
    deadlines, connection = table_of(Deadline), session.connection()
    connection.execute(update(deadlines).where(deadlines.c.state.in_(OPEN)).values(calendar_version=calendar.version))
    if not moves:
        return 0
    connection.execute(
        update(deadlines)
        .where(deadlines.c.id == bindparam("row"))
        .values(due_on=bindparam("after"), version=deadlines.c.version + 1),
        [{"row": move.deadline_id, "after": move.after} for move in moves],
    )
    line = {"happened_at": now, "act": DeadlineAct.RECOMPUTED, "by": by, "reason": reason}
    line |= {"calendar_version": calendar.version}
    connection.execute(insert_into(DeadlineLine), [line | move._asdict() for move in moves])
    return len(moves)


def _shared_calendar(session: Session, *, now: datetime) -> Calendar:
    """Return the calendar, and let nobody change it until this transaction ends. The first clock of all brings it."""
    sharing = select(CalendarGate.version).where(CalendarGate.id == GATE).with_for_update(read=True)
    if session.scalar(sharing) is None:
        ensure_calendar(session, now=now)
    return queries.current_calendar(session)


# --- One clock --------------------------------------------------------------------------------------------


def start(
    session: Session,
    kind: DeadlineKind,
    term: Term,
    *,
    proposal_id: int | None = None,
    recommendation_id: int | None = None,
    council_id: int,
    addressee_id: int,
    setting_id: int | None,
    citation: Slots,
    by: ActorRole,
    now: datetime,
) -> Deadline:
    """Let a clock run for one submission or one recommendation, from today, by a term of the council's statute.

    Whoever calls it has taken the submission or recommendation first: this does not look for a clock that runs already.
    """
    calendar = _shared_calendar(session, now=now)
    due = due_on(local_day(now), term, calendar)
    deadline = Deadline(
        kind=kind,
        state=DeadlineState.RUNNING,
        proposal_id=proposal_id,
        recommendation_id=recommendation_id,
        council_id=council_id,
        addressee_id=addressee_id,
        started_at=now,
        zone=DEFAULT_ZONE,
        days=term.days,
        unit=term.unit,
        first_day=term.first_day,
        setting_id=setting_id,
        citation=citation,
        extra_days=0,
        calendar_version=calendar.version,
        due_on=due,
        told_due_on=due,
        version=1,
    )
    session.add(deadline)
    session.flush()
    _write_line(session, deadline, DeadlineAct.STARTED, by=by, now=now, after=due, days=term.days)
    return deadline


def meet(session: Session, deadline_id: int, *, by: ActorRole, now: datetime) -> bool:
    """Stop a clock because what it waited for has come. Twice is fine: the second says False and changes nothing.

    If it has come late and no round has noted so yet, that is noted first: "in time" needs no second look.

    Raises:
        ClockHasEnded: nothing was waited for any more (it is void).
        NotFound: no such deadline.

    """
    return _end(session, deadline_id, DeadlineState.MET, DeadlineAct.MET, by=by, now=now)


def void(session: Session, deadline_id: int, *, by: ActorRole, now: datetime) -> bool:
    """Stop a clock because there is nothing left to wait for. If it has ended already, that is fine and says False.

    Raises:
        NotFound: no such deadline.

    """
    return _end(session, deadline_id, DeadlineState.VOID, DeadlineAct.VOIDED, by=by, now=now)


def pause(session: Session, deadline_id: int, *, reason: Slots, by: ActorRole, now: datetime) -> None:
    """Hold a clock up, with the reason, from today on: today no longer counts.

    Raises:
        ReasonIsOwed: no reason in Kazakh or Russian.
        ClockIsPaused: it stands still already; that pause has a reason of its own.
        DateHasPassed: it is too late for that.
        ClockHasEnded: it has stopped.
        NotFound: no such deadline.

    """
    _owe_reason(reason)
    calendar, today = _shared_calendar(session, now=now), local_day(now)
    deadline = _take(session, deadline_id, Deadline.state == DeadlineState.RUNNING, Deadline.due_on >= today)
    if deadline is None:
        raise _why_refused(session, deadline_id, today)
    before = deadline.due_on
    deadline.state = DeadlineState.PAUSED
    session.add(Pause(deadline_id=deadline_id, from_day=today, to_day=None, reason=reason))
    session.flush()
    _recount(session, deadline, calendar)
    _write_line(session, deadline, DeadlineAct.PAUSED, by=by, now=now, reason=reason, before=before, after=None)


def resume(session: Session, deadline_id: int, *, by: ActorRole, now: datetime) -> bool:
    """Let a paused clock run on from tomorrow: the day of the resumption still belongs to the pause.

    Resuming one that runs is fine: it says False and changes nothing.

    Raises:
        ClockHasEnded: it has stopped.
        NotFound: no such deadline.

    """
    calendar, today = _shared_calendar(session, now=now), local_day(now)
    deadline = _take(session, deadline_id, Deadline.state == DeadlineState.PAUSED)
    if deadline is None:
        if _state(session, deadline_id) in OPEN:  # it ran when this came in, whatever has held it up since
            return False
        raise ClockHasEnded
    before = deadline.due_on
    deadline.state = DeadlineState.RUNNING
    _close_pause(session, deadline_id, today)
    _recount(session, deadline, calendar)
    _write_line(session, deadline, DeadlineAct.RESUMED, by=by, now=now, before=before, after=deadline.due_on)
    return True


def extend(
    session: Session,
    deadline_id: int,
    *,
    days: int,
    reason: Slots,
    by: ActorRole,
    now: datetime,
    version: int | None = None,
) -> Deadline:
    """Give more time, with a reason that everyone reads. Only before the date has passed: later it is too late.

    With the `version` that the person read, a second press, or a date that moved in between, is noticed. Against the
    round that notes a passed date exactly one wins: whoever takes the row first.

    Raises:
        ReasonIsOwed: no reason in Kazakh or Russian.
        NoDays: not a day, or more than a year.
        ChangedMeanwhile: the deadline is not at `version` any more.
        DateHasPassed: too late.
        ClockIsPaused: it stands still.
        ClockHasEnded: it has stopped.
        NotFound: no such deadline.

    """
    _owe_reason(reason)
    if not 1 <= days <= LONGEST_EXTENSION:
        raise NoDays
    calendar, today = _shared_calendar(session, now=now), local_day(now)
    guards = [Deadline.state == DeadlineState.RUNNING, Deadline.due_on >= today, _not_noted()]
    if version is not None:
        guards.append(Deadline.version == version)
    deadline = _take(session, deadline_id, *guards)
    if deadline is None:
        raise _why_refused(session, deadline_id, today)
    before = deadline.due_on
    deadline.extra_days += days
    _recount(session, deadline, calendar)
    _write_line(
        session,
        deadline,
        DeadlineAct.EXTENDED,
        by=by,
        now=now,
        reason=reason,
        before=before,
        after=deadline.due_on,
        days=days,
    )
    return deadline


def note_passed(session: Session, deadline_id: int, *, now: datetime) -> bool:
    """Note that a date has passed without what was waited for; say whether this was the first to note it.

    Once for each due date: a round that comes twice, or late, notes nothing more. Whatever stopped, paused or moved the
    clock in the same second wins or loses as a whole.
    """
    deadlines = table_of(Deadline)
    passing = (
        update(deadlines)
        .where(
            deadlines.c.id == deadline_id,
            deadlines.c.state == DeadlineState.RUNNING,
            deadlines.c.due_on < local_day(now),
            _not_noted(),
        )
        .values(passed_on=deadlines.c.due_on)
        .returning(deadlines.c.due_on, deadlines.c.calendar_version)
    )
    session.flush()
    row = session.connection().execute(passing).first()
    if row is None:
        return False
    _append(session, deadline_id, DeadlineAct.PASSED, ActorRole.CLOCK, now, before=row[0], calendar_version=row[1])
    return True


def mark_told(session: Session, deadline_id: int, *, due_on: date | None = None) -> None:
    """Remember that people were told the date, in the transaction that posts the letters (`due_on`: which date)."""
    told = update(Deadline).where(Deadline.id == deadline_id)
    session.execute(told.values(told_due_on=Deadline.due_on if due_on is None else due_on))


# --- What they share --------------------------------------------------------------------------------------


def _end(
    session: Session, deadline_id: int, state: DeadlineState, act: DeadlineAct, *, by: ActorRole, now: datetime
) -> bool:
    calendar, today = _shared_calendar(session, now=now), local_day(now)
    deadline = _take(session, deadline_id, Deadline.state.in_(OPEN))
    if deadline is None:
        return _ended_already(_state(session, deadline_id), state)
    if deadline.state == DeadlineState.PAUSED:
        _close_pause(session, deadline_id, today)
        _recount(session, deadline, calendar)
    if state == DeadlineState.MET and deadline.due_on < today and deadline.passed_on != deadline.due_on:
        deadline.passed_on = deadline.due_on
        _write_line(session, deadline, DeadlineAct.PASSED, by=ActorRole.CLOCK, now=now, before=deadline.due_on)
    deadline.state, deadline.ended_at = state, now
    _write_line(session, deadline, act, by=by, now=now)
    return True


def _ended_already(found: DeadlineState, wanted: DeadlineState) -> bool:
    if found == DeadlineState.VOID and wanted == DeadlineState.MET:
        raise ClockHasEnded
    return False


def _take(session: Session, deadline_id: int, *guards: Any) -> Deadline | None:
    """Take a deadline if it is still as it must be, and keep everyone else off it until this transaction ends."""
    taking = update(Deadline).where(Deadline.id == deadline_id, *guards).values(version=Deadline.version + 1)
    options = {"synchronize_session": False, "populate_existing": True}
    return session.scalars(taking.returning(Deadline), execution_options=options).one_or_none()


def _not_noted() -> Any:
    return or_(Deadline.passed_on.is_(None), Deadline.passed_on != Deadline.due_on)


def _state(session: Session, deadline_id: int) -> DeadlineState:
    state = session.scalar(select(Deadline.state).where(Deadline.id == deadline_id))
    if state is None:
        raise NotFound
    return state


def _why_refused(session: Session, deadline_id: int, today: date) -> Problem:
    """Return why a running clock was not found."""
    columns = (Deadline.state, Deadline.due_on, Deadline.passed_on)
    row = session.execute(select(*columns).where(Deadline.id == deadline_id)).first()
    if row is None:
        return NotFound()
    if row.state == DeadlineState.PAUSED:
        return ClockIsPaused()
    if row.state != DeadlineState.RUNNING:
        return ClockHasEnded()
    return DateHasPassed() if row.due_on < today or row.passed_on == row.due_on else ChangedMeanwhile()


def _owe_reason(reason: Slots) -> None:
    if not (reason.kk or reason.ru):
        raise ReasonIsOwed


def _close_pause(session: Session, deadline_id: int, today: date) -> None:
    pauses = table_of(Pause)
    session.flush()
    session.connection().execute(
        update(pauses).where(pauses.c.deadline_id == deadline_id, pauses.c.to_day.is_(None)).values(to_day=today)
    )


def _recount(session: Session, deadline: Deadline, calendar: Calendar) -> None:
    spans = queries.pauses_of(session, deadline.id)
    term = Term(deadline.days, deadline.unit, deadline.first_day)
    started = local_day(deadline.started_at, deadline.zone)
    deadline.due_on = due_on(started, term, calendar, extra=deadline.extra_days, pauses=spans)
    deadline.calendar_version = calendar.version


def _write_line(
    session: Session, deadline: Deadline, act: DeadlineAct, *, by: ActorRole, now: datetime, **facts: Any
) -> None:
    _append(session, deadline.id, act, by, now, **{"calendar_version": deadline.calendar_version} | facts)


def _append(session: Session, deadline_id: int, act: DeadlineAct, by: ActorRole, now: datetime, **facts: Any) -> None:
    line = {"deadline_id": deadline_id, "happened_at": now, "act": act, "by": by, "reason": NO_REASON}
    line |= {"before": None, "after": None, "days": None, "calendar_version": None}
    session.connection().execute(insert_into(DeadlineLine), line | facts)
