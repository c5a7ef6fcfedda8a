"""What happens to submissions by itself: reminders, digests, clearing up."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.when import local_day
from karavan.deadlines.queries import due_for_attention, untold
from karavan.deadlines.rules import ensure_calendar
from karavan.proposals import queries
from karavan.proposals.models import Pace
from karavan.proposals.rules.follow import last_due, tell_follower
from karavan.proposals.rules.remind import remind
from karavan.proposals.rules.tidy import forget_old_drafts as forget

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

log = logging.getLogger(__name__)


def remind_of_deadlines() -> int:
    """Look at every clock that may owe somebody a letter; one transaction each, and one that fails stops no other."""
    moment = now()
    session = db.session()
    due = {attention.deadline_id for attention in due_for_attention(session, local_day(moment))}
    due |= {deadline.id for deadline in untold(session)}
    return _each(lambda deadline_id: transact(remind, deadline_id, now=moment), sorted(due))


def tell_followers() -> int:
    """Write to whoever follows something in which something happened, at once, daily or weekly."""
    moment, told = now(), 0
    for pace in Pace:
        people = queries.people_to_tell(db.session(), pace, before=last_due(pace, moment))
        told += _each(partial(_tell, pace, moment), people)
    return told


def keep_calendar() -> bool:
    """Put in the years that have come into sight."""
    return transact(ensure_calendar, now=now())


def forget_old_drafts() -> int:
    """Delete drafts whose thirty days are over, and files that belong to nothing."""
    return transact(forget, now=now())


def _tell(pace: Pace, moment: datetime, person_id: int) -> int:
    return transact(tell_follower, person_id, pace, now=moment)


def _each(work: Callable[[int], int], ids: Iterable[int]) -> int:
    """Do this for each, and count what it made. What fails is logged and does not keep the others from it."""
    done = 0
    for one in ids:
        try:
            done += work(one)
        except Exception:
            log.exception("work on %d failed; it will be tried again", one)
    return done
