"""Migrations lead there and back, and to the tables of the models; the record's guard stands in the database itself."""

from __future__ import annotations

import ast
import re
import sys
from typing import TYPE_CHECKING, Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_migrate import downgrade, upgrade
from sqlalchemy import Column, Integer, Table, inspect, select, text
from sqlalchemy.exc import DBAPIError

from karavan import create_app
from karavan.core.database import WITHOUT_MODEL, Base, db, has_model, transact
from karavan.record.models import RecordEntry
from tests.support.databases import MIGRATIONS, chosen, new_database
from tests.support.makers import make_event
from tests.support.settings import settings_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask
    from sqlalchemy.orm import Session

pytestmark = pytest.mark.database

VERSIONS = sorted((MIGRATIONS / "versions").glob("*.py"))
ON_SQLITE = chosen() == "sqlite"


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Flask]:
    """An application before an empty database."""
    with new_database(tmp_path) as database:
        app = create_app(settings_for(tmp_path, database.url))
        with app.app_context():
            yield app
            db.session.remove()
            db.engine.dispose()


def tables() -> set[str]:
    return set(inspect(db.engine).get_table_names()) - {"alembic_version", "sqlite_sequence"}


def modelled() -> set[str]:
    """The tables that a model must describe."""
    return {name for name in tables() if has_model(None, name, "table")}


def differences() -> list[Any]:
    """What autogenerate would put into a new migration."""
    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "render_as_batch": True, "include_object": has_model}
        )
        return compare_metadata(context, Base.metadata)


def test_the_migrations_make_the_tables_of_the_models(empty: Flask) -> None:
    upgrade(directory=str(MIGRATIONS))

    assert modelled() == set(Base.metadata.tables)
    assert differences() == []


def test_every_exception_is_a_table_and_lets_no_other_through(empty: Flask) -> None:
    upgrade(directory=str(MIGRATIONS))

    assert set(WITHOUT_MODEL) <= tables()
    assert {name for name in tables() if not has_model(None, name, "table")} == (
        {f"proposal_search{end}" for end in ("", "_config", "_content", "_data", "_docsize", "_idx")}
        if ON_SQLITE
        else {"proposal_search"}
    )
    assert has_model(None, "proposal_searches", "table")
    assert has_model(None, "proposal_search", "index")


def test_a_model_that_the_migrations_forgot_is_noticed(empty: Flask) -> None:
    upgrade(directory=str(MIGRATIONS))
    forgotten = Table("forgotten", Base.metadata, Column("id", Integer, primary_key=True))

    try:
        assert [what for what, *_ in differences()] == ["add_table"]
    finally:
        Base.metadata.remove(forgotten)


def test_the_way_back_is_free_and_the_way_there_again(empty: Flask) -> None:
    upgrade(directory=str(MIGRATIONS))

    downgrade(directory=str(MIGRATIONS), revision="base")
    assert tables() == set()

    upgrade(directory=str(MIGRATIONS))
    assert differences() == []


def test_each_step_can_be_taken_back(empty: Flask) -> None:
    for _ in VERSIONS:
        upgrade(directory=str(MIGRATIONS), revision="+1")
        downgrade(directory=str(MIGRATIONS), revision="-1")
        upgrade(directory=str(MIGRATIONS), revision="+1")

    assert differences() == []


def test_there_is_one_way_forward() -> None:
    assert len(ScriptDirectory(str(MIGRATIONS)).get_heads()) == 1


def strangers(code: str) -> set[str]:
    """What a migration imports besides its tools."""
    found = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return {name for name in found if name.partition(".")[0] not in {"alembic", "sqlalchemy", *sys.stdlib_module_names}}


@pytest.mark.parametrize("path", VERSIONS, ids=lambda path: path.stem)
def test_a_migration_names_tables_itself(path: Path) -> None:
    assert strangers(path.read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize("line", ["import karavan", "from karavan.events.models import Event"])
def test_a_migration_that_borrows_a_model_is_noticed(line: str) -> None:
    assert strangers(f"import sqlalchemy as sa\n{line}\n")


# --- The record's guard ---------------------------------------------------------------------------------------

MISCHIEF = [
    "UPDATE record_entries SET reason = 'nothing happened'",
    "UPDATE record_entries SET happened_at = happened_at WHERE id > 0",
    "DELETE FROM record_entries",
    "DELETE FROM record_entries WHERE id = 1",
]


@pytest.mark.parametrize("statement", [*MISCHIEF, *([] if ON_SQLITE else ["TRUNCATE record_entries"])])
def test_the_database_itself_refuses_to_change_the_record(session: Session, statement: str) -> None:
    make_event()
    before = session.execute(text("SELECT * FROM record_entries ORDER BY id")).all()
    session.close()

    with pytest.raises(DBAPIError, match="append-only"):
        transact(lambda writing: writing.execute(text(statement.replace("= 1", f"= {before[0].id}"))))

    assert session.execute(text("SELECT * FROM record_entries ORDER BY id")).all() == before


def test_nor_does_it_let_the_models_change_it(session: Session) -> None:
    make_event()

    def forge(writing: Session) -> None:
        entry = writing.scalars(select(RecordEntry).order_by(RecordEntry.id)).first()
        entry.reason = "nothing happened"

    with pytest.raises(DBAPIError, match="append-only"):
        transact(forge)


def test_no_row_takes_the_place_of_another(session: Session) -> None:
    """`INSERT OR REPLACE` deletes without asking the trigger for deleting, unless recursive triggers are on."""
    make_event()
    first = session.scalars(select(RecordEntry.id).order_by(RecordEntry.id)).first()
    session.close()
    columns = "id, happened_at, verb, actor_role, event_id, reason, facts, subject_label"
    copy = f"SELECT {columns.replace('reason', chr(39) + 'forged' + chr(39))} FROM record_entries WHERE id = {first}"  # noqa: S608
    verb = "INSERT OR REPLACE" if ON_SQLITE else "INSERT"

    with pytest.raises(DBAPIError):
        transact(lambda writing: writing.execute(text(f"{verb} INTO record_entries ({columns}) {copy}")))

    assert session.scalars(select(RecordEntry.reason).where(RecordEntry.id == first)).one() == ""


def test_every_entry_has_exactly_one_subject(session: Session) -> None:
    make_event()
    columns = "happened_at, verb, actor_role, reason, facts"
    nobody = (
        f"INSERT INTO record_entries ({columns}, subject_label) "  # noqa: S608 -- a constant
        f"SELECT {columns}, '' FROM record_entries LIMIT 1"
    )

    with pytest.raises(DBAPIError, match="one_subject"):
        transact(lambda writing: writing.execute(text(nobody)))


def test_every_revision_says_what_it_is_for() -> None:
    for path in VERSIONS:
        assert re.match(r"\d{4}_[a-z_]+$", path.stem), path.name
        assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
