"""Writing a protocol from what happened, and laying it open to those who took part."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select

from karavan.core.problems import NotFound
from karavan.core.when import DEFAULT_ZONE, local_day
from karavan.councils.models import SettingKey
from karavan.councils.queries import statute_of
from karavan.councils.statute import Notice
from karavan.deadlines.models import FirstDay, Unit
from karavan.deadlines.queries import current_calendar
from karavan.deadlines.reckoning import Term, due_on
from karavan.proposals.rules.write import SERIES, take_series
from karavan.protocols import letters, wording
from karavan.protocols.hosts import as_json, host_named
from karavan.protocols.models import Protocol, ProtocolPart, ProtocolState
from karavan.protocols.problems import BothLanguages, NotAtThisStage
from karavan.protocols.rules.edit import changed, refuse_stale, take
from karavan.record.models import ActorRole, Verb
from karavan.record.rules import note

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

OUR_DAYS: Final = Notice(3, Unit.WORKING)
"""For so long those who took part may correct it, where the council's statute says nothing."""


def write(session: Session, host: str, host_id: int, *, by: ActorRole, now: datetime) -> Protocol:
    """Write the protocol of something that is over, in Kazakh and in Russian: one for each, however often asked.

    The series of numbers is taken first: whoever presses twice waits there for herself and finds what she wrote.

    Raises:
        NotFound: there is no such thing.
        NotOverYet: it is still going on, or has not begun.

    """
    kind = host_named(host)
    if kind is None:
        raise NotFound
    gate = take_series(session, f"{SERIES}-P-{local_day(now).year}")
    known = session.scalar(select(Protocol).where(Protocol.host == host, Protocol.host_id == host_id))
    if known is not None:
        return known
    facts = kind.gather(session, host_id)
    number, gate.next_number = gate.next_number, gate.next_number + 1
    protocol = Protocol(
        number=f"{gate.series}-{number:04d}",
        council_id=facts.council_id,
        host=host,
        host_id=host_id,
        state=ProtocolState.DRAFT,
        version=1,
        title=wording.title(facts),
        facts=as_json(facts),
        written_at=now,
        parts=[
            ProtocolPart(position=position, part=part, text=text)
            for position, (part, text) in enumerate(wording.parts(facts).items(), 1)
        ],
    )
    session.add(protocol)
    session.flush()
    note(session, Verb.PROTOCOL_WRITTEN, of=protocol.id, by=by, now=now)
    return protocol


def lay_open(session: Session, protocol_id: int, *, by: ActorRole, read_version: int, now: datetime) -> Protocol:
    """Let everybody read it, and those who took part ask for corrections, until the days for it have passed.

    Raises:
        NotFound, AlreadyPublished, ChangedMeanwhile, NotAtThisStage.
        BothLanguages: a part lacks one.

    """
    protocol = take(session, protocol_id)
    if protocol.state == ProtocolState.OPEN:
        return protocol  # her second press
    refuse_stale(protocol, read_version)
    if protocol.state != ProtocolState.DRAFT:
        raise NotAtThisStage
    if not all(stored.text.kk and stored.text.ru for stored in protocol.parts):
        raise BothLanguages
    days, last = corrections_end(session, protocol.council_id, local_day(now))
    protocol.state = ProtocolState.OPEN
    protocol.corrections_until = datetime.combine(last + timedelta(days=1), time(), ZoneInfo(DEFAULT_ZONE))
    changed(protocol)
    session.flush()
    note(session, Verb.PROTOCOL_LAID_OPEN, of=protocol_id, by=by, now=now, days=days.days)
    letters.tell_laid_open(session, protocol, last, now)
    return protocol


def corrections_end(session: Session, council_id: int, today: date) -> tuple[Notice, date]:
    """Return how long corrections may be asked for from that day, and the last day of it."""
    statute = statute_of(session, council_id, today)
    settled = statute.source(SettingKey.PUBLICATION).setting_id is not None
    days = statute.publication if settled else OUR_DAYS
    return days, due_on(today, Term(days.days, days.unit, FirstDay.NEXT), current_calendar(session))
