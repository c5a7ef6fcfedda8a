"""A thread as a file: what can be read, and of the rest what became of it. Never a word that readers do not see."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any, Final

from karavan.core.text import csv_cell

if TYPE_CHECKING:
    from collections.abc import Iterable

    from karavan.discussion.hosts import Hosted
    from karavan.discussion.models import Thread
    from karavan.discussion.queries import Line
    from karavan.moderation.queries import Tomb

CSV_HEADERS: Final = {"Content-Type": "text/csv; charset=utf-8"}
COLUMNS: Final = (
    "number", "id", "parent", "depth", "posted_at", "edited_at", "author", "speaking_as", "speaking_for", "official",
    "alignment", "lang", "state", "rule", "rule_version", "log", "helpful", "text",
)  # fmt: skip
"""Names for programs: the same in every language."""


def as_csv(lines: Iterable[Line], tombs: dict[int, Tomb], lang: str) -> str:
    """Return the comments as a file that a spreadsheet opens without calculating anything."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter="," if lang == "en" else ";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for line in lines:
        row = _row(line, tombs.get(line.id))
        writer.writerow([csv_cell("" if row[name] is None else row[name]) for name in COLUMNS])
    return "\ufeff" + file.getvalue()


def as_json(
    thread: Thread, hosted: Hosted, lines: Iterable[Line], tombs: dict[int, Tomb], *, further: str | None
) -> dict[str, Any]:
    """Return the comments as plain values; `further` is the header that says where the rest is."""
    return {
        "thread": thread.public_id,
        "title": hosted.title,
        "lang": hosted.title_lang,
        "mode": thread.mode.value,
        "comments": [_row(line, tombs.get(line.id)) for line in lines],
        "next": further.partition(">")[0].removeprefix("<") if further else None,
    }


def _row(line: Line, tomb: Tomb | None) -> dict[str, Any]:
    read = line.readable
    return {
        "number": line.seq,
        "id": line.public_id,
        "parent": line.parent,
        "depth": line.depth,
        "posted_at": line.posted_at.isoformat(timespec="seconds"),
        "edited_at": line.edited_at.isoformat(timespec="seconds") if line.edited_at and read else None,
        "author": line.author_name if read else None,
        "speaking_as": line.speaking_as.value if line.speaking_as and read else None,
        "speaking_for": line.speaking_for.best("kk").text if line.speaking_for and read else None,
        "official": line.official,
        "alignment": line.alignment.value if line.alignment and read else None,
        "lang": line.lang,
        "state": line.visibility.value,
        "rule": tomb.clause if tomb else None,
        "rule_version": tomb.version if tomb and tomb.clause else None,
        "log": tomb.log_seq if tomb else None,
        "helpful": line.helpful if read else 0,
        "text": line.text if read else "",
    }
