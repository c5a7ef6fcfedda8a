"""Dates and times as people of three languages read them."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from karavan.core import when

NB = "\u00a0"
MONTHS = {
    "kk": "қаңтар ақпан наурыз сәуір мамыр маусым шілде тамыз қыркүйек қазан қараша желтоқсан",
    "ru": "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь",
    "en": "January February March April May June July August September October November December",
}
MONTHS_OF_A_DATE = MONTHS | {
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
}
WEEKDAYS = {
    "kk": "дүйсенбі сейсенбі сәрсенбі бейсенбі жұма сенбі жексенбі",
    "ru": "понедельник вторник среда четверг пятница суббота воскресенье",
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
}
WEEKDAYS_SHORT = {
    "kk": "дс сс ср бс жм сб жс",
    "ru": "пн вт ср чт пт сб вс",
    "en": "Mon Tue Wed Thu Fri Sat Sun",
}
FIFTH_OF_MARCH = date(2026, 3, 5)
languages = pytest.mark.parametrize("lang", ["kk", "ru", "en"])


def plain(text: str) -> str:
    """The text with ordinary spaces, for comparing words only."""
    return text.replace(NB, " ")


@pytest.mark.parametrize(
    ("shown", "kk", "ru", "en"),
    [
        (when.day_long, "2026 жылғы 5 наурыз, бейсенбі", "5 марта 2026 г., четверг", "Thursday 5 March 2026"),
        (when.day_medium, "2026 жылғы 5 наурыз", "5 марта 2026 г.", "5 March 2026"),
        (when.day_short, "5 наурыз", "5 марта", "5 March"),
        (when.month_year, "2026 жылғы наурыз", "март 2026 г.", "March 2026"),
    ],
)
def test_a_day_is_written_as_in_each_language(shown: Callable[[date, str], str], kk: str, ru: str, en: str) -> None:
    assert [plain(shown(FIFTH_OF_MARCH, lang)) for lang in ("kk", "ru", "en")] == [kk, ru, en]


def test_a_number_is_not_parted_from_its_word() -> None:
    assert when.day_long(FIFTH_OF_MARCH, "kk") == f"2026{NB}жылғы 5{NB}наурыз, бейсенбі"
    assert when.day_long(FIFTH_OF_MARCH, "ru") == f"5{NB}марта 2026{NB}г., четверг"
    assert when.day_long(FIFTH_OF_MARCH, "en") == f"Thursday 5{NB}March 2026"


@languages
def test_every_month_has_its_name_alone_and_in_a_date(lang: str) -> None:
    days = [date(2026, month, 1) for month in range(1, 13)]
    assert [when.month_name(day, lang) for day in days] == MONTHS[lang].split()
    assert [when.day_short(day, lang) for day in days] == [f"1{NB}{name}" for name in MONTHS_OF_A_DATE[lang].split()]


@languages
def test_the_week_starts_on_monday(lang: str) -> None:
    sunday = date(2026, 11, 8)
    week = [when.week_start(sunday) + timedelta(days=number) for number in range(7)]
    assert week[-1] == sunday
    assert [when.weekday_name(day, lang) for day in week] == WEEKDAYS[lang].split()
    assert [when.weekday_short(day, lang) for day in week] == WEEKDAYS_SHORT[lang].split()


def test_monday_is_the_start_of_its_own_week() -> None:
    assert when.week_start(date(2026, 11, 2)) == date(2026, 11, 2)


# --- Zones ------------------------------------------------------------------------------------------------


@languages
def test_a_moment_is_shown_as_the_clocks_of_aktau_show_it(lang: str) -> None:
    late = datetime(2026, 11, 5, 19, 30, tzinfo=UTC)
    assert when.clock(late, lang) == "00:30"
    assert when.day_short(late, lang).startswith("6")
    assert when.local_day(late) == date(2026, 11, 6)
    assert when.clock(late, lang, "UTC") == "19:30"
    assert when.day_short(late, lang, "UTC").startswith("5")


def test_the_zone_has_a_history_and_is_no_fixed_number() -> None:
    assert when.clock(datetime(2026, 7, 1, 0, 0, tzinfo=UTC), "kk") == "05:00"
    assert when.clock(datetime(1997, 1, 1, 0, 0, tzinfo=UTC), "kk") == "04:00"


@pytest.mark.parametrize("shown", [when.day_long, when.day_medium, when.day_short, when.month_name, when.clock])
def test_a_time_without_a_zone_is_our_mistake(shown: Callable[[date, str], str]) -> None:
    with pytest.raises(ValueError, match="without a zone"):
        shown(datetime(2026, 11, 5, 10, 0), "kk")  # noqa: DTZ001


# --- Ranges -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "kk", "ru", "en"),
    [
        ((2026, 11, 11), (2026, 11, 13), "2026 жылғы 11–13 қараша", "11–13 ноября 2026 г.", "11–13 November 2026"),
        ((2026, 11, 11), (2026, 11, 11), "2026 жылғы 11 қараша", "11 ноября 2026 г.", "11 November 2026"),
        (
            (2026, 11, 30),
            (2026, 12, 2),
            "2026 жылғы 30 қараша – 2 желтоқсан",
            "30 ноября – 2 декабря 2026 г.",
            "30 November – 2 December 2026",
        ),
        (
            (2026, 11, 11),
            (2026, 12, 13),
            "2026 жылғы 11 қараша – 13 желтоқсан",
            "11 ноября – 13 декабря 2026 г.",
            "11 November – 13 December 2026",
        ),
        (
            (2026, 12, 30),
            (2027, 1, 2),
            "2026 жылғы 30 желтоқсан – 2027 жылғы 2 қаңтар",
            "30 декабря 2026 г. – 2 января 2027 г.",
            "30 December 2026 – 2 January 2027",
        ),
        (
            (2026, 11, 11),
            (2027, 11, 11),
            "2026 жылғы 11 қараша – 2027 жылғы 11 қараша",
            "11 ноября 2026 г. – 11 ноября 2027 г.",
            "11 November 2026 – 11 November 2027",
        ),
    ],
)
def test_a_range_says_nothing_twice(
    first: tuple[int, int, int], last: tuple[int, int, int], kk: str, ru: str, en: str
) -> None:
    for lang, expected in (("kk", kk), ("ru", ru), ("en", en)):
        assert plain(when.day_range(date(*first), date(*last), lang)) == expected
        assert plain(when.day_range(date(*last), date(*first), lang)) == expected


def test_a_range_of_moments_is_counted_in_local_days() -> None:
    evening, night = datetime(2026, 11, 5, 15, 0, tzinfo=UTC), datetime(2026, 11, 5, 20, 0, tzinfo=UTC)
    assert when.day_range(evening, night, "en") == f"5–6{NB}November 2026"
    assert when.day_range(evening, night, "en", "UTC") == f"5{NB}November 2026"


@languages
def test_hours_of_one_day_stand_together(lang: str) -> None:
    start = datetime(2026, 11, 5, 5, 0, tzinfo=UTC)
    assert when.time_range(start, start + timedelta(hours=2, minutes=30), lang) == "10:00–12:30"
    assert when.time_range(start, start, lang) == "10:00"


def test_hours_over_midnight_say_the_days() -> None:
    start = datetime(2026, 11, 5, 22, 0, tzinfo=ZoneInfo("Asia/Aqtau"))
    end = start + timedelta(hours=4)
    assert plain(when.time_range(start, end, "kk")) == "5 қараша, 22:00 – 6 қараша, 02:00"
    assert plain(when.time_range(start, end, "ru")) == "5 ноября, 22:00 – 6 ноября, 02:00"
    assert plain(when.time_range(start, end, "en")) == "5 November, 22:00 – 6 November, 02:00"


# --- Lists and numbers ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lang", "two", "three"),
    [("kk", "а және б", "а, б, в"), ("ru", "а и б", "а, б и в"), ("en", "а and б", "а, б and в")],
)
def test_a_list_is_joined_with_the_word_of_the_language(lang: str, two: str, three: str) -> None:
    assert when.list_join(["а", "б"], lang) == two
    assert when.list_join(["а", "б", "в"], lang) == three
    assert when.list_join(["а"], lang) == "а"
    assert when.list_join([], lang) == ""


@pytest.mark.parametrize(
    ("lang", "large", "broken"),
    [("kk", f"818{NB}345", "2,5"), ("ru", f"818{NB}345", "2,5"), ("en", "818,345", "2.5")],
)
def test_a_number_is_grouped_as_in_the_language(lang: str, large: str, broken: str) -> None:
    assert when.number(818_345, lang) == large
    assert when.number(2.5, lang) == broken


# --- Always -----------------------------------------------------------------------------------------------

moments = st.datetimes(min_value=datetime(1995, 1, 1), max_value=datetime(2099, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(moments, moments, st.sampled_from(["kk", "ru", "en"]))
def test_no_narrow_space_and_no_capital_month_ever_comes_out(one: datetime, other: datetime, lang: str) -> None:
    shown = [
        when.day_long(one, lang),
        when.month_name(one, lang),
        when.month_year(one, lang),
        when.weekday_short(one, lang),
        when.day_range(one, other, lang),
        when.time_range(one, other, lang),
        when.number(one.timestamp(), lang),
    ]
    for text in shown:
        assert not set(text) & {"\u202f", "\u2009"}
        assert lang == "en" or text == text.lower()


def test_a_moment_for_machines_has_no_fraction_of_a_second() -> None:
    """HTML: a time's fraction has one, two or three digits; ours are stored with six."""
    assert when.stamp(datetime(2026, 3, 5, 10, 0, 7, 123456, tzinfo=UTC)) == "2026-03-05T10:00:07+00:00"
    assert when.stamp(FIFTH_OF_MARCH) == "2026-03-05"
