"""Taking scans as they arrive: at once or hours later, once or again, from several doors; and undoing one.

Whoever stood at a door first is the arrival, by when she was scanned and not by which device found the net first. So
every scan is kept, and the arrival is settled anew from all of them whenever one is added or undone. What an organiser
marked at the desk stands as it is, until an organiser undoes it.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select, update

from karavan.core.database import insert_once
from karavan.door.models import COUNTED, LATE, DevicePass, Scan, ScanResult
from karavan.door.problems import PassIsOver, PassTakenBack
from karavan.door.queries import Told, people_of_marks, person_of_code, told
from karavan.events.models import Attendee, CheckIn, Event, EventState, SeatState
from karavan.events.problems import DayHasNotCome, EventIsCancelled
from karavan.record.models import ActorRole, Verb
from karavan.record.rules import note

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy.orm import Session


class Sighting(NamedTuple):
    """A scan as a device tells it."""

    number: int
    mark: str
    age: float = 0.0
    """Seconds since it was scanned: told so that the device's clock need not be right."""
    undone: bool = False
    """It was undone before it was sent."""


class _Seen(NamedTuple):
    number: int
    attendee_id: int | None
    scanned_at: datetime
    undone: bool


def take_scans(session: Session, pass_id: int, sightings: Sequence[Sighting], *, now: datetime) -> list[Told]:
    """Take what a device scanned, in any order and as often as it likes to send it; tell what came of each.

    Raises:
        PassTakenBack: it was lost, or the organiser changed her mind; nothing of it is taken.
        PassIsOver: its day ended long ago.
        EventIsCancelled: nobody can have arrived.

    """
    device, event = _at_work(session, pass_id, now=now)
    if event.postponed_at is not None:
        raise DayHasNotCome
    begins = max(_begin_of_day(device, event), device.opened_at or now)
    numbers = [one.number for one in sightings]
    known = set(session.scalars(select(Scan.number).where(Scan.pass_id == pass_id, Scan.number.in_(numbers))))
    people = people_of_marks(session, device, (one.mark for one in sightings))
    fresh, outside = [], []
    for one in {sighting.number: sighting for sighting in sightings}.values():
        if one.number in known:
            continue
        at = now - timedelta(seconds=one.age)
        if at >= device.expires_at:
            outside.append(Told(one.number, "late", scanned_at=at))
        elif now < _begin_of_day(device, event):
            outside.append(Told(one.number, "early", scanned_at=at))
        else:
            fresh.append(_Seen(one.number, people.get(one.mark), min(max(at, begins), now), one.undone))
    _keep(session, device, fresh, now=now)
    return sorted([*told(session, pass_id, numbers), *outside], key=lambda one: one.number)


def take_code(session: Session, pass_id: int, code: str, *, now: datetime) -> Told:
    """Take one code or mark that was sent by a plain form, now.

    Raises:
        PassTakenBack, PassIsOver, EventIsCancelled, DayHasNotCome: nobody can be marked.

    """
    device, event = _at_work(session, pass_id, now=now)
    if device.over(now):
        raise PassIsOver
    if event.postponed_at is not None or now < _begin_of_day(device, event):
        raise DayHasNotCome
    attendee_id = person_of_code(session, event.id, code)
    if attendee_id is None:
        attendee_id = people_of_marks(session, device, [code]).get(code)
    lowest = session.scalars(select(func.coalesce(func.min(Scan.number), 0)).where(Scan.pass_id == pass_id)).one()
    number = min(lowest, 0) - 1
    _keep(session, device, [_Seen(number, attendee_id, now, undone=False)], now=now)
    return told(session, pass_id, [number])[0]


def undo(session: Session, pass_id: int, number: int, *, now: datetime) -> Told | None:
    """Undo one scan of this pass; if another door saw the person too, that is now her arrival. None: no such scan."""
    device, _ = _at_work(session, pass_id, now=now)
    scan = session.scalar(select(Scan).where(Scan.pass_id == pass_id, Scan.number == number))
    if scan is None:
        return None
    if scan.result in COUNTED and scan.attendee_id is not None:
        _lock(session, [scan.attendee_id])
        scan.result = ScanResult.UNDONE
        _settle(session, scan.attendee_id, device, now=now)
    return told(session, pass_id, [number])[0]


