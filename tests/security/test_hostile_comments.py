"""Hostile texts in every field of a comment: refused, or kept as text wherever it appears. Nothing is ever broken."""

from __future__ import annotations

import csv
import io
import json
from contextlib import suppress
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import func, select

from karavan.core.problems import Problem
from karavan.core.tokens import new_public_id
from karavan.discussion.models import Comment, CommentDraft
from karavan.notifications.models import MailboxLetter
from karavan.notifications.tasks import deliver_letters
from tests.support.civic import make_council, make_person
from tests.support.hostile_texts import OURS, a_few_or_all, cleaned, hostile, refuse_harm
from tests.support.inert import HARMLESS, as_received, as_sent, built, each, judged, looked_at, timed
from tests.support.page import parse, visible
from tests.support.talk import make_comment, make_thread, make_writer

if TYPE_CHECKING:
    import time_machine
    from sqlalchemy.orm import Session

    from karavan.discussion.models import Thread
    from tests.support.cast import Cast
    from tests.support.hostile import Case
    from tests.support.page import Page
    from tests.support.visit import Visit

MINE = 10
"""After so many comments her own page is looked at, which shows more than that."""
TOLD = {"dl", "dt", "dd", "div"}
"""What its author reads beside a text that waits for a moderator."""


class Writer:
    """Somebody with a browser, who writes one comment after another, each in a thread of its own."""

    def __init__(self, visit: Visit, cast: Cast) -> None:
        self.visit, self.cast = visit, cast
        self.council = make_council()
        self.person = make_writer("Гүлнар Т.")
        make_comment(make_thread(self.council), self.person)
        visit.sign_in(self.person)

    def thread(self) -> Thread:
        """Return a new thread: whoever writes much in one is asked to wait."""
        return make_thread(self.council)

    def fields(self, url: str, button: str) -> dict[str, str]:
        """Return what a form of ours sends."""
        return dict(self.visit.get(url).form_of(button).filled(button, {}))

    def post(self, url: str, data: dict[str, str]) -> Any:
        """Send a form of ours, filled by hand."""
        return timed(lambda: self.visit.send("POST", url, **as_sent(data)))


@pytest.fixture
def writer(cast: Cast, visit: Visit) -> Writer:
    return Writer(visit, cast)


def check(page: Page, plain: set[Any]) -> None:
    """A page with it is built of nothing but what the same page without it has, and our Markdown."""
    new = {
        (tag, names)
        for tag, names in set(built(page.root)) - plain
        if tag not in OURS and not (tag in TOLD and set(names) <= {"class"})
    }
    assert new == set()
    refuse_harm(page)


@pytest.mark.once
@a_few_or_all
def test_a_text_is_refused_or_shown_as_text_wherever_it_appears(
    session: Session, writer: Writer, texts: list[Case]
) -> None:
    form = writer.fields(f"/en/threads/{writer.thread().public_id}/new", "Send the comment")
    plain: set[Any] = set()
    said: list[str] = []
    for words in (HARMLESS, "Harmless"):
        page = f"/en/threads/{writer.thread().public_id}"
        assert writer.post(f"{page}/new", form | {"source": words, "key": new_public_id()}).status_code == 303
        for url in (page, f"/en/comments/{newest(session).public_id}", "/en/me/comments"):
            plain |= set(built(looked_at(writer.visit, url).root))

    def say(case: Case) -> None:
        thread = writer.thread()
        page = f"/en/threads/{thread.public_id}"
        typed = case.text or ""
        answer = writer.post(f"{page}/new", form | {"source": typed, "key": new_public_id()})
        if "\0" in typed:
            assert answer.status_code == 400
            return
        if answer.status_code != 303:
            assert answer.status_code == 422
            shown = judged(page, answer)
            assert shown.summary
            assert not any(hostile(names) for _, names in built(shown.root))
            return
        assert cleaned(typed)
        said.append(case.id)
        check(looked_at(writer.visit, page), plain)
        check(looked_at(writer.visit, f"/en/comments/{newest(session).public_id}"), plain)
        if len(said) % MINE == 0:  # so many of the newest stand there together
            check(looked_at(writer.visit, "/en/me/comments"), plain)
        ET.fromstring(writer.visit.send("GET", f"{page}/feed.atom").data)  # noqa: S314 -- ours
        json.loads(writer.visit.send("GET", f"{page}/export.json").data)
        table = writer.visit.send("GET", f"{page}/export.csv").get_data(as_text=True).lstrip("\ufeff")
        for row in csv.reader(io.StringIO(table)):
            assert not [cell for cell in row if cell.startswith(("=", "@", "\t", "\r"))], row

    each(texts, say)
    check(looked_at(writer.visit, "/en/me/comments"), plain)
    assert session.scalars(select(func.count()).select_from(Comment)).one() > len(texts) / 3


def newest(session: Session) -> Comment:
    session.close()
    return session.scalars(select(Comment).order_by(Comment.id.desc()).limit(1)).one()


