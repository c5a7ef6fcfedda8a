"""What the pages of a thread show, to whom there is such a page at all, and where a page goes on."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from flask import Response, abort, current_app, g, request, url_for
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from karavan.core.clock import now
from karavan.core.database import db
from karavan.core.when import local_day
from karavan.discussion import hosts, own, queries
from karavan.moderation.conduct import clause
from karavan.moderation.models import Visibility
from karavan.moderation.queries import tombs
from karavan.web.access import has_session, visitor
from karavan.web.locale import gettext, lang
from karavan.web.reply import wants_region
from karavan.web.templating import asset

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from karavan.accounts.policy import Actor
    from karavan.discussion.hosts import Hosted
    from karavan.discussion.models import Thread
    from karavan.discussion.own import Waiting
    from karavan.discussion.queries import Cursor, Line
    from karavan.moderation.queries import Tomb

EXPLAINED: Final = (Visibility.HELD, Visibility.REDACTED, Visibility.REMOVED)
"""What readers are told the reason of."""
COVER_ENDS: Final = Markup("</mark>")
"""Nothing an author types becomes this: it ends what was covered."""
UNSEEN: Final = (Visibility.PENDING, Visibility.HELD)
"""What its author reads, and nobody else."""


class Node(NamedTuple):
    """A comment and what stands below it on the page. `direct`: it stands right below the one it answers."""

    line: Line
    replies: list[Node]
    direct: bool


@dataclass(frozen=True, kw_only=True)
class Talk:
    """Comments of one thread as one reader sees them. Of nobody in particular, it is the same for all."""

    thread: Thread
    open: bool
    """Can anybody write here?"""
    me: int | None = None
    tombs: dict[int, Tomb] = field(default_factory=dict)
    waiting: dict[int, Waiting] = field(default_factory=dict)
    sealed: dict[int, str] = field(default_factory=dict)
    helpful: frozenset[int] = frozenset()
    read: int | None = None
    """How far she has read; None: she never said."""
    token: str = ""
    """For the forms of somebody who is signed in; "" for everybody else, whose page is kept for all."""
    here: str = ""
    """The address such a form leads back to."""

    def own(self, line: Line) -> bool:
        """Did she write it?"""
        return line.author_id == self.me

    def text(self, line: Line) -> Markup:
        """Return what she reads of it; what is sealed, its author alone reads. What is covered says by which rule."""
        html = Markup(self.sealed.get(line.id, line.html))  # noqa: S704 -- rendered and sanitised when it was written
        rule = self.rule(line)
        if line.visibility != Visibility.REDACTED or rule is None:
            return html
        said = gettext("rule %(number)s") % {"number": rule.number}
        return html.replace(COVER_ENDS, COVER_ENDS + Markup(' <span class="host">({})</span>').format(said))

    def shown(self, line: Line) -> bool:
        """Has she a text to read?"""
        return line.readable or line.id in self.sealed

    def new(self, line: Line) -> bool:
        """Has it come since she read the thread?"""
        return self.read is not None and line.seq > self.read and not self.own(line) and line.readable

    def rule(self, line: Line) -> Any:
        """Return the rule a decision, or a suspicion, names; None where none does."""
        tomb = self.tombs.get(line.id)
        return clause(tomb.clause) if tomb and tomb.clause else None

    def opens(self, line: Line) -> bool:
        """May readers see behind a click what was removed?"""
        rule = self.rule(line)
        return line.visibility == Visibility.REMOVED and rule is not None and not rule.sealed

    def more_url(self, line: Line, path: str) -> str:
        """Return the address of the replies below a comment that come after a path."""
        after = _keys().seal(path, purpose=f"replies.{line.public_id}")
        return url_for("discussion.replies", comment=line.public_id, after=after)


# --- To whom there is a page --------------------------------------------------------------------------------------


def readable_thread(public_id: str) -> tuple[Thread, Hosted]:
    """Return a thread and what it is about, or 404: also if what it is about is not everybody's (any more)."""
    return _with_host(queries.thread_by_public_id(db.session(), public_id[:24]))


def readable_comment(public_id: str) -> tuple[Line, Thread, Hosted]:
    """Return a comment that this visitor may know of, its thread and what that is about, or 404."""
    line = queries.line_of(db.session(), public_id[:24], me=visitor().person_id)
    if line is None:
        abort(404)
    return line, *_with_host(queries.thread_by_id(db.session(), line.thread_id))


def _with_host(thread: Thread | None) -> tuple[Thread, Hosted]:
    hosted = hosts.host_of(db.session(), thread) if thread is not None else None
    if thread is None or hosted is None or not hosted.public:
        abort(404)
    return thread, hosted


