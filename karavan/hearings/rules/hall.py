"""Running a hearing: beginning and ending it, a break, a note for the protocol, and who sits at its desk."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from karavan.core.when import local_day
from karavan.hearings.hall_problems import BadBreak, HallIsTaken, IsOver, NothingNoted, NotToday
from karavan.hearings.lifecycle import Act
from karavan.hearings.models import HallNote, Hearing, HearingState, LiveHall
from karavan.hearings.problems import ChangedMeanwhile
from karavan.hearings.rules.gate import LEASE, take_desk, take_hall, take_hearing
from karavan.hearings.rules.polls import end_open_poll
from karavan.hearings.rules.speakers import end_running_turn
from karavan.hearings.rules.steps import move, take
from karavan.hearings.rules.typed import several_lines

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.record.models import ActorRole

LONGEST_BREAK: Final = 240
NOTE: Final = 4000
TWICE_WITHIN: Final = timedelta(minutes=2)
"""The same note by the same person within this time is a second press."""


def begin(
    session: Session, hearing_id: int, *, by_id: int, by: ActorRole, now: datetime, read_version: int | None = None
) -> LiveHall:
    """Begin a hearing, on the day that its notice names. Pressing again finds the hall as it is.

    Raises:
        NotFound, ChangedMeanwhile, NotAtThisStage.
        NotToday.

    """
    if (known := _going_on(session, hearing_id)) is not None:
        return known
    hearing = take(session, hearing_id)
    if (known := _going_on(session, hearing_id)) is not None:
        return known
    if read_version is not None and hearing.version != read_version + 1:
        raise ChangedMeanwhile
    if hearing.state == HearingState.ANNOUNCED and local_day(now).isoformat() != hearing.held_on:
        raise NotToday(day=hearing.starts_at)
    move(session, hearing, Act.BEGIN, by=by, now=now)
    hall = LiveHall(hearing_id=hearing_id, version=1, run_version=1, keeper_id=by_id, keeper_until=now + LEASE)
    session.add(hall)
    session.flush()
    return hall


def end(
    session: Session, hearing_id: int, *, by_id: int, by: ActorRole, now: datetime, read_version: int | None = None
) -> Hearing:
    """End a hearing: the turn that runs and the open straw poll end with it. Pressing again changes nothing.

    `read_version` is the hall's `run_version` her page was drawn from.

    Raises:
        NotFound, NotBegun, HallIsTaken, HallMoved.

    """
    hearing = take_hearing(session, hearing_id)
    try:
        room = take_desk(session, hearing_id, by_id=by_id, now=now, read_version=read_version)
    except IsOver:
        return hearing
    end_running_turn(session, room, now)
    end_open_poll(session, room, by=by, now=now)
    room.hall.break_until = room.hall.keeper_id = room.hall.keeper_until = None
    hearing.version += 1
    session.flush()
    return move(session, hearing, Act.END, by=by, now=now)


def take_break(
    session: Session, hearing_id: int, minutes: int, *, by_id: int, now: datetime, read_version: int | None = None
) -> LiveHall:
    """Begin a break of so many minutes; the clock of a turn that runs stands until the secretary resumes.

    Raises:
        NotFound, NotBegun, IsOver, HallIsTaken, HallMoved, BadBreak.

    """
    hall = take_desk(session, hearing_id, by_id=by_id, now=now, read_version=read_version).hall
    if not 1 <= minutes <= LONGEST_BREAK:
        raise BadBreak
    hall.break_until = now + timedelta(minutes=minutes)
    if hall.speaker_id is not None and hall.paused_at is None:
        hall.paused_at = now
    session.flush()
    return hall


def note(session: Session, hearing_id: int, words: str, *, lang: str, by_id: int, now: datetime) -> HallNote:
    """Take a note for the protocol, with whoever speaks. The same note pressed twice is one.

    Raises:
        NotFound, NotBegun, IsOver, HallIsTaken, NothingNoted, CannotBeStored.

    """
    room = take_desk(session, hearing_id, by_id=by_id, now=now, shows=False, moves=False)
    words = several_lines(words, NOTE, where="words")
    if not words:
        raise NothingNoted
    newest = select(HallNote).where(HallNote.hearing_id == hearing_id, HallNote.by_id == by_id)
    last = session.scalar(newest.order_by(HallNote.id.desc()).limit(1))
    if last is not None and last.words == words and now - last.noted_at < TWICE_WITHIN:
        return last
    taken = HallNote(
        hearing_id=hearing_id, speaker_id=room.hall.speaker_id, words=words, lang=lang, by_id=by_id, noted_at=now
    )
    session.add(taken)
    session.flush()
    return taken


def take_over(session: Session, hearing_id: int, *, by_id: int, now: datetime) -> LiveHall:
    """Let another secretary run the hall from now on, whether the first one is gone or not: she pressed so.

    Raises:
        NotFound, NotBegun, IsOver.

    """
    hall = take_hall(session, hearing_id, shows=False).hall
    if hall.keeper_id != by_id:
        hall.run_version += 1
    hall.keeper_id, hall.keeper_until = by_id, now + LEASE
    session.flush()
    return hall


def keep(session: Session, hearing_id: int, *, by_id: int, now: datetime) -> bool:
    """Renew the lease of the secretary whose page is open; say whether the hall is still hers.

    Raises:
        NotFound, NotBegun, IsOver.

    """
    try:
        take_desk(session, hearing_id, by_id=by_id, now=now, shows=False, moves=False)
    except HallIsTaken:
        return False
    return True


def _going_on(session: Session, hearing_id: int) -> LiveHall | None:
    """Return the hall of a hearing that is going on."""
    state = session.scalar(select(Hearing.state).where(Hearing.id == hearing_id))
    return session.get(LiveHall, hearing_id, populate_existing=True) if state == HearingState.LIVE else None
