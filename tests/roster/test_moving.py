"""Another list by hand: seats and queue stay right, a reason is owed, and the person reads it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from karavan.core.problems import NotFound, Problem
from karavan.events.models import Offer, OfferState, Registration, SeatState
from karavan.events.problems import AlreadyLive, EventIsCancelled
from karavan.events.rules.change_seats import give_back
from karavan.events.rules.register import register
from karavan.notifications.models import Letter
from karavan.notifications.rendering import render
from karavan.record.models import ActorRole, RecordEntry, Verb
from karavan.roster.models import ListMove
from karavan.roster.problems import AlreadyThere, EventHasEnded, NobodyElseWaits, NoFreeSeat, NoQueueHere
from karavan.roster.rules.move_people import TARGETS, move_people
from tests.support.makers import application, fill, make_event, make_registration, reload, seats_now, states_of, write
from tests.support.races import doing
from tests.support.settings import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from karavan.events.models import Event
    from tests.support.cast import Cast
    from tests.support.visit import Visit

LONG = 45
SEATED, OFFERED, WAITING, BACK = SeatState.SEATED, SeatState.OFFERED, SeatState.WAITING, SeatState.GIVEN_BACK


@pytest.fixture
def event(cast: Cast) -> Event:
    return make_event(organisation=cast.alliance, seats=2)


@pytest.fixture
def move(cast: Cast) -> Callable[..., int]:
    """Move people of a registration: all of them, unless some are named by their places."""

    def moved(registration: Registration, to: SeatState, *, places: tuple[int, ...] = (), **facts: Any) -> int:
        people = reload(registration).attendees
        ids = {one.id for one in people if not places or one.position in places}
        usual = {"reason": "Келісілді", "by_id": cast.bekzat.id, "now": NOW}
        event_id = registration.event_id
        return write(move_people, event_id, registration.public_id, attendee_ids=ids, to=to, **usual | facts)

    return moved


def moves(session: Session) -> list[tuple[str, str]]:
    session.close()
    return [(one.before.value, one.after.value) for one in session.scalars(select(ListMove).order_by(ListMove.id))]


# --- To a seat --------------------------------------------------------------------------------------------


def test_a_seat_is_given_out_of_turn_only_if_one_is_free(event: Event, move: Callable[..., int]) -> None:
    first = make_registration(event, people=2)
    ahead, behind = make_registration(event, people=2), make_registration(event)
    with pytest.raises(NoFreeSeat):
        move(behind, SEATED)
    write(give_back, event.id, first.public_id, attendee_ids={first.attendees[0].id}, now=NOW)
    assert states_of(ahead) == [WAITING, WAITING]  # it needs two: the seat is held for it
    assert move(behind, SEATED) == 1
    assert states_of(behind) == [SEATED]
    assert seats_now(event).taken == 2


def test_who_was_offered_a_seat_and_called_to_say_yes_has_it(
    session: Session, event: Event, move: Callable[..., int]
) -> None:
    first, _ = fill(event)
    waiting = make_registration(event)
    write(give_back, event.id, first.public_id, now=NOW)
    assert states_of(waiting) == [OFFERED]
    move(waiting, SEATED)
    assert states_of(waiting) == [SEATED]
    assert session.scalars(select(Offer.state)).all() == [OfferState.ACCEPTED]
    assert moves(session) == [("offered", "seated")]


def test_part_of_an_offer_leaves_the_rest_open(session: Session, event: Event, move: Callable[..., int]) -> None:
    pair = make_registration(event, people=2)
    waiting = make_registration(event, people=2)
    write(give_back, event.id, pair.public_id, now=NOW)
    move(waiting, SEATED, places=(0,))
    assert states_of(waiting) == [SEATED, OFFERED]
    assert session.scalars(select(Offer.seats).where(Offer.state == OfferState.OPEN)).all() == [1]


def test_who_gave_back_comes_in_again(event: Event, move: Callable[..., int]) -> None:
    one = make_registration(event)
    write(give_back, event.id, one.public_id, now=NOW)
    move(one, SEATED)
    assert states_of(one) == [SEATED]
    assert reload(one).live


def test_who_registered_anew_is_not_brought_back_beside_it(event: Event, move: Callable[..., int]) -> None:
    one = make_registration(event, phone="+77012345678")
    write(give_back, event.id, one.public_id, now=NOW)
    make_registration(event, phone="+77012345678")
    for to in (SEATED, WAITING):
        with pytest.raises(AlreadyLive):
            move(one, to)


# --- To the queue -----------------------------------------------------------------------------------------


def test_who_is_moved_to_the_queue_stands_at_its_end_and_the_next_is_offered(
    event: Event, move: Callable[..., int]
) -> None:
    first, _ = fill(event)
    waiting = [make_registration(event), make_registration(event)]
    move(first, WAITING)
    assert [states_of(one) for one in (first, *waiting)] == [[WAITING], [OFFERED], [WAITING]]
    assert reload(first).number > reload(waiting[1]).number


def test_a_seat_is_not_taken_to_be_offered_back(session: Session, event: Event, move: Callable[..., int]) -> None:
    first, _ = fill(event)
    with pytest.raises(NobodyElseWaits):
        move(first, WAITING)
    assert (states_of(first), moves(session)) == ([SEATED], [])


def test_no_queue_no_move_to_it(cast: Cast, move: Callable[..., int]) -> None:
    first, _ = fill(make_event(organisation=cast.alliance, waiting_list=False))
    with pytest.raises(NoQueueHere):
        move(first, WAITING)


# --- Always -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("to", TARGETS)
def test_nobody_is_moved_to_where_she_stands(event: Event, move: Callable[..., int], to: SeatState) -> None:
    first, _ = fill(event)
    if to == SEATED:
        registration = first
    else:
        registration = make_registration(event)
        if to == BACK:
            write(give_back, event.id, registration.public_id, now=NOW)
    with pytest.raises(AlreadyThere):
        move(registration, to)


@pytest.mark.parametrize("to", TARGETS)
def test_lists_of_what_is_over_stay(cast: Cast, move: Callable[..., int], to: SeatState) -> None:
    cancelled = make_event(organisation=cast.alliance)
    one = make_registration(cancelled)
    with pytest.raises(EventHasEnded):
        move(one, to, now=cancelled.ends_at)
    with pytest.raises(NotFound):
        write(
            move_people,
            make_event().id,
            one.public_id,
            attendee_ids={1},
            to=to,
            reason="x",
            by_id=cast.bekzat.id,
            now=NOW,
        )

    def cancel(session: Session) -> None:
        event = session.get_one(type(cancelled), cancelled.id)
        event.state, event.cancelled_at = "cancelled", NOW

    write(cancel)
    with pytest.raises(EventIsCancelled):
        move(one, to)


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
@pytest.mark.parametrize("contact", [{"email": "a@example.kz"}, {"phone": "+77012345678"}])
def test_the_letter_the_ticket_and_the_record_say_why(
    session: Session, event: Event, visit: Visit, move: Callable[..., int], lang: str, contact: dict[str, str]
) -> None:
    fill(event)
    one = make_registration(event, names=("https://evil.example/a",), lang=lang, **contact)
    write(give_back, event.id, _seated(session, event).public_id, now=NOW)
    move(one, SEATED, reason="Шақырылған баяндамашы")
    session.close()
    message = render(session.scalars(select(Letter).where(Letter.letter == "events/moved")).one())
    for text in filter(None, (message.text, message.html)):
        assert "Шақырылған баяндамашы" in text
        assert f"/{lang}/registrations/" in text
        assert "https://evil.example/a" not in text
    entry = session.scalars(select(RecordEntry).where(RecordEntry.verb == Verb.PERSON_MOVED)).one()
    assert (entry.actor_role, entry.reason) == (ActorRole.ORGANISER, "Шақырылған баяндамашы")
    assert entry.facts == {"people": 1, "to": "seated"}


def _seated(session: Session, event: Event) -> Registration:
    session.close()
    return session.scalars(select(Registration).where(Registration.event_id == event.id).limit(1)).one()


# --- Through the desk -------------------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [False, True])
def test_the_organiser_moves_somebody(desk: Visit, session: Session, event: Event, htmx: bool) -> None:
    first, second = fill(event)
    waiting = make_registration(event, lang="en")
    here = f"/en/desk/events/{event.id}/registrations/{waiting.id}"
    desk.get(here)
    desk.follow("Move to another list")
    page = desk.press("Move", htmx=htmx, status=422, statements=LONG)
    assert "Choose a list." in page.summary
    assert "Write why" in page.summary
    page = desk.press("Move", to="seated", reason="Баяндамашы", htmx=htmx, status=422 if htmx else 409, statements=LONG)
    assert "There are not enough free seats" in page.summary
    assert page.by_id("reason").get("value") == "Баяндамашы"
    write(give_back, event.id, second.public_id, now=NOW)
    page = desk.press("Move", htmx=htmx, statements=LONG)
    assert page.address == here
    assert "Moved." in page.toasts
    assert "Баяндамашы" in page.text
    assert states_of(waiting) == [SEATED]
    ticket = desk.get(page.link("Open and print the ticket"))
    assert "The organiser gave a seat. Reason: Баяндамашы" in ticket.text
    assert states_of(first) == [SEATED]
    assert session.scalars(select(func.count(ListMove.id))).one() == 1


def test_a_removal_is_a_move_too(desk: Visit, session: Session, event: Event) -> None:
    first, _ = fill(event)
    desk.get(f"/en/desk/events/{event.id}/registrations/{first.id}/removal")
    desk.press("Give back", reason="Қоңырау шалды", statements=LONG)
    assert moves(session) == [("seated", "given_back")]


def test_another_s_person_cannot_be_moved_in(desk: Visit, event: Event) -> None:
    first, second = fill(event)
    desk.get(f"/en/desk/events/{event.id}/registrations/{first.id}/list")
    form = dict(desk.page.form_of("Move").filled("Move", {"to": "given_back", "reason": "x"}))
    form["people"] = str(second.attendees[0].id)
    page = desk.post(f"/en/desk/events/{event.id}/registrations/{first.id}/list", form, status=422)
    assert "Choose one of the answers offered." in page.text
    assert states_of(second) == [SEATED]


# --- At once ----------------------------------------------------------------------------------------------


@pytest.mark.race
@pytest.mark.timeout(240)
def test_one_free_seat_is_given_once(at_once: Callable[..., list[Any]], session: Session, cast: Cast) -> None:
    for _ in range(4):
        event = make_event(organisation=cast.alliance, seats=1, offers_stop_hours=168, starts_in=timedelta(days=3))
        (seated,) = fill(event)
        waiting = [make_registration(event) for _ in range(3)]
        write(give_back, event.id, seated.public_id, now=NOW)  # too late for offers: the seat stays free
        facts = {"to": SEATED, "reason": "x", "by_id": cast.bekzat.id, "now": NOW}
        acts = [
            doing(move_people, event.id, one.public_id, attendee_ids={one.attendees[0].id}, **facts) for one in waiting
        ]
        newcomer = doing(register, event.id, application(), now=NOW)
        done = at_once(*acts, newcomer)
        assert sum(outcome == 1 for outcome in done) == 1
        assert sum(isinstance(outcome, Problem) for outcome in done) == 2
        assert seats_now(event).taken == 1
        session.close()
