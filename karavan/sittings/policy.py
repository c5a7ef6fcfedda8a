"""Who may do what with sittings: pure predicates. Whether she is a member on that day, the rules ask the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from karavan.councils.policy import acts_as, has_desk, may_keep
from karavan.sittings.lifecycle import CHANGEABLE, ITEM_STEPS, STEPS, Act, ItemAct
from karavan.sittings.models import SittingState

if TYPE_CHECKING:
    from karavan.sittings.models import AgendaItem, Sitting

__all__ = ("acts_as", "has_desk", "item_steps", "may_change", "may_keep", "possible")
"""Whoever keeps a council convenes, runs and closes its sittings."""


def possible(sitting: Sitting) -> tuple[Act, ...]:
    """Return the steps that lead on from where a sitting is."""
    return tuple(act for act, step in STEPS.items() if sitting.state in step.before)


def may_change(sitting: Sitting) -> bool:
    """Can its day and place still be changed?"""
    return sitting.state in CHANGEABLE


def item_steps(item: AgendaItem, sitting: Sitting) -> tuple[ItemAct, ...]:
    """Return the steps that lead on from where an item is, while the sitting goes on."""
    if sitting.state != SittingState.OPEN:
        return ()
    return tuple(act for act, step in ITEM_STEPS.items() if item.state in step.before)
