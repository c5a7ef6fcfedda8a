"""The organiser's desk, for every package that has pages at it: who may sit there, and how its events are found.

Whoever organises nothing, or organises for others, finds nothing there at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import abort

from karavan.accounts.models import Role
from karavan.core.clock import now
from karavan.core.database import db
from karavan.core.when import local_day
from karavan.events import queries
from karavan.events.policy import may_organise, may_run
from karavan.web.access import hidden, visitor

if TYPE_CHECKING:
    from datetime import date

    from karavan.accounts.policy import Actor
    from karavan.events.models import Event, Registration
    from karavan.web.access import Visitor


@hidden
def organiser(visitor: Visitor) -> bool:
    """Organisers and administrators; a moderator is no organiser. For `@access`."""
    return may_organise(cast("Actor", visitor))


def organisation_ids() -> tuple[int, ...] | None:
    """Return for whom this person organises (None: for everybody)."""
    actor = visitor()
    return None if actor.is_administrator else actor.organisations(Role.ORGANISER)


def event_at_desk(event_id: int) -> Event:
    """Return an event of this person's organisations; another one's looks like none."""
    event = queries.event_for_desk(db.session(), event_id) if event_id <= queries.LARGEST_ID else None
    if event is None or not may_run(visitor(), event):
        abort(404)
    return event


def public_event_at_desk(event_id: int) -> Event:
    """Return such an event that was published; a draft has no door, no people and nothing after it."""
    event = event_at_desk(event_id)
    if event.published_at is None:
        abort(404)
    return event


def event_and_registration(event_id: int, registration_id: int) -> tuple[Event, Registration]:
    """Return a registration of such an event, and the event."""
    event = event_at_desk(event_id)
    known = registration_id <= queries.LARGEST_ID
    registration = queries.desk_registration(db.session(), event_id, registration_id) if known else None
    if registration is None:
        abort(404)
    return event, registration


def today_at(event: Event) -> date:
    """Return today on the event's clock, or its nearest day."""
    return min(max(local_day(now(), event.zone), event.first_day), event.last_day)
