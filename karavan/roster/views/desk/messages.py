"""Writing to all or some of an event's people: composing, looking at it as they will, sending, and how it fares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from flask import Response, abort, flash, redirect, request, url_for

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.languages import LANGUAGES
from karavan.core.problems import Problem
from karavan.events.at_desk import event_at_desk, organiser
from karavan.events.letters import event_facts
from karavan.events.models import EventState
from karavan.notifications.models import Channel, Letter
from karavan.notifications.rendering import render
from karavan.roster import message_queries as queries
from karavan.roster.forms import write_filter
from karavan.roster.looking import log_look
from karavan.roster.message_forms import AgainForm, SendForm, message_form
from karavan.roster.message_letters import MESSAGE, message_payload
from karavan.roster.message_problems import MessageChanged
from karavan.roster.models import BroadcastState, Look
from karavan.roster.queries import Filter, person_name
from karavan.roster.rules.messages import (
    begin_message,
    edit_message,
    send_again,
    send_message,
    send_test,
    stop_message,
)
from karavan.roster.views.desk.room import blueprint
from karavan.web.access import access, visitor
from karavan.web.fields import what_differs
from karavan.web.limits import spend
from karavan.web.locale import gettext, ngettext
from karavan.web.reply import leave, show, wants_region

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from karavan.events.models import Event
    from karavan.roster.message_forms import MessageForm
    from karavan.roster.models import Broadcast
    from karavan.web.forms import Form

INDEX: Final = "roster/messages.html"
EDITOR, FORM = "roster/message_edit.html", "roster/_message_form.html"
DRAFT, DRAFT_PANEL = "roster/message_draft.html", "roster/_message_draft.html"
SENT, SENDING = "roster/message_sent.html", "roster/_message_sending.html"
STOP, STOP_PANEL = "roster/message_stop.html", "roster/_message_stop.html"


class Preview(NamedTuple):
    """A message as the readers of one language get it."""

    lang: str
    readers: int
    subject: str
    text: str
    short: str
    """What those get who have a telephone only."""
    borrowed: str
    """The language it is really in, if theirs is not written."""


@blueprint.get("/messages")
@access(organiser)
def messages(event_id: int) -> Response:
    """List what was written to people of an event."""
    event = event_at_desk(event_id)
    session = db.session()
    sent = queries.messages(session, event_id)
    fares = queries.progress(session, [queries.batch_of(one.id) for one in sent])
    return show(INDEX, event=event, messages=[(one, fares[queries.batch_of(one.id)]) for one in sent])


@blueprint.route("/messages/new", methods=["GET", "POST"])
@access(organiser)
def write_message(event_id: int) -> AnyResponse:
    """Begin a message; the roster's filter may come along in the address."""
    event = event_at_desk(event_id)
    if event.state == EventState.DRAFT:
        return leave(url_for("desk.show", event_id=event_id))
    form = message_form(asked=request.args)
    if not form.submitted():
        return _editor(event, None, form, 422 if request.method == "POST" else 200)
    key, by_id = form.key.data or "", visitor().person_id
    try:
        broadcast_id = transact(begin_message, event_id, form.wish(), key=key, by_id=by_id, now=now())
    except Problem as problem:
        form.refuse(problem)
        return _editor(event, None, form, problem.status)
    return leave(url_for("roster_desk.message", event_id=event_id, message_id=broadcast_id))


@blueprint.get("/messages/<int:message_id>")
@access(organiser)
def message(event_id: int, message_id: int) -> Response:
    """Show a draft as its readers will see it, or how the letters of what was sent fare."""
    event, broadcast = _message(event_id, message_id)
    if broadcast.state == BroadcastState.DRAFT:
        return _draft(event, broadcast)
    return _sent(event, broadcast)


