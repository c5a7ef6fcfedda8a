"""What hearings hold of a person besides her comments: that she signed up to speak."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from karavan.hearings.models import Hearing, Speaker, SpeakerState
from karavan.reports.holdings import Holding

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

NOBODY: Final = "—"


def _rows(session: Session, person_id: int) -> list[dict[str, Any]]:
    statement = (
        select(Speaker, Hearing.title)
        .join(Hearing, Hearing.id == Speaker.hearing_id)
        .where(Speaker.person_id == person_id)
        .order_by(Speaker.id)
    )
    return [
        {
            "hearing": title.best("kk").text,
            "name": one.name,
            "topic": one.topic,
            "position": one.position.value,
            "state": one.state.value,
            "signed_up_at": one.signed_up_at.isoformat(timespec="seconds"),
        }
        for one, title in session.execute(statement)
    ]


def _erase(session: Session, person_id: int, _: datetime) -> int:
    rows = session.scalars(select(Speaker).where(Speaker.person_id == person_id)).all()
    for one in rows:
        one.name, one.topic, one.person_id = NOBODY, "", None
        if one.state in (SpeakerState.WAITING, SpeakerState.ABSENT):
            one.state = SpeakerState.WITHDRAWN
    session.flush()
    return len(rows)


SPEAKING: Final = Holding(name="speaking", rows=_rows, erase=_erase)
