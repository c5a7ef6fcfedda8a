"""Opening, claiming and closing cases: every step is one guarded UPDATE, and whoever comes second is told so.

Locks are taken in one order: thread, text (`keeper().take`), case, the log's gate. `version` rises when the question
or its answer changes, not when somebody merely begins or ceases to read: a lease that ran out costs nobody her typing.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import or_, select, update

from karavan.core.database import insert_once
from karavan.core.problems import NotFound
from karavan.moderation import letters
from karavan.moderation.lifecycle import CLAIMABLE, ON_APPEAL, STEPS, WAITING, Act
from karavan.moderation.models import (
    Case,
    CasePart,
    CaseState,
    Decision,
    Flag,
    FlagOutcome,
    LogAction,
    LogLine,
    Origin,
    Part,
    ReceiptKind,
    Visibility,
)
from karavan.moderation.pieces import keeper
from karavan.moderation.problems import (
    CaseMoved,
    ClaimedByAnother,
    Conflicted,
    NotModerator,
    OwnCase,
    TookPart,
)
from karavan.moderation.queries import (
    case_of,
    first_decision,
    has_flagged,
    has_interest,
    has_measure,
    hours_for,
    may_be_held,
    moderates_now,
    sanctions_of,
    suspected,
    took_part,
)
from karavan.moderation.rules import log
from karavan.moderation.rules.aliases import alias
from karavan.moderation.rules.receipts import receipt
from karavan.moderation.rules.sanctions import lift
from karavan.moderation.terms import LEASE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.core.problems import Problem
    from karavan.moderation.pieces import Piece

SILENT: Final = frozenset({Act.CLAIM, Act.RELEASE, Act.CLAIM_APPEAL, Act.RELEASE_APPEAL})
"""Steps after which the question is still the same: the version stays."""
UNTOUCHED: Final = frozenset({Visibility.WITHDRAWN, Visibility.ERASED})
"""What its author took back, or the law took away, no decision shows again."""
UNREAD: Final = UNTOUCHED | {Visibility.PENDING, Visibility.REMOVED}
"""What nobody but its author reads anyway needs no holding."""


# --- The step itself --------------------------------------------------------------------------------------


def guard(case_id: int, act: Act, *conditions: Any) -> list[Any]:
    """Return what must hold of a case's row at the moment it takes a step."""
    return [Case.id == case_id, Case.state.in_(STEPS[act].before), *conditions]


def step(session: Session, case_id: int, act: Act, *conditions: Any, **values: Any) -> Case | None:
    """Let a case take a step if the table and the conditions allow it at this very moment; else None."""
    session.flush()
    changed = {"state": STEPS[act].after} | values
    if act not in SILENT:
        changed["version"] = Case.version + 1
    moved = session.scalar(
        update(Case)
        .where(*guard(case_id, act, *conditions))
        .values(changed)
        .returning(Case.id)
        .execution_options(synchronize_session=False)
    )
    return None if moved is None else fresh(session, case_id)


def fresh(session: Session, case_id: int) -> Case:
    """Return a case as it stands now.

    Raises:
        NotFound: no such case.

    """
    case = session.get(Case, case_id, populate_existing=True)
    if case is None:
        raise NotFound
    return case


def take(session: Session, case_id: int) -> tuple[Piece, Case]:
    """Take the thread and the text of a case, and return the text and the case as they stand now.

    Raises:
        NotFound.

    """
    comment_id = session.scalar(select(Case.comment_id).where(Case.id == case_id))
    if comment_id is None:
        raise NotFound
    piece = keeper().take(session, comment_id)
    return piece, fresh(session, case_id)


def free_for(person_id: int, now: datetime) -> Any:
    """Return the condition that nobody else is reading a case."""
    return or_(Case.claimed_by_id.is_(None), Case.claimed_by_id == person_id, Case.claimed_until <= now)


def refusal(session: Session, case_id: int, person_id: int, now: datetime) -> Problem:
    """Return why a step was not possible: somebody else reads the case, or it has moved on."""
    case = fresh(session, case_id)
    holder, until = case.claimed_by_id, case.claimed_until
    if holder not in (None, person_id) and until is not None and until > now:
        return ClaimedByAnother(by=alias(session, case.organisation_id, holder), until=until)
    return CaseMoved()


