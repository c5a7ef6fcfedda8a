"""Reading for the secretary's desk: hearings and what they lack, documents, what is to be answered."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from karavan.councils.models import Council
from karavan.discussion.models import Comment
from karavan.files.models import StoredFile
from karavan.hearings.hosted import HOST
from karavan.hearings.models import (
    AnswerGroup,
    HallQuestion,
    Hearing,
    HearingDocument,
    HearingProposal,
    HearingState,
    QuestionState,
    StatementKind,
    WrittenStatement,
)
from karavan.hearings.notice import missing
from karavan.hearings.queries import ENTRIES, GONE, lacking
from karavan.moderation.models import READABLE
from karavan.proposals.models import Proposal, State
from karavan.protocols.models import Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.core.languages import Slots
    from karavan.moderation.models import Visibility

OFFERED: Final = (State.PUBLISHED, State.SUPPORTING, State.ADMITTED, State.AT_COUNCIL, State.RECOMMENDED)
"""In these states a submission can be what a hearing is about."""
MOST: Final = 200


# --- Hearings ---------------------------------------------------------------------------------------------


def hearing_for_desk(session: Session, hearing_id: int) -> Hearing | None:
    """Return a hearing with its council."""
    with_council = joinedload(Hearing.council).joinedload(Council.organisation)
    return session.scalar(select(Hearing).options(with_council).where(Hearing.id == hearing_id))


class DeskLine(NamedTuple):
    """One hearing in the desk's list, with what it lacks."""

    hearing: Hearing
    lacks: tuple[str, ...]
    """Names of parts; `components/hearing_desk.html` has the words."""
    unanswered: int
    protocol: str
    """State of its protocol; empty: not begun."""

    @property
    def day(self) -> date:
        """The day of the hearing, as people there have it."""
        return date.fromisoformat(self.hearing.held_on)


def desk_lines(session: Session, organisations: Sequence[int] | None) -> list[DeskLine]:
    """Return the hearings of these organisations' councils (None: all), the latest first."""
    chosen = (
        select(Hearing)
        .join(Council, Council.id == Hearing.council_id)
        .options(joinedload(Hearing.council).joinedload(Council.organisation))
        .order_by(Hearing.starts_at.desc(), Hearing.id.desc())
        .limit(MOST)
    )
    if organisations is not None:
        chosen = chosen.where(Council.organisation_id.in_(organisations))
    hearings = session.scalars(chosen).all()
    ids = [one.id for one in hearings]
    documents, owed, protocols = documents_of(session, ids), unanswered_of(session, ids), _protocols(session, ids)
    return [DeskLine(one, lacks(one, documents[one.id]), owed[one.id], protocols.get(one.id, "")) for one in hearings]


def lacks(hearing: Hearing, documents: int) -> tuple[str, ...]:
    """Return what the notice does not say yet: what it cannot be given without, then what readers would miss."""
    wished = [] if hearing.tasks.kk or hearing.tasks.ru else ["tasks"]
    wished += [] if documents else ["documents"]
    return (*missing(hearing), *wished)


def documents_of(session: Session, hearings: Collection[int]) -> Counter[int]:
    """Count the documents of hearings; versions of one are one."""
    counted = select(HearingDocument.hearing_id, func.count(HearingDocument.position.distinct()))
    chosen = counted.where(HearingDocument.hearing_id.in_(hearings)).group_by(HearingDocument.hearing_id)
    return Counter(dict(session.execute(chosen).all()))


def _protocols(session: Session, hearings: Collection[int]) -> dict[int, str]:
    chosen = select(Protocol.host_id, Protocol.state).where(Protocol.host == HOST, Protocol.host_id.in_(hearings))
    return {host_id: state.value for host_id, state in session.execute(chosen)}


class Linked(NamedTuple):
    """A submission that a hearing is, or could be, about."""

    id: int
    number: str
    title: str
    lang: str
    chosen: bool


def linkable(session: Session, council_id: int, hearing_id: int = 0) -> list[Linked]:
    """Return the council's submissions that can be chosen, and those that are."""
    mine = select(HearingProposal.proposal_id).where(HearingProposal.hearing_id == hearing_id)
    chosen = (
        select(Proposal.id, Proposal.number, Proposal.title, Proposal.lang, Proposal.id.in_(mine))
        .where(Proposal.council_id == council_id, or_(Proposal.state.in_(OFFERED), Proposal.id.in_(mine)))
        .order_by(Proposal.id.desc())
        .limit(MOST)
    )
    return [Linked(*row[:4], bool(row[4])) for row in session.execute(chosen)]


def linked(session: Session, hearing_id: int) -> list[Linked]:
    """Return the submissions a hearing is about."""
    chosen = (
        select(Proposal.id, Proposal.number, Proposal.title, Proposal.lang)
        .join(HearingProposal, HearingProposal.proposal_id == Proposal.id)
        .where(HearingProposal.hearing_id == hearing_id)
        .order_by(Proposal.number)
    )
    return [Linked(*row, chosen=True) for row in session.execute(chosen)]


# --- Documents --------------------------------------------------------------------------------------------


class DocumentRow(NamedTuple):
    """One version of one document."""

    id: int
    public_id: str
    position: int
    version: int
    title: Slots
    name: str
    sha256: str
    added_at: datetime
    frozen_at: datetime | None
    exception: Slots
    file_id: int
    mime: str
    size: int
    pages: int | None


