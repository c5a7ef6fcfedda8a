"""An open sitting with its members in the room, ready to vote. Everything by the real rules, as plain numbers.

Needs an application context: ask for the `session` fixture.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text

from karavan.accounts.models import Role
from karavan.core.clock import now as present
from karavan.core.database import db, transact as write
from karavan.core.languages import Slots
from karavan.sittings.models import AgendaItem, Choice, CouncilDecision, Sitting, SittingState
from karavan.sittings.rules.attend import came
from karavan.sittings.rules.vote import decide, open_vote, roll_call
from tests.support.assembly import make_members, make_sitting
from tests.support.civic import make_council, make_staff

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.councils.models import Council

DRAFT: Final = Slots(kk="Таңғы рейс қосылсын.", ru="Добавить утренний рейс.")
MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Chamber:
    """Who and what there is, by number."""

    council_id: int
    sitting_id: int
    secretary: int
    members: tuple[int, ...]
    people: tuple[int, ...]
    """The members' accounts, in the same order."""
    items: tuple[int, ...]
    now: datetime

    @property
    def item(self) -> int:
        """The first item."""
        return self.items[0]


def make_chamber(
    n: int = 6,
    *,
    there: int | None = None,
    items: int = 1,
    council: Council | None = None,
    now: datetime | None = None,
    **changes: Any,
) -> Chamber:
    """Return an open sitting of a council with so many members, of whom some (or all) are in the room."""
    moment = now or present()
    council = council or make_council(now=moment)
    secretary = make_staff(council, Role.SECRETARY)
    members = make_members(council, n, now=moment)
    sitting = make_sitting(council, state=SittingState.OPEN, items=items, now=moment, secretary=secretary, **changes)
    for member in members[: n if there is None else there]:
        write(came, sitting.id, member.id, by_person=secretary.id, now=moment)
    return Chamber(
        council_id=council.id,
        sitting_id=sitting.id,
        secretary=secretary.id,
        members=tuple(one.id for one in members),
        people=tuple(one.person_id or 0 for one in members),
        items=tuple(one.id for one in sitting.items),
        now=moment,
    )


def put_to_vote(room: Chamber, votes: dict[int, Choice] | None = None, *, item: int | None = None) -> int:
    """Open the vote on an item and call the roll of these members, by their place; return the item's number."""
    item_id = item or room.item
    write(open_vote, item_id, draft=DRAFT, now=room.now)
    for place, choice in (votes or {}).items():
        write(roll_call, item_id, room.members[place], choice, by_person=room.secretary, now=room.now)
    return item_id


def made(room: Chamber, votes: dict[int, Choice], *, item: int | None = None) -> CouncilDecision:
    """Vote and decide."""
    item_id = put_to_vote(room, votes, item=item)
    return write(decide, item_id, actor_id=room.secretary, now=room.now)


def for_votes(number: int, *, against: int = 0) -> dict[int, Choice]:
    """Return votes of the first members in favour, of the next ones against."""
    return dict.fromkeys(range(number), Choice.FOR) | dict.fromkeys(range(number, number + against), Choice.AGAINST)


def state_of(room: Chamber) -> SittingState:
    """Return where the sitting is now."""
    db.session.close()
    return db.session().get_one(Sitting, room.sitting_id).state


def item_of(room: Chamber, place: int = 0) -> AgendaItem:
    """Return an item as it stands now."""
    db.session.close()
    return db.session().get_one(AgendaItem, room.items[place])


def say(statement: str, **values: Any) -> None:
    """Write rows directly, past every rule: what only the database itself can refuse."""

    def past_the_rules(session: Session) -> None:
        session.connection().execute(text(statement), values)

    write(past_the_rules)
