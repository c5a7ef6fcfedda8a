"""The life of a sitting, and of an item of its agenda, as two tables. Rules, policy, pages and tests read them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from karavan.record.models import Verb
from karavan.sittings.models import ItemState, SittingState


class Act(StrEnum):
    """What moves a sitting on."""

    CONVENE = "convene"
    OPEN = "open"
    CLOSE = "close"
    CANCEL = "cancel"


class ItemAct(StrEnum):
    """What moves an item on."""

    TAKE_UP = "take_up"
    OPEN_VOTE = "open_vote"
    CALL_OFF = "call_off"
    """The vote is not counted: its ballots go, and it can be opened again."""
    DECIDE = "decide"
    NOTE = "note"
    POSTPONE = "postpone"


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the first table. All steps are the secretary's."""

    act: Act
    before: tuple[SittingState, ...]
    after: SittingState
    verb: Verb


@dataclass(frozen=True, slots=True)
class ItemStep:
    """One row of the second."""

    act: ItemAct
    before: tuple[ItemState, ...]
    after: ItemState


_S, _I = SittingState, ItemState
LIFE: Final = (
    Step(Act.CONVENE, (_S.DRAFT,), _S.CONVENED, Verb.SITTING_CONVENED),
    Step(Act.OPEN, (_S.CONVENED,), _S.OPEN, Verb.SITTING_OPENED),
    Step(Act.CLOSE, (_S.OPEN,), _S.HELD, Verb.SITTING_CLOSED),
    Step(Act.CANCEL, (_S.DRAFT, _S.CONVENED), _S.CANCELLED, Verb.SITTING_CANCELLED),
)
STEPS: Final = {step.act: step for step in LIFE}

ITEM_LIFE: Final = (
    ItemStep(ItemAct.TAKE_UP, (_I.WAITING, _I.POSTPONED), _I.CURRENT),
    ItemStep(ItemAct.OPEN_VOTE, (_I.WAITING, _I.CURRENT), _I.VOTING),
    ItemStep(ItemAct.CALL_OFF, (_I.VOTING,), _I.CURRENT),
    ItemStep(ItemAct.DECIDE, (_I.VOTING,), _I.DECIDED),
    ItemStep(ItemAct.NOTE, (_I.WAITING, _I.CURRENT), _I.NOTED),
    ItemStep(ItemAct.POSTPONE, (_I.WAITING, _I.CURRENT), _I.POSTPONED),
)
ITEM_STEPS: Final = {step.act: step for step in ITEM_LIFE}

CHANGEABLE: Final = frozenset({_S.DRAFT, _S.CONVENED})
"""Until it begins, day, place and agenda can be changed."""
AGENDA_OPEN: Final = frozenset({_S.DRAFT, _S.CONVENED, _S.OPEN})
"""Items can be put on the agenda; after notice was given, for a published reason."""
IN_HAND: Final = frozenset({_I.CURRENT, _I.VOTING})
"""The item the sitting is dealing with: at most one."""
