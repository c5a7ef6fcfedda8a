"""An event as calendars and search engines want it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from karavan.core.calendar_file import CalendarEntry
from karavan.core.places import PLACES
from karavan.events.models import EventState, WayIn

if TYPE_CHECKING:
    from karavan.events.models import Event
    from karavan.events.queries import Seats


def where_of(event: Event, lang: str) -> str:
    """Return venue and place on one line."""
    venue, place = event.venue.best(lang).text, PLACES[event.place].best(lang).text
    return ", ".join(dict.fromkeys(filter(None, (venue, place))))


def calendar_entry(event: Event, lang: str, *, url: str, online: bool = False) -> CalendarEntry:
    """Return an event for a calendar file; `online` adds the meeting link, for those who hold a seat."""
    description = "\n\n".join(filter(None, (event.summary.best(lang).text, url, event.online_url if online else "")))
    return CalendarEntry(
        uid=f"event-{event.slug}@{urlsplit(url).hostname}",
        sequence=event.sequence,
        title=event.title.best(lang).text,
        description=description,
        location=where_of(event, lang),
        url=url,
        starts_at=event.first_day if event.all_day else event.starts_at,
        ends_at=event.last_day if event.all_day else event.ends_at,
        updated_at=event.updated_at,
        # Of a postponed event the old time must leave calendars; the edit that sets the new one brings it back.
        status="CANCELLED" if event.state == EventState.CANCELLED or event.postponed_at else "CONFIRMED",
        organiser_name=event.organisation.name.best(lang).text,
        zone=event.zone,
    )


def structured_data(event: Event, seats: Seats, lang: str, *, url: str, image: str) -> dict[str, Any]:
    """Return the schema.org Event of a public event (schema.org/Event, read October 2026)."""
    online = event.place == "online"
    status = "EventPostponed" if event.postponed_at else "EventScheduled"
    if event.state == EventState.CANCELLED:
        status = "EventCancelled"
    place: dict[str, Any] = (
        {"@type": "VirtualLocation", "url": url}
        if online
        else {
            "@type": "Place",
            "name": where_of(event, lang),
            "address": {
                "@type": "PostalAddress",
                "addressCountry": "KZ",
                "addressLocality": PLACES[event.place].best(lang).text,
            },
        }
    )
    return {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": event.title.best(lang).text,
        "description": event.summary.best(lang).text,
        "inLanguage": event.languages,
        "startDate": event.first_day.isoformat() if event.all_day else event.starts_at.isoformat(),
        "endDate": event.last_day.isoformat() if event.all_day else event.ends_at.isoformat(),
        "eventStatus": f"https://schema.org/{status}",
        "eventAttendanceMode": f"https://schema.org/{'Online' if online else 'Offline'}EventAttendanceMode",
        "location": place,
        "image": [image],
        "url": url,
        "isAccessibleForFree": True,
        "maximumAttendeeCapacity": seats.room,
        # Where places are given by selection nobody can simply take one.
        **({"remainingAttendeeCapacity": seats.free} if event.way_in == WayIn.OPEN else {}),
        "organizer": {"@type": "Organization", "name": event.organisation.name.best(lang).text},
    }
