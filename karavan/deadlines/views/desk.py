"""The calendar of working days, as administrators keep it: first what a change would move, then the change."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, flash, request, url_for

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Problem
from karavan.core.when import local_day
from karavan.deadlines import queries, rules
from karavan.deadlines.almanac import calendar_years, year_asked
from karavan.deadlines.forms import DayForm
from karavan.deadlines.problems import CalendarChangedMeanwhile, NothingChanges
from karavan.web.access import access, administrator, visitor
from karavan.web.locale import ngettext
from karavan.web.reply import leave, show

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

blueprint = Blueprint("calendar_desk", __name__, url_prefix="/<lang:lang>/desk/calendar")

INDEX = "deadlines/desk/index.html"
CHANGE, PANEL = "deadlines/desk/change.html", "deadlines/desk/_change_panel.html"
NOT_TYPED = {"csrf_token", "confirm", "back"}


@blueprint.get("/")
@access(administrator)
def index() -> Response:
    """List a year's days that differ, each with a link to change it."""
    session, today = db.session(), local_day(now())
    year = year_asked(request.args.get("year", ""), today)
    return show(
        INDEX,
        year=year,
        years=calendar_years(today),
        days=queries.live_days(session, year=year),
        versions=queries.versions(session),
    )


@blueprint.route("/change", methods=["GET", "POST"])
@access(administrator)
def change() -> AnyResponse:
    """Take a change of the calendar: the form, then what it would move, then the change itself."""
    form = DayForm(data=_stored())
    if request.method == "GET" or "back" in request.form:
        return _panel(form)
    if not form.submitted():
        return _panel(form, status=422)
    try:
        if "confirm" in request.form:
            return _carry_out(form)
        trial = _try(form)
    except CalendarChangedMeanwhile as problem:
        form.refuse(problem)
        return _panel(form, _try(form), status=problem.status)
    except Problem as problem:
        form.refuse(problem)
        return _panel(form, status=422)
    return _panel(form, trial)


def _try(form: DayForm) -> queries.Trial:
    changes = form.changes()
    rules.refuse_days_out_of_range(one.day for one in changes)
    trial = queries.trial(db.session(), changes)
    if not trial.days:
        raise NothingChanges
    return trial


def _carry_out(form: DayForm) -> AnyResponse:
    changes = form.changes()
    made = transact(
        rules.change_days,
        changes,
        reason=form.reason.form.slots(),
        by_person=visitor().person_id,
        now=now(),
        version=_version(),
    )
    words = ngettext(
        "The calendar was changed. %(num)d open deadline moved.",
        "The calendar was changed. %(num)d open deadlines moved.",
        made.moved,
    )
    flash(words % {"num": made.moved}, "ok")
    return leave(url_for("calendar_desk.index", year=changes[0].day.year))


def _version() -> int:
    """Return the version the change was tried on (0: none that ever was)."""
    typed = request.form.get("confirm", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


def _stored() -> dict[str, Any]:
    """Return how the day in the address stands now, as the form's fields would hold it."""
    try:
        day = date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return {}
    found = queries.live_days(db.session(), year=day.year).get(day)
    return {"day": day, "kind": found.kind.value, "note": found.note} if found else {"day": day}


def _panel(form: DayForm, trial: queries.Trial | None = None, *, status: int = 200) -> Response:
    """Show the form, or what it would do with everything typed carried along."""
    typed = [(name, value) for name, value in request.form.items(multi=True) if name not in NOT_TYPED]
    return show(CHANGE, PANEL, status, form=form, trial=trial, typed=typed)
