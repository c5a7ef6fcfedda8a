"""Many people in one thread at the same moment, with real connections: numbers, places, sums and letters are right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from karavan.core.problems import Problem
from karavan.core.tokens import new_key
from karavan.discussion import tree
from karavan.discussion.models import Comment, HelpfulMark, ReadMark
from karavan.discussion.problems import ChangedMeanwhile, ParentGone, ThreadClosed
from karavan.discussion.rules.edit import edit
from karavan.discussion.rules.helpful import find_helpful
from karavan.discussion.rules.post import NewComment, post
from karavan.discussion.rules.threads import close_thread, open_thread
from karavan.discussion.rules.withdraw import withdraw
from karavan.moderation.models import READABLE, Visibility
from karavan.notifications.models import Letter
from tests.support.civic import REASON, make_council, make_staff
from tests.support.races import HANDS, doing
from tests.support.settings import NOW
from tests.support.talk import make_comment, make_thread, make_writer, reload_comment, reload_thread

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from karavan.discussion.models import Thread

pytestmark = [pytest.mark.race, pytest.mark.timeout(240)]

ROUNDS = 4


def writing(thread: Thread, number: int, *, parent: str = "", author_id: int = 0, key: str = "") -> Callable[[], Any]:
    new = NewComment(source=f"Менің пікірім {number}", lang="kk", parent=parent)
    who = author_id or make_writer().id
    return doing(post, thread.id, new, author_id=who, key=key or new_key(), now=NOW)


def problems(results: list[Any]) -> list[type[Problem]]:
    return [type(one) for one in results if isinstance(one, Problem)]


def test_everybody_who_writes_at_once_has_a_number_and_a_place_of_her_own(session: Session, at_once: Any) -> None:
    thread = make_thread()
    root = make_comment(thread)
    results = at_once(*[writing(thread, one, parent=root.public_id if one % 2 else "") for one in range(HANDS)])
    assert problems(results) == []
    session.rollback()
    rows = session.scalars(select(Comment).order_by(Comment.seq)).all()
    assert [one.seq for one in rows] == list(range(1, HANDS + 2))
    assert len({one.path for one in rows}) == HANDS + 1
    low, high = tree.branch(root.path)
    below = [one for one in rows if low < one.path < high]
    there = reload_thread(thread)
    assert (there.comments, there.last_seq, there.next_seq) == (HANDS + 1, HANDS + 1, HANDS + 2)
    assert reload_comment(root).descendants == len(below) == HANDS // 2
    letters = select(func.count(Letter.id)).where(Letter.letter == "discussion/reply")
    assert session.scalars(letters).one() == 1, "who is answered twelve times at once is written to once"
    assert session.scalars(select(ReadMark.told_seq)).one() > 1


def test_one_form_sent_many_times_at_once_is_one_comment(session: Session, at_once: Any) -> None:
    thread, author = make_thread(), make_writer()
    for number in range(ROUNDS):
        press = writing(thread, number, author_id=author.id, key=new_key())
        assert len({made.id for made in at_once(*[press] * 12)}) == 1
    assert reload_thread(thread).comments == ROUNDS


def test_an_answer_and_a_withdrawal_at_once_leave_a_tree_that_can_be_understood(session: Session, at_once: Any) -> None:
    thread = make_thread()
    for number in range(ROUNDS):
        root = make_comment(thread)
        results = at_once(
            writing(thread, number, parent=root.public_id),
            doing(withdraw, root.id, by_id=root.author_id, now=NOW),
        )
        assert set(problems(results)) <= {ParentGone}
        stands = reload_comment(root)
        assert stands.visibility == Visibility.WITHDRAWN
        assert stands.descendants == (0 if problems(results) else 1)
    readable = select(func.count(Comment.id)).where(Comment.visibility.in_(sorted(READABLE)))
    assert reload_thread(thread).comments == session.scalars(readable).one()


def test_closing_a_thread_while_people_write_leaves_no_comment_behind_it(session: Session, at_once: Any) -> None:
    council = make_council()
    staff = make_staff(council)
    for _ in range(ROUNDS):
        thread = make_thread(council)
        closing = doing(close_thread, thread.id, REASON, by_id=staff.id, now=NOW)
        results = at_once(*[writing(thread, one) for one in range(4)], closing, *[writing(thread, 9)] * 2)
        assert set(problems(results)) <= {ThreadClosed}
        there = reload_thread(thread)
        assert there.closed_at == NOW
        written = {one.id for one in results if isinstance(one, Comment)}
        assert there.comments == there.last_seq == len(written)


def test_of_two_edits_at_once_one_stands(session: Session, at_once: Any) -> None:
    thread = make_thread()
    for _ in range(ROUNDS):
        made = make_comment(thread)
        facts = {"by_id": made.author_id, "read_version": 1, "now": NOW}
        results = at_once(*[doing(edit, made.id, f"Басқаша {one}", None, **facts) for one in range(4)])
        assert problems(results) == [ChangedMeanwhile] * 3
        assert reload_comment(made).revision == 2


def test_helpful_marks_given_at_once_are_all_counted(session: Session, at_once: Any) -> None:
    made = make_comment(make_thread())
    people = [make_writer().id for _ in range(8)]
    at_once(*[doing(find_helpful, made.id, person_id=who, now=NOW) for who in people * 3])
    assert reload_comment(made).helpful == session.scalars(select(func.count(HelpfulMark.id))).one() == 8


def test_a_thread_that_two_open_at_once_is_one(session: Session, at_once: Any) -> None:
    council = make_council()
    for host_id in range(1, ROUNDS + 1):
        opening = doing(open_thread, "proposal", host_id, organisation_id=council.organisation_id, now=NOW)
        assert len({thread.id for thread in at_once(*[opening] * 8)}) == 1
