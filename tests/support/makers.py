"""Events and registrations, made by the real rules in real transactions. Everything is asked for by name.

Needs an application context: ask for the `session` fixture.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from karavan.accounts.models import Organisation, OrganisationKind
from karavan.core.clock import now as present
from karavan.core.contacts import parse_email
from karavan.core.database import db, transact as write
from karavan.core.languages import Slots
from karavan.core.tokens import new_key
from karavan.events import queries
from karavan.events.models import Attendee, ConsentPurpose, Event, EventKind, Registration, SeatState
from karavan.events.rules.plan import Plan, cancel_event, create_event, publish
from karavan.events.rules.register import Application, Guest, Outcome, register

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

__all__ = [
    "application",
    "fill",
    "make_event",
    "make_plan",
    "make_registration",
    "people_of",
    "reload",
    "seats_now",
    "states_of",
    "take_seats",
    "write",
]

_numbers = count(1)
NAMES = ("Айгүл", "Нұрлан", "Жанар", "Тимур", "Ғалия", "Ольга", "Ерлан", "Мадина")


def make_plan(
    *, seats: int = 2, now: datetime | None = None, starts_in: timedelta = timedelta(days=30), **changes: Any
) -> Plan:
    """Return what an organiser would write about an event with so many seats; `changes` are fields of `Plan`."""
    begins = (now or present()) + starts_in
    usual: dict[str, Any] = {
        "kind": EventKind.TRAINING,
        "title": Slots(kk="Астанаға оқу сапары", ru="Учебный тур в Астану", en="Study tour to Astana"),
        "summary": Slots(kk="Бес күн", ru="Пять дней"),
        "starts_at": begins,
        "ends_at": begins + timedelta(hours=4),
        "place": "aktau",
        "venue": Slots(kk="«Достық» үйі", ru="Дом «Достык»"),
        "capacity": seats,
    }
    return Plan(**usual | changes)


def make_event(
    *,
    seats: int = 2,
    now: datetime | None = None,
    starts_in: timedelta = timedelta(days=30),
    organisation: Organisation | None = None,
    slug: str = "",
    published: bool = True,
    cancelled: bool = False,
    **plan: Any,
) -> Event:
    """Make an event: a draft, published, and called off again if so asked. It comes back detached."""
    moment = now or present()
    wish = make_plan(seats=seats, now=moment, starts_in=starts_in, **plan)
    organisation_id = organisation.id if organisation else write(_some_organisation)
    event_id = write(create_event, organisation_id, wish, now=moment, slug=slug).id
    if published or cancelled:
        write(publish, event_id, now=moment)
    if cancelled:
        write(cancel_event, event_id, reason=Slots(ru="Дорогу занесло"), now=moment)
    event = queries.event_for_desk(db.session(), event_id)
    assert event is not None
    db.session.close()
    return event


def application(
    *,
    people: int = 1,
    key: str = "",
    email: str | None = None,
    phone: str | None = None,
    lang: str = "kk",
    names: tuple[str, ...] = (),
    **changes: Any,
) -> Application:
    """Return a correctly filled form; without a contact given, nobody has used this one before."""
    number = next(_numbers)
    if email is None and phone is None:
        email = f"guest{number}@example.kz"
    address = parse_email(email) if email else None
    usual: dict[str, Any] = {
        "key": key or new_key(),
        "guests": tuple(
            Guest(name=name) for name in names or [NAMES[(number + i) % len(NAMES)] for i in range(people)]
        ),
        "lang": lang,
        "email": address.typed if address else "",
        "email_key": address.key if address else None,
        "phone": phone,
        "consents": frozenset({ConsentPurpose.PROCESSING}),
    }
    return Application(**usual | changes)


def take_seats(event: Event, wish: Application | None = None, *, now: datetime | None = None, **asked: Any) -> Outcome:
    """Register, and return what the rule said."""
    return write(register, event.id, wish or application(**asked), now=now or present())


def make_registration(
    event: Event,
    *,
    people: int = 1,
    now: datetime | None = None,
    **asked: Any,
) -> Registration:
    """Register somebody new, and return the registration with all that a ticket shows, detached."""
    outcome = take_seats(event, now=now, people=people, **asked)
    assert outcome.public_id is not None, "the contact was registered already"
    return reload(outcome.public_id)


def fill(event: Event, *, now: datetime | None = None) -> list[Registration]:
    """Let people take every seat that is left, one each."""
    free = queries.seats_of(db.session(), event).free
    return [make_registration(event, now=now) for _ in range(free)]


def seats_now(event: Event) -> queries.Seats:
    """Count an event's seats as they are in the database now."""
    db.session.close()
    return queries.seats_of(db.session(), db.session.get_one(Event, event.id))


def reload(registration: Registration | str) -> Registration:
    """Return a registration as it is in the database now."""
    public_id = registration if isinstance(registration, str) else registration.public_id
    db.session.close()
    found = queries.ticket(db.session(), public_id)
    assert found is not None
    _ = found.answers, found.consents, found.passings, found.event.questions
    db.session.close()
    return found


def people_of(registration: Registration | str, *states: SeatState) -> list[Attendee]:
    """Return a registration's people as they stand now, or those in one of the states."""
    return [one for one in reload(registration).attendees if not states or one.state in states]


def states_of(registration: Registration | str) -> list[SeatState]:
    """Return where each person of a registration stands now, in the order of the form."""
    return [attendee.state for attendee in people_of(registration)]


def _some_organisation(session: Session) -> int:
    found = session.scalar(select(Organisation.id).order_by(Organisation.id).limit(1))
    if found is None:
        organisation = Organisation(
            slug="alliance", kind=OrganisationKind.NGO, name=Slots(ru="Гражданский альянс Мангистау")
        )
        session.add(organisation)
        session.flush()
        found = organisation.id
    return found
