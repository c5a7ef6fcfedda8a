"""Reading protocols: one with all that belongs to it, a council's, and what still waits for one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from karavan.councils.models import Council, Member, Office
from karavan.proposals.models import Recommendation
from karavan.protocols.hosts import hosts
from karavan.protocols.models import Protocol, ProtocolState

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from karavan.core.languages import Slots
    from karavan.protocols.hosts import Awaiting

LARGEST_ID: Final = 2**31 - 1
"""PostgreSQL refuses to compare a number with anything larger."""

_WHOLE: Final = (
    joinedload(Protocol.council).joinedload(Council.organisation),
    joinedload(Protocol.pdf_kk),
    joinedload(Protocol.pdf_ru),
    selectinload(Protocol.parts),
    selectinload(Protocol.corrections),
    selectinload(Protocol.recommendations).joinedload(Recommendation.addressee),
)


def protocol_by_number(session: Session, number: str) -> Protocol | None:
    """Return the protocol of this number, with everything its page shows."""
    return session.scalar(select(Protocol).where(Protocol.number == number[:24]).options(*_WHOLE))


def protocol_for_desk(session: Session, protocol_id: int) -> Protocol | None:
    """Return a protocol by its id, with the same."""
    if protocol_id > LARGEST_ID:
        return None
    return session.scalar(select(Protocol).where(Protocol.id == protocol_id).options(*_WHOLE))


class ProtocolRow(NamedTuple):
    """One protocol in a list."""

    id: int
    number: str
    title: Slots
    state: ProtocolState
    council_id: int
    written_at: datetime
    corrections_until: datetime | None
    published_at: datetime | None


_ROW: Final = tuple(getattr(Protocol, name) for name in ProtocolRow._fields)


def protocol_of(session: Session, host: str, host_id: int) -> ProtocolRow | None:
    """Return the protocol of a hearing or a sitting, whatever its state: who asks must look at that."""
    row = session.execute(select(*_ROW).where(Protocol.host == host, Protocol.host_id == host_id)).first()
    return ProtocolRow(*row) if row else None


def published_of(session: Session, council_id: int, *, limit: int = 50) -> list[ProtocolRow]:
    """Return a council's published protocols, the newest first."""
    chosen = (
        select(*_ROW)
        .where(Protocol.council_id == council_id, Protocol.state == ProtocolState.PUBLISHED)
        .order_by(Protocol.published_at.desc(), Protocol.id.desc())
        .limit(limit)
    )
    return [ProtocolRow(*row) for row in session.execute(chosen)]


def desk_rows(session: Session, organisations: Collection[int] | None, *, limit: int = 200) -> list[ProtocolRow]:
    """Return the protocols of these organisations' councils (None: all): what is still to be done comes first."""
    chosen = select(*_ROW).order_by(Protocol.state == ProtocolState.PUBLISHED, Protocol.id.desc()).limit(limit)
    if organisations is not None:
        chosen = chosen.join(Council, Council.id == Protocol.council_id).where(
            Council.organisation_id.in_(organisations)
        )
    return [ProtocolRow(*row) for row in session.execute(chosen)]


def council_ids(session: Session, organisations: Collection[int] | None) -> list[int] | None:
    """Return the councils behind these organisations (None: all)."""
    if organisations is None:
        return None
    return list(session.scalars(select(Council.id).where(Council.organisation_id.in_(organisations))))


def awaiting(session: Session, organisations: Collection[int] | None) -> list[Awaiting]:
    """Return what is over and has no protocol yet."""
    councils = council_ids(session, organisations)
    over = [one for host in hosts().values() for one in host.over(session, councils)]
    written = {(host, host_id) for host, host_id in session.execute(select(Protocol.host, Protocol.host_id))}
    return [one for one in over if (one.host, one.host_id) not in written]


def chair_of(session: Session, council_id: int, today: date) -> Member | None:
    """Return who chairs a council on that day."""
    members = session.scalars(
        select(Member)
        .where(Member.council_id == council_id, Member.office == Office.CHAIR)
        .order_by(Member.mandate_from.desc(), Member.id.desc())
    )
    return next((member for member in members if member.sits_on(today)), None)


def chaired_by(session: Session, person_id: int, today: date) -> tuple[int, ...]:
    """Return the organisations of the councils that somebody chairs on that day."""
    seats = session.execute(
        select(Member, Council.organisation_id)
        .join(Council, Council.id == Member.council_id)
        .where(Member.person_id == person_id, Member.office == Office.CHAIR)
    )
    return tuple(sorted({organisation_id for seat, organisation_id in seats if seat.sits_on(today)}))
