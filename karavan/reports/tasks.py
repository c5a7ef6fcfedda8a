"""What happens to personal data by itself: when their time is over, they go."""

from __future__ import annotations

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.reports.rules.privacy import anonymise_event, due_events, forget_unfinished_lists


def let_people_go() -> int:
    """Make the people of events anonymous whose time is over, one transaction for each; say how many events."""
    moment = now()
    done = sum(
        transact(anonymise_event, event_id, now=moment) is not None for event_id in due_events(db.session(), now=moment)
    )
    transact(forget_unfinished_lists, now=moment)
    return done