def refuse_unless_may(session: Session, case: Case, person_id: int) -> None:
    """Refuse whoever does not moderate here *now*, or is too near to the matter.

    Raises:
        NotModerator, OwnCase, Conflicted.

    """
    if not moderates_now(session, person_id, case.organisation_id):
        raise NotModerator
    if person_id == case.author_id or has_flagged(session, person_id, case.comment_id):
        raise OwnCase
    if has_interest(session, person_id, case.thread_id):
        raise Conflicted


def note_part(session: Session, case_id: int, person_id: int, part: Part) -> None:
    """Remember that somebody took part in a case: she will not review it."""
    insert_once(session, CasePart, case_id=case_id, person_id=person_id, part=part)


# --- Opening ----------------------------------------------------------------------------------------------


def open_case(
    session: Session,
    piece: Piece,
    origin: Origin,
    *,
    now: datetime,
    held: bool = False,
    marks: Sequence[dict[str, Any]] = (),
    clause: str = "",
    by_id: int | None = None,
) -> Case:
    """Open a case about a text that this transaction has taken; one that waits already is returned with more marks.

    `held`: a machine asks that nobody reads the text until a person has, at most until the case is due. It is heeded
    once for each revision, and not after a person has decided. `clause` is the rule it is suspected to break, if no
    mark says it. `by_id`: the moderator who opens it.

    Raises:
        NotModerator, OwnCase, Conflicted: of `by_id`.

    """
    case = case_of(session, piece.id)
    if case is None:
        case = _new_case(session, piece, origin, now=now, marks=marks)
    else:
        _more(session, case, piece, marks)
    if by_id is not None:
        refuse_unless_may(session, case, by_id)
    if held and not case.held and case.state != CaseState.ESCALATED and may_be_held(session, piece.id, piece.revision):
        _hold(session, case, piece, clause or suspected(case.marks), now)
    return case


def _new_case(
    session: Session, piece: Piece, origin: Origin, *, now: datetime, marks: Sequence[dict[str, Any]]
) -> Case:
    case = Case(
        comment_id=piece.id,
        thread_id=piece.thread_id,
        organisation_id=piece.organisation_id,
        author_id=piece.author_id,
        revision=piece.revision,
        origin=origin,
        opened_at=now,
        due_at=now + timedelta(hours=hours_for(session, piece.organisation_id, now)),
        marks=list(marks),
        lang=piece.lang,
        alignment=piece.alignment,
    )
    session.add(case)
    session.flush()
    note_part(session, case.id, piece.author_id, Part.AUTHOR)
    receipt(session, ReceiptKind.AUTHOR, case.id, piece.author_id, now)
    return case


def _more(session: Session, case: Case, piece: Piece, marks: Sequence[dict[str, Any]]) -> None:
    """Add what was found to a case that waits; marks of an older text mean nothing in the new one."""
    if case.revision != piece.revision and case.state != CaseState.ESCALATED:
        case.revision, case.version, case.marks = piece.revision, case.version + 1, []
    if case.state != CaseState.ESCALATED:
        case.alignment = piece.alignment
    case.marks = [*case.marks, *(mark for mark in marks if mark not in case.marks)]
    session.flush()


def _hold(session: Session, case: Case, piece: Piece, clause: str, now: datetime) -> None:
    """Show readers a stub until the case is due. The hold has its full time, however long the case was waiting."""
    new = piece.visibility == Visibility.PENDING and case.origin != Origin.PREMODERATION
    if not new and piece.visibility not in (Visibility.PUBLISHED, Visibility.HELD):
        return
    case.held = True
    case.due_at = now + timedelta(hours=hours_for(session, case.organisation_id, now))
    session.flush()
    keeper().show(session, piece.id, Visibility.HELD, held_until=case.due_at, now=now)
    log.write(
        session,
        LogAction.HELD,
        organisation_id=case.organisation_id,
        by=log.MACHINE,
        now=now,
        case=case,
        piece=piece,
        clause=clause,
        automated=True,
    )
    letters.tell_held(session, case, now=now)


# --- Claims -----------------------------------------------------------------------------------------------


