"""Hostile texts in every field of the moderators' desk, and in the names shown there: refused, or kept as text."""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from sqlalchemy import func, select

from karavan.core.clock import now
from karavan.core.database import db
from karavan.core.problems import Problem
from karavan.discussion.models import Comment
from karavan.moderation.models import Action, Case, CaseState, Decision, Origin, StateRequest, WatchedWord
from karavan.moderation.pieces import keeper
from karavan.moderation.rules.appeal import appeal
from karavan.moderation.rules.cases import claim, open_case
from tests.moderation.people import case_now, decided
from tests.support.civic import make_council, make_staff, write
from tests.support.hostile_texts import OURS, a_few_or_all, cleaned, refuse_harm, refuse_new
from tests.support.inert import HARMLESS, as_sent, built, each, judged, looked_at, timed
from tests.support.talk import make_case, make_comment, make_thread, make_writer
from tests.support.talk_rows import put_comments

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from tests.support.hostile import Case as Hostile
    from tests.support.page import Page
    from tests.support.visit import Visit

QUEUE = "/en/moderation/"
SIMPLE = "Harmless"
"""What nobody takes for a formula, a link or another script."""


class Desk:
    """A moderator with a browser, and as many cases as she needs."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.council = make_council()
        self.thread = make_thread(self.council)
        self.moderator, self.other, self.third = (make_staff(self.council) for _ in range(3))
        self.author = make_writer()
        visit.sign_in(self.moderator)

    def cases(self, number: int, origin: Origin = Origin.MODERATOR) -> list[Case]:
        """Return so many cases about as many comments."""
        put = write(lambda session: put_comments(session, self.thread.id, self.author.id, number))
        about = select(Comment.id).where(Comment.public_id.in_([one["public_id"] for one in put])).order_by(Comment.id)
        ids = db.session().scalars(about).all()

        def opened(session: Session) -> list[Case]:
            return [open_case(session, keeper().take(session, one), origin, now=now()) for one in ids]

        return write(opened)

    def token(self) -> dict[str, str]:
        """Return what a form of ours proves itself with."""
        page = self.visit.get(f"{QUEUE}shortcuts")
        return {"csrf_token": page.find("input", name="csrf_token")[0].get("value", "")}

    def post(self, rest: str, data: dict[str, Any]) -> TestResponse:
        """Send a form of this desk, filled by hand."""
        return timed(lambda: self.visit.send("POST", QUEUE + rest, **as_sent(data)))

    def page(self, url: str) -> Page:
        return looked_at(self.visit, url if url.startswith("/") else QUEUE + url)

    def built(self, *urls: str) -> set[Any]:
        return {one for url in urls for one in built(self.page(url).root)}


@pytest.fixture
def desk(session: Session, visit: Visit) -> Desk:
    return Desk(visit)


def typed_in(case: Hostile) -> str:
    return case.text or ""


def refused(url: str, answer: TestResponse, text: str) -> bool:
    """Was it refused, as it must be then? A page that says so is as sound as any."""
    if "\0" in text:
        assert answer.status_code == 400
        return True
    if answer.status_code == 303:
        return False
    assert answer.status_code == 422, answer.status_code
    page = judged(url, answer)
    assert page.summary
    refuse_harm(page)
    return True


def card(case: Case) -> str:
    return f"cases/{case.id}"


def permalink(case: Case) -> str:
    session = db.session()
    session.close()
    return f"/en/comments/{session.get_one(Comment, case.comment_id).public_id}"


def verdict(case: Case, **more: str) -> dict[str, str]:
    usual = {"version": str(case.version), "revision": str(case.revision), "words_lang": "kk", "hours": "24"}
    return usual | {"choice": "remove", "clause": "insults", "press": "decide"} | more


# --- Reasons --------------------------------------------------------------------------------------------------------


@pytest.mark.once
@a_few_or_all
def test_a_reason_is_text_in_the_preview_on_the_card_and_on_the_tombstone(desk: Desk, texts: list[Hostile]) -> None:
    token, plain = desk.token(), set()
    cases = iter(desk.cases(len(texts) + 2))

    def decide(words: str, case: Case) -> TestResponse:
        return desk.post(card(case), token | verdict(case, words=words))

    for words in (HARMLESS, SIMPLE):
        case = next(cases)
        preview = judged(QUEUE, desk.post(card(case), token | verdict(case, words=words, press="preview")))
        assert decide(words, case).status_code == 303
        plain |= set(built(preview.root)) | desk.built(card(case), permalink(case))

    def say(hostile: Hostile) -> None:
        case, words = next(cases), typed_in(hostile)
        preview = desk.post(card(case), token | verdict(case, words=words, press="preview"))
        if preview.status_code == 200:
            refuse_new(judged(QUEUE, preview), plain, ("div", "p", "li", "ul"))
        if not refused(QUEUE, decide(words, case), words):
            for url in (card(case), permalink(case)):
                refuse_new(desk.page(url), plain)

    each(texts, say)
    assert db.session().scalars(select(func.count()).select_from(Decision)).one() > len(texts) / 3


@pytest.mark.once
@a_few_or_all
def test_the_reason_for_many_is_kept_as_text_where_none_was_removed(desk: Desk, texts: list[Hostile]) -> None:
    token, (case, *_) = desk.token(), desk.cases(2)
    stale = {"item": f"{case.id}-{case.version + 1}-1", "text": "0" * 64, "clause": "advertising", "words_lang": "kk"}
    gone = stale | {"item": f"{desk.cases(1)[0].id}-9-1", "text": "1" * 64}
    plain = {one for form in (stale, gone) for one in built(judged(QUEUE, _sent(desk, token, form, SIMPLE)).root)}

    def say(hostile: Hostile) -> None:
        words = typed_in(hostile)
        for form in (stale, gone):
            answer = _sent(desk, token, form, words)
            if answer.status_code == 409:
                refuse_new(judged(QUEUE, answer), plain)
            else:
                assert refused(QUEUE, answer, words)
        spoilt = token | stale | dict.fromkeys(("item", "text", "clause", "words_lang"), words)
        assert refused(QUEUE, desk.post("bulk", spoilt), words)

    each(texts, say)
    assert case_now(case.id).state == CaseState.OPEN


def _sent(desk: Desk, token: dict[str, str], form: dict[str, str], words: str) -> TestResponse:
    return desk.post("bulk", token | form | {"words": words})


@pytest.mark.once
@a_few_or_all
def test_why_a_second_moderator_does_not_sign_is_text(desk: Desk, texts: list[Hostile]) -> None:
    token, (case,) = desk.token(), desk.cases(1, Origin.STATE_REQUEST)
    url, plain = f"{card(case)}/second", set()

    def refuse(words: str) -> TestResponse:
        if case_now(case.id).state == CaseState.OPEN:
            decided(case, desk.other, Action.REMOVE, now=now())
        form = {"version": str(case_now(case.id).version), "revision": "1", "press": "refuse", "words": words}
        return desk.post(url, token | form)

    for words in (HARMLESS, SIMPLE):
        assert refuse(words).status_code == 303
        plain |= desk.built(card(case))
        stale = desk.post(url, token | {"version": "1", "revision": "1", "press": "refuse", "words": words})
        plain |= set(built(judged(QUEUE, stale).root))

    def say(hostile: Hostile) -> None:
        words = typed_in(hostile)
        if not refused(QUEUE, refuse(words), words):
            refuse_new(desk.page(card(case)), plain)
            stale = desk.post(url, token | {"version": "1", "revision": "1", "press": "refuse", "words": words})
            assert stale.status_code in {403, 409}
            refuse_new(judged(QUEUE, stale), plain)

    each(texts, say)


@pytest.mark.once
@a_few_or_all
def test_an_appeal_and_the_words_that_decide_it_are_text(desk: Desk, texts: list[Hostile]) -> None:
    """The appeal's own words too, as the moderator reads them."""
    token, plain = desk.token(), set()
    cases = iter(desk.cases(len(texts) + 2))

    def appealed(words: str) -> Case:
        case = next(cases)
        decided(case, desk.other, now=now())
        said = f"{cleaned(words, 3000)} {'-' * 20}"
        write(appeal, case.id, by_id=desk.author.id, words=said, lang="kk", now=now())
        return case_now(case.id)

    def judge(case: Case, words: str) -> TestResponse:
        form = {"outcome": "upheld", "words": words, "words_lang": "kk", "press": "decide"}
        return desk.post(f"{card(case)}/appeal", token | form | {"version": str(case.version), "revision": "1"})

    for words in (HARMLESS, SIMPLE):
        case = appealed(words)
        plain |= desk.built(f"{card(case)}/appeal")
        assert judge(case, words).status_code == 303
        plain |= desk.built(card(case), permalink(case))

    def say(hostile: Hostile) -> None:
        words = typed_in(hostile)
        case = appealed(words)
        refuse_new(desk.page(f"{card(case)}/appeal"), plain)
        if not refused(QUEUE, judge(case, words), words):
            for url in (card(case), permalink(case)):
                refuse_new(desk.page(url), plain)

    each(texts, say)


