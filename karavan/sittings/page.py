"""What the pages of sittings show: a sitting with its roll calls, who was in the room when, how notice was counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from karavan.core.when import local_day
from karavan.councils import queries as councils
from karavan.councils.models import Council, Member, SettingKey
from karavan.councils.statute import Majority, Notice, Statute, compose
from karavan.deadlines.models import CalendarVersion, FirstDay
from karavan.deadlines.queries import calendar_at, current_calendar, notes_at
from karavan.deadlines.reckoning import Calendar, DayLine, Term, explain
from karavan.events.models import EventState
from karavan.proposals.lifecycle import PUBLIC as READABLE
from karavan.proposals.models import Proposal, Recommendation, RecommendationState, State
from karavan.protocols.policy import READABLE as MINUTES_READABLE
from karavan.sittings.models import (
    AgendaItem,
    Attendance,
    Ballot,
    Choice,
    ConflictOfInterest,
    CouncilDecision,
    ItemState,
    Sitting,
    SittingState,
    SpecialOpinion,
)
from karavan.sittings.queries import day_of, earliest_day, protocol_of
from karavan.sittings.quorum import needed, votes_needed
from karavan.sittings.voting import Record, Stand

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.core.languages import Slots
    from karavan.councils.queries import StatuteLine
    from karavan.protocols.models import Protocol

LARGEST_ID: Final = 2**31 - 1
PUBLIC: Final = (SittingState.CONVENED, SittingState.OPEN, SittingState.HELD, SittingState.CANCELLED)
"""What everybody sees. A sitting that was given up before notice of it was given is nobody's business."""


# --- Lists ------------------------------------------------------------------------------------------------


class SittingCard(NamedTuple):
    """One sitting in a list."""

    id: int
    number: int
    council_id: int
    title: Slots
    state: SittingState
    starts_at: datetime
    venue: Slots
    items: int
    decisions: int
    present: int
    """How many members came at any time."""
    event_id: int | None

    @property
    def day(self) -> date:
        """The day it is held, in Aktau."""
        return local_day(self.starts_at)


def sitting_cards(
    session: Session, councils_: Collection[int], *, drafts: bool = False, limit: int = 100
) -> list[SittingCard]:
    """Return these councils' sittings, the latest first; drafts only for the desk."""
    items = select(func.count(AgendaItem.id)).where(AgendaItem.sitting_id == Sitting.id)
    decisions = (
        select(func.count(CouncilDecision.id))
        .join(AgendaItem, AgendaItem.id == CouncilDecision.item_id)
        .where(AgendaItem.sitting_id == Sitting.id)
    )
    came = select(func.count(Attendance.member_id.distinct())).where(Attendance.sitting_id == Sitting.id)
    chosen = select(
        Sitting.id,
        Sitting.number,
        Sitting.council_id,
        Sitting.title,
        Sitting.state,
        Sitting.starts_at,
        Sitting.venue,
        items.scalar_subquery(),
        decisions.scalar_subquery(),
        came.scalar_subquery(),
        Sitting.event_id,
    ).where(Sitting.council_id.in_(councils_))
    if not drafts:
        chosen = chosen.where(Sitting.convened_at.is_not(None), Sitting.state.in_(PUBLIC))
    rows = session.execute(chosen.order_by(Sitting.starts_at.desc(), Sitting.id.desc()).limit(limit))
    return [SittingCard(*row) for row in rows]


# --- One sitting ------------------------------------------------------------------------------------------


def sitting_at(session: Session, council_id: int, number: int) -> Sitting | None:
    """Return a sitting of this council that everybody may see."""
    if number > LARGEST_ID:
        return None
    return session.scalar(
        select(Sitting)
        .options(joinedload(Sitting.event))
        .where(
            Sitting.council_id == council_id,
            Sitting.number == number,
            Sitting.convened_at.is_not(None),
            Sitting.state.in_(PUBLIC),
        )
    )


def sitting_by_id(session: Session, sitting_id: int) -> Sitting | None:
    """Return any sitting, with its council."""
    if sitting_id > LARGEST_ID:
        return None
    council = joinedload(Sitting.council).joinedload(Council.organisation)
    chosen = select(Sitting).options(council, joinedload(Sitting.event)).where(Sitting.id == sitting_id)
    return session.scalar(chosen)


