"""Who else is told what changes of an event: people without a seat or a place in its queue, such as applicants.

They are kept above; whoever knows them registers here, through the factory, how many they are and how they are told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.events.models import Event


@dataclass(frozen=True, kw_only=True)
class Listeners:
    """People of one kind, each told in the transaction of the change itself."""

    count: Callable[[Session, int], int]
    """How many there are, by the event's id."""
    tell_changed: Callable[[Session, Event, list[dict[str, Any]], datetime], None]
    tell_postponed: Callable[[Session, Event, datetime], None]


_known: dict[str, Listeners] = {}


def register(name: str, listeners: Listeners) -> None:
    """Say who else is told. The factory does, once for each application."""
    _known[name] = listeners


def all_listeners() -> list[Listeners]:
    """Return everybody who registered."""
    return list(_known.values())
