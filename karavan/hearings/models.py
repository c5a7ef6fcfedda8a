"""Public hearings («қоғамдық тыңдау»): notice, documents, statements, speakers, questions, polls, the response matrix.

Facts true of one row; nothing here asks the database. Registration to attend is that of the hearing's event; discussion
is that of its thread; a written statement is a comment of that thread, so that one machine moderates both.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from karavan.core.database import Base, UtcDateTime, choice_column
from karavan.core.languages import Slots, SlotsColumn
from karavan.councils.models import Council
from karavan.events.models import Event
from karavan.files.models import StoredFile


class HearingState(StrEnum):
    """Where a hearing is. `hearings.lifecycle` says how it gets from one to the next."""

    DRAFT = "draft"
    ANNOUNCED = "announced"
    LIVE = "live"
    HELD = "held"
    """Over; statements and questions are being answered."""
    CLOSED = "closed"
    """Everything is answered."""
    CANCELLED = "cancelled"


class CalledBy(StrEnum):
    """Who called it."""

    COUNCIL = "council"
    STATE_BODY = "state_body"
    CITIZENS = "citizens"


class Hearing(Base):
    """One hearing. No row is announced with less notice than was counted, unless it says why: a constraint."""

    __tablename__ = "hearings"
    __table_args__ = (
        CheckConstraint(
            "state IN ('draft', 'cancelled') OR held_on >= earliest_on OR CAST(short_notice AS TEXT) <> '{}'",
            name="notice_was_given",
        ),
        Index("ix_hearings_council", "council_id", "starts_at"),
        Index("ix_hearings_state", "state", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    council_id: Mapped[int] = mapped_column(ForeignKey("councils.id"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("events.id"), unique=True)
    state: Mapped[HearingState] = mapped_column(choice_column(HearingState), default=HearingState.DRAFT)
    version: Mapped[int] = mapped_column(default=1)
    title: Mapped[Slots] = mapped_column(SlotsColumn)
    tasks: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    """What it is to find out (the "tasks" of the final document)."""
    questions: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    """What is put to the public."""
    agenda: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    called_by: Mapped[CalledBy] = mapped_column(choice_column(CalledBy), default=CalledBy.COUNCIL)
    caller: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    ground: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    languages: Mapped[str] = mapped_column(String(12), default="kk ru")
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    held_on: Mapped[str] = mapped_column(String(10))
    """The day of `starts_at` in Aktau, as ISO text."""
    earliest_on: Mapped[str] = mapped_column(String(10), default="9999-12-31")
    """The first day on which it may be held, counted when notice was given or begun anew."""
    notice_days: Mapped[int] = mapped_column(default=0)
    notice_unit: Mapped[str] = mapped_column(String(12), default="working")
    setting_id: Mapped[int | None] = mapped_column(ForeignKey("statute_settings.id"))
    short_notice: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    announced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    notice_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the notice that counts was given: later than `announced_at` if a document was changed."""
    place: Mapped[str] = mapped_column(String(20))
    venue: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    stream_url: Mapped[str] = mapped_column(Text, default="")
    statements_until: Mapped[datetime] = mapped_column(UtcDateTime)
    speaker_minutes: Mapped[int] = mapped_column(default=5)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancel_reason: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    summary: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    """What was said and what changed, for people."""
    demo: Mapped[bool] = mapped_column(default=False)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))

    council: Mapped[Council] = relationship()
    event: Mapped[Event | None] = relationship()
    documents: Mapped[list[HearingDocument]] = relationship(
        order_by="(HearingDocument.position, HearingDocument.version)"
    )


