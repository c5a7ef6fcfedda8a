"""Recommendations and answers: each with its own clock, four eyes, one objection."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from karavan.core.languages import Slots
from karavan.core.problems import NotFound
from karavan.deadlines.models import Deadline, DeadlineKind, DeadlineState
from karavan.deadlines.problems import ReasonIsOwed
from karavan.notifications.models import Letter
from karavan.proposals.models import (
    Act,
    AnswerState,
    Objection,
    OfficialAnswer,
    Proposal,
    Rating,
    Recommendation,
    RecommendationState,
    State,
    Verdict,
)
from karavan.proposals.problems import (
    AlreadyContested,
    AlreadySent,
    ChangedMeanwhile,
    ExtensionTooLong,
    NotAnsweredYet,
    NotAtThisStage,
    NotAwaitingAnswer,
    NotYours,
    ObjectionDecided,
    OtherCouncil,
    ReasonMissing,
    SamePerson,
)
from karavan.proposals.rules.answer import (
    Reply,
    check_answer,
    contest,
    decide_objection,
    publish_answer,
    rate,
    write_answer,
)
from karavan.proposals.rules.recommend import (
    change_recommendation,
    drop_recommendation,
    extend_term,
    hold_term,
    release_term,
    send_recommendation,
)
from karavan.proposals.rules.steps import take_step
from karavan.record.models import ActorRole
from tests.support.civic import (
    REASON,
    make_answer,
    make_body,
    make_council,
    make_person,
    make_proposal,
    make_recommendation,
    reload_proposal,
    write,
)
from tests.support.settings import NOW

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

REPLY = Reply(
    verdict=Verdict.PARTLY, text=Slots(kk="Жартылай", ru="Частично"), signed_by="Басшы", promised_by=NOW.date()
)


def clocks(session: Session, recommendation: Recommendation) -> list[tuple[DeadlineKind, DeadlineState]]:
    session.expire_all()
    rows = session.scalars(
        select(Deadline).where(Deadline.recommendation_id == recommendation.id).order_by(Deadline.id)
    )
    return [(row.kind, row.state) for row in rows]


def fresh(session: Session, recommendation: Recommendation) -> Recommendation:
    session.expire_all()
    return session.get_one(Recommendation, recommendation.id)


def two_at_the_council() -> tuple[Proposal, Proposal]:
    council = make_council()
    return make_proposal(council, state=State.AT_COUNCIL), make_proposal(council, state=State.AT_COUNCIL)


class TestSending:
    """From a decision of the council to a body."""

    def test_one_recommendation_carries_several_submissions(self, session: Session) -> None:
        both = two_at_the_council()
        sent = make_recommendation(*both, body=make_body(email="body@example.kz"))
        assert sent.number == "MGS-R-2026-0001"
        assert {reload_proposal(proposal.id).state for proposal in both} == {State.RECOMMENDED}
        assert clocks(session, sent) == [
            (DeadlineKind.SENDING, DeadlineState.MET),
            (DeadlineKind.ANSWER, DeadlineState.RUNNING),
        ]
        letter = session.scalars(select(Letter).where(Letter.letter == "proposals/recommendation")).one()
        assert letter.address == "body@example.kz"
        assert len(letter.payload["proposals"]) == 2

    def test_the_days_for_sending_run_from_the_decision(self, session: Session) -> None:
        (proposal, _) = two_at_the_council()
        draft = make_recommendation(proposal, sent=False)
        assert draft.number is None
        assert clocks(session, draft) == [(DeadlineKind.SENDING, DeadlineState.RUNNING)]

    def test_it_is_sent_once(self, session: Session) -> None:
        (proposal, _) = two_at_the_council()
        draft = make_recommendation(proposal, sent=False)
        write(send_recommendation, draft.id, actor_id=None, read_version=draft.version, now=NOW)
        for version in (None, draft.version):
            with pytest.raises((AlreadySent, ChangedMeanwhile)):
                write(send_recommendation, draft.id, actor_id=None, read_version=version, now=NOW)
        assert make_recommendation(two_at_the_council()[0]).number == "MGS-R-2026-0002"

    def test_it_carries_only_what_its_council_is_considering(self, session: Session) -> None:
        elsewhere = make_proposal(make_council(slug="council-other"), state=State.AT_COUNCIL)
        mine = make_proposal(state=State.AT_COUNCIL)
        for wrong in (elsewhere, make_proposal(state=State.ADMITTED)):
            with pytest.raises(OtherCouncil):
                make_recommendation(mine, wrong)

    def test_what_was_withdrawn_meanwhile_is_not_sent(self, session: Session) -> None:
        (proposal, _) = two_at_the_council()
        draft = make_recommendation(proposal, sent=False)
        by: dict[str, Any] = {"by": ActorRole.RESIDENT, "actor_id": proposal.author_id, "now": NOW}
        write(take_step, proposal.id, Act.WITHDRAW, reason=REASON, **by)
        with pytest.raises(OtherCouncil):
            write(send_recommendation, draft.id, actor_id=None, read_version=None, now=NOW)
        assert fresh(session, draft).state == RecommendationState.DRAFT

    def test_a_draft_that_is_given_up_holds_nobody_back(self, session: Session) -> None:
        (proposal, _) = two_at_the_council()
        mine = proposal.id
        sent = make_recommendation(proposal).id
        draft = make_recommendation(reload_proposal(mine), sent=False)
        make_answer(session.get_one(Recommendation, sent))
        assert reload_proposal(mine).state == State.RECOMMENDED
        write(drop_recommendation, draft.id, actor_id=None, read_version=fresh(session, draft).version, now=NOW)
        assert reload_proposal(mine).state == State.ANSWERED
        assert clocks(session, session.get_one(Recommendation, draft.id)) == [
            (DeadlineKind.SENDING, DeadlineState.VOID)
        ]
        version = fresh(session, session.get_one(Recommendation, sent)).version
        with pytest.raises(AlreadySent):
            write(drop_recommendation, sent, actor_id=None, read_version=version, now=NOW)

    def test_what_was_sent_stands(self, session: Session) -> None:
        sent = make_recommendation(two_at_the_council()[0])
        with pytest.raises(AlreadySent):
            write(change_recommendation, sent.id, None, read_version=fresh(session, sent).version)


class TestMoreTime:
    """An extension has a reason, a limit, and everybody is told."""

    def test_the_author_is_told_in_the_same_act(self, session: Session) -> None:
        sent = make_recommendation(two_at_the_council()[0])
        before = session.scalars(select(Deadline.due_on).where(Deadline.kind == DeadlineKind.ANSWER)).one()
        deadline = write(extend_term, sent.id, days=3, reason=REASON, by=ActorRole.SECRETARY, now=NOW)
        assert deadline.due_on > before
        letter = session.scalars(select(Letter).where(Letter.letter == "proposals/date_moved")).one()
        assert (letter.payload["before"], letter.payload["due_on"]) == (
            before.isoformat(),
            deadline.due_on.isoformat(),
        )
        session.expire_all()
        told, due = session.execute(
            select(Deadline.told_due_on, Deadline.due_on).where(Deadline.id == deadline.id)
        ).one()
        assert told == due

    def test_without_a_reason_or_beyond_the_statute_there_is_none(self, session: Session) -> None:
        sent = make_recommendation(two_at_the_council()[0])
        with pytest.raises(ReasonIsOwed):
            write(extend_term, sent.id, days=3, reason=Slots(), by=ActorRole.SECRETARY, now=NOW)
        with pytest.raises(ExtensionTooLong):
            write(extend_term, sent.id, days=300, reason=REASON, by=ActorRole.SECRETARY, now=NOW)
        assert session.scalars(select(func.count()).where(Letter.letter == "proposals/date_moved")).one() == 0


class TestStandingStill:
    """A clock can be held up for a published reason, and runs on afterwards."""

    def test_days_that_are_held_up_do_not_count(self, session: Session) -> None:
        sent = make_recommendation(two_at_the_council()[0])
        due = select(Deadline.due_on).where(Deadline.kind == DeadlineKind.ANSWER)
        before = session.scalars(due).one()
        facts: dict[str, Any] = {"by": ActorRole.SECRETARY, "now": NOW}
        version = fresh(session, sent).version
        with pytest.raises(ReasonIsOwed):
            write(hold_term, sent.id, reason=Slots(), read_version=version, **facts)
        write(hold_term, sent.id, reason=REASON, read_version=version, **facts)
        assert clocks(session, sent)[-1] == (DeadlineKind.ANSWER, DeadlineState.PAUSED)
        with pytest.raises(ChangedMeanwhile):
            write(release_term, sent.id, read_version=version, **facts)
        later = facts | {"now": NOW + timedelta(days=7)}
        write(release_term, sent.id, read_version=version + 1, **later)
        assert clocks(session, sent)[-1] == (DeadlineKind.ANSWER, DeadlineState.RUNNING)
        assert session.scalars(due).one() > before

    def test_an_answer_may_come_while_it_stands(self, session: Session) -> None:
        sent = make_recommendation(two_at_the_council()[0])
        facts: dict[str, Any] = {"by": ActorRole.SECRETARY, "now": NOW, "read_version": fresh(session, sent).version}
        write(hold_term, sent.id, reason=REASON, **facts)
        make_answer(fresh(session, sent))
        assert clocks(session, sent)[-1] == (DeadlineKind.ANSWER, DeadlineState.MET)


class TestAnswering:
    """Drafted by one, checked by another, then published."""

    def test_four_eyes(self, session: Session) -> None:
        sent, writer = make_recommendation(two_at_the_council()[0]), make_person()
        answer = write(write_answer, sent.id, REPLY, by_person=writer.id, read_version=0, now=NOW)
        with pytest.raises(SamePerson):
            write(check_answer, sent.id, by_person=writer.id, read_version=answer.version, now=NOW)
        with pytest.raises(NotAtThisStage):
            write(publish_answer, sent.id, by=ActorRole.SECRETARY, read_version=answer.version, now=NOW)

    def test_the_database_holds_four_eyes_too(self, session: Session) -> None:
        sent, writer = make_recommendation(two_at_the_council()[0]), make_person()
        answer = write(write_answer, sent.id, REPLY, by_person=writer.id, read_version=0, now=NOW)

        def cheat(writing: Session, **values: Any) -> None:
            found = writing.get_one(OfficialAnswer, answer.id)
            for name, value in values.items():
                setattr(found, name, value)
            writing.flush()

        with pytest.raises(IntegrityError):
            write(cheat, checked_by_id=writer.id, state=AnswerState.CHECKED)
        with pytest.raises(IntegrityError):
            write(cheat, state=AnswerState.PUBLISHED)

    def test_a_checked_draft_that_is_changed_is_checked_again(self, session: Session) -> None:
        sent = make_recommendation(two_at_the_council()[0])
        answer = write(write_answer, sent.id, REPLY, by_person=make_person().id, read_version=0, now=NOW)
        checked = write(check_answer, sent.id, by_person=make_person().id, read_version=answer.version, now=NOW)
        again = write(write_answer, sent.id, REPLY, by_person=make_person().id, read_version=checked.version, now=NOW)
        assert (again.state, again.checked_by_id) == (AnswerState.DRAFTED, None)
        with pytest.raises(ChangedMeanwhile):
            write(publish_answer, sent.id, by=ActorRole.SECRETARY, read_version=checked.version, now=NOW)

    def test_one_answer_answers_every_submission_it_was_for(self, session: Session) -> None:
        both = two_at_the_council()
        sent = make_recommendation(*both)
        make_answer(sent)
        assert {reload_proposal(proposal.id).state for proposal in both} == {State.ANSWERED}
        assert clocks(session, sent)[-1] == (DeadlineKind.ANSWER, DeadlineState.MET)
        told = session.scalars(select(Letter).where(Letter.letter == "proposals/step")).all()
        assert len([letter for letter in told if letter.payload["act"] == "answer"]) >= 2

    def test_a_submission_with_two_recommendations_waits_for_both(self, session: Session) -> None:
        (proposal, _) = two_at_the_council()
        mine = proposal.id
        both = [make_recommendation(reload_proposal(mine)).id for _ in range(2)]
        states = []
        for recommendation_id in both:
            make_answer(session.get_one(Recommendation, recommendation_id))
            states.append(reload_proposal(mine).state)
        assert states == [State.RECOMMENDED, State.ANSWERED]

    def test_nothing_is_answered_twice_or_unasked(self, session: Session) -> None:
        (proposal, other) = two_at_the_council()
        sent, draft = make_recommendation(proposal), make_recommendation(other, sent=False)
        make_answer(sent)
        for recommendation in (sent, draft):
            with pytest.raises(NotAwaitingAnswer):
                write(write_answer, recommendation.id, REPLY, by_person=make_person().id, read_version=0, now=NOW)


class TestAfterwards:
    """What an author may say to an answer."""

    def test_she_rates_it_and_may_change_her_mind(self, session: Session) -> None:
        (proposal, _) = two_at_the_council()
        answer = make_answer(make_recommendation(proposal))
        mine_id = proposal.id
        before = reload_proposal(mine_id).version
        mine = {"person_id": proposal.author_id, "now": NOW}
        write(rate, answer.id, proposal.id, score=1, note_text="Жоқ", **mine)
        write(rate, answer.id, proposal.id, score=3, note_text="", **mine)
        assert session.scalars(select(Rating.score)).all() == [3]
        assert reload_proposal(mine_id).version == before, "an opinion is in nobody's way who decides"
        with pytest.raises(NotYours):
            write(rate, answer.id, proposal.id, score=1, note_text="", person_id=make_person().id, now=NOW)

    def test_an_upheld_objection_asks_for_a_new_answer_by_a_new_clock(self, session: Session) -> None:
        both = two_at_the_council()
        sent = make_recommendation(*both)
        make_answer(sent)
        mine, author_id = both[0].id, both[0].author_id
        objected = write(contest, sent.id, mine, person_id=author_id, reason="Жауап жоқ", now=NOW).id
        assert fresh(session, sent).state == RecommendationState.CONTESTED
        later = NOW + timedelta(days=1)
        decided: dict[str, Any] = {"by_person": make_person().id, "by": ActorRole.SECRETARY, "now": later}
        write(decide_objection, objected, upheld=True, decision=REASON, **decided)
        assert fresh(session, sent).state == RecommendationState.SENT
        assert {reload_proposal(proposal.id).state for proposal in both} == {State.RECOMMENDED}
        assert clocks(session, sent)[-2:] == [
            (DeadlineKind.OBJECTION, DeadlineState.MET),
            (DeadlineKind.ANSWER, DeadlineState.RUNNING),
        ]
        second = make_answer(sent, now=later)
        assert second.round == 2
        assert {reload_proposal(proposal.id).state for proposal in both} == {State.ANSWERED}
        with pytest.raises(AlreadyContested):
            write(contest, sent.id, mine, person_id=author_id, reason="Тағы", now=later)
        with pytest.raises(ObjectionDecided):
            write(decide_objection, objected, upheld=False, decision=REASON, **decided)

    def test_a_dismissed_objection_lets_the_answer_stand(self, session: Session) -> None:
        (proposal, _) = two_at_the_council()
        sent = make_recommendation(proposal)
        make_answer(sent)
        objection = write(contest, sent.id, proposal.id, person_id=proposal.author_id, reason="Жоқ", now=NOW)
        decided: dict[str, Any] = {"by_person": make_person().id, "by": ActorRole.SECRETARY, "now": NOW}
        with pytest.raises(ReasonMissing):
            write(decide_objection, objection.id, upheld=False, decision=Slots(), **decided)
        write(decide_objection, objection.id, upheld=False, decision=REASON, **decided)
        assert fresh(session, sent).state == RecommendationState.ANSWERED
        assert reload_proposal(proposal.id).state == State.ANSWERED
        assert session.scalars(select(Objection.upheld)).one() is False

    def test_one_upheld_of_two_is_enough(self, session: Session) -> None:
        both = two_at_the_council()
        sent = make_recommendation(*both)
        make_answer(sent)
        objections = [
            write(contest, sent.id, proposal.id, person_id=proposal.author_id, reason="Жоқ", now=NOW)
            for proposal in both
        ]
        decided: dict[str, Any] = {"by_person": make_person().id, "by": ActorRole.SECRETARY, "now": NOW}
        write(decide_objection, objections[0].id, upheld=True, decision=REASON, **decided)
        write(decide_objection, objections[1].id, upheld=False, decision=REASON, **decided)
        assert fresh(session, sent).state == RecommendationState.SENT

    def test_only_the_author_of_what_was_answered_objects(self, session: Session) -> None:
        (proposal, other) = two_at_the_council()
        sent = make_recommendation(proposal)
        with pytest.raises(NotAnsweredYet):
            write(contest, sent.id, proposal.id, person_id=proposal.author_id, reason="Жоқ", now=NOW)
        make_answer(sent)
        with pytest.raises(NotYours):
            write(contest, sent.id, proposal.id, person_id=make_person().id, reason="Жоқ", now=NOW)
        with pytest.raises(NotFound):
            write(contest, sent.id, other.id, person_id=other.author_id, reason="Жоқ", now=NOW)
