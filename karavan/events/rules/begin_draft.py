"""Beginning a draft at the desk: one draft, also when the button was pressed twice."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from karavan.events.models import Event, EventState
from karavan.events.rules.plan import create_event, search_text

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.events.rules.plan import Plan

TWICE: Final = timedelta(minutes=10)
"""Within this time the same words, at the same hour, are a second press and not a second event."""


def begin_draft(session: Session, organisation_id: int, plan: Plan, *, now: datetime) -> Event:
    """Begin a draft for an organiser; the same form sent again finds the draft it made."""
    first = session.scalar(
        select(Event)
        .where(
            Event.organisation_id == organisation_id,
            Event.state == EventState.DRAFT,
            Event.version == 1,
            Event.updated_at > now - TWICE,
            Event.starts_at == plan.starts_at,
            Event.ends_at == plan.ends_at,
            Event.search_text == search_text(plan),
        )
        .limit(1),
    )
    return first or create_event(session, organisation_id, plan, now=now)
