"""The desk of a council: its statute, its members, its promises.

Whoever is no council's secretary is told so (403); another secretary's council looks like none at all (404).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, flash, request, url_for

from karavan.accounts.models import Role
from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Problem
from karavan.core.when import local_day
from karavan.councils import queries, rules
from karavan.councils.forms import (
    CommissionForm,
    EndForm,
    OutcomeForm,
    PhotoForm,
    PromiseForm,
    line_form,
    member_form,
)
from karavan.councils.models import PromiseState, SettingKey
from karavan.councils.policy import acts_as, has_desk, may_keep
from karavan.councils.portraits import portrait
from karavan.files.fields import BODY_BYTES
from karavan.web.access import access, staff, visitor
from karavan.web.hygiene import takes_files
from karavan.web.locale import gettext, lang
from karavan.web.reply import leave, show

if TYPE_CHECKING:
    from datetime import date

    from werkzeug.wrappers import Response as AnyResponse

    from karavan.councils.models import Council, Member, Promise
    from karavan.record.models import ActorRole
    from karavan.web.fields import DayField
    from karavan.web.forms import Form

blueprint = Blueprint("council_desk", __name__, url_prefix="/<lang:lang>/desk/councils")

LINE, LINE_PANEL = "councils/desk/line.html", "councils/desk/_line_panel.html"
MEMBER, MEMBER_PANEL = "councils/desk/member.html", "councils/desk/_member_panel.html"
ENDING, ENDING_PANEL = "councils/desk/ending.html", "councils/desk/_ending_panel.html"
PHOTO, PHOTO_PANEL = "councils/desk/photo.html", "councils/desk/_photo_panel.html"
COMMISSION, COMMISSION_PANEL = "councils/desk/commission.html", "councils/desk/_commission_panel.html"
PROMISE, PROMISE_PANEL = "councils/desk/promise.html", "councils/desk/_promise_panel.html"
OUTCOME, OUTCOME_PANEL = "councils/desk/outcome.html", "councils/desk/_outcome_panel.html"


@blueprint.before_request
def secretaries_only() -> None:
    """Refuse people of other desks: an organiser keeps no council."""
    if not has_desk(visitor()):
        abort(403)


@blueprint.get("/")
@access(staff)
def index() -> Response:
    """List the councils this person keeps."""
    actor = visitor()
    mine = None if actor.is_administrator else actor.organisations(Role.SECRETARY)
    cards = queries.council_cards(db.session(), on=_today(), organisations=mine)
    return show("councils/desk/index.html", cards=cards)


@blueprint.get("/<int:council_id>", endpoint="show")
@access(staff)
def show_council(council_id: int) -> Response:
    """Show all that is kept of a council, with what can be changed."""
    council = _council(council_id)
    page = queries.page_of(db.session(), council, _today())
    return show("councils/desk/show.html", council=council, page=page)


# --- The statute ------------------------------------------------------------------------------------------


@blueprint.route("/<int:council_id>/statute/<setting>", methods=["GET", "POST"])
@access(staff)
def line(council_id: int, setting: str) -> AnyResponse:
    """Enter a line of the statute: from a day on, one setting has another value."""
    council, key, today = _council(council_id), _key(setting), _today()
    statute = queries.statute_of(db.session(), council_id, today)
    form = line_form(key, statute, today=today)
    context = {"council": council, "key": key, "statute": statute, "today": today}
    if request.method == "GET" or not form.submitted():
        return _asked(LINE, LINE_PANEL, form, **context)
    try:
        transact(
            rules.set_line,
            council_id,
            key,
            form.value(),
            valid_from=_day(form.valid_from),
            citation=form.citation.form.slots(),
            note=form.note.data or "",
            by=_role(council),
            by_person=visitor().person_id,
            now=now(),
        )
    except Problem as problem:
        return _refused(LINE, LINE_PANEL, form, problem, **context)
    flash(gettext("The line is entered. Clocks that already run keep the rule they began with."), "ok")
    return _back(council_id)


# --- Members ----------------------------------------------------------------------------------------------


@blueprint.route("/<int:council_id>/members/new", methods=["GET", "POST"])
@access(staff)
def seat(council_id: int) -> AnyResponse:
    """Give somebody a seat."""
    return _member(_council(council_id), None)


@blueprint.route("/<int:council_id>/members/<int:member_id>", methods=["GET", "POST"])
@access(staff)
def member(council_id: int, member_id: int) -> AnyResponse:
    """Change what is said of a member."""
    council, found = _council_and_member(council_id, member_id)
    return _member(council, found)


@blueprint.route("/<int:council_id>/members/<int:member_id>/end", methods=["GET", "POST"])
@access(staff)
def end(council_id: int, member_id: int) -> AnyResponse:
    """End a mandate early: a page of its own, because it cannot be undone."""
    council, found = _council_and_member(council_id, member_id)
    if found.ended_on is not None:
        return _back(council_id)
    form = EndForm(data={"on": _today()})
    context = {"council": council, "member": found}
    if request.method == "GET" or not form.submitted():
        return _asked(ENDING, ENDING_PANEL, form, **context)
    reason = form.reason.form.slots()
    try:
        transact(
            rules.end_mandate,
            council_id,
            member_id,
            on=_day(form.on),
            reason=reason,
            by=_role(council),
            now=now(),
        )
    except Problem as problem:
        return _refused(ENDING, ENDING_PANEL, form, problem, **context)
    flash(gettext("The mandate is ended. It stays in the council's history, with the reason."), "ok")
    return _back(council_id)


@blueprint.route("/<int:council_id>/members/<int:member_id>/photo", methods=["GET", "POST"])
@access(staff)
@takes_files(BODY_BYTES)
def photo(council_id: int, member_id: int) -> AnyResponse:
    """Show a member's photo, with her consent, or take it away."""
    council, found = _council_and_member(council_id, member_id)
    form = PhotoForm(data={"consent": found.photo_consent})
    context = {"council": council, "member": found}
    if request.method == "GET" or not form.submitted():
        return _asked(PHOTO, PHOTO_PANEL, form, **context)
    picture = portrait(form.photo.data.file) if form.photo.data else None
    consent = bool(form.consent.data)
    try:
        saved = transact(rules.set_photo, council_id, member_id, picture, consent=consent, by=_role(council), now=now())
    except Problem as problem:
        return _refused(PHOTO, PHOTO_PANEL, form, problem, **context)
    flash(gettext("The photo is shown.") if saved.photo_id else gettext("No photo is kept of this member."), "ok")
    return _back(council_id)


