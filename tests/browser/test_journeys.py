"""What residents come for, walked three ways: with JavaScript, without it, and with a keyboard alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from karavan.core.languages import Slots
from karavan.events.models import QuestionKind
from karavan.events.rules.change_seats import give_back
from karavan.events.rules.plan import QuestionLine
from tests.support.walker import BY_KEYBOARD, WITH_HTMX

if TYPE_CHECKING:
    from collections.abc import Callable

    from karavan.events.models import Registration
    from tests.support.site import Site
    from tests.support.walker import Walker, Way

pytestmark = pytest.mark.browser

DARK = "rgb(11, 23, 28)"
"""The ground of css/dark.css."""


def offered(site: Site) -> Registration:
    """Let somebody be offered the only seat, which another has given back."""
    event = site.new_event(seats=1)
    holder, waiting = site.register(event), site.register(event)
    site.write(give_back, event.id, holder.public_id)
    assert site.standing(waiting) == ["offered"]
    return waiting


class TestFindingAnEvent:
    def test_words_narrow_the_list_and_the_event_is_one_step_away(self, walker: Walker) -> None:
        walker.open("events/")
        rows = walker.page.locator("#results .item")
        everything = rows.count()
        walker.unfold(walker.page.locator("details.fold:has(#q)"))
        walker.write("q", "Жылу тарифінің жобасы")
        if walker.way.javascript:
            expect(walker.page.locator("#q")).to_be_focused()
        else:
            walker.press("Show")
        expect(rows).to_have_count(1)
        assert everything > 1
        expect(walker.page.locator("#q")).to_have_value("Жылу тарифінің жобасы")
        assert "q=" in walker.at
        walker.use(rows.get_by_role("link"))
        walker.comes_to("events/heating-tariff-hearing")

    @pytest.mark.parametrize("way", [WITH_HTMX, BY_KEYBOARD], ids=str)
    def test_typing_goes_on_while_answers_come_in(
        self, site: Site, new_walker: Callable[[Way], Walker], way: Way
    ) -> None:
        walker = new_walker(way)
        spring = f"Көктем-{walker.way}"
        for feast in (f"{spring} мерекесі", f"{spring} базары"):
            site.new_event(title=Slots(kk=feast))
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
        searches = [url for url in asked if "?q=" in url]
        assert len(searches) == len(set(searches)), "leaving the field asks again, and takes the list from under her"


class TestRegistering:
    @pytest.mark.each_way
    def test_alone(self, walker: Walker, site: Site) -> None:
        event = site.new_event()
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
        assert site.parties(event) == [["Әмина Жолдасова"]]

    def test_a_household(self, walker: Walker, site: Site) -> None:
        event = site.new_event(seats=5)
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
        walker.use(walker.page.locator("button[name=remove]").nth(1))
        expect(second).to_have_value("Айша Қуанышова")
        expect(walker.page.locator('[name="people-1-child"]')).to_be_checked()
        expect(walker.page.locator('[name="people-2-name"]')).to_have_count(0)
        walker.tick("processing")
        walker.press("Register")
        walker.comes_to("registrations/*")
        expect(walker.page.locator(".ticket")).to_have_count(2)
        assert site.parties(event) == [["Дана Қуанышова", "Айша Қуанышова"]]

    def test_a_mistake_is_said_first_and_costs_nothing_that_was_typed(self, walker: Walker, site: Site) -> None:
        question = QuestionLine(
            kind=QuestionKind.TEXT, label=Slots(kk="Не күтесіз?", ru="Чего ждёте?", en="Your hopes?"), required=True
        )
        event = site.new_event(questions=(question,))
        walker.open(f"events/{event.slug}/registration")
        walker.write("people-0-name", "Ақжол Табынбаев")
        walker.write("email", "not an address")
        walker.page.evaluate("window.thisPage = true")
        walker.press("Register")
        summary = walker.page.locator(".errsum")
        expect(summary).to_be_focused()
        expect(summary.get_by_role("link")).to_have_count(3)
        assert walker.page.evaluate("Boolean(window.thisPage)") == walker.way.javascript, "htmx replaces the form alone"
        expect(walker.page.locator('[name="people-0-name"]')).to_have_value("Ақжол Табынбаев")
        expect(walker.page.locator('[name="email"]')).to_have_value("not an address")
        walker.use(summary.get_by_role("link").first)
        expect(walker.page.locator('[name="email"]')).to_be_focused()
        walker.write("email", f"aqzhol-{walker.way}@example.kz")
        walker.write(f"q{event.questions[0].id}", "Көргім келеді")
        walker.tick("processing")
        walker.press("Register")
        walker.comes_to("registrations/*")
        assert site.parties(event) == [["Ақжол Табынбаев"]]

    def test_a_second_press_takes_no_second_seat(self, walker: Walker, site: Site) -> None:
        event = site.new_event()
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
        assert site.parties(event) == [["Екі рет басқан"]]

    def test_a_stale_page_keeps_what_was_typed(self, walker: Walker, site: Site) -> None:
        event = site.new_event()
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
        assert site.parties(event) == [["Зейнеп Мұқанова"]]

    def test_joining_a_full_event_says_it_is_a_queue(self, walker: Walker, site: Site) -> None:
        event = site.new_event(seats=1)
        site.register(event)
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
        registration = site.register(site.new_event())
        walker.open(site.ticket(registration))
        walker.follow("Change names, needs and answers")
        walker.write("people-0-name", "Жаңа Есім")
        walker.tick("photography")
        walker.press("Save")
        walker.comes_to("registrations/*")
        walker.reads("Your changes are saved.")
        expect(walker.page.locator(".ticket")).to_contain_text("Жаңа Есім")

    @pytest.mark.each_way
    def test_one_of_two_gives_the_seat_back(self, walker: Walker, site: Site) -> None:
        registration = site.register(site.new_event(), people=2)
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
        assert site.standing(registration) == ["seated", "given_back"]

    def test_an_offer_is_accepted(self, walker: Walker, site: Site) -> None:
        registration = offered(site)
        walker.open(site.ticket(registration))
        walker.press("Take the seats")
        walker.reads("The seats are yours.")
        walker.reads("Confirmed")
        expect(walker.page.locator(".ticket .code")).to_be_visible()
        assert site.standing(registration) == ["seated"]

    def test_an_offer_is_declined_and_the_way_back_is_open(self, walker: Walker, site: Site) -> None:
        registration = offered(site)
        walker.open(site.ticket(registration))
        walker.press("Decline and leave the queue")
        walker.reads("You have no seat now")
        assert site.standing(registration) == ["declined"]
        walker.press("Register again, at the end of the queue")
        walker.reads("You are back on the list.")
        walker.does_not_read("You have no seat now")
        assert site.standing(registration) == ["seated"]


class TestAnAccount:
    def test_signing_in_with_a_code_gathers_ones_events_and_signing_out_ends_it(
        self, walker: Walker, site: Site
    ) -> None:
        address = f"aqbota-{walker.way}@example.kz"
        registration = site.register(site.new_event(), email=address)
        site.deliver()
        walker.open("me/")
        walker.comes_to("sign-in")
        walker.write("contact", address)
        walker.press("Get a code")
        walker.comes_to("sign-in/code")
        walker.write("code", code_in_the_mailbox(walker, address))
        walker.press("Sign in")
        walker.comes_to("me/name")
        walker.write("name", "Ақбота Нұрғали")
        walker.press("Save and go on")
        walker.comes_to("me/")
        expect(walker.page.locator("header.top")).to_contain_text("Ақбота")
        walker.use(walker.page.locator("main .item").get_by_role("link"))
        walker.comes_to(site.ticket(registration))
        walker.use(walker.page.locator("header.top .bar a.btn"))
        walker.comes_to("me/")
        walker.follow("My account", within="main")
        walker.follow("Sign out", within="main")
        walker.press("Sign out")
        walker.comes_to("")
        walker.reads("You are signed out.")
        walker.open("me/")
        walker.comes_to("sign-in")

    def test_a_wrong_code_may_be_typed_again(self, walker: Walker, site: Site) -> None:
        address = f"tries-{walker.way}@example.kz"
        walker.open("sign-in")
        walker.write("contact", address)
        walker.press("Get a code")
        walker.comes_to("sign-in/code")
        right = site.code_for(address)
        walker.write("code", f"{(int(right) + 1) % 1_000_000:06d}")
        walker.press("Sign in")
        expect(walker.page.locator(".errsum")).to_be_focused()
        expect(walker.page.locator('[name="code"]')).to_have_value("")
        walker.write("code", right)
        walker.press("Sign in")
        walker.comes_to("me/name")


class TestLanguageAndAppearance:
    def test_another_language_shows_the_same_page(self, walker: Walker) -> None:
        other = {"kk": "ru", "ru": "en", "en": "kk"}[walker.way.lang]
        walker.open("events/?place=aktau")
        walker.use(walker.page.locator(f'header.top .lang a[hreflang="{other}"]'))
        walker.page.wait_for_url(f"**/{other}/events/?place=aktau")
        expect(walker.page.locator("html")).to_have_attribute("lang", other)
        expect(walker.page.locator("#place")).to_have_value("aktau")

    def test_dark_stays_dark_on_the_next_page(self, walker: Walker) -> None:
        walker.open("appearance")
        walker.choose("theme", "dark")
        walker.press("Save")
        walker.reads("Your choice is kept on this device.")
        walker.open("events/")
        expect(walker.page.locator("body")).to_have_css("background-color", DARK)


def test_the_first_tab_skips_the_furniture(new_walker: Callable[[Way], Walker]) -> None:
    walker = new_walker(BY_KEYBOARD)
    walker.open("events/")
    walker.page.keyboard.press("Tab")
    skip = walker.link("Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    walker.page.keyboard.press("Enter")
    walker.page.keyboard.press("Tab")
    expect(walker.page.locator("main :focus")).to_have_count(1)


def code_in_the_mailbox(walker: Walker, address: str) -> str:
    """Look into the demonstration's mailbox, in another tab."""
    walker.site.deliver()
    with walker.page.context.expect_page() as opened:
        walker.follow("Open the mailbox in a new tab")
    mailbox = opened.value
    mailbox.locator("#letters a").first.click()
    text = mailbox.locator("main .prose").inner_text()
    assert address in mailbox.locator("main .meta").inner_text()
    mailbox.close()
    found = re.search(r"\b\d{6}\b", text)
    assert found, text
    return found[0]
