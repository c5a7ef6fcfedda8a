"""Taking a step of a selection's life: publish the call, close the list, keep the choice. Its release is apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from karavan.core.problems import Message
from karavan.events.models import Attendee, Event, EventState, Registration, SeatState
from karavan.events.problems import EventIsPostponed
from karavan.record.models import ActorRole
from karavan.record.rules import note
from karavan.selection import published
from karavan.selection.balance import ASKED, read
from karavan.selection.lifecycle import STEPS, Act
from karavan.selection.models import Application, Call, Reviewer
from karavan.selection.problems import (
    ChangedMeanwhile,
    CriteriaMissing,
    DatesMakeNoSense,
    EventIsNotPublished,
    EventWillNotBe,
    NobodyApplied,
    NotAtThisStage,
    PlacesAndSeatsDiffer,
    RulesCannotBeKept,
    ScoresMissing,
    StillOpen,
    TooFewReviewers,
)
from karavan.selection.queries import free_for_selection, standing
from karavan.selection.rules.plan import refuse_contradictions
from karavan.selection.rules.taking import take

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.selection.queries import Material


def open_call(session: Session, event_id: int, *, read_version: int | None = None, now: datetime) -> Call:
    """Publish the call with its rubric and rules, and bind the draw: the seed is made, its fingerprint published.

    Raises:
        NotFound, ChangedMeanwhile, NotAtThisStage.
        EventIsNotPublished, EventWillNotBe, CriteriaMissing, DatesMakeNoSense, TooFewReviewers, RulesCannotBeKept,
            PlacesAndSeatsDiffer: what publishing needs.

    """
    call = take(session, event_id, read_version=read_version)
    refuse_elsewhere(call, Act.OPEN)
    event = call.event
    if event.state == EventState.DRAFT:
        raise EventIsNotPublished
    if event.postponed_at is not None:
        raise EventIsPostponed
    _refuse_over(event, now)
    if not call.criteria or not all(line.title.kk or line.title.ru for line in call.criteria):
        raise CriteriaMissing
    if not now < call.closes_at < event.starts_at or call.opens_at >= call.closes_at:
        raise DatesMakeNoSense
    named = session.scalars(select(func.count()).where(Reviewer.event_id == event_id)).one()
    if named < call.reviews:
        raise TooFewReviewers
    rules = read(call.balance)
    refuse_contradictions(rules, call.places)
    if any(rule.by in ASKED and ASKED[rule.by] not in event.asks for rule in rules):
        raise RulesCannotBeKept(
            Message("A rule is about what the event does not ask people. Let the event ask for it, or drop the rule.")
        )
    free = free_for_selection(session, event)
    if free != call.places:
        raise PlacesAndSeatsDiffer(places=call.places, seats=free)
    call.seed = published.new_seed()
    call.seed_hash = published.sha256(call.seed)
    facts: dict[str, Any] = {
        "places": call.places,
        "reviews": call.reviews,
        "method": call.method.value,
        "seed": call.seed_hash,
    }
    return move_on(session, call, Act.OPEN, now=now, **facts)


def close_call(session: Session, event_id: int, *, by: ActorRole = ActorRole.ORGANISER, now: datetime) -> Call:
    """Fix the pseudonymous list when the announced time is over, and publish it with its fingerprint.

    Raises:
        NotFound, NotAtThisStage.
        StillOpen: people were promised more time.

    """
    call = take(session, event_id)
    refuse_elsewhere(call, Act.CLOSE)
    if now < call.closes_at:
        raise StillOpen
    applications = standing(session, event_id)
    _count_newcomers(session, call, applications)
    kinds = published.kinds_of(call.balance)
    rows = published.list_rows(applications, kinds, year=call.event.first_day.year)
    written = published.list_csv(rows, kinds)
    call.list_hash = published.sha256(written)
    call.drawn = call.drawn | {"list": written, "listed": [row["pseudonym"] for row in rows]}
    facts = {"applications": len(rows), "list": call.list_hash}
    return move_on(session, call, Act.CLOSE, by=by, now=now, **facts)


def refuse_unready(material: Material) -> None:
    """Refuse a choice before everything is there that it is made from.

    Raises:
        NobodyApplied, ScoresMissing.

    """
    if len(material.rules["withdrawn"]) == len(material.rules["scores"]):
        raise NobodyApplied
    if material.lacking:
        raise ScoresMissing


def keep_choice(session: Session, event_id: int, material: Material, result: dict[str, Any], *, now: datetime) -> Call:
    """Keep what was drawn or ranked from `material`. Nobody is told yet.

    The program ran outside of any transaction: what it was given must still be what stands.

    Raises:
        NotFound, NotAtThisStage, NobodyApplied, ScoresMissing.
        ChangedMeanwhile: a score, a withdrawal or a rule came in between.

    """
    call = take(session, event_id)
    refuse_elsewhere(call, Act.CHOOSE)
    if call.version != material.version + 1:
        raise ChangedMeanwhile
    refuse_unready(material)
    _refuse_over(call.event, now)
    applications = {one.pseudonym: one for one in standing(session, event_id)}
    for name in ("accepted", "reserve"):
        for place, pseudonym in enumerate(result[name], 1):
            applications[pseudonym].place = place
    for pseudonym, one in applications.items():
        one.score = material.rules["scores"][pseudonym]
    call.drawn = call.drawn | result | {"rules": material.rules}
    facts: dict[str, Any] = {"accepted": len(result["accepted"]), "reserve": len(result["reserve"])}
    return move_on(session, call, Act.CHOOSE, now=now, **facts)


def move_on(
    session: Session, call: Call, act: Act, *, by: ActorRole = ActorRole.ORGANISER, now: datetime, **facts: Any
) -> Call:
    """Take a step that was checked, and write it down. Nothing else changes the state."""
    step = STEPS[act]
    call.state = step.after
    setattr(call, step.stamp, now)
    note(session, step.verb, of=call.event_id, by=by, now=now, **facts)
    session.flush()
    return call


def refuse_elsewhere(call: Call, act: Act) -> None:
    """Refuse a step that does not lead on from where the selection stands.

    Raises:
        NotAtThisStage.

    """
    if call.state != STEPS[act].before:
        raise NotAtThisStage


def _refuse_over(event: Event, now: datetime) -> None:
    if event.state == EventState.CANCELLED or event.starts_at <= now:
        raise EventWillNotBe


def _count_newcomers(session: Session, call: Call, applications: list[Application]) -> None:
    """Write down who never held a seat at another event of this organiser: known by one of the contacts."""
    held = (
        select(Registration.email_key, Registration.phone)
        .join(Attendee, Attendee.registration_id == Registration.id)
        .join(Event, Event.id == Registration.event_id)
        .where(
            Event.organisation_id == call.event.organisation_id,
            Event.id != call.event_id,
            Attendee.state == SeatState.SEATED,
            Event.state == EventState.PUBLISHED,
        )
    )
    known = {contact for row in session.execute(held) for contact in row if contact}
    for one in applications:
        one.newcomer = not {one.email_key, one.phone} & known
