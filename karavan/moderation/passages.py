"""A text taken apart for a moderator: what the filter marked in it, and what she may cover. Pure.

Everything is counted in characters of the source, as `pieces.Span` is.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from karavan.moderation.pieces import Span

WORDS_AT_ONCE: Final = 60
"""A text of so many words is offered word by word; a longer one by sentences, until she asks for words."""
MOST_PASSAGES: Final = 1200
"""So many boxes at most: a text of more words is offered by sentences only."""
BEGINNING: Final = 280
"""How much of a text a row of the queue shows."""
_SENTENCE: Final = re.compile(r"[.!?…]+\s+|\n+")
_WORD: Final = re.compile(r"\S+")


class Stretch(NamedTuple):
    """A run of the text, and the rule the filter thought of there (or "")."""

    text: str
    clause: str = ""


class Passage(NamedTuple):
    """Something that can be covered with one tick."""

    start: int
    end: int
    text: str
    clause: str = ""
    """The filter marked it, and thought of this rule."""
    chosen: bool = False

    @property
    def value(self) -> str:
        """Return it as a form writes it."""
        return f"{self.start}-{self.end}"


def marked(source: str, marks: Sequence[dict[str, Any]], *, most: int = 0) -> list[Stretch]:
    """Return the text (or its first `most` characters) as runs, so that what the filter found can be shown."""
    shown = source if not most or len(source) <= most else source[:most].rstrip() + "…"
    found, place = [], 0
    for start, end, clause in _sound(marks, len(shown)):
        start = max(start, place)  # noqa: PLW2901 -- marks may overlap: the first has it
        if start >= end:
            continue
        found += [Stretch(shown[place:start]), Stretch(shown[start:end], clause)]
        place = end
    return [run for run in (*found, Stretch(shown[place:])) if run.text]


def passages(
    source: str, marks: Sequence[dict[str, Any]] = (), *, chosen: Collection[Span] = (), by_words: bool = False
) -> list[Passage]:
    """Return what can be ticked: words or sentences, with what the filter marked as passages of their own.

    What she chose before and is none of them (a selection made by hand) becomes one too.
    """
    words = by_words or in_words(source)
    edges = {0, len(source)}
    edges |= {word.start() for word in _WORD.finditer(source)} if words else set()
    edges |= {found.end() for found in _SENTENCE.finditer(source)}
    clauses: dict[Span, str] = {}
    whole = [(start, end) for start, end, _ in _sound(marks, len(source))]
    for start, end, clause in _sound(marks, len(source)):
        clauses[start, end] = clause
    whole += [span for span in chosen if 0 <= span[0] < span[1] <= len(source)]
    for start, end in whole:
        edges = {edge for edge in edges if not start < edge < end} | {start, end}
    ordered = sorted(edges)
    found = []
    for left, right in pairwise(ordered):
        text = source[left:right]
        start = left + len(text) - len(text.lstrip())
        end = left + len(text.rstrip())
        if start < end:
            inside = any(low <= start and end <= high for low, high in chosen)
            found.append(Passage(start, end, source[start:end], clauses.get((left, right), ""), inside))
    return found


def in_words(source: str) -> bool:
    """Is the text short enough to be offered word by word at once?"""
    return len(_WORD.findall(source)) <= WORDS_AT_ONCE


def can_be_words(source: str) -> bool:
    """Is it worth asking for words: a text in sentences, not too long?"""
    return WORDS_AT_ONCE < len(_WORD.findall(source)) <= MOST_PASSAGES


def spans_of_marks(marks: Sequence[dict[str, Any]], length: int) -> tuple[Span, ...]:
    """Return what is ticked beforehand: what the filter found."""
    return tuple((start, end) for start, end, _ in _sound(marks, length))


def joined(spans: Iterable[Span], source: str) -> tuple[Span, ...]:
    """Return spans in order, without overlaps; what only spaces part becomes one. Outside the text is nothing."""
    found: list[Span] = []
    for start, end in sorted(set(spans)):
        if not 0 <= start < end <= len(source):
            continue
        if found and not source[found[-1][1] : max(start, found[-1][1])].strip(" "):
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)


def covered(source: str, spans: Iterable[Span]) -> list[Stretch]:
    """Return the text as readers will see it: ▇ for each letter of what is covered."""
    found, place = [], 0
    for start, end in joined(spans, source):
        black = re.sub(r"\S", "▇", source[start:end])
        found += [Stretch(source[place:start]), Stretch(black, "covered")]
        place = end
    return [run for run in (*found, Stretch(source[place:])) if run.text]


def _sound(marks: Sequence[dict[str, Any]], length: int) -> list[tuple[int, int, str]]:
    """Return the marks that lie within the text, in order."""
    found = [(int(mark["start"]), int(mark["end"]), str(mark.get("clause", ""))) for mark in marks]
    return sorted((start, end, clause) for start, end, clause in found if 0 <= start < end <= length)
