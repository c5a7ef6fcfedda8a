"""Planning a selection: begin it, write its call, name who scores, give it up again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from karavan.accounts.models import Person
from karavan.core.database import insert_once
from karavan.core.problems import NotFound
from karavan.events.keepers import kept_by
from karavan.events.models import Event, EventState, Registration, WayIn
from karavan.events.problems import KeptElsewhere
from karavan.events.rules.seating import somebody_waits, take_gate
from karavan.record.models import ActorRole, Verb
from karavan.record.rules import note
from karavan.selection import letters
from karavan.selection.balance import Rule, contradictions
from karavan.selection.models import Call, CallState, Criterion, Method, Review, Reviewer
from karavan.selection.problems import (
    CallIsFrozen,
    EventWillNotBe,
    KnowsTheNames,
    NoSuchPerson,
    NotAtThisStage,
    PeopleHaveSeats,
    ReasonMissing,
    ReserveWaits,
    ReviewerHasScored,
    RulesCannotBeKept,
    ScoringIsOver,
)
from karavan.selection.queries import has_read_names, standing
from karavan.selection.rules.taking import take

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.core.languages import Slots


@dataclass(frozen=True, kw_only=True)
class CriterionLine:
    """One line of the rubric as the organiser wrote it."""

    title: Slots
    help: Slots
    most: int
    weight: int


@dataclass(frozen=True, kw_only=True)
class CallPlan:
    """Everything an organiser writes about a selection; field names are the model's."""

    method: Method
    places: int
    reviews: int
    least_score: int
    opens_at: datetime
    closes_at: datetime
    confirm_hours: int
    balance: tuple[Rule, ...] = ()
    criteria: tuple[CriterionLine, ...] = ()


def begin_call(session: Session, event_id: int, plan: CallPlan, *, now: datetime) -> Call:
    """Let places at an event be given by selection. From now on nobody registers there first come, first seated.

    Raises:
        NotFound: no such event.
        EventWillNotBe, KeptElsewhere: it is cancelled or over, or belongs to a hearing or a sitting.
        PeopleHaveSeats: somebody holds or awaits a seat already.
        CallIsFrozen: it has a selection already.

    """
    take_gate(session, event_id)
    event = session.get_one(Event, event_id)
    if event.state == EventState.CANCELLED or event.ends_at <= now:
        raise EventWillNotBe
    if kept_by(session, event) is not None:
        raise KeptElsewhere
    if session.get(Call, event_id) is not None:
        raise CallIsFrozen
    if session.scalar(select(Registration.id).where(Registration.event_id == event_id, Registration.live).limit(1)):
        raise PeopleHaveSeats
    event.way_in = WayIn.SELECTION
    event.updated_at = now
    call = Call(event_id=event_id, state=CallState.DRAFT, version=1, drawn={}, seed="", seed_hash="", list_hash="")
    _write(call, plan)
    session.add(call)
    session.flush()
    return call


def edit_call(session: Session, event_id: int, plan: CallPlan, *, read_version: int) -> Call:
    """Change a call that is not published yet.

    Raises:
        NotFound, ChangedMeanwhile: see `take`.
        CallIsFrozen: it is published.

    """
    call = take(session, event_id, read_version=read_version)
    if call.state != CallState.DRAFT:
        raise CallIsFrozen
    _write(call, plan)
    session.flush()
    return call


def drop_call(session: Session, event_id: int, *, now: datetime) -> None:
    """Give a selection up that was not published: people register first come, first seated again.

    Raises:
        NotFound: there is none.
        CallIsFrozen: it is published.

    """
    take_gate(session, event_id)
    call = take(session, event_id)
    if call.state != CallState.DRAFT:
        raise CallIsFrozen
    call.event.way_in = WayIn.OPEN
    call.event.updated_at = now
    session.execute(delete(Reviewer).where(Reviewer.event_id == event_id))
    session.delete(call)
    session.flush()


def open_the_rest(session: Session, event_id: int, *, now: datetime) -> None:
    """Let people take what a selection left free, first come, first seated: nobody applied, or no reserve is left.

    Raises:
        NotFound: there is no selection.
        NotAtThisStage: it gives places still, or this was done already.
        EventWillNotBe: it is cancelled or over.
        ReserveWaits: they come first.

    """
    take_gate(session, event_id)
    call = take(session, event_id)
    event = call.event
    ended = call.state == CallState.RELEASED or (call.state == CallState.REVIEW and not standing(session, event_id))
    if not ended or event.way_in == WayIn.OPEN:
        raise NotAtThisStage
    if event.state != EventState.PUBLISHED or event.is_over(now):
        raise EventWillNotBe
    if somebody_waits(session, event_id):
        raise ReserveWaits
    event.way_in, event.updated_at = WayIn.OPEN, now
    event.version += 1
    note(session, Verb.EVENT_CHANGED, of=event_id, by=ActorRole.ORGANISER, now=now, version=event.version)
    session.flush()