@blueprint.route("/messages/<int:message_id>/edit", methods=["GET", "POST"])
@access(organiser)
def edit_text(event_id: int, message_id: int) -> AnyResponse:
    """Write a draft anew."""
    event, broadcast = _message(event_id, message_id)
    here = url_for("roster_desk.message", event_id=event_id, message_id=message_id)
    if broadcast.state != BroadcastState.DRAFT:
        return leave(here)
    form = message_form(broadcast)
    if not form.submitted():
        return _editor(event, broadcast, form, 422 if request.method == "POST" else 200)
    try:
        transact(edit_message, event_id, message_id, form.wish(), version=form.read_version)
    except MessageChanged as problem:
        event, broadcast = _message(event_id, message_id)
        form.refuse(problem)
        form.version.data = str(broadcast.version)
        conflict = what_differs(form, message_form(broadcast, formdata=None))
        return _editor(event, broadcast, form, problem.status, conflict=conflict)
    except Problem as problem:
        form.refuse(problem)
        return _editor(event, broadcast, form, problem.status)
    return leave(here)


@blueprint.route("/messages/<int:message_id>/test", methods=["GET", "POST"])
@access(organiser)
def try_out(event_id: int, message_id: int) -> AnyResponse:
    """Send a message to its writer alone."""
    event, broadcast = _message(event_id, message_id)
    here = url_for("roster_desk.message", event_id=event_id, message_id=message_id)
    form = SendForm()
    if request.method == "GET" or broadcast.state != BroadcastState.DRAFT:
        return leave(here)
    if not form.submitted():
        return _draft(event, broadcast, form, 422)
    by_id = visitor().person_id
    spend("test-letter", "30 per hour", str(by_id))
    try:
        transact(send_test, event_id, message_id, by_id=by_id, now=now())
    except Problem as problem:
        return _refused(event_id, message_id, form, problem)
    flash(gettext("The test is on its way to you, in every language you wrote."), "ok")
    return leave(here)


@blueprint.route("/messages/<int:message_id>/sending", methods=["GET", "POST"])
@access(organiser)
def send(event_id: int, message_id: int) -> AnyResponse:
    """Send a message to everybody it is for."""
    event, broadcast = _message(event_id, message_id)
    here = url_for("roster_desk.message", event_id=event_id, message_id=message_id)
    form = SendForm()
    if request.method == "GET":
        return redirect(here)
    if not form.submitted():
        return _draft(event, broadcast, form, 422) if broadcast.state == BroadcastState.DRAFT else leave(here)
    by_id = visitor().person_id
    try:
        letters = transact(send_message, event_id, message_id, version=form.read_version, by_id=by_id, now=now())
    except Problem as problem:
        return _refused(event_id, message_id, form, problem)
    written = ngettext(
        "%(num)d letter is written and on its way.", "%(num)d letters are written and on their way.", letters
    )
    flash(written % {"num": letters}, "ok")
    return leave(here)


@blueprint.route("/messages/<int:message_id>/stop", methods=["GET", "POST"])
@access(organiser)
def stop(event_id: int, message_id: int) -> AnyResponse:
    """Throw a draft away, or call back what has not left: a page of its own, because it cannot be undone."""
    event, broadcast = _message(event_id, message_id)
    draft = broadcast.state == BroadcastState.DRAFT
    here = url_for("roster_desk.message", event_id=event_id, message_id=message_id)
    if broadcast.state == BroadcastState.CALLED_OFF:
        return leave(here)
    form = SendForm()
    if not form.submitted():
        fares = _fares(broadcast)
        status = 422 if request.method == "POST" else 200
        return show(STOP, STOP_PANEL, status, event=event, message=broadcast, progress=fares, form=form)
    saved = transact(stop_message, event_id, message_id)
    if draft:
        flash(gettext("The draft is thrown away."), "ok")
        return leave(url_for("roster_desk.messages", event_id=event_id))
    words = ngettext("Stopped: %(num)d letter did not leave.", "Stopped: %(num)d letters did not leave.", saved)
    flash(words % {"num": saved}, "ok")
    return leave(here)


@blueprint.route("/messages/<int:message_id>/again", methods=["GET", "POST"])
@access(organiser)
def again(event_id: int, message_id: int) -> AnyResponse:
    """Send one letter once more, or all that failed."""
    event, broadcast = _message(event_id, message_id)
    here = url_for("roster_desk.message", event_id=event_id, message_id=message_id)
    form = AgainForm()
    if request.method == "GET" or broadcast.state == BroadcastState.DRAFT:
        return leave(here)
    if not form.submitted():
        return _sent(event, broadcast, form, 422)
    by_id = visitor().person_id
    try:
        letters = transact(send_again, event_id, message_id, letter_id=form.letter_id, by_id=by_id, now=now())
    except Problem as problem:
        event, broadcast = _message(event_id, message_id)
        form.refuse(problem)
        return _sent(event, broadcast, form, problem.status)
    words = ngettext("%(num)d letter is sent again.", "%(num)d letters are sent again.", letters)
    flash(words % {"num": letters} if letters else gettext("It was sent again already."), "ok")
    return leave(here)


