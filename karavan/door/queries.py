"""Reading passes, marks and counts."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import aliased, joinedload

from karavan.core.text import fold
from karavan.door.marks import mark_of
from karavan.door.models import COUNTED, DevicePass, Scan, ScanResult
from karavan.events.models import Attendee, CheckIn, Event, SeatState
from karavan.events.queries import PUBLIC

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

LEAST_LETTERS: Final = 3
MOST_NAMES: Final = 8
"""More people than that are not shown: another letter is asked for."""
NEWS: Final = 500


def pass_of_device(session: Session, slug: str, token_digest: str) -> DevicePass | None:
    """Return the pass a device holds for a public event."""
    statement = (
        select(DevicePass).join(Event).where(Event.slug == slug, DevicePass.token_digest == token_digest, PUBLIC)
    )
    return session.scalar(statement.options(joinedload(DevicePass.event).joinedload(Event.organisation)))


def pass_by_public_id(session: Session, slug: str, public_id: str) -> DevicePass | None:
    """Return a pass of a public event by what its link holds."""
    statement = select(DevicePass).join(Event).where(Event.slug == slug, DevicePass.public_id == public_id, PUBLIC)
    return session.scalar(statement.options(joinedload(DevicePass.event)))


def event_of_cookie(session: Session, slug: str) -> int | None:
    """Return the number of a public event, which the name of its device's cookie holds."""
    return session.scalar(select(Event.id).where(Event.slug == slug, PUBLIC))


class PassLine(NamedTuple):
    """One pass in the organiser's list."""

    given: DevicePass
    scans: int
    came: int


def passes_of(session: Session, event_id: int) -> list[PassLine]:
    """Return an event's passes, the latest day and the newest first, with what was scanned by each."""
    came = func.count(Scan.id).filter(Scan.result == ScanResult.CAME)
    statement = (
        select(DevicePass, func.count(Scan.id), came)
        .outerjoin(Scan, Scan.pass_id == DevicePass.id)
        .where(DevicePass.event_id == event_id)
        .group_by(DevicePass.id)
        .order_by(DevicePass.day.desc(), DevicePass.id.desc())
        .limit(200)
    )
    return [PassLine(*row) for row in session.execute(statement)]


def event_pass(session: Session, event_id: int, pass_id: int) -> DevicePass | None:
    """Return a pass if it is of this event."""
    return session.scalar(select(DevicePass).where(DevicePass.id == pass_id, DevicePass.event_id == event_id))


class DoorCount(NamedTuple):
    """How many came on a day, of how many, and by which door."""

    came: int
    seated: int
    doors: list[tuple[str, int]]
    """What a door is called (nothing: marked at the desk), and how many came in there."""


def door_count(session: Session, event_id: int, day: date) -> DoorCount:
    """Count who came on a day, by door."""
    doors = session.execute(
        select(CheckIn.door, func.count(CheckIn.id))
        .join(Attendee)
        .where(Attendee.event_id == event_id, CheckIn.day == day)
        .group_by(CheckIn.door)
        .order_by(func.count(CheckIn.id).desc(), CheckIn.door),
    ).all()
    return DoorCount(sum(row[1] for row in doors), seated(session, event_id), [(row[0], row[1]) for row in doors])


def seated(session: Session, event_id: int) -> int:
    """Count who holds a seat."""
    return session.scalars(
        select(func.count(Attendee.id)).where(Attendee.event_id == event_id, Attendee.state == SeatState.SEATED),
    ).one()


class Coming(NamedTuple):
    """One line of the device's list: no name, no code."""

    mark: str
    seat: bool


def coming(session: Session, device: DevicePass) -> list[Coming]:
    """Return the marks of everybody who ever registered, and who of them holds a seat; in the order of the marks."""
    people = session.execute(select(Attendee.code, Attendee.state).where(Attendee.event_id == device.event_id))
    return sorted(Coming(mark_of(device.roster_key, code), state == SeatState.SEATED) for code, state in people)


def state_of_list(session: Session, event_id: int) -> str:
    """Return what changes whenever the device's list does."""
    people, seats, latest = session.execute(
        select(
            func.count(Attendee.id),
            func.count(Attendee.id).filter(Attendee.state == SeatState.SEATED),
            func.max(Attendee.state_at),
        ).where(Attendee.event_id == event_id),
    ).one()
    return f"{people}-{seats}-{latest}"


class News(NamedTuple):
    """Somebody who came in, for devices that know her by her mark."""

    id: int
    mark: str
    arrived_at: datetime
    door: str


