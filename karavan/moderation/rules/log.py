"""Writing the public log: gapless, chained, append-only, and never a word of the text it is about.

The gate row is taken last of all locks. Each line carries the fingerprint of the one before, so whoever wants to change
an old line must write all later ones anew, and the daily head that others keep no longer fits.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select, update

from karavan.core.database import insert_into, insert_once, table_of
from karavan.moderation.models import LogGate, LogLine

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.moderation.models import Case, LogAction
    from karavan.moderation.pieces import Piece

GATE: Final = 1
BEGINNING: Final = "0" * 64
"""What the first line carries."""
MACHINE: Final = "machine"
CLOCK: Final = "clock"
AUTHOR: Final = "author"
_BATCH: Final = 2000


def write(
    session: Session,
    action: LogAction,
    *,
    organisation_id: int,
    by: str,
    now: datetime,
    case: Case | None = None,
    piece: Piece | None = None,
    thread: str = "",
    clause: str = "",
    clause_version: int = 0,
    words: str = "",
    words_lang: str = "",
    automated: bool = False,
    reverses: int | None = None,
    **facts: int | str | bool | None,
) -> int:
    """Write one line into the caller's transaction and return its number.

    `by` is an alias (`aliases.alias`), or MACHINE, CLOCK, AUTHOR. `facts` are numbers and states, never what somebody
    wrote. What is known of the case and the text is taken from them.
    """
    session.flush()
    seq, before = _next(session)
    line: dict[str, Any] = {
        "seq": seq,
        "happened_at": now,
        "organisation_id": organisation_id,
        "action": action,
        "case_id": case.id if case else None,
        "thread": piece.thread if piece else thread,
        "comment": piece.public_id if piece else "",
        "revision_sha256": piece.sha256 if piece else "",
        "clause": clause,
        "clause_version": clause_version,
        "words": words,
        "words_lang": words_lang,
        "by": by,
        "automated": automated,
        "basis": case.origin.value if case else "",
        "lang": piece.lang if piece else "",
        "alignment": piece.alignment if piece else "",
        "reverses": reverses,
        "facts": facts,
        "prev_hash": before,
    }
    line["hash"] = fingerprint(line)
    connection = session.connection()
    connection.execute(insert_into(LogLine), line)
    connection.execute(update(table_of(LogGate)).values(head=line["hash"]).where(LogGate.id == GATE))
    return seq


def fingerprint(line: Mapping[str, Any]) -> str:
    """Return the fingerprint of a line: SHA-256 over its fields as JSON, its predecessor's fingerprint among them."""
    plain = {name: value for name, value in line.items() if name != "hash"}
    plain["happened_at"] = plain["happened_at"].astimezone(UTC).isoformat()
    plain["action"] = str(plain["action"])
    written = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()


def verify(session: Session) -> int | None:
    """Return the number of the first line that is missing or is not as it was written; None: all are sound."""
    columns = table_of(LogLine).c
    expected, before = 1, BEGINNING
    rows = session.execute(select(*columns).order_by(columns.seq), execution_options={"yield_per": _BATCH})
    for row in rows.mappings():
        if row["seq"] != expected or row["prev_hash"] != before or row["hash"] != fingerprint(dict(row)):
            rows.close()
            return expected
        expected, before = expected + 1, row["hash"]
    gate = session.execute(select(LogGate.next_seq, LogGate.head).where(LogGate.id == GATE)).first()
    told = (1, BEGINNING) if gate is None else (gate.next_seq, gate.head)
    return None if told == (expected, before) else expected


def length(session: Session) -> int:
    """Return how many lines there are."""
    return session.scalars(select(func.count(LogLine.seq))).one()


def head(session: Session) -> str:
    """Return the fingerprint of the last line: whoever keeps it can tell later whether anything was changed."""
    return session.scalar(select(LogGate.head).where(LogGate.id == GATE)) or BEGINNING


def _next(session: Session) -> tuple[int, str]:
    """Take the gate and return the next number and the fingerprint of the line before."""
    gate = table_of(LogGate)
    taking = (
        update(gate)
        .where(gate.c.id == GATE)
        .values(next_seq=gate.c.next_seq + 1)
        .returning(gate.c.next_seq, gate.c.head)
    )
    taken = session.connection().execute(taking).first()
    if taken is None:
        insert_once(session, LogGate, id=GATE, next_seq=1, head=BEGINNING)
        taken = session.connection().execute(taking).one()
    return taken.next_seq - 1, taken.head
