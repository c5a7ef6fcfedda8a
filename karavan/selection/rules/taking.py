"""Taking a call's row: what every change of a selection begins with, so that changes pass one at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import update
from sqlalchemy.orm import joinedload

from karavan.core.problems import NotFound
from karavan.events.models import Event
from karavan.selection.models import Call
from karavan.selection.problems import ChangedMeanwhile

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def take(session: Session, event_id: int, *, read_version: int | None = None) -> Call:
    """Take a call's row for this transaction and return it as it stands now. Its version rises.

    Raises:
        NotFound: the event has no selection.
        ChangedMeanwhile: `read_version` is what the person had read, and it is no longer that.

    """
    version = session.scalar(
        update(Call)
        .where(Call.event_id == event_id)
        .values(version=Call.version + 1)
        .returning(Call.version)
        .execution_options(synchronize_session=False)
    )
    if version is None:
        raise NotFound
    if read_version is not None and version != read_version + 1:
        raise ChangedMeanwhile
    loaded = (joinedload(Call.event).joinedload(Event.organisation), joinedload(Call.event).joinedload(Event.gate))
    return session.get_one(Call, event_id, options=loaded, populate_existing=True)
