"""Who may do what with councils. Pure predicates; the route's coarse guard is `@access`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from karavan.accounts.models import Role
from karavan.record.models import ActorRole

if TYPE_CHECKING:
    from karavan.accounts.policy import Actor
    from karavan.councils.models import Council


def has_desk(actor: Actor) -> bool:
    """Has this person a council's desk at all?"""
    return actor.is_administrator or bool(actor.organisations(Role.SECRETARY))


def may_keep(actor: Actor, council: Council) -> bool:
    """May this person write down a council's statute, members and promises?"""
    return actor.holds(Role.SECRETARY, council.organisation_id)


def acts_as(actor: Actor, council: Council) -> ActorRole:
    """Return the role in which she does so: a secretary of the council is one, whatever else she is."""
    keeps = council.organisation_id in actor.organisations(Role.SECRETARY)
    return ActorRole.SECRETARY if keeps else ActorRole.ADMINISTRATOR
