"""Receipts: whoever has a code sees where her case stands, without signing in. No names, not a word of the text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort, request, url_for

from karavan.core.clock import now
from karavan.core.database import db
from karavan.core.problems import Message, Problem
from karavan.core.tokens import read_receipt, show_receipt
from karavan.moderation import concerned, labels
from karavan.moderation.conduct import BY_CODE
from karavan.moderation.forms import ReceiptForm
from karavan.web.access import access, anyone
from karavan.web.limits import spend
from karavan.web.reply import leave, show as answer

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from karavan.moderation.concerned import ReceiptCard

blueprint = Blueprint("receipts", __name__, url_prefix="/<lang:lang>/receipts")

FIND, FIND_PANEL = "moderation_public/receipts.html", "moderation_public/_receipt_search.html"
PAGE = "moderation_public/receipt.html"
LOOKS, MISSES = "120 per minute", "30 per hour"
"""Whole villages share one address, so looking is cheap; guessing is not."""


class NoSuchReceipt(Problem):
    """The code is none of ours."""

    text = Message("There is no receipt with this code. Check what you typed.")
    where = "code"


@blueprint.route("/", methods=["GET", "POST"])
@access(anyone)
def index() -> AnyResponse:
    """Let somebody type a code."""
    form = ReceiptForm()
    if not form.submitted():
        return answer(FIND, FIND_PANEL, 200 if request.method == "GET" else 422, form=form)
    code = read_receipt(form.code.data or "")
    if code is None or _card(code) is None:
        form.refuse(NoSuchReceipt())
        return answer(FIND, FIND_PANEL, 422, form=form)
    return leave(url_for("receipts.show", receipt=code))


@blueprint.get("/<receipt>")
@access(anyone)
def show(receipt: str) -> Response:
    """Show where a case stands to whoever has its code."""
    code = read_receipt(receipt)
    card = _card(code) if code is not None else None
    if card is None:
        abort(404)
    response = answer(PAGE, card=card, code=show_receipt(card.code), labels=labels, clauses=BY_CODE)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _card(code: str) -> ReceiptCard | None:
    """Look a code up. Each look costs a little, each wrong one much more."""
    spend("receipt", LOOKS)
    card = concerned.receipt_card(db.session(), code, now=now())
    if card is None:
        spend("receipt-guess", MISSES)
    return card
