"""Threads as everybody reads them: the thread, one comment, its replies, its texts through time, feeds and files.

Nothing here changes anything but the reader's own mark of how far she has read, which has an address of its own.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, current_app, jsonify, render_template, request, url_for

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.differences import differences
from karavan.core.problems import Problem
from karavan.discussion import own, page as pages, policy, queries
from karavan.discussion.export import CSV_HEADERS, as_csv, as_json
from karavan.discussion.forms import PressForm
from karavan.discussion.page import Talk, nested, readable_comment, readable_thread, tagged, talk_of, unchanged
from karavan.discussion.rules.read import mark_read
from karavan.moderation.models import Visibility
from karavan.web.access import access, anyone, signed_in, visitor
from karavan.web.limits import spend
from karavan.web.locale import lang
from karavan.web.reply import done, leave, public, show, wants_region

if TYPE_CHECKING:
    from collections.abc import Iterable

    from werkzeug.wrappers import Response as AnyResponse

    from karavan.core.differences import Piece
    from karavan.discussion.hosts import Hosted
    from karavan.discussion.models import CommentRevision, Thread
    from karavan.discussion.queries import Line

blueprint = Blueprint("discussion", __name__, url_prefix="/<lang:lang>")

PAGE = "discussion/show.html"
NEWER, NEWER_COUNT, NEWER_COMMENTS = (
    "discussion/newer.html",
    "discussion/_newer_count.html",
    "discussion/_newer_comments.html",
)
REPLIES, MORE_REPLIES = "discussion/replies.html", "discussion/_more_replies.html"
LIMITS = {
    "heat": int(policy.HEAT_PAUSE.total_seconds()),
    "newcomers_comments": policy.NEWCOMERS_COMMENTS,
    "links": policy.LINKS,
    "newcomers_links": policy.NEWCOMERS_LINKS,
    "same": int(policy.SAME_WITHIN.total_seconds()),
}
"""How much one person can write, told to everybody."""
READ, READ_MARK = "discussion/read.html", "discussion/_read_mark.html"


# --- A thread -----------------------------------------------------------------------------------------------------


@blueprint.get("/threads/<thread>", endpoint="show")
@access(anyone)
def show_thread(thread: str) -> Response:
    """Show a page of a thread: roots in the order asked for, each with its first replies."""
    public()
    found, hosted = readable_thread(thread)
    sort = request.args.get("sort", "")
    sort = sort if sort in queries.SORTS else usual_sort(found)
    after = pages.cursor_in(request.args.get("after", ""), found, sort)
    tag = pages.tag_of(found, hosted, sort, after)
    if (same := unchanged(tag)) is not None:
        return same
    session, actor = db.session(), visitor()
    page = queries.root_page(session, found, sort, after, me=actor.person_id)
    talk = talk_of(session, found, hosted, page.lines, actor)
    answer = show(
        PAGE,
        thread=found,
        hosted=hosted,
        talk=talk,
        branches=[(one.root, nested(one.replies, one.root.public_id), _more(talk, one)) for one in page.branches],
        sort=sort,
        begun=bool(after),
        next=pages.sealed_cursor(found, sort, page.after),
        press=PressForm() if actor.signed_in else None,
        drafts=own.drafts_of(session, actor.person_id, found.id) if actor.person_id and talk.open else (),
        limits=LIMITS,
        keeps=policy.may_settle(actor, found),
    )
    return tagged(answer, tag)


def usual_sort(thread: Thread) -> str:
    """Return how a thread is read if nobody says: at an event as it was said, under a submission what helps first."""
    return "oldest" if thread.host == "event" else "helpful"


def _more(talk: Talk, branch: queries.Branch) -> dict[str, Any] | None:
    """Return what the link to further replies below a root needs; None where all are shown."""
    return _further(talk, branch.root, branch.replies, branch.more)


def _further(talk: Talk, line: Line, shown: Iterable[Line], more: int) -> dict[str, Any] | None:
    last = ([line, *shown][-1]).path
    return {"more": more, "place": f"-{last[-4:]}", "url": talk.more_url(line, last)} if more else None


@blueprint.get("/threads/<thread>/newer")
@access(anyone)
def newer(thread: str) -> Response:
    """Say how many comments have come since a page was opened; show them when asked to.

    Polled by open pages; whoever opens it by itself gets the new comments as a page.
    """
    public()
    found, hosted = readable_thread(thread)
    after = pages.number_in("after")
    seen, wanted = max(pages.number_in("seen"), after), "show" in request.args
    tag = pages.tag_of(found, hosted, after, seen, wanted)
    if (same := unchanged(tag)) is not None:
        return same
    session, part = db.session(), wants_region() and not wanted
    lines = () if part else queries.newer(session, found, after)
    latest = max([line.seq for line in lines], default=after)
    count = queries.newer_count(session, found, seen if part else latest)
    facts = {"thread": found, "hosted": hosted, "after": after, "seen": seen if part else latest, "count": count}
    talk = talk_of(session, found, hosted, lines, visitor())
    first_new = next((line.seq for line in lines if line.seq > seen), None)
    region = NEWER_COUNT if part else NEWER_COMMENTS
    return tagged(show(NEWER, region, **facts, talk=talk, lines=lines, first_new=first_new), tag)


@blueprint.route("/threads/<thread>/read", methods=["GET", "POST"])
@access(signed_in)
def read(thread: str) -> AnyResponse:
    """Note how far she has read, because she says so."""
    found, hosted = readable_thread(thread)
    url, form = url_for("discussion.show", thread=found.public_id), PressForm()
    facts = {"thread": found, "hosted": hosted, "press": form, "unread": True}
    if request.method == "GET":
        return leave(url)
    if not form.submitted():
        return show(READ, READ_MARK, 422, **facts)
    try:
        spend("read marks", "60 per minute", str(visitor().person_id))
        transact(mark_read, found.id, person_id=visitor().person_id, seq=found.last_seq, now=now())
    except Problem as problem:
        form.refuse(problem)
        return show(READ, READ_MARK, problem.status, **facts)
    return done(url, READ, READ_MARK, **facts | {"unread": False})


# --- Feeds and files ----------------------------------------------------------------------------------------------


@blueprint.get("/threads/<thread>/feed.atom")
@access(anyone)
def feed(thread: str) -> Response:
    """Give the newest comments to whoever follows without an account; what cannot be read any more is gone."""
    public()
    found, hosted = readable_thread(thread)
    tag = pages.tag_of(found, hosted)
    if (same := unchanged(tag)) is not None:
        return same
    base = current_app.extensions["karavan.settings"].base_url
    answer = render_template(
        "discussion/feed.xml",
        thread=found,
        hosted=hosted,
        lines=queries.feed(db.session(), found),
        host=urlsplit(base).hostname or "localhost",
        own=base + url_for("discussion.feed", thread=found.public_id),
        page=base + url_for("discussion.show", thread=found.public_id),
    )
    return tagged(Response(answer, mimetype="application/atom+xml"), tag)


@blueprint.get("/threads/<thread>/export.csv")
@access(anyone)
def export_csv(thread: str) -> Response:
    """Give a thread to a spreadsheet, EXPORT comments at a time."""
    found, _, lines, headers = _export(thread, "discussion.export_csv")
    file = as_csv(lines, pages.tombs_of(lines), lang())
    name = f"karavan-{found.public_id}.csv"
    return Response(file, headers={**CSV_HEADERS, **headers, "Content-Disposition": f'attachment; filename="{name}"'})


@blueprint.get("/threads/<thread>/export.json")
@access(anyone)
def export_json(thread: str) -> Response:
    """Give a thread to a program, EXPORT comments at a time; `next` says where the rest is."""
    found, hosted, lines, headers = _export(thread, "discussion.export_json")
    answer = jsonify(as_json(found, hosted, lines, pages.tombs_of(lines), further=headers.get("Link")))
    answer.headers.extend(headers)
    return answer


def _export(public_id: str, endpoint: str) -> tuple[Thread, Hosted, tuple[Line, ...], dict[str, str]]:
    """Return a run of a thread's comments, and a header that says where the next is."""
    spend("exports", "60 per minute")
    thread, hosted = readable_thread(public_id)
    lines = queries.export_rows(db.session(), thread, pages.number_in("after"))
    if len(lines) < queries.EXPORT:
        return thread, hosted, lines, {}
    base = current_app.extensions["karavan.settings"].base_url
    url = base + url_for(endpoint, thread=thread.public_id, after=lines[-1].seq)
    return thread, hosted, lines, {"Link": f'<{url}>; rel="next"'}


