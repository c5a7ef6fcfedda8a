"""By what discussion knows somebody: a comment that can be read. Flags of whom nothing is known weigh little."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from karavan.discussion.models import Comment
from karavan.moderation.models import READABLE

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def has_been_read(session: Session, person_id: int) -> bool:
    """Is there a comment of hers that can be read?"""
    hers = select(Comment.id).where(Comment.author_id == person_id, Comment.visibility.in_(sorted(READABLE)))
    return session.scalar(hers.limit(1)) is not None
