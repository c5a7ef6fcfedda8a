"""Joining a submission with another: asked by staff, decided by its author, and each supporter decides for herself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select, update

from karavan.core.problems import NotFound
from karavan.proposals import letters
from karavan.proposals.models import Act, JoinRequest, State
from karavan.proposals.problems import CannotJoin, NotAsked, NotAtThisStage, NotYours, ReasonMissing
from karavan.proposals.rules.steps import move, take
from karavan.record.models import ActorRole

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.core.languages import Slots
    from karavan.proposals.models import Proposal

OPEN: Final = (State.PUBLISHED, State.SUPPORTING, State.ADMITTED)


def ask_to_join(
    session: Session,
    proposal_id: int,
    into_id: int,
    *,
    reason: Slots,
    by_person: int,
    read_version: int | None,
    now: datetime,
) -> JoinRequest:
    """Ask an author whether her submission may be joined with another of the same council. Nothing moves yet.

    Raises:
        NotFound, ChangedMeanwhile, ReasonMissing.
        CannotJoin: not two open submissions of one council.
        NotAtThisStage: a question is open already.

    """
    if not (reason.kk or reason.ru):
        raise ReasonMissing(where="reason")
    if proposal_id == into_id:
        raise CannotJoin(where="into")
    proposal, into = _take_both(session, proposal_id, into_id, read_version=read_version)
    if proposal.council_id != into.council_id or proposal.state not in OPEN or into.state not in OPEN:
        raise CannotJoin(where="into")
    if open_request(session, proposal_id) is not None:
        raise NotAtThisStage
    request = JoinRequest(proposal_id=proposal_id, into_id=into_id, reason=reason, asked_by_id=by_person, asked_at=now)
    session.add(request)
    session.flush()
    letters.ask_to_join(session, request, proposal, into, now)
    return request


def answer_join(
    session: Session, proposal_id: int, *, person_id: int, accepted: bool, read_version: int | None, now: datetime
) -> Proposal:
    """Take the author's answer. Accepted, her submission is joined: its page stays, its supporters are asked each.

    Raises:
        NotFound, ChangedMeanwhile, NotYours.
        NotAsked: no question is open.
        CannotJoin: the other submission has moved on meanwhile.

    """
    into_id = session.scalar(
        select(JoinRequest.into_id).where(JoinRequest.proposal_id == proposal_id, JoinRequest.answered_at.is_(None))
    )
    if into_id is None:
        raise NotAsked
    proposal, into = _take_both(session, proposal_id, into_id, read_version=read_version)
    if proposal.author_id != person_id:
        raise NotYours
    if accepted and into.state not in OPEN:
        raise CannotJoin
    answered = session.scalar(
        update(JoinRequest)
        .where(JoinRequest.proposal_id == proposal_id, JoinRequest.answered_at.is_(None))
        .values(answered_at=now, accepted=accepted)
        .returning(JoinRequest.id)
        .execution_options(synchronize_session=False)
    )
    if answered is None:
        raise NotAsked
    if accepted:
        proposal.joined_into_id = into_id
        move(session, proposal, Act.JOIN, by=ActorRole.RESIDENT, actor_id=person_id, now=now)
    return proposal


def open_request(session: Session, proposal_id: int) -> JoinRequest | None:
    """Return the question about joining that waits for the author, if there is one."""
    return session.scalar(
        select(JoinRequest).where(JoinRequest.proposal_id == proposal_id, JoinRequest.answered_at.is_(None))
    )


def _take_both(
    session: Session, proposal_id: int, into_id: int, *, read_version: int | None
) -> tuple[Proposal, Proposal]:
    """Take two rows in the order of their ids, so that two such acts never wait for each other."""
    try:
        taken = {
            one: take(session, one, read_version=read_version if one == proposal_id else None)
            for one in sorted((proposal_id, into_id))
        }
    except NotFound as missing:
        raise CannotJoin(where="into") from missing
    return taken[proposal_id], taken[into_id]
