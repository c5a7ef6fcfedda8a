"""Special opinions: a member does not agree with a decision and says why, as long as the protocol is not agreed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from karavan.core.problems import NotFound
from karavan.protocols.models import ProtocolState
from karavan.sittings.models import Attendance, CouncilDecision, Sitting, SpecialOpinion
from karavan.sittings.problems import NotAMember, OpinionTooLate, TookNoPart, WordsMissing
from karavan.sittings.queries import day_of, member_of, protocol_of
from karavan.sittings.rules.steps import take_item

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.protocols.models import Protocol

STILL_OPEN: Final = (ProtocolState.DRAFT, ProtocolState.OPEN)


def give_opinion(
    session: Session, decision_id: int, words: str, *, lang: str, person_id: int, now: datetime
) -> SpecialOpinion:
    """Give a special opinion with one's own account, or put it in other words while there is time.

    Raises:
        NotFound, NotAMember.
        WordsMissing: it says nothing.
        TookNoPart: she was not in the room at any time.
        OpinionTooLate: the protocol was agreed, or the days for corrections are over.

    """
    if not words.strip():
        raise WordsMissing
    item_id = session.scalar(select(CouncilDecision.item_id).where(CouncilDecision.id == decision_id))
    if item_id is None:
        raise NotFound
    sitting = session.get_one(Sitting, take_item(session, item_id).sitting_id)
    member = member_of(session, sitting.council_id, person_id, day_of(sitting))
    if member is None:
        raise NotAMember
    if not _took_part(session, sitting.id, member.id):
        raise TookNoPart
    if not in_time(protocol_of(session, sitting.id), now):
        raise OpinionTooLate
    given = session.scalar(
        select(SpecialOpinion).where(SpecialOpinion.decision_id == decision_id, SpecialOpinion.member_id == member.id)
    )
    if given is None:
        given = SpecialOpinion(
            decision_id=decision_id, member_id=member.id, words=words.strip(), lang=lang, given_at=now
        )
        session.add(given)
    elif (given.words, given.lang) != (words.strip(), lang):
        given.words, given.lang, given.given_at = words.strip(), lang, now
    session.flush()
    return given


def in_time(protocol: Protocol | None, now: datetime) -> bool:
    """Can special opinions still be given? Until the protocol is agreed, and not after its days for corrections."""
    if protocol is None:
        return True
    until = protocol.corrections_until
    return protocol.state in STILL_OPEN and (until is None or now <= until)


def _took_part(session: Session, sitting_id: int, member_id: int) -> bool:
    there = select(Attendance.id).where(Attendance.sitting_id == sitting_id, Attendance.member_id == member_id)
    return session.scalar(there.limit(1)) is not None
