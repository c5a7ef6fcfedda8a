"""Taking the roster away: a spreadsheet with the columns chosen, a sheet of paper for the door."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Response, request

from karavan.core.database import db
from karavan.events.at_desk import event_at_desk, organiser, today_at
from karavan.roster.forms import read_filter, read_sort, write_filter
from karavan.roster.looking import log_look
from karavan.roster.models import Look
from karavan.roster.queries import roster_lines, sheet_lines
from karavan.roster.sheets import as_csv, as_xlsx, columns_of, pick
from karavan.roster.views.desk.room import blueprint
from karavan.web.access import access
from karavan.web.reply import show

if TYPE_CHECKING:
    from datetime import date

    from karavan.events.models import Event

CSV: Final = "text/csv; charset=utf-8"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SPARE_ROWS: Final = 8
"""Empty lines at the end of the sheet, for those who came without a ticket."""


@blueprint.get("/roster/columns", endpoint="columns")
@access(organiser)
def choose_columns(event_id: int) -> Response:
    """Choose what the spreadsheet shows of the people on the list as it is narrowed."""
    event = event_at_desk(event_id)
    wanted, sort = read_filter(request.args), read_sort(request.args)
    return show("roster/columns.html", event=event, columns=columns_of(event), asked=write_filter(wanted, sort))


@blueprint.get("/roster.csv")
@access(organiser)
def roster_file(event_id: int) -> Response:
    """Give the roster to a spreadsheet as CSV."""
    return _file(event_id, "csv")


@blueprint.get("/roster.xlsx")
@access(organiser)
def roster_book(event_id: int) -> Response:
    """Give the roster as a workbook."""
    return _file(event_id, "xlsx")


def _file(event_id: int, kind: str) -> Response:
    event = event_at_desk(event_id)
    lines = roster_lines(db.session(), event_id, read_filter(request.args), sort=read_sort(request.args))
    columns = pick(columns_of(event, lines), request.args.getlist("column"))
    content = as_csv(event, columns, lines) if kind == "csv" else as_xlsx(event, columns, lines)
    headers = {"Content-Disposition": f'attachment; filename="{event.slug}.{kind}"'}
    log_look(event_id, Look.FILE, detail=kind, people=len(lines))
    return Response(content, content_type=CSV if kind == "csv" else XLSX, headers=headers)


@blueprint.get("/roster/sheet")
@access(organiser)
def sheet(event_id: int) -> Response:
    """Print the sheet on which those who come mark themselves by hand, for one day."""
    event = event_at_desk(event_id)
    day = _day(event)
    lines = sheet_lines(db.session(), event_id, day)
    response = show("roster/sheet.html", event=event, day=day, days=event.days, lines=lines, spare=SPARE_ROWS)
    log_look(event_id, Look.SHEET, detail=f"{day:%d.%m.%Y}", people=len(lines))
    return response


def _day(event: Event) -> date:
    """Return the day asked for, or the one nearest to today."""
    asked = request.args.get("day", "")
    return next((day for day in event.days if f"{day:%Y-%m-%d}" == asked), today_at(event))
