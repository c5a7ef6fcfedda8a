"""Figures as lines, and drawings of them: intervals that hold for small groups, and nothing outside the frame."""

from __future__ import annotations

import pytest

from karavan.core import charts
from karavan.core.charts import Line, wilson


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [
        (8, 10, 0.4902, 0.9433),
        (5, 10, 0.2366, 0.7634),
        (2, 8, 0.0715, 0.5907),
        (4, 6, 0.3000, 0.9032),
        (1, 5, 0.0362, 0.6245),
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (0, 0, 0.0, 1.0),
    ],
)
def test_intervals_are_wilsons(hits: int, of: int, low: float, high: float) -> None:
    assert wilson(hits, of) == pytest.approx((low, high), abs=0.00006)


def test_a_group_of_four_has_no_rate() -> None:
    assert (Line(group="a", count=2, of=4).share, Line(group="a", count=2, of=4).interval) == (None, None)
    assert Line(group="a", count=1, of=5).share == 0.2


def test_drawings_stay_within_their_frame() -> None:
    lines = [Line(group=str(number), count=number * 37) for number in range(9)]
    drawn = charts.bars(lines)
    assert max(bar.value_x for bar in drawn.bars) < drawn.width
    assert max(bar.y + bar.height for bar in drawn.bars) < drawn.height
    assert charts.bars([]).bars == ()
    rates = charts.ranges([Line(group="a", count=0, of=900), Line(group="b", count=900, of=900)])
    assert [one.low for one in rates.ranges] == sorted(one.low or 0 for one in rates.ranges)
    assert all(0 <= (one.low or 0) <= (one.dot or 0) <= (one.high or 0) <= rates.width for one in rates.ranges)
    stacked = charts.columns(
        [Line(group=str(month), part=part, count=month * 10) for month in range(12) for part in ("a", "b", "c")]
    )
    assert min(piece.y for column in stacked.columns for piece in column.pieces) >= charts.TOP
    assert max(column.x + column.width for column in stacked.columns) < stacked.width
    assert [charts.tick_of(most) for most in (0, 4, 5, 9, 41, 330, 4001)] == [1, 1, 2, 5, 20, 100, 2000]
