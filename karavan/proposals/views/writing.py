"""Writing a submission in three steps: the text, a look at it with files, and who hands it in.

Each step is a plain form on its own address. The address carries a sealed key, so that what is typed is kept on the
server without an account, can be gone on with on another device, and can be found by nobody else. Looking writes
nothing: a draft begins to exist when something is kept.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from flask import Blueprint, Response, abort, current_app, flash, redirect, request, url_for

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.places import HOME_DISTRICTS
from karavan.core.problems import Message, Problem
from karavan.core.text import clean_line, slugify
from karavan.core.tokens import new_public_id
from karavan.core.when import local_day
from karavan.councils.models import CouncilLevel
from karavan.councils.queries import council_cards, statute_of
from karavan.files.answers import send as hand_over
from karavan.files.fields import ACCEPTED, BODY_BYTES
from karavan.files.queries import content_of
from karavan.proposals import queries
from karavan.proposals.channels import EOTINISH, hints
from karavan.proposals.problems import DraftIsGone, TooManyFiles
from karavan.proposals.rules.write import DRAFTS_LIVE, FILES, attach, detach, save_draft, submit
from karavan.proposals.writing_forms import LOCAL, AuthorForm, FileForm, PressForm, TextForm, finished
from karavan.web.access import access, anyone, sign_in_first, visitor
from karavan.web.hygiene import takes_files
from karavan.web.limits import spend
from karavan.web.locale import gettext, lang, say
from karavan.web.reply import done, leave, show

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from karavan.councils.queries import CouncilCard
    from karavan.proposals.models import Attachment, Draft

blueprint = Blueprint("writing", __name__, url_prefix="/<lang:lang>/proposals/new")

BEGIN = "writing/begin.html"
TEXT, TEXT_PANEL = "writing/text.html", "writing/_text_panel.html"
KEPT_LINE = "writing/_kept_line.html"
SIMILAR, SIMILAR_LIST = "writing/similar.html", "writing/_similar.html"
CHECK, FILES_PANEL = "writing/check.html", "writing/_files_panel.html"
SENDING, SENDING_PANEL = "writing/sending.html", "writing/_sending_panel.html"

COOKIE: Final = "draft"
PURPOSE: Final = "draft"
SHORTEST: Final = 8
"""A title of fewer letters is not looked for yet."""
ALIKE: Final = 3
"""So many alike ones are shown: more would push the form off a phone's screen."""
STEPS: Final = ("text", "check", "send")


class Desk(NamedTuple):
    """What lies behind an address: a draft that is kept, or none yet, or no more."""

    token: str
    public_id: str
    draft: Draft | None

    @property
    def fields(self) -> dict[str, Any]:
        """What is kept of it."""
        return dict(self.draft.fields) if self.draft else {}


# --- Where it begins --------------------------------------------------------------------------------------


@blueprint.get("")
@access(anyone)
def begin() -> AnyResponse:
    """Offer the draft this browser remembers, or an empty form with a key of its own."""
    remembered = _remembered()
    if remembered is not None and "anew" not in request.args:
        return show(BEGIN, draft=remembered.draft, token=remembered.token, steps=_steps(_step(remembered)))
    token = current_app.extensions["karavan.keys"].seal(new_public_id(), purpose=PURPOSE)
    place = request.args.get("place", "")
    form = TextForm(formdata=None, data={"place": place} if place in HOME_DISTRICTS else {})
    return _text(Desk(token, "", None), form)


@blueprint.get("/<draft_token>")
@access(anyone)
def resume(draft_token: str) -> AnyResponse:
    """Go on where she was: the address to send oneself."""
    desk = _desk(draft_token)
    _lead_on_if_handed_in(desk)
    return redirect(url_for(f"writing.{_step(desk)}", draft_token=draft_token), 303)


# --- The text ---------------------------------------------------------------------------------------------


@blueprint.route("/<draft_token>/text", methods=["GET", "POST"])
@access(anyone)
def text(draft_token: str) -> AnyResponse:
    """Take the text. Whatever is typed is kept, right or wrong; only going on asks for everything."""
    desk = _desk(draft_token)
    if request.method == "GET":
        _lead_on_if_handed_in(desk)
        return _text(desk, TextForm(formdata=None, data=desk.fields))
    form, keeping = TextForm(), "draft" in request.form
    complete = form.submitted()
    if form.stale:
        return _text(desk, form, 422)
    try:
        desk = _keep(desk, form, step="check" if complete and not keeping else "text")
    except DraftIsGone:
        return _text_after_all(desk, form)
    except Problem as problem:
        form.refuse(problem)
        return _text(desk, form, 422)
    if keeping:
        flash(gettext("Your draft is kept for 30 days. Nobody else can see it."), "ok")
        form = TextForm(formdata=None, data=desk.fields)
        here = url_for("writing.text", draft_token=draft_token)
        return _remember(desk, done(here, TEXT, TEXT_PANEL, **_text_facts(desk, form)))
    if not complete:
        return _remember(desk, _text(desk, form, 422))
    return _remember(desk, leave(url_for("writing.check", draft_token=draft_token)))


