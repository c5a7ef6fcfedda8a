"""The stepper of a submission: the stations of its road, which of them lie behind, and the last one if it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from karavan.proposals.lifecycle import ROAD
from karavan.proposals.models import State

if TYPE_CHECKING:
    from datetime import datetime

    from karavan.proposals.models import Proposal


class Station(NamedTuple):
    """One stop: `name` is the first of its states, `standing` is done, now or todo; `at`: when it was reached."""

    name: str
    standing: str
    at: datetime | None


def road_of(proposal: Proposal) -> tuple[Station, ...]:
    """Return the stations in their order. What ended off the road has its end as the last one."""
    reached: dict[int, datetime] = {}
    for change in proposal.changes:
        number = station(change.after)
        if number is not None:
            reached[number] = reached.get(number, change.happened_at)
    here = station(proposal.state)
    if here is None:
        passed = tuple(Station(_name(number), "done", reached[number]) for number in sorted(reached))
        return (*passed, Station(proposal.state.value, "now", proposal.state_at))
    arrived = proposal.state == State.DONE
    return tuple(
        Station(
            _name(number),
            "done" if number < here or arrived else "now" if number == here else "todo",
            reached.get(number) if number <= here else None,
        )
        for number in range(len(ROAD))
    )


def station(state: State) -> int | None:
    """Return which station a state belongs to, if it is on the road."""
    return next((number for number, states in enumerate(ROAD) if state in states), None)


def _name(number: int) -> str:
    return ROAD[number][0].value
