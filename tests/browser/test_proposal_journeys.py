"""The way of a proposal: written, published, supported, considered, answered, rated; with scripts and without them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from karavan.accounts.models import Organisation
from karavan.core.database import db
from karavan.proposals.models import Draft, Proposal, State
from tests.support.civic_scenes import picture
from tests.support.scene import ADMIN, AMINA, BEKZAT, DANIYAR, SAULE
from tests.support.walker import BY_KEYBOARD, PLAIN, WAYS, WITH_HTMX, Walker, Way

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.site import Site

    Sits = Callable[[str, Way], Walker]

pytestmark = pytest.mark.browser

PROBLEM = "Бірінші автобус 08:30-да шығады, студенттер сабаққа кешігеді."
SOLUTION = "Жұмыс күндері сағат 06:00-де шығатын бір рейс қосу керек."


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_a_proposal_is_written_kept_and_handed_in(new_walker: Callable[..., Walker], site: Site, way: Way) -> None:
    walker, title = new_walker(way), f"Жаңаөзен мен Ақтау арасына таңғы автобус керек ({way})"
    walker.open("proposals/")
    walker.follow("Submit a proposal", within="main")
    walker.comes_to("proposals/new")
    walker.write("title", title)
    walker.write("problem", PROBLEM)
    if way.javascript:
        expect(walker.page.locator("#kept-line")).to_have_text(re.compile(r"\d\d:\d\d"))
        expect(walker.page.locator("#similar a").first).to_be_visible()
        expect(walker.page.locator('[name="problem"]')).to_be_focused()
    else:
        walker.press("Keep as a draft")
        walker.reads("Your draft is kept for 30 days. Nobody else can see it.")

    walker.open("proposals/new")
    walker.reads("You have begun a proposal")
    walker.follow("Go on with this draft")
    walker.comes_to("proposals/new/*/text")
    walker.page.reload()
    expect(walker.page.locator('[name="title"]')).to_have_value(title)
    expect(walker.page.locator('[name="problem"]')).to_have_value(PROBLEM)
    walker.reads("Something like it has been proposed already.", within="#similar")

    walker.press("Continue")
    expect(walker.page.locator(".errsum")).to_be_focused()
    walker.write("solution", SOLUTION)
    walker.choose("place", "zhanaozen")
    walker.pick("topic", "transport")
    walker.choose("council", "region")
    walker.choose("language", "kk")
    walker.press("Continue")
    walker.comes_to("proposals/new/*/check")
    expect(walker.page.locator("#preview")).to_contain_text(SOLUTION)
    walker.hand_over("file", picture(), called="жол.png", mime="image/png")
    walker.press("Add the file")
    walker.reads("The file is added.")
    expect(walker.page.locator("#files-panel li a")).to_have_count(1)

    walker.follow("Continue", within="main")
    sign_in(walker, f"amina-{way}@example.kz", "Әмина Жолдасова")
    walker.comes_to("proposals/new/*/sending")
    expect(walker.page.locator('[name="author_name"]')).to_have_value("Әмина Жолдасова")
    walker.write("public_name", "Әмина Ж.")
    walker.tick("adult")
    walker.tick("publication")
    walker.press("Hand in the proposal")
    walker.comes_to("proposals/*")
    number = walker.at.rpartition("/")[2]
    expect(walker.page.locator("#toasts")).to_contain_text(number)
    expect(walker.page.locator("h1")).to_have_text(title)
    walker.reads("This page is not public.")
    with site.inside():
        proposal = db.session().scalars(select(Proposal).where(Proposal.number == number)).one()
        assert (proposal.title, proposal.problem, proposal.solution) == (title, PROBLEM, SOLUTION)
        assert [one.name for one in proposal.attachments] == ["жол.png"]
        assert proposal.state == State.CHECKING
    walker.open("proposals/new")
    walker.does_not_read("You have begun a proposal")


@pytest.mark.parametrize("way", [WITH_HTMX, PLAIN], ids=str)
def test_it_is_published_and_a_neighbour_supports_it(sits: Sits, site: Site, way: Way) -> None:
    title = f"Жағажайға баратын жолға шам керек ({way})"
    proposal = site.new_proposal(State.CHECKING, title=title)
    page = f"proposals/{proposal.number}"

    daniyar = sits(DANIYAR, way)
    daniyar.open("desk/proposals/")
    daniyar.use(daniyar.page.get_by_role("link", name=title))
    daniyar.comes_to(f"desk/proposals/{proposal.id}")
    daniyar.follow("Publish", within="main")
    daniyar.press("Publish")
    daniyar.reads("Published: everyone can read it and support it now.")

    stranger = sits("", way)
    stranger.open(page)
    expect(stranger.page.locator("h1")).to_have_text(title)
    stranger.follow("I support this")
    sign_in(stranger, f"neighbour-{way}@example.kz", "Көрші")
    stranger.comes_to(f"{page}/support")
    stranger.press("I support this")
    stranger.reads("You support this proposal. Thank you.")
    stranger.reads("You support this")

    bekzat = sits(BEKZAT, way)
    bekzat.open(page)
    supports = bekzat.page.locator("#support-panel .num")
    expect(supports).to_have_text("1")
    bekzat.page.evaluate("window.thisPage = true")
    bekzat.press("I support this")
    expect(supports).to_have_text("2")
    assert bekzat.page.evaluate("Boolean(window.thisPage)") == way.javascript, "htmx replaces the box alone"
    bekzat.press("Take my support back")
    expect(supports).to_have_text("1")
    bekzat.press("I support this")
    expect(supports).to_have_text("2")
    bekzat.page.reload()
    expect(supports).to_have_text("2")


@pytest.mark.parametrize("way", [WITH_HTMX, PLAIN], ids=str)
def test_the_council_recommends_the_body_answers_and_the_author_judges(sits: Sits, site: Site, way: Way) -> None:
    title = f"Түнгі автобус жүрсін ({way})"
    proposal = site.new_proposal(State.SUPPORTING, author=AMINA, title=title)
    page = f"proposals/{proposal.number}"
    with site.inside():
        body = db.session().scalars(select(Organisation.id).where(Organisation.slug == "transport-and-roads")).one()

    saule = sits(SAULE, way)
    saule.open(f"desk/proposals/{proposal.id}")
    saule.follow("Admit for consideration", within="main")
    saule.press("Admit for consideration")
    expect(saule.page.locator(".errsum")).to_be_focused()
    saule.write("reason-kk", "Мәселе көп адамға ортақ.")
    saule.press("Admit for consideration")
    saule.reads("Admitted: the council has to consider it, and the date is set.")
    saule.follow("Hand over to the council", within="main")
    saule.press("Hand over to the council")
    saule.reads("The council is considering it now. The text can no longer be changed.")

    saule.follow("Write a recommendation", within="main")
    expect(saule.page.locator(f'[name="proposals"][value="{proposal.id}"]')).to_be_checked()
    saule.pick("addressee", str(body))
    saule.write("title-kk", "Түнгі рейс қосу")
    saule.write("text-kk", "Түнгі 01:00 рейсін үш ай сынап көру.")
    saule.press("Save the draft")
    saule.reads("The draft is saved. Only the council's secretaries see it until you send it.")
    desk = saule.at
    saule.follow("Send", within="main")
    saule.press("Send it now")
    saule.comes_to(desk)
    saule.follow("Write the answer", within="main")
    saule.choose("verdict", "partly")
    saule.write("text-kk", "Рейс тек сенбі күні жүреді.")
    saule.write("signed_by", "Басқарма басшысы")
    saule.press("Save the answer")
    saule.reads("You wrote this answer. Somebody else has to check it.")

    other = sits(ADMIN, way)
    other.open(desk)
    other.follow("Check the answer", within="main")
    other.press("I have read it: it is ready")
    other.reads("Checked. It can be published now.")
    other.follow("Publish the answer", within="main")
    other.press("Publish the answer")
    other.reads("The answer is published. The authors are told.")

    amina = sits(AMINA, way)
    amina.open(page)
    amina.follow("Rate the answer", within="main")
    amina.choose("score", "2")
    amina.write("note", "Жұмыс күндері де керек.")
    amina.press("Save")
    amina.reads("Thank you: your opinion stands beside the answer.")
    amina.follow("Object to the answer", within="main")
    amina.write("reason", "Неге тек сенбі күні екені айтылмаған.")
    amina.press("Send the objection")
    amina.reads("Your objection is with the council. It decides by the date on this page.")

    anybody = sits("", way)
    anybody.open(page)
    everything = anybody.page.locator("main")
    for words in (title, "Мәселе көп адамға ортақ.", "Түнгі 01:00 рейсін", "Рейс тек сенбі күні жүреді."):
        expect(everything).to_contain_text(words)
    for words in ("Жұмыс күндері де керек.", "Неге тек сенбі күні екені айтылмаған."):
        expect(everything).to_contain_text(words)
    expect(anybody.page.locator(".route li.done").first).to_be_visible()


@pytest.mark.parametrize("way", [WITH_HTMX, BY_KEYBOARD], ids=str)
def test_a_lost_connection_while_writing_loses_nothing(new_walker: Callable[..., Walker], site: Site, way: Way) -> None:
    walker, title = new_walker(way), f"Ауылға кітапхана керек ({way})"
    walker.open("proposals/new")
    walker.write("title", title)
    kept = walker.page.locator("#kept-line")
    expect(kept).to_have_text(re.compile(r"\d\d:\d\d"))

    walker.watch.silence = True
    walker.page.context.set_offline(True)
    walker.write("problem", PROBLEM)
    offline = "No answer came. Check your connection and try again; what you wrote is still here."
    walker.reads(offline, within="#toasts")
    expect(walker.page.locator('[name="problem"]')).to_be_focused()
    walker.write("solution", SOLUTION)
    walker.choose("place", "aktau")
    walker.pick("topic", "culture")
    walker.press("Continue")
    walker.reads(offline, within="#toasts")
    expect(walker.page.locator('[name="solution"]')).to_have_value(SOLUTION)

    walker.page.context.set_offline(False)
    walker.press("Continue")
    walker.comes_to("proposals/new/*/check")
    for words in (title, PROBLEM, SOLUTION):
        expect(walker.page.locator("#preview")).to_contain_text(words)
    with site.inside():
        drafts = [draft.fields for draft in db.session().scalars(select(Draft)) if draft.fields.get("title") == title]
    assert [draft["solution"] for draft in drafts] == [SOLUTION]


def sign_in(walker: Walker, address: str, name: str) -> None:
    """Sign in for the first time, where a page has led somebody to do so."""
    walker.comes_to("sign-in")
    walker.write("contact", address)
    walker.press("Get a code")
    walker.comes_to("sign-in/code")
    walker.write("code", walker.site.code_for(address))
    walker.press("Sign in")
    walker.comes_to("me/name")
    walker.write("name", name)
    walker.press("Save and go on")
