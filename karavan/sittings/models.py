"""Sittings of a council: agenda, attendance, votes, decisions. Facts true of one row; nothing here asks the database.

Quorum is a constraint: a decision carries how many were present and how many members there are, a check compares the
two, and triggers compare both with the rows of attendance and membership at that very moment (law 383-V, art. 13: two
thirds of all members). Votes, majority and outcome are held to the rows in the same way.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from karavan.core.database import Base, UtcDateTime, choice_column
from karavan.core.languages import Slots, SlotsColumn
from karavan.councils.models import Council, Member
from karavan.events.models import Event
from karavan.proposals.models import Proposal, Recommendation


class SittingState(StrEnum):
    """Where a sitting is."""

    DRAFT = "draft"
    CONVENED = "convened"
    """Notice is given: everybody sees date and agenda."""
    OPEN = "open"
    """It is going on."""
    HELD = "held"
    CANCELLED = "cancelled"


class Sitting(Base):
    """One sitting. Its seats for the public are those of its event."""

    __tablename__ = "sittings"
    __table_args__ = (
        UniqueConstraint("council_id", "number"),
        CheckConstraint(
            "state IN ('draft', 'cancelled') OR held_on >= earliest_on OR CAST(short_notice AS TEXT) <> '{}'",
            name="notice_was_given",
        ),
        CheckConstraint("quorum_num > 0 AND quorum_num <= quorum_den", name="quorum_is_a_share"),
        Index("ix_sittings_council", "council_id", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    council_id: Mapped[int] = mapped_column(ForeignKey("councils.id"))
    number: Mapped[int]
    event_id: Mapped[int | None] = mapped_column(ForeignKey("events.id"), unique=True)
    state: Mapped[SittingState] = mapped_column(choice_column(SittingState), default=SittingState.DRAFT)
    version: Mapped[int] = mapped_column(default=1)
    title: Mapped[Slots] = mapped_column(SlotsColumn)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    held_on: Mapped[str] = mapped_column(String(10))
    """The day of `starts_at` in Aktau, as ISO text, so that the constraint can compare it on both databases."""
    earliest_on: Mapped[str] = mapped_column(String(10), default="9999-12-31")
    """The first day on which it may be held, counted when notice was given."""
    short_notice: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    """Why the notice is shorter than the statute's, if it is: published."""
    venue: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    stream_url: Mapped[str] = mapped_column(Text, default="")
    closed_to_public: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    """Why it is not open, if it is not: recorded and published."""
    cancel_reason: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    convened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    setting_id: Mapped[int | None] = mapped_column(ForeignKey("statute_settings.id"))
    """The line of the statute its quorum rests on; NULL: the law's default."""
    quorum_num: Mapped[int] = mapped_column(default=2)
    quorum_den: Mapped[int] = mapped_column(default=3)
    majority: Mapped[str] = mapped_column(String(16), default="present")
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    demo: Mapped[bool] = mapped_column(default=False)

    council: Mapped[Council] = relationship()
    event: Mapped[Event | None] = relationship()
    items: Mapped[list[AgendaItem]] = relationship(order_by="AgendaItem.position", back_populates="sitting")
    attendance: Mapped[list[Attendance]] = relationship(order_by="Attendance.id")


class ItemState(StrEnum):
    """Where an item of the agenda is."""

    WAITING = "waiting"
    CURRENT = "current"
    VOTING = "voting"
    DECIDED = "decided"
    NOTED = "noted"
    """Heard; nothing was to be decided."""
    POSTPONED = "postponed"


