"""What those who took part in a hearing are written when it is summed up: a snapshot, in the act's own transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from karavan.core.tokens import digest
from karavan.hearings.hall_queries import took_part
from karavan.hearings.letters import brief
from karavan.notifications.letters import Recipient, post
from karavan.proposals.letters import plain

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.hearings.models import Hearing


def tell_summary(session: Session, hearing: Hearing, now: datetime) -> int:
    """Tell everybody who took part what came of it, once each, and return how many were told now."""
    payload = {
        "hearing": brief(hearing),
        "council": plain(hearing.council.organisation.name),
        "summary": plain(hearing.summary),
    }
    return sum(
        post(
            session,
            "hearings/summary",
            key=f"hearing:{hearing.id}:summary:{digest(one.key)[:24]}",
            to=Recipient(lang=one.lang, email=one.email, phone=one.phone),
            payload=payload,
            now=now,
        )
        for one in took_part(session, hearing.id, hearing.event_id)
    )
