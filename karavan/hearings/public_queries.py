"""Reading hearings for their public pages: the list, one hearing, statements, speakers, who was answered what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from markupsafe import Markup
from sqlalchemy import and_, case, func, literal, or_, select, tuple_
from sqlalchemy.orm import joinedload, selectinload

from karavan.accounts.models import Organisation
from karavan.core.text import fold
from karavan.core.when import local_day
from karavan.councils.models import Council
from karavan.discussion.models import Comment
from karavan.events.models import Event
from karavan.files.models import StoredFile
from karavan.hearings.models import (
    AnswerGroup,
    HallQuestion,
    Hearing,
    HearingDocument,
    HearingState,
    StatementFile,
    StatementKind,
    WrittenStatement,
)
from karavan.moderation.models import READABLE, Visibility
from karavan.protocols.models import Protocol, ProtocolState
from karavan.record.models import RecordEntry, Verb

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session

    from karavan.core.languages import Slots

PAST: Final = 20
STATEMENTS: Final = 25
NEWEST: Final = 3
"""So many statements stand on the page of their hearing."""
MATRIX: Final = 2000
FEED: Final = 30
PROTOCOL_HOST: Final = "hearing"
LARGEST_ID: Final = 2**31 - 1

PUBLIC: Final = and_(Hearing.state != HearingState.DRAFT, Hearing.announced_at.is_not(None))
"""What everybody may see: what was announced, also if it was cancelled since. A cancelled draft stays nobody's."""
TOLD: Final = (
    Verb.HEARING_ANNOUNCED,
    Verb.HEARING_CHANGED,
    Verb.HEARING_DOCUMENT_REPLACED,
    Verb.HEARING_BEGUN,
    Verb.HEARING_ENDED,
    Verb.HEARING_SUMMARISED,
    Verb.HEARING_CLOSED,
    Verb.HEARING_CANCELLED,
)
"""What a feed tells of a hearing."""
UNREAD: Final = (Visibility.PENDING, Visibility.HELD)
_READABLE: Final = Comment.visibility.in_(sorted(READABLE))


# --- The list ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What a reader of the list asked for; empty means everything."""

    words: str = ""
    council_id: int = 0
    when: str = ""
    """`coming`, `now` or `past`."""

    @property
    def any(self) -> bool:
        """Is the list narrowed at all, besides its tab?"""
        return bool(self.words or self.council_id)


class HearingCard(NamedTuple):
    """One hearing in a list."""

    id: int
    slug: str
    state: HearingState
    demo: bool
    title: Slots
    starts_at: datetime
    ends_at: datetime
    place: str
    venue: Slots
    council_slug: str
    council: Slots

    @property
    def day(self) -> date:
        """The day it is held, in Aktau."""
        return local_day(self.starts_at)


class HearingList(NamedTuple):
    """Hearings by when they are: now, to come, past; and where further past ones begin."""

    now: tuple[HearingCard, ...]
    coming: tuple[HearingCard, ...]
    past: tuple[HearingCard, ...]
    after: str
    counts: dict[str, int]


_CARD: Final = (
    Hearing.id,
    Hearing.slug,
    Hearing.state,
    Hearing.demo,
    Hearing.title,
    Hearing.starts_at,
    Hearing.ends_at,
    Hearing.place,
    Hearing.venue,
    Council.slug,
    Organisation.name,
)


