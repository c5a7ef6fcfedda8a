"""An appeal against a moderator's decision («шағым»): once for each case, and somebody who took no part decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from karavan.core.database import insert_once
from karavan.core.problems import NotFound
from karavan.moderation import letters, pieces, queries
from karavan.moderation.citizen_problems import (
    AppealedAlready,
    AppealWindowOver,
    NotDecidedYet,
    NothingToAppeal,
    NotOnAppeal,
    NotThisOutcome,
    NotWorse,
    TwoForThis,
    WordsTooFew,
    WordsTooMany,
)
from karavan.moderation.conduct import BY_CODE
from karavan.moderation.lifecycle import ON_APPEAL, WAITING, Act
from karavan.moderation.models import (
    Action,
    Appeal,
    Case,
    CaseState,
    Decision,
    Flag,
    FlagOutcome,
    LogAction,
    Outcome,
    ReceiptKind,
    SanctionKind,
    Visibility,
)
from karavan.moderation.problems import EverythingCovered, NothingCovered, RuleMissing, TookPart, WordsMissing
from karavan.moderation.reasons import appeal_until
from karavan.moderation.rules import log
from karavan.moderation.rules.aliases import alias
from karavan.moderation.rules.cases import (
    UNTOUCHED,
    free_for,
    mark_flags,
    refusal,
    refuse_unless_may,
    spans_of,
    step,
    take,
)
from karavan.moderation.rules.decide import sound_spans
from karavan.moderation.rules.receipts import receipt
from karavan.moderation.rules.sanctions import lift
from karavan.moderation.terms import APPEAL_HOURS

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.moderation.pieces import Piece, Span
    from karavan.moderation.rules.decide import Verdict

SHORTEST: Final = 20
LONGEST: Final = 4000
REPORTER: Final = "reporter"
"""How the log names somebody who flagged and appeals."""
_SEVERITY: Final = {Action.KEEP: 0, Action.COVER: 1, Action.REMOVE: 2}
_SHOWN: Final = {
    Action.KEEP: Visibility.PUBLISHED,
    Action.COVER: Visibility.REDACTED,
    Action.REMOVE: Visibility.REMOVED,
}
_LOGGED: Final = {
    Outcome.UPHELD: LogAction.UPHELD,
    Outcome.OVERTURNED: LogAction.OVERTURNED,
    Outcome.MODIFIED: LogAction.MODIFIED,
}


# --- Appealing ------------------------------------------------------------------------------------------------


def appeal(session: Session, case_id: int, *, by_id: int, words: str, lang: str, now: datetime) -> Appeal:
    """Let the author, or somebody who flagged, ask that another moderator looks at a decision. Again: the first one.

    The author appeals against what was taken from her, a sanction too; whoever flagged, against that the text stays.

    Raises:
        NotFound: she is neither, so there is nothing here for her.
        WordsTooFew, WordsTooMany, NotDecidedYet, NothingToAppeal, AppealedAlready, AppealWindowOver.

    """
    piece, case = take(session, case_id)
    first = session.scalar(select(Appeal).where(Appeal.case_id == case_id))
    if first is not None and first.by_id == by_id:
        return first
    by_author = case.author_id == by_id
    if not by_author and not flagged(session, case_id, by_id):
        raise NotFound
    decision = queries.first_decision(session, case_id)
    if decision is None or case.state in WAITING:
        raise NotDecidedYet
    if first is not None or case.state != CaseState.DECIDED:
        raise AppealedAlready
    if not _can_be_appealed(decision, by_author=by_author):
        raise NothingToAppeal
    until = appeal_until(decision)
    if until is None or now > until:
        raise AppealWindowOver
    if len(words.strip()) < SHORTEST:
        raise WordsTooFew
    if len(words) > LONGEST:
        raise WordsTooMany

    insert_once(session, Appeal, case_id=case_id, by_id=by_id, by_author=by_author, words=words, lang=lang, made_at=now)
    appealed = step(
        session, case_id, Act.APPEAL, due_at=now + timedelta(hours=APPEAL_HOURS), overdue_at=None, held=False
    )
    if appealed is None:
        raise AppealedAlready
    log.write(
        session,
        LogAction.APPEALED,
        organisation_id=case.organisation_id,
        by=log.AUTHOR if by_author else REPORTER,
        now=now,
        case=appealed,
        piece=piece,
        clause=decision.clause,
        clause_version=decision.clause_version,
    )
    receipt(session, ReceiptKind.APPELLANT, case_id, by_id, now)
    made = session.scalars(select(Appeal).where(Appeal.case_id == case_id)).one()
    letters.tell_appeal_received(session, appealed, made, now=now)
    return made


def flagged(session: Session, case_id: int, person_id: int) -> bool:
    """Is this case one that she flagged?"""
    found = select(Flag.id).where(Flag.case_id == case_id, Flag.person_id == person_id)
    return session.scalar(found) is not None


def _can_be_appealed(decision: Decision, *, by_author: bool) -> bool:
    return (decision.action != Action.KEEP) == by_author


# --- Judging --------------------------------------------------------------------------------------------------


def judge(
    session: Session,
    case_id: int,
    outcome: Outcome,
    verdict: Verdict,
    *,
    by_id: int,
    read_version: int,
    now: datetime,
) -> Decision:
    """Decide on an appeal, for good, with words of her own; only somebody who took no earlier part may.

    Overturned: the text is shown again (unless another decision about it stands) and the sanction is lifted; or, if
    somebody appealed against its staying, it is covered or removed after all. Modified: less is taken away, or by
    another rule; a sanction stays only if the verdict names one. An appeal always ends with a decision, also if the
    sanction is over by then.

    Raises:
        NotFound, NotModerator, OwnCase, Conflicted, TookPart, NotOnAppeal, ClaimedByAnother, CaseMoved, WordsMissing,
        RuleMissing, NothingCovered, EverythingCovered, OutsideText, NotThisOutcome, NotWorse, TwoForThis.

    """
    piece, case = take(session, case_id)
    _refuse_judge(session, case, by_id=by_id)
    first, asked = queries.first_decision(session, case_id), case.appeal
    if first is None or asked is None:
        raise NotOnAppeal
    source = pieces.keeper().source_of(session, piece.id, first.revision)
    ruling = _ruling(first, outcome, verdict, source, critical=case.alignment == "against", by_author=asked.by_author)

    conditions = (Case.version == read_version, free_for(by_id, now))
    judged = step(session, case_id, Act.JUDGE, *conditions, claimed_by_id=None, claimed_until=None)
    if judged is None:
        raise refusal(session, case_id, by_id, now)
    decision = _write_down(session, case, first, ruling, verdict, piece, by_id=by_id, now=now)
    if outcome != Outcome.UPHELD:
        _show_again(session, piece, decision, now)
        if ruling.lifts:
            _lift_all(session, case, first, by_id=by_id, now=now)
        mark_flags(session, case_id, FlagOutcome.DISAGREED if ruling.action == Action.KEEP else FlagOutcome.AGREED)
    decision.log_seq = log.write(
        session,
        _LOGGED[outcome],
        organisation_id=case.organisation_id,
        by=alias(session, case.organisation_id, by_id),
        now=now,
        case=case,
        piece=piece,
        clause=decision.clause or first.clause,
        clause_version=decision.clause_version or first.clause_version,
        words=decision.words,
        words_lang=decision.words_lang,
        reverses=first.log_seq if outcome != Outcome.UPHELD else None,
        measure=ruling.action.value,
    )
    session.flush()
    letters.tell_appeal_decided(session, case, asked, decision, now=now)
    return decision


@dataclass(frozen=True, kw_only=True)
class _Ruling:
    """What a verdict on appeal comes to."""

    outcome: Outcome
    action: Action
    clause: str
    clause_version: int
    spans: tuple[Span, ...]
    lifts: bool


def _refuse_judge(session: Session, case: Case, *, by_id: int) -> None:
    """Say no to whoever may not decide on this appeal now. The database's own trigger stands behind this."""
    refuse_unless_may(session, case, by_id)
    if queries.took_part(session, by_id, case.id):
        raise TookPart
    if case.state not in ON_APPEAL:
        raise NotOnAppeal


