"""Posting a letter: what a rule calls, in its own transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete

from karavan.core.database import insert_many, insert_many_once, insert_once
from karavan.notifications.models import Channel, Letter, LetterState

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.orm import Session


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """Whom a letter goes to, and in which language she reads."""

    lang: str
    email: str = ""
    phone: str = ""

    @property
    def is_nobody(self) -> bool:
        """Has she had her contacts erased, or never left any? Then nothing is written."""
        return not (self.email or self.phone)


def post(
    session: Session,
    letter: str,
    *,
    key: str,
    to: Recipient,
    payload: dict[str, Any],
    now: datetime,
    not_before: datetime | None = None,
    batch: str | None = None,
) -> bool:
    """Write a letter into the outbox; say whether it is new.

    `letter` names a folder under `templates/letters`; `payload` is a snapshot, so that the letter tells what was true
    when it was written; `key` names the occasion: the same occasion never makes a second letter. E-mail is preferred;
    somebody who left only a phone number gets a short message. `not_before`: until then it can be called back.
    `batch`: with which others it belongs.
    """
    if to.is_nobody:
        return False
    row = _row(letter, Post(key=key, to=to, payload=payload), batch=batch, now=now, not_before=not_before)
    return insert_once(session, Letter, **row)


@dataclass(frozen=True, kw_only=True)
class Post:
    """One of many letters: to whom, on which occasion, with what facts."""

    key: str
    to: Recipient
    payload: dict[str, Any]


def post_many(session: Session, letter: str, posts: Iterable[Post], *, batch: str, now: datetime) -> int:
    """Write many letters into the outbox with a few statements, and say how many are new.

    What was written together is counted by its `batch`; each letter still has a key of its own, so that the same
    occasion never makes a second one.
    """
    return insert_many_once(
        session, Letter, [_row(letter, one, batch=batch, now=now) for one in posts if not one.to.is_nobody]
    )


def post_new(session: Session, letter: str, posts: Iterable[Post], *, batch: str, now: datetime) -> None:
    """Write very many letters of an occasion that cannot have been written about before, as quickly as can be."""
    rows = [{"key": one.key, "payload": one.payload, **_way_to(one.to)} for one in posts if not one.to.is_nobody]
    same: dict[str, Any] = {"letter": letter, "batch": batch, "state": LetterState.WAITING}
    insert_many(session, Letter, rows, next_try_at=now, created_at=now, **same)


def _row(
    letter: str, post: Post, *, batch: str | None, now: datetime, not_before: datetime | None = None
) -> dict[str, Any]:
    return {
        "key": post.key,
        **_way_to(post.to),
        "letter": letter,
        "batch": batch,
        "payload": post.payload,
        "state": LetterState.WAITING,
        "attempts": 0,
        "next_try_at": not_before or now,
        "created_at": now,
        "last_error": "",
    }


def _way_to(to: Recipient) -> dict[str, Any]:
    channel, address = (Channel.EMAIL, to.email) if to.email else (Channel.SMS, to.phone)
    return {"channel": channel, "address": address, "lang": to.lang}


def call_back(session: Session, key: str) -> bool:
    """Take a letter out of the outbox that nobody has begun to send; say whether it was still there."""
    taken = session.execute(
        delete(Letter)
        .where(Letter.key == key, Letter.state == LetterState.WAITING, Letter.attempts == 0)
        .returning(Letter.id),
        execution_options={"synchronize_session": False},
    )
    return taken.first() is not None


def call_back_batch(session: Session, batch: str) -> int:
    """Take all letters of a batch out of the outbox that have not left, and say how many those were."""
    taken = session.execute(
        delete(Letter).where(Letter.batch == batch, Letter.state == LetterState.WAITING).returning(Letter.id),
        execution_options={"synchronize_session": False},
    )
    return len(taken.all())
