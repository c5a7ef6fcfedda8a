"""Search among a hundred thousand submissions, beside LIKE over the same table; and what the labelled queries find.

The submissions are made of the labelled ones' sentences and of words which are used as words are: few very often, most
of them seldom (Zipf). They are written past the rules, in bulk, and indexed by the same mill as any other.
"""

from __future__ import annotations

import contextlib
import itertools
import random
import time
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, or_, select, text

from bench.load import Result
from bench.report import milliseconds, spread
from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.places import HOME_DISTRICTS, PLACES
from karavan.proposals import search
from karavan.proposals.models import Channel, Proposal, State, Topic
from karavan.proposals.stems import tokens_of
from tests.proposals.search_set import QUERIES, TEXTS, number_queries, recall
from tests.support.civic import make_council

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy.orm import Session

    from bench.report import Report
    from bench.town import Town
    from karavan.proposals.search_index import Row

MANY = 100_000
PAGE = 20
WORDS = 40_000
AT_ONCE = 10_000
SYLLABLES = "бадажакаламанасаташабегекеленетебогодоколоморутушықытылыдікірісі"
"""Two letters each."""
ENDINGS_KK = ("", "", "", "лар", "дың", "ға", "ды", "да", "дан", "мен", "ы", "ымыз")
ENDINGS_RU = ("", "", "", "а", "ы", "ов", "ам", "ами", "ах", "ой", "у", "ость")


def measure(report: Report, built: Town, where: str, *, many: int = MANY, queries: int = 300) -> None:
    """Fill a town with submissions and measure what is asked of them."""
    with built.app.app_context():
        ids = transact(_labelled, make_council().id)
        _labelled_recall(report, where, ids)
        began = time.perf_counter()
        with _index_afterwards():
            words = _plant(many)
        loading = time.perf_counter() - began
        _tidy()
        report.fact(
            f"{many:,} submissions written and indexed", where, f"{loading:.0f} s",
            aim="< 60 s", floor="< 120 s", good=loading < 60, enough=loading < 120,
        )  # fmt: skip
        _speed(report, where, many, words, queries)


def _labelled_recall(report: Report, where: str, ids: dict[str, int]) -> None:
    """Say what the labelled queries find, kind by kind, before there is anything else to be found."""
    session = db.session()
    keys = {number: key for key, number in ids.items()}
    numbers = {row[0]: row[1] for row in session.execute(select(Proposal.id, Proposal.number))}

    def found(words: str) -> list[str]:
        return [keys[proposal_id] for proposal_id in _page(session, words) if proposal_id in keys]

    asked = [*QUERIES, *number_queries({keys[at]: number for at, number in numbers.items()})]
    shares = recall(asked, found)
    least = min(shares.values())
    said = ", ".join(f"{kind} {share:.1%}" for kind, share in shares.items())
    report.fact(
        f"recall in the first ten, {len(asked)} labelled queries", where, said,
        aim="≥ 95 % each", floor="≥ 85 % each", good=least >= 0.95, enough=least >= 0.85,
    )  # fmt: skip


def _speed(report: Report, where: str, many: int, words: Sequence[str], queries: int) -> None:
    session = db.session()
    chance = random.Random(7)  # noqa: S311 -- the same questions every time
    asked = [*_questions(words, chance, queries), *(query.words for query in QUERIES)]
    chance.shuffle(asked)
    titles = [text.title for text in TEXTS] + [f"{one} {other}" for one, other in itertools.pairwise(asked)]
    search.similar(session, "су")
    for query in asked[:40]:
        _page(session, query)  # warms up
        _like(session, query)
    found, like = _in_turns(asked, lambda words: _page(session, words), lambda words: _like(session, words))
    slow = found.quantile(0.99)
    report.fact(
        f"search among {many:,}: p50/p99/maximum", where, spread(found),
        aim="p99 ≤ 10 ms", floor="p99 ≤ 30 ms", good=slow <= 0.010, enough=slow <= 0.030,
    )  # fmt: skip
    report.ratio(
        "… against LIKE '%word%' (time of p50)", where, f"{milliseconds(found.quantile(0.5))} ms", spread(like),
        like.quantile(0.5) / found.quantile(0.5), aim=10, floor=3,
    )  # fmt: skip
    within = _timed(asked, lambda words: _page(session, words, place=chance.choice(HOME_DISTRICTS)))
    report.aside("… within one district", where, spread(within))
    alike = _timed(titles, lambda title: search.similar(session, title, place="aktau"))
    slow = alike.quantile(0.99)
    report.fact(
        "similar ones while a title is typed", where, spread(alike),
        aim="p99 ≤ 30 ms", floor="p99 ≤ 100 ms", good=slow <= 0.030, enough=slow <= 0.100,
    )  # fmt: skip


