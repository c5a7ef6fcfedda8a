"""The guards of the browser tests, each shown able to bite."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.support import judge
from tests.support.browser import window
from tests.support.site import BROKEN
from tests.support.walker import BY_KEYBOARD, WITH_HTMX

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

    from tests.support.site import Site
    from tests.support.walker import Walker

pytestmark = pytest.mark.browser

ABOUT = "/kk/about"
COVER = "() => Object.assign(document.querySelector('.strata').style, {position: 'fixed', inset: 0, height: '100%'})"


@pytest.fixture
def page(new_walker: Callable[..., Walker]) -> Page:
    """A page that is as it should be."""
    shown = new_walker(WITH_HTMX).page
    shown.goto(ABOUT)
    return shown


@contextmanager
def a_window_that_complains(chromium: Browser, site: Site, words: str) -> Iterator[Page]:
    """Open a window that must fail with these words when it closes."""
    with pytest.raises(AssertionError, match=words), window(chromium, site.url) as (context, _):
        page = context.new_page()
        page.goto(ABOUT)
        yield page


class TestTheWindow:
    def test_a_word_in_the_console_is_noticed(self, site: Site, chromium: Browser) -> None:
        with a_window_that_complains(chromium, site, "console error: oh dear") as page:
            page.evaluate("() => console.error('oh dear')")

    def test_a_script_that_breaks_is_noticed(self, site: Site, chromium: Browser) -> None:
        with a_window_that_complains(chromium, site, "uncaught.*broken") as page:
            page.evaluate("() => { setTimeout(() => { throw new Error('broken') }) }")
            page.evaluate("() => new Promise((tell) => setTimeout(tell, 50))")

    def test_what_the_policy_forbids_is_noticed(self, site: Site, chromium: Browser) -> None:
        with a_window_that_complains(chromium, site, "Content Security Policy") as page:
            page.evaluate("() => document.body.setAttribute('style', 'color: red')")

    def test_a_stranger_who_is_asked_is_noticed(self, site: Site, chromium: Browser) -> None:
        with a_window_that_complains(chromium, site, "asks a stranger: GET https://stranger.example/") as page:
            page.goto("about:blank")
            page.evaluate("() => fetch('https://stranger.example/').catch(() => {})")

    def test_an_answer_that_nobody_expects_is_noticed(self, site: Site, chromium: Browser) -> None:
        with a_window_that_complains(chromium, site, f"500 for GET .*/kk/{BROKEN}") as page:
            page.goto(f"/kk/{BROKEN}")

    def test_no_answer_at_all_is_noticed(self, site: Site, chromium: Browser) -> None:
        with a_window_that_complains(chromium, site, "no answer to GET") as page:
            page.context.set_offline(True)
            page.evaluate("() => fetch('/kk/').catch(() => {})")

    def test_a_quiet_page_is_no_reason_to_complain(self, site: Site, chromium: Browser) -> None:
        with window(chromium, site.url) as (context, watch):
            context.new_page().goto(ABOUT)
        assert not watch.complaints

    def test_no_name_but_this_machines_is_known(self, site: Site, chromium: Browser) -> None:
        with window(chromium, site.url, htmx="unknown") as (context, watch):
            watch.pardon("https://example.com/")
            page = context.new_page()
            page.goto("about:blank")
            assert not page.evaluate(
                "() => fetch('https://example.com/', {mode: 'no-cors'}).then(Boolean, () => false)"
            )


class TestTheJudge:
    def test_a_sound_page_passes(self, page: Page) -> None:
        assert not [*judge.words(page, "kk"), *judge.accessibility(page), *judge.shape(page)]

    @pytest.mark.parametrize(
        ("harm", "rule"),
        [
            ("() => document.querySelector('html').removeAttribute('lang')", "html-has-lang"),
            ("() => { document.querySelector('h1').style.color = '#eee' }", "color-contrast"),
            ("() => document.querySelector('main').removeAttribute('id')", "skip-link"),
            ("() => document.querySelector('main').append(document.createElement('button'))", "button-name"),
            ("() => { document.querySelector('h2').outerHTML = '<h5>x</h5>' }", "heading-order"),
        ],
    )
    def test_axe_objects(self, page: Page, harm: str, rule: str) -> None:
        page.evaluate(harm)
        assert rule in [fault.partition(" ")[0] for fault in judge.accessibility(page)]

    def test_a_page_that_scrolls_sideways_is_seen(self, page: Page) -> None:
        page.evaluate("() => { document.querySelector('main section p').style.width = '400px' }")
        assert [fault for fault in judge.shape(page) if re.match(r"at \[320, 390\] px scrolls sideways: <p", fault)]

    def test_a_word_that_sticks_out_of_its_place_is_seen(self, page: Page) -> None:
        page.evaluate("() => { document.querySelector('h1').style.whiteSpace = 'nowrap' }")
        page.evaluate("() => { document.querySelector('h1').textContent = 'қоғамдастықтармен '.repeat(9) }")
        assert [fault for fault in judge.shape(page) if "does not hold what is in it: <h1" in fault]

    def test_a_target_too_small_for_a_finger_is_seen(self, page: Page) -> None:
        page.evaluate("() => document.querySelectorAll('.lang a').forEach((one) => { one.style.padding = '0' })")
        assert [fault for fault in judge.shape(page) if "a target of" in fault]

    def test_headings_and_language_are_looked_at(self, page: Page) -> None:
        page.evaluate("() => document.querySelector('main').append(document.createElement('h1'))")
        assert len(list(judge.words(page, "ru"))) == 2


class TestTheKeyboard:
    @pytest.fixture
    def walker(self, new_walker: Callable[..., Walker]) -> Walker:
        someone = new_walker(BY_KEYBOARD)
        someone.open("about")
        return someone

    @pytest.mark.parametrize(
        ("harm", "words"),
        [
            ("one => { one.tabIndex = -1 }", "cannot be reached"),
            ("one => { one.style.outline = one.style.boxShadow = 'none' }", "has no visible focus"),
            (COVER, "is hidden by"),
        ],
    )
    def test_what_only_a_mouse_can_use_is_noticed(self, walker: Walker, harm: str, words: str) -> None:
        link = walker.page.locator("footer a").last
        link.evaluate(harm)
        with pytest.raises(AssertionError, match=words):
            walker.reach(link)
