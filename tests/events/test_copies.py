"""A draft as its readers will see it, a new event like an old one, and who added seats."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from karavan.core.database import db
from karavan.core.languages import Slots
from karavan.events import queries
from karavan.events.models import Event, EventState, Overbooking, QuestionKind
from karavan.events.rules.copy_event import copy_event
from karavan.events.rules.cover import remove_cover, set_cover
from karavan.events.rules.plan import MaterialLine, ProgrammeLine, QuestionLine, edit_event
from karavan.events.wordings import standings, words_of
from karavan.files.checking import examine
from tests.files.hostile_files import photo
from tests.support.makers import make_event, make_plan, make_registration, write
from tests.support.settings import NOW

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.support.cast import Cast
    from tests.support.visit import Visit

LONG = 40


def stored(event_id: int) -> Event:
    db.session.close()
    event = queries.event_for_desk(db.session(), event_id)
    assert event is not None
    return event


def test_a_copy_has_everything_but_people_and_its_days_are_moved(desk: Visit, session: Session, cast: Cast) -> None:
    parts = {
        "programme": (
            ProgrammeLine(day=dt.date(2026, 12, 23), starts=dt.time(10), title=Slots("Ашылуы", "Открытие")),
            ProgrammeLine(day=dt.date(2026, 12, 24), title=Slots("", "Обсуждение"), speaker=Slots("Данияр")),
        ),
        "materials": (MaterialLine(title=Slots("", "Памятка"), url="https://example.kz/a.pdf"),),
        "questions": (QuestionLine(kind=QuestionKind.TEXT, label=Slots("", "Откуда вы?"), required=True),),
        "registration_opens_at": NOW + dt.timedelta(days=1),
        "asks": ("sex", "born"),
        "editors_note": Slots("", "Дата не точна"),
        "capacity": 9,
    }
    event = make_event(organisation=cast.alliance, **parts)
    make_registration(event, now=NOW + dt.timedelta(days=2))
    write(edit_event, event.id, make_plan(**parts | {"summary": Slots("Алты күн", "Пять дней")}), version=2, now=NOW)
    write(set_cover, event.id, examine(photo()), alt=Slots("Зал"), version=3, now=NOW)
    before = stored(event.id)
    desk.get(f"/en/desk/events/{event.id}/copy")
    page = desk.press("Make the draft", first_day="", status=422)
    assert "Enter the first day of the new event." in page.summary
    desk.press("Make the draft", first_day="2027-03-01", statements=60, status=200)
    made = stored(int(desk.address.split("/")[-2]))
    assert made.id != event.id
    assert (made.state, made.organisation_id, made.version) == (EventState.DRAFT, event.organisation_id, 1)
    by = dt.date(2027, 3, 1) - before.first_day
    assert made.starts_at == before.starts_at + by
    assert made.ends_at == before.ends_at + by
    assert made.registration_opens_at == NOW + dt.timedelta(days=1) + by
    assert [line.day for line in made.programme] == [line.day + by for line in before.programme]
    assert [line.speaker for line in made.programme] == [Slots(), Slots("Данияр")]
    assert (made.materials[0].url, made.questions[0].label.ru) == ("https://example.kz/a.pdf", "Откуда вы?")
    assert (made.asks, made.gate.capacity, made.gate.overbooked) == (["sex", "born"], 9, 0)
    assert made.editors_note == Slots()
    assert standings(words_of(made), made.written)["summary"]["ru"].value == "stale"
    assert queries.audience(session, made.id).people == 0

    write(remove_cover, event.id, version=4, now=NOW)
    assert queries.cover_of(db.session(), stored(made.id)) is not None, "each has a picture of its own"
    again = write(copy_event, event.id, first_day=dt.date(2027, 3, 1), now=NOW)
    assert again.id == made.id, "a second press makes no second draft"


def test_a_draft_is_seen_as_its_readers_will(desk: Visit, session: Session, cast: Cast, new_visitor: object) -> None:
    event = make_event(organisation=cast.alliance, published=False, about=Slots("Қазақша мәтін", "Русский текст"))
    page = desk.get(f"/en/desk/events/{event.id}/preview")
    assert "This is how readers will see the event" in page.text
    assert desk.get(f"/kk/desk/events/{event.id}/preview").text.count("Қазақша мәтін") == 1
    assert "Русский текст" in desk.get(f"/ru/desk/events/{event.id}/preview").text
    for link in page.find("a"):
        assert f"/events/{event.slug}" not in link.get("href", ""), "nothing leads where nobody may go yet"
    desk.get(f"/en/events/{event.slug}", status=404)
    public = make_event(organisation=cast.alliance)
    desk.get(f"/en/desk/events/{public.id}/preview")
    assert desk.address == f"/en/events/{public.slug}"


def test_who_added_seats_and_why_stays_to_be_read(desk: Visit, session: Session, cast: Cast) -> None:
    event = make_event(organisation=cast.alliance, seats=1)
    desk.get(f"/en/desk/events/{event.id}/overbooking")
    desk.press("Add these seats", seats="2", reason="Қосымша орындық бар", statements=LONG)
    row = session.scalars(select(Overbooking)).one()
    assert (row.seats, row.reason, row.by_id) == (2, "Қосымша орындық бар", cast.bekzat.id)
    page = desk.get(f"/en/desk/events/{event.id}/overbooking")
    assert f"2 seats more · Қосымша орындық бар {cast.bekzat.name}" in page.text
    assert session.scalar(select(func.count(Overbooking.id))) == 1


def test_stale_and_missing_texts_are_shown_and_confirmed_in_the_form(desk: Visit, session: Session, cast: Cast) -> None:
    event = make_event(organisation=cast.alliance, published=False, about=Slots("Мәтін", "Текст"))
    desk.get(f"/en/desk/events/{event.id}/edit")
    page = desk.press("Save the draft", fields={"about-kk": "Жаңа мәтін", "title-ru": "Тур"}, statements=LONG)
    assert "About the event · Russian · Older than the other language" in page.text
    assert "Title · Kazakh · Older than the other language" in page.text
    page = desk.get(f"/en/desk/events/{event.id}/edit")
    for name in ("about-ru", "title-kk", "title-en"):
        assert page.find("input", value=name, name="still"), name
    assert not page.find("input", value="about-kk", name="still")
    page = desk.press("Save the draft", fields={"still": ["about-ru"], "title-kk": "Сапар"}, statements=LONG)
    assert "About the event" not in page.text
    assert "Title · Kazakh" not in page.text
    assert "Title · English · Older than the other language" in page.text
    assert stored(event.id).written["about"] == {"kk": 2, "ru": 2}


def test_lines_are_put_in_order_by_day_and_hour(desk: Visit, session: Session, cast: Cast) -> None:
    event = make_event(organisation=cast.alliance, published=False)
    desk.get(f"/en/desk/events/{event.id}/edit")
    lines = [
        ("2026-12-24", "09:00", "4"),
        ("2026-12-23", "14:00", "2"),
        ("2026-12-23", "", "3"),
        ("2026-12-23", "10:00", "1"),
    ]
    typed: dict[str, str] = {}
    for number, (day, hour, title) in enumerate(lines):
        desk.press("add=programme", fields=typed)
        typed = {
            f"programme-{number}-day": day,
            f"programme-{number}-starts": hour,
            f"programme-{number}-title-ru": title,
        }
    desk.press("Save the draft", fields=typed, statements=LONG)
    assert [line.title.ru for line in stored(event.id).programme] == ["1", "2", "3", "4"]
