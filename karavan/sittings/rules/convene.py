"""Convening a council: a draft, its day and place, notice by the statute, and opening on the day."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from karavan.core.languages import LANGUAGES, Slots
from karavan.core.problems import NotFound
from karavan.core.when import day_medium, local_day
from karavan.councils.models import Council, SettingKey
from karavan.councils.queries import statute_of
from karavan.deadlines.rules import ensure_calendar
from karavan.events.models import Event, EventKind
from karavan.events.rules.plan import (
    MaterialLine,
    Plan,
    ProgrammeLine,
    QuestionLine,
    cancel_event,
    create_event,
    edit_event,
    publish,
)
from karavan.record.models import ActorRole, Verb
from karavan.record.rules import note
from karavan.sittings import letters
from karavan.sittings.lifecycle import CHANGEABLE, Act
from karavan.sittings.models import AgendaItem, Sitting, SittingState
from karavan.sittings.problems import (
    AgendaIsEmpty,
    DayHasPassed,
    EndsBeforeItBegins,
    NotAtThisStage,
    NoticeTooShort,
    NotItsDay,
    ReasonMissing,
    TitleMissing,
)
from karavan.sittings.queries import day_of, earliest_day, members_on
from karavan.sittings.rules.steps import move, take, take_council

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

USUAL_LENGTH: Final = timedelta(hours=3)
USUAL_SEATS: Final = 30
BEFORE_TIME: Final = timedelta(minutes=30)
"""So much before its hour a sitting may be opened: people who came to listen must find it going on, not over."""
NOTHING: Final = Slots()
_LINES: Final = {"programme": ProgrammeLine, "materials": MaterialLine, "questions": QuestionLine}


@dataclass(frozen=True, kw_only=True)
class SittingPlan:
    """What a secretary writes about a sitting that is to be held."""

    title: Slots
    starts_at: datetime
    ends_at: datetime | None = None
    place: str = ""
    """A key of `core.places.PLACES`; empty: the council's own."""
    venue: Slots = NOTHING
    stream_url: str = ""
    seats: int | None = None
    """Seats for the public; None: as many as there are, or the usual number."""
    short_notice: Slots = NOTHING
    """Why the notice is shorter than the statute's: kept, and published, only where it is."""
    closed_to_public: Slots = NOTHING
    """Why the public may not come: published."""


def begin_sitting(
    session: Session, council_id: int, plan: SittingPlan, *, by_person: int | None, now: datetime, demo: bool = False
) -> Sitting:
    """Begin a draft that only the council's secretaries see. The same form sent again finds the draft it made.

    Its number is the next one; should others be convened before it, it moves up (`convene`).

    Raises:
        NotFound: no such council.
        TitleMissing, EndsBeforeItBegins, ReasonMissing.

    """
    _refuse_wrong(plan)
    take_council(session, council_id)
    twin = _same_draft(session, council_id, plan, by_person)
    if twin is not None:
        return twin
    council = session.get_one(Council, council_id, options=(joinedload(Council.organisation),))
    sitting = Sitting(
        council=council,
        number=_last_number(session, council_id) + 1,
        state=SittingState.DRAFT,
        version=1,
        created_by_id=by_person,
        demo=demo,
    )
    _write_plan(sitting, plan)
    _keep_event(session, sitting, plan, now=now)
    session.add(sitting)
    session.flush()
    return sitting


def change_sitting(
    session: Session,
    sitting_id: int,
    plan: SittingPlan,
    *,
    read_version: int,
    by: ActorRole = ActorRole.SECRETARY,
    now: datetime,
) -> Sitting:
    """Change day, place or title. After notice another day is another notice, counted from today; members are told.

    Raises:
        NotFound, ChangedMeanwhile, NotAtThisStage.
        TitleMissing, EndsBeforeItBegins, ReasonMissing, DayHasPassed, NoticeTooShort.
        And what `events.rules.plan.edit_event` refuses.

    """
    _refuse_wrong(plan)
    sitting = take(session, sitting_id, read_version=read_version)
    if sitting.state not in CHANGEABLE:
        raise NotAtThisStage
    before = _told(sitting)
    if sitting.state == SittingState.CONVENED:
        _count_notice(session, sitting, plan, now=now)
    _write_plan(sitting, plan, keep_reason=sitting.state == SittingState.CONVENED)
    _keep_event(session, sitting, plan, now=now)
    session.flush()
    if sitting.state == SittingState.CONVENED and _told(sitting) != before:
        note(
            session, Verb.SITTING_AGENDA_CHANGED, of=sitting.id, by=by, now=now, reason=_published(sitting), what="day"
        )
        letters.tell_changed(session, sitting, now=now)
    return sitting


