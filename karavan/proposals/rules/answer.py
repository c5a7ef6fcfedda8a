"""A body answers: one person writes, another checks, then it is published; the author rates it and may once object."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from karavan.core.database import insert_once
from karavan.core.languages import Slots
from karavan.core.problems import NotFound
from karavan.deadlines.models import DeadlineKind
from karavan.deadlines.queries import running
from karavan.deadlines.rules import meet
from karavan.proposals.models import (
    Act,
    AnswerState,
    Objection,
    OfficialAnswer,
    Proposal,
    Rating,
    RecommendationState,
    State,
    Verdict,
)
from karavan.proposals.problems import (
    AlreadyContested,
    ChangedMeanwhile,
    NotAnsweredYet,
    NotAtThisStage,
    NotAwaitingAnswer,
    NotYours,
    ObjectionDecided,
    ReasonMissing,
    SamePerson,
)
from karavan.proposals.rules.recommend import carried_by, take_recommendation
from karavan.proposals.rules.steps import awaits_answer, move, start_clock, take
from karavan.record.models import ActorRole, Verb
from karavan.record.rules import note

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from karavan.proposals.models import Recommendation


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What a body answers."""

    verdict: Verdict
    text: Slots
    signed_by: str
    received_on: date | None = None
    promised_by: date | None = None


def write_answer(
    session: Session, recommendation_id: int, reply: Reply, *, by_person: int, read_version: int, now: datetime
) -> OfficialAnswer:
    """Draft an answer, or change the draft. A checked one that is changed must be checked again.

    `read_version` is the draft's version its writer had read; 0 if there was none.

    Raises:
        NotFound, NotAwaitingAnswer.
        ChangedMeanwhile: somebody else wrote, checked or published meanwhile.

    """
    recommendation = take_recommendation(session, recommendation_id)
    if recommendation.state != RecommendationState.SENT:
        raise NotAwaitingAnswer
    answer = open_answer(session, recommendation_id)
    if (answer.version if answer else 0) != read_version:
        raise ChangedMeanwhile
    if answer is None:
        answer = OfficialAnswer(
            recommendation_id=recommendation_id, round=_rounds(session, recommendation_id) + 1, version=0
        )
        session.add(answer)
    answer.verdict, answer.text, answer.signed_by = reply.verdict, reply.text, reply.signed_by
    answer.received_on, answer.promised_by = reply.received_on, reply.promised_by
    answer.state, answer.version = AnswerState.DRAFTED, answer.version + 1
    answer.drafted_by_id, answer.drafted_at = by_person, now
    answer.checked_by_id = answer.checked_at = None
    session.flush()
    return answer


def check_answer(
    session: Session, recommendation_id: int, *, by_person: int, read_version: int, now: datetime
) -> OfficialAnswer:
    """Note that a second person read the draft and finds it ready.

    Raises:
        NotFound, ChangedMeanwhile, NotAtThisStage.
        SamePerson: whoever wrote it does not check it; the database says so too.

    """
    answer = take_open_answer(session, recommendation_id, read_version)
    if answer.state != AnswerState.DRAFTED:
        raise NotAtThisStage
    if answer.drafted_by_id == by_person:
        raise SamePerson
    answer.state, answer.checked_by_id, answer.checked_at = AnswerState.CHECKED, by_person, now
    answer.version += 1
    session.flush()
    return answer


