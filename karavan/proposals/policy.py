"""Who may do what with a submission: pure predicates over the table of its life."""

from __future__ import annotations

from typing import TYPE_CHECKING

from karavan.accounts.models import Role
from karavan.proposals.lifecycle import OPEN_TO_EDITS, OPEN_TO_SUPPORT, PUBLIC, STEPS, Who
from karavan.proposals.models import Act, RecommendationState, State
from karavan.record.models import ActorRole

if TYPE_CHECKING:
    from karavan.accounts.policy import Actor
    from karavan.proposals.models import OfficialAnswer, Proposal, Recommendation


def stands(actor: Actor, proposal: Proposal) -> frozenset[Who]:
    """Return what somebody is to a submission (its council must be loaded). The clock is nobody."""
    found = set()
    organisation_id = proposal.council.organisation_id
    if actor.person_id is not None and actor.person_id == proposal.author_id:
        found.add(Who.AUTHOR)
    if actor.holds(Role.SECRETARY, organisation_id):
        found |= {Who.SECRETARY, Who.MODERATOR}
    if actor.holds(Role.MODERATOR, organisation_id):
        found.add(Who.MODERATOR)
    return frozenset(found)


def may(actor: Actor, proposal: Proposal, act: Act) -> bool:
    """May this person take this step, as far as she and the state go? What it needs besides, the rule says."""
    return proposal.state in STEPS[act].before and is_for(actor, proposal, act)


def is_for(actor: Actor, proposal: Proposal, act: Act) -> bool:
    """Is this step hers to take, whatever the state?

    Nobody judges a submission of her own: staff who wrote it leave it to others.
    """
    step, who = STEPS[act], stands(actor, proposal)
    if Who.AUTHOR in step.who:
        return Who.AUTHOR in who
    return bool(who & set(step.who)) and Who.AUTHOR not in who


def possible(actor: Actor, proposal: Proposal) -> tuple[Act, ...]:
    """Return every step this person may take now, in the table's order."""
    return tuple(act for act in STEPS if may(actor, proposal, act))


def acts_as(actor: Actor, proposal: Proposal, act: Act) -> ActorRole:
    """Return as what the public record names whoever takes a step."""
    who = stands(actor, proposal) & set(STEPS[act].who)
    if Who.AUTHOR in who:
        return ActorRole.RESIDENT
    if actor.is_administrator:
        return ActorRole.ADMINISTRATOR
    if Role.SECRETARY in {grant.role for grant in actor.grants} and Who.SECRETARY in stands(actor, proposal):
        return ActorRole.SECRETARY
    return ActorRole.MODERATOR


def may_read(actor: Actor, proposal: Proposal) -> bool:
    """May this person read the text? What is not public is for its author and its council's staff."""
    return proposal.state in PUBLIC or bool(stands(actor, proposal))


def may_edit(actor: Actor, proposal: Proposal) -> bool:
    """May this person change the text now?"""
    return proposal.state in OPEN_TO_EDITS and Who.AUTHOR in stands(actor, proposal)


def may_support(actor: Actor, proposal: Proposal) -> bool:
    """May this person support it now? Somebody who is not signed in may, once she is."""
    return proposal.state in OPEN_TO_SUPPORT and Who.AUTHOR not in stands(actor, proposal)


def may_moderate(actor: Actor) -> bool:
    """Has this person a council's queue to look after?"""
    return actor.is_administrator or any(grant.role in (Role.MODERATOR, Role.SECRETARY) for grant in actor.grants)


def may_recommend(actor: Actor, organisation_id: int) -> bool:
    """May this person write and send recommendations of the council behind this organisation?"""
    return actor.holds(Role.SECRETARY, organisation_id)


def may_answer(actor: Actor, recommendation: Recommendation) -> bool:
    """May this person write and check answers: the council's secretaries, and the secretaries of the body itself."""
    return actor.holds(Role.SECRETARY, recommendation.council.organisation_id) or actor.holds(
        Role.SECRETARY, recommendation.addressee_id
    )


def may_contest(actor: Actor, proposal: Proposal, recommendation: Recommendation) -> bool:
    """May this author object to the answer, as far as the state goes?"""
    return (
        Who.AUTHOR in stands(actor, proposal)
        and recommendation.state in (RecommendationState.ANSWERED, RecommendationState.CONTESTED)
        and proposal.state == State.ANSWERED
    )


def may_see_file(actor: Actor, proposal: Proposal) -> bool:
    """May this person open what is attached to a submission?"""
    return may_read(actor, proposal)


def may_see_answer_file(actor: Actor, answer: OfficialAnswer) -> bool:
    """May this person open what is attached to an answer?"""
    return answer.published_at is not None or may_answer(actor, answer.recommendation)
