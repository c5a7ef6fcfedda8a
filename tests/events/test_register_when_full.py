"""Where every seat is held and there is no queue, most people are told no before the gate."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from karavan.events import queries
from karavan.events.models import Event, SeatGate
from karavan.events.problems import EventIsFull, RegistrationHasClosed
from karavan.events.rules.plan import resize
from karavan.events.rules.register import refuse_if_full
from tests.support.makers import application, fill, make_event, take_seats, write
from tests.support.settings import NOW

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from karavan.events.rules.register import Application
    from tests.support.visit import Visit


def look(session: Session, event: Event, wish: Application | None = None, **when: object) -> None:
    seen = queries.event_to_register_for(session, event.slug)
    assert seen is not None
    refuse_if_full(session, seen, wish or application(), now=NOW, **when)  # type: ignore[arg-type]


def test_who_comes_too_late_is_told_at_once(session: Session) -> None:
    event = make_event(seats=2, waiting_list=False)
    look(session, event)
    fill(event)
    with pytest.raises(EventIsFull):
        look(session, event)


def test_a_queue_is_joined_at_the_gate(session: Session) -> None:
    event = make_event(seats=1, waiting_list=True)
    fill(event)
    look(session, event)


def test_a_second_press_and_a_known_contact_go_on_to_the_gate(session: Session) -> None:
    event = make_event(seats=1, waiting_list=False)
    mine = application(email="amina@example.kz")
    take_seats(event, mine)
    look(session, event, mine)
    look(session, event, application(email="amina@example.kz"))
    with pytest.raises(EventIsFull):
        look(session, event, application(email="bekzat@example.kz"))


def test_seats_beyond_capacity_count(session: Session) -> None:
    event = make_event(seats=1, waiting_list=False)
    fill(event)
    write(resize, event.id, overbook=1, reason="Зал оказался больше", now=NOW)
    look(session, event)


def test_what_is_closed_is_called_closed_not_full(session: Session) -> None:
    event = make_event(seats=1, waiting_list=False, registration_closes_at=NOW + timedelta(hours=1))
    fill(event)
    seen = queries.event_to_register_for(session, event.slug)
    assert seen is not None
    with pytest.raises(RegistrationHasClosed):
        refuse_if_full(session, seen, application(), now=NOW + timedelta(hours=2))


def test_no_number_is_drawn_for_who_is_refused(visit: Visit, session: Session) -> None:
    event = make_event(seats=1, waiting_list=False)
    visit.get(f"/en/events/{event.slug}/registration")
    fill(event)
    before = session.scalars(select(SeatGate.next_number).where(SeatGate.event_id == event.id)).one()
    fields = {"people-0-name": "Айгүл", "email": "late@example.kz", "processing": True}
    page = visit.press("Register", fields=fields, status=422)
    assert "There are no seats left" in page.text
    assert session.scalars(select(SeatGate.next_number).where(SeatGate.event_id == event.id)).one() == before
