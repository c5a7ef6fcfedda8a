"""The picture on top of an event's page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from karavan.events.models import Event, EventState
from karavan.events.problems import EditedMeanwhile, EventCannotBeChanged, NoCover
from karavan.events.rules.seating import take_gate
from karavan.files.rules import discard, store
from karavan.record.models import ActorRole, Verb
from karavan.record.rules import note

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.core.languages import Slots
    from karavan.files.checking import Examined


def set_cover(
    session: Session, event_id: int, picture: Examined | None, *, alt: Slots, version: int, now: datetime
) -> Event:
    """Put a picture on an event's page, with words for those who do not see it; without a new one, only the words.

    Raises:
        NoCover: it is a document, or there is no picture at all.
        EditedMeanwhile: somebody else saved after `version` was read; nothing was changed.
        EventCannotBeChanged: it is cancelled.

    """
    event = _open(session, event_id, version)
    if (picture is None and event.cover_id is None) or (picture is not None and not picture.mime.startswith("image/")):
        raise NoCover
    before = event.cover_id
    if picture is not None:
        event.cover_id = store(session, picture, now=now).id
    event.cover_alt = alt
    return _changed(session, event, before if picture is not None else None, now=now)


def remove_cover(session: Session, event_id: int, *, version: int, now: datetime) -> Event:
    """Take the picture away, and delete it. Twice is fine.

    Raises:
        EditedMeanwhile: somebody else saved after `version` was read; nothing was changed.
        EventCannotBeChanged: it is cancelled.

    """
    event = _open(session, event_id, version)
    before = event.cover_id
    if before is None:
        return event
    event.cover_id, event.cover_alt = None, type(event.cover_alt)()
    return _changed(session, event, before, now=now)


def _open(session: Session, event_id: int, version: int) -> Event:
    take_gate(session, event_id)
    event = session.get_one(Event, event_id)
    if event.state == EventState.CANCELLED:
        raise EventCannotBeChanged
    if event.version != version:
        raise EditedMeanwhile
    return event


def _changed(session: Session, event: Event, old_file: int | None, *, now: datetime) -> Event:
    event.version += 1
    event.updated_at = now
    session.flush()
    if old_file is not None:
        discard(session, old_file)
    if event.state == EventState.PUBLISHED:
        note(session, Verb.EVENT_CHANGED, of=event.id, by=ActorRole.ORGANISER, now=now, version=event.version)
    return event
