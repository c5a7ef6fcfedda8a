"""What the public record says about events: every act, with numbers, by role, and nobody's name."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from karavan.core.database import transaction
from karavan.core.languages import Slots
from karavan.events.models import SeatChannel
from karavan.events.problems import CodeUnknown, EventIsFull, NoSeatHere
from karavan.events.rules.change_seats import accept_offer, decline_offer, give_back, rejoin, sweep
from karavan.events.rules.check_in import check_in
from karavan.events.rules.plan import cancel_event, edit_event, resize
from karavan.events.rules.register import register
from karavan.record.models import SUBJECTS, ActorRole, RecordEntry, Verb
from karavan.record.rules import correct
from tests.support.makers import (
    application,
    fill,
    make_event,
    make_plan,
    make_registration,
    reload,
    take_seats,
    write,
)
from tests.support.settings import NOW

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from karavan.events.models import Event
    from tests.support.cast import Cast

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RESIDENT, ORGANISER, CLOCK = ActorRole.RESIDENT, ActorRole.ORGANISER, ActorRole.CLOCK


def record(session: Session, event: Event, *, after: int = 2) -> list[tuple[Verb, ActorRole, dict[str, object]]]:
    """The entries of an event, without the two of its making."""
    session.close()
    found = session.scalars(select(RecordEntry).where(RecordEntry.event_id == event.id).order_by(RecordEntry.id)).all()
    return [(entry.verb, entry.actor_role, entry.facts) for entry in found[after:]]


def test_an_event_is_born_and_published_in_public(session: Session) -> None:
    event = make_event()

    assert record(session, event, after=0) == [
        (Verb.EVENT_CREATED, ORGANISER, {}),
        (Verb.EVENT_PUBLISHED, ORGANISER, {}),
    ]


def test_a_registration_is_noted_with_numbers(session: Session) -> None:
    event = make_event(seats=2)
    make_registration(event)
    make_registration(event, people=3, at_least=1)
    make_registration(event)

    assert record(session, event) == [
        (Verb.REGISTRATION_CREATED, RESIDENT, {"seats": 1, "waiting": 0}),
        (Verb.REGISTRATION_CREATED, RESIDENT, {"seats": 1, "waiting": 2}),
        (Verb.REGISTRATION_QUEUED, RESIDENT, {"seats": 0, "waiting": 1}),
    ]


def test_what_the_desk_does_is_noted_as_the_desks(session: Session) -> None:
    event = make_event()
    amina = make_registration(event, channel=SeatChannel.DESK)
    write(give_back, event.id, amina.public_id, now=NOW, by=ORGANISER)

    assert [role for _, role, _ in record(session, event)] == [ORGANISER, ORGANISER]


def test_a_second_press_is_noted_once(session: Session) -> None:
    event, wish = make_event(), application()
    take_seats(event, wish)
    take_seats(event, wish)
    take_seats(event, application(email=wish.email))

    assert len(record(session, event)) == 1


def test_the_whole_way_of_a_seat_can_be_read(session: Session) -> None:
    event = make_event(seats=1)
    (seated,) = fill(event)
    first, second, third = (make_registration(event) for _ in range(3))
    write(give_back, event.id, seated.public_id, now=NOW)
    write(decline_offer, event.id, first.public_id, reload(first).offers[0].id, now=NOW)
    write(sweep, event.id, now=NOW + 2 * DAY)
    write(accept_offer, event.id, third.public_id, reload(third).offers[0].id, now=NOW + 2 * DAY)
    write(rejoin, event.id, second.public_id, now=NOW + 2 * DAY)

    assert record(session, event)[4:] == [
        (Verb.SEATS_GIVEN_BACK, RESIDENT, {"seats": 1}),
        (Verb.SEATS_OFFERED, CLOCK, {"seats": 1}),
        (Verb.OFFER_DECLINED, RESIDENT, {"seats": 1}),
        (Verb.SEATS_OFFERED, CLOCK, {"seats": 1}),
        (Verb.OFFER_EXPIRED, CLOCK, {"seats": 1}),
        (Verb.SEATS_OFFERED, CLOCK, {"seats": 1}),
        (Verb.OFFER_ACCEPTED, RESIDENT, {"seats": 1}),
        (Verb.REGISTRATION_REJOINED, RESIDENT, {"seats": 0, "waiting": 1}),
    ]


def test_passing_somebody_over_is_noted_with_the_reason_in_numbers(session: Session) -> None:
    event = make_event(seats=2)
    make_registration(event)
    family = make_registration(event, people=2)
    make_registration(event)

    write(sweep, event.id, now=reload(family).waits_until)

    assert record(session, event)[3:] == [
        (Verb.QUEUE_PASSED_OVER, CLOCK, {"free": 1, "needed": 2}),
        (Verb.SEATS_OFFERED, CLOCK, {"seats": 1}),
    ]


def test_more_seats_are_noted_with_who_and_why(session: Session) -> None:
    event = make_event(seats=10)
    write(resize, event.id, capacity=12, now=NOW)
    write(resize, event.id, capacity=12, now=NOW)
    write(resize, event.id, overbook=2, reason="Привезли стулья", now=NOW)

    assert record(session, event) == [
        (Verb.EVENT_CAPACITY_CHANGED, ORGANISER, {"before": 10, "after": 12}),
        (Verb.EVENT_OVERBOOKED, ORGANISER, {"seats": 2}),
    ]
    reasons = session.scalars(select(RecordEntry.reason).where(RecordEntry.verb == Verb.EVENT_OVERBOOKED)).all()
    assert reasons == ["Привезли стулья"]


def test_an_edit_and_a_cancellation_are_noted(session: Session) -> None:
    event = make_event()
    write(edit_event, event.id, make_plan(), version=2, now=NOW)
    write(cancel_event, event.id, reason=Slots(ru="Дорогу занесло"), now=NOW)

    assert record(session, event) == [
        (Verb.EVENT_CHANGED, ORGANISER, {"version": 3}),
        (Verb.EVENT_CANCELLED, ORGANISER, {}),
    ]


def test_what_was_refused_or_failed_is_not_noted(session: Session) -> None:
    event = make_event(seats=1, waiting_list=False)
    fill(event)

    with pytest.raises(EventIsFull):
        take_seats(event)
    with pytest.raises(ZeroDivisionError), transaction() as writing:
        resize(writing, event.id, capacity=9, now=NOW)
        1 / 0  # noqa: B018

    assert [verb for verb, *_ in record(session, event)] == [Verb.REGISTRATION_CREATED]


def test_nobodys_name_contact_or_code_is_in_the_record(session: Session) -> None:
    event = make_event(seats=1)
    amina = make_registration(event, names=("Әмина Сейітова",), email="amina@example.kz", phone="+77011234501")
    make_registration(event, names=("Бекзат Оразов",), email="bekzat@example.kz")
    write(give_back, event.id, amina.public_id, now=NOW)

    session.close()
    entries = session.scalars(select(RecordEntry)).all()
    written = " ".join(
        json.dumps([entry.facts, entry.reason, entry.subject_label], ensure_ascii=False) for entry in entries
    )
    for secret in ("Әмина", "Бекзат", "amina", "7701", amina.public_id, amina.attendees[0].code):
        assert secret not in written
    assert all(isinstance(fact, int) for entry in entries for fact in entry.facts.values())


def test_a_wrong_entry_is_corrected_by_another_and_stays(session: Session) -> None:
    make_event()
    wrong = session.scalars(select(RecordEntry.id).order_by(RecordEntry.id)).first()

    write(correct, wrong, by=ActorRole.ADMINISTRATOR, now=NOW, reason="Создано по ошибке")

    correction = session.scalars(select(RecordEntry).where(RecordEntry.verb == Verb.RECORD_CORRECTED)).one()
    assert (correction.corrects_id, correction.event_id, correction.reason) == (wrong, None, "Создано по ошибке")
    assert session.get(RecordEntry, wrong) is not None


@pytest.mark.parametrize("verb", Verb, ids=str)
def test_every_verb_keeps_to_the_grammar(verb: Verb) -> None:
    assert re.fullmatch(rf"({'|'.join(SUBJECTS)}|record)(\.[a-z]+)?\.[a-z]+", verb)
    assert verb.value.endswith(("ed", "n", "t", "made", "heard")), "a past participle: this was done"


def test_if_the_act_is_rolled_back_so_is_its_entry(session: Session) -> None:
    event = make_event()

    with pytest.raises(ZeroDivisionError), transaction() as writing:
        register(writing, event.id, application(), now=NOW)
        1 / 0  # noqa: B018

    assert record(session, event) == []


# --- Who came -------------------------------------------------------------------------------------------------


def test_the_first_scan_marks_an_arrival_and_the_second_tells_when_it_was(session: Session, cast: Cast) -> None:
    """QR-01: one screenshot, two people."""
    event = make_event()
    code = make_registration(event, names=("Әмина",)).attendees[0].code
    day = event.first_day

    first = write(check_in, event.id, code, day=day, by=cast.bekzat.id, now=event.starts_at)
    second = write(check_in, event.id, code, day=day, by=cast.bekzat.id, now=event.starts_at + HOUR)

    assert (first.name, first.fresh, first.arrived_at) == ("Әмина", True, event.starts_at)
    assert (second.fresh, second.arrived_at) == (False, event.starts_at)
    assert [(verb, role) for verb, role, _ in record(session, event)][1:] == [(Verb.PERSON_CHECKED_IN, ORGANISER)]


def test_every_day_is_marked_by_itself(session: Session, cast: Cast) -> None:
    event = make_event()
    code = make_registration(event).attendees[0].code

    arrivals = [
        write(check_in, event.id, code, day=event.first_day + day, by=cast.bekzat.id, now=event.starts_at + day)
        for day in (0 * DAY, DAY)
    ]

    assert [arrival.fresh for arrival in arrivals] == [True, True]


def test_a_code_of_another_event_looks_like_no_code_at_all(session: Session, cast: Cast) -> None:
    """QR-03."""
    here, there = make_event(), make_event()
    code = make_registration(there).attendees[0].code

    for wrong in (code, "ZZZZZZ", ""):
        with pytest.raises(CodeUnknown):
            write(check_in, here.id, wrong, day=here.first_day, by=cast.bekzat.id, now=here.starts_at)


def test_who_has_no_seat_is_not_marked_as_arrived(session: Session, cast: Cast) -> None:
    event = make_event(seats=1)
    seated, waiting = make_registration(event), make_registration(event)
    write(give_back, event.id, seated.public_id, now=NOW)

    for somebody in (seated, waiting):
        with pytest.raises(NoSeatHere):
            write(
                check_in,
                event.id,
                somebody.attendees[0].code,
                day=event.first_day,
                by=cast.bekzat.id,
                now=event.starts_at,
            )


def test_who_leaves_the_queue_gives_no_seat_back_and_the_record_does_not_say_so(session: Session) -> None:
    event = make_event(seats=1)
    family = make_registration(event, people=3, at_least=1)

    write(give_back, event.id, family.public_id, now=NOW)

    assert record(session, event)[-1] == (Verb.SEATS_GIVEN_BACK, RESIDENT, {"seats": 1, "waiting": 2})
