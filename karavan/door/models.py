"""Day passes of devices, and every scan as it arrived. `events.CheckIn` is the truth about who came."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from karavan.core.database import Base, UtcDateTime, choice_column
from karavan.events.models import Event

MOST_TRIES: Final = 5
"""So many wrong PINs in a row lock a pass: it cannot be opened any more, the organiser gives another."""
AN_OPENING: Final = 100_000
"""So many numbers has each opening of a pass for its scans; a second device begins where the first cannot reach."""
IDLE: Final = timedelta(minutes=20)
"""A device that lay about for so long shows no names until the PIN is entered again."""
LATE: Final = timedelta(days=7)
"""What was scanned in time is still taken for so long after the pass ended."""


class DevicePass(Base):
    """One device may mark who comes on one day of one event. It knows no names: keyed hashes of codes only."""

    __tablename__ = "door_passes"
    __table_args__ = (Index("ix_door_passes_event", "event_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    public_id: Mapped[str] = mapped_column(String(24), unique=True)
    day: Mapped[date] = mapped_column(Date)
    name: Mapped[str] = mapped_column(String(60))
    """What the organiser calls this door: "North entrance"."""
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    """Of the random token in the device's cookie; another one with each opening, so that one device holds the pass."""
    pin_salt: Mapped[str] = mapped_column(String(32))
    pin_digest: Mapped[str] = mapped_column(String(64))
    """PBKDF2-HMAC-SHA-256 of the six-digit PIN; tries are counted."""
    tries: Mapped[int] = mapped_column(default=0)
    openings: Mapped[int] = mapped_column(default=0)
    """How often it was opened with link and PIN; each opening numbers its scans apart."""
    roster_key: Mapped[str] = mapped_column(String(64))
    """Keys the hashes of this pass's roster; on the device it lies wrapped by the PIN."""
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """First opened."""
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """The end of its day, on the event's clock."""
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When something was last done with it: a scan, a search, the PIN. Looking after news is nothing done."""

    event: Mapped[Event] = relationship()

    @property
    def locked(self) -> bool:
        """Were there too many wrong PINs?"""
        return self.tries >= MOST_TRIES

    @property
    def first_number(self) -> int:
        """The number before the first scan of its present opening."""
        return self.openings * AN_OPENING

    def idle(self, now: datetime) -> bool:
        """Has nothing been done with it for long, so that the PIN is asked again before a name is shown?"""
        return self.seen_at is None or now - self.seen_at > IDLE

    def over(self, now: datetime) -> bool:
        """Is its day over?"""
        return now >= self.expires_at


class ScanResult(StrEnum):
    """What came of a scan."""

    CAME = "came"
    AGAIN = "again"
    """She had been marked before: at this door or another."""
    NO_SEAT = "no_seat"
    UNKNOWN = "unknown"
    UNDONE = "undone"


COUNTED: Final = (ScanResult.CAME, ScanResult.AGAIN)
"""Scans that say somebody stood at the door; the earliest of them is the arrival."""


class Scan(Base):
    """One scan by a pass, sent at once or later. The same scan sent twice is one row: (pass, number on the device)."""

    __tablename__ = "door_scans"
    __table_args__ = (UniqueConstraint("pass_id", "number"), Index("ix_door_scans_attendee", "attendee_id", "day"))

    id: Mapped[int] = mapped_column(primary_key=True)
    pass_id: Mapped[int] = mapped_column(ForeignKey("door_passes.id"))
    number: Mapped[int]
    """Counted on the device, from `first_number` on; below zero, counted here: sent by a plain form."""
    attendee_id: Mapped[int | None] = mapped_column(ForeignKey("attendees.id"))
    day: Mapped[date] = mapped_column(Date)
    scanned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """So long before it was received as the device says it is old: its clock may be wrong."""
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    result: Mapped[ScanResult] = mapped_column(choice_column(ScanResult))
