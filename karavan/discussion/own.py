"""What concerns one person in threads: her drafts, her comments, what they wait for, her receipts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from sqlalchemy import and_, exists, func, select, tuple_
from sqlalchemy.orm import aliased, joinedload

from karavan.discussion.hosts import hosts_of
from karavan.discussion.models import Comment, CommentDraft, CommentRevision, ReadMark, Thread
from karavan.moderation.lifecycle import WAITING
from karavan.moderation.models import READABLE, Case, CaseState, Receipt, ReceiptKind, Visibility

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.discussion.hosts import Hosted

ROWS: Final = 20
"""So many comments stand on a page of one's own."""
DISCUSSIONS: Final = 10
"""So many discussions with something new are named at once."""
DRAFTS: Final = 10
"""So many drafts are offered at once, the latest first."""


class Waiting(NamedTuple):
    """What a comment waits for: its place among those of the organisation, by when, and the rule that held it."""

    place: int
    until: datetime
    clause: str
    receipt: str = ""
    """The code by which she follows it without signing in."""


class Unseen(Protocol):
    """A comment that readers may not see yet: a row, or a line of a page."""

    @property
    def id(self) -> int:
        """Its number."""

    @property
    def visibility(self) -> Visibility:
        """What readers see of it."""

    @property
    def held_until(self) -> datetime | None:
        """Until when a machine holds it."""


class DraftRow(NamedTuple):
    """Something she was writing, and where it goes on."""

    draft: CommentDraft
    thread: str
    """Public id."""
    orphan: bool
    """What it answers can no longer be read, so there is nowhere to send it: she may take her words from here."""


class Unread(NamedTuple):
    """A discussion she has read before, in which somebody has written since."""

    thread: Thread
    hosted: Hosted
    after: int
    """What is new begins after this number."""


class OwnRow(NamedTuple):
    """One comment of hers."""

    comment: Comment
    waiting: Waiting | None
    receipts: tuple[str, ...]


class OwnPage(NamedTuple):
    """Her comments, newest first; `after` leads on."""

    rows: list[OwnRow]
    after: int | None


def draft_of(session: Session, person_id: int, thread_id: int, parent: str) -> CommentDraft | None:
    """Return what she was writing here."""
    return session.scalar(
        select(CommentDraft).where(
            CommentDraft.person_id == person_id, CommentDraft.thread_id == thread_id, CommentDraft.parent == parent
        )
    )


def drafts_of(session: Session, person_id: int, thread_id: int | None = None) -> list[DraftRow]:
    """Return what she was writing in a thread, or anywhere, the latest first."""
    mine = (
        select(CommentDraft, Thread.public_id, Comment.visibility)
        .join(Thread, Thread.id == CommentDraft.thread_id)
        .outerjoin(Comment, Comment.public_id == CommentDraft.parent)
        .where(CommentDraft.person_id == person_id)
    )
    if thread_id is not None:
        mine = mine.where(CommentDraft.thread_id == thread_id)
    rows = session.execute(mine.order_by(CommentDraft.saved_at.desc(), CommentDraft.id.desc()).limit(DRAFTS))
    return [DraftRow(draft, thread, bool(draft.parent) and shown not in READABLE) for draft, thread, shown in rows]


def unread(session: Session, person_id: int) -> list[Unread]:
    """Return the discussions with something new for her, the liveliest first: she read them, or was written to."""
    new = exists().where(
        Comment.thread_id == Thread.id,
        Comment.seq > ReadMark.seq,
        Comment.author_id != person_id,
        Comment.visibility.in_(sorted(READABLE)),
    )
    marked = (
        select(Thread, ReadMark.seq)
        .join(ReadMark, ReadMark.thread_id == Thread.id)
        .where(ReadMark.person_id == person_id, Thread.last_seq > ReadMark.seq, new)
        .order_by(Thread.last_at.desc(), Thread.id.desc())
        .limit(DISCUSSIONS)
    )
    found = session.execute(marked).all()
    known = {thread_id: one for thread_id, one in hosts_of(session, [row[0] for row in found]).items() if one.public}
    return [Unread(thread, known[thread.id], seq) for thread, seq in found if thread.id in known]


def comment_by_public_id(session: Session, public_id: str) -> Comment | None:
    """Return a comment with its thread, whatever readers see of it."""
    known = select(Comment).options(joinedload(Comment.thread).joinedload(Thread.organisation))
    return session.scalar(known.where(Comment.public_id == public_id))


def source_of(session: Session, comment: Comment) -> str:
    """Return the text of a comment as its author wrote it. For her alone: what readers see is `Comment.html`."""
    current = (CommentRevision.comment_id == comment.id, CommentRevision.number == comment.revision)
    return session.scalars(select(CommentRevision.source).where(*current)).one()


def own_page(session: Session, person_id: int, after: int | None = None) -> OwnPage:
    """Return a page of her comments."""
    mine = select(Comment).options(joinedload(Comment.thread)).where(Comment.author_id == person_id)
    if after is not None:
        mine = mine.where(Comment.id < after)
    found = list(session.scalars(mine.order_by(Comment.id.desc()).limit(ROWS + 1)))
    shown = found[:ROWS]
    waits, codes = waiting(session, shown), _receipts(session, person_id, [one.id for one in shown])
    rows = [OwnRow(one, waits.get(one.id), codes.get(one.id, ())) for one in shown]
    return OwnPage(rows, shown[-1].id if len(found) > ROWS else None)


def waiting(session: Session, comments: Collection[Unseen]) -> dict[int, Waiting]:
    """Return what those of the comments wait for that readers do not see yet."""
    unseen = [one.id for one in comments if one.visibility in (Visibility.PENDING, Visibility.HELD)]
    if not unseen:
        return {}
    before = aliased(Case)
    ahead = (
        select(func.count())
        .where(
            before.organisation_id == Case.organisation_id,
            before.state.in_((CaseState.OPEN, CaseState.CLAIMED)),
            tuple_(before.due_at, before.id) <= tuple_(Case.due_at, Case.id),
        )
        .correlate(Case)
        .scalar_subquery()
    )
    hers = and_(Receipt.case_id == Case.id, Receipt.person_id == Case.author_id, Receipt.kind == ReceiptKind.AUTHOR)
    asked = (
        select(Case.comment_id, Case.due_at, Case.marks, ahead, Receipt.code)
        .outerjoin(Receipt, hers)
        .where(Case.comment_id.in_(unseen), Case.state.in_(sorted(WAITING)))
    )
    held = {one.id: one.held_until for one in comments}
    return {
        comment_id: Waiting(place, held[comment_id] or due_at, next((mark["clause"] for mark in marks), ""), code or "")
        for comment_id, due_at, marks, place, code in session.execute(asked)
    }


def _receipts(session: Session, person_id: int, comment_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    """Return the codes of her receipts, by comment."""
    asked = (
        select(Case.comment_id, Receipt.code)
        .join(Case, Case.id == Receipt.case_id)
        .where(Receipt.person_id == person_id, Receipt.kind != ReceiptKind.REPORTER, Case.comment_id.in_(comment_ids))
        .order_by(Receipt.id)
    )
    found: dict[int, tuple[str, ...]] = {}
    for comment_id, code in session.execute(asked):
        found[comment_id] = (*found.get(comment_id, ()), code)
    return found
