"""The organiser's desk: making events, publishing and cancelling them, the roster, and who came.

Whoever has no organiser's role is told so (403); an event of another organisation looks like none at all (404).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, current_app, flash, redirect, request, url_for

from karavan.accounts.models import Role
from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Message, Problem
from karavan.core.tokens import read_code
from karavan.core.when import local_day
from karavan.events import queries
from karavan.events.desk_forms import (
    ArrivalForm,
    CancellationForm,
    CapacityForm,
    CheckInForm,
    EventForm,
    OverbookingForm,
    RemovalForm,
    days_of,
    event_form,
    person_form,
    what_differs,
)
from karavan.events.desk_rows import reshaped
from karavan.events.forms import PressForm
from karavan.events.models import LIVE, EventState, SeatChannel, SeatState
from karavan.events.policy import may_organise, may_plan_for, may_run
from karavan.events.problems import EditedMeanwhile
from karavan.events.roster import asked, matching, roster_csv, roster_lines
from karavan.events.rules.begin_draft import begin_draft
from karavan.events.rules.change_seats import give_back
from karavan.events.rules.check_in import check_in as mark_arrival
from karavan.events.rules.plan import cancel_event, edit_event, publish as make_public, resize
from karavan.events.rules.register import refuse_outside_window, register
from karavan.events.rules.seating import in_state
from karavan.record.models import ActorRole
from karavan.web.access import access, staff, visitor
from karavan.web.locale import gettext, lang, ngettext
from karavan.web.reply import leave, show, wants_region

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from werkzeug.wrappers import Response as AnyResponse

    from karavan.accounts.models import Organisation
    from karavan.events.forms import RegistrationForm
    from karavan.events.models import Attendee, Event, Registration
    from karavan.events.rules.check_in import Arrival
    from karavan.web.forms import Form

blueprint = Blueprint("desk", __name__, url_prefix="/<lang:lang>/desk")

INDEX = "desk/index.html"
PAGE = "desk/show.html"
EDITOR, FORM = "desk/editor.html", "desk/_event_form.html"
CANCELLATION, CANCELLATION_PANEL = "desk/cancellation.html", "desk/_cancellation_panel.html"
SEATS, CAPACITY_PANEL = "desk/capacity.html", "desk/_capacity_panel.html"
OVERBOOKING, OVERBOOKING_PANEL = "desk/overbooking.html", "desk/_overbooking_panel.html"
ROSTER, TABLE = "desk/roster.html", "desk/_roster.html"
PERSON, PERSON_PANEL = "desk/person.html", "desk/_person_panel.html"
REGISTRATION = "desk/registration.html"
REMOVAL, REMOVAL_PANEL = "desk/removal.html", "desk/_removal_panel.html"
CHECK_IN, CHECK_IN_PANEL = "desk/check_in.html", "desk/_check_in_panel.html"
ARRIVAL, ARRIVAL_PANEL = "desk/arrival.html", "desk/_arrival_panel.html"

ROW_BUTTONS = {"add", "remove", "up"}
LARGEST_ID = 2**31 - 1


@blueprint.before_request
def organisers_only() -> None:
    """Refuse people of other desks: a moderator is no organiser."""
    if not may_organise(visitor()):
        abort(403)


@blueprint.get("/")
@access(staff)
def door() -> AnyResponse:
    """Lead to the list of events."""
    return redirect(url_for("desk.index"))


# --- Events -----------------------------------------------------------------------------------------------


@blueprint.get("/events/")
@access(staff)
def index() -> Response:
    """List the organisation's events: drafts, coming, past."""
    moment = now()
    cards = queries.desk_events(db.session(), _organisation_ids())
    drafts = [card for card in cards if card.state == EventState.DRAFT]
    past = [card for card in cards if card.state != EventState.DRAFT and card.ends_at <= moment]
    coming = [card for card in reversed(cards) if card.state != EventState.DRAFT and card.ends_at > moment]
    return show(INDEX, drafts=drafts, coming=coming, past=past)


