"""What happens by itself after an event."""

from __future__ import annotations

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.learning.rules.answer import ask, to_be_asked


def ask_those_who_came() -> int:
    """Ask the two questions of those who came to what has just ended; some at a time."""
    moment, asked = now(), 0
    while some := to_be_asked(db.session(), now=moment):
        asked += transact(ask, some, now=moment)
    return asked
