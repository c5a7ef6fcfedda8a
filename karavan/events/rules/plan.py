"""Making an event: create, edit, publish, cancel, resize. What the organiser's desk calls."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from karavan.core.languages import Slots
from karavan.core.problems import Message
from karavan.core.text import fold, slugify
from karavan.discussion.rules.threads import open_thread
from karavan.events import letters
from karavan.events.discussed import HOST
from karavan.events.keepers import kept_by
from karavan.events.models import (
    Event,
    EventKind,
    EventState,
    Material,
    Overbooking,
    ProgrammeItem,
    Question,
    QuestionKind,
    Registration,
    SeatGate,
)
from karavan.events.problems import (
    EditedMeanwhile,
    EventCannotBeChanged,
    EventIsCancelled,
    EventIsOver,
    KeptElsewhere,
    NotReadyToPublish,
)
from karavan.events.rules.seating import Gate, bring_forward, free_seats, promote, take_gate
from karavan.events.wordings import rewritten, words_of
from karavan.record.models import ActorRole, Verb
from karavan.record.rules import note

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, time

    from sqlalchemy.orm import Session


@dataclass(frozen=True, kw_only=True)
class ProgrammeLine:
    """One line of the programme as the organiser wrote it."""

    day: date
    title: Slots
    starts: time | None = None
    ends: time | None = None
    place: Slots = Slots()
    speaker: Slots = Slots()
    speaker_role: Slots = Slots()


@dataclass(frozen=True, kw_only=True)
class MaterialLine:
    """A link to read."""

    title: Slots
    url: str


@dataclass(frozen=True, kw_only=True)
class QuestionLine:
    """The organiser's own question; `id` names the one it continues, so that answers stay with it."""

    kind: QuestionKind
    label: Slots
    id: int | None = None
    hint: Slots = Slots()
    required: bool = False
    options: tuple[dict[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything an organiser writes about an event; field names are the model's."""

    kind: EventKind
    title: Slots
    starts_at: datetime
    ends_at: datetime
    place: str
    capacity: int
    summary: Slots = Slots()
    about: Slots = Slots()
    editors_note: Slots = Slots()
    zone: str = "Asia/Aqtau"
    all_day: bool = False
    venue: Slots = Slots()
    directions_url: str = ""
    online_url: str = ""
    languages: tuple[str, ...] = ("kk", "ru")
    accessibility: tuple[str, ...] = ()
    accessibility_note: Slots = Slots()
    contact_name: str = ""
    contact_phone: str = ""
    contact_email: str = ""
    registration_opens_at: datetime | None = None
    registration_closes_at: datetime | None = None
    waiting_list: bool = True
    offer_hours: int = 24
    offers_stop_hours: int = 3
    party_limit: int = 6
    asks: tuple[str, ...] = ()
    programme: tuple[ProgrammeLine, ...] = ()
    materials: tuple[MaterialLine, ...] = ()
    questions: tuple[QuestionLine, ...] = ()


_COLLECTIONS = {"programme", "materials", "questions", "capacity"}
_LISTS = {"languages", "accessibility", "asks"}
TOLD = ("starts_at", "ends_at", "place", "venue", "online_url", "programme")
"""Changes of these are told to everyone who holds or awaits a seat; others are corrections of wording."""


def create_event(
    session: Session,
    organisation_id: int,
    plan: Plan,
    *,
    now: datetime,
    slug: str = "",
    demo: bool = False,
) -> Event:
    """Begin a draft that only the organisation's own people see."""
    event = Event(
        organisation_id=organisation_id,
        slug=_unused_slug(session, slug or slugify(plan.title.ru or plan.title.kk or plan.title.en)),
        state=EventState.DRAFT,
        demo=demo,
        updated_at=now,
        gate=SeatGate(capacity=plan.capacity),
        **_columns(plan),
    )
    _write_parts(event, plan)
    event.written = rewritten({}, {}, words_of(plan), version=1)
    session.add(event)
    session.flush()
    note(session, Verb.EVENT_CREATED, of=event.id, by=ActorRole.ORGANISER, now=now)
    return event


def edit_event(
    session: Session,
    event_id: int,
    plan: Plan,
    *,
    version: int,
    now: datetime,
    keeper: bool = False,
    still: Collection[str] = (),
) -> Event:
    """Save an organiser's changes; tell everyone registered what changed, if it matters to them.

    `keeper`: what the event belongs to says so itself (`events.keepers`). `still`: the texts of which she says that
    they are right although another language was changed (`events.wordings`). An event that was postponed has its new
    time with the first edit that changes it.

    Raises:
        EditedMeanwhile: somebody else saved after `version` was read; nothing was changed.
        EventCannotBeChanged: the event is cancelled.
        KeptElsewhere: something else is changed than what the organiser adds to a hearing or a sitting.
        NotFound: no such event.

    """
    gate = take_gate(session, event_id)
    event = session.get_one(Event, event_id)
    if event.state == EventState.CANCELLED:
        raise EventCannotBeChanged
    if event.version != version:
        raise EditedMeanwhile
    changes = planned_changes(session, event, plan, keeper=keeper)
    said, lies_ahead = words_of(event), not event.is_over(now)
    for name, value in _own_columns(session, event, plan, keeper=keeper).items():
        setattr(event, name, value)
    _write_parts(event, plan)
    event.version += 1
    event.updated_at = now
    event.written = rewritten(said, event.written, words_of(plan), version=event.version, still=still)
    if event.postponed_at and moves(changes):
        event.postponed_at, event.postpone_reason = None, Slots()
    if event.state == EventState.PUBLISHED:
        if changes and (lies_ahead or not event.is_over(now)):
            event.sequence += 1
            _ask_anew(session, event, changes)
            letters.tell_changed(session, event, changes, now)
        note(session, Verb.EVENT_CHANGED, of=event_id, by=ActorRole.ORGANISER, now=now, version=event.version)
        bring_forward(session, event, now)
    _resize(session, event, gate, capacity=plan.capacity, now=now)
    return event


def planned_changes(session: Session, event: Event, plan: Plan, *, keeper: bool = False) -> list[dict[str, Any]]:
    """Return what people would be told if the event became like this; nothing is changed.

    Raises:
        KeptElsewhere: it may not become so here.

    """
    _own_columns(session, event, plan, keeper=keeper)
    return letters.differences(letters.told_facts(event), letters.told_facts(plan))


def moves(changes: list[dict[str, Any]]) -> bool:
    """Is the event at another time after these changes?"""
    return any(change["what"] in {"starts_at", "ends_at"} for change in changes)


def _ask_anew(session: Session, event: Event, changes: list[dict[str, Any]]) -> None:
    """Who said that she comes said so of the old time and place."""
    if any(change["what"] in {"starts_at", "ends_at", "place", "venue"} for change in changes):
        session.execute(
            update(Registration)
            .where(Registration.event_id == event.id, Registration.live)
            .values(coming_at=None)
            .execution_options(synchronize_session="fetch"),
        )


def resize(
    session: Session,
    event_id: int,
    *,
    capacity: int | None = None,
    overbook: int = 0,
    reason: str = "",
    version: int | None = None,
    by_id: int | None = None,
    now: datetime,
) -> int:
    """Change how many seats there are and return how many are free (below zero: nobody is evicted).

    `overbook` adds seats beyond capacity: an explicit act that needs a reason and stands in the public record, and for
    the organisers with who did it (`by_id`; a command has nobody). With the `version` that the person read, a second
    press adds nothing; and an edit begun before is noticed (`edit_event`).

    Raises:
        EditedMeanwhile: somebody else saved after `version` was read; nothing was changed.
        EventIsCancelled: it will not be held.

    """
    gate = take_gate(session, event_id)
    event = session.get_one(Event, event_id)
    if event.state == EventState.CANCELLED:
        raise EventIsCancelled
    if version is not None and event.version != version:
        raise EditedMeanwhile
    event.version += 1
    if overbook:
        event.gate.overbooked += overbook
        if by_id is not None:
            session.add(Overbooking(event_id=event_id, seats=overbook, reason=reason, by_id=by_id, added_at=now))
        note(
            session,
            Verb.EVENT_OVERBOOKED,
            of=event_id,
            by=ActorRole.ORGANISER,
            now=now,
            reason=reason,
            seats=overbook,
        )
    return _resize(session, event, gate, capacity=event.gate.capacity if capacity is None else capacity, now=now)


def publish(session: Session, event_id: int, *, now: datetime, keeper: bool = False) -> None:
    """Show a draft to everyone. Publishing twice is fine. What it belongs to may have a discussion already.

    Raises:
        NotReadyToPublish: it has no title, or it is already over.
        EventCannotBeChanged: it is cancelled.
        KeptElsewhere: it is published with the notice of a hearing or a sitting (by its `keeper`), and not before.

    """
    take_gate(session, event_id)
    event = session.get_one(Event, event_id)
    if event.state == EventState.CANCELLED:
        raise EventCannotBeChanged
    kept = kept_by(session, event)
    if kept is not None and not keeper:
        raise KeptElsewhere(kept.where)
    if event.state == EventState.PUBLISHED:
        return
    if not (event.title.kk or event.title.ru):
        raise NotReadyToPublish
    if event.ends_at <= now:
        raise NotReadyToPublish(Message("This event is already over. Check its dates before you publish."))
    event.state, event.published_at, event.updated_at = EventState.PUBLISHED, now, now
    event.version += 1
    if kept is None or not kept.talks:
        open_thread(session, HOST, event_id, organisation_id=event.organisation_id, now=now)
    note(session, Verb.EVENT_PUBLISHED, of=event_id, by=ActorRole.ORGANISER, now=now)


def cancel_event(session: Session, event_id: int, *, reason: Slots, now: datetime, keeper: bool = False) -> None:
    """Call an event off and tell everyone who holds or awaits a seat, with the reason. Twice is fine.

    Raises:
        EventIsOver: it has been held.
        KeptElsewhere: a hearing or a sitting is called off as such (by its `keeper`).

    """
    take_gate(session, event_id)
    event = session.get_one(Event, event_id)
    if event.state == EventState.CANCELLED:
        return
    kept = None if keeper else kept_by(session, event)
    if kept is not None:
        raise KeptElsewhere(kept.where)
    if event.is_over(now):
        raise EventIsOver
    was_public = event.state == EventState.PUBLISHED
    event.state, event.cancelled_at, event.updated_at, event.cancel_reason = EventState.CANCELLED, now, now, reason
    event.postponed_at = None
    event.sequence += 1
    event.version += 1
    if was_public:
        letters.tell_cancelled(session, event, now)
    told = reason.best("kk").text if was_public else ""  # a draft's affairs are not public, nor is why it was dropped
    note(session, Verb.EVENT_CANCELLED, of=event_id, by=ActorRole.ORGANISER, now=now, reason=told)


def postpone_event(session: Session, event_id: int, *, reason: Slots, version: int, now: datetime) -> Event:
    """Say that an event will be held, but not when it was to be, and that nobody knows yet when; tell everyone.

    Who holds a seat keeps it, and the queue stands still. The edit that sets the new time ends it.

    Raises:
        EditedMeanwhile: somebody else saved after `version` was read; nothing was changed.
        EventCannotBeChanged: it is no public event.
        EventIsOver: it has been held.
        KeptElsewhere: a hearing or a sitting is moved as such.

    """
    take_gate(session, event_id)
    event = session.get_one(Event, event_id)
    if event.state != EventState.PUBLISHED:
        raise EventCannotBeChanged
    if event.postponed_at is not None:
        return event
    kept = kept_by(session, event)
    if kept is not None:
        raise KeptElsewhere(kept.where)
    if event.is_over(now):
        raise EventIsOver
    if event.version != version:
        raise EditedMeanwhile
    event.postponed_at, event.updated_at, event.postpone_reason = now, now, reason
    event.sequence += 1
    event.version += 1
    letters.tell_postponed(session, event, now)
    note(
        session,
        Verb.EVENT_POSTPONED,
        of=event_id,
        by=ActorRole.ORGANISER,
        now=now,
        reason=reason.best("kk").text,
    )
    return event


def _resize(session: Session, event: Event, gate: Gate, *, capacity: int, now: datetime) -> int:
    if capacity != event.gate.capacity:
        note(
            session,
            Verb.EVENT_CAPACITY_CHANGED,
            of=event.id,
            by=ActorRole.ORGANISER,
            now=now,
            before=event.gate.capacity,
            after=capacity,
        )
        event.gate.capacity = capacity
    session.flush()
    room = event.gate.capacity + event.gate.overbooked
    promote(session, event, gate._replace(room=room), now)
    session.flush()
    return free_seats(session, event.id, room)


def _columns(plan: Plan) -> dict[str, Any]:
    values = {item.name: getattr(plan, item.name) for item in fields(plan) if item.name not in _COLLECTIONS}
    values |= {name: list(values[name]) for name in _LISTS}
    values["search_text"] = search_text(plan)
    return values


def _own_columns(session: Session, event: Event, plan: Plan, *, keeper: bool) -> dict[str, Any]:
    """Return what an edit may write: everything, or all but what is kept with a hearing or a sitting.

    Raises:
        KeptElsewhere: something of that would become another.

    """
    columns = _columns(plan)
    kept = None if keeper else kept_by(session, event)
    if kept is None:
        return columns
    if any(_shown(columns[name]) != _shown(getattr(event, name)) for name in kept.says):
        raise KeptElsewhere(kept.where)
    return {name: value for name, value in columns.items() if name not in kept.says}


def _shown(value: Any) -> Any:
    """Return a value as a form shows it: nobody types seconds."""
    return value.replace(second=0, microsecond=0) if isinstance(value, datetime) else value


def search_text(plan: Plan) -> str:
    """Return the folded words by which people find the event."""
    speakers = " ".join(f"{line.title.every()} {line.speaker.every()}" for line in plan.programme)
    return fold(f"{plan.title.every()} {plan.summary.every()} {plan.about.every()} {plan.venue.every()} {speakers}")


def _write_parts(event: Event, plan: Plan) -> None:
    """Replace programme and materials; match questions by id, and retire rather than delete answered ones."""
    event.programme = [
        ProgrammeItem(
            position=position,
            day=line.day,
            starts=line.starts,
            ends=line.ends,
            title=line.title,
            place=line.place,
            speaker=line.speaker,
            speaker_role=line.speaker_role,
        )
        for position, line in enumerate(plan.programme)
    ]
    event.materials = [
        Material(position=position, title=line.title, url=line.url) for position, line in enumerate(plan.materials)
    ]
    known = {question.id: question for question in event.questions}
    for position, line in enumerate(plan.questions):
        question = known.pop(line.id, None) if line.id else None
        if question is None or question.kind != line.kind:
            if question is not None:
                known[question.id] = question
            question = Question(kind=line.kind)
            event.questions.append(question)
        question.position, question.label, question.hint = position, line.label, line.hint
        question.required, question.options, question.retired = (
            line.required,
            [dict(option) for option in line.options],
            False,
        )
    for question in known.values():
        question.retired = True


def _unused_slug(session: Session, wish: str) -> str:
    """Return the wish, or the wish with the first number nobody has; an address has room for 80 characters."""
    taken = set(session.scalars(select(Event.slug).where(Event.slug.startswith(wish[:74], autoescape=True))))
    if wish not in taken:
        return wish
    return next(slug for n in range(2, len(taken) + 3) if (slug := f"{wish[:74]}-{n}") not in taken)
