"""Reading events, seats and queues. Lists come as plain tuples; whole objects only where a form changes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, bindparam, case, false, func, not_, or_, select
from sqlalchemy.orm import joinedload, selectinload

from karavan.accounts.models import Organisation, Person
from karavan.core.text import fold
from karavan.events.listeners import all_listeners
from karavan.events.models import (
    HOLDING,
    LIVE,
    Attendee,
    CheckIn,
    Event,
    EventKind,
    EventState,
    Offer,
    OfferState,
    Overbooking,
    Passing,
    Registration,
    SeatGate,
    SeatState,
    WayIn,
)
from karavan.events.windows import windows_of
from karavan.files.models import StoredFile
from karavan.files.queries import content_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from karavan.core.languages import Slots
    from karavan.events.windows import Window

Owner = TypeVar("Owner", Event, Registration)

PAGE = 12
LARGEST_ID = 2**31 - 1
"""PostgreSQL refuses to compare a number with anything larger."""


class Seats(NamedTuple):
    """How full an event is, by the same count the gate uses."""

    room: int
    taken: int
    waiting: int

    @property
    def free(self) -> int:
        """Seats a newcomer could take now: none while anybody waits."""
        return 0 if self.waiting else max(0, self.room - self.taken)

    @property
    def full(self) -> bool:
        """Must a newcomer queue?"""
        return self.free == 0


class EventCard(NamedTuple):
    """One event in a list."""

    id: int
    slug: str
    kind: EventKind
    state: EventState
    demo: bool
    title: Slots
    starts_at: datetime
    ends_at: datetime
    zone: str
    all_day: bool
    place: str
    venue: Slots
    opens_at: datetime | None
    closes_at: datetime | None
    postponed_at: datetime | None
    way_in: WayIn
    seats: Seats
    window: Window | None = None
    """Where its call stands, if places are given by selection and the call is published."""

    @property
    def first_day(self) -> date:
        """The day it begins, on its own clock."""
        return self.starts_at.astimezone(ZoneInfo(self.zone)).date()

    @property
    def last_day(self) -> date:
        """The day it ends, on its own clock."""
        return self.ends_at.astimezone(ZoneInfo(self.zone)).date()

    def is_over(self, now: datetime) -> bool:
        """Has it been held? What is postponed lies ahead, whatever its old time was."""
        return self.ends_at <= now and self.postponed_at is None

    @property
    def month(self) -> str:
        """The month it begins in, for headings: 2026-11."""
        return f"{self.first_day:%Y-%m}"


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What a reader of the list asked for; empty means everything."""

    words: str = ""
    place: str = ""
    kind: str = ""
    since: date | None = None
    free: bool = False
    past: bool = False

    @property
    def any(self) -> bool:
        """Is the list narrowed at all?"""
        return bool(self.words or self.place or self.kind or self.since or self.free)


class EventPage(NamedTuple):
    """One page of the list, and where the next begins. Hashable, so that what was drawn of it can be kept."""

    cards: tuple[EventCard, ...]
    after: str
    total: int

    @property
    def months(self) -> dict[str, list[EventCard]]:
        """The cards by month, in their order."""
        months: dict[str, list[EventCard]] = {}
        for card in self.cards:
            months.setdefault(card.month, []).append(card)
        return months


PUBLIC = and_(Event.state != EventState.DRAFT, Event.published_at.is_not(None))
"""What everybody may see: what was published, also if it was cancelled since. A cancelled draft stays nobody's."""


def _among(states: Sequence[SeatState]) -> Any:
    """Is a person in one of these states? Spelt out: a list would be taken apart again at each execution."""
    return or_(*(Attendee.state == state for state in states))


_held = func.count(case((_among(HOLDING), 1)))
_waiting = func.count(case((Attendee.state == SeatState.WAITING, 1)))


def _number_of(states: Sequence[SeatState]) -> Any:
    return select(func.count()).where(Attendee.event_id == Event.id, _among(states)).scalar_subquery()


