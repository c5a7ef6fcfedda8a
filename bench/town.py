"""The town under load: events, people, one signed-in organiser; made by the same rules as everything else."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import sqlalchemy as sa
from sqlalchemy import func, select

from config import Settings
from karavan import create_app
from karavan.accounts.models import Organisation, OrganisationKind, Person, SignInSession
from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.languages import Slots
from karavan.core.tokens import digest, new_key
from karavan.events.models import Attendee, ConsentPurpose, Event, EventKind, Question, QuestionKind, SeatState
from karavan.events.rules.plan import Plan, ProgrammeLine, QuestionLine, create_event, publish
from karavan.events.rules.register import Application, Guest, register

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask
    from sqlalchemy.orm import Session

SECRET = "only for benchmarks, on loopback"  # noqa: S105 -- nobody's
NAMES = ("Айгүл Нұрланқызы", "Нұрлан Серіков", "Жанар Әбдірахманова", "Тимур Ли", "Ольга Петрова")


@dataclass
class Town:
    """A database with people in it, and how to reach it."""

    app: Flask
    settings: dict[str, str]
    """What a server needs in its environment to serve it."""
    cookie: str
    """Of somebody who is signed in."""

    def event(self, slug: str, *, seats: int, waiting_list: bool = True) -> int:
        """Open an event for registration and return its id."""
        with self.app.app_context():
            return transact(_event, slug, seats=seats, waiting_list=waiting_list)

    def question(self, event_id: int) -> int:
        """Return the id of an event's question."""
        with self.app.app_context():
            return db.session.scalars(select(Question.id).where(Question.event_id == event_id)).one()

    def counts(self, event_id: int) -> dict[str, int]:
        """Count an event's people by where they stand."""
        with self.app.app_context():
            rows = db.session.execute(
                select(Attendee.state, func.count()).where(Attendee.event_id == event_id).group_by(Attendee.state)
            )
            found = {state.value: number for state, number in rows}
        return {state.value: found.get(state.value, 0) for state in SeatState}

    def engine(self) -> sa.Engine:
        """Return the application's engine."""
        with self.app.app_context():
            return db.engine

    def close(self) -> None:
        """Let the database go."""
        self.engine().dispose()


