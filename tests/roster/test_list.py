"""The list: filters, order, pages; the workbook, the sheet of paper, and the log of who looked."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import zxingcpp
from openpyxl import load_workbook
from PIL import Image, ImageDraw
from sqlalchemy import select

from karavan.core.database import db, insert_into
from karavan.events.models import Attendee, Event, Registration, SeatChannel, SeatState
from karavan.events.rules.check_in import check_in
from karavan.events.rules.register import Guest
from karavan.roster.models import Look, RosterLook
from karavan.roster.queries import PAGE, SORTS, Filter, RosterLine, roster_lines, roster_page
from karavan.roster.rules.looks import looked
from tests.support.hostile import by_id
from tests.support.makers import fill, make_event, make_registration, reload, write
from tests.support.settings import BASE_URL, NOW

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from sqlalchemy.orm import Session

    from tests.support.cast import Cast
    from tests.support.hostile import Case
    from tests.support.visit import Visit


@pytest.fixture
def event(cast: Cast) -> Event:
    return make_event(organisation=cast.alliance, seats=4)


@pytest.fixture
def people(event: Event, cast: Cast) -> Event:
    """Five people who differ in everything that the list can be narrowed by."""
    make_registration(
        event,
        names=("Әлия",),
        phone="+77012345678",
        district="beineu",
        channel=SeatChannel.PHONE,
        added_by=cast.bekzat.id,
    )
    needing = (Guest(name="Ёлкина Анна", needs=("step_free",)), Guest(name="Ян", needs_note="Аллергия", child=True))
    make_registration(event, guests=needing, district="aktau", email="anna@example.kz")
    came = make_registration(event, names=("Бақыт",), email="bakyt@example.kz")
    write(check_in, event.id, came.attendees[0].code, day=event.first_day, by=cast.bekzat.id, now=NOW + timedelta(30))
    make_registration(event, names=("Қайрат",), email="k@example.kz")
    return event


def numbers(event: Event) -> list[int]:
    """The numbers of its registrations, in their order."""
    found = db.session().scalars(select(Registration.number).where(Registration.event_id == event.id))
    return sorted(found)


def names(lines: list[RosterLine]) -> list[str]:
    return [line.name for line in lines]


# --- Narrowing, ordering, paging ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", ["Әлия", "Ёлкина Анна", "Ян", "Бақыт", "Қайрат"]),
        ("sort=newest", ["Қайрат", "Бақыт", "Ян", "Ёлкина Анна", "Әлия"]),
        ("sort=name", ["Әлия", "Бақыт", "Ёлкина Анна", "Қайрат", "Ян"]),
        ("sort=state", ["Әлия", "Ёлкина Анна", "Ян", "Бақыт", "Қайрат"]),
        ("list=seated", ["Әлия", "Ёлкина Анна", "Ян", "Бақыт"]),
        ("list=waiting", ["Қайрат"]),
        ("list=gone", []),
        ("district=beineu", ["Әлия"]),
        ("district=none", ["Бақыт", "Қайрат"]),
        ("channel=phone", ["Әлия"]),
        ("came=yes", ["Бақыт"]),
        ("came=no&list=seated", ["Әлия", "Ёлкина Анна", "Ян"]),
        ("needs=any", ["Ёлкина Анна", "Ян"]),
        ("needs=step_free", ["Ёлкина Анна"]),
        ("q=елкина&needs=step_free", ["Ёлкина Анна"]),
        ("q=алия&district=aktau", []),
        ("list=nonsense&sort=x&district=x&channel=web%27&came=2&needs=%25&after=-1", None),
    ],
)
def test_the_list_is_narrowed_and_ordered(desk: Visit, people: Event, asked: str, found: list[str] | None) -> None:
    page = desk.get(f"/kk/desk/events/{people.id}/roster?{asked}")
    shown = [link.text for link in page.by_id("roster").findall(".//tbody/tr/th/a")]
    everybody = ["Әлия", "Ёлкина Анна", "Ян", "Бақыт", "Қайрат"]
    assert shown == (everybody if found is None else found)


def test_each_list_says_how_many_stand_on_it(desk: Visit, people: Event) -> None:
    page = desk.get(f"/en/desk/events/{people.id}/roster?district=aktau")
    assert "All 5" in page.text
    assert "Has a seat 4" in page.text
    assert "In the queue 1" in page.text
    assert "2 people found" in page.text


def plant(session: Session, event_id: int, number: int) -> None:
    """Many people at once, past the rules; every third name is the same as another's."""
    for place in range(1, number + 1):
        row = {
            "event_id": event_id, "public_id": f"planted-{place}", "key": f"planted-{place}", "number": place,
            "live": True, "email": f"p{place}@example.kz", "email_key": f"p{place}@example.kz", "lang": "kk",
            "district": "", "at_least": 1, "channel": SeatChannel.WEB, "created_at": NOW,
        }  # fmt: skip
        session.connection().execute(insert_into(Registration), row)
    ids = session.scalars(
        select(Registration.id).where(Registration.event_id == event_id).order_by(Registration.number)
    )
    people = [
        {
            "event_id": event_id, "registration_id": id_, "position": 0, "name": f"Қатысушы {place // 3}",
            "code": f"P{place:05}", "state": SeatState.SEATED if place % 2 else SeatState.WAITING, "state_at": NOW,
            "needs": [], "needs_note": "",
        }
        for place, id_ in enumerate(sorted(ids))
    ]  # fmt: skip
    session.connection().execute(insert_into(Attendee), people)