def _page(session: Session, words: str, **filters: Any) -> list[int]:
    """Ask as the list does: the first page of what is found."""
    hits = search.ranked(session, words, **filters)
    asked = select(Proposal.id, Proposal.number, Proposal.title).join(hits, hits.c.proposal_id == Proposal.id)
    return [row[0] for row in session.execute(asked.order_by(hits.c.rank, Proposal.id.desc()).limit(PAGE))]


def _like(session: Session, words: str) -> list[int]:
    """Ask as one would without an index of words: every word somewhere in the text."""
    asked = select(Proposal.id, Proposal.number, Proposal.title)
    for word in words.split():
        anywhere = f"%{word}%"
        asked = asked.where(
            or_(Proposal.title.like(anywhere), Proposal.problem.like(anywhere), Proposal.solution.like(anywhere))
        )
    return [row[0] for row in session.execute(asked.order_by(Proposal.id.desc()).limit(PAGE))]


def _in_turns(
    asked: Sequence[str], ours: Callable[[str], object], other: Callable[[str], object]
) -> tuple[Result, Result]:
    """Ask ours everything and the other every fifth question (it is slow), in turns."""
    found, reference = Result(), Result()
    for at, words in enumerate(asked):
        found.latencies.append(_time(ours, words))
        if at % 5 == 0:
            reference.latencies.append(_time(other, words))
    return found, reference


def _timed(asked: Sequence[str], ask: Callable[[str], object]) -> Result:
    result = Result()
    result.latencies += [_time(ask, words) for words in asked]
    return result


def _time(ask: Callable[[str], object], words: str) -> float:
    began = time.perf_counter()
    ask(words)
    return time.perf_counter() - began


def _questions(words: Sequence[str], chance: random.Random, number: int) -> Iterator[str]:
    """Words of every frequency, one or two of them, some misspelt, some only begun."""
    for at in range(number):
        first, second = (words[int(len(words) ** chance.random()) - 1] for _ in range(2))
        kind = at % 6
        if kind == 3 and len(first) > 4:
            cut = chance.randrange(1, len(first) - 1)
            yield first[:cut] + first[cut + 1 :]
        elif kind == 4:
            yield first[: max(3, len(first) - 2)]
        else:
            yield f"{first} {second}" if kind in {1, 5} else first


def _plant(many: int) -> list[str]:
    """Write so many submissions and index them; return the words they are made of, the commonest first."""
    chance = random.Random(20261123)  # noqa: S311
    words = _vocabulary(chance)
    council_id = make_council().id
    first = (db.session().scalar(select(func.max(Proposal.id))) or 0) + 1
    db.session.close()
    made = _submissions(range(first, first + many), council_id, words, chance)
    while some := list(itertools.islice(made, AT_ONCE)):
        transact(_write, [values for values, _ in some], [row for _, row in some])
    return words