@blueprint.route("/<int:council_id>/commissions/new", methods=["GET", "POST"])
@access(staff)
def commission(council_id: int) -> AnyResponse:
    """Found a commission."""
    council = _council(council_id)
    form = CommissionForm()
    if request.method == "GET" or not form.submitted():
        return _asked(COMMISSION, COMMISSION_PANEL, form, council=council)
    transact(rules.add_commission, council_id, form.name.form.slots(), by=_role(council), now=now())
    flash(gettext("The commission is founded."), "ok")
    return _back(council_id)


# --- Promises ---------------------------------------------------------------------------------------------


@blueprint.route("/<int:council_id>/promises/new", methods=["GET", "POST"])
@access(staff)
def promise(council_id: int) -> AnyResponse:
    """Write down what the council said in public it would do."""
    council = _council(council_id)
    form = PromiseForm(data={"made_on": _today()})
    if request.method == "GET" or not form.submitted():
        return _asked(PROMISE, PROMISE_PANEL, form, council=council)
    made, due = _day(form.made_on), form.due_on.data
    text = form.text.form.slots()
    try:
        transact(rules.make_promise, council_id, text, made_on=made, due_on=due, by=_role(council), now=now())
    except Problem as problem:
        return _refused(PROMISE, PROMISE_PANEL, form, problem, council=council)
    flash(gettext("The promise stands on the council's page."), "ok")
    return _back(council_id)


@blueprint.route("/<int:council_id>/promises/<int:promise_id>/outcome", methods=["GET", "POST"])
@access(staff)
def outcome(council_id: int, promise_id: int) -> AnyResponse:
    """Say what became of a promise."""
    council, found = _council_and_promise(council_id, promise_id)
    if found.state != PromiseState.OPEN and request.method == "GET":
        return _back(council_id)
    form = OutcomeForm(data={"on": _today()})
    context = {"council": council, "promise": found}
    if request.method == "GET" or not form.submitted():
        return _asked(OUTCOME, OUTCOME_PANEL, form, **context)
    try:
        transact(
            rules.judge_promise,
            council_id,
            promise_id,
            PromiseState(form.state.data),
            outcome=form.outcome.form.slots(),
            on=_day(form.on),
            by=_role(council),
            now=now(),
        )
    except Problem as problem:
        return _refused(OUTCOME, OUTCOME_PANEL, form, problem, **context)
    flash(gettext("It is noted what became of the promise."), "ok")
    return _back(council_id)


# --- What they share --------------------------------------------------------------------------------------


def _member(council: Council, found: Member | None) -> AnyResponse:
    commissions = queries.commissions(db.session(), council.id)
    form = member_form(commissions, lang(), found, today=_today())
    context: dict[str, Any] = {"council": council, "member": found}
    if request.method == "GET" or not form.submitted():
        return _asked(MEMBER, MEMBER_PANEL, form, **context)
    try:
        if found is None:
            transact(rules.seat_member, council.id, form.seat(), by=_role(council), now=now())
        else:
            transact(rules.change_member, council.id, found.id, form.seat(), by=_role(council), now=now())
    except Problem as problem:
        return _refused(MEMBER, MEMBER_PANEL, form, problem, **context)
    flash(gettext("Saved. The council's page shows it at once."), "ok")
    return _back(council.id)


def _asked(page: str, panel: str, form: Form, **context: Any) -> Response:
    """Show a form: as it begins, or with what is wrong with it."""
    return show(page, panel, 422 if request.method == "POST" else 200, form=form, **context)


def _refused(page: str, panel: str, form: Form, problem: Problem, **context: Any) -> Response:
    form.refuse(problem)
    return show(page, panel, problem.status, form=form, **context)


def _back(council_id: int) -> AnyResponse:
    return leave(url_for("council_desk.show", council_id=council_id))


def _role(council: Council) -> ActorRole:
    return acts_as(visitor(), council)


def _council(council_id: int) -> Council:
    """Return a council that this person keeps; another one looks like none."""
    council = queries.council(db.session(), council_id)
    if council is None or not may_keep(visitor(), council):
        abort(404)
    return council


def _council_and_member(council_id: int, member_id: int) -> tuple[Council, Member]:
    council = _council(council_id)
    found = queries.member(db.session(), council_id, member_id)
    if found is None:
        abort(404)
    return council, found


def _council_and_promise(council_id: int, promise_id: int) -> tuple[Council, Promise]:
    council = _council(council_id)
    found = queries.promise(db.session(), council_id, promise_id)
    if found is None:
        abort(404)
    return council, found


def _key(setting: str) -> SettingKey:
    try:
        return SettingKey(setting)
    except ValueError:
        abort(404)


def _day(field: DayField) -> date:
    """Return the day of a field that was checked to have one."""
    assert field.data is not None  # noqa: S101 -- validated
    return field.data


def _today() -> date:
    return local_day(now())
