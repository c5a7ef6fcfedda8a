"""What letters about events say: snapshots of facts, written in the act's own transaction.

A payload holds plain values only (a letter tells what was true when it was written) and never a ticket's key: the link
is signed when the letter leaves.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from karavan.core.places import PLACES
from karavan.events.listeners import all_listeners
from karavan.events.models import LIVE, Event, Registration
from karavan.events.wordings import matched
from karavan.notifications.letters import Recipient, post

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.core.languages import Slots
    from karavan.events.models import Attendee, Offer

SAME_THING: Final = 0.6
"""How alike two wordings are, from 0 to 1, of which one is the other with a mistake put right."""


def tell_registered(session: Session, event: Event, registration: Registration, now: datetime) -> None:
    """Confirm seats, or the place in the queue; once for every number a party draws."""
    post_about(session, "registered", event, registration, now, occasion=f"registered:{registration.number}")


def tell_again(session: Session, event: Event, registration: Registration, now: datetime) -> None:
    """Send the ticket link again to its owner, because her contact was typed into the form; once a day at most."""
    post_about(session, "already_registered", event, registration, now, occasion=f"again:{now:%Y-%m-%d}")


def tell_offer(session: Session, event: Event, registration: Registration, offer: Offer, now: datetime) -> None:
    """Offer seats until a stated moment; again if that moment was brought forward."""
    facts = {"seats": offer.seats, "expires_at": offer.expires_at.isoformat()}
    occasion = f"offer:{offer.id}:{offer.expires_at:%Y-%m-%dT%H%M}"
    post_about(session, "offer", event, registration, now, occasion=occasion, **facts)


def tell_accepted(session: Session, event: Event, registration: Registration, offer: Offer, now: datetime) -> None:
    """Confirm the seats of an accepted offer."""
    post_about(session, "registered", event, registration, now, occasion=f"accepted:{offer.id}")


def tell_expired(session: Session, event: Event, registration: Registration, offer: Offer, now: datetime) -> None:
    """Say that an offer ran out, and how to come back."""
    post_about(session, "offer_expired", event, registration, now, occasion=f"expired:{offer.id}", seats=offer.seats)


def tell_given_back(
    session: Session, event: Event, registration: Registration, leaving: Iterable[Attendee], now: datetime
) -> None:
    """Confirm what was given back, so that nobody's seat disappears without a word."""
    names = [attendee.name for attendee in leaving]
    post_about(session, "given_back", event, registration, now, occasion=f"back:{now.isoformat()}", left=names)


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
    post_about(session, "removed", event, registration, now, occasion=f"back:{now.isoformat()}", left=names, reason=why)


def tell_changed(session: Session, event: Event, changes: list[dict[str, Any]], now: datetime) -> None:
    """Tell everyone who holds or awaits a seat, or has applied for one, what is different, in words."""
    for registration in _everyone(session, event):
        occasion = f"changed:{event.sequence}"
        post_about(session, "event_changed", event, registration, now, occasion=occasion, changes=changes)
    for others in all_listeners():
        others.tell_changed(session, event, changes, now)


def tell_postponed(session: Session, event: Event, now: datetime) -> None:
    """Tell everyone who holds or awaits a seat that the event will be held at another time, which nobody knows yet."""
    reason = slots_of(event.postpone_reason)
    for registration in _everyone(session, event):
        occasion = f"postponed:{event.sequence}"
        post_about(session, "event_postponed", event, registration, now, occasion=occasion, reason=reason)
    for others in all_listeners():
        others.tell_postponed(session, event, now)


def tell_cancelled(session: Session, event: Event, now: datetime) -> None:
    """Tell everyone who holds or awaits a seat that the event will not be held, and why."""
    reason = slots_of(event.cancel_reason)
    for registration in _everyone(session, event):
        post_about(session, "event_cancelled", event, registration, now, occasion="cancelled", reason=reason)


def facts_of(event: Any) -> dict[str, Any]:
    """Return what a letter says of an event, or of a plan of one: the facts a person plans her day by."""
    return {
        "starts_at": event.starts_at.isoformat(),
        "ends_at": event.ends_at.isoformat(),
        "place": slots_of(PLACES[event.place]),
        "venue": slots_of(event.venue),
        "online_url": event.online_url,
    }


