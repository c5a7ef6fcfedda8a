"""Bringing a list of people in: nothing counts until somebody confirms; then it is one transaction under the gate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from karavan.core.database import insert_many, some_at_a_time
from karavan.core.problems import NotFound
from karavan.core.tokens import new_code, new_public_id
from karavan.events.models import (
    Attendee,
    Consent,
    ConsentPurpose,
    Event,
    Registration,
    SeatChannel,
    SeatGate,
    SeatState,
    sought,
)
from karavan.events.rules.register import CONSENT_TEXTS, refuse_outside_window
from karavan.events.rules.seating import free_seats, promote, somebody_waits, take_gate
from karavan.files.checking import CSV, Examined
from karavan.files.rules import discard, store
from karavan.record.models import ActorRole, Verb
from karavan.record.rules import note
from karavan.roster.bringing import MOST_FAULTS
from karavan.roster.list_letters import tell_brought_in
from karavan.roster.models import ImportState, RosterImport
from karavan.roster.problems import ListHasChanged, ListIsClosed, NobodyToBringIn, NoSeatsForList
from karavan.roster.queries import live_contacts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.events.rules.seating import Gate
    from karavan.roster.bringing import Entry, Trial

OPEN: Final = (ImportState.UPLOADED, ImportState.MAPPED)


class Reading(NamedTuple):
    """How a list is read: by which delimiter, under which headings, which column holds what."""

    delimiter: str
    columns: list[str]
    mapping: dict[str, int]


class Brought(NamedTuple):
    """What became of a list."""

    people: int
    seated: int
    waiting: int
    known: int
    """Who came by herself meanwhile."""


def take_list(
    session: Session, event_id: int, *, name: str, text: str, reading: Reading, by_id: int, now: datetime
) -> int:
    """Keep a list that was handed in, as text, and return its number. Nobody is on the roster by it."""
    file = store(session, Examined(CSV, text.encode()), now=now)
    row = RosterImport(
        event_id=event_id,
        name=name,
        file_id=file.id,
        delimiter=reading.delimiter,
        columns=reading.columns,
        mapping=reading.mapping,
        by_id=by_id,
        made_at=now,
    )
    session.add(row)
    session.flush()
    return row.id


def name_columns(
    session: Session, event_id: int, import_id: int, *, version: int, reading: Reading, trial: Trial | None
) -> None:
    """Keep how a list is read and what came of trying it; without a trial it waits for its columns again.

    Raises:
        NotFound, ListIsClosed, ListHasChanged: this is not the list its reader saw.

    """
    row = _open(session, event_id, import_id, version=version)
    row.delimiter, row.columns, row.mapping = reading.delimiter, reading.columns, dict(reading.mapping)
    row.state = ImportState.UPLOADED if trial is None else ImportState.MAPPED
    row.rows, row.good = (0, 0) if trial is None else (trial.rows, len(trial.entries))
    row.faulty, row.duplicates = (0, 0) if trial is None else (trial.faulty, trial.duplicates)
    row.faults = [] if trial is None else [list(fault) for fault in trial.faults[:MOST_FAULTS]]


def drop_list(session: Session, event_id: int, import_id: int, *, now: datetime) -> None:
    """Forget a list that is not to be brought in, with all that was in it; twice is fine.

    Raises:
        NotFound, ListIsClosed: there is none, or its people are on the roster.

    """
    row = _found(session, event_id, import_id)
    if row.state == ImportState.DROPPED:
        return
    if row.state == ImportState.DONE:
        raise ListIsClosed
    row.version += 1
    _close(session, row, ImportState.DROPPED, now)


class Newcomer(NamedTuple):
    """One person of the list, with all that can be worked out before the gate is taken."""

    entry: Entry
    public_id: str
    code: str
    """Drawn by chance: whether nobody has it is seen under the gate."""
    name_folded: str
    name_order: str


def make_ready(entries: Iterable[Entry]) -> list[Newcomer]:
    """Work out beforehand what would hold everybody else up at the gate."""
    return [Newcomer(entry, new_public_id(), new_code(), *sought(entry.name)) for entry in entries]


def bring_in(
    session: Session,
    event_id: int,
    import_id: int,
    *,
    version: int,
    newcomers: Sequence[Newcomer],
    tell: bool,
    by_id: int,
    now: datetime,
) -> Brought:
    """Put everybody of a list on the roster: seats in the list's order as long as there are any, then the queue.

    All of it or none. Whoever came by herself since the trial is left out: her contact stands on the roster.

    Raises:
        NotFound, ListIsClosed, ListHasChanged: this is not the list its reader saw.
        NobodyToBringIn: nobody is left.
        NoSeatsForList: more people than seats, and no queue to stand in.
        What `refuse_outside_window` raises.

    """
    gate = take_gate(session, event_id)
    row = _open(session, event_id, import_id, version=version)
    if row.state != ImportState.MAPPED:
        raise ListHasChanged
    event = session.get_one(Event, event_id, options=(joinedload(Event.organisation),))
    refuse_outside_window(event, now, by_staff=True)
    known = live_contacts(session, event_id)
    fresh = [
        one for one in newcomers if one.entry.phone not in known.phones and one.entry.email_key not in known.emails
    ]
    if not fresh:
        raise NobodyToBringIn
    waits = somebody_waits(session, event_id)
    free = 0 if waits else max(0, free_seats(session, event_id, gate.room))
    if len(fresh) > free and not event.waiting_list:
        raise NoSeatsForList(people=len(fresh), free=free)
    seated = min(free, len(fresh))
    _write_down(session, event, gate, fresh, seated=seated, import_id=import_id, by_id=by_id, now=now)
    row.tell = tell
    _close(session, row, ImportState.DONE, now)
    if tell:
        tell_brought_in(session, event, gate.number, now)
    note(
        session,
        Verb.PEOPLE_IMPORTED,
        of=event_id,
        by=ActorRole.ORGANISER,
        now=now,
        people=len(fresh),
        seats=seated,
        waiting=len(fresh) - seated,
    )
    if waits or seated < len(fresh):
        promote(session, event, gate, now)
    return Brought(len(fresh), seated, len(fresh) - seated, len(newcomers) - len(fresh))


def _found(session: Session, event_id: int, import_id: int) -> RosterImport:
    statement = select(RosterImport).where(RosterImport.id == import_id, RosterImport.event_id == event_id)
    row = session.scalar(statement.with_for_update())
    if row is None:
        raise NotFound
    return row


def _open(session: Session, event_id: int, import_id: int, *, version: int) -> RosterImport:
    """Return a list that may still be changed, and raise its version: the second of two is told so."""
    row = _found(session, event_id, import_id)
    if row.state not in OPEN:
        raise ListIsClosed
    if row.version != version:
        raise ListHasChanged
    row.version += 1
    return row


def _close(session: Session, row: RosterImport, state: ImportState, now: datetime) -> None:
    """Forget what was in the list: its people are on the roster now, or nowhere."""
    file_id = row.file_id
    row.state, row.file_id, row.done_at, row.columns = state, None, now, []  # a person may stand where headings should
    row.faults = [[number, field, code, ""] for number, field, code, _ in row.faults]
    session.flush()
    if file_id is not None:
        discard(session, file_id)


def _write_down(
    session: Session,
    event: Event,
    gate: Gate,
    people: Sequence[Newcomer],
    *,
    seated: int,
    import_id: int,
    by_id: int,
    now: datetime,
) -> None:
    """Write everybody down past the session: three statements, however many there are. Numbers follow the list."""
    further = update(SeatGate).where(SeatGate.event_id == event.id)
    session.execute(further.values(next_number=SeatGate.next_number + len(people) - 1))
    codes = _fresh_codes(session, [one.code for one in people])
    registrations = [
        _registration(one) | {"number": gate.number + place, "key": f"list:{import_id}:{one.entry.row}"}
        for place, one in enumerate(people)
    ]
    of_all: dict[str, Any] = {"live": True, "at_least": 1, "channel": SeatChannel.IMPORT}
    insert_many(session, Registration, registrations, event_id=event.id, added_by_id=by_id, created_at=now, **of_all)
    written = select(Registration.id).where(Registration.event_id == event.id, Registration.number >= gate.number)
    ids = session.scalars(written.order_by(Registration.number)).all()
    attendees = [
        _attendee(one)
        | {
            "registration_id": ids[place],
            "code": codes[place],
            "state": SeatState.SEATED if place < seated else SeatState.WAITING,
        }
        for place, one in enumerate(people)
    ]
    insert_many(session, Attendee, attendees, event_id=event.id, position=0, child=False, needs=[], state_at=now)
    agreed = [{"registration_id": ids[place], "lang": one.entry.lang} for place, one in enumerate(people)]
    consent: dict[str, Any] = {"purpose": ConsentPurpose.PROCESSING, "text_version": CONSENT_TEXTS}
    insert_many(session, Consent, agreed, given_at=now, **consent)


def _registration(one: Newcomer) -> dict[str, Any]:
    entry = one.entry
    return {
        "public_id": one.public_id,
        "email": entry.email,
        "email_key": entry.email_key,
        "phone": entry.phone,
        "lang": entry.lang,
        "district": entry.district,
    }


def _attendee(one: Newcomer) -> dict[str, Any]:
    entry = one.entry
    return {
        "name": entry.name,
        "name_folded": one.name_folded,
        "name_order": one.name_order,
        "needs_note": entry.needs_note,
        "sex": entry.sex,
        "born": entry.born,
        "role": entry.role,
    }


def _fresh_codes(session: Session, drawn: Sequence[str]) -> list[str]:
    """Return codes that nobody has: those drawn, and others for the few of a hundred thousand that are alike."""
    codes: set[str] = set()
    tried = set(drawn)
    while len(codes) < len(drawn):
        for some in some_at_a_time(list(tried - codes)):
            codes.update(set(some) - set(session.scalars(select(Attendee.code).where(Attendee.code.in_(some)))))
        tried = {new_code() for _ in range(len(drawn) - len(codes))}
    return list(codes)
