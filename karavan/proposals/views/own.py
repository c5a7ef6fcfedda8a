"""What an author, a supporter or a follower does with a submission. Each act has an address: read it, then press."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, flash, request, url_for

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Message, Problem
from karavan.proposals import queries
from karavan.proposals.forms import EditForm, EndForm, JoiningForm, ObjectionForm, PressForm, RatingForm
from karavan.proposals.lifecycle import STEPS, Who
from karavan.proposals.models import Act, AnswerState, State
from karavan.proposals.page import readable, support_of
from karavan.proposals.policy import acts_as, may_edit, stands
from karavan.proposals.problems import (
    AlreadyContested,
    ChangedMeanwhile,
    NotAnsweredYet,
    NotAsked,
    NotAtThisStage,
    NotOpenToEdits,
)
from karavan.proposals.rules.answer import contest, rate
from karavan.proposals.rules.join import answer_join
from karavan.proposals.rules.steps import take_step
from karavan.proposals.rules.support import move_support, support as give_support, take_back
from karavan.proposals.rules.write import edit as change_text
from karavan.web.access import access, signed_in, visitor
from karavan.web.fields import NOT_A_CHOICE
from karavan.web.limits import spend
from karavan.web.locale import gettext
from karavan.web.reply import done, leave, show

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from karavan.proposals.models import OfficialAnswer, Proposal, Recommendation
    from karavan.web.forms import Form

blueprint = Blueprint("own", __name__, url_prefix="/<lang:lang>/proposals/<number>")

SUPPORT, SUPPORT_PANEL = "proposals/support.html", "proposals/_support_panel.html"
EDIT, EDIT_PANEL = "proposals/edit.html", "proposals/_edit_panel.html"
END, END_PANEL = "proposals/withdrawal.html", "proposals/_end_panel.html"
JOINING, JOINING_PANEL = "proposals/joining.html", "proposals/_joining_panel.html"
RATING, RATING_PANEL = "proposals/rating.html", "proposals/_rating_panel.html"
OBJECTION, OBJECTION_PANEL = "proposals/objection.html", "proposals/_objection_panel.html"


# --- Supporting -------------------------------------------------------------------------------------------


@blueprint.route("/support", methods=["GET", "POST"])
@access(signed_in)
def support(number: str) -> AnyResponse:
    """Count her among the supporters. Signing in leads back here, where one press finishes it."""
    return _press(number, give_support, gettext("You support this proposal. Thank you."))


@blueprint.route("/support/withdrawal", methods=["GET", "POST"])
@access(signed_in)
def take_support_back(number: str) -> AnyResponse:
    """Take her support back."""
    return _press(number, take_back, gettext("Your support is taken back."))


@blueprint.route("/support/move", methods=["GET", "POST"])
@access(signed_in)
def move(number: str) -> AnyResponse:
    """Move her support to the submission this one was joined with."""
    return _press(number, move_support, gettext("Your support now counts for the other proposal."))


def _press(number: str, rule: Callable[..., int], sentence: str) -> AnyResponse:
    """Let a rule about her support have its way, and show the box anew."""
    proposal = readable(number)
    form = PressForm()
    if request.method == "GET":
        return _support(proposal, form)
    spend("support", "60 per minute", str(visitor().person_id))
    if not form.submitted():
        return _support(proposal, form, 422)
    try:
        transact(rule, proposal.id, person_id=visitor().person_id, now=now())
    except Problem as problem:
        form.refuse(problem)
        return _support(readable(number), form, 422)
    flash(sentence, "ok")
    url = url_for("proposals.show", number=number)
    return done(url, SUPPORT, SUPPORT_PANEL, **support_of(db.session(), readable(number), visitor()))


def _support(proposal: Proposal, form: Form, status: int = 200) -> Response:
    return show(SUPPORT, SUPPORT_PANEL, status, **support_of(db.session(), proposal, visitor(), form))


# --- The author's text ------------------------------------------------------------------------------------


@blueprint.route("/edit", methods=["GET", "POST"])
@access(signed_in)
def edit(number: str) -> AnyResponse:
    """Change the text. Who supports it is told, and the earlier text stays readable."""
    proposal = _mine(number)
    if not may_edit(visitor(), proposal):
        raise NotOpenToEdits
    form = EditForm(obj=proposal)
    if not form.submitted():
        return _editor(proposal, form, _status())
    who = visitor().person_id
    try:
        transact(change_text, proposal.id, form.words(), person_id=who, read_version=form.read_version, now=now())
    except ChangedMeanwhile as problem:
        return _conflict(number, form, problem)
    except Problem as problem:
        form.refuse(problem)
        return _editor(proposal, form, 422)
    flash(gettext("Your changes are saved."), "ok")
    return leave(url_for("proposals.show", number=number))


def _conflict(number: str, form: EditForm, problem: Problem) -> Response:
    """Keep her text, say what stands there now, and let her decide: saving again overwrites it."""
    proposal = _mine(number)
    form.refuse(problem)
    form.version.data = str(proposal.version)
    stored = ((field, getattr(proposal, field.name)) for field in (form.title, form.problem, form.solution))
    conflict = [(field.label.text, words.splitlines()) for field, words in stored if words != field.data]
    return _editor(proposal, form, problem.status, conflict)


def _editor(proposal: Proposal, form: EditForm, status: int = 200, conflict: Any = ()) -> Response:
    return show(EDIT, EDIT_PANEL, status, proposal=proposal, form=form, conflict=conflict)


@blueprint.route("/withdrawal", methods=["GET", "POST"])
@access(signed_in)
def withdrawal(number: str) -> AnyResponse:
    """Take the submission back: a page of its own, because it cannot be undone."""
    proposal = _mine(number)
    if proposal.state not in STEPS[Act.WITHDRAW].before:
        raise NotAtThisStage
    form = EndForm(obj=proposal)
    if not form.submitted():
        return _end(proposal, form, _status())
    try:
        transact(
            take_step,
            proposal.id,
            Act.WITHDRAW,
            by=acts_as(visitor(), proposal, Act.WITHDRAW),
            actor_id=visitor().person_id,
            now=now(),
            read_version=form.read_version,
            reason=form.slots(proposal.lang),
        )
    except Problem as problem:
        return _refused(number, form, problem, _end)
    flash(gettext("You have withdrawn the proposal."), "ok")
    return leave(url_for("proposals.show", number=number))


def _end(proposal: Proposal, form: EndForm, status: int = 200) -> Response:
    return show(END, END_PANEL, status, proposal=proposal, form=form)


@blueprint.route("/joining", methods=["GET", "POST"])
@access(signed_in)
def joining(number: str) -> AnyResponse:
    """Agree or decline that it is joined with another; nothing is joined without her."""
    proposal = _mine(number)
    asked = queries.join_request(db.session(), proposal.id)
    if asked is None:
        raise NotAsked
    form = JoiningForm(obj=proposal)
    if not form.submitted():
        return _joining(proposal, form, _status())
    accepted = "accept" in request.form
    if not accepted and "decline" not in request.form:  # an old browser may not say which button it was
        form.refuse(Problem(Message(NOT_A_CHOICE)))
        return _joining(proposal, form, 422)
    who, version = visitor().person_id, form.read_version
    try:
        transact(answer_join, proposal.id, person_id=who, accepted=accepted, read_version=version, now=now())
    except Problem as problem:
        return _refused(number, form, problem, _joining)
    flash(gettext("The two proposals are joined.") if accepted else gettext("Your proposal stays on its own."), "ok")
    return leave(url_for("proposals.show", number=number))


def _joining(proposal: Proposal, form: JoiningForm, status: int = 200) -> Response:
    asked = queries.join_request(db.session(), proposal.id)
    if asked is None:
        raise NotAsked
    return show(JOINING, JOINING_PANEL, status, proposal=proposal, form=form, asked=asked)


# --- The author and the answers ---------------------------------------------------------------------------


@blueprint.route("/answers/<int:answer_id>/rating", methods=["GET", "POST"])
@access(signed_in)
def rating(number: str, answer_id: int) -> AnyResponse:
    """Say whether an answer answers. She may change her mind."""
    proposal = _mine(number)
    recommendation, answer = _answer(proposal, answer_id)
    given = next((one for one in answer.ratings if one.proposal_id == proposal.id), None)
    form = RatingForm(data={"score": str(given.score), "note": given.note} if given else None)
    shown = {"proposal": proposal, "recommendation": recommendation, "answer": answer, "form": form}
    if not form.submitted():
        return show(RATING, RATING_PANEL, _status(), **shown)
    who, score, words = visitor().person_id, int(form.score.data), form.note.data or ""
    try:
        transact(rate, answer_id, proposal.id, person_id=who, score=score, note_text=words, now=now())
    except Problem as problem:
        form.refuse(problem)
        return show(RATING, RATING_PANEL, 422, **shown)
    flash(gettext("Thank you: your opinion stands beside the answer."), "ok")
    return leave(url_for("proposals.show", number=number))


@blueprint.route("/recommendations/<int:recommendation_id>/objection", methods=["GET", "POST"])
@access(signed_in)
def objection(number: str, recommendation_id: int) -> AnyResponse:
    """Contest the answer to a recommendation: once."""
    proposal = _mine(number)
    session = db.session()
    found = {one.id: one for one in queries.recommendations_of(session, proposal.id)}.get(recommendation_id)
    if found is None:
        abort(404)
    if any(one.proposal_id == proposal.id for one in queries.objections_of(session, [found.id])):
        raise AlreadyContested
    if proposal.state != State.ANSWERED:
        raise NotAnsweredYet
    form = ObjectionForm()
    shown = {"proposal": proposal, "recommendation": found, "form": form}
    if not form.submitted():
        return show(OBJECTION, OBJECTION_PANEL, _status(), **shown)
    who, words = visitor().person_id, form.reason.data or ""
    try:
        transact(contest, recommendation_id, proposal.id, person_id=who, reason=words, now=now())
    except Problem as problem:
        form.refuse(problem)
        return show(OBJECTION, OBJECTION_PANEL, 422, **shown)
    flash(gettext("Your objection is with the council. It decides by the date on this page."), "ok")
    return leave(url_for("proposals.show", number=number))


# --- What these share -------------------------------------------------------------------------------------


def _mine(number: str) -> Proposal:
    """Return her own submission. Others are refused; what they may not see is not there."""
    proposal = readable(number)
    if Who.AUTHOR not in stands(visitor(), proposal):
        abort(403)
    return proposal


def _answer(proposal: Proposal, answer_id: int) -> tuple[Recommendation, OfficialAnswer]:
    known = {
        answer.id: (recommendation, answer)
        for recommendation in queries.recommendations_of(db.session(), proposal.id)
        for answer in recommendation.answers
        if answer.state == AnswerState.PUBLISHED
    }
    if answer_id not in known:
        abort(404)
    return known[answer_id]


def _status() -> int:
    return 200 if request.method == "GET" else 422


def _refused(number: str, form: Any, problem: Problem, again: Callable[..., Response]) -> Response:
    """Say what the rule said, keep what was typed, and let her decide about what stands now."""
    proposal = _mine(number)
    form.refuse(problem)
    form.version.data = str(proposal.version)
    return again(proposal, form, 422)
