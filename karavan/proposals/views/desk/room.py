"""The desk itself: who may sit at it, and how its submissions and recommendations are found.

Whoever looks after no council is told so (403); a submission of another council looks like none at all (404).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort

from karavan.accounts.models import Role
from karavan.core.database import db
from karavan.proposals import queries
from karavan.proposals.lifecycle import STEPS, Who
from karavan.proposals.policy import may_answer, may_moderate, may_recommend, stands
from karavan.record.models import ActorRole
from karavan.web.access import visitor

if TYPE_CHECKING:
    from karavan.accounts.policy import Actor
    from karavan.proposals.models import Objection, Proposal, Recommendation

blueprint = Blueprint("proposal_desk", __name__, url_prefix="/<lang:lang>/desk/proposals")

LARGEST_ID = 2**31 - 1
STAFF_ACTS = frozenset(act for act, step in STEPS.items() if {Who.MODERATOR, Who.SECRETARY} & set(step.who))
"""The steps that moderators and secretaries take."""


@blueprint.before_request
def staff_of_councils_only() -> None:
    """Refuse people of other desks: an organiser of events judges no submissions."""
    if not may_moderate(visitor()):
        abort(403)


def organisation_ids() -> tuple[int, ...] | None:
    """Return the organisations whose submissions this person looks after (None: all of them)."""
    actor = visitor()
    if actor.is_administrator:
        return None
    return tuple(sorted({*actor.organisations(Role.MODERATOR), *actor.organisations(Role.SECRETARY)}))


def secretary_of() -> tuple[int, ...] | None:
    """Return the organisations, councils or bodies, this person is secretary of (None: all of them)."""
    actor = visitor()
    return None if actor.is_administrator else actor.organisations(Role.SECRETARY)


def staff_role(organisation_id: int) -> ActorRole:
    """Return as what the public record names this person when she acts for a council or a body.

    A secretary is one, whatever else she is; the body's own people are its secretaries.
    """
    actor = visitor()
    plain = organisation_id in actor.organisations(Role.SECRETARY) or not actor.is_administrator
    return ActorRole.SECRETARY if plain else ActorRole.ADMINISTRATOR


def looks_after(actor: Actor, proposal: Proposal) -> bool:
    """Does this person look after the submission's council?"""
    return Who.MODERATOR in stands(actor, proposal)


def proposal_at_desk(proposal_id: int) -> Proposal:
    """Return a submission of this person's councils; another one's looks like none."""
    proposal = queries.proposal_for_desk(db.session(), proposal_id) if proposal_id <= LARGEST_ID else None
    if proposal is None or not looks_after(visitor(), proposal):
        abort(404)
    return proposal


def recommendation_at_desk(recommendation_id: int) -> Recommendation:
    """Return a recommendation of this person's councils, or one that was sent to her body.

    A moderator of the council knows that there is one, but has nothing to do here (403).
    """
    known = recommendation_id <= LARGEST_ID
    recommendation = queries.recommendation_for_desk(db.session(), recommendation_id) if known else None
    if recommendation is None:
        abort(404)
    actor, organisation_id = visitor(), recommendation.council.organisation_id
    if may_recommend(actor, organisation_id):
        return recommendation
    if not may_answer(actor, recommendation) or recommendation.sent_at is None:
        abort(403 if actor.holds(Role.MODERATOR, organisation_id) else 404)
    return recommendation


def recommendation_of_council(recommendation_id: int) -> Recommendation:
    """Return a recommendation whose council this person is secretary of; to others there is nothing to do here."""
    recommendation = recommendation_at_desk(recommendation_id)
    if not may_recommend(visitor(), recommendation.council.organisation_id):
        abort(403)
    return recommendation


def objection_at_desk(objection_id: int) -> tuple[Objection, Recommendation]:
    """Return an objection that this person's council decides, and the recommendation it is about."""
    objection = queries.objection(db.session(), objection_id) if objection_id <= LARGEST_ID else None
    if objection is None:
        abort(404)
    return objection, recommendation_of_council(objection.recommendation_id)
