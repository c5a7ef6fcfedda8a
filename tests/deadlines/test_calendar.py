"""The calendar: seeded, changed, and every open clock counted anew."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event, func, select

from karavan.core.database import db, insert_into
from karavan.core.languages import Slots
from karavan.deadlines import queries, rules
from karavan.deadlines.models import (
    CalendarDay,
    CalendarVersion,
    DayKind,
    Deadline,
    DeadlineAct,
    DeadlineKind,
    DeadlineLine,
    DeadlineState,
    FirstDay,
    Pause,
    Unit,
)
from karavan.deadlines.problems import CalendarChangedMeanwhile, DayOutOfRange, NothingChanges, ReasonIsOwed
from karavan.deadlines.reckoning import Term, due_on
from karavan.deadlines.rules import DayChange
from karavan.record.models import ActorRole, RecordEntry, Verb
from tests.deadlines.test_reckoning import GOLDEN
from tests.support.clocks import (
    WHY,
    at,
    last_line,
    look,
    make_clock,
    plain_body,
    plain_council,
    plain_recommendation,
    write,
)
from tests.support.settings import NOW

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.support.cast import Cast

MANY = 5000


def change(*days: DayChange, now: Any = NOW, reason: Slots = WHY, **facts: Any) -> rules.Change:
    return write(rules.change_days, days, reason=reason, by_person=facts.pop("by_person", None), now=now, **facts)


def live(session: Session) -> dict[date, DayKind]:
    session.close()
    return dict(queries.current_calendar(session).days)


def test_it_is_seeded_once_from_2023_to_two_years_ahead(session: Session) -> None:
    assert write(rules.ensure_calendar, now=NOW)
    assert not write(rules.ensure_calendar, now=NOW)

    assert queries.seeded_years(session) == {2023, 2024, 2025, 2026, 2027, 2028}
    assert queries.current_calendar(session).version == 1
    (version,) = queries.versions(session)
    assert version.reason.en == "Public holidays were entered: 2023–2028"
    entry = session.scalars(select(RecordEntry).where(RecordEntry.verb == Verb.CALENDAR_CHANGED)).one()
    assert (entry.calendar_id, entry.actor_role, entry.facts) == (1, ActorRole.CLOCK, {"moved": 0})


@pytest.mark.parametrize(("started", "days", "due", "why"), GOLDEN)
def test_the_golden_cases_by_the_stored_calendar(session: Session, started: str, days: int, due: str, why: str) -> None:
    write(rules.ensure_calendar, now=NOW)
    calendar = queries.current_calendar(session)

    term = Term(days, Unit.WORKING, FirstDay.NEXT)
    assert due_on(date.fromisoformat(started), term, calendar) == date.fromisoformat(due)


def test_a_year_later_the_next_year_is_a_new_version(session: Session) -> None:
    write(rules.ensure_calendar, now=NOW)
    said = DayChange(date(2029, 1, 1), DayKind.WORKED, Slots(kk="Жұмыс"))
    change(said)

    assert write(rules.ensure_calendar, now=NOW + timedelta(days=365))

    calendar = queries.current_calendar(session)
    assert calendar.version == 3
    assert calendar.days[date(2029, 3, 21)] is DayKind.HOLIDAY
    assert calendar.days[date(2029, 1, 1)] is DayKind.WORKED, "what an administrator said stands"


def test_a_new_holiday_moves_what_is_open_and_taking_it_away_moves_it_back(session: Session, cast: Cast) -> None:
    clock = make_clock(now=at("2026-11-23"))
    ended = make_clock(now=at("2026-11-23"))
    write(rules.meet, ended.id, by=ActorRole.SECRETARY, now=at("2026-11-24"))
    before = clock.due_on

    made = change(DayChange(date(2026, 11, 26), DayKind.DAY_OFF, WHY), by_person=cast.root.id)

    assert made == (2, 1)
    moved = look(clock)
    assert (moved.due_on, moved.calendar_version, moved.version) == (before + timedelta(days=1), 2, 2)
    assert moved.told_due_on == before
    line = last_line(clock)
    assert (line.act, line.by, line.reason) == (DeadlineAct.RECOMPUTED, ActorRole.ADMINISTRATOR, WHY)
    assert (line.before, line.after, line.calendar_version) == (before, moved.due_on, 2)
    assert (look(ended).due_on, look(ended).calendar_version) == (before, 1)
    entry = session.scalars(select(RecordEntry).order_by(RecordEntry.id.desc()).limit(1)).one()
    assert (entry.calendar_id, entry.facts, entry.reason) == (2, {"moved": 1}, WHY.kk)
    version = session.get_one(CalendarVersion, 2)
    assert (version.made_by, version.reason) == (cast.root.id, WHY)
    session.close()

    assert change(DayChange(date(2026, 11, 26), None)) == (3, 1)
    assert look(clock).due_on == before
    assert date(2026, 11, 26) not in live(session)
    rows = session.execute(
        select(CalendarDay.since_version, CalendarDay.until_version).where(CalendarDay.day == date(2026, 11, 26))
    )
    assert rows.all() == [(2, 3)], "closed, not deleted"
    assert queries.calendar_at(session, 2).days[date(2026, 11, 26)] is DayKind.DAY_OFF


def test_a_day_that_moves_nothing_is_still_a_version(session: Session) -> None:
    clock = make_clock(now=at("2026-11-23"))

    assert change(DayChange(date(2027, 11, 26), DayKind.DAY_OFF)) == (2, 0)

    assert [line.act for line in look(clock).lines] == [DeadlineAct.STARTED]
    assert (look(clock).calendar_version, look(clock).version) == (2, 1)


def test_an_outage_stops_every_clock_for_a_day(session: Session) -> None:
    by_work = make_clock(now=at("2026-11-23"))
    by_calendar = make_clock(now=at("2026-11-23"), term=Term(10, Unit.CALENDAR, FirstDay.NEXT))

    change(DayChange(date(2026, 11, 24), DayKind.OUTAGE))

    for clock in (by_work, by_calendar):
        assert look(clock).due_on == clock.due_on + timedelta(days=1)


def test_a_clock_that_stands_still_is_counted_too(session: Session) -> None:
    clock = make_clock(now=at("2026-11-23"))
    write(rules.pause, clock.id, reason=WHY, by=ActorRole.SECRETARY, now=at("2026-11-25"))
    before = look(clock).due_on

    assert change(DayChange(date(2026, 11, 27), DayKind.DAY_OFF), now=at("2026-11-26")).moved == 1
    assert change(DayChange(date(2027, 11, 29), DayKind.DAY_OFF), now=at("2026-12-26")).moved == 0, (
        "time alone is not the calendar"
    )
    assert look(clock).due_on == before + timedelta(days=1)


def test_what_is_refused(session: Session) -> None:
    write(rules.ensure_calendar, now=NOW)
    off = DayChange(date(2026, 11, 26), DayKind.DAY_OFF)
    for reason in (Slots(), Slots(en="Snow")):
        with pytest.raises(ReasonIsOwed):
            change(off, reason=reason)
    for day in (date(1, 1, 1), date(9999, 12, 31), date(1999, 12, 31)):
        with pytest.raises(DayOutOfRange):
            change(DayChange(day, DayKind.HOLIDAY))
    with pytest.raises(NothingChanges):
        change(DayChange(date(2026, 11, 26), None))
    with pytest.raises(CalendarChangedMeanwhile):
        change(off, version=0)
    assert queries.current_calendar(session).version == 1
    session.close()

    assert change(off, version=1).version == 2
    with pytest.raises(NothingChanges):
        change(off)
    assert queries.current_calendar(session).version == 2, "a refusal takes no number"


def test_the_trial_says_what_the_change_then_does(session: Session) -> None:
    near, far = make_clock(now=at("2026-11-23")), make_clock(now=at("2026-11-24"))
    wish = [DayChange(date(2026, 11, 24) + timedelta(days=number), DayKind.OUTAGE) for number in range(3)]

    trial = queries.trial(session, wish)
    assert (trial.version, trial.open) == (1, 2)
    assert [move.deadline_id for move in trial.moves] == [near.id, far.id]
    assert look(near).due_on == near.due_on, "nothing was changed"

    assert change(*wish, version=trial.version).moved == len(trial.moves)
    for move in trial.moves:
        assert look(near if move.deadline_id == near.id else far).due_on == move.after
    session.close()
    assert queries.trial(session, wish).days == []
    back = queries.trial(session, [DayChange(one.day, None) for one in wish])
    assert len(back.moves) == 2


def test_five_thousand_open_clocks_are_counted_anew_in_few_statements(session: Session) -> None:
    council, body = plain_council(), plain_body()
    recommendation = plain_recommendation(council, body)
    first = make_clock(recommendation=recommendation, now=at("2026-11-23"))
    write(_many_more, first)
    session.close()
    said: list[str] = []

    def listen(*args: Any) -> None:
        if not args[2].startswith(("PRAGMA", "BEGIN")):
            said.append(args[2])

    event.listen(db.engine, "before_cursor_execute", listen)
    try:
        made = change(DayChange(date(2026, 11, 26), DayKind.DAY_OFF))
    finally:
        event.remove(db.engine, "before_cursor_execute", listen)

    assert made.moved == MANY
    assert len(said) <= 20, said
    lines = select(func.count()).where(DeadlineLine.act == DeadlineAct.RECOMPUTED)
    assert session.scalars(lines).one() == MANY
    late = select(func.count()).where(
        Deadline.due_on == first.due_on + timedelta(days=1), Deadline.calendar_version == 2
    )
    assert session.scalars(late).one() == MANY


def _many_more(session: Session, like: Deadline) -> None:
    names = [column.name for column in Deadline.__table__.columns if column.name != "id"]
    row = {name: getattr(like, name) for name in names}
    session.connection().execute(insert_into(Deadline), [row] * (MANY - 1))
    ids = session.scalars(select(Deadline.id).order_by(Deadline.id).limit(100)).all()
    closed = {"from_day": date(2026, 11, 21), "to_day": date(2026, 11, 22), "reason": WHY}
    session.connection().execute(insert_into(Pause), [{"deadline_id": number, **closed} for number in ids])
    assert like.kind is DeadlineKind.ANSWER
    assert like.state is DeadlineState.RUNNING
