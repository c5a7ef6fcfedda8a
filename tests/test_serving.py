"""`bin/run`: it starts, says where to go, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from karavan import create_app, serving
from karavan.core.database import db
from karavan.events.models import Event
from karavan.seeds.cast import CAST
from tests.support.databases import chosen, new_database
from tests.support.settings import settings_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.databases import Database

ROOT = Path(__file__).resolve().parent.parent
SOON = 30.0
"""Seconds; far more than anything here takes on a machine that has nothing else to do."""
PATIENCE = 15.0
"""Seconds to stop in. It takes one, or three where somebody keeps a connection; other tests may want the processors."""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty database, without tables."""
    with new_database(tmp_path) as empty:
        yield empty


def until(true: Callable[[], bool], *, within: float = SOON) -> float:
    """Wait for something to become true, and return how long it took."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < within, "it did not happen"
        time.sleep(0.05)
    return time.monotonic() - began


# --- Before anything is served --------------------------------------------------------------------------------


def test_a_setting_that_makes_no_sense_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(serving, "init_logging", lambda: None)
    monkeypatch.setenv("KARAVAN_INSTANCE", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", "mysql://localhost/karavan")

    assert serving.main() == 2
    said = capsys.readouterr().err
    assert said == "Karavan cannot start. DATABASE_URL must begin with sqlite:/// or postgresql://\n"


def test_a_taken_port_is_said_in_a_friendly_way(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(serving, "init_logging", lambda: None)
    monkeypatch.setenv("KARAVAN_INSTANCE", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))
        assert serving.main() == 2

    said = capsys.readouterr().err
    assert f"Port {port} is taken: perhaps Karavan is running already." in said
    assert "PORT=" in said


def test_an_address_of_another_machine_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(serving, "init_logging", lambda: None)
    monkeypatch.setenv("KARAVAN_INSTANCE", str(tmp_path))
    monkeypatch.setenv("HOST", "192.0.2.1")

    assert serving.main() == 2
    assert "HOST=192.0.2.1 PORT=8000 cannot be listened on" in capsys.readouterr().err


def test_a_free_port_stays_free_after_it_was_looked_at() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

    assert serving._free_address("localhost", port) in {"127.0.0.1", "::1"}
    assert serving._free_address("127.0.0.1", port) == "127.0.0.1"


def test_whoever_starts_the_demonstration_reads_how_to_sign_in(tmp_path: Path) -> None:
    said = serving.welcome(settings_for(tmp_path, "sqlite:///x"))

    assert "Karavan is at http://karavan.test (Ctrl-C stops it)." in said
    assert "http://karavan.test/kk/mailbox/" in said
    assert [account.email for account in CAST if account.email not in said or account.try_this.en not in said] == []


def test_whoever_starts_the_real_thing_reads_where_it_is(tmp_path: Path) -> None:
    said = serving.welcome(settings_for(tmp_path, "sqlite:///x", demo=False))

    assert said.strip() == "Karavan is at http://karavan.test (Ctrl-C stops it)."


@pytest.mark.thorough
def test_two_starts_at_once_prepare_the_database_once(
    tmp_path: Path, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = settings_for(tmp_path, database.url)
    apps = [create_app(settings), create_app(settings)]
    together, failed = threading.Barrier(2), []

    def start(number: int) -> None:
        together.wait()
        try:
            serving.prepare(apps[number], settings)
        except BaseException as error:  # noqa: BLE001 -- it is raised again below, in the test's own thread
            failed.append(error)

    threads = [threading.Thread(target=start, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    assert capsys.readouterr().out.count("The demonstration town is planted.") == 1
    with apps[0].app_context():
        assert db.session.scalar(select(func.count()).select_from(Event))
        db.session.remove()
        db.engine.dispose()


def test_without_the_demonstration_nothing_is_planted(tmp_path: Path, database: Database) -> None:
    settings = settings_for(tmp_path, database.url, demo=False, letters="console")
    app = create_app(settings)
    serving.prepare(app, settings)

    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Event)) == 0
        db.session.remove()
        db.engine.dispose()


def test_an_orphan_ends_by_itself(tmp_path: Path) -> None:
    child = (
        "import os, sys, time; from karavan.core.processes import end_with; end_with(int(sys.argv[1])); time.sleep(60)"
    )
    parent = (
        "import os, subprocess, sys, time;"
        f"child = subprocess.Popen([sys.executable, '-c', {child!r}, str(os.getpid())]);"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", parent], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        orphan = int(process.stdout.readline())
        time.sleep(0.5)
        assert alive(orphan)
        process.kill()
        process.wait()

        until(lambda: not alive(orphan), within=5)


# --- The whole of it ------------------------------------------------------------------------------------------


def alive(pid: int) -> bool:
    """Does a process run? One that ended and is only not yet buried does not."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(state.strip()) and not state.startswith("Z")


