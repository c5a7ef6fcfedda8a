"""Writing in threads: as plain forms, as htmx sends them, by the wrong people, at the wrong time, twice."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from limits import parse
from sqlalchemy import func, select

from karavan.core.database import transact as write
from karavan.discussion import hosts, own
from karavan.discussion.forms import written_in
from karavan.discussion.models import Alignment, Comment, CommentDraft, HelpfulMark
from karavan.discussion.rules.edit import edit
from karavan.discussion.rules.read import mark_read
from karavan.discussion.rules.threads import close_thread
from karavan.discussion.rules.withdraw import withdraw
from karavan.moderation.models import Case, Effect, LogAction, LogLine, Mode, SanctionKind, Visibility
from karavan.moderation.rules.sanctions import SanctionWish
from karavan.moderation.rules.words import add_word
from karavan.record.models import ActorRole
from karavan.web.locale import speaking
from tests.support.civic import REASON, make_council
from tests.support.moderators import REMOVE, Room, judge
from tests.support.page import text_of
from tests.support.routes import contents
from tests.support.settings import NOW
from tests.support.signing_in import sign_in as enter_code
from tests.support.talk import (
    find_rooms,
    make_comment,
    make_thread,
    make_writer,
    reload_comment,
    reload_thread,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import time_machine
    from flask import Flask
    from sqlalchemy.orm import Session

    from karavan.accounts.models import Person
    from karavan.discussion.models import Thread
    from tests.support.cast import Cast
    from tests.support.visit import Visit

both_ways = pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
SEND, SAVE = "Send the comment", "Save the changes"
WORDS = "Таңғы **жетіде** автобус керек."
SLOWLY = timedelta(seconds=4)
AS_HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def thread(cast: Cast) -> Thread:
    """A thread of Saule's council."""
    return make_thread(make_council())


@pytest.fixture
def writer(thread: Thread, visit: Visit) -> Person:
    """Somebody signed in, of whom a comment can be read already: no newcomer."""
    person = make_writer("Гүлнар Т.")
    make_comment(thread, person, now=NOW - timedelta(days=3))
    visit.sign_in(person)
    return person


def new_url(thread: Thread) -> str:
    return f"/en/threads/{thread.public_id}/new"


def url_of(comment: Comment, rest: str = "") -> str:
    return f"/en/comments/{comment.public_id}{rest}"


def latest(session: Session) -> Comment:
    session.close()
    return session.scalars(select(Comment).order_by(Comment.id.desc()).limit(1)).one()


def count_of(session: Session, model: Any) -> int:
    session.close()
    return session.scalars(select(func.count()).select_from(model)).one()


# --- A comment and a reply ------------------------------------------------------------------------------------


@both_ways
def test_a_resident_writes_a_comment_and_finds_it_in_the_thread(
    session: Session, thread: Thread, writer: Person, visit: Visit, *, htmx: bool
) -> None:
    visit.get(new_url(thread))
    page = visit.press(SEND, htmx=htmx, source=WORDS)

    written = latest(session)
    assert page.address.startswith(url_of(written))
    assert [text_of(one) for one in page.find("strong") if "жетіде" in text_of(one)] == ["жетіде"]
    assert "can be read now" in page.toasts
    assert (written.author_id, written.thread_id, written.depth) == (writer.id, thread.id, 0)
    assert (written.lang, written.alignment, written.speaking_as) == ("kk", None, None)


@both_ways
def test_a_reply_stands_below_what_it_answers(
    session: Session, thread: Thread, writer: Person, visit: Visit, *, htmx: bool
) -> None:
    answered = make_comment(thread, source="Ал кешке ше?")
    page = visit.get(url_of(answered, "/reply"))
    assert "Ал кешке ше?" in page.text

    visit.press(SEND, htmx=htmx, source="Кешке де.")

    assert latest(session).parent_id == answered.id


def test_a_stranger_signs_in_and_is_back_at_the_form(thread: Thread, cast: Cast, visit: Visit) -> None:
    visit.get(new_url(thread))
    assert visit.address == f"/en/sign-in?next={new_url(thread)}"

    enter_code(visit, cast.amina.email, onward=new_url(thread))

    assert visit.address == new_url(thread)


