"""Running a hearing: its day, its desk, breaks and notes; and promises that hold whatever is pressed in any order."""

from __future__ import annotations

import os
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from karavan.core.database import db
from karavan.core.languages import Slots
from karavan.core.problems import Problem
from karavan.core.tokens import new_key
from karavan.discussion.models import Comment
from karavan.discussion.rules.show import show
from karavan.discussion.rules.take import take_comment
from karavan.hearings.hall_problems import HallIsTaken, HallMoved, IsOver, NotBegun, NothingNoted, NotToday
from karavan.hearings.hall_queries import left_of_turn, owed, results
from karavan.hearings.models import (
    AnswerGroup,
    HallNote,
    HallQuestion,
    HallQuestionSupport,
    Hearing,
    HearingState,
    LiveHall,
    Poll,
    PollVote,
    Position,
    QuestionState,
    Speaker,
    SpeakerState,
    StatementKind,
    WrittenStatement,
)
from karavan.hearings.problems import NotAtThisStage
from karavan.hearings.rules import hall, matrix, polls, questions, speakers, statements
from karavan.hearings.rules.gate import LEASE
from karavan.moderation.models import Visibility
from karavan.record.models import ActorRole
from tests.support.civic import make_staff, write
from tests.support.live_hall import ALIKE, ANSWER, ASKED, NO, YES, gather
from tests.support.settings import NOW
from tests.support.talk import make_writer

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from sqlalchemy.orm import Session

    from tests.support.databases import Database


# --- Beginning and ending -------------------------------------------------------------------------------------


def test_a_hearing_begins_on_its_day_and_once(session: Session) -> None:
    hearing = gather(begun=False)
    with pytest.raises(NotBegun):
        hearing.question()
    for day in (-1, 1):
        with pytest.raises(NotToday):
            hearing.later(days=day).begins()
    hearing.begins()
    hearing.question()
    stands = hearing.hall
    hearing.begins()
    assert (hearing.hall.version, hearing.hall.keeper_id) == (stands.version, hearing.secretary)
    assert (hearing.hearing.state, hearing.hearing.opened_at) == (HearingState.LIVE, NOW)
    hearing.ends()
    with pytest.raises(NotAtThisStage):
        hearing.begins()


def test_with_the_end_the_turn_and_the_straw_poll_end_and_nothing_more_happens(session: Session) -> None:
    hearing = gather()
    speaking, waits = hearing.speaker(), hearing.speaker()
    write(speakers.call_next, hearing.id, **hearing.desk)
    poll = write(polls.open_poll, hearing.id, ASKED, [YES, NO], **hearing.desk)
    hearing.ends()
    hearing.ends()
    assert hearing.row(Speaker, speaking.id).state == SpeakerState.SPOKEN
    assert hearing.row(Speaker, waits.id).state == SpeakerState.WAITING, "that she was not heard stays to be seen"
    assert hearing.row(Poll, poll.id).closed_at == NOW
    stands = hearing.hall
    assert (stands.speaker_id, stands.poll_id, stands.turn_ends_at, stands.keeper_id) == (None, None, None, None)
    for act, words in ((speakers.call_next, ()), (hall.take_break, (5,)), (polls.open_poll, (ASKED, [YES, NO]))):
        with pytest.raises(IsOver):
            write(act, hearing.id, *words, **hearing.desk)


# --- The desk -------------------------------------------------------------------------------------------------


def test_one_secretary_runs_the_hall_and_another_takes_over_by_pressing_so(session: Session) -> None:
    hearing = gather()
    hearing.speaker(), hearing.speaker()
    other = make_staff(hearing_council(hearing)).id
    write(speakers.call_next, hearing.id, **hearing.desk)
    with pytest.raises(HallIsTaken):
        write(speakers.end_turn, hearing.id, by_id=other, now=hearing.now)
    stands = hearing.hall
    write(hall.take_over, hearing.id, by_id=other, now=hearing.now)
    after = hearing.hall
    assert (after.keeper_id, after.version) == (other, stands.version), "viewers see nothing of it"
    assert (after.speaker_id, after.turn_ends_at) == (stands.speaker_id, stands.turn_ends_at)
    with pytest.raises(HallIsTaken):
        write(hall.note, hearing.id, "Кешігіп жазылды", lang="kk", **hearing.desk)
    assert not write(hall.keep, hearing.id, **hearing.desk)
    assert write(hall.keep, hearing.id, by_id=other, now=hearing.now)
    with pytest.raises(HallMoved):
        write(speakers.end_turn, hearing.id, by_id=other, now=hearing.now, read_version=stands.run_version)


