"""What happens by itself in discussions. Each is safe to run twice, late, or after days off."""

from __future__ import annotations

import logging
from typing import Final

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.discussion.rules.drafts import clear_drafts
from karavan.discussion.rules.rerender import rerender
from karavan.discussion.sums import drifts

log = logging.getLogger(__name__)
BATCH: Final = 200
"""So many comments are rendered again in one transaction, so that nobody who writes waits long."""


def tidy() -> int:
    """Forget old drafts, and render again what older rules rendered; return how much that was."""
    moment = now()
    done = transact(clear_drafts, now=moment)
    while count := transact(rerender, limit=BATCH, now=moment):
        done += count
    return done


def check_sums() -> int:
    """Count every kept sum anew, log what differs, and return how many that are. There are none."""
    found = list(drifts(db.session()))
    for one in found:
        log.error("%s of %d is %d, and its rows say %d", *one)
    return len(found)
