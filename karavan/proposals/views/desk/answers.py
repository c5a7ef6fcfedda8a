"""What a body answers: one person writes, another checks, then it is published; and the author's objections to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, flash, request, url_for

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Problem
from karavan.files.fields import BODY_BYTES
from karavan.proposals import queries
from karavan.proposals.desk_forms import AnswerFileForm, DeskForm, ObjectionForm, answer_form
from karavan.proposals.models import AnswerState, RecommendationState
from karavan.proposals.rules.answer import check_answer, decide_objection, publish_answer, write_answer
from karavan.proposals.rules.answer_files import FILES, attach_to_answer, detach_from_answer
from karavan.proposals.views.desk.room import blueprint, objection_at_desk, recommendation_at_desk, staff_role
from karavan.web.access import access, staff, visitor
from karavan.web.fields import what_differs
from karavan.web.hygiene import takes_files
from karavan.web.locale import gettext
from karavan.web.reply import leave, show

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from karavan.proposals.desk_forms import AnswerForm
    from karavan.proposals.models import Objection, OfficialAnswer, Recommendation

WRITING, ANSWER_FORM = "proposal_desk/answer.html", "proposal_desk/_answer_form.html"
CHECK, CHECK_PANEL = "proposal_desk/check.html", "proposal_desk/_check_panel.html"
PUBLICATION, PUBLICATION_PANEL = "proposal_desk/publication.html", "proposal_desk/_publication_panel.html"
FILE, FILE_PANEL = "proposal_desk/file.html", "proposal_desk/_file_panel.html"
REMOVAL, REMOVAL_PANEL = "proposal_desk/file_removal.html", "proposal_desk/_file_removal_panel.html"
OBJECTION, OBJECTION_PANEL = "proposal_desk/objection.html", "proposal_desk/_objection_panel.html"


@blueprint.route("/recommendations/<int:recommendation_id>/answer", methods=["GET", "POST"])
@access(staff)
def answer(recommendation_id: int) -> AnyResponse:
    """Write the answer, or change what is written of it."""
    found = recommendation_at_desk(recommendation_id)
    if request.method == "GET" and found.state != RecommendationState.SENT:
        return _not_awaited(recommendation_id)
    form = answer_form(_open(found), now=now())
    if not form.submitted():
        return _answer(found, form, 422 if request.method == "POST" else 200)
    try:
        transact(
            write_answer,
            recommendation_id,
            form.reply(),
            by_person=visitor().person_id,
            read_version=form.read_version,
            now=now(),
        )
    except Problem as problem:
        return _answer_refused(recommendation_id, form, problem)
    flash(gettext("The answer is saved. Another person has to check it before it can be published."), "ok")
    return leave(_page(recommendation_id))


@blueprint.route("/recommendations/<int:recommendation_id>/answer/check", methods=["GET", "POST"])
@access(staff)
def check(recommendation_id: int) -> AnyResponse:
    """Check what somebody else wrote."""
    found = recommendation_at_desk(recommendation_id)
    drafted = _open(found)
    if request.method == "GET" and (drafted is None or drafted.state != AnswerState.DRAFTED):
        return _not_awaited(recommendation_id)
    form = DeskForm(data={"version": drafted.version if drafted else 0})
    if not form.submitted():
        return _read(CHECK, CHECK_PANEL, found, form, 422 if request.method == "POST" else 200)
    person_id = visitor().person_id
    try:
        transact(check_answer, recommendation_id, by_person=person_id, read_version=form.read_version, now=now())
    except Problem as problem:
        return _read_refused(CHECK, CHECK_PANEL, recommendation_id, form, problem)
    flash(gettext("Checked. It can be published now."), "ok")
    return leave(_page(recommendation_id))


@blueprint.route("/recommendations/<int:recommendation_id>/answer/publication", methods=["GET", "POST"])
@access(staff)
def publication(recommendation_id: int) -> AnyResponse:
    """Publish a checked answer: a page of its own, because authors are told at once."""
    found = recommendation_at_desk(recommendation_id)
    checked = _open(found)
    if request.method == "GET" and checked is None:
        return _not_awaited(recommendation_id)
    form = DeskForm(data={"version": checked.version if checked else 0})
    if not form.submitted():
        return _read(PUBLICATION, PUBLICATION_PANEL, found, form, 422 if request.method == "POST" else 200)
    by = staff_role(found.council.organisation_id)
    try:
        transact(publish_answer, recommendation_id, by=by, read_version=form.read_version, now=now())
    except Problem as problem:
        return _read_refused(PUBLICATION, PUBLICATION_PANEL, recommendation_id, form, problem)
    flash(gettext("The answer is published. The authors are told."), "ok")
    return leave(_page(recommendation_id))


@blueprint.route("/recommendations/<int:recommendation_id>/answer/files", methods=["GET", "POST"])
@access(staff)
@takes_files(BODY_BYTES)
def attach(recommendation_id: int) -> AnyResponse:
    """Put a file with the answer."""
    found = recommendation_at_desk(recommendation_id)
    drafted = _open(found)
    if request.method == "GET" and drafted is None:
        return _not_awaited(recommendation_id)
    form = AnswerFileForm(data={"version": drafted.version if drafted else 0})
    if not form.submitted():
        return _file(found, form, 422 if request.method == "POST" else 200)
    received: Any = form.file.data
    try:
        transact(
            attach_to_answer,
            recommendation_id,
            received.file,
            name=received.name,
            by_person=visitor().person_id,
            read_version=form.read_version,
            now=now(),
        )
    except Problem as problem:
        fresh = _again(recommendation_id, form, problem)
        return _file(fresh, form, problem.status)
    flash(gettext("The file is with the answer. Another person has to check it before it can be published."), "ok")
    return leave(_page(recommendation_id))


@blueprint.route("/recommendations/<int:recommendation_id>/answer/files/<attachment>/removal", methods=["GET", "POST"])
@access(staff)
def detach(recommendation_id: int, attachment: str) -> AnyResponse:
    """Take a file away from the answer."""
    found = recommendation_at_desk(recommendation_id)
    drafted = _open(found)
    known = next((one for one in drafted.attachments if one.public_id == attachment), None) if drafted else None
    if drafted is None or known is None:
        return leave(_page(recommendation_id))
    form = DeskForm(data={"version": drafted.version})
    if not form.submitted():
        status = 422 if request.method == "POST" else 200
        return show(REMOVAL, REMOVAL_PANEL, status, recommendation=found, attachment=known, form=form)
    facts: dict[str, Any] = {"by_person": visitor().person_id, "read_version": form.read_version, "now": now()}
    try:
        transact(detach_from_answer, recommendation_id, attachment, **facts)
    except Problem as problem:
        fresh = _again(recommendation_id, form, problem)
        return show(REMOVAL, REMOVAL_PANEL, problem.status, recommendation=fresh, attachment=known, form=form)
    flash(gettext("The file is taken away."), "ok")
    return leave(_page(recommendation_id))


@blueprint.route("/objections/<int:objection_id>", methods=["GET", "POST"])
@access(staff)
def objection(objection_id: int) -> AnyResponse:
    """Decide on an author's objection: a new answer becomes due, or the answer stands."""
    made, found = objection_at_desk(objection_id)
    form = ObjectionForm()
    if not form.submitted():
        return _objection(made, found, form, 422 if request.method == "POST" else 200)
    upheld = form.upheld.data == "yes"
    try:
        transact(
            decide_objection,
            objection_id,
            upheld=upheld,
            decision=form.decision.form.slots(),
            by_person=visitor().person_id,
            by=staff_role(found.council.organisation_id),
            now=now(),
        )
    except Problem as problem:
        form.refuse(problem)
        return _objection(*objection_at_desk(objection_id), form, problem.status)
    if upheld:
        flash(gettext("Decided: a new answer is due, and its date is set."), "ok")
    else:
        flash(gettext("Decided: the answer stands."), "ok")
    return leave(_page(found.id))


