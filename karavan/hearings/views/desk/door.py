"""Speakers at the door: who signed up, and who comes late and wants to speak too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, abort, flash, request, url_for

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Problem
from karavan.hearings import hall_queries
from karavan.hearings.desk_forms import DoorForm
from karavan.hearings.page import order_of, takes_speakers
from karavan.hearings.rules.speakers import at_door, withdraw
from karavan.hearings.views.desk.room import blueprint, hearing_at_desk, role
from karavan.proposals.desk_forms import DeskForm
from karavan.web.access import access, staff
from karavan.web.locale import gettext
from karavan.web.reply import leave, show

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from karavan.hearings.models import Hearing

SPEAKERS, PANEL = "hearing_desk/speakers.html", "hearing_desk/_speakers_panel.html"


@blueprint.route("/<int:hearing_id>/speakers", methods=["GET", "POST"])
@access(staff)
def speakers(hearing_id: int) -> AnyResponse:
    """Show the queue as everybody sees it, and take down somebody at the door."""
    hearing = hearing_at_desk(hearing_id)
    form = DoorForm(data={"minutes": hearing.speaker_minutes})
    if not form.submitted():
        return _speakers(hearing, form, 422 if request.method == "POST" else 200)
    try:
        transact(at_door, hearing_id, form.name.data or "", form.wish(), by=role(hearing), now=now())
    except Problem as problem:
        form.refuse(problem)
        return _speakers(hearing_at_desk(hearing_id), form, problem.status)
    flash(gettext("Signed up. The place in the queue stands below."), "ok")
    return leave(url_for("hearing_desk.speakers", hearing_id=hearing_id))


@blueprint.route("/<int:hearing_id>/speakers/<int:number>/withdrawal", methods=["GET", "POST"])
@access(staff)
def take_off(hearing_id: int, number: int) -> AnyResponse:
    """Take somebody off the list who said so at the door or by telephone."""
    hearing = hearing_at_desk(hearing_id)
    everybody = hall_queries.everybody(db.session(), hearing_id)
    speaker = next((one for one in everybody if one.number == number), None)
    if speaker is None:
        abort(404)
    pressed = DeskForm()
    if request.method == "GET":
        return leave(url_for("hearing_desk.speakers", hearing_id=hearing_id))
    form = DoorForm(data={"minutes": hearing.speaker_minutes}, formdata=None)
    if not pressed.submitted():
        form.form_errors = pressed.form_errors
        return _speakers(hearing, form, 422)
    try:
        transact(withdraw, hearing_id, speaker.id, now=now())
    except Problem as problem:
        form.refuse(problem)
        return _speakers(hearing_at_desk(hearing_id), form, problem.status)
    flash(gettext("Taken off the list: %(name)s") % {"name": speaker.name}, "ok")
    return leave(url_for("hearing_desk.speakers", hearing_id=hearing_id))


def _speakers(hearing: Hearing, form: DoorForm, status: int = 200) -> Response:
    order = order_of(db.session(), hearing)
    return show(SPEAKERS, PANEL, status, hearing=hearing, form=form, order=order, open=takes_speakers(hearing))
