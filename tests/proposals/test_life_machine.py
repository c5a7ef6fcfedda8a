"""Whatever authors, supporters, moderators, secretaries and bodies do, in any order: the promises hold after each step.

Hypothesis chooses the steps and finds the shortest way to break a promise. `KARAVAN_TEST_EXAMPLES` says how many
stories are tried; bin/test tries them on both databases.
"""

from __future__ import annotations

import os
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from karavan.core.database import db
from karavan.core.languages import Slots
from karavan.core.problems import Problem
from karavan.deadlines.models import Deadline, DeadlineKind, DeadlineState
from karavan.notifications.models import Letter
from karavan.proposals.lifecycle import LIFE, PUBLIC, STEPS
from karavan.proposals.models import (
    Act,
    AnswerState,
    NumberGate,
    Objection,
    OfficialAnswer,
    Proposal,
    Recommendation,
    RecommendationState,
    State,
    StateChange,
    Support,
    Verdict,
)
from karavan.proposals.problems import ChangedMeanwhile
from karavan.proposals.rules.answer import (
    Reply,
    check_answer,
    contest,
    decide_objection,
    open_answer,
    publish_answer,
    write_answer,
)
from karavan.proposals.rules.join import answer_join, ask_to_join
from karavan.proposals.rules.publish import publish
from karavan.proposals.rules.recommend import Advice, begin_recommendation, extend_term, send_recommendation
from karavan.proposals.rules.remind import remind
from karavan.proposals.rules.steps import take_step
from karavan.proposals.rules.support import move_support, support, take_back
from karavan.proposals.rules.write import Words, edit, submit
from karavan.record.models import ActorRole
from tests.support.civic import REASON, make_body, make_council, make_person, submission, write
from tests.support.settings import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.support.databases import Database

STORIES = int(os.environ.get("KARAVAN_TEST_EXAMPLES", "15"))
STEPS_A_STORY = 35
PHASES = tuple(Phase) if "KARAVAN_TEST_EXAMPLES" in os.environ else (Phase.explicit, Phase.reuse, Phase.generate)
"""Looking for the shortest broken story takes minutes; whoever wants it sets `KARAVAN_TEST_EXAMPLES`."""
PLAIN = [Act.RETURN, Act.REFUSE, Act.ADMIT, Act.CONSIDER, Act.DECLINE, Act.COMPLETE, Act.WITHDRAW, Act.SUBMIT]
WAITED_FOR = {
    State.CHECKING: {DeadlineKind.CHECKING},
    State.ADMITTED: {DeadlineKind.CONSIDERATION},
    State.AT_COUNCIL: {DeadlineKind.CONSIDERATION},
}
which = st.integers(0, 3)


