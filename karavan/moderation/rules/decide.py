"""Deciding a case, co-signing what needs two, undoing what was pressed by mistake.

One transaction: the step of the case (a guarded UPDATE), the decision, what readers see, the measures, the log line,
and the letters, which leave when it can no longer be undone.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from karavan.moderation import letters
from karavan.moderation.conduct import BY_CODE
from karavan.moderation.lifecycle import Act
from karavan.moderation.models import (
    Action,
    Case,
    CaseState,
    Decision,
    FlagOutcome,
    LogAction,
    Origin,
    Part,
    Visibility,
)
from karavan.moderation.pieces import keeper
from karavan.moderation.problems import (
    CaseMoved,
    EverythingCovered,
    NothingCovered,
    NothingToSanction,
    NotYours,
    OutsideText,
    RuleMissing,
    TextMoved,
    TookPart,
    TooLate,
    WordsMissing,
)
from karavan.moderation.queries import first_decision, has_measure, has_newer_case, hours_for, sanctions_of
from karavan.moderation.reasons import author_letter, reporter_letter, state
from karavan.moderation.rules import log
from karavan.moderation.rules.aliases import alias, second
from karavan.moderation.rules.cases import (
    UNREAD,
    UNTOUCHED,
    free_for,
    mark_flags,
    note_part,
    refusal,
    refuse_unless_may,
    show_as_before,
    spans_of,
    step,
    take,
)
from karavan.moderation.rules.sanctions import SanctionWish, begin, lift, propose, refuse_unsound
from karavan.moderation.terms import GRACE, LEASE
from karavan.notifications.models import Letter

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.moderation.pieces import Piece, Span

BY_MACHINE: Final = frozenset({Origin.FILTER})
"""Origins in which a machine was the first to suspect something."""
_JOINER: Final = "\u200d"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a moderator decides about a text, as she gave it."""

    action: Action
    clause: str = ""
    words: str = ""
    words_lang: str = ""
    spans: Sequence[Span] = ()
    sanction: SanctionWish | None = None


# --- Deciding ---------------------------------------------------------------------------------------------


def decide(
    session: Session,
    case_id: int,
    verdict: Verdict,
    *,
    by_id: int,
    read_version: int,
    read_revision: int,
    now: datetime,
) -> Decision:
    """Decide about a text, or propose it if two must agree. The same sent twice answers with the first.

    Raises:
        NotFound; NotModerator, OwnCase, Conflicted: she may not (any more).
        TextMoved: the author changed the text after she had read it. ClaimedByAnother, CaseMoved: see `refusal`.
        RuleMissing, WordsMissing, NothingCovered, OutsideText, EverythingCovered, NothingToSanction, DurationMissing.

    """
    piece, case = take(session, case_id)
    again = _sent_before(session, case, verdict, by_id)
    if again is not None:
        return again
    refuse_unless_may(session, case, by_id)
    if piece.revision != read_revision:
        raise TextMoved
    spans = _checked(session, verdict, case, piece)
    two = needs_cosigner(case, verdict)
    moved = step(
        session,
        case_id,
        Act.PROPOSE if two else Act.DECIDE,
        Case.version == read_version,
        Case.revision == read_revision,
        free_for(by_id, now),
        claimed_by_id=None,
        claimed_until=None,
        closed_at=None if two else now,
    )
    if moved is None:
        raise refusal(session, case_id, by_id, now)
    decision = _write_down(session, moved, verdict, piece, spans, by_id=by_id, two=two, now=now)
    note_part(session, case_id, by_id, Part.DECIDER)
    if two:
        _await_second(session, moved, decision, piece, now)
    else:
        by = alias(session, moved.organisation_id, by_id)
        _take_effect(session, moved, decision, piece, by=by, now=now)
    return decision


