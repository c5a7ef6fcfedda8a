"""Reading an event's people: narrowed, ordered, page by page, as plain tuples."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import Text, and_, case, cast, func, or_, select, true
from sqlalchemy.orm import joinedload

from karavan.accounts.models import Person
from karavan.core.contacts import show_phone
from karavan.core.text import fold
from karavan.core.tokens import CODE_LENGTH, CODE_LETTERS, read_code
from karavan.events.models import (
    GONE,
    LIVE,
    Answer,
    Attendee,
    CheckIn,
    Registration,
    SeatChannel,
    SeatState,
)
from karavan.roster.bringing import Contacts
from karavan.roster.models import ListMove, RosterImport, RosterLook

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from karavan.events.models import Event

PAGE: Final = 50
LARGEST_ID: Final = 2**31 - 1
MOST_WORDS: Final = 8
LISTS: Final[dict[str, tuple[SeatState, ...]]] = {
    "seated": (SeatState.SEATED,),
    "offered": (SeatState.OFFERED,),
    "waiting": (SeatState.WAITING,),
    "gone": GONE,
}
"""The lists an organiser thinks in, by the states that make them up."""
SORTS: Final = ("order", "newest", "name", "state")
NOWHERE: Final = "none"
"""Where a district is asked for: nobody said it."""
ANY: Final = "any"


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Which people of an event are meant; empty means everybody. What it keeps is plain values (`kept`, `of`)."""

    words: str = ""
    states: tuple[str, ...] = ()
    """Values of `SeatState`."""
    district: str = ""
    """A key of `core.places`, or NOWHERE."""
    channel: str = ""
    came: str = ""
    """"yes", "no"."""
    needs: str = ""
    """A value of `Access`, or ANY."""
    registrations: tuple[int, ...] = ()

    @property
    def any(self) -> bool:
        """Is the list narrowed at all?"""
        return self != Filter()

    def kept(self) -> dict[str, Any]:
        """Return what is to be remembered of it, for a JSON column."""
        return {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(self).items() if v}

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Filter:
        """Read what `kept` wrote."""
        known = {field.name for field in fields(cls)}
        values: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in kept.items()}
        return cls(**{name: value for name, value in values.items() if name in known})


class RosterLine(NamedTuple):
    """One person of the roster, in plain values."""

    attendee_id: int
    registration_id: int
    number: int
    position: int
    state: SeatState
    name: str
    child: bool
    code: str
    email: str
    phone_key: str | None
    district: str
    """A key of `core.places.PLACES`, or nothing."""
    needs: list[str]
    """Values of `Access`."""
    needs_note: str
    sex: str
    born: int | None
    role: str
    lang: str
    channel: SeatChannel
    registered_at: datetime
    coming_at: datetime | None
    arrived: tuple[datetime, ...] = ()
    answers: dict[int, Any] | None = None
    """As they were given, by question; on the first line of a registration only."""

    @property
    def live(self) -> bool:
        """Does this person hold or await a seat?"""
        return self.state in LIVE

    @property
    def phone(self) -> str:
        """The number as people read it."""
        return show_phone(self.phone_key) if self.phone_key else ""


class RosterPage(NamedTuple):
    """One page of the roster, and where the next begins."""

    lines: list[RosterLine]
    after: str
    total: int
    """How many the filter leaves."""
    lists: dict[str, int]
    """How many stand on each list, whatever else the filter says."""


_COLUMNS: Final = (
    Attendee.id,
    Attendee.registration_id,
    Registration.number,
    Attendee.position,
    Attendee.state,
    Attendee.name,
    Attendee.child,
    Attendee.code,
    Registration.email,
    Registration.phone,
    Registration.district,
    Attendee.needs,
    Attendee.needs_note,
    Attendee.sex,
    Attendee.born,
    Attendee.role,
    Registration.lang,
    Registration.channel,
    Registration.created_at,
    Registration.coming_at,
)
_RANKS: Final = {state: rank for rank, state in enumerate(SeatState)}
_RANK: Final = case({state.value: rank for state, rank in _RANKS.items()}, value=cast(Attendee.state, Text))
_KEYS: Final[dict[str, tuple[tuple[Any, ...], bool]]] = {
    "order": ((Registration.number, Attendee.id), False),
    "newest": ((Registration.number, Attendee.id), True),
    "name": ((Attendee.name_order, Attendee.id), False),
    "state": ((_RANK, Registration.number, Attendee.id), False),
}
"""By what a list is ordered, and whether backwards. The last is unique, so that a page can begin after any line."""


