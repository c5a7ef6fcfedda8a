"""A new draft like an event that was: everything but its people, with all its dates moved."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from karavan.core.languages import Slots
from karavan.core.problems import NotFound
from karavan.events.keepers import kept_by
from karavan.events.models import Event
from karavan.events.problems import KeptElsewhere
from karavan.events.rules.begin_draft import begin_draft
from karavan.events.rules.plan import MaterialLine, Plan, ProgrammeLine, QuestionLine
from karavan.events.wordings import levelled, words_of
from karavan.files.checking import Examined
from karavan.files.models import StoredFile
from karavan.files.queries import content_of
from karavan.files.rules import store

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

_LINES = {"programme": ProgrammeLine, "materials": MaterialLine, "questions": QuestionLine}


def copy_event(session: Session, event_id: int, *, first_day: date, now: datetime) -> Event:
    """Begin a draft like another event, which begins on `first_day`; the same press again finds the draft it made.

    Raises:
        NotFound: no such event.
        KeptElsewhere: a hearing's or a sitting's event begins with the next hearing or sitting.

    """
    event = session.get(Event, event_id)
    if event is None:
        raise NotFound
    kept = kept_by(session, event)
    if kept is not None:
        raise KeptElsewhere(kept.where)
    copy = begin_draft(session, event.organisation_id, moved(plan_of(event), first_day - event.first_day), now=now)
    copy.written = levelled(words_of(copy), _ages_without_note(event))
    if event.cover_id is not None and copy.cover_id is None:
        copy.cover_id, copy.cover_alt = _copied_file(session, event.cover_id, now=now), event.cover_alt
    return copy


def plan_of(event: Event) -> Plan:
    """Return an event as its organiser would write it anew, but for the remark above the page: that is of its time."""
    plain = {item.name: getattr(event, item.name) for item in fields(Plan) if item.name not in {*_LINES, "capacity"}}
    lines: dict[str, Any] = {
        name: tuple(
            kind(**{item.name: getattr(row, item.name) for item in fields(kind) if item.name != "id"})
            for row in getattr(event, name)
            if not getattr(row, "retired", False)
        )
        for name, kind in _LINES.items()
    }
    return Plan(**plain | lines | {"capacity": event.gate.capacity, "editors_note": Slots()})


def moved(plan: Plan, by: timedelta) -> Plan:
    """Return a plan on other days, at the same hours of the event's own clock."""
    zone = ZoneInfo(plan.zone)

    def later(at: datetime) -> datetime:
        local = at.astimezone(zone)
        return datetime.combine(local.date() + by, local.time(), zone).astimezone(UTC)

    opens, closes = plan.registration_opens_at, plan.registration_closes_at
    return replace(
        plan,
        starts_at=later(plan.starts_at),
        ends_at=later(plan.ends_at),
        registration_opens_at=later(opens) if opens else None,
        registration_closes_at=later(closes) if closes else None,
        programme=tuple(replace(line, day=line.day + by) for line in plan.programme),
    )


def _ages_without_note(event: Event) -> dict[str, dict[str, int]]:
    return {name: ages for name, ages in event.written.items() if name != "editors_note"}


def _copied_file(session: Session, file_id: int, *, now: datetime) -> int | None:
    """Copy the picture itself: whoever takes it off one page must not take it off the other."""
    file, content = session.get(StoredFile, file_id), content_of(session, file_id)
    if file is None or content is None:
        return None
    same = Examined(mime=file.mime, content=content, width=file.width, height=file.height, pages=file.pages)
    return store(session, same, now=now).id
