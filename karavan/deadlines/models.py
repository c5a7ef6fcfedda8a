"""The working-day calendar in all its versions, the clocks, and every line that explains a date."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from karavan.core.database import Base, UtcDateTime, choice_column
from karavan.core.languages import Slots, SlotsColumn
from karavan.record.models import ActorRole


class CalendarGate(Base):
    """The one row that whoever counts days reads for sharing, and whoever changes the calendar takes first."""

    __tablename__ = "calendar_gates"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int]


class CalendarVersion(Base):
    """One change of the calendar: why, and when. Its number is the version."""

    __tablename__ = "calendar_versions"

    id: Mapped[int] = mapped_column(primary_key=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    reason: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)


class DayKind(StrEnum):
    """Why a day is not what its place in the week makes it."""

    HOLIDAY = "holiday"
    """A statutory holiday, or the working day it moved to."""
    DAY_OFF = "day_off"
    """A weekday made free by an order."""
    WORKED = "worked"
    """A Saturday or Sunday that is worked by an order."""
    OUTAGE = "outage"
    """Nobody could reach the site: no clock ran."""


class CalendarDay(Base):
    """A day that differs from the rule "Monday to Friday are worked". Rows are closed, never deleted."""

    __tablename__ = "calendar_days"
    __table_args__ = (
        Index(
            "uq_calendar_days_live",
            "day",
            unique=True,
            sqlite_where=text("until_version IS NULL"),
            postgresql_where=text("until_version IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(Date)
    kind: Mapped[DayKind] = mapped_column(choice_column(DayKind))
    source: Mapped[str] = mapped_column(String(20))
    """`library` (the holidays package) or `administrator`."""
    note: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    """The holiday's name, or the order that moved the day."""
    since_version: Mapped[int] = mapped_column(ForeignKey("calendar_versions.id"))
    until_version: Mapped[int | None] = mapped_column(ForeignKey("calendar_versions.id"))
    """From this version on the row no longer holds."""


class DeadlineKind(StrEnum):
    """What must be done by then."""

    CHECKING = "checking"
    """Moderators look at a submission."""
    CONSIDERATION = "consideration"
    """The council considers an admitted submission."""
    SENDING = "sending"
    """The council's recommendation goes to the body it is for."""
    ANSWER = "answer"
    """The body gives a reasoned answer to one recommendation."""
    OBJECTION = "objection"
    """The council decides on an author's objection to an answer."""


class Unit(StrEnum):
    """What is counted."""

    WORKING = "working"
    CALENDAR = "calendar"


class FirstDay(StrEnum):
    """Which day is day one."""

    NEXT = "next"
    """The day after the one on which it began."""
    SAME = "same"


class DeadlineState(StrEnum):
    """Whether the clock runs."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    VOID = "void"
    """There is nothing left to wait for: withdrawn, joined, declined."""


OPEN: Final = (DeadlineState.RUNNING, DeadlineState.PAUSED)
"""The states in which something is still waited for."""


class Deadline(Base):
    """One clock about one thing. The date is stored with everything it was counted from."""

    __tablename__ = "deadlines"
    __table_args__ = (
        CheckConstraint("(proposal_id IS NULL) <> (recommendation_id IS NULL)", name="one_subject"),
        CheckConstraint("days > 0 AND extra_days >= 0", name="days_positive"),
        Index("ix_deadlines_due", "state", "due_on", "id"),
        Index("ix_deadlines_council", "council_id", "state", "due_on"),
        Index("ix_deadlines_board", "addressee_id", "council_id", "kind", "state", "due_on", "passed_on"),
        Index("ix_deadlines_proposal", "proposal_id"),
        Index("ix_deadlines_recommendation", "recommendation_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[DeadlineKind] = mapped_column(choice_column(DeadlineKind))
    state: Mapped[DeadlineState] = mapped_column(choice_column(DeadlineState), default=DeadlineState.RUNNING)
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposals.id"))
    recommendation_id: Mapped[int | None] = mapped_column(ForeignKey("recommendations.id"))
    council_id: Mapped[int] = mapped_column(ForeignKey("councils.id"))
    addressee_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    """Who must act: the council's own organisation, or the body that was written to."""

    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    zone: Mapped[str] = mapped_column(String(40), default="Asia/Aqtau")
    days: Mapped[int]
    unit: Mapped[Unit] = mapped_column(choice_column(Unit))
    first_day: Mapped[FirstDay] = mapped_column(choice_column(FirstDay))
    setting_id: Mapped[int | None] = mapped_column(ForeignKey("statute_settings.id"))
    """The line of the council's statute the term was taken from; NULL: a default of ours."""
    citation: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    """The rule as it is quoted beside the date, as it stood when the clock began."""
    extra_days: Mapped[int] = mapped_column(default=0)
    """Days added by reasoned extensions, in the same unit."""

    calendar_version: Mapped[int] = mapped_column(ForeignKey("calendar_versions.id"))
    due_on: Mapped[date] = mapped_column(Date)
    """The last day on which it is still in time, on the clock of `zone`. While paused: as if resumed on that day."""
    told_due_on: Mapped[date] = mapped_column(Date)
    """The date people were last told; where it differs, a letter is owed."""
    passed_on: Mapped[date | None] = mapped_column(Date)
    """The due date whose passing was already noted."""
    version: Mapped[int] = mapped_column(default=1)
    """Raised by every change, so that a decision about an older date is noticed."""
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    pauses: Mapped[list[Pause]] = relationship(order_by="Pause.id")
    lines: Mapped[list[DeadlineLine]] = relationship(order_by="DeadlineLine.id")


class Pause(Base):
    """A span in which the clock stood still, with the reason. Both days are within it; an open one has no end yet."""

    __tablename__ = "deadline_pauses"
    __table_args__ = (
        Index(
            "uq_deadline_pauses_open",
            "deadline_id",
            unique=True,
            sqlite_where=text("to_day IS NULL"),
            postgresql_where=text("to_day IS NULL"),
        ),
        Index("ix_deadline_pauses_deadline", "deadline_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    deadline_id: Mapped[int] = mapped_column(ForeignKey("deadlines.id"))
    from_day: Mapped[date] = mapped_column(Date)
    to_day: Mapped[date | None] = mapped_column(Date)
    reason: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)


class DeadlineAct(StrEnum):
    """What happened to a clock."""

    STARTED = "started"
    PAUSED = "paused"
    RESUMED = "resumed"
    EXTENDED = "extended"
    RECOMPUTED = "recomputed"
    """The calendar changed while it ran."""
    PASSED = "passed"
    MET = "met"
    VOIDED = "voided"


class DeadlineLine(Base):
    """One line of a clock's history. Triggers refuse to change or delete it."""

    __tablename__ = "deadline_lines"
    __table_args__ = (Index("ix_deadline_lines_deadline", "deadline_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    deadline_id: Mapped[int] = mapped_column(ForeignKey("deadlines.id"))
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    act: Mapped[DeadlineAct] = mapped_column(choice_column(DeadlineAct))
    by: Mapped[ActorRole] = mapped_column(choice_column(ActorRole))
    reason: Mapped[Slots] = mapped_column(SlotsColumn, default=Slots)
    before: Mapped[date | None] = mapped_column(Date)
    after: Mapped[date | None] = mapped_column(Date)
    days: Mapped[int | None]
    calendar_version: Mapped[int | None]
