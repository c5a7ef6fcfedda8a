"""What is refused before anything is written: measures against a person, haste, too much from somebody new, repetition.

Whoever speaks in a role for the thread's organisation is known by it: only measures hold for her.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from karavan.accounts.models import Person
from karavan.core.languages import Slots
from karavan.core.problems import Message, NotFound
from karavan.core.text import BadText, clean_text, fold
from karavan.discussion import hosts
from karavan.discussion.acquainted import has_been_read
from karavan.discussion.models import Comment, CommentRevision, Thread
from karavan.discussion.policy import (
    ENDED,
    HEAT_OF,
    HEAT_PAUSE,
    HEAT_WITHIN,
    LINKS,
    LONGEST,
    NEW,
    NEWCOMERS_COMMENTS,
    NEWCOMERS_HOUR,
    NEWCOMERS_LINKS,
    SAME_WITHIN,
)
from karavan.discussion.problems import (
    BadComment,
    NewcomerLinks,
    NewcomerWaits,
    NothingWritten,
    Repetition,
    ThreadClosed,
    TooManyLinks,
    TooSoon,
    WritingClosed,
    WritingPaused,
)
from karavan.moderation.conduct import BY_CODE
from karavan.moderation.models import Decision, Sanction, SanctionKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from karavan.moderation.queries import Standing


def clean(source: str) -> str:
    """Return a text as it is stored, whatever form it came through.

    Raises:
        BadComment: it cannot be stored, or is too long.
        NothingWritten: nothing in it can be seen.

    """
    try:
        cleaned = clean_text(source, limit=LONGEST)
    except BadText as bad:
        raise BadComment(bad.message) from None
    if not cleaned:
        raise NothingWritten
    return cleaned


def refuse_closed(session: Session, thread: Thread) -> None:
    """Refuse to write where nothing is written any more, or where nobody reads.

    Raises:
        NotFound: what it is about is gone or not public.
        ThreadClosed.

    """
    hosted = hosts.host_of(session, thread)
    if hosted is None or not hosted.public:
        raise NotFound
    if thread.closed_at is not None or not hosted.open:
        raise ThreadClosed


def refuse_measures(session: Session, standing: Standing, person_id: int, organisation_id: int, now: datetime) -> None:
    """Refuse whoever may not write now: until when, and by which rule.

    Raises:
        WritingClosed, WritingPaused.

    """
    if standing.closed:
        raise WritingClosed(rule=_broken(session, SanctionKind.CLOSURE, person_id, organisation_id, now))
    if standing.paused_until is not None:
        rule = _broken(session, SanctionKind.PAUSE, person_id, organisation_id, now)
        raise WritingPaused(until=standing.paused_until, rule=rule)


def refuse_haste(session: Session, thread: Thread, standing: Standing, person_id: int, now: datetime) -> None:
    """Refuse whoever wrote a moment ago where each person waits a while; the longest wait is told.

    Raises:
        TooSoon: with why, and in how many seconds.

    """
    here = Comment.thread_id == thread.id
    slow, pause = timedelta(seconds=thread.slow_seconds), timedelta(seconds=standing.slow_seconds)
    of_organisation = Comment.thread_id.in_(select(Thread.id).where(Thread.organisation_id == thread.organisation_id))
    waits = [
        (_wait(session, person_id, slow, now, here), _slow(thread)),
        (_wait(session, person_id, pause, now, of_organisation), _MEASURE),
    ]
    if (wait := _wait(session, person_id, HEAT_PAUSE, now, here)) and _is_hot(session, thread.id, now):
        waits.append((wait, _HEAT))
    longest, why = max(waits, key=lambda wait: wait[0])
    if longest > timedelta():
        seconds = max(1, -int(-longest.total_seconds() // 1))
        raise TooSoon(
            Message.counted(
                "%(why)s You can write again in %(num)d second.",
                "%(why)s You can write again in %(num)d seconds.",
                seconds,
                why=why,
            )
        )


def refuse_flood(session: Session, person_id: int, links: Sequence[str], now: datetime, *, posting: bool) -> None:
    """Refuse too many links, and from somebody new too many comments.

    Raises:
        TooManyLinks, NewcomerLinks, NewcomerWaits.

    """
    refuse_links(links)
    if not is_newcomer(session, person_id, now):
        return
    if len(links) > NEWCOMERS_LINKS:
        raise NewcomerLinks
    recent = select(Comment.posted_at).where(Comment.author_id == person_id, Comment.posted_at > now - NEWCOMERS_HOUR)
    written = session.scalars(recent.order_by(Comment.posted_at.desc()).limit(NEWCOMERS_COMMENTS)).all()
    if posting and len(written) == NEWCOMERS_COMMENTS:
        raise NewcomerWaits(until=written[-1] + NEWCOMERS_HOUR)


def refuse_links(links: Sequence[str]) -> None:
    """Refuse a list of links.

    Raises:
        TooManyLinks.

    """
    if len(links) > LINKS:
        raise TooManyLinks(
            Message.counted(
                "A comment can have at most %(num)d link. Leave the others out.",
                "A comment can have at most %(num)d links. Leave the others out.",
                LINKS,
            )
        )


def refuse_repetition(session: Session, thread_id: int, person_id: int, source: str, now: datetime) -> None:
    """Refuse the same words again by the same person within an hour; what she withdrew she may write anew.

    Raises:
        Repetition.

    """
    lately = (
        select(CommentRevision.source)
        .join(Comment, (Comment.id == CommentRevision.comment_id) & (Comment.revision == CommentRevision.number))
        .where(
            Comment.author_id == person_id,
            Comment.posted_at > now - SAME_WITHIN,
            Comment.thread_id == thread_id,
            Comment.visibility.not_in(sorted(ENDED)),
        )
    )
    said = _compared(source)
    if any(_compared(one) == said for one in session.scalars(lately)):
        raise Repetition


def is_newcomer(session: Session, person_id: int, now: datetime) -> bool:
    """Is the account younger than a day, or has nothing she wrote been read yet?"""
    since = session.scalars(select(Person.created_at).where(Person.id == person_id)).one()
    return now - since < NEW or not has_been_read(session, person_id)


_MEASURE = Message("A moderator has set a pause between your comments.")
_HEAT = Message("Many people are writing here just now, so each waits a minute between two comments.")


def _slow(thread: Thread) -> Message:
    return Message.counted(
        "In this discussion each person waits %(num)d second between two comments.",
        "In this discussion each person waits %(num)d seconds between two comments.",
        thread.slow_seconds,
    )


def _wait(session: Session, person_id: int, pause: timedelta, now: datetime, where: ColumnElement[bool]) -> timedelta:
    """Return how long somebody still waits after the last she wrote there; nothing, if the pause is over."""
    if not pause:
        return timedelta()
    recent = select(Comment.posted_at).where(Comment.author_id == person_id, Comment.posted_at > now - pause, where)
    last = session.scalar(recent.order_by(Comment.posted_at.desc()).limit(1))
    return timedelta() if last is None else last + pause - now


def _is_hot(session: Session, thread_id: int, now: datetime) -> bool:
    recent = select(Comment.id).where(Comment.thread_id == thread_id, Comment.posted_at > now - HEAT_WITHIN)
    return len(session.scalars(recent.limit(HEAT_OF + 1)).all()) > HEAT_OF


def _compared(source: str) -> str:
    return fold(source) or source


def _broken(session: Session, kind: SanctionKind, person_id: int, organisation_id: int, now: datetime) -> Slots:
    """Return the title of the rule a measure that holds now rests on."""
    found = session.execute(
        select(Decision.clause, Decision.clause_version)
        .join(Sanction, Sanction.decision_id == Decision.id)
        .where(
            Sanction.person_id == person_id,
            Sanction.kind == kind,
            or_(Sanction.organisation_id == organisation_id, Sanction.kind == SanctionKind.CLOSURE),
            Sanction.lifted_at.is_(None),
            Sanction.starts_at <= now,
        )
        .order_by(Sanction.ends_at.desc(), Sanction.id.desc())
        .limit(1)
    ).first()
    return (
        Slots()
        if found is None or found.clause not in BY_CODE
        else BY_CODE[found.clause].at(found.clause_version).title
    )
