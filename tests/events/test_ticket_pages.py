"""The ticket at its unguessable link: what its owner sees there and may do, with and without JavaScript."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import icalendar
import pytest
from sqlalchemy import select

from karavan.core.languages import Slots
from karavan.events.models import Consent, ConsentPurpose, OfferState, QuestionKind, SeatState
from karavan.events.rules.change_seats import give_back, sweep
from karavan.events.rules.plan import QuestionLine, cancel_event, edit_event
from tests.support.makers import fill, make_event, make_plan, make_registration, people_of, reload, states_of, write
from tests.support.settings import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    import time_machine
    from flask import Flask
    from sqlalchemy.orm import Session

    from karavan.events.models import Event, Registration
    from tests.support.page import Page
    from tests.support.visit import Visit

both_ways = pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
DAY = timedelta(days=1)


@pytest.fixture
def address(app: Flask) -> Callable[[Registration], str]:
    """Where a registration's ticket lies."""
    keys = app.extensions["karavan.keys"]
    return lambda registration: f"/en/registrations/{keys.seal(registration.public_id, purpose='ticket')}"


def offered(**plan: Any) -> tuple[Event, Registration, Registration]:
    event = make_event(seats=1, **plan)
    (seated,) = fill(event)
    waiting, behind = make_registration(event, names=("Әмина",)), make_registration(event)
    write(give_back, event.id, seated.public_id, now=NOW)
    return event, waiting, behind


# --- Looking --------------------------------------------------------------------------------------------------


def test_a_ticket_says_everything_one_needs_at_the_door(session: Session, visit: Visit, address: Any) -> None:
    event = make_event(online_url="https://meet.example.kz/room", title=Slots(kk="Кеңес", en="Meeting"))
    amina = make_registration(event, names=("Әмина Сейітова",))

    page = visit.get(address(amina))

    code = amina.attendees[0].code
    for words in ("Meeting", "Әмина Сейітова", f"{code[:4]}-{code[4:]}", "23 December 2026", "Дом «Достык»"):
        assert words in page.text
    assert "https://meet.example.kz/room" in page.body
    assert page.find("span", class_="qr")


def test_who_waits_sees_her_place_and_not_the_link_to_join(session: Session, visit: Visit, address: Any) -> None:
    event = make_event(seats=1, online_url="https://meet.example.kz/room")
    fill(event)
    first, second = make_registration(event), make_registration(event)

    page = visit.get(address(second))

    assert first.live
    assert "Your place in the queue: 2" in page.text
    assert "meet.example.kz" not in page.body
    assert second.attendees[0].code not in page.body


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_a_ticket_opens_in_every_language(session: Session, visit: Visit, address: Any, lang: str) -> None:
    amina = make_registration(make_event())

    page = visit.get(address(amina).replace("/en/", f"/{lang}/"))

    assert page.root.get("lang") == lang


# --- Answering an offer ---------------------------------------------------------------------------------------


@both_ways
def test_yes_to_an_offer(session: Session, visit: Visit, address: Any, htmx: bool) -> None:
    _, amina, _ = offered()
    visit.get(address(amina))

    page = visit.press("Take the seats", htmx=htmx, status=200)

    assert states_of(amina) == [SeatState.SEATED]
    assert page.toasts.startswith("The seats are yours.")
    assert page.find(id="offer") == []
    assert amina.attendees[0].code[:4] in page.text


@both_ways
def test_no_to_an_offer(session: Session, visit: Visit, address: Any, htmx: bool) -> None:
    _, amina, behind = offered()
    visit.get(address(amina))

    page = visit.press("Decline and leave the queue", htmx=htmx, status=200)

    assert (states_of(amina), states_of(behind)) == ([SeatState.DECLINED], [SeatState.OFFERED])
    assert "You have no seat now" in page.text


@both_ways
def test_a_yes_that_comes_too_late_is_explained_on_the_ticket(
    session: Session, visit: Visit, address: Any, htmx: bool
) -> None:
    event, amina, behind = offered()
    visit.get(address(amina))
    write(sweep, event.id, now=NOW + 3 * DAY)

    visit.press("Take the seats", htmx=htmx, status=422 if htmx else 409)

    assert (states_of(amina), states_of(behind)) == ([SeatState.EXPIRED], [SeatState.OFFERED])
    assert "This offer is no longer open." in visit.page.text


@both_ways
def test_yes_pressed_twice_is_yes(session: Session, visit: Visit, address: Any, htmx: bool) -> None:
    _, amina, _ = offered()
    visit.get(address(amina))
    form = visit.page.form_of("Take the seats")
    data = dict(form.filled("Take the seats", {}))
    visit.press("Take the seats", htmx=htmx)

    page = visit.post(form.action, data, status=200)

    assert "You have a seat" in page.text or "Confirmed" in page.text
    assert [offer.state for offer in reload(amina).offers] == [OfferState.ACCEPTED]


def test_somebody_elses_offer_cannot_be_taken(session: Session, visit: Visit, address: Any) -> None:
    """RC-05."""
    _, amina, ermek = offered()
    visit.get(address(amina))
    data = dict(visit.page.form_of("Take the seats").filled("Take the seats", {}))

    visit.post(f"{address(ermek)}/offer", data, status=404)

    assert (states_of(amina), states_of(ermek)) == ([SeatState.OFFERED], [SeatState.WAITING])


