"""Letters to many people of an event at once: what an organiser writes to them, and reminders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from karavan.events.letters import event_facts
from karavan.notifications.letters import Post, Recipient, post, post_many
from karavan.roster.message_queries import batch_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.accounts.models import Person
    from karavan.events.models import Event
    from karavan.roster.message_queries import Addressee
    from karavan.roster.models import Broadcast, Reminder

MESSAGE: Final = "events/message"
REMINDER: Final = "events/reminder"


def message_payload(event: dict[str, Any], broadcast: Broadcast, lang: str, **facts: Any) -> dict[str, Any]:
    """Return what a letter with an organiser's words says: her words in the reader's language, or the nearest."""
    said = {"subject": broadcast.subject.best(lang), "body": broadcast.body.best(lang)}
    words = {name: {one.lang: one.text} for name, one in said.items()}
    return {"event": event, "people": [], "message": words, "test": False} | facts


def write_message(
    session: Session,
    event: Event,
    broadcast: Broadcast,
    people: Iterable[Addressee],
    now: datetime,
    *,
    keys: dict[int, str] | None = None,
) -> int:
    """Write a message to everybody meant, and say how many letters are new. `keys`: where it is not the first time."""
    facts, batch = event_facts(event), batch_of(broadcast.id)
    posts = (
        Post(
            key=(keys or {}).get(one.registration_id, f"{batch}:{one.registration_id}"),
            to=_recipient(one),
            payload=message_payload(facts, broadcast, one.lang, ticket=one.public_id, people=one.people),
        )
        for one in people
    )
    return post_many(session, MESSAGE, posts, batch=batch, now=now)


def write_test(
    session: Session, event: Event, broadcast: Broadcast, to: Person, now: datetime, *, langs: Iterable[str]
) -> int:
    """Write a message to its writer, in each language, as its readers would get it; once a minute at most."""
    facts, written = event_facts(event), 0
    for lang in langs:
        key = f"{batch_of(broadcast.id)}-test:{to.id}:{broadcast.version}:{lang}:{now:%Y%m%dT%H%M}"
        recipient = Recipient(lang=lang, email=to.email or "", phone=to.phone or "")
        payload = message_payload(facts, broadcast, lang, test=True)
        written += post(session, MESSAGE, key=key, to=recipient, payload=payload, now=now)
    return written


def write_reminder(
    session: Session, event: Event, reminder: Reminder, people: Iterable[Addressee], now: datetime, *, batch: str
) -> int:
    """Remind everybody meant of an event; of no use once it has begun."""
    facts, until = event_facts(event), event.starts_at.isoformat()
    posts = (
        Post(
            key=f"{batch}:{one.registration_id}",
            to=_recipient(one),
            payload={
                "event": facts,
                "ticket": one.public_id,
                "people": one.people,
                "asks": reminder.asks,
                "said": one.coming,
                "expires_at": until,
            },
        )
        for one in people
    )
    return post_many(session, REMINDER, posts, batch=batch, now=now)


def _recipient(one: Addressee) -> Recipient:
    return Recipient(lang=one.lang, email=one.email, phone=one.phone)
