"""How support grew, as a line to draw and a table that says the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

WIDTH, HEIGHT = 300, 80
EDGE: Final = 4
"""Room for the line's own thickness."""
ROWS: Final = 24
"""So many lines the table has at most; days between are left out."""


class Curve(NamedTuple):
    """A drawing of `WIDTH` by `HEIGHT`, and the days in it."""

    points: str
    rows: tuple[tuple[date, int], ...]

    @property
    def first(self) -> tuple[date, int]:
        """The first day, and how many there were at its end."""
        return self.rows[0]

    @property
    def last(self) -> tuple[date, int]:
        """The last day on which it changed."""
        return self.rows[-1]


def curve(days: Sequence[tuple[date, int]]) -> Curve | None:
    """Return the line of support over time; none while there is only one day."""
    if len(days) < 2:
        return None
    begin, span = days[0][0], (days[-1][0] - days[0][0]).days
    top = max(1, *(number for _, number in days))
    points = " ".join(
        f"{EDGE + (WIDTH - 2 * EDGE) * (day - begin).days / span:.1f},"
        f"{HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * number / top:.1f}"
        for day, number in days
    )
    step = max(1, -(-len(days) // (ROWS - 1)))
    rows = (*days[:-1:step], days[-1])
    return Curve(points, rows)
