"""Reading receipts of what was deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from karavan.events.models import Event
from karavan.reports.models import DeletionReceipt

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def receipt(session: Session, code: str) -> tuple[DeletionReceipt, Event | None] | None:
    """Return a receipt by its code, with the event whose people it is about."""
    found = session.scalar(select(DeletionReceipt).where(DeletionReceipt.code == code))
    if found is None:
        return None
    return found, session.get(Event, found.event_id) if found.event_id else None


def receipt_of_event(session: Session, slug: str) -> DeletionReceipt | None:
    """Return the receipt of an event whose people are anonymous."""
    statement = select(DeletionReceipt).join(Event, Event.id == DeletionReceipt.event_id).where(Event.slug == slug)
    return session.scalar(statement.order_by(DeletionReceipt.id).limit(1))
