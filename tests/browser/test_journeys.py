"""What people come for, from the first click to the last, each walked three ways: with JavaScript, without it, and with
a keyboard alone.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select

from karavan.core.clock import now
from karavan.core.database import db
from karavan.core.languages import Slots
from karavan.events.models import Attendee, QuestionKind, Registration, SeatState
from karavan.events.rules.change_seats import give_back
from karavan.events.rules.plan import QuestionLine
from tests.support.makers import make_event, make_registration, people_of, states_of, write

if TYPE_CHECKING:
    from karavan.events.models import Event
    from tests.support.site import Site
    from tests.support.walker import Walker

pytestmark = pytest.mark.browser

_numbers = count(1)


def new_event(site: Site, **plan: object) -> Event:
    """Publish an event of which only this test knows."""
    with site.inside():
        return make_event(slug=f"journey-{next(_numbers)}", **plan)  # type: ignore[arg-type]


def parties(site: Site, event: Event) -> list[list[str]]:
    """Return the names of everybody registered for an event, by registration."""
    with site.inside():
        found = db.session().scalars(select(Registration).where(Registration.event_id == event.id)).all()
        return [[attendee.name for attendee in one.attendees] for one in found]


def standing(site: Site, registration: Registration) -> list[str]:
    """Return where a registration's people stand."""
    with site.inside():
        return [state.value for state in states_of(registration)]


def in_the_queue(site: Site, *, people: int = 1, seats: int = 1) -> tuple[Registration, Registration]:
    """Let somebody take all seats of a new event, and a second party wait for them."""
    event = new_event(site, seats=seats)
    with site.inside():
        return make_registration(event, people=seats), make_registration(event, people=people)


def offered(site: Site) -> Registration:
    """Let somebody be offered the seat another has given back."""
    holder, waiting = in_the_queue(site)
    with site.inside():
        write(give_back, holder.event_id, holder.public_id, now=now())
    assert standing(site, waiting) == ["offered"]
    return waiting


class TestFindingAnEvent:
    def test_words_narrow_the_list_and_the_event_is_one_step_away(self, walker: Walker) -> None:
        walker.open("events/")
        rows = walker.page.locator("#results .item")
        everything = rows.count()
        walker.unfold(walker.page.locator("details.fold:has(#q)"))
        walker.write("q", "Жылу тариф")
        if walker.way.javascript:
            expect(walker.page.locator("#q")).to_be_focused()
        else:
            walker.press("Show")
        expect(rows).to_have_count(1)
        assert everything > 1
        expect(walker.page.locator("#q")).to_have_value("Жылу тариф")
        assert "q=" in walker.at
        walker.use(rows.get_by_role("link"))
        walker.comes_to("events/heating-tariff-hearing")

    def test_typing_goes_on_while_answers_come_in(self, walker: Walker, site: Site) -> None:
        if not walker.way.javascript:
            pytest.skip("without JavaScript the list changes with the button only")
        spring = f"Көктем-{walker.way}"
        for feast in (f"{spring} мерекесі", f"{spring} базары"):
            new_event(site, title=Slots(kk=feast))
        walker.open("events/")
        walker.unfold(walker.page.locator("details.fold:has(#q)"))
        asked: list[str] = []
        walker.page.on("request", lambda request: asked.append(request.url))
        box = walker.page.locator("#q")
        walker.write("q", spring)
        expect(walker.page.locator("#results .item")).to_have_count(2)
        expect(box).to_be_focused()
        walker.page.keyboard.type(" базар")
        expect(walker.page.locator("#results .item")).to_have_count(1)
        expect(box).to_be_focused()
        expect(box).to_have_value(f"{spring} базар")
        walker.reach(walker.page.locator("#results a").first)
        assert len(asked) == len(set(asked)), "leaving the field asks again, and takes the list from under her"


