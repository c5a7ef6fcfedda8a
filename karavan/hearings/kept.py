"""A hearing's event, as events know it: people register there, and everything else is the hearing's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from karavan.core.problems import Message
from karavan.events.keepers import WHEN, Kept
from karavan.hearings.models import Hearing

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

SAYS: Final = WHEN | {"about", "online_url", "languages"}


def find(session: Session, event_id: int) -> Kept | None:
    """Return the hearing an event belongs to."""
    row = session.execute(select(Hearing.slug, Hearing.announced_at).where(Hearing.event_id == event_id)).one_or_none()
    if row is None:
        return None
    return Kept(
        where=Message(
            "This event belongs to a public hearing. Its notice, day, place and agenda are kept at the desk of "
            "hearings: change them there."
        ),
        link=Message("To the public hearing: notice, documents, statements and discussion"),
        endpoint="hearings.show",
        values={"slug": row.slug},
        public=row.announced_at is not None,
        says=SAYS,
        talks=True,
    )
