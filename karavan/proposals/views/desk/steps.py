"""Deciding about one submission: the steps of its life, the second pair of eyes, looking again, asking to join."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, abort, flash, request, url_for

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.differences import differences
from karavan.core.problems import N_, Problem
from karavan.proposals import queries
from karavan.proposals.desk_forms import JoiningForm, LookForm, StepForm
from karavan.proposals.lifecycle import STEPS, Need
from karavan.proposals.models import Act
from karavan.proposals.policy import acts_as, is_for, may
from karavan.proposals.rules.join import OPEN as OPEN_TO_JOINING, ask_to_join
from karavan.proposals.rules.publish import publish
from karavan.proposals.rules.steps import take_step
from karavan.proposals.rules.write import compare, seen
from karavan.proposals.views.desk.room import STAFF_ACTS, blueprint, proposal_at_desk
from karavan.web.access import access, staff, visitor
from karavan.web.locale import gettext
from karavan.web.reply import leave, show

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from karavan.proposals.models import Proposal, StateChange

STEP, STEP_PANEL = "proposal_desk/step.html", "proposal_desk/_step_panel.html"
COMPARISON, COMPARISON_PANEL = "proposal_desk/comparison.html", "proposal_desk/_comparison_panel.html"
LOOK, LOOK_PANEL = "proposal_desk/look.html", "proposal_desk/_look_panel.html"
JOINING, JOINING_PANEL = "proposal_desk/joining.html", "proposal_desk/_joining_panel.html"

DONE = {
    Act.RETURN: N_("Returned. A letter tells the author why."),
    Act.REFUSE: N_("Not accepted for publication. A letter tells the author why."),
    Act.PUBLISH: N_("Published: everyone can read it and support it now."),
    Act.ADMIT: N_("Admitted: the council has to consider it, and the date is set."),
    Act.CONSIDER: N_("The council is considering it now. The text can no longer be changed."),
    Act.RECOMMEND: N_("It waits for the body's answer now."),
    Act.DECLINE: N_("Declined. The author and everyone who supports it are told why."),
    Act.COMPLETE: N_("It is marked as done. The author and everyone who supports it are told."),
}


@blueprint.route("/<int:proposal_id>/steps/<act>", methods=["GET", "POST"])
@access(staff)
def step(proposal_id: int, act: str) -> AnyResponse:
    """Take one step, on a page of its own: what it means, what the author will read, and one button."""
    proposal = proposal_at_desk(proposal_id)
    taken = next((one for one in STAFF_ACTS if one.value == act), None)
    if taken is None:
        abort(404)
    actor = visitor()
    if not is_for(actor, proposal, taken):
        abort(403)
    if request.method == "GET" and not may(actor, proposal, taken):
        flash(gettext("This cannot be done at the stage the proposal is at now."), "warn")
        return leave(_card(proposal_id))
    form = StepForm(data={"version": proposal.version, "revision": proposal.revision})
    if not form.submitted():
        return _step(proposal, taken, form, 422 if request.method == "POST" else 200)
    try:
        _take(proposal, taken, form)
    except Problem as problem:
        return _step_refused(proposal_id, taken, form, problem)
    flash(gettext(DONE[taken]), "ok")
    return leave(_card(proposal_id))


@blueprint.route("/<int:proposal_id>/comparison", methods=["GET", "POST"])
@access(staff)
def comparison(proposal_id: int) -> AnyResponse:
    """Compare what was typed for somebody with the original: a second person's work."""
    proposal = proposal_at_desk(proposal_id)
    if proposal.entered_by_id is None:
        abort(404)
    _refuse_author(proposal)
    form = StepForm(data={"version": proposal.version, "revision": proposal.revision})
    if not form.submitted():
        return _comparison(proposal, form, 422 if request.method == "POST" else 200)
    try:
        transact(compare, proposal_id, by_person=visitor().person_id, read_version=form.read_version, now=now())
    except Problem as problem:
        fresh, changes = _after_refusal(proposal_id, form, problem)
        return _comparison(fresh, form, problem.status, changes=changes)
    flash(gettext("Noted: the text says what the original says."), "ok")
    return leave(_card(proposal_id))


@blueprint.route("/<int:proposal_id>/look", methods=["GET", "POST"])
@access(staff)
def look(proposal_id: int) -> AnyResponse:
    """Look at a text that was changed after it was published."""
    proposal = proposal_at_desk(proposal_id)
    _refuse_author(proposal)
    if proposal.published_at is None or proposal.revision <= proposal.checked_revision:
        return leave(_card(proposal_id))
    form = LookForm(data={"revision": proposal.revision})
    if not form.submitted():
        return _look(proposal, form, 422 if request.method == "POST" else 200)
    try:
        transact(seen, proposal_id, revision=form.read_revision)
    except Problem as problem:
        fresh = proposal_at_desk(proposal_id)
        form.refuse(problem)
        form.revision.data = str(fresh.revision)
        return _look(fresh, form, problem.status)
    flash(gettext("Noted: you have looked at the new text."), "ok")
    return leave(_card(proposal_id))


