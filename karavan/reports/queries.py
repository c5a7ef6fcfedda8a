"""Counting what a report says: a few grouped statements, however many events. No name is read."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import joinedload, selectinload

from karavan.core.when import midnight
from karavan.events.models import Attendee, CheckIn, Event, EventState, Registration, SeatState
from karavan.events.queries import PUBLIC
from karavan.learning.hours import minutes_of
from karavan.learning.models import Certificate, Feedback
from karavan.learning.queries import days_of_events
from karavan.reports.figures import ANSWERED, NOT_REMINDED, REMINDED, TRAITS, Day, Figures, Tally, restored
from karavan.reports.models import EventReport
from karavan.roster.models import Reminder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from karavan.learning.models import EventDay
    from karavan.reports.figures import Groups

LARGEST_ID = 2**31 - 1
MOST_EVENTS = 500
"""So many events one report holds; a longer period says that it is cut."""


def _whole() -> Select[Event]:
    return select(Event).options(joinedload(Event.organisation), joinedload(Event.gate), selectinload(Event.programme))


def event_to_report(session: Session, event_id: int) -> Event | None:
    """Return an event with what its figures need of it."""
    return session.scalar(_whole().where(Event.id == event_id))


def public_event(session: Session, slug: str) -> Event | None:
    """Return an event that everybody sees."""
    return session.scalar(_whole().where(Event.slug == slug, PUBLIC))


def report_of(session: Session, event_id: int) -> EventReport | None:
    """Return the report of an event, if it was accepted."""
    report = session.get(EventReport, event_id)
    return report if report is not None and report.accepted_at is not None else None


def held_in(session: Session, organisation_id: int, *, since: date, until: date, now: datetime) -> Sequence[Event]:
    """Return what an organisation held and what ended in a period, earliest first."""
    return session.scalars(
        _whole()
        .where(
            Event.organisation_id == organisation_id,
            Event.state == EventState.PUBLISHED,
            Event.postponed_at.is_(None),
            Event.ends_at >= midnight(since),
            Event.ends_at < midnight(until + timedelta(days=1)),
            Event.ends_at <= now,
        )
        .order_by(Event.starts_at, Event.id)
        .limit(MOST_EVENTS)
    ).all()


def reports_of(session: Session, event_ids: Sequence[int]) -> dict[int, EventReport]:
    """Return the accepted reports of some events."""
    accepted = and_(EventReport.event_id.in_(event_ids), EventReport.accepted_at.is_not(None))
    found = session.scalars(select(EventReport).where(accepted))
    return {one.event_id: one for one in found}


def figures_of(session: Session, event: Event, report: EventReport | None = None) -> Figures:
    """Return an event's figures: those of its accepted report, else as they are now."""
    if report is not None:
        return restored(report.figures)
    return counted(session, [event], when=True)[event.id]


def figures_of_all(session: Session, events: Sequence[Event]) -> dict[int, Figures]:
    """Return the figures of several events: of accepted reports as they stand, of the rest as they are now."""
    reports = reports_of(session, [event.id for event in events])
    kept = {event_id: restored(report.figures) for event_id, report in reports.items()}
    return kept | counted(session, [event for event in events if event.id not in kept])


def counted(session: Session, events: Sequence[Event], *, when: bool = False) -> dict[int, Figures]:
    """Count some events as they are now; `when`: also by the day people registered."""
    if not events:
        return {}
    ids = [event.id for event in events]
    people, days, chosen = _people(session, ids), _came(session, ids), days_of_events(session, ids)
    ratings, certificates = _ratings(session, ids), _certificates(session, ids)
    return {
        event.id: Figures(
            seats=event.gate.capacity + event.gate.overbooked,
            registered=people[event.id].registered,
            waiting=people[event.id].waiting,
            expected=people[event.id].all.expected,
            came=people[event.id].all.came,
            certificates=certificates.get(event.id, 0),
            days=_days(event, chosen.get(event.id, []), days[event.id]),
            groups=people[event.id].groups,
            registrations=_registrations(session, event) if when else {},
            ratings=ratings[event.id],
        )
        for event in events
    }


