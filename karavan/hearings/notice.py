"""What a notice is made of: the first day it allows, what it must say, and the fingerprint of its documents. Pure."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final, Protocol

from karavan.deadlines.models import FirstDay
from karavan.deadlines.reckoning import Term, due_on

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from karavan.core.languages import Slots
    from karavan.councils.statute import Notice
    from karavan.deadlines.reckoning import Calendar
    from karavan.hearings.models import Hearing

BILINGUAL: Final = ("title", "questions", "agenda", "caller", "ground", "venue")
"""What a notice says in Kazakh and in Russian: no hearing is announced while one of them is missing."""


class Fingerprinted(Protocol):
    """A document, as far as the bundle's fingerprint needs it."""

    position: int
    version: int
    sha256: str


def earliest_day(given_on: date, notice: Notice, calendar: Calendar, *, first_day: FirstDay = FirstDay.NEXT) -> date:
    """Return the first day on which a hearing may be held of which notice is given that day.

    The statute says how many days. Day one is the day after, as terms of law begin (Civil Code of Kazakhstan, art. 173,
    to be confirmed by a lawyer), and the hearing may be on the last of them: notice "ten days before the hearing".
    A working day is one by the council's calendar (`deadlines.reckoning`).
    """
    return due_on(given_on, Term(notice.days, notice.unit, first_day), calendar)


def missing(hearing: Hearing) -> tuple[str, ...]:
    """Return what a notice must say and this one does not yet say in both languages, in the order of the form."""
    lacking = [name for name in BILINGUAL if not in_both(getattr(hearing, name))]
    return (*lacking, *(() if hearing.languages.split() else ("languages",)))


def bundle_hash(documents: Iterable[Fingerprinted]) -> str:
    """Return the fingerprint of a bundle: of each document's place, version and own fingerprint, in order.

    Anybody can recompute it: SHA-256 of lines "position version sha256", each ended by a line feed.
    """
    rows = sorted((one.position, one.version, one.sha256) for one in documents)
    lines = "".join(f"{position} {version} {sha256}\n" for position, version, sha256 in rows)
    return hashlib.sha256(lines.encode()).hexdigest()


def in_both(words: Slots) -> bool:
    """Does it stand there in Kazakh and in Russian?"""
    return bool(words.kk.strip() and words.ru.strip())
