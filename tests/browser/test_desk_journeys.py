"""What an organiser does at the desk, walked three ways: with JavaScript, without it, and with a keyboard alone."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from karavan.core.clock import now
from karavan.core.when import local_day
from tests.support.scenes import BEKZAT, before_it_began, under_way
from tests.support.walker import WAYS

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import StorageState

    from karavan.events.models import Event
    from tests.support.site import Site
    from tests.support.walker import Walker

pytestmark = pytest.mark.browser


@pytest.fixture(params=WAYS, ids=str)
def organiser(
    request: pytest.FixtureRequest,
    new_walker: Callable[..., Walker],
    cookies_of: Callable[[str], StorageState | None],
) -> Walker:
    """Bekzat at a browser, signed in."""
    return new_walker(request.param, storage_state=cookies_of(BEKZAT))


@pytest.fixture
def neighbour(organiser: Walker, new_walker: Callable[..., Walker]) -> Walker:
    """Somebody else, who is not signed in."""
    return new_walker(organiser.way)


def test_an_event_is_written_published_corrected_and_called_off(organiser: Walker, neighbour: Walker) -> None:
    name = f"Сырым-{organiser.way} оқулары"
    organiser.open("desk/events/")
    organiser.follow("New event")
    organiser.write("title-kk", name)
    organiser.press("Save the draft")
    expect(organiser.page.locator(".errsum")).to_be_focused()
    expect(organiser.page.locator('[name="title-kk"]')).to_have_value(name)
    organiser.write_day("starts_day", local_day(now()) + timedelta(days=20))
    organiser.tick("all_day")
    organiser.press("Add a line to the programme")
    organiser.write_day("programme-0-day", local_day(now()) + timedelta(days=20))
    organiser.write("programme-0-title-kk", "Ашылуы")
    organiser.press("Save the draft")
    organiser.comes_to("desk/events/*")
    organiser.reads("The draft is saved. Only your organisation sees it until you publish it.")
    draft = organiser.at
    organiser.press("Publish")
    organiser.reads("The event is published: everyone can see it now.")

    organiser.follow("See the public page")
    organiser.comes_to("events/*")
    public = organiser.at
    neighbour.open(public)
    expect(neighbour.page.locator("h1")).to_have_text(name)
    expect(neighbour.page.locator("#programme ~ *")).to_contain_text("Ашылуы")

    organiser.open(draft)
    organiser.follow("Edit the event")
    organiser.write("title-kk", f"{name}: жаңа атау")
    organiser.press("Save the changes")
    organiser.reads("Your changes are saved.")
    neighbour.open(public)
    expect(neighbour.page.locator("h1")).to_have_text(f"{name}: жаңа атау")

    organiser.follow("Cancel the event")
    organiser.write("reason-kk", "Боран болады.")
    organiser.press("Cancel the event")
    organiser.comes_to("desk/events/*")
    organiser.reads("The event is cancelled. Everyone who registered or applied is being told.")
    neighbour.open(public)
    neighbour.reads("This event has been cancelled.")
    neighbour.reads("Боран болады.")


def test_a_person_who_called_is_entered_found_and_let_in(organiser: Walker, event_of_bekzat: Event) -> None:
    desk = f"desk/events/{event_of_bekzat.id}"
    organiser.open(desk)
    organiser.follow("Add a person", within="main")
    organiser.write("people-0-name", "Орынбасар Жаңбыршы")
    organiser.write("phone", "8 701 999 88 77")
    organiser.tick("processing")
    organiser.press("Register this person")
    organiser.comes_to(f"{desk}/registrations/*")
    organiser.reads("Registered. Print the slip, or pass on the link of the ticket.")

    organiser.open(f"{desk}/roster")
    rows = organiser.page.locator("#roster tbody tr")
    expect(rows).to_have_count(2)
    organiser.write("q", "жаңбыр")
    if not organiser.way.javascript:
        organiser.press("Find")
    expect(rows).to_have_count(1)
    code = re.search(r"\b[A-Z0-9]{4}-[A-Z0-9]{2}\b", rows.inner_text())
    assert code, rows.inner_text()

    organiser.follow("At the door")
    organiser.comes_to(f"{desk}/check-in")
    organiser.write("code", "ZZZZ-ZZ")
    organiser.press("Mark as arrived")
    expect(organiser.page.locator(".errsum")).to_be_focused()
    organiser.write("code", code[0].lower())
    organiser.press("Mark as arrived")
    expect(organiser.page.locator("#arrival")).to_contain_text("Орынбасар Жаңбыршы")
    expect(organiser.page.locator('[name="code"]')).to_be_focused()
    organiser.write("code", code[0])
    organiser.press("Mark as arrived")
    expect(organiser.page.locator("#arrival .flash--warn")).to_be_visible()
    organiser.follow("Who is coming", within="main")
    expect(organiser.page.locator("#roster .in-hall")).to_have_count(1)


def test_a_scanned_ticket_opens_the_person_and_lets_her_in(
    organiser: Walker, site: Site, event_of_bekzat: Event
) -> None:
    registration = site.register(event_of_bekzat, names=("Сәния Ораз",), now=before_it_began())
    organiser.open(f"desk/check-in/{registration.attendees[0].code}")
    expect(organiser.page.locator("main h2").first).to_contain_text("Сәния Ораз")
    organiser.press("Mark as arrived")
    expect(organiser.page.locator("#marked")).to_be_focused()


@pytest.fixture
def event_of_bekzat(site: Site) -> Event:
    """An event of his organisation, to which one person comes; it is under way."""
    event = site.new_event(seats=5, organisation=site.organisation_of(BEKZAT), **under_way())
    site.register(event, now=before_it_began())
    return event
