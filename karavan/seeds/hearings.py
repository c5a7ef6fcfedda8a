"""Planting the regional council's hearings: announced, held, answered and closed by the rules, in the order of time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from karavan.accounts.models import Organisation, Person
from karavan.core.when import local_day
from karavan.councils.models import Council
from karavan.events.models import Attendee, Event, SeatState
from karavan.events.rules.check_in import check_in
from karavan.events.rules.register import register
from karavan.hearings.models import Hearing, PollOption
from karavan.hearings.rules.announce import announce
from karavan.hearings.rules.documents import add_document, replace_document
from karavan.hearings.rules.hall import begin, end, note
from karavan.hearings.rules.matrix import QUESTION, STATEMENT, answer, answer_group, close, group
from karavan.hearings.rules.plan import Plan, begin_draft
from karavan.hearings.rules.polls import close_poll, open_poll, vote
from karavan.hearings.rules.questions import answered, ask, merge, support
from karavan.hearings.rules.speakers import Wish, absent, at_door, call_next, end_turn, extend, sign_up
from karavan.hearings.rules.statements import hand_in
from karavan.hearings.rules.summary import write_summary
from karavan.proposals.models import Proposal
from karavan.proposals.rules.recommend import Advice
from karavan.protocols.rules.edit import add_recommendation
from karavan.record.models import ActorRole
from karavan.seeds import hearing_words as said
from karavan.seeds.cast import CAST
from karavan.seeds.days import TUESDAY, ZONE, at
from karavan.seeds.gatherings.heating_tariff import HEATING_TARIFF
from karavan.seeds.papers import printed
from karavan.seeds.proposals import Workdays
from karavan.seeds.residents import RESIDENTS, Party
from karavan.seeds.sittings import Archive, add_to_event
from karavan.seeds.wishes import REGION

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.core.languages import Slots
    from karavan.seeds.days import Days
    from karavan.seeds.papers import Paper

    Deed = tuple[datetime, Callable[[datetime], object]]

BY: Final = ActorRole.SECRETARY
LIVE_FOR: Final = timedelta(minutes=50)
"""So long before the planting began the hearing that goes on now."""
DUMP_WEEKS: Final = 5
SLUGS: Final = {
    "tariff": HEATING_TARIFF.slug,
    "bus": "aktau-zhanaozen-bus-hearing",
    "shore": "sea-shore-hearing",
    "dump": "roadside-dumps-hearing",
}
_OTHERS: Final = [key for key in RESIDENTS if key not in {account.key for account in CAST}]


def plant_hearings(session: Session, *, days: Days) -> list[Deed]:
    """Return what happened about four hearings, with its moments, to be done in order.

    The cast and the residents must have accounts; what a hearing is about comes before the council meanwhile.
    """
    town = Hearings(session, days)
    return [*town.announced(), *town.live(), *town.closed(), *town.draft()]


@dataclass(frozen=True, kw_only=True)
class Hall:
    """What happens in the hall, by its minutes."""

    key: str
    began: datetime
    asked: tuple[said.Asked, ...]
    polls: tuple[said.Polled, ...]
    calls: tuple[tuple[float, str], ...]
    notes: tuple[tuple[float, str, str], ...]
    door: tuple[said.Signed, ...] = ()


class Hearings:
    """Everything that is done about the hearings, by whom and when."""

    def __init__(self, session: Session, days: Days) -> None:
        self._session, self._days, self._work = session, days, Workdays(days)
        by_email = {row[0]: row[1] for row in session.execute(select(Person.email, Person.id))}
        self._people = {key: by_email[resident.email] for key, resident in RESIDENTS.items()}
        self._saule = self._people["saule"]
        self._council = session.scalars(select(Council.id).where(Council.slug == REGION)).one()
        self._hearings: dict[str, int] = {}
        self._entries: dict[str, tuple[str, int]] = {}
        self._polls: dict[tuple[str, int], int] = {}
        self._archive = Archive(session, self._work, self._people)

    # --- The four ---------------------------------------------------------------------------------------------

    def announced(self) -> list[Deed]:
        """Return the notice of the hearing on heating: its seats for the public are those of the town's event."""
        event = HEATING_TARIFF.plan(self._days)
        plan = Plan(
            title=event.title,
            tasks=said.TARIFF_TASKS,
            questions=said.TARIFF_QUESTIONS,
            agenda=said.TARIFF_AGENDA,
            caller=said.CALLED,
            ground=said.TARIFF_GROUND,
            starts_at=event.starts_at,
            ends_at=event.ends_at,
            statements_until=event.ends_at + timedelta(days=5),
            place=event.place,
            venue=event.venue,
            speaker_minutes=3,
        )
        notice = HEATING_TARIFF.published(self._days)
        ago = self._days.ago
        change = said.TARIFF_CHANGE
        deeds: list[Deed] = [
            (notice, partial(self._begin_tariff, plan)),
            (ago(*change.when), partial(self._replace, "tariff", change)),
        ]
        deeds += self._handed_in("tariff", said.TARIFF_WRITTEN, ago)
        return deeds + self._signed_up("tariff", said.TARIFF_SIGNED, ago)

    def live(self) -> list[Deed]:
        """Return the hearing that goes on at the moment of planting, whatever that moment is."""
        began = self._days.now - LIVE_FOR
        starts_at = began.replace(minute=began.minute - began.minute % 10, second=0, microsecond=0)
        plan = Plan(
            title=said.BUS_TITLE,
            tasks=said.BUS_TASKS,
            questions=said.BUS_QUESTIONS,
            agenda=said.BUS_AGENDA,
            caller=said.CALLED,
            ground=said.BUS_GROUND,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=2, minutes=30),
            statements_until=at(starts_at.astimezone(ZONE).date() + timedelta(days=5), "18:00"),
            place="zhanaozen",
            venue=said.BUS_VENUE,
            speaker_minutes=7,
        )
        when = self._work.at
        hall = Hall(
            key="bus",
            began=began,
            asked=said.BUS_ASKED,
            polls=said.BUS_POLLS,
            calls=(*said.BUS_CALLS, (said.BUS_NOW, "call")),
            notes=said.BUS_NOTES,
            door=said.BUS_SIGNED[-1:],
        )
        wanted = partial(self._give_notice, "bus", plan, ("bus-morning", "bus-evening"), said.BUS_DOCUMENTS)
        longer, more = said.BUS_EXTENDED
        deeds: list[Deed] = [(when(11, "18:30"), wanted)]
        deeds += self._registered("bus", said.BUS_PARTIES, 9)
        deeds += self._handed_in("bus", said.BUS_WRITTEN, when)
        deeds += self._signed_up("bus", said.BUS_SIGNED[:-1], when)
        deeds += self._in_the_hall(hall)
        deeds.append((began + timedelta(minutes=longer), partial(self._extend, "bus", more)))
        return deeds

    def closed(self) -> list[Deed]:
        """Return the hearing on the way to the sea: from its notice to the recommendation it ended with."""
        when = self._work.at
        began = when(20, "11:00")
        plan = Plan(
            title=said.SHORE_TITLE,
            tasks=said.SHORE_TASKS,
            questions=said.SHORE_QUESTIONS,
            agenda=said.SHORE_AGENDA,
            caller=said.CALLED,
            ground=said.SHORE_GROUND,
            starts_at=began,
            ends_at=when(20, "12:30"),
            statements_until=when(18, "21:00"),
            place="karakiya",
            venue=said.SHORE_VENUE,
        )
        hall = Hall(
            key="shore",
            began=began,
            asked=said.SHORE_ASKED,
            polls=said.SHORE_POLLS,
            calls=said.SHORE_CALLS,
            notes=said.SHORE_NOTES,
        )
        wanted = partial(self._give_notice, "shore", plan, ("shore",), said.SHORE_DOCUMENTS)
        deeds: list[Deed] = [(when(32, "15:10"), wanted)]
        deeds += self._registered("shore", said.SHORE_PARTIES, 30)
        deeds += self._handed_in("shore", said.SHORE_WRITTEN, when)
        deeds += self._signed_up("shore", said.SHORE_SIGNED, when)
        deeds.append((began - timedelta(minutes=5), self._let_in))
        deeds += self._in_the_hall(hall)
        deeds.append((began + timedelta(minutes=75), partial(self._end, "shore")))
        deeds += [
            (when(17, f"10:{10 + n}"), partial(self._answer, entry))
            for n, entry in enumerate(one for one in (*said.SHORE_WRITTEN, *said.SHORE_ASKED) if one.answer)
        ]
        deeds += [
            (when(17, f"11:{10 + n}"), partial(self._answer_together, one)) for n, one in enumerate(said.SHORE_GROUPS)
        ]
        deeds += [
            (when(16, "15:00"), self._close),
            (when(16, "15:20"), self._sum_up),
            (when(said.SHORE_MINUTES.agreed, "09:10"), self._advise),
        ]
        return deeds + self._archive.course_of("hearing", lambda: self._hearings["shore"], said.SHORE_MINUTES)

    def draft(self) -> list[Deed]:
        """Return the draft that waits on the secretary's desk: not everything is written in it yet."""
        day = self._days.on(TUESDAY, weeks=DUMP_WEEKS)
        plan = Plan(
            title=said.DUMP_TITLE,
            questions=said.DUMP_QUESTIONS,
            agenda=said.DUMP_AGENDA,
            caller=said.CALLED,
            starts_at=at(day, "15:00"),
            ends_at=at(day, "17:00"),
            statements_until=at(day, "23:00"),
            place="zhanaozen",
        )
        return [(self._work.at(1, "17:00"), partial(self._begin, "dump", plan, ("roadside-dump",)))]

    # --- Notice -----------------------------------------------------------------------------------------------

    def _begin(self, key: str, plan: Plan, about: tuple[str, ...], now: datetime, *, seats: int = 100) -> Hearing:
        keys = [f"town-{one}" for one in about]
        linked = frozenset(self._session.scalars(select(Proposal.id).where(Proposal.key.in_(keys))))
        hearing = begin_draft(
            self._session,
            self._council,
            replace(plan, proposals=linked),
            by_person=self._saule,
            now=now,
            seats=seats,
        )
        hearing.slug = self._session.get_one(Event, hearing.event_id).slug = SLUGS[key]
        self._hearings[key] = hearing.id
        return hearing

    def _begin_tariff(self, plan: Plan, now: datetime) -> None:
        event_plan = HEATING_TARIFF.plan(self._days)
        hearing = self._begin("tariff", plan, ("heat-bill",), now, seats=event_plan.capacity)
        event = self._session.get_one(Event, hearing.event_id)
        add_to_event(self._session, event, event_plan, now=now)
        self._announce("tariff", said.TARIFF_DOCUMENTS, now)

    def _give_notice(
        self,
        key: str,
        plan: Plan,
        about: tuple[str, ...],
        documents: tuple[tuple[Paper, Slots], ...],
        now: datetime,
    ) -> None:
        self._begin(key, plan, about, now)
        self._announce(key, documents, now)

    def _announce(self, key: str, documents: tuple[tuple[Paper, Slots], ...], now: datetime) -> None:
        number = self._hearings[key]
        for paper, title in documents:
            add_document(
                self._session, number, printed(paper), name=paper.name, title=title, read_version=None, now=now
            )
        announce(self._session, number, by=BY, read_version=None, now=now)

    def _replace(self, key: str, change: said.Changed, now: datetime) -> None:
        hearing = self._session.get_one(Hearing, self._hearings[key], populate_existing=True)
        old = next(one for one in hearing.documents if one.position == change.document)
        replace_document(
            self._session,
            hearing.id,
            old.public_id,
            printed(change.paper),
            name=change.paper.name,
            title=change.title,
            read_version=None,
            exception=change.reason,
            now=now,
        )

    # --- Before it begins -------------------------------------------------------------------------------------

    def _handed_in(
        self, key: str, statements: tuple[said.Written, ...], when: Callable[[int, str], datetime]
    ) -> list[Deed]:
        return [(when(*one.when), partial(self._hand_in, key, one)) for one in statements]

    def _hand_in(self, key: str, one: said.Written, now: datetime) -> None:
        made = hand_in(
            self._session,
            self._hearings[key],
            kind=one.kind,
            source=one.text,
            lang=RESIDENTS[one.by].lang,
            author_id=self._people[one.by],
            key=f"town-{one.key}",
            files=((one.file.name, printed(one.file)),) if one.file else (),
            now=now,
        )
        self._entries[one.key] = (STATEMENT, made.id)

    def _signed_up(
        self, key: str, speakers: tuple[said.Signed, ...], when: Callable[[int, str], datetime]
    ) -> list[Deed]:
        return [(when(*one.when), partial(self._sign_up, key, one)) for one in speakers if one.when]

    def _sign_up(self, key: str, one: said.Signed, now: datetime) -> None:
        wish = Wish(position=one.position, topic=one.topic)
        sign_up(self._session, self._hearings[key], wish, person_id=self._people[one.by], now=now)

    def _registered(self, key: str, parties: tuple[str, ...], ago: int) -> list[Deed]:
        first = self._work.at(ago, "12:00")
        return [
            (first + timedelta(hours=n, minutes=7 * n), partial(self._register, key, who))
            for n, who in enumerate(parties)
        ]

    def _register(self, key: str, who: str, now: datetime) -> None:
        event_id = self._session.get_one(Hearing, self._hearings[key]).event_id
        assert event_id is not None  # noqa: S101 -- every hearing of the town has its event
        register(self._session, event_id, Party(who=who).application({}), now=now)

    def _let_in(self, now: datetime) -> None:
        event_id = self._session.get_one(Hearing, self._hearings["shore"]).event_id
        assert event_id is not None  # noqa: S101 -- as above
        seated = select(Attendee.code).where(Attendee.event_id == event_id, Attendee.state == SeatState.SEATED)
        for code in self._session.scalars(seated.order_by(Attendee.id).limit(said.SHORE_CAME)).all():
            check_in(self._session, event_id, code, day=local_day(now), by=self._saule, now=now)

    # --- In the hall ------------------------------------------------------------------------------------------

    def _in_the_hall(self, hall: Hall) -> list[Deed]:
        def minute(number: float) -> datetime:
            return hall.began + timedelta(minutes=number)

        key = hall.key
        deeds: list[Deed] = [(hall.began, partial(self._open, key))]
        deeds += [(minute(one.minute), partial(self._at_door, key, one)) for one in hall.door]
        deeds += [(minute(when), partial(self._call, key, what)) for when, what in hall.calls]
        deeds += [(minute(when), partial(self._note, key, lang, words)) for when, lang, words in hall.notes]
        for number, one in enumerate(hall.asked):
            deeds.append((minute(one.minute), partial(self._ask, key, one)))
            deeds += [
                (minute(one.minute + 0.2 * n), partial(self._support, key, one, who))
                for n, who in enumerate(_crowd(one.supports, turn=13 * number, without=one.by), 1)
            ]
            if one.merged:
                deeds.append((minute(one.merged[0]), partial(self._merge, key, one)))
            if one.answered:
                deeds.append((minute(one.answered), partial(self._answered, key, one)))
        for number, poll in enumerate(hall.polls):
            deeds.append((minute(poll.minute), partial(self._ask_hall, key, number, poll)))
            voters = _crowd(sum(poll.votes), turn=5 + 17 * number)
            places = [place for place, votes in enumerate(poll.votes) for _ in range(votes)]
            deeds += [
                (minute(poll.minute + 0.2 * n), partial(self._vote, key, number, place, who))
                for n, (place, who) in enumerate(zip(places, voters, strict=True), 1)
            ]
            if poll.until:
                deeds.append((minute(poll.until), partial(self._close_poll, key, number)))
        return deeds

    def _open(self, key: str, now: datetime) -> None:
        begin(self._session, self._hearings[key], by_id=self._saule, by=BY, now=now)

    def _at_door(self, key: str, one: said.Signed, now: datetime) -> None:
        wish = Wish(position=one.position, topic=one.topic)
        at_door(self._session, self._hearings[key], one.by, wish, by=BY, now=now)

    def _call(self, key: str, what: str, now: datetime) -> None:
        act: Any = {"call": call_next, "absent": absent, "end": end_turn}[what]
        act(self._session, self._hearings[key], by_id=self._saule, now=now)

    def _extend(self, key: str, minutes: int, now: datetime) -> None:
        extend(self._session, self._hearings[key], minutes, by_id=self._saule, now=now)

    def _note(self, key: str, lang: str, words: str, now: datetime) -> None:
        note(self._session, self._hearings[key], words, lang=lang, by_id=self._saule, now=now)

    def _ask(self, key: str, one: said.Asked, now: datetime) -> None:
        made = ask(
            self._session,
            self._hearings[key],
            source=one.text,
            lang=RESIDENTS[one.by].lang,
            author_id=self._people[one.by],
            key=f"town-{one.key}",
            now=now,
        )
        self._entries[one.key] = (QUESTION, made.id)

    def _support(self, key: str, one: said.Asked, who: str, now: datetime) -> None:
        support(self._session, self._hearings[key], self._entries[one.key][1], person_id=self._people[who], now=now)

    def _merge(self, key: str, one: said.Asked, now: datetime) -> None:
        assert one.merged is not None  # noqa: S101 -- only then
        into = self._entries[one.merged[1]][1]
        merge(self._session, self._hearings[key], self._entries[one.key][1], into, by_id=self._saule, now=now)

    def _answered(self, key: str, one: said.Asked, now: datetime) -> None:
        answered(self._session, self._hearings[key], self._entries[one.key][1], by_id=self._saule, now=now)

    def _ask_hall(self, key: str, number: int, one: said.Polled, now: datetime) -> None:
        poll = open_poll(self._session, self._hearings[key], one.question, one.options, by_id=self._saule, now=now)
        self._polls[key, number] = poll.id

    def _vote(self, key: str, number: int, place: int, who: str, now: datetime) -> None:
        poll = self._polls[key, number]
        chosen = select(PollOption.id).where(PollOption.poll_id == poll, PollOption.position == place + 1)
        option = self._session.scalars(chosen).one()
        vote(self._session, self._hearings[key], poll, option, person_id=self._people[who], now=now)

    def _close_poll(self, key: str, number: int, now: datetime) -> None:
        close_poll(self._session, self._hearings[key], self._polls[key, number], by_id=self._saule, now=now)

    def _end(self, key: str, now: datetime) -> None:
        end(self._session, self._hearings[key], by_id=self._saule, by=BY, now=now)

    # --- Afterwards -------------------------------------------------------------------------------------------

    def _answer(self, one: said.Written | said.Asked, now: datetime) -> None:
        kind, number = self._entries[one.key]
        answer(self._session, self._hearings["shore"], kind, number, one.answer, by_id=self._saule, by=BY, now=now)

    def _answer_together(self, one: said.Grouped, now: datetime) -> None:
        hearing_id = self._hearings["shore"]
        chosen = [(*self._entries[key], None) for key in one.keys]
        made = group(self._session, hearing_id, chosen, title=one.title)
        answer_group(self._session, hearing_id, made.id, one.answer, by_id=self._saule, by=BY, now=now)

    def _close(self, now: datetime) -> None:
        close(self._session, self._hearings["shore"], by=BY, now=now)

    def _sum_up(self, now: datetime) -> None:
        write_summary(self._session, self._hearings["shore"], said.SHORE_SUMMARY, by=BY, now=now)

    def _advise(self, now: datetime) -> None:
        mine = self._archive.of("hearing", lambda: self._hearings["shore"])
        title, text, basis = said.SHORE_ADVICE
        body = select(Organisation.id).where(Organisation.slug == "natural-resources")
        about = select(Proposal.id).where(Proposal.key == "town-shore")
        advice = Advice(
            addressee_id=self._session.scalars(body).one(),
            title=title,
            text=text,
            basis=basis,
            proposals=frozenset(self._session.scalars(about)),
        )
        add_recommendation(self._session, mine.id, advice, by_person=self._saule, read_version=mine.version, now=now)


def _crowd(number: int, *, turn: int, without: str = "") -> list[str]:
    """Return so many residents, each time others."""
    others = [key for key in _OTHERS if key != without]
    start = turn % len(others)
    return (others[start:] + others[:start])[:number]
