"""What changed between two texts, word by word, for people to read."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST: Final = 160_000
"""Pieces of one text times pieces of the other: beyond it, what stands between is shown as replaced. Comparing takes
more than the square of the length, and a text can be written so that it takes far more."""
_WORDS: Final = re.compile(r"\s+|\S+")


class Piece(NamedTuple):
    """A run of words: kept (""), taken out ("del") or put in ("ins")."""

    change: str
    text: str


def differences(before: str, after: str) -> list[Piece]:
    """Return the later text with what was taken out and put in: by lines first, then by words within changed lines."""
    pieces = []
    for change, old, new in _compare(before.splitlines(keepends=True), after.splitlines(keepends=True)):
        if not change:
            pieces.append(Piece("", "".join(new)))
            continue
        for inner, gone, come in _compare(_WORDS.findall("".join(old)), _WORDS.findall("".join(new))):
            if not inner:
                pieces.append(Piece("", "".join(come)))
                continue
            pieces += [Piece(kind, "".join(run)) for kind, run in (("del", gone), ("ins", come)) if run]
    return pieces


def _compare(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[bool, Sequence[str], Sequence[str]]]:
    """Go through both: what is the same, and what stands for what."""
    start, end = _alike_at_both_ends(old, new)
    if start:
        yield False, old[:start], new[:start]
    left, right = old[start : len(old) - end], new[start : len(new) - end]
    if len(left) * len(right) > MOST:
        yield True, left, right
    else:
        for tag, i, j, k, n in SequenceMatcher(None, left, right).get_opcodes():
            yield tag != "equal", left[i:j], right[k:n]
    if end:
        yield False, old[len(old) - end :], new[len(new) - end :]


def _alike_at_both_ends(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    shorter = min(len(old), len(new))
    start = next((place for place in range(shorter) if old[place] != new[place]), shorter)
    rest = shorter - start
    end = next((place for place in range(rest) if old[-1 - place] != new[-1 - place]), rest)
    return start, end