def chosen(event_id: int, wanted: Filter) -> Any:
    """Return the condition that leaves the people meant, for a SELECT of attendees joined with their registrations."""
    conditions = [Attendee.event_id == event_id, *(_holds(word) for word in _words(wanted.words))]
    if wanted.states:
        conditions.append(Attendee.state.in_([SeatState(state) for state in wanted.states]))
    if wanted.district:
        conditions.append(Registration.district == ("" if wanted.district == NOWHERE else wanted.district))
    if wanted.channel:
        conditions.append(Registration.channel == SeatChannel(wanted.channel))
    if wanted.came:
        came = select(CheckIn.id).where(CheckIn.attendee_id == Attendee.id).exists()
        conditions.append(came if wanted.came == "yes" else ~came)
    if wanted.needs:
        needs = cast(Attendee.needs, Text)
        some = or_(needs.like('%"%'), Attendee.needs_note != "")
        conditions.append(some if wanted.needs == ANY else needs.like(f'%"{_like(wanted.needs)}"%', escape="/"))
    if wanted.registrations:
        conditions.append(Registration.id.in_(wanted.registrations))
    return and_(*conditions)


def _words(typed: str) -> list[str]:
    """Take apart what was typed; a phone number stays one piece however it was spaced."""
    if re.fullmatch(r"[+(]?[\d\s()+-]{5,}", typed.strip()):
        return ["".join(letter for letter in typed if letter.isdecimal())]
    return [word for word in typed.split() if fold(word)][:MOST_WORDS]


def _holds(word: str) -> Any:
    """Is this word in a name, a contact, a code, or is it the number?"""
    raw, digits = word.casefold(), "".join(letter for letter in word if letter.isascii() and letter.isdigit())
    named = and_(*(Attendee.name_folded.like(f"%{_like(part)}%", escape="/") for part in fold(word).split()))
    places = [named, Registration.email_key.like(f"%{_like(raw)}%", escape="/")]
    code = read_code(word)
    if 3 <= len(code) <= CODE_LENGTH and set(code) <= set(CODE_LETTERS):
        places.append(Attendee.code.like(f"{code}%"))
    if digits and digits == word.lstrip("+"):
        # Written here, 8 701 is +7 701.
        local = digits[1:] if digits.startswith("8") and len(digits) > 3 else digits
        places.append(Registration.phone.like(f"%{local}%"))
        if len(digits) < 10:
            places.append(Registration.number == int(digits))
    return or_(*places)


def _like(word: str) -> str:
    """Take the special meaning from signs that have one in LIKE."""
    return word.replace("/", "//").replace("%", "/%").replace("_", "/_")


def roster_page(session: Session, event: Event, wanted: Filter, *, sort: str = "order", after: str = "") -> RosterPage:
    """Return one page of the people meant, in an order, by keyset: `after` is the last line of the page before.

    By lists it also says on which list she stood there: who is moved meanwhile takes nobody else's place along.
    """
    keys, backwards = _KEYS[sort]
    statement = _people(event.id, wanted)
    mark = _mark(session, event.id, keys, after)
    if mark is not None:
        statement = statement.where(_beyond(keys, mark, backwards=backwards))
    rows = session.execute(_ordered(statement, keys, backwards=backwards).limit(PAGE + 1)).all()
    lines, more = [RosterLine(*row) for row in rows[:PAGE]], len(rows) > PAGE
    total = _number(session, event.id, wanted) if mark is not None or more else len(lines)
    full = _filled(session, event.id, lines, only=[line.registration_id for line in lines])
    return RosterPage(full, _end_of(lines, keys) if more else "", total, on_lists(session, event.id))