def claim(session: Session, case_id: int, *, by_id: int, now: datetime) -> Case:
    """Let a moderator read a case undisturbed for ten minutes; again, while she reads it, for ten more.

    Raises:
        NotFound, NotModerator, OwnCase, Conflicted; TookPart: it is on appeal, and she took part in it.
        ClaimedByAnother, CaseMoved.

    """
    case = fresh(session, case_id)
    refuse_unless_may(session, case, by_id)
    if case.state in ON_APPEAL and took_part(session, by_id, case.id):
        raise TookPart
    act = CLAIMABLE.get(case.state)
    values: dict[str, Any] = {"claimed_by_id": by_id, "claimed_until": now + LEASE}
    claimed = step(session, case_id, act, free_for(by_id, now), **values) if act is not None else None
    if claimed is None:
        raise refusal(session, case_id, by_id, now)
    alias(session, claimed.organisation_id, by_id)
    return claimed


def release(session: Session, case_id: int, *, by_id: int, now: datetime) -> Case:  # noqa: ARG001 -- as all steps
    """Give a case back. Doing it twice, or after the lease is over, changes nothing.

    Raises:
        NotFound.

    """
    case = fresh(session, case_id)
    act = Act.RELEASE_APPEAL if case.state == CaseState.APPEAL_CLAIMED else Act.RELEASE
    _unclaim(session, case_id, act, Case.claimed_by_id == by_id)
    return fresh(session, case_id)


def _unclaim(session: Session, case_id: int, act: Act, *conditions: Any) -> bool:
    return step(session, case_id, act, *conditions, claimed_by_id=None, claimed_until=None) is not None


# --- What the author does meanwhile -----------------------------------------------------------------------


def void(session: Session, comment_id: int, *, now: datetime) -> Case | None:
    """Close the case about a text that its author has withdrawn: there is nothing to decide any more.

    The text must have been taken. Whoever is deciding at this moment is refused.
    """
    waiting = case_of(session, comment_id)
    if waiting is None:
        return None
    piece = keeper().look(session, [comment_id])[comment_id]
    _drop_proposal(session, waiting, piece, by=log.AUTHOR, now=now)
    case = step(session, waiting.id, Act.VOID, claimed_by_id=None, claimed_until=None, closed_at=now, held=False)
    mark_flags(session, waiting.id, FlagOutcome.VOID)
    return case


def text_moved(session: Session, comment_id: int, revision: int, *, now: datetime) -> None:
    """Note that the author changed a text about which a case waits: whoever is deciding has to read it again.

    The text must have been taken. A proposal about the old text lapses; what readers saw of it stays held until the
    case is due, since nobody has read the new one.
    """
    case = case_of(session, comment_id)
    if case is None or case.revision == revision:
        return
    piece = keeper().look(session, [comment_id])[comment_id]
    if case.state == CaseState.ESCALATED:
        _drop_proposal(session, case, piece, by=log.AUTHOR, now=now)
        step(session, case.id, Act.REFUSE, held=piece.visibility == Visibility.HELD)
    session.execute(
        update(Case)
        .where(Case.id == case.id, Case.revision != revision)
        .values(revision=revision, version=Case.version + 1, marks=[], alignment=piece.alignment)
        .execution_options(synchronize_session=False)
    )
    fresh(session, case.id)


def mark_flags(session: Session, case_id: int, outcome: FlagOutcome | None) -> None:
    """Say of the flags of a case what became of them."""
    session.execute(
        update(Flag)
        .where(Flag.case_id == case_id)
        .values(outcome=outcome)
        .execution_options(synchronize_session="fetch")
    )


def _drop_proposal(session: Session, case: Case, piece: Piece, *, by: str, now: datetime) -> Decision | None:
    """Undo what a first moderator proposed and no second one has signed, with a line in the log."""
    proposed = first_decision(session, case.id) if case.state == CaseState.ESCALATED else None
    if proposed is None:
        return None
    proposed.undone_at = now
    for sanction in sanctions_of(session, proposed.id):
        lift(session, sanction, by_id=None, now=now)
    log.write(
        session,
        LogAction.UNDONE,
        organisation_id=case.organisation_id,
        by=by,
        now=now,
        case=case,
        piece=piece,
        automated=by == log.CLOCK,
        reverses=proposed.log_seq,
    )
    return proposed


# --- What the clock does ----------------------------------------------------------------------------------


