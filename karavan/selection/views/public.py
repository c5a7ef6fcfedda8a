"""What everybody sees: the call, applying, one's own application, the published draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, current_app, flash, request, url_for

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Problem
from karavan.events.application_forms import application_form
from karavan.events.models import EventState, WayIn
from karavan.events.queries import event_by_slug
from karavan.events.ticket_links import ticket_token
from karavan.selection import balance, published, queries
from karavan.selection.answers import answered
from karavan.selection.forms import PressForm
from karavan.selection.lifecycle import OPEN_TO_WITHDRAWAL
from karavan.selection.models import ApplicationState, CallState
from karavan.selection.rules.apply import hand_in, refuse_outside_window, withdraw as take_back
from karavan.selection.windows import window
from karavan.web.access import access, anyone
from karavan.web.limits import spend
from karavan.web.locale import gettext
from karavan.web.reply import leave, public, show

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from karavan.events.application_forms import ApplicationForm
    from karavan.selection.models import Application, Call

blueprint = Blueprint("selection", __name__, url_prefix="/<lang:lang>")

APPLY, APPLY_PANEL = "selection/apply.html", "selection/_application_form.html"
OWN, OWN_PANEL = "selection/own.html", "selection/_own_panel.html"
WITHDRAWAL, WITHDRAWAL_PANEL = "selection/withdrawal.html", "selection/_application_withdrawal_panel.html"
FILES = {"list.csv": "text/csv", "rules.json": "application/json", "seed.txt": "text/plain"} | {
    "result.json": "application/json",
    "again.py": "text/x-python",
}


# --- Applying -------------------------------------------------------------------------------------------------


@blueprint.route("/events/<slug>/application", methods=["GET", "POST"], endpoint="apply")
@access(anyone)
def apply_for(slug: str) -> AnyResponse:
    """Apply for a place: a form on its own address, so that the event's page carries no token."""
    call = queries.public_call(db.session(), slug)
    if call is None or call.event.way_in == WayIn.OPEN:  # not yet, or what was left is free for everybody
        return _without_a_call(slug)
    form = application_form(call.event)
    if request.method == "GET":
        return _apply(call, form)
    spend("register", "60 per minute")
    if not form.submitted():
        return _apply(call, form, 422)
    wish = form.application()
    for contact in filter(None, (wish.email_key, wish.phone)):
        spend("registrations of", "20 per hour", contact)  # letters go to it, and it may be another's
    try:
        outcome = transact(hand_in, call.event_id, wish, now=now())
    except Problem as problem:
        form.refuse(problem)
        return _apply(_call(slug), form, problem.status)
    if outcome.public_id is None:
        return leave(url_for("selection.received", slug=slug))
    if outcome.fresh:
        flash(gettext("Your application has arrived. Keep the address of this page: it is your key."), "ok")
    return leave(url_for("selection.own", token=_seal(outcome.public_id)))


@blueprint.get("/events/<slug>/application/received")
@access(anyone)
def received(slug: str) -> Response:
    """Say what happens next to somebody whose contact has applied already, without telling whether it has."""
    return show("selection/received.html", event=_call(slug).event)


def _apply(call: Call, form: ApplicationForm, status: int = 200) -> Response:
    context = {"closed": _closed(call), "rules": _rules(call), "now": now(), "window": window(call, now())}
    return show(APPLY, APPLY_PANEL, status, event=call.event, call=call, form=form, **context)


def _without_a_call(slug: str) -> AnyResponse:
    """Lead to the registration where there is no selection; say that the call is being written where there is one."""
    event = event_by_slug(db.session(), slug)
    if event is None or (event.way_in == WayIn.SELECTION and request.method == "POST"):
        abort(404)
    if event.way_in == WayIn.OPEN:
        return leave(url_for("events.register", slug=slug))
    return show("selection/soon.html", event=event)


def _closed(call: Call) -> Problem | None:
    try:
        refuse_outside_window(call, now())
    except Problem as problem:
        return problem
    return None


# --- One's own application ------------------------------------------------------------------------------------


@blueprint.get("/applications/<token>", endpoint="own")
@access(anyone)
def own_application(token: str) -> Response:
    """Show where an application stands; after the release it leads to the ticket."""
    application, call = _own(token)
    return _own_page(token, application, call)


