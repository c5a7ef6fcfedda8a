"""Days for invented events: relative to the day of planting, on sensible weekdays, never on a public holiday."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from karavan.core.when import week_start

ZONE: Final = ZoneInfo("Asia/Aqtau")
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY = range(6)

# The days of Kazakhstan's calendar that have a fixed date. An invented event needs no more than these.
HOLIDAYS: Final = frozenset(
    {(1, 1), (1, 2), (1, 7), (3, 8), (3, 15), (3, 21), (3, 22), (3, 23), (5, 1), (5, 7), (5, 9)}
    | {(7, 6), (10, 25), (12, 16)}
)


def at(day: date, clock: str) -> datetime:
    """Return a moment by the clock on the wall in Aktau."""
    return datetime.combine(day, time.fromisoformat(clock), ZONE).astimezone(UTC)


@dataclass(frozen=True)
class Days:
    """The calendar as it lies before somebody who plants the town now."""

    now: datetime

    def on(self, weekday: int, *, weeks: int, days: int = 1) -> date:
        """Return that weekday so many weeks ahead, or the first after it when no day of the event is a holiday."""
        day = week_start(self.now) + timedelta(weeks=weeks, days=weekday)
        while any(((day + timedelta(days=n)).month, (day + timedelta(days=n)).day) in HOLIDAYS for n in range(days)):
            day += timedelta(weeks=1)
        return day

    def before(self, weekday: int, *, weeks: int, days: int = 1) -> date:
        """Return that weekday so many weeks ago, or the last before it when no day of the event is a holiday."""
        day = week_start(self.now) + timedelta(weeks=-weeks, days=weekday)
        while any(((day + timedelta(days=n)).month, (day + timedelta(days=n)).day) in HOLIDAYS for n in range(days)):
            day -= timedelta(weeks=1)
        return day

    def ago(self, days: int, clock: str) -> datetime:
        """Return an hour of a day that is past."""
        return at(self.now.astimezone(ZONE).date() - timedelta(days=days), clock)
