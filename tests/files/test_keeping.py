"""Files are kept with their bytes, named safely, and handed out so that they can only be looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import given, strategies as st

from karavan.core.clock import now
from karavan.core.database import transact
from karavan.files.answers import send
from karavan.files.checking import JPEG, PDF, Examined, examine
from karavan.files.models import FileContent, StoredFile
from karavan.files.names import ascii_name, clean_name
from karavan.files.queries import content_of, file_by_public_id
from karavan.files.rules import discard, store
from tests.files import hostile_files as made
from tests.support.hostile import Case, cases

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.orm import Session
    from werkzeug.wrappers import Response

PICTURE = Examined(JPEG, b"\xff\xd8 a picture", 60, 40)
PAPER = Examined(PDF, b"%PDF- a document", pages=3)


def test_a_file_is_kept_with_its_bytes(session: Session) -> None:
    kept = transact(store, PICTURE, now=now())

    found = file_by_public_id(session, kept.public_id)
    assert found is not None
    assert (found.mime, found.size, found.width, found.height, found.pages) == (JPEG, 12, 60, 40, None)
    assert content_of(session, found.id) == PICTURE.content
    assert content_of(session, found.id + 1) is None
    assert file_by_public_id(session, "nobody's") is None


def test_the_same_file_twice_is_two_files_with_one_sum(session: Session) -> None:
    first, second = (transact(store, PAPER, now=now()) for _ in range(2))

    assert first.sha256 == second.sha256
    assert first.public_id != second.public_id


def test_a_file_nobody_needs_any_more_is_gone_with_its_bytes(session: Session) -> None:
    kept, other = (transact(store, PAPER, now=now()) for _ in range(2))

    transact(discard, kept.id)
    transact(discard, kept.id)

    assert [file.id for file in session.query(StoredFile)] == [other.id]
    assert [row.file_id for row in session.query(FileContent)] == [other.id]


def answer(
    app: Flask, file: Examined, name: str, *, inline: bool = True, private: bool = False, tag: str = ""
) -> Response:
    row = StoredFile(mime=file.mime, sha256="ab12", size=1)
    headers = {"If-None-Match": f'"{tag}"'} if tag else {}
    with app.test_request_context("/", headers=headers):
        return send(row, file.content, name, inline=inline, private=private)


def test_a_picture_is_shown_and_can_do_nothing(app: Flask) -> None:
    got = answer(app, PICTURE, "Ақ су.png")

    assert got.data == PICTURE.content
    assert got.headers["Content-Type"] == "image/jpeg"
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert got.headers["Content-Disposition"] == (
        f"inline; filename=\"aq-su.jpg\"; filename*=UTF-8''{quote('Ақ су.jpg')}"
    )
    assert got.headers["Cache-Control"] == "max-age=300"
    assert got.headers["ETag"] == '"ab12"'


def test_a_document_is_always_handed_over_for_saving(app: Flask) -> None:
    assert answer(app, PAPER, "хат.pdf", inline=True).headers["Content-Disposition"].startswith("attachment; ")


def test_a_private_file_is_kept_nowhere(app: Flask) -> None:
    assert answer(app, PICTURE, "x", private=True).headers["Cache-Control"] == "private, no-store"


def test_who_has_it_already_is_not_sent_it_again(app: Flask) -> None:
    got = answer(app, PICTURE, "x", tag="ab12")

    assert got.status_code == 304


def test_a_kind_we_never_store_is_not_believed(app: Flask) -> None:
    odd = Examined("image/jpeg", b"x")
    row = StoredFile(mime="text/html", sha256="ab", size=1)
    with app.test_request_context("/"), pytest.raises(KeyError):
        send(row, odd.content, "x", inline=True, private=False)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Су тарифі.PDF", "Су тарифі.pdf"),
        ("Қала көшесі — №5.jpeg", "Қала көшесі — №5.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\Әмина\\хат.docx", "хат.pdf"),
        ("evil.pdf.exe", "evil.pdf"),
        ("evil.php.jpg.html", "evil.pdf"),
        ("есеп 2026.11.23", "есеп 2026.11.23.pdf"),
        ('"><img src=x onerror=alert(1)>.pdf', "img src=x onerror=alert(1).pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "a Set-Cookie x=1.pdf"),
        ("photo\u202egpj.exe", "photogpj.pdf"),
        (".htaccess", "htaccess.pdf"),
        (".pdf", "file.pdf"),
        ("...", "file.pdf"),
        ("\u200b\ufeff", "file.pdf"),
        ("", "file.pdf"),
        (None, "file.pdf"),
    ],
)
def test_a_name_is_its_owners_but_the_ending_is_ours(typed: str | None, kept: str) -> None:
    assert clean_name(typed, PDF) == kept


def test_a_long_name_is_shortened_and_keeps_its_ending() -> None:
    name = clean_name("Ұ" * 3000 + ".jpg", JPEG)

    assert len(name) <= 120
    assert name.endswith("Ұ.jpg")


@given(st.text(max_size=300))
def test_no_name_breaks_the_header_or_leaves_its_folder(typed: str) -> None:
    name = clean_name(typed, PDF)

    assert name.endswith(".pdf")
    assert 5 <= len(name) <= 120
    assert not set(name) & set('/\\"\r\n\0:<>|?*')
    assert ascii_name(name).isascii()
    assert clean_name(name, PDF) == name


@pytest.mark.parametrize("case", cases(where="upload:file_name"))
def test_no_hostile_name_comes_through(case: Case) -> None:
    name = clean_name(case.text, PDF)

    assert not set(name) & set('/<>"\\')


def test_a_file_made_anew_can_be_kept(session: Session) -> None:
    kept = transact(store, examine(made.photo()), now=now())

    assert content_of(session, kept.id)[:3] == b"\xff\xd8\xff"
