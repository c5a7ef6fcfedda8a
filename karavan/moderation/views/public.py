"""What everybody may see of moderation: the log, line by line, and the figures.

Both are open data: every page has the same as CSV and JSON beside it. The log's JSON holds each line exactly as its
fingerprint was taken, so the chain can be recomputed without Karavan.
"""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, render_template, request, url_for

from karavan.core import charts
from karavan.core.charts import SMALL
from karavan.core.clock import now
from karavan.core.database import db
from karavan.core.languages import LANGUAGES
from karavan.core.text import csv_cell
from karavan.core.when import local_day, month_year, number, percent as in_percent
from karavan.moderation import labels, log_queries as log, rooms
from karavan.moderation.conduct import BY_CODE, CLAUSES
from karavan.moderation.findings import findings_of
from karavan.moderation.log_queries import LogFilters, LogRow
from karavan.moderation.models import LogAction
from karavan.moderation.queries import overdue
from karavan.moderation.transparency import COLUMNS, Span, figures_of, flat, months_shown, period_of
from karavan.moderation.transparency_queries import find
from karavan.web.access import access, anyone
from karavan.web.locale import lang, say
from karavan.web.reply import public, show
from karavan.web.templating import NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from karavan.core.languages import Slots, Wording
    from karavan.moderation.transparency import Figure, Period

blueprint = Blueprint("moderation_public", __name__, url_prefix="/<lang:lang>")

LOG, LINES = "moderation_log/index.html", "moderation_log/_log_lines.html"
FIGURES = "moderation_log/transparency.html"
LOG_SECONDS: Final = 10
FEED_SECONDS: Final = 300
FIGURES_SECONDS: Final = 300
LARGEST_ID: Final = log.LARGEST
RECIPE: Final = (
    "hash = SHA-256 of `line` as JSON: keys sorted, no spaces, UTF-8 without escapes. "
    "prev_hash is the hash of the line before; the first line has 64 zeros."
)
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,24}", re.ASCII)
_MONTH: Final = re.compile(r"20\d\d-(0[1-9]|1[0-2])", re.ASCII)


# --- The log ----------------------------------------------------------------------------------------------


@blueprint.get("/moderation/log", endpoint="log")
@access(anyone)
def log_page() -> Response:
    """Show lines of the public log, narrowed by a plain form that htmx makes live."""
    public(LOG_SECONDS)
    session, filters, moment = db.session(), _filters(), now()
    page = log.log_page(session, filters, before=_number("before"))
    asked = asked_of(filters)
    organisations = log.organisations_of(session)
    return show(
        LOG,
        LINES,
        filters=filters,
        asked=asked,
        page=page,
        older_url=url_for("moderation_public.log", **asked, before=page.beyond) if page.beyond else None,
        organisations=dict(organisations),
        months=log.months_of(session, now=moment),
        head=log.head_of(session),
        late=overdue(session, filters.organisation_id or None, moment),
        beside=log.beside(session, page.lines, today=local_day(moment)),
        rooms=rooms.named(session, {line.thread for line in page.lines if line.thread}, lang()),
        address_of=rooms.address_of,
        wording=rule_of,
        labels=labels,
        clauses=CLAUSES,
        rules_url=url_for("conduct.rules"),
    )


@blueprint.get("/moderation/log.atom")
@access(anyone)
def log_feed() -> Response:
    """Give the newest lines to whoever follows without an account; narrowed like the page."""
    public(FEED_SECONDS)
    filters = _filters()
    page = log.log_page(db.session(), filters, limit=log.FEED)
    asked = asked_of(filters)
    own = _absolute("moderation_public.log_feed", **asked)
    feed = render_template(
        "moderation_log/feed.xml",
        lines=page.lines,
        labels=labels,
        wording=rule_of,
        own=own,
        page=_absolute("moderation_public.log", **asked),
        host=urlsplit(own).hostname or "localhost",
    )
    response = Response(feed, mimetype="application/atom+xml")
    response.add_etag()
    response.make_conditional(request)
    return response


@blueprint.get("/moderation/log.json")
@access(anyone)
def log_json() -> Response:
    """Give lines exactly as they were fingerprinted, the oldest first, and where the next begin."""
    public(LOG_SECONDS)
    page, following = _exported("moderation_public.log_json")
    session = db.session()
    head = log.head_of(session)
    beside = log.beside(session, page.lines, today=local_day(now()))
    told = {
        "head": None if head is None else {"seq": head.seq, "hash": head.hash},
        "how_to_check": RECIPE,
        "lines": [_as_json(line, beside) for line in page.lines],
        "next": following,
    }
    return _linked(Response(json.dumps(told, ensure_ascii=False), mimetype="application/json"), following)


