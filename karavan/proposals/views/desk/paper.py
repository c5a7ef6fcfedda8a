"""Entering what came on paper, by telephone or in person: the same form at the desk, the same number, the same slip."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, abort, request, url_for

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Problem
from karavan.core.when import local_day
from karavan.councils.queries import council_cards
from karavan.files.answers import send
from karavan.files.fields import ACCEPTED, BODY_BYTES
from karavan.files.queries import content_of
from karavan.proposals import queries
from karavan.proposals.problems import EnteredAlready
from karavan.proposals.rules.enter_paper import enter_paper
from karavan.proposals.views.desk.room import blueprint, organisation_ids, proposal_at_desk
from karavan.proposals.writing_forms import PaperForm
from karavan.web.access import access, staff, visitor
from karavan.web.hygiene import takes_files
from karavan.web.reply import leave, show

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

PAGE, PANEL = "writing/paper.html", "writing/_paper_panel.html"
ENTERED = "writing/entered.html"


@blueprint.route("/new", methods=["GET", "POST"])
@takes_files(BODY_BYTES)
@access(staff)
def enter() -> AnyResponse:
    """Take down a submission for somebody else. A second person compares it with the original later."""
    councils = council_cards(db.session(), on=local_day(now()), organisations=organisation_ids())
    if not councils:
        abort(403)
    form = PaperForm(councils=councils)
    if not form.submitted():
        return _paper(form, 422 if request.method == "POST" else 200)
    try:
        proposal = transact(
            enter_paper, form.submission(), scan=form.scan.data, by_person=visitor().person_id, now=now()
        )
    except Problem as problem:
        if isinstance(problem, EnteredAlready):
            form.renew()
        form.refuse(problem)
        return _paper(form, 422)
    return leave(url_for("proposal_desk.entered", proposal_id=proposal.id))


@blueprint.get("/<int:proposal_id>/entered")
@access(staff)
def entered(proposal_id: int) -> Response:
    """Show the number large, for reading it out and printing the slip."""
    return show(ENTERED, proposal=proposal_at_desk(proposal_id))


@blueprint.get("/<int:proposal_id>/scans/<attachment>")
@access(staff)
def scan(proposal_id: int, attachment: str) -> Response:
    """Give the scan of a sheet to the desk of its council, and to nobody else."""
    proposal = proposal_at_desk(proposal_id)
    found = [one for one in queries.scans_of(db.session(), proposal.id) if one.public_id == attachment]
    content = content_of(db.session(), found[0].file_id) if found else None
    if content is None:
        abort(404)
    return send(found[0].file, content, found[0].name, inline=True, private=True)


def _paper(form: PaperForm, status: int) -> Response:
    return show(PAGE, PANEL, status, form=form, accepted=ACCEPTED)
