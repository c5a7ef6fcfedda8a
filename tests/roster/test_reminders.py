"""Reminders: written by the clock once each, to those it concerns; they survive restarts and move with the event."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from karavan.core.clock import now
from karavan.core.database import db
from karavan.core.languages import Slots
from karavan.events.models import Event, Registration
from karavan.events.rules.change_seats import give_back
from karavan.events.rules.plan import cancel_event, postpone_event
from karavan.events.rules.say_coming import say_coming
from karavan.notifications.models import Letter, LetterState
from karavan.notifications.tasks import deliver_letters
from karavan.roster.message_problems import MomentHasPassed, RemindersChanged
from karavan.roster.models import Reminder
from karavan.roster.rules.reminders import USUAL, mark_of, plan_reminders, remind
from karavan.roster.tasks import write_reminders
from tests.notifications.boxes import mailbox, outbox
from tests.support.makers import make_event, make_registration, write
from tests.support.races import doing

if TYPE_CHECKING:
    from collections.abc import Callable

    import time_machine
    from flask import Flask
    from sqlalchemy.orm import Session

    from tests.support.cast import Cast
    from tests.support.visit import Visit

HOUR = timedelta(hours=1)
USUALLY = mark_of(USUAL)


@pytest.fixture
def event(cast: Cast) -> Event:
    """In ten days."""
    return make_event(organisation=cast.alliance, seats=3, starts_in=timedelta(days=10))


def reminders() -> list[Letter]:
    return sorted((one for one in outbox().values() if one.letter == "events/reminder"), key=lambda one: one.id)


def tick() -> int:
    """Let the clock's round pass once."""
    db.session.close()
    return write_reminders()


def begin_at(event: Event, moment: Any) -> None:
    """Move an event, as an organiser's edit does."""
    moved = {"starts_at": moment, "ends_at": moment + 4 * HOUR}
    write(lambda session: session.execute(update(Event).where(Event.id == event.id).values(**moved)))


def test_people_are_asked_three_days_and_one_day_before(
    event: Event, session: Session, clock: time_machine.Traveller
) -> None:
    one = make_registration(event, email="one@example.kz")
    assert tick() == 0
    clock.move_to(event.starts_at - 73 * HOUR)
    assert tick() == 0
    clock.move_to(event.starts_at - 72 * HOUR)
    assert [tick(), tick()] == [1, 0]
    write(say_coming, one.public_id, now=now())
    late = make_registration(event, email="late@example.kz")
    clock.move_to(event.starts_at - 20 * HOUR)  # the server slept for four hours
    make_registration(event, email="just-now@example.kz")
    assert [tick(), tick()] == [2, 0]

    letters = reminders()
    assert [(one.address, one.payload["said"]) for one in letters] == [
        ("one@example.kz", False), ("one@example.kz", True), ("late@example.kz", False),
    ]  # fmt: skip
    assert letters[1].payload["ticket"] == one.public_id
    assert letters[2].payload["ticket"] == late.public_id
    rows = session.scalars(select(Reminder).order_by(Reminder.hours_before)).all()
    assert [(row.hours_before, row.asks, row.letters) for row in rows] == [(24, True, 2), (72, True, 1)]


def test_the_letter_leads_to_the_two_buttons(
    event: Event, visit: Visit, app: Flask, clock: time_machine.Traveller
) -> None:
    make_registration(event, lang="en", email="one@example.kz")
    clock.move_to(event.starts_at - 72 * HOUR)
    tick()
    while deliver_letters():
        pass
    letter = mailbox()[-1]
    assert letter.subject == "Are you still coming? Study tour to Astana"
    (link, again) = [line.split()[-1] for line in letter.body.splitlines() if "/en/registrations/" in line]
    assert link == again
    visit.get(link.removeprefix("http://karavan.test"))
    page = visit.press("I am still coming")
    assert page.response.status_code == 200
    db.session.close()
    assert db.session.scalars(select(Registration.coming_at)).one() == now()
    visit.follow("I cannot come: give the seat back")


def test_only_those_with_a_seat_are_reminded(event: Event, clock: time_machine.Traveller) -> None:
    seated = [make_registration(event) for _ in range(3)]
    make_registration(event, email="waiting@example.kz")
    write(give_back, event.id, seated[0].public_id, attendee_ids=None, now=now())  # her seat is offered to the next
    clock.move_to(event.starts_at - 72 * HOUR)
    assert tick() == 2
    assert {one.address for one in reminders()} == {one.email for one in seated[1:]}


def test_of_several_that_are_due_only_the_nearest_is_written(event: Event, clock: time_machine.Traveller) -> None:
    make_registration(event)
    clock.move_to(event.starts_at - 5 * HOUR)  # nobody served for a week
    assert [tick(), tick()] == [1, 0]
    assert reminders()[0].key.split(":")[1] == str(
        db.session.scalars(select(Reminder.id).where(Reminder.hours_before == 24)).one()
    )


def test_an_event_that_is_over_put_off_or_cancelled_reminds_nobody(
    event: Event, cast: Cast, clock: time_machine.Traveller
) -> None:
    off = make_event(organisation=cast.alliance, starts_in=timedelta(days=10))
    for one in (event, off):
        make_registration(one)
    write(postpone_event, event.id, reason=Slots(ru="Буран"), version=event.version, now=now())
    write(cancel_event, off.id, reason=Slots(ru="Буран"), now=now())
    clock.move_to(event.starts_at - 24 * HOUR)
    assert tick() == 0
    clock.move_to(event.starts_at + HOUR)
    assert tick() == 0


