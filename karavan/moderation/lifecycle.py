"""The life of a case, as one table. The rules, the queue and the tests read it.

A step is one guarded UPDATE from a state to the next; whoever comes second finds that the case has moved on.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from karavan.moderation.models import CaseState


class Act(StrEnum):
    """What moves a case on."""

    CLAIM = "claim"
    RELEASE = "release"
    """Given back, or the lease ran out."""
    DECIDE = "decide"
    PROPOSE = "propose"
    """Decided, if a second moderator agrees."""
    COSIGN = "cosign"
    REFUSE = "refuse"
    UNDO = "undo"
    VOID = "void"
    APPEAL = "appeal"
    CLAIM_APPEAL = "claim_appeal"
    RELEASE_APPEAL = "release_appeal"
    JUDGE = "judge"


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the table."""

    act: Act
    before: tuple[CaseState, ...]
    after: CaseState


_S = CaseState
LIFE: Final = (
    Step(Act.CLAIM, (_S.OPEN, _S.CLAIMED), _S.CLAIMED),
    Step(Act.RELEASE, (_S.CLAIMED,), _S.OPEN),
    Step(Act.DECIDE, (_S.OPEN, _S.CLAIMED), _S.DECIDED),
    Step(Act.PROPOSE, (_S.OPEN, _S.CLAIMED), _S.ESCALATED),
    Step(Act.COSIGN, (_S.ESCALATED,), _S.DECIDED),
    Step(Act.REFUSE, (_S.ESCALATED,), _S.OPEN),
    Step(Act.UNDO, (_S.DECIDED,), _S.CLAIMED),
    Step(Act.VOID, (_S.OPEN, _S.CLAIMED, _S.ESCALATED), _S.VOID),
    Step(Act.APPEAL, (_S.DECIDED,), _S.APPEALED),
    Step(Act.CLAIM_APPEAL, (_S.APPEALED, _S.APPEAL_CLAIMED), _S.APPEAL_CLAIMED),
    Step(Act.RELEASE_APPEAL, (_S.APPEAL_CLAIMED,), _S.APPEALED),
    Step(Act.JUDGE, (_S.APPEALED, _S.APPEAL_CLAIMED), _S.FINAL),
)
STEPS: Final = {step.act: step for step in LIFE}

WAITING: Final = frozenset({_S.OPEN, _S.CLAIMED, _S.ESCALATED})
"""A first decision is still to come."""
ON_APPEAL: Final = frozenset({_S.APPEALED, _S.APPEAL_CLAIMED})
CLAIMABLE: Final = {
    _S.OPEN: Act.CLAIM,
    _S.CLAIMED: Act.CLAIM,
    _S.APPEALED: Act.CLAIM_APPEAL,
    _S.APPEAL_CLAIMED: Act.CLAIM_APPEAL,
}
"""By which act a case in this state is claimed (a claimed one: again by its holder, or when the lease is over)."""
