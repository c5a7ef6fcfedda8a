"""The agenda: proposals that were admitted, recommendations that are drafted, and items of the council's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, select, update

from karavan.core.languages import Slots
from karavan.proposals.models import Proposal, Recommendation, RecommendationState, State
from karavan.record.models import ActorRole, Verb
from karavan.record.rules import note
from karavan.sittings import letters
from karavan.sittings.lifecycle import AGENDA_OPEN, CHANGEABLE, ItemAct
from karavan.sittings.models import AgendaItem, ConflictOfInterest, ItemState, Sitting, SittingState
from karavan.sittings.problems import (
    NotAtThisStage,
    NotOfThisCouncil,
    NotWithThisItem,
    OnTheAgendaAlready,
    ReasonMissing,
    TitleMissing,
)
from karavan.sittings.rules.steps import move_item, take, take_item

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

NOTHING: Final = Slots()
WAITING_FOR_COUNCIL: Final = (State.ADMITTED, State.AT_COUNCIL)
WORDED: Final = (ItemState.WAITING, ItemState.CURRENT, ItemState.POSTPONED)
"""States in which an item's words can be changed: what is being voted on, or was decided, stands."""


@dataclass(frozen=True, kw_only=True)
class ItemPlan:
    """One item as the secretary writes it. Without a title, a proposal or a recommendation lends its own."""

    title: Slots = NOTHING
    draft: Slots = NOTHING
    """The decision that is proposed."""
    speaker: str = ""
    proposal_id: int | None = None
    recommendation_id: int | None = None


def add_item(
    session: Session,
    sitting_id: int,
    plan: ItemPlan,
    *,
    reason: Slots = NOTHING,
    read_version: int | None = None,
    by: ActorRole = ActorRole.SECRETARY,
    now: datetime,
) -> AgendaItem:
    """Put an item at the end of the agenda; after notice was given, for a published reason. Twice is once.

    Raises:
        NotFound, ChangedMeanwhile, NotAtThisStage, ReasonMissing.
        TitleMissing, NotOfThisCouncil, OnTheAgendaAlready.

    """
    sitting = take(session, sitting_id, read_version=read_version)
    if sitting.state not in AGENDA_OPEN:
        raise NotAtThisStage
    items = _items(session, sitting_id)
    title = _title_of(session, sitting, plan)
    twin = next((one for one in items if _says(one) == (title, plan.draft, plan.speaker, *_about(plan))), None)
    if twin is not None:
        return twin
    if any(_about(plan)) and _about(plan) in {(one.proposal_id, one.recommendation_id) for one in items}:
        raise OnTheAgendaAlready
    _refuse_silence(sitting, reason)
    item = AgendaItem(
        sitting_id=sitting_id,
        position=max((one.position for one in items), default=0) + 1,
        title=title,
        draft=plan.draft,
        speaker=plan.speaker,
        proposal_id=plan.proposal_id,
        recommendation_id=plan.recommendation_id,
    )
    session.add(item)
    session.flush()
    _tell(session, sitting, "added", item.position, reason=reason, by=by, now=now)
    return item


def change_item(
    session: Session,
    item_id: int,
    plan: ItemPlan,
    *,
    reason: Slots = NOTHING,
    read_version: int,
    by: ActorRole = ActorRole.SECRETARY,
    now: datetime,
) -> AgendaItem:
    """Change an item's words before it is voted on. What it is about stays. Another title after notice has a reason.

    Raises:
        NotFound, ChangedMeanwhile, NotAtThisStage, NotWithThisItem, TitleMissing, ReasonMissing.

    """
    item = take_item(session, item_id, read_version=read_version)
    sitting = session.get_one(Sitting, item.sitting_id)
    if sitting.state not in AGENDA_OPEN:
        raise NotAtThisStage
    if item.state not in WORDED:
        raise NotWithThisItem
    title = plan.title or item.title
    if not (title.kk or title.ru):
        raise TitleMissing
    said = title != item.title
    if said:
        _refuse_silence(sitting, reason)
    item.title, item.draft, item.speaker = title, plan.draft, plan.speaker
    item.version += 1
    session.flush()
    if said:
        _tell(session, sitting, "changed", item.position, reason=reason, by=by, now=now)
    return item


def remove_item(
    session: Session,
    item_id: int,
    *,
    reason: Slots = NOTHING,
    read_version: int | None = None,
    by: ActorRole = ActorRole.SECRETARY,
    now: datetime,
) -> None:
    """Take an item off before the sitting begins; after notice was given, for a published reason.

    Raises:
        NotFound, ChangedMeanwhile, NotAtThisStage, ReasonMissing.

    """
    item = take_item(session, item_id, read_version=read_version)
    sitting = session.get_one(Sitting, item.sitting_id)
    if sitting.state not in CHANGEABLE:
        raise NotAtThisStage
    _refuse_silence(sitting, reason)
    position = item.position
    session.execute(delete(ConflictOfInterest).where(ConflictOfInterest.item_id == item_id))
    session.delete(item)
    session.flush()
    _number_anew(session, [one.id for one in _items(session, sitting.id)])
    _tell(session, sitting, "removed", position, reason=reason, by=by, now=now)