class RollLine(NamedTuple):
    """One member in a roll call."""

    member: Member
    how: Stand
    declared: ConflictOfInterest | None = None


@dataclass(frozen=True, kw_only=True)
class ItemPage:
    """One item of the agenda with everything that happened to it."""

    item: AgendaItem
    roll: Sequence[RollLine]
    """Empty before anybody could vote."""
    decision: CouncilDecision | None
    opinions: Sequence[SpecialOpinion]
    conflicts: Sequence[ConflictOfInterest]
    names: Mapping[int, str]
    """The members' names."""

    @property
    def proposal_public(self) -> bool:
        """May everybody read the submission it is about?"""
        return self.item.proposal is not None and self.item.proposal.state in READABLE

    def name_of(self, member_id: int) -> str:
        """Return a member's name."""
        return self.names[member_id]

    @property
    def tally(self) -> Mapping[Stand, int]:
        """How many members there are of each kind."""
        counted = Counter(line.how for line in self.roll)
        return {how: counted[how] for how in Stand}

    @property
    def needed(self) -> int:
        """How many votes in favour the decision needed, by its own majority."""
        made = self.decision
        if made is None:
            return 0
        return votes_needed(Majority(made.majority), present=made.present, members=made.members)

    @property
    def quorum(self) -> int:
        """How many had to be there for the decision to be made at all."""
        made = self.decision
        return needed(made.members, Fraction(made.quorum_num, made.quorum_den)) if made else 0


class Presence(NamedTuple):
    """A member, and when she was in the room."""

    member: Member
    spans: Sequence[Attendance]
    seated: bool = True
    """Is she a member on the day of the sitting? Only then she counts for the quorum."""

    @property
    def here(self) -> Attendance | None:
        """The row of her being there now."""
        return next((one for one in self.spans if one.left_at is None), None)


@dataclass(frozen=True, kw_only=True)
class SittingPage:
    """All that a sitting's page shows."""

    sitting: Sitting
    council: Council
    presences: Sequence[Presence]
    """Every member of that day, in the council's order; after them whoever came and is no member any more."""
    items: Sequence[ItemPage]
    members: int
    """How many members the council has on that day: what quorum is a share of."""
    protocol: Protocol | None = None
    notice: NoticePage | None = None
    citation: Slots | None = None
    """What the quorum rests on."""

    @property
    def came(self) -> int:
        """How many were there at any time."""
        return sum(bool(one.spans) and one.seated for one in self.presences)

    @property
    def present(self) -> int:
        """How many are there now."""
        return sum(one.here is not None and one.seated for one in self.presences)

    @property
    def needed(self) -> int:
        """How many must be there, by the quorum of this sitting."""
        return needed(self.members, Fraction(self.sitting.quorum_num, self.sitting.quorum_den))

    @property
    def has_quorum(self) -> bool:
        """Are enough there now?"""
        return self.members > 0 and self.present >= self.needed

    @property
    def is_public(self) -> bool:
        """May the public come?"""
        return not self.sitting.closed_to_public

    @property
    def protocol_public(self) -> bool:
        """May everybody read the minutes?"""
        return self.protocol is not None and self.protocol.state in MINUTES_READABLE

    @property
    def comes(self) -> bool:
        """Can the public register to attend?"""
        event = self.sitting.event
        return event is not None and event.state == EventState.PUBLISHED and self.sitting.state == SittingState.CONVENED

    def seat_of(self, person_id: int | None) -> Member | None:
        """Return as which member somebody with an account sits on that day."""
        seated = (one.member for one in self.presences if one.seated)
        return next((one for one in seated if person_id is not None and one.person_id == person_id), None)

    @property
    def current(self) -> ItemPage | None:
        """The item that is being dealt with."""
        now = (ItemState.CURRENT, ItemState.VOTING)
        return next((one for one in self.items if one.item.state in now), None)


