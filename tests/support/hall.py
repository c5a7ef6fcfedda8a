"""A served Karavan with one council: several processes on loopback, people signed in, and a look into its database."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from karavan import create_app
from karavan.accounts.models import SignInSession
from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.tokens import digest, new_key
from karavan.proposals.models import NumberGate, Proposal
from tests.support.civic import make_council, make_person
from tests.support.crowd import Server, serving
from tests.support.databases import chosen, make_schema, new_database
from tests.support.settings import settings_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask

PROCESSES = 2 if chosen() == "sqlite" else 3


@dataclass
class Hall:
    """A served Karavan with one council, and a look into its database."""

    app: Flask
    server: Server

    def count(self, what: Any) -> int:
        with self.app.app_context():
            return db.session().scalars(select(func.count()).select_from(what)).one()

    def numbers(self) -> list[str]:
        with self.app.app_context():
            return list(db.session().scalars(select(Proposal.number).order_by(Proposal.number)))

    def next_number(self) -> int:
        with self.app.app_context():
            return db.session().scalars(select(NumberGate.next_number)).one()

    def somebody(self) -> str:
        """Return the cookie of somebody who has signed in."""
        with self.app.app_context():
            person = make_person()
        return self.cookie_of(person.id)

    def cookie_of(self, person_id: int) -> str:
        """Return the cookie of this person, who has signed in."""
        token = new_key()
        with self.app.app_context():
            row = SignInSession(token_digest=digest(token), person_id=person_id, created_at=now(), seen_at=now())
            transact(lambda session: session.add(row))
            signer = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]
            return f"karavan={signer.dumps({'_user_id': token, '_permanent': True})}"


@contextmanager
def hall(instance: Path, *, app: str = "wsgi:app") -> Iterator[Hall]:
    with new_database(instance) as database:
        house = create_app(settings_for(instance, database.url))
        make_schema(house)
        with house.app_context():
            engine = db.engine
            make_council()
            engine.dispose()
        env = {"SECRET_KEY": house.config["SECRET_KEY"]}
        with serving(app, processes=PROCESSES, database_url=database.url, instance=instance, **env) as server:
            yield Hall(house, server)
        engine.dispose()
