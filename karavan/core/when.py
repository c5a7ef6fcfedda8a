"""Dates, times, numbers and lists as people read them in Kazakh, Russian and English.

Names come from CLDR through Babel; the order of the parts is ours where CLDR's is not how Kazakhstan writes
(«2026 жылғы 5 наурыз», not «2026 ж. 05 нау.»). A number and the word it belongs to are joined by a no-break
space (U+00A0), never by the narrow one that CLDR uses, which some fonts draw as a box.

Every function takes an aware datetime, which it shows in `zone`, or a date, which has no zone.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

DEFAULT_ZONE: Final = "Asia/Aqtau"

_LOCALES: Final = {"kk": Locale("kk"), "ru": Locale("ru"), "en": Locale("en", "GB")}
# «2026 жылғы» joins its parts as «5 наурыз» does, so a date breaks only between year, day and weekday.
_MEDIUM: Final = {"kk": "y\u00a0'жылғы' d\u00a0MMMM", "ru": "d\u00a0MMMM y\u00a0'г.'", "en": "d\u00a0MMMM y"}
_LONG: Final = {"kk": f"{_MEDIUM['kk']}, EEEE", "ru": f"{_MEDIUM['ru']}, EEEE", "en": f"EEEE {_MEDIUM['en']}"}
_MONTH_YEAR: Final = {"kk": "y\u00a0'жылғы' LLLL", "ru": "LLLL y\u00a0'г.'", "en": "LLLL y"}
_SHORT: Final = "d\u00a0MMMM"
# How a range begins: within one month the first day needs no month; the year is said once, where it stands in
# a whole date: first in Kazakh, last in Russian and English.
_RANGE_IN_MONTH: Final = {"kk": ("y\u00a0'жылғы' d", _SHORT), "ru": ("d", _MEDIUM["ru"]), "en": ("d", _MEDIUM["en"])}
_RANGE_IN_YEAR: Final = {
    "kk": (_MEDIUM["kk"], _SHORT),
    "ru": (_SHORT, _MEDIUM["ru"]),
    "en": (_SHORT, _MEDIUM["en"]),
}


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def local_day(moment: datetime | date, zone: str = DEFAULT_ZONE) -> date:
    """Return the calendar day on which a moment falls for people in the zone; a date is that day already."""
    return _local(moment, zone).date() if isinstance(moment, datetime) else moment


def midnight(day: date, zone: str = DEFAULT_ZONE) -> datetime:
    """Return when a day begins there."""
    return datetime(day.year, day.month, day.day, tzinfo=_zone(zone))


def week_start(moment: datetime | date, zone: str = DEFAULT_ZONE) -> date:
    """Return the Monday of that week: in all three languages the week starts on it."""
    day = local_day(moment, zone)
    return day - timedelta(days=day.weekday())


def stamp(moment: datetime | date) -> str:
    """Return a moment as machines read it, for `<time datetime>`: HTML allows no more than three digits of a second."""
    return moment.isoformat(timespec="seconds") if isinstance(moment, datetime) else moment.isoformat()


def day_long(moment: datetime | date, lang: str, zone: str = DEFAULT_ZONE) -> str:
    """«2026 жылғы 5 наурыз, бейсенбі», «5 марта 2026 г., четверг», "Thursday 5 March 2026"."""
    return _formatted(local_day(moment, zone), _LONG[lang], lang)


def day_medium(moment: datetime | date, lang: str, zone: str = DEFAULT_ZONE) -> str:
    """«2026 жылғы 5 наурыз», «5 марта 2026 г.», "5 March 2026"."""
    return _formatted(local_day(moment, zone), _MEDIUM[lang], lang)


def day_short(moment: datetime | date, lang: str, zone: str = DEFAULT_ZONE) -> str:
    """«5 наурыз», «5 марта», "5 March": for where the year is plain."""
    return _formatted(local_day(moment, zone), _SHORT, lang)


def month_name(moment: datetime | date, lang: str, zone: str = DEFAULT_ZONE) -> str:
    """«қараша», «ноябрь», "November": the month by itself, for date blocks and headings."""
    return _formatted(local_day(moment, zone), "LLLL", lang)


def month_year(moment: datetime | date, lang: str, zone: str = DEFAULT_ZONE) -> str:
    """«2026 жылғы қараша», «ноябрь 2026 г.», "November 2026"."""
    return _formatted(local_day(moment, zone), _MONTH_YEAR[lang], lang)


def weekday_name(moment: datetime | date, lang: str, zone: str = DEFAULT_ZONE) -> str:
    """«бейсенбі», «четверг», "Thursday"."""
    return _formatted(local_day(moment, zone), "cccc", lang)


def weekday_short(moment: datetime | date, lang: str, zone: str = DEFAULT_ZONE) -> str:
    """«бс», «чт», "Thu"."""
    return _formatted(local_day(moment, zone), "ccc", lang)


def clock(moment: datetime, lang: str, zone: str = DEFAULT_ZONE) -> str:  # noqa: ARG001 -- one shape for all
    """«09:05» in every language: the day has 24 hours."""
    return f"{_local(moment, zone):%H:%M}"


def time_range(start: datetime, end: datetime, lang: str, zone: str = DEFAULT_ZONE) -> str:
    """«10:00–12:30»; over midnight with the days: «5 қараша, 22:00 – 6 қараша, 02:00»."""
    first, last = sorted((start, end))
    if first == last:
        return clock(first, lang, zone)
    if local_day(first, zone) == local_day(last, zone):
        return f"{clock(first, lang, zone)}–{clock(last, lang, zone)}"
    days = [f"{day_short(moment, lang, zone)}, {clock(moment, lang, zone)}" for moment in (first, last)]
    return "\u00a0– ".join(days)


def day_range(start: datetime | date, end: datetime | date, lang: str, zone: str = DEFAULT_ZONE) -> str:
    """«2026 жылғы 11–13 қараша», «30 ноября – 2 декабря 2026 г.»: nothing is said twice."""
    first, last = sorted((local_day(start, zone), local_day(end, zone)))
    if first == last:
        return day_medium(first, lang)
    if first.year != last.year:
        return f"{day_medium(first, lang)}\u00a0– {day_medium(last, lang)}"
    one_month = first.month == last.month
    opening, closing = (_RANGE_IN_MONTH if one_month else _RANGE_IN_YEAR)[lang]
    dash = "–" if one_month else "\u00a0– "
    return f"{_formatted(first, opening, lang)}{dash}{_formatted(last, closing, lang)}"


def list_join(items: Sequence[str], lang: str) -> str:
    """«Ақтау және Құрық», «Актау, Бейнеу и Курык», "Aktau, Beineu and Kuryk", as CLDR joins them."""
    return format_list(items, locale=_LOCALES[lang])


def number(n: float | Decimal, lang: str) -> str:
    """«12 345,5» in Kazakh and Russian with a no-break space, "12,345.5" in English."""
    return format_decimal(n, locale=_LOCALES[lang])


def percent(share: float, lang: str) -> str:
    """«16%» in Kazakh and English, «16 %» in Russian; with a tenth where there is one."""
    space = "\u00a0" if lang == "ru" else ""
    return f"{number(round(share * 100, 1), lang)}{space}%"


def _local(moment: datetime, zone: str) -> datetime:
    if moment.tzinfo is None:
        msg = f"a time without a zone cannot be shown: {moment}"
        raise ValueError(msg)
    return moment.astimezone(_zone(zone))


def _formatted(day: date, pattern: str, lang: str) -> str:
    """Fill the pattern; CLDR capitalises Kazakh months that stand alone, which nobody here does in a sentence."""
    words = format_date(day, pattern, locale=_LOCALES[lang])
    return words if lang == "en" else words.lower()
