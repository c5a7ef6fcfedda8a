"""At the door: who came, by a code that is read out or scanned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, abort, current_app, request

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Problem
from karavan.core.tokens import read_code
from karavan.core.when import local_day
from karavan.events import queries
from karavan.events.at_desk import event_at_desk, organiser, today_at
from karavan.events.desk_forms import ArrivalForm, CheckInForm
from karavan.events.models import SeatState
from karavan.events.rules.check_in import check_in as mark_arrival
from karavan.events.views.desk.room import blueprint
from karavan.events.witness import saw
from karavan.web.access import access, visitor
from karavan.web.reply import show

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from karavan.events.models import Attendee, Event
    from karavan.events.rules.check_in import Arrival

CHECK_IN, CHECK_IN_PANEL = "desk/check_in.html", "desk/_check_in_panel.html"
ARRIVAL, ARRIVAL_PANEL = "desk/arrival.html", "desk/_arrival_panel.html"


@blueprint.route("/events/<int:event_id>/check-in", methods=["GET", "POST"])
@access(organiser)
def check_in(event_id: int) -> AnyResponse:
    """Mark who came, by the code that is read out or typed in."""
    event = event_at_desk(event_id)
    form = CheckInForm(data={"day": today_at(event).isoformat()})
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
@access(organiser)
def check_in_code(code: str) -> AnyResponse:
    """Show whose ticket was scanned, and mark the person on a press."""
    event, attendee = _ticket_holder(code)
    form = ArrivalForm(data={"day": today_at(event).isoformat()})
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


def _ticket_holder(code: str) -> tuple[Event, Attendee]:
    """Return whose code this is, at one of this person's events; any other code looks unknown."""
    plain = read_code(code)
    event = event_at_desk(queries.event_of_code(db.session(), plain) or 0)
    attendee = queries.attendee_by_code(db.session(), event.id, plain)
    if attendee is None:
        abort(404)
    return event, attendee


def _day_choices(event: Event) -> list[tuple[str, str]]:
    medium = current_app.jinja_env.filters["day_medium"]
    return [(day.isoformat(), medium(day)) for day in event.days]


def _mark(event: Event, code: str, day: str) -> Arrival:
    chosen = next(one for one in event.days if one.isoformat() == day)
    person_id = visitor().person_id
    return transact(mark_arrival, event.id, code, day=chosen, by=person_id, now=now())


def _at_field(problem: Problem, name: str) -> Problem:
    problem.where = name
    return problem


def _door(event: Event, form: CheckInForm, status: int = 200, *, arrival: Arrival | None = None) -> Response:
    session = db.session()
    seats = queries.seats_of(session, event)
    arrived = queries.arrived_on(session, event.id, today_at(event))
    context = {"seats": seats, "arrived": arrived, "arrival": arrival}
    event_id = event.id
    response = show(CHECK_IN, CHECK_IN_PANEL, status, event=event, form=form, **context)
    if arrival:
        saw(event_id, arrival.number)
    return response


def _arrival(
    event: Event, attendee: Attendee, form: ArrivalForm, status: int = 200, *, arrival: Arrival | None = None
) -> Response:
    today = local_day(now(), event.zone)
    context = {"seated": attendee.state == SeatState.SEATED, "today": today in event.days, "arrival": arrival}
    event_id, number = event.id, attendee.registration.number
    response = show(ARRIVAL, ARRIVAL_PANEL, status, event=event, attendee=attendee, form=form, **context)
    saw(event_id, number)
    return response
