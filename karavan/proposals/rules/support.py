"""Supporting a submission («қолдау»), and taking it back. One person, one support, whatever she presses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from karavan.core.database import insert_once
from karavan.core.problems import NotFound
from karavan.councils.models import Council
from karavan.proposals.lifecycle import OPEN_TO_SUPPORT
from karavan.proposals.models import Proposal, State, Support
from karavan.proposals.problems import OwnProposal, SupportHasClosed
from karavan.proposals.rules.steps import count_supports, follow_from_support

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session


def support(session: Session, proposal_id: int, *, person_id: int, now: datetime) -> int:
    """Count a person among the supporters and return how many there are. Pressing again changes nothing.

    The submission's row is taken first, so that the number shown is the number of rows; the database allows one live
    row for each person besides.

    Raises:
        NotFound, SupportHasClosed, OwnProposal.

    """
    proposal = _take(session, proposal_id)
    if proposal.author_id == person_id:
        raise OwnProposal
    if proposal.state not in OPEN_TO_SUPPORT:
        raise SupportHasClosed
    fresh = insert_once(
        session, Support, proposal_id=proposal_id, person_id=person_id, revision=proposal.revision, given_at=now
    )
    if fresh:
        _recount(session, proposal, now)
    return proposal.supports


def take_back(session: Session, proposal_id: int, *, person_id: int, now: datetime) -> int:
    """Take a person's support back; the row stays, no longer live. Doing it twice changes nothing.

    Raises:
        NotFound, SupportHasClosed: once the council has decided, the number it saw stands.

    """
    proposal = _take(session, proposal_id)
    if proposal.state not in OPEN_TO_SUPPORT:
        raise SupportHasClosed
    session.execute(
        update(Support)
        .where(Support.proposal_id == proposal_id, Support.person_id == person_id, Support.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
        .execution_options(synchronize_session=False)
    )
    _recount(session, proposal, now)
    return proposal.supports


def move_support(session: Session, proposal_id: int, *, person_id: int, now: datetime) -> int:
    """Move a person's support from a joined submission to the one it was joined with: by her own press only.

    Raises:
        NotFound: it was not joined, or she does not support it.
        SupportHasClosed: the other one is past support.

    """
    into_id = session.scalar(
        select(Proposal.joined_into_id).where(Proposal.id == proposal_id, Proposal.state == State.JOINED)
    )
    if into_id is None:
        raise NotFound
    # Both rows, in the order of their ids, so that two people who move in opposite ways never wait for each other.
    taken = {one: _take(session, one) for one in sorted((proposal_id, into_id))}
    proposal, into = taken[proposal_id], taken[into_id]
    if into.state not in OPEN_TO_SUPPORT:
        raise SupportHasClosed
    mine = session.scalar(
        update(Support)
        .where(Support.proposal_id == proposal_id, Support.person_id == person_id, Support.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
        .returning(Support.id)
        .execution_options(synchronize_session=False)
    )
    if mine is None:
        raise NotFound
    if into.author_id != person_id:
        insert_once(
            session,
            Support,
            proposal_id=into_id,
            person_id=person_id,
            revision=into.revision,
            given_at=now,
            moved_from_id=mine,
        )
    proposal.supports = count_supports(session, proposal_id)
    _recount(session, into, now)
    return into.supports


def _take(session: Session, proposal_id: int) -> Proposal:
    """Take a submission's row without a new version: people who support it are not in the way of who decides."""
    found = session.scalar(
        update(Proposal)
        .where(Proposal.id == proposal_id)
        .values(supports=Proposal.supports)
        .returning(Proposal.id)
        .execution_options(synchronize_session=False)
    )
    if found is None:
        raise NotFound
    return session.get_one(
        Proposal,
        proposal_id,
        options=(joinedload(Proposal.council).joinedload(Council.organisation),),
        populate_existing=True,
    )


def _recount(session: Session, proposal: Proposal, now: datetime) -> None:
    proposal.supports = count_supports(session, proposal.id)
    session.flush()
    follow_from_support(session, proposal, now)
