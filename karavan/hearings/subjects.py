"""What the public record calls a hearing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import url_for
from sqlalchemy import select

from karavan.core.database import db
from karavan.hearings.models import Hearing
from karavan.record.subjects import Subject

if TYPE_CHECKING:
    from collections.abc import Collection


def name_hearings(ids: Collection[int], lang: str) -> dict[int, Subject]:
    """Return titles and pages of hearings that were announced; drafts have neither."""
    rows = db.session().execute(
        select(Hearing.id, Hearing.slug, Hearing.title).where(Hearing.id.in_(ids), Hearing.announced_at.is_not(None))
    )
    return {
        hearing_id: Subject(*title.best(lang), url_for("hearings.show", lang=lang, slug=slug))
        for hearing_id, slug, title in rows
    }
