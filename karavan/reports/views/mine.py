"""A person's own data: taken away, or erased; and the receipts of what was deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, flash, request, url_for

from karavan.accounts.queries import live_grants
from karavan.accounts.sign_in import end_session
from karavan.core.charts import SMALL
from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Problem
from karavan.core.tokens import read_receipt, show_receipt
from karavan.reports.data_forms import ErasureForm
from karavan.reports.data_words import DELETED, KINDS
from karavan.reports.own_data import as_archive, own_data
from karavan.reports.receipts import receipt as receipt_with, receipt_of_event
from karavan.reports.rules.privacy import erase_person
from karavan.web.access import access, anyone, signed_in, visitor
from karavan.web.limits import spend
from karavan.web.locale import gettext, lang
from karavan.web.reply import leave, show

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

blueprint = Blueprint("my_data", __name__, url_prefix="/<lang:lang>/me/data")

ERASURE, ERASURE_PANEL = "my_data/erasure.html", "my_data/_erasure_panel.html"


@blueprint.get("")
@access(signed_in)
def index() -> Response:
    """Say what may be kept of a person, how she takes it away, and how she erases it."""
    return show("my_data/index.html", kinds=list(KINDS.values()))


@blueprint.get("/my-data.zip")
@access(signed_in)
def archive() -> Response:
    """Give everything in one file."""
    spend("my-data", "10 per hour", str(visitor().person_id))
    data = own_data(db.session(), visitor().person_id)
    content = as_archive(data, delimiter="," if lang() == "en" else ";", at=now())
    headers = {"Content-Disposition": 'attachment; filename="my-data.zip"', "Cache-Control": "private, no-store"}
    return Response(content, mimetype="application/zip", headers=headers)


@blueprint.route("/erasure", methods=["GET", "POST"])
@access(signed_in)
def erase() -> AnyResponse:
    """Erase what is hers, after saying what goes, what stays and why."""
    form = ErasureForm()
    roles = bool(live_grants(db.session(), visitor().person_id))
    if not form.submitted():
        return show(ERASURE, ERASURE_PANEL, 422 if request.method == "POST" else 200, form=form, roles=roles)
    try:
        code = transact(erase_person, visitor().person_id, now=now()).code
    except Problem as problem:
        form.refuse(problem)
        return show(ERASURE, ERASURE_PANEL, problem.status, form=form, roles=roles)
    end_session()
    flash(gettext("Your data is erased, and you are signed out."), "ok")
    return leave(url_for("my_data.receipt", code=code))


@blueprint.get("/receipts")
@access(anyone)
def receipts() -> AnyResponse:
    """Take the code of a receipt and lead to it."""
    typed = request.args.get("code", "")[:80]
    code = read_receipt(typed)
    if code is not None and receipt_with(db.session(), code) is not None:
        return leave(url_for("my_data.receipt", code=code))
    if typed:
        spend("guessing", "60 per minute")
    return show("my_data/receipts.html", typed=typed)


@blueprint.get("/receipts/of-event/<slug>")
@access(anyone)
def event_receipt(slug: str) -> AnyResponse:
    """Lead to the receipt of an event whose people are anonymous."""
    found = receipt_of_event(db.session(), slug)
    if found is None:
        abort(404)
    return leave(url_for("my_data.receipt", code=found.code))


@blueprint.get("/receipts/<code>")
@access(anyone)
def receipt(code: str) -> Response:
    """Show what was deleted, when and why: numbers only."""
    known = read_receipt(code)
    found = receipt_with(db.session(), known) if known else None
    if found is None:
        spend("guessing", "60 per minute")
        abort(404)
    row, event = found
    # Of an event it is known whose these may be; of a person's own receipt only she knows.
    small = SMALL if event is not None else 0
    counts = [(DELETED.get(name, name), many if many >= small else None) for name, many in row.counts.items()]
    return show("my_data/receipt.html", receipt=row, code=show_receipt(row.code), event=event, counts=counts)
