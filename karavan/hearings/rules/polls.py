"""Straw polls in the hall: one at a time, one answer for each person, nothing but counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from karavan.core.database import insert_once
from karavan.core.problems import NotFound
from karavan.hearings.hall_problems import BadPoll, PollIsClosed, PollIsOpen
from karavan.hearings.models import Poll, PollOption, PollVote
from karavan.hearings.rules.gate import next_number, take_desk, take_hall
from karavan.record.models import ActorRole, Verb
from karavan.record.rules import note

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.core.languages import Slots
    from karavan.hearings.rules.gate import Room

FEWEST: Final = 2
MOST: Final = 6


def open_poll(
    session: Session,
    hearing_id: int,
    question: Slots,
    options: Sequence[Slots],
    *,
    by_id: int,
    now: datetime,
    read_version: int | None = None,
) -> Poll:
    """Ask the hall something.

    Raises:
        NotFound, NotBegun, IsOver, HallIsTaken, HallMoved, PollIsOpen, BadPoll.

    """
    room = take_desk(session, hearing_id, by_id=by_id, now=now, read_version=read_version)
    if room.hall.poll_id is not None:
        raise PollIsOpen
    if not _is_sound(question, options):
        raise BadPoll
    number = next_number(session, Poll.number, Poll.hearing_id == hearing_id)
    poll = Poll(hearing_id=hearing_id, number=number, question=question, opened_at=now)
    poll.options = [PollOption(position=position, words=words) for position, words in enumerate(options, 1)]
    session.add(poll)
    session.flush()
    room.hall.poll_id = poll.id
    session.flush()
    return poll


def vote(session: Session, hearing_id: int, poll_id: int, option_id: int, *, person_id: int, now: datetime) -> bool:
    """Count somebody's answer, and say whether it was her first: whatever she presses after that changes nothing.

    Raises:
        NotFound, NotBegun, IsOver, PollIsClosed.

    """
    hall = take_hall(session, hearing_id, shows=False).hall
    poll = session.get(Poll, poll_id, populate_existing=True)
    option = session.get(PollOption, option_id, populate_existing=True)
    if poll is None or option is None or poll.hearing_id != hearing_id or option.poll_id != poll_id:
        raise NotFound
    if poll.closed_at is not None:
        raise PollIsClosed
    if not insert_once(session, PollVote, poll_id=poll_id, option_id=option_id, person_id=person_id, given_at=now):
        return False
    option.votes = session.scalars(select(func.count()).where(PollVote.option_id == option_id)).one()
    hall.version += 1
    session.flush()
    return True


def close_poll(
    session: Session,
    hearing_id: int,
    poll_id: int,
    *,
    by_id: int,
    now: datetime,
    by: ActorRole = ActorRole.SECRETARY,
    read_version: int | None = None,
) -> Poll:
    """Close a straw poll; its counts stand in the public record. Closing it again changes nothing.

    Raises:
        NotFound, NotBegun, IsOver, HallIsTaken, HallMoved.

    """
    poll = session.get(Poll, poll_id)
    if poll is None or poll.hearing_id != hearing_id:
        raise NotFound
    if poll.closed_at is not None:
        return poll
    room = take_desk(session, hearing_id, by_id=by_id, now=now, read_version=read_version)
    if room.hall.poll_id == poll_id:
        end_open_poll(session, room, by=by, now=now)
    return session.get_one(Poll, poll_id, populate_existing=True)


def end_open_poll(session: Session, room: Room, *, by: ActorRole, now: datetime) -> None:
    """Close the poll that is open, if one is. The hall must have been taken."""
    if room.hall.poll_id is None:
        return
    poll = session.get_one(Poll, room.hall.poll_id, populate_existing=True)
    poll.closed_at, room.hall.poll_id = now, None
    session.flush()
    columns = (PollOption.position, PollOption.votes)
    counts = session.execute(select(*columns).where(PollOption.poll_id == poll.id).order_by(PollOption.position))
    facts: dict[str, Any] = {f"votes_{position}": votes for position, votes in counts}
    note(session, Verb.HEARING_POLL_CLOSED, of=room.hearing.id, by=by, now=now, number=poll.number, **facts)


def _is_sound(question: Slots, options: Sequence[Slots]) -> bool:
    """Is there a question, and are there two to six different answers, all in a language of this place?"""
    said = all(words.kk or words.ru for words in (question, *options))
    return said and FEWEST <= len(options) <= MOST and len(set(options)) == len(options)