def _end_of(lines: Sequence[RosterLine], keys: Sequence[Any]) -> str:
    last = lines[-1]
    return f"{last.attendee_id}.{_RANKS[last.state]}" if keys[0] is _RANK else str(last.attendee_id)


def _number(session: Session, event_id: int, wanted: Filter) -> int:
    return session.scalars(select(func.count(Attendee.id)).join(Registration).where(chosen(event_id, wanted))).one()


def roster_lines(
    session: Session, event_id: int, wanted: Filter | None = None, *, sort: str = "order"
) -> list[RosterLine]:
    """Return all people meant at once: for a file, a sheet of paper, a message."""
    keys, backwards = _KEYS[sort]
    statement = _ordered(_people(event_id, wanted or Filter()), keys, backwards=backwards)
    lines = [RosterLine(*row) for row in session.execute(statement)]
    return _filled(session, event_id, lines)


def on_lists(session: Session, event_id: int) -> dict[str, int]:
    """Count the people on each list."""
    statement = select(Attendee.state, func.count()).where(Attendee.event_id == event_id).group_by(Attendee.state)
    states: dict[SeatState, int] = dict(session.execute(statement).all())
    return {name: sum(states.get(state, 0) for state in among) for name, among in LISTS.items()}


def _people(event_id: int, wanted: Filter) -> Any:
    joined = select(*_COLUMNS).join(Registration, Registration.id == Attendee.registration_id)
    return joined.where(chosen(event_id, wanted))


def _ordered(statement: Any, keys: Sequence[Any], *, backwards: bool) -> Any:
    return statement.order_by(*(key.desc() if backwards else key for key in keys))


def _mark(session: Session, event_id: int, keys: Sequence[Any], after: str) -> Sequence[Any] | None:
    """Read where a line stands; what is no line of this event begins at the beginning."""
    told = re.fullmatch(r"([0-9]{1,10})(?:\.([0-9]))?", after)
    if told is None or int(told[1]) > LARGEST_ID:
        return None
    statement = select(*keys).join(Registration, Registration.id == Attendee.registration_id)
    found = session.execute(statement.where(Attendee.id == int(told[1]), Attendee.event_id == event_id)).first()
    return (int(told[2]), *found[1:]) if found and told[2] and keys[0] is _RANK else found


def _beyond(keys: Sequence[Any], mark: Sequence[Any], *, backwards: bool) -> Any:
    """Return the condition "later than the mark", key by key."""
    later: list[Any] = []
    same: Any = true()
    for key, value in zip(keys, mark, strict=True):
        later.append(and_(same, key < value if backwards else key > value))
        same = and_(same, key == value)
    return or_(*later)


def _filled(
    session: Session, event_id: int, lines: list[RosterLine], *, only: Sequence[int] | None = None
) -> list[RosterLine]:
    """Add arrivals and answers: two questions, however many lines."""
    came = select(CheckIn.attendee_id, CheckIn.arrived_at).join(Attendee).where(Attendee.event_id == event_id)
    said = (
        select(Answer.registration_id, Answer.question_id, Answer.value)
        .join(Registration)
        .where(Registration.event_id == event_id)
    )
    if only is not None:
        came = came.where(Attendee.registration_id.in_(only))
        said = said.where(Answer.registration_id.in_(only))
    arrivals: dict[int, list[datetime]] = defaultdict(list)
    for attendee_id, arrived_at in session.execute(came.order_by(CheckIn.day)):
        arrivals[attendee_id].append(arrived_at)
    answers: dict[int, dict[int, Any]] = defaultdict(dict)
    for registration_id, question_id, value in session.execute(said):
        answers[registration_id][question_id] = value
    return [
        line._replace(
            arrived=tuple(arrivals.get(line.attendee_id, ())),
            answers={} if line.position else answers.get(line.registration_id, {}),
        )
        for line in lines
    ]


