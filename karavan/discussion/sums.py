"""The sums that are kept on threads and comments, counted anew: what is found to differ is a fault of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import aliased

from karavan.discussion.models import Comment, HelpfulMark, Thread
from karavan.discussion.policy import HIDDEN_PLACE
from karavan.moderation.models import READABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import InstrumentedAttribute, Session


class Drift(NamedTuple):
    """A sum that is not what its rows say."""

    what: str
    id: int
    kept: int
    counted: int


def drifts(session: Session) -> Iterator[Drift]:
    """Count every sum anew, in the database, and return those that differ."""
    for what, asked in _recounts():
        for one_id, kept, counted in session.execute(asked):
            yield Drift(what, one_id, kept, counted)


def _recounts() -> Iterator[tuple[str, Select[int, int, int]]]:
    readable = Comment.visibility.in_(sorted(READABLE))
    here = Comment.thread_id == Thread.id
    yield "thread.comments", _differing(Thread.id, Thread.comments, _times(readable), Thread, here)
    newest = func.coalesce(func.max(case((readable, Comment.seq), else_=0)), 0)
    yield "thread.last_seq", _differing(Thread.id, Thread.last_seq, newest, Thread, here)
    root = aliased(Comment)
    branch = and_(Comment.root_id == root.id, root.depth == 0)
    placed = and_(Comment.visibility.not_in(sorted(HIDDEN_PLACE)), Comment.id != root.id)
    yield "comment.descendants", _differing(root.id, root.descendants, _times(placed), root, branch, root.depth == 0)
    official = and_(Comment.official, readable)
    yield "comment.answers", _differing(root.id, root.answers, _times(official), root, branch, root.depth == 0)
    marks = func.count(HelpfulMark.id)
    yield (
        "comment.helpful",
        select(Comment.id, Comment.helpful, marks)
        .outerjoin(HelpfulMark, HelpfulMark.comment_id == Comment.id)
        .group_by(Comment.id, Comment.helpful)
        .having(Comment.helpful != marks),
    )


def _times(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _differing(
    of: InstrumentedAttribute[int],
    kept: InstrumentedAttribute[int],
    counted: ColumnElement[int],
    owner: object,
    joined: ColumnElement[bool],
    *where: ColumnElement[bool],
) -> Select[int, int, int]:
    """Return the question whose kept sum is another than that of its comments."""
    asked = select(of, kept, counted).select_from(owner).outerjoin(Comment, joined)  # type: ignore[arg-type]
    return asked.where(*where).group_by(of, kept).having(kept != counted)