def _message(event_id: int, message_id: int) -> tuple[Event, Broadcast]:
    """Return a message of such an event, and the event; one that was thrown away is none."""
    event = event_at_desk(event_id)
    broadcast = queries.message(db.session(), event_id, message_id)
    if broadcast is None or (broadcast.state == BroadcastState.CALLED_OFF and broadcast.sent_at is None):
        abort(404)
    return event, broadcast


def _editor(
    event: Event,
    broadcast: Broadcast | None,
    form: MessageForm,
    status: int = 200,
    *,
    conflict: list[tuple[str, list[str]]] | None = None,
) -> Response:
    here = request.full_path.rstrip("?") if broadcast is None else request.path
    return show(EDITOR, FORM, status, event=event, message=broadcast, form=form, conflict=conflict or [], url=here)


def _draft(event: Event, broadcast: Broadcast, form: Form | None = None, status: int = 200) -> Response:
    session = db.session()
    wanted = Filter.of(broadcast.chosen)
    whom = queries.whom(session, event.id, wanted)
    return show(
        DRAFT,
        DRAFT_PANEL,
        status,
        event=event,
        message=broadcast,
        form=form or SendForm(formdata=None, data={"version": broadcast.version}),
        whom=whom,
        asked=write_filter(wanted),
        said=message_form(broadcast, formdata=None).whom(),
        single=len(wanted.registrations),
        previews=_previews(event, broadcast, whom),
    )


def _previews(event: Event, broadcast: Broadcast, whom: queries.Whom) -> list[Preview]:
    """Write the letter out for every language that somebody reads, or that is written."""
    facts, found = event_facts(event), []
    for code in LANGUAGES:
        readers, wording = whom.languages.get(code, 0), broadcast.body.best(code)
        if not readers and wording.lang != code:
            continue
        payload = message_payload(facts, broadcast, code)
        mail, short = (
            render(Letter(key="preview", channel=channel, letter=MESSAGE, address="", lang=code, payload=payload))
            for channel in (Channel.EMAIL, Channel.SMS)
        )
        borrowed = wording.lang if wording.lang != code else ""
        found.append(Preview(code, readers, mail.subject, mail.text, short.text if whom.by_phone else "", borrowed))
    return found


def _sent(event: Event, broadcast: Broadcast, form: Form | None = None, status: int = 200) -> Response:
    """Show how the letters fare: the counts renew themselves while some wait, the list does not move under her eyes."""
    session = db.session()
    batch, fate = queries.batch_of(broadcast.id), request.args.get("fate", "")
    fate = fate if fate in queries.FATES else ""
    region = wants_region()
    context = {
        "event": event,
        "message": broadcast,
        "progress": _fares(broadcast),
        "form": form or AgainForm(formdata=None),
        "fate": fate,
    }
    if region:
        return show(SENT, SENDING, status, **context)
    lines, after = queries.letters_page(session, batch, fate=fate, after=request.args.get("after", ""))
    response = show(
        SENT,
        SENDING,
        status,
        **context,
        lines=lines,
        after=after,
        said=message_form(broadcast, formdata=None).whom(),
        sender=person_name(session, broadcast.by_id),
    )
    log_look(event.id, Look.MESSAGE, detail=f"№ {broadcast.id}", people=len(lines))
    return response


def _fares(broadcast: Broadcast) -> queries.Progress:
    batch = queries.batch_of(broadcast.id)
    return queries.progress(db.session(), [batch])[batch]


def _refused(event_id: int, message_id: int, form: SendForm, problem: Problem) -> AnyResponse:
    """Show the message as it stands now; what was read before a refusal may be old."""
    event, broadcast = _message(event_id, message_id)
    if broadcast.state != BroadcastState.DRAFT:
        return leave(url_for("roster_desk.message", event_id=event_id, message_id=message_id))
    form.refuse(problem)
    form.version.data = str(broadcast.version)
    return _draft(event, broadcast, form, problem.status)
