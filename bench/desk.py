"""The organiser's desk: a roster of five thousand people, a message to all of them, and the doors they come in by.

The people are written past the rules, in bulk. What is measured goes the usual way: the query of a page of the roster,
the whole page from the application, the rule that writes the letters with its commit, and scans over HTTP as devices
send them, one at a time. Each stands beside the same rows read or written by hand through the bare driver.
"""

from __future__ import annotations

import datetime as dt
import http.client
import json
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select, text, update

from bench.load import Result
from bench.raw import RawArrivals, RawRows
from bench.report import milliseconds, speed, spread
from bench.servers import request
from bench.town import NAMES
from karavan.accounts.models import Person, Role, RoleGrant
from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.languages import Slots
from karavan.core.text import fold
from karavan.core.tokens import new_code, new_key, new_public_id
from karavan.door.marks import mark_of
from karavan.door.models import DevicePass
from karavan.door.rules.passes import PinSlip, give_pass, open_pass
from karavan.events.models import Answer, Attendee, Event, Question, Registration, SeatState, sought
from karavan.notifications.models import Letter
from karavan.roster.message_queries import batch_of
from karavan.roster.queries import PAGE, Filter, roster_page
from karavan.roster.rules.messages import Wish, begin_message, send_message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy.orm import Session

    from bench.report import Report
    from bench.servers import Server
    from bench.town import Town

MANY, FEW = 5_000, 50
DEVICES = 4
ALL_HEARD = 999_999_999
"""A device says which arrivals it has heard of, and is told the others: here none, as between two scans of a queue."""
TYPED = ("ай", "айг", "айгү", "айгүл", "айгүл н", "айгүл нұ", "айгүл нұрл")
"""What stands in the search field while somebody types; each is asked for."""
PLAIN = (
    "SELECT a.id, a.registration_id, r.number, a.position, a.state, a.name, a.child, a.code, r.email, r.phone,"
    " r.district, a.needs, a.needs_note, a.sex, a.born, a.role, r.lang, r.channel, r.created_at, r.coming_at"
    " FROM attendees a JOIN registrations r ON r.id = a.registration_id WHERE a.event_id = ?"
)
SAID = Wish(
    subject=Slots("Автобус сағат тоғызда шығады", "Автобус отправляется в девять"),
    body=Slots(
        "Автобус Достық үйінің алдынан сағат 9:00-де шығады.\n\nЖеке куәлігіңізді ала келіңіз.",
        "Автобус отправляется в 9:00 от Дома дружбы.\n\nВозьмите с собой удостоверение личности.",
    ),
    chosen=Filter(),
)


class Full(NamedTuple):
    """An event whose roster is full, and who organises it."""

    event_id: int
    few_id: int
    """Another one, with as many people as one page shows."""
    slug: str
    organiser: int


