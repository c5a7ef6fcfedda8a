"""What the mailbox page of the demonstration reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from karavan.notifications.models import Channel, MailboxLetter

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

PAGE_SIZE = 20


class MailRow(NamedTuple):
    """A letter in the list."""

    id: int
    channel: Channel
    address: str
    subject: str
    lang: str
    sent_at: datetime


class MailPage(NamedTuple):
    """A page of the list; `older` is where the next one begins."""

    rows: list[MailRow]
    older: int | None


def mail_page(session: Session, *, to: str, before: int) -> MailPage:
    """Return letters, newest first, to everyone or to one address, from before a letter's number."""
    columns = MailboxLetter.__table__.c
    chosen = select(*(columns[name] for name in MailRow._fields)).where(columns.id < before)
    if to:
        chosen = chosen.where(columns.address == to)
    chosen = chosen.order_by(columns.id.desc()).limit(PAGE_SIZE + 1)
    rows = [MailRow(*row) for row in session.execute(chosen)]
    return MailPage(rows[:PAGE_SIZE], rows[PAGE_SIZE - 1].id if len(rows) > PAGE_SIZE else None)


def mail(session: Session, letter_id: int) -> MailboxLetter | None:
    """Return one letter of the mailbox."""
    return session.get(MailboxLetter, letter_id)
