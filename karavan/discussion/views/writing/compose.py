"""Writing a comment or a reply.

What is typed is kept as a draft while she pauses, and shown as readers will see it; only the main button writes it into
the thread, whichever way it was sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from flask import current_app, flash, redirect, request, url_for

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Message, Problem
from karavan.core.when import clock, day_medium
from karavan.discussion import own
from karavan.discussion.acquainted import has_been_read
from karavan.discussion.forms import CommentForm
from karavan.discussion.page import readable_thread
from karavan.discussion.policy import OFFICIAL, badges, may_write, shown_name
from karavan.discussion.problems import ParentGone, ThreadClosed
from karavan.discussion.rules.drafts import keep_draft
from karavan.discussion.rules.limits import refuse_measures
from karavan.discussion.rules.post import post
from karavan.discussion.views.writing.room import TYPED, blueprint, hosted_by, permalink, preview_of, readable, shown
from karavan.moderation.conduct import BY_CODE
from karavan.moderation.models import READABLE, Visibility
from karavan.moderation.queries import standing
from karavan.web.access import access, signed_in, visitor
from karavan.web.forms import NOT_KEPT
from karavan.web.limits import spend
from karavan.web.locale import gettext, lang
from karavan.web.reply import done, leave, show

if TYPE_CHECKING:
    from flask import Response
    from markupsafe import Markup
    from werkzeug.wrappers import Response as AnyResponse

    from karavan.discussion.hosts import Hosted
    from karavan.discussion.models import Comment, CommentDraft, Thread

WRITE, COMMENT_PANEL = "discussion_writing/write.html", "discussion_writing/_comment_panel.html"


class TooQuick(Problem):
    """A newcomer's first comment came faster than anybody writes. Pressing again is enough."""

    text = Message("That was very quick. Please look at your text once more and press the button again.")


class Place(NamedTuple):
    """Where somebody writes: in a thread, and perhaps in reply to somebody there."""

    thread: Thread
    hosted: Hosted
    parent: Comment | None
    gone: bool = False
    """What she was answering can no longer be read: she goes on with a comment of its own."""

    @property
    def reply_to(self) -> str:
        """The public id of whom it answers; empty: nobody."""
        return self.parent.public_id if self.parent else ""

    @property
    def url(self) -> str:
        """The address of the form."""
        if self.parent:
            return url_for("writing_comments.reply", comment=self.parent.public_id)
        return url_for("writing_comments.new", thread=self.thread.public_id)

    @property
    def draft_url(self) -> str:
        """Where what is typed is kept."""
        if self.parent:
            return url_for("writing_comments.reply_draft", comment=self.parent.public_id)
        return url_for("writing_comments.new_draft", thread=self.thread.public_id)


# --- A new comment ----------------------------------------------------------------------------------------


@blueprint.route("/threads/<thread>/new", methods=["GET", "POST"])
@access(signed_in)
def new(thread: str) -> AnyResponse:
    """Write a comment of one's own."""
    return _write(_place(thread))


@blueprint.route("/comments/<comment>/reply", methods=["GET", "POST"])
@access(signed_in)
def reply(comment: str) -> AnyResponse:
    """Answer somebody."""
    return _write(_reply_place(comment))


@blueprint.route("/threads/<thread>/new/draft", methods=["GET", "POST"])
@access(signed_in)
def new_draft(thread: str) -> AnyResponse:
    """Keep what is typed while she pauses, and show how readers will see it."""
    return _keep_typed(_place(thread))


@blueprint.route("/comments/<comment>/reply/draft", methods=["GET", "POST"])
@access(signed_in)
def reply_draft(comment: str) -> AnyResponse:
    """Keep what is typed in reply while she pauses."""
    return _keep_typed(_reply_place(comment))


def _write(place: Place) -> AnyResponse:
    """Offer the form with what she was writing; take what she sends, whichever button she pressed."""
    if request.method == "GET":
        draft = _draft(place)
        return _writer(place, _form(place, {"source": draft.source} if draft else None), draft=draft)
    form = _form(place)
    complete = form.submitted()
    if place.gone:
        form.refuse(ParentGone())
        return _writer(place, form, ParentGone.status)
    if form.stale:
        return _writer(place, form, 422)
    if "draft" in request.form:
        return _kept(place, form)
    if "preview" in request.form:
        return _writer(place, form, 200 if complete else 422, preview=preview_of(form, place.thread))
    if form.trapped:
        _say_posted()
        return leave(_thread_url(place.thread))
    if not complete:
        return _writer(place, form, 422)
    return _post(place, form)


def _post(place: Place, form: CommentForm) -> AnyResponse:
    """Put it into the thread, and say what happens next."""
    who, moment = visitor().person_id, now()
    try:
        spend("comments", "60 per hour", str(who))
        if form.too_quick(moment) and not has_been_read(db.session(), who):
            raise TooQuick
        key = form.key.data or ""
        comment = transact(post, place.thread.id, form.comment(place.reply_to), author_id=who, key=key, now=moment)
    except Problem as problem:
        form.refuse(problem)
        return _writer(place, form, problem.status)
    _say_posted(comment)
    return leave(permalink(comment))


