"""Who may do what with events. Pure predicates; the route's coarse guard is `@access`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from karavan.accounts.models import Role

if TYPE_CHECKING:
    from karavan.accounts.policy import Actor
    from karavan.events.models import Event


def may_organise(actor: Actor) -> bool:
    """Has this person an organiser's desk at all?"""
    return actor.is_administrator or bool(actor.organisations(Role.ORGANISER))


def may_plan_for(actor: Actor, organisation_id: int) -> bool:
    """May this person create events in the name of this organisation?"""
    return actor.holds(Role.ORGANISER, organisation_id)


def may_run(actor: Actor, event: Event) -> bool:
    """May this person edit, publish, cancel an event, and see who comes?"""
    return may_plan_for(actor, event.organisation_id)
