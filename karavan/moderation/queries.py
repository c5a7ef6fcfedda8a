"""Reading cases: the queue, one card, what readers are told of a decision, what somebody may write now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import and_, func, or_, select

from karavan.accounts.models import Organisation, Role, RoleGrant
from karavan.core.when import local_day
from karavan.councils.models import Council, SettingKey
from karavan.councils.queries import statute_of
from karavan.councils.statute import DEFAULTS
from karavan.moderation.lifecycle import ON_APPEAL, WAITING
from karavan.moderation.models import (
    Action,
    Case,
    CasePart,
    CaseState,
    Decision,
    Flag,
    FlagOutcome,
    Interest,
    LogAction,
    LogLine,
    Origin,
    Receipt,
    ReceiptKind,
    Sanction,
    SanctionKind,
)
from karavan.moderation.policy import MODERATING
from karavan.moderation.reasons import Statement, appeal_until, state
from karavan.moderation.terms import SLOW_STEP

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.core.languages import Slots


# --- Who may, and what somebody may write -----------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What measures against a person mean for what she writes now. All of it is told to her."""

    slow_seconds: int = 0
    """How long she waits between two comments of hers; 0: as everybody."""
    premoderated: bool = False
    paused_until: datetime | None = None
    closed: bool = False

    @property
    def may_write(self) -> bool:
        """May she write at all?"""
        return not self.closed and self.paused_until is None


def standing(session: Session, person_id: int, organisation_id: int, now: datetime) -> Standing:
    """Return which measures hold against somebody in the threads of an organisation. A closure holds everywhere."""
    kinds: dict[SanctionKind, datetime | None] = {}
    for kind, ends_at in session.execute(
        select(Sanction.kind, Sanction.ends_at).where(
            Sanction.person_id == person_id,
            or_(Sanction.organisation_id == organisation_id, Sanction.kind == SanctionKind.CLOSURE),
            Sanction.lifted_at.is_(None),
            Sanction.starts_at <= now,
            or_(Sanction.ends_at.is_(None), Sanction.ends_at > now),
        )
    ):
        longest = kinds.get(kind)
        kinds[kind] = max(filter(None, (longest, ends_at)), default=None)
    return Standing(
        slow_seconds=int(SLOW_STEP.total_seconds()) if SanctionKind.SLOW in kinds else 0,
        premoderated=SanctionKind.PREMODERATION in kinds,
        paused_until=kinds.get(SanctionKind.PAUSE),
        closed=SanctionKind.CLOSURE in kinds,
    )


class Measure(NamedTuple):
    """A measure that holds against somebody, as she reads of it."""

    kind: SanctionKind
    until: datetime | None
    organisation: Slots
    clause: str
    clause_version: int
    receipt: str

    @property
    def everywhere(self) -> bool:
        """Does it hold in all discussions, whoever looks after them?"""
        return self.kind == SanctionKind.CLOSURE


def measures_against(session: Session, person_id: int, now: datetime) -> list[Measure]:
    """Return what holds against somebody now, so that she can always look it up; a note holds for no time."""
    hers = and_(
        Receipt.case_id == Sanction.case_id,
        Receipt.person_id == Sanction.person_id,
        Receipt.kind == ReceiptKind.AUTHOR,
    )
    asked = (
        select(
            Sanction.kind,
            Sanction.ends_at,
            Organisation.name,
            Decision.clause,
            Decision.clause_version,
            func.coalesce(Receipt.code, ""),
        )
        .join(Organisation, Organisation.id == Sanction.organisation_id)
        .join(Decision, Decision.id == Sanction.decision_id)
        .outerjoin(Receipt, hers)
        .where(
            Sanction.person_id == person_id,
            Sanction.kind != SanctionKind.NOTE,
            Sanction.lifted_at.is_(None),
            Sanction.starts_at <= now,
            or_(Sanction.ends_at.is_(None), Sanction.ends_at > now),
        )
    )
    return [Measure(*row) for row in session.execute(asked.order_by(Sanction.id))]


def moderates_now(session: Session, person_id: int, organisation_id: int) -> bool:
    """Does this person moderate here, by what the database says now? What her session remembers may be old."""
    here = and_(RoleGrant.role.in_(MODERATING), RoleGrant.organisation_id == organisation_id)
    found = select(RoleGrant.id).where(
        RoleGrant.person_id == person_id,
        RoleGrant.ended_at.is_(None),
        or_(here, RoleGrant.role == Role.ADMINISTRATOR),
    )
    return session.scalar(found.limit(1)) is not None


