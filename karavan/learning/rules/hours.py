"""Saying how long the days of an event were."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete

from karavan.core.database import insert_into
from karavan.events.rules.seating import take_gate
from karavan.learning.models import EventDay

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session


def set_hours(session: Session, event_id: int, minutes: dict[date, int]) -> None:
    """Write down how many minutes each day counts for. Certificates that were issued keep theirs."""
    take_gate(session, event_id)
    session.execute(delete(EventDay).where(EventDay.event_id == event_id))
    for day, counts in minutes.items():
        session.connection().execute(insert_into(EventDay), {"event_id": event_id, "day": day, "minutes": counts})
