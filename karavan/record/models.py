"""Rows of the public record. Triggers in the database refuse to change or delete them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from karavan.core.database import Base, UtcDateTime, choice_column


class Verb(StrEnum):
    """What was done. Grammar: `subject.thing.past-participle`, or `subject.past-participle` for the subject itself.

    The first word is the kind of the one subject each row has; a test holds every verb to this grammar.
    """

    EVENT_CREATED = "event.created"
    EVENT_PUBLISHED = "event.published"
    EVENT_CHANGED = "event.changed"
    EVENT_CANCELLED = "event.cancelled"
    EVENT_CAPACITY_CHANGED = "event.capacity.changed"
    EVENT_OVERBOOKED = "event.capacity.overbooked"
    REGISTRATION_CREATED = "event.registration.created"
    REGISTRATION_QUEUED = "event.registration.queued"
    REGISTRATION_REJOINED = "event.registration.rejoined"
    SEATS_GIVEN_BACK = "event.seats.released"
    SEATS_OFFERED = "event.seats.offered"
    OFFER_ACCEPTED = "event.offer.accepted"
    OFFER_DECLINED = "event.offer.declined"
    OFFER_EXPIRED = "event.offer.expired"
    QUEUE_PASSED_OVER = "event.queue.passed"
    PERSON_CHECKED_IN = "event.person.arrived"
    RECORD_CORRECTED = "record.corrected"


class ActorRole(StrEnum):
    """Who did it, as a reader may know it: by role, never by name."""

    RESIDENT = "resident"
    ORGANISER = "organiser"
    COUNCIL_MEMBER = "council_member"
    MODERATOR = "moderator"
    SECRETARY = "secretary"
    ADMINISTRATOR = "administrator"
    CLOCK = "clock"
    """Nobody: a rule whose time had come."""


class RecordEntry(Base):
    """One public act. Counts are public, names are not: `facts` holds numbers and states only."""

    __tablename__ = "record_entries"
    __table_args__ = (
        CheckConstraint(
            "(event_id IS NOT NULL AND corrects_id IS NULL) OR (event_id IS NULL AND corrects_id IS NOT NULL)",
            name="one_subject",
        ),
        Index("ix_record_entries_event", "event_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    verb: Mapped[Verb] = mapped_column(choice_column(Verb))
    actor_role: Mapped[ActorRole] = mapped_column(choice_column(ActorRole))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("events.id"))
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("record_entries.id"))
    reason: Mapped[str] = mapped_column(Text, default="")
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    subject_label: Mapped[str] = mapped_column(String(120), default="")
