"""Reading the public log: page by page, narrowed by what a reader asks. Lines come as plain tuples."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import false, func, select, true

from karavan.accounts.models import Organisation
from karavan.core.when import DEFAULT_ZONE, local_day
from karavan.moderation.lifecycle import ON_APPEAL
from karavan.moderation.models import Case, CaseState, LogAction, LogGate, LogLine, StateRequest

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from karavan.core.languages import Slots

PAGE: Final = 30
FEED: Final = 50
EXPORT: Final = 1000
"""So many lines an export gives at once, and says where the next begin."""
LARGEST: Final = 2**31 - 1
SKEW: Final = timedelta(days=1)
"""Lines are numbered as they are written; their times may be out of step by a moment, never by so much."""
ZONE: Final = ZoneInfo(DEFAULT_ZONE)

JUDGED: Final = (LogAction.UPHELD, LogAction.OVERTURNED, LogAction.MODIFIED)
WAITING: Final = "waiting"
NO_APPEAL: Final = "none"
APPEALS: Final = (WAITING, *(action.value for action in JUDGED))
"""States of an appeal that a reader can ask for; a line whose case has none says `NO_APPEAL`."""


@dataclass(frozen=True, kw_only=True)
class LogFilters:
    """What a reader of the log asked for; empty means everything."""

    organisation_id: int = 0
    action: str = ""
    clause: str = ""
    automated: str = ""
    """`yes`, `no`, or everything."""
    appeal: str = ""
    thread: str = ""
    case_id: int = 0
    month: str = ""
    """2026-11"""

    @property
    def any(self) -> bool:
        """Is the log narrowed at all?"""
        return self != LogFilters()


class LogRow(NamedTuple):
    """One line, as it was written."""

    seq: int
    happened_at: datetime
    organisation_id: int
    action: LogAction
    case_id: int | None
    thread: str
    comment: str
    revision_sha256: str
    clause: str
    clause_version: int
    words: str
    words_lang: str
    by: str
    automated: bool
    basis: str
    lang: str
    alignment: str
    reverses: int | None
    facts: dict[str, Any]
    prev_hash: str
    hash: str


class LogPage(NamedTuple):
    """Some lines, and where the others begin (0: there are none)."""

    lines: list[LogRow]
    beyond: int


class Head(NamedTuple):
    """The newest line's number and hash: whoever wrote them down can tell whether anything before was changed."""

    seq: int
    hash: str


class Asked(NamedTuple):
    """What a state body asked for. While it is sealed: the office and the day, and nothing else."""

    office: str
    dated: date
    article: str
    number: str
    sealed_until: date | None


class Beside(NamedTuple):
    """What is known of the cases on a page and stands in other tables."""

    appeals: dict[int, str]
    requests: dict[int, Asked]


_COLUMNS: Final = tuple(getattr(LogLine, name) for name in LogRow._fields)


def log_page(session: Session, filters: LogFilters, *, before: int = 0, limit: int = PAGE) -> LogPage:
    """Return lines, the newest first; `before` a number, if it is named."""
    chosen = narrowed(filters).order_by(LogLine.seq.desc())
    if before:
        chosen = chosen.where(LogLine.seq < before)
    return _some(session, chosen, limit)


def log_export(session: Session, filters: LogFilters, *, after: int = 0, limit: int = EXPORT) -> LogPage:
    """Return lines as they were written, the oldest first; `after` a number."""
    return _some(session, narrowed(filters).where(LogLine.seq > after).order_by(LogLine.seq), limit)


def _some(session: Session, chosen: Select[Any], limit: int) -> LogPage:
    lines = [LogRow(*row) for row in session.execute(chosen.limit(limit + 1))]
    return LogPage(lines[:limit], lines[limit - 1].seq if len(lines) > limit else 0)


def narrowed(filters: LogFilters) -> Select[Any]:
    """Return the lines somebody asked for, in no order yet."""
    chosen = select(*_COLUMNS)
    if filters.organisation_id:
        chosen = chosen.where(LogLine.organisation_id == filters.organisation_id)
    if filters.action:
        chosen = chosen.where(LogLine.action == LogAction(filters.action))
    if filters.clause:
        chosen = chosen.where(LogLine.clause == filters.clause)
    if filters.automated:
        chosen = chosen.where(LogLine.automated == (true() if filters.automated == "yes" else false()))
    if filters.appeal:
        chosen = chosen.where(LogLine.case_id.in_(_cases_with(filters.appeal)))
    if filters.thread:
        chosen = chosen.where(LogLine.thread == filters.thread)
    if filters.case_id:
        chosen = chosen.where(LogLine.case_id == filters.case_id)
    return _within_month(chosen, filters.month) if filters.month else chosen


