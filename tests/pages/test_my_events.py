"""My events: what was registered with a person's confirmed contacts, and nothing of anybody else."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from karavan.core.clock import now
from karavan.core.languages import Slots
from karavan.events.rules.change_seats import give_back
from karavan.events.rules.plan import cancel_event
from tests.support.makers import make_event, make_registration, write
from tests.support.signing_in import code_sent_to, sign_in

if TYPE_CHECKING:
    from time_machine import Traveller

    from tests.support.cast import Cast
    from tests.support.visit import Visit

AMINA = "amina@example.kz"


def test_a_stranger_signs_in_first(cast: Cast, visit: Visit) -> None:
    assert visit.get("/en/me/").address == "/en/sign-in?next=/en/me/"


def test_nothing_yet_leads_to_the_events(cast: Cast, visit: Visit) -> None:
    page = sign_in(visit, AMINA)

    assert "You are not registered for anything" in page.text
    assert page.link("Choose an event") == "/en/events/"


def test_what_both_her_contacts_registered_is_there_and_nothing_else(cast: Cast, visit: Visit) -> None:
    by_email, by_phone, foreign = (
        make_event(title=Slots(kk=title, en=title)) for title in ("By email", "By phone", "Foreign")
    )
    make_registration(by_email, email="AMINA@example.kz", names=("Әмина", "Нұрлан"))
    make_registration(by_phone, phone="+77011234501", names=("Айгүл",))
    make_registration(foreign, email="bekzat@example.kz", names=("Бекзат",))

    page = sign_in(visit, AMINA)

    for words in ("By email", "Әмина", "Нұрлан", "By phone", "Айгүл", "Has a seat"):
        assert words in page.text
    assert "Foreign" not in page.text
    assert "Бекзат" not in page.text


def test_each_leads_to_its_ticket(cast: Cast, visit: Visit) -> None:
    event = make_event(title=Slots(kk="Study tour", en="Study tour"))
    make_registration(event, email=AMINA, names=("Әмина",))
    sign_in(visit, AMINA)

    page = visit.follow("Study tour")

    assert "/en/registrations/" in page.address
    assert "Әмина" in page.text


def test_where_everybody_stands_is_said_in_words(cast: Cast, visit: Visit) -> None:
    full, left, called_off = (
        make_event(seats=1, title=Slots(kk=title, en=title)) for title in ("Full", "Left", "Called off")
    )
    holder = make_registration(full)
    waiting = make_registration(full, email=AMINA)
    gone = make_registration(left, email=AMINA)
    write(give_back, gone.event_id, gone.public_id, now=now())
    make_registration(called_off, email=AMINA)
    write(cancel_event, called_off.id, reason=Slots(kk="Snow", en="Snow"), now=now())

    text = sign_in(visit, AMINA).text
    for words in ("In the queue", "Not coming", "Cancelled"):
        assert words in text

    write(give_back, holder.event_id, holder.public_id, now=now())
    assert waiting.event_id == full.id
    assert "Seat offered" in visit.get("/en/me/").text


def test_coming_events_stand_before_past_ones_the_nearest_first(cast: Cast, visit: Visit, clock: Traveller) -> None:
    for title, days in (("Third", 30), ("First", 1), ("Second", 10)):
        make_registration(make_event(title=Slots(kk=title, en=title), starts_in=timedelta(days=days)), email=AMINA)
    clock.shift(timedelta(days=5))

    text = sign_in(visit, AMINA).text

    assert text.index("Second") < text.index("Third") < text.index("Past events") < text.index("First")


def test_a_contact_added_later_brings_its_registrations(cast: Cast, visit: Visit) -> None:
    make_registration(make_event(title=Slots(kk="By phone", en="By phone")), phone="+77019998877")
    assert "By phone" not in sign_in(visit, "bekzat@example.kz").text
    visit.get("/en/me/contact")
    visit.press("Get a code", contact="+77019998877")
    visit.press("Confirm", code=code_sent_to("+77019998877"))

    assert "By phone" in visit.get("/en/me/").text


def test_somebody_with_many_registrations_costs_no_more_queries(cast: Cast, visit: Visit) -> None:
    for _ in range(12):
        make_registration(make_event(), email=AMINA, people=2)
    sign_in(visit, AMINA)
    visit.get("/en/me/", statements=8)