def hearing_list(session: Session, filters: Filters, *, now: datetime, after: str = "") -> HearingList:
    """Return hearings for a reader: those going on, those to come (soonest first), past ones (latest first)."""
    over = _over(now)
    live = Hearing.state == HearingState.LIVE
    coming = and_(~over, ~live)
    mark = _read_mark(after)
    wanted = (filters.when,) if filters.when else ("now", "coming", "past")
    cards: dict[str, tuple[HearingCard, ...]] = {"now": (), "coming": (), "past": ()}
    soonest, latest = (Hearing.starts_at, Hearing.id), (Hearing.starts_at.desc(), Hearing.id.desc())
    if mark is None and {"now", "coming"} & set(wanted):
        # A cancelled one stays among those to come until its day is over: whoever meant to go must see it.
        found = [
            HearingCard(*row) for row in session.execute(_narrowed(_cards(), filters).where(~over).order_by(*soonest))
        ]
        cards["now"] = tuple(one for one in found if one.state == HearingState.LIVE and "now" in wanted)
        cards["coming"] = tuple(one for one in found if one.state != HearingState.LIVE and "coming" in wanted)
    further = False
    if "past" in wanted:
        chosen = _narrowed(_cards(), filters).where(over).order_by(*latest).limit(PAST + 1)
        if mark is not None:
            chosen = chosen.where(tuple_(Hearing.starts_at, Hearing.id) < tuple_(*_bound(mark)))
        rows = [HearingCard(*row) for row in session.execute(chosen)]
        further, cards["past"] = len(rows) > PAST, tuple(rows[:PAST])
    counting = select(
        func.count(case((live, 1))), func.count(case((coming, 1))), func.count(case((over, 1)))
    ).select_from(Hearing)
    counted = session.execute(_narrowed(_joined(counting), filters)).one()
    return HearingList(
        cards["now"],
        cards["coming"],
        cards["past"],
        _mark(cards["past"][-1]) if further else "",
        dict(zip(("now", "coming", "past"), counted, strict=True)),
    )


def _bound(mark: tuple[datetime, int]) -> tuple[Any, Any]:
    """Bind a mark as the columns it is compared with are bound."""
    return literal(mark[0], Hearing.starts_at.type), literal(mark[1])


def _over(now: datetime) -> Any:
    """Is it past: held, or cancelled and its hour gone by?"""
    return or_(
        Hearing.state.in_((HearingState.HELD, HearingState.CLOSED)),
        and_(Hearing.state == HearingState.CANCELLED, Hearing.ends_at <= now),
    )


def _joined(statement: Any) -> Any:
    return (
        statement.join(Council, Council.id == Hearing.council_id)
        .join(Organisation, Organisation.id == Council.organisation_id)
        .outerjoin(Event, Event.id == Hearing.event_id)
    )


def _cards() -> Any:
    return _joined(select(*_CARD).select_from(Hearing))


def _narrowed(statement: Any, filters: Filters) -> Any:
    """Narrow to what is public and asked for. Words are looked for in those of the hearing's event."""
    statement = statement.where(PUBLIC)
    if filters.council_id:
        statement = statement.where(Hearing.council_id == filters.council_id)
    for word in fold(filters.words).split()[:8]:
        like = "%" + word.replace("/", "//").replace("%", "/%").replace("_", "/_") + "%"
        statement = statement.where(Event.search_text.like(like, escape="/"))
    return statement


def _mark(card: HearingCard) -> str:
    return f"{int(card.starts_at.timestamp())}-{card.id}"


def _read_mark(text: str) -> tuple[datetime, int] | None:
    """Read a page mark; anything that is not one begins at the beginning."""
    left, _, right = text.partition("-")
    if not (left.isascii() and left.isdigit() and right.isascii() and right.isdigit()):
        return None
    if len(left) > 11 or len(right) > 15:
        return None
    return datetime.fromtimestamp(int(left), UTC), min(int(right), LARGEST_ID)


def hearings_of_council(session: Session, council_id: int, *, limit: int) -> tuple[HearingCard, ...]:
    """Return a council's hearings: those to come and those that were held, the latest first."""
    shown = (HearingState.ANNOUNCED, HearingState.LIVE, HearingState.HELD, HearingState.CLOSED)
    chosen = _cards().where(PUBLIC, Hearing.council_id == council_id, Hearing.state.in_(shown))
    rows = session.execute(chosen.order_by(Hearing.starts_at.desc(), Hearing.id.desc()).limit(limit))
    return tuple(HearingCard(*row) for row in rows)


class Told(NamedTuple):
    """One step of a hearing, for a feed."""

    id: int
    verb: Verb
    happened_at: datetime
    slug: str
    title: Slots


