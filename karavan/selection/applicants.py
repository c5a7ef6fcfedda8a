"""Applicants are told when the event they applied for is moved or put off (`events.listeners`).

Of its cancellation the clock tells them (`selection.tasks`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from karavan.events.listeners import Listeners
from karavan.selection import letters
from karavan.selection.queries import awaiting_decision

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.events.models import Event


def count(session: Session, event_id: int) -> int:
    """Count who applied and awaits the decision."""
    return len(awaiting_decision(session, event_id))


def tell_changed(session: Session, event: Event, changes: list[dict[str, Any]], now: datetime) -> None:
    """Tell them what is different, in words."""
    for application in awaiting_decision(session, event.id):
        letters.tell_changed(session, event, application, changes, now)


def tell_postponed(session: Session, event: Event, now: datetime) -> None:
    """Tell them that the new time is not known yet."""
    for application in awaiting_decision(session, event.id):
        letters.tell_postponed(session, event, application, now)


APPLICANTS = Listeners(count=count, tell_changed=tell_changed, tell_postponed=tell_postponed)
