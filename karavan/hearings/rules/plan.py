"""Planning a hearing: beginning a draft, changing what is written about it, before notice and after.

A hearing's seats for the public are those of its event, so the event is made and moved with it. What the notice says
counts from the notice on: whoever moves the day, or changes what is heard, gives notice anew.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import joinedload

from karavan.core.database import insert_into
from karavan.core.languages import Slots
from karavan.core.problems import NotFound
from karavan.core.when import local_day
from karavan.councils.models import Council
from karavan.events.models import Event, EventKind
from karavan.events.rules import plan as events
from karavan.events.rules.begin_draft import begin_draft as begin_event
from karavan.events.rules.seating import take_gate
from karavan.hearings import letters
from karavan.hearings.lifecycle import OPEN_TO_EDITS
from karavan.hearings.models import CalledBy, Hearing, HearingProposal, HearingState
from karavan.hearings.notice import BILINGUAL, in_both
from karavan.hearings.problems import (
    DateHasPassed,
    EndsBeforeItStarts,
    NotOpenToEdits,
    NotReadyToAnnounce,
    OtherCouncil,
    WindowTooShort,
)
from karavan.hearings.queries import proposal_ids
from karavan.hearings.rules.steps import NO_REASON, counted_notice, take, write_down
from karavan.proposals.lifecycle import PUBLIC
from karavan.proposals.models import Proposal
from karavan.record.models import Verb
from karavan.record.rules import note

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.record.models import ActorRole

SEATS: Final = 100
"""For the public, until the event's organiser says another number."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything a secretary writes about a hearing; field names are the model's."""

    title: Slots
    starts_at: datetime
    ends_at: datetime
    statements_until: datetime
    place: str
    tasks: Slots = Slots()
    questions: Slots = Slots()
    agenda: Slots = Slots()
    called_by: CalledBy = CalledBy.COUNCIL
    caller: Slots = Slots()
    ground: Slots = Slots()
    languages: tuple[str, ...] = ("kk", "ru")
    venue: Slots = Slots()
    stream_url: str = ""
    speaker_minutes: int = 5
    proposals: frozenset[int] = frozenset()


HEARD: Final = ("title", "tasks", "questions", "agenda", "called_by", "caller", "ground")
"""What is heard, at whose call: another wording after notice is another notice."""
WHEN: Final = ("starts_at", "ends_at")
WHERE: Final = ("place", "venue", "stream_url")
_NOT_COLUMNS: Final = {"proposals", "languages"}


def begin_draft(
    session: Session, council_id: int, plan: Plan, *, by_person: int | None, now: datetime, seats: int = SEATS
) -> Hearing:
    """Begin a draft that only the council's secretaries see, and the draft of its event; pressed twice, it is one.

    The council's row is taken first: whoever presses twice waits there for herself, and finds the draft she made.

    Raises:
        NotFound: no such council.
        EndsBeforeItStarts, WindowTooShort, OtherCouncil.

    """
    session.execute(update(Council).where(Council.id == council_id).values(position=Council.position))
    council = session.get(Council, council_id, options=(joinedload(Council.organisation),))
    if council is None:
        raise NotFound
    _refuse_wrong(session, council_id, plan, linked=frozenset())
    event = begin_event(session, council.organisation_id, _new_event(plan, seats), now=now)
    known = session.scalar(select(Hearing).where(Hearing.event_id == event.id))
    if known is not None:
        return known
    event.demo = council.demo
    hearing = Hearing(
        slug=event.slug,
        council=council,
        event=event,
        state=HearingState.DRAFT,
        version=1,
        demo=council.demo,
        created_by_id=by_person,
        **_columns(plan),
    )
    session.add(hearing)
    session.flush()
    _link(session, hearing.id, plan.proposals)
    return hearing


def edit(
    session: Session,
    hearing_id: int,
    plan: Plan,
    *,
    by: ActorRole,
    read_version: int | None,
    now: datetime,
    reason: Slots = NO_REASON,
) -> Hearing:
    """Save what a secretary changed; its event moves along, and whoever knew of it is told.

    After notice, another day or other words about what is heard begin the notice anew: the first day is counted from
    today. `reason` is why the notice is shorter then, where it is; it is published.

    Raises:
        NotFound, ChangedMeanwhile, NotOpenToEdits, EndsBeforeItStarts, WindowTooShort, OtherCouncil.
        NotReadyToAnnounce: what was announced in both languages stays in both.
        DateHasPassed: it would be moved to where nobody can come.
        NoticeTooShort: a new notice would not reach, and there is no reason.

    """
    hearing = take(session, hearing_id, read_version=read_version)
    if hearing.state not in OPEN_TO_EDITS:
        raise NotOpenToEdits
    linked = proposal_ids(session, hearing_id)
    _refuse_wrong(session, hearing.council_id, plan, linked=linked)
    what = _differences(hearing, plan, linked)
    columns = _columns(plan)
    before = letters.facts_of(hearing)
    if hearing.state == HearingState.ANNOUNCED:
        columns |= _noticed(session, hearing, plan, what, reason=reason, now=now)
    anew = "notice_from" in columns
    write_down(hearing, columns)
    session.flush()
    _link(session, hearing_id, plan.proposals)
    _move_event(session, hearing, now)
    if hearing.state == HearingState.ANNOUNCED and what:
        facts: dict[str, int | str] = {"version": hearing.version, "held_on": hearing.held_on}
        if anew:
            facts |= {"anew": 1, "days": hearing.notice_days, "earliest": hearing.earliest_on}
        said = hearing.short_notice.best("kk").text if anew else ""
        note(session, Verb.HEARING_CHANGED, of=hearing_id, by=by, now=now, reason=said, **facts)
        told = ("notice", *what) if anew else what
        letters.tell_changed(session, hearing, told, before=before, now=now)
    return hearing


def _noticed(
    session: Session, hearing: Hearing, plan: Plan, what: tuple[str, ...], *, reason: Slots, now: datetime
) -> dict[str, Any]:
    """Refuse what an announced hearing cannot become; return the new notice's columns if it needs one."""
    for name in BILINGUAL:
        if not in_both(getattr(plan, name)):
            raise NotReadyToAnnounce(where=name)
    if not plan.languages:
        raise NotReadyToAnnounce(where="languages")
    held_on = local_day(plan.starts_at)
    if "when" in what and plan.starts_at <= now:
        raise DateHasPassed
    if "words" not in what and held_on.isoformat() == hearing.held_on:
        return {}
    return counted_notice(session, hearing, held_on=held_on, reason=reason, now=now)


