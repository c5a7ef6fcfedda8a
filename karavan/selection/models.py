"""Calls for applications, their rubric, applications, blind scores, recusals, the draw. Applications take no seat."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from karavan.core.database import Base, UtcDateTime, choice_column
from karavan.core.languages import Slots, SlotsColumn
from karavan.events.models import Event, Registration


class Method(StrEnum):
    """How places are given."""

    RANKED = "ranked"
    """By the mean of the scores; equal ones by the draw's seed."""
    LOTTERY = "lottery"
    """By lot among those who reach the published minimum, with balance rules."""


class CallState(StrEnum):
    """Where a selection stands. `selection.lifecycle` says how it gets from one to the next."""

    DRAFT = "draft"
    OPEN = "open"
    """Published with its rubric, its rules and the hash of its seed; applications come in."""
    REVIEW = "review"
    """Closed; reviewers score. The pseudonymous list is fixed and its hash published."""
    CHOSEN = "chosen"
    """Ranked or drawn; nobody is told yet."""
    RELEASED = "released"
    """All decisions were told together, and the draw is published."""


class Call(Base):
    """The selection of one event (`events.way_in = selection`)."""

    __tablename__ = "selection_calls"
    __table_args__ = (
        CheckConstraint("places > 0 AND reviews >= 2", name="makes_sense"),
        CheckConstraint("state = 'draft' OR seed_hash <> ''", name="seed_was_committed"),
        CheckConstraint("state IN ('draft', 'open') OR list_hash <> ''", name="list_was_fixed"),
    )

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), primary_key=True)
    state: Mapped[CallState] = mapped_column(choice_column(CallState), default=CallState.DRAFT)
    version: Mapped[int] = mapped_column(default=1)
    method: Mapped[Method] = mapped_column(choice_column(Method), default=Method.RANKED)
    places: Mapped[int]
    reviews: Mapped[int] = mapped_column(default=2)
    """How many people score each application, at least."""
    least_score: Mapped[int] = mapped_column(default=0)
    """Of a hundred: who has less takes no part in the lottery."""
    balance: Mapped[list[Any]] = mapped_column(JSON, default=list)
    """Rules of the lottery: [{"by": "district"|"sex"|"newcomer"|"under_30", "value": …, "least": 2, "most": 6}]."""
    opens_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirm_hours: Mapped[int] = mapped_column(default=72)
    """How long an accepted applicant has to confirm; then the reserve moves up."""
    seed: Mapped[str] = mapped_column(String(64), default="")
    """256 random bits in hex, made when the call is published; secret until the draw."""
    seed_hash: Mapped[str] = mapped_column(String(64), default="")
    """SHA-256 of the seed, published with the call."""
    list_hash: Mapped[str] = mapped_column(String(64), default="")
    """SHA-256 of the pseudonymous list as it was published when applications closed."""
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    chosen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    drawn: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What the draw said: {"library": "0.12.15", "seed_number": "…", "accepted": [pseudonyms], "reserve": [pseudonyms],
    "rules": what is published as rules.json}; and "loosened": rules of balance that were changed with a reason."""

    event: Mapped[Event] = relationship()
    criteria: Mapped[list[Criterion]] = relationship(order_by="Criterion.position", cascade="all, delete-orphan")


class Criterion(Base):
    """One line of the rubric, published with the call and unchanged from then on."""

    __tablename__ = "selection_criteria"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("selection_calls.event_id"), index=True)
    position: Mapped[int]
    title: Mapped[Slots] = mapped_column(SlotsColumn)
    help: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    """What gets none, some and all of the points."""
    most: Mapped[int] = mapped_column(default=5)
    weight: Mapped[int] = mapped_column(default=1)


class ApplicationState(StrEnum):
    """What became of an application."""

    HANDED_IN = "handed_in"
    WITHDRAWN = "withdrawn"
    ACCEPTED = "accepted"
    RESERVE = "reserve"
    NOT_ACCEPTED = "not_accepted"


class Application(Base):
    """One person's application. Reviewers see its answers under its number, never who it is."""

    __tablename__ = "applications"
    __table_args__ = (
        UniqueConstraint("event_id", "number"),
        UniqueConstraint("event_id", "key"),
        UniqueConstraint("event_id", "pseudonym"),
        CheckConstraint("email_key IS NOT NULL OR phone IS NOT NULL", name="has_contact"),
        Index(
            "uq_applications_email", "event_id", "email_key", unique=True,
            sqlite_where=text("state <> 'withdrawn'"), postgresql_where=text("state <> 'withdrawn'"),
        ),
        Index(
            "uq_applications_phone", "event_id", "phone", unique=True,
            sqlite_where=text("state <> 'withdrawn'"), postgresql_where=text("state <> 'withdrawn'"),
        ),
        Index("ix_applications_state", "event_id", "state"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("selection_calls.event_id"))
    public_id: Mapped[str] = mapped_column(String(24), unique=True)
    key: Mapped[str] = mapped_column(String(40))
    number: Mapped[int]
    pseudonym: Mapped[str] = mapped_column(String(12))
    """Random; what stands in the published list. She can find herself by it, nobody else can."""
    state: Mapped[ApplicationState] = mapped_column(choice_column(ApplicationState), default=ApplicationState.HANDED_IN)
    version: Mapped[int] = mapped_column(default=1)
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254), default="")
    email_key: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(20))
    lang: Mapped[str] = mapped_column(String(2))
    district: Mapped[str] = mapped_column(String(20), default="")
    sex: Mapped[str] = mapped_column(String(8), default="")
    born: Mapped[int | None]
    """Year of birth."""
    role: Mapped[str] = mapped_column(String(24), default="")
    newcomer: Mapped[bool] = mapped_column(default=True)
    """Has she never held a seat at an event of this organiser? Counted when applications close."""
    needs: Mapped[list[str]] = mapped_column(JSON, default=list)
    needs_note: Mapped[str] = mapped_column(Text, default="")
    answers: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """By id of the event's question, checked against its kind as those of registrations are."""
    consents: Mapped[list[str]] = mapped_column(JSON, default=list)
    handed_in_at: Mapped[datetime] = mapped_column(UtcDateTime)
    place: Mapped[int | None]
    """Her place among the accepted, or in the reserve, from 1."""
    score: Mapped[int | None]
    """Hundredths of a per cent of the points that could be had, when the selection was made."""
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("registrations.id"), unique=True)
    """Made when decisions were released: a held seat for the accepted, a place in the queue for the reserve."""

    registration: Mapped[Registration | None] = relationship()


class Reviewer(Base):
    """Somebody who scores applications of a call."""

    __tablename__ = "selection_reviewers"
    __table_args__ = (UniqueConstraint("event_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("selection_calls.event_id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    named_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Review(Base):
    """One reviewer's scores of one application, all criteria at once; or her recusal, which scores nothing."""

    __tablename__ = "selection_reviews"
    __table_args__ = (
        UniqueConstraint("application_id", "reviewer_id"),
        CheckConstraint("recused = (total IS NULL)", name="recused_or_scored"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id"))
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("selection_reviewers.id"), index=True)
    recused: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(Text, default="")
    """Which conflict was declared."""
    points: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    """By id of the criterion."""
    total: Mapped[int | None]
    """Hundredths of a per cent of the weighted points that could be had."""
    version: Mapped[int] = mapped_column(default=1)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
