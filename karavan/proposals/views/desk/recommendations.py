"""What a council recommends: writing it down, sending it, giving the body more time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, abort, flash, request, url_for

from karavan.accounts.models import Role
from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Problem
from karavan.core.when import local_day
from karavan.councils.queries import addressees, statute_of
from karavan.deadlines.models import DeadlineKind, DeadlineState
from karavan.deadlines.queries import current_calendar
from karavan.deadlines.reckoning import due_on
from karavan.proposals import queries
from karavan.proposals.desk_forms import DeskForm, ExtensionForm, PauseForm, recommendation_form
from karavan.proposals.models import AnswerState, RecommendationState
from karavan.proposals.policy import may_recommend
from karavan.proposals.rules.recommend import (
    CARRIED,
    begin_recommendation,
    change_recommendation,
    drop_recommendation,
    extend_term,
    hold_term,
    release_term,
    send_recommendation,
)
from karavan.proposals.views.desk.room import (
    blueprint,
    recommendation_at_desk,
    recommendation_of_council,
    secretary_of,
    staff_role,
)
from karavan.web.access import access, staff, visitor
from karavan.web.fields import what_differs
from karavan.web.forms import whole_number
from karavan.web.locale import gettext
from karavan.web.reply import leave, show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.wrappers import Response as AnyResponse

    from karavan.proposals.desk_forms import RecommendationForm
    from karavan.proposals.models import Recommendation
    from karavan.proposals.queries import Clock, DeskCouncil

CHOICE = "proposal_desk/councils.html"
EDITOR, FORM = "proposal_desk/editor.html", "proposal_desk/_recommendation_form.html"
PAGE = "proposal_desk/recommendation.html"
SENDING, SENDING_PANEL = "proposal_desk/sending.html", "proposal_desk/_sending_panel.html"
PAUSE, PAUSE_PANEL = "proposal_desk/pause.html", "proposal_desk/_pause_panel.html"
DROPPING, DROPPING_PANEL = "proposal_desk/dropping.html", "proposal_desk/_dropping_panel.html"
EXTENSION, EXTENSION_PANEL = "proposal_desk/extension.html", "proposal_desk/_extension_panel.html"


@blueprint.route("/recommendations/new", methods=["GET", "POST"])
@access(staff)
def recommend() -> AnyResponse:
    """Write down what a council decided to recommend."""
    councils = queries.desk_councils(db.session(), secretary_of())
    if not councils:
        abort(403)
    council = _council_asked(councils)
    if council is None:
        return show(CHOICE, None, 422 if request.method == "POST" else 200, councils=councils)
    offered = queries.considered_by(db.session(), council.id)
    wished = {"proposals": request.args.getlist("proposal")[:200]}
    form = recommendation_form(offered, addressees(db.session()), data=wished)
    if not form.submitted():
        return _editor(None, council, form, 422 if request.method == "POST" else 200)
    person_id = visitor().person_id
    try:
        made = transact(begin_recommendation, council.id, form.advice(), by_person=person_id, now=now())
    except Problem as problem:
        form.refuse(problem)
        return _editor(None, council, form, problem.status)
    flash(gettext("The draft is saved. Only the council's secretaries see it until you send it."), "ok")
    return leave(_page(made.id))


@blueprint.get("/recommendations/<int:recommendation_id>")
@access(staff)
def recommendation(recommendation_id: int) -> Response:
    """Show where a recommendation stands, and what can be done with it."""
    found = recommendation_at_desk(recommendation_id)
    session, actor = db.session(), visitor()
    drafted = next((answer for answer in found.answers if answer.state != AnswerState.PUBLISHED), None)
    people = queries.people_by_id(session, (drafted.drafted_by_id, drafted.checked_by_id) if drafted else ())
    return show(
        PAGE,
        recommendation=found,
        secretary=may_recommend(actor, found.council.organisation_id),
        clocks=_clocks(found),
        drafted=drafted,
        wrote=people.get((drafted.drafted_by_id if drafted else None) or 0),
        checked=people.get((drafted.checked_by_id if drafted else None) or 0),
        mine=drafted is not None and drafted.drafted_by_id == actor.person_id,
        objections=queries.objections_of(session, [found.id]),
    )


@blueprint.route("/recommendations/<int:recommendation_id>/edit", methods=["GET", "POST"])
@access(staff)
def change(recommendation_id: int) -> AnyResponse:
    """Change a recommendation that has not been sent."""
    found = recommendation_of_council(recommendation_id)
    if request.method == "GET" and found.state != RecommendationState.DRAFT:
        return leave(_page(recommendation_id))
    form = _form_of(found)
    if not form.submitted():
        return _editor(found, None, form, 422 if request.method == "POST" else 200)
    try:
        transact(change_recommendation, recommendation_id, form.advice(), read_version=form.read_version)
    except Problem as problem:
        return _change_refused(recommendation_id, form, problem)
    flash(gettext("Your changes are saved."), "ok")
    return leave(_page(recommendation_id))


@blueprint.route("/recommendations/<int:recommendation_id>/sending", methods=["GET", "POST"])
@access(staff)
def sending(recommendation_id: int) -> AnyResponse:
    """Send it: a page of its own, because what was sent stands."""
    found = recommendation_of_council(recommendation_id)
    if request.method == "GET" and found.state != RecommendationState.DRAFT:
        return leave(_page(recommendation_id))
    form = DeskForm(data={"version": found.version})
    if not form.submitted():
        return _sending(found, form, 422 if request.method == "POST" else 200)
    try:
        facts: dict[str, Any] = {"actor_id": visitor().person_id, "read_version": form.read_version, "now": now()}
        sent = transact(send_recommendation, recommendation_id, **facts)
    except Problem as problem:
        fresh = recommendation_of_council(recommendation_id)
        form.refuse(problem)
        form.version.data = str(fresh.version)
        return _sending(fresh, form, problem.status)
    flash(gettext("Sent. Its number: %(number)s") % {"number": sent.number}, "ok")
    return leave(_page(recommendation_id))


@blueprint.route("/recommendations/<int:recommendation_id>/giving-up", methods=["GET", "POST"])
@access(staff)
def dropping(recommendation_id: int) -> AnyResponse:
    """Give it up before it is sent: a page of its own, because it cannot be taken up again."""
    found = recommendation_of_council(recommendation_id)
    if request.method == "GET" and found.state != RecommendationState.DRAFT:
        return leave(_page(recommendation_id))
    form = DeskForm(data={"version": found.version})
    if not form.submitted():
        return show(DROPPING, DROPPING_PANEL, 422 if request.method == "POST" else 200, recommendation=found, form=form)
    try:
        facts: dict[str, Any] = {"actor_id": visitor().person_id, "read_version": form.read_version, "now": now()}
        transact(drop_recommendation, recommendation_id, **facts)
    except Problem as problem:
        fresh = recommendation_of_council(recommendation_id)
        form.refuse(problem)
        form.version.data = str(fresh.version)
        return show(DROPPING, DROPPING_PANEL, problem.status, recommendation=fresh, form=form)
    flash(gettext("The draft was given up. The proposals are free for another recommendation."), "ok")
    return leave(_page(recommendation_id))


@blueprint.route("/recommendations/<int:recommendation_id>/extension", methods=["GET", "POST"])
@access(staff)
def extension(recommendation_id: int) -> AnyResponse:
    """Give the body more time for its answer, for a reason that everyone reads."""
    found = recommendation_of_council(recommendation_id)
    if request.method == "GET" and found.state != RecommendationState.SENT:
        return leave(_page(recommendation_id))
    form = ExtensionForm(data={"version": found.version})
    if not form.submitted():
        return _extension(found, form, 422 if request.method == "POST" else 200)
    days: Any = form.days.data
    try:
        transact(
            extend_term,
            recommendation_id,
            days=days,
            reason=form.reason.form.slots(),
            by=staff_role(found.council.organisation_id),
            read_version=form.read_version,
            now=now(),
        )
    except Problem as problem:
        fresh = recommendation_of_council(recommendation_id)
        form.refuse(problem)
        form.version.data = str(fresh.version)
        return _extension(fresh, form, problem.status)
    flash(gettext("The date is moved. The authors are told, with the reason."), "ok")
    return leave(_page(recommendation_id))


@blueprint.route("/recommendations/<int:recommendation_id>/pause", methods=["GET", "POST"])
@access(staff)
def hold(recommendation_id: int) -> AnyResponse:
    """Let the clock stand still for a reason, or run on: one page for both, for only one is possible at a time."""
    found = recommendation_of_council(recommendation_id)
    if request.method == "GET" and found.state != RecommendationState.SENT:
        return leave(_page(recommendation_id))
    stands = any(clock.deadline.state == DeadlineState.PAUSED for clock in _clocks(found))
    form = (DeskForm if stands else PauseForm)(data={"version": found.version})
    if not form.submitted():
        return _pause(found, form, 422 if request.method == "POST" else 200)
    facts: dict[str, Any] = {
        "by": staff_role(found.council.organisation_id),
        "read_version": form.read_version,
        "now": now(),
    }
    try:
        if isinstance(form, PauseForm):
            transact(hold_term, recommendation_id, reason=form.reason.form.slots(), **facts)
        else:
            transact(release_term, recommendation_id, **facts)
    except Problem as problem:
        fresh = recommendation_of_council(recommendation_id)
        form.refuse(problem)
        form.version.data = str(fresh.version)
        return _pause(fresh, form, problem.status)
    flash(gettext("The clock runs again.") if stands else gettext("The clock stands still."), "ok")
    return leave(_page(recommendation_id))


def _pause(found: Recommendation, form: DeskForm, status: int = 200) -> Response:
    return show(PAUSE, PAUSE_PANEL, status, recommendation=found, form=form, clocks=_clocks(found))


def _council_asked(councils: Sequence[DeskCouncil]) -> DeskCouncil | None:
    """Return the council named in the address, or the only one there is; one of others looks like none."""
    if "council" not in request.args:
        return councils[0] if len(councils) == 1 else None
    asked = whole_number(request.args["council"])
    found = next((council for council in councils if council.id == asked), None)
    if found is None:
        moderated = queries.desk_councils(db.session(), visitor().organisations(Role.MODERATOR))
        abort(403 if any(council.id == asked for council in moderated) else 404)
    return found


def _form_of(found: Recommendation, **kwargs: Any) -> RecommendationForm:
    session = db.session()
    return recommendation_form(queries.considered_by(session, found.council_id), addressees(session), found, **kwargs)


def _editor(
    found: Recommendation | None,
    council: DeskCouncil | None,
    form: RecommendationForm,
    status: int = 200,
    *,
    conflict: Any = (),
) -> Response:
    lost = [one for one in found.proposals if one.state not in CARRIED] if found else []
    return show(EDITOR, FORM, status, recommendation=found, council=council, form=form, conflict=conflict, lost=lost)


def _change_refused(recommendation_id: int, form: RecommendationForm, problem: Problem) -> Response:
    """Keep her text, and say what the stored version says where it differs."""
    fresh = recommendation_of_council(recommendation_id)
    form.refuse(problem)
    if problem.status != 409:
        return _editor(fresh, None, form, problem.status)
    form.version.data = str(fresh.version)
    return _editor(fresh, None, form, 409, conflict=what_differs(form, _form_of(fresh, formdata=None)))


def _sending(found: Recommendation, form: DeskForm, status: int = 200) -> Response:
    session, today = db.session(), local_day(now())
    statute = statute_of(session, found.council_id, today)
    return show(
        SENDING,
        SENDING_PANEL,
        status,
        recommendation=found,
        form=form,
        term=statute.answer_term,
        due=due_on(today, statute.answer_term, current_calendar(session)),
        lost=[one for one in found.proposals if one.state not in CARRIED],
    )


def _extension(found: Recommendation, form: ExtensionForm, status: int = 200) -> Response:
    return show(
        EXTENSION,
        EXTENSION_PANEL,
        status,
        recommendation=found,
        form=form,
        clocks=[clock for clock in _clocks(found) if clock.deadline.kind == DeadlineKind.ANSWER],
        allowed=statute_of(db.session(), found.council_id, local_day(now())).extension,
    )


def _clocks(found: Recommendation) -> list[Clock]:
    return queries.open_clocks(db.session(), None, [found.id], today=local_day(now()))


def _page(recommendation_id: int) -> str:
    return url_for("proposal_desk.recommendation", recommendation_id=recommendation_id)
