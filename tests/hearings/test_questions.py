"""Questions from the hall: asked once, supported once, merged without counting anybody twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from karavan.core.database import db
from karavan.core.problems import NotFound
from karavan.core.tokens import new_key
from karavan.discussion.models import Comment
from karavan.discussion.rules.withdraw import withdraw as take_back
from karavan.hearings.hall_problems import (
    CannotMerge,
    HallMoved,
    IsOver,
    NotBegun,
    OwnQuestion,
    QuestionGone,
    QuestionTooLong,
)
from karavan.hearings.models import HallQuestion, HallQuestionSupport, QuestionState
from karavan.hearings.rules.questions import LONGEST, answered, merge, support, unsupport
from tests.support.civic import write
from tests.support.live_hall import gather
from tests.support.talk import make_writer

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def test_a_question_is_asked_while_the_hearing_lasts_and_once(session: Session) -> None:
    hearing, amina, key = gather(begun=False), make_writer(), new_key()
    with pytest.raises(NotBegun):
        hearing.question()
    hearing.begins()
    before = hearing.hall.version
    first = hearing.question("Тариф неге өседі?", author=amina, key=key)
    assert hearing.question("Тариф неге өседі?", author=amina, key=key).id == first.id
    assert hearing.hall.version > before
    assert hearing.row(Comment, first.comment_id).text.strip() == "Тариф неге өседі?"
    with pytest.raises(QuestionTooLong):
        hearing.question("а" * (LONGEST + 1))
    hearing.ends()
    assert hearing.question("Тариф неге өседі?", author=amina, key=key).id == first.id, "a late second press"
    with pytest.raises(IsOver):
        hearing.question()
    assert db.session().scalars(select(func.count(Comment.id))).one() == 1


def test_one_person_counts_once_however_often_she_presses(session: Session) -> None:
    hearing, bekzat = gather(), make_writer()
    asker = make_writer()
    asked = hearing.question(author=asker)
    facts = {"person_id": bekzat.id, "now": hearing.now}
    write(support, hearing.id, asked.id, **facts)
    shown = hearing.hall.version
    assert write(support, hearing.id, asked.id, **facts).supports == 1
    assert hearing.hall.version == shown, "nothing that anybody sees has changed"
    with pytest.raises(OwnQuestion):
        write(support, hearing.id, asked.id, person_id=asker.id, now=hearing.now)
    assert write(unsupport, hearing.id, asked.id, person_id=bekzat.id).supports == 0
    assert write(unsupport, hearing.id, asked.id, person_id=bekzat.id).supports == 0
    with pytest.raises(NotFound):
        write(support, gather().id, asked.id, **facts)


def test_merging_counts_everybody_who_wants_the_answer_once(session: Session) -> None:
    hearing = gather()
    people = [make_writer() for _ in range(3)]
    asker = make_writer()
    into, question, older = hearing.question(author=asker), hearing.question(), hearing.question()
    write(merge, hearing.id, older.id, question.id, **hearing.desk)
    for asked, who in ((into, people[0]), (question, people[0]), (question, people[1]), (question, asker)):
        write(support, hearing.id, asked.id, person_id=who.id, now=hearing.now)
    merged = write(merge, hearing.id, question.id, into.id, **hearing.desk)
    assert merged.supports == 4, "two who pressed, and the two who asked the same; not whoever asked this one"
    assert write(merge, hearing.id, question.id, into.id, **hearing.desk).supports == 4
    rows = select(func.count()).where(HallQuestionSupport.question_id == into.id)
    assert db.session().scalars(rows).one() == 4
    states = {one.id: (one.state, one.merged_into_id) for one in db.session().scalars(select(HallQuestion))}
    assert states[question.id] == states[older.id] == (QuestionState.MERGED, into.id)
    late = write(support, hearing.id, question.id, person_id=people[2].id, now=hearing.now)
    assert (late.id, late.supports) == (into.id, 5), "whose page was a moment old supports what it was merged into"


def test_what_cannot_be_merged_says_so(session: Session) -> None:
    hearing = gather()
    one, two, gone = hearing.question(), hearing.question(), hearing.question()
    author = hearing.row(Comment, gone.comment_id).author_id
    write(take_back, gone.comment_id, by_id=author, now=hearing.now)
    for into in (one.id, gone.id):
        with pytest.raises(CannotMerge):
            write(merge, hearing.id, one.id, into, **hearing.desk)
    write(merge, hearing.id, one.id, two.id, read_version=1, **hearing.desk)
    with pytest.raises(CannotMerge):
        write(merge, hearing.id, two.id, one.id, **hearing.desk)
    with pytest.raises(QuestionGone):
        write(support, hearing.id, gone.id, person_id=make_writer().id, now=hearing.now)
    three = hearing.question()
    write(answered, hearing.id, three.id, read_version=1, **hearing.desk)
    with pytest.raises(HallMoved):
        write(merge, hearing.id, three.id, two.id, read_version=1, **hearing.desk)


def test_answered_in_the_hall_it_is_supported_no_more_and_the_written_answer_is_still_owed(session: Session) -> None:
    hearing = gather()
    asked = hearing.question()
    write(answered, hearing.id, asked.id, **hearing.desk)
    done = write(answered, hearing.id, asked.id, **hearing.desk)
    assert (done.state, done.answered_at) == (QuestionState.ANSWERED, None)
    with pytest.raises(QuestionGone):
        write(support, hearing.id, asked.id, person_id=make_writer().id, now=hearing.now)
