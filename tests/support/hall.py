"""A served Karavan with one council: several processes on loopback, people signed in, and a look into its database."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from http.client import HTTPException
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from karavan import create_app
from karavan.accounts.models import SignInSession
from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.tokens import digest, new_key
from karavan.proposals.models import NumberGate, Proposal
from tests.support.civic import make_council, make_person
from tests.support.crowd import Answer, Server, at_once, serving
from tests.support.databases import chosen, make_schema, new_database
from tests.support.page import Page, parse
from tests.support.settings import settings_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask import Flask

PROCESSES = 2 if chosen() == "sqlite" else 3


@dataclass
class Hall:
    """A served Karavan with one council, and a look into its database."""

    app: Flask
    server: Server
    start: Callable[[], Server]
    """Serves the same house once more."""

    def restart(self, *presses: Callable[[], Any]) -> None:
        """End the server while these are pressed, who may get no answer at all; then go on with a fresh one."""

        def attempt(press: Callable[[], Any]) -> None:
            with suppress(OSError, HTTPException):
                press()

        at_once(*[partial(attempt, press) for press in presses], self.server.stop)
        self.server = self.start()

    def browser(self, person_id: int) -> Browser:
        """Return somebody who has signed in, in front of the servers."""
        return Browser(self, self.cookie_of(person_id))

    def ask(self, what: Any) -> list[Any]:
        """Ask the database for rows of one column."""
        with self.app.app_context():
            return list(db.session().scalars(what))

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


@dataclass
class Browser:
    """Somebody signed in, in front of the servers."""

    place: Hall
    cookie: str

    def form(self, url: str, button: str, **typed: Any) -> list[tuple[str, str]]:
        """Open a page and return what its form sends."""
        answer, self.cookie = self.place.server.send("GET", url, cookie=self.cookie)
        assert answer.status == 200, answer.body[:500]
        page = Page(address=url, response=None, document=parse(answer.body)[0])  # type: ignore[arg-type]
        return page.form_of(button).filled(button, typed)

    def press(self, url: str, form: Any, *, htmx: bool = False) -> Answer:
        """Send a form."""
        return self.place.server.send("POST", url, cookie=self.cookie, form=form, htmx=htmx)[0]

    def pressing(self, url: str, button: str, *, to: str = "", **typed: Any) -> Callable[[], Answer]:
        """Open a page, fill its form, and return the press; `to`: where it goes, if not to the page itself."""
        form = self.form(url, button, **typed)
        return partial(self.press, to or url, form)


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
        facts: dict[str, Any] = {"processes": PROCESSES, "database_url": database.url, "instance": instance}
        with ExitStack() as servers:

            def start() -> Server:
                return servers.enter_context(serving(app, **facts, **env))

            yield Hall(house, start(), start)
        engine.dispose()
