"""Many comments at once, as rows: for tests about long threads, which the rules would take minutes to write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, update

from karavan.core.clock import now
from karavan.core.tokens import new_key, new_public_id
from karavan.discussion.models import Comment, CommentRevision, Thread
from karavan.discussion.rendering import RENDER_VERSION, render
from karavan.discussion.tree import depth_of, path_under
from karavan.moderation.models import Visibility

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def put_comments(
    session: Session, thread_id: int, author_id: int, number: int, *, text: str = "Пікір", under: Comment | None = None
) -> list[dict[str, Any]]:
    """Write so many comments of one person into a thread: roots, or replies below one of them."""
    thread = session.get_one(Thread, thread_id, populate_existing=True)
    words, first = render(text), thread.next_seq
    rows = [
        {
            "public_id": new_public_id(),
            "key": new_key(),
            "thread_id": thread_id,
            "parent_id": under.id if under else None,
            "root_id": under.root_id if under else None,
            "path": (path := path_under(under.path if under else "", seq)),
            "depth": depth_of(path),
            "seq": seq,
            "author_id": author_id,
            "author_name": "Айгүл С.",
            "lang": "kk",
            "visibility": Visibility.PUBLISHED,
            "html": words.html,
            "text": words.text,
            "render_version": RENDER_VERSION,
            "shown_revision": 1,
            "covered": [],
            "posted_at": now(),
            "shown_at": now(),
        }
        for seq in range(first, first + number)
    ]
    session.execute(insert(Comment), rows)
    mine = Comment.thread_id == thread_id, Comment.seq >= first
    if under is None:
        session.execute(update(Comment).where(*mine).values(root_id=Comment.id))
    else:
        root = update(Comment).where(Comment.id == under.root_id)
        session.execute(root.values(descendants=Comment.descendants + number))
    texts = {"number": 1, "source": text, "html": words.html, "render_version": RENDER_VERSION, "sha256": "0" * 64}
    ids = [row[0] for row in session.execute(Comment.__table__.select().where(*mine).with_only_columns(Comment.id))]
    session.execute(insert(CommentRevision), [texts | {"comment_id": one, "written_at": now()} for one in ids])
    thread.next_seq, thread.last_seq, thread.last_at = first + number, first + number - 1, now()
    thread.comments += number
    thread.version += 1
    session.flush()
    return rows