class TestRegistering:
    def test_alone(self, walker: Walker, site: Site) -> None:
        event = new_event(site)
        walker.open(f"events/{event.slug}")
        walker.follow("Register")
        walker.comes_to(f"events/{event.slug}/registration")
        walker.write("people-0-name", "Әмина Жолдасова")
        walker.write("phone", "8 701 555 11 22")
        walker.tick("processing")
        walker.press("Register")
        walker.comes_to("registrations/*")
        walker.reads("Done. This page is your ticket: keep its address.")
        walker.reads("Confirmed")
        expect(walker.page.locator(".ticket")).to_contain_text("Әмина Жолдасова")
        assert parties(site, event) == [["Әмина Жолдасова"]]

    def test_a_household(self, walker: Walker, site: Site) -> None:
        event = new_event(site, seats=5)
        walker.open(f"events/{event.slug}/registration")
        walker.write("people-0-name", "Дана Қуанышова")
        walker.write("email", f"dana-{walker.way}@example.kz")
        walker.press("Add one more person: family, a child, a neighbour")
        second = walker.page.locator('[name="people-1-name"]')
        expect(second).to_be_focused()
        walker.write("people-1-name", "Мұрат Қуанышов")
        walker.press("Add one more person: family, a child, a neighbour")
        expect(walker.page.locator('[name="people-2-name"]')).to_be_focused()
        walker.write("people-2-name", "Айша Қуанышова")
        walker.tick("people-2-child")
        walker.use(walker.button("Take this person out").nth(1))
        expect(second).to_have_value("Айша Қуанышова")
        expect(walker.page.locator('[name="people-1-child"]')).to_be_checked()
        expect(walker.page.locator('[name="people-2-name"]')).to_have_count(0)
        walker.tick("processing")
        walker.press("Register")
        walker.comes_to("registrations/*")
        expect(walker.page.locator(".ticket")).to_have_count(2)
        assert parties(site, event) == [["Дана Қуанышова", "Айша Қуанышова"]]

    def test_a_mistake_is_said_first_and_costs_nothing_that_was_typed(self, walker: Walker, site: Site) -> None:
        question = QuestionLine(
            kind=QuestionKind.TEXT, label=Slots(kk="Не күтесіз?", ru="Чего ждёте?", en="Your hopes?"), required=True
        )
        event = new_event(site, questions=(question,))
        walker.open(f"events/{event.slug}/registration")
        walker.write("people-0-name", "Ақжол Табынбаев")
        walker.write("email", "not an address")
        walker.press("Register")
        summary = walker.page.locator(".errsum")
        expect(summary).to_be_focused()
        expect(summary.get_by_role("link")).to_have_count(3)
        expect(walker.page.locator('[name="people-0-name"]')).to_have_value("Ақжол Табынбаев")
        expect(walker.page.locator('[name="email"]')).to_have_value("not an address")
        walker.use(summary.get_by_role("link").first)
        expect(walker.page.locator('[name="email"]')).to_be_focused()
        walker.write("email", f"aqzhol-{walker.way}@example.kz")
        walker.write(f"q{event.questions[0].id}", "Көргім келеді")
        walker.tick("processing")
        walker.press("Register")
        walker.comes_to("registrations/*")
        assert parties(site, event) == [["Ақжол Табынбаев"]]

    def test_a_second_press_takes_no_second_seat(self, walker: Walker, site: Site) -> None:
        event = new_event(site)
        walker.open(f"events/{event.slug}/registration")
        walker.write("people-0-name", "Екі рет басқан")
        walker.write("email", f"twice-{walker.way}@example.kz")
        walker.tick("processing")
        button = walker.button("Register")
        if walker.way.keyboard:
            walker.reach(button)
            walker.page.keyboard.press("Enter")
            walker.page.keyboard.press("Enter")
        else:
            button.dblclick()
        walker.comes_to("registrations/*")
        assert parties(site, event) == [["Екі рет басқан"]]

    def test_a_stale_page_keeps_what_was_typed(self, walker: Walker, site: Site) -> None:
        event = new_event(site)
        walker.open(f"events/{event.slug}/registration")
        walker.write("people-0-name", "Зейнеп Мұқанова")
        walker.write("phone", "8 701 555 33 44")
        walker.tick("processing")
        walker.page.context.clear_cookies()
        walker.press("Register")
        walker.reads("This page had been open for a long time. Nothing is lost: please press the button again.")
        expect(walker.page.locator(".errsum")).to_be_focused()
        expect(walker.page.locator('[name="people-0-name"]')).to_have_value("Зейнеп Мұқанова")
        expect(walker.page.locator('[name="processing"]')).to_be_checked()
        walker.press("Register")
        walker.comes_to("registrations/*")
        assert parties(site, event) == [["Зейнеп Мұқанова"]]

    def test_joining_a_full_event_says_it_is_a_queue(self, walker: Walker, site: Site) -> None:
        event = new_event(site, seats=1)
        with site.inside():
            make_registration(event)
        walker.open(f"events/{event.slug}")
        walker.follow("Join the waiting list")
        walker.write("people-0-name", "Үміт Рахмет")
        walker.write("email", f"umit-{walker.way}@example.kz")
        walker.tick("processing")
        walker.press("Join the waiting list")
        walker.comes_to("registrations/*")
        walker.reads("Your place in the queue:")
        expect(walker.page.locator(".ticket .code")).to_have_count(0)


class TestTheTicket:
    def test_answers_can_be_corrected(self, walker: Walker, site: Site) -> None:
        with site.inside():
            registration = make_registration(make_event(slug=f"journey-{next(_numbers)}"))
        walker.open(site.ticket(registration))
        walker.follow("Change names, needs and answers")
        walker.write("people-0-name", "Жаңа Есім")
        walker.tick("photography")
        walker.press("Save")
        walker.comes_to("registrations/*")
        walker.reads("Your changes are saved.")
        expect(walker.page.locator(".ticket")).to_contain_text("Жаңа Есім")

    def test_one_of_two_gives_the_seat_back(self, walker: Walker, site: Site) -> None:
        with site.inside():
            registration = make_registration(make_event(slug=f"journey-{next(_numbers)}"), people=2)
        walker.open(site.ticket(registration))
        expect(walker.page.locator(".ticket")).to_have_count(2)
        walker.follow("I cannot come: give the seat back")
        walker.press("Give back")
        walker.reads("Choose who is not coming.")
        walker.tick("people", str(registration.attendees[1].id))
        walker.press("Give back")
        walker.comes_to("registrations/*")
        walker.reads("Done. Thank you for letting somebody else have the seat.")
        expect(walker.page.locator(".ticket")).to_have_count(1)
        assert standing(site, registration) == ["seated", "given_back"]

    def test_an_offer_is_accepted(self, walker: Walker, site: Site) -> None:
        registration = offered(site)
        walker.open(site.ticket(registration))
        walker.press("Take the seats")
        walker.reads("The seats are yours.")
        walker.reads("Confirmed")
        expect(walker.page.locator(".ticket .code")).to_be_visible()
        assert standing(site, registration) == ["seated"]

    def test_an_offer_is_declined_and_the_way_back_is_open(self, walker: Walker, site: Site) -> None:
        registration = offered(site)
        walker.open(site.ticket(registration))
        walker.press("Decline and leave the queue")
        walker.reads("You have no seat now")
        assert standing(site, registration) == ["declined"]
        walker.press("Register again, at the end of the queue")
        walker.reads("You are back on the list.")
        walker.does_not_read("You have no seat now")
        assert standing(site, registration) == ["seated"]