@blueprint.route("/events/new", methods=["GET", "POST"])
@access(staff)
def create() -> AnyResponse:
    """Begin a draft."""
    organisations = queries.organisations(db.session(), _organisation_ids())
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
@access(staff)
def show_event(event_id: int) -> Response:
    """Show where an event stands, and what can be done with it."""
    return _overview(_event(event_id), PressForm())


@blueprint.route("/events/<int:event_id>/edit", methods=["GET", "POST"])
@access(staff)
def edit(event_id: int) -> AnyResponse:
    """Change what an event's page says."""
    event = _event(event_id)
    if ROW_BUTTONS & request.form.keys():
        return _another_row(event)
    form = event_form(event)
    if request.method == "GET" and event.state == EventState.CANCELLED:
        return redirect(url_for("desk.show", event_id=event_id))
    if request.method == "GET":
        return _editor(event, form)
    if not form.submitted():
        return _editor(event, form, 422)
    try:
        saved = transact(edit_event, event_id, form.plan(event), version=form.read_version, now=now())
    except EditedMeanwhile as problem:
        return _conflict(event_id, form, problem)
    except Problem as problem:
        form.refuse(problem)
        return _editor(event, form, 422)
    flash(gettext("Your changes are saved."), "ok")
    seats = queries.seats_of(db.session(), saved)
    _warn_if_too_full(seats.taken - seats.room)
    return leave(url_for("desk.show", event_id=event_id))


@blueprint.route("/events/<int:event_id>/publication", methods=["GET", "POST"])
@access(staff)
def publish(event_id: int) -> AnyResponse:
    """Show a draft to everyone."""
    event = _event(event_id)
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
@access(staff)
def cancel(event_id: int) -> AnyResponse:
    """Call an event off: a page of its own, because everyone is told at once."""
    event = _event(event_id)
    here = url_for("desk.show", event_id=event_id)
    if event.state != EventState.PUBLISHED:
        return leave(here)
    form = CancellationForm()
    if not form.submitted():
        status = 422 if request.method == "POST" else 200
        told = queries.audience(db.session(), event_id)
        return show(CANCELLATION, CANCELLATION_PANEL, status, event=event, form=form, told=told)
    transact(cancel_event, event_id, reason=form.reason.form.slots(), now=now())
    flash(gettext("The event is cancelled. Everyone who registered is being told."), "ok")
    return leave(here)


@blueprint.route("/events/<int:event_id>/capacity", methods=["GET", "POST"])
@access(staff)
def capacity(event_id: int) -> AnyResponse:
    """Change how many seats there are. Fewer than are taken is possible: nobody loses one."""
    event = _event(event_id)
    form = CapacityForm(data={"capacity": event.gate.capacity, "version": event.version})
    if request.method == "GET":
        return _seats(SEATS, CAPACITY_PANEL, event, form)
    if not form.submitted():
        return _seats(SEATS, CAPACITY_PANEL, event, form, 422)
    wished: Any = form.capacity.data
    try:
        free = transact(resize, event_id, capacity=wished, version=form.read_version, now=now())
    except Problem as problem:
        return _seats_refused(SEATS, CAPACITY_PANEL, event_id, form, problem)
    flash(gettext("The number of seats is changed."), "ok")
    _warn_if_too_full(-free)
    return leave(url_for("desk.show", event_id=event_id))


@blueprint.route("/events/<int:event_id>/overbooking", methods=["GET", "POST"])
@access(staff)
def overbook(event_id: int) -> AnyResponse:
    """Add seats beyond the capacity: an act of its own, with a reason that everyone can read."""
    event = _event(event_id)
    form = OverbookingForm(data={"seats": 1, "version": event.version})
    if request.method == "GET":
        return _seats(OVERBOOKING, OVERBOOKING_PANEL, event, form)
    if not form.submitted():
        return _seats(OVERBOOKING, OVERBOOKING_PANEL, event, form, 422)
    extra: Any = form.seats.data
    reason = form.reason.data or ""
    try:
        transact(resize, event_id, overbook=extra, reason=reason, version=form.read_version, now=now())
    except Problem as problem:
        return _seats_refused(OVERBOOKING, OVERBOOKING_PANEL, event_id, form, problem)
    flash(gettext("The seats are added, and the reason stands in the public record."), "ok")
    return leave(url_for("desk.show", event_id=event_id))


