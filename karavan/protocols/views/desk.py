"""The desk of those who keep protocols: secretaries write, edit and publish; the chair reads and agrees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, flash, request, url_for

from karavan.accounts.models import Role
from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.languages import Slots
from karavan.core.problems import Problem
from karavan.core.when import local_day
from karavan.councils.policy import acts_as
from karavan.councils.queries import addressees, council as council_by_id
from karavan.proposals.queries import considered_by
from karavan.protocols import queries
from karavan.protocols.forms import DecisionForm, PlainForm, ReadForm, advice_form, part_form
from karavan.protocols.hosts import host_named
from karavan.protocols.models import ProtocolState
from karavan.protocols.paper import papers_of
from karavan.protocols.policy import may_agree, may_keep, takes_corrections, undecided
from karavan.protocols.rules.agree import Signer, agree
from karavan.protocols.rules.correct import decide_correction
from karavan.protocols.rules.edit import WRITTEN_ANEW, add_recommendation, edit_part, write_anew
from karavan.protocols.rules.publish import publish
from karavan.protocols.rules.write import corrections_end, lay_open, write
from karavan.protocols.wording import HEADINGS
from karavan.web.access import access, signed_in, visitor
from karavan.web.fields import what_differs
from karavan.web.locale import gettext
from karavan.web.reply import leave, show

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from karavan.councils.models import Council
    from karavan.protocols.forms import PartForm
    from karavan.protocols.hosts import Facts
    from karavan.protocols.models import Correction, Protocol, ProtocolPart
    from karavan.record.models import ActorRole
    from karavan.web.forms import Form

blueprint = Blueprint("protocol_desk", __name__, url_prefix="/<lang:lang>/desk/protocols")

WRITING, WRITING_PANEL = "protocol_desk/writing.html", "protocol_desk/_writing_panel.html"
EDITOR, PART_FORM = "protocol_desk/part.html", "protocol_desk/_part_form.html"
ANEW, ANEW_PANEL = "protocol_desk/anew.html", "protocol_desk/_anew_panel.html"
OPENING, OPENING_PANEL = "protocol_desk/opening.html", "protocol_desk/_opening_panel.html"
DECISION, DECISION_PANEL = "protocol_desk/decision.html", "protocol_desk/_decision_panel.html"
ADVICE, ADVICE_FORM = "protocol_desk/advice.html", "protocol_desk/_advice_form.html"
AGREEMENT, AGREEMENT_PANEL = "protocol_desk/agreement.html", "protocol_desk/_agreement_panel.html"
PUBLICATION, PUBLICATION_PANEL = "protocol_desk/publication.html", "protocol_desk/_publication_panel.html"


@blueprint.get("/")
@access(signed_in)
def index() -> Response:
    """List what has no protocol yet, and the protocols of this person's councils."""
    actor, session = visitor(), db.session()
    keeps = None if actor.is_administrator else actor.organisations(Role.SECRETARY)
    chairs = queries.chaired_by(session, actor.person_id, local_day(now()))
    if keeps is not None and not (keeps or chairs):
        abort(403)
    mine = None if keeps is None else (*keeps, *chairs)
    return show(
        "protocol_desk/index.html",
        awaiting=queries.awaiting(session, keeps) if keeps is None or keeps else [],
        rows=queries.desk_rows(session, mine),
    )


@blueprint.get("/<int:protocol_id>", endpoint="show")
@access(signed_in)
def show_protocol(protocol_id: int) -> Response:
    """Show a protocol with everything that can be done with it."""
    protocol, signer = _protocol(protocol_id)
    return show(
        "protocol_desk/show.html",
        protocol=protocol,
        headings=HEADINGS,
        keeps=may_keep(visitor(), protocol.council.organisation_id),
        signer=signer,
        open_now=takes_corrections(protocol, now=now()),
        waiting=undecided(protocol),
        ready=may_agree(protocol, now=now()),
    )


# --- Writing and editing ----------------------------------------------------------------------------------