# --- What keeps the desk in order -----------------------------------------------------------------------------------


@pytest.mark.once
@a_few_or_all
def test_a_watched_word_is_text_on_its_list(desk: Desk, texts: list[Hostile]) -> None:
    token = desk.token()
    usual = {"organisation": str(desk.council.organisation_id), "language": "kk", "effect": "mark", "clause": "insults"}
    make_comment(desk.thread)

    def add(term: str, **more: str) -> TestResponse:
        return desk.post("words", token | usual | {"term": term} | more)

    def end_all() -> None:
        for word in db.session().scalars(select(WatchedWord.id).where(WatchedWord.ended_at.is_(None))).all():
            desk.page(f"words/{word}/end")
            assert desk.post(f"words/{word}/end", token).status_code == 303

    assert add("зиянсыз").status_code == 303
    word = db.session().scalars(select(WatchedWord)).one()
    plain = desk.built("words", f"words/{word.id}/end") | set(built(judged(QUEUE, add("зиян", press="try")).root))
    end_all()

    def say(hostile: Hostile) -> None:
        term = typed_in(hostile)
        tried = add(term, press="try")
        assert tried.status_code in ({400} if "\0" in term else {200, 422})
        if tried.status_code == 200:
            refuse_new(judged(QUEUE, tried), plain | desk.built("words"))
        if not refused(QUEUE, add(term), term):
            refuse_new(desk.page("words"), plain)
            end_all()
        for name in ("language", "effect", "clause", "organisation"):
            assert refused(QUEUE, add("зиян", **{name: term}), term) or name == "language"

    each(texts, say)


