"""Who speaks when: the order is the same for everybody, alternates, is fair to newcomers, and nobody can upset it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from hypothesis import given, strategies as st

from karavan.hearings.models import Position, SpeakerState
from karavan.hearings.order import fair_order, places


@dataclass(frozen=True)
class One:
    number: int
    position: Position
    turns: int = 0
    state: SpeakerState = SpeakerState.WAITING


FOR, AGAINST, QUESTION = Position.FOR, Position.AGAINST, Position.QUESTION
signed_up = st.lists(st.tuples(st.sampled_from(Position), st.integers(0, 2)), max_size=25).map(
    lambda rows: [One(number, *row) for number, row in enumerate(rows, 1)]
)
anywhere = st.lists(
    st.tuples(st.sampled_from(Position), st.integers(0, 2), st.sampled_from(SpeakerState)), min_size=1, max_size=25
).map(lambda rows: [One(number, *row) for number, row in enumerate(rows, 1)])


def test_for_against_question_and_again() -> None:
    people = [One(1, FOR), One(2, FOR), One(3, FOR), One(4, QUESTION), One(5, AGAINST), One(6, AGAINST), One(7, FOR, 1)]
    assert [one.number for one in fair_order(people)] == [1, 5, 4, 2, 6, 3, 7]


@given(anywhere, st.randoms(use_true_random=False))
def test_however_the_rows_come_the_order_is_one(people: list[One], lot: object) -> None:
    shuffled = list(people)
    lot.shuffle(shuffled)  # type: ignore[attr-defined]
    assert fair_order(shuffled) == fair_order(people)
    assert sorted(places(people), key=lambda one: one.number) == people
    assert set(fair_order(people)) == {one for one in people if one.state == SpeakerState.WAITING}


@given(signed_up)
def test_positions_alternate_while_more_than_one_has_people_left(people: list[One]) -> None:
    for _, tier in groupby(fair_order(people), key=lambda one: one.turns):
        order = list(tier)
        for at, (one, following) in enumerate(pairwise(order)):
            if len({left.position for left in order[at + 1 :]}) > 1:
                assert one.position != following.position


@given(anywhere)
def test_nobody_who_has_not_spoken_waits_behind_somebody_who_has(people: list[One]) -> None:
    turns = [one.turns for one in fair_order(people)]
    assert turns == sorted(turns)


@given(anywhere, st.data())
def test_whoever_goes_changes_nobody_elses_order(people: list[One], data: st.DataObject) -> None:
    """Withdrawing, speaking or being absent: the others stand as they stood."""
    gone = data.draw(st.sampled_from(people))
    state = data.draw(st.sampled_from(sorted(set(SpeakerState) - {SpeakerState.WAITING})))
    after = [replace(one, state=state) if one is gone else one for one in people]
    assert fair_order(after) == [one for one in fair_order(people) if one.number != gone.number]


@given(anywhere, st.sampled_from(Position), st.integers(0, 2))
def test_whoever_comes_late_changes_nobody_elses_order(people: list[One], position: Position, turns: int) -> None:
    late = One(len(people) + 1, position, turns)
    order = fair_order([*people, late])
    assert [one for one in order if one != late] == fair_order(people)
    same = [one for one in order if (one.position, one.turns) == (position, turns)]
    assert same[-1] == late, "nobody of her own position is overtaken"