def family(pid: int) -> dict[int, str]:
    """Return the children of a process, with what they run."""
    lines = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split(maxsplit=2) for line in lines.splitlines()]
    return {int(child): what for child, parent, what in rows if int(parent) == pid}


class Started:
    """A running `python -m karavan.serving`."""

    def __init__(self, process: subprocess.Popen[str], port: int, log: Path) -> None:
        self.process, self.port, self.log = process, port, log

    def get(self, path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return str(answer.read().decode())

    def answers(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        with suppress(OSError):
            return bool(self.get("/en/mailbox/"))
        return False

    def stop(self, number: int) -> float:
        """Send a signal and return how long it took to end."""
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(60)
        return time.monotonic() - began


@contextmanager
def started(instance: Path, database: Database, **more: str) -> Iterator[Started]:
    """Start Karavan as `bin/run` does."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    log = instance / "log"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("KARAVAN_")},
        "KARAVAN_INSTANCE": str(instance),
        "DATABASE_URL": database.url,
        "PORT": str(port),
        **more,
    }
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "karavan.serving"],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=output,
            text=True,
        )
        site = Started(process, port, log)
        try:
            until(site.answers, within=90)
            yield site
        finally:
            children = family(process.pid)
            process.kill()
            process.wait()
            for child in children:
                with suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)


@pytest.mark.slow
def test_it_starts_says_where_to_go_delivers_letters_and_ends_with_ctrl_c(tmp_path: Path, database: Database) -> None:
    with started(tmp_path, database) as site:
        children = family(site.process.pid)
        assert len(children) == (1 if chosen() == "sqlite" else 3)  # on PostgreSQL two that serve, one that delivers
        until(lambda: "Karavan is at http://localhost:" in site.log.read_text())
        assert "amina@karavan.example" in site.log.read_text()
        until(lambda: "No letters yet" not in site.get("/en/mailbox/"))

        assert site.stop(signal.SIGINT) < PATIENCE
        assert site.process.returncode == 0
        until(lambda: not any(map(alive, children)))


@pytest.mark.slow
@pytest.mark.thorough
def test_it_ends_soon_even_while_somebody_keeps_a_connection(tmp_path: Path, database: Database) -> None:
    with started(tmp_path, database) as site, socket.create_connection(("127.0.0.1", site.port)) as connection:
        connection.sendall(b"GET /en/mailbox/ HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 200")
        children = family(site.process.pid)

        assert site.stop(signal.SIGTERM) < PATIENCE
        until(lambda: not any(map(alive, children)))


@pytest.mark.slow
@pytest.mark.thorough
def test_nobody_is_left_behind_when_it_is_killed(tmp_path: Path, database: Database) -> None:
    with started(tmp_path, database) as site:
        until(lambda: "No letters yet" not in site.get("/en/mailbox/"))  # so everybody is up and at work
        children = family(site.process.pid)
        site.stop(signal.SIGKILL)

        until(lambda: not any(map(alive, children)))


@pytest.mark.slow
@pytest.mark.thorough
def test_without_background_no_letter_leaves(tmp_path: Path, database: Database) -> None:
    with started(tmp_path, database, KARAVAN_BACKGROUND="0") as site:
        time.sleep(4)

        assert "No letters yet" in site.get("/en/mailbox/")
        assert len(family(site.process.pid)) == (1 if chosen() == "sqlite" else 2)


@pytest.mark.slow
@pytest.mark.thorough
def test_a_second_start_on_the_same_port_is_told_so(tmp_path: Path, database: Database) -> None:
    with started(tmp_path, database) as site:
        second = subprocess.run(
            [sys.executable, "-m", "karavan.serving"],
            cwd=ROOT,
            env=os.environ | {"KARAVAN_INSTANCE": str(tmp_path), "PORT": str(site.port)},
            capture_output=True,
            text=True,
            check=False,
        )

    assert second.returncode == 2
    assert f"Port {site.port} is taken" in second.stderr


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.skipif(chosen() == "sqlite", reason="on SQLite letters leave from a thread of the one worker")
def test_the_deliverer_is_started_again_when_it_dies(tmp_path: Path, database: Database) -> None:
    def deliverer() -> int | None:
        return next((pid for pid, what in family(site.process.pid).items() if "notifications deliver" in what), None)

    with started(tmp_path, database) as site:
        until(lambda: deliverer() is not None)
        first = deliverer()
        assert first is not None
        os.kill(first, signal.SIGKILL)

        until(lambda: deliverer() not in {None, first})
        assert site.answers()


@pytest.mark.slow
@pytest.mark.thorough
def test_a_worker_that_dies_is_replaced(tmp_path: Path, database: Database) -> None:
    with started(tmp_path, database) as site:
        workers = {pid for pid, what in family(site.process.pid).items() if "deliver" not in what}
        for pid in workers:
            os.kill(pid, signal.SIGKILL)

        until(lambda: not any(map(alive, workers)))
        until(site.answers, within=30)
