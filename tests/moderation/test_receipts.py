"""The pages of those concerned: flagging, appealing, looking a receipt up; and the rules, for everybody."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from karavan.core.database import db
from karavan.discussion import hosts
from karavan.discussion.rules.edit import edit
from karavan.moderation.conduct import CLAUSES
from karavan.moderation.models import Action, Appeal, Flag, Outcome, ReceiptKind
from karavan.moderation.rules.appeal import appeal, judge
from karavan.moderation.rules.decide import Verdict
from karavan.notifications.rendering import render
from tests.moderation.people import (
    APPEAL,
    LATER,
    WORDS,
    case_now,
    cases_about,
    code_of,
    decided,
    flagged_by,
    letters_to,
    make_reader,
    moderator,
)
from tests.support.civic import make_council, make_person, write
from tests.support.hostile import everything
from tests.support.inert import as_sent, each, judged, timed
from tests.support.settings import NOW
from tests.support.talk import ROOM, find_rooms, make_comment, make_thread, make_writer, reload_comment

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    import time_machine
    from flask import Flask
    from sqlalchemy.orm import Session

    from karavan.accounts.models import Person
    from karavan.councils.models import Council
    from karavan.discussion.hosts import Hosted
    from karavan.discussion.models import Comment
    from tests.support.page import Page
    from tests.support.visit import Visit

SOURCE = "Сен ақымақсың. Автобус керек."
SEND_FLAG, SEND_APPEAL = "Send to a moderator", "Send the appeal"
TEXTS = [case for case in everything().values() if case.text is not None and len(case.text) <= 20_000]
FEW = [next(case for case in TEXTS if case.group == group) for group in sorted({case.group for case in TEXTS})]
A_FEW = pytest.param(FEW, id="a few")
ALL = pytest.param(TEXTS, id="all", marks=[pytest.mark.slow, pytest.mark.thorough, pytest.mark.timeout(600)])


@pytest.fixture
def council(session: Session) -> Council:
    return make_council()


@pytest.fixture
def author(council: Council) -> Person:
    return make_writer("Жазушы Автор", lang="en")


@pytest.fixture
def comment(council: Council, author: Person) -> Comment:
    return make_comment(make_thread(council), author, SOURCE, now=NOW)


@pytest.fixture
def shut(council: Council) -> Iterator[Callable[[], None]]:
    """Let what threads hang under be nobody's business."""
    yield lambda: hosts.register(
        ROOM,
        lambda session, ids: {one: replace(found, public=False) for one, found in find_rooms(session, ids).items()},
    )
    hosts.register(ROOM, find_rooms)


def shut_rooms(session: Session, ids: Collection[int]) -> dict[int, Hosted]:
    return {one: replace(found, public=False) for one, found in find_rooms(session, ids).items()}


def flag_url(comment: Comment) -> str:
    return f"/en/comments/{comment.public_id}/flag"


def appeal_url(comment: Comment) -> str:
    return f"/en/comments/{comment.public_id}/appeal"


def count(model: Any) -> int:
    session = db.session()
    session.rollback()
    return session.scalars(select(func.count()).select_from(model)).one()


# --- Flagging -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [False, True])
def test_a_reader_flags_and_reads_her_receipt(visit: Visit, comment: Comment, htmx: bool) -> None:
    reader = make_reader()
    visit.sign_in(reader)
    visit.get(flag_url(comment))
    page = visit.press(SEND_FLAG, htmx=htmx, clause="insults", note="Екінші сөйлем")
    (case,) = cases_about(comment)
    code = code_of(case.id, reader, ReceiptKind.REPORTER)
    assert visit.address == f"/en/receipts/{code}"
    assert "Waits for a moderator" in page.text
    visit.get(flag_url(comment))  # she has flagged it already
    assert visit.address == f"/en/receipts/{code}"
    assert count(Flag) == 1


def test_a_flag_without_a_rule_keeps_the_note(visit: Visit, comment: Comment) -> None:
    visit.sign_in(make_reader())
    visit.get(flag_url(comment))
    page = visit.press(SEND_FLAG, status=422, note="Мына жер")
    assert "Choose the rule that the comment breaks." in page.text
    assert page.by_id("note").text.strip() == "Мына жер"
    visit.press(SEND_FLAG, status=422, clause="insults", note="а" * 501)
    assert count(Flag) == 0


def test_who_may_not_flag(visit: Visit, comment: Comment, author: Person, shut: Callable[[], None]) -> None:
    visit.get(flag_url(comment))
    assert visit.address.startswith("/en/sign-in")
    visit.sign_in(author)
    visit.get(flag_url(comment), status=403)
    visit.sign_in(make_reader())
    visit.get("/en/comments/nothing-like-this/flag", status=404)
    shut()
    visit.get(flag_url(comment), status=404)


