"""The live page and the big screen, and what somebody with an account does there: ask, support, vote.

The region that viewers poll is the same for everybody, so that one rendering a second serves thousands. What is hers
alone stands in regions of their own. Without scripts nothing reloads by itself: a page that does takes away what is
being typed and is read aloud from its beginning again. She presses "Refresh"; the big screen, where nobody types,
reloads by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, abort, flash, redirect, request, url_for

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import N_, Problem
from karavan.discussion import own as drafts, queries as discussions
from karavan.discussion.policy import shown_name
from karavan.discussion.rules.drafts import keep_draft
from karavan.hearings import live_state
from karavan.hearings.forms import PressForm
from karavan.hearings.hall_forms import AskForm
from karavan.hearings.hall_problems import IsOver
from karavan.hearings.live_state import own_part
from karavan.hearings.rules.polls import vote as cast_vote
from karavan.hearings.rules.questions import ask as ask_hall, support as support_question, unsupport
from karavan.hearings.views.live.room import SECONDS, blueprint, public_hall, tag_of, tagged, unchanged
from karavan.moderation.models import READABLE
from karavan.web.access import access, anyone, signed_in, visitor
from karavan.web.forms import NOT_KEPT, whole_number
from karavan.web.limits import spend
from karavan.web.locale import gettext, written_in
from karavan.web.reply import done, leave, public, show, wants_region

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from karavan.core.problems import Message
    from karavan.discussion.models import CommentDraft
    from karavan.hearings.live_state import Asked, HallNow

LIVE, HALL = "hearing_live/show.html", "hearing_live/_hall.html"
SCREEN, BIG = "hearing_live/screen.html", "hearing_live/_screen.html"
MINE_PAGE, MINE = "hearing_live/mine.html", "hearing_live/_mine.html"
ASK, ASK_PANEL = "hearing_live/ask.html", "hearing_live/_ask_panel.html"
TYPED = "discussion_writing/_typed.html"
CHOOSE = N_("Choose one of the answers offered.")


# --- What everybody sees --------------------------------------------------------------------------------------------


@blueprint.get("/hearings/<slug>/live")
@access(anyone)
def live(slug: str) -> Response:
    """Show what goes on: who speaks, the clock, who is next, questions, straw polls."""
    public(SECONDS)
    hall, sort = public_hall(slug), request.args.get("sort", "")
    sort = sort if sort in live_state.SORTS else live_state.SORTS[0]
    facts: dict[str, Any] = {"hall": hall, "sort": sort, "moment": now(), "press": None, "own": None}
    if wants_region():
        tag = tag_of(hall, "hall", sort)
        return unchanged(tag) or tagged(show(LIVE, HALL, **facts), tag)
    if visitor().signed_in:
        facts |= _part(hall) | _asking(hall, _ask_form(hall))
    return show(LIVE, **facts)


@blueprint.get("/hearings/<slug>/screen")
@access(anyone)
def screen(slug: str) -> Response:
    """Show it in huge type, for the wall of the hall."""
    public(SECONDS)
    hall = public_hall(slug)
    if not wants_region():
        return show(SCREEN, hall=hall, moment=now())
    tag = tag_of(hall, "screen")
    return unchanged(tag) or tagged(show(SCREEN, BIG, hall=hall, moment=now()), tag)


# --- What is hers ---------------------------------------------------------------------------------------------------


@blueprint.get("/hearings/<slug>/live/mine")
@access(signed_in)
def mine(slug: str) -> Response:
    """Show her place in the queue, the straw poll to vote in, what she supports."""
    hall = public_hall(slug)
    return show(MINE_PAGE, MINE, hall=hall, **_part(hall))


@blueprint.get("/hearings/<slug>/live/questions/<int:number>")
@access(signed_in)
def question(slug: str, number: int) -> AnyResponse:
    """Offer to support one question: where a link in the list leads whoever has just signed in."""
    hall = public_hall(slug)
    chosen = hall.question(number)
    if chosen is None:
        return leave(_live_url(hall))
    return show(MINE_PAGE, MINE, hall=hall, **_part(hall, chosen=chosen))


@blueprint.route("/hearings/<slug>/live/support", methods=["GET", "POST"])
@access(signed_in)
def support(slug: str) -> AnyResponse:
    """Want the answer to a question too, or no longer: one press. The count is of rows, one for each person."""
    hall, press, who = public_hall(slug), PressForm(), visitor().person_id
    if request.method == "GET":
        return redirect(url_for("hearing_live.mine", slug=slug), 303)
    back = "unsupport" in request.form
    chosen = hall.question(whole_number(request.form.get("unsupport" if back else "support", "")))
    if not press.submitted():
        return show(MINE_PAGE, MINE, 422, hall=hall, **_part(hall, press, chosen=chosen))
    if chosen is None:
        abort(404)
    try:
        spend("hall supports", "60 per minute", str(who))
        if back:
            transact(unsupport, hall.head.hearing_id, chosen.id, person_id=who)
        else:
            transact(support_question, hall.head.hearing_id, chosen.id, person_id=who, now=now())
    except Problem as problem:
        press.refuse(problem)
        fresh = public_hall(slug)
        return show(MINE_PAGE, MINE, problem.status, hall=fresh, **_part(fresh, press, chosen=chosen))
    url, fresh = f"{_live_url(hall)}#q{chosen.number}", public_hall(slug)
    return done(url, MINE_PAGE, MINE, hall=fresh, **_part(fresh))


@blueprint.route("/hearings/<slug>/live/vote", methods=["GET", "POST"])
@access(signed_in)
def vote(slug: str) -> AnyResponse:
    """Vote in the straw poll that is open. The first press counts, whatever is pressed after it."""
    hall, press, who = public_hall(slug), PressForm(), visitor().person_id
    if request.method == "GET":
        return show(MINE_PAGE, MINE, hall=hall, **_part(hall))
    poll, answer = (whole_number(request.form.get(name, "")) for name in ("poll", "answer"))
    if not press.submitted() or not answer:
        press.form_errors = [*press.form_errors] or [CHOOSE]
        return show(MINE_PAGE, MINE, 422, hall=hall, **_part(hall, press))
    try:
        spend("hall votes", "60 per minute", str(who))
        transact(cast_vote, hall.head.hearing_id, poll, answer, person_id=who, now=now())
    except Problem as problem:
        press.refuse(problem)
        fresh = public_hall(slug)
        return show(MINE_PAGE, MINE, problem.status, hall=fresh, **_part(fresh, press))
    fresh = public_hall(slug)
    return done(f"{_live_url(hall)}#mine", MINE_PAGE, MINE, hall=fresh, **_part(fresh))


@blueprint.route("/hearings/<slug>/live/question", methods=["GET", "POST"])
@access(signed_in)
def ask(slug: str) -> AnyResponse:
    """Ask the hall something. What is typed is kept as a draft until it is sent."""
    hall, who = public_hall(slug), visitor().person_id
    if hall.head.over:
        raise IsOver
    if request.method == "GET":
        return show(ASK, ASK_PANEL, **_asking(hall, _ask_form(hall)))
    form = AskForm()
    complete = form.submitted()
    if "draft" in request.form and not form.stale:
        return _kept(hall, form)
    if not complete:
        return show(ASK, ASK_PANEL, 422, **_asking(hall, form))
    words = form.source.data or ""
    try:
        spend("hall questions", "30 per hour", str(who))
        asked = {"source": words, "lang": written_in(words), "author_id": who, "key": form.key.data or ""}
        made = transact(ask_hall, hall.head.hearing_id, now=now(), **asked)
    except Problem as problem:
        form.refuse(problem)
        return show(ASK, ASK_PANEL, problem.status, **_asking(hall, form))
    seen = live_state.visibility_of(db.session(), made.comment_id) in READABLE
    if not wants_region():
        flash(_what_became(seen=seen), "ok")
        return leave(f"{_live_url(hall)}#hall-questions")
    return show(ASK, ASK_PANEL, **_asking(hall, AskForm(formdata=None), asked="shown" if seen else "waits"))


@blueprint.route("/hearings/<slug>/live/question/draft", methods=["GET", "POST"])
@access(signed_in)
def ask_draft(slug: str) -> AnyResponse:
    """Keep what is typed while she pauses."""
    hall = public_hall(slug)
    if request.method == "GET":
        return redirect(url_for("hearing_live.ask", slug=slug), 303)
    form = AskForm()
    form.validate()
    problem = NOT_KEPT if form.stale else None
    if problem is None:
        try:
            _keep(hall, form)
        except Problem as refusal:
            problem = refusal.message
    return show(ASK, TYPED, 422 if problem else 200, **_asking(hall, form, problem=problem))


# --- What these share -----------------------------------------------------------------------------------------------


def _live_url(hall: HallNow) -> str:
    return url_for("hearing_live.live", slug=hall.head.slug)


def _part(hall: HallNow, press: PressForm | None = None, *, chosen: Asked | None = None) -> dict[str, Any]:
    """Return what her own region needs."""
    own = own_part(db.session(), hall, visitor().person_id)
    return {"own": own, "press": press or PressForm(), "chosen": chosen}


def _draft(hall: HallNow) -> CommentDraft | None:
    thread_id = hall.head.thread_id
    return None if thread_id is None else drafts.draft_of(db.session(), visitor().person_id, thread_id, "")


def _ask_form(hall: HallNow) -> AskForm:
    draft = _draft(hall)
    return AskForm(data={"source": draft.source} if draft else None)


def _asking(hall: HallNow, form: AskForm, *, asked: str = "", problem: Message | None = None) -> dict[str, Any]:
    """Return what the form of a question needs."""
    head = hall.head
    return {
        "hall": hall,
        "form": form,
        "draft": _draft(hall),
        "preview": None,
        "problem": problem,
        "keeps": head.thread_id is not None,
        "called": shown_name(visitor().name),
        "thread": discussions.thread_by_id(db.session(), head.thread_id) if head.thread_id else None,
        "asked": asked,
    }


def _keep(hall: HallNow, form: AskForm) -> None:
    who, thread_id = visitor().person_id, hall.head.thread_id
    spend("comment drafts", "60 per minute", str(who))
    if thread_id is not None:
        transact(keep_draft, thread_id, "", form.typed(), person_id=who, now=now())


def _kept(hall: HallNow, form: AskForm) -> AnyResponse:
    """Keep the draft because she pressed so."""
    try:
        _keep(hall, form)
    except Problem as problem:
        form.refuse(problem)
        return show(ASK, ASK_PANEL, problem.status, **_asking(hall, form))
    kept = AskForm(formdata=None, data={"source": form.typed(), "key": form.key.data})
    return done(url_for("hearing_live.ask", slug=hall.head.slug), ASK, ASK_PANEL, **_asking(hall, kept))


def _what_became(*, seen: bool) -> str:
    if seen:
        return gettext("Everybody can read your question now.")
    return gettext("Your question has arrived. A moderator reads it before it appears.")
