"""Letters about events: one for each occasion, in the act's own transaction, nothing in them that opens a ticket."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from karavan.core.database import transaction
from karavan.core.languages import Slots
from karavan.events.rules.change_seats import accept_offer, decline_offer, give_back, rejoin, sweep
from karavan.events.rules.plan import cancel_event, edit_event
from karavan.events.rules.register import register
from karavan.notifications.models import Channel, Letter, LetterState
from tests.support.makers import (
    application,
    fill,
    make_event,
    make_plan,
    make_registration,
    reload,
    take_seats,
    write,
)
from tests.support.settings import NOW

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from karavan.events.models import Event, Registration

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def sent_to(session: Session, registration: Registration) -> list[str]:
    """The letters one party was written, in order."""
    session.close()
    keys = select(Letter.letter).where(Letter.key.startswith(f"registration:{registration.id}:")).order_by(Letter.id)
    return [name.removeprefix("events/") for name in session.scalars(keys)]


def the_letter(session: Session, name: str) -> Letter:
    session.close()
    return session.scalars(select(Letter).where(Letter.letter == f"events/{name}")).one()


def offered() -> tuple[Event, Registration, Registration]:
    event = make_event(seats=1)
    (seated,) = fill(event)
    waiting, behind = make_registration(event), make_registration(event)
    write(give_back, event.id, seated.public_id, now=NOW)
    return event, waiting, behind


# --- One letter for each occasion -----------------------------------------------------------------------------


def test_who_registers_is_written_once_however_often_she_presses(session: Session) -> None:
    event = make_event()
    wish = application()
    first = take_seats(event, wish)
    for _ in range(3):
        take_seats(event, wish)

    assert sent_to(session, reload(first.public_id)) == ["registered"]


def test_who_must_wait_is_written_as_well(session: Session) -> None:
    event = make_event(seats=0)

    waiting = make_registration(event)

    assert sent_to(session, waiting) == ["registered"]
    assert the_letter(session, "registered").payload["people"][0]["state"] == "waiting"


def test_an_offer_is_written_once_and_says_until_when(session: Session) -> None:
    event, waiting, _ = offered()
    for _ in range(2):
        write(sweep, event.id, now=NOW + HOUR)

    assert sent_to(session, waiting) == ["registered", "offer"]
    offer = reload(waiting).offers[0]
    payload = the_letter(session, "offer").payload
    assert (payload["seats"], datetime.fromisoformat(payload["expires_at"])) == (1, offer.expires_at)


def test_a_yes_is_confirmed_once(session: Session) -> None:
    event, waiting, _ = offered()
    for _ in range(2):
        write(accept_offer, event.id, waiting.public_id, reload(waiting).offers[0].id, now=NOW)

    assert sent_to(session, waiting) == ["registered", "offer", "registered"]


def test_who_says_no_is_not_written_but_the_next_is(session: Session) -> None:
    event, waiting, behind = offered()

    write(decline_offer, event.id, waiting.public_id, reload(waiting).offers[0].id, now=NOW)

    assert sent_to(session, waiting) == ["registered", "offer"]
    assert sent_to(session, behind) == ["registered", "offer"]


def test_an_offer_that_ran_out_is_said_once(session: Session) -> None:
    event, waiting, _ = offered()
    for _ in range(2):
        write(sweep, event.id, now=NOW + 2 * DAY)

    assert sent_to(session, waiting) == ["registered", "offer", "offer_expired"]


def test_every_giving_back_is_confirmed_by_name(session: Session) -> None:
    event = make_event(seats=3)
    family = make_registration(event, names=("Әмина", "Нұрлан", "Дана"))
    for number, hours in ((2, 0), (0, 1), (0, 2)):
        chosen = {family.attendees[number].id}
        write(give_back, event.id, family.public_id, attendee_ids=chosen, now=NOW + hours * HOUR)

    assert sent_to(session, family) == ["registered", "given_back", "given_back"]
    left = session.scalars(select(Letter).where(Letter.letter == "events/given_back").order_by(Letter.id)).all()
    assert [letter.payload["left"] for letter in left] == [["Дана"], ["Әмина"]]


def test_who_rejoins_is_confirmed_anew(session: Session) -> None:
    event = make_event()
    amina = make_registration(event)
    write(give_back, event.id, amina.public_id, now=NOW)

    write(rejoin, event.id, amina.public_id, now=NOW + HOUR)

    assert sent_to(session, amina) == ["registered", "given_back", "registered"]


def test_an_address_that_is_typed_again_and_again_is_written_once_a_day(session: Session) -> None:
    """EM-12: nobody's mailbox is bombed through our form."""
    event = make_event(seats=9)
    amina = make_registration(event, email="amina@example.kz")
    for hours in (0, 1, 2, 24, 25):
        take_seats(event, email="amina@example.kz", now=NOW + hours * HOUR)

    assert sent_to(session, amina) == ["registered", "already_registered", "already_registered"]