@blueprint.route("/new/<host>/<int:host_id>", methods=["GET", "POST"], endpoint="write")
@access(signed_in)
def write_protocol(host: str, host_id: int) -> AnyResponse:
    """Write the protocol of what is over: from what happened, in both languages."""
    known = queries.protocol_of(db.session(), host, host_id) if host_id <= queries.LARGEST_ID else None
    if known is not None:
        _kept(known.id)
        return leave(_page(known.id))
    council, form = _council_of(host, host_id), PlainForm()
    if request.method == "GET" or not form.submitted():
        return _asked(WRITING, WRITING_PANEL, form, facts=_facts(host, host_id), host=host, host_id=host_id)
    try:
        made = transact(write, host, host_id, by=acts_as(visitor(), council), now=now())
    except Problem as problem:
        abort(problem.status)  # it is still going on: there is nothing to show, and nothing was typed
    flash(gettext("The minutes are written. Read them, and change what is not right."), "ok")
    return leave(_page(made.id))


@blueprint.route("/<int:protocol_id>/parts/<part>", methods=["GET", "POST"])
@access(signed_in)
def edit(protocol_id: int, part: str) -> AnyResponse:
    """Edit one part; who edited meanwhile is shown, and nothing typed is lost."""
    protocol = _kept(protocol_id)
    stored = _part(protocol, part)
    if request.method == "GET" and protocol.state == ProtocolState.PUBLISHED:
        return leave(_page(protocol_id))
    form = part_form(stored.text, protocol.version)
    if request.method == "GET" or not form.submitted():
        return _editing(protocol, stored, form, 422 if request.method == "POST" else 200)
    try:
        transact(edit_part, protocol_id, stored.part, form.text.form.slots(), read_version=form.read_version)
    except Problem as problem:
        return _edit_refused(protocol_id, part, form, problem)
    flash(gettext("Your changes are saved. Whoever had agreed before must agree anew."), "ok")
    return leave(_page(protocol_id))


@blueprint.route("/<int:protocol_id>/anew", methods=["GET", "POST"])
@access(signed_in)
def anew(protocol_id: int) -> AnyResponse:
    """Write the parts that nobody edited once more from what happened."""
    protocol = _kept(protocol_id)
    if request.method == "GET" and protocol.state not in WRITTEN_ANEW:
        return leave(_page(protocol_id))
    form = ReadForm(data={"version": protocol.version})
    if request.method == "GET" or not form.submitted():
        return _asked(ANEW, ANEW_PANEL, form, protocol=protocol)
    try:
        transact(write_anew, protocol_id, read_version=form.read_version)
    except Problem as problem:
        return _stale(ANEW, ANEW_PANEL, protocol_id, form, problem)
    flash(gettext("Written anew. Parts that were edited by hand are as they were."), "ok")
    return leave(_page(protocol_id))


@blueprint.route("/<int:protocol_id>/recommendations/new", methods=["GET", "POST"])
@access(signed_in)
def recommend(protocol_id: int) -> AnyResponse:
    """Put a recommendation into the protocol."""
    protocol, session = _kept(protocol_id), db.session()
    if request.method == "GET" and protocol.state == ProtocolState.PUBLISHED:
        return leave(_page(protocol_id))
    host = host_named(protocol.host)
    about = host.proposals(session, protocol.host_id) if host else []
    form = advice_form(protocol, considered_by(session, protocol.council_id), addressees(session), about)
    if request.method == "GET" or not form.submitted():
        return _asked(ADVICE, ADVICE_FORM, form, protocol=protocol)
    basis = Slots(f"№ {protocol.number} хаттама", f"Протокол № {protocol.number}", f"Minutes No. {protocol.number}")
    try:
        transact(
            add_recommendation,
            protocol_id,
            form.advice(basis),
            by_person=visitor().person_id,
            read_version=form.read_version,
            now=now(),
        )
    except Problem as problem:
        return _stale(ADVICE, ADVICE_FORM, protocol_id, form, problem)
    flash(gettext("The recommendation stands in the minutes. It is sent when they are published."), "ok")
    return leave(_page(protocol_id))


# --- Corrections ------------------------------------------------------------------------------------------