@contextlib.contextmanager
def town(instance: Path, postgres: str | None) -> Iterator[Town]:
    """Build a town on SQLite, or on a new database of this PostgreSQL server."""
    if postgres is None:
        yield _built(instance, f"sqlite:///{instance / 'karavan.sqlite3'}")
        return
    name = f"karavan_bench_{secrets.token_hex(4)}"
    server = sa.create_engine(postgres, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with server.connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
    built = None
    try:
        built = _built(instance, sa.make_url(postgres).set(database=name).render_as_string(hide_password=False))
        yield built
    finally:
        if built:
            built.close()
        with server.connect() as connection:
            connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')


def durable(postgres: str) -> bool:
    """Does this server wait for the disk?"""
    with sa.create_engine(postgres, poolclass=sa.NullPool).connect() as connection:
        asked = [connection.exec_driver_sql(f"SHOW {name}").scalar() for name in ("fsync", "synchronous_commit")]
    return asked == ["on", "on"]


def registration_form(name: str, *, csrf: str, question: int) -> str:
    """Return a filled registration form, as a browser would send it."""
    return urlencode(
        {
            "csrf_token": csrf,
            "key": new_key(),
            "people-0-name": secrets.choice(NAMES),
            "people-0-needs_note": "",
            "at_least": "0",
            "phone": "",
            "email": f"{name}@example.kz",
            "district": "aktau",
            "website": "",
            f"q{question}": "Хочу понять, как складывается тариф",
            "processing": "y",
        }
    )


def application(name: str, question: int) -> Application:
    """Return what the rule gets from such a form."""
    email = f"{name}@example.kz"
    return Application(
        key=new_key(),
        guests=(Guest(name=secrets.choice(NAMES)),),
        lang="kk",
        email=email,
        email_key=email,
        district="aktau",
        answers={question: "Хочу понять, как складывается тариф"},
        consents=frozenset({ConsentPurpose.PROCESSING}),
    )


def _built(instance: Path, url: str) -> Town:
    settings = {
        "DATABASE_URL": url,
        "SECRET_KEY": SECRET,
        "KARAVAN_INSTANCE": str(instance),
        "KARAVAN_DEMO": "0",
        "KARAVAN_LETTERS": "console",
        "KARAVAN_RATE_LIMITS": "0",
        "KARAVAN_BACKGROUND": "0",
    }
    usual = {name: value for name, value in os.environ.items() if not name.startswith(("KARAVAN_", "DATABASE_URL"))}
    app = create_app(Settings.from_env(usual | settings))
    from flask_migrate import upgrade  # noqa: PLC0415 -- loads Alembic

    with app.app_context():
        upgrade()
        token = new_key()
        transact(_people, token)
    with app.app_context():
        for event_id in db.session.scalars(select(Event.id)).all():
            question = db.session.scalars(select(Question.id).where(Question.event_id == event_id)).one()
            db.session.close()
            for number in range(9):
                transact(register, event_id, application(f"guest{event_id}-{number}", question), now=now())
    serializer: Any = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    cookie = f"karavan={serializer.dumps({'_user_id': token, '_fresh': True, '_permanent': True})}"
    return Town(app, settings, cookie)


def _people(session: Session, token: str) -> None:
    moment = now()
    ngo = Organisation(
        slug="alliance",
        kind=OrganisationKind.NGO,
        name=Slots("Маңғыстау азаматтық альянсы", "Гражданский альянс Мангистау", "Civic Alliance of Mangystau"),
    )
    amina = Person(name="Әмина", email="amina@example.kz", email_key="amina@example.kz", lang="kk", created_at=moment)
    session.add_all([ngo, amina])
    session.flush()
    session.add(SignInSession(token_digest=digest(token), person_id=amina.id, created_at=moment, seen_at=moment))
    for number in range(14):
        _event(session, f"seminar-{number}", seats=10 + 4 * number, starts_in=10 + 4 * number)


def _event(session: Session, slug: str, *, seats: int, waiting_list: bool = True, starts_in: int = 60) -> int:
    moment = now()
    begins = moment.replace(hour=5, minute=0, second=0, microsecond=0) + dt.timedelta(days=starts_in)
    day = begins.date()
    plan = Plan(
        kind=EventKind.HEARING,
        title=Slots(
            "Жылу тарифінің жобасы: қоғамдық тыңдау",
            "Проект тарифа на тепло: общественные слушания",
            "Draft heating tariff: public hearing",
        ),
        summary=Slots(
            "Жаңа жылу тарифінің жобасы таныстырылады, тұрғындар сұрақ қойып, пікірін айтады.",
            "Проект нового тарифа на тепло представят жителям, каждый сможет задать вопрос и высказаться.",
        ),
        about=Slots(
            "Тариф не үшін қаралып жатқаны, есептің қалай жасалғаны түсіндіріледі.\n\nӘр адамға үш минут беріледі.",
            "Объяснят, почему тариф пересматривают и как он посчитан.\n\nКаждому дают три минуты.",
        ),
        starts_at=begins,
        ends_at=begins + dt.timedelta(hours=3),
        place="aktau",
        venue=Slots("Достық үйі", "Дом дружбы", "House of Friendship"),
        capacity=seats,
        accessibility=("step_free", "lift", "hearing_loop"),
        contact_name="Сәуле",
        contact_phone="+77010000000",
        waiting_list=waiting_list,
        programme=tuple(
            ProgrammeLine(
                day=day,
                starts=dt.time(10 + number // 2, 30 * (number % 2)),
                title=Slots("Баяндама", "Доклад"),
                speaker=Slots("Тариф маманы", "Специалист по тарифам"),
            )
            for number in range(6)
        ),
        questions=(QuestionLine(kind=QuestionKind.TEXT, label=Slots("Не күтесіз?", "Чего вы ждёте?")),),
    )
    organisation = session.scalars(select(Organisation.id).limit(1)).one()
    event = create_event(session, organisation, plan, now=moment, slug=slug)
    publish(session, event.id, now=moment)
    return event.id