def convene(
    session: Session,
    sitting_id: int,
    *,
    short_notice: Slots | None = None,
    read_version: int | None = None,
    by: ActorRole = ActorRole.SECRETARY,
    now: datetime,
) -> Sitting:
    """Give notice: number, first possible day, the public's event, and a letter to each member, in one transaction.

    Numbers of sittings that were convened have no gap: whoever is convened first takes the first free one, and a
    draft that held it takes the other. `short_notice`: the reason as it is written only now (None: as it stands).

    Raises:
        NotFound, ChangedMeanwhile, NotAtThisStage.
        AgendaIsEmpty, DayHasPassed, NoticeTooShort.

    """
    council_id = session.scalar(select(Sitting.council_id).where(Sitting.id == sitting_id))
    if council_id is None:
        raise NotFound
    take_council(session, council_id)
    sitting = take(session, sitting_id, read_version=read_version)
    if sitting.state != SittingState.DRAFT:
        raise NotAtThisStage
    if short_notice is not None:
        sitting.short_notice = short_notice
    if session.scalar(select(AgendaItem.id).where(AgendaItem.sitting_id == sitting_id).limit(1)) is None:
        raise AgendaIsEmpty
    _count_notice(session, sitting, None, now=now)
    _give_number(session, sitting)
    sitting.convened_at = now
    if sitting.event_id is not None:
        publish(session, sitting.event_id, now=now, keeper=True)
    seated = len(members_on(session, council_id, day_of(sitting)))
    facts: dict[str, int | str | None] = {"number": sitting.number, "held_on": sitting.held_on, "members": seated}
    facts |= {name: 1 for name in ("short_notice", "closed_to_public") if getattr(sitting, name)}
    move(session, sitting, Act.CONVENE, by=by, now=now, reason=_published(sitting), **facts)
    letters.tell_convened(session, sitting, now=now)
    return sitting


def open_sitting(
    session: Session,
    sitting_id: int,
    *,
    read_version: int | None = None,
    by: ActorRole = ActorRole.SECRETARY,
    now: datetime,
) -> Sitting:
    """Open a sitting on its day. The statute's quorum and majority of that day are copied: later lines change nothing.

    Raises:
        NotFound, ChangedMeanwhile, NotAtThisStage.
        NotItsDay: another day than was announced, or long before its hour.

    """
    sitting = take(session, sitting_id, read_version=read_version)
    if sitting.state != SittingState.CONVENED:
        raise NotAtThisStage
    if local_day(now) != day_of(sitting) or now < sitting.starts_at - BEFORE_TIME:
        raise NotItsDay
    statute = statute_of(session, sitting.council_id, day_of(sitting))
    sitting.quorum_num, sitting.quorum_den = statute.quorum.numerator, statute.quorum.denominator
    sitting.majority = statute.majority.value
    sitting.setting_id = statute.source(SettingKey.QUORUM).setting_id
    sitting.opened_at = now
    seated = len(members_on(session, sitting.council_id, day_of(sitting)))
    return move(session, sitting, Act.OPEN, by=by, now=now, members=seated)


def cancel_sitting(
    session: Session,
    sitting_id: int,
    *,
    reason: Slots,
    read_version: int | None = None,
    by: ActorRole = ActorRole.SECRETARY,
    now: datetime,
) -> Sitting:
    """Give a draft up, or call a sitting off of which notice was given: then with a published reason.

    Raises:
        NotFound, ChangedMeanwhile, NotAtThisStage, ReasonMissing.

    """
    sitting = take(session, sitting_id, read_version=read_version)
    if sitting.convened_at is not None and not _has_words(reason):
        raise ReasonMissing
    sitting.cancel_reason = reason
    move(session, sitting, Act.CANCEL, by=by, now=now, reason=reason.best("kk").text)
    if sitting.event_id is not None and not _is_over(session, sitting.event_id, now):
        cancel_event(session, sitting.event_id, reason=reason, now=now, keeper=True)
    if sitting.convened_at is not None:
        letters.tell_cancelled(session, sitting, reason=reason, now=now)
    return sitting


# --- Notice and number --------------------------------------------------------------------------------------


def _count_notice(session: Session, sitting: Sitting, plan: SittingPlan | None, *, now: datetime) -> None:
    """Count the notice as if it were given now; another hour of the same day leaves a given notice as it is."""
    starts_at = plan.starts_at if plan else sitting.starts_at
    held_on = local_day(starts_at)
    if starts_at <= now and (plan is None or starts_at != sitting.starts_at):
        raise DayHasPassed
    if sitting.state == SittingState.CONVENED and held_on == day_of(sitting):
        return
    ensure_calendar(session, now=now)
    earliest = earliest_day(session, sitting.council_id, given_on=local_day(now))
    reason = plan.short_notice if plan else sitting.short_notice
    short = held_on < earliest
    if short and not _has_words(reason):
        raise NoticeTooShort(day=Slots(**{lang: day_medium(earliest, lang) for lang in LANGUAGES}))
    sitting.starts_at, sitting.held_on = starts_at, held_on.isoformat()
    sitting.earliest_on = earliest.isoformat()
    sitting.short_notice = reason if short else NOTHING