def test_reminders_move_with_the_event(event: Event, clock: time_machine.Traveller) -> None:
    make_registration(event)
    clock.move_to(event.starts_at - 70 * HOUR)
    assert tick() == 1
    while deliver_letters():
        pass
    begin_at(event, event.starts_at + 2 * HOUR)  # a little: the moment has passed all the same
    clock.shift(10 * 60)
    assert tick() == 0
    begin_at(event, event.starts_at + timedelta(days=7))  # far: it lies ahead again
    assert tick() == 0
    clock.move_to(event.starts_at + timedelta(days=7) - 72 * HOUR)
    assert [tick(), tick()] == [1, 0]
    assert len({one.key for one in reminders()}) == 2


def test_what_would_tell_an_old_time_is_called_back(
    event: Event, session: Session, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some at a time: more than a hundred thousand may wait, and no statement can name them all."""
    monkeypatch.setattr("karavan.roster.message_queries.AT_A_TIME", 1)
    gone, stays = make_registration(event), make_registration(event)
    clock.move_to(event.starts_at - 72 * HOUR)
    assert tick() == 2  # and the mail server is down
    write(give_back, event.id, gone.public_id, attendee_ids=None, now=now())
    tick()
    assert [one.payload["ticket"] for one in reminders()] == [stays.public_id]
    begin_at(event, event.starts_at + 2 * HOUR)
    tick()
    assert reminders() == []


def test_a_reminder_that_comes_too_late_is_not_sent(event: Event, app: Flask, clock: time_machine.Traveller) -> None:
    make_registration(event)
    clock.move_to(event.starts_at - 24 * HOUR)
    tick()
    clock.move_to(event.starts_at)
    deliver_letters()
    assert [one.state for one in reminders()] == [LetterState.FAILED]


@pytest.mark.race
def test_two_deliverers_remind_once(
    at_once: Callable[..., list[Any]], event: Event, clock: time_machine.Traveller
) -> None:
    for _ in range(3):
        make_registration(event)
    clock.move_to(event.starts_at - 72 * HOUR)
    outcomes = at_once(*(doing(remind, event.id, now=now()) for _ in range(4)))
    assert sorted(outcomes) == [0, 0, 0, 3]
    assert len(reminders()) == 3


# --- The organiser's own ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [False, True])
def test_an_organiser_sets_reminders_of_her_own(
    desk: Visit, event: Event, clock: time_machine.Traveller, htmx: bool
) -> None:
    make_registration(event)
    url = f"/en/desk/events/{event.id}/reminders"
    page = desk.get(url)
    assert "3 days before the start" in page.text
    fields = {"rows-0-hours": "48", "rows-0-asks": False, "rows-1-hours": "", "rows-2-hours": "5"}
    page = desk.press("Save the reminders", htmx=htmx, fields=fields)
    assert "2 days before the start" in page.text
    assert "5 hours before the start" in page.text
    assert "3 days before the start" not in page.text
    clock.move_to(event.starts_at - 24 * HOUR)
    assert tick() == 1
    assert reminders()[0].payload["asks"] is False
    assert "1 letter" in desk.get(url).text


def test_no_reminders_at_all_stay_none(desk: Visit, event: Event, clock: time_machine.Traveller) -> None:
    make_registration(event)
    desk.get(f"/en/desk/events/{event.id}/reminders")
    page = desk.press("Save the reminders", fields={"rows-0-hours": "", "rows-1-hours": ""})
    assert "Nobody is reminded of this event." in page.text
    clock.move_to(event.starts_at - 20 * HOUR)
    assert tick() == 0


@pytest.mark.parametrize(
    ("hours", "complaint"),
    [
        ("0", "from 1 to 720"),
        ("721", "from 1 to 720"),
        ("²", "from 1 to 720"),
        ("24", "stands here twice"),
        ("300", "passed already"),
    ],
)
def test_what_makes_no_sense_is_said(desk: Visit, event: Event, hours: str, complaint: str) -> None:
    desk.get(f"/en/desk/events/{event.id}/reminders")
    page = desk.press("Save the reminders", status=422, fields={"rows-2-hours": hours})
    assert complaint in page.summary
    assert page.one("input", name="rows-2-hours").get("value") == hours


def test_two_organisers_do_not_overwrite_each_other(desk: Visit, event: Event) -> None:
    desk.get(f"/en/desk/events/{event.id}/reminders")
    write(plan_reminders, event.id, {48: True}, read=USUALLY, now=now())
    with pytest.raises(RemindersChanged):
        write(plan_reminders, event.id, {12: True}, read=USUALLY, now=now())
    with pytest.raises(MomentHasPassed):
        write(plan_reminders, event.id, {700: True}, read=mark_of({48: True}), now=now())
    page = desk.press("Save the reminders", status=409, fields={"rows-2-hours": "12"})
    assert "Somebody else has changed the reminders" in page.summary
    assert "2 days before the start" in page.text
    assert page.one("input", name="rows-2-hours").get("value") == "12"
    page = desk.press("Save the reminders", status=200)
    assert "12 hours before the start" in page.text
