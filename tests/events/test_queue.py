"""The waiting list: who stands where, and that a freed seat goes to nobody else."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from karavan.core.languages import Slots
from karavan.core.problems import NotFound
from karavan.events import queries
from karavan.events.models import Attendee, Offer, OfferState, Registration, SeatState
from karavan.events.problems import (
    AlreadyLive,
    EventIsCancelled,
    EventIsFull,
    RegistrationHasClosed,
    RegistrationNotOpenYet,
)
from karavan.events.rules.change_seats import accept_offer, decline_offer, give_back, rejoin, sweep
from karavan.events.rules.plan import cancel_event, resize
from karavan.events.tasks import sweep_offers
from tests.support.makers import (
    application,
    fill,
    make_event,
    make_registration,
    people_of,
    reload,
    seats_now,
    states_of,
    take_seats,
    write,
)
from tests.support.settings import NOW

if TYPE_CHECKING:
    import time_machine
    from sqlalchemy.orm import Session

SEATED, OFFERED, WAITING = SeatState.SEATED, SeatState.OFFERED, SeatState.WAITING
GIVEN_BACK, DECLINED, EXPIRED = SeatState.GIVEN_BACK, SeatState.DECLINED, SeatState.EXPIRED
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def offers(session: Session) -> list[tuple[int, int, OfferState]]:
    """Every offer ever made: to which number in the queue, how many seats, what became of it."""
    found = session.execute(
        select(Registration.number, Offer.seats, Offer.state).join(Offer.registration).order_by(Offer.id)
    )
    return [tuple(row) for row in found]


# --- Standing in it -------------------------------------------------------------------------------------------


def test_when_all_seats_are_taken_a_newcomer_waits(session: Session) -> None:
    event = make_event(seats=1)
    fill(event)

    late = make_registration(event)

    assert states_of(late) == [WAITING]
    assert late.live
    assert seats_now(event) == (1, 1, 1)


def test_places_in_the_queue_are_counted_in_parties_and_people(session: Session) -> None:
    event = make_event(seats=1)
    fill(event)

    first, second, third = (make_registration(event, people=people) for people in (1, 3, 1))

    places = [queries.place_in_queue(session, one) for one in (first, second, third)]
    assert places == [(1, 0), (2, 1), (3, 4)]


def test_a_newcomer_does_not_overtake_those_who_wait(session: Session) -> None:
    """Two seats are free but held for a household of three: the newcomer stands behind it all the same."""
    event = make_event(seats=3)
    alone = make_registration(event)
    family = make_registration(event, people=3)

    newcomer = make_registration(event)

    assert (states_of(alone), states_of(family), states_of(newcomer)) == ([SEATED], [WAITING] * 3, [WAITING])


def test_while_somebody_waits_the_page_shows_no_free_seat(session: Session) -> None:
    event = make_event(seats=3)
    make_registration(event)
    make_registration(event, people=3)

    seats = seats_now(event)

    assert (seats.room - seats.taken, seats.free, seats.full) == (2, 0, True)


# --- A freed seat leaves only through the queue ---------------------------------------------------------------


def test_a_seat_given_back_is_offered_to_the_first_in_the_same_transaction(session: Session) -> None:
    event = make_event(seats=1)
    (amina,) = fill(event)
    first, second = make_registration(event), make_registration(event)

    freed = write(give_back, event.id, amina.public_id, now=NOW)

    assert freed == 1
    assert (states_of(amina), states_of(first), states_of(second)) == ([GIVEN_BACK], [OFFERED], [WAITING])


def test_giving_back_without_a_queue_frees_the_seat_for_newcomers(session: Session) -> None:
    event = make_event(seats=1)
    (amina,) = fill(event)

    write(give_back, event.id, amina.public_id, now=NOW)

    assert seats_now(event).free == 1
    assert states_of(make_registration(event)) == [SEATED]


def test_giving_back_twice_changes_nothing_the_second_time(session: Session) -> None:
    event = make_event(seats=1)
    (amina,) = fill(event)
    make_registration(event)
    make_registration(event)

    freed = [write(give_back, event.id, amina.public_id, now=NOW + later * HOUR) for later in range(2)]

    assert freed == [1, 0]
    assert len(offers(session)) == 1


def test_one_of_a_family_stays_at_home_and_the_others_keep_their_seats(session: Session) -> None:
    event = make_event(seats=3)
    family = make_registration(event, people=3)
    waiting = make_registration(event)

    write(give_back, event.id, family.public_id, attendee_ids={family.attendees[1].id}, now=NOW)

    assert states_of(family) == [SEATED, GIVEN_BACK, SEATED]
    assert reload(family).live
    assert states_of(waiting) == [OFFERED]


def test_nobody_gives_back_a_strangers_seat(session: Session) -> None:
    event = make_event(seats=2)
    amina, bekzat = fill(event)

    freed = write(give_back, event.id, amina.public_id, attendee_ids={bekzat.attendees[0].id}, now=NOW)

    assert freed == 0
    assert states_of(bekzat) == [SEATED]


def test_a_ticket_of_another_event_gives_nothing_back(session: Session) -> None:
    here, there = make_event(), make_event()
    amina = make_registration(here)

    with pytest.raises(NotFound):
        write(give_back, there.id, amina.public_id, now=NOW)

    assert states_of(amina) == [SEATED]


def test_two_freed_seats_go_to_the_first_two(session: Session) -> None:
    event = make_event(seats=2)
    family = make_registration(event, people=2)
    queue = [make_registration(event) for _ in range(3)]

    write(give_back, event.id, family.public_id, now=NOW)

    assert [states_of(one) for one in queue] == [[OFFERED], [OFFERED], [WAITING]]


def test_more_seats_are_offered_in_order_at_once(session: Session) -> None:
    event = make_event(seats=1)
    fill(event)
    queue = [make_registration(event) for _ in range(3)]

    write(resize, event.id, capacity=3, now=NOW)

    assert [states_of(one) for one in queue] == [[OFFERED], [OFFERED], [WAITING]]


def test_who_leaves_the_queue_is_not_offered_a_seat(session: Session) -> None:
    event = make_event(seats=1)
    (amina,) = fill(event)
    first, second = make_registration(event), make_registration(event)
    write(give_back, event.id, first.public_id, now=NOW)

    write(give_back, event.id, amina.public_id, now=NOW)

    assert (states_of(first), states_of(second)) == ([GIVEN_BACK], [OFFERED])


def test_giving_back_an_offered_seat_hands_it_on(session: Session) -> None:
    event = make_event(seats=1)
    (amina,) = fill(event)
    first, second = make_registration(event), make_registration(event)
    write(give_back, event.id, amina.public_id, now=NOW)

    write(give_back, event.id, first.public_id, now=NOW + HOUR)

    assert (states_of(first), states_of(second)) == ([GIVEN_BACK], [OFFERED])
    assert [state for *_, state in offers(session)] == [OfferState.DECLINED, OfferState.OPEN]


def test_a_cancelled_event_offers_nothing(session: Session) -> None:
    event = make_event(seats=1)
    (amina,) = fill(event)
    waiting = make_registration(event)
    write(cancel_event, event.id, reason=Slots(ru="Дорогу занесло"), now=NOW)

    write(give_back, event.id, amina.public_id, now=NOW)

    assert states_of(waiting) == [WAITING]


# --- More and fewer seats -------------------------------------------------------------------------------------


def test_a_lower_capacity_evicts_nobody_and_says_how_many_are_too_many(session: Session) -> None:
    event = make_event(seats=3)
    guests = fill(event)

    free = write(resize, event.id, capacity=1, now=NOW)

    assert free == -2
    assert [states_of(one) for one in guests] == [[SEATED]] * 3


def test_after_lowering_no_seat_is_given_until_there_are_fewer_people_than_seats(session: Session) -> None:
    event = make_event(seats=3)
    guests = fill(event)
    waiting = make_registration(event)
    write(resize, event.id, capacity=2, now=NOW)

    write(give_back, event.id, guests[0].public_id, now=NOW)
    assert states_of(waiting) == [WAITING]

    write(give_back, event.id, guests[1].public_id, now=NOW)
    assert states_of(waiting) == [OFFERED]


def test_overbooking_adds_seats_that_are_declared(session: Session) -> None:
    event = make_event(seats=1)
    fill(event)
    waiting = make_registration(event)

    free = write(resize, event.id, overbook=2, reason="Привезли стулья", now=NOW)

    assert free == 1
    assert states_of(waiting) == [OFFERED]
    assert seats_now(event) == (3, 2, 0)


def test_a_cancelled_event_is_not_resized(session: Session) -> None:
    event = make_event(cancelled=True)

    with pytest.raises(EventIsCancelled):
        write(resize, event.id, capacity=9, now=NOW)


# --- Nobody vanishes: rejoining -------------------------------------------------------------------------------


def expired(event: object) -> Registration:
    """Somebody whose offer ran out."""
    seated = make_registration(event)
    late = make_registration(event)
    write(give_back, event.id, seated.public_id, now=NOW)
    write(sweep, event.id, now=NOW + 3 * DAY)
    assert states_of(late) == [EXPIRED]
    return late


def declined(event: object) -> Registration:
    """Somebody who refused."""
    seated = make_registration(event)
    shy = make_registration(event)
    write(give_back, event.id, seated.public_id, now=NOW)
    write(decline_offer, event.id, shy.public_id, reload(shy).offers[0].id, now=NOW)
    assert states_of(shy) == [DECLINED]
    return shy


def gone(event: object) -> Registration:
    """Somebody who gave her seat back."""
    amina = make_registration(event)
    write(give_back, event.id, amina.public_id, now=NOW)
    return amina


@pytest.mark.parametrize("how", [expired, declined, gone])
def test_who_left_is_still_there_and_may_rejoin(session: Session, how: object) -> None:
    event = make_event(seats=1)
    somebody = how(event)
    assert reload(somebody).live is False

    write(rejoin, event.id, somebody.public_id, now=NOW)

    assert states_of(somebody) == [SEATED]
    assert reload(somebody).live


def test_who_rejoins_stands_at_the_end(session: Session) -> None:
    event = make_event(seats=1)
    amina = gone(event)
    fill(event)
    others = [make_registration(event) for _ in range(2)]

    write(rejoin, event.id, amina.public_id, now=NOW)

    assert states_of(amina) == [WAITING]
    assert reload(amina).number > max(one.number for one in others)


def test_rejoining_twice_keeps_the_first_place(session: Session) -> None:
    event = make_event(seats=1)
    amina = gone(event)
    fill(event)
    write(rejoin, event.id, amina.public_id, now=NOW)
    number = reload(amina).number
    make_registration(event)

    write(rejoin, event.id, amina.public_id, now=NOW + HOUR)

    assert reload(amina).number == number


def test_who_registered_anew_does_not_also_rejoin(session: Session) -> None:
    event = make_event(seats=3)
    first = make_registration(event, email="amina@example.kz")
    write(give_back, event.id, first.public_id, now=NOW)
    make_registration(event, email="amina@example.kz")

    with pytest.raises(AlreadyLive):
        write(rejoin, event.id, first.public_id, now=NOW)

    assert states_of(first) == [GIVEN_BACK]


@pytest.mark.parametrize(
    ("mine", "others"),
    [
        ({"email": "amina@example.kz"}, {"email": "bekzat@example.kz"}),
        ({"phone": "+77011234501"}, {"phone": "+77011234502"}),
    ],
)
def test_people_with_one_kind_of_contact_are_not_taken_for_each_other(
    session: Session, mine: dict[str, str], others: dict[str, str]
) -> None:
    """Neither of them left a telephone, or neither an address: that does not make them one person."""
    event = make_event(seats=3)
    amina = make_registration(event, **mine)
    make_registration(event, **others)
    write(give_back, event.id, amina.public_id, now=NOW)

    write(rejoin, event.id, amina.public_id, now=NOW)

    assert states_of(amina) == [SEATED]


def test_without_a_waiting_list_nobody_rejoins_a_full_event(session: Session) -> None:
    event = make_event(seats=1, waiting_list=False)
    amina = gone(event)
    fill(event)

    with pytest.raises(EventIsFull):
        write(rejoin, event.id, amina.public_id, now=NOW)


@pytest.mark.parametrize(
    ("when", "refusal"),
    [(-2 * DAY, RegistrationNotOpenYet), (DAY, RegistrationHasClosed)],
)
def test_rejoining_keeps_to_the_window(session: Session, when: timedelta, refusal: type[Exception]) -> None:
    event = make_event(registration_opens_at=NOW - DAY, registration_closes_at=NOW + DAY)
    amina = gone(event)

    with pytest.raises(refusal):
        write(rejoin, event.id, amina.public_id, now=NOW + when)


def test_nobody_rejoins_a_cancelled_event(session: Session) -> None:
    event = make_event()
    amina = gone(event)
    write(cancel_event, event.id, reason=Slots(ru="Дорогу занесло"), now=NOW)

    with pytest.raises(EventIsCancelled):
        write(rejoin, event.id, amina.public_id, now=NOW)


def test_the_rest_of_a_family_keeps_its_place_when_one_of_them_comes_back(session: Session) -> None:
    event = make_event(seats=1)
    fill(event)
    family = make_registration(event, people=2)
    behind = make_registration(event)
    write(give_back, event.id, family.public_id, attendee_ids={family.attendees[1].id}, now=NOW)

    write(rejoin, event.id, family.public_id, now=NOW)

    assert states_of(family)[0] == WAITING
    assert reload(family).number < behind.number


# --- The sweeper ----------------------------------------------------------------------------------------------


def test_the_round_hands_on_what_nobody_answered(session: Session, clock: time_machine.Traveller) -> None:
    event = make_event(seats=1)
    (amina,) = fill(event)
    first, second = make_registration(event), make_registration(event)
    write(give_back, event.id, amina.public_id, now=NOW)
    clock.shift(2 * DAY)

    assert sweep_offers() == 1

    assert (states_of(first), states_of(second)) == ([EXPIRED], [OFFERED])


def test_a_round_with_nothing_to_do_takes_no_gate(session: Session, clock: time_machine.Traveller) -> None:
    event = make_event(seats=1)
    fill(event)
    make_registration(event)

    assert queries.events_to_sweep(session, now=NOW) == []
    assert sweep_offers() == 0


def test_two_rounds_at_once_offer_each_seat_once(session: Session) -> None:
    """RC-06: the second round comes with the same list of events as the first."""
    event = make_event(seats=2)
    guests = fill(event)
    queue = [make_registration(event) for _ in range(4)]
    for guest in guests:
        write(give_back, event.id, guest.public_id, now=NOW)
    later = NOW + 2 * DAY

    swept = [write(sweep, event.id, now=later) for _ in range(2)]

    assert swept == [2, 0]
    assert [states_of(one) for one in queue] == [[EXPIRED], [EXPIRED], [OFFERED], [OFFERED]]
    assert len(offers(session)) == 4


def test_after_an_event_the_round_leaves_its_queue_alone(session: Session) -> None:
    """A household that was still waiting when the event began must not be swept every few seconds for ever."""
    event = make_event(seats=2, starts_in=2 * DAY)
    make_registration(event)
    make_registration(event, people=2)
    write(sweep, event.id, now=event.starts_at - HOUR)

    assert queries.events_to_sweep(session, now=event.starts_at + DAY) == []


def test_a_hold_that_ran_out_while_nothing_was_free_is_swept_no_further(session: Session) -> None:
    event = make_event(seats=2)
    make_registration(event)
    make_registration(event, people=2)
    write(resize, event.id, capacity=1, now=NOW)
    later = NOW + 3 * DAY
    write(sweep, event.id, now=later)

    assert queries.events_to_sweep(session, now=later) == []


def test_a_cancelled_event_is_not_swept(session: Session) -> None:
    event = make_event(seats=1)
    (amina,) = fill(event)
    make_registration(event)
    write(give_back, event.id, amina.public_id, now=NOW)
    write(cancel_event, event.id, reason=Slots(ru="Дорогу занесло"), now=NOW)

    assert queries.events_to_sweep(session, now=NOW + 2 * DAY) == []
    assert write(sweep, event.id, now=NOW + 2 * DAY) == 0


def test_an_offer_that_is_over_keeps_its_seat_until_the_round_takes_it(session: Session) -> None:
    event = make_event(seats=1)
    (amina,) = fill(event)
    waiting = make_registration(event)
    write(give_back, event.id, amina.public_id, now=NOW)

    newcomer = take_seats(event, application(), now=NOW + 3 * DAY)

    assert (states_of(waiting), states_of(newcomer.public_id)) == ([OFFERED], [WAITING])


def test_nobody_is_lost(session: Session) -> None:
    """Whatever happened to them, everybody who ever registered is still there, in a state with a name."""
    event = make_event(seats=1)
    amina = make_registration(event)
    queue = [make_registration(event) for _ in range(3)]
    write(give_back, event.id, amina.public_id, now=NOW)
    write(decline_offer, event.id, queue[0].public_id, reload(queue[0]).offers[0].id, now=NOW)
    write(sweep, event.id, now=NOW + 2 * DAY)
    write(accept_offer, event.id, queue[2].public_id, reload(queue[2]).offers[0].id, now=NOW + 2 * DAY)

    assert [people_of(one)[0].state for one in (amina, *queue)] == [GIVEN_BACK, DECLINED, EXPIRED, SEATED]
    assert session.scalars(select(func.count(Attendee.id))).one() == 4