def _give_number(session: Session, sitting: Sitting) -> None:
    """Give the first number after those of the sittings that were convened; the council's row has been taken."""
    given = select(func.max(Sitting.number)).where(
        Sitting.council_id == sitting.council_id, Sitting.convened_at.is_not(None)
    )
    number = (session.scalar(given) or 0) + 1
    if sitting.number == number:
        return
    held = select(Sitting).where(Sitting.council_id == sitting.council_id, Sitting.number == number)
    holder, before = session.scalar(held), sitting.number
    sitting.number = -sitting.id
    session.flush()
    if holder is not None:
        holder.number = before
        session.flush()
    sitting.number = number
    session.flush()


def _last_number(session: Session, council_id: int) -> int:
    return session.scalar(select(func.max(Sitting.number)).where(Sitting.council_id == council_id)) or 0


def _published(sitting: Sitting) -> str:
    """Return the reasons that stand in the record: for a short notice, and for a closed sitting."""
    reasons = (sitting.short_notice, sitting.closed_to_public)
    return "\n".join(text for reason in reasons if (text := reason.best("kk").text))


# --- The plan -----------------------------------------------------------------------------------------------


def _refuse_wrong(plan: SittingPlan) -> None:
    if not _has_words(plan.title):
        raise TitleMissing
    if plan.ends_at is not None and plan.ends_at <= plan.starts_at:
        raise EndsBeforeItBegins
    for name in ("short_notice", "closed_to_public"):
        if getattr(plan, name) and not _has_words(getattr(plan, name)):
            raise ReasonMissing(where=name)


def _write_plan(sitting: Sitting, plan: SittingPlan, *, keep_reason: bool = False) -> None:
    sitting.title, sitting.venue, sitting.stream_url = plan.title, plan.venue, plan.stream_url
    sitting.starts_at, sitting.held_on = plan.starts_at, local_day(plan.starts_at).isoformat()
    sitting.closed_to_public = plan.closed_to_public
    if not keep_reason:
        sitting.short_notice = plan.short_notice


def _told(sitting: Sitting) -> tuple[Any, ...]:
    """Return what members are told anew when it changes."""
    return sitting.starts_at, sitting.title, sitting.venue, sitting.stream_url, sitting.closed_to_public


def _same_draft(session: Session, council_id: int, plan: SittingPlan, by_person: int | None) -> Sitting | None:
    """Return the draft that this very form made a moment ago, if it did."""
    drafts = select(Sitting).where(
        Sitting.council_id == council_id,
        Sitting.state == SittingState.DRAFT,
        Sitting.version == 1,
        Sitting.starts_at == plan.starts_at,
        Sitting.created_by_id == by_person if by_person is not None else Sitting.created_by_id.is_(None),
    )
    return next((one for one in session.scalars(drafts) if one.title == plan.title), None)


def _has_words(words: Slots) -> bool:
    return bool(words.kk.strip() or words.ru.strip())


# --- The event at which the public has its seats ------------------------------------------------------------


def _keep_event(session: Session, sitting: Sitting, plan: SittingPlan, *, now: datetime) -> None:
    """Keep the sitting's event beside it. A closed sitting has none: the seats that were given are called off."""
    if plan.closed_to_public:
        if sitting.event_id is not None:
            cancel_event(session, sitting.event_id, reason=plan.closed_to_public, now=now, keeper=True)
            sitting.event_id = None
        return
    if sitting.event_id is not None:
        event = session.get_one(Event, sitting.event_id)
        stands = _event_plan(sitting, plan, event)
        edit_event(session, event.id, stands, version=event.version, now=now, keeper=True)
        return
    made = _event_plan(sitting, plan)
    event = create_event(session, sitting.council.organisation_id, made, now=now, demo=bool(sitting.demo))
    sitting.event_id = event.id
    if sitting.state == SittingState.CONVENED:
        publish(session, event.id, now=now, keeper=True)


def _event_plan(sitting: Sitting, plan: SittingPlan, event: Event | None = None) -> Plan:
    """Return what the event says: the sitting's own facts, and what the organiser's desk has added."""
    length = event.ends_at - event.starts_at if event else USUAL_LENGTH
    ours: dict[str, Any] = {
        "kind": EventKind.COUNCIL_SITTING,
        "title": plan.title,
        "starts_at": plan.starts_at,
        "ends_at": plan.ends_at or plan.starts_at + length,
        "place": plan.place or (event.place if event else sitting.council.place) or "aktau",
        "venue": plan.venue,
        "capacity": plan.seats if plan.seats is not None else event.gate.capacity if event else USUAL_SEATS,
    }
    if event is None:
        return Plan(**ours)
    kept = {one.name: getattr(event, one.name) for one in fields(Plan) if one.name not in {*ours, *_LINES}}
    lines = {name: tuple(_copied(kind, row) for row in getattr(event, name)) for name, kind in _LINES.items()}
    return Plan(**kept | lines | ours)


def _copied(kind: type[Any], row: Any) -> Any:
    return kind(**{one.name: getattr(row, one.name) for one in fields(kind)})


def _is_over(session: Session, event_id: int, now: datetime) -> bool:
    return session.get_one(Event, event_id).ends_at <= now