def told_facts(event: Any) -> dict[str, Any]:
    """Return everything whose change is told: what every letter says, and the programme."""
    lines = [
        {
            "day": line.day.isoformat(),
            "starts": f"{line.starts:%H:%M}" if line.starts else "",
            "ends": f"{line.ends:%H:%M}" if line.ends else "",
            **{name: slots_of(getattr(line, name)) for name in ("title", "place", "speaker")},
        }
        for line in event.programme
    ]
    return facts_of(event) | {"programme": lines}


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    """List what changed between two sets of facts, with both values.

    A translation that was added is no change. Of the programme, `before` and `after` are the lines that differ, side by
    side; None where one was added or taken out.
    """
    changes = [
        {"what": what, "before": before[what], "after": after[what]}
        for what in after
        if what != "programme" and _differs(before[what], after[what])
    ]
    pairs = _lines_that_differ(before.get("programme", []), after.get("programme", []))
    if pairs:
        changes.append(
            {"what": "programme", "before": [pair[0] for pair in pairs], "after": [pair[1] for pair in pairs]}
        )
    return changes


def _differs(old: Any, new: Any) -> bool:
    """Does it say something else? Of texts, in a language in which both are written."""
    if not isinstance(old, dict):
        return bool(old != new)
    both = [code for code in old if old[code] and new[code]]
    return any(old[code] != new[code] for code in both) if both else any(old.values()) or any(new.values())


def _reworded(old: dict[str, str], new: dict[str, str]) -> bool:
    """Is it something else altogether, and not the same with a mistake put right?"""
    both = [code for code in old if old[code] and new[code]]
    if not both:
        return any(old.values()) and any(new.values())
    return all(SequenceMatcher(None, old[code], new[code]).ratio() < SAME_THING for code in both)


def _lines_that_differ(old: list[Any], new: list[Any]) -> list[tuple[Any, Any]]:
    """Pair the lines of two programmes, and return the pairs in which time, place, speaker or matter differ."""
    continued = matched(dict(enumerate(old)), dict(enumerate(new)), _likeness)
    pairs = [(old[continued[place]] if place in continued else None, line) for place, line in enumerate(new)]
    gone = [(line, None) for place, line in enumerate(old) if place not in continued.values()]
    return sorted((pair for pair in [*pairs, *gone] if _line_differs(*pair)), key=_when_of)


def _likeness(old: dict[str, Any], new: dict[str, Any]) -> int:
    titles = sum(1 for code in old["title"] if old["title"][code] and old["title"][code] == new["title"][code])
    speaker = bool(any(old["speaker"].values()) and old["speaker"] == new["speaker"])
    same_hour = bool(old["starts"]) and (old["day"], old["starts"]) == (new["day"], new["starts"])
    return 4 * titles + 2 * same_hour + speaker


def _line_differs(old: dict[str, Any] | None, new: dict[str, Any] | None) -> bool:
    if old is None or new is None:
        return True
    return (
        any(old[name] != new[name] for name in ("day", "starts", "ends"))
        or _differs(old["place"], new["place"])
        or _reworded(old["speaker"], new["speaker"])
        or _reworded(old["title"], new["title"])
    )


def _when_of(pair: tuple[Any, Any]) -> tuple[str, str]:
    line = pair[1] or pair[0]
    return line["day"], line["starts"]


def slots_of(slots: Slots) -> dict[str, str]:
    """Write a multilingual text as plain values."""
    return {"kk": slots.kk, "ru": slots.ru, "en": slots.en}


def event_facts(event: Event) -> dict[str, Any]:
    """Return all that a letter's payload says of an event."""
    return facts_of(event) | {
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
        "postponed": event.postponed_at is not None,
        "demo": event.demo,
    }


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


def post_about(
    session: Session,
    letter: str,
    event: Event,
    registration: Registration,
    now: datetime,
    *,
    occasion: str,
    **facts: Any,
) -> None:
    """Write to whoever registered, about the event as it is now; once for each occasion."""
    payload = {
        "event": event_facts(event),
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
