"""A registration at its unguessable link: the ticket, and what its owner may do. GET never changes anything."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, current_app, flash, redirect, request, url_for

from karavan.core.calendar_file import calendar_file
from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Message, Problem
from karavan.events import queries
from karavan.events.calendar import calendar_entry
from karavan.events.forms import OfferForm, PressForm, WithdrawalForm, answers_form
from karavan.events.models import GONE, LIVE, QuestionKind, SeatState
from karavan.events.rules.change_answers import change_answers
from karavan.events.rules.change_seats import accept_offer, decline_offer, give_back, open_offer, rejoin
from karavan.events.rules.register import refuse_outside_window
from karavan.events.rules.say_coming import say_coming
from karavan.events.rules.seating import in_state
from karavan.events.ticket_links import registration_at
from karavan.events.ticket_notes import notes_on
from karavan.web.access import access, anyone
from karavan.web.fields import NOT_A_CHOICE
from karavan.web.limits import spend
from karavan.web.locale import gettext, lang
from karavan.web.reply import done, leave, show

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from karavan.events.models import Registration
    from karavan.web.forms import Form

blueprint = Blueprint("tickets", __name__, url_prefix="/<lang:lang>/registrations/<token>")

PAGE, PANEL = "tickets/show.html", "tickets/_ticket_panel.html"
ANSWERS, ANSWERS_PANEL = "tickets/answers.html", "tickets/_answers_panel.html"
_OF_EACH = ("id", "name", "child", "needs", "needs_note")
WITHDRAWAL, WITHDRAWAL_PANEL = "tickets/withdrawal.html", "tickets/_withdrawal_panel.html"


@blueprint.get("", endpoint="show")
@access(anyone)
def show_ticket(token: str) -> Response:
    """Show where everybody of a registration stands."""
    return show(PAGE, PANEL, **_ticket(token))


@blueprint.get("/calendar.ics")
@access(anyone)
def calendar(token: str) -> Response:
    """Give the event to the owner's calendar; the meeting link only with a seat."""
    registration = registration_at(token)
    event = registration.event
    base = current_app.extensions["karavan.settings"].base_url
    entry = calendar_entry(
        event,
        lang(),
        url=base + url_for("events.show", slug=event.slug),
        online=bool(in_state(registration, SeatState.SEATED)),
    )
    headers = {"Content-Disposition": f'attachment; filename="{event.slug}.ics"'}
    return Response(calendar_file([entry], name=entry.title), mimetype="text/calendar", headers=headers)


@blueprint.route("/offer", methods=["GET", "POST"])
@access(anyone)
def offer(token: str) -> AnyResponse:
    """Accept or decline offered seats."""
    ticket_url = url_for("tickets.show", token=token)
    registration = registration_at(token)
    if request.method == "GET":
        return redirect(ticket_url)
    form = OfferForm()
    if not form.submitted():
        return show(PAGE, PANEL, 422, **_ticket(token, form=form))
    accepted = "accept" in request.form
    if not accepted and "decline" not in request.form:  # an old browser may not say which button it was
        form.refuse(Problem(Message(NOT_A_CHOICE)))
        return show(PAGE, PANEL, 422, **_ticket(token, form=form))
    number = form.offer.data or ""
    if not (number.isascii() and number.isdigit() and len(number) < 16):
        abort(404)
    try:
        transact(
            accept_offer if accepted else decline_offer,
            registration.event_id,
            registration.public_id,
            int(number),
            now=now(),
        )
    except Problem as problem:
        form.refuse(problem)
        return show(PAGE, PANEL, problem.status, **_ticket(token, form=form))
    flash(
        gettext("The seats are yours.")
        if accepted
        else gettext("You have declined. The seats go to the next in the queue."),
        "ok",
    )
    return done(ticket_url, PAGE, PANEL, **_ticket(token))


@blueprint.route("/return", methods=["GET", "POST"], endpoint="rejoin")
@access(anyone)
def come_back(token: str) -> AnyResponse:
    """Join again after giving back, declining or letting an offer run out."""
    ticket_url = url_for("tickets.show", token=token)
    registration = registration_at(token)
    if request.method == "GET":
        return redirect(ticket_url)
    form = PressForm()
    if not form.submitted():
        return show(PAGE, PANEL, 422, **_ticket(token, form=form))
    spend("rejoin", "6 per hour", registration.public_id)  # each time letters go to an address that may be another's
    try:
        transact(rejoin, registration.event_id, registration.public_id, now=now())
    except Problem as problem:
        form.refuse(problem)
        return show(PAGE, PANEL, problem.status, **_ticket(token, form=form))
    flash(gettext("You are back on the list."), "ok")
    return done(ticket_url, PAGE, PANEL, **_ticket(token))


