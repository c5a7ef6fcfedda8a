"""Taking part in a hearing: a written statement and its receipt, a place among the speakers. Each has its address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, flash, request, url_for

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Message, Problem
from karavan.core.tokens import read_receipt, show_receipt
from karavan.discussion.policy import shown_name
from karavan.discussion.rules.limits import refuse_measures
from karavan.files.fields import ACCEPTED
from karavan.hearings import public_queries as queries
from karavan.hearings.forms import REQUEST_BYTES, CodeForm, PressForm, StatementForm, speak_form
from karavan.hearings.hall_problems import NotTakenNow, SignUpClosed, StatementsClosed
from karavan.hearings.lifecycle import OPEN_TO_WORDS
from karavan.hearings.models import StatementKind
from karavan.hearings.page import order_of, public_hearing, takes_speakers, takes_statements
from karavan.hearings.rules.speakers import came_back, sign_up, withdraw
from karavan.hearings.rules.statements import hand_in
from karavan.moderation.queries import standing
from karavan.web.access import access, anyone, signed_in, visitor
from karavan.web.hygiene import takes_files
from karavan.web.limits import spend
from karavan.web.locale import gettext, written_in
from karavan.web.reply import done, leave, show

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from karavan.hearings.forms import SpeakForm
    from karavan.hearings.models import Hearing
    from karavan.hearings.public_queries import ReceiptCard

blueprint = Blueprint("hearing_part", __name__, url_prefix="/<lang:lang>/hearings")

STATEMENT, STATEMENT_PANEL = "hearings/statement.html", "hearings/_statement_panel.html"
SPEAK, SPEAK_PANEL = "hearings/speak.html", "hearings/_speak_panel.html"
GIVE_UP, GIVE_UP_PANEL = "hearings/give_up.html", "hearings/_give_up_panel.html"
FIND, FIND_PANEL = "hearings/receipts.html", "hearings/_statement_search.html"
RECEIPT = "hearings/receipt.html"
LOOKS, MISSES = "120 per minute", "30 per hour"
"""Whole villages share one address, so looking is cheap; guessing is not."""


class NoSuchReceipt(Problem):
    """The code is none of ours."""

    text = Message("There is no receipt with this code. Check what you typed.")
    where = "code"


# --- A written statement ----------------------------------------------------------------------------------


@blueprint.route("/<slug>/statement", methods=["GET", "POST"])
@takes_files(REQUEST_BYTES)
@access(signed_in)
def statement(slug: str) -> AnyResponse:
    """Hand in a statement. Whatever goes wrong, what was typed is kept; sent twice, it is there once."""
    hearing, form = public_hearing(slug), StatementForm()
    if request.method == "GET":
        _refuse_statements(hearing)
        return _statement(hearing, form)
    who = visitor().person_id
    try:
        spend("statements", "60 per hour", str(who))
        if not form.submitted():
            return _statement(hearing, form, 422)
        words = form.source.data or ""
        written = transact(
            hand_in,
            hearing.id,
            kind=StatementKind(form.kind.data),
            source=words,
            lang=written_in(words),
            author_id=who,
            key=form.key.data or "",
            files=[(one.name, one.file) for one in form.received],
            now=now(),
        )
    except Problem as problem:
        form.refuse(problem)
        return _statement(hearing, form, problem.status)
    flash(gettext("Thank you. Your statement is handed in. This page is its receipt: keep the code."), "ok")
    return leave(url_for("hearing_part.receipt", code=written.code))


def _refuse_statements(hearing: Hearing) -> None:
    """Say before she types that nothing is taken here, or not from her now; after that the rule says so on her form.

    Raises:
        NotTakenNow, StatementsClosed: the hearing's window.
        WritingClosed, WritingPaused: measures against her.

    """
    moment = now()
    if hearing.state not in OPEN_TO_WORDS:
        raise NotTakenNow
    if not takes_statements(hearing, moment):
        raise StatementsClosed(until=hearing.statements_until)
    session, who, organisation_id = db.session(), visitor().person_id, hearing.council.organisation_id
    refuse_measures(session, standing(session, who, organisation_id, moment), who, organisation_id, moment)


def _statement(hearing: Hearing, form: StatementForm, status: int = 200) -> Response:
    called = shown_name(visitor().name)
    return show(STATEMENT, STATEMENT_PANEL, status, hearing=hearing, form=form, called=called, accepted=ACCEPTED)


# --- Receipts ---------------------------------------------------------------------------------------------


@blueprint.route("/receipts/", methods=["GET", "POST"])
@access(anyone)
def receipts() -> AnyResponse:
    """Let somebody type the code of a receipt."""
    form = CodeForm()
    if not form.submitted():
        return show(FIND, FIND_PANEL, 200 if request.method == "GET" else 422, form=form)
    code = read_receipt(form.code.data or "")
    if code is None or _card(code) is None:
        form.refuse(NoSuchReceipt())
        return show(FIND, FIND_PANEL, 422, form=form)
    return leave(url_for("hearing_part.receipt", code=code))


@blueprint.get("/receipts/<code>")
@access(anyone)
def receipt(code: str) -> Response:
    """Show where a statement stands to whoever has its code: no sign-in, no name, nothing of its text."""
    read = read_receipt(code)
    card = _card(read) if read is not None else None
    if card is None:
        abort(404)
    response = show(RECEIPT, card=card, code=show_receipt(card.code))
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _card(code: str) -> ReceiptCard | None:
    """Look a code up. Each look costs a little, each wrong one much more."""
    spend("statement receipt", LOOKS)
    card = queries.receipt_card(db.session(), code)
    if card is None:
        spend("statement receipt guess", MISSES)
    return card


# --- Speaking ---------------------------------------------------------------------------------------------


@blueprint.route("/<slug>/speak", methods=["GET", "POST"])
@access(signed_in)
def speak(slug: str) -> AnyResponse:
    """Sign up to speak, or look at one's place in the order."""
    hearing = public_hearing(slug)
    form = speak_form(hearing)
    if request.method == "GET":
        facts = _speaking(hearing, form)
        if facts["own_place"] is None and not takes_speakers(hearing):
            raise SignUpClosed
        return show(SPEAK, SPEAK_PANEL, **facts)
    who = visitor().person_id
    try:
        spend("speakers", "60 per hour", str(who))
        if not form.submitted():
            return show(SPEAK, SPEAK_PANEL, 422, **_speaking(hearing, form))
        transact(sign_up, hearing.id, form.wish(), person_id=who, now=now())
    except Problem as problem:
        form.refuse(problem)
        return show(SPEAK, SPEAK_PANEL, problem.status, **_speaking(hearing, form))
    flash(gettext("You are on the list of speakers."), "ok")
    return _done(slug)


