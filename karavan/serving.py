"""`python -m karavan.serving`: from nothing to a page in the browser, and back to nothing with Ctrl-C.

One process watches over the others. On SQLite it has one child, which serves pages and in a thread delivers letters; on
PostgreSQL several that serve and one that delivers. Whoever is orphaned ends by itself, so that nothing is left behind
even when the watching process is killed.
"""

from __future__ import annotations

import errno
import fcntl
import gc
import logging
import os
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from multiprocessing import parent_process
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING, Any, Final

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from config import Settings, SettingsError
from karavan import create_app
from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.processes import end_with
from karavan.deadlines.rules import ensure_calendar
from karavan.translations.compile import compile_catalogues
from karavan.web.logs import init_logging

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

log = logging.getLogger(__name__)

ROOT: Final = Path(__file__).resolve().parent.parent
STOP_WITHIN: Final = 3
"""Seconds a worker may take for the requests at hand."""
_START_LOCK: Final = 7_205_759_403  # any number, the same in every installation


def main() -> int:
    """Prepare everything, serve until told to stop, and return the exit status."""
    init_logging()
    try:
        settings = Settings.from_env()
        address = _free_address(settings.host, settings.port)
    except SettingsError as error:
        print(f"Karavan cannot start. {error}", file=sys.stderr)
        return 2
    compile_catalogues()
    prepare(create_app(settings), settings)
    serve(settings, address)
    return 0


def prepare(app: Flask, settings: Settings) -> None:
    """Bring the database up to date, and fill it for a first demonstration. Two starts at once do it once."""
    from flask_migrate import upgrade  # noqa: PLC0415 -- Alembic is needed here only

    with app.app_context():
        with _alone(settings):
            upgrade()
            transact(ensure_calendar, now=now())
            if settings.demo:
                _plant()
        db.session.remove()
        db.engine.dispose()


def serve(settings: Settings, address: str) -> None:
    """Run the server and what belongs to it until SIGINT or SIGTERM."""
    server = Server(
        "karavan.serving:worker",
        address=address,
        port=settings.port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=settings.workers,
        blocking_threads=settings.threads,
        backlog=8192,
        backpressure=4096,
        websockets=False,
        workers_kill_timeout=STOP_WITHIN,
        respawn_failed_workers=True,
        log_level=LogLevels.error,
    )
    if settings.background and not settings.sqlite:
        server.deliverer = Deliverer()
        server.on_startup(server.deliverer.start)
        server.on_shutdown(server.deliverer.stop)
    threading.Thread(target=_welcome_when_ready, args=(settings, address), daemon=True).start()
    server.serve()


def worker() -> Flask:
    """Build the application in a serving process; granian calls this there."""
    if parent := parent_process():
        end_with(parent.pid or 0)
    app = create_app()
    settings: Settings = app.extensions["karavan.settings"]
    if settings.background and settings.sqlite:
        app.extensions["karavan.rounds"].start_thread()
    # What exists now exists for good: it need not be looked through again and again (a fifth of an ORM page's time).
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    return app


class Deliverer:
    """The process beside the workers from which letters leave and offers run out; started again if it dies."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Keep the process running from now on.

        The first one is started here and now, before there are workers: while this process makes one by forking, no
        other thread must be starting a program, or the worker inherits the pipe on which that start is waiting.
        """
        self._launch()
        threading.Thread(target=self._keep, name="karavan-deliverer", daemon=True).start()

    def ask_to_stop(self) -> None:
        """Ask for the end without waiting for it."""
        self._stopping.set()
        if self._process is not None:
            self._process.terminate()

    def stop(self) -> None:
        """End it, by force if it is in the middle of something long: the letter at hand is sent again later."""
        self.ask_to_stop()
        if self._process is not None:
            try:
                self._process.wait(1)
            except subprocess.TimeoutExpired:
                self._process.kill()

    def _keep(self) -> None:
        while self._process is not None:
            self._process.wait()
            if self._stopping.wait(STOP_WITHIN):
                return
            log.error("the process that delivers letters has ended; it is started again")
            self._launch()

    def _launch(self) -> None:
        command = [
            "-m",
            "flask",
            "--app",
            "wsgi",
            "notifications",
            "deliver",
            "--forever",
            "--parent",
            str(os.getpid()),
        ]
        self._process = subprocess.Popen([sys.executable, *command], cwd=ROOT)  # noqa: S603 -- our own command
        if self._stopping.is_set():
            self._process.terminate()


class Server(Granian):  # type: ignore[misc, valid-type]
    """Granian, which also tells the deliverer when it is time to go."""

    deliverer: Deliverer | None = None

    def signal_handler_interrupt(self, *args: Any, **kwargs: Any) -> None:
        """Let everybody finish at the same time."""
        if self.deliverer:
            self.deliverer.ask_to_stop()
        super().signal_handler_interrupt(*args, **kwargs)


def _free_address(host: str, port: int) -> str:
    """Return the address to listen on, once it is sure that nobody listens there.

    Granian shares its port between workers, and would share it with a stranger without a word.

    Raises:
        SettingsError: with a sentence for the person who starts us.

    """
    try:
        family, kind, _, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as attempt:
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            attempt.bind(where)
            attempt.listen(1)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise SettingsError(
                f"Port {port} is taken: perhaps Karavan is running already. Stop the other program, or choose another"
                f" port:  PORT={port + 1} bin/run"
            ) from error
        raise SettingsError(f"HOST={host} PORT={port} cannot be listened on: {error.strerror or error}.") from error
    return str(where[0])


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Keep other starts waiting, on this machine or, with PostgreSQL, on any."""
    if settings.sqlite:
        with (settings.instance / "start.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        return
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("SET lock_timeout = 0")
        connection.exec_driver_sql("SET statement_timeout = 0")
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({_START_LOCK})")
        connection.detach()  # closing it for good gives the lock back
        yield


def _plant() -> None:
    """Let the demonstration town stand there at the first start."""
    from karavan.seeds.town import plant_town  # noqa: PLC0415 -- not needed without the demonstration

    if transact(plant_town, now=now()):
        print("The demonstration town is planted.", flush=True)


def _welcome_when_ready(settings: Settings, address: str) -> None:
    """Say where to go as soon as somebody would be let in there."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)  # noqa: S104 -- compared, not bound
    while True:
        try:
            socket.create_connection((reachable, settings.port), timeout=1).close()
        except OSError:
            sleep(0.05)
        else:
            print(welcome(settings), flush=True)
            return


def welcome(settings: Settings) -> str:
    """Return what the person who started Karavan should know."""
    lines = ["", f"Karavan is at {settings.base_url} (Ctrl-C stops it)."]
    if settings.demo:
        from karavan.seeds.cast import CAST  # noqa: PLC0415 -- not needed without the demonstration

        lines += [
            "It is a demonstration: people and coming events are invented. Everyone may read every letter it writes at",
            f"{settings.base_url}/kk/mailbox/",
            "",
            "Sign in with one of these addresses; the code arrives on that page.",
        ]
        for account in CAST:
            roles = ", ".join(role.value.replace("_", " ") for role in account.roles) or "resident"
            lines += [f"  {account.email:<26}{account.name}, {roles}", f"  {'':<26}{account.try_this.en}"]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:  # Ctrl-C while the database is being prepared
        sys.exit(130)
