"""The administrator's desk: first what a change would move, then the change."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from karavan.core.languages import Slots
from karavan.deadlines import queries, rules
from karavan.deadlines.models import DayKind
from karavan.deadlines.rules import DayChange
from tests.support.clocks import WHY, at, look, make_clock, write
from tests.support.page import text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from karavan.accounts.models import Person
    from tests.support.cast import Cast
    from tests.support.visit import Visit

DESK, CHANGE = "/en/desk/calendar/", "/en/desk/calendar/change"
SNOW = {"reason-kk": "Қар басты", "reason-ru": "Занесло снегом"}
NAMED = {"note-kk": "Демалыс", "note-ru": "Выходной"}


@pytest.fixture
def desk(visit: Visit, cast: Cast, sign_in: Callable[[Person], None]) -> Visit:
    """Root's browser."""
    sign_in(cast.root)
    return visit


def live(session: Session) -> dict[date, DayKind]:
    session.close()
    found = dict(queries.current_calendar(session).days)
    session.close()
    return found


@pytest.mark.parametrize("htmx", [False, True])
def test_a_day_off_is_tried_and_then_entered(desk: Visit, session: Session, htmx: bool) -> None:
    clock = make_clock(now=at("2026-11-23"))
    make_clock(now=at("2026-12-01"))
    desk.get(CHANGE)

    page = desk.press(
        "Show what would move", htmx=htmx, fields=SNOW | NAMED, day="2026-11-26", kind="day_off", status=200
    )
    assert "1 open deadline would get another date" in page.text
    assert "Open deadlines in all: 2" in page.text
    assert date(2026, 11, 26) not in live(session), "nothing has changed yet"

    page = desk.press("Change the calendar", htmx=htmx, status=200)
    assert desk.address == "/en/desk/calendar/?year=2026"
    assert "The calendar was changed. 1 open deadline moved." in page.toasts
    assert "26 November, Thursday" in page.text
    assert live(session)[date(2026, 11, 26)] is DayKind.DAY_OFF
    assert look(clock).due_on == clock.due_on + timedelta(days=1)
    row = queries.live_days(session, year=2026)[date(2026, 11, 26)]
    assert (row.note, row.source) == (Slots(kk="Демалыс", ru="Выходной"), "administrator")


def test_several_days_at_once_and_back_again(desk: Visit, session: Session) -> None:
    make_clock(now=at("2026-11-23"))
    desk.get(CHANGE)
    desk.press("Show what would move", fields=SNOW, day="2026-11-24", until="2026-11-26", kind="outage")
    page = desk.press("Back to the form")
    assert page.by_id("until").get("value") == "2026-11-26"
    assert page.by_id("reason-kk").text == "Қар басты"
    desk.press("Show what would move")
    desk.press("Change the calendar")
    assert [live(session).get(date(2026, 11, day)) for day in (23, 24, 25, 26, 27)] == [
        None,
        *[DayKind.OUTAGE] * 3,
        None,
    ]

    desk.get(f"{CHANGE}?day=2026-11-25")
    page = desk.press("Show what would move", fields=SNOW, kind="ordinary")
    assert "Nobody could reach the site" in text_of(page.find("table")[0])
    desk.press("Change the calendar")
    assert date(2026, 11, 25) not in live(session)


