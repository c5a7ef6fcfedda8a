"""What everyone sees: the board, why a date is what it is, the year's working days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from karavan.core.languages import Slots
from karavan.deadlines import queries, rules
from karavan.deadlines.models import DayKind, Deadline, DeadlineKind, DeadlineState, FirstDay, Unit
from karavan.deadlines.queries import Filters
from karavan.deadlines.reckoning import Term
from karavan.deadlines.rules import DayChange
from karavan.proposals.models import State
from karavan.record.models import ActorRole
from tests.support.clocks import (
    WHY,
    at,
    look,
    make_clock,
    plain_body,
    plain_council,
    plain_proposal,
    plain_recommendation,
    write,
)
from tests.support.page import text_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.support.page import Page
    from tests.support.visit import Visit

BOARD = "/en/deadlines/"
HOSTILE = ("0", "-1", "²", "9" * 30, "2147483648", "1 OR 1=1", "<script>", "'; --", "\u202e", "null", "1,2", "")


def rows(page: Page) -> list[str]:
    return [text_of(item) for item in page.by_id("board").iter("li")]


def table(page: Page) -> list[list[str]]:
    """The rows of the first table."""
    first = page.find("table")[0]
    body = next(first.iter("tbody"))
    return [[text_of(cell) for cell in row] for row in body.iter("tr")]


# --- The board --------------------------------------------------------------------------------------------


def test_an_empty_board_says_so(visit: Visit) -> None:
    page = visit.get(BOARD)

    assert page.h1 == "What is due, and when"
    assert "Nothing is waited for here" in page.text


def test_the_board_shows_what_is_due_nearest_first_and_how_each_body_keeps_its_dates(visit: Visit) -> None:
    council, roads, water = plain_council(), plain_body(name="Жол басқармасы"), plain_body(name="Су басқармасы")
    late = make_clock(recommendation=plain_recommendation(council, roads, title="Кешіккен"), now=at("2026-11-02"))
    soon = make_clock(recommendation=plain_recommendation(council, roads, title="Жақын"), now=at("2026-11-16"))
    kept = make_clock(recommendation=plain_recommendation(council, water), now=at("2026-11-02"))
    slow = make_clock(recommendation=plain_recommendation(council, water), now=at("2026-10-01"))
    gone = make_clock(recommendation=plain_recommendation(council, water), now=at("2026-11-02"))
    secretary: dict[str, Any] = {"by": ActorRole.SECRETARY}
    write(rules.meet, kept.id, **secretary, now=at("2026-11-04"))
    write(rules.meet, slow.id, **secretary, now=at("2026-11-20"))
    write(rules.void, gone.id, **secretary, now=at("2026-11-20"))

    page = visit.get(BOARD)

    assert table(page) == [
        ["Жол басқармасы", "2", "1", "0", "0"],
        ["Су басқармасы", "0", "0", "1", "1"],
    ]
    first, second = rows(page)
    assert "No answer received" in first
    assert "Кешіккен" in first
    assert "The date passed 5 working days ago" in first
    assert "Жақын" in second
    assert "5 working days left" in second
    assert "2 deadlines found" in page.text
    assert visit.response is not None
    assert "Set-Cookie" not in visit.response.headers
    assert visit.response.headers["Cache-Control"].startswith("public")
    assert late.due_on < soon.due_on


def test_a_clock_that_stands_still_is_neither_late_nor_running(visit: Visit) -> None:
    clock = make_clock(now=at("2026-11-02"))
    write(rules.pause, clock.id, reason=WHY, by=ActorRole.SECRETARY, now=at("2026-11-03"))

    page = visit.get(BOARD)

    assert "The clock stands still" in rows(page)[0]
    assert table(page)[0][1:] == ["1", "0", "0", "0"]


def test_the_board_narrows_live_and_by_a_plain_form(visit: Visit) -> None:
    here, there = plain_council(name="Ақтау кеңесі"), plain_council(name="Бейнеу кеңесі")
    roads, water = plain_body(name="Жол басқармасы"), plain_body(name="Су басқармасы")
    make_clock(recommendation=plain_recommendation(here, roads, title="Бірінші"), now=at("2026-11-02"))
    make_clock(recommendation=plain_recommendation(there, water, title="Екінші"))
    make_clock(proposal=plain_proposal(here, title="Үшінші"))

    def titles(**asked: Any) -> list[str]:
        visit.get(BOARD)
        page = visit.press("Show", **asked)
        words = ("Бірінші", "Екінші", "Үшінші")
        return [word for row in rows(page) for word in words if word in row]

    assert titles() == ["Бірінші", "Екінші", "Үшінші"] or titles() == ["Бірінші", "Үшінші", "Екінші"]
    assert titles(council=str(there.id)) == ["Екінші"]
    assert titles(addressee=str(roads.id)) == ["Бірінші"]
    assert titles(kind="checking") == ["Үшінші"]
    assert titles(overdue=True) == ["Бірінші"]
    assert titles(council=str(there.id), overdue=True) == []
    visit.get(BOARD)
    page = visit.press("Show", htmx=True, addressee=str(water.id))
    assert len(rows(page)) == 1
    assert "1 deadline found" in page.text


@pytest.mark.parametrize("name", ["council", "addressee", "kind", "overdue", "after"])
def test_what_nobody_offered_means_everything(visit: Visit, name: str) -> None:
    make_clock()
    for value in HOSTILE:
        page = visit.get(f"{BOARD}?{name}={quote(value)}")
        assert len(rows(page)) == 1, value
    visit.get(f"{BOARD}?after={'20261399-1'}")
    assert rows(visit.get(f"{BOARD}?after=20991231-1")) == []


def test_the_board_is_paged_without_losing_anything(visit: Visit, session: Session) -> None:
    recommendation = plain_recommendation(plain_council(), plain_body())
    made = [
        make_clock(recommendation=recommendation, now=at("2026-11-02") + timedelta(days=n // 9)).id for n in range(65)
    ]
    visit.get(f"{BOARD}?addressee={recommendation.addressee_id}")
    seen = []
    for _ in range(3):
        page = visit.page
        assert page is not None
        links = [link.attrib["href"] for link in page.by_id("board").iter("a")]
        seen += [int(link.rpartition("/")[2]) for link in links if link.rpartition("/")[2].isdigit()]
        if "Later dates" in page.text:
            visit.follow("Later dates")
            assert f"addressee={recommendation.addressee_id}" in visit.address

    assert sorted(seen) == made
    assert len(seen) == len(set(seen)) == 65


def test_a_board_of_many_costs_no_more_statements_than_one_of_few(visit: Visit) -> None:
    council = plain_council()
    make_clock(proposal=plain_proposal(council))
    make_clock(recommendation=plain_recommendation(council, plain_body()))
    visit.get(BOARD)
    few = len(visit.statements)
    for _ in range(20):
        make_clock(recommendation=plain_recommendation(plain_council(), plain_body()))

    visit.get(BOARD)

    assert len(visit.statements) == few <= 7


def test_what_is_not_public_has_no_name_on_the_board(visit: Visit) -> None:
    secret = make_clock(proposal=plain_proposal(plain_council(), title="Құпия", state=State.CHECKING))
    write(rules.extend, secret.id, days=1, reason=Slots(kk="Құпия себеп"), by=ActorRole.MODERATOR, now=at("2026-11-23"))
    write(rules.pause, secret.id, reason=Slots(kk="Құпия кідіріс"), by=ActorRole.MODERATOR, now=at("2026-11-23"))

    for address in (BOARD, f"{BOARD}{secret.id}"):
        page = visit.get(address)
        assert "A proposal that is not public yet" in page.text
        assert "Құпия" not in page.body
        assert "MGS-2026" not in page.body


# --- Why this date ----------------------------------------------------------------------------------------


def test_why_this_date_names_every_day(visit: Visit) -> None:
    clock = make_clock(recommendation=plain_recommendation(plain_council(), plain_body()), now=at("2026-03-05"))

    page = visit.get(f"{BOARD}{clock.id}")

    assert page.h1 == "Why this date: 20 March 2026"
    lines = [[text_of(cell) for cell in row] for row in page.one("table", class_="days").iter("tr")][2:]
    assert lines[0][0] == "5, Thu"
    assert lines[0][2] == "It began on this day. Day one is the next"
    by_day = {line[0].partition(",")[0]: line[1:] for line in lines}
    assert by_day["6"][0] == "1"
    assert by_day["8"][1] == "Public holiday: International Women's Day"
    assert by_day["9"][1] == "Public holiday: International Women's Day (day off moved from a weekend)"
    assert by_day["14"][1] == "Saturday"
    assert by_day["20"] == ["10", "Last day"]
    assert len(lines) == 16
    assert "Law 30-VIII, article 13" in page.text
    assert "10 working days" in page.text
    assert "Days counted: 10 Days skipped: 6" in page.text


def test_why_this_date_shows_pauses_more_time_and_the_calendar(visit: Visit) -> None:
    clock = make_clock(now=at("2026-11-02"))
    snow = Slots(kk="Қар", en="Snow")
    secretary: dict[str, Any] = {"by": ActorRole.SECRETARY}
    write(rules.pause, clock.id, reason=snow, **secretary, now=at("2026-11-04"))
    write(rules.resume, clock.id, **secretary, now=at("2026-11-05"))
    write(
        rules.extend,
        clock.id,
        days=3,
        reason=Slots(kk="Сараптама", en="Expert review"),
        **secretary,
        now=at("2026-11-06"),
    )
    storm = DayChange(date(2026, 11, 10), DayKind.OUTAGE, Slots(en="No internet"))
    write(rules.change_days, [storm], reason=Slots(kk="Дауыл", en="Storm"), by_person=None, now=at("2026-11-11"))

    page = visit.get(f"{BOARD}{clock.id}")

    assert "The clock stood still" in page.text
    assert "4–5 November 2026" in page.text
    assert "Nobody could reach the site: no clock ran: No internet" in page.text
    assert "More time was given · 3 working days Reason: Expert review" in page.text
    assert "The calendar changed, and the date was counted anew Reason: Storm" in page.text
    assert "Version 2" in page.text
    assert page.h1 == "Why this date: 24 November 2026"
    assert "1 working day left" in page.text


@pytest.mark.parametrize("state", list(DeadlineState))
@pytest.mark.parametrize("unit", list(Unit))
def test_every_state_has_its_page_in_every_language(visit: Visit, state: DeadlineState, unit: Unit) -> None:
    clock = make_clock(now=at("2026-11-16"), term=Term(20, unit, FirstDay.SAME))
    secretary: dict[str, Any] = {"by": ActorRole.SECRETARY, "now": at("2026-11-23")}
    ways = {
        DeadlineState.PAUSED: (rules.pause, {"reason": WHY}),
        DeadlineState.MET: (rules.meet, {}),
        DeadlineState.VOID: (rules.void, {}),
    }
    if state in ways:
        rule, facts = ways[state]
        write(rule, clock.id, **facts, **secretary)
    assert look(clock).state == state

    for lang in ("kk", "ru", "en"):
        visit.get(f"/{lang}/deadlines/{clock.id}", statements=8)
        visit.get(f"/{lang}/deadlines/", statements=7)


@pytest.mark.parametrize("kind", list(DeadlineKind))
def test_whatever_is_overdue_is_said_without_accusing(visit: Visit, kind: DeadlineKind) -> None:
    clock = make_clock(
        recommendation=plain_recommendation(plain_council(), plain_body()), kind=kind, now=at("2026-10-01")
    )

    for page in (visit.get(BOARD), visit.get(f"{BOARD}{clock.id}")):
        words = "No answer received" if kind is DeadlineKind.ANSWER else "The date has passed"
        assert words in page.text
        assert "ignored" not in page.text.lower()
        assert "violat" not in page.text.lower()


@pytest.mark.parametrize("number", ["0", "999999", "2147483647", "2147483648", "9" * 25])
def test_no_such_deadline(visit: Visit, number: str) -> None:
    visit.get(f"{BOARD}{number}", status=404)


# --- The calendar -----------------------------------------------------------------------------------------


def test_the_year_can_be_seen_with_what_was_changed(visit: Visit) -> None:
    write(rules.ensure_calendar, now=at("2026-11-23"))
    off = DayChange(date(2026, 11, 26), DayKind.DAY_OFF, Slots(kk="Бұйрық", en="Order No. 5"))
    write(rules.change_days, [off], reason=Slots(kk="Ауыстыру", en="Swap"), by_person=None, now=at("2026-11-23"))

    page = visit.get("/en/deadlines/calendar", statements=3)

    assert page.h1 == "Calendar of working days: 2026"
    assert "26 November, Thursday" in page.text
    assert "Order No. 5" in page.text
    assert "Swap" in page.text
    assert "Public holidays were entered: 2023–2028" in page.text
    march = next(one for one in page.find("table", class_="cal") if text_of(one).lower().startswith("march"))
    assert "Working days: 18" in text_of(march)
    assert len(page.find("table", class_="cal")) == 12
    assert visit.follow("2024").h1 == "Calendar of working days: 2024"


def test_an_unknown_year_is_this_year(visit: Visit) -> None:
    for value in (*HOSTILE, "0001", "9999", "2022", "2029"):
        assert visit.get(f"/en/deadlines/calendar?year={quote(value)}").h1 == "Calendar of working days: 2026"


def test_filters_in_the_query_of_the_board(session: Session) -> None:
    clock = make_clock(now=at("2026-11-02"))

    def found(**asked: Any) -> list[int]:
        page = queries.board(session, Filters(**asked), today=date(2026, 11, 23))
        return [row.id for row in page.rows]

    assert found() == found(council=clock.council_id) == found(overdue=True) == [clock.id]
    assert found(kind="checking") == []
    assert found(council=2**40) == [clock.id]
    assert session.get_one(Deadline, clock.id).due_on == date(2026, 11, 16)
