"""The board of what is due, why each date is what it is, and the calendar of working days."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, request, url_for

from karavan.core.clock import now
from karavan.core.database import db
from karavan.core.when import local_day
from karavan.deadlines import queries
from karavan.deadlines.almanac import calendar_years, year_asked
from karavan.deadlines.models import DeadlineKind
from karavan.record.subjects import named
from karavan.web.access import access, anyone
from karavan.web.reply import public, show

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask import Response

    from karavan.record.subjects import Subject

blueprint = Blueprint("deadlines", __name__, url_prefix="/<lang:lang>/deadlines")

LIST, BOARD = "deadlines/index.html", "deadlines/_board.html"
PAGE = "deadlines/show.html"
CALENDAR = "deadlines/calendar.html"
KEPT_SECONDS = 10
"""Dates change once a day: the board may be kept longer than a list of events."""


@blueprint.get("/")
@access(anyone)
def index() -> Response:
    """List what is due, and how each body keeps its dates; narrowed by a plain form that htmx makes live."""
    public(KEPT_SECONDS)
    after = request.args.get("after", "")[:40]
    page = queries.board(db.session(), _filters(), today=local_day(now()), after=after)
    return show(
        LIST,
        BOARD,
        page=page,
        filters=page.filters,
        subjects=_names(page.rows, councils=page.councils, addressees=page.addressees),
        kinds=DeadlineKind,
        further=url_for("deadlines.index", **_narrowed(page.filters), after=page.after) if page.after else None,
    )


@blueprint.get("/<int:deadline_id>", endpoint="show")
@access(anyone)
def explain(deadline_id: int) -> Response:
    """Show why a date is what it is: the rule, and every day that was counted or skipped."""
    public(KEPT_SECONDS)
    page = queries.why(db.session(), deadline_id, today=local_day(now()))
    if page is None:
        abort(404)
    one = page.deadline
    subjects = _names([one], councils=[one.council_id], addressees=[one.addressee_id])
    return show(PAGE, page=page, deadline=one, subjects=subjects, today=local_day(now()))


@blueprint.get("/calendar")
@access(anyone)
def calendar() -> Response:
    """Show a year's working days, and what was changed in the calendar, and why."""
    public(KEPT_SECONDS)
    session, today = db.session(), local_day(now())
    year = year_asked(request.args.get("year", ""), today)
    current = queries.current_calendar(session)
    return show(
        CALENDAR,
        year=year,
        years=calendar_years(today),
        months=queries.months(year, current),
        days=queries.live_days(session, year=year),
        versions=queries.versions(session),
        version=current.version,
    )


def _filters() -> queries.Filters:
    """Read the form; values nobody offered are taken as "everything"."""
    kind = request.args.get("kind", "")
    return queries.Filters(
        council=_number("council"),
        addressee=_number("addressee"),
        kind=kind if kind in {one.value for one in DeadlineKind} else "",
        overdue=request.args.get("overdue") == "1",
    )


def _number(name: str) -> int | None:
    typed = request.args.get(name, "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 11 else None


def _narrowed(filters: queries.Filters) -> dict[str, Any]:
    """Return what the board is narrowed by, for a link to its next page."""
    asked = {
        "council": filters.council,
        "addressee": filters.addressee,
        "kind": filters.kind,
        "overdue": int(filters.overdue),
    }
    return {name: value for name, value in asked.items() if value}


def _names(
    rows: Iterable[Any], *, councils: Iterable[int], addressees: Iterable[int]
) -> dict[tuple[str, int], Subject]:
    """Ask the domains above how all this is called. What they do not name is not public."""
    rows = list(rows)
    wanted = {
        "council": set(councils),
        "organisation": set(addressees),
        "proposal": {row.proposal_id for row in rows} - {None},
        "recommendation": {row.recommendation_id for row in rows} - {None},
    }
    return {(kind, number): name for kind, ids in wanted.items() for number, name in named(kind, ids).items()}