@blueprint.get("/moderation/log.csv")
@access(anyone)
def log_csv() -> Response:
    """Give the same for a spreadsheet; the header `Link` says where the next lines begin."""
    public(LOG_SECONDS)
    page, following = _exported("moderation_public.log_csv")
    beside = log.beside(db.session(), page.lines, today=local_day(now()))
    names = (*LogRow._fields, *(f"rule_{code}" for code in LANGUAGES), "appeal")
    rows = ([*_as_cells(line), appeal_of(line, beside)] for line in page.lines)
    return _linked(_csv(names, rows, "moderation-log"), following)


def _exported(endpoint: str) -> tuple[log.LogPage, str | None]:
    filters = _filters()
    page = log.log_export(db.session(), filters, after=_number("after"))
    return page, _absolute(endpoint, **asked_of(filters), after=page.beyond) if page.beyond else None


def _linked(response: Response, following: str | None) -> Response:
    if following:
        response.headers["Link"] = f'<{following}>; rel="next"'
    return response


def _as_json(line: LogRow, beside: log.Beside) -> dict[str, Any]:
    asked = beside.requests.get(line.case_id or 0)
    return {
        "line": log.plain(line),
        "hash": line.hash,
        "rule": _titles(line),
        "appeal": appeal_of(line, beside),
        "state_request": None
        if asked is None
        else {
            "office": asked.office,
            "dated": asked.dated.isoformat(),
            "article": asked.article,
            "number": asked.number,
            "sealed_until": asked.sealed_until and asked.sealed_until.isoformat(),
        },
    }


def _as_cells(line: LogRow) -> list[Any]:
    told = log.plain(line) | {"hash": line.hash, "facts": json.dumps(line.facts, ensure_ascii=False)}
    return [*(told[name] for name in LogRow._fields), *_titles(line).values()]


def appeal_of(line: LogRow, beside: log.Beside) -> str:
    """Return where the appeal of a line's case stands; "" for a line without a case."""
    return "" if line.case_id is None else beside.appeals.get(line.case_id, log.NO_APPEAL)


def _titles(line: LogRow) -> dict[str, str]:
    title = title_of(line)
    return {code: getattr(title, code) if title else "" for code in LANGUAGES}


def title_of(line: LogRow) -> Slots | None:
    """Return the title of the rule a line quotes, as it read then."""
    clause = BY_CODE.get(line.clause)
    if clause is None:
        return None
    return next((one.title for one in clause.wordings if one.version == line.clause_version), clause.current.title)


def rule_of(line: LogRow) -> Wording | None:
    """Return the same in the reader's language."""
    title = title_of(line)
    return title.best(lang()) if title else None


def _filters() -> LogFilters:
    """Read the form; values nobody offered are taken as "everything"."""
    wish = request.args
    thread, month = wish.get("thread", ""), wish.get("month", "")
    return LogFilters(
        organisation_id=_number("council"),
        action=_one_of("action", LogAction),
        clause=_one_of("rule", BY_CODE),
        automated=_one_of("automated", labels.AUTOMATED),
        appeal=_one_of("appeal", log.APPEALS),
        thread=thread if _ID.fullmatch(thread) else "",
        case_id=_number("case"),
        month=month if _MONTH.fullmatch(month) else "",
    )


def asked_of(filters: LogFilters) -> dict[str, Any]:
    """Return what the log is narrowed by, as it stands in an address."""
    asked = {
        "council": filters.organisation_id,
        "action": filters.action,
        "rule": filters.clause,
        "automated": filters.automated,
        "appeal": filters.appeal,
        "thread": filters.thread,
        "case": filters.case_id,
        "month": filters.month,
    }
    return {name: value for name, value in asked.items() if value}


# --- The figures ------------------------------------------------------------------------------------------


@blueprint.get("/transparency")
@access(anyone)
def transparency() -> Response:
    """Show how moderation went: drawings from the server, each with its table and its data."""
    public(FIGURES_SECONDS)
    period, organisation_id, months, figures = _figures()
    organisations = log.organisations_of(db.session())
    asked = _period_asked(period, organisation_id)
    told = findings_of(figures, lang(), percent=percent, hours=hours)
    return show(
        FIGURES,
        period=period,
        organisation_id=organisation_id,
        organisations=organisations,
        figures=figures,
        words=_words(months),
        findings={name: say(one) for name, one in told.items()},
        asked=asked,
        charts=charts,
        rules_url=url_for("conduct.rules"),
        percent=percent,
        hours=hours,
        counts=lambda line: number(line.count, lang()),
        times=lambda line: "–" if line.minutes is None else hours(line.minutes),
        small=SMALL,
        counted_at=period.until,
    )


