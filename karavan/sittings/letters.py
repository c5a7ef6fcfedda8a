"""What letters about sittings say: snapshots of facts, written in the act's own transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from karavan.accounts.models import Person
from karavan.notifications.letters import Recipient, post
from karavan.sittings.queries import council_with_name, day_of, members_on

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.core.languages import Slots
    from karavan.sittings.models import Sitting


def tell_convened(session: Session, sitting: Sitting, *, now: datetime) -> int:
    """Give notice to every member of that day who has an account; say how many. The others are told by hand."""
    return _tell(session, sitting, "convened", now=now)


def tell_changed(session: Session, sitting: Sitting, *, now: datetime) -> int:
    """Tell the same members that day, hour, place or agenda are others now."""
    return _tell(session, sitting, "changed", now=now)


def tell_cancelled(session: Session, sitting: Sitting, *, reason: Slots, now: datetime) -> int:
    """Tell the same members that it will not be held, and why."""
    return _tell(session, sitting, "cancelled", now=now, reason=plain(reason))


def _tell(session: Session, sitting: Sitting, occasion: str, *, now: datetime, **facts: Any) -> int:
    council = council_with_name(session, sitting.council_id)
    seated = members_on(session, council.id, day_of(sitting))
    ids = {one.person_id for one in seated if one.person_id is not None}
    people = session.scalars(select(Person).where(Person.id.in_(ids)).order_by(Person.id)).all()
    payload = {
        "occasion": occasion,
        "number": sitting.number,
        "title": plain(sitting.title),
        "council": plain(council.organisation.name),
        "council_slug": council.slug,
        "starts_at": sitting.starts_at.isoformat(),
        "venue": plain(sitting.venue),
        "agenda": [plain(item.title) for item in sitting.items],
        "short_notice": plain(sitting.short_notice),
        "reason": plain_nothing(),
        "demo": sitting.demo,
        **facts,
    }
    told = 0
    for person in people:
        key = f"sitting:{sitting.id}:{occasion}:{sitting.version}:{person.id}"
        to = Recipient(lang=person.lang, email=person.email, phone=person.phone or "")
        told += post(session, "sittings/notice", key=key, to=to, payload=payload, now=now)
    return told


def plain(slots: Slots) -> dict[str, str]:
    """Write a multilingual text as plain values."""
    return {"kk": slots.kk, "ru": slots.ru, "en": slots.en}


def plain_nothing() -> dict[str, str]:
    """Return a text that says nothing in every language."""
    return {"kk": "", "ru": "", "en": ""}
