"""Verifying a certificate; for anybody, by its code, by what its QR code says, and without a network."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, current_app, jsonify, make_response, render_template, request, url_for

from karavan.core.database import db
from karavan.core.tokens import read_receipt
from karavan.learning import queries
from karavan.learning.keys import keys_of
from karavan.learning.paper import certificate_paper
from karavan.learning.signing import jwk_of, pem_of
from karavan.web.access import access, anyone
from karavan.web.limits import spend
from karavan.web.reply import leave, public, show

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from karavan.learning.models import Certificate

blueprint = Blueprint("certificates", __name__, url_prefix="/<lang:lang>/certificates")

INDEX = "certificates/index.html"


@blueprint.get("/")
@access(anyone)
def index() -> AnyResponse:
    """Take the code from a certificate and lead to its page; check a QR code's text in the browser, also offline."""
    typed = request.args.get("code", "")[:80]
    code = read_receipt(typed)
    if code is not None and queries.certificate(db.session(), code) is not None:
        return leave(url_for("certificates.show", certificate=code))
    if typed:
        spend("guessing", "60 per minute")
    public()
    return show(INDEX, None, typed=typed, keys=_jwks())


@blueprint.get("/keys")
@access(anyone)
def keys() -> Response:
    """Show the public keys, and say how to verify without us."""
    public(300)
    ring = keys_of(current_app)
    rows = [(name, pem_of(key), name == ring.key_id) for name, key in ring.public.items()]
    return show("certificates/keys.html", rows=rows)


@blueprint.get("/keys.json")
@access(anyone)
def keys_json() -> Response:
    """Give the public keys to programs (RFC 7517)."""
    public(300)
    return jsonify(_jwks())


@blueprint.get("/worker.js")
@access(anyone)
def worker() -> Response:
    """Give the browser what keeps the checking page for when there is no network."""
    public(300)
    script = render_template("certificates/worker.js")
    return make_response(script, {"Content-Type": "text/javascript; charset=utf-8"})


@blueprint.get("/<certificate>", endpoint="show")
@access(anyone)
def show_certificate(certificate: str) -> AnyResponse:
    """Say whether a certificate holds, and what it says. Whoever scanned a forged paper is told that there is none."""
    found = _found(certificate)
    if found is None:
        return show(INDEX, None, 404, typed=certificate[:80], keys=_jwks())
    if certificate != found.code:
        return leave(url_for("certificates.show", certificate=found.code))
    public()
    days = [date.fromisoformat(one) for one in found.days]
    code = queries.code_of(db.session(), found.replaced_by_id) if found.replaced_by_id else None
    return show("certificates/show.html", certificate=found, days=days, replaced_by=code, keys=_jwks())


@blueprint.get("/<certificate>/<any(kk, ru):tongue>.pdf")
@access(anyone)
def paper(certificate: str, tongue: str) -> Response:
    """Give the paper in one language; of a certificate that holds, to whoever has its code."""
    found = _certificate(certificate)
    if found.revoked_at is not None or not found.payload:
        abort(404)
    spend("papers", "60 per minute")
    base: str = current_app.extensions["karavan.settings"].base_url
    address = base + url_for("certificates.show", certificate=found.code, lang=tongue)
    made = certificate_paper(found, tongue, address=address)
    headers = {"Content-Disposition": f'attachment; filename="certificate-{found.code}-{tongue}.pdf"'}
    return Response(made, mimetype="application/pdf", headers=headers)


def _certificate(typed: str) -> Certificate:
    return _found(typed) or abort(404)


def _found(typed: str) -> Certificate | None:
    code = read_receipt(typed)
    found = queries.certificate(db.session(), code) if code else None
    if found is None:
        spend("guessing", "60 per minute")
    return found


def _jwks() -> dict[str, list[dict[str, str]]]:
    return {"keys": [jwk_of(key) for key in keys_of(current_app).public.values()]}
