"""Planting the regional council's sittings: convened, held, voted and minuted by the rules, in the order of time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from sqlalchemy import select, update

from karavan.accounts.models import Person
from karavan.core.languages import Slots
from karavan.councils.models import Council, Member
from karavan.events.keepers import kept_by
from karavan.events.models import Event
from karavan.events.rules.plan import edit_event
from karavan.proposals.models import Proposal
from karavan.protocols.models import Protocol
from karavan.protocols.paper import papers_of
from karavan.protocols.queries import protocol_for_desk
from karavan.protocols.rules.agree import Signer, agree
from karavan.protocols.rules.correct import ask_for_correction, decide_correction
from karavan.protocols.rules.publish import publish
from karavan.protocols.rules.write import lay_open, write
from karavan.record.models import ActorRole
from karavan.seeds.agendas import CHAIR, HALL, HELD, LATE_POINT, LATE_REASON, NEXT_POINTS, NOT_SO, SECRETARY
from karavan.seeds.cast import CAST
from karavan.seeds.gatherings.open_meeting import OPEN_MEETING
from karavan.seeds.proposals import Workdays
from karavan.seeds.residents import RESIDENTS
from karavan.seeds.wishes import REGION
from karavan.sittings.lifecycle import ItemAct
from karavan.sittings.models import Choice, CouncilDecision
from karavan.sittings.queries import room_of
from karavan.sittings.rules.agenda import ItemPlan, add_item, step_item, write_note
from karavan.sittings.rules.attend import came, left
from karavan.sittings.rules.close import close_sitting
from karavan.sittings.rules.convene import SittingPlan, begin_sitting, convene, open_sitting
from karavan.sittings.rules.opinion import give_opinion
from karavan.sittings.rules.vote import ballot, decide, declare_conflict, open_vote, roll_call

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.events.rules.plan import Plan
    from karavan.seeds.agendas import Held, Minutes, Point
    from karavan.seeds.days import Days
    from karavan.sittings.models import Sitting

    Deed = tuple[datetime, Callable[[datetime], object]]

BY: Final = ActorRole.SECRETARY
BEFORE_VOTE, BEFORE_COUNT = timedelta(minutes=22), timedelta(minutes=28)
"""From when an item is taken up."""


def plant_sittings(session: Session, *, days: Days) -> list[Deed]:
    """Return what the regional council did in its sittings, with its moments, to be done in order.

    The cast must have accounts; members are seated, and proposals come before the council, meanwhile.
    """
    chamber = Chamber(session, days)
    deeds: list[Deed] = [(days.ago(190, "16:00"), chamber.link_accounts)]
    for number, held in enumerate(HELD):
        deeds += chamber.course_of(held, number)
    return [*deeds, *chamber.next_one()]


def add_to_event(session: Session, event: Event, plan: Plan, *, now: datetime) -> None:
    """Let the organiser add to a hearing's or a sitting's event what its desk does not say."""
    kept = kept_by(session, event)
    says = {name: getattr(event, name) for name in kept.says} if kept else {}
    edit_event(session, event.id, replace(plan, **says), version=event.version, now=now)


class Archive:
    """Protocols: what chair and secretary do with them, whatever they are about."""

    def __init__(self, session: Session, work: Workdays, people: dict[str, int]) -> None:
        self._session, self._work, self._people = session, work, people

    def course_of(self, host: str, numbers: Callable[[], int], minutes: Minutes) -> list[Deed]:
        """Return what happens to one protocol; `numbers` says, when it is time, what it is about."""
        when = self._work.at
        deeds: list[Deed] = [
            (when(minutes.written, "17:10"), partial(self._write, host, numbers)),
            (when(minutes.opened, "17:30"), partial(self._open, host, numbers)),
        ]
        if minutes.correction:
            deeds.append((when(minutes.correction[0], "19:05"), partial(self._correct, host, numbers, minutes)))
        if minutes.agreed:
            if minutes.correction:
                deeds.append((when(minutes.correction[0] - 1, "09:20"), partial(self._refuse, host, numbers)))
            deeds += [
                (when(minutes.agreed, "10:15"), partial(self._agree, host, numbers, Signer.SECRETARY)),
                (when(minutes.agreed, "14:40"), partial(self._agree, host, numbers, Signer.CHAIR)),
            ]
        if minutes.published:
            deeds.append((when(minutes.published, "16:30"), partial(self._publish, host, numbers)))
        return deeds

    def of(self, host: str, numbers: Callable[[], int]) -> Protocol:
        """Return the protocol of something."""
        mine = select(Protocol).where(Protocol.host == host, Protocol.host_id == numbers())
        return self._session.scalars(mine.execution_options(populate_existing=True)).one()

    def _write(self, host: str, numbers: Callable[[], int], now: datetime) -> None:
        write(self._session, host, numbers(), by=BY, now=now)

    def _open(self, host: str, numbers: Callable[[], int], now: datetime) -> None:
        mine = self.of(host, numbers)
        lay_open(self._session, mine.id, by=BY, read_version=mine.version, now=now)

    def _correct(self, host: str, numbers: Callable[[], int], minutes: Minutes, now: datetime) -> None:
        assert minutes.correction is not None  # noqa: S101 -- only then
        _, who, part, words = minutes.correction
        ask_for_correction(
            self._session,
            self.of(host, numbers).id,
            part,
            words,
            by_person=self._people[who],
            by_name=RESIDENTS[who].name,
            now=now,
        )

    def _refuse(self, host: str, numbers: Callable[[], int], now: datetime) -> None:
        mine = self.of(host, numbers)
        for one in mine.corrections:
            decide_correction(self._session, mine.id, one.id, accepted=False, answer=NOT_SO, now=now)

    def _agree(self, host: str, numbers: Callable[[], int], signer: Signer, now: datetime) -> None:
        mine = self.of(host, numbers)
        key, name = ("kayrat", CHAIR) if signer == Signer.CHAIR else ("saule", SECRETARY)
        agree(
            self._session,
            mine.id,
            signer,
            person_id=self._people[key],
            name=name,
            read_version=mine.version,
            now=now,
        )

    def _publish(self, host: str, numbers: Callable[[], int], now: datetime) -> None:
        mine = protocol_for_desk(self._session, self.of(host, numbers).id)
        assert mine is not None  # noqa: S101 -- it was written
        publish(
            self._session,
            mine.id,
            papers_of(mine, published_at=now),
            by=BY,
            by_person=self._people["saule"],
            read_version=mine.version,
            now=now,
        )


class Chamber:
    """Everything that is done in the sittings, by whom and when."""

    def __init__(self, session: Session, days: Days) -> None:
        self._session, self._days, self._work = session, days, Workdays(days)
        by_email = {row[0]: row[1] for row in session.execute(select(Person.email, Person.id))}
        self._people = {key: by_email[resident.email] for key, resident in RESIDENTS.items()}
        self._council = session.scalars(select(Council.id).where(Council.slug == REGION)).one()
        self._sittings: dict[int, int] = {}
        self._items: dict[tuple[int, int], int] = {}
        self._archive = Archive(session, self._work, self._people)

    def link_accounts(self, _: datetime) -> None:
        """Let members of the cast vote and agree with their own accounts."""
        for account in CAST:
            self._session.execute(
                update(Member)
                .where(Member.council_id == self._council, Member.name == account.name)
                .values(person_id=self._people[account.key])
            )

    # --- A sitting that was held ------------------------------------------------------------------------------

    def course_of(self, held: Held, number: int) -> list[Deed]:
        """Return what happened in one sitting, and what became of its protocol."""
        began = self._work.at(held.day, held.clock)

        def at(minute: int) -> datetime:
            return began + timedelta(minutes=minute)

        deeds: list[Deed] = [
            (self._work.at(held.convened, "16:20"), partial(self._convene, held, number)),
            (began, partial(self._open, number)),
        ]
        deeds += [(at(minute), partial(self._came, held, number, name)) for name, minute in held.here]
        deeds += [(at(minute), partial(self._left, number, name)) for name, minute in held.gone]
        for place, point in enumerate(held.points):
            deeds += self._dealt_with(number, place, point, began)
        deeds.append((at(held.lasted), partial(self._close, number)))
        return deeds + self._archive.course_of("sitting", lambda: self._sittings[number], held.minutes)

    def _dealt_with(self, number: int, place: int, point: Point, began: datetime) -> list[Deed]:
        if not point.minute:
            return []
        taken = began + timedelta(minutes=point.minute)
        deeds: list[Deed] = [(taken, partial(self._take_up, number, place))]
        if point.heard:
            return [*deeds, (taken + timedelta(minutes=9), partial(self._heard, number, place, point))]
        if point.conflict:
            deeds.append((taken + timedelta(minutes=1), partial(self._conflict, number, place, point)))
        deeds += [
            (taken + BEFORE_VOTE, partial(self._vote, number, place, point)),
            (taken + BEFORE_COUNT, partial(self._decide, number, place)),
        ]
        if point.opinion:
            deeds.append((taken + timedelta(hours=4), partial(self._differ, number, place, point)))
        return deeds

    def _convene(self, held: Held, number: int, now: datetime) -> None:
        plan = SittingPlan(
            title=held.title,
            starts_at=self._work.at(held.day, held.clock),
            place="aktau",
            venue=HALL,
        )
        sitting = begin_sitting(self._session, self._council, plan, by_person=self._people["saule"], now=now, demo=True)
        self._sittings[number] = sitting.id
        for place, point in enumerate(held.points):
            self._items[number, place] = self._add(sitting, point, now=now)
        convene(self._session, sitting.id, now=now)

    def _add(self, sitting: Sitting, point: Point, *, reason: Slots = Slots(), now: datetime) -> int:
        proposal = select(Proposal.id).where(Proposal.key == f"town-{point.proposal}")
        plan = ItemPlan(
            title=point.title,
            draft=point.draft,
            speaker=point.speaker,
            proposal_id=self._session.scalars(proposal).one() if point.proposal else None,
        )
        return add_item(self._session, sitting.id, plan, reason=reason, now=now).id

    def _open(self, number: int, now: datetime) -> None:
        open_sitting(self._session, self._sittings[number], now=now)

    def _came(self, held: Held, number: int, name: str, now: datetime) -> None:
        came(
            self._session,
            self._sittings[number],
            self._member(name),
            by_person=self._people["saule"],
            remote=name in held.remote,
            now=now,
        )

    def _left(self, number: int, name: str, now: datetime) -> None:
        left(self._session, self._sittings[number], self._member(name), now=now)

    def _take_up(self, number: int, place: int, _: datetime) -> None:
        step_item(self._session, self._items[number, place], ItemAct.TAKE_UP)

    def _heard(self, number: int, place: int, point: Point, _: datetime) -> None:
        step_item(self._session, self._items[number, place], point.heard or ItemAct.NOTE, words=point.note)

    def _conflict(self, number: int, place: int, point: Point, now: datetime) -> None:
        assert point.conflict is not None  # noqa: S101 -- only then
        name, words = point.conflict
        declare_conflict(self._session, self._items[number, place], self._member(name), words, now=now)

    def _vote(self, number: int, place: int, point: Point, now: datetime) -> None:
        """Let everybody in the room vote: whoever has an account herself, the others as the roll is called."""
        item = self._items[number, place]
        write_note(self._session, item, point.note)
        sitting = open_vote(self._session, item, now=now).sitting
        accounts = {account.name: self._people[account.key] for account in CAST}
        there = room_of(self._session, sitting).present
        members = self._session.scalars(select(Member).where(Member.id.in_(there)).order_by(Member.position, Member.id))
        for n, member in enumerate(members.all(), 1):
            moment = now + timedelta(seconds=12 * n)
            if point.conflict and point.conflict[0] == member.name:
                continue
            choice = _choice(point, member.name)
            if member.name in accounts:
                ballot(self._session, item, choice, person_id=accounts[member.name], now=moment)
            else:
                roll_call(self._session, item, member.id, choice, by_person=self._people["saule"], now=moment)

    def _decide(self, number: int, place: int, now: datetime) -> None:
        decide(self._session, self._items[number, place], actor_id=self._people["saule"], now=now)

    def _differ(self, number: int, place: int, point: Point, now: datetime) -> None:
        assert point.opinion is not None  # noqa: S101 -- only then
        who, words = point.opinion
        mine = select(CouncilDecision.id).where(CouncilDecision.item_id == self._items[number, place])
        give_opinion(
            self._session,
            self._session.scalars(mine).one(),
            words,
            lang=RESIDENTS[who].lang,
            person_id=self._people[who],
            now=now,
        )

    def _close(self, number: int, now: datetime) -> None:
        close_sitting(self._session, self._sittings[number], now=now)

    # --- The next one -----------------------------------------------------------------------------------------

    def next_one(self) -> list[Deed]:
        """Return what is known of the next sitting: its seats for the public are those of the open meeting."""
        return [
            (OPEN_MEETING.published(self._days), self._convene_next),
            (self._work.at(1, "12:10"), self._add_late),
        ]

    def _convene_next(self, now: datetime) -> None:
        said = OPEN_MEETING.plan(self._days)
        plan = SittingPlan(
            title=said.title,
            starts_at=said.starts_at,
            ends_at=said.ends_at,
            place=said.place,
            venue=said.venue,
            seats=said.capacity,
        )
        sitting = begin_sitting(self._session, self._council, plan, by_person=self._people["saule"], now=now, demo=True)
        event = self._session.get_one(Event, sitting.event_id)
        event.slug = OPEN_MEETING.slug
        add_to_event(self._session, event, said, now=now)
        for point in NEXT_POINTS:
            self._add(sitting, point, now=now)
        convene(self._session, sitting.id, now=now)
        self._next = sitting

    def _add_late(self, now: datetime) -> None:
        self._add(self._next, LATE_POINT, reason=LATE_REASON, now=now)

    def _member(self, name: str) -> int:
        mine = select(Member.id).where(Member.council_id == self._council, Member.name == name)
        return self._session.scalars(mine).one()


def _choice(point: Point, name: str) -> Choice:
    if name in point.against:
        return Choice.AGAINST
    return Choice.ABSTAINED if name in point.abstained else Choice.FOR