def told(session: Session, *, council_id: int = 0, hearing_id: int = 0) -> list[Told]:
    """Return the latest steps of hearings everybody may see: of all, of a council's, or of one."""
    chosen = (
        select(
            RecordEntry.id,
            RecordEntry.verb,
            RecordEntry.happened_at,
            Hearing.slug,
            Hearing.title,
        )
        .join(Hearing, Hearing.id == RecordEntry.hearing_id)
        .where(PUBLIC, RecordEntry.verb.in_(TOLD))
        .order_by(RecordEntry.id.desc())
        .limit(FEED)
    )
    if council_id:
        chosen = chosen.where(Hearing.council_id == council_id)
    if hearing_id:
        chosen = chosen.where(Hearing.id == hearing_id)
    return [Told(*row) for row in session.execute(chosen)]


# --- One hearing ------------------------------------------------------------------------------------------


def hearing_by_slug(session: Session, slug: str) -> Hearing | None:
    """Return a hearing that everybody may see, with its council, its event and its documents."""
    return session.scalar(
        select(Hearing)
        .where(Hearing.slug == slug, PUBLIC)
        .options(
            joinedload(Hearing.council).joinedload(Council.organisation),
            joinedload(Hearing.event).joinedload(Event.gate),
            joinedload(Hearing.event).joinedload(Event.organisation),
            selectinload(Hearing.documents).joinedload(HearingDocument.file),
        )
    )


def protocol_number(session: Session, hearing_id: int) -> str:
    """Return the number of its published protocol, or ""."""
    chosen = select(Protocol.number).where(
        Protocol.host == PROTOCOL_HOST, Protocol.host_id == hearing_id, Protocol.state == ProtocolState.PUBLISHED
    )
    return session.scalar(chosen) or ""


# --- Statements -------------------------------------------------------------------------------------------


class StatementRow(NamedTuple):
    """A written statement, or a question from the hall, as everybody reads it, and what was answered."""

    id: int
    number: int
    kind: str
    """for, against, question; `hall`: asked during the hearing."""
    made_at: datetime
    comment: str
    """Public id of the comment it is."""
    author_name: str
    lang: str
    visibility: Visibility
    html: str
    text: str
    answer: Slots
    answered_at: datetime | None
    group_id: int | None
    group_title: Slots | None
    group_answer: Slots | None
    group_answered_at: datetime | None
    supports: int
    merged_into: int | None
    """The number of the question it was merged with."""

    @property
    def readable(self) -> bool:
        """Is there a text to read?"""
        return self.visibility in READABLE

    @property
    def body(self) -> Markup:
        """The text as readers see it: rendered and sanitised when it was written."""
        return Markup(self.html if self.readable else "")  # noqa: S704 -- sanitised before it was stored

    @property
    def by_group(self) -> bool:
        """Is it answered together with others?"""
        return self.answered_at is None and self.group_answered_at is not None

    @property
    def reply(self) -> Slots | None:
        """What was answered, to it alone or to its group; None: nothing yet."""
        return self.answer if self.answered_at else self.group_answer if self.by_group else None

    @property
    def replied_at(self) -> datetime | None:
        """When it was answered."""
        return self.answered_at or self.group_answered_at


class StatementPage(NamedTuple):
    """Some statements, the first first, and after which number the next page begins (0: there is none)."""

    rows: tuple[StatementRow, ...]
    after: int


_COMMENT: Final = (
    Comment.public_id,
    Comment.author_name,
    Comment.lang,
    Comment.visibility,
    Comment.html,
    Comment.text,
)
_GROUP: Final = (AnswerGroup.title, AnswerGroup.answer, AnswerGroup.answered_at)


def _statements() -> Any:
    return (
        select(
            WrittenStatement.id,
            WrittenStatement.number,
            WrittenStatement.kind,
            WrittenStatement.made_at,
            *_COMMENT,
            WrittenStatement.answer,
            WrittenStatement.answered_at,
            WrittenStatement.group_id,
            *_GROUP,
        )
        .join(Comment, Comment.id == WrittenStatement.comment_id)
        .outerjoin(AnswerGroup, AnswerGroup.id == WrittenStatement.group_id)
    )


