"""The life of a submission, as one table. The stepper, the policy, the rules and the tests all read it.

Who may take a step is said as a `Who`; what a person is to a submission, `policy` knows. What must be given is said as
a `Need`; the rule refuses without it. Who is told is said as `Told`; the letters are named by the act.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from karavan.proposals.models import Act, State
from karavan.record.models import Verb


class Who(StrEnum):
    """What somebody is to a submission."""

    AUTHOR = "author"
    MODERATOR = "moderator"
    """Moderators and secretaries of its council."""
    SECRETARY = "secretary"
    """Secretaries of its council."""
    CLOCK = "clock"
    """Nobody: it follows from what others did."""


class Need(StrEnum):
    """What a step must bring with it."""

    REASON = "reason"
    """In Kazakh or in Russian, and it is published."""
    SECOND_PERSON = "second_person"
    """What staff typed for somebody was compared with the original by another person."""
    RECOMMENDATION = "recommendation"
    """At least one recommendation that carries it was sent."""
    ALL_ANSWERED = "all_answered"
    """Every recommendation that carries it has a published answer."""
    UPHELD = "upheld"
    """An objection to an answer was upheld."""
    CONSENT = "consent"
    """The author was asked, and agreed."""
    ENOUGH_SUPPORT = "enough_support"
    """As many supports as the statute asks for; a secretary may admit with fewer, for a reason."""


class Told(StrEnum):
    """Who is written to."""

    AUTHOR = "author"
    SUPPORTERS = "supporters"


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the table."""

    act: Act
    before: tuple[State, ...]
    after: State
    who: tuple[Who, ...]
    verb: Verb
    needs: tuple[Need, ...] = ()
    told: tuple[Told, ...] = ()


LIFE: Final = (
    Step(Act.SUBMIT, (State.DRAFT,), State.CHECKING, (Who.AUTHOR,), Verb.PROPOSAL_SUBMITTED, told=(Told.AUTHOR,)),
    Step(
        Act.RETURN,
        (State.CHECKING,),
        State.DRAFT,
        (Who.MODERATOR,),
        Verb.PROPOSAL_RETURNED,
        needs=(Need.REASON,),
        told=(Told.AUTHOR,),
    ),
    Step(
        Act.REFUSE,
        (State.CHECKING,),
        State.REFUSED,
        (Who.MODERATOR,),
        Verb.PROPOSAL_REFUSED,
        needs=(Need.REASON,),
        told=(Told.AUTHOR,),
    ),
    Step(
        Act.PUBLISH,
        (State.CHECKING,),
        State.PUBLISHED,
        (Who.MODERATOR,),
        Verb.PROPOSAL_PUBLISHED,
        needs=(Need.SECOND_PERSON,),
        told=(Told.AUTHOR,),
    ),
    Step(Act.GATHER, (State.PUBLISHED,), State.SUPPORTING, (Who.CLOCK,), Verb.PROPOSAL_SUPPORTING),
    Step(
        Act.ADMIT,
        (State.PUBLISHED, State.SUPPORTING),
        State.ADMITTED,
        (Who.SECRETARY, Who.CLOCK),
        Verb.PROPOSAL_ADMITTED,
        needs=(Need.ENOUGH_SUPPORT,),
        told=(Told.AUTHOR,),
    ),
    Step(
        Act.CONSIDER,
        (State.ADMITTED,),
        State.AT_COUNCIL,
        (Who.SECRETARY,),
        Verb.PROPOSAL_CONSIDERED,
        told=(Told.AUTHOR,),
    ),
    Step(
        Act.RECOMMEND,
        (State.AT_COUNCIL,),
        State.RECOMMENDED,
        (Who.SECRETARY,),
        Verb.PROPOSAL_RECOMMENDED,
        needs=(Need.RECOMMENDATION,),
        told=(Told.AUTHOR, Told.SUPPORTERS),
    ),
    Step(
        Act.DECLINE,
        (State.ADMITTED, State.AT_COUNCIL, State.ANSWERED),
        State.DECLINED,
        (Who.SECRETARY,),
        Verb.PROPOSAL_DECLINED,
        needs=(Need.REASON,),
        told=(Told.AUTHOR, Told.SUPPORTERS),
    ),
    Step(
        Act.ANSWER,
        (State.RECOMMENDED,),
        State.ANSWERED,
        (Who.CLOCK,),
        Verb.PROPOSAL_ANSWERED,
        needs=(Need.ALL_ANSWERED,),
        told=(Told.AUTHOR, Told.SUPPORTERS),
    ),
    Step(
        Act.REOPEN,
        (State.ANSWERED,),
        State.RECOMMENDED,
        (Who.CLOCK,),
        Verb.PROPOSAL_REOPENED,
        needs=(Need.UPHELD,),
        told=(Told.AUTHOR,),
    ),
    Step(
        Act.COMPLETE,
        (State.ANSWERED,),
        State.DONE,
        (Who.SECRETARY,),
        Verb.PROPOSAL_COMPLETED,
        needs=(Need.REASON,),
        told=(Told.AUTHOR, Told.SUPPORTERS),
    ),
    Step(
        Act.WITHDRAW,
        (State.DRAFT, State.CHECKING, State.PUBLISHED, State.SUPPORTING, State.ADMITTED, State.AT_COUNCIL),
        State.WITHDRAWN,
        (Who.AUTHOR,),
        Verb.PROPOSAL_WITHDRAWN,
        needs=(Need.REASON,),
        told=(Told.AUTHOR, Told.SUPPORTERS),
    ),
    Step(
        Act.JOIN,
        (State.PUBLISHED, State.SUPPORTING, State.ADMITTED),
        State.JOINED,
        (Who.AUTHOR,),
        Verb.PROPOSAL_JOINED,
        needs=(Need.CONSENT,),
        told=(Told.AUTHOR, Told.SUPPORTERS),
    ),
)

STEPS: Final = {step.act: step for step in LIFE}

PUBLIC: Final = frozenset(
    {
        State.PUBLISHED,
        State.SUPPORTING,
        State.ADMITTED,
        State.AT_COUNCIL,
        State.RECOMMENDED,
        State.ANSWERED,
        State.DONE,
        State.DECLINED,
        State.JOINED,
    }
)
"""States whose text everyone reads. A withdrawn submission that had been public keeps a page without its text."""

OPEN_TO_SUPPORT: Final = frozenset({State.PUBLISHED, State.SUPPORTING, State.ADMITTED, State.AT_COUNCIL})
OPEN_TO_EDITS: Final = frozenset({State.DRAFT, State.CHECKING, State.PUBLISHED, State.SUPPORTING})
"""From the moment the council has it, the text stands."""

ROAD: Final = (
    (State.CHECKING,),
    (State.PUBLISHED, State.SUPPORTING),
    (State.ADMITTED, State.AT_COUNCIL),
    (State.RECOMMENDED,),
    (State.ANSWERED,),
    (State.DONE,),
)
"""The stepper: its stations, each with the states that mean one is there."""


def steps_from(state: State) -> tuple[Step, ...]:
    """Return every step that leads on from a state."""
    return tuple(step for step in LIFE if state in step.before)
