"""Hearings as everyone sees them: the list, one hearing, its notice on paper, documents, statements, speakers, answers.

Nothing here touches a session but for whoever brings one. The forms live on addresses of their own (`taking_part.py`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, current_app, render_template, request

from karavan.core.clock import now
from karavan.core.database import db
from karavan.discussion.export import CSV_HEADERS
from karavan.files.answers import send
from karavan.files.queries import content_of
from karavan.hearings import public_queries as queries
from karavan.hearings.matrix_file import as_csv
from karavan.hearings.models import StatementKind
from karavan.hearings.notice import bundle_hash
from karavan.hearings.page import (
    absolute,
    bundle_of,
    order_of,
    page_of,
    public_hearing,
    takes_speakers,
    takes_statements,
)
from karavan.proposals.queries import council_names
from karavan.web.access import access, anyone, visitor
from karavan.web.forms import whole_number
from karavan.web.locale import lang
from karavan.web.reply import public, show

if TYPE_CHECKING:
    from karavan.hearings.models import Hearing

blueprint = Blueprint("hearings", __name__, url_prefix="/<lang:lang>/hearings")

LIST, RESULTS = "hearings/index.html", "hearings/_results.html"
PAGE = "hearings/show.html"
STATEMENTS, ROWS = "hearings/statements.html", "hearings/_statement_rows.html"
WHEN: Final = ("coming", "now", "past")
FEED_SECONDS = 300
NEVER: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""When a feed in which nothing has happened yet was last changed."""


@blueprint.get("/")
@access(anyone)
def index() -> Response:
    """List hearings, narrowed by a plain form that htmx makes live."""
    public()
    session, filters = db.session(), _filters()
    return show(
        LIST,
        RESULTS,
        filters=filters,
        page=queries.hearing_list(session, filters, now=now(), after=request.args.get("after", "")[:40]),
        councils=council_names(session),
        asked=_asked(filters),
    )


@blueprint.get("/feed.atom")
@access(anyone)
def feed() -> Response:
    """Give the latest steps of hearings to whoever follows without an account; of one council if it is named."""
    public(FEED_SECONDS)
    council_id = _filters().council_id
    asked = {"council": council_id} if council_id else {}
    return _atom(
        queries.told(db.session(), council_id=council_id),
        own=absolute("hearings.feed", **asked),
        page=absolute("hearings.index", **asked),
    )


@blueprint.get("/<slug>", endpoint="show")
@access(anyone)
def show_hearing(slug: str) -> Response:
    """Show one hearing."""
    public()
    return show(PAGE, **page_of(db.session(), public_hearing(slug), visitor(), now=now()))


@blueprint.get("/<slug>/feed.atom")
@access(anyone)
def hearing_feed(slug: str) -> Response:
    """Give the steps of one hearing."""
    public(FEED_SECONDS)
    hearing = public_hearing(slug)
    return _atom(
        queries.told(db.session(), hearing_id=hearing.id),
        own=absolute("hearings.hearing_feed", slug=slug),
        page=absolute("hearings.show", slug=slug),
        hearing=hearing,
    )


@blueprint.get("/<slug>/notice")
@access(anyone)
def notice(slug: str) -> Response:
    """Show the notice as it hangs on a wall: one sheet, with a code that leads to the page."""
    public()
    hearing = public_hearing(slug)
    documents = bundle_of(hearing)
    return show(
        "hearings/notice.html",
        hearing=hearing,
        documents=documents,
        fingerprint=bundle_hash(one.now for one in documents) if documents else "",
        address=absolute("hearings.show", slug=slug),
    )


@blueprint.get("/<slug>/documents/<document>")
@access(anyone)
def document(slug: str, document: str) -> Response:
    """Give a document of the bundle: any version that was ever frozen, for what was replaced stays readable."""
    hearing = public_hearing(slug)
    found = next((one for one in hearing.documents if one.public_id == document and one.frozen_at is not None), None)
    content = content_of(db.session(), found.file_id) if found else None
    if found is None or content is None:
        abort(404)
    return send(found.file, content, found.name, inline=True, private=False)


