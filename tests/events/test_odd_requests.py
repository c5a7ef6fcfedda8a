"""What reaches the pages of events from old browsers, from the Back button, and from people who try things out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from karavan.core.languages import Slots
from karavan.core.text import BadText
from karavan.events import forms
from karavan.events.models import QuestionKind, Registration, SeatState
from karavan.events.rules.change_seats import give_back, sweep
from karavan.events.rules.plan import QuestionLine
from karavan.notifications.models import Letter
from tests.support.makers import make_event, make_registration, reload, seats_now, states_of, write
from tests.support.settings import NOW
from tests.support.visit import Visit

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from sqlalchemy.orm import Session

    from tests.support.cast import Cast

AMINA = {"people-0-name": "Әмина", "email": "amina@example.kz", "processing": "y"}
SEATED, OFFERED = SeatState.SEATED, SeatState.OFFERED


def ticket(app: Flask, registration: Registration) -> str:
    token = app.extensions["karavan.keys"].seal(registration.public_id, purpose="ticket")
    return f"/en/registrations/{token}"


def filled(visit: Visit, event_slug: str, **typed: str) -> dict[str, Any]:
    visit.get(f"/en/events/{event_slug}/registration")
    assert visit.page is not None
    return dict(visit.page.form_of("Register").filled("Register", AMINA | typed))


# --- Rows and numbers -----------------------------------------------------------------------------------------

ODD_ROWS = ["²", "٣", "9" * 5000, "-1", "1e3", ""]


@pytest.mark.parametrize("number", ODD_ROWS, ids=lambda number: number[:5] or "none")
def test_a_row_with_a_number_that_is_none_is_no_row(session: Session, visit: Visit, number: str) -> None:
    make_event(slug="tour")

    visit.post("/en/events/tour/registration", filled(visit, "tour") | {f"people-{number}-name": "Бөтен"})

    (amina,) = session.scalars(select(Registration)).all()
    assert [one.name for one in amina.attendees] == ["Әмина"]


@pytest.mark.parametrize("number", ODD_ROWS, ids=lambda number: number[:5] or "none")
@pytest.mark.parametrize("row", ["programme-{}-day", "materials-{}-url", "questions-{}-kind"])
def test_the_desk_takes_no_harm_from_such_rows_either(
    session: Session, visit: Visit, cast: Cast, row: str, number: str
) -> None:
    visit.sign_in(cast.bekzat)

    visit.post("/en/desk/events/new", {row.format(number): "x"}, status=422)


@pytest.mark.parametrize("typed", ["1e-999999", "1e-99999999999", "0e99999999", "9e99", "0.0000000000001"])
def test_a_number_is_not_written_out_in_a_million_digits(typed: str) -> None:
    with pytest.raises(BadText):
        forms._number(typed)


def test_numbers_that_people_write_are_taken() -> None:
    assert [forms._number(typed) for typed in ("12", "1 000", "1,50", "-3", "0", "1e3")] == [
        "12",
        "1000",
        "1.5",
        "-3",
        "0",
        "1000",
    ]


@pytest.mark.parametrize(
    "query", ["since=0001-01-01", "since=9999-12-31", "after=0-999999999999999", "after=99999999999-1"]
)
def test_the_list_bears_days_and_numbers_that_never_were(session: Session, visit: Visit, query: str) -> None:
    make_event()

    visit.get(f"/en/events/?{query}")


# --- One form, two people -------------------------------------------------------------------------------------


def test_who_goes_back_and_fills_the_form_in_for_a_neighbour_registers_the_neighbour(
    session: Session, visit: Visit
) -> None:
    event = make_event(seats=5, slug="tour")
    data = filled(visit, "tour")

    for typed in ({}, {}, {"people-0-name": "Бекзат", "email": "bekzat@example.kz"}):
        visit.post("/en/events/tour/registration", data | typed)

    assert seats_now(event).taken == 2
    assert {one.email for one in session.scalars(select(Registration))} == {"amina@example.kz", "bekzat@example.kz"}


# --- Answering an offer ---------------------------------------------------------------------------------------


def test_an_answer_that_says_neither_yes_nor_no_is_neither(app: Flask, session: Session, visit: Visit) -> None:
    event = make_event(seats=1)
    seated, amina = make_registration(event), make_registration(event)
    write(give_back, event.id, seated.public_id, now=NOW)
    visit.get(ticket(app, amina))
    assert visit.page is not None
    data = dict(visit.page.form_of("Take the seats").filled("Take the seats", {}))
    del data["accept"]

    page = visit.post(f"{ticket(app, amina)}/offer", data, status=422)

    assert states_of(amina) == [OFFERED]
    assert "Choose one" in page.summary


# --- Coming back ----------------------------------------------------------------------------------------------


def test_whose_second_seat_ran_out_can_ask_for_it_again_on_the_ticket(
    app: Flask, session: Session, visit: Visit
) -> None:
    event = make_event(seats=2)
    seated = make_registration(event)
    family = make_registration(event, people=2, at_least=1)
    write(give_back, event.id, seated.public_id, now=NOW)
    write(sweep, event.id, now=reload(family).offers[0].expires_at)
    assert states_of(family) == [SEATED, SeatState.EXPIRED]

    visit.get(ticket(app, family))
    visit.press("Register again, at the end of the queue")

    assert states_of(family) == [SEATED, SEATED]


def test_who_sits_with_all_her_people_is_not_asked_to_come_back(app: Flask, session: Session, visit: Visit) -> None:
    page = visit.get(ticket(app, make_registration(make_event(seats=2), people=2)))

    assert "Register again" not in page.body


# --- Letters to somebody else's address -----------------------------------------------------------------------


def test_nobody_can_flood_an_address_by_leaving_and_coming_back(
    session: Session, other_app: Callable[..., Flask]
) -> None:
    event = make_event(seats=5)
    victim = make_registration(event)
    write(give_back, event.id, victim.public_id, now=NOW)
    limited = other_app(rate_limits=True)
    with Visit(limited, after=session.close) as visit:
        visit.get(ticket(limited, victim))
        assert visit.page is not None
        data = dict(visit.page.form_of("Register again").filled("Register again", {}))
        answers = [visit.send("POST", f"{ticket(limited, victim)}/return", data=data).status_code for _ in range(10)]

    assert answers.count(429) == 4


def test_nobody_can_flood_an_address_by_registering_it_again_and_again(
    session: Session, other_app: Callable[..., Flask]
) -> None:
    slugs = [make_event(slug=f"event-{number}").slug for number in range(22)]
    with Visit(other_app(rate_limits=True), after=session.close) as visit:
        data = filled(visit, slugs[0])
        answers = [visit.send("POST", f"/en/events/{slug}/registration", data=data).status_code for slug in slugs]

    assert answers[-2:] == [429, 429]
    assert len(session.scalars(select(Letter)).all()) == 20


def test_an_answer_in_a_million_digits_is_refused_on_the_page(session: Session, visit: Visit) -> None:
    event = make_event(slug="tour", questions=(QuestionLine(kind=QuestionKind.NUMBER, label=Slots(ru="Сколько?")),))
    data = filled(visit, "tour") | {f"q{event.questions[0].id}": "1e-999999"}

    visit.post("/en/events/tour/registration", data, status=422)
