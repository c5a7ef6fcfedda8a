"""The figures of an event that everybody may see, once its report is accepted."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, abort

from karavan.core.database import db
from karavan.reports import queries
from karavan.reports.drawing import drawing
from karavan.reports.tables import public_tables
from karavan.web.access import access, anyone
from karavan.web.reply import public, show

blueprint = Blueprint("reports", __name__, url_prefix="/<lang:lang>/events/<slug>/figures")

SECONDS: Final = 60


@blueprint.get("")
@access(anyone)
def figures(slug: str) -> Response:
    """Show how many came, for how long, from where, and how useful it was to them."""
    public(SECONDS)
    session = db.session()
    event = queries.public_event(session, slug)
    report = queries.report_of(session, event.id) if event else None
    if event is None or report is None:
        abort(404)
    counted = queries.figures_of(session, event, report)
    drawn = drawing(public_tables(counted), counted)
    return show("reports/public.html", event=event, report=report, figures=counted, **drawn)