@blueprint.route("/<draft_token>/keeping", methods=["GET", "POST"])
@access(anyone)
def keep(draft_token: str) -> AnyResponse:
    """Keep what is typed while she pauses, and say so in one line; a fresh token comes with it."""
    desk = _desk(draft_token)
    here = url_for("writing.text", draft_token=draft_token)
    if request.method == "GET":
        return redirect(here, 303)
    form = TextForm()
    form.validate()
    problem: Message | None = None
    if form.stale:
        problem = Message("Not kept yet: the page had been open for a long time. It is tried again as you type.")
    else:
        try:
            desk = _keep(desk, form, step="text")
        except Problem as refusal:
            problem = refusal.message
    if problem:
        return show(TEXT, KEPT_LINE, 422, **_text_facts(desk, form, problem=problem))
    return _remember(desk, done(here, TEXT, KEPT_LINE, draft=desk.draft, form=form, problem=None))


@blueprint.get("/similar")
@access(anyone)
def similar() -> Response:
    """Show what others proposed already, and whether somewhere else is the better door."""
    title = request.args.get("title", "")[:400]
    spend("similar", "300 per minute")
    return show(SIMILAR, SIMILAR_LIST, similar=_similar(title, request.args.get("place", "")), hints=hints(title))


# --- A look at it, and files ------------------------------------------------------------------------------


@blueprint.get("/<draft_token>/check")
@access(anyone)
def check(draft_token: str) -> AnyResponse:
    """Show the text as readers will see it, what is alike, and what is attached."""
    desk = _desk(draft_token)
    return show(CHECK, FILES_PANEL, **_check_facts(desk, FileForm(formdata=None)))


@blueprint.route("/<draft_token>/files", methods=["GET", "POST"])
@takes_files(BODY_BYTES)
@access(anyone)
def files(draft_token: str) -> AnyResponse:
    """Take one file more."""
    desk = _desk(draft_token)
    here = url_for("writing.check", draft_token=draft_token)
    if request.method == "GET":
        return redirect(here, 303)
    draft = _draft(desk)
    form = FileForm()
    try:
        spend("files of", "30 per hour", desk.public_id)
        spend("files", "300 per hour")
        if len(draft.attachments) >= FILES:
            raise TooManyFiles
        if not form.submitted() or form.file.data is None:
            return show(CHECK, FILES_PANEL, 422, **_check_facts(desk, form))
        name, examined = form.file.data
        transact(attach, desk.public_id, examined, name=name, lang=lang(), now=now())
    except Problem as problem:
        form.refuse(problem)
        return show(CHECK, FILES_PANEL, 422, **_check_facts(desk, form))
    flash(gettext("The file is added."), "ok")
    return _files_changed(desk)


@blueprint.get("/<draft_token>/files/<attachment>")
@access(anyone)
def file(draft_token: str, attachment: str) -> Response:
    """Give back a file of this draft, and of no other."""
    found = _file(_desk(draft_token), attachment)
    content = content_of(db.session(), found.file_id)
    if content is None:
        abort(404)
    return hand_over(found.file, content, found.name, inline=True, private=True)


@blueprint.route("/<draft_token>/files/<attachment>/removal", methods=["GET", "POST"])
@access(anyone)
def remove_file(draft_token: str, attachment: str) -> AnyResponse:
    """Take a file away again."""
    desk = _desk(draft_token)
    if request.method == "GET":
        return redirect(url_for("writing.check", draft_token=draft_token), 303)
    form = PressForm()
    if not form.submitted():
        return show(CHECK, FILES_PANEL, 422, **_check_facts(desk, FileForm(formdata=None), press=form))
    _draft(desk)
    transact(detach, desk.public_id, attachment)
    flash(gettext("The file is taken away."), "ok")
    return _files_changed(desk)