def publish_answer(
    session: Session, recommendation_id: int, *, by: ActorRole, read_version: int, now: datetime
) -> OfficialAnswer:
    """Publish a checked answer: the clock stops, and each submission whose last open answer this was is answered.

    Whoever edits at the same moment comes first or second, never between: both take the recommendation's row.

    Raises:
        NotFound, ChangedMeanwhile, NotAtThisStage.

    """
    answer = take_open_answer(session, recommendation_id, read_version)
    if answer.state != AnswerState.CHECKED:
        raise NotAtThisStage
    recommendation = answer.recommendation
    answer.state, answer.published_at = AnswerState.PUBLISHED, now
    answer.version += 1
    recommendation.state = RecommendationState.ANSWERED
    session.flush()
    for deadline in running(session, recommendation_id=recommendation_id):
        meet(session, deadline.id, by=by, now=now)
    note(session, Verb.RECOMMENDATION_ANSWERED, of=recommendation_id, by=by, now=now, verdict=answer.verdict.value)
    for proposal_id in carried_by(session, recommendation_id):
        proposal = take(session, proposal_id)
        if proposal.state == State.RECOMMENDED and not awaits_answer(session, proposal_id):
            move(session, proposal, Act.ANSWER, by=ActorRole.CLOCK, actor_id=None, now=now)
    return answer


def rate(
    session: Session, answer_id: int, proposal_id: int, *, person_id: int, score: int, note_text: str, now: datetime
) -> None:
    """Keep what an author thinks of an answer. She may change her mind; the last word counts.

    Raises:
        NotFound, NotYours, NotAnsweredYet.

    """
    answer = session.get(OfficialAnswer, answer_id)
    proposal = session.get(Proposal, proposal_id)  # not taken: an opinion is in nobody's way who decides
    if answer is None or proposal is None or proposal_id not in carried_by(session, answer.recommendation_id):
        raise NotFound
    if proposal.author_id != person_id:
        raise NotYours
    if answer.state != AnswerState.PUBLISHED:
        raise NotAnsweredYet
    insert_once(session, Rating, answer_id=answer_id, proposal_id=proposal_id, score=score, note="", rated_at=now)
    session.execute(
        update(Rating)
        .where(Rating.answer_id == answer_id, Rating.proposal_id == proposal_id)
        .values(score=score, note=note_text, rated_at=now)
        .execution_options(synchronize_session=False)
    )


def contest(
    session: Session, recommendation_id: int, proposal_id: int, *, person_id: int, reason: str, now: datetime
) -> Objection:
    """Object to the answer to a recommendation: once for each submission. The council decides by a date.

    Raises:
        NotFound, NotYours, NotAnsweredYet, AlreadyContested.

    """
    recommendation = take_recommendation(session, recommendation_id)
    if proposal_id not in carried_by(session, recommendation_id):
        raise NotFound
    proposal = take(session, proposal_id)
    if proposal.author_id != person_id:
        raise NotYours
    answer = _published(session, recommendation_id)
    open_to_it = recommendation.state in (RecommendationState.ANSWERED, RecommendationState.CONTESTED)
    if answer is None or not open_to_it or proposal.state != State.ANSWERED:
        raise NotAnsweredYet
    fresh = insert_once(
        session,
        Objection,
        recommendation_id=recommendation_id,
        proposal_id=proposal_id,
        answer_id=answer.id,
        reason=reason,
        made_at=now,
        decision=Slots(),
    )
    if not fresh:
        raise AlreadyContested
    if recommendation.state == RecommendationState.ANSWERED:
        recommendation.state = RecommendationState.CONTESTED
        session.flush()
        start_clock(
            session,
            recommendation.council,
            DeadlineKind.OBJECTION,
            by=ActorRole.RESIDENT,
            now=now,
            recommendation_id=recommendation_id,
        )
    note(session, Verb.RECOMMENDATION_CONTESTED, of=recommendation_id, by=ActorRole.RESIDENT, now=now)
    return session.scalars(
        select(Objection).where(Objection.recommendation_id == recommendation_id, Objection.proposal_id == proposal_id)
    ).one()


