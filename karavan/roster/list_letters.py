"""What people are told whom the organiser moved to another list by hand, or brought in with a list of hers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from karavan.events.letters import event_facts, post_about
from karavan.events.models import Attendee, Registration
from karavan.notifications.letters import Post, Recipient, post_new

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.events.models import Event, SeatState


def tell_moved(
    session: Session,
    event: Event,
    registration: Registration,
    people: Iterable[Attendee],
    now: datetime,
    *,
    to: SeatState,
    reason: str,
) -> None:
    """Say to which list the organiser moved people, and why, so that she can object."""
    facts = {"to": to.value, "left": [one.name for one in people], "reason": {registration.lang: reason}}
    post_about(session, "moved", event, registration, now, occasion=f"moved:{now.isoformat()}", **facts)


AT_A_TIME: Final = 1000


def tell_brought_in(session: Session, event: Event, first: int, now: datetime) -> None:
    """Confirm seat or place in the queue to everybody of a list, whose numbers begin at `first`: some at a time."""
    session.flush()
    facts = event_facts(event)
    columns = (
        Registration.id, Registration.number, Registration.public_id, Registration.lang, Registration.email,
        Registration.phone, Attendee.name, Attendee.code, Attendee.state,
    )  # fmt: skip
    listed = select(*columns).join(Attendee, Attendee.registration_id == Registration.id)
    in_order = listed.where(Registration.event_id == event.id).order_by(Registration.number).limit(AT_A_TIME)
    while rows := session.execute(in_order.where(Registration.number >= first)).all():
        posts = [
            Post(
                key=f"registration:{row.id}:registered:{row.number}",
                to=Recipient(lang=row.lang, email=row.email, phone=row.phone or ""),
                payload={
                    "event": facts,
                    "ticket": row.public_id,
                    "people": [{"name": row.name, "code": row.code, "state": row.state.value}],
                },
            )
            for row in rows
        ]
        post_new(session, "events/registered", posts, batch=f"list:{event.id}:{first}", now=now)
        first = rows[-1].number + 1
