"""Who may do what with a hearing: pure predicates. Secretaries of its council run it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from karavan.accounts.models import Role
from karavan.hearings.lifecycle import OPEN_TO_EDITS, STEPS, Act
from karavan.hearings.models import HearingState
from karavan.record.models import ActorRole

if TYPE_CHECKING:
    from karavan.accounts.policy import Actor
    from karavan.hearings.models import Hearing


def may_plan_for(actor: Actor, organisation_id: int) -> bool:
    """May this person begin hearings in the name of the council behind this organisation?"""
    return actor.holds(Role.SECRETARY, organisation_id)


def may_run(actor: Actor, hearing: Hearing) -> bool:
    """May this person plan, announce, run and answer it (its council must be loaded)?"""
    return may_plan_for(actor, hearing.council.organisation_id)


def may_read(actor: Actor, hearing: Hearing) -> bool:
    """May this person read it? What was never announced is for its council's secretaries."""
    return is_public(hearing) or may_run(actor, hearing)


def is_public(hearing: Hearing) -> bool:
    """Does everybody see it? Once announced, always: also when it was called off."""
    return hearing.announced_at is not None


def may(actor: Actor, hearing: Hearing, act: Act) -> bool:
    """May this person take this step, as far as she and the state go? What it needs besides, the rule says."""
    return hearing.state in STEPS[act].before and may_run(actor, hearing)


def possible(actor: Actor, hearing: Hearing) -> tuple[Act, ...]:
    """Return every step this person may take now, in the table's order."""
    return tuple(act for act in STEPS if may(actor, hearing, act))


def may_edit(actor: Actor, hearing: Hearing) -> bool:
    """May this person change what is written about it?"""
    return hearing.state in OPEN_TO_EDITS and may_run(actor, hearing)


def may_remove_documents(actor: Actor, hearing: Hearing) -> bool:
    """May this person rename documents and take them away? Once notice was given, nobody may."""
    return hearing.state == HearingState.DRAFT and may_run(actor, hearing)


def acts_as(actor: Actor, organisation_id: int) -> ActorRole:
    """Return as what the public record names whoever runs it."""
    held = any(grant.role == Role.SECRETARY and grant.organisation_id == organisation_id for grant in actor.grants)
    return ActorRole.SECRETARY if held or not actor.is_administrator else ActorRole.ADMINISTRATOR
