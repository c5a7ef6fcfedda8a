"""Karavan with its locks taken out, for the tests which must fail then. Never to be served to anybody.

Every rule reads the gate instead of taking it: "check, then insert", as so many sites do. On SQLite a writing
transaction also begins like a reading one, and nobody waits for his turn.
"""

from __future__ import annotations

import secrets
import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING

from sqlalchemy import select

from karavan import create_app
from karavan.core import database
from karavan.core.problems import NotFound
from karavan.events.models import SeatGate
from karavan.events.rules.seating import Gate, take_gate

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.orm import Session


def look_at_gate(session: Session, event_id: int) -> Gate:
    """Say what the gate row says, and lock nothing. Numbers are drawn by lot, or their unique index would save us."""
    row = session.execute(
        select(SeatGate.capacity + SeatGate.overbooked).where(SeatGate.event_id == event_id),
    ).first()
    if row is None:
        raise NotFound
    return Gate(secrets.randbelow(2**31), row[0])


def leave_every_gate_open() -> int:
    """Replace `take_gate` wherever it was imported, and return in how many modules that was."""
    modules = [
        module
        for name, module in sys.modules.items()
        if name.startswith("karavan.") and getattr(module, "take_gate", None) is take_gate
    ]
    for module in modules:
        module.take_gate = look_at_gate  # type: ignore[attr-defined]
    return len(modules)


def begin_without_a_lock(connection: Connection) -> None:
    """Begin a writing transaction as if it were going to read."""
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if writing else 'ON'}")
    connection.exec_driver_sql("BEGIN")


database._sqlite_begins = begin_without_a_lock  # before the engine is prepared
database._writers_turn = nullcontext()  # type: ignore[assignment]
app = create_app()
if leave_every_gate_open() < 4:
    raise RuntimeError("the rules take their gate somewhere else now")
