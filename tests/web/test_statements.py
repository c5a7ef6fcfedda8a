"""What pages cost: SQL statements one by one, and bytes down a bad line. Whoever adds one decides it, here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import brotli
import pytest

from karavan.discussion import queries
from karavan.events.models import QuestionKind
from karavan.events.rules.plan import QuestionLine
from karavan.web.assets import BUNDLE, HTMX_CDN, HTMX_LOCAL
from tests.support.makers import Slots, fill, make_event, make_registration, take_seats
from tests.support.page import Unsound
from tests.support.talk import make_comment

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from sqlalchemy.orm import Session

    from tests.support.visit import Visit

QUESTIONS = (QuestionLine(kind=QuestionKind.TEXT, label=Slots(ru="Чего вы ждёте?")),) * 2


# --- SQL ------------------------------------------------------------------------------------------------------


def test_the_guard_fires(visit: Visit, session: Session) -> None:
    make_event()
    with pytest.raises(Unsound, match="1 SQL statements, more than 0"):
        visit.get("/kk/events/", statements=0)


def test_a_list_costs_one(visit: Visit, session: Session) -> None:
    for _ in range(3):
        make_event()
    visit.get("/kk/events/", statements=1)
    visit.get("/kk/events/?q=%D0%90%D1%81%D1%82%D0%B0%D0%BD%D0%B0&place=aktau&free=1", statements=1)


def test_home_costs_two(visit: Visit, session: Session) -> None:
    """What comes next, and what was answered."""
    for _ in range(3):
        make_event()
    visit.get("/kk/", statements=2)
    visit.get("/kk/?place=beineu", statements=2)


def test_a_list_of_several_pages_costs_one_more_for_their_number(visit: Visit, session: Session) -> None:
    for _ in range(14):
        make_event()
    visit.get("/en/events/", statements=2)
    visit.follow("Show further events", statements=2)


def test_an_event_costs_five_however_much_is_in_it(visit: Visit, session: Session) -> None:
    """The event, its programme, materials and seats, and its discussion; that costs one more once somebody wrote."""
    event = make_event(seats=2, questions=QUESTIONS)
    fill(event)
    take_seats(event)
    visit.get(f"/kk/events/{event.slug}", statements=5)
    thread = queries.thread_of(session, "event", event.id)
    for _ in range(5):
        make_comment(thread)
    visit.get(f"/kk/events/{event.slug}", statements=6)


def test_the_form_costs_two(visit: Visit, session: Session) -> None:
    event = make_event(questions=QUESTIONS)
    visit.get(f"/kk/events/{event.slug}/registration", statements=2)


@pytest.mark.parametrize(("people", "seats", "cost"), [(1, 5, 9), (3, 5, 9), (3, 1, 14)])
def test_registering_costs_as_much_for_a_family(
    visit: Visit, session: Session, people: int, seats: int, cost: int
) -> None:
    """One before the gate; under it the gate, two questions, and one for each table (outbox and record too)."""
    event = make_event(seats=seats)
    visit.get(f"/en/events/{event.slug}/registration")
    for _ in range(people - 1):
        visit.press("Add one more person: family, a child, a neighbour")
    form = visit.page.form_of("Register")  # type: ignore[union-attr]
    names = {f"people-{number}-name": "Айгүл" for number in range(people)}
    sent = form.filled("Register", {**names, "email": "aigul@example.kz", "processing": True})
    visit.post(form.action, dict(sent), status=303, statements=cost, follow=False)


def test_a_ticket_costs_five_for_a_family_too(visit: Visit, session: Session, app: Flask) -> None:
    """The registration with its people, offers, seats; why somebody was moved, and certificates."""
    event = make_event(seats=3, questions=QUESTIONS)
    registration = make_registration(event, people=3)
    token = app.extensions["karavan.keys"].seal(registration.public_id, purpose="ticket")
    visit.get(f"/kk/registrations/{token}", statements=5)


def test_a_place_in_the_queue_costs_two_more(visit: Visit, session: Session, app: Flask) -> None:
    event = make_event(seats=1)
    fill(event)
    registration = make_registration(event)
    token = app.extensions["karavan.keys"].seal(registration.public_id, purpose="ticket")
    visit.get(f"/kk/registrations/{token}", statements=7)


# --- Bytes ----------------------------------------------------------------------------------------------------

KB = 1024
FIRST_PAGE, STYLE = 100 * KB, 30 * KB
"""Everything a phone fetches for its first page, and the style sheets in it: packed for the way, or not."""
_LOADED = re.compile(
    rb'<(?:link rel="(?:icon|preload|stylesheet)"[^>]* href|script[^>]* src|use href)="([^"#]+)', re.IGNORECASE
)


class Weight:
    """What one page and all it loads weigh."""

    def __init__(self, app: Flask, url: str) -> None:
        self._client = app.test_client()
        page = self._fetch(url)
        html = brotli.decompress(page)
        addresses = {address.decode() for address in _LOADED.findall(html)}
        if HTMX_CDN in addresses:
            addresses.remove(HTMX_CDN)
            addresses.add(app.jinja_env.globals["asset"](HTMX_LOCAL))  # type: ignore[operator]
        self.packed = {url: len(page)}
        self.plain = {url: len(html)}
        for address in addresses:
            self.packed[address] = len(self._fetch(address))
            self.plain[address] = len(self._fetch(address, "identity"))

    def _fetch(self, url: str, encoding: str = "br") -> bytes:
        with self._client.get(url, headers={"Accept-Encoding": encoding}) as response:
            assert response.status_code == 200, url
            return response.data

    def of(self, part: str) -> tuple[int, int]:
        """Return packed and plain bytes of the files with this in their name; some there must be."""
        found = [address for address in self.packed if part in address]
        assert found, f"nothing called {part} in {sorted(self.packed)}"
        return sum(self.packed[one] for one in found), sum(self.plain[one] for one in found)


@pytest.fixture
def weigh(other_app: Callable[..., Flask], session: Session) -> Callable[[str], Weight]:
    application = other_app(page_cache=True)
    return lambda url: Weight(application, url)


@pytest.mark.parametrize("url", ["/kk/", "/kk/events/", "/kk/events/{slug}", "/ru/events/{slug}"])
def test_a_first_page_is_light(weigh: Callable[[str], Weight], session: Session, url: str) -> None:
    for number in range(12):
        event = make_event(seats=20 + number)
    weight = weigh(url.format(slug=event.slug))
    for part in ("css/karavan", ".woff2", "js/karavan", "htmx", "favicon", "img/icons"):
        assert min(weight.of(part)) > 0
    assert sum(weight.packed.values()) <= FIRST_PAGE, weight.packed
    assert max(weight.of("css/")) <= 2 * STYLE
    assert weight.of("css/")[0] <= STYLE / 2


def test_everything_a_page_names_is_found(weigh: Callable[[str], Weight]) -> None:
    """Else the weight would be that of a page without its clothes."""
    assert len(weigh("/kk/").packed) >= 8
    assert BUNDLE.removesuffix(".css") in str(weigh("/kk/").packed)
