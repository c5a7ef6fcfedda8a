"""Measures against a person: always with a decision they rest on, told to her, logged, ending by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import select, update

from karavan.moderation.models import Case, LogAction, LogLine, Sanction, SanctionKind
from karavan.moderation.problems import DurationMissing
from karavan.moderation.rules import log
from karavan.moderation.rules.aliases import alias
from karavan.moderation.terms import COSIGN_OVER_HOURS

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.moderation.models import Decision
    from karavan.moderation.pieces import Piece

TIMED: Final = frozenset({SanctionKind.SLOW, SanctionKind.PREMODERATION, SanctionKind.PAUSE})
"""Kinds that last for a while; a note has no length, a closure no end."""
LONGEST_HOURS: Final = 365 * 24


@dataclass(frozen=True)
class SanctionWish:
    """A measure a moderator chooses beside what she does with the text."""

    kind: SanctionKind
    hours: int = 0

    @property
    def heavy(self) -> bool:
        """Does it need a second moderator?"""
        return self.kind == SanctionKind.CLOSURE or (self.kind in TIMED and self.hours > COSIGN_OVER_HOURS)


def refuse_unsound(wish: SanctionWish) -> None:
    """Refuse a measure for a time that names none, or one beyond all measure.

    Raises:
        DurationMissing.

    """
    if wish.kind in TIMED and not 0 < wish.hours <= LONGEST_HOURS:
        raise DurationMissing


def propose(session: Session, case: Case, decision: Decision, wish: SanctionWish, *, now: datetime) -> Sanction:
    """Write a measure down; it begins with `begin`."""
    sanction = Sanction(
        person_id=case.author_id,
        organisation_id=case.organisation_id,
        case_id=case.id,
        decision_id=decision.id,
        kind=wish.kind,
        hours=wish.hours if wish.kind in TIMED else 0,
        heavy=wish.heavy,
        by_id=decision.by_id,
        proposed_at=now,
    )
    session.add(sanction)
    session.flush()
    return sanction


def begin(session: Session, sanction: Sanction, decision: Decision, *, by: str, piece: Piece, now: datetime) -> None:
    """Let a measure hold from now on. A heavy one holds only if a second moderator signed its decision."""
    sanction.cosigner_id, sanction.starts_at = decision.cosigner_id, now
    sanction.ends_at = now + timedelta(hours=sanction.hours) if sanction.hours else None
    session.flush()
    log.write(
        session,
        LogAction.SANCTIONED,
        organisation_id=sanction.organisation_id,
        by=by,
        now=now,
        case=session.get_one(Case, sanction.case_id),
        piece=piece,
        clause=decision.clause,
        clause_version=decision.clause_version,
        kind=sanction.kind.value,
        hours=sanction.hours,
    )


def lift(session: Session, sanction: Sanction, *, by_id: int | None, now: datetime) -> bool:
    """Take a measure back, once; say whether it was there. One that never began leaves no line in the log.

    `by_id` is the moderator; None: it follows from something else, as when the proposal it belongs to lapses.
    """
    lifted = session.scalar(
        update(Sanction)
        .where(Sanction.id == sanction.id, Sanction.lifted_at.is_(None))
        .values(lifted_at=now)
        .returning(Sanction.id)
        .execution_options(synchronize_session=False)
    )
    session.refresh(sanction)
    if lifted is None:
        return False
    if sanction.starts_at is not None:
        begun = select(LogLine.seq).where(LogLine.case_id == sanction.case_id, LogLine.action == LogAction.SANCTIONED)
        log.write(
            session,
            LogAction.SANCTION_LIFTED,
            organisation_id=sanction.organisation_id,
            by=alias(session, sanction.organisation_id, by_id) if by_id is not None else log.CLOCK,
            now=now,
            case=session.get_one(Case, sanction.case_id),
            reverses=session.scalar(begun.order_by(LogLine.seq.desc()).limit(1)),
            kind=sanction.kind.value,
            hours=sanction.hours,
        )
    return True
