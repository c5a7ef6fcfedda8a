"""A reviewer's side: applications under their numbers, scores, recusals. Never a name, never what others scored.

Whoever was named for a call may score it, with a role or without; for everybody else it is not there (404).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, flash, request, url_for

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Problem
from karavan.events.queries import LARGEST_ID
from karavan.roster.looking import log_look
from karavan.roster.models import Look
from karavan.selection import queries
from karavan.selection.answers import answered
from karavan.selection.forms import score_form
from karavan.selection.lifecycle import OPEN_TO_SCORES
from karavan.selection.models import CallState
from karavan.selection.rules.score import score as keep_points, stand_aside
from karavan.web.access import access, signed_in, visitor
from karavan.web.locale import gettext
from karavan.web.reply import leave, show

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from karavan.selection.forms import ScoreForm
    from karavan.selection.models import Application, Call, Review

blueprint = Blueprint("reviewing", __name__, url_prefix="/<lang:lang>/desk/reviews")

SCORE, SCORE_PANEL = "reviewing/score.html", "reviewing/_score_panel.html"


@blueprint.get("/")
@access(signed_in)
def index() -> Response:
    """List the calls this person was named for."""
    return show("reviewing/index.html", rows=queries.calls_to_review(db.session(), visitor().person_id))


@blueprint.get("/<int:event_id>", endpoint="show")
@access(signed_in)
def show_call(event_id: int) -> Response:
    """List the applications of one call under their numbers, and how far this reviewer is."""
    call = _call(event_id)
    there = queries.standing(db.session(), event_id)
    mine = queries.own_reviews(db.session(), event_id, visitor().person_id)
    own = queries.own_applications(db.session(), event_id)
    rows = [(one.number, mine.get(one.id), (visitor().person_id, one.id) in own) for one in there]
    return show(
        "reviewing/show.html",
        event=call.event,
        call=call,
        rows=rows,
        done=sum(review is not None or hers for _, review, hers in rows),
        closed=call.state not in OPEN_TO_SCORES,
    )


@blueprint.route("/<int:event_id>/<int:number>", methods=["GET", "POST"])
@access(signed_in)
def score(event_id: int, number: int) -> AnyResponse:
    """Read one application without a name, and score it by the published rubric."""
    call, application, review = _application(event_id, number)
    form = score_form(call, review)
    if request.method == "GET":
        return _score(call, application, review, form)
    if not form.submitted():
        return _score(call, application, review, form, 422)
    aside = form.recused.data == "yes"
    told: dict[str, Any] = {"by": visitor().person_id, "read_version": form.read_version, "now": now()}
    try:
        if aside:
            transact(stand_aside, event_id, number, reason=form.reason.data or "", **told)
        else:
            transact(keep_points, event_id, number, form.points(), **told)
    except Problem as problem:
        call, application, review = _application(event_id, number)
        form.refuse(problem)
        form.version.data = str(review.version if review else 0)
        return _score(call, application, review, form, problem.status)
    said = gettext("You stand aside here: somebody else scores this application.")
    flash(said if aside else gettext("Your points are kept."), "ok")
    return leave(url_for("reviewing.show", event_id=event_id))


def _score(call: Call, application: Application, review: Review | None, form: ScoreForm, status: int = 200) -> Response:
    answers = answered(call.event.questions, application)
    closed = call.state not in OPEN_TO_SCORES
    hers = queries.is_own(db.session(), application, visitor().person_id)
    event_id, number = call.event_id, application.number
    answer = show(
        SCORE, SCORE_PANEL, status, event=call.event, number=number, form=form, answers=answers,
        review=review, closed=closed, hers=hers,
    )  # fmt: skip
    log_look(event_id, Look.APPLICATIONS, detail=f"№ {number}", people=1)  # answers can say who wrote them
    return answer


def _call(event_id: int) -> Call:
    session = db.session()
    known = event_id <= LARGEST_ID
    named = queries.reviewer_of(session, event_id, visitor().person_id) if known else None
    call = queries.call_of(session, event_id) if named else None
    if call is None or call.state == CallState.DRAFT:
        abort(404)
    return call


def _application(event_id: int, number: int) -> tuple[Call, Application, Review | None]:
    call = _call(event_id)
    known = number <= LARGEST_ID
    application = queries.by_number(db.session(), event_id, number) if known else None
    if application is None:
        abort(404)
    return call, application, queries.own_reviews(db.session(), event_id, visitor().person_id).get(application.id)
