"""Taking a hearing, or its hall, for one transaction. Always in this order: hearing, hall, thread, comment.

What happens while a hearing is live takes the hall alone; what also happens before or after takes the hearing first.
Whoever begins, ends or closes takes the hearing, and the hall if there is one: so none of them overtakes another.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.orm import joinedload

from karavan.core.problems import NotFound
from karavan.councils.models import Council
from karavan.hearings.hall_problems import HallIsTaken, HallMoved, IsOver, NotBegun
from karavan.hearings.models import Hearing, HearingState, LiveHall

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

LEASE: Final = timedelta(minutes=5)
"""So long the hall stays a secretary's after her last act; each act begins it anew."""


class Room(NamedTuple):
    """A hearing and its hall, taken for this transaction."""

    hearing: Hearing
    hall: LiveHall


def take_hearing(session: Session, hearing_id: int) -> Hearing:
    """Take a hearing's row without a new version, and return it as it stands now.

    Raises:
        NotFound: no such hearing, or nobody has heard of it yet.

    """
    found = session.scalar(
        update(Hearing)
        .where(Hearing.id == hearing_id)
        .values(version=Hearing.version)
        .returning(Hearing.state)
        .execution_options(synchronize_session=False)
    )
    if found in (None, HearingState.DRAFT):
        raise NotFound
    return look_at(session, hearing_id)


def take_hall(session: Session, hearing_id: int, *, shows: bool = True) -> Room:
    """Take the hall of a hearing that is going on. `shows`: viewers see what is about to change, so its version rises.

    Raises:
        NotFound, NotBegun, IsOver.

    """
    if not _take_row(session, hearing_id, shows=shows):
        state = session.scalar(select(Hearing.state).where(Hearing.id == hearing_id))
        raise NotFound if state in (None, HearingState.DRAFT) else NotBegun
    hearing = look_at(session, hearing_id)
    if hearing.state != HearingState.LIVE:
        raise IsOver
    return Room(hearing, session.get_one(LiveHall, hearing_id, populate_existing=True))


def take_desk(
    session: Session,
    hearing_id: int,
    *,
    by_id: int,
    now: datetime,
    read_version: int | None = None,
    shows: bool = True,
    moves: bool = True,
) -> Room:
    """Take the hall for the secretary who runs it; if nobody does any more, she does from now on.

    `read_version` is the `run_version` her page was drawn from; `moves`: what she does raises it.

    Raises:
        NotFound, NotBegun, IsOver.
        HallIsTaken: another secretary runs it.
        HallMoved: something moved since her page was drawn, or she pressed twice.

    """
    room = take_hall(session, hearing_id, shows=shows)
    hall = room.hall
    if hall.keeper_id not in (None, by_id) and hall.keeper_until is not None and hall.keeper_until > now:
        raise HallIsTaken
    if read_version is not None and read_version != hall.run_version:
        raise HallMoved
    if moves or hall.keeper_id != by_id:
        hall.run_version += 1
    hall.keeper_id, hall.keeper_until = by_id, now + LEASE
    session.flush()
    return room


def show_anew(session: Session, hearing_id: int) -> None:
    """Let viewers of the hall, if there is one, know that they see something else now. The hearing must be taken."""
    _take_row(session, hearing_id, shows=True)


def look_at(session: Session, hearing_id: int) -> Hearing:
    """Return a hearing with its council as it stands now."""
    return session.get_one(
        Hearing,
        hearing_id,
        options=(joinedload(Hearing.council).joinedload(Council.organisation),),
        populate_existing=True,
    )


def next_number(session: Session, column: Any, mine: ColumnElement[bool]) -> int:
    """Return the number of the next row. Whoever asks has taken the gate, so none is left out or given twice."""
    return (session.scalar(select(func.max(column)).where(mine)) or 0) + 1


def _take_row(session: Session, hearing_id: int, *, shows: bool) -> bool:
    taken = session.scalar(
        update(LiveHall)
        .where(LiveHall.hearing_id == hearing_id)
        .values(version=LiveHall.version + int(shows))
        .returning(LiveHall.hearing_id)
        .execution_options(synchronize_session=False)
    )
    return taken is not None
