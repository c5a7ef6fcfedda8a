"""Who is asking: the session cookie holds a random token, the database holds its digest and whose it is.

Flask-Login keeps the token in Flask's signed cookie; one query per request turns it into an `Actor`. Closing the row
signs the device out, whatever its cookie says. The cookie is not bound to an address: telephones change theirs.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from flask import g, session
from flask_login import AnonymousUserMixin, LoginManager, login_user, logout_user
from sqlalchemy.exc import OperationalError

from karavan.accounts import queries, rules
from karavan.accounts.policy import NOBODY, Actor
from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.tokens import digest, new_key
from karavan.web.access import sign_in_first

if TYPE_CHECKING:
    from flask import Flask, Response

SEEN_EVERY: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody, as Flask-Login wants to see her."""

    token: str
    actor: Actor

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """Return what the cookie keeps."""
        return self.token


class Anonymous(AnonymousUserMixin):  # type: ignore[misc]
    """Nobody, as Flask-Login wants to see them."""

    actor = NOBODY


def load(token: str) -> SignedIn | None:
    """Return who holds a token; ask for a note that she was here, if the last is a while ago."""
    found = queries.open_session(db.session(), token)
    if found is None:
        return None
    if now() - found.seen_at > SEEN_EVERY:
        g.seen_session = found.actor.session_id
    return SignedIn(token, found.actor)


def open_session(token: str) -> None:
    """Begin a session after the code was right. Nothing of the one before goes on, so that none can be foisted."""
    session.clear()
    session.permanent = True
    login_user(load(token))


def end_session() -> None:
    """Forget everything this browser's cookie held."""
    logout_user()
    session.clear()


def browser_key(purpose: str) -> str:
    """Return what binds a code to this browser and to one purpose; the secret half stays in its cookie."""
    if "browser" not in session:
        session["browser"] = new_key()
    return digest(f"{session['browser']}.{purpose}")


def init_app(app: Flask) -> None:
    """Set Flask-Login up, and note who was here."""
    manager = LoginManager()
    manager.session_protection = None
    manager.anonymous_user = Anonymous
    manager.user_loader(load)
    manager.unauthorized_handler(sign_in_first)
    manager.init_app(app, add_context_processor=False)
    app.extensions["karavan.nobody"] = NOBODY
    app.permanent_session_lifetime = rules.UNSEEN
    app.config["SESSION_REFRESH_EACH_REQUEST"] = False  # `note_presence` refreshes it, when there is something to note

    @app.after_request
    def note_presence(response: Response) -> Response:
        """Write down that a device was here, and let its cookie last on; a busy database is no reason to fail."""
        session_id: int | None = g.pop("seen_session", None)
        if session_id is not None and response.status_code < 500:
            with suppress(OperationalError):
                transact(rules.see, session_id, now=now())
            session.modified = True
        return response
