"""Writing down that somebody of the staff looks at people, from a page that shows them."""

from __future__ import annotations

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.roster.models import Look
from karavan.roster.rules.looks import looked, standing_look
from karavan.web.access import visitor


def log_look(event_id: int, what: Look, *, detail: str = "", people: int = 0) -> None:
    """Write that this visitor sees people's data, unless it is written already.

    Call it when the answer is made and not yet given: what was read before is let go, and who cannot be written down
    is shown nothing.
    """
    moment, person_id = now(), visitor().person_id
    line = standing_look(db.session(), event_id, person_id, what, detail=detail, now=moment)
    if line is None or line.people < people:
        transact(looked, event_id, person_id, what, detail=detail, people=people, now=moment)


def log_person(event_id: int, number: int, people: int) -> None:
    """Write that this visitor sees people of one registration, by its number."""
    log_look(event_id, Look.PERSON, detail=f"№ {number}", people=people)