@pytest.mark.parametrize("number", ["", "x", "-1", "0", "1" * 15, "9" * 30, "²", "1.0"])
def test_an_offer_number_that_is_none_is_not_found(session: Session, visit: Visit, address: Any, number: str) -> None:
    _, amina, _ = offered()
    visit.get(address(amina))
    data = dict(visit.page.form_of("Take the seats").filled("Take the seats", {}))

    visit.post(f"{address(amina)}/offer", data | {"offer": number}, status=404)


@pytest.mark.parametrize("tail", ["offer", "return"])
def test_reloading_after_an_answer_shows_the_ticket(session: Session, visit: Visit, address: Any, tail: str) -> None:
    amina = make_registration(make_event())

    visit.get(f"{address(amina)}/{tail}")

    assert visit.address == address(amina)


# --- Giving back ----------------------------------------------------------------------------------------------


@both_ways
def test_who_cannot_come_gives_the_seat_back_on_a_page_of_its_own(
    session: Session, visit: Visit, address: Any, htmx: bool
) -> None:
    event = make_event(seats=1)
    (amina,) = fill(event)
    waiting = make_registration(event)
    visit.get(address(amina))
    visit.follow("I cannot come: give the seat back")

    page = visit.press("Give back", htmx=htmx, status=200)

    assert (states_of(amina), states_of(waiting)) == ([SeatState.GIVEN_BACK], [SeatState.OFFERED])
    assert page.toasts.startswith("Done. Thank you")
    assert visit.address == address(amina)


@both_ways
def test_one_of_a_family_gives_back_and_nobody_is_ticked_beforehand(
    session: Session, visit: Visit, address: Any, htmx: bool
) -> None:
    event = make_event(seats=2)
    family = make_registration(event, names=("Әмина", "Дана"))
    visit.get(f"{address(family)}/withdrawal")
    assert "Choose who is not coming." in visit.press("Give back", htmx=htmx, status=422).summary

    visit.press("Give back", fields={"people": [family.attendees[1].id]}, htmx=htmx)

    assert [(one.name, one.state.value) for one in people_of(family)] == [("Әмина", "seated"), ("Дана", "given_back")]


def test_a_strangers_number_gives_nobodys_seat_back(session: Session, visit: Visit, address: Any) -> None:
    event = make_event(seats=2)
    amina, bekzat = fill(event)
    visit.get(f"{address(amina)}/withdrawal")
    data = dict(visit.page.form_of("Give back").filled("Give back", {}))

    for wrong in (str(bekzat.attendees[0].id), "x", "9" * 30, "-1"):
        visit.post(f"{address(amina)}/withdrawal", data | {"people": wrong}, status=422)

    assert (states_of(amina), states_of(bekzat)) == ([SeatState.SEATED], [SeatState.SEATED])


@both_ways
def test_giving_back_twice_leads_to_the_ticket_both_times(
    session: Session, visit: Visit, address: Any, htmx: bool
) -> None:
    amina = make_registration(make_event())
    visit.get(f"{address(amina)}/withdrawal")
    form = visit.page
    visit.press("Give back", htmx=htmx)
    visit.page = form

    visit.press("Give back", htmx=htmx)

    assert visit.address == address(amina)
    assert states_of(amina) == [SeatState.GIVEN_BACK]


# --- Coming back ----------------------------------------------------------------------------------------------


@both_ways
def test_who_gave_back_can_come_back(session: Session, visit: Visit, address: Any, htmx: bool) -> None:
    amina = make_registration(make_event())
    write(give_back, amina.event_id, amina.public_id, now=NOW)
    visit.get(address(amina))

    page = visit.press("Register again", htmx=htmx, status=200)

    assert states_of(amina) == [SeatState.SEATED]
    assert page.find(id="gone") == []


@both_ways
def test_when_the_contact_is_registered_anew_coming_back_is_refused(
    session: Session, visit: Visit, address: Any, htmx: bool
) -> None:
    event = make_event(seats=3)
    amina = make_registration(event, email="amina@example.kz")
    write(give_back, event.id, amina.public_id, now=NOW)
    make_registration(event, email="amina@example.kz")
    visit.get(address(amina))

    page = visit.press("Register again", htmx=htmx, status=422)

    assert "There is already a registration with this contact" in page.summary


def test_after_registration_closed_there_is_no_way_back(
    session: Session, visit: Visit, address: Any, clock: time_machine.Traveller
) -> None:
    amina = make_registration(make_event())
    write(give_back, amina.event_id, amina.public_id, now=NOW)
    clock.shift(60 * DAY)

    page = visit.get(address(amina))

    assert "Register again" not in page.text


# --- Correcting -----------------------------------------------------------------------------------------------


