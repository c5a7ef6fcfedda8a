"""What never reaches a view: bytes no honest browser sends.

PostgreSQL refuses NUL in text and SQLite stores it, so tests on SQLite alone would hide a fault; lone surrogates can be
stored nowhere. Nothing here takes files: where words belong, one would be a fault.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, request

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Refuse NUL in path, query and form, and files, with 400 before anything is read or written."""

    @app.before_request
    def refuse_what_no_form_of_ours_sends() -> None:
        values = [request.path, *request.args.keys(), *request.args.values()]
        if request.method == "POST":
            values += [*request.form.keys(), *(value for many in request.form.listvalues() for value in many)]
        if request.files or any("\0" in value for value in values):
            abort(400)
