"""Other eyes: an appeal is judged by somebody who took no part, and what weighs heavily is signed by a second one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, flash, request, url_for

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import N_, Problem
from karavan.moderation import desk_queries, pieces
from karavan.moderation.lifecycle import ON_APPEAL
from karavan.moderation.models import Action, CaseState, Outcome
from karavan.moderation.passages import covered, marked
from karavan.moderation.queue_forms import JudgementForm, PressForm, SignatureForm
from karavan.moderation.rules.appeal import judge
from karavan.moderation.rules.decide import cosign
from karavan.moderation.views.queue.cards import LOOKS, facts_of_form, keep_hers, prepare
from karavan.moderation.views.queue.room import blueprint, case_url, me, next_url, shared, sheet_at_desk
from karavan.web.access import access, staff
from karavan.web.locale import gettext
from karavan.web.reply import leave, show

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from karavan.moderation.models import Decision
    from karavan.moderation.views.queue.room import Sheet

APPEAL, APPEAL_PANEL = "moderation/appeal.html", "moderation/_appeal_panel.html"
SECOND, SECOND_PANEL = "moderation/second.html", "moderation/_second_panel.html"

JUDGED = {
    Outcome.UPHELD: N_("Upheld. The decision stands, and the letters say why."),
    Outcome.OVERTURNED: N_("Overturned. The letters say why."),
    Outcome.MODIFIED: N_("Changed. The letters say why."),
}


@blueprint.route("/cases/<int:case_id>/appeal", methods=["GET", "POST"])
@access(staff)
def appeal(case_id: int) -> AnyResponse:
    """Judge an appeal: the text as it was decided about, the decision with its reasons, the appeal's words."""
    sheet = sheet_at_desk(case_id)
    if request.method == "GET" and sheet.card.case.state not in ON_APPEAL:
        return leave(case_url(case_id))
    form = _judgement_form(sheet)
    if request.method == "GET":
        return _appeal(sheet, form)
    press = request.form.get("press", "decide")
    chosen = press in {one.value for one in Outcome}
    if chosen:
        form.outcome.data = press
    if chosen or press in LOOKS:
        return _look(sheet, form, press)
    if not form.submitted() or form.result is None:
        return _appeal(sheet, form, 422)
    asked: dict[str, Any] = {"by_id": me(), "read_version": form.read_version, "now": now()}
    try:
        transact(judge, case_id, form.result, form.verdict(), **asked)
    except Problem as problem:
        form.refuse(problem)
        fresh = sheet_at_desk(case_id)
        if problem.status == 409:
            form.now_about(fresh.card.case, fresh.piece)
        return _appeal(fresh, form, problem.status)
    flash(gettext(JUDGED[form.result]), "ok")
    return leave(next_url(but=case_id, tab=desk_queries.Tab.APPEALS))


@blueprint.route("/cases/<int:case_id>/second", methods=["GET", "POST"])
@access(staff)
def second(case_id: int) -> AnyResponse:
    """Sign what a first moderator decided, or say why not."""
    sheet = sheet_at_desk(case_id)
    if request.method == "GET" and sheet.card.case.state != CaseState.ESCALATED:
        return leave(case_url(case_id))
    read = {"version": sheet.card.case.version, "revision": sheet.piece.revision}
    form = SignatureForm(data=read)
    if not form.submitted():
        return _second(sheet, form, 422 if request.method == "POST" else 200)
    agrees = form.press.data == "agree"
    try:
        transact(
            cosign,
            case_id,
            by_id=me(),
            agree=agrees,
            words=form.words.data or "",
            read_version=form.read_version,
            now=now(),
        )
    except Problem as problem:
        form.refuse(problem)
        fresh = sheet_at_desk(case_id)
        if problem.status == 409:
            form.now_about(fresh.card.case, fresh.piece)
        return _second(fresh, form, problem.status)
    if agrees:
        flash(gettext("Signed. It holds now, and the author is told why."), "ok")
    else:
        flash(gettext("Not signed. The case is open again, and the first moderator can read why."), "ok")
    return leave(next_url(but=case_id, tab=desk_queries.Tab.SECOND))


def _judgement_form(sheet: Sheet) -> JudgementForm:
    read = {"version": sheet.card.case.version, "revision": sheet.piece.revision}
    asked = sheet.card.case.appeal
    form = JudgementForm(data=read, source=sheet.piece.source, by_author=asked is None or asked.by_author)
    form.begin(sheet.piece, ())
    return form


def _look(sheet: Sheet, form: JudgementForm, press: str) -> AnyResponse:
    """Show the same form with another choice."""
    trusted = form.trusted()
    if form.result == Outcome.OVERTURNED and form.by_author:
        form.choice.data = Action.KEEP.value
    prepare(form, press if press in LOOKS else "", sheet)
    return _appeal(keep_hers(sheet) if trusted else sheet, form, 200 if trusted else 422)


def _appeal(sheet: Sheet, form: JudgementForm, status: int = 200) -> Response:
    first = sheet.first
    source, spans = _text_decided(sheet, first)
    return show(
        APPEAL,
        APPEAL_PANEL,
        status,
        sheet=sheet,
        form=form,
        press=PressForm(),
        first=first,
        original=marked(source, ()),
        shown=covered(source, spans) if first is not None and first.action == Action.COVER else None,
        asked=sheet.card.case.appeal,
        open=sheet.card.case.state in ON_APPEAL,
        moment=sheet.moment,
        **_without_letter(facts_of_form(sheet, form)),
        **shared(undo_form=PressForm()),
    )


def _second(sheet: Sheet, form: SignatureForm, status: int = 200) -> Response:
    first = sheet.first
    source, spans = _text_decided(sheet, first)
    sanction = desk_queries.sanction_of(db.session(), first.id) if first is not None else None
    return show(
        SECOND,
        SECOND_PANEL,
        status,
        sheet=sheet,
        form=form,
        first=first,
        sanction=sanction,
        after=covered(source, spans) if first is not None and first.action == Action.COVER else None,
        open=sheet.card.case.state == CaseState.ESCALATED,
        back=url_for("moderation.index", tab=desk_queries.Tab.SECOND.value),
        moment=sheet.moment,
        **shared(undo_form=PressForm()),
    )


def _text_decided(sheet: Sheet, first: Decision | None) -> tuple[str, list[tuple[int, int]]]:
    """Return the text as the first decision had it before itself, and what of it was covered."""
    if first is None:
        return sheet.piece.source, []
    spans = [(int(start), int(end)) for start, end in first.spans]
    if first.revision == sheet.piece.revision:
        return sheet.piece.source, spans
    return pieces.keeper().source_of(db.session(), sheet.piece.id, first.revision), spans


def _without_letter(facts: dict[str, Any]) -> dict[str, Any]:
    """An appeal's letter is not previewed: it repeats her own words."""
    return {name: fact for name, fact in facts.items() if name not in {"letter", "after", "heavy", "critical"}}