def page_of(session: Session, sitting: Sitting, council: Council, *, notice: bool = True) -> SittingPage:
    """Return a sitting with everything its page shows."""
    on = day_of(sitting)
    everybody = councils.members(session, council.id)
    attendance = session.scalars(
        select(Attendance).where(Attendance.sitting_id == sitting.id).order_by(Attendance.came_at, Attendance.id)
    ).all()
    there = {one.member_id for one in attendance}
    seated = [one for one in everybody if one.sits_on(on)]
    listed = seated + [one for one in everybody if one not in seated and one.id in there]
    lines = councils.statute_lines(session, council.id)
    return SittingPage(
        sitting=sitting,
        council=council,
        presences=[
            Presence(one, [row for row in attendance if row.member_id == one.id], one in seated) for one in listed
        ],
        items=_items(session, sitting, seated, attendance),
        members=len(seated),
        protocol=protocol_of(session, sitting.id),
        notice=notice_of(session, sitting, lines) if notice else None,
        citation=compose(lines, on).source(SettingKey.QUORUM).citation,
    )


def _items(
    session: Session, sitting: Sitting, members: Sequence[Member], attendance: Sequence[Attendance]
) -> list[ItemPage]:
    items = session.scalars(
        select(AgendaItem)
        .options(
            joinedload(AgendaItem.proposal), joinedload(AgendaItem.recommendation), joinedload(AgendaItem.decision)
        )
        .where(AgendaItem.sitting_id == sitting.id)
        .order_by(AgendaItem.position)
    ).all()
    ids = [one.id for one in items]
    ballots = session.scalars(select(Ballot).where(Ballot.item_id.in_(ids))).all()
    conflicts = session.scalars(select(ConflictOfInterest).where(ConflictOfInterest.item_id.in_(ids))).all()
    opinions: Sequence[SpecialOpinion] = ()
    if any(one.decision for one in items):
        made = [one.decision.id for one in items if one.decision]
        opinions = session.scalars(
            select(SpecialOpinion).where(SpecialOpinion.decision_id.in_(made)).order_by(SpecialOpinion.id)
        ).all()
    return [
        ItemPage(
            item=item,
            roll=_roll(
                item,
                members,
                {one.member_id: one.choice for one in ballots if one.item_id == item.id},
                {one.member_id: one for one in conflicts if one.item_id == item.id},
                attendance,
            ),
            decision=item.decision,
            opinions=[one for one in opinions if item.decision and one.decision_id == item.decision.id],
            conflicts=[one for one in conflicts if one.item_id == item.id],
            names={one.id: one.name for one in members},
        )
        for item in items
    ]


def _roll(
    item: AgendaItem,
    members: Sequence[Member],
    votes: Mapping[int, Choice],
    conflicts: Mapping[int, ConflictOfInterest],
    attendance: Sequence[Attendance],
) -> list[RollLine]:
    """Call the roll: how each member voted, or why she did not."""
    if item.state not in (ItemState.VOTING, ItemState.DECIDED):
        return []
    at = item.decision.decided_at if item.decision else None
    there = {one.member_id for one in attendance if in_the_room(one, at)}
    lines = []
    for member in members:
        if member.id in votes:
            how = Stand(votes[member.id].value)
        elif member.id in conflicts:
            how = Stand.CONFLICT
        else:
            how = Stand.SILENT if member.id in there else Stand.ABSENT
        lines.append(RollLine(member, how, conflicts.get(member.id)))
    return lines


def in_the_room(row: Attendance, at: datetime | None) -> bool:
    """Was she there at that moment (None: is she there now)?"""
    if at is None:
        return row.left_at is None
    return row.came_at <= at and (row.left_at is None or row.left_at >= at)


# --- Notice -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class NoticePage:
    """How the notice of a sitting was counted, or would be if it were given today."""

    given_on: date
    rule: Notice
    citation: Slots
    earliest: date
    held_on: date
    lines: Sequence[DayLine]
    """Every day between the notice and the first day on which the sitting may be held."""
    notes: Mapping[date, Slots] = field(default_factory=dict)

    @property
    def in_time(self) -> bool:
        """Is it held late enough?"""
        return self.held_on >= self.earliest


