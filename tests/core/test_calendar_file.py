"""Calendar files: read back by a calendar they say what was meant, whatever the title holds."""

import dataclasses
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar, Event

from karavan.core.calendar_file import CalendarEntry, calendar_file
from tests.support.hostile import Case, case, cases

AQTAU = ZoneInfo("Asia/Aqtau")
TOUR = CalendarEntry(
    uid="study-tour@karavan.example",
    sequence=0,
    title="Оқу сапары",
    description="Бірінші күн: келу.\nЕкінші күн: Парламент.",
    location="Ақтау, 14-шағын аудан",
    url="https://karavan.example/kk/events/study-tour",
    starts_at=datetime(2026, 11, 5, 10, 0, tzinfo=AQTAU),
    ends_at=datetime(2026, 11, 5, 12, 30, tzinfo=AQTAU),
    updated_at=datetime(2026, 10, 1, 8, 0, tzinfo=AQTAU),
    organiser_name="Маңғыстау облысының қоғамдық кеңесі",
)


def written(**changes: Any) -> bytes:
    """The file for one event as bytes."""
    return calendar_file([dataclasses.replace(TOUR, **changes)], name="Керуен")


def read(data: bytes) -> Event:
    """The one event of a file, as a calendar reads it."""
    (event,) = Calendar.from_ical(data).walk("VEVENT")
    return event


def properties(data: bytes) -> list[str]:
    """The names of all lines of a file, unfolded."""
    return [line.partition(":")[0].partition(";")[0] for line in data.decode().replace("\r\n ", "").splitlines()]


def test_a_calendar_reads_back_what_was_written() -> None:
    event = read(written())
    assert event["UID"] == TOUR.uid
    assert event["SUMMARY"] == TOUR.title
    assert event["DESCRIPTION"] == TOUR.description
    assert event["LOCATION"] == TOUR.location
    assert event["URL"] == TOUR.url
    assert event["STATUS"] == "CONFIRMED"
    assert event["ORGANIZER"].params["CN"] == TOUR.organiser_name
    assert event.start == TOUR.starts_at
    assert event.end == TOUR.ends_at


def test_times_are_written_in_utc() -> None:
    data = written()
    assert b"DTSTART:20261105T050000Z" in data
    assert b"DTSTAMP:20261001T030000Z" in data
    assert b"LAST-MODIFIED:20261001T030000Z" in data


def test_a_time_without_a_zone_is_our_mistake() -> None:
    with pytest.raises(ValueError, match="zone"):
        written(starts_at=datetime(2026, 11, 5, 10, 0))  # noqa: DTZ001


def test_the_feed_says_its_name_zone_and_how_often_to_look() -> None:
    data = calendar_file([], name="Керуен; іс-шаралар")
    calendar = Calendar.from_ical(data)
    for name in ("NAME", "X-WR-CALNAME"):  # read as they stand: `icalendar` does not know them as text
        assert f"\r\n{name}:Керуен\\; іс-шаралар\r\n".encode() in data
    assert calendar["X-WR-TIMEZONE"] == "Asia/Aqtau"
    assert calendar["REFRESH-INTERVAL"].dt == timedelta(hours=1)
    assert calendar["PRODID"]
    assert calendar["VERSION"] == "2.0"


def test_a_method_stands_only_in_a_file_sent_as_a_message() -> None:
    assert "METHOD" not in properties(written())
    assert b"METHOD:CANCEL\r\n" in calendar_file([TOUR], name="x", method="CANCEL")


@pytest.mark.parametrize("case", [pytest.param(case("DC-07"), id="DC-07")])
def test_an_event_moved_twice_and_cancelled_stays_the_same_event(case: Case) -> None:
    later = TOUR.starts_at + timedelta(days=1)
    steps = [{}, {"starts_at": later}, {"starts_at": later + timedelta(days=1)}, {"status": "CANCELLED"}]
    events = [read(written(sequence=number, **changes)) for number, changes in enumerate(steps)]
    assert {event["UID"] for event in events} == {TOUR.uid}
    assert [event["SEQUENCE"] for event in events] == [0, 1, 2, 3], case.expect
    assert events[-1]["STATUS"] == "CANCELLED"


@pytest.mark.parametrize("case", [pytest.param(case("DC-08"), id="DC-08")])
def test_whole_days_are_the_same_days_everywhere(case: Case) -> None:
    data = written(starts_at=date(2026, 3, 29), ends_at=date(2026, 3, 29))
    assert b"DTSTART;VALUE=DATE:20260329\r\n" in data, case.expect
    assert b"DTEND;VALUE=DATE:20260330\r\n" in data  # the end is the first day after


@pytest.mark.parametrize("field", ["title", "location", "uid", "url", "organiser_name", "description"])
@pytest.mark.parametrize("case", [pytest.param(case("DC-06"), id="DC-06"), *cases(where="any_text")])
def test_no_text_adds_a_line_or_an_event(case: Case, field: str) -> None:
    data = written(**{field: case.text})
    line = {"title": "SUMMARY", "organiser_name": "ORGANIZER"}.get(field, field.upper())
    expected = properties(written(**{field: "x"}))
    assert properties(data) in (expected, [name for name in expected if name != line])  # an empty one may be left out
    read(data)


@pytest.mark.parametrize("case", [pytest.param(case(name), id=name) for name in ("DC-01", "DC-04", "DC-05")])
def test_lines_are_folded_at_75_octets_without_splitting_a_letter(case: Case) -> None:
    data = written(title=case.text, location=case.text)
    lines = data.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert all(line.decode() or not line for line in lines)
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert read(data)["SUMMARY"] == read(data)["LOCATION"] == case.text


def test_an_organiser_with_quotation_marks_stays_one_organiser() -> None:
    event = read(written(organiser_name='ҚК "Керуен"; қала, аудан: ^ бөлім'))
    assert event["ORGANIZER"] == "invalid:nomail"
    assert event["ORGANIZER"].params["CN"] == "ҚК 'Керуен'; қала, аудан: ^ бөлім"


def test_a_feed_holds_many_events() -> None:
    second = dataclasses.replace(TOUR, uid="b", updated_at=datetime(2026, 10, 2, tzinfo=UTC))
    events = Calendar.from_ical(calendar_file([TOUR, second], name="x")).walk("VEVENT")
    assert [event["UID"] for event in events] == [TOUR.uid, "b"]
