"""What the public record calls sittings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import url_for
from sqlalchemy import select

from karavan.core.database import db
from karavan.councils.models import Council
from karavan.record.subjects import Subject
from karavan.sittings.models import Sitting

if TYPE_CHECKING:
    from collections.abc import Collection


def name_sittings(ids: Collection[int], lang: str) -> dict[int, Subject]:
    """Return titles and pages of sittings of which notice was given; the others have neither."""
    rows = db.session().execute(
        select(Sitting.id, Sitting.number, Sitting.title, Council.slug)
        .join(Council, Council.id == Sitting.council_id)
        .where(Sitting.id.in_(ids), Sitting.convened_at.is_not(None))
    )
    return {
        sitting_id: Subject(*title.best(lang), url_for("sittings.show", lang=lang, slug=slug, number=number))
        for sitting_id, number, title, slug in rows
    }
