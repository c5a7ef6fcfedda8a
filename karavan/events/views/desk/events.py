"""Making events: drafts, publication, changes, seats, cancellation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, abort, flash, redirect, request, url_for

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Problem
from karavan.events import queries
from karavan.events.at_desk import event_at_desk, organisation_ids, organiser, today_at
from karavan.events.desk_forms import (
    CancellationForm,
    CapacityForm,
    EventForm,
    OverbookingForm,
    event_form,
)
from karavan.events.desk_rows import reshaped
from karavan.events.forms import PressForm
from karavan.events.keepers import kept_by
from karavan.events.models import EventState
from karavan.events.policy import may_plan_for
from karavan.events.problems import EditedMeanwhile
from karavan.events.rules.begin_draft import begin_draft
from karavan.events.rules.plan import cancel_event, edit_event, publish as make_public, resize
from karavan.events.views.desk.review import review_of, texts_to_look_at
from karavan.events.views.desk.room import blueprint
from karavan.web.access import access, visitor
from karavan.web.fields import what_differs
from karavan.web.locale import gettext, ngettext
from karavan.web.reply import leave, show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.wrappers import Response as AnyResponse

    from karavan.accounts.models import Organisation
    from karavan.events.models import Event
    from karavan.web.forms import Form

INDEX = "desk/index.html"
PAGE = "desk/show.html"
EDITOR, FORM = "desk/editor.html", "desk/_event_form.html"
CANCELLATION, CANCELLATION_PANEL = "desk/cancellation.html", "desk/_cancellation_panel.html"
CAPACITY, CAPACITY_PANEL = "desk/capacity.html", "desk/_capacity_panel.html"
OVERBOOKING, OVERBOOKING_PANEL = "desk/overbooking.html", "desk/_overbooking_panel.html"

ROW_BUTTONS = {"add", "remove", "up"}


@blueprint.get("/events/")
@access(organiser)
def index() -> Response:
    """List the organisation's events: drafts, coming, past."""
    moment = now()
    cards = queries.desk_events(db.session(), organisation_ids(), now=moment)
    drafts = [card for card in cards if card.state == EventState.DRAFT]
    past = [card for card in cards if card.state != EventState.DRAFT and card.is_over(moment)]
    coming = [card for card in reversed(cards) if card.state != EventState.DRAFT and not card.is_over(moment)]
    return show(INDEX, drafts=drafts, coming=coming, past=past)


@blueprint.route("/events/new", methods=["GET", "POST"])
@access(organiser)
def create() -> AnyResponse:
    """Begin a draft."""
    organisations = queries.organisations(db.session(), organisation_ids())
    if ROW_BUTTONS & request.form.keys():
        return _another_row(None, organisations)
    form = event_form(None, organisations)
    if request.method == "GET":
        return _editor(None, form)
    if not form.submitted():
        return _editor(None, form, 422)
    organisation_id = int(form.organisation.data)
    if not may_plan_for(visitor(), organisation_id):
        abort(403)
    event = transact(begin_draft, organisation_id, form.plan(), now=now())
    flash(gettext("The draft is saved. Only your organisation sees it until you publish it."), "ok")
    return leave(url_for("desk.show", event_id=event.id))


@blueprint.get("/events/<int:event_id>", endpoint="show")
@access(organiser)
def show_event(event_id: int) -> Response:
    """Show where an event stands, and what can be done with it."""
    return _overview(event_at_desk(event_id), PressForm())


@blueprint.route("/events/<int:event_id>/edit", methods=["GET", "POST"])
@access(organiser)
def edit(event_id: int) -> AnyResponse:
    """Change what an event's page says."""
    event = event_at_desk(event_id)
    if ROW_BUTTONS & request.form.keys():
        return _another_row(event)
    form = event_form(event)
    if request.method == "GET" and event.state == EventState.CANCELLED:
        return redirect(url_for("desk.show", event_id=event_id))
    if request.method == "GET":
        return _editor(event, form)
    if not form.submitted():
        return _editor(event, form, 422)
    plan = form.plan(event)
    try:
        review = None if form.read_version != event.version else review_of(event, plan)
        if review and form.confirm.data != review.mark:
            return _editor(event, form, review=review)
        still = form.still_right()
        saved = transact(edit_event, event_id, plan, version=form.read_version, now=now(), still=still)
    except EditedMeanwhile as problem:
        return _conflict(event_id, form, problem)
    except Problem as problem:
        form.refuse(problem)
        return _editor(event, form, 422)
    told = gettext("Your changes are saved. Everyone who registered or applied is being told.")
    flash(told if review and review.told.anybody else gettext("Your changes are saved."), "ok")
    seats = queries.seats_of(db.session(), saved)
    _warn_if_too_full(seats.taken - seats.room)
    return leave(url_for("desk.show", event_id=event_id))


@blueprint.route("/events/<int:event_id>/publication", methods=["GET", "POST"])
@access(organiser)
def publish(event_id: int) -> AnyResponse:
    """Show a draft to everyone."""
    event = event_at_desk(event_id)
    here = url_for("desk.show", event_id=event_id)
    if request.method == "GET":
        return redirect(here)
    form = PressForm()
    if not form.submitted():
        return _overview(event, form, 422)
    try:
        transact(make_public, event_id, now=now())
    except Problem as problem:
        form.refuse(problem)
        return _overview(event, form, 422)
    flash(gettext("The event is published: everyone can see it now."), "ok")
    return leave(here)


