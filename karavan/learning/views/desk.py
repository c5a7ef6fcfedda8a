"""The organiser's side of what comes after: hours, certificates, photographs, what people said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, current_app, flash, request, url_for

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Problem
from karavan.events.at_desk import organiser, public_event_at_desk
from karavan.files.answers import send
from karavan.files.fields import BODY_BYTES
from karavan.files.queries import content_of
from karavan.learning import queries
from karavan.learning.forms import PhotoForm, PressForm, ReturnForm, RevocationForm, hours_form
from karavan.learning.hours import minutes_of
from karavan.learning.keys import keys_of
from karavan.learning.rules.certify import Desk, issue, revoke
from karavan.learning.rules.hours import set_hours
from karavan.learning.rules.photos import add_photo, remove_photo, show_again
from karavan.roster.looking import log_look
from karavan.roster.models import Look
from karavan.web.access import access, visitor
from karavan.web.forms import whole_number
from karavan.web.hygiene import takes_files
from karavan.web.locale import gettext, lang, ngettext
from karavan.web.reply import leave, show

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from karavan.events.models import Event
    from karavan.learning.models import Certificate, Photo
    from karavan.web.forms import Form

blueprint = Blueprint("learning_desk", __name__, url_prefix="/<lang:lang>/desk/events/<int:event_id>/after")

HOURS, HOURS_PANEL = "learning_desk/hours.html", "learning_desk/_hours_panel.html"
CERTIFICATES, CERTIFICATES_PANEL = "learning_desk/certificates.html", "learning_desk/_certificates_panel.html"
REVOCATION, REVOCATION_PANEL = "learning_desk/revocation.html", "learning_desk/_revocation_panel.html"
PHOTOS, PHOTOS_PANEL = "learning_desk/photos.html", "learning_desk/_photos_panel.html"
REMOVAL, REMOVAL_PANEL = "learning_desk/photo_removal.html", "learning_desk/_photo_removal_panel.html"
RETURN, RETURN_PANEL = "learning_desk/photo_return.html", "learning_desk/_photo_return_panel.html"


@blueprint.get("", endpoint="show")
@access(organiser)
def show_after(event_id: int) -> Response:
    """Show what there is to do after an event, and how far it has come."""
    event, session = public_event_at_desk(event_id), db.session()
    return show(
        "learning_desk/show.html",
        event=event,
        over=event.ends_at <= now(),
        minutes=minutes_of(event, queries.set_days(session, event_id)),
        came=queries.came_by_day(session, event_id),
        present=queries.present(session, event_id),
        issued=queries.issued(session, event_id),
        said=queries.answers_of(session, event_id),
        photos=queries.photo_count(session, event_id),
    )


@blueprint.route("/hours", methods=["GET", "POST"])
@access(organiser)
def hours(event_id: int) -> AnyResponse:
    """Say how long each day was."""
    event = public_event_at_desk(event_id)
    form = hours_form(minutes_of(event, queries.set_days(db.session(), event_id)))
    if not form.submitted():
        return _asked(HOURS, HOURS_PANEL, form, event=event)
    transact(set_hours, event_id, form.minutes())
    flash(gettext("The hours are saved. Certificates that were issued before keep theirs."), "ok")
    return leave(_after(event_id))


# --- Certificates -----------------------------------------------------------------------------------------


@blueprint.route("/certificates", methods=["GET", "POST"])
@access(organiser)
def certificates(event_id: int) -> AnyResponse:
    """Show who has a certificate, and issue those that are missing."""
    event, form = public_event_at_desk(event_id), PressForm()
    if request.method == "GET":
        return _certificates(event, form)
    if not form.submitted():
        return _certificates(event, form, 422)
    try:
        number = transact(issue, event_id, _desk(), now=now())
    except Problem as problem:
        form.refuse(problem)
        return _certificates(public_event_at_desk(event_id), form, problem.status)
    if number:
        words = ngettext(
            "%(num)d certificate is issued. A letter with the link is on its way.",
            "%(num)d certificates are issued. Letters with the links are on their way.",
            number,
        )
        flash(words % {"num": number}, "ok")
    else:
        flash(gettext("Everyone who came has a certificate already."), "info")
    return leave(url_for("learning_desk.certificates", event_id=event_id))


@blueprint.route("/certificates/<int:certificate_id>/revocation", methods=["GET", "POST"])
@access(organiser)
def revocation(event_id: int, certificate_id: int) -> AnyResponse:
    """Revoke a certificate: a page of its own, because it cannot be undone."""
    event = public_event_at_desk(event_id)
    certificate = _certificate(event_id, certificate_id)
    here = url_for("learning_desk.certificates", event_id=event_id)
    if request.method == "GET" and certificate.revoked_at is not None:
        return leave(here)
    form = RevocationForm()
    if not form.submitted():
        return _revocation(event, certificate, form, 422 if request.method == "POST" else 200)
    facts: dict[str, Any] = {"reason": form.reason.data or "", "replace": bool(form.replace.data), "now": now()}
    try:
        anew = transact(revoke, event_id, certificate_id, _desk(), **facts)
    except Problem as problem:
        form.refuse(problem)
        event, certificate = public_event_at_desk(event_id), _certificate(event_id, certificate_id)
        return _revocation(event, certificate, form, problem.status)
    if anew is None:
        flash(gettext("Revoked. Its page says so, and a letter says why."), "ok")
    else:
        flash(gettext("Revoked, and a new certificate is issued. A letter with the link is on its way."), "ok")
    return leave(here)


def _revocation(event: Event, certificate: Certificate, form: RevocationForm, status: int) -> Response:
    event_id = event.id
    response = show(REVOCATION, REVOCATION_PANEL, status, form=form, event=event, certificate=certificate)
    log_look(event_id, Look.CERTIFICATES, people=1)
    return response


def _certificates(event: Event, form: PressForm, status: int = 200) -> Response:
    session, after = db.session(), whole_number(request.args.get("after"))
    page = queries.certificates_page(session, event.id, after=after)
    response = show(
        CERTIFICATES,
        CERTIFICATES_PANEL,
        status,
        event=event,
        form=form,
        page=page,
        issued=queries.issued(session, event.id),
        present=queries.present(session, event.id),
        over=event.ends_at <= now(),
    )
    if page.rows:
        log_look(event.id, Look.CERTIFICATES, people=len(page.rows))
    return response


def _certificate(event_id: int, certificate_id: int) -> Certificate:
    known = certificate_id <= queries.LARGEST_ID
    certificate = queries.certificate_at_desk(db.session(), event_id, certificate_id) if known else None
    if certificate is None:
        abort(404)
    return certificate


def _desk() -> Desk:
    return Desk(keys=keys_of(current_app), person_id=visitor().person_id)


# --- What people said -------------------------------------------------------------------------------------


@blueprint.get("/answers")
@access(organiser)
def answers(event_id: int) -> Response:
    """Show the answers to the two questions, without who gave them."""
    event = public_event_at_desk(event_id)
    said = queries.answers_of(db.session(), event_id)
    response = show("learning_desk/answers.html", event=event, said=said)
    if said.words:
        log_look(event_id, Look.FEEDBACK, people=len(said.words))
    return response


# --- Photographs ------------------------------------------------------------------------------------------


@blueprint.route("/photos", methods=["GET", "POST"])
@access(organiser)
@takes_files(BODY_BYTES)
def photos(event_id: int) -> AnyResponse:
    """Show the photographs, hidden ones too, and put one there."""
    event, form = public_event_at_desk(event_id), PhotoForm()
    if not form.submitted():
        return _photos(event, form, 422 if request.method == "POST" else 200)
    facts: dict[str, Any] = {"caption": form.caption.form.slots(), "person_id": visitor().person_id, "now": now()}
    received: Any = form.file.data
    try:
        transact(add_photo, event_id, received.file, **facts)
    except Problem as problem:
        form.refuse(problem)
        return _photos(public_event_at_desk(event_id), form, problem.status)
    flash(gettext("It is there. Everybody can see it."), "ok")
    return leave(url_for("learning_desk.photos", event_id=event_id))


@blueprint.get("/photos/<photo>")
@access(organiser)
def photo(event_id: int, photo: str) -> Response:
    """Hand out a photograph: also one that nobody else can see any more."""
    row = _photo(public_event_at_desk(event_id), photo)
    content = content_of(db.session(), row.file_id)
    if content is None:
        abort(404)
    return send(row.file, content, row.caption.best(lang()).text, inline=True, private=True)


@blueprint.route("/photos/<photo>/removal", methods=["GET", "POST"])
@access(organiser)
def removal(event_id: int, photo: str) -> AnyResponse:
    """Delete a photograph: a page of its own, because it cannot be undone."""
    event, form = public_event_at_desk(event_id), PressForm()
    row = _photo(event, photo)
    if not form.submitted():
        return _asked(REMOVAL, REMOVAL_PANEL, form, event=event, photo=row)
    transact(remove_photo, event_id, photo)
    flash(gettext("It is deleted."), "ok")
    return leave(url_for("learning_desk.photos", event_id=event_id))


@blueprint.route("/photos/<photo>/return", methods=["GET", "POST"])
@access(organiser)
def bring_back(event_id: int, photo: str) -> AnyResponse:
    """Show a photograph again, after whoever objected has agreed."""
    event, form = public_event_at_desk(event_id), ReturnForm()
    row = _photo(event, photo)
    if row.hidden_at is None:
        return leave(url_for("learning_desk.photos", event_id=event_id))
    if not form.submitted():
        response = _asked(RETURN, RETURN_PANEL, form, event=event, photo=row)
        log_look(event_id, Look.OBJECTIONS, people=1)
        return response
    transact(show_again, event_id, photo, person_id=visitor().person_id)
    flash(gettext("It is there. Everybody can see it."), "ok")
    return leave(url_for("learning_desk.photos", event_id=event_id))


def _photos(event: Event, form: PhotoForm, status: int = 200) -> Response:
    rows = queries.photos_of(db.session(), event.id, hidden=True)
    response = show(PHOTOS, PHOTOS_PANEL, status, event=event, form=form, photos=rows)
    if objections := sum(bool(row.objection) for row in rows):
        log_look(event.id, Look.OBJECTIONS, people=objections)
    return response


def _photo(event: Event, public_id: str) -> Photo:
    row = queries.photo(db.session(), event.id, public_id)
    if row is None:
        abort(404)
    return row


# --- What they share --------------------------------------------------------------------------------------


def _after(event_id: int) -> str:
    return url_for("learning_desk.show", event_id=event_id)


def _asked(page: str, panel: str, form: Form, **context: Any) -> Response:
    """Show a form: as it begins, or with what is wrong with it."""
    return show(page, panel, 422 if request.method == "POST" else 200, form=form, **context)
