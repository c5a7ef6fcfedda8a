"""The form that takes a seat: as a plain form, as htmx sends it, filled wrongly, twice, too late, and by a stranger."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from karavan.core.languages import Slots
from karavan.events.models import Answer, Consent, ConsentPurpose, QuestionKind, Registration
from karavan.events.rules.plan import QuestionLine, edit_event
from tests.support.hostile import case
from tests.support.makers import (
    fill,
    make_event,
    make_plan,
    make_registration,
    people_of,
    seats_now,
    states_of,
    write,
)
from tests.support.settings import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    import time_machine
    from flask import Flask
    from sqlalchemy.orm import Session

    from karavan.events.models import Event
    from tests.support.page import Page
    from tests.support.visit import Visit

FILLED: dict[str, Any] = {"people-0-name": "Әмина Сейітова", "email": "amina@example.kz", "processing": True}
both_ways = pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])


def open_form(visit: Visit, event: Event) -> Page:
    return visit.get(f"/en/events/{event.slug}/registration")


def registrations(session: Session) -> list[Registration]:
    session.close()
    return list(session.scalars(select(Registration).order_by(Registration.id)))


# --- It works -------------------------------------------------------------------------------------------------


@both_ways
def test_amina_registers_and_sees_her_ticket(session: Session, visit: Visit, htmx: bool) -> None:
    event = make_event()
    visit.get("/en/events/")
    visit.follow("Study tour to Astana")
    visit.follow("Register")

    page = visit.press("Register", fields=FILLED, htmx=htmx)

    (amina,) = registrations(session)
    assert "/registrations/" in visit.address
    assert page.h1.startswith("Ticket")
    assert "Әмина Сейітова" in page.text
    assert page.toasts == "Done. This page is your ticket: keep its address. Close this message"
    assert [one.state.value for one in people_of(amina)] == ["seated"]
    assert amina.lang == "en"
    assert seats_now(event) == (2, 1, 0)


@both_ways
def test_when_all_seats_are_taken_the_button_says_so_and_the_ticket_shows_the_place(
    session: Session, visit: Visit, htmx: bool
) -> None:
    event = make_event(seats=1)
    fill(event)
    make_registration(event)
    open_form(visit, event)

    page = visit.press("Join the waiting list", fields=FILLED, htmx=htmx)

    assert "Your place in the queue: 2" in page.text
    assert states_of(registrations(session)[-1])[0].value == "waiting"


@both_ways
def test_a_family_comes_together(session: Session, visit: Visit, htmx: bool) -> None:
    event = make_event(seats=3)
    open_form(visit, event)
    visit.press("add", fields=FILLED, htmx=htmx, status=200)

    page = visit.page
    assert len(page.find("fieldset", class_="group")) == 2
    visit.press(
        "Register",
        fields={"people-1-name": "Дана", "people-1-child": True, "people-1-needs": ["step_free"]},
        at_least="1",
        htmx=htmx,
    )

    (family,) = registrations(session)
    assert [(one.name, one.child, one.needs) for one in people_of(family)] == [
        ("Әмина Сейітова", False, []),
        ("Дана", True, ["step_free"]),
    ]
    assert family.at_least == 1


@both_ways
def test_a_person_taken_out_of_the_form_leaves_the_others_as_typed(session: Session, visit: Visit, htmx: bool) -> None:
    event = make_event(seats=3)
    open_form(visit, event)
    visit.press("add", fields=FILLED, htmx=htmx)
    visit.press("add", fields={"people-1-name": "Артық адам"}, htmx=htmx)
    visit.press("remove=1", fields={"people-2-name": "Дана"}, htmx=htmx, status=200)

    visit.press("Register", htmx=htmx)

    assert [one.name for one in people_of(registrations(session)[0])] == ["Әмина Сейітова", "Дана"]


def test_no_more_people_than_the_event_allows_can_be_added(session: Session, visit: Visit) -> None:
    event = make_event(seats=9, party_limit=2)
    open_form(visit, event)
    visit.press("add", fields=FILLED)

    assert "Add one more person" not in visit.page.text


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("8 701 234 56 78", "+77012345678"),
        ("+7 (701) 234-56-78", "+77012345678"),
        ("7012345678", "+77012345678"),
    ],
)
def test_a_telephone_is_enough_and_is_taken_as_people_write_it(
    session: Session, visit: Visit, typed: str, stored: str
) -> None:
    event = make_event()
    open_form(visit, event)

    visit.press("Register", fields=FILLED | {"email": ""}, phone=typed)

    assert registrations(session)[0].phone == stored


@pytest.mark.parametrize("ticked", [set(), {"photography"}, {"photography", "newsletter"}])
def test_only_what_was_ticked_is_agreed_to(session: Session, visit: Visit, ticked: set[str]) -> None:
    open_form(visit, make_event())

    visit.press("Register", fields=FILLED | dict.fromkeys(ticked, True))

    given = {purpose.value for purpose in session.scalars(select(Consent.purpose))}
    assert given == {ConsentPurpose.PROCESSING.value, *ticked}


# --- Filled wrongly -------------------------------------------------------------------------------------------

MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "no name": ({"people-0-name": ""}, "Enter the name of the person who will come."),
    "spaces for a name": ({"people-0-name": "   "}, "Enter the name of the person who will come."),
    "a name nobody can see": ({"people-0-name": case("UN-10").text}, "Enter the name of the person who will come."),
    "a very long name": ({"people-0-name": "ә" * 121}, "Use 120 characters or fewer."),
    "no contact": ({"email": ""}, "Enter an email address or a phone number"),
    "no address": ({"email": "amina"}, "Enter an email address, for example"),
    "no number": ({"phone": "12"}, "Enter a phone number, for example"),
    "a number from abroad without +": ({"phone": "4915112345678"}, "This is not a number of Kazakhstan."),
    "no consent": ({"processing": False}, "Tick that you agree"),
    "a robot": ({"website": "https://spam.example"}, "Leave this field empty."),
    "a long note": ({"people-0-needs_note": "ә" * 301}, "Use 300 characters or fewer."),
}


@both_ways
@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_explained_and_nothing_typed_is_lost(
    session: Session, visit: Visit, mistake: str, htmx: bool
) -> None:
    wrong, sentence = MISTAKES[mistake]
    typed = FILLED | {"people-0-needs_note": "Арба 70 см", "newsletter": True} | wrong
    open_form(visit, make_event())

    page = visit.press("Register", fields=typed, htmx=htmx, status=422)

    assert sentence in page.summary
    again = dict(page.form_of("Register").filled("Register", {}))
    for name, value in typed.items():
        if isinstance(value, bool):
            assert (name in again) is value
        else:
            assert again[name].split() == value.split() or mistake == "a name nobody can see"
    assert registrations(session) == []


@both_ways
def test_a_mistake_can_be_corrected_at_once(session: Session, visit: Visit, htmx: bool) -> None:
    open_form(visit, make_event())
    visit.press("Register", fields=FILLED | {"processing": False}, htmx=htmx, status=422)

    visit.press("Register", processing=True, htmx=htmx)

    assert len(registrations(session)) == 1


def test_the_summary_leads_to_the_fields(session: Session, visit: Visit) -> None:
    open_form(visit, make_event())

    page = visit.press("Register", status=422)

    lines = {link.get("href") for link in page.find("a") if link.get("href", "").startswith("#")}
    assert {"#people-0-name", "#email", "#processing"} <= lines
    assert page.one(id="people-0-name").get("aria-invalid") == "true"


@both_ways
def test_a_form_that_lost_its_token_keeps_what_was_typed(
    session: Session, visit: Visit, new_visitor: Callable[[], Visit], htmx: bool
) -> None:
    """The browser forgot its cookie: one more press is all it costs."""
    event = make_event()
    open_form(visit, event)
    visit.client.delete_cookie("karavan", domain="karavan.test")

    page = visit.press("Register", fields=FILLED, htmx=htmx, status=422)

    assert "please press the button again" in page.summary
    visit.press("Register", htmx=htmx)
    assert len(registrations(session)) == 1


# --- Twice ----------------------------------------------------------------------------------------------------


@both_ways
def test_a_second_press_of_the_same_form_leads_to_the_same_ticket(session: Session, visit: Visit, htmx: bool) -> None:
    """RC-02: back button, refresh, a retry after a time-out."""
    event = make_event()
    open_form(visit, event)
    form = visit.page
    visit.press("Register", fields=FILLED, htmx=htmx)
    first = visit.address
    visit.page = form

    visit.press("Register", fields=FILLED, htmx=htmx)

    assert visit.address == first
    assert len(registrations(session)) == 1


@both_ways
def test_a_second_form_with_the_same_contact_leads_to_the_letters(session: Session, visit: Visit, htmx: bool) -> None:
    event = make_event()
    make_registration(event, email="amina@example.kz")
    open_form(visit, event)

    page = visit.press("Register", fields=FILLED, htmx=htmx)

    assert page.h1 == "Look into your letters"
    assert visit.address.endswith("/registration/received")
    assert len(registrations(session)) == 1


# --- Too late, too early, not there ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("plan", "sentence"),
    [
        ({"registration_closes_at": NOW - timedelta(hours=1)}, "Registration for this event has closed."),
        ({"registration_opens_at": NOW + timedelta(hours=1)}, "Registration has not opened yet."),
        ({"cancelled": True}, "This event has been cancelled."),
    ],
)
def test_a_closed_door_says_why_and_shows_no_form(
    session: Session, visit: Visit, plan: dict[str, Any], sentence: str
) -> None:
    event = make_event(**plan)

    page = open_form(visit, event)

    assert sentence in page.text
    assert [form for form in page.forms if form.method == "post"] == []
    assert "Register" not in [
        button.text for button in visit.get(f"/en/events/{event.slug}").find("a", class_="btn--w")
    ]


@both_ways
@pytest.mark.parametrize("how", ["closed", "cancelled", "over"])
def test_who_presses_too_late_is_told_so(
    session: Session, visit: Visit, clock: time_machine.Traveller, htmx: bool, how: str
) -> None:
    """RF-10: the form was opened in time."""
    event = make_event(registration_closes_at=NOW + timedelta(hours=1) if how == "closed" else None)
    open_form(visit, event)
    if how == "cancelled":
        from karavan.events.rules.plan import cancel_event  # noqa: PLC0415

        write(cancel_event, event.id, reason=Slots(ru="Дорогу занесло"), now=NOW)
    clock.shift(timedelta(days=60 if how == "over" else 1))

    page = visit.press("Register", fields=FILLED, htmx=htmx, status=422)

    assert ("cancelled" if how == "cancelled" else "closed") in page.summary
    assert registrations(session) == []


def test_a_draft_takes_no_registration(session: Session, visit: Visit) -> None:
    """RF-10."""
    draft = make_event(published=False, slug="draft")
    open_form(visit, make_event(slug="open"))
    token = dict(visit.page.form_of("Register").filled("Register", {}))

    visit.post(f"/en/events/{draft.slug}/registration", token | FILLED, status=404)

    assert registrations(session) == []


@both_ways
def test_a_full_event_without_a_list_says_how_many_are_left(session: Session, visit: Visit, htmx: bool) -> None:
    event = make_event(seats=2, waiting_list=False)
    open_form(visit, event)
    visit.press("add", fields=FILLED, htmx=htmx)
    make_registration(event)

    page = visit.press("Register", fields={"people-1-name": "Дана"}, htmx=htmx, status=422)

    assert "Only 1 seat is left." in page.summary


# --- The organiser's own questions ----------------------------------------------------------------------------

OPTIONS = ({"key": "a", "ru": "Да, автобусом"}, {"key": "b", "ru": "Нет"})


def with_question(kind: QuestionKind, **facts: Any) -> tuple[Event, str]:
    options = OPTIONS if kind in {QuestionKind.CHOICE, QuestionKind.CHOICES} else ()
    question = QuestionLine(kind=kind, label=Slots(ru="Вопрос"), options=options, **facts)
    event = make_event(questions=(question,))
    return event, f"q{event.questions[0].id}"


@pytest.mark.parametrize(
    ("kind", "typed", "stored"),
    [
        (QuestionKind.TEXT, " Құрық \r\n\r\n\r\n\r\nауылы", "Құрық\n\nауылы"),
        (QuestionKind.NUMBER, "1 234,50", "1234.5"),
        (QuestionKind.NUMBER, "-3", "-3"),
        (QuestionKind.DATE, "2026-03-22", "2026-03-22"),
        (QuestionKind.YES_NO, "yes", "yes"),
        (QuestionKind.CHOICE, "b", "b"),
        (QuestionKind.CHOICES, ["a", "b"], ["a", "b"]),
    ],
)
def test_answers_are_kept_as_what_they_are(
    session: Session, visit: Visit, kind: QuestionKind, typed: Any, stored: Any
) -> None:
    event, name = with_question(kind)
    open_form(visit, event)

    visit.press("Register", fields=FILLED | {name: typed})

    assert session.scalars(select(Answer.value)).all() == [stored]


@pytest.mark.parametrize(
    ("kind", "posted"),
    [
        (QuestionKind.NUMBER, "много"),
        (QuestionKind.NUMBER, "1e999"),
        (QuestionKind.NUMBER, "NaN"),
        (QuestionKind.NUMBER, "Infinity"),
        (QuestionKind.NUMBER, "9" * 40),
        (QuestionKind.DATE, "22.03.2026"),
        (QuestionKind.DATE, "0001-01-01"),
        (QuestionKind.DATE, "2026-02-30"),
        (QuestionKind.YES_NO, "perhaps"),
        (QuestionKind.CHOICE, "c"),
        (QuestionKind.CHOICES, ["a", "c"]),
        (QuestionKind.TEXT, "ә" * 2001),
    ],
)
def test_an_answer_that_is_none_is_refused(session: Session, visit: Visit, kind: QuestionKind, posted: Any) -> None:
    """RF-07: also what the form does not offer, such as the option of another event."""
    event, name = with_question(kind)
    open_form(visit, event)
    data = dict(visit.page.form_of("Register").filled("Register", FILLED))

    page = visit.post(f"/en/events/{event.slug}/registration", data | {name: posted}, status=422)

    assert page.summary
    assert registrations(session) == []


@pytest.mark.parametrize("kind", QuestionKind)
def test_a_question_that_must_be_answered_is_asked_again(session: Session, visit: Visit, kind: QuestionKind) -> None:
    event, _ = with_question(kind, required=True)
    open_form(visit, event)

    page = visit.press("Register", fields=FILLED, status=422)

    assert "Answer this question." in page.summary


@pytest.mark.parametrize("kind", QuestionKind)
def test_a_question_that_need_not_be_answered_is_left_out(session: Session, visit: Visit, kind: QuestionKind) -> None:
    event, _ = with_question(kind)
    open_form(visit, event)

    visit.press("Register", fields=FILLED)

    assert session.scalars(select(Answer.id)).all() == []


def test_a_question_that_went_while_the_form_was_open_does_not_block(session: Session, visit: Visit) -> None:
    """RF-08."""
    event, name = with_question(QuestionKind.TEXT, required=True)
    open_form(visit, event)
    write(edit_event, event.id, make_plan(), version=2, now=NOW)

    visit.press("Register", fields=FILLED | {name: "Құрық"})

    assert len(registrations(session)) == 1
    assert session.scalars(select(Answer.id)).all() == []


def test_an_answer_to_another_events_question_is_no_answer(session: Session, visit: Visit) -> None:
    """RF-07."""
    _, theirs = with_question(QuestionKind.TEXT)
    event = make_event()
    open_form(visit, event)
    data = dict(visit.page.form_of("Register").filled("Register", FILLED))

    visit.post(f"/en/events/{event.slug}/registration", data | {theirs: "чужое"}, status=200)

    assert session.scalars(select(Answer.id)).all() == []


# --- What no honest browser sends -----------------------------------------------------------------------------


@pytest.mark.parametrize("case_id", ["RF-01", "RF-02", "RF-03", "RF-04"])
def test_a_number_of_seats_that_is_none_is_refused_or_ignored(session: Session, visit: Visit, case_id: str) -> None:
    event = make_event(seats=5)
    open_form(visit, event)
    data = dict(visit.page.form_of("Register").filled("Register", FILLED))

    page = visit.post(f"/en/events/{event.slug}/registration", data | {"at_least": case(case_id).text})

    assert page.status == 422 or case_id == "RF-02", "0 means: all of us"
    assert len(registrations(session)) == (1 if case_id == "RF-02" else 0)


@pytest.mark.parametrize("names", [("people-5-name",), ("people-99999-name",), ("people--1-name", "people-x-name")])
def test_rows_with_odd_numbers_do_no_harm(session: Session, visit: Visit, names: tuple[str, ...]) -> None:
    event = make_event(seats=5)
    open_form(visit, event)
    data = dict(visit.page.form_of("Register").filled("Register", FILLED))

    page = visit.post(f"/en/events/{event.slug}/registration", data | dict.fromkeys(names, "Бөтен"))

    assert page.status in {200, 422}
    assert all(len(people_of(one)) <= 2 for one in registrations(session))


def test_more_people_than_allowed_are_refused_however_they_are_sent(session: Session, visit: Visit) -> None:
    event = make_event(seats=99, party_limit=3)
    open_form(visit, event)
    data = dict(visit.page.form_of("Register").filled("Register", FILLED))
    for number in range(50):
        data[f"people-{number}-name"] = f"Адам {number}"

    page = visit.post(f"/en/events/{event.slug}/registration", data)

    assert page.status == 422
    assert "at most 3 people" in page.summary
    assert registrations(session) == []


@pytest.mark.parametrize(
    "press", [{"add": "1"}, {"remove": "0"}, {"remove": "7"}, {"remove": "x" * 5000}, {"remove": "-1"}]
)
def test_adding_and_removing_rows_never_registers(session: Session, visit: Visit, press: dict[str, str]) -> None:
    event = make_event()
    open_form(visit, event)
    data = dict(visit.page.form_of("Register").filled("Register", FILLED))

    visit.post(f"/en/events/{event.slug}/registration", data | press, status=200)

    assert registrations(session) == []


@pytest.mark.parametrize("key", ["", "short", "ә" * 22, "x" * 5000, "\u202e" * 20])
def test_a_key_that_we_did_not_make_is_replaced(session: Session, visit: Visit, key: str) -> None:
    event = make_event()
    open_form(visit, event)
    data = dict(visit.page.form_of("Register").filled("Register", FILLED))

    visit.post(f"/en/events/{event.slug}/registration", data | {"key": key}, status=200)

    (amina,) = registrations(session)
    assert amina.key != key
    assert 16 <= len(amina.key) <= 40


def test_two_people_with_the_same_bad_key_are_two_people(session: Session, visit: Visit) -> None:
    event = make_event()
    for email in ("amina@example.kz", "saule@example.kz"):
        open_form(visit, event)
        data = dict(visit.page.form_of("Register").filled("Register", FILLED | {"email": email}))
        visit.post(f"/en/events/{event.slug}/registration", data | {"key": "short"})

    assert len(registrations(session)) == 2


# --- Limits ---------------------------------------------------------------------------------------------------


def test_too_many_tries_are_answered_with_patience(
    session: Session, other_app: Callable[..., Flask], new_visitor: Callable[[], Visit]
) -> None:
    """EM-13: a flood from one address ends with 429 and a sentence; nothing is registered by it."""
    from tests.support.visit import Visit  # noqa: PLC0415

    event = make_event(seats=500)
    with Visit(other_app(rate_limits=True), after=session.close) as flood:
        open_form(flood, event)
        data = dict(flood.page.form_of("Register").filled("Register", FILLED)) | {"processing": ""}
        statuses = [
            flood.send("POST", f"/en/events/{event.slug}/registration", data=data).status_code for _ in range(70)
        ]

        assert set(statuses) == {422, 429}
        assert statuses.index(429) == 60
        answer = flood.send("POST", f"/en/events/{event.slug}/registration", data=data)
        assert answer.headers["Retry-After"]
        assert "wait" in answer.get_data(as_text=True)