def _cards() -> Any:
    return select(
        Event.id,
        Event.slug,
        Event.kind,
        Event.state,
        Event.demo,
        Event.title,
        Event.starts_at,
        Event.ends_at,
        Event.zone,
        Event.all_day,
        Event.place,
        Event.venue,
        Event.registration_opens_at,
        Event.registration_closes_at,
        Event.postponed_at,
        Event.way_in,
        SeatGate.capacity + SeatGate.overbooked,
        _number_of(HOLDING),
        _number_of((SeatState.WAITING,)),
    ).join(SeatGate, SeatGate.event_id == Event.id)


def _card(row: Any) -> EventCard:
    *facts, room, taken, waiting = tuple(row)
    return EventCard._make([*facts, Seats(room, taken, waiting), None])


def _with_windows(session: Session, cards: list[EventCard], now: datetime) -> list[EventCard]:
    """Add where the calls stand; where no places are given by selection, nobody is asked."""
    known = windows_of(session, [card.id for card in cards if card.way_in == WayIn.SELECTION], now)
    return [card._replace(window=known[card.id]) if card.id in known else card for card in cards]


def upcoming_cards(session: Session, *, now: datetime, limit: int) -> list[EventCard]:
    """Return the next events that are not over, soonest first, cancelled ones left out."""
    statement = _cards().where(Event.state == EventState.PUBLISHED, Event.ends_at > now)
    rows = session.execute(statement.order_by(Event.starts_at, Event.id).limit(limit))
    return _with_windows(session, [_card(row) for row in rows], now)


def coming_sittings(session: Session, organisation_id: int, *, now: datetime, limit: int = 5) -> list[EventCard]:
    """Return a council's next sittings, soonest first."""
    statement = _cards().where(
        Event.organisation_id == organisation_id,
        Event.kind == EventKind.COUNCIL_SITTING,
        Event.state == EventState.PUBLISHED,
        Event.ends_at > now,
    )
    return [_card(row) for row in session.execute(statement.order_by(Event.starts_at, Event.id).limit(limit))]


def event_page(session: Session, filters: Filters, *, now: datetime, after: str = "") -> EventPage:
    """Return public events for a reader: coming ones soonest first, or past ones latest first; paged by keyset."""
    words = fold(filters.words).split()[:8]
    mark = _read_mark(after)
    values: dict[str, Any] = {"now": now, "place": filters.place, "kind": filters.kind}
    values |= {f"word{number}": f"%{_like(word)}%" for number, word in enumerate(words)}
    if filters.since:
        values["since"] = datetime.combine(filters.since, time(), ZoneInfo("Asia/Aqtau"))
    if mark:
        values["mark_at"], values["mark_id"] = mark
    asked = _Asked(
        len(words), bool(filters.place), bool(filters.kind), bool(filters.since), filters.free, filters.past, bool(mark)
    )
    connection = session.connection()
    cards = [_card(row) for row in connection.execute(_listing(asked), values)]
    more = len(cards) > PAGE
    cards = _with_windows(session, cards[:PAGE], now)
    alone = not mark and not more
    total = len(cards) if alone else connection.scalar(_counting(asked), values) or 0
    return EventPage(tuple(cards), _mark(cards[-1]) if more else "", total)


class _Asked(NamedTuple):
    """Which questions a list is asked; what the answers are is bound when it is read."""

    words: int
    place: bool
    kind: bool
    since: bool
    free: bool
    past: bool
    onwards: bool


@cache  # SQLAlchemy takes several times longer to put this statement together than the database takes to answer it
def _listing(asked: _Asked) -> Any:
    chosen = _narrowed(_cards(), asked)
    if asked.onwards:
        starts_at: Any = bindparam("mark_at")
        event_id: Any = bindparam("mark_id")
        beyond = Event.starts_at < starts_at if asked.past else Event.starts_at > starts_at
        later = Event.id < event_id if asked.past else Event.id > event_id
        chosen = chosen.where(or_(beyond, and_(Event.starts_at == starts_at, later)))
    order = (Event.starts_at.desc(), Event.id.desc()) if asked.past else (Event.starts_at, Event.id)
    return chosen.order_by(*order).limit(PAGE + 1)


@cache
def _counting(asked: _Asked) -> Any:
    return _narrowed(select(func.count(Event.id)).join(SeatGate), asked)


