"""Two rules at the same second, again and again, with real connections: exactly one wins, and no clock is missed."""

from __future__ import annotations

import threading
import time
from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from karavan.core.database import db, transact
from karavan.core.languages import Slots
from karavan.core.problems import Problem
from karavan.deadlines import queries, rules
from karavan.deadlines.models import CalendarVersion, DayKind, Deadline, DeadlineAct, DeadlineKind, DeadlineState
from karavan.deadlines.problems import CalendarChangedMeanwhile, ChangedMeanwhile, ClockIsPaused, DateHasPassed
from karavan.deadlines.reckoning import Term, due_on
from karavan.deadlines.rules import DayChange
from karavan.record.models import ActorRole
from tests.support.clocks import (
    ANSWER,
    CITATION,
    WHY,
    acts,
    at,
    look,
    make_clock,
    plain_body,
    plain_council,
    plain_recommendation,
    write,
)
from tests.support.databases import chosen

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from sqlalchemy.orm import Session

pytestmark = [pytest.mark.race, pytest.mark.timeout(240)]

ROUNDS = 8
A = DeadlineAct
SECRETARY: dict[str, Any] = {"by": ActorRole.SECRETARY}


@pytest.fixture
def at_once(other_app: Callable[..., Flask]) -> Callable[..., list[Any]]:
    """Carry out rules at the same moment, each on a connection of its own; what is refused comes back as a value."""
    app = other_app(threads=24)

    def run(*acts: Callable[[], Any]) -> list[Any]:
        results: list[Any] = [None] * len(acts)
        ready = threading.Barrier(len(acts))

        def one(number: int, act: Callable[[], Any]) -> None:
            with app.app_context():
                db.session().connection()  # a connection is at hand before the start
                ready.wait(60)
                try:
                    results[number] = act()
                except Exception as refused:  # noqa: BLE001  (looked at by the test)
                    results[number] = refused

        threads = [threading.Thread(target=one, args=pair) for pair in enumerate(acts)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        faults = [result for result in results if isinstance(result, Exception) and not isinstance(result, Problem)]
        if faults:
            raise faults[0]
        return results

    return run


def doing(rule: Callable[..., Any], *args: Any, **facts: Any) -> Callable[[], Any]:
    return lambda: transact(rule, *args, **facts)


def test_what_comes_in_twice_at_once_has_come_once(session: Session, at_once: Any) -> None:
    for _ in range(ROUNDS):
        clock = make_clock(now=at("2026-11-02"))

        came = at_once(*[doing(rules.meet, clock.id, **SECRETARY, now=at("2026-11-03"))] * 6)

        assert sorted(came) == [False] * 5 + [True]
        assert acts(clock) == [A.STARTED, A.MET]


def test_the_round_and_more_time_in_the_same_second(session: Session, at_once: Any) -> None:
    """The round's watch is a second past midnight, the secretary's a second before: who takes the row first wins."""
    seen: Counter[str] = Counter()
    for number in range(ROUNDS * 2):
        clock = make_clock(now=at("2026-11-02"))
        night = at("2026-11-17", hour=0)
        tick = doing(rules.note_passed, clock.id, now=night + timedelta(seconds=1))
        longer = doing(
            rules.extend, clock.id, days=3, reason=WHY, **SECRETARY, now=night - timedelta(seconds=1), version=1
        )

        said = at_once(*((tick, longer) if number % 2 else (longer, tick)))
        noted, extended = said if number % 2 else said[::-1]

        after = look(clock)
        if noted is True:
            assert isinstance(extended, DateHasPassed)
            assert acts(clock) == [A.STARTED, A.PASSED]
            assert (after.due_on, after.passed_on, after.extra_days) == (clock.due_on, clock.due_on, 0)
        else:
            assert noted is False
            assert isinstance(extended, Deadline)
            assert acts(clock) == [A.STARTED, A.EXTENDED]
            assert (after.due_on, after.passed_on) == (date(2026, 11, 19), None)
        seen["noted" if noted else "extended"] += 1
    assert seen.total() == ROUNDS * 2


def test_rounds_that_come_at_once_note_it_once(session: Session, at_once: Any) -> None:
    for _ in range(ROUNDS):
        clock = make_clock(now=at("2026-11-02"))

        noted = at_once(*[doing(rules.note_passed, clock.id, now=at("2026-11-20"))] * 6)

        assert sorted(noted) == [False] * 5 + [True]


def test_more_time_pressed_twice_at_once_is_given_once(session: Session, at_once: Any) -> None:
    for _ in range(ROUNDS):
        clock = make_clock(now=at("2026-11-02"))
        more = doing(rules.extend, clock.id, days=5, reason=WHY, **SECRETARY, now=at("2026-11-03"), version=1)

        given = at_once(*[more] * 4)

        assert Counter(type(one) for one in given) == {Deadline: 1, ChangedMeanwhile: 3}
        assert look(clock).extra_days == 5


def test_held_up_and_let_run_at_once(session: Session, at_once: Any) -> None:
    for _ in range(ROUNDS):
        clock = make_clock(now=at("2026-11-02"))
        pause = doing(rules.pause, clock.id, reason=WHY, **SECRETARY, now=at("2026-11-03"))
        resume = doing(rules.resume, clock.id, **SECRETARY, now=at("2026-11-03"))

        first, second = at_once(pause, pause)
        assert sorted(type(one).__name__ for one in (first, second)) == ["ClockIsPaused", "NoneType"]
        assert sorted(at_once(resume, resume)) == [False, True]

        held, ran = at_once(pause, resume)
        after = look(clock)
        assert held is None
        assert after.state == (DeadlineState.RUNNING if ran else DeadlineState.PAUSED)
        assert isinstance(ran, bool)
        assert sum(one.to_day is None for one in after.pauses) == (not ran)
        assert not isinstance(held, ClockIsPaused)


def test_what_comes_while_more_time_is_given(session: Session, at_once: Any) -> None:
    for _ in range(ROUNDS):
        clock = make_clock(now=at("2026-11-02"))

        met, given = at_once(
            doing(rules.meet, clock.id, **SECRETARY, now=at("2026-11-03")),
            doing(rules.extend, clock.id, days=5, reason=WHY, **SECRETARY, now=at("2026-11-03")),
        )

        assert met is True
        wanted = [A.STARTED, A.MET] if isinstance(given, Problem) else [A.STARTED, A.EXTENDED, A.MET]
        assert acts(clock) == wanted


def test_no_clock_is_missed_that_starts_or_moves_while_the_calendar_changes(session: Session, at_once: Any) -> None:
    """Whatever the order: in the end every open clock has the date that the last calendar says."""
    recommendation = plain_recommendation(plain_council(), plain_body())
    facts: dict[str, Any] = {
        "recommendation_id": recommendation.id,
        "council_id": recommendation.council_id,
        "addressee_id": recommendation.addressee_id,
        "setting_id": None,
        "citation": CITATION,
        **SECRETARY,
    }
    for number in range(ROUNDS):
        old = [make_clock(recommendation=recommendation, now=at("2026-11-02")) for _ in range(3)]
        begin = doing(rules.start, DeadlineKind.ANSWER, ANSWER, **facts, now=at("2026-11-02"))
        off = DayChange(date(2026, 11, 5) if number % 2 else date(2026, 11, 6), DayKind.DAY_OFF, Slots(kk=str(number)))

        results = at_once(
            begin,
            doing(rules.extend, old[0].id, days=1, reason=WHY, **SECRETARY, now=at("2026-11-03")),
            doing(rules.change_days, [off], reason=WHY, by_person=None, now=at("2026-11-03")),
            doing(rules.pause, old[1].id, reason=WHY, **SECRETARY, now=at("2026-11-03")),
            doing(rules.meet, old[2].id, **SECRETARY, now=at("2026-11-03")),
            begin,
        )

        assert not [one for one in results if isinstance(one, Exception)]
        session.close()
        calendar = queries.current_calendar(session)
        assert queries.moves(session, calendar) == []
        open_clocks = session.scalars(select(Deadline).where(Deadline.state.in_(["running", "paused"]))).all()
        assert {one.calendar_version for one in open_clocks} == {calendar.version}
        for one in open_clocks:
            if not one.pauses:
                term = Term(one.days, one.unit, one.first_day)
                assert one.due_on == due_on(date(2026, 11, 2), term, calendar, extra=one.extra_days)


def slow_start_while_the_calendar_changes(session: Session, at_once: Any) -> Deadline:
    """Let a clock start, and change the calendar while that is not committed yet."""
    recommendation = plain_recommendation(plain_council(), plain_body())
    write(rules.ensure_calendar, now=at("2026-11-02"))
    begun = threading.Event()

    def dawdle(session: Session) -> Deadline:
        clock = rules.start(
            session,
            DeadlineKind.ANSWER,
            ANSWER,
            recommendation_id=recommendation.id,
            council_id=recommendation.council_id,
            addressee_id=recommendation.addressee_id,
            setting_id=None,
            citation=CITATION,
            **SECRETARY,
            now=at("2026-11-02"),
        )
        begun.set()
        time.sleep(0.6)
        return clock

    def change() -> rules.Change:
        begun.wait(10)
        off = DayChange(date(2026, 11, 5), DayKind.DAY_OFF)
        return transact(rules.change_days, [off], reason=WHY, by_person=None, now=at("2026-11-02"))

    clock, made = at_once(doing(dawdle), change)
    assert made.version == 2
    session.close()
    return look(clock)


def test_a_clock_that_is_not_committed_yet_is_waited_for(session: Session, at_once: Any) -> None:
    clock = slow_start_while_the_calendar_changes(session, at_once)

    assert (clock.due_on, clock.calendar_version) == (date(2026, 11, 17), 2)


@pytest.mark.skipif(chosen() == "sqlite", reason="SQLite takes writers one at a time anyway")
def test_without_the_gate_that_clock_is_missed(session: Session, at_once: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the test above would prove nothing."""
    monkeypatch.setattr(rules, "_shared_calendar", lambda session, now: queries.current_calendar(session))

    clock = slow_start_while_the_calendar_changes(session, at_once)

    assert (clock.due_on, clock.calendar_version) == (date(2026, 11, 16), 1)


def test_changes_of_the_calendar_pass_one_at_a_time(session: Session, at_once: Any) -> None:
    write(rules.ensure_calendar, now=at("2026-11-02"))

    def change(day: int, version: int | None = None) -> Callable[[], Any]:
        off = DayChange(date(2026, 11, day), DayKind.DAY_OFF)
        return doing(rules.change_days, [off], reason=WHY, by_person=None, now=at("2026-11-03"), version=version)

    made = at_once(*[change(day) for day in range(3, 7)])
    assert sorted(one.version for one in made) == [2, 3, 4, 5]

    tried = at_once(*[change(day, 5) for day in range(10, 14)])
    assert sorted(type(one).__name__ for one in tried) == [*["CalendarChangedMeanwhile"] * 3, "Change"]
    session.close()
    assert session.scalars(select(func.max(CalendarVersion.id))).one() == queries.current_calendar(session).version == 6
    assert issubclass(CalendarChangedMeanwhile, Problem)


def test_two_that_seed_an_empty_calendar_seed_it_once(session: Session, at_once: Any) -> None:
    seeded = at_once(*[doing(rules.ensure_calendar, now=at("2026-11-02"))] * 4)

    assert sorted(seeded) == [False, False, False, True]
    assert queries.current_calendar(session).version == 1
