"""Hearings and sittings as people live through them, several at once: each at a browser of her own."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select, update

from karavan.accounts.models import Person, Role
from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.when import local_day
from karavan.hearings.models import (
    HallQuestion,
    Hearing,
    HearingState,
    Poll,
    PollVote,
    QuestionState,
)
from karavan.hearings.rules import polls
from karavan.protocols.models import Protocol
from karavan.sittings.models import CouncilDecision, Sitting
from tests.support.assembly import AHEAD, make_members, pdf, reload_hearing
from tests.support.assembly_scenes import hall_of
from tests.support.civic import make_council, make_staff
from tests.support.live_hall import ASKED, NO, YES, Gathering
from tests.support.scene import AMINA, BEKZAT
from tests.support.site import address_of
from tests.support.walker import PLAIN, WITH_HTMX, Walker, Way

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Route

    from karavan.councils.models import Council
    from tests.support.site import Site

    Sits = Callable[..., Walker]

pytestmark = pytest.mark.browser

SOON = 15_000
"""Milliseconds in which a page that renews itself every three seconds has done so, also on a busy machine."""
QUESTION = "Тариф неге былтырғыдан қымбат?"
BOTH_WAYS = pytest.mark.parametrize("way", [WITH_HTMX, PLAIN], ids=str)


def look_again(walker: Walker) -> None:
    """Without scripts, press "Refresh"; a page with them renews itself."""
    if not walker.way.javascript:
        walker.follow("Refresh")


# --- In the hall ------------------------------------------------------------------------------------------


@BOTH_WAYS
def test_a_hearing_is_held_by_three_at_once(sits: Sits, site: Site, way: Way) -> None:
    hearing, address = an_announced_hearing(site, f"hall-{way}")
    page, console = f"hearings/{hearing.slug}", f"desk/hearings/{hearing.id}/hall"
    speaker, viewer, secretary = sits(BEKZAT, way), sits(AMINA, way), sits(address, way)
    signs_up(speaker, page)
    viewer.open(f"{page}/live")
    viewer.reads("This page comes to life when the hearing begins.")

    secretary.open(f"desk/hearings/{hearing.id}")
    secretary.follow("To the hall", within="main")
    secretary.press("Begin the hearing")
    expect(secretary.page.locator("#press-next")).to_be_visible()
    viewer.open(f"{page}/live")
    expect(viewer.page.locator("#hall-queue li")).to_have_count(1)
    secretary.use(secretary.page.locator("#press-next"))
    expect(secretary.button("Stop the clock")).to_be_visible()
    stage = viewer.page.locator("#hall-now")
    look_again(viewer)
    expect(stage).to_contain_text("Бекзат", timeout=SOON)
    expect(stage.get_by_role("timer")).to_have_text(re.compile("0[345]:"))
    expect(viewer.page.locator("#hall-queue li")).to_have_count(0)
    secretary.press("Stop the clock")
    expect(secretary.button("Let the clock run")).to_be_visible()
    look_again(viewer)
    expect(stage).to_contain_text(viewer.word("The clock stands"), timeout=SOON)
    secretary.press("Let the clock run")
    expect(secretary.button("Stop the clock")).to_be_visible()
    secretary.use(secretary.page.locator("#press-extend-2"))
    expect(secretary.page.get_by_role("timer")).to_have_text(re.compile("0[67]:"))
    look_again(viewer)
    expect(stage.get_by_role("timer")).to_have_text(re.compile("0[67]:"), timeout=SOON)
    expect(stage).not_to_contain_text(viewer.word("The clock stands"))

    viewer.write("source", QUESTION)
    viewer.press("Send the question")
    expect(viewer.page.locator("main")).to_contain_text(viewer.word("Everybody can read your question now."))
    expect(viewer.page.locator("#q1")).to_contain_text(QUESTION, timeout=SOON)
    speaker.open(f"{page}/live")
    support = speaker.page.locator("#vote-1")
    before = int(support.locator(".num").inner_text())
    speaker.use(support)
    expect(support.locator(".num")).to_have_text(str(before + 1), timeout=SOON)
    expect(support).to_have_class(re.compile("is-on"))

    if not way.javascript:
        secretary.open(console)
    for name, words in {"question": "Үзіліс керек пе?", "answer_1": "Иә", "answer_2": "Жоқ"}.items():
        secretary.write(f"{name}-kk", words)
    secretary.press("Open the poll")
    secretary.reads("The straw poll is open.", within="#toasts")
    look_again(viewer)
    choice = viewer.page.locator("#mine [name=answer]").first
    expect(choice).to_be_visible(timeout=SOON)
    choice.check()
    viewer.use(viewer.page.locator("#vote-button"))
    viewer.reads("Your vote is counted:", within="#mine")
    look_again(viewer)
    expect(viewer.page.locator("#hall-polls .bars .num").first).to_have_text("1", timeout=SOON)

    ask(site, hearing, "Тариф неге қымбаттады?")
    secretary.open(console)
    secretary.use(secretary.page.locator("#merge-2"))
    secretary.comes_to(f"{console}/questions/2")
    secretary.page.locator("[name=into]").first.check()
    secretary.press("Merge")
    secretary.comes_to(console)
    expect(secretary.page.locator("#console-questions .item")).to_have_count(1)
    secretary.write("words", "Баяндамашы есепті көрсетті.")
    secretary.press("Note it")
    expect(secretary.page.locator("#note-panel")).to_contain_text("Баяндамашы есепті көрсетті.")
    expect(secretary.page.locator("[name=words]")).to_have_value("")
    secretary.use(secretary.page.locator("#answered-1"))
    expect(secretary.page.locator("#q1")).to_contain_text(secretary.word("Answered"))
    look_again(viewer)
    expect(viewer.page.locator("#q1")).to_contain_text(viewer.word("Answered"), timeout=SOON)

    secretary.follow("End the hearing")
    secretary.press("End the hearing")
    secretary.comes_to(f"desk/hearings/{hearing.id}")
    look_again(viewer)
    over = "The hearing is over. Every statement and every question gets an answer."
    expect(stage).to_contain_text(viewer.word(over), timeout=SOON)
    with site.inside():
        states = db.session().scalars(
            select(HallQuestion.state).where(HallQuestion.hearing_id == hearing.id).order_by(HallQuestion.number)
        )
        assert list(states) == [QuestionState.ANSWERED, QuestionState.MERGED]
        assert db.session().get_one(Hearing, hearing.id).state == HearingState.HELD


def test_a_lost_connection_loses_no_question_and_counts_no_vote_twice(sits: Sits, site: Site) -> None:
    hearing, _ = an_announced_hearing(site, "offline", begun=True)
    with site.inside():
        open_a_poll(hearing)
    viewer = sits(AMINA, WITH_HTMX)
    viewer.open(f"hearings/{hearing.slug}/live")
    expect(viewer.page.locator("#mine [name=answer]").first).to_be_visible()

    viewer.write("source", QUESTION[:10])
    expect(viewer.page.locator("#typed")).to_contain_text(re.compile(r"\d\d:\d\d"))
    viewer.watch.silence = True
    viewer.page.context.set_offline(True)
    viewer.write("source", QUESTION)
    lost = viewer.page.locator("#hall-trouble")
    expect(lost).to_have_count(1, timeout=SOON)
    viewer.press("Send the question")
    offline = "No answer came. Check your connection and try again; what you wrote is still here."
    viewer.reads(offline, within="#toasts")
    expect(viewer.page.locator("[name=source]")).to_have_value(QUESTION)
    viewer.page.context.set_offline(False)
    expect(lost).to_have_count(0, timeout=SOON)
    viewer.page.reload()
    expect(viewer.page.locator("[name=source]")).to_have_value(QUESTION)
    viewer.press("Send the question")
    expect(viewer.page.locator("#q1")).to_contain_text(QUESTION, timeout=SOON)
    expect(viewer.page.locator("[name=source]")).to_have_value("")

    viewer.page.route("**/live/vote", swallow_the_answer, times=1)
    viewer.page.locator("#mine [name=answer]").first.check()
    viewer.use(viewer.page.locator("#vote-button"))
    viewer.reads(offline, within="#toasts")
    viewer.page.locator("#mine [name=answer]").last.check()
    viewer.use(viewer.page.locator("#vote-button"))
    viewer.reads("Your vote is counted:", within="#mine")
    with site.inside():
        votes = select(func.count()).select_from(PollVote).join(Poll).where(Poll.hearing_id == hearing.id)
        asked = select(func.count()).select_from(HallQuestion).where(HallQuestion.hearing_id == hearing.id)
        assert (db.session().scalar(votes), db.session().scalar(asked)) == (1, 1)


def swallow_the_answer(route: Route) -> None:
    """Let a request reach the server, and its answer nobody."""
    route.fetch()
    route.abort("connectionreset")


def signs_up(speaker: Walker, page: str) -> None:
    """Sign somebody up to speak, from the hearing's page."""
    speaker.open(page)
    speaker.follow("Sign up to speak", within="main")
    speaker.comes_to(f"{page}/speak")
    speaker.press("Sign up to speak")
    expect(speaker.page.locator(".errsum")).to_be_focused()
    speaker.write("topic", "Желідегі жылу шығыны")
    speaker.choose("position", "against")
    speaker.press("Sign up to speak")
    speaker.reads("Your place")


