"""Which texts of an event are written, which are older than their other language, and which are missing.

Texts are known by the names their fields have in the organiser's form: `title`, `programme-0-speaker`. `Event.written`
notes for each language the version at which it was last in step; numbers are compared with each other and mean nothing
else. Rows of the programme have no number of their own: they are known again by their words.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from karavan.core.languages import LANGUAGES, Slots

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

TEXTS: Final = ("title", "summary", "about", "editors_note", "venue", "accessibility_note")
ROW_TEXTS: Final = {
    "programme": ("title", "place", "speaker", "speaker_role"),
    "materials": ("title",),
    "questions": ("label", "hint"),
}

Words = dict[str, Slots]
Ages = dict[str, dict[str, int]]


class Standing(StrEnum):
    """How one text stands in one language."""

    WRITTEN = "written"
    STALE = "stale"
    """Another language was changed after it."""
    MISSING = "missing"


def words_of(written: Any) -> Words:
    """Return the texts of an event, or of a plan of one, by name: both call their parts alike."""
    rows: dict[str, Iterable[Any]] = {
        "programme": written.programme,
        "materials": written.materials,
        "questions": [question for question in written.questions if not getattr(question, "retired", False)],
    }
    return {name: getattr(written, name) for name in TEXTS} | {
        f"{name}-{number}-{text}": getattr(row, text)
        for name, listed in rows.items()
        for number, row in enumerate(listed)
        for text in ROW_TEXTS[name]
    }


def rewritten(before: Words, noted: Ages, after: Words, *, version: int, still: Collection[str] = ()) -> Ages:
    """Return how old each text is after an edit.

    A text that was in step and is changed is newer than its other languages. One that was behind, or missing, and is
    written now has caught up with them; so has one of which somebody says that it is `still` right ("title-ru").
    """
    origins = _origins(before, after)
    ages: Ages = {}
    for name, slots in after.items():
        old, known = before.get(origins.get(name, ""), Slots()), noted.get(origins.get(name, ""), {})
        here: list[str] = [code for code in LANGUAGES if getattr(slots, code)]
        changed = {code for code in here if getattr(slots, code) != getattr(old, code)}
        behind = {code for code in here if how_stands(old, known, code) != Standing.WRITTEN}
        caught_up = (changed & behind) | {code for code in here if code not in changed and f"{name}-{code}" in still}
        new = {code: version if code in changed else known.get(code, 0) for code in here if code not in caught_up}
        newest = max(new.values(), default=version)
        new |= {code: newest for code in here if code in caught_up}
        if new:
            ages[name] = new
    return ages


def how_stands(slots: Slots, ages: Mapping[str, int], code: str) -> Standing:
    """Say how a text stands in one language."""
    if not getattr(slots, code):
        return Standing.MISSING
    others = [ages.get(other, 0) for other in LANGUAGES if other != code and getattr(slots, other)]
    return Standing.STALE if ages.get(code, 0) < max(others, default=0) else Standing.WRITTEN


def standings(words: Words, ages: Ages) -> dict[str, dict[str, Standing]]:
    """Say how every text stands in every language; where nothing is written at all, nothing is missing."""
    return {
        name: {code: how_stands(slots, ages.get(name, {}), code) for code in LANGUAGES}
        for name, slots in words.items()
        if slots
    }


def levelled(words: Words, ages: Ages) -> Ages:
    """Return the ages for a copy, which begins at its first version: in step or behind, and no more."""
    return {
        name: {
            code: int(how_stands(slots, ages.get(name, {}), code) == Standing.WRITTEN)
            for code in LANGUAGES
            if getattr(slots, code)
        }
        for name, slots in words.items()
        if slots
    }


def _origins(before: Words, after: Words) -> dict[str, str]:
    """Return under which name each text was known before: rows are moved, put between others and taken out."""
    origins = {name: name for name in after if "-" not in name}
    for name in ROW_TEXTS:
        old, new = _rows(name, before), _rows(name, after)
        for to, from_ in matched(old, new, _shared).items():
            origins |= {f"{name}-{to}-{text}": f"{name}-{from_}-{text}" for text in ROW_TEXTS[name]}
    return origins


def matched(old: Mapping[int, Any], new: Mapping[int, Any], alike: Callable[[Any, Any], int]) -> dict[int, int]:
    """Return which old row each new one continues: the most alike first, then the nearest; some continue none."""
    scored = sorted(
        (-likeness, abs(to - from_), to, from_)
        for to, row in new.items()
        for from_, other in old.items()
        if (likeness := alike(other, row))
    )
    found: dict[int, int] = {}
    for _, _, to, from_ in scored:
        if to not in found and from_ not in found.values():
            found[to] = from_
    return found


def _rows(name: str, words: Words) -> dict[int, Words]:
    rows: dict[int, Words] = {}
    for path, slots in words.items():
        listed, _, rest = path.partition("-")
        if listed == name and rest:
            number, _, text = rest.partition("-")
            rows.setdefault(int(number), {})[text] = slots
    return rows


def _shared(one: Words, other: Words) -> int:
    """Count the wordings that two rows share."""
    return sum(
        1
        for text, slots in one.items()
        for code in LANGUAGES
        if getattr(slots, code) and getattr(slots, code) == getattr(other.get(text, Slots()), code)
    )
