"""An organiser makes an event: draft, publication, changes, seats, cancellation."""

from __future__ import annotations

import datetime as dt
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from karavan.core.languages import Slots
from karavan.events import queries
from karavan.events.models import Answer, Event, EventState, Question, QuestionKind, SeatState
from karavan.events.rules.plan import MaterialLine, ProgrammeLine, QuestionLine, edit_event
from karavan.notifications.models import Letter
from karavan.record.models import RecordEntry, Verb
from tests.support.makers import fill, make_event, make_plan, make_registration, states_of, write
from tests.support.settings import NOW
from tests.support.signing_in import sign_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from tests.support.cast import Cast
    from tests.support.visit import Visit

LONG = 40  # statements: a change writes letters and the record too
BASICS = {
    "title-kk": "Тұрғындармен кездесу",
    "title-ru": "Встреча с жителями",
    "starts_day": "2027-01-10",
    "starts_time": "10:00",
    "ends_time": "12:30",
}
QUESTION = QuestionLine(
    kind=QuestionKind.CHOICE,
    label=Slots("Қай күні?", "В какой день?"),
    options=({"key": "one", "kk": "Бірінші", "ru": "Первый"}, {"key": "two", "kk": "Екінші", "ru": "Второй"}),
)
RICH: dict[str, Any] = {
    "about": Slots("Бірінші жол\n\nЕкінші жол", "Первая строка", "First line"),
    "editors_note": Slots("", "Дата не точна"),
    "directions_url": "https://2gis.kz/aktau",
    "online_url": "https://meet.example.kz/x",
    "languages": ("kk", "ru", "sign"),
    "accessibility": ("step_free", "lift"),
    "accessibility_note": Slots("Екінші қабат"),
    "contact_name": "Бекзат",
    "contact_phone": "+77012345678",
    "contact_email": "bekzat@example.kz",
    "registration_opens_at": NOW + timedelta(days=1),
    "registration_closes_at": NOW + timedelta(days=20),
    "waiting_list": False,
    "offer_hours": 12,
    "offers_stop_hours": 5,
    "party_limit": 3,
    "programme": (
        ProgrammeLine(
            day=dt.date(2026, 12, 23),
            starts=dt.time(10),
            ends=dt.time(11),
            title=Slots("Ашылуы", "Открытие", "Opening"),
            place=Slots("Зал"),
            speaker=Slots("Данияр", "Данияр"),
            speaker_role=Slots("Төраға", "Председатель"),
        ),
        ProgrammeLine(day=dt.date(2026, 12, 23), title=Slots("", "Обсуждение")),
    ),
    "materials": (MaterialLine(title=Slots("Нұсқаулық", "Памятка", "Leaflet"), url="https://example.kz/a.pdf"),),
    "questions": (QUESTION, QuestionLine(kind=QuestionKind.TEXT, label=Slots("", "Что ещё?"), required=True)),
}  # fmt: skip


def stored(session: Session, event_id: int) -> Event:
    session.close()
    event = queries.event_for_desk(session, event_id)
    assert event is not None
    return event


def newest(session: Session) -> Event:
    session.close()
    return stored(session, session.scalars(select(func.max(Event.id))).one())


def letters(session: Session, name: str) -> list[Letter]:
    return list(session.scalars(select(Letter).where(Letter.letter == f"events/{name}").order_by(Letter.id)))


def verbs(session: Session, event_id: int) -> list[Verb]:
    rows = session.scalars(select(RecordEntry).where(RecordEntry.event_id == event_id).order_by(RecordEntry.id))
    return [row.verb for row in rows]


# --- A draft ----------------------------------------------------------------------------------------------


