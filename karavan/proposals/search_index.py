"""The index of words in either database. Only `proposals.search` asks it anything; tokens are all it knows."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from sqlalchemy import Float, Integer, Text, bindparam, case, cast, column, func, literal_column, select, table, text
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement, Subquery, TextClause
    from sqlalchemy.orm import Session

IN_TEXT: Final = 0.6
"""What a word in the text is worth beside one in the title."""
NOTHING: Final = "zznothing"
"""A token that nothing has."""


class Row(NamedTuple):
    """One submission in the index: tokens by where they stand."""

    proposal_id: int
    number: tuple[str, ...]
    title: tuple[str, ...]
    body: tuple[str, ...]
    marks: tuple[str, ...]

    @property
    def parts(self) -> tuple[tuple[str, ...], ...]:
        """Its tokens part by part, the weightiest first."""
        return (self.number, self.title, self.body, self.marks)

    @property
    def terms(self) -> set[str]:
        """The words by which it is found, and to which a misspelt one may be near."""
        return {*self.title, *self.body}


class Group(NamedTuple):
    """What one word of a query may stand for. Any of these tokens will do, or any that begins with `start`."""

    tokens: tuple[str, ...]
    start: str = ""


class Index(Protocol):
    """What both can do. Of a query's groups all must be met, or any; its marks must be met in any case."""

    def put(self, session: Session, rows: Sequence[Row]) -> None:
        """Add rows that are not there."""

    def drop(self, session: Session, proposal_id: int) -> None:
        """Take one out."""

    def clear(self, session: Session) -> None:
        """Take all out."""

    def row_terms(self, session: Session, proposal_id: int) -> set[str]:
        """Return the words by which one is found now."""

    def count_terms(self, session: Session, changes: Mapping[str, int]) -> None:
        """Note in how many more submissions each of these words occurs by now, or in how many fewer."""

    def match(self, groups: Sequence[Group], marks: Sequence[str] = (), *, every: bool = True) -> str:
        """Write a query in the database's own way, out of bare tokens."""

    def ranked(self, match: str, wished: str, newest: int) -> Subquery:
        """Return the newest that are found, and how well they answer what is wished."""

    def newest(self, session: Session, match: str, most: int) -> list[int]:
        """Return the newest that are found."""

    def newest_of_each(self, session: Session, matches: Sequence[str], most: int) -> list[list[int]]:
        """Return the same for each of several queries, in one statement."""

    def stands(self, session: Session, ids: Sequence[int], groups: Sequence[Group]) -> dict[int, list[float]]:
        """Return, for each submission, where each group stands: 1 in the title, `IN_TEXT` in the text, 0 nowhere."""


def index_of(session: Session) -> Index:
    """Return the index of this session's database."""
    return _SQLITE if session.get_bind().dialect.name == "sqlite" else _POSTGRESQL


