"""Preparing a sitting: day and place, giving notice, calling it off, closing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, flash, request, url_for

from karavan.accounts.models import Role
from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Problem
from karavan.core.when import local_day
from karavan.proposals.queries import desk_councils
from karavan.sittings.forms import CloseForm, NoticeForm, ReasonForm, sitting_form
from karavan.sittings.lifecycle import AGENDA_OPEN
from karavan.sittings.models import SittingState
from karavan.sittings.page import notice_today, sitting_cards
from karavan.sittings.policy import may_change, possible
from karavan.sittings.rules.close import close_sitting
from karavan.sittings.rules.convene import begin_sitting, cancel_sitting, change_sitting, convene
from karavan.sittings.views.desk.place import (
    blueprint,
    card,
    council_at_desk,
    page_at_desk,
    renew,
    role_in,
    sitting_at_desk,
)
from karavan.web.access import access, staff, visitor
from karavan.web.fields import what_differs
from karavan.web.locale import gettext
from karavan.web.reply import leave, show

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from karavan.councils.models import Council
    from karavan.sittings.forms import SittingForm
    from karavan.sittings.models import Sitting

EDITOR, SITTING_FORM = "sitting_desk/editor.html", "sitting_desk/_sitting_form.html"
NOTICE, NOTICE_PANEL = "sitting_desk/notice.html", "sitting_desk/_notice_panel.html"
CANCELLATION, CANCELLATION_PANEL = "sitting_desk/cancellation.html", "sitting_desk/_cancellation_panel.html"
CLOSING, CLOSING_PANEL = "sitting_desk/closing.html", "sitting_desk/_closing_panel.html"


@blueprint.get("/")
@access(staff)
def index() -> Response:
    """List the sittings of the councils this person keeps."""
    actor, session = visitor(), db.session()
    councils = desk_councils(session, None if actor.is_administrator else actor.organisations(Role.SECRETARY))
    cards = sitting_cards(session, [one.id for one in councils], drafts=True)
    return show("sitting_desk/index.html", councils=councils, cards=cards)


@blueprint.get("/<int:sitting_id>", endpoint="show")
@access(staff)
def show_sitting(sitting_id: int) -> Response:
    """Show where a sitting stands, and what can be done with it."""
    page = page_at_desk(sitting_id, notice=True)
    return show(
        "sitting_desk/show.html",
        page=page,
        sitting=page.sitting,
        acts=possible(page.sitting),
        changeable=may_change(page.sitting),
        agenda_open=page.sitting.state in AGENDA_OPEN,
    )


@blueprint.route("/councils/<int:council_id>/new", methods=["GET", "POST"])
@access(staff)
def begin(council_id: int) -> AnyResponse:
    """Begin a draft that only secretaries see."""
    council = council_at_desk(council_id)
    form = sitting_form(place=council.place)
    if not form.submitted():
        return _editor(council, None, form, 422 if request.method == "POST" else 200)
    try:
        made = transact(begin_sitting, council_id, form.plan(), by_person=visitor().person_id, now=now())
    except Problem as problem:
        form.refuse(problem)
        return _editor(council_at_desk(council_id), None, form, problem.status)
    flash(gettext("The draft is kept. Put something on the agenda, then give notice."), "ok")
    return leave(url_for("sitting_desk.agenda", sitting_id=made.id))


@blueprint.route("/<int:sitting_id>/edit", methods=["GET", "POST"])
@access(staff)
def edit(sitting_id: int) -> AnyResponse:
    """Change day, place and title before it begins."""
    sitting = sitting_at_desk(sitting_id)
    if request.method == "GET" and not may_change(sitting):
        return card(sitting_id)
    form = sitting_form(sitting)
    if not form.submitted():
        return _editor(sitting.council, sitting, form, 422 if request.method == "POST" else 200)
    facts: dict[str, Any] = {"read_version": form.read_version, "by": role_in(sitting), "now": now()}
    try:
        transact(change_sitting, sitting_id, form.plan(), **facts)
    except Problem as problem:
        fresh = sitting_at_desk(sitting_id)
        renew(form, problem, fresh.version)
        differs = what_differs(form, sitting_form(fresh, formdata=None)) if problem.status == 409 else ()
        return _editor(fresh.council, fresh, form, problem.status, conflict=differs)
    flash(gettext("Saved."), "ok")
    return card(sitting_id)


@blueprint.route("/<int:sitting_id>/notice", methods=["GET", "POST"])
@access(staff)
def notice(sitting_id: int) -> AnyResponse:
    """Give notice: a page of its own that counts the days first."""
    sitting = sitting_at_desk(sitting_id)
    if request.method == "GET" and sitting.state != SittingState.DRAFT:
        return card(sitting_id)
    form = NoticeForm(data={"version": sitting.version, "short_notice": sitting.short_notice})
    if not form.submitted():
        return _notice(sitting_id, form, 422 if request.method == "POST" else 200)
    reason = form.short_notice.form.slots() if "short_notice-kk" in request.form else None
    facts: dict[str, Any] = {"read_version": form.read_version, "by": role_in(sitting), "now": now()}
    try:
        transact(convene, sitting_id, short_notice=reason, **facts)
    except Problem as problem:
        renew(form, problem, sitting_at_desk(sitting_id).version)
        return _notice(sitting_id, form, problem.status)
    flash(gettext("Notice is given: everybody sees the sitting and its agenda. The members are told."), "ok")
    return card(sitting_id)


@blueprint.route("/<int:sitting_id>/cancellation", methods=["GET", "POST"])
@access(staff)
def cancellation(sitting_id: int) -> AnyResponse:
    """Call a sitting off: a page of its own, because it cannot be undone."""
    sitting = sitting_at_desk(sitting_id)
    if request.method == "GET" and not may_change(sitting):
        return card(sitting_id)
    form = ReasonForm(data={"version": sitting.version})
    if not form.submitted():
        status = 422 if request.method == "POST" else 200
        return show(CANCELLATION, CANCELLATION_PANEL, status, sitting=sitting, form=form)
    facts: dict[str, Any] = {"read_version": form.read_version, "by": role_in(sitting), "now": now()}
    try:
        transact(cancel_sitting, sitting_id, reason=form.reason.form.slots(), **facts)
    except Problem as problem:
        fresh = sitting_at_desk(sitting_id)
        renew(form, problem, fresh.version)
        return show(CANCELLATION, CANCELLATION_PANEL, problem.status, sitting=fresh, form=form)
    flash(gettext("The sitting is called off."), "ok")
    return card(sitting_id)


@blueprint.route("/<int:sitting_id>/closing", methods=["GET", "POST"])
@access(staff)
def closing(sitting_id: int) -> AnyResponse:
    """Close a sitting: a page of its own, because it cannot be undone."""
    page = page_at_desk(sitting_id)
    if request.method == "GET" and page.sitting.state != SittingState.OPEN:
        return card(sitting_id)
    form = CloseForm(data={"version": page.sitting.version})
    if not form.submitted():
        status = 422 if request.method == "POST" else 200
        return show(CLOSING, CLOSING_PANEL, status, sitting=page.sitting, page=page, form=form)
    try:
        transact(close_sitting, sitting_id, by=role_in(page.sitting), now=now())
    except Problem as problem:
        fresh = page_at_desk(sitting_id)
        renew(form, problem, fresh.sitting.version)
        return show(CLOSING, CLOSING_PANEL, problem.status, sitting=fresh.sitting, page=fresh, form=form)
    flash(gettext("The sitting is closed. What was decided stands on its page."), "ok")
    return card(sitting_id)


def _editor(
    council: Council, sitting: Sitting | None, form: SittingForm, status: int = 200, *, conflict: Any = ()
) -> Response:
    return show(EDITOR, SITTING_FORM, status, council=council, sitting=sitting, form=form, conflict=conflict)


def _notice(sitting_id: int, form: NoticeForm, status: int = 200) -> Response:
    page = page_at_desk(sitting_id)
    counted = notice_today(db.session(), page.sitting, today=local_day(now()))
    return show(NOTICE, NOTICE_PANEL, status, sitting=page.sitting, page=page, form=form, notice=counted)
