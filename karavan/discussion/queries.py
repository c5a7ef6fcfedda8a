"""Reading threads. Comments come as plain tuples, page by page along an index: nothing is skipped or counted whole."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import Select, and_, bindparam, func, literal, null, or_, select, tuple_, union_all
from sqlalchemy.orm import aliased, joinedload

from karavan.accounts.models import Organisation
from karavan.discussion.models import Alignment, Comment, CommentRevision, HelpfulMark, ReadMark, Thread
from karavan.discussion.rendering import redo, stale
from karavan.discussion.tree import above, branch
from karavan.moderation.models import (
    READABLE,
    Action,
    Case,
    Decision,
    LogAction,
    LogGate,
    LogLine,
    Origin,
    Outcome,
    Visibility,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.core.languages import Slots
    from karavan.record.models import ActorRole

ROOTS: Final = 20
FIRST: Final = 5
"""So many replies are shown below a root at once."""
BRANCH: Final = 50
NEWEST: Final = 3
"""So many comments stand on the page of what the thread is about."""
FEED: Final = 30
EXPORT: Final = 5000
FEW: Final = 100
"""Counting "how many more" stops here."""
WEIGHT: Final = 250_000
"""Bytes a page's comments may weigh, so that the whole answer stays below 300 KB."""
AROUND: Final = 1600
"""Bytes of markup around one comment's text, at most about."""
LARGEST: Final = 2**31 - 1
SORTS: Final = ("oldest", "newest", "helpful", "awaiting")

Cursor = tuple[int, ...]


class Line(NamedTuple):
    """One comment as it can be read. Where there is nothing to read, `html` and `text` are empty."""

    id: int
    public_id: str
    thread_id: int
    root_id: int
    depth: int
    path: str
    seq: int
    author_id: int
    author_name: str
    lang: str
    alignment: Alignment | None
    speaking_as: ActorRole | None
    official: bool
    visibility: Visibility
    revision: int
    shown_revision: int
    covered: list[list[int]]
    html: str
    text: str
    render_version: int
    held_until: datetime | None
    helpful: int
    posted_at: datetime
    edited_at: datetime | None
    descendants: int
    speaking_for: Slots | None
    parent: str | None
    """Public id of whom it answers."""
    parent_name: str | None
    parent_visibility: Visibility | None

    @property
    def readable(self) -> bool:
        """Is there a text to read?"""
        return self.visibility in READABLE

    @property
    def answers(self) -> str:
        """The name of whom it answers; "" if that comment cannot be read any more."""
        return (self.parent_name or "") if self.parent_visibility in READABLE else ""


class Branch(NamedTuple):
    """A root, its first replies, and how many more there are."""

    root: Line
    replies: tuple[Line, ...]
    more: int


class ThreadPage(NamedTuple):
    """A page of a thread, and where the next begins (nowhere: an empty tuple)."""

    branches: tuple[Branch, ...]
    after: Cursor

    @property
    def lines(self) -> list[Line]:
        """Every comment on it."""
        return [line for one in self.branches for line in (one.root, *one.replies)]


class BranchPage(NamedTuple):
    """Replies below a comment, and how many come after the last of these."""

    lines: tuple[Line, ...]
    more: int


class Permalink(NamedTuple):
    """One comment where it stands: what it answers, itself, what answers it."""

    above: tuple[Line, ...]
    line: Line
    below: BranchPage


_OWN: Final = tuple(
    getattr(Comment, name)
    for name in Line._fields
    if name not in {"speaking_for", "parent", "parent_name", "parent_visibility"}
)
_SEEN: Final = or_(Comment.visibility != Visibility.PENDING, Comment.author_id == bindparam("me"))
"""What waits for its first reading is shown to its author alone."""
_READABLE: Final = Comment.visibility.in_(sorted(READABLE))
_WHERE: Final[dict[str, Any]] = {
    "oldest": Comment.seq > bindparam("after0"),
    "newest": Comment.seq < bindparam("after0"),
    "helpful": tuple_(Comment.helpful, Comment.id) < tuple_(bindparam("after0"), bindparam("after1")),
    "awaiting": Comment.seq > bindparam("after0"),
}
_ORDER: Final[dict[str, tuple[Any, ...]]] = {
    "oldest": (Comment.seq,),
    "newest": (Comment.seq.desc(),),
    "helpful": (Comment.helpful.desc(), Comment.id.desc()),
    "awaiting": (Comment.seq,),
}


def thread_by_public_id(session: Session, public_id: str) -> Thread | None:
    """Return a thread with the organisation that looks after it."""
    return session.scalar(_threads().where(Thread.public_id == public_id))


def thread_by_id(session: Session, thread_id: int) -> Thread | None:
    """Return the same by its number."""
    return session.scalar(_threads().where(Thread.id == thread_id))


