"""Two rules at the same moment, again and again, with real connections: whoever comes first, the sums are right."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from karavan.events.models import HOLDING, Attendee, CheckIn, Offer, OfferState, Registration, SeatState
from karavan.events.problems import EditedMeanwhile, OfferIsGone
from karavan.events.rules.change_seats import accept_offer, decline_offer, give_back, rejoin, sweep
from karavan.events.rules.check_in import check_in
from karavan.events.rules.plan import edit_event, resize
from karavan.events.rules.register import register
from karavan.notifications.models import Letter
from tests.support.makers import (
    application,
    fill,
    make_event,
    make_plan,
    make_registration,
    reload,
    states_of,
    write,
)
from tests.support.races import doing
from tests.support.settings import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from karavan.events.models import Event
    from tests.support.cast import Cast

pytestmark = [pytest.mark.race, pytest.mark.timeout(240)]

LATER = NOW + timedelta(days=2)


@pytest.fixture
def at_once(at_once: Callable[..., list[Any]]) -> Callable[..., list[Any]]:
    """Carry out rules that share their facts: `at_once((register, event.id, wish), …, now=NOW)`."""
    return lambda *acts, **shared: at_once(*(doing(*act, **shared) for act in acts))


def held(session: Session, event: Event) -> int:
    session.close()
    return session.scalars(
        select(func.count()).select_from(Attendee).where(Attendee.event_id == event.id, Attendee.state.in_(HOLDING)),
    ).one()


def offered(*, waiting: int = 1) -> tuple[Event, list[Registration], int]:
    event = make_event(seats=1)
    (seated,) = fill(event)
    queue = [make_registration(event) for _ in range(waiting)]
    write(give_back, event.id, seated.public_id, now=NOW)
    return event, queue, reload(queue[0]).offers[0].id


def test_the_last_seat_goes_to_one_of_many_and_the_others_wait_in_order(session: Session, at_once: Any) -> None:
    """RC-01."""
    for _ in range(5):
        event = make_event(seats=1)

        outcomes = at_once(*[(register, event.id, application()) for _ in range(20)], now=NOW)

        assert all(outcome.fresh for outcome in outcomes)
        states = Counter(states_of(outcome.public_id)[0] for outcome in outcomes)
        assert states == {SeatState.SEATED: 1, SeatState.WAITING: 19}
        numbers = [reload(outcome.public_id).number for outcome in outcomes]
        assert len(set(numbers)) == 20


def test_one_form_pressed_many_times_at_once_is_one_registration(session: Session, at_once: Any) -> None:
    """RC-02."""
    event = make_event(seats=5)
    wish = application(people=2)

    outcomes = at_once(*[(register, event.id, wish)] * 12, now=NOW)

    assert len({outcome.public_id for outcome in outcomes}) == 1
    assert sum(outcome.fresh for outcome in outcomes) == 1
    assert held(session, event) == 2
    assert len(session.scalars(select(Letter.id)).all()) == 1


def test_one_person_in_many_tabs_is_one_registration(session: Session, at_once: Any) -> None:
    event = make_event(seats=5)

    outcomes = at_once(*[(register, event.id, application(email="amina@example.kz")) for _ in range(12)], now=NOW)

    assert sum(outcome.fresh for outcome in outcomes) == 1
    assert sum(outcome.public_id is None for outcome in outcomes) == 11
    assert held(session, event) == 1


def test_an_offer_is_accepted_or_expires_and_never_both(session: Session, at_once: Any) -> None:
    """RC-03: yes in the very moment in which the round takes the offer back."""
    seen = Counter()
    for number in range(12):
        event, (amina, bekzat), offer_id = offered(waiting=2)
        acts = [(accept_offer, event.id, amina.public_id, offer_id), (sweep, event.id)]

        results = at_once(*acts[:: 1 if number % 2 else -1], now=LATER)

        refused = any(isinstance(result, OfferIsGone) for result in results)
        expected = (SeatState.EXPIRED, SeatState.OFFERED) if refused else (SeatState.SEATED, SeatState.WAITING)
        assert (states_of(amina)[0], states_of(bekzat)[0]) == expected
        assert held(session, event) == 1
        seen[refused] += 1
    assert seen.total() == 12


def test_yes_and_no_at_once_is_one_of_them(session: Session, at_once: Any) -> None:
    """RC-04."""
    for _ in range(8):
        event, (amina, bekzat), offer_id = offered(waiting=2)

        results = at_once(
            (accept_offer, event.id, amina.public_id, offer_id),
            (decline_offer, event.id, amina.public_id, offer_id),
            (accept_offer, event.id, amina.public_id, offer_id),
            now=NOW,
        )

        accepted = states_of(amina) == [SeatState.SEATED]
        assert accepted != (states_of(bekzat) == [SeatState.OFFERED])
        gone = [isinstance(result, OfferIsGone) for result in results]
        assert gone == ([False, True, False] if accepted else [True, False, True])


def test_rounds_at_once_offer_each_seat_once(session: Session, at_once: Any) -> None:
    """RC-06."""
    event = make_event(seats=3)
    guests = fill(event)
    for _ in range(6):
        make_registration(event)
    for guest in guests:
        write(give_back, event.id, guest.public_id, now=NOW)

    swept = at_once(*[(sweep, event.id)] * 6, now=LATER)

    assert sum(swept) == 3
    assert held(session, event) == 3
    assert Counter(session.scalars(select(Offer.state))) == {OfferState.EXPIRED: 3, OfferState.OPEN: 3}


def test_seats_that_are_given_back_at_once_go_to_different_people(session: Session, at_once: Any) -> None:
    event = make_event(seats=5)
    guests = fill(event)
    queue = [make_registration(event) for _ in range(8)]

    at_once(*[(give_back, event.id, guest.public_id) for guest in guests], now=NOW)

    assert [states_of(one)[0] for one in queue] == [SeatState.OFFERED] * 5 + [SeatState.WAITING] * 3


def test_giving_back_twice_at_once_frees_one_seat(session: Session, at_once: Any) -> None:
    event = make_event(seats=1)
    (amina,) = fill(event)
    queue = [make_registration(event) for _ in range(2)]

    freed = at_once(*[(give_back, event.id, amina.public_id)] * 5, now=NOW)

    assert sorted(freed) == [0, 0, 0, 0, 1]
    assert [states_of(one)[0] for one in queue] == [SeatState.OFFERED, SeatState.WAITING]


def test_fewer_seats_during_the_rush_evict_nobody_and_sell_none_twice(session: Session, at_once: Any) -> None:
    """RC-07."""
    event = make_event(seats=10)

    results = at_once(
        *[(register, event.id, application()) for _ in range(12)],
        (resize_to, event.id, 4),
        now=NOW,
    )

    free = results[-1]
    seated = held(session, event)
    assert seated == (4 if free >= 0 else 4 - free)
    assert seated <= 10


def resize_to(session: Session, event_id: int, capacity: int, *, now: Any) -> int:
    return resize(session, event_id, capacity=capacity, now=now)


def test_everything_at_once_leaves_no_seat_empty_and_none_sold_twice(session: Session, at_once: Any) -> None:
    event = make_event(seats=6)
    guests = fill(event)
    queue = [make_registration(event) for _ in range(10)]
    write(give_back, event.id, guests[0].public_id, now=NOW)
    offer = reload(queue[0]).offers[0].id

    at_once(
        (accept_offer, event.id, queue[0].public_id, offer),
        (give_back, event.id, queue[3].public_id),
        *[(give_back, event.id, guest.public_id) for guest in guests[1:4]],
        *[(register, event.id, application()) for _ in range(5)],
        (rejoin, event.id, guests[0].public_id),
        (resize_to, event.id, 7),
        (sweep, event.id),
        now=NOW,
    )

    assert held(session, event) == 7
    newcomers = session.scalars(
        select(Attendee.state).where(Attendee.registration_id > queue[-1].id),
    ).all()
    assert set(newcomers) == {SeatState.WAITING}


def test_two_organisers_at_once_do_not_overwrite_each_other(session: Session, at_once: Any) -> None:
    for _ in range(5):
        event = make_event()
        results = at_once(*[(edit_at, event.id, event.version)] * 3, now=NOW)

        assert sorted(isinstance(result, EditedMeanwhile) for result in results) == [False, True, True]


def edit_at(session: Session, event_id: int, version: int, *, now: Any) -> None:
    edit_event(session, event_id, make_plan(now=NOW), version=version, now=now)


def test_two_scanners_at_one_door_mark_one_arrival(session: Session, at_once: Any, cast: Cast) -> None:
    """QR-02."""
    event = make_event()
    code = make_registration(event).attendees[0].code

    arrivals = at_once(*[(scan, event.id, code, cast.bekzat.id)] * 6, now=event.starts_at)

    assert sorted(arrival.fresh for arrival in arrivals) == [False] * 5 + [True]
    assert len({arrival.arrived_at for arrival in arrivals}) == 1
    assert len(session.scalars(select(CheckIn.id)).all()) == 1


def scan(session: Session, event_id: int, code: str, by: int, *, now: Any) -> Any:
    return check_in(session, event_id, code, day=now.date(), by=by, now=now)