def needs_cosigner(case: Case, verdict: Verdict) -> bool:
    """Must a second moderator agree?

    To a heavy measure, to a state body's wish, to the removal of a critical comment, to what reverses a decision.
    """
    heavy = verdict.sanction is not None and verdict.sanction.heavy
    critical = verdict.action == Action.REMOVE and case.alignment == "against"
    return heavy or critical or case.origin in (Origin.STATE_REQUEST, Origin.NEW_FACTS)


def sound_spans(spans: Iterable[Sequence[int]], source: str) -> tuple[Span, ...]:
    """Return passages in order, merged, and never through the middle of what a reader sees as one character.

    Raises:
        OutsideText: one of them is empty or does not lie within the text.

    """
    merged: list[Span] = []
    for start, end in sorted((int(start), int(end)) for start, end in spans):
        if not 0 <= start < end <= len(source):
            raise OutsideText
        first, last = _whole(source, start, end)
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return tuple(merged)


def _whole(source: str, start: int, end: int) -> Span:
    """Widen a passage until neither edge parts a letter from its marks, or a picture from what it is joined with."""
    while start > 0 and (_clings(source[start]) or source[start - 1] == _JOINER):
        start -= 1
    while end < len(source) and (_clings(source[end]) or source[end - 1] == _JOINER):
        end += 1
    return start, end


def _clings(character: str) -> bool:
    """Does it stand on the character before: an accent, a variation, a skin tone, a joiner?"""
    tone = "\U0001f3fb" <= character <= "\U0001f3ff"
    return character == _JOINER or tone or unicodedata.category(character).startswith("M")


def _sent_before(session: Session, case: Case, verdict: Verdict, by_id: int) -> Decision | None:
    """Return the decision this very one has become already: a double click, the back button, a repeated request."""
    if case.state in (CaseState.OPEN, CaseState.CLAIMED):
        return None
    first = first_decision(session, case.id)
    if first is None or first.by_id != by_id or first.action != verdict.action:
        return None
    return first if first.clause == _clause(verdict) else None


def _clause(verdict: Verdict) -> str:
    """Return the rule a verdict cites; what is kept breaks none."""
    return "" if verdict.action == Action.KEEP else verdict.clause


def _checked(session: Session, verdict: Verdict, case: Case, piece: Piece) -> tuple[Span, ...]:
    """Refuse a verdict that lacks what its action needs, and return what it covers."""
    if verdict.action == Action.KEEP:
        if verdict.sanction is not None:
            raise NothingToSanction
        return ()
    if verdict.clause not in BY_CODE:
        raise RuleMissing
    if not verdict.words.strip():
        raise WordsMissing
    if verdict.sanction is not None:
        refuse_unsound(verdict.sanction)
    if verdict.action != Action.COVER:
        return ()
    return _covered(verdict, piece, piece.spans if _stands(session, case, piece) else ())


def _stands(session: Session, case: Case, piece: Piece) -> bool:
    """Does an earlier measure about this very text stand, whatever is decided now? New facts may take it back."""
    return case.origin != Origin.NEW_FACTS and has_measure(session, piece.id, piece.revision, besides=case.id)


def _covered(verdict: Verdict, piece: Piece, still: Sequence[Span]) -> tuple[Span, ...]:
    if not verdict.spans:
        raise NothingCovered
    chosen = sound_spans(verdict.spans, piece.source)
    if not any(piece.source[start:end].strip() for start, end in chosen):
        raise NothingCovered
    spans = sound_spans((*chosen, *still), piece.source)
    if not "".join(_left(piece.source, spans)).strip():
        raise EverythingCovered
    return spans


def _left(source: str, spans: Sequence[Span]) -> Iterable[str]:
    """Yield what readers could still read."""
    place = 0
    for start, end in spans:
        yield source[place:start]
        place = end
    yield source[place:]


