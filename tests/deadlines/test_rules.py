"""One clock and what happens to it: started, met, held up, let run on, given more time, passed."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from karavan.core.clock import now
from karavan.core.languages import Slots
from karavan.core.problems import NotFound
from karavan.deadlines import queries, rules
from karavan.deadlines.models import (
    DayKind,
    Deadline,
    DeadlineAct,
    DeadlineKind,
    DeadlineLine,
    DeadlineState,
    FirstDay,
    Unit,
)
from karavan.deadlines.problems import (
    ChangedMeanwhile,
    ClockHasEnded,
    ClockIsPaused,
    DateHasPassed,
    NoDays,
    ReasonIsOwed,
)
from karavan.deadlines.queries import Occasion
from karavan.deadlines.reckoning import Term
from karavan.record.models import ActorRole
from tests.support.clocks import (
    CITATION,
    WHY,
    acts,
    at,
    last_line,
    look,
    make_clock,
    plain_body,
    plain_council,
    plain_proposal,
    plain_recommendation,
    write,
)

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

A = DeadlineAct
SECRETARY: dict[str, Any] = {"by": ActorRole.SECRETARY}
NOBODY = 2**31 - 1


def test_the_first_clock_brings_the_calendar_and_knows_its_date(session: Session) -> None:
    clock = make_clock(now=at("2026-03-05"))

    assert clock.due_on == clock.told_due_on == date(2026, 3, 20)
    assert clock.calendar_version == 1
    assert clock.citation == CITATION
    line = last_line(clock)
    assert (line.act, line.after, line.days, line.calendar_version) == (A.STARTED, date(2026, 3, 20), 10, 1)
    assert make_clock(now=at("2026-03-05"), term=Term(15, Unit.WORKING, FirstDay.NEXT)).due_on == date(2026, 4, 1)


def test_the_day_it_begins_is_the_day_in_aktau(session: Session) -> None:
    evening = at("2026-11-23", hour=23)
    assert evening.day == 23
    night = at("2026-11-24", hour=1)
    assert night.day == 23, "still the day before in Greenwich"

    one_day = Term(1, Unit.WORKING, FirstDay.NEXT)
    assert make_clock(now=evening, term=one_day).due_on == date(2026, 11, 24)
    assert make_clock(now=night, term=one_day).due_on == date(2026, 11, 25)


def test_what_has_come_stops_the_clock_and_twice_is_fine(session: Session) -> None:
    clock = make_clock(now=at("2026-11-23"))

    assert write(rules.meet, clock.id, **SECRETARY, now=at("2026-12-01"))
    assert not write(rules.meet, clock.id, **SECRETARY, now=at("2026-12-02"))
    assert not write(rules.void, clock.id, **SECRETARY, now=at("2026-12-02"))

    assert acts(clock) == [A.STARTED, A.MET]
    after = look(clock)
    assert (after.state, after.ended_at, after.passed_on) == (DeadlineState.MET, at("2026-12-01"), None)


def test_what_comes_late_is_noted_as_late(session: Session) -> None:
    clock = make_clock(now=at("2026-11-23"))

    write(rules.meet, clock.id, **SECRETARY, now=at("2026-12-29"))

    assert acts(clock) == [A.STARTED, A.PASSED, A.MET]
    assert look(clock).passed_on == clock.due_on


def test_where_nothing_is_waited_for_nothing_can_come(session: Session) -> None:
    clock = make_clock()
    assert write(rules.void, clock.id, **SECRETARY, now=now())
    assert not write(rules.void, clock.id, **SECRETARY, now=now())

    with pytest.raises(ClockHasEnded):
        write(rules.meet, clock.id, **SECRETARY, now=now())
    assert acts(clock) == [A.STARTED, A.VOIDED]


def test_a_pause_moves_the_date_by_the_days_it_took(session: Session) -> None:
    clock = make_clock(now=at("2026-11-23"))
    assert clock.due_on == date(2026, 12, 7)

    write(rules.pause, clock.id, reason=WHY, **SECRETARY, now=at("2026-11-25"))
    paused = look(clock)
    assert (paused.state, paused.due_on) == (DeadlineState.PAUSED, date(2026, 12, 8)), "as if resumed on that day"

    assert write(rules.resume, clock.id, **SECRETARY, now=at("2026-11-27"))
    resumed = look(clock)
    assert (resumed.state, resumed.due_on) == (DeadlineState.RUNNING, date(2026, 12, 10))
    (pause,) = resumed.pauses
    assert (pause.from_day, pause.to_day, pause.reason) == (date(2026, 11, 25), date(2026, 11, 27), WHY)
    assert acts(clock) == [A.STARTED, A.PAUSED, A.RESUMED]


def test_a_pause_needs_a_reason_and_a_clock_that_runs(session: Session) -> None:
    clock = make_clock(now=at("2026-11-23"))
    with pytest.raises(ReasonIsOwed):
        write(rules.pause, clock.id, reason=Slots(en="Because"), **SECRETARY, now=at("2026-11-24"))
    write(rules.pause, clock.id, reason=WHY, **SECRETARY, now=at("2026-11-24"))

    with pytest.raises(ClockIsPaused):
        write(rules.pause, clock.id, reason=WHY, **SECRETARY, now=at("2026-11-24"))
    with pytest.raises(ClockIsPaused):
        write(rules.extend, clock.id, days=1, reason=WHY, **SECRETARY, now=at("2026-11-24"))
    assert write(rules.resume, clock.id, **SECRETARY, now=at("2026-11-24"))
    assert not write(rules.resume, clock.id, **SECRETARY, now=at("2026-11-24")), "it runs already"

    with pytest.raises(DateHasPassed):
        write(rules.pause, clock.id, reason=WHY, **SECRETARY, now=at("2026-12-31"))
    write(rules.void, clock.id, **SECRETARY, now=at("2026-12-31"))
    for rule, facts in ((rules.pause, {"reason": WHY}), (rules.resume, {})):
        with pytest.raises(ClockHasEnded):
            write(rule, clock.id, **facts, **SECRETARY, now=at("2026-12-31"))


def test_what_comes_during_a_pause_ends_the_pause(session: Session) -> None:
    clock = make_clock(now=at("2026-11-23"))
    write(rules.pause, clock.id, reason=WHY, **SECRETARY, now=at("2026-11-24"))

    assert write(rules.meet, clock.id, **SECRETARY, now=at("2027-02-01"))

    after = look(clock)
    assert after.pauses[0].to_day == date(2027, 2, 1)
    assert after.passed_on is None, "a clock that stood still is not late"
    assert after.due_on > date(2027, 2, 1)


def test_more_time_needs_a_reason_in_kazakh_or_russian(session: Session) -> None:
    clock = make_clock(now=at("2026-11-23"))
    for reason in (Slots(), Slots(en="The road is closed")):
        with pytest.raises(ReasonIsOwed):
            write(rules.extend, clock.id, days=5, reason=reason, **SECRETARY, now=at("2026-11-24"))
    for days in (0, -1, 367):
        with pytest.raises(NoDays):
            write(rules.extend, clock.id, days=days, reason=WHY, **SECRETARY, now=at("2026-11-24"))

    longer = write(rules.extend, clock.id, days=5, reason=WHY, **SECRETARY, now=at("2026-11-24"), version=1)

    assert (longer.due_on, longer.extra_days, longer.version) == (date(2026, 12, 14), 5, 2)
    assert longer.told_due_on == date(2026, 12, 7), "a letter is owed"
    line = last_line(clock)
    assert (line.act, line.days, line.reason) == (A.EXTENDED, 5, WHY)
    assert (line.before, line.after) == (date(2026, 12, 7), date(2026, 12, 14))


def test_a_second_press_does_not_give_more_time_again(session: Session) -> None:
    clock = make_clock(now=at("2026-11-23"))
    write(rules.extend, clock.id, days=5, reason=WHY, **SECRETARY, now=at("2026-11-24"), version=1)

    with pytest.raises(ChangedMeanwhile):
        write(rules.extend, clock.id, days=5, reason=WHY, **SECRETARY, now=at("2026-11-24"), version=1)
    assert look(clock).extra_days == 5


def test_time_is_not_given_after_the_fact(session: Session) -> None:
    clock = make_clock(now=at("2026-11-23"))
    with pytest.raises(DateHasPassed):
        write(rules.extend, clock.id, days=5, reason=WHY, **SECRETARY, now=at("2026-12-08"))

    assert write(rules.note_passed, clock.id, now=at("2026-12-08"))
    with pytest.raises(DateHasPassed):
        write(rules.extend, clock.id, days=5, reason=WHY, **SECRETARY, now=at("2026-12-07"))
    assert look(clock).due_on == date(2026, 12, 7)


def test_a_passed_date_is_noted_once_for_each_date(session: Session) -> None:
    clock = make_clock(now=at("2026-11-23"))

    assert not write(rules.note_passed, clock.id, now=at("2026-12-07")), "the last day is still in time"
    assert write(rules.note_passed, clock.id, now=at("2026-12-10"))
    assert not write(rules.note_passed, clock.id, now=at("2026-12-10"))
    assert not write(rules.note_passed, clock.id, now=at("2026-12-20"))

    assert acts(clock) == [A.STARTED, A.PASSED]


def test_a_clock_that_stands_or_has_stopped_does_not_pass(session: Session) -> None:
    standing, stopped = make_clock(now=at("2026-11-23")), make_clock(now=at("2026-11-23"))
    write(rules.pause, standing.id, reason=WHY, **SECRETARY, now=at("2026-11-24"))
    write(rules.meet, stopped.id, **SECRETARY, now=at("2026-11-24"))

    for clock in (standing, stopped):
        assert not write(rules.note_passed, clock.id, now=at("2027-11-24"))


def test_what_was_told_is_remembered(session: Session) -> None:
    clock = make_clock(now=at("2026-11-23"))
    write(rules.extend, clock.id, days=5, reason=WHY, **SECRETARY, now=at("2026-11-24"))
    assert [one.id for one in queries.untold(session)] == [clock.id]
    session.close()

    write(rules.mark_told, clock.id, due_on=date(2026, 12, 7))
    assert [one.id for one in queries.untold(session)] == [clock.id], "the old date was told, not the new one"
    session.close()
    write(rules.mark_told, clock.id)
    assert queries.untold(session) == []


@pytest.mark.parametrize("rule", [rules.meet, rules.void, rules.resume, rules.pause, rules.extend])
def test_there_is_no_such_clock(session: Session, rule: Any) -> None:
    facts = {"reason": WHY} if rule in (rules.pause, rules.extend) else {}
    facts |= {"days": 1} if rule is rules.extend else {}
    with pytest.raises(NotFound):
        write(rule, NOBODY, **facts, **SECRETARY, now=now())
    assert not write(rules.note_passed, NOBODY, now=now())


def test_history_cannot_be_rewritten(session: Session) -> None:
    make_clock()
    for statement in (update(DeadlineLine).values(days=1), delete(DeadlineLine)):
        with pytest.raises(DBAPIError, match="append-only"):
            write(lambda session, say: session.execute(say), statement)


# --- Reading ----------------------------------------------------------------------------------------------


def test_the_clocks_of_a_submission_or_a_recommendation(session: Session) -> None:
    council, body = plain_council(), plain_body()
    proposal, recommendation = plain_proposal(council), plain_recommendation(council, body)
    checking = make_clock(proposal=proposal)
    later = make_clock(proposal=proposal, kind=DeadlineKind.CONSIDERATION, term=Term(30, Unit.CALENDAR, FirstDay.NEXT))
    answer = make_clock(recommendation=recommendation)
    stopped = make_clock(proposal=proposal)
    write(rules.void, stopped.id, **SECRETARY, now=now())
    write(rules.pause, later.id, reason=WHY, **SECRETARY, now=now())

    assert [one.id for one in queries.running(session, proposal_id=proposal.id)] == [checking.id, later.id]
    assert [one.id for one in queries.running(session, recommendation_id=recommendation.id)] == [answer.id]
    kind = DeadlineKind.CONSIDERATION
    assert [one.id for one in queries.running(session, proposal_id=proposal.id, kind=kind)] == [later.id]


@pytest.mark.parametrize(
    ("today", "occasion", "left"),
    [
        ("2026-11-27", None, None),
        ("2026-11-30", Occasion.HALF_TIME, 5),
        ("2026-12-01", Occasion.HALF_TIME, 4),
        ("2026-12-02", Occasion.SOON, 3),
        ("2026-12-06", Occasion.SOON, 1),
        ("2026-12-07", Occasion.LAST_DAY, 0),
        ("2026-12-08", Occasion.PASSED, -1),
        ("2027-01-08", Occasion.PASSED, -20),
    ],
)
def test_what_there_is_to_say_today(session: Session, today: str, occasion: Occasion | None, left: int | None) -> None:
    clock = make_clock(now=at("2026-11-23"))

    found = queries.due_for_attention(session, date.fromisoformat(today))

    assert [(one.deadline_id, one.occasion, one.left) for one in found] == (
        [(clock.id, occasion, left)] if occasion else []
    )


def test_nothing_more_is_said_of_a_date_whose_passing_was_noted(session: Session) -> None:
    clock = make_clock(now=at("2026-11-23"))
    write(rules.note_passed, clock.id, now=at("2026-12-08"))

    assert queries.due_for_attention(session, date(2026, 12, 8)) == []


def test_why_counts_what_the_clock_was_counted_by(session: Session) -> None:
    clock = make_clock(now=at("2026-03-05"))
    write(rules.pause, clock.id, reason=WHY, **SECRETARY, now=at("2026-03-10"))
    write(rules.resume, clock.id, **SECRETARY, now=at("2026-03-11"))
    write(rules.extend, clock.id, days=2, reason=WHY, **SECRETARY, now=at("2026-03-12"))
    write(rules.meet, clock.id, **SECRETARY, now=at("2026-03-13"))
    change = rules.DayChange(date(2026, 3, 6), DayKind.DAY_OFF)
    write(rules.change_days, [change], reason=WHY, by_person=None, now=at("2026-03-14"))

    page = queries.why(session, clock.id, today=date(2026, 3, 14))

    assert page is not None
    assert page.deadline.calendar_version == 1, "what has ended is history"
    assert page.due_on == page.deadline.due_on == look(clock).due_on
    assert page.counted == page.total == 12
    assert page.days[1].number == 1, "6 March was worked when it was counted"
    assert page.left is None
    assert page.notes[date(2026, 3, 9)].ru.startswith("Международный женский день")


def test_why_of_a_standing_clock_counts_to_today(session: Session) -> None:
    clock = make_clock(now=at("2026-11-23"))
    write(rules.pause, clock.id, reason=WHY, **SECRETARY, now=at("2026-11-25"))

    page = queries.why(session, clock.id, today=date(2026, 11, 27))

    assert page is not None
    assert page.due_on == date(2026, 12, 10)
    assert queries.why(session, NOBODY, today=date(2026, 11, 27)) is None
    assert queries.why(session, NOBODY * 10, today=date(2026, 11, 27)) is None
    assert isinstance(page.deadline, Deadline)