@pytest.mark.once
@a_few_or_all
def test_the_note_about_an_interest_is_text(desk: Desk, texts: list[Hostile]) -> None:
    token, (case,) = desk.token(), desk.cases(1)
    form = {"thread": str(case.thread_id)}

    def declare(note: str) -> TestResponse:
        return desk.post("interests", token | form | {"note": note})

    def end() -> None:
        page = desk.visit.get(f"{QUEUE}interests")
        (action,) = [one.action for one in page.forms if one.action.endswith("/end")]
        assert desk.post(action.removeprefix(QUEUE), token).status_code == 303

    plain: set[Any] = desk.built("interests")
    for note in (HARMLESS, SIMPLE):
        assert declare(note).status_code == 303
        plain |= desk.built("interests")
        end()

    def say(hostile: Hostile) -> None:
        note = typed_in(hostile)
        if not refused(QUEUE, declare(note), note):
            refuse_new(desk.page("interests"), plain)
            end()
        assert refused(QUEUE, desk.post("interests", token | {"thread": note}), note)

    each(texts, say)


@pytest.mark.once
@a_few_or_all
def test_a_request_of_a_state_body_is_text_on_its_card_and_in_the_log(desk: Desk, texts: list[Hostile]) -> None:
    token, cases = desk.token(), iter(desk.cases(len(texts) + 2))
    fields = ("office", "article", "number", "basis")
    dated = {"dated": "2020-01-05", "sealed_until": ""}

    def enter(case: Case, words: str) -> TestResponse:
        about = {"comment": f"https://karavan.test{permalink(case)}"}
        return desk.post("requests/new", token | about | dated | dict.fromkeys(fields, words))

    plain: set[Any] = set()
    for words in (HARMLESS, SIMPLE):
        case = next(cases)
        assert enter(case, words).status_code == 303
        plain |= desk.built(card(case), f"log?thread={desk.thread.public_id}")

    def say(hostile: Hostile) -> None:
        words, case = typed_in(hostile), next(cases)
        if not refused(QUEUE, enter(case, words[:60]), words[:60]):
            refuse_new(desk.page(card(case)), plain)
        usual = {"comment": permalink(case), **dated, **dict.fromkeys(fields, SIMPLE)}
        for name in ("comment", "dated", "sealed_until"):
            answer = desk.post("requests/new", token | usual | {name: words})
            assert refused(QUEUE, answer, words) or not cleaned(words)

    each(texts, say)
    assert db.session().scalars(select(func.count()).select_from(StateRequest)).one() > len(texts) / 3
    refuse_new(desk.page(f"log?thread={desk.thread.public_id}"), plain, ("a", "button"))


