"""What threads hang under, without knowing what it is.

Submissions and events lie above; each tells, through a function the factory registers here, what its threads are about,
where they are read, and whether they may be read and written in.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

if TYPE_CHECKING:
    from karavan.discussion.models import Thread


@dataclass(frozen=True, kw_only=True)
class Hosted:
    """What a thread is about."""

    title: str
    title_lang: str
    endpoint: str
    values: dict[str, str]
    """Its page, for `url_for`."""
    open: bool
    """May one write?"""
    public: bool
    """May everybody read?"""
    council_slug: str = ""


Find = Callable[[Session, Collection[int]], dict[int, Hosted]]

_finders: dict[str, Find] = {}


def register(kind: str, find: Find) -> None:
    """Say who knows the hosts of a kind. The factory does, once for each application."""
    _finders[kind] = find


def kinds() -> tuple[str, ...]:
    """Return what threads can hang under."""
    return tuple(sorted(_finders))


def host_of(session: Session, thread: Thread) -> Hosted | None:
    """Return what a thread is about; None if that is gone."""
    return hosts_of(session, [thread]).get(thread.id)


def hosts_of(session: Session, threads: Collection[Thread]) -> dict[int, Hosted]:
    """Return what threads are about, by the threads' ids: one question for each kind."""
    found: dict[int, Hosted] = {}
    for kind in {thread.host for thread in threads} & _finders.keys():
        mine = {thread.host_id: thread.id for thread in threads if thread.host == kind}
        hosted = _finders[kind](session, mine.keys())
        found |= {mine[host_id]: one for host_id, one in hosted.items()}
    return found