def _ruling(
    first: Decision, outcome: Outcome, verdict: Verdict, source: str, *, critical: bool, by_author: bool
) -> _Ruling:
    """Check that outcome and verdict say the same thing, and return what holds from now on."""
    if not verdict.words.strip():
        raise WordsMissing
    if outcome == Outcome.UPHELD:
        return _Ruling(
            outcome=outcome,
            action=first.action,
            clause=first.clause,
            clause_version=first.clause_version,
            spans=spans_of(first.spans),
            lifts=False,
        )
    action, spans = verdict.action, _covered(verdict, source)
    if not _agrees(first, outcome, verdict, spans):
        raise NotThisOutcome
    if by_author and _SEVERITY[action] > _SEVERITY[first.action]:
        raise NotWorse
    if action == Action.REMOVE and first.action != Action.REMOVE and critical:
        raise TwoForThis
    clause = "" if action == Action.KEEP else verdict.clause
    if action != Action.KEEP and clause not in BY_CODE:
        raise RuleMissing
    return _Ruling(
        outcome=outcome,
        action=action,
        clause=clause,
        clause_version=BY_CODE[clause].current.version if clause else 0,
        spans=spans,
        lifts=outcome == Outcome.OVERTURNED or verdict.sanction is None,
    )


def _agrees(first: Decision, outcome: Outcome, verdict: Verdict, spans: tuple[Span, ...]) -> bool:
    """Is what is to be done what the outcome says? Overturned: the opposite; modified: another measure."""
    taken, takes = first.action != Action.KEEP, verdict.action != Action.KEEP
    if outcome == Outcome.OVERTURNED:
        return taken != takes
    same = (verdict.action, verdict.clause, spans) == (first.action, first.clause, spans_of(first.spans))
    return taken and takes and not same