def test_the_desk_lists_drafts_coming_and_past_events(desk: Visit, cast: Cast) -> None:
    make_event(organisation=cast.alliance, published=False, title=Slots("Қаралама"))
    make_event(organisation=cast.alliance, title=Slots("Алда"))
    make_event(
        organisation=cast.alliance, title=Slots("Өтті"), starts_in=timedelta(days=1), now=NOW - timedelta(days=10)
    )
    make_event(organisation=cast.elsewhere, title=Slots("Басқаныкі"))
    page = desk.get("/en/desk/events/")
    assert [len(page.find(id=name)) for name in ("drafts", "coming", "past")] == [1, 1, 1]
    assert all(words in page.text for words in ("Қаралама", "Алда", "Өтті"))
    assert "Басқаныкі" not in page.text


def test_an_empty_desk_says_how_to_begin(desk: Visit) -> None:
    page = desk.get("/en/desk/events/")
    assert "There are no events yet" in page.text


@pytest.mark.parametrize("htmx", [False, True])
def test_a_draft_is_begun(desk: Visit, session: Session, cast: Cast, htmx: bool) -> None:
    desk.get("/en/desk/events/new")
    page = desk.press("Save the draft", fields=BASICS, capacity="12", htmx=htmx, statements=LONG)
    event = newest(session)
    assert page.address == f"/en/desk/events/{event.id}"
    assert "The draft is saved" in page.toasts
    assert event.state == EventState.DRAFT
    assert event.organisation_id == cast.alliance.id
    assert event.starts_at == datetime(2027, 1, 10, 5, 0, tzinfo=UTC)
    assert event.ends_at == datetime(2027, 1, 10, 7, 30, tzinfo=UTC)
    assert event.gate.capacity == 12
    desk.get(f"/en/events/{event.slug}", status=404)


@pytest.mark.parametrize("htmx", [False, True])
def test_what_is_wrong_is_said_and_what_was_typed_stays(desk: Visit, session: Session, htmx: bool) -> None:
    desk.get("/en/desk/events/new")
    typed = {
        "summary-ru": "Кратко",
        "ends_day": "2027-01-09",
        "starts_day": "2027-01-10",
        "contact_phone": "12",
        "starts_time": "25:99",
    }
    page = desk.press("Save the draft", fields=typed, capacity="many", htmx=htmx, status=422)
    for sentence in (
        "Write the title in Kazakh or in Russian.",
        "Enter the time as hours and minutes, for example 09:30.",
        "Enter when it ends, or tick that only the days are known.",
        "Enter a phone number, for example +7 701 234 56 78.",
        "Enter a whole number from 0 to 10000.",
    ):
        assert sentence in page.summary
    kept = {name: page.by_id(name).get("value") for name in ("ends_day", "contact_phone", "starts_time", "capacity")}
    assert kept == {"ends_day": "2027-01-09", "contact_phone": "12", "starts_time": "25:99", "capacity": "many"}
    assert "Кратко" in "".join(page.by_id("summary-ru").itertext())
    assert session.scalars(select(func.count(Event.id))).one() == 0


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"ends_time": "10:00"}, "The end must be after the beginning."),
        ({"ends_day": "2027-01-09"}, "The end must be after the beginning."),
        ({"starts_time": ""}, "Enter when it begins, or tick that only the days are known."),
        ({"closes_day": "2027-01-11"}, "Registration cannot close after the end of the event."),
        ({"opens_day": "2027-01-10", "opens_time": "10:00"}, "Registration must open before it closes."),
        ({"opens_day": "2027-01-03", "closes_day": "2027-01-02"}, "Registration must open before it closes."),
        ({"opens_time": "10:00"}, "Enter the day too."),
        ({"capacity": "10001"}, "Enter a whole number from 0 to 10000."),
        ({"capacity": "-1"}, "Enter a whole number from 0 to 10000."),
        ({"party_limit": "0"}, "Enter a whole number from 1 to 20."),
        ({"online_url": "javascript:alert(1)"}, "Enter a web address, for example https://example.kz"),
        ({"directions_url": "https://admin@example.kz"}, "Remove the part before @ from the web address"),
        ({"contact_email": "nobody"}, "Enter an email address, for example amina@example.kz."),
        ({"title-kk": "x" * 161}, "Use 160 characters or fewer."),
        ({"starts_day": "2027-02-30"}, "Enter the first day of the event."),
    ],
)
def test_a_plan_must_make_sense(desk: Visit, typed: dict[str, str], sentence: str) -> None:
    desk.get("/en/desk/events/new")
    page = desk.press("Save the draft", fields=BASICS | typed, status=422)
    assert sentence in page.summary


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", ""])
def test_a_clock_of_nowhere_is_refused(desk: Visit, zone: str) -> None:
    page = desk.get("/en/desk/events/new")
    token = page.one("input", name="csrf_token").get("value")
    page = desk.post("/en/desk/events/new", BASICS | {"csrf_token": token, "zone": zone}, status=422)
    assert "Choose one of the answers offered." in page.summary


