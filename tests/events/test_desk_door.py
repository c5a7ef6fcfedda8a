"""At the door: who came, by the code on the ticket, typed or scanned."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from karavan.core.tokens import show_code
from karavan.events.models import CheckIn, Registration
from karavan.events.rules.change_seats import give_back
from karavan.events.rules.check_in import check_in
from karavan.record.models import RecordEntry, Verb
from karavan.roster.models import Look, RosterLook
from tests.support.makers import make_event, make_registration, write
from tests.support.settings import NOW

if TYPE_CHECKING:
    import time_machine
    from sqlalchemy.orm import Session

    from karavan.events.models import Event
    from tests.support.cast import Cast
    from tests.support.visit import Visit

LONG = 25


@pytest.fixture
def today(cast: Cast) -> Event:
    """An event that goes on now: it began an hour ago."""
    return make_event(
        organisation=cast.alliance, seats=3, now=NOW - timedelta(days=2), starts_in=timedelta(days=2, hours=-1)
    )


def arrivals(session: Session) -> int:
    session.close()
    return session.scalars(select(func.count(CheckIn.id))).one()


def code_of(event: Event) -> str:
    return make_registration(event, now=NOW - timedelta(days=1), names=("Айгүл",)).attendees[0].code


@pytest.mark.parametrize("htmx", [False, True])
def test_a_code_is_marked_once_and_then_says_when(
    desk: Visit, session: Session, clock: time_machine.Traveller, today: Event, htmx: bool
) -> None:
    code = code_of(today)
    desk.get(f"/en/desk/events/{today.id}/check-in")
    page = desk.press("Mark as arrived", code=f" {show_code(code).lower()} ", htmx=htmx, status=200, statements=LONG)
    assert "Айгүл" in page.text
    assert "Arrived at 10:00" in page.text
    assert "Arrived today: 1 of 1" in page.text
    assert page.by_id("code").get("value") == ""
    assert page.by_id("code").get("aria-describedby") == "arrival"
    clock.shift(timedelta(minutes=7))
    page = desk.press("Mark as arrived", code=code, htmx=htmx, status=200, statements=LONG)
    assert "Is in already, since 10:00" in page.text
    assert arrivals(session) == 1
    assert session.scalars(select(func.count()).where(RecordEntry.verb == Verb.PERSON_CHECKED_IN)).one() == 1
    look = session.scalars(select(RosterLook)).one()
    number = session.scalars(select(Registration.number)).one()
    assert (look.what, look.detail, look.people) == (Look.PERSON, f"№ {number}", 1)


def test_whoever_was_marked_by_mistake_is_taken_back(desk: Visit, session: Session, today: Event) -> None:
    code = code_of(today)
    desk.get(f"/en/desk/events/{today.id}/check-in")
    desk.press("Mark as arrived", code=code, status=200, statements=LONG)
    page = desk.press("Undo")
    assert "Айгүл is not marked as arrived any more." in page.text
    assert "Arrived today: 0 of 1" in page.text
    assert arrivals(session) == 0
    assert session.scalars(select(func.count()).where(RecordEntry.verb == Verb.ARRIVAL_UNDONE)).one() == 1
    desk.press("Mark as arrived", code=code, status=200, statements=LONG)
    assert arrivals(session) == 1


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize("code", ["", "222222", "🐫", "x" * 41])
def test_a_code_nobody_has_is_refused_and_stays_to_be_corrected(
    desk: Visit, session: Session, today: Event, htmx: bool, code: str
) -> None:
    desk.get(f"/en/desk/events/{today.id}/check-in")
    page = desk.press("Mark as arrived", code=code, htmx=htmx, status=422, statements=LONG)
    assert page.summary
    assert page.by_id("code").get("value") == code
    assert arrivals(session) == 0


def test_a_code_of_another_event_looks_unknown(desk: Visit, session: Session, cast: Cast, today: Event) -> None:
    others = [make_event(organisation=whose) for whose in (cast.alliance, cast.elsewhere)]
    for other in others:
        desk.get(f"/en/desk/events/{today.id}/check-in")
        page = desk.press("Mark as arrived", code=make_registration(other).attendees[0].code, status=422)
        assert "No one with this code is registered for this event." in page.summary


def test_without_a_seat_nobody_is_marked(desk: Visit, session: Session, today: Event) -> None:
    registration = make_registration(today, now=NOW - timedelta(days=1))
    write(give_back, today.id, registration.public_id, now=NOW)
    desk.get(f"/en/desk/events/{today.id}/check-in")
    page = desk.press("Mark as arrived", code=registration.attendees[0].code, status=422)
    assert "This person does not hold a seat at the moment." in page.summary
    page = desk.get(f"/en/desk/check-in/{registration.attendees[0].code}")
    assert "This person does not hold a seat at the moment." in page.text
    assert not page.find("form")


def test_each_day_of_an_event_has_its_own_arrivals(
    desk: Visit, session: Session, clock: time_machine.Traveller, cast: Cast
) -> None:
    event = make_event(
        organisation=cast.alliance,
        now=NOW - timedelta(days=2),
        starts_at=NOW - timedelta(days=1),
        ends_at=NOW + timedelta(days=1),
        registration_closes_at=NOW - timedelta(days=1),
    )
    code = make_registration(event, now=NOW - timedelta(days=1, hours=1)).attendees[0].code
    page = desk.get(f"/en/desk/events/{event.id}/check-in")
    days = [option.get("value") for option in page.by_id("day")]
    assert days == ["2026-11-22", "2026-11-23", "2026-11-24"]
    desk.press("Mark as arrived", code=code, statements=LONG)
    desk.press("Mark as arrived", code=code, day="2026-11-22", statements=LONG)
    assert arrivals(session) == 2
    token = page.one("input", name="csrf_token").get("value")
    typed = {"csrf_token": token, "code": code, "day": "2026-11-25"}
    page = desk.post(f"/en/desk/events/{event.id}/check-in", typed, status=422)
    assert "Choose one of the answers offered." in page.summary


# --- Scanned ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [False, True])
def test_a_scanned_ticket_shows_the_person_and_marks_on_a_press(
    desk: Visit, session: Session, today: Event, htmx: bool
) -> None:
    code = code_of(today)
    page = desk.get(f"/en/desk/check-in/{show_code(code).lower()}")
    assert "Айгүл" in page.text
    assert "Has a seat" in page.text
    assert arrivals(session) == 0, "a GET changes nothing"
    page = desk.press("Mark as arrived", htmx=htmx, status=200, statements=LONG)
    assert "Arrived at 10:00" in page.text
    assert arrivals(session) == 1
    page = desk.get(f"/en/desk/check-in/{code}")
    assert "Arrived: 23 November 2026, 10:00" in page.text
    page = desk.press("Mark as arrived", htmx=htmx, status=200, statements=LONG)
    assert "Is in already, since 10:00" in page.text
    assert arrivals(session) == 1


def test_the_qr_of_a_ticket_leads_here(desk: Visit, today: Event) -> None:
    registration = make_registration(today, now=NOW - timedelta(days=1))
    page = desk.get(f"/en/desk/events/{today.id}/registrations/{registration.id}")
    desk.get(page.link("Open and print the ticket"))
    assert desk.get(f"/kk/desk/check-in/{registration.attendees[0].code}").h1


def test_on_another_day_the_desk_is_warned(desk: Visit, cast: Cast) -> None:
    event = make_event(organisation=cast.alliance)
    page = desk.get(f"/en/desk/check-in/{make_registration(event).attendees[0].code}")
    assert "Today is not a day of this event." in page.text
    assert "23 December 2026" in page.text


def test_a_cancelled_event_has_no_door(desk: Visit, session: Session, cast: Cast) -> None:
    event = make_event(organisation=cast.alliance)
    code = make_registration(event).attendees[0].code
    desk.get(f"/en/desk/events/{event.id}/cancellation")
    desk.press("Cancel the event", fields={"reason-kk": "Боран"}, statements=LONG)
    page = desk.get(f"/en/desk/check-in/{code}")
    assert "This event has been cancelled." in page.text
    assert not page.find("form")


def test_the_event_s_page_counts_arrivals(desk: Visit, today: Event) -> None:
    code = code_of(today)
    desk.get(f"/en/desk/events/{today.id}")
    desk.follow("Mark who came")
    desk.press("Mark as arrived", code=code, statements=LONG)
    page = desk.get(f"/en/desk/events/{today.id}")
    figures = " ".join(page.one("dl", class_="kpis").itertext()).split()
    assert figures[-2:] == ["Arrived", "1"]


def test_after_several_days_everybody_who_came_is_counted_once(
    desk: Visit, clock: time_machine.Traveller, cast: Cast
) -> None:
    began, day = NOW - timedelta(hours=1), timedelta(days=1)
    event = make_event(
        organisation=cast.alliance, seats=3, now=NOW - 2 * day, starts_at=began, ends_at=began + timedelta(hours=27)
    )
    both, first, _ = (make_registration(event, now=NOW - day).attendees[0].code for _ in range(3))
    write(check_in, event.id, both, day=event.first_day, by=cast.bekzat.id, now=NOW)
    write(check_in, event.id, first, day=event.first_day, by=cast.bekzat.id, now=NOW)
    write(check_in, event.id, both, day=event.last_day, by=cast.bekzat.id, now=NOW + day)
    for days, said in ((0, ["today", "2"]), (1, ["today", "1"]), (2, ["Arrived", "2"])):
        clock.move_to(NOW + days * day)
        desk.get(f"/en/desk/events/{event.id}")
        assert " ".join(desk.page.one("dl", class_="kpis").itertext()).split()[-2:] == said
