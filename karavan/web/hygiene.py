"""What never reaches a view: bytes no honest browser sends.

PostgreSQL refuses NUL in text and SQLite stores it, so tests on SQLite alone would hide a fault; lone surrogates can be
stored nowhere. Only a view that says so takes files: where words belong, one would be a fault.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, TypeVar

from flask import abort, current_app, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wsgi import get_input_stream

if TYPE_CHECKING:
    from flask import Flask

View = TypeVar("View", bound=Callable[..., Any])

READ_AWAY: Final = 256 * 1024 * 1024
READ_AWAY_SECONDS: Final = 20.0


def takes_files(most: int) -> Callable[[View], View]:
    """Declare that a view takes files, and how many bytes its whole request may have.

    Put it below the route. It is not for a blueprint's `before_request`: the form is parsed before that runs.
    """

    def declare(view: View) -> View:
        view.most_bytes = most  # type: ignore[attr-defined]
        return view

    return declare


def init_app(app: Flask) -> None:
    """Refuse NUL in path, query and form, and files, with 400 before anything is read or written."""

    @app.before_request
    def refuse_what_no_form_of_ours_sends() -> None:
        view = current_app.view_functions.get(request.endpoint or "")
        most: int | None = getattr(view, "most_bytes", None)
        if most is not None:
            request.max_content_length = most
        values = [request.path, *request.args.keys(), *request.args.values()]
        try:
            if request.method == "POST":
                values += [*request.form.keys(), *(value for many in request.form.listvalues() for value in many)]
            unasked = bool(request.files) and most is None
        except RequestEntityTooLarge:
            _read_away()
            raise
        if unasked or any("\0" in value for value in values):
            abort(400)


def _read_away() -> None:
    """Let a body that is too large come in, up to a bound, and forget it.

    A browser that is still sending when the answer comes sees a broken connection instead of the answer.
    """
    stream = get_input_stream(request.environ)
    until = monotonic() + READ_AWAY_SECONDS
    left = READ_AWAY
    while left > 0 and monotonic() < until and (piece := stream.read(min(left, 256 * 1024))):
        left -= len(piece)
