"""Figures of an event, or of several together. Pure: what is kept when a report is accepted, and what may be shown.

Small groups are never shown by themselves. Where fewer than five of a group hold a seat, or fewer than five but
somebody came, the group is counted together with others, and these with the next smallest until they are five: so no
number can be found by taking the shown ones from the whole. Every table and drawing of a trait uses the same groups.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from karavan.core.charts import SMALL, Line
from karavan.core.places import HOME_DISTRICTS
from karavan.events.models import AttendeeRole, SeatChannel, Sex

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

ANSWERED, REMINDED, NOT_REMINDED = "answered", "reminded", "not_reminded"
OTHERS: Final = "others"
"""The groups that are too small to be shown one by one, together."""
TRAITS: Final[dict[str, tuple[str, ...]]] = {
    "district": HOME_DISTRICTS,
    "sex": tuple(Sex),
    "role": tuple(AttendeeRole),
    "channel": tuple(SeatChannel),
    "reminder": (ANSWERED, REMINDED, NOT_REMINDED),
}
"""By what people are counted, and in which order the groups stand. Whoever said nothing is "", after them."""
RATINGS: Final = (5, 4, 3, 2, 1)
MOST_COLUMNS: Final = 12


class Tally(NamedTuple):
    """How many of a group came, and how many were to come."""

    came: int = 0
    expected: int = 0

    def plus(self, other: Tally) -> Tally:
        """Both together."""
        return Tally(self.came + other.came, self.expected + other.expected)


class Day(NamedTuple):
    """One day of an event: for how long it counts, and how many came."""

    day: date
    minutes: int
    came: int


Groups = dict[str, dict[str, Tally]]


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What is counted of an event. `expected` is whoever held a seat in the end; nobody else could come."""

    seats: int = 0
    registered: int = 0
    """Everybody who ever registered, those too who gave their seats back."""
    expected: int = 0
    waiting: int = 0
    came: int = 0
    certificates: int = 0
    days: tuple[Day, ...] = ()
    groups: Groups = field(default_factory=dict)
    registrations: dict[date, int] = field(default_factory=dict)
    """People, by the day they registered."""
    ratings: dict[int, int] = field(default_factory=dict)

    @property
    def minutes(self) -> int:
        """How long all days are together."""
        return sum(day.minutes for day in self.days)

    @property
    def attended(self) -> int:
        """The minutes of everybody who came, together."""
        return sum(day.minutes * day.came for day in self.days)

    @property
    def answers(self) -> int:
        """How many said how useful it was."""
        return sum(self.ratings.values())

    @property
    def satisfaction(self) -> float | None:
        """The mean of the ratings; none of a few."""
        if self.answers < SMALL:
            return None
        return sum(rating * people for rating, people in self.ratings.items()) / self.answers

    @property
    def fill(self) -> float | None:
        """Which share of the seats was taken."""
        return self.expected / self.seats if self.seats else None

    @property
    def show_up(self) -> float | None:
        """Which share of those who held a seat came; none of a few."""
        return self.came / self.expected if self.expected >= SMALL else None

    @property
    def few(self) -> bool:
        """Did so few come that not even their number is for everybody?"""
        return 0 < self.came < SMALL

    @property
    def mark(self) -> str:
        """A fingerprint: by it an acceptance is known to be of these very figures."""
        told = json.dumps(stored(self), sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(told.encode()).hexdigest()[:32]


def stored(figures: Figures) -> dict[str, Any]:
    """Return figures as they are kept: numbers by group, and no more."""
    return {
        **{name: getattr(figures, name) for name in _NUMBERS},
        "days": [[day.day.isoformat(), day.minutes, day.came] for day in figures.days],
        "groups": {trait: {key: list(one) for key, one in some.items()} for trait, some in figures.groups.items()},
        "registrations": {day.isoformat(): people for day, people in figures.registrations.items()},
        "ratings": {str(rating): people for rating, people in figures.ratings.items()},
    }


def restored(kept: Mapping[str, Any]) -> Figures:
    """Read what `stored` wrote."""
    return Figures(
        **{name: kept.get(name, 0) for name in _NUMBERS},
        days=tuple(Day(date.fromisoformat(day), minutes, came) for day, minutes, came in kept.get("days", ())),
        groups={
            trait: {key: Tally(*one) for key, one in some.items()} for trait, some in kept.get("groups", {}).items()
        },
        registrations={date.fromisoformat(day): people for day, people in kept.get("registrations", {}).items()},
        ratings={int(rating): people for rating, people in kept.get("ratings", {}).items()},
    )


_NUMBERS: Final = ("seats", "registered", "expected", "waiting", "came", "certificates")


def together(several: Iterable[Figures]) -> Figures:
    """Add the figures of several events: whoever came to two of them counts twice."""
    several = list(several)
    groups: Groups = {trait: {} for trait in TRAITS}
    ratings: dict[int, int] = {}
    for one in several:
        for trait, some in one.groups.items():
            for key, tally in some.items():
                groups[trait][key] = groups[trait].get(key, Tally()).plus(tally)
        for rating, people in one.ratings.items():
            ratings[rating] = ratings.get(rating, 0) + people
    return Figures(
        **{name: sum(getattr(one, name) for one in several) for name in _NUMBERS},
        days=tuple(day for one in several for day in one.days),
        groups=groups,
        ratings=ratings,
    )


def shown(figures: Figures, trait: str) -> list[Line]:
    """Return the groups of a trait that may be shown: of each, how many came out of how many. Nothing if all are small.

    Nothing either where nobody said anything: an event that does not ask has no table of it.
    """
    groups = {key: one for key, one in figures.groups.get(trait, {}).items() if one.expected}
    return _gathered(groups, TRAITS[trait]) if any(groups) else []


def _gathered(groups: Mapping[str, Tally], order: Sequence[str]) -> list[Line]:
    """Put the small groups together with others until nobody can find them."""
    large = {key: one for key, one in groups.items() if not _small(one)}
    small = [one for key, one in groups.items() if key not in large]
    rest = Tally()
    for one in small:
        rest = rest.plus(one)
    while small and large and _small(rest):
        rest = rest.plus(large.pop(_next(large, rest, order)))
    lines = [_line(key, large[key]) for key in sorted(large, key=lambda key: _place(order, key))]
    if lines and small:
        lines.append(_line(OTHERS, rest))
    return lines


def _small(one: Tally) -> bool:
    return one.expected < SMALL or 0 < one.came < SMALL


def _next(large: Mapping[str, Tally], rest: Tally, order: Sequence[str]) -> str:
    """Return the smallest group that helps: where too few came, one of which nobody came does not."""
    few_came = 0 < rest.came < SMALL
    return min(large, key=lambda key: (few_came and not large[key].came, large[key], _place(order, key)))


def _place(order: Sequence[str], key: str) -> tuple[int, str]:
    return (order.index(key) if key in order else len(order) + (not key), key)


def _line(key: str, one: Tally) -> Line:
    return Line(group=key, count=one.came, of=one.expected)


def absent(lines: Iterable[Line]) -> list[Line]:
    """Turn "how many came" into "how many did not"."""
    return [Line(group=line.group, count=(line.of or 0) - line.count, of=line.of) for line in lines]


class Stretch(NamedTuple):
    """Some days in a row, and how many people registered on them."""

    first: date
    last: date
    people: int
    altogether: int


def over_time(registrations: Mapping[date, int]) -> list[Stretch]:
    """Return when people registered: day by day, or in equal stretches of days if there are too many for a drawing."""
    if not registrations:
        return []
    first, last = min(registrations), max(registrations)
    count = (last - first).days + 1
    long = max(1, -(-count // MOST_COLUMNS))
    found, altogether = [], 0
    for start in range(0, count, long):
        days = [first + timedelta(days=number) for number in range(start, min(start + long, count))]
        people = sum(registrations.get(day, 0) for day in days)
        altogether += people
        found.append(Stretch(days[0], days[-1], people, altogether))
    return found


def rated(ratings: Mapping[int, int]) -> list[Line]:
    """Return the answers to "how useful was it", best first; what few said is counted together, as groups are."""
    groups = {str(one): Tally(people, people) for one, people in ratings.items() if people}
    total = sum(ratings.values())
    lines = _gathered(groups, [str(one) for one in RATINGS])
    return [Line(group=line.group, count=line.count, of=total) for line in lines]
