"""Events that belong to something above: a hearing's, a sitting's. What they say is written there.

Hearings and sittings lie above; each tells, through a function the factory registers here for its kind of event,
whether an event is one of its own. The desk of events then changes nothing that is kept there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

if TYPE_CHECKING:
    from karavan.core.problems import Message
    from karavan.events.models import Event, EventKind


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What an event belongs to."""

    where: Message
    """The sentence for whoever wants to change at the events' desk what is kept there."""
    link: Message
    """What the link to its page says."""
    endpoint: str
    values: dict[str, str | int]
    """Its page, for `url_for`."""
    public: bool
    """May everybody read that page?"""
    says: frozenset[str]
    """The fields of an event that are written there."""
    talks: bool
    """Has it a discussion of its own? Then the event needs none."""


Find = Callable[[Session, int], Kept | None]

WHEN = frozenset({"kind", "title", "starts_at", "ends_at", "zone", "all_day", "place", "venue"})
"""What is never the event's own, whatever it belongs to."""

_finders: dict[EventKind, Find] = {}


def register(kind: EventKind, find: Find) -> None:
    """Say who knows the events of a kind. The factory does, once for each application."""
    _finders[kind] = find


def kept_by(session: Session, event: Event) -> Kept | None:
    """Return what an event belongs to; None: it stands by itself."""
    find = _finders.get(event.kind)
    return None if find is None else find(session, event.id)
