"""The secretary's console: turns and their clock, breaks, straw polls, questions, notes for the protocol.

Every button is a plain form that names the `run_version` its page was drawn from: of two presses, or two secretaries,
the second changes nothing, gets 409 and sees what stands. What is typed stands in regions of its own, which nothing
draws anew but their own buttons.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flask import abort, flash, redirect, request, url_for

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Problem
from karavan.hearings.hall_forms import CallForm, DeskForm, MergeForm, NoteForm, PollForm
from karavan.hearings.hall_queries import notes_of
from karavan.hearings.policy import acts_as
from karavan.hearings.rules import hall as desk, polls, questions, speakers
from karavan.hearings.views.live.room import blueprint, hall_at_desk, tag_of, tagged, unchanged
from karavan.web.access import access, staff, visitor
from karavan.web.forms import whole_number
from karavan.web.locale import gettext, written_in
from karavan.web.reply import done, leave, show, wants_region

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Response as AnyResponse

    from karavan.hearings.live_state import Asked, HallNow
    from karavan.web.forms import Form

HALL, CONSOLE = "hearing_live/hall.html", "hearing_live/_console.html"
NOTE, POLL = "hearing_live/_note_panel.html", "hearing_live/_poll_panel.html"
CALL, CALL_PANEL = "hearing_live/call.html", "hearing_live/_call_panel.html"
MERGE, MERGE_PANEL = "hearing_live/merge.html", "hearing_live/_merge_panel.html"
END, END_PANEL = "hearing_live/end.html", "hearing_live/_end_panel.html"
NOTES: Final = 5
"""So many of the latest notes stand below the form."""
TURNS: Final[dict[str, Callable[..., Any]]] = {
    "next": speakers.call_next,
    "pause": speakers.pause,
    "resume": speakers.resume,
    "absent": speakers.absent,
    "end": speakers.end_turn,
}
"""What the buttons do that need to know nothing more."""
MINUTES: Final[dict[str, Callable[..., Any]]] = {"extend": speakers.extend, "break": desk.take_break}
"""What the buttons do that say for how many minutes: `extend-2`."""


@blueprint.route("/desk/hearings/<int:hearing_id>/hall", methods=["GET", "POST"])
@access(staff)
def hall(hearing_id: int) -> AnyResponse:
    """Run the hearing."""
    found = hall_at_desk(hearing_id)
    if request.method == "GET":
        if not wants_region():
            return show(HALL, **_facts(found))
        standing = _standing(found)
        tag = tag_of(found, "console", found.head.run_version, found.head.keeper, *standing.values())
        return unchanged(tag) or tagged(show(HALL, CONSOLE, press=DeskForm(), **_seen(found), **standing), tag)
    form = DeskForm()
    if not form.submitted():
        return show(HALL, CONSOLE, 422, **_facts(found, press=form))
    try:
        _press(found, form)
    except Problem as problem:
        form.refuse(problem)
        return show(HALL, CONSOLE, problem.status, **_facts(hall_at_desk(hearing_id), press=form))
    fresh = hall_at_desk(hearing_id)
    if fresh.head.live != found.head.live:
        return leave(_url(found))  # notes and straw polls, which stand outside of the console, come with the page
    return done(_url(found), HALL, CONSOLE, **_facts(fresh))


def _press(found: HallNow, form: DeskForm) -> None:
    """Do what the button says."""
    hearing_id, press = found.head.hearing_id, request.form.get("press", "")
    by: dict[str, Any] = {"by_id": visitor().person_id, "now": now()}
    role = acts_as(visitor(), found.head.organisation_id)
    name, _, number = press.partition("-")
    if press in TURNS:
        transact(TURNS[press], hearing_id, **by, read_version=form.read_version)
    elif name in MINUTES:
        transact(MINUTES[name], hearing_id, whole_number(number), **by, read_version=form.read_version)
    elif name == "close":
        closing = {**by, "by": role, "read_version": form.read_version}
        transact(polls.close_poll, hearing_id, whole_number(number), **closing)
    elif press == "begin":
        transact(desk.begin, hearing_id, **by, by=role, read_version=form.read_hearing)
    elif press == "take":
        transact(desk.take_over, hearing_id, **by)
    elif "answered" in request.form:
        asked, _, version = request.form["answered"].partition("-")
        transact(questions.answered, hearing_id, whole_number(asked), **by, read_version=whole_number(version))
    elif "here" in request.form:
        transact(speakers.came_back, hearing_id, whole_number(request.form["here"]))
    else:
        abort(400)


@blueprint.route("/desk/hearings/<int:hearing_id>/hall/keep", methods=["GET", "POST"])
@access(staff)
def keep(hearing_id: int) -> AnyResponse:
    """Keep the hall hers while her page is open, also through a long speech."""
    found, form = hall_at_desk(hearing_id), DeskForm()
    if request.method == "GET":
        return redirect(_url(found), 303)
    if not form.submitted():
        return show(HALL, CONSOLE, 422, **_facts(found, press=form))
    if found.head.live:
        transact(desk.keep, hearing_id, by_id=visitor().person_id, now=now())
    return done(_url(found), HALL, CONSOLE, **_facts(hall_at_desk(hearing_id)))


@blueprint.route("/desk/hearings/<int:hearing_id>/hall/note", methods=["GET", "POST"])
@access(staff)
def note(hearing_id: int) -> AnyResponse:
    """Take a note for the protocol."""
    found = hall_at_desk(hearing_id)
    if request.method == "GET":
        return redirect(f"{_url(found)}#note-panel", 303)
    form = NoteForm()
    if not form.submitted():
        return show(HALL, NOTE, 422, **_facts(found, note=form))
    words = form.words.data or ""
    try:
        transact(desk.note, hearing_id, words, lang=written_in(words), by_id=visitor().person_id, now=now())
    except Problem as problem:
        form.refuse(problem)
        return show(HALL, NOTE, problem.status, **_facts(hall_at_desk(hearing_id), note=form))
    flash(gettext("Noted for the protocol."), "ok")
    fresh = _facts(hall_at_desk(hearing_id), note=NoteForm(formdata=None), sent=True)
    return done(f"{_url(found)}#note-panel", HALL, NOTE, **fresh)


@blueprint.route("/desk/hearings/<int:hearing_id>/hall/poll", methods=["GET", "POST"])
@access(staff)
def poll(hearing_id: int) -> AnyResponse:
    """Open a straw poll."""
    found = hall_at_desk(hearing_id)
    if request.method == "GET":
        return redirect(f"{_url(found)}#poll-panel", 303)
    form = PollForm()
    if not form.submitted():
        return show(HALL, POLL, 422, **_facts(found, poll_form=form))
    asked = form.question.form.slots()
    try:
        transact(polls.open_poll, hearing_id, asked, form.answers(), by_id=visitor().person_id, now=now())
    except Problem as problem:
        form.refuse(problem)
        return show(HALL, POLL, problem.status, **_facts(hall_at_desk(hearing_id), poll_form=form))
    flash(gettext("The straw poll is open."), "ok")
    fresh = _facts(hall_at_desk(hearing_id), poll_form=PollForm(formdata=None))
    return done(_url(found), HALL, POLL, **fresh)


@blueprint.route("/desk/hearings/<int:hearing_id>/hall/call", methods=["GET", "POST"])
@access(staff)
def call(hearing_id: int) -> AnyResponse:
    """Call somebody out of the order that everybody sees, and say why."""
    found = hall_at_desk(hearing_id)
    offered = found.queue + found.absent
    form = CallForm(offered=offered, data={"version": found.head.run_version})
    if not form.submitted():
        return show(CALL, CALL_PANEL, 422 if request.method == "POST" else 200, hall=found, form=form)
    words = form.reason.data or ""
    how: dict[str, Any] = {"reason": words, "lang": written_in(words), "read_version": form.read_version}
    try:
        chosen = whole_number(form.speaker.data)
        transact(speakers.call_next, hearing_id, by_id=visitor().person_id, now=now(), speaker_id=chosen, **how)
    except Problem as problem:
        fresh = hall_at_desk(hearing_id)
        again = CallForm(offered=fresh.queue + fresh.absent)
        _once_more(again, problem, fresh.head.run_version or 0)
        return show(CALL, CALL_PANEL, problem.status, hall=fresh, form=again)
    return leave(_url(found))


@blueprint.route("/desk/hearings/<int:hearing_id>/hall/questions/<int:number>", methods=["GET", "POST"])
@access(staff)
def merge(hearing_id: int, number: int) -> AnyResponse:
    """Merge a question into another that asks the same: everybody who supports it supports the other."""
    found = hall_at_desk(hearing_id)
    asked = found.question(number)
    if asked is None:
        abort(404)
    form = MergeForm(offered=_others(found, asked), data={"version": asked.version})
    if not form.submitted():
        return show(MERGE, MERGE_PANEL, 422 if request.method == "POST" else 200, hall=found, asked=asked, form=form)
    how: dict[str, Any] = {"by_id": visitor().person_id, "now": now(), "read_version": form.read_version}
    try:
        transact(questions.merge, hearing_id, asked.id, whole_number(form.into.data), **how)
    except Problem as problem:
        fresh = hall_at_desk(hearing_id)
        stands = fresh.question(number) or asked
        again = MergeForm(offered=_others(fresh, stands))
        _once_more(again, problem, stands.version)
        return show(MERGE, MERGE_PANEL, problem.status, hall=fresh, asked=stands, form=again)
    flash(gettext("Merged. Everybody who supported it supports the other now."), "ok")
    return leave(f"{_url(found)}#console-questions")


@blueprint.route("/desk/hearings/<int:hearing_id>/hall/end", methods=["GET", "POST"])
@access(staff)
def end(hearing_id: int) -> AnyResponse:
    """End the hearing: a page of its own, because it cannot be undone."""
    found = hall_at_desk(hearing_id)
    if request.method == "GET" and not found.head.live:
        return leave(_url(found))
    form = DeskForm(data={"version": found.head.run_version, "hearing": found.head.hearing_version})
    if not form.submitted():
        return show(END, END_PANEL, 422 if request.method == "POST" else 200, hall=found, form=form)
    role = acts_as(visitor(), found.head.organisation_id)
    by: dict[str, Any] = {"by_id": visitor().person_id, "by": role, "now": now(), "read_version": form.read_version}
    try:
        transact(desk.end, hearing_id, **by)
    except Problem as problem:
        fresh = hall_at_desk(hearing_id)
        _once_more(form, problem, fresh.head.run_version or 0)
        return show(END, END_PANEL, problem.status, hall=fresh, form=form)
    flash(gettext("The hearing is over. Now everything that was said and asked gets an answer."), "ok")
    return leave(url_for("hearing_desk.show", hearing_id=hearing_id))


# --- What these share -----------------------------------------------------------------------------------------------


def _url(found: HallNow) -> str:
    return url_for("hearing_live.hall", hearing_id=found.head.hearing_id)


def _others(found: HallNow, asked: Asked) -> tuple[Asked, ...]:
    return tuple(one for one in found.questions("top") if one.number != asked.number)


def _once_more(form: Any, problem: Problem, version: int) -> None:
    """Show what was typed with the refusal; the next press is about what stands now."""
    form.refuse(problem)
    form.version.data = str(version)


def _standing(found: HallNow) -> dict[str, bool]:
    """Return whether she runs the hall, or another secretary does."""
    me, moment = visitor().person_id, now()
    keeper, until = found.head.keeper_id, found.head.keeper_until
    kept = keeper is not None and until is not None and until > moment
    return {"mine": kept and keeper == me, "taken": kept and keeper != me}


def _seen(found: HallNow) -> dict[str, Any]:
    return {"hall": found, "moment": now()}


def _facts(
    found: HallNow,
    *,
    press: Form | None = None,
    note: NoteForm | None = None,
    poll_form: PollForm | None = None,
    sent: bool = False,
) -> dict[str, Any]:
    """Return what the console, the note and the straw poll need."""
    return {
        **_seen(found),
        **_standing(found),
        "press": press or DeskForm(formdata=None),
        "note": note or NoteForm(formdata=None),
        "notes": notes_of(db.session(), found.head.hearing_id)[-NOTES:],
        "sent": sent,
        "poll_form": poll_form or PollForm(formdata=None),
    }