class _Fts5:
    """SQLite: a full-text table whose rowid is the submission's id. It keeps the tokens, to take them out again."""

    _table = table("proposal_search", column("rowid", Integer))
    _put = text(
        "INSERT INTO proposal_search (rowid, number, title, body, marks) VALUES (:id, :number, :title, :body, :marks)"
    )
    _drop = text("DELETE FROM proposal_search WHERE rowid = :id")
    _clear = text("DELETE FROM proposal_search")
    _tokens = text("SELECT title, body FROM proposal_search WHERE rowid = :id")
    _count = text(
        "INSERT INTO search_terms (term, uses) SELECT key, value FROM json_each(:changes) WHERE true "
        "ON CONFLICT (term) DO UPDATE SET uses = uses + excluded.uses"
    )
    _unused = text(
        "DELETE FROM search_terms WHERE uses <= 0 AND term IN (SELECT key FROM json_each(:changes) WHERE value < 0)"
    )
    _newest = (
        "SELECT rowid AS id FROM proposal_search WHERE proposal_search MATCH :match ORDER BY rowid DESC LIMIT :most"
    )
    _contents = text(
        "SELECT rowid, title, body FROM proposal_search WHERE rowid IN (SELECT value FROM json_each(:ids))"
    )

    def put(self, session: Session, rows: Sequence[Row]) -> None:
        session.execute(self._put, [{"id": row.proposal_id} | _joined(row) for row in rows])

    def drop(self, session: Session, proposal_id: int) -> None:
        session.execute(self._drop, {"id": proposal_id})

    def clear(self, session: Session) -> None:
        session.execute(self._clear)

    def row_terms(self, session: Session, proposal_id: int) -> set[str]:
        found = session.execute(self._tokens, {"id": proposal_id}).first()
        return set() if found is None else {*found.title.split(), *found.body.split()}

    def count_terms(self, session: Session, changes: Mapping[str, int]) -> None:
        if changes:
            listed = {"changes": json.dumps(changes, ensure_ascii=False)}
            session.execute(self._count, listed)
            if min(changes.values()) < 0:
                session.execute(self._unused, listed)

    def match(self, groups: Sequence[Group], marks: Sequence[str] = (), *, every: bool = True) -> str:
        """In quotation marks a token is nothing but a token."""
        written = []
        for group in groups:
            tokens = [f'"{token}"' for token in group.tokens] + ([f'"{group.start}" *'] if group.start else [])
            written.append(f"({' OR '.join(tokens)})")
        words = (" AND " if every else " OR ").join(written) or f'"{NOTHING}"'
        return " AND ".join([f"({words})", *(f'"{mark}"' for mark in marks)])

    def ranked(self, match: str, wished: str, newest: int) -> Subquery:
        """BM25 over what is asked for; a word in the title weighs five times one in the text."""
        rank = literal_column("bm25(proposal_search, 20.0, 5.0, 1.0, 0.0)", Float)
        found = select(self._table.c.rowid.label("proposal_id"), rank.label("rank")).where(
            literal_column("proposal_search", Text).op("MATCH")(
                bindparam("search_match", match, unique=True, type_=Text)
            )
        )
        return found.order_by(self._table.c.rowid.desc()).limit(newest).subquery("hits")

    def newest(self, session: Session, match: str, most: int) -> list[int]:
        return _each(session, self._newest, [match], most)[0]

    def newest_of_each(self, session: Session, matches: Sequence[str], most: int) -> list[list[int]]:
        return _each(session, self._newest, matches, most)

    def stands(self, session: Session, ids: Sequence[int], groups: Sequence[Group]) -> dict[int, list[float]]:
        found = {}
        for proposal_id, title, body in session.execute(self._contents, {"ids": json.dumps(ids)}):
            above, below = set(title.split()), set(body.split())
            found[proposal_id] = [
                1.0 if _is_among(group, above) else IN_TEXT if _is_among(group, below) else 0.0 for group in groups
            ]
        return found


def _each(session: Session, one: str, matches: Sequence[str], most: int) -> list[list[int]]:
    """Ask the same of several queries at once."""
    found: list[list[int]] = [[] for _ in matches]
    if matches:
        asked = {f"match{at}": match for at, match in enumerate(matches)}
        for at, proposal_id in session.execute(_several(one, len(matches)), asked | {"most": most}):
            found[at].append(proposal_id)
    return found


@cache
def _several(one: str, number: int) -> TextClause:
    parts = (
        f"SELECT {at} AS place, id FROM ({one.replace(':match', f':match{at}')}) AS some{at}"  # noqa: S608 -- our own
        for at in range(number)
    )
    return text(" UNION ALL ".join(parts))


def _joined(row: Row) -> dict[str, Any]:
    names = ("number", "title", "body", "marks")
    return {name: " ".join(tokens) for name, tokens in zip(names, row.parts, strict=True)}


def _is_among(group: Group, words: set[str]) -> bool:
    start = group.start
    return not words.isdisjoint(group.tokens) or bool(start and any(word.startswith(start) for word in words))


