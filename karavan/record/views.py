"""The public record, as everyone may read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, request, url_for

from karavan.core.database import db
from karavan.record.queries import record_page
from karavan.record.subjects import named
from karavan.web.access import access, anyone
from karavan.web.reply import public, show

if TYPE_CHECKING:
    from flask import Response

blueprint = Blueprint("record", __name__, url_prefix="/<lang:lang>/record")

PAGE, ENTRIES = "record/index.html", "record/_entries.html"
LARGEST_ID: Final = 2**31 - 1


@blueprint.get("/")
@access(anyone)
def index() -> Response:
    """List public acts, newest first; of one event if it is named."""
    public()
    event_id = _number("event")
    page = record_page(db.session(), before=_number("before"), event_id=event_id)
    ids = {entry.event_id for entry in page.entries if entry.event_id is not None}
    older_url = url_for("record.index", before=page.before, event=event_id) if page.before else None
    return show(
        PAGE,
        ENTRIES,
        entries=page.entries,
        subjects=named("event", ids),
        event_id=event_id,
        older_url=older_url,
    )


def _number(name: str) -> int | None:
    """Read a number from the query; anything else is as if it were not there."""
    typed = request.args.get(name, "")
    if not (typed.isascii() and typed.isdigit() and len(typed) < 11):
        return None
    return min(int(typed), LARGEST_ID)
