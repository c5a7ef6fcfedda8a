"""The room of the selection's desk: who may enter, how calls are found, what the page about one shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort

from karavan.core.clock import now
from karavan.core.database import db
from karavan.events.models import WayIn
from karavan.events.policy import may_run
from karavan.events.queries import LARGEST_ID, seats_of
from karavan.selection import balance, queries
from karavan.selection.forms import PressForm, ReviewerForm
from karavan.selection.lifecycle import Act, next_step
from karavan.selection.models import CallState, Method
from karavan.selection.published import kinds_of, list_rows
from karavan.web.access import visitor
from karavan.web.reply import show

if TYPE_CHECKING:
    from karavan.core.problems import Problem
    from karavan.selection.models import Call
    from karavan.web.forms import Form

blueprint = Blueprint("selection_desk", __name__, url_prefix="/<lang:lang>/desk/events/<int:event_id>/selection")

PAGE, PANEL = "selection_desk/show.html", "selection_desk/_selection_panel.html"


def call_at_desk(event_id: int) -> Call:
    """Return the selection of such an event; without one there is nothing here."""
    call = queries.call_of(db.session(), event_id) if event_id <= LARGEST_ID else None
    if call is None or not may_run(visitor(), call.event):
        abort(404)
    return call


def reviewer_ids(event_id: int) -> set[int]:
    """Return who scores."""
    return {row.person_id for row in queries.reviewers(db.session(), event_id)}


def selection_page(
    event_id: int,
    *,
    status: int = 200,
    form: Form | None = None,
    naming: Form | None = None,
    problem: Problem | None = None,
) -> Response:
    """Show where a selection stands, and what leads on."""
    session = db.session()
    session.close()
    call = call_at_desk(event_id)
    there = queries.standing(session, event_id)
    step = next_step(call.state)
    free, waiting = queries.free_for_selection(session, call.event), seats_of(session, call.event).waiting
    press = form or PressForm()
    if problem is not None:
        press.refuse(problem)
    context: dict[str, Any] = {
        "event": call.event,
        "call": call,
        "applications": len(there),
        "lacking": len(queries.lacking_scores(call, there, queries.reviews_by_application(session, event_id))),
        "reviewers": queries.reviewers(session, event_id),
        "margins": _margins(call, there),
        "wider": [(balance.named(one["by"], one["value"]), one) for one in _wider(problem)],
        "free": free,
        "act": step.act if step else None,
        "left_over": _left_over(call, there, free, waiting),
        "waits": bool(step and step.act == Act.CLOSE and now() < call.closes_at),
        "form": press,
        "naming": naming or ReviewerForm(formdata=None),
    }
    return show(PAGE, PANEL, status, **context)


def _left_over(call: Call, there: list[Any], free: int, waiting: int) -> int:
    """Count the places that the selection left free and that can be given to everybody."""
    ended = call.state == CallState.RELEASED or (call.state == CallState.REVIEW and not there)
    return free if ended and not waiting and call.event.way_in == WayIn.SELECTION else 0


def _margins(call: Call, there: list[Any]) -> list[tuple[Any, balance.Margin]]:
    """Count what the rules of balance find among those who applied so far, or who stand on the list."""
    if call.method != Method.LOTTERY:
        return []
    rows = list_rows(there, kinds_of(call.balance), year=call.event.first_day.year)
    found = balance.margins(balance.read(call.balance), rows)
    return [(balance.named(margin.rule.by, margin.rule.value), margin) for margin in found]


def _wider(problem: Problem | None) -> list[dict[str, Any]]:
    """Return how far which rules would have to give way, where the draw said so."""
    known = {(by, value) for by, values in balance.VALUES.items() for value in values}
    return [one for one in getattr(problem, "wider", ()) if (one["by"], one["value"]) in known]
