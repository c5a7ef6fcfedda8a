"""Signing in and out, and a person's own account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, current_app, flash, redirect, request, url_for

from karavan.accounts import queries, rules
from karavan.accounts.devices import device_name
from karavan.accounts.forms import (
    AnotherContactForm,
    CodeForm,
    ContactForm,
    NameForm,
    PressForm,
    SettingsForm,
    phones_work,
)
from karavan.accounts.sign_in import browser_key, end_session, open_session
from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Problem
from karavan.core.text import safe_next
from karavan.core.tokens import new_key
from karavan.web.access import access, anyone, signed_in, visitor
from karavan.web.limits import spend
from karavan.web.locale import gettext, lang, ngettext
from karavan.web.reply import done, leave, show

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from karavan.accounts.models import Person
    from karavan.accounts.queries import PendingCode
    from karavan.core.contacts import Contact
    from karavan.web.forms import Form

blueprint = Blueprint("accounts", __name__, url_prefix="/<lang:lang>")

SIGN_IN, SIGN_IN_PANEL = "accounts/sign_in.html", "accounts/_sign_in_panel.html"
CODE, CODE_PANEL = "accounts/code.html", "accounts/_code_panel.html"
NAME, NAME_PANEL = "accounts/name.html", "accounts/_name_panel.html"
ACCOUNT, SETTINGS_PANEL = "accounts/account.html", "accounts/_settings_panel.html"
SESSIONS_PANEL = "accounts/_sessions_panel.html"
CONTACT, CONTACT_PANEL = "accounts/contact.html", "accounts/_contact_panel.html"
SIGN_OUT, SIGN_OUT_PANEL = "accounts/sign_out.html", "accounts/_sign_out_panel.html"

FOR_SIGN_IN = "sign-in"
KINDS = ("email", "phone")


# --- Signing in -------------------------------------------------------------------------------------------


@blueprint.route("/sign-in", methods=["GET", "POST"])
@access(anyone)
def sign_in() -> AnyResponse:
    """Ask where to send a code, and answer the same whoever asks for whomever."""
    if visitor().signed_in:
        return leave(_onward())
    form = ContactForm()
    if not form.submitted():
        return show(SIGN_IN, SIGN_IN_PANEL, _status(), form=form, phones=phones_work(), next_url=_next())
    _send_code(form.found, FOR_SIGN_IN)
    return leave(url_for("accounts.code", next=_next()))


@blueprint.route("/sign-in/code", methods=["GET", "POST"])
@access(anyone)
def code() -> AnyResponse:
    """Take the code and let her in."""
    if visitor().signed_in:
        return leave(_onward())
    browser = browser_key(FOR_SIGN_IN)
    pending = queries.pending_code(db.session(), browser)
    if pending is None:
        return leave(url_for("accounts.sign_in", next=_next()))
    form = CodeForm()
    if not form.submitted():
        return _ask_code(form, pending, _status())
    token, device = new_key(), device_name(request.user_agent.string)
    outcome = transact(
        rules.sign_in,
        form.code.data or "",
        browser=browser,
        token=token,
        device=device,
        lang=lang(),
        keys=current_app.extensions["karavan.keys"],
        now=now(),
    )
    if isinstance(outcome, Problem):
        return _ask_code(_refused(form, outcome), pending, 422)
    open_session(token)
    return leave(_onward() if outcome.name else url_for("accounts.name", next=_next()))


@blueprint.route("/sign-out", methods=["GET", "POST"])
@access(anyone)
def sign_out() -> AnyResponse:
    """Close this device's session."""
    form = PressForm()
    if not visitor().signed_in:
        return leave(url_for("pages.home"))
    if not form.submitted():
        return show(SIGN_OUT, SIGN_OUT_PANEL, _status(), form=form)
    transact(rules.close_session, visitor().person_id, visitor().session_id, now=now())
    end_session()
    flash(gettext("You are signed out."), "ok")
    return leave(url_for("pages.home"))


# --- The account ------------------------------------------------------------------------------------------


@blueprint.route("/me/name", methods=["GET", "POST"])
@access(signed_in)
def name() -> AnyResponse:
    """Ask a newcomer what to call her; she may go on without."""
    person = _person()
    form = NameForm(obj=person)
    if not form.submitted():
        return show(NAME, NAME_PANEL, _status(), form=form, next_url=_next(), onward=_onward())
    transact(rules.change_settings, person.id, name=form.name.data or "", lang=person.lang)
    return leave(_onward())


@blueprint.route("/me/account", methods=["GET", "POST"])
@access(signed_in)
def account() -> AnyResponse:
    """Show the account, and keep a changed name or language of letters."""
    person = _person()
    form = SettingsForm(obj=person)
    if not form.submitted():
        return _account(SETTINGS_PANEL, _status(), form=form)
    transact(rules.change_settings, person.id, name=form.name.data or "", lang=form.lang.data)
    flash(gettext("Your changes are saved."), "ok")
    return done(url_for("accounts.account"), ACCOUNT, SETTINGS_PANEL, **_facts(form))


