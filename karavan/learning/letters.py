"""What letters say after an event: the certificates, the two questions, a photograph somebody objected to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from karavan.events.letters import post_about, slots_of
from karavan.notifications.event_letters import unlinked
from karavan.notifications.letters import Recipient, post

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.accounts.models import Person
    from karavan.events.models import Event, Registration
    from karavan.learning.models import Certificate, Photo

OBJECTION: Final = "learning/photo_hidden"


def tell_certified(
    session: Session, event: Event, registration: Registration, issued: Sequence[Certificate], now: datetime
) -> None:
    """Say where the certificates of a household are; once for each set of them."""
    facts = [{"name": unlinked(one.name), "code": one.code} for one in issued]
    occasion = f"certificates:{issued[0].id}"
    post_about(session, "certificate", event, registration, now, occasion=occasion, certificates=facts)


def tell_revoked(session: Session, event: Event, certificate: Certificate, now: datetime) -> None:
    """Say that a certificate no longer holds, and why, to whoever has it."""
    if certificate.attendee is None:
        return
    registration = certificate.attendee.registration
    why = {registration.lang: certificate.revoked_reason}
    facts = [{"name": unlinked(certificate.name), "code": certificate.code}]
    occasion = f"revoked:{certificate.id}"
    post_about(
        session, "certificate_revoked", event, registration, now, occasion=occasion, certificates=facts, reason=why
    )


def ask_for_feedback(session: Session, event: Event, registration: Registration, now: datetime) -> None:
    """Ask the two questions, once."""
    post_about(session, "feedback", event, registration, now, occasion="feedback")


def tell_objection(session: Session, event: Event, photo: Photo, to: Person, now: datetime) -> None:
    """Tell whoever put a photograph there that somebody in it wants it gone, and that it is gone."""
    payload = {"title": slots_of(event.title), "event_id": event.id, "words": unlinked(photo.objection)}
    key = f"photo:{photo.id}:objection:{now.isoformat()}"
    recipient = Recipient(lang=to.lang, email=to.email or "", phone=to.phone or "")
    post(session, OBJECTION, key=key, to=recipient, payload=payload, now=now)
