"""The desk itself: who may sit at it, and how a case is found with all that is read beside its text.

Whoever moderates nowhere is told so (403); a case of another organisation looks like none at all (404).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, url_for

from karavan.accounts.models import Person
from karavan.core.clock import now
from karavan.core.database import db
from karavan.moderation import desk_queries, pieces, queries
from karavan.moderation.conduct import BY_CODE
from karavan.moderation.passages import marked
from karavan.moderation.policy import is_moderator, looks_after
from karavan.web.access import visitor
from karavan.web.locale import lang

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.moderation.desk_queries import Card
    from karavan.moderation.models import Decision, Flag, Sanction
    from karavan.moderation.passages import Stretch
    from karavan.moderation.pieces import Context, Piece

blueprint = Blueprint("moderation", __name__, url_prefix="/<lang:lang>/moderation")


@blueprint.before_request
def moderators_only() -> None:
    """Refuse people of other desks: an organiser of events judges no comments."""
    if not is_moderator(visitor()):
        abort(403)


def organisation_ids() -> tuple[int, ...] | None:
    """Return the organisations whose discussions this person looks after (None: all of them)."""
    return looks_after(visitor())


def me() -> int:
    """Return who is at the desk."""
    return int(visitor().person_id or 0)


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A case and its text, as one page shows them."""

    card: Card
    piece: Piece
    context: Context
    author: Person
    runs: Sequence[Stretch]
    """The text as it stands now, with the filter's marks."""
    flags: Sequence[Flag]
    measures: Sequence[Sanction]
    """What was imposed on the same author here before."""
    moment: datetime
    mine: bool
    """The viewer has claimed it."""
    theirs: bool
    """Somebody else has."""

    @property
    def first(self) -> Decision | None:
        """The first decision, if it stands."""
        return desk_queries.standing_decision(self.card.case)

    @property
    def last(self) -> Decision | None:
        """The decision on appeal."""
        return desk_queries.standing_decision(self.card.case, on_appeal=True)


def card_at_desk(case_id: int) -> Card:
    """Return a case of this person's organisations; another one's looks like none."""
    found = desk_queries.card(db.session(), case_id, organisation_ids(), viewer_id=me(), now=now())
    if found is None:
        abort(404)
    return found


def sheet_at_desk(case_id: int) -> Sheet:
    """Return a case with its text and what surrounds it."""
    return sheet_of(card_at_desk(case_id))


def sheet_of(card: Card) -> Sheet:
    """Read what surrounds a case."""
    session, case, moment = db.session(), card.case, now()
    piece = piece_of(session, case.comment_id)
    held = case.claimed_by_id is not None and case.claimed_until is not None and case.claimed_until > moment
    return Sheet(
        card=card,
        piece=piece,
        context=pieces.keeper().context_of(session, piece.id, lang()),
        author=session.get_one(Person, piece.author_id),
        runs=marked(piece.source, case.marks if case.revision == piece.revision else ()),
        flags=queries.flags_of(session, case.id) if case.flags else (),
        measures=desk_queries.sanctions_of(session, piece.author_id, case.organisation_id),
        moment=moment,
        mine=held and case.claimed_by_id == me(),
        theirs=held and case.claimed_by_id != me(),
    )


def piece_of(session: Session, comment_id: int) -> Piece:
    """Return the text of a case as it stands."""
    found = pieces.keeper().look(session, (comment_id,))
    if comment_id not in found:
        abort(404)
    return found[comment_id]


def shared(**more: Any) -> dict[str, Any]:
    """Return what every page of this desk shows: what can be undone, the rules, who is here."""
    undoable = desk_queries.to_undo(db.session(), me(), now=now())
    return {"undoable": undoable, "clauses": BY_CODE, **more}


def case_url(case_id: int) -> str:
    """Return the address of a card."""
    return url_for("moderation.case", case_id=case_id)


def next_url(*, but: int = 0, tab: desk_queries.Tab | None = None) -> str:
    """Return where to go on: the next card of this list, else of any, else the queue."""
    session = db.session()
    wanted: dict[str, Any] = {"viewer_id": me(), "now": now(), "but": but}
    found = desk_queries.next_free(session, organisation_ids(), tab=tab, **wanted)
    if found is None and tab is not None:
        found = desk_queries.next_free(session, organisation_ids(), **wanted)
    return case_url(found) if found else url_for("moderation.index")