# --- One comment --------------------------------------------------------------------------------------------------


@blueprint.get("/comments/<comment>")
@access(anyone)
def comment(comment: str) -> Response:
    """Show one comment where it stands: what it answers above it, what answers it below."""
    public()
    line, thread, hosted = readable_comment(comment)
    tag = pages.tag_of(thread, hosted)
    if (same := unchanged(tag)) is not None:
        return same
    session, actor = db.session(), visitor()
    found = queries.permalink(session, line, me=actor.person_id)
    talk = talk_of(session, thread, hosted, (*found.above, line, *found.below.lines), actor)
    answer = show(
        "discussion/comment.html",
        thread=thread,
        hosted=hosted,
        talk=talk,
        above=found.above,
        line=line,
        nodes=nested(found.below.lines, line.public_id),
        more=_further(talk, line, found.below.lines, found.below.more),
        keeps=policy.may_settle(actor, thread) and not talk.own(line),
    )
    return tagged(answer, tag)


@blueprint.get("/comments/<comment>/replies")
@access(anyone)
def replies(comment: str) -> Response:
    """Show the replies to a comment that a page left out."""
    public()
    line, thread, hosted = readable_comment(comment)
    after = pages.path_in(request.args.get("after", ""), line)
    tag = pages.tag_of(thread, hosted, after)
    if (same := unchanged(tag)) is not None:
        return same
    session, actor = db.session(), visitor()
    found = queries.branch_page(session, line, after, me=actor.person_id)
    talk = talk_of(session, thread, hosted, (line, *found.lines), actor)
    answer = show(
        REPLIES,
        MORE_REPLIES,
        thread=thread,
        hosted=hosted,
        talk=talk,
        line=line,
        nodes=nested(found.lines, line.public_id),
        place=f"-{(after or line.path)[-4:]}",
        more=_further(talk, line, found.lines, found.more),
    )
    return tagged(answer, tag)


