"""What a protocol is written from, without knowing hearings and sittings, which lie above.

A host is a kind and an id, as with threads. The factory registers what each kind gathers: `Facts`, plain data told
once, word for word as the database says it when the protocol is written.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from karavan.core.languages import Slots

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from sqlalchemy.orm import Session

    from karavan.notifications.letters import Recipient

NOTHING: Final = Slots()


class Kind(StrEnum):
    """What a protocol can be about."""

    HEARING = "hearing"
    SITTING = "sitting"


# --- Facts ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Notice:
    """How and when it was made known."""

    given_at: datetime | None = None
    days: int = 0
    unit: str = "working"
    in_time: bool = True
    exception: Slots = NOTHING
    """Why it came later than the statute asks, if it did."""


@dataclass(frozen=True, kw_only=True)
class Present:
    """A member who was there."""

    name: str
    office: str
    came_at: datetime
    left_at: datetime | None = None
    """Only where she left before the end."""
    remote: bool = False


@dataclass(frozen=True, kw_only=True)
class Spoke:
    """Somebody who spoke."""

    name: str
    position: str = ""
    topic: str = ""
    at: datetime | None = None
    notes: tuple[Slots, ...] = ()
    """What the secretary noted while she spoke."""


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A written statement. `name` is empty where its text cannot be read any more."""

    number: int
    kind: str
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Poll:
    """A straw poll."""

    number: int
    question: Slots
    options: tuple[tuple[Slots, int], ...]


@dataclass(frozen=True, kw_only=True)
class Vote:
    """How one member voted."""

    name: str
    choice: str


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What was decided on an item."""

    number: str
    text: Slots
    adopted: bool
    members: int
    present: int
    quorum: tuple[int, int]
    majority: str
    votes_for: int
    votes_against: int
    votes_abstained: int
    votes: tuple[Vote, ...] = ()
    opinions: tuple[tuple[str, Slots], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Item:
    """An item of a sitting's agenda, and what became of it."""

    position: int
    title: Slots
    state: str
    speaker: str = ""
    note: Slots = NOTHING
    conflicts: tuple[str, ...] = ()
    decision: Decision | None = None


@dataclass(frozen=True, kw_only=True)
class Document:
    """A document of the bundle, with its fingerprint."""

    title: Slots
    version: int
    sha256: str
    exception: Slots = NOTHING


@dataclass(frozen=True, kw_only=True)
class Advised:
    """A recommendation the protocol contains."""

    title: Slots
    text: Slots
    addressee: Slots


@dataclass(frozen=True, kw_only=True)
class Facts:
    """All that is told of a hearing or a sitting."""

    kind: Kind
    council_id: int
    page: str
    """Its page, without the language: `hearings/park-by-the-sea`."""
    council: Slots
    title: Slots
    number: int = 0
    """Of a sitting."""
    began_at: datetime
    ended_at: datetime
    place: str = ""
    """A key of `core.places.PLACES`."""
    venue: Slots = NOTHING
    stream_url: str = ""
    caller: Slots = NOTHING
    called_by: str = "council"
    ground: Slots = NOTHING
    notice: Notice = field(default_factory=Notice)
    closed: Slots = NOTHING
    """Why a sitting was not open to the public; empty: it was."""
    chair: str = ""
    secretary: str = ""
    tasks: Slots = NOTHING
    questions: Slots = NOTHING
    agenda: Slots = NOTHING
    members: int = 0
    quorum: tuple[int, int] = (2, 3)
    present: tuple[Present, ...] = ()
    absent: tuple[str, ...] = ()
    registered: int = 0
    arrived: int = 0
    speakers: tuple[Spoke, ...] = ()
    notes: tuple[Slots, ...] = ()
    """Notes that belong to no speaker."""
    questions_asked: int = 0
    questions_answered: int = 0
    questions_merged: int = 0
    statements: tuple[Statement, ...] = ()
    polls: tuple[Poll, ...] = ()
    items: tuple[Item, ...] = ()
    documents: tuple[Document, ...] = ()
    summary: Slots = NOTHING
    recommendations: tuple[Advised, ...] = ()


def as_json(facts: Facts) -> dict[str, Any]:
    """Return the facts as they are kept beside the protocol."""
    told: dict[str, Any] = _plain(asdict(facts))
    return told


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value.isoformat() if isinstance(value, datetime) else value


# --- The registry -----------------------------------------------------------------------------------------


class Awaiting(NamedTuple):
    """Something that is over and has no protocol yet."""

    host: str
    host_id: int
    title: Slots
    ended_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Host:
    """What one kind knows of its own.

    `council_of` says whose it is (None: there is none). `gather` raises NotFound or NotOverYet. `took_part` says
    whether somebody may ask for corrections. `participants` are told when they may. `over` lists what is over, for
    these councils (None: all).
    """

    council_of: Callable[[Session, int], int | None]
    gather: Callable[[Session, int], Facts]
    took_part: Callable[[Session, int, int], bool]
    participants: Callable[[Session, int], dict[int, Recipient]]
    over: Callable[[Session, Collection[int] | None], list[Awaiting]]
    proposals: Callable[[Session, int], list[int]]
    """Ids of the submissions it was about: what its recommendations will mostly speak for."""


_hosts: dict[str, Host] = {}


def register(kind: Kind, host: Host) -> None:
    """Let protocols be written of this kind."""
    _hosts[kind.value] = host


def host_named(kind: str) -> Host | None:
    """Return the host of this name, if it is one."""
    return _hosts.get(kind)


def hosts() -> dict[str, Host]:
    """Return all of them."""
    return dict(_hosts)
