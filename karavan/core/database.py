"""One database, two makes of it: an embedded SQLite file, or PostgreSQL.

Reading and writing are kept apart on both. A session begins as a *reader*: SQLite's `query_only` and
PostgreSQL's `READ ONLY` make a write impossible, so no GET can change anything by accident. Only
`transaction()` opens a *writing* transaction, and only it commits:

- SQLite takes writers one at a time. `BEGIN IMMEDIATE` says so at once (a transaction that begins by reading and
  then wants to write fails with "database is locked", whatever the busy timeout), and a first-come lock in front
  of it keeps the waiting fair: SQLite's own back-off let one writer of 32 wait four seconds.
- PostgreSQL runs READ COMMITTED, because rules lock a gate row first and must see what was committed before.
"""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from collections import deque
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, Concatenate, Final, ParamSpec, TypeVar, cast

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Enum, MetaData, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.sql.schema import ScalarElementColumnDefault
from sqlalchemy.types import TypeDecorator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import Insert, Table
    from sqlalchemy.engine import Connection, Dialect, Engine

P = ParamSpec("P")
T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

TRIES = 4
_PASSING_TROUBLE = {"40001", "40P01", "55P03"}  # serialization failure, deadlock, lock not available


class Base(DeclarativeBase):
    """The root of all models. Our own, so that leaving Flask-SQLAlchemy would change this file only."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        },
    )


db = SQLAlchemy(metadata=Base.metadata, session_options={"expire_on_commit": False})


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware UTC in Python, `timestamptz` in PostgreSQL, ISO text in UTC in SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without a zone: guessing one is how deadlines move by five hours."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back aware UTC from either database."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """Read SQLite's text in one step instead of SQLAlchemy's three; a page of the list has fifty moments."""
        return _moment if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _moment(stored: str | None) -> datetime | None:
    return None if stored is None else datetime.fromisoformat(stored).replace(tzinfo=UTC)


WITHOUT_MODEL: Final = ("proposal_search",)
"""Tables that no model describes, since they differ from one make of database to the other; their migrations say what
they are. SQLite's full-text search keeps what is in such a table in further ones, whose names begin like its own."""


def has_model(_: object, name: str | None, kind: str, *__: object) -> bool:
    """Should a model describe this? Alembic asks before it compares tables with models."""
    return kind != "table" or not any(f"{name}_".startswith(f"{table}_") for table in WITHOUT_MODEL)


def choice_column(kind: type[E]) -> Enum:
    """Return a column type that stores a StrEnum's value as text (adding a value needs no migration)."""
    return Enum(
        kind, native_enum=False, create_constraint=False, length=32, values_callable=lambda k: [m.value for m in k]
    )


class FirstComeLock:
    """A lock that is handed to whoever has waited longest.

    `threading.Lock` lets a thread that just released it take it again, which starves the others under load.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._taken = False

    def __enter__(self) -> None:
        with self._guard:
            if not self._taken:
                self._taken = True
                return
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append(mine)
        mine.acquire()

    def __exit__(self, *_: object) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False


_writers_turn = FirstComeLock()


@contextmanager
def transaction() -> Iterator[Session]:
    """Open one writing transaction for one intention; commit it, or change nothing at all.

    What was read before is let go first (its objects stay usable, detached): a decision must not rest on rows that
    were read before the lock. Do not nest; do not keep it open while waiting for anything but the database.
    """
    session = db.session()
    if session.info.get("writing"):
        raise RuntimeError("one intention, one transaction: do not nest")
    session.close()
    engine = db.engine
    with _writers_turn if engine.dialect.name == "sqlite" else nullcontext():
        session.info["writing"] = True
        try:
            session.connection(execution_options={"writing": True, "postgresql_readonly": False})
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.info.pop("writing", None)


def transact(rule: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Carry out one rule in one transaction, again if the database only asks for patience.

    A deadlock, a lock time-out or a busy SQLite file rolled everything back, so the rule may simply run again;
    jitter keeps the contenders from meeting a second time.
    """
    for attempt in range(1, TRIES + 1):
        try:
            with transaction() as session:
                return rule(session, *args, **kwargs)
        except OperationalError as error:
            if attempt == TRIES or not _will_pass(error):
                raise
            time.sleep(random.uniform(0.01, 0.05) * 2**attempt)  # noqa: S311 -- jitter, not a secret
    raise AssertionError("unreachable")