# --- From the draft to the published minutes --------------------------------------------------------------


@pytest.mark.twice
@pytest.mark.parametrize("way", [WITH_HTMX, PLAIN], ids=str)
def test_a_hearing_is_announced_and_takes_a_statement(sits: Sits, site: Site, way: Way) -> None:
    _, address = a_council(site, f"announcing-{way}")
    secretary, title = sits(address, way), f"Жылу тарифі туралы тыңдау ({way})"
    secretary.open("desk/hearings/")
    secretary.follow("New hearing", within="main")
    secretary.press("Save the draft")
    expect(secretary.page.locator(".errsum")).to_be_focused()
    for name, words in WRITTEN.items():
        secretary.write(f"{name}-kk", title if name == "title" else words)
        secretary.write(f"{name}-ru", words)
    today = local_day(now())
    secretary.write_day("day", today + timedelta(days=2))
    secretary.write("starts", "15:00")
    secretary.write("ends", "17:00")
    secretary.write_day("until_day", today + timedelta(days=40))
    secretary.press("Save the draft")
    secretary.reads(
        "The draft is saved. Only the council's secretaries see it until notice is given.", within="#toasts"
    )
    desk = secretary.at
    secretary.follow("Give notice", within="main")
    secretary.press("Give notice now")
    expect(secretary.page.locator(".errsum")).to_be_focused()
    secretary.reads("The hearing is earlier than that.")
    secretary.follow("Choose another day", within="main")
    secretary.comes_to(f"{desk}/edit")
    secretary.write_day("day", today + timedelta(days=35))
    secretary.press("Save the draft")
    secretary.comes_to(desk)
    secretary.follow("Give notice", within="main")
    secretary.press("Give notice now")
    secretary.comes_to(desk)
    secretary.follow("See the public page")
    secretary.comes_to("hearings/*")
    page = secretary.at
    expect(secretary.page.locator("h1")).to_have_text(title if way.lang == "kk" else WRITTEN["title"])

    amina = sits(AMINA, way)
    amina.open(page)
    amina.use(amina.link("Hand in a statement", within="aside"))
    amina.comes_to(f"{page}/statement")
    amina.choose("kind", "against")
    amina.write("source", QUESTION)
    amina.hand_over("file", pdf(), called="есеп.pdf", mime="application/pdf")
    amina.press("Hand in the statement")
    amina.comes_to("hearings/receipts/*")
    amina.reads("Thank you. Your statement is handed in. This page is its receipt: keep the code.", within="#toasts")
    anybody = sits("", way)
    anybody.open(amina.at)
    anybody.reads("Where it stands")
    expect(anybody.page.locator("main")).not_to_contain_text(QUESTION)
    anybody.open(f"{page}/statements")
    expect(anybody.page.locator("main")).to_contain_text(QUESTION)
    paper = anybody.page.locator("main").get_by_role("link", name="есеп.pdf").get_attribute("href") or ""
    assert anybody.page.request.get(paper).body().startswith(b"%PDF")