def _say_posted(comment: Comment | None = None) -> None:
    """Say whether it can be read now, or what it waits for. Programs are told what people are told."""
    wait = own.waiting(db.session(), [comment]).get(comment.id) if comment else None
    if comment is None or wait is None:
        flash(gettext("Thank you. Your comment can be read now."), "ok")
        return
    facts = {"place": wait.place, "day": day_medium(wait.until, lang()), "time": clock(wait.until, lang())}
    if comment.visibility != Visibility.HELD:
        said = [
            gettext("Thank you. A moderator reads your comment before it appears."),
            gettext("Its place in the queue: %(place)s. Read by: %(day)s, %(time)s.") % facts,
        ]
        flash(" ".join(said), "ok")
        return
    said = [gettext("Thank you. Your comment is held until a moderator has read it.")]
    if wait.clause in BY_CODE:
        title = BY_CODE[wait.clause].current.title.best(lang()).text
        said.append(gettext("It made us think of a rule: %(rule)s.") % {"rule": title})
    said.append(gettext("It is held no longer than until: %(day)s, %(time)s.") % facts)
    flash(" ".join(said), "warn")


# --- Drafts and previews ----------------------------------------------------------------------------------


def _kept(place: Place, form: CommentForm) -> AnyResponse:
    """Keep the draft because she asked for it."""
    try:
        draft = _keep(place, form)
    except Problem as problem:
        form.refuse(problem)
        return _writer(place, form, problem.status)
    flash(gettext("Your draft is kept. Nobody else can see it."), "ok")
    form = _form(place, {"source": draft.source if draft else ""}, fresh=True)
    return done(place.url, WRITE, COMMENT_PANEL, **_writing(place, form, draft=draft))


def _keep_typed(place: Place) -> AnyResponse:
    """Keep what is typed without a press; a fresh token comes with the answer."""
    if request.method == "GET":
        return redirect(place.url, 303)
    form = _form(place)
    form.validate()
    draft, problem = None, None
    if form.stale:
        problem = NOT_KEPT
    else:
        try:
            draft = _keep(place, form)
        except Problem as refusal:
            problem = refusal.message
    facts = _writing(place, form, draft=draft, preview=preview_of(form, place.thread), problem=problem)
    return show(WRITE, TYPED, 422 if problem else 200, **facts)


def _keep(place: Place, form: CommentForm) -> CommentDraft | None:
    who = visitor().person_id
    spend("comment drafts", "60 per minute", str(who))
    transact(keep_draft, place.thread.id, place.reply_to, form.typed(), person_id=who, now=now())
    return _draft(place)


# --- What these share -------------------------------------------------------------------------------------


def _place(public_id: str) -> Place:
    """Open a thread that everybody may read, if it still takes comments."""
    thread, hosted = readable_thread(public_id)
    return _open(Place(thread, hosted, None))


def _reply_place(public_id: str) -> Place:
    """Open a comment that everybody can read. If it is gone once she has typed, her words are kept."""
    comment = own.comment_by_public_id(db.session(), public_id)
    if comment is not None and comment.visibility not in READABLE and comment.shown_at and request.method == "POST":
        return Place(comment.thread, hosted_by(comment), None, gone=True)
    comment, hosted = readable(public_id)
    return _open(Place(comment.thread, hosted, comment))


def _open(place: Place) -> Place:
    """Say before she types that nothing is written here, or not by her now; after that the rule says so on her form."""
    if request.method == "GET":
        if not (place.hosted.open and may_write(visitor(), place.thread)):
            raise ThreadClosed
        session, who, organisation_id, moment = db.session(), visitor().person_id, place.thread.organisation_id, now()
        refuse_measures(session, standing(session, who, organisation_id, moment), who, organisation_id, moment)
    return place


def _thread_url(thread: Thread) -> str:
    return url_for("discussion.show", thread=thread.public_id)


def _draft(place: Place) -> CommentDraft | None:
    return own.draft_of(db.session(), visitor().person_id, place.thread.id, place.reply_to)


def _form(place: Place, data: dict[str, Any] | None = None, *, fresh: bool = False) -> CommentForm:
    roles = badges(visitor().grants, place.thread.organisation_id)
    given: dict[str, Any] = {"formdata": None} if fresh else {}
    form = CommentForm(
        data=data,
        takes_sides=place.thread.host == "proposal",
        roles=roles,
        organisation=place.thread.organisation.name.best(lang()).text,
        keys=current_app.extensions["karavan.keys"],
        **given,
    )
    if "official" in form and not OFFICIAL & set(roles):
        del form.official
    form.start(now())
    return form


def _writer(place: Place, form: CommentForm, status: int = 200, **facts: Any) -> Response:
    return show(WRITE, COMMENT_PANEL, status, **_writing(place, form, **facts))


def _writing(
    place: Place,
    form: CommentForm,
    *,
    draft: CommentDraft | None = None,
    preview: Markup | None = None,
    problem: Message | None = None,
) -> dict[str, Any]:
    return {
        "thread": place.thread,
        "hosted": place.hosted,
        "parent": place.parent,
        "parent_body": shown(place.parent) if place.parent else None,
        "url": place.url,
        "draft_url": place.draft_url,
        "back": permalink(place.parent) if place.parent else _thread_url(place.thread),
        "called": shown_name(visitor().name),
        "form": form,
        "draft": draft,
        "preview": preview,
        "problem": problem,
        "keeps": True,
    }
