"""Finding submissions by their words, on SQLite and on PostgreSQL alike.

What is indexed and what is looked for go through the same mill (`proposals.stems`), so both databases are given bare
tokens and no language of their own; and nothing a person types is ever read as a database's search syntax, because a
query is put together from tokens of letters and digits only.

A word is found by itself, by its Russian stem or by its Kazakh one. All words must be there; a word that occurs nowhere
gives way to its neighbours (`proposals.spelling`); if nothing is found, every word does; and if nothing is found still,
any word will do. The last word may be a beginning, for somebody is still typing it. The newest hits are put in order,
a bounded number of them.

Filters that never change (place, topic, council) are tokens as well, so that the index itself counts them in.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, delete, select

from karavan.core.places import PLACES
from karavan.proposals.lifecycle import PUBLIC
from karavan.proposals.models import Proposal, SearchTerm
from karavan.proposals.search_index import Group, Row, index_of
from karavan.proposals.spelling import neighbours, vocabulary
from karavan.proposals.stems import tokens_of, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Subquery
    from sqlalchemy.orm import Session

    from karavan.proposals.search_index import Index
    from karavan.proposals.stems import Word

NEWEST: Final = 400
"""So many hits are put in order (it costs most of a search); what is older is found by more words, or by a filter."""
MOST_WORDS: Final = 8
"""A longer query is cut: it is a text, and `similar` is for those."""
LONGEST_QUERY: Final = 300
SHORTEST_START: Final = 3
"""Letters after which the last word counts as a beginning."""


# --- What is indexed --------------------------------------------------------------------------------------------


def index(session: Session, proposal: Proposal) -> None:
    """Make a submission findable, or bring what it is found by up to date."""
    session.flush()
    where = index_of(session)
    row = row_of(proposal)
    before = where.row_terms(session, proposal.id)
    where.drop(session, proposal.id)
    where.put(session, [row])
    where.count_terms(session, dict.fromkeys(before - row.terms, -1) | dict.fromkeys(row.terms - before, 1))


def forget(session: Session, proposal_id: int) -> None:
    """Take a submission out of what is found."""
    where = index_of(session)
    before = where.row_terms(session, proposal_id)
    where.drop(session, proposal_id)
    where.count_terms(session, dict.fromkeys(before, -1))


def rebuild(session: Session) -> int:
    """Make the whole index anew (the stems have changed, say), and return how many submissions it holds."""
    index_of(session).clear(session)
    session.execute(delete(SearchTerm))
    total = 0
    found = session.scalars(select(Proposal).where(Proposal.state.in_(sorted(PUBLIC))).order_by(Proposal.id))
    for some in found.partitions(500):
        put_many(session, [row_of(proposal) for proposal in some])
        total += len(some)
    return total


def put_many(session: Session, rows: Sequence[Row]) -> None:
    """Add many rows that are not there yet."""
    where = index_of(session)
    where.put(session, rows)
    where.count_terms(session, Counter(term for row in rows for term in row.terms))


def row_of(proposal: Proposal) -> Row:
    """Return what a submission is found by. Its place counts as one of its words."""
    place = PLACES.get(proposal.place)
    places = f"{place.kk} {place.ru} {place.en}" if place else ""
    last = proposal.number.rpartition("-")[2]
    return Row(
        proposal.id,
        tuple(dict.fromkeys((*tokens_of(proposal.number), *tokens_of(last)))),
        tuple(tokens_of(proposal.title)),
        tuple(tokens_of(f"{proposal.problem} {proposal.solution} {proposal.village} {places}")),
        marks_of(place=proposal.place, topic=proposal.topic, council_id=proposal.council_id),
    )


def marks_of(*, place: str = "", topic: str = "", council_id: int = 0) -> tuple[str, ...]:
    """Return the tokens that stand for what a list may be narrowed to. No word begins like them."""
    given = {"place": place, "topic": topic, "council": str(council_id or "")}
    return tuple(f"zz{kind}{_bare(value)}" for kind, value in given.items() if value)


def _bare(value: str) -> str:
    return "".join(char for char in value if char.isalnum()).lower()


# --- What is looked for -----------------------------------------------------------------------------------------


def ranked(
    session: Session, words: str, *, place: str = "", topic: str = "", council_id: int = 0, newest: int = NEWEST
) -> Subquery:
    """Return a subquery (proposal_id, rank) to be joined with submissions; the smallest rank is the best.

    Name the filters here *and* in the statement it is joined with: here they make sure that the newest hits are the
    newest of those asked for.
    """
    where = index_of(session)
    marks = marks_of(place=place, topic=topic, council_id=council_id)
    groups, every = _understood(session, where, words, marks)
    return where.ranked(where.match(groups, marks, every=every), where.match(groups, every=False), newest)


def _understood(session: Session, where: Index, words: str, marks: Sequence[str]) -> tuple[list[Group], bool]:
    """Return what is looked for, and whether all of it must be there."""
    asked = words_of(words[:LONGEST_QUERY])[:MOST_WORDS]
    groups = _groups(session, asked, _uses(session, asked))
    if not groups or where.newest(session, where.match(groups, marks), 1):
        return groups, True
    groups = [_widened(session, group, word) for group, word in zip(groups, asked, strict=True)]
    return groups, bool(where.newest(session, where.match(groups, marks), 1))


def _groups(session: Session, asked: Sequence[Word], uses: Mapping[str, int]) -> list[Group]:
    """Return what each word may stand for. A word that occurs nowhere, nor begins any, was misspelt."""
    groups = []
    for place, word in enumerate(asked):
        typing = place == len(asked) - 1 and len(word.folded) >= SHORTEST_START
        group = Group(word.stems, word.folded if typing else "")
        occurs = any(token in uses for token in word.tokens)
        if not occurs and not (typing and vocabulary(session).begins(word.folded)):
            group = _widened(session, group, word)
        groups.append(group)
    return groups


def _widened(session: Session, group: Group, word: Word) -> Group:
    """Let a word stand for its neighbours as well: those near to it as typed, and those near to its stems."""
    near = (neighbour for token in word.tokens for neighbour in neighbours(session, token))
    return Group(tuple(dict.fromkeys((*group.tokens, *near))), group.start)


def _uses(session: Session, words: Iterable[Word]) -> dict[str, int]:
    """Return in how many submissions each token of these words occurs; those that occur in none are left out."""
    tokens = sorted({token for word in words for token in word.tokens})
    found = session.execute(_USES, {"terms": tokens}) if tokens else ()
    return {row[0]: row[1] for row in found}


_USES: Final = select(SearchTerm.term, SearchTerm.uses).where(SearchTerm.term.in_(bindparam("terms", expanding=True)))


# --- What is similar --------------------------------------------------------------------------------------------

RARE_WORDS: Final = 6
"""A title is compared by so many of its words, the rarest ones."""
CANDIDATES: Final = 200
"""So many of the newest submissions are considered for each of these words, and as many of the same place."""
LOOKED_AT: Final = 60
LEAST: Final = 0.3
"""Less than this share of what was written is chance."""
SAME_PLACE: Final = 1.15


@dataclass(frozen=True, slots=True)
class Hit:
    """One submission that speaks of the same, and how surely: 1 is everything that was asked about."""

    proposal_id: int
    score: float


def similar(
    session: Session, text: str, *, council_id: int | None = None, place: str | None = None, limit: int = 5
) -> list[Hit]:
    """Return submissions that speak of the same as a title being written, the surest first.

    Any of its words will do, and the rarer one is the more it says. The work is bounded, whatever is written. The place
    and the council do not narrow; of two that are alike, the one from the same place comes first.
    """
    where = index_of(session)
    asked = list({word.folded: word for word in words_of(text[:LONGEST_QUERY])}.values())
    uses = _uses(session, asked)
    weighed = []
    for group, word in zip(_groups(session, asked, uses), asked, strict=True):
        used = max((uses.get(token, 0) for token in word.tokens), default=0)
        weighed.append((1 / (1 + math.log10(used or 1)), group))
    whole = sum(weight for weight, _ in weighed)
    weighed = sorted(weighed, key=itemgetter(0), reverse=True)[:RARE_WORDS]
    marks = marks_of(place=place or "", council_id=council_id or 0)
    here: set[int] = set()
    guess: dict[int, float] = {}
    groups = [group for _, group in weighed]
    asked_for = [where.match([group]) for group in groups] + [where.match([group], marks) for group in groups if marks]
    found = where.newest_of_each(session, asked_for, CANDIDATES)
    nearby = found[len(groups) :] or [[] for _ in groups]
    for (weight, _), anywhere, near in zip(weighed, found[: len(groups)], nearby, strict=True):
        here.update(near)
        for proposal_id in {*near, *anywhere}:
            guess[proposal_id] = guess.get(proposal_id, 0.0) + weight
    likely = sorted(guess, key=lambda proposal_id: (-guess[proposal_id], -proposal_id))[:LOOKED_AT]
    hits = []
    for proposal_id, shares in where.stands(session, likely, groups).items():
        score = sum(weight * share for (weight, _), share in zip(weighed, shares, strict=True)) / whole
        if score >= LEAST:
            hits.append((score * (SAME_PLACE if proposal_id in here else 1), proposal_id))
    return [Hit(proposal_id, min(score, 1.0)) for score, proposal_id in sorted(hits, reverse=True)[:limit]]
