"""How what people follow is called, and where it is found."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from flask import url_for

from karavan.core.places import HOME_DISTRICTS, PLACES
from karavan.proposals import queries
from karavan.proposals.models import FollowKind, Topic
from karavan.record.subjects import Subject, named

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from karavan.proposals.models import Follow, Pace

SUBJECTS = {FollowKind.PROPOSAL: "proposal", FollowKind.COUNCIL: "council"}


class Followed(NamedTuple):
    """One thing somebody follows or may follow. A topic has no title: the page has the word for it."""

    kind: FollowKind
    key: str
    title: str
    lang: str
    url: str
    pace: Pace | None = None


def followed(kind: FollowKind, key: str, lang: str) -> Followed | None:
    """Return what a kind and a key mean, if there is such a thing and everybody may see it."""
    known = _names([(kind, key)], lang).get((kind, key))
    return Followed(kind, key, *known) if known else None


def followed_by(session: Session, person_id: int, lang: str) -> list[Followed]:
    """Return all that a person follows, with names as far as they may be shown: one question for each kind."""
    rows: list[Follow] = list(queries.follows_of(session, person_id))
    names = _names([(row.kind, row.key) for row in rows], lang)
    return [
        Followed(row.kind, row.key, *names.get((row.kind, row.key), Subject("", lang, "")), pace=row.pace)
        for row in rows
    ]


def _names(wanted: list[tuple[FollowKind, str]], lang: str) -> dict[tuple[FollowKind, str], Subject]:
    found: dict[tuple[FollowKind, str], Subject] = {}
    for kind, subject in SUBJECTS.items():
        ids = {number for one, key in wanted if one == kind and (number := _number(key))}
        found |= {(kind, str(number)): name for number, name in named(subject, ids).items()}
    for kind, key in wanted:
        if kind == FollowKind.PLACE and key in HOME_DISTRICTS:
            found[kind, key] = Subject(*PLACES[key].best(lang), url_for("proposals.index", place=key))
        if kind == FollowKind.TOPIC and key in {topic.value for topic in Topic}:
            found[kind, key] = Subject("", lang, url_for("proposals.index", topic=key))
    return found


def _number(key: str) -> int:
    """Read an id; what is none, or written otherwise than we write it, is 0."""
    number = int(key) if key.isascii() and key.isdigit() and len(key) < 11 else 0
    return number if str(number) == key and number <= queries.LARGEST_ID else 0
