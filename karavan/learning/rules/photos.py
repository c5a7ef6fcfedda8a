"""Photographs and papers of an event: put there by somebody who answers for consent, taken away by who is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from karavan.accounts.models import Person
from karavan.core.problems import NotFound
from karavan.events.models import Event
from karavan.events.rules.seating import take_gate
from karavan.files.rules import discard, store
from karavan.learning import queries
from karavan.learning.letters import tell_objection
from karavan.learning.models import Photo
from karavan.learning.problems import TooManyPhotos

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.core.languages import Slots
    from karavan.files.checking import Examined

MOST: Final = 60


def add_photo(
    session: Session, event_id: int, picture: Examined, *, caption: Slots, person_id: int, now: datetime
) -> Photo:
    """Show a photograph or a paper. Whoever puts it there has said that everyone recognisable in it agreed."""
    take_gate(session, event_id)
    count, last = session.execute(
        select(func.count(), func.coalesce(func.max(Photo.position), 0)).where(Photo.event_id == event_id)
    ).one()
    if count >= MOST:
        raise TooManyPhotos
    photo = Photo(
        event_id=event_id,
        file_id=store(session, picture, now=now).id,
        position=last + 1,
        caption=caption,
        consent_by_id=person_id,
        added_at=now,
    )
    session.add(photo)
    session.flush()
    return photo


def object_to(session: Session, event_id: int, public_id: str, *, words: str, now: datetime) -> None:
    """Take a photograph away at once, because somebody in it says so, and tell whoever put it there."""
    photo = _photo(session, event_id, public_id)
    if photo.hidden_at is not None:
        return
    photo.hidden_at, photo.objection = now, words
    session.flush()
    event = session.get_one(Event, event_id)
    tell_objection(session, event, photo, session.get_one(Person, photo.consent_by_id), now)


def show_again(session: Session, event_id: int, public_id: str, *, person_id: int) -> None:
    """Show a photograph that somebody had objected to: whoever does it answers for the consent from now on."""
    photo = _photo(session, event_id, public_id)
    photo.hidden_at, photo.objection, photo.consent_by_id = None, "", person_id
    session.flush()


def remove_photo(session: Session, event_id: int, public_id: str) -> None:
    """Delete a photograph for good."""
    photo = _photo(session, event_id, public_id)
    file_id = photo.file_id
    session.delete(photo)
    session.flush()
    discard(session, file_id)


def _photo(session: Session, event_id: int, public_id: str) -> Photo:
    take_gate(session, event_id)
    photo = queries.photo(session, event_id, public_id)
    if photo is None:
        raise NotFound
    return photo