class HearingProposal(Base):
    """Which submissions a hearing is about."""

    __tablename__ = "hearing_proposals"

    hearing_id: Mapped[int] = mapped_column(ForeignKey("hearings.id"), primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"), primary_key=True)


class HearingDocument(Base):
    """One version of one document of the bundle. After notice a row is never changed: a new version is a new row."""

    __tablename__ = "hearing_documents"
    __table_args__ = (UniqueConstraint("hearing_id", "position", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True)
    hearing_id: Mapped[int] = mapped_column(ForeignKey("hearings.id"))
    position: Mapped[int]
    version: Mapped[int] = mapped_column(default=1)
    title: Mapped[Slots] = mapped_column(SlotsColumn)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_files.id"))
    name: Mapped[str] = mapped_column(String(120))
    sha256: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    frozen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    exception: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    """Why a version after notice did not begin the notice anew; empty: it did."""

    file: Mapped[StoredFile] = relationship()


class AnswerGroup(Base):
    """One answer to several statements and questions that ask the same."""

    __tablename__ = "hearing_answer_groups"
    __table_args__ = (Index("ix_hearing_answer_groups_hearing", "hearing_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    hearing_id: Mapped[int] = mapped_column(ForeignKey("hearings.id"))
    title: Mapped[Slots] = mapped_column(SlotsColumn)
    answer: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    version: Mapped[int] = mapped_column(default=1)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


class StatementKind(StrEnum):
    """What a written statement is."""

    FOR = "for"
    AGAINST = "against"
    QUESTION = "question"


class WrittenStatement(Base):
    """A written statement: a comment of the hearing's thread, with a number, a receipt, and an answer owed to it."""

    __tablename__ = "hearing_statements"
    __table_args__ = (UniqueConstraint("hearing_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    hearing_id: Mapped[int] = mapped_column(ForeignKey("hearings.id"))
    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id"), unique=True)
    number: Mapped[int]
    code: Mapped[str] = mapped_column(String(16), unique=True)
    """Her receipt."""
    kind: Mapped[StatementKind] = mapped_column(choice_column(StatementKind))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("hearing_answer_groups.id"), index=True)
    answer: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    version: Mapped[int] = mapped_column(default=1)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))

    attachments: Mapped[list[StatementFile]] = relationship(order_by="StatementFile.id")


class StatementFile(Base):
    """A file with a written statement."""

    __tablename__ = "hearing_statement_files"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True)
    statement_id: Mapped[int] = mapped_column(ForeignKey("hearing_statements.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_files.id"))
    name: Mapped[str] = mapped_column(String(120))

    file: Mapped[StoredFile] = relationship()


class SpeakerState(StrEnum):
    """Where a speaker is in the queue."""

    WAITING = "waiting"
    SPEAKING = "speaking"
    SPOKEN = "spoken"
    ABSENT = "absent"
    """Called, and not there; may be called again."""
    WITHDRAWN = "withdrawn"


class Position(StrEnum):
    """What somebody speaks for."""

    FOR = "for"
    AGAINST = "against"
    QUESTION = "question"


class Speaker(Base):
    """Somebody signed up to speak. Their order is computed, and the same for everybody who looks."""

    __tablename__ = "hearing_speakers"
    __table_args__ = (
        Index(
            "uq_hearing_speakers_now",
            "hearing_id",
            unique=True,
            sqlite_where=text("state = 'speaking'"),
            postgresql_where=text("state = 'speaking'"),
        ),
        Index(
            "uq_hearing_speakers_live",
            "hearing_id",
            "person_id",
            unique=True,
            sqlite_where=text("state IN ('waiting', 'speaking', 'absent')"),
            postgresql_where=text("state IN ('waiting', 'speaking', 'absent')"),
        ),
        Index("ix_hearing_speakers_queue", "hearing_id", "state", "number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    hearing_id: Mapped[int] = mapped_column(ForeignKey("hearings.id"))
    number: Mapped[int]
    """In which order they signed up."""
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    """NULL: signed up at the door, by name."""
    name: Mapped[str] = mapped_column(String(80))
    topic: Mapped[str] = mapped_column(String(200), default="")
    position: Mapped[Position] = mapped_column(choice_column(Position))
    minutes: Mapped[int]
    interpreter: Mapped[str] = mapped_column(String(20), default="")
    at_door: Mapped[bool] = mapped_column(default=False)
    state: Mapped[SpeakerState] = mapped_column(choice_column(SpeakerState), default=SpeakerState.WAITING)
    signed_up_at: Mapped[datetime] = mapped_column(UtcDateTime)
    called_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    turns: Mapped[int] = mapped_column(default=0)
    """How often she has spoken before: those who have not come first."""


class LiveHall(Base):
    """What is going on at this moment: one row for each hearing that has begun. `version` is half of every ETag."""

    __tablename__ = "hearing_halls"

    hearing_id: Mapped[int] = mapped_column(ForeignKey("hearings.id"), primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    """Raised by whatever viewers can see change: turns, questions, supports, votes."""
    run_version: Mapped[int] = mapped_column(default=1)
    """Raised by what the secretary does with the turn, the break, the poll and the keeping of the hall: what her forms
    name, however many people ask, support and vote meanwhile (as `Thread.mode_version`)."""
    speaker_id: Mapped[int | None] = mapped_column(ForeignKey("hearing_speakers.id"))
    turn_ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """The clock stands; what was left of the turn is counted from here."""
    break_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    poll_id: Mapped[int | None] = mapped_column(ForeignKey("hearing_polls.id"))
    keeper_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    """Which secretary runs it now."""
    keeper_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Her lease: another takes over when it has run out, or by pressing so."""


class QuestionState(StrEnum):
    """Where a question from the hall is."""

    OPEN = "open"
    ANSWERED = "answered"
    MERGED = "merged"


class HallQuestion(Base):
    """A question asked during a hearing: a comment of its thread, so that one machine moderates it."""

    __tablename__ = "hearing_questions"
    __table_args__ = (
        UniqueConstraint("hearing_id", "number"),
        Index("ix_hearing_questions_top", "hearing_id", "state", "supports", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    hearing_id: Mapped[int] = mapped_column(ForeignKey("hearings.id"))
    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id"), unique=True)
    number: Mapped[int]
    state: Mapped[QuestionState] = mapped_column(choice_column(QuestionState), default=QuestionState.OPEN)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("hearing_questions.id"))
    supports: Mapped[int] = mapped_column(default=0)
    """Counted anew from the rows."""
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("hearing_answer_groups.id"), index=True)
    answer: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    version: Mapped[int] = mapped_column(default=1)


class HallQuestionSupport(Base):
    """One person wants to hear the answer too."""

    __tablename__ = "hearing_question_supports"
    __table_args__ = (UniqueConstraint("question_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("hearing_questions.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Poll(Base):
    """A straw poll in the hall: asked, open for a while, without consequence in law; the page says so."""

    __tablename__ = "hearing_polls"
    __table_args__ = (UniqueConstraint("hearing_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    hearing_id: Mapped[int] = mapped_column(ForeignKey("hearings.id"))
    number: Mapped[int]
    question: Mapped[Slots] = mapped_column(SlotsColumn)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    options: Mapped[list[PollOption]] = relationship(order_by="PollOption.position")


class PollOption(Base):
    """One answer of a straw poll."""

    __tablename__ = "hearing_poll_options"
    __table_args__ = (UniqueConstraint("poll_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    poll_id: Mapped[int] = mapped_column(ForeignKey("hearing_polls.id"))
    position: Mapped[int]
    words: Mapped[Slots] = mapped_column(SlotsColumn)
    votes: Mapped[int] = mapped_column(default=0)
    """Counted anew from the rows."""


class PollVote(Base):
    """One person's answer; one for each poll, by constraint."""

    __tablename__ = "hearing_poll_votes"
    __table_args__ = (UniqueConstraint("poll_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    poll_id: Mapped[int] = mapped_column(ForeignKey("hearing_polls.id"))
    option_id: Mapped[int] = mapped_column(ForeignKey("hearing_poll_options.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)


class HallNote(Base):
    """A note for the protocol, taken during the hearing."""

    __tablename__ = "hearing_notes"
    __table_args__ = (Index("ix_hearing_notes_hearing", "hearing_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    hearing_id: Mapped[int] = mapped_column(ForeignKey("hearings.id"))
    speaker_id: Mapped[int | None] = mapped_column(ForeignKey("hearing_speakers.id"))
    words: Mapped[str] = mapped_column(Text)
    lang: Mapped[str] = mapped_column(String(2))
    by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime)
