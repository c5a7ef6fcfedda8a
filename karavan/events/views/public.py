"""What everyone sees: the list, an event, the calendar; and the form that takes a seat.

The form lives on its own address, so that an event's page carries no token and no cookie and the page cache may
serve it.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, flash, request, url_for

from karavan.core.calendar_file import calendar_file
from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.places import PLACES
from karavan.core.problems import Problem
from karavan.events import queries
from karavan.events.calendar import calendar_entry
from karavan.events.forms import registration_form
from karavan.events.models import Event, EventKind, WayIn
from karavan.events.page import PAGE, absolute, closed, page_of
from karavan.events.rules.register import refuse_if_full, register as take_seats
from karavan.events.ticket_links import ticket_token
from karavan.files.answers import send
from karavan.web.access import access, anyone
from karavan.web.fields import EARLIEST, LATEST
from karavan.web.limits import spend
from karavan.web.locale import gettext, lang
from karavan.web.reply import leave, public, show

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session
    from werkzeug.wrappers import Response as AnyResponse

    from karavan.events.forms import RegistrationForm

blueprint = Blueprint("events", __name__, url_prefix="/<lang:lang>/events")

LIST, RESULTS = "events/index.html", "events/_results.html"
REGISTRATION, PANEL = "events/registration.html", "events/_registration_panel.html"


@blueprint.get("/")
@access(anyone)
def index() -> Response:
    """List events, narrowed by a plain form that htmx makes live."""
    public()
    filters = _filters()
    page = queries.event_page(db.session(), filters, now=now(), after=request.args.get("after", "")[:40])
    return show(
        LIST,
        RESULTS,
        filters=filters,
        page=page,
        kinds=EventKind,
        further=_narrowed(after=page.after) if page.after else None,
    )


@blueprint.get("/calendar.ics")
@access(anyone)
def calendar() -> Response:
    """Give the whole calendar to a phone that subscribes to it."""
    public(300)
    entries = [
        calendar_entry(event, lang(), url=absolute("events.show", slug=event.slug))
        for event in queries.calendar_events(db.session(), now=now())
    ]
    return _calendar_answer(calendar_file(entries, name=gettext("Karavan: events")), "karavan.ics")


@blueprint.get("/<slug>", endpoint="show")
@access(anyone)
def show_event(slug: str) -> Response:
    """Show one event to everyone."""
    public()
    return show(PAGE, **page_of(_event(slug)))


@blueprint.get("/<slug>/cover")
@access(anyone)
def cover(slug: str) -> Response:
    """Give the picture on top of an event's page."""
    found = queries.cover_of(db.session(), _event(slug))
    if found is None:
        abort(404)
    file, content = found
    return send(file, content, slug, inline=True, private=False)


@blueprint.get("/<slug>/calendar.ics")
@access(anyone)
def event_calendar(slug: str) -> Response:
    """Give one event to a calendar."""
    public(300)
    event = _event(slug)
    entry = calendar_entry(event, lang(), url=absolute("events.show", slug=slug))
    return _calendar_answer(calendar_file([entry], name=entry.title), f"{slug}.ics")


@blueprint.route("/<slug>/registration", methods=["GET", "POST"])
@access(anyone)
def register(slug: str) -> AnyResponse:
    """Take seats: for oneself, or for a household in one form."""
    event = _event(slug, queries.event_to_register_for)
    if event.way_in == WayIn.SELECTION:
        return leave(url_for("selection.apply", slug=slug))
    form = registration_form(event)
    if request.method == "GET":
        return _registration(event, form)
    if "add" in request.form or "remove" in request.form:
        return _another_row(event, form)
    spend("register", "60 per minute")
    if not form.submitted():
        return _registration(event, form, 422)
    wish = form.application()
    for contact in filter(None, (wish.email_key, wish.phone)):
        spend("registrations of", "20 per hour", contact)  # letters go to it, and it may be another's
    try:
        refuse_if_full(db.session(), event, wish, now=now())
        outcome = transact(take_seats, event.id, wish, now=now())
    except Problem as problem:
        form.refuse(problem)
        return _registration(event, form, 422)
    if outcome.public_id is None:
        return leave(url_for("events.received", slug=slug))
    if outcome.fresh:
        flash(gettext("Done. This page is your ticket: keep its address."), "ok")
    return leave(url_for("tickets.show", token=ticket_token(outcome.public_id)))


@blueprint.get("/<slug>/registration/received")
@access(anyone)
def received(slug: str) -> Response:
    """Say what happens next to somebody whose contact is registered already, without telling whether it is."""
    return show("events/received.html", event=_event(slug, queries.event_to_register_for))


def _registration(event: Event, form: RegistrationForm, status: int = 200) -> Response:
    seats = queries.seats_of(db.session(), event)
    return show(REGISTRATION, PANEL, status, event=event, form=form, seats=seats, closed=closed(event), added=False)


def _another_row(event: Event, form: RegistrationForm) -> Response:
    if "add" in request.form:
        form.add_person()
    else:
        form.remove_person(request.form["remove"])
    seats = queries.seats_of(db.session(), event)
    added = "add" in request.form
    return show(REGISTRATION, PANEL, event=event, form=form, seats=seats, closed=closed(event), added=added)


def _event(slug: str, find: Callable[[Session, str], Event | None] = queries.event_by_slug) -> Event:
    event = find(db.session(), slug)
    if event is None:
        abort(404)
    return event


def _filters() -> queries.Filters:
    """Read the form; values nobody offered are taken as "everything"."""
    wish = request.args
    try:
        since = date.fromisoformat(wish.get("since", ""))
    except ValueError:
        since = None
    if since and not EARLIEST <= since <= LATEST:
        since = None
    return queries.Filters(
        words=wish.get("q", "")[:100],
        place=wish.get("place", "") if wish.get("place") in PLACES else "",
        kind=wish.get("kind", "") if wish.get("kind") in {kind.value for kind in EventKind} else "",
        since=since,
        free=wish.get("free") == "1",
        past=wish.get("past") == "1",
    )


def _narrowed(**more: str) -> dict[str, Any]:
    """Return what the list is narrowed by, for a link to its next page."""
    return {
        **{
            name: request.args[name] for name in ("q", "place", "kind", "since", "free", "past") if name in request.args
        },
        **more,
    }


def _calendar_answer(file: bytes, name: str) -> Response:
    return Response(
        file,
        mimetype="text/calendar",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
