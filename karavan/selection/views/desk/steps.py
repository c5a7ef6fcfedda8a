"""The steps of a selection: publish the call, close the list, choose, release."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, flash, request, url_for

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Problem
from karavan.events.at_desk import organiser
from karavan.selection import drawing, queries
from karavan.selection.forms import PressForm
from karavan.selection.models import CallState
from karavan.selection.problems import NotAtThisStage
from karavan.selection.rules.plan import open_the_rest
from karavan.selection.rules.release import release as tell_all
from karavan.selection.rules.steps import close_call, keep_choice, open_call, refuse_unready
from karavan.selection.views.desk.room import blueprint, call_at_desk, selection_page
from karavan.web.access import access
from karavan.web.locale import gettext
from karavan.web.reply import leave, show

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Response as AnyResponse

RELEASE, RELEASE_PANEL = "selection_desk/release.html", "selection_desk/_release_panel.html"


@blueprint.route("/opening", methods=["GET", "POST"], endpoint="open")
@access(organiser)
def publish_call(event_id: int) -> AnyResponse:
    """Publish the call with its rubric, its rules, and the fingerprint of the seed."""
    return _step(event_id, lambda: transact(open_call, event_id, now=now()), gettext("The call is published."))


@blueprint.route("/closing", methods=["GET", "POST"])
@access(organiser)
def close(event_id: int) -> AnyResponse:
    """Close the list when the announced time is over; the clock does it too."""
    done = gettext("The list is closed, and published without names.")
    return _step(event_id, lambda: transact(close_call, event_id, now=now()), done)


@blueprint.route("/choice", methods=["GET", "POST"])
@access(organiser)
def choose(event_id: int) -> AnyResponse:
    """Rank or draw. Nobody is told yet."""
    return _step(event_id, lambda: _choose(event_id), gettext("The choice is made. Nobody has been told yet."))


@blueprint.route("/release", methods=["GET", "POST"])
@access(organiser)
def release(event_id: int) -> AnyResponse:
    """Tell everybody at once: a page of its own, because it cannot be undone."""
    call = call_at_desk(event_id)
    here = url_for("selection_desk.show", event_id=event_id)
    if request.method == "GET" and call.state != CallState.CHOSEN:
        return leave(here)
    form = PressForm()
    if not form.submitted():
        return _release(event_id, form, 422 if request.method == "POST" else 200)
    try:
        transact(tell_all, event_id, now=now())
    except NotAtThisStage as problem:
        return selection_page(event_id, status=problem.status, problem=problem)
    except Problem as problem:
        form.refuse(problem)
        return _release(event_id, form, problem.status)
    flash(gettext("Everybody is being told, and the choice is published so that anyone can run it again."), "ok")
    return leave(here)


@blueprint.route("/rest", methods=["GET", "POST"])
@access(organiser)
def rest(event_id: int) -> AnyResponse:
    """Let everybody take the places that the selection left free."""
    done = gettext("People can register now, first come, first seated, while there are free seats.")
    return _step(event_id, lambda: transact(open_the_rest, event_id, now=now()), done)


def _choose(event_id: int) -> None:
    """Read what the choice is made from, let the program choose, keep what it said if all still stands."""
    call = call_at_desk(event_id)
    if call.state != CallState.REVIEW:
        raise NotAtThisStage
    material = queries.material(db.session(), call)
    refuse_unready(material)
    db.session.close()  # the program takes a while: nothing is held meanwhile
    result = drawing.choose(material.listed, material.rules, material.seed)
    transact(keep_choice, event_id, material, result, now=now())


def _step(event_id: int, take: Callable[[], Any], done: str) -> AnyResponse:
    call_at_desk(event_id)
    here = url_for("selection_desk.show", event_id=event_id)
    if request.method == "GET":
        return leave(here)
    form = PressForm()
    if not form.submitted():
        return selection_page(event_id, status=422, form=form)
    try:
        take()
    except Problem as problem:
        return selection_page(event_id, status=problem.status, form=form, problem=problem)
    flash(done, "ok")
    return leave(here)


def _release(event_id: int, form: PressForm, status: int) -> Response:
    call = call_at_desk(event_id)
    there = {one.pseudonym for one in queries.standing(db.session(), event_id)}
    told = {
        "accepted": sum(name in there for name in call.drawn.get("accepted", ())),
        "reserve": sum(name in there for name in call.drawn.get("reserve", ())),
        "everybody": len(there),
    }
    return show(RELEASE, RELEASE_PANEL, status, event=call.event, call=call, form=form, told=told)