def undo_arrival(session: Session, event_id: int, attendee_id: int, day: date, *, now: datetime) -> bool:
    """Say for the organiser that somebody did not come on this day, whoever marked her; False: nobody had.

    Every scan of that day is undone. A scan made after this lets her in again.
    """
    _lock(session, [attendee_id])
    scans = select(Scan).where(Scan.attendee_id == attendee_id, Scan.day == day, Scan.result.in_(COUNTED))
    for scan in session.scalars(scans):
        scan.result = ScanResult.UNDONE
    gone = delete(CheckIn).where(CheckIn.attendee_id == attendee_id, CheckIn.day == day).returning(CheckIn.id)
    if session.scalar(gone) is None:
        return False
    note(session, Verb.ARRIVAL_UNDONE, of=event_id, by=ActorRole.ORGANISER, now=now)
    return True


def _at_work(session: Session, pass_id: int, *, now: datetime) -> tuple[DevicePass, Event]:
    """Lock the pass, so that what it sends twice at once is taken once, and note that it is used."""
    locked = (
        update(DevicePass)
        .where(DevicePass.id == pass_id, DevicePass.revoked_at.is_(None))
        .values(tries=DevicePass.tries)
        .returning(DevicePass.id)
    )
    if session.scalar(locked) is None:
        raise PassTakenBack
    device = session.get_one(DevicePass, pass_id, populate_existing=True)
    if now >= device.expires_at + LATE:
        raise PassIsOver
    if not device.idle(now):
        device.seen_at = now
    event = session.get_one(Event, device.event_id)
    if event.state == EventState.CANCELLED:
        raise EventIsCancelled
    return device, event


def _begin_of_day(device: DevicePass, event: Event) -> datetime:
    return datetime.combine(device.day, time(), ZoneInfo(event.zone))


def _lock(session: Session, attendees: list[int]) -> dict[int, SeatState]:
    """Lock people in the order of their numbers, as every door does."""
    rows = select(Attendee.id, Attendee.state).where(Attendee.id.in_(attendees)).order_by(Attendee.id).with_for_update()
    return {row[0]: row[1] for row in session.execute(rows)}


def _keep(session: Session, device: DevicePass, seen: list[_Seen], *, now: datetime) -> None:
    """Write scans down, and settle who came."""
    states = _lock(session, sorted({one.attendee_id for one in seen if one.attendee_id is not None}))
    touched: dict[int, None] = {}
    for one in sorted(seen, key=lambda one: (one.scanned_at, one.number)):
        result = _first_result(one, states)
        session.add(
            Scan(
                pass_id=device.id,
                number=one.number,
                attendee_id=one.attendee_id,
                day=device.day,
                scanned_at=one.scanned_at,
                received_at=now,
                result=result,
            )
        )
        if result in COUNTED and one.attendee_id is not None:
            touched[one.attendee_id] = None
    session.flush()
    for attendee_id in touched:
        _settle(session, attendee_id, device, now=now)


def _first_result(one: _Seen, states: dict[int, SeatState]) -> ScanResult:
    """Say what a scan is before it is compared with others; of those who came, `_settle` finds the first."""
    if one.attendee_id is None:
        return ScanResult.UNKNOWN
    if one.undone:
        return ScanResult.UNDONE
    return ScanResult.AGAIN if states[one.attendee_id] == SeatState.SEATED else ScanResult.NO_SEAT


def _settle(session: Session, attendee_id: int, device: DevicePass, *, now: datetime) -> None:
    """Let the earliest scan that stands be the arrival, and the others come after it."""
    session.flush()
    standing = session.execute(
        select(Scan, DevicePass.name)
        .join(DevicePass, DevicePass.id == Scan.pass_id)
        .where(Scan.attendee_id == attendee_id, Scan.day == device.day, Scan.result.in_(COUNTED))
        .order_by(Scan.scanned_at, Scan.id),
    ).all()
    arrival = select(CheckIn).where(CheckIn.attendee_id == attendee_id, CheckIn.day == device.day)
    check_in = session.scalar(arrival)
    if not standing:
        if check_in is not None and check_in.marked_by is None:
            session.delete(check_in)
            note(session, Verb.ARRIVAL_UNDONE, of=device.event_id, by=ActorRole.ORGANISER, now=now)
        return
    first, door = standing[0]
    facts = {"attendee_id": attendee_id, "day": device.day, "arrived_at": first.scanned_at, "door": door}
    if check_in is None and insert_once(session, CheckIn, marked_by=None, **facts):
        note(session, Verb.PERSON_CHECKED_IN, of=device.event_id, by=ActorRole.ORGANISER, now=now)
    check_in = session.scalars(arrival).one()
    by_a_door = check_in.marked_by is None
    if by_a_door:
        check_in.arrived_at, check_in.door = first.scanned_at, door
    for scan, _ in standing:
        scan.result = ScanResult.CAME if by_a_door and scan is first else ScanResult.AGAIN
    session.flush()
