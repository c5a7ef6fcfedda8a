"""Figures of an event and its report: drawn, taken along as a workbook or a paper, accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, flash, request, url_for

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Problem
from karavan.events.at_desk import organiser
from karavan.events.policy import may_run
from karavan.learning.queries import set_days
from karavan.reports import queries
from karavan.reports.drawing import XLSX, download, drawing
from karavan.reports.forms import AcceptanceForm
from karavan.reports.pack import PAPERS, paper, workbook
from karavan.reports.problems import HoursForgotten
from karavan.reports.rules.report import KEEP_DAYS, accept_report, refuse_unready
from karavan.reports.tables import event_tables
from karavan.roster.looking import log_look
from karavan.roster.models import Look
from karavan.web.access import access, visitor
from karavan.web.locale import gettext, lang, speaking
from karavan.web.reply import leave, show

if TYPE_CHECKING:
    from datetime import datetime

    from werkzeug.wrappers import Response as AnyResponse

    from karavan.events.models import Event
    from karavan.reports.figures import Figures

blueprint = Blueprint("reports_desk", __name__, url_prefix="/<lang:lang>/desk/events/<int:event_id>/report")

ACCEPTANCE, ACCEPTANCE_PANEL = "reports/acceptance.html", "reports/_acceptance_panel.html"


@blueprint.get("", endpoint="show")
@access(organiser)
def show_report(event_id: int) -> Response:
    """Show the figures of an event: as they are now, or as they were accepted."""
    event, session, moment = _event(event_id), db.session(), now()
    report = queries.report_of(session, event_id)
    figures = queries.figures_of(session, event, report)
    tables = event_tables(event, figures, report)
    obstacle = None if report else _obstacle(event, figures, moment)
    context = {"event": event, "report": report, "figures": figures, "obstacle": obstacle}
    response = show("reports/show.html", **context, **drawing(tables, figures))
    log_look(event_id, Look.REPORT, people=figures.expected)
    return response


@blueprint.get("/report.xlsx")
@access(organiser)
def report_book(event_id: int) -> Response:
    """Give the report as a workbook, in the language of the address."""
    event = _event(event_id)
    report = queries.report_of(db.session(), event_id)
    figures = queries.figures_of(db.session(), event, report)
    answer = download(workbook(event_tables(event, figures, report)), XLSX, f"{event.slug}.xlsx")
    log_look(event_id, Look.REPORT, detail="xlsx", people=figures.expected)
    return answer


@blueprint.get("/report.pdf")
@access(organiser)
def report_paper(event_id: int) -> Response:
    """Give the report as a paper: in Russian at the Russian address, else in Kazakh."""
    event = _event(event_id)
    report = queries.report_of(db.session(), event_id)
    figures = queries.figures_of(db.session(), event, report)
    written_at = report.accepted_at if report and report.accepted_at else now()
    language = lang() if lang() in PAPERS else PAPERS[0]
    with speaking(language):
        tables = event_tables(event, figures, report)
        content = paper(event.title.best(language).text, tables, at=written_at)
    answer = download(content, "application/pdf", f"{event.slug}-{language}.pdf")
    log_look(event_id, Look.REPORT, detail="pdf", people=figures.expected)
    return answer


@blueprint.route("/acceptance", methods=["GET", "POST"])
@access(organiser)
def acceptance(event_id: int) -> AnyResponse:
    """Accept the report: a page of its own, because it cannot be undone."""
    event, session, moment = _event(event_id), db.session(), now()
    here = url_for("reports_desk.show", event_id=event_id)
    if request.method == "GET" and queries.report_of(session, event_id) is not None:
        return leave(here)
    form = AcceptanceForm(data={"keep_days": KEEP_DAYS})
    if not form.submitted():
        figures = queries.figures_of(session, event)
        if request.method == "GET":
            form.mark.data = figures.mark
            obstacle = _obstacle(event, figures, moment)
            if obstacle is not None:
                form.refuse(obstacle)
        return _asked(event, form, figures, 422 if request.method == "POST" else 200)
    keep_days: Any = form.keep_days.data
    facts: dict[str, Any] = {"mark": form.mark.data or "", "keep_days": keep_days, "by_id": visitor().person_id}
    try:
        transact(accept_report, event_id, **facts, now=moment)
    except Problem as problem:
        event = _event(event_id)
        figures = queries.figures_of(session, event, queries.report_of(db.session(), event_id))
        form.refuse(problem)
        form.mark.data = figures.mark
        return _asked(event, form, figures, problem.status)
    flash(gettext("The report is accepted. Its figures stay as they are now."), "ok")
    return leave(here)


def _asked(event: Event, form: AcceptanceForm, figures: Figures, status: int) -> Response:
    report = queries.report_of(db.session(), event.id)
    tables = event_tables(event, figures, report)
    return show(ACCEPTANCE, ACCEPTANCE_PANEL, status, event=event, form=form, report=report, **drawing(tables, figures))


def _obstacle(event: Event, figures: Figures, moment: datetime) -> Problem | None:
    """Return why the report cannot be accepted yet, if so."""
    try:
        refuse_unready(event, moment)
    except Problem as problem:
        return problem
    return HoursForgotten() if queries.forgotten_days(figures, set_days(db.session(), event.id)) else None


def _event(event_id: int) -> Event:
    """Return an event of this person's organisations; another one's looks like none."""
    event = queries.event_to_report(db.session(), event_id) if event_id <= queries.LARGEST_ID else None
    if event is None or not may_run(visitor(), event):
        abort(404)
    return event
