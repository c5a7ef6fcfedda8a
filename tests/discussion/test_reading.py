"""Threads as people read them: order, pages, permalinks, replies, tombstones, history, feeds, files; nothing leaks."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import select, update

from karavan.core.languages import Slots
from karavan.discussion import queries
from karavan.discussion.models import Alignment, Comment, Thread
from karavan.discussion.moderated import Comments
from karavan.discussion.page import nested
from karavan.discussion.rules.edit import edit
from karavan.discussion.rules.helpful import find_helpful
from karavan.discussion.rules.threads import close_thread
from karavan.discussion.rules.withdraw import withdraw
from karavan.events.rules.plan import publish
from karavan.moderation.models import Action, Mode, Origin, Visibility
from karavan.moderation.rules.cases import claim
from karavan.moderation.rules.decide import Verdict, decide
from karavan.moderation.terms import FREE_EDIT
from karavan.proposals.models import Act, State
from karavan.proposals.rules.steps import take_step
from karavan.record.models import ActorRole
from tests.support.civic import REASON, make_council, make_person, make_proposal, make_staff, write
from tests.support.makers import make_event
from tests.support.page import text_of
from tests.support.settings import NOW
from tests.support.talk import TITLE, make_case, make_comment, make_thread, make_writer
from tests.support.talk_rows import put_comments

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from karavan.accounts.models import Person
    from tests.support.page import Page
    from tests.support.visit import Visit

PAGE_COSTS, MORE_WITH_A_SESSION = 7, 7
PART = {"HX-Request": "true", "HX-Request-Type": "partial"}
ATOM = "{http://www.w3.org/2005/Atom}"


def url_of(thread: Thread, rest: str = "") -> str:
    return f"/en/threads/{thread.public_id}{rest}"


def link_of(comment: Comment, rest: str = "") -> str:
    return f"/en/comments/{comment.public_id}{rest}"


def thread_of(session: Session, host: str, host_id: int) -> Thread:
    session.close()  # detached, but not forgotten
    return session.scalars(select(Thread).where(Thread.host == host, Thread.host_id == host_id)).one()


def shown(page: Page) -> list[str]:
    """The comments of a page, by their anchors, in their order."""
    return [one.attrib["id"].removeprefix("c-") for one in page.find("article") if "id" in one.attrib]


def remove(
    comment: Comment,
    clause: str = "off_topic",
    words: str = "Тақырыптан тыс",
    action: Action = Action.REMOVE,
    **more: Any,
) -> int:
    """Let a moderator of the comment's organisation decide; return the case."""
    case = make_case(comment)
    moderator = make_staff(make_council())
    verdict = Verdict(action=action, clause=clause, words=words, words_lang="kk", **more)
    claimed = write(claim, case.id, by_id=moderator.id, now=NOW)
    write(
        decide, case.id, verdict, by_id=moderator.id, read_version=claimed.version, read_revision=case.revision, now=NOW
    )
    return case.id


# --- A thread -------------------------------------------------------------------------------------------------------


def test_everybody_reads_a_thread_without_an_account(session: Session, visit: Visit) -> None:
    thread = make_thread()
    root = make_comment(thread, make_writer("Айгүл Сәрсенова"), "Бір рейс **керек**", alignment=Alignment.FOR)
    reply = make_comment(thread, make_writer("Марат Көшербаев"), "Келісемін", parent=root)
    deeper = make_comment(thread, make_writer(), "Мен де", parent=reply)

    page = visit.get(url_of(thread), statements=PAGE_COSTS)

    assert page.h1 == f"Discussion: {TITLE}"
    assert shown(page) == [root.public_id, reply.public_id, deeper.public_id]
    assert "3 comments" in page.text
    assert "Comments appear at once. A moderator reads those that somebody flags." in page.text
    assert "while many people write at once 1 minute" in page.text
    assert "Comments of a newcomer in an hour 3" in page.text
    assert "Reply, level: 2. In reply to: Айгүл С." in page.text
    assert "Reply, level: 3. In reply to: Марат К." in page.text
    assert text_of(page.one("strong")) == "керек"
    assert "For" in text_of(page.by_id(f"by-{root.seq}"))
    assert visit.response is not None
    assert visit.response.headers["Cache-Control"].startswith("public")
    assert "Set-Cookie" not in visit.response.headers


