"""Keeping a thread in order: when a moderator reads, how slowly people write, closing and opening it again.

For the moderators and the secretary of the organisation the thread belongs to; for everybody else there is no such
page. Every change is a line of the public log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, abort, flash, redirect, request, url_for

from karavan.core.clock import now
from karavan.core.database import transact
from karavan.core.problems import Problem
from karavan.discussion.forms import ClosureForm, ModeForm
from karavan.discussion.page import readable_thread
from karavan.discussion.policy import may_settle
from karavan.discussion.rules.threads import close_thread, reopen_thread, set_mode
from karavan.moderation.models import Mode
from karavan.web.access import access, signed_in, visitor
from karavan.web.fields import what_differs
from karavan.web.locale import gettext
from karavan.web.reply import leave, show

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from karavan.discussion.hosts import Hosted
    from karavan.discussion.models import Thread

blueprint = Blueprint("thread_desk", __name__, url_prefix="/<lang:lang>/threads/<thread>/keeping")

KEEPING, MODE_PANEL = "discussion_writing/keeping.html", "discussion_writing/_mode_panel.html"
CLOSURE_PANEL = "discussion_writing/_closure_panel.html"
CONFLICT: Final = 409


@blueprint.route("", methods=["GET", "POST"])
@access(signed_in)
def mode(thread: str) -> AnyResponse:
    """Choose when a moderator reads a comment, and how long each person waits between two."""
    found, hosted = _kept(thread)
    form = ModeForm(found)
    if not form.submitted():
        return _keeping(found, hosted, MODE_PANEL, 200 if request.method == "GET" else 422, form=form)
    chosen, seconds = Mode(form.mode.data), int(form.slow_seconds.data)
    who, version = visitor().person_id, form.read_version
    try:
        transact(set_mode, found.id, chosen, seconds, by_id=who, now=now(), read_version=version)
    except Problem as problem:
        found, hosted = _kept(thread)
        conflict = what_differs(form, ModeForm(found, formdata=None)) if problem.status == CONFLICT else ()
        form.refuse(problem)
        form.version.data = str(found.mode_version)
        return _keeping(found, hosted, MODE_PANEL, problem.status, form=form, conflict=conflict)
    flash(gettext("The changes hold from now on, and stand in the public log."), "ok")
    return leave(url_for("discussion.show", thread=thread))


@blueprint.route("/closure", methods=["GET", "POST"])
@access(signed_in)
def close(thread: str) -> AnyResponse:
    """Close the thread, with a reason everybody reads."""
    return _open_or_shut(thread, close_thread, gettext("The discussion is closed."))


@blueprint.route("/reopening", methods=["GET", "POST"])
@access(signed_in)
def reopen(thread: str) -> AnyResponse:
    """Open a closed thread again, with a reason everybody reads."""
    return _open_or_shut(thread, reopen_thread, gettext("The discussion is open again."))


def _open_or_shut(public_id: str, rule: Callable[..., Any], sentence: str) -> AnyResponse:
    thread, hosted = _kept(public_id)
    if request.method == "GET":
        return redirect(url_for("thread_desk.mode", thread=public_id), 303)
    form = ClosureForm()
    if not form.submitted():
        return _keeping(thread, hosted, CLOSURE_PANEL, 422, closure=form)
    try:
        transact(rule, thread.id, form.slots(), by_id=visitor().person_id, now=now())
    except Problem as problem:
        form.refuse(problem)
        return _keeping(*_kept(public_id), CLOSURE_PANEL, problem.status, closure=form)
    flash(sentence, "ok")
    return leave(url_for("discussion.show", thread=public_id))


def _keeping(
    thread: Thread,
    hosted: Hosted,
    region: str,
    status: int = 200,
    *,
    form: ModeForm | None = None,
    closure: ClosureForm | None = None,
    conflict: Any = (),
) -> Response:
    """Show both forms; the one that was not sent is as it stands."""
    return show(
        KEEPING,
        region,
        status,
        thread=thread,
        hosted=hosted,
        form=form or ModeForm(thread, formdata=None),
        closure=closure or ClosureForm(formdata=None),
        conflict=conflict,
    )


def _kept(public_id: str) -> tuple[Thread, Hosted]:
    """Return a thread whose moderator this person is. Any other is like none."""
    thread, hosted = readable_thread(public_id)
    if not may_settle(visitor(), thread):
        abort(404)
    return thread, hosted
