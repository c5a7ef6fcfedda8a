"""Councils, as everyone sees them: the list, a council, its statute through time, its members."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort

from karavan.core.clock import now
from karavan.core.database import db
from karavan.core.when import local_day
from karavan.councils import queries
from karavan.councils.sections import sections_of, sections_of_member
from karavan.councils.statute import compose
from karavan.files.answers import send
from karavan.web.access import access, anyone
from karavan.web.reply import public, show

if TYPE_CHECKING:
    from datetime import date

    from karavan.councils.models import Council

blueprint = Blueprint("councils", __name__, url_prefix="/<lang:lang>/councils")

A_DAY = 24 * 3600


@blueprint.get("/")
@access(anyone)
def index() -> Response:
    """List the councils of the region."""
    public()
    return show("councils/index.html", cards=queries.council_cards(db.session(), on=_today()))


@blueprint.get("/<slug>", endpoint="show")
@access(anyone)
def show_council(slug: str) -> Response:
    """Show a council: what it promised, who sits in it, by which rules, and what the other domains know of it."""
    public()
    page = queries.council_page(db.session(), slug, _today())
    if page is None:
        abort(404)
    return show("councils/show.html", page=page, council=page.council, sections=sections_of(page.council))


@blueprint.get("/<slug>/statute")
@access(anyone)
def statute(slug: str) -> Response:
    """Show every line a council's statute ever had, and those that are still to come."""
    public()
    council, today = _council(slug), _today()
    lines = queries.statute_lines(db.session(), council.id)
    return show(
        "councils/statute.html",
        council=council,
        statute=compose(lines, today),
        histories=queries.histories(lines, today),
        today=today,
    )


@blueprint.get("/<slug>/members/<int:member_id>")
@access(anyone)
def member(slug: str, member_id: int) -> Response:
    """Show a member: mandates, declared interests, what she is responsible for."""
    public()
    council = _council(slug)
    found = queries.member(db.session(), council.id, member_id)
    if found is None:
        abort(404)
    mandates = queries.mandates_of(db.session(), found)
    return show(
        "councils/member.html",
        council=council,
        member=found,
        mandates=mandates,
        today=_today(),
        sections=sections_of_member(council, found),
    )


@blueprint.get("/<slug>/members/<int:member_id>/photo")
@access(anyone)
def photo(slug: str, member_id: int) -> Response:
    """Give a member's photo, as long as she agrees. Browsers keep it for a day, no cache between keeps it at all."""
    found = queries.photo_of(db.session(), slug, member_id)
    if found is None:
        abort(404)
    file, content = found
    response = send(file, content, "photo", inline=True, private=False)
    response.headers["Cache-Control"] = f"private, max-age={A_DAY}"
    return response


def _council(slug: str) -> Council:
    council = queries.council_by_slug(db.session(), slug)
    if council is None:
        abort(404)
    return council


def _today() -> date:
    return local_day(now())
