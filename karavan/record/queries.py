"""Reading the public record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select

from karavan.record.models import SUBJECTS, ActorRole, RecordEntry, Verb

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
    proposal_id: int | None
    recommendation_id: int | None
    council_id: int | None
    calendar_id: int | None
    hearing_id: int | None
    sitting_id: int | None
    protocol_id: int | None
    corrects_id: int | None
    reason: str
    facts: dict[str, Any]

    @property
    def subject(self) -> tuple[str, int] | None:
        """What it is about; None for a correction, which is about another entry."""
        found = ((kind, getattr(self, f"{kind}_id")) for kind in SUBJECTS)
        return next(((kind, number) for kind, number in found if number is not None), None)


class RecordPage(NamedTuple):
    """Some entries, newest first, and where the earlier ones begin."""

    entries: list[EntryRow]
    before: int | None


def record_page(session: Session, *, before: int | None = None, subject: tuple[str, int] | None = None) -> RecordPage:
    """Return public acts, newest first, paged by keyset; of one thing (its kind and id) if it is named."""
    columns = RecordEntry.__table__.c
    chosen = select(*(columns[name] for name in EntryRow._fields)).order_by(columns.id.desc()).limit(PAGE + 1)
    if before is not None:
        chosen = chosen.where(columns.id < before)
    if subject is not None:
        kind, number = subject
        chosen = chosen.where(columns[f"{kind}_id"] == number)
    entries = [EntryRow(*row) for row in session.execute(chosen)]
    return RecordPage(entries[:PAGE], entries[PAGE - 1].id if len(entries) > PAGE else None)
