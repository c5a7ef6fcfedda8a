"""A small load generator: one thread, many kept-alive connections, raw sockets. Run as a process of its own.

    python -m bench.load < job.json > result.json

*Closed loop*: each connection sends its next request when it has its answer. It finds how much a server can do, and
hides how long people would wait: while the server is slow, nobody asks. *Open loop*: requests leave at their times
whatever happens, and waiting is counted from those times. Bounded in number and in time; loopback only.
"""

from __future__ import annotations

import json
import selectors
import socket
import sys
from collections import Counter
from dataclasses import asdict, dataclass, field
from time import perf_counter

MOST = 400_000
"""No run sends more requests than this."""
PATIENCE = 30.0
"""Seconds after which a silent server ends the run."""
LOOPBACK = "127.0.0.1"
NO_BODY = {204, 304}


@dataclass(kw_only=True)
class Job:
    """What to send. `requests` are whole HTTP requests; with `seconds` they are sent in turn until time is up."""

    port: int
    requests: list[str]
    connections: int = 64
    seconds: float = 0.0
    """0: every request once."""
    rate: float = 0.0
    """Requests a second of an open loop; 0 means a closed loop."""
    keep: bool = False
    """Hand back the answers (the first bytes of each), in the order of `requests`."""


@dataclass(kw_only=True)
class Result:
    """What came back."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)
    received: int = 0
    answers: list[str] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    def quantile(self, share: float) -> float:
        """Return the latency that this share of the answers did not exceed, in seconds."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


class Line:
    """One connection and the answer arriving on it."""

    __slots__ = ("begun", "buffer", "number", "port", "socket")

    def __init__(self, port: int) -> None:
        self.port = port
        self.buffer = b""
        self.begun = 0.0
        self.number = -1
        self.connect()

    def connect(self) -> None:
        self.socket = socket.create_connection((LOOPBACK, self.port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def receive(self) -> int:
        """Take what has arrived; return the status once the answer is whole, -1 if the connection broke, else 0."""
        try:
            arrived = self.socket.recv(262_144)
        except OSError:
            arrived = b""
        if not arrived:
            return -1
        self.buffer += arrived
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return 0
        status = int(self.buffer[9:12])
        if status in NO_BODY:
            return status
        head = self.buffer[:end].lower()
        place = head.find(b"content-length:")
        if place < 0:
            return status if self.buffer.endswith(b"0\r\n\r\n") else 0
        length = int(head[place + 15 : place + 32].split(b"\r\n", 1)[0])
        return status if len(self.buffer) >= end + 4 + length else 0


def run(job: Job) -> Result:
    """Carry out a job."""
    requests = [request.encode() for request in job.requests]
    limit = MOST if job.seconds else len(requests)
    if job.rate:
        limit = min(limit, int(job.rate * job.seconds) or len(requests))
    selector = selectors.DefaultSelector()
    lines = [Line(job.port) for _ in range(min(job.connections, limit))]
    for line in lines:
        selector.register(line.socket, selectors.EVENT_READ, line)
    result, statuses = Result(), Counter[str]()
    answers: dict[int, str] = {}
    idle = list(lines)
    sent = done = 0
    began = last = perf_counter()
    while done < limit:
        now = perf_counter()
        over = bool(job.seconds) and now - began >= job.seconds
        if over and done == sent:
            break
        while idle and sent < limit and not (over and not job.rate):
            due = began + sent / job.rate if job.rate else now
            if due > now:
                break
            line = idle.pop()
            line.number, line.begun, line.buffer = sent, due, b""
            sent += 1
            line.socket.sendall(requests[line.number % len(requests)])
        wait = PATIENCE
        if job.rate and idle and sent < limit:
            wait = max(0.0, began + sent / job.rate - perf_counter())
        for key, _ in selector.select(wait):
            line = key.data
            status = line.receive()
            if not status:
                continue
            now = last = perf_counter()
            result.latencies.append(now - line.begun)
            result.received += len(line.buffer)
            statuses[str(status) if status > 0 else "broken"] += 1
            if job.keep:
                answers[line.number] = line.buffer.decode("utf-8", "replace")
            done += 1
            if status < 0:
                selector.unregister(line.socket)
                line.socket.close()
                line.connect()
                selector.register(line.socket, selectors.EVENT_READ, line)
            idle.append(line)
        if perf_counter() - last > PATIENCE:
            statuses["silent"] += sent - done
            break
    result.seconds = last - began
    result.statuses = dict(statuses)
    result.answers = [answers[number] for number in sorted(answers)]
    for line in lines:
        line.socket.close()
    return result


def main() -> None:
    json.dump(asdict(run(Job(**json.load(sys.stdin)))), sys.stdout)


if __name__ == "__main__":
    main()
