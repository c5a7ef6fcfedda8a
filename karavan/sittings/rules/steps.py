"""Taking a sitting, or an item of its agenda, for one transaction; and the one place where their states change.

Everything that happens in a sitting takes the sitting's row first, then the item's: who comes, who leaves, every
ballot and the count stand in one queue. A council has some twenty members; nobody waits long, and what a count sees
is what there is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from karavan.core.problems import NotFound
from karavan.councils.models import Council
from karavan.record.rules import note
from karavan.sittings.lifecycle import IN_HAND, ITEM_STEPS, STEPS, Act, ItemAct
from karavan.sittings.models import AgendaItem, Sitting, SittingState
from karavan.sittings.problems import ChangedMeanwhile, NotAtThisStage, NotWithThisItem, OtherItemInHand

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.record.models import ActorRole


def take_council(session: Session, council_id: int) -> None:
    """Take a council's row, before any of its sittings: whoever gives out numbers stands in one queue.

    Raises:
        NotFound: no such council.

    """
    taken = update(Council).where(Council.id == council_id).values(position=Council.position).returning(Council.id)
    if session.execute(taken.execution_options(synchronize_session=False)).first() is None:
        raise NotFound


def take(session: Session, sitting_id: int, *, read_version: int | None = None) -> Sitting:
    """Take a sitting's row and return it as it stands now. Its version rises with everything that happens in it.

    Raises:
        NotFound: no such sitting.
        ChangedMeanwhile: `read_version` is what the person had read, and it is no longer that.

    """
    version = session.scalar(
        update(Sitting)
        .where(Sitting.id == sitting_id)
        .values(version=Sitting.version + 1)
        .returning(Sitting.version)
        .execution_options(synchronize_session=False)
    )
    if version is None:
        raise NotFound
    if read_version is not None and version != read_version + 1:
        raise ChangedMeanwhile
    return session.get_one(
        Sitting,
        sitting_id,
        options=(joinedload(Sitting.council).joinedload(Council.organisation),),
        populate_existing=True,
    )


def take_open(session: Session, sitting_id: int) -> Sitting:
    """Take a sitting that is going on.

    Raises:
        NotFound, NotAtThisStage.

    """
    sitting = take(session, sitting_id)
    if sitting.state != SittingState.OPEN:
        raise NotAtThisStage
    return sitting


def take_item(session: Session, item_id: int, *, read_version: int | None = None) -> AgendaItem:
    """Take an item's sitting, then the item, and return it as it stands now.

    Its version rises only when its state or its words change: ballots do not turn a secretary's page stale.

    Raises:
        NotFound: no such item.
        ChangedMeanwhile: `read_version` is what the person had read, and it is no longer that.

    """
    sitting_id = session.scalar(select(AgendaItem.sitting_id).where(AgendaItem.id == item_id))
    if sitting_id is None:
        raise NotFound
    take(session, sitting_id)
    taken = session.execute(
        update(AgendaItem)
        .where(AgendaItem.id == item_id)
        .values(version=AgendaItem.version)
        .returning(AgendaItem.id)
        .execution_options(synchronize_session=False)
    )
    if taken.first() is None:
        raise NotFound
    item = session.get_one(AgendaItem, item_id, populate_existing=True)
    if read_version is not None and item.version != read_version:
        raise ChangedMeanwhile
    return item


def move(
    session: Session,
    sitting: Sitting,
    act: Act,
    *,
    by: ActorRole,
    now: datetime,
    reason: str = "",
    **facts: int | str | None,
) -> Sitting:
    """Move a sitting on that this transaction has taken already, and say so in the record, if notice was given of it.

    Raises:
        NotAtThisStage: the table has no such step from here.

    """
    step = STEPS[act]
    if sitting.state not in step.before:
        raise NotAtThisStage
    sitting.state = step.after
    session.flush()
    if sitting.convened_at is not None:
        note(session, step.verb, of=sitting.id, by=by, now=now, reason=reason, **facts)
    return sitting


def move_item(session: Session, item: AgendaItem, act: ItemAct) -> AgendaItem:
    """Move an item on that this transaction has taken already, while its sitting goes on.

    Raises:
        NotAtThisStage: the sitting is not open.
        NotWithThisItem: the table has no such step from here.
        OtherItemInHand: another item is being dealt with.

    """
    step, sitting = ITEM_STEPS[act], session.get_one(Sitting, item.sitting_id)
    if sitting.state != SittingState.OPEN:
        raise NotAtThisStage
    if item.state not in step.before:
        raise NotWithThisItem
    if step.after in IN_HAND and _other_in_hand(session, item):
        raise OtherItemInHand
    item.state = step.after
    item.version += 1
    session.flush()
    return item


def _other_in_hand(session: Session, item: AgendaItem) -> bool:
    other = select(AgendaItem.id).where(
        AgendaItem.sitting_id == item.sitting_id, AgendaItem.id != item.id, AgendaItem.state.in_(IN_HAND)
    )
    return session.scalar(other.limit(1)) is not None
