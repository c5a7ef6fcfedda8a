"""Scoring an application blind, or standing aside because of a conflict of interests."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from sqlalchemy import select

from karavan.core.problems import NotFound
from karavan.selection.lifecycle import OPEN_TO_SCORES
from karavan.selection.models import Application, ApplicationState, Call, Review, Reviewer
from karavan.selection.problems import ChangedMeanwhile, OwnApplication, ReasonMissing, ScoringIsOver
from karavan.selection.queries import is_own
from karavan.selection.rules.taking import take

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

FULL = 10_000
"""All points that can be had, in hundredths of a per cent."""


def score(
    session: Session,
    event_id: int,
    number: int,
    points: dict[int, int],
    *,
    by: int,
    read_version: int,
    now: datetime,
) -> Review:
    """Keep one reviewer's points for one application, all criteria at once. `read_version` 0: she had written none.

    Raises:
        NotFound: no such application, or this person was not named for the call, or points for a criterion are missing.
        OwnApplication: she handed it in herself, so she stands aside without saying so.
        ScoringIsOver: the choice is made.
        ChangedMeanwhile: she has scored it in another window since.

    """
    call, application, reviewer = _find(session, event_id, number, by)
    if any(line.id not in points or not 0 <= points[line.id] <= line.most for line in call.criteria):
        raise NotFound
    review = _own(session, application, reviewer, read_version)
    review.recused, review.reason = False, ""
    review.points = {str(line.id): points[line.id] for line in call.criteria}
    review.total = total(call, points)
    review.written_at = now
    session.flush()
    return review


def stand_aside(
    session: Session, event_id: int, number: int, *, reason: str, by: int, read_version: int, now: datetime
) -> Review:
    """Declare a conflict of interests: this person scores nothing here, and another one has to.

    Raises:
        NotFound, OwnApplication, ScoringIsOver, ChangedMeanwhile: see `score`.
        ReasonMissing: which conflict it is.

    """
    if not reason.strip():
        raise ReasonMissing
    _, application, reviewer = _find(session, event_id, number, by)
    review = _own(session, application, reviewer, read_version)
    review.recused, review.reason, review.points, review.total = True, reason, {}, None
    review.written_at = now
    session.flush()
    return review


def total(call: Call, points: dict[int, int]) -> int:
    """Return the weighted points as hundredths of a per cent of those that could be had, rounded once."""
    most = sum(line.most * line.weight for line in call.criteria)
    return round(Fraction(FULL * sum(points[line.id] * line.weight for line in call.criteria), most))


def _find(session: Session, event_id: int, number: int, by: int) -> tuple[Call, Application, Reviewer]:
    call = take(session, event_id)
    reviewer = session.scalar(select(Reviewer).where(Reviewer.event_id == event_id, Reviewer.person_id == by))
    application = session.scalar(
        select(Application).where(
            Application.event_id == event_id,
            Application.number == number,
            Application.state != ApplicationState.WITHDRAWN,
        )
    )
    if reviewer is None or application is None:
        raise NotFound
    if call.state not in OPEN_TO_SCORES:
        raise ScoringIsOver
    if is_own(session, application, by):
        raise OwnApplication
    return call, application, reviewer


def _own(session: Session, application: Application, reviewer: Reviewer, read_version: int) -> Review:
    review = session.scalar(
        select(Review).where(Review.application_id == application.id, Review.reviewer_id == reviewer.id)
    )
    if (review.version if review else 0) != read_version:
        raise ChangedMeanwhile
    if review is None:
        review = Review(application_id=application.id, reviewer_id=reviewer.id, version=0)
        session.add(review)
    review.version += 1
    return review
