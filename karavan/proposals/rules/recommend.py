"""A council recommends: drafting, sending, and giving a body more time for a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import joinedload

from karavan.accounts.models import Organisation, OrganisationKind
from karavan.core.problems import Message, NotFound
from karavan.core.when import local_day
from karavan.councils.models import Council
from karavan.councils.queries import statute_of
from karavan.deadlines.models import DeadlineAct, DeadlineKind, DeadlineLine
from karavan.deadlines.queries import running
from karavan.deadlines.rules import extend, mark_told, meet, pause, resume, void
from karavan.proposals import letters
from karavan.proposals.models import (
    Act,
    Proposal,
    Recommendation,
    RecommendationProposal,
    RecommendationState,
    State,
)
from karavan.proposals.problems import (
    AlreadySent,
    ChangedMeanwhile,
    ExtensionTooLong,
    NotAwaitingAnswer,
    OtherCouncil,
    TooManyExtensions,
)
from karavan.proposals.rules.steps import awaits_answer, move, start_clock, take
from karavan.proposals.rules.write import SERIES, take_series
from karavan.record.models import ActorRole, Verb
from karavan.record.rules import note

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.core.languages import Slots
    from karavan.deadlines.models import Deadline

CARRIED: Final = (State.AT_COUNCIL, State.RECOMMENDED)
"""A recommendation can carry what the council is considering, also beside an earlier recommendation."""


@dataclass(frozen=True, kw_only=True)
class Advice:
    """What a recommendation says, to whom, for which submissions."""

    addressee_id: int
    title: Slots
    text: Slots
    basis: Slots
    proposals: frozenset[int]


def begin_recommendation(
    session: Session, council_id: int, advice: Advice, *, by_person: int | None, now: datetime, alone: bool = False
) -> Recommendation:
    """Write down what the council decided to recommend; from now on the days for sending it run.

    The council's row is taken first: whoever presses twice waits there for herself, and finds the draft she made.
    `alone`: it may speak for no submission, because something else stands behind it: the protocol of a hearing.

    Raises:
        NotFound: no such council or body.
        OtherCouncil: a submission that this council is not considering.

    """
    session.execute(update(Council).where(Council.id == council_id).values(position=Council.position))
    council = session.get(Council, council_id, options=(joinedload(Council.organisation),))
    if council is None:
        raise NotFound
    _refuse_strangers(session, council_id, advice, alone=alone)
    twin = _same_draft(session, council_id, advice, by_person) if by_person is not None else None
    if twin is not None:
        return twin
    recommendation = Recommendation(
        council=council,
        addressee_id=advice.addressee_id,
        title=advice.title,
        text=advice.text,
        basis=advice.basis,
        state=RecommendationState.DRAFT,
        version=1,
        created_by_id=by_person,
        created_at=now,
    )
    session.add(recommendation)
    session.flush()
    _carry(session, recommendation.id, advice.proposals)
    start_clock(
        session,
        council,
        DeadlineKind.SENDING,
        by=ActorRole.SECRETARY,
        now=now,
        recommendation_id=recommendation.id,
    )
    return recommendation


def _same_draft(session: Session, council_id: int, advice: Advice, by_person: int) -> Recommendation | None:
    """Return the draft that this very form made a moment ago, if it did."""
    drafts = select(Recommendation).where(
        Recommendation.council_id == council_id,
        Recommendation.addressee_id == advice.addressee_id,
        Recommendation.state == RecommendationState.DRAFT,
        Recommendation.created_by_id == by_person,
    )
    said = (advice.title, advice.text, advice.basis)
    for draft in session.scalars(drafts.order_by(Recommendation.id)):
        same = (draft.title, draft.text, draft.basis) == said
        if same and set(carried_by(session, draft.id)) == advice.proposals:
            return draft
    return None


def change_recommendation(
    session: Session, recommendation_id: int, advice: Advice, *, read_version: int
) -> Recommendation:
    """Change a recommendation that has not been sent. One that speaks for no submission may go on so.

    Raises:
        NotFound, ChangedMeanwhile, AlreadySent, OtherCouncil.

    """
    recommendation = take_recommendation(session, recommendation_id, read_version=read_version)
    if recommendation.state != RecommendationState.DRAFT:
        raise AlreadySent
    alone = not carried_by(session, recommendation_id)
    _refuse_strangers(session, recommendation.council_id, advice, alone=alone)
    recommendation.addressee_id = advice.addressee_id
    recommendation.title, recommendation.text, recommendation.basis = advice.title, advice.text, advice.basis
    session.execute(delete(RecommendationProposal).where(RecommendationProposal.recommendation_id == recommendation_id))
    _carry(session, recommendation_id, advice.proposals)
    session.flush()
    return recommendation


def send_recommendation(
    session: Session, recommendation_id: int, *, actor_id: int | None, read_version: int | None, now: datetime
) -> Recommendation:
    """Send it: it gets its number, the body its letter, what it carries moves on, the clock of the answer starts.

    Raises:
        NotFound, ChangedMeanwhile, AlreadySent.
        OtherCouncil: a submission it carries was withdrawn or declined meanwhile.

    """
    recommendation = take_recommendation(session, recommendation_id, read_version=read_version)
    if recommendation.state != RecommendationState.DRAFT:
        raise AlreadySent
    carried = [take(session, proposal_id) for proposal_id in carried_by(session, recommendation_id)]
    if any(proposal.state not in CARRIED for proposal in carried):
        raise OtherCouncil
    gate = take_series(session, f"{SERIES}-R-{local_day(now).year}")
    number, gate.next_number = gate.next_number, gate.next_number + 1
    recommendation.number = f"{gate.series}-{number:04d}"
    recommendation.state, recommendation.sent_at = RecommendationState.SENT, now
    session.flush()
    _end_clocks(session, recommendation_id, now)
    deadline = start_clock(
        session,
        recommendation.council,
        DeadlineKind.ANSWER,
        by=ActorRole.SECRETARY,
        now=now,
        recommendation_id=recommendation_id,
        addressee_id=recommendation.addressee_id,
    )
    note(session, Verb.RECOMMENDATION_SENT, of=recommendation_id, by=ActorRole.SECRETARY, now=now)
    letters.send_to_body(session, recommendation, carried, due_on=deadline.due_on, now=now)
    for proposal in carried:
        if proposal.state == State.AT_COUNCIL:
            move(session, proposal, Act.RECOMMEND, by=ActorRole.SECRETARY, actor_id=actor_id, now=now)
    return recommendation


def drop_recommendation(
    session: Session, recommendation_id: int, *, actor_id: int | None, read_version: int, now: datetime
) -> Recommendation:
    """Give up a recommendation that was not sent: it carries nothing any more, and nothing waits for it.

    Raises:
        NotFound, ChangedMeanwhile, AlreadySent.

    """
    recommendation = take_recommendation(session, recommendation_id, read_version=read_version)
    if recommendation.state != RecommendationState.DRAFT:
        raise AlreadySent
    carried = carried_by(session, recommendation_id)
    recommendation.state = RecommendationState.DROPPED
    session.execute(delete(RecommendationProposal).where(RecommendationProposal.recommendation_id == recommendation_id))
    session.flush()
    for deadline in running(session, recommendation_id=recommendation_id):
        void(session, deadline.id, by=ActorRole.SECRETARY, now=now)
    for proposal_id in carried:
        proposal = take(session, proposal_id)
        if proposal.state == State.RECOMMENDED and not awaits_answer(session, proposal_id):
            move(session, proposal, Act.ANSWER, by=ActorRole.CLOCK, actor_id=actor_id, now=now)
    return recommendation


def extend_term(
    session: Session,
    recommendation_id: int,
    *,
    days: int,
    reason: Slots,
    by: ActorRole,
    now: datetime,
    read_version: int | None = None,
) -> Deadline:
    """Give a body more days for its answer, for a published reason; every author is told in the same transaction.

    Raises:
        NotFound, ChangedMeanwhile, NotAwaitingAnswer.
        And what `deadlines.rules.extend` refuses (no reason, a date that has passed).
        ExtensionTooLong, TooManyExtensions: the council's statute.

    """
    recommendation = take_recommendation(session, recommendation_id, read_version=read_version)
    clocks = running(session, recommendation_id=recommendation_id, kind=DeadlineKind.ANSWER)
    if recommendation.state != RecommendationState.SENT or not clocks:
        raise NotAwaitingAnswer
    _refuse_beyond_statute(session, recommendation.council_id, clocks[0].id, days, now)
    deadline = extend(session, clocks[0].id, days=days, reason=reason, by=by, now=now)
    note(
        session,
        Verb.RECOMMENDATION_EXTENDED,
        of=recommendation_id,
        by=by,
        now=now,
        reason=reason.best("kk").text,
        days=days,
    )
    for proposal in proposals_of(session, recommendation_id):
        letters.tell_date_moved(session, deadline, proposal, reason=reason, now=now)
    mark_told(session, deadline.id)
    return deadline


def hold_term(
    session: Session, recommendation_id: int, *, reason: Slots, by: ActorRole, read_version: int, now: datetime
) -> None:
    """Let the clock of an answer stand still from today on, for a published reason, until it is let go again.

    Raises:
        NotFound, ChangedMeanwhile, NotAwaitingAnswer, and what `deadlines.rules.pause` refuses.

    """
    clock = _awaited(session, recommendation_id, read_version)
    pause(session, clock.id, reason=reason, by=by, now=now)


def release_term(session: Session, recommendation_id: int, *, by: ActorRole, read_version: int, now: datetime) -> None:
    """Let the clock run on. The authors are told the new date by the next round.

    Raises:
        NotFound, ChangedMeanwhile, NotAwaitingAnswer.

    """
    clock = _awaited(session, recommendation_id, read_version)
    resume(session, clock.id, by=by, now=now)


def _awaited(session: Session, recommendation_id: int, read_version: int) -> Deadline:
    """Take a recommendation that waits for its answer, and return its clock."""
    recommendation = take_recommendation(session, recommendation_id, read_version=read_version)
    clocks = running(session, recommendation_id=recommendation_id, kind=DeadlineKind.ANSWER)
    if recommendation.state != RecommendationState.SENT or not clocks:
        raise NotAwaitingAnswer
    return clocks[0]


def take_recommendation(session: Session, recommendation_id: int, *, read_version: int | None = None) -> Recommendation:
    """Take a recommendation's row and return it as it stands; its version rises.

    Raises:
        NotFound, ChangedMeanwhile.

    """
    version = session.scalar(
        update(Recommendation)
        .where(Recommendation.id == recommendation_id)
        .values(version=Recommendation.version + 1)
        .returning(Recommendation.version)
        .execution_options(synchronize_session=False)
    )
    if version is None:
        raise NotFound
    if read_version is not None and version != read_version + 1:
        raise ChangedMeanwhile
    return session.get_one(
        Recommendation,
        recommendation_id,
        options=(
            joinedload(Recommendation.council).joinedload(Council.organisation),
            joinedload(Recommendation.addressee),
        ),
        populate_existing=True,
    )


def carried_by(session: Session, recommendation_id: int) -> list[int]:
    """Return the ids of the submissions it carries, in order: they are always taken in this order."""
    rows = select(RecommendationProposal.proposal_id).where(
        RecommendationProposal.recommendation_id == recommendation_id
    )
    return sorted(session.scalars(rows))


def proposals_of(session: Session, recommendation_id: int) -> list[Proposal]:
    """Return the submissions it carries, with their councils."""
    return list(
        session.scalars(
            select(Proposal)
            .where(Proposal.id.in_(carried_by(session, recommendation_id)))
            .options(joinedload(Proposal.council).joinedload(Council.organisation))
            .order_by(Proposal.id)
        )
    )


def _refuse_strangers(session: Session, council_id: int, advice: Advice, *, alone: bool) -> None:
    body = session.get(Organisation, advice.addressee_id)
    if body is None or body.kind != OrganisationKind.STATE_BODY:
        raise NotFound
    known = set(
        session.scalars(
            select(Proposal.id).where(
                Proposal.id.in_(advice.proposals), Proposal.council_id == council_id, Proposal.state.in_(CARRIED)
            )
        )
    )
    if known != advice.proposals or not (alone or advice.proposals):
        raise OtherCouncil(where="proposals")


def _refuse_beyond_statute(session: Session, council_id: int, deadline_id: int, days: int, now: datetime) -> None:
    allowed = statute_of(session, council_id, local_day(now)).extension
    before = session.scalars(
        select(func.count()).where(DeadlineLine.deadline_id == deadline_id, DeadlineLine.act == DeadlineAct.EXTENDED)
    ).one()
    if before >= allowed.times:
        raise TooManyExtensions
    if days > allowed.days:
        raise ExtensionTooLong(
            Message.counted(
                "The statute allows at most %(num)d further day.",
                "The statute allows at most %(num)d further days.",
                allowed.days,
            ),
            where="days",
        )


def _carry(session: Session, recommendation_id: int, proposals: Collection[int]) -> None:
    session.add_all(
        RecommendationProposal(recommendation_id=recommendation_id, proposal_id=proposal_id)
        for proposal_id in sorted(proposals)
    )
    session.flush()


def _end_clocks(session: Session, recommendation_id: int, now: datetime) -> None:
    for deadline in running(session, recommendation_id=recommendation_id):
        meet(session, deadline.id, by=ActorRole.SECRETARY, now=now)
