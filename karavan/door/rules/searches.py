"""Writing down that a door looked for a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from karavan.door.models import DevicePass
from karavan.roster.models import Look
from karavan.roster.rules.looks import looked

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session


def searched(session: Session, pass_id: int, *, people: int, now: datetime) -> None:
    """Write into the log of looks that people were shown at a door: in the name of whoever gave it the pass."""
    device = session.get_one(DevicePass, pass_id)
    device.seen_at = now
    looked(session, device.event_id, device.by_id, Look.DOOR, detail=device.name, people=people, now=now)
