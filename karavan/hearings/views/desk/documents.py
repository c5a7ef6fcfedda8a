"""The documents of a hearing: put in, named and ordered before notice; after it, what changes is seen by everyone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, abort, flash, request, url_for

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Problem
from karavan.files.answers import send
from karavan.files.fields import BODY_BYTES
from karavan.files.models import StoredFile
from karavan.files.queries import content_of
from karavan.hearings import desk_queries
from karavan.hearings.desk_forms import NamingForm, document_form
from karavan.hearings.models import HearingState
from karavan.hearings.rules.documents import (
    add_document,
    drop_document,
    move_document,
    name_document,
    replace_document,
)
from karavan.hearings.views.desk.room import blueprint, hearing_at_desk, role
from karavan.proposals.desk_forms import DeskForm
from karavan.web.access import access, staff
from karavan.web.hygiene import takes_files
from karavan.web.locale import gettext
from karavan.web.reply import leave, show

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from karavan.files.checking import Examined
    from karavan.hearings.desk_forms import DocumentForm
    from karavan.hearings.models import Hearing

DOCUMENTS, PANEL = "hearing_desk/documents.html", "hearing_desk/_documents_panel.html"
NAMING, NAMING_PANEL = "hearing_desk/naming.html", "hearing_desk/_naming_panel.html"
REMOVAL, REMOVAL_PANEL = "hearing_desk/removal.html", "hearing_desk/_removal_panel.html"
REPLACEMENT, REPLACEMENT_PANEL = "hearing_desk/replacement.html", "hearing_desk/_replacement_panel.html"


@blueprint.route("/<int:hearing_id>/documents", methods=["GET", "POST"])
@access(staff)
@takes_files(BODY_BYTES)
def documents(hearing_id: int) -> AnyResponse:
    """Show the bundle, and put a document in."""
    hearing = hearing_at_desk(hearing_id)
    form = document_form(hearing)
    if not form.submitted():
        return _documents(hearing, form, 422 if request.method == "POST" else 200)
    try:
        transact(add_document, hearing_id, _file(form), **_facts(hearing, form))
    except Problem as problem:
        return _documents(_again(hearing_id, form, problem), form, problem.status)
    _say(hearing, form, gettext("The document is in the bundle."))
    return leave(_bundle(hearing_id))


@blueprint.get("/<int:hearing_id>/documents/<document>")
@access(staff)
def document(hearing_id: int, document: str) -> Response:
    """Hand a document over to whoever prepares the hearing: also one that nobody else can read yet."""
    row = _row(hearing_at_desk(hearing_id), document)
    file = db.session().get(StoredFile, row.file_id)
    content = content_of(db.session(), row.file_id)
    if file is None or content is None:
        abort(404)
    return send(file, content, row.name, inline=True, private=True)


@blueprint.route("/<int:hearing_id>/documents/<document>/name", methods=["GET", "POST"])
@access(staff)
def naming(hearing_id: int, document: str) -> AnyResponse:
    """Call a document of a draft by another name."""
    hearing = hearing_at_desk(hearing_id)
    row = _row(hearing, document)
    if request.method == "GET" and hearing.state != HearingState.DRAFT:
        return _stands(hearing_id)
    form = NamingForm(data={"version": hearing.version, "title": row.title})
    if not form.submitted():
        return _one(NAMING, NAMING_PANEL, hearing, row, form, 422 if request.method == "POST" else 200)
    try:
        transact(name_document, hearing_id, document, title=form.title.form.slots(), read_version=form.read_version)
    except Problem as problem:
        fresh = _again(hearing_id, form, problem)
        return _one(NAMING, NAMING_PANEL, fresh, row, form, problem.status)
    flash(gettext("Your changes are saved."), "ok")
    return leave(_bundle(hearing_id))


@blueprint.route("/<int:hearing_id>/documents/<document>/order", methods=["GET", "POST"])
@access(staff)
def order(hearing_id: int, document: str) -> AnyResponse:
    """Move a document of a draft up by one."""
    hearing = hearing_at_desk(hearing_id)
    _row(hearing, document)
    if request.method == "GET":
        return leave(_bundle(hearing_id))
    pressed = DeskForm()
    form = document_form(hearing, formdata=None)
    if not pressed.submitted():
        form.form_errors = pressed.form_errors
        return _documents(hearing, form, 422)
    try:
        transact(move_document, hearing_id, document, read_version=pressed.read_version)
    except Problem as problem:
        return _documents(_again(hearing_id, form, problem), form, problem.status)
    return leave(_bundle(hearing_id))


@blueprint.route("/<int:hearing_id>/documents/<document>/removal", methods=["GET", "POST"])
@access(staff)
def removal(hearing_id: int, document: str) -> AnyResponse:
    """Take a document out of a draft."""
    hearing = hearing_at_desk(hearing_id)
    row = _row(hearing, document)
    if request.method == "GET" and hearing.state != HearingState.DRAFT:
        return _stands(hearing_id)
    form = DeskForm(data={"version": hearing.version})
    if not form.submitted():
        return _one(REMOVAL, REMOVAL_PANEL, hearing, row, form, 422 if request.method == "POST" else 200)
    try:
        transact(drop_document, hearing_id, document, read_version=form.read_version)
    except Problem as problem:
        fresh = _again(hearing_id, form, problem)
        return _one(REMOVAL, REMOVAL_PANEL, fresh, row, form, problem.status)
    flash(gettext("The document is taken out."), "ok")
    return leave(_bundle(hearing_id))


@blueprint.route("/<int:hearing_id>/documents/<document>/version", methods=["GET", "POST"])
@access(staff)
@takes_files(BODY_BYTES)
def replacement(hearing_id: int, document: str) -> AnyResponse:
    """Put a new version of a document in: before notice it replaces the file, after it one of two things follows."""
    hearing = hearing_at_desk(hearing_id)
    row = _row(hearing, document)
    form = document_form(hearing, row)
    if not form.submitted():
        return _replacement(hearing, row, form, 422 if request.method == "POST" else 200)
    try:
        transact(replace_document, hearing_id, document, _file(form), **_facts(hearing, form))
    except Problem as problem:
        return _replacement(_again(hearing_id, form, problem), row, form, problem.status)
    _say(hearing, form, gettext("The new version is there."))
    return leave(_bundle(hearing_id))


def _file(form: DocumentForm) -> Examined:
    received: Any = form.file.data
    examined: Examined = received.file
    return examined


def _facts(hearing: Hearing, form: DocumentForm) -> dict[str, Any]:
    received: Any = form.file.data
    return {
        "name": received.name,
        "title": form.title.form.slots(),
        "exception": form.exception(),
        "by": role(hearing),
        "read_version": form.read_version,
        "now": now(),
    }


def _say(hearing: Hearing, form: DocumentForm, done: str) -> None:
    """Say what was done, and what follows from it."""
    flash(done, "ok")
    if hearing.state == HearingState.ANNOUNCED and form.exception() is None:
        flash(gettext("The notice begins anew today. Whoever follows the hearing is told."), "warn")


def _row(hearing: Hearing, public_id: str) -> desk_queries.DocumentRow:
    """Return one version of a document of this hearing."""
    every = (row for one in desk_queries.bundle(db.session(), hearing.id) for row in (one.now, *one.before))
    found = next((row for row in every if row.public_id == public_id), None)
    if found is None:
        abort(404)
    return found


def _again(hearing_id: int, form: DeskForm, problem: Problem) -> Hearing:
    """Say what the rule said, and read what stands now."""
    hearing = hearing_at_desk(hearing_id)
    form.refuse(problem)
    form.version.data = str(hearing.version)
    return hearing


def _documents(hearing: Hearing, form: DocumentForm, status: int = 200) -> Response:
    bundle = desk_queries.bundle(db.session(), hearing.id)
    return show(DOCUMENTS, PANEL, status, hearing=hearing, form=form, bundle=bundle)


def _one(page: str, panel: str, hearing: Hearing, row: Any, form: DeskForm, status: int = 200) -> Response:
    return show(page, panel, status, hearing=hearing, document=row, form=form)


def _replacement(hearing: Hearing, row: Any, form: DocumentForm, status: int = 200) -> Response:
    return show(REPLACEMENT, REPLACEMENT_PANEL, status, hearing=hearing, document=row, form=form)


def _stands(hearing_id: int) -> AnyResponse:
    flash(gettext("Notice was given with these documents. You can put in a new version."), "warn")
    return leave(_bundle(hearing_id))


def _bundle(hearing_id: int) -> str:
    return url_for("hearing_desk.documents", hearing_id=hearing_id)
