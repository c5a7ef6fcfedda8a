"""Flagging: once for each person and text, weighed, holding at most once, and told how it ended."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, update

from karavan.core.database import db
from karavan.core.problems import NotFound
from karavan.discussion.rules.edit import edit
from karavan.discussion.rules.withdraw import withdraw
from karavan.moderation.citizen_problems import KeptAlready, OwnText
from karavan.moderation.models import (
    Action,
    CasePart,
    CaseState,
    Decision,
    Flag,
    FlagOutcome,
    LogAction,
    LogLine,
    Part,
    ReceiptKind,
    Visibility,
)
from karavan.moderation.problems import TextMoved
from karavan.moderation.rules.cases import expire
from karavan.moderation.rules.decide import decide
from karavan.moderation.rules.flag import flag, weight_of
from karavan.moderation.terms import FLAG_PAUSE
from tests.moderation.people import (
    LATER,
    case_now,
    cases_about,
    code_of,
    decided,
    flagged_by,
    letters_to,
    make_reader,
    moderator,
    verdict,
)
from tests.support.civic import make_council, make_person, write
from tests.support.races import HANDS, doing
from tests.support.settings import NOW
from tests.support.talk import make_comment, make_thread, make_writer, reload_comment

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from sqlalchemy.orm import Session

    from karavan.accounts.models import Person

pytestmark = pytest.mark.usefixtures("session")


def lines(action: LogAction) -> int:
    session = db.session()
    session.rollback()
    return session.scalars(select(func.count()).where(LogLine.action == action)).one()


# --- Once, and about a text she has read ----------------------------------------------------------------------


def test_a_flag_opens_a_case_and_gives_a_receipt() -> None:
    comment, reader = make_comment(make_thread(), now=NOW), make_reader()
    given = flagged_by(comment, reader, note="Екінші сөйлем")
    (case,) = cases_about(comment)
    assert (given.case_id, given.weight, given.outcome) == (case.id, 100, None)
    assert (case.flags, case.weight, case.held, case.cluster) == (1, 100, False, False)
    assert len(code_of(case.id, reader, ReceiptKind.REPORTER)) == 12
    part = select(CasePart.part).where(CasePart.case_id == case.id, CasePart.person_id == reader.id)
    assert db.session().scalars(part).all() == [Part.FLAGGER]
    assert reload_comment(comment).visibility == Visibility.PUBLISHED


def test_a_second_press_finds_the_first_flag() -> None:
    comment, reader = make_comment(make_thread(), now=NOW), make_reader()
    first = flagged_by(comment, reader)
    assert flagged_by(comment, reader, clause="threats").id == first.id
    assert cases_about(comment)[0].flags == 1


def test_nobody_flags_her_own_words() -> None:
    author = make_writer()
    comment = make_comment(make_thread(), author, now=NOW)
    with pytest.raises(OwnText):
        flagged_by(comment, author)


def test_what_cannot_be_read_cannot_be_flagged() -> None:
    author = make_writer()
    comment = make_comment(make_thread(), author, now=NOW)
    write(withdraw, comment.id, by_id=author.id, now=NOW)
    with pytest.raises(NotFound):
        flagged_by(comment, make_reader())
    with pytest.raises(NotFound):
        write(flag, 4711, person_id=author.id, clause="insults", note="", revision=1, now=NOW)


def test_a_text_that_changed_meanwhile_is_read_again_first() -> None:
    author, reader = make_writer(), make_reader()
    comment = make_comment(make_thread(), author, now=NOW)
    write(edit, comment.id, "Басқа мәтін", None, by_id=author.id, read_version=comment.version, now=NOW)
    changed = reload_comment(comment)
    assert changed.revision == 2
    with pytest.raises(TextMoved):
        write(flag, comment.id, person_id=reader.id, clause="insults", note="", revision=1, now=NOW)
    assert flagged_by(changed, reader).revision == 2


def _ended(session: Session, flag_id: int, outcome: FlagOutcome) -> None:
    session.execute(update(Flag).where(Flag.id == flag_id).values(outcome=outcome))


# --- What it weighs -------------------------------------------------------------------------------------------


def judged(person: Person, *outcomes: FlagOutcome) -> None:
    """Write down how earlier flags of somebody ended."""
    thread = make_thread()
    for outcome in outcomes:
        given = flagged_by(make_comment(thread, now=NOW), person)
        write(
            lambda session, one=given.id, o=outcome: session.execute(
                update(Flag).where(Flag.id == one).values(outcome=o)
            )
        )


@pytest.mark.parametrize(
    ("outcomes", "weight"),
    [
        ((), 100),
        ((FlagOutcome.AGREED,) * 4, 150),
        ((FlagOutcome.AGREED, FlagOutcome.DISAGREED), 100),
        ((FlagOutcome.DISAGREED,) * 6, 25),
        ((FlagOutcome.VOID,) * 3, 100),
    ],
)
def test_a_flag_weighs_by_how_often_its_owner_was_right(
    session: Session, outcomes: tuple[FlagOutcome, ...], weight: int
) -> None:
    reader = make_reader()
    judged(reader, *outcomes)
    assert weight_of(session, reader.id, now=NOW) == weight


def test_newcomers_weigh_little(session: Session) -> None:
    of_today, unknown = make_person(), make_writer()
    make_comment(make_thread(), of_today, now=NOW)
    assert weight_of(session, of_today.id, now=NOW) == 30
    assert weight_of(session, unknown.id, now=NOW) == 30
    make_comment(make_thread(), unknown, now=NOW)
    assert weight_of(session, unknown.id, now=NOW) == 100


# --- Holding --------------------------------------------------------------------------------------------------


def test_enough_weight_holds_the_text_once_and_its_author_is_told() -> None:
    author = make_writer()
    comment = make_comment(make_thread(), author, now=NOW)
    first, second, third = (make_reader() for _ in range(3))
    flagged_by(comment, first)
    flagged_by(comment, second)
    (case,) = cases_about(comment)
    assert case.held
    assert reload_comment(comment).visibility == Visibility.HELD
    flagged_by(comment, third)  # she had opened the form when the text could be read
    assert cases_about(comment)[0].flags == 3
    assert lines(LogAction.HELD) == 1
    assert len(letters_to(author, "held")) == 1


def test_after_the_hold_is_over_flags_hold_no_more() -> None:
    comment = make_comment(make_thread(), now=NOW)
    for _ in range(2):
        flagged_by(comment, make_reader())
    (case,) = cases_about(comment)
    write(expire, case.id, now=case.due_at)
    assert reload_comment(comment).visibility == Visibility.PUBLISHED
    for _ in range(3):
        flagged_by(comment, make_reader(), now=case.due_at)
    assert reload_comment(comment).visibility == Visibility.PUBLISHED
    assert lines(LogAction.HELD) == 1


def test_what_a_person_kept_flags_hold_no_more() -> None:
    council = make_council()
    comment = make_comment(make_thread(council), now=NOW)
    given = flagged_by(comment, make_reader())
    decided(case_now(given.case_id or 0), moderator(council), Action.KEEP)
    for _ in range(3):
        flagged_by(comment, make_reader(), clause="off_topic", now=LATER)
    assert reload_comment(comment).visibility == Visibility.PUBLISHED
    assert lines(LogAction.HELD) == 0


def test_a_burst_shows_as_a_cluster_and_slow_flags_do_not() -> None:
    thread = make_thread()
    quick, slow = make_comment(thread, now=NOW), make_comment(thread, now=NOW)
    for number in range(5):
        flagged_by(quick, make_person(), now=NOW)
        flagged_by(slow, make_person(), now=NOW + timedelta(minutes=4 * number))
    assert cases_about(quick)[0].cluster
    assert not cases_about(slow)[0].cluster


@pytest.mark.race
@pytest.mark.timeout(240)
def test_a_brigade_of_fifty_makes_one_case_one_hold_one_cluster(at_once: Callable[..., list[Any]]) -> None:
    author = make_writer()
    comment = make_comment(make_thread(), author, now=NOW)
    brigade = [make_person() for _ in range(50)]
    facts = {"clause": "insults", "note": "", "revision": 1, "now": NOW}
    acts = [doing(flag, comment.id, person_id=one.id, **facts) for one in brigade]
    results = [result for first in range(0, 50, HANDS) for result in at_once(*acts[first : first + HANDS])]
    assert all(isinstance(result, Flag) for result in results)
    (case,) = cases_about(comment)
    assert (case.flags, case.held, case.cluster, case.state) == (50, True, True, CaseState.OPEN)
    assert case.weight == 50 * 30
    session = db.session()
    people = session.scalars(select(Flag.person_id).where(Flag.comment_id == comment.id)).all()
    assert sorted(people) == sorted(one.id for one in brigade)
    assert lines(LogAction.HELD) == 1
    assert len(letters_to(author, "held")) == 1


# --- After a decision -----------------------------------------------------------------------------------------


def test_the_same_flag_about_a_kept_text_is_refused_for_a_week_with_the_decision() -> None:
    council = make_council()
    comment = make_comment(make_thread(council), now=NOW)
    given = flagged_by(comment, make_reader())
    decision = decided(case_now(given.case_id or 0), moderator(council), Action.KEEP)
    with pytest.raises(KeptAlready) as refused:
        flagged_by(comment, make_reader(), now=LATER)
    assert refused.value.log_seq == decision.log_seq
    flagged_by(comment, make_reader(), clause="off_topic", now=LATER)
    assert len(cases_about(comment)) == 2
    write(expire, cases_about(comment)[1].id, now=LATER)
    flagged_by(comment, make_reader(), now=NOW + FLAG_PAUSE + timedelta(minutes=1))
    assert len(cases_about(comment)) == 2  # the second case still waits: the flag belongs to it


@pytest.mark.race
def test_a_flag_and_a_decision_at_once_are_in_nobodys_way(at_once: Callable[..., list[Any]]) -> None:
    """Hazard d: before the decision a flag belongs to its case and learns its outcome; after it, it is refused."""
    council = make_council()
    daniyar, thread = moderator(council), make_thread(council)
    for _ in range(4):
        comment = make_comment(thread, now=NOW)
        case = case_now(flagged_by(comment, make_reader()).case_id or 0)
        late = make_person()
        facts = {"clause": "insults", "note": "", "revision": 1, "now": NOW}
        read = {"by_id": daniyar.id, "read_version": case.version, "read_revision": 1, "now": NOW}
        made, decision = at_once(
            doing(flag, comment.id, person_id=late.id, **facts), doing(decide, case.id, verdict(Action.KEEP), **read)
        )
        assert isinstance(decision, Decision)
        (case,) = cases_about(comment)
        assert isinstance(made, KeptAlready) == (case.flags == 1)
        assert len(letters_to(late, "outcome")) == case.flags - 1


def test_a_flag_about_a_new_text_opens_a_new_case() -> None:
    council, author = make_council(), make_writer()
    comment = make_comment(make_thread(council), author, now=NOW)
    given = flagged_by(comment, make_reader())
    decided(case_now(given.case_id or 0), moderator(council), Action.KEEP)
    version = reload_comment(comment).version
    write(edit, comment.id, "Басқа мәтін", None, by_id=author.id, read_version=version, now=LATER)
    flagged_by(reload_comment(comment), make_reader(), now=LATER)
    assert [case.revision for case in cases_about(comment)] == [1, 2]


def test_everybody_who_flagged_learns_the_outcome_once() -> None:
    council = make_council()
    comment = make_comment(make_thread(council), now=NOW)
    first, second = make_reader(), make_person()
    given = flagged_by(comment, first)
    flagged_by(comment, second)
    decision = decided(case_now(given.case_id or 0), moderator(council), Action.REMOVE)
    for reader in (first, second):
        (letter,) = letters_to(reader, "outcome")
        assert letter.next_try_at == decision.settles_at
        assert letter.payload["statement"]["said"] == "removed"
        assert letter.payload["statement"]["receipt"] == code_of(given.case_id or 0, reader, ReceiptKind.REPORTER)
    outcomes = db.session().scalars(select(Flag.outcome).where(Flag.case_id == given.case_id)).all()
    assert set(outcomes) == {FlagOutcome.AGREED}
