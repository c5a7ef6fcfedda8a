"""Calling a hearing off, with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from karavan.hearings.lifecycle import Act
from karavan.hearings.rules.steps import move, take

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.core.languages import Slots
    from karavan.hearings.models import Hearing
    from karavan.record.models import ActorRole


def cancel(
    session: Session,
    hearing_id: int,
    *,
    reason: Slots,
    by: ActorRole,
    read_version: int | None,
    now: datetime,
) -> Hearing:
    """Call a hearing off: its event is cancelled too, and everybody who heard of it is told why.

    A draft is dropped in silence: nobody had seen it. What has begun is not called off but ended.

    Raises:
        NotFound, ChangedMeanwhile, NotAtThisStage, ReasonMissing.

    """
    hearing = take(session, hearing_id, read_version=read_version)
    return move(session, hearing, Act.CANCEL, by=by, now=now, reason=reason)
