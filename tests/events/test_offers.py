"""An offered seat: yes, no, too late, twice, and never in the night."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import select

from karavan.core.languages import Slots
from karavan.core.problems import NotFound
from karavan.events.models import Event, OfferState, SeatState
from karavan.events.problems import EventIsCancelled, OfferIsGone
from karavan.events.rules.change_seats import accept_offer, decline_offer, give_back, open_offer, sweep
from karavan.events.rules.plan import cancel_event, edit_event, resize
from karavan.events.rules.seating import offer_runs_until, offers_stop_at
from karavan.notifications.models import Letter
from tests.support.makers import fill, make_event, make_plan, make_registration, reload, seats_now, states_of, write
from tests.support.settings import NOW

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from karavan.events.models import Registration

SEATED, OFFERED, WAITING = SeatState.SEATED, SeatState.OFFERED, SeatState.WAITING
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def offered(*, waiting: int = 1, **plan: object) -> tuple[Event, list[Registration], int]:
    """A full event of one seat which was given back: the first of those who wait holds an offer."""
    event = make_event(seats=1, **plan)
    (seated,) = fill(event)
    queue = [make_registration(event) for _ in range(waiting)]
    write(give_back, event.id, seated.public_id, now=NOW)
    return event, queue, reload(queue[0]).offers[0].id


def answers(registration: Registration) -> list[OfferState]:
    return [offer.state for offer in reload(registration).offers]


# --- Yes and no -----------------------------------------------------------------------------------------------


def test_who_says_yes_has_the_seat(session: Session) -> None:
    event, (amina,), offer_id = offered()

    write(accept_offer, event.id, amina.public_id, offer_id, now=NOW + HOUR)

    offer = reload(amina).offers[0]
    assert (states_of(amina), offer.state, offer.answered_at) == ([SEATED], OfferState.ACCEPTED, NOW + HOUR)


def test_saying_yes_twice_is_saying_yes(session: Session) -> None:
    event, (amina,), offer_id = offered()
    write(accept_offer, event.id, amina.public_id, offer_id, now=NOW)

    write(accept_offer, event.id, amina.public_id, offer_id, now=NOW + HOUR)

    assert (states_of(amina), reload(amina).offers[0].answered_at) == ([SEATED], NOW)


def test_who_says_no_leaves_the_queue_and_the_next_is_asked(session: Session) -> None:
    event, (amina, bekzat), offer_id = offered(waiting=2)

    write(decline_offer, event.id, amina.public_id, offer_id, now=NOW)

    assert (states_of(amina), states_of(bekzat)) == ([SeatState.DECLINED], [OFFERED])
    assert reload(amina).live is False


def test_saying_no_twice_asks_the_next_once(session: Session) -> None:
    event, (amina, bekzat, saule), offer_id = offered(waiting=3)

    for _ in range(2):
        write(decline_offer, event.id, amina.public_id, offer_id, now=NOW)

    assert (states_of(bekzat), states_of(saule)) == ([OFFERED], [WAITING])


def test_no_and_then_yes_finds_the_offer_gone(session: Session) -> None:
    event, (amina, bekzat), offer_id = offered(waiting=2)
    write(decline_offer, event.id, amina.public_id, offer_id, now=NOW)

    with pytest.raises(OfferIsGone):
        write(accept_offer, event.id, amina.public_id, offer_id, now=NOW)

    assert (states_of(amina), states_of(bekzat)) == ([SeatState.DECLINED], [OFFERED])


def test_yes_and_then_no_keeps_the_seat(session: Session) -> None:
    event, (amina, bekzat), offer_id = offered(waiting=2)
    write(accept_offer, event.id, amina.public_id, offer_id, now=NOW)

    with pytest.raises(OfferIsGone):
        write(decline_offer, event.id, amina.public_id, offer_id, now=NOW)

    assert (states_of(amina), states_of(bekzat)) == ([SEATED], [WAITING])


@pytest.mark.parametrize("answer", [accept_offer, decline_offer])
def test_nobody_answers_for_somebody_else(session: Session, answer: object) -> None:
    """RC-05: the offer's number is right, the ticket is another one."""
    event, (amina, ermek), offer_id = offered(waiting=2)

    with pytest.raises(NotFound):
        write(answer, event.id, ermek.public_id, offer_id, now=NOW)

    assert (states_of(amina), states_of(ermek), answers(amina)) == ([OFFERED], [WAITING], [OfferState.OPEN])


@pytest.mark.parametrize("answer", [accept_offer, decline_offer])
def test_an_offer_that_never_was_is_not_found(session: Session, answer: object) -> None:
    event, (amina,), offer_id = offered()

    with pytest.raises(NotFound):
        write(answer, event.id, amina.public_id, offer_id + 999, now=NOW)


def test_an_offer_of_another_event_is_not_found(session: Session) -> None:
    _, (amina,), offer_id = offered()
    other = make_event()

    with pytest.raises(NotFound):
        write(accept_offer, other.id, amina.public_id, offer_id, now=NOW)


