"""Posting a letter: what a rule calls, in its own transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete

from karavan.core.database import insert_once
from karavan.notifications.models import Channel, Letter, LetterState

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """Whom a letter goes to, and in which language she reads."""

    lang: str
    email: str = ""
    phone: str = ""


def post(
    session: Session,
    letter: str,
    *,
    key: str,
    to: Recipient,
    payload: dict[str, Any],
    now: datetime,
    not_before: datetime | None = None,
) -> bool:
    """Write a letter into the outbox; say whether it is new.

    `letter` names a folder under `templates/letters`; `payload` is a snapshot, so that the letter tells what was true
    when it was written; `key` names the occasion: the same occasion never makes a second letter. E-mail is preferred;
    somebody who left only a phone number gets a short message. `not_before`: until then it can be called back.
    """
    channel, address = (Channel.EMAIL, to.email) if to.email else (Channel.SMS, to.phone)
    return insert_once(
        session,
        Letter,
        key=key,
        channel=channel,
        letter=letter,
        address=address,
        lang=to.lang,
        payload=payload,
        state=LetterState.WAITING,
        attempts=0,
        next_try_at=not_before or now,
        created_at=now,
        last_error="",
    )


def call_back(session: Session, key: str) -> bool:
    """Take a letter out of the outbox that nobody has begun to send; say whether it was still there."""
    taken = session.execute(
        delete(Letter)
        .where(Letter.key == key, Letter.state == LetterState.WAITING, Letter.attempts == 0)
        .returning(Letter.id),
        execution_options={"synchronize_session": False},
    )
    return taken.first() is not None
