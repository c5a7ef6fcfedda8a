"""Reading the public record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select

from karavan.record.models import ActorRole, RecordEntry, Verb

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

PAGE = 30


class EntryRow(NamedTuple):
    """One public act."""

    id: int
    happened_at: datetime
    verb: Verb
    actor_role: ActorRole
    event_id: int | None
    corrects_id: int | None
    reason: str
    facts: dict[str, Any]


class RecordPage(NamedTuple):
    """Some entries, newest first, and where the earlier ones begin."""

    entries: list[EntryRow]
    before: int | None


def record_page(session: Session, *, before: int | None = None, event_id: int | None = None) -> RecordPage:
    """Return public acts, newest first, paged by keyset; of one event if it is named."""
    columns = RecordEntry.__table__.c
    chosen = select(*(columns[name] for name in EntryRow._fields)).order_by(columns.id.desc()).limit(PAGE + 1)
    if before is not None:
        chosen = chosen.where(columns.id < before)
    if event_id is not None:
        chosen = chosen.where(columns.event_id == event_id)
    entries = [EntryRow(*row) for row in session.execute(chosen)]
    return RecordPage(entries[:PAGE], entries[PAGE - 1].id if len(entries) > PAGE else None)
