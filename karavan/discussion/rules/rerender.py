"""Rendering again what older rules rendered, after a fault in them was mended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from karavan.discussion.models import Comment, CommentRevision
from karavan.discussion.rendering import RENDER_VERSION, render
from karavan.discussion.rules.show import render_again, renew
from karavan.discussion.rules.take import take_thread

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session


def rerender(session: Session, *, limit: int, now: datetime) -> int:  # noqa: ARG001 -- one shape for all rules
    """Render up to `limit` comments and up to `limit` kept texts again; say how many there were. Until none is left.

    Threads are taken one after the other in the order of their ids. What is not readable has no HTML; it is only noted
    that nothing is left to do.
    """
    stale = (
        select(Comment.id, Comment.thread_id)
        .where(Comment.render_version < RENDER_VERSION)
        .order_by(Comment.thread_id, Comment.id)
        .limit(limit)
    )
    found: dict[int, list[int]] = {}
    for comment_id, thread_id in session.execute(stale):
        found.setdefault(thread_id, []).append(comment_id)
    for thread_id in sorted(found):
        _comments_of(session, thread_id, found[thread_id])
    return sum(map(len, found.values())) + _texts(session, limit)


def _comments_of(session: Session, thread_id: int, ids: list[int]) -> None:
    thread = take_thread(session, thread_id)
    chosen = select(Comment).where(Comment.id.in_(ids), Comment.render_version < RENDER_VERSION)
    for comment in session.scalars(chosen.execution_options(populate_existing=True)):
        if comment.shown_revision:
            render_again(session, comment)
        comment.render_version = RENDER_VERSION
    renew(session, thread)


def _texts(session: Session, limit: int) -> int:
    """Render kept texts again: the public history shows them."""
    texts = session.scalars(
        select(CommentRevision)
        .where(CommentRevision.render_version < RENDER_VERSION)
        .order_by(CommentRevision.id)
        .limit(limit)
    ).all()
    for text in texts:
        text.html, text.render_version = render(text.source).html, RENDER_VERSION
    session.flush()
    return len(texts)
