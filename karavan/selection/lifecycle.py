"""The life of a selection, as one table. The desk, the rules, the public page and the tests all read it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from karavan.record.models import Verb
from karavan.selection.models import ApplicationState, CallState


class Act(StrEnum):
    """A step of a selection's life."""

    OPEN = "open"
    CLOSE = "close"
    CHOOSE = "choose"
    RELEASE = "release"


class Need(StrEnum):
    """What a step must bring with it."""

    WORDS = "words"
    """The rubric stands there in Kazakh or in Russian, and the rules of balance can be kept."""
    REVIEWERS = "reviewers"
    """As many people are named as have to score each application."""
    SEATS = "seats"
    """The event has as many free seats as places are given."""
    TIME_IS_UP = "time_is_up"
    """Everybody had the time to apply that was announced."""
    ALL_SCORED = "all_scored"
    """Each application that stands has the scores it was promised."""
    TIME_TO_ANSWER = "time_to_answer"
    """Whoever is accepted can still answer before the event."""


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the table. All but closing are an organiser's; closing happens by the clock too."""

    act: Act
    before: CallState
    after: CallState
    verb: Verb
    stamp: str
    needs: tuple[Need, ...]


LIFE: Final = (
    Step(
        Act.OPEN, CallState.DRAFT, CallState.OPEN, Verb.SELECTION_OPENED, "published_at",
        (Need.WORDS, Need.REVIEWERS, Need.SEATS),
    ),
    Step(Act.CLOSE, CallState.OPEN, CallState.REVIEW, Verb.SELECTION_CLOSED, "closed_at", (Need.TIME_IS_UP,)),
    Step(Act.CHOOSE, CallState.REVIEW, CallState.CHOSEN, Verb.SELECTION_DRAWN, "chosen_at", (Need.ALL_SCORED,)),
    Step(
        Act.RELEASE, CallState.CHOSEN, CallState.RELEASED, Verb.SELECTION_RELEASED, "released_at",
        (Need.SEATS, Need.TIME_TO_ANSWER),
    ),
)  # fmt: skip

STEPS: Final = {step.act: step for step in LIFE}
ROAD: Final = tuple(step.after for step in LIFE)
"""The stepper: its stations."""

OPEN_TO_SCORES: Final = frozenset({CallState.OPEN, CallState.REVIEW})
OPEN_TO_WITHDRAWAL: Final = frozenset({CallState.OPEN, CallState.REVIEW, CallState.CHOSEN})
"""From the release on there is a ticket, and seats are given back there."""
STANDING: Final = frozenset({ApplicationState.HANDED_IN, ApplicationState.ACCEPTED, ApplicationState.RESERVE})


def next_step(state: CallState) -> Step | None:
    """Return the step that leads on; there is one at most."""
    return next((step for step in LIFE if step.before == state), None)
