"""One case: the text with what surrounds it, three large buttons, the reason, and what the author will read."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from flask import Response, flash, request, url_for

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.differences import differences
from karavan.core.problems import N_, Problem
from karavan.moderation import desk_queries, pieces
from karavan.moderation.conduct import BY_CODE, CLAUSES
from karavan.moderation.lifecycle import CLAIMABLE, ON_APPEAL, WAITING
from karavan.moderation.models import Action, CaseState
from karavan.moderation.passages import can_be_words, covered, in_words, passages, spans_of_marks
from karavan.moderation.preview import letter_to_author
from karavan.moderation.queue_forms import JudgementForm, PressForm, VerdictForm
from karavan.moderation.rules.cases import claim as claim_case, release as release_case
from karavan.moderation.rules.decide import decide, undo as undo_decision
from karavan.moderation.starters import starter
from karavan.moderation.views.queue.room import (
    blueprint,
    card_at_desk,
    case_url,
    me,
    next_url,
    organisation_ids,
    shared,
    sheet_at_desk,
)
from karavan.web.access import access, staff
from karavan.web.locale import gettext
from karavan.web.reply import done, leave, show
from karavan.web.shortcuts import keys_wanted

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from karavan.moderation.models import Case, Decision
    from karavan.moderation.views.queue.room import Sheet

PAGE, PANEL = "moderation/case.html", "moderation/_case_panel.html"
HOLDER = "moderation/_holder.html"
READS = "moderation/_author_reads.html"

DONE = {
    Action.KEEP: N_("Kept. The text stays as it is."),
    Action.COVER: N_("Covered. The author is told why."),
    Action.REMOVE: N_("Removed. The author is told why."),
}
PROPOSED = N_("Written down. It holds when a second moderator has signed; until then the text is held.")
LOOKS = frozenset({"cover", "remove", "start", "fine", "preview"})
"""Buttons that change nothing but the form."""


@blueprint.route("/cases/<int:case_id>", methods=["GET", "POST"])
@access(staff)
def case(case_id: int) -> AnyResponse:
    """Show a case, and decide it."""
    sheet = sheet_at_desk(case_id)
    if request.method == "GET" and (elsewhere := _other_page(sheet.card.case)):
        return leave(elsewhere)
    form = verdict_form(sheet)
    if request.method == "GET":
        prepare(form, request.args.get("choice", ""), sheet)
        return _show(sheet, form)
    press = request.form.get("press", "decide")
    if press in LOOKS:
        return _look(sheet, form, press)
    if press == "keep":
        form.choice.data = Action.KEEP.value
    if not form.submitted():
        return _show(sheet, form, 422)
    tab = sheet.card.tab
    try:
        decision: Decision = transact(
            decide,
            case_id,
            form.verdict(),
            by_id=me(),
            read_version=form.read_version,
            read_revision=form.read_revision,
            now=now(),
        )
    except Problem as problem:
        return _refused(case_id, form, problem)
    flash(gettext(PROPOSED) if decision.needs_cosigner else gettext(DONE[decision.action]), "ok")
    return leave(next_url(but=case_id, tab=tab))


@blueprint.route("/cases/<int:case_id>/claim", methods=["GET", "POST"])
@access(staff)
def claim(case_id: int) -> AnyResponse:
    """Take a case for ten minutes, or for ten more; htmx asks for it when a card is opened and while she types."""
    card_at_desk(case_id)
    if request.method == "GET":
        return leave(case_url(case_id))
    form = PressForm()
    status = 200
    if form.submitted():
        try:
            transact(claim_case, case_id, by_id=me(), now=now())
        except Problem as problem:
            form.refuse(problem)
            status = problem.status
    else:
        status = 422
    return _held(case_id, form, status)


@blueprint.route("/cases/<int:case_id>/release", methods=["GET", "POST"])
@access(staff)
def release(case_id: int) -> AnyResponse:
    """Give a case back, so that others need not wait."""
    card_at_desk(case_id)
    if request.method == "GET":
        return leave(case_url(case_id))
    form = PressForm()
    if not form.submitted():
        return _held(case_id, form, 422)
    transact(release_case, case_id, by_id=me(), now=now())
    return _held(case_id, form, 200)


@blueprint.route("/cases/<int:case_id>/undo", methods=["GET", "POST"])
@access(staff)
def undo(case_id: int) -> AnyResponse:
    """Take a decision back while no letter about it has left."""
    sheet = sheet_at_desk(case_id)
    if request.method == "GET":
        return leave(case_url(case_id))
    form = verdict_form(sheet)
    if not form.trusted():
        return _show(sheet, form, 422)
    try:
        transact(undo_decision, case_id, by_id=me(), now=now())
    except Problem as problem:
        form.refuse(problem)
        return _show(sheet_at_desk(case_id), form, problem.status)
    flash(gettext("Undone. It is as it was before, and nobody has been told."), "ok")
    return leave(case_url(case_id))


@blueprint.route("/cases/<int:case_id>/preview", methods=["GET", "POST"])
@access(staff)
def preview(case_id: int) -> AnyResponse:
    """Show what the author would read, while the moderator is writing."""
    sheet = sheet_at_desk(case_id)
    if request.method == "GET":
        return leave(case_url(case_id))
    form = verdict_form(sheet)
    status = 200 if form.trusted() else 422
    prepare(form, "", sheet)
    return show(PAGE, READS, status, **_facts(sheet, form))


# --- What a form is about ---------------------------------------------------------------------------------------


def verdict_form(sheet: Sheet) -> VerdictForm:
    """Make the form about the text as it stands; what was sent goes before."""
    read = {"version": sheet.card.case.version, "revision": sheet.piece.revision}
    form = VerdictForm(data=read, source=sheet.piece.source)
    form.begin(sheet.piece, ())
    return form


def prepare(form: VerdictForm, press: str, sheet: Sheet) -> None:
    """Do what a button asks of the form: choose, put the ready sentence in, offer single words."""
    marks = sheet.card.case.marks if sheet.card.case.revision == sheet.piece.revision else ()
    first = press == Action.COVER.value and form.choice.data != press
    if press in {Action.COVER.value, Action.REMOVE.value}:
        form.choice.data = press
    form.begin(sheet.piece, spans_of_marks(marks, len(sheet.piece.source)) if first else ())
    if first and not form.clause.data and marks:
        form.clause.data = next((mark["clause"] for mark in marks if mark.get("clause") in BY_CODE), None)
    if press == "start" and form.clause.data in BY_CODE:
        sentence = starter(form.clause.data or "", form.words_lang.data or sheet.piece.lang)
        form.words.data = f"{form.words.data}\n{sentence}".strip() if form.words.data else sentence
    if press == "fine":
        form.fine.data = "1"


def facts_of_form(sheet: Sheet, form: VerdictForm) -> dict[str, Any]:
    """Return what a page needs to draw the form: the boxes over the text, the rules, what the author would read."""
    source, marks = sheet.piece.source, sheet.card.case.marks
    if sheet.card.case.revision != sheet.piece.revision:
        marks = []
    chosen = form.spans
    letter = None
    if not isinstance(form, JudgementForm) and form.action is not None:
        about = (sheet.card.case, sheet.piece, sheet.context, sheet.author, form.verdict())
        letter = letter_to_author(db.session(), *about, now=now())
    return {
        "boxes": passages(source, marks, chosen=chosen, by_words=form.fine.data == "1"),
        "finer": can_be_words(source) and not in_words(source) and form.fine.data != "1",
        "after": covered(source, chosen) if form.action == Action.COVER else None,
        "letter": letter,
        "clauses_offered": CLAUSES,
        "heavy": form.wish is not None and form.wish.heavy,
        "critical": sheet.piece.alignment == "against" and form.action == Action.REMOVE,
    }


# --- What is answered -------------------------------------------------------------------------------------------


def _other_page(found: Case) -> str:
    """Return the page on which a case in this state is looked at, if it is another one."""
    if found.state in ON_APPEAL:
        return url_for("moderation.appeal", case_id=found.id)
    if found.state == CaseState.ESCALATED:
        return url_for("moderation.second", case_id=found.id)
    return ""


def _look(sheet: Sheet, form: VerdictForm, press: str) -> AnyResponse:
    """Show the same form with another choice, a ready sentence or a preview."""
    trusted = form.trusted()
    prepare(form, press, sheet)
    return _show(keep_hers(sheet) if trusted else sheet, form, 200 if trusted else 422)


def keep_hers(sheet: Sheet) -> Sheet:
    """Let whoever is busy with a case have it for ten more minutes; if she cannot, she is told when she decides."""
    found = sheet.card.case
    if sheet.card.barrier is not None or sheet.theirs or found.state not in CLAIMABLE:
        return sheet
    with suppress(Problem):
        transact(claim_case, found.id, by_id=me(), now=now())
    return sheet_at_desk(found.id)


def _refused(case_id: int, form: VerdictForm, problem: Problem) -> Response:
    """Keep all she typed, and show what stands now, with the difference to the text she had read."""
    sheet = sheet_at_desk(case_id)
    form.refuse(problem)
    changes = None
    if problem.status == 409:
        if 0 < form.read_revision < sheet.piece.revision:
            before = pieces.keeper().source_of(db.session(), sheet.piece.id, form.read_revision)
            changes = differences(before, sheet.piece.source)
            form.span.data = ()
        form.source = sheet.piece.source
        form.now_about(sheet.card.case, sheet.piece)
    return _show(sheet, form, problem.status, changes=changes)


def _held(case_id: int, form: PressForm, status: int) -> AnyResponse:
    """Say who is on it: the region for htmx, the card for everybody else."""
    sheet = sheet_at_desk(case_id)
    verdict = verdict_form(sheet)
    prepare(verdict, "", sheet)
    if status == 422:
        verdict.form_errors = list(form.form_errors)
    facts = _facts(sheet, verdict, press_form=form)
    return done(case_url(case_id), PAGE, HOLDER, **facts) if status == 200 else show(PAGE, HOLDER, status, **facts)


def _show(sheet: Sheet, form: VerdictForm, status: int = 200, *, changes: Any = None) -> Response:
    return show(PAGE, PANEL, status, **_facts(sheet, form, changes=changes))


def _facts(
    sheet: Sheet, form: VerdictForm, *, changes: Any = None, press_form: PressForm | None = None
) -> dict[str, Any]:
    session, found = db.session(), sheet.card.case
    before, after = desk_queries.neighbours(session, organisation_ids(), found, viewer_id=me(), now=sheet.moment)
    return shared(
        sheet=sheet,
        form=form,
        press=press_form or PressForm(),
        changes=changes,
        waits=found.state in WAITING,
        proposed=found.state == CaseState.ESCALATED,
        before=before,
        behind=after,
        moment=sheet.moment,
        keys=keys_wanted(),
        undo_form=PressForm(),
        **facts_of_form(sheet, form),
    )