def expire(session: Session, case_id: int, *, now: datetime) -> int:
    """Do what the clock asks of a case, and return how much that was; doing it twice changes nothing.

    A lease that is over ends. A hold that is over ends: readers see the text again. A proposal nobody signed lapses.
    A date that passed is noted once, for everybody to count.
    """
    piece, case = take(session, case_id)
    done = [
        _unclaim(session, case_id, Act.RELEASE, Case.claimed_until <= now),
        _unclaim(session, case_id, Act.RELEASE_APPEAL, Case.claimed_until <= now),
    ]
    if case.due_at <= now:
        done += [
            _lapse(session, case_id, piece, now),
            _end_hold(session, case_id, piece, now),
            _note_overdue(session, case_id, piece, now),
        ]
    return sum(done)


def _lapse(session: Session, case_id: int, piece: Piece, now: datetime) -> bool:
    """End a proposal that nobody signed in time; a hold of a machine that it prolonged ends with it."""
    case = fresh(session, case_id)
    proposed = _drop_proposal(session, case, piece, by=log.CLOCK, now=now)
    if proposed is None:
        return False
    by_machine = case.held
    step(session, case_id, Act.REFUSE, held=False, overdue_at=case.overdue_at or now)
    if piece.visibility == Visibility.HELD and proposed.shown_before == Visibility.HELD and by_machine:
        keeper().show(session, piece.id, Visibility.PUBLISHED, now=now)
    elif piece.visibility == Visibility.HELD:
        show_as_before(session, case, proposed, piece, now)
    return True


def _end_hold(session: Session, case_id: int, piece: Piece, now: datetime) -> bool:
    ended = session.scalar(
        update(Case)
        .where(
            Case.id == case_id,
            Case.state.in_((CaseState.OPEN, CaseState.CLAIMED)),
            Case.held,
            Case.due_at <= now,
        )
        .values(held=False, overdue_at=now)
        .returning(Case.id)
        .execution_options(synchronize_session=False)
    )
    if ended is None:
        return False
    case = fresh(session, case_id)
    held = session.scalar(
        select(LogLine.seq)
        .where(LogLine.case_id == case_id, LogLine.action == LogAction.HELD)
        .order_by(LogLine.seq.desc())
        .limit(1)
    )
    if piece.visibility == Visibility.HELD:
        keeper().show(session, piece.id, Visibility.PUBLISHED, now=now)
    log.write(
        session,
        LogAction.RELEASED,
        organisation_id=case.organisation_id,
        by=log.CLOCK,
        now=now,
        case=case,
        piece=piece,
        automated=True,
        reverses=held,
    )
    return True


def _note_overdue(session: Session, case_id: int, piece: Piece, now: datetime) -> bool:
    noted = session.scalar(
        update(Case)
        .where(
            Case.id == case_id,
            Case.state.in_(sorted(WAITING | ON_APPEAL)),
            Case.due_at <= now,
            Case.overdue_at.is_(None),
        )
        .values(overdue_at=now)
        .returning(Case.id)
        .execution_options(synchronize_session=False)
    )
    if noted is None:
        return False
    case = fresh(session, case_id)
    log.write(
        session,
        LogAction.OVERDUE,
        organisation_id=case.organisation_id,
        by=log.CLOCK,
        now=now,
        case=case,
        piece=piece,
        automated=True,
        state=case.state.value,
    )
    return True


def show_as_before(session: Session, case: Case, decision: Decision, piece: Piece, now: datetime) -> None:
    """Let readers see what they saw before a decision, unless the author has taken it back meanwhile.

    If parts of an older text were shown and hers is a corrected one, it is held: nobody has read that yet.
    """
    before = decision.shown_before
    if piece.visibility in UNTOUCHED or piece.visibility == before != Visibility.REDACTED:
        return
    spans = spans_of(decision.spans_before) if before == Visibility.REDACTED else ()
    if spans and not has_measure(session, piece.id, piece.revision, besides=case.id):
        before, spans = Visibility.HELD, ()
    until = case.due_at if before == Visibility.HELD else None
    keeper().show(session, piece.id, before, spans=spans, held_until=until, now=now)


def spans_of(stored: Sequence[Sequence[int]]) -> tuple[tuple[int, int], ...]:
    """Return covered passages as the database keeps them, as pairs."""
    return tuple((int(start), int(end)) for start, end in stored)
