"""The list, the card of a hearing, and the editor: what is to be heard, when, where, in which languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, abort, flash, request

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Problem
from karavan.councils.models import Council
from karavan.hearings import desk_queries, hall_queries
from karavan.hearings.desk_forms import hearing_form
from karavan.hearings.hosted import HOST
from karavan.hearings.lifecycle import OPEN_TO_EDITS
from karavan.hearings.policy import possible
from karavan.hearings.rules.plan import begin_draft, edit
from karavan.hearings.views.desk.room import back, blueprint, hearing_at_desk, organisation_ids, role
from karavan.proposals.queries import desk_councils
from karavan.protocols.queries import protocol_of
from karavan.web.access import access, staff, visitor
from karavan.web.fields import what_differs
from karavan.web.forms import whole_number
from karavan.web.locale import gettext
from karavan.web.reply import show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.wrappers import Response as AnyResponse

    from karavan.hearings.desk_forms import HearingForm
    from karavan.hearings.models import Hearing
    from karavan.proposals.queries import DeskCouncil

INDEX = "hearing_desk/index.html"
CHOICE = "hearing_desk/councils.html"
PAGE = "hearing_desk/show.html"
EDITOR, FORM = "hearing_desk/editor.html", "hearing_desk/_hearing_form.html"


@blueprint.get("/")
@access(staff)
def index() -> Response:
    """List the hearings of this person's councils: drafts, announced, now, to be answered, closed."""
    councils = desk_councils(db.session(), organisation_ids())
    lines = desk_queries.desk_lines(db.session(), organisation_ids())
    return show(INDEX, lines=desk_queries.by_state(lines), councils=len(councils))


@blueprint.route("/new", methods=["GET", "POST"])
@access(staff)
def create() -> AnyResponse:
    """Begin a draft."""
    councils = desk_councils(db.session(), organisation_ids())
    council = _council_asked(councils)
    if not councils:
        abort(403)
    if council is None:
        return show(CHOICE, None, 422 if request.method == "POST" else 200, councils=councils)
    place = db.session().get_one(Council, council.id).place
    form = hearing_form(linked=desk_queries.linkable(db.session(), council.id), place=place)
    if not form.submitted():
        return _editor(None, council, form, 422 if request.method == "POST" else 200)
    try:
        seats = {"seats": int(form.seats.data or 0)}
        made = transact(begin_draft, council.id, form.plan(), by_person=visitor().person_id, now=now(), **seats)
    except Problem as problem:
        form.refuse(problem)
        return _editor(None, council, form, problem.status)
    flash(gettext("The draft is saved. Only the council's secretaries see it until notice is given."), "ok")
    return back(made.id)


@blueprint.get("/<int:hearing_id>", endpoint="show")
@access(staff)
def show_hearing(hearing_id: int) -> Response:
    """Show where a hearing stands, what it lacks, and what can be done with it."""
    hearing, session = hearing_at_desk(hearing_id), db.session()
    bundle = desk_queries.bundle(session, hearing_id)
    return show(
        PAGE,
        hearing=hearing,
        bundle=bundle,
        lacks=desk_queries.lacks(hearing, len(bundle)),
        acts=possible(visitor(), hearing),
        linked=desk_queries.linked(session, hearing_id),
        speakers=len(hall_queries.everybody(session, hearing_id)),
        unanswered=desk_queries.unanswered_of(session, [hearing_id])[hearing_id],
        protocol=protocol_of(session, HOST, hearing_id),
    )


@blueprint.route("/<int:hearing_id>/edit", methods=["GET", "POST"])
@access(staff)
def change(hearing_id: int) -> AnyResponse:
    """Change what the notice says."""
    hearing = hearing_at_desk(hearing_id)
    if request.method == "GET" and hearing.state not in OPEN_TO_EDITS:
        flash(gettext("What was announced stands once the hearing has begun."), "warn")
        return back(hearing_id)
    form = hearing_form(hearing, linked=_linkable(hearing))
    if not form.submitted():
        return _editor(hearing, None, form, 422 if request.method == "POST" else 200)
    facts: dict[str, Any] = {"by": role(hearing), "read_version": form.read_version, "now": now()}
    if form.reason is not None:
        facts["reason"] = form.reason.form.slots()
    try:
        transact(edit, hearing_id, form.plan(), **facts)
    except Problem as problem:
        return _change_refused(hearing_id, form, problem)
    flash(gettext("Your changes are saved."), "ok")
    return back(hearing_id)


def _council_asked(councils: Sequence[DeskCouncil]) -> DeskCouncil | None:
    """Return the council that is named, or the only one; another secretary's looks like none."""
    asked = whole_number(request.args.get("council", ""))
    if "council" not in request.args:
        return councils[0] if len(councils) == 1 else None
    found = next((council for council in councils if council.id == asked), None)
    if found is None:
        abort(404)
    return found


def _linkable(hearing: Hearing) -> list[desk_queries.Linked]:
    return desk_queries.linkable(db.session(), hearing.council_id, hearing.id)


def _editor(
    hearing: Hearing | None, council: DeskCouncil | None, form: HearingForm, status: int = 200, *, conflict: Any = ()
) -> Response:
    return show(EDITOR, FORM, status, hearing=hearing, council=council, form=form, conflict=conflict)


def _change_refused(hearing_id: int, form: HearingForm, problem: Problem) -> Response:
    """Keep her text, and say what the stored one says where it differs: saving again replaces it."""
    hearing = hearing_at_desk(hearing_id)
    form.refuse(problem)
    stored = hearing_form(hearing, linked=_linkable(hearing), formdata=None)
    form.version.data = str(hearing.version)
    differs = what_differs(form, stored) if problem.status == 409 else ()
    return _editor(hearing, None, form, problem.status, conflict=differs)
