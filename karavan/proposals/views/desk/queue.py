"""What waits at the desk: one tab for each thing that has to be done, and the card of one submission."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from flask import Response, abort, request

from karavan.core.clock import now
from karavan.core.database import db
from karavan.core.when import local_day
from karavan.proposals import queries
from karavan.proposals.models import Act, RecommendationState, State
from karavan.proposals.page import history_of
from karavan.proposals.policy import may_recommend, possible
from karavan.proposals.rules.join import OPEN as OPEN_TO_JOINING
from karavan.proposals.views.desk.room import (
    STAFF_ACTS,
    blueprint,
    organisation_ids,
    proposal_at_desk,
    secretary_of,
)
from karavan.web.access import access, staff, visitor
from karavan.web.reply import show

if TYPE_CHECKING:
    from karavan.accounts.policy import Actor
    from karavan.proposals.models import Proposal
    from karavan.proposals.queries import DeskCounts, ProposalCard

QUEUE, CARD = "proposal_desk/index.html", "proposal_desk/show.html"
PAGE: Final = 30


class Tab(StrEnum):
    """What can be waited for."""

    CHECKING = "checking"
    CHANGED = "changed"
    SUPPORTING = "supporting"
    ADMITTED = "admitted"
    COUNCIL = "council"
    DRAFTS = "drafts"
    WAITING = "waiting"
    ANSWERED = "answered"
    OBJECTIONS = "objections"


STATES: Final = {
    Tab.CHECKING: (State.CHECKING,),
    Tab.SUPPORTING: (State.PUBLISHED, State.SUPPORTING),
    Tab.ADMITTED: (State.ADMITTED,),
    Tab.COUNCIL: (State.AT_COUNCIL,),
    Tab.ANSWERED: (State.ANSWERED,),
}
"""Tabs that list submissions by their state."""


@blueprint.get("/")
@access(staff)
def index() -> Response:
    """Show one tab of what waits for this person; without a choice, the first that is not empty."""
    session, secretary = db.session(), secretary_of()
    councils = queries.desk_councils(session, organisation_ids())
    mine = [council for council in councils if may_recommend(visitor(), council.organisation_id)]
    numbers = queries.desk_counts(session, organisation_ids(), secretary)
    counts = _tabs(
        numbers, staff_of_councils=bool(councils), secretary_of_councils=bool(mine), secretary=secretary != ()
    )
    if not counts:
        abort(403)
    tab = _tab_asked(counts)
    page = _page_asked()
    rows = _rows(tab, page * PAGE)
    return show(
        QUEUE,
        tab=tab.value,
        counts={one.value: number for one, number in counts.items()},
        rows=rows[:PAGE],
        left=queries.days_left(session, rows[:PAGE], today=local_day(now())),
        councils={council.id: council.name for council in councils},
        mine=mine,
        page=page,
        more=len(rows) > PAGE,
    )


@blueprint.get("/<int:proposal_id>", endpoint="show")
@access(staff)
def show_proposal(proposal_id: int) -> Response:
    """Show one submission: the text as readers see it, what surrounds it, and what this person can do."""
    proposal = proposal_at_desk(proposal_id)
    session, actor = db.session(), visitor()
    own = actor.person_id == proposal.author_id
    clocks = queries.open_clocks(session, proposal_id, today=local_day(now()))
    people = queries.people_by_id(session, (proposal.author_id, proposal.entered_by_id, proposal.second_id))
    return show(
        CARD,
        proposal=proposal,
        acts=_acts(actor, proposal),
        own=own,
        author=people.get(proposal.author_id or 0),
        entered_by=people.get(proposal.entered_by_id or 0),
        second=people.get(proposal.second_id or 0),
        may_compare=not own and _waits_for_second(proposal) and proposal.entered_by_id != actor.person_id,
        may_join=not own and proposal.state in OPEN_TO_JOINING,
        looks_again=not own and proposal.published_at is not None and proposal.revision > proposal.checked_revision,
        asked=queries.join_request(session, proposal_id) if proposal.state in OPEN_TO_JOINING else None,
        recommendations=queries.desk_recommendations_of(session, proposal_id),
        secretary=may_recommend(actor, proposal.council.organisation_id),
        scans=queries.scans_of(session, proposal_id) if proposal.entered_by_id else (),
        similar=_similar(proposal),
        clocks=clocks,
        history=history_of(proposal, inside=True),
        turn=queries.place_in_checking(session, proposal) if proposal.state == State.CHECKING else 0,
    )


def _tabs(
    numbers: DeskCounts, *, staff_of_councils: bool, secretary_of_councils: bool, secretary: bool
) -> dict[Tab, int]:
    """Return the tabs somebody has, in their order, with how much waits in each."""
    found: dict[Tab, int] = {}
    if staff_of_councils:
        found |= {tab: sum(numbers.states.get(state, 0) for state in states) for tab, states in STATES.items()}
        found[Tab.CHANGED] = numbers.changed
    if secretary_of_councils:
        found |= {Tab.DRAFTS: numbers.drafted, Tab.OBJECTIONS: numbers.objections}
    if secretary:
        found[Tab.WAITING] = numbers.waiting
    return {tab: found[tab] for tab in Tab if tab in found}


def _tab_asked(counts: dict[Tab, int]) -> Tab:
    asked = request.args.get("tab", "")
    if asked in counts:
        return Tab(asked)
    return next((tab for tab, number in counts.items() if number), next(iter(counts)))


def _page_asked() -> int:
    asked = request.args.get("page", "")
    return int(asked) if re.fullmatch("[0-9]{1,4}", asked) else 0


def _rows(tab: Tab, skip: int) -> list[Any]:
    """Return the rows of a tab, and one more than fit, if there is one."""
    session = db.session()
    span: dict[str, Any] = {"limit": PAGE + 1, "offset": skip}
    match tab:
        case Tab.CHANGED:
            return queries.changed_since_checked(session, organisation_ids())[skip : skip + PAGE + 1]
        case Tab.DRAFTS:
            return queries.desk_recommendations(session, RecommendationState.DRAFT, secretary_of(), **span)
        case Tab.WAITING:
            return queries.desk_recommendations(session, RecommendationState.SENT, secretary_of(), bodies=True, **span)
        case Tab.OBJECTIONS:
            return queries.open_objections(session, secretary_of(), **span)
        case _:
            return queries.desk_rows(session, organisation_ids(), STATES[tab], **span)


def _acts(actor: Actor, proposal: Proposal) -> list[str]:
    """Return the steps this person may take now; publication has to wait for the second pair of eyes."""
    blind = {Act.PUBLISH} if _waits_for_second(proposal) else set()
    return [act.value for act in possible(actor, proposal) if act in STAFF_ACTS - blind]


def _waits_for_second(proposal: Proposal) -> bool:
    typed = proposal.entered_by_id is not None and proposal.second_id is None
    return typed and proposal.state == State.CHECKING


def _similar(proposal: Proposal) -> list[ProposalCard]:
    """Return what speaks of the same, while one may still ask to join it; to look for it costs some twenty reads."""
    if proposal.state not in (State.CHECKING, *OPEN_TO_JOINING):
        return []
    return [card for card in queries.similar(db.session(), proposal.title) if card.id != proposal.id]
