"""The fixtures every test may ask for. What they are made of is in `tests/support`."""

from __future__ import annotations

import gc
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from hypothesis import HealthCheck, settings
from sqlalchemy import event

from karavan import create_app
from karavan.core.database import db, transact
from karavan.translations.compile import compile_catalogues
from tests.support import postgres
from tests.support.cast import Cast, call_cast
from tests.support.databases import chosen, make_schema, new_database
from tests.support.races import HANDS, all_at_once
from tests.support.settings import NOW, settings_for
from tests.support.visit import Visit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask import Flask
    from sqlalchemy.orm import Session

    from karavan.accounts.models import Person
    from tests.support.databases import Database


PAGES_ON_BOTH = 3
"""So many tests of a file open pages on PostgreSQL too, when not all do."""

# How long Hypothesis takes to think of an example says how busy the machine is (and in a new clone it first makes its
# table of characters), nothing about Karavan.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


def pytest_configure(config: pytest.Config) -> None:
    """Compile the catalogues and start PostgreSQL before there are workers, so that they share both."""
    if hasattr(config, "workerinput"):
        return
    compile_catalogues()
    if chosen() == "postgresql":
        postgres.server_url()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what meets a database, goes through pages, or tries a test again with other parameters.

    `bin/test both` runs what meets a database on both: on PostgreSQL each test in one of its variants, of those that go
    through pages the first of each file. `bin/test` itself opens pages for one variant only.
    """
    seen: set[tuple[Path, str]] = set()
    pages: Counter[Path] = Counter()
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        test = (item.path, item.nodeid.partition("[")[0])
        if test in seen:
            item.add_marker(pytest.mark.variant)
        elif "visit" in fixtures:
            pages[item.path] += 1
        if "visit" in fixtures:
            item.add_marker(pytest.mark.page)
        if pages[item.path] > PAGES_ON_BOTH and "visit" in fixtures:
            item.add_marker(pytest.mark.further)
        seen.add(test)
        if item.get_closest_marker("once"):
            continue
        if "house" in fixtures or item.path.parent.name == "notifications" or item.path.name == "test_serving.py":
            item.add_marker(pytest.mark.database)


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, Database]]:
    """One application and one database for all tests of this worker."""
    instance = tmp_path_factory.mktemp("instance")
    with new_database(instance) as database:
        app = create_app(settings_for(instance, database.url))
        app.testing = True
        with app.app_context():
            engine = db.engine
        if chosen() == "sqlite":
            event.listen(engine, "connect", _no_power_cuts)
        make_schema(app)
        database.keep(engine)
        # As a serving process does: what exists now is not looked through again and again, a fifth of the time.
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 20, 50)
        yield app, database
        engine.dispose()


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """The time is NOW, and stands still; `clock.shift(timedelta)` and `clock.move_to(moment)` move it."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def app(house: tuple[Flask, Database], clock: time_machine.Traveller) -> Flask:
    """The application, with an empty database."""
    application, database = house
    with application.app_context():
        engine = db.engine
    database.put_back(engine)
    return application


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A session that reads, within an application context: `write(rule, …)` changes, in a transaction of its own.

    After a write, or a page, what was read before is let go: look again.
    """
    with app.app_context():
        yield db.session()


@pytest.fixture
def cast(session: Session) -> Cast:
    """Amina, Bekzat, Saule, Daniyar, Ermek and Root."""
    return transact(call_cast)


@pytest.fixture
def visit(app: Flask, session: Session) -> Iterator[Visit]:
    """A browser without JavaScript (and, if asked, with htmx) that refuses pages which are not sound."""
    with Visit(app, after=session.close) as visitor:
        yield visitor


@pytest.fixture
def sign_in(visit: Visit) -> Callable[[Person], None]:
    """Sign somebody of the cast in, as the right code would: `sign_in(cast.bekzat)`."""
    return visit.sign_in


@pytest.fixture
def new_visitor(app: Flask, session: Session) -> Iterator[Callable[[], Visit]]:
    """More browsers, each with its own cookies: `new_visitor()`."""
    opened: list[Visit] = []

    def open_browser() -> Visit:
        opened.append(Visit(app, after=session.close))
        return opened[-1]

    yield open_browser
    for visitor in opened:
        visitor.close()


@pytest.fixture
def other_app(app: Flask) -> Iterator[Callable[..., Flask]]:
    """The same house and database under other settings: `other_app(rate_limits=True)`."""
    usual = app.extensions["karavan.settings"]
    engines = []

    def furnish(**changes: Any) -> Flask:
        application = create_app(settings_for(usual.instance, usual.database_url, **changes))
        application.testing = True
        with application.app_context():
            engines.append(db.engine)
        return application

    yield furnish
    for engine in engines:
        engine.dispose()


@pytest.fixture
def at_once(other_app: Callable[..., Flask]) -> Callable[..., list[Any]]:
    """Several acts at the same moment: `at_once(doing(support, …), doing(take_step, …))`."""
    app = other_app(threads=HANDS)
    return lambda *acts: all_at_once(app, acts)


def _no_power_cuts(connection: Any, _: object) -> None:
    """Tests do not wait for the disk."""
    connection.execute("PRAGMA synchronous=OFF")
