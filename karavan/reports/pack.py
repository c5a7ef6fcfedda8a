"""The report to take along: a workbook, and a paper in Kazakh or Russian. Both are the tables of `reports.tables`."""

from __future__ import annotations

import io
import re
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import xlsxwriter

from karavan.core.paper import set_paper
from karavan.core.when import day_medium
from karavan.learning.paper import ornament
from karavan.reports.tables import Share, written
from karavan.web.locale import gettext, lang

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from karavan.reports.tables import Cell, Table

PAPER: Final = "reports/report.typ"
PAPERS: Final = ("kk", "ru")
NARROW, WIDEST = 12, 60
_NO_NAME: Final = re.compile(r"[\[\]:*?/\\]")


def workbook(tables: Sequence[Table]) -> bytes:
    """Write a report as a workbook, a sheet for each table: words are words, numbers numbers, shares per cent."""
    file = io.BytesIO()
    # No cell is ever calculated, whatever an event is called.
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(file, plain) as book:
        formats = {
            "head": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}),
            "words": book.add_format({"text_wrap": True, "valign": "top", "align": "left"}),
            "count": book.add_format({"num_format": "0", "valign": "top"}),
            "part": book.add_format({"num_format": "0.0", "valign": "top"}),
            "share": book.add_format({"num_format": "0.0%", "valign": "top"}),
            "day": book.add_format({"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"}),
        }
        for place, table in enumerate(tables, 1):
            _sheet(book.add_worksheet(sheet_name(place, table.heading)), table, formats)
    return file.getvalue()


def sheet_name(place: int, heading: str) -> str:
    """Return a name that workbooks allow, and no two sheets share."""
    words = " ".join(_NO_NAME.sub(" ", heading).split())
    return f"{place}. {words}"[:31].rstrip(" '")


def _sheet(page: Any, table: Table, formats: dict[str, Any]) -> None:
    widths = [max(NARROW, min(len(words), WIDEST // 3)) for words in table.columns]
    for place, words in enumerate(table.columns):
        page.write_string(0, place, words, formats["head"])
    for row, cells in enumerate(table.rows, 1):
        for place, cell in enumerate(cells):
            _write(page, (row, place), cell, formats)
            widths[place] = max(widths[place], min(len(written(cell)), WIDEST))
    for place, width in enumerate(widths):
        page.set_column(place, place, width + 2)
    page.freeze_panes(1, 0)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.repeat_rows(0)
    page.fit_to_pages(1, 0)


def _write(page: Any, where: tuple[int, int], cell: Cell, formats: dict[str, Any]) -> None:
    if isinstance(cell, Share):
        page.write_number(*where, round(cell, 4), formats["share"])
    elif isinstance(cell, int | float):
        page.write_number(*where, round(cell, 2), formats["count" if isinstance(cell, int) else "part"])
    elif isinstance(cell, date):
        page.write_datetime(*where, cell, formats["day"])
    else:
        page.write_string(*where, written(cell), formats["words"])


def paper(title: str, tables: Sequence[Table], *, at: datetime) -> bytes:
    """Set a report as a paper in the language spoken."""
    return set_paper(PAPER, paper_content(title, tables, at=at), at=at)


def paper_content(title: str, tables: Sequence[Table], *, at: datetime) -> dict[str, Any]:
    """Return what stands in the paper, as plain data: the first table as facts, the others as tables.

    The first fact is what the paper is called anyway.
    """
    summary, *others = tables
    return {
        "lang": lang(),
        "heading": summary.heading,
        "name": title,
        "platform": gettext("Caravan of Leaders"),
        "ornament": ornament(),
        "made": f"{gettext('Made:')} {day_medium(at, lang())}",
        "note": gettext("Groups of fewer than five people are not shown by themselves but counted together."),
        "facts": [{"label": str(label), "value": written(value)} for label, value in summary.rows[1:]],
        "tables": [
            {
                "heading": table.heading,
                "columns": list(table.columns),
                "rows": [[written(cell) for cell in row] for row in table.rows],
                "wide": len(table.columns) > WIDE,
            }
            for table in others
        ],
    }


WIDE: Final = 5
"""A table of more columns is set in smaller letters."""
