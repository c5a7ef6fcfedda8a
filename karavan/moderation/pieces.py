"""What moderation needs to know of a text, whoever keeps it.

Comments live one storey above, so the dependency points down while the decision travels up: at start the factory
registers the keeper of comments here, and rules ask it to take a text, to look at it, and to show or hide it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.moderation.models import Visibility

Span = tuple[int, int]
"""From which character of the source to which (not included)."""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One text somebody wrote, as it stands now. `source` is sealed: for its author and for those who judge it."""

    id: int
    public_id: str
    thread_id: int
    thread: str
    """Public id of the thread."""
    organisation_id: int
    author_id: int
    author_name: str
    lang: str
    alignment: str
    """for, against, neutral, or ""."""
    visibility: Visibility
    spans: tuple[Span, ...] = ()
    version: int
    revision: int
    source: str
    sha256: str
    posted_at: datetime
    closed: bool = False
    """The thread it stands in is closed."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """One thread: what an interest is declared in, and whose moderators look after it."""

    id: int
    public_id: str
    organisation_id: int


@dataclass(frozen=True, kw_only=True)
class Context:
    """Where a text stands: what a moderator reads above it."""

    title: str
    title_lang: str
    """What the thread is about, in its own language."""
    endpoint: str
    values: dict[str, str]
    """The page of the thread, for `url_for`."""
    above: tuple[Piece, ...] = ()
    """The comments it answers, from the root down."""
    beside: tuple[Piece, ...] = ()
    """What the same author wrote just before in this thread."""


class Keeper(Protocol):
    """Whoever keeps texts that can be moderated."""

    def take(self, session: Session, piece_id: int) -> Piece:
        """Take the thread's row, then the text's, for this transaction; `NotFound` if there is none."""

    def look(self, session: Session, ids: Collection[int]) -> dict[int, Piece]:
        """Return texts as they stand, without taking them."""

    def find(self, session: Session, public_id: str) -> Piece | None:
        """Return the text of this public id without taking it; None if what it stands under is not for everybody."""

    def place(self, session: Session, thread_id: int) -> Place | None:
        """Return a thread as moderation knows it."""

    def source_of(self, session: Session, piece_id: int, revision: int) -> str:
        """Return an earlier text of it."""

    def latest(self, session: Session, organisation_id: int, limit: int) -> Sequence[str]:
        """Return the newest texts under an organisation's threads, as they were written, for trying a word on them."""

    def show(
        self,
        session: Session,
        piece_id: int,
        visibility: Visibility,
        *,
        now: datetime,
        spans: Sequence[Span] = (),
        held_until: datetime | None = None,
    ) -> None:
        """Let readers see it so from now on. It must have been taken in this transaction."""

    def context_of(self, session: Session, piece_id: int, lang: str) -> Context:
        """Return where it stands."""


Sign = Callable[["Session", int], bool]
"""Asked with a person's id: has she shown herself in some other way than by an account?"""

_keepers: list[Keeper] = []
_signs: dict[str, Sign] = {}


def register(keeper: Keeper) -> None:
    """Say who keeps the texts. The factory does, once for each application."""
    _keepers[:] = [keeper]


def keeper() -> Keeper:
    """Return who keeps the texts."""
    return _keepers[0]


def recognise_by(signs: dict[str, Sign]) -> None:
    """Say by what else than an account somebody is known: a comment to be read, a registration. The factory does."""
    _signs.clear()
    _signs.update(signs)


def known(session: Session, person_id: int) -> bool:
    """Has this person shown herself in any of these ways?"""
    return any(sign(session, person_id) for sign in _signs.values())
