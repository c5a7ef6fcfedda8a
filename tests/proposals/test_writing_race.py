"""One submission, however often its button is pressed: eight at once, over HTTP, against real server processes."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select

from karavan import create_app
from karavan.accounts.models import SignInSession
from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.tokens import digest, new_key
from karavan.notifications.models import Letter
from karavan.proposals.models import Draft, NumberGate, Proposal, StateChange
from tests.support.civic import make_council, make_person
from tests.support.crowd import Answer, Server, at_once, crowd, serving
from tests.support.databases import chosen, make_schema, new_database
from tests.support.settings import settings_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask import Flask

pytestmark = [pytest.mark.race, pytest.mark.timeout(240)]

PROCESSES = 2 if chosen() == "sqlite" else 3
PRESSES = 8
NEW = "/en/proposals/new"
_ACTION = re.compile(rf'action="({NEW}/[^"]+)"')
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
WORDS = {
    "problem": "Бірінші автобус 08:30-да шығады.",
    "solution": "06:00-де шығатын рейс қосу керек.",
    "place": "aktau",
    "topic": "transport",
    "council": "local",
    "language": "kk",
}
HER = {"author_name": "Айгүл Сәрсенова", "public_name": "Айгүл С.", "adult": "y", "publication": "y"}


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
        token = new_key()
        with self.app.app_context():
            person = make_person()
            row = SignInSession(token_digest=digest(token), person_id=person.id, created_at=now(), seen_at=now())
            transact(lambda session: session.add(row))
            signer = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]
            return f"karavan={signer.dumps({'_user_id': token, '_permanent': True})}"

    def written(self, title: str) -> Callable[[], Answer]:
        """Let somebody write and look; return the press of the last button."""
        page, cookie = self.server.send("GET", NEW, cookie=self.somebody())
        text = _found(_ACTION, page)
        form = {"csrf_token": _found(_TOKEN, page), "title": title} | WORDS
        answer, _ = self.server.send("POST", text, cookie=cookie, form=form)
        assert answer.location.endswith("/check"), answer.body[:500]
        sending = text.replace("/text", "/sending")
        page, _ = self.server.send("GET", sending, cookie=cookie)
        form = {"csrf_token": _found(_TOKEN, page)} | HER
        return lambda: self.server.send("POST", sending, cookie=cookie, form=form)[0]


def _found(what: re.Pattern[str], page: Answer) -> str:
    found = what.search(page.body)
    assert found, f"the page ({page.status}) has no {what.pattern}: {page.body[:500]}"
    return found[1]


@contextmanager
def hall(instance: Path) -> Iterator[Hall]:
    with new_database(instance) as database:
        house = create_app(settings_for(instance, database.url))
        make_schema(house)
        with house.app_context():
            engine = db.engine
            make_council()
            engine.dispose()
        env = {"SECRET_KEY": house.config["SECRET_KEY"]}
        with serving("wsgi:app", processes=PROCESSES, database_url=database.url, instance=instance, **env) as server:
            yield Hall(house, server)
        engine.dispose()


def number_of(answer: Answer) -> str:
    assert answer.status == 303, answer.body[:500]
    return urlsplit(answer.location).path.rpartition("/")[2]


def test_eight_presses_at_once_are_one_submission_and_say_one_number(tmp_path: Path) -> None:
    with hall(tmp_path) as place:
        press = place.written("Таңғы автобус")

        told = {number_of(answer) for answer in at_once(*[press] * PRESSES)}
        late = number_of(press())

        assert told == {late}
        assert place.numbers() == [late]
        assert place.next_number() == 2, "no number was lost on the way"
        assert (place.count(StateChange), place.count(Letter)) == (1, 1)
        assert [status for status in place.server.statuses if status >= 500] == []


def test_many_people_press_twice_and_numbers_run_on_without_a_gap(tmp_path: Path) -> None:
    people = 12
    with hall(tmp_path) as place:
        presses = [place.written(f"Ұсыныс {number}") for number in range(people)]

        told = crowd(lambda press: {number_of(answer) for answer in at_once(press, press)}, presses)

        assert all(len(numbers) == 1 for numbers in told)
        found = place.numbers()
        assert sorted(numbers.pop() for numbers in told) == found
        assert [int(number[-5:]) for number in found] == list(range(1, people + 1))
        assert place.count(Draft) == people
        assert [status for status in place.server.statuses if status >= 500] == []