def test_a_comment_is_an_article_named_by_its_header_in_nested_lists(session: Session, visit: Visit) -> None:
    thread = make_thread()
    root = make_comment(thread)
    reply = make_comment(thread, parent=root, source="# Тақырып емес")

    page = visit.get(url_of(thread))

    for one in page.find("article"):
        assert page.by_id(one.attrib["aria-labelledby"]).tag == "header"
    (outer,) = page.find("ol", class_="thread")
    (inner,) = page.find("ol", class_="replies")
    assert inner in list(outer.iter())
    assert f"c-{reply.public_id}" in {one.get("id") for one in inner.iter()}
    assert not {"h3", "h4"} & {one.tag for one in outer.iter()}
    assert "hx-ignore" in next(one for one in outer.iter("div") if "hx-ignore" in one.attrib).attrib
    assert not [one for one in page.root.iter() if one.get("role") in {"tree", "treeitem"}]


def test_roots_are_sorted_as_asked_and_branches_stay_as_they_were_written(session: Session, visit: Visit) -> None:
    thread = make_thread()
    first, second, third = (make_comment(thread) for _ in range(3))
    replies = [make_comment(thread, parent=first) for _ in range(2)]
    write(find_helpful, second.id, person_id=make_person().id, now=NOW)
    write(lambda s: s.execute(update(Comment).where(Comment.id == third.id).values(answers=1)))

    found = {sort: shown(visit.get(url_of(thread, f"?sort={sort}"))) for sort in (*queries.SORTS, "nonsense")}

    branch = [one.public_id for one in (first, *replies)]
    assert found["oldest"] == [*branch, second.public_id, third.public_id]
    assert found["newest"] == [third.public_id, second.public_id, *branch]
    assert found["helpful"] == [second.public_id, third.public_id, *branch] == found["nonsense"]
    assert found["awaiting"] == [*branch, second.public_id]


@pytest.mark.parametrize("sort", queries.SORTS)
def test_pages_follow_each_other_without_gap_or_overlap(session: Session, visit: Visit, sort: str) -> None:
    thread = make_thread()
    person = make_writer()
    made = _many(thread, person, queries.ROOTS + 4)
    page = visit.get(url_of(thread, f"?sort={sort}"))
    first = shown(page)

    second = shown(visit.follow("More comments", statements=PAGE_COSTS))

    assert len(first) == queries.ROOTS
    assert {*first, *second} == made
    assert len(first) + len(second) == len(made)
    assert "More comments" not in visit.page.text  # type: ignore[union-attr]


def test_a_forged_cursor_is_the_first_page(session: Session, visit: Visit) -> None:
    thread, other = make_thread(), make_thread()
    _many(thread, make_writer(), queries.ROOTS + 2)
    _many(other, make_writer(), queries.ROOTS + 2)
    first = shown(visit.get(url_of(thread, "?sort=oldest")))
    genuine = visit.page.link("More comments").partition("after=")[2]  # type: ignore[union-attr]
    foreign = visit.get(url_of(other, "?sort=oldest")).link("More comments").partition("after=")[2]

    assert shown(visit.get(url_of(thread, f"?sort=oldest&after={genuine}"))) != first
    for forged in ("5", genuine[:-2] + "xx", foreign, "9" * 400, "-1.x"):
        assert shown(visit.get(url_of(thread, f"?sort=oldest&after={forged}"))) == first
    assert shown(visit.get(url_of(thread, f"?sort=newest&after={genuine}")))[0] != first[0]