@blueprint.route("/coming", methods=["GET", "POST"])
@access(anyone)
def coming(token: str) -> AnyResponse:
    """Say that one is still coming, after a change or shortly before the event."""
    ticket_url = url_for("tickets.show", token=token)
    registration = registration_at(token)
    if request.method == "GET":
        return redirect(ticket_url)
    form = PressForm()
    if not form.submitted():
        return show(PAGE, PANEL, 422, **_ticket(token, form=form))
    try:
        transact(say_coming, registration.public_id, now=now())
    except Problem as problem:
        form.refuse(problem)
        return show(PAGE, PANEL, problem.status, **_ticket(token, form=form))
    flash(gettext("Thank you: the organiser knows that you are coming."), "ok")
    return done(ticket_url, PAGE, PANEL, **_ticket(token))


@blueprint.route("/withdrawal", methods=["GET", "POST"])
@access(anyone)
def withdrawal(token: str) -> AnyResponse:
    """Give one seat or all back: a page of its own, because it cannot be undone."""
    registration = registration_at(token)
    live = in_state(registration, *LIVE)
    form = WithdrawalForm()
    form.people.choices = [(str(attendee.id), attendee.name) for attendee in live]
    if request.method == "GET":
        form.people.data = [str(attendee.id) for attendee in live] if len(live) == 1 else []
        return show(WITHDRAWAL, WITHDRAWAL_PANEL, token=token, registration=registration, form=form, people=live)
    if not live:
        return leave(url_for("tickets.show", token=token))
    if not form.submitted():
        return show(WITHDRAWAL, WITHDRAWAL_PANEL, 422, token=token, registration=registration, form=form, people=live)
    chosen = {int(attendee_id) for attendee_id in form.people.data or ()}
    freed = transact(give_back, registration.event_id, registration.public_id, attendee_ids=chosen, now=now())
    if freed:
        flash(gettext("Done. Thank you for letting somebody else have the seat."), "ok")
    return leave(url_for("tickets.show", token=token))


@blueprint.route("/answers", methods=["GET", "POST"])
@access(anyone)
def answers(token: str) -> AnyResponse:
    """Correct names, needs and answers."""
    registration = registration_at(token)
    live = in_state(registration, *LIVE)
    form = answers_form(registration, data=_as_typed(registration) if request.method == "GET" else None)
    if request.method == "GET":
        return show(ANSWERS, ANSWERS_PANEL, token=token, registration=registration, form=form, people=live)
    spend("answers", "30 per minute")
    if not form.submitted():
        return show(ANSWERS, ANSWERS_PANEL, 422, token=token, registration=registration, form=form, people=live)
    transact(
        change_answers,
        registration.public_id,
        people=form.corrections(),
        answers=form.answers(),
        consents=form.consents(),
        now=now(),
    )
    flash(gettext("Your changes are saved."), "ok")
    return leave(url_for("tickets.show", token=token))


def _ticket(token: str, *, form: Form | None = None) -> dict[str, object]:
    """Gather what the ticket shows, afresh: after a change it must not repeat what was read before."""
    session = db.session()
    session.expire_all()
    registration = registration_at(token)
    seats = queries.seats_of(session, registration.event)
    waiting = bool(in_state(registration, SeatState.WAITING))
    base = current_app.extensions["karavan.settings"].base_url
    title = registration.event.title.best(lang()).text
    return {
        "token": token,
        "registration": registration,
        "event": registration.event,
        "seats": seats,
        "offer": open_offer(registration),
        "place": queries.place_in_queue(session, registration) if waiting else None,
        "overtaken": queries.overtaken_by(session, registration) if waiting else 0,
        "may_rejoin": _may_rejoin(registration),
        "notes": notes_on(session, registration.id),
        "form": form or PressForm(),
        "now": now(),
        "share": "https://wa.me/?" + urlencode({"text": f"{title}\n{base}{url_for('tickets.show', token=token)}"}),
    }


def _may_rejoin(registration: Registration) -> bool:
    if not in_state(registration, *GONE) or in_state(registration, SeatState.OFFERED, SeatState.WAITING):
        return False
    try:
        refuse_outside_window(registration.event, now())
    except Problem:
        return False
    return True


def _as_typed(registration: Registration) -> dict[str, object]:
    """Return what stands now, as the form's fields would hold it."""
    standing = {consent.purpose.value for consent in registration.consents if consent.withdrawn_at is None}
    people = [
        {name: getattr(attendee, name) for name in (*_OF_EACH, *registration.event.asks)}
        for attendee in in_state(registration, *LIVE)
    ]
    days = {question.id for question in registration.event.questions if question.kind == QuestionKind.DATE}
    answers = {
        f"q{answer.question_id}": date.fromisoformat(answer.value) if answer.question_id in days else answer.value
        for answer in registration.answers
    }
    return {
        "people": people,
        "photography": "photography" in standing,
        "newsletter": "newsletter" in standing,
        **answers,
    }
