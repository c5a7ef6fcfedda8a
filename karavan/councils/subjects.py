"""What the public record, the clocks and other pages call councils and the bodies they write to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import url_for
from sqlalchemy import select

from karavan.accounts.models import Organisation
from karavan.core.database import db
from karavan.councils.models import Council
from karavan.record.subjects import Subject

if TYPE_CHECKING:
    from collections.abc import Collection


def name_councils(ids: Collection[int], lang: str) -> dict[int, Subject]:
    """Return the councils' names and pages."""
    rows = db.session().execute(
        select(Council.id, Council.slug, Organisation.name)
        .join(Organisation, Organisation.id == Council.organisation_id)
        .where(Council.id.in_(ids))
    )
    return {
        council_id: Subject(*name.best(lang), url_for("councils.show", lang=lang, slug=slug))
        for council_id, slug, name in rows
    }


def name_organisations(ids: Collection[int], lang: str) -> dict[int, Subject]:
    """Return the names of organisations; one that is a council leads to its page, another to none."""
    rows = db.session().execute(
        select(Organisation.id, Organisation.name, Council.slug)
        .outerjoin(Council, Council.organisation_id == Organisation.id)
        .where(Organisation.id.in_(ids))
    )
    return {
        organisation_id: Subject(*name.best(lang), url_for("councils.show", lang=lang, slug=slug) if slug else "")
        for organisation_id, name, slug in rows
    }
