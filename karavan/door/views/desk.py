"""The organiser's side of the door: passes given and revoked, the live count."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, current_app, flash, request, url_for

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Problem
from karavan.core.tokens import new_public_id, read_code
from karavan.door import queries
from karavan.door.forms import PassForm, RevocationForm, UndoArrivalForm
from karavan.door.rules.passes import PinSlip, end_of, give_pass, revoke_pass
from karavan.door.rules.scans import undo_arrival
from karavan.events.at_desk import event_at_desk, organiser, public_event_at_desk, today_at
from karavan.events.models import EventState
from karavan.events.queries import LARGEST_ID, attendee_by_code
from karavan.events.witness import saw
from karavan.web.access import access, visitor
from karavan.web.locale import gettext
from karavan.web.reply import leave, show, wants_region

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from karavan.events.models import Event

blueprint = Blueprint("door_desk", __name__, url_prefix="/<lang:lang>/desk/events/<int:event_id>/doors")

PAGE, PANEL, COUNT = "door_desk/doors.html", "door_desk/_doors_panel.html", "door_desk/_door_count.html"


@blueprint.route("", methods=["GET", "POST"])
@access(organiser)
def doors(event_id: int) -> AnyResponse:
    """Show who has a pass and how many came; give another pass, whose PIN is said once."""
    event = public_event_at_desk(event_id)
    form = PassForm(data={"key": new_public_id(), "day": today_at(event).isoformat()})
    form.day.choices = _day_choices(event)
    if request.method == "GET":
        return _doors(event, form, region=COUNT)
    if not form.submitted():
        return _doors(event, form, 422)
    slip, public_id = PinSlip.fresh(), form.public_id()
    day = next(one for one in event.days if one.isoformat() == form.day.data)
    facts = {"day": day, "name": form.name.data or "", "slip": slip, "by": visitor().person_id, "now": now()}
    try:
        given = transact(give_pass, event.id, public_id, **facts)
    except Problem as problem:
        form.refuse(problem)
        return _doors(event, form, 422)
    if not given.fresh:
        flash(
            gettext("This pass was given already. Its PIN is shown only once; if nobody noted it, give another pass."),
            "info",
        )
        return leave(url_for("door_desk.doors", event_id=event.id))
    shown = {"name": form.name.data, "day": day, "pin": slip.pin, "address": _address(event, public_id)}
    form.name.data, form.key.data = "", new_public_id()
    return _doors(event, form, shown=shown)


@blueprint.route("/<int:pass_id>/revocation", methods=["GET", "POST"])
@access(organiser)
def revoke(event_id: int, pass_id: int) -> AnyResponse:
    """Take a pass back, with one tap."""
    event = public_event_at_desk(event_id)
    given = queries.event_pass(db.session(), event.id, pass_id) if pass_id <= LARGEST_ID else None
    if given is None:
        abort(404)
    if request.method == "POST":
        if not RevocationForm().submitted():
            form = PassForm(formdata=None, data={"key": new_public_id(), "day": today_at(event).isoformat()})
            form.day.choices = _day_choices(event)
            form.form_errors = RevocationForm().form_errors or [gettext("Press the button again.")]
            return _doors(event, form, 422)
        if transact(revoke_pass, given.id, now=now()):
            flash(gettext("The pass is taken back. The device can do nothing with it any more."), "ok")
    return leave(url_for("door_desk.doors", event_id=event.id))


@blueprint.route("/undo", methods=["GET", "POST"])
@access(organiser)
def undo(event_id: int) -> AnyResponse:
    """Undo an arrival that was marked by mistake, here or at a door."""
    event = event_at_desk(event_id)
    form = UndoArrivalForm()
    form.day.choices = [(day.isoformat(), "") for day in event.days]
    if request.method == "POST" and form.submitted():
        attendee = attendee_by_code(db.session(), event.id, read_code(form.ticket.data or "")) or abort(404)
        name, attendee_id, day = attendee.name, attendee.id, dt.date.fromisoformat(form.day.data)
        saw(event.id, attendee.registration.number)
        if transact(undo_arrival, event_id, attendee_id, day, now=now()):
            flash(gettext("%(name)s is not marked as arrived any more.") % {"name": name}, "ok")
    return leave(url_for("desk.check_in", event_id=event_id))


def _day_choices(event: Event) -> list[tuple[str, str]]:
    """Offer the days that are not over."""
    medium = current_app.jinja_env.filters["day_medium"]
    coming = [day for day in event.days if end_of(day, event.zone) > now()]
    return [(day.isoformat(), medium(day)) for day in coming]


def _address(event: Event, public_id: str) -> str:
    token = current_app.extensions["karavan.keys"].seal(public_id, purpose="door")
    base: str = current_app.extensions["karavan.settings"].base_url
    return base + url_for("door.open_pass", slug=event.slug, pass_token=token)


def _doors(
    event: Event, form: PassForm, status: int = 200, *, region: str = PANEL, shown: dict[str, Any] | None = None
) -> Response:
    session, moment, day = db.session(), now(), today_at(event)
    context = {
        "event": event,
        "day": day,
        "count": queries.door_count(session, event.id, day),
        "live": event.state == EventState.PUBLISHED and event.ends_at > moment,
    }
    if region == COUNT and wants_region():
        return show(PAGE, COUNT, status, **context)
    passes = queries.passes_of(session, event.id)
    return show(PAGE, region, status, form=form, passes=passes, shown=shown, now=moment, **context)
