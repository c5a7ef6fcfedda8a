"""A long thread opens as fast as a short one: each question is answered along the index meant for it."""

from __future__ import annotations

import inspect
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event, select, text, update

from karavan.core.clock import now
from karavan.core.database import db
from karavan.discussion import queries
from karavan.discussion.models import Comment, Thread
from karavan.discussion.moderated import Comments
from karavan.discussion.rules import limits
from karavan.discussion.rules.limits import SAME_WITHIN
from tests.support.civic import write
from tests.support.databases import chosen
from tests.support.talk import make_thread, make_writer
from tests.support.talk_rows import put_comments

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

ROOTS, UNDER_ONE, UNDER_OTHERS = 1200, 400, 16
BRANCH, SEQ = "ix_comments_branch", "uq_comments_thread_id_seq"


@pytest.fixture
def thread(session: Session) -> Thread:
    """Two thousand comments in one thread, two hundred in another, and figures about them for the planner."""
    long, short, person = make_thread(), make_thread(), make_writer()

    def put(session: Session) -> None:
        put_comments(session, long.id, person.id, ROOTS)
        put_comments(session, short.id, person.id, 200)
        roots = session.scalars(
            select(Comment).where(Comment.thread_id == long.id, Comment.depth == 0).order_by(Comment.seq).limit(26)
        ).all()
        put_comments(session, long.id, person.id, UNDER_ONE, under=roots[0])
        for root in roots[1:]:
            put_comments(session, long.id, person.id, UNDER_OTHERS, under=root)
        answered = Comment.thread_id == long.id, Comment.depth == 0, Comment.seq % 8 != 0
        session.execute(update(Comment).where(*answered).values(answers=1))
        session.execute(text("ANALYZE"))

    write(put)
    session.close()
    return session.get_one(Thread, long.id)


def plans_of(session: Session, ask: Callable[[], Any]) -> list[str]:
    """Return how the database answers what is asked, statement by statement."""
    asked: list[tuple[str, Any]] = []

    def listen(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        asked.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", listen)
    try:
        ask()
    finally:
        event.remove(db.engine, "before_cursor_execute", listen)
    explain = "EXPLAIN QUERY PLAN " if chosen() == "sqlite" else "EXPLAIN "
    connection = session.connection()
    return [
        "\n".join(" ".join(map(str, row)) for row in connection.exec_driver_sql(explain + statement, parameters))
        for statement, parameters in asked
    ]


def whole_table_read(plan: str) -> bool:
    return "Seq Scan on comments" in plan or "SCAN comments" in plan


def first_line(session: Session, thread: Thread, **where: Any) -> queries.Line:
    found = select(Comment.public_id).where(Comment.thread_id == thread.id).filter_by(**where).order_by(Comment.seq)
    line = queries.line_of(session, session.scalars(found.limit(1)).one())
    assert line is not None
    return line


@pytest.mark.parametrize(
    ("sort", "index"),
    [
        ("oldest", "ix_comments_newest"),
        ("newest", "ix_comments_newest"),
        ("helpful", "ix_comments_helpful"),
        ("awaiting", "ix_comments_awaiting"),
    ],
)
def test_a_page_of_roots_is_read_along_its_index(session: Session, thread: Thread, sort: str, index: str) -> None:
    first = queries.root_page(session, thread, sort)
    assert len(first.branches) == queries.ROOTS

    for after in ((), first.after):
        (roots, *_) = plans_of(session, partial(queries.root_page, session, thread, sort, after))
        assert index in roots, roots
        assert not whole_table_read(roots), roots
        assert "ORDER BY" not in roots, roots
        assert "Sort" not in roots, roots


def test_replies_are_read_along_their_branches(session: Session, thread: Thread) -> None:
    line = first_line(session, thread, depth=0)
    leaf = first_line(session, thread, depth=1)
    low = queries.branch_page(session, line).lines[-1].path

    asked = {
        "first replies": plans_of(session, lambda: queries.root_page(session, thread, "oldest"))[1],
        "a branch": plans_of(session, lambda: queries.branch_page(session, line))[0],
        "further on": plans_of(session, lambda: queries.branch_page(session, line, low))[0],
        "how many more": plans_of(session, lambda: queries.branch_page(session, line, low))[1],
        "a part of a branch": plans_of(session, lambda: queries.branch_page(session, leaf))[0],
    }

    for name, plan in asked.items():
        assert BRANCH in plan, (name, plan)
        assert not whole_table_read(plan), (name, plan)


def test_what_a_comment_answers_is_found_by_its_path(session: Session, thread: Thread) -> None:
    plan = plans_of(session, lambda: queries.permalink(session, first_line(session, thread, depth=1)))

    found = plan[-2]
    assert "uq_comments_thread_id_path" in found or "(thread_id=? AND path=?)" in found, plan
    assert not any(map(whole_table_read, plan)), plan


def test_whoever_writes_or_judges_waits_for_no_long_thread(session: Session, thread: Thread) -> None:
    """Without figures about the tables, as a young site has none, SQLite once read the whole thread here."""
    stranger = make_writer().id
    if chosen() == "sqlite":
        write(lambda session: session.execute(text("DELETE FROM sqlite_stat1")))
        session.close()
        db.engine.dispose()  # what a connection has read about the tables, it remembers
    leaf = first_line(session, thread, depth=1)
    here = Comment.thread_id == thread.id
    asked = {
        "her last": lambda: limits._wait(session, stranger, SAME_WITHIN, now(), here),
        "the same again": lambda: limits.refuse_repetition(session, thread.id, stranger, "Басқа сөз", now()),
        "what a moderator reads above": lambda: Comments().context_of(session, leaf.id, "kk"),
    }
    for name, ask in asked.items():
        for plan in plans_of(session, ask):
            assert not whole_table_read(plan), (name, plan)
            assert "(thread_id=?)" not in plan, (name, plan)
            assert "ix_comments_posted" not in plan, (name, plan)


def test_what_is_new_is_read_from_the_end(session: Session, thread: Thread) -> None:
    late = thread.last_seq - 30
    asked = {
        "count": lambda: queries.newer_count(session, thread, late),
        "newer": lambda: queries.newer(session, thread, late),
        "newest": lambda: queries.newest(session, thread.id),
        "feed": lambda: queries.feed(session, thread),
    }
    for name, ask in asked.items():
        (plan,) = plans_of(session, ask)
        assert SEQ in plan or "sqlite_autoindex_comments" in plan, (name, plan)
        assert not whole_table_read(plan), (name, plan)


def test_a_whole_thread_never_counts_or_skips(session: Session, thread: Thread) -> None:
    asked: list[str] = []

    def listen(_: Any, __: Any, statement: str, *___: Any) -> None:
        asked.append(statement.upper())

    event.listen(db.engine, "before_cursor_execute", listen)
    try:
        for sort in queries.SORTS:
            page = queries.root_page(session, thread, sort)
            queries.root_page(session, thread, sort, page.after)
        queries.permalink(session, page.branches[0].root)
        queries.newer_count(session, thread, 3)
    finally:
        event.remove(db.engine, "before_cursor_execute", listen)

    assert ".offset(" not in inspect.getsource(queries)
    assert all("LIMIT" in one.partition("COUNT(")[2] for one in asked if "COUNT(" in one)
