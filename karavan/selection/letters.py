"""What letters about a selection say: snapshots of facts, written in the act's own transaction.

Never the key of an application: its link is signed when the letter leaves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from karavan.events.letters import event_facts, slots_of
from karavan.notifications.letters import Recipient, post

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.accounts.models import Person
    from karavan.events.models import Event
    from karavan.selection.models import Application, Call


def tell_received(session: Session, call: Call, application: Application, now: datetime) -> None:
    """Confirm an application, with its link and the pseudonym under which she stands in the list."""
    _tell(session, "received", call.event, application, now, occasion="received", again=False, **_dates(call))


def tell_again(session: Session, call: Call, application: Application, now: datetime) -> None:
    """Send the link again to its owner, because her contact was typed into the form; once a day at most."""
    occasion = f"again:{now:%Y-%m-%d}"
    _tell(session, "received", call.event, application, now, occasion=occasion, again=True, **_dates(call))


def tell_withdrawn(session: Session, call: Call, application: Application, now: datetime) -> None:
    """Confirm that an application was taken back, so that none disappears without a word."""
    _tell(session, "withdrawn", call.event, application, now, occasion="withdrawn")


def tell_decision(
    session: Session, call: Call, application: Application, now: datetime, *, until: datetime | None
) -> None:
    """Tell the decision. `until`: when an accepted applicant must have answered."""
    registration = application.registration
    facts: dict[str, Any] = {
        "outcome": application.state.value,
        "place": application.place or 0,
    }
    if until is not None:
        facts["expires_at"] = until.isoformat()
    if registration is not None:
        facts["ticket"] = registration.public_id
    _tell(session, "decision", call.event, application, now, occasion="decision", **facts)


def tell_cancelled(session: Session, event: Event, application: Application, now: datetime) -> None:
    """Tell an applicant that the event will not be held, and why."""
    reason = slots_of(event.cancel_reason)
    _tell(session, "cancelled", event, application, now, occasion="cancelled", reason=reason)


def tell_changed(
    session: Session, event: Event, application: Application, changes: list[dict[str, Any]], now: datetime
) -> None:
    """Tell an applicant what is different at the event, in words."""
    _tell(session, "changed", event, application, now, occasion=f"changed:{event.sequence}", changes=changes)


def tell_postponed(session: Session, event: Event, application: Application, now: datetime) -> None:
    """Tell an applicant that the event will be held at another time, which nobody knows yet."""
    reason = slots_of(event.postpone_reason)
    _tell(session, "postponed", event, application, now, occasion=f"postponed:{event.sequence}", reason=reason)


def tell_reviewer(session: Session, call: Call, person: Person, now: datetime) -> None:
    """Ask somebody to score applications."""
    payload = {"event": event_facts(call.event), "people": [], **_dates(call)}
    to = Recipient(lang=person.lang, email=person.email, phone=person.phone or "")
    key = f"selection:{call.event_id}:reviewer:{person.id}"
    post(session, "selection/reviewing", key=key, to=to, payload=payload, now=now)


def _dates(call: Call) -> dict[str, str]:
    return {"closes_at": call.closes_at.isoformat()}


def _tell(
    session: Session, letter: str, event: Event, application: Application, now: datetime, *, occasion: str, **facts: Any
) -> None:
    payload = {
        "event": event_facts(event),
        "people": [],
        "application": application.public_id,
        "number": application.number,
        "pseudonym": application.pseudonym,
        "slug": event.slug,
        **facts,
    }
    to = Recipient(lang=application.lang, email=application.email, phone=application.phone or "")
    key = f"application:{application.id}:{occasion}"
    post(session, f"selection/{letter}", key=key, to=to, payload=payload, now=now)