# --- People -----------------------------------------------------------------------------------------------


@blueprint.get("/events/<int:event_id>/roster")
@access(staff)
def roster(event_id: int) -> Response:
    """Show everybody who registered; the search is a plain form that htmx makes live."""
    event = _event(event_id)
    words = request.args.get("q", "")[:100]
    lines = roster_lines(event, queries.roster(db.session(), event_id))
    found = matching(lines, words)
    return show(ROSTER, TABLE, event=event, lines=found, total=len(lines), words=words, questions=asked(event, lines))


@blueprint.get("/events/<int:event_id>/roster.csv")
@access(staff)
def roster_file(event_id: int) -> Response:
    """Give the roster to a spreadsheet."""
    event = _event(event_id)
    file = roster_csv(event, roster_lines(event, queries.roster(db.session(), event_id)))
    headers = {"Content-Disposition": f'attachment; filename="{event.slug}.csv"'}
    return Response(file, content_type="text/csv; charset=utf-8", headers=headers)


@blueprint.route("/events/<int:event_id>/registrations/new", methods=["GET", "POST"])
@access(staff)
def add_person(event_id: int) -> AnyResponse:
    """Register somebody who called or came by."""
    event = _event(event_id)
    form = person_form(event)
    if request.method == "GET":
        return _person(event, form)
    if {"add", "remove"} & request.form.keys():
        if "add" in request.form:
            form.add_person()
        else:
            form.remove_person(request.form["remove"])
        return _person(event, form, added="add" in request.form)
    if not form.submitted():
        return _person(event, form, 422)
    try:
        outcome = transact(register, event_id, form.application(channel=SeatChannel.DESK), now=now())
    except Problem as problem:
        form.refuse(problem)
        return _person(event, form, 422)
    if outcome.fresh:
        flash(gettext("Registered. Print the ticket, or pass on its link."), "ok")
    else:
        flash(gettext("This contact is registered already: this is the registration."), "info")
    registration_id = queries.registration_id(db.session(), outcome.public_id or "")
    return leave(url_for("desk.registration", event_id=event_id, registration_id=registration_id))


@blueprint.get("/events/<int:event_id>/registrations/<int:registration_id>", endpoint="registration")
@access(staff)
def show_registration(event_id: int, registration_id: int) -> Response:
    """Show one registration: who, how to reach them, and the link that is their ticket."""
    event, registration = _event_and_registration(event_id, registration_id)
    token = current_app.extensions["karavan.keys"].seal(registration.public_id, purpose="ticket")
    path = url_for("tickets.show", token=token, lang=registration.lang)
    base: str = current_app.extensions["karavan.settings"].base_url
    lines = roster_lines(event, [registration])
    context = {"ticket_path": path, "ticket_url": base + path, "questions": asked(event, lines)}
    return show(REGISTRATION, event=event, registration=registration, lines=lines, **context)