def _write_down(
    session: Session,
    case: Case,
    verdict: Verdict,
    piece: Piece,
    spans: tuple[Span, ...],
    *,
    by_id: int,
    two: bool,
    now: datetime,
) -> Decision:
    clause = _clause(verdict)
    decision = Decision(
        case=case,
        revision=piece.revision,
        action=verdict.action,
        clause=clause,
        clause_version=BY_CODE[clause].current.version if clause else 0,
        words=verdict.words,
        words_lang=verdict.words_lang if verdict.words else "",
        spans=[list(span) for span in spans],
        shown_before=piece.visibility,
        spans_before=[list(span) for span in piece.spans],
        found_by_machine=case.origin in BY_MACHINE or bool(case.marks),
        by_id=by_id,
        needs_cosigner=two,
        decided_at=now,
        settles_at=now + GRACE,
    )
    session.add(decision)
    session.flush()
    if verdict.sanction is not None:
        propose(session, case, decision, verdict.sanction, now=now)
    return decision


def _await_second(session: Session, case: Case, decision: Decision, piece: Piece, now: datetime) -> None:
    """Hold the text until a second moderator has agreed or not, or until that is overdue."""
    case.due_at = max(case.due_at, now + timedelta(hours=hours_for(session, case.organisation_id, now)))
    by = alias(session, case.organisation_id, decision.by_id or 0)
    session.flush()
    if piece.visibility not in UNREAD:
        keeper().show(session, piece.id, Visibility.HELD, held_until=case.due_at, now=now)
    said = state(case, decision).line()
    # Her words are published once they hold: until then the log names the rule alone.
    facts = {"measure": decision.action.value, "words": "", "words_lang": ""}
    decision.log_seq = log.write(
        session,
        LogAction.PROPOSED,
        organisation_id=case.organisation_id,
        by=by,
        now=now,
        case=case,
        piece=piece,
        **said | facts,
    )
    session.flush()


def _take_effect(session: Session, case: Case, decision: Decision, piece: Piece, *, by: str, now: datetime) -> None:
    """Let a decision hold: for readers, for the author, for whoever flagged, in the log."""
    shown, spans = _shown(session, case, decision, piece)
    if (shown, spans) != (piece.visibility, piece.spans):
        keeper().show(session, piece.id, shown, spans=spans, now=now)
    statement = state(case, decision)
    proposed = {"proposed": decision.log_seq} if decision.log_seq is not None else {}
    decision.log_seq = log.write(
        session,
        statement.said,
        organisation_id=case.organisation_id,
        by=by,
        now=now,
        case=case,
        piece=piece,
        **statement.line() | proposed,
    )
    for sanction in sanctions_of(session, decision.id):
        begin(session, sanction, decision, by=by, piece=piece, now=now)
    mark_flags(session, case.id, FlagOutcome.DISAGREED if decision.action == Action.KEEP else FlagOutcome.AGREED)
    session.flush()
    letters.tell_author(session, case, decision, now=now)
    letters.tell_reporters(session, case, decision, now=now)


def _shown(session: Session, case: Case, decision: Decision, piece: Piece) -> tuple[Visibility, tuple[Span, ...]]:
    """Return what readers see of a text from now on.

    What its author took back stays away: only her conduct is judged. To keep a text is to leave to readers what an
    earlier decision about it left them; a text that was corrected since is shown.
    """
    before = decision.shown_before if decision.needs_cosigner else piece.visibility
    if piece.visibility in UNTOUCHED:
        return piece.visibility, piece.spans
    if decision.action == Action.REMOVE:
        return Visibility.REMOVED, ()
    if decision.action == Action.COVER:
        return Visibility.REDACTED, spans_of(decision.spans)
    if before in (Visibility.REDACTED, Visibility.REMOVED) and _stands(session, case, piece):
        return before, spans_of(decision.spans_before)
    return Visibility.PUBLISHED, ()


# --- The second signature ---------------------------------------------------------------------------------