@pytest.mark.twice
@pytest.mark.parametrize("way", [WITH_HTMX, PLAIN], ids=str)
def test_everything_is_answered_and_the_minutes_are_fixed(sits: Sits, site: Site, way: Way) -> None:
    hearing, address, chair = a_hearing_that_is_over(site, f"answers-{way}")
    desk = f"desk/hearings/{hearing.id}"
    secretary = sits(address, way)
    secretary.open(f"{desk}/closing")
    expect(secretary.button("Close the hearing")).to_have_count(0)
    expect(secretary.page.locator("#closing-panel li")).to_have_count(1)
    secretary.follow("Answer them, one by one or in groups")
    secretary.use(secretary.page.locator("#matrix-panel li a.btn"))
    secretary.comes_to(f"{desk}/matrix/statements/1")
    secretary.write("answer-kk", "Есебі бетте тұр.")
    secretary.press("Save")
    secretary.comes_to(f"{desk}/matrix")
    secretary.open(f"{desk}/closing")
    secretary.press("Close the hearing")
    secretary.comes_to(desk)

    secretary.follow("Write the minutes")
    secretary.press("Write the minutes")
    secretary.comes_to("desk/protocols/*")
    minutes = secretary.at
    secretary.open(f"{minutes}/parts/facts")
    secretary.write("text-kk", "Тариф туралы бір мәлімдеме түсті.")
    secretary.write("text-ru", "")
    secretary.press("Save")
    expect(secretary.page.locator(".errsum")).to_be_focused()
    secretary.write("text-ru", "О тарифе поступило одно заявление.")
    secretary.press("Save")
    secretary.comes_to(minutes)
    secretary.follow("Lay open for corrections")
    secretary.press("Lay open")
    secretary.comes_to(minutes)
    secretary.follow("See the public page")
    secretary.comes_to("protocols/*")
    public = secretary.at
    secretary.reads("These minutes are not final.")

    amina = sits(AMINA, way)
    amina.open(public)
    amina.follow("Ask for a correction", within="main")
    amina.pick("part", "facts")
    amina.write("words", "Мәлімдемеде екі сұрақ бар еді.")
    amina.press("Send the request")
    expect(amina.page.locator("#mine-heading")).to_be_visible()
    secretary.open(minutes)
    secretary.use(secretary.page.locator(f'main a[href*="/{minutes}/corrections/"]'))
    secretary.choose("accepted", "no")
    secretary.write("answer", "Екі сұраққа бір жауап берілді.")
    secretary.press("Save the decision")
    secretary.comes_to(minutes)

    the_days_for_corrections_pass(site, hearing)
    for signer in (sits(chair, way), secretary):
        signer.open(minutes)
        signer.follow("Read and agree", within="main")
        signer.press("I have read it and agree")
        signer.comes_to(minutes)
    secretary.follow("Publish the minutes", within="main")
    secretary.press("Publish")
    secretary.comes_to(minutes)

    anybody = sits("", way)
    anybody.open(public)
    expect(anybody.page.locator("main")).to_contain_text(re.compile("бір мәлімдеме|одно заявление"))
    for tongue in ("kk", "ru"):
        paper = anybody.page.locator(f'a[href$="/{tongue}.pdf"]').get_attribute("href") or ""
        answer = anybody.page.request.get(paper)
        assert (answer.headers["content-type"], answer.body()[:5]) == ("application/pdf", b"%PDF-")
    anybody.open(f"hearings/{hearing.slug}")
    expect(anybody.page.locator(f'main a[href$="/{public}"]')).to_be_visible()


