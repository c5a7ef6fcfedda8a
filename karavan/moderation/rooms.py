"""What the public pages of moderation say about threads, whoever keeps them.

Threads and comments live one storey above. At start the factory registers who knows them, as it does in `pieces`; the
log then links to a thread by its title, and the figures count comments, without either knowing what a thread is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.moderation.models import Visibility


class Room(NamedTuple):
    """A thread that everybody may read: what it is about, in which language, and its page for `url_for`."""

    title: str
    lang: str
    endpoint: str
    values: dict[str, str]


class Counted(NamedTuple):
    """So many comments of one kind were written."""

    alignment: str
    lang: str
    visibility: Visibility
    comments: int


class Rooms(Protocol):
    """Whoever keeps threads."""

    def name(self, session: Session, threads: Collection[str], lang: str) -> dict[str, Room]:
        """Return threads by their public ids; those which not everybody may read are left out."""

    def address(self, comment: str) -> tuple[str, dict[str, str]]:
        """Return the page of a comment by its public id: an endpoint and its values."""

    def count(
        self, session: Session, *, organisation_id: int | None, since: datetime | None, until: datetime
    ) -> list[Counted]:
        """Count the comments written within a time, in the threads of one organisation or in all."""


_known: list[Rooms] = []


def register(rooms: Rooms) -> None:
    """Say who keeps threads. The factory does, once for each application."""
    _known[:] = [rooms]


def named(session: Session, threads: Collection[str], lang: str) -> dict[str, Room]:
    """Return the threads everybody may read, by their public ids."""
    return _known[0].name(session, threads, lang) if _known and threads else {}


def address_of(comment: str) -> tuple[str, dict[str, str]] | None:
    """Return the page of a comment, if anybody knows it."""
    return _known[0].address(comment) if _known and comment else None


def counted(session: Session, *, organisation_id: int | None, since: datetime | None, until: datetime) -> list[Counted]:
    """Return how many comments of each kind were written within a time."""
    return _known[0].count(session, organisation_id=organisation_id, since=since, until=until) if _known else []