def notice_of(session: Session, sitting: Sitting, lines: Sequence[StatuteLine]) -> NoticePage | None:
    """Explain the notice that was given, by the calendar and the statute as they stood on that day."""
    if sitting.convened_at is None:
        return None
    given = local_day(sitting.convened_at)
    version = session.scalar(select(func.max(CalendarVersion.id)).where(CalendarVersion.made_at <= sitting.convened_at))
    calendar = current_calendar(session) if version is None else calendar_at(session, version)
    earliest = date.fromisoformat(sitting.earliest_on)
    return _notice(session, sitting, given, compose(lines, given), calendar, earliest)


def notice_today(session: Session, sitting: Sitting, *, today: date) -> NoticePage:
    """Explain the notice as it would be counted if it were given today."""
    statute = councils.statute_of(session, sitting.council_id, today)
    earliest = earliest_day(session, sitting.council_id, given_on=today)
    return _notice(session, sitting, today, statute, current_calendar(session), earliest)


def _notice(
    session: Session, sitting: Sitting, given: date, statute: Statute, calendar: Calendar, earliest: date
) -> NoticePage:
    rule = statute.meeting_notice
    days = explain(given, Term(rule.days, rule.unit, FirstDay.NEXT), calendar)
    return NoticePage(
        given_on=given,
        rule=rule,
        citation=statute.source(SettingKey.MEETING_NOTICE).citation,
        earliest=earliest,
        held_on=day_of(sitting),
        lines=[one for one in days if one.day <= earliest],
        notes=notes_at(session, calendar.version, given, earliest),
    )


# --- What can be put on an agenda ---------------------------------------------------------------------------


def proposals_to_add(session: Session, council_id: int, sitting_id: int) -> Sequence[Proposal]:
    """Return what was admitted, or is before the council, and is not on this agenda yet."""
    on_it = select(AgendaItem.proposal_id).where(
        AgendaItem.sitting_id == sitting_id, AgendaItem.proposal_id.is_not(None)
    )
    return session.scalars(
        select(Proposal)
        .where(
            Proposal.council_id == council_id,
            Proposal.state.in_((State.ADMITTED, State.AT_COUNCIL)),
            Proposal.id.not_in(on_it),
        )
        .order_by(Proposal.state_at, Proposal.id)
        .limit(100)
    ).all()


def recommendations_to_add(session: Session, council_id: int, sitting_id: int) -> Sequence[Recommendation]:
    """Return the drafts of recommendations that the council could adopt, and those that are not on this agenda yet."""
    on_it = select(AgendaItem.recommendation_id).where(
        AgendaItem.sitting_id == sitting_id, AgendaItem.recommendation_id.is_not(None)
    )
    return session.scalars(
        select(Recommendation)
        .where(
            Recommendation.council_id == council_id,
            Recommendation.state == RecommendationState.DRAFT,
            Recommendation.id.not_in(on_it),
        )
        .order_by(Recommendation.id)
        .limit(100)
    ).all()


# --- The record of votes ------------------------------------------------------------------------------------


def years_of(record: Record) -> list[int]:
    """Return the years in which the council has sat, the latest first."""
    return sorted({int(one.held_on[:4]) for one in record.sittings}, reverse=True)


def in_year(record: Record, year: int | None) -> Record:
    """Return one year's part of a record of votes."""
    if year is None:
        return record
    sittings = [one for one in record.sittings if one.held_on.startswith(f"{year:04d}-")]
    kept = {one.id for one in sittings}
    came = [one for one in record.came if one.sitting.id in kept]
    there = {one.member.id for one in came}
    return replace(
        record,
        sittings=sittings,
        came=came,
        lines=[one for one in record.lines if one.sitting.id in kept],
        decisions=[one for one in record.decisions if one.sitting_id in kept],
        members=[one for one in record.members if one.id in there],
    )


def of_member(record: Record, member_id: int | None) -> Record:
    """Return one member's part of a record of votes; the sittings and the decisions stay."""
    if member_id is None:
        return record
    return replace(
        record,
        members=[one for one in record.members if one.id == member_id],
        came=[one for one in record.came if one.member.id == member_id],
        lines=[one for one in record.lines if one.member.id == member_id],
    )