# --- A sitting --------------------------------------------------------------------------------------------


@pytest.mark.twice
@pytest.mark.parametrize("way", [WITH_HTMX, PLAIN], ids=str)
def test_a_council_sits_votes_and_decides(sits: Sits, site: Site, way: Way) -> None:
    council, address = a_council(site, f"sitting-{way}")
    with site.inside():
        members = make_members(council, 3)
        accounts = [db.session().get_one(Person, one.person_id).email or "" for one in members]
    secretary = sits(address, way)
    secretary.open("desk/sittings/")
    secretary.follow("Prepare a sitting", within="main")
    secretary.write("title-kk", "Бюджет туралы")
    secretary.write_day("day", local_day(now()))
    secretary.write("starts_at", "23:59")
    secretary.press("Save")
    secretary.comes_to("desk/sittings/*/agenda")
    desk = secretary.at.removesuffix("/agenda")
    for title in ("Таңғы рейс", "Жылу тарифі"):
        secretary.follow("An item in your own words", within="main")
        secretary.write("title-kk", title)
        secretary.write("draft-kk", f"{title}: мақұлдансын.")
        secretary.press("Save")
        secretary.comes_to(f"{desk}/agenda")
    secretary.open(f"{desk}/notice")
    secretary.press("Give notice")
    expect(secretary.page.locator(".errsum")).to_be_focused()
    secretary.write("short_notice-kk", "Жауаптың мерзімі өтіп барады.")
    secretary.press("Give notice")
    secretary.comes_to(desk)

    it_is_time(site, desk)
    secretary.open(f"{desk}/room")
    secretary.press("Open the sitting")
    secretary.use(secretary.page.locator(f"#came-{members[0].id}"))
    expect(secretary.page.locator(f"#left-{members[0].id}")).to_be_visible()
    with site.inside():
        sitting = db.session().get_one(Sitting, int(desk.rpartition("/")[2]))
        items = [one.id for one in sitting.items]
        address_of_vote = f"councils/{council.slug}/sittings/{sitting.number}/vote"
    first, second = (f"{desk}/items/{item}" for item in items)
    secretary.watch.expect(409)
    secretary.open(first)
    secretary.press("Open the vote")
    expect(secretary.page.locator(".errsum")).to_be_focused()
    secretary.open(f"{desk}/room")
    for member in members[1:]:
        secretary.use(secretary.page.locator(f"#came-{member.id}"))
        expect(secretary.page.locator(f"#left-{member.id}")).to_be_visible()

    member = sits(accounts[1], way)
    member.open(address_of_vote)
    member.reads("No vote is open now")
    secretary.open(first)
    secretary.press("Open the vote")
    expect(secretary.page.locator(".errsum")).to_have_count(0)
    expect(secretary.page.locator("#roll")).to_be_visible()
    if not way.javascript:
        member.page.reload()
    expect(member.page.locator("#vote-panel [name=choice]").first).to_be_visible(timeout=SOON)
    member.choose("choice", "for")
    member.press("Vote")
    member.reads("Your vote is written down. You can change it until it is counted.", within="#toasts")
    secretary.open(first)
    expect(secretary.page.locator(f'[name="m{members[1].id}"][value="for"]')).to_be_checked()
    secretary.choose(f"m{members[0].id}", "for")
    secretary.choose(f"m{members[2].id}", "against")
    secretary.press("Save all votes")
    secretary.reads("The votes are written down.", within="#toasts")
    secretary.press("Count the votes and decide")
    secretary.reads("It is decided.", within="#toasts")

    secretary.open(second)
    secretary.unfold(secretary.page.locator("details").filter(has=secretary.page.locator("[name=member]")))
    secretary.page.locator("[name=member]").first.wait_for()
    declare(secretary, members[1].id)
    secretary.press("Open the vote")
    expect(secretary.page.locator("#roll")).to_be_visible()
    expect(secretary.page.locator(f'[name="m{members[1].id}"]')).to_have_count(0)
    member.open(address_of_vote)
    member.reads("You declared a conflict of interest: you do not vote on this item.")
    secretary.press("Call the vote off")
    expect(secretary.page.locator("#roll")).to_have_count(0)
    secretary.unfold(secretary.page.locator("details").filter(has=secretary.page.locator('[name="note-kk"]')))
    secretary.write("note-kk", "Келесі отырыста қаралады.")
    secretary.press("Save the note")
    secretary.reads("The note is saved.", within="#toasts")
    secretary.open(f"{desk}/closing")
    secretary.tick("sure")
    secretary.press("Close the sitting")
    secretary.comes_to(desk)
    secretary.follow("Write the minutes")
    secretary.press("Write the minutes")
    secretary.comes_to("desk/protocols/*")
    expect(secretary.page.locator("main")).to_contain_text("Таңғы рейс")
    with site.inside():
        decided = db.session().scalars(select(CouncilDecision).where(CouncilDecision.item_id.in_(items))).all()
        assert [(one.adopted, one.present, one.members) for one in decided] == [(True, 3, 3)]


