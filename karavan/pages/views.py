"""Home, search, language, appearance, what we say about ourselves, a person's own page, health."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, current_app, flash, redirect, request, url_for
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from karavan.accounts.queries import person
from karavan.core.clock import now
from karavan.core.database import db
from karavan.core.languages import LANGUAGES
from karavan.core.places import HOME_DISTRICTS
from karavan.core.text import safe_next
from karavan.events.models import EventState
from karavan.events.queries import my_registrations, upcoming_cards
from karavan.pages.desks import desks_of
from karavan.pages.forms import AppearanceForm
from karavan.pages.search import everything
from karavan.proposals.followed import followed_by
from karavan.proposals.queries import answered_in, my_proposals, supported_by
from karavan.selection.queries import scores_somewhere
from karavan.web.access import access, anyone, signed_in, staff, visitor
from karavan.web.locale import COOKIE, gettext, lang, preferred, speak
from karavan.web.reply import leave, public, show
from karavan.web.templating import theme

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

blueprint = Blueprint("pages", __name__)

YEAR = 365 * 24 * 3600
PRIVATE_PATHS = ("registrations", "me", "desk", "sign-in", "mailbox", "appearance", "follows", "search")
SEARCH, FOUND = "pages/search.html", "pages/_found.html"


@blueprint.get("/")
@access(anyone)
def root() -> AnyResponse:
    """Send everyone to her own language."""
    response = redirect(url_for("pages.home", lang=preferred()))
    response.vary.update(("Cookie", "Accept-Language"))
    return response


@blueprint.get("/kz/", defaults={"rest": ""})
@blueprint.get("/kz/<path:rest>")
@access(anyone)
def kazakhstan(rest: str) -> AnyResponse:
    """Forgive the country's code where the language's belongs."""
    query = f"?{request.query_string.decode('ascii', 'ignore')}" if request.query_string else ""
    return redirect(safe_next(f"/kk/{rest}{query}", default="/kk/"), 301)


@blueprint.get("/language/<code>")
@access(anyone)
def choose_language(code: str) -> AnyResponse:
    """Remember the language somebody picked, and show her the page she was on. Changes nothing but her own cookie."""
    chosen = code if code in LANGUAGES else preferred()
    response = redirect(safe_next(request.args.get("next"), default=url_for("pages.home", lang=chosen)))
    _remember(response, COOKIE, chosen)
    return response


@blueprint.get("/<lang:lang>/")
@access(anyone)
def home() -> Response:
    """Say what this is, what comes next, and what was answered (in a district, if one is named)."""
    public()
    session = db.session()
    place = request.args.get("place", "")
    place = place if place in HOME_DISTRICTS else ""
    return show(
        "pages/home.html",
        events=upcoming_cards(session, now=now(), limit=6),
        answered=answered_in(session, place),
        place=place,
        districts=HOME_DISTRICTS,
    )


@blueprint.get("/<lang:lang>/search")
@access(anyone)
def search() -> Response:
    """Look for words everywhere at once; the form is plain, htmx makes it live."""
    public()
    words = request.args.get("q", "")[:100].strip()
    return show(SEARCH, FOUND, words=words, found=everything(db.session(), words, now=now()) if words else None)


@blueprint.get("/<lang:lang>/about")
@access(anyone)
def about() -> Response:
    """Say who is behind it, where the source is, whom to ask."""
    public(60)
    return show("pages/about.html")


@blueprint.get("/<lang:lang>/privacy")
@access(anyone)
def privacy() -> Response:
    """Say what is kept about people, and what they can ask for."""
    public(60)
    return show("pages/privacy.html")


@blueprint.get("/<lang:lang>/accessibility")
@access(anyone)
def accessibility() -> Response:
    """Say what works for whom, and how to tell us when it does not."""
    public(60)
    return show("pages/accessibility.html")


@blueprint.route("/<lang:lang>/appearance", methods=["GET", "POST"])
@access(anyone)
def appearance() -> AnyResponse:
    """Choose light or dark, and the language. Both are kept in cookies of this device alone."""
    form = AppearanceForm(data={"theme": theme(), "language": lang()})
    if not form.submitted():
        status = 200 if request.method == "GET" else 422
        return show("pages/appearance.html", "pages/_appearance_panel.html", status, form=form)
    speak(form.language.data)
    flash(gettext("Your choice is kept on this device."), "ok")
    response = leave(url_for("pages.appearance", lang=form.language.data))
    _remember(response, "theme", form.theme.data)
    _remember(response, COOKIE, form.language.data)
    return response


@blueprint.get("/<lang:lang>/me/")
@access(signed_in)
def me() -> Response:
    """Show a person the events she registered for with her confirmed contacts, her proposals, and what she follows."""
    session = db.session()
    who = person(session, visitor().person_id)
    found = my_registrations(session, email_key=who.email_key, phone=who.phone)
    mine = [registration for registration in found if registration.event.state != EventState.DRAFT]
    keys = current_app.extensions["karavan.keys"]
    moment = now()
    return show(
        "pages/me.html",
        me=who,
        coming=[registration for registration in reversed(mine) if not registration.event.is_over(moment)],
        past=[registration for registration in mine if registration.event.is_over(moment)],
        tokens={registration.id: keys.seal(registration.public_id, purpose="ticket") for registration in mine},
        proposals=my_proposals(session, who.id),
        supported=supported_by(session, who.id),
        follows=followed_by(session, who.id, lang()),
        scores=scores_somewhere(session, who.id),
    )


@blueprint.get("/<lang:lang>/desk/")
@access(staff)
def desk() -> Response:
    """Lead somebody with a role to the desks she has."""
    who = visitor()
    return show("pages/desk.html", desks=desks_of(who, scores=scores_somewhere(db.session(), who.person_id)))


@blueprint.get("/healthz")
@access(anyone)
def health() -> Response:
    """Tell a monitor whether the database answers."""
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return Response("the database does not answer\n", 503, mimetype="text/plain")
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/robots.txt")
@access(anyone)
def robots() -> Response:
    """Keep search engines to what is public."""
    lines = [f"Disallow: /{code}/{path}" for code in LANGUAGES for path in PRIVATE_PATHS]
    return Response("\n".join(["User-agent: *", *lines, ""]), mimetype="text/plain")


def _remember(response: AnyResponse, name: str, value: str) -> None:
    settings = current_app.extensions["karavan.settings"]
    response.set_cookie(name, value, max_age=YEAR, samesite="Lax", secure=settings.secure_cookies)
