"""The end: closing a hearing once everything is answered, and the summary for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, flash, request

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Problem
from karavan.hearings import desk_queries
from karavan.hearings.desk_forms import SummaryForm
from karavan.hearings.models import HearingState
from karavan.hearings.rules.matrix import close
from karavan.hearings.rules.summary import write_summary
from karavan.hearings.views.desk.room import back, blueprint, hearing_at_desk, role
from karavan.proposals.desk_forms import DeskForm
from karavan.web.access import access, staff
from karavan.web.fields import what_differs
from karavan.web.locale import gettext
from karavan.web.reply import show

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from karavan.hearings.models import Hearing

CLOSING, CLOSING_PANEL = "hearing_desk/closing.html", "hearing_desk/_closing_panel.html"
SUMMARY, SUMMARY_FORM = "hearing_desk/summary.html", "hearing_desk/_summary_form.html"
OVER = (HearingState.HELD, HearingState.CLOSED)


@blueprint.route("/<int:hearing_id>/closing", methods=["GET", "POST"])
@access(staff)
def closing(hearing_id: int) -> AnyResponse:
    """Close it: impossible while a statement or a question lacks an answer, and the page says which."""
    hearing = hearing_at_desk(hearing_id)
    if request.method == "GET" and hearing.state != HearingState.HELD:
        flash(gettext("Only a hearing that is over, and not closed yet, can be closed."), "warn")
        return back(hearing_id)
    form = DeskForm(data={"version": hearing.version})
    if not form.submitted():
        return _closing(hearing, form, 422 if request.method == "POST" else 200)
    try:
        transact(close, hearing_id, by=role(hearing), read_version=form.read_version, now=now())
    except Problem as problem:
        fresh = hearing_at_desk(hearing_id)
        form.refuse(problem)
        form.version.data = str(fresh.version)
        return _closing(fresh, form, problem.status)
    flash(gettext("The hearing is closed: everything that was said or asked has an answer."), "ok")
    return back(hearing_id)


@blueprint.route("/<int:hearing_id>/summary", methods=["GET", "POST"])
@access(staff)
def summary(hearing_id: int) -> AnyResponse:
    """Write for people what was said and what changed."""
    hearing = hearing_at_desk(hearing_id)
    if request.method == "GET" and hearing.state not in OVER:
        flash(gettext("The summary can be written once the hearing is over."), "warn")
        return back(hearing_id)
    form = _summary_form(hearing)
    if not form.submitted():
        return _summary(hearing, form, 422 if request.method == "POST" else 200)
    facts: dict[str, Any] = {"by": role(hearing), "read_version": form.read_version, "now": now()}
    try:
        transact(write_summary, hearing_id, form.summary.form.slots(), **facts)
    except Problem as problem:
        fresh = hearing_at_desk(hearing_id)
        form.refuse(problem)
        form.version.data = str(fresh.version)
        differs = what_differs(form, _summary_form(fresh, formdata=None)) if problem.status == 409 else ()
        return _summary(fresh, form, problem.status, conflict=differs)
    flash(gettext("The summary is saved. Everyone who took part is told."), "ok")
    return back(hearing_id)


def _closing(hearing: Hearing, form: DeskForm, status: int = 200) -> Response:
    missing = [one for one in desk_queries.items(db.session(), hearing.id) if one.lacking]
    return show(CLOSING, CLOSING_PANEL, status, hearing=hearing, form=form, missing=missing)


def _summary_form(hearing: Hearing, **kwargs: Any) -> SummaryForm:
    return SummaryForm(data={"summary": hearing.summary, "version": hearing.version}, **kwargs)


def _summary(hearing: Hearing, form: SummaryForm, status: int = 200, *, conflict: Any = ()) -> Response:
    return show(SUMMARY, SUMMARY_FORM, status, hearing=hearing, form=form, conflict=conflict)