def test_only_the_days_may_be_known(desk: Visit, session: Session) -> None:
    desk.get("/en/desk/events/new")
    days = {"title-ru": "Тур", "starts_day": "2027-01-10", "ends_day": "2027-01-12", "all_day": True}
    desk.press("Save the draft", fields=days, statements=LONG)
    event = newest(session)
    assert event.all_day
    assert (event.first_day, event.last_day) == (dt.date(2027, 1, 10), dt.date(2027, 1, 12))


def test_a_second_press_finds_the_first_draft(
    desk: Visit, session: Session, new_visitor: Callable[[], Visit], cast: Cast
) -> None:
    other = new_visitor()
    sign_in(other, cast.bekzat.email)
    for window in (desk, other):
        window.get("/en/desk/events/new")
        window.press("Save the draft", fields=BASICS, statements=LONG)
    assert desk.address == other.address
    assert session.scalars(select(func.count(Event.id))).one() == 1


def test_the_administrator_says_in_whose_name(visit: Visit, session: Session, cast: Cast) -> None:
    visit.sign_in(cast.root)
    visit.get("/en/desk/events/new")
    visit.press("Save the draft", fields=BASICS, organisation=str(cast.elsewhere.id), statements=LONG)
    assert newest(session).organisation_id == cast.elsewhere.id


# --- Rows -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [False, True])
def test_rows_come_and_go_without_any_check(desk: Visit, htmx: bool) -> None:
    desk.get("/en/desk/events/new")
    page = desk.press("add=programme", fields={"capacity": "many", "starts_day": "2027-01-10"}, htmx=htmx, status=200)
    assert page.summary == ""
    assert page.by_id("capacity").get("value") == "many"
    assert page.by_id("programme-0-day").get("value") == "2027-01-10"
    assert "autofocus" in page.by_id("programme-0-day").attrib
    desk.press("add=programme", fields={"programme-0-title-kk": "Ашылуы", "programme-0-day": "junk"}, htmx=htmx)
    page = desk.press("up=programme-1", htmx=htmx, status=200)
    assert page.by_id("programme-1-title-kk").get("value") == "Ашылуы"
    assert page.by_id("programme-1-day").get("value") == "junk"
    page = desk.press("remove=programme-0", htmx=htmx, status=200)
    assert page.by_id("programme-0-title-kk").get("value") == "Ашылуы"
    assert "autofocus" in page.by_id("programme-heading").attrib


