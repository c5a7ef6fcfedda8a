"""What the protocol of a sitting is written from: everything that happened, as the database says it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from karavan.accounts.models import Person
from karavan.core.languages import Slots
from karavan.core.problems import NotFound
from karavan.core.when import local_day
from karavan.councils.models import Council, Member
from karavan.councils.queries import statute_of
from karavan.proposals.letters import recipient
from karavan.protocols import hosts
from karavan.protocols.hosts import Awaiting, Facts, Host, Kind, Notice, Present, Vote
from karavan.protocols.problems import NotOverYet
from karavan.protocols.visitors import officers_on, visitors_of, was_registered
from karavan.sittings.models import (
    AgendaItem,
    Attendance,
    Ballot,
    ConflictOfInterest,
    CouncilDecision,
    Sitting,
    SittingState,
    SpecialOpinion,
)
from karavan.sittings.queries import members_on

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from sqlalchemy.orm import Session

    from karavan.notifications.letters import Recipient


def council_of(session: Session, sitting_id: int) -> int | None:
    """Return whose sitting it is."""
    return session.scalar(select(Sitting.council_id).where(Sitting.id == sitting_id))


def gather(session: Session, sitting_id: int) -> Facts:
    """Return what happened at a sitting.

    Raises:
        NotFound, NotOverYet.

    """
    sitting = session.get(
        Sitting,
        sitting_id,
        options=(
            joinedload(Sitting.council).joinedload(Council.organisation),
            selectinload(Sitting.attendance).joinedload(Attendance.member),
            selectinload(Sitting.items).selectinload(AgendaItem.ballots).joinedload(Ballot.member),
            selectinload(Sitting.items)
            .selectinload(AgendaItem.decision)
            .selectinload(CouncilDecision.opinions)
            .joinedload(SpecialOpinion.member),
        ),
        populate_existing=True,
    )
    if sitting is None:
        raise NotFound
    if sitting.state != SittingState.HELD:
        raise NotOverYet
    day = date.fromisoformat(sitting.held_on)
    members = members_on(session, sitting.council_id, day)
    present = _present(sitting.attendance)
    came = {row.member_id for row in sitting.attendance}
    officers = officers_on(session, sitting.council_id, day)
    visitors = visitors_of(session, sitting.event_id, day)
    return Facts(
        kind=Kind.SITTING,
        council_id=sitting.council_id,
        page=f"councils/{sitting.council.slug}/sittings/{sitting.number}",
        council=sitting.council.organisation.name,
        title=sitting.title,
        number=sitting.number,
        began_at=sitting.opened_at or sitting.starts_at,
        ended_at=sitting.closed_at or sitting.starts_at,
        place=sitting.council.place,
        venue=sitting.venue,
        stream_url=sitting.stream_url,
        notice=_notice(session, sitting),
        closed=sitting.closed_to_public,
        chair=officers.chair,
        secretary=officers.secretary,
        members=len(members),
        quorum=(sitting.quorum_num, sitting.quorum_den),
        present=present,
        absent=tuple(member.name for member in members if member.id not in came),
        registered=visitors.registered,
        arrived=visitors.arrived,
        items=_items(sitting.items, _conflicts(session, sitting_id)),
    )


def _notice(session: Session, sitting: Sitting) -> Notice:
    if sitting.convened_at is None:
        return Notice(exception=sitting.short_notice)
    term = statute_of(session, sitting.council_id, local_day(sitting.convened_at)).meeting_notice
    return Notice(
        given_at=sitting.convened_at,
        days=term.days,
        unit=term.unit.value,
        in_time=sitting.held_on >= sitting.earliest_on,
        exception=sitting.short_notice,
    )


def _present(attendance: Sequence[Attendance]) -> tuple[Present, ...]:
    """Return who was there, in the council's order: from her first coming to her last going."""
    stays: dict[int, list[Attendance]] = {}
    for row in attendance:
        stays.setdefault(row.member_id, []).append(row)
    in_order = sorted(stays.values(), key=lambda rows: (rows[0].member.position, rows[0].member_id))
    return tuple(_stay(rows) for rows in in_order)