def declare(secretary: Walker, member_id: int) -> None:
    """Write down a member's conflict of interest."""
    field = secretary.page.locator("[name=member]").first
    if field.evaluate("one => one.tagName") == "SELECT":
        secretary.pick("member", str(member_id))
    else:
        secretary.choose("member", str(member_id))
    secretary.press("Write it down")
    secretary.reads(
        "The conflict of interest is written down. This member does not vote on the item.", within="#toasts"
    )


# --- Who and what -----------------------------------------------------------------------------------------

WRITTEN = {
    "title": "О тарифе на тепло",
    "tasks": "Тарифтің негізін анықтау",
    "questions": "Тариф неге өседі?",
    "agenda": "1. Баяндама. 2. Сұрақтар.",
    "caller": "Қоғамдық кеңес",
    "ground": "Кеңестің № 31 шешімі",
    "venue": "«Достық» үйі",
}


def a_council(site: Site, slug: str) -> tuple[Council, str]:
    """Return a council of which only the asking test knows, and the address of its secretary."""
    with site.inside():
        council = make_council(slug=slug)
        return council, make_staff(council, Role.SECRETARY).email or ""


def an_announced_hearing(site: Site, slug: str, *, begun: bool = False) -> tuple[Hearing, str]:
    """Return a hearing that can begin, or has, and the address of its secretary."""
    council, address = a_council(site, slug)
    with site.inside():
        secretary = db.session().scalars(select(Person).where(Person.email_key == address)).one()
        return hall_of(council, secretary, begun=begun).hearing, address


