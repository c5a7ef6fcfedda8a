"""Accepting the report of an event: its figures stay as they are, and the clock of privacy begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from karavan.core.problems import NotFound
from karavan.events.models import EventState
from karavan.events.rules.seating import take_gate
from karavan.learning.queries import set_days
from karavan.record.models import ActorRole, Verb
from karavan.record.rules import note
from karavan.reports.figures import stored
from karavan.reports.models import EventReport
from karavan.reports.problems import AcceptedAlready, FiguresChanged, HoursForgotten, NothingToReport, NotOverYet
from karavan.reports.queries import event_to_report, figures_of, forgotten_days, report_of

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.events.models import Event

KEEP_DAYS: Final = 90
"""For how many days after it personal data are kept, unless somebody says otherwise."""


def accept_report(session: Session, event_id: int, *, mark: str, keep_days: int, by_id: int, now: datetime) -> None:
    """Keep the figures that somebody has read and accepted. Of two at once the second is told that it is done.

    `mark` says which figures those were (`Figures.mark`): it is refused if they have changed since.

    Raises:
        NothingToReport, NotOverYet, HoursForgotten: there is nothing to accept yet.
        AcceptedAlready, FiguresChanged: somebody was quicker.

    """
    take_gate(session, event_id)
    event = event_to_report(session, event_id)
    if event is None:
        raise NotFound
    if report_of(session, event_id) is not None:
        raise AcceptedAlready
    refuse_unready(event, now)
    figures = figures_of(session, event)
    if forgotten_days(figures, set_days(session, event_id)):
        raise HoursForgotten
    if figures.mark != mark:
        raise FiguresChanged
    report = session.get(EventReport, event_id) or EventReport(event_id=event_id)
    report.figures, report.keep_days = stored(figures), keep_days
    report.accepted_at, report.accepted_by_id = now, by_id
    session.add(report)
    session.flush()
    note(session, Verb.REPORT_ACCEPTED, of=event_id, by=ActorRole.ORGANISER, now=now, came=figures.came)


def refuse_unready(event: Event, now: datetime) -> None:
    """Refuse to report what was not held, or is not over."""
    if event.state != EventState.PUBLISHED:
        raise NothingToReport
    if not event.is_over(now):
        raise NotOverYet
