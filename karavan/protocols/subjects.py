"""What the public record calls protocols."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import url_for
from sqlalchemy import select

from karavan.core.database import db
from karavan.protocols.models import Protocol
from karavan.protocols.policy import READABLE
from karavan.record.subjects import Subject

if TYPE_CHECKING:
    from collections.abc import Collection


def name_protocols(ids: Collection[int], lang: str) -> dict[int, Subject]:
    """Return titles and pages of protocols that everybody reads; one that is still being written has neither."""
    rows = db.session().execute(
        select(Protocol.id, Protocol.title, Protocol.number).where(Protocol.id.in_(ids), Protocol.state.in_(READABLE))
    )
    return {
        protocol_id: Subject(*title.best(lang), url_for("protocols.show", lang=lang, number=number))
        for protocol_id, title, number in rows
    }
