"""What the page of one submission shows, and to whom there is such a page at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import abort

from karavan.core.database import db
from karavan.core.when import local_day
from karavan.discussion.section import section_of
from karavan.proposals import queries
from karavan.proposals.discussed import HOST, takes_comments
from karavan.proposals.forms import PressForm
from karavan.proposals.growth import curve
from karavan.proposals.lifecycle import OPEN_TO_SUPPORT, PUBLIC, STEPS, Who
from karavan.proposals.models import Act, FollowKind, State
from karavan.proposals.policy import may, may_contest, may_edit, may_read, may_support, stands
from karavan.proposals.road import road_of
from karavan.web.access import visitor

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.accounts.policy import Actor
    from karavan.discussion.section import Section
    from karavan.proposals.models import Proposal, Recommendation
    from karavan.web.forms import Form

JOINABLE = frozenset(STEPS[Act.JOIN].before)
ANSWERABLE = frozenset({State.RECOMMENDED, State.ANSWERED, State.DONE, State.DECLINED})
"""States in which a recommendation can have been sent."""


def readable(number: str) -> Proposal:
    """Return the submission of this number, or 404: to whoever may not see it, it is as if there were none."""
    proposal = queries.proposal_by_number(db.session(), number[:20])
    if proposal is None or not (everybodys(proposal) or may_read(visitor(), proposal)):
        abort(404)
    return proposal


def everybodys(proposal: Proposal) -> bool:
    """Has it a page for everyone? One that was withdrawn after it had been public keeps it, without its text."""
    return proposal.state in PUBLIC or (proposal.state == State.WITHDRAWN and proposal.published_at is not None)


def page_of(session: Session, proposal: Proposal, actor: Actor, *, now: datetime) -> dict[str, Any]:
    """Return all that a submission's page shows to this person."""
    today = local_day(now)
    recommendations = queries.recommendations_of(session, proposal.id) if proposal.state in ANSWERABLE else ()
    ids = [one.id for one in recommendations]
    who = stands(actor, proposal)
    author, inside = Who.AUTHOR in who, bool(who)
    clocks = queries.open_clocks(session, proposal.id, ids, today=today)
    return {
        **support_of(session, proposal, actor),
        "road": road_of(proposal),
        "hidden": proposal.state == State.WITHDRAWN and proposal.published_at is not None,
        "text_changes": queries.text_changes(session, proposal),
        "recommendations": recommendations,
        "objections": queries.objections_of(session, [one.id for one in recommendations if one.answers]),
        "clocks": clocks,
        "joined": queries.joined_here(session, proposal.id) if proposal.state in PUBLIC else [],
        "place_in_queue": queries.place_in_checking(session, proposal) if proposal.state == State.CHECKING else None,
        "history": history_of(proposal, inside=inside),
        "author": author,
        "inside": inside,
        "asked_to_join": queries.join_request(session, proposal.id) if author and proposal.state in JOINABLE else None,
        "following": queries.follow_of(session, actor.person_id, FollowKind.PROPOSAL, str(proposal.id)),
        "can_edit": may_edit(actor, proposal),
        "can_withdraw": may(actor, proposal, Act.WITHDRAW),
        "contestable": _contestable(actor, proposal, recommendations),
        "talk": _talk(session, proposal),
    }


def support_of(session: Session, proposal: Proposal, actor: Actor, form: Form | None = None) -> dict[str, Any]:
    """Return what the box about support shows. A form with its token is made only for somebody with a session."""
    own = Who.AUTHOR in stands(actor, proposal)
    return {
        "proposal": proposal,
        "supported": not own and queries.supports_it(session, proposal.id, actor.person_id),
        "can_support": may_support(actor, proposal),
        "support_open": proposal.state in OPEN_TO_SUPPORT,
        "own": own,
        "curve": curve(queries.growth(session, proposal.id)) if proposal.published_at else None,
        "press": form or (PressForm() if actor.signed_in else None),
    }


def history_of(proposal: Proposal, *, inside: bool) -> list[dict[str, Any]]:
    """Return the steps so far. Why a moderator sent a text back is between her and its author: it was not public."""
    return [
        {
            "verb": STEPS[one.act].verb.value,
            "by": one.by.value,
            "at": one.happened_at,
            "reason": one.reason if inside or one.before in PUBLIC or one.after in PUBLIC else None,
        }
        for one in proposal.changes
    ]


def _talk(session: Session, proposal: Proposal) -> Section | None:
    """Return what stands here of its discussion. One that was withdrawn takes its discussion with it."""
    if proposal.state not in PUBLIC:
        return None
    return section_of(session, HOST, proposal.id, open_to_all=takes_comments(proposal.state))


def _contestable(actor: Actor, proposal: Proposal, recommendations: Any) -> set[int]:
    found: list[Recommendation] = [one for one in recommendations if may_contest(actor, proposal, one)]
    return {one.id for one in found}
