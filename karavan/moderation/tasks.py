"""What happens to cases by themselves: leases, holds and dates that run out."""

from __future__ import annotations

import logging

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.moderation.queries import to_settle
from karavan.moderation.rules.cases import expire

log = logging.getLogger(__name__)


def settle_cases() -> int:
    """Look at every case about which the clock has something to do; one transaction each, and none stops another."""
    moment, done = now(), 0
    for case_id in to_settle(db.session(), moment):
        try:
            done += transact(expire, case_id, now=moment)
        except Exception:
            log.exception("case %d could not be settled; it will be tried again", case_id)
    return done
