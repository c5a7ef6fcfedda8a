"""What happens to seats by itself."""

from __future__ import annotations

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.events import queries
from karavan.events.rules.change_seats import sweep


def sweep_offers() -> int:
    """Take back offers whose time is over and hand the seats on; one transaction for each event."""
    moment = now()
    due = queries.events_to_sweep(db.session(), now=moment)
    return sum(transact(sweep, event_id, now=moment) for event_id in due)
