"""When people can apply to events whose places are given by selection, for lists and pages of events.

The selection lies above; it registers here, through the factory, a function that says so of several events at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy.orm import Session

if TYPE_CHECKING:
    from karavan.events.models import Event


class Phase(StrEnum):
    """Where a call stands for whoever would like to apply."""

    AHEAD = "ahead"
    OPEN = "open"
    CLOSED = "closed"
    """Nobody can apply any more, and decisions are not told yet."""
    TOLD = "told"


class Window(NamedTuple):
    """A published call, as everybody may know it."""

    phase: Phase
    at: datetime
    """When applications open, or close; when they closed; when decisions were told."""
    told_by: datetime | None
    """The last moment at which decisions can be told; None: nobody knows it, or it has passed."""


Find = Callable[[Session, Collection[int], datetime], dict[int, Window]]

_finders: dict[str, Find] = {}


def register(name: str, find: Find) -> None:
    """Say who knows calls. The factory does, once for each application."""
    _finders[name] = find


def windows_of(session: Session, event_ids: Collection[int], now: datetime) -> dict[int, Window]:
    """Return the published calls among these events."""
    if not event_ids:
        return {}
    return {
        event_id: window for find in _finders.values() for event_id, window in find(session, event_ids, now).items()
    }


def window_of(session: Session, event: Event, now: datetime) -> Window | None:
    """Return the published call of one event."""
    return windows_of(session, [event.id], now).get(event.id)