class _TsVector:
    """PostgreSQL: a tsvector for each submission. Its number has weight A, its title B, its text C, its marks D.

    We write the vectors out ourselves: PostgreSQL's parser would cut words as its locale thinks. Ids are ordered as
    `id + 0`, so that the planner cannot walk the primary key backwards and look into every vector for a rare word.
    """

    _table = table("proposal_search", column("proposal_id", Integer), column("words", TSVECTOR))
    _put = text("INSERT INTO proposal_search (proposal_id, words) VALUES (:id, CAST(:words AS tsvector))")
    _drop = text("DELETE FROM proposal_search WHERE proposal_id = :id")
    _clear = text("DELETE FROM proposal_search")
    _tokens = text(
        "SELECT lexeme FROM proposal_search, unnest(words) WHERE proposal_id = :id AND weights && ARRAY['B', 'C']"
    )
    _count = text(
        "INSERT INTO search_terms AS known (term, uses) "
        "SELECT * FROM unnest(CAST(:terms AS text[]), CAST(:numbers AS integer[])) "
        "ON CONFLICT (term) DO UPDATE SET uses = known.uses + excluded.uses"
    )
    _unused = text("DELETE FROM search_terms WHERE uses <= 0 AND term = ANY(CAST(:terms AS text[]))")
    _newest = (
        "SELECT proposal_id AS id FROM proposal_search WHERE words @@ CAST(:match AS tsquery) "
        "ORDER BY proposal_id + 0 DESC LIMIT :most"
    )

    def put(self, session: Session, rows: Sequence[Row]) -> None:
        session.execute(self._put, [{"id": row.proposal_id, "words": _vector(row)} for row in rows])

    def drop(self, session: Session, proposal_id: int) -> None:
        session.execute(self._drop, {"id": proposal_id})

    def clear(self, session: Session) -> None:
        session.execute(self._clear)

    def row_terms(self, session: Session, proposal_id: int) -> set[str]:
        return set(session.scalars(self._tokens, {"id": proposal_id}))

    def count_terms(self, session: Session, changes: Mapping[str, int]) -> None:
        """Always in one order, so that two who publish at once do not wait for each other in a ring."""
        if changes:
            terms = sorted(changes)
            session.execute(self._count, {"terms": terms, "numbers": [changes[term] for term in terms]})
            if gone := [term for term in terms if changes[term] < 0]:
                session.execute(self._unused, {"terms": gone})

    def match(self, groups: Sequence[Group], marks: Sequence[str] = (), *, every: bool = True) -> str:
        """In quotation marks a token is nothing but a token."""
        words = (" & " if every else " | ").join(f"({_any_of(group)})" for group in groups) or f"'{NOTHING}'"
        return " & ".join([f"({words})", *(f"'{mark}'" for mark in marks)])

    def ranked(self, match: str, wished: str, newest: int) -> Subquery:
        """By ts_rank, over any of the words: over all of them it would measure how near they stand to each other."""
        rows = self._table.c
        asked = cast(bindparam("search_match", match, unique=True, type_=Text), TSQUERY)
        found = (
            select(rows.proposal_id)
            .where(rows.words.op("@@")(asked))
            .order_by((rows.proposal_id + 0).desc())
            .limit(newest)
            .subquery("found")
        )
        wish = cast(bindparam("search_wish", wished, unique=True, type_=Text), TSQUERY)
        weights: ColumnElement[Any] = literal_column("CAST('{0, 0.1, 0.5, 1}' AS real[])")
        rank = -func.ts_rank(weights, rows.words, wish, type_=Float)
        hits = select(rows.proposal_id, rank.label("rank")).join(found, found.c.proposal_id == rows.proposal_id)
        return hits.subquery("hits")

    def newest(self, session: Session, match: str, most: int) -> list[int]:
        return _each(session, self._newest, [match], most)[0]

    def newest_of_each(self, session: Session, matches: Sequence[str], most: int) -> list[list[int]]:
        return _each(session, self._newest, matches, most)

    def stands(self, session: Session, ids: Sequence[int], groups: Sequence[Group]) -> dict[int, list[float]]:
        rows = self._table.c
        columns: list[Any] = [
            case(
                (rows.words.op("@@")(cast(_any_of(group, "B"), TSQUERY)), 1.0),
                (rows.words.op("@@")(cast(_any_of(group, "C"), TSQUERY)), IN_TEXT),
                else_=0.0,
            ).label(f"stands{at}")
            for at, group in enumerate(groups)
        ]
        asked = select(rows.proposal_id, *columns).where(rows.proposal_id.in_(ids))
        return {row[0]: [float(share) for share in row[1:]] for row in session.execute(asked)}


def _vector(row: Row) -> str:
    """Write a tsvector: every token once for each part it stands in."""
    stands: dict[str, list[str]] = {}
    for at, (weight, tokens) in enumerate(zip("ABCD", row.parts, strict=True), 1):
        for token in dict.fromkeys(tokens):
            stands.setdefault(token, []).append(f"{at}{weight}")
    return " ".join(f"'{token}':{','.join(at)}" for token, at in stands.items())


def _any_of(group: Group, weight: str = "") -> str:
    plain = f":{weight}" if weight else ""
    tokens = [f"'{token}'{plain}" for token in group.tokens] + ([f"'{group.start}':*{weight}"] if group.start else [])
    return " | ".join(tokens)


_SQLITE: Final = _Fts5()
_POSTGRESQL: Final = _TsVector()