def test_a_stored_day_comes_with_what_it_says(desk: Visit) -> None:
    write(rules.ensure_calendar, now=at("2026-11-23"))
    page = desk.get(DESK)
    assert page.h1 == "Days that differ: 2026"
    address = page.link("Change 9 March")
    page = desk.get(address)

    assert page.by_id("day").get("value") == "2026-03-09"
    chosen = [option.get("value") for option in page.by_id("kind") if option.get("selected") is not None]
    assert chosen == ["holiday"]
    assert "перенесённый" in (page.by_id("note-ru").get("value") or "")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"day": ""}, "Enter the day."),
        ({"day": "2026-13-40"}, "Enter the date as year, month and day"),
        ({"day": "9999-12-31"}, "Enter a date between 1900 and 2100."),
        ({"day": "1950-01-01"}, "Choose days between 2000 and 2100."),
        ({"until": "2026-11-01"}, "The last day cannot lie before the first."),
        ({"until": "2027-11-01"}, "Enter no more than 31 days at once."),
        ({"kind": "worked"}, "Monday to Friday are worked anyway"),
        ({"kind": "ordinary"}, "The calendar already says so: nothing would change."),
        ({"reason-kk": "", "reason-ru": " "}, "Write the reason in Kazakh or in Russian."),
    ],
)
@pytest.mark.parametrize("htmx", [False, True])
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    desk: Visit, session: Session, typed: dict[str, str], sentence: str, htmx: bool
) -> None:
    write(rules.ensure_calendar, now=at("2026-11-23"))
    desk.get(CHANGE)
    usual = {"day": "2026-11-26", "until": "", "kind": "day_off", "note-ru": "Выходной", **SNOW}

    page = desk.press("Show what would move", htmx=htmx, fields=usual | typed, status=422)

    assert sentence in page.summary
    assert page.by_id("note-ru").get("value") == "Выходной"
    assert queries.current_calendar(session).version == 1


def test_who_was_overtaken_sees_what_moves_now(desk: Visit, session: Session) -> None:
    make_clock(now=at("2026-11-23"))
    desk.get(CHANGE)
    desk.press("Show what would move", fields=SNOW, day="2026-11-26", kind="day_off")
    other = DayChange(date(2026, 11, 24), DayKind.DAY_OFF)
    write(rules.change_days, [other], reason=WHY, by_person=None, now=at("2026-11-23"))

    page = desk.press("Change the calendar", status=409)

    assert "Somebody else has changed the calendar since you opened this page." in page.summary
    assert "1 open deadline would get another date" in page.text
    desk.press("Change the calendar", status=200)
    assert {date(2026, 11, 24), date(2026, 11, 26)} <= live(session).keys()


@pytest.mark.parametrize("confirm", ["0", "-1", "²", "9" * 30, "x", ""])
def test_a_version_that_never_was_changes_nothing(desk: Visit, session: Session, confirm: str) -> None:
    make_clock(now=at("2026-11-23"))
    desk.get(CHANGE)
    form = desk.page.form_of("Show what would move") if desk.page else None
    assert form is not None
    typed = {"day": "2026-11-26", "kind": "day_off", **SNOW}
    data = dict(form.filled("Show what would move", typed)) | {"confirm": confirm}

    desk.post(CHANGE, data, status=409)

    assert queries.current_calendar(session).version == 1


@pytest.mark.parametrize(
    "day", ["2026-11-26", "0001-01-01", "9999-12-31", "x", "9" * 40, "2026-W10-1", "%00", "²026-01-01"]
)
def test_any_day_in_the_address_opens_the_form(desk: Visit, day: str) -> None:
    write(rules.ensure_calendar, now=at("2026-11-23"))
    desk.get(f"{CHANGE}?day={day}", status=400 if day == "%00" else 200)


@pytest.mark.parametrize("name", ["amina", "bekzat", "saule", "daniyar", "ermek"])
def test_nobody_but_an_administrator_comes_in(
    visit: Visit, cast: Cast, sign_in: Callable[[Person], None], name: str
) -> None:
    visit.get(DESK)
    assert visit.address.startswith("/en/sign-in")
    sign_in(cast.everyone()[name])
    for address in (DESK, CHANGE):
        visit.get(address, status=403)
    visit.post(CHANGE, {"day": "2026-11-26", "kind": "day_off", "confirm": "1", **SNOW}, status=403)


def test_what_an_administrator_writes_is_text_and_nothing_else(desk: Visit) -> None:
    clock = make_clock(now=at("2026-11-23"))
    desk.get(CHANGE)
    evil = '"><script>alert(1)</script>{{ 7*7 }}'
    desk.press(
        "Show what would move",
        fields={"note-kk": evil, "reason-kk": evil},
        day="2026-11-26",
        kind="day_off",
        status=200,
    )
    desk.press("Change the calendar", status=200)

    for address in ("/en/deadlines/calendar", DESK, f"/en/deadlines/{clock.id}", f"{CHANGE}?day=2026-11-26"):
        page = desk.get(address)
        assert "<script>alert" not in page.body
    assert "{{ 7*7 }}" in desk.get("/en/deadlines/calendar").text
