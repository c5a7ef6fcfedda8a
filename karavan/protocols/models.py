"""Protocols («хаттама»): what happened at a hearing or a sitting, as the law wants it told (law 30-VIII, art. 13).

One is written from what happened, edited, laid open for corrections, agreed to by chair and secretary, published, and
never changed after: triggers in the database refuse.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from karavan.core.database import Base, UtcDateTime, choice_column
from karavan.core.languages import Slots, SlotsColumn
from karavan.councils.models import Council
from karavan.files.models import StoredFile
from karavan.proposals.models import Recommendation


class ProtocolState(StrEnum):
    """Where a protocol is."""

    DRAFT = "draft"
    OPEN = "open"
    """Those who took part may ask for corrections."""
    AGREED = "agreed"
    """Chair and secretary have agreed to it."""
    PUBLISHED = "published"


class Part(StrEnum):
    """The parts of a protocol, in their order."""

    OPENING = "opening"
    """Date, time, place, who called it and on what ground."""
    TASKS = "tasks"
    PARTICIPANTS = "participants"
    FORMS = "forms"
    """The forms of public control that were used."""
    COURSE = "course"
    """Who spoke, on what, in which order."""
    FACTS = "facts"
    VOTES = "votes"
    RECOMMENDATIONS = "recommendations"
    ATTACHMENTS = "attachments"


class Protocol(Base):
    """One protocol. `facts` is what it was written from, word for word as the database said it then."""

    __tablename__ = "protocols"
    __table_args__ = (
        UniqueConstraint("host", "host_id"),
        CheckConstraint("chair_id IS NULL OR secretary_id IS NULL OR chair_id <> secretary_id", name="two_people"),
        CheckConstraint(
            "state NOT IN ('agreed', 'published') OR (chair_agreed_at IS NOT NULL AND secretary_agreed_at IS NOT NULL)",
            name="agreed_by_both",
        ),
        CheckConstraint("state <> 'published' OR (pdf_kk_id IS NOT NULL AND pdf_ru_id IS NOT NULL)", name="has_files"),
        Index("ix_protocols_council", "council_id", "state", "published_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(24), unique=True)
    """`MGS-P-2026-0004`: in its address."""
    council_id: Mapped[int] = mapped_column(ForeignKey("councils.id"))
    host: Mapped[str] = mapped_column(String(20))
    """`hearing` or `sitting`."""
    host_id: Mapped[int]
    state: Mapped[ProtocolState] = mapped_column(choice_column(ProtocolState), default=ProtocolState.DRAFT)
    version: Mapped[int] = mapped_column(default=1)
    title: Mapped[Slots] = mapped_column(SlotsColumn)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    corrections_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    chair_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    chair_name: Mapped[str] = mapped_column(String(120), default="")
    chair_agreed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    secretary_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    secretary_name: Mapped[str] = mapped_column(String(120), default="")
    secretary_agreed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    pdf_kk_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"))
    pdf_ru_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"))

    council: Mapped[Council] = relationship()
    parts: Mapped[list[ProtocolPart]] = relationship(order_by="ProtocolPart.position")
    corrections: Mapped[list[Correction]] = relationship(order_by="Correction.id")
    recommendations: Mapped[list[Recommendation]] = relationship(
        secondary="protocol_recommendations", order_by="Recommendation.id"
    )
    pdf_kk: Mapped[StoredFile | None] = relationship(foreign_keys="Protocol.pdf_kk_id")
    pdf_ru: Mapped[StoredFile | None] = relationship(foreign_keys="Protocol.pdf_ru_id")


class ProtocolPart(Base):
    """One part, in both languages. Until it is published, the secretary may edit what was written for her."""

    __tablename__ = "protocol_parts"
    __table_args__ = (UniqueConstraint("protocol_id", "part"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    protocol_id: Mapped[int] = mapped_column(ForeignKey("protocols.id"))
    position: Mapped[int]
    part: Mapped[Part] = mapped_column(choice_column(Part))
    text: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    edited: Mapped[bool] = mapped_column(default=False)
    """Changed by hand since it was written."""


class ProtocolRecommendation(Base):
    """Which recommendations a protocol contains: each goes its own way by the clock."""

    __tablename__ = "protocol_recommendations"

    protocol_id: Mapped[int] = mapped_column(ForeignKey("protocols.id"), primary_key=True)
    recommendation_id: Mapped[int] = mapped_column(ForeignKey("recommendations.id"), primary_key=True, unique=True)


class Correction(Base):
    """Somebody who took part says that something is not as it was."""

    __tablename__ = "protocol_corrections"
    __table_args__ = (Index("ix_protocol_corrections_protocol", "protocol_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    protocol_id: Mapped[int] = mapped_column(ForeignKey("protocols.id"))
    part: Mapped[Part] = mapped_column(choice_column(Part))
    by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    by_name: Mapped[str] = mapped_column(String(120))
    words: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    accepted: Mapped[bool | None]
    """NULL: the secretary has not decided."""
    answer: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
