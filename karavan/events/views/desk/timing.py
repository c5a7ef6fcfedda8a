"""A draft as its readers will see it, an event put off, and a new one like an old one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import Response, flash, request, url_for

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Problem
from karavan.events import queries
from karavan.events.at_desk import event_at_desk, organiser, today_at
from karavan.events.desk_forms import CopyForm, PostponementForm
from karavan.events.keepers import kept_by
from karavan.events.models import EventState
from karavan.events.page import PAGE, page_of
from karavan.events.rules.copy_event import copy_event
from karavan.events.rules.plan import postpone_event
from karavan.events.views.desk.room import blueprint
from karavan.web.access import access
from karavan.web.locale import gettext
from karavan.web.reply import leave, show

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from karavan.events.models import Event

POSTPONEMENT, POSTPONEMENT_PANEL = "desk/postponement.html", "desk/_postponement_panel.html"
COPY, COPY_PANEL = "desk/copy.html", "desk/_copy_panel.html"
A_WEEK = timedelta(days=7)


@blueprint.get("/events/<int:event_id>/preview")
@access(organiser)
def preview(event_id: int) -> AnyResponse:
    """Show a draft as everyone will see it once it is published; the page's languages are those of the site."""
    event = event_at_desk(event_id)
    if event.state != EventState.DRAFT:
        public = event.published_at is not None  # a draft that was cancelled has no page
        return leave(url_for("events.show", slug=event.slug) if public else url_for("desk.show", event_id=event_id))
    return show(PAGE, **page_of(event, preview=True))


@blueprint.route("/events/<int:event_id>/postponement", methods=["GET", "POST"])
@access(organiser)
def postpone(event_id: int) -> AnyResponse:
    """Put an event off: a page of its own, because everyone is told at once."""
    event = event_at_desk(event_id)
    here = url_for("desk.show", event_id=event_id)
    closed = event.state != EventState.PUBLISHED or event.postponed_at is not None or event.is_over(now())
    if closed or (request.method == "GET" and kept_by(db.session(), event)):
        return leave(here)
    form = PostponementForm(data={"version": event.version})
    if not form.submitted():
        return _postponement(event, form, 422 if request.method == "POST" else 200)
    try:
        transact(postpone_event, event_id, reason=form.reason.form.slots(), version=form.read_version, now=now())
    except Problem as problem:
        event = event_at_desk(event_id)
        form.refuse(problem)
        form.version.data = str(event.version)
        return _postponement(event, form, problem.status)
    flash(gettext("The event is postponed. Everyone who registered or applied is being told."), "ok")
    return leave(here)


@blueprint.route("/events/<int:event_id>/copy", methods=["GET", "POST"])
@access(organiser)
def copy(event_id: int) -> AnyResponse:
    """Begin a draft like this event, on other days."""
    event = event_at_desk(event_id)
    form = CopyForm(data={"first_day": max(event.last_day, today_at(event)) + A_WEEK})
    if not form.submitted():
        return show(COPY, COPY_PANEL, 422 if request.method == "POST" else 200, event=event, form=form)
    try:
        first_day: Any = form.first_day.data
        made = transact(copy_event, event_id, first_day=first_day, now=now())
    except Problem as problem:
        form.refuse(problem)
        return show(COPY, COPY_PANEL, problem.status, event=event, form=form)
    flash(gettext("The new draft is saved. Look through it: its dates are moved, its people are not copied."), "ok")
    return leave(url_for("desk.edit", event_id=made.id))


def _postponement(event: Event, form: PostponementForm, status: int) -> Response:
    told = queries.audience(db.session(), event.id)
    return show(POSTPONEMENT, POSTPONEMENT_PANEL, status, event=event, form=form, told=told)