def _will_pass(error: OperationalError) -> bool:
    if isinstance(error.orig, sqlite3.OperationalError):
        return "locked" in str(error.orig) or "busy" in str(error.orig)
    return getattr(error.orig, "sqlstate", None) in _PASSING_TROUBLE


def insert_once(session: Session, model: type[Base], **values: object) -> bool:
    """Insert a row unless one with the same unique key is there; say whether it was new.

    One statement (`ON CONFLICT DO NOTHING`), so two at once make one row and neither fails.
    """
    session.flush()
    connection = session.connection()
    return connection.execute(_once(model, connection.dialect.name), values).first() is not None


def insert_many_once(session: Session, model: type[Base], rows: list[dict[str, Any]]) -> int:
    """Insert many rows, each unless one with the same unique key is there; say how many were new.

    SQLAlchemy makes a few long statements of it. All rows must name the same columns.
    """
    if not rows:
        return 0
    session.flush()
    connection = session.connection()
    return len(connection.execute(_once(model, connection.dialect.name), rows).all())


def insert_many(session: Session, model: type[Base], rows: Sequence[dict[str, Any]], **same: Any) -> None:
    """Insert very many new rows, past all that SQLAlchemy does for each of them: under a gate others wait meanwhile.

    `same` is what they have in common. All rows must name the same columns. What is not named gets its default, unless
    that is worked out for each row: such a column must be named.
    """
    if not rows:
        return
    session.flush()
    connection, table = session.connection(), table_of(model)
    scalars = [(one.key, one.default) for one in table.c if isinstance(one.default, ScalarElementColumnDefault)]
    given = {name: default.arg for name, default in scalars} | same
    given = {name: value for name, value in given.items() if name not in rows[0]}
    dialect = connection.dialect
    insert = insert_into(model).compile(dialect=dialect, column_keys=[*rows[0], *given], for_executemany=True)
    kept = {name: table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in (*rows[0], *given)}
    common = {name: keep(value) if (keep := kept[name]) else value for name, value in given.items()}
    ready = [
        common | {name: keep(value) if (keep := kept[name]) else value for name, value in row.items()} for row in rows
    ]
    order = insert.positiontup
    connection.exec_driver_sql(insert.string, [tuple(map(row.__getitem__, order)) for row in ready] if order else ready)


def some_at_a_time(values: Sequence[T], size: int = 1000) -> Iterator[Sequence[T]]:
    """Part values into as many as one statement may name: of an event with a hundred thousand people, not all can."""
    return (values[start : start + size] for start in range(0, len(values), size))


def table_of(model: type[Base]) -> Table:
    """Return the table behind a model, for statements that go past the session."""
    return cast("Table", model.__table__)


@cache
def insert_into(model: type[Base]) -> Insert:
    """Return the plain INSERT of a model, to be carried out past the session."""
    return table_of(model).insert()


@cache
def _once(model: type[Base], dialect: str) -> Any:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    table = table_of(model)
    return insert(table).on_conflict_do_nothing().returning(*table.primary_key)


def engine_options(url: str, *, threads: int) -> dict[str, Any]:
    """Return what `create_engine` must know for this make of database."""
    options: dict[str, Any] = {
        "pool_size": threads + 2,
        "max_overflow": 4,
        "hide_parameters": True,  # the values of a statement are people's names and addresses: no error repeats them
    }
    if not url.startswith("sqlite"):
        options |= {
            "pool_pre_ping": True,  # PostgreSQL may have been restarted in between
            "execution_options": {"postgresql_readonly": True},
            "connect_args": {"options": "-c lock_timeout=3000 -c statement_timeout=15000 -c timezone=UTC"},
        }
    return options


def prepare_engine(engine: Engine) -> None:
    """Hang the SQLite settings on an engine; PostgreSQL needs none beyond `engine_options`."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite_connected)
        event.listen(engine, "begin", _sqlite_begins)


def _sqlite_connected(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # what a person was told is done survives a power cut
        "busy_timeout=5000",
        "foreign_keys=ON",
        "cache_size=-16000",
        "mmap_size=134217728",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _sqlite_begins(connection: Connection) -> None:
    """Begin as a reader or as a writer. Readers say it past SQLAlchemy, which would take longer over it than SQLite."""
    writing = connection.get_execution_options().get("writing", False)
    if connection.info.get("writing") is not writing:  # what a connection was last used for outlives its transaction
        connection.connection.execute(f"PRAGMA query_only={'OFF' if writing else 'ON'}")
        connection.info["writing"] = writing
    if writing:
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # may find the file locked: an error that `transact` knows
    else:
        connection.connection.execute("BEGIN")
