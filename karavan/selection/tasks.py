"""What happens to selections by itself."""

from __future__ import annotations

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Problem
from karavan.record.models import ActorRole
from karavan.selection import queries
from karavan.selection.rules.release import tell_of_cancellation
from karavan.selection.rules.steps import close_call


def keep_selections() -> int:
    """Close the calls whose announced time is over, and tell applicants of events that will not be held."""
    moment = now()
    closed = 0
    for event_id in queries.calls_to_close(db.session(), now=moment):
        try:
            transact(close_call, event_id, by=ActorRole.CLOCK, now=moment)
        except Problem:  # somebody closed it a moment ago
            continue
        closed += 1
    db.session.close()
    told = sum(
        transact(tell_of_cancellation, event_id, now=moment)
        for event_id in queries.calls_of_cancelled_events(db.session())
    )
    return closed + told
