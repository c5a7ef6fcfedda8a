"""What moderators and secretaries decide about a submission, beyond the bare step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from karavan.core.when import local_day
from karavan.councils.queries import statute_of
from karavan.proposals.models import Act
from karavan.proposals.rules.steps import follow_from_support, move, take

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.proposals.models import Proposal
    from karavan.record.models import ActorRole


def publish(
    session: Session, proposal_id: int, *, by: ActorRole, actor_id: int | None, read_version: int | None, now: datetime
) -> Proposal:
    """Let everybody read it. What the statute asks for today is written beside it: a later line changes nothing.

    Raises:
        NotAtThisStage, ChangedMeanwhile, SecondPersonMissing.

    """
    proposal = take(session, proposal_id, read_version=read_version)
    proposal.supports_needed = statute_of(session, proposal.council_id, local_day(now)).minimum_supports
    proposal.checked_revision = proposal.revision
    proposal.published_at = proposal.published_at or now
    move(session, proposal, Act.PUBLISH, by=by, actor_id=actor_id, now=now)
    follow_from_support(session, proposal, now)
    return proposal
