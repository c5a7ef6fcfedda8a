"""Speaking at a hearing: signing up, being called, the clock of a turn. Who comes next, `hearings.order` says.

The clock is two moments in the database, never a running counter: when the turn ends, and since when it stands still.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from karavan.accounts.models import Person
from karavan.core.problems import Message, NotFound
from karavan.core.text import fold
from karavan.discussion.policy import shown_name
from karavan.hearings.hall_problems import (
    BadMinutes,
    CallReasonMissing,
    HallMoved,
    NameOwed,
    NobodyWaits,
    NotWaiting,
    SignUpClosed,
    SpeakingNow,
)
from karavan.hearings.hall_queries import everybody, queue
from karavan.hearings.models import HallNote, HearingState, Speaker, SpeakerState
from karavan.hearings.rules.gate import next_number, show_anew, take_desk, take_hearing
from karavan.hearings.rules.typed import one_line, several_lines
from karavan.record.models import ActorRole, Verb
from karavan.record.rules import note

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.hearings.models import Hearing, LiveHall, Position
    from karavan.hearings.rules.gate import Room

OPEN: Final = (HearingState.ANNOUNCED, HearingState.LIVE)
LIVE: Final = (SpeakerState.WAITING, SpeakerState.SPEAKING, SpeakerState.ABSENT)
"""States in which somebody is on the list: one row for each person, by constraint."""
LONGEST_TURN: Final = 30
TOPIC: Final = 200
NAME: Final = 80
REASON: Final = 600


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody who wants to speak says of it."""

    position: Position
    topic: str = ""
    minutes: int | None = None
    """None: as many as the hearing gives each speaker."""
    interpreter: str = ""


# --- Signing up ---------------------------------------------------------------------------------------------


def sign_up(session: Session, hearing_id: int, wish: Wish, *, person_id: int, now: datetime) -> Speaker:
    """Put somebody with an account on the list of speakers. Whoever is on it already stays where she is.

    Raises:
        NotFound, SignUpClosed, NameOwed, CannotBeStored.
        BadMinutes: more than the hearing gives each speaker.

    """
    hearing = _take_open(session, hearing_id)
    mine = (Speaker.hearing_id == hearing_id, Speaker.person_id == person_id)
    live = select(Speaker).where(*mine, Speaker.state.in_(LIVE))
    known = session.scalar(live.execution_options(populate_existing=True))
    if known is not None:
        return known
    wish = _checked(hearing, wish, most=hearing.speaker_minutes)
    name = shown_name(session.get_one(Person, person_id).name)
    turns = session.scalars(select(func.count()).where(*mine, Speaker.state == SpeakerState.SPOKEN)).one()
    return _put(session, hearing, wish, name, person_id=person_id, turns=turns, by=ActorRole.RESIDENT, now=now)


def at_door(session: Session, hearing_id: int, name: str, wish: Wish, *, by: ActorRole, now: datetime) -> Speaker:
    """Put somebody on the list who came to the door and has no account. The same form again finds the first.

    Raises:
        NotFound, SignUpClosed, NameOwed, BadMinutes, CannotBeStored.

    """
    hearing = _take_open(session, hearing_id)
    wish, called = _checked(hearing, wish, most=LONGEST_TURN), one_line(name, NAME, where="name")
    same = [one for one in everybody(session, hearing_id) if one.person_id is None and fold(one.name) == fold(called)]
    for one in same:
        if one.state in LIVE and (one.position, one.topic) == (wish.position, wish.topic):
            return one
    turns = sum(one.state == SpeakerState.SPOKEN for one in same)
    return _put(session, hearing, wish, called, person_id=None, turns=turns, by=by, now=now)


def withdraw(
    session: Session, hearing_id: int, speaker_id: int, *, now: datetime, person_id: int | None = None
) -> Speaker:
    """Take somebody off the list: herself, or (`person_id` is None) the secretary. Doing it twice changes nothing.

    Raises:
        NotFound: not on the list, or not she.
        SpeakingNow: her turn is running.

    """
    take_hearing(session, hearing_id)
    speaker = _one(session, hearing_id, speaker_id)
    if person_id is not None and speaker.person_id != person_id:
        raise NotFound
    if speaker.state == SpeakerState.SPEAKING:
        raise SpeakingNow
    if speaker.state in (SpeakerState.WAITING, SpeakerState.ABSENT):
        speaker.state, speaker.ended_at = SpeakerState.WITHDRAWN, now
        session.flush()
        show_anew(session, hearing_id)
    return speaker