def test_when_her_browser_has_died_the_hall_waits_for_nobody(session: Session) -> None:
    hearing = gather()
    other = make_staff(hearing_council(hearing)).id
    almost = hearing.later(seconds=LEASE.total_seconds() - 1)
    with pytest.raises(HallIsTaken):
        write(speakers.end_turn, hearing.id, by_id=other, now=almost.now)
    gone = hearing.later(seconds=LEASE.total_seconds())
    write(speakers.end_turn, hearing.id, by_id=other, now=gone.now)
    assert hearing.hall.keeper_id == other
    with pytest.raises(HallIsTaken):
        write(speakers.end_turn, hearing.id, by_id=hearing.secretary, now=gone.now)


def test_a_note_is_taken_once_with_whoever_speaks_and_viewers_see_nothing_of_it(session: Session) -> None:
    hearing = gather()
    speaking = hearing.speaker()
    write(speakers.call_next, hearing.id, **hearing.desk)
    before = hearing.hall
    for words in ("Құжат сұралды", "Құжат сұралды ", "Тағы бір ескерту"):
        write(hall.note, hearing.id, words, lang="kk", **hearing.desk)
    with pytest.raises(NothingNoted):
        write(hall.note, hearing.id, " \u200b", lang="kk", **hearing.desk)
    after = hearing.hall
    assert (after.version, after.run_version) == (before.version, before.run_version)
    notes = db.session().scalars(select(HallNote).order_by(HallNote.id)).all()
    assert [(one.words, one.speaker_id) for one in notes] == [
        ("Құжат сұралды", speaking.id),
        ("Тағы бір ескерту", speaking.id),
    ]


def test_a_break_lets_the_clock_stand_until_the_secretary_goes_on(session: Session) -> None:
    hearing = gather()
    hearing.speaker()
    write(speakers.call_next, hearing.id, **hearing.desk)
    hearing = hearing.later(minutes=1)
    write(hall.take_break, hearing.id, 15, **hearing.desk)
    assert hearing.hall.break_until == hearing.now + timedelta(minutes=15)
    for minutes in (0, 241):
        with pytest.raises(Problem):
            write(hall.take_break, hearing.id, minutes, **hearing.desk)
    hearing = hearing.later(minutes=20)
    write(speakers.resume, hearing.id, **hearing.desk)
    assert hearing.hall.break_until is None
    assert left_of_turn(hearing.hall, hearing.now) == timedelta(minutes=4)


def hearing_council(hearing: Any) -> Any:
    db.session.close()
    return db.session().get_one(Hearing, hearing.id).council


# --- Whatever is pressed, in any order --------------------------------------------------------------------------

STORIES = int(os.environ.get("KARAVAN_TEST_EXAMPLES", "4"))
PHASES = tuple(Phase) if "KARAVAN_TEST_EXAMPLES" in os.environ else (Phase.explicit, Phase.reuse, Phase.generate)
which = st.integers(0, 5)
desks = st.sampled_from([0, 0, 0, 1])
rarely = st.sampled_from([False, False, False, True])
who = st.integers(0, 4)
KINDS = sorted(matrix.KINDS)
CONSOLE = ["turn", "turn", "turn", "name", "minutes", "questions", "questions", "poll", "take over", "note", "break"]
PRESSES = ["sign up", "go", "support", "support", "vote"]
TURNS = [speakers.call_next, speakers.call_next, speakers.absent, speakers.end_turn, speakers.pause, speakers.resume]


