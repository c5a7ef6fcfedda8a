"""The secretary's desk: a draft, its documents, the notice, the door, the answers, the end."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest

from karavan.core.languages import Slots
from karavan.files.models import StoredFile
from karavan.hearings.models import HearingState, Position, SpeakerState, StatementKind
from karavan.hearings.queries import documents_of
from karavan.hearings.rules.plan import edit
from karavan.proposals.models import State
from karavan.record.models import ActorRole
from tests.support.assembly import (
    hearing_plan,
    make_document,
    make_hearing,
    pdf,
    reload_hearing,
)
from tests.support.civic import make_council, make_proposal, write
from tests.support.live_hall import Gathering, gather
from tests.support.settings import NOW

if TYPE_CHECKING:
    import time_machine
    from sqlalchemy.orm import Session

    from karavan.councils.models import Council
    from karavan.hearings.models import Hearing
    from tests.support.cast import Cast
    from tests.support.page import Page
    from tests.support.visit import Visit

DESK = "/en/desk/hearings"
WORDS = {
    "title-kk": "Жылу тарифі", "title-ru": "Тариф на тепло",
    "questions-kk": "Неге өседі?", "questions-ru": "Почему растёт?",
    "agenda-kk": "1. Баяндама", "agenda-ru": "1. Доклад",
    "caller-kk": "Кеңес", "caller-ru": "Совет",
    "ground-kk": "№ 31 шешім", "ground-ru": "Решение № 31",
    "venue-kk": "«Достық» үйі", "venue-ru": "Дом «Достык»",
}  # fmt: skip
WHEN = {"day": "2026-12-23", "starts": "15:00", "ends": "17:00", "until_day": "2026-12-28"}


@pytest.fixture
def council(cast: Cast) -> Council:
    return make_council()


@pytest.fixture
def desk(visit: Visit, cast: Cast, council: Council) -> Visit:
    """Saule's browser: she is the secretary of the council."""
    visit.sign_in(cast.saule)
    return visit


def at(hearing: Hearing | Gathering, part: str = "") -> str:
    return f"{DESK}/{hearing.id}{part}"


def sent(page: Page, **fields: Any) -> dict[str, Any]:
    """Return a form's hidden fields with what is typed: for files, which the tests' browser never sends."""
    hidden = {name: page.find("input", name=name)[0].get("value", "") for name in ("csrf_token", "version")}
    return hidden | fields


def upload(**more: Any) -> dict[str, Any]:
    return {"title-kk": "Есеп", "title-ru": "Расчёт", "file": (BytesIO(pdf()), "raschet.pdf"), **more}


# --- The draft --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
def test_a_draft_is_written_and_the_list_says_what_it_lacks(desk: Visit, council: Council, htmx: bool) -> None:
    proposal = make_proposal(council, state=State.AT_COUNCIL)
    desk.get(f"{DESK}/")
    desk.follow("New hearing")
    typed = {"title-ru": "Тариф на тепло", **WHEN, "proposals": [str(proposal.id)], "seats": "40"}
    page = desk.press("Save the draft", htmx=htmx, fields=typed)
    assert "Only the council's secretaries see it until notice is given." in page.text
    assert proposal.number in page.text
    page = desk.get(f"{DESK}/")
    assert "Not written yet: Title; Questions put to the public; Agenda" in page.text
    desk.follow("Тариф на тепло")
    desk.follow("Edit the hearing")
    page = desk.press("Save the draft", htmx=htmx, fields=WORDS)
    assert "Your changes are saved." in page.text
    page = desk.get(f"{DESK}/")
    assert "Not written yet: What it has to find out; Documents" in page.text


@pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
def test_what_cannot_be_is_said_and_what_was_typed_stays(desk: Visit, htmx: bool) -> None:
    desk.get(f"{DESK}/new")
    nasty = "<b>тариф</b> {{ 1 }} %(x)s"
    wrong = WORDS | WHEN | {"title-kk": nasty, "ends": "14:00", "until_day": "2026-12-22", "languages": []}
    page = desk.press("Save the draft", htmx=htmx, status=422, fields=wrong)
    for words in ("The end must be after the beginning.", "Choose at least one language."):
        assert words in page.summary
    assert page.one("input", name="title-kk").get("value") == nasty
    right = {"ends": "17:00", "languages": ["kk"]}
    page = desk.press("Save the draft", htmx=htmx, status=422, fields=right)
    assert "at least until the hearing is over" in page.summary
    assert page.one("input", name="title-kk").get("value") == nasty


@pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
def test_the_second_of_two_secretaries_keeps_her_typing(desk: Visit, council: Council, htmx: bool) -> None:
    hearing = make_hearing(council, state=HearingState.DRAFT)
    desk.get(at(hearing, "/edit"))
    other = hearing_plan(title=Slots(kk="Басқа атау", ru="Другое название"))
    write(edit, hearing.id, other, by=ActorRole.SECRETARY, read_version=hearing.version, now=NOW)
    mine = {"title-kk": "Менің атауым"}
    page = desk.press("Save the draft", htmx=htmx, status=422 if htmx else 409, fields=mine)
    assert "This has changed since you opened the page." in page.summary
    assert "Басқа атау" in page.text
    assert page.one("input", name="title-kk").get("value") == "Менің атауым"
    desk.press("Save the draft", htmx=htmx, fields={})
    assert reload_hearing(hearing).title.kk == "Менің атауым"


def test_another_day_after_notice_needs_days_or_a_reason(desk: Visit, council: Council) -> None:
    hearing = make_hearing(council)
    desk.get(at(hearing, "/edit"))
    sooner = {"day": "2026-11-27", "until_day": "2026-12-28"}
    page = desk.press("Save the changes", status=422, fields=sooner)
    assert "at the earliest" in page.summary
    page = desk.press("Save the changes", fields={"reason-ru": "Авария на сетях"})
    stands = reload_hearing(hearing)
    assert (stands.held_on, stands.short_notice.ru) == ("2026-11-27", "Авария на сетях")


# --- Documents --------------------------------------------------------------------------------------------


def test_the_bundle_of_a_draft_is_put_together(desk: Visit, council: Council, session: Session) -> None:
    hearing = make_hearing(council, state=HearingState.DRAFT)
    page = desk.get(at(hearing, "/documents"))
    page = desk.post(at(hearing, "/documents"), sent(page, **upload()), status=200)
    assert "The document is in the bundle." in page.text
    second = make_document(hearing, title="Екінші").public_id
    desk.get(at(hearing, "/documents"))
    desk.press("Move up")
    assert [one.title.kk for one in documents_of(session, hearing.id)] == ["Екінші", "Есеп"]
    desk.get(at(hearing, f"/documents/{second}/name"))
    desk.press("Save", fields={"title-kk": "Бірінші"})
    assert documents_of(session, hearing.id)[0].title.kk == "Бірінші"
    desk.get(at(hearing, f"/documents/{second}/removal"))
    page = desk.press("Take it out")
    assert "The document is taken out." in page.text
    assert [one.title.kk for one in documents_of(session, hearing.id)] == ["Есеп"]


def test_a_plan_of_300_pages_is_a_document(desk: Visit, council: Council, session: Session) -> None:
    hearing = make_hearing(council, state=HearingState.DRAFT)
    page = desk.get(at(hearing, "/documents"))
    plan = upload(file=(BytesIO(pdf(pages=300)), "raschet.pdf"))
    desk.post(at(hearing, "/documents"), sent(page, **plan))
    (kept,) = documents_of(session, hearing.id)
    assert session.get_one(StoredFile, kept.file_id).pages == 300


WRONG = {
    "a program": (b"MZ\x90\x00" + b"\x00" * 60, "This is neither a picture"),
    "a broken one": (pdf(pages=3)[:-200], "This PDF is damaged"),
    "too long": (pdf(pages=501), "This PDF has more than 500 pages."),
}


