"""A fresh database for every test, on SQLite or on PostgreSQL: `KARAVAN_TEST_DATABASE` says which.

Tests commit for real, as the rules do; no outer transaction is rolled back, because gates, unique indexes and several
connections are the point. Instead the tables are made once per worker, by the migrations, and between two tests
everything is put back: on SQLite the file is replaced by a copy of the first one, on PostgreSQL the rows of the tables
that have any are deleted (with the record's triggers, which forbid just that, switched off for the moment).
"""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import sqlalchemy as sa

from karavan.core.database import WITHOUT_MODEL, Base, db
from tests.support import postgres

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from sqlalchemy.engine import Engine

CHOICE = "KARAVAN_TEST_DATABASE"
MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


def chosen() -> str:
    """Return which database this run is about."""
    name = os.environ.get(CHOICE, "sqlite")
    if name not in {"sqlite", "postgresql"}:
        raise ValueError(f'{CHOICE} must be "sqlite" or "postgresql", not "{name}"')
    return name


class Database(Protocol):
    """One database that can be put back to how it was after `make_schema`."""

    url: str

    def keep(self, engine: Engine) -> None: ...
    def put_back(self, engine: Engine) -> None: ...


class SqliteFile:
    """A file, and the bytes it had when the tables were new."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.url = f"sqlite:///{path}"
        self._kept = b""

    def keep(self, engine: Engine) -> None:
        """Remember the file as it is now."""
        with engine.connect() as connection:
            connection.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()
        self._kept = self.path.read_bytes()

    def put_back(self, engine: Engine) -> None:
        """Replace the file. Whoever still held it open would go on writing into the old one, so nobody may."""
        refuse_open_connections(engine)
        engine.dispose()
        for ending in ("-wal", "-shm"):
            self.path.with_name(self.path.name + ending).unlink(missing_ok=True)
        self.path.write_bytes(self._kept)


class PostgresDatabase:
    """A database of one worker; its rows go, its tables stay."""

    def __init__(self, url: str) -> None:
        self.url = url

    def keep(self, engine: Engine) -> None:
        """Write down how to find the tables that have rows, and how their triggers are told to let rows go."""
        quote = engine.dialect.identifier_preparer.quote
        tables = [*WITHOUT_MODEL, *(table.name for table in reversed(Base.metadata.sorted_tables))]
        self._used = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {quote(name)})" for name in tables)  # noqa: S608
        self._order = {name: place for place, name in enumerate(tables)}
        with engine.connect() as connection:
            guarded = connection.execute(
                sa.text(
                    "SELECT relname FROM pg_class JOIN pg_trigger ON tgrelid = pg_class.oid WHERE NOT tgisinternal"
                ),
            )
            self._guarded = set(guarded.scalars())
            # Where our own server runs we may say it once for the transaction, which costs a tenth.
            self._master = connection.scalar(sa.text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"))

    def put_back(self, engine: Engine) -> None:
        """Empty every table that has rows."""
        refuse_open_connections(engine)
        quote = engine.dialect.identifier_preparer.quote
        with engine.connect().execution_options(postgresql_readonly=False) as connection, connection.begin():
            if self._master:
                connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            used = connection.exec_driver_sql(self._used).scalars()
            for name in sorted(used, key=self._order.__getitem__):
                table = quote(name)
                guarded = name in self._guarded and not self._master
                if guarded:
                    connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
                connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608
                if guarded:
                    connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def refuse_open_connections(engine: Engine) -> None:
    """Stop at a connection that the test before did not give back."""
    left_open = engine.pool.checkedout()  # type: ignore[attr-defined]
    if left_open:
        raise RuntimeError(f"{left_open} database connection(s) were left open by the test before")


@contextmanager
def new_database(directory: Path) -> Iterator[Database]:
    """Make an empty database of the chosen kind for as long as it is needed."""
    if chosen() == "sqlite":
        yield SqliteFile(directory / "karavan.sqlite3")
        return
    server = postgres.server_url()
    if server is None:
        raise RuntimeError("no PostgreSQL could be had; its reason is printed above")
    name = f"karavan_test_{secrets.token_hex(6)}"
    with _statements(server) as say:
        say(f'CREATE DATABASE "{name}"')
    try:
        yield PostgresDatabase(sa.make_url(server).set(database=name).render_as_string(hide_password=False))
    finally:
        with _statements(server) as say:
            say(f'DROP DATABASE "{name}" WITH (FORCE)')


def make_schema(app: Flask) -> None:
    """Make the tables: by the migrations, or from the models as long as there are no migrations."""
    if any((MIGRATIONS / "versions").glob("*.py")):
        from flask_migrate import upgrade  # noqa: PLC0415  (loads Alembic)

        with app.app_context():
            upgrade(directory=str(MIGRATIONS))
        return
    with app.app_context():
        writer = db.engine.connect().execution_options(writing=True, postgresql_readonly=False)
        with writer, writer.begin():
            Base.metadata.create_all(writer)


@contextmanager
def _statements(server: str) -> Iterator[object]:
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        yield connection.exec_driver_sql
