"""Figures of all that an organisation held in a period: for whoever pays for it, or asks what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from flask import Blueprint, Response, abort, request

from karavan.accounts.models import Role
from karavan.core.clock import now
from karavan.core.database import db
from karavan.core.when import local_day
from karavan.events.at_desk import organiser
from karavan.events.queries import organisations
from karavan.reports import queries
from karavan.reports.drawing import XLSX, download, drawing
from karavan.reports.figures import Figures, together
from karavan.reports.forms import period_form
from karavan.reports.pack import PAPERS, paper, workbook
from karavan.reports.tables import period_tables
from karavan.web.access import access, visitor
from karavan.web.locale import lang, speaking
from karavan.web.reply import show

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from karavan.accounts.models import Organisation
    from karavan.events.models import Event
    from karavan.reports.forms import PeriodForm
    from karavan.reports.models import EventReport
    from karavan.reports.tables import Table

blueprint = Blueprint("figures_desk", __name__, url_prefix="/<lang:lang>/desk/figures")


class Period(NamedTuple):
    """What was found for what was asked."""

    organisation: Organisation
    span: tuple[date, date]
    events: Sequence[Event]
    figures: dict[int, Figures]
    accepted: dict[int, EventReport]

    @property
    def tables(self) -> list[Table]:
        """The tables, in the language spoken now."""
        return period_tables(self.organisation.name, self.span, self.events, self.figures, self.accepted)


@blueprint.get("/")
@access(organiser)
def show_period() -> Response:
    """Show the figures of a period."""
    form, mine = _asked()
    good = form.validate()
    found = _found(form, mine) if good else None
    whole = together(found.figures.values()) if found else Figures()
    drawn = drawing(found.tables if found else (), whole)
    asked = {name: request.args[name] for name in ("organisation", "since", "until") if name in request.args}
    context: dict[str, Any] = {"form": form, "found": found, "figures": whole, "asked": asked}
    return show("reports/period.html", None, 200 if good else 422, most=queries.MOST_EVENTS, **context, **drawn)


@blueprint.get("/report.xlsx")
@access(organiser)
def period_book() -> Response:
    """Give the figures of a period as a workbook."""
    found = _period()
    return download(workbook(found.tables), XLSX, f"{_name(found)}.xlsx")


@blueprint.get("/report.pdf")
@access(organiser)
def period_paper() -> Response:
    """Give the figures of a period as a paper: in Russian at the Russian address, else in Kazakh."""
    found, language = _period(), lang() if lang() in PAPERS else PAPERS[0]
    with speaking(language):
        content = paper(found.organisation.name.best(language).text, found.tables, at=now())
    return download(content, "application/pdf", f"{_name(found)}-{language}.pdf")


def _name(found: Period) -> str:
    first, last = found.span
    return f"{found.organisation.slug}-{first:%Y%m%d}-{last:%Y%m%d}"


def _asked() -> tuple[PeriodForm, Sequence[Organisation]]:
    """Read what was asked; an organisation that is not hers looks like none."""
    actor = visitor()
    mine = organisations(db.session(), None if actor.is_administrator else actor.organisations(Role.ORGANISER))
    asked = request.args.get("organisation")
    if not mine or (asked is not None and asked not in {str(one.id) for one in mine}):
        abort(404)
    today = local_day(now())
    return period_form(request.args, mine, lang=lang(), since=today.replace(month=1, day=1), until=today), mine


def _period() -> Period:
    """Return what was asked for; a period that is none has no file."""
    form, mine = _asked()
    if not form.validate():
        abort(404)
    return _found(form, mine)


def _found(form: PeriodForm, mine: Sequence[Organisation]) -> Period:
    session, since, until = db.session(), form.first, form.last
    organisation = next(one for one in mine if str(one.id) == form.organisation.data)
    events = queries.held_in(session, organisation.id, since=since, until=until, now=now())
    figures = queries.figures_of_all(session, events)
    return Period(
        organisation, (since, until), events, figures, queries.reports_of(session, [one.id for one in events])
    )
