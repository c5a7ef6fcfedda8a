"""The response matrix as a file: what can be read, who was answered what. Never a word that readers do not see."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any, Final

from karavan.core.languages import LANGUAGES
from karavan.core.text import csv_cell

if TYPE_CHECKING:
    from karavan.hearings.public_queries import Matrix, StatementRow

COLUMNS: Final = (
    "kind", "number", "position", "made_at", "author", "lang", "state", "supports", "merged_into", "text",
    "answered_at", "group", "answer_kk", "answer_ru", "answer_en",
)  # fmt: skip
"""Names for programs: the same in every language."""


def as_csv(matrix: Matrix, lang: str) -> str:
    """Return the matrix as a file that a spreadsheet opens without calculating anything."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter="," if lang == "en" else ";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for line in matrix.rows:
        row = _row(line)
        writer.writerow([csv_cell("" if row[name] is None else row[name]) for name in COLUMNS])
    return "\ufeff" + file.getvalue()


def _row(line: StatementRow) -> dict[str, Any]:
    in_hall, read = line.kind == "hall", line.readable
    return {
        "kind": "question" if in_hall else "statement",
        "number": line.number,
        "position": None if in_hall else line.kind,
        "made_at": line.made_at.isoformat(timespec="seconds"),
        "author": line.author_name if read else None,
        "lang": line.lang,
        "state": line.visibility.value,
        "supports": line.supports if in_hall else None,
        "merged_into": line.merged_into,
        "text": line.text if read else "",
        "answered_at": line.replied_at.isoformat(timespec="seconds") if line.reply and line.replied_at else None,
        "group": line.group_id if line.by_group else None,
        **{f"answer_{code}": getattr(line.reply, code) if line.reply else "" for code in LANGUAGES},
    }