@pytest.mark.parametrize(("content", "words"), WRONG.values(), ids=WRONG)
def test_what_is_no_document_is_refused_in_words(
    desk: Visit, council: Council, session: Session, content: bytes, words: str
) -> None:
    hearing = make_hearing(council, state=HearingState.DRAFT)
    page = desk.get(at(hearing, "/documents"))
    wrong = upload(file=(BytesIO(content), "raschet.pdf"))
    page = desk.post(at(hearing, "/documents"), sent(page, **wrong), status=422)
    assert words in page.summary
    assert page.one("input", name="title-kk").get("value") == "Есеп"
    page = desk.post(at(hearing, "/documents"), sent(page, **{"title-kk": "Есеп"}), status=422)
    assert "Choose a file." in page.summary
    assert documents_of(session, hearing.id) == []


def test_after_notice_a_new_version_begins_it_anew_or_says_why_not(
    desk: Visit, council: Council, session: Session
) -> None:
    hearing = make_hearing(council, documents=1)
    address = at(hearing, f"/documents/{hearing.documents[0].public_id}/version")
    page = desk.get(at(hearing, "/documents"))
    page = desk.get(address)
    assert "Everybody could read this document." in page.text
    page = desk.post(address, sent(page, **upload()), status=422)
    assert "Choose what follows." in page.summary
    page = desk.post(address, sent(page, **upload(consequence="exception")), status=422)
    assert "Give a reason in Kazakh or in Russian." in page.summary
    excepted = {"consequence": "exception", "reason-ru": "Опечатка на странице 3"}
    page = desk.post(address, sent(page, **upload(**excepted)), status=200)
    assert "Опечатка на странице 3" in page.text
    assert "The notice begins anew" not in page.text
    page = desk.get(address)
    page = desk.post(address, sent(page, **upload(consequence="anew")), status=200)
    assert "The notice begins anew today." in page.text
    assert [one.version for one in documents_of(session, hearing.id)] == [1, 2, 3]
    for old in documents_of(session, hearing.id):
        assert desk.send("GET", at(hearing, f"/documents/{old.public_id}")).status_code == 200


def test_a_notice_that_would_not_reach_is_refused(
    desk: Visit, cast: Cast, council: Council, session: Session, clock: time_machine.Traveller
) -> None:
    hearing = make_hearing(council, documents=1)
    clock.move_to(hearing.starts_at - timedelta(days=1))
    desk.sign_in(cast.saule)
    address = at(hearing, f"/documents/{hearing.documents[0].public_id}/version")
    page = desk.get(address)
    page = desk.post(address, sent(page, **upload(consequence="anew")), status=422)
    assert "A new notice would allow the hearing on" in page.summary
    assert len(documents_of(session, hearing.id)) == 1


def test_two_secretaries_and_one_bundle(desk: Visit, council: Council, session: Session) -> None:
    hearing = make_hearing(council, state=HearingState.DRAFT)
    page = desk.get(at(hearing, "/documents"))
    mine = sent(page, **upload())
    make_document(hearing)
    page = desk.post(at(hearing, "/documents"), mine, status=409)
    assert "This has changed since you opened the page." in page.summary
    assert page.one("input", name="title-kk").get("value") == "Есеп"
    assert len(documents_of(session, hearing.id)) == 1


# --- Notice -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
def test_notice_is_given_on_a_page_that_says_what_follows(desk: Visit, council: Council, htmx: bool) -> None:
    hearing = make_hearing(council, state=HearingState.DRAFT, documents=2)
    desk.get(at(hearing))
    page = desk.follow("Give notice")
    for words in ("the earliest day is", "2 documents are frozen", "How the days were counted", "public record"):
        assert words in page.text
    assert page.find("table", class_="days")
    page = desk.press("Give notice now", htmx=htmx)
    assert "Notice is given" in page.text
    stands = reload_hearing(hearing)
    assert stands.state == HearingState.ANNOUNCED
    assert all(one.frozen_at for one in stands.documents)
    page = desk.get(at(hearing, "/notice"))
    assert desk.address == at(hearing)


