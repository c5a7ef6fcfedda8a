"""What the background rounds do about accounts."""

from __future__ import annotations

from karavan.accounts import rules
from karavan.core.clock import now
from karavan.core.database import transact


def forget_old_codes() -> int:
    """Delete yesterday's codes and sessions long closed; close what nobody has used for half a year."""
    transact(rules.forget_sessions, now=now())
    return transact(rules.forget_codes, now=now())