def ask(site: Site, hearing: Hearing, words: str) -> None:
    """Let somebody else ask the hall something."""
    with site.inside():
        Gathering(hearing.id, 0, now(), now()).question(words)


def open_a_poll(hearing: Hearing) -> None:
    """Open a straw poll."""
    secretary = db.session().get_one(Hearing, hearing.id).created_by_id
    transact(polls.open_poll, hearing.id, ASKED, [YES, NO], by_id=secretary, now=now())


def a_hearing_that_is_over(site: Site, slug: str) -> tuple[Hearing, str, str]:
    """Return a hearing held an hour ago, after which Amina's statement is owed an answer; its secretary; the chair."""
    council, address = a_council(site, slug)
    with site.inside():
        session, began = db.session(), now() - timedelta(hours=3)
        secretary = session.scalars(select(Person).where(Person.email_key == address)).one()
        amina = session.scalars(select(Person).where(Person.email_key == address_of(AMINA))).one()
        chair = session.get_one(Person, make_members(council, 1)[0].person_id).email or ""
        ended = began + timedelta(hours=1)
        plan = {"starts_at": began, "ends_at": ended, "statements_until": ended + timedelta(hours=1)}
        made = hall_of(council, secretary, begun=False, now=began - AHEAD, **plan)
        past = Gathering(made.id, made.secretary, began, began).begins()
        past.statement(author=amina)
        past.later(hours=1).ends()
        return reload_hearing(made.id), address, chair


def the_days_for_corrections_pass(site: Site, hearing: Hearing) -> None:
    """Let so many days go by."""
    mine = (Protocol.host == "hearing") & (Protocol.host_id == hearing.id)
    with site.inside():
        transact(
            lambda session: session.execute(
                update(Protocol).where(mine).values(corrections_until=now() - timedelta(minutes=1))
            )
        )


def it_is_time(site: Site, desk: str) -> None:
    """Let the hour of a sitting come."""
    wanted = Sitting.id == int(desk.rpartition("/")[2])
    with site.inside():
        transact(lambda session: session.execute(update(Sitting).where(wanted).values(starts_at=now())))