def test_rows_are_saved(desk: Visit, session: Session) -> None:
    desk.get("/en/desk/events/new")
    for name in ("programme", "materials", "questions", "questions"):
        desk.press(f"add={name}", fields=BASICS)
    desk.press(
        "Save the draft",
        fields={
            "programme-0-starts": "10:00",
            "programme-0-title-kk": "Ашылуы",
            "programme-0-speaker-ru": "Данияр",
            "materials-0-title-ru": "Памятка",
            "materials-0-url": "example.kz/a.pdf",
            "questions-0-kind": "choice",
            "questions-0-label-kk": "Қай күні?",
            "questions-0-options": "бір | один\nекі | два",
        },
        statements=LONG,
    )
    event = newest(session)
    line, material, question = event.programme[0], event.materials[0], event.questions[0]
    assert (line.day, line.starts, line.title) == (dt.date(2027, 1, 10), dt.time(10), Slots("Ашылуы"))
    assert line.speaker == Slots("", "Данияр")
    assert (material.url, material.title) == ("https://example.kz/a.pdf", Slots("", "Памятка"))
    assert [(option["kk"], option["ru"]) for option in question.options] == [("бір", "один"), ("екі", "два")]
    assert len(event.questions) == 1, "a row in which nothing is written is passed over"


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("programme", {"programme-0-speaker-kk": "Данияр"}, "Row 1: Write what happens, in Kazakh or in Russian."),
        ("programme", {"programme-0-title-kk": "Ашылуы", "programme-0-day": ""}, "Row 1: Enter the day."),
        ("programme", {"programme-0-title-kk": "A", "programme-0-starts": "11:00", "programme-0-ends": "10:00"},
         "Row 1: The end must be after the beginning."),
        ("materials", {"materials-0-url": "example.kz"}, "Row 1: Write what the link leads to"),
        ("materials", {"materials-0-title-kk": "A"}, "Row 1: Enter a web address"),
        ("materials", {"materials-0-url": "data:text/html,x"}, "Row 1: Enter a web address"),
        ("questions", {"questions-0-label-en": "Why?"}, "Row 1: Write the question in Kazakh or in Russian."),
        ("questions", {"questions-0-label-kk": "A", "questions-0-kind": "choice", "questions-0-options": "a"},
         "Row 1: Write at least two answers, one on each line."),
        ("questions", {"questions-0-label-kk": "A", "questions-0-kind": "choices", "questions-0-options": "a|b\na | b"},
         "Row 1: Two answers are the same."),
    ],
)  # fmt: skip
def test_a_row_begun_must_be_finished(desk: Visit, name: str, typed: dict[str, str], sentence: str) -> None:
    desk.get("/en/desk/events/new")
    desk.press(f"add={name}", fields=BASICS)
    assert sentence in desk.press("Save the draft", fields=typed, status=422).summary


# --- Publication and changes ------------------------------------------------------------------------------


def test_a_draft_is_published(desk: Visit, session: Session, cast: Cast) -> None:
    event = make_event(organisation=cast.alliance, published=False)
    desk.get(f"/en/desk/events/{event.id}")
    page = desk.press("Publish", statements=LONG, status=200)
    assert "The event is published" in page.toasts
    assert desk.get(f"/en/events/{event.slug}").h1
    desk.post(f"/en/desk/events/{event.id}/publication", status=422)
    assert verbs(session, event.id).count(Verb.EVENT_PUBLISHED) == 1


def test_an_event_that_is_over_is_not_published(desk: Visit, session: Session, cast: Cast) -> None:
    long_ago = NOW - timedelta(days=90)
    event = make_event(organisation=cast.alliance, published=False, now=long_ago, starts_in=timedelta(days=1))
    desk.get(f"/en/desk/events/{event.id}")
    page = desk.press("Publish", status=422)
    assert "This event is already over." in page.summary
    assert stored(session, event.id).state == EventState.DRAFT


def test_saving_what_stands_changes_nothing(desk: Visit, session: Session, cast: Cast) -> None:
    event = make_event(organisation=cast.alliance, seats=7, **RICH)
    make_registration(event, now=NOW + timedelta(days=2))
    before = stored(session, event.id)
    desk.get(f"/en/desk/events/{event.id}/edit")
    desk.press("Save the changes", statements=LONG, status=200)
    after = stored(session, event.id)
    same = [name for name in RICH if name not in {"programme", "materials", "questions"}]
    for name in [*same, "title", "summary", "starts_at", "ends_at", "venue", "kind", "place", "zone", "sequence"]:
        assert getattr(after, name) == getattr(before, name), name
    words = ("day", "starts", "ends", "title", "place", "speaker", "speaker_role")
    lines = [[tuple(getattr(row, name) for name in words) for row in one.programme] for one in (before, after)]
    assert lines[0] == lines[1]
    assert [(row.title, row.url) for row in after.materials] == [(row.title, row.url) for row in before.materials]
    facts = ("id", "position", "kind", "label", "hint", "required", "options", "retired")
    asked = [[tuple(getattr(row, name) for name in facts) for row in one.questions] for one in (before, after)]
    assert asked[0] == asked[1]
    assert letters(session, "event_changed") == []


