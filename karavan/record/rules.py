"""Appending to the public record. There is no other rule: nothing here is ever changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from karavan.core.database import insert_into
from karavan.record.models import ActorRole, RecordEntry, Verb

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session


def note(
    session: Session,
    verb: Verb,
    *,
    of: int,
    by: ActorRole,
    now: datetime,
    reason: str = "",
    **facts: int | str | None,
) -> None:
    """Write one public act into the caller's transaction: both happen, or neither.

    `of` is the id of what the verb's first word names: an event, a submission, a council.
    Past the session: this row is in every transaction under a gate, and is never looked at again in it.
    """
    entry = {"happened_at": now, "verb": verb, "actor_role": by, "reason": reason, "facts": facts}
    entry[f"{verb.subject}_id"] = of
    session.connection().execute(insert_into(RecordEntry), entry)


def correct(session: Session, entry_id: int, *, by: ActorRole, now: datetime, reason: str) -> None:
    """Say publicly that an earlier row was wrong, and why. The wrong row stays."""
    session.add(
        RecordEntry(happened_at=now, verb=Verb.RECORD_CORRECTED, actor_role=by, corrects_id=entry_id, reason=reason),
    )