def _stay(rows: Sequence[Attendance]) -> Present:
    member = rows[0].member
    left = [row.left_at for row in rows if row.left_at is not None]
    return Present(
        name=member.name,
        office=member.office.value,
        came_at=min(row.came_at for row in rows),
        left_at=max(left) if len(left) == len(rows) else None,
        remote=all(row.remote for row in rows),
    )


def _items(items: Iterable[AgendaItem], conflicts: Mapping[int, Sequence[str]]) -> tuple[hosts.Item, ...]:
    return tuple(
        hosts.Item(
            position=number,
            title=item.title,
            state=item.state.value,
            speaker=item.speaker,
            note=item.note,
            conflicts=tuple(conflicts.get(item.id, ())),
            decision=_decision(item, item.decision) if item.decision else None,
        )
        for number, item in enumerate(items, 1)
    )


def _decision(item: AgendaItem, decision: CouncilDecision) -> hosts.Decision:
    return hosts.Decision(
        number=decision.number,
        text=decision.text,
        adopted=decision.adopted,
        members=decision.members,
        present=decision.present,
        quorum=(decision.quorum_num, decision.quorum_den),
        majority=decision.majority,
        votes_for=decision.votes_for,
        votes_against=decision.votes_against,
        votes_abstained=decision.votes_abstained,
        votes=tuple(
            Vote(name=ballot.member.name, choice=ballot.choice.value)
            for ballot in sorted(item.ballots, key=lambda ballot: (ballot.member.position, ballot.member_id))
        ),
        opinions=tuple((one.member.name, Slots(**{one.lang: one.words})) for one in decision.opinions),
    )


def _conflicts(session: Session, sitting_id: int) -> dict[int, list[str]]:
    """Return who declared a conflict of interest, by item."""
    rows = session.execute(
        select(ConflictOfInterest.item_id, Member.name)
        .join(AgendaItem, AgendaItem.id == ConflictOfInterest.item_id)
        .join(Member, Member.id == ConflictOfInterest.member_id)
        .where(AgendaItem.sitting_id == sitting_id)
        .order_by(Member.position, Member.id)
    )
    found: dict[int, list[str]] = {}
    for item_id, name in rows:
        found.setdefault(item_id, []).append(name)
    return found


# --- Who may correct it -----------------------------------------------------------------------------------


def took_part(session: Session, sitting_id: int, person_id: int) -> bool:
    """Was somebody in the room, as a member or with a seat for the public?"""
    event_id = session.scalar(select(Sitting.event_id).where(Sitting.id == sitting_id))
    there = (
        select(Attendance.id)
        .join(Member, Member.id == Attendance.member_id)
        .where(Attendance.sitting_id == sitting_id, Member.person_id == person_id)
    )
    return session.scalar(there.limit(1)) is not None or was_registered(session, event_id, person_id)


def told(session: Session, sitting_id: int) -> dict[int, Recipient]:
    """Return the members who were there, by account."""
    people = session.scalars(
        select(Person)
        .where(
            Person.id.in_(
                select(Member.person_id)
                .join(Attendance, Attendance.member_id == Member.id)
                .where(Attendance.sitting_id == sitting_id)
            )
        )
        .order_by(Person.id)
    )
    return {person.id: recipient(person) for person in people if person.email or person.phone}


def over(session: Session, councils: Collection[int] | None) -> list[Awaiting]:
    """Return the sittings that were held."""
    chosen = select(Sitting.id, Sitting.title, Sitting.closed_at).where(Sitting.state == SittingState.HELD)
    if councils is not None:
        chosen = chosen.where(Sitting.council_id.in_(councils))
    rows = session.execute(chosen.order_by(Sitting.closed_at.desc()).limit(100))
    return [Awaiting(Kind.SITTING.value, *row) for row in rows]


def about(session: Session, sitting_id: int) -> list[int]:
    """Return the submissions that stood on its agenda."""
    rows = select(AgendaItem.proposal_id).where(
        AgendaItem.sitting_id == sitting_id, AgendaItem.proposal_id.is_not(None)
    )
    return sorted({proposal_id for proposal_id in session.scalars(rows) if proposal_id is not None})


HOST: Final = Host(
    council_of=council_of, gather=gather, took_part=took_part, participants=told, over=over, proposals=about
)
