"""What somebody does with a comment that stands: the author changes it or takes it back, readers find it helpful."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, redirect, request, url_for

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Problem
from karavan.core.text import safe_next
from karavan.discussion import own, queries
from karavan.discussion.forms import EditForm, PressForm
from karavan.discussion.policy import may_edit, may_withdraw
from karavan.discussion.problems import ChangedMeanwhile, NotThereAnyMore
from karavan.discussion.rules.edit import edit as change_text
from karavan.discussion.rules.helpful import find_helpful, unfind_helpful
from karavan.discussion.rules.withdraw import withdraw
from karavan.discussion.views.writing.room import (
    TYPED,
    blueprint,
    hers,
    hosted_by,
    permalink,
    preview_of,
    readable,
    shown,
)
from karavan.moderation import labels
from karavan.moderation.conduct import BY_CODE
from karavan.moderation.models import Visibility
from karavan.moderation.queries import measures_against
from karavan.web.access import access, signed_in, visitor
from karavan.web.fields import what_differs
from karavan.web.forms import whole_number
from karavan.web.limits import spend
from karavan.web.locale import gettext
from karavan.web.reply import done, leave, show

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from flask import Response
    from markupsafe import Markup
    from werkzeug.wrappers import Response as AnyResponse

    from karavan.discussion.hosts import Hosted
    from karavan.discussion.models import Comment

EDIT, EDIT_PANEL = "discussion_writing/edit.html", "discussion_writing/_edit_panel.html"
WITHDRAWAL, WITHDRAWAL_PANEL = "discussion_writing/withdrawal.html", "discussion_writing/_withdrawal_panel.html"
HELPFUL, HELPFUL_PANEL = "discussion_writing/helpful.html", "discussion_writing/_helpful_panel.html"
MINE = "discussion_writing/mine.html"


# --- What its author does with it -------------------------------------------------------------------------


@blueprint.route("/comments/<comment>/edit", methods=["GET", "POST"])
@access(signed_in)
def edit(comment: str) -> AnyResponse:
    """Change the text. For a short while nobody notices; after that the earlier text stays readable."""
    mine = hers(comment)
    if not may_edit(visitor(), mine):
        raise NotThereAnyMore
    form = _edit_form(mine)
    if request.method == "GET":
        return _editor(mine, form)
    complete = form.submitted()
    if not complete or "preview" in request.form:
        return _editor(
            mine, form, 200 if complete else 422, preview=None if form.stale else preview_of(form, mine.thread)
        )
    try:
        spend("comment edits", "60 per hour", str(visitor().person_id))
        transact(
            change_text,
            mine.id,
            form.source.data or "",
            form.side,
            by_id=visitor().person_id,
            read_version=form.read_version,
            now=now(),
        )
    except ChangedMeanwhile as problem:
        return _conflict(comment, form, problem)
    except Problem as problem:
        form.refuse(problem)
        return _editor(hers(comment), form, problem.status)
    flash(gettext("Your changes are saved."), "ok")
    return leave(permalink(mine))


@blueprint.route("/comments/<comment>/edit/preview", methods=["GET", "POST"])
@access(signed_in)
def edit_preview(comment: str) -> AnyResponse:
    """Show how readers will see the changed text. Nothing is stored."""
    mine = hers(comment)
    if request.method == "GET":
        return redirect(url_for("writing_comments.edit", comment=comment), 303)
    form = _edit_form(mine)
    form.validate()
    return show(EDIT, TYPED, **_editing(mine, form, preview=preview_of(form, mine.thread)))


@blueprint.route("/comments/<comment>/withdrawal", methods=["GET", "POST"])
@access(signed_in)
def withdrawal(comment: str) -> AnyResponse:
    """Take the comment back: a page of its own, because it cannot be undone."""
    mine = hers(comment)
    if mine.visibility == Visibility.WITHDRAWN:
        return leave(permalink(mine))
    if not may_withdraw(visitor(), mine):
        raise NotThereAnyMore
    form = PressForm()
    if not form.submitted():
        return _withdrawal(mine, form, 200 if request.method == "GET" else 422)
    try:
        transact(withdraw, mine.id, by_id=visitor().person_id, now=now())
    except Problem as problem:
        form.refuse(problem)
        return _withdrawal(hers(comment), form, problem.status)
    flash(gettext("You have withdrawn the comment."), "ok")
    return leave(permalink(mine))


@blueprint.get("/me/comments")
@access(signed_in)
def mine() -> Response:
    """Show a person what she wrote and what became of it, her drafts, what is new, and measures against her."""
    session, who = db.session(), visitor().person_id
    after = whole_number(request.args.get("after")) or None
    return show(
        MINE,
        page=own.own_page(session, who, after),
        unread=() if after else own.unread(session, who),
        drafts=() if after else own.drafts_of(session, who),
        measures=() if after else measures_against(session, who, now()),
        clauses=BY_CODE,
        labels=labels,
    )


def _edit_form(comment: Comment, **given: Any) -> EditForm:
    """Offer the text as it stands; whoever sends one names the version she had read."""
    stored = {
        "source": own.source_of(db.session(), comment),
        "alignment": comment.alignment.value if comment.alignment else "",
        "version": str(comment.version),
    }
    return EditForm(data=stored, takes_sides=comment.thread.host == "proposal", **given)


def _editor(comment: Comment, form: EditForm, status: int = 200, **facts: Any) -> Response:
    return show(EDIT, EDIT_PANEL, status, **_editing(comment, form, **facts))


def _editing(comment: Comment, form: EditForm, *, preview: Markup | None = None, conflict: Any = ()) -> dict[str, Any]:
    return {
        "comment": comment,
        "hosted": hosted_by(comment),
        "form": form,
        "preview": preview,
        "conflict": conflict,
        "permalink": permalink(comment),
        "draft": None,
        "problem": None,
        "keeps": False,
    }


def _conflict(public_id: str, form: EditForm, problem: Problem) -> Response:
    """Keep her text, say what stands there now, and let her decide: saving again overwrites it."""
    comment = hers(public_id)
    form.refuse(problem)
    form.version.data = str(comment.version)
    return _editor(comment, form, problem.status, conflict=what_differs(form, _edit_form(comment, formdata=None)))


def _withdrawal(comment: Comment, form: PressForm, status: int = 200) -> Response:
    facts = {"comment": comment, "hosted": hosted_by(comment), "permalink": permalink(comment)}
    return show(WITHDRAWAL, WITHDRAWAL_PANEL, status, form=form, **facts)


# --- Helpful ----------------------------------------------------------------------------------------------


@blueprint.route("/comments/<comment>/helpful", methods=["GET", "POST"])
@access(signed_in)
def helpful(comment: str) -> AnyResponse:
    """Say that it helped. Signing in leads back here, where one press finishes it."""
    return _press(comment, find_helpful, now=now())


@blueprint.route("/comments/<comment>/helpful/withdrawal", methods=["GET", "POST"])
@access(signed_in)
def not_helpful(comment: str) -> AnyResponse:
    """Take that back."""
    return _press(comment, unfind_helpful)


def _press(public_id: str, rule: Callable[..., Any], **when: datetime) -> AnyResponse:
    """Let a rule about her mark have its way, and show the box anew; pressed in a thread, lead back to the comment."""
    comment, hosted = readable(public_id)
    form = PressForm()
    if request.method == "GET":
        return _helpful(comment, hosted, form)
    try:
        spend("helpful", "60 per minute", str(visitor().person_id))
        if not form.submitted():
            return _helpful(comment, hosted, form, 422)
        transact(rule, comment.id, person_id=visitor().person_id, **when)
    except Problem as problem:
        form.refuse(problem)
        return _helpful(*readable(public_id), form, problem.status)
    if request.form.get("back"):
        return leave(safe_next(request.form["back"], default=permalink(comment)) + f"#c-{comment.public_id}")
    fresh, hosted = readable(public_id)
    return done(permalink(fresh), HELPFUL, HELPFUL_PANEL, **_helping(fresh, hosted, form))


def _helpful(comment: Comment, hosted: Hosted, form: PressForm, status: int = 200) -> Response:
    return show(HELPFUL, HELPFUL_PANEL, status, **_helping(comment, hosted, form))


def _helping(comment: Comment, hosted: Hosted, form: PressForm) -> dict[str, Any]:
    who = visitor().person_id
    return {
        "comment": comment,
        "hosted": hosted,
        "body": shown(comment),
        "press": form,
        "given": comment.id in queries.found_helpful(db.session(), who, (comment.id,)),
        "own": comment.author_id == who,
        "permalink": permalink(comment),
    }