class AgendaItem(Base):
    """One item («күн тәртібіндегі мәселе»). A sitting deals with one at a time; `decided` means there is a decision."""

    __tablename__ = "agenda_items"
    __table_args__ = (
        UniqueConstraint("sitting_id", "position"),
        Index(
            "uq_agenda_items_in_hand",
            "sitting_id",
            unique=True,
            sqlite_where=text("state IN ('current', 'voting')"),
            postgresql_where=text("state IN ('current', 'voting')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sittings.id"))
    position: Mapped[int]
    title: Mapped[Slots] = mapped_column(SlotsColumn)
    draft: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    """The decision that is proposed."""
    speaker: Mapped[str] = mapped_column(String(160), default="")
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposals.id"), index=True)
    recommendation_id: Mapped[int | None] = mapped_column(ForeignKey("recommendations.id"), index=True)
    state: Mapped[ItemState] = mapped_column(choice_column(ItemState), default=ItemState.WAITING)
    note: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    """What was said, for the protocol."""
    version: Mapped[int] = mapped_column(default=1)
    voting_from: Mapped[datetime | None] = mapped_column(UtcDateTime)

    sitting: Mapped[Sitting] = relationship(back_populates="items")
    proposal: Mapped[Proposal | None] = relationship()
    recommendation: Mapped[Recommendation | None] = relationship()
    ballots: Mapped[list[Ballot]] = relationship(order_by="Ballot.id")
    decision: Mapped[CouncilDecision | None] = relationship(back_populates="item")


class Attendance(Base):
    """A member was in the room from then to then; somebody who went and came back has two rows."""

    __tablename__ = "sitting_attendance"
    __table_args__ = (
        Index(
            "uq_sitting_attendance_present",
            "sitting_id",
            "member_id",
            unique=True,
            sqlite_where=text("left_at IS NULL"),
            postgresql_where=text("left_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sittings.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("council_members.id"))
    remote: Mapped[bool] = mapped_column(default=False)
    came_at: Mapped[datetime] = mapped_column(UtcDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))

    member: Mapped[Member] = relationship()


class ConflictOfInterest(Base):
    """A member declares a conflict of interest (law 30-VIII, art. 1): no vote of hers on that item, by trigger."""

    __tablename__ = "sitting_conflicts"
    __table_args__ = (UniqueConstraint("item_id", "member_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_items.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("council_members.id"))
    words: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    declared_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Choice(StrEnum):
    """How a member votes. Who is not there is absent, which needs no row."""

    FOR = "for"
    AGAINST = "against"
    ABSTAINED = "abstained"


class Ballot(Base):
    """One member's vote on one item, open to everybody. Triggers refuse one by whoever is absent or in conflict."""

    __tablename__ = "ballots"
    __table_args__ = (UniqueConstraint("item_id", "member_id"), Index("ix_ballots_member", "member_id", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_items.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("council_members.id"))
    choice: Mapped[Choice] = mapped_column(choice_column(Choice))
    cast_at: Mapped[datetime] = mapped_column(UtcDateTime)
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    """The secretary who called the roll, or the member herself."""

    member: Mapped[Member] = relationship()


class CouncilDecision(Base):
    """What a sitting decided on an item. No row without quorum at that moment. Never changed: triggers refuse."""

    __tablename__ = "decisions"
    __table_args__ = (
        UniqueConstraint("item_id"),
        CheckConstraint("present > 0 AND present * quorum_den >= members * quorum_num", name="has_quorum"),
        CheckConstraint("votes_for + votes_against + votes_abstained <= present", name="no_more_votes_than_present"),
        CheckConstraint(
            "adopted = (CASE majority WHEN 'present' THEN votes_for * 2 > present "
            "WHEN 'all' THEN votes_for * 2 > members "
            "WHEN 'two_thirds' THEN votes_for * 3 >= present * 2 ELSE NOT adopted END)",
            name="adopted_by_majority",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_items.id"))
    number: Mapped[str] = mapped_column(String(24), unique=True)
    text: Mapped[Slots] = mapped_column(SlotsColumn)
    adopted: Mapped[bool]
    members: Mapped[int]
    """How many members the council has on that day."""
    present: Mapped[int]
    quorum_num: Mapped[int]
    quorum_den: Mapped[int]
    majority: Mapped[str] = mapped_column(String(16))
    votes_for: Mapped[int]
    votes_against: Mapped[int]
    votes_abstained: Mapped[int]
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)

    item: Mapped[AgendaItem] = relationship(back_populates="decision")
    opinions: Mapped[list[SpecialOpinion]] = relationship(order_by="SpecialOpinion.id")


class SpecialOpinion(Base):
    """A member does not agree with a decision and says why («ерекше пікір»); it belongs to the protocol."""

    __tablename__ = "special_opinions"
    __table_args__ = (UniqueConstraint("decision_id", "member_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("council_members.id"))
    words: Mapped[str] = mapped_column(Text)
    lang: Mapped[str] = mapped_column(String(2))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)

    member: Mapped[Member] = relationship()
