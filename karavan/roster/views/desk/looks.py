"""Who looked at the people of an event: the log, for whoever answers for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request

from karavan.core.database import db
from karavan.events.at_desk import event_at_desk, organiser
from karavan.roster.queries import looks_page
from karavan.roster.views.desk.room import blueprint
from karavan.roster.words import LOOKS
from karavan.web.access import access
from karavan.web.reply import show

if TYPE_CHECKING:
    from flask import Response


@blueprint.get("/roster/looks")
@access(organiser)
def looks(event_id: int) -> Response:
    """Show who of the staff saw people's data, when, what, of how many."""
    event = event_at_desk(event_id)
    lines, after = looks_page(db.session(), event_id, after=request.args.get("after", ""))
    return show("roster/looks.html", event=event, lines=lines, after=after, words=LOOKS)
