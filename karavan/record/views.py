"""The public record, as everyone may read it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, request, url_for

from karavan.core.database import db
from karavan.record.models import SUBJECTS
from karavan.record.queries import record_page
from karavan.record.subjects import named
from karavan.web.access import access, anyone
from karavan.web.reply import public, show

if TYPE_CHECKING:
    from flask import Response

blueprint = Blueprint("record", __name__, url_prefix="/<lang:lang>/record")

PAGE, ENTRIES = "record/index.html", "record/_entries.html"
LARGEST_ID: Final = 2**31 - 1


@blueprint.get("/")
@access(anyone)
def index() -> Response:
    """List public acts, newest first; of one thing if it is named (`?event=5`, `?proposal=7`)."""
    public()
    about = next(((kind, number) for kind in SUBJECTS if (number := _number(kind)) is not None), None)
    page = record_page(db.session(), before=_number("before"), subject=about)
    wanted: dict[str, set[int]] = defaultdict(set)
    for kind, number in {entry.subject for entry in page.entries} - {None} | ({about} if about else set()):  # type: ignore[misc]
        wanted[kind].add(number)
    subjects = {(kind, number): name for kind in wanted for number, name in named(kind, wanted[kind]).items()}
    narrowed: dict[str, Any] = {about[0]: about[1]} if about else {}
    older_url = url_for("record.index", before=page.before, **narrowed) if page.before else None
    return show(PAGE, ENTRIES, entries=page.entries, subjects=subjects, about=about, older_url=older_url)


def _number(name: str) -> int | None:
    """Read a number from the query; anything else is as if it were not there."""
    typed = request.args.get(name, "")
    if not (typed.isascii() and typed.isdigit() and len(typed) < 11):
        return None
    return min(int(typed), LARGEST_ID)
