"""Many people in a hall at the same moment, with real connections: nobody counts twice, and nothing slips through."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select, true
from sqlalchemy.exc import IntegrityError

from karavan.core.database import db
from karavan.core.problems import Problem
from karavan.core.tokens import new_key
from karavan.hearings.hall_problems import HallMoved, IsOver, NotTakenNow, Unanswered
from karavan.hearings.hall_queries import Owed, owed
from karavan.hearings.models import (
    HallQuestion,
    HallQuestionSupport,
    HearingState,
    PollVote,
    Position,
    Speaker,
    SpeakerState,
    StatementKind,
)
from karavan.hearings.problems import NotAtThisStage
from karavan.hearings.rules import gate, hall, matrix, polls, questions, speakers, statements, steps
from karavan.record.models import ActorRole, RecordEntry, Verb
from tests.support.databases import chosen
from tests.support.live_hall import ASKED, NO, YES, gather
from tests.support.races import HANDS, doing
from tests.support.talk import make_writer

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from tests.support.live_hall import Gathering

pytestmark = [pytest.mark.race, pytest.mark.timeout(240)]

ROUNDS = 4


def problems(found: list[Any]) -> set[type[Problem]]:
    return {type(one) for one in found if isinstance(one, Problem)}


def number(model: type[Any]) -> int:
    db.session.close()
    return db.session().scalars(select(func.count()).select_from(model)).one()


# --- Closing while a statement comes in -----------------------------------------------------------------------


def handing_in(hearing: Gathering) -> Callable[[], Any]:
    return doing(
        statements.hand_in,
        hearing.id,
        kind=StatementKind.FOR,
        source="Соңғы сәтте жазылған мәлімдеме.",
        lang="kk",
        author_id=make_writer().id,
        key=new_key(),
        now=hearing.hearing.statements_until,
    )


def closing(hearing: Gathering) -> Callable[[], Any]:
    after = hearing.hearing.statements_until + timedelta(seconds=1)
    return doing(matrix.close, hearing.id, by=ActorRole.SECRETARY, now=after)


def keeps_its_promise(hearing: Gathering) -> bool:
    """Is it open, or is everything answered?"""
    return hearing.hearing.state != HearingState.CLOSED or owed(db.session(), hearing.id) == Owed(0, 0)


def test_a_statement_and_the_closing_at_the_same_moment_never_leave_it_unanswered(
    session: Session, at_once: Any
) -> None:
    for _ in range(ROUNDS):
        hearing = gather().ends()
        handed, closed = at_once(handing_in(hearing), closing(hearing))
        assert keeps_its_promise(hearing)
        assert isinstance(handed, NotTakenNow) != isinstance(closed, Unanswered), "one of the two comes first"


def test_without_the_rules_guard_the_database_says_no(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """With it taken out, whoever closes second no longer sees what came in; and then the database itself says no."""
    monkeypatch.setattr(steps, "answers_owed", lambda _: (~true(),))
    monkeypatch.setattr(matrix, "_refuse_owed", lambda *_: None)
    hearing = gather().ends()
    handing_in(hearing)()
    with pytest.raises(IntegrityError, match="every statement and question has an answer"):
        closing(hearing)()
    assert keeps_its_promise(hearing)


@pytest.mark.skipif(chosen() == "sqlite", reason="SQLite takes writers one at a time, gate or no gate")
def test_without_the_gate_a_statement_that_is_not_committed_yet_is_overlooked(
    session: Session, at_once: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard alone is not enough either: it must look after whoever is still writing has come out of the gate."""
    written, is_closed = Event(), Event()
    noted = statements.note

    def linger(*args: Any, **facts: Any) -> None:
        noted(*args, **facts)
        written.set()
        is_closed.wait(10)

    monkeypatch.setattr(statements, "take_hearing", gate.look_at)
    monkeypatch.setattr(statements, "note", linger)
    hearing = gather().ends()
    close = closing(hearing)

    def close_meanwhile() -> Any:
        written.wait(10)
        try:
            return close()
        finally:
            is_closed.set()

    at_once(handing_in(hearing), close_meanwhile)
    assert not keeps_its_promise(hearing)


def test_an_answer_that_goes_out_of_its_group_while_it_is_closed_does_not_leave_it_unanswered(
    session: Session, at_once: Any
) -> None:
    for _ in range(ROUNDS):
        hearing = gather()
        statement = hearing.statement()
        hearing.ends()
        desk = {"by": ActorRole.SECRETARY, "by_id": hearing.secretary, "now": hearing.now}
        made = doing(matrix.group, hearing.id, [("statement", statement.id, None)], title=ASKED)()
        doing(matrix.answer_group, hearing.id, made.id, YES, **desk)()
        at_once(closing(hearing), doing(matrix.ungroup, hearing.id, "statement", statement.id))
        assert keeps_its_promise(hearing)