def decide_objection(
    session: Session,
    objection_id: int,
    *,
    upheld: bool,
    decision: Slots,
    by_person: int,
    by: ActorRole,
    now: datetime,
) -> Objection:
    """Decide on an objection. Upheld, a new answer is due, by a clock of its own; dismissed, the answer stands.

    Raises:
        NotFound, ObjectionDecided.
        ReasonMissing: a decision without a reason is none.

    """
    if not (decision.kk or decision.ru):
        raise ReasonMissing(where="decision")
    recommendation_id = session.scalar(select(Objection.recommendation_id).where(Objection.id == objection_id))
    if recommendation_id is None:
        raise NotFound
    recommendation = take_recommendation(session, recommendation_id)
    objection = session.get_one(Objection, objection_id, populate_existing=True)
    if objection.upheld is not None:
        raise ObjectionDecided
    objection.upheld, objection.decision = upheld, decision
    objection.decided_by_id, objection.decided_at = by_person, now
    session.flush()
    note(
        session,
        Verb.OBJECTION_DECIDED,
        of=recommendation_id,
        by=by,
        now=now,
        reason=decision.best("kk").text,
        upheld=str(upheld).lower(),
    )
    if upheld:
        _ask_again(session, recommendation, by=by, now=now)
    elif recommendation.state == RecommendationState.CONTESTED and not _undecided(session, recommendation_id):
        recommendation.state = RecommendationState.ANSWERED
        session.flush()
        _end(session, recommendation_id, by=by, now=now)
    return objection


def open_answer(session: Session, recommendation_id: int) -> OfficialAnswer | None:
    """Return the answer that is being written, if one is."""
    return session.scalar(
        select(OfficialAnswer)
        .where(OfficialAnswer.recommendation_id == recommendation_id, OfficialAnswer.state != AnswerState.PUBLISHED)
        .execution_options(populate_existing=True)
    )


def take_open_answer(session: Session, recommendation_id: int, read_version: int) -> OfficialAnswer:
    """Take a recommendation's row and return the answer that is being written, if it is the one that was read.

    Raises:
        NotFound, NotAwaitingAnswer, ChangedMeanwhile.

    """
    recommendation = take_recommendation(session, recommendation_id)
    if recommendation.state != RecommendationState.SENT:
        raise NotAwaitingAnswer
    answer = open_answer(session, recommendation_id)
    if answer is None:
        raise NotFound
    if answer.version != read_version:
        raise ChangedMeanwhile
    return answer


def _ask_again(session: Session, recommendation: Recommendation, *, by: ActorRole, now: datetime) -> None:
    """Let the recommendation wait for a new answer, and all it carries with it."""
    if recommendation.state != RecommendationState.CONTESTED:
        return  # another objection to the same answer was upheld already
    recommendation.state = RecommendationState.SENT
    session.flush()
    _end(session, recommendation.id, by=by, now=now)
    start_clock(
        session,
        recommendation.council,
        DeadlineKind.ANSWER,
        by=by,
        now=now,
        recommendation_id=recommendation.id,
        addressee_id=recommendation.addressee_id,
    )
    for proposal_id in carried_by(session, recommendation.id):
        proposal = take(session, proposal_id)
        if proposal.state == State.ANSWERED:
            move(session, proposal, Act.REOPEN, by=ActorRole.CLOCK, actor_id=None, now=now)


def _end(session: Session, recommendation_id: int, *, by: ActorRole, now: datetime) -> None:
    for deadline in running(session, recommendation_id=recommendation_id):
        meet(session, deadline.id, by=by, now=now)


def _undecided(session: Session, recommendation_id: int) -> bool:
    left = select(Objection.id).where(Objection.recommendation_id == recommendation_id, Objection.upheld.is_(None))
    return session.scalar(left.limit(1)) is not None


def _rounds(session: Session, recommendation_id: int) -> int:
    numbers = select(OfficialAnswer.round).where(OfficialAnswer.recommendation_id == recommendation_id)
    return max(session.scalars(numbers), default=0)


def _published(session: Session, recommendation_id: int) -> OfficialAnswer | None:
    return session.scalar(
        select(OfficialAnswer)
        .where(OfficialAnswer.recommendation_id == recommendation_id, OfficialAnswer.state == AnswerState.PUBLISHED)
        .options(joinedload(OfficialAnswer.recommendation))
        .order_by(OfficialAnswer.round.desc())
        .limit(1)
    )
