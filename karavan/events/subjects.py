"""What the public record calls an event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import url_for
from sqlalchemy import select

from karavan.core.database import db
from karavan.events.models import Event
from karavan.events.queries import PUBLIC
from karavan.record.subjects import Subject

if TYPE_CHECKING:
    from collections.abc import Collection


def name_events(ids: Collection[int], lang: str) -> dict[int, Subject]:
    """Return titles and pages of events that are public; drafts have neither."""
    rows = db.session().execute(
        select(Event.id, Event.slug, Event.title).where(Event.id.in_(ids), PUBLIC),
    )
    return {
        event_id: Subject(*title.best(lang), url_for("events.show", lang=lang, slug=slug))
        for event_id, slug, title in rows
    }
