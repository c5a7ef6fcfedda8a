"""Two rules about one submission at the same moment, with real connections: whoever comes first, the sums are right."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from karavan.core.problems import Problem
from karavan.core.tokens import new_public_id
from karavan.deadlines.models import Deadline, DeadlineAct, DeadlineKind, DeadlineLine, DeadlineState
from karavan.notifications.models import Letter
from karavan.proposals.models import (
    Act,
    AnswerState,
    NumberGate,
    OfficialAnswer,
    Proposal,
    Recommendation,
    RecommendationState,
    State,
    StateChange,
    Support,
    Verdict,
)
from karavan.proposals.problems import ChangedMeanwhile, NotAtThisStage, SupportHasClosed
from karavan.proposals.rules.answer import Reply, check_answer, contest, publish_answer, write_answer
from karavan.proposals.rules.join import answer_join, ask_to_join
from karavan.proposals.rules.publish import publish
from karavan.proposals.rules.recommend import extend_term, send_recommendation
from karavan.proposals.rules.remind import remind
from karavan.proposals.rules.steps import take_step
from karavan.proposals.rules.support import move_support, support, take_back
from karavan.proposals.rules.write import edit, save_draft, submit
from karavan.record.models import ActorRole, RecordEntry, Verb
from tests.proposals.test_writing_rules import NEW
from tests.support.civic import (
    REASON,
    make_answer,
    make_council,
    make_person,
    make_proposal,
    make_recommendation,
    reload_proposal,
    submission,
    write,
)
from tests.support.races import doing
from tests.support.settings import NOW

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

pytestmark = [pytest.mark.race, pytest.mark.timeout(240)]

ROUNDS = 4
BY: dict[str, Any] = {"by": ActorRole.SECRETARY, "actor_id": None, "now": NOW}


def number(session: Session, model: type[Any], *where: Any) -> int:
    session.rollback()
    return session.scalars(select(func.count()).select_from(model).where(*where)).one()


def kinds(results: list[Any]) -> Counter[str]:
    return Counter(type(result).__name__ if isinstance(result, Problem) else "done" for result in results)


def test_fifty_presses_of_one_person_are_one_support(session: Session, at_once: Any) -> None:
    proposal, amina = make_proposal(state=State.PUBLISHED).id, make_person().id
    for _ in range(3):
        at_once(*[doing(support, proposal, person_id=amina, now=NOW)] * 17)
    live = Support.withdrawn_at.is_(None)
    assert number(session, Support, Support.proposal_id == proposal, live) == 1
    assert reload_proposal(proposal).supports == 1


def test_many_people_at_once_are_all_counted(session: Session, at_once: Any) -> None:
    proposal = make_proposal(state=State.PUBLISHED).id
    people = [make_person().id for _ in range(20)]
    counts = at_once(*[doing(support, proposal, person_id=person, now=NOW) for person in people])
    assert sorted(counts) == list(range(1, 21)), "each saw a number that was true when she pressed"
    assert reload_proposal(proposal).supports == 20
    assert number(session, StateChange, StateChange.act == Act.GATHER) == 1


def test_giving_and_taking_back_at_once_leave_what_was_done_last(session: Session, at_once: Any) -> None:
    for _ in range(ROUNDS):
        proposal, amina = make_proposal(state=State.PUBLISHED).id, make_person().id
        facts = {"person_id": amina, "now": NOW}
        at_once(*[doing(support, proposal, **facts), doing(take_back, proposal, **facts)] * 6)
        rows = number(session, Support, Support.proposal_id == proposal, Support.withdrawn_at.is_(None))
        assert rows == reload_proposal(proposal).supports
        assert rows <= 1


def test_one_draft_sent_many_times_is_one_submission(session: Session, at_once: Any) -> None:
    council, author = make_council(), make_person().id
    for place in range(1, ROUNDS + 1):
        wish = submission(council)
        made = at_once(*[doing(submit, wish, author_id=author, now=NOW)] * 12)
        assert {one.number for one in made} == {f"MGS-2026-{place:05d}"}
    assert number(session, Proposal) == ROUNDS
    assert number(session, StateChange) == ROUNDS
    assert number(session, Letter, Letter.letter == "proposals/step") == ROUNDS


def test_many_people_hand_in_at_once_and_no_number_is_given_twice_or_left_out(session: Session, at_once: Any) -> None:
    council = make_council()
    wishes = [(submission(council), make_person().id) for _ in range(20)]
    at_once(*[doing(submit, wish, author_id=author, now=NOW) for wish, author in wishes])
    session.rollback()
    numbers = sorted(session.scalars(select(Proposal.number)))
    assert numbers == [f"MGS-2026-{place:05d}" for place in range(1, 21)]
    assert session.scalars(select(NumberGate.next_number)).one() == 21


def test_a_draft_that_is_sent_while_it_is_kept_loses_nothing(session: Session, at_once: Any) -> None:
    council, author = make_council(), make_person().id
    for _ in range(ROUNDS):
        key = new_public_id()
        write(save_draft, key, {"title": "x"}, lang="kk", now=NOW)
        wish = submission(council, key=key)
        results = at_once(
            doing(submit, wish, author_id=author, now=NOW),
            doing(save_draft, key, {"title": "y"}, lang="kk", now=NOW),
        )
        assert kinds(results)["done"] >= 1
        assert not isinstance(results[0], Problem)


def test_of_two_moderators_one_decides(session: Session, at_once: Any) -> None:
    for _ in range(ROUNDS):
        proposal = make_proposal()
        version, mine = proposal.version, proposal.id
        results = at_once(
            doing(publish, mine, read_version=version, **BY),
            doing(take_step, mine, Act.RETURN, read_version=version, reason=REASON, **BY),
            doing(take_step, mine, Act.REFUSE, read_version=version, reason=REASON, **BY),
        )
        assert kinds(results) == {"done": 1, "ChangedMeanwhile": 2}
        changes = reload_proposal(mine).changes
        assert len(changes) == 2
        letters = number(session, Letter, Letter.key.like(f"proposal:{mine}:step:%"))
        assert letters == 2, "one for handing in, one for the decision"


def test_a_double_press_without_a_version_decides_once(session: Session, at_once: Any) -> None:
    proposal = make_proposal().id
    results = at_once(*[doing(publish, proposal, read_version=None, **BY)] * 8)
    assert kinds(results) == {"done": 1, NotAtThisStage.__name__: 7}


def test_who_supports_while_the_author_withdraws_is_counted_or_told_no(session: Session, at_once: Any) -> None:
    for _ in range(ROUNDS):
        proposal = make_proposal(state=State.PUBLISHED).id
        people = [make_person().id for _ in range(6)]
        results = at_once(
            doing(take_step, proposal, Act.WITHDRAW, reason=REASON, **BY),
            *[doing(support, proposal, person_id=person, now=NOW) for person in people],
        )
        refused = sum(isinstance(result, SupportHasClosed) for result in results)
        rows = number(session, Support, Support.proposal_id == proposal)
        after = reload_proposal(proposal)
        assert after.state == State.WITHDRAWN
        assert rows == after.supports == len(people) - refused


def test_a_text_that_changes_while_a_moderator_decides_is_noticed(session: Session, at_once: Any) -> None:
    for _ in range(ROUNDS):
        author = make_person().id
        proposal = make_proposal(author=session.get_one(type(make_person()), author))
        version, mine = proposal.version, proposal.id
        results = at_once(
            doing(publish, mine, read_version=version, **BY),
            doing(edit, mine, NEW, person_id=author, read_version=version, now=NOW),
        )
        assert kinds(results) == {"done": 1, ChangedMeanwhile.__name__: 1}


def test_what_is_withdrawn_while_the_council_sends_is_either_sent_or_not(session: Session, at_once: Any) -> None:
    for _ in range(ROUNDS):
        proposal = make_proposal(state=State.AT_COUNCIL)
        mine = proposal.id
        draft = make_recommendation(proposal, sent=False).id
        at_once(
            doing(send_recommendation, draft, actor_id=None, read_version=None, now=NOW),
            doing(take_step, mine, Act.WITHDRAW, reason=REASON, **BY),
        )
        session.rollback()
        sent = session.get_one(Recommendation, draft).state == RecommendationState.SENT
        assert (reload_proposal(mine).state == State.RECOMMENDED) is sent


def test_an_answer_that_is_edited_while_it_is_published_is_one_or_the_other(session: Session, at_once: Any) -> None:
    reply = Reply(verdict=Verdict.DECLINED, text=REASON, signed_by="Басқа басшы")
    for _ in range(ROUNDS):
        sent = make_recommendation(make_proposal(state=State.AT_COUNCIL)).id
        draft = write(write_answer, sent, reply, by_person=make_person().id, read_version=0, now=NOW)
        checked = write(check_answer, sent, by_person=make_person().id, read_version=draft.version, now=NOW)
        facts: dict[str, Any] = {"read_version": checked.version, "now": NOW}
        results = at_once(
            doing(publish_answer, sent, by=ActorRole.SECRETARY, **facts),
            doing(write_answer, sent, reply, by_person=make_person().id, **facts),
            doing(publish_answer, sent, by=ActorRole.SECRETARY, **facts),
        )
        assert kinds(results)["done"] == 1
        session.rollback()
        answer = session.scalars(select(OfficialAnswer).where(OfficialAnswer.recommendation_id == sent)).one()
        published = answer.state == AnswerState.PUBLISHED
        assert published is (answer.checked_by_id is not None)
        running = number(session, Deadline, Deadline.recommendation_id == sent, Deadline.state == DeadlineState.RUNNING)
        assert running == (0 if published else 1)


def test_an_extension_against_the_tick_in_the_same_second(session: Session, at_once: Any) -> None:
    for _ in range(ROUNDS):
        sent = make_recommendation(make_proposal(state=State.AT_COUNCIL)).id
        clock = session.scalars(
            select(Deadline).where(Deadline.recommendation_id == sent, Deadline.kind == DeadlineKind.ANSWER)
        ).one()
        deadline_id, due = clock.id, clock.due_on
        moment = NOW + (due - NOW.date()) + timedelta(days=1)
        at_once(
            doing(extend_term, sent, days=3, reason=REASON, by=ActorRole.SECRETARY, now=moment - timedelta(days=1)),
            doing(remind, deadline_id, now=moment),
            doing(remind, deadline_id, now=moment),
        )
        session.rollback()
        acts = session.scalars(select(DeadlineLine.act).where(DeadlineLine.deadline_id == deadline_id)).all()
        assert Counter(acts) in (
            {DeadlineAct.STARTED: 1, DeadlineAct.EXTENDED: 1},
            {DeadlineAct.STARTED: 1, DeadlineAct.PASSED: 1},
        )
        overdue = number(
            session,
            RecordEntry,
            RecordEntry.recommendation_id == sent,
            RecordEntry.verb == Verb.RECOMMENDATION_OVERDUE,
        )
        assert overdue == (DeadlineAct.PASSED in acts)
        told = number(session, Letter, Letter.key.like(f"clock:{deadline_id}:%"))
        assert told == len(set(session.scalars(select(Letter.key).where(Letter.key.like(f"clock:{deadline_id}:%")))))


def test_an_author_objects_once_however_often_she_presses(session: Session, at_once: Any) -> None:
    proposal = make_proposal(state=State.AT_COUNCIL)
    mine, author = proposal.id, proposal.author_id
    sent = make_recommendation(proposal).id
    make_answer(session.get_one(Recommendation, sent))
    results = at_once(*[doing(contest, sent, mine, person_id=author, reason="Жоқ", now=NOW)] * 8)
    assert kinds(results) == {"done": 1, "AlreadyContested": 7}
    clocks = number(session, Deadline, Deadline.kind == DeadlineKind.OBJECTION)
    assert clocks == 1


def test_two_that_are_joined_crosswise_do_not_wait_for_each_other(session: Session, at_once: Any) -> None:
    for _ in range(ROUNDS):
        council = make_council()
        one, other = (make_proposal(council, state=State.PUBLISHED) for _ in range(2))
        pairs = [(one.id, other.id, one.author_id), (other.id, one.id, other.author_id)]
        ask: dict[str, Any] = {"reason": REASON, "read_version": None, "now": NOW}
        for mine, into, author in pairs:
            write(ask_to_join, mine, into, by_person=author, **ask)
        results = at_once(
            *[
                doing(answer_join, mine, person_id=author, accepted=True, read_version=None, now=NOW)
                for mine, _, author in pairs
            ]
        )
        assert kinds(results) == {"done": 1, "CannotJoin": 1}
        states = Counter(reload_proposal(mine).state for mine, _, _ in pairs)
        assert states == {State.JOINED: 1, State.PUBLISHED: 1}


def test_support_is_moved_once(session: Session, at_once: Any) -> None:
    proposal = make_proposal(state=State.JOINED, supports=1)
    mine, into = proposal.id, proposal.joined_into_id
    mover = session.scalars(select(Support.person_id).where(Support.proposal_id == mine)).one()
    at_once(*[doing(move_support, mine, person_id=mover, now=NOW)] * 8)
    assert number(session, Support, Support.proposal_id == into) == 1
    assert (reload_proposal(mine).supports, reload_proposal(into or 0).supports) == (0, 1)
