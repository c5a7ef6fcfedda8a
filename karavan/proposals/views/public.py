"""Submissions, as everyone sees them: the list, a page, its texts through time.

What is personal on a submission's page is drawn only for whoever brings a session; everybody else gets the page that
the cache keeps. The forms live on addresses of their own (`views/own.py`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, abort, current_app, render_template, request, url_for

from karavan.core.clock import now
from karavan.core.database import db
from karavan.core.differences import differences
from karavan.core.places import HOME_DISTRICTS
from karavan.core.when import local_day
from karavan.files.answers import send
from karavan.files.queries import content_of
from karavan.proposals import queries
from karavan.proposals.lifecycle import PUBLIC, STEPS
from karavan.proposals.models import State, Topic
from karavan.proposals.page import everybodys, page_of, readable
from karavan.proposals.policy import may_read, may_see_answer_file, may_see_file, stands
from karavan.web.access import access, anyone, visitor
from karavan.web.reply import public, show

if TYPE_CHECKING:
    from karavan.proposals.models import Proposal

blueprint = Blueprint("proposals", __name__, url_prefix="/<lang:lang>/proposals")

LIST, RESULTS = "proposals/index.html", "proposals/_results.html"
PAGE = "proposals/show.html"
FEED_SECONDS = 300
NEVER: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""When a feed in which nothing has happened yet was last changed."""


@blueprint.get("/")
@access(anyone)
def index() -> Response:
    """List submissions, narrowed by a plain form that htmx makes live."""
    public()
    session, filters = db.session(), _filters()
    page = queries.proposal_page(session, filters, after=request.args.get("after", "")[:40])
    return show(
        LIST,
        RESULTS,
        filters=filters,
        page=page,
        left=queries.days_left(session, page.cards, today=local_day(now())),
        councils=queries.council_names(session),
        topics=Topic,
        districts=HOME_DISTRICTS,
        asked=_asked(filters),
    )


@blueprint.get("/feed.atom")
@access(anyone)
def feed() -> Response:
    """Give the latest steps of submissions to whoever follows without an account; narrowed like the list."""
    public(FEED_SECONDS)
    filters = _filters()
    asked = _asked(filters)
    return _atom(
        queries.newest_changes(db.session(), filters),
        own=_absolute("proposals.feed", **asked),
        page=_absolute("proposals.index", **asked),
    )


@blueprint.get("/<number>", endpoint="show")
@access(anyone)
def show_proposal(number: str) -> Response:
    """Show one submission. Before it is public, its author and its council's staff see it, and nobody else."""
    proposal = readable(number)
    if everybodys(proposal):
        public()
    return show(PAGE, **page_of(db.session(), proposal, visitor(), now=now()), share=_share(proposal))


@blueprint.get("/<number>/feed.atom")
@access(anyone)
def proposal_feed(number: str) -> Response:
    """Give the steps of one submission."""
    proposal = readable(number)
    if not everybodys(proposal):
        abort(404)
    public(FEED_SECONDS)
    return _atom(
        queries.told_changes(proposal),
        own=_absolute("proposals.proposal_feed", number=number),
        page=_absolute("proposals.show", number=number),
        proposal=proposal,
    )


@blueprint.get("/<number>/versions")
@access(anyone)
def versions(number: str) -> Response:
    """Show every text that everybody could read, and what changed between two of them."""
    proposal = readable(number)
    if not may_read(visitor(), proposal):
        abort(404)
    if proposal.state in PUBLIC:
        public()
    session = db.session()
    everything = bool(stands(visitor(), proposal))
    texts = queries.revisions_of(session, proposal.id) if everything else queries.public_revisions(session, proposal)
    known = {one.number: one for one in texts}
    numbers = sorted(known)
    after = _chosen("after", numbers, numbers[-1])
    before = _chosen("before", numbers, max((one for one in numbers if one < after), default=after))
    old, new = known[before], known[after]
    compared = {name: differences(getattr(old, name), getattr(new, name)) for name in ("title", "problem", "solution")}
    return show(
        "proposals/versions.html", proposal=proposal, texts=texts, before=before, after=after, compared=compared
    )


