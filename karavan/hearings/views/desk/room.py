"""The desk itself: who may sit at it, and how its hearings are found.

Whoever is no council's secretary is told so (403); another council's hearing looks like none at all (404).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort, url_for

from karavan.accounts.models import Role
from karavan.core.database import db
from karavan.councils.policy import has_desk
from karavan.hearings import desk_queries
from karavan.hearings.policy import acts_as, may_run
from karavan.web.access import visitor
from karavan.web.reply import leave

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from karavan.hearings.models import Hearing
    from karavan.record.models import ActorRole

blueprint = Blueprint("hearing_desk", __name__, url_prefix="/<lang:lang>/desk/hearings")

LARGEST_ID = 2**31 - 1


@blueprint.before_request
def secretaries_only() -> None:
    """Refuse people of other desks: a moderator prepares no hearing."""
    if not has_desk(visitor()):
        abort(403)


def organisation_ids() -> tuple[int, ...] | None:
    """Return the organisations whose hearings this person prepares (None: all of them)."""
    actor = visitor()
    return None if actor.is_administrator else actor.organisations(Role.SECRETARY)


def hearing_at_desk(hearing_id: int) -> Hearing:
    """Return a hearing of this person's councils; another one's looks like none."""
    hearing = desk_queries.hearing_for_desk(db.session(), hearing_id) if hearing_id <= LARGEST_ID else None
    if hearing is None or not may_run(visitor(), hearing):
        abort(404)
    return hearing


def role(hearing: Hearing) -> ActorRole:
    """Return as what the public record names this person when she acts for the hearing's council."""
    return acts_as(visitor(), hearing.council.organisation_id)


def back(hearing_id: int) -> AnyResponse:
    """Send her to the hearing's card."""
    return leave(card(hearing_id))


def card(hearing_id: int) -> str:
    """Return the address of the hearing's card."""
    return url_for("hearing_desk.show", hearing_id=hearing_id)