def test_a_second_press_writes_no_second_comment(
    session: Session, thread: Thread, writer: Person, visit: Visit
) -> None:
    form = visit.get(new_url(thread)).form_of(SEND)
    data = dict(form.filled(SEND, {"source": WORDS}))
    before = count_of(session, Comment)

    first, second = (visit.send("POST", form.action, data=data) for _ in range(2))

    assert first.headers["Location"] == second.headers["Location"]
    assert count_of(session, Comment) == before + 1


@both_ways
@pytest.mark.parametrize(("typed", "complaint"), [(" \n ", "Write your comment"), ("а" * 4001, "4000")])
def test_what_cannot_be_taken_is_said_and_nothing_typed_is_lost(
    session: Session, thread: Thread, writer: Person, visit: Visit, typed: str, complaint: str, *, htmx: bool
) -> None:
    visit.get(new_url(thread))
    before = count_of(session, Comment)

    page = visit.press(SEND, htmx=htmx, status=422, source=typed)

    assert complaint.replace("4000", "") in page.summary
    assert "".join(page.by_id("source").itertext()).strip() == typed.strip()
    assert count_of(session, Comment) == before


def test_a_token_that_went_stale_loses_nothing(session: Session, thread: Thread, writer: Person, visit: Visit) -> None:
    visit.get(new_url(thread))

    page = visit.press(SEND, status=422, fields={"csrf_token": "old"}, source=WORDS)
    assert WORDS in "".join(page.by_id("source").itertext())
    visit.press(SEND)

    assert latest(session).author_id == writer.id


# --- For, against, and in whose name ---------------------------------------------------------------------------


