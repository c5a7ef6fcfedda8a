"""Who may moderate what: pure predicates. Whether a role still holds when it counts, the rules ask the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from karavan.accounts.models import Role

if TYPE_CHECKING:
    from karavan.accounts.policy import Actor

MODERATING: Final = (Role.MODERATOR, Role.SECRETARY)
"""Roles in an organisation whose holders look after its threads. Administrators may everywhere."""


def may_moderate(actor: Actor, organisation_id: int) -> bool:
    """May this person decide about what is written in the threads of this organisation?"""
    return any(actor.holds(role, organisation_id) for role in MODERATING)


def is_moderator(actor: Actor) -> bool:
    """Has this person a queue at all?"""
    return actor.is_administrator or any(grant.role in MODERATING for grant in actor.grants)


def looks_after(actor: Actor) -> tuple[int, ...] | None:
    """Return the organisations whose threads this person moderates; None: all of them."""
    if actor.is_administrator:
        return None
    return tuple(sorted({one for role in MODERATING for one in actor.organisations(role)}))