@pytest.mark.parametrize("sort", SORTS)
def test_pages_hold_everybody_once(session: Session, event: Event, sort: str) -> None:
    write(plant, event.id, 2 * PAGE + 7)
    session.close()
    whole = [line.attendee_id for line in roster_lines(session, event.id, sort=sort)]
    seen: list[int] = []
    after = ""
    for _ in range(3):
        page = roster_page(session, event, Filter(), sort=sort, after=after)
        assert page.total == 2 * PAGE + 7
        seen += [line.attendee_id for line in page.lines]
        after = page.after
    assert (seen, after) == (whole, "")
    assert len(set(seen)) == 2 * PAGE + 7


def test_who_is_moved_while_somebody_turns_pages_hides_nobody_else(session: Session, event: Event) -> None:
    """The last of a page leaves for another list before the next is asked for."""
    write(plant, event.id, 2 * PAGE)
    session.close()
    whole = [line.attendee_id for line in roster_lines(session, event.id, sort="state")]
    first = roster_page(session, event, Filter(), sort="state")
    last = first.lines[-1].attendee_id
    session.close()
    write(lambda s: setattr(s.get_one(Attendee, last), "state", SeatState.GIVEN_BACK))
    second = roster_page(session, event, Filter(), sort="state", after=first.after)
    assert [line.attendee_id for line in second.lines][: PAGE - 1] == whole[PAGE : 2 * PAGE - 1]


def test_a_page_begins_after_a_person_of_this_event_only(session: Session, event: Event, cast: Cast) -> None:
    mine = make_registration(event)
    other = make_registration(make_event(organisation=cast.alliance)).attendees[0]
    for after in (str(other.id), "99999999999", "x", "-1", "²", f"{other.id}.9", "1.²"):
        assert names(roster_page(session, event, Filter(), after=after).lines) == [mine.attendees[0].name]


def test_further_people_stand_on_a_page_of_their_own(desk: Visit, event: Event) -> None:
    write(plant, event.id, PAGE + 1)
    desk.get(f"/en/desk/events/{event.id}/roster?sort=name&list=seated&q=Қат")
    assert "Show further people" not in desk.page.text
    desk.get(f"/en/desk/events/{event.id}/roster?sort=name")
    page = desk.follow("Show further people")
    assert len(page.by_id("roster").findall(".//tbody/tr")) == 1
    assert "51 people in all" in page.text


def test_a_filter_is_remembered_as_plain_values() -> None:
    wanted = Filter(words="Әлия", states=("seated", "offered"), came="no", registrations=(4, 5))
    assert wanted.kept() == {"words": "Әлия", "states": ["seated", "offered"], "came": "no", "registrations": [4, 5]}
    assert Filter.of({**wanted.kept(), "of_a_later_version": 1}) == wanted
    assert Filter.of({}) == Filter()


