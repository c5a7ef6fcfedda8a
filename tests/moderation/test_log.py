"""The public log: gapless, chained, and whoever touches an old line is found out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DatabaseError

from karavan.core.database import db, transact as write
from karavan.moderation.models import LogGate, LogLine
from karavan.moderation.rules import log
from tests.support.databases import chosen
from tests.support.moderators import COVER, KEEP, REMOVE, Room, judge

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from sqlalchemy.orm import Session


def some_lines() -> None:
    room = Room()
    for verdict in (KEEP, COVER, REMOVE):
        judge(room.case(), verdict, room.one)


def past_the_guards(statement: str) -> None:
    """Change the log as only somebody with the database's own keys can."""

    def tamper(session: Session) -> None:
        if chosen() == "sqlite":
            guards = session.execute(
                text("SELECT name FROM sqlite_master WHERE tbl_name='moderation_log' AND type='trigger'")
            )
            for name in guards.scalars().all():
                session.execute(text(f"DROP TRIGGER {name}"))
            session.execute(text(statement))
        else:
            session.execute(text("ALTER TABLE moderation_log DISABLE TRIGGER USER"))
            session.execute(text(statement))
            session.execute(text("ALTER TABLE moderation_log ENABLE TRIGGER USER"))

    write(tamper)


def test_lines_are_numbered_without_gaps_and_each_carries_the_one_before(session: Session) -> None:
    some_lines()
    rows = db.session().scalars(select(LogLine).order_by(LogLine.seq)).all()
    assert [row.seq for row in rows] == [1, 2, 3]
    assert [row.prev_hash for row in rows] == [log.BEGINNING, *(row.hash for row in rows[:-1])]
    assert log.verify(db.session()) is None
    assert (log.length(db.session()), log.head(db.session())) == (3, rows[-1].hash)


def test_an_empty_log_is_sound(session: Session) -> None:
    assert log.verify(session) is None


@pytest.mark.parametrize(
    ("tampering", "broken"),
    [
        ("UPDATE moderation_log SET words = 'other' WHERE seq = 2", 2),
        ("UPDATE moderation_log SET happened_at = '2026-01-01 00:00:00+00' WHERE seq = 1", 1),
        ("UPDATE moderation_log SET facts = '{\"passages\": 9}' WHERE seq = 3", 3),
        ("DELETE FROM moderation_log WHERE seq = 2", 2),
        ("DELETE FROM moderation_log WHERE seq = 3", 3),
        ("UPDATE moderation_log_gate SET head = 'x'", 4),
    ],
)
def test_whatever_is_changed_afterwards_is_found(session: Session, tampering: str, broken: int) -> None:
    some_lines()
    past_the_guards(tampering)
    assert log.verify(db.session()) == broken


@pytest.mark.parametrize("tampering", ["UPDATE moderation_log SET words = ''", "DELETE FROM moderation_log"])
def test_the_database_refuses_to_change_a_line(session: Session, tampering: str) -> None:
    some_lines()
    with pytest.raises(DatabaseError, match="append-only"):
        write(lambda session: session.execute(text(tampering)))


def test_a_refused_decision_leaves_no_gap(session: Session) -> None:
    some_lines()

    def fails(session: Session) -> None:
        log._next(session)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write(fails)
    room = Room()
    assert judge(room.case(), KEEP, room.one).log_seq == 4


def test_an_operator_can_have_it_verified(app: Flask, session: Session) -> None:
    some_lines()
    db.session.remove()
    from karavan.moderation.cli import commands  # noqa: PLC0415 -- only here

    sound = app.test_cli_runner().invoke(commands, ["verify-log"])
    assert (sound.exit_code, sound.output.split(",")[0]) == (0, "The log is sound: 3 lines")
    write(lambda session: session.execute(update(LogGate).values(head="x")))
    db.session.remove()
    broken = app.test_cli_runner().invoke(commands, ["verify-log"])
    assert broken.exit_code == 1
    assert "Line 4" in broken.output


@pytest.mark.race
def test_writers_at_once_leave_no_gap(session: Session, at_once: Callable[..., list[Any]]) -> None:
    from karavan.core.clock import now  # noqa: PLC0415 -- only here
    from karavan.moderation.rules.decide import decide  # noqa: PLC0415 -- only here
    from tests.support.races import doing  # noqa: PLC0415 -- only here

    room = Room()
    cases = [room.case() for _ in range(12)]
    db.session.remove()
    facts = {"read_version": 1, "read_revision": 1, "now": now()}
    at_once(
        *[
            doing(decide, case.id, KEEP, by_id=who, **facts)
            for case, who in zip(cases, [room.one, room.two, room.three] * 4, strict=True)
        ]
    )
    assert db.session().scalars(select(LogLine.seq).order_by(LogLine.seq)).all() == list(range(1, 13))
    assert log.verify(db.session()) is None
