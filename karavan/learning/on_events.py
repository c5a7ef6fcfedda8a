"""What an event's page and a ticket say of what came after: photographs and certificates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from karavan.core.problems import Message
from karavan.events.page_links import PageLink
from karavan.events.ticket_notes import TicketNote
from karavan.learning import queries

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from karavan.events.models import Event


def photos_link(session: Session, event: Event) -> list[PageLink]:
    """Lead to an event's photographs, if it has any."""
    if not queries.photo_count(session, event.id):
        return []
    words = Message("Photographs and materials")
    return [PageLink(words=words, endpoint="learning.photos", values={"slug": event.slug}, icon="eye")]


def certificates_on_ticket(session: Session, registration_id: int) -> list[TicketNote]:
    """Lead to the certificates of a party that hold."""
    return [
        TicketNote(
            happened_at=one.issued_at,
            said=Message("The certificate is ready."),
            name=one.name,
            link=Message("Open the certificate"),
            endpoint="certificates.show",
            values={"certificate": one.code},
        )
        for one in queries.valid_of_registration(session, registration_id)
    ]
