"""Chair and secretary agree: two people, each to the version she has read."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from karavan.core.when import local_day
from karavan.protocols.hosts import as_json, host_named
from karavan.protocols.models import ProtocolState
from karavan.protocols.policy import takes_corrections, undecided
from karavan.protocols.problems import (
    CorrectionsStillOpen,
    MoreHasHappened,
    NotAtThisStage,
    RequestsUndecided,
    SamePerson,
)
from karavan.protocols.queries import chair_of
from karavan.protocols.rules.edit import refuse_stale, take
from karavan.record.models import ActorRole, Verb
from karavan.record.rules import note

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.protocols.models import Protocol


class Signer(StrEnum):
    """As whom somebody agrees."""

    CHAIR = "chair"
    SECRETARY = "secretary"


def agree(
    session: Session,
    protocol_id: int,
    signer: Signer,
    *,
    person_id: int,
    name: str,
    read_version: int,
    now: datetime,
) -> Protocol:
    """Agree to the protocol as it was read. When both have, it can be published; an edit takes both back.

    Whether somebody is a secretary, the view's policy says; who is chair is read here, on the day.

    Raises:
        NotFound, AlreadyPublished, ChangedMeanwhile, NotAtThisStage.
        CorrectionsStillOpen, RequestsUndecided: those who took part come first.
        MoreHasHappened: it no longer tells all that happened.
        SamePerson: she has agreed as the other one.

    """
    protocol = take(session, protocol_id)
    chair = chair_of(session, protocol.council_id, local_day(now))
    if signer == Signer.CHAIR and (chair is None or chair.person_id != person_id):
        raise NotAtThisStage
    mine, others = _hands(protocol, signer)
    refuse_stale(protocol, read_version)
    if mine == person_id:
        return protocol  # her second press
    if protocol.state != ProtocolState.OPEN or mine is not None:
        raise NotAtThisStage
    if takes_corrections(protocol, now=now):
        raise CorrectionsStillOpen
    if undecided(protocol):
        raise RequestsUndecided
    if has_moved_on(session, protocol):
        raise MoreHasHappened
    if others == person_id:
        raise SamePerson
    if signer == Signer.CHAIR:
        protocol.chair_id, protocol.chair_name, protocol.chair_agreed_at = person_id, name, now
    else:
        protocol.secretary_id, protocol.secretary_name, protocol.secretary_agreed_at = person_id, name, now
    if others is not None:
        protocol.state = ProtocolState.AGREED
    session.flush()
    role = ActorRole.COUNCIL_MEMBER if signer == Signer.CHAIR else ActorRole.SECRETARY
    note(session, Verb.PROTOCOL_AGREED, of=protocol_id, by=role, now=now, version=protocol.version)
    return protocol


def has_moved_on(session: Session, protocol: Protocol) -> bool:
    """Has something been added or taken down since the protocol was written?"""
    host = host_named(protocol.host)
    return host is not None and protocol.facts != as_json(host.gather(session, protocol.host_id))


def _hands(protocol: Protocol, signer: Signer) -> tuple[int | None, int | None]:
    """Return who has agreed as this one, and who as the other."""
    both = (protocol.chair_id, protocol.secretary_id)
    return both if signer == Signer.CHAIR else (both[1], both[0])
