"""What packages above the reports hold of a person: each says how to give it to her, and how to erase it.

A report may not import hearings; so the factory registers what they hold (as `events.keepers`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session


@dataclass(frozen=True, kw_only=True)
class Holding:
    """One kind of personal data."""

    name: str
    """As it is called in files and receipts: `speaking`."""
    rows: Callable[[Session, int], list[dict[str, Any]]]
    """All of a person's, in plain values."""
    erase: Callable[[Session, int, datetime], int]
    """Take her name out, and say of how many."""


_holdings: dict[str, Holding] = {}


def register(holding: Holding) -> None:
    """Let a package hand out and erase what it holds."""
    _holdings[holding.name] = holding


def holdings() -> Sequence[Holding]:
    """Return all that are registered."""
    return tuple(_holdings.values())
