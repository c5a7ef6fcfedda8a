"""What an event's page shows, to everyone or to its organiser before everyone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import current_app, url_for

from karavan.core.clock import now
from karavan.core.database import db
from karavan.core.problems import Problem
from karavan.discussion.section import section_of
from karavan.events import queries
from karavan.events.calendar import structured_data
from karavan.events.discussed import HOST, takes_comments
from karavan.events.keepers import kept_by
from karavan.events.models import WayIn
from karavan.events.page_links import links_on
from karavan.events.rules.register import refuse_outside_window
from karavan.events.windows import window_of
from karavan.web.locale import lang

if TYPE_CHECKING:
    from karavan.events.models import Event

PAGE = "events/show.html"


def page_of(event: Event, *, preview: bool = False) -> dict[str, Any]:
    """Gather what the page needs. A preview shows a draft as it would be once it is published."""
    session = db.session()
    seats = queries.seats_of(session, event)
    picture = cover_url(event, preview=preview)
    return {
        "event": event,
        "seats": seats,
        "now": now(),
        "closed": None if preview else closed(event),
        "window": window_of(session, event, now()) if event.way_in == WayIn.SELECTION else None,
        "json_ld": structured_data(
            event, seats, lang(), url=absolute("events.show", slug=event.slug), image=_base() + (picture or _og())
        ),
        "share": _share(event),
        "picture": picture,
        "keeper": kept_by(session, event),
        "links": links_on(session, event, now()),
        "talk": None if preview else section_of(session, HOST, event.id, open_to_all=takes_comments(event.state)),
        "preview": preview,
    }


def cover_url(event: Event, *, preview: bool = False) -> str:
    """Return where the picture lies; a new picture has a new address, so that no browser shows the old one."""
    if event.cover_id is None:
        return ""
    if preview:
        return url_for("desk.cover_picture", event_id=event.id, v=event.cover_id)
    return url_for("events.cover", slug=event.slug, v=event.cover_id)


def closed(event: Event) -> Problem | None:
    """Return why seats cannot be taken now, if they cannot."""
    try:
        refuse_outside_window(event, now())
    except Problem as problem:
        return problem
    return None


def absolute(endpoint: str, **values: Any) -> str:
    """Return an address with the site's name in front."""
    return _base() + url_for(endpoint, **values)


def _base() -> str:
    base: str = current_app.extensions["karavan.settings"].base_url
    return base


def _og() -> str:
    path: str = current_app.jinja_env.globals["asset"]("img/og.png")  # type: ignore[operator]
    return path


def _share(event: Event) -> dict[str, str]:
    url, title = absolute("events.show", slug=event.slug), event.title.best(lang()).text
    return {
        "url": url,
        "whatsapp": "https://wa.me/?" + urlencode({"text": f"{title}\n{url}"}),
        "telegram": "https://t.me/share/url?" + urlencode({"url": url, "text": title}),
    }