def test_the_search_follows_a_corrected_name(session: Session, event: Event) -> None:
    person = make_registration(event, names=("Ескі есім",)).attendees[0]

    def correct(session: Session) -> None:
        session.get_one(Attendee, person.id).name = "Жаңа есім"

    write(correct)
    session.close()
    assert names(roster_lines(session, event.id, Filter(words="жана"))) == ["Жаңа есім"]
    assert roster_lines(session, event.id, Filter(words="ески")) == []


# --- Taking it away -----------------------------------------------------------------------------------------


def workbook(desk: Visit, address: str) -> list[list[object]]:
    desk.get(address)
    assert desk.response is not None
    assert desk.response.content_type.endswith("spreadsheetml.sheet")
    book = load_workbook(io.BytesIO(desk.response.get_data()))
    return [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]


def test_the_workbook_has_the_columns_chosen_and_the_people_found(desk: Visit, people: Event) -> None:
    desk.get(f"/en/desk/events/{people.id}/roster?list=seated&sort=name")
    page = desk.follow("Download these people")
    assert page.one("input", id="column-name").get("checked") is not None
    chosen = "column=number&column=name&column=phone&column=registered&column=channel"
    titles, *rows = workbook(desk, f"/en/desk/events/{people.id}/roster.xlsx?list=seated&sort=name&{chosen}")
    assert titles == ["Number", "Name", "Phone", "Registered", "How registered"]
    assert [row[1] for row in rows] == ["Әлия", "Бақыт", "Ёлкина Анна", "Ян"]
    assert rows[0][:3] == [numbers(people)[0], "Әлия", "+7 701 234 56 78"]
    assert rows[0][3].isoformat() == "2026-11-23T10:00:00"
    assert rows[0][4] == "By phone"


def test_what_an_event_asks_of_people_can_be_a_column(desk: Visit, cast: Cast) -> None:
    event = make_event(organisation=cast.alliance)

    def ask(session: Session) -> None:
        session.get_one(Event, event.id).asks = ["sex", "born"]

    write(ask)
    make_registration(event, guests=(Guest(name="Әлия", sex="female", born=1990),))
    titles, row = workbook(desk, f"/en/desk/events/{event.id}/roster.xlsx?column=sex&column=born&column=role")
    assert (titles, row) == (["Woman or man", "Year of birth"], ["Woman", 1990])


@pytest.mark.parametrize("case", by_id("IE-01", "IE-03", "IE-06"))
def test_the_workbook_keeps_text_as_text(desk: Visit, event: Event, case: Case) -> None:
    assert case.text is not None
    make_registration(event, guests=(Guest(name=case.text, needs_note="https://example.kz"),), phone="+77012345678")
    desk.get(f"/kk/desk/events/{event.id}/roster.xlsx")
    assert desk.response is not None
    sheet = load_workbook(io.BytesIO(desk.response.get_data())).worksheets[0]
    cells = {cell.value: cell for cell in sheet[2] if cell.value is not None}
    assert cells[case.text].data_type == "s"
    assert cells["+7 701 234 56 78"].data_type == "s"
    assert cells["https://example.kz"].hyperlink is None


def test_the_sheet_is_for_one_day_and_for_those_with_a_seat(desk: Visit, people: Event) -> None:
    page = desk.get(f"/en/desk/events/{people.id}/roster/sheet")
    written = [" ".join("".join(row.findall("td")[1].itertext()).split()) for row in page.root.findall(".//tbody/tr")]
    assert written[:4] == ["Әлия", "Бақыт", "Ёлкина Анна", "Ян Child"]
    assert set(written[4:]) == {""}
    assert "Қайрат" not in page.text
    assert "701 234" not in page.text
    desk.get(f"/en/desk/events/{people.id}/roster/sheet?day=1999-01-01")


# --- Who looked ---------------------------------------------------------------------------------------------


def looks(session: Session) -> list[tuple[str, str, int]]:
    session.close()
    return [
        (look.what.value, look.detail, look.people)
        for look in session.scalars(select(RosterLook).order_by(RosterLook.id))
    ]


