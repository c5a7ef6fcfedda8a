"""What happens by itself every few seconds: letters leave, offers run out. A loop, not a broker."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

log = logging.getLogger(__name__)


class Application(Protocol):
    """What a round needs of the application."""

    def app_context(self) -> AbstractContextManager[object]:
        """Open the context database access needs."""


@dataclass
class _Round:
    seconds: float
    work: Callable[[], object]
    due: float = 0.0


class Rounds:
    """Runs small, idempotent jobs at their intervals, in one thread or in a process of its own."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._rounds: list[_Round] = []
        self._stop = threading.Event()

    def every(self, seconds: float, work: Callable[[], object]) -> None:
        """Register a job. It must be safe to run twice, or at the same time as another process runs it."""
        self._rounds.append(_Round(seconds, work))

    def once(self) -> None:
        """Run every job that is due now. A job that fails is logged and does not keep the others from running."""
        for job in self._rounds:
            if monotonic() < job.due:
                continue
            try:
                with self._app.app_context():
                    job.work()
            except Exception:
                log.exception("background job %s failed; it will be tried again", job.work.__name__)
            job.due = monotonic() + job.seconds

    def run(self) -> None:
        """Go on until `stop`."""
        while not self._stop.wait(0.5):
            self.once()

    def start_thread(self) -> threading.Thread:
        """Run beside the server in one process: the embedded set-up."""
        thread = threading.Thread(target=self.run, name="karavan-rounds", daemon=True)
        thread.start()
        return thread

    def stop(self) -> None:
        """End the loop after the job at hand."""
        self._stop.set()