@blueprint.route("/<slug>/speak/return", methods=["GET", "POST"])
@access(signed_in)
def be_back(slug: str) -> AnyResponse:
    """Say that she is there, after she was called and was not: she waits again, at the place she had."""
    hearing, press = public_hearing(slug), PressForm()
    own = order_of(db.session(), hearing).of(visitor().person_id)
    if request.method == "GET" or own is None:
        return _to_place(slug)
    try:
        if not press.submitted():
            return show(SPEAK, SPEAK_PANEL, 422, **_speaking(hearing, press=press))
        transact(came_back, hearing.id, own.id, person_id=visitor().person_id)
    except Problem as problem:
        press.refuse(problem)
        return show(SPEAK, SPEAK_PANEL, problem.status, **_speaking(public_hearing(slug), press=press))
    flash(gettext("You wait again, at the place you had."), "ok")
    return _done(slug)


@blueprint.route("/<slug>/speak/withdrawal", methods=["GET", "POST"])
@access(signed_in)
def give_up(slug: str) -> AnyResponse:
    """Give one's place up: a page of its own, for whoever signs up again stands at the end."""
    hearing, form = public_hearing(slug), PressForm()
    own = order_of(db.session(), hearing).of(visitor().person_id)
    if own is None:
        return _to_place(slug)
    if not form.submitted():
        status = 200 if request.method == "GET" else 422
        return show(GIVE_UP, GIVE_UP_PANEL, status, hearing=hearing, own_place=own, form=form)
    try:
        transact(withdraw, hearing.id, own.id, person_id=visitor().person_id, now=now())
    except Problem as problem:
        form.refuse(problem)
        return show(GIVE_UP, GIVE_UP_PANEL, problem.status, hearing=hearing, own_place=own, form=form)
    flash(gettext("You have given up your place among the speakers."), "ok")
    return leave(url_for("hearings.speakers", slug=slug))


def _to_place(slug: str) -> AnyResponse:
    """Lead to her place in the order, or to where she can sign up."""
    return leave(url_for("hearing_part.speak", slug=slug))


def _done(slug: str) -> AnyResponse:
    """Show her place, after the order has changed."""
    url, hearing = url_for("hearing_part.speak", slug=slug), public_hearing(slug)
    return done(url, SPEAK, SPEAK_PANEL, **_speaking(hearing, speak_form(hearing)))


def _speaking(hearing: Hearing, form: SpeakForm | None = None, *, press: PressForm | None = None) -> dict[str, Any]:
    """Return what the page shows: her place if she has one, else the form."""
    order = order_of(db.session(), hearing)
    return {
        "hearing": hearing,
        "form": form or speak_form(hearing),
        "press": press or PressForm(),
        "order": order,
        "own_place": order.of(visitor().person_id),
        "called": shown_name(visitor().name),
    }
