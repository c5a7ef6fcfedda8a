"""Seeing a word through its disguises: look-alikes and digits for letters, stretched or parted letters, unseen signs.

A text becomes its words as a reader sees them, each sign with its place in the source, so that whatever is found there
can be shown where it stands. Everything is linear in the length of the text.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Final

from karavan.core.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Sign = tuple[str, int, int]
"""A letter or digit as it is seen, and from where to where it stands in the source."""

NARROW: Final = 3
"""So many signs between two single letters leave them one word: «а - б»."""

_INSTEAD: Final = {"о": "0", "з": "3", "ч": "4", "а": "4@", "и": "1", "е": "3", "б": "6", "в": "8", "т": "7"} | {
    "с": "5$",
    "s": "5$",
    "l": "1",
    "g": "9",
    "х": "h",
    "н": "h",
}
"""What is typed for a letter: digits and signs. A Latin h passes for two letters of ours."""


@dataclass(frozen=True)
class Line:
    """Words side by side, `<сен><бар>`, with the places of their signs in the source."""

    text: str
    starts: list[int]
    ends: list[int]

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Return where in the source stands what is between these two signs of the line."""
        return self.starts[start], self.ends[end - 1]


@dataclass
class _Word:
    """A word of the source; what lies between it and the one before."""

    signs: list[Sign] = field(default_factory=list)
    gap: str = ""


def lines_of(source: str) -> tuple[Line, Line]:
    """Return the words of a text, and apart from them the words that are made of parted letters.

    Among the former, those with a sign inside come once more without it: «ду-рак» is also read as «дурак». The latter
    are «д у р а к» and «д.у.р.а.к».
    """
    words = _words(source)
    groups = (list(group) for _, group in groupby(_numbered(words), key=lambda pair: pair[0]))
    glued = [[sign for _, word in group for sign in word.signs] for group in groups if len(group) > 1]
    return _line([*(word.signs for word in words), *glued]), _line(_parted(words))


def _parted(words: list[_Word]) -> Iterator[list[Sign]]:
    """Return runs of three or more single letters that stand close together."""
    runs: list[list[Sign]] = [[]]
    for word in words:
        if len(word.signs) > 1 or len(word.gap) > NARROW:
            runs.append([])
        if len(word.signs) == 1:
            runs[-1] += word.signs
    return (run for run in runs if len(run) > 2)


def folded_term(term: str) -> str:
    """Return a watched word in the one form in which two of them are compared; a star at its end stays."""
    folded = "".join(sign for sign, _ in groupby(fold(term)))
    return f"{folded}*" if folded and term.rstrip().endswith("*") else folded


def pattern_of(folded: str, *, whole: bool) -> str:
    """Return the expression that finds a watched word in a `Line`: as whole words, or in parted letters."""
    words = ["".join(f"[{sign}{_INSTEAD.get(sign, '')}]+" for sign in word) for word in folded.rstrip("*").split()]
    if not whole:
        return "".join(words)
    return f"<{'><'.join(words)}{'[^<>]*' if folded.endswith('*') else ''}>"


def _words(source: str) -> list[_Word]:
    words: list[_Word] = []
    gap = ""
    joined = False
    for place, char in enumerate(source):
        seen = _seen(char)
        if seen in {"@", "$"} and not _is_in_word(source, place):
            seen = None
        if seen is None:
            gap, joined = gap + char if len(gap) <= NARROW else gap, False
        elif not seen:
            _cover_mark(words, place)
        else:
            if not joined:
                words.append(_Word(gap=gap))
            words[-1].signs += [(letter, place, place + 1) for letter in seen]
            gap, joined = "", True
    return words


@lru_cache(maxsize=4096)
def _seen(char: str) -> str | None:
    """Return how a character is read: as letters, as nothing at all (""), or as what stands between words (None)."""
    if char in "@$hH":
        return char.lower()
    folded = fold(char).replace(" ", "")
    unseen = unicodedata.category(char)
    return folded or ("" if unseen[0] in "ML" or unseen in {"Cf", "Cn", "Co"} else None)


def _is_in_word(source: str, place: int) -> bool:
    """Does a sign stand for a letter here? `@` before a name does not."""
    after = source[place + 1 : place + 2]
    return source[place - 1 : place].isalpha() or (source[place] == "$" and after.isalpha())


def _cover_mark(words: list[_Word], place: int) -> None:
    """Let a mark or an unseen sign belong to the letter right before it."""
    if words and words[-1].signs[-1][2] == place:
        letter, start, _ = words[-1].signs[-1]
        words[-1].signs[-1] = (letter, start, place + 1)


def _numbered(words: list[_Word]) -> Iterator[tuple[int, _Word]]:
    """Give the same number to words with one or two signs and no space between them."""
    number = 0
    for word in words:
        close = 0 < len(word.gap) <= 2 and not any(sign.isspace() for sign in word.gap)
        number += not close
        yield number, word


def _line(words: Iterable[list[Sign]]) -> Line:
    signs: list[Sign] = []
    for word in words:
        signs += [("<", word[0][1], word[0][1]), *word, (">", word[-1][2], word[-1][2])]
    return Line("".join(sign for sign, _, _ in signs), [start for _, start, _ in signs], [end for _, _, end in signs])
