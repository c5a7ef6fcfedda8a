"""When something is not as it should be: no network, no CDN or a false one, a page left and come back to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from karavan.web.assets import HTMX_CDN
from tests.support import judge
from tests.support.site import BROKEN
from tests.support.walker import BY_KEYBOARD, WITH_HTMX

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Route

    from tests.support.site import Site
    from tests.support.walker import Walker, Way

pytestmark = pytest.mark.browser


def test_going_back_after_a_swap_shows_pages_and_never_fragments(new_walker: Callable[..., Walker]) -> None:
    walker = new_walker(WITH_HTMX, htmx="unknown")  # nothing intercepts here, so the browser's cache is at work
    page, furniture = walker.page, walker.page.locator("header.top, footer.bot")
    walker.open("events/")
    page.wait_for_function("() => window.htmx")
    walker.unfold(page.locator("details.fold:has(#q)"))
    walker.write("q", "Жылу тарифінің жобасы")
    expect(page.locator("#results .item")).to_have_count(1)
    walker.use(page.locator("#results .item").get_by_role("link"))
    walker.comes_to("events/heating-tariff-hearing")
    page.go_back()
    walker.comes_to("events/")
    expect(furniture).to_have_count(2)
    expect(page.locator("#q")).to_have_value("Жылу тарифінің жобасы")
    expect(page.locator("#results .item")).to_have_count(1)
    page.go_forward()
    walker.comes_to("events/heating-tariff-hearing")
    expect(furniture).to_have_count(2)
    walker.follow("Register")
    walker.comes_to("events/heating-tariff-hearing/registration")
    page.wait_for_function("() => window.htmx")
    walker.press("Add one more person: family, a child, a neighbour")
    expect(page.locator("[name=people-1-name]")).to_be_focused()
    page.go_back()
    walker.comes_to("events/heating-tariff-hearing")
    page.go_forward()
    walker.comes_to("events/heating-tariff-hearing/registration")
    expect(furniture).to_have_count(2)
    expect(page.locator("[name=people-0-name]")).to_be_visible()


class TestTheCdn:
    def test_a_cdn_that_cannot_be_found_is_done_without(self, new_walker: Callable[..., Walker]) -> None:
        self._search_is_live(new_walker(WITH_HTMX, htmx="unknown"))

    def test_a_cdn_that_never_answers_is_done_without(self, new_walker: Callable[..., Walker]) -> None:
        self._search_is_live(new_walker(WITH_HTMX, htmx="silent"))

    def test_another_file_in_its_place_is_refused(self, new_walker: Callable[..., Walker]) -> None:
        walker = new_walker(WITH_HTMX)
        walker.watch.pardon("integrity")
        walker.page.route(HTMX_CDN, _forge)
        self._search_is_live(walker)
        assert not walker.page.evaluate("Boolean(window.forged)")

    def test_the_one_file_is_allowed_and_no_other_of_the_same_host(self, new_walker: Callable[..., Walker]) -> None:
        walker = new_walker(WITH_HTMX)
        walker.open("events/")
        assert walker.page.evaluate("Boolean(window.htmx)")
        walker.watch.pardon("htmx.esm.js")
        walker.page.route("https://cdn.jsdelivr.net/**", _forge)
        blocked = """address => new Promise((tell) => {
          const script = document.createElement("script");
          script.onload = () => tell(false);
          script.onerror = () => tell(true);
          script.src = address;
          document.head.append(script);
        })"""
        assert walker.page.evaluate(blocked, HTMX_CDN.replace("htmx.min.js", "htmx.esm.js"))

    @staticmethod
    def _search_is_live(walker: Walker) -> None:
        walker.page.goto("/kk/events/", wait_until="commit")
        expect(walker.page.locator("#htmx-local")).to_be_attached()
        walker.page.wait_for_function("() => window.htmx")
        walker.unfold(walker.page.locator("details.fold:has(#q)"))
        walker.write("q", "Жылу тарифінің жобасы")
        expect(walker.page.locator("#results .item")).to_have_count(1)


@pytest.mark.parametrize("way", [WITH_HTMX, BY_KEYBOARD], ids=str)
def test_without_a_network_nothing_that_was_typed_is_lost(
    new_walker: Callable[..., Walker], site: Site, way: Way
) -> None:
    event = site.new_event()
    walker = new_walker(way)
    walker.open(f"events/{event.slug}/registration")
    walker.write("people-0-name", "Жиһангер Ақмырза")
    walker.write("phone", "8 701 444 33 22")
    walker.tick("processing")
    walker.watch.silence = True
    walker.page.context.set_offline(True)
    walker.press("Register")
    walker.reads("No answer came. Check your connection and try again; what you wrote is still here.", within="#toasts")
    expect(walker.page.locator("[name=people-0-name]")).to_have_value("Жиһангер Ақмырза")
    expect(walker.page.locator("[name=phone]")).to_have_value("8 701 444 33 22")
    expect(walker.page.locator("[name=processing]")).to_be_checked()
    assert site.parties(event) == []
    assert not list(judge.accessibility(walker.page))
    walker.press("Close this message")
    expect(walker.page.locator("#toasts .flash")).to_have_count(0)
    walker.page.context.set_offline(False)
    walker.press("Register")
    walker.comes_to("registrations/*")
    assert site.parties(event) == [["Жиһангер Ақмырза"]]


def test_a_fault_on_our_side_is_said_and_leaves_the_form_as_it_was(
    new_walker: Callable[..., Walker], site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = site.new_event()
    walker = new_walker(WITH_HTMX)
    walker.watch.expect(500)
    walker.open(f"events/{event.slug}/registration")
    walker.write("people-0-name", "Жігер Мәмбет")
    monkeypatch.setitem(site.app.view_functions, "events.register", site.app.view_functions[BROKEN])
    walker.press("Register")
    walker.reads("Something broke on our side. Nothing was changed; please try again in a minute.", within="#toasts")
    expect(walker.page.locator("[name=people-0-name]")).to_have_value("Жігер Мәмбет")
    expect(walker.page.locator("h1")).to_have_count(1)
    expect(walker.page.locator("header.top")).to_be_visible()


def _forge(route: Route) -> None:
    headers = {"Content-Type": "text/javascript", "Access-Control-Allow-Origin": "*"}
    route.fulfill(body="window.forged = true", headers=headers)
