"""Giving notice, and calling a hearing off: pages of their own, because both reach everybody at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, flash, request

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Problem
from karavan.core.when import local_day
from karavan.councils.models import SettingKey
from karavan.councils.queries import statute_of
from karavan.deadlines.models import FirstDay
from karavan.deadlines.queries import current_calendar, notes_at
from karavan.deadlines.reckoning import Term, explain
from karavan.hearings import desk_queries, queries
from karavan.hearings.desk_forms import CancellationForm, NoticeForm
from karavan.hearings.lifecycle import STEPS, Act
from karavan.hearings.page import NoticeCount
from karavan.hearings.rules.announce import announce
from karavan.hearings.rules.cancel import cancel as call_off
from karavan.hearings.views.desk.room import back, blueprint, hearing_at_desk, role
from karavan.web.access import access, staff
from karavan.web.locale import gettext
from karavan.web.reply import show

if TYPE_CHECKING:
    from datetime import date

    from werkzeug.wrappers import Response as AnyResponse

    from karavan.councils.statute import Notice
    from karavan.hearings.models import Hearing

NOTICE, NOTICE_PANEL = "hearing_desk/notice.html", "hearing_desk/_notice_panel.html"
CANCELLATION, CANCELLATION_PANEL = "hearing_desk/cancellation.html", "hearing_desk/_cancellation_panel.html"


@blueprint.route("/<int:hearing_id>/notice", methods=["GET", "POST"])
@access(staff)
def notice(hearing_id: int) -> AnyResponse:
    """Give notice: the page says which day is the earliest and why, what is missing, and what will happen."""
    hearing = hearing_at_desk(hearing_id)
    if request.method == "GET" and hearing.state not in STEPS[Act.ANNOUNCE].before:
        flash(gettext("Notice of this hearing has been given, or it was called off."), "warn")
        return back(hearing_id)
    form = NoticeForm(data={"version": hearing.version})
    if not form.submitted():
        return _notice(hearing, form, 422 if request.method == "POST" else 200)
    facts: dict[str, Any] = {"by": role(hearing), "read_version": form.read_version, "now": now()}
    try:
        transact(announce, hearing_id, reason=form.reason.form.slots(), **facts)
    except Problem as problem:
        fresh = hearing_at_desk(hearing_id)
        form.refuse(problem)
        form.version.data = str(fresh.version)
        return _notice(fresh, form, problem.status)
    flash(gettext("Notice is given: everybody can see the hearing and its documents now."), "ok")
    return back(hearing_id)


@blueprint.route("/<int:hearing_id>/cancellation", methods=["GET", "POST"])
@access(staff)
def cancel(hearing_id: int) -> AnyResponse:
    """Call it off, with the reason that everybody reads."""
    hearing = hearing_at_desk(hearing_id)
    if request.method == "GET" and hearing.state not in STEPS[Act.CANCEL].before:
        flash(gettext("What has begun is not called off: it is ended in the hall."), "warn")
        return back(hearing_id)
    form = CancellationForm(data={"version": hearing.version})
    if not form.submitted():
        return _cancellation(hearing, form, 422 if request.method == "POST" else 200)
    facts: dict[str, Any] = {"by": role(hearing), "read_version": form.read_version, "now": now()}
    try:
        transact(call_off, hearing_id, reason=form.reason.form.slots(), **facts)
    except Problem as problem:
        fresh = hearing_at_desk(hearing_id)
        form.refuse(problem)
        form.version.data = str(fresh.version)
        return _cancellation(fresh, form, problem.status)
    flash(gettext("The hearing is called off. Whoever was told of it is told why."), "ok")
    return back(hearing_id)


def _notice(hearing: Hearing, form: NoticeForm, status: int = 200) -> Response:
    session, given_on = db.session(), local_day(now())
    statute = statute_of(session, hearing.council_id, given_on)
    documents = desk_queries.bundle(session, hearing.id)
    trial = _trial(given_on, statute.hearing_notice)
    return show(
        NOTICE,
        NOTICE_PANEL,
        status,
        hearing=hearing,
        form=form,
        lacks=desk_queries.lacks(hearing, len(documents)),
        documents=documents,
        trial=trial,
        term=statute.hearing_notice,
        source=statute.source(SettingKey.HEARING_NOTICE),
        told=len(queries.followers(session, hearing.id, hearing.council_id)),
        short=hearing.held_on < trial.earliest_on,
        over=hearing.starts_at <= now(),
    )


def _trial(given_on: date, term: Notice) -> NoticeCount:
    """Count the days as the rule will, if notice is given today."""
    calendar = current_calendar(db.session())
    days = explain(given_on, Term(term.days, term.unit, FirstDay.NEXT), calendar)
    last = days[-1].day
    notes = notes_at(db.session(), calendar.version, days[0].day, last)
    return NoticeCount(given_on, last.isoformat(), days, notes, moved=False)


def _cancellation(hearing: Hearing, form: CancellationForm, status: int = 200) -> Response:
    session = db.session()
    people = {
        person.id
        for person in (
            *queries.followers(session, hearing.id, hearing.council_id),
            *queries.participants(session, hearing.id),
        )
    }
    told = len(people) if hearing.announced_at else 0
    return show(CANCELLATION, CANCELLATION_PANEL, status, hearing=hearing, form=form, told=told)