def _differences(hearing: Hearing, plan: Plan, linked: frozenset[int]) -> tuple[str, ...]:
    """Say what people would want to know: the hours, the place, what is heard."""

    def differs(names: tuple[str, ...]) -> bool:
        return any(getattr(plan, name) != getattr(hearing, name) for name in names)

    said = {
        "when": differs(WHEN),
        "where": differs(WHERE),
        "words": differs(HEARD) or plan.proposals != linked,
        "statements": differs(("statements_until", "speaker_minutes")),
        "languages": plan.languages != tuple(hearing.languages.split()),
    }
    return tuple(name for name, is_so in said.items() if is_so)


def _columns(plan: Plan) -> dict[str, Any]:
    values = {item.name: getattr(plan, item.name) for item in fields(plan) if item.name not in _NOT_COLUMNS}
    return values | {"languages": " ".join(plan.languages), "held_on": local_day(plan.starts_at).isoformat()}


def _refuse_wrong(session: Session, council_id: int, plan: Plan, *, linked: frozenset[int]) -> None:
    """Refuse what no hearing can be. A proposal that was linked before may stay, whatever became of it."""
    if plan.ends_at <= plan.starts_at:
        raise EndsBeforeItStarts
    if plan.statements_until < plan.ends_at:
        raise WindowTooShort
    new = plan.proposals - linked
    if new:
        fitting = select(func.count()).where(
            Proposal.id.in_(new), Proposal.council_id == council_id, Proposal.state.in_(PUBLIC)
        )
        if session.scalars(fitting).one() != len(new):
            raise OtherCouncil


def _link(session: Session, hearing_id: int, proposals: frozenset[int]) -> None:
    stands = proposal_ids(session, hearing_id)
    gone = HearingProposal.proposal_id.in_(stands - proposals)
    session.execute(delete(HearingProposal).where(HearingProposal.hearing_id == hearing_id, gone))
    rows = [{"hearing_id": hearing_id, "proposal_id": one} for one in sorted(proposals - stands)]
    if rows:
        session.connection().execute(insert_into(HearingProposal), rows)


# --- The event --------------------------------------------------------------------------------------------


def _new_event(plan: Plan, seats: int) -> events.Plan:
    return events.Plan(
        kind=EventKind.HEARING,
        title=plan.title,
        about=plan.agenda,
        starts_at=plan.starts_at,
        ends_at=plan.ends_at,
        place=plan.place,
        venue=plan.venue,
        online_url=plan.stream_url,
        languages=plan.languages,
        capacity=seats,
    )


def _move_event(session: Session, hearing: Hearing, now: datetime) -> None:
    """Let the event say what the hearing says; what its organiser wrote besides stays."""
    if hearing.event_id is None:
        return
    take_gate(session, hearing.event_id)
    event = session.get_one(Event, hearing.event_id, populate_existing=True)
    says = {
        "title": hearing.title,
        "about": hearing.agenda,
        "starts_at": hearing.starts_at,
        "ends_at": hearing.ends_at,
        "place": hearing.place,
        "venue": hearing.venue,
        "online_url": hearing.stream_url,
        "languages": tuple(hearing.languages.split()),
    }
    stands = {name: getattr(event, name) for name in says} | {"languages": tuple(event.languages)}
    if says != stands:
        events.edit_event(session, event.id, _as_it_stands(event, says), version=event.version, now=now, keeper=True)


def _as_it_stands(event: Event, says: dict[str, Any]) -> events.Plan:
    """Return an event's plan as its organiser would save it unchanged, but for what the hearing says."""
    own = {"capacity", "programme", "materials", "questions"}
    values = {item.name: getattr(event, item.name) for item in fields(events.Plan) if item.name not in own}
    values |= {"languages": tuple(event.languages), "accessibility": tuple(event.accessibility)}

    def line(kind: type[Any], row: Any) -> Any:
        return kind(**{item.name: getattr(row, item.name) for item in fields(kind)})

    return events.Plan(
        capacity=event.gate.capacity,
        programme=tuple(line(events.ProgrammeLine, row) for row in event.programme),
        materials=tuple(line(events.MaterialLine, row) for row in event.materials),
        questions=tuple(line(events.QuestionLine, row) for row in event.questions if not row.retired),
        **values | says,
    )
