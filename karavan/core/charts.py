"""The lines of a figure, and where they stand in a drawing: numbers for the SVG of a template. Pure.

Everything is in units of a drawing 400 wide (columns: 720), which the page stretches to whatever room there is. Labels
stand above bars, not beside them, because the name of a rule in Kazakh is as long as a phone is wide.

Intervals are Wilson's score intervals at 95 % (E. B. Wilson, "Probable inference, the law of succession, and
statistical inference", Journal of the American Statistical Association 22 (1927), 209-212): they hold for small
samples and near 0 and 1, where the usual ones promise too much.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

Z: Final = 1.959963984540054
"""97.5 % of a normal distribution lie below it."""
SMALL: Final = 5
"""A group of fewer is shown with its number, but without a rate: one person more or less would turn it over."""


def wilson(hits: int, of: int) -> tuple[float, float]:
    """Return between which shares the true one lies with 95 % confidence, if `hits` of `of` were found."""
    if of == 0:
        return 0.0, 1.0
    share, weight = hits / of, Z * Z / of
    middle = share + weight / 2
    spread = Z * sqrt((share * (1 - share) + weight / 4) / of)
    low, high = (middle - spread) / (1 + weight), (middle + spread) / (1 + weight)
    return (0.0 if hits == 0 else low), (1.0 if hits == of else high)


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One number of a figure. Of a rate: `count` of `of`. Of a time: `minutes`, found among `count` durations."""

    group: str
    part: str = ""
    count: int
    of: int | None = None
    minutes: int | None = None

    @property
    def small(self) -> bool:
        """Is the group too small for a rate?"""
        return self.of is not None and self.of < SMALL

    @property
    def share(self) -> float | None:
        """The rate, unless the group is too small for one."""
        return self.count / self.of if self.of is not None and self.of >= SMALL else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Between which shares the true rate lies; none for a small group."""
        return wilson(self.count, self.of) if self.of is not None and self.of >= SMALL else None


WIDTH: Final = 400
ROW: Final = 46
LABEL: Final = 16
"""From the top of a row to the foot of its letters."""
BAR_TOP: Final = 22
BAR: Final = 16
VALUE_ROOM: Final = 56
"""Beside the longest bar, for its number."""
WIDE: Final = 720
HIGH: Final = 240
LEFT: Final = 40
TOP: Final = 24
FLOOR: Final = 204
GAP: Final = 2


class Bar(NamedTuple):
    """One bar with its label and its value."""

    line: Line
    label_y: int
    y: int
    width: float
    height: int
    value_x: float
    value_y: int


class Bars(NamedTuple):
    """Bars one below the other."""

    width: int
    height: int
    bars: tuple[Bar, ...]


def bars(lines: Sequence[Line], values: Sequence[float] | None = None) -> Bars:
    """Draw counts (or other values) as bars from the left."""
    sizes = [float(line.count) for line in lines] if values is None else list(values)
    most = max(sizes, default=0.0) or 1.0
    made = []
    for place, (line, size) in enumerate(zip(lines, sizes, strict=True)):
        top = place * ROW
        width = round(size / most * (WIDTH - VALUE_ROOM), 1)
        made.append(Bar(line, top + LABEL, top + BAR_TOP, width, BAR, width + 8, top + BAR_TOP + 13))
    return Bars(WIDTH, len(made) * ROW, tuple(made))


class Range(NamedTuple):
    """A rate as a dot, and the interval around it as a line. Nothing is drawn for a small group."""

    line: Line
    label_y: int
    y: int
    dot: float | None
    low: float | None
    high: float | None


class Ranges(NamedTuple):
    """Rates one below the other, on one scale from nothing to `most`."""

    width: int
    height: int
    ranges: tuple[Range, ...]
    ticks: tuple[tuple[float, float], ...]
    """Where a line of the grid stands, and for which share."""
    foot: int


SCALES: Final = (0.05, 0.1, 0.2, 0.5, 1.0)


def ranges(lines: Sequence[Line], *, whole: bool = False) -> Ranges:
    """Draw rates with their intervals; up to 100 % if the `whole` matters, else as far as there is something."""
    furthest = max((line.interval[1] for line in lines if line.interval is not None), default=1.0)
    most = 1.0 if whole else next(scale for scale in SCALES if furthest <= scale)
    left, room = 10, WIDTH - 30

    def x(share: float) -> float:
        return round(left + share / most * room, 1)

    made = []
    for place, line in enumerate(lines):
        top = place * ROW
        low, high = line.interval or (None, None)
        dot = None if line.share is None else x(line.share)
        edges = (None, None) if low is None or high is None else (x(low), x(high))
        made.append(Range(line, top + LABEL, top + BAR_TOP + BAR // 2, dot, *edges))
    foot = len(made) * ROW + 4
    ticks = tuple((x(most * step / 2), most * step / 2) for step in range(3))
    return Ranges(WIDTH, foot + 24, tuple(made), ticks, foot)


class Piece(NamedTuple):
    """One part of a column."""

    part: str
    y: float
    height: float


class Column(NamedTuple):
    """One column of several parts, with its label and its sum."""

    group: str
    x: float
    width: float
    middle: float
    total: int
    total_y: float
    pieces: tuple[Piece, ...]


class Columns(NamedTuple):
    """Columns side by side over one floor."""

    width: int
    height: int
    left: int
    floor: int
    columns: tuple[Column, ...]
    ticks: tuple[tuple[float, int], ...]


def columns(lines: Sequence[Line]) -> Columns:
    """Draw lines of several parts as stacked columns, one for each group, in the order given."""
    groups: dict[str, list[Line]] = {}
    for line in lines:
        groups.setdefault(line.group, []).append(line)
    step = tick_of(max((sum(line.count for line in parts) for parts in groups.values()), default=0))
    scale = (FLOOR - TOP) / (step * 4)
    room = (WIDE - LEFT) / max(len(groups), 1)
    width = round(min(room * 0.6, 60), 1)
    made = []
    for place, (group, parts) in enumerate(groups.items()):
        middle = LEFT + room * (place + 0.5)
        foot, pieces = float(FLOOR), []
        for line in parts:
            if line.count:
                height = line.count * scale
                pieces.append(Piece(line.part, round(foot - height, 1), round(max(height - GAP, 1), 1)))
                foot -= height
        total = sum(line.count for line in parts)
        made.append(
            Column(group, round(middle - width / 2, 1), width, round(middle, 1), total, round(foot - 6, 1), (*pieces,))
        )
    ticks = tuple((round(FLOOR - step * number * scale, 1), step * number) for number in range(5))
    return Columns(WIDE, HIGH, LEFT, FLOOR, tuple(made), ticks)


def tick_of(most: int) -> int:
    """Return a round step of which four reach as high as the highest column."""
    size = 1
    while True:
        for step in (1, 2, 5):
            if 4 * step * size >= most:
                return step * size
        size *= 10