def test_a_new_hour_is_told_to_everyone(desk: Visit, session: Session, cast: Cast) -> None:
    event = make_event(organisation=cast.alliance, seats=1)
    make_registration(event)
    make_registration(event, phone="+77012345678")  # waits
    page = desk.get(f"/en/desk/events/{event.id}/edit")
    assert "2 people are registered." in page.text
    desk.press("Save the changes", fields={"starts_time": "09:00"}, statements=LONG)
    assert letters(session, "event_changed") == []
    desk.press("Save and tell them", statements=LONG)
    told = letters(session, "event_changed")
    assert len(told) == 2
    assert {change["what"] for letter in told for change in letter.payload["changes"]} == {"starts_at"}
    assert stored(session, event.id).sequence == 1


def test_questions_keep_their_answers(desk: Visit, session: Session, cast: Cast) -> None:
    event = make_event(organisation=cast.alliance, questions=(QUESTION,))
    asked = event.questions[0].id
    make_registration(event, answers={asked: "two"})
    desk.get(f"/en/desk/events/{event.id}/edit")
    desk.press("add=questions")
    desk.press("up=questions-1")
    changed = {
        "questions-0-label-kk": "Жаңа сұрақ",
        "questions-1-label-ru": "Какой день вам удобен?",
        "questions-1-options": "Екінші | Второй день\nБірінші | Первый\nҮшінші | Третий",
    }
    desk.press("Save the changes", fields=changed, statements=LONG)
    found = {question.id: question for question in stored(session, event.id).questions}
    assert len(found) == 2
    assert found[asked].position == 1
    assert found[asked].label == Slots("Қай күні?", "Какой день вам удобен?")
    assert [option["key"] for option in found[asked].options][:2] == ["two", "one"]
    assert session.scalars(select(Answer.question_id)).one() == asked


def test_a_question_taken_out_or_answered_otherwise_is_kept_for_its_answers(
    desk: Visit, session: Session, cast: Cast
) -> None:
    text = QuestionLine(kind=QuestionKind.TEXT, label=Slots("", "Что ещё?"))
    event = make_event(organisation=cast.alliance, questions=(QUESTION, text))
    first, second = (question.id for question in event.questions)
    make_registration(event, answers={first: "two", second: "Ничего"})
    desk.get(f"/en/desk/events/{event.id}/edit")
    desk.press("remove=questions-0")
    desk.press("Save the changes", fields={"questions-0-kind": "yes_no"}, statements=LONG)
    retired = session.scalars(select(Question.id).where(Question.retired)).all()
    assert set(retired) == {first, second}
    assert session.scalars(select(Question.kind).where(~Question.retired)).all() == [QuestionKind.YES_NO]
    page = desk.get(f"/en/desk/events/{event.id}/roster")
    assert "Второй" in page.text
    assert "Ничего" in page.text


def test_a_question_of_another_event_is_not_taken_over(desk: Visit, session: Session, cast: Cast) -> None:
    foreign = make_event(organisation=cast.elsewhere, questions=(QUESTION,)).questions[0].id
    event = make_event(organisation=cast.alliance, questions=(QUESTION,))
    desk.get(f"/en/desk/events/{event.id}/edit")
    desk.press(
        "Save the changes", fields={"questions-0-id": str(foreign), "questions-0-label-kk": "Менікі"}, statements=LONG
    )
    session.close()
    assert session.get_one(Question, foreign).label == QUESTION.label
    assert len(stored(session, event.id).questions) == 2


