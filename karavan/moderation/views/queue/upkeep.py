"""What keeps the desk in order: interests, watched words, requests of state bodies, second looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, abort, flash, request, url_for

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Message, NotFound, Problem
from karavan.moderation import desk_queries, pieces, rooms
from karavan.moderation.conduct import CLAUSES
from karavan.moderation.models import Action, Effect
from karavan.moderation.passages import marked
from karavan.moderation.queue_forms import InterestForm, LookForm, PressForm, RequestForm, WordForm, offer, offered
from karavan.moderation.rules import interests as interest_rules, second_looks, words as word_rules
from karavan.moderation.rules.state_requests import Request, enter
from karavan.moderation.views.queue.room import blueprint, case_url, me, organisation_ids, piece_of, shared
from karavan.web.access import access, staff
from karavan.web.forms import whole_number
from karavan.web.locale import gettext, lang
from karavan.web.reply import leave, show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.wrappers import Response as AnyResponse

    from karavan.moderation.models import Decision, WatchedWord
    from karavan.moderation.rules.words import Tried

INTERESTS, INTERESTS_PANEL = "moderation/interests.html", "moderation/_interests_panel.html"
WORDS, WORDS_PANEL = "moderation/words.html", "moderation/_words_panel.html"
WORD_END, WORD_END_PANEL = "moderation/word_end.html", "moderation/_word_end_panel.html"
REQUEST, REQUEST_PANEL = "moderation/state_request.html", "moderation/_state_request_panel.html"
LOOK, LOOK_PANEL = "moderation/second_look.html", "moderation/_second_look_panel.html"


# --- Interests ------------------------------------------------------------------------------------------------


@blueprint.route("/interests", methods=["GET", "POST"])
@access(staff)
def interests() -> AnyResponse:
    """Say in which discussions one has an interest: their cases are then offered to others."""
    form = InterestForm()
    known = _threads(whole_number(request.args.get("case", "")))
    offer(form.thread, [(str(thread_id), title) for thread_id, title in known.items()], gettext("Choose one"))
    if request.method == "GET":
        form.thread.data = str(next(iter(known))) if "case" in request.args and known else ""
    if not form.submitted():
        return _interests(form, 422 if request.method == "POST" else 200)
    facts: dict[str, Any] = {"person_id": me(), "note": form.note.data or "", "now": now()}
    try:
        transact(interest_rules.declare, int(form.thread.data), **facts)
    except Problem as problem:
        form.refuse(problem)
        return _interests(form, problem.status)
    flash(gettext("Declared. Cases of this discussion go to others, and the log says that you stepped aside."), "ok")
    return leave(url_for("moderation.interests"))


@blueprint.route("/interests/<int:interest_id>/end", methods=["GET", "POST"])
@access(staff)
def end_interest(interest_id: int) -> AnyResponse:
    """Say that there is no interest any more."""
    if request.method == "GET":
        return leave(url_for("moderation.interests"))
    form = PressForm()
    if not form.submitted():
        blank = InterestForm(formdata=None)
        blank.thread.choices = {}
        blank.form_errors = list(form.form_errors)
        return _interests(blank, 422)
    if interest_id > desk_queries.LARGEST_ID:
        abort(404)
    transact(interest_rules.end, interest_id, person_id=me(), now=now())
    flash(gettext("Ended. What was decided before stays with the others."), "ok")
    return leave(url_for("moderation.interests"))


def _threads(case_id: int) -> dict[int, str]:
    """Return the discussions that had cases lately by what they are about, the one of the named case first."""
    return _titles(desk_queries.threads_of_cases(db.session(), organisation_ids(), case_id))


def _titles(threads: Sequence[int]) -> dict[int, str]:
    """Return what threads are about; one that nobody may read is called by its id."""
    session = db.session()
    places = [place for one in threads if (place := pieces.keeper().place(session, one)) is not None]
    named = rooms.named(session, {place.public_id for place in places}, lang())
    return {place.id: named[place.public_id].title if place.public_id in named else place.public_id for place in places}


def _interests(form: InterestForm, status: int = 200) -> Response:
    declared = desk_queries.interests_of(db.session(), me())
    titles = _titles([one.thread_id for one in declared])
    mine = [(one, titles.get(one.thread_id, "")) for one in declared]
    return show(INTERESTS, INTERESTS_PANEL, status, form=form, mine=mine, press=PressForm(formdata=None))


# --- Watched words ----------------------------------------------------------------------------------------------


@blueprint.route("/words", methods=["GET", "POST"])
@access(staff)
def words() -> AnyResponse:
    """Show the words an organisation watches for, add one, or try one out first."""
    organisations = desk_queries.organisations_known(db.session(), organisation_ids())
    if not organisations:
        abort(404)
    form = WordForm()
    offer(form.organisation, [(str(one.id), one.name.best(lang()).text) for one in organisations])
    offer(form.clause, [(one.code, one.current.title.best(lang()).text) for one in CLAUSES], gettext("Choose a rule"))
    form.organisation.data = form.organisation.data or str(organisations[0].id)
    form.language.data = form.language.data or lang()
    if request.method == "GET":
        form.clause.data = form.clause.data or ""
        asked = request.args.get("organisation", "")
        form.organisation.data = asked if asked in offered(form.organisation) else form.organisation.data
        return _words(form)
    if request.form.get("press") == "try":
        return _try(form)
    if not form.submitted():
        return _words(form, 422)
    try:
        transact(
            word_rules.add_word,
            int(form.organisation.data),
            form.term.data or "",
            lang=form.language.data,
            effect=Effect(form.effect.data),
            clause=form.clause.data,
            by_id=me(),
            now=now(),
        )
    except Problem as problem:
        form.refuse(problem)
        return _words(form, problem.status)
    flash(gettext("The word is watched from now on. It never removes anything: a person decides."), "ok")
    return leave(url_for("moderation.words", organisation=form.organisation.data))


def _try(form: WordForm) -> Response:
    """Say in how many of the last comments the word would have been found. Nothing is changed."""
    typed = form.term.data or ""
    fit = form.organisation.data in offered(form.organisation)
    form.validate()
    for field in (form.effect, form.clause):  # not needed for trying
        field.errors = []
    if form.form_errors or form.term.errors or not fit:
        return _words(form, 422)
    tried = word_rules.dry_run(db.session(), int(form.organisation.data), typed)
    return _words(form, tried=tried)


@blueprint.route("/words/<int:word_id>/end", methods=["GET", "POST"])
@access(staff)
def end_word(word_id: int) -> AnyResponse:
    """Watch a word no longer."""
    word = desk_queries.watched_word(db.session(), word_id, organisation_ids())
    if word is None:
        abort(404)
    form = PressForm()
    if not form.submitted():
        return _end_word(word, form, 422 if request.method == "POST" else 200)
    try:
        transact(word_rules.end_word, word.organisation_id, word_id, by_id=me(), now=now())
    except Problem as problem:
        form.refuse(problem)
        return _end_word(word, form, problem.status)
    flash(gettext("The word is not watched any more."), "ok")
    return leave(url_for("moderation.words", organisation=word.organisation_id))


def _end_word(word: WatchedWord, form: PressForm, status: int) -> Response:
    return show(WORD_END, WORD_END_PANEL, status, word=word, form=form)


def _words(form: WordForm, status: int = 200, *, tried: Tried | None = None) -> Response:
    known = form.organisation.data in offered(form.organisation)
    found = desk_queries.words_of(db.session(), int(form.organisation.data)) if known else ()
    return show(WORDS, WORDS_PANEL, status, form=form, words=found, tried=tried, **_rules())


# --- Requests of state bodies -----------------------------------------------------------------------------------


@blueprint.route("/requests/new", methods=["GET", "POST"], endpoint="state_request")
@access(staff)
def take_request() -> AnyResponse:
    """Take down what a state body asks for: it is a case of its own, decided by two, and it stands in the log."""
    form = RequestForm(now=now())
    if not form.submitted():
        return show(REQUEST, REQUEST_PANEL, 422 if request.method == "POST" else 200, form=form)
    try:
        entered = transact(enter, _comment(form), _request(form), by_id=me(), now=now())
    except Problem as problem:
        form.refuse(problem)
        return show(REQUEST, REQUEST_PANEL, problem.status, form=form)
    flash(gettext("Entered. It stands in the public log, and two moderators decide about it."), "ok")
    return leave(case_url(entered.case_id))


def _comment(form: RequestForm) -> int:
    """Return the comment the request is about; one of another council looks like none."""
    piece = pieces.keeper().find(db.session(), form.comment_id)
    ids = organisation_ids()
    if piece is None or (ids is not None and piece.organisation_id not in ids):
        raise Unknown
    return piece.id


class Unknown(NotFound):
    """No comment of hers has this address."""

    status = 422
    text = Message("There is no comment at this address in your discussions.")
    where = "comment"


def _request(form: RequestForm) -> Request:
    dated: Any = form.dated.data
    return Request(
        office=form.office.data or "",
        article=form.article.data or "",
        number=form.number.data or "",
        dated=dated,
        basis=form.basis.data or "",
        sealed_until=form.sealed_until.data,
    )


# --- A second look ------------------------------------------------------------------------------------------------


@blueprint.route("/second-look", methods=["GET", "POST"])
@access(staff)
def second_look() -> AnyResponse:
    """Decide an old case anew without knowing how it ended: it changes nothing, and shows how alike we judge."""
    form = LookForm()
    if request.method == "GET":
        return _look(form)
    if not form.submitted():
        return _look(form, 422)
    decision = _decision(form)
    if decision is None:
        abort(404)
    action = Action(form.choice.data)
    clause = "" if action == Action.KEEP else form.clause.data or ""
    facts: dict[str, Any] = {"by_id": me(), "action": action, "clause": clause, "now": now()}
    try:
        transact(second_looks.give, decision.id, **facts)
    except Problem as problem:
        form.refuse(problem)
        return _look(form, problem.status)
    flash(gettext("Thank you. It counts in the figures only. Here is the next one."), "ok")
    return leave(url_for("moderation.second_look"))


def _decision(form: LookForm) -> Decision | None:
    asked = whole_number(form.decision.data)
    return desk_queries.decision_to_see(db.session(), asked, organisation_ids()) if asked else None


def _look(form: LookForm, status: int = 200) -> Response:
    session = db.session()
    decision = _decision(form) if request.method == "POST" else None
    decision = decision or second_looks.offer(session, organisation_ids(), by_id=me(), now=now())
    piece, source, context = None, "", None
    if decision is not None:
        form.decision.data = str(decision.id)
        piece = piece_of(session, decision.case.comment_id)
        source = pieces.keeper().source_of(session, piece.id, decision.revision)
        context = pieces.keeper().context_of(session, piece.id, lang())
    return show(LOOK, LOOK_PANEL, status, form=form, piece=piece, runs=marked(source, ()), context=context, **_rules())


def _rules() -> dict[str, Any]:
    facts = shared()
    return {"clauses": facts["clauses"], "clauses_offered": CLAUSES}
