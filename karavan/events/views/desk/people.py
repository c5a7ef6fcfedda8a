"""Who is coming: the roster, adding somebody who called, giving seats back for somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, current_app, flash, request, url_for

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Message, Problem
from karavan.events import queries
from karavan.events.desk_forms import RemovalForm, person_form
from karavan.events.models import LIVE, EventState, SeatChannel
from karavan.events.roster import asked, matching, roster_csv, roster_lines
from karavan.events.rules.change_seats import give_back
from karavan.events.rules.register import refuse_outside_window, register
from karavan.events.rules.seating import in_state
from karavan.events.views.desk.room import blueprint, event_and_registration, event_at_desk
from karavan.record.models import ActorRole
from karavan.web.access import access, staff
from karavan.web.locale import gettext
from karavan.web.reply import leave, show

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from karavan.events.forms import RegistrationForm
    from karavan.events.models import Event

ROSTER, TABLE = "desk/roster.html", "desk/_roster.html"
PERSON, PERSON_PANEL = "desk/person.html", "desk/_person_panel.html"
REGISTRATION = "desk/registration.html"
REMOVAL, REMOVAL_PANEL = "desk/removal.html", "desk/_removal_panel.html"


@blueprint.get("/events/<int:event_id>/roster")
@access(staff)
def roster(event_id: int) -> Response:
    """Show everybody who registered; the search is a plain form that htmx makes live."""
    event = event_at_desk(event_id)
    words = request.args.get("q", "")[:100]
    lines = roster_lines(event, queries.roster(db.session(), event_id))
    found = matching(lines, words)
    return show(ROSTER, TABLE, event=event, lines=found, total=len(lines), words=words, questions=asked(event, lines))


@blueprint.get("/events/<int:event_id>/roster.csv")
@access(staff)
def roster_file(event_id: int) -> Response:
    """Give the roster to a spreadsheet."""
    event = event_at_desk(event_id)
    file = roster_csv(event, roster_lines(event, queries.roster(db.session(), event_id)))
    headers = {"Content-Disposition": f'attachment; filename="{event.slug}.csv"'}
    return Response(file, content_type="text/csv; charset=utf-8", headers=headers)


@blueprint.route("/events/<int:event_id>/registrations/new", methods=["GET", "POST"])
@access(staff)
def add_person(event_id: int) -> AnyResponse:
    """Register somebody who called or came by."""
    event = event_at_desk(event_id)
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
    event, registration = event_and_registration(event_id, registration_id)
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
    event, registration = event_and_registration(event_id, registration_id)
    live = in_state(registration, *LIVE)
    if not live:
        return leave(url_for("desk.registration", event_id=event_id, registration_id=registration_id))
    form = RemovalForm()
    form.people.choices = [(str(attendee.id), attendee.name) for attendee in live]
    if request.method == "GET":
        form.people.data = [str(attendee.id) for attendee in live] if len(live) == 1 else []
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
