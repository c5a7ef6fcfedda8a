"""Starting servers as their users start them, and reading what they cost from /proc."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from bench.load import Job, Result

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
PROC = Path("/proc")
START_WITHIN = 60.0
BARE = (
    "-m", "granian", "bench.bare:app", "--interface", "wsgi", "--workers", "1", "--blocking-threads", "8",
    "--backlog", "8192", "--backpressure", "4096", "--workers-kill-timeout", "3", "--no-ws", "--host", "127.0.0.1",
    "--log-level", "error",
)  # fmt: skip
"""Plain Flask behind the flags that `karavan.serving` gives to granian."""
KARAVAN = ("-m", "karavan.serving")


@dataclass
class Cost:
    """What a run took from the server."""

    cpu: float
    """Seconds of processor time; 0 where there is no /proc."""


class Server:
    """A server under test, with everything it starts, until the block ends."""

    def __init__(self, command: tuple[str, ...], **settings: str) -> None:
        self.port = _free_port()
        port = ("--port", str(self.port)) if command is BARE else ()
        self._command = [sys.executable, *command, *port]
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("KARAVAN_", "DATABASE_URL"))}
        self._env = kept | {"PORT": str(self.port), "PYTHONPATH": str(ROOT)} | settings
        self.first_answer = 0.0

    def __enter__(self) -> Self:
        began = time.perf_counter()
        self._process = subprocess.Popen(  # noqa: S603 -- our own commands
            self._command,
            cwd=ROOT,
            env=self._env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        while True:
            if self._process.poll() is not None:
                raise RuntimeError(f"the server ended by itself: {self._command}")
            try:
                status, _ = self.get("/healthz", timeout=5)
            except OSError:
                status = 0
            if status == 200:
                break
            if time.perf_counter() - began > START_WITHIN:
                self._stop()
                raise RuntimeError(f"no answer within {START_WITHIN:.0f} s: {self._command}")
            time.sleep(0.01)
        self.first_answer = time.perf_counter() - began
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def _stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def get(self, path: str, *, timeout: float = 30, **headers: str) -> tuple[int, bytes]:
        """Ask once, as a check; nothing is measured."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def load(self, requests: list[str], **how: object) -> tuple[Result, Cost]:
        """Let the generator do a job in its own process, and see what it cost here."""
        job = Job(port=self.port, requests=requests, **how)  # type: ignore[arg-type]
        before = self.cpu()
        done = subprocess.run(
            [sys.executable, "-m", "bench.load"],
            cwd=ROOT,
            input=json.dumps(asdict(job)),
            capture_output=True,
            text=True,
            timeout=240,
            check=True,
        )
        return Result(**json.loads(done.stdout)), Cost(self.cpu() - before)

    def cpu(self) -> float:
        """Return the processor time of the server and all it started, in seconds."""
        ticks = sum(sum(map(int, _stat(pid)[11:13])) for pid in self._family())
        return ticks / os.sysconf("SC_CLK_TCK")

    def memory(self) -> float:
        """Return what the process that serves pages holds, in MB: the largest of the family."""
        return max((_resident(pid) for pid in self._family()), default=0.0)

    def _family(self) -> Iterator[int]:
        """Yield the server's process and its descendants."""
        parents: dict[int, int] = {}
        if PROC.is_dir():
            for entry in PROC.iterdir():
                if entry.name.isdigit() and (stat := _stat(int(entry.name))):
                    parents[int(entry.name)] = int(stat[1])
        family = {self._process.pid} & parents.keys()
        while grown := {pid for pid, parent in parents.items() if parent in family} - family:
            family |= grown
        yield from family


def request(path: str, *, cookie: str = "", accept_encoding: str = "", form: str | None = None) -> str:
    """Return one whole HTTP request."""
    lines = [f"{'GET' if form is None else 'POST'} {path} HTTP/1.1", "Host: localhost", "User-Agent: bench"]
    lines += ["Accept: text/html,application/xhtml+xml", "Accept-Language: kk,ru;q=0.8"]
    if accept_encoding:
        lines.append(f"Accept-Encoding: {accept_encoding}")
    if cookie:
        lines.append(f"Cookie: {cookie}")
    if form is not None:
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(form)}"]
    return "\r\n".join([*lines, "", form or ""])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/PID/stat after the name: state, parent and so on."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _resident(pid: int) -> float:
    try:
        pages = int((PROC / str(pid) / "statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1_000_000
