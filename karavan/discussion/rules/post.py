"""Writing a comment, or an answer to one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from karavan.accounts.models import Person
from karavan.accounts.queries import live_grants
from karavan.core.problems import NotFound
from karavan.core.tokens import new_public_id
from karavan.discussion import tree
from karavan.discussion.models import Comment, CommentRevision
from karavan.discussion.policy import OFFICIAL, badges, shown_name
from karavan.discussion.problems import NameMissing, NotOfficial, NotYourRole, ParentGone, ThreadIsFull
from karavan.discussion.rendering import RENDER_VERSION, render
from karavan.discussion.rules import limits, review
from karavan.discussion.rules.drafts import drop_draft
from karavan.discussion.rules.show import begin
from karavan.discussion.rules.take import take_thread
from karavan.moderation.models import READABLE, Visibility
from karavan.moderation.queries import standing

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.discussion.models import Alignment, Thread
    from karavan.record.models import ActorRole


@dataclass(frozen=True, kw_only=True)
class NewComment:
    """What somebody writes."""

    source: str
    alignment: Alignment | None = None
    lang: str
    speaking_as: ActorRole | None = None
    """The role she speaks in, if she chose one of hers."""
    official: bool = False
    parent: str = ""
    """Public id of the comment she answers."""


def post(session: Session, thread_id: int, new: NewComment, *, author_id: int, key: str, now: datetime) -> Comment:
    """Write a comment; the same form sent again finds the first one.

    The thread is taken first: numbers have no gap, and a thread that is being closed, or a parent that is being
    removed, is seen as it is.

    Raises:
        NotFound, ThreadClosed, ThreadIsFull, ParentGone, NameMissing.
        WritingClosed, WritingPaused: measures against her.
        NotYourRole, NotOfficial: a badge that is not hers.
        NothingWritten, BadComment, TooManyLinks, Repetition: the text.
        TooSoon, NewcomerWaits, NewcomerLinks: too much for now.

    """
    if (known := _written(session, key, author_id)) is not None:
        return known
    thread = take_thread(session, thread_id)
    if (known := _written(session, key, author_id)) is not None:
        return known
    limits.refuse_closed(session, thread)
    stands = standing(session, author_id, thread.organisation_id, now)
    limits.refuse_measures(session, stands, author_id, thread.organisation_id, now)
    name = shown_name(session.get_one(Person, author_id).name)
    if not name:
        raise NameMissing
    _refuse_badge(session, new, author_id, thread.organisation_id)
    parent = _parent(session, thread, new.parent)
    source = limits.clean(new.source)
    links = render(source).links
    if new.speaking_as is None:
        limits.refuse_haste(session, thread, stands, author_id, now)
        limits.refuse_flood(session, author_id, links, now, posting=True)
    else:
        limits.refuse_links(links)
    limits.refuse_repetition(session, thread.id, author_id, source, now)

    comment = _write_down(session, thread, parent, new, source, author=(author_id, name), key=key, now=now)
    screening = review.look_through(session, comment, source, links, now)
    review.place(session, comment, stands, screening, now=now, waits_as=Visibility.PENDING)
    drop_draft(session, thread.id, new.parent, person_id=author_id)
    return comment


def text_of(comment: Comment, source: str, *, now: datetime) -> CommentRevision:
    """Return the newest text of a comment as it is kept for good."""
    return CommentRevision(
        comment_id=comment.id,
        number=comment.revision,
        source=source,
        html=render(source).html,
        render_version=RENDER_VERSION,
        sha256=hashlib.sha256(source.encode()).hexdigest(),
        alignment=comment.alignment,
        written_at=now,
    )


def _written(session: Session, key: str, author_id: int) -> Comment | None:
    """Return what was written with this form already; a key is known to nobody but who was given it.

    Raises:
        NotFound: it was given to somebody else.

    """
    known = session.scalar(select(Comment).where(Comment.key == key))
    if known is not None and known.author_id != author_id:
        raise NotFound
    return known


def _refuse_badge(session: Session, new: NewComment, author_id: int, organisation_id: int) -> None:
    """Refuse a role she does not hold by what the database says now."""
    if new.speaking_as is not None and new.speaking_as not in badges(live_grants(session, author_id), organisation_id):
        raise NotYourRole
    if new.official and new.speaking_as not in OFFICIAL:
        raise NotOfficial


def _parent(session: Session, thread: Thread, public_id: str) -> Comment | None:
    """Return what she answers, if it can be read now; nobody changes that while the thread is taken."""
    if not public_id:
        return None
    parent = session.scalar(
        select(Comment)
        .where(Comment.public_id == public_id, Comment.thread_id == thread.id)
        .execution_options(populate_existing=True)
    )
    if parent is None or parent.visibility not in READABLE:
        raise ParentGone
    return parent


def _write_down(
    session: Session,
    thread: Thread,
    parent: Comment | None,
    new: NewComment,
    source: str,
    *,
    author: tuple[int, str],
    key: str,
    now: datetime,
) -> Comment:
    """Give it its number and its place, and keep its text."""
    if thread.next_seq > tree.MOST:
        raise ThreadIsFull
    seq, thread.next_seq = thread.next_seq, thread.next_seq + 1
    path = tree.path_under(parent.path if parent else "", seq)
    comment = Comment(
        public_id=new_public_id(),
        key=key,
        thread=thread,
        parent_id=parent.id if parent else None,
        root_id=parent.root_id if parent else None,
        depth=tree.depth_of(path),
        path=path,
        seq=seq,
        author_id=author[0],
        author_name=author[1],
        lang=new.lang,
        alignment=new.alignment,
        speaking_as=new.speaking_as,
        speaking_for_id=None if new.speaking_as is None else thread.organisation_id,
        official=new.official,
        revision=1,
        posted_at=now,
    )
    begin(comment)
    session.add(comment)
    session.flush()
    if parent is None:
        comment.root_id = comment.id
    session.add(text_of(comment, source, now=now))
    session.flush()
    return comment
