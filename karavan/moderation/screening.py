"""Looking a text over before it appears: a machine may hold it for a person to read, or mark a place, and nothing more.

Opinion is free here, however sharp and however loud. What a machine looks for are words that moderators chose, what may
be personal data, and links that smell of advertising. It never removes and never decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import re2
from sqlalchemy import select

from karavan.accounts.models import Person, RoleGrant
from karavan.core.text import BadText, display_host, host_within
from karavan.moderation.disguise import folded_term, lines_of, pattern_of
from karavan.moderation.models import Effect, WatchedWord
from karavan.moderation.private_data import OFFICIAL, private_data

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.moderation.disguise import Line

NEWCOMER: Final = timedelta(days=7)
"""How long links by a new account wait for a person, wherever they lead but to this site and to offices."""
LINKS: Final = 3
"""More links in one comment wait for a person."""
MARKS: Final = 50
"""A moderator is shown so many places; the fifty-first tells her nothing new."""
PATTERN_MEMORY: Final = 64 << 20


@dataclass(frozen=True)
class Screening:
    """What a machine thinks of a text."""

    hold: bool = False
    """A person reads it before others do."""
    marks: list[dict[str, Any]] = field(default_factory=list)
    """Places for the moderator to look at: {"start", "end", "why", "clause"}, in characters of the source. `why` is
    word, phone, email, iin, many_links, newcomer_link or disguised_link."""
    clause: str = ""
    """The rule that made it hold."""


@dataclass(frozen=True, slots=True)
class Term:
    """A watched word as it is compared, and what it does."""

    folded: str
    effect: Effect
    clause: str


@dataclass(frozen=True, slots=True)
class _Suspicion:
    start: int
    end: int
    why: str
    clause: str
    hold: bool = False

    def mark(self) -> dict[str, Any]:
        return {"start": self.start, "end": self.end, "why": self.why, "clause": self.clause}


def screen(
    session: Session,
    source: str,
    links: Sequence[str],
    *,
    organisation_id: int,
    author_id: int,
    now: datetime,
) -> Screening:
    """Say whether a text should wait for a person, and which places in it a moderator should look at.

    `links` are the addresses its rendering leads to. Never raises, whatever the text.
    """
    newcomer = bool(links) and _is_newcomer(session, author_id, now)
    return look_over(source, links, terms=watched_terms(session, organisation_id), newcomer=newcomer)


def look_over(source: str, links: Sequence[str], *, terms: tuple[Term, ...], newcomer: bool) -> Screening:
    """Say the same of a text when it is known what is watched and who wrote it."""
    suspicions = [
        *_watched(source, terms),
        *(_Suspicion(start, end, why, "personal_data") for start, end, why in private_data(source)),
    ]
    holding = [one.clause for one in suspicions if one.hold]
    if links:
        linked, wait = _linked(source, links, newcomer=newcomer)
        suspicions += linked
        holding += ["advertising"] if wait else []
    return Screening(bool(holding), _marks(suspicions), holding[0] if holding else "")


def _marks(suspicions: list[_Suspicion]) -> list[dict[str, Any]]:
    """Return what a moderator is shown: each place once for each rule; what made it hold before the rest."""
    places = {(one.start, one.end, one.clause): one for one in sorted(suspicions, key=lambda one: one.hold)}
    chosen = sorted(places.values(), key=lambda one: (not one.hold, one.start, one.end))
    return [one.mark() for one in chosen[:MARKS]]


# --- Watched words ----------------------------------------------------------------------------------------


def watched_terms(session: Session, organisation_id: int) -> tuple[Term, ...]:
    """Return what an organisation's moderators watch for now."""
    live = select(WatchedWord.folded, WatchedWord.effect, WatchedWord.clause).where(
        WatchedWord.organisation_id == organisation_id, WatchedWord.ended_at.is_(None)
    )
    return tuple(Term(*row) for row in session.execute(live.order_by(WatchedWord.id)))


def contains(source: str, term: str) -> bool:
    """Would this word be found in that text?"""
    if not folded_term(term).rstrip("*"):
        return False
    watch = _watch((Term(folded_term(term), Effect.MARK, ""),))
    return next(watch.look(source), None) is not None


def _watched(source: str, terms: tuple[Term, ...]) -> Iterator[_Suspicion]:
    if terms:
        for start, end, term in islice(_watch(terms).look(source), 10 * MARKS):
            yield _Suspicion(start, end, "word", term.clause, hold=term.effect == Effect.HOLD)