def test_a_text_that_changed_is_a_409_that_keeps_the_note(visit: Visit, comment: Comment, author: Person) -> None:
    visit.sign_in(make_reader())
    visit.get(flag_url(comment))
    write(edit, comment.id, "Басқа мәтін", None, by_id=author.id, read_version=comment.version, now=NOW)
    page = visit.press(SEND_FLAG, status=409, clause="insults", note="Мына жер")
    assert page.by_id("note").text.strip() == "Мына жер"
    visit.press(SEND_FLAG)
    assert db.session().scalars(select(Flag.revision)).all() == [2]


def test_a_flag_about_what_was_kept_leads_to_the_decision(visit: Visit, comment: Comment, council: Council) -> None:
    given = flagged_by(comment, make_reader())
    decision = decided(case_now(given.case_id or 0), moderator(council), Action.KEEP)
    visit.sign_in(make_reader())
    visit.get(flag_url(comment))
    page = visit.press(SEND_FLAG, status=409, clause="insults")
    assert f"#line-{decision.log_seq}" in page.link("Read the decision in the public log")


# --- Appealing ------------------------------------------------------------------------------------------------


def removed(comment: Comment, council: Council) -> int:
    given = flagged_by(comment, make_reader())
    decided(case_now(given.case_id or 0), moderator(council))
    return given.case_id or 0


@pytest.mark.parametrize("htmx", [False, True])
def test_an_author_reads_the_reasons_and_appeals(
    visit: Visit, comment: Comment, author: Person, council: Council, htmx: bool
) -> None:
    case_id = removed(comment, council)
    visit.sign_in(author)
    page = visit.get(appeal_url(comment))
    assert WORDS in page.text
    assert "Insulting a person" in page.text
    short = visit.press(SEND_APPEAL, htmx=htmx, status=422, words="жоқ")
    assert short.by_id("words").text.strip() == "жоқ"
    page = visit.press(SEND_APPEAL, htmx=htmx, words=APPEAL)
    assert visit.address == f"/en/receipts/{code_of(case_id, author, ReceiptKind.APPELLANT)}"
    assert "An appeal waits for a decision" in page.text
    visit.get(appeal_url(comment))
    assert visit.address.startswith("/en/receipts/")
    assert count(Appeal) == 1


def test_nobody_else_finds_an_appeal(
    visit: Visit, comment: Comment, author: Person, council: Council, shut: Callable[[], None]
) -> None:
    removed(comment, council)
    visit.get(appeal_url(comment))
    assert visit.address.startswith("/en/sign-in")
    visit.sign_in(make_person())
    visit.get(appeal_url(comment), status=404)
    visit.get("/en/comments/nothing-like-this/appeal", status=404)
    visit.sign_in(author)
    visit.get(appeal_url(comment) + "?case=999", status=404)
    shut()
    visit.get(appeal_url(comment), status=404)


def test_too_early_and_too_late_are_said(visit: Visit, comment: Comment, author: Person, council: Council) -> None:
    flagged_by(comment, make_reader())
    visit.sign_in(author)
    assert "not been decided yet" in visit.get(appeal_url(comment), status=409).text
    decided(cases_about(comment)[0], moderator(council), Action.KEEP)
    assert "no decision here" in visit.get(appeal_url(comment), status=409).text


def test_the_window_closes_while_she_types(
    visit: Visit, comment: Comment, author: Person, council: Council, clock: time_machine.Traveller
) -> None:
    case_id = removed(comment, council)
    visit.sign_in(author)
    visit.get(appeal_url(comment))
    clock.shift(timedelta(days=31))
    visit.sign_in(author)
    assert "is over" in visit.get(appeal_url(comment), status=409).text
    assert case_now(case_id).appeal is None


# --- Receipts -------------------------------------------------------------------------------------------------


def read(visit: Visit, code: str) -> Page:
    page = visit.get(f"/en/receipts/{code}")
    assert visit.response is not None
    assert visit.response.headers["Cache-Control"] == "private, no-store"
    assert visit.response.headers["X-Robots-Tag"] == "noindex"
    for secret in ("ақымақ", "Автор", "Daniyar", APPEAL):
        assert secret not in page.text
    return page


