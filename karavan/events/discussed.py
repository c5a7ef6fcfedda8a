"""Events as threads know them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from karavan.councils.models import Council
from karavan.discussion.hosts import Hosted
from karavan.events.models import Event, EventState
from karavan.events.queries import PUBLIC

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session

HOST: Final = "event"


def takes_comments(state: EventState) -> bool:
    """May comments be written in the thread of an event in this state?"""
    return state == EventState.PUBLISHED


def find(session: Session, ids: Collection[int]) -> dict[int, Hosted]:
    """Return what threads say of events. A draft has no readable thread; a cancelled event takes no more comments.

    The title is the organiser's first wording, marked with its language: a thread is one, whoever reads it.
    """
    asked = (
        select(Event.id, Event.slug, Event.title, Event.state, PUBLIC.label("public"), Council.slug)
        .outerjoin(Council, Council.organisation_id == Event.organisation_id)
        .where(Event.id.in_(ids))
    )
    found = {}
    for event_id, slug, title, state, public, council_slug in session.execute(asked):
        wording = title.best("kk")
        found[event_id] = Hosted(
            title=wording.text,
            title_lang=wording.lang,
            endpoint="events.show",
            values={"slug": slug},
            open=takes_comments(state),
            public=bool(public),
            council_slug=council_slug or "",
        )
    return found
