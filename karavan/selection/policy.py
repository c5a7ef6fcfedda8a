"""Who may see names. Pure; whose desk it is, `events.policy.may_run` says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from karavan.selection.lifecycle import OPEN_TO_SCORES

if TYPE_CHECKING:
    from collections.abc import Collection

    from karavan.accounts.policy import Actor
    from karavan.selection.models import Call


def may_see_names(actor: Actor, call: Call, reviewers: Collection[int]) -> bool:
    """May somebody of the desk read who applied? Not while she scores herself: scores are given blind."""
    return call.state not in OPEN_TO_SCORES or actor.person_id not in reviewers