class Life(RuleBasedStateMachine):
    """Some submissions of one council, and everybody who has to do with them."""

    def __init__(self, app: Flask, database: Database) -> None:
        super().__init__()
        self._context = app.app_context()
        self._context.push()
        database.put_back(db.engine)
        self.now = NOW
        self.council = make_council(now=NOW)
        self.body_id = make_body(email="body@example.kz").id
        self.people = [make_person().id for _ in range(5)]
        self.staff = [make_person().id for _ in range(2)]
        self.proposals: list[int] = []
        self.keys: list[Any] = []

    def teardown(self) -> None:
        db.session.remove()
        self._context.pop()

    def _do(self, act: Callable[..., Any], *args: Any, **more: Any) -> Any:
        """Carry a rule out; what it refuses changes nothing."""
        db.session.close()
        before = self._picture()
        try:
            return write(act, *args, **more)
        except Problem:
            db.session.close()
            assert self._picture() == before, "a refusal changed something"
            return None

    def _picture(self) -> Any:
        session = db.session()
        session.expire_all()
        rows = session.execute(
            select(Proposal.id, Proposal.state, Proposal.version, Proposal.supports).order_by(Proposal.id)
        ).all()
        counts = tuple(
            session.scalars(select(func.count()).select_from(model)).one()
            for model in (StateChange, Support, Deadline, Letter, OfficialAnswer, Objection)
        )
        gates = tuple(session.scalars(select(NumberGate.next_number).order_by(NumberGate.series)))
        return tuple(tuple(row) for row in rows), counts, gates

    def _one(self, number: int) -> Proposal | None:
        if not self.proposals:
            return None
        session = db.session()
        session.expire_all()
        return session.get_one(Proposal, self.proposals[number % len(self.proposals)])

    def _recommendation(self, number: int) -> int | None:
        ids = db.session().scalars(select(Recommendation.id).order_by(Recommendation.id)).all()
        return ids[number % len(ids)] if ids else None

    # --- What people do --------------------------------------------------------------------------------------

    @rule(person=st.integers(0, 1), again=st.booleans())
    def somebody_hands_in(self, person: int, again: bool) -> None:
        if again and self.keys:
            before = self._picture()
            write(submit, self.keys[-1][0], author_id=self.keys[-1][1], now=self.now)
            assert self._picture() == before, "a second press changed something"
            return
        wish = submission(self.council)
        made = self._do(submit, wish, author_id=self.people[person], now=self.now)
        if made is not None:
            self.keys.append((wish, self.people[person]))
            self.proposals.append(made.id)

    @rule(number=which, act=st.sampled_from(PLAIN), reason=st.booleans(), stale=st.booleans())
    def somebody_decides(self, number: int, act: Act, reason: bool, stale: bool) -> None:
        proposal = self._one(number)
        if proposal is None:
            return
        state, version = proposal.state, proposal.version
        facts: dict[str, Any] = {"by": ActorRole.SECRETARY, "actor_id": None, "now": self.now}
        facts |= {"reason": REASON if reason else Slots(), "read_version": version - 1 if stale else version}
        moved = self._do(take_step, proposal.id, act, **facts)
        if moved is not None:
            assert not stale
            assert state in STEPS[act].before

    @rule(number=which)
    def a_moderator_publishes(self, number: int) -> None:
        if (proposal := self._one(number)) is not None:
            facts: dict[str, Any] = {"by": ActorRole.MODERATOR, "actor_id": None, "read_version": None}
            self._do(publish, proposal.id, now=self.now, **facts)

    @rule(number=which, person=st.integers(0, 4), act=st.sampled_from([support, support, take_back, move_support]))
    def somebody_supports_or_not(self, number: int, person: int, act: Callable[..., Any]) -> None:
        if (proposal := self._one(number)) is not None:
            self._do(act, proposal.id, person_id=self.people[person], now=self.now)

    @rule(number=which)
    def the_author_edits(self, number: int) -> None:
        if (proposal := self._one(number)) is not None:
            words = Words(title=f"{proposal.revision + 1}-мәтін", problem="Мәселе", solution="Шешім")
            facts: dict[str, Any] = {"person_id": proposal.author_id, "read_version": proposal.version}
            self._do(edit, proposal.id, words, now=self.now, **facts)

    @rule(number=which, into=which, accepted=st.booleans())
    def two_are_joined(self, number: int, into: int, accepted: bool) -> None:
        proposal, other = self._one(number), self._one(into)
        if proposal is None or other is None:
            return
        author_id, mine = proposal.author_id, proposal.id
        facts: dict[str, Any] = {"read_version": None, "now": self.now}
        self._do(ask_to_join, mine, other.id, reason=REASON, by_person=self.staff[0], **facts)
        self._do(answer_join, mine, person_id=author_id, accepted=accepted, **facts)

    @rule(chosen=st.sets(which, min_size=1, max_size=2), send=st.booleans())
    def the_council_recommends(self, chosen: set[int], send: bool) -> None:
        ids = {self.proposals[number % len(self.proposals)] for number in chosen} if self.proposals else set()
        words = Slots(kk="Ұсыным", ru="Рекомендация")
        advice = Advice(addressee_id=self.body_id, title=words, text=words, basis=words, proposals=frozenset(ids))
        made = self._do(begin_recommendation, self.council.id, advice, by_person=self.staff[0], now=self.now)
        if made is not None and send:
            self._do(send_recommendation, made.id, actor_id=None, read_version=made.version, now=self.now)

    @rule(number=which, step=st.sampled_from(["write", "check", "publish"]), hand=st.integers(0, 1))
    def the_body_answers(self, number: int, step: str, hand: int) -> None:
        recommendation_id = self._recommendation(number)
        if recommendation_id is None:
            return
        answer = open_answer(db.session(), recommendation_id)
        version = answer.version if answer else 0
        facts: dict[str, Any] = {"read_version": version, "now": self.now}
        if step == "write":
            reply = Reply(verdict=Verdict.PARTLY, text=Slots(kk="Жауап", ru="Ответ"), signed_by="Басшы")
            self._do(write_answer, recommendation_id, reply, by_person=self.staff[hand], **facts)
        elif step == "check":
            self._do(check_answer, recommendation_id, by_person=self.staff[hand], **facts)
        else:
            self._do(publish_answer, recommendation_id, by=ActorRole.SECRETARY, **facts)

    @rule(number=which, carrier=which, upheld=st.sampled_from([None, True, False]))
    def the_author_objects(self, number: int, carrier: int, upheld: bool | None) -> None:
        proposal, recommendation_id = self._one(number), self._recommendation(carrier)
        if proposal is None or recommendation_id is None:
            return
        author_id = proposal.author_id
        made = self._do(contest, recommendation_id, proposal.id, person_id=author_id, reason="Жоқ", now=self.now)
        if made is not None and upheld is not None:
            facts: dict[str, Any] = {"by_person": self.staff[0], "by": ActorRole.SECRETARY, "now": self.now}
            self._do(decide_objection, made.id, upheld=upheld, decision=REASON, **facts)

    @rule(number=which, days=st.integers(1, 5))
    def more_time_is_given(self, number: int, days: int) -> None:
        if (recommendation_id := self._recommendation(number)) is not None:
            facts: dict[str, Any] = {"reason": REASON, "by": ActorRole.SECRETARY, "now": self.now}
            self._do(extend_term, recommendation_id, days=days, **facts)

    @rule(days=st.sampled_from([1, 3, 8, 30]))
    def time_passes_and_the_round_comes_twice(self, days: int) -> None:
        self.now += timedelta(days=days)
        db.session.close()
        for deadline_id in db.session().scalars(select(Deadline.id)).all():
            write(remind, deadline_id, now=self.now)
        before = self._picture()
        for deadline_id in db.session().scalars(select(Deadline.id)).all():
            assert write(remind, deadline_id, now=self.now) == 0, "somebody was reminded twice"
        assert self._picture() == before

    # --- What must hold --------------------------------------------------------------------------------------

    @invariant()
    def every_history_is_a_walk_through_the_table(self) -> None:
        session = db.session()
        session.expire_all()
        ways = {(step.act, before, step.after) for step in LIFE for before in step.before}
        for proposal in session.scalars(select(Proposal)):
            steps = [(change.act, change.before, change.after) for change in proposal.changes]
            assert set(steps) <= ways
            assert [before for _, before, _ in steps[1:]] == [after for _, _, after in steps[:-1]]
            assert steps[-1][2] == proposal.state
            assert (proposal.state in PUBLIC) <= (proposal.published_at is not None)

    @invariant()
    def the_number_of_supporters_is_the_number_of_rows(self) -> None:
        live = select(Support.proposal_id, Support.person_id).where(Support.withdrawn_at.is_(None))
        rows = [tuple(row) for row in db.session().execute(live)]
        assert len(rows) == len(set(rows))
        counted = Counter(proposal_id for proposal_id, _ in rows)
        shown = {row[0]: row[1] for row in db.session().execute(select(Proposal.id, Proposal.supports))}
        assert shown == {proposal_id: counted[proposal_id] for proposal_id in shown}

    @invariant()
    def what_waits_has_one_clock_and_what_is_over_has_none(self) -> None:
        session = db.session()
        running: dict[int, list[DeadlineKind]] = {}
        for proposal_id, kind in session.execute(
            select(Deadline.proposal_id, Deadline.kind).where(
                Deadline.proposal_id.is_not(None), Deadline.state == DeadlineState.RUNNING
            )
        ):
            running.setdefault(proposal_id, []).append(kind)
        for proposal_id, state in session.execute(select(Proposal.id, Proposal.state)):
            assert running.get(proposal_id, []) == sorted(WAITED_FOR.get(state, set())), state

    @invariant()
    def a_recommendation_waits_for_what_its_state_says(self) -> None:
        session = db.session()
        kinds = {
            RecommendationState.DRAFT: [DeadlineKind.SENDING],
            RecommendationState.SENT: [DeadlineKind.ANSWER],
            RecommendationState.CONTESTED: [DeadlineKind.OBJECTION],
            RecommendationState.ANSWERED: [],
        }
        for recommendation in session.scalars(select(Recommendation)):
            running = session.scalars(
                select(Deadline.kind).where(
                    Deadline.recommendation_id == recommendation.id, Deadline.state == DeadlineState.RUNNING
                )
            ).all()
            assert running == kinds[recommendation.state]
            published = [answer for answer in recommendation.answers if answer.state == AnswerState.PUBLISHED]
            assert all(answer.checked_by_id not in (None, answer.drafted_by_id) for answer in published)
            assert (recommendation.number is None) == (recommendation.state == RecommendationState.DRAFT)

    @invariant()
    def answered_means_that_every_recommendation_is(self) -> None:
        for proposal in db.session().scalars(select(Proposal).where(Proposal.state == State.ANSWERED)):
            states = db.session().scalars(
                select(Recommendation.state).where(Recommendation.proposals.any(Proposal.id == proposal.id))
            )
            assert set(states) <= {RecommendationState.ANSWERED, RecommendationState.CONTESTED}

    @invariant()
    def numbers_have_no_gap(self) -> None:
        given: dict[str, list[int]] = {}
        for number in db.session().scalars(select(Proposal.number).order_by(Proposal.id)):
            series, _, place = number.rpartition("-")
            given.setdefault(series, []).append(int(place))
        assert all(places == list(range(1, len(places) + 1)) for places in given.values())


@pytest.mark.timeout(900)  # half a minute when all is well; finding the shortest broken story takes minutes
def test_submissions_keep_their_promises_whatever_happens(house: tuple[Flask, Database]) -> None:
    run_state_machine_as_test(
        lambda: Life(*house),
        settings=settings(
            max_examples=STORIES,
            phases=PHASES,
            stateful_step_count=STEPS_A_STORY,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_stale_decision_is_noticed(session: Any) -> None:
    """The machine would notice: without this refusal its first stale decision breaks a promise."""
    council = make_council()
    made = write(submit, submission(council), author_id=make_person().id, now=NOW)
    with pytest.raises(ChangedMeanwhile):
        write(
            take_step,
            made.id,
            Act.RETURN,
            by=ActorRole.SECRETARY,
            actor_id=None,
            now=NOW,
            read_version=made.version - 1,
            reason=REASON,
        )
