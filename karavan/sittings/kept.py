"""A sitting's event, as events know it: who wants to listen registers there, and everything else is the sitting's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from karavan.core.problems import Message
from karavan.councils.models import Council
from karavan.events.keepers import WHEN, Kept
from karavan.sittings.models import Sitting

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def find(session: Session, event_id: int) -> Kept | None:
    """Return the sitting an event belongs to."""
    asked = select(Sitting.number, Sitting.convened_at, Council.slug).join(Council, Council.id == Sitting.council_id)
    row = session.execute(asked.where(Sitting.event_id == event_id)).one_or_none()
    if row is None:
        return None
    return Kept(
        where=Message(
            "This event belongs to a sitting of a council. Its notice, day and place are kept at the desk of sittings: "
            "change them there."
        ),
        link=Message("To the sitting: agenda, attendance and votes"),
        endpoint="sittings.show",
        values={"slug": row.slug, "number": row.number},
        public=row.convened_at is not None,
        says=WHEN,
        talks=False,
    )
