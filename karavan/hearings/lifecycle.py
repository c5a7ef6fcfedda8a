"""The life of a hearing, as one table. The desk, the policy, the rules and the tests all read it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from karavan.hearings.models import HearingState
from karavan.record.models import Verb


class Act(StrEnum):
    """A step of a hearing's life."""

    ANNOUNCE = "announce"
    BEGIN = "begin"
    END = "end"
    CLOSE = "close"
    CANCEL = "cancel"


class Need(StrEnum):
    """What a step must bring with it."""

    WORDS = "words"
    """What the notice says stands there in Kazakh and in Russian."""
    NOTICE = "notice"
    """The days were counted, and the hearing is not before them, or a reason is published."""
    THE_DAY = "the_day"
    """It is the day of which notice was given, and nearly the hour."""
    ALL_ANSWERED = "all_answered"
    """Every statement and question has an answer, or belongs to a group that has one."""
    REASON = "reason"
    """In Kazakh or in Russian, and it is published."""


class Told(StrEnum):
    """Who is written to."""

    FOLLOWERS = "followers"
    """Who follows the council or a proposal it is about, and the authors of those proposals."""
    PARTICIPANTS = "participants"
    """Who handed in a statement, signed up to speak or asked something."""


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the table. Every step is a secretary's."""

    act: Act
    before: tuple[HearingState, ...]
    after: HearingState
    verb: Verb
    needs: tuple[Need, ...] = ()
    told: tuple[Told, ...] = ()


LIFE: Final = (
    Step(
        Act.ANNOUNCE,
        (HearingState.DRAFT,),
        HearingState.ANNOUNCED,
        Verb.HEARING_ANNOUNCED,
        needs=(Need.WORDS, Need.NOTICE),
        told=(Told.FOLLOWERS,),
    ),
    Step(Act.BEGIN, (HearingState.ANNOUNCED,), HearingState.LIVE, Verb.HEARING_BEGUN, needs=(Need.THE_DAY,)),
    Step(Act.END, (HearingState.LIVE,), HearingState.HELD, Verb.HEARING_ENDED),
    Step(Act.CLOSE, (HearingState.HELD,), HearingState.CLOSED, Verb.HEARING_CLOSED, needs=(Need.ALL_ANSWERED,)),
    Step(
        Act.CANCEL,
        (HearingState.DRAFT, HearingState.ANNOUNCED),
        HearingState.CANCELLED,
        Verb.HEARING_CANCELLED,
        needs=(Need.REASON,),
        told=(Told.FOLLOWERS, Told.PARTICIPANTS),
    ),
)

STEPS: Final = {step.act: step for step in LIFE}

OPEN_TO_EDITS: Final = frozenset({HearingState.DRAFT, HearingState.ANNOUNCED})
NOTICED: Final = frozenset({HearingState.ANNOUNCED, HearingState.LIVE, HearingState.HELD, HearingState.CLOSED})
"""States in which notice stands. A cancelled hearing is public too if it had been announced (`announced_at`)."""
OPEN_TO_WORDS: Final = frozenset({HearingState.ANNOUNCED, HearingState.LIVE, HearingState.HELD})
"""States in which its thread takes comments; statements have a window of their own besides."""

ROAD: Final = (HearingState.ANNOUNCED, HearingState.LIVE, HearingState.HELD, HearingState.CLOSED)
"""The stepper: its stations."""


def steps_from(state: HearingState) -> tuple[Step, ...]:
    """Return every step that leads on from a state."""
    return tuple(step for step in LIFE if state in step.before)
