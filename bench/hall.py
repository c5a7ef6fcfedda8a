"""A live hearing: two thousand people look at the page that renews itself, and the secretary gives turns.

How stale a page is counts from the commit of a turn until a viewer's page shows who speaks. The viewers are
`bench.viewers`, in a process of their own.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import asdict
from typing import TYPE_CHECKING

from bench.load import Result
from bench.report import milliseconds, spread
from bench.servers import ROOT
from bench.viewers import EVERY, Job, Seen
from karavan.accounts.models import Role
from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.tokens import new_key
from karavan.hearings.models import HearingState, Position
from karavan.hearings.rules.hall import take_over
from karavan.hearings.rules.questions import ask
from karavan.hearings.rules.speakers import Wish, at_door, call_next
from karavan.record.models import ActorRole
from tests.support.assembly import make_hearing
from tests.support.civic import make_council, make_staff
from tests.support.talk import make_writer

if TYPE_CHECKING:
    from bench.report import Report
    from bench.servers import Server
    from bench.town import Town

VIEWERS = 2000
ACTS_EVERY = 5.0
SPEAKERS = 40


def measure(
    report: Report, built: Town, where: str, karavan: Server, *, viewers: int = VIEWERS, seconds: float = 30.0
) -> None:
    """Let viewers look at a hearing for a while, in which the secretary calls one speaker after the other."""
    hearing_id, slug, secretary = _planted(built)
    job = Job(port=karavan.port, path=f"/kk/hearings/{slug}/live?sort=top", viewers=viewers, seconds=seconds)
    begun: dict[int, float] = {}
    cpu, started = karavan.cpu(), time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "bench.viewers"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(asdict(job)))
        process.stdin.close()
        with built.app.app_context():
            ends = started + seconds - EVERY * 2  # whoever is called last must be seen by everybody
            while time.perf_counter() + ACTS_EVERY < ends:
                time.sleep(ACTS_EVERY)
                speaker = transact(call_next, hearing_id, by_id=secretary, now=now())
                begun[speaker.number] = time.time()
                db.session.remove()
        seen = Seen(**json.loads(process.stdout.read()))
    took = time.perf_counter() - started
    _judge(report, where, seen, begun, viewers=viewers, share=(karavan.cpu() - cpu) / took, memory=karavan.memory())


def _judge(
    report: Report, where: str, seen: Seen, begun: dict[int, float], *, viewers: int, share: float, memory: float
) -> None:
    answers = Result(latencies=seen.latencies)
    stale = Result(latencies=[at - begun[number] for number, at in seen.sightings if number in begun])
    faults = sum(number for status, number in seen.statuses.items() if status not in {"200", "304"})
    missed = viewers * len(begun) - len(stale.latencies)
    kept = seen.statuses.get("304", 0) / max(1, len(seen.latencies))
    report.fact(
        f"live hearing, {viewers:,} viewers every {EVERY:g} s, {len(begun)} turns", where,
        f"{faults} faults, {missed} missed; {share:.0%} of a core, {memory:.0f} MB; {kept:.0%} unchanged",
        aim="no fault, ≤ 50 % of a core", floor="no fault, ≤ 100 %",
        good=not faults and not missed and share <= 0.5, enough=not faults and not missed and share <= 1,
    )  # fmt: skip
    slow, old = answers.quantile(0.99), stale.quantile(0.99)
    report.fact(
        "… an answer", where, spread(answers),
        aim="p99 ≤ 50 ms", floor="p99 ≤ 500 ms", good=slow <= 0.05, enough=slow <= 0.5,
    )  # fmt: skip
    report.fact(
        "… how old what a viewer sees can be", where,
        f"p50 {milliseconds(stale.quantile(0.5))} ms, p99 {milliseconds(old)} ms",
        aim="p99 ≤ 5 s", floor="p99 ≤ 10 s", good=old <= 5, enough=old <= 10,
    )  # fmt: skip


def _planted(built: Town) -> tuple[int, str, int]:
    """Begin a hearing with speakers and questions; return it and its secretary."""
    with built.app.app_context():
        council = make_council()
        secretary = make_staff(council, Role.SECRETARY).id
        hearing = make_hearing(council, state=HearingState.LIVE)
        hearing_id, slug, positions = hearing.id, hearing.slug, tuple(Position)
        for number in range(SPEAKERS):
            wish = Wish(position=positions[number % 3], topic="Жылу тарифінің есебі")
            transact(at_door, hearing_id, f"Тұрғын {number + 1}", wish, by=ActorRole.SECRETARY, now=now())
        for number in range(30):
            asked = {"source": f"{number + 1}-үйдің есептегіші қашан ауыстырылады?", "lang": "kk", "key": new_key()}
            transact(ask, hearing_id, author_id=make_writer().id, now=now(), **asked)
        transact(take_over, hearing_id, by_id=secretary, now=now())
        db.session.remove()
    return hearing_id, slug, secretary
