"""When an event's report was accepted, and what was deleted when its time was over."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from karavan.core.database import Base, UtcDateTime
from karavan.events.models import Event


class EventReport(Base):
    """The report of an event: written, then accepted by its customer. From then on the clock of privacy runs."""

    __tablename__ = "event_reports"
    __table_args__ = (CheckConstraint("keep_days BETWEEN 0 AND 3650", name="days_make_sense"),)

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), primary_key=True)
    figures: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """As they stood when it was accepted: what is left when the people are anonymous."""
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    accepted_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    keep_days: Mapped[int] = mapped_column(default=90)
    """Days after acceptance at the end of which personal answers and contacts are made anonymous."""
    anonymised_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    event: Mapped[Event] = relationship()


class DeletionReceipt(Base):
    """What was deleted, when and why: counts only. `code` lets a person look her own erasure up."""

    __tablename__ = "deletion_receipts"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(12), unique=True)
    event_id: Mapped[int | None] = mapped_column(ForeignKey("events.id"), index=True)
    """NULL: a person erased what was hers."""
    why: Mapped[str] = mapped_column(String(20))
    """"term" or "request"."""
    counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    """{"names": 40, "contacts": 40, "answers": 80, "letters": 120}."""
    deleted_at: Mapped[datetime] = mapped_column(UtcDateTime)
