"""Days, counted: cases worked out by hand, and what holds of every calendar."""

from __future__ import annotations

from datetime import date, timedelta
from time import process_time

import pytest
from hypothesis import given, settings, strategies as st

from karavan.deadlines.almanac import NAMES, calendar_years, known_days, year_asked
from karavan.deadlines.models import DayKind, FirstDay, Unit
from karavan.deadlines.reckoning import Calendar, DayLine, Term, Why, due_on, explain, remaining

YEARS = tuple(range(2023, 2029))
KAZAKHSTAN = Calendar({known.day: known.kind for known in known_days(YEARS) if known.kind})
GOLDEN = [
    ("2026-03-05", 10, "2026-03-20", "Sunday 8 March moved to Monday"),
    ("2026-03-05", 15, "2026-04-01", "weekend Nauryz"),
    ("2023-06-29", 3, "2023-07-03", "a Saturday that was worked"),
    ("2023-06-29", 7, "2023-07-11", "7 July swapped off"),
    ("2024-05-02", 2, "2024-05-04", "due on a Saturday"),
    ("2024-12-30", 5, "2025-01-09", "a Sunday that was worked"),
    ("2025-12-31", 5, "2026-01-12", "7 January"),
    ("2027-03-12", 1, "2027-03-16", "Constitution Day"),
]


def day(text: str) -> date:
    return date.fromisoformat(text)


def working(days: int, first_day: FirstDay = FirstDay.NEXT) -> Term:
    return Term(days, Unit.WORKING, first_day)


def calendar_days(days: int, first_day: FirstDay = FirstDay.NEXT) -> Term:
    return Term(days, Unit.CALENDAR, first_day)


@pytest.mark.parametrize(("started", "days", "due", "why"), GOLDEN)
def test_the_golden_cases(started: str, days: int, due: str, why: str) -> None:
    assert due_on(day(started), working(days), KAZAKHSTAN) == day(due)
    assert explain(day(started), working(days), KAZAKHSTAN)[-1] == DayLine(
        day(due), days, None, KAZAKHSTAN.days.get(day(due))
    )


def test_day_one_may_be_the_day_itself() -> None:
    monday = day("2026-11-23")

    assert due_on(monday, working(1), Calendar()) == day("2026-11-24")
    assert due_on(monday, working(1, FirstDay.SAME), Calendar()) == monday
    assert [line.number for line in explain(monday, working(2, FirstDay.SAME), Calendar())] == [1, 2]
    assert [line.why for line in explain(monday, working(1), Calendar())] == [Why.START, None]


def test_calendar_days_count_weekends_but_do_not_end_on_one() -> None:
    friday = day("2026-11-20")

    assert due_on(friday, calendar_days(1), Calendar()) == day("2026-11-23")
    assert due_on(friday, calendar_days(3), Calendar()) == day("2026-11-23")
    assert [(line.number, line.why) for line in explain(friday, calendar_days(1), Calendar())] == [
        (None, Why.START),
        (1, None),
        (None, Why.SUNDAY),
        (None, Why.CARRIED),
    ]


def test_calendar_days_end_on_a_saturday_that_is_worked() -> None:
    worked = Calendar({day("2026-11-21"): DayKind.WORKED})

    assert due_on(day("2026-11-20"), calendar_days(1), worked) == day("2026-11-21")


def test_no_clock_runs_on_a_day_on_which_nobody_could_reach_the_site() -> None:
    outage = Calendar({day("2026-11-24"): DayKind.OUTAGE})

    for term in (working(2), calendar_days(2)):
        assert due_on(day("2026-11-23"), term, Calendar()) == day("2026-11-25")
        assert due_on(day("2026-11-23"), term, outage) == day("2026-11-26")
        assert explain(day("2026-11-23"), term, outage)[1] == DayLine(
            day("2026-11-24"), None, Why.OUTAGE, DayKind.OUTAGE
        )


def test_pauses_and_days_that_were_added() -> None:
    pauses = [(day("2026-11-24"), day("2026-11-25")), (day("2026-11-25"), day("2026-11-26"))]

    assert due_on(day("2026-11-23"), working(1), Calendar(), pauses=pauses) == day("2026-11-27")
    assert due_on(day("2026-11-23"), working(1), Calendar(), extra=2, pauses=pauses) == day("2026-12-01")
    assert [line.why for line in explain(day("2026-11-23"), working(1), Calendar(), pauses=pauses)][1:4] == [
        Why.PAUSE
    ] * 3


def test_what_is_left() -> None:
    due = day("2026-03-20")

    def left(today: str, unit: Unit = Unit.WORKING) -> int:
        return remaining(day(today), due, unit, KAZAKHSTAN)

    assert left("2026-03-05") == 10
    assert left("2026-03-05", Unit.CALENDAR) == 15
    assert left("2026-03-19") == 1
    assert left("2026-03-20") == 0
    assert left("2026-03-21") == -1, "a Saturday later it is overdue, though no working day has passed"
    assert left("2026-03-26") == -1, "Nauryz does not count against anybody"
    assert left("2026-03-27") == -2


def test_five_thousand_terms_take_no_time() -> None:
    begun = process_time()
    for number in range(5000):
        due_on(day("2026-03-05") + timedelta(days=number % 300), working(15), KAZAKHSTAN)

    assert process_time() - begun < 1


# --- What holds of every calendar -----------------------------------------------------------------------------

