"""How long things take in moderation, in one place."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

LEASE: Final = timedelta(minutes=10)
"""How long a claim holds without the moderator doing anything."""
GRACE: Final = timedelta(seconds=20)
"""How long a decision can be undone; no letter about it leaves before."""
FREE_EDIT: Final = timedelta(minutes=15)
"""How long an author mends her text without a trace, unless somebody answered, flagged or found it helpful before."""
APPEAL_WINDOW: Final = timedelta(days=30)
"""How long a decision can be appealed against. (EU DSA, art. 20, says six months for large platforms; ours is shorter
because a thread under a submission lives for weeks, and never less than thirty days.)"""
APPEAL_HOURS: Final = 120
"""By when an appeal is decided."""
COSIGN_OVER_HOURS: Final = 24
"""A sanction longer than this needs a second moderator."""
FLAG_PAUSE: Final = timedelta(days=7)
"""For how long the same flag against a text that was kept is refused with a link to that decision."""
BURST: Final = timedelta(minutes=10)
BURST_OF: Final = 5
"""So many flags within that time are shown as one cluster."""
HOLD_WEIGHT: Final = 200
"""Flags of this weight together (hundredths of an ordinary person's) hold a text until a person has read it."""
SLOW_STEP: Final = timedelta(minutes=30)
"""How long somebody waits between two comments while she is slowed down."""
