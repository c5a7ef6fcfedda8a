"""Who looked at a roster, why somebody changed lists, messages to participants, reminders, lists brought in."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from karavan.core.database import Base, UtcDateTime, choice_column
from karavan.core.languages import Slots, SlotsColumn
from karavan.events.models import Attendee, Event, SeatState
from karavan.files.models import StoredFile


class Look(StrEnum):
    """What somebody on the staff looked at, or took away."""

    LIST = "list"
    PERSON = "person"
    FILE = "file"
    SHEET = "sheet"
    MESSAGE = "message"
    APPLICATIONS = "applications"
    DOOR = "door"
    REPORT = "report"
    CERTIFICATES = "certificates"
    FEEDBACK = "feedback"
    OBJECTIONS = "objections"


class RosterLook(Base):
    """That somebody of the staff saw personal data of an event's people: who, when, what, of how many people.

    The same look at the same thing within ten minutes is one row.
    """

    __tablename__ = "roster_looks"
    __table_args__ = (Index("ix_roster_looks_event", "event_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    what: Mapped[Look] = mapped_column(choice_column(Look))
    detail: Mapped[str] = mapped_column(String(80), default="")
    """Words of the search, number of a registration, kind of file; never a name."""
    people: Mapped[int] = mapped_column(default=0)
    looked_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ListMove(Base):
    """That an organiser moved somebody to another list by hand, and why. Read by the person on her ticket too."""

    __tablename__ = "list_moves"

    id: Mapped[int] = mapped_column(primary_key=True)
    attendee_id: Mapped[int] = mapped_column(ForeignKey("attendees.id"), index=True)
    before: Mapped[SeatState] = mapped_column(choice_column(SeatState))
    after: Mapped[SeatState] = mapped_column(choice_column(SeatState))
    reason: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    moved_at: Mapped[datetime] = mapped_column(UtcDateTime)

    attendee: Mapped[Attendee] = relationship()


class BroadcastState(StrEnum):
    """Where a message to many stands."""

    DRAFT = "draft"
    SENDING = "sending"
    """Its letters are in the outbox; how each fares is read there."""
    CALLED_OFF = "called_off"


class Broadcast(Base):
    """One message to people of an event. Its letters have keys `broadcast:<id>:<registration>[:<again>]`."""

    __tablename__ = "broadcasts"
    __table_args__ = (Index("ix_broadcasts_event", "event_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    state: Mapped[BroadcastState] = mapped_column(choice_column(BroadcastState), default=BroadcastState.DRAFT)
    version: Mapped[int] = mapped_column(default=1)
    subject: Mapped[Slots] = mapped_column(SlotsColumn)
    body: Mapped[Slots] = mapped_column(SlotsColumn)
    """Plain text; blank lines part paragraphs."""
    chosen: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """Whom it is for: {"states": […], "district": …, "words": …, "registrations": […]}, as the roster's filter says."""
    key: Mapped[str] = mapped_column(String(40), unique=True)
    """The idempotency key of the form that made it: a second press finds the first."""
    letters: Mapped[int] = mapped_column(default=0)
    """How many were written when it was sent."""
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))

    event: Mapped[Event] = relationship()


class Reminder(Base):
    """A reminder at a set distance before the start; the letters are written by the clock, once each."""

    __tablename__ = "reminders"
    __table_args__ = (
        UniqueConstraint("event_id", "hours_before"),
        CheckConstraint("hours_before BETWEEN 1 AND 720", name="hours_make_sense"),
        Index("ix_reminders_due", "done_at", "event_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    hours_before: Mapped[int]
    asks: Mapped[bool] = mapped_column(default=False)
    """Does it ask "are you still coming?" with two buttons?"""
    off: Mapped[bool] = mapped_column(default=False)
    """The organiser does not want it. It stays, so that the usual ones do not come back."""
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When its letters were written; cleared when the event moves, so that its moment lies ahead again."""
    letters: Mapped[int] = mapped_column(default=0)

    event: Mapped[Event] = relationship()


class ImportState(StrEnum):
    """Where a list that was brought in stands."""

    UPLOADED = "uploaded"
    MAPPED = "mapped"
    """Columns are named, and every row was tried: nothing is changed yet."""
    DONE = "done"
    DROPPED = "dropped"


class RosterImport(Base):
    """A list of participants from elsewhere. Nothing counts until somebody confirms; then it is one transaction."""

    __tablename__ = "roster_imports"
    __table_args__ = (Index("ix_roster_imports_event", "event_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    state: Mapped[ImportState] = mapped_column(choice_column(ImportState), default=ImportState.UPLOADED)
    version: Mapped[int] = mapped_column(default=1)
    name: Mapped[str] = mapped_column(String(120))
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"))
    """The list as text in UTF-8; gone when the import is done or dropped."""
    delimiter: Mapped[str] = mapped_column(String(1), default=",")
    columns: Mapped[list[str]] = mapped_column(JSON, default=list)
    mapping: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    """Which column holds what: {"name": 0, "phone": 3}."""
    rows: Mapped[int] = mapped_column(default=0)
    good: Mapped[int] = mapped_column(default=0)
    faults: Mapped[list[Any]] = mapped_column(JSON, default=list)
    """The first 200: [[row, column, code of the fault, value]]."""
    faulty: Mapped[int] = mapped_column(default=0)
    duplicates: Mapped[int] = mapped_column(default=0)
    tell: Mapped[bool] = mapped_column(default=False)
    """Are the people written to?"""
    by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    file: Mapped[StoredFile | None] = relationship()
