"""What a person sees when something is refused or broken: a page, or a toast where htmx asked."""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING, Any

from flask import current_app, make_response, render_template, request
from werkzeug.exceptions import HTTPException, InternalServerError

from karavan.core.problems import Message, Problem
from karavan.web.locale import lang
from karavan.web.templating import theme

if TYPE_CHECKING:
    from flask import Flask, Response

log = logging.getLogger(__name__)

BROKEN = (500, 503)
SENTENCES = {
    400: Message("The request could not be read. Go back and try again."),
    403: Message("You are signed in, but this page belongs to others."),
    404: Message("There is nothing at this address."),
    405: Message("This address does not take what was sent."),
    409: Message("Somebody was quicker. Look at the page again before you decide."),
    410: Message("This link is no longer in use."),
    413: Message("This is too large to send."),
    429: Message("Too many tries in a short time. Please wait a few minutes and try again."),
    500: Message("Something broke on our side. Nothing was changed; please try again in a minute."),
    503: Message("The site is busy. Please try again in a minute."),
}


def problem_page(status: int, message: Message | None = None, *, reference: str = "") -> Response:
    """Answer with an error page in the person's language, or with one toast."""
    sentence = message or SENTENCES.get(status) or SENTENCES[400 if status < 500 else 500]
    facts = {"status": status, "message": sentence, "reference": reference, "lang": lang()}
    if "HX-Request" in request.headers:
        html = current_app.jinja_env.get_template("errors/_problem.html").render(**facts)
    else:
        name = status if status in SENTENCES else (400 if status < 500 else 500)
        html = (
            _without_database(f"errors/{name}.html", facts)
            if name in BROKEN
            else render_template(f"errors/{name}.html", **facts)
        )
    response = make_response(html, status)
    response.headers["Cache-Control"] = "no-store"
    if status in {429, 503}:
        response.headers["Retry-After"] = "60"
    return response


def _without_database(template: str, facts: dict[str, Any]) -> str:
    """Render without the context processors, which ask who is signed in: the database may be what broke."""
    return current_app.jinja_env.get_template(template).render(theme=theme(), **facts)


def init_app(app: Flask) -> None:
    """Answer refusals, HTTP errors and faults."""

    @app.errorhandler(Problem)
    def refused(problem: Problem) -> Response:
        return problem_page(problem.status, problem.message)

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response:
        if error.response is not None or (error.code or 500) < 400:
            return error.get_response()  # type: ignore[return-value]
        response = problem_page(error.code or 500)
        for name, value in error.get_headers():
            if name in {"Allow", "Retry-After"}:
                response.headers[name] = value
        return response

    @app.errorhandler(Exception)
    @app.errorhandler(InternalServerError)
    def fault(error: Exception) -> Response:
        reference = secrets.token_hex(3).upper()
        log.error("fault %s at %s %s", reference, request.method, request.endpoint, exc_info=error)
        return problem_page(500, reference=reference)