@pytest.mark.parametrize("htmx", [False, True])
def test_of_two_edits_at_once_one_is_asked_to_compare(desk: Visit, session: Session, cast: Cast, htmx: bool) -> None:
    event = make_event(organisation=cast.alliance)
    desk.get(f"/en/desk/events/{event.id}/edit")
    theirs = make_plan(title=Slots("Олардікі", "Их название"), venue=event.venue)
    write(edit_event, event.id, theirs, version=event.version, now=NOW)

    typed = {"title-ru": "Моё название", "about-ru": "Мой текст"}
    # htmx would not swap a 409, so there the form says 422.
    page = desk.press("Save the changes", fields=typed, htmx=htmx, status=422 if htmx else 409, statements=LONG)
    assert "Somebody else has changed this event" in page.summary
    assert page.by_id("title-ru").get("value") == "Моё название"
    assert "Мой текст" in "".join(page.by_id("about-ru").itertext())
    differs = " ".join(" ".join(page.by_id("conflict").itertext()).split())
    assert "Kazakh: Олардікі Russian: Их название" in differs
    assert "About the event Nothing" in differs
    assert "Address" not in differs
    assert stored(session, event.id).title.ru == "Их название"

    desk.press("Save the changes", htmx=htmx, statements=LONG, status=None)
    assert stored(session, event.id).title.ru == "Моё название"


def test_a_version_that_never_was_is_an_old_one(desk: Visit, session: Session, cast: Cast) -> None:
    event = make_event(organisation=cast.alliance)
    for version in ("", "-1", "٣", "9" * 30):
        desk.get(f"/en/desk/events/{event.id}/edit")
        desk.press("Save the changes", fields={"version": version, "title-ru": "Чужое"}, status=409, statements=LONG)
    assert stored(session, event.id).title.ru == "Учебный тур в Астану"


def test_a_cancelled_event_is_history(desk: Visit, session: Session, cast: Cast) -> None:
    event = make_event(organisation=cast.alliance)
    desk.get(f"/en/desk/events/{event.id}/edit")
    page, form = desk.page, desk.page.form_of("Save the changes") if desk.page else None
    assert page is not None and form is not None  # noqa: PT018
    other = dict(form.filled("Save the changes", {}))
    desk.get(f"/en/desk/events/{event.id}/cancellation")
    desk.press("Cancel the event", fields={"reason-ru": "Буран"}, statements=LONG)
    page = desk.post(f"/en/desk/events/{event.id}/edit", other, status=422, statements=LONG)
    assert "A cancelled event can no longer be changed." in page.summary
    desk.get(f"/en/desk/events/{event.id}/edit")
    assert desk.address == f"/en/desk/events/{event.id}"


# --- Seats ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [False, True])
def test_more_seats_are_offered_to_the_queue(desk: Visit, session: Session, cast: Cast, htmx: bool) -> None:
    event = make_event(organisation=cast.alliance, seats=1)
    fill(event)
    waiting = make_registration(event)
    desk.get(f"/en/desk/events/{event.id}/capacity")
    page = desk.press("Change the number of seats", capacity="2", htmx=htmx, statements=LONG)
    assert "The number of seats is changed." in page.toasts
    assert states_of(waiting) == [SeatState.OFFERED]


def test_fewer_seats_than_are_taken_evict_nobody(desk: Visit, session: Session, cast: Cast) -> None:
    event = make_event(organisation=cast.alliance, seats=3)
    seated = fill(event)
    desk.get(f"/en/desk/events/{event.id}/capacity")
    page = desk.press("Change the number of seats", capacity="1", statements=LONG)
    assert "2 people more hold a seat than there are seats. Nobody loses one" in page.toasts
    assert [states_of(one) for one in seated] == [[SeatState.SEATED]] * 3
    desk.get(f"/en/desk/events/{event.id}/edit")
    page = desk.press("Save the changes", capacity="2", statements=LONG)
    assert "1 person more holds a seat than there are seats." in page.toasts
    assert stored(session, event.id).gate.capacity == 2


@pytest.mark.parametrize("htmx", [False, True])
def test_a_number_of_seats_that_is_none_is_refused(desk: Visit, session: Session, cast: Cast, htmx: bool) -> None:
    event = make_event(organisation=cast.alliance)
    desk.get(f"/en/desk/events/{event.id}/capacity")
    page = desk.press("Change the number of seats", capacity="a lot", htmx=htmx, status=422)
    assert "Enter a whole number" in page.summary
    assert page.by_id("capacity").get("value") == "a lot"