def cosign(
    session: Session,
    case_id: int,
    *,
    by_id: int,
    agree: bool,
    words: str = "",
    words_lang: str = "",
    read_version: int,
    now: datetime,
) -> Decision:
    """Agree to what another moderator proposed, so that it holds; or refuse, and the case is open again.

    Pressing twice answers with the first. A refusal needs words.

    Raises:
        NotFound, NotModerator, OwnCase, Conflicted; TookPart: it is her own proposal.
        WordsMissing, CaseMoved.

    """
    piece, case = take(session, case_id)
    proposed = first_decision(session, case_id)
    if agree and proposed is not None and proposed.cosigner_id == by_id and case.state != CaseState.ESCALATED:
        return proposed
    refuse_unless_may(session, case, by_id)
    if proposed is not None and proposed.by_id == by_id:
        raise TookPart
    if not agree and not words.strip():
        raise WordsMissing
    act = Act.COSIGN if agree else Act.REFUSE
    values = {"closed_at": now} if agree else {}
    moved = step(session, case_id, act, Case.version == read_version, **values)
    if moved is None or proposed is None:
        raise refusal(session, case_id, by_id, now)
    note_part(session, case_id, by_id, Part.COSIGNER)
    by = second(session, moved.organisation_id, by_id)
    if agree:
        proposed.cosigner_id, proposed.cosigned_at, proposed.settles_at = by_id, now, now + GRACE
        _take_effect(session, moved, proposed, piece, by=by, now=now)
    else:
        _refuse(session, moved, proposed, piece, by=by, words=(words, words_lang), now=now)
    return proposed


def _refuse(
    session: Session, case: Case, proposed: Decision, piece: Piece, *, by: str, words: tuple[str, str], now: datetime
) -> None:
    """Put everything back to how it was before the proposal."""
    proposed.undone_at = now
    for sanction in sanctions_of(session, proposed.id):
        lift(session, sanction, by_id=None, now=now)
    show_as_before(session, case, proposed, piece, now)
    log.write(
        session,
        LogAction.REFUSED,
        organisation_id=case.organisation_id,
        by=by,
        now=now,
        case=case,
        piece=piece,
        words=words[0],
        words_lang=words[1],
        reverses=proposed.log_seq,
    )
    session.flush()


# --- Undoing ----------------------------------------------------------------------------------------------


def undo(session: Session, case_id: int, *, by_id: int, now: datetime) -> Case:
    """Take a decision back before anybody was told: everything is as it was, and the case is hers to decide again.

    Of two who signed, the second may. What was logged stays, with a line that reverses it.

    Raises:
        NotFound; NotYours; TooLate: its time is over, or a letter is being sent.
        CaseMoved: another case about the text was opened since.

    """
    piece, case = take(session, case_id)
    decision = first_decision(session, case_id)
    if decision is None:
        raise TooLate
    if by_id != (decision.cosigner_id or decision.by_id):
        raise NotYours
    if has_newer_case(session, case):
        raise CaseMoved
    moved = None
    if now < decision.settles_at:
        moved = step(
            session,
            case_id,
            Act.UNDO,
            Case.version == case.version,
            claimed_by_id=by_id,
            claimed_until=now + LEASE,
            closed_at=None,
            revision=piece.revision,
        )
    if moved is None or not _called_back(session, moved, decision):
        raise TooLate
    by = alias(session, moved.organisation_id, by_id)
    decision.undone_at = now
    session.flush()
    show_as_before(session, moved, decision, piece, now)
    mark_flags(session, case_id, None)
    log.write(
        session,
        LogAction.UNDONE,
        organisation_id=moved.organisation_id,
        by=by,
        now=now,
        case=moved,
        piece=piece,
        reverses=decision.log_seq,
    )
    for sanction in sanctions_of(session, decision.id):
        lift(session, sanction, by_id=by_id, now=now)
    return moved


def _called_back(session: Session, case: Case, decision: Decision) -> bool:
    """Take all letters about a decision out of the outbox; say whether that was in time for each."""
    letters.take_back(session, case, decision)
    told = [reporter_letter(decision.id, person_id) for person_id in letters.reporters(session, case.id)]
    left = select(Letter.id).where(Letter.key.in_([author_letter(decision.id), *told]))
    return session.scalar(left.limit(1)) is None
