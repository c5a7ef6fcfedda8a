"""Moving people between lists, and giving seats back for them: on pages of their own, for others wait for the seats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, request, url_for

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Problem
from karavan.events import queries
from karavan.events.at_desk import event_and_registration, organiser
from karavan.events.models import LIVE, SeatState
from karavan.events.rules.seating import in_state
from karavan.roster.forms import RemovalForm, move_form
from karavan.roster.looking import log_person
from karavan.roster.problems import AlreadyThere
from karavan.roster.rules.move_people import move_people
from karavan.roster.views.desk.room import blueprint
from karavan.web.access import access, visitor
from karavan.web.locale import gettext
from karavan.web.reply import leave, show

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from karavan.events.models import Event, Registration
    from karavan.roster.forms import MoveForm

MOVE, MOVE_PANEL = "roster/move.html", "roster/_move_panel.html"
REMOVAL, REMOVAL_PANEL = "roster/removal.html", "roster/_removal_panel.html"


@blueprint.route("/registrations/<int:registration_id>/list", methods=["GET", "POST"], endpoint="move")
@access(organiser)
def move_to_list(event_id: int, registration_id: int) -> AnyResponse:
    """Move some people of a registration to another list, with a reason that they read."""
    event, registration = event_and_registration(event_id, registration_id)
    form = move_form(registration)
    if not form.submitted():
        return _move(event, registration, form, 422 if request.method == "POST" else 200)
    try:
        _put(registration, form, to=form.target)
    except Problem as problem:
        form.refuse(problem)
        return _move(*event_and_registration(event_id, registration_id), form, problem.status)  # as it stands now
    flash(gettext("Moved. A letter says so, and why."), "ok")
    return leave(url_for("roster_desk.registration", event_id=event_id, registration_id=registration_id))


@blueprint.route("/registrations/<int:registration_id>/removal", methods=["GET", "POST"])
@access(organiser)
def remove(event_id: int, registration_id: int) -> AnyResponse:
    """Give seats back on somebody's behalf: a page of its own, because it cannot be undone."""
    event, registration = event_and_registration(event_id, registration_id)
    here = url_for("roster_desk.registration", event_id=event_id, registration_id=registration_id)
    live = in_state(registration, *LIVE)
    if not live:
        return leave(here)
    form = RemovalForm()
    form.people.choices = [(str(attendee.id), attendee.name) for attendee in live]
    if request.method == "GET":
        form.people.data = [str(attendee.id) for attendee in live] if len(live) == 1 else []
    if not form.submitted():
        status = 422 if request.method == "POST" else 200
        return _removal(event, registration, form, status)
    try:
        _put(registration, form, to=SeatState.GIVEN_BACK)
    except AlreadyThere:
        return leave(here)
    except Problem as problem:
        event, registration = event_and_registration(event_id, registration_id)
        form.refuse(problem)
        return _removal(event, registration, form, problem.status)
    flash(gettext("Done. The seats go to the next in the queue, and a letter says why."), "ok")
    return leave(here)


def _put(registration: Registration, form: MoveForm | RemovalForm, *, to: SeatState) -> None:
    """Put those who were ticked on a list."""
    transact(
        move_people,
        registration.event_id,
        registration.public_id,
        attendee_ids={int(attendee_id) for attendee_id in form.people.data or ()},
        to=to,
        reason=form.reason.data or "",
        by_id=visitor().person_id,
        now=now(),
    )


def _move(event: Event, registration: Registration, form: MoveForm, status: int = 200) -> Response:
    seats = queries.seats_of(db.session(), event)
    return _shown(MOVE, MOVE_PANEL, status, event=event, registration=registration, form=form, seats=seats)


def _removal(event: Event, registration: Registration, form: RemovalForm, status: int) -> Response:
    return _shown(REMOVAL, REMOVAL_PANEL, status, event=event, registration=registration, form=form)


def _shown(page: str, panel: str, status: int, *, registration: Registration, **context: Any) -> Response:
    """Show a registration's people by name, and write that down."""
    event_id, number, people = registration.event_id, registration.number, len(registration.attendees)
    response = show(page, panel, status, registration=registration, **context)
    log_person(event_id, number, people)
    return response
