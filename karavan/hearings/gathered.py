"""What the protocol of a hearing is written from: everything that happened, as the database says it."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, Final

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from karavan.core.languages import Slots
from karavan.core.problems import NotFound
from karavan.councils.models import Council
from karavan.discussion.models import Comment
from karavan.hearings.models import (
    AnswerGroup,
    HallNote,
    HallQuestion,
    Hearing,
    HearingState,
    Poll,
    PollVote,
    QuestionState,
    Speaker,
    SpeakerState,
    WrittenStatement,
)
from karavan.hearings.queries import participants, proposal_ids
from karavan.moderation.models import READABLE
from karavan.proposals.letters import recipient
from karavan.protocols import hosts
from karavan.protocols.hosts import Awaiting, Facts, Host, Kind, Notice, Spoke, Statement
from karavan.protocols.problems import NotOverYet
from karavan.protocols.visitors import officers_on, visitors_of, was_registered

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session

    from karavan.notifications.letters import Recipient

OVER: Final = (HearingState.HELD, HearingState.CLOSED)


def council_of(session: Session, hearing_id: int) -> int | None:
    """Return whose hearing it is."""
    return session.scalar(select(Hearing.council_id).where(Hearing.id == hearing_id))


def gather(session: Session, hearing_id: int) -> Facts:
    """Return what happened at a hearing.

    Raises:
        NotFound, NotOverYet.

    """
    hearing = session.get(
        Hearing,
        hearing_id,
        options=(
            joinedload(Hearing.council).joinedload(Council.organisation),
            selectinload(Hearing.documents),
        ),
    )
    if hearing is None:
        raise NotFound
    if hearing.state not in OVER:
        raise NotOverYet
    day = date.fromisoformat(hearing.held_on)
    officers = officers_on(session, hearing.council_id, day)
    visitors = visitors_of(session, hearing.event_id, day)
    notes = _notes(session, hearing_id)
    asked, answered, merged = _questions(session, hearing_id)
    return Facts(
        kind=Kind.HEARING,
        council_id=hearing.council_id,
        page=f"hearings/{hearing.slug}",
        council=hearing.council.organisation.name,
        title=hearing.title,
        began_at=hearing.opened_at or hearing.starts_at,
        ended_at=hearing.ended_at or hearing.ends_at,
        place=hearing.place,
        venue=hearing.venue,
        stream_url=hearing.stream_url,
        caller=hearing.caller,
        called_by=hearing.called_by.value,
        ground=hearing.ground,
        notice=Notice(
            given_at=hearing.notice_from or hearing.announced_at,
            days=hearing.notice_days,
            unit=hearing.notice_unit,
            in_time=hearing.held_on >= hearing.earliest_on,
            exception=hearing.short_notice,
        ),
        chair=officers.chair,
        secretary=officers.secretary,
        tasks=hearing.tasks,
        questions=hearing.questions,
        agenda=hearing.agenda,
        registered=visitors.registered,
        arrived=visitors.arrived,
        speakers=_speakers(session, hearing_id, notes),
        notes=tuple(notes.get(None, ())),
        questions_asked=asked,
        questions_answered=answered,
        questions_merged=merged,
        statements=_statements(session, hearing_id),
        polls=_polls(session, hearing_id),
        documents=tuple(
            hosts.Document(
                title=document.title, version=document.version, sha256=document.sha256, exception=document.exception
            )
            for document in hearing.documents
            if document.frozen_at is not None
        ),
        summary=hearing.summary,
    )


def _speakers(session: Session, hearing_id: int, notes: dict[int | None, list[Slots]]) -> tuple[Spoke, ...]:
    """Return who spoke, in the order in which they did."""
    heard = select(Speaker).where(Speaker.hearing_id == hearing_id, Speaker.state == SpeakerState.SPOKEN)
    return tuple(
        Spoke(
            name=speaker.name,
            position=speaker.position.value,
            topic=speaker.topic,
            at=speaker.called_at,
            notes=tuple(notes.get(speaker.id, ())),
        )
        for speaker in session.scalars(heard.order_by(Speaker.called_at, Speaker.number))
    )


def _notes(session: Session, hearing_id: int) -> dict[int | None, list[Slots]]:
    """Return the secretary's notes by speaker; None: they belong to nobody in particular.

    A note on somebody who is not among those who spoke (she withdrew, or went) is nobody's in particular either.
    """
    heard = set(
        session.scalars(
            select(Speaker.id).where(Speaker.hearing_id == hearing_id, Speaker.state == SpeakerState.SPOKEN)
        )
    )
    found: dict[int | None, list[Slots]] = defaultdict(list)
    for note in session.scalars(select(HallNote).where(HallNote.hearing_id == hearing_id).order_by(HallNote.id)):
        found[note.speaker_id if note.speaker_id in heard else None].append(Slots(**{note.lang: note.words}))
    return found


def _questions(session: Session, hearing_id: int) -> tuple[int, int, int]:
    """Count the questions from the hall that can be read: all, those with an answer, those merged into another."""
    rows = session.execute(
        select(HallQuestion.state, HallQuestion.answered_at, AnswerGroup.answered_at)
        .join(Comment, Comment.id == HallQuestion.comment_id)
        .outerjoin(AnswerGroup, AnswerGroup.id == HallQuestion.group_id)
        .where(HallQuestion.hearing_id == hearing_id, Comment.visibility.in_(READABLE))
    ).all()
    merged = [state == QuestionState.MERGED for state, _, _ in rows]
    answered = [
        state == QuestionState.ANSWERED or (state == QuestionState.OPEN and bool(own or shared))
        for state, own, shared in rows
    ]
    return len(rows), sum(answered), sum(merged)


def _statements(session: Session, hearing_id: int) -> tuple[Statement, ...]:
    """Return the written statements; one that was taken down keeps its number and has no name."""
    rows = session.execute(
        select(WrittenStatement.number, WrittenStatement.kind, Comment.author_name, Comment.visibility)
        .join(Comment, Comment.id == WrittenStatement.comment_id)
        .where(WrittenStatement.hearing_id == hearing_id)
        .order_by(WrittenStatement.number)
    )
    return tuple(
        Statement(number=number, kind=kind.value, name=name if visibility in READABLE else "")
        for number, kind, name, visibility in rows
    )


def _polls(session: Session, hearing_id: int) -> tuple[hosts.Poll, ...]:
    polls = select(Poll).where(Poll.hearing_id == hearing_id).options(selectinload(Poll.options)).order_by(Poll.number)
    return tuple(
        hosts.Poll(
            number=poll.number,
            question=poll.question,
            options=tuple((option.words, option.votes) for option in poll.options),
        )
        for poll in session.scalars(polls)
    )


# --- Who may correct it -----------------------------------------------------------------------------------


def took_part(session: Session, hearing_id: int, person_id: int) -> bool:
    """Did somebody speak, write, ask, answer a straw poll, or have a seat?"""
    event_id = session.scalar(select(Hearing.event_id).where(Hearing.id == hearing_id))
    voted = (
        select(PollVote.id)
        .join(Poll, Poll.id == PollVote.poll_id)
        .where(Poll.hearing_id == hearing_id, PollVote.person_id == person_id)
    )
    return (
        any(person.id == person_id for person in participants(session, hearing_id))
        or session.scalar(voted.limit(1)) is not None
        or was_registered(session, event_id, person_id)
    )


def told(session: Session, hearing_id: int) -> dict[int, Recipient]:
    """Return who is written to about the protocol, by account."""
    people = participants(session, hearing_id)
    return {person.id: recipient(person) for person in people if person.email or person.phone}


def over(session: Session, councils: Collection[int] | None) -> list[Awaiting]:
    """Return the hearings that are over."""
    chosen = select(Hearing.id, Hearing.title, Hearing.ended_at).where(Hearing.state.in_(OVER))
    if councils is not None:
        chosen = chosen.where(Hearing.council_id.in_(councils))
    rows = session.execute(chosen.order_by(Hearing.ended_at.desc()).limit(100))
    return [Awaiting(Kind.HEARING.value, *row) for row in rows]


def about(session: Session, hearing_id: int) -> list[int]:
    """Return the submissions it was about."""
    return sorted(proposal_ids(session, hearing_id))


HOST: Final = Host(
    council_of=council_of, gather=gather, took_part=took_part, participants=told, over=over, proposals=about
)
