"""Paths: read in their order they are the tree, and a branch is one range of them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from karavan.discussion import tree
from karavan.discussion.models import DEEPEST, STEP

Parents = list[int]
PARENTS = st.lists(st.integers(0, 100), max_size=60).map(
    lambda wishes: [wish % (number + 1) for number, wish in enumerate(wishes)]
)
"""For each comment the number of its parent among those before it; 0: it is a root."""


def paths_of(parents: Parents) -> dict[int, str]:
    paths = {0: ""}
    for seq, parent in enumerate(parents, 1):
        paths[seq] = tree.path_under(paths[parent], seq)
    del paths[0]
    return paths


def placed_under(parents: Parents) -> dict[int, int]:
    """Return under whom each really stands: below the deepest level, beside its parent."""
    stands: dict[int, int] = {}
    depth = {0: -1}
    for seq, parent in enumerate(parents, 1):
        under = stands[parent] if depth[parent] == DEEPEST else parent
        stands[seq], depth[seq] = under, depth[under] + 1
    return stands


@settings(max_examples=120, deadline=None)
@given(PARENTS)
def test_the_order_of_paths_is_the_tree_from_top_to_bottom(parents: Parents) -> None:
    paths, stands = paths_of(parents), placed_under(parents)

    def walk(under: int) -> list[int]:
        below = [seq for seq, one in stands.items() if one == under]
        return [found for seq in sorted(below) for found in (seq, *walk(seq))]

    assert sorted(paths, key=lambda seq: paths[seq].encode("ascii")) == walk(0)


@settings(max_examples=120, deadline=None)
@given(PARENTS)
def test_a_branch_is_exactly_what_stands_below(parents: Parents) -> None:
    paths, stands = paths_of(parents), placed_under(parents)
    for seq, path in paths.items():
        low, high = tree.branch(path)
        found = {one for one, other in paths.items() if low <= other < high}
        below = {seq}
        for one in sorted(stands):
            below |= {one} if stands[one] in below else set()
        assert found == below
        assert tree.above(path) == tuple(paths[one] for one in sorted(paths) if path.startswith(paths[one]))[:-1]
        assert tree.depth_of(path) == len(tree.above(path)) <= DEEPEST


@pytest.mark.parametrize(("seq", "path"), [(0, "0000"), (35, "000z"), (36, "0010"), (tree.MOST, "zzzz")])
def test_numbers_are_written_in_base_36(seq: int, path: str) -> None:
    assert tree.path_under("", seq) == path


@pytest.mark.parametrize("seq", [-1, tree.MOST + 1])
def test_a_number_that_does_not_fit_is_refused(seq: int) -> None:
    with pytest.raises(ValueError, match="no place"):
        tree.path_under("", seq)


def test_the_deepest_path_fits_the_column() -> None:
    path = ""
    for seq in range(1, 20):
        path = tree.path_under(path, seq)
    assert len(path) == (DEEPEST + 1) * STEP <= 40