# --- What nobody types ----------------------------------------------------------------------------------------------


@pytest.mark.once
@a_few_or_all
def test_no_hidden_field_and_no_address_breaks_the_desk(desk: Desk, texts: list[Hostile]) -> None:
    token, (case, old) = desk.token(), desk.cases(2)
    decided(old, desk.other, now=now())
    names = ("version", "revision", "choice", "fine", "span", "clause", "words_lang", "sanction", "hours")
    spoilt = cycle(names)
    looks = ("?tab={0}&page={0}", "bulk?text={0}", "interests?case={0}", "words?organisation={0}")
    looks += (f"{card(case)}?choice={{0}}",)
    judging = cycle(looks)

    def send(hostile: Hostile) -> None:
        """All fields at once, one of them by itself, then the addresses; one answer to those is looked at closely."""
        words = typed_in(hostile)
        allowed = {400} if "\0" in words else {200, 303, 404, 409, 422}
        whole = verdict(case, words=SIMPLE)
        forms: list[tuple[str, dict[str, str]]] = [
            (card(case), whole | dict.fromkeys(names, words)),
            (card(case), whole | {"choice": "cover", "span": "x"} | {next(spoilt): words}),
            (card(case), whole | {"words": "", "press": words}),
            (f"{card(case)}/preview", whole | dict.fromkeys(names, words)),
            ("second-look", {"decision": words, "choice": "keep"}),
            ("second-look", {"decision": str(old.id), "choice": words, "clause": words}),
            ("shortcuts", {"keys": words}),
        ]
        for rest, form in forms:
            answer = desk.post(rest, token | form)
            assert answer.status_code in allowed, (rest, form)
            if rest == card(case) and answer.status_code in {200, 409, 422}:
                refuse_harm(judged(rest, answer))
        if "\0" in words or len(words) > 2000:
            return
        closely = next(judging)
        for look in looks:
            answer = desk.visit.send("GET", QUEUE + look.format(quote(words, errors="replace")))
            assert answer.status_code in {200, 404}, look
            if look == closely and answer.status_code == 200:
                refuse_harm(judged(look, answer))

    each(texts, send)
    assert case_now(case.id).state == CaseState.OPEN


# --- Names and texts ------------------------------------------------------------------------------------------------


@pytest.mark.once
@a_few_or_all
def test_names_and_comments_are_text_at_the_desk(desk: Desk, texts: list[Hostile]) -> None:
    """How the author and the moderator who is on it are called; what she wrote, with marks in it."""

    def waits(words: str) -> Case | None:
        name = cleaned(words[:80]) or SIMPLE
        try:
            comment = make_comment(make_thread(desk.council), make_writer(name), cleaned(words) or SIMPLE)
        except Problem:  # too many links
            return None
        source = cleaned(words) or SIMPLE
        marks = [{"start": 0, "end": max(1, len(source) // 2), "why": "word", "clause": "insults", "word": name}]
        case = make_case(comment, marks=marks)
        holder = make_staff(desk.council, name=name)
        write(claim, case.id, by_id=holder.id, now=now())
        return case

    plain: set[Any] = set()
    for words in (HARMLESS, f"{SIMPLE} words"):
        case = waits(words)
        assert case is not None
        plain |= desk.built(card(case), f"{card(case)}?choice=cover", "?tab=new")

    def look(hostile: Hostile) -> None:
        case = waits(typed_in(hostile))
        if case is not None:
            refuse_new(desk.page(card(case)), plain, OURS)
            refuse_new(desk.page(f"{card(case)}?choice=cover"), plain, OURS)

    each(texts, look)
    shown = [desk.page(f"?tab=new&page={page}") for page in range(len(texts) // 30 + 1)]
    assert sum(page.text.count("Comment by") for page in shown) > len(texts) / 2
    for page in shown:
        refuse_new(page, plain, ("a", "mark", "span"))
