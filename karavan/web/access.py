"""Who may enter a route. Every endpoint declares it; the application refuses to start with one that does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast
from urllib.parse import urlsplit

from flask import abort, current_app, request, url_for
from flask_login import current_user

from karavan.web.reply import leave

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.wrappers import Response as AnyResponse


class Visitor(Protocol):
    """What web needs to know of an actor; `accounts.policy.Actor` is one."""

    @property
    def signed_in(self) -> bool:
        """Is this somebody?"""

    @property
    def is_staff(self) -> bool:
        """Has this person any role?"""

    @property
    def is_administrator(self) -> bool:
        """May this person do everything?"""


Rule = Callable[[Visitor], bool]
View = TypeVar("View", bound=Callable[..., Any])


def anyone(_: Visitor) -> bool:
    """Everybody, without an account."""
    return True


def signed_in(visitor: Visitor) -> bool:
    """Whoever has an account."""
    return visitor.signed_in


def staff(visitor: Visitor) -> bool:
    """Whoever holds a role anywhere. What she may do there is the domain's policy."""
    return visitor.is_staff


def administrator(visitor: Visitor) -> bool:
    """Administrators of the site."""
    return visitor.is_administrator


def hidden(rule: Rule) -> Rule:
    """Let people of another role find nothing behind a rule (404), instead of telling them that it is not theirs."""
    rule.is_hidden = True  # type: ignore[attr-defined]
    return rule


def access(rule: Rule) -> Callable[[View], View]:
    """Declare who may enter; `guard` enforces it before the view runs."""

    def declare(view: View) -> View:
        view.access_rule = rule  # type: ignore[attr-defined]
        return view

    return declare


def rule_of(view: Callable[..., Any]) -> Rule:
    """Return what a view declared."""
    return cast("Rule", view.access_rule)  # type: ignore[attr-defined]


def has_session() -> bool:
    """Does the request bring a session cookie at all? Asking this does not touch the session."""
    return current_app.config["SESSION_COOKIE_NAME"] in request.cookies


def visitor() -> Any:
    """Return the actor of this request. Without a session cookie that is nobody, and no session is touched."""
    return current_user.actor if has_session() else current_app.extensions["karavan.nobody"]


def sign_in_first() -> AnyResponse:
    """Send an unknown person to sign in and back to where she wanted to go."""
    here = request.path if request.method == "GET" else urlsplit(request.headers.get("HX-Current-URL", "")).path
    return leave(url_for("accounts.sign_in", next=here or None))


def init_app(app: Flask) -> None:
    """Enforce the declared rules on every request."""

    @app.before_request
    def guard() -> AnyResponse | None:
        if request.endpoint is None:
            return None
        rule = rule_of(app.view_functions[request.endpoint])
        who = visitor()  # read now, before a view reads anything: it may write when the device was last seen
        if rule(who):
            return None
        if not who.signed_in:
            return sign_in_first()
        return abort(404 if getattr(rule, "is_hidden", False) else 403)


def refuse_undeclared(app: Flask) -> None:
    """Stop the start if an endpoint does not say who may enter.

    Raises:
        RuntimeError: naming the endpoints.

    """
    forgotten = [name for name, view in app.view_functions.items() if not hasattr(view, "access_rule")]
    if forgotten:
        raise RuntimeError(f"endpoints without @access: {', '.join(sorted(forgotten))}")
