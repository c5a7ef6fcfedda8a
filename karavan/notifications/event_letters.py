"""What letters about events are made of: the payload's plain facts, put into words, pictures and a calendar entry."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import urlsplit

from karavan.core.calendar_file import CalendarEntry, calendar_file
from karavan.core.languages import Slots, Wording
from karavan.core.qr import qr_png
from karavan.core.when import clock, day_long, day_medium, day_range, local_day, time_range
from karavan.notifications.messages import CalendarPart

if TYPE_CHECKING:
    from karavan.core.calendar_file import Method

SEATED: Final = "seated"
CALENDARS: Final[dict[str, Method]] = {
    "events/registered": "PUBLISH",
    "events/moved": "PUBLISH",
    "events/event_changed": "PUBLISH",
    "events/event_postponed": "CANCEL",
    "events/event_cancelled": "CANCEL",
}
"""Letters after which a calendar must know something new."""
TICKETS: Final = ("events/registered", "events/already_registered", "events/moved")
"""Letters that carry a code to show at the door."""
_READS_AS_LINK: Final = re.compile(r"(?<=\S)([.@])(?=\S)|:(?=/)")


@dataclass(frozen=True, slots=True)
class Place:
    """One person of a registration as a letter speaks of her."""

    name: str
    code: str
    seated: bool
    picture: str
    """The content id of her QR code."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is different, in words. `what` is when, where, online, or a line of the programme (line)."""

    what: Literal["when", "where", "online", "line"]
    before: str
    after: str


def unlinked(name: str) -> str:
    """Write a name so that no mail program makes a link of it: strangers type names, and we send them on.

    «https://evil.example/login» becomes «https: //evil. example/login»; «А.Б.Әлиев» becomes «А. Б. Әлиев».
    """
    return _READS_AS_LINK.sub(lambda sign: f"{sign[0]} ", name)


class EventLetter:
    """A letter about an event: what its templates see, and what travels with it."""

    def __init__(self, letter: str, payload: dict[str, Any], lang: str, *, base_url: str) -> None:
        self._letter, self._payload, self._lang, self._base = letter, payload, lang, base_url
        self._event: dict[str, Any] = payload["event"]
        host = urlsplit(base_url).hostname
        self._people = [
            Place(
                name=unlinked(person["name"]),
                code=person["code"],
                seated=person["state"] == SEATED,
                picture=f"code-{number}@{host}",
            )
            for number, person in enumerate(payload["people"], 1)
        ]
        self._seated = [place for place in self._people if place.seated]
        self._online = self._event["online_url"] if self._seated and not self._event["cancelled"] else ""

    def context(self) -> dict[str, Any]:
        """Return what the templates may use. The address for joining online is there only for those with a seat."""
        event = self._event
        return {
            "title": self._best(event["title"]),
            "when": self._when(event),
            "zone": event["zone"],
            "where": self._where(event),
            "online_url": self._online,
            "directions_url": event["directions_url"],
            "organiser": self._best(event["organiser"]),
            "contact_name": event["contact_name"],
            "contact_phone": event["contact_phone"],
            "event_url": self._url,
            "demo": event["demo"],
            "postponed": event.get("postponed", False),
            "seated": self._seated,
            "waiting": [place for place in self._people if not place.seated],
            "left": [unlinked(name) for name in self._payload.get("left", ())],
            "changes": self._changes(),
            "reason": self._best(self._payload.get("reason", {})),
        }

    def pictures(self) -> dict[str, bytes]:
        """Draw a code for everyone with a seat; scanned at the door, it opens her line on the desk's page."""
        if self._letter not in TICKETS:
            return {}
        desk = f"{self._base}/{self._lang}/desk/check-in"
        return {place.picture: qr_png(f"{desk}/{place.code}") for place in self._seated}

    def calendar(self) -> CalendarPart | None:
        """Write the entry for the calendars of those with a seat; for the others there is nothing to enter."""
        method = CALENDARS.get(self._letter)
        if method is None or not self._seated:
            return None
        event, title = self._event, self._best(self._event["title"]).text
        starts, ends = _moments(event)
        entry = CalendarEntry(
            uid=f"event-{event['slug']}@{urlsplit(self._base).hostname}",
            sequence=event["sequence"],
            title=title,
            description="\n\n".join(filter(None, (self._url, self._online))),
            location=self._where(event),
            url=self._url,
            starts_at=local_day(starts, event["zone"]) if event["all_day"] else starts,
            ends_at=local_day(ends, event["zone"]) if event["all_day"] else ends,
            updated_at=datetime.fromisoformat(event["updated_at"]),
            status="CANCELLED" if method == "CANCEL" else "CONFIRMED",
            organiser_name=self._best(event["organiser"]).text,
            zone=event["zone"],
        )
        return CalendarPart(method, calendar_file([entry], name=title, method=method))

    @property
    def _url(self) -> str:
        return f"{self._base}/{self._lang}/events/{self._event['slug']}"

    def _changes(self) -> list[Change]:
        """Put the differences into words: the whole time and the whole place, before and after."""
        before = {change["what"]: change["before"] for change in self._payload.get("changes", ())}
        after = self._event
        changes = []
        if before.keys() & {"starts_at", "ends_at"}:
            changes.append(Change("when", self._when(after | before), self._when(after)))
        if before.keys() & {"place", "venue"}:
            changes.append(Change("where", self._where(after | before), self._where(after)))
        if "online_url" in before:
            changes.append(Change("online", "", self._online))
        for change in self._payload.get("changes", ()):
            if change["what"] == "programme":
                pairs = zip(change["before"], change["after"], strict=True)
                changes += [Change("line", self._line(old), self._line(new)) for old, new in pairs]
        return changes

    def _line(self, line: dict[str, Any] | None) -> str:
        """Put a line of the programme into words; nothing for one that there was not, or is no more."""
        if line is None:
            return ""
        hours = "–".join(filter(None, (line["starts"], line["ends"])))
        day = day_medium(date.fromisoformat(line["day"]), self._lang)
        said = [self._best(line[name]).text for name in ("title", "place", "speaker")]
        return " · ".join(filter(None, (", ".join(filter(None, (day, hours))), *said)))

    def _when(self, event: dict[str, Any]) -> str:
        zone, lang = event["zone"], self._lang
        starts, ends = _moments(event)
        one_day = local_day(starts, zone) == local_day(ends, zone)
        if event["all_day"]:
            return day_long(starts, lang, zone) if one_day else day_range(starts, ends, lang, zone)
        if one_day:
            return f"{day_long(starts, lang, zone)}, {time_range(starts, ends, lang, zone)}"
        return " – ".join(f"{day_medium(at, lang, zone)}, {clock(at, lang, zone)}" for at in (starts, ends))

    def _where(self, event: dict[str, Any]) -> str:
        venue, place = self._best(event["venue"]).text, self._best(event["place"]).text
        return ", ".join(dict.fromkeys(filter(None, (venue, place))))

    def _best(self, slots: dict[str, str]) -> Wording:
        return Slots(**slots).best(self._lang)


def _moments(event: dict[str, Any]) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(event["starts_at"]), datetime.fromisoformat(event["ends_at"])