@lru_cache(maxsize=64)
def _watch(terms: tuple[Term, ...]) -> _Watch:
    """Keep a list compiled as long as it stays as it is."""
    return _Watch(terms)


class _Watch:
    """A list of words, compiled: one pass over a text says which of them are there, however many are watched."""

    def __init__(self, terms: tuple[Term, ...]) -> None:
        self._terms = terms
        self._whole = _Patterns([pattern_of(term.folded, whole=True) for term in terms])
        self._parted = _Patterns([pattern_of(term.folded, whole=False) for term in terms])

    def look(self, source: str) -> Iterator[tuple[int, int, Term]]:
        """Return where the words stand, as whole words first."""
        words, parted = lines_of(source)
        for line, patterns, edge in ((words, self._whole, 1), (parted, self._parted, 0)):
            for start, end, number in patterns.hits(line):
                term = self._terms[number]
                if _is_word(line.text[start:end], term):
                    yield *line.place(start + edge, end - edge), term


def _is_word(seen: str, term: Term) -> bool:
    """Is there a letter in what was found? «300» is no word, though 3 and 0 stand for letters elsewhere."""
    return any(sign.isalpha() for sign in seen) or not any(sign.isalpha() for sign in term.folded)


class _Patterns:
    """Expressions looked for all at once; only those that are there are then looked for one by one."""

    def __init__(self, patterns: list[str]) -> None:
        options = re2.Options()
        options.max_mem = PATTERN_MEMORY
        options.log_errors = False
        self._patterns, self._options = patterns, options
        self._set = re2.Set.SearchSet(options)
        for pattern in patterns:
            self._set.Add(pattern)
        self._set.Compile()

    def hits(self, line: Line) -> Iterator[tuple[int, int, int]]:
        if not line.text:
            return
        for number in self._set.Match(line.text) or ():
            for match in re2.compile(self._patterns[number], self._options).finditer(line.text):
                yield match.start(), match.end(), number


# --- Links ------------------------------------------------------------------------------------------------

_own_hosts: list[str] = []

_LINK: Final = re.compile(
    r"\[(?P<words>[^\[\]\n]{1,300})\]\(\s{0,3}<?(?P<to>[^\s()<>]{1,2000})[^)\n]{0,300}\)?"
    r"|(?P<bare>https?://[^\s<>()\[\]]+)",
    re.IGNORECASE,
)
_NAMED_HOST: Final = re.compile(r"(?:[\w-]{1,63}\.){1,8}(?:[a-z]{2,20}|қаз|рф)(?![\w-])", re.IGNORECASE)


def own_hosts(*hosts: str) -> None:
    """Say under which names this site is known: links to it are nobody's advertising. The factory does, once."""
    _own_hosts[:] = hosts


def _linked(source: str, links: Sequence[str], *, newcomer: bool) -> tuple[list[_Suspicion], bool]:
    """Return the suspicious links, as far as they are found in the source, and whether there is any."""
    many = len(links) > LINKS
    found = []
    for match in _LINK.finditer(source):
        to = match["to"] or match["bare"].rstrip(".,;:!?…»”\"'")
        if _is_disguised(match["words"] or "", to):
            why = "disguised_link"
        elif newcomer and not _is_known(to):
            why = "newcomer_link"
        else:
            why = "many_links" if many else ""
        if why:
            found.append(_Suspicion(*match.span(), why, "advertising", hold=True))
    return found, bool(found) or many or (newcomer and not all(map(_is_known, links)))


def _is_disguised(words: str, to: str) -> bool:
    """Do the words of a link name another host than the one it leads to?"""
    target = _host_of(to)
    return any(not host_within(target, [named.removeprefix("www.")]) for named in _NAMED_HOST.findall(words.lower()))


def _is_known(link: str) -> bool:
    return host_within(_host_of(link), [*OFFICIAL, *_own_hosts])


def _host_of(link: str) -> str:
    try:
        return display_host(link)
    except BadText:
        return ""


def _is_newcomer(session: Session, author_id: int, now: datetime) -> bool:
    """Has she been here for a few days only? Nobody who holds an office is a newcomer."""
    person = session.get_one(Person, author_id)
    office = select(RoleGrant.id).where(RoleGrant.person_id == author_id, RoleGrant.ended_at.is_(None)).limit(1)
    return person.created_at > now - NEWCOMER and session.scalar(office) is None