class _People:
    """The people of one event while they are being counted."""

    def __init__(self) -> None:
        self.registered = self.waiting = 0
        self.all = Tally()
        self.groups: Groups = {trait: {} for trait in TRAITS}

    def add(self, state: SeatState, traits: dict[str, str], *, came: bool, people: int) -> None:
        self.registered += people
        self.waiting += people if state == SeatState.WAITING else 0
        if state != SeatState.SEATED and not came:
            return
        these = Tally(people if came else 0, people)
        self.all = self.all.plus(these)
        for trait, key in traits.items():
            self.groups[trait][key] = self.groups[trait].get(key, Tally()).plus(these)


def _people(session: Session, ids: Sequence[int]) -> dict[int, _People]:
    """Count people by everything a report parts them by, at once.

    What each is comes from an inner question, so that both makes of database group by its columns.
    """
    last = (
        select(Reminder.event_id, func.max(Reminder.done_at).label("done_at"))
        .where(Reminder.event_id.in_(ids), Reminder.letters > 0)
        .group_by(Reminder.event_id)
        .subquery()
    )
    came = select(CheckIn.id).where(CheckIn.attendee_id == Attendee.id).exists()
    reminder = case(
        (Registration.coming_at.is_not(None), ANSWERED), (last.c.done_at >= Attendee.state_at, REMINDED),
        else_=NOT_REMINDED,
    )  # fmt: skip
    each = (
        select(
            Attendee.event_id,
            Attendee.state,
            Registration.district,
            Attendee.sex,
            Attendee.role,
            Registration.channel,
            reminder.label("reminder"),
            case((came, 1), else_=0).label("came"),
        )
        .join(Registration, Registration.id == Attendee.registration_id)
        .outerjoin(last, last.c.event_id == Attendee.event_id)
        .where(Attendee.event_id.in_(ids))
        .subquery()
    )
    found: dict[int, _People] = defaultdict(_People)
    for event_id, state, *said, here, people in session.execute(
        select(*each.c, func.count().label("people")).group_by(*each.c)
    ):
        traits = {trait: str(value) for trait, value in zip(TRAITS, said, strict=True)}
        found[event_id].add(state, traits, came=bool(here), people=people)
    return found


def _came(session: Session, ids: Sequence[int]) -> dict[int, dict[date, int]]:
    statement = (
        select(Attendee.event_id, CheckIn.day, func.count())
        .join(Attendee, Attendee.id == CheckIn.attendee_id)
        .where(Attendee.event_id.in_(ids))
        .group_by(Attendee.event_id, CheckIn.day)
    )
    found: dict[int, dict[date, int]] = defaultdict(dict)
    for event_id, day, people in session.execute(statement):
        found[event_id][day] = people
    return found


def _days(event: Event, chosen: Sequence[EventDay], came: dict[date, int]) -> tuple[Day, ...]:
    """Return each day: those of the event, and any other on which somebody was marked before it was moved."""
    minutes = minutes_of(event, chosen)
    return tuple(Day(day, minutes.get(day, 0), came.get(day, 0)) for day in sorted({*minutes, *came}))


def _registrations(session: Session, event: Event) -> dict[date, int]:
    """Count people by the day they registered, on the event's own clock."""
    zone = ZoneInfo(event.zone)
    statement = (
        select(Registration.created_at, func.count(Attendee.id))
        .join(Attendee, Attendee.registration_id == Registration.id)
        .where(Registration.event_id == event.id)
        .group_by(Registration.id, Registration.created_at)
    )
    found: dict[date, int] = defaultdict(int)
    for created_at, people in session.execute(statement):
        found[created_at.astimezone(zone).date()] += people
    return dict(sorted(found.items()))


def _ratings(session: Session, ids: Sequence[int]) -> dict[int, dict[int, int]]:
    statement = (
        select(Feedback.event_id, Feedback.rating, func.count())
        .where(Feedback.event_id.in_(ids))
        .group_by(Feedback.event_id, Feedback.rating)
    )
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for event_id, rating, people in session.execute(statement):
        found[event_id][rating] = people
    return found


def _certificates(session: Session, ids: Sequence[int]) -> dict[int, int]:
    valid = and_(Certificate.event_id.in_(ids), Certificate.revoked_at.is_(None))
    statement = select(Certificate.event_id, func.count().label("valid")).where(valid).group_by(Certificate.event_id)
    return {row.event_id: row.valid for row in session.execute(statement)}


def forgotten_days(figures: Figures, chosen: Sequence[EventDay]) -> list[date]:
    """Return the days on which people came, that count for nothing, and of which nobody said that they should."""
    said = {one.day for one in chosen}
    return [day.day for day in figures.days if day.came and not day.minutes and day.day not in said]
