"""What somebody meant who typed a word that occurs nowhere: the nearest words that do.

The words of the table `search_terms` are kept in this process, sorted and by length. They are read again when they are
old, or when nothing near was found and there are other words by now.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from time import monotonic
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract
from sqlalchemy import func, select

from karavan.proposals.models import SearchTerm

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.engine import Engine
    from sqlalchemy.orm import Session

OLD: Final = 300.0
"""Seconds after which the words are looked at again in any case."""
PATIENCE: Final = 5.0
"""Many words are not read again sooner than this, however many strange ones are asked for."""
FEW: Final = 20_000
MOST_NEIGHBOURS: Final = 4
MOST_COMPARED: Final = 6_000
"""Words that share a beginning, or an end, with a misspelt one: a bound, hardly ever met."""
_COUNT: Final = select(func.count()).select_from(SearchTerm)
_ALL: Final = select(SearchTerm.term, SearchTerm.uses)


class Vocabulary:
    """The words of all submissions at one moment."""

    def __init__(self, words: dict[str, int]) -> None:
        self.uses = words
        self.read_at = monotonic()
        self._forwards = sorted(words)
        self._backwards = sorted(word[::-1] for word in words)

    def begins(self, start: str) -> bool:
        """Does any word begin so?"""
        return bool(_starting(self._forwards, start, 1))

    def near(self, word: str) -> tuple[str, ...]:
        """Return the words nearest to one that is misspelt; of equally near ones those used most.

        A letter too many, too few, wrong, or two in the wrong order; two such slips in a long word. Numbers and words
        of three letters are never guessed: everything is near to them. Wherever one slip is, the word's beginning or
        its end is right, so words that share one of them are compared first; only a long word that is unknown is
        compared with all that share its first letter, for there both may be wrong.
        """
        most = _slips(word)
        if not most:
            return ()
        before, behind = ((len(word) - 1) // 2, len(word) // 2) if most == 1 else (len(word) // 3, len(word) // 3)
        around = _starting(self._forwards, word[:before], MOST_COMPARED)
        around += [found[::-1] for found in _starting(self._backwards, word[: -behind - 1 : -1], MOST_COMPARED)]
        found = _nearest(word, set(around) - {word}, most)
        if not found and most > 1 and word not in self.uses:
            alike = _starting(self._forwards, word[0], MOST_COMPARED)
            found = _nearest(word, [other for other in alike if abs(len(other) - len(word)) <= most], most)
        found.sort(key=lambda other: (other[0] != word[0], -self.uses[other], other))
        return tuple(found[:MOST_NEIGHBOURS])


def _nearest(word: str, around: Collection[str], most: int) -> list[str]:
    found = extract(word, around, scorer=OSA.distance, score_cutoff=most, limit=None)
    nearest = min((distance for _, distance, _ in found), default=0)
    return [other for other, distance, _ in found if distance == nearest]


def _starting(words: list[str], start: str, most: int) -> list[str]:
    """Return the words, out of a sorted list, that start so."""
    at = bisect_left(words, start)
    return words[at : min(bisect_left(words, start + "\U0010ffff", at), at + most)]


def _slips(word: str) -> int:
    if len(word) < 4 or any(char.isdigit() for char in word):
        return 0
    return 1 if len(word) < 8 else 2


_known: WeakKeyDictionary[Engine, Vocabulary] = WeakKeyDictionary()
_guard = threading.Lock()


def vocabulary(session: Session) -> Vocabulary:
    """Return the words, read again if they are old."""
    known = _known.get(_engine(session))
    if known is None or monotonic() - known.read_at > OLD:
        return _read(session, known)
    return known


def neighbours(session: Session, word: str) -> tuple[str, ...]:
    """Return the words nearest to one that occurs nowhere."""
    known = vocabulary(session)
    near = known.near(word)
    if near or not _slips(word) or (len(known.uses) > FEW and monotonic() - known.read_at < PATIENCE):
        return near
    return _read(session, known).near(word)


def _read(session: Session, known: Vocabulary | None) -> Vocabulary:
    """Read all words, unless there are as many as before: then hardly any can be new."""
    with _guard:
        if known is not None and session.scalar(_COUNT) == len(known.uses):
            known.read_at = monotonic()
            return known
        found = Vocabulary({row[0]: row[1] for row in session.execute(_ALL)})
        _known[_engine(session)] = found
        return found


def _engine(session: Session) -> Engine:
    return session.get_bind().engine