def test_five_replies_are_shown_and_the_link_brings_the_rest(session: Session, visit: Visit) -> None:
    thread = make_thread()
    root = make_comment(thread)
    replies = [make_comment(thread, parent=root) for _ in range(queries.FIRST + 3)]
    under = make_comment(thread, parent=replies[0])
    order = [replies[0], under, *replies[1:]]
    page = visit.get(url_of(thread))
    assert shown(page) == [root.public_id, *(one.public_id for one in order[: queries.FIRST])]
    link = page.one("a", hx_swap="outerHTML", rel="nofollow")
    assert text_of(link) == f"Show {len(order) - queries.FIRST} more replies"

    part = visit.send("GET", link.attrib["hx-get"], headers=PART).get_data(as_text=True)
    plain = visit.get(link.attrib["href"])

    rest = [one.public_id for one in order[queries.FIRST :]]
    assert re.findall(r'id="c-([^"]+)"', part) == rest
    assert part.startswith(f'<div id="{link.attrib["hx-target"].removeprefix("#")}">')
    assert part.count("autofocus") == 1
    assert shown(plain) == [root.public_id, *rest]
    forged = visit.get(link_of(root, "/replies?after=0001.zz"))
    assert shown(forged)[1] == order[0].public_id


def test_a_page_stays_within_its_bounds_however_long_the_comments_are(session: Session, visit: Visit) -> None:
    thread = make_thread()
    person = make_writer()
    _many(thread, person, 60, text="ұзын сөз " * 480)
    _answers(thread, person, 300, text="жауап " * 20)

    seen, url, pages = 0, url_of(thread, "?sort=oldest"), 0
    while url and pages < 12:
        page = visit.get(url, statements=PAGE_COSTS)
        assert len(page.response.data) <= 300_000
        assert len(shown(page)) <= 200
        seen, pages = seen + len(list(page.find("ol", class_="thread")[0])), pages + 1
        url = page.link("More comments") if "More comments" in page.text else ""

    assert seen == 60
    first = session.scalars(select(Comment).where(Comment.thread_id == thread.id, Comment.depth == 0)).first()
    assert first is not None
    permalink = visit.get(link_of(first), statements=PAGE_COSTS + 1)
    assert len(permalink.response.data) <= 300_000
    assert len(shown(permalink)) <= 200


# --- One comment ----------------------------------------------------------------------------------------------------


def test_a_permalink_shows_what_it_answers_and_what_answers_it(session: Session, visit: Visit) -> None:
    thread = make_thread()
    root = make_comment(thread)
    middle = make_comment(thread, parent=root)
    make_comment(thread, parent=root)
    leaf = make_comment(thread, parent=middle)

    page = visit.get(link_of(middle), statements=PAGE_COSTS + 1)

    assert shown(page) == [root.public_id, middle.public_id, leaf.public_id]
    assert visit.follow("The whole discussion").h1.startswith("Discussion")


def test_below_the_deepest_level_a_reply_says_whom_it_answers(session: Session, visit: Visit) -> None:
    thread = make_thread()
    chain = [make_comment(thread)]
    for number in range(10):
        chain.append(make_comment(thread, make_writer(f"Адам{number}"), parent=chain[-1]))

    lines = queries.branch_page(session, _line(session, chain[0])).lines
    nodes = nested(lines, chain[0].public_id)
    page = visit.get(link_of(chain[0]))

    flat = [node for node in _walk(nodes) if not node.direct]
    assert [node.line.public_id for node in flat] == [one.public_id for one in chain[9:]]
    assert "In reply to: Адам8" in page.text
    assert shown(page) == [one.public_id for one in chain]


def test_what_was_changed_later_can_be_compared(session: Session, visit: Visit) -> None:
    thread = make_thread()
    author = make_writer()
    comment = make_comment(thread, author, "Бір рейс керек", now=NOW - FREE_EDIT - timedelta(hours=1))
    write(edit, comment.id, "Екі рейс керек", None, by_id=author.id, read_version=comment.version, now=NOW)

    page = visit.get(url_of(thread))
    history = visit.get(page.link("Changed:"))

    assert "Екі рейс керек" in page.text
    assert [text_of(one) for one in history.find("del")][1:] == ["taken out: Бір"]
    assert [text_of(one) for one in history.find("ins")][1:] == ["put in: Екі"]
    assert len(history.find("section", class_="panel")) == 2