@blueprint.get("/<draft_token>/eotinish.txt")
@access(anyone)
def export(draft_token: str) -> Response:
    """Give the text as a file, ready to be pasted into a formal appeal."""
    form = _finished(_desk(draft_token))
    words = form.words()
    asked = [f"{say(field.label.text)}\n{field.data}" for field in (form.problem, form.solution)]
    written = "\n\n".join([words.title, *asked, ""]).replace("\n", "\r\n")
    name = slugify(words.title, fallback="proposal")[:60]
    headers = {"Content-Disposition": f'attachment; filename="{name}.txt"'}
    return Response("\ufeff" + written, content_type="text/plain; charset=utf-8", headers=headers)


# --- Who hands it in --------------------------------------------------------------------------------------


@blueprint.route("/<draft_token>/sending", methods=["GET", "POST"])
@access(anyone)
def send(draft_token: str) -> AnyResponse:
    """Hand it in. Pressing twice, going back, or an answer that was lost on the way: one submission, one number.

    Everybody may come here, because whoever has to sign in first must not lose what she has typed.
    """
    desk = _desk(draft_token)
    _draft(desk)
    ready = _finished(desk)
    council = _council(ready)
    form = AuthorForm(data=_author(desk))
    form.ask_age(statute_of(db.session(), council.id, local_day(now())).minimum_age)
    if request.method == "GET":
        return _sending(desk, ready, council, form) if visitor().signed_in else sign_in_first()
    complete = form.submitted()
    if form.stale:
        return _sending(desk, ready, council, form, 422)
    author_id = visitor().person_id
    try:
        if author_id is None:
            desk = _keep(desk, form, step="send")
            return _remember(desk, leave(url_for("accounts.sign_in", next=request.path)))
        if not complete:
            return _sending(desk, ready, council, form, 422)
        wish = form.submission(desk.public_id, council.id, ready)
        number = transact(submit, wish, author_id=author_id, now=now()).number
    except Problem as problem:
        form.refuse(problem)
        return _sending(desk, ready, council, form, 422)
    flash(
        gettext("Done. The number of your proposal: %(number)s. A letter with it is on its way.") % {"number": number},
        "ok",
    )
    response = leave(url_for("proposals.show", number=number))
    response.delete_cookie(COOKIE)
    return response


# --- What they share --------------------------------------------------------------------------------------


def _desk(token: str) -> Desk:
    """Open an address; a wrong one is like none."""
    public_id: str | None = current_app.extensions["karavan.keys"].open(token, purpose=PURPOSE)
    if public_id is None:
        abort(404)
    draft = queries.draft_by_key(db.session(), public_id)
    return Desk(token, public_id, draft if draft and draft.expires_at > now() else None)


def _remembered() -> Desk | None:
    """Return the draft this browser was writing last, if it is still one."""
    token = request.cookies.get(COOKIE, "")
    public_id: str | None = current_app.extensions["karavan.keys"].open(token, purpose=PURPOSE)
    draft = queries.draft_by_key(db.session(), public_id) if public_id else None
    if public_id is None or draft is None or draft.expires_at <= now():
        return None
    return Desk(token, public_id, draft)


def _draft(desk: Desk) -> Draft:
    """Return the draft, or lead to what became of it, or back to the beginning."""
    if desk.draft is None:
        _lead_on_if_handed_in(desk)
        abort(leave(url_for("writing.text", draft_token=desk.token)))
    return desk.draft


def _lead_on_if_handed_in(desk: Desk) -> None:
    number = queries.number_of_draft(db.session(), desk.public_id) if desk.draft is None else None
    if number is not None:
        abort(leave(url_for("proposals.show", number=number)))


def _finished(desk: Desk) -> TextForm:
    """Return the checked text of a draft, or lead back to what is missing."""
    _draft(desk)
    form = finished(desk.fields)
    if form is None:
        flash(gettext("Something is still missing in the text."), "warn")
        abort(leave(url_for("writing.text", draft_token=desk.token)))
    return form


def _step(desk: Desk) -> str:
    """Return at which step she was."""
    step = desk.fields.get("step")
    return step if step in STEPS else "text"


def _keep(desk: Desk, form: TextForm | AuthorForm, *, step: str) -> Desk:
    """Keep what was typed. Whole villages share one address behind their operator, so that rate is generous."""
    spend("drafts of", "60 per minute", desk.public_id)
    spend("drafts", "600 per minute")
    fields = desk.fields | form.typed() | {"step": step}
    draft = transact(save_draft, desk.public_id, fields, lang=lang(), now=now())
    return desk._replace(draft=draft)