BEGIN = day("2026-01-01")
soon = st.integers(0, 120).map(lambda number: BEGIN + timedelta(days=number))
calendars = st.dictionaries(soon, st.sampled_from(list(DayKind)), max_size=25).map(Calendar)
terms = st.builds(Term, st.integers(1, 40), st.sampled_from(list(Unit)), st.sampled_from(list(FirstDay)))
spans = st.lists(
    st.tuples(soon, st.integers(0, 9)).map(lambda span: (span[0], span[0] + timedelta(days=span[1]))), max_size=4
)
more = st.integers(0, 20)


def and_also(calendar: Calendar, one: date, kind: DayKind) -> Calendar:
    return Calendar({**calendar.days, one: kind})


@given(soon, terms, calendars, more, spans, soon, st.sampled_from([DayKind.HOLIDAY, DayKind.DAY_OFF, DayKind.OUTAGE]))
def test_a_holiday_more_never_shortens_a_term(
    started: date, term: Term, calendar: Calendar, extra: int, pauses: list[tuple[date, date]], one: date, kind: DayKind
) -> None:
    """An outage is stronger than a holiday: where there is one, the day is taken already."""
    if calendar.days.get(one) is DayKind.OUTAGE:
        kind = DayKind.OUTAGE
    before = due_on(started, term, calendar, extra=extra, pauses=pauses)
    richer = and_also(calendar, one, kind)

    assert due_on(started, term, richer, extra=extra, pauses=pauses) >= before
    assert due_on(started, term, calendar, extra=extra, pauses=pauses) == before, "taken away again, the date is back"
    if one > before:
        assert due_on(started, term, richer, extra=extra, pauses=pauses) == before


@given(soon, terms, calendars, more, spans, soon, st.integers(0, 30))
def test_a_pause_more_never_shortens_a_term(
    started: date, term: Term, calendar: Calendar, extra: int, pauses: list[tuple[date, date]], one: date, length: int
) -> None:
    before = due_on(started, term, calendar, extra=extra, pauses=pauses)
    longer = [*pauses, (one, one + timedelta(days=length))]

    assert due_on(started, term, calendar, extra=extra, pauses=longer) >= before
    assert due_on(started, term, calendar, extra=extra, pauses=longer[:-1]) == before


@given(soon, terms, calendars, more, more, spans)
def test_days_that_are_added_never_shorten_a_term(
    started: date, term: Term, calendar: Calendar, extra: int, added: int, pauses: list[tuple[date, date]]
) -> None:
    before = due_on(started, term, calendar, extra=extra, pauses=pauses)

    assert due_on(started, term, calendar, extra=extra + added, pauses=pauses) >= before
    longer = term._replace(days=term.days + added)
    assert due_on(started, longer, calendar, extra=extra, pauses=pauses) >= before


@given(soon, more, terms, calendars, spans)
def test_who_begins_later_is_never_due_earlier(
    started: date, later: int, term: Term, calendar: Calendar, pauses: list[tuple[date, date]]
) -> None:
    first = due_on(started, term, calendar, pauses=pauses)

    assert due_on(started + timedelta(days=later), term, calendar, pauses=pauses) >= first


@given(soon, terms, calendars, more, spans)
@settings(max_examples=200)
def test_the_explanation_counts_every_day_and_ends_on_the_date(
    started: date, term: Term, calendar: Calendar, extra: int, pauses: list[tuple[date, date]]
) -> None:
    lines = explain(started, term, calendar, extra=extra, pauses=pauses)

    assert lines[-1].day == due_on(started, term, calendar, extra=extra, pauses=pauses)
    assert [line.number for line in lines if line.number] == list(range(1, term.days + extra + 1))
    assert [line.day for line in lines] == [started + timedelta(days=number) for number in range(len(lines))]
    assert all((line.number is None) is (line.why is not None) for line in lines)
    assert calendar.is_worked(lines[-1].day)


@given(soon, soon, terms, calendars)
def test_what_is_left_runs_down_to_nothing(today: date, started: date, term: Term, calendar: Calendar) -> None:
    due = due_on(started, term, calendar)
    left = remaining(today, due, term.unit, calendar)

    assert (left < 0) is (today > due)
    assert remaining(today + timedelta(days=1), due, term.unit, calendar) <= left


# --- The library's days ---------------------------------------------------------------------------------------


def test_every_day_the_library_knows_has_a_name_in_three_languages() -> None:
    for known in known_days(YEARS):
        assert known.note.kk, known
        assert known.note.ru, known
        assert known.note.en, known
    assert {known.kind for known in known_days(YEARS)} == {DayKind.HOLIDAY, DayKind.DAY_OFF, DayKind.WORKED}
    assert len(NAMES) == 12


def test_moved_and_estimated_days_say_so() -> None:
    notes = {known.day: known.note for known in known_days((2026,))}

    assert notes[day("2026-03-08")].kk == "Халықаралық әйелдер күні"
    assert notes[day("2026-03-09")].ru == "Международный женский день (перенесённый выходной)"
    assert notes[day("2026-05-27")].en == "Qurban Ait (Eid al-Adha) (estimated date)"


def test_which_years_there_are() -> None:
    today = day("2026-11-23")

    assert list(calendar_years(today)) == [2023, 2024, 2025, 2026, 2027, 2028]
    assert [year_asked(typed, today) for typed in ("2024", "1999", "²024", "", "99999999999999999999", "-1")] == [
        2024,
        2026,
        2026,
        2026,
        2026,
        2026,
    ]
