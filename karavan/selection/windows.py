"""What events may say of their calls: until when one can apply, and when decisions are told (`events.windows`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from karavan.events.rules.seating import offers_stop_at
from karavan.events.windows import Phase, Window
from karavan.selection.models import Call, CallState

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.orm import Session


def find(session: Session, event_ids: Collection[int], now: datetime) -> dict[int, Window]:
    """Return the windows of these events' published calls."""
    published = select(Call).where(Call.event_id.in_(event_ids), Call.state != CallState.DRAFT)
    calls = session.scalars(published.options(joinedload(Call.event))).all()
    return {call.event_id: window(call, now) for call in calls}


def window(call: Call, now: datetime) -> Window:
    """Return where a published call stands now; the clock may close its list some seconds after its time."""
    if call.state == CallState.RELEASED and call.released_at is not None:
        return Window(Phase.TOLD, call.released_at, None)
    if now < call.opens_at:
        return Window(Phase.AHEAD, call.opens_at, None)
    if call.state == CallState.OPEN and now < call.closes_at:
        return Window(Phase.OPEN, call.closes_at, None)
    latest = None if call.event.postponed_at else offers_stop_at(call.event)
    return Window(Phase.CLOSED, call.closes_at, latest if latest and now < latest else None)
