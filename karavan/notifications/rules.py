"""How letters leave the outbox: claimed for a while, then marked. Short transactions; none waits for a server.

Several deliverers may work at once. A claim is one guarded UPDATE; on PostgreSQL a letter that somebody else is just
claiming is skipped, on SQLite writers pass one at a time anyway. The claim is a lease: if its holder dies, the letter
is free again when the lease runs out. A mark is valid only for the attempt it belongs to, so that somebody who slept
through her lease cannot undo what the next one did.
"""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import case, delete, select, update

from karavan.core.database import insert_once
from karavan.notifications.models import Letter, LetterState, MailboxLetter

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.notifications.messages import Outgoing

LEASE: Final = timedelta(minutes=5)
"""Longer than the longest conversation with a mail server (ten steps of 15 seconds)."""
PAUSES: Final = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=8),
)
ATTEMPTS: Final = 14
"""About three days: the town has been without internet for longer than a night."""
KEPT_FOR: Final = timedelta(days=30)
_OPEN: Final = (LetterState.WAITING, LetterState.SENDING)
_SOMEBODY_SITS_AND_WAITS: Final = "accounts/"
_ERROR_LIMIT: Final = 500


def claim(session: Session, *, now: datetime) -> Letter | None:
    """Take the letter whose turn it is, for as long as the lease lasts.

    Sign-in codes go before all others, and letters that were written to many at once after all others.
    """
    urgent = case((Letter.letter.startswith(_SOMEBODY_SITS_AND_WAITS), 0), (Letter.batch.is_(None), 1), else_=2)
    due = (
        select(Letter.id)
        .where(Letter.state.in_(_OPEN), Letter.next_try_at <= now)
        .order_by(urgent, Letter.next_try_at, Letter.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return session.scalars(
        update(Letter)
        .where(Letter.id == due.scalar_subquery())
        .values(state=LetterState.SENDING, attempts=Letter.attempts + 1, next_try_at=now + LEASE)
        .returning(Letter),
        execution_options={"synchronize_session": False},
    ).one_or_none()


def mark_sent(session: Session, letter: Letter, *, now: datetime) -> bool:
    """Note that a letter has left; say whether the claim was still ours. A code that was sent is kept no longer."""
    facts: dict[str, Any] = {"state": LetterState.SENT, "sent_at": now, "last_error": ""}
    if letter.letter.startswith(_SOMEBODY_SITS_AND_WAITS):
        facts["payload"] = {}
    return _mark(session, letter, **facts)


def put_off(session: Session, letter: Letter, *, why: str, now: datetime) -> bool:
    """Try again later, after a growing pause; give up when it has been tried often enough."""
    if letter.attempts >= ATTEMPTS:
        return give_up(session, letter, why=why)
    return _mark(
        session,
        letter,
        state=LetterState.WAITING,
        next_try_at=now + pause_after(letter.attempts),
        last_error=why[:_ERROR_LIMIT],
    )


def give_up(session: Session, letter: Letter, *, why: str) -> bool:
    """Note that a letter will not be tried again, and why, for the operator to see."""
    return _mark(session, letter, state=LetterState.FAILED, last_error=why[:_ERROR_LIMIT])


def pause_after(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts; jitter keeps a crowd of letters from coming back at once."""
    pause = PAUSES[min(attempts, len(PAUSES)) - 1]
    return pause * random.uniform(0.8, 1.2)  # noqa: S311 -- jitter, not a secret


def keep_copy(session: Session, message: Outgoing, raw: bytes, *, now: datetime) -> bool:
    """Lay a letter into the demonstration's mailbox; say whether it was not there yet."""
    return insert_once(
        session,
        MailboxLetter,
        letter_key=message.key,
        channel=message.channel,
        address=message.address,
        subject=message.subject,
        body=message.text,
        raw=raw,
        lang=message.lang,
        sent_at=now,
    )


def forget(session: Session, *, now: datetime) -> int:
    """Take names and addresses out of letters that left long ago. Their keys stay: an occasion never comes twice."""
    long_ago = now - KEPT_FOR
    session.execute(delete(MailboxLetter).where(MailboxLetter.sent_at < long_ago))
    forgotten = session.execute(
        update(Letter)
        .where(Letter.state.not_in(_OPEN), Letter.created_at < long_ago, Letter.address != "")
        .values(payload={}, address="", last_error="")
        .returning(Letter.id),
    )
    return len(forgotten.all())


def _mark(session: Session, letter: Letter, **facts: Any) -> bool:
    marked = session.execute(
        update(Letter)
        .where(Letter.id == letter.id, Letter.state == LetterState.SENDING, Letter.attempts == letter.attempts)
        .values(**facts)
        .returning(Letter.id),
        execution_options={"synchronize_session": False},
    )
    return marked.first() is not None
