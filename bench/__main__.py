"""`bin/bench`: measure Karavan beside plain references, on SQLite and on PostgreSQL, and print ratios.

    bin/bench                  everything, in about a quarter of an hour
    bin/bench --quick          shorter runs, for a first look
    bin/bench --only sqlite    or: postgresql
    bin/bench --part hall      only a live hearing; or: pages, desk, search, threads (several may be named)
    bin/bench --write          put the tables of what was measured into docs/benchmarks.md

Trust the ratios: both sides of each are measured in the same minute, in turns, on the same machine. The figures
themselves belong to that machine and to whatever else it was doing.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bench import desk, discussion, hall, rush, search
from bench.load import Result
from bench.raw import RawRegistrations, raw_commits
from bench.report import Report, speed, spread
from bench.servers import BARE, KARAVAN, Cost, Server, request
from bench.town import durable, registration_form, town
from tests.support import postgres

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.town import Town

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
LINES = 64
EVENT = "/ru/events/seminar-3"
LIST = "/ru/events/"


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="bin/bench", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="shorter runs")
    parser.add_argument("--only", choices=("sqlite", "postgresql"), help="one database instead of both")
    parser.add_argument("--part", choices=tuple(PARTS), action="append", help="only this (may be given several times)")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/benchmarks.md as well")
    asked = parser.parse_args()
    parts = [part for part in PARTS if part in (asked.part or PARTS)]
    began = time.perf_counter()
    report = Report()
    seconds = 1.0 if asked.quick else 3.0
    if asked.only != "postgresql":
        with tempfile.TemporaryDirectory(prefix="karavan-bench-") as place, town(Path(place), None) as built:
            go(report, built, "SQLite", seconds, parts)
    if asked.only != "sqlite":
        server = postgres.server_url(durable=True)
        if server is None:
            report.remarks.append("PostgreSQL was not measured: none could be had.")
        else:
            if not durable(server):
                report.remarks.append("This PostgreSQL does not wait for the disk: its writes are not comparable.")
            with tempfile.TemporaryDirectory(prefix="karavan-bench-") as place, town(Path(place), server) as built:
                go(report, built, "PostgreSQL", seconds, parts)
    report.remarks.append(f"Measured in {time.perf_counter() - began:.0f} s.")
    print(report.text())
    if asked.write:
        for part in parts:
            write(report, part)
    return 0


def go(report: Report, built: Town, where: str, seconds: float, parts: list[str]) -> None:
    """Measure the parts that were asked for on one database."""
    for part in parts:
        report.part = part
        PARTS[part](report, built, where, seconds)


def write(report: Report, part: str) -> None:
    """Put the figures of a part where the documentation keeps them."""
    begin, end = f"<!-- figures: bin/bench --part {part} --write -->", "<!-- end of figures -->"
    head, found, rest = DOCUMENT.read_text(encoding="utf-8").partition(begin)
    _, ended, tail = rest.partition(end)
    if not (found and ended):
        raise SystemExit(f"{DOCUMENT.name} has no place for the figures of {part!r}")
    DOCUMENT.write_text(f"{head}{begin}\n{report.markdown(part)}\n{end}{tail}", encoding="utf-8")


def pages(report: Report, built: Town, where: str, seconds: float) -> None:
    """Measure pages, registrations and the rush."""
    with Server(BARE) as bare, Server(KARAVAN, **built.settings) as karavan:
        tell(f"{where}: the event page")
        event_page(report, where, karavan, bare, seconds)
        tell(f"{where}: the list, signed in")
        list_page(report, where, karavan, bare, built.cookie, seconds)
        tell(f"{where}: registrations")
        registrations(report, where, built, karavan, seconds)
    attempts = 500 if seconds < 2 else 2000
    tell(f"{where}: the rush")
    with Server(KARAVAN, **built.settings | {"KARAVAN_BACKGROUND": "1"}) as karavan:
        first = karavan.first_answer
        rush.over_http(report, where, built, karavan, attempts=attempts, lines=LINES)
        memory = karavan.memory()
    if memory:
        report.fact(
            "memory of one process after the rush", where, f"{memory:.0f} MB",
            aim="≤ 150 MB", floor="≤ 250 MB", good=memory <= 150, enough=memory <= 250,
        )  # fmt: skip
    report.fact(
        "first answer after a warm start", where, f"{first:.2f} s",
        aim="< 1.5 s", floor="< 5 s", good=first < 1.5, enough=first < 5,
    )  # fmt: skip
    if where == "PostgreSQL":  # SQLite lets one write at a time by itself
        tell(f"{where}: the rush, database step")
        rush.database_step(report, built, attempts=attempts)


def live(report: Report, built: Town, where: str, seconds: float) -> None:
    """Measure a hearing that two thousand people follow."""
    tell(f"{where}: a live hearing")
    with Server(KARAVAN, **built.settings) as karavan:
        hall.measure(report, built, where, karavan, seconds=15 if seconds < 2 else 40)


def at_the_desk(report: Report, built: Town, where: str, seconds: float) -> None:
    """Measure a roster of thousands, a message to all of them, and the doors they come in by."""
    tell(f"{where}: a roster of {desk.MANY:,}")
    full = desk.read_and_write(report, built, where, times=60 if seconds < 2 else 200)
    tell(f"{where}: the doors")
    with Server(KARAVAN, **built.settings) as karavan:
        desk.doors(report, built, where, karavan, full, scans=int(300 * seconds))


def among_many(report: Report, built: Town, where: str, seconds: float) -> None:
    """Measure search among very many submissions."""
    many = search.MANY // 10 if seconds < 2 else search.MANY
    tell(f"{where}: search among {many:,} submissions")
    search.measure(report, built, where, many=many)


def in_long_threads(report: Report, built: Town, where: str, seconds: float) -> None:
    """Measure what is read, written and decided in threads, the longest last."""
    sizes = discussion.SIZES[:2] if seconds < 2 else discussion.SIZES
    tell(f"{where}: threads of up to {sizes[-1]:,} comments")
    discussion.measure(report, built, where, sizes=sizes)


PARTS: Final[dict[str, Callable[[Report, Town, str, float], None]]] = {
    "pages": pages,
    "hall": live,
    "desk": at_the_desk,
    "search": among_many,
    "threads": in_long_threads,
}
"""In this order: search and threads fill the town for everything after them."""


def event_page(report: Report, where: str, karavan: Server, bare: Server, seconds: float) -> None:
    """Measure the anonymous event page, from the page cache, beside the bare page."""
    size = page_size(karavan, EVENT)
    plain = [request(f"/page?size={size}")]
    ours, reference = in_turns(
        lambda: karavan.load([request(EVENT)], seconds=seconds, connections=LINES),
        lambda: bare.load(plain, seconds=seconds, connections=LINES),
    )
    report.ratio(
        f"anonymous event page, {size // 1000} kB, at most 2 s old", where, speed(*ours), speed(*reference),
        ours[0].rate / reference[0].rate, aim=8, floor=4,
    )  # fmt: skip
    packed, _ = karavan.load([request(EVENT, accept_encoding="gzip, deflate, br")], seconds=seconds, connections=LINES)
    report.aside(
        "… as browsers ask for it (brotli)", where, speed(packed), speed(*reference), packed.rate / reference[0].rate
    )
    for name, server, asked, rate in (
        ("event page", karavan, [request(EVENT)], 0.6 * ours[0].rate),
        ("bare page", bare, plain, 0.6 * reference[0].rate),
    ):
        waited, _ = server.load(asked, seconds=seconds, connections=LINES, rate=rate)
        report.aside(f"… {name}, open loop at 60 %", where, f"{rate:,.0f}/s asked: {spread(waited)}")


def list_page(report: Report, where: str, karavan: Server, bare: Server, cookie: str, seconds: float) -> None:
    """Measure the event list of somebody signed in, which no cache answers, beside the bare page."""
    size = page_size(karavan, LIST, Cookie=cookie)
    mine = [request(LIST, cookie=cookie)]
    ours, reference = in_turns(
        lambda: karavan.load(mine, seconds=seconds, connections=LINES),
        lambda: bare.load([request(f"/page?size={size}")], seconds=seconds, connections=LINES),
    )
    report.ratio(
        f"signed-in event list, {size // 1000} kB", where, speed(*ours), speed(*reference),
        ours[0].rate / reference[0].rate, aim=0.8, floor=0.5,
    )  # fmt: skip
    rate = 0.6 * ours[0].rate
    waited, _ = karavan.load(mine, seconds=seconds, connections=LINES, rate=rate)
    report.aside("… open loop at 60 %", where, f"{rate:,.0f}/s asked: {spread(waited)}")


def registrations(report: Report, where: str, built: Town, karavan: Server, seconds: float) -> None:
    """Measure registering over HTTP beside the same rows written by hand in one thread."""
    event_id = built.event("open-to-all", seats=100_000)
    question = built.question(event_id)
    cookie, csrf = rush.form_of(karavan, "open-to-all")
    numbers = iter(range(1_000_000))

    def posts(count: int) -> tuple[Result, Cost]:
        forms = [registration_form(f"open{next(numbers)}", csrf=csrf, question=question) for _ in range(count)]
        path = "/ru/events/open-to-all/registration"
        return karavan.load([request(path, cookie=cookie, form=form) for form in forms], connections=LINES)

    posts(100)  # warms up, and leaves the rows that the reference copies
    raw = RawRegistrations(built.settings["DATABASE_URL"], event_id)
    with contextlib.closing(raw):
        ours, reference = in_turns(lambda: posts(int(400 * seconds)), lambda: (raw.go(seconds), Cost(0.0)))
    expect({"303"}, ours[0])
    report.ratio(
        "registration over HTTP against its bare rows", where, speed(*ours), speed(reference[0]),
        ours[0].rate / reference[0].rate, aim=1.0, floor=0.5,
    )  # fmt: skip
    if where == "SQLite":
        report.aside("… one small row, committed to this disk", where, speed(raw_commits(seconds)))
    forms, cost = karavan.load([request("/ru/events/open-to-all/registration")], seconds=seconds, connections=LINES)
    report.aside("… the form for it (GET, a new session each)", where, speed(forms, cost))


def in_turns(
    ours: Callable[[], tuple[Result, Cost]], reference: Callable[[], tuple[Result, Cost]]
) -> tuple[tuple[Result, Cost], tuple[Result, Cost]]:
    """Measure both sides twice, in turns, so that a busy moment of the machine falls on both."""
    turns = [(reference(), ours()) for _ in range(2)]
    return _sum([mine for _, mine in turns]), _sum([other for other, _ in turns])


def _sum(parts: list[tuple[Result, Cost]]) -> tuple[Result, Cost]:
    whole = Result()
    for result, _ in parts:
        whole.seconds += result.seconds
        whole.latencies += result.latencies
        whole.received += result.received
        for status, number in result.statuses.items():
            whole.statuses[status] = whole.statuses.get(status, 0) + number
    return whole, Cost(sum(cost.cpu for _, cost in parts))


def page_size(server: Server, path: str, **headers: str) -> int:
    """Return how large a page is, uncompressed."""
    status, body = server.get(path, **headers)
    if status != 200:
        raise SystemExit(f"{path} answered {status}")
    return len(body)


def expect(statuses: set[str], result: Result) -> None:
    """Stop at answers that were not meant: figures of errors are worth nothing."""
    if set(result.statuses) - statuses:
        raise SystemExit(f"answered {result.statuses}, not {statuses}")


def tell(what: str) -> None:
    """Say on standard error what is going on; standard output is for the table."""
    print(f"  {what} ...", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