def lines_of(registration: Registration) -> list[RosterLine]:
    """Spread one registration out, with its check-ins and answers already read."""
    answers = {answer.question_id: answer.value for answer in registration.answers}
    return [
        RosterLine(
            attendee_id=one.id,
            registration_id=registration.id,
            number=registration.number,
            **{name: getattr(one, name) for name in _OF_HER},
            **{name: getattr(registration, name) for name in _OF_ALL},
            phone_key=registration.phone,
            registered_at=registration.created_at,
            arrived=tuple(check_in.arrived_at for check_in in one.check_ins),
            answers={} if one.position else answers,
        )
        for one in registration.attendees
    ]


_OF_HER: Final = ("position", "state", "name", "child", "code", "needs", "needs_note", "sex", "born", "role")
_OF_ALL: Final = ("email", "district", "lang", "channel", "coming_at")


class SheetLine(NamedTuple):
    """One person on the sheet of paper."""

    name: str
    child: bool
    district: str
    arrived_at: datetime | None


def sheet_lines(session: Session, event_id: int, day: date) -> list[SheetLine]:
    """Return who holds a seat, by name, and who of them has been marked on that day."""
    statement = (
        select(Attendee.name, Attendee.child, Registration.district, CheckIn.arrived_at)
        .join(Registration, Registration.id == Attendee.registration_id)
        .outerjoin(CheckIn, and_(CheckIn.attendee_id == Attendee.id, CheckIn.day == day))
        .where(Attendee.event_id == event_id, Attendee.state == SeatState.SEATED)
        .order_by(Attendee.name_order, Attendee.id)
    )
    return [SheetLine._make(row) for row in session.execute(statement)]


def moves_of(session: Session, registration_id: int) -> Sequence[ListMove]:
    """Return who of a registration was moved by hand, latest first."""
    statement = (
        select(ListMove)
        .join(ListMove.attendee)
        .where(Attendee.registration_id == registration_id)
        .options(joinedload(ListMove.attendee))
        .order_by(ListMove.id.desc())
    )
    return session.scalars(statement.limit(100)).all()


_STAFF: Final = func.coalesce(func.nullif(Person.name, ""), Person.email)


class LookLine(NamedTuple):
    """One line of the log of looks."""

    id: int
    who: str
    what: str
    detail: str
    people: int
    looked_at: datetime


def looks_page(session: Session, event_id: int, *, after: str = "") -> tuple[list[LookLine], str]:
    """Return one page of the log, latest first, and where the next begins."""
    statement = (
        select(RosterLook.id, _STAFF, RosterLook.what, RosterLook.detail, RosterLook.people, RosterLook.looked_at)
        .join(Person, Person.id == RosterLook.person_id)
        .where(RosterLook.event_id == event_id)
        .order_by(RosterLook.id.desc())
    )
    if re.fullmatch("[0-9]{1,10}", after):
        statement = statement.where(RosterLook.id < min(int(after), LARGEST_ID))
    lines = [LookLine._make(row) for row in session.execute(statement.limit(PAGE + 1))]
    return lines[:PAGE], str(lines[PAGE - 1].id) if len(lines) > PAGE else ""


def person_name(session: Session, person_id: int | None) -> str:
    """Return what somebody of the staff is called; her address if she gave no name."""
    if person_id is None:
        return ""
    person = session.get(Person, person_id)
    return (person.name or person.email) if person else ""


# --- Lists from elsewhere -----------------------------------------------------------------------------------


def live_contacts(session: Session, event_id: int) -> Contacts:
    """Return every contact that holds a live registration of an event."""
    statement = select(Registration.email_key, Registration.phone).where(
        Registration.event_id == event_id, Registration.live
    )
    rows = session.execute(statement).all()
    return Contacts(frozenset(email for email, _ in rows if email), frozenset(phone for _, phone in rows if phone))


def imports_of(session: Session, event_id: int) -> Sequence[RosterImport]:
    """Return the lists that were handed in for an event, latest first."""
    statement = select(RosterImport).where(RosterImport.event_id == event_id).order_by(RosterImport.id.desc())
    return session.scalars(statement.limit(PAGE)).all()


def roster_import(session: Session, event_id: int, import_id: int) -> RosterImport | None:
    """Return one of them."""
    statement = select(RosterImport).where(RosterImport.id == import_id, RosterImport.event_id == event_id)
    return session.scalar(statement)
