"""Taking a thread, or a comment, for one transaction. Always the thread first: so nobody waits for each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from karavan.core.problems import NotFound
from karavan.discussion.models import Comment, Thread
from karavan.discussion.problems import ChangedMeanwhile

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def take_thread(session: Session, thread_id: int) -> Thread:
    """Take a thread's row and return it as it stands now. Whoever changes it raises its numbers.

    Raises:
        NotFound: no such thread.

    """
    found = session.scalar(
        update(Thread)
        .where(Thread.id == thread_id)
        .values(version=Thread.version)
        .returning(Thread.id)
        .execution_options(synchronize_session=False)
    )
    if found is None:
        raise NotFound
    return session.get_one(Thread, thread_id, populate_existing=True)


def take_comment(session: Session, comment_id: int, *, read_version: int | None = None) -> Comment:
    """Take a comment's thread, then the comment, and return it as it stands now.

    Raises:
        NotFound: no such comment.
        ChangedMeanwhile: `read_version` is what the person had read, and it is no longer that.

    """
    thread_id = session.scalar(select(Comment.thread_id).where(Comment.id == comment_id))
    if thread_id is None:
        raise NotFound
    take_thread(session, thread_id)
    session.execute(
        update(Comment)
        .where(Comment.id == comment_id)
        .values(version=Comment.version)
        .execution_options(synchronize_session=False)
    )
    comment = session.get_one(Comment, comment_id, populate_existing=True)
    if read_version is not None and read_version != comment.version:
        raise ChangedMeanwhile
    return comment
