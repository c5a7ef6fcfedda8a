"""Comments as moderation knows them: pieces of text somebody wrote, which can be taken, looked at, shown and hidden."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import and_, select

from karavan.core.problems import NotFound
from karavan.discussion import hosts, tree
from karavan.discussion.models import Comment, CommentRevision, Thread
from karavan.discussion.rules.show import show
from karavan.discussion.rules.take import take_comment
from karavan.moderation.pieces import Context, Piece, Place

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from karavan.moderation.models import Visibility
    from karavan.moderation.pieces import Span

BESIDE: Final = 3
"""So many of the author's comments before this one a moderator is shown."""


class Comments:
    """The keeper of comments; the factory registers it with `moderation.pieces`."""

    def take(self, session: Session, piece_id: int) -> Piece:
        """Take the thread's row, then the comment's, for this transaction.

        Raises:
            NotFound: no such comment.

        """
        return piece_of(session, take_comment(session, piece_id))

    def look(self, session: Session, ids: Collection[int]) -> dict[int, Piece]:
        """Return comments as they stand, without taking them."""
        return {piece.id: piece for piece in _pieces(session, Comment.id.in_(ids))} if ids else {}

    def find(self, session: Session, public_id: str) -> Piece | None:
        """Return the comment of this public id; None if there is none, or what it stands under is not public."""
        (piece,) = _pieces(session, Comment.public_id == public_id) or (None,)
        if piece is None:
            return None
        hosted = hosts.host_of(session, session.get_one(Thread, piece.thread_id))
        return piece if hosted is not None and hosted.public else None

    def place(self, session: Session, thread_id: int) -> Place | None:
        """Return a thread as moderation knows it."""
        thread = session.get(Thread, thread_id)
        if thread is None:
            return None
        return Place(id=thread.id, public_id=thread.public_id, organisation_id=thread.organisation_id)

    def source_of(self, session: Session, piece_id: int, revision: int) -> str:
        """Return an earlier text of a comment.

        Raises:
            NotFound: it never had so many.

        """
        chosen = (CommentRevision.comment_id == piece_id, CommentRevision.number == revision)
        source = session.scalar(select(CommentRevision.source).where(*chosen))
        if source is None:
            raise NotFound
        return source

    def latest(self, session: Session, organisation_id: int, limit: int) -> Sequence[str]:
        """Return the newest comments under an organisation's threads, as they were written."""
        newest = (
            select(CommentRevision.source)
            .join(Comment, and_(Comment.id == CommentRevision.comment_id, Comment.revision == CommentRevision.number))
            .join(Thread, Thread.id == Comment.thread_id)
            .where(Thread.organisation_id == organisation_id)
            .order_by(Comment.id.desc())
            .limit(limit)
        )
        return session.scalars(newest).all()

    def show(
        self,
        session: Session,
        piece_id: int,
        visibility: Visibility,
        *,
        now: datetime,
        spans: Sequence[Span] = (),
        held_until: datetime | None = None,
    ) -> None:
        """Let readers see it so from now on. It must have been taken in this transaction."""
        show(session, session.get_one(Comment, piece_id), visibility, now=now, spans=spans, held_until=held_until)

    def context_of(self, session: Session, piece_id: int, lang: str) -> Context:
        """Return what a comment is about and what it answers, from the root down.

        Raises:
            NotFound: no such comment.

        """
        comment = session.get(Comment, piece_id)
        if comment is None:
            raise NotFound
        hosted = hosts.host_of(session, comment.thread)
        return Context(
            title=hosted.title if hosted else "",
            title_lang=hosted.title_lang if hosted else "kk",
            endpoint=hosted.endpoint if hosted else "",
            values=hosted.values if hosted else {},
            above=_above(session, comment),
            beside=_before(session, comment),
        )


def piece_of(session: Session, comment: Comment) -> Piece:
    """Return a comment that was taken as moderation knows it."""
    text = session.scalars(
        select(CommentRevision).where(
            CommentRevision.comment_id == comment.id, CommentRevision.number == comment.revision
        )
    ).one()
    return _piece(comment, text, comment.thread)


def _above(session: Session, comment: Comment) -> tuple[Piece, ...]:
    """Return what a comment answers. Below the deepest level it stands beside that, and not under it."""
    if comment.parent_id is None:
        return ()
    way = select(Comment.id).where(Comment.thread_id == comment.thread_id, Comment.path.in_(tree.above(comment.path)))
    return _pieces(session, Comment.id.in_({*session.scalars(way), comment.parent_id}))


def _before(session: Session, comment: Comment) -> tuple[Piece, ...]:
    lately = (
        select(Comment.id)
        .where(
            Comment.author_id == comment.author_id,
            Comment.thread_id == comment.thread_id,
            Comment.posted_at <= comment.posted_at,
            Comment.id != comment.id,
        )
        .order_by(Comment.posted_at.desc())
        .limit(BESIDE)
    )
    return _pieces(session, Comment.id.in_(session.scalars(lately).all()))


def _pieces(session: Session, which: ColumnElement[bool]) -> tuple[Piece, ...]:
    rows = session.execute(
        select(Comment, CommentRevision, Thread)
        .join(
            CommentRevision,
            and_(CommentRevision.comment_id == Comment.id, CommentRevision.number == Comment.revision),
        )
        .join(Thread, Thread.id == Comment.thread_id)
        .where(which)
        .order_by(Comment.thread_id, Comment.path)
    )
    return tuple(_piece(comment, text, thread) for comment, text, thread in rows)


def _spans(comment: Comment) -> tuple[Span, ...]:
    return tuple((start, end) for start, end in comment.covered)


def _piece(comment: Comment, text: CommentRevision, thread: Thread) -> Piece:
    return Piece(
        id=comment.id,
        public_id=comment.public_id,
        thread_id=thread.id,
        thread=thread.public_id,
        organisation_id=thread.organisation_id,
        author_id=comment.author_id,
        author_name=comment.author_name,
        lang=comment.lang,
        alignment=comment.alignment.value if comment.alignment else "",
        visibility=comment.visibility,
        spans=_spans(comment) if comment.shown_revision == comment.revision else (),
        version=comment.version,
        revision=comment.revision,
        source=text.source,
        sha256=text.sha256,
        posted_at=comment.posted_at,
        closed=thread.closed_at is not None,
    )
