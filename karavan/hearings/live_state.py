"""What goes on in a hall at this moment: one small picture for the public page, the big screen and the secretary.

Who looks asks one statement, the head: where the hall is, and its versions. Speakers, questions and polls are read
only when one of the versions has moved, and then kept for everybody in this process. The versions stand in the
database, so two processes never disagree about what is old. A head is read before its picture: a picture can be newer
than the versions it is kept under, never older.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import and_, select

from karavan.accounts.models import Organisation, Person
from karavan.councils.models import Council
from karavan.discussion.models import Comment, Thread
from karavan.hearings.hosted import HOST
from karavan.hearings.models import (
    HallQuestion,
    HallQuestionSupport,
    Hearing,
    HearingState,
    LiveHall,
    Poll,
    PollOption,
    PollVote,
    Position,
    QuestionState,
    Speaker,
    SpeakerState,
)
from karavan.hearings.order import fair_order
from karavan.hearings.public_queries import PUBLIC
from karavan.moderation.models import READABLE, Visibility

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.core.languages import Slots

SORTS: Final = ("top", "newest")
"""How questions are read: most supported first, or newest first. What is answered stands below what is open."""
SHOWN: Final = 60
"""So many questions stand on the page; the discussion has them all."""
KEPT: Final = 8
"""Pictures of so many hearings at once."""


class Turn(NamedTuple):
    """Somebody who speaks, spoke or waits to."""

    id: int
    number: int
    person_id: int | None
    name: str
    topic: str
    position: Position
    minutes: int
    interpreter: str
    at_door: bool
    state: SpeakerState
    turns: int


class Asked(NamedTuple):
    """A question from the hall as everybody reads it."""

    id: int
    number: int
    state: QuestionState
    supports: int
    answered_at: datetime | None
    version: int
    comment: str
    """Public id of the comment it is."""
    author_id: int
    author: str
    lang: str
    text: str
    alike: int
    """How many others were merged into it."""

    @property
    def open(self) -> bool:
        """Is it still to be answered?"""
        return self.state == QuestionState.OPEN


class Answer(NamedTuple):
    """One answer of a straw poll, and how many gave it."""

    id: int
    words: Slots
    votes: int
    share: int
    """Of all votes, in hundredths."""


class Ballot(NamedTuple):
    """A straw poll."""

    id: int
    number: int
    question: Slots
    closed_at: datetime | None
    answers: tuple[Answer, ...]

    @property
    def votes(self) -> int:
        """How many people voted."""
        return sum(one.votes for one in self.answers)


class Head(NamedTuple):
    """Where a hall is: one row."""

    hearing_id: int
    slug: str
    state: HearingState
    hearing_version: int
    title: Slots
    starts_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    place: str
    venue: Slots
    stream_url: str
    speaker_minutes: int
    demo: bool
    council_slug: str
    organisation_id: int
    council: Slots
    thread_id: int | None
    thread: str | None
    thread_version: int | None
    version: int | None
    run_version: int | None
    speaker_id: int | None
    turn_ends_at: datetime | None
    paused_at: datetime | None
    break_until: datetime | None
    poll_id: int | None
    keeper_id: int | None
    keeper_until: datetime | None
    keeper: str | None

    @property
    def key(self) -> tuple[Any, ...]:
        """Return what tells one state of the hall from any other, on any day, in any database."""
        return (self.thread or self.slug, self.hearing_version, self.version or 0, self.thread_version or 0)

    @property
    def live(self) -> bool:
        """Is it going on?"""
        return self.state == HearingState.LIVE

    @property
    def over(self) -> bool:
        """Has it been held?"""
        return self.state in (HearingState.HELD, HearingState.CLOSED)


class Picture(NamedTuple):
    """What is shown of the hall besides its head."""

    speakers: tuple[Turn, ...]
    queue: tuple[Turn, ...]
    questions: tuple[Asked, ...]
    pending: int
    """Questions that wait for a moderator."""
    polls: tuple[Ballot, ...]


@dataclass(frozen=True, kw_only=True)
class HallNow:
    """The hall at this moment."""

    head: Head
    picture: Picture

    @cached_property
    def speaking(self) -> Turn | None:
        """Who has the floor."""
        return next((one for one in self.picture.speakers if one.id == self.head.speaker_id), None)

    @property
    def queue(self) -> tuple[Turn, ...]:
        """Those who wait, the next first."""
        return self.picture.queue

    @cached_property
    def absent(self) -> tuple[Turn, ...]:
        """Those who were called and were not there."""
        return tuple(one for one in self.picture.speakers if one.state == SpeakerState.ABSENT)

    @cached_property
    def poll(self) -> Ballot | None:
        """The straw poll that is open."""
        return next((one for one in self.picture.polls if one.id == self.head.poll_id and not one.closed_at), None)

    @cached_property
    def results(self) -> tuple[Ballot, ...]:
        """Straw polls that are closed, the latest first."""
        return tuple(one for one in self.picture.polls if one.closed_at)

    def left(self, now: datetime) -> int | None:
        """Return how many seconds are left of the turn, less than none after its end; None: nobody speaks."""
        if self.speaking is None or self.head.turn_ends_at is None:
            return None
        return round((self.head.turn_ends_at - (self.head.paused_at or now)).total_seconds())

    @property
    def on_break(self) -> bool:
        """Is there a break? It lasts until the secretary ends it: the hour only says when she means to."""
        return self.head.live and self.head.break_until is not None

    def questions(self, sort: str) -> tuple[Asked, ...]:
        """Return the questions in an order: open ones first."""

        def newest(one: Asked) -> tuple[bool, int]:
            return (not one.open, -one.number)

        def top(one: Asked) -> tuple[bool, int, int]:
            return (not one.open, -one.supports, one.number)

        return tuple(sorted(self.picture.questions, key=newest if sort == "newest" else top))

    @cached_property
    def top_question(self) -> Asked | None:
        """The open question that most people want answered."""
        return next((one for one in self.questions("top") if one.open), None)

    def question(self, number: int) -> Asked | None:
        """Return a question by its number."""
        return next((one for one in self.picture.questions if one.number == number), None)


class OwnPart(NamedTuple):
    """What concerns one person in the hall."""

    supported: frozenset[int]
    """Numbers of the questions she supports."""
    asked: frozenset[int]
    """Numbers of her own questions."""
    vote: int | None
    """Her answer in the open straw poll."""
    turn: Turn | None
    place: int
    """Her place in the queue, from 1; 0: she does not wait."""
    minutes_before: int
    """So many minutes those before her asked for."""


NO_PART: Final = OwnPart(frozenset(), frozenset(), None, None, 0, 0)

_kept: OrderedDict[str, tuple[tuple[Any, ...], Picture]] = OrderedDict()

_HEAD: Final = (
    Hearing.id,
    Hearing.slug,
    Hearing.state,
    Hearing.version,
    Hearing.title,
    Hearing.starts_at,
    Hearing.ends_at,
    Hearing.ended_at,
    Hearing.place,
    Hearing.venue,
    Hearing.stream_url,
    Hearing.speaker_minutes,
    Hearing.demo,
    Council.slug,
    Council.organisation_id,
    Organisation.name,
    Thread.id,
    Thread.public_id,
    Thread.version,
    LiveHall.version,
    LiveHall.run_version,
    LiveHall.speaker_id,
    LiveHall.turn_ends_at,
    LiveHall.paused_at,
    LiveHall.break_until,
    LiveHall.poll_id,
    LiveHall.keeper_id,
    LiveHall.keeper_until,
    Person.name,
)


def hall_now(session: Session, slug: str) -> HallNow | None:
    """Return the hall of a hearing that everybody may see."""
    return _hall(session, Hearing.slug == slug)


def hall_of(session: Session, hearing_id: int) -> HallNow | None:
    """Return the hall of a hearing for its secretary: there is none before it was announced."""
    return _hall(session, Hearing.id == hearing_id)


def _hall(session: Session, which: Any) -> HallNow | None:
    chosen = (
        select(*_HEAD)
        .join(Council, Council.id == Hearing.council_id)
        .join(Organisation, Organisation.id == Council.organisation_id)
        .outerjoin(LiveHall, LiveHall.hearing_id == Hearing.id)
        .outerjoin(Thread, and_(Thread.host == HOST, Thread.host_id == Hearing.id))
        .outerjoin(Person, Person.id == LiveHall.keeper_id)
        .where(which, PUBLIC)
    )
    row: Any = session.execute(chosen).one_or_none()
    if row is None:
        return None
    head = Head(*row)
    return HallNow(head=head, picture=_picture(session, head))


def _picture(session: Session, head: Head) -> Picture:
    """Return what is kept, or look anew. Two threads may look at once: they see the same.

    Until there is a hall, or a thread, no version says that somebody signed up: then nothing is kept.
    """
    if head.version is None or head.thread is None:
        return _look(session, head)
    key, picture = _kept.get(head.slug, (None, None))
    if picture is None or key != head.key:
        picture = _look(session, head)
        _kept[head.slug] = (head.key, picture)
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return picture


def _look(session: Session, head: Head) -> Picture:
    speakers = _speakers(session, head.hearing_id)
    questions, pending = _questions(session, head.hearing_id)
    return Picture(speakers, tuple(fair_order(speakers)), questions, pending, _polls(session, head.hearing_id))


def _speakers(session: Session, hearing_id: int) -> tuple[Turn, ...]:
    columns = (getattr(Speaker, name) for name in Turn._fields)
    chosen = select(*columns).where(Speaker.hearing_id == hearing_id).order_by(Speaker.number)
    return tuple(Turn(*row) for row in session.execute(chosen))


def _questions(session: Session, hearing_id: int) -> tuple[tuple[Asked, ...], int]:
    """Return the questions that can be read and stand for themselves, and how many wait for a moderator."""
    chosen = (
        select(
            HallQuestion.merged_into_id,
            Comment.visibility,
            HallQuestion.id,
            HallQuestion.number,
            HallQuestion.state,
            HallQuestion.supports,
            HallQuestion.answered_at,
            HallQuestion.version,
            Comment.public_id,
            Comment.author_id,
            Comment.author_name,
            Comment.lang,
            Comment.text,
        )
        .join(Comment, Comment.id == HallQuestion.comment_id)
        .where(HallQuestion.hearing_id == hearing_id)
        .order_by(HallQuestion.number)
    )
    rows: Any = session.execute(chosen).all()
    alike: dict[int, int] = {}
    for row in rows:
        if row.merged_into_id:
            alike[row.merged_into_id] = alike.get(row.merged_into_id, 0) + 1
    shown = tuple(
        Asked(**dict(zip(Asked._fields, (*row[2:], alike.get(row.id, 0)), strict=True)))
        for row in rows
        if row.visibility in READABLE and row.state != QuestionState.MERGED
    )
    return shown, sum(row.visibility == Visibility.PENDING for row in rows)


def _polls(session: Session, hearing_id: int) -> tuple[Ballot, ...]:
    chosen = (
        select(Poll.id, Poll.number, Poll.question, Poll.closed_at, PollOption.id, PollOption.words, PollOption.votes)
        .join(PollOption, PollOption.poll_id == Poll.id)
        .where(Poll.hearing_id == hearing_id)
        .order_by(Poll.number.desc(), PollOption.position)
    )
    polls = groupby(session.execute(chosen), key=lambda row: row[:4])
    return tuple(
        Ballot(poll_id, number, question, closed_at, _shares([row[4:] for row in rows]))
        for (poll_id, number, question, closed_at), rows in polls
    )


def _shares(answers: list[Any]) -> tuple[Answer, ...]:
    total = sum(votes for _, _, votes in answers)
    return tuple(
        Answer(answer_id, words, votes, round(100 * votes / total) if total else 0)
        for answer_id, words, votes in answers
    )


def visibility_of(session: Session, comment_id: int) -> Visibility:
    """Return what readers see of a comment."""
    return session.scalars(select(Comment.visibility).where(Comment.id == comment_id)).one()


def own_part(session: Session, hall: HallNow, person_id: int) -> OwnPart:
    """Return what one person has said here, and where she stands in the queue."""
    supported = (
        select(HallQuestion.number)
        .join(HallQuestionSupport, HallQuestionSupport.question_id == HallQuestion.id)
        .where(HallQuestion.hearing_id == hall.head.hearing_id, HallQuestionSupport.person_id == person_id)
    )
    vote = None
    if hall.poll:
        hers = select(PollVote.option_id).where(PollVote.poll_id == hall.poll.id, PollVote.person_id == person_id)
        vote = session.scalar(hers)
    place = next((at for at, one in enumerate(hall.queue, 1) if one.person_id == person_id), 0)
    mine = [one for one in hall.picture.speakers if one.person_id == person_id]
    return OwnPart(
        frozenset(session.scalars(supported)),
        frozenset(one.number for one in hall.picture.questions if one.author_id == person_id),
        vote,
        hall.queue[place - 1] if place else (mine[-1] if mine else None),
        place,
        sum(one.minutes for one in hall.queue[: max(place - 1, 0)]),
    )