@blueprint.route("/<int:proposal_id>/joining", methods=["GET", "POST"])
@access(staff)
def joining(proposal_id: int) -> AnyResponse:
    """Ask the author whether her submission may be joined with another one."""
    proposal = proposal_at_desk(proposal_id)
    _refuse_author(proposal)
    if request.method == "GET" and proposal.state not in OPEN_TO_JOINING:
        return leave(_card(proposal_id))
    form = JoiningForm(data={"version": proposal.version, "into": request.args.get("into", "")[:20]})
    if not form.submitted():
        return _joining(proposal, form, 422 if request.method == "POST" else 200)
    number = (form.into.data or "").upper()
    other = queries.proposal_by_number(db.session(), number)
    try:
        transact(
            ask_to_join,
            proposal_id,
            other.id if other else 0,
            reason=form.reason.form.slots(),
            by_person=visitor().person_id,
            read_version=form.read_version,
            now=now(),
        )
    except Problem as problem:
        fresh, changes = _after_refusal(proposal_id, form, problem)
        return _joining(fresh, form, problem.status, changes=changes)
    flash(gettext("The author is asked by letter. Nothing moves until she agrees."), "ok")
    return leave(_card(proposal_id))


def _take(proposal: Proposal, act: Act, form: StepForm) -> None:
    """Let the rule do it, as whoever this person is to the submission."""
    by = acts_as(visitor(), proposal, act)
    facts: dict[str, Any] = {"actor_id": visitor().person_id, "read_version": form.read_version, "now": now()}
    if act == Act.PUBLISH:
        transact(publish, proposal.id, by=by, **facts)
    else:
        transact(take_step, proposal.id, act, by=by, reason=form.reason.form.slots(), **facts)


def _step(proposal: Proposal, act: Act, form: StepForm, status: int = 200, *, changes: Any = None) -> Response:
    session = db.session()
    return show(
        STEP,
        STEP_PANEL,
        status,
        proposal=proposal,
        act=act.value,
        step=STEPS[act],
        form=form,
        changes=changes,
        possible=may(visitor(), proposal, act),
        asks_reason=_asks_reason(proposal, act) or bool(form.reason.form.slots()),
        sent=any(row.number for row in queries.desk_recommendations_of(session, proposal.id)),
    )


def _asks_reason(proposal: Proposal, act: Act) -> bool:
    """Does this step need a reason now? To admit needs one only with too few supports."""
    needs = STEPS[act].needs
    too_few = Need.ENOUGH_SUPPORT in needs and proposal.supports < (proposal.supports_needed or 0)
    return Need.REASON in needs or too_few


def _step_refused(proposal_id: int, act: Act, form: StepForm, problem: Problem) -> Response:
    proposal, changes = _after_refusal(proposal_id, form, problem)
    return _step(proposal, act, form, problem.status, changes=changes)


def _after_refusal(
    proposal_id: int, form: StepForm | JoiningForm, problem: Problem
) -> tuple[Proposal, list[StateChange] | None]:
    """Look at what stands now, and say what has happened since the page was opened. What was typed stays."""
    proposal = proposal_at_desk(proposal_id)
    form.refuse(problem)
    if problem.status != 409:
        return proposal, None
    changes = [change for change in proposal.changes if change.version > form.read_version]
    form.version.data = str(proposal.version)
    return proposal, changes


def _comparison(proposal: Proposal, form: StepForm, status: int = 200, *, changes: Any = None) -> Response:
    people = queries.people_by_id(db.session(), (proposal.entered_by_id, proposal.second_id))
    return show(
        COMPARISON,
        COMPARISON_PANEL,
        status,
        proposal=proposal,
        form=form,
        changes=changes,
        scans=queries.scans_of(db.session(), proposal.id),
        typed_by=people.get(proposal.entered_by_id or 0),
        second=people.get(proposal.second_id or 0),
        same=proposal.entered_by_id == visitor().person_id,
    )


def _look(proposal: Proposal, form: LookForm, status: int = 200) -> Response:
    texts = {text.number: text for text in queries.revisions_of(db.session(), proposal.id)}
    before, after = texts.get(proposal.checked_revision), texts[proposal.revision]
    compared = {
        name: differences(getattr(before, name) if before else "", getattr(after, name))
        for name in ("title", "problem", "solution")
    }
    return show(LOOK, LOOK_PANEL, status, proposal=proposal, form=form, compared=compared)


def _joining(proposal: Proposal, form: JoiningForm, status: int = 200, *, changes: Any = None) -> Response:
    session = db.session()
    similar = queries.similar(session, proposal.title)
    others = [card for card in similar if card.id != proposal.id and card.council_id == proposal.council_id]
    asked = queries.join_request(session, proposal.id)
    return show(
        JOINING, JOINING_PANEL, status, proposal=proposal, form=form, changes=changes, others=others, asked=asked
    )


def _refuse_author(proposal: Proposal) -> None:
    """Nobody judges a submission of her own."""
    if visitor().person_id == proposal.author_id:
        abort(403)


def _card(proposal_id: int) -> str:
    return url_for("proposal_desk.show", proposal_id=proposal_id)
