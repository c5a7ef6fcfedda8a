"""The response matrix: every statement and every question has an answer, or belongs to a group that has one.

Whoever answers, groups or closes takes the hearing's row first, as does whoever hands something in: so nothing comes
in, and no answer goes, between the look at what is owed and the closing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from sqlalchemy import exists, select

from karavan.core.problems import Message, NotFound
from karavan.discussion.models import Comment
from karavan.hearings.hall_problems import (
    AnswerMissing,
    GroupNameMissing,
    HallMoved,
    NothingChosen,
    NotInMatrix,
    NotReadable,
    QuestionGone,
    Unanswered,
    WindowStillOpen,
    WithModerators,
)
from karavan.hearings.hall_queries import owed
from karavan.hearings.lifecycle import OPEN_TO_WORDS, Act
from karavan.hearings.models import (
    AnswerGroup,
    HallQuestion,
    Hearing,
    HearingState,
    QuestionState,
    WrittenStatement,
)
from karavan.hearings.rules.gate import show_anew, take_hearing
from karavan.hearings.rules.steps import move, take
from karavan.moderation.models import READABLE
from karavan.record.models import Verb
from karavan.record.rules import note

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.core.languages import Slots
    from karavan.hearings.queries import Entry
    from karavan.record.models import ActorRole

STATEMENT: Final = "statement"
QUESTION: Final = "question"
KINDS: Final[dict[str, type[Entry]]] = {STATEMENT: WrittenStatement, QUESTION: HallQuestion}
"""What stands in the matrix, by how a form names it."""


def answer(
    session: Session,
    hearing_id: int,
    kind: str,
    entry_id: int,
    words: Slots,
    *,
    by_id: int,
    by: ActorRole,
    now: datetime,
    read_version: int | None = None,
) -> Entry:
    """Publish the answer to one statement or question, or change it until the hearing is closed.

    What a moderator gave back to readers after the hearing was closed may still get its answer.

    Raises:
        NotFound, NotInMatrix, AnswerMissing, NotReadable, QuestionGone.
        HallMoved: somebody else answered or grouped it meanwhile.

    """
    hearing = take_hearing(session, hearing_id)
    entry = _entry(session, hearing_id, kind, entry_id, read_version)
    late = hearing.state == HearingState.CLOSED and entry.answered_at is None and entry.group_id is None
    if hearing.state not in OPEN_TO_WORDS and not late:
        raise NotInMatrix
    _refuse_hidden(session, entry)
    _refuse_empty(words)
    entry.answer, entry.answered_at, entry.answered_by_id = words, now, by_id
    entry.version += 1
    if isinstance(entry, HallQuestion):
        entry.state = QuestionState.ANSWERED
    session.flush()
    note(session, Verb.HEARING_ANSWERED, of=hearing_id, by=by, now=now, kind=kind, number=entry.number)
    show_anew(session, hearing_id)
    return entry


def group(
    session: Session,
    hearing_id: int,
    entries: Sequence[tuple[str, int, int | None]],
    *,
    title: Slots | None = None,
    group_id: int | None = None,
) -> AnswerGroup:
    """Put statements and questions (kind, id, the version that was read) into a group: a new one, or one there is.

    Raises:
        NotFound, NotInMatrix, NothingChosen, GroupNameMissing, NotReadable, QuestionGone.
        HallMoved: somebody else answered or grouped one of them meanwhile.

    """
    _take_open(session, hearing_id)
    if not entries:
        raise NothingChosen
    chosen = [_entry(session, hearing_id, *entry) for entry in entries]
    for entry in chosen:
        _refuse_hidden(session, entry)
    made = _group(session, hearing_id, group_id) if group_id else _new_group(session, hearing_id, title)
    left = {entry.group_id for entry in chosen} - {None, made.id}
    for entry in chosen:
        entry.group_id = made.id
        entry.version += 1
    session.flush()
    for empty in sorted(one for one in left if one is not None):
        _drop_if_empty(session, empty)
    show_anew(session, hearing_id)
    return made


def ungroup(session: Session, hearing_id: int, kind: str, entry_id: int, *, read_version: int | None = None) -> Entry:
    """Take one out of its group; a group with nothing in it goes. Doing it twice changes nothing.

    Raises:
        NotFound, NotInMatrix, HallMoved.

    """
    _take_open(session, hearing_id)
    entry = _entry(session, hearing_id, kind, entry_id, None)
    if entry.group_id is None:
        return entry
    if read_version is not None and read_version != entry.version:
        raise HallMoved
    left, entry.group_id = entry.group_id, None
    entry.version += 1
    session.flush()
    _drop_if_empty(session, left)
    show_anew(session, hearing_id)
    return entry


def answer_group(
    session: Session,
    hearing_id: int,
    group_id: int,
    words: Slots,
    *,
    title: Slots | None = None,
    by_id: int,
    by: ActorRole,
    now: datetime,
    read_version: int | None = None,
) -> AnswerGroup:
    """Publish one answer to everything in a group, or change it until the hearing is closed.

    Raises:
        NotFound, NotInMatrix, HallMoved, AnswerMissing, GroupNameMissing.

    """
    _take_open(session, hearing_id)
    answered = _group(session, hearing_id, group_id)
    if read_version is not None and read_version != answered.version:
        raise HallMoved
    _refuse_empty(words)
    if title is not None:
        _refuse_nameless(title)
        answered.title = title
    answered.answer, answered.answered_at, answered.answered_by_id = words, now, by_id
    answered.version += 1
    session.flush()
    note(session, Verb.HEARING_ANSWERED, of=hearing_id, by=by, now=now, kind="group", number=group_id)
    show_anew(session, hearing_id)
    return answered


def close(
    session: Session, hearing_id: int, *, by: ActorRole, now: datetime, read_version: int | None = None
) -> Hearing:
    """Close a hearing whose statements and questions are all answered. The UPDATE itself says so once more (`move`).

    Raises:
        NotFound, ChangedMeanwhile, NotAtThisStage.
        WindowStillOpen: the notice promised to take statements until a moment that has not come.
        Unanswered, WithModerators: and how many.

    """
    hearing = take(session, hearing_id, read_version=read_version)
    if hearing.state == HearingState.HELD:
        if now <= hearing.statements_until:
            raise WindowStillOpen(until=hearing.statements_until)
        _refuse_owed(session, hearing_id)
    moved = move(session, hearing, Act.CLOSE, by=by, now=now)
    show_anew(session, hearing_id)
    return moved


def _refuse_owed(session: Session, hearing_id: int) -> None:
    """Say what keeps it open, in numbers: `move` would only say no."""
    left = owed(session, hearing_id)
    if left.unanswered:
        raise Unanswered(
            Message.counted(
                "%(num)d statement or question has no answer yet.",
                "%(num)d statements and questions have no answer yet.",
                left.unanswered,
            )
        )
    if left.unseen:
        raise WithModerators(
            Message.counted(
                "%(num)d statement or question waits for a moderator, and may have to be answered.",
                "%(num)d statements and questions wait for a moderator, and may have to be answered.",
                left.unseen,
            )
        )


def _take_open(session: Session, hearing_id: int) -> Hearing:
    hearing = take_hearing(session, hearing_id)
    if hearing.state not in OPEN_TO_WORDS:
        raise NotInMatrix
    return hearing


def _entry(session: Session, hearing_id: int, kind: str, entry_id: int, read_version: int | None) -> Entry:
    """Return what a form names, if it is still what was read."""
    if kind not in KINDS:
        raise NotFound
    entry = cast("Entry | None", session.get(KINDS[kind], entry_id, populate_existing=True))
    if entry is None or entry.hearing_id != hearing_id:
        raise NotFound
    if read_version is not None and read_version != entry.version:
        raise HallMoved
    return entry


def _refuse_hidden(session: Session, entry: Entry) -> None:
    """Refuse to answer what readers cannot see, or what is answered with another."""
    if isinstance(entry, HallQuestion) and entry.state == QuestionState.MERGED:
        raise QuestionGone
    if session.scalar(select(Comment.visibility).where(Comment.id == entry.comment_id)) not in READABLE:
        raise NotReadable


def _refuse_empty(words: Slots) -> None:
    if not (words.kk.strip() or words.ru.strip()):
        raise AnswerMissing


def _refuse_nameless(title: Slots) -> None:
    if not (title.kk.strip() or title.ru.strip()):
        raise GroupNameMissing


def _group(session: Session, hearing_id: int, group_id: int) -> AnswerGroup:
    found = session.get(AnswerGroup, group_id, populate_existing=True)
    if found is None or found.hearing_id != hearing_id:
        raise NotFound
    return found


def _new_group(session: Session, hearing_id: int, title: Slots | None) -> AnswerGroup:
    if title is None:
        raise GroupNameMissing
    _refuse_nameless(title)
    made = AnswerGroup(hearing_id=hearing_id, title=title)
    session.add(made)
    session.flush()
    return made


def _drop_if_empty(session: Session, group_id: int) -> None:
    for model in (WrittenStatement, HallQuestion):
        if session.scalar(select(exists().where(model.group_id == group_id))):
            return
    session.delete(session.get_one(AnswerGroup, group_id))
    session.flush()
