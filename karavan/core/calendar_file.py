"""Calendar files (RFC 5545) that people open or subscribe to; `icalendar` escapes and folds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress, vText

from karavan.core.when import DEFAULT_ZONE

if TYPE_CHECKING:
    from collections.abc import Iterable

PRODID: Final = "-//Karavan//Event calendar//KK"
REFRESH: Final = timedelta(hours=1)
_NOT_A_LINE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_NOT_A_TEXT: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]+")

Method = Literal["PUBLISH", "REQUEST", "CANCEL"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEntry:
    """One event. The same `uid` with a higher `sequence` replaces what a calendar already holds.

    Times are aware; two plain dates make an entry for whole days, the last one included, which stay the same
    dates for readers in every zone.
    """

    uid: str
    sequence: int
    title: str
    description: str
    location: str
    url: str
    starts_at: datetime | date
    ends_at: datetime | date
    updated_at: datetime
    status: Literal["CONFIRMED", "CANCELLED"] = "CONFIRMED"
    organiser_name: str | None = None
    zone: str = DEFAULT_ZONE


def calendar_file(entries: Iterable[CalendarEntry], *, name: str, method: Method | None = None) -> bytes:
    """Return the file for one event or for a feed of many.

    `method` only for a file sent as a message (RFC 5546); a download or a subscription has none, so that
    calendars take it without asking anybody to answer.
    """
    listed = list(entries)
    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    if method:
        calendar.add("method", method)
    calendar.add("name", vText(_line(name)))
    calendar.add("x-wr-calname", vText(_line(name)))
    calendar.add("x-wr-timezone", ZoneInfo(listed[0].zone if listed else DEFAULT_ZONE).key)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for entry in listed:
        calendar.add_component(_event(entry))
    return bytes(calendar.to_ical())


def _event(entry: CalendarEntry) -> Event:
    event = Event()
    event.add("uid", _line(entry.uid))
    event.add("sequence", entry.sequence)
    event.add("dtstamp", _utc(entry.updated_at))
    event.add("last-modified", _utc(entry.updated_at))
    event.add("dtstart", _moment(entry.starts_at))
    event.add("dtend", _moment(entry.ends_at, day_after=True))
    event.add("summary", _line(entry.title))
    event.add("status", entry.status)
    for key, value in (
        ("description", _text(entry.description)),
        ("location", _line(entry.location)),
        ("url", _line(entry.url)),
    ):
        if value:
            event.add(key, value)
    if entry.organiser_name:
        # A calendar wants an address here; we give out nobody's. This one is the usual way to say so.
        organiser = vCalAddress("invalid:nomail")
        organiser.params["CN"] = _line(entry.organiser_name).replace('"', "'")
        event.add("organizer", organiser)
    return event


def _moment(moment: datetime | date, *, day_after: bool = False) -> datetime | date:
    """Return a time in UTC, or a date as it is; the end of whole days is written as the day after."""
    if isinstance(moment, datetime):
        return _utc(moment)
    return moment + timedelta(days=1) if day_after else moment


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        msg = "a calendar entry needs times with a zone"
        raise ValueError(msg)
    return moment.astimezone(UTC)


def _line(value: str) -> str:
    """Return the value without anything that could end its line. It was cleaned before; this is the last lock."""
    return _NOT_A_LINE.sub(" ", value).strip()


def _text(value: str) -> str:
    return _NOT_A_TEXT.sub(" ", value.replace("\r\n", "\n")).strip()
