"""Processes that belong together end together."""

from __future__ import annotations

import os
import signal
import threading
from time import sleep

_LOOK_EVERY = 0.5
_GRACE = 2.0


def end_with(parent: int) -> None:
    """End this process soon after the one that started it has gone, even if that one was killed without a word.

    An orphan gets another parent, on every Unix. It is asked to end as if by Ctrl-C first, and made to if it does not.
    """

    def watch() -> None:
        while os.getppid() == parent:
            sleep(_LOOK_EVERY)
        os.kill(os.getpid(), signal.SIGTERM)
        sleep(_GRACE)
        os._exit(1)

    threading.Thread(target=watch, name="karavan-parent", daemon=True).start()
