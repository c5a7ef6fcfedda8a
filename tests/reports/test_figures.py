"""The figures by themselves: small groups, stretches of days, what is kept of them."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings, strategies as st

from karavan.reports.figures import (
    MOST_COLUMNS,
    OTHERS,
    TRAITS,
    Day,
    Figures,
    Tally,
    over_time,
    rated,
    restored,
    shown,
    stored,
    together,
)

DAY = date(2026, 11, 20)
SMALL = 5


@st.composite
def tallies(draw: st.DrawFn) -> dict[str, Tally]:
    groups = draw(st.sets(st.sampled_from([*TRAITS["district"], ""]), min_size=1))
    return {key: Tally(draw(st.integers(0, want)), want) for key in groups for want in [draw(st.integers(0, 30))]}


def shows_nobody(groups: dict[str, Tally]) -> None:
    lines = shown(Figures(groups={"district": groups}), "district")
    if not lines:
        return
    total = Tally(sum(one.came for one in groups.values()), sum(one.expected for one in groups.values()))
    assert sum(line.count for line in lines) == total.came, "nobody is lost"
    assert sum(line.of or 0 for line in lines) == total.expected
    for line in lines:
        assert line.of is not None
        assert line.of >= SMALL
        assert line.count == 0 or line.count >= SMALL
    named = {line.group for line in lines} - {OTHERS}
    hidden = [key for key, one in groups.items() if one.expected and key not in named]
    assert len(hidden) != 1, "one group alone is found by taking the others from the whole"


@settings(max_examples=100)
@given(tallies())
def test_no_small_group_can_be_found(groups: dict[str, Tally]) -> None:
    shows_nobody(groups)


@pytest.mark.thorough
@settings(max_examples=5000)
@given(tallies())
def test_no_small_group_can_be_found_however_long_one_looks(groups: dict[str, Tally]) -> None:
    shows_nobody(groups)


def test_a_small_group_takes_the_next_smallest_with_it() -> None:
    groups = {"aktau": Tally(20, 22), "munaily": Tally(6, 9), "beineu": Tally(2, 2), "karakiya": Tally(0, 8)}
    lines = shown(Figures(groups={"district": groups}), "district")
    assert [(line.group, line.count, line.of) for line in lines] == [
        ("aktau", 20, 22), ("karakiya", 0, 8), (OTHERS, 8, 11),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "groups",
    [
        {},
        {"": Tally(30, 30)},
        {"aktau": Tally(3, 3), "beineu": Tally(1, 4)},
        {"aktau": Tally(9, 9), "beineu": Tally(1, 4)},
    ],
    ids=["nobody", "nobody said", "all small", "all together are one"],
)
def test_where_all_is_small_or_unsaid_there_is_no_table(groups: dict[str, Tally]) -> None:
    assert shown(Figures(groups={"district": groups}), "district") == []


def test_days_are_put_together_until_they_fit() -> None:
    assert over_time({}) == []
    (one,) = over_time({DAY: 3})
    assert (one.first, one.last, one.people) == (DAY, DAY, 3)
    long = over_time({DAY + timedelta(days=number): 1 for number in range(0, 100, 9)})
    assert len(long) <= MOST_COLUMNS
    assert sum(one.people for one in long) == long[-1].altogether == 12
    assert all(after.first - before.last == timedelta(days=1) for before, after in pairwise(long))


def test_few_answers_are_no_figure() -> None:
    assert rated({5: 4}) == []
    assert Figures(ratings={5: 4}).satisfaction is None
    assert Figures(ratings={5: 3, 4: 2}).satisfaction == pytest.approx(4.6)
    assert rated({5: 3, 4: 2}) == []
    assert [(line.group, line.count, line.of) for line in rated({5: 9, 4: 6, 2: 3, 1: 2})] == [
        ("5", 9, 20), ("4", 6, 20), (OTHERS, 5, 20),
    ]  # fmt: skip


def test_what_is_kept_is_read_again_and_added_up() -> None:
    groups = {trait: {TRAITS[trait][0]: Tally(5, 6), "": Tally(1, 1)} for trait in list(TRAITS)[:2]}
    one = Figures(
        seats=10, registered=9, expected=7, came=6, certificates=2, days=(Day(DAY, 90, 6),), groups=groups,
        registrations={DAY: 9}, ratings={5: 2, 1: 4},
    )  # fmt: skip
    assert restored(stored(one)) == one
    assert restored(stored(one)).mark == one.mark
    assert restored({}) == Figures()
    both = together([one, one])
    assert (both.came, both.attended, both.answers, len(both.days)) == (12, 1080, 12, 2)
    assert both.groups[next(iter(groups))] == {TRAITS[next(iter(groups))][0]: Tally(10, 12), "": Tally(2, 2)}
