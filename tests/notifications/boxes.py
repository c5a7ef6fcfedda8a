"""What lies in the outbox and in the mailbox just now."""

from __future__ import annotations

from sqlalchemy import select

from karavan.core.database import db
from karavan.notifications.models import Letter, MailboxLetter


def outbox() -> dict[str, Letter]:
    """Return all letters as they are now, by their keys."""
    db.session.close()
    letters = {letter.key: letter for letter in db.session.scalars(select(Letter))}
    db.session.close()
    return letters


def mailbox() -> list[MailboxLetter]:
    """Return what was laid into the demonstration's mailbox, in that order."""
    db.session.close()
    letters = list(db.session.scalars(select(MailboxLetter).order_by(MailboxLetter.id)))
    db.session.close()
    return letters
