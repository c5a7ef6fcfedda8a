"""What the public log and the figures of moderation ask about threads: names, addresses, counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from karavan.discussion.hosts import hosts_of
from karavan.discussion.models import Comment, Thread
from karavan.moderation.rooms import Counted, Room

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.orm import Session


class Threads:
    """A `moderation.rooms.Rooms`; the factory registers one."""

    def name(self, session: Session, threads: Collection[str], lang: str) -> dict[str, Room]:
        """Return threads by their public ids, if what they hang under is open to everybody."""
        found = session.scalars(select(Thread).where(Thread.public_id.in_(threads))).all()
        hosted = hosts_of(session, found)
        return {
            thread.public_id: Room(host.title, host.title_lang, "discussion.show", {"thread": thread.public_id})
            for thread in found
            if (host := hosted.get(thread.id)) is not None and host.public
        }

    def address(self, comment: str) -> tuple[str, dict[str, str]]:
        """Return the page of a comment; of a removed one it shows the tombstone."""
        return "discussion.comment", {"comment": comment}

    def count(
        self, session: Session, *, organisation_id: int | None, since: datetime | None, until: datetime
    ) -> list[Counted]:
        """Count the comments written within a time, by what they say to the matter, language and what readers see."""
        kinds = (Comment.alignment, Comment.lang, Comment.visibility)
        asked = select(*kinds, func.count()).where(Comment.posted_at <= until)
        if since is not None:
            asked = asked.where(Comment.posted_at >= since)
        if organisation_id is not None:
            asked = asked.join(Thread, Thread.id == Comment.thread_id).where(Thread.organisation_id == organisation_id)
        rows = session.execute(asked.group_by(*kinds))
        return [Counted(row[0].value if row[0] else "", row[1], row[2], row[3]) for row in rows]
