"""The desk itself: who may sit at it, and how its events are found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort

from karavan.accounts.models import Role
from karavan.core.clock import now
from karavan.core.database import db
from karavan.core.when import local_day
from karavan.events import queries
from karavan.events.policy import may_organise, may_run
from karavan.web.access import visitor

if TYPE_CHECKING:
    from datetime import date

    from karavan.events.models import Event, Registration

blueprint = Blueprint("desk", __name__, url_prefix="/<lang:lang>/desk")

LARGEST_ID = 2**31 - 1


@blueprint.before_request
def organisers_only() -> None:
    """Refuse people of other desks: a moderator is no organiser."""
    if not may_organise(visitor()):
        abort(403)


def organisation_ids() -> tuple[int, ...] | None:
    """Return for whom this person organises (None: for everybody)."""
    actor = visitor()
    return None if actor.is_administrator else actor.organisations(Role.ORGANISER)


def event_at_desk(event_id: int) -> Event:
    """Return an event of this person's organisations; another one's looks like none."""
    event = queries.event_for_desk(db.session(), event_id) if event_id <= LARGEST_ID else None
    if event is None or not may_run(visitor(), event):
        abort(404)
    return event


def event_and_registration(event_id: int, registration_id: int) -> tuple[Event, Registration]:
    """Return a registration of such an event, and the event."""
    event = event_at_desk(event_id)
    known = registration_id <= LARGEST_ID
    registration = queries.desk_registration(db.session(), event_id, registration_id) if known else None
    if registration is None:
        abort(404)
    return event, registration


def today_at(event: Event) -> date:
    """Return today on the event's clock, or its nearest day."""
    return min(max(local_day(now(), event.zone), event.first_day), event.last_day)
