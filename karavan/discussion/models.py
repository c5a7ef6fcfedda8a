"""Threads, comments and their revisions. Facts true of one row; nothing here asks the database."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from karavan.accounts.models import Organisation
from karavan.core.database import Base, UtcDateTime, choice_column
from karavan.core.languages import Slots, SlotsColumn
from karavan.moderation.models import Mode, Visibility
from karavan.record.models import ActorRole

DEEPEST: Final = 8
"""A reply to a comment at this depth stands beside it, and says whom it answers."""
STEP: Final = 4
"""Characters of a path for one level: 36⁴ comments in one thread."""


class Thread(Base):
    """One discussion. What it hangs under (a submission, an event, a hearing) is a kind and an id, nothing more."""

    __tablename__ = "threads"
    __table_args__ = (UniqueConstraint("host", "host_id"), Index("ix_threads_organisation", "organisation_id", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True)
    host: Mapped[str] = mapped_column(String(20))
    """`proposal`, `event`: a name in `discussion.hosts`."""
    host_id: Mapped[int]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    """Whose moderators look after it, and whose people wear its badges."""
    mode: Mapped[Mode] = mapped_column(choice_column(Mode), default=Mode.ON_REPORT)
    slow_seconds: Mapped[int] = mapped_column(default=0)
    """How long each person waits between two comments; 0: not at all."""
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_reason: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    version: Mapped[int] = mapped_column(default=1)
    """Raised by whatever readers can see change: half of every ETag."""
    mode_version: Mapped[int] = mapped_column(default=1)
    """Raised by whoever sets its mode or pause, or closes it: what her form names, however many write meanwhile."""
    next_seq: Mapped[int] = mapped_column(default=1)
    comments: Mapped[int] = mapped_column(default=0)
    """How many can be read."""
    last_seq: Mapped[int] = mapped_column(default=0)
    """The newest that can be read."""
    last_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    organisation: Mapped[Organisation] = relationship()


class Alignment(StrEnum):
    """What a comment says to the matter of the thread."""

    FOR = "for"
    AGAINST = "against"
    NEUTRAL = "neutral"


class Comment(Base):
    """One comment. `html` and `text` are what readers see now: after a removal nothing is left there to leak."""

    __tablename__ = "comments"
    __table_args__ = (
        UniqueConstraint("thread_id", "path"),
        UniqueConstraint("thread_id", "seq"),
        CheckConstraint("(parent_id IS NULL) = (depth = 0)", name="roots_have_no_parent"),
        CheckConstraint("(speaking_as IS NULL) = (speaking_for_id IS NULL)", name="speaks_for_somebody"),
        CheckConstraint("NOT official OR speaking_as IS NOT NULL", name="official_is_spoken_for"),
        Index("ix_comments_branch", "root_id", "path"),
        Index("ix_comments_newest", "thread_id", "depth", "seq"),
        Index("ix_comments_helpful", "thread_id", "depth", "helpful", "id"),
        Index("ix_comments_awaiting", "thread_id", "depth", "answers", "seq"),
        Index("ix_comments_author", "author_id", "posted_at"),
        Index("ix_comments_author_here", "thread_id", "author_id", "posted_at"),
        Index("ix_comments_posted", "thread_id", "posted_at"),
        Index("ix_comments_names", "thread_id", "author_name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    """The form's key: sending again finds the first."""
    thread_id: Mapped[int] = mapped_column(ForeignKey("threads.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("comments.id"), index=True)
    """Whom it answers."""
    root_id: Mapped[int | None] = mapped_column(ForeignKey("comments.id"))
    """The first of its branch; its own id on a root (set right after the insert)."""
    depth: Mapped[int] = mapped_column(default=0)
    """How deep it stands: at most DEEPEST, even if its parent is as deep."""
    path: Mapped[str] = mapped_column(String(40).with_variant(String(40, collation="C"), "postgresql"))
    """Place in the tree: the path of what it stands under, and its own number in base 36. Ordered as ASCII."""
    seq: Mapped[int]
    author_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    author_name: Mapped[str] = mapped_column(String(80))
    """As readers see it."""
    lang: Mapped[str] = mapped_column(String(2))
    alignment: Mapped[Alignment | None] = mapped_column(choice_column(Alignment))
    speaking_as: Mapped[ActorRole | None] = mapped_column(choice_column(ActorRole))
    """A badge: the role she held when she wrote it, and chose to speak in."""
    speaking_for_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    official: Mapped[bool] = mapped_column(default=False)
    """An official answer: it also closes the waiting of its root."""
    visibility: Mapped[Visibility] = mapped_column(choice_column(Visibility))
    version: Mapped[int] = mapped_column(default=1)
    revision: Mapped[int] = mapped_column(default=1)
    html: Mapped[str] = mapped_column(Text, default="")
    """Rendered and sanitised; "" where there is nothing to read."""
    text: Mapped[str] = mapped_column(Text, default="")
    """The same as plain words, for feeds, letters and exports."""
    render_version: Mapped[int]
    shown_revision: Mapped[int] = mapped_column(default=0)
    """Which of its texts `html` was made from; 0: nothing can be read. While it is behind `revision`, a moderator has
    yet to look at the newest."""
    covered: Mapped[list[Any]] = mapped_column(JSON, default=list)
    """What is covered in it: [[start, end], …] in characters of that text's source."""
    held_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    helpful: Mapped[int] = mapped_column(default=0)
    """Counted anew from the rows by each act that changes them."""
    posted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Of the last revision after the free edits."""
    shown_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it could first be read."""
    descendants: Mapped[int] = mapped_column(default=0)
    """On roots: how many replies stand below it, tombstones too."""
    answers: Mapped[int] = mapped_column(default=0)
    """On roots: how many official answers stand below it; a root that is itself official counts as one."""

    thread: Mapped[Thread] = relationship()
    parent: Mapped[Comment | None] = relationship(remote_side="Comment.id", foreign_keys="Comment.parent_id")
    speaking_for: Mapped[Organisation | None] = relationship()


class CommentRevision(Base):
    """One text of a comment, kept for good and sealed: readers see `Comment.html`. Only its rendering may be redone."""

    __tablename__ = "comment_revisions"
    __table_args__ = (UniqueConstraint("comment_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id"))
    number: Mapped[int]
    source: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    render_version: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    """Of the source, in UTF-8."""
    alignment: Mapped[Alignment | None] = mapped_column(choice_column(Alignment))
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    public: Mapped[bool] = mapped_column(default=False)
    """Could be read, and was replaced after the free edits: it is part of the public history."""


class HelpfulMark(Base):
    """One person found a comment helpful."""

    __tablename__ = "comment_helpful"
    __table_args__ = (UniqueConstraint("comment_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CommentDraft(Base):
    """What somebody was writing in a thread, or in reply to somebody there."""

    __tablename__ = "comment_drafts"
    __table_args__ = (UniqueConstraint("person_id", "thread_id", "parent"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    thread_id: Mapped[int] = mapped_column(ForeignKey("threads.id"))
    parent: Mapped[str] = mapped_column(String(24), default="")
    """Public id of the comment it answers; empty: none."""
    source: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class ReadMark(Base):
    """How far somebody has read a thread."""

    __tablename__ = "thread_read_marks"
    __table_args__ = (UniqueConstraint("person_id", "thread_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    thread_id: Mapped[int] = mapped_column(ForeignKey("threads.id"))
    seq: Mapped[int] = mapped_column(default=0)
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)
    told_seq: Mapped[int] = mapped_column(default=0)
    """The last reply or mention she was written to about since she read."""
