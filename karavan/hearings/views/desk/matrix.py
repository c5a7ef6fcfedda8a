"""The response matrix to work in: answer one, put several into a group, answer the group. Each names what was read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from flask import Response, abort, flash, request, url_for

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Problem
from karavan.hearings import desk_queries, public_queries
from karavan.hearings.desk_forms import NEW_GROUP, AnswerForm, GroupAnswerForm, grouping_form
from karavan.hearings.desk_queries import QUESTION, STATEMENT, Item
from karavan.hearings.lifecycle import OPEN_TO_WORDS
from karavan.hearings.models import HearingState
from karavan.hearings.rules.matrix import answer, answer_group, group, ungroup
from karavan.hearings.views.desk.room import LARGEST_ID, blueprint, hearing_at_desk, role
from karavan.proposals.desk_forms import DeskForm
from karavan.web.access import access, staff, visitor
from karavan.web.fields import what_differs
from karavan.web.locale import gettext, ngettext
from karavan.web.reply import leave, show
from karavan.web.shortcuts import keys_wanted

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from werkzeug.wrappers import Response as AnyResponse

    from karavan.hearings.desk_forms import GroupingForm
    from karavan.hearings.desk_queries import GroupRow
    from karavan.hearings.models import Hearing

MATRIX, PANEL = "hearing_desk/matrix.html", "hearing_desk/_matrix_panel.html"
ANSWER, ANSWER_PANEL = "hearing_desk/answer.html", "hearing_desk/_answer_panel.html"
GROUP, GROUP_PANEL = "hearing_desk/group.html", "hearing_desk/_group_panel.html"

TABS: Final = ("open", "answered", "groups", "all")
NAMED: Final = re.compile(r"(statement|question)-([0-9]{1,9})-([0-9]{1,9})\Z")


class Whole(NamedTuple):
    """Everything that is or is to be answered at one hearing."""

    items: list[Item]
    groups: list[GroupRow]

    def of(self, group_id: int) -> list[Item]:
        """Return what belongs to a group."""
        return [item for item in self.items if item.group_id == group_id]

    def tab(self, name: str) -> list[Item]:
        """Return what the list shows."""
        if name == "open":
            return [item for item in self.items if item.lacking]
        if name == "answered":
            return [item for item in self.items if item.answered]
        return self.items


@blueprint.route("/<int:hearing_id>/matrix", methods=["GET", "POST"])
@access(staff)
def matrix(hearing_id: int) -> AnyResponse:
    """List what was said and asked, by what has an answer; put what is ticked into a group."""
    hearing = _spoken_at(hearing_id)
    whole = _whole(hearing)
    form = grouping_form(_offered(whole), whole.groups)
    if not form.submitted():
        return _matrix(hearing, whole, form, 422 if request.method == "POST" else 200)
    into = None if form.into.data == NEW_GROUP else int(form.into.data)
    chosen = [(kind, int(one), int(version)) for kind, one, version in _named(form.item.data or ())]
    try:
        made = transact(group, hearing_id, chosen, title=form.title.form.slots(), group_id=into)
    except Problem as problem:
        form.refuse(problem)
        fresh = hearing_at_desk(hearing_id)
        return _matrix(fresh, _whole(fresh), form, problem.status)
    sentence = ngettext(
        "%(num)d statement or question is put into the group. Now write its answer.",
        "%(num)d statements and questions are put into the group. Now write its answer.",
        len(chosen),
    )
    flash(sentence % {"num": len(chosen)}, "ok")
    return leave(url_for("hearing_desk.answer_of_group", hearing_id=hearing_id, group_id=made.id))


@blueprint.route("/<int:hearing_id>/matrix/statements/<int:number>", methods=["GET", "POST"])
@access(staff)
def answer_statement(hearing_id: int, number: int) -> AnyResponse:
    """Answer one written statement."""
    return _answer_one(hearing_id, STATEMENT, number)


@blueprint.route("/<int:hearing_id>/matrix/questions/<int:number>", methods=["GET", "POST"])
@access(staff)
def answer_question(hearing_id: int, number: int) -> AnyResponse:
    """Answer one question from the hall."""
    return _answer_one(hearing_id, QUESTION, number)


@blueprint.route("/<int:hearing_id>/matrix/statements/<int:number>/group", methods=["GET", "POST"])
@access(staff)
def take_out_statement(hearing_id: int, number: int) -> AnyResponse:
    """Take a statement out of its group."""
    return _take_out(hearing_id, STATEMENT, number)


@blueprint.route("/<int:hearing_id>/matrix/questions/<int:number>/group", methods=["GET", "POST"])
@access(staff)
def take_out_question(hearing_id: int, number: int) -> AnyResponse:
    """Take a question out of its group."""
    return _take_out(hearing_id, QUESTION, number)


@blueprint.route("/<int:hearing_id>/matrix/groups/<int:group_id>", methods=["GET", "POST"])
@access(staff)
def answer_of_group(hearing_id: int, group_id: int) -> AnyResponse:
    """Answer everything in a group at once."""
    hearing = _spoken_at(hearing_id)
    found = _group_of(hearing, group_id)
    form = _group_form(found)
    if not form.submitted():
        return _group(hearing, found, form, 422 if request.method == "POST" else 200)
    try:
        transact(
            answer_group,
            hearing_id,
            group_id,
            form.answer.form.slots(),
            title=form.title.form.slots(),
            by_id=visitor().person_id,
            by=role(hearing),
            read_version=form.read_version,
            now=now(),
        )
    except Problem as problem:
        fresh = hearing_at_desk(hearing_id)
        stands = _group_of(fresh, group_id)
        form.refuse(problem)
        form.version.data = str(stands.version)
        differs = what_differs(form, _group_form(stands, formdata=None)) if problem.status == 409 else ()
        return _group(fresh, stands, form, problem.status, conflict=differs)
    flash(gettext("The answer is saved: everybody can read it."), "ok")
    return leave(url_for("hearing_desk.matrix", hearing_id=hearing_id))


# --- One of them ------------------------------------------------------------------------------------------


def _answer_one(hearing_id: int, kind: str, number: int) -> AnyResponse:
    hearing = _spoken_at(hearing_id)
    whole = _whole(hearing)
    item = _item(whole, kind, number)
    form = _answer_form(item)
    if not form.submitted():
        return _answer(hearing, whole, item, form, 422 if request.method == "POST" else 200)
    facts: dict[str, Any] = {"by_id": visitor().person_id, "by": role(hearing), "now": now()}
    words = form.answer.form.slots()
    try:
        transact(answer, hearing_id, kind, item.id, words, read_version=form.read_version, **facts)
    except Problem as problem:
        fresh = hearing_at_desk(hearing_id)
        whole = _whole(fresh)
        item = _item(whole, kind, number)
        form.refuse(problem)
        form.version.data = str(item.version)
        differs = what_differs(form, _answer_form(item, formdata=None)) if problem.status == 409 else ()
        return _answer(fresh, whole, item, form, problem.status, conflict=differs)
    flash(gettext("The answer is saved: everybody can read it."), "ok")
    waiting = [one for one in _from(whole, item) if one.lacking]
    if "onward" in request.form and waiting:
        return leave(_address(hearing_id, waiting[0]))
    return leave(url_for("hearing_desk.matrix", hearing_id=hearing_id))


def _take_out(hearing_id: int, kind: str, number: int) -> AnyResponse:
    hearing = _spoken_at(hearing_id)
    whole = _whole(hearing)
    item = _item(whole, kind, number)
    pressed = DeskForm()
    if request.method == "GET":
        return leave(_address(hearing_id, item))
    form = _answer_form(item, formdata=None)
    if not pressed.submitted():
        form.form_errors = pressed.form_errors
        return _answer(hearing, whole, item, form, 422)
    try:
        transact(ungroup, hearing_id, kind, item.id, read_version=pressed.read_version)
    except Problem as problem:
        whole = _whole(hearing)
        item = _item(whole, kind, number)
        form = _answer_form(item, formdata=None)
        form.refuse(problem)
        return _answer(hearing, whole, item, form, problem.status)
    flash(gettext("Taken out of the group: it needs an answer of its own, or another group."), "ok")
    return leave(_address(hearing_id, item))


def _item(whole: Whole, kind: str, number: int) -> Item:
    found = next((one for one in whole.items if (one.kind, one.number) == (kind, number)), None)
    if found is None:
        abort(404)
    return found


def _from(whole: Whole, item: Item) -> Sequence[Item]:
    """Return all others, those after this one first: the end of the list leads to its beginning."""
    place = next(at for at, one in enumerate(whole.items) if (one.kind, one.id) == (item.kind, item.id))
    return [*whole.items[place + 1 :], *whole.items[:place]]


def _address(hearing_id: int, item: Item) -> str:
    endpoint = "answer_statement" if item.kind == STATEMENT else "answer_question"
    return url_for(f"hearing_desk.{endpoint}", hearing_id=hearing_id, number=item.number)


def _answer_form(item: Item, **kwargs: Any) -> AnswerForm:
    return AnswerForm(data={"answer": item.answer, "version": item.version}, **kwargs)


def _answer(
    hearing: Hearing, whole: Whole, item: Item, form: AnswerForm, status: int = 200, *, conflict: Any = ()
) -> Response:
    waiting = [one for one in _from(whole, item) if one.lacking]
    late = hearing.state == HearingState.CLOSED and not item.answered and item.group_id is None
    attached = public_queries.attached(db.session(), [item.id]) if item.kind == STATEMENT else {}
    return show(
        ANSWER,
        ANSWER_PANEL,
        status,
        hearing=hearing,
        item=item,
        form=form,
        conflict=conflict,
        works=hearing.state in OPEN_TO_WORDS or late,
        files=attached.get(item.id, ()),
        before=waiting[-1] if waiting else None,
        behind=waiting[0] if waiting else None,
        keys=keys_wanted(),
    )


# --- All of them, groups ----------------------------------------------------------------------------------


def _spoken_at(hearing_id: int) -> Hearing:
    """Return a hearing of which notice was given: before, nothing was said, and there is no such page."""
    hearing = hearing_at_desk(hearing_id)
    if hearing.announced_at is None:
        abort(404)
    return hearing


def _whole(hearing: Hearing) -> Whole:
    session = db.session()
    return Whole(desk_queries.items(session, hearing.id), desk_queries.groups_of(session, hearing.id))


def _named(keys: Collection[str]) -> list[tuple[str, str, str]]:
    """Read how a form names what is ticked: kind, id, and the version that was on the page."""
    return [found.group(1, 2, 3) for key in keys if (found := NAMED.match(key))]  # type: ignore[misc]


def _offered(whole: Whole) -> list[str]:
    """Return what can be ticked. What was on the page in another version is refused by the rule, which says why."""
    known = {(item.kind, str(item.id)) for item in whole.items}
    sent = [f"{kind}-{one}-{version}" for kind, one, version in _named(request.form.getlist("item"))]
    old = [key for key, (kind, one, _) in zip(sent, _named(sent), strict=True) if (kind, one) in known]
    return list(dict.fromkeys([*(item.key for item in whole.items), *old]))


def _matrix(hearing: Hearing, whole: Whole, form: GroupingForm, status: int = 200) -> Response:
    asked = request.args.get("tab", "")
    tab = asked if asked in TABS else TABS[0]
    shown, works = whole.tab(tab), hearing.state in OPEN_TO_WORDS
    return show(
        MATRIX,
        PANEL,
        status,
        hearing=hearing,
        form=form,
        tab=tab,
        counts={name: len(whole.groups if name == "groups" else whole.tab(name)) for name in TABS},
        shown=shown,
        groups=whole.groups,
        members={one.id: whole.of(one.id) for one in whole.groups},
        tickable=[item.bare for item in shown if works and item.groupable],
        ticked={f"{kind}-{one}" for kind, one, _ in _named(form.item.data or ())},
        works=works,
        files=public_queries.attached(db.session(), [one.id for one in shown if one.kind == STATEMENT]),
        keys=keys_wanted(),
    )


def _group_of(hearing: Hearing, group_id: int) -> GroupRow:
    every = desk_queries.groups_of(db.session(), hearing.id)
    found = next((one for one in every if one.id == group_id), None) if group_id <= LARGEST_ID else None
    if found is None:
        abort(404)
    return found


def _group_form(found: GroupRow, **kwargs: Any) -> GroupAnswerForm:
    return GroupAnswerForm(data={"title": found.title, "answer": found.answer, "version": found.version}, **kwargs)


def _group(
    hearing: Hearing, found: GroupRow, form: GroupAnswerForm, status: int = 200, *, conflict: Any = ()
) -> Response:
    return show(
        GROUP,
        GROUP_PANEL,
        status,
        hearing=hearing,
        group=found,
        items=_whole(hearing).of(found.id),
        form=form,
        conflict=conflict,
        works=hearing.state in OPEN_TO_WORDS,
    )
