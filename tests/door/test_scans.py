"""Scans as devices send them: at once or hours later, again, from several doors, with a wrong clock."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from karavan.core.database import transact as write
from karavan.door.marks import mark_of
from karavan.door.models import AN_OPENING, DevicePass, Scan, ScanResult
from karavan.door.rules.scans import undo_arrival
from karavan.events.models import Attendee, CheckIn
from karavan.events.rules.check_in import check_in
from karavan.record.models import RecordEntry, Verb
from tests.support.doors import Doors, Sender, code_of
from tests.support.settings import NOW

if TYPE_CHECKING:
    import time_machine
    from sqlalchemy.orm import Session

    from karavan.events.models import Event
    from tests.support.cast import Cast


def arrivals(session: Session) -> list[tuple[Any, ...]]:
    session.close()
    return [(one.arrived_at, one.door) for one in session.scalars(select(CheckIn).order_by(CheckIn.id))]


def test_a_list_holds_marks_and_neither_names_nor_codes(doors: Doors, session: Session, today: Event) -> None:
    code = code_of(today, "Айгүл")
    slip = doors.give()
    device = Sender(doors.open(slip), today)
    said = device.ask("list")
    body = json.dumps(said, ensure_ascii=False)
    assert "Айгүл" not in body
    assert code not in body
    assert "key" not in said, "the key comes with the PIN only"
    assert device.send("list", pin="1")["stale"] is False
    given = device.send("list", pin=slip.pin)
    assert given["seats"] == [mark_of(given["key"], code)]
    assert given["number"] == AN_OPENING


def test_a_batch_sent_again_is_one(doors: Doors, session: Session, clock: time_machine.Traveller, today: Event) -> None:
    slip = doors.give("North")
    device = Sender(doors.open(slip), today, slip.pin)
    codes = [code_of(today, name) for name in ("Айгүл", "Тимур", "Жанар")]
    batch = [device.scan(number, code, age=60 * number) for number, code in enumerate([*codes, "222222"], 1)]
    clock.shift(timedelta(minutes=10))
    first = device.deliver(batch)
    assert [one["result"] for one in first] == ["came", "came", "came", "unknown"]
    assert [one["name"] for one in first] == ["Айгүл", "Тимур", "Жанар", ""]
    assert device.deliver(batch) == first
    assert device.deliver(list(reversed(batch))) == first
    session.close()
    assert session.scalars(select(func.count(Scan.id))).one() == 4
    assert sorted(arrivals(session)) == [(NOW + timedelta(minutes=one), "North") for one in (7, 8, 9)]
    entries = session.scalars(select(func.count()).where(RecordEntry.verb == Verb.PERSON_CHECKED_IN)).one()
    assert entries == 3


def test_who_was_scanned_first_came_first_whichever_phone_finds_the_net(
    doors: Doors, session: Session, clock: time_machine.Traveller, today: Event
) -> None:
    code = code_of(today)
    north, south = doors.give("North"), doors.give("South")
    online, offline = Sender(doors.open(north), today, north.pin), Sender(doors.open(south), today, south.pin)
    clock.shift(timedelta(minutes=10))
    assert online.deliver([online.scan(1, code)])[0]["result"] == "came"
    assert arrivals(session) == [(NOW + timedelta(minutes=10), "North")]
    clock.shift(timedelta(minutes=9))
    (told,) = offline.deliver([offline.scan(1, code, age=17 * 60)])
    assert (told["result"], told["at"], told["door"]) == ("came", "10:02", "South")
    assert arrivals(session) == [(NOW + timedelta(minutes=2), "South")]
    (told,) = online.deliver([online.scan(2, code)])
    assert (told["result"], told["at"], told["door"]) == ("again", "10:02", "South")
    offline.undo(1)
    assert arrivals(session) == [(NOW + timedelta(minutes=10), "North")], "the next that stands is the arrival"
    online.undo(1)
    online.undo(2)
    assert arrivals(session) == []


def test_a_wrong_clock_does_not_matter(
    doors: Doors, session: Session, clock: time_machine.Traveller, today: Event
) -> None:
    """The device says how old a scan is: less than nothing is now, more than can be is when its pass was opened."""
    slip = doors.give("North")
    device = Sender(doors.open(slip), today, slip.pin)
    clock.shift(timedelta(minutes=30))
    batch = [device.scan(1, code_of(today), age=-9e9), device.scan(2, code_of(today, "Тимур"), age=10**400)]
    assert [one["result"] for one in device.deliver(batch)] == ["came", "came"]
    assert arrivals(session) == [(NOW, "North"), (NOW + timedelta(minutes=30), "North")]


def test_the_next_morning_what_was_scanned_in_time_still_counts(
    doors: Doors, session: Session, clock: time_machine.Traveller, today: Event
) -> None:
    codes = [code_of(today), code_of(today, "Тимур")]
    slip = doors.give("North")
    device = Sender(doors.open(slip), today, slip.pin)
    clock.shift(timedelta(hours=22))
    told = device.deliver([device.scan(1, codes[0], age=21 * 3600), device.scan(2, codes[1], age=60)])
    assert [(one["result"], one["name"]) for one in told] == [("came", ""), ("late", "")], "and names nobody by then"
    assert arrivals(session) == [(NOW + timedelta(hours=1), "North")]
    clock.shift(timedelta(days=8))
    assert device.status([device.scan(3, codes[1], age=200 * 3600)]) == 410


def test_nothing_of_a_lost_phone_is_taken(doors: Doors, session: Session, today: Event) -> None:
    code = code_of(today)
    slip = doors.give("North")
    device = Sender(doors.open(slip), today, slip.pin)
    batch = [device.scan(1, code)]
    doors.desk.get(f"/en/desk/events/{today.id}/doors")
    doors.desk.press("Take back")
    assert device.status(batch) == 410
    assert device.browser.send("GET", f"/en/door/{today.slug}/news").status_code == 410
    assert arrivals(session) == []


def test_the_desk_s_mark_stands(doors: Doors, session: Session, cast: Cast, today: Event) -> None:
    code = code_of(today)
    write(check_in, today.id, code, day=NOW.date(), by=cast.bekzat.id, now=NOW)
    slip = doors.give("North")
    device = Sender(doors.open(slip), today, slip.pin)
    assert device.deliver([device.scan(1, code, age=600)])[0]["result"] == "again"
    device.undo(1)
    assert arrivals(session) == [(NOW, "")]


def test_what_the_organiser_undoes_no_door_keeps(doors: Doors, session: Session, today: Event) -> None:
    code = code_of(today)
    slip = doors.give("North")
    device = Sender(doors.open(slip), today, slip.pin)
    device.deliver([device.scan(1, code)])
    attendee_id = session.scalars(select(Attendee.id).where(Attendee.code == code)).one()
    assert write(undo_arrival, today.id, attendee_id, NOW.date(), now=NOW)
    assert arrivals(session) == []
    assert not write(undo_arrival, today.id, attendee_id, NOW.date(), now=NOW)
    assert device.deliver([device.scan(1, code)])[0]["result"] == "undone", "the same scan sent again"
    assert device.deliver([device.scan(2, code)])[0]["result"] == "came", "she comes after all"


def test_undone_before_it_was_sent_it_never_counted(doors: Doors, session: Session, today: Event) -> None:
    slip = doors.give("North")
    device = Sender(doors.open(slip), today, slip.pin)
    assert device.deliver([device.scan(1, code_of(today)) | {"undone": True}])[0]["result"] == "undone"
    assert arrivals(session) == []
    assert session.scalars(select(Scan.result)).all() == [ScanResult.UNDONE]


def test_a_device_hears_who_came_in_elsewhere(doors: Doors, today: Event) -> None:
    north, south = doors.give("North"), doors.give("South")
    first, second = Sender(doors.open(north), today, north.pin), Sender(doors.open(south), today, south.pin)
    code = code_of(today)
    first.deliver([first.scan(1, code)])
    said = second.ask("news")
    assert said["arrivals"] == [[mark_of(second.key, code), "10:00", "North"]]
    assert (said["came"], said["seated"]) == (1, 1)
    assert second.ask(f"news?after={said['after']}")["arrivals"] == []


def test_a_second_device_numbers_apart(doors: Doors, session: Session, today: Event) -> None:
    slip = doors.give("North")
    old = Sender(doors.open(slip), today, slip.pin)
    new = Sender(doors.open(slip), today, slip.pin)
    assert (old.base, new.base) == (AN_OPENING, 2 * AN_OPENING)
    assert old.status([old.scan(1, code_of(today))]) == 404
    assert session.scalars(select(func.count(Scan.id))).one() == 0


@pytest.mark.parametrize(
    "scans",
    [
        "", "nonsense", "{}", "[1]", "null", '[{"number": 0, "mark": "x", "age": 1}]', "[" * 3000,
        '[{"number": 1, "mark": "AAAAAAAAAAAAAAAAAAAAAA", "age": NaN}]',
        '[{"number": 1e99, "mark": "AAAAAAAAAAAAAAAAAAAAAA", "age": 1}]',
        '[{"number": 99999999999, "mark": "AAAAAAAAAAAAAAAAAAAAAA", "age": 1}]',
        '[{"number": 1, "mark": "🐫🐫🐫🐫🐫🐫🐫🐫🐫🐫🐫🐫🐫🐫🐫🐫🐫🐫🐫🐫🐫🐫", "age": 1}]',
        json.dumps([{"number": 1, "mark": "A" * 22, "age": 1}] * 201),
    ],
)  # fmt: skip
def test_what_our_script_would_not_write_is_refused(doors: Doors, session: Session, today: Event, scans: str) -> None:
    device = Sender(doors.device(), today)
    answer = device.post("scans", scans=scans, undone="")
    assert answer.status_code == (200 if not scans else 422)
    answer = device.post("scans", scans="", undone=scans)
    assert answer.status_code in {200, 422}
    assert session.scalars(select(func.count(Scan.id))).one() == 0


def test_without_our_token_nothing_is_taken(doors: Doors, session: Session, today: Event) -> None:
    device = Sender(doors.device(), today)
    device.csrf = "nonsense"
    said = device.post("scans", scans="[]", undone="").get_json()
    assert said["stale"] is True
    assert said["csrf"]


def test_the_worker_looks_after_doors_only_and_the_kept_page_names_nobody(doors: Doors, today: Event) -> None:
    stranger = doors.new_visitor()
    worker = stranger.send("GET", "/kk/door/worker.js")
    assert worker.mimetype == "text/javascript"
    assert "Service-Worker-Allowed" not in worker.headers, "so it may look after what lies beside it, and nothing else"
    code_of(today)
    page = stranger.get(f"/en/door/{today.slug}/offline")
    assert "Айгүл" not in page.body
    assert stranger.get("/en/door/there-is-none/offline").h1 == page.h1
    assert not page.find("input", name="csrf_token")
    device = doors.device()
    policy = device.response.headers["Content-Security-Policy"]
    assert "unsafe" not in policy


def test_the_pin_opens_the_list_as_often_as_the_page(doors: Doors, session: Session, today: Event) -> None:
    slip = doors.give()
    device = Sender(doors.open(slip), today)
    for _ in range(5):
        device.send("list", pin="1")
    assert device.send("list", pin=slip.pin)["sentence"].startswith("The PIN was wrong too often")
    assert session.scalars(select(DevicePass.tries)).one() == 5