def test_a_change_and_a_cancellation_are_told_to_the_living_only(session: Session) -> None:
    event = make_event(seats=2)
    staying, leaving = make_registration(event), make_registration(event)
    write(give_back, event.id, leaving.public_id, now=NOW)
    write(edit_event, event.id, make_plan(venue=Slots(ru="Акимат")), version=2, now=NOW)
    write(cancel_event, event.id, reason=Slots(ru="Дорогу занесло"), now=NOW)

    assert sent_to(session, staying) == ["registered", "event_changed", "event_cancelled"]
    assert sent_to(session, leaving) == ["registered", "given_back"]
    assert the_letter(session, "event_cancelled").payload["reason"]["ru"] == "Дорогу занесло"
    change = the_letter(session, "event_changed").payload["changes"][0]
    assert (change["before"]["ru"], change["after"]["ru"]) == ("Дом «Достык»", "Акимат")


# --- In the act's own transaction -----------------------------------------------------------------------------


def test_if_the_act_fails_no_letter_is_left(session: Session) -> None:
    event = make_event()

    with pytest.raises(ZeroDivisionError), transaction() as writing:
        register(writing, event.id, application(), now=NOW)
        1 / 0  # noqa: B018

    assert session.scalars(select(Letter)).all() == []


# --- To whom, and in which language ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("contact", "channel", "address"),
    [
        ({"email": "amina@example.kz"}, Channel.EMAIL, "amina@example.kz"),
        ({"phone": "+77011234501"}, Channel.SMS, "+77011234501"),
        ({"email": "amina@example.kz", "phone": "+77011234501"}, Channel.EMAIL, "amina@example.kz"),
    ],
)
def test_a_letter_goes_to_the_address_or_else_to_the_telephone(
    session: Session, contact: dict[str, str], channel: Channel, address: str
) -> None:
    make_registration(make_event(), **contact)

    letter = the_letter(session, "registered")
    assert (letter.channel, letter.address, letter.state) == (channel, address, LetterState.WAITING)
    assert (letter.created_at, letter.next_try_at) == (NOW, NOW)


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_a_letter_is_in_the_language_of_the_form(session: Session, lang: str) -> None:
    make_registration(make_event(), lang=lang)

    assert the_letter(session, "registered").lang == lang


# --- A snapshot that opens nothing ----------------------------------------------------------------------------


def test_a_letter_tells_what_was_true_when_it_was_written(session: Session) -> None:
    event = make_event(venue=Slots(ru="Старый зал"))
    make_registration(event)

    write(edit_event, event.id, make_plan(venue=Slots(ru="Новый зал")), version=2, now=NOW)

    assert the_letter(session, "registered").payload["event"]["venue"]["ru"] == "Старый зал"


def test_a_letter_in_the_outbox_holds_no_key_to_the_ticket(session: Session, app: object) -> None:
    amina = make_registration(make_event())
    sealed = app.extensions["karavan.keys"].seal(amina.public_id, purpose="ticket")

    stored = json.dumps(the_letter(session, "registered").payload)

    assert amina.public_id in stored
    assert sealed not in stored
    assert sealed.removeprefix(amina.public_id) not in stored


def test_those_who_left_are_not_on_the_ticket_any_more(session: Session) -> None:
    event = make_event(seats=2)
    family = make_registration(event, names=("Әмина", "Дана"))

    write(give_back, event.id, family.public_id, attendee_ids={family.attendees[1].id}, now=NOW)

    assert [person["name"] for person in the_letter(session, "given_back").payload["people"]] == ["Әмина"]
