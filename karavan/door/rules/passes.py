"""Giving a device a pass for one day, opening it with its PIN, taking it back."""

from __future__ import annotations

import hmac
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from karavan.core.problems import Message
from karavan.core.tokens import digest, new_key
from karavan.door.marks import new_pin, new_roster_key, new_salt, pin_digest
from karavan.door.models import MOST_TRIES, DevicePass
from karavan.door.problems import DayIsNoDoorDay, PassIsLocked, PassIsOver, PassTakenBack, WrongPin
from karavan.events.models import Event, EventState
from karavan.events.problems import EventIsCancelled
from karavan.record.models import ActorRole, Verb
from karavan.record.rules import note

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

    from karavan.core.problems import Problem


class PinSlip(NamedTuple):
    """A PIN, said once, and what is kept of it. Made before the transaction: the digest takes its time."""

    pin: str
    salt: str
    digest: str

    @classmethod
    def fresh(cls) -> PinSlip:
        """Make up another one."""
        pin, salt = new_pin(), new_salt()
        return cls(pin, salt, pin_digest(pin, salt))


class Given(NamedTuple):
    """A pass, and whether it was given now (pressed twice, it is given once)."""

    pass_id: int
    fresh: bool


def give_pass(
    session: Session,
    event_id: int,
    public_id: str,
    *,
    day: date,
    name: str,
    slip: PinSlip,
    by: int,
    now: datetime,
) -> Given:
    """Give one device the right to mark who comes on one day.

    Raises:
        EventIsCancelled: nobody comes.
        DayIsNoDoorDay: the day is over, or none of the event's.

    """
    event = session.scalars(select(Event).where(Event.id == event_id).with_for_update()).one()
    standing = session.scalar(select(DevicePass.id).where(DevicePass.public_id == public_id))
    if standing is not None:
        return Given(standing, fresh=False)
    if event.state != EventState.PUBLISHED:
        raise EventIsCancelled
    ends = end_of(day, event.zone)
    if not event.first_day <= day <= event.last_day or ends <= now:
        raise DayIsNoDoorDay
    given = DevicePass(
        event_id=event_id,
        public_id=public_id,
        day=day,
        name=name,
        token_digest=digest(new_key()),
        pin_salt=slip.salt,
        pin_digest=slip.digest,
        roster_key=new_roster_key(),
        made_at=now,
        by_id=by,
        expires_at=ends,
    )
    session.add(given)
    session.flush()
    note(session, Verb.DEVICE_ADMITTED, of=event_id, by=ActorRole.ORGANISER, now=now)
    return Given(given.id, fresh=True)


def end_of(day: date, zone: str) -> datetime:
    """Return when a day ends on an event's clock."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone))


class Opened(NamedTuple):
    """The token for the device that opened a pass, or why it did not."""

    token: str = ""
    refusal: Problem | None = None


def open_pass(session: Session, pass_id: int, digest_of_pin: str, *, now: datetime) -> Opened:
    """Let the device in whose hands link and PIN are hold the pass; one that held it before holds it no longer.

    A refusal is returned, not raised: the count of tries must be committed with it.
    """
    refusal = _try_pin(session, pass_id, digest_of_pin, now=now)
    if refusal is not None:
        return Opened(refusal=refusal)
    token = new_key()
    device = session.get_one(DevicePass, pass_id)
    device.token_digest = digest(token)
    device.openings += 1
    device.opened_at = device.opened_at or now
    return Opened(token)


def unlock(session: Session, pass_id: int, digest_of_pin: str, *, now: datetime) -> Problem | None:
    """Let a device that lay about show names again, or take its list along; else say why not."""
    return _try_pin(session, pass_id, digest_of_pin, now=now)


def _try_pin(session: Session, pass_id: int, digest_of_pin: str, *, now: datetime) -> Problem | None:
    """Count a try first, so that many at once are counted too; a right PIN makes the others forgotten."""
    counted = (
        update(DevicePass)
        .where(DevicePass.id == pass_id, DevicePass.tries < MOST_TRIES, DevicePass.revoked_at.is_(None))
        .values(tries=DevicePass.tries + 1)
        .returning(DevicePass.tries)
    )
    tries = session.scalar(counted)
    device = session.get_one(DevicePass, pass_id, populate_existing=True)
    if device.revoked_at is not None:
        return PassTakenBack()
    if tries is None:
        return PassIsLocked()
    if device.over(now):
        return PassIsOver()
    if not hmac.compare_digest(device.pin_digest, digest_of_pin):
        return _wrong(MOST_TRIES - tries)
    device.tries = 0
    device.seen_at = now
    return None


def _wrong(left: int) -> Problem:
    if left <= 0:
        return PassIsLocked()
    return WrongPin(
        Message.counted(
            "The PIN is not right. You have %(num)d more try.",
            "The PIN is not right. You have %(num)d more tries.",
            left,
        )
    )


def revoke_pass(session: Session, pass_id: int, *, now: datetime) -> bool:
    """Take a pass back: whatever the device does or sends from now on is refused. Say whether it was still good."""
    taken = (
        update(DevicePass)
        .where(DevicePass.id == pass_id, DevicePass.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(DevicePass.event_id)
    )
    event_id = session.scalar(taken)
    if event_id is not None:
        note(session, Verb.DEVICE_REVOKED, of=event_id, by=ActorRole.ORGANISER, now=now)
    return event_id is not None
