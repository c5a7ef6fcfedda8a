"""What an author would read if a moderator decided so: the very letter, written by the letters' own templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from karavan.accounts.models import Organisation
from karavan.moderation.conduct import BY_CODE
from karavan.moderation.letters import plain
from karavan.moderation.models import Decision, Sanction
from karavan.moderation.reasons import state
from karavan.moderation.terms import GRACE
from karavan.notifications.models import Channel, Letter
from karavan.notifications.rendering import render

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.accounts.models import Person
    from karavan.moderation.models import Case
    from karavan.moderation.pieces import Context, Piece
    from karavan.moderation.rules.decide import Verdict
    from karavan.notifications.messages import Outgoing

RECEIPT = "········"
"""Where the receipt code will stand; it is made with the decision."""


def letter_to_author(
    session: Session, case: Case, piece: Piece, context: Context, author: Person, verdict: Verdict, *, now: datetime
) -> Outgoing:
    """Write the letter without sending it; nothing is stored."""
    rule = BY_CODE.get(verdict.clause)
    with session.no_autoflush:
        decision = Decision(
            id=0,
            case_id=case.id,
            on_appeal=False,
            revision=piece.revision,
            action=verdict.action,
            clause=verdict.clause,
            clause_version=rule.current.version if rule else 0,
            words=verdict.words,
            words_lang=verdict.words_lang,
            spans=[list(span) for span in verdict.spans],
            found_by_machine=bool(case.marks),
            decided_by_machine=False,
            decided_at=now,
            settles_at=now + GRACE,
        )
        wish = verdict.sanction
        measures = [Sanction(kind=wish.kind, hours=wish.hours, ends_at=None)] if wish else []
        payload: dict[str, Any] = {
            "case": case.id,
            "comment": piece.public_id,
            "thread": {"title": context.title, "lang": context.title_lang},
            "council": plain(session.get_one(Organisation, case.organisation_id).name),
            "demo": author.demo,
            "statement": state(case, decision, measures, receipt=RECEIPT).plain(),
        }
    if rule is not None:
        payload["rule"] = {"number": rule.number, "title": plain(rule.current.title)}
    return render(
        Letter(
            key="preview",
            channel=Channel.EMAIL,
            letter="moderation/decision",
            address="",
            lang=author.lang,
            payload=payload,
        )
    )