@both_ways
def test_names_needs_answers_and_consents_can_be_corrected(
    session: Session, visit: Visit, address: Any, htmx: bool
) -> None:
    event = make_event(questions=(QuestionLine(kind=QuestionKind.TEXT, label=Slots(ru="Откуда вы?")),))
    question = event.questions[0].id
    given = frozenset({ConsentPurpose.PROCESSING, ConsentPurpose.PHOTOGRAPHY})
    amina = make_registration(event, names=("Амина",), answers={question: "Актау"}, consents=given)
    visit.get(f"{address(amina)}/answers")

    visit.press(
        "Save",
        fields={"people-0-name": "Әмина", "people-0-needs": ["step_free"], f"q{question}": "Құрық"},
        photography=False,
        newsletter=True,
        htmx=htmx,
        status=200,
    )

    changed = reload(amina)
    assert [(one.name, one.needs) for one in changed.attendees] == [("Әмина", ["step_free"])]
    assert [answer.value for answer in changed.answers] == ["Құрық"]
    history = session.execute(select(Consent.purpose, Consent.withdrawn_at).order_by(Consent.id)).all()
    assert {purpose.value: taken is not None for purpose, taken in history} == {
        "processing": False,
        "photography": True,
        "newsletter": False,
    }


@both_ways
def test_a_mistake_while_correcting_is_explained(session: Session, visit: Visit, address: Any, htmx: bool) -> None:
    amina = make_registration(make_event(), names=("Әмина",))
    visit.get(f"{address(amina)}/answers")

    page = visit.press("Save", fields={"people-0-name": " "}, htmx=htmx, status=422)

    assert "Enter the name of the person who will come." in page.summary
    assert people_of(amina)[0].name == "Әмина"


def test_who_left_meanwhile_is_not_renamed_into_who_stays(session: Session, visit: Visit, address: Any) -> None:
    """The form was opened for two; one of them gave back in another tab before it was sent."""
    event = make_event(seats=2)
    family = make_registration(event, names=("Әмина", "Дана"))
    visit.get(f"{address(family)}/answers")
    write(give_back, event.id, family.public_id, attendee_ids={family.attendees[0].id}, now=NOW)

    visit.press("Save", fields={"people-0-name": "Әмина С.", "people-1-name": "Дана С."})

    assert "Әмина С." not in [one.name for one in people_of(family) if one.state == SeatState.SEATED]


def test_an_unanswered_optional_question_takes_the_old_answer_away(
    session: Session, visit: Visit, address: Any
) -> None:
    event = make_event(questions=(QuestionLine(kind=QuestionKind.TEXT, label=Slots(ru="Откуда вы?")),))
    question = event.questions[0].id
    amina = make_registration(event, answers={question: "Актау"})
    visit.get(f"{address(amina)}/answers")

    visit.press("Save", fields={f"q{question}": ""})

    assert [answer.value for answer in reload(amina).answers] == []


# --- The calendar ---------------------------------------------------------------------------------------------


def entry_of(page: Page) -> icalendar.cal.Component:
    (found,) = icalendar.Calendar.from_ical(page.response.data).walk("VEVENT")
    return found


def test_the_calendar_entry_keeps_its_name_and_counts_changes(session: Session, visit: Visit, address: Any) -> None:
    """DC-07: moved twice, then called off."""
    event = make_event()
    amina = make_registration(event)
    found = [entry_of(visit.get(f"{address(amina)}/calendar.ics"))]
    for number in (1, 2):
        plan = make_plan(starts_in=(30 + number) * DAY, now=NOW)
        write(edit_event, event.id, plan, version=1 + number, now=NOW)
        found.append(entry_of(visit.get(f"{address(amina)}/calendar.ics")))
    write(cancel_event, event.id, reason=Slots(ru="Дорогу занесло"), now=NOW)
    found.append(entry_of(visit.get(f"{address(amina)}/calendar.ics")))

    assert len({str(entry["uid"]) for entry in found}) == 1
    assert [entry["sequence"] for entry in found] == [0, 1, 2, 3]
    assert [str(entry["status"]) for entry in found] == ["CONFIRMED"] * 3 + ["CANCELLED"]
    assert entry_of(visit.get(f"/en/events/{event.slug}/calendar.ics"))["uid"] == found[0]["uid"]


def test_the_link_to_join_is_in_the_calendar_of_those_with_a_seat_only(
    session: Session, visit: Visit, address: Any
) -> None:
    event = make_event(seats=1, online_url="https://meet.example.kz/room")
    seated, waiting = make_registration(event), make_registration(event)

    with_seat, without = (visit.get(f"{address(one)}/calendar.ics") for one in (seated, waiting))
    public = visit.get(f"/en/events/{event.slug}/calendar.ics")

    assert "meet.example.kz" in re.sub(r"\r\n ", "", with_seat.body)
    assert "meet.example.kz" not in re.sub(r"\r\n ", "", without.body)
    assert "meet.example.kz" not in re.sub(r"\r\n ", "", public.body)


def test_the_events_page_does_not_show_the_link_to_join(session: Session, visit: Visit) -> None:
    event = make_event(online_url="https://meet.example.kz/room")

    for page in (visit.get(f"/en/events/{event.slug}"), visit.get("/en/events/"), visit.get("/en/events/calendar.ics")):
        assert "meet.example.kz" not in page.body
