"""What a ticket says of lists: that the organiser moved somebody by hand, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from karavan.core.problems import Message
from karavan.events.models import SeatState
from karavan.events.ticket_notes import TicketNote
from karavan.roster.queries import moves_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def moves_on_ticket(session: Session, registration_id: int) -> list[TicketNote]:
    """Return who of a party was moved by the organiser."""
    words = {
        SeatState.SEATED: Message("The organiser gave a seat."),
        SeatState.WAITING: Message("The organiser moved this person to the waiting list."),
        SeatState.GIVEN_BACK: Message("The organiser gave the seat back."),
    }
    return [
        TicketNote(happened_at=move.moved_at, said=words[move.after], name=move.attendee.name, reason=move.reason)
        for move in moves_of(session, registration_id)
    ]