# --- What is drawn ------------------------------------------------------------------------------------------------


def talk_of(session: Session, thread: Thread, hosted: Hosted, lines: Iterable[Line], actor: Actor) -> Talk:
    """Return what these comments need to be drawn for this reader."""
    lines, me = list(lines), actor.person_id
    mine = [line for line in lines if line.author_id == me and line.visibility in UNSEEN]
    return Talk(
        thread=thread,
        open=hosted.open and thread.closed_at is None,
        me=me,
        tombs=tombs_of(lines),
        waiting=own.waiting(session, mine) if mine else {},
        sealed=queries.sealed_texts(session, mine),
        helpful=frozenset(queries.found_helpful(session, me, [one.id for one in lines if one.helpful]) if me else ()),
        read=queries.read_up_to(session, me, thread.id) if me else None,
        token=generate_csrf() if me else "",
        here=request.full_path.rstrip("?") if me else "",
    )


def tombs_of(lines: Iterable[Line]) -> dict[int, Tomb]:
    """Return what readers are told of those comments that were covered, removed or are held."""
    session, of = db.session(), [line.id for line in lines if line.visibility in EXPLAINED]
    found = tombs(session, of, now())
    unsaid = {tomb.case_id: comment_id for comment_id, tomb in found.items() if tomb.log_seq is None}
    for case_id, told in queries.holds(session, unsaid.keys()).items() if unsaid else ():
        tomb = found[unsaid[case_id]]
        found[unsaid[case_id]] = tomb._replace(
            clause=tomb.clause or told.clause, version=tomb.version or told.clause_version, log_seq=told.seq
        )
    return found


def nested(lines: Iterable[Line], below: str | None = None) -> list[Node]:
    """Put comments, given in the order of their paths, one below the other. `below`: what they all stand under."""
    roots: list[Node] = []
    way: list[Node] = []
    for line in lines:
        while way and not line.path.startswith(way[-1].line.path):
            way.pop()
        over = way[-1].line.public_id if way else below
        node = Node(line, [], line.parent in (None, over))
        (way[-1].replies if way else roots).append(node)
        way.append(node)
    return roots


# --- Where a page goes on -----------------------------------------------------------------------------------------


def sealed_cursor(thread: Thread, sort: str, after: Cursor) -> str:
    """Return the end of a page as it stands in an address."""
    return _keys().seal("-".join(map(str, after)), purpose=f"thread.{thread.public_id}.{sort}") if after else ""


def cursor_in(token: str, thread: Thread, sort: str) -> Cursor:
    """Read where a page begins; whatever we have not written ourselves is the first page."""
    value = _keys().open(token[:120], purpose=f"thread.{thread.public_id}.{sort}") if token else None
    return tuple(map(int, value.split("-"))) if value else ()


def path_in(token: str, line: Line) -> str:
    """Read after which path replies begin; whatever we have not written ourselves is the beginning."""
    return (_keys().open(token[:120], purpose=f"replies.{line.public_id}") or "") if token else ""


def number_in(name: str) -> int:
    """Read a number from the address; 0 where there is none of ours."""
    typed = request.args.get(name, "")
    return min(int(typed), queries.LARGEST) if re.fullmatch("[0-9]{1,10}", typed) else 0


# --- Kept for everybody -------------------------------------------------------------------------------------------


def tag_of(thread: Thread, hosted: Hosted, *parts: object) -> str:
    """Return what tells one state of a page for everybody from another; "" for somebody with a session.

    The thread's version says what changed in it, the log's end what was said of decisions since (an appeal, say).
    """
    if has_session():
        return ""
    theme = request.cookies.get("theme", "")
    release = asset("css/karavan.css")
    state = (thread.version, queries.log_head(db.session()), local_day(now()))
    told: tuple[Any, ...] = (request.path, *state, hosted.title, hosted.open, *parts)
    said = repr((*told, lang(), theme, wants_region(), release))
    return hashlib.sha256(said.encode()).hexdigest()[:20]


def unchanged(tag: str) -> Response | None:
    """Answer "nothing new" to somebody without a session who holds this state of a page already."""
    if not tag or not request.if_none_match.contains_weak(tag):
        return None
    response = Response(status=304)
    response.set_etag(tag, weak=True)
    response.headers["Cache-Control"] = f"public, max-age={g.get('public_seconds', 0)}"
    response.vary.update(("Cookie", "HX-Request-Type"))
    return response


def tagged(response: Response, tag: str) -> Response:
    """Say which state of a page this is; a page for one person has none."""
    if tag:
        response.set_etag(tag, weak=True)
    return response


def _keys() -> Any:
    return current_app.extensions["karavan.keys"]
