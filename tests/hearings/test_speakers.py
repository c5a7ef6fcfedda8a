"""Speaking: the list, the door, whose turn it is, and a clock that is exact whatever is pressed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from karavan.core.database import db
from karavan.core.problems import NotFound, Problem
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
from karavan.hearings.hall_queries import left_of_turn, queue
from karavan.hearings.models import HallNote, Position, Speaker, SpeakerState
from karavan.hearings.rules.speakers import (
    Wish,
    absent,
    at_door,
    call_next,
    came_back,
    end_turn,
    extend,
    pause,
    resume,
    sign_up,
    withdraw,
)
from karavan.record.models import ActorRole, RecordEntry, Verb
from tests.support.civic import make_person, write
from tests.support.live_hall import gather
from tests.support.talk import make_writer

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.support.live_hall import Gathering

FOR, AGAINST, QUESTION = Position.FOR, Position.AGAINST, Position.QUESTION


def waiting(hearing: Gathering) -> list[int]:
    db.session.close()
    return [one.number for one in queue(db.session(), hearing.id)]


def left(hearing: Gathering) -> timedelta | None:
    return left_of_turn(hearing.hall, hearing.now)


# --- The list -------------------------------------------------------------------------------------------------


def test_somebody_is_on_the_list_once_however_often_she_presses(session: Session) -> None:
    hearing, amina = gather(begun=False), make_writer("Амина Қуанова")
    first = hearing.speaker(who=amina)
    again = hearing.speaker(AGAINST, who=amina, minutes=2)
    assert (first.id, first.name, first.minutes) == (again.id, "Амина Қ.", 5)
    write(withdraw, hearing.id, first.id, person_id=amina.id, now=hearing.now)
    write(withdraw, hearing.id, first.id, person_id=amina.id, now=hearing.now)
    anew = hearing.speaker(who=amina)
    assert (anew.number, anew.turns) == (2, 0), "whoever signs up again stands at the end"
    with pytest.raises(NotFound):
        write(withdraw, hearing.id, anew.id, person_id=make_writer().id, now=hearing.now)


def test_the_database_itself_keeps_one_row_for_each_person_and_one_turn_at_a_time(session: Session) -> None:
    hearing = gather()
    one, two = hearing.speaker(), hearing.speaker()
    both = update(Speaker).where(Speaker.id.in_([one.id, two.id])).values(state=SpeakerState.SPEAKING)
    with pytest.raises(IntegrityError):
        write(lambda session: session.execute(both) and None)
    same = update(Speaker).where(Speaker.id == two.id).values(person_id=one.person_id)
    with pytest.raises(IntegrityError):
        write(lambda session: session.execute(same) and None)


def test_at_the_door_a_name_is_enough_and_the_same_sheet_twice_is_one_person(session: Session) -> None:
    hearing = gather()
    door: dict[str, Any] = {"by": ActorRole.SECRETARY, "now": hearing.now}
    first = write(at_door, hearing.id, "Гүлзат Бекова", Wish(position=FOR), **door)
    again = write(at_door, hearing.id, "  гүлзат  бекова", Wish(position=FOR), **door)
    other = write(at_door, hearing.id, "Гүлзат Бекова", Wish(position=AGAINST, minutes=12), **door)
    assert (first.id, first.at_door, first.person_id) == (again.id, True, None)
    assert (other.number, other.minutes) == (2, 12)
    for name, wish, problem in (
        ("\u200b", Wish(position=FOR), NameOwed),
        ("А", Wish(position=FOR, minutes=0), BadMinutes),
    ):
        with pytest.raises(problem):
            write(at_door, hearing.id, name, wish, **door)
    write(call_next, hearing.id, **hearing.desk)
    write(end_turn, hearing.id, **hearing.desk)
    back = write(at_door, hearing.id, "Гүлзат Бекова", Wish(position=FOR), **door)
    assert back.turns == 1, "whoever has spoken stands behind those who have not, with an account or without"


def test_nobody_asks_for_more_minutes_than_the_hearing_gives_or_comes_after_its_end(session: Session) -> None:
    hearing = gather(speaker_minutes=3)
    with pytest.raises(BadMinutes):
        hearing.speaker(minutes=4)
    with pytest.raises(NameOwed):
        nameless = make_person()
        write(lambda session: setattr(session.get_one(type(nameless), nameless.id), "name", ""))
        write(sign_up, hearing.id, Wish(position=FOR), person_id=nameless.id, now=hearing.now)
    hearing.ends()
    with pytest.raises(SignUpClosed):
        hearing.speaker()


# --- Turns ----------------------------------------------------------------------------------------------------


def test_the_fair_order_decides_who_is_next_and_late_ones_find_their_place(session: Session) -> None:
    hearing = gather()
    hearing.speaker(FOR), hearing.speaker(FOR), hearing.speaker(AGAINST)
    assert waiting(hearing) == [1, 3, 2]
    assert write(call_next, hearing.id, **hearing.desk).number == 1
    hearing.speaker(QUESTION)
    assert waiting(hearing) == [3, 4, 2]
    called = [write(call_next, hearing.id, **hearing.desk).number for _ in range(3)]
    assert called == [3, 4, 2]
    with pytest.raises(NobodyWaits):
        write(call_next, hearing.id, **hearing.desk)
    heard = select(func.count(RecordEntry.id)).where(RecordEntry.verb == Verb.HEARING_SPEAKER_HEARD)
    assert session.scalars(heard).one() == 3, "the last one is still speaking"


def test_out_of_the_order_somebody_is_called_for_a_reason_that_is_noted(session: Session) -> None:
    hearing = gather()
    hearing.speaker(FOR)
    second = hearing.speaker(FOR)
    with pytest.raises(CallReasonMissing):
        write(call_next, hearing.id, speaker_id=second.id, reason=" ", **hearing.desk)
    called = write(call_next, hearing.id, speaker_id=second.id, reason="Автобусы кетіп барады", **hearing.desk)
    assert called.id == hearing.hall.speaker_id == second.id
    noted = db.session().scalars(select(HallNote)).one()
    assert (noted.words, noted.speaker_id, noted.by_id) == ("Автобусы кетіп барады", second.id, hearing.secretary)
    with pytest.raises(NotWaiting):
        write(call_next, hearing.id, speaker_id=second.id, reason="Тағы", **hearing.desk)
    first = write(call_next, hearing.id, speaker_id=queue(db.session(), hearing.id)[0].id, **hearing.desk)
    assert first.number == 1, "the next one may be called by name without a reason"


def test_whoever_was_absent_may_come_back_to_her_place(session: Session) -> None:
    hearing = gather()
    first, second = hearing.speaker(FOR), hearing.speaker(AGAINST)
    write(call_next, hearing.id, **hearing.desk)
    write(absent, hearing.id, **hearing.desk)
    assert hearing.hall.speaker_id is None
    assert waiting(hearing) == [second.number]
    write(came_back, hearing.id, first.id, person_id=first.person_id)
    assert waiting(hearing) == [first.number, second.number]
    assert write(call_next, hearing.id, **hearing.desk).turns == 0


def test_a_press_on_an_old_page_does_not_end_somebodys_turn(session: Session) -> None:
    hearing = gather()
    hearing.speaker(FOR), hearing.speaker(AGAINST)
    drawn = hearing.hall.run_version
    write(call_next, hearing.id, read_version=drawn, **hearing.desk)
    stands = hearing.hall
    for act, words in ((call_next, ()), (absent, ()), (end_turn, ()), (extend, (2,)), (pause, ()), (resume, ())):
        with pytest.raises(HallMoved):
            write(act, hearing.id, *words, read_version=drawn, **hearing.desk)
    after = hearing.hall
    assert (after.speaker_id, after.turn_ends_at, after.version) == (
        stands.speaker_id,
        stands.turn_ends_at,
        stands.version,
    )


def test_whoever_speaks_cannot_slip_away_from_the_list(session: Session) -> None:
    hearing = gather()
    speaking = hearing.speaker()
    write(call_next, hearing.id, **hearing.desk)
    with pytest.raises(SpeakingNow):
        write(withdraw, hearing.id, speaking.id, person_id=speaking.person_id, now=hearing.now)


# --- The clock ------------------------------------------------------------------------------------------------


def test_a_paused_clock_goes_on_with_exactly_what_was_left(session: Session) -> None:
    hearing = gather()
    hearing.speaker()
    write(call_next, hearing.id, **hearing.desk)
    hearing = hearing.later(seconds=95, microseconds=7)
    write(pause, hearing.id, **hearing.desk)
    rest = timedelta(minutes=5) - timedelta(seconds=95, microseconds=7)
    hearing = hearing.later(minutes=1)
    write(pause, hearing.id, **hearing.desk)
    assert left(hearing) == rest, "pausing again changes nothing"
    hearing = hearing.later(hours=3)
    write(resume, hearing.id, **hearing.desk)
    write(resume, hearing.id, **hearing.desk)
    assert left(hearing) == rest
    assert left(hearing.later(seconds=10)) == rest - timedelta(seconds=10)


def test_more_time_is_added_to_what_is_left_or_given_from_now(session: Session) -> None:
    hearing = gather()
    speaking = hearing.speaker()
    write(call_next, hearing.id, **hearing.desk)
    hearing = hearing.later(minutes=4)
    write(extend, hearing.id, 2, **hearing.desk)
    assert left(hearing) == timedelta(minutes=3)
    hearing = hearing.later(minutes=10)
    write(extend, hearing.id, 1, **hearing.desk)
    assert left(hearing) == timedelta(minutes=1)
    write(pause, hearing.id, **hearing.desk)
    hearing = hearing.later(minutes=30)
    write(extend, hearing.id, 1, **hearing.desk)
    assert left(hearing) == timedelta(minutes=2), "also while the clock stands"
    assert hearing.row(Speaker, speaking.id).minutes == 9
    for minutes in (0, -5, 31):
        with pytest.raises(BadMinutes):
            write(extend, hearing.id, minutes, **hearing.desk)


def test_where_nobody_speaks_there_is_nothing_to_pause_extend_or_miss(session: Session) -> None:
    hearing = gather()
    for act, words in ((pause, ()), (extend, (2,)), (absent, ())):
        with pytest.raises(Problem):
            write(act, hearing.id, *words, **hearing.desk)
    write(end_turn, hearing.id, **hearing.desk)
    write(resume, hearing.id, **hearing.desk)