def test_receipts_tell_everybody_concerned_where_it_stands_through_the_whole_road(
    visit: Visit, comment: Comment, author: Person, council: Council, clock: time_machine.Traveller
) -> None:
    reader, first, second = make_reader(), moderator(council), moderator(council)
    case_id = flagged_by(comment, reader).case_id or 0
    hers = code_of(case_id, reader, ReceiptKind.REPORTER)
    his = code_of(case_id, author, ReceiptKind.AUTHOR)
    assert "To be decided by" in read(visit, hers).text
    decision = decided(case_now(case_id), first)
    assert "Waits for a moderator" in read(visit, hers).text  # it can still be undone
    clock.move_to(LATER)
    page = read(visit, hers)
    assert "Decided: the comment is removed" in page.text
    assert WORDS not in page.text
    assert str(decision.log_seq) in page.text
    page = read(visit, his)
    assert WORDS in page.text
    assert page.link("Appeal against the decision") == f"{appeal_url(comment)}?case={case_id}"
    write(appeal, case_id, by_id=author.id, words=APPEAL, lang="kk", now=LATER)
    mine = code_of(case_id, author, ReceiptKind.APPELLANT)
    for code in (hers, his, mine):
        assert "An appeal waits for a decision" in read(visit, code).text
    ruling = Verdict(action=Action.KEEP, words="Бұл — жауапты сынау.", words_lang="kk")
    facts = {"by_id": second.id, "read_version": case_now(case_id).version, "now": LATER}
    write(judge, case_id, Outcome.OVERTURNED, ruling, **facts)
    for code in (hers, his, mine):
        assert "Decided on appeal: the decision is overturned" in read(visit, code).text
    assert "Бұл — жауапты сынау." in read(visit, mine).text


def test_a_code_is_typed_as_people_type_codes(visit: Visit, comment: Comment) -> None:
    reader = make_reader()
    code = code_of(flagged_by(comment, reader).case_id or 0, reader, ReceiptKind.REPORTER)
    visit.get("/en/receipts/")
    visit.press("Show where it stands", code=f" {code[:4].lower()}-{code[4:8]} {code[8:]}")
    assert visit.address == f"/en/receipts/{code}"
    visit.get("/en/receipts/")
    for wrong in ("", "7F3K", "AAAABBBBCCCC"):
        page = visit.press("Show where it stands", status=422, code=wrong)
        assert page.by_id("code").get("value") == wrong


def test_codes_cannot_be_guessed(other_app: Callable[..., Flask], session: Session) -> None:
    del session
    asks = other_app(rate_limits=True).test_client()
    guesses = ("".join(letters) for letters in product("ABCDEF", repeat=2))
    answers = [asks.get(f"/en/receipts/AAAABBBBCC{guess}").status_code for guess in guesses]
    assert set(answers[:30]) == {404}
    assert set(answers[-3:]) == {429}


# --- The rules, the letters -----------------------------------------------------------------------------------


def test_the_rules_are_everybodys(visit: Visit, session: Session) -> None:
    page = visit.get("/en/rules")
    assert visit.response is not None
    assert visit.response.headers["Cache-Control"].startswith("public")
    for clause in CLAUSES:
        assert page.by_id(clause.code) is not None
        assert clause.current.keeps.en in page.text
    assert "30 days" in page.text
    assert "120 hours" in page.text


def test_the_author_gets_one_statement_of_reasons_in_her_language(
    comment: Comment, author: Person, council: Council
) -> None:
    case_id = removed(comment, council)
    (letter,) = letters_to(author, "decision")
    message = render(letter)
    for told in (message.text, message.html or ""):
        assert "Insulting a person" in told
        assert WORDS in told
        assert code_of(case_id, author, ReceiptKind.AUTHOR) in told
        assert f"/en/comments/{comment.public_id}/appeal" in told
        assert "ақымақ" not in told


# --- Hostile texts --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("texts", [A_FEW, ALL])
def test_hostile_notes_appeals_and_codes_break_nothing(
    visit: Visit, comment: Comment, author: Person, council: Council, texts: list[Any]
) -> None:
    removed(comment, council)
    other = make_comment(make_thread(council), now=NOW)
    forms = (
        (make_reader(), flag_url(other), SEND_FLAG, "note", {"clause": "insults"}),
        (author, appeal_url(comment), SEND_APPEAL, "words", {}),
        (author, "/en/receipts/", "Show where it stands", "code", {}),
    )
    for person, url, button, field, more in forms:
        visit.sign_in(person)
        fields = dict(visit.get(url).form_of(button).filled(button, more))

        def send(case: Any, url: str = url, field: str = field, fields: dict[str, str] = fields) -> None:
            typed = {**fields, field: case.text}
            answer = timed(lambda: visit.send("POST", url, **as_sent(typed)))
            assert answer.status_code in {200, 303, 400, 409, 422}
            page = judged(url, answer)
            if page.is_html:
                assert page.find("script", src=None) == []

        each(texts, send)
    assert reload_comment(comment).html == ""
