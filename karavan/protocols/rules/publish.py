"""Publishing: page and papers, fixed for good; what it recommends goes to the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from karavan.files.checking import PDF, Examined
from karavan.files.rules import store
from karavan.proposals.models import Proposal, RecommendationState
from karavan.proposals.rules.recommend import CARRIED, carried_by, send_recommendation
from karavan.protocols.models import ProtocolState
from karavan.protocols.problems import NotAgreed
from karavan.protocols.rules.edit import refuse_stale, take
from karavan.record.models import ActorRole, Verb
from karavan.record.rules import note

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.protocols.models import Protocol
    from karavan.protocols.paper import Papers


def publish(
    session: Session,
    protocol_id: int,
    papers: Papers,
    *,
    by: ActorRole,
    by_person: int | None,
    read_version: int,
    now: datetime,
) -> Protocol:
    """Publish what chair and secretary agreed to. The papers were set before, of this very version.

    Setting them takes a while, so it is not done here, where others wait. From now on triggers refuse every change.

    Raises:
        NotFound, AlreadyPublished, ChangedMeanwhile, NotAgreed.

    """
    protocol = take(session, protocol_id)
    refuse_stale(protocol, read_version)
    if protocol.state != ProtocolState.AGREED:
        raise NotAgreed
    kk = store(session, Examined(PDF, papers.kk), now=now)
    ru = store(session, Examined(PDF, papers.ru), now=now)
    recommended = [one.id for one in protocol.recommendations if one.state == RecommendationState.DRAFT]
    protocol.pdf_kk_id, protocol.pdf_ru_id = kk.id, ru.id
    protocol.state, protocol.published_at = ProtocolState.PUBLISHED, now
    session.flush()
    note(
        session,
        Verb.PROTOCOL_PUBLISHED,
        of=protocol_id,
        by=by,
        now=now,
        recommendations=len(protocol.recommendations),
        sha256_kk=kk.sha256,
        sha256_ru=ru.sha256,
    )
    for recommendation_id in recommended:
        if _can_be_sent(session, recommendation_id):
            send_recommendation(session, recommendation_id, actor_id=by_person, read_version=None, now=now)
    return protocol


def _can_be_sent(session: Session, recommendation_id: int) -> bool:
    """Is everything it speaks for still before the council? What is not waits on the desk, and stops no protocol."""
    carried = carried_by(session, recommendation_id)
    return all(state in CARRIED for state in session.scalars(select(Proposal.state).where(Proposal.id.in_(carried))))
