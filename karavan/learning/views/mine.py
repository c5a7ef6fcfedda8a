"""A person's own learning record, the two questions after an event, and its photographs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, flash, request, url_for

from karavan.accounts.queries import person
from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Message, Problem
from karavan.events.ticket_links import registration_at
from karavan.files.answers import send
from karavan.files.queries import content_of
from karavan.learning import queries
from karavan.learning.forms import FeedbackForm, ObjectionForm
from karavan.learning.paper import record_paper
from karavan.learning.record import as_csv, learning_record
from karavan.learning.rules.answer import answer, refuse_who_is_not_asked
from karavan.learning.rules.photos import object_to
from karavan.web.access import access, anyone, signed_in, visitor
from karavan.web.limits import spend
from karavan.web.locale import gettext, lang
from karavan.web.reply import leave, public, show

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from karavan.events.models import Event, Registration
    from karavan.learning.models import Photo
    from karavan.learning.record import Line

blueprint = Blueprint("learning", __name__, url_prefix="/<lang:lang>")

FEEDBACK, FEEDBACK_PANEL = "learning/feedback.html", "learning/_feedback_panel.html"
OBJECTION, OBJECTION_PANEL = "learning/objection.html", "learning/_objection_panel.html"


# --- What somebody attended -------------------------------------------------------------------------------


@blueprint.get("/me/learning")
@access(signed_in)
def record() -> Response:
    """Show what somebody attended, for how long, and her certificates."""
    _, lines = _record()
    return show("learning/record.html", lines=lines, total=sum(line.minutes for line in lines))


@blueprint.get("/me/learning.csv")
@access(signed_in)
def record_file() -> Response:
    """Give the record to a spreadsheet."""
    _, lines = _record()
    headers = {"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": 'attachment; filename="learning.csv"'}
    return Response(as_csv(lines, lang()), headers=headers)


@blueprint.get("/me/learning/<any(kk, ru):tongue>.pdf")
@access(signed_in)
def record_pdf(tongue: str) -> Response:
    """Give the record as a paper."""
    name, lines = _record()
    headers = {"Content-Disposition": f'attachment; filename="learning-{tongue}.pdf"'}
    return Response(record_paper(name, lines, tongue, at=now()), mimetype="application/pdf", headers=headers)


def _record() -> tuple[str, list[Line]]:
    who = person(db.session(), visitor().person_id)
    lines = learning_record(db.session(), email_key=who.email_key, phone=who.phone)
    return who.name, lines


# --- The two questions ------------------------------------------------------------------------------------


@blueprint.route("/registrations/<token>/feedback", methods=["GET", "POST"])
@access(anyone)
def feedback(token: str) -> AnyResponse:
    """Ask the two questions, at the link that is the ticket's."""
    registration = registration_at(token)
    context: dict[str, Any] = {"token": token, "event": registration.event, "closed": _closed(registration)}
    given = queries.feedback_of(db.session(), registration.id)
    form = FeedbackForm(data={"rating": str(given.rating), "words": given.words} if given else None)
    context["given"] = given is not None
    if request.method == "GET":
        return show(FEEDBACK, FEEDBACK_PANEL, form=form, **context)
    spend("feedback", "30 per minute", registration.public_id)
    if not form.submitted():
        return show(FEEDBACK, FEEDBACK_PANEL, 422, form=form, **context)
    said: dict[str, Any] = {"rating": int(form.rating.data), "words": form.words.data or "", "lang": lang()}
    try:
        transact(answer, registration.public_id, **said, now=now())
    except Problem as problem:
        form.refuse(problem)
        return show(FEEDBACK, FEEDBACK_PANEL, problem.status, form=form, **context)
    flash(gettext("Thank you. The organiser reads it without your name."), "ok")
    return leave(url_for("learning.feedback", token=token))


def _closed(registration: Registration) -> Message | None:
    """Return why she is not asked, if so."""
    try:
        refuse_who_is_not_asked(db.session(), registration, now())
    except Problem as problem:
        return problem.message
    return None


# --- Photographs ------------------------------------------------------------------------------------------


@blueprint.get("/events/<slug>/photos")
@access(anyone)
def photos(slug: str) -> Response:
    """Show an event's photographs."""
    public()
    event = _event(slug)
    rows = queries.photos_of(db.session(), event.id, hidden=False)
    return show("learning/photos.html", event=event, photos=rows)


@blueprint.get("/events/<slug>/photos/<photo>")
@access(anyone)
def photo(slug: str, photo: str) -> Response:
    """Hand out a photograph, unless somebody objected to it."""
    row = _photo(_event(slug), photo)
    content = content_of(db.session(), row.file_id)
    if row.hidden_at is not None or content is None:
        abort(404)
    return send(row.file, content, row.caption.best(lang()).text, inline=True, private=False)


@blueprint.route("/events/<slug>/photos/<photo>/objection", methods=["GET", "POST"])
@access(anyone)
def objection(slug: str, photo: str) -> AnyResponse:
    """Let whoever is in a photograph take it away: without an account, at once."""
    event = _event(slug)
    row = _photo(event, photo)
    if row.hidden_at is not None:
        return leave(url_for("learning.photos", slug=slug))
    form = ObjectionForm()
    if not form.submitted():
        status = 422 if request.method == "POST" else 200
        return show(OBJECTION, OBJECTION_PANEL, status, event=event, photo=row, form=form)
    spend("objection", "20 per hour")
    transact(object_to, event.id, photo, words=form.words.data or "", now=now())
    flash(gettext("It is gone from the page. The organiser has been told."), "ok")
    return leave(url_for("learning.photos", slug=slug))


def _event(slug: str) -> Event:
    event = queries.public_event(db.session(), slug)
    if event is None:
        abort(404)
    return event


def _photo(event: Event, public_id: str) -> Photo:
    row = queries.photo(db.session(), event.id, public_id)
    if row is None:
        abort(404)
    return row