class Bundle(NamedTuple):
    """A document as it is now, and what it was before, newest first."""

    now: DocumentRow
    before: tuple[DocumentRow, ...]


def bundle(session: Session, hearing_id: int) -> list[Bundle]:
    """Return the documents of a hearing in their order."""
    mine = (getattr(HearingDocument, name) for name in DocumentRow._fields[:11])
    chosen = (
        select(*mine, StoredFile.mime, StoredFile.size, StoredFile.pages)
        .join(StoredFile, StoredFile.id == HearingDocument.file_id)
        .where(HearingDocument.hearing_id == hearing_id)
        .order_by(HearingDocument.position, HearingDocument.version.desc())
    )
    found: dict[int, list[DocumentRow]] = {}
    for row in session.execute(chosen):
        found.setdefault(row.position, []).append(DocumentRow._make(row))
    return [Bundle(newest, tuple(older)) for newest, *older in found.values()]


# --- The response matrix ----------------------------------------------------------------------------------

STATEMENT, QUESTION = "statement", "question"


@dataclass(frozen=True, kw_only=True)
class Item:
    """One written statement, or one question from the hall."""

    kind: str
    id: int
    number: int
    comment: str
    author: str
    lang: str
    text: str
    """As readers see it: empty while a moderator has to look at it, or after a measure."""
    visibility: Visibility
    says: StatementKind | None
    supports: int
    made_at: datetime
    group_id: int | None
    group: Slots | None
    group_answered: bool
    answer: Slots
    answered_at: datetime | None
    version: int
    merged_into: int | None

    @property
    def key(self) -> str:
        """How a form names it."""
        return f"{self.kind}-{self.id}-{self.version}"

    @property
    def bare(self) -> str:
        """The same without the version: what stays ticked."""
        return f"{self.kind}-{self.id}"

    @property
    def readable(self) -> bool:
        """Can everybody read it?"""
        return self.visibility in READABLE

    @property
    def owed(self) -> bool:
        """Is an answer owed to it? Not to what was withdrawn or removed, nor to what was merged with another."""
        return self.visibility not in GONE and self.merged_into is None

    @property
    def answered(self) -> bool:
        """Has it an answer: its own, or its group's?"""
        return self.answered_at is not None or self.group_answered

    @property
    def groupable(self) -> bool:
        """Can it be put into a group? Not once it has an answer of its own, nor while nobody can read it."""
        return self.owed and self.readable and self.answered_at is None

    @property
    def lacking(self) -> bool:
        """Does it still lack the answer it is owed?"""
        return self.owed and not self.answered


_SAID = (
    Comment.public_id,
    Comment.author_name,
    Comment.lang,
    Comment.text,
    Comment.visibility,
    AnswerGroup.title,
    AnswerGroup.answered_at,
)


def items(session: Session, hearing_id: int) -> list[Item]:
    """Return every statement and every question of a hearing, statements first, by number: two statements."""
    found = []
    for model in (WrittenStatement, HallQuestion):
        chosen = (
            select(model, *_SAID)
            .join(Comment, Comment.id == model.comment_id)
            .outerjoin(AnswerGroup, AnswerGroup.id == model.group_id)
            .where(model.hearing_id == hearing_id)
            .order_by(model.number)
        )
        found += [_item(*row) for row in session.execute(chosen)]
    return found


def _item(row: Any, comment: str, author: str, lang: str, text: str, *more: Any) -> Item:
    visibility, group, group_answered_at = more
    question = isinstance(row, HallQuestion)
    merged = question and row.state == QuestionState.MERGED
    return Item(
        kind=QUESTION if question else STATEMENT,
        id=row.id,
        number=row.number,
        comment=comment,
        author=author,
        lang=lang,
        text=text,
        visibility=visibility,
        says=None if question else row.kind,
        supports=row.supports if question else 0,
        made_at=row.asked_at if question else row.made_at,
        group_id=row.group_id,
        group=group,
        group_answered=group_answered_at is not None,
        answer=row.answer,
        answered_at=row.answered_at,
        version=row.version,
        merged_into=row.merged_into_id if merged else None,
    )


class GroupRow(NamedTuple):
    """A group of statements and questions that ask the same."""

    id: int
    title: Slots
    answer: Slots
    answered_at: datetime | None
    version: int


def groups_of(session: Session, hearing_id: int) -> list[GroupRow]:
    """Return the groups of a hearing, the oldest first."""
    columns = (getattr(AnswerGroup, name) for name in GroupRow._fields)
    chosen = select(*columns).where(AnswerGroup.hearing_id == hearing_id).order_by(AnswerGroup.id)
    return [GroupRow(*row) for row in session.execute(chosen)]


def unanswered_of(session: Session, hearings: Collection[int]) -> Counter[int]:
    """Count, for each hearing, the statements and questions without an answer."""
    found: Counter[int] = Counter()
    for model in ENTRIES:
        chosen = select(model.hearing_id, func.count()).where(model.hearing_id.in_(hearings), *lacking(model))
        found.update(dict(session.execute(chosen.group_by(model.hearing_id)).all()))
    return found


def by_state(lines: Sequence[DeskLine]) -> dict[str, list[DeskLine]]:
    """Sort the list into the desk's sections: what is next stands first in each."""
    of: dict[str, list[DeskLine]] = {state.value: [] for state in HearingState}
    for line in lines:
        of[line.hearing.state.value].append(line)
    for coming in (HearingState.DRAFT, HearingState.ANNOUNCED, HearingState.HELD):
        of[coming.value].reverse()
    return of
