"""What the pages about writing have in common: which comments they open, for whom, and how a text is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort, url_for
from markupsafe import Markup

from karavan.core.database import db
from karavan.discussion import hosts, own, queries
from karavan.discussion.rendering import render
from karavan.discussion.rules.show import named
from karavan.moderation.models import READABLE
from karavan.web.access import visitor

if TYPE_CHECKING:
    from karavan.discussion.forms import TextForm
    from karavan.discussion.hosts import Hosted
    from karavan.discussion.models import Comment, Thread

blueprint = Blueprint("writing_comments", __name__, url_prefix="/<lang:lang>")

TYPED = "discussion_writing/_typed.html"


def readable(public_id: str) -> tuple[Comment, Hosted]:
    """Return a comment that everybody can read."""
    comment = own.comment_by_public_id(db.session(), public_id)
    if comment is None or comment.visibility not in READABLE:
        abort(404)
    return comment, hosted_by(comment)


def hers(public_id: str) -> Comment:
    """Return her own comment, whatever readers see of it. Others' look like none."""
    comment = own.comment_by_public_id(db.session(), public_id)
    if comment is None or comment.author_id != visitor().person_id:
        abort(404)
    hosted_by(comment)
    return comment


def hosted_by(comment: Comment) -> Hosted:
    """Return what its thread is about, if that is everybody's."""
    hosted = hosts.host_of(db.session(), comment.thread)
    if hosted is None or not hosted.public:
        abort(404)
    return hosted


def shown(comment: Comment) -> Markup:
    """Return a comment as readers see it."""
    line = queries.line_of(db.session(), comment.public_id)
    return Markup(line.html if line else "")  # noqa: S704 -- rendered and sanitised when it was written


def permalink(comment: Comment) -> str:
    """Return the lasting address of a comment."""
    return url_for("discussion.comment", comment=comment.public_id)


def preview_of(form: TextForm, thread: Thread) -> Markup | None:
    """Return the text as readers will see it; None where there is nothing yet, or nothing that could be taken."""
    words = form.readable()
    if not words:
        return None
    html = render(words, mentions=named(db.session(), thread.id, words).keys()).html
    return Markup(html)  # noqa: S704 -- sanitised by rendering