@blueprint.route("/applications/<token>/withdrawal", methods=["GET", "POST"])
@access(anyone)
def withdraw(token: str) -> AnyResponse:
    """Take an application back: a page of its own."""
    application, call = _own(token)
    here = url_for("selection.own", token=token)
    stands = application.state == ApplicationState.HANDED_IN and call.state in OPEN_TO_WITHDRAWAL
    if not stands:
        return leave(here)
    form = PressForm()
    if not form.submitted():
        status = 422 if request.method == "POST" else 200
        return show(WITHDRAWAL, WITHDRAWAL_PANEL, status, event=call.event, token=token, form=form)
    try:
        transact(take_back, application.event_id, application.public_id, now=now())
    except Problem as problem:
        form.refuse(problem)
        return show(WITHDRAWAL, WITHDRAWAL_PANEL, problem.status, event=call.event, token=token, form=form)
    flash(gettext("Your application is withdrawn."), "ok")
    return leave(here)


def _own_page(token: str, application: Application, call: Call) -> Response:
    registration = application.registration if call.state == CallState.RELEASED else None
    return show(
        OWN,
        OWN_PANEL,
        token=token,
        event=call.event,
        call=call,
        application=application,
        answers=answered(call.event.questions, application),
        ticket=ticket_token(registration.public_id) if registration else "",
        may_withdraw=application.state == ApplicationState.HANDED_IN and call.state in OPEN_TO_WITHDRAWAL,
    )


def _own(token: str) -> tuple[Application, Call]:
    public_id = current_app.extensions["karavan.keys"].open(token, purpose="application")
    found = queries.own_application(db.session(), public_id) if public_id else None
    if found is None:
        spend("guessing", "60 per minute")
        abort(404)
    return found


# --- The published draw ---------------------------------------------------------------------------------------


@blueprint.get("/draws/<slug>")
@access(anyone)
def draw(slug: str) -> Response:
    """Show all that is needed to check a selection, as far as it has come."""
    public(10)
    call = _call(slug)
    files = [name for name in FILES if _file(call, name) is not None]
    return show(
        "selection/draw.html",
        event=call.event,
        call=call,
        rules=_rules(call),
        files=files,
        listed=len(call.drawn.get("listed", ())),
        result=call.drawn if call.state == CallState.RELEASED else None,
        loosened=[
            {"reason": one["reason"], "rules": _in_words(one["after"])} for one in call.drawn.get("loosened", ())
        ],
        library=published.LIBRARY,
        now=now(),
    )


@blueprint.get("/draws/<slug>/<any('list.csv', 'rules.json', 'seed.txt', 'result.json', 'again.py'):draw_file>")
@access(anyone)
def published_file(slug: str, draw_file: str) -> Response:
    """Hand over one of the files with which a selection is run again."""
    public(10)
    content = _file(_call(slug), draw_file)
    if content is None:
        abort(404)
    headers = {"Content-Disposition": f'attachment; filename="{draw_file}"', "X-Content-Type-Options": "nosniff"}
    return Response(content.encode(), content_type=f"{FILES[draw_file]}; charset=utf-8", headers=headers)


def _file(call: Call, name: str) -> str | None:
    """Return a published file, byte for byte as it was fingerprinted; None: it is not public yet."""
    if name == "again.py":
        return published.PROGRAM.read_text(encoding="utf-8")
    if name == "list.csv":
        return call.drawn.get("list")
    if call.state != CallState.RELEASED:
        return None
    if name == "seed.txt":
        return f"{call.seed}\n"
    if name == "rules.json":
        return published.as_file(call.drawn["rules"])
    result: dict[str, Any] = {key: call.drawn[key] for key in ("library", "seed_number", "accepted", "reserve")}
    return published.as_file(result)


def _call(slug: str) -> Call:
    call = queries.public_call(db.session(), slug)
    if call is None or call.event.state == EventState.DRAFT:
        abort(404)
    return call


def _rules(call: Call) -> list[tuple[Any, balance.Rule]]:
    return _in_words(call.balance)


def _in_words(stored: list[dict[str, Any]]) -> list[tuple[Any, balance.Rule]]:
    return [(balance.named(rule.by, rule.value), rule) for rule in balance.read(stored)]


def _seal(public_id: str) -> str:
    token: str = current_app.extensions["karavan.keys"].seal(public_id, purpose="application")
    return token
