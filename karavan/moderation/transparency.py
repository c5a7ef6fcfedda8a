"""Figures about moderation: pure functions over the small results of `transparency_queries`.

A figure is a name and lines, of one of three kinds. What a page draws, what a table beside the drawing says and what
CSV and JSON hand on are the same lines, so none can say something else than the others.

Percentiles are by nearest rank: the smallest value such that at least so many per cent of all values are not larger;
always a value that occurred.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from karavan.core.charts import Line
from karavan.core.when import local_day, midnight
from karavan.moderation.conduct import CLAUSES
from karavan.moderation.models import Action, Origin, Outcome, SanctionKind, Visibility

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from karavan.moderation.rooms import Counted

MONTHS: Final = 12
ALIGNMENTS: Final = ("for", "against", "neutral", "")


def nearest_rank(counted: Mapping[int, int], per_cent: int) -> int | None:
    """Return a percentile of values, each given with how often it occurred; None of nothing."""
    wanted = -(-per_cent * sum(counted.values()) // 100)
    seen = 0
    for value in sorted(counted):
        seen += counted[value]
        if seen >= wanted:
            return value
    return None


class Span(StrEnum):
    """For what time figures are given."""

    MONTH = "month"
    YEAR = "year"
    ALL = "all"


class Period(NamedTuple):
    """From when to when; without a beginning: since there is a log."""

    span: Span
    since: datetime | None
    until: datetime


def period_of(span: Span, *, now: datetime) -> Period:
    """Return this month, this year or everything, as days begin in Mangystau."""
    today = local_day(now)
    begins = {Span.MONTH: today.replace(day=1), Span.YEAR: today.replace(month=1, day=1)}.get(span)
    return Period(span, midnight(begins) if begins else None, now)


def months_shown(period: Period) -> list[date]:
    """Return the months drawn one beside the other: twelve at most, the last one this month."""
    last = local_day(period.until).replace(day=1)
    back = last.month if period.span == Span.YEAR else MONTHS
    count = 0 if period.span == Span.MONTH else back
    number = last.year * 12 + last.month - 1
    return [last.replace(year=one // 12, month=one % 12 + 1) for one in range(number - count + 1, number + 1)]


class Kind(StrEnum):
    """What the lines of a figure say."""

    COUNTS = "counts"
    RATES = "rates"
    TIMES = "times"


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """Some numbers that belong together."""

    name: str
    kind: Kind = Kind.COUNTS
    lines: tuple[Line, ...]

    @property
    def total(self) -> int:
        """All counts together."""
        return sum(line.count for line in self.lines)

    @property
    def top(self) -> Line | None:
        """The first of the largest lines; none if nothing was counted."""
        largest = max(self.lines, key=lambda line: line.count, default=None)
        return largest if largest is not None and largest.count else None

    def get(self, group: str, part: str = "") -> Line:
        """Return one line."""
        return next(line for line in self.lines if (line.group, line.part) == (group, part))


class Decided(NamedTuple):
    """So many cases ended so: the decision in force, an appeal's in place of the one it overturned or modified."""

    month: int
    """Place among the months shown; -1: before them."""
    action: Action
    clause: str
    cases: int


class Judged(NamedTuple):
    """So many appeals ended so after so many minutes; without an outcome they wait."""

    outcome: Outcome | None
    minutes: int | None
    appeals: int


class Agreed(NamedTuple):
    """Blind second looks: all of them, those that chose the same; where both measured, how often by the same rule."""

    looks: int
    same: int
    measured: int
    same_rule: int


@dataclass(frozen=True, kw_only=True)
class Found:
    """What the database says about one period and one organisation (or all)."""

    comments: Sequence[Counted]
    origins: Mapping[Origin, int]
    decided: Sequence[Decided]
    minutes: Mapping[int, int]
    """How many first decisions took so many minutes."""
    judged: Sequence[Judged]
    overdue_now: int
    overdue_ever: int
    undone: int
    sanctions: Mapping[SanctionKind, int]
    lifted: int
    requests: Mapping[Action | None, int]
    agreed: Agreed


def figures_of(found: Found, *, months: Sequence[date], languages: Collection[str]) -> dict[str, Figure]:
    """Return every figure of the page, by its name, in the order of the page."""
    figures = [
        _volume(found),
        _counts("origins", {origin.value: found.origins.get(origin, 0) for origin in Origin}),
        _counts("decisions", {one.value: _cases(found.decided, action=one) for one in Action}),
        _by_month(found.decided, months),
        *_times(found),
        _counts("overdue", {"now": found.overdue_now, "ever": found.overdue_ever}),
        _counts("reasons", {one.code: _cases(found.decided, clause=one.code) for one in CLAUSES}),
        *_appeals(found.judged),
        _counts("undone", {"all": found.undone}),
        _counts("sanctions", {kind.value: found.sanctions.get(kind, 0) for kind in SanctionKind}),
        _counts("sanctions_lifted", {"all": found.lifted}),
        _requests(found.requests),
        _agreement(found.agreed),
        _removals("removals_by_alignment", "alignment", ALIGNMENTS, found.comments),
        _removals("removals_by_language", "lang", languages, found.comments),
    ]
    return {figure.name: figure for figure in figures}


