"""What some events ask of each person: woman or man, year of birth, role. Each may be left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from karavan.events.models import Registration
from tests.support.makers import make_event, people_of, reload

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.orm import Session

    from tests.support.cast import Cast
    from tests.support.visit import Visit

ALL = ("sex", "born", "role")


def test_the_organiser_chooses_and_people_answer_or_not(
    app: Flask, desk: Visit, visit: Visit, session: Session, cast: Cast
) -> None:
    event = make_event(organisation=cast.alliance)
    desk.get(f"/en/desk/events/{event.id}/edit")
    desk.press("Save the changes", asks=list(ALL), statements=40)
    url = f"/en/events/{event.slug}/registration"
    visit.get(url)
    filled = {"people-0-name": "Әмина", "people-0-sex": "female", "people-0-born": "1875", "email": "amina@example.kz"}
    page = visit.press("Register", fields=filled | {"processing": True}, status=422)
    assert "Person 1: Enter the year of birth as four digits, from 1900 to 2026." in page.summary
    assert page.by_id("people-0-born").get("value") == "1875"
    visit.press("add", fields={"people-0-born": "1990"})
    more = {"people-0-role": "activist", "people-1-name": "Ерлан", "processing": True}
    visit.press("Register", fields=more, status=200)
    registration = reload(session.scalars(select(Registration.public_id)).one())
    said = [tuple(getattr(one, name) for name in ALL) for one in registration.attendees]
    assert said == [("female", 1990, "activist"), ("", None, "")]

    visit.follow("Change names, needs and answers")
    assert visit.page is not None
    assert visit.page.by_id("people-0-born").get("value") == "1990"
    visit.press("Save", fields={"people-0-born": "", "people-0-role": "", "people-1-sex": "male"}, status=200)
    said = [tuple(getattr(one, name) for name in ALL) for one in people_of(registration)]
    assert said == [("female", None, ""), ("male", None, "")]


def test_what_is_not_asked_is_neither_shown_nor_taken(visit: Visit, session: Session) -> None:
    event = make_event(asks=("born",))
    page = visit.get(f"/en/events/{event.slug}/registration")
    assert not page.find(id="people-0-sex")
    form = dict(page.form_of("Register").filled("Register", {"people-0-name": "Әмина", "email": "a@example.kz"}))
    odd = {"people-0-sex": "female", "people-0-role": "<b>", "processing": "y", "people-0-born": "0"}
    visit.post(f"/en/events/{event.slug}/registration", form | odd, status=422)
    visit.post(f"/en/events/{event.slug}/registration", form | odd | {"people-0-born": ""}, status=200)
    registration = reload(session.scalars(select(Registration.public_id)).one())
    assert [(one.sex, one.born, one.role) for one in registration.attendees] == [("", None, "")]
