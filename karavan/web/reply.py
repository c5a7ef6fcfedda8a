"""The three answers a view may give. Nobody else reads or writes an `HX-*` header.

`HX-Request-Type` and not `HX-Request` decides: htmx sends `full` for boosted links, `hx-select` and history
restoration, and those want the page. One header, one decision, one `Vary`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import g, make_response, redirect, render_template, request

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse


def wants_region() -> bool:
    """Did htmx ask for a part of the page?"""
    return request.headers.get("HX-Request-Type") == "partial"


def show(page: str, region: str | None = None, status: int = 200, /, **context: Any) -> Response:
    """Answer with the region if htmx asked for part of the page, else with the page that includes it.

    A region that refuses says 422, whatever the page says: htmx is told not to swap other refusals (`noSwap` in the
    layout), so that a bare error page never lands inside a form.
    """
    if region is not None and wants_region():
        html = render_template(region, **context) + render_template("layouts/_toasts.html")
        status = 422 if status >= 400 else status
    else:
        html = render_template(page, **context)
    response = make_response(html, status)
    response.vary.add("HX-Request-Type")
    return response


def done(url: str, page: str, region: str, /, **context: Any) -> AnyResponse:
    """Answer a successful change on the same page: the new region, or a redirect for a plain browser."""
    return show(page, region, **context) if wants_region() else redirect(url, 303)


def leave(url: str) -> AnyResponse:
    """Send the person to another page. Never a 3xx to htmx: it would follow it and swap that page's region in here."""
    if "HX-Request" in request.headers:
        return make_response("", 204, {"HX-Redirect": url})
    return redirect(url, 303)


def public(seconds: int = 2) -> None:
    """Say that this answer is the same for everyone without a session, and may be kept for so long."""
    g.public_seconds = seconds