class Hall(RuleBasedStateMachine):
    """One hearing, two secretaries, five people, and a moderator."""

    def __init__(self, app: Flask, database: Database) -> None:
        super().__init__()
        self._context = app.app_context()
        self._context.push()
        database.put_back(db.engine)
        start = gather(begun=False, now=NOW)
        self.id, self.now = start.id, NOW
        self.desks = [start.secretary, make_staff(hearing_council(start)).id]
        self.people = [make_writer().id for _ in range(5)]
        self.forms: list[tuple[Callable[..., Any], dict[str, Any]]] = []
        self.seen: tuple[int, Any] | None = None

    def teardown(self) -> None:
        db.session.remove()
        self._context.pop()

    def _do(self, act: Callable[..., Any], *args: Any, **more: Any) -> Any:
        """Carry a rule out; what it refuses changes nothing."""
        before = self._everything()
        try:
            return write(act, self.id, *args, **more)
        except Problem:
            assert self._everything() == before, "a refusal changed something"
            return None

    def _everything(self) -> Any:
        db.session.close()
        session = db.session()
        hearing, room = session.get_one(Hearing, self.id), session.get(LiveHall, self.id)
        counts = [
            session.scalars(select(func.count()).select_from(model)).one()
            for model in (Comment, WrittenStatement, HallQuestion, HallQuestionSupport, PollVote, HallNote, Speaker)
        ]
        return hearing.version, hearing.state, counts, room and (room.version, room.run_version, room.turn_ends_at)

    def _viewed(self) -> Any:
        """Return what viewers of the hall can see of what belongs to it."""
        session = db.session()
        room = session.get_one(LiveHall, self.id)
        people = session.execute(select(Speaker.id, Speaker.state, Speaker.minutes).order_by(Speaker.id)).all()
        asked = select(HallQuestion.id, HallQuestion.state, HallQuestion.supports, HallQuestion.answered_at)
        clock = (room.speaker_id, room.turn_ends_at, room.paused_at, room.break_until, room.poll_id)
        shown = (people, session.execute(asked.order_by(HallQuestion.id)).all(), clock, results(session, self.id))
        return repr(shown)

    def _pick(self, model: type[Any], number: int) -> Any:
        db.session.close()
        rows = db.session().scalars(select(model).order_by(model.id)).all()
        return rows[number % len(rows)] if rows else None

    def _room(self) -> LiveHall | None:
        db.session.close()
        return db.session().get(LiveHall, self.id)

    @initialize()
    def people_have_come_and_it_has_begun(self) -> None:
        for person, position in enumerate(Position):
            self._do(speakers.sign_up, speakers.Wish(position=position), person_id=self.people[person], now=self.now)
        self.somebody_writes(0, "statement")
        self._do(hall.begin, by_id=self.desks[0], by=ActorRole.SECRETARY, now=self.now)
        self.somebody_writes(1, "question")
        self.somebody_writes(2, "question")
        self._do(polls.open_poll, ASKED, [YES, NO], by_id=self.desks[0], now=self.now)

    # --- What the secretaries do -----------------------------------------------------------------------------

    @rule(desk=desks, step=st.sampled_from(["begin", "end", "close", "close"]))
    def it_moves_on(self, desk: int, step: str) -> None:
        if step == "close":
            self._do(matrix.close, by=ActorRole.SECRETARY, now=self.now)
        else:
            act = hall.begin if step == "begin" else hall.end
            self._do(act, by_id=self.desks[desk], by=ActorRole.SECRETARY, now=self.now)

    @rule(desk=desks, what=st.sampled_from(CONSOLE), number=which, other=which, rare=rarely)
    def the_secretary_presses(self, desk: int, what: str, number: int, other: int, rare: bool) -> None:
        if what == "turn":
            self.a_turn_is_given_or_taken(desk, TURNS[number], rare)
        elif what == "name":
            self.somebody_is_called_by_name(desk, number, "" if rare else "Автобусқа кешігіп барады")
        elif what == "minutes":
            self.more_time_is_given(desk, 0 if rare else number)
        elif what == "questions":
            self.questions_are_sorted(desk, number, other, "answered" if rare else "merge")
        elif what == "poll":
            self.a_poll_is_opened_or_closed(desk, other < 3)
        else:
            self.the_desk_is_busy(desk, what)

    def a_turn_is_given_or_taken(self, desk: int, act: Callable[..., Any], stale: bool) -> None:
        room = self._room()
        version = room.run_version - stale if room else None
        done = self._do(act, by_id=self.desks[desk], now=self.now, read_version=version)
        assert not (stale and done and room)

    def somebody_is_called_by_name(self, desk: int, number: int, reason: str) -> None:
        if (speaker := self._pick(Speaker, number)) is not None:
            facts = {"by_id": self.desks[desk], "now": self.now}
            self._do(speakers.call_next, speaker_id=speaker.id, reason=reason, **facts)

    def more_time_is_given(self, desk: int, minutes: int) -> None:
        room = self._room()
        before = left_of_turn(room, self.now) if room else None
        done = self._do(speakers.extend, minutes, by_id=self.desks[desk], now=self.now)
        if done is not None and before is not None:
            assert left_of_turn(done, self.now) == max(before, timedelta()) + timedelta(minutes=minutes)

    def the_desk_is_busy(self, desk: int, what: str) -> None:
        facts = {"by_id": self.desks[desk], "now": self.now}
        if what == "take over":
            self._do(hall.take_over, **facts)
        elif what == "note":
            self._do(hall.note, f"Ескерту {self.now}", lang="kk", **facts)
        else:
            self._do(hall.take_break, 5 if what == "break" else 0, **facts)

    def questions_are_sorted(self, desk: int, one: int, other: int, act: str) -> None:
        question, into = self._pick(HallQuestion, one), self._pick(HallQuestion, other)
        if question is None:
            return
        facts = {"by_id": self.desks[desk], "now": self.now}
        if act == "merge":
            self._do(questions.merge, question.id, into.id, **facts)
        else:
            self._do(questions.answered, question.id, **facts)

    def a_poll_is_opened_or_closed(self, desk: int, closing: bool) -> None:
        facts = {"by_id": self.desks[desk], "now": self.now}
        poll = self._pick(Poll, -1)
        if closing and poll is not None:
            self._do(polls.close_poll, poll.id, **facts)
        else:
            self._do(polls.open_poll, ASKED, [YES, NO], **facts)

    @rule(number=which, kind=st.sampled_from(KINDS), together=rarely, empty=rarely)
    def something_is_answered(self, number: int, kind: str, together: bool, empty: bool) -> None:
        entry = self._pick(matrix.KINDS[kind], number)
        if entry is None:
            return
        words = Slots(en="Only this") if empty else ANSWER
        facts: dict[str, Any] = {"by_id": self.desks[0], "by": ActorRole.SECRETARY, "now": self.now}
        if together and empty:
            self.something_is_taken_out_of_its_group(number, kind)
        elif not together:
            self._do(matrix.answer, kind, entry.id, words, **facts)
        elif (made := self._do(matrix.group, [(kind, entry.id, entry.version)], title=ALIKE)) is not None:
            self._do(matrix.answer_group, made.id, words, **facts)

    def something_is_taken_out_of_its_group(self, number: int, kind: str) -> None:
        if (entry := self._pick(matrix.KINDS[kind], number)) is not None:
            self._do(matrix.ungroup, kind, entry.id)

    # --- What everybody does ---------------------------------------------------------------------------------

    @rule(person=who, what=st.sampled_from(PRESSES), number=which, rare=rarely)
    def somebody_presses(self, person: int, what: str, number: int, rare: bool) -> None:
        if what == "sign up":
            self.somebody_signs_up(person, list(Position)[number % 3], rare)
        elif what == "go":
            self.somebody_goes_or_comes_back(number, not rare)
        elif what == "support":
            self.somebody_supports_or_not(number, person, not rare)
        else:
            self.somebody_votes(person, number % 2)

    def somebody_signs_up(self, person: int, position: Position, door: bool) -> None:
        wish = speakers.Wish(position=position)
        if door:
            self._do(speakers.at_door, f"Қонақ {person}", wish, by=ActorRole.SECRETARY, now=self.now)
        else:
            self._do(speakers.sign_up, wish, person_id=self.people[person], now=self.now)

    def somebody_goes_or_comes_back(self, number: int, going: bool) -> None:
        if (speaker := self._pick(Speaker, number)) is not None:
            if going:
                self._do(speakers.withdraw, speaker.id, now=self.now)
            else:
                self._do(speakers.came_back, speaker.id)

    @rule(person=who, kind=st.sampled_from(KINDS))
    def somebody_writes(self, person: int, kind: str) -> None:
        self.now += timedelta(minutes=2)
        facts = {"author_id": self.people[person], "lang": "kk", "key": new_key(), "now": self.now}
        facts["source"] = f"{kind} {len(self.forms)} {self.now}"
        if kind == "statement":
            facts["kind"] = StatementKind.FOR
        act = questions.ask if kind == "question" else statements.hand_in
        if self._do(act, **facts) is not None:
            self.forms.append((act, facts))

    @rule(number=which)
    def a_form_is_sent_a_second_time(self, number: int) -> None:
        if self.forms:
            act, facts = self.forms[number % len(self.forms)]
            before = self._everything()
            self._do(act, **facts | {"now": self.now})
            assert self._everything() == before

    def somebody_supports_or_not(self, number: int, person: int, gladly: bool) -> None:
        if (question := self._pick(HallQuestion, number)) is not None:
            if gladly:
                self._do(questions.support, question.id, person_id=self.people[person], now=self.now)
            else:
                self._do(questions.unsupport, question.id, person_id=self.people[person])

    def somebody_votes(self, person: int, option: int) -> None:
        if (poll := self._pick(Poll, -1)) is not None:
            chosen = poll.options[option].id
            self._do(polls.vote, poll.id, chosen, person_id=self.people[person], now=self.now)

    @rule(number=which, visibility=st.sampled_from([Visibility.HELD, Visibility.PUBLISHED, Visibility.REMOVED]))
    def a_moderator_looks(self, number: int, visibility: Visibility) -> None:
        comment, hearing = self._pick(Comment, number), db.session().get_one(Hearing, self.id)
        given_back = hearing.state == HearingState.CLOSED and visibility != Visibility.REMOVED
        if comment is not None and not given_back:  # that is told of in test_matrix
            write(lambda session: show(session, take_comment(session, comment.id), visibility, now=self.now))

    @rule(jump=st.sampled_from([timedelta(seconds=50), timedelta(minutes=4), timedelta(hours=1), timedelta(days=6)]))
    def time_passes(self, jump: timedelta) -> None:
        self.now += jump

    # --- What must hold --------------------------------------------------------------------------------------

    @invariant()
    def a_closed_hearing_owes_nobody_an_answer(self) -> None:
        db.session.close()
        hearing = db.session().get_one(Hearing, self.id)
        if hearing.state == HearingState.CLOSED:
            assert tuple(owed(db.session(), self.id)) == (0, 0)
            assert hearing.closed_at > hearing.statements_until

    @invariant()
    def one_person_speaks_at_most_and_the_hall_says_who(self) -> None:
        session = db.session()
        speaking = session.scalars(select(Speaker.id).where(Speaker.state == SpeakerState.SPEAKING)).all()
        room = session.get(LiveHall, self.id)
        hearing = session.get_one(Hearing, self.id)
        assert speaking == ([room.speaker_id] if room and room.speaker_id else [])
        if room:
            assert (room.speaker_id is None) == (room.turn_ends_at is None)
            assert room.paused_at is None or room.speaker_id is not None
            assert hearing.state == HearingState.LIVE or not (room.speaker_id or room.poll_id)
        assert (room is None) == (hearing.state == HearingState.ANNOUNCED)

    @invariant()
    def sums_are_the_numbers_of_rows_and_nobody_counts_twice(self) -> None:
        session = db.session()
        rows = session.execute(select(HallQuestionSupport.question_id, HallQuestionSupport.person_id)).all()
        assert len(rows) == len(set(rows))
        counted = Counter(row[0] for row in rows)
        for question in session.scalars(select(HallQuestion)):
            assert question.supports == counted[question.id]
            merged = question.merged_into_id
            assert (question.state == QuestionState.MERGED) == (merged is not None)
            if merged is not None:
                assert session.get_one(HallQuestion, merged).state != QuestionState.MERGED
        votes = session.execute(select(PollVote.poll_id, PollVote.person_id)).all()
        assert len(votes) == len(set(votes)) == sum(one.votes for one in results(session, self.id))
        assert sum(one.closed_at is None for one in results(session, self.id)) <= 1

    @invariant()
    def numbers_have_no_gap_and_groups_are_not_empty(self) -> None:
        session = db.session()
        for model in (Speaker, WrittenStatement, HallQuestion, Poll):
            numbers = session.scalars(select(model.number).order_by(model.number)).all()
            assert numbers == list(range(1, len(numbers) + 1))
        used = {
            group_id
            for model in (WrittenStatement, HallQuestion)
            for group_id in session.scalars(select(model.group_id).where(model.group_id.is_not(None)))
        }
        assert set(session.scalars(select(AnswerGroup.id))) == used

    @invariant()
    def what_viewers_see_changes_with_the_version_and_never_goes_back(self) -> None:
        room = self._room()
        if room is None:
            return
        version, now = room.version, self._viewed()
        if self.seen is not None:
            assert version >= self.seen[0]
            assert version > self.seen[0] or now == self.seen[1], "viewers would not have been shown it"
        self.seen = version, now


def tell_stories(house: tuple[Flask, Database], stories: int, steps: int) -> None:
    app, database = house
    run_state_machine_as_test(
        lambda: Hall(app, database),
        settings=settings(
            max_examples=stories,
            stateful_step_count=steps,
            deadline=None,
            phases=PHASES,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.timeout(240)
def test_the_promises_hold_whatever_is_pressed(house: tuple[Flask, Database], clock: object) -> None:
    tell_stories(house, STORIES, 40)


@pytest.mark.thorough
@pytest.mark.timeout(900)
def test_the_promises_hold_in_long_stories(house: tuple[Flask, Database], clock: object) -> None:
    tell_stories(house, STORIES * 8, 80)
