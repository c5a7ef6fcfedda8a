"""The outbox, and the mailbox of the demonstration."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from karavan.core.database import Base, UtcDateTime, choice_column


class Channel(StrEnum):
    """How a letter travels."""

    EMAIL = "email"
    SMS = "sms"


class LetterState(StrEnum):
    """Where a letter stands. `sending` is a lease: when it runs out, another deliverer may take the letter."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


class Letter(Base):
    """One message to one person about one occasion; `key` makes a second one impossible."""

    __tablename__ = "outbox"
    # Not partial: SQLite would not use a partial index for a query with bound values.
    __table_args__ = (Index("ix_outbox_due", "state", "next_try_at"), Index("ix_outbox_batch", "batch"))

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(160), unique=True)
    channel: Mapped[Channel] = mapped_column(choice_column(Channel))
    letter: Mapped[str] = mapped_column(String(80))
    """Name of the folder under templates/letters."""
    batch: Mapped[str | None] = mapped_column(String(60))
    """What it was written for together with many others: "broadcast:7". Such letters let all others go first."""
    address: Mapped[str] = mapped_column(String(254))
    lang: Mapped[str] = mapped_column(String(2))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[LetterState] = mapped_column(choice_column(LetterState), default=LetterState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When it may be tried; while `sending`, when the lease runs out."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str] = mapped_column(Text, default="")


class MailboxLetter(Base):
    """A letter as it was 'sent' in the demonstration, for the mailbox page."""

    __tablename__ = "mailbox"

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_key: Mapped[str] = mapped_column(String(160), unique=True)
    channel: Mapped[Channel] = mapped_column(choice_column(Channel))
    address: Mapped[str] = mapped_column(String(254), index=True)
    subject: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    lang: Mapped[str] = mapped_column(String(2))
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
