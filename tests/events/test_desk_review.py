"""Moving date, place or programme: it is read before it is saved, told in words, and asked about on the ticket."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
import vobject
from icalendar import Calendar
from sqlalchemy import select

from karavan.core.clock import now
from karavan.core.languages import Slots
from karavan.events import queries
from karavan.events.models import EventState
from karavan.events.rules.plan import ProgrammeLine, edit_event
from karavan.notifications.models import Letter
from karavan.notifications.rendering import render
from tests.support.makers import make_event, make_plan, make_registration, reload, write
from tests.support.settings import NOW

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.orm import Session

    from karavan.events.models import Registration
    from tests.support.cast import Cast
    from tests.support.visit import Visit

LONG = 40
DAY = dt.date(2026, 12, 23)
OPENING, TALK = Slots("Ашылуы", "Открытие", "Opening"), Slots("Баяндама", "Доклад", "Talk")
PROGRAMME = (
    ProgrammeLine(day=DAY, starts=dt.time(10), ends=dt.time(11), title=OPENING, speaker=Slots("Данияр", "Данияр")),
    ProgrammeLine(day=DAY, starts=dt.time(11), title=TALK),
)


def letters(session: Session, name: str = "event_changed") -> list[Letter]:
    return list(session.scalars(select(Letter).where(Letter.letter == f"events/{name}").order_by(Letter.id)))


def ticket(app: Flask, registration: Registration) -> str:
    return f"/en/registrations/{app.extensions['karavan.keys'].seal(registration.public_id, purpose='ticket')}"


@pytest.mark.parametrize("htmx", [False, True])
def test_the_change_is_read_before_it_is_saved(
    app: Flask, desk: Visit, session: Session, cast: Cast, htmx: bool
) -> None:
    event = make_event(organisation=cast.alliance, seats=1, programme=PROGRAMME)
    seated = make_registration(event, lang="en")
    make_registration(event, people=2)  # waits
    desk.get(f"/en/desk/events/{event.id}/edit")
    moved = {"starts_time": "09:00", "programme-0-starts": "09:30", "programme-1-title-en": "A talk", "about-ru": "О"}
    page = desk.press("Save the changes", fields=moved, htmx=htmx, statements=LONG, status=200)
    review = " ".join(" ".join(page.by_id("review").itertext()).replace("\u00a0", " ").split())
    assert "Before: Wednesday 23 December 2026, 10:00–14:00 Now: Wednesday 23 December 2026, 09:00–14:00" in review
    assert "23 December 2026, 10:00–11:00 · Opening · Данияр" in review
    assert "23 December 2026, 09:30–11:00 · Opening · Данияр" in review
    assert "Talk" not in review, "a corrected wording is told to nobody"
    assert "go to 2 contacts at once (3 people)" in review
    assert page.by_id("starts_time").get("value") == "09:00"
    assert letters(session) == []

    page = desk.press("Save and tell them", fields={"starts_time": "08:00"}, htmx=htmx, statements=LONG, status=200)
    assert "08:00–14:00" in "".join(page.by_id("review").itertext()), "what was read was something else"
    assert letters(session) == []
    page = desk.press("Save and tell them", htmx=htmx, statements=LONG, status=200)
    assert "Everyone who registered or applied is being told." in page.toasts
    told = letters(session)
    assert len(told) == 2
    event = queries.event_for_desk(session, event.id) or event
    assert (event.sequence, event.about.ru) == (1, "О")

    mine = next(letter for letter in told if letter.lang == "en")
    sent = render(mine)
    text = sent.text.replace("\u00a0", " ")
    assert "Time now: Wednesday 23 December 2026, 08:00–14:00" in text
    assert "Programme now: 23 December 2026, 09:30–11:00 · Opening · Данияр" in text
    assert sent.calendar is not None
    (entry,) = Calendar.from_ical(sent.calendar.content).walk("VEVENT")
    downloaded = Calendar.from_ical(desk.send("GET", f"{ticket(app, seated)}/calendar.ics").data)
    (again,) = downloaded.walk("VEVENT")
    assert entry["UID"] == again["UID"]
    assert (entry["SEQUENCE"], again["SEQUENCE"]) == (1, 1)


def test_another_calendar_takes_the_change_for_the_same_entry(app: Flask, visit: Visit, session: Session) -> None:
    event = make_event(title=Slots("Жас; көшбасшылар, мектебі", "Школа", "School"))
    mine = ticket(app, make_registration(event, lang="kk"))
    kept = {}
    for version, hours in ((0, 0), (2, 26), (3, 50)):
        if version:
            moved = make_plan(title=event.title, starts_in=dt.timedelta(days=30, hours=hours))
            write(edit_event, event.id, moved, version=version, now=NOW)
            session.close()
            attached = render(letters(session)[-1]).calendar
            assert attached is not None
            files = [attached.content.decode(), visit.send("GET", f"{mine}/calendar.ics").text]
        else:
            files = [visit.send("GET", f"{mine}/calendar.ics").text]
        for file in files:
            entry = vobject.readOne(file).vevent
            before = kept.get(entry.uid.value)
            if before is None or int(entry.sequence.value) > int(before.sequence.value):
                kept[entry.uid.value] = entry
    (entry,) = kept.values()
    assert (entry.sequence.value, entry.status.value) == ("2", "CONFIRMED")
    assert entry.dtstart.value == event.starts_at + dt.timedelta(hours=50)
    assert entry.summary.value == "Жас; көшбасшылар, мектебі"


def test_lines_that_come_and_go_are_told_and_corrections_are_not(session: Session) -> None:
    event = make_event(programme=PROGRAMME)
    make_registration(event)
    corrected = (
        ProgrammeLine(day=DAY, starts=dt.time(10), ends=dt.time(11), title=Slots("Ашылу", "Открытие!", "The opening"),
                      speaker=Slots("Данияр", "Данияр", "Daniyar"), speaker_role=Slots("Төраға")),
        PROGRAMME[1],
    )  # fmt: skip
    write(edit_event, event.id, make_plan(programme=corrected), version=2, now=NOW)
    assert letters(session) == []

    lunch = ProgrammeLine(day=DAY, starts=dt.time(13), title=Slots("Түскі ас", "Обед"))
    write(edit_event, event.id, make_plan(programme=(corrected[0], lunch)), version=3, now=NOW)
    (change,) = letters(session)[0].payload["changes"]
    assert [bool(line) for line in change["before"]] == [True, False]
    assert [line and line["title"]["ru"] for line in change["after"]] == [None, "Обед"]


def test_a_translation_that_is_added_to_the_place_is_no_news(session: Session) -> None:
    event = make_event(venue=Slots("«Достық» үйі"))
    make_registration(event)
    write(edit_event, event.id, make_plan(venue=Slots("«Достық» үйі", "Дом «Достык»")), version=2, now=NOW)
    assert letters(session) == []


def test_drafts_and_what_is_over_are_saved_at_once(desk: Visit, session: Session, cast: Cast) -> None:
    draft = make_event(organisation=cast.alliance, published=False)
    desk.get(f"/en/desk/events/{draft.id}/edit")
    desk.press("Save the draft", fields={"starts_time": "09:00"}, statements=LONG)
    long_ago = NOW - dt.timedelta(days=90)
    over = make_event(organisation=cast.alliance, now=long_ago, starts_in=dt.timedelta(days=30))
    make_registration(over, now=long_ago)
    desk.get(f"/en/desk/events/{over.id}/edit")
    page = desk.press("Save the changes", fields={"starts_time": "09:00"}, statements=LONG)
    assert "Your changes are saved." in page.toasts
    assert letters(session) == []


def test_lines_on_days_that_are_none_are_pointed_out(desk: Visit, cast: Cast) -> None:
    event = make_event(organisation=cast.alliance, programme=PROGRAMME)
    desk.get(f"/en/desk/events/{event.id}/edit")
    page = desk.press("Save the changes", fields={"starts_day": "2026-12-25"}, statements=LONG, status=422)
    page = desk.press(
        "Save the changes", fields={"starts_day": "2026-12-25", "ends_day": "2026-12-25"}, statements=LONG, status=200
    )
    assert "2 lines of the programme are on days that are no days of the event" in page.text
    assert "Nobody has registered" in page.text
    desk.press("Save these changes", statements=LONG, status=200)


def test_the_second_of_two_who_move_an_event_is_shown_the_difference(desk: Visit, session: Session, cast: Cast) -> None:
    event = make_event(organisation=cast.alliance)
    make_registration(event)
    desk.get(f"/en/desk/events/{event.id}/edit")
    desk.press("Save the changes", fields={"starts_time": "09:00"}, statements=LONG)
    write(edit_event, event.id, make_plan(venue=Slots("Басқа жер", "Другое место")), version=2, now=NOW)
    page = desk.press("Save and tell them", statements=LONG, status=409)
    assert "Somebody else has changed this event" in page.summary
    assert page.by_id("starts_time").get("value") == "09:00"
    assert "Другое место" in "".join(page.by_id("conflict").itertext())
    page = desk.press("Save the changes", statements=LONG, status=200)
    assert "Другое место" in "".join(page.by_id("review").itertext()), "her text would take it back, and says so"
    assert len(letters(session)) == 1


# --- Still coming ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [False, True])
def test_still_coming_is_said_on_the_ticket_and_asked_anew_after_a_move(
    app: Flask, visit: Visit, session: Session, htmx: bool
) -> None:
    event = make_event()
    registration = make_registration(event)
    url = ticket(app, registration)
    visit.get(url)
    page = visit.press("I am still coming", htmx=htmx)
    assert "You said that you are coming" in page.text
    assert reload(registration).coming_at == now()
    write(edit_event, event.id, make_plan(contact_name="Бекзат"), version=2, now=NOW)
    assert reload(registration).coming_at is not None
    write(edit_event, event.id, make_plan(starts_in=dt.timedelta(days=31), now=NOW), version=3, now=NOW)
    assert reload(registration).coming_at is None
    assert "I cannot come: give the seat back" in visit.get(url).text
    assert visit.get(f"{url}/coming").h1, "looking changes nothing"
    assert reload(registration).coming_at is None


def test_nobody_says_so_of_a_cancelled_event_or_without_a_seat(app: Flask, visit: Visit, session: Session) -> None:
    from karavan.events.rules.change_seats import give_back  # noqa: PLC0415
    from karavan.events.rules.plan import cancel_event  # noqa: PLC0415

    event = make_event()
    gone, there = make_registration(event), make_registration(event)
    write(give_back, event.id, gone.public_id, now=NOW)
    pages = {one.public_id: ticket(app, one) for one in (gone, there)}
    page = visit.get(pages[there.public_id])
    token = next(one.get("value") for one in page.find("input", name="csrf_token"))
    write(cancel_event, event.id, reason=Slots(ru="Буран"), now=NOW)
    for public_id, url in pages.items():
        visit.post(f"{url}/coming", {"csrf_token": token}, status=422)
        assert reload(public_id).coming_at is None


# --- Put off ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [False, True])
def test_a_postponed_event_says_so_everywhere_until_it_has_a_new_time(
    app: Flask, desk: Visit, session: Session, cast: Cast, htmx: bool
) -> None:
    event = make_event(organisation=cast.alliance, seats=1)
    seated = make_registration(event, lang="en")
    waiting = make_registration(event)
    desk.get(f"/en/desk/events/{event.id}")
    desk.follow("Postpone the event")
    page = desk.press("Postpone the event", htmx=htmx, status=422)
    assert "Write the reason in Kazakh or in Russian." in page.summary
    page = desk.press("Postpone the event", fields={"reason-ru": "Буран"}, htmx=htmx, statements=LONG, status=200)
    assert "The event is postponed." in page.toasts
    desk.get(f"/en/desk/events/{event.id}/postponement")
    assert desk.address == f"/en/desk/events/{event.id}", "once is enough"

    told = letters(session, "event_postponed")
    assert [letter.address for letter in told] == [seated.email, waiting.email]
    sent = render(told[0])
    assert sent.calendar is not None
    assert "STATUS:CANCELLED" in sent.calendar.content.decode()
    page = desk.get(f"/en/events/{event.slug}")
    assert "This event is postponed: the new time is not known yet. Буран" in page.text
    assert page.structured[0]["eventStatus"] == "https://schema.org/EventPostponed"
    assert "Registration goes on when the new time is known." in page.text
    assert "Postponed" in desk.get("/en/events/").text
    assert "Postponed" in desk.get("/en/desk/events/").text
    assert "Your place stays yours." in desk.get(ticket(app, seated)).text
    assert "This event is postponed." in desk.get(f"/en/events/{event.slug}/registration").text
    assert "STATUS:CANCELLED" in desk.send("GET", "/en/events/calendar.ics").text

    page = desk.get(f"/en/desk/events/{event.id}/edit")
    assert "Enter its new time" in page.text
    new = {"starts_day": "2027-01-20"}
    page = desk.press("Save the changes", fields=new | {"ends_day": "2027-01-20"}, htmx=htmx, statements=LONG)
    assert "no longer postponed" in page.text
    desk.press("Save and tell them", htmx=htmx, statements=LONG)
    stored = queries.event_for_desk(session, event.id)
    assert stored is not None
    assert (stored.postponed_at, stored.sequence, stored.postpone_reason) == (None, 2, Slots())
    assert len(letters(session)) == 2
    assert "Registration is open" in desk.get(f"/en/events/{event.slug}").text


def test_what_is_postponed_lies_ahead_and_its_queue_stands_still(session: Session) -> None:
    from karavan.events.rules.change_seats import give_back  # noqa: PLC0415
    from karavan.events.rules.plan import postpone_event  # noqa: PLC0415
    from tests.support.makers import states_of  # noqa: PLC0415

    event = make_event(seats=1)
    seated, waiting = make_registration(event), make_registration(event)
    write(postpone_event, event.id, reason=Slots(ru="Буран"), version=2, now=NOW)
    write(give_back, event.id, seated.public_id, now=NOW)
    assert [state.value for state in states_of(waiting)] == ["waiting"]
    later = NOW + dt.timedelta(days=60)
    assert queries.event_page(session, queries.Filters(), now=later).total == 1
    assert queries.event_page(session, queries.Filters(past=True), now=later).total == 0
    assert queries.event_page(session, queries.Filters(free=True), now=NOW).total == 0
    new = make_plan(seats=1, now=later)
    write(edit_event, event.id, new, version=3, now=later)
    assert [state.value for state in states_of(waiting)] == ["offered"]
    found = queries.event_for_desk(session, event.id)
    assert found is not None
    assert found.state == EventState.PUBLISHED
