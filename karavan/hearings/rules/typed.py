"""What people type in the hall, as it is stored, whatever form it came through."""

from __future__ import annotations

from karavan.core.text import BadText, clean_line, clean_text
from karavan.hearings.hall_problems import CannotBeStored


def one_line(text: str, limit: int, *, where: str = "") -> str:
    """Return a name or a title as it is stored.

    Raises:
        CannotBeStored: and why.

    """
    try:
        return clean_line(text, limit=limit)
    except BadText as bad:
        raise CannotBeStored(bad.message, where=where) from None


def several_lines(text: str, limit: int, *, where: str = "") -> str:
    """Return a text as it is stored.

    Raises:
        CannotBeStored: and why.

    """
    try:
        return clean_text(text, limit=limit)
    except BadText as bad:
        raise CannotBeStored(bad.message, where=where) from None
