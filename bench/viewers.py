"""The viewers of a live page: one thread, a kept-alive connection for each. Run as a process of its own.

    python -m bench.viewers < job.json > result.json

Every viewer asks every three seconds, a little sooner or later, and says what it holds, as hearing.js does. An open
loop: a viewer asks at her time whether the server is slow or not, and waiting is counted from that time.
"""

from __future__ import annotations

import heapq
import json
import random
import re
import resource
import selectors
import sys
import time
from dataclasses import asdict, dataclass, field

from bench.load import PATIENCE, Line

EVERY = 3.0
JITTER = 0.2
"""A pause is between 0.8 and 1.2 of it, as in hearing.js."""
_TAG = re.compile(rb"^etag: *(.+?)\r$", re.IGNORECASE | re.MULTILINE)
_SHOWN = re.compile(rb'data-concerns="\w+ \d+ (\d+)"')


@dataclass(kw_only=True)
class Job:
    """Who looks at what, and for how long."""

    port: int
    path: str
    viewers: int
    seconds: float
    every: float = EVERY


@dataclass(kw_only=True)
class Seen:
    """What came back. `sightings`: for each viewer and speaker, when her page first showed him."""

    latencies: list[float] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)
    received: int = 0
    sightings: list[tuple[int, float]] = field(default_factory=list)


class Viewer:
    """One open page."""

    __slots__ = ("chance", "line", "seen", "tag", "waits")

    def __init__(self, port: int, number: int) -> None:
        self.line = Line(port)
        self.tag = b""
        self.seen = b""
        self.waits = False
        self.chance = random.Random(number)  # noqa: S311 -- jitter, the same every time

    def ask(self, path: bytes, due: float) -> None:
        """Send a request, as of the time it was due."""
        held = b"If-None-Match: " + self.tag + b"\r\n" if self.tag else b""
        self.line.begun, self.line.buffer, self.waits = due, b"", True
        self.line.socket.sendall(
            b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\nHX-Request-Type: partial\r\n" + held + b"\r\n"
        )

    def pause(self, every: float) -> float:
        """Return how long she waits until she asks again."""
        return every * self.chance.uniform(1 - JITTER, 1 + JITTER)


def watch(job: Job) -> Seen:
    """Let everybody look until the time is up."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, job.viewers + 200), hard))
    selector, seen, path = selectors.DefaultSelector(), Seen(), job.path.encode()
    viewers = [Viewer(job.port, number) for number in range(job.viewers)]
    for viewer in viewers:
        selector.register(viewer.line.socket, selectors.EVENT_READ, viewer)
    began = time.perf_counter()
    due = [(began + viewer.chance.uniform(0, job.every), number) for number, viewer in enumerate(viewers)]
    heapq.heapify(due)
    open_requests, last = 0, began
    while (now := time.perf_counter()) - began < job.seconds or (open_requests and now - last < PATIENCE):
        while due and due[0][0] <= now and now - began < job.seconds:
            at, number = heapq.heappop(due)
            if viewers[number].waits:  # her last answer has not come: hearing.js does not ask twice
                heapq.heappush(due, (at + viewers[number].pause(job.every), number))
                continue
            viewers[number].ask(path, at)
            open_requests += 1
            heapq.heappush(due, (at + viewers[number].pause(job.every), number))
        for key, _ in selector.select(max(0.0, min(0.05, due[0][0] - time.perf_counter()))):
            viewer = key.data
            status = viewer.line.receive()
            if status:
                open_requests, last = open_requests - 1, time.perf_counter()
                _take(viewer, status, seen, last)
                if status < 0:
                    selector.unregister(viewer.line.socket)
                    viewer.line.socket.close()
                    viewer.line.connect()
                    selector.register(viewer.line.socket, selectors.EVENT_READ, viewer)
    if open_requests:
        seen.statuses["silent"] = open_requests
    for viewer in viewers:
        viewer.line.socket.close()
    return seen


def _take(viewer: Viewer, status: int, seen: Seen, now: float) -> None:
    """Note an answer, and whom it shows for the first time."""
    viewer.waits = False
    name = str(status) if status > 0 else "broken"
    seen.statuses[name] = seen.statuses.get(name, 0) + 1
    seen.latencies.append(now - viewer.line.begun)
    seen.received += len(viewer.line.buffer)
    if status != 200:
        return
    if (tag := _TAG.search(viewer.line.buffer)) is not None:
        viewer.tag = tag[1]
    shown = _SHOWN.search(viewer.line.buffer)
    if shown is not None and shown[1] != viewer.seen:
        viewer.seen = shown[1]
        seen.sightings.append((int(shown[1]), time.time()))


def main() -> None:
    """Look, as another process asks."""
    json.dump(asdict(watch(Job(**json.load(sys.stdin)))), sys.stdout)


if __name__ == "__main__":
    main()