def test_what_is_missing_is_said_and_refused(desk: Visit, council: Council) -> None:
    plan = {"agenda": Slots(ru="1. Доклад"), "ground": Slots()}
    hearing = make_hearing(council, state=HearingState.DRAFT, **plan)
    page = desk.get(at(hearing, "/notice"))
    assert "Notice cannot be given yet." in page.text
    links = [one.get("href", "") for one in page.find("a") if "/edit#" in one.get("href", "")]
    assert [link.rpartition("#")[2] for link in links] == ["agenda-kk", "ground-kk"]
    page = desk.press("Give notice now", status=422)
    assert "Write this in Kazakh and in Russian" in page.summary
    assert reload_hearing(hearing).state == HearingState.DRAFT


@pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
def test_a_short_notice_needs_a_reason_that_everybody_reads(desk: Visit, council: Council, htmx: bool) -> None:
    hearing = make_hearing(council, state=HearingState.DRAFT, starts_at=NOW + timedelta(days=3))
    page = desk.get(at(hearing, "/notice"))
    assert "The hearing is earlier than that." in page.text
    page = desk.press("Give notice now", htmx=htmx, status=422)
    assert "at the earliest" in page.summary
    assert reload_hearing(hearing).state == HearingState.DRAFT
    page = desk.press("Give notice now", htmx=htmx, fields={"reason-kk": "Желіде апат болды"})
    assert "Желіде апат болды" in page.text
    assert reload_hearing(hearing).state == HearingState.ANNOUNCED


def test_notice_of_what_was_changed_meanwhile_is_looked_at_again(desk: Visit, council: Council) -> None:
    hearing = make_hearing(council, state=HearingState.DRAFT)
    desk.get(at(hearing, "/notice"))
    write(edit, hearing.id, hearing_plan(), by=ActorRole.SECRETARY, read_version=None, now=NOW)
    page = desk.press("Give notice now", status=409)
    assert "This has changed since you opened the page." in page.summary
    assert reload_hearing(hearing).state == HearingState.DRAFT
    desk.press("Give notice now")
    assert reload_hearing(hearing).state == HearingState.ANNOUNCED


def test_a_hearing_is_called_off_with_a_reason(desk: Visit, council: Council) -> None:
    hearing = make_hearing(council)
    desk.get(at(hearing))
    desk.follow("Call it off")
    page = desk.press("Call it off", status=422)
    assert "Give a reason in Kazakh or in Russian." in page.summary
    page = desk.press("Call it off", htmx=True, fields={"reason-ru": "Штормовое предупреждение"})
    assert "Штормовое предупреждение" in page.text
    assert reload_hearing(hearing).state == HearingState.CANCELLED
    desk.get(at(hearing, "/cancellation"))
    assert desk.address == at(hearing)


# --- The door ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
def test_who_comes_to_the_door_stands_in_the_queue_everybody_sees(desk: Visit, htmx: bool) -> None:
    people = gather()
    people.speaker(Position.FOR)
    desk.get(at(people, "/speakers"))
    page = desk.press("Put on the list", htmx=htmx, status=422, fields={"topic": "Жылу"})
    assert "Enter the name." in page.summary
    assert "Choose the position." in page.summary
    assert page.one("input", name="topic").get("value") == "Жылу"
    page = desk.press("Put on the list", htmx=htmx, fields={"name": "Марат", "position": "against", "minutes": "3"})
    assert "Signed up." in page.text
    assert "Марат" in page.text
    assert "At the door" in page.text


def test_who_gives_up_at_the_door_is_taken_off_the_list(desk: Visit) -> None:
    people = gather()
    speaker = people.speaker()
    desk.get(at(people, "/speakers"))
    page = desk.press("Take off the list")
    assert f"Taken off the list: {speaker.name}" in page.text
    assert people.row(type(speaker), speaker.id).state == SpeakerState.WITHDRAWN


def test_a_hearing_that_is_over_takes_nobody_at_the_door(desk: Visit, council: Council) -> None:
    hearing = make_hearing(council, state=HearingState.HELD)
    page = desk.get(at(hearing, "/speakers"))
    assert not page.find("input", name="name")
    typed = {"csrf_token": _token(desk, hearing), "name": "Марат", "position": "for", "minutes": "3"}
    page = desk.post(at(hearing, "/speakers"), typed, status=409)
    assert "until the hearing ends" in page.summary


