"""The report of an event: drawn, taken along, accepted; what everybody sees; the figures of a period."""

from __future__ import annotations

import io
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from karavan.core.charts import SMALL
from karavan.core.database import transact
from karavan.core.languages import Slots
from karavan.core.when import midnight
from karavan.events.models import Registration, SeatChannel
from karavan.events.rules.check_in import check_in
from karavan.events.rules.register import Guest
from karavan.learning.rules.hours import set_hours
from karavan.record.models import RecordEntry, Verb
from karavan.reports.figures import Tally, restored
from karavan.reports.models import EventReport
from karavan.reports.pack import sheet_name, workbook
from karavan.reports.problems import AcceptedAlready
from karavan.reports.queries import event_to_report, figures_of
from karavan.reports.rules.privacy import anonymise_event
from karavan.reports.rules.report import accept_report
from karavan.reports.tables import Table, event_tables, written
from karavan.roster.models import Look, Reminder, RosterLook
from karavan.web.locale import speaking
from tests.protocols.reading_pdfs import fonts_of, metadata_of, squeezed, words_of
from tests.reports.conftest import TITLE, come, say
from tests.support.makers import make_event, make_registration, write
from tests.support.page import text_of
from tests.support.settings import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from karavan.events.models import Event
    from karavan.reports.figures import Figures
    from tests.support.cast import Cast
    from tests.support.page import Page
    from tests.support.visit import Visit

LONG = 40


def figures_now(session: Session, event_id: int) -> Figures:
    session.close()
    event = event_to_report(session, event_id)
    assert event is not None
    found = figures_of(session, event, session.get(EventReport, event_id))
    session.close()
    return found


def accept(session: Session, event: Event, cast: Cast, *, keep_days: int = 90) -> None:
    mark = figures_now(session, event.id).mark
    write(accept_report, event.id, mark=mark, keep_days=keep_days, by_id=cast.bekzat.id, now=NOW)


@pytest.fixture
def busy(held: Callable[..., Event]) -> Event:
    """An event with enough people to be counted by what they are."""
    event = held()
    come(event, 7, 0, 1, district="aktau", sex="female", role="resident", channel=SeatChannel.PHONE)
    come(event, 5, 0, district="beineu", sex="male", role="deputy")
    come(event, 2, 0, district="karakiya", sex="male", role="resident")
    come(event, 6, district="aktau", sex="female", role="media", now=NOW - timedelta(days=5))
    make_registration(event, now=NOW - timedelta(days=8), district="aktau")
    say(event, *[5] * 9, *[3] * 6)
    return event


def read(response: Any) -> dict[str, list[tuple[Any, ...]]]:
    """Open a workbook as a spreadsheet would, formulas and all."""
    book = load_workbook(io.BytesIO(response.data))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


# --- The figures on the page ------------------------------------------------------------------------------


def test_the_page_draws_and_tells_the_same_numbers(desk: Visit, session: Session, busy: Event) -> None:
    page = desk.get(f"/en/desk/events/{busy.id}", statements=LONG)
    page = desk.follow("Figures and report")
    for words in ("Registered in all 21", "Held a seat 21 / 40", "Came 14", "66.7%", "126"):
        assert words in page.text, words
    assert "Beineu" not in page.text or "Small groups together" in page.text
    assert "Karakiya" not in page.text, "two people are nobody's business"
    assert "Aktau" in page.text
    assert page.response.text.count('<svg class="ch') == 8
    (look,) = session.scalars(select(RosterLook)).all()
    assert (look.what, look.people) == (Look.REPORT, 21)


def test_people_are_counted_by_what_they_said_and_how_they_were_reminded(
    session: Session, held: Callable[..., Event]
) -> None:
    event = held()
    answered = come(event, 2, 0, district="aktau")[0]
    come(event, 1, district="beineu", channel=SeatChannel.PHONE)
    write(_remind, event.id, answered.id, at=NOW - timedelta(days=6))
    come(event, 1, now=NOW - timedelta(days=5))
    groups = figures_now(session, event.id).groups
    assert groups["reminder"] == {"answered": Tally(1, 1), "reminded": Tally(1, 2), "not_reminded": Tally(0, 1)}
    assert groups["district"] == {"aktau": Tally(2, 2), "beineu": Tally(0, 1), "": Tally(0, 1)}
    assert groups["channel"] == {"web": Tally(2, 3), "phone": Tally(0, 1)}


def _remind(session: Session, event_id: int, answered: int, *, at: Any) -> None:
    session.add(Reminder(event_id=event_id, hours_before=72, done_at=at, letters=3))
    session.get_one(Registration, answered).coming_at = at