@pytest.mark.once
@a_few_or_all
def test_no_other_field_breaks_the_form(session: Session, writer: Writer, texts: list[Case]) -> None:
    writer.visit.sign_in(writer.cast.saule)
    thread = writer.thread()
    page = f"/en/threads/{thread.public_id}"
    form = writer.fields(f"{page}/new", "Send the comment")
    names = set(form) | {"alignment", "official", "opened", "key", "version", "csrf_token"}

    def send(case: Case) -> None:
        whole = dict.fromkeys(names, case.text or "")
        forms = (
            whole | {"csrf_token": form["csrf_token"]},
            form | {"source": HARMLESS, "speaking_as": case.text or "", "key": case.text or ""},
            form | {"source": case.text or "", "preview": "1"},
            form | {"source": case.text or "", "draft": "1"},
            whole | {"source": HARMLESS},
        )
        for data in forms:
            answer = writer.post(f"{page}/new", data)
            assert answer.status_code in ({400} if "\0" in (case.text or "") else {200, 303, 422, 429}), data
            if data in forms[:3] and answer.status_code in {200, 422}:
                shown = judged(page, answer)
                assert not any(hostile(names) for _, names in built(shown.root))

    each(texts, send)


@pytest.mark.once
@a_few_or_all
def test_pauses_in_typing_never_fail(session: Session, writer: Writer, texts: list[Case]) -> None:
    url = f"/en/threads/{writer.thread().public_id}/new"
    form = writer.fields(url, "Send the comment")
    headers = {"HX-Request": "true", "HX-Request-Type": "partial"}

    def pause(case: Case) -> None:
        sent = as_sent(form | {"source": case.text or ""})
        answer = timed(lambda: writer.visit.send("POST", f"{url}/draft", headers=headers, **sent))
        assert answer.status_code == (400 if "\0" in (case.text or "") else 200)
        if answer.status_code == 200:
            shown = looked_at(writer.visit, url)
            assert not any(hostile(names) for _, names in built(shown.root))

    each(texts, pause)
    assert session.scalars(select(func.count()).select_from(CommentDraft)).one() <= 1


@pytest.mark.once
@a_few_or_all
def test_changing_a_text_is_no_way_round(session: Session, writer: Writer, texts: list[Case]) -> None:
    comment = make_comment(writer.thread(), writer.person, HARMLESS)
    url = f"/en/comments/{comment.public_id}"
    form = writer.fields(f"{url}/edit", "Save the changes")
    assert writer.post(f"{url}/edit", form | {"source": "Harmless"}).status_code == 303
    plain = set(built(looked_at(writer.visit, url).root))

    def change(case: Case) -> None:
        form["version"] = str(newest(session).version)
        answer = writer.post(f"{url}/edit", form | {"source": case.text or ""})
        assert answer.status_code in ({400} if "\0" in (case.text or "") else {303, 422})
        if answer.status_code == 303:
            check(looked_at(writer.visit, url), plain)
        for data in (form | {"version": case.text or ""}, dict.fromkeys(form, case.text or "")):
            assert writer.post(f"{url}/edit", data).status_code in {400, 409, 422}

    each(texts, change)


@pytest.mark.once
@a_few_or_all
def test_the_letter_about_a_reply_says_it_as_text(
    session: Session, writer: Writer, clock: time_machine.Traveller, texts: list[Case]
) -> None:
    """Also with a hostile name: whoever writes chooses how she is called."""

    def answer(case: Case) -> None:
        if not cleaned(case.text or ""):
            return
        asked = make_comment(writer.thread(), make_person())
        name = as_received(case.text or "")[:80]
        with suppress(Problem):  # too many links
            make_comment(asked.thread, make_writer(name), cleaned(case.text or ""), parent=asked)

    each([case for case in texts if "\0" not in (case.text or "") and (case.text or "").isprintable()], answer)
    clock.shift(600)
    while deliver_letters():
        pass
    session.close()
    letters = session.scalars(select(MailboxLetter)).all()
    assert len(letters) > len(texts) / 4
    for letter in letters:
        part = message_from_bytes(letter.raw, policy=policy.default).get_body(("html",))
        assert part is not None
        root, _ = parse(part.get_content())
        assert not any(name.startswith("on") for _, names in built(root) for name in names)
        assert {str(one.tag) for one in visible(root)} & {"script", "iframe", "object", "form", "svg", "base"} == set()
        addresses = [one.get("href", "") for one in visible(root) if one.tag == "a"]
        assert [one for one in addresses if not one.startswith(("http://", "https://", "mailto:"))] == []


@pytest.mark.once
@a_few_or_all
def test_the_desk_of_a_thread_refuses_or_keeps_it_as_text(session: Session, writer: Writer, texts: list[Case]) -> None:
    writer.visit.sign_in(writer.cast.saule)
    url = f"/en/threads/{writer.thread().public_id}/keeping"
    form = writer.fields(url, "Save")
    plain = set(built(looked_at(writer.visit, url).root))

    def close(case: Case) -> None:
        token = {"csrf_token": form["csrf_token"]}
        fresh = writer.thread()
        url = f"/en/threads/{fresh.public_id}/keeping"
        words = {"reason-kk": case.text or "", "reason-ru": case.text or ""}
        answer = writer.post(f"{url}/closure", words | token)
        assert answer.status_code in ({400} if "\0" in (case.text or "") else {303, 422})
        if answer.status_code == 303:
            new = set(built(looked_at(writer.visit, url).root)) - plain
            assert not [one for one in new if one[0] not in {"p", "span", "div", "svg", "use", "button"}]
            looked_at(writer.visit, f"/en/threads/{fresh.public_id}")
        for data in (
            form | {"mode": case.text or ""},
            form | {"slow_seconds": case.text or "", "version": case.text or ""},
        ):
            assert writer.post(url, data).status_code in {400, 409, 422}

    each(texts, close)
