"""The roster for a spreadsheet: chosen columns, as CSV or XLSX. No cell is ever calculated, and no plus is eaten."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import xlsxwriter

from karavan.core.places import PLACES
from karavan.core.problems import N_
from karavan.core.text import csv_cell
from karavan.core.tokens import show_code
from karavan.events.desk_forms import OFFERS
from karavan.events.labels import ROLES, SEXES
from karavan.roster.words import CHANNELS, STATES, answer_in_words, asked
from karavan.web.fields import LANGUAGE_NAMES
from karavan.web.locale import gettext, lang

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from karavan.events.models import Event, Question
    from karavan.roster.queries import RosterLine

SEPARATORS: Final = {"kk": ";", "ru": ";", "en": ","}
"""What a spreadsheet set to the language expects: where the comma is for decimals, a semicolon parts the columns."""
MINUTES: Final = "%Y-%m-%d %H:%M"
WIDEST: Final = 60
_SEXES: Final = {sex.value: words for sex, words in SEXES}
_ROLES: Final = {role.value: words for role, words in ROLES}

Cell = str | int | datetime


class Column(NamedTuple):
    """One column: its name in an address, its heading, and what it says of a line."""

    key: str
    heading: str
    cell: Callable[[RosterLine, ZoneInfo], Cell]
    usual: bool
    """Is it there when nobody chose?"""


def _local(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None, second=0, microsecond=0)


def _place(district: str) -> str:
    return PLACES[district].best(lang()).text if district else ""


def _needs(needs: Sequence[str]) -> str:
    return "; ".join(gettext(words) for need, words in OFFERS if need in needs)


def _arrivals(line: RosterLine, zone: ZoneInfo) -> str:
    return "; ".join(_local(at, zone).strftime(MINUTES) for at in line.arrived)


def _coming(line: RosterLine, zone: ZoneInfo) -> Cell:
    return _local(line.coming_at, zone) if line.coming_at else ""


_BEFORE: Final = (
    Column("number", N_("Number"), lambda line, _: line.number, usual=True),
    Column("state", N_("State"), lambda line, _: gettext(STATES[line.state]), usual=True),
    Column("name", N_("Name"), lambda line, _: line.name, usual=True),
    Column("child", N_("Child"), lambda line, _: gettext("Yes") if line.child else "", usual=True),
    Column("email", N_("Email"), lambda line, _: line.email, usual=True),
    Column("phone", N_("Phone"), lambda line, _: line.phone, usual=True),
    Column("district", N_("District"), lambda line, _: _place(line.district), usual=True),
    Column("needs", N_("Needs"), lambda line, _: _needs(line.needs), usual=True),
    Column("note", N_("Note on needs"), lambda line, _: line.needs_note, usual=True),
)
_ASKED: Final = (
    Column("sex", N_("Woman or man"), lambda line, _: gettext(_SEXES[line.sex]) if line.sex else "", usual=False),
    Column("born", N_("Year of birth"), lambda line, _: line.born or "", usual=False),
    Column("role", N_("In what role"), lambda line, _: gettext(_ROLES[line.role]) if line.role else "", usual=False),
)
_AFTER: Final = (
    Column("registered", N_("Registered"), lambda line, zone: _local(line.registered_at, zone), usual=True),
    Column("arrived", N_("Arrived"), _arrivals, usual=True),
    Column("coming", N_("Said that she is coming"), _coming, usual=False),
    Column("channel", N_("How registered"), lambda line, _: gettext(CHANNELS[line.channel]), usual=False),
    Column("language", N_("Language of letters"), lambda line, _: gettext(LANGUAGE_NAMES[line.lang]), usual=False),
    Column("code", N_("Code"), lambda line, _: show_code(line.code), usual=False),
)


def columns_of(event: Event, lines: Sequence[RosterLine] = ()) -> list[Column]:
    """Return the columns that can be chosen for an event, in their order."""
    people = [column for column in _ASKED if column.key in event.asks]
    answers = [
        Column(f"q{question.id}", question.label.best(lang()).text, _answer_to(question), usual=True)
        for question in asked(event, lines)
    ]
    return [*_BEFORE, *people, *answers, *_AFTER]


def _answer_to(question: Question) -> Callable[[RosterLine, ZoneInfo], Cell]:
    def said(line: RosterLine, _: ZoneInfo) -> Cell:
        given = line.answers or {}
        return answer_in_words(question, given[question.id]) if question.id in given else ""

    return said


def pick(columns: Sequence[Column], keys: Sequence[str]) -> list[Column]:
    """Return the columns chosen; none chosen means the usual ones."""
    return [column for column in columns if column.key in keys] or [column for column in columns if column.usual]


def as_csv(event: Event, columns: Sequence[Column], lines: Sequence[RosterLine]) -> bytes:
    """Write the roster as UTF-8 with its mark."""
    zone = ZoneInfo(event.zone)
    file = io.StringIO()
    table = csv.writer(file, delimiter=SEPARATORS[lang()], lineterminator="\r\n")
    table.writerow(csv_cell(gettext(column.heading)) for column in columns)
    table.writerows([_plain(column.cell(line, zone)) for column in columns] for line in lines)
    return file.getvalue().encode("utf-8-sig")


def _plain(cell: Cell) -> str:
    return cell.strftime(MINUTES) if isinstance(cell, datetime) else csv_cell(cell)


def as_xlsx(event: Event, columns: Sequence[Column], lines: Sequence[RosterLine]) -> bytes:
    """Write the roster as a workbook: text stays text, numbers are numbers, moments are moments."""
    zone = ZoneInfo(event.zone)
    file = io.BytesIO()
    # Nothing a person typed is read as a formula, a link or a number: it is written as text, letter for letter.
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(file, plain) as book:
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        formats = {"text": book.add_format({"num_format": "@", "valign": "top"})}
        formats["moment"] = book.add_format({"num_format": "yyyy-mm-dd hh:mm", "valign": "top"})
        page = book.add_worksheet(gettext("Participants")[:31])
        widths = [len(gettext(column.heading)) for column in columns]
        for place, column in enumerate(columns):
            page.write_string(0, place, gettext(column.heading), head)
        for row, line in enumerate(lines, 1):
            for place, column in enumerate(columns):
                widths[place] = max(widths[place], _write(page, row, place, column.cell(line, zone), formats))
        for place, width in enumerate(widths):
            page.set_column(place, place, min(width, WIDEST) + 2)
        page.freeze_panes(1, 0)
        page.autofilter(0, 0, max(1, len(lines)), len(columns) - 1)
        page.set_landscape()
        page.set_paper(9)  # A4
        page.repeat_rows(0)
        page.fit_to_pages(1, 0)
    return file.getvalue()


def _write(page: Any, row: int, place: int, cell: Cell, formats: dict[str, Any]) -> int:
    """Write one cell and return how wide it is."""
    if isinstance(cell, datetime):
        page.write_datetime(row, place, cell, formats["moment"])
        return 16
    if isinstance(cell, int):
        page.write_number(row, place, cell)
        return len(str(cell))
    if cell:
        page.write_string(row, place, cell, formats["text"])
    return len(cell)
