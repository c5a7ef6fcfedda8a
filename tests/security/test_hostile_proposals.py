"""Hostile texts in every field of a submission being written: refused or kept as text, and the pages stay whole."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from PIL import Image
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from karavan.core.text import BadText, clean_line, clean_text
from karavan.core.tokens import new_public_id
from karavan.files.names import clean_name
from karavan.proposals.models import Attachment, Draft, Proposal
from tests.support.civic import make_council, make_person
from tests.support.hostile import Case, everything
from tests.support.inert import HARMLESS, all_text, as_received, as_sent, built, each, judged, looked_at, timed

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from sqlalchemy.orm import Session

    from karavan.councils.models import Council
    from tests.support.cast import Cast
    from tests.support.visit import Visit

pytestmark = [pytest.mark.slow, pytest.mark.thorough, pytest.mark.timeout(600)]

TEXTS = [case for case in everything().values() if case.text is not None and len(case.text) <= 20_000]
NEW = "/en/proposals/new"
WORDS = {
    "title": HARMLESS,
    "problem": HARMLESS,
    "solution": HARMLESS,
    "village": HARMLESS,
    "place": "aktau",
    "topic": "water",
    "council": "local",
    "language": "kk",
}
HER = {"author_name": HARMLESS, "public_name": HARMLESS, "eotinish": "", "adult": "y", "publication": "y"}
TYPED = ("title", "problem", "solution", "village")


@pytest.fixture
def council(cast: Cast) -> Council:
    return make_council()


def cleaned(rule: Callable[..., str], value: str, limit: int) -> str | None:
    """What is stored of it; None if it is refused."""
    try:
        return rule(value, limit=limit)
    except BadText:
        return None


def hostile(names: tuple[str, ...]) -> bool:
    return any(name.startswith(("on", "hx-on", "style", "srcdoc", "data-hx")) for name in names)


class Writer:
    """Somebody with a browser, who writes one submission after another."""

    def __init__(self, app: Flask, visit: Visit) -> None:
        self.app, self.visit = app, visit
        self.csrf = ""

    def sign_in(self) -> None:
        """Sign a newcomer in: one person may hand in only so many a day."""
        self.visit.sign_in(make_person())
        self.csrf = dict(self.visit.get(NEW + "?anew=1").form_of("Continue").filled("Continue", {}))["csrf_token"]

    def token(self) -> str:
        """Return the address of a new draft."""
        found: str = self.app.extensions["karavan.keys"].seal(new_public_id(), purpose="draft")
        return found

    def post(self, url: str, data: dict[str, str]) -> Any:
        """Send a form of ours, filled by hand."""
        return timed(lambda: self.visit.send("POST", url, **as_sent(data | {"csrf_token": self.csrf})))


@pytest.fixture
def writer(app: Flask, council: Council, visit: Visit) -> Writer:
    made = Writer(app, visit)
    made.sign_in()
    return made


LIMITS: dict[str, tuple[Callable[..., str], int]] = {
    "title": (clean_line, 120),
    "village": (clean_line, 80),
    "problem": (clean_text, 4000),
    "solution": (clean_text, 4000),
}


@pytest.mark.once
@pytest.mark.parametrize("fields", [("title", "village"), ("problem", "solution")])
def test_the_text_is_refused_or_shown_as_text(session: Session, writer: Writer, fields: tuple[str, str]) -> None:
    token = writer.token()
    assert writer.post(f"{NEW}/{token}/text", WORDS).status_code == 303
    plain = set(built(looked_at(writer.visit, f"{NEW}/{token}/check").root))

    def write(case: Case) -> None:
        token = writer.token()
        answer = writer.post(f"{NEW}/{token}/text", WORDS | dict.fromkeys(fields, case.text or ""))
        stored = [cleaned(*LIMITS[field][:1], as_received(case.text or ""), LIMITS[field][1]) for field in fields]
        if "\0" in (case.text or ""):
            assert answer.status_code == 400
        elif answer.status_code == 422:
            page = judged(NEW, answer)
            assert page.summary
            assert not any(hostile(names) for _, names in built(page.root))
            assert not all(stored)
        else:
            assert answer.status_code == 303
            page = looked_at(writer.visit, f"{NEW}/{token}/check")
            new = {one for one in set(built(page.root)) - plain if one[0] not in {"p", "a", "b", "div", "svg", "use"}}
            assert {one for one in new if one != ("span", ("lang",))} == set()
            assert not any(hostile(names) for _, names in built(page.root))
            assert all(line in all_text(page.root) for words in stored for line in (words or "").split("\n"))

    each(TEXTS, write)


@pytest.mark.once
def test_names_are_refused_or_kept_as_text(session: Session, writer: Writer) -> None:
    handed_in = 0

    def hand_in(case: Case) -> None:
        nonlocal handed_in
        if handed_in % 9 == 8:
            writer.sign_in()
        token = writer.token()
        assert writer.post(f"{NEW}/{token}/text", WORDS).status_code == 303
        typed = dict.fromkeys(("author_name", "public_name", "eotinish"), case.text or "")
        answer = writer.post(f"{NEW}/{token}/sending", HER | typed)
        kept = [cleaned(clean_line, as_received(case.text or ""), limit) for limit in (120, 80, 40)]
        if "\0" in (case.text or ""):
            assert answer.status_code == 400
        elif answer.status_code == 422:
            assert judged(NEW, answer).summary
            assert not all(kept)
        else:
            assert answer.status_code == 303
            handed_in += 1
            session.close()
            made = session.scalars(select(Proposal).order_by(Proposal.id.desc()).limit(1)).one()
            assert [made.author_name, made.public_name, made.eotinish] == kept

    each(TEXTS, hand_in)
    assert handed_in > 20


def test_pauses_in_typing_never_fail(session: Session, writer: Writer) -> None:
    headers = {"HX-Request": "true", "HX-Request-Type": "partial"}

    def pause(case: Case) -> None:
        token = writer.token()
        data = dict.fromkeys((*TYPED, "place", "topic", "council", "language"), case.text or "")
        sent = as_sent(data | {"csrf_token": writer.csrf})
        answer = timed(lambda: writer.visit.send("POST", f"{NEW}/{token}/keeping", headers=headers, **sent))
        assert answer.status_code == (400 if "\0" in (case.text or "") else 200)
        if answer.status_code == 200:
            page = looked_at(writer.visit, f"{NEW}/{token}/text")
            assert not any(hostile(names) for _, names in built(page.root))

    each(TEXTS, pause)
    assert session.scalars(select(func.count()).select_from(Draft)).one() > 100


def test_looking_for_something_alike_never_fails(writer: Writer) -> None:
    def look(case: Case) -> None:
        query = as_sent({"title": case.text or "", "place": case.text or ""})["data"].decode()
        if len(query) > 8000:
            return
        answer = timed(lambda: writer.visit.send("GET", f"{NEW}/similar?{query}"))
        assert answer.status_code == (400 if "\0" in (case.text or "") else 200)
        if answer.status_code == 200:
            judged(NEW, answer)

    each([case for case in TEXTS if len(case.text or "") <= 2000], look)


@pytest.mark.once
def test_what_staff_type_is_refused_or_kept_as_text(
    session: Session, cast: Cast, council: Council, visit: Visit
) -> None:
    visit.sign_in(cast.saule)
    url = "/en/desk/proposals/new"
    form = dict(visit.get(url).form_of("Give it a number").filled("Give it a number", {}))
    filled = form | WORDS | {"council": str(council.id), "channel": "paper", "agreed": "y"}
    names = {"author_name": HARMLESS, "public_name": HARMLESS}
    assert set(filled) >= {*TYPED, *names, "phone", "email", "key"}

    def enter(case: Case) -> None:
        hostile_text = dict.fromkeys((*TYPED, *names), case.text or "")
        for typed in (hostile_text, dict.fromkeys(("phone", "email", "key"), case.text or "")):
            data = filled | names | {"key": new_public_id()} | typed
            answer = timed(lambda data=data: visit.send("POST", url, **as_sent(data)))  # type: ignore[misc]
            assert answer.status_code in ({400} if "\0" in (case.text or "") else {303, 422})
            if answer.status_code == 422:
                page = judged(url, answer)
                assert page.summary
                assert not any(hostile(names) for _, names in built(page.root))
            elif answer.status_code == 303:
                looked_at(visit, answer.headers["Location"])

    each(TEXTS, enter)


@pytest.mark.once
def test_names_of_files_are_shown_as_text(session: Session, writer: Writer) -> None:
    picture = BytesIO()
    Image.new("RGB", (2, 2)).save(picture, "PNG")

    def attach(case: Case) -> None:
        token = writer.token()
        assert writer.post(f"{NEW}/{token}/text", WORDS).status_code == 303
        name = "".join(one for one in case.text or "" if one.isprintable())[:200]
        file = FileStorage(BytesIO(picture.getvalue()), name or "a")
        boundary, body = encode_multipart({"csrf_token": writer.csrf, "file": file})
        answer = writer.visit.send(
            "POST", f"{NEW}/{token}/files", data=body, content_type=f"multipart/form-data; boundary={boundary}"
        )
        assert answer.status_code == 303
        session.close()
        kept = session.scalars(select(Attachment).order_by(Attachment.id.desc()).limit(1)).one()
        assert kept.name == clean_name(kept.name, "image/png")
        page = looked_at(writer.visit, f"{NEW}/{token}/check")
        assert kept.name in all_text(page.root)
        given = writer.visit.send("GET", f"{NEW}/{token}/files/{quote(kept.public_id)}")
        assert given.status_code == 200
        assert given.headers["Content-Security-Policy"].startswith("sandbox")

    chosen = [case for case in TEXTS if {"upload:file_name", "any_text"} & set(case.where)]
    each(chosen[:60], attach)
