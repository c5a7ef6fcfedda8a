"""A crowd in front of a real server: several processes of granian on loopback, and people who press at the same moment.

People here are plain HTTP/1.1: they fetch the form, take token and key out of it, and send it, usually twice at once.
"""

from __future__ import annotations

import http.client
import os
import re
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 40.0
START_WITHIN = 100.0
HANDS = 24
"""How many people press at once."""

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_KEY = re.compile(r'name="key"[^>]*value="([^"]+)"')
_OFFER = re.compile(r'name="offer"[^>]*value="([^"]+)"')
_TICK = re.compile(r'name="people"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*name="people"')


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    location: str
    body: str


@dataclass
class Server:
    """A running server and what it answered so far."""

    port: int
    statuses: list[int] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None

    def stop(self) -> None:
        """End it as an operator does who restarts it: whatever is under way has three seconds."""
        assert self.process is not None
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def send(
        self, method: str, path: str, *, cookie: str = "", form: Any = None, htmx: bool = False
    ) -> tuple[Answer, str]:
        """Send one request on a connection of its own; return the answer and the cookie to go on with.

        `form` is what is sent, by names or as pairs; with `htmx`, part of a page is asked for.
        """
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        headers = {"Cookie": cookie} if cookie else {}
        headers |= {"HX-Request": "true", "HX-Request-Type": "partial"} if htmx else {}
        if form is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            connection.request(method, path, urlencode(form, doseq=True) if form is not None else None, headers)
            response = connection.getresponse()
            body = response.read().decode()
        finally:
            connection.close()
        self.statuses.append(response.status)
        fresh = [line.partition(";")[0] for line in response.headers.get_all("Set-Cookie", [])]
        location = response.headers.get("Location") or response.headers.get("HX-Redirect", "")
        return Answer(response.status, location, body), fresh[-1] if fresh else cookie


@contextmanager
def serving(app: str, *, processes: int, database_url: str, instance: Path, **env: str) -> Iterator[Server]:
    """Serve a WSGI application with granian, with the flags of `karavan.serving`, until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = (
        *(sys.executable, "-m", "granian", app, "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
        *("--workers", str(processes), "--blocking-threads", "8", "--backlog", "8192", "--backpressure", "4096"),
        *("--workers-kill-timeout", "3", "--no-ws", "--log-level", "error"),
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KARAVAN_", "DATABASE_"))}
    settings = {
        "DATABASE_URL": database_url,
        "KARAVAN_INSTANCE": str(instance),
        "KARAVAN_BASE_URL": f"http://127.0.0.1:{port}",
        "KARAVAN_DEMO": "0",
        "KARAVAN_LETTERS": "console",
        "KARAVAN_RATE_LIMITS": "0",
        "KARAVAN_BACKGROUND": "0",
        "PYTHONPATH": str(ROOT),
    }
    log = instance / f"server-{port}.log"
    with log.open("w") as said:
        process = subprocess.Popen(command, cwd=ROOT, env=kept | settings | env, stdout=said, stderr=said)
        server = Server(port, process=process)
        try:
            _wait(server, process, log)
            yield server
        finally:
            server.stop()


def _wait(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_WITHIN
    while True:
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"the server did not start: {log.read_text()[-2000:]}")
        try:
            if server.send("GET", "/healthz")[0].status == 200:
                break
        except OSError:
            time.sleep(0.05)
    server.statuses.clear()


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Do several things at the same moment, and return what they returned."""
    with ThreadPoolExecutor(len(acts)) as hands:
        return [done.result() for done in [hands.submit(act) for act in acts]]


def crowd(act: Callable[[Any], Any], people: Iterable[Any], *, hands: int = HANDS) -> list[Any]:
    """Let many people do the same, as many at a time as there are hands."""
    with ThreadPoolExecutor(hands) as pool:
        return list(pool.map(act, people))


@dataclass
class Guest:
    """Somebody with a browser, and what she was told."""

    server: Server
    slug: str
    email: str
    tabs: int = 1
    told: list[Answer] = field(default_factory=list)

    @property
    def _form(self) -> str:
        return f"/en/events/{self.slug}/registration"

    @property
    def tickets(self) -> set[str]:
        """The ticket addresses she was sent to."""
        return {answer.location for answer in self.told if "/registrations/" in answer.location}

    @property
    def received(self) -> int:
        """How often she was told to look into her letters."""
        return sum(answer.location.endswith("/received") for answer in self.told)

    def register(self) -> None:
        """Fetch the form in as many tabs as she has open, and press each button twice at once."""
        presses = [press for _ in range(self.tabs) for press in [self._filled_form()] * 2]
        self.told += at_once(*presses)

    def _filled_form(self) -> Callable[[], Answer]:
        page, cookie = self.server.send("GET", self._form)
        form = {
            "csrf_token": _found(_TOKEN, page),
            "key": _found(_KEY, page),
            "people-0-name": "Айгүл",
            "at_least": "0",
            "email": self.email,
            "phone": "",
            "district": "",
            "website": "",
            "processing": "y",
        }
        return lambda: self.server.send("POST", self._form, cookie=cookie, form=form)[0]

    def give_back(self, ticket: str) -> Answer:
        """Give everything back."""
        page, cookie = self.server.send("GET", f"{ticket}/withdrawal")
        people = [one or other for one, other in _TICK.findall(page.body)]
        form = {"csrf_token": _found(_TOKEN, page), "people": people}
        answer, _ = self.server.send("POST", f"{ticket}/withdrawal", cookie=cookie, form=form)
        return answer

    def answer(self, ticket: str, *words: str) -> list[Answer]:
        """Press these buttons of an offer at once: "accept", "decline"."""
        page, cookie = self.server.send("GET", ticket)
        if not _OFFER.search(page.body):
            return []
        form = {"csrf_token": _found(_TOKEN, page), "offer": _found(_OFFER, page)}
        presses = [
            lambda word=word: self.server.send("POST", f"{ticket}/offer", cookie=cookie, form=form | {word: "1"})[0]
            for word in words
        ]
        return at_once(*presses)


def _found(what: re.Pattern[str], page: Answer) -> str:
    found = what.search(page.body)
    if found is None:
        raise AssertionError(f"the page ({page.status}) has no {what.pattern}: {page.body[:500]}")
    return found[1]