def move_to(
    session: Session,
    item_id: int,
    position: int,
    *,
    read_version: int | None = None,
    by: ActorRole = ActorRole.SECRETARY,
    now: datetime,
) -> AgendaItem:
    """Give an item another place before the sitting begins; the others move along.

    Raises:
        NotFound, ChangedMeanwhile, NotAtThisStage.

    """
    item = take_item(session, item_id, read_version=read_version)
    sitting = session.get_one(Sitting, item.sitting_id)
    if sitting.state not in CHANGEABLE:
        raise NotAtThisStage
    others = [one.id for one in _items(session, sitting.id) if one.id != item_id]
    place = min(max(position, 1), len(others) + 1)
    if place != item.position:
        _number_anew(session, [*others[: place - 1], item_id, *others[place - 1 :]])
        session.refresh(item)
        if sitting.state == SittingState.CONVENED:
            note(session, Verb.SITTING_AGENDA_CHANGED, of=sitting.id, by=by, now=now, what="moved", item=place)
    return item


def step_item(
    session: Session,
    item_id: int,
    act: ItemAct,
    *,
    words: Slots = NOTHING,
    read_version: int | None = None,
) -> AgendaItem:
    """Take an item up, note that it was heard, or put it off; `words` go into the protocol.

    Votes have rules of their own: `vote.open_vote`, `vote.call_off`, `vote.decide`.

    Raises:
        NotFound, ChangedMeanwhile, NotAtThisStage, NotWithThisItem, OtherItemInHand.

    """
    if act not in (ItemAct.TAKE_UP, ItemAct.NOTE, ItemAct.POSTPONE):
        raise NotWithThisItem
    item = take_item(session, item_id, read_version=read_version)
    if words:
        item.note = words
    return move_item(session, item, act)


def write_note(session: Session, item_id: int, words: Slots, *, read_version: int | None = None) -> AgendaItem:
    """Write down what was said about an item, for the protocol, while the sitting goes on.

    Raises:
        NotFound, ChangedMeanwhile, NotAtThisStage.

    """
    item = take_item(session, item_id, read_version=read_version)
    if session.get_one(Sitting, item.sitting_id).state != SittingState.OPEN:
        raise NotAtThisStage
    if item.note != words:
        item.note = words
        item.version += 1
        session.flush()
    return item


def _items(session: Session, sitting_id: int) -> list[AgendaItem]:
    rows = select(AgendaItem).where(AgendaItem.sitting_id == sitting_id).order_by(AgendaItem.position)
    return list(session.scalars(rows))


def _about(plan: ItemPlan) -> tuple[int | None, int | None]:
    return plan.proposal_id, plan.recommendation_id


def _says(item: AgendaItem) -> tuple[Slots, Slots, str, int | None, int | None]:
    return item.title, item.draft, item.speaker, item.proposal_id, item.recommendation_id


def _title_of(session: Session, sitting: Sitting, plan: ItemPlan) -> Slots:
    """Return the item's title; what it is about must be this council's, and wait for it."""
    lent = NOTHING
    if plan.proposal_id is not None:
        proposal = session.get(Proposal, plan.proposal_id)
        if proposal is None or proposal.council_id != sitting.council_id or proposal.state not in WAITING_FOR_COUNCIL:
            raise NotOfThisCouncil(where="proposal")
        lent = Slots(**{proposal.lang: proposal.title})
    if plan.recommendation_id is not None:
        draft = session.get(Recommendation, plan.recommendation_id)
        if draft is None or draft.council_id != sitting.council_id or draft.state != RecommendationState.DRAFT:
            raise NotOfThisCouncil(where="recommendation")
        lent = draft.title
    title = plan.title or lent
    if not title.every().strip() or (plan.title and not (plan.title.kk or plan.title.ru)):
        raise TitleMissing
    return title


def _refuse_silence(sitting: Sitting, reason: Slots) -> None:
    """After notice was given, the agenda changes for a reason that everybody can read."""
    if sitting.state != SittingState.DRAFT and not (reason.kk.strip() or reason.ru.strip()):
        raise ReasonMissing


def _number_anew(session: Session, ids: list[int]) -> None:
    """Number items in this order, by way of numbers that nobody has."""
    for sign in (-1, 1):
        for place, item_id in enumerate(ids, 1):
            session.execute(
                update(AgendaItem)
                .where(AgendaItem.id == item_id)
                .values(position=sign * place)
                .execution_options(synchronize_session=False)
            )


def _tell(
    session: Session, sitting: Sitting, what: str, place: int, *, reason: Slots, by: ActorRole, now: datetime
) -> None:
    if sitting.state == SittingState.DRAFT:
        return
    public = reason.best("kk").text
    note(session, Verb.SITTING_AGENDA_CHANGED, of=sitting.id, by=by, now=now, reason=public, what=what, item=place)
    if sitting.state == SittingState.CONVENED:
        session.expire(sitting, ["items"])
        letters.tell_changed(session, sitting, now=now)