def _narrowed(statement: Any, asked: _Asked) -> Any:
    now = bindparam("now", type_=Event.ends_at.type)
    ahead = or_(Event.ends_at > now, Event.postponed_at.is_not(None))
    statement = statement.where(PUBLIC, not_(ahead) if asked.past else ahead)
    for number in range(asked.words):
        statement = statement.where(Event.search_text.like(bindparam(f"word{number}"), escape="/"))
    if asked.place:
        statement = statement.where(Event.place == bindparam("place"))
    if asked.kind:
        statement = statement.where(Event.kind == bindparam("kind"))
    if asked.since:
        statement = statement.where(Event.ends_at >= bindparam("since"))
    if asked.free:
        live = select(func.count()).where(Attendee.event_id == Event.id, _among(LIVE)).scalar_subquery()
        statement = statement.where(
            Event.state == EventState.PUBLISHED,
            Event.postponed_at.is_(None),
            Event.way_in == WayIn.OPEN,
            SeatGate.capacity + SeatGate.overbooked > live,
            or_(Event.registration_closes_at.is_(None), Event.registration_closes_at > now),
            Event.starts_at > now,
        )
    return statement


def _like(word: str) -> str:
    """Take the special meaning from signs that have one in LIKE."""
    return word.replace("/", "//").replace("%", "/%").replace("_", "/_")


def _mark(card: EventCard) -> str:
    return f"{int(card.starts_at.timestamp())}-{card.id}"


def _read_mark(text: str) -> tuple[datetime, int] | None:
    """Read a page mark; anything that is not one begins at the beginning."""
    left, _, right = text.partition("-")
    if not (left.isascii() and left.isdigit() and right.isascii() and right.isdigit()):
        return None
    if len(left) > 11 or len(right) > 15:
        return None
    return datetime.fromtimestamp(int(left), ZoneInfo("UTC")), min(int(right), LARGEST_ID)


def event_by_slug(session: Session, slug: str) -> Event | None:
    """Return a public event with everything its page shows."""
    return _with(session.scalar(_PAGE_OF, {"slug": slug}), "programme", "materials")


def cover_of(session: Session, event: Event) -> tuple[StoredFile, bytes] | None:
    """Return the picture on top of an event's page, and its bytes."""
    file = session.get(StoredFile, event.cover_id) if event.cover_id else None
    content = content_of(session, file.id) if file else None
    return None if file is None or content is None else (file, content)


class Extra(NamedTuple):
    """Seats that were added beyond capacity."""

    seats: int
    reason: str
    by: str
    added_at: datetime


def overbookings(session: Session, event_id: int) -> list[Extra]:
    """Return who added seats beyond capacity, and why, latest first."""
    listed = (
        select(Overbooking.seats, Overbooking.reason, Person.name, Overbooking.added_at)
        .join(Person, Person.id == Overbooking.by_id)
        .where(Overbooking.event_id == event_id)
        .order_by(Overbooking.id.desc())
    )
    return [Extra._make(row) for row in session.execute(listed)]


def still_coming(session: Session, event_id: int) -> int:
    """Count the people with a seat of whom somebody said that they still come."""
    return session.scalars(
        select(func.count(Attendee.id))
        .join(Registration, Registration.id == Attendee.registration_id)
        .where(
            Attendee.event_id == event_id,
            Attendee.state == SeatState.SEATED,
            Registration.coming_at.is_not(None),
        ),
    ).one()


def event_to_register_for(session: Session, slug: str) -> Event | None:
    """Return a public event with what its registration form needs."""
    return session.scalars(_FORM_OF, {"slug": slug}).unique().one_or_none()


def event_for_desk(session: Session, event_id: int) -> Event | None:
    """Return any event, draft or not, with everything its form shows."""
    return session.scalar(_whole().where(Event.id == event_id))


def _whole() -> Select[Event]:
    return select(Event).options(
        joinedload(Event.organisation),
        joinedload(Event.gate),
        selectinload(Event.programme),
        selectinload(Event.materials),
        selectinload(Event.questions),
    )


