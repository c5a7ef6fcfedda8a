"""Straw polls: one at a time, one answer for each person, and nothing but counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from karavan.core.database import db
from karavan.core.languages import Slots
from karavan.core.problems import NotFound
from karavan.hearings.hall_problems import BadPoll, PollIsClosed, PollIsOpen
from karavan.hearings.hall_queries import results
from karavan.hearings.models import PollVote
from karavan.hearings.rules.polls import close_poll, open_poll, vote
from karavan.record.models import RecordEntry, Verb
from tests.support.civic import write
from tests.support.live_hall import ASKED, NO, YES, gather
from tests.support.talk import make_writer

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def test_everybody_answers_once_and_only_counts_are_kept_in_the_record(session: Session) -> None:
    hearing = gather()
    poll = write(open_poll, hearing.id, ASKED, [YES, NO], **hearing.desk)
    yes, no = poll.options
    with pytest.raises(PollIsOpen):
        write(open_poll, hearing.id, ASKED, [YES, NO], **hearing.desk)
    amina, bekzat = make_writer(), make_writer()
    assert write(vote, hearing.id, poll.id, yes.id, person_id=amina.id, now=hearing.now)
    shown = hearing.hall.version
    assert not write(vote, hearing.id, poll.id, no.id, person_id=amina.id, now=hearing.now), "the first answer stands"
    assert hearing.hall.version == shown
    assert write(vote, hearing.id, poll.id, yes.id, person_id=bekzat.id, now=hearing.now)
    for _ in range(2):
        write(close_poll, hearing.id, poll.id, **hearing.desk)
    with pytest.raises(PollIsClosed):
        write(vote, hearing.id, poll.id, no.id, person_id=make_writer().id, now=hearing.now)
    (result,) = results(db.session(), hearing.id)
    assert (result.votes, [(one.words, one.votes) for one in result.answers]) == (2, [(YES, 2), (NO, 0)])
    noted = db.session().scalars(select(RecordEntry.facts).where(RecordEntry.verb == Verb.HEARING_POLL_CLOSED))
    assert noted.one() == {"number": 1, "votes_1": 2, "votes_2": 0}
    assert write(open_poll, hearing.id, ASKED, [YES, NO], **hearing.desk).number == 2


def test_an_answer_of_another_poll_is_none(session: Session) -> None:
    hearing, elsewhere = gather(), gather()
    poll, other = (write(open_poll, one.id, ASKED, [YES, NO], **one.desk) for one in (hearing, elsewhere))
    for place, chosen, option in (
        (hearing.id, poll.id, other.options[0].id),
        (hearing.id, other.id, other.options[0].id),
        (elsewhere.id, poll.id, poll.options[0].id),
        (hearing.id, poll.id, 2**31 - 1),
    ):
        with pytest.raises(NotFound):
            write(vote, place, chosen, option, person_id=make_writer().id, now=hearing.now)
    assert db.session().scalars(select(func.count(PollVote.id))).one() == 0


@pytest.mark.parametrize(
    ("question", "options"),
    [
        (Slots(), [YES, NO]),
        (Slots(en="Clear?"), [YES, NO]),
        (ASKED, [YES]),
        (ASKED, [YES, YES]),
        (ASKED, [YES, Slots()]),
        (ASKED, [Slots(kk=str(number)) for number in range(7)]),
    ],
)
def test_a_poll_has_a_question_and_two_to_six_answers_that_differ(
    session: Session, question: Slots, options: list[Slots]
) -> None:
    hearing = gather()
    with pytest.raises(BadPoll):
        write(open_poll, hearing.id, question, options, **hearing.desk)
    assert hearing.hall.poll_id is None
