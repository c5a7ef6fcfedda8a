"""What letters about moderation say: snapshots of one statement of reasons, written in the decision's own transaction.

A payload holds plain values only, and never a word of the text it is about. A letter about a decision waits until that
can no longer be undone; its key names the decision and the person, so nobody is told twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from karavan.accounts.models import Organisation, Person
from karavan.moderation import pieces, queries
from karavan.moderation.conduct import BY_CODE
from karavan.moderation.models import Action, Flag, Origin, ReceiptKind
from karavan.moderation.reasons import author_letter, reporter_letter, state
from karavan.notifications.letters import Recipient, call_back, post
from karavan.notifications.models import Letter

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.core.languages import Slots
    from karavan.moderation.models import Appeal, Case, Decision, Sanction


def tell_author(session: Session, case: Case, decision: Decision, *, now: datetime) -> None:
    """Give the author the statement of reasons: what was done to her text, by which rule, and what she can do.

    Where a moderator reads everything, a text that simply stays is no news.
    """
    measures = queries.sanctions_of(session, decision.id)
    if case.origin == Origin.ROUTINE and decision.action == Action.KEEP and not measures:
        return
    code = queries.receipt_of(session, case.id, case.author_id, ReceiptKind.AUTHOR)
    _post(
        session,
        "decision",
        case,
        case.author_id,
        key=author_letter(decision.id),
        now=now,
        not_before=decision.settles_at,
        statement=state(case, decision, measures, receipt=code).plain(),
    )


def tell_reporters(session: Session, case: Case, decision: Decision, *, now: datetime) -> None:
    """Tell everybody who flagged the text what became of it."""
    for person_id in reporters(session, case.id):
        code = queries.receipt_of(session, case.id, person_id, ReceiptKind.REPORTER)
        _post(
            session,
            "outcome",
            case,
            person_id,
            key=reporter_letter(decision.id, person_id),
            now=now,
            not_before=decision.settles_at,
            statement=state(case, decision, receipt=code).plain(),
        )


def take_back(session: Session, case: Case, decision: Decision) -> bool:
    """Call back every letter about a decision that is undone; say whether none of them has left."""
    keys = [author_letter(decision.id), *(reporter_letter(decision.id, one) for one in reporters(session, case.id))]
    for key in keys:
        call_back(session, key)
    return session.scalar(select(Letter.id).where(Letter.key.in_(keys)).limit(1)) is None


def tell_held(session: Session, case: Case, *, now: datetime) -> None:
    """Tell the author that a machine, or many flags, hold her text until a person has read it, and until when."""
    code = queries.receipt_of(session, case.id, case.author_id, ReceiptKind.AUTHOR)
    _post(
        session,
        "held",
        case,
        case.author_id,
        key=f"moderation:held:{case.id}:{case.revision}",
        now=now,
        due_at=case.due_at.isoformat(),
        basis=case.origin.value,
        receipt=code,
    )


def tell_appeal_received(session: Session, case: Case, appeal: Appeal, *, now: datetime) -> None:
    """Tell the appellant that her appeal has arrived, and by when somebody else decides about it."""
    code = queries.receipt_of(session, case.id, appeal.by_id, ReceiptKind.APPELLANT)
    _post(
        session,
        "appeal_received",
        case,
        appeal.by_id,
        key=f"moderation:appeal:{appeal.id}:received",
        now=now,
        due_at=case.due_at.isoformat(),
        receipt=code,
    )


def tell_appeal_decided(session: Session, case: Case, appeal: Appeal, decision: Decision, *, now: datetime) -> None:
    """Tell the appellant how her appeal ended and, if that is somebody else, the author."""
    concerned = {case.author_id: ReceiptKind.AUTHOR} | {appeal.by_id: ReceiptKind.APPELLANT}
    first = queries.first_decision(session, case.id)
    measures = queries.sanctions_of(session, first.id) if first is not None else ()
    for person_id, kind in concerned.items():
        code = queries.receipt_of(session, case.id, person_id, kind)
        _post(
            session,
            "appeal_decided",
            case,
            person_id,
            key=f"moderation:{decision.id}:appeal:{person_id}",
            now=now,
            not_before=decision.settles_at,
            role="appellant" if person_id == appeal.by_id else "author",
            statement=state(case, decision, measures if person_id == case.author_id else (), receipt=code).plain(),
        )


def tell_sanction(session: Session, case: Case, sanction: Sanction, *, now: datetime) -> None:
    """Tell somebody that a measure against her, which still held, is lifted."""
    _post(
        session,
        "sanction",
        case,
        sanction.person_id,
        key=f"moderation:sanction:{sanction.id}:lifted",
        now=now,
        measure={"kind": sanction.kind.value, "hours": sanction.hours, "until": None},
        receipt=queries.receipt_of(session, case.id, sanction.person_id, ReceiptKind.AUTHOR),
    )


def reporters(session: Session, case_id: int) -> list[int]:
    """Return who flagged the text of a case."""
    return list(session.scalars(select(Flag.person_id).where(Flag.case_id == case_id).distinct().order_by("person_id")))


def plain(slots: Slots) -> dict[str, str]:
    """Write a multilingual text as plain values."""
    return {"kk": slots.kk, "ru": slots.ru, "en": slots.en}


def _post(
    session: Session,
    letter: str,
    case: Case,
    person_id: int,
    *,
    key: str,
    now: datetime,
    not_before: datetime | None = None,
    **facts: Any,
) -> None:
    person = session.get_one(Person, person_id)
    if not (person.email or person.phone):
        return
    keeper = pieces.keeper()
    context = keeper.context_of(session, case.comment_id, person.lang)
    clause = BY_CODE.get(facts.get("statement", {}).get("clause", ""))
    payload = {
        "case": case.id,
        "comment": keeper.look(session, (case.comment_id,))[case.comment_id].public_id,
        "thread": {"title": context.title, "lang": context.title_lang},
        "council": plain(session.get_one(Organisation, case.organisation_id).name),
        "demo": person.demo,
        **facts,
    }
    if clause is not None:
        version = facts["statement"]["clause_version"]
        payload["rule"] = {"number": clause.number, "title": plain(clause.at(version).title)}
    to = Recipient(lang=person.lang, email=person.email, phone=person.phone or "")
    post(session, f"moderation/{letter}", key=key, to=to, payload=payload, now=now, not_before=not_before)
