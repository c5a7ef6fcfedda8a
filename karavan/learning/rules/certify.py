"""Certificates: issued to those who came, revoked with a reason, replaced by a right one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy.orm import joinedload

from karavan.core.places import PLACES
from karavan.core.problems import NotFound
from karavan.core.text import fold
from karavan.core.tokens import new_code
from karavan.core.when import local_day
from karavan.events.letters import slots_of
from karavan.events.models import Attendee, Event, EventState
from karavan.events.rules.seating import take_gate
from karavan.learning import queries
from karavan.learning.hours import minutes_of
from karavan.learning.letters import tell_certified, tell_revoked
from karavan.learning.models import Certificate
from karavan.learning.problems import (
    AlreadyRevoked,
    CannotBeReplaced,
    HoursMissing,
    NobodyCame,
    NotHeld,
    NotOverYet,
    ReasonNamesHer,
)
from karavan.learning.signing import KIND, Keyring, Said, payload_of
from karavan.record.models import ActorRole, Verb
from karavan.record.rules import note

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from karavan.events.models import Registration
    from karavan.learning.models import EventDay

ROOM: Final = 240
"""Bytes for name and title in a QR code that old phones read from paper; a longer title is shortened, a name never."""
SHORTEST_TITLE: Final = 24
SHORTEST_NAME: Final = 4
"""Letters of the shortest part of a name that a reason is searched for."""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Who issues, with which keys."""

    keys: Keyring
    person_id: int


def issue(session: Session, event_id: int, by: Desk, *, now: datetime) -> int:
    """Give a certificate to everybody who came and has none that holds; say how many were issued.

    Whoever was made anonymous gets none: there is nobody to name in it.
    Pressed twice, or by two at once, it issues one each: they pass the event's gate one after the other.
    """
    take_gate(session, event_id)
    event = _held(session, event_id, now)
    chosen = queries.set_days(session, event_id)
    minutes = minutes_of(event, chosen)
    people = [one for one in queries.who_came(session, event_id) if one.anonymised_at is None]
    _refuse_forgotten_days({one.day for person in people for one in person.check_ins}, minutes, chosen)
    present = [person for person in people if _days(person, minutes)]
    if not present:
        raise NobodyCame
    have = queries.valid_by_attendee(session, [person.id for person in present])
    fresh = [_certificate(event, person, minutes, by, now) for person in present if person.id not in have]
    if fresh:
        session.add_all(fresh)
        session.flush()
        _tell(session, event, fresh, now)
        note(session, Verb.CERTIFICATES_ISSUED, of=event_id, by=ActorRole.ORGANISER, now=now, certificates=len(fresh))
    return len(fresh)


def revoke(
    session: Session, event_id: int, certificate_id: int, by: Desk, *, reason: str, replace: bool, now: datetime
) -> Certificate | None:
    """Say that a certificate no longer holds, and why; if so asked, issue one with what is right now, and return it.

    The reason stands on its page and, for good, in the public record: so it must not say whose certificate it was.
    """
    take_gate(session, event_id)
    certificate = queries.certificate_at_desk(session, event_id, certificate_id)
    if certificate is None:
        raise NotFound
    if certificate.revoked_at is not None:
        raise AlreadyRevoked
    if names(reason, certificate.name):
        raise ReasonNamesHer
    event = session.get_one(Event, event_id)
    certificate.revoked_at, certificate.revoked_reason = now, reason
    session.flush()
    anew = _anew(session, event, certificate, by, now) if replace else None
    if anew is None:
        tell_revoked(session, event, certificate, now)
    else:
        session.add(anew)
        session.flush()
        certificate.replaced_by_id = anew.id
        _tell(session, event, [anew], now)
    facts: dict[str, Any] = {"reason": reason, "replaced": int(anew is not None)}
    note(session, Verb.CERTIFICATE_REVOKED, of=event_id, by=ActorRole.ORGANISER, now=now, **facts)
    return anew


def names(words: str, name: str) -> bool:
    """Do these words say a part of this name, perhaps with an ending? Short parts stand in too many other words."""
    parts = [part for part in fold(name).split() if len(part) >= SHORTEST_NAME]
    return any(word.startswith(part) for part in parts for word in fold(words).split())


def _held(session: Session, event_id: int, now: datetime) -> Event:
    event = session.get_one(Event, event_id, options=[joinedload(Event.organisation)])
    if event.state != EventState.PUBLISHED:
        raise NotHeld
    if event.ends_at > now or event.postponed_at is not None:
        raise NotOverYet
    return event


def _refuse_forgotten_days(came: set[date], minutes: dict[date, int], chosen: Sequence[EventDay]) -> None:
    """A day may count for nothing, but somebody must have said so."""
    said = {one.day for one in chosen}
    if any(minutes.get(day) == 0 and day not in said for day in came):
        raise HoursMissing


def _anew(session: Session, event: Event, old: Certificate, by: Desk, now: datetime) -> Certificate:
    """Issue a certificate for the same person from what is known of her now."""
    minutes = minutes_of(event, queries.set_days(session, event.id))
    person = session.get(Attendee, old.attendee_id) if old.attendee_id is not None else None
    if person is None or person.anonymised_at is not None or not _days(person, minutes):
        raise CannotBeReplaced
    return _certificate(event, person, minutes, by, now)


def _certificate(event: Event, person: Attendee, minutes: dict[date, int], by: Desk, now: datetime) -> Certificate:
    """Write and sign what is said of one person."""
    days = _days(person, minutes)
    code = new_code() + new_code()
    title = event.title.best(person.registration.lang).text
    total = sum(minutes[day] for day in days)
    said = Said(
        kind=KIND,
        key_id=by.keys.key_id,
        code=code,
        name=person.name,
        title=shortened(title, ROOM - len(person.name.encode())),
        first=days[0].isoformat(),
        last=days[-1].isoformat(),
        minutes=total,
        issued=local_day(now).isoformat(),
    )
    payload = payload_of(said)
    return Certificate(
        code=code,
        event_id=event.id,
        attendee=person,
        name=person.name,
        minutes=total,
        days=[day.isoformat() for day in days],
        facts={
            "title": slots_of(event.title),
            "organiser": slots_of(event.organisation.name),
            "place": slots_of(PLACES[event.place]),
        },
        payload=payload,
        signature=by.keys.sign(payload),
        key_id=by.keys.key_id,
        issued_at=now,
        issued_by_id=by.person_id,
        revoked_reason="",
    )


def _days(person: Attendee, minutes: dict[date, int]) -> list[date]:
    """Return the days she came that count for something."""
    return sorted(one.day for one in person.check_ins if minutes.get(one.day, 0) > 0)


def shortened(title: str, room: int) -> str:
    """Return a title within so many bytes, with an ellipsis where something is missing; never shorter than some."""
    while len(title.encode()) > room and len(title) > SHORTEST_TITLE:
        title = title.removesuffix("…")[:-1].rstrip() + "…"
    return title


def _tell(session: Session, event: Event, fresh: Sequence[Certificate], now: datetime) -> None:
    """Write to each household once."""
    households: dict[int, tuple[Registration, list[Certificate]]] = {}
    for one in fresh:
        assert one.attendee is not None  # noqa: S101 -- just issued to her
        registration = one.attendee.registration
        households.setdefault(registration.id, (registration, []))[1].append(one)
    for registration, several in households.values():
        tell_certified(session, event, registration, several, now)
