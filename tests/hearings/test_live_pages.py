"""A hearing while it goes on: what everybody sees, what is kept for all, the big screen, the secretary's console."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from karavan.accounts.models import Role
from karavan.core.database import transact as write
from karavan.core.languages import Slots
from karavan.core.tokens import new_key
from karavan.discussion.models import CommentDraft
from karavan.hearings import live_state
from karavan.hearings.forms import INTERPRETERS
from karavan.hearings.models import (
    HallNote,
    HallQuestion,
    HallQuestionSupport,
    Hearing,
    HearingState,
    LiveHall,
    PollVote,
    Position,
    QuestionState,
    Speaker,
    SpeakerState,
)
from karavan.hearings.rules.hall import end, take_break
from karavan.hearings.rules.polls import open_poll
from karavan.hearings.rules.questions import answered, ask, support
from karavan.hearings.rules.speakers import Wish, call_next, pause, sign_up
from karavan.moderation.models import Mode
from karavan.record.models import ActorRole
from tests.support.assembly import make_hearing
from tests.support.civic import make_council, make_person, make_staff
from tests.support.page import text_of
from tests.support.settings import NOW
from tests.support.talk import make_writer

if TYPE_CHECKING:
    from collections.abc import Callable

    import time_machine
    from flask import Flask
    from sqlalchemy.orm import Session

    from karavan.accounts.models import Person
    from tests.support.page import Page
    from tests.support.visit import Visit

PART = {"HX-Request-Type": "partial"}
UNCHANGED_COSTS, CHANGED_COSTS, MORE_WITH_A_SESSION = 1, 4, 8
YES, NO = Slots(kk="Иә", ru="Да"), Slots(kk="Жоқ", ru="Нет")


@dataclass
class Scene:
    """A hearing that goes on, and whoever runs it."""

    hearing: Hearing
    secretary: Person

    @property
    def id(self) -> int:
        return self.hearing.id

    @property
    def desk(self) -> dict[str, Any]:
        return {"by_id": self.secretary.id, "now": NOW}

    def url(self, rest: str = "/live") -> str:
        return f"/en/hearings/{self.hearing.slug}{rest}"

    def console(self, rest: str = "") -> str:
        return f"/en/desk/hearings/{self.id}/hall{rest}"

    def speaker(self, name: str, position: Position = Position.FOR, topic: str = "Тариф есебі") -> Speaker:
        wish = Wish(position=position, topic=topic, minutes=3)
        return write(sign_up, self.id, wish, person_id=make_person(name).id, now=NOW)

    def question(self, source: str = "Тариф неге өседі?", who: Person | None = None) -> HallQuestion:
        author = who or make_writer()
        return write(ask, self.id, source=source, lang="kk", author_id=author.id, key=new_key(), now=NOW)

    def poll(self) -> int:
        asked = Slots(kk="Тариф әділ ме?", ru="Справедлив ли тариф?")
        return write(open_poll, self.id, asked, [YES, NO], **self.desk).id


@pytest.fixture
def scene(session: Session) -> Scene:
    council = make_council()
    secretary = make_staff(council, Role.SECRETARY)
    return Scene(make_hearing(council, state=HearingState.LIVE, secretary=secretary), secretary)


def hall_of(scene: Scene, session: Session) -> LiveHall:
    session.rollback()
    return session.get_one(LiveHall, scene.id, populate_existing=True)


def part(visit: Visit, url: str, tag: str = "") -> Any:
    """Ask for the region that viewers poll."""
    return visit.send("GET", url, headers=PART | ({"If-None-Match": tag} if tag else {}))


# --- What everybody sees --------------------------------------------------------------------------------------------


def test_everybody_sees_who_speaks_the_clock_and_who_is_next(scene: Scene, visit: Visit) -> None:
    scene.speaker("Асқар Жолдасов", topic="Шығындар")
    scene.speaker("Ләззат Нұрпейісова", Position.AGAINST)
    write(call_next, scene.id, **scene.desk)
    scene.question("Тариф неге <b>өседі</b>?")

    page = visit.get(scene.url())

    assert page.h1 == scene.hearing.title.ru
    assert "Now speaking Асқар Ж. Шығындар" in text_of(page.by_id("hall-now"))
    timer = page.one(role="timer")
    assert (text_of(timer), timer.get("aria-live")) == ("03:00", "off")
    assert int(timer.attrib["data-ends"]) == int((NOW + timedelta(minutes=3)).timestamp() * 1000)
    assert "Ләззат Н. Against · 3 minutes" in text_of(page.by_id("hall-queue"))
    assert "Тариф неге" in text_of(page.by_id("hall-questions"))
    assert page.find("form") == []
    assert visit.response is not None
    assert visit.response.headers["Cache-Control"] == "public, max-age=1"
    assert "Set-Cookie" not in visit.response.headers
    assert page.link("Refresh").endswith("/live?sort=top")


def test_who_needs_an_interpreter_is_said_in_words(scene: Scene, visit: Visit) -> None:
    needed = [(code, words) for code, words in INTERPRETERS if code]
    for code, _ in needed:
        wish = Wish(position=Position.FOR, topic="Тариф", minutes=3, interpreter=code)
        write(sign_up, scene.id, wish, person_id=make_person().id, now=NOW)
    queue = text_of(visit.get(scene.url()).by_id("hall-queue"))
    assert [words for _, words in needed if f"Тариф · {words}" not in queue] == []


def test_what_viewers_poll_is_one_region_the_same_for_all_and_costs_one_statement(
    scene: Scene, session: Session, visit: Visit, new_visitor: Callable[[], Visit]
) -> None:
    one = scene.question("Бірінші")
    two = scene.question("Екінші")
    first = part(visit, scene.url())
    assert len(visit.statements) == CHANGED_COSTS
    assert first.get_data(as_text=True).lstrip().startswith('<div id="hall"')
    assert "csrf_token" not in first.get_data(as_text=True)

    assert part(visit, scene.url(), first.headers["ETag"]).status_code == 304
    assert len(visit.statements) == UNCHANGED_COSTS, "the picture is kept by its version"
    russian = part(visit, scene.url().replace("/en/", "/ru/"))
    assert russian.headers["ETag"] != first.headers["ETag"]

    amina = new_visitor()
    amina.sign_in(make_person("Амина Қуанова"))
    hers = part(amina, scene.url())
    assert hers.data == first.data, "nothing in it is hers"
    assert "public" not in hers.headers["Cache-Control"]

    before = hall_of(scene, session).run_version
    write(support, scene.id, two.id, person_id=make_person().id, now=NOW)
    moved = part(visit, scene.url(), first.headers["ETag"])
    assert moved.status_code == 200
    assert hall_of(scene, session).run_version == before, "nobody who supports is in the secretary's way"
    text = moved.get_data(as_text=True)
    assert text.index("Екінші") < text.index("Бірінші"), "most supported first"
    write(answered, scene.id, two.id, **scene.desk)
    newest = part(visit, scene.url() + "?sort=newest").get_data(as_text=True)
    assert newest.index("Бірінші") < newest.index("Екінші"), "what is answered stands below"
    assert one.number == 1


def test_the_page_cache_answers_those_who_hold_what_stands(
    scene: Scene, other_app: Callable[..., Flask], clock: time_machine.Traveller
) -> None:
    app = other_app(page_cache=True)
    client = app.test_client()
    first = client.get(scene.url(), headers=PART)
    reached: list[str] = []
    app.before_request_funcs.setdefault(None, []).append(lambda: reached.append("asked"))
    for _ in range(5):
        again = client.get(scene.url(), headers=PART | {"If-None-Match": first.headers["ETag"]})
        assert again.status_code == 304
    assert len(reached) <= 1, "the application draws once a second, whoever asks"


def test_a_clock_that_stands_and_a_break_are_said(scene: Scene, visit: Visit) -> None:
    scene.speaker("Асқар Жолдасов")
    write(call_next, scene.id, **scene.desk)
    write(pause, scene.id, **scene.desk)
    page = visit.get(scene.url())
    assert "The clock stands" in page.text
    assert "data-ends" not in page.one(role="timer").attrib

    write(take_break, scene.id, 10, **scene.desk)
    page = visit.get(scene.url())
    assert "A break It goes on at 10:10" in text_of(page.by_id("hall-now"))
    assert text_of(page.one(role="timer")) == "10:00"


@pytest.mark.parametrize(
    ("state", "words", "seconds"),
    [(HearingState.ANNOUNCED, "comes to life", "30"), (HearingState.HELD, "The hearing is over", "0")],
)
def test_before_and_after_the_page_says_so_and_asks_less(
    session: Session, visit: Visit, state: HearingState, words: str, seconds: str
) -> None:
    hearing = make_hearing(state=state)
    page = visit.get(f"/en/hearings/{hearing.slug}/live")
    assert words in page.text
    assert page.by_id("hall").get("data-seconds") == seconds


@pytest.mark.parametrize("state", [HearingState.DRAFT, HearingState.CANCELLED])
def test_there_is_no_hall_of_a_draft_or_of_what_was_called_off(
    session: Session, visit: Visit, state: HearingState
) -> None:
    hearing = make_hearing(state=state)
    for rest in ("/live", "/screen"):
        visit.get(f"/en/hearings/{hearing.slug}{rest}", status=404)
    visit.get("/en/hearings/nothing/live", status=404)


def test_the_big_screen_shows_name_time_the_next_three_and_the_top_question(scene: Scene, visit: Visit) -> None:
    for name in ("Асқар Жолдасов", "Ләззат Нұрпейісова", "Виктор Соколов", "Гүлзат Бекова", "Дана Қуанышова"):
        scene.speaker(name)
    write(call_next, scene.id, **scene.desk)
    scene.question("Тариф неге өседі?")

    page = visit.get(scene.url("/screen"))

    assert text_of(page.one(class_="screen-n")) == "Асқар Ж."
    assert text_of(page.by_id("screen-next")) == "Who speaks next Ләззат Н. Виктор С. Гүлзат Б."
    assert "Тариф неге өседі?" in text_of(page.by_id("screen-said"))
    assert page.one(role="img").get("aria-label") == "Code that opens the live page of the hearing"
    assert page.find("button") == []

    scene.poll()
    page = visit.get(scene.url("/screen"))
    assert "Straw poll: Справедлив ли тариф? Да 0 0% Нет 0 0%" in text_of(page.by_id("screen-said"))
    first = part(visit, scene.url("/screen"))
    assert part(visit, scene.url("/screen"), first.headers["ETag"]).status_code == 304


# --- What somebody with an account does -------------------------------------------------------------------------------


def test_a_stranger_is_asked_to_sign_in_and_comes_back_to_the_question(scene: Scene, visit: Visit) -> None:
    scene.question()
    visit.get(scene.url())
    page = visit.get(scene.url("/live/questions/1"))
    assert "sign-in" in page.address
    assert "questions" in page.address


@pytest.mark.parametrize("htmx", [False, True])
def test_one_press_supports_a_question_and_another_takes_it_back(
    scene: Scene, session: Session, visit: Visit, htmx: bool
) -> None:
    scene.question("Тариф неге өседі?")
    amina = make_person("Амина Қуанова")
    visit.sign_in(amina)

    visit.get(scene.url(), statements=UNCHANGED_COSTS + CHANGED_COSTS + MORE_WITH_A_SESSION)
    page = visit.press("support=1", htmx=htmx, status=200)
    assert page.by_id("mine").get("data-supported") == "1"
    visit.get(scene.url())
    assert "is-on" in page.by_id("vote-1").get("class", "") or htmx
    visit.post(scene.url("/live/support"), {"support": "1"}, status=422)
    rows = select(func.count()).select_from(HallQuestionSupport)
    assert session.scalar(rows) == 1
    visit.get(scene.url())
    page = visit.press("unsupport=1", htmx=htmx, status=200)
    assert page.by_id("mine").get("data-supported") == ""
    session.rollback()
    assert session.scalar(rows) == 0


def test_the_page_of_one_question_offers_its_support(scene: Scene, session: Session, visit: Visit) -> None:
    scene.question("Тариф неге өседі?")
    visit.sign_in(make_person())
    page = visit.get(scene.url("/live/questions/1"))
    assert "Тариф неге өседі?" in text_of(page.by_id("mine"))
    visit.press("I want to hear the answer too", status=200)
    assert session.scalar(select(HallQuestion.supports)) == 1
    visit.get(scene.url("/live/questions/99"))
    assert visit.address == scene.url()


@pytest.mark.parametrize("htmx", [False, True])
def test_a_vote_counts_once_whatever_is_pressed(scene: Scene, session: Session, visit: Visit, htmx: bool) -> None:
    scene.poll()
    visit.sign_in(make_person())
    page = visit.get(scene.url())
    answers = [one.attrib["value"] for one in page.find("input", type="radio")]
    visit.press("Vote", htmx=htmx, status=422)
    assert visit.page is not None
    assert "Choose one of the answers offered." in visit.page.summary

    visit.get(scene.url())
    form = visit.page.form_of("Vote")
    data = dict(form.filled("Vote", {"answer": answers[0]}))
    visit.press("Vote", htmx=htmx, answer=answers[0], status=200)
    assert "Your vote is counted: Да" in text_of(visit.page.by_id("mine"))
    visit.post(form.action, data | {"answer": answers[1]})
    assert session.scalar(select(func.count()).select_from(PollVote)) == 1
    assert "1 person has voted." in visit.get(scene.url()).text


@pytest.mark.parametrize("htmx", [False, True])
def test_a_question_is_asked_once_and_everybody_reads_it(
    scene: Scene, session: Session, visit: Visit, htmx: bool
) -> None:
    visit.sign_in(make_writer("Амина Қуанова"))
    visit.get(scene.url())
    page = visit.press("Send the question", htmx=htmx, source="", status=422)
    assert "Write your question." in page.summary
    visit.get(scene.url())
    assert visit.page is not None
    form = visit.page.form_of("Send the question")
    twice = dict(form.filled("Send the question", {"source": "Тариф неге өседі?"}))
    page = visit.press("Send the question", htmx=htmx, source="Тариф неге өседі?", status=200)
    assert "Everybody can read your question now." in page.text
    visit.post(form.action, twice)
    assert session.scalar(select(func.count()).select_from(HallQuestion)) == 1
    assert "Амина Қ." in visit.get(scene.url()).text


def test_what_is_typed_is_kept_until_it_is_sent(scene: Scene, session: Session, visit: Visit) -> None:
    visit.sign_in(make_writer())
    visit.get(scene.url("/live/question"))
    page = visit.press("Keep as a draft", htmx=True, source="Тариф неге", status=200)
    assert "Draft kept" in page.text
    assert session.scalars(select(CommentDraft.source)).one() == "Тариф неге"
    assert text_of(visit.get(scene.url()).by_id("source")) == "Тариф неге"
    page = visit.press("Send the question", source="ә" * 501, status=422)
    assert text_of(page.by_id("source")) == "ә" * 501


def test_a_question_that_a_moderator_reads_first_is_nobody_elses_yet(
    scene: Scene, session: Session, visit: Visit, new_visitor: Callable[[], Visit]
) -> None:
    def careful(writing: Session) -> None:
        hall = live_state.hall_of(writing, scene.id)
        assert hall is not None
        from karavan.discussion.models import Thread  # noqa: PLC0415

        writing.get_one(Thread, hall.head.thread_id).mode = Mode.BEFORE

    write(careful)
    visit.sign_in(make_writer())
    visit.get(scene.url("/live/question"))
    page = visit.press("Send the question", source="Кім жауап береді?", status=200, htmx=True, statements=50)
    assert "A moderator reads it before it appears." in page.text
    assert "Кім жауап береді?" not in new_visitor().get(scene.url()).text
    visit.sign_in(scene.secretary)
    assert "1 question waits for a moderator" in visit.get(scene.console()).text


def test_nobody_asks_when_it_is_over(scene: Scene, visit: Visit) -> None:
    visit.sign_in(make_writer())
    write(end, scene.id, by=ActorRole.SECRETARY, **scene.desk)
    visit.get(scene.url("/live/question"), status=409)
    assert visit.get(scene.url()).find(id="ask-panel") == []


# --- The secretary's console ----------------------------------------------------------------------------------------


@pytest.fixture
def desk(scene: Scene, visit: Visit) -> Visit:
    visit.sign_in(scene.secretary)
    return visit


def state(session: Session) -> list[SpeakerState]:
    session.rollback()
    return list(session.scalars(select(Speaker.state).order_by(Speaker.number)))


@pytest.mark.parametrize("htmx", [False, True])
def test_the_secretary_gives_turns_and_keeps_their_clock(
    scene: Scene, session: Session, desk: Visit, htmx: bool
) -> None:
    for name in ("Асқар Жолдасов", "Ләззат Нұрпейісова", "Виктор Соколов"):
        scene.speaker(name)
    desk.get(scene.console())

    def press(button: str) -> Page:
        return desk.press(f"press={button}", htmx=htmx, status=200)

    page = press("next")
    assert "Now speaking Асқар Ж." in text_of(page.by_id("console-now"))
    press("extend-2")
    press("extend-1")
    assert hall_of(scene, session).turn_ends_at == NOW + timedelta(minutes=6)
    press("pause")
    assert hall_of(scene, session).paused_at == NOW
    press("resume")
    press("absent")
    assert state(session)[0] == SpeakerState.ABSENT
    assert desk.page is not None
    page = desk.press("Is here now", htmx=htmx, status=200)
    assert state(session)[0] == SpeakerState.WAITING
    press("next")
    press("break-10")
    assert hall_of(scene, session).break_until == NOW + timedelta(minutes=10)
    press("resume")
    press("next")
    press("end")
    assert state(session) == [SpeakerState.SPOKEN, SpeakerState.SPOKEN, SpeakerState.WAITING]


@pytest.mark.parametrize("htmx", [False, True])
def test_a_second_press_changes_nothing_and_shows_what_stands(
    scene: Scene, session: Session, desk: Visit, htmx: bool
) -> None:
    scene.speaker("Асқар Жолдасов")
    scene.speaker("Ләззат Нұрпейісова")
    desk.get(scene.console())
    write(call_next, scene.id, **scene.desk)

    page = desk.press("press=next", htmx=htmx, status=422 if htmx else 409)

    assert "This has changed since you opened the page." in page.summary
    assert "Now speaking Асқар Ж." in text_of(page.by_id("console-now"))
    assert state(session) == [SpeakerState.SPEAKING, SpeakerState.WAITING]
    desk.press("press=next", htmx=htmx, status=200)
    assert state(session) == [SpeakerState.SPOKEN, SpeakerState.SPEAKING], "the page she got back acts on what stands"


def test_another_secretary_takes_over_and_nothing_typed_is_lost(
    scene: Scene, session: Session, desk: Visit, new_visitor: Callable[[], Visit]
) -> None:
    other = new_visitor()
    other.sign_in(make_staff(make_council(), Role.SECRETARY))
    page = other.get(scene.console())
    assert "Another secretary runs the hall" in page.text
    page = other.press("Note it", words="Зал толы", status=409)
    assert text_of(page.by_id("words")) == "Зал толы"
    assert "take over" in page.summary
    other.press("Take over", status=200)
    other.press("Note it", words="Зал толы", status=200)
    assert [one.words for one in session.scalars(select(HallNote))] == ["Зал толы"]
    page = desk.get(scene.console())
    assert "Another secretary runs the hall" in page.text
    token = page.find("input", name="csrf_token")[0].get("value")
    desk.post(scene.console("/keep"), {"csrf_token": token}, status=200)
    assert hall_of(scene, session).keeper_id != scene.secretary.id


@pytest.mark.parametrize("htmx", [False, True])
def test_notes_and_straw_polls_are_typed_in_regions_of_their_own(
    scene: Scene, session: Session, desk: Visit, htmx: bool
) -> None:
    desk.get(scene.console())
    page = desk.press("Note it", htmx=htmx, words="Жүргізуші регламентті оқыды", status=200)
    assert "Жүргізуші регламентті оқыды" in text_of(page.by_id("note-panel"))
    assert text_of(page.by_id("words")) == ""
    answers = {"question-kk": "Келісесіз бе?", "answer_1-kk": "Иә"}
    page = desk.press("Open the poll", htmx=htmx, fields=answers, status=422)
    assert "Write this in Kazakh or in Russian." in page.summary
    assert page.by_id("question-kk").get("value") == "Келісесіз бе?"
    desk.press("Open the poll", htmx=htmx, fields={"answer_2-kk": "Жоқ"}, status=200)
    desk.get(scene.console())
    page = desk.press("Open the poll", htmx=htmx, fields=answers | {"answer_2-kk": "Жоқ"}, status=422 if htmx else 409)
    assert "A straw poll is open already." in page.summary
    assert page.by_id("question-kk").get("value") == "Келісесіз бе?", "nothing typed is lost"
    desk.get(scene.console())
    page = desk.press("Close the poll", htmx=htmx, status=200)
    assert "None is open." in text_of(page.by_id("console-poll"))
    assert "Straw poll, closed" in desk.get(scene.url()).text


def test_questions_are_answered_and_those_that_ask_the_same_are_merged(
    scene: Scene, session: Session, desk: Visit
) -> None:
    one, two, three = (scene.question(source) for source in ("Бірінші?", "Екінші?", "Үшінші?"))
    desk.get(scene.console())
    page = desk.press(f"answered={one.id}-1", htmx=True, status=200)
    assert "Answered" in text_of(page.by_id("q1"))
    desk.get(scene.console(f"/questions/{two.number}"))
    desk.press("Merge", status=422)
    desk.press("Merge", into=str(three.id), status=200)
    session.rollback()
    assert session.get_one(HallQuestion, two.id, populate_existing=True).state == QuestionState.MERGED
    page = desk.get(scene.url())
    assert "and 1 question like it" in text_of(page.by_id("q3"))
    assert page.find(id="q2") == []
    desk.get(scene.console(f"/questions/{two.number}"), status=404)


def test_whoever_is_called_out_of_the_order_is_called_for_a_reason(scene: Scene, session: Session, desk: Visit) -> None:
    scene.speaker("Асқар Жолдасов")
    last = scene.speaker("Ләззат Нұрпейісова")
    desk.get(scene.console("/call"))
    page = desk.press("Call", speaker=str(last.id), status=422)
    assert "Give a reason" in page.summary
    desk.press("Call", speaker=str(last.id), reason="Емханаға асығады", status=200)
    assert state(session) == [SpeakerState.WAITING, SpeakerState.SPEAKING]


def test_the_secretary_begins_and_ends_the_hearing(session: Session, visit: Visit) -> None:
    council = make_council()
    secretary = make_staff(council, Role.SECRETARY)
    hearing = make_hearing(
        council, secretary=secretary, starts_at=NOW + timedelta(minutes=20), now=NOW - timedelta(days=30)
    )
    visit.sign_in(secretary)
    url = f"/en/desk/hearings/{hearing.id}/hall"
    visit.get(url)
    page = visit.press("Begin the hearing", status=200)
    assert "Nobody speaks at the moment" in page.text
    visit.follow("End the hearing")
    visit.press("End the hearing", status=200)
    session.rollback()
    assert session.get_one(Hearing, hearing.id, populate_existing=True).state == HearingState.HELD
    assert "The hearing is over" in visit.get(url).text


def test_the_hall_is_run_by_its_councils_secretaries_alone(
    scene: Scene, visit: Visit, new_visitor: Callable[[], Visit]
) -> None:
    addresses = [scene.console(rest) for rest in ("", "/note", "/poll", "/call", "/end", "/keep", "/questions/1")]
    elsewhere = make_council(slug="council-beineu", place="beineu")
    for person, status in (
        (make_staff(make_council(), Role.MODERATOR), 403),
        (make_staff(elsewhere, Role.SECRETARY), 404),
    ):
        visitor = new_visitor()
        visitor.sign_in(person)
        for address in addresses:
            visitor.get(address, status=status)
            visitor.post(address, {"press": "next"}, status=status)
    assert "sign-in" in visit.get(scene.console()).address


def test_what_the_console_polls_holds_no_token_and_says_when_nothing_moved(scene: Scene, desk: Visit) -> None:
    first = part(desk, scene.console())
    assert "csrf_token" not in first.get_data(as_text=True)
    assert "public" not in first.headers["Cache-Control"]
    assert part(desk, scene.console(), first.headers["ETag"]).status_code == 304
    scene.question()
    assert part(desk, scene.console(), first.headers["ETag"]).status_code == 200
