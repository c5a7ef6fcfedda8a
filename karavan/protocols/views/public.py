"""Protocols, as everyone reads them; and the page on which those who took part ask for corrections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, flash, request, url_for

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Problem
from karavan.discussion.policy import shown_name
from karavan.files.answers import send
from karavan.files.queries import content_of
from karavan.protocols import queries
from karavan.protocols.forms import correction_form
from karavan.protocols.hosts import host_named
from karavan.protocols.models import Part, ProtocolState
from karavan.protocols.policy import READABLE, takes_corrections
from karavan.protocols.rules.correct import ask_for_correction
from karavan.protocols.wording import HEADINGS
from karavan.web.access import access, anyone, signed_in, visitor
from karavan.web.locale import gettext
from karavan.web.reply import leave, public, show

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from karavan.protocols.forms import CorrectionForm
    from karavan.protocols.models import Protocol

blueprint = Blueprint("protocols", __name__, url_prefix="/<lang:lang>/protocols")

PAGE = "protocols/show.html"
CORRECTIONS, FORM = "protocols/corrections.html", "protocols/_correction_form.html"


@blueprint.get("/<number>", endpoint="show")
@access(anyone)
def show_protocol(number: str) -> Response:
    """Show a protocol with all its parts, who agreed to it and when, and its papers."""
    public()
    protocol = _protocol(number)
    return show(PAGE, protocol=protocol, headings=HEADINGS, open_now=takes_corrections(protocol, now=now()))


@blueprint.get("/<number>/<any(kk, ru):tongue>.pdf")
@access(anyone)
def paper(number: str, tongue: str) -> Response:
    """Give the paper as it was published, byte for byte."""
    protocol = _protocol(number)
    stored = protocol.pdf_kk if tongue == "kk" else protocol.pdf_ru
    content = content_of(db.session(), stored.id) if stored and protocol.state == ProtocolState.PUBLISHED else None
    if stored is None or content is None:
        abort(404)
    return send(stored, content, f"{protocol.number}-{tongue}.pdf", inline=False, private=False)


@blueprint.route("/<number>/corrections", methods=["GET", "POST"])
@access(signed_in)
def corrections(number: str) -> AnyResponse:
    """Let somebody who took part say what was not so."""
    protocol, actor = _protocol(number), visitor()
    form = correction_form()
    if request.method == "GET" or not form.submitted():
        return _asking(protocol, form, 422 if request.method == "POST" else 200)
    try:
        transact(
            ask_for_correction,
            protocol.id,
            Part(form.part.data),
            form.words.data or "",
            by_person=actor.person_id,
            by_name=shown_name(actor.name) or gettext("A participant"),
            now=now(),
        )
    except Problem as problem:
        form.refuse(problem)
        return _asking(_protocol(number), form, problem.status)
    flash(gettext("Your request has arrived. The secretary answers it; the answer stands on this page."), "ok")
    return leave(url_for("protocols.corrections", number=number))


def _asking(protocol: Protocol, form: CorrectionForm, status: int = 200) -> Response:
    session, me = db.session(), visitor().person_id
    host = host_named(protocol.host)
    return show(
        CORRECTIONS,
        FORM,
        status,
        protocol=protocol,
        form=form,
        headings=HEADINGS,
        open_now=takes_corrections(protocol, now=now()),
        took_part=host is not None and host.took_part(session, protocol.host_id, me),
        mine=[correction for correction in protocol.corrections if correction.by_id == me],
    )


def _protocol(number: str) -> Protocol:
    """Return a protocol that everybody reads; one that is still being written looks like none."""
    protocol = queries.protocol_by_number(db.session(), number)
    if protocol is None or protocol.state not in READABLE:
        abort(404)
    return protocol