def test_a_party_has_one_open_offer_at_a_time(session: Session) -> None:
    event = make_event(seats=2)
    guests = fill(event)
    family = make_registration(event, people=2, at_least=1)
    behind = make_registration(event)
    write(give_back, event.id, guests[0].public_id, now=NOW)

    write(give_back, event.id, guests[1].public_id, now=NOW)

    assert (states_of(family), answers(family)) == ([OFFERED, WAITING], [OfferState.OPEN])
    assert states_of(behind) == [OFFERED]


def test_nothing_is_accepted_at_an_event_that_was_called_off(session: Session) -> None:
    event, (amina,), offer_id = offered()
    write(cancel_event, event.id, reason=Slots(ru="Дорогу занесло"), now=NOW)

    with pytest.raises(EventIsCancelled):
        write(accept_offer, event.id, amina.public_id, offer_id, now=NOW)

    assert states_of(amina) == [OFFERED]


# --- Too late -------------------------------------------------------------------------------------------------


def test_a_late_yes_counts_as_long_as_nobody_took_the_offer_back(session: Session) -> None:
    event, (amina, bekzat), offer_id = offered(waiting=2)

    write(accept_offer, event.id, amina.public_id, offer_id, now=NOW + 5 * DAY)

    assert (states_of(amina), states_of(bekzat)) == ([SEATED], [WAITING])
    assert write(sweep, event.id, now=NOW + 5 * DAY) == 0


def test_a_yes_after_the_sweep_is_too_late(session: Session) -> None:
    event, (amina, bekzat), offer_id = offered(waiting=2)
    write(sweep, event.id, now=NOW + 2 * DAY)

    with pytest.raises(OfferIsGone):
        write(accept_offer, event.id, amina.public_id, offer_id, now=NOW + 2 * DAY)

    assert (states_of(amina), states_of(bekzat)) == ([SeatState.EXPIRED], [OFFERED])


def test_an_offer_expires_at_its_moment_and_not_before(session: Session) -> None:
    event, (amina,), _ = offered()
    ends = reload(amina).offers[0].expires_at

    assert write(sweep, event.id, now=ends - timedelta(microseconds=1)) == 0
    assert states_of(amina) == [OFFERED]
    assert write(sweep, event.id, now=ends) == 1
    assert (states_of(amina), answers(amina)) == ([SeatState.EXPIRED], [OfferState.EXPIRED])


def test_a_clock_that_jumps_back_takes_no_offer(session: Session) -> None:
    """RC-08."""
    event, (amina,), _ = offered()

    assert write(sweep, event.id, now=NOW - 400 * DAY) == 0
    assert states_of(amina) == [OFFERED]


def test_a_clock_that_jumps_ahead_asks_each_in_turn(session: Session) -> None:
    """RC-08: a machine that wakes up after a week does not skip the queue."""
    event, (amina, bekzat, saule), _ = offered(waiting=3)
    monday = NOW + 7 * DAY

    write(sweep, event.id, now=monday)

    assert [states_of(one) for one in (amina, bekzat, saule)] == [[SeatState.EXPIRED], [OFFERED], [WAITING]]
    assert reload(bekzat).offers[0].expires_at > monday


# --- Not in the night, not on the way there -------------------------------------------------------------------


def local(hour: int, minute: int = 0, *, day: int = 24, zone: str = "Asia/Aqtau") -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def event_with(**facts: object) -> Event:
    usual = {"zone": "Asia/Aqtau", "offer_hours": 24, "offers_stop_hours": 3, "starts_at": local(10, day=30)}
    return Event(**usual | facts)


@pytest.mark.parametrize(
    ("made", "runs_until"),
    [
        (local(10), local(10, day=25)),
        (local(20, 59), local(20, 59, day=25)),
        (local(21), local(12, day=26)),
        (local(23, 59), local(12, day=26)),
        (local(0), local(12, day=25)),
        (local(8, 59), local(12, day=25)),
        (local(9), local(9, day=25)),
    ],
)
def test_an_offer_that_would_run_out_in_the_night_runs_until_noon(made: datetime, runs_until: datetime) -> None:
    assert offer_runs_until(event_with(), made) == runs_until


def test_the_night_is_that_of_the_event_and_not_of_the_server() -> None:
    in_warsaw = event_with(zone="Europe/Warsaw", starts_at=local(10, day=30))

    assert offer_runs_until(in_warsaw, local(22, day=24, zone="Europe/Warsaw")) == local(
        12, day=26, zone="Europe/Warsaw"
    )
    assert offer_runs_until(in_warsaw, local(22, day=24)) == local(22, day=25)


def test_on_the_night_when_clocks_change_noon_is_still_noon() -> None:
    """RC-08: the clocks of Warsaw go back on 25 October 2026."""
    event = event_with(zone="Europe/Warsaw", starts_at=datetime(2026, 11, 30, 9, tzinfo=UTC))
    late_evening = datetime(2026, 10, 23, 22, 30, tzinfo=ZoneInfo("Europe/Warsaw")).astimezone(UTC)

    ends = offer_runs_until(event, late_evening)

    assert ends == datetime(2026, 10, 25, 12, tzinfo=ZoneInfo("Europe/Warsaw"))
    assert ends.astimezone(UTC).hour == 11