def _counts(name: str, counts: Mapping[str, int]) -> Figure:
    return Figure(name=name, lines=tuple(Line(group=group, count=count) for group, count in counts.items()))


def _volume(found: Found) -> Figure:
    return _counts(
        "volume",
        {
            "comments": sum(one.comments for one in found.comments),
            "cases": sum(found.origins.values()),
            "decisions": sum(one.cases for one in found.decided),
            "appeals": sum(one.appeals for one in found.judged),
        },
    )


def _cases(
    decided: Iterable[Decided], *, month: int | None = None, action: Action | None = None, clause: str | None = None
) -> int:
    """Count cases; by a rule only what was covered or removed."""
    return sum(
        one.cases
        for one in decided
        if (month is None or one.month == month)
        and (action is None or one.action == action)
        and (clause is None or (one.clause == clause and one.action != Action.KEEP))
    )


def _by_month(decided: Sequence[Decided], months: Sequence[date]) -> Figure:
    lines = (
        Line(group=f"{month:%Y-%m}", part=action.value, count=_cases(decided, month=place, action=action))
        for place, month in enumerate(months)
        for action in Action
    )
    return Figure(name="decisions_by_month", lines=tuple(lines))


def _times(found: Found) -> Iterator[Figure]:
    appeals: dict[int, int] = {}
    for one in found.judged:
        if one.minutes is not None:
            appeals[one.minutes] = appeals.get(one.minutes, 0) + one.appeals
    for name, counted in (("time_to_decision", found.minutes), ("time_to_appeal_decision", appeals)):
        lines = tuple(
            Line(group=group, count=sum(counted.values()), minutes=nearest_rank(counted, per_cent))
            for group, per_cent in (("median", 50), ("p90", 90))
        )
        yield Figure(name=name, kind=Kind.TIMES, lines=lines)


def _appeals(judged: Sequence[Judged]) -> Iterator[Figure]:
    outcomes = dict.fromkeys(("waiting", *(one.value for one in Outcome)), 0)
    for one in judged:
        outcomes["waiting" if one.outcome is None else one.outcome.value] += one.appeals
    yield _counts("appeals", outcomes)
    closed = sum(outcomes.values()) - outcomes["waiting"]
    changed = outcomes[Outcome.OVERTURNED] + outcomes[Outcome.MODIFIED]
    rates = (
        Line(group="overturned", count=outcomes[Outcome.OVERTURNED], of=closed),
        Line(group="changed", count=changed, of=closed),
    )
    yield Figure(name="overturns", kind=Kind.RATES, lines=rates)


def _requests(requests: Mapping[Action | None, int]) -> Figure:
    carried_out = sum(count for action, count in requests.items() if action not in {None, Action.KEEP})
    waiting, refused = requests.get(None, 0), requests.get(Action.KEEP, 0)
    return _counts("state_requests", {"carried_out": carried_out, "refused": refused, "waiting": waiting})


def _agreement(agreed: Agreed) -> Figure:
    lines = (
        Line(group="action", count=agreed.same, of=agreed.looks),
        Line(group="rule", count=agreed.same_rule, of=agreed.measured),
    )
    return Figure(name="agreement", kind=Kind.RATES, lines=lines)


def _removals(name: str, trait: str, groups: Collection[str], comments: Sequence[Counted]) -> Figure:
    """Return how many of the comments of each kind are removed as things stand now: what was restored is not."""

    def count(group: str, *, removed: bool) -> int:
        return sum(
            one.comments
            for one in comments
            if getattr(one, trait) == group and (one.visibility == Visibility.REMOVED or not removed)
        )

    lines = tuple(
        Line(group=group or "none", count=count(group, removed=True), of=count(group, removed=False))
        for group in groups
    )
    return Figure(name=name, kind=Kind.RATES, lines=lines)


COLUMNS: Final = ("figure", "group", "part", "count", "of", "share", "low95", "high95", "minutes")


def flat(figures: Iterable[Figure]) -> Iterator[dict[str, Any]]:
    """Return every line of the figures with the same columns, for CSV and JSON. Shares have four digits."""
    for figure in figures:
        for line in figure.lines:
            low, high = line.interval or (None, None)
            values = (line.group, line.part, line.count, line.of, _four(line.share), _four(low), _four(high))
            yield dict(zip(COLUMNS, (figure.name, *values, line.minutes), strict=True))


def _four(share: float | None) -> float | None:
    return None if share is None else round(share, 4)
