"""Families ask for several seats: all together, or fewer to begin with. The order is strict, exceptions are told."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from karavan.events import queries
from karavan.events.models import Event, Passing, Registration, SeatState
from karavan.events.rules.change_seats import accept_offer, decline_offer, give_back, open_offer, rejoin, sweep
from karavan.events.rules.plan import edit_event, resize
from karavan.events.rules.seating import offer_runs_until
from tests.support.makers import (
    fill,
    make_event,
    make_plan,
    make_registration,
    people_of,
    reload,
    seats_now,
    states_of,
    write,
)
from tests.support.settings import NOW

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

SEATED, OFFERED, WAITING = SeatState.SEATED, SeatState.OFFERED, SeatState.WAITING
DAY = timedelta(days=1)


def accept(event: Event, registration: Registration) -> None:
    offer = open_offer(reload(registration))
    assert offer is not None
    write(accept_offer, event.id, registration.public_id, offer.id, now=NOW)


def passings(session: Session) -> list[tuple[int, int]]:
    return [tuple(row) for row in session.execute(select(Passing.free, Passing.needed).order_by(Passing.id))]


# --- On arrival -----------------------------------------------------------------------------------------------


def test_all_or_nobody_waits_when_one_seat_is_missing(session: Session) -> None:
    event = make_event(seats=2)

    family = make_registration(event, people=3)

    assert (states_of(family), family.at_least) == ([WAITING] * 3, 3)


def test_who_said_that_fewer_will_do_takes_what_there_is_and_waits_for_the_rest(session: Session) -> None:
    event = make_event(seats=2)

    family = make_registration(event, people=3, at_least=2)

    assert states_of(family) == [SEATED, SEATED, WAITING]


def test_fewer_than_said_is_not_enough(session: Session) -> None:
    event = make_event(seats=1)

    family = make_registration(event, people=3, at_least=2)

    assert states_of(family) == [WAITING] * 3


@pytest.mark.parametrize("at_least", [4, 99])
def test_at_least_more_than_they_are_means_all(session: Session, at_least: int) -> None:
    family = make_registration(make_event(seats=9), people=3, at_least=at_least)

    assert family.at_least == 3


def test_a_household_that_fits_is_seated_and_owes_nobody_anything(session: Session) -> None:
    family = make_registration(make_event(seats=3), people=3, at_least=1)

    assert (states_of(family), family.waits_until) == ([SEATED] * 3, None)


# --- Seats are held for a household ---------------------------------------------------------------------------


def held(session: Session) -> tuple[Event, Registration, Registration]:
    """One seat of two is free, and held for a family of two. Behind it stands somebody alone."""
    event = make_event(seats=2)
    make_registration(event)
    return event, make_registration(event, people=2), make_registration(event)


def test_free_seats_are_held_for_the_first_in_the_queue(session: Session) -> None:
    event, family, alone = held(session)

    assert reload(family).waits_until == offer_runs_until(event, NOW)
    assert (states_of(family), states_of(alone)) == ([WAITING, WAITING], [WAITING])


def test_when_the_hold_is_over_the_next_is_asked_and_the_reason_written_down(session: Session) -> None:
    event, family, alone = held(session)
    over = reload(family).waits_until

    write(sweep, event.id, now=over)

    assert (states_of(family), states_of(alone)) == ([WAITING, WAITING], [OFFERED])
    assert passings(session) == [(1, 2)]


def test_nobody_is_passed_over_a_moment_too_early(session: Session) -> None:
    event, family, alone = held(session)

    write(sweep, event.id, now=reload(family).waits_until - timedelta(microseconds=1))

    assert (states_of(alone), passings(session)) == ([WAITING], [])


def test_the_round_knows_when_a_hold_is_over(session: Session) -> None:
    event, family, _ = held(session)
    over = reload(family).waits_until

    assert queries.events_to_sweep(session, now=over - timedelta(seconds=1)) == []
    assert queries.events_to_sweep(session, now=over) == [event.id]
    write(sweep, event.id, now=over)
    assert queries.events_to_sweep(session, now=over) == []


def test_being_passed_over_is_told_once_for_the_same_number_of_seats(session: Session) -> None:
    event, family, alone = held(session)
    over = reload(family).waits_until
    write(sweep, event.id, now=over)
    write(decline_offer, event.id, alone.public_id, reload(alone).offers[0].id, now=over)

    write(sweep, event.id, now=over + DAY)

    assert passings(session) == [(1, 2)]


def test_who_was_passed_over_keeps_her_place_and_is_asked_when_enough_is_free(session: Session) -> None:
    event, family, alone = held(session)
    write(sweep, event.id, now=reload(family).waits_until)

    write(resize, event.id, capacity=4, now=NOW + 3 * DAY)

    assert (states_of(family), states_of(alone)) == ([OFFERED, OFFERED], [OFFERED])


def test_a_household_can_see_how_many_were_asked_before_it(session: Session) -> None:
    event, family, _alone = held(session)
    assert queries.overtaken_by(session, reload(family)) == 0

    write(sweep, event.id, now=reload(family).waits_until)

    assert queries.overtaken_by(session, reload(family)) == 1


def test_a_freed_seat_that_makes_enough_ends_the_hold(session: Session) -> None:
    event = make_event(seats=2)
    alone = make_registration(event)
    family = make_registration(event, people=2)

    write(give_back, event.id, alone.public_id, now=NOW)

    assert (states_of(family), reload(family).waits_until) == ([OFFERED, OFFERED], None)


def test_a_household_that_becomes_smaller_fits(session: Session) -> None:
    event, family, alone = held(session)

    write(give_back, event.id, family.public_id, attendee_ids={family.attendees[0].id}, now=NOW)

    assert (states_of(family), states_of(alone)) == ([SeatState.GIVEN_BACK, OFFERED], [WAITING])


def test_a_household_that_leaves_the_queue_lets_the_next_one_in(session: Session) -> None:
    event, family, alone = held(session)

    write(give_back, event.id, family.public_id, now=NOW)

    assert states_of(alone) == [OFFERED]


def test_who_rejoins_with_a_household_is_held_for_and_passed_over_anew(session: Session) -> None:
    """What was told about an earlier wait says nothing about the new one, and the round comes to an end."""
    event, family, alone = held(session)
    write(sweep, event.id, now=reload(family).waits_until)
    write(decline_offer, event.id, alone.public_id, reload(alone).offers[0].id, now=NOW + 2 * DAY)
    write(give_back, event.id, family.public_id, now=NOW + 2 * DAY)
    write(rejoin, event.id, family.public_id, now=NOW + 2 * DAY)
    over = reload(family).waits_until

    write(sweep, event.id, now=over)

    assert passings(session) == [(1, 2), (1, 2)]
    assert queries.events_to_sweep(session, now=over) == []


# --- Fewer to begin with --------------------------------------------------------------------------------------


def test_fewer_to_begin_with_are_offered_when_enough_are_free(session: Session) -> None:
    event = make_event(seats=2)
    guests = fill(event)
    family = make_registration(event, people=3, at_least=2)
    write(give_back, event.id, guests[0].public_id, now=NOW)
    assert states_of(family) == [WAITING] * 3

    write(give_back, event.id, guests[1].public_id, now=NOW)

    assert states_of(family) == [OFFERED, OFFERED, WAITING]
    offer = open_offer(reload(family))
    assert offer is not None
    assert offer.seats == 2


def test_once_some_are_seated_every_single_seat_helps(session: Session) -> None:
    event = make_event(seats=2)
    guests = fill(event)
    family = make_registration(event, people=3, at_least=2)
    for guest in guests:
        write(give_back, event.id, guest.public_id, now=NOW)
    accept(event, family)
    assert states_of(family) == [SEATED, SEATED, WAITING]

    write(resize, event.id, capacity=3, now=NOW)

    assert states_of(family) == [SEATED, SEATED, OFFERED]


def test_seats_that_became_free_while_a_household_was_thinking_are_offered_to_it_then(session: Session) -> None:
    """Nobody else waits: when the family has said yes to the first seat, the second must not stay empty."""
    event = make_event(seats=2)
    guests = fill(event)
    family = make_registration(event, people=2, at_least=1)
    write(give_back, event.id, guests[0].public_id, now=NOW)
    write(give_back, event.id, guests[1].public_id, now=NOW)
    assert (states_of(family), seats_now(event)) == ([OFFERED, WAITING], (2, 1, 1))

    accept(event, family)

    assert states_of(family) == [SEATED, OFFERED]


def test_declining_a_part_declines_for_all_who_wait_but_not_for_those_who_sit(session: Session) -> None:
    event = make_event(seats=1)
    family = make_registration(event, people=3, at_least=1)
    write(resize, event.id, capacity=2, now=NOW)
    offer = open_offer(reload(family))
    assert offer is not None

    write(decline_offer, event.id, family.public_id, offer.id, now=NOW)

    assert states_of(family) == [SEATED, SeatState.DECLINED, SeatState.DECLINED]
    assert reload(family).live


def test_an_expired_part_takes_the_rest_along_but_nobody_who_sits(session: Session) -> None:
    event = make_event(seats=1)
    family = make_registration(event, people=3, at_least=1)
    write(resize, event.id, capacity=2, now=NOW)

    write(sweep, event.id, now=NOW + 3 * DAY)

    assert states_of(family) == [SEATED, SeatState.EXPIRED, SeatState.EXPIRED]


def test_two_households_are_asked_in_order_as_far_as_seats_go(session: Session) -> None:
    event = make_event(seats=5)
    guests = [make_registration(event) for _ in range(5)]
    first = make_registration(event, people=2)
    second = make_registration(event, people=2, at_least=1)
    third = make_registration(event)

    for guest in guests[:3]:
        write(give_back, event.id, guest.public_id, now=NOW)

    assert [states_of(one) for one in (first, second, third)] == [[OFFERED, OFFERED], [OFFERED, WAITING], [WAITING]]


def test_everybody_of_a_household_is_written_down_by_name(session: Session) -> None:
    family = make_registration(make_event(seats=1), names=("Әмина", "Дана"), at_least=1)

    assert [one.name for one in people_of(family, SEATED)] == ["Әмина"]
    assert [one.name for one in people_of(family, WAITING)] == ["Дана"]


# --- Close to the start ---------------------------------------------------------------------------------------


def test_seats_are_not_held_for_a_household_until_nobody_else_can_have_them(session: Session) -> None:
    event = make_event(seats=2, starts_in=timedelta(hours=12))
    leaving, _ = make_registration(event), make_registration(event)
    family, alone = make_registration(event, people=2), make_registration(event)

    write(give_back, event.id, leaving.public_id, now=NOW)
    over = reload(family).waits_until
    assert over == NOW + timedelta(hours=4, minutes=30)  # half of what is left until offers stop
    write(sweep, event.id, now=over)

    assert (states_of(family), states_of(alone)) == ([WAITING, WAITING], [OFFERED])


def test_a_hold_ends_in_time_also_when_the_event_is_moved_forward(session: Session) -> None:
    event, family, alone = held(session)

    write(edit_event, event.id, make_plan(seats=2, starts_in=timedelta(hours=12)), version=event.version, now=NOW)
    write(sweep, event.id, now=reload(family).waits_until)

    assert states_of(alone) == [OFFERED]