def test_who_gave_the_seat_back_was_not_expected(session: Session, held: Callable[..., Event]) -> None:
    from karavan.events.models import Attendee, SeatState  # noqa: PLC0415

    event = held(seats=2)
    gone, stays = come(event, 2)
    come(event, 1)

    def give(session: Session) -> None:
        session.get_one(Attendee, gone.attendees[0].id).state = SeatState.GIVEN_BACK

    write(give)
    found = figures_now(session, event.id)
    assert (found.registered, found.expected, found.waiting, found.came) == (3, 1, 1, 0)
    assert stays.attendees[0].id != gone.attendees[0].id


# --- To take along ----------------------------------------------------------------------------------------


def test_the_workbook_holds_what_the_page_shows(desk: Visit, session: Session, busy: Event) -> None:
    sheets = read(desk.send("GET", f"/en/desk/events/{busy.id}/report/report.xlsx"))
    by_name = {name.partition(" ")[2]: rows for name, rows in sheets.items()}
    facts = dict(by_name["Report of an event"][1:])
    assert facts["Event"] == TITLE.en
    assert (facts["Registered in all"], facts["Held a seat"], facts["Came"]) == (21, 21, 14)
    assert facts["Share of those with a seat who came"] == pytest.approx(2 / 3, abs=1e-4)
    assert facts["Hours of all who came, together"] == (14 + 7) * 6
    assert facts["Usefulness, from 1 to 5"] == pytest.approx(4.2)
    assert [row[1:] for row in by_name["Days and hours"][1:]] == [(6, 14), (6, 7)]
    assert by_name["Days and hours"][1][0].date() == date(2026, 11, 20)
    assert [row[0] for row in by_name["Women and men who came"][1:]] == ["Woman", "Small groups together"]
    (first, *_), total = by_name["Who came, by district"][1:], 0
    total = sum(row[1] for row in by_name["Who came, by district"][1:])
    assert (first[0], total) == ("Aktau", 14)


def test_the_papers_say_the_same_in_kazakh_and_russian(desk: Visit, session: Session, busy: Event) -> None:
    figures = figures_now(session, busy.id)
    for lang in ("kk", "ru"):
        response = desk.send("GET", f"/{lang}/desk/events/{busy.id}/report/report.pdf")
        assert response.mimetype == "application/pdf"
        said = words_of(response.data)
        event = event_to_report(session, busy.id)
        assert event is not None
        with speaking(lang):
            for table in event_tables(event, figures, None):
                assert table.key == "summary" or squeezed(table.heading) in said
                for row in table.rows[table.key == "summary" :]:
                    assert all(squeezed(written(cell)) in said for cell in row), row
        session.close()
        assert metadata_of(response.data) == {"pdfaid:part": "2", "pdfaid:conformance": "A", "pdfuaid:part": "1"}
        assert all(fonts_of(response.data).values())
    assert squeezed(TITLE.kk) in words_of(desk.send("GET", f"/en/desk/events/{busy.id}/report/report.pdf").data)


def test_no_cell_is_calculated_and_every_sheet_has_its_name() -> None:
    evil = '=HYPERLINK("http://x";"y")'
    book = load_workbook(io.BytesIO(workbook([Table("a", "A/B: [c]?*" + "d" * 40, (evil,), ((evil,), ("+7",)))])))
    sheet = book.worksheets[0]
    assert [cell.data_type for row in sheet.iter_rows() for cell in row] == ["s", "s", "s"]
    assert sheet["A2"].value == evil
    assert len(sheet_name(12, "'" * 60)) <= 31


def test_a_report_of_nobody_can_be_taken_along(desk: Visit, session: Session, held: Callable[..., Event]) -> None:
    event = held()
    desk.get(f"/en/desk/events/{event.id}/report")
    assert read(desk.send("GET", f"/kk/desk/events/{event.id}/report/report.xlsx"))
    assert desk.send("GET", f"/kk/desk/events/{event.id}/report/report.pdf").status_code == 200
    draft = make_event(organisation=None, published=False)
    desk.get(f"/en/desk/events/{draft.id}/report", statements=LONG)


