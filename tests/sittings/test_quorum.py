"""The arithmetic of quorum and majority: for every number and every fraction exact."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from karavan.councils.statute import Majority
from karavan.sittings.quorum import adopted, has_quorum, needed, votes_needed

shares = st.integers(1, 100).flatmap(lambda below: st.integers(1, below).map(lambda above: Fraction(above, below)))
people = st.integers(0, 400)


@given(members=st.integers(1, 400), share=shares)
def test_the_quorum_is_the_least_number_that_is_such_a_share(members: int, share: Fraction) -> None:
    least = needed(members, share)

    assert Fraction(least, members) >= share
    assert least == 1 or Fraction(least - 1, members) < share
    assert 1 <= least <= members


@given(present=people, members=people, share=shares)
def test_there_is_a_quorum_or_there_is_none(present: int, members: int, share: Fraction) -> None:
    # As the database says it: a check constraint of `decisions`.
    check = present > 0 and present * share.denominator >= members * share.numerator

    assert has_quorum(present, members, share) == check


@given(members=people, share=shares, data=st.data())
def test_who_comes_never_takes_the_quorum_away(members: int, share: Fraction, data: st.DataObject) -> None:
    present = data.draw(st.integers(0, members))

    assert has_quorum(present, members, share) <= has_quorum(present + 1, members, share)


@pytest.mark.parametrize(
    ("members", "share", "least"),
    [
        (21, Fraction(2, 3), 14),
        (20, Fraction(2, 3), 14),
        (22, Fraction(2, 3), 15),
        (3, Fraction(1, 2), 2),
        (1, Fraction(2, 3), 1),
        (0, Fraction(2, 3), 1),
        (7, Fraction(1, 1), 7),
        (100, Fraction(33, 100), 33),
        (99, Fraction(33, 100), 33),
    ],
)
def test_quorums_one_can_count_by_hand(members: int, share: Fraction, least: int) -> None:
    assert needed(members, share) == least


@given(majority=st.sampled_from(Majority), members=st.integers(1, 400), data=st.data())
def test_a_majority_is_what_its_name_says(majority: Majority, members: int, data: st.DataObject) -> None:
    present = data.draw(st.integers(1, members))
    votes = data.draw(st.integers(0, present))
    says = {
        Majority.PRESENT: Fraction(votes, present) > Fraction(1, 2),
        Majority.ALL: Fraction(votes, members) > Fraction(1, 2),
        Majority.TWO_THIRDS: Fraction(votes, present) >= Fraction(2, 3),
    }

    assert adopted(majority, votes_for=votes, present=present, members=members) == says[majority]


@given(majority=st.sampled_from(Majority), members=st.integers(0, 400), data=st.data())
def test_nobody_adopts_anything_without_a_vote(majority: Majority, members: int, data: st.DataObject) -> None:
    present = data.draw(st.integers(0, members))

    assert votes_needed(majority, present=present, members=members) >= 1
    assert not adopted(majority, votes_for=0, present=present, members=members)


@pytest.mark.parametrize(
    ("majority", "present", "members", "least"),
    [
        (Majority.PRESENT, 14, 21, 8),
        (Majority.PRESENT, 15, 21, 8),
        (Majority.ALL, 14, 21, 11),
        (Majority.ALL, 14, 20, 11),
        (Majority.TWO_THIRDS, 14, 21, 10),
        (Majority.TWO_THIRDS, 15, 21, 10),
        (Majority.TWO_THIRDS, 16, 21, 11),
    ],
)
def test_majorities_one_can_count_by_hand(majority: Majority, present: int, members: int, least: int) -> None:
    assert votes_needed(majority, present=present, members=members) == least
