"""Changing one's own comment: for a quarter of an hour without a trace, then as a public revision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from karavan.discussion import letters, mentions
from karavan.discussion.models import Comment, CommentRevision
from karavan.discussion.policy import ENDED, IN_REVIEW, within_free_edit
from karavan.discussion.problems import ChangedMeanwhile, NothingChanged, NotThereAnyMore, NotYours
from karavan.discussion.rendering import render
from karavan.discussion.rules import limits, review
from karavan.discussion.rules.post import text_of
from karavan.discussion.rules.show import named, renew, source_of
from karavan.discussion.rules.take import take_comment
from karavan.moderation.models import Flag, Visibility
from karavan.moderation.queries import standing
from karavan.moderation.rules.cases import text_moved

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.discussion.models import Alignment


def edit(
    session: Session,
    comment_id: int,
    source: str,
    alignment: Alignment | None,
    *,
    by_id: int,
    read_version: int,
    now: datetime,
) -> Comment:
    """Change the text of a comment; every text it had is kept.

    What can be read is looked through again like a new comment. What a moderator has or had in hand goes to review:
    readers go on seeing what they see, and whoever is deciding about the text before is told that it moved.

    Raises:
        NotFound, NotYours, ChangedMeanwhile, NotThereAnyMore, ThreadClosed.
        WritingClosed, WritingPaused, NothingWritten, BadComment, TooManyLinks, NewcomerLinks, NothingChanged.

    """
    comment = _take(session, comment_id, by_id, read_version)
    thread, in_review = comment.thread, comment.visibility in IN_REVIEW
    stands = standing(session, by_id, thread.organisation_id, now)
    if not in_review:
        limits.refuse_closed(session, thread)
        limits.refuse_measures(session, stands, by_id, thread.organisation_id, now)
    before, source = source_of(session, comment, comment.revision), limits.clean(source)
    if (source, alignment) == (before, comment.alignment):
        raise NothingChanged
    links = render(source).links
    if comment.speaking_as is None:
        limits.refuse_flood(session, by_id, links, now, posting=False)
    else:
        limits.refuse_links(links)

    free = is_free(session, comment, now)
    was_named = named(session, thread.id, before)
    _add_text(session, comment, source, alignment, free=free, now=now)
    screening = review.look_through(session, comment, source, links, now)
    if in_review:
        renew(session, thread)
        comment.version += 1
        review.send(session, comment, screening.marks, now)
        return comment
    text_moved(session, comment.id, comment.revision, now=now)
    review.place(session, comment, stands, screening, now=now, waits_as=Visibility.HELD)
    if comment.visibility == Visibility.PUBLISHED:
        for person_id in sorted(mentions.new_names(was_named, named(session, thread.id, source))):
            letters.tell(session, comment, person_id, "mention", now=now)
    return comment


def is_free(session: Session, comment: Comment, now: datetime) -> bool:
    """May she still mend it without a trace? Not once somebody answered, flagged it or found it helpful."""
    if not within_free_edit(comment, now) or comment.helpful:
        return False
    answered = select(Comment.id).where(Comment.parent_id == comment.id).limit(1)
    flagged = select(Flag.id).where(Flag.comment_id == comment.id).limit(1)
    return session.scalar(answered) is None and session.scalar(flagged) is None


def _take(session: Session, comment_id: int, by_id: int, read_version: int) -> Comment:
    comment = take_comment(session, comment_id)
    if comment.author_id != by_id:
        raise NotYours
    if comment.visibility in ENDED:
        raise NotThereAnyMore
    if comment.version != read_version:
        raise ChangedMeanwhile
    return comment


def _add_text(
    session: Session, comment: Comment, source: str, alignment: Alignment | None, *, free: bool, now: datetime
) -> None:
    """Keep another text.

    The one before is part of the public history if readers saw it and might have acted on it. What a moderator covered
    or removed is not, nor anything before it.
    """
    if comment.visibility == Visibility.PUBLISHED and not free:
        _make_public(session, comment, {"public": True}, number=comment.revision)
        comment.edited_at = now
    elif comment.visibility in (Visibility.REMOVED, Visibility.REDACTED):
        _make_public(session, comment, {"public": False})
    comment.revision += 1
    comment.alignment = alignment
    session.add(text_of(comment, source, now=now))
    session.flush()


def _make_public(session: Session, comment: Comment, values: dict[str, bool], *, number: int | None = None) -> None:
    chosen = update(CommentRevision).where(CommentRevision.comment_id == comment.id)
    if number is not None:
        chosen = chosen.where(CommentRevision.number == number)
    session.execute(chosen.values(values).execution_options(synchronize_session="fetch"))
