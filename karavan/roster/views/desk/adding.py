"""Taking seats for somebody who called or came by: same queue, same rights, marked with how she came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, request, url_for

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Problem
from karavan.events import queries
from karavan.events.at_desk import event_at_desk, organiser
from karavan.events.desk_forms import person_form
from karavan.events.rules.register import register
from karavan.roster.views.desk.room import blueprint, why_closed
from karavan.web.access import access, visitor
from karavan.web.locale import gettext
from karavan.web.reply import leave, show

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from karavan.events.desk_forms import DeskRegistrationForm
    from karavan.events.models import Event

PERSON, PERSON_PANEL = "desk/person.html", "desk/_person_panel.html"


@blueprint.route("/registrations/new", methods=["GET", "POST"])
@access(organiser)
def add_person(event_id: int) -> AnyResponse:
    """Register somebody who called or came by."""
    event = event_at_desk(event_id)
    form = person_form(event)
    if request.method == "GET":
        return _person(event, form, added=True)
    if {"add", "remove"} & request.form.keys():
        if "add" in request.form:
            form.add_person()
        else:
            form.remove_person(request.form["remove"])
        return _person(event, form, added="add" in request.form)
    if not form.submitted():
        return _person(event, form, 422)
    try:
        outcome = transact(register, event_id, form.application_by(visitor().person_id), now=now())
    except Problem as problem:
        form.refuse(problem)
        return _person(event, form, 422)
    if outcome.fresh:
        flash(gettext("Registered. Print the slip, or pass on the link of the ticket."), "ok")
    else:
        flash(gettext("This contact is registered already: this is the registration."), "info")
    registration_id = queries.registration_id(db.session(), outcome.public_id or "")
    return leave(url_for("roster_desk.registration", event_id=event_id, registration_id=registration_id))


def _person(event: Event, form: DeskRegistrationForm, status: int = 200, *, added: bool = False) -> Response:
    seats = queries.seats_of(db.session(), event)
    return show(
        PERSON, PERSON_PANEL, status, event=event, form=form, seats=seats, added=added, closed=why_closed(event)
    )