def _vocabulary(chance: random.Random) -> list[str]:
    known = {word for told in TEXTS for part in told[4:] for word in part.split() if word.isalpha()}
    made: set[str] = set()
    while len(made) < WORDS:
        at = (2 * chance.randrange(len(SYLLABLES) // 2) for _ in range(chance.choice((2, 2, 3, 3, 4))))
        root = "".join(SYLLABLES[one : one + 2] for one in at)
        made.update(root + ending for ending in chance.sample(ENDINGS_KK + ENDINGS_RU, 3))
    words = [*sorted(known), *sorted(made)[:WORDS]]
    chance.shuffle(words)
    return words


def _submissions(
    ids: range, council_id: int, words: list[str], chance: random.Random
) -> Iterator[tuple[dict[str, Any], Row]]:
    """Make submissions with their rows of the index; each word goes through the mill once, for speed."""
    weights = list(itertools.accumulate(1 / (rank + 20) for rank in range(len(words))))
    ground = {word: tuple(tokens_of(word)) for word in words}
    sentences = [(told, part, tuple(tokens_of(part))) for told in TEXTS for part in (told.problem, told.solution)]
    names = {place: PLACES[place] for place in HOME_DISTRICTS}
    places = {place: tuple(tokens_of(f"{name.kk} {name.ru} {name.en}")) for place, name in names.items()}
    for at in ids:
        told, sentence, tokens = chance.choice(sentences)
        some = chance.choices(words, cum_weights=weights, k=40)
        place, number = chance.choice(HOME_DISTRICTS), f"MGS-2027-{at:05}"
        values = {
            "id": at, "number": number, "key": f"bench-{at}", "council_id": council_id,
            "title": " ".join(some[:6]).capitalize()[:120],
            "problem": f"{sentence} {' '.join(some[6:26])}.", "solution": f"{' '.join(some[26:])}.",
            "lang": told.lang, "place": place, "topic": Topic(told.topic),
        }  # fmt: skip
        yield (
            values,
            search.Row(
                at,
                tuple(tokens_of(number)),
                tuple(token for word in some[:6] for token in ground[word]),
                (*tokens, *(token for word in some[6:] for token in ground[word]), *places[place]),
                search.marks_of(place=place, topic=told.topic, council_id=council_id),
            ),
        )


def _write(session: Session, rows: list[dict[str, Any]], indexed: list[Row]) -> None:
    moment = now()
    same = {
        "author_name": "Ойдан шығарылған адам", "public_name": "Ойдан Ш.", "state": State.PUBLISHED, "state_at": moment,
        "channel": Channel.PAPER, "created_at": moment, "published_at": moment,
    }  # fmt: skip
    session.execute(insert(Proposal), [row | same for row in rows])
    search.put_many(session, indexed)


_READ = ("id", "number", "council_id", "title", "problem", "solution", "place", "topic")


def _labelled(session: Session, council_id: int) -> dict[str, int]:
    """Write down the labelled submissions."""
    rows = [
        {
            "id": at, "number": f"MGS-2026-{at * 37:05}", "key": told.key, "council_id": council_id,
            "title": told.title, "problem": told.problem, "solution": told.solution,
            "lang": told.lang, "place": told.place, "topic": Topic(told.topic),
        }
        for at, told in enumerate(TEXTS, 1)
    ]  # fmt: skip
    _write(session, rows, [search.row_of(Proposal(**{name: row[name] for name in _READ})) for row in rows])
    return {row["key"]: row["id"] for row in rows}


@contextlib.contextmanager
def _index_afterwards() -> Iterator[None]:
    """Let PostgreSQL build its index once all is written, as a restored backup does; FTS5 has no such way."""
    if db.engine.dialect.name != "postgresql":
        yield
        return
    build = "CREATE INDEX ix_proposal_search_words ON proposal_search USING gin (words)"
    transact(lambda session: session.execute(text("DROP INDEX ix_proposal_search_words")))
    yield
    transact(lambda session: (session.execute(text("SET LOCAL statement_timeout = 0")), session.execute(text(build))))


def _tidy() -> None:
    """Do what a database does by itself in the night after a day on which so much arrived."""
    engine = db.engine
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT", postgresql_readonly=False) as connection:
            connection.execute(text("VACUUM (ANALYZE) proposal_search"))
            connection.execute(text("VACUUM (ANALYZE) proposals"))
            connection.execute(text("VACUUM (ANALYZE) search_terms"))
