"""The summary for people: you said, we did. Everybody who took part is told once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from karavan.hearings.hall_letters import tell_summary
from karavan.hearings.hall_problems import SummaryMissing, TooEarlyForSummary
from karavan.hearings.models import Hearing, HearingState
from karavan.hearings.rules.steps import take
from karavan.record.models import Verb
from karavan.record.rules import note

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.core.languages import Slots
    from karavan.record.models import ActorRole


def write_summary(
    session: Session,
    hearing_id: int,
    words: Slots,
    *,
    by: ActorRole,
    now: datetime,
    read_version: int | None = None,
) -> Hearing:
    """Publish what was said and what changed. It may be mended later; nobody is written to a second time.

    Raises:
        NotFound, ChangedMeanwhile, TooEarlyForSummary, SummaryMissing.

    """
    hearing = take(session, hearing_id, read_version=read_version)
    if hearing.state not in (HearingState.HELD, HearingState.CLOSED):
        raise TooEarlyForSummary
    if not (words.kk.strip() or words.ru.strip()):
        raise SummaryMissing
    if words == hearing.summary:
        return hearing
    hearing.summary = words
    session.flush()
    note(session, Verb.HEARING_SUMMARISED, of=hearing_id, by=by, now=now)
    tell_summary(session, hearing, now)
    return hearing
