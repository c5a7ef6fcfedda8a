"""One item while the sitting goes on: read out, conflicts, the vote, the roll call, the decision, the note."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, abort, flash, request, url_for

from karavan.core.clock import now
from karavan.core.database import transact
from karavan.core.problems import N_, NotFound, Problem
from karavan.sittings.forms import DeskForm, NoteForm, OpenVoteForm, conflict_form, decide_form, roll_form
from karavan.sittings.lifecycle import ItemAct
from karavan.sittings.models import Choice, SittingState
from karavan.sittings.policy import item_steps
from karavan.sittings.rules.agenda import step_item, write_note
from karavan.sittings.rules.steps import take_item
from karavan.sittings.rules.vote import call_off, decide, declare_conflict, open_vote, roll_call
from karavan.sittings.views.desk.place import blueprint, item_in, page_at_desk, renew, role_in
from karavan.sittings.voting import Stand
from karavan.web.access import access, staff, visitor
from karavan.web.fields import what_differs
from karavan.web.forms import whole_number
from karavan.web.locale import gettext
from karavan.web.reply import done, leave, show

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy.orm import Session
    from werkzeug.wrappers import Response as AnyResponse

    from karavan.councils.models import Member
    from karavan.sittings.models import AgendaItem
    from karavan.sittings.page import ItemPage, SittingPage

ITEM, ITEM_PANEL = "sitting_desk/item.html", "sitting_desk/_item_panel.html"
VOTED = {Stand(choice.value): choice for choice in Choice}
MAY_VOTE = (*VOTED, Stand.SILENT)
DONE = {
    ItemAct.TAKE_UP: N_("The item is taken up."),
    ItemAct.OPEN_VOTE: N_("The vote is open: members can vote, or the roll is called."),
    ItemAct.CALL_OFF: N_("The vote is called off. It can be opened again."),
    ItemAct.DECIDE: N_("It is decided."),
    ItemAct.POSTPONE: N_("The item is postponed."),
}
"""The steps that have a button of their own; that an item was heard is said with its note."""


@blueprint.get("/<int:sitting_id>/items/<int:item_id>")
@access(staff)
def item(sitting_id: int, item_id: int) -> Response:
    """Show one item with everything that can be done with it now."""
    page = page_at_desk(sitting_id)
    return _item(page, item_in(page, item_id))


@blueprint.route("/<int:sitting_id>/items/<int:item_id>/steps/<deed>", methods=["GET", "POST"])
@access(staff)
def step(sitting_id: int, item_id: int, deed: str) -> AnyResponse:
    """Take one step with an item."""
    taken = next((one for one in DONE if one.value == deed), None)
    page = page_at_desk(sitting_id)
    found = item_in(page, item_id)
    if taken is None:
        abort(404)
    if request.method == "GET":
        return _to_the_item(sitting_id, item_id)
    form = _step_form(taken, found.item)
    if not form.submitted():
        return _item(page, found, 422, refused=form, **{taken.value: form})
    try:
        _take(page, item_id, taken, form)
    except Problem as problem:
        return _refused(sitting_id, item_id, form, problem, **{taken.value: form})
    flash(gettext(DONE[taken]), "ok")
    return _done(sitting_id, item_id)


@blueprint.route("/<int:sitting_id>/items/<int:item_id>/roll", methods=["GET", "POST"])
@access(staff)
def roll(sitting_id: int, item_id: int) -> AnyResponse:
    """Enter what members answered when the roll was called: one vote, or all of them."""
    page = page_at_desk(sitting_id)
    found = item_in(page, item_id)
    if request.method == "GET":
        return _to_the_item(sitting_id, item_id)
    form = _roll_form(found, [one for one in _seated(page) if f"m{one.id}" in request.form])
    if not form.submitted():
        return _item(page, found, 422, refused=form, roll=form)
    votes, only = form.votes(), whole_number(request.form.get("one"))
    if only:
        votes = {member_id: choice for member_id, choice in votes.items() if member_id == only}
    try:
        transact(_call_roll, item_id, votes, read_version=form.read_version, by_person=visitor().person_id)
    except Problem as problem:
        return _refused(sitting_id, item_id, form, problem, roll=form)
    flash(gettext("The votes are written down."), "ok")
    return _done(sitting_id, item_id)


@blueprint.route("/<int:sitting_id>/items/<int:item_id>/conflict", methods=["GET", "POST"])
@access(staff)
def declare(sitting_id: int, item_id: int) -> AnyResponse:
    """Write down that a member declared a conflict of interest."""
    page = page_at_desk(sitting_id)
    found = item_in(page, item_id)
    if request.method == "GET":
        return _to_the_item(sitting_id, item_id)
    form = _conflict_form(page, found)
    if not form.submitted():
        return _item(page, found, 422, refused=form, conflict_form=form)
    try:
        transact(declare_conflict, item_id, int(form.member.data), form.words.form.slots(), now=now())
    except Problem as problem:
        return _refused(sitting_id, item_id, form, problem, conflict_form=form)
    flash(gettext("The conflict of interest is written down. This member does not vote on the item."), "ok")
    return _done(sitting_id, item_id)


@blueprint.route("/<int:sitting_id>/items/<int:item_id>/note", methods=["GET", "POST"])
@access(staff)
def take_note(sitting_id: int, item_id: int) -> AnyResponse:
    """Write a note for the minutes; with the other button, end the item with it."""
    page = page_at_desk(sitting_id)
    found = item_in(page, item_id)
    if request.method == "GET":
        return _to_the_item(sitting_id, item_id)
    form = _note_form(found.item)
    if not form.submitted():
        return _item(page, found, 422, refused=form, note_form=form)
    words, heard = form.note.form.slots(), "heard" in request.form
    try:
        if heard:
            transact(step_item, item_id, ItemAct.NOTE, words=words, read_version=form.read_version)
        else:
            transact(write_note, item_id, words, read_version=form.read_version)
    except Problem as problem:
        return _refused(sitting_id, item_id, form, problem, note_form=form)
    flash(gettext("The item was heard.") if heard else gettext("The note is saved."), "ok")
    return _done(sitting_id, item_id)


# --- What they share --------------------------------------------------------------------------------------


def _take(page: SittingPage, item_id: int, act: ItemAct, form: Any) -> None:
    """Let the rule of this step do it."""
    read: dict[str, Any] = {"read_version": form.read_version}
    if act == ItemAct.OPEN_VOTE:
        transact(open_vote, item_id, draft=form.draft.form.slots(), now=now(), **read)
    elif act == ItemAct.CALL_OFF:
        transact(call_off, item_id, **read)
    elif act == ItemAct.DECIDE:
        by = {"by": role_in(page.sitting), "actor_id": visitor().person_id}
        transact(decide, item_id, follow=form.following(), now=now(), **by, **read)
    else:
        transact(step_item, item_id, act, **read)


def _call_roll(
    session: Session, item_id: int, votes: Mapping[int, Choice], *, read_version: int, by_person: int
) -> None:
    """Enter these votes together or none of them; what is said of one stands at her name."""
    take_item(session, item_id, read_version=read_version)
    for member_id, choice in votes.items():
        try:
            roll_call(session, item_id, member_id, choice, by_person=by_person, now=now())
        except Problem as problem:
            problem.where = f"m{member_id}"
            raise


def _step_form(act: ItemAct, item: AgendaItem, **options: Any) -> Any:
    if act == ItemAct.OPEN_VOTE:
        return OpenVoteForm(data={"version": item.version, "draft": item.draft}, **options)
    if act == ItemAct.DECIDE:
        return decide_form(item, **options)
    return DeskForm(data={"version": item.version}, **options)


def _roll_form(found: ItemPage, sent: Collection[Member] = (), **options: Any) -> Any:
    """Build the roll call: whoever may vote, and whoever the sent form had a row for, so that nothing of it is lost."""
    may = sent or [line.member for line in found.roll if line.how in MAY_VOTE]
    votes = {line.member.id: VOTED[line.how] for line in found.roll if line.how in VOTED}
    return roll_form(may, votes, version=found.item.version, **options)


def _seated(page: SittingPage) -> list[Member]:
    return [one.member for one in page.presences if one.seated]


def _conflict_form(page: SittingPage, found: ItemPage, **options: Any) -> Any:
    return conflict_form(_seated(page), version=found.item.version, **options)


def _note_form(item: AgendaItem, **options: Any) -> NoteForm:
    return NoteForm(data={"version": item.version, "note": item.note}, **options)


def _item(page: SittingPage, found: ItemPage, status: int = 200, *, refused: Any = None, **forms: Any) -> Response:
    return show(ITEM, ITEM_PANEL, status, **_facts(page, found, refused, forms))


def _facts(page: SittingPage, found: ItemPage, refused: Any, forms: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the page needs: the form that was sent as it was sent, the others fresh."""
    places = [one.item.id for one in page.items]
    number = places.index(found.item.id)
    fresh: dict[str, Any] = {"formdata": None}
    return {
        "sitting": page.sitting,
        "page": page,
        "one": found,
        "number": number + 1,
        "steps": [step.value for step in item_steps(found.item, page.sitting)],
        "running": page.sitting.state == SittingState.OPEN,
        "form": refused or DeskForm(data={"version": found.item.version}, **fresh),
        "roll": forms.get("roll") or _roll_form(found, **fresh),
        "open_form": forms.get("open_vote") or _step_form(ItemAct.OPEN_VOTE, found.item, **fresh),
        "decide_form": forms.get("decide") or _step_form(ItemAct.DECIDE, found.item, **fresh),
        "conflict_form": forms.get("conflict_form") or _conflict_form(page, found, **fresh),
        "conflict": forms.get("conflict", ()),
        "note_form": forms.get("note_form") or _note_form(found.item, **fresh),
        "following": page.items[number + 1] if number + 1 < len(places) else None,
    }