# --- What cannot be read --------------------------------------------------------------------------------------------


def test_a_tombstone_says_why_and_opens_behind_a_click(session: Session, visit: Visit) -> None:
    thread = make_thread()
    root = make_comment(thread, make_writer("Ерлан Төлегенов"), "Базардағы баға қымбат")
    reply = make_comment(thread, parent=root)
    case_id = remove(root)

    page = visit.get(url_of(thread), statements=PAGE_COSTS)

    assert shown(page) == [root.public_id, reply.public_id]
    tomb = text_of(page.by_id(f"c-{root.public_id}"))
    for words in ("Removed by a moderator", "Off topic", "Тақырыптан тыс", "Appeal can be made by the author"):
        assert words in tomb, tomb
    assert page.link("№ ").endswith(f"?case={case_id}")
    assert "a comment that cannot be read" in page.text
    for secret in ("Базардағы", "Ерлан"):
        assert secret not in page.text
    opened = visit.follow("Show what was removed")
    assert "Базардағы баға қымбат" in opened.text
    assert opened.response.headers["Cache-Control"] == "private, no-store"
    assert "noindex" in opened.response.headers["X-Robots-Tag"]
    assert opened.find("meta", name="robots", content="noindex, noarchive")


def test_what_a_sealed_rule_removed_is_shown_to_nobody(session: Session, visit: Visit) -> None:
    thread = make_thread()
    author = make_writer()
    comment = make_comment(thread, author, "Телефоны 8 701 …")
    remove(comment, "personal_data")

    page = visit.get(url_of(thread))

    assert "Somebody else's personal data" in page.text
    assert "Show what was removed" not in page.text
    visit.get(link_of(comment, "/removed"), status=404)
    visit.sign_in(author)
    visit.get(link_of(comment, "/removed"), status=404)


def test_nothing_that_cannot_be_read_leaks_anywhere(session: Session, visit: Visit) -> None:
    thread = make_thread()
    author, secret = make_writer("Құпия Адам"), "қызыл-балық"
    old = NOW - FREE_EDIT - timedelta(hours=1)
    made = [make_comment(thread, author, f"{secret} {number}", now=old) for number in range(4)]
    for one in made[1:]:
        write(edit, one.id, f"{secret} тағы {one.id}", None, by_id=author.id, read_version=one.version, now=NOW)
    remove(made[0])
    remove(made[1], "threats")
    remove(made[2], "insults", action=Action.COVER, spans=((0, len(secret)),))
    write(withdraw, made[3].id, by_id=author.id, now=NOW)

    places = [
        url_of(thread, rest)
        for rest in ("", "?sort=newest", "/newer?after=0&show=1", "/feed.atom", "/export.csv", "/export.json")
    ]
    places += [link_of(one) for one in made] + [link_of(made[0], "/replies")]
    for place in places:
        answer = visit.send("GET", place)
        assert answer.status_code == 200
        body = json.dumps(answer.get_json(), ensure_ascii=False) if answer.is_json else answer.get_data(as_text=True)
        assert secret not in body, place
    for one in made:
        assert visit.send("GET", link_of(one, "/history")).status_code == 404
    assert [visit.send("GET", link_of(one, "/removed")).status_code for one in made] == [200, 404, 404, 404]


def test_what_older_rules_rendered_is_rendered_anew_before_anybody_reads_it(session: Session, visit: Visit) -> None:
    thread = make_thread()
    comment, covered = make_comment(thread, source="Бір *рейс*"), make_comment(thread, source="Сен ақымақсың")
    remove(covered, "insults", action=Action.COVER, spans=((4, 13),))
    harmful = {"html": "<p><a href='javascript:x'>x</a></p>", "render_version": 0}
    write(lambda s: s.execute(update(Comment).where(Comment.thread_id == thread.id).values(harmful)))

    page = visit.get(url_of(thread))

    assert text_of(page.one("em")) == "рейс"
    assert "Сен ▇▇▇▇▇▇▇▇▇" in page.text
    assert "javascript" not in page.body
    assert comment.public_id in page.body


