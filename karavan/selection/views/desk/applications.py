"""Reading applications at the desk. Every look at them is written down."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from flask import Response, abort

from karavan.core.database import db
from karavan.events.at_desk import organiser
from karavan.events.queries import LARGEST_ID
from karavan.roster.looking import log_look
from karavan.roster.models import Look
from karavan.selection import queries
from karavan.selection.answers import answered
from karavan.selection.policy import may_see_names
from karavan.selection.published import score_of
from karavan.selection.views.desk.room import blueprint, call_at_desk, reviewer_ids
from karavan.web.access import access, visitor
from karavan.web.reply import show

if TYPE_CHECKING:
    from karavan.selection.models import Application, Call, Review


@blueprint.get("/applications")
@access(organiser)
def applications(event_id: int) -> Response:
    """List who applied, and how many scores each has; names only for somebody who does not score herself."""
    call = call_at_desk(event_id)
    there = queries.standing(db.session(), event_id)
    reviews = queries.reviews_by_application(db.session(), event_id)
    own = Counter(application_id for _, application_id in queries.own_applications(db.session(), event_id))
    names = may_see_names(visitor(), call, reviewer_ids(event_id))
    rows = [
        {
            "application": one,
            "name": one.name if names else "",
            "scored": sum(review.total is not None for review in reviews.get(one.id, ())),
            "aside": sum(review.recused for review in reviews.get(one.id, ())) + own[one.id],
            "score": _score(one, reviews.get(one.id, [])) if names else None,
            "outcome": outcome(call, one),
        }
        for one in there
    ]
    answer = show("selection_desk/applications.html", event=call.event, call=call, rows=rows, with_names=names)
    if names:
        log_look(event_id, Look.APPLICATIONS, people=len(rows))
    return answer


@blueprint.get("/applications/<int:application_id>", endpoint="application")
@access(organiser)
def show_application(event_id: int, application_id: int) -> Response:
    """Show one application whole, with the conflicts of interests that were declared."""
    call = call_at_desk(event_id)
    known = application_id <= LARGEST_ID
    one = queries.application_at_desk(db.session(), event_id, application_id) if known else None
    if one is None or not may_see_names(visitor(), call, reviewer_ids(event_id)):
        abort(404)
    reviews = queries.reviews_by_application(db.session(), event_id).get(one.id, [])
    answer = show(
        "selection_desk/application.html",
        event=call.event,
        call=call,
        application=one,
        answers=answered(call.event.questions, one),
        reviews=reviews,
        own=any(application_id == one.id for _, application_id in queries.own_applications(db.session(), event_id)),
        outcome=outcome(call, one),
    )
    log_look(event_id, Look.APPLICATIONS, detail=f"№ {one.number}", people=1)
    return answer


def outcome(call: Call, one: Application) -> str:
    """Return what the choice says of somebody, released or not: accepted, reserve, not_accepted, or nothing yet."""
    if "accepted" not in call.drawn or one.state.value == "withdrawn":
        return ""
    names = ("accepted", "reserve")
    return next((name for name in names if one.pseudonym in call.drawn[name]), "not_accepted")


def _score(one: Application, reviews: list[Review]) -> int | None:
    return one.score if one.score is not None else score_of(reviews)