def _with(owner: Owner | None, *relations: str) -> Owner | None:
    """Load relations of one object by a plain question each: `selectinload` takes several times as long over the same.

    For several owners it would be a question for each of them; there `selectinload` is right.
    """
    if owner is not None:
        for relation in relations:
            getattr(owner, relation)
    return owner


# Put together once: SQLAlchemy takes longer over that than over asking.
_PAGE_OF = (
    select(Event)
    .options(joinedload(Event.organisation), joinedload(Event.gate))
    .where(Event.slug == bindparam("slug"), PUBLIC)
)
_FORM_OF = (
    select(Event)
    .options(joinedload(Event.gate), joinedload(Event.questions))
    .where(Event.slug == bindparam("slug"), PUBLIC)
)
_SEATS_OF = select(_held, _waiting).where(Attendee.event_id == bindparam("event_id"), _among(LIVE))


def seats_of(session: Session, event: Event) -> Seats:
    """Count an event's seats now."""
    taken, waiting = session.connection().execute(_SEATS_OF, {"event_id": event.id}).one()
    return Seats(event.gate.capacity + event.gate.overbooked, taken, waiting)


def calendar_events(session: Session, *, now: datetime) -> Sequence[Event]:
    """Return what the public calendar holds: coming and recent events, cancelled ones too (calendars must hear it)."""
    return session.scalars(
        select(Event)
        .options(joinedload(Event.organisation))
        .where(
            PUBLIC,
            Event.ends_at > now - timedelta(days=120),
        )
        .order_by(Event.starts_at)
        .limit(500),
    ).all()


def ticket(session: Session, public_id: str) -> Registration | None:
    """Return a registration with its people and offers; answers and passings are read where they are shown."""
    return _with(session.scalars(_TICKET_OF, {"public_id": public_id}).unique().one_or_none(), "offers")


_TICKET_OF = (
    select(Registration)
    .options(
        joinedload(Registration.event).options(joinedload(Event.organisation), joinedload(Event.gate)),
        joinedload(Registration.attendees).joinedload(Attendee.check_ins),
    )
    .where(Registration.public_id == bindparam("public_id"))
)


class Place(NamedTuple):
    """Where a party stands in the queue."""

    place: int
    people_ahead: int


def place_in_queue(session: Session, registration: Registration) -> Place:
    """Count who is ahead, by the order seats are given in."""
    parties, people = session.execute(
        select(func.count(func.distinct(Registration.id)), func.count(Attendee.id))
        .select_from(Attendee)
        .join(Registration, Registration.id == Attendee.registration_id)
        .where(
            Attendee.event_id == registration.event_id,
            Attendee.state == SeatState.WAITING,
            Registration.number < registration.number,
        ),
    ).one()
    return Place(parties + 1, people)


def overtaken_by(session: Session, registration: Registration) -> int:
    """Count the people behind in the queue who were offered seats while this party was passed over."""
    if not registration.passings:
        return 0
    first = min(passing.happened_at for passing in registration.passings)
    return session.scalars(
        select(func.coalesce(func.sum(Offer.seats), 0))
        .join(Registration, Registration.id == Offer.registration_id)
        .where(
            Offer.event_id == registration.event_id,
            Offer.made_at >= first,
            Registration.number > registration.number,
        ),
    ).one()


def events_to_sweep(session: Session, *, now: datetime) -> list[int]:
    """Return the events where an offer has run out, or free seats were held long enough for a household."""
    overdue = (
        select(Offer.event_id)
        .join(Event)
        .where(Offer.state == OfferState.OPEN, Offer.expires_at <= now, Event.state == EventState.PUBLISHED)
    )
    told = select(Passing.id).where(
        Passing.registration_id == Registration.id,
        Passing.happened_at >= Registration.waits_until,
    )
    taken = select(func.count()).where(Attendee.event_id == Event.id, Attendee.state.in_(HOLDING)).scalar_subquery()
    held = (
        select(Event.id, Event.starts_at, Event.offers_stop_hours)
        .join(Registration)
        .join(SeatGate)
        .where(
            Registration.live,
            Registration.waits_until <= now,
            ~told.exists(),
            Event.state == EventState.PUBLISHED,
            SeatGate.capacity + SeatGate.overbooked > taken,
        )
        .distinct()
    )
    due = {event_id for event_id, starts_at, hours in session.execute(held) if now < starts_at - timedelta(hours=hours)}
    return sorted(due | set(session.scalars(overdue)))