def thread_of(session: Session, host: str, host_id: int) -> Thread | None:
    """Return the thread under a submission or an event."""
    return session.scalar(_threads().where(Thread.host == host, Thread.host_id == host_id))


def root_page(
    session: Session, thread: Thread, sort: str, after: Cursor = (), *, me: int | None = None, limit: int = ROOTS
) -> ThreadPage:
    """Return a page of a thread's roots, each with its first replies; `me` also sees what of hers still waits.

    However long the thread is, it costs two statements along an index.
    """
    asked = {"thread": thread.id, "me": me or -1, "limit": limit + 1}
    asked |= {f"after{place}": value for place, value in enumerate(after)}
    found = _lines(session, _roots(sort, further=bool(after)), asked)
    roots = found[:limit]
    replies = _first_replies(session, roots, me)
    branches = [_branch(root, replies.get(root.id, ())) for root in roots]
    fitting = _fitting([(one.root, *one.replies) for one in branches])
    last = branches[fitting - 1].root if branches else None
    more = last is not None and (fitting < len(branches) or len(found) > limit)
    return ThreadPage(tuple(branches[:fitting]), cursor_of(last, sort) if more and last else ())


def cursor_of(line: Line, sort: str) -> Cursor:
    """Return where a page goes on after this root."""
    return (line.helpful, line.id) if sort == "helpful" else (line.seq,)


def line_of(session: Session, public_id: str, *, me: int | None = None) -> Line | None:
    """Return one comment that this person may know of."""
    found = _lines(session, _replies().where(Comment.public_id == bindparam("public_id"), _SEEN), {
        "public_id": public_id, "me": me or -1,
    })  # fmt: skip
    return found[0] if found else None


def permalink(session: Session, line: Line, *, me: int | None = None) -> Permalink:
    """Return a comment with what it stands under and the first replies to it."""
    found: tuple[Line, ...] = ()
    if paths := above(line.path):
        where = (Comment.thread_id == line.thread_id, Comment.path.in_(paths))
        found = _lines(session, _replies().where(*where).order_by(Comment.path), {})
    return Permalink(found, line, branch_page(session, line, me=me))


def branch_page(
    session: Session, line: Line, after: str = "", *, me: int | None = None, limit: int = BRANCH
) -> BranchPage:
    """Return replies below a comment, oldest first along the tree, beginning after a path."""
    low, high = branch(line.path)
    asked = {"root": line.root_id, "low": max(after, low), "high": high, "me": me or -1, "limit": limit + 1}
    found = _lines(session, _below(), asked)
    shown = found[: _fitting([(one,) for one in found[:limit]])]
    if len(shown) == len(found):
        return BranchPage(shown, 0)
    left = session.scalars(_left(), asked | {"low": shown[-1].path}).one()
    return BranchPage(shown, left)


def newer_count(session: Session, thread: Thread, seq: int) -> int:
    """Count what can be read and is newer than a number, up to FEW."""
    if seq >= thread.last_seq:
        return 0
    newer = select(Comment.id).where(Comment.thread_id == thread.id, Comment.seq > seq, _READABLE).limit(FEW)
    return session.scalars(select(func.count()).select_from(newer.subquery())).one()


def newer(session: Session, thread: Thread, seq: int, *, limit: int = BRANCH) -> tuple[Line, ...]:
    """Return what can be read and is newer than a number, oldest first, wherever in the tree it stands."""
    where = (Comment.thread_id == bindparam("thread"), Comment.seq > bindparam("seq"), _READABLE)
    asked = {"thread": thread.id, "seq": seq}
    found = _lines(session, _replies().where(*where).order_by(Comment.seq).limit(limit), asked)
    return found[: _fitting([(one,) for one in found])]


def newest(session: Session, thread_id: int, *, limit: int = NEWEST) -> tuple[Line, ...]:
    """Return the newest comments that can be read."""
    where = (Comment.thread_id == bindparam("thread"), _READABLE)
    return _lines(session, _replies().where(*where).order_by(Comment.seq.desc()).limit(limit), {"thread": thread_id})


def feed(session: Session, thread: Thread) -> tuple[Line, ...]:
    """Return what a feed holds: never what cannot be read any more."""
    return newest(session, thread.id, limit=FEED)


def export_rows(session: Session, thread: Thread, after: int = 0, *, limit: int = EXPORT) -> tuple[Line, ...]:
    """Return a run of a thread's comments in the order they were written; what waits for a reading is left out."""
    where = (Comment.thread_id == bindparam("thread"), Comment.seq > bindparam("seq"))
    known = Comment.visibility != Visibility.PENDING
    asked = {"thread": thread.id, "seq": after}
    return _lines(session, _replies().where(*where, known).order_by(Comment.seq).limit(limit), asked)