@blueprint.get("/<slug>/statements")
@access(anyone)
def statements(slug: str) -> Response:
    """Show every written statement, and what became of it."""
    public()
    session, hearing = db.session(), public_hearing(slug)
    kind = request.args.get("kind", "")
    kind = kind if kind in {one.value for one in StatementKind} else ""
    page = queries.statement_page(session, hearing.id, kind=kind, after=whole_number(request.args.get("after", "")))
    return show(
        STATEMENTS,
        ROWS,
        hearing=hearing,
        page=page,
        kind=kind,
        sums=queries.statement_sums(session, hearing.id),
        files=queries.attached(session, [one.id for one in page.rows if one.readable]),
        writable=takes_statements(hearing, now()),
    )


@blueprint.get("/<slug>/statements/files/<attachment>")
@access(anyone)
def statement_file(slug: str, attachment: str) -> Response:
    """Give what was handed in with a statement: to everybody while it can be read, else to its author."""
    session, hearing = db.session(), public_hearing(slug)
    found = queries.statement_file(session, hearing.id, attachment[:24])
    if found is None or not (found.readable or found.author_id == visitor().person_id):
        abort(404)
    content = content_of(session, found.file.id)
    if content is None:
        abort(404)
    return send(found.file, content, found.name, inline=True, private=not found.readable)


@blueprint.get("/<slug>/speakers")
@access(anyone)
def speakers(slug: str) -> Response:
    """Show who speaks, in which order, and by which rule: the same for everybody."""
    public()
    session, hearing = db.session(), public_hearing(slug)
    order = order_of(session, hearing)
    return show(
        "hearings/speakers.html",
        hearing=hearing,
        order=order,
        own_place=order.of(visitor().person_id),
        speakable=takes_speakers(hearing),
    )


@blueprint.get("/<slug>/matrix")
@access(anyone)
def matrix(slug: str) -> Response:
    """Show every statement and question with its answer, and how many wait for one."""
    public()
    hearing = public_hearing(slug)
    return show("hearings/matrix.html", hearing=hearing, matrix=queries.matrix_of(db.session(), hearing.id))


@blueprint.get("/<slug>/matrix.csv")
@access(anyone)
def matrix_csv(slug: str) -> Response:
    """Give the same as a file for a spreadsheet."""
    hearing = public_hearing(slug)
    file = as_csv(queries.matrix_of(db.session(), hearing.id), lang())
    named = {"Content-Disposition": f'attachment; filename="{hearing.slug}.csv"'}
    return Response(file, headers={**CSV_HEADERS, **named})


@blueprint.get("/<slug>/summary")
@access(anyone)
def summary(slug: str) -> Response:
    """Show what people said, and what came of it."""
    public()
    hearing = public_hearing(slug)
    if not hearing.summary:
        abort(404)
    session = db.session()
    return show(
        "hearings/summary.html",
        hearing=hearing,
        sums=queries.statement_sums(session, hearing.id),
        spoken=len(order_of(session, hearing).spoken),
        protocol=queries.protocol_number(session, hearing.id),
    )


def _filters() -> queries.Filters:
    """Read the form; values nobody offered are taken as "everything"."""
    wish = request.args
    return queries.Filters(
        words=wish.get("q", "")[:100],
        council_id=whole_number(wish.get("council", "")),
        when=wish.get("when", "") if wish.get("when") in WHEN else "",
    )


def _asked(filters: queries.Filters) -> dict[str, Any]:
    """Return what the list is narrowed by, as it stands in an address."""
    asked = {"q": filters.words, "council": filters.council_id, "when": filters.when}
    return {name: value for name, value in asked.items() if value}


def _atom(steps: list[queries.Told], *, own: str, page: str, hearing: Hearing | None = None) -> Response:
    host = urlsplit(current_app.extensions["karavan.settings"].base_url).hostname or "localhost"
    feed = render_template(
        "hearings/feed.xml",
        steps=steps,
        hearing=hearing,
        updated=max((step.happened_at for step in steps), default=NEVER),
        own=own,
        page=page,
        host=host,
    )
    response = Response(feed, mimetype="application/atom+xml")
    response.add_etag()
    response.make_conditional(request)
    return response