# --- Accepted ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
def test_an_accepted_report_stays_as_it_is(
    desk: Visit, session: Session, cast: Cast, busy: Event, *, htmx: bool
) -> None:
    desk.get(f"/en/events/{busy.slug}/figures", status=404)
    desk.get(f"/en/desk/events/{busy.id}/report")
    desk.follow("Accept the report", statements=LONG)
    page = desk.press("Accept the report", keep_days="4000", htmx=htmx, statements=LONG, status=422)
    assert "Tick that the figures are checked" in page.summary
    assert "from 0 to 3650" in page.summary
    assert page.by_id("keep_days").get("value") == "4000"
    late = come(busy, 1)[0]
    page = desk.press("Accept the report", keep_days="30", agreed=True, htmx=htmx, statements=LONG)
    assert "They stand here as they are now" in page.summary
    assert page.by_id("keep_days").get("value") == "30"
    page = desk.press("Accept the report", htmx=htmx, statements=LONG, status=200)
    assert "The report is accepted." in page.text
    assert "for 30 more days" in page.text
    session.close()
    report = session.get_one(EventReport, busy.id)
    assert (report.keep_days, report.accepted_at, report.accepted_by_id) == (30, NOW, cast.bekzat.id)
    before = restored(report.figures)
    write(check_in, busy.id, late.attendees[0].code, day=busy.first_day, by=cast.bekzat.id, now=NOW)
    assert figures_now(session, busy.id) == before
    (entry,) = session.scalars(select(RecordEntry).where(RecordEntry.verb == Verb.REPORT_ACCEPTED)).all()
    assert entry.facts == {"came": 14}
    page = desk.get(f"/en/desk/events/{busy.id}/report/acceptance")
    assert desk.address == f"/en/desk/events/{busy.id}/report"


def test_everybody_sees_what_harms_nobody(
    desk: Visit, new_visitor: Callable[[], Visit], session: Session, cast: Cast, busy: Event
) -> None:
    accept(session, busy, cast)
    someone = new_visitor()
    someone.get(f"/en/events/{busy.slug}", statements=LONG)
    page = someone.follow("The event in figures")
    assert "Came 14" in page.text
    assert "Aktau" in page.text
    assert "Karakiya" not in page.text
    assert "By phone" not in page.text
    assert "Woman" not in page.text
    response = someone.send("GET", f"/kk/events/{busy.slug}/figures")
    assert "Set-Cookie" not in response.headers
    assert "public" in response.headers["Cache-Control"]
    page = someone.get("/en/record/")
    assert "The report of an event was accepted" in page.text
    someone.get("/en/events/no-such-event/figures", status=404)


def test_nobody_but_the_desk_sees_a_number_of_a_few(
    desk: Visit, new_visitor: Callable[[], Visit], session: Session, cast: Cast, busy: Event, held: Callable[..., Event]
) -> None:
    """The frozen figures know every small group; no page that others read says one, nor lets it be worked out."""
    say(busy, 5, 5, 5, 5, 4, 4, 4, 2, 1)
    few = held(title=Slots(kk="Аз кісі", en="A few"))
    come(few, 3, 0, district="karakiya", sex="male")
    come(few, 6, district="beineu")
    make_registration(few, now=NOW - timedelta(days=9), guests=(Guest(name="Айгүл", needs_note="Арбамен келемін"),))
    for event, came in ((busy, 14), (few, 3)):
        accept(session, event, cast, keep_days=0)
        kept = restored(session.get_one(EventReport, event.id).figures)
        session.close()
        some = [one.came for groups in kept.groups.values() for one in groups.values()]
        assert small_of([*some, *kept.ratings.values()]), "else nothing is tried here"
        assert kept.came == came
        write(anonymise_event, event.id, now=NOW)
        reader = new_visitor()
        page = reader.get(f"/en/events/{event.slug}/figures")
        counts = numbers_in(page, "td")
        assert (event is few) == (not counts)
        assert not small_of([*counts, *numbers_in(page, "dd")])
        page = reader.get(f"/en/me/data/receipts/of-event/{event.slug}")
        assert not small_of(numbers_in(page, "td"))
        assert "Contacts of registrations" in page.text


def numbers_in(page: Page, tag: str) -> list[int]:
    return [int(words) for one in page.find(tag) if (words := text_of(one)).isdecimal()]


def small_of(numbers: list[int]) -> list[int]:
    return [one for one in numbers if 0 < one < SMALL]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"cancelled": True}, "was not held"),
        ({"published": False}, "was not held"),
        ({"starts_at": NOW - timedelta(hours=1), "ends_at": NOW + timedelta(hours=1)}, "when the event is over"),
        ({"all_day": True}, "for how many hours each day counts"),
    ],
    ids=["cancelled", "draft", "not over", "hours forgotten"],
)
def test_it_is_said_why_a_report_cannot_be_accepted(
    desk: Visit, session: Session, held: Callable[..., Event], changes: dict[str, Any], sentence: str
) -> None:
    event = held(**changes)
    if "all_day" in changes:
        come(event, 1, 0)
    assert sentence in desk.get(f"/en/desk/events/{event.id}/report").text
    page = desk.get(f"/en/desk/events/{event.id}/report/acceptance")
    assert sentence in page.summary
    page = desk.press("Accept the report", agreed=True, statements=LONG, status=422)
    assert sentence in page.summary
    assert session.get(EventReport, event.id) is None
    if "all_day" in changes:
        write(set_hours, event.id, {event.first_day: 300, event.last_day: 0})
        assert "Accept the report" in desk.get(f"/en/desk/events/{event.id}/report").text