def _remember(desk: Desk, response: AnyResponse) -> AnyResponse:
    """Let this browser find the draft again."""
    settings = current_app.extensions["karavan.settings"]
    response.set_cookie(
        COOKIE,
        desk.token,
        max_age=int(DRAFTS_LIVE / timedelta(seconds=1)),
        httponly=True,
        samesite="Lax",
        secure=settings.secure_cookies,
    )
    return response


def _text(desk: Desk, form: TextForm, status: int = 200) -> Response:
    return show(TEXT, TEXT_PANEL, status, **_text_facts(desk, form))


def _text_after_all(desk: Desk, form: TextForm) -> Response:
    """She went back and wrote on in what was handed in already: nothing of that is lost, it becomes another draft."""
    number = queries.number_of_draft(db.session(), desk.public_id)
    fresh = current_app.extensions["karavan.keys"].seal(new_public_id(), purpose=PURPOSE)
    return show(TEXT, TEXT_PANEL, 422, **_text_facts(Desk(fresh, "", None), form, handed_in=number))


def _text_facts(desk: Desk, form: TextForm, *, problem: Message | None = None, handed_in: str | None = None) -> Any:
    title = form.title.data or ""
    return {
        "token": desk.token,
        "draft": desk.draft,
        "form": form,
        "problem": problem,
        "handed_in": handed_in,
        "similar": _similar(title, form.place.data or ""),
        "hints": hints(title),
        "address": _absolute("writing.resume", draft_token=desk.token),
        "steps": _steps("text"),
    }


def _similar(title: str, place: str) -> list[queries.ProposalCard]:
    """Return what is alike: only a help, so what cannot be read as a title finds nothing."""
    try:
        words = clean_line(title, limit=400)
    except ValueError:
        return []
    if len(words) < SHORTEST:
        return []
    return queries.similar(db.session(), words, place=place if place in HOME_DISTRICTS else "", limit=ALIKE)


def _check_facts(desk: Desk, form: FileForm, *, press: PressForm | None = None) -> dict[str, Any]:
    ready = _finished(desk)
    everything = " ".join(str(field.data) for field in (ready.title, ready.problem, ready.solution))
    return {
        "token": desk.token,
        "draft": _draft(desk),
        "ready": ready,
        "council": _council(ready),
        "form": form,
        "press": press or PressForm(formdata=None),
        "most": FILES,
        "accepted": ACCEPTED,
        "similar": _similar(ready.title.data or "", ready.place.data or ""),
        "hints": hints(everything),
        "address": _absolute("writing.resume", draft_token=desk.token),
        "steps": _steps("check"),
    }


def _files_changed(desk: Desk) -> AnyResponse:
    fresh = _desk(desk.token)
    here = url_for("writing.check", draft_token=desk.token)
    return done(here, CHECK, FILES_PANEL, **_check_facts(fresh, FileForm(formdata=None)))


def _file(desk: Desk, public_id: str) -> Attachment:
    found = [one for one in desk.draft.attachments if one.public_id == public_id] if desk.draft else []
    if not found:
        abort(404)
    return found[0]


def _author(desk: Desk) -> dict[str, Any]:
    """Return what is known of the author: what she typed, or what her account calls her."""
    return {"author_name": visitor().name} | desk.fields


def _council(ready: TextForm) -> CouncilCard:
    """Return the council that will look at it: the one of the place, or the region's."""
    cards = council_cards(db.session(), on=local_day(now()))
    local = [card for card in cards if card.level != CouncilLevel.REGION and card.place == ready.place.data]
    region = [card for card in cards if card.level == CouncilLevel.REGION]
    found = [*local, *region, *cards] if ready.council.data == LOCAL else [*region, *local, *cards]
    if not found:
        abort(503)  # an installation without councils takes no submissions yet
    return found[0]


def _sending(desk: Desk, ready: TextForm, council: CouncilCard, form: AuthorForm, status: int = 200) -> Response:
    return show(
        SENDING,
        SENDING_PANEL,
        status,
        token=desk.token,
        ready=ready,
        council=council,
        form=form,
        eotinish=EOTINISH,
        steps=_steps("send"),
    )


def _steps(here: str) -> list[tuple[str, str, str]]:
    """Return the road of the three steps, as `components/road.html` draws it."""
    names = (gettext("The text"), gettext("A look at it, and files"), gettext("About you, and sending"))
    at = STEPS.index(here)
    states = ["done" if number < at else "now" if number == at else "todo" for number in range(len(STEPS))]
    return [(state, name, "") for state, name in zip(states, names, strict=True)]


def _absolute(endpoint: str, **values: Any) -> str:
    base: str = current_app.extensions["karavan.settings"].base_url
    return base + url_for(endpoint, **values)
