"""Appealing against a decision: the author against what was taken, whoever flagged against what stays. Once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort, flash, request, url_for

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Problem
from karavan.moderation import concerned, labels, pieces, queries, rooms
from karavan.moderation.citizen_problems import AppealedAlready, AppealWindowOver, NotDecidedYet, NothingToAppeal
from karavan.moderation.conduct import BY_CODE
from karavan.moderation.forms import AppealForm
from karavan.moderation.lifecycle import WAITING
from karavan.moderation.models import Action, CaseState, ReceiptKind
from karavan.moderation.rules.appeal import appeal
from karavan.moderation.terms import APPEAL_HOURS
from karavan.web.access import access, signed_in, visitor
from karavan.web.forms import whole_number
from karavan.web.limits import spend
from karavan.web.locale import gettext, lang
from karavan.web.reply import leave, show

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from karavan.moderation.models import Case
    from karavan.moderation.pieces import Piece
    from karavan.moderation.reasons import Statement

blueprint = Blueprint("appeals", __name__, url_prefix="/<lang:lang>/comments/<comment>")

PAGE, PANEL = "moderation_public/appeal.html", "moderation_public/_appeal_panel.html"


@blueprint.route("/appeal", methods=["GET", "POST"])
@access(signed_in)
def begin(comment: str) -> AnyResponse:
    """Let her read the decision with its reasons, and say why it should be another."""
    who = visitor().person_id
    piece, case = _hers(comment)
    if _appealed_by(case, who):
        return _receipt(case)
    statement = _statement(case, who)
    form = AppealForm()
    if not form.submitted():
        return _form(piece, case, statement, form, 200 if request.method == "GET" else 422)
    spend("appeal", "20 per hour", str(who))
    try:
        transact(appeal, case.id, by_id=who, words=form.words.data or "", lang=lang(), now=now())
    except Problem as problem:
        form.refuse(problem)
        return _form(piece, case, statement, form, problem.status)
    flash(gettext("Your appeal has arrived. This is your receipt."), "ok")
    return _receipt(case)


def _form(piece: Piece, case: Case, statement: Statement, form: AppealForm, status: int = 200) -> Response:
    return show(
        PAGE,
        PANEL,
        status,
        piece=piece,
        case=case,
        statement=statement,
        form=form,
        clauses=BY_CODE,
        labels=labels,
        hours=APPEAL_HOURS,
        context=pieces.keeper().context_of(db.session(), piece.id, lang()),
        back=rooms.address_of(piece.public_id),
    )


def _hers(comment: str) -> tuple[Piece, Case]:
    """Return a comment and the case in it that concerns her; to everybody else there is nothing here."""
    session = db.session()
    piece = pieces.keeper().find(session, comment[:24])
    if piece is None:
        abort(404)
    asked = whole_number(request.args.get("case", ""))
    case = concerned.appeal_case(session, piece.id, visitor().person_id, case_id=asked)
    if case is None:
        abort(404)
    return piece, case


def _appealed_by(case: Case, person_id: int) -> bool:
    made = concerned.appeal_of(db.session(), case.id)
    return made is not None and made.by_id == person_id


def _statement(case: Case, person_id: int) -> Statement:
    """Return the reasons of the decision she may appeal against; if there is none, say why."""
    session = db.session()
    decision = queries.first_decision(session, case.id)
    if decision is None or case.state in WAITING:
        raise NotDecidedYet
    if (decision.action != Action.KEEP) != (case.author_id == person_id):
        raise NothingToAppeal
    if case.state != CaseState.DECIDED:
        raise AppealedAlready
    statement = queries.statement_of(session, decision)
    if statement.appeal_until is None or statement.appeal_until < now():
        raise AppealWindowOver
    return statement


def _receipt(case: Case) -> AnyResponse:
    code = queries.receipt_of(db.session(), case.id, visitor().person_id, ReceiptKind.APPELLANT)
    return leave(url_for("receipts.show", receipt=code) if code else url_for("receipts.index"))