@blueprint.route("/<int:protocol_id>/opening", methods=["GET", "POST"])
@access(signed_in)
def opening(protocol_id: int) -> AnyResponse:
    """Lay it open to those who took part."""
    protocol = _kept(protocol_id)
    if request.method == "GET" and protocol.state != ProtocolState.DRAFT:
        return leave(_page(protocol_id))
    form = ReadForm(data={"version": protocol.version})
    days, last = corrections_end(db.session(), protocol.council_id, local_day(now()))
    context: dict[str, Any] = {"days": days, "last": last}
    if request.method == "GET" or not form.submitted():
        return _asked(OPENING, OPENING_PANEL, form, protocol=protocol, **context)
    try:
        transact(lay_open, protocol_id, by=_role(protocol), read_version=form.read_version, now=now())
    except Problem as problem:
        return _stale(OPENING, OPENING_PANEL, protocol_id, form, problem, **context)
    flash(gettext("Everybody can read the minutes now. Those who took part are told."), "ok")
    return leave(_page(protocol_id))


@blueprint.route("/<int:protocol_id>/corrections/<int:correction_id>", methods=["GET", "POST"])
@access(signed_in)
def decide(protocol_id: int, correction_id: int) -> AnyResponse:
    """Accept a request or refuse it."""
    protocol = _kept(protocol_id)
    correction = _correction(protocol, correction_id)
    if request.method == "GET" and (correction.accepted is not None or protocol.state == ProtocolState.PUBLISHED):
        return leave(_page(protocol_id))
    form = DecisionForm()
    context: dict[str, Any] = {"headings": HEADINGS}
    if request.method == "GET" or not form.submitted():
        return _asked(DECISION, DECISION_PANEL, form, protocol=protocol, correction=correction, **context)
    accepted = form.accepted.data == "yes"
    facts: dict[str, Any] = {"accepted": accepted, "answer": form.answer.data or "", "now": now()}
    try:
        transact(decide_correction, protocol_id, correction_id, **facts)
    except Problem as problem:
        fresh = _kept(protocol_id)
        again = _correction(fresh, correction_id)
        return _refused(DECISION, DECISION_PANEL, form, problem, protocol=fresh, correction=again, **context)
    if accepted:
        flash(gettext("Accepted. Now change the text of this part."), "ok")
        return leave(url_for("protocol_desk.edit", protocol_id=protocol_id, part=correction.part.value))
    flash(gettext("Your answer is saved. Whoever asked is told."), "ok")
    return leave(_page(protocol_id))


# --- Agreement and publication ----------------------------------------------------------------------------


@blueprint.route("/<int:protocol_id>/agreement", methods=["GET", "POST"])
@access(signed_in)
def agreement(protocol_id: int) -> AnyResponse:
    """Agree to it as chair or as secretary: to the version that stands on this page."""
    protocol, signer = _protocol(protocol_id)
    if request.method == "GET" and protocol.state != ProtocolState.OPEN:
        return leave(_page(protocol_id))
    form = ReadForm(data={"version": protocol.version})
    context: dict[str, Any] = {"signer": signer, "headings": HEADINGS}
    if request.method == "GET" or not form.submitted():
        return _asked(AGREEMENT, AGREEMENT_PANEL, form, protocol=protocol, **context)
    try:
        transact(
            agree,
            protocol_id,
            signer,
            person_id=visitor().person_id,
            name=_official_name(protocol, signer),
            read_version=form.read_version,
            now=now(),
        )
    except Problem as problem:
        return _stale(AGREEMENT, AGREEMENT_PANEL, protocol_id, form, problem, **context)
    flash(gettext("You have agreed to the minutes as they stand."), "ok")
    return leave(_page(protocol_id))


@blueprint.route("/<int:protocol_id>/publication", methods=["GET", "POST"])
@access(signed_in)
def publication(protocol_id: int) -> AnyResponse:
    """Publish it: a page of its own, because from then on nothing can be changed."""
    protocol = _kept(protocol_id)
    if request.method == "GET" and protocol.state != ProtocolState.AGREED:
        return leave(_page(protocol_id))
    form = ReadForm(data={"version": protocol.version})
    if request.method == "GET" or not form.submitted():
        return _asked(PUBLICATION, PUBLICATION_PANEL, form, protocol=protocol)
    moment = now()
    try:
        transact(
            publish,
            protocol_id,
            papers_of(protocol, published_at=moment),
            by=_role(protocol),
            by_person=visitor().person_id,
            read_version=form.read_version,
            now=moment,
        )
    except Problem as problem:
        return _stale(PUBLICATION, PUBLICATION_PANEL, protocol_id, form, problem)
    flash(gettext("The minutes are published. What they recommend has been sent."), "ok")
    return leave(_page(protocol_id))


