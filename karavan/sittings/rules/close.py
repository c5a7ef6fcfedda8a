"""Closing a sitting: everybody leaves, and what was not dealt with is put off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select, update

from karavan.record.models import ActorRole
from karavan.sittings.lifecycle import Act
from karavan.sittings.models import AgendaItem, Attendance, CouncilDecision, ItemState
from karavan.sittings.problems import VoteIsOpen
from karavan.sittings.rules.steps import move, take_open

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.sittings.models import Sitting


def close_sitting(session: Session, sitting_id: int, *, by: ActorRole = ActorRole.SECRETARY, now: datetime) -> Sitting:
    """Close a sitting. From here on its attendance and its votes stand.

    Raises:
        NotFound, NotAtThisStage.
        VoteIsOpen: a vote is neither counted nor called off.

    """
    sitting = take_open(session, sitting_id)
    items = select(AgendaItem.id).where(AgendaItem.sitting_id == sitting_id)
    if session.scalar(items.where(AgendaItem.state == ItemState.VOTING).limit(1)) is not None:
        raise VoteIsOpen
    came = select(func.count(Attendance.member_id.distinct())).where(Attendance.sitting_id == sitting_id)
    decided = select(func.count()).where(CouncilDecision.item_id.in_(items))
    numbers = session.scalars(came).one(), session.scalars(decided).one()
    _leave(session, sitting_id, now)
    _put_off(session, sitting_id)
    sitting.closed_at = now
    return move(session, sitting, Act.CLOSE, by=by, now=now, came=numbers[0], decisions=numbers[1])


def _leave(session: Session, sitting_id: int, now: datetime) -> None:
    session.execute(
        update(Attendance)
        .where(Attendance.sitting_id == sitting_id, Attendance.left_at.is_(None))
        .values(left_at=now)
        .execution_options(synchronize_session=False)
    )


def _put_off(session: Session, sitting_id: int) -> None:
    waiting = (ItemState.WAITING, ItemState.CURRENT)
    session.execute(
        update(AgendaItem)
        .where(AgendaItem.sitting_id == sitting_id, AgendaItem.state.in_(waiting))
        .values(state=ItemState.POSTPONED, version=AgendaItem.version + 1)
        .execution_options(synchronize_session=False)
    )
