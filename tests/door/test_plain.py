"""The door without scripts: pass, PIN, code, came, undo; and who may not."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from karavan.core.tokens import show_code
from karavan.door.models import MOST_TRIES, DevicePass, Scan, ScanResult
from karavan.events.models import CheckIn
from karavan.events.rules.change_seats import give_back
from karavan.record.models import RecordEntry, Verb
from karavan.roster.models import Look, RosterLook
from tests.support.doors import Doors, code_of, nth_form
from tests.support.makers import make_event, make_registration, write
from tests.support.settings import NOW
from tests.support.visit import Visit

if TYPE_CHECKING:
    from collections.abc import Callable

    import time_machine
    from flask import Flask
    from sqlalchemy.orm import Session

    from karavan.events.models import Event
    from tests.support.cast import Cast


def arrivals(session: Session) -> list[CheckIn]:
    session.close()
    return list(session.scalars(select(CheckIn).order_by(CheckIn.id)))


def entries(session: Session, verb: Verb) -> int:
    session.close()
    return session.scalars(select(func.count()).where(RecordEntry.verb == verb)).one()


def test_from_pass_to_undo(doors: Doors, session: Session, clock: time_machine.Traveller, today: Event) -> None:
    code = code_of(today)
    device = doors.device("North")
    page = device.press("Mark as arrived", code=f" {show_code(code).lower()} ", status=200)
    assert "Marked as arrived" in page.text
    assert "Айгүл" in page.text
    assert "10:00" in page.text
    (came,) = arrivals(session)
    assert (came.door, came.marked_by, came.arrived_at) == ("North", None, NOW)
    clock.shift(timedelta(minutes=5))
    page = device.press("Mark as arrived", code=code, status=200)
    assert "Is in already" in page.text
    assert "10:00" in page.text
    assert len(arrivals(session)) == 1
    device.press("Undo", status=200)
    assert len(arrivals(session)) == 1, "the first scan of the two still stands"
    device.get(f"/en/door/{today.slug}")
    assert entries(session, Verb.PERSON_CHECKED_IN) == 1
    assert entries(session, Verb.DEVICE_ADMITTED) == 1


def test_undone_nobody_came(doors: Doors, session: Session, today: Event) -> None:
    device = doors.device()
    device.press("Mark as arrived", code=code_of(today), status=200)
    page = device.press("Undo", status=200)
    assert "Undone" in page.text
    assert arrivals(session) == []
    assert entries(session, Verb.ARRIVAL_UNDONE) == 1
    assert session.scalars(select(Scan.result)).all() == [ScanResult.UNDONE]


def test_the_address_in_a_ticket_s_qr_is_a_code_too(doors: Doors, session: Session, today: Event) -> None:
    device = doors.device()
    device.press("Mark as arrived", code=f"http://localhost:8000/kk/desk/check-in/{code_of(today)}", status=200)
    assert len(arrivals(session)) == 1


@pytest.mark.parametrize("code", ["", "222222", "🐫", "x" * 300, "A" * 22])
def test_a_code_nobody_has_stays_to_be_corrected(doors: Doors, session: Session, code: str) -> None:
    page = doors.device().press("Mark as arrived", code=code, status=422)
    assert page.summary
    assert page.by_id("code").get("value") == code
    assert arrivals(session) == []


def test_codes_of_other_events_and_of_people_without_a_seat(
    doors: Doors, session: Session, cast: Cast, today: Event
) -> None:
    device = doors.device()
    elsewhere = make_registration(make_event(organisation=cast.alliance)).attendees[0].code
    assert "No one with this code" in device.press("Mark as arrived", code=elsewhere, status=422).summary
    gone = make_registration(today, now=NOW - timedelta(days=1))
    write(give_back, today.id, gone.public_id, now=NOW)
    page = device.press("Mark as arrived", code=gone.attendees[0].code, status=422)
    assert "does not hold a seat" in page.summary
    assert arrivals(session) == []


def test_three_letters_of_a_name_answer_with_little_and_are_written_down(
    doors: Doors, session: Session, cast: Cast, today: Event
) -> None:
    household = make_registration(today, now=NOW - timedelta(days=1), names=("Гүлнара Әбенова", "Нұрлан Әбенов"))
    code_of(today, "Тимур")
    device = doors.device("North")
    assert "at least three letters" in device.press("Find", q="гу").text
    page = device.press("Find", q="абе")
    assert page.text.count("Әбенов") == 2
    assert "2 seats" in page.text
    assert household.attendees[0].code not in page.body
    assert household.email not in page.body
    assert "Тимур" not in page.text
    page = device.post(*nth_form(page, "Mark as arrived", 1), status=200)
    assert "Marked as arrived" in page.text
    assert len(arrivals(session)) == 1
    (look,) = session.scalars(select(RosterLook).where(RosterLook.what == Look.DOOR))
    assert (look.person_id, look.people, look.detail) == (cast.bekzat.id, 2, "North")


def test_wrong_pin_five_times_locks_the_pass(doors: Doors, session: Session) -> None:
    slip = doors.give()
    device = doors.new_visitor()
    wrong = f"{(int(slip.pin) + 1) % 1_000_000:06d}"
    device.get(f"/{slip.address}")
    for left in range(MOST_TRIES - 1, 0, -1):
        page = device.press("Open the pass", pin=wrong, status=422)
        assert f"You have {left} more" in page.summary
    assert "locked" in device.press("Open the pass", pin=wrong, status=422).summary
    assert "locked" in device.press("Open the pass", pin=slip.pin, status=422).summary, "the right one too"
    assert session.scalars(select(DevicePass.openings)).one() == 0
    assert "Locked" in doors.desk.get(f"/en/desk/events/{doors.event.id}/doors").text


def test_nobody_lets_the_server_count_pins_without_end(
    doors: Doors, session: Session, other_app: Callable[..., Flask]
) -> None:
    slip = doors.give()
    with Visit(other_app(rate_limits=True), after=session.close) as device:
        device.get(f"/{slip.address}")
        data = dict(device.page.form_of("Open the pass").filled("Open the pass", {"pin": "1"}))
        statuses = [device.send("POST", f"/{slip.address}", data=data).status_code for _ in range(21)]
    assert statuses == [422] * 20 + [429]


def test_a_right_pin_makes_wrong_ones_forgotten(doors: Doors, session: Session) -> None:
    slip = doors.give()
    device = doors.new_visitor()
    device.get(f"/{slip.address}")
    device.press("Open the pass", pin="1", status=422)
    device.press("Open the pass", pin=f"{slip.pin[:3]} {slip.pin[3:]}", status=200)
    assert session.scalars(select(DevicePass.tries)).one() == 0


def test_a_pass_works_on_one_device_at_a_time(doors: Doors, today: Event) -> None:
    slip = doors.give()
    first = doors.open(slip)
    second = doors.open(slip)
    second.get(f"/en/door/{today.slug}", status=200)
    first.get(f"/en/door/{today.slug}", status=404)


def test_one_tap_takes_a_pass_back(doors: Doors, session: Session, today: Event) -> None:
    device = doors.device("North")
    kept = doors.device("South")
    code = code_of(today)
    device.get(f"/en/door/{today.slug}")
    doors.desk.get(f"/en/desk/events/{today.id}/doors")
    page = doors.desk.post(*nth_form(doors.desk.page, "Take back", 1), status=200)
    assert "Taken back" in page.text
    device.press("Mark as arrived", code=code, status=410)
    device.get(f"/en/door/{today.slug}", status=410)
    assert arrivals(session) == []
    kept.press("Mark as arrived", code=code, status=200)
    assert entries(session, Verb.DEVICE_REVOKED) == 1


def test_a_pass_belongs_to_its_event(doors: Doors, session: Session, cast: Cast) -> None:
    doors.give()
    other = make_event(organisation=cast.alliance)
    pass_id = session.scalars(select(DevicePass.id)).one()
    for event_id, number in ((other.id, pass_id), (doors.event.id, 99), (doors.event.id, 10**20)):
        doors.desk.get(f"/en/desk/events/{event_id}/doors/{number}/revocation", status=404)
    doors.desk.post(f"/en/desk/events/{doors.event.id}/doors/{pass_id}/revocation", status=422)
    session.close()
    assert session.scalars(select(DevicePass.revoked_at)).one() is None
    draft = make_event(organisation=cast.alliance, published=False)
    doors.desk.get(f"/en/desk/events/{draft.id}/doors", status=404)


def test_without_a_pass_a_door_looks_like_none(doors: Doors, visit: Visit, cast: Cast, today: Event) -> None:
    slip = doors.give()
    other = make_event(organisation=cast.alliance)
    stranger = doors.new_visitor()
    token = slip.address.rpartition("/")[2]
    for browser in (stranger, doors.desk):
        for address in (
            today.slug, "no-such-event", f"{today.slug}/news", f"{today.slug}/list", f"{today.slug}/scans",
            f"{today.slug}/withdrawal", f"{today.slug}/pin", f"{today.slug}/passes/nonsense",
            f"{other.slug}/passes/{token}", f"{today.slug}/passes/{token[:-1]}",
        ):  # fmt: skip
            assert browser.send("GET", f"/en/door/{address}").status_code == 404, address
            assert browser.send("POST", f"/en/door/{address}").status_code in {404, 405}, address


def test_a_device_that_lay_about_asks_for_the_pin_again(
    doors: Doors, clock: time_machine.Traveller, today: Event
) -> None:
    slip = doors.give()
    device = doors.open(slip)
    device.press("Mark as arrived", code=code_of(today), status=200)
    clock.shift(timedelta(minutes=21))
    page = device.get(f"/en/door/{today.slug}")
    assert page.address.endswith("/pin")
    assert "Айгүл" not in page.text
    device.press("Open the pass", pin="000", status=422)
    assert "Айгүл" in device.press("Open the pass", pin=slip.pin, status=200).text


def test_a_pass_ends_with_its_day(doors: Doors, clock: time_machine.Traveller, today: Event) -> None:
    device = doors.device()
    clock.shift(timedelta(hours=15))
    device.get(f"/en/door/{today.slug}", status=410)


def test_each_day_has_passes_of_its_own(desk: Visit, session: Session, cast: Cast) -> None:
    event = make_event(
        organisation=cast.alliance,
        now=NOW - timedelta(days=2),
        starts_at=NOW - timedelta(days=1),
        ends_at=NOW + timedelta(days=1),
        registration_closes_at=NOW - timedelta(days=1),
    )
    page = desk.get(f"/en/desk/events/{event.id}/doors")
    assert [option.get("value") for option in page.by_id("day")] == ["2026-11-23", "2026-11-24"]
    desk.press("Give a pass", name="Hall", day="2026-11-24", status=200)
    token = desk.page.one("form", action=f"/en/desk/events/{event.id}/doors")
    assert token is not None
    typed = {"name": "Hall", "day": "2026-11-22"}
    page = desk.post(f"/en/desk/events/{event.id}/doors", typed, status=422)
    assert page.summary


def test_pressed_twice_one_pass_is_given(doors: Doors, session: Session, today: Event) -> None:
    page = doors.desk.get(f"/en/desk/events/{today.id}/doors")
    values = {one.get("name"): one.get("value") for one in page.form_of("Give a pass").controls}
    typed = {**values, "name": "North"}
    doors.desk.post(f"/en/desk/events/{today.id}/doors", typed, status=200)
    page = doors.desk.post(f"/en/desk/events/{today.id}/doors", typed, status=200)
    assert "This pass was given already" in page.text
    assert session.scalars(select(func.count(DevicePass.id))).one() == 1


def test_the_count_renews_itself(doors: Doors, today: Event) -> None:
    doors.device("North").press("Mark as arrived", code=code_of(today), status=200)
    part = {"HX-Request": "true", "HX-Request-Type": "partial"}
    answer = doors.desk.send("GET", f"/en/desk/events/{today.id}/doors", headers=part)
    text = answer.get_data(as_text=True)
    assert text.lstrip().startswith('<section id="door-count"')
    assert "North" in text


def test_the_public_record_says_it_in_words(doors: Doors, today: Event) -> None:
    device = doors.device()
    device.press("Mark as arrived", code=code_of(today), status=200)
    device.press("Undo", status=200)
    doors.desk.get(f"/en/desk/events/{today.id}/doors")
    doors.desk.press("Take back")
    page = doors.new_visitor().get("/en/record/")
    for words in ("was given a pass", "was taken back", "undone at the door"):
        assert words in page.text
    assert "Айгүл" not in page.text