# --- What they share --------------------------------------------------------------------------------------


def _asked(page: str, panel: str, form: Form, **context: Any) -> Response:
    """Show a form: as it begins, or with what is wrong with it."""
    return show(page, panel, 422 if request.method == "POST" else 200, form=form, **context)


def _refused(page: str, panel: str, form: Form, problem: Problem, **context: Any) -> Response:
    form.refuse(problem)
    return show(page, panel, problem.status, form=form, **context)


def _stale(page: str, panel: str, protocol_id: int, form: Any, problem: Problem, **context: Any) -> Response:
    """Show what stands now; pressing again means that."""
    fresh, _ = _protocol(protocol_id)
    form.version.data = str(fresh.version)
    return _refused(page, panel, form, problem, protocol=fresh, **context)


def _editing(
    protocol: Protocol, stored: ProtocolPart, form: PartForm, status: int = 200, *, conflict: Any = ()
) -> Response:
    asked = [one for one in protocol.corrections if one.part == stored.part]
    return show(
        EDITOR,
        PART_FORM,
        status,
        protocol=protocol,
        stored=stored,
        form=form,
        headings=HEADINGS,
        conflict=conflict,
        asked=asked,
    )


def _edit_refused(protocol_id: int, part: str, form: PartForm, problem: Problem) -> Response:
    """Keep her text, and say what the stored version says where it differs."""
    fresh = _kept(protocol_id)
    stored = _part(fresh, part)
    form.refuse(problem)
    if problem.status != 409:
        return _editing(fresh, stored, form, problem.status)
    form.version.data = str(fresh.version)
    differing = what_differs(form, part_form(stored.text, fresh.version, formdata=None))
    return _editing(fresh, stored, form, 409, conflict=differing)


def _council_of(host: str, host_id: int) -> Council:
    """Return whose it is, if this person may write it down; what is not hers looks like nothing."""
    kind = host_named(host)
    council_id = kind.council_of(db.session(), host_id) if kind and host_id <= queries.LARGEST_ID else None
    council = council_by_id(db.session(), council_id) if council_id is not None else None
    if council is None or not may_keep(visitor(), council.organisation_id):
        abort(404)
    return council


def _facts(host: str, host_id: int) -> Facts:
    """Return what happened; what is not over has no minutes yet."""
    kind = host_named(host)
    if kind is None:
        abort(404)
    try:
        return kind.gather(db.session(), host_id)
    except Problem as problem:
        abort(problem.status)


def _protocol(protocol_id: int) -> tuple[Protocol, Signer]:
    """Return a protocol that this person keeps or agrees to, and as whom; another one looks like none."""
    protocol = queries.protocol_for_desk(db.session(), protocol_id)
    if protocol is None:
        abort(404)
    chair = queries.chair_of(db.session(), protocol.council_id, local_day(now()))
    if chair is not None and chair.person_id == visitor().person_id:
        return protocol, Signer.CHAIR
    if not may_keep(visitor(), protocol.council.organisation_id):
        abort(404)
    return protocol, Signer.SECRETARY


def _kept(protocol_id: int) -> Protocol:
    """Return a protocol that this person keeps as a secretary."""
    protocol = queries.protocol_for_desk(db.session(), protocol_id)
    if protocol is None or not may_keep(visitor(), protocol.council.organisation_id):
        abort(404)
    return protocol


def _part(protocol: Protocol, name: str) -> ProtocolPart:
    found = next((stored for stored in protocol.parts if stored.part.value == name), None)
    if found is None:
        abort(404)
    return found


def _correction(protocol: Protocol, correction_id: int) -> Correction:
    found = next((one for one in protocol.corrections if one.id == correction_id), None)
    if found is None:
        abort(404)
    return found


def _official_name(protocol: Protocol, signer: Signer) -> str:
    """Return the name under which she agrees: a chair's is that of her seat."""
    chair = queries.chair_of(db.session(), protocol.council_id, local_day(now()))
    name = chair.name if chair is not None and signer == Signer.CHAIR else visitor().name
    return str(name)[:120]


def _role(protocol: Protocol) -> ActorRole:
    return acts_as(visitor(), protocol.council)


def _page(protocol_id: int) -> str:
    return url_for("protocol_desk.show", protocol_id=protocol_id)
