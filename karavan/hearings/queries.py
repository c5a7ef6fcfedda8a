"""Reading what the rules about hearings decide by: documents, what is owed an answer, whom to tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from sqlalchemy import and_, exists, or_, select

from karavan.accounts.models import Person
from karavan.discussion.models import Comment
from karavan.hearings.models import (
    AnswerGroup,
    HallQuestion,
    HearingDocument,
    HearingProposal,
    QuestionState,
    Speaker,
    WrittenStatement,
)
from karavan.moderation.models import Visibility
from karavan.proposals.models import Follow, FollowKind, Proposal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session


Entry: TypeAlias = WrittenStatement | HallQuestion
ENTRIES: Final[tuple[type[Entry], ...]] = (WrittenStatement, HallQuestion)
"""What is owed an answer."""
GONE: Final = (Visibility.REMOVED, Visibility.WITHDRAWN, Visibility.ERASED)
"""What readers do not see any more is owed no answer; what they do not see yet may be."""


def documents_of(session: Session, hearing_id: int) -> Sequence[HearingDocument]:
    """Return every version of every document, in order, as the database has them now."""
    chosen = select(HearingDocument).where(HearingDocument.hearing_id == hearing_id)
    ordered = chosen.order_by(HearingDocument.position, HearingDocument.version)
    return session.scalars(ordered.execution_options(populate_existing=True)).all()


def bundle_of(documents: Sequence[HearingDocument]) -> list[HearingDocument]:
    """Return the version of each document that holds now: the last of each."""
    return list({document.position: document for document in documents}.values())


def proposal_ids(session: Session, hearing_id: int) -> frozenset[int]:
    """Return the submissions a hearing is about."""
    return frozenset(
        session.scalars(select(HearingProposal.proposal_id).where(HearingProposal.hearing_id == hearing_id))
    )


def answers_owed(hearing_id: int) -> tuple[Any, ...]:
    """Return conditions: there is a statement, there is a question, that is still owed an answer.

    What belongs to an answered group has its answer; a question merged into another is answered with that one.
    """
    statement, question = (exists().where(model.hearing_id == hearing_id, *lacking(model)) for model in ENTRIES)
    return statement, question


def lacking(model: type[Entry]) -> tuple[Any, ...]:
    """Return the conditions on a statement or a question that is owed an answer and has none: one rule for all."""
    answered = exists().where(AnswerGroup.id == model.group_id, AnswerGroup.answered_at.is_not(None)).correlate(model)
    there = exists().where(Comment.id == model.comment_id, Comment.visibility.not_in(GONE)).correlate(model)
    merged = (HallQuestion.state != QuestionState.MERGED,) if model is HallQuestion else ()
    return model.answered_at.is_(None), ~answered, there, *merged


def followers(session: Session, hearing_id: int, council_id: int) -> Sequence[Person]:
    """Return who is told of a hearing: followers of its council and of what it is about, and the authors of that.

    A notice does not wait for anybody's weekly letter: its days have begun.
    """
    about = select(HearingProposal.proposal_id).where(HearingProposal.hearing_id == hearing_id)
    keys = [str(found) for found in session.scalars(about)]
    followed = or_(
        and_(Follow.kind == FollowKind.COUNCIL, Follow.key == str(council_id)),
        and_(Follow.kind == FollowKind.PROPOSAL, Follow.key.in_(keys)),
    )
    following = select(Follow.person_id).where(followed, Follow.ended_at.is_(None))
    wrote = select(Proposal.author_id).where(Proposal.id.in_(about), Proposal.author_id.is_not(None))
    return _people(session, Person.id.in_(following) | Person.id.in_(wrote))


def participants(session: Session, hearing_id: int) -> Sequence[Person]:
    """Return who handed in a statement, signed up to speak or asked something, as far as they have accounts."""
    speaking = select(Speaker.person_id).where(Speaker.hearing_id == hearing_id, Speaker.person_id.is_not(None))
    wrote = [
        select(Comment.author_id)
        .join(model, model.comment_id == Comment.id)
        .where(model.hearing_id == hearing_id, Comment.author_id.is_not(None))
        for model in (WrittenStatement, HallQuestion)
    ]
    return _people(session, or_(*(Person.id.in_(chosen) for chosen in (speaking, *wrote))))


def _people(session: Session, which: Any) -> Sequence[Person]:
    return session.scalars(select(Person).where(which).order_by(Person.id)).all()