def _statement_row(row: Any) -> StatementRow:
    return StatementRow._make([*row, 0, None])


def statement_page(session: Session, hearing_id: int, *, kind: str = "", after: int = 0) -> StatementPage:
    """Return a page of a hearing's statements in the order in which they came; of one kind if it is named."""
    chosen = _statements().where(WrittenStatement.hearing_id == hearing_id, WrittenStatement.number > after)
    if kind:
        chosen = chosen.where(WrittenStatement.kind == StatementKind(kind))
    rows = session.execute(chosen.order_by(WrittenStatement.number).limit(STATEMENTS + 1)).all()
    found = tuple(_statement_row(row) for row in rows[:STATEMENTS])
    return StatementPage(found, found[-1].number if len(rows) > STATEMENTS else 0)


def newest_statements(session: Session, hearing_id: int, *, limit: int = NEWEST) -> tuple[StatementRow, ...]:
    """Return the newest few that can be read."""
    chosen = _statements().where(WrittenStatement.hearing_id == hearing_id, _READABLE)
    rows = session.execute(chosen.order_by(WrittenStatement.number.desc()).limit(limit))
    return tuple(_statement_row(row) for row in rows)


class StatementSums(NamedTuple):
    """How many statements there are, by what they say."""

    in_favour: int = 0
    against: int = 0
    questions: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.in_favour + self.against + self.questions


def statement_sums(session: Session, hearing_id: int) -> StatementSums:
    """Count a hearing's statements."""
    kind = WrittenStatement.kind
    chosen = select(
        func.count(case((kind == StatementKind.FOR, 1))),
        func.count(case((kind == StatementKind.AGAINST, 1))),
        func.count(case((kind == StatementKind.QUESTION, 1))),
    ).where(WrittenStatement.hearing_id == hearing_id)
    return StatementSums(*session.execute(chosen).one())


def attached(session: Session, ids: Collection[int]) -> dict[int, list[StatementFile]]:
    """Return the files of these statements, by statement."""
    found: dict[int, list[StatementFile]] = {}
    if ids:
        chosen = (
            select(StatementFile).where(StatementFile.statement_id.in_(ids)).options(joinedload(StatementFile.file))
        )
        for one in session.scalars(chosen.order_by(StatementFile.id)):
            found.setdefault(one.statement_id, []).append(one)
    return found


class FileOwner(NamedTuple):
    """A statement's file, and to whom it may be shown."""

    file: StoredFile
    name: str
    readable: bool
    author_id: int


def statement_file(session: Session, hearing_id: int, public_id: str) -> FileOwner | None:
    """Return a file that was handed in with a statement to this hearing."""
    chosen = (
        select(StoredFile, StatementFile.name, Comment.visibility, Comment.author_id)
        .join(StatementFile, StatementFile.file_id == StoredFile.id)
        .join(WrittenStatement, WrittenStatement.id == StatementFile.statement_id)
        .join(Comment, Comment.id == WrittenStatement.comment_id)
        .where(StatementFile.public_id == public_id, WrittenStatement.hearing_id == hearing_id)
    )
    row = session.execute(chosen).one_or_none()
    return None if row is None else FileOwner(row[0], row[1], row[2] in READABLE, row[3])


class ReceiptCard(NamedTuple):
    """Where a statement stands, for whoever has its code: no name, and nothing of its text."""

    code: str
    number: int
    kind: StatementKind
    made_at: datetime
    visibility: Visibility
    comment: str
    slug: str
    title: Slots
    hearing_state: HearingState
    files: int
    answer: Slots
    answered_at: datetime | None
    group_title: Slots | None
    group_answer: Slots | None
    group_answered_at: datetime | None

    @property
    def readable(self) -> bool:
        """Can everybody read the statement?"""
        return self.visibility in READABLE

    @property
    def by_group(self) -> bool:
        """Is it answered together with others?"""
        return self.answered_at is None and self.group_answered_at is not None

    @property
    def reply(self) -> Slots | None:
        """What was answered; None: nothing yet."""
        return self.answer if self.answered_at else self.group_answer if self.by_group else None

    @property
    def replied_at(self) -> datetime | None:
        """When it was answered."""
        return self.answered_at or self.group_answered_at