@blueprint.get("/transparency.csv")
@access(anyone)
def transparency_csv() -> Response:
    """Give the figures (or one: `?figure=reasons`) for a spreadsheet."""
    public(FIGURES_SECONDS)
    *_, figures = _figures()
    rows = ([line[name] for name in COLUMNS] for line in flat(_chosen(figures)))
    return _csv(COLUMNS, rows, "transparency")


@blueprint.get("/transparency.json")
@access(anyone)
def transparency_json() -> Response:
    """Give the figures for a program, with how they were counted."""
    public(FIGURES_SECONDS)
    period, organisation_id, _, figures = _figures()
    told = {
        "period": {
            "span": period.span.value,
            "since": period.since and period.since.isoformat(),
            "until": period.until.isoformat(),
        },
        "organisation": organisation_id or None,
        "definitions": {
            "percentiles": "nearest rank, whole minutes rounded down",
            "intervals": "Wilson score, 95 % (Wilson 1927)",
            "small": f"of fewer than {SMALL} no share is given",
            "decisions": "in force: an appeal's decision replaces the one it overturned or modified",
            "removals": "of the comments written in the period, those removed now",
        },
        "figures": list(flat(_chosen(figures))),
    }
    return Response(json.dumps(told, ensure_ascii=False), mimetype="application/json")


def _figures() -> tuple[Period, int, list[date], dict[str, Figure]]:
    period = period_of(Span(_one_of("period", Span) or Span.ALL), now=now())
    organisation_id, months = _number("council"), months_shown(period)
    found = find(db.session(), period, organisation_id, months=months)
    return period, organisation_id, months, figures_of(found, months=months, languages=LANGUAGES)


def _chosen(figures: dict[str, Figure]) -> Sequence[Figure]:
    wanted = request.args.get("figure", "")
    return [figures[wanted]] if wanted in figures else list(figures.values())


def _period_asked(period: Period, organisation_id: int) -> dict[str, Any]:
    asked = {"period": period.span.value if period.span != Span.ALL else "", "council": organisation_id}
    return {name: value for name, value in asked.items() if value}


def percent(share: float) -> str:
    """Write a share as people read it here."""
    return in_percent(share, lang())


def hours(minutes: int) -> str:
    """Write a duration in hours."""
    return number(round(minutes / 60, 1), lang())


def _words(months: Sequence[date]) -> dict[str, dict[str, str]]:
    """Return what the groups of each figure are called."""
    told: dict[str, Mapping[Any, str]] = {
        "origins": labels.ORIGINS,
        "decisions": labels.ACTIONS,
        "time_to_decision": labels.TIMES,
        "time_to_appeal_decision": labels.TIMES,
        "appeals": labels.APPEALS,
        "sanctions": labels.SANCTIONS,
        "state_requests": labels.REQUESTS,
        "agreement": labels.AGREEMENT,
        "removals_by_alignment": labels.ALIGNMENTS,
    }
    return {name: {str(group): say(words) for group, words in groups.items()} for name, groups in told.items()} | {
        "decisions_by_month": {f"{month:%Y-%m}": month_year(month, lang()) for month in months},
        "months": {f"{month:%Y-%m}": f"{month:%m.%Y}" for month in months},
        "reasons": {clause.code: f"{clause.number}. {clause.current.title.best(lang()).text}" for clause in CLAUSES},
        "removals_by_language": {code: names[1] for code, names in NAMES.items()},
    }


# --- Both -------------------------------------------------------------------------------------------------


def _csv(names: Sequence[str], rows: Iterable[Sequence[Any]], name: str) -> Response:
    """Write UTF-8 with its mark; no cell of it would be calculated."""
    file = io.StringIO()
    table = csv.writer(file, lineterminator="\r\n")
    table.writerow(names)
    table.writerows([csv_cell(cell) for cell in row] for row in rows)
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(file.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8", headers=headers)


def _number(name: str) -> int:
    """Read a number from the query; anything else is as if it were not there."""
    typed = request.args.get(name, "")
    if not (typed.isascii() and typed.isdigit() and len(typed) < 11):
        return 0
    return min(int(typed), LARGEST_ID)


def _one_of(name: str, offered: Iterable[str]) -> str:
    typed = request.args.get(name, "")
    return typed if typed in {str(one) for one in offered} else ""


def _absolute(endpoint: str, **values: Any) -> str:
    base: str = current_app.extensions["karavan.settings"].base_url
    return base + url_for(endpoint, **values)
