"""Hearings as threads know them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from karavan.councils.models import Council
from karavan.discussion.hosts import Hosted
from karavan.hearings.lifecycle import OPEN_TO_WORDS
from karavan.hearings.models import Hearing, HearingState

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session

HOST: Final = "hearing"


def takes_comments(state: HearingState) -> bool:
    """May comments be written in the thread of a hearing in this state?"""
    return state in OPEN_TO_WORDS


def find(session: Session, ids: Collection[int]) -> dict[int, Hosted]:
    """Return what threads say of hearings. A draft has no readable thread; what is over takes no more comments."""
    asked = select(Hearing.id, Hearing.slug, Hearing.title, Hearing.state, Hearing.announced_at, Council.slug)
    rows = session.execute(asked.join(Council, Council.id == Hearing.council_id).where(Hearing.id.in_(ids)))
    found = {}
    for hearing_id, slug, title, state, announced_at, council_slug in rows:
        wording = title.best("kk")
        found[hearing_id] = Hosted(
            title=wording.text,
            title_lang=wording.lang,
            endpoint="hearings.show",
            values={"slug": slug},
            open=takes_comments(state),
            public=announced_at is not None,
            council_slug=council_slug,
        )
    return found
