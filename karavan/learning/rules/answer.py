"""The two questions after an event: asked once, answered once for each registration, changed while they are open."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import String, cast, literal, select

from karavan.core.problems import NotFound
from karavan.events.models import Attendee, CheckIn, Event, EventState, Registration
from karavan.events.queries import ticket
from karavan.learning import queries
from karavan.learning.letters import ask_for_feedback
from karavan.learning.models import Feedback
from karavan.learning.problems import NotAskedNow, WasNotThere
from karavan.notifications.models import Letter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

OPEN_FOR: Final = timedelta(days=30)
ASKED_AFTER: Final = timedelta(hours=2)
ASKED_WITHIN: Final = timedelta(days=3)
"""From then on it is too late to ask: after a long outage nobody wants to be asked about last month."""
AT_A_TIME: Final = 200


def answer(session: Session, public_id: str, *, rating: int, words: str, lang: str, now: datetime) -> Feedback:
    """Keep what somebody says of an event she came to; again, until the questions close.

    Raises:
        NotAskedNow, WasNotThere: she is not asked.

    """
    registration = session.scalar(select(Registration).where(Registration.public_id == public_id).with_for_update())
    if registration is None:
        raise NotFound
    refuse_who_is_not_asked(session, registration, now)
    feedback = queries.feedback_of(session, registration.id)
    if feedback is None:
        feedback = Feedback(event_id=registration.event_id, registration_id=registration.id)
        session.add(feedback)
    feedback.rating, feedback.words, feedback.lang, feedback.given_at = rating, words, lang, now
    session.flush()
    return feedback


def refuse_who_is_not_asked(session: Session, registration: Registration, now: datetime) -> None:
    """Only who came is asked, from the end of the event, for some weeks; who was made anonymous is known no more."""
    event = session.get_one(Event, registration.event_id)
    if event.state != EventState.PUBLISHED or not event.ends_at <= now < event.ends_at + OPEN_FOR:
        raise NotAskedNow
    if session.scalar(select(_came(registration.id))) is not True:
        raise WasNotThere


def _came(registration_id: Any) -> Any:
    return (
        select(CheckIn.id)
        .join(Attendee, Attendee.id == CheckIn.attendee_id)
        .where(Attendee.registration_id == registration_id, Attendee.anonymised_at.is_(None))
        .exists()
    )


def to_be_asked(session: Session, *, now: datetime) -> Sequence[str]:
    """Return some of those who came to an event that has just ended and have not been asked yet."""
    key = literal("registration:") + cast(Registration.id, String) + literal(":feedback")
    asked = select(Letter.id).where(Letter.key == key).exists()
    return session.scalars(
        select(Registration.public_id)
        .join(Event, Event.id == Registration.event_id)
        .where(
            Event.state == EventState.PUBLISHED,
            Event.ends_at <= now - ASKED_AFTER,
            Event.ends_at > now - ASKED_WITHIN,
            _came(Registration.id),
            ~asked,
        )
        .order_by(Registration.id)
        .limit(AT_A_TIME)
    ).all()


def ask(session: Session, public_ids: Sequence[str], *, now: datetime) -> int:
    """Write the letters; each is written once, whoever else is writing them too."""
    for public_id in public_ids:
        registration = ticket(session, public_id)
        if registration is not None:
            ask_for_feedback(session, registration.event, registration, now)
    return len(public_ids)
