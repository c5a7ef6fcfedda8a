"""What the database itself refuses, whoever writes: rows are written directly, past every rule. On both databases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy.exc import IntegrityError

from karavan.hearings.models import HearingState
from karavan.hearings.rules.matrix import answer_group, group
from tests.support.assembly import make_hearing, reload_hearing
from tests.support.chamber import say
from tests.support.civic import write
from tests.support.clocks import at
from tests.support.live_hall import ALIKE, ANSWER, Gathering, gather

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

LIE = "UPDATE hearings SET {lie} WHERE id = :id"
UNGROUP = "UPDATE {table} SET group_id = NULL WHERE id = :id"
AGAIN = "INSERT INTO {table} SELECT * FROM {table} WHERE id = :id"
CLOSE = "UPDATE hearings SET state = 'closed' WHERE id = :id"
NOTICE = "is held on its day, and not before the days of its notice"
UNANSWERED = "every statement and question has an answer"


def refused(statement: str, **values: Any) -> str:
    """Return in which words the database refused."""
    with pytest.raises(IntegrityError) as error:
        say(statement, **values)
    return str(error.value.orig)


# --- Notice -------------------------------------------------------------------------------------------------------


def test_a_hearing_of_which_notice_was_given_may_be_written(session: Session) -> None:
    """The tests below would prove nothing if this one were refused."""
    hearing = make_hearing(starts_at=at("2026-12-07", 0))
    say("UPDATE hearings SET version = version + 1, state = 'live' WHERE id = :id", id=hearing.id)
    assert reload_hearing(hearing).state == HearingState.LIVE


@pytest.mark.parametrize(
    ("lie", "said"),
    [
        ("earliest_on = '9999-12-31'", "notice_was_given"),
        ("announced_at = NULL", NOTICE),
        ("notice_from = NULL", NOTICE),
        ("notice_days = 0", NOTICE),
        ("notice_days = 40", NOTICE),
        ("held_on = '2027-01-05'", NOTICE),
        ("notice_from = '2026-12-14 08:00:00+00:00'", NOTICE),
        ("starts_at = '2026-11-25 08:00:00+00:00', held_on = '2026-11-25', earliest_on = '2026-11-25'", NOTICE),
    ],
)
def test_no_notice_is_invented(session: Session, lie: str, said: str) -> None:
    hearing = make_hearing()
    assert said in refused(LIE.format(lie=lie), id=hearing.id)


def test_a_draft_does_not_become_public_past_the_count(session: Session) -> None:
    draft = make_hearing(state=HearingState.DRAFT)
    lie = "UPDATE hearings SET state = 'announced', earliest_on = held_on, announced_at = starts_at WHERE id = :id"
    assert NOTICE in refused(lie, id=draft.id)


def test_the_day_is_that_of_aktau(session: Session) -> None:
    """At 19:00 UTC a new day begins there."""
    hearing = make_hearing(starts_at=at("2026-12-23", 0))
    assert hearing.starts_at.isoformat() == "2026-12-22T19:00:00+00:00"
    assert hearing.held_on == "2026-12-23"
    lie = "UPDATE hearings SET starts_at = '2026-12-22 18:59:59+00:00' WHERE id = :id"
    assert NOTICE in refused(lie, id=hearing.id)


# --- Answers ------------------------------------------------------------------------------------------------------


def asked(kind: str) -> tuple[Gathering, int]:
    """Return a hearing that is over, with one statement or question."""
    hearing = gather()
    entry = hearing.statement() if kind == "statement" else hearing.question()
    return hearing.ends(), entry.id


@pytest.mark.parametrize("kind", ["statement", "question"])
def test_none_is_closed_while_one_lacks_an_answer(session: Session, kind: str) -> None:
    hearing, entry = asked(kind)
    assert UNANSWERED in refused(CLOSE, id=hearing.id)
    made = write(group, hearing.id, [(kind, entry, None)], title=ALIKE)
    assert UNANSWERED in refused(CLOSE, id=hearing.id)
    write(answer_group, hearing.id, made.id, ANSWER, by=hearing.by, **hearing.desk)
    say(CLOSE, id=hearing.id)
    assert hearing.hearing.state == HearingState.CLOSED


@pytest.mark.parametrize("kind", ["statement", "question"])
def test_what_was_answered_when_it_was_closed_stays_so(session: Session, kind: str) -> None:
    hearing, entry = asked(kind)
    made = write(group, hearing.id, [(kind, entry, None)], title=ALIKE)
    write(answer_group, hearing.id, made.id, ANSWER, by=hearing.by, **hearing.desk)
    hearing.closes()
    table = f"hearing_{kind}s"
    assert "keeps its answer" in refused(UNGROUP.format(table=table), id=entry)
    assert "keeps its answer" in refused(
        "UPDATE hearing_answer_groups SET answered_at = NULL WHERE id = :id", id=made.id
    )
    assert "takes no further" in refused(AGAIN.format(table=table), id=entry)


def test_what_was_merged_or_taken_down_keeps_nothing_open(session: Session) -> None:
    hearing = gather()
    one, other, gone = hearing.question(), hearing.question(), hearing.question()
    hearing.ends()
    say(
        "UPDATE hearing_questions SET state = 'merged', merged_into_id = :into WHERE id = :id", into=other.id, id=one.id
    )
    say("UPDATE comments SET visibility = 'removed' WHERE id = :id", id=gone.comment_id)
    assert UNANSWERED in refused(CLOSE, id=hearing.id)
    hearing.answers("question", other.id)
    say(CLOSE, id=hearing.id)
