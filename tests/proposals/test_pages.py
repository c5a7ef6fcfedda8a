"""Submissions as everybody sees them: the list, a page, a recommendation, files, feeds; and what stays hidden."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import update

from karavan.accounts.models import Role
from karavan.core.database import insert_once
from karavan.core.differences import Piece, differences
from karavan.core.tokens import new_public_id
from karavan.deadlines.models import Deadline
from karavan.files.checking import examine
from karavan.files.rules import store
from karavan.proposals import queries
from karavan.proposals.council_section import recommendations_section
from karavan.proposals.growth import ROWS, curve
from karavan.proposals.models import Act, Attachment, Proposal, State, Support, Topic
from karavan.proposals.rules.answer import rate
from karavan.proposals.rules.publish import publish
from karavan.proposals.rules.steps import take_step
from karavan.proposals.rules.support import support, take_back
from karavan.proposals.rules.write import Words, edit
from karavan.record.models import ActorRole
from tests.files.hostile_files import picture
from tests.support.civic import (
    REASON,
    make_answer,
    make_council,
    make_person,
    make_proposal,
    make_recommendation,
    proposal_recommendations,
    reload_proposal,
    write,
)
from tests.support.hostile import Case, a_few, everything
from tests.support.inert import as_sent, each
from tests.support.makers import Slots, make_event
from tests.support.page import text_of
from tests.support.settings import NOW

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from flask import Flask
    from sqlalchemy.orm import Session

    from karavan.proposals.models import Recommendation
    from tests.support.cast import Cast
    from tests.support.visit import Visit

HIDDEN = (State.DRAFT, State.CHECKING, State.REFUSED)
SHOWN = tuple(state for state in State if state not in HIDDEN)
SVG = "{http://www.w3.org/2000/svg}"
PART = {"HX-Request": "true", "HX-Request-Type": "partial"}
LIST_COSTS, PAGE_COSTS, MORE_WITH_A_SESSION = 6, 15, 4


def url_of(proposal: Proposal, rest: str = "", lang: str = "en") -> str:
    return f"/{lang}/proposals/{proposal.number}{rest}"


def is_public(visit: Visit, url: str) -> bool:
    answer = visit.send("GET", url)
    assert "Set-Cookie" not in answer.headers
    return answer.headers["Cache-Control"].startswith("public")


def attach(proposal: Proposal | None = None, *, answer_id: int | None = None) -> str:
    """Put a picture with a submission or an answer, and return its public id."""
    public_id = new_public_id()

    def put(session: Session) -> None:
        file = store(session, examine(picture("PNG", (20, 20))), now=NOW)
        belongs = {"proposal_id": proposal.id} if proposal else {"answer_id": answer_id}
        session.add(Attachment(public_id=public_id, file_id=file.id, name="сурет.png", **belongs))

    write(put)
    return public_id


# --- The list -------------------------------------------------------------------------------------------------


def test_the_list_shows_what_is_public_and_nothing_else(session: Session, visit: Visit) -> None:
    council = make_council()
    shown = {make_proposal(council, state=state, title=f"Shown {state.value}").number for state in SHOWN}
    hidden = {make_proposal(council, state=state, title=f"Hidden {state.value}").number for state in HIDDEN}

    page = visit.get("/en/proposals/")

    withdrawn = 1
    assert sum(number in page.text for number in shown) == len(shown) - withdrawn
    assert not any(number in page.text for number in hidden)
    assert "Hidden" not in page.text


def test_the_list_is_one_page_for_everybody(session: Session, visit: Visit) -> None:
    make_proposal(state=State.PUBLISHED)

    assert is_public(visit, "/kk/proposals/")
    assert is_public(visit, "/kk/proposals/?stage=supporting&sort=due")


def test_a_list_costs_the_same_however_much_is_in_it(session: Session, visit: Visit) -> None:
    council = make_council()
    for state in (State.PUBLISHED, State.SUPPORTING, State.ADMITTED, State.RECOMMENDED, State.ANSWERED):
        make_proposal(council, state=state, supports=2)
    visit.get("/en/proposals/", statements=LIST_COSTS)
    before = len(visit.statements)
    for state in (State.SUPPORTING, State.ADMITTED, State.RECOMMENDED, State.ANSWERED) * 2:
        make_proposal(council, state=state, supports=3)

    visit.get("/en/proposals/", statements=before)
    visit.get("/en/proposals/?sort=due", statements=before + 1)


def test_tabs_count_and_narrow(session: Session, visit: Visit) -> None:
    council = make_council()
    make_proposal(council, state=State.PUBLISHED, title="Open one")
    make_proposal(council, state=State.AT_COUNCIL, title="At the council")
    visit.get("/en/proposals/")

    page = visit.follow("At the council 1")

    assert "At the council" in page.text
    assert "Open one" not in page.text
    assert page.find("a", aria_current="true")
    assert "1 proposal found" in page.text


def test_filters_narrow_with_and_without_htmx(session: Session, visit: Visit) -> None:
    council = make_council()
    make_proposal(council, state=State.PUBLISHED, title="Water in Beineu", place="beineu", topic=Topic.WATER)
    make_proposal(council, state=State.PUBLISHED, title="A bus in Aktau", place="aktau")
    for htmx in (False, True):
        visit.get("/en/proposals/")
        page = visit.press("Show", place="beineu", topic="water", council=str(council.id), htmx=htmx)
        assert "Water in Beineu" in page.text
        assert "A bus in Aktau" not in page.text


def test_words_find(session: Session, visit: Visit) -> None:
    make_proposal(state=State.PUBLISHED, title="Жол жарығы керек")
    make_proposal(state=State.PUBLISHED, title="Балабақша салу")
    visit.get("/en/proposals/")

    page = visit.press("Show", q="балабақша")

    assert "Балабақша салу" in page.text
    assert "Жол жарығы керек" not in page.text


def test_the_most_supported_and_the_nearest_date_come_first(session: Session, visit: Visit) -> None:
    council = make_council()
    few = make_proposal(council, state=State.SUPPORTING, supports=1)
    many = make_proposal(council, state=State.SUPPORTING, supports=3)
    waiting = make_proposal(council, state=State.RECOMMENDED)

    by_support = visit.get("/en/proposals/?sort=supported").text
    by_date = visit.get("/en/proposals/?sort=due").text

    assert by_support.index(many.number) < by_support.index(few.number)
    assert waiting.number in by_date
    assert few.number not in by_date
    assert "1 proposal found" in by_date


@pytest.mark.parametrize("sort", ["new", "supported", "due"])
def test_turning_pages_shows_each_once(
    session: Session, visit: Visit, monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    monkeypatch.setattr(queries, "PAGE", 2)
    council = make_council()
    numbers = [make_proposal(council, state=State.ADMITTED, supports=one % 2).number for one in range(5)]

    seen: list[str] = []
    page = visit.get(f"/en/proposals/?sort={sort}")
    while True:
        seen += re.findall(r"MGS-[0-9]{4}-[0-9]{5}", page.text)
        if "Show further proposals" not in page.text:
            break
        page = visit.follow("Show further proposals")

    assert sorted(seen) == sorted(numbers)


FILTERS = ("q", "place", "topic", "council", "stage", "sort", "after")
TEXTS = [one for one in everything().values() if one.text is not None and len(one.text) <= 2000]


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("headers", "texts"),
    [
        pytest.param({}, TEXTS[::8], id="a few"),
        pytest.param({}, TEXTS, id="plain", marks=pytest.mark.thorough),
        pytest.param(PART, TEXTS, id="htmx", marks=pytest.mark.thorough),
    ],
)
def test_whatever_is_typed_into_a_filter_is_everything_or_nothing(
    session: Session, visit: Visit, headers: dict[str, str], texts: list[Case]
) -> None:
    """Each hostile value in every filter and sort key, alone and together, on the list and the feed."""
    make_proposal(state=State.SUPPORTING)

    def ask(case: Case) -> None:
        for names in (*((name,) for name in FILTERS), FILTERS, ("after", "sort")):
            query = as_sent(dict.fromkeys(names, case.text or ""))["data"].decode()
            if len(query) > 6000:
                continue
            answer = visit.send("GET", f"/en/proposals/?{query}", headers=headers)
            assert answer.status_code == (400 if "\0" in (case.text or "") else 200), (case.id, names)
        if "\0" not in (case.text or "") and len(query) <= 6000:
            assert visit.send("GET", f"/en/proposals/feed.atom?{query}").status_code == 200

    each(texts, ask)


@pytest.mark.parametrize("sort", a_few(["due", "new", "supported"]))
@pytest.mark.parametrize(
    "after",
    [
        "0.0",
        "9" * 16 + ".1",
        "1.2147483648",
        "99999999999999999999.1",
        "-1.5",
        "1",
        "99999",
        "٣.٣",
        "1.2.3",
        "².²",
        ".",
    ],
)
def test_a_page_mark_that_is_none_begins_at_the_beginning(
    session: Session, visit: Visit, sort: str, after: str
) -> None:
    make_proposal(state=State.ADMITTED)

    visit.get("/en/proposals/?" + urlencode({"sort": sort, "after": after}))
    visit.get("/en/proposals/?" + urlencode({"sort": sort, "after": after, "q": "автобус"}))


# --- A page ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", SHOWN)
def test_everybody_reads_a_public_one(session: Session, visit: Visit, state: State) -> None:
    proposal = make_proposal(state=state, supports=1)

    page = visit.get(url_of(proposal))

    assert is_public(visit, url_of(proposal))
    assert ("06:00-де" in page.text) is (state != State.WITHDRAWN)
    assert page.link("The public record of this proposal") == f"/en/record/?proposal={proposal.id}"


@pytest.mark.parametrize("state", HIDDEN)
def test_what_is_not_public_is_there_for_its_author_and_its_councils_staff_alone(
    session: Session, cast: Cast, new_visitor: Callable[[], Visit], state: State
) -> None:
    council = make_council()
    proposal = make_proposal(council, author=cast.amina, state=state)
    moderator = make_person(roles=((Role.MODERATOR, council.organisation_id),))
    unknown = url_of(proposal).replace("-0000", "-9999")

    for person in (cast.amina, cast.saule, moderator, cast.root):
        visit = new_visitor()
        visit.sign_in(person)
        page = visit.get(url_of(proposal), statements=PAGE_COSTS + MORE_WITH_A_SESSION)
        assert "This page is not public." in page.text
        assert "no-store" in visit.send("GET", url_of(proposal)).headers["Cache-Control"]
    for person in (None, cast.bekzat, cast.daniyar, cast.ermek):
        visit = new_visitor()
        if person:
            visit.sign_in(person)
        for rest in ("", "/versions", "/slip", "/feed.atom"):
            here, nowhere = (visit.send("GET", url + rest) for url in (url_of(proposal), unknown))
            assert here.status_code == nowhere.status_code == 404
            same = [answer.get_data(as_text=True).replace("-9999", "-0000") for answer in (here, nowhere)]
            assert same[0] == same[1]


def test_while_it_is_checked_its_author_sees_her_place_and_the_date(session: Session, cast: Cast, visit: Visit) -> None:
    council = make_council()
    make_proposal(council)
    proposal = make_proposal(council, author=cast.amina, now=NOW + timedelta(minutes=1))
    visit.sign_in(cast.amina)

    page = visit.get(url_of(proposal), statements=PAGE_COSTS + MORE_WITH_A_SESSION)

    assert "Place in the queue for checking: 2" in page.text
    assert "Checking before publication" in page.text
    assert "Why this date?" in page.text


def test_withdrawn_it_keeps_a_page_without_its_text(session: Session, cast: Cast, visit: Visit) -> None:
    proposal = make_proposal(author=cast.amina, state=State.WITHDRAWN, title="Secret title")
    visit.sign_in(cast.amina)

    page = visit.get(url_of(proposal), statements=PAGE_COSTS + MORE_WITH_A_SESSION)

    assert "Есть причина" in page.text
    assert "Secret title" not in page.body
    assert proposal.problem not in page.body
    assert proposal.public_name not in page.text


def test_joined_it_leads_to_where_it_went_and_back(session: Session, visit: Visit) -> None:
    proposal = make_proposal(state=State.JOINED)
    into = proposal.joined_into
    assert into is not None

    assert f"/en/proposals/{into.number}" in visit.get(url_of(proposal)).body
    assert proposal.number in visit.get(url_of(into)).text


def test_a_page_costs_the_same_for_many_supports_and_answers(session: Session, cast: Cast, visit: Visit) -> None:
    council = make_council()
    one = make_proposal(council, state=State.ANSWERED, supports=1, author=cast.amina)
    visit.get(url_of(one), statements=PAGE_COSTS)
    alone = len(visit.statements)

    many = make_proposal(council, state=State.AT_COUNCIL, supports=12, author=cast.amina)
    recommendations = [make_recommendation(many) for _ in range(3)]
    for recommendation in recommendations:
        make_answer(recommendation)
    visit.get(url_of(many), statements=alone)
    visit.sign_in(cast.amina)
    visit.get(url_of(many), statements=alone + MORE_WITH_A_SESSION)


def test_the_stepper_stands_where_it_is(session: Session, visit: Visit) -> None:
    page = visit.get(url_of(make_proposal(state=State.RECOMMENDED)))

    steps = page.find("ol", class_="route")[0]
    assert [step.get("class") for step in steps] == ["done", "done", "done", "now", "todo", "todo"]
    assert steps[3].get("aria-current") == "step"


@pytest.mark.parametrize(
    ("state", "classes"),
    [
        (State.DONE, ["done"] * 6),
        (State.DECLINED, ["done"] * 3 + ["now"]),
        (State.PUBLISHED, ["done", "now"] + ["todo"] * 4),
    ],
)
def test_the_road_ends_where_it_ended(session: Session, visit: Visit, state: State, classes: list[str]) -> None:
    page = visit.get(url_of(make_proposal(state=state)))

    assert [step.get("class") for step in page.find("ol", class_="route")[0]] == classes


def test_recommendations_answers_and_what_the_author_thinks_stand_there(
    session: Session, cast: Cast, visit: Visit
) -> None:
    proposal = make_proposal(author=cast.amina, state=State.ANSWERED)
    (recommendation,) = proposal_recommendations(proposal.id)
    answer = queries.recommendations_of(session, proposal.id)[0].answers[0]
    write(rate, answer.id, proposal.id, person_id=cast.amina.id, score=2, note_text="Неге тек бір рейс?", now=NOW)

    page = visit.get(url_of(proposal, lang="en"))

    for words in (recommendation.number, "Accepted", "Бөлім басшысы", "It answers in part", "Неге тек бір рейс?"):
        assert words in page.text


def test_an_answer_that_is_not_published_is_nowhere(session: Session, visit: Visit) -> None:
    proposal = make_proposal(state=State.RECOMMENDED)
    (recommendation,) = proposal_recommendations(proposal.id)
    answer = make_answer(recommendation, published=False)
    file = attach(answer_id=answer.id)

    for url in (url_of(proposal), f"/en/proposals/recommendations/{recommendation.number}"):
        page = visit.get(url)
        assert "1 декабря" not in page.body
        assert file not in page.body
    assert visit.send("GET", f"/en/proposals/files/{file}").status_code == 404


def test_why_a_moderator_sent_it_back_stays_between_her_and_the_author(
    session: Session, cast: Cast, visit: Visit, new_visitor: Callable[[], Visit]
) -> None:

    proposal = make_proposal(author=cast.amina)
    by: dict[str, Any] = {"by": ActorRole.MODERATOR, "actor_id": None}
    write(take_step, proposal.id, Act.RETURN, now=NOW, reason=REASON, **by)
    write(_submit_again, proposal.id, now=NOW)
    write(publish, proposal.id, read_version=None, now=NOW + timedelta(hours=1), **by)

    assert "Есть причина" not in visit.get(url_of(proposal)).text
    author = new_visitor()
    author.sign_in(cast.amina)
    assert "Есть причина" in author.get(url_of(proposal), statements=PAGE_COSTS + MORE_WITH_A_SESSION).text


def _submit_again(session: Session, proposal_id: int, *, now: datetime) -> None:

    take_step(session, proposal_id, Act.SUBMIT, by=ActorRole.RESIDENT, actor_id=None, now=now)


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
@pytest.mark.parametrize("rest", ["", "/versions", "/slip"])
def test_pages_speak_three_languages(session: Session, visit: Visit, lang: str, rest: str) -> None:
    proposal = make_proposal(state=State.ANSWERED, supports=2, title="Автобус қосу")

    page = visit.get(url_of(proposal, rest, lang))

    assert page.root.get("lang") == lang
    if lang != "kk" and not rest:
        assert page.find("h1")[0][0].get("lang") == "kk"


def test_what_is_typed_stays_text(session: Session, visit: Visit) -> None:
    evil = '<img src=x onerror="alert(1)">{{ 7*7 }}]]></title>'
    proposal = make_proposal(state=State.PUBLISHED, title=evil, problem=evil, solution=evil, public_name=evil[:80])

    for rest in ("", "/versions", "/slip"):
        page = visit.get(url_of(proposal, rest))
        assert evil in page.text or rest == "/versions"
        assert not page.find("img")
    assert not visit.get("/en/proposals/").find("img")
    for url in ("/en/proposals/feed.atom", url_of(proposal, "/feed.atom")):
        assert evil in ET.fromstring(visit.send("GET", url).data).findtext("{*}entry/{*}title", "")  # noqa: S314


# --- Support drawn --------------------------------------------------------------------------------------------


def test_growth_is_a_line_and_a_table(session: Session, visit: Visit) -> None:
    proposal = make_proposal(state=State.PUBLISHED, supports=2)
    for days in (1, 2, 4):
        write(support, proposal.id, person_id=make_person().id, now=NOW + timedelta(days=days))
    gone = make_person()
    write(support, proposal.id, person_id=gone.id, now=NOW + timedelta(days=4))
    write(take_back, proposal.id, person_id=gone.id, now=NOW + timedelta(days=5))

    page = visit.get(url_of(proposal))

    assert len(page.one(SVG + "polyline").get("points", "").split()) == 5
    rows = list(page.by_id("support-panel").iter("tr"))[1:]
    assert [row[1].text for row in rows] == ["2", "3", "4", "6", "5"]


def test_one_day_is_no_curve() -> None:
    assert curve([]) is None
    assert curve([(NOW.date(), 5)]) is None


def test_a_long_curve_keeps_its_ends_and_a_short_table() -> None:
    days = [(NOW.date() + timedelta(days=day), day) for day in range(400)]
    found = curve(days)
    assert found is not None
    assert (found.first, found.last) == (days[0], days[-1])
    assert len(found.rows) <= ROWS
    assert found.points.startswith("4.0,76.0")
    assert found.points.endswith("296.0,4.0")


# --- Versions -------------------------------------------------------------------------------------------------


def changed(proposal: Proposal, words: Words, *, hours: int) -> None:
    version = reload_proposal(proposal.id).version
    moment = NOW + timedelta(hours=hours)
    write(edit, proposal.id, words, person_id=proposal.author_id or 0, read_version=version, now=moment)


def words_of(proposal: Proposal, **changes: str) -> Words:
    usual = {"title": proposal.title, "problem": proposal.problem, "solution": proposal.solution}
    return Words(**usual | changes)


def test_a_changed_text_says_so_openly_and_shows_the_difference(session: Session, visit: Visit) -> None:
    proposal = make_proposal(state=State.PUBLISHED, supports=3, problem="Автобус кеш шығады.")
    changed(proposal, words_of(proposal, problem="Автобус тым кеш шығады."), hours=1)

    page = visit.get(url_of(proposal))
    assert "The text was changed when 3 people supported it." in page.text
    versions = visit.follow("What was changed")

    inserted = [text_of(one).removeprefix("put in:").strip() for one in versions.find("ins")]
    assert "тым" in inserted


def test_what_a_moderator_had_changed_before_publication_is_never_shown(
    session: Session, cast: Cast, visit: Visit, new_visitor: Callable[[], Visit]
) -> None:

    proposal = make_proposal(author=cast.amina, problem="Көршім Асқардың телефоны 8 701 000 00 00")
    changed(proposal, words_of(proposal, problem="Көршім де айтты."), hours=1)
    later: dict[str, Any] = {"by": ActorRole.MODERATOR, "actor_id": None, "read_version": None}
    write(publish, proposal.id, now=NOW + timedelta(hours=2), **later)
    changed(proposal, words_of(proposal, problem="Көршілерім де айтты."), hours=3)

    for query in ("", "?before=1&after=2", "?after=1"):
        assert "701" not in visit.get(url_of(proposal, "/versions") + query).text
    author = new_visitor()
    author.sign_in(cast.amina)
    assert "701" in author.get(url_of(proposal, "/versions")).text


@pytest.mark.parametrize("query", ["before=9&after=0", "before=x", "after=" + "9" * 30, "before=²", "before=2&after=1"])
def test_versions_that_do_not_exist_are_the_last_two(session: Session, visit: Visit, query: str) -> None:
    proposal = make_proposal(state=State.PUBLISHED)
    changed(proposal, words_of(proposal, title="Басқа атау"), hours=1)

    assert "Басқа атау" in visit.get(url_of(proposal, f"/versions?{query}")).text


def test_differences_say_what_went_and_what_came() -> None:
    assert differences("a b c", "a x c") == [Piece("", "a "), Piece("del", "b"), Piece("ins", "x"), Piece("", " c")]
    assert differences("same", "same") == [Piece("", "same")]
    assert differences("", "new") == [Piece("ins", "new")]
    assert differences("", "") == []


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a b " * 1500, "a c " * 1500),
        ("a\nb\n" * 1500, "a\nc\n" * 1500),
        ("x " * 3000, "y " * 3000),
        ("ab " * 199, "ac ab " * 99),
    ],
)
def test_a_text_written_to_be_slow_is_compared_quickly(before: str, after: str) -> None:
    pieces = differences(before, after)

    assert "".join(piece.text for piece in pieces if piece.change != "ins") == before
    assert "".join(piece.text for piece in pieces if piece.change != "del") == after


# --- Recommendations, files, slips ----------------------------------------------------------------------------


def sent(visit: Visit) -> Recommendation:
    proposal = make_proposal(state=State.RECOMMENDED)
    return proposal_recommendations(proposal.id)[0]


def test_a_recommendation_has_a_page_with_its_clock_and_what_it_speaks_for(session: Session, visit: Visit) -> None:
    recommendation = sent(visit)

    page = visit.get(f"/en/proposals/recommendations/{recommendation.number}")

    for words in ("Waiting for an answer", "Управление дорог", "Протокол № 31", "MGS-2026-00001", "Why this date?"):
        assert words in page.text
    assert is_public(visit, visit.address)


def test_a_draft_of_a_recommendation_is_not_there(session: Session, visit: Visit) -> None:
    proposal = make_proposal(state=State.AT_COUNCIL)
    make_recommendation(proposal, sent=False)

    assert "Добавить утренний рейс" not in visit.get(url_of(proposal)).body
    for number in ("None", "MGS-R-2026-0001", "", "x" * 300):
        assert visit.send("GET", f"/en/proposals/recommendations/{number}").status_code == 404


@pytest.mark.parametrize("number", ["MGS-2026-99999", "x" * 500, "٣", "%F0%9F%90%AB", "0"])
def test_an_unknown_number_is_not_there(session: Session, visit: Visit, number: str) -> None:
    for rest in ("", "/versions", "/slip", "/feed.atom"):
        assert visit.send("GET", f"/kk/proposals/{number}{rest}").status_code == 404


def test_files_follow_what_they_belong_to(session: Session, cast: Cast, new_visitor: Callable[[], Visit]) -> None:
    hidden = make_proposal(author=cast.amina)
    shown = make_proposal(state=State.PUBLISHED)
    gone = make_proposal(author=cast.amina, state=State.WITHDRAWN)
    files = {name: attach(one) for name, one in (("hidden", hidden), ("shown", shown), ("gone", gone))}
    stranger, author, secretary = new_visitor(), new_visitor(), new_visitor()
    author.sign_in(cast.amina)
    secretary.sign_in(cast.saule)

    def status(visit: Visit, name: str) -> int:
        return visit.send("GET", f"/en/proposals/files/{files[name]}").status_code

    assert [status(stranger, name) for name in files] == [404, 200, 404]
    assert [status(author, name) for name in files] == [200, 200, 200]
    assert [status(secretary, name) for name in files] == [200, 200, 200]
    assert "no-store" in author.send("GET", f"/en/proposals/files/{files['hidden']}").headers["Cache-Control"]
    assert stranger.send("GET", "/en/proposals/files/unknown").status_code == 404
    assert "сурет.png" in stranger.get(url_of(shown)).text


def test_the_slip_has_the_number_and_a_code(session: Session, visit: Visit) -> None:
    proposal = make_proposal(state=State.PUBLISHED)

    page = visit.get(url_of(proposal, "/slip"))

    assert proposal.number in page.h1
    assert page.find(SVG + "svg", role="img")
    assert is_public(visit, visit.address)


# --- Feeds ----------------------------------------------------------------------------------------------------

ATOM = "{http://www.w3.org/2005/Atom}"


def test_the_feed_is_atom_with_ids_that_stay(session: Session, visit: Visit) -> None:
    council = make_council()
    made = make_proposal(council, state=State.DECLINED)
    make_proposal(council, state=State.CHECKING)

    first = visit.send("GET", "/en/proposals/feed.atom")
    feed = ET.fromstring(first.data)  # noqa: S314 -- our own

    entries = feed.findall(f"{ATOM}entry")
    assert feed.tag == f"{ATOM}feed"
    assert first.mimetype == "application/atom+xml"
    assert feed.findtext(f"{ATOM}id") == feed.find(f"{ATOM}link[@rel='self']").get("href")  # type: ignore[union-attr]
    assert [one.find(f"{ATOM}link").get("href", "").rpartition("/")[2] for one in entries] == [made.number] * 4  # type: ignore[union-attr]
    assert len({one.findtext(f"{ATOM}id") for one in entries}) == 4
    assert "Есть причина" in entries[0].findtext(f"{ATOM}summary", "")
    for one in (feed, *entries):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", one.findtext(f"{ATOM}updated", ""))
    assert is_public(visit, "/en/proposals/feed.atom")
    again = visit.send("GET", "/en/proposals/feed.atom", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_a_feed_is_narrowed_like_the_list(session: Session, visit: Visit) -> None:
    make_proposal(state=State.PUBLISHED, place="beineu", title="Бейнеу")
    make_proposal(state=State.PUBLISHED, place="aktau", title="Ақтау")

    feed = visit.send("GET", "/kk/proposals/feed.atom?place=beineu").get_data(as_text=True)

    assert "Бейнеу" in feed
    assert "Ақтау" not in feed


def test_a_withdrawn_ones_feed_forgets_the_title(session: Session, visit: Visit) -> None:
    proposal = make_proposal(state=State.WITHDRAWN, title="Secret title")

    own = visit.send("GET", url_of(proposal, "/feed.atom")).get_data(as_text=True)

    assert "Secret title" not in own
    assert proposal.number in own
    assert "Secret title" not in visit.send("GET", "/en/proposals/feed.atom").get_data(as_text=True)


# --- Elsewhere ------------------------------------------------------------------------------------------------


def test_home_shows_what_was_answered_in_a_district(session: Session, visit: Visit) -> None:
    make_proposal(state=State.ANSWERED, place="beineu", title="Answered in Beineu")
    make_proposal(state=State.ANSWERED, place="aktau", title="Answered in Aktau")
    make_proposal(state=State.PUBLISHED, place="aktau", title="Not answered")

    everywhere = visit.get("/en/", statements=2).text
    here = visit.get("/en/?place=beineu", statements=2).text
    visit.get("/en/?place=%27%22%3E")

    assert "Answered in Beineu" in everywhere
    assert "Not answered" not in everywhere
    assert "Answered in Beineu" in here
    assert "Answered in Aktau" not in here
    assert is_public(visit, "/en/?place=beineu")


def test_search_asks_everything_at_once(session: Session, visit: Visit) -> None:

    make_council()
    make_proposal(state=State.PUBLISHED, title="Ақтау автобусы")
    make_proposal(state=State.CHECKING, title="Ақтау құпиясы")
    make_event(title=Slots(kk="Ақтау тыңдауы", en="Ақтау hearing"))
    for htmx in (False, True):
        visit.get("/en/search")
        page = visit.press("Search", q="ақтау", htmx=htmx)
        for words in ("Ақтау автобусы", "Ақтау hearing", "Общественный совет Актау"):
            assert words in page.text
        assert "құпиясы" not in page.text


@pytest.mark.slow
def test_search_survives_whatever_is_typed(session: Session, visit: Visit) -> None:
    make_proposal(state=State.PUBLISHED)

    def ask(case: Case) -> None:
        query = as_sent({"q": case.text or ""})["data"].decode()
        if len(query) < 6000:
            answer = visit.send("GET", f"/en/search?{query}")
            assert answer.status_code == (400 if "\0" in (case.text or "") else 200), case.id

    each(TEXTS, ask)


def test_her_own_page_lists_what_is_hers(session: Session, cast: Cast, visit: Visit) -> None:
    mine = make_proposal(author=cast.amina, title="Mine, being checked")
    other = make_proposal(state=State.PUBLISHED, title="Supported")
    make_proposal(state=State.PUBLISHED, title="Nothing to me")
    write(support, other.id, person_id=cast.amina.id, now=NOW)
    visit.sign_in(cast.amina)

    page = visit.get("/en/me/")

    assert page.link("Mine, being checked") == url_of(mine)
    assert "Supported" in page.text
    assert "Nothing to me" not in page.text


def test_a_councils_section_counts_and_lists(session: Session, app: Flask, visit: Visit) -> None:

    app.extensions.setdefault("karavan.council_sections", {})["recommendations"] = recommendations_section
    council = make_council()
    answered = make_proposal(council, state=State.ANSWERED)
    waiting = make_proposal(council, state=State.RECOMMENDED)

    def overdue(session: Session) -> None:
        (late,) = proposal_recommendations(waiting.id)
        day = NOW.date() - timedelta(days=10)
        session.execute(update(Deadline).where(Deadline.recommendation_id == late.id).values(due_on=day))

    write(overdue)
    page = visit.get(f"/en/councils/{council.slug}", statements=25)

    assert "Recommendations this year 2" in page.text
    assert "Answered in time 1 / 1" in page.text
    assert "The date passed" in page.text
    assert proposal_recommendations(answered.id)[0].number in page.text


def test_supports_of_a_thousand_people_are_counted_in_one_question(session: Session, visit: Visit) -> None:
    proposal = make_proposal(state=State.PUBLISHED)
    people = [make_person().id for _ in range(3)]

    def crowd(session: Session) -> None:
        for number, person_id in enumerate(people):
            at = NOW + timedelta(days=number)
            insert_once(session, Support, proposal_id=proposal.id, person_id=person_id, revision=1, given_at=at)

    write(crowd)
    assert queries.growth(session, proposal.id)[-1][1] == 3
