"""When people are reminded of an event, and whether they are asked if they are still coming."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Response, flash, request, url_for

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Problem
from karavan.events.at_desk import event_at_desk, organiser
from karavan.events.models import EventState
from karavan.roster import message_queries as queries
from karavan.roster.message_forms import reminders_form
from karavan.roster.message_problems import RemindersChanged
from karavan.roster.rules.reminders import batch_of_reminder, mark_of, plan_reminders, planned_of
from karavan.roster.views.desk.room import blueprint
from karavan.web.access import access
from karavan.web.locale import gettext
from karavan.web.reply import leave, show

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from karavan.events.models import Event
    from karavan.roster.message_forms import RemindersForm

PAGE, PANEL = "roster/reminders.html", "roster/_reminders_panel.html"


@blueprint.route("/reminders", methods=["GET", "POST"])
@access(organiser)
def reminders(event_id: int) -> AnyResponse:
    """Show and change when people are reminded; the clock writes the letters."""
    event = event_at_desk(event_id)
    rows = queries.reminders(db.session(), event_id)
    form = reminders_form(rows)
    if request.method == "GET":
        form.read.data = mark_of(planned_of(rows))
        return _page(event, form)
    if not form.submitted():
        return _page(event, form, 422)
    try:
        transact(plan_reminders, event_id, form.wanted(), read=form.read.data or "", now=now())
    except RemindersChanged as problem:
        event = event_at_desk(event_id)
        stands = planned_of(queries.reminders(db.session(), event_id))
        form.refuse(problem)
        form.read.data = mark_of(stands)
        return _page(event, form, problem.status, stands=stands)
    except Problem as problem:
        event = event_at_desk(event_id)
        form.refuse(problem)
        return _page(event, form, problem.status)
    flash(gettext("The reminders are saved."), "ok")
    return leave(url_for("roster_desk.reminders", event_id=event_id))


def _page(event: Event, form: RemindersForm, status: int = 200, *, stands: dict[int, bool] | None = None) -> Response:
    session = db.session()
    rows = queries.reminders(session, event.id)
    planned = planned_of(rows)
    known = {row.hours_before: row for row in rows}
    batches = {hours: batch_of_reminder(known[hours], event) for hours in planned if hours in known}
    fares = queries.progress(session, list(batches.values()))
    lines = [
        (
            hours,
            planned[hours],
            event.starts_at - timedelta(hours=hours),
            known.get(hours),
            fares.get(batches.get(hours, "")),
        )
        for hours in sorted(planned, reverse=True)
    ]
    over = event.state == EventState.CANCELLED or event.starts_at <= now()
    return show(PAGE, PANEL, status, event=event, form=form, lines=lines, stands=stands, over=over)