@blueprint.route("/events/<int:event_id>/registrations/<int:registration_id>/removal", methods=["GET", "POST"])
@access(staff)
def remove(event_id: int, registration_id: int) -> AnyResponse:
    """Give seats back on somebody's behalf: a page of its own, because it cannot be undone."""
    event, registration = _event_and_registration(event_id, registration_id)
    live = in_state(registration, *LIVE)
    if not live:
        return leave(url_for("desk.registration", event_id=event_id, registration_id=registration_id))
    form = RemovalForm()
    form.people.choices = [(str(attendee.id), attendee.name) for attendee in live]
    if request.method == "GET":
        form.people.data = [value for value, _ in form.people.choices] if len(live) == 1 else []
    if not form.submitted():
        status = 422 if request.method == "POST" else 200
        return show(REMOVAL, REMOVAL_PANEL, status, event=event, registration=registration, form=form)
    transact(
        give_back,
        event_id,
        registration.public_id,
        attendee_ids={int(attendee_id) for attendee_id in form.people.data or ()},
        now=now(),
        by=ActorRole.ORGANISER,
        reason=form.reason.data or "",
    )
    flash(gettext("Done. The seats go to the next in the queue, and a letter says why."), "ok")
    return leave(url_for("desk.registration", event_id=event_id, registration_id=registration_id))


# --- At the door ------------------------------------------------------------------------------------------


@blueprint.route("/events/<int:event_id>/check-in", methods=["GET", "POST"])
@access(staff)
def check_in(event_id: int) -> AnyResponse:
    """Mark who came, by the code that is read out or typed in."""
    event = _event(event_id)
    form = CheckInForm(data={"day": _today_at(event).isoformat()})
    form.day.choices = _day_choices(event)
    if request.method == "GET":
        return _door(event, form)
    if not form.submitted():
        return _door(event, form, 422)
    try:
        arrival = _mark(event, read_code(form.code.data or ""), form.day.data)
    except Problem as problem:
        form.refuse(_at_field(problem, "code"))
        return _door(event, form, 422)
    form.code.data = ""
    return _door(event, form, arrival=arrival)


@blueprint.route("/check-in/<code>", methods=["GET", "POST"])
@access(staff)
def check_in_code(code: str) -> AnyResponse:
    """Show whose ticket was scanned, and mark the person on a press."""
    event, attendee = _ticket_holder(code)
    form = ArrivalForm(data={"day": _today_at(event).isoformat()})
    form.day.choices = _day_choices(event)
    if request.method == "GET":
        return _arrival(event, attendee, form)
    if not form.submitted():
        return _arrival(event, attendee, form, 422)
    try:
        arrival = _mark(event, attendee.code, form.day.data)
    except Problem as problem:
        form.refuse(problem)
        return _arrival(event, attendee, form, 422)
    event, attendee = _ticket_holder(code)
    return _arrival(event, attendee, form, arrival=arrival)


# --- Gathering and answering ------------------------------------------------------------------------------


def _organisation_ids() -> tuple[int, ...] | None:
    """Return for whom this person organises (None: for everybody)."""
    actor = visitor()
    return None if actor.is_administrator else actor.organisations(Role.ORGANISER)


def _event(event_id: int) -> Event:
    """Return an event of this person's organisations; another one's looks like none."""
    event = queries.event_for_desk(db.session(), event_id) if event_id <= LARGEST_ID else None
    if event is None or not may_run(visitor(), event):
        abort(404)
    return event


def _event_and_registration(event_id: int, registration_id: int) -> tuple[Event, Registration]:
    event = _event(event_id)
    known = registration_id <= LARGEST_ID
    registration = queries.desk_registration(db.session(), event_id, registration_id) if known else None
    if registration is None:
        abort(404)
    return event, registration


def _ticket_holder(code: str) -> tuple[Event, Attendee]:
    """Return whose code this is, at one of this person's events; any other code looks unknown."""
    plain = read_code(code)
    event = _event(queries.event_of_code(db.session(), plain) or 0)
    attendee = queries.attendee_by_code(db.session(), event.id, plain)
    if attendee is None:
        abort(404)
    return event, attendee


def _editor(event: Event | None, form: EventForm, status: int = 200, **more: object) -> Response:
    told = queries.audience(db.session(), event.id).people if event and event.state == EventState.PUBLISHED else 0
    context = {"focus": "", "conflict": [], **more}
    return show(EDITOR, FORM, status, event=event, form=form, told=told, **context)


def _another_row(event: Event | None, organisations: Sequence[Organisation] = ()) -> Response:
    sent, focus = reshaped(request.form)
    return _editor(event, event_form(event, organisations, formdata=sent), focus=focus)


