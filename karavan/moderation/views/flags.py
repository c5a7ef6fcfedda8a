"""Flagging a comment: read what each rule means, choose one, and get a receipt.

Whoever flags does not decide. A moderator who comes upon a comment opens a case instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort, flash, request, url_for

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Problem
from karavan.moderation import concerned, pieces, queries, rooms
from karavan.moderation.citizen_problems import KeptAlready, OwnText
from karavan.moderation.conduct import CLAUSES
from karavan.moderation.forms import FlagForm
from karavan.moderation.models import READABLE, ReceiptKind, Visibility
from karavan.moderation.policy import may_moderate
from karavan.moderation.problems import TextMoved
from karavan.moderation.queue_forms import NoticeForm
from karavan.moderation.rules.flag import flag
from karavan.moderation.rules.notices import decided_about, notice as open_case
from karavan.web.access import access, signed_in, visitor
from karavan.web.limits import spend
from karavan.web.locale import gettext, lang
from karavan.web.reply import leave, show

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from karavan.moderation.pieces import Piece

blueprint = Blueprint("flags", __name__, url_prefix="/<lang:lang>/comments/<comment>")

PAGE, PANEL = "moderation_public/flag.html", "moderation_public/_flag_panel.html"
NOTICE, NOTICE_PANEL = "moderation/notice.html", "moderation/_notice_panel.html"


@blueprint.route("/flag", methods=["GET", "POST"])
@access(signed_in)
def begin(comment: str) -> AnyResponse:
    """Let somebody say which rule a comment breaks. Once for each text: again, she sees her receipt."""
    piece = _flaggable(comment)
    form, who = FlagForm(data={"revision": str(piece.revision)}), visitor().person_id
    given = concerned.first_flag(db.session(), piece.id, piece.revision, who)
    if given is not None:
        return _receipt(given.case_id or 0)
    if not form.submitted():
        return _form(piece, form, 200 if request.method == "GET" else 422)
    spend("flag", "30 per hour", str(who))
    try:
        made = transact(
            flag,
            piece.id,
            person_id=who,
            clause=form.clause.data,
            note=form.note.data or "",
            revision=form.read_revision,
            now=now(),
        )
    except TextMoved as problem:
        return _moved(comment, form, problem)
    except KeptAlready as problem:
        form.refuse(problem)
        return _form(piece, form, problem.status, problem.log_seq)
    flash(gettext("Thank you. A moderator looks at it; this is your receipt."), "ok")
    return _receipt(made.case_id or 0)


def _moved(comment: str, form: FlagForm, problem: Problem) -> Response:
    """Keep what she typed; pressing again is about the text as it stands now."""
    piece = _flaggable(comment)
    form.refuse(problem)
    form.revision.data = str(piece.revision)
    return _form(piece, form, problem.status)


def _form(piece: Piece, form: FlagForm, status: int = 200, decided: int | None = None) -> Response:
    session = db.session()
    return show(
        PAGE,
        PANEL,
        status,
        piece=piece,
        form=form,
        decided=decided,
        clauses=CLAUSES,
        moderates=may_moderate(visitor(), piece.organisation_id),
        context=pieces.keeper().context_of(session, piece.id, lang()),
        back=rooms.address_of(piece.public_id),
    )


def _flaggable(comment: str) -> Piece:
    """Return a comment that can be read; 404 for others, 403 for one's own.

    Whoever opened the form while the text could be read is heard also if it is held by the time she sends it.
    """
    piece = pieces.keeper().find(db.session(), comment[:24])
    held = request.method == "POST" and piece is not None and piece.visibility == Visibility.HELD
    if piece is None or not (piece.visibility in READABLE or held):
        abort(404)
    if piece.author_id == visitor().person_id:
        raise OwnText
    return piece


def _receipt(case_id: int) -> AnyResponse:
    code = queries.receipt_of(db.session(), case_id, visitor().person_id, ReceiptKind.REPORTER)
    return leave(url_for("receipts.show", receipt=code) if code else url_for("receipts.index"))


# --- What a moderator notices ---------------------------------------------------------------------------------


@blueprint.route("/case", methods=["GET", "POST"])
@access(signed_in)
def notice(comment: str) -> AnyResponse:
    """Open a case about a comment as its moderator, or show the one that waits. To others there is nothing here."""
    session = db.session()
    piece = pieces.keeper().find(session, comment[:24])
    if piece is None or not may_moderate(visitor(), piece.organisation_id):
        abort(404)
    waiting = queries.case_of(session, piece.id)
    if waiting is not None and request.method == "GET":
        return leave(url_for("moderation.case", case_id=waiting.id))
    form = NoticeForm()
    if not form.submitted():
        return _notice(piece, form, 422 if request.method == "POST" else 200)
    who, words = int(visitor().person_id or 0), form.words.data or ""
    try:
        case = transact(open_case, piece.id, by_id=who, words=words, words_lang=lang(), now=now())
    except Problem as problem:
        form.refuse(problem)
        return _notice(piece, form, problem.status)
    flash(gettext("A case is open. Decide, or leave it to another moderator."), "ok")
    return leave(url_for("moderation.case", case_id=case.id))


def _notice(piece: Piece, form: NoticeForm, status: int = 200) -> Response:
    earlier, back = decided_about(db.session(), piece), rooms.address_of(piece.public_id)
    return show(NOTICE, NOTICE_PANEL, status, piece=piece, form=form, earlier=earlier, back=back)