@blueprint.get("/comments/<comment>/history")
@access(anyone)
def history(comment: str) -> Response:
    """Show every text of a comment that could be read, and what changed from one to the next.

    Of what was covered, removed or withdrawn there is no such page: an earlier text would say what was hidden.
    """
    public()
    line, thread, hosted = readable_comment(comment)
    if line.visibility != Visibility.PUBLISHED:
        abort(404)
    texts = queries.public_revisions(db.session(), line)
    steps: list[tuple[CommentRevision, list[Piece] | None]] = [(texts[0], None)] if texts else []
    steps += [(new, differences(old.source, new.source)) for old, new in itertools.pairwise(texts)]
    return show("discussion/history.html", thread=thread, hosted=hosted, line=line, steps=steps[::-1])


@blueprint.get("/comments/<comment>/removed")
@access(anyone)
def removed(comment: str) -> Response:
    """Show what was removed, so that everybody can judge the decision; where the rule seals it, there is nothing.

    Kept by nobody: neither by us, nor by browsers, nor by search engines.
    """
    line, thread, hosted = readable_comment(comment)
    talk = talk_of(db.session(), thread, hosted, (line,), visitor())
    tomb = talk.tombs.get(line.id)
    text = queries.removed_text(db.session(), line, tomb.case_id) if tomb and talk.opens(line) else None
    if text is None:
        abort(404)
    answer = show("discussion/removed.html", thread=thread, hosted=hosted, talk=talk, line=line, text=text)
    answer.headers["X-Robots-Tag"] = "noindex, noarchive"
    return answer