def receipt_card(session: Session, code: str) -> ReceiptCard | None:
    """Return what a receipt's code opens."""
    files = select(func.count(StatementFile.id)).where(StatementFile.statement_id == WrittenStatement.id)
    chosen = (
        select(
            WrittenStatement.code,
            WrittenStatement.number,
            WrittenStatement.kind,
            WrittenStatement.made_at,
            Comment.visibility,
            Comment.public_id,
            Hearing.slug,
            Hearing.title,
            Hearing.state,
            files.scalar_subquery(),
            WrittenStatement.answer,
            WrittenStatement.answered_at,
            *_GROUP,
        )
        .join(Comment, Comment.id == WrittenStatement.comment_id)
        .join(Hearing, Hearing.id == WrittenStatement.hearing_id)
        .outerjoin(AnswerGroup, AnswerGroup.id == WrittenStatement.group_id)
        .where(WrittenStatement.code == code, PUBLIC)
    )
    row = session.execute(chosen).one_or_none()
    return None if row is None else ReceiptCard(*row)


def own_statements(session: Session, hearing_id: int, person_id: int) -> list[tuple[int, str]]:
    """Return number and receipt of what somebody handed in here."""
    chosen = (
        select(WrittenStatement.number, WrittenStatement.code)
        .join(Comment, Comment.id == WrittenStatement.comment_id)
        .where(WrittenStatement.hearing_id == hearing_id, Comment.author_id == person_id)
    )
    return [(row[0], row[1]) for row in session.execute(chosen.order_by(WrittenStatement.number))]


# --- Who was answered what --------------------------------------------------------------------------------


class Matrix(NamedTuple):
    """Every statement and question of a hearing, and what was answered."""

    statements: tuple[StatementRow, ...]
    questions: tuple[StatementRow, ...]

    @property
    def rows(self) -> tuple[StatementRow, ...]:
        """All of them."""
        return self.statements + self.questions

    @property
    def unanswered(self) -> int:
        """How many wait for an answer. What was merged is answered with the other; what is gone, with nothing."""
        return sum(row.readable and row.reply is None and row.merged_into is None for row in self.rows)

    @property
    def unread(self) -> int:
        """How many wait for a moderator first."""
        return sum(row.visibility in UNREAD and row.reply is None and row.merged_into is None for row in self.rows)


def matrix_of(session: Session, hearing_id: int) -> Matrix:
    """Return every statement, then every question, in the order of their numbers."""
    written = _statements().where(WrittenStatement.hearing_id == hearing_id).order_by(WrittenStatement.number)
    statements = tuple(_statement_row(row) for row in session.execute(written.limit(MATRIX)))
    asked = (
        select(
            HallQuestion.id,
            HallQuestion.number,
            HallQuestion.asked_at,
            *_COMMENT,
            HallQuestion.answer,
            HallQuestion.answered_at,
            HallQuestion.group_id,
            *_GROUP,
            HallQuestion.supports,
            HallQuestion.merged_into_id,
        )
        .join(Comment, Comment.id == HallQuestion.comment_id)
        .outerjoin(AnswerGroup, AnswerGroup.id == HallQuestion.group_id)
        .where(HallQuestion.hearing_id == hearing_id)
        .order_by(HallQuestion.number)
    )
    rows: list[Any] = [tuple(row) for row in session.execute(asked.limit(MATRIX))]
    numbers = {row[0]: row[1] for row in rows}
    questions = tuple(
        StatementRow._make([*row[:2], "hall", *row[2:-1], numbers.get(row[-1]) if row[-1] else None]) for row in rows
    )
    return Matrix(statements, questions)
