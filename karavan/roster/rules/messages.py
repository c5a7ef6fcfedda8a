"""Writing to many people of an event at once: a draft, its letters in one transaction, stopping, sending again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from karavan.accounts.models import Person
from karavan.core.database import insert_once, some_at_a_time
from karavan.core.languages import LANGUAGES, Slots
from karavan.core.problems import NotFound
from karavan.events.models import Event, EventState
from karavan.notifications.letters import call_back_batch
from karavan.notifications.models import Letter, LetterState
from karavan.record.models import ActorRole, Verb
from karavan.record.rules import note
from karavan.roster.message_letters import write_message, write_test
from karavan.roster.message_problems import (
    MessageChanged,
    MessageHasLeft,
    MessageIsCalledOff,
    MessageWasRewritten,
    NoAddressOfYours,
    NobodySeesItYet,
    NobodyToTell,
    NoContactLeft,
    StillOnItsWay,
)
from karavan.roster.message_queries import addressees, again_of, batch_of, registration_of
from karavan.roster.models import Broadcast, BroadcastState, Look
from karavan.roster.queries import Filter
from karavan.roster.rules.looks import looked

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What an organiser wants to write, and to whom."""

    subject: Slots
    body: Slots
    chosen: Filter


def begin_message(session: Session, event_id: int, wish: Wish, *, key: str, by_id: int, now: datetime) -> int:
    """Keep a message that is not sent yet, and return its number; a second press of the form finds the first.

    Raises:
        NobodySeesItYet: the event is a draft.

    """
    if _event(session, event_id).state == EventState.DRAFT:
        raise NobodySeesItYet
    insert_once(
        session,
        Broadcast,
        event_id=event_id,
        state=BroadcastState.DRAFT,
        version=1,
        subject=wish.subject,
        body=wish.body,
        chosen=wish.chosen.kept(),
        key=key,
        letters=0,
        made_at=now,
        by_id=by_id,
    )
    found = session.scalar(select(Broadcast.id).where(Broadcast.key == key, Broadcast.event_id == event_id))
    if found is None:  # a key of another event's form
        raise NotFound
    return found


def edit_message(session: Session, event_id: int, broadcast_id: int, wish: Wish, *, version: int) -> None:
    """Write a message anew that is not sent yet.

    Raises:
        NotFound: no such message of this event.
        MessageHasLeft, MessageIsCalledOff: nothing of it can change.
        MessageChanged: somebody else saved it after `version`.

    """
    broadcast = _hold(session, event_id, broadcast_id)
    _refuse_what_is_over(broadcast)
    if broadcast.version != version:
        raise MessageChanged
    broadcast.subject, broadcast.body, broadcast.chosen = wish.subject, wish.body, wish.chosen.kept()
    broadcast.version += 1


def send_message(session: Session, event_id: int, broadcast_id: int, *, version: int, by_id: int, now: datetime) -> int:
    """Write a message's letters to everybody meant as the lists stand now, and say how many.

    All letters are written in this transaction, or none; the deliverer then sends them one by one. A second press
    changes nothing.

    Raises:
        NotFound: no such message of this event.
        MessageIsCalledOff: it was thrown away or stopped.
        MessageWasRewritten: it says something else than what she read.
        NobodyToTell: the filter leaves nobody.

    """
    broadcast = _hold(session, event_id, broadcast_id)
    if broadcast.state == BroadcastState.SENDING:
        return broadcast.letters
    _refuse_what_is_over(broadcast)
    if broadcast.version != version:
        raise MessageWasRewritten
    event = _event(session, event_id)
    people = addressees(session, event_id, Filter.of(broadcast.chosen))
    if not people:
        raise NobodyToTell
    broadcast.letters = write_message(session, event, broadcast, people, now)
    broadcast.state, broadcast.sent_at, broadcast.by_id = BroadcastState.SENDING, now, by_id
    note(session, Verb.EVENT_MESSAGE_SENT, of=event_id, by=ActorRole.ORGANISER, now=now, letters=broadcast.letters)
    looked(session, event_id, by_id, Look.MESSAGE, detail=f"№ {broadcast.id}", people=broadcast.letters, now=now)
    return broadcast.letters