@pytest.mark.race
def test_of_two_who_accept_at_once_one_is_told_that_it_is_done(
    session: Session, cast: Cast, busy: Event, at_once: Callable[..., list[Any]]
) -> None:
    mark = figures_now(session, busy.id).mark
    act = partial(transact, accept_report, busy.id, mark=mark, keep_days=90, by_id=cast.bekzat.id, now=NOW)
    results = at_once(*(act for _ in range(6)))
    assert sum(isinstance(result, AcceptedAlready) for result in results) == 5
    assert session.scalars(select(func.count()).select_from(EventReport)).one() == 1


# --- A period ---------------------------------------------------------------------------------------------


def test_a_period_adds_up_what_was_held(
    desk: Visit, session: Session, cast: Cast, busy: Event, held: Callable[..., Event]
) -> None:
    accept(session, busy, cast)
    come(busy, 3)
    second = held(title=Slots(kk="Екінші", ru="Вторая", en="Second meeting"))
    come(second, 5, 0, district="munaily", sex="female")
    held(title=Slots(ru="Отмена", en="Cancelled"), cancelled=True)
    held(title=Slots(en="Draft"), published=False)
    held(title=Slots(ru="Чужая", en="Of others"), organisation=cast.elsewhere)
    held(title=Slots(ru="Скоро", en="Still to come"), starts_at=NOW + timedelta(1), ends_at=NOW + timedelta(2))
    desk.get("/en/desk/events/")
    page = desk.follow("Figures of a period", statements=LONG)
    assert "Came 19" in page.text
    for title in ("Cancelled", "Draft", "Of others", "Still to come"):
        assert title not in page.text.partition("Second meeting")[2].partition("Who came")[0]
    sheets = read(desk.send("GET", page.link("Report as XLSX")))
    by_name = {name.partition(" ")[2]: rows for name, rows in sheets.items()}
    facts = dict(by_name["Events of a period"][1:])
    assert (facts["Events held"], facts["Reports accepted"], facts["Registered in all"]) == (2, 1, 26)
    assert [row[0] for row in by_name["Events"][1:]] == [TITLE.en, "Second meeting"]
    for lang, language in (("kk", "Kazakh"), ("ru", "Russian")):
        response = desk.send("GET", page.link(f"Report in {language}, PDF"))
        assert squeezed(getattr(TITLE, lang)) in words_of(response.data)
        assert squeezed(getattr(cast.alliance.name, lang)) in words_of(response.data)

    page = desk.press("Show", since="2025-01-01", until="2025-12-31")
    assert "Nothing was held in this period" in page.text
    page = desk.press("Show", since="2026-12-31", until="2026-01-01", status=422)
    assert "The last day is before the first." in page.summary
    page = desk.get("/en/desk/figures/?since=gestern", status=422)
    assert page.by_id("since").get("value") == "gestern"
    assert desk.send("GET", "/en/desk/figures/report.xlsx?since=x").status_code == 404


def test_what_ends_at_midnight_is_of_one_period_only(desk: Visit, held: Callable[..., Event]) -> None:
    at = midnight(date(2026, 11, 16))
    held(starts_at=at - timedelta(hours=5), ends_at=at)
    for span, found in (("since=2026-11-01&until=2026-11-15", False), ("since=2026-11-16&until=2026-11-30", True)):
        page = desk.get(f"/en/desk/figures/?{span}", statements=LONG)
        assert (TITLE.en in page.text) is found


def test_whose_figures_they_are(
    visit: Visit, new_visitor: Callable[[], Visit], cast: Cast, held: Callable[..., Event]
) -> None:
    held()
    paths = ("", "report.xlsx", "report.pdf")
    for path in paths:
        visit.get(f"/en/desk/figures/{path}")
        assert visit.address.startswith("/en/sign-in")
    for name in ("amina", "daniyar", "saule"):
        other = new_visitor()
        other.sign_in(cast.everyone()[name])
        for path in paths:
            other.get(f"/en/desk/figures/{path}", status=404)
    visit.sign_in(cast.ermek)
    for path in paths:
        for number in (cast.alliance.id, 0, 2**40, "x", ""):
            visit.get(f"/en/desk/figures/{path}?organisation={number}", status=404)
    assert TITLE.en not in visit.get("/en/desk/figures/").text
    root = new_visitor()
    root.sign_in(cast.root)
    assert TITLE.en in root.get(f"/en/desk/figures/?organisation={cast.alliance.id}", statements=LONG).text