def test_under_a_proposal_she_says_whether_she_is_for_it(
    session: Session, writer: Person, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(hosts._finders, "proposal", find_rooms)
    thread = make_thread(make_council(), host="proposal", host_id=10**6)
    visit.get(new_url(thread))
    visit.press(SEND, source=WORDS, alignment="against")
    assert latest(session).alignment == Alignment.AGAINST

    visit.get(new_url(thread))
    visit.press(SEND, source="Ал мен білмеймін.")

    assert latest(session).alignment is None


def test_elsewhere_there_is_nothing_to_be_for(thread: Thread, writer: Person, visit: Visit) -> None:
    assert "alignment" not in visit.get(new_url(thread)).form_of(SEND).names


@both_ways
def test_a_secretary_speaks_for_herself_unless_she_chooses_otherwise(
    session: Session, cast: Cast, thread: Thread, visit: Visit, clock: time_machine.Traveller, *, htmx: bool
) -> None:
    visit.sign_in(cast.saule)
    visit.get(new_url(thread))
    clock.shift(SLOWLY)
    visit.press(SEND, htmx=htmx, source="Өз атымнан.")
    assert latest(session).speaking_as is None

    visit.get(new_url(thread))
    page = visit.press(SEND, htmx=htmx, source="Ресми жауап.", speaking_as="", official=True)
    assert "in whose name" in page.summary
    visit.press(SEND, htmx=htmx, speaking_as="secretary")

    written = latest(session)
    assert (written.speaking_as, written.speaking_for_id, written.official) == (
        ActorRole.SECRETARY,
        thread.organisation_id,
        True,
    )


@pytest.mark.parametrize("who", ["amina", "ermek", "bekzat", "daniyar"])
def test_nobody_speaks_in_a_role_she_does_not_hold_here(
    session: Session, cast: Cast, thread: Thread, visit: Visit, clock: time_machine.Traveller, who: str
) -> None:
    visit.sign_in(getattr(cast, who))
    form = visit.get(new_url(thread)).form_of(SEND)
    assert not {"speaking_as", "official"} & form.names
    clock.shift(SLOWLY)

    data = dict(form.filled(SEND, {"source": WORDS})) | {"speaking_as": "secretary", "official": "y"}
    visit.post(form.action, data)

    assert (latest(session).speaking_as, latest(session).official) == (None, False)


@pytest.mark.parametrize(
    ("words", "page", "written"),
    [
        ("Таңғы автобус керек", "ru", "kk"),
        ("Нужен автобус", "ru", "ru"),
        ("Автобус жок", "kk", "kk"),
        ("Нужен автобус", "en", "ru"),
        ("A bus, please", "en", "en"),
        ("12 👍", "kk", "kk"),
    ],
)
def test_the_letters_tell_the_language_of_a_comment(words: str, page: str, written: str) -> None:
    """Where they do not, it is that of the page: nobody is asked for it."""
    with speaking(page):
        assert written_in(words) == written


# --- Preview and drafts ----------------------------------------------------------------------------------------


@both_ways
def test_a_look_at_it_stores_nothing(
    session: Session, thread: Thread, writer: Person, visit: Visit, *, htmx: bool
) -> None:
    visit.get(new_url(thread))
    before = contents(session)

    page = visit.press("Preview", htmx=htmx, status=200, source=WORDS + "\n\n<b>x</b> [a](javascript:b)")

    shown = page.by_id("typed")
    assert [text_of(one) for one in shown.iter("strong")] == ["жетіде"]
    assert "<b>x</b>" in text_of(shown)
    assert not list(shown.iter("a"))
    assert WORDS in "".join(page.by_id("source").itertext())
    assert contents(session) == before


@both_ways
def test_a_draft_is_kept_offered_again_and_gone_when_it_is_sent(
    session: Session, thread: Thread, writer: Person, visit: Visit, *, htmx: bool
) -> None:
    visit.get(new_url(thread))
    page = visit.press("Keep as a draft", htmx=htmx, status=200, source="Ұсыныс " * 700)
    assert "draft is kept" in page.toasts

    page = visit.get(new_url(thread))
    assert "".join(page.by_id("source").itertext()).strip() == ("Ұсыныс " * 700).strip()
    visit.press(SEND, htmx=htmx, source=WORDS)

    assert count_of(session, CommentDraft) == 0
    assert "".join(visit.get(new_url(thread)).by_id("source").itertext()).strip() == ""


def test_what_is_typed_is_kept_while_she_pauses(session: Session, thread: Thread, writer: Person, visit: Visit) -> None:
    answered = make_comment(thread)
    for url in (new_url(thread), url_of(answered, "/reply")):
        page = visit.get(url)
        (listening,) = [one for one in page.find("span") if "hx-post" in one.attrib]
        data = dict(page.form_of(SEND).filled(SEND, {"source": WORDS}))

        kept = visit.send("POST", listening.attrib["hx-post"], data=data, headers=AS_HTMX).get_data(as_text=True)

        assert kept.lstrip().startswith('<div id="typed"')
        assert "Draft kept" in kept
        assert "<strong>жетіде</strong>" in kept
        assert 'name="csrf_token"' in kept
        assert WORDS in "".join(visit.get(url).by_id("source").itertext())
        assert visit.get(listening.attrib["hx-post"]).address == url
        visit.send("POST", listening.attrib["hx-post"], data=data | {"source": " "}, headers=AS_HTMX)

    assert count_of(session, CommentDraft) == 0


# --- Programs --------------------------------------------------------------------------------------------------


@both_ways
def test_whoever_fills_the_field_nobody_sees_is_thanked_and_not_heard(
    session: Session, thread: Thread, writer: Person, visit: Visit, *, htmx: bool
) -> None:
    page = visit.get(new_url(thread))
    hidden = page.by_id("homepage")
    assert (hidden.get("tabindex"), hidden.get("autocomplete")) == ("-1", "off")
    before = contents(session)

    page = visit.press(SEND, htmx=htmx, source=WORDS, homepage="https://example.com")

    assert "can be read now" in page.toasts
    assert contents(session) == before


@both_ways
def test_a_newcomer_who_is_faster_than_anybody_writes_presses_again(
    session: Session, cast: Cast, thread: Thread, visit: Visit, clock: time_machine.Traveller, *, htmx: bool
) -> None:
    visit.sign_in(cast.amina)
    visit.get(new_url(thread))
    page = visit.press(SEND, htmx=htmx, status=422, source=WORDS)
    assert "press the button again" in page.summary
    forged = visit.press(SEND, htmx=htmx, status=422, fields={"opened": "1"})
    assert "press the button again" in forged.summary

    clock.shift(SLOWLY)
    visit.press(SEND, htmx=htmx)

    assert latest(session).author_id == cast.amina.id


# --- What happens next -----------------------------------------------------------------------------------------


@both_ways
def test_where_moderators_read_first_she_learns_her_place_and_the_hour(
    session: Session, thread: Thread, writer: Person, visit: Visit, *, htmx: bool
) -> None:
    waits = make_thread(make_council(), mode=Mode.BEFORE)
    make_comment(waits)
    page = visit.get(new_url(waits))
    assert "A moderator reads each comment before it appears" in page.text

    page = visit.press(SEND, htmx=htmx, source=WORDS)

    assert latest(session).visibility == Visibility.PENDING
    assert "place in the queue: 2" in page.toasts
    due = session.scalars(select(Case).order_by(Case.id.desc()).limit(1)).one().due_at
    assert due == NOW + timedelta(hours=24)


def test_a_suspicion_holds_the_text_and_she_reads_which_rule_it_is_about(
    session: Session, cast: Cast, thread: Thread, writer: Person, visit: Visit
) -> None:
    word: dict[str, Any] = {
        "lang": "kk",
        "effect": Effect.HOLD,
        "clause": "insults",
        "by_id": cast.saule.id,
        "now": NOW,
    }
    write(add_word, thread.organisation_id, "ақымақ*", **word)
    visit.get(new_url(thread))

    page = visit.press(SEND, statements=60, source="Сен ақымақсың")

    assert latest(session).visibility == Visibility.HELD
    assert "held until a moderator has read it" in page.toasts
    assert "Insulting a person" in page.toasts


# --- When nothing more can be written --------------------------------------------------------------------------


@both_ways
def test_what_a_rule_refuses_is_said_on_the_form(
    session: Session, thread: Thread, writer: Person, visit: Visit, *, htmx: bool
) -> None:
    slow = make_thread(make_council(), slow_seconds=600)
    make_comment(slow, writer)
    visit.get(new_url(slow))

    page = visit.press(SEND, htmx=htmx, source=WORDS)

    assert page.status == (422 if htmx else 429)
    assert page.summary
    assert WORDS in "".join(page.by_id("source").itertext())


@both_ways
def test_a_thread_that_closes_while_she_writes_keeps_her_words(
    session: Session, cast: Cast, thread: Thread, writer: Person, visit: Visit, *, htmx: bool
) -> None:
    visit.get(new_url(thread))
    write(close_thread, thread.id, REASON, by_id=cast.saule.id, now=NOW)

    page = visit.press(SEND, htmx=htmx, source=WORDS)

    assert page.status in {409, 422}
    assert page.summary
    assert WORDS in "".join(page.by_id("source").itertext())


@both_ways
def test_when_what_she_answers_is_gone_she_keeps_her_words(
    session: Session, thread: Thread, writer: Person, visit: Visit, *, htmx: bool
) -> None:
    asked = make_comment(thread)
    visit.get(url_of(asked, "/reply"))
    write(withdraw, asked.id, by_id=asked.author_id, now=NOW)

    page = visit.press(SEND, htmx=htmx, status=422 if htmx else 409, source=WORDS)

    assert "can no longer be read" in page.summary
    assert WORDS in "".join(page.by_id("source").itertext())
    visit.press(SEND, htmx=htmx)
    assert latest(session).parent_id is None


def test_nobody_answers_what_cannot_be_read(thread: Thread, writer: Person, visit: Visit) -> None:
    gone = make_comment(thread, writer)
    write(withdraw, gone.id, by_id=writer.id, now=NOW)
    waits = make_comment(make_thread(make_council(), mode=Mode.BEFORE))
    for rest in ("/reply", "/reply/draft", "/helpful", "/helpful/withdrawal"):
        for method in ("GET", "POST"):
            assert visit.send(method, url_of(waits, rest)).status_code == 404, rest
        assert visit.send("GET", url_of(gone, rest)).status_code == 404, rest


@pytest.mark.parametrize("unknown", ["x", "0", "a" * 300, "%F0%9F%90%AA"])
def test_what_does_not_exist_is_not_there(writer: Person, visit: Visit, unknown: str) -> None:
    for url in (
        f"/en/threads/{unknown}/new",
        f"/en/threads/{unknown}/new/draft",
        f"/en/threads/{unknown}/keeping",
        *(f"/en/comments/{unknown}/{rest}" for rest in ("reply", "edit", "edit/preview", "withdrawal", "helpful")),
    ):
        for method in ("GET", "POST"):
            assert visit.send(method, url).status_code == 404, url


def test_whoever_hammers_is_slowed_down(
    session: Session, thread: Thread, writer: Person, visit: Visit, other_app: Callable[..., Flask]
) -> None:
    app = other_app(rate_limits=True)
    limited = type(visit)(app, after=session.close)
    limited.sign_in(writer)
    limited.get(new_url(thread))
    limiter = app.extensions["karavan.limiter"]
    assert limiter.hit(parse("60 per hour"), "comments", str(writer.id), cost=60)

    page = limited.press(SEND, status=429, source=WORDS)

    assert "Too many tries" in page.summary
    assert WORDS in "".join(page.by_id("source").itertext())
    limited.close()


# --- Changing and withdrawing ----------------------------------------------------------------------------------


@both_ways
def test_an_author_changes_her_text(
    session: Session, thread: Thread, writer: Person, visit: Visit, *, htmx: bool
) -> None:
    comment = make_comment(thread, writer, "Жетіде.")
    visit.get(url_of(comment, "/edit"))
    page = visit.press("Preview", htmx=htmx, status=200, source="*Сегізде*.")
    assert [text_of(one) for one in page.by_id("typed").iter("em")] == ["Сегізде"]
    assert reload_comment(comment).revision == 1

    page = visit.press(SAVE, htmx=htmx)

    assert "Your changes are saved" in page.toasts
    assert reload_comment(comment).text == "Сегізде."


@both_ways
def test_an_older_text_does_not_overwrite_a_newer_one(
    session: Session, thread: Thread, writer: Person, visit: Visit, *, htmx: bool
) -> None:
    comment = make_comment(thread, writer, "Жетіде.")
    visit.get(url_of(comment, "/edit"))
    write(edit, comment.id, "Тоғызда.", None, by_id=writer.id, read_version=comment.version, now=NOW)

    page = visit.press(SAVE, htmx=htmx, status=422 if htmx else 409, source="Сегізде.")

    assert "Тоғызда." in text_of(page.by_id("conflict"))
    assert "".join(page.by_id("source").itertext()).strip() == "Сегізде."
    assert reload_comment(comment).text == "Тоғызда."
    visit.press(SAVE, htmx=htmx)
    assert reload_comment(comment).text == "Сегізде."


@both_ways
def test_an_author_withdraws_her_comment(
    session: Session, thread: Thread, writer: Person, visit: Visit, *, htmx: bool
) -> None:
    comment = make_comment(thread, writer, "Жетіде.")
    visit.get(url_of(comment, "/withdrawal"))

    page = visit.press("Withdraw your comment", htmx=htmx)

    assert "You have withdrawn" in page.toasts
    assert reload_comment(comment).visibility == Visibility.WITHDRAWN
    assert "Жетіде" not in page.text


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_of_others_comments_nobody_changes_anything(
    session: Session, cast: Cast, thread: Thread, new_visitor: Callable[[], Visit], method: str
) -> None:
    """Moderators and administrators too: what they may do has another address and a reason."""
    comment = make_comment(thread, cast.amina)
    for person, status in ((None, 303), *((one, 404) for one in (cast.bekzat, cast.saule, cast.daniyar, cast.root))):
        visit = new_visitor()
        if person:
            visit.sign_in(person)
        before = contents(session)
        for rest in ("/edit", "/edit/preview", "/withdrawal"):
            answer = visit.send(method, url_of(comment, rest), data={"source": "x", "version": "1"})
            assert answer.status_code == status, rest
        assert contents(session) == before


# --- Helpful ---------------------------------------------------------------------------------------------------


@both_ways
def test_a_reader_says_what_helped_and_takes_it_back(
    session: Session, thread: Thread, writer: Person, visit: Visit, *, htmx: bool
) -> None:
    comment = make_comment(thread)
    visit.get(url_of(comment, "/helpful"))
    visit.press("This is helpful", htmx=htmx)
    assert reload_comment(comment).helpful == 1

    page = visit.get(url_of(comment, "/helpful"))
    assert "1 person found it helpful" in page.text
    visit.press("Take it back", htmx=htmx)

    assert reload_comment(comment).helpful == 0
    assert count_of(session, HelpfulMark) == 0


def test_in_the_thread_one_press_is_enough_and_leads_back_to_the_comment(
    session: Session, thread: Thread, writer: Person, visit: Visit
) -> None:
    comment, here = make_comment(thread), f"/en/threads/{thread.public_id}?sort=newest"
    visit.get(here)
    visit.press("Helpful")
    assert visit.address == here
    assert reload_comment(comment).helpful == 1
    visit.press("You found it helpful: 1")
    assert reload_comment(comment).helpful == 0

    forged = {"csrf_token": token_of(visit), "back": "//evil.example/"}
    answer = visit.send("POST", url_of(comment, "/helpful"), data=forged)
    assert answer.location == f"/en/comments/{comment.public_id}#c-{comment.public_id}"


def test_nobody_praises_herself(session: Session, thread: Thread, writer: Person, visit: Visit) -> None:
    comment = make_comment(thread, writer)
    page = visit.get(url_of(comment, "/helpful"))
    assert not [form for form in page.forms if "helpful" in form.action]

    visit.post(url_of(comment, "/helpful"), {"csrf_token": token_of(visit)}, status=422)

    assert reload_comment(comment).helpful == 0


def token_of(visit: Visit) -> str:
    found = re.search(
        r'name="csrf_token"[^>]*value="([^"]+)"', visit.send("GET", "/en/appearance").get_data(as_text=True)
    )
    assert found
    return found[1]


# --- Her own page ----------------------------------------------------------------------------------------------


def test_her_own_page_shows_what_became_of_each(session: Session, thread: Thread, writer: Person, visit: Visit) -> None:
    waits = make_thread(make_council(), mode=Mode.BEFORE)
    make_comment(waits, writer, "Күтіп тұр.")
    gone = make_comment(thread, writer, "Қайтып алдым.")
    write(withdraw, gone.id, by_id=writer.id, now=NOW)
    make_comment(thread, source="Басқанікі.")

    visit.get("/en/me/")
    page = visit.follow("My comments")

    assert "Waits for a moderator" in page.text
    assert "Withdrawn by you" in page.text
    assert "Can be read by everyone" in page.text
    assert "Place in the queue" in page.text
    assert "Басқанікі" not in page.text
    assert "Қайтып алдым" not in page.text


def test_a_draft_is_offered_in_its_thread_and_on_her_own_page(
    session: Session, thread: Thread, writer: Person, visit: Visit, new_visitor: Callable[[], Visit]
) -> None:
    author = make_writer()
    answered = make_comment(thread, author, "Ал кешке ше?")
    for place, words in ((new_url(thread), "Бастаған сөзім"), (url_of(answered, "/reply"), "Саған жауабым")):
        visit.get(place)
        visit.press("Keep as a draft", status=200, source=words)

    page = visit.get(f"/en/threads/{thread.public_id}")
    assert ["Бастаған сөзім" in page.text, "Саған жауабым" in page.text] == [True, True]
    assert "Бастаған сөзім" not in new_visitor().get(f"/en/threads/{thread.public_id}").text
    write(withdraw, answered.id, by_id=author.id, now=NOW)

    page = visit.get("/en/me/comments")
    assert "The comment it answers can no longer be read." in page.text
    assert "Саған жауабым" in page.text
    page = visit.follow("Go on writing")
    assert page.address == new_url(thread)
    assert "".join(page.by_id("source").itertext()).strip() == "Бастаған сөзім"


def test_her_own_page_says_which_measures_hold_for_her_until_when_and_by_which_rule(
    session: Session, visit: Visit, clock: time_machine.Traveller
) -> None:
    room = Room()
    visit.sign_in(room.author)
    assert "Measures that hold for you now" not in visit.get("/en/me/comments").text
    for kind, hours in ((SanctionKind.NOTE, 0), (SanctionKind.PAUSE, 24)):
        judge(room.case(), replace(REMOVE, sanction=SanctionWish(kind, hours)), room.one)

    page = visit.get("/en/me/comments")

    for words in ("Measures that hold for you now", "A pause in writing", "It ends by itself on", "Insulting a person"):
        assert words in page.text
    assert "A note to the author" not in page.text
    receipts = [one.attrib["href"] for one in page.find("a") if "how to appeal" in text_of(one)]
    assert [visit.send("GET", url).status_code for url in receipts] == [200]
    clock.shift(timedelta(hours=25))
    visit.sign_in(room.author)
    assert "Measures that hold for you now" not in visit.get("/en/me/comments").text


def test_her_own_page_names_the_discussions_with_something_new(
    session: Session, thread: Thread, writer: Person, visit: Visit
) -> None:
    quiet = make_thread(make_council())
    for room in (thread, quiet):
        make_comment(room, source="Бұрынғы сөз")
        write(mark_read, room.id, person_id=writer.id, seq=9, now=NOW)
    assert "New in discussions you have read" not in visit.get("/en/me/comments").text
    make_comment(quiet, writer, "Өзім жаздым")
    make_comment(thread, source="Жаңа сөз")

    page = visit.get("/en/me/comments")
    assert [text_of(one) for one in page.find("a")].count("Show what is new") == 1
    page = visit.follow("Show what is new")

    assert "Жаңа сөз" in page.text
    assert "Бұрынғы сөз" not in page.text


def test_what_waits_leads_its_author_to_her_receipt(thread: Thread, writer: Person, visit: Visit) -> None:
    comment = make_comment(make_thread(make_council(), mode=Mode.BEFORE), writer)
    (link,) = [one for one in visit.get(url_of(comment)).find("a") if text_of(one).startswith("Receipt: ")]

    page = visit.get(link.attrib["href"])

    assert "You wrote the comment this case is about." in page.text


def test_many_comments_come_page_by_page(
    thread: Thread, writer: Person, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own, "ROWS", 2)
    for number in (1, 2):
        make_comment(thread, writer, f"Нөмір {number}.", now=NOW - timedelta(hours=9 - number))

    first = visit.get("/en/me/comments")
    second = visit.follow("Earlier comments")

    assert [f"Нөмір {number}." in first.text for number in (1, 2)] == [True, True]
    assert "Нөмір" not in second.text
    assert "рейс қосу керек" in second.text
    visit.get("/en/me/comments?after=x")


# --- Keeping a thread ------------------------------------------------------------------------------------------


@both_ways
def test_a_secretary_slows_a_thread_down_and_everyone_can_look_it_up(
    session: Session, cast: Cast, thread: Thread, visit: Visit, *, htmx: bool
) -> None:
    visit.sign_in(cast.saule)
    visit.get(f"/en/threads/{thread.public_id}/keeping")

    page = visit.press("Save", htmx=htmx, mode="before", slow_seconds="300")

    assert "public log" in page.toasts
    kept = reload_thread(thread)
    assert (kept.mode, kept.slow_seconds) == (Mode.BEFORE, 300)
    assert logged(session) == [LogAction.MODE_CHANGED]


def logged(session: Session) -> list[LogAction]:
    session.close()
    return list(session.scalars(select(LogLine.action).order_by(LogLine.seq)))


@both_ways
def test_of_two_who_change_the_mode_the_second_learns_of_the_first(
    session: Session, cast: Cast, thread: Thread, visit: Visit, new_visitor: Callable[[], Visit], *, htmx: bool
) -> None:
    first, second = new_visitor(), visit
    for one in (first, second):
        one.sign_in(cast.saule)
        one.get(f"/en/threads/{thread.public_id}/keeping")
    first.press("Save", mode="before")

    page = second.press("Save", htmx=htmx, status=422 if htmx else 409, mode="after")

    assert "before it appears" in text_of(page.by_id("conflict"))
    assert reload_thread(thread).mode == Mode.BEFORE
    second.press("Save", htmx=htmx)
    assert reload_thread(thread).mode == Mode.AFTER


@both_ways
def test_closing_needs_a_reason_and_can_be_undone(
    session: Session, cast: Cast, thread: Thread, visit: Visit, *, htmx: bool
) -> None:
    visit.sign_in(cast.saule)
    keeping = f"/en/threads/{thread.public_id}/keeping"
    visit.get(keeping)
    page = visit.press("Close the discussion", htmx=htmx, status=422)
    assert "reason in Kazakh or in Russian" in page.summary

    visit.press("Close the discussion", htmx=htmx, fields={"reason-kk": "Бәрі айтылды"})
    assert reload_thread(thread).closed_reason.kk == "Бәрі айтылды"
    assert "Бәрі айтылды" in visit.get(keeping).text
    visit.press("Open the discussion again", htmx=htmx, fields={"reason-ru": "Есть новое"})

    assert reload_thread(thread).closed_at is None
    assert logged(session) == [LogAction.THREAD_CLOSED, LogAction.THREAD_REOPENED]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_for_everybody_else_there_is_no_such_desk(
    session: Session, cast: Cast, thread: Thread, new_visitor: Callable[[], Visit], method: str
) -> None:
    """Daniyar moderates elsewhere, and Ermek and Bekzat organise: what is the council's is none of their business."""
    for person, status in ((None, 303), *((one, 404) for one in (cast.amina, cast.bekzat, cast.daniyar, cast.ermek))):
        visit = new_visitor()
        if person:
            visit.sign_in(person)
        before = contents(session)
        for rest in ("", "/closure", "/reopening"):
            answer = visit.send(method, f"/en/threads/{thread.public_id}/keeping{rest}", data={"mode": "before"})
            assert answer.status_code == status, rest
        assert contents(session) == before