def read_and_write(report: Report, built: Town, where: str, *, times: int) -> Full:
    """Fill a roster and measure what an organiser does with it."""
    slug = f"desk-{MANY}"
    event_id, few_id = built.event(slug, seats=2 * MANY), built.event(f"desk-{FEW}", seats=2 * MANY)
    with built.app.app_context():
        organiser = transact(_organiser)
        for one, size in ((event_id, MANY), (few_id, FEW)):
            transact(_fill, one, size)
        if db.engine.dialect.name == "postgresql":
            transact(lambda session: session.execute(text("ANALYZE")))
        full = Full(event_id, few_id, slug, organiser)
        with closing(RawRows(built.settings["DATABASE_URL"], ())) as raw:
            _roster(report, where, full, raw, times)
        _pages(report, built, where, full, max(10, times // 4))
        _message(report, built, where, full, turns=3)
        db.session.remove()
    return full


# --- The roster ---------------------------------------------------------------------------------------------------


def _roster(report: Report, where: str, full: Full, raw: RawRows, times: int) -> None:
    session = db.session()
    event = session.get_one(Event, full.event_id)
    tail = f" ORDER BY r.number, a.id LIMIT {PAGE + 1}"

    def plain(typed: str = "") -> list[Any]:
        parts = fold(typed).split()
        return raw.select(
            PLAIN + " AND a.name_folded LIKE ?" * len(parts) + tail, (full.event_id, *(f"%{part}%" for part in parts))
        )

    for typed in ("", *TYPED):  # the same people, or the comparison is worth nothing
        found = roster_page(session, event, Filter(words=typed)).lines
        if [line.attendee_id for line in found] != [row[0] for row in plain(typed)[:PAGE]]:
            raise SystemExit(f"the roster and the plain query differ about {typed!r}")
    ours, bare = _in_turns(times, lambda _: roster_page(session, event, Filter()), lambda _: plain())
    _rows(report, where, f"roster of {MANY:,}: first page, database", ours, bare, aim=0.010, floor=0.020)
    ours, bare = _in_turns(
        times,
        lambda at: roster_page(session, event, Filter(words=TYPED[at % len(TYPED)])),
        lambda at: plain(TYPED[at % len(TYPED)]),
    )
    _rows(report, where, "… search as it is typed, database", ours, bare, aim=0.020, floor=0.050)
    session.close()


def _rows(report: Report, where: str, what: str, ours: Result, bare: Result, *, aim: float, floor: float) -> None:
    slow = ours.quantile(0.99)
    report.fact(
        what, where, spread(ours), aim=f"p99 ≤ {aim * 1000:g} ms", floor=f"p99 ≤ {floor * 1000:g} ms",
        good=slow <= aim, enough=slow <= floor,
    )  # fmt: skip
    report.aside(
        "… … beside its rows by a bare SELECT (p50)", where, spread(ours), spread(bare),
        bare.quantile(0.5) / ours.quantile(0.5),
    )  # fmt: skip


def _pages(report: Report, built: Town, where: str, full: Full, times: int) -> None:
    """Ask the application for whole pages, and for what htmx asks for while somebody types."""
    client = built.app.test_client(use_cookies=False)  # the cookie is given with each request

    def ask(event_id: int, query: str = "", **headers: str) -> None:
        address = f"/ru/desk/events/{event_id}/roster{query}"
        answer = client.get(address, headers={"Cookie": built.cookie} | headers)
        if answer.status_code != 200:
            raise SystemExit(f"{address} answered {answer.status_code}")

    many, few = _in_turns(times, lambda _: ask(full.event_id), lambda _: ask(full.few_id))
    report.ratio(
        f"… first page, whole, beside that of {FEW} people (p50)", where, spread(many), spread(few),
        few.quantile(0.5) / many.quantile(0.5), aim=0.8, floor=0.5,
    )  # fmt: skip
    part = {"HX-Request": "true", "HX-Request-Type": "partial"}
    typing = Result()
    for number in range(times):
        query = f"?{urlencode({'q': TYPED[number % len(TYPED)]})}"
        typing.latencies.append(_time(lambda _, query=query: ask(full.event_id, query, **part), number))  # type: ignore[misc]
    slow = typing.quantile(0.99)
    report.fact(
        "… search as it is typed, the region whole", where, spread(typing),
        aim="p99 ≤ 50 ms", floor="p99 ≤ 150 ms", good=slow <= 0.050, enough=slow <= 0.150,
    )  # fmt: skip


# --- A message to everybody ---------------------------------------------------------------------------------------


def _message(report: Report, built: Town, where: str, full: Full, *, turns: int) -> None:
    ours, bare, size = Result(), Result(), 0
    for turn in range(turns):
        broadcast_id = transact(begin_message, full.event_id, SAID, key=new_key(), by_id=full.organiser, now=now())
        began = time.perf_counter()
        written = transact(send_message, full.event_id, broadcast_id, version=1, by_id=full.organiser, now=now())
        ours.latencies.append(time.perf_counter() - began)
        db.session.remove()
        if written != MANY:
            raise SystemExit(f"{written} letters, not {MANY}")
        rows = _letters(broadcast_id)
        size = sum(len(json.dumps(row["payload"], ensure_ascii=False).encode()) for row in rows) // len(rows)
        with closing(RawRows(built.settings["DATABASE_URL"], ("outbox",))) as raw:
            again = [row | {"key": f"raw{turn}:{row['key']}", "payload": raw.document(row["payload"])} for row in rows]
            bare.latencies.append(raw.write("outbox", again))
    middle, slow = ours.quantile(0.5), ours.quantile(1.0)
    report.fact(
        f"a message to {MANY:,}: letters in the outbox (rule and commit)", where,
        f"{milliseconds(middle)} ms, {MANY / middle:,.0f} letters/s, {size / 1024:.1f} KB each",
        aim="≤ 2 s", floor="≤ 5 s", good=slow <= 2, enough=slow <= 5,
    )  # fmt: skip
    report.ratio(
        "… beside bare INSERTs of the same rows", where, f"{milliseconds(middle)} ms",
        f"{milliseconds(bare.quantile(0.5))} ms", bare.quantile(0.5) / middle, aim=0.3, floor=0.1,
    )  # fmt: skip


def _letters(broadcast_id: int) -> list[dict[str, Any]]:
    columns = (Letter.key, Letter.address, Letter.lang, Letter.payload)
    found = db.session.execute(select(*columns).where(Letter.batch == batch_of(broadcast_id))).mappings()
    rows = [dict(row) for row in found]
    db.session.remove()
    return rows


# --- The doors ----------------------------------------------------------------------------------------------------


def doors(report: Report, built: Town, where: str, karavan: Server, full: Full, *, scans: int) -> None:
    """Let people come in by several doors, each scan sent by itself; the reference lets as many others come by hand."""
    with built.app.app_context():
        transact(_today, full.event_id)
        devices = [_device(karavan, full, number) for number in range(DEVICES)]
        statement = select(Attendee.id, Attendee.code).where(Attendee.event_id == full.event_id).order_by(Attendee.id)
        people = [(row[0], row[1]) for row in db.session.execute(statement)]
        db.session.remove()
    turns = iter(people[at : at + scans] for at in range(0, len(people), scans))
    came, cost, by_hand = Result(), 0.0, Result()
    _come(karavan, full, devices, next(turns)[:DEVICES])  # warms up, and leaves the rows that the reference copies
    with closing(RawArrivals(built.settings["DATABASE_URL"])) as raw:
        for _ in range(2):
            _add(by_hand, raw.go([number for number, _ in next(turns)]))
            one, took = _come(karavan, full, devices, next(turns))
            _add(came, one)
            cost += took
    each = f"{cost / len(came.latencies) * 1000:.2f} ms CPU"
    report.fact(
        f"check-ins by {DEVICES} devices over HTTP", where, f"{came.rate:,.0f}/s ({spread(came)}, {each})",
        aim="≥ 100/s, p99 ≤ 200 ms", floor="≥ 40/s, p99 ≤ 500 ms",
        good=came.rate >= 100 and came.quantile(0.99) <= 0.2, enough=came.rate >= 40 and came.quantile(0.99) <= 0.5,
    )  # fmt: skip
    report.ratio(
        "… against their bare rows", where, f"{came.rate:,.0f}/s", speed(by_hand),
        came.rate / by_hand.rate, aim=0.3, floor=0.1,
    )  # fmt: skip


class _Device(NamedTuple):
    """A telephone that holds a pass."""

    cookie: str
    csrf: str
    key: str
    numbers: Iterator[int]


def _device(karavan: Server, full: Full, number: int) -> _Device:
    slip, moment = PinSlip.fresh(), now()
    zone = db.session.get_one(Event, full.event_id).zone
    db.session.remove()
    facts: dict[str, Any] = {"day": moment.astimezone(ZoneInfo(zone)).date(), "name": f"№ {number + 1}", "slip": slip}
    given = transact(give_pass, full.event_id, new_public_id(), by=full.organiser, now=moment, **facts)
    opened = transact(open_pass, given.pass_id, slip.digest, now=moment)
    held = transact(_lasting, given.pass_id)
    connection = http.client.HTTPConnection("127.0.0.1", karavan.port, timeout=30)
    holds = f"door-{full.event_id}={opened.token}"
    with closing(connection):
        connection.request("GET", f"/ru/door/{full.slug}/news", headers={"Cookie": holds})
        answer = connection.getresponse()
        said = json.loads(answer.read())
    session = (answer.getheader("Set-Cookie") or "").partition(";")[0]
    first = held.first_number + 1
    return _Device(f"{holds}; {session}", said["csrf"], held.roster_key, iter(range(first, first + MANY)))


def _come(
    karavan: Server, full: Full, devices: list[_Device], people: Sequence[tuple[int, str]]
) -> tuple[Result, float]:
    asked = []
    for at, (_, code) in enumerate(people):
        device = devices[at % len(devices)]
        scan = {"number": next(device.numbers), "mark": mark_of(device.key, code), "age": 0.1}
        form = urlencode({"csrf_token": device.csrf, "scans": json.dumps([scan]), "undone": "[]"})
        address = f"/ru/door/{full.slug}/scans?after={ALL_HEARD}"
        asked.append(request(address, cookie=device.cookie, form=form))
    result, cost = karavan.load(asked, connections=len(devices), keep=True)
    wrong = [answer for answer in result.answers if '"result":"came"' not in answer.replace(" ", "")]
    if wrong or set(result.statuses) != {"200"}:
        raise SystemExit(f"the door answered {result.statuses}: {wrong[:1]}")
    return result, cost.cpu


def _today(session: Session, event_id: int) -> None:
    """Let an event that was planned for later be under way."""
    times = {"starts_at": now() - dt.timedelta(hours=1), "ends_at": now() + dt.timedelta(days=1)}
    session.execute(update(Event).where(Event.id == event_id).values(**times))


def _lasting(session: Session, pass_id: int) -> DevicePass:
    """Let a pass outlast midnight: nobody measures a clock here."""
    device = session.get_one(DevicePass, pass_id)
    device.expires_at = now() + dt.timedelta(hours=6)
    return device


# --- Filling, timing ----------------------------------------------------------------------------------------------


def _organiser(session: Session) -> int:
    """Let whoever is signed in organise the events of the town."""
    person_id = session.scalars(select(Person.id).where(Person.email_key == "amina@example.kz")).one()
    organisation_id = session.scalars(select(Event.organisation_id).limit(1)).one()
    grant = {"role": Role.ORGANISER, "organisation_id": organisation_id, "granted_at": now()}
    session.add(RoleGrant(person_id=person_id, **grant))
    return person_id


def _fill(session: Session, event_id: int, size: int) -> None:
    """Write people who hold a seat, each with an answer."""
    moment = now()
    question_id = session.scalars(select(Question.id).where(Question.event_id == event_id)).one()
    registrations = [
        {
            "event_id": event_id, "public_id": new_public_id(), "key": new_key(), "number": number, "live": True,
            "email": f"desk{number}@example.kz", "email_key": f"desk{number}@example.kz",
            "lang": ("kk", "ru")[number % 2], "district": "aktau", "at_least": 1, "created_at": moment,
        }
        for number in range(1, size + 1)
    ]  # fmt: skip
    in_order = insert(Registration).returning(Registration.id, sort_by_parameter_order=True)
    ids = session.scalars(in_order, registrations).all()
    people = []
    for number, registration_id in enumerate(ids, 1):
        name = f"{NAMES[number % len(NAMES)]} {number}"
        folded, order = sought(name)
        people.append(
            {
                "event_id": event_id, "registration_id": registration_id, "position": 0, "name": name,
                "name_folded": folded, "name_order": order, "code": new_code() + new_code(),
                "state": SeatState.SEATED, "state_at": moment,
            }
        )  # fmt: skip
    session.execute(insert(Attendee), people)
    answered = {"question_id": question_id, "value": "Хочу понять, как складывается тариф"}
    session.execute(insert(Answer), [{"registration_id": id_} | answered for id_ in ids])


def _in_turns(times: int, one: Callable[[int], object], other: Callable[[int], object]) -> tuple[Result, Result]:
    first, second = Result(), Result()
    for number in range(times + 10):
        took = _time(one, number), _time(other, number)
        if number >= 10:  # the first ones warm up
            first.latencies.append(took[0])
            second.latencies.append(took[1])
    return first, second


def _time(act: Callable[[int], object], number: int) -> float:
    began = time.perf_counter()
    act(number)
    return time.perf_counter() - began


def _add(whole: Result, part: Result) -> None:
    whole.latencies += part.latencies
    whole.seconds += part.seconds
