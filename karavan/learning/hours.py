"""How many minutes a day of an event counts for. Pure: what the organiser set, else what the programme says."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterable

    from karavan.events.models import Event, ProgrammeItem
    from karavan.learning.models import EventDay

DAY = 24 * 60


def minutes_of(event: Event, set_days: Iterable[EventDay]) -> dict[date, int]:
    """Return what each day counts for: what was set, else the programme, else the hours from beginning to end.

    Where only the days are known and no programme says more, a day counts for nothing until somebody sets it.
    """
    chosen = {one.day: one.minutes for one in set_days}
    return {day: chosen.get(day, counted(event, day)) for day in event.days}


def counted(event: Event, day: date) -> int:
    """Count a day nobody has set."""
    lines = [line for line in event.programme if line.day == day and line.starts is not None]
    return _by_programme(lines) if lines else _by_clock(event)


def _by_programme(lines: list[ProgrammeItem]) -> int:
    """Count the minutes in which something is going on; a line without an end lasts until the next begins."""
    lines = sorted(lines, key=lambda line: line.starts or time())
    begins = [_minute(line.starts) for line in lines]
    ends = [
        _minute(line.ends) if line.ends is not None else following
        for line, following in zip(lines, [*begins[1:], begins[-1]], strict=True)
    ]
    total, until = 0, 0
    for begin, end in zip(begins, ends, strict=True):
        total += max(0, end - max(begin, until))
        until = max(until, end)
    return min(total, DAY)


def _by_clock(event: Event) -> int:
    """Count from the hour it begins to the hour it ends, on each of its days."""
    if event.all_day:
        return 0
    begin, end = (_minute(_local(moment, event.zone)) for moment in (event.starts_at, event.ends_at))
    return max(0, end - begin)


def _local(moment: datetime, zone: str) -> time:
    return moment.astimezone(ZoneInfo(zone)).time()


def _minute(at: time | None) -> int:
    return at.hour * 60 + at.minute if at else 0
