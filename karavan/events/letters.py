"""What letters about events say: snapshots of facts, written in the act's own transaction.

A payload holds plain values only (a letter tells what was true when it was written) and never a ticket's key: the link
is signed when the letter leaves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from karavan.core.places import PLACES
from karavan.events.models import LIVE, Event, Registration
from karavan.notifications.letters import Recipient, post

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.core.languages import Slots
    from karavan.events.models import Attendee, Offer


def tell_registered(session: Session, event: Event, registration: Registration, now: datetime) -> None:
    """Confirm seats, or the place in the queue; once for every number a party draws."""
    _post(session, "registered", event, registration, now, occasion=f"registered:{registration.number}")


def tell_again(session: Session, event: Event, registration: Registration, now: datetime) -> None:
    """Send the ticket link again to its owner, because her contact was typed into the form; once a day at most."""
    _post(session, "already_registered", event, registration, now, occasion=f"again:{now:%Y-%m-%d}")


def tell_offer(session: Session, event: Event, registration: Registration, offer: Offer, now: datetime) -> None:
    """Offer seats until a stated moment; again if that moment was brought forward."""
    facts = {"seats": offer.seats, "expires_at": offer.expires_at.isoformat()}
    occasion = f"offer:{offer.id}:{offer.expires_at:%Y-%m-%dT%H%M}"
    _post(session, "offer", event, registration, now, occasion=occasion, **facts)


def tell_accepted(session: Session, event: Event, registration: Registration, offer: Offer, now: datetime) -> None:
    """Confirm the seats of an accepted offer."""
    _post(session, "registered", event, registration, now, occasion=f"accepted:{offer.id}")


def tell_expired(session: Session, event: Event, registration: Registration, offer: Offer, now: datetime) -> None:
    """Say that an offer ran out, and how to come back."""
    _post(session, "offer_expired", event, registration, now, occasion=f"expired:{offer.id}", seats=offer.seats)


def tell_given_back(
    session: Session, event: Event, registration: Registration, leaving: Iterable[Attendee], now: datetime
) -> None:
    """Confirm what was given back, so that nobody's seat disappears without a word."""
    names = [attendee.name for attendee in leaving]
    _post(session, "given_back", event, registration, now, occasion=f"back:{now.isoformat()}", left=names)


def tell_removed(
    session: Session,
    event: Event,
    registration: Registration,
    leaving: Iterable[Attendee],
    now: datetime,
    *,
    reason: str,
) -> None:
    """Say that the organiser gave seats back on her behalf, and why, so that she can object."""
    names = [attendee.name for attendee in leaving]
    why = {registration.lang: reason}
    _post(session, "removed", event, registration, now, occasion=f"back:{now.isoformat()}", left=names, reason=why)


def tell_changed(session: Session, event: Event, changes: list[dict[str, Any]], now: datetime) -> None:
    """Tell everyone who holds or awaits a seat what is different, in words."""
    for registration in _everyone(session, event):
        _post(session, "event_changed", event, registration, now, occasion=f"changed:{event.sequence}", changes=changes)


def tell_cancelled(session: Session, event: Event, now: datetime) -> None:
    """Tell everyone who holds or awaits a seat that the event will not be held, and why."""
    reason = slots_of(event.cancel_reason)
    for registration in _everyone(session, event):
        _post(session, "event_cancelled", event, registration, now, occasion="cancelled", reason=reason)


def facts_of(event: Event) -> dict[str, Any]:
    """Return what a letter says of an event: the facts a person plans her day by."""
    return {
        "starts_at": event.starts_at.isoformat(),
        "ends_at": event.ends_at.isoformat(),
        "place": slots_of(PLACES[event.place]),
        "venue": slots_of(event.venue),
        "online_url": event.online_url,
    }


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    """List what changed between two sets of facts, with both values."""
    return [
        {"what": what, "before": before[what], "after": after[what]} for what in after if before[what] != after[what]
    ]


def slots_of(slots: Slots) -> dict[str, str]:
    """Write a multilingual text as plain values."""
    return {"kk": slots.kk, "ru": slots.ru, "en": slots.en}


def _everyone(session: Session, event: Event) -> list[Registration]:
    session.flush()
    return list(
        session.scalars(
            select(Registration)
            .where(Registration.event_id == event.id, Registration.live)
            .options(selectinload(Registration.attendees))
            .order_by(Registration.number),
        ),
    )


def _post(
    session: Session,
    letter: str,
    event: Event,
    registration: Registration,
    now: datetime,
    *,
    occasion: str,
    **facts: Any,
) -> None:
    payload = {
        "event": facts_of(event)
        | {
            "slug": event.slug,
            "title": slots_of(event.title),
            "zone": event.zone,
            "all_day": event.all_day,
            "sequence": event.sequence,
            "updated_at": event.updated_at.isoformat(),
            "directions_url": event.directions_url,
            "contact_name": event.contact_name,
            "contact_phone": event.contact_phone,
            "organiser": slots_of(event.organisation.name),
            "cancelled": event.cancelled_at is not None,
            "demo": event.demo,
        },
        "ticket": registration.public_id,
        "people": [
            {"name": attendee.name, "code": attendee.code, "state": attendee.state.value}
            for attendee in registration.attendees
            if attendee.state in LIVE
        ],
        **facts,
    }
    to = Recipient(lang=registration.lang, email=registration.email, phone=registration.phone or "")
    post(session, f"events/{letter}", key=f"registration:{registration.id}:{occasion}", to=to, payload=payload, now=now)
