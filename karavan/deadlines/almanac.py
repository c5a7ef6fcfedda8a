"""Kazakhstan's holidays as the `holidays` library knows them, in our words: what the calendar is seeded from.

The library moves holidays that fall on a weekend, knows the orders that swapped days, and estimates Құрбан айт, which
is announced each year. An administrator corrects what turns out otherwise.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from karavan.core.languages import Slots
from karavan.deadlines.models import DayKind

if TYPE_CHECKING:
    from datetime import date

FIRST_YEAR: Final = 2023
YEARS_AHEAD: Final = 2

NAMES: Final = {
    "New Year's Day": Slots("Жаңа жыл", "Новый год", "New Year"),
    "Orthodox Christmas": Slots("Православиелік Рождество", "Православное Рождество", "Orthodox Christmas"),
    "International Women's Day": Slots(
        "Халықаралық әйелдер күні", "Международный женский день", "International Women's Day"
    ),
    "Nowruz Holiday": Slots("Наурыз мейрамы", "Наурыз", "Nauryz"),
    "Kazakhstan's People Solidarity Holiday": Slots(
        "Қазақстан халқының бірлігі мерекесі",
        "Праздник единства народа Казахстана",
        "Day of Unity of the People of Kazakhstan",
    ),
    "Defender of the Fatherland Day": Slots("Отан қорғаушы күні", "День защитника Отечества", "Defender's Day"),
    "Victory Day": Slots("Жеңіс күні", "День Победы", "Victory Day"),
    "Capital Day": Slots("Астана күні", "День столицы", "Capital Day"),
    "Constitution Day": Slots("Конституция күні", "День Конституции", "Constitution Day"),
    "Republic Day": Slots("Республика күні", "День Республики", "Republic Day"),
    "Independence Day": Slots("Тәуелсіздік күні", "День Независимости", "Independence Day"),
    "Eid al-Adha": Slots("Құрбан айт", "Курбан айт", "Qurban Ait (Eid al-Adha)"),
}
"""The library's English names, without what it adds in brackets, and ours."""
MOVED: Final = Slots("ауыстырылған демалыс", "перенесённый выходной", "day off moved from a weekend")
ESTIMATED: Final = Slots("болжамды күні", "расчётная дата", "estimated date")
SWAPPED: Final = Slots(
    "Демалыс күні (қаулымен ауыстырылған)", "Выходной (перенесён постановлением)", "Day off (moved by an order)"
)
WORKED: Final = Slots(
    "Жұмыс күні (қаулымен ауыстырылған)", "Рабочий день (перенесён постановлением)", "Working day (moved by an order)"
)


class DayChange(NamedTuple):
    """What a day is, or is to be from now on; `kind` None: what its place in the week makes it."""

    day: date
    kind: DayKind | None
    note: Slots = Slots()


def calendar_years(today: date) -> range:
    """Return the years the calendar has, or should have by now."""
    return range(FIRST_YEAR, today.year + YEARS_AHEAD + 1)


def year_asked(typed: str, today: date) -> int:
    """Read a year; whatever is none that the calendar has means this one."""
    year = int(typed) if typed.isascii() and typed.isdigit() and len(typed) == 4 else 0
    return year if year in calendar_years(today) else today.year


@lru_cache(maxsize=8)
def known_days(years: tuple[int, ...]) -> tuple[DayChange, ...]:
    """Return what the library knows of these years, in order."""
    import holidays  # noqa: PLC0415 -- a large library, needed once a year

    found = holidays.country_holidays("KZ", years=years, language="en_US")
    days = [_free(day, found.get_list(day)) for day in found if day.year in years]
    days += [DayChange(day, DayKind.WORKED, WORKED) for day in found.weekend_workdays if day.year in years]
    return tuple(sorted(days, key=lambda known: known.day))


def _free(day: date, names: list[str]) -> DayChange:
    """Prefer a statutory name where the library knows several for one day."""
    words = [_name(name) for name in names if not name.startswith("Day off")]
    return DayChange(day, DayKind.HOLIDAY, words[0]) if words else DayChange(day, DayKind.DAY_OFF, SWAPPED)


def _name(label: str) -> Slots:
    plain, _, bracket = label.partition(" (")
    name = NAMES.get(plain, Slots(en=plain))
    remarks = [words for sign, words in (("observed", MOVED), ("estimated", ESTIMATED)) if sign in bracket]
    return _with(name, remarks)


def _with(name: Slots, remarks: list[Slots]) -> Slots:
    if not remarks:
        return name
    parts = {code: ", ".join(getattr(remark, code) for remark in remarks) for code in ("kk", "ru", "en")}
    return Slots(**{code: f"{getattr(name, code)} ({words})" for code, words in parts.items() if getattr(name, code)})