def came_back(session: Session, hearing_id: int, speaker_id: int, *, person_id: int | None = None) -> Speaker:
    """Let somebody who was called and not there wait again, at the place she had. Doing it twice changes nothing.

    Raises:
        NotFound, SignUpClosed.

    """
    _take_open(session, hearing_id)
    speaker = _one(session, hearing_id, speaker_id)
    if person_id is not None and speaker.person_id != person_id:
        raise NotFound
    if speaker.state == SpeakerState.ABSENT:
        speaker.state = SpeakerState.WAITING
        session.flush()
        show_anew(session, hearing_id)
    return speaker


# --- Turns, which the secretary gives -----------------------------------------------------------------------


def call_next(
    session: Session,
    hearing_id: int,
    *,
    by_id: int,
    now: datetime,
    read_version: int | None = None,
    speaker_id: int | None = None,
    reason: str = "",
    lang: str = "kk",
) -> Speaker:
    """End the turn that runs, and begin that of the next in the order, or of `speaker_id`, for a reason.

    Raises:
        NotFound, NotBegun, IsOver, HallIsTaken, HallMoved.
        NobodyWaits, NotWaiting.
        CallReasonMissing: she is not the next; the reason stands in the notes for the protocol.

    """
    room = take_desk(session, hearing_id, by_id=by_id, now=now, read_version=read_version)
    waiting = queue(session, hearing_id)
    if speaker_id is None:
        if not waiting:
            raise NobodyWaits
        chosen = waiting[0]
    else:
        chosen = _one(session, hearing_id, speaker_id)
        if chosen.state not in (SpeakerState.WAITING, SpeakerState.ABSENT):
            raise NotWaiting
    if not waiting or chosen.id != waiting[0].id:
        words = several_lines(reason, REASON, where="reason")
        if not words:
            raise CallReasonMissing
        session.add(
            HallNote(hearing_id=hearing_id, speaker_id=chosen.id, words=words, lang=lang, by_id=by_id, noted_at=now)
        )
    end_running_turn(session, room, now)
    chosen.state, chosen.called_at, chosen.ended_at = SpeakerState.SPEAKING, now, None
    room.hall.speaker_id, room.hall.turn_ends_at = chosen.id, now + timedelta(minutes=chosen.minutes)
    room.hall.break_until = None
    session.flush()
    return chosen


def absent(session: Session, hearing_id: int, *, by_id: int, now: datetime, read_version: int | None = None) -> Speaker:
    """Note that whoever was called is not there; she can be called again.

    Raises:
        NotFound, NotBegun, IsOver, HallIsTaken, HallMoved.

    """
    room = take_desk(session, hearing_id, by_id=by_id, now=now, read_version=read_version)
    speaker = _speaking(session, room)
    speaker.state = SpeakerState.ABSENT
    _clear(room.hall)
    session.flush()
    return speaker


def end_turn(
    session: Session, hearing_id: int, *, by_id: int, now: datetime, read_version: int | None = None
) -> LiveHall:
    """End the turn that runs, without calling anybody. If none runs, nothing changes.

    Raises:
        NotFound, NotBegun, IsOver, HallIsTaken, HallMoved.

    """
    room = take_desk(session, hearing_id, by_id=by_id, now=now, read_version=read_version)
    end_running_turn(session, room, now)
    return room.hall


def extend(
    session: Session, hearing_id: int, minutes: int, *, by_id: int, now: datetime, read_version: int | None = None
) -> LiveHall:
    """Give whoever speaks more minutes: beyond what is left, or, when nothing is left, from now on.

    Raises:
        NotFound, NotBegun, IsOver, HallIsTaken, HallMoved, BadMinutes.

    """
    room = take_desk(session, hearing_id, by_id=by_id, now=now, read_version=read_version)
    speaker, hall = _speaking(session, room), room.hall
    _refuse_minutes(minutes, LONGEST_TURN)
    stands_at = hall.paused_at or now
    hall.turn_ends_at = max(hall.turn_ends_at or stands_at, stands_at) + timedelta(minutes=minutes)
    speaker.minutes += minutes
    session.flush()
    return hall


