"""Corrections: those who took part say what was not so; the secretary accepts or refuses, with a word either way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import update

from karavan.core.problems import NotFound
from karavan.protocols import letters
from karavan.protocols.hosts import host_named
from karavan.protocols.models import Correction, Part, Protocol
from karavan.protocols.policy import takes_corrections
from karavan.protocols.problems import CorrectionsAreOver, DecidedAlready, TookNoPart, TooManyCorrections
from karavan.protocols.rules.edit import part_of, take

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

MOST: Final = 20
"""So many requests one person may make of one protocol."""


def ask_for_correction(
    session: Session, protocol_id: int, part: Part, words: str, *, by_person: int, by_name: str, now: datetime
) -> Correction:
    """Say what was not so. The same words twice are one request.

    Raises:
        NotFound, AlreadyPublished, TookNoPart, CorrectionsAreOver, TooManyCorrections.

    """
    protocol = take(session, protocol_id)
    part_of(protocol, part)
    host = host_named(protocol.host)
    if host is None or not host.took_part(session, protocol.host_id, by_person):
        raise TookNoPart
    mine = [correction for correction in protocol.corrections if correction.by_id == by_person]
    twin = next((one for one in mine if (one.part, one.words) == (part, words)), None)
    if twin is not None:
        return twin
    if not takes_corrections(protocol, now=now):
        raise CorrectionsAreOver
    if len(mine) >= MOST:
        raise TooManyCorrections
    correction = Correction(
        protocol_id=protocol_id, part=part, by_id=by_person, by_name=by_name, words=words, made_at=now
    )
    session.add(correction)
    session.flush()
    return correction


def decide_correction(
    session: Session, protocol_id: int, correction_id: int, *, accepted: bool, answer: str, now: datetime
) -> Protocol:
    """Accept a request, or refuse it; whoever asked is told. What is accepted the secretary then edits in herself.

    Raises:
        NotFound, AlreadyPublished, DecidedAlready.

    """
    protocol = take(session, protocol_id)
    correction = next((one for one in protocol.corrections if one.id == correction_id), None)
    if correction is None:
        raise NotFound
    if (correction.accepted, correction.answer) == (accepted, answer):
        return protocol  # her second press
    decided = session.execute(
        update(Correction)
        .where(Correction.id == correction_id, Correction.accepted.is_(None))
        .values(accepted=accepted, answer=answer, decided_at=now)
        .returning(Correction.id)
        .execution_options(synchronize_session=False)
    )
    if decided.first() is None:
        raise DecidedAlready
    session.refresh(correction)
    letters.tell_decided(session, protocol, correction, now)
    return protocol