def _open(found: Recommendation) -> OfficialAnswer | None:
    """Return the answer that is being written, if one is."""
    return next((one for one in found.answers if one.state != AnswerState.PUBLISHED), None)


def _again(recommendation_id: int, form: DeskForm, problem: Problem) -> Recommendation:
    """Say what the rule said, and read what stands now."""
    fresh = recommendation_at_desk(recommendation_id)
    form.refuse(problem)
    stored = _open(fresh)
    form.version.data = str(stored.version if stored else 0)
    return fresh


def _answer(found: Recommendation, form: AnswerForm, status: int = 200, *, conflict: Any = ()) -> Response:
    return show(
        WRITING,
        ANSWER_FORM,
        status,
        recommendation=found,
        form=form,
        conflict=conflict,
        wrote=_writer(_open(found)),
    )


def _answer_refused(recommendation_id: int, form: AnswerForm, problem: Problem) -> Response:
    """Keep her text, and say what the stored one says where it differs."""
    fresh = _again(recommendation_id, form, problem)
    stored = _open(fresh) or next(iter(reversed(fresh.answers)), None)
    differs = what_differs(form, answer_form(stored, now=now(), formdata=None)) if stored else ()
    return _answer(fresh, form, problem.status, conflict=differs)


def _read(page: str, panel: str, found: Recommendation, form: DeskForm, status: int = 200) -> Response:
    """Show the answer that is being written, as its readers will see it, with one button."""
    drafted = _open(found)
    wrote = _writer(drafted)
    mine = drafted is not None and drafted.drafted_by_id == visitor().person_id
    return show(page, panel, status, recommendation=found, form=form, drafted=drafted, wrote=wrote, mine=mine)


def _read_refused(page: str, panel: str, recommendation_id: int, form: DeskForm, problem: Problem) -> Response:
    fresh = _again(recommendation_id, form, problem)
    return _read(page, panel, fresh, form, problem.status)


def _file(found: Recommendation, form: AnswerFileForm, status: int = 200) -> Response:
    return show(FILE, FILE_PANEL, status, recommendation=found, form=form, drafted=_open(found), most=FILES)


def _objection(made: Objection, found: Recommendation, form: ObjectionForm, status: int = 200) -> Response:
    carried = next((one for one in found.proposals if one.id == made.proposal_id), None)
    contested = next((one for one in found.answers if one.id == made.answer_id), None)
    return show(
        OBJECTION,
        OBJECTION_PANEL,
        status,
        objection=made,
        recommendation=found,
        proposal=carried,
        answer=contested,
        form=form,
    )


def _writer(drafted: OfficialAnswer | None) -> str:
    """Return who wrote it, for staff, who must know whom to ask."""
    people = queries.people_by_id(db.session(), (drafted.drafted_by_id,)) if drafted else {}
    return next((person.name for person in people.values()), "")


def _not_awaited(recommendation_id: int) -> AnyResponse:
    flash(gettext("There is nothing to do here at the stage the answer is at now."), "warn")
    return leave(_page(recommendation_id))


def _page(recommendation_id: int) -> str:
    return url_for("proposal_desk.recommendation", recommendation_id=recommendation_id)
