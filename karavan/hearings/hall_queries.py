"""Reading what happens in the hall: who speaks and who waits, questions, straw polls, notes, and what is still owed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from karavan.accounts.models import Person
from karavan.discussion.models import Comment
from karavan.events.models import Registration
from karavan.hearings.models import (
    HallNote,
    HallQuestion,
    LiveHall,
    Poll,
    Speaker,
    SpeakerState,
    WrittenStatement,
)
from karavan.hearings.order import fair_order
from karavan.hearings.queries import ENTRIES, lacking
from karavan.moderation.models import READABLE, Visibility

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from sqlalchemy.orm import Session

    from karavan.core.languages import Slots

# --- Speakers -----------------------------------------------------------------------------------------------


def hall_of(session: Session, hearing_id: int) -> LiveHall | None:
    """Return what is going on at a hearing; None before it has begun."""
    return session.get(LiveHall, hearing_id, populate_existing=True)


def everybody(session: Session, hearing_id: int) -> Sequence[Speaker]:
    """Return everybody who ever signed up, in the order in which they did."""
    chosen = select(Speaker).where(Speaker.hearing_id == hearing_id).order_by(Speaker.number)
    return session.scalars(chosen.execution_options(populate_existing=True)).all()


def queue(session: Session, hearing_id: int) -> list[Speaker]:
    """Return who waits to speak, the next first: the same for everybody who looks."""
    return fair_order(everybody(session, hearing_id))


def left_of_turn(hall: LiveHall, now: datetime) -> timedelta | None:
    """Return what is left of the turn that runs (less than nothing, when it is over); None: nobody speaks."""
    return None if hall.turn_ends_at is None else hall.turn_ends_at - (hall.paused_at or now)


def notes_of(session: Session, hearing_id: int) -> Sequence[HallNote]:
    """Return the notes for the protocol, in the order in which they were taken."""
    return session.scalars(select(HallNote).where(HallNote.hearing_id == hearing_id).order_by(HallNote.id)).all()


# --- Straw polls --------------------------------------------------------------------------------------------


class Answered(NamedTuple):
    """One answer of a straw poll: its words, and how many gave it. Who did, nobody reads."""

    id: int
    words: Slots
    votes: int


class Result(NamedTuple):
    """A straw poll and its counts."""

    id: int
    number: int
    question: Slots
    opened_at: datetime
    closed_at: datetime | None
    answers: tuple[Answered, ...]

    @property
    def votes(self) -> int:
        """How many people answered."""
        return sum(answer.votes for answer in self.answers)


def results(session: Session, hearing_id: int) -> list[Result]:
    """Return the straw polls of a hearing in their order, with nothing but counts."""
    chosen = select(Poll).where(Poll.hearing_id == hearing_id).options(selectinload(Poll.options)).order_by(Poll.number)
    return [
        Result(
            poll.id,
            poll.number,
            poll.question,
            poll.opened_at,
            poll.closed_at,
            tuple(Answered(option.id, option.words, option.votes) for option in poll.options),
        )
        for poll in session.scalars(chosen.execution_options(populate_existing=True))
    ]


# --- What is owed -------------------------------------------------------------------------------------------


class Owed(NamedTuple):
    """What keeps a hearing open."""

    unanswered: int
    """Texts that everybody can read, without an answer of their own or of their group."""
    unseen: int
    """Texts without an answer that a moderator has to look at first."""


def owed(session: Session, hearing_id: int) -> Owed:
    """Count what is still owed an answer, from the rows."""
    unanswered = unseen = 0
    for model in ENTRIES:
        chosen = (
            select(Comment.visibility, func.count())
            .select_from(model)
            .join(Comment, Comment.id == model.comment_id)
            .where(model.hearing_id == hearing_id, *lacking(model))
            .group_by(Comment.visibility)
        )
        for visibility, count in session.execute(chosen):
            if visibility in READABLE:
                unanswered += count
            else:
                unseen += count
    return Owed(unanswered, unseen)


# --- Who took part ------------------------------------------------------------------------------------------


class Reached(NamedTuple):
    """Somebody who took part, and how she is reached."""

    lang: str
    email: str
    phone: str
    key: str
    """The contact as it is compared."""


def took_part(session: Session, hearing_id: int, event_id: int | None) -> list[Reached]:
    """Return everybody who took part, each once: authors of statements and questions, speakers, those who registered.

    Whoever did several of these, or registered with a contact of her account, is one person.
    """
    wrote = [
        select(Comment.author_id)
        .join(model, model.comment_id == Comment.id)
        .where(model.hearing_id == hearing_id, Comment.visibility != Visibility.ERASED)
        for model in (WrittenStatement, HallQuestion)
    ]
    spoke = select(Speaker.person_id).where(
        Speaker.hearing_id == hearing_id, Speaker.person_id.is_not(None), Speaker.state != SpeakerState.WITHDRAWN
    )
    who = Person.id.in_(wrote[0]) | Person.id.in_(wrote[1]) | Person.id.in_(spoke)
    rows: list[Person | Registration] = [*session.scalars(select(Person).where(who).order_by(Person.id))]
    if event_id is not None:
        live = select(Registration).where(Registration.event_id == event_id, Registration.live.is_(True))
        rows += session.scalars(live.order_by(Registration.id))
    known: set[str] = set()
    found = []
    for one in rows:
        contacts = [contact for contact in (one.email_key, one.phone) if contact]
        if contacts and known.isdisjoint(contacts):
            found.append(Reached(one.lang, one.email, one.phone or "", contacts[0]))
        known.update(contacts)
    return found
