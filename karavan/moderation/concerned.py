"""What those concerned by a case read: a receipt, the decision to appeal against. Never a name, never the text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from karavan.moderation import pieces, queries
from karavan.moderation.lifecycle import ON_APPEAL, WAITING
from karavan.moderation.models import Action, Appeal, Case, CaseState, Flag, LogLine, Receipt, ReceiptKind
from karavan.moderation.reasons import appeal_until

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.moderation.models import Decision
    from karavan.moderation.reasons import Statement


class Stage(StrEnum):
    """Where a case stands, as it is told to somebody concerned."""

    WAITING = "waiting"
    SECOND = "second"
    KEPT = "kept"
    COVERED = "covered"
    REMOVED = "removed"
    APPEALED = "appealed"
    UPHELD = "upheld"
    OVERTURNED = "overturned"
    MODIFIED = "modified"
    VOID = "void"


@dataclass(frozen=True, kw_only=True)
class ReceiptCard:
    """One receipt as its page shows it."""

    code: str
    kind: ReceiptKind
    case_id: int
    comment: str
    """Public id."""
    stage: Stage
    opened_at: datetime
    due_at: datetime | None
    """By when the next decision is taken; None: there is none to come."""
    overdue: bool
    held: bool
    statements: tuple[Statement, ...]
    """For the author alone: of the first decision, and of the one on appeal."""
    lines: tuple[int, ...]
    """Numbers in the public log."""
    appeal_until: datetime | None
    """Until when the holder may appeal; None: she may not, or not any more."""


def receipt_card(session: Session, code: str, *, now: datetime) -> ReceiptCard | None:
    """Return what the holder of a receipt is told, or None if there is no such code."""
    found = session.scalar(select(Receipt).where(Receipt.code == code))
    if found is None:
        return None
    case = session.get_one(Case, found.case_id)
    told = _told(case, now)
    stage = _stage(case, told)
    waits = stage in (Stage.WAITING, Stage.SECOND, Stage.APPEALED)
    return ReceiptCard(
        code=found.code,
        kind=found.kind,
        case_id=case.id,
        comment=pieces.keeper().look(session, (case.comment_id,))[case.comment_id].public_id,
        stage=stage,
        opened_at=case.opened_at,
        due_at=case.due_at if waits else None,
        overdue=waits and case.due_at < now,
        held=case.held and stage == Stage.WAITING,
        statements=_statements(session, found, case, told),
        lines=tuple(session.scalars(select(LogLine.seq).where(LogLine.case_id == case.id).order_by(LogLine.seq))),
        appeal_until=_appealable_until(case, told, by_author=case.author_id == found.person_id, now=now),
    )


def appeal_case(session: Session, comment_id: int, person_id: int, *, case_id: int = 0) -> Case | None:
    """Return the case about a comment in which somebody has something to appeal against, or the last that concerns her.

    She wrote the comment, or flagged it in that case. None: nothing here concerns her.
    """
    flagged = select(Flag.case_id).where(Flag.comment_id == comment_id, Flag.person_id == person_id)
    hers = (
        select(Case)
        .where(Case.comment_id == comment_id, or_(Case.author_id == person_id, Case.id.in_(flagged)))
        .order_by(Case.id.desc())
        .limit(20)
    )
    if case_id:
        hers = hers.where(Case.id == case_id)
    cases = session.scalars(hers).all()
    return next((case for case in cases if _against(session, case, person_id)), cases[0] if cases else None)


def first_flag(session: Session, comment_id: int, revision: int, person_id: int) -> Flag | None:
    """Return the flag somebody has given this very text already."""
    return session.scalar(
        select(Flag).where(Flag.comment_id == comment_id, Flag.revision == revision, Flag.person_id == person_id)
    )


def appeal_of(session: Session, case_id: int) -> Appeal | None:
    """Return the appeal in a case."""
    return session.scalar(select(Appeal).where(Appeal.case_id == case_id))


def _against(session: Session, case: Case, person_id: int) -> bool:
    decision = queries.first_decision(session, case.id)
    if decision is None or case.state != CaseState.DECIDED:
        return False
    return (decision.action != Action.KEEP) == (case.author_id == person_id)


def _told(case: Case, now: datetime) -> list[Decision]:
    """Return the decisions that can no longer be undone; a proposal is none yet."""
    if case.state in WAITING or case.state == CaseState.VOID:
        return []
    standing = sorted((one for one in case.decisions if one.undone_at is None), key=lambda one: one.on_appeal)
    return [one for one in standing if one.settles_at <= now]


def _stage(case: Case, told: list[Decision]) -> Stage:
    if case.state == CaseState.VOID:
        return Stage.VOID
    if case.state == CaseState.ESCALATED:
        return Stage.SECOND
    if case.state in ON_APPEAL:
        return Stage.APPEALED
    if not told:
        return Stage.WAITING
    last = told[-1]
    if last.outcome is not None:
        return Stage(last.outcome.value)
    return {Action.KEEP: Stage.KEPT, Action.COVER: Stage.COVERED, Action.REMOVE: Stage.REMOVED}[last.action]


def _statements(session: Session, receipt: Receipt, case: Case, told: list[Decision]) -> tuple[Statement, ...]:
    if receipt.person_id != case.author_id:
        return ()
    return tuple(queries.statement_of(session, decision) for decision in told)


def _appealable_until(case: Case, told: list[Decision], *, by_author: bool, now: datetime) -> datetime | None:
    if case.state != CaseState.DECIDED or not told or (told[0].action != Action.KEEP) != by_author:
        return None
    until = appeal_until(told[0])
    return until if until is not None and now < until else None
