"""Questions from the hall: asked as comments of the hearing's thread, supported, merged, answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, func, select, update

from karavan.core.database import insert_once
from karavan.core.problems import Message, NotFound
from karavan.discussion.models import Comment
from karavan.discussion.rules.post import NewComment, post
from karavan.hearings.hall_problems import CannotMerge, HallMoved, OwnQuestion, QuestionGone, QuestionTooLong
from karavan.hearings.models import HallQuestion, HallQuestionSupport, HearingState, QuestionState
from karavan.hearings.problems import NotAtThisStage
from karavan.hearings.rules.gate import next_number, show_anew, take_desk, take_hall, take_hearing
from karavan.hearings.rules.statements import thread_of
from karavan.moderation.models import READABLE
from karavan.record.models import ActorRole, Verb
from karavan.record.rules import note

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

LONGEST: Final = 500
"""A question is read out."""


def ask(
    session: Session, hearing_id: int, *, source: str, lang: str, author_id: int, key: str, now: datetime
) -> HallQuestion:
    """Ask a question while a hearing is going on; the same form sent again finds the first one.

    Raises:
        NotFound, NotBegun, IsOver, QuestionTooLong.
        Whatever `discussion.rules.post` refuses.

    """
    if (known := _asked(session, hearing_id, key, author_id)) is not None:
        return known
    hearing = take_hall(session, hearing_id).hearing
    if (known := _asked(session, hearing_id, key, author_id)) is not None:
        return known
    if len(source.strip()) > LONGEST:
        raise QuestionTooLong(
            Message.counted(
                "A question can have at most %(num)d letter.", "A question can have at most %(num)d letters.", LONGEST
            )
        )
    new = NewComment(source=source, lang=lang)
    comment = post(session, thread_of(session, hearing, now).id, new, author_id=author_id, key=key, now=now)
    number = next_number(session, HallQuestion.number, HallQuestion.hearing_id == hearing_id)
    question = HallQuestion(hearing_id=hearing_id, comment_id=comment.id, number=number, asked_at=now)
    session.add(question)
    session.flush()
    note(session, Verb.HEARING_QUESTION_ASKED, of=hearing_id, by=ActorRole.RESIDENT, now=now, number=number)
    return question


def support(session: Session, hearing_id: int, question_id: int, *, person_id: int, now: datetime) -> HallQuestion:
    """Count somebody among those who want a question answered. Pressing again changes nothing.

    If it was merged into another meanwhile, it is the other that she supports: her page was a moment old.

    Raises:
        NotFound, NotBegun, IsOver, QuestionGone, OwnQuestion.

    """
    hall = take_hall(session, hearing_id, shows=False).hall
    question, comment = _open(session, hearing_id, question_id)
    if comment.author_id == person_id:
        raise OwnQuestion
    if insert_once(session, HallQuestionSupport, question_id=question.id, person_id=person_id, given_at=now):
        _recount(session, question)
        hall.version += 1
        session.flush()
    return question


def unsupport(session: Session, hearing_id: int, question_id: int, *, person_id: int) -> HallQuestion:
    """Take somebody's support back. Doing it twice changes nothing.

    Raises:
        NotFound, NotBegun, IsOver, QuestionGone.

    """
    hall = take_hall(session, hearing_id, shows=False).hall
    question, _ = _open(session, hearing_id, question_id)
    mine = (HallQuestionSupport.question_id == question.id, HallQuestionSupport.person_id == person_id)
    gone = delete(HallQuestionSupport).where(*mine).returning(HallQuestionSupport.id)
    if session.execute(gone.execution_options(synchronize_session=False)).first() is not None:
        _recount(session, question)
        hall.version += 1
        session.flush()
    return question


def merge(
    session: Session,
    hearing_id: int,
    question_id: int,
    into_id: int,
    *,
    by_id: int,
    now: datetime,
    read_version: int | None = None,
) -> HallQuestion:
    """Merge a question into another that asks the same; who supported both, or asked one, counts once.

    Whoever asked the first wants the answer to the other: she is counted among its supporters. Merging again changes
    nothing. It can also be done after the hearing, while answers are written. `read_version` is the question's.

    Raises:
        NotFound, NotAtThisStage, HallIsTaken, HallMoved, QuestionGone, CannotMerge.

    """
    hearing = take_hearing(session, hearing_id)
    if hearing.state == HearingState.LIVE:
        take_desk(session, hearing_id, by_id=by_id, now=now, moves=False)
    elif hearing.state == HearingState.HELD:
        show_anew(session, hearing_id)
    else:
        raise NotAtThisStage
    question, into = _one(session, hearing_id, question_id), _one(session, hearing_id, into_id)
    if question.state == QuestionState.MERGED and question.merged_into_id == into.id:
        return into
    if read_version is not None and read_version != question.version:
        raise HallMoved
    if question.state == QuestionState.MERGED:
        raise QuestionGone
    target = session.get_one(Comment, into.comment_id, populate_existing=True)
    if into.id == question.id or into.state == QuestionState.MERGED or target.visibility not in READABLE:
        raise CannotMerge
    _move_supports(session, question, into, author_id=target.author_id, now=now)
    session.execute(
        update(HallQuestion)
        .where(HallQuestion.merged_into_id == question.id)
        .values(merged_into_id=into.id)
        .execution_options(synchronize_session=False)
    )
    question.state, question.merged_into_id, question.group_id = QuestionState.MERGED, into.id, None
    question.version += 1
    session.flush()
    facts: dict[str, Any] = {"number": question.number, "into": into.number, "supports": into.supports}
    note(session, Verb.HEARING_QUESTIONS_MERGED, of=hearing_id, by=ActorRole.SECRETARY, now=now, **facts)
    return into


def answered(
    session: Session, hearing_id: int, question_id: int, *, by_id: int, now: datetime, read_version: int | None = None
) -> HallQuestion:
    """Note that a question was answered in the hall; the written answer is owed all the same. Twice changes nothing.

    Raises:
        NotFound, NotBegun, IsOver, HallIsTaken, HallMoved, QuestionGone.

    """
    take_desk(session, hearing_id, by_id=by_id, now=now, moves=False)
    question = _one(session, hearing_id, question_id)
    if question.state == QuestionState.ANSWERED:
        return question
    if read_version is not None and read_version != question.version:
        raise HallMoved
    if question.state == QuestionState.MERGED:
        raise QuestionGone
    question.state = QuestionState.ANSWERED
    question.version += 1
    session.flush()
    return question


def _asked(session: Session, hearing_id: int, key: str, author_id: int) -> HallQuestion | None:
    """Return what was asked with this form already.

    Raises:
        NotFound: the key was given to somebody else, or for something else.

    """
    comment = session.scalar(select(Comment).where(Comment.key == key))
    if comment is None:
        return None
    known = session.scalar(select(HallQuestion).where(HallQuestion.comment_id == comment.id))
    if known is None or known.hearing_id != hearing_id or comment.author_id != author_id:
        raise NotFound
    return known


def _one(session: Session, hearing_id: int, question_id: int) -> HallQuestion:
    question = session.get(HallQuestion, question_id, populate_existing=True)
    if question is None or question.hearing_id != hearing_id:
        raise NotFound
    return question


def _open(session: Session, hearing_id: int, question_id: int) -> tuple[HallQuestion, Comment]:
    """Return an open question and its text, or the one it was merged into."""
    question = _one(session, hearing_id, question_id)
    if question.merged_into_id is not None:
        question = _one(session, hearing_id, question.merged_into_id)
    comment = session.get_one(Comment, question.comment_id, populate_existing=True)
    if question.state != QuestionState.OPEN or comment.visibility not in READABLE:
        raise QuestionGone
    return question, comment


def _move_supports(
    session: Session, question: HallQuestion, into: HallQuestion, *, author_id: int, now: datetime
) -> None:
    """Let everybody who wants the first answered want the other; the rows of the first stay as they were."""
    theirs = select(HallQuestionSupport.person_id).where(HallQuestionSupport.question_id == question.id)
    asker = session.scalars(select(Comment.author_id).where(Comment.id == question.comment_id)).one()
    for person_id in sorted({asker, *session.scalars(theirs)} - {author_id}):
        insert_once(session, HallQuestionSupport, question_id=into.id, person_id=person_id, given_at=now)
    _recount(session, into)


def _recount(session: Session, question: HallQuestion) -> None:
    rows = select(func.count()).where(HallQuestionSupport.question_id == question.id)
    question.supports = session.scalars(rows).one()
    session.flush()
