"""The agenda: what is on it, in which order, and what could be put on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, flash, request, url_for

from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.problems import Problem
from karavan.sittings.forms import PressForm, item_form
from karavan.sittings.lifecycle import AGENDA_OPEN
from karavan.sittings.page import proposals_to_add, recommendations_to_add
from karavan.sittings.rules.agenda import ItemPlan, add_item, change_item, move_to, remove_item
from karavan.sittings.rules.steps import take
from karavan.sittings.views.desk.place import (
    blueprint,
    card,
    item_in,
    page_at_desk,
    renew,
    role_in,
    sitting_at_desk,
)
from karavan.web.access import access, staff
from karavan.web.fields import what_differs
from karavan.web.locale import gettext
from karavan.web.reply import done, leave, show

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from werkzeug.wrappers import Response as AnyResponse

    from karavan.sittings.forms import ItemForm
    from karavan.sittings.models import AgendaItem, Sitting
    from karavan.sittings.page import SittingPage

AGENDA, AGENDA_PANEL = "sitting_desk/agenda.html", "sitting_desk/_agenda_panel.html"
ITEM, ITEM_PANEL = "sitting_desk/agenda_item.html", "sitting_desk/_agenda_item_panel.html"
BUTTONS = ("up", "down", "remove", "proposal", "recommendation")


@blueprint.route("/<int:sitting_id>/agenda", methods=["GET", "POST"])
@access(staff)
def agenda(sitting_id: int) -> AnyResponse:
    """Show the agenda with its buttons, and do what was pressed."""
    page = page_at_desk(sitting_id)
    if request.method == "GET" and page.sitting.state not in AGENDA_OPEN:
        return card(sitting_id)
    form = PressForm(data={"version": page.sitting.version})
    pressed, number = form.pressed(request.form, *BUTTONS)
    if not form.submitted() or not pressed:
        return _agenda(page, form, 422 if form.errors else 200)
    try:
        _press(page, form, pressed, number)
    except Problem as problem:
        fresh = page_at_desk(sitting_id)
        renew(form, problem, fresh.sitting.version)
        return _agenda(fresh, form, problem.status)
    fresh = page_at_desk(sitting_id)
    flash(gettext("The agenda is changed."), "ok")
    form = PressForm(formdata=None, data={"version": fresh.sitting.version})
    return done(url_for("sitting_desk.agenda", sitting_id=sitting_id), AGENDA, AGENDA_PANEL, **_facts(fresh, form))


@blueprint.route("/<int:sitting_id>/agenda/new", methods=["GET", "POST"])
@access(staff)
def write_item(sitting_id: int) -> AnyResponse:
    """Put an item in the secretary's own words on the agenda."""
    sitting = sitting_at_desk(sitting_id)
    if request.method == "GET" and sitting.state not in AGENDA_OPEN:
        return card(sitting_id)
    form = item_form(version=sitting.version)
    if not form.submitted():
        return _item(sitting, None, form, 422 if request.method == "POST" else 200)
    reason = form.reason.form.slots()
    try:
        transact(add_item, sitting_id, form.plan(), reason=reason, by=role_in(sitting), now=now())
    except Problem as problem:
        fresh = sitting_at_desk(sitting_id)
        renew(form, problem, fresh.version)
        return _item(fresh, None, form, problem.status)
    flash(gettext("It is on the agenda."), "ok")
    return _back(sitting_id)


@blueprint.route("/<int:sitting_id>/agenda/<int:item_id>", methods=["GET", "POST"])
@access(staff)
def rewrite_item(sitting_id: int, item_id: int) -> AnyResponse:
    """Change the words of an item before it is voted on."""
    page = page_at_desk(sitting_id)
    found = item_in(page, item_id).item
    form = item_form(found)
    if not form.submitted():
        return _item(page.sitting, found, form, 422 if request.method == "POST" else 200)
    facts: dict[str, Any] = {"reason": form.reason.form.slots(), "read_version": form.read_version, "now": now()}
    try:
        transact(change_item, item_id, form.plan(), by=role_in(page.sitting), **facts)
    except Problem as problem:
        fresh = page_at_desk(sitting_id)
        found = item_in(fresh, item_id).item
        renew(form, problem, found.version)
        differs = what_differs(form, item_form(found, formdata=None)) if problem.status == 409 else ()
        return _item(fresh.sitting, found, form, problem.status, conflict=differs)
    flash(gettext("Saved."), "ok")
    return _back(sitting_id)


def _press(page: SittingPage, form: PressForm, pressed: str, number: int) -> None:
    """Do what one button says. Whoever read another agenda than the one that stands is told so."""
    sitting, reason = page.sitting, form.reason.form.slots()
    facts: dict[str, Any] = {"by": role_in(sitting), "now": now()}
    if pressed in ("proposal", "recommendation"):
        plan = ItemPlan(proposal_id=number) if pressed == "proposal" else ItemPlan(recommendation_id=number)
        transact(add_item, sitting.id, plan, reason=reason, **facts)
        return
    item = item_in(page, number).item
    read = (sitting.id, form.read_version)
    if pressed == "remove":
        transact(_as_read, *read, remove_item, item.id, reason=reason, **facts)
    else:
        transact(_as_read, *read, move_to, item.id, item.position + (1 if pressed == "down" else -1), **facts)


def _as_read(session: Session, sitting_id: int, read_version: int, rule: Any, *what: Any, **facts: Any) -> None:
    """Carry a rule out on the agenda that the person had before her: places of another one mean other items."""
    take(session, sitting_id, read_version=read_version)
    rule(session, *what, **facts)


def _agenda(page: SittingPage, form: PressForm, status: int = 200) -> Response:
    return show(AGENDA, AGENDA_PANEL, status, **_facts(page, form))


def _facts(page: SittingPage, form: PressForm) -> dict[str, Any]:
    session, sitting = db.session(), page.sitting
    return {
        "sitting": sitting,
        "page": page,
        "form": form,
        "proposals": proposals_to_add(session, sitting.council_id, sitting.id),
        "recommendations": recommendations_to_add(session, sitting.council_id, sitting.id),
    }


def _item(
    sitting: Sitting, item: AgendaItem | None, form: ItemForm, status: int = 200, *, conflict: Any = ()
) -> Response:
    return show(ITEM, ITEM_PANEL, status, sitting=sitting, item=item, form=form, conflict=conflict)


def _back(sitting_id: int) -> AnyResponse:
    return leave(url_for("sitting_desk.agenda", sitting_id=sitting_id))
