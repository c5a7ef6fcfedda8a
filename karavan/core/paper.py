"""Papers: a template of typst and plain data become a PDF that can be kept for good.

PDF/A-2a can still be read when nobody remembers today's programs, PDF/UA-1 can be read aloud; both carry their own
font. The same data at the same moment gives the same bytes, so that a fingerprint can be counted again.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typst

if TYPE_CHECKING:
    from datetime import datetime

STANDARDS: Final = ["a-2a", "ua-1"]
TEMPLATES: Final = Path(__file__).parents[2] / "templates"
DRAWN: Final = (
    "\n\u0020-\u007e\u00a0-\u017f\u0400-\u045f\u0490-\u04c4\u04d0-\u04f9\u2010-\u2015\u2018-\u201f"
    "\u2020-\u2022\u2026\u2030\u2039\u203a\u20ac\u20b8\u2116\u2190-\u2193\u2212"
)
"""What is set as it was typed: the fonts have all of it. Anything else would leave the archive no paper at all."""
_NOT_DRAWN: Final = re.compile(f"[^{DRAWN}]")
UNKNOWN: Final = "\ufffd"
"""Stands in the paper for a sign that its font does not have (the page shows it)."""


def set_paper(template: str, told: dict[str, Any], *, at: datetime) -> bytes:
    """Set a paper: `template` lies under `templates/` and finds what it is told as JSON in `sys.inputs.told`.

    Everything that was typed comes as data and is never read as markup. `at` is what the paper says of its own age;
    the template finds its parts in `told.at`.
    """
    moment = {name: getattr(at, name) for name in ("year", "month", "day", "hour", "minute", "second")}
    made = typst.compile(
        _template(template),
        ignore_system_fonts=True,
        sys_inputs={"told": json.dumps({**drawable(told), "at": moment}, ensure_ascii=False)},
        pdf_standards=STANDARDS,  # type: ignore[arg-type]  # names of standards
        timestamp=int(at.timestamp()),
    )
    assert isinstance(made, bytes)  # noqa: S101 -- one document is asked for
    return made


def drawable(told: Any) -> Any:
    """Replace what the fonts do not have, wherever it was typed."""
    if isinstance(told, dict):
        return {name: drawable(value) for name, value in told.items()}
    if isinstance(told, list | tuple):
        return [drawable(value) for value in told]
    return _NOT_DRAWN.sub(UNKNOWN, told) if isinstance(told, str) else told


@cache
def _template(name: str) -> bytes:
    return (TEMPLATES / name).read_bytes()
