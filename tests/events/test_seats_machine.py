"""Whatever people, organisers and the clock do to an event, in any order: its promises hold after every single step.

Hypothesis chooses the steps and, when a promise breaks, finds the shortest way to break it. `KARAVAN_TEST_EXAMPLES`
says how many stories are tried (25 unless told otherwise); bin/test tries them on both databases.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from karavan.core.database import db
from karavan.core.languages import Slots
from karavan.core.problems import Problem
from karavan.events import queries
from karavan.events.models import (
    HOLDING,
    LIVE,
    Attendee,
    Event,
    EventState,
    Offer,
    OfferState,
    Passing,
    Registration,
    SeatGate,
    SeatState,
)
from karavan.events.rules.change_seats import accept_offer, decline_offer, give_back, rejoin, sweep
from karavan.events.rules.plan import cancel_event, edit_event, resize
from karavan.events.rules.register import Application, register
from karavan.events.rules.seating import offers_stop_at
from karavan.notifications.models import Letter
from karavan.record.models import RecordEntry, Verb
from tests.support.makers import application, make_event, make_plan, write
from tests.support.settings import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.support.databases import Database

STORIES = int(os.environ.get("KARAVAN_TEST_EXAMPLES", "25"))
STEPS = 30
SEATED, OFFERED, WAITING = SeatState.SEATED, SeatState.OFFERED, SeatState.WAITING


@dataclass
class Party:
    """A registration as it stood after a step."""

    id: int
    number: int
    live: bool
    at_least: int
    waits_until: datetime | None
    email: str | None
    phone: str | None
    people: dict[int, SeatState] = field(default_factory=dict)
    offers: dict[int, tuple[int, OfferState]] = field(default_factory=dict)
    passed_at: list[datetime] = field(default_factory=list)

    def count(self, *states: SeatState) -> int:
        return sum(state in states for state in self.people.values())

    @property
    def thinking(self) -> bool:
        return any(state == OfferState.OPEN for _, state in self.offers.values())

    @property
    def worth(self) -> int:
        """The fewest seats that would help, said anew here: as many as it asked for, less those that it has."""
        seated, waiting = self.count(SEATED), self.count(WAITING)
        return max(1, min(self.at_least, seated + waiting) - seated)


@dataclass
class Picture:
    """The whole event after a step."""

    now: datetime
    room: int
    next_number: int
    state: EventState
    parties: dict[int, Party]

    @property
    def held(self) -> set[int]:
        return {one for party in self.parties.values() for one, state in party.people.items() if state in HOLDING}

    @property
    def queue(self) -> list[Party]:
        return sorted(
            (party for party in self.parties.values() if party.count(WAITING)), key=lambda party: party.number
        )


class Seats(RuleBasedStateMachine):
    """One event and everybody who wants to come."""

    parties = Bundle("parties")
    forms = Bundle("forms")

    def __init__(self, app: Flask, database: Database) -> None:
        super().__init__()
        self.context = app.app_context()
        self.context.push()
        database.put_back(db.engine)
        self.now = NOW
        self.letters: Counter[str] = Counter()
        self.acts: Counter[Verb] = Counter({Verb.EVENT_CREATED: 1, Verb.EVENT_PUBLISHED: 1})
        self.told_today: set[tuple[int, str]] = set()

    def teardown(self) -> None:
        self.context.pop()

    # --- The steps --------------------------------------------------------------------------------------------

    @initialize(seats=st.integers(1, 5), waiting_list=st.sampled_from([True, True, True, False]))
    def an_event(self, seats: int, waiting_list: bool) -> None:
        self.event = make_event(seats=seats, waiting_list=waiting_list, now=self.now)
        self.capacity, self.version = seats, 2
        self.before = self.after = self.picture()

    @rule(
        target=parties,
        person=st.integers(1, 9),
        people=st.integers(1, 4),
        at_least=st.integers(0, 4),
        by_phone=st.booleans(),
        data=st.data(),
    )
    def somebody_registers(self, person: int, people: int, at_least: int, by_phone: bool, data: st.DataObject) -> Any:
        contact = {"phone": f"+770112345{person:02}"} if by_phone else {"email": f"guest{person}@example.kz"}
        wish = application(people=people, at_least=at_least, **contact)
        return self._register(wish)

    @rule(target=parties, old=parties)
    def the_button_is_pressed_again(self, old: tuple[str, Application]) -> Any:
        return self._register(old[1], again=old[0])

    def _register(self, wish: Application, again: str | None = None) -> Any:
        twin = self._twin(wish)
        outcome = self._do(register, wish)
        if outcome is None:
            return multiple()
        if again is not None:
            assert (outcome.public_id, outcome.fresh) == (again, False)
            assert self.after == self._moved(self.before), "a second press changed something"
            return multiple()
        if twin is not None:
            assert outcome == (None, False)
            self._once_a_day(twin)
            return multiple()
        assert outcome.fresh
        party = self._party(outcome.public_id)
        self._arrived(party, list(party.people))
        self.letters["registered"] += 1
        self.acts[Verb.REGISTRATION_CREATED if self._seated_at_once(party) else Verb.REGISTRATION_QUEUED] += 1
        return outcome.public_id, wish

    @rule(party=parties, mask=st.integers(0, 15))
    def somebody_gives_back(self, party: tuple[str, Application], mask: int) -> None:
        before = self._party(party[0])
        chosen = None if mask == 15 else {one for bit, one in enumerate(before.people) if mask & 1 << bit}
        leaving = [one for one, state in before.people.items() if state in LIVE and (chosen is None or one in chosen)]
        freed = self._do(give_back, party[0], attendee_ids=chosen)
        assert freed == len(leaving)
        if freed:
            self.letters["given_back"] += 1
            self.acts[Verb.SEATS_GIVEN_BACK] += 1
        assert all(self._party(party[0]).people[one] == SeatState.GIVEN_BACK for one in leaving)

    @rule(party=parties, yes=st.booleans(), which=st.integers(0, 2))
    def somebody_answers(self, party: tuple[str, Application], yes: bool, which: int) -> None:
        offers = list(self._party(party[0]).offers.items())
        if not offers:
            return
        offer_id, (_, state) = offers[max(0, len(offers) - 1 - which)]
        done = self._do(accept_offer if yes else decline_offer, party[0], offer_id)
        wish = OfferState.ACCEPTED if yes else OfferState.DECLINED
        if state == OfferState.OPEN and not (yes and self.before.state == EventState.CANCELLED):
            assert done == "done"
            self.acts[Verb.OFFER_ACCEPTED if yes else Verb.OFFER_DECLINED] += 1
            self.letters["registered"] += yes
            assert self._party(party[0]).offers[offer_id][1] == wish
        else:
            assert (done == "done") == (state == wish and not (yes and self.before.state == EventState.CANCELLED))
            assert self.after == self._moved(self.before), "a late answer changed something"

    @rule(party=parties)
    def somebody_rejoins(self, party: tuple[str, Application]) -> None:
        before = self._party(party[0])
        returning = [one for one, state in before.people.items() if state not in LIVE]
        done = self._do(rejoin, party[0])
        if done == "done" and returning and not before.count(OFFERED, WAITING):
            after = self._party(party[0])
            self._arrived(after, returning)
            self.letters["registered"] += 1
            self.acts[Verb.REGISTRATION_REJOINED] += 1
        else:
            assert self.after == self._moved(self.before)

    @rule(hours=st.sampled_from([1, 5, 12, 24, 25, 40, 24 * 7, 24 * 31]))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self._look()

    @rule()
    def the_round_comes(self) -> None:
        due = queries.events_to_sweep(db.session(), now=self.now)
        overdue = self._overdue()
        if self.event.id not in due:
            assert not overdue or self.after.state != EventState.PUBLISHED
            return
        swept = self._do(sweep)
        assert swept == len(overdue)
        for party in self.after.parties.values():
            for offer_id in overdue & party.offers.keys():
                assert party.offers[offer_id][1] == OfferState.EXPIRED
        self.letters["offer_expired"] += len(overdue)
        self.acts[Verb.OFFER_EXPIRED] += len(overdue)
        db.session.close()
        assert queries.events_to_sweep(db.session(), now=self.now) == [], "the round would never come to an end"

    @rule(capacity=st.integers(0, 7), how=st.sampled_from([resize, edit_event]))
    def the_organiser_changes_the_number_of_seats(self, capacity: int, how: Callable[..., Any]) -> None:
        if how is resize:
            done = self._do(resize, capacity=capacity)
        else:
            done = self._do(
                edit_event,
                make_plan(seats=capacity, now=NOW, waiting_list=self.event.waiting_list),
                version=self.version,
            )
        if done is None:
            return
        if how is edit_event:
            self.version += 1
            self.acts[Verb.EVENT_CHANGED] += 1
        self.acts[Verb.EVENT_CAPACITY_CHANGED] += capacity != self.capacity
        self.capacity = capacity
        assert self.before.held <= self.after.held, "somebody was evicted"

    @rule(seats=st.integers(1, 2))
    def the_organiser_overbooks(self, seats: int) -> None:
        if self._do(resize, overbook=seats, reason="Привезли стулья") is not None:
            self.acts[Verb.EVENT_OVERBOOKED] += 1
            assert self.after.room == self.before.room + seats

    @rule(sure=st.sampled_from([False] * 9 + [True]))
    def the_event_is_called_off(self, sure: bool) -> None:
        if not sure or self.after.state == EventState.CANCELLED:
            return
        told = sum(party.live for party in self.after.parties.values())
        if self._do(cancel_event, reason=Slots(ru="Дорогу занесло")) is None:
            assert self.after.now >= self.event.ends_at  # what was held cannot be called off
            return
        self.letters["event_cancelled"] += told
        self.acts[Verb.EVENT_CANCELLED] += 1

    # --- The promises -----------------------------------------------------------------------------------------

    @invariant()
    def no_more_people_than_seats(self) -> None:
        held, room = self.after.held, self.after.room
        if len(held) > room:
            assert held <= self.before.held, "above capacity, and still a seat was given"

    @invariant()
    def one_live_registration_for_each_contact(self) -> None:
        for contact in ("email", "phone"):
            live = Counter(getattr(party, contact) for party in self.after.parties.values() if party.live)
            del live[None]
            assert max(live.values(), default=1) == 1

    @invariant()
    def live_means_that_somebody_is(self) -> None:
        for party in self.after.parties.values():
            assert party.live == bool(party.count(*LIVE))
            assert party.waits_until is None or party.count(WAITING)

    @invariant()
    def numbers_are_unique_and_rise(self) -> None:
        numbers = [party.number for party in self.after.parties.values()]
        assert len(set(numbers)) == len(numbers)
        drawn = {
            party.number
            for party in self.after.parties.values()
            if party.id not in self.before.parties or self.before.parties[party.id].number != party.number
        }
        assert all(self.before.next_number <= number < self.after.next_number for number in drawn)

    @invariant()
    def nobody_vanishes(self) -> None:
        for party in self.before.parties.values():
            assert party.people.keys() <= self.after.parties[party.id].people.keys()

    @invariant()
    def a_party_thinks_about_one_offer_at_a_time(self) -> None:
        for party in self.after.parties.values():
            open_offers = [seats for seats, state in party.offers.values() if state == OfferState.OPEN]
            assert len(open_offers) <= 1
            assert sum(open_offers) >= party.count(OFFERED)
            assert bool(open_offers) == bool(party.count(OFFERED))

    @invariant()
    def seats_are_offered_in_order_unless_a_reason_is_written_down(self) -> None:
        fresh = {party.number: party for party in self.after.parties.values() if self._new_offers(party)}
        for party in fresh.values():
            before = self.before.parties.get(party.id)
            (seats,) = (party.offers[offer_id][0] for offer_id in self._new_offers(party))
            if before is not None and before.number == party.number and before.people.keys() == party.people.keys():
                given_back = sum(
                    before.people[one] != state for one, state in party.people.items() if state not in LIVE
                )
                assert given_back or seats >= before.worth or party.worth <= seats
            for ahead in self.after.queue:
                if ahead.number >= party.number or ahead.thinking:
                    continue
                assert ahead.waits_until is not None, "overtaken without a reason"
                assert ahead.waits_until <= self.after.now
                assert any(moment >= ahead.waits_until for moment in ahead.passed_at), "overtaken without a reason"

    @invariant()
    def no_seat_stays_empty_while_it_would_help_the_first_in_the_queue(self) -> None:
        if self.after.state != EventState.PUBLISHED or self.after.now >= offers_stop_at(self.event):
            return
        free = self.after.room - len(self.after.held)
        first = next((party for party in self.after.queue if not party.thinking), None)
        if first is not None and free > 0:
            assert first.worth > free

    @invariant()
    def every_occasion_has_exactly_one_letter(self) -> None:
        written = Counter(name.removeprefix("events/") for name in self._all(select(Letter.letter)))
        expected = self.letters + Counter(offer=len(self._all(select(Offer.id))))
        assert written == +expected

    @invariant()
    def every_act_stands_in_the_record_once(self) -> None:
        written = Counter(self._all(select(RecordEntry.verb)))
        expected = self.acts + Counter(
            {
                Verb.SEATS_OFFERED: len(self._all(select(Offer.id))),
                Verb.QUEUE_PASSED_OVER: len(self._all(select(Passing.id))),
            }
        )
        assert written == +expected

    @invariant()
    def the_page_counts_as_the_gate_does(self) -> None:
        waiting = sum(party.count(WAITING) for party in self.after.parties.values())
        shown = queries.seats_of(db.session(), db.session.get_one(Event, self.event.id))
        assert shown == (self.after.room, len(self.after.held), waiting)

    # --- How it is done ---------------------------------------------------------------------------------------

    def _do(self, act: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Carry out a rule at the next second. What it refuses must have changed nothing."""
        self.now += timedelta(seconds=1)
        try:
            done = write(act, self.event.id, *args, **kwargs, now=self.now)
        except Problem:
            self._look()
            assert self.after == self._moved(self.before, next_number=self.before.next_number)
            return None
        self._look()
        return "done" if done is None else done

    def _look(self) -> None:
        self.before, self.after = self.after, self.picture()

    def _moved(self, picture: Picture, next_number: int | None = None) -> Picture:
        """The same picture, a moment later and with the number that the gate was taken with."""
        number = self.after.next_number if next_number is None else next_number
        return Picture(self.after.now, picture.room, number, picture.state, picture.parties)

    def _all(self, statement: Any) -> list[Any]:
        return list(db.session.scalars(statement))

    def picture(self) -> Picture:
        db.session.close()
        session = db.session()
        event_id = self.event.id
        room, number = session.execute(
            select(SeatGate.capacity + SeatGate.overbooked, SeatGate.next_number).where(SeatGate.event_id == event_id),
        ).one()
        state = session.scalars(select(Event.state).where(Event.id == event_id)).one()
        parties = {
            row.id: Party(*row)
            for row in session.execute(
                select(
                    Registration.id,
                    Registration.number,
                    Registration.live,
                    Registration.at_least,
                    Registration.waits_until,
                    Registration.email_key,
                    Registration.phone,
                ),
            )
        }
        for party_id, one, where in session.execute(
            select(Attendee.registration_id, Attendee.id, Attendee.state).order_by(Attendee.id),
        ):
            parties[party_id].people[one] = where
        for party_id, offer_id, seats, answer in session.execute(
            select(Offer.registration_id, Offer.id, Offer.seats, Offer.state).order_by(Offer.id),
        ):
            parties[party_id].offers[offer_id] = seats, answer
        for party_id, moment in session.execute(
            select(Passing.registration_id, Passing.happened_at).order_by(Passing.id),
        ):
            parties[party_id].passed_at.append(moment)
        self.ids = dict(session.execute(select(Registration.public_id, Registration.id)).all())
        self.due = dict(
            session.execute(select(Offer.id, Offer.expires_at).where(Offer.state == OfferState.OPEN)).all(),
        )
        session.close()
        return Picture(self.now, room, number, state, parties)

    def _party(self, public_id: str) -> Party:
        return self.after.parties[self.ids[public_id]]

    def _twin(self, wish: Application) -> Party | None:
        return next(
            (
                party
                for party in self.after.parties.values()
                if party.live
                and ((wish.email_key and party.email == wish.email_key) or (wish.phone and party.phone == wish.phone))
            ),
            None,
        )

    def _once_a_day(self, party: Party) -> None:
        occasion = (party.id, f"{self.now:%Y-%m-%d}")
        self.letters["already_registered"] += occasion not in self.told_today
        self.told_today.add(occasion)

    def _overdue(self) -> set[int]:
        return {offer_id for offer_id, ends in self.due.items() if ends <= self.now}

    def _new_offers(self, party: Party) -> set[int]:
        known = self.before.parties[party.id].offers.keys() if party.id in self.before.parties else set()
        return set(party.offers.keys() - known)

    def _seated_at_once(self, party: Party) -> bool:
        return party.count(SEATED) > 0

    def _arrived(self, party: Party, people: list[int]) -> None:
        """Newcomers sit at once only if nobody waited, and in as many seats as they asked for at least."""
        seated = [one for one in people if party.people[one] == SEATED]
        if self.before.queue:
            assert not seated, "somebody was overtaken by a newcomer"
        assert not seated or len(seated) == len(people) or party.count(SEATED) >= party.at_least
        assert party.number == max(one.number for one in self.after.parties.values())


@pytest.mark.timeout(900)  # a few seconds when all is well; finding the shortest broken story takes minutes
def test_an_event_keeps_its_promises_whatever_happens(house: tuple[Flask, Database]) -> None:
    run_state_machine_as_test(
        lambda: Seats(*house),
        settings=settings(
            max_examples=STORIES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