@blueprint.route("/events/<int:event_id>/cancellation", methods=["GET", "POST"])
@access(organiser)
def cancel(event_id: int) -> AnyResponse:
    """Call an event off: a page of its own, because everyone is told at once."""
    event = event_at_desk(event_id)
    here = url_for("desk.show", event_id=event_id)
    if event.state != EventState.PUBLISHED or (request.method == "GET" and kept_by(db.session(), event)):
        return leave(here)
    form = CancellationForm()
    if not form.submitted():
        status = 422 if request.method == "POST" else 200
        told = queries.audience(db.session(), event_id)
        return show(CANCELLATION, CANCELLATION_PANEL, status, event=event, form=form, told=told)
    try:
        transact(cancel_event, event_id, reason=form.reason.form.slots(), now=now())
    except Problem as problem:
        form.refuse(problem)
        told = queries.audience(db.session(), event_id)
        return show(CANCELLATION, CANCELLATION_PANEL, problem.status, event=event, form=form, told=told)
    flash(gettext("The event is cancelled. Everyone who registered or applied is being told."), "ok")
    return leave(here)


@blueprint.route("/events/<int:event_id>/capacity", methods=["GET", "POST"])
@access(organiser)
def capacity(event_id: int) -> AnyResponse:
    """Change how many seats there are. Fewer than are taken is possible: nobody loses one."""
    event = event_at_desk(event_id)
    form = CapacityForm(data={"capacity": event.gate.capacity, "version": event.version})
    if request.method == "GET":
        return _seats(CAPACITY, CAPACITY_PANEL, event, form)
    if not form.submitted():
        return _seats(CAPACITY, CAPACITY_PANEL, event, form, 422)
    wished: Any = form.capacity.data
    try:
        free = transact(resize, event_id, capacity=wished, version=form.read_version, now=now())
    except Problem as problem:
        return _seats_refused(CAPACITY, CAPACITY_PANEL, event_id, form, problem)
    flash(gettext("The number of seats is changed."), "ok")
    _warn_if_too_full(-free)
    return leave(url_for("desk.show", event_id=event_id))


@blueprint.route("/events/<int:event_id>/overbooking", methods=["GET", "POST"])
@access(organiser)
def overbook(event_id: int) -> AnyResponse:
    """Add seats beyond the capacity: an act of its own, with a reason that everyone can read."""
    event = event_at_desk(event_id)
    form = OverbookingForm(data={"seats": 1, "version": event.version})
    if request.method == "GET":
        return _seats(OVERBOOKING, OVERBOOKING_PANEL, event, form)
    if not form.submitted():
        return _seats(OVERBOOKING, OVERBOOKING_PANEL, event, form, 422)
    extra: Any = form.seats.data
    reason = form.reason.data or ""
    try:
        by_id = visitor().person_id
        transact(resize, event_id, overbook=extra, reason=reason, version=form.read_version, by_id=by_id, now=now())
    except Problem as problem:
        return _seats_refused(OVERBOOKING, OVERBOOKING_PANEL, event_id, form, problem)
    flash(gettext("The seats are added, and the reason stands in the public record."), "ok")
    return leave(url_for("desk.show", event_id=event_id))


def _editor(event: Event | None, form: EventForm, status: int = 200, **more: object) -> Response:
    told = queries.audience(db.session(), event.id).people if event and event.state == EventState.PUBLISHED else 0
    keeper = kept_by(db.session(), event) if event else None
    context = {"focus": "", "conflict": [], "keeper": keeper, "review": None, **more}
    context["standings"] = form.standings(event)
    return show(EDITOR, FORM, status, event=event, form=form, told=told, **context)


def _another_row(event: Event | None, organisations: Sequence[Organisation] = ()) -> Response:
    sent, focus = reshaped(request.form)
    return _editor(event, event_form(event, organisations, formdata=sent), focus=focus)


def _conflict(event_id: int, form: EventForm, problem: Problem) -> Response:
    """Keep her text, say what the stored version says now, and let her decide: saving again overwrites it."""
    event = event_at_desk(event_id)
    stored = event_form(event, formdata=None)
    form.refuse(problem)
    form.version.data = str(event.version)
    return _editor(event, form, problem.status, conflict=what_differs(form, stored))


def _overview(event: Event, form: PressForm, status: int = 200) -> Response:
    session, moment = db.session(), now()
    seats = queries.seats_of(session, event)
    over = event.is_over(moment)
    arrived = queries.came(session, event.id) if over else queries.arrived_on(session, event.id, today_at(event))
    context = {
        "seats": seats,
        "arrived": arrived,
        "coming": queries.still_coming(session, event.id),
        "keeper": kept_by(session, event),
        "texts": texts_to_look_at(event),
    }
    return show(PAGE, None, status, event=event, form=form, now=moment, **context)


def _warn_if_too_full(over: int) -> None:
    """Say so when more people hold a seat than there are seats; nobody loses one."""
    if over > 0:
        sentence = ngettext(
            "%(num)d person more holds a seat than there are seats. Nobody loses one: seats given back stay empty.",
            "%(num)d people more hold a seat than there are seats. Nobody loses one: seats given back stay empty.",
            over,
        )
        flash(sentence % {"num": over}, "warn")


def _seats(page: str, panel: str, event: Event, form: Form, status: int = 200) -> Response:
    session = db.session()
    extras = queries.overbookings(session, event.id)
    seats = queries.seats_of(session, event)
    return show(page, panel, status, event=event, form=form, seats=seats, extras=extras)


def _seats_refused(
    page: str, panel: str, event_id: int, form: CapacityForm | OverbookingForm, problem: Problem
) -> Response:
    event = event_at_desk(event_id)
    form.refuse(problem)
    form.version.data = str(event.version)
    return _seats(page, panel, event, form, problem.status)
