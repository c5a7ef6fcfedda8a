"""The door itself, on a device with a day pass.

The page is plain: a code is typed and sent, a name is looked for, the last scan is undone. door.js takes the forms over
where it can, keeps scans until the net is back, and works from a list of marks when there is no net at all.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, current_app, jsonify, request, url_for
from flask_wtf.csrf import generate_csrf

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Message, Problem
from karavan.core.text import BadText, clean_line
from karavan.core.tokens import digest, read_code
from karavan.core.when import clock
from karavan.door import queries
from karavan.door.forms import BatchForm, CodeForm, PinForm, UndoForm, letters_in
from karavan.door.marks import pin_digest
from karavan.door.models import LATE, ScanResult
from karavan.door.problems import NoPassHere, PassIsOver, PassTakenBack, TooFewLetters
from karavan.door.rules.passes import open_pass as open_with_pin, unlock
from karavan.door.rules.scans import take_code, take_scans, undo as undo_scan
from karavan.door.rules.searches import searched
from karavan.events.problems import CodeUnknown, NoSeatHere
from karavan.web.access import access, anyone
from karavan.web.limits import spend
from karavan.web.locale import lang, say
from karavan.web.reply import leave, public, show

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from karavan.door.models import DevicePass
    from karavan.door.queries import Told

blueprint = Blueprint("door", __name__, url_prefix="/<lang:lang>/door")

PAGE, NAMES = "door/door.html", "door/_door_names.html"
OPENING = "door/opening.html"
WORKER = Path(__file__).parents[3] / "static" / "js" / "door-worker.js"
LONGEST_NAME = 60


@blueprint.route("/<slug>", methods=["GET", "POST"])
@access(anyone)
def door(slug: str) -> AnyResponse:
    """Take a code that was typed; look for a name; show what came of the last scan."""
    device = _pass(slug)
    if device.idle(now()):
        return leave(url_for("door.unlock_pass", slug=slug))
    form = CodeForm()
    if request.method == "GET":
        return _door(device, CodeForm(formdata=None))
    if not form.submitted():
        return _door(device, form, 422)
    typed = (form.code.data or "").strip().rpartition("/")[2]
    code = typed if len(typed) == MARK_LENGTH else read_code(typed)
    try:
        told = transact(take_code, device.id, code, now=now())
    except Problem as problem:
        if problem.status != Problem.status:
            raise
        form.refuse(problem)
        return _door(device, form, 422)
    refusal = {ScanResult.UNKNOWN: CodeUnknown, ScanResult.NO_SEAT: NoSeatHere}.get(told.result)  # type: ignore[call-overload]
    if refusal is not None:
        form.refuse(refusal(where="code"))
        return _door(device, form, 422)
    return leave(url_for("door.door", slug=slug))


MARK_LENGTH = 22


@blueprint.route("/<slug>/passes/<pass_token>", methods=["GET", "POST"])
@access(anyone)
def open_pass(slug: str, pass_token: str) -> AnyResponse:
    """Open a pass on this device, with the PIN; whatever device held it before holds it no longer."""
    public_id = current_app.extensions["karavan.keys"].open(pass_token, purpose="door")
    device = queries.pass_by_public_id(db.session(), slug, public_id) if public_id else None
    if device is None:
        raise NoPassHere
    _refuse_dead(device)
    form = PinForm()
    if not form.submitted():
        return _opening(device, form, 422 if request.method == "POST" else 200)
    opened = transact(open_with_pin, device.id, _digest(form, device), now=now())
    if opened.refusal is not None:
        form.refuse(opened.refusal)
        return _opening(device, form, 422)
    answer = leave(url_for("door.door", slug=slug))
    until = device.expires_at + LATE
    secure = current_app.extensions["karavan.settings"].secure_cookies
    answer.set_cookie(
        _cookie(device.event_id), opened.token, expires=until, httponly=True, secure=secure, samesite="Lax"
    )
    return answer


@blueprint.route("/<slug>/pin", methods=["GET", "POST"])
@access(anyone)
def unlock_pass(slug: str) -> AnyResponse:
    """Ask for the PIN again, on a device that lay about for a while."""
    device = _pass(slug)
    form = PinForm()
    if not form.submitted():
        return _opening(device, form, 422 if request.method == "POST" else 200)
    refusal = transact(unlock, device.id, _digest(form, device), now=now())
    if refusal is not None:
        form.refuse(refusal)
        return _opening(device, form, 422)
    return leave(url_for("door.door", slug=slug))


@blueprint.route("/<slug>/withdrawal", methods=["GET", "POST"])
@access(anyone)
def undo(slug: str) -> AnyResponse:
    """Undo a scan of this device."""
    device = _pass(slug)
    form = UndoForm()
    if request.method == "POST":
        if not form.submitted():
            code_form = CodeForm(formdata=None)
            code_form.form_errors = form.form_errors
            return _door(device, code_form, 422)
        transact(undo_scan, device.id, form.whole(), now=now())
    return leave(url_for("door.door", slug=slug))


# --- For door.js ------------------------------------------------------------------------------------------------


@blueprint.route("/<slug>/scans", methods=["GET", "POST"])
@access(anyone)
def scans(slug: str) -> AnyResponse:
    """Take what a device collected, as often as it sends it, and tell what came of each scan."""
    device = _pass(slug, in_time=False)
    if request.method == "GET":
        return leave(url_for("door.door", slug=slug))
    form = BatchForm()
    if not form.submitted():
        return _json({"stale": True, "csrf": generate_csrf()}, 422)
    sightings, numbers = form.sightings(), form.numbers()
    if sightings is None or numbers is None:
        return _json({"stale": False}, 422)
    told = transact(take_scans, device.id, sightings, now=now()) if sightings else []
    undone = [transact(undo_scan, device.id, number, now=now()) for number in numbers]
    device = _pass(slug, in_time=False)
    lines = [*told, *(one for one in undone if one is not None)]
    return _json({"results": [_line(one, device) for one in lines], **_news(device)})


@blueprint.get("/<slug>/news")
@access(anyone)
def news(slug: str) -> AnyResponse:
    """Tell a device how many came, who was marked elsewhere, and whether its list is still whole."""
    return _json(_news(_pass(slug, in_time=False)))


@blueprint.route("/<slug>/list", methods=["GET", "POST"])
@access(anyone)
def marks(slug: str) -> AnyResponse:
    """Give a device the marks of everybody who may come; with the PIN, the key to them too."""
    device = _pass(slug)
    if request.method == "GET":
        return _json(_marks(device))
    form = PinForm()
    if not form.submitted():
        return _json({"stale": "csrf_token" in form.errors or bool(form.form_errors), "csrf": generate_csrf()}, 422)
    refusal = transact(unlock, device.id, _digest(form, device), now=now())
    if refusal is not None:
        return _json({"stale": False, "sentence": say(refusal.message), "csrf": generate_csrf()}, 422)
    device = _pass(slug)
    highest = max(queries.highest_number(db.session(), device.id), device.first_number)
    return _json({**_marks(device), "key": device.roster_key, "number": highest})


@blueprint.get("/<slug>/offline")
@access(anyone)
def offline(slug: str) -> Response:
    """Give the page that a device keeps for when there is no net: it asks nobody anything and names nobody."""
    public(60)
    return show("door/offline.html", slug=slug)


@blueprint.get("/worker.js")
@access(anyone)
def worker() -> Response:
    """Give the service worker; what it may look after is what lies below its own address: doors, and nothing else."""
    public(60)
    return Response(_worker(), content_type="text/javascript; charset=utf-8")


@cache
def _worker() -> str:
    return WORKER.read_text(encoding="utf-8")


# --- What they share --------------------------------------------------------------------------------------------


def _cookie(event_id: int) -> str:
    return f"door-{event_id}"


def _pass(slug: str, *, in_time: bool = True) -> DevicePass:
    """Return the pass this device holds; without one, nobody learns whether there is such an event."""
    session = db.session()
    event_id = queries.event_of_cookie(session, slug)
    token = request.cookies.get(_cookie(event_id or 0), "")
    device = queries.pass_of_device(session, slug, digest(token)) if token else None
    if device is None:
        raise NoPassHere
    _refuse_dead(device, in_time=in_time)
    return device


def _refuse_dead(device: DevicePass, *, in_time: bool = True) -> None:
    if device.revoked_at is not None:
        raise PassTakenBack
    if device.over(now()) and (in_time or now() >= device.expires_at + LATE):
        raise PassIsOver


def _digest(form: PinForm, device: DevicePass) -> str:
    """Return the digest of the PIN that was typed. It takes its time on purpose, so nobody may ask for many."""
    spend("pin", "20 per minute", device.public_id)
    return pin_digest(form.digits(), device.pin_salt)


def _opening(device: DevicePass, form: PinForm, status: int) -> Response:
    form.pin.data = ""
    return show(OPENING, None, status, event=device.event, device=device, form=form, url=request.path)


def _door(device: DevicePass, form: CodeForm, status: int = 200) -> Response:
    session = db.session()
    count = queries.door_count(session, device.event_id, device.day)
    last = queries.last_told(session, device.id) if status == 200 else None
    words = request.args.get("q", "")[:LONGEST_NAME]
    found, complaint = _found(device, words)
    context = {"last": last, "count": count, "words": words, "found": found, "complaint": complaint}
    return show(PAGE, NAMES, status, event=device.event, device=device, form=form, **context)


def _found(device: DevicePass, words: str) -> tuple[list[Any] | None, Message | None]:
    """Look for a name, and write down that it was looked for."""
    try:
        words = clean_line(words, limit=LONGEST_NAME)
    except BadText as bad:
        return None, bad.message
    if not words:
        return None, None
    if len(list(letters_in(words))) < queries.LEAST_LETTERS:
        return None, TooFewLetters.text
    spend("door names", "60 per minute", device.public_id)
    found = list(queries.found_by_name(db.session(), device, words))
    transact(searched, device.id, people=min(len(found), queries.MOST_NAMES), now=now())
    return found, None


def _line(told: Told, device: DevicePass) -> dict[str, Any]:
    """Say what came of a scan; a device that lay about is not told the name."""
    shown = not device.idle(now())
    zone = device.event.zone
    return {
        "number": told.number,
        "result": told.result,
        "name": told.name if shown else "",
        "at": clock(told.arrived_at, lang(), zone) if told.arrived_at else "",
        "scanned": clock(told.scanned_at, lang(), zone) if told.scanned_at else "",
        "door": told.door,
    }


def _news(device: DevicePass) -> dict[str, Any]:
    session = db.session()
    count = queries.door_count(session, device.event_id, device.day)
    after = request.args.get("after", "")
    last = int(after) if after.isascii() and after.isdigit() and len(after) < 10 else 0
    arrivals = queries.arrivals_after(session, device, last)
    zone = device.event.zone
    return {
        "csrf": generate_csrf(),
        "came": count.came,
        "seated": count.seated,
        "list": queries.state_of_list(session, device.event_id),
        "locked": device.idle(now()),
        "over": device.over(now()),
        "arrivals": [[one.mark, clock(one.arrived_at, lang(), zone), one.door] for one in arrivals],
        "after": arrivals[-1].id if arrivals else last,
    }


def _marks(device: DevicePass) -> dict[str, Any]:
    session = db.session()
    everybody = queries.coming(session, device)
    return {
        "pass": device.public_id,
        "list": queries.state_of_list(session, device.event_id),
        "seats": [one.mark for one in everybody if one.seat],
        "others": [one.mark for one in everybody if not one.seat],
        "title": device.event.title.best(lang()).text,
        "name": device.name,
        "expires": int(device.expires_at.timestamp()),
        "csrf": generate_csrf(),
    }


def _json(facts: dict[str, Any], status: int = 200) -> Response:
    answer = jsonify(facts)
    answer.status_code = status
    return answer
