"""Numbers instead of names: by which a moderator stands in the public log, always by the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from karavan.core.database import insert_once
from karavan.moderation.models import Alias

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def number(session: Session, organisation_id: int, person_id: int) -> int:
    """Return a moderator's number in an organisation's log; the first time, give her the next.

    Ask before the log's gate is taken: two who get their numbers at the same moment wait for each other here.
    """
    mine = select(Alias.number).where(Alias.organisation_id == organisation_id, Alias.person_id == person_id)
    highest = select(func.coalesce(func.max(Alias.number), 0)).where(Alias.organisation_id == organisation_id)
    while (known := session.scalar(mine)) is None:
        following = session.scalars(highest).one() + 1
        insert_once(session, Alias, organisation_id=organisation_id, person_id=person_id, number=following)
    return known


def alias(session: Session, organisation_id: int, person_id: int) -> str:
    """Return how the log names a moderator: `moderator:3`."""
    return f"moderator:{number(session, organisation_id, person_id)}"


def second(session: Session, organisation_id: int, person_id: int) -> str:
    """Return how the log names a moderator who co-signs: `second:3`."""
    return f"second:{number(session, organisation_id, person_id)}"
