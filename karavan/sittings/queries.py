"""Reading sittings for the rules and for the record of votes: who sits, who is in the room, how everybody voted."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from karavan.councils.models import Council, Member
from karavan.councils.queries import statute_of
from karavan.deadlines.models import FirstDay
from karavan.deadlines.queries import current_calendar
from karavan.deadlines.reckoning import Term, due_on
from karavan.protocols.models import Protocol
from karavan.sittings.models import (
    AgendaItem,
    Attendance,
    Ballot,
    Choice,
    ConflictOfInterest,
    CouncilDecision,
    Sitting,
    SittingState,
)
from karavan.sittings.quorum import has_quorum, needed

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.core.languages import Slots

HOST = "sitting"
"""What protocols call us."""


# --- Notice -----------------------------------------------------------------------------------------------


def earliest_day(session: Session, council_id: int, *, given_on: date) -> date:
    """Return the first day on which a sitting may be held of which notice is given that day.

    Counted as the notice of a hearing is: day one is the day after, by the statute of the day on which it is given.
    """
    notice = statute_of(session, council_id, given_on).meeting_notice
    return due_on(given_on, Term(notice.days, notice.unit, FirstDay.NEXT), current_calendar(session))


# --- The room ---------------------------------------------------------------------------------------------


def members_on(session: Session, council_id: int, day: date) -> list[Member]:
    """Return who sits in a council on that day, in the council's order."""
    everybody = select(Member).where(Member.council_id == council_id).order_by(Member.position, Member.id)
    return [one for one in session.scalars(everybody) if one.sits_on(day)]


def member_of(session: Session, council_id: int, person_id: int, day: date) -> Member | None:
    """Return as which member of the council somebody with an account sits on that day."""
    found = select(Member).where(Member.council_id == council_id, Member.person_id == person_id).order_by(Member.id)
    return next((one for one in session.scalars(found) if one.sits_on(day)), None)


class Room(NamedTuple):
    """How many members a sitting has, who of them is there now, and whether that is enough."""

    members: int
    present: frozenset[int]
    """Numbers of those who are in the room and are members on that day."""
    share: Fraction

    @property
    def needed(self) -> int:
        """How many must be there."""
        return needed(self.members, self.share)

    @property
    def has_quorum(self) -> bool:
        """Are enough there?"""
        return has_quorum(len(self.present), self.members, self.share)


def room_of(session: Session, sitting: Sitting) -> Room:
    """Return who is in the room now, by the rows; the sitting must have been opened."""
    seated = {one.id for one in members_on(session, sitting.council_id, day_of(sitting))}
    there = session.scalars(
        select(Attendance.member_id).where(Attendance.sitting_id == sitting.id, Attendance.left_at.is_(None))
    )
    return Room(len(seated), frozenset(there) & seated, Fraction(sitting.quorum_num, sitting.quorum_den))


def day_of(sitting: Sitting) -> date:
    """Return the day on which it is held, as its notice says."""
    return date.fromisoformat(sitting.held_on)


class Votes(NamedTuple):
    """How an item's ballots fall."""

    votes_for: int
    votes_against: int
    votes_abstained: int


def votes_on(session: Session, item_id: int) -> Votes:
    """Count an item's ballots, from the rows."""
    rows = select(Ballot.choice, func.count()).where(Ballot.item_id == item_id).group_by(Ballot.choice)
    counted = dict(session.execute(rows).all())
    return Votes(*(counted.get(choice, 0) for choice in Choice))


def protocol_of(session: Session, sitting_id: int) -> Protocol | None:
    """Return the protocol of a sitting, if one was begun."""
    return session.scalar(select(Protocol).where(Protocol.host == HOST, Protocol.host_id == sitting_id))


# --- The record of votes ------------------------------------------------------------------------------------


class HeldRow(NamedTuple):
    """One sitting that was held."""

    id: int
    number: int
    title: Slots
    starts_at: datetime
    opened_at: datetime
    closed_at: datetime | None
    held_on: str


class DecisionRow(NamedTuple):
    """One decision, with what it was about."""

    id: int
    item_id: int
    sitting_id: int
    number: str
    title: Slots
    text: Slots
    adopted: bool
    members: int
    present: int
    majority: str
    votes_for: int
    votes_against: int
    votes_abstained: int
    voting_from: datetime | None
    decided_at: datetime


def held_sittings(session: Session, council_id: int) -> list[HeldRow]:
    """Return the sittings a council has held, the earliest first."""
    columns = Sitting.__table__.c
    chosen = select(*(columns[name] for name in HeldRow._fields)).where(
        columns.council_id == council_id, columns.state == SittingState.HELD
    )
    return [HeldRow(*row) for row in session.execute(chosen.order_by(columns.starts_at, columns.id))]


def decisions_of(session: Session, sittings: Collection[int]) -> list[DecisionRow]:
    """Return everything these sittings decided, in order."""
    made, items = CouncilDecision.__table__.c, AgendaItem.__table__.c
    of_item = {"sitting_id", "title", "voting_from"}
    columns = (items[name] if name in of_item else made[name] for name in DecisionRow._fields)
    chosen = (
        select(*columns)
        .join(AgendaItem.__table__, items.id == made.item_id)
        .where(items.sitting_id.in_(sittings))
        .order_by(made.decided_at, made.id)
    )
    return [DecisionRow(*row) for row in session.execute(chosen)]


class BallotRow(NamedTuple):
    """One vote."""

    item_id: int
    member_id: int
    choice: Choice
    by_herself: bool


def ballots_of(session: Session, items: Collection[int]) -> list[BallotRow]:
    """Return the votes on these items."""
    own = or_(Ballot.entered_by_id.is_(None), Ballot.entered_by_id == Member.person_id)
    rows = (
        select(Ballot.item_id, Ballot.member_id, Ballot.choice, func.coalesce(own, False))
        .join(Member, Member.id == Ballot.member_id)
        .where(Ballot.item_id.in_(items))
        .order_by(Ballot.id)
    )
    return [BallotRow(*row) for row in session.execute(rows)]


def conflicts_of(session: Session, items: Collection[int]) -> set[tuple[int, int]]:
    """Return who has declared a conflict on which of these items: (item, member)."""
    rows = select(ConflictOfInterest.item_id, ConflictOfInterest.member_id).where(ConflictOfInterest.item_id.in_(items))
    return {(item_id, member_id) for item_id, member_id in session.execute(rows)}


def attendance_of(session: Session, sittings: Collection[int]) -> Sequence[Attendance]:
    """Return who was in the room of these sittings, and when."""
    chosen = select(Attendance).where(Attendance.sitting_id.in_(sittings)).order_by(Attendance.id)
    return session.scalars(chosen).all()


def council_with_name(session: Session, council_id: int) -> Council:
    """Return a council that is there, with its name."""
    return session.get_one(Council, council_id, options=(joinedload(Council.organisation),))