def _cases_with(appeal: str) -> Select[Any]:
    """Return the cases whose appeal stands so."""
    if appeal == WAITING:
        return select(Case.id).where(Case.state.in_(sorted(ON_APPEAL)))
    return select(LogLine.case_id).where(LogLine.action == LogAction(appeal), LogLine.case_id.is_not(None))


def _within_month(chosen: Select[Any], month: str) -> Select[Any]:
    """Leave the lines of a month here in Mangystau, and look at no others: the numbers around it bound the search."""
    begins, ends = month_bounds(month)

    def edge(moment: datetime) -> Any:
        first = select(LogLine.seq).where(LogLine.happened_at >= moment).order_by(LogLine.happened_at, LogLine.seq)
        return first.limit(1).scalar_subquery()

    return chosen.where(
        LogLine.happened_at >= begins,
        LogLine.happened_at < ends,
        LogLine.seq >= func.coalesce(edge(begins - SKEW), 0),
        LogLine.seq <= func.coalesce(edge(ends + SKEW), LARGEST),
    )


def month_bounds(month: str) -> tuple[datetime, datetime]:
    """Return when a month such as 2026-11 begins here, and when the next one does."""
    year, number = map(int, month.split("-"))
    following = (year + 1, 1) if number == 12 else (year, number + 1)
    return datetime(year, number, 1, tzinfo=ZONE), datetime(*following, 1, tzinfo=ZONE)


def months_of(session: Session, *, now: datetime) -> list[date]:
    """Return the months in which there are lines, the newest first."""
    first = session.scalar(select(LogLine.happened_at).order_by(LogLine.seq).limit(1))
    if first is None:
        return []
    month, last = local_day(first).replace(day=1), local_day(now).replace(day=1)
    months: list[date] = []
    while month <= last and len(months) < 240:
        months.append(month)
        month = (month + timedelta(days=31)).replace(day=1)
    return months[::-1]


def organisations_of(session: Session) -> list[tuple[int, Slots]]:
    """Return whose moderators have written in the log: id and name."""
    written = select(LogLine.seq).where(LogLine.organisation_id == Organisation.id).exists()
    chosen = select(Organisation.id, Organisation.name).where(written).order_by(Organisation.id)
    return [(row[0], row[1]) for row in session.execute(chosen)]


def head_of(session: Session) -> Head | None:
    """Return the newest line's number and hash."""
    row = session.execute(select(LogGate.next_seq, LogGate.head).order_by(LogGate.id).limit(1)).first()
    return Head(row[0] - 1, row[1]) if row is not None and row[0] > 1 else None


def beside(session: Session, lines: Sequence[LogRow], *, today: date) -> Beside:
    """Return where the appeals of these lines' cases stand, and what state bodies asked for."""
    cases = {line.case_id for line in lines if line.case_id is not None}
    if not cases:
        return Beside({}, {})
    return Beside(_appeals(session, cases), _requests(session, cases, today))


def _appeals(session: Session, cases: Collection[int]) -> dict[int, str]:
    chosen = select(Case.id, Case.state).where(
        Case.id.in_(cases), Case.state.in_(sorted({*ON_APPEAL, CaseState.FINAL}))
    )
    states = {row[0]: row[1] for row in session.execute(chosen)}
    found = {case_id: WAITING for case_id, state in states.items() if state in ON_APPEAL}
    closed = sorted(states.keys() - found.keys())
    if closed:
        judged = select(LogLine.case_id, LogLine.action).where(LogLine.case_id.in_(closed), LogLine.action.in_(JUDGED))
        found |= {row[0]: row[1].value for row in session.execute(judged.order_by(LogLine.seq)) if row[0] is not None}
    return found


def _requests(session: Session, cases: Collection[int], today: date) -> dict[int, Asked]:
    columns = (StateRequest.office, StateRequest.dated, StateRequest.article, StateRequest.number)
    chosen = select(StateRequest.case_id, *columns, StateRequest.sealed_until).where(StateRequest.case_id.in_(cases))
    found: dict[int, Asked] = {}
    for row in session.execute(chosen):
        case_id, asked = row[0], Asked(*row[1:])
        sealed = asked.sealed_until is not None and asked.sealed_until > today
        found[case_id] = asked._replace(article="", number="") if sealed else asked._replace(sealed_until=None)
    return found


def plain(line: LogRow) -> dict[str, Any]:
    """Return a line as its fingerprint was taken (`rules.log.fingerprint`): all of it but the fingerprint."""
    told = {name: value for name, value in line._asdict().items() if name != "hash"}
    return told | {"happened_at": line.happened_at.astimezone(UTC).isoformat(), "action": line.action.value}
