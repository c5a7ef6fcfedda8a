"""What letters about protocols say: snapshots of facts, written in the act's own transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from karavan.accounts.models import Person
from karavan.notifications.letters import Recipient, post
from karavan.protocols.hosts import host_named

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from karavan.core.languages import Slots
    from karavan.protocols.models import Correction, Protocol


def tell_laid_open(session: Session, protocol: Protocol, last: date, now: datetime) -> None:
    """Tell those who took part that they can read it, and until when they may say what was not so."""
    host = host_named(protocol.host)
    for person_id, to in sorted(host.participants(session, protocol.host_id).items()) if host else ():
        payload = {**_about(protocol), "last": last.isoformat()}
        key = f"protocol:{protocol.id}:open:{person_id}"
        post(session, "protocols/laid_open", key=key, to=to, payload=payload, now=now)


def tell_decided(session: Session, protocol: Protocol, correction: Correction, now: datetime) -> None:
    """Tell somebody what became of her request."""
    person = session.get_one(Person, correction.by_id)
    payload = {**_about(protocol), "accepted": bool(correction.accepted)}
    to = Recipient(lang=person.lang, email=person.email, phone=person.phone or "")
    if to.email or to.phone:
        key = f"protocol:{protocol.id}:correction:{correction.id}"
        post(session, "protocols/correction_decided", key=key, to=to, payload=payload, now=now)


def _about(protocol: Protocol) -> dict[str, Any]:
    return {
        "number": protocol.number,
        "title": _plain(protocol.title),
        "council": _plain(protocol.council.organisation.name),
    }


def _plain(slots: Slots) -> dict[str, str]:
    return {"kk": slots.kk, "ru": slots.ru, "en": slots.en}
