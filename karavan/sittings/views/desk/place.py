"""The desk itself: who may sit at it, and how its sittings and items are found.

Whoever is no council's secretary is told so (403); another council's sitting looks like none at all (404).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort, url_for

from karavan.core.database import db
from karavan.councils import queries as councils
from karavan.sittings.page import page_of, sitting_by_id
from karavan.sittings.policy import acts_as, has_desk, may_keep
from karavan.web.access import visitor
from karavan.web.reply import leave

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from karavan.core.problems import Problem
    from karavan.councils.models import Council
    from karavan.record.models import ActorRole
    from karavan.sittings.forms import DeskForm
    from karavan.sittings.models import Sitting
    from karavan.sittings.page import ItemPage, SittingPage

blueprint = Blueprint("sitting_desk", __name__, url_prefix="/<lang:lang>/desk/sittings")


@blueprint.before_request
def secretaries_only() -> None:
    """Refuse people of other desks: an organiser convenes no council."""
    if not has_desk(visitor()):
        abort(403)


def council_at_desk(council_id: int) -> Council:
    """Return a council that this person keeps; another one looks like none."""
    council = councils.council(db.session(), council_id)
    if council is None or not may_keep(visitor(), council):
        abort(404)
    return council


def sitting_at_desk(sitting_id: int) -> Sitting:
    """Return a sitting of this person's councils; another one's looks like none."""
    sitting = sitting_by_id(db.session(), sitting_id)
    if sitting is None or not may_keep(visitor(), sitting.council):
        abort(404)
    return sitting


def page_at_desk(sitting_id: int, *, notice: bool = False) -> SittingPage:
    """Return the same with everything that its pages show."""
    sitting = sitting_at_desk(sitting_id)
    return page_of(db.session(), sitting, sitting.council, notice=notice)


def item_in(page: SittingPage, item_id: int) -> ItemPage:
    """Return an item of this sitting's agenda."""
    found = next((one for one in page.items if one.item.id == item_id), None)
    if found is None:
        abort(404)
    return found


def role_in(sitting: Sitting) -> ActorRole:
    """Return as what the public record names this person."""
    return acts_as(visitor(), sitting.council)


def card(sitting_id: int) -> AnyResponse:
    """Go back to the sitting."""
    return leave(url_for("sitting_desk.show", sitting_id=sitting_id))


def renew(form: DeskForm, problem: Problem, version: int) -> None:
    """Say what the rule said. After a conflict the form goes on from what stands now; what was typed stays."""
    form.refuse(problem)
    if problem.status == 409:
        form.version.data = str(version)
