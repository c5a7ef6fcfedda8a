"""The picture on top of an event's page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, abort, flash, request, url_for

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Problem
from karavan.events import queries
from karavan.events.at_desk import event_at_desk, organiser
from karavan.events.covers import cover as shaped
from karavan.events.desk_forms import CoverForm
from karavan.events.models import EventState
from karavan.events.problems import EditedMeanwhile
from karavan.events.rules.cover import remove_cover, set_cover
from karavan.events.views.desk.room import blueprint
from karavan.files.answers import send
from karavan.files.fields import BODY_BYTES
from karavan.web.access import access
from karavan.web.fields import what_differs
from karavan.web.hygiene import takes_files
from karavan.web.locale import gettext
from karavan.web.reply import leave, show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.wrappers import Response as AnyResponse

    from karavan.events.models import Event

COVER, COVER_PANEL = "desk/cover.html", "desk/_cover_panel.html"


@blueprint.route("/events/<int:event_id>/cover", methods=["GET", "POST"])
@access(organiser)
@takes_files(BODY_BYTES)
def cover(event_id: int) -> AnyResponse:
    """Put a picture on the event's page, say what it shows, or take it away."""
    event = event_at_desk(event_id)
    here = url_for("desk.show", event_id=event_id)
    if event.state == EventState.CANCELLED:
        return leave(here)
    form = _form(event)
    if not form.submitted():
        return _cover(event, form, 422 if request.method == "POST" else 200)
    picture = shaped(form.picture.data.file) if form.picture.data else None
    facts: dict[str, Any] = {"version": form.read_version, "now": now()}
    try:
        if form.remove.data:
            transact(remove_cover, event_id, **facts)
        else:
            transact(set_cover, event_id, picture, alt=form.alt.form.slots(), **facts)
    except Problem as problem:
        event = event_at_desk(event_id)
        form.refuse(problem)
        form.version.data = str(event.version)
        differs = what_differs(form, _form(event, formdata=None)) if isinstance(problem, EditedMeanwhile) else []
        return _cover(event, form, problem.status, conflict=[one for one in differs if one[1]])
    flash(gettext("The picture is taken away.") if form.remove.data else gettext("The picture is saved."), "ok")
    return leave(here)


@blueprint.get("/events/<int:event_id>/cover/picture")
@access(organiser)
def cover_picture(event_id: int) -> Response:
    """Give the picture to whoever may see the draft."""
    found = queries.cover_of(db.session(), event_at_desk(event_id))
    if found is None:
        abort(404)
    file, content = found
    return send(file, content, "cover", inline=True, private=True)


def _form(event: Event, **kwargs: Any) -> CoverForm:
    return CoverForm(data={"alt": event.cover_alt, "version": event.version}, **kwargs)


def _cover(event: Event, form: CoverForm, status: int, *, conflict: Sequence[Any] = ()) -> Response:
    """Show the form; with the words that somebody else saved meanwhile, and above it the picture of now."""
    return show(COVER, COVER_PANEL, status, event=event, form=form, conflict=conflict)
