"""Saying that a page of the desk of events showed somebody, to whoever keeps the log of looks.

The log lies above, with the roster; it registers here, through the factory, how a look is written down.
"""

from __future__ import annotations

from collections.abc import Callable

WriteDown = Callable[[int, int, int], None]
"""Takes the event, the number of a registration, and how many of its people were shown."""

_log: list[WriteDown] = []


def register(write_down: WriteDown) -> None:
    """Say how a look is written down. The factory does, once for each application."""
    _log[:] = [write_down]


def saw(event_id: int, number: int) -> None:
    """Write down that this visitor sees one person of a registration; when the answer is made and not yet given."""
    for write_down in _log:
        write_down(event_id, number, 1)
