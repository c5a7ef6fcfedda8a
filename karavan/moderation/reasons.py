"""The statement of reasons: one value made from a decision, and letter, tombstone, log line and receipt page show it.

Pure: whoever makes one hands in the rows. It never holds a word of the text it is about.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from karavan.moderation.models import Action, LogAction, Origin, Outcome, SanctionKind
from karavan.moderation.terms import APPEAL_WINDOW

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from karavan.moderation.models import Case, Decision, Sanction

SAID: dict[Action, LogAction] = {
    Action.KEEP: LogAction.KEPT,
    Action.COVER: LogAction.COVERED,
    Action.REMOVE: LogAction.REMOVED,
}
"""What the log says of a decision."""
ON_APPEAL: dict[Outcome, LogAction] = {
    Outcome.UPHELD: LogAction.UPHELD,
    Outcome.OVERTURNED: LogAction.OVERTURNED,
    Outcome.MODIFIED: LogAction.MODIFIED,
}


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A measure against a person, as it is told."""

    kind: SanctionKind
    hours: int
    until: datetime | None


@dataclass(frozen=True, kw_only=True)
class Statement:
    """Why something was decided, on what ground, and what can be done about it."""

    case_id: int
    decision_id: int
    action: Action
    revision: int
    clause: str
    clause_version: int
    words: str
    words_lang: str
    basis: Origin
    """Own initiative, flags, a filter, a request of a state body."""
    found_by_machine: bool
    decided_by_machine: bool
    passages: int
    """How many passages are covered."""
    measures: tuple[Measure, ...]
    outcome: Outcome | None
    """On appeal: what became of the first decision."""
    decided_at: datetime
    settles_at: datetime
    appeal_until: datetime | None
    """Until when it can be appealed against, free of charge; None: it is final."""
    log_seq: int | None
    receipt: str
    """The code of whoever it is told to; "" where everybody reads it."""

    @property
    def said(self) -> LogAction:
        """What the log says it was."""
        return ON_APPEAL[self.outcome] if self.outcome else SAID[self.action]

    def plain(self) -> dict[str, Any]:
        """Return it as a letter's payload keeps it: plain values only."""
        return {
            "case": self.case_id,
            "action": self.action.value,
            "said": self.said.value,
            "revision": self.revision,
            "clause": self.clause,
            "clause_version": self.clause_version,
            "words": self.words,
            "words_lang": self.words_lang,
            "basis": self.basis.value,
            "found_by_machine": self.found_by_machine,
            "decided_by_machine": self.decided_by_machine,
            "passages": self.passages,
            "measures": [
                {"kind": one.kind.value, "hours": one.hours, "until": one.until.isoformat() if one.until else None}
                for one in self.measures
            ],
            "outcome": self.outcome.value if self.outcome else None,
            "decided_at": self.decided_at.isoformat(),
            "appeal_until": self.appeal_until.isoformat() if self.appeal_until else None,
            "log_seq": self.log_seq,
            "receipt": self.receipt,
        }

    def line(self) -> dict[str, Any]:
        """Return what the log line says of it: arguments of `log.write`."""
        return {
            "clause": self.clause,
            "clause_version": self.clause_version,
            "words": self.words,
            "words_lang": self.words_lang,
            "automated": self.decided_by_machine,
            "found_by_machine": self.found_by_machine,
            "passages": self.passages,
        }


def state(case: Case, decision: Decision, sanctions: Iterable[Sanction] = (), *, receipt: str = "") -> Statement:
    """Make the statement of a decision. Sanctions are those it brought and that were not lifted."""
    return Statement(
        case_id=case.id,
        decision_id=decision.id,
        action=decision.action,
        revision=decision.revision,
        clause=decision.clause,
        clause_version=decision.clause_version,
        words=decision.words,
        words_lang=decision.words_lang,
        basis=case.origin,
        found_by_machine=decision.found_by_machine,
        decided_by_machine=decision.decided_by_machine,
        passages=len(decision.spans),
        measures=tuple(
            Measure(kind=one.kind, hours=one.hours, until=one.ends_at) for one in sanctions if one.lifted_at is None
        ),
        outcome=decision.outcome,
        decided_at=decision.decided_at,
        settles_at=decision.settles_at,
        appeal_until=appeal_until(decision),
        log_seq=decision.log_seq,
        receipt=receipt,
    )


def appeal_until(decision: Decision) -> datetime | None:
    """Return until when a decision can be appealed against; one taken on appeal is final."""
    since = decision.cosigned_at or decision.decided_at
    return None if decision.on_appeal else since + APPEAL_WINDOW


def author_letter(decision_id: int) -> str:
    """Return the key of the letter that tells an author of a decision; undoing calls it back by this key."""
    return f"moderation:{decision_id}:author"


def reporter_letter(decision_id: int, person_id: int) -> str:
    """Return the key of the letter that tells somebody what became of her flag."""
    return f"moderation:{decision_id}:reporter:{person_id}"
