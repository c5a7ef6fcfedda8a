"""Hearings as everybody sees them: the list, one hearing, its notice, documents, speakers, answers, feeds."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import pytest

from karavan.accounts.models import Role
from karavan.core.languages import Slots
from karavan.deadlines.queries import current_calendar
from karavan.hearings import public_queries as queries
from karavan.hearings.hall_queries import everybody
from karavan.hearings.models import Hearing, HearingState, Position, StatementKind, WrittenStatement
from karavan.hearings.page import notice_of, road_of
from karavan.hearings.rules.documents import replace_document
from karavan.hearings.rules.matrix import answer, answer_group, close, group
from karavan.hearings.rules.questions import ask
from karavan.hearings.rules.speakers import Wish, at_door, call_next, end_turn, sign_up, withdraw
from karavan.hearings.rules.statements import hand_in
from karavan.hearings.rules.summary import write_summary
from karavan.proposals.models import State
from karavan.record.models import ActorRole
from tests.support.assembly import examined_pdf, make_document, make_hearing, reload_hearing
from tests.support.civic import make_council, make_person, make_proposal, make_staff, write
from tests.support.hostile import everything
from tests.support.inert import as_sent, each
from tests.support.page import text_of
from tests.support.settings import NOW
from tests.support.talk import make_writer

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from karavan.accounts.models import Person
    from tests.support.visit import Visit

SHOWN = (
    HearingState.ANNOUNCED,
    HearingState.LIVE,
    HearingState.HELD,
    HearingState.CLOSED,
    HearingState.CANCELLED,
)
PARTS = ("", "/notice", "/statements", "/speakers", "/matrix", "/matrix.csv", "/feed.atom")
LIST_COSTS, PAGE_COSTS, MORE_WITH_A_SESSION = 5, 15, 5
ATOM = "{http://www.w3.org/2005/Atom}"
ANSWER = Slots(kk="Есеп қайта қаралды.", ru="Расчёт пересмотрен.")


def url_of(hearing: Hearing, rest: str = "", lang: str = "en") -> str:
    return f"/{lang}/hearings/{hearing.slug}{rest}"


def is_public(visit: Visit, url: str) -> bool:
    answered = visit.send("GET", url)
    assert "Set-Cookie" not in answered.headers
    return answered.headers["Cache-Control"].startswith("public")


def make_statement(
    hearing: Hearing,
    author: Person | None = None,
    *,
    kind: StatementKind = StatementKind.FOR,
    source: str = "",
    **more: Any,
) -> WrittenStatement:
    author = author or make_writer()
    words = source or f"Менің ойымша, тариф дұрыс есептелмеген ({author.id})."
    usual: dict[str, Any] = {"lang": "kk", "key": f"key-of-a-statement-{author.id}", "now": NOW}
    return write(hand_in, hearing.id, kind=kind, source=words, author_id=author.id, **usual | more)


def answered(hearing: Hearing, statement: WrittenStatement, words: Slots = ANSWER) -> None:
    secretary = make_staff(hearing.council)
    by = {"by_id": secretary.id, "by": ActorRole.SECRETARY, "now": NOW}
    write(answer, hearing.id, "statement", statement.id, words, **by)


# --- The list -------------------------------------------------------------------------------------------------


def test_the_list_tells_what_goes_on_what_comes_and_what_was(session: Session, visit: Visit) -> None:
    council = make_council()
    made = {state: make_hearing(council, state=state) for state in SHOWN}
    draft = make_hearing(council, state=HearingState.DRAFT)

    page = visit.get("/ru/hearings/", statements=LIST_COSTS)

    sections = {one.get("aria-labelledby"): text_of(one) for one in page.find("section") if one.get("aria-labelledby")}
    title = {state: hearing.title.ru for state, hearing in made.items()}
    assert title[HearingState.LIVE] in sections["hearings-now"]
    assert title[HearingState.ANNOUNCED] in sections["hearings-coming"]
    assert title[HearingState.CANCELLED] in sections["hearings-coming"]
    assert title[HearingState.HELD] in sections["hearings-past"]
    assert title[HearingState.CLOSED] in sections["hearings-past"]
    assert draft.title.ru not in page.text
    assert is_public(visit, "/kk/hearings/")


@pytest.mark.parametrize("htmx", [False, True])
def test_the_list_is_narrowed_by_council_and_words(session: Session, visit: Visit, *, htmx: bool) -> None:
    here, there = make_council(), make_council(slug="council-munaily", place="munaily")
    water = make_hearing(here, title=Slots(kk="Су тапшылығы", ru="Нехватка воды"))
    heat = make_hearing(there, title=Slots(kk="Жылу бағасы", ru="Цена тепла"))
    visit.get("/kk/hearings/")

    by_words = visit.press("Көрсету", q="ТАПШЫЛЫҒЫ", htmx=htmx).text
    by_council = visit.press("Көрсету", q="", council=str(there.id), htmx=htmx).text

    assert water.title.kk in by_words
    assert heat.title.kk not in by_words
    assert heat.title.kk in by_council
    assert water.title.kk not in by_council


def test_the_list_costs_the_same_however_much_is_in_it(session: Session, visit: Visit) -> None:
    council = make_council()
    make_hearing(council, state=HearingState.HELD)
    visit.get("/en/hearings/")
    before = len(visit.statements)
    for state in SHOWN:
        make_hearing(council, state=state)

    visit.get("/en/hearings/", statements=before)


def test_turning_pages_shows_each_past_hearing_once(
    session: Session, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PAST", 2)
    council = make_council()
    slugs = {make_hearing(council, state=HearingState.HELD).slug for _ in range(5)}

    seen: list[str] = []
    page = visit.get("/en/hearings/?when=past")
    while True:
        seen += [href.rpartition("/")[2] for one in page.find("a") if (href := one.get("href", "")).count("/") == 3]
        if "Show further hearings" not in page.text:
            break
        page = visit.follow("Show further hearings")

    assert sorted(slug for slug in seen if slug in slugs) == sorted(slugs)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("every", [pytest.param(8, id="a few"), pytest.param(1, id="all", marks=pytest.mark.thorough)])
def test_whatever_is_typed_into_a_filter_is_everything_or_nothing(session: Session, visit: Visit, every: int) -> None:
    make_hearing()
    texts = [one for one in everything().values() if one.text is not None and len(one.text) <= 2000][::every]

    def ask_for(case: Any) -> None:
        for names in (("q",), ("council",), ("when",), ("after",), ("q", "council", "when", "after")):
            query = as_sent(dict.fromkeys(names, case.text or ""))["data"].decode()
            if len(query) <= 6000:
                expected = 400 if "\0" in (case.text or "") else 200
                assert visit.send("GET", f"/en/hearings/?{query}").status_code == expected, (case.id, names)

    each(texts, ask_for)


@pytest.mark.parametrize("after", ["0-0", "9" * 11 + "-1", "1-" + "9" * 15, "-1-5", "1", "٣-٣", "-"])
def test_a_page_mark_that_is_none_begins_at_the_beginning(session: Session, visit: Visit, after: str) -> None:
    make_hearing(state=HearingState.HELD)

    visit.get("/en/hearings/?" + urlencode({"after": after}))


# --- To whom there is a page ----------------------------------------------------------------------------------


def test_a_draft_is_as_if_there_were_none(session: Session, visit: Visit) -> None:
    draft = make_hearing(state=HearingState.DRAFT, documents=1)
    document = reload_hearing(draft).documents[0].public_id
    called_off = make_hearing(state=HearingState.DRAFT)

    for rest in (*PARTS, "/summary", f"/documents/{document}", "/statements/files/none"):
        here, nowhere = (visit.send("GET", f"/en/hearings/{slug}{rest}") for slug in (draft.slug, "no-such-hearing"))
        assert here.status_code == nowhere.status_code == 404
        same = [one.get_data(as_text=True).replace(draft.slug, "no-such-hearing") for one in (here, nowhere)]
        assert same[0] == same[1]
    assert called_off.slug not in visit.send("GET", "/en/hearings/feed.atom").get_data(as_text=True)


@pytest.mark.parametrize("state", SHOWN)
def test_everybody_reads_what_was_announced_whatever_came_of_it(
    session: Session, visit: Visit, state: HearingState
) -> None:
    hearing = make_hearing(state=state, documents=1)

    for rest in PARTS:
        answer_ = visit.send("GET", url_of(hearing, rest))
        assert answer_.status_code == 200, rest
        assert "Set-Cookie" not in answer_.headers
    page = visit.get(url_of(hearing), statements=PAGE_COSTS)
    assert is_public(visit, url_of(hearing))
    assert hearing.title.ru in page.h1
    assert ("This hearing has been cancelled." in page.text) is (state == HearingState.CANCELLED)
    assert ("Register to attend" in page.text) is (state == HearingState.ANNOUNCED)
    assert ("What came of it" in page.text) is (state in {HearingState.HELD, HearingState.CLOSED})


# --- One hearing ----------------------------------------------------------------------------------------------


def test_the_page_says_what_when_where_and_why(session: Session, visit: Visit) -> None:
    council = make_council()
    proposal = make_proposal(council, state=State.PUBLISHED, title="Тарифті түсіндіріңіздер")
    hearing = make_hearing(council, documents=2, proposals=frozenset({proposal.id}))

    page = visit.get(url_of(hearing, lang="ru"), statements=PAGE_COSTS)

    for words in (hearing.questions, hearing.tasks, hearing.ground, hearing.caller, hearing.venue):
        assert words.ru in page.text
    assert all(line in page.text for line in hearing.agenda.ru.splitlines())
    assert proposal.number in page.text
    assert any(one.get("href") == hearing.stream_url for one in page.find("a"))
    registration = f"/ru/events/{hearing.event.slug}/registration"
    assert any(one.get("href") == registration for one in page.find("a"))
    assert any(one.get("href") == f"/ru/events/{hearing.event.slug}/calendar.ics" for one in page.find("a"))
    for document in reload_hearing(hearing).documents:
        assert document.sha256[:12] in page.body
    [told] = page.structured
    assert told["@type"] == "Event"
    assert told["name"] == hearing.title.ru
    assert told["url"].endswith(url_of(hearing, lang="ru"))


def test_the_notice_is_counted_day_by_day(session: Session, visit: Visit) -> None:
    hearing = reload_hearing(make_hearing())

    counted = notice_of(session, hearing)
    page = visit.get(url_of(hearing))

    assert counted is not None
    calendar = current_calendar(session)
    assert counted.counted == hearing.notice_days
    assert all(calendar.is_worked(line.day) for line in counted.days if line.number)
    assert counted.days[-1].day.isoformat() == hearing.earliest_on
    assert not counted.moved
    [table] = page.find("table", class_="days")
    assert len([row for row in table.iter("tr") if row.find("td") is not None]) == len(counted.days)
    assert "The first day on which it may be held" in text_of(table)


@pytest.mark.parametrize(
    ("state", "standing"),
    [
        (HearingState.ANNOUNCED, ["now", "todo", "todo", "todo"]),
        (HearingState.LIVE, ["done", "now", "todo", "todo"]),
        (HearingState.HELD, ["done", "done", "now", "todo"]),
        (HearingState.CLOSED, ["done", "done", "done", "done"]),
        (HearingState.CANCELLED, ["done", "now"]),
    ],
)
def test_the_road_shows_where_it_is(state: HearingState, standing: list[str]) -> None:
    assert [one.standing for one in road_of(Hearing(state=state, starts_at=NOW))] == standing


def test_what_was_replaced_stays_with_its_fingerprint_and_the_reason(session: Session, visit: Visit) -> None:
    hearing = make_hearing()
    first = make_document(hearing, title="Бірінші есеп", exception=Slots(kk="Кейін келді", ru="Пришёл позже"))
    changed = {"name": "tarif-2.pdf", "title": Slots(kk="Түзетілген есеп", ru="Исправленный расчёт")}
    second = write(
        replace_document,
        hearing.id,
        first.public_id,
        examined_pdf(),
        **changed,
        read_version=None,
        now=NOW + timedelta(hours=1),
        exception=Slots(kk="Қате түзетілді", ru="Исправлена опечатка"),
    )

    page = visit.get(url_of(hearing, lang="ru"))

    assert "Исправлена опечатка" in page.text
    for document in (first, second):
        address = url_of(hearing, f"/documents/{document.public_id}", lang="ru")
        assert any(one.get("href") == address for one in page.find("a"))
        file = visit.send("GET", address)
        assert hashlib.sha256(file.get_data()).hexdigest() == document.sha256
        assert file.headers["Content-Disposition"].startswith("attachment")


def test_a_document_of_another_hearing_is_not_here(session: Session, visit: Visit) -> None:
    hearing, other = make_hearing(documents=1), make_hearing()
    document = reload_hearing(hearing).documents[0].public_id

    assert visit.send("GET", url_of(hearing, f"/documents/{document}")).status_code == 200
    assert visit.send("GET", url_of(other, f"/documents/{document}")).status_code == 404
    assert visit.send("GET", url_of(hearing, "/documents/" + "я" * 300)).status_code == 404


def test_the_notice_is_one_sheet_with_a_code_that_leads_to_the_page(session: Session, visit: Visit) -> None:
    hearing = make_hearing(documents=1)

    page = visit.get(url_of(hearing, "/notice", lang="kk"))

    assert hearing.questions.kk in page.text
    assert reload_hearing(hearing).documents[0].sha256 in page.text
    assert url_of(hearing, lang="kk") in page.text
    assert 'class="qr-d"' in page.body
    assert is_public(visit, url_of(hearing, "/notice", lang="kk"))


def test_a_person_with_a_session_sees_her_own_part(session: Session, visit: Visit) -> None:
    hearing, amina = make_hearing(), make_writer("Әмина")
    statement = make_statement(hearing, amina)
    write(sign_up, hearing.id, Wish(position=Position.FOR, topic="Тариф"), person_id=amina.id, now=NOW)
    visit.sign_in(amina)

    page = visit.get(url_of(hearing), statements=PAGE_COSTS + MORE_WITH_A_SESSION)

    assert "Your place in the order: 1" in page.text
    assert page.link("Statement No. 1") == f"/en/hearings/receipts/{statement.code}"
    assert "no-store" in visit.send("GET", url_of(hearing)).headers["Cache-Control"]


# --- Statements, speakers, answers ----------------------------------------------------------------------------


def test_statements_stand_there_for_all_and_can_be_told_apart(session: Session, visit: Visit) -> None:
    hearing = make_hearing()
    for kind, words in ((StatementKind.FOR, "Қолдаймын бәрін"), (StatementKind.AGAINST, "Мүлдем қарсымын")):
        make_statement(hearing, kind=kind, source=words)

    everything_ = visit.get(url_of(hearing, "/statements")).text
    against = visit.get(url_of(hearing, "/statements?kind=against")).text

    assert "Қолдаймын бәрін" in everything_
    assert "Мүлдем қарсымын" in everything_
    assert "Қолдаймын бәрін" not in against
    assert "Мүлдем қарсымын" in against
    visit.get(url_of(hearing, "/statements?kind=nonsense&after=x"))


def test_the_order_of_speakers_is_the_same_for_everybody(session: Session, visit: Visit) -> None:
    hearing = make_hearing()
    names = {}
    for number, position in enumerate((Position.FOR, Position.FOR, Position.AGAINST, Position.QUESTION)):
        person = make_writer(f"Сөйлеуші {number}")
        names[number] = person.name
        write(sign_up, hearing.id, Wish(position=position, topic="Тариф"), person_id=person.id, now=NOW)
    write(at_door, hearing.id, "Есіктен келген", Wish(position=Position.AGAINST), by=ActorRole.SECRETARY, now=NOW)

    text = visit.get(url_of(hearing, "/speakers")).text

    in_order = [names[0], names[2], names[3], names[1], "Есіктен келген"]
    assert [text.index(name) for name in in_order] == sorted(text.index(name) for name in in_order)
    assert is_public(visit, url_of(hearing, "/speakers"))


def test_who_speaks_and_who_has_spoken(session: Session, visit: Visit) -> None:
    council = make_council()
    secretary = make_staff(council, Role.SECRETARY)
    hearing = make_hearing(council, state=HearingState.LIVE, secretary=secretary)
    people = [make_writer(f"Шешен {number}") for number in range(3)]
    for person in people:
        write(sign_up, hearing.id, Wish(position=Position.FOR), person_id=person.id, now=NOW)
    for rule in (call_next, end_turn, call_next):
        write(rule, hearing.id, by_id=secretary.id, now=NOW)
    gone = next(one for one in everybody(session, hearing.id) if one.person_id == people[2].id)
    write(withdraw, hearing.id, gone.id, person_id=people[2].id, now=NOW)

    page = visit.get(url_of(hearing, "/speakers"))

    sections = {one.get("aria-labelledby"): text_of(one) for one in page.find("section")}
    assert "Шешен 0" in sections["spoken"]
    assert "Шешен 1" in sections["now"]
    assert "Шешен 2" not in page.text


def test_the_matrix_counts_what_waits_and_shows_what_was_answered(session: Session, visit: Visit) -> None:
    hearing = make_hearing(state=HearingState.LIVE)
    one, two, three = (make_statement(hearing) for _ in range(3))
    asked = {"source": "Есеп қашан жарияланады?", "lang": "kk", "author_id": make_writer().id, "key": "q" * 20}
    write(ask, hearing.id, **asked, now=NOW)
    answered(hearing, one)
    entries = [("statement", two.id, None), ("statement", three.id, None)]
    made = write(group, hearing.id, entries, title=Slots(kk="Есеп туралы", ru="О расчёте"))

    before = visit.get(url_of(hearing, "/matrix", lang="ru"))
    by = {"by_id": make_person().id, "by": ActorRole.SECRETARY, "now": NOW}
    write(answer_group, hearing.id, made.id, Slots(kk="Бірге жауап", ru="Общий ответ"), **by)
    after = visit.get(url_of(hearing, "/matrix", lang="ru"))

    assert waiting(before) == 3
    assert waiting(after) == 1
    assert after.text.count("Общий ответ") == 2
    assert "О расчёте" in after.text
    rows = list(csv.DictReader(io.StringIO(file_of(visit, hearing).removeprefix("\ufeff"))))
    assert [row["kind"] for row in rows] == ["statement"] * 3 + ["question"]
    assert [row["answer_ru"] for row in rows] == [ANSWER.ru, "Общий ответ", "Общий ответ", ""]
    assert rows[3]["text"] == "Есеп қашан жарияланады?"


def waiting(page: Any) -> int:
    return int(re.sub(r"\D", "", text_of(page.find("dd", class_="num")[2])))


def file_of(visit: Visit, hearing: Hearing) -> str:
    return visit.send("GET", url_of(hearing, "/matrix.csv")).get_data(as_text=True)


def test_a_cell_of_the_file_calculates_nothing(session: Session, visit: Visit) -> None:
    hearing = make_hearing()
    make_statement(hearing, source="=HYPERLINK(1) тариф туралы")

    [row] = csv.DictReader(io.StringIO(file_of(visit, hearing).removeprefix("\ufeff")))

    assert not row["text"].startswith("=")


def test_a_closed_hearing_says_what_was_said_and_done(session: Session, visit: Visit) -> None:
    hearing = make_hearing(state=HearingState.HELD, statements_until=NOW + timedelta(minutes=1))
    answered(hearing, make_statement(hearing))
    summary = Slots(kk="Сіздер айттыңыздар, біз есепті қайта қарадық.", ru="Вы сказали, мы пересмотрели расчёт.")
    assert visit.send("GET", url_of(hearing, "/summary")).status_code == 404
    by = {"by": ActorRole.SECRETARY, "now": NOW + timedelta(hours=1)}
    write(close, hearing.id, **by)
    write(write_summary, hearing.id, summary, read_version=None, **by)

    page = visit.get(url_of(hearing, lang="ru"))
    visit.get(url_of(hearing, "/summary", lang="ru"))

    assert any(one.get("href") == url_of(hearing, "/summary", lang="ru") for one in page.find("a"))
    assert summary.ru in visit.page.text
    assert is_public(visit, url_of(hearing, "/summary"))
    feed = visit.send("GET", url_of(hearing, "/feed.atom", lang="en")).get_data(as_text=True)
    assert "you said, we did" in feed


# --- Feeds, councils ------------------------------------------------------------------------------------------


def test_a_feed_tells_the_steps(session: Session, visit: Visit) -> None:
    council = make_council()
    held, coming = make_hearing(council, state=HearingState.HELD), make_hearing(council)

    everything_ = ET.fromstring(visit.send("GET", "/ru/hearings/feed.atom").get_data())  # noqa: S314
    one = ET.fromstring(visit.send("GET", url_of(held, "/feed.atom", lang="ru")).get_data())  # noqa: S314

    titles = [entry.findtext(f"{ATOM}title", "") for entry in everything_.iter(f"{ATOM}entry")]
    assert sum(held.title.ru in title for title in titles) == 3
    assert sum(coming.title.ru in title for title in titles) == 1
    assert len(list(one.iter(f"{ATOM}entry"))) == 3
    again = visit.send("GET", "/ru/hearings/feed.atom", headers={"If-None-Match": visit.response.headers["ETag"]})
    assert again.status_code in {200, 304}


def test_a_council_names_its_hearings(session: Session, visit: Visit) -> None:
    council = make_council()
    assert not visit.get(f"/en/councils/{council.slug}").find(id="council-hearings")
    coming, closed = make_hearing(council), make_hearing(council, state=HearingState.CLOSED)
    draft = make_hearing(council, state=HearingState.DRAFT)

    page = visit.get(f"/en/councils/{council.slug}")

    section = text_of(page.by_id("council-hearings"))
    assert coming.title.ru in section
    assert closed.title.ru in section
    assert draft.title.ru not in section
    assert "Next hearing" in page.text