def test_covered_words_say_by_which_rule(session: Session, visit: Visit) -> None:
    thread = make_thread()
    comment = make_comment(thread, source="Сен ақымақсың, бірақ рейс керек")
    remove(comment, "insults", action=Action.COVER, spans=((4, 13),))

    page = visit.get(url_of(thread))

    assert "▇▇▇▇▇▇▇▇▇" in text_of(page.one("mark"))
    assert "▇▇▇▇▇▇▇▇▇ (rule 2)" in page.text
    assert "Covered in part by a moderator" in page.text
    assert "Insulting a person" in page.text
    assert "бірақ рейс керек" in page.text


def test_what_waits_is_shown_to_its_author_alone_with_its_place(
    session: Session, visit: Visit, new_visitor: Callable[[], Visit]
) -> None:
    thread = make_thread(mode=Mode.BEFORE)
    author = make_writer()
    make_comment(thread, source="Бірінші болып тұр")
    comment = make_comment(thread, author, "Менікі күтіп тұр")
    visit.sign_in(author)

    page = visit.get(url_of(thread), statements=PAGE_COSTS + MORE_WITH_A_SESSION)
    stranger = new_visitor()

    assert shown(page) == [comment.public_id]
    mine = text_of(page.by_id(f"c-{comment.public_id}"))
    for words in ("Менікі күтіп тұр", "Only you see this text", "Place in the queue 2", "Read by"):
        assert words in mine, mine
    assert "A moderator reads every comment before it appears." in page.text
    assert shown(stranger.get(url_of(thread))) == []
    stranger.get(link_of(comment), status=404)
    stranger.get(link_of(comment, "/replies"), status=404)
    assert "Менікі" not in stranger.send("GET", url_of(thread, "/export.json")).get_data(as_text=True)


def test_a_held_text_is_a_stub_with_its_end(session: Session, visit: Visit, new_visitor: Callable[[], Visit]) -> None:
    thread = make_thread()
    author = make_writer()
    comment = make_comment(thread, author, "Ұсталған сөз")
    until = NOW + timedelta(hours=5)
    _held(comment, until)

    page = visit.get(url_of(thread))
    own = new_visitor()
    own.sign_in(author)

    stub = text_of(page.by_id(f"c-{comment.public_id}"))
    assert "Held until a moderator has read it" in stub
    assert "Held no longer than until 23 November 2026, 15:00" in stub
    assert "Insulting a person" in stub
    assert "Ұсталған" not in page.text
    assert "Ұсталған сөз" in own.get(url_of(thread)).text


def test_a_text_held_because_people_flagged_it_says_by_which_rule(session: Session, visit: Visit) -> None:
    comment = make_comment(make_thread(), source="Ұсталған сөз")
    make_case(comment, Origin.FLAGS, held=True, clause="threats")

    stub = text_of(visit.get(link_of(comment)).by_id(f"c-{comment.public_id}"))

    assert "Threats and calls to violence" in stub
    assert "Public log № 1" in stub


def test_whoever_moderates_finds_the_way_to_keep_it_in_order(session: Session, visit: Visit) -> None:
    council = make_council()
    thread = make_thread(council)
    assert "Keep the discussion in order" not in visit.get(url_of(thread)).text
    visit.sign_in(make_staff(council))

    assert "Keep the discussion in order" in visit.get(url_of(thread)).text


