"""Editing what was written, while it is no more than a proposal of words. Every edit takes both agreements back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload, selectinload

from karavan.core.languages import Slots
from karavan.core.problems import NotFound
from karavan.councils.models import Council
from karavan.proposals.models import Recommendation
from karavan.proposals.rules.recommend import begin_recommendation
from karavan.protocols import wording
from karavan.protocols.hosts import Advised, as_json, host_named
from karavan.protocols.models import Part, Protocol, ProtocolPart, ProtocolState
from karavan.protocols.problems import (
    AlreadyPublished,
    BothLanguages,
    ChangedMeanwhile,
    NotAtThisStage,
    NothingChanged,
)

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.proposals.rules.recommend import Advice

WRITTEN_ANEW = (ProtocolState.DRAFT, ProtocolState.OPEN)
CLEARED = {"chair_id": None, "chair_name": "", "chair_agreed_at": None}
CLEARED_TOO = {"secretary_id": None, "secretary_name": "", "secretary_agreed_at": None}


def edit_part(session: Session, protocol_id: int, part: Part, text: Slots, *, read_version: int) -> Protocol:
    """Change one part, in both languages. Sending the same again changes nothing more.

    Raises:
        NotFound, AlreadyPublished, BothLanguages, ChangedMeanwhile, NothingChanged.

    """
    protocol = take(session, protocol_id)
    stored = part_of(protocol, part)
    if not (text.kk and text.ru):
        raise BothLanguages(where="text")
    if stored.text == text:
        if read_version != protocol.version:
            return protocol  # her second press: the first one saved it
        raise NothingChanged(where="text")
    refuse_stale(protocol, read_version)
    stored.text, stored.edited = text, True
    changed(protocol)
    session.flush()
    return protocol


def write_anew(session: Session, protocol_id: int, *, read_version: int) -> Protocol:
    """Write what nobody has edited once more from what happened: a special opinion, say, came in the meantime.

    Raises:
        NotFound, AlreadyPublished, ChangedMeanwhile, NotAtThisStage.

    """
    protocol = take(session, protocol_id)
    host = host_named(protocol.host)
    if protocol.state not in WRITTEN_ANEW or host is None:
        raise NotAtThisStage
    facts = host.gather(session, protocol.host_id)
    if protocol.facts == as_json(facts):
        return protocol  # nothing has happened since
    refuse_stale(protocol, read_version)
    told = wording.parts(facts)
    for stored in protocol.parts:
        if not stored.edited and stored.part != Part.RECOMMENDATIONS:
            stored.text = told[stored.part]
    protocol.facts, protocol.title = as_json(facts), wording.title(facts)
    changed(protocol)
    session.flush()
    return protocol


def add_recommendation(
    session: Session,
    protocol_id: int,
    advice: Advice,
    *,
    by_person: int | None,
    read_version: int,
    now: datetime,
) -> Recommendation:
    """Put a recommendation into the protocol: a row of its own, which is sent when the protocol is published.

    It speaks for submissions that are before the council, or for none: then it rests on the protocol alone.

    Raises:
        NotFound, AlreadyPublished, ChangedMeanwhile, and what `begin_recommendation` refuses.

    """
    protocol = take(session, protocol_id)
    made = begin_recommendation(session, protocol.council_id, advice, by_person=by_person, now=now, alone=True)
    if made in protocol.recommendations:
        return made  # her second press
    refuse_stale(protocol, read_version)
    protocol.recommendations.append(made)
    session.flush()
    session.refresh(protocol, ["recommendations"])
    _list_recommendations(protocol)
    changed(protocol)
    session.flush()
    return made


def _list_recommendations(protocol: Protocol) -> None:
    """Write the part anew; where the secretary changed it, only what is new goes below her words."""
    stored = part_of(protocol, Part.RECOMMENDATIONS)
    advised = [
        Advised(title=one.title, text=one.text, addressee=one.addressee.name) for one in protocol.recommendations
    ]
    if not stored.edited:
        stored.text = wording.recommendations(advised)
        return
    last = wording.recommendations(advised[-1:])
    stored.text = Slots(f"{stored.text.kk}\n\n{last.kk}".strip(), f"{stored.text.ru}\n\n{last.ru}".strip())


# --- What all rules about protocols share -----------------------------------------------------------------


def take(session: Session, protocol_id: int) -> Protocol:
    """Take a protocol's row, so that whoever else wants to change it waits, and return it as it stands.

    Raises:
        NotFound, AlreadyPublished.

    """
    taken = session.scalar(
        update(Protocol)
        .where(Protocol.id == protocol_id, Protocol.state != ProtocolState.PUBLISHED)
        .values(version=Protocol.version)
        .returning(Protocol.id)
        .execution_options(synchronize_session=False)
    )
    if taken is None:
        known = session.scalar(select(Protocol.id).where(Protocol.id == protocol_id))
        raise NotFound if known is None else AlreadyPublished
    return session.get_one(
        Protocol,
        protocol_id,
        options=(
            joinedload(Protocol.council).joinedload(Council.organisation),
            selectinload(Protocol.parts),
            selectinload(Protocol.corrections),
            selectinload(Protocol.recommendations).joinedload(Recommendation.addressee),
        ),
        populate_existing=True,
    )


def part_of(protocol: Protocol, part: Part) -> ProtocolPart:
    """Return a part of it.

    Raises:
        NotFound.

    """
    found = next((stored for stored in protocol.parts if stored.part == part), None)
    if found is None:
        raise NotFound
    return found


def refuse_stale(protocol: Protocol, read_version: int) -> None:
    """Refuse whoever read another version.

    Raises:
        ChangedMeanwhile.

    """
    if protocol.version != read_version:
        raise ChangedMeanwhile


def changed(protocol: Protocol) -> None:
    """Its text is another one now: a new version, to which nobody has agreed yet."""
    protocol.version += 1
    for name, nothing in (CLEARED | CLEARED_TOO).items():
        setattr(protocol, name, nothing)
    if protocol.state == ProtocolState.AGREED:
        protocol.state = ProtocolState.OPEN