def has_interest(session: Session, person_id: int, thread_id: int) -> bool:
    """Has she declared an interest in what this thread is about?"""
    mine = select(Interest.id).where(
        Interest.person_id == person_id, Interest.thread_id == thread_id, Interest.ended_at.is_(None)
    )
    return session.scalar(mine.limit(1)) is not None


def has_flagged(session: Session, person_id: int, comment_id: int) -> bool:
    """Did she ever flag this text?"""
    mine = select(Flag.id).where(Flag.comment_id == comment_id, Flag.person_id == person_id)
    return session.scalar(mine.limit(1)) is not None


def took_part(session: Session, person_id: int, case_id: int) -> bool:
    """Did she take any part in this case?"""
    mine = select(CasePart.id).where(CasePart.case_id == case_id, CasePart.person_id == person_id)
    return session.scalar(mine.limit(1)) is not None


def hours_for(session: Session, organisation_id: int, now: datetime) -> int:
    """Return within how many hours a moderator of this organisation reads what waits: its council's statute says."""
    council_id = session.scalar(select(Council.id).where(Council.organisation_id == organisation_id).limit(1))
    if council_id is None:
        hours: int = DEFAULTS[SettingKey.MODERATION_HOURS].value
        return hours
    return statute_of(session, council_id, local_day(now)).moderation_hours


# --- Cases ------------------------------------------------------------------------------------------------


def case_of(session: Session, comment_id: int) -> Case | None:
    """Return the case about a comment that waits for a first decision; there is at most one."""
    return session.scalar(select(Case).where(Case.comment_id == comment_id, Case.state.in_(sorted(WAITING))))


def has_newer_case(session: Session, case: Case) -> bool:
    """Was another case about the same text opened since, whatever became of it?"""
    newer = select(Case.id).where(Case.comment_id == case.comment_id, Case.id > case.id)
    return session.scalar(newer.limit(1)) is not None


def first_decision(session: Session, case_id: int) -> Decision | None:
    """Return the first decision of a case, as long as it was not undone: the one an appeal is against."""
    return session.scalar(
        select(Decision).where(Decision.case_id == case_id, Decision.on_appeal.is_(False), Decision.undone_at.is_(None))
    )


def sanctions_of(session: Session, decision_id: int) -> Sequence[Sanction]:
    """Return the measures a decision brought, without those that were lifted."""
    return session.scalars(
        select(Sanction).where(Sanction.decision_id == decision_id, Sanction.lifted_at.is_(None)).order_by(Sanction.id)
    ).all()


def statement_of(session: Session, decision: Decision, *, receipt: str = "") -> Statement:
    """Return the statement of reasons of a decision."""
    return state(decision.case, decision, sanctions_of(session, decision.id), receipt=receipt)


def receipt_of(session: Session, case_id: int, person_id: int, kind: ReceiptKind) -> str:
    """Return the code of somebody's receipt, or ""."""
    return (
        session.scalar(
            select(Receipt.code).where(Receipt.case_id == case_id, Receipt.person_id == person_id, Receipt.kind == kind)
        )
        or ""
    )


def flags_of(session: Session, case_id: int) -> Sequence[Flag]:
    """Return the flags of a case, the first first."""
    return session.scalars(select(Flag).where(Flag.case_id == case_id).order_by(Flag.id)).all()


def may_be_held(session: Session, comment_id: int, revision: int) -> bool:
    """May a machine hold this text? Once for each revision, and never after a person has decided about it."""
    cases = select(Case.id).where(Case.comment_id == comment_id, Case.revision == revision)
    held = select(LogLine.seq).where(LogLine.case_id.in_(cases), LogLine.action == LogAction.HELD)
    if session.scalar(held.limit(1)) is not None:
        return False
    judged = select(Decision.id).where(
        Decision.case_id.in_(select(Case.id).where(Case.comment_id == comment_id)),
        Decision.revision == revision,
        Decision.undone_at.is_(None),
        Decision.decided_by_machine.is_(False),
    )
    return session.scalar(judged.limit(1)) is None


def has_measure(session: Session, comment_id: int, revision: int, *, besides: int) -> bool:
    """Does a decision of another case cover or remove this very text? A corrected one is free of it."""
    taken = (
        select(Decision.id)
        .join(Case, Case.id == Decision.case_id)
        .where(
            Case.comment_id == comment_id,
            Case.id != besides,
            Case.state.not_in(sorted(WAITING)),
            Decision.revision == revision,
            Decision.undone_at.is_(None),
            Decision.action != Action.KEEP,
        )
    )
    return session.scalar(taken.limit(1)) is not None