def test_an_edit_begun_before_the_seats_were_changed_does_not_undo_it(
    desk: Visit, session: Session, cast: Cast
) -> None:
    event = make_event(organisation=cast.alliance, seats=5)
    desk.get(f"/en/desk/events/{event.id}/edit")
    form = dict(desk.page.form_of("Save the changes").filled("Save the changes", {}))  # type: ignore[union-attr]
    desk.get(f"/en/desk/events/{event.id}/capacity")
    desk.press("Change the number of seats", capacity="50", statements=LONG)
    page = desk.post(f"/en/desk/events/{event.id}/edit", form, status=409, statements=LONG)
    assert "Number of seats" in " ".join(page.by_id("conflict").itertext())
    assert stored(session, event.id).gate.capacity == 50


@pytest.mark.parametrize("htmx", [False, True])
def test_overbooking_needs_a_reason_and_happens_once(desk: Visit, session: Session, cast: Cast, htmx: bool) -> None:
    event = make_event(organisation=cast.alliance, seats=1)
    fill(event)
    waiting = make_registration(event)
    desk.get(f"/en/desk/events/{event.id}/overbooking")
    page = desk.press("Add these seats", seats="1", htmx=htmx, status=422)
    assert "Write why" in page.summary
    form = dict(page.form_of("Add these seats").filled("Add these seats", {"reason": "Қосымша орындық бар"}))
    desk.press("Add these seats", reason="Қосымша орындық бар", htmx=htmx, statements=LONG)
    again = desk.post(f"/en/desk/events/{event.id}/overbooking", form, status=409, statements=LONG)
    assert "Somebody else has changed this event" in again.summary
    gate = stored(session, event.id).gate
    assert (gate.capacity, gate.overbooked) == (1, 1)
    assert states_of(waiting) == [SeatState.OFFERED]
    noted = session.scalars(select(RecordEntry).where(RecordEntry.verb == Verb.EVENT_OVERBOOKED)).one()
    assert (noted.reason, noted.facts) == ("Қосымша орындық бар", {"seats": 1})


# --- Cancellation -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [False, True])
def test_a_cancellation_is_told_to_everyone_with_its_reason(
    desk: Visit, session: Session, cast: Cast, htmx: bool
) -> None:
    event = make_event(organisation=cast.alliance, seats=2)
    make_registration(event, people=2)
    make_registration(event, phone="+77012345678")
    page = desk.get(f"/en/desk/events/{event.id}/cancellation")
    assert "Letters and short messages go to 2 contacts at once (3 people)." in page.text
    page = desk.press("Cancel the event", fields={"reason-kk": "  "}, htmx=htmx, status=422)
    assert "Write the reason in Kazakh or in Russian." in page.summary
    desk.press("Cancel the event", fields={"reason-kk": "Боран", "reason-ru": "Буран"}, htmx=htmx, statements=LONG)
    assert stored(session, event.id).state == EventState.CANCELLED
    told = letters(session, "event_cancelled")
    assert [letter.payload["reason"] for letter in told] == [{"kk": "Боран", "ru": "Буран", "en": ""}] * 2
    desk.get(f"/en/desk/events/{event.id}/cancellation")
    assert desk.address == f"/en/desk/events/{event.id}"
    assert "Буран" in desk.get(f"/ru/desk/events/{event.id}").text


def test_a_draft_is_not_cancelled(desk: Visit, session: Session, cast: Cast) -> None:
    event = make_event(organisation=cast.alliance, published=False)
    desk.get(f"/en/desk/events/{event.id}/cancellation")
    assert desk.address == f"/en/desk/events/{event.id}"
    desk.post(f"/en/desk/events/{event.id}/cancellation", {"reason-kk": "x"})
    assert stored(session, event.id).state == EventState.DRAFT
