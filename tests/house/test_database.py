"""Readers and writers: who may write, when, and what waits for whom. On whichever database this run is about."""

from __future__ import annotations

import re
import sqlite3
import threading
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, StatementError

from karavan.accounts.models import Organisation, OrganisationKind
from karavan.core import database
from karavan.core.database import TRIES, FirstComeLock, db, insert_once, transact, transaction
from karavan.core.languages import Slots
from karavan.core.problems import NotFound
from karavan.events.models import Event
from tests.support.databases import chosen
from tests.support.makers import make_event
from tests.support.settings import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from sqlalchemy.orm import Session

KARAVAN = Path(__file__).resolve().parents[2] / "karavan"
ON_SQLITE = chosen() == "sqlite"


def organisation(slug: str = "alliance") -> Organisation:
    return Organisation(slug=slug, kind=OrganisationKind.NGO, name=Slots(ru=slug))


def how_many(session: Session) -> int:
    session.close()
    return session.scalars(select(func.count()).select_from(Organisation)).one()


# --- In the code ----------------------------------------------------------------------------------------------


def lines_with(pattern: str, files: dict[str, str]) -> list[str]:
    return [
        f"{name}: {line.strip()}"
        for name, code in files.items()
        for line in code.splitlines()
        if re.search(pattern, line) and not line.strip().startswith("#")
    ]


@pytest.fixture
def code() -> dict[str, str]:
    return {str(path.relative_to(KARAVAN)): path.read_text(encoding="utf-8") for path in KARAVAN.rglob("*.py")}


COMMIT = r"\.commit\("
OLD_QUERY = r"\b[A-Z]\w+\.query\b|session\.query\(|\bget_or_404\(|\bpaginate\("


def test_one_line_commits(code: dict[str, str]) -> None:
    assert lines_with(COMMIT, code) == ["core/database.py: session.commit()"]


def test_nobody_asks_in_the_old_way(code: dict[str, str]) -> None:
    assert lines_with(OLD_QUERY, code) == []


@pytest.mark.parametrize(
    ("pattern", "line"),
    [(COMMIT, "db.session.commit()"), (OLD_QUERY, "Event.query.all()"), (OLD_QUERY, "session.query(Event)")],
)
def test_a_second_way_is_noticed(pattern: str, line: str) -> None:
    assert lines_with(pattern, {"a.py": f"def a():\n    {line}\n"})


# --- Readers cannot write -------------------------------------------------------------------------------------


WRITES = [
    insert(Organisation).values(slug="x", kind=OrganisationKind.NGO, name=Slots(ru="x"), phone="", email=""),
    update(Event).values(version=2),
    text("DELETE FROM events"),
    text("CREATE TABLE mischief (id int)"),
]


@pytest.mark.parametrize("statement", WRITES, ids=["insert", "update", "delete", "create"])
def test_a_reader_cannot_write(session: Session, statement: Any) -> None:
    make_event()

    with pytest.raises(DBAPIError, match=r"readonly|read-only"):
        session.execute(statement)

    session.rollback()
    assert session.scalars(select(Event.version)).all() == [2]


def test_who_wrote_is_a_reader_again(session: Session) -> None:
    transact(lambda writing: writing.add(organisation()))

    with pytest.raises(DBAPIError, match=r"readonly|read-only"):
        session.execute(WRITES[0])


def test_a_reader_who_adds_and_flushes_is_refused(session: Session) -> None:
    session.add(organisation())

    with pytest.raises(DBAPIError, match=r"readonly|read-only"):
        session.flush()


# --- One intention, one transaction ---------------------------------------------------------------------------


def test_a_transaction_is_kept_whole(session: Session) -> None:
    with transaction() as writing:
        writing.add(organisation("one"))
        writing.add(organisation("two"))

    assert how_many(session) == 2


@pytest.mark.parametrize("trouble", [NotFound, ZeroDivisionError, KeyboardInterrupt])
def test_a_transaction_that_fails_changes_nothing(session: Session, trouble: type[BaseException]) -> None:
    with pytest.raises(trouble), transaction() as writing:
        writing.add(organisation())
        writing.flush()
        raise trouble

    assert how_many(session) == 0
    transact(lambda writing: writing.add(organisation()))
    assert how_many(session) == 1


def test_transactions_do_not_nest(session: Session) -> None:
    with pytest.raises(RuntimeError, match="do not nest"), transaction() as writing:
        writing.add(organisation())
        with transaction():
            pass

    assert how_many(session) == 0


def test_what_was_read_before_is_let_go(session: Session) -> None:
    """A decision must not rest on what was read before the lock."""
    event_id = make_event().id
    before = session.get_one(Event, event_id)

    with transaction() as writing:
        assert writing.get_one(Event, event_id) is not before

    assert before.version == 2, "but it can still be shown"


def test_a_rule_returns_through_its_transaction(session: Session) -> None:
    assert transact(lambda writing, one, *, two: (one, two), 1, two=2) == (1, 2)


# --- Patience -------------------------------------------------------------------------------------------------


class Deadlock(psycopg.OperationalError):
    sqlstate = "40P01"


class DiskIsFull(psycopg.OperationalError):
    sqlstate = "53100"


def failing(times: int, trouble: Exception) -> tuple[Callable[[Session], str], list[int]]:
    tried: list[int] = []

    def rule(session: Session) -> str:
        session.add(organisation(f"try-{len(tried)}"))
        session.flush()
        tried.append(1)
        if len(tried) <= times:
            raise OperationalError("UPDATE", {}, trouble)
        return "done"

    return rule, tried


