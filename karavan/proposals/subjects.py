"""What the public record and the deadlines call submissions and recommendations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import url_for
from sqlalchemy import select

from karavan.core.database import db
from karavan.proposals.lifecycle import PUBLIC
from karavan.proposals.models import Proposal, Recommendation
from karavan.record.subjects import Subject

if TYPE_CHECKING:
    from collections.abc import Collection


def name_proposals(ids: Collection[int], lang: str) -> dict[int, Subject]:
    """Return titles and pages of submissions that are public; the others have neither."""
    rows = db.session().execute(
        select(Proposal.id, Proposal.number, Proposal.title, Proposal.lang).where(
            Proposal.id.in_(ids), Proposal.state.in_(PUBLIC)
        )
    )
    return {
        proposal_id: Subject(title, written_in, url_for("proposals.show", lang=lang, number=number))
        for proposal_id, number, title, written_in in rows
    }


def name_recommendations(ids: Collection[int], lang: str) -> dict[int, Subject]:
    """Return titles and pages of recommendations that were sent."""
    rows = db.session().execute(
        select(Recommendation.id, Recommendation.title, Recommendation.number).where(
            Recommendation.id.in_(ids), Recommendation.sent_at.is_not(None)
        )
    )
    return {
        recommendation_id: Subject(*title.best(lang), url_for("proposals.recommendation", lang=lang, number=number))
        for recommendation_id, title, number in rows
    }
