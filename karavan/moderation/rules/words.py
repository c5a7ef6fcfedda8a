"""Watched words: what makes a text suspect until a person has read it. A word holds or marks; none removes anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select, update

from karavan.core.database import insert_once
from karavan.core.problems import Message, NotFound, Problem
from karavan.core.text import BadText, clean_line
from karavan.moderation import pieces
from karavan.moderation.conduct import BY_CODE
from karavan.moderation.disguise import folded_term
from karavan.moderation.models import Effect, LogAction, WatchedWord
from karavan.moderation.problems import NotModerator
from karavan.moderation.queries import moderates_now
from karavan.moderation.rules.aliases import alias
from karavan.moderation.rules.log import write
from karavan.moderation.screening import contains

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

TERM_LIMIT: Final = 60
FOLDED_LIMIT: Final = 80
"""Some signs are many letters once they are folded."""
SHORTEST: Final = 3
TRIED_ON: Final = 500
"""A word is tried on so many of the last comments."""
MOST_OF: Final = 50
"""One in so many is two in a hundred: a word that is found more often is no sign of anything."""
PROVES_NOTHING: Final = 2
"""So few are never too many, however few there are to try it on."""
MOST_WORDS: Final = 300


class BadWord(Problem):
    """It cannot be stored as it is."""

    where = "term"


class WordTooShort(Problem):
    """Two letters are in every second sentence."""

    text = Message("Enter a word of three letters or more.")
    where = "term"


class WordTooLong(Problem):
    """It would not fit."""

    text = Message("Enter a shorter word.")
    where = "term"


class WordKnown(Problem):
    """It is on the list, perhaps spelled in another way."""

    status = 409
    text = Message("This word is on the list already, perhaps spelled in another way.")
    where = "term"


class WordTooCommon(Problem):
    """Ordinary words would hold everybody's comments."""

    where = "term"

    def __init__(self, tried: Tried) -> None:
        """Refuse with the figure."""
        super().__init__(
            Message.counted(
                "This word is in %(num)d of the last %(tried)d comments. Choose one that is rarer.",
                "This word is in %(num)d of the last %(tried)d comments. Choose one that is rarer.",
                tried.found,
                tried=tried.tried,
            )
        )


class TooManyWords(Problem):
    """A list nobody can read helps nobody."""

    text = Message("The list is full. Take off words that have found nothing.")
    where = "term"


@dataclass(frozen=True, slots=True)
class Tried:
    """In how many of how many comments a word would have been found."""

    found: int
    tried: int

    @property
    def too_many(self) -> bool:
        """Would it be found in ordinary speech?"""
        return self.found > PROVES_NOTHING and self.found * MOST_OF > self.tried


def dry_run(session: Session, organisation_id: int, term: str) -> Tried:
    """Say in how many of the last comments of an organisation's threads a word would be found. Changes nothing."""
    sources = pieces.keeper().latest(session, organisation_id, TRIED_ON)
    return Tried(sum(contains(source, term) for source in sources), len(sources))


def add_word(
    session: Session,
    organisation_id: int,
    term: str,
    *,
    lang: str,
    effect: Effect,
    clause: str,
    by_id: int,
    now: datetime,
) -> WatchedWord:
    """Let a word be watched from now on in the threads of an organisation; the log tells that, and not the word.

    Raises:
        NotModerator, NotFound, BadWord, WordTooShort, WordTooLong, TooManyWords, WordTooCommon, WordKnown.

    """
    if not moderates_now(session, by_id, organisation_id):
        raise NotModerator
    if clause not in BY_CODE:
        raise NotFound
    typed = _clean(term)
    folded = folded_term(typed)
    if sum(sign.isalnum() for sign in folded) < SHORTEST:
        raise WordTooShort
    if len(folded) > FOLDED_LIMIT:
        raise WordTooLong
    if _watched(session, organisation_id) >= MOST_WORDS:
        raise TooManyWords
    tried = dry_run(session, organisation_id, typed)
    if tried.too_many:
        raise WordTooCommon(tried)

    new = insert_once(
        session,
        WatchedWord,
        organisation_id=organisation_id,
        term=typed,
        folded=folded,
        lang=lang,
        effect=effect,
        clause=clause,
        added_by_id=by_id,
        added_at=now,
    )
    if not new:
        raise WordKnown
    _log(session, organisation_id, by_id, now, added=1)
    return session.scalars(_live(organisation_id).where(WatchedWord.folded == folded)).one()


def end_word(session: Session, organisation_id: int, word_id: int, *, by_id: int, now: datetime) -> None:
    """Watch a word no longer; done already, it stays done.

    Raises:
        NotModerator, NotFound.

    """
    if not moderates_now(session, by_id, organisation_id):
        raise NotModerator
    mine = (WatchedWord.id == word_id, WatchedWord.organisation_id == organisation_id)
    ended = session.execute(
        update(WatchedWord)
        .where(*mine, WatchedWord.ended_at.is_(None))
        .values(ended_at=now)
        .returning(WatchedWord.id)
        .execution_options(synchronize_session=False)
    ).first()
    if ended is not None:
        _log(session, organisation_id, by_id, now, ended=1)
    elif session.scalar(select(WatchedWord.id).where(*mine)) is None:
        raise NotFound


def _clean(term: str) -> str:
    try:
        return clean_line(term, limit=TERM_LIMIT)
    except BadText as bad:
        raise BadWord(bad.message) from None


def _log(session: Session, organisation_id: int, by_id: int, now: datetime, *, added: int = 0, ended: int = 0) -> None:
    write(
        session,
        LogAction.WORDS_CHANGED,
        organisation_id=organisation_id,
        by=alias(session, organisation_id, by_id),
        now=now,
        added=added,
        ended=ended,
        watched=_watched(session, organisation_id),
    )


def _watched(session: Session, organisation_id: int) -> int:
    return session.scalars(select(func.count()).select_from(_live(organisation_id).subquery())).one()


def _live(organisation_id: int) -> Select[WatchedWord]:
    return select(WatchedWord).where(WatchedWord.organisation_id == organisation_id, WatchedWord.ended_at.is_(None))
