"""Who is in the room: a row from coming to leaving. The quorum is counted from these rows, at every moment anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from karavan.core.problems import NotFound
from karavan.councils.models import Member
from karavan.sittings.models import AgendaItem, Attendance, Ballot, CouncilDecision, ItemState, Sitting
from karavan.sittings.problems import NotAMember, NotInTheRoom, SomethingRestsOnIt
from karavan.sittings.queries import day_of
from karavan.sittings.rules.steps import take_open

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session


def came(
    session: Session, sitting_id: int, member_id: int, *, by_person: int | None, remote: bool = False, now: datetime
) -> Attendance:
    """Note that a member is in the room (or there from afar). Twice is once; another way of being there is a new row.

    Raises:
        NotFound: no such sitting, or nobody of this council.
        NotAtThisStage: the sitting is not open.
        NotAMember: not a member on that day.

    """
    sitting = take_open(session, sitting_id)
    seated_member(session, sitting, member_id)
    here = _live(session, sitting_id, member_id)
    if here is not None and here.remote == remote:
        return here
    if here is not None:
        here.left_at = now
        session.flush()
    row = Attendance(
        sitting_id=sitting_id, member_id=member_id, remote=remote, came_at=now, entered_by_id=by_person, left_at=None
    )
    session.add(row)
    session.flush()
    return row


def left(session: Session, sitting_id: int, member_id: int, *, now: datetime) -> bool:
    """Note that a member has left; say whether she was there. Her vote on what is still open goes with her.

    Whoever is not there when votes are counted has no vote: so there are never more votes than people in the room.

    Raises:
        NotFound, NotAtThisStage.

    """
    sitting = take_open(session, sitting_id)
    member_of_council(session, sitting, member_id)
    here = _live(session, sitting_id, member_id)
    if here is None:
        return False
    open_items = select(AgendaItem.id).where(AgendaItem.sitting_id == sitting_id, AgendaItem.state == ItemState.VOTING)
    session.execute(
        delete(Ballot)
        .where(Ballot.member_id == member_id, Ballot.item_id.in_(open_items))
        .execution_options(synchronize_session=False)
    )
    here.left_at = now
    session.flush()
    return True


def take_out(session: Session, sitting_id: int, member_id: int) -> None:
    """Take out an entry that was a slip: she was never there. What votes or decisions rest on stays.

    Raises:
        NotFound, NotAtThisStage.
        NotInTheRoom: she is not noted as being there.
        SomethingRestsOnIt: something was decided in this sitting, or she has voted.

    """
    sitting = take_open(session, sitting_id)
    member_of_council(session, sitting, member_id)
    here = _live(session, sitting_id, member_id)
    if here is None:
        raise NotInTheRoom
    items = select(AgendaItem.id).where(AgendaItem.sitting_id == sitting_id)
    decided = select(CouncilDecision.id).where(CouncilDecision.item_id.in_(items)).limit(1)
    voted = select(Ballot.id).where(Ballot.member_id == member_id, Ballot.item_id.in_(items)).limit(1)
    if session.scalar(decided) is not None or session.scalar(voted) is not None:
        raise SomethingRestsOnIt
    session.delete(here)
    session.flush()


def member_of_council(session: Session, sitting: Sitting, member_id: int) -> Member:
    """Return a member of the sitting's council, whatever the day.

    Raises:
        NotFound: nobody of this council.

    """
    member = session.get(Member, member_id)
    if member is None or member.council_id != sitting.council_id:
        raise NotFound
    return member


def seated_member(session: Session, sitting: Sitting, member_id: int) -> Member:
    """Return a member of the council who sits on the sitting's day.

    Raises:
        NotFound: nobody of this council.
        NotAMember: her mandate has not begun, or is over.

    """
    member = member_of_council(session, sitting, member_id)
    if not member.sits_on(day_of(sitting)):
        raise NotAMember
    return member


def _live(session: Session, sitting_id: int, member_id: int) -> Attendance | None:
    return session.scalar(
        select(Attendance).where(
            Attendance.sitting_id == sitting_id, Attendance.member_id == member_id, Attendance.left_at.is_(None)
        )
    )
