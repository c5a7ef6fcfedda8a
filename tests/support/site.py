"""Karavan as people meet it: a real server on this machine, with the demonstration town in its database.

It runs in threads of the tests' own process, so that a test can plant an event by the rules and open its page a moment
later. The time is the machine's: a browser has its own clock, and cookies that end in another year would be dropped.
"""

from __future__ import annotations

import re
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from sqlalchemy import select

from karavan import create_app
from karavan.accounts.models import Organisation, Person, RoleGrant
from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.councils.models import Council
from karavan.events.models import Event, Registration
from karavan.notifications.models import MailboxLetter
from karavan.notifications.tasks import deliver_letters
from karavan.seeds.cast import CAST
from karavan.seeds.town import plant_town
from karavan.translations.compile import compile_catalogues
from karavan.web.access import access, anyone
from tests.support import civic, makers
from tests.support.databases import make_schema, new_database
from tests.support.settings import settings_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask import Flask

    from karavan.proposals.models import Proposal, State


_numbers = count(1)

BROKEN = "broken-on-purpose"
"""Below each language: a page whose view fails."""


def address_of(key: str) -> str:
    """Return the e-mail address of somebody of the town's cast; that of anybody else is her key."""
    return next((account.email for account in CAST if account.key == key), key)


@dataclass(frozen=True)
class Site:
    """A running Karavan."""

    app: Flask
    url: str

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Lend an application context to what asks the database."""
        with self.app.app_context():
            yield

    def new_event(self, **plan: Any) -> Event:
        """Publish an event of which only the asking test knows."""
        with self.inside():
            return makers.make_event(slug=f"test-event-{next(_numbers)}", **plan)

    def organisation_of(self, key: str) -> Organisation:
        """Return the organisation for which somebody of the cast holds a role."""
        with self.inside():
            grants = select(RoleGrant.organisation_id).join(RoleGrant.person).where(Person.email_key == address_of(key))
            return db.session().scalars(select(Organisation).where(Organisation.id.in_(grants))).one()

    def event_id(self, slug: str) -> int:
        """Return the number of one of the town's events."""
        with self.inside():
            return db.session().scalars(select(Event.id).where(Event.slug == slug)).one()

    def register(self, event: Event, **asked: Any) -> Registration:
        """Let somebody register."""
        with self.inside():
            return makers.make_registration(event, **asked)

    def write(self, rule: Callable[..., Any], *args: Any) -> Any:
        """Let a rule do something now."""
        with self.inside():
            return transact(rule, *args, now=now())

    def parties(self, event: Event) -> list[list[str]]:
        """Return the names of everybody registered for an event, by registration."""
        with self.inside():
            found = db.session().scalars(select(Registration).where(Registration.event_id == event.id)).all()
            return [[attendee.name for attendee in registration.attendees] for registration in found]

    def standing(self, registration: Registration) -> list[str]:
        """Return where a registration's people stand."""
        with self.inside():
            return [state.value for state in makers.states_of(registration)]

    def ticket(self, registration: Registration) -> str:
        """Return where a registration's ticket lies, below the language."""
        token = self.app.extensions["karavan.keys"].seal(registration.public_id, purpose="ticket")
        return f"registrations/{token}"

    def deliver(self) -> None:
        """Let the letters leave that are due."""
        with self.inside():
            while deliver_letters():
                pass

    def new_proposal(self, state: State, *, author: str = "", **changes: Any) -> Proposal:
        """Bring a submission to the regional council, by somebody of the cast if one is named, and so far."""
        with self.inside():
            session = db.session()
            council = session.scalars(select(Council).where(Council.slug == "mangystau-region")).one()
            known = session.scalars(select(Person).where(Person.email_key == (author and address_of(author)))).first()
            return civic.make_proposal(council, state=state, author=known, **changes)

    def code_for(self, address: str) -> str:
        """Return the code of the last sign-in letter to an address; other letters may have left after it."""
        self.deliver()
        with self.inside():
            hers = (MailboxLetter.address == address) & MailboxLetter.letter_key.startswith("code:")
            body = (
                db.session().scalars(select(MailboxLetter.body).where(hers).order_by(MailboxLetter.id.desc())).first()
            )
        found = re.search(r"\b\d{6}\b", body or "")
        assert found, f"no letter to {address} has a code: {body}"
        return found[0]


@contextmanager
def running(instance: Path) -> Iterator[Site]:
    """Serve the town at an address of its own until the tests are over."""
    compile_catalogues()
    with new_database(instance) as database:
        door = _Door()
        server = make_server("127.0.0.1", 0, door, server_class=_Threads, handler_class=_Quiet)
        url = f"http://127.0.0.1:{server.server_port}"
        app = create_app(settings_for(instance, database.url, base_url=url, threads=8))
        app.add_url_rule(f"/<lang:lang>/{BROKEN}", BROKEN, access(anyone)(_fail))
        door.app = app
        make_schema(app)
        with app.app_context():
            transact(plant_town, now=now())
            engine = db.engine
        serving = threading.Thread(target=server.serve_forever, name="karavan-site", daemon=True)
        serving.start()
        try:
            yield Site(app, url)
        finally:
            server.shutdown()
            serving.join()
            server.server_close()
            engine.dispose()


def _fail(**_: Any) -> str:
    raise RuntimeError("broken on purpose, for the page that says so")


class _Door:
    """What the server asks. The application comes later: it has to be told at which address it stands."""

    app: Flask

    def __call__(self, *asked: Any) -> Any:
        return self.app(*asked)


class _Threads(ThreadingMixIn, WSGIServer):
    """A thread for each request, and a connection too: a browser that goes away leaves nothing behind."""

    daemon_threads = True
    request_queue_size = 128


class _Quiet(WSGIRequestHandler):
    """Nothing is written into the tests' output: what went wrong is seen in the browser."""

    def log_message(self, *_: object) -> None:  # type: ignore[override]
        """Say nothing."""