@pytest.mark.parametrize(
    "trouble",
    [Deadlock(), sqlite3.OperationalError("database is locked"), sqlite3.OperationalError("database is busy")],
)
def test_a_rule_that_met_a_passing_trouble_runs_again_from_the_start(session: Session, trouble: Exception) -> None:
    rule, tried = failing(2, trouble)

    assert transact(rule) == "done"

    assert len(tried) == 3
    assert how_many(session) == 1, "what the failed tries wrote is gone"


def test_patience_ends(session: Session) -> None:
    rule, tried = failing(99, Deadlock())

    with pytest.raises(OperationalError):
        transact(rule)

    assert len(tried) == TRIES


@pytest.mark.parametrize("trouble", [DiskIsFull(), sqlite3.OperationalError("disk I/O error")])
def test_a_trouble_that_will_not_pass_is_not_tried_again(session: Session, trouble: Exception) -> None:
    rule, tried = failing(99, trouble)

    with pytest.raises(OperationalError):
        transact(rule)

    assert len(tried) == 1


def test_a_refusal_is_not_tried_again(session: Session) -> None:
    tried = []

    def rule(_: Session) -> None:
        tried.append(1)
        raise NotFound

    with pytest.raises(NotFound):
        transact(rule)

    assert tried == [1]


# --- First come, first served ---------------------------------------------------------------------------------


def test_the_lock_is_handed_to_whoever_waited_longest() -> None:
    lock, order = FirstComeLock(), []

    def wait(number: int) -> None:
        with lock:
            order.append(number)

    threads = []
    with lock:
        for number in range(20):
            threads.append(threading.Thread(target=wait, args=(number,)))
            threads[-1].start()
            until(lambda: len(lock._waiting) == number + 1)  # noqa: B023  (asked at once)
    for thread in threads:
        thread.join(10)

    assert order == list(range(20))


def test_who_just_had_the_lock_does_not_take_it_again_before_the_others() -> None:
    lock, order = FirstComeLock(), []

    def other() -> None:
        with lock:
            order.append("other")

    with lock:
        thread = threading.Thread(target=other)
        thread.start()
        until(lambda: len(lock._waiting) == 1)
    with lock:
        order.append("again")
    thread.join(10)

    assert order == ["other", "again"]


def test_a_lock_whose_holder_failed_is_free() -> None:
    lock = FirstComeLock()
    with pytest.raises(ZeroDivisionError), lock:
        1 / 0  # noqa: B018

    with lock:
        pass


def until(true: Callable[[], bool]) -> None:
    for _ in range(5000):
        if true():
            return
        time.sleep(0.001)
    pytest.fail("it did not happen")


def test_writers_on_sqlite_stand_in_one_line(session: Session) -> None:
    assert isinstance(database._writers_turn, FirstComeLock)


# --- Moments, texts and keys ----------------------------------------------------------------------------------


def test_a_moment_without_a_zone_is_refused(session: Session) -> None:
    with pytest.raises(StatementError, match="time zone"):
        make_event(registration_opens_at=datetime(2026, 11, 23, 10, 0))  # noqa: DTZ001

    with pytest.raises(StatementError, match="time zone"):
        session.scalars(select(Event).where(Event.starts_at > datetime(2026, 11, 23))).all()  # noqa: DTZ001


def test_a_moment_comes_back_as_the_same_moment_in_utc(session: Session) -> None:
    aktau = timezone(timedelta(hours=5))
    opens = datetime(2026, 11, 23, 10, 0, 0, 123456, tzinfo=aktau)

    event_id = make_event(registration_opens_at=opens).id

    (found,) = session.scalars(select(Event.registration_opens_at).where(Event.id == event_id)).all()
    assert found == opens
    assert found.tzinfo is UTC
    assert session.scalars(select(Event.id).where(Event.registration_opens_at == opens.astimezone(UTC))).all() == [
        event_id
    ]


def test_insert_once_inserts_once(session: Session) -> None:
    values = {"slug": "one", "kind": OrganisationKind.NGO, "name": Slots(ru="a"), "phone": "", "email": ""}

    fresh = [transact(insert_once, Organisation, **values) for _ in range(2)]

    assert fresh == [True, False]
    assert how_many(session) == 1


def test_what_is_referred_to_cannot_be_taken_away(session: Session) -> None:
    make_event()

    with pytest.raises(IntegrityError):
        transact(lambda writing: writing.execute(text("DELETE FROM organisations")))


def test_words_are_stored_as_words(session: Session) -> None:
    make_event()

    row = session.execute(text("SELECT state, kind FROM events")).one()
    assert row == ("published", "training")


def test_the_engine_is_set_up_as_it_should_be_in_service(other_app: Callable[..., Flask]) -> None:
    """(The other tests' own engine does not wait for the disk.)."""
    with other_app().app_context():
        if ON_SQLITE:
            wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}
            found = {name: db.session.execute(text(f"PRAGMA {name}")).scalar_one() for name in wanted}
        else:
            wanted = {
                "lock_timeout": "3s",
                "statement_timeout": "15s",
                "TimeZone": "UTC",
                "transaction_read_only": "on",
            }
            wanted["transaction_isolation"] = "read committed"
            found = {name: db.session.execute(text(f"SHOW {name}")).scalar_one() for name in wanted}

    assert found == wanted


def test_the_clock_of_the_tests_stands_still(session: Session) -> None:
    assert make_event().updated_at == NOW
