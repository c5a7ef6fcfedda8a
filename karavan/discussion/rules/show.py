"""What readers see of a comment, and the sums that follow from it: the one place where they change.

The thread and the comment must have been taken in this transaction. Sums move by exactly what changed, under the
thread's lock; a test counts them anew after every step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from karavan.discussion import letters, mentions
from karavan.discussion.models import Comment, CommentRevision
from karavan.discussion.policy import HIDDEN_PLACE
from karavan.discussion.rendering import RENDER_VERSION, Rendered, redo
from karavan.moderation.models import READABLE, Action, Case, Decision, Visibility

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.discussion.models import Thread
    from karavan.moderation.pieces import Span

NOTHING = Rendered("", "", ())


def show(
    session: Session,
    comment: Comment,
    visibility: Visibility,
    *,
    now: datetime,
    spans: Sequence[Span] = (),
    held_until: datetime | None = None,
) -> None:
    """Let readers see a comment so from now on.

    Published is its newest text; redacted, the text that was decided about, with `spans` covered; in any other state
    nothing of it is left where readers' pages, feeds and exports look. When it can be read for the first time, whom it
    answers and whom it names are told.
    """
    session.flush()
    readable, placed = comment.visibility in READABLE, _placed(comment.visibility)
    first = comment.shown_at is None and visibility in READABLE
    _write(session, comment, visibility, spans)
    comment.visibility = visibility
    comment.held_until = held_until if visibility == Visibility.HELD else None
    comment.version += 1
    if first:
        comment.shown_at = now
    session.flush()
    _count(session, comment, readable=(visibility in READABLE) - readable, placed=_placed(visibility) - placed)
    if first:
        _tell(session, comment, now)


def begin(comment: Comment) -> None:
    """Put a comment that was just written where nobody sees it yet; `show` takes it from there."""
    comment.visibility, comment.version = Visibility.PENDING, 0
    comment.html = comment.text = ""
    comment.render_version, comment.shown_revision, comment.covered = RENDER_VERSION, 0, []


def renew(session: Session, thread: Thread) -> None:
    """Let whoever keeps a copy of the thread's pages know that they are others now."""
    thread.version += 1
    session.flush()


def render_again(session: Session, comment: Comment) -> None:
    """Make a comment's HTML anew from the text readers see, by today's rules."""
    _put(session, comment, comment.shown_revision, tuple((start, end) for start, end in comment.covered))
    session.flush()


def source_of(session: Session, comment: Comment, number: int) -> str:
    """Return one of a comment's texts as its author wrote it."""
    chosen = (CommentRevision.comment_id == comment.id, CommentRevision.number == number)
    return session.scalars(select(CommentRevision.source).where(*chosen)).one()


def named(session: Session, thread_id: int, source: str) -> dict[str, int]:
    """Return whom a text names among those who wrote in the thread."""
    names = mentions.may_mean(source)
    if not names:
        return {}
    writers = session.execute(
        select(Comment.author_name, Comment.author_id)
        .where(Comment.thread_id == thread_id, Comment.author_name.in_(names), Comment.shown_at.is_not(None))
        .distinct()
    )
    return mentions.meant(source, ((name, person_id) for name, person_id in writers))


def _placed(visibility: Visibility) -> bool:
    """Is there anything in the tree, were it a tombstone?"""
    return visibility not in HIDDEN_PLACE


def _write(session: Session, comment: Comment, visibility: Visibility, spans: Sequence[Span]) -> None:
    if visibility == Visibility.PUBLISHED:
        _put(session, comment, comment.revision, ())
    elif visibility == Visibility.REDACTED:
        _put(session, comment, *_cover(session, comment, spans))
    else:
        comment.shown_revision, comment.covered = 0, []
        comment.html, comment.text, _ = NOTHING


def _cover(session: Session, comment: Comment, spans: Sequence[Span]) -> tuple[int, Sequence[Span]]:
    """Return which text is shown with which parts covered.

    Spans belong to the text that was decided about: when an undone decision brings an older cover back, not to a text
    the author handed in since, which nobody has read. Without spans it is the last cover that stands.
    """
    covers = session.execute(
        select(Decision.revision, Decision.spans)
        .join(Case, Case.id == Decision.case_id)
        .where(Case.comment_id == comment.id, Decision.action == Action.COVER, Decision.undone_at.is_(None))
        .order_by(Decision.id.desc())
    ).all()
    wanted = [list(span) for span in spans]
    for number, covered in covers:
        if not wanted or covered == wanted:
            return number, tuple((start, end) for start, end in covered)
    if not wanted:
        raise ValueError("nothing is covered: the whole text would be seen")
    return comment.revision, spans


def _put(session: Session, comment: Comment, number: int, spans: Sequence[Span]) -> None:
    source = source_of(session, comment, number)
    rendered = redo(source, spans, mentions=named(session, comment.thread_id, source))
    comment.shown_revision, comment.covered = number, [list(span) for span in spans]
    comment.html, comment.text, comment.render_version = rendered.html, rendered.text, RENDER_VERSION


def _count(session: Session, comment: Comment, *, readable: int, placed: int) -> None:
    """Move the sums of the thread and of the branch by what changed."""
    thread = comment.thread
    thread.version += 1
    thread.comments += readable
    if readable > 0 and comment.seq > thread.last_seq:
        thread.last_seq, thread.last_at = comment.seq, comment.shown_at
    elif readable < 0 and comment.seq == thread.last_seq:
        thread.last_seq, thread.last_at = _newest(session, thread.id)
    session.flush()
    root = session.get_one(Comment, comment.root_id, populate_existing=True)
    if root.id != comment.id:
        root.descendants += placed
    if comment.official:
        root.answers += readable
    session.flush()


def _newest(session: Session, thread_id: int) -> tuple[int, datetime | None]:
    newest = session.execute(
        select(Comment.seq, Comment.shown_at)
        .where(Comment.thread_id == thread_id, Comment.visibility.in_(sorted(READABLE)))
        .order_by(Comment.seq.desc())
        .limit(1)
    ).first()
    return (0, None) if newest is None else (newest.seq, newest.shown_at)


def _tell(session: Session, comment: Comment, now: datetime) -> None:
    """Tell whoever it answers, then whoever it names."""
    if comment.parent_id is not None:
        author_id = session.scalars(select(Comment.author_id).where(Comment.id == comment.parent_id)).one()
        letters.tell(session, comment, author_id, "reply", now=now)
    source = source_of(session, comment, comment.revision)
    for person_id in named(session, comment.thread_id, source).values():
        letters.tell(session, comment, person_id, "mention", now=now)
