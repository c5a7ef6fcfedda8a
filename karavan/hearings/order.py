"""Who speaks when: one order, the same for everybody who looks. Pure: no database, no clock, no web.

Everybody who signs up gets a place in a round: the first of each position stand in the first round, the second of each
in the second, and so on; within a round «for» comes before «against», then questions. So positions alternate as long
as more than one of them has people left. Whoever has spoken before stands behind all who have not.

A place is kept for good. Whoever withdraws leaves hers empty, so nobody else's order changes, nobody is overtaken
because somebody went, and whoever was absent finds her place again. (Two things cannot both be had: closing the gap
would make the positions alternate once more, and change who stands before whom.)
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from karavan.hearings.models import Position, SpeakerState

if TYPE_CHECKING:
    from collections.abc import Iterable

WITHIN_A_ROUND: Final = (Position.FOR, Position.AGAINST, Position.QUESTION)


class SignedUp(Protocol):
    """Somebody who signed up, as far as the order needs her."""

    @property
    def number(self) -> int:
        """In which order they signed up."""

    @property
    def position(self) -> Position:
        """What she speaks for."""

    @property
    def turns(self) -> int:
        """How often she had spoken before she signed up."""

    @property
    def state(self) -> SpeakerState:
        """Where she is."""


S = TypeVar("S", bound=SignedUp)


def places(speakers: Iterable[S]) -> list[S]:
    """Return everybody in the order of their places, also those who have spoken, are absent or withdrew."""
    taken: Counter[tuple[int, Position]] = Counter()
    ranked = []
    for one in sorted(speakers, key=lambda one: one.number):
        kept = (one.turns, one.position)
        taken[kept] += 1
        ranked.append(((one.turns, taken[kept], WITHIN_A_ROUND.index(one.position)), one))
    return [one for _, one in sorted(ranked, key=lambda pair: pair[0])]


def fair_order(speakers: Iterable[S]) -> list[S]:
    """Return those who wait, the next first. Give it everybody who ever signed up: places are counted over all."""
    return [one for one in places(speakers) if one.state == SpeakerState.WAITING]
