"""Declared interests (law 30-VIII, art. 1): a moderator says what she is too near to, and others decide there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select, update

from karavan.core.database import insert_once
from karavan.core.problems import NotFound
from karavan.moderation import pieces, queries
from karavan.moderation.lifecycle import ON_APPEAL, WAITING, Act
from karavan.moderation.models import Case, CaseState, Interest, LogAction, Part
from karavan.moderation.problems import NotModerator
from karavan.moderation.rules import log
from karavan.moderation.rules.aliases import alias
from karavan.moderation.rules.cases import note_part, step

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

_UNFINISHED: Final = sorted(WAITING | ON_APPEAL | {CaseState.DECIDED})


def declare(session: Session, thread_id: int, *, person_id: int, note: str, now: datetime) -> Interest:
    """Let a moderator declare that she has an interest in what a thread is about. Again: the first stands.

    What she was just reading there goes back into the queue, and she is no reviewer of what is not finished there: the
    database's own triggers know it. The log says that she recused herself; why stays between her and the others.

    Raises:
        NotFound, NotModerator.

    """
    place = pieces.keeper().place(session, thread_id)
    if place is None:
        raise NotFound
    if not queries.moderates_now(session, person_id, place.organisation_id):
        raise NotModerator
    fresh = insert_once(
        session, Interest, person_id=person_id, thread_id=thread_id, note=note, declared_at=now, ended_at=None
    )
    mine = select(Interest).where(
        Interest.person_id == person_id, Interest.thread_id == thread_id, Interest.ended_at.is_(None)
    )
    if fresh:
        released = _step_aside(session, thread_id, person_id)
        log.write(
            session,
            LogAction.RECUSED,
            organisation_id=place.organisation_id,
            by=alias(session, place.organisation_id, person_id),
            now=now,
            thread=place.public_id,
            released=released,
        )
    return session.scalars(mine).one()


def end(session: Session, interest_id: int, *, person_id: int, now: datetime) -> None:
    """Let a moderator say that she has no interest there any more. Cases from before stay with the others.

    Raises:
        NotFound: there is none of hers.

    """
    mine = select(Interest.id).where(Interest.id == interest_id, Interest.person_id == person_id)
    if session.scalar(mine) is None:
        raise NotFound
    session.execute(
        update(Interest)
        .where(Interest.id == interest_id, Interest.ended_at.is_(None))
        .values(ended_at=now)
        .execution_options(synchronize_session=False)
    )


def _step_aside(session: Session, thread_id: int, person_id: int) -> int:
    """Take her out of every unfinished case of a thread; return how many she was just reading."""
    released = 0
    here = select(Case.id).where(Case.thread_id == thread_id, Case.state.in_(_UNFINISHED)).order_by(Case.id)
    for case_id in session.scalars(here).all():
        for act in (Act.RELEASE, Act.RELEASE_APPEAL):
            given_back = step(
                session, case_id, act, Case.claimed_by_id == person_id, claimed_by_id=None, claimed_until=None
            )
            released += given_back is not None
        note_part(session, case_id, person_id, Part.CONFLICTED)
    return released