# --- What is whose ----------------------------------------------------------------------------------------------


def found_helpful(session: Session, person_id: int, ids: Collection[int]) -> set[int]:
    """Return which of the comments a person found helpful."""
    marked = HelpfulMark.person_id == person_id, HelpfulMark.comment_id.in_(ids)
    return set(session.scalars(select(HelpfulMark.comment_id).where(*marked))) if ids else set()


def read_up_to(session: Session, person_id: int, thread_id: int) -> int | None:
    """Return how far a person has read a thread; None: she has never said so."""
    mine = ReadMark.person_id == person_id, ReadMark.thread_id == thread_id
    return session.scalar(select(ReadMark.seq).where(*mine))


def sealed_texts(session: Session, lines: Iterable[Line]) -> dict[int, str]:
    """Return the rendered texts of comments that readers do not see, for their authors."""
    ids = [line.id for line in lines]
    if not ids:
        return {}
    current = and_(CommentRevision.comment_id == Comment.id, CommentRevision.number == Comment.revision)
    rows = session.execute(
        select(Comment.id, CommentRevision.html).join(CommentRevision, current).where(Comment.id.in_(ids))
    )
    return {row[0]: row[1] for row in rows}


def log_head(session: Session) -> int:
    """Return the number the next line of the public log will have: what is told of decisions changes with it."""
    return session.scalar(select(LogGate.next_seq).limit(1)) or 0


def holds(session: Session, case_ids: Collection[int]) -> dict[int, LogLine]:
    """Return by case the line of the public log that tells of its last hold, with the rule it names."""
    held = (LogLine.case_id.in_(case_ids), LogLine.action == LogAction.HELD)
    return {
        line.case_id: line
        for line in session.scalars(select(LogLine).where(*held).order_by(LogLine.seq))
        if line.case_id
    }


# --- Texts through time -----------------------------------------------------------------------------------------


def public_revisions(session: Session, line: Line) -> list[CommentRevision]:
    """Return every text of a comment that anybody could read and may still read, the one they read now last.

    A text that a decision covered or removed is none of them, unless an appeal overturned that decision.
    """
    overturned = select(Decision.id).where(
        Decision.case_id == Case.id, Decision.outcome == Outcome.OVERTURNED, Decision.undone_at.is_(None)
    )
    condemned = (
        select(Decision.id)
        .join(Case, Case.id == Decision.case_id)
        .where(
            Case.comment_id == CommentRevision.comment_id,
            Decision.revision == CommentRevision.number,
            Decision.action != Action.KEEP,
            Decision.undone_at.is_(None),
            ~overturned.correlate(Case).exists(),
        )
    )
    current = CommentRevision.number == line.shown_revision
    asked = select(CommentRevision).where(
        CommentRevision.comment_id == line.id,
        CommentRevision.number <= line.shown_revision,
        or_(current, and_(CommentRevision.public.is_(True), ~condemned.correlate(CommentRevision).exists())),
    )
    return list(session.scalars(asked.order_by(CommentRevision.number)))


def removed_text(session: Session, line: Line, case_id: int) -> str | None:
    """Return what a decision took away, as it was decided about; None where a state body's request did."""
    text = (
        select(CommentRevision.source)
        .join(Decision, and_(Decision.case_id == case_id, Decision.revision == CommentRevision.number))
        .join(Case, Case.id == Decision.case_id)
        .where(
            CommentRevision.comment_id == line.id,
            Case.comment_id == line.id,
            Case.origin != Origin.STATE_REQUEST,
            Decision.undone_at.is_(None),
            Decision.action == Action.REMOVE,
        )
        .order_by(Decision.id.desc())
    )
    return session.scalar(text.limit(1))


# --- How it is asked --------------------------------------------------------------------------------------------


@cache
def _threads() -> Select[Thread]:
    return select(Thread).options(joinedload(Thread.organisation))


@cache
def _alone() -> Select[Any]:
    """Comments with the name of whom they speak for; roots answer nobody."""
    nobody = (null().label("parent"), null().label("parent_name"), null().label("parent_visibility"))
    return select(*_OWN, Organisation.name, *nobody).outerjoin(Organisation, Organisation.id == Comment.speaking_for_id)


@cache
def _replies() -> Select[Any]:
    """Comments with the name of whom they speak for and of whom they answer."""
    parent = aliased(Comment)
    return (
        select(*_OWN, Organisation.name, parent.public_id, parent.author_name, parent.visibility)
        .select_from(Comment)
        .outerjoin(Organisation, Organisation.id == Comment.speaking_for_id)
        .outerjoin(parent, parent.id == Comment.parent_id)
    )


