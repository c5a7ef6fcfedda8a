"""Hours of an event's days, certificates, answers to two questions, photographs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from karavan.core.database import Base, UtcDateTime
from karavan.core.languages import Slots, SlotsColumn
from karavan.events.models import Attendee, Event
from karavan.files.models import StoredFile


class EventDay(Base):
    """How many minutes a day of an event counts for; set by the organiser, else counted from the programme."""

    __tablename__ = "event_days"
    __table_args__ = (
        UniqueConstraint("event_id", "day"),
        CheckConstraint("minutes BETWEEN 0 AND 1440", name="a_day_has_so_many"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    day: Mapped[date] = mapped_column(Date)
    minutes: Mapped[int]


class Certificate(Base):
    """That somebody attended: facts as they were when it was issued, signed; revoked rather than changed.

    The signature (ECDSA P-256, SHA-256) covers `payload`, which the QR code carries whole: so it is verified offline.
    """

    __tablename__ = "certificates"
    __table_args__ = (
        Index("ix_certificates_attendee", "attendee_id"),
        Index("ix_certificates_event", "event_id", "id"),
        Index(
            "uq_certificates_valid",
            "attendee_id",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(12), unique=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    attendee_id: Mapped[int | None] = mapped_column(ForeignKey("attendees.id"))
    """NULL after the attendee was anonymised; the certificate stays hers, by its code."""
    name: Mapped[str] = mapped_column(String(120))
    minutes: Mapped[int]
    days: Mapped[list[str]] = mapped_column(JSON, default=list)
    """The days she came, "2026-11-20"."""
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What the event was called, who held it, where: {"title": {"kk": …}, "organiser": {…}, "place": {…}}."""
    payload: Mapped[str] = mapped_column(Text)
    signature: Mapped[str] = mapped_column(String(100))
    key_id: Mapped[str] = mapped_column(String(16))
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_reason: Mapped[str] = mapped_column(Text, default="")
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("certificates.id"))

    event: Mapped[Event] = relationship()
    attendee: Mapped[Attendee | None] = relationship()


class Feedback(Base):
    """Answers to two questions after an event: once for each registration, shown to staff without who said it."""

    __tablename__ = "event_feedback"
    __table_args__ = (UniqueConstraint("registration_id"), CheckConstraint("rating BETWEEN 1 AND 5", name="of_five"))

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), index=True)
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("registrations.id"))
    rating: Mapped[int]
    words: Mapped[str] = mapped_column(Text, default="")
    lang: Mapped[str] = mapped_column(String(2))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Photo(Base):
    """A photograph or a paper of an event; somebody answers for the consent of everyone recognisable in it."""

    __tablename__ = "event_photos"
    __table_args__ = (Index("ix_event_photos_event", "event_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_files.id"))
    position: Mapped[int]
    caption: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    """What can be seen, for those who cannot."""
    consent_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    hidden_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Somebody in it objected: it goes at once, and the organiser is told."""
    objection: Mapped[str] = mapped_column(Text, default="")

    file: Mapped[StoredFile] = relationship()

    @property
    def is_picture(self) -> bool:
        """Can it be looked at on the page? A paper is taken along instead."""
        return self.file.width is not None
