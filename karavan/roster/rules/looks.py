"""Writing down that somebody of the staff saw personal data: who, when, what, of how many people. Never whose name."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from karavan.roster.models import RosterLook

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.roster.models import Look

ONE_LOOK: Final = timedelta(minutes=10)
"""Within this time the same look at the same thing is one line of the log."""
DETAIL: Final = 80


def standing_look(
    session: Session, event_id: int, person_id: int, what: Look, *, detail: str = "", now: datetime
) -> RosterLook | None:
    """Return the line that says so already, if this person looked at the same a moment ago."""
    same = (
        select(RosterLook)
        .where(
            RosterLook.event_id == event_id,
            RosterLook.person_id == person_id,
            RosterLook.what == what,
            RosterLook.detail == detail[:DETAIL],
            RosterLook.looked_at > now - ONE_LOOK,
        )
        .order_by(RosterLook.id.desc())
    )
    return session.scalar(same.limit(1))


def looked(
    session: Session,
    event_id: int,
    person_id: int,
    what: Look,
    *,
    detail: str = "",
    people: int = 0,
    now: datetime,
) -> None:
    """Write that somebody of the staff saw, or took away, data of an event's people.

    `detail` says more of what it was (the number of a registration, the kind of file), and never a name. Of a second
    look within ten minutes only a larger number of people is kept.
    """
    line = standing_look(session, event_id, person_id, what, detail=detail, now=now)
    if line is None:
        session.add(
            RosterLook(
                event_id=event_id,
                person_id=person_id,
                what=what,
                detail=detail[:DETAIL],
                people=people,
                looked_at=now,
            ),
        )
    elif people > line.people:
        line.people = people
