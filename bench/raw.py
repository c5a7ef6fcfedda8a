"""The reference for what writes: its rows, written by hand in one thread through the bare driver.

Everything that is costly beside writing is left out: no form, no checks, no reading, values copied from a row that the
application wrote. What stays is what durability costs: the same tables, indexes, triggers and foreign keys, one
transaction each, the disk waited for.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import psycopg
import sqlalchemy as sa
from psycopg.types.json import Json

from bench.load import Result
from karavan.core.tokens import new_code, new_key, new_public_id

if TYPE_CHECKING:
    from collections.abc import Callable

TABLES = ("registrations", "attendees", "answers", "consents", "outbox", "record_entries")
JSON_TYPES = {114, 3802}
RETURNING = " RETURNING id"
RAW_NUMBERS = 1_000_000_000
"""Beyond the numbers of any device's scans."""
KEYED = ("attendees", "answers", "consents")


class RawRows:
    """Writes rows like the newest ones of some tables, by hand; `fixed`: columns that are the same in all of them."""

    def __init__(self, url: str, tables: tuple[str, ...], **fixed: Any) -> None:
        self._sqlite, self._fixed = url.startswith("sqlite"), fixed
        if self._sqlite:
            self._connection: Any = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
            for pragma in ("synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000", "cache_size=-16000"):
                self._connection.execute(f"PRAGMA {pragma}")
            self._begin = "BEGIN IMMEDIATE"
        else:
            address = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
            self._connection = psycopg.connect(address, autocommit=True)
            self._begin = "BEGIN"
        self._run: Callable[..., Any] = self._connection.execute
        self._like = {table: self._newest(table) for table in tables}

    def close(self) -> None:
        self._connection.close()

    def select(self, statement: str, values: tuple[Any, ...]) -> list[Any]:
        """Ask the driver for rows, past everything else."""
        rows: list[Any] = self._run(self._spelt(statement), values).fetchall()
        return rows

    def write(self, table: str, rows: list[dict[str, Any]]) -> float:
        """Write many rows in one transaction, and say how long that took."""
        statement, names, values = self._like[table]
        changed = [[row.get(name, value) for name, value in zip(names, values, strict=True)] for row in rows]
        began = perf_counter()
        self._run(self._begin)
        self._connection.cursor().executemany(statement.removesuffix(RETURNING), changed)
        self._run("COMMIT")
        return perf_counter() - began

    def document(self, value: Any) -> Any:
        """Return a JSON value as the driver wants it."""
        return json.dumps(value, ensure_ascii=False) if self._sqlite else Json(value)

    def _newest(self, table: str) -> tuple[str, list[str], list[Any]]:
        cursor = self._run(f"SELECT * FROM {table} ORDER BY id DESC LIMIT 1")  # noqa: S608 -- names of ours
        row = cursor.fetchone()
        values = {column[0]: value for column, value in zip(cursor.description, row, strict=True) if column[0] != "id"}
        values |= {name: value for name, value in self._fixed.items() if name in values}
        columns = ", ".join(f'"{name}"' for name in values)
        marks = ", ".join("?" for _ in values)
        statement = self._spelt(f"INSERT INTO {table} ({columns}) VALUES ({marks}){RETURNING}")  # noqa: S608
        documents = {column[0] for column in cursor.description if not self._sqlite and column.type_code in JSON_TYPES}
        written = [Json(value) if name in documents else value for name, value in values.items()]
        return statement, list(values), written

    def _insert(self, table: str, **changed: Any) -> int:
        statement, names, values = self._like[table]
        row = [changed.get(name, value) for name, value in zip(names, values, strict=True)]
        number: int = self._run(statement, row).fetchone()[0]
        return number

    def _spelt(self, statement: str) -> str:
        return statement if self._sqlite else statement.replace("?", "%s")


class RawRegistrations(RawRows):
    """Writes registrations like the newest one, as fast as the driver can."""

    def __init__(self, url: str, event_id: int) -> None:
        super().__init__(url, TABLES, event_id=event_id)
        self._event = event_id

    def go(self, seconds: float) -> Result:
        """Write until time is up."""
        result = Result()
        began = perf_counter()
        while (at := perf_counter()) - began < seconds:
            self._one(len(result.latencies))
            result.latencies.append(perf_counter() - at)
        result.seconds = perf_counter() - began
        return result

    def _one(self, number: int) -> None:
        self._run(self._begin)
        row = self._run(
            self._spelt(
                "UPDATE seat_gates SET next_number = next_number + 1 WHERE event_id = ? RETURNING next_number - 1"
            ),
            (self._event,),
        ).fetchone()
        mine = f"raw{number}-{row[0]}@example.kz"
        registration = self._insert(
            "registrations", public_id=new_public_id(), key=new_key(), number=row[0], email=mine, email_key=mine
        )
        for table in KEYED:
            code = {"code": new_code() + new_code()} if table == "attendees" else {}
            self._insert(table, registration_id=registration, **code)
        self._insert("outbox", key=f"registration:{registration}:registered:{row[0]}")
        self._insert("record_entries")
        self._run("COMMIT")


class RawArrivals(RawRows):
    """Writes arrivals like the newest one: a scan, that she came, and a line of the public record."""

    def __init__(self, url: str) -> None:
        super().__init__(url, ("door_scans", "check_ins", "record_entries"))

    def go(self, attendee_ids: list[int]) -> Result:
        """Let these people come, one transaction each."""
        result = Result()
        began = perf_counter()
        for attendee_id in attendee_ids:
            at = perf_counter()
            self._run(self._begin)
            self._insert("door_scans", attendee_id=attendee_id, number=RAW_NUMBERS + attendee_id)
            self._insert("check_ins", attendee_id=attendee_id)
            self._insert("record_entries")
            self._run("COMMIT")
            result.latencies.append(perf_counter() - at)
        result.seconds = perf_counter() - began
        return result


def raw_commits(seconds: float) -> Result:
    """Commit one small row after another to a SQLite file with synchronous=FULL: what the disk alone costs here."""
    result = Result()
    with tempfile.TemporaryDirectory(prefix="karavan-bench-") as place:
        connection = sqlite3.connect(Path(place) / "disk.sqlite3", isolation_level=None)
        for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "CREATE TABLE rows (words TEXT)"):
            connection.execute(statement)
        began = perf_counter()
        while (at := perf_counter()) - began < seconds:
            connection.execute("INSERT INTO rows VALUES ('Маңғыстау')")
            result.latencies.append(perf_counter() - at)
        result.seconds = perf_counter() - began
        connection.close()
    return result
