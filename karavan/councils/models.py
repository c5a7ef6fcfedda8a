"""Councils and what is known of them: statutes through time, members, commissions, promises."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from karavan.accounts.models import Organisation
from karavan.core.database import Base, UtcDateTime, choice_column
from karavan.core.languages import Slots, SlotsColumn
from karavan.files.models import StoredFile


class CouncilLevel(StrEnum):
    """How large a territory a council speaks for."""

    REGION = "region"
    CITY = "city"
    DISTRICT = "district"


class Council(Base):
    """A public council under law 383-V. Its organisation gives it a name and holds its people's roles."""

    __tablename__ = "councils"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), unique=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    level: Mapped[CouncilLevel] = mapped_column(choice_column(CouncilLevel))
    place: Mapped[str] = mapped_column(String(20), default="")
    """A key of `core.places.PLACES`; empty: the whole region."""
    about: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    address: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    position: Mapped[int] = mapped_column(default=0)
    """Where it stands in lists."""
    demo: Mapped[bool] = mapped_column(default=False)
    """Its people and its statute are invented for the demonstration; the page says so."""

    organisation: Mapped[Organisation] = relationship()
    commissions: Mapped[list[Commission]] = relationship(order_by="Commission.position")
    members: Mapped[list[Member]] = relationship(order_by="(Member.position, Member.id)")
    promises: Mapped[list[Promise]] = relationship(order_by="Promise.made_on.desc()")


class Commission(Base):
    """A standing group of members for one field."""

    __tablename__ = "commissions"

    id: Mapped[int] = mapped_column(primary_key=True)
    council_id: Mapped[int] = mapped_column(ForeignKey("councils.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    name: Mapped[Slots] = mapped_column(SlotsColumn)


class Office(StrEnum):
    """What a member is within the council."""

    CHAIR = "chair"
    DEPUTY_CHAIR = "deputy_chair"
    SECRETARY = "secretary"
    MEMBER = "member"


class Sector(StrEnum):
    """Whom a member comes from: the law bounds the state's share."""

    NGO = "ngo"
    BUSINESS = "business"
    MEDIA = "media"
    LABOUR = "labour"
    EXPERT = "expert"
    MASLIKHAT = "maslikhat"
    STATE = "state"


class Member(Base):
    """A person's seat in a council for one mandate. A new mandate is a new row: history stays."""

    __tablename__ = "council_members"
    __table_args__ = (
        CheckConstraint("mandate_to >= mandate_from", name="mandate_in_order"),
        CheckConstraint("photo_id IS NULL OR photo_consent", name="photo_with_consent"),
        Index("ix_council_members_council", "council_id", "ended_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    council_id: Mapped[int] = mapped_column(ForeignKey("councils.id"))
    commission_id: Mapped[int | None] = mapped_column(ForeignKey("commissions.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    """Her account, if she has one here."""
    position: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(String(120))
    office: Mapped[Office] = mapped_column(choice_column(Office), default=Office.MEMBER)
    sector: Mapped[Sector] = mapped_column(choice_column(Sector))
    work: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    """What she does, and where."""
    mandate_from: Mapped[date] = mapped_column(Date)
    mandate_to: Mapped[date] = mapped_column(Date)
    ended_on: Mapped[date | None] = mapped_column(Date)
    """Left before the mandate was over."""
    ended_reason: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    interests: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    """Declared interests (law 30-VIII, art. 1), in her own words; empty: none declared."""
    interests_on: Mapped[date | None] = mapped_column(Date)
    photo_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"))
    photo_consent: Mapped[bool] = mapped_column(default=False)
    """She agreed that her photo is shown. Without it none is kept."""

    commission: Mapped[Commission | None] = relationship()
    photo: Mapped[StoredFile | None] = relationship()

    def sits_on(self, day: date) -> bool:
        """Is she a member on that day?"""
        return self.mandate_from <= day <= self.last_day

    def over_on(self, day: date) -> bool:
        """Was her mandate over before that day?"""
        return self.last_day < day

    @property
    def last_day(self) -> date:
        """The last day of the mandate: it may have ended early."""
        return min(self.mandate_to, self.ended_on or self.mandate_to)


class PromiseState(StrEnum):
    """What became of a promise."""

    OPEN = "open"
    KEPT = "kept"
    NOT_KEPT = "not_kept"


class Promise(Base):
    """What a council said in public it would do."""

    __tablename__ = "council_promises"

    id: Mapped[int] = mapped_column(primary_key=True)
    council_id: Mapped[int] = mapped_column(ForeignKey("councils.id"), index=True)
    text: Mapped[Slots] = mapped_column(SlotsColumn)
    made_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date | None] = mapped_column(Date)
    state: Mapped[PromiseState] = mapped_column(choice_column(PromiseState), default=PromiseState.OPEN)
    outcome: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    outcome_on: Mapped[date | None] = mapped_column(Date)


class SettingKey(StrEnum):
    """What a statute settles. `councils.statute` knows the shape and the default of each."""

    QUORUM = "quorum"
    MAJORITY = "majority"
    MANDATE_YEARS = "mandate_years"
    STATE_SHARE = "state_share"
    MEETING_NOTICE = "meeting_notice"
    HEARING_NOTICE = "hearing_notice"
    PUBLICATION = "publication"
    CHECKING_TERM = "checking_term"
    CONSIDERATION_TERM = "consideration_term"
    SENDING_TERM = "sending_term"
    ANSWER_TERM = "answer_term"
    OBJECTION_TERM = "objection_term"
    EXTENSION = "extension"
    MINIMUM_SUPPORTS = "minimum_supports"
    MINIMUM_AGE = "minimum_age"
    MODERATION_HOURS = "moderation_hours"
    LANGUAGE_ORDER = "language_order"
    LEGAL_REFERENCE = "legal_reference"


class StatuteSetting(Base):
    """One line of a statute, from a day on. Never changed: a later line replaces it, and the history stays readable."""

    __tablename__ = "statute_settings"
    __table_args__ = (Index("ix_statute_settings_council", "council_id", "key", "valid_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    council_id: Mapped[int] = mapped_column(ForeignKey("councils.id"))
    key: Mapped[SettingKey] = mapped_column(choice_column(SettingKey))
    value: Mapped[dict[str, Any]] = mapped_column(JSON)
    valid_from: Mapped[date] = mapped_column(Date)
    citation: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    """The article it rests on, as it is quoted to readers."""
    note: Mapped[str] = mapped_column(Text, default="")
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
