"""What the live pages have in common: which hall they open, for whom, and how an unchanged one is answered."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, abort, current_app, request

from karavan.core.database import db
from karavan.councils.policy import has_desk
from karavan.hearings import live_state
from karavan.hearings.models import HearingState
from karavan.hearings.policy import may_plan_for
from karavan.web.access import has_session, visitor
from karavan.web.locale import lang
from karavan.web.templating import asset

if TYPE_CHECKING:
    from karavan.hearings.live_state import HallNow

blueprint = Blueprint("hearing_live", __name__, url_prefix="/<lang:lang>")

SECONDS: Final = 1
"""For so long the page cache answers everybody with what it has: it is a part of how stale a viewer's page can be."""
LARGEST_ID: Final = 2**31 - 1


def public_hall(slug: str) -> HallNow:
    """Return the hall of a hearing that everybody may see, and that was not called off."""
    hall = live_state.hall_now(db.session(), slug[:80])
    if hall is None or hall.head.state == HearingState.CANCELLED:
        abort(404)
    return hall


def hall_at_desk(hearing_id: int) -> HallNow:
    """Return a hall of this secretary's councils; another council's looks like none."""
    actor = visitor()
    if not has_desk(actor):
        abort(403)
    hall = live_state.hall_of(db.session(), hearing_id) if hearing_id <= LARGEST_ID else None
    known = hall is not None and may_plan_for(actor, hall.head.organisation_id)
    if hall is None or not known or hall.head.state == HearingState.CANCELLED:
        abort(404)
    return hall


def tag_of(hall: HallNow, *parts: object) -> str:
    """Return what tells one state of a region from another. The versions are the database's: alike in every process."""
    release = asset("hearing.css")
    said = repr((*hall.head.key, *parts, lang(), release))
    return hashlib.sha256(said.encode()).hexdigest()[:20]


def unchanged(tag: str) -> Response | None:
    """Answer "nothing new" to somebody who holds this state already, if no page cache stands in front of us.

    Where one does, it answers in our place: it must be given the whole region, or it would have nothing to keep, and
    every viewer would come through to us.
    """
    cached = current_app.extensions["karavan.settings"].page_cache and not has_session()
    if cached or not request.if_none_match.contains_weak(tag):
        return None
    response = Response(status=304)
    response.set_etag(tag, weak=True)
    response.vary.update(("Cookie", "HX-Request-Type"))
    return response


def tagged(response: Response, tag: str) -> Response:
    """Say which state of a region this is."""
    response.set_etag(tag, weak=True)
    return response
