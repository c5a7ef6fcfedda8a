"""The way of a comment: written, answered, flagged, covered, appealed, restored; and what readers see meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update

from karavan.accounts.models import Person
from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.discussion.models import Comment
from karavan.moderation.models import Case
from karavan.notifications.models import Letter
from tests.support.scene import AMINA, BEKZAT, DANIYAR, SAULE
from tests.support.site import address_of
from tests.support.talk import make_case, make_comment, make_writer
from tests.support.talk_rows import put_comments
from tests.support.talk_scenes import new_thread, talk_into
from tests.support.walker import PLAIN, WAYS, WITH_HTMX, Walker, Way

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator

    from karavan.discussion.models import Thread
    from tests.support.site import Site

    Sits = Callable[..., Walker]

pytestmark = pytest.mark.browser

RUDE = "Сен ақылсызсың, кет."
WIDE = {"viewport": {"width": 1280, "height": 900}}


# --- Writing and reading ----------------------------------------------------------------------------------


@pytest.mark.each_way
@pytest.mark.parametrize("way", WAYS, ids=str)
def test_a_comment_is_written_and_answered_and_helps(sits: Sits, site: Site, way: Way) -> None:
    with site.inside():
        thread = new_thread(site)
        talk_into(thread)
    page = f"threads/{thread.public_id}"
    amina = sits(AMINA, way)
    amina.open(page)
    amina.follow("Write a comment")
    amina.comes_to(f"{page}/new")
    amina.press("Send the comment")
    expect(amina.page.locator(".errsum")).to_be_focused()
    amina.write("source", f"**Маңызды:** мектеп жолы қараңғы ({way}).")
    amina.choose("alignment", "for")
    if not way.javascript:
        amina.press("Preview")
    expect(amina.page.locator("#typed section strong")).to_have_text("Маңызды:")
    amina.press("Send the comment")
    amina.comes_to("comments/*")
    amina.reads("Thank you. Your comment can be read now.", within="#toasts")
    expect(amina.page.locator("article strong")).to_have_text("Маңызды:")

    amina.open(f"{page}?sort=oldest")
    neighbours = amina.page.locator("article.com").first
    amina.use(neighbours.get_by_role("link", name=amina.word("Reply"), exact=True))
    amina.comes_to("comments/*/reply")
    amina.write("source", f"Біздің көшеде де солай ({way}).")
    amina.press("Send the comment")
    amina.comes_to("comments/*")
    expect(amina.page.locator("main")).to_contain_text(f"Біздің көшеде де солай ({way}).")

    amina.open(f"{page}?sort=oldest")
    helpful = neighbours.locator("[aria-pressed]")
    expect(helpful).to_have_attribute("aria-pressed", "false")
    amina.use(helpful)
    expect(helpful).to_have_text(f"{amina.word('You found it helpful')}: 1")
    amina.use(helpful)
    expect(helpful).to_have_text(amina.word("Helpful"))


def test_a_reader_without_scripts_reaches_everything_by_links(new_walker: Callable[..., Walker], site: Site) -> None:
    with site.inside():
        thread, writer = new_thread(site), make_writer()
        root = make_comment(thread, writer, "Бәрі осыдан басталды.")
        transact(put_comments, thread.id, writer.id, 8, text="Бір жауап", under=root)
        transact(put_comments, thread.id, writer.id, 30, text="Тағы бір пікір")
    reader = new_walker(PLAIN)
    reader.open(f"threads/{thread.public_id}?sort=oldest")
    articles = reader.page.locator("article.com")
    expect(articles).to_have_count(20 + 5)
    reader.use(reader.page.locator("[id^=more-replies] a"))
    reader.comes_to(f"comments/{root.public_id}/replies")
    expect(articles).to_have_count(1 + 3)
    reader.page.go_back()
    reader.follow("More comments")
    expect(articles).to_have_count(11)
    expect(reader.link("More comments")).to_have_count(0)

    reader.use(articles.last.locator("header a").first)
    reader.comes_to("comments/*")
    expect(articles).to_have_count(1)
    reader.follow("The whole discussion", within="main")
    reader.comes_to(f"threads/{thread.public_id}")
    with site.inside():
        seen = reader_has_seen(thread)
        make_comment(thread, source="Бұл пікір кейін жазылды.")
    reader.open(f"threads/{thread.public_id}/newer?after={seen}&show=1")
    expect(articles).to_have_count(1)
    expect(articles).to_contain_text("Бұл пікір кейін жазылды.")


def test_new_comments_are_announced_and_nothing_moves_until_she_presses(
    new_walker: Callable[..., Walker], site: Site
) -> None:
    with site.inside():
        thread = new_thread(site)
        talk_into(thread)
    reader = new_walker(WITH_HTMX)
    reader.page.clock.install()
    reader.open(f"threads/{thread.public_id}?sort=oldest")
    articles = reader.page.locator("article.com")
    expect(articles).to_have_count(2)
    before = articles.first.bounding_box()
    with site.inside():
        make_comment(thread, source="Жаңа пікір: мен де келісемін.")
    reader.page.clock.run_for(26_000)
    button = reader.page.locator("#newer-count a")
    expect(button).to_have_text(reader.word("%(num)d new comment", "%(num)d new comments", 1))
    expect(articles).to_have_count(2)
    assert articles.first.bounding_box() == before, "the page jumped while she was reading"
    reader.use(button)
    expect(articles).to_have_count(3)
    expect(articles.filter(has_text="Жаңа пікір")).to_be_focused()
    expect(button).to_have_count(0)


# --- A case, from the flag to the log ---------------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_a_part_is_covered_on_a_telephone_and_an_appeal_brings_it_back(sits: Sits, site: Site, way: Way) -> None:
    comment = said_by_amina(site, f"Жауап кешікті. {RUDE} Ұсынысты оқып шық ({way}).")
    author, flagger = sits(AMINA, way), sits(BEKZAT, way)
    flagger.open(f"comments/{comment.public_id}")
    flagger.follow("Flag", within="main")
    flagger.choose("clause", "insults")
    flagger.press("Send to a moderator")
    flagger.comes_to("receipts/*")
    receipt = flagger.at
    flagger.reads("Waits for a moderator")
    case = case_of(site, comment)

    moderator = sits(DANIYAR, way)
    moderator.open("moderation/?tab=flags")
    moderator.use(moderator.page.locator(f'main a[href$="/moderation/cases/{case}"]'))
    moderator.press("Take it")
    moderator.reads("You are on it until:", within="#holder")
    cover_the_rude_part(moderator)
    moderator.press("Cover it and tell the author")
    expect(moderator.button("Undo")).to_be_visible()
    moderator.press("Undo")
    moderator.comes_to(f"moderation/cases/{case}")
    moderator.reads("Undone. It is as it was before, and nobody has been told.", within="#toasts")
    cover_the_rude_part(moderator)
    moderator.press("Cover it and tell the author")
    expect(moderator.button("Undo")).to_be_visible()

    half_a_minute_later(site)
    author.open(f"comments/{comment.public_id}")
    expect(author.page.locator("article mark")).to_have_count(1)
    expect(author.page.locator("main")).not_to_contain_text("ақылсызсың")
    author.open(f"mailbox/?to={address_of(AMINA)}")
    author.use(author.page.locator("#letters li a").first)
    author.comes_to("mailbox/*")
    letter = author.page.locator("main .prose")
    expect(letter).to_contain_text("Сөз адамға қарсы айтылған.")
    expect(letter).to_contain_text(f"/comments/{comment.public_id}/appeal")
    author.open(f"comments/{comment.public_id}/appeal")
    author.write("words", "Бұл — өлеңнен үзінді, адамға айтылған сөз емес.")
    author.press("Send the appeal")
    author.comes_to("receipts/*")
    author.reads("An appeal waits for a decision")

    secretary = sits(SAULE, way)
    secretary.open("moderation/?tab=appeals")
    secretary.use(secretary.page.locator(f'main a[href*="/moderation/cases/{case}"]'))
    secretary.comes_to(f"moderation/cases/{case}/appeal")
    secretary.press("Overturn")
    secretary.write("words", "Өлең жолы екені көрініп тұр.")
    secretary.press("Overturn the decision")
    secretary.reads("Overturned. The letters say why.", within="#toasts")

    anybody = sits("", way)
    anybody.open(f"comments/{comment.public_id}")
    expect(anybody.page.locator("article.com").first).to_contain_text(RUDE)
    anybody.open(receipt)
    anybody.reads("Decided on appeal: the decision is overturned")
    anybody.open(f"moderation/log?case={case}")
    anybody.reads("The moderator took the decision back")
    anybody.reads("A part of the comment was covered")
    anybody.reads("On appeal: the decision was overturned")
    expect(anybody.page.locator("#log-lines")).to_contain_text("Сөз адамға қарсы айтылған.")
    expect(anybody.page.locator("#log-lines")).not_to_contain_text("ақылсызсың")


def cover_the_rude_part(moderator: Walker) -> None:
    """Cover the words that somebody flagged, and see what the author will read."""
    moderator.press("Cover part")
    for words in RUDE.split():
        box = bit(moderator, words)
        moderator.tick("span", box.get_attribute("value") or "")
    moderator.choose("clause", "insults")
    moderator.write("words", "Сөз адамға қарсы айтылған.")
    if not moderator.way.javascript:
        moderator.press("Preview")
    expect(moderator.page.locator("#author-reads .letter")).to_contain_text("Сөз адамға қарсы айтылған.")
    expect(moderator.page.locator("#author-reads blockquote")).not_to_contain_text("ақылсызсың")


def bit(moderator: Walker, words: str) -> Locator:
    """Return the box for a piece of the text."""
    return moderator.page.locator(".bit").filter(has_text=words).first.locator("input")


# --- Keys -------------------------------------------------------------------------------------------------


def test_keys_press_the_buttons_unless_she_is_typing_or_has_switched_them_off(sits: Sits, site: Site) -> None:
    with site.inside():
        case = make_case(make_comment(new_thread(site), source="Бұл пікірді пернемен шешеміз."))
    moderator = sits(DANIYAR, WITH_HTMX, **WIDE)
    card, keyboard = f"moderation/cases/{case.id}", moderator.page.keyboard
    moderator.open("moderation/?tab=new")
    keyboard.press("j")
    moderator.comes_to("moderation/cases/*")
    moderator.open(card)
    keyboard.press("c")
    expect(moderator.page.locator("#press-cover")).to_have_attribute("aria-pressed", "true")
    words = moderator.page.locator("[name=words]")
    words.click()
    keyboard.type("rajkuc")
    expect(words).to_have_value("rajkuc")
    expect(moderator.page.locator("#press-cover")).to_have_attribute("aria-pressed", "true")
    words.blur()
    keyboard.press("r")
    expect(moderator.page.locator("#press-remove")).to_have_attribute("aria-pressed", "true")
    expect(words).to_have_value("rajkuc")
    keyboard.press("a")
    expect(moderator.button("Undo")).to_be_visible()
    moderator.page.wait_for_function("() => !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')")
    keyboard.press("u")
    moderator.reads("Undone. It is as it was before, and nobody has been told.", within="#toasts")
    assert moderator.page.url.endswith(card)

    moderator.follow("Switch them off")
    moderator.press("Switch them off")
    moderator.reads("Shortcuts are off.", within="#toasts")
    moderator.open(card)
    for key in "cra":
        keyboard.press(key)
    moderator.page.wait_for_timeout(300)
    expect(moderator.page.locator("#press-cover")).to_have_attribute("aria-pressed", "false")
    expect(moderator.page.locator("#press-remove")).to_have_attribute("aria-pressed", "false")
    expect(moderator.button("Undo")).to_have_count(0)


# --- Who and what -----------------------------------------------------------------------------------------


def said_by_amina(site: Site, source: str) -> Comment:
    """Return a comment of Amina's in a thread of its own."""
    with site.inside():
        amina = db.session().scalars(select(Person).where(Person.email_key == address_of(AMINA))).one()
        return make_comment(new_thread(site), amina, source)


def case_of(site: Site, comment: Comment) -> int:
    """Return the number of the case about a comment."""
    with site.inside():
        return db.session().scalars(select(Case.id).where(Case.comment_id == comment.id)).one()


def reader_has_seen(thread: Thread) -> int:
    """Return the number of the last comment that stands in a thread."""
    last = select(Comment.seq).where(Comment.thread_id == thread.id).order_by(Comment.seq.desc())
    return db.session().scalars(last).first() or 0


def half_a_minute_later(site: Site) -> None:
    """Let letters leave that wait until a decision can no longer be undone."""
    with site.inside():
        due = Letter.letter.startswith("moderation/")
        transact(lambda session: session.execute(update(Letter).where(due).values(next_try_at=now())))
    site.deliver()