@pytest.mark.parametrize("state", [State.WITHDRAWN, State.REFUSED, State.DRAFT])
def test_without_a_public_proposal_there_is_no_thread_anywhere(session: Session, visit: Visit, state: State) -> None:
    proposal = make_proposal(state=State.PUBLISHED)
    thread = thread_of(session, "proposal", proposal.id)
    comment = make_comment(thread)
    visit.get(url_of(thread))
    if state == State.WITHDRAWN:
        write(take_step, proposal.id, Act.WITHDRAW, by=ActorRole.RESIDENT, actor_id=None, reason=REASON, now=NOW)
    else:
        write(lambda s: s.execute(update(type(proposal)).where(type(proposal).id == proposal.id).values(state=state)))
    unknown = "A" * 16

    for rest in ("", "/newer?after=0", "/newer?after=0&show=1", "/feed.atom", "/export.csv", "/export.json"):
        here, nowhere = visit.send("GET", url_of(thread, rest)), visit.send("GET", f"/en/threads/{unknown}{rest}")
        assert (here.status_code, nowhere.status_code) == (404, 404)
    for rest in ("", "/replies", "/history", "/removed"):
        here, nowhere = visit.send("GET", link_of(comment, rest)), visit.send("GET", f"/en/comments/{unknown}{rest}")
        assert (here.status_code, nowhere.status_code) == (404, 404)
    if state == State.WITHDRAWN:
        assert "Discussion" not in visit.get(f"/en/proposals/{proposal.number}").text


# --- What is new ----------------------------------------------------------------------------------------------------


def test_new_comments_are_counted_and_come_only_on_a_press(session: Session, visit: Visit) -> None:
    thread = make_thread()
    make_comment(thread)
    page = visit.get(url_of(thread))
    region = page.by_id("newer-count")
    (poll,) = (one for one in region.iter() if "hx-get" in one.attrib)
    assert (region.get("role"), poll.get("hx-trigger")) == ("status", "every 25s")
    assert poll.get("hx-target") == "#newer-count"
    assert text_of(region) == ""
    fresh = [make_comment(thread, source=f"Жаңа {number}") for number in range(2)]

    answer = visit.send("GET", poll.attrib["hx-get"], headers=PART)
    again = visit.send("GET", poll.attrib["hx-get"], headers=PART | {"If-None-Match": answer.headers["ETag"]})
    body = answer.get_data(as_text=True)
    assert "2 new comments" in body
    assert "Жаңа" not in body
    assert again.status_code == 304
    assert again.headers["Cache-Control"].startswith("public")
    press = re.search(r' href="([^"]+)"', body)
    assert press is not None
    url = press[1].replace("&amp;", "&")

    inserted = visit.send("GET", url, headers=PART).get_data(as_text=True)
    plain = visit.get(url)

    assert re.findall(r'id="c-([^"]+)"', inserted) == [one.public_id for one in fresh]
    assert inserted.startswith('<div id="newer-comments">')
    assert inserted.count("autofocus") == 1
    assert inserted.index("autofocus") < inserted.index("Жаңа 0")
    assert shown(plain) == [one.public_id for one in fresh]
    assert f"seen={fresh[-1].seq}" in inserted


def test_a_removal_changes_every_tag_at_once(session: Session, visit: Visit) -> None:
    thread = make_thread()
    comment = make_comment(thread)
    urls = [url_of(thread), url_of(thread, "/newer?after=0"), url_of(thread, "/feed.atom"), link_of(comment)]
    tags = {url: visit.send("GET", url).headers["ETag"] for url in urls}
    assert len(set(tags.values())) == len(urls)
    for url, tag in tags.items():
        same = visit.send("GET", url, headers={"If-None-Match": tag})
        assert (same.status_code, len(visit.statements) <= 4) == (304, True)

    remove(comment)

    for url, tag in tags.items():
        assert visit.send("GET", url, headers={"If-None-Match": tag}).status_code == 200


def test_an_answer_for_one_person_has_no_tag_and_is_kept_by_nobody(session: Session, visit: Visit) -> None:
    thread = make_thread()
    comment = make_comment(thread)
    tag = visit.send("GET", url_of(thread)).headers["ETag"]
    visit.sign_in(make_person())

    for url in (url_of(thread), link_of(comment), url_of(thread, "/newer?after=0")):
        answer = visit.send("GET", url, headers={"If-None-Match": tag})
        assert answer.status_code == 200
        assert "ETag" not in answer.headers
        assert answer.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("htmx", [False, True])
