"""Flagging a text: somebody says which rule it breaks. A person decides; the flags of many may hold it until then."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select, update

from karavan.accounts.models import Person
from karavan.core.problems import NotFound
from karavan.moderation import pieces, queries
from karavan.moderation.citizen_problems import KeptAlready, OwnText
from karavan.moderation.conduct import BY_CODE
from karavan.moderation.lifecycle import WAITING
from karavan.moderation.models import (
    READABLE,
    Case,
    Decision,
    Flag,
    Origin,
    Part,
    ReceiptKind,
    Visibility,
)
from karavan.moderation.problems import TextMoved
from karavan.moderation.rules.cases import note_part, open_case
from karavan.moderation.rules.receipts import receipt
from karavan.moderation.terms import BURST, BURST_OF, FLAG_PAUSE, HOLD_WEIGHT

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.moderation.pieces import Piece

ORDINARY: Final = 100
MOST: Final = 150
"""However often somebody was right, she does not weigh more than one and a half."""
NEWCOMERS_SHARE: Final = 0.3
NEW: Final = timedelta(hours=24)


def flag(
    session: Session, comment_id: int, *, person_id: int, clause: str, note: str, revision: int, now: datetime
) -> Flag:
    """Take down that somebody finds a text against a rule, for the moderators; once for each person and revision.

    The thread and the text are taken first, so fifty who press at once come one after the other. Whoever read the text
    and comes when it is held already is heard too: her flag belongs to what the moderator has to see.

    Raises:
        NotFound, OwnText, TextMoved, KeptAlready.

    """
    piece = pieces.keeper().take(session, comment_id)
    first = _first(session, comment_id, revision, person_id)
    if first is not None:
        return first
    waiting = queries.case_of(session, comment_id)
    if piece.visibility not in READABLE and not (piece.visibility == Visibility.HELD and waiting is not None):
        raise NotFound
    if clause not in BY_CODE:
        raise NotFound
    if piece.author_id == person_id:
        raise OwnText
    if piece.revision != revision:
        raise TextMoved
    refuse_decided(session, piece, clause, now=now)

    weight = weight_of(session, person_id, now=now)
    heavy = (waiting.weight if waiting else 0) + weight >= HOLD_WEIGHT
    case = open_case(session, piece, Origin.FLAGS, now=now, held=heavy, clause=clause)
    note_part(session, case.id, person_id, Part.FLAGGER)
    given = Flag(
        comment_id=comment_id,
        revision=revision,
        person_id=person_id,
        clause=clause,
        note=note,
        weight=weight,
        made_at=now,
        case_id=case.id,
    )
    session.add(given)
    session.flush()
    _count(session, case.id, now)
    receipt(session, ReceiptKind.REPORTER, case.id, person_id, now)
    return given


def weight_of(session: Session, person_id: int, *, now: datetime) -> int:
    """Return how much a person's flag weighs: by how often moderators agreed with her; newcomers weigh little.

    Whoever never flagged weighs 100; who was always right comes near 150 and never over; who was always wrong goes
    towards nothing. An account of less than a day, or of somebody of whom nothing else is known, weighs a third.
    """
    agreed, decided = queries.flags_agreed(session, person_id)
    weight = min(MOST, 2 * ORDINARY * (agreed + 1) / (decided + 2))
    since = session.scalars(select(Person.created_at).where(Person.id == person_id)).one()
    if now - since < NEW or not pieces.known(session, person_id):
        weight *= NEWCOMERS_SHARE
    return round(weight)


def refuse_decided(session: Session, piece: Piece, clause: str, *, now: datetime) -> None:
    """Refuse a flag about what was decided a few days ago: the same revision, and a rule the moderator had before her.

    Raises:
        KeptAlready: it knows the decision's line in the log.

    """
    decided = session.execute(
        select(Decision, Case.marks)
        .join(Case, Case.id == Decision.case_id)
        .where(
            Case.comment_id == piece.id,
            Case.state.not_in(WAITING),
            Decision.revision == piece.revision,
            Decision.undone_at.is_(None),
            Decision.decided_at > now - FLAG_PAUSE,
        )
        .order_by(Decision.id.desc())
    ).all()
    for decision, marks in decided:
        flagged = session.scalars(select(Flag.clause).where(Flag.case_id == decision.case_id).distinct())
        if clause in {decision.clause, *flagged, *(mark.get("clause") for mark in marks)}:
            raise KeptAlready(decision.log_seq)


def _first(session: Session, comment_id: int, revision: int, person_id: int) -> Flag | None:
    return session.scalar(
        select(Flag).where(Flag.comment_id == comment_id, Flag.revision == revision, Flag.person_id == person_id)
    )


def _count(session: Session, case_id: int, now: datetime) -> None:
    """Count a case's flags anew. Its version stays: whoever flags is not in the way of who decides."""
    flags, weight = session.execute(
        select(func.count(), func.coalesce(func.sum(Flag.weight), 0)).where(Flag.case_id == case_id)
    ).one()
    lately = session.scalars(select(func.count()).where(Flag.case_id == case_id, Flag.made_at > now - BURST)).one()
    changed = {"flags": flags, "weight": weight} | ({"cluster": True} if lately >= BURST_OF else {})
    session.execute(
        update(Case).where(Case.id == case_id).values(changed).execution_options(synchronize_session="fetch")
    )
