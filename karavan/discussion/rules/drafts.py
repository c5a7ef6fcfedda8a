"""What somebody is writing, kept until she sends it or drops it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from karavan.core.database import insert_once
from karavan.core.problems import NotFound
from karavan.discussion.models import Comment, CommentDraft, Thread
from karavan.discussion.policy import DRAFTS_LIVE, LONGEST

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session


def keep_draft(session: Session, thread_id: int, parent: str, source: str, *, person_id: int, now: datetime) -> None:
    """Keep what was typed so far in a thread, or in answer to a comment of it, as it was typed. Nothing typed: drop it.

    Raises:
        NotFound: no such thread, or no such comment in it.

    """
    kept = source.replace("\0", "").encode("utf-8", "replace").decode()[: 2 * LONGEST]
    if not kept.strip():
        drop_draft(session, thread_id, parent, person_id=person_id)
        return
    if not _is_place(session, thread_id, parent):
        raise NotFound
    fresh = insert_once(
        session,
        CommentDraft,
        person_id=person_id,
        thread_id=thread_id,
        parent=parent,
        source=kept,
        saved_at=now,
    )
    if not fresh:
        session.execute(
            update(CommentDraft)
            .where(
                CommentDraft.person_id == person_id,
                CommentDraft.thread_id == thread_id,
                CommentDraft.parent == parent,
            )
            .values(source=kept, saved_at=now)
            .execution_options(synchronize_session=False)
        )


def drop_draft(session: Session, thread_id: int, parent: str, *, person_id: int) -> None:
    """Forget what was typed. Doing it twice changes nothing."""
    session.execute(
        delete(CommentDraft)
        .where(CommentDraft.person_id == person_id, CommentDraft.thread_id == thread_id, CommentDraft.parent == parent)
        .execution_options(synchronize_session=False)
    )


def clear_drafts(session: Session, *, now: datetime) -> int:
    """Forget what nobody has gone on with for thirty days; say how many that were."""
    gone = session.execute(
        delete(CommentDraft)
        .where(CommentDraft.saved_at < now - DRAFTS_LIVE)
        .returning(CommentDraft.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())


def _is_place(session: Session, thread_id: int, parent: str) -> bool:
    if parent:
        place = select(Comment.id).where(Comment.public_id == parent, Comment.thread_id == thread_id)
    else:
        place = select(Thread.id).where(Thread.id == thread_id)
    return session.scalar(place) is not None