def _token(desk: Visit, hearing: Hearing) -> str:
    page = desk.get(at(hearing, "/summary"))
    return page.find("input", name="csrf_token")[0].get("value", "")


# --- The response matrix ----------------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
def test_one_answer_leads_to_the_next_that_lacks_one(desk: Visit, htmx: bool) -> None:
    people = gather()
    people.statement("Тариф тым жоғары", kind=StatementKind.AGAINST)
    people.statement("Мен қолдаймын")
    people.question("Неге өседі?")
    page = desk.get(at(people, "/matrix"))
    for words in ("Тариф тым жоғары", "Неге өседі?", "Without an answer"):
        assert words in page.text
    desk.get(at(people, "/matrix/statements/1"))
    page = desk.press("Save, and go to the next one", htmx=htmx, status=422, fields={"answer-en": "Only in English"})
    assert "Write the answer in Kazakh or in Russian." in page.summary
    desk.press("Save, and go to the next one", htmx=htmx, fields={"answer-kk": "Есебі бетте тұр"})
    assert desk.address == at(people, "/matrix/statements/2")
    desk.press("Save, and go to the next one", htmx=htmx, fields={"answer-kk": "Рақмет"})
    assert desk.address == at(people, "/matrix/questions/1")
    page = desk.press("Save, and go to the next one", htmx=htmx, fields={"answer-ru": "Из-за потерь"})
    assert desk.address == at(people, "/matrix")
    assert "Nothing waits here" in page.text
    page = desk.get(at(people, "/matrix?tab=answered"))
    assert "Тариф тым жоғары" in page.text


@pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
def test_the_second_of_two_answers_is_kept_to_be_compared(desk: Visit, htmx: bool) -> None:
    people = gather()
    statement = people.statement()
    desk.get(at(people, "/matrix/statements/1"))
    people.answers("statement", statement.id, Slots(kk="Бірінші жауап"))
    mine = {"answer-kk": "Менің жауабым"}
    page = desk.press("Save", htmx=htmx, status=422 if htmx else 409, fields=mine)
    assert "This has changed since you opened the page." in page.summary
    assert "Бірінші жауап" in page.text
    assert "".join(page.one("textarea", name="answer-kk").itertext()).strip() == "Менің жауабым"
    desk.press("Save", htmx=htmx)
    assert people.row(type(statement), statement.id).answer.kk == "Менің жауабым"


@pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
def test_what_asks_the_same_is_answered_once(desk: Visit, htmx: bool) -> None:
    people = gather()
    statement, question, other = people.statement(), people.question(), people.statement()
    desk.get(at(people, "/matrix"))
    page = desk.press("Put into the group", htmx=htmx, status=422)
    assert "Tick what belongs together." in page.summary
    ticked = [f"statement-{statement.id}-1", f"question-{question.id}-1"]
    page = desk.press("Put into the group", htmx=htmx, status=422, fields={"item": ticked})
    assert "Write in Kazakh or in Russian what they ask." in page.summary
    kept = [one.get("value") for one in page.find("input", name="item") if "checked" in one.attrib]
    assert kept == ticked
    desk.press("Put into the group", htmx=htmx, fields={"title-ru": "Почему растёт тариф"})
    page = desk.press("Save the answer", htmx=htmx, fields={"answer-ru": "Из-за потерь в сетях"})
    assert "The answer is saved" in page.text
    assert len(page.find("input", name="item")) == 1, "one is left without an answer"
    page = desk.get(at(people, "/matrix?tab=groups"))
    assert "Почему растёт тариф" in page.text
    desk.get(at(people, "/matrix/statements/1"))
    desk.press("Take it out of the group")
    page = desk.get(at(people, "/matrix"))
    assert {one.get("value") for one in page.find("input", name="item")} >= {f"statement-{other.id}-1"}
    assert len(page.find("input", name="item")) == 2