def loosen(session: Session, event_id: int, balance: tuple[Rule, ...], *, reason: str, now: datetime) -> None:
    """Change published rules of balance that cannot be kept with those who applied; the reason is public.

    The seed was committed and the list is fixed by then, and nobody at the desk knows either the seed or what it would
    draw: rules cannot be bent towards somebody.

    Raises:
        NotFound, ReasonMissing; RulesCannotBeKept: they could never be kept.
        CallIsFrozen: the list is not closed yet, or the choice is made.

    """
    call = take(session, event_id)
    if call.state != CallState.REVIEW or call.method != Method.LOTTERY:
        raise CallIsFrozen
    if not reason.strip():
        raise ReasonMissing
    kinds = {rule["by"] for rule in call.balance}
    if any(rule.by not in kinds for rule in balance):  # the list says nothing of it
        raise RulesCannotBeKept
    refuse_contradictions(balance, call.places)
    after = _kept(balance, call.places)
    if after == call.balance:
        return
    loosened = {"at": now.isoformat(), "reason": reason, "before": call.balance, "after": after}
    call.drawn = call.drawn | {"loosened": [*call.drawn.get("loosened", ()), loosened]}
    call.balance = after
    note(session, Verb.EVENT_CHANGED, of=event_id, by=ActorRole.ORGANISER, now=now, reason=reason, rules=len(after))
    session.flush()


def refuse_contradictions(balance: tuple[Rule, ...], places: int) -> None:
    """Refuse rules that could never be kept, whoever applies.

    Raises:
        RulesCannotBeKept: the sentence says why.

    """
    for sentence in contradictions(balance, places):
        raise RulesCannotBeKept(sentence, where="balance")


# --- Who scores ---------------------------------------------------------------------------------------------


def name_reviewer(session: Session, event_id: int, email_key: str, *, now: datetime) -> None:
    """Let somebody score the applications of a call, and tell her; naming twice is naming once.

    Raises:
        NotFound: the event has no selection.
        NoSuchPerson: nobody has an account with this address.
        KnowsTheNames: she has seen the list with the names.
        ScoringIsOver: the choice is made.

    """
    call = take(session, event_id)
    if call.state in {CallState.CHOSEN, CallState.RELEASED}:
        raise ScoringIsOver
    person = session.scalar(select(Person).where(Person.email_key == email_key))
    if person is None:
        raise NoSuchPerson
    if has_read_names(session, event_id, person.id):
        raise KnowsTheNames
    if insert_once(session, Reviewer, event_id=event_id, person_id=person.id, named_at=now):
        letters.tell_reviewer(session, call, person, now)


def dismiss_reviewer(session: Session, event_id: int, reviewer_id: int) -> None:
    """Take somebody off the list who has not scored yet.

    Raises:
        NotFound: no such reviewer of this call.
        ReviewerHasScored: her scores count.

    """
    take(session, event_id)
    reviewer = session.scalar(select(Reviewer).where(Reviewer.id == reviewer_id, Reviewer.event_id == event_id))
    if reviewer is None:
        raise NotFound
    if session.scalar(select(Review.id).where(Review.reviewer_id == reviewer_id, ~Review.recused).limit(1)):
        raise ReviewerHasScored
    session.execute(delete(Review).where(Review.reviewer_id == reviewer_id))
    session.delete(reviewer)
    session.flush()


def _write(call: Call, plan: CallPlan) -> None:
    for name in ("method", "places", "reviews", "least_score", "opens_at", "closes_at", "confirm_hours"):
        setattr(call, name, getattr(plan, name))
    call.balance = _kept(plan.balance, plan.places) if plan.method == Method.LOTTERY else []
    call.criteria = [
        Criterion(position=position, title=line.title, help=line.help, most=line.most, weight=line.weight)
        for position, line in enumerate(plan.criteria)
    ]


def _kept(balance: tuple[Rule, ...], places: int) -> list[dict[str, Any]]:
    """Write rules as they are kept: more people than there are places is no limit."""
    return [replace(rule, most=min(rule.most, places)).stored() for rule in balance]