def test_she_says_how_far_she_has_read(session: Session, visit: Visit, htmx: bool) -> None:
    thread, reader = make_thread(), make_writer()
    make_comment(thread, source="Ескі")
    visit.sign_in(reader)
    visit.get(url_of(thread), statements=PAGE_COSTS + MORE_WITH_A_SESSION)
    visit.press("Mark everything as read", htmx=htmx)
    fresh = make_comment(thread, source="Жаңа")

    page = visit.get(url_of(thread))

    assert [text_of(one) for one in page.find("span", class_="pill") if text_of(one) == "New"] == ["New"]
    assert "New" in text_of(page.by_id(f"by-{fresh.seq}"))
    visit.press("Mark everything as read", htmx=htmx)
    after = visit.get(url_of(thread))
    assert "You have read everything" in after.text
    visit.get(url_of(thread, "/read"))
    assert visit.address == url_of(thread)


def test_her_own_comments_offer_what_only_she_may_do(
    session: Session, visit: Visit, new_visitor: Callable[[], Visit]
) -> None:
    thread, author = make_thread(), make_writer()
    comment = make_comment(thread, author)
    write(find_helpful, comment.id, person_id=(reader := make_person()).id, now=NOW)
    visit.sign_in(author)
    other = new_visitor()
    other.sign_in(reader)

    mine, hers, nobodys = (one.get(url_of(thread)) for one in (visit, other, new_visitor()))

    assert ("Edit" in mine.text, "Edit" in hers.text, "Edit" in nobodys.text) == (True, False, False)
    assert "You found it helpful: 1" in hers.text
    assert "Helpful: 1" in mine.text
    assert "Helpful: 1" in nobodys.text
    assert visit.get(mine.link("Withdraw")).status == 200


def test_a_closed_thread_says_why_and_offers_no_form(session: Session, visit: Visit) -> None:
    council = make_council()
    thread = make_thread(council, slow_seconds=120)
    make_comment(thread)
    write(close_thread, thread.id, Slots(kk="Мәселе шешілді"), by_id=make_staff(council).id, now=NOW)

    page = visit.get(url_of(thread))

    assert "This discussion is closed. Reason: Мәселе шешілді" in page.text
    assert "Time between two comments of one person: 2 minutes" in page.text
    assert "Write a comment" not in page.text
    assert "Reply" not in {text_of(one) for one in page.find("a")}


# --- Feeds and files ------------------------------------------------------------------------------------------------


def test_the_feed_has_what_can_be_read_newest_first(session: Session, visit: Visit) -> None:
    thread = make_thread()
    made = [make_comment(thread, source=f"Пікір <b>{number}</b> & т.б.") for number in range(3)]
    remove(made[1])

    answer = visit.send("GET", url_of(thread, "/feed.atom"))

    feed = ET.fromstring(answer.data)  # noqa: S314 -- our own
    assert answer.mimetype == "application/atom+xml"
    contents = [one.findtext(f"{ATOM}content") for one in feed.findall(f"{ATOM}entry")]
    assert contents == ["Пікір <b>2</b> & т.б.", "Пікір <b>0</b> & т.б."]


def test_files_hold_what_can_be_read_and_formulas_stay_text(session: Session, visit: Visit) -> None:
    thread = make_thread()
    formula = make_comment(thread, make_writer("=HYPERLINK(1)"), "=1+1")
    gone = make_comment(thread, source="кетеді", parent=formula)
    case = remove(gone)

    table = visit.send("GET", url_of(thread, "/export.csv")).get_data(as_text=True)
    values = visit.send("GET", url_of(thread, "/export.json")).get_json()

    rows = [row.split(",") for row in table.removeprefix("\ufeff").splitlines()]
    assert rows[1][-1] == "'=1+1"
    assert rows[1][rows[0].index("author")].startswith("'=")
    assert rows[2][-1] == ""
    one, other = values["comments"]
    assert (one["text"], one["state"], one["parent"]) == ("=1+1", "published", None)
    assert (other["text"], other["state"], other["rule"], other["author"]) == ("", "removed", "off_topic", None)
    assert other["log"]
    assert other["parent"] == formula.public_id
    assert values["next"] is None
    assert case


