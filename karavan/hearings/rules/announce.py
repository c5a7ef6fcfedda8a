"""Giving notice of a hearing: the days are counted, the bundle is frozen, everybody sees it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from karavan.hearings.lifecycle import Act
from karavan.hearings.models import HearingState
from karavan.hearings.rules.steps import NO_REASON, counted_notice, move, refuse_unready, take, write_down

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.core.languages import Slots
    from karavan.hearings.models import Hearing
    from karavan.record.models import ActorRole


def announce(
    session: Session,
    hearing_id: int,
    *,
    by: ActorRole,
    read_version: int | None,
    now: datetime,
    reason: Slots = NO_REASON,
) -> Hearing:
    """Give notice: count its days by today's statute and calendar, freeze the documents, publish, tell who follows.

    `reason` is why the notice is shorter than the statute's, where it is; it is published.

    Raises:
        NotFound, ChangedMeanwhile, NotAtThisStage.
        NotReadyToAnnounce: something is not there in Kazakh and in Russian.
        DateHasPassed: it would have begun already.
        NoticeTooShort: the day comes too early, and there is no reason. It says which day would do.
        BundleIsDamaged, EventCannotBeChanged, NotReadyToPublish.

    """
    hearing = take(session, hearing_id, read_version=read_version)
    if hearing.state == HearingState.DRAFT:
        refuse_unready(hearing, now)
        held_on = date.fromisoformat(hearing.held_on)
        write_down(hearing, counted_notice(session, hearing, held_on=held_on, reason=reason, now=now))
    return move(session, hearing, Act.ANNOUNCE, by=by, now=now)
