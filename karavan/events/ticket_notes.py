"""What a ticket says that packages above know, such as why the organiser moved somebody to another list.

They lie above; each registers here, through the factory, a function that tells what it knows of a registration.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

if TYPE_CHECKING:
    from datetime import datetime

    from karavan.core.problems import Message


@dataclass(frozen=True, kw_only=True)
class TicketNote:
    """One remark on a ticket."""

    happened_at: datetime
    said: Message
    name: str = ""
    """Of whom of the party it is said."""
    reason: str = ""
    """As somebody wrote it."""
    link: Message | None = None
    endpoint: str = ""
    values: dict[str, str | int] = field(default_factory=dict)
    """What a link below it says, and where it leads, for `url_for`."""


Find = Callable[[Session, int], list[TicketNote]]

_finders: dict[str, Find] = {}


def register(name: str, find: Find) -> None:
    """Say who knows something for tickets. The factory does, once for each application."""
    _finders[name] = find


def notes_on(session: Session, registration_id: int) -> list[TicketNote]:
    """Return all remarks on one registration's ticket, latest first."""
    found = [note for find in _finders.values() for note in find(session, registration_id)]
    return sorted(found, key=lambda note: note.happened_at, reverse=True)
