"""Finding a comment helpful, and taking that back. One person, one mark, whatever she presses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from karavan.core.database import insert_once
from karavan.discussion.models import Comment, HelpfulMark
from karavan.discussion.problems import NotThereAnyMore, OwnComment
from karavan.discussion.rules.limits import refuse_closed
from karavan.discussion.rules.show import renew
from karavan.discussion.rules.take import take_comment
from karavan.moderation.models import READABLE

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session


def find_helpful(session: Session, comment_id: int, *, person_id: int, now: datetime) -> int:
    """Note that somebody finds a comment helpful, and return how many do. Pressing again changes nothing.

    Raises:
        NotFound, OwnComment, NotThereAnyMore, ThreadClosed.

    """
    comment = take_comment(session, comment_id)
    if comment.author_id == person_id:
        raise OwnComment
    if comment.visibility not in READABLE:
        raise NotThereAnyMore
    refuse_closed(session, comment.thread)
    if insert_once(session, HelpfulMark, comment_id=comment_id, person_id=person_id, given_at=now):
        _recount(session, comment)
    return comment.helpful


def unfind_helpful(session: Session, comment_id: int, *, person_id: int) -> int:
    """Take that back, and return how many are left. Doing it twice changes nothing.

    Raises:
        NotFound.

    """
    comment = take_comment(session, comment_id)
    gone = session.execute(
        delete(HelpfulMark)
        .where(HelpfulMark.comment_id == comment_id, HelpfulMark.person_id == person_id)
        .returning(HelpfulMark.id)
        .execution_options(synchronize_session=False)
    )
    if gone.first() is not None:
        _recount(session, comment)
    return comment.helpful


def _recount(session: Session, comment: Comment) -> None:
    comment.helpful = session.scalars(select(func.count()).where(HelpfulMark.comment_id == comment.id)).one()
    renew(session, comment.thread)