def test_a_long_thread_is_exported_in_runs(session: Session, visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    thread = make_thread()
    made = _many(thread, make_writer(), 5)
    monkeypatch.setattr(queries, "EXPORT", 2)
    monkeypatch.setattr(queries.export_rows, "__kwdefaults__", {"limit": 2})

    seen, url = [], url_of(thread, "/export.json")
    while url:
        run = visit.send("GET", url).get_json()
        seen += [one["id"] for one in run["comments"]]
        url = run["next"] and run["next"].removeprefix("http://karavan.test")

    assert len(seen) == 5
    assert set(seen) == made


# --- On the page of what it is about --------------------------------------------------------------------------------


def test_publishing_opens_a_thread_and_its_page_shows_the_newest(session: Session, visit: Visit) -> None:
    proposal, event = make_proposal(state=State.PUBLISHED), make_event(slug="tour")
    for host, host_id, url in (
        ("proposal", proposal.id, f"/en/proposals/{proposal.number}"),
        ("event", event.id, "/en/events/tour"),
    ):
        thread = thread_of(session, host, host_id)
        assert "Nobody has written yet." in visit.get(url, statements=18).text
        made = [make_comment(thread, source=f"Пікір {number}") for number in range(4)]
        remove(made[3])

        page = visit.get(url, statements=18)

        assert [number for number in range(4) if f"Пікір {number}" in page.text] == [0, 1, 2]
        assert text_of(page.by_id("discussion")) == "Discussion 3"
        assert page.response.headers["Cache-Control"].startswith("public")
        assert "Set-Cookie" not in page.response.headers
        assert visit.follow("The whole discussion").h1.startswith("Discussion:")


def test_publishing_again_finds_the_same_thread(session: Session, visit: Visit) -> None:
    council = make_council()
    proposal, event = make_proposal(council, state=State.AT_COUNCIL), make_event()
    write(publish, event.id, now=NOW)

    assert thread_of(session, "proposal", proposal.id).organisation_id == council.organisation_id
    assert thread_of(session, "event", event.id).organisation_id == event.organisation_id
    assert len(session.scalars(select(Thread)).all()) == 2


def test_a_draft_event_has_no_readable_thread(session: Session, visit: Visit) -> None:
    event = make_event(published=False)

    assert session.scalar(select(Thread).where(Thread.host == "event", Thread.host_id == event.id)) is None


# --- How it is made -------------------------------------------------------------------------------------------------


def _many(thread: Thread, person: Person, number: int, *, text: str = "Пікір") -> set[str]:
    """Write many roots at once, past the limits of writing."""
    return {one["public_id"] for one in _rows(thread, person, number, text=text)}


def _answers(thread: Thread, person: Person, number: int, *, text: str) -> None:
    """Write many replies below the first root."""

    def put(session: Session) -> None:
        root = session.scalars(
            select(Comment).where(Comment.thread_id == thread.id, Comment.depth == 0).order_by(Comment.seq)
        ).first()
        assert root is not None
        _rows(thread, person, number, text=text, under=root, session=session)

    write(put)


def _rows(
    thread: Thread,
    person: Person,
    number: int,
    *,
    text: str,
    under: Comment | None = None,
    session: Session | None = None,
) -> list[dict[str, Any]]:
    if session is not None:
        return put_comments(session, thread.id, person.id, number, text=text, under=under)
    return write(lambda session: put_comments(session, thread.id, person.id, number, text=text, under=under))


def _line(session: Session, comment: Comment) -> queries.Line:
    line = queries.line_of(session, comment.public_id)
    assert line is not None
    return line


def _walk(nodes: list[Any]) -> list[Any]:
    return [one for node in nodes for one in (node, *_walk(node.replies))]


def _held(comment: Comment, until: Any) -> None:
    marks = [{"start": 0, "end": 8, "why": "word", "clause": "insults"}]
    make_case(comment, Origin.FILTER, held=True, marks=marks)

    def hold(session: Session) -> None:
        keeper = Comments()
        keeper.take(session, comment.id)
        keeper.show(session, comment.id, Visibility.HELD, now=NOW, held_until=until)

    write(hold)
