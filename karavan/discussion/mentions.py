"""Names somebody writes after an @: who of those who wrote in a thread is meant.

A shown name is a given name and perhaps a letter with a full stop, so a text itself says which names may be meant; the
database is asked for those few alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

MOST: Final = 5
"""So many people are told of one comment that names them."""
LOOKED_AT: Final = 30
"""So many signs @ are looked at; the others are letters like any."""

_SIGN: Final = re.compile(r"(?<![\w@.])@(\S{1,79})(?: (\S)\.)?")
_CLOSING: Final = ".,;:!?…)]}»”\"'*_"
_QUOTED: Final = re.compile(r"^\s*>")


def may_mean(source: str) -> frozenset[str]:
    """Return every name that a text may mention."""
    return frozenset(name for names in _candidates(source) for name in names)


def meant(source: str, writers: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Return the names a text mentions, and who each is: at most five, the longest name that fits each time.

    `writers` are names and people of the thread. A name that two people share tells nobody; what stands in a quotation
    was said by somebody else.
    """
    people: dict[str, set[int]] = {}
    for name, person_id in writers:
        people.setdefault(name, set()).add(person_id)
    found: dict[str, int] = {}
    for names in _candidates(source):
        name = next((one for one in names if one in people), "")
        if name and len(people[name]) == 1 and len(found) < MOST:
            found.setdefault(name, *people[name])
    return found


def split(text: str, names: Collection[str]) -> Iterator[tuple[str, bool]]:
    """Cut a text at its mentions: pieces, and whether each is one."""
    known = frozenset(names)
    at = 0
    for sign in _SIGN.finditer(text):
        name = next((one for one in _names(sign) if one in known), "")
        if name:
            end = sign.start() + 1 + len(name)
            yield text[at : sign.start()], False
            yield text[sign.start() : end], True
            at = end
    yield text[at:], False


def new_names(before: Mapping[str, int], after: Mapping[str, int]) -> set[int]:
    """Return who is mentioned now and was not before."""
    return set(after.values()) - set(before.values())


def _candidates(source: str) -> Iterator[tuple[str, ...]]:
    own = "\n".join(line for line in source.split("\n") if not _QUOTED.match(line))
    for number, sign in enumerate(_SIGN.finditer(own)):
        if number == LOOKED_AT:
            return
        yield _names(sign)


def _names(sign: re.Match[str]) -> tuple[str, ...]:
    """Return what one sign may mean, the longest name first."""
    word, letter = sign[1], sign[2]
    longest = (f"{word} {letter}.",) if letter else ()
    return (*longest, *dict.fromkeys((word, word.rstrip(_CLOSING))))