def to_settle(session: Session, now: datetime, *, limit: int = 500) -> Sequence[int]:
    """Return cases about which the clock has something to do: a lease, a hold or a date has run out."""
    leased = (CaseState.CLAIMED, CaseState.APPEAL_CLAIMED)
    lease = and_(Case.state.in_(leased), Case.claimed_until <= now)
    due = and_(
        Case.state.in_(sorted(WAITING | ON_APPEAL)),
        Case.due_at <= now,
        or_(Case.held, Case.state == CaseState.ESCALATED, Case.overdue_at.is_(None)),
    )
    ids: set[int] = set()
    for wanted in (lease, due):
        ids |= set(session.scalars(select(Case.id).where(wanted).order_by(Case.id).limit(limit)))
    return sorted(ids)


# --- The queue -------------------------------------------------------------------------------------------


def overdue(session: Session, organisation_id: int | None, now: datetime) -> int:
    """Count the cases whose date has passed and about which nobody has decided: everybody sees this number."""
    late = select(func.count(Case.id)).where(Case.state.in_(sorted(WAITING | ON_APPEAL)), Case.due_at <= now)
    if organisation_id is not None:
        late = late.where(Case.organisation_id == organisation_id)
    return session.scalars(late).one()


# --- What readers are told --------------------------------------------------------------------------------


class Tomb(NamedTuple):
    """What stands where a text was removed, covered or is held: never a word of it."""

    case_id: int
    clause: str
    version: int
    words: str
    words_lang: str
    at: datetime
    log_seq: int | None
    appeal: str
    """`open` (it can be appealed against), `appealed`, an `Outcome`, or "" (the time is over)."""


def tombs(session: Session, comment_ids: Collection[int], now: datetime | None = None) -> dict[int, Tomb]:
    """Return what readers are told about texts that a decision, a proposal or a machine keeps from them.

    Of a text that is held, that is the rule it is suspected to break, without words.
    """
    if not comment_ids:
        return {}
    found: dict[int, Tomb] = {}
    texts: dict[int, int] = {}
    rows: Any = session.execute(
        select(Case, Decision)
        .outerjoin(Decision, and_(Decision.case_id == Case.id, Decision.undone_at.is_(None)))
        .where(Case.comment_id.in_(comment_ids), Case.state != CaseState.VOID)
        .order_by(Case.id, Decision.on_appeal)
    )
    for case, decision in rows:
        if decision is None or case.state == CaseState.ESCALATED:
            if case.held or decision is not None:
                found[case.comment_id] = _stub(case, decision)
        elif decision.action != Action.KEEP:
            found[case.comment_id], texts[case.comment_id] = _tomb(case, decision, now), decision.revision
        elif case.comment_id in found and (
            found[case.comment_id].case_id == case.id
            or case.origin == Origin.NEW_FACTS
            or texts.get(case.comment_id) != decision.revision
        ):
            del found[case.comment_id]  # taken back, or the text was corrected since
    return found


def suspected(marks: Sequence[dict[str, Any]]) -> str:
    """Return the rule a filter thought of first, or ""."""
    return next((str(mark["clause"]) for mark in marks if mark.get("clause")), "")


def _stub(case: Case, decision: Decision | None) -> Tomb:
    clause = decision.clause if decision is not None else suspected(case.marks)
    version = decision.clause_version if decision is not None else 0
    return Tomb(case.id, clause, version, "", "", case.due_at, decision.log_seq if decision is not None else None, "")


def _tomb(case: Case, decision: Decision, now: datetime | None) -> Tomb:
    until = appeal_until(decision)
    if decision.outcome is not None:
        appeal = decision.outcome.value
    elif case.state in ON_APPEAL:
        appeal = "appealed"
    else:
        appeal = "open" if until is not None and (now is None or now < until) else ""
    at = decision.cosigned_at or decision.decided_at
    return Tomb(
        case.id,
        decision.clause,
        decision.clause_version,
        decision.words,
        decision.words_lang,
        at,
        decision.log_seq,
        appeal,
    )


def flags_agreed(session: Session, person_id: int) -> tuple[int, int]:
    """Return how many of a person's flags moderators agreed with, and how many they judged at all."""
    rows = session.execute(
        select(Flag.outcome, func.count())
        .where(Flag.person_id == person_id, Flag.outcome.in_((FlagOutcome.AGREED, FlagOutcome.DISAGREED)))
        .group_by(Flag.outcome)
    )
    counted: dict[FlagOutcome | None, int] = {row[0]: row[1] for row in rows}
    return counted.get(FlagOutcome.AGREED, 0), sum(counted.values())