def test_what_was_answered_meanwhile_is_not_grouped_in_silence(desk: Visit) -> None:
    people = gather()
    first, second = people.statement(), people.statement()
    desk.get(at(people, "/matrix"))
    people.answers("statement", first.id)
    ticked = [f"statement-{first.id}-1", f"statement-{second.id}-1"]
    page = desk.press("Put into the group", status=409, fields={"item": ticked, "title-ru": "Тариф"})
    assert "This has changed since you opened the page." in page.summary
    assert page.one("input", name="title-ru").get("value") == "Тариф"
    kept = [one.get("value") for one in page.find("input", name="item") if "checked" in one.attrib]
    assert kept == [f"statement-{second.id}-1"], "the other has its answer"


def test_what_is_not_of_this_hearing_cannot_be_ticked(desk: Visit) -> None:
    mine, others = gather(), gather()
    mine.statement()
    foreign = others.statement()
    page = desk.get(at(mine, "/matrix"))
    token = page.find("input", name="csrf_token")[0].get("value")
    for item in (f"statement-{foreign.id}-1", "statement-0-0", "nonsense", "question-99999999999-1"):
        typed = {"csrf_token": token, "item": item, "into": "new", "title-ru": "Тариф"}
        page = desk.post(at(mine, "/matrix"), typed, status=422)
        assert "Choose one of the answers offered." in page.summary


# --- The end ----------------------------------------------------------------------------------------------


def test_a_hearing_is_closed_once_everything_is_answered(
    desk: Visit, clock: time_machine.Traveller, cast: Cast
) -> None:
    people = gather()
    statement = people.statement("Тариф тым жоғары")
    people.ends()
    page = desk.get(at(people, "/closing"))
    assert "It cannot be closed yet: 1 statement or question has no answer." in page.text
    desk.follow("Statement 1")
    desk.press("Save", fields={"answer-kk": "Есебі бетте тұр"})
    clock.move_to(people.hearing.statements_until + timedelta(minutes=1))
    desk.sign_in(cast.saule)
    desk.get(at(people))
    desk.follow("Close the hearing")
    page = desk.press("Close the hearing", htmx=True)
    assert "The hearing is closed" in page.text
    assert people.hearing.state == HearingState.CLOSED
    page = desk.get(at(people, f"/matrix/statements/{statement.number}"))
    assert not page.find("textarea", name="answer-kk"), "no answer can be changed now"


def test_an_answer_that_is_lacking_keeps_it_open_whatever_is_pressed(
    desk: Visit, clock: time_machine.Traveller, cast: Cast
) -> None:
    people = gather()
    people.ends()
    clock.move_to(people.hearing.statements_until - timedelta(minutes=1))
    desk.sign_in(cast.saule)
    page = desk.get(at(people, "/closing"))
    people.later(minutes=0).statement("Соңғы сөз")
    page = desk.press("Close the hearing", status=409)
    assert page.summary
    clock.move_to(people.hearing.statements_until + timedelta(minutes=1))
    page = desk.get(at(people, "/closing"))
    assert not [form for form in page.forms if form.action.endswith("/closing")], "there is no button to press"
    typed = sent(desk.get(at(people, "/summary")))
    page = desk.post(at(people, "/closing"), typed, status=409)
    assert "no answer" in page.summary
    assert people.hearing.state == HearingState.HELD


@pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
def test_the_summary_is_written_for_people(desk: Visit, htmx: bool) -> None:
    people = gather()
    people.statement()
    people.ends()
    desk.get(at(people))
    desk.follow("Write the summary")
    page = desk.press("Save the summary", htmx=htmx, status=422)
    assert "Write the summary in Kazakh or in Russian." in page.summary
    page = desk.press("Save the summary", htmx=htmx, fields={"summary-kk": "Сіз айттыңыз, біз жасадық"})
    assert "Everyone who took part is told." in page.text
    assert people.hearing.summary.kk == "Сіз айттыңыз, біз жасадық"


def test_the_list_and_the_card_follow_a_hearing_to_its_end(desk: Visit, council: Council) -> None:
    states = [state for state in HearingState if state != HearingState.CLOSED]
    for state in states:
        hearing = make_hearing(council, state=state)
        page = desk.get(at(hearing))
        assert hearing.title.kk in page.text or hearing.title.ru in page.text
    page = desk.get(f"{DESK}/")
    assert len(page.find("h3")) == len(states)
