"""The town, planted once for all tests that only look at it: planting takes seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from karavan import create_app
from karavan.core.database import db, transact
from karavan.seeds.town import plant_town
from tests.support.databases import make_schema, new_database
from tests.support.settings import NOW, settings_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from sqlalchemy.orm import Session


@pytest.fixture(scope="session")
def planted(house: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application of its own whose database holds the town as it is at NOW."""
    instance = tmp_path_factory.mktemp("town")
    with new_database(instance) as database:
        app = create_app(settings_for(instance, database.url))
        make_schema(app)
        with app.app_context():
            transact(plant_town, now=NOW)
        yield app
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def town(planted: Flask) -> Iterator[Session]:
    """A session that reads the town. Whoever writes into it spoils it for the others."""
    with planted.app_context():
        yield db.session()
