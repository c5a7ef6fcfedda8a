"""Links on an event's page to what packages above keep of it, such as its photographs.

They lie above; each registers here, through the factory, a function that says whether there is anything to see.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

if TYPE_CHECKING:
    from datetime import datetime

    from karavan.core.problems import Message
    from karavan.events.models import Event


@dataclass(frozen=True, kw_only=True)
class PageLink:
    """One link on the page."""

    words: Message
    endpoint: str
    values: dict[str, str | int] = field(default_factory=dict)
    """Where it leads, for `url_for`."""
    icon: str = "link"


Find = Callable[[Session, "Event"], list[PageLink]]

_finders: dict[str, Find] = {}


def register(name: str, find: Find) -> None:
    """Say who may have something to see. The factory does, once for each application."""
    _finders[name] = find


def links_on(session: Session, event: Event, now: datetime) -> list[PageLink]:
    """Return all links for one event's page. Of what has not begun there is nothing to keep, so nobody is asked."""
    if event.starts_at > now:
        return []
    return [link for find in _finders.values() for link in find(session, event)]