def arrivals_after(session: Session, device: DevicePass, last: int) -> list[News]:
    """Return who was marked since a device last asked, at whichever door."""
    found = session.execute(
        select(CheckIn.id, Attendee.code, CheckIn.arrived_at, CheckIn.door)
        .join(Attendee)
        .where(Attendee.event_id == device.event_id, CheckIn.day == device.day, CheckIn.id > last)
        .order_by(CheckIn.id)
        .limit(NEWS),
    )
    return [News(number, mark_of(device.roster_key, code), at, door) for number, code, at, door in found]


def highest_number(session: Session, pass_id: int) -> int:
    """Return the number of the last scan that has come from a device, 0 if none has."""
    return session.scalars(select(func.coalesce(func.max(Scan.number), 0)).where(Scan.pass_id == pass_id)).one()


_known: OrderedDict[str, dict[str, int]] = OrderedDict()
"""By the key of a pass: whose a mark is. Nothing in it goes stale: codes do not change, new people are read anew."""
_PASSES_KNOWN: Final = 64


def people_of_marks(session: Session, device: DevicePass, marks: Iterable[str]) -> dict[str, int]:
    """Return whose these marks are; those of nobody are left out."""
    wanted = set(marks)
    known = _known.get(device.roster_key, {})
    if wanted - known.keys():
        people = session.execute(select(Attendee.code, Attendee.id).where(Attendee.event_id == device.event_id))
        known = {mark_of(device.roster_key, code): number for code, number in people}
        _known[device.roster_key] = known
        while len(_known) > _PASSES_KNOWN:
            _known.popitem(last=False)
    return {mark: known[mark] for mark in wanted if mark in known}


def person_of_code(session: Session, event_id: int, code: str) -> int | None:
    """Return whose code this is at an event."""
    return session.scalar(select(Attendee.id).where(Attendee.event_id == event_id, Attendee.code == code))


class Found(NamedTuple):
    """Somebody found by letters of her name: as little as is needed to tell her from the next."""

    mark: str
    name: str
    seat: bool
    seats: int
    """How many seats her household holds."""
    arrived_at: datetime | None


def found_by_name(session: Session, device: DevicePass, letters: str) -> Sequence[Found]:
    """Return the people of a door's event in whose names words begin with these letters; one too many if there are."""
    same = aliased(Attendee)
    household = (
        select(func.count(same.id))
        .where(same.registration_id == Attendee.registration_id, same.state == SeatState.SEATED)
        .scalar_subquery()
    )
    words = " " + Attendee.name_folded
    statement = (
        select(Attendee.code, Attendee.name, Attendee.state, household, CheckIn.arrived_at)
        .outerjoin(CheckIn, (CheckIn.attendee_id == Attendee.id) & (CheckIn.day == device.day))
        .where(Attendee.event_id == device.event_id)
        .where(*(words.contains(f" {word}", autoescape=True) for word in fold(letters).split()[:6]))
        .order_by(Attendee.name_order, Attendee.id)
        .limit(MOST_NAMES + 1)
    )
    return [
        Found(mark_of(device.roster_key, code), name, state == SeatState.SEATED, seats, arrived_at)
        for code, name, state, seats, arrived_at in session.execute(statement)
    ]


class Told(NamedTuple):
    """What came of one scan, for whoever stands at the door."""

    number: int
    result: str
    """A `ScanResult`; or `early`, `late`: on no minute of the pass's day, and not kept."""
    name: str = ""
    arrived_at: datetime | None = None
    door: str = ""
    scanned_at: datetime | None = None


def told(session: Session, pass_id: int, numbers: Iterable[int]) -> list[Told]:
    """Say what came of scans of a pass, and when and where each person came in first."""
    statement = (
        select(Scan.number, Scan.result, Attendee.name, CheckIn.arrived_at, CheckIn.door, Scan.scanned_at)
        .outerjoin(Attendee, Attendee.id == Scan.attendee_id)
        .outerjoin(CheckIn, (CheckIn.attendee_id == Scan.attendee_id) & (CheckIn.day == Scan.day))
        .where(Scan.pass_id == pass_id, Scan.number.in_(list(numbers)))
        .order_by(Scan.number)
    )
    return [_told(*row) for row in session.execute(statement)]


def last_told(session: Session, pass_id: int) -> Told | None:
    """Say what came of the scan that reached us last from a pass."""
    latest = select(Scan.number).where(Scan.pass_id == pass_id).order_by(Scan.id.desc()).limit(1)
    number = session.scalar(latest)
    return None if number is None else told(session, pass_id, [number])[0]


def _told(
    number: int, result: ScanResult, name: str | None, at: datetime | None, door: str | None, scanned_at: datetime
) -> Told:
    counted = result in COUNTED
    first = (at, door or "") if counted else (None, "")
    return Told(number, result.value, name or "", *first, scanned_at)
