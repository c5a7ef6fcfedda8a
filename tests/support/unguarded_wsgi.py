"""Karavan with the guard of moderation taken out, for the test which must fail then. Never to be served to anybody.

A case takes its step whatever has become of it meanwhile: "look, then write", as so many sites do.
"""

from __future__ import annotations

from typing import Any

from karavan import create_app
from karavan.moderation.models import Case
from karavan.moderation.rules import cases, decide


def whatever_stands(case_id: int, *_: Any) -> list[Any]:
    """Ask for nothing but the case itself."""
    return [Case.id == case_id]


def first_time(*_: Any) -> None:
    """Find that nothing like this was sent before."""


cases.guard = whatever_stands
decide._sent_before = first_time
app = create_app()
