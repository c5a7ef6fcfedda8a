"""Where a comment stands in its thread: a path of numbers, ordered like the tree itself.

Each level is a comment's number in base 36, four characters wide, below the path of what it stands under. Read in the
order of their paths (as ASCII), comments come branch by branch, older ones first; a branch is one range of paths.
"""

from __future__ import annotations

from typing import Final

from karavan.discussion.models import DEEPEST, STEP

_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
MOST: Final = 36**STEP - 1
"""The highest number a path can hold."""
_AFTER: Final = "~"
"""Comes after every digit and letter."""


def path_under(parent_path: str, seq: int) -> str:
    """Return the path of comment `seq` below a parent ("": it is a root); below the deepest level, beside it."""
    return parent_path[: DEEPEST * STEP] + _number(seq)


def branch(path: str) -> tuple[str, str]:
    """Return the range of paths of a comment and all that stands below it: from the first, up to before the second."""
    return path, path + _AFTER


def depth_of(path: str) -> int:
    """Return how deep it stands; a root stands at 0."""
    return len(path) // STEP - 1


def above(path: str) -> tuple[str, ...]:
    """Return the paths of what it stands under, from the root down."""
    return tuple(path[:end] for end in range(STEP, len(path), STEP))


def _number(seq: int) -> str:
    if not 0 <= seq <= MOST:
        msg = f"no place in a path for {seq}"
        raise ValueError(msg)
    digits = ""
    for _ in range(STEP):
        seq, rest = divmod(seq, 36)
        digits = _DIGITS[rest] + digits
    return digits
