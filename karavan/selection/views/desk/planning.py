"""Planning a selection: its call, and who scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, flash, request, url_for

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Problem
from karavan.events.at_desk import event_at_desk, organiser
from karavan.events.desk_rows import reshaped
from karavan.events.queries import LARGEST_ID
from karavan.selection import queries
from karavan.selection.forms import BEGINS_WITH, LISTS, LooseningForm, PressForm, ReviewerForm, call_form, rows_of
from karavan.selection.models import CallState, Method
from karavan.selection.problems import ChangedMeanwhile
from karavan.selection.rules.plan import begin_call, dismiss_reviewer, drop_call, edit_call, loosen, name_reviewer
from karavan.selection.views.desk.room import blueprint, call_at_desk, selection_page
from karavan.web.access import access
from karavan.web.fields import what_differs
from karavan.web.locale import gettext
from karavan.web.reply import leave, show

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from karavan.events.models import Event
    from karavan.selection.forms import CallForm
    from karavan.selection.models import Call

EDITOR, FORM = "selection_desk/editor.html", "selection_desk/_call_form.html"
REMOVAL, REMOVAL_PANEL = "selection_desk/removal.html", "selection_desk/_call_removal_panel.html"
BALANCE, BALANCE_PANEL = "selection_desk/balance.html", "selection_desk/_balance_panel.html"
ROW_BUTTONS = {"add", "remove", "up"}


@blueprint.get("", endpoint="show")
@access(organiser)
def show_selection(event_id: int) -> AnyResponse:
    """Show where the selection stands; an event without one leads to the form that begins it."""
    stored = queries.call_of(db.session(), event_id) if event_id <= LARGEST_ID else None
    if stored is None:
        event_at_desk(event_id)
        return leave(url_for("selection_desk.call", event_id=event_id))
    return selection_page(event_id)


@blueprint.route("/call", methods=["GET", "POST"])
@access(organiser)
def call(event_id: int) -> AnyResponse:
    """Write the call: how many places, who scores what, by which rules; frozen once it is published."""
    event = event_at_desk(event_id)
    stored = queries.call_of(db.session(), event_id)
    here = url_for("selection_desk.show", event_id=event_id)
    if request.method == "GET" and stored is not None and stored.state != CallState.DRAFT:
        return leave(here)
    if ROW_BUTTONS & request.form.keys():
        sent, focus = reshaped(request.form, LISTS, BEGINS_WITH)
        return _editor(event, stored, _form(event, stored, formdata=sent), focus=focus)
    form = _form(event, stored)
    if not form.submitted():
        return _editor(event, stored, form, 422 if request.method == "POST" else 200)
    try:
        if stored is None:
            transact(begin_call, event_id, form.plan(), now=now())
        else:
            transact(edit_call, event_id, form.plan(), read_version=form.read_version)
    except ChangedMeanwhile as problem:
        return _conflict(event_id, form, problem)
    except Problem as problem:
        form.refuse(problem)
        return _editor(event_at_desk(event_id), stored, form, problem.status)
    flash(gettext("The call is saved. Nobody sees it until you publish it."), "ok")
    return leave(here)


@blueprint.route("/removal", methods=["GET", "POST"])
@access(organiser)
def remove(event_id: int) -> AnyResponse:
    """Give up a selection that was not published."""
    stored = call_at_desk(event_id)
    if request.method == "GET" and stored.state != CallState.DRAFT:
        return leave(url_for("selection_desk.show", event_id=event_id))
    form = PressForm()
    if not form.submitted():
        status = 422 if request.method == "POST" else 200
        return show(REMOVAL, REMOVAL_PANEL, status, event=stored.event, form=form)
    try:
        transact(drop_call, event_id, now=now())
    except Problem as problem:
        form.refuse(problem)
        return show(REMOVAL, REMOVAL_PANEL, problem.status, event=stored.event, form=form)
    flash(gettext("There is no selection any more: people register, first come, first seated."), "ok")
    return leave(url_for("desk.show", event_id=event_id))


@blueprint.route("/reviewers", methods=["GET", "POST"])
@access(organiser)
def reviewers(event_id: int) -> AnyResponse:
    """Name somebody who scores."""
    call_at_desk(event_id)
    here = url_for("selection_desk.show", event_id=event_id)
    if request.method == "GET":
        return leave(here)
    form = ReviewerForm()
    if not form.submitted():
        return selection_page(event_id, status=422, naming=form)
    try:
        transact(name_reviewer, event_id, form.email.data or "", now=now())
    except Problem as problem:
        form.refuse(problem)
        return selection_page(event_id, status=problem.status, naming=form)
    flash(gettext("The reviewer is named, and a letter is on its way."), "ok")
    return leave(here)


@blueprint.route("/reviewers/<int:reviewer_id>/removal", methods=["GET", "POST"])
@access(organiser)
def dismiss(event_id: int, reviewer_id: int) -> AnyResponse:
    """Take somebody off the list who has not scored."""
    call_at_desk(event_id)
    here = url_for("selection_desk.show", event_id=event_id)
    if request.method == "GET":
        return leave(here)
    form = PressForm()
    if not form.submitted():
        return selection_page(event_id, status=422, form=form)
    try:
        transact(dismiss_reviewer, event_id, min(reviewer_id, LARGEST_ID))
    except Problem as problem:
        return selection_page(event_id, status=problem.status, problem=problem)
    flash(gettext("This person no longer scores applications."), "ok")
    return leave(here)


@blueprint.route("/balance", methods=["GET", "POST"])
@access(organiser)
def balance(event_id: int) -> AnyResponse:
    """Loosen published rules of balance that cannot be kept, with a reason that everybody can read."""
    stored = call_at_desk(event_id)
    here = url_for("selection_desk.show", event_id=event_id)
    if request.method == "GET" and (stored.state != CallState.REVIEW or stored.method != Method.LOTTERY):
        return leave(here)
    if ROW_BUTTONS & request.form.keys():
        sent, focus = reshaped(request.form, LISTS, BEGINS_WITH)
        return _balance(stored, LooseningForm(formdata=sent), focus=focus)
    form = LooseningForm(data={"balance": rows_of(stored)})
    if not form.submitted():
        return _balance(stored, form, 422 if request.method == "POST" else 200)
    try:
        transact(loosen, event_id, form.rules(), reason=form.reason.data or "", now=now())
    except Problem as problem:
        form.refuse(problem)
        return _balance(call_at_desk(event_id), form, problem.status)
    flash(gettext("The rules are changed, and the reason stands in the public record."), "ok")
    return leave(here)


def _form(event: Event, stored: Call | None, **kwargs: Any) -> CallForm:
    free = max(1, queries.free_for_selection(db.session(), event))
    return call_form(event, stored, places=free, **kwargs)


def _editor(event: Event, stored: Call | None, form: CallForm, status: int = 200, **more: Any) -> Response:
    context = {"focus": "", "conflict": [], **more}
    return show(EDITOR, FORM, status, event=event, call=stored, form=form, **context)


def _conflict(event_id: int, form: CallForm, problem: Problem) -> Response:
    """Keep her text, say what the stored version says now, and let her decide: saving again overwrites it."""
    event, stored = event_at_desk(event_id), call_at_desk(event_id)
    form.refuse(problem)
    form.version.data = str(stored.version)
    return _editor(
        event, stored, form, problem.status, conflict=what_differs(form, _form(event, stored, formdata=None))
    )


def _balance(stored: Call, form: LooseningForm, status: int = 200, *, focus: str = "") -> Response:
    return show(BALANCE, BALANCE_PANEL, status, event=stored.event, call=stored, form=form, focus=focus)