@given(
    made=st.datetimes(datetime(2026, 1, 1), datetime(2026, 11, 29)),  # noqa: DTZ001
    hours=st.integers(1, 72),
    zone=st.sampled_from(["Asia/Aqtau", "Asia/Almaty", "Europe/Warsaw", "America/Sao_Paulo", "UTC"]),
)
def test_no_offer_ever_runs_out_in_the_night_or_after_its_last_moment(made: datetime, hours: int, zone: str) -> None:
    event = event_with(zone=zone, offer_hours=hours)
    moment = made.replace(tzinfo=UTC)

    ends = offer_runs_until(event, moment)

    assert ends <= offers_stop_at(event)
    if ends < offers_stop_at(event):
        assert 9 <= ends.astimezone(ZoneInfo(zone)).hour < 21
        assert ends >= moment + timedelta(hours=hours)
        assert ends <= moment + timedelta(hours=hours + 16)


def test_an_offer_ends_when_there_would_be_no_time_left_to_come(session: Session) -> None:
    event = make_event(seats=1, starts_in=20 * HOUR)
    (seated,) = fill(event)
    amina = make_registration(event)

    write(give_back, event.id, seated.public_id, now=NOW)

    assert reload(amina).offers[0].expires_at == event.starts_at - 3 * HOUR


def test_close_to_the_start_no_seat_is_offered(session: Session) -> None:
    event = make_event(seats=1, starts_in=2 * DAY)
    (seated,) = fill(event)
    amina = make_registration(event)

    write(give_back, event.id, seated.public_id, now=event.starts_at - 3 * HOUR)

    assert states_of(amina) == [WAITING]
    assert seats_now(event) == (1, 0, 1)


def test_the_last_offers_are_swept_when_offers_stop_and_go_to_nobody(session: Session) -> None:
    event = make_event(seats=1, starts_in=20 * HOUR)
    (seated,) = fill(event)
    amina, bekzat = make_registration(event), make_registration(event)
    write(give_back, event.id, seated.public_id, now=NOW)

    write(sweep, event.id, now=event.starts_at - 3 * HOUR)

    assert (states_of(amina), states_of(bekzat)) == ([SeatState.EXPIRED], [WAITING])


# --- While somebody thinks ------------------------------------------------------------------------------------


def test_lowering_the_capacity_takes_no_offer_back(session: Session) -> None:
    event, (amina,), offer_id = offered()

    write(resize, event.id, capacity=0, now=NOW)
    write(accept_offer, event.id, amina.public_id, offer_id, now=NOW)

    assert states_of(amina) == [SEATED]


def test_part_of_an_offer_may_be_given_back_and_the_rest_accepted(session: Session) -> None:
    event = make_event(seats=2)
    seated = make_registration(event, people=2)
    family, behind = make_registration(event, people=2), make_registration(event)
    write(give_back, event.id, seated.public_id, now=NOW)
    one, _ = reload(family).attendees

    write(give_back, event.id, family.public_id, attendee_ids={one.id}, now=NOW)
    offer = open_offer(reload(family))
    assert offer is not None
    write(accept_offer, event.id, family.public_id, offer.id, now=NOW)

    assert (states_of(family), states_of(behind)) == ([SeatState.GIVEN_BACK, SEATED], [OFFERED])


def test_the_offer_is_then_of_what_is_left_of_it(session: Session) -> None:
    event = make_event(seats=3)
    seated, family = make_registration(event, people=3), make_registration(event, people=3)
    write(give_back, event.id, seated.public_id, now=NOW)

    write(give_back, event.id, family.public_id, attendee_ids={reload(family).attendees[0].id}, now=NOW)

    assert [offer.seats for offer in reload(family).offers] == [2]


# --- When the event is moved ----------------------------------------------------------------------------------


def test_when_the_event_is_moved_forward_no_offer_runs_beyond_its_last_moment(session: Session) -> None:
    event, (amina,), _ = offered(offer_hours=168)
    earlier = make_plan(seats=1, starts_in=2 * DAY, offer_hours=168)

    write(edit_event, event.id, earlier, version=event.version, now=NOW)

    (offer,) = reload(amina).offers
    assert offer.expires_at == earlier.starts_at - 3 * HOUR
    told = session.scalars(select(Letter).where(Letter.letter == "events/offer").order_by(Letter.id)).all()
    assert [letter.payload["expires_at"] for letter in told][1:] == [offer.expires_at.isoformat()]


def test_when_something_else_is_edited_an_offer_stays_as_it_was_and_is_not_told_again(session: Session) -> None:
    event, (amina,), _ = offered()
    (before,) = reload(amina).offers

    write(edit_event, event.id, make_plan(seats=1, contact_name="Бекзат"), version=event.version, now=NOW)

    assert [offer.expires_at for offer in reload(amina).offers] == [before.expires_at]
    assert len(session.scalars(select(Letter).where(Letter.letter == "events/offer")).all()) == 1
