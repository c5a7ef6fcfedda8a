"""The response matrix: what everybody can read gets an answer, or the hearing stays open; then all are told once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from karavan.core.database import db
from karavan.core.languages import Slots
from karavan.core.problems import NotFound
from karavan.discussion.models import Comment
from karavan.discussion.rules.show import show
from karavan.discussion.rules.take import take_comment
from karavan.discussion.rules.withdraw import withdraw
from karavan.events.models import Registration
from karavan.hearings.hall_problems import (
    AnswerMissing,
    GroupNameMissing,
    HallMoved,
    NothingChosen,
    NotInMatrix,
    NotReadable,
    QuestionGone,
    SummaryMissing,
    TooEarlyForSummary,
    Unanswered,
    WindowStillOpen,
    WithModerators,
)
from karavan.hearings.hall_queries import owed
from karavan.hearings.lifecycle import Act
from karavan.hearings.models import AnswerGroup, HallQuestion, HearingState, QuestionState, WrittenStatement
from karavan.hearings.problems import ChangedMeanwhile, NotAllAnswered, NotAtThisStage
from karavan.hearings.rules.matrix import answer_group, close, group, ungroup
from karavan.hearings.rules.questions import merge
from karavan.hearings.rules.speakers import withdraw as give_up
from karavan.hearings.rules.steps import take_step
from karavan.hearings.rules.summary import write_summary
from karavan.moderation.models import Visibility
from karavan.notifications.models import Letter
from karavan.record.models import ActorRole
from tests.support.civic import write
from tests.support.live_hall import ALIKE, ANSWER, gather
from tests.support.talk import make_writer

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.support.live_hall import Gathering


def appear(hearing: Gathering, comment_id: int, visibility: Visibility) -> None:
    write(lambda session: show(session, take_comment(session, comment_id), visibility, now=hearing.now))


# --- Closing --------------------------------------------------------------------------------------------------


def test_a_hearing_is_closed_when_everything_has_an_answer_of_its_own_or_of_its_group(session: Session) -> None:
    hearing = gather()
    first, second = hearing.statement(), hearing.statement()
    asked, same, grouped = hearing.question(), hearing.question(), hearing.question()
    write(merge, hearing.id, same.id, asked.id, **hearing.desk)
    with pytest.raises(NotAtThisStage):
        hearing.closes()
    hearing.ends()
    with pytest.raises(Unanswered):
        hearing.closes()
    hearing.answers("statement", first.id)
    made = write(group, hearing.id, [("statement", second.id, 1), ("question", grouped.id, 1)], title=ALIKE)
    hearing.answers("question", asked.id, Slots(ru="Ответ дан."))
    assert tuple(owed(db.session(), hearing.id)) == (2, 0)
    with pytest.raises(Unanswered):
        hearing.closes()
    write(answer_group, hearing.id, made.id, ANSWER, by=hearing.by, **hearing.desk)
    closed = hearing.closes()
    assert (closed.state, closed.closed_at is not None) == (HearingState.CLOSED, True)
    with pytest.raises(NotInMatrix):
        hearing.answers("statement", first.id, Slots(kk="Басқаша"))
    with pytest.raises(NotInMatrix):
        write(ungroup, hearing.id, "statement", second.id)


def test_the_step_itself_refuses_what_the_page_would_have_refused(session: Session) -> None:
    hearing = gather()
    hearing.statement()
    hearing.ends()
    with pytest.raises(NotAllAnswered):
        write(take_step, hearing.id, Act.CLOSE, by=ActorRole.SECRETARY, now=hearing.now)


def test_what_a_moderator_has_not_read_yet_keeps_it_open_and_what_is_gone_does_not(session: Session) -> None:
    hearing = gather()
    statement, asked = hearing.statement(), hearing.question()
    hearing.ends()
    appear(hearing, statement.comment_id, Visibility.HELD)
    write(withdraw, asked.comment_id, by_id=hearing.row(Comment, asked.comment_id).author_id, now=hearing.now)
    with pytest.raises(NotReadable):
        hearing.answers("statement", statement.id)
    with pytest.raises(WithModerators):
        hearing.closes()
    appear(hearing, statement.comment_id, Visibility.REMOVED)
    assert hearing.closes().state == HearingState.CLOSED
    appear(hearing, statement.comment_id, Visibility.PUBLISHED)
    late = hearing.answers("statement", statement.id)
    assert late.answered_at == hearing.now, "what is given back to readers afterwards still gets its answer, once"
    with pytest.raises(NotInMatrix):
        hearing.answers("statement", statement.id, Slots(kk="Басқаша"))


def test_the_window_that_was_promised_is_kept_open(session: Session) -> None:
    hearing = gather().ends()
    until = hearing.hearing.statements_until
    with pytest.raises(WindowStillOpen):
        hearing.closes(now=until)
    version = hearing.hearing.version
    assert hearing.closes(now=until + timedelta(seconds=1), read_version=version).state == HearingState.CLOSED
    with pytest.raises(ChangedMeanwhile):
        hearing.closes(read_version=version)


# --- Answers and groups ---------------------------------------------------------------------------------------


def test_of_two_who_answer_the_same_the_second_sees_what_stands(session: Session) -> None:
    hearing = gather()
    statement, asked = hearing.statement(), hearing.question()
    first = hearing.answers("statement", statement.id, read_version=1)
    assert (first.answer, first.answered_by_id, first.version) == (ANSWER, hearing.secretary, 2)
    with pytest.raises(HallMoved):
        hearing.answers("statement", statement.id, Slots(kk="Басқаша"), read_version=1)
    for words in (Slots(), Slots(en="In English"), Slots(kk="  ")):
        with pytest.raises(AnswerMissing):
            hearing.answers("question", asked.id, words)
    shown = hearing.hall.version
    assert hearing.answers("question", asked.id).state == QuestionState.ANSWERED
    assert hearing.hall.version > shown
    for kind, number in (("statement", asked.id + 100), ("poll", statement.id)):
        with pytest.raises(NotFound):
            hearing.answers(kind, number)
    with pytest.raises(NotFound):
        gather().answers("statement", statement.id)


def test_a_group_has_a_name_and_something_in_it_and_goes_when_it_is_empty(session: Session) -> None:
    hearing = gather()
    one, two = hearing.statement(), hearing.statement()
    for title, entries, problem in (
        (None, [("statement", one.id, 1)], GroupNameMissing),
        (Slots(en="Alike"), [("statement", one.id, 1)], GroupNameMissing),
        (ALIKE, [], NothingChosen),
        (ALIKE, [("statement", one.id, 7)], HallMoved),
    ):
        with pytest.raises(problem):
            write(group, hearing.id, entries, title=title)
    made = write(group, hearing.id, [("statement", one.id, 1)], title=ALIKE)
    other = write(group, hearing.id, [("statement", two.id, 1)], title=ALIKE)
    write(group, hearing.id, [("statement", two.id, 2)], group_id=made.id)
    assert db.session().scalars(select(AnswerGroup.id)).all() == [made.id], "nothing was left in the other"
    assert other.id != made.id
    write(answer_group, hearing.id, made.id, ANSWER, title=Slots(kk="Тариф"), by=hearing.by, **hearing.desk)
    with pytest.raises(HallMoved):
        write(answer_group, hearing.id, made.id, ANSWER, read_version=1, by=hearing.by, **hearing.desk)
    write(ungroup, hearing.id, "statement", one.id, read_version=2)
    write(ungroup, hearing.id, "statement", one.id)
    assert hearing.row(WrittenStatement, one.id).group_id is None
    with pytest.raises(NotFound):
        write(answer_group, gather().id, made.id, ANSWER, by=hearing.by, **hearing.desk)


def test_what_was_merged_is_answered_with_the_other(session: Session) -> None:
    hearing = gather()
    one, two = hearing.question(), hearing.question()
    write(group, hearing.id, [("question", one.id, 1)], title=ALIKE)
    hearing.ends()
    write(merge, hearing.id, one.id, two.id, **hearing.desk)
    assert hearing.row(HallQuestion, one.id).group_id is None
    with pytest.raises(QuestionGone):
        hearing.answers("question", one.id)
    hearing.answers("question", two.id)
    assert hearing.closes().state == HearingState.CLOSED


# --- You said, we did -----------------------------------------------------------------------------------------


def test_everybody_who_took_part_is_told_once(session: Session) -> None:
    hearing = gather(begun=False)
    amina, bekzat, dana, erlan = (make_writer() for _ in range(4))
    event_id = hearing.hearing.event_id
    for number, email in enumerate((amina.email, "guest@example.kz"), 1):
        row = Registration(
            event_id=event_id, public_id=f"r{number}", key=f"r{number}", number=number, email=email, email_key=email,
            lang="ru", at_least=1, created_at=hearing.now,
        )  # fmt: skip
        write(lambda session, row=row: session.add(row))
    hearing.begins()
    hearing.statement(author=amina), hearing.question(author=amina), hearing.question(author=bekzat)
    hearing.speaker(who=dana)
    gone = hearing.speaker(who=erlan)
    write(give_up, hearing.id, gone.id, person_id=erlan.id, now=hearing.now)
    told = Slots(kk="Сіз айттыңыз, біз істедік.", ru="Вы сказали — мы сделали.")
    facts = {"by": ActorRole.SECRETARY, "now": hearing.now}
    with pytest.raises(TooEarlyForSummary):
        write(write_summary, hearing.id, told, **facts)
    hearing.ends()
    with pytest.raises(SummaryMissing):
        write(write_summary, hearing.id, Slots(en="Thanks"), **facts)
    write(write_summary, hearing.id, told, read_version=hearing.hearing.version, **facts)
    write(write_summary, hearing.id, told, **facts)
    write(write_summary, hearing.id, Slots(kk="Түзетілді."), **facts)
    letters = db.session().scalars(select(Letter).where(Letter.letter == "hearings/summary")).all()
    addresses = sorted(letter.address for letter in letters)
    assert addresses == sorted([amina.email, bekzat.email, dana.email, "guest@example.kz"])
    assert {letter.payload["summary"]["kk"] for letter in letters} == {told.kk}
    assert hearing.hearing.summary == Slots(kk="Түзетілді.")


def test_nothing_is_owed_where_nothing_was_said(session: Session) -> None:
    hearing = gather().ends()
    assert hearing.closes().state == HearingState.CLOSED
    with pytest.raises(NotAtThisStage):
        write(close, hearing.id, by=ActorRole.SECRETARY, now=hearing.now)
    assert session.scalars(select(func.count(Letter.id)).where(Letter.letter == "hearings/summary")).one() == 0