def _conflict(event_id: int, form: EventForm, problem: Problem) -> Response:
    """Keep her text, say what the stored version says now, and let her decide: saving again overwrites it."""
    event = _event(event_id)
    stored = event_form(event, formdata=None)
    form.refuse(problem)
    form.version.data = str(event.version)
    # htmx does not swap a 409, so the form alone says 422.
    return _editor(event, form, 422 if wants_region() else problem.status, conflict=what_differs(form, stored))


def _overview(event: Event, form: PressForm, status: int = 200) -> Response:
    session = db.session()
    seats = queries.seats_of(session, event)
    arrived = queries.arrived_on(session, event.id, _today_at(event))
    return show(PAGE, None, status, event=event, form=form, seats=seats, arrived=arrived, now=now())


def _warn_if_too_full(over: int) -> None:
    """Say so when more people hold a seat than there are seats; nobody loses one."""
    if over > 0:
        sentence = ngettext(
            "%(num)d person more holds a seat than there are seats. Nobody loses a seat; the next one given back stays empty.",
            "%(num)d people more hold a seat than there are seats. Nobody loses a seat; the next ones given back stay empty.",
            over,
        )
        flash(sentence % {"num": over}, "warn")


def _seats(page: str, panel: str, event: Event, form: Form, status: int = 200) -> Response:
    return show(page, panel, status, event=event, form=form, seats=queries.seats_of(db.session(), event))


def _seats_refused(page: str, panel: str, event_id: int, form: CapacityForm | OverbookingForm, problem: Problem) -> Response:
    event = _event(event_id)
    form.refuse(problem)
    form.version.data = str(event.version)
    return _seats(page, panel, event, form, 422 if wants_region() else problem.status)


def _person(event: Event, form: RegistrationForm, status: int = 200, *, added: bool = False) -> Response:
    seats = queries.seats_of(db.session(), event)
    return show(PERSON, PERSON_PANEL, status, event=event, form=form, seats=seats, added=added, closed=_closed(event))


def _closed(event: Event) -> Message | None:
    """Return why nobody can be added now, if so."""
    if event.state == EventState.DRAFT:
        return Message("Publish the event first: people can be added after that.")
    try:
        refuse_outside_window(event, now(), by_staff=True)
    except Problem as problem:
        return problem.message
    return None


def _today_at(event: Event) -> date:
    """Return today on the event's clock, or its nearest day."""
    return min(max(local_day(now(), event.zone), event.first_day), event.last_day)


def _day_choices(event: Event) -> list[tuple[str, str]]:
    medium = current_app.jinja_env.filters["day_medium"]
    return [(day.isoformat(), medium(day)) for day in days_of(event)]


def _mark(event: Event, code: str, day: str) -> Arrival:
    chosen = next(one for one in days_of(event) if one.isoformat() == day)
    person_id = visitor().person_id
    return transact(mark_arrival, event.id, code, day=chosen, by=person_id, now=now())


def _at_field(problem: Problem, name: str) -> Problem:
    problem.where = name
    return problem


def _door(event: Event, form: CheckInForm, status: int = 200, *, arrival: Arrival | None = None) -> Response:
    session = db.session()
    seats = queries.seats_of(session, event)
    arrived = queries.arrived_on(session, event.id, _today_at(event))
    context = {"seats": seats, "arrived": arrived, "arrival": arrival}
    return show(CHECK_IN, CHECK_IN_PANEL, status, event=event, form=form, **context)


def _arrival(
    event: Event, attendee: Attendee, form: ArrivalForm, status: int = 200, *, arrival: Arrival | None = None
) -> Response:
    today = local_day(now(), event.zone)
    context = {"seated": attendee.state == SeatState.SEATED, "today": today in days_of(event), "arrival": arrival}
    return show(ARRIVAL, ARRIVAL_PANEL, status, event=event, attendee=attendee, form=form, **context)
