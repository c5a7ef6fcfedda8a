"""Taking a step of a submission's life: the one place where its state changes.

Every step passes here, whoever takes it: the row is taken first, the table is asked, what the step needs is looked
for, and only then the state, the history, the clocks, the public record and the letters change, in one transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select, update
from sqlalchemy.orm import joinedload

from karavan.core.languages import Slots
from karavan.core.problems import NotFound
from karavan.core.when import local_day
from karavan.councils.models import Council, SettingKey
from karavan.councils.queries import statute_of
from karavan.deadlines.models import Deadline, DeadlineKind
from karavan.deadlines.queries import running
from karavan.deadlines.rules import meet, start, void
from karavan.discussion.rules.threads import open_thread
from karavan.proposals import letters, search
from karavan.proposals.discussed import HOST
from karavan.proposals.lifecycle import PUBLIC, STEPS, Need, Told
from karavan.proposals.models import (
    Act,
    AnswerState,
    JoinRequest,
    Objection,
    OfficialAnswer,
    Proposal,
    Recommendation,
    RecommendationProposal,
    RecommendationState,
    State,
    StateChange,
    Support,
)
from karavan.proposals.problems import (
    ChangedMeanwhile,
    NotAllAnswered,
    NotAsked,
    NotAtThisStage,
    NothingSent,
    ReasonMissing,
    SecondPersonMissing,
    TooFewSupports,
)
from karavan.record.models import ActorRole
from karavan.record.rules import note

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.proposals.lifecycle import Step


def take(session: Session, proposal_id: int, *, read_version: int | None = None) -> Proposal:
    """Take a submission's row for this transaction and return it as it stands now.

    Its version rises here, so that of two people who read the same page only the first decides.

    Raises:
        NotFound: no such submission.
        ChangedMeanwhile: `read_version` is what the person had read, and it is no longer that.

    """
    version = session.scalar(
        update(Proposal)
        .where(Proposal.id == proposal_id)
        .values(version=Proposal.version + 1)
        .returning(Proposal.version)
        .execution_options(synchronize_session=False)
    )
    if version is None:
        raise NotFound
    if read_version is not None and version != read_version + 1:
        raise ChangedMeanwhile
    return session.get_one(
        Proposal,
        proposal_id,
        options=(joinedload(Proposal.council).joinedload(Council.organisation),),
        populate_existing=True,
    )


def take_step(
    session: Session,
    proposal_id: int,
    act: Act,
    *,
    by: ActorRole,
    actor_id: int | None,
    now: datetime,
    read_version: int | None = None,
    reason: Slots | None = None,
) -> Proposal:
    """Move a submission on: take it, then `move` it.

    Raises:
        NotFound, ChangedMeanwhile: see `take`.
        NotAtThisStage, and whatever the step's needs refuse.

    """
    proposal = take(session, proposal_id, read_version=read_version)
    return move(session, proposal, act, by=by, actor_id=actor_id, now=now, reason=reason)


def move(
    session: Session,
    proposal: Proposal,
    act: Act,
    *,
    by: ActorRole,
    actor_id: int | None,
    now: datetime,
    reason: Slots | None = None,
) -> Proposal:
    """Move a submission on that this transaction has taken already.

    Raises:
        NotAtThisStage: the table has no such step from here.
        ReasonMissing, SecondPersonMissing, TooFewSupports, NothingSent, NotAllAnswered, NotAsked: what it needs.

    """
    step, before, reason = STEPS[act], proposal.state, reason or Slots()
    if before not in step.before:
        raise NotAtThisStage
    for need in step.needs:
        _refuse_without(session, proposal, need, reason)
    proposal.state, proposal.state_at = step.after, now
    if reason:
        proposal.ended_reason = reason
    session.flush()
    session.add(
        StateChange(
            proposal_id=proposal.id,
            version=proposal.version,
            act=act,
            before=before,
            after=step.after,
            by=by,
            actor_id=actor_id,
            reason=reason,
            happened_at=now,
        )
    )
    _set_clocks(session, proposal, act, by=by, now=now)
    public_reason = reason.best("kk").text if before in PUBLIC or step.after in PUBLIC else ""
    note(session, step.verb, of=proposal.id, by=by, now=now, reason=public_reason, supports=proposal.supports)
    session.flush()
    if act == Act.PUBLISH:
        open_thread(session, HOST, proposal.id, organisation_id=proposal.council.organisation_id, now=now)
    _tell(session, proposal, step, before=before, reason=reason, now=now)
    if proposal.state in PUBLIC:
        search.index(session, proposal)
    elif before in PUBLIC:
        search.forget(session, proposal.id)
    return proposal


def follow_from_support(session: Session, proposal: Proposal, now: datetime) -> None:
    """Take the steps that follow by themselves from how many people support it. The row must have been taken."""
    if proposal.state == State.PUBLISHED and proposal.supports:
        _next_version(session, proposal)
        move(session, proposal, Act.GATHER, by=ActorRole.CLOCK, actor_id=None, now=now)
    needed = proposal.supports_needed or 0
    if proposal.state in STEPS[Act.ADMIT].before and 0 < needed <= proposal.supports:
        _next_version(session, proposal)
        move(session, proposal, Act.ADMIT, by=ActorRole.CLOCK, actor_id=None, now=now)


def _next_version(session: Session, proposal: Proposal) -> None:
    """Count a further step of the same transaction: the history has one line for each version."""
    proposal.version += 1
    session.flush()


def count_supports(session: Session, proposal_id: int) -> int:
    """Count who supports a submission, from the rows."""
    return session.scalars(
        select(func.count()).where(Support.proposal_id == proposal_id, Support.withdrawn_at.is_(None))
    ).one()


def _refuse_without(session: Session, proposal: Proposal, need: Need, reason: Slots) -> None:
    if need == Need.REASON and not (reason.kk or reason.ru):
        raise ReasonMissing(where="reason")
    if need == Need.SECOND_PERSON and proposal.entered_by_id is not None and proposal.second_id is None:
        raise SecondPersonMissing
    if need == Need.ENOUGH_SUPPORT and proposal.supports < (proposal.supports_needed or 0) and not reason:
        raise TooFewSupports(where="reason")
    if need == Need.RECOMMENDATION and not _recommendations(session, proposal.id, sent=True):
        raise NothingSent
    if need == Need.ALL_ANSWERED and awaits_answer(session, proposal.id):
        raise NotAllAnswered
    if need == Need.UPHELD and not _recommendations(session, proposal.id, sent=True, reopened=True):
        raise NotAtThisStage
    if need == Need.CONSENT and not _consented(session, proposal.id):
        raise NotAsked


def _recommendations(session: Session, proposal_id: int, *, sent: bool, reopened: bool = False) -> bool:
    found = (
        select(Recommendation.id)
        .join(RecommendationProposal, RecommendationProposal.recommendation_id == Recommendation.id)
        .where(RecommendationProposal.proposal_id == proposal_id)
    )
    if sent:
        found = found.where(Recommendation.sent_at.is_not(None))
    if reopened:
        upheld = select(Objection.id).where(
            Objection.recommendation_id == Recommendation.id, Objection.upheld.is_(True)
        )
        found = found.where(Recommendation.state == RecommendationState.SENT, upheld.exists())
    return session.scalar(found.limit(1)) is not None


def awaits_answer(session: Session, proposal_id: int) -> bool:
    """Is any recommendation that carries this submission without a published answer?"""
    published = select(OfficialAnswer.id).where(
        OfficialAnswer.recommendation_id == Recommendation.id, OfficialAnswer.state == AnswerState.PUBLISHED
    )
    waiting = (
        select(Recommendation.id)
        .join(RecommendationProposal, RecommendationProposal.recommendation_id == Recommendation.id)
        .where(
            RecommendationProposal.proposal_id == proposal_id,
            (Recommendation.state.in_((RecommendationState.DRAFT, RecommendationState.SENT))) | ~published.exists(),
        )
    )
    return session.scalar(waiting.limit(1)) is not None


def _consented(session: Session, proposal_id: int) -> bool:
    agreed = select(JoinRequest.id).where(JoinRequest.proposal_id == proposal_id, JoinRequest.accepted.is_(True))
    return session.scalar(agreed.limit(1)) is not None


_ENDS = {
    Act.RETURN: meet,
    Act.REFUSE: meet,
    Act.PUBLISH: meet,
    Act.RECOMMEND: meet,
    Act.DECLINE: meet,
    Act.WITHDRAW: void,
    Act.JOIN: void,
}
"""What a step does to the clocks about the submission itself that still run."""
_STARTS = {Act.SUBMIT: DeadlineKind.CHECKING, Act.ADMIT: DeadlineKind.CONSIDERATION}


def _set_clocks(session: Session, proposal: Proposal, act: Act, *, by: ActorRole, now: datetime) -> None:
    if act in _ENDS:
        for deadline in running(session, proposal_id=proposal.id):
            _ENDS[act](session, deadline.id, by=by, now=now)
    if act in _STARTS:
        start_clock(session, proposal.council, _STARTS[act], by=by, now=now, proposal_id=proposal.id)


def start_clock(
    session: Session,
    council: Council,
    kind: DeadlineKind,
    *,
    by: ActorRole,
    now: datetime,
    proposal_id: int | None = None,
    recommendation_id: int | None = None,
    addressee_id: int | None = None,
) -> Deadline:
    """Start the clock a council's statute sets for this, by the lines in force today, and quote them."""
    statute = statute_of(session, council.id, local_day(now))
    key = SettingKey(f"{kind.value}_term")
    source = statute.source(key)
    return start(
        session,
        kind,
        getattr(statute, key.value),
        proposal_id=proposal_id,
        recommendation_id=recommendation_id,
        council_id=council.id,
        addressee_id=addressee_id or council.organisation_id,
        setting_id=source.setting_id,
        citation=source.citation,
        by=by,
        now=now,
    )


def _tell(session: Session, proposal: Proposal, step: Step, *, before: State, reason: Slots, now: datetime) -> None:
    if Told.AUTHOR in step.told:
        letters.tell_author(session, proposal, step.act, reason=reason, now=now)
    if Told.SUPPORTERS in step.told and before in PUBLIC:
        letters.tell_supporters(session, proposal, step.act, reason=reason, now=now)
