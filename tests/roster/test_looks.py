"""Every look of the staff at people is in the log: no address of the desk shows anybody and writes nothing."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, select, update

from karavan.core.clock import now
from karavan.core.languages import Slots
from karavan.events.models import Answer, Attendee, Question, QuestionKind, Registration
from karavan.learning.models import Certificate, Feedback, Photo
from karavan.notifications.tasks import deliver_letters
from karavan.roster.models import RosterLook
from karavan.roster.queries import Filter
from karavan.roster.rules.messages import Wish, begin_message, send_message
from karavan.selection.models import Application
from tests.support.makers import write
from tests.support.routes import plant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from tests.support.cast import Cast
    from tests.support.routes import Address, Plant
    from tests.support.visit import Visit

HERS: Final = ("іздеуші", "sought", "olga", "87012345699")
"""Pieces of what people of the planted events said of themselves, and of a list brought in; nothing else has them."""
ROOMS: Final = ("/desk/events/", "/desk/check-in/", "/desk/reviews/")


def test_no_address_of_the_desk_shows_people_and_writes_nothing(
    app: Flask, session: Session, cast: Cast, new_visitor: Callable[[], Visit]
) -> None:
    """Every address there is, opened, and pressed so that the page comes back with its mistakes.

    The door of a device is tried in tests/door: each of its searches is a look, each of its scans a row.
    """
    stage = plant(app, cast)
    write(_say_of_themselves, stage)
    stage.values["message_id"] = _sent(stage, cast)
    deliver_letters()
    shown, silent = set(), set()
    for person in (cast.bekzat, cast.saule):
        visit = new_visitor()
        visit.sign_in(person)
        for address in _addresses(stage):
            write(_forget_looks)
            answer = visit.send(address.method, address.url)
            if answer.status_code < 500 and any(piece in _text(answer) for piece in HERS):
                shown.add(address.endpoint)
                if session.scalar(select(RosterLook.id)) is None:
                    silent.add(f"{address.method} {address.endpoint}")
                session.close()
    assert silent == set()
    assert shown >= SHOW_PEOPLE


SHOW_PEOPLE: Final = {
    "desk.check_in_code",
    "learning_desk.answers",
    "learning_desk.bring_back",
    "learning_desk.certificates",
    "learning_desk.photos",
    "learning_desk.revocation",
    "reviewing.score",
    "roster_desk.message",
    "roster_desk.move",
    "roster_desk.one_list",
    "roster_desk.registration",
    "roster_desk.remove",
    "roster_desk.roster",
    "roster_desk.roster_book",
    "roster_desk.roster_file",
    "roster_desk.sheet",
    "roster_desk.slip",
    "selection_desk.application",
    "selection_desk.applications",
}
"""What certainly shows somebody: were it missing, the walk above would have looked at empty pages."""


def _addresses(stage: Plant) -> Iterator[Address]:
    return (one for one in stage.addresses("GET", "POST") if any(room in one.url for room in ROOMS))


def _text(answer: TestResponse) -> str:
    """Return what an answer says; a workbook is opened."""
    content = answer.get_data()
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            content = b"".join(book.read(name) for name in book.namelist())
    return content.decode("utf-8", "ignore").casefold()


def _say_of_themselves(session: Session, stage: Plant) -> None:
    """Let people say what can be told from everything else on a page."""
    hers = "Іздеуші"
    question = session.scalars(select(Question.id).where(Question.event_id == stage.event.id)).one()
    for model in (Attendee, Certificate, Application):
        session.execute(update(model).values(name=hers))
    for number in session.scalars(select(Registration.id)):
        address = f"sought{number}@example.kz"
        session.execute(update(Registration).where(Registration.id == number).values(email=address, email_key=address))
    asked = Question(event_id=stage.event_ids[1], position=0, kind=QuestionKind.TEXT, label=Slots(ru="Зачем?"))
    session.add(asked)
    session.flush()
    session.execute(update(Application).values(needs_note=hers, answers={str(asked.id): hers}))
    session.execute(update(Photo).values(hidden_at=now(), objection=hers))
    session.add(Answer(registration_id=stage.registration.id, question_id=question, value=hers))
    facts: dict[str, Any] = {"event_id": stage.event.id, "rating": 5, "lang": "kk", "given_at": now()}
    session.add(Feedback(registration_id=stage.registration.id, words=hers, **facts))


def _sent(stage: Plant, cast: Cast) -> int:
    """Write to one of them, and send it."""
    her = Filter(registrations=(stage.registration.id,))
    wish = Wish(subject=Slots(ru="Что взять"), body=Slots(ru="Воду"), chosen=her)
    by: dict[str, Any] = {"by_id": cast.bekzat.id, "now": now()}
    number = write(begin_message, stage.event.id, wish, key="another-key", **by)
    write(send_message, stage.event.id, number, version=1, **by)
    return number


def _forget_looks(session: Session) -> None:
    session.execute(delete(RosterLook))
