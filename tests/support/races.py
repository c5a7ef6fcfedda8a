"""Several people at the same moment: each in a thread and on a connection of her own."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Any

from karavan.core.database import db, transact
from karavan.core.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

HANDS = 24
"""As many as the database has connections for in a race."""


def all_at_once(app: Flask, acts: tuple[Callable[[], Any], ...]) -> list[Any]:
    """Carry all out at the same moment. What a rule refuses comes back as a value; a fault is raised."""
    results: list[Any] = [None] * len(acts)
    ready = threading.Barrier(len(acts))

    def one(number: int, act: Callable[[], Any]) -> None:
        with app.app_context():
            db.session().connection()  # a connection is at hand before the start
            ready.wait(60)
            try:
                results[number] = act()
            except Exception as refused:  # noqa: BLE001  (looked at by the test)
                results[number] = refused

    threads = [threading.Thread(target=one, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    faults = [result for result in results if isinstance(result, Exception) and not isinstance(result, Problem)]
    if faults:
        raise faults[0]
    return results


def doing(rule: Callable[..., Any], *args: Any, **facts: Any) -> Callable[[], Any]:
    """Return a rule to be carried out in a transaction of its own."""
    return partial(transact, rule, *args, **facts)