def has_contact(model: Any, *, email_key: str | None, phone: str | None) -> ColumnElement[bool]:
    """Return the condition that a row was made with one of a person's confirmed contacts; false where she has none."""
    known = ((model.email_key, email_key), (model.phone, phone))
    return or_(false(), *(column == contact for column, contact in known if contact))


def my_registrations(session: Session, *, email_key: str | None, phone: str | None) -> Sequence[Registration]:
    """Return the registrations made with a person's confirmed contacts, latest event first."""
    return session.scalars(
        select(Registration)
        .join(Event)
        .where(has_contact(Registration, email_key=email_key, phone=phone))
        .options(joinedload(Registration.event), selectinload(Registration.attendees))
        .order_by(Event.starts_at.desc(), Registration.id.desc())
        .limit(200),
    ).all()


def desk_events(session: Session, organisations: Sequence[int] | None, *, now: datetime) -> list[EventCard]:
    """Return the events of these organisations (None: all), latest first, drafts too."""
    statement = _cards().order_by(Event.starts_at.desc(), Event.id.desc()).limit(300)
    if organisations is not None:
        statement = statement.where(Event.organisation_id.in_(organisations))
    return _with_windows(session, [_card(row) for row in session.execute(statement)], now)


def attendee_by_code(session: Session, event_id: int, code: str) -> Attendee | None:
    """Return who of this event holds a ticket code, and when she came."""
    return session.scalar(
        select(Attendee)
        .where(Attendee.event_id == event_id, Attendee.code == code)
        .options(selectinload(Attendee.check_ins)),
    )


def event_of_code(session: Session, code: str) -> int | None:
    """Return which event a ticket code belongs to (for the QR on a ticket)."""
    return session.scalar(select(Attendee.event_id).where(Attendee.code == code))


def arrived_on(session: Session, event_id: int, day: date) -> int:
    """Count who came on a day."""
    return session.scalars(
        select(func.count(CheckIn.id)).join(Attendee).where(Attendee.event_id == event_id, CheckIn.day == day),
    ).one()


def came(session: Session, event_id: int) -> int:
    """Count who came, on whichever day."""
    people = func.count(func.distinct(CheckIn.attendee_id))
    return session.scalars(select(people).join(Attendee).where(Attendee.event_id == event_id)).one()


def desk_registration(session: Session, event_id: int, registration_id: int) -> Registration | None:
    """Return one registration of an event with everything the desk shows of it."""
    return session.scalar(
        select(Registration)
        .where(Registration.id == registration_id, Registration.event_id == event_id)
        .options(
            selectinload(Registration.attendees).selectinload(Attendee.check_ins),
            selectinload(Registration.answers),
        ),
    )


def registration_id(session: Session, public_id: str) -> int | None:
    """Return the number by which the desk's addresses know a registration."""
    return session.scalar(select(Registration.id).where(Registration.public_id == public_id))


class Audience(NamedTuple):
    """Whom a letter to everyone reaches."""

    contacts: int
    people: int
    others: int
    """Who has applied for a seat and is told too."""

    @property
    def anybody(self) -> bool:
        """Is there anybody to tell?"""
        return bool(self.contacts or self.others)


def audience(session: Session, event_id: int) -> Audience:
    """Count who holds or awaits a seat, through how many contacts they are told, and who else is."""
    contacts, people = session.execute(
        select(func.count(func.distinct(Attendee.registration_id)), func.count(Attendee.id)).where(
            Attendee.event_id == event_id,
            Attendee.state.in_(LIVE),
        ),
    ).one()
    return Audience(contacts, people, sum(others.count(session, event_id) for others in all_listeners()))


def organisations(session: Session, ids: Sequence[int] | None) -> Sequence[Organisation]:
    """Return these organisations (None: all), by address."""
    statement = select(Organisation).order_by(Organisation.slug)
    return session.scalars(statement if ids is None else statement.where(Organisation.id.in_(ids))).all()
