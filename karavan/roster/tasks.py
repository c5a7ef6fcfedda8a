"""What happens to letters about an event by itself: people are reminded when the moment comes."""

from __future__ import annotations

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.roster.message_letters import REMINDER
from karavan.roster.message_queries import waiting_reminders
from karavan.roster.rules.reminders import call_back_stale, events_to_remind, remind


def write_reminders() -> int:
    """Write the reminders that are due, one transaction for each event; take back what is not true any more."""
    moment = now()
    session = db.session()
    stale, due = bool(waiting_reminders(session, REMINDER)), events_to_remind(session, now=moment)
    if stale:
        transact(call_back_stale)
    return sum(transact(remind, event_id, now=moment) for event_id in due)