@blueprint.get("/<number>/slip")
@access(anyone)
def slip(number: str) -> Response:
    """Show what to print and keep: the number, where it stands, and a code that leads to the page."""
    proposal = readable(number)
    if everybodys(proposal):
        public()
    return show("proposals/slip.html", proposal=proposal, address=_absolute("proposals.show", number=number))


@blueprint.get("/recommendations/<number>")
@access(anyone)
def recommendation(number: str) -> Response:
    """Show what a council asked of a body, for which submissions, and the answer."""
    public()
    session = db.session()
    found = queries.recommendation_by_number(session, number[:20])
    if found is None:
        abort(404)
    return show(
        "proposals/recommendation.html",
        recommendation=found,
        proposals=queries.cards_by_id(session, [proposal.id for proposal in found.proposals]),
        objections=queries.objections_of(session, [found.id]),
        clocks=queries.open_clocks(session, None, [found.id], today=local_day(now())),
    )


@blueprint.get("/files/<attachment>")
@access(anyone)
def file(attachment: str) -> Response:
    """Give what is attached to a submission or to an answer, to whoever may read that."""
    session = db.session()
    found = queries.attachment(session, attachment[:24])
    if found is None:
        abort(404)
    proposal, answer = queries.owners_of(session, found)
    if proposal is not None:
        allowed, open_to_all = may_see_file(visitor(), proposal), proposal.state in PUBLIC
    elif answer is not None:
        allowed, open_to_all = may_see_answer_file(visitor(), answer), answer.published_at is not None
    else:
        allowed = open_to_all = False
    content = content_of(session, found.file_id) if allowed else None
    if content is None:
        abort(404)
    return send(found.file, content, found.name, inline=True, private=not open_to_all)


def _filters() -> queries.Filters:
    """Read the form; values nobody offered are taken as "everything"."""
    wish = request.args
    council = wish.get("council", "")
    council_id = int(council) if council.isascii() and council.isdigit() and len(council) < 11 else 0
    return queries.Filters(
        words=wish.get("q", "")[:100],
        place=wish.get("place", "") if wish.get("place") in HOME_DISTRICTS else "",
        topic=wish.get("topic", "") if wish.get("topic") in {topic.value for topic in Topic} else "",
        council_id=council_id if council_id <= queries.LARGEST_ID else 0,
        stage=wish.get("stage", "") if wish.get("stage") in queries.STAGES else "",
        sort=wish.get("sort", "new") if wish.get("sort") in queries.SORTS else "new",
    )


def _asked(filters: queries.Filters) -> dict[str, Any]:
    """Return what the list is narrowed by, as it stands in an address."""
    asked = {
        "q": filters.words,
        "place": filters.place,
        "topic": filters.topic,
        "council": filters.council_id,
        "stage": filters.stage,
        "sort": filters.sort if filters.sort != "new" else "",
    }
    return {name: value for name, value in asked.items() if value}


def _chosen(name: str, numbers: list[int], usual: int) -> int:
    """Read which text is meant; one that does not exist is the usual one."""
    typed = request.args.get(name, "")
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else usual
    return number if number in numbers else usual


def _atom(changes: list[queries.FollowedChange], *, own: str, page: str, proposal: Proposal | None = None) -> Response:
    host = urlsplit(current_app.extensions["karavan.settings"].base_url).hostname or "localhost"
    feed = render_template(
        "proposals/feed.xml",
        changes=changes,
        proposal=proposal,
        verbs={act: step.verb.value for act, step in STEPS.items()},
        updated=max((change.happened_at for change in changes), default=NEVER),
        own=own,
        page=page,
        host=host,
    )
    response = Response(feed, mimetype="application/atom+xml")
    response.add_etag()
    response.make_conditional(request)
    return response


def _absolute(endpoint: str, **values: Any) -> str:
    base: str = current_app.extensions["karavan.settings"].base_url
    return base + url_for(endpoint, **values)


def _share(proposal: Proposal) -> dict[str, str]:
    url = _absolute("proposals.show", number=proposal.number)
    title = proposal.title if proposal.state != State.WITHDRAWN else proposal.number
    return {
        "url": url,
        "whatsapp": "https://wa.me/?" + urlencode({"text": f"{title}\n{url}"}),
        "telegram": "https://t.me/share/url?" + urlencode({"url": url, "text": title}),
    }