def _covered(verdict: Verdict, source: str) -> tuple[Span, ...]:
    if verdict.action != Action.COVER:
        return ()
    spans = sound_spans(verdict.spans, source)
    covered = {place for start, end in spans for place in range(start, end)}
    if not any(source[place].strip() for place in covered):
        raise NothingCovered
    if not any(sign.strip() for place, sign in enumerate(source) if place not in covered):
        raise EverythingCovered
    return spans


def _write_down(
    session: Session,
    case: Case,
    first: Decision,
    ruling: _Ruling,
    verdict: Verdict,
    piece: Piece,
    *,
    by_id: int,
    now: datetime,
) -> Decision:
    decision = Decision(
        case_id=case.id,
        on_appeal=True,
        revision=first.revision,
        action=ruling.action,
        clause=ruling.clause,
        clause_version=ruling.clause_version,
        words=verdict.words,
        words_lang=verdict.words_lang,
        spans=[list(span) for span in ruling.spans],
        shown_before=piece.visibility,
        spans_before=[list(span) for span in piece.spans],
        outcome=ruling.outcome,
        by_id=by_id,
        decided_at=now,
        settles_at=now,
    )
    session.add(decision)
    session.flush()
    return decision


def _show_again(session: Session, piece: Piece, decision: Decision, now: datetime) -> None:
    """Let readers see what the ruling leaves: together with whatever else was decided about the same revision."""
    if piece.visibility in UNTOUCHED or piece.revision != decision.revision:
        return
    open_elsewhere = queries.case_of(session, piece.id)
    if open_elsewhere is not None and open_elsewhere.state == CaseState.ESCALATED:
        return  # a second moderator is about to decide another question about it
    others = _other_decisions(session, piece, decision.case_id)
    action = max((decision.action, *(one.action for one in others)), key=_SEVERITY.__getitem__)
    if action == Action.KEEP and open_elsewhere is not None and open_elsewhere.held:
        until = open_elsewhere.due_at
        pieces.keeper().show(session, piece.id, Visibility.HELD, held_until=until, now=now)
        return
    spans = {span for one in (decision, *others) for span in spans_of(one.spans)}
    covered = sorted(spans) if action == Action.COVER else ()
    pieces.keeper().show(session, piece.id, _SHOWN[action], spans=covered, now=now)


def _other_decisions(session: Session, piece: Piece, case_id: int) -> list[Decision]:
    """Return what holds of the other cases about this revision: of each its last decision."""
    found = session.scalars(
        select(Decision)
        .join(Case, Case.id == Decision.case_id)
        .where(
            Case.comment_id == piece.id,
            Case.id != case_id,
            Case.state.not_in((*WAITING, CaseState.VOID)),
            Decision.revision == piece.revision,
            Decision.undone_at.is_(None),
        )
        .order_by(Decision.case_id, Decision.on_appeal)
    )
    return list({decision.case_id: decision for decision in found}.values())


def _lift_all(session: Session, case: Case, first: Decision, *, by_id: int, now: datetime) -> None:
    """Lift the measures that rest on a decision; also one that is over by now, so that it counts against nobody.

    Whoever was still under one reads in a letter of its own that she is not any more.
    """
    for sanction in queries.sanctions_of(session, first.id):
        running = sanction.kind != SanctionKind.NOTE and (sanction.ends_at is None or sanction.ends_at > now)
        if lift(session, sanction, by_id=by_id, now=now) and running:
            letters.tell_sanction(session, case, sanction, now=now)