def test_every_look_is_written_down_and_names_nobody(desk: Visit, session: Session, people: Event) -> None:
    here = f"/en/desk/events/{people.id}"
    first, *others = numbers(people)
    one = session.scalars(select(Registration.id).where(Registration.number == first)).one()
    for address in (
        "/roster", "/roster", "/roster?q=алия", "/roster?q=example", "/roster?needs=any", f"/registrations/{one}",
        f"/registrations/{one}/slip", "/roster.csv", "/roster.xlsx?list=waiting", "/roster/sheet",
    ):  # fmt: skip
        desk.get(here + address)
    assert looks(session) == [
        ("list", "", 5), ("list", f"№ {first}", 1), ("list", "№ " + ", ".join(map(str, others)), 4), ("list", "*", 2),
        ("person", f"№ {first}", 1), ("file", "csv", 5), ("file", "xlsx", 1),
        ("sheet", f"{people.first_day:%d.%m.%Y}", 4),
    ]  # fmt: skip
    page = desk.get(f"{here}/roster/looks")
    assert "Бекзат" in page.text
    assert "Downloaded the list" in page.text
    assert "Әлия" not in page.text


def test_a_later_look_is_another_line(session: Session, event: Event, cast: Cast) -> None:
    for minutes, number in ((0, 2), (9, 5), (9, 1), (11, 1)):
        at = NOW + timedelta(minutes=minutes)
        write(looked, event.id, cast.bekzat.id, Look.DOOR, detail="abc", people=number, now=at)
    write(looked, event.id, cast.root.id, Look.DOOR, detail="abc", now=NOW)
    assert looks(session) == [("door", "abc", 5), ("door", "abc", 1), ("door", "abc", 0)]


@pytest.mark.parametrize("name", ["ermek", "amina", "saule", "daniyar"])
def test_who_is_refused_leaves_no_line(visit: Visit, session: Session, people: Event, cast: Cast, name: str) -> None:
    visit.sign_in(cast.everyone()[name])
    for address in ("", "/columns", ".csv", ".xlsx", "/sheet", "/looks"):
        visit.get(f"/en/desk/events/{people.id}/roster{address}", status=404)
    assert looks(session) == []


# --- On paper -----------------------------------------------------------------------------------------------


def read(drawing: Element) -> str:
    """What an independent decoder reads from a code drawn on a page."""
    size = int(drawing.get("viewBox", "").split()[2])
    picture = Image.new("L", (size * 4, size * 4), 255)
    pen, x, y = ImageDraw.Draw(picture), 0.0, 0.0
    for step, numbers in re.findall(r"([Mmh])([-0-9. ]+)", drawing.find("*").get("d", "")):
        go = [float(number) for number in re.findall(r"-?[0-9]*\.?[0-9]+", numbers)]
        if step == "h":
            pen.rectangle((x * 4, (y - 0.5) * 4, (x + go[0]) * 4 - 1, (y + 0.5) * 4 - 1), fill=0)
            x += go[0]
        else:
            x, y = (go[0], go[1]) if step == "M" else (x + go[0], y + go[1])
    (found,) = zxingcpp.read_barcodes(picture)
    return str(found.text)


def test_the_slip_has_codes_that_can_be_read(desk: Visit, event: Event) -> None:
    registration = make_registration(event, names=("Роза", "Тимур"), phone="+77012345678", channel=SeatChannel.VISIT)
    fill(event)
    waiting = make_registration(event, names=("Кезекте",))
    page = desk.get(f"/en/desk/events/{event.id}/registrations/{registration.id}/slip")
    *codes, ticket = [read(drawing) for drawing in page.find(role="img")]
    people = reload(registration).attendees
    assert codes == [f"{BASE_URL}/en/desk/check-in/{person.code}" for person in people]
    assert all(f"{person.code[:4]}-{person.code[4:]}" in page.text for person in people)
    assert "Роза" in desk.get(ticket.removeprefix(BASE_URL)).text
    page = desk.get(f"/en/desk/events/{event.id}/registrations/{waiting.id}/slip")
    assert "In the queue" in page.text
    assert len(page.find(role="img")) == 1
