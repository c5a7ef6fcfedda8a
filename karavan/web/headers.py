"""Security and caching headers, on every answer.

The policy names htmx's one file, not its host: a host would allow every package there. No inline script or style
exists, so neither `unsafe-inline` nor `unsafe-eval` is needed. `Referrer-Policy: same-origin` keeps ticket links from
leaking while leaving Flask-WTF the Referer it checks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g, request

from karavan.web.access import has_session
from karavan.web.assets import HTMX_CDN

if TYPE_CHECKING:
    from flask import Flask, Response

    from config import Settings


def init_app(app: Flask, settings: Settings) -> None:
    """Put the headers on."""
    script = f"'self' {HTMX_CDN}" if settings.htmx == "cdn" else "'self'"
    policy = (
        f"default-src 'none'; script-src {script}; style-src 'self'; img-src 'self'; font-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )

    fixed = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
    }
    if settings.secure_cookies:
        fixed["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"

    @app.after_request
    def add_headers(response: Response) -> Response:
        headers = response.headers
        # All at once: `setdefault` looks through all headers for each of ours, a tenth of what a page costs.
        said = {name.lower() for name, _ in headers}
        headers.extend([(name, value) for name, value in fixed.items() if name.lower() not in said])
        seconds = g.get("public_seconds")
        if seconds and response.status_code == 200 and not has_session() and "Set-Cookie" not in headers:
            headers["Cache-Control"] = f"public, max-age={seconds}"
            response.vary.add("Cookie")
        elif request.endpoint != "static":
            headers.setdefault("Cache-Control", "private, no-store")
        return response
