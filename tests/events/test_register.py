"""Taking seats: who gets one, who is told no, and what happens when the button is pressed twice."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from karavan.core.languages import Slots
from karavan.core.problems import NotFound, Problem
from karavan.events.models import (
    Answer,
    Attendee,
    Consent,
    ConsentPurpose,
    QuestionKind,
    Registration,
    SeatChannel,
    SeatGate,
    SeatState,
)
from karavan.events.problems import (
    EventIsCancelled,
    EventIsFull,
    FewerSeatsLeft,
    RegistrationHasClosed,
    RegistrationNotOpenYet,
    TooManyPeople,
)
from karavan.events.rules.change_seats import give_back
from karavan.events.rules.plan import QuestionLine, edit_event
from karavan.events.rules.register import CONSENT_TEXTS, Guest
from karavan.notifications.models import Letter
from karavan.record.models import RecordEntry
from tests.support.makers import (
    application,
    fill,
    make_event,
    make_plan,
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
    from sqlalchemy.orm import Session

SEATED, WAITING = SeatState.SEATED, SeatState.WAITING


def rows(session: Session, model: type) -> int:
    return session.scalars(select(func.count()).select_from(model)).one()


# --- Getting a seat -------------------------------------------------------------------------------------------


def test_a_newcomer_gets_a_seat_at_once(session: Session) -> None:
    event = make_event(seats=2)

    outcome = take_seats(event, application(names=("Әмина",), email="amina@example.kz"))

    assert outcome.fresh
    amina = reload(outcome.public_id)
    assert [(one.name, one.state, one.state_at) for one in amina.attendees] == [("Әмина", SEATED, NOW)]
    assert (amina.live, amina.email, amina.at_least, amina.waits_until) == (True, "amina@example.kz", 1, None)
    assert seats_now(event) == (2, 1, 0)


def test_a_household_sits_together_in_the_order_of_the_form(session: Session) -> None:
    event = make_event(seats=5)

    family = make_registration(event, names=("Әмина", "Нұрлан", "Дана"))

    assert [(one.name, one.position, one.state) for one in family.attendees] == [
        ("Әмина", 0, SEATED),
        ("Нұрлан", 1, SEATED),
        ("Дана", 2, SEATED),
    ]
    assert len({one.code for one in family.attendees}) == 3


def test_the_last_seat_goes_to_one(session: Session) -> None:
    event = make_event(seats=1)

    first, second = make_registration(event), make_registration(event)

    assert (states_of(first), states_of(second)) == ([SEATED], [WAITING])


def test_what_a_guest_needs_is_written_down(session: Session) -> None:
    event = make_event()
    guest = Guest(name="Дана", child=True, needs=("step_free", "transport"), needs_note="Арба 70 см")

    dana = people_of(make_registration(event, guests=(guest,)))[0]

    assert (dana.child, dana.needs, dana.needs_note) == (True, ["step_free", "transport"], "Арба 70 см")


def test_answers_and_consents_are_kept_with_their_wording(session: Session) -> None:
    event = make_event(questions=(QuestionLine(kind=QuestionKind.TEXT, label=Slots(ru="Откуда вы?")),))
    given = frozenset({ConsentPurpose.PROCESSING, ConsentPurpose.PHOTOGRAPHY})

    make_registration(event, answers={event.questions[0].id: "Құрық"}, consents=given, lang="ru")

    assert session.scalars(select(Answer.value)).all() == ["Құрық"]
    consents = session.execute(select(Consent.purpose, Consent.text_version, Consent.lang, Consent.given_at)).all()
    assert sorted(consents) == [
        (ConsentPurpose.PHOTOGRAPHY, CONSENT_TEXTS, "ru", NOW),
        (ConsentPurpose.PROCESSING, CONSENT_TEXTS, "ru", NOW),
    ]


def test_numbers_rise_with_every_registration(session: Session) -> None:
    event = make_event(seats=2)

    numbers = [make_registration(event).number for _ in range(4)]

    assert numbers == sorted(set(numbers))


# --- Pressing twice -------------------------------------------------------------------------------------------


def test_a_second_press_keeps_the_first_seat(session: Session) -> None:
    event = make_event(seats=2)
    wish = application()

    first, second = take_seats(event, wish), take_seats(event, wish)

    assert (first.fresh, second.fresh) == (True, False)
    assert first.public_id == second.public_id
    assert (rows(session, Registration), rows(session, Attendee), rows(session, Letter)) == (1, 1, 1)


def test_the_same_form_with_other_words_is_still_the_first_registration(session: Session) -> None:
    event = make_event(seats=5)
    first = take_seats(event, application(key="k" * 22, names=("Әмина",), email="amina@example.kz"))

    again = take_seats(event, application(key="k" * 22, names=("Бекзат", "Сәуле"), email="bekzat@example.kz"))

    assert again.public_id == first.public_id
    assert [one.name for one in people_of(first.public_id)] == ["Әмина"]


def test_a_second_press_after_registration_closed_still_shows_the_ticket(session: Session) -> None:
    event = make_event(registration_closes_at=NOW + timedelta(hours=1))
    wish = application()
    first = take_seats(event, wish)

    late = take_seats(event, wish, now=NOW + timedelta(hours=2))

    assert (late.public_id, late.fresh) == (first.public_id, False)


def test_the_same_key_at_two_events_is_two_registrations(session: Session) -> None:
    here, there = make_event(), make_event()

    first, second = take_seats(here, application(key="k" * 22)), take_seats(there, application(key="k" * 22))

    assert first.public_id != second.public_id


# --- One person, one live registration ------------------------------------------------------------------------


def test_a_contact_that_is_registered_is_told_by_letter_only(session: Session) -> None:
    event = make_event(seats=3)
    make_registration(event, email="amina@example.kz")

    stranger = take_seats(event, email="amina@example.kz", names=("Ермек",))

    assert stranger == (None, False)
    assert rows(session, Attendee) == 1
    letters = session.execute(select(Letter.letter, Letter.address).order_by(Letter.id)).all()
    assert letters == [
        ("events/registered", "amina@example.kz"),
        ("events/already_registered", "amina@example.kz"),
    ]


@pytest.mark.parametrize("same", ["AMINA@Example.KZ", "  amina@example.kz  ", "amina@EXAMPLE.kz"])
def test_an_address_in_other_letters_is_the_same_person(session: Session, same: str) -> None:
    event = make_event()
    make_registration(event, email="amina@example.kz")

    assert take_seats(event, email=same).public_id is None


@pytest.mark.parametrize("other", ["a.mina@example.kz", "amina+training@example.kz"])
def test_dots_and_tags_make_another_address(session: Session, other: str) -> None:
    event = make_event()
    make_registration(event, email="amina@example.kz")

    assert take_seats(event, email=other).fresh


def test_a_telephone_alone_tells_who_is_registered(session: Session) -> None:
    event = make_event(seats=3)
    make_registration(event, phone="+77011234501", email="amina@example.kz")

    with_another_address = take_seats(event, phone="+77011234501", email="other@example.kz")

    assert with_another_address == (None, False)


def test_two_people_with_telephones_only_are_two_people(session: Session) -> None:
    event = make_event()

    assert take_seats(event, phone="+77011234501").fresh
    assert take_seats(event, phone="+77011234502").fresh


def test_who_gave_everything_back_may_register_anew(session: Session) -> None:
    event = make_event()
    first = make_registration(event, email="amina@example.kz")
    write(give_back, event.id, first.public_id, now=NOW)

    second = take_seats(event, email="amina@example.kz")

    assert second.fresh
    assert reload(first).live is False


def test_a_seat_at_one_event_does_not_hinder_another(session: Session) -> None:
    make_registration(make_event(), email="amina@example.kz")

    assert take_seats(make_event(), email="amina@example.kz").fresh


def test_the_desk_is_shown_the_registration_that_stands(session: Session) -> None:
    event = make_event()
    amina = make_registration(event, phone="+77011234501")

    by_desk = take_seats(event, phone="+77011234501", channel=SeatChannel.DESK)

    assert by_desk == (amina.public_id, False)


# --- Being told no --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("plan", "refusal"),
    [
        ({"published": False}, NotFound),
        ({"cancelled": True}, EventIsCancelled),
        ({"registration_opens_at": NOW + timedelta(seconds=1)}, RegistrationNotOpenYet),
        ({"registration_closes_at": NOW}, RegistrationHasClosed),
    ],
)
def test_outside_the_window_nobody_registers(session: Session, plan: dict[str, object], refusal: type[Problem]) -> None:
    event = make_event(**plan)
    before = rows(session, Letter), rows(session, RecordEntry)
    session.close()

    with pytest.raises(refusal):
        take_seats(event)

    assert rows(session, Registration) == 0
    assert (rows(session, Letter), rows(session, RecordEntry)) == before


def test_registration_is_open_from_its_first_moment_to_before_its_last(session: Session) -> None:
    event = make_event(registration_opens_at=NOW, registration_closes_at=NOW + timedelta(hours=1))

    assert take_seats(event, now=NOW).fresh
    assert take_seats(event, now=NOW + timedelta(hours=1, microseconds=-1)).fresh


def test_once_an_event_has_begun_nobody_registers_whatever_its_closing_says(session: Session) -> None:
    event = make_event(registration_closes_at=NOW + timedelta(days=99))

    with pytest.raises(RegistrationHasClosed):
        take_seats(event, now=event.starts_at)


def test_an_event_that_never_was_is_not_found(session: Session) -> None:
    event = make_event()
    event.id += 1000

    with pytest.raises(NotFound):
        take_seats(event)


def test_the_desk_adds_people_before_the_opening_and_until_the_end(session: Session) -> None:
    event = make_event(registration_opens_at=NOW + timedelta(days=1), registration_closes_at=NOW + timedelta(days=2))

    assert take_seats(event, channel=SeatChannel.DESK).fresh
    assert take_seats(event, channel=SeatChannel.DESK, now=event.ends_at - timedelta(minutes=1)).fresh
    with pytest.raises(RegistrationHasClosed):
        take_seats(event, channel=SeatChannel.DESK, now=event.ends_at)


def test_not_even_the_desk_adds_people_to_a_cancelled_event(session: Session) -> None:
    with pytest.raises(EventIsCancelled):
        take_seats(make_event(cancelled=True), channel=SeatChannel.DESK)


@pytest.mark.parametrize("people", [0, 4])
def test_a_registration_brings_one_to_as_many_people_as_the_event_allows(session: Session, people: int) -> None:
    event = make_event(seats=10, party_limit=3)

    with pytest.raises(TooManyPeople) as refused:
        take_seats(event, people=people)

    assert refused.value.where == "people"
    assert refused.value.message.facts == {"num": 3}


def test_without_a_waiting_list_a_full_event_says_so(session: Session) -> None:
    event = make_event(seats=1, waiting_list=False)
    fill(event)

    with pytest.raises(EventIsFull):
        take_seats(event)


def test_without_a_waiting_list_a_household_hears_how_many_seats_are_left(session: Session) -> None:
    event = make_event(seats=3, waiting_list=False)
    make_registration(event)

    with pytest.raises(FewerSeatsLeft) as refused:
        take_seats(event, people=3, at_least=1)

    assert refused.value.message.facts == {"num": 2}


def test_who_was_told_no_leaves_no_trace_and_draws_no_number(session: Session) -> None:
    event = make_event(seats=1, waiting_list=False)
    fill(event)
    before = session.scalars(select(SeatGate.next_number)).one()
    session.close()

    with pytest.raises(EventIsFull):
        take_seats(event)

    assert session.scalars(select(SeatGate.next_number)).one() == before
    assert rows(session, Registration) == 1


def test_when_the_list_is_closed_newcomers_are_told_so_and_those_on_it_keep_their_places(session: Session) -> None:
    event = make_event(seats=1)
    fill(event)
    waiting = make_registration(event)
    write(edit_event, event.id, make_plan(seats=1, waiting_list=False), version=event.version, now=NOW)

    with pytest.raises(EventIsFull):
        take_seats(event)

    assert states_of(waiting) == [WAITING]
