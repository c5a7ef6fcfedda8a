"""Selections, made by the real rules: a call, people who apply, scores, the choice, its release.

Needs an application context: ask for the `session` fixture.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from karavan.core.database import db, transact as write
from karavan.core.languages import Slots
from karavan.events.models import Event
from karavan.selection import drawing, queries
from karavan.selection.balance import Rule
from karavan.selection.models import Application, Call, Method
from karavan.selection.rules.apply import hand_in
from karavan.selection.rules.plan import CallPlan, CriterionLine, begin_call, name_reviewer
from karavan.selection.rules.release import release
from karavan.selection.rules.score import score
from karavan.selection.rules.steps import close_call, keep_choice, open_call
from tests.support.makers import application, make_event
from tests.support.settings import NOW

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from karavan.accounts.models import Organisation, Person
    from karavan.events.rules.register import Guest

WEEK = timedelta(days=7)
CLOSED = NOW + WEEK
"""When applications of these calls are over."""


def call_plan(*, now: datetime = NOW, **changes: Any) -> CallPlan:
    """Return what an organiser writes about a selection."""
    usual: dict[str, Any] = {
        "method": Method.RANKED,
        "places": 2,
        "reviews": 2,
        "least_score": 0,
        "opens_at": now,
        "closes_at": now + WEEK,
        "confirm_hours": 48,
        "criteria": (
            CriterionLine(title=Slots("Ынта", "Мотивация"), help=Slots("", "Зачем это вам"), most=5, weight=2),
            CriterionLine(title=Slots("Пайда", "Польза"), help=Slots(), most=10, weight=1),
        ),
    }
    return CallPlan(**usual | changes)


def make_call(
    *,
    organisation: Organisation | None = None,
    reviewers: tuple[Person, ...] = (),
    opened: bool = True,
    asks: tuple[str, ...] = ("sex", "born"),
    starts_in: timedelta = timedelta(days=30),
    now: datetime = NOW,
    event: dict[str, Any] | None = None,
    **plan: Any,
) -> Event:
    """Make an event whose places are given by selection; its call is published unless asked otherwise."""
    wish = call_plan(now=now, **plan)
    made = make_event(
        seats=wish.places, organisation=organisation, starts_in=starts_in, now=now, party_limit=6, **(event or {})
    )
    write(_let_ask, made.id, asks)
    write(begin_call, made.id, wish, now=now)
    for person in reviewers:
        write(name_reviewer, made.id, person.email_key, now=now)
    if opened:
        write(open_call, made.id, now=now)
    db.session.close()
    return made


def apply(event: Event, *, now: datetime = NOW, guest: Guest | None = None, **asked: Any) -> Application:
    """Let somebody new apply, and return her application, detached."""
    if guest is not None:
        asked["guests"] = (guest,)
    outcome = write(hand_in, event.id, application(**asked), now=now)
    assert outcome.public_id is not None, "the contact had applied already"
    return reload(outcome.public_id)


def reload(public_id: str) -> Application:
    """Return an application as it is in the database now."""
    db.session.close()
    found = db.session().scalars(select(Application).where(Application.public_id == public_id)).one()
    _ = found.registration
    db.session.close()
    return found


def call_now(event: Event) -> Call:
    """Return a call as it is in the database now."""
    db.session.close()
    call = queries.call_of(db.session(), event.id)
    assert call is not None
    db.session.close()
    return call


def give_points(event: Event, one: Application, person: Person, *points: int, now: datetime = NOW) -> None:
    """Let a reviewer score an application, criterion by criterion."""
    lines = [line.id for line in call_now(event).criteria]
    given = dict(zip(lines, points, strict=True))
    write(score, event.id, one.number, given, by=person.id, read_version=0, now=now)


def choose(event: Event, *, now: datetime = CLOSED) -> Call:
    """Let the published program choose, and keep what it says, as the desk does."""
    call = call_now(event)
    material = queries.material(db.session(), call)
    db.session.close()
    result = drawing.choose(material.listed, material.rules, material.seed)
    write(keep_choice, event.id, material, result, now=now)
    return call_now(event)


@dataclass(frozen=True)
class Chosen:
    """A selection whose choice is made."""

    event: Event
    applications: list[Application]


def make_chosen(reviewers: tuple[Person, ...], *, people: int = 4, released: bool = False, **plan: Any) -> Chosen:
    """Bring a selection so far that its choice is made: those who applied later have fewer points."""
    event = make_call(reviewers=reviewers, **plan)
    applied = [apply(event) for _ in range(people)]
    for better, one in enumerate(reversed(applied)):
        for person in reviewers:
            give_points(event, one, person, min(5, better), min(10, better))
    write(close_call, event.id, now=CLOSED)
    choose(event)
    if released:
        write(release, event.id, now=CLOSED)
    return Chosen(event, [reload(one.public_id) for one in applied])


def rule(by: str, value: str, least: int, most: int) -> Rule:
    """Return a rule of balance."""
    return Rule(by, value, least, most)


def _let_ask(session: Session, event_id: int, asks: tuple[str, ...]) -> None:
    session.execute(update(Event).where(Event.id == event_id).values(asks=list(asks)))
