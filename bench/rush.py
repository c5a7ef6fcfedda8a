"""The rush: two thousand people want a hundred seats in the same second."""

from __future__ import annotations

import contextlib
import functools
import http.client
import itertools
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import TYPE_CHECKING
from unittest import mock

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from bench.report import milliseconds, spread
from bench.servers import request
from bench.town import application, registration_form
from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Problem
from karavan.events.models import Event, SeatGate
from karavan.events.rules import register as rule
from karavan.events.rules.seating import Gate

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from bench.load import Result
    from bench.report import Report
    from bench.servers import Server
    from bench.town import Town

Way = Callable[[int, int, int], object]

SEATS = 100
THREADS = 8


def form_of(karavan: Server, slug: str) -> tuple[str, str]:
    """Open a registration form as a browser would: return its session cookie and its token."""
    connection = http.client.HTTPConnection("127.0.0.1", karavan.port, timeout=30)
    try:
        connection.request("GET", f"/ru/events/{slug}/registration")
        answer = connection.getresponse()
        page = answer.read().decode()
    finally:
        connection.close()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]
    if not token or not cookie:
        raise SystemExit(f"no form at {slug}: {answer.status}")
    return cookie, token[1]


def over_http(report: Report, where: str, built: Town, karavan: Server, *, attempts: int, lines: int) -> None:
    """Let everybody press at once, with and without a waiting list; count who sits."""
    for waiting_list in (True, False):
        slug = f"rush-{'queue' if waiting_list else 'no-queue'}"
        event_id = built.event(slug, seats=SEATS, waiting_list=waiting_list)
        question = built.question(event_id)
        browsers = [form_of(karavan, slug) for _ in range(lines)]
        asked = []
        for number in range(attempts):
            cookie, csrf = browsers[number % lines]
            form = registration_form(f"{slug}{number}", csrf=csrf, question=question)
            asked.append(request(f"/ru/events/{slug}/registration", cookie=cookie, form=form))
        result, _ = karavan.load(asked, connections=lines)
        counts = built.counts(event_id)
        _judge(report, where, result, counts, attempts=attempts, waiting_list=waiting_list)


def _judge(
    report: Report, where: str, result: Result, counts: dict[str, int], *, attempts: int, waiting_list: bool
) -> None:
    queued = attempts - SEATS if waiting_list else 0
    faults = sum(number for status, number in result.statuses.items() if status not in {"303", "422"})
    exact = counts["seated"] == SEATS and counts["waiting"] == queued and not faults
    slowest, median = result.quantile(1.0), result.quantile(0.5)
    times = slowest / median if median else 0.0
    kind = "with a waiting list" if waiting_list else "without one"
    report.fact(
        f"rush of {attempts:,} for {SEATS} seats, {kind}", where,
        f"{counts['seated']} seated, {counts['waiting']} waiting, {faults} faults; {result.rate:,.0f}/s",
        aim="exactly 100, no 5xx", floor="exactly 100", good=exact, enough=exact,
    )  # fmt: skip
    report.fact(
        "… the slowest answer", where, f"{spread(result)}; {times:.1f} × the median",
        aim="< 1 s, ≤ 20 ×", floor="–", good=slowest < 1 and times <= 20, enough=True,
    )  # fmt: skip


def database_step(report: Report, built: Town, *, attempts: int) -> None:
    """Measure how long the database step of a rush takes, beside the same rule behind SELECT … FOR UPDATE."""
    ways: dict[str, tuple[Way, contextlib.AbstractContextManager[object]]] = {
        "ours": (_ours, contextlib.nullcontext()),
        "reference": (_for_update, mock.patch.object(rule, "take_gate", _locked)),
    }
    took: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(2):
        for name, (way, gate) in ways.items():
            event_id = built.event(f"step-{name}-{turn}", seats=SEATS, waiting_list=False)
            question = built.question(event_id)
            with gate:
                took[name].append(_all_at_once(built, way, event_id, question, attempts=attempts))
            seated = built.counts(event_id)["seated"]
            if seated != SEATS:
                raise SystemExit(f"{name}: {seated} seated")
    ours, reference = (sum(took[name]) / len(took[name]) for name in ("ours", "reference"))
    report.ratio(
        f"database step of a rush, {attempts:,} for {SEATS} seats", "PostgreSQL", f"{milliseconds(ours)} ms",
        f"{milliseconds(reference)} ms, SELECT … FOR UPDATE", reference / ours, aim=3, floor=1.5,
    )  # fmt: skip


def _all_at_once(built: Town, way: Way, event_id: int, question: int, *, attempts: int) -> float:
    numbers = itertools.count()

    def work(_: int) -> None:
        with built.app.app_context():
            while (number := next(numbers)) < attempts:
                with contextlib.suppress(Problem):
                    way(event_id, question, number)
                db.session.remove()

    began = perf_counter()
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(work, range(THREADS)))
    return perf_counter() - began


def _ours(event_id: int, question: int, number: int) -> object:
    wish = application(f"ours{event_id}-{number}", question)
    rule.refuse_if_full(db.session(), _event(event_id), wish, now=now())
    return transact(rule.register, event_id, wish, now=now())


@functools.cache
def _event(event_id: int) -> Event:
    """Return what the view has at hand by then; that cost belongs to the page."""
    return db.session.get_one(Event, event_id, options=(joinedload(Event.gate),))


def _for_update(event_id: int, question: int, number: int) -> object:
    def usual(session: Session) -> object:
        wish = application(f"usual{event_id}-{number}", question)
        outcome = rule.register(session, event_id, wish, now=now())
        session.execute(
            update(SeatGate).where(SeatGate.event_id == event_id).values(next_number=SeatGate.next_number + 1)
        )
        return outcome

    return transact(usual)


def _locked(session: Session, event_id: int) -> Gate:
    """Stand in line for the row before looking whether there is a seat: the usual way."""
    return Gate(
        *session.execute(
            select(SeatGate.next_number, SeatGate.capacity + SeatGate.overbooked)
            .where(SeatGate.event_id == event_id)
            .with_for_update()
        ).one()
    )
