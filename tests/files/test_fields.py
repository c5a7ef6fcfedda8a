"""A form takes a file: bounded, looked at, refused in words at its field. Only views that say so take any."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import pytest
from flask import Flask, render_template_string
from wtforms import StringField

from karavan.files.checking import JPEG, MOST_BYTES
from karavan.files.fields import BODY_BYTES, UploadField
from karavan.web.access import access, anyone
from karavan.web.forms import Form, Required
from karavan.web.hygiene import takes_files
from karavan.web.locale import say
from tests.files import hostile_files as made

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse


class Letter(Form):
    """A form with a file."""

    title = StringField("Title")
    scan = UploadField("Picture or PDF")


class LetterWithScan(Letter):
    """A form that must have one."""

    scan = UploadField("Picture or PDF", validators=[Required("Choose a file.")])


@pytest.fixture
def client(other_app: Callable[..., Flask]) -> FlaskClient:
    """A house with three more doors: one takes files, one must have them, one takes none."""
    app = other_app()
    page = "{{ form.csrf_token }}{{ form.scan(accept='image/jpeg') }}"

    def door(kind: type[Letter]) -> Callable[[], tuple[str, int]]:
        @access(anyone)
        def view() -> tuple[str, int]:
            form = kind()
            if not form.submitted():
                errors = [say(error) for error in [*form.scan.errors, *form.form_errors]]
                return render_template_string(page + "{{ errors }}", form=form, errors=errors), 422
            got = form.scan.data
            return (f"{got.name} {got.file.mime}" if got else "none"), 200

        return view

    app.add_url_rule("/en/files/", "files", takes_files(BODY_BYTES)(door(Letter)), methods=["GET", "POST"])
    app.add_url_rule("/en/must/", "must", takes_files(BODY_BYTES)(door(LetterWithScan)), methods=["GET", "POST"])
    app.add_url_rule("/en/words/", "words", door(Letter), methods=["GET", "POST"])
    return app.test_client()


def post(
    client: FlaskClient,
    content: bytes | str | None,
    name: str = "Хат.exe",
    *,
    path: str = "/en/files/",
    token: str | None = None,
) -> TestResponse:
    """Send the form as a browser does: put together by hand, for Werkzeug's client leaves its temporary file open."""
    if token is None:
        token = re.search('name="csrf_token"[^>]* value="([^"]+)"', client.get("/en/files/").text)[1]
    parts = [part("csrf_token", token), part("title", "Су")]
    if content is not None:
        parts.append(part("scan", content) if isinstance(content, str) else part("scan", content, name))
    body = b"".join([*parts, b"--edge--\r\n"])
    return client.post(path, data=body, content_type="multipart/form-data; boundary=edge")


def part(field: str, content: bytes | str, file: str | None = None) -> bytes:
    named = "" if file is None else f'; filename="{file}"\r\nContent-Type: image/png'
    head = f'--edge\r\nContent-Disposition: form-data; name="{field}"{named}\r\n\r\n'
    return head.encode() + (content.encode() if isinstance(content, str) else content) + b"\r\n"


def test_a_photo_arrives_examined_and_named(client: FlaskClient) -> None:
    got = post(client, made.photo())

    assert (got.status_code, got.text) == (200, f"Хат.jpg {JPEG}")


def test_a_form_may_come_without_a_file(client: FlaskClient) -> None:
    assert post(client, None).text == "none"
    assert post(client, b"", name="").text == "none"
    assert post(client, "words where a file should be").text == "none"


def test_unless_one_is_required(client: FlaskClient) -> None:
    assert "Choose a file." in post(client, None, path="/en/must/").text
    assert post(client, made.photo(), path="/en/must/").status_code == 200


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "This file is empty."),
        (b"MZ a program", "neither a picture"),
        (b"\0" * (MOST_BYTES + 1), "larger than 10 MB"),
        (made.pixel_bomb(20_000, 20_000), "more than 40 million points"),
        (made.locked_pdf(), "asks for a password"),
    ],
    ids=["empty", "program", "too large", "bomb", "locked"],
)
def test_a_file_that_cannot_be_taken_is_refused_in_words(client: FlaskClient, content: bytes, sentence: str) -> None:
    got = post(client, content)

    assert got.status_code == 422
    assert sentence in got.text


def test_nothing_is_examined_for_a_strangers_form(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("karavan.files.fields.examine", lambda _: pytest.fail("was examined"))

    got = post(client, made.photo(), token="forged")

    assert got.status_code == 422
    assert "This page had been open" in got.text


def test_a_view_that_takes_no_files_gets_none(client: FlaskClient) -> None:
    assert post(client, made.photo(), path="/en/words/").status_code == 400


def test_a_body_too_large_is_answered_with_a_page_after_it_was_read(client: FlaskClient) -> None:
    for path, size in (("/en/files/", BODY_BYTES + 1), ("/en/words/", 1024 * 1024 + 1)):
        body = io.BytesIO(b"\0" * size)
        got = client.post(path, input_stream=body, content_type="multipart/form-data; boundary=x", content_length=size)

        assert got.status_code == 413
        assert "too large" in got.text
        assert "<h1" in got.text
        assert body.tell() == size


def test_and_in_the_persons_language(client: FlaskClient) -> None:
    size = BODY_BYTES + 1
    body = io.BytesIO(b"\0" * size)
    got = client.post(
        "/en/files/", input_stream=body, content_type="multipart/form-data; boundary=x", content_length=size
    )

    assert 'lang="en"' in got.text


def test_a_page_that_lies_about_nul_among_files_is_refused(client: FlaskClient) -> None:
    got = client.post("/en/files/", data={"title": "\0", "scan": (io.BytesIO(made.photo()), "x.jpg")})

    assert got.status_code == 400
