"""Making the choice, in a process of its own: the very program that is published beside the result.

The library keeps its source of chance in a global and loads an optimiser, so it is kept out of the server's process;
and what anybody can run again is exactly what was run here.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from karavan.core.problems import Message, Problem
from karavan.selection.problems import DrawFailed, RulesCannotBeKept
from karavan.selection.published import PROGRAM, as_file

log = logging.getLogger(__name__)

SLOWEST: Final = 120


def choose(listed: str, rules: dict[str, Any], seed: str) -> dict[str, Any]:
    """Return who is accepted and who stands in reserve, by pseudonym and in order.

    Raises:
        RulesCannotBeKept: with these people, no group keeps all rules; the sentence says which stand in the way.
        DrawFailed: the program gave no answer.

    """
    with TemporaryDirectory(prefix="karavan-draw-") as folder:
        files = Path(folder, "list.csv"), Path(folder, "rules.json")
        files[0].write_bytes(listed.encode())
        files[1].write_bytes(as_file(rules).encode())
        asked = [sys.executable, "-I", str(PROGRAM), *map(str, files), seed]
        try:
            done = subprocess.run(asked, capture_output=True, timeout=SLOWEST, check=False, env={}, cwd=folder)  # noqa: S603
        except subprocess.TimeoutExpired:
            raise DrawFailed from None
    try:
        result: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        log.error("the draw failed (%d): %s", done.returncode, done.stderr[-300:].decode("utf-8", "replace"))  # noqa: TRY400
        raise DrawFailed from None
    if "refused" in result:
        raise _refusal(result["refused"], result["facts"])
    return result


def _refusal(what: str, facts: list[dict[str, Any]]) -> Problem:
    """Say in words what the program said in facts."""
    if what == "short":
        return RulesCannotBeKept(
            Message("The list has fewer people than a rule of balance wants. The table shows which."),
        )
    if what == "sums":
        return RulesCannotBeKept(
            Message(
                "There are %(places)d places to give, and rules of one kind add up to at least %(least)d and at most "
                "%(most)d people.",
                {name: facts[0][name] for name in ("places", "least", "most")},
            )
        )
    if what == "infeasible":
        problem = RulesCannotBeKept(
            Message("With these people no group keeps all rules of balance at once. Loosen what is named below."),
        )
        problem.wider = tuple(facts)
        return problem
    return DrawFailed()
