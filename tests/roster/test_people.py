"""The roster: who is coming, adding somebody who called, giving seats back for somebody, the spreadsheet."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from karavan.core.languages import Slots
from karavan.events.models import Attendee, Consent, QuestionKind, Registration, SeatChannel, SeatState
from karavan.events.rules.change_seats import give_back
from karavan.events.rules.check_in import check_in
from karavan.events.rules.plan import QuestionLine
from karavan.events.rules.register import Guest
from karavan.notifications.models import Letter
from karavan.notifications.rendering import render
from karavan.record.models import ActorRole, RecordEntry, Verb
from tests.support.hostile import by_id
from tests.support.makers import fill, make_event, make_registration, reload, states_of, write
from tests.support.settings import NOW

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from karavan.events.models import Event
    from tests.support.cast import Cast
    from tests.support.hostile import Case
    from tests.support.visit import Visit

LONG = 40
QUESTIONS = (
    QuestionLine(
        kind=QuestionKind.CHOICES,
        label=Slots("Қай күні?", "В какой день?"),
        options=({"key": "one", "kk": "Бірінші", "ru": "Первый"}, {"key": "two", "kk": "Екінші", "ru": "Второй"}),
    ),
    QuestionLine(kind=QuestionKind.YES_NO, label=Slots("Бірінші рет пе?", "Впервые?")),
)
CALLER = {"people-0-name": "Роза Қуанышқызы", "phone": "8 701 234 56 78", "processing": True, "letters": "ru"}


@pytest.fixture
def event(cast: Cast) -> Event:
    return make_event(organisation=cast.alliance, seats=3, questions=QUESTIONS)


def one_registration(session: Session) -> Registration:
    session.close()
    public_id = session.scalars(select(Registration.public_id)).one()
    return reload(public_id)


# --- Seeing -----------------------------------------------------------------------------------------------


def test_the_roster_says_all_the_organiser_needs(desk: Visit, event: Event) -> None:
    asked, first_time = (question.id for question in event.questions)
    needs = Guest(name="Айгүл Серікқызы", needs=("step_free",), needs_note="Тамаққа аллергия")
    answers = {asked: ["one", "two"], first_time: "yes"}
    make_registration(
        event,
        phone="+77012345678",
        guests=(needs, Guest(name="Нұрлан", child=True)),
        district="beineu",
        answers=answers,
    )
    page = desk.get(f"/en/desk/events/{event.id}/roster")
    for words in (
        "2 people in all", "Айгүл Серікқызы", "+7 701 234 56 78", "A way in without steps", "Тамаққа аллергия",
        "Первый; Второй", "Yes", "Beineu District", "Has a seat", "not yet", "Child",
    ):  # fmt: skip
        assert words in page.text, words


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("айгул", ["Айгүл Серікқызы"]),
        ("НУРЛАН", ["Нұрлан Ғалиұлы"]),
        ("8701234", ["Айгүл Серікқызы"]),
        ("+7 701 234 56 78", ["Айгүл Серікқызы"]),
        ("nurlan@example", ["Нұрлан Ғалиұлы"]),
        ("айгул нурлан", []),
        ("\u200b%", ["Айгүл Серікқызы", "Нұрлан Ғалиұлы"]),
    ],
)
@pytest.mark.parametrize("htmx", [False, True])
def test_words_find_people(desk: Visit, event: Event, words: str, found: list[str], htmx: bool) -> None:
    make_registration(event, phone="+77012345678", names=("Айгүл Серікқызы",))
    make_registration(event, email="nurlan@example.kz", names=("Нұрлан Ғалиұлы",))
    desk.get(f"/en/desk/events/{event.id}/roster")
    page = desk.press("Find", q=words, htmx=htmx, status=200)
    table = " ".join(page.by_id("roster").itertext())
    assert [name for name in ("Айгүл Серікқызы", "Нұрлан Ғалиұлы") if name in table] == found
    assert page.by_id("q") is not None


def test_a_code_and_a_number_find_one_person(desk: Visit, event: Event) -> None:
    people = [make_registration(event, names=(name,)) for name in ("Бірінші", "Екінші")]
    for words in (people[1].attendees[0].code.lower(), str(people[1].number)):
        page = desk.get(f"/en/desk/events/{event.id}/roster?q={words}")
        assert "Екінші" in page.text, words


def test_a_roster_of_a_hundred_costs_no_more_queries_than_one_of_three(desk: Visit, cast: Cast) -> None:
    event = make_event(organisation=cast.alliance, seats=30)
    fill(event)
    desk.get(f"/en/desk/events/{event.id}/roster", statements=12)


def test_a_registration_has_the_link_that_is_its_ticket(desk: Visit, event: Event) -> None:
    registration = make_registration(event, people=2, lang="kk")
    page = desk.get(f"/en/desk/events/{event.id}/registrations/{registration.id}")
    link = page.by_id("link-to-copy").get("value") or ""
    assert link.startswith("http://karavan.test/kk/registrations/")
    ticket = desk.get(page.link("Open and print the ticket"))
    assert registration.attendees[0].name in ticket.text


# --- Adding -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [False, True])
def test_somebody_who_called_is_registered(desk: Visit, session: Session, cast: Cast, event: Event, htmx: bool) -> None:
    desk.get(f"/en/desk/events/{event.id}/registrations/new")
    page = desk.press("Register this person", fields=CALLER, htmx=htmx, statements=LONG)
    registration = one_registration(session)
    assert page.address == f"/en/desk/events/{event.id}/registrations/{registration.id}"
    assert "Registered." in page.toasts
    assert (registration.channel, registration.added_by_id) == (SeatChannel.PHONE, cast.bekzat.id)
    assert (registration.phone, registration.lang) == ("+77012345678", "ru")
    assert states_of(registration) == [SeatState.SEATED]
    assert session.scalars(select(Consent.purpose)).all() == ["processing"]
    noted = session.scalars(select(RecordEntry).where(RecordEntry.verb == Verb.REGISTRATION_CREATED)).one()
    assert noted.actor_role == ActorRole.ORGANISER


@pytest.mark.parametrize("htmx", [False, True])
def test_what_is_missing_is_said(desk: Visit, session: Session, event: Event, htmx: bool) -> None:
    desk.get(f"/en/desk/events/{event.id}/registrations/new")
    page = desk.press("Register this person", fields={"people-0-name": "Роза", "phone": "123"}, htmx=htmx, status=422)
    assert "Enter a phone number" in page.summary
    assert "Tick that you agree" in page.summary
    assert page.by_id("people-0-name").get("value") == "Роза"
    assert page.by_id("phone").get("value") == "123"
    assert session.scalars(select(func.count(Registration.id))).one() == 0


@pytest.mark.parametrize("htmx", [False, True])
def test_a_household_is_registered_in_one_form(desk: Visit, session: Session, event: Event, htmx: bool) -> None:
    desk.get(f"/en/desk/events/{event.id}/registrations/new")
    page = desk.press("add", fields=CALLER, htmx=htmx)
    assert "autofocus" in page.by_id("people-1-name").attrib
    desk.press("add", fields={"people-1-name": "Тимур"}, htmx=htmx)
    page = desk.press("remove=0", htmx=htmx)
    assert page.by_id("people-0-name").get("value") == "Тимур"
    desk.press(
        "Register this person", fields={"people-1-name": "Әлия", "people-1-child": True}, htmx=htmx, statements=LONG
    )
    assert [(one.name, one.child) for one in one_registration(session).attendees] == [("Тимур", False), ("Әлия", True)]


def test_the_same_form_twice_is_one_registration(desk: Visit, session: Session, event: Event) -> None:
    page = desk.get(f"/en/desk/events/{event.id}/registrations/new")
    form = dict(page.form_of("Register this person").filled("Register this person", CALLER))
    for _ in range(2):
        desk.post(f"/en/desk/events/{event.id}/registrations/new", form, statements=LONG)
    registration = one_registration(session)
    assert desk.address == f"/en/desk/events/{event.id}/registrations/{registration.id}"


def test_a_contact_that_is_registered_leads_to_its_registration(desk: Visit, session: Session, event: Event) -> None:
    first = make_registration(event, phone="+77012345678")
    desk.get(f"/en/desk/events/{event.id}/registrations/new")
    page = desk.press("Register this person", fields=CALLER, statements=LONG)
    assert page.address == f"/en/desk/events/{event.id}/registrations/{first.id}"
    assert "This contact is registered already" in page.toasts


def test_at_a_full_event_the_caller_joins_the_queue(desk: Visit, session: Session, event: Event) -> None:
    fill(event)
    desk.get(f"/en/desk/events/{event.id}/registrations/new")
    desk.press("Register this person", fields=CALLER, statements=LONG)
    session.close()
    assert session.scalars(select(Attendee.state).order_by(Attendee.id.desc())).first() == SeatState.WAITING


def test_without_a_queue_a_full_event_says_so(desk: Visit, cast: Cast) -> None:
    event = make_event(organisation=cast.alliance, seats=1, waiting_list=False)
    fill(event)
    desk.get(f"/en/desk/events/{event.id}/registrations/new")
    page = desk.press("Register this person", fields=CALLER, status=422, statements=LONG)
    assert "There are no seats left" in page.summary
    assert page.by_id("people-0-name").get("value") == CALLER["people-0-name"]


def test_the_desk_adds_people_until_the_end_and_to_no_draft(desk: Visit, cast: Cast) -> None:
    began = make_event(organisation=cast.alliance, now=NOW - timedelta(days=2), starts_in=timedelta(days=2, hours=-1))
    assert desk.get(f"/en/desk/events/{began.id}/registrations/new").form_of("Register this person")
    draft = make_event(organisation=cast.alliance, published=False)
    page = desk.get(f"/en/desk/events/{draft.id}/registrations/new")
    assert "Publish the event first" in page.text
    assert not page.find("form")
    over = make_event(organisation=cast.alliance, now=NOW - timedelta(days=9), starts_in=timedelta(days=1))
    assert "has closed" in desk.get(f"/en/desk/events/{over.id}/registrations/new").text


# --- Giving back ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [False, True])
def test_seats_are_given_back_for_somebody_with_a_reason(
    desk: Visit, session: Session, event: Event, htmx: bool
) -> None:
    registration = make_registration(event, people=2, lang="ru")
    fill(event)
    waiting = make_registration(event)
    here = f"/en/desk/events/{event.id}/registrations/{registration.id}"
    desk.get(here)
    desk.follow("Give seats back for this person")
    page = desk.press("Give back", reason="Позвонила", htmx=htmx, status=422)
    assert "Choose who is not coming." in page.summary
    assert page.by_id("reason").get("value") == "Позвонила"
    page = desk.press("Give back", people=[str(registration.attendees[0].id)], htmx=htmx, statements=LONG)
    assert page.address == here
    assert states_of(registration) == [SeatState.GIVEN_BACK, SeatState.SEATED]
    assert states_of(waiting) == [SeatState.OFFERED]
    letter = session.scalars(select(Letter).where(Letter.letter == "events/removed")).one()
    assert letter.payload["reason"] == {"ru": "Позвонила"}
    assert letter.payload["left"] == [registration.attendees[0].name]
    noted = session.scalars(select(RecordEntry).where(RecordEntry.verb == Verb.SEATS_GIVEN_BACK)).one()
    assert (noted.actor_role, noted.reason) == (ActorRole.ORGANISER, "Позвонила")


def test_a_removal_needs_a_reason_and_happens_once(desk: Visit, session: Session, event: Event) -> None:
    registration = make_registration(event)
    address = f"/en/desk/events/{event.id}/registrations/{registration.id}/removal"
    desk.get(address)
    page = desk.press("Give back", status=422)
    assert "Write why" in page.summary
    form = dict(page.form_of("Give back").filled("Give back", {"reason": "Келе алмайды"}))
    for _ in range(2):
        desk.post(address, form, statements=LONG)
        assert desk.address == address.removesuffix("/removal")
    assert session.scalars(select(func.count(Letter.id)).where(Letter.letter == "events/removed")).one() == 1


@pytest.mark.parametrize("contact", [{"email": "amina@example.kz"}, {"phone": "+77012345678"}])
def test_the_letter_says_who_did_it_and_why(session: Session, event: Event, contact: dict[str, str]) -> None:
    registration = make_registration(event, people=2, lang="en", **contact)
    leaving = {registration.attendees[0].id}
    by = {"by": ActorRole.ORGANISER, "reason": "You called us"}
    write(give_back, event.id, registration.public_id, attendee_ids=leaving, now=NOW, **by)
    session.close()
    message = render(session.scalars(select(Letter).where(Letter.letter == "events/removed")).one())
    assert "The organiser gave a place back" in f"{message.text} {message.html}"
    for text in filter(None, (message.text, message.html)):
        assert "You called us" in text
        assert "/en/registrations/" in text
    assert "email" not in contact or registration.attendees[0].name in message.text


# --- The spreadsheet --------------------------------------------------------------------------------------


def spreadsheet(desk: Visit, event: Event, lang: str = "en") -> list[list[str]]:
    desk.get(f"/{lang}/desk/events/{event.id}/roster.csv")
    assert desk.response is not None
    assert desk.response.content_type == "text/csv; charset=utf-8"
    assert desk.response.headers["Content-Disposition"] == f'attachment; filename="{event.slug}.csv"'
    text = desk.response.get_data().decode("utf-8")
    assert text.startswith("\ufeff")
    return list(
        csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter="," if lang == "en" else ";")
    )


def test_the_spreadsheet_has_a_line_for_each_person(desk: Visit, session: Session, cast: Cast, event: Event) -> None:
    asked, first_time = (question.id for question in event.questions)
    guests = (
        Guest(name="Айгүл", needs=("step_free", "sign_language"), needs_note="Ерте келем"),
        Guest(name="Тимур", child=True),
    )
    registration = make_registration(
        event, phone="+77012345678", guests=guests, district="beineu", answers={asked: ["two"], first_time: "no"}
    )
    arrived = NOW + timedelta(days=30)
    write(check_in, event.id, registration.attendees[1].code, day=event.first_day, by=cast.bekzat.id, now=arrived)
    titles, *rows = spreadsheet(desk, event)
    assert titles == [
        "Number", "State", "Name", "Child", "Email", "Phone", "District", "Needs", "Note on needs",
        "В какой день?", "Впервые?", "Registered", "Arrived",
    ]  # fmt: skip
    number = str(registration.number)
    assert rows == [
        [number, "Has a seat", "Айгүл", "", "", "+7 701 234 56 78", "Beineu District",
         "A way in without steps (wheelchair); A sign language interpreter", "Ерте келем", "Второй", "No",
         "2026-11-23 10:00", ""],
        [number, "Has a seat", "Тимур", "Yes", "", "+7 701 234 56 78", "Beineu District", "", "", "", "",
         "2026-11-23 10:00", "2026-12-23 10:00"],
    ]  # fmt: skip


def test_in_kazakh_and_russian_a_semicolon_parts_the_columns(desk: Visit, event: Event) -> None:
    make_registration(event, names=("Айгүл",))
    for lang in ("kk", "ru"):
        titles, row = spreadsheet(desk, event, lang)
        assert len(titles) == len(row) == 13
        assert row[2] == "Айгүл"


@pytest.mark.parametrize("case", by_id("IE-01", "IE-02", "IE-03", "IE-04", "IE-05", "IE-06"))
def test_no_cell_of_the_spreadsheet_is_calculated(desk: Visit, cast: Cast, case: Case) -> None:
    assert case.text is not None
    question = QuestionLine(kind=QuestionKind.TEXT, label=Slots(kk=case.text, ru=case.text, en=case.text))
    event = make_event(organisation=cast.alliance, questions=(question,))
    answers = {event.questions[0].id: case.text}
    guest = Guest(name=case.text, needs_note=case.text)
    make_registration(event, guests=(guest,), answers=answers, email=f"=1+{case.id.lower()}@example.kz")
    titles, row = spreadsheet(desk, event)
    for cell in (titles[9], row[2], row[8], row[9]):
        if case.outcome == "allow":
            assert cell == case.text
        else:
            assert cell == f"'{case.text}"
    assert not row[4].startswith(("=", "+", "-", "@"))