def _refused(sitting_id: int, item_id: int, form: Any, problem: Problem, **forms: Any) -> Response:
    """Say what the rule said beside what stands now; what was typed stays."""
    if isinstance(problem, NotFound):
        raise problem
    page = page_at_desk(sitting_id)
    found = item_in(page, item_id)
    renew(form, problem, found.item.version)
    stored = _as_stored(forms, found.item) if problem.status == 409 else None
    differs = what_differs(form, stored) if stored is not None else ()
    return _item(page, found, problem.status, refused=form, conflict=differs, **forms)


def _as_stored(forms: Mapping[str, Any], item: AgendaItem) -> Any:
    """Return the form with words in it as it would stand now: the note's, or that of the draft."""
    if "note_form" in forms:
        return _note_form(item, formdata=None)
    return _step_form(ItemAct.OPEN_VOTE, item, formdata=None) if "open_vote" in forms else None


def _done(sitting_id: int, item_id: int) -> AnyResponse:
    page = page_at_desk(sitting_id)
    found = item_in(page, item_id)
    url = url_for("sitting_desk.item", sitting_id=sitting_id, item_id=item_id)
    return done(url, ITEM, ITEM_PANEL, **_facts(page, found, None, {}))


def _to_the_item(sitting_id: int, item_id: int) -> AnyResponse:
    return leave(url_for("sitting_desk.item", sitting_id=sitting_id, item_id=item_id))
