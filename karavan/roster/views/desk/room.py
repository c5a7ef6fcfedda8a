"""The room of the roster: who may enter, and how a look at people is written down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from karavan.core.clock import now
from karavan.core.problems import Message, Problem
from karavan.events.models import EventState
from karavan.events.rules.register import refuse_outside_window

if TYPE_CHECKING:
    from karavan.events.models import Event

blueprint = Blueprint("roster_desk", __name__, url_prefix="/<lang:lang>/desk/events/<int:event_id>")


def why_closed(event: Event) -> Message | None:
    """Return why nobody can be added now, if so."""
    if event.state == EventState.DRAFT:
        return Message("Publish the event first: people can be added after that.")
    try:
        refuse_outside_window(event, now(), by_staff=True)
    except Problem as problem:
        return problem.message
    return None
