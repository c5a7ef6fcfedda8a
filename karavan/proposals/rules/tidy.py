"""Clearing up what nobody needs any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from karavan.files.rules import discard_unused
from karavan.proposals.models import Attachment, Draft

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session


def forget_old_drafts(session: Session, *, now: datetime) -> int:
    """Delete drafts whose time is over and that became nothing, their files, and files nobody points to."""
    old = list(session.scalars(select(Draft.id).where(Draft.expires_at <= now, Draft.proposal_id.is_(None))))
    session.execute(delete(Attachment).where(Attachment.draft_id.in_(old), Attachment.proposal_id.is_(None)))
    session.execute(delete(Draft).where(Draft.id.in_(old)))
    discard_unused(session)
    return len(old)