# --- In the hall ----------------------------------------------------------------------------------------------


def test_two_presses_of_next_call_one_person(session: Session, at_once: Any) -> None:
    hearing = gather()
    for position in Position:
        hearing.speaker(position), hearing.speaker(position)
    for turn in range(1, ROUNDS + 1):
        drawn = hearing.hall.run_version
        found = at_once(*[doing(speakers.call_next, hearing.id, read_version=drawn, **hearing.desk)] * 6)
        assert sum(isinstance(one, Speaker) for one in found) == 1
        assert problems(found) == {HallMoved}
        db.session.close()
        states = db.session().scalars(select(Speaker.state)).all()
        assert (states.count(SpeakerState.SPEAKING), states.count(SpeakerState.SPOKEN)) == (1, turn - 1)


def test_everybody_who_signs_up_votes_and_supports_at_once_counts_once(session: Session, at_once: Any) -> None:
    hearing = gather()
    poll = doing(polls.open_poll, hearing.id, ASKED, [YES, NO], **hearing.desk)()
    asked = hearing.question()
    people = [make_writer().id for _ in range(HANDS // 3)]
    wish = speakers.Wish(position=Position.FOR)
    for act in (
        doing(speakers.sign_up, hearing.id, wish),
        doing(polls.vote, hearing.id, poll.id, poll.options[0].id),
        doing(questions.support, hearing.id, asked.id),
    ):
        presses = [partial(act, person_id=one, now=hearing.now) for one in people * 3]
        assert problems(at_once(*presses)) == set()
    assert [number(model) for model in (Speaker, PollVote, HallQuestionSupport)] == [len(people)] * 3
    assert hearing.row(HallQuestion, asked.id).supports == len(people)
    assert sorted(db.session().scalars(select(Speaker.number))) == list(range(1, len(people) + 1))


def test_votes_while_the_poll_closes_are_in_its_counts_or_told_no(session: Session, at_once: Any) -> None:
    hearing = gather()
    for round_ in range(1, ROUNDS + 1):
        poll = doing(polls.open_poll, hearing.id, ASKED, [YES, NO], **hearing.desk)()
        votes = [
            doing(polls.vote, hearing.id, poll.id, poll.options[0].id, person_id=make_writer().id, now=hearing.now)
            for _ in range(6)
        ]
        found = at_once(doing(polls.close_poll, hearing.id, poll.id, **hearing.desk), *votes)
        counted = sum(one is True for one in found)
        db.session.close()
        noted = select(RecordEntry.facts).where(RecordEntry.verb == Verb.HEARING_POLL_CLOSED)
        facts = db.session().scalars(noted.order_by(RecordEntry.id.desc())).first()
        assert facts == {"number": round_, "votes_1": counted, "votes_2": 0}


def test_the_end_while_people_ask_and_speak_leaves_a_hall_that_is_still(session: Session, at_once: Any) -> None:
    for _ in range(ROUNDS):
        hearing = gather()
        hearing.speaker(), hearing.speaker()
        asking = [
            doing(
                questions.ask,
                hearing.id,
                source=f"Сұрақ {one}",
                lang="kk",
                author_id=make_writer().id,
                key=new_key(),
                now=hearing.now,
            )
            for one in range(4)
        ]
        end = doing(hall.end, hearing.id, by=ActorRole.SECRETARY, **hearing.desk)
        found = at_once(*asking, end, end, doing(speakers.call_next, hearing.id, **hearing.desk))
        assert problems(found) <= {IsOver, NotAtThisStage}
        assert (hearing.hearing.state, hearing.hall.speaker_id) == (HearingState.HELD, None)
        asked = sum(isinstance(one, HallQuestion) for one in found)
        mine = select(func.count()).where(HallQuestion.hearing_id == hearing.id)
        assert db.session().scalars(mine).one() == asked


def test_two_who_begin_at_once_open_one_hall(session: Session, at_once: Any) -> None:
    for _ in range(ROUNDS):
        hearing = gather(begun=False)
        begin = doing(hall.begin, hearing.id, by=ActorRole.SECRETARY, **hearing.desk)
        assert problems(at_once(*[begin] * 6)) == set()
        assert (hearing.hall.version, hearing.hearing.state) == (1, HearingState.LIVE)