@cache
def _roots(sort: str, *, further: bool) -> Select[Any]:
    asked = _alone().where(Comment.thread_id == bindparam("thread"), Comment.depth == 0, _SEEN)
    if sort == "awaiting":
        asked = asked.where(Comment.answers == 0, _READABLE)
    if further:
        asked = asked.where(_WHERE[sort])
    return asked.order_by(*_ORDER[sort]).limit(bindparam("limit"))


@cache
def _below() -> Select[Any]:
    asked = _replies().where(*_within(), _SEEN)
    return asked.order_by(Comment.path).limit(bindparam("limit"))


@cache
def _left() -> Select[Any]:
    """How many stand below after a path, counted no further than FEW."""
    return select(func.count()).select_from(select(Comment.id).where(*_within(), _SEEN).limit(FEW).subquery())


def _within() -> tuple[Any, ...]:
    """A part of a branch: one root's, from a path (not included) to the branch's end."""
    low, high = Comment.path > bindparam("low"), Comment.path < bindparam("high")
    return Comment.root_id == bindparam("root"), low, high


@cache
def _first() -> Select[Any]:
    """The first replies of ROOTS roots in one statement: each looks only at the beginning of its own branch."""
    parts = []
    for number in range(ROOTS):
        one = select(*_OWN, Comment.parent_id, Comment.speaking_for_id).where(
            Comment.root_id == bindparam(f"root{number}"), Comment.path > bindparam(f"path{number}"), _SEEN
        )
        parts.append(select(one.order_by(Comment.path).limit(literal(FIRST + 1)).subquery(f"branch{number}")))
    first = union_all(*parts).subquery("firsts").c
    return (
        select(*(first[column.key] for column in _OWN), Organisation.name, first.parent_id)
        .outerjoin(Organisation, Organisation.id == first.speaking_for_id)
        .order_by(first.root_id, first.path)
    )


def _first_replies(session: Session, roots: Sequence[Line], me: int | None) -> dict[int, tuple[Line, ...]]:
    """Return the first replies of each root that has any, and one more where there are more.

    Whom a reply answers has been written before it and stands before it in its branch: it is among them, or the root.
    """
    answered = [root for root in roots if root.descendants]
    if not answered:
        return {}
    asked: dict[str, Any] = {"me": me or -1}
    for number in range(ROOTS):
        root = answered[number] if number < len(answered) else None
        asked |= {f"root{number}": root.id if root else -1, f"path{number}": root.path if root else ""}
    known = {root.id: root for root in answered}
    for *own, parent_id in session.execute(_first(), asked):
        over = known.get(parent_id)
        above_it = (over.public_id, over.author_name, over.visibility) if over else (None, None, None)
        line = Line._make((*own, *above_it))
        known[line.id] = line
    found: dict[int, tuple[Line, ...]] = {}
    for line in _fresh(session, tuple(known.values())[len(answered) :]):
        found[line.root_id] = (*found.get(line.root_id, ()), line)
    return found


def _branch(root: Line, replies: tuple[Line, ...]) -> Branch:
    if len(replies) <= FIRST:
        return Branch(root, replies, 0)
    return Branch(root, replies[:FIRST], max(root.descendants - FIRST, 1))


def _fitting(pieces: Sequence[Sequence[Line]]) -> int:
    """Return how many pieces a page holds by weight: at least one, and no more than there are."""
    weight = 0
    for number, piece in enumerate(pieces):
        weight += sum(AROUND + len(line.html.encode()) for line in piece)
        if weight > WEIGHT and number:
            return number
    return len(pieces)


def _lines(session: Session, statement: Select[Any], asked: dict[str, Any]) -> tuple[Line, ...]:
    return _fresh(session, tuple(Line._make(row) for row in session.execute(statement, asked)))


def _fresh(session: Session, lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Return the lines as today's rules render them."""
    old = [line for line in lines if line.readable and stale(line.render_version)]
    return _redone(session, lines, old) if old else lines


def _redone(session: Session, lines: tuple[Line, ...], old: Sequence[Line]) -> tuple[Line, ...]:
    """Render anew what was rendered by older rules: readers must not wait for the job that stores it."""
    shown = and_(CommentRevision.comment_id == Comment.id, CommentRevision.number == Comment.shown_revision)
    asked = select(Comment.id, CommentRevision.source).join(CommentRevision, shown)
    rows = session.execute(asked.where(Comment.id.in_([line.id for line in old])))
    sources: dict[int, str] = {row[0]: row[1] for row in rows}
    fresh = {
        line.id: redo(sources[line.id], [(start, end) for start, end in line.covered])
        for line in old
        if line.id in sources
    }
    return tuple(
        line._replace(html=fresh[line.id].html, text=fresh[line.id].text) if line.id in fresh else line
        for line in lines
    )
