"""The room while a sitting goes on: opening it, who is there, and whether that is enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, flash, request, url_for

from karavan.core.clock import now
from karavan.core.database import transact
from karavan.core.problems import NotFound, Problem
from karavan.sittings.forms import PressForm
from karavan.sittings.policy import possible
from karavan.sittings.rules.attend import came, left, take_out
from karavan.sittings.rules.convene import open_sitting
from karavan.sittings.views.desk.place import blueprint, page_at_desk, role_in, sitting_at_desk
from karavan.web.access import access, staff, visitor
from karavan.web.locale import gettext
from karavan.web.reply import done, leave, show

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from karavan.sittings.page import SittingPage

ROOM, ROOM_PANEL = "sitting_desk/room.html", "sitting_desk/_room_panel.html"
QUORUM_PANEL = "sitting_desk/_quorum_panel.html"
BUTTONS = ("came", "remote", "left", "undo")


@blueprint.get("/<int:sitting_id>/room")
@access(staff)
def room(sitting_id: int) -> Response:
    """Show who is there, and the agenda."""
    return _room(page_at_desk(sitting_id), PressForm())


@blueprint.get("/<int:sitting_id>/quorum")
@access(staff)
def quorum(sitting_id: int) -> Response:
    """Show whether enough are there: the page looks again by itself."""
    return show(ROOM, QUORUM_PANEL, **_facts(page_at_desk(sitting_id), PressForm()))


@blueprint.route("/<int:sitting_id>/opening", methods=["GET", "POST"])
@access(staff)
def opening(sitting_id: int) -> AnyResponse:
    """Open the sitting."""
    sitting = sitting_at_desk(sitting_id)
    if request.method == "GET":
        return _to_the_room(sitting_id)
    form = PressForm()
    if not form.submitted():
        return _room(page_at_desk(sitting_id), form, 422)
    try:
        transact(open_sitting, sitting_id, by=role_in(sitting), now=now())
    except Problem as problem:
        form.refuse(problem)
        return _room(page_at_desk(sitting_id), form, problem.status)
    flash(gettext("The sitting is open. Mark who is there."), "ok")
    return _done(sitting_id)


@blueprint.route("/<int:sitting_id>/attendance", methods=["GET", "POST"])
@access(staff)
def attendance(sitting_id: int) -> AnyResponse:
    """Mark that a member came or left, with one press."""
    sitting_at_desk(sitting_id)
    if request.method == "GET":
        return _to_the_room(sitting_id)
    form = PressForm()
    pressed, member_id = form.pressed(request.form, *BUTTONS)
    if not form.submitted():
        return _room(page_at_desk(sitting_id), form, 422)
    if not pressed:
        return _done(sitting_id)
    try:
        _mark(sitting_id, pressed, member_id)
    except Problem as problem:
        if isinstance(problem, NotFound):
            raise
        form.refuse(problem)
        return _room(page_at_desk(sitting_id), form, problem.status)
    return _done(sitting_id)


def _mark(sitting_id: int, pressed: str, member_id: int) -> None:
    """Do what one button says."""
    if pressed in ("came", "remote"):
        by = {"by_person": visitor().person_id, "remote": pressed == "remote"}
        transact(came, sitting_id, member_id, **by, now=now())
    elif pressed == "left":
        transact(left, sitting_id, member_id, now=now())
    else:
        transact(take_out, sitting_id, member_id)


def _room(page: SittingPage, form: PressForm, status: int = 200) -> Response:
    return show(ROOM, ROOM_PANEL, status, **_facts(page, form))


def _done(sitting_id: int) -> AnyResponse:
    fresh = _facts(page_at_desk(sitting_id), PressForm(formdata=None))
    return done(url_for("sitting_desk.room", sitting_id=sitting_id), ROOM, ROOM_PANEL, **fresh)


def _facts(page: SittingPage, form: PressForm) -> dict[str, Any]:
    return {"sitting": page.sitting, "page": page, "form": form, "acts": possible(page.sitting)}


def _to_the_room(sitting_id: int) -> AnyResponse:
    return leave(url_for("sitting_desk.room", sitting_id=sitting_id))