def send_test(session: Session, event_id: int, broadcast_id: int, *, by_id: int, now: datetime) -> int:
    """Send a message to its writer alone, in every language it is written in, and say how many letters that makes.

    Raises:
        NotFound: no such message of this event.
        NoAddressOfYours: she has no contact.

    """
    broadcast = _hold(session, event_id, broadcast_id)
    person = session.get_one(Person, by_id)
    if not person.email and not person.phone:
        raise NoAddressOfYours
    langs = [code for code in LANGUAGES if getattr(broadcast.body, code)]
    return write_test(session, _event(session, event_id), broadcast, person, now, langs=langs)


def stop_message(session: Session, event_id: int, broadcast_id: int) -> int:
    """Throw a draft away, or call back what has not left yet; say how many letters that saved.

    Raises:
        NotFound: no such message of this event.

    """
    broadcast = _hold(session, event_id, broadcast_id)
    broadcast.state = BroadcastState.CALLED_OFF
    return call_back_batch(session, batch_of(broadcast.id))


def send_again(
    session: Session, event_id: int, broadcast_id: int, *, letter_id: int | None = None, by_id: int, now: datetime
) -> int:
    """Send one letter of a message once more, or all that failed (no letter named), and say how many.

    They go to the contacts as they are now. The letter before leaves the batch, so that each household is counted once,
    and a second press finds nothing to do.

    Raises:
        NotFound: no such message of this event, or it was never sent.
        MessageIsCalledOff: it was stopped.
        StillOnItsWay: the letter named has neither arrived nor failed.
        NoContactLeft: nobody of those can be reached any more.

    """
    broadcast = _hold(session, event_id, broadcast_id)
    if broadcast.state == BroadcastState.CALLED_OFF:
        raise MessageIsCalledOff
    if broadcast.state == BroadcastState.DRAFT:
        raise NotFound
    before = _to_send_again(session, batch_of(broadcast.id), letter_id)
    if not before:
        return 0
    keys = {registration_of(key): again_of(key) for key in before.values()}
    meant = some_at_a_time(list(keys))
    people = [one for some in meant for one in addressees(session, event_id, Filter(), only=some)]
    if not people:
        raise NoContactLeft
    reached = {one.registration_id for one in people}
    replaced = [id_ for id_, key in before.items() if registration_of(key) in reached]
    for some in some_at_a_time(replaced):
        session.execute(
            update(Letter).where(Letter.id.in_(some)).values(batch=None),
            execution_options={"synchronize_session": False},
        )
    written = write_message(session, _event(session, event_id), broadcast, people, now, keys=keys)
    looked(session, event_id, by_id, Look.MESSAGE, detail=f"№ {broadcast.id}", people=written, now=now)
    return written


def _to_send_again(session: Session, batch: str, letter_id: int | None) -> dict[int, str]:
    """Return the letters meant by their numbers: one, if it is not on its way, or all that failed."""
    meant = select(Letter.id, Letter.key, Letter.state).where(Letter.batch == batch)
    if letter_id is None:
        meant = meant.where(Letter.state == LetterState.FAILED)
    else:
        meant = meant.where(Letter.id == letter_id)
    found = {}
    for id_, key, state in session.execute(meant.with_for_update()):
        if state not in (LetterState.SENT, LetterState.FAILED):
            raise StillOnItsWay
        found[id_] = key
    return found


def _hold(session: Session, event_id: int, broadcast_id: int) -> Broadcast:
    found = session.scalar(
        select(Broadcast).where(Broadcast.id == broadcast_id, Broadcast.event_id == event_id).with_for_update()
    )
    if found is None:
        raise NotFound
    return found


def _refuse_what_is_over(broadcast: Broadcast) -> None:
    if broadcast.state == BroadcastState.SENDING:
        raise MessageHasLeft
    if broadcast.state == BroadcastState.CALLED_OFF:
        raise MessageIsCalledOff


def _event(session: Session, event_id: int) -> Event:
    return session.get_one(Event, event_id, options=(joinedload(Event.organisation),))