@blueprint.route("/me/contact", methods=["GET", "POST"])
@access(signed_in)
def contact() -> AnyResponse:
    """Send a code to the contact that is missing. Whether somebody else has it already is not told here."""
    has = _kinds(_person())
    if len(has) == len(KINDS):
        return leave(url_for("accounts.account"))
    form = AnotherContactForm(has=has)
    if not form.submitted():
        return show(CONTACT, CONTACT_PANEL, _status(), form=form, has=has, phones=phones_work())
    _send_code(form.found, _for_contact())
    return leave(url_for("accounts.contact_code"))


@blueprint.route("/me/contact/code", methods=["GET", "POST"])
@access(signed_in)
def contact_code() -> AnyResponse:
    """Take the code, and the contact is hers."""
    browser = browser_key(_for_contact())
    pending = queries.pending_code(db.session(), browser)
    if pending is None:
        return leave(url_for("accounts.contact"))
    form = CodeForm()
    if not form.submitted():
        return _ask_code(form, pending, _status(), adding=True)
    outcome = transact(
        rules.add_contact,
        visitor().person_id,
        form.code.data or "",
        browser=browser,
        keys=current_app.extensions["karavan.keys"],
        now=now(),
    )
    if isinstance(outcome, Problem):
        return _ask_code(_refused(form, outcome), pending, 422, adding=True)
    flash(gettext("The contact is added. Registrations made with it are under “My events” now."), "ok")
    return leave(url_for("accounts.account"))


@blueprint.route("/me/sessions/<int(max=2147483647):session_id>/closing", methods=["GET", "POST"])
@access(signed_in)
def close_session(session_id: int) -> AnyResponse:
    """Sign one of her devices out."""
    form = PressForm()
    if request.method == "GET":
        return redirect(url_for("accounts.account"))
    if not form.submitted():
        return _account(SESSIONS_PANEL, 422, press=form)
    transact(rules.close_session, visitor().person_id, session_id, now=now())
    flash(gettext("That device is signed out."), "ok")
    return _sessions_changed()


@blueprint.route("/me/sessions/closing", methods=["GET", "POST"])
@access(signed_in)
def close_other_sessions() -> AnyResponse:
    """Sign all her other devices out."""
    form = PressForm()
    if request.method == "GET":
        return redirect(url_for("accounts.account"))
    if not form.submitted():
        return _account(SESSIONS_PANEL, 422, press=form)
    closed = transact(rules.close_other_sessions, visitor().person_id, visitor().session_id, now=now())
    flash(ngettext("%(num)d device is signed out.", "%(num)d devices are signed out.", closed) % {"num": closed}, "ok")
    return _sessions_changed()


# --- What they share --------------------------------------------------------------------------------------


def _status() -> int:
    """Return 200 for a form that was opened, 422 for one that was sent with something wrong."""
    return 200 if request.method == "GET" else 422


def _next() -> str | None:
    """Return where she was going, if that is one of our pages."""
    return safe_next(request.args.get("next"), default="") or None


def _onward() -> str:
    return _next() or url_for("pages.me")


def _for_contact() -> str:
    return f"contact.{visitor().person_id}"


def _send_code(contact: Contact, purpose: str) -> None:
    """Post a code, within what one sender and one contact may ask for."""
    spend("codes from", "30 per hour")
    spend("codes to", "5 per hour", contact.key)
    keys = current_app.extensions["karavan.keys"]
    transact(rules.send_code, contact, browser=browser_key(purpose), lang=lang(), keys=keys, now=now())


def _ask_code(form: CodeForm, pending: PendingCode, status: int, *, adding: bool = False) -> Response:
    again = ContactForm(formdata=None, contact=pending.contact)
    return show(CODE, CODE_PANEL, status, form=form, again=again, pending=pending, adding=adding, next_url=_next())


def _refused(form: CodeForm, problem: Problem) -> CodeForm:
    """Say what is wrong, with an empty field to type in again."""
    form.refuse(problem)
    form.code.data = ""
    return form


def _person() -> Person:
    return queries.person(db.session(), visitor().person_id)


def _kinds(person: Person) -> tuple[str, ...]:
    return tuple(kind for kind, value in (("email", person.email_key), ("phone", person.phone)) if value)


def _facts(form: Form | None = None, press: Form | None = None) -> dict[str, object]:
    """Gather what the account page shows, afresh."""
    person = _person()
    return {
        "form": form or SettingsForm(formdata=None, obj=person),
        "press": press or PressForm(formdata=None),
        "account": person,
        "has": _kinds(person),
        "sessions": queries.open_sessions(db.session(), person.id),
        "here": visitor().session_id,
        "roles": queries.live_grants(db.session(), person.id),
    }


def _account(region: str, status: int, *, form: Form | None = None, press: Form | None = None) -> Response:
    return show(ACCOUNT, region, status, **_facts(form, press))


def _sessions_changed() -> AnyResponse:
    return done(url_for("accounts.account"), ACCOUNT, SESSIONS_PANEL, **_facts())