def pause(session: Session, hearing_id: int, *, by_id: int, now: datetime, read_version: int | None = None) -> LiveHall:
    """Let the clock of the turn stand still. Doing it twice changes nothing.

    Raises:
        NotFound, NotBegun, IsOver, HallIsTaken, HallMoved.

    """
    room = take_desk(session, hearing_id, by_id=by_id, now=now, read_version=read_version)
    _speaking(session, room)
    if room.hall.paused_at is None:
        room.hall.paused_at = now
    session.flush()
    return room.hall


def resume(
    session: Session, hearing_id: int, *, by_id: int, now: datetime, read_version: int | None = None
) -> LiveHall:
    """Let the clock go on with exactly what was left, and end a break. Doing it twice changes nothing.

    Raises:
        NotFound, NotBegun, IsOver, HallIsTaken, HallMoved.

    """
    room = take_desk(session, hearing_id, by_id=by_id, now=now, read_version=read_version)
    hall = room.hall
    if hall.paused_at is not None and hall.turn_ends_at is not None:
        hall.turn_ends_at += now - hall.paused_at
    hall.paused_at = hall.break_until = None
    session.flush()
    return hall


def end_running_turn(session: Session, room: Room, now: datetime) -> None:
    """End the turn that runs, if one does. The hall must have been taken."""
    if room.hall.speaker_id is None:
        return
    speaker = _one(session, room.hearing.id, room.hall.speaker_id)
    speaker.state, speaker.ended_at = SpeakerState.SPOKEN, now
    _clear(room.hall)
    session.flush()
    note(
        session,
        Verb.HEARING_SPEAKER_HEARD,
        of=room.hearing.id,
        by=ActorRole.SECRETARY,
        now=now,
        number=speaker.number,
        position=speaker.position.value,
        minutes=speaker.minutes,
    )


def _take_open(session: Session, hearing_id: int) -> Hearing:
    hearing = take_hearing(session, hearing_id)
    if hearing.state not in OPEN:
        raise SignUpClosed
    return hearing


def _checked(hearing: Hearing, wish: Wish, *, most: int) -> Wish:
    """Return a wish as it is stored; without minutes, with those the hearing gives."""
    minutes = hearing.speaker_minutes if wish.minutes is None else wish.minutes
    _refuse_minutes(minutes, most)
    return replace(wish, minutes=minutes, topic=one_line(wish.topic, TOPIC, where="topic"))


def _put(
    session: Session,
    hearing: Hearing,
    wish: Wish,
    name: str,
    *,
    person_id: int | None,
    turns: int,
    by: ActorRole,
    now: datetime,
) -> Speaker:
    """Write somebody down at the end of the list, and let everybody see."""
    if not name:
        raise NameOwed
    speaker = Speaker(
        hearing_id=hearing.id,
        number=next_number(session, Speaker.number, Speaker.hearing_id == hearing.id),
        person_id=person_id,
        name=name,
        topic=wish.topic,
        position=wish.position,
        minutes=wish.minutes,
        interpreter=wish.interpreter,
        at_door=person_id is None,
        state=SpeakerState.WAITING,
        signed_up_at=now,
        turns=turns,
    )
    session.add(speaker)
    session.flush()
    facts: dict[str, Any] = {"number": speaker.number, "position": speaker.position.value}
    note(session, Verb.HEARING_SPEAKER_REGISTERED, of=hearing.id, by=by, now=now, **facts)
    show_anew(session, hearing.id)
    return speaker


def _refuse_minutes(minutes: int, most: int) -> None:
    if not 1 <= minutes <= most:
        raise BadMinutes(
            Message.counted("You can have at most %(num)d minute.", "You can have from 1 to %(num)d minutes.", most)
        )


def _one(session: Session, hearing_id: int, speaker_id: int) -> Speaker:
    speaker = session.get(Speaker, speaker_id, populate_existing=True)
    if speaker is None or speaker.hearing_id != hearing_id:
        raise NotFound
    return speaker


def _speaking(session: Session, room: Room) -> Speaker:
    """Return whoever speaks; if nobody does, her page was old."""
    if room.hall.speaker_id is None:
        raise HallMoved
    return _one(session, room.hearing.id, room.hall.speaker_id)


def _clear(hall: LiveHall) -> None:
    hall.speaker_id = hall.turn_ends_at = hall.paused_at = None
