"""Doors of an event: passes as the organiser's page gives them, and devices that hold one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from karavan.door.marks import mark_of
from tests.support.makers import make_registration
from tests.support.settings import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.test import TestResponse

    from karavan.events.models import Event
    from tests.support.page import Page
    from tests.support.visit import Visit


def code_of(event: Event, name: str = "Айгүл") -> str:
    """Register somebody, and return the code on her ticket."""
    return make_registration(event, now=NOW - timedelta(days=1), names=(name,)).attendees[0].code


@dataclass
class Slip:
    """What the organiser hands over: once, and apart."""

    address: str
    pin: str


@dataclass
class Doors:
    """The organiser's page of passes, and the devices that hold one."""

    desk: Visit
    event: Event
    new_visitor: Callable[[], Visit]

    def give(self, name: str = "North") -> Slip:
        """Give a pass, and return link and PIN as the page shows them."""
        self.desk.get(f"/en/desk/events/{self.event.id}/doors")
        page = self.desk.press("Give a pass", name=name, status=200)
        address = page.by_id("pass-link").get("value") or ""
        pin = "".join(page.one("b", class_="pass__pin").itertext())
        return Slip(address.partition("://")[2].partition("/")[2], pin)

    def open(self, slip: Slip) -> Visit:
        """Open a pass on a device of its own."""
        device = self.new_visitor()
        device.get(f"/{slip.address}")
        device.press("Open the pass", pin=slip.pin, status=200)
        return device

    def device(self, name: str = "North") -> Visit:
        """Give a pass and open it."""
        return self.open(self.give(name))


def nth_form(page: Page, button: str, number: int) -> tuple[str, dict[str, str]]:
    """Return address and values of one of several forms with the same button."""
    form = [one for one in page.forms if one.buttons(button)][number]
    return form.action, dict(form.filled(button, {}))


class Sender:
    """What door.js does on a device, in Python: marks of codes, and batches of them."""

    def __init__(self, browser: Visit, event: Event, pin: str = "") -> None:
        self.browser, self.event = browser, event
        self.csrf = ""
        self.csrf = self.ask("news")["csrf"]
        self.key, self.base = "", 0
        if pin:
            given = self.send("list", pin=pin)
            self.key, self.base = given["key"], given["number"]

    def ask(self, what: str) -> dict[str, Any]:
        """Ask for news or for the list."""
        answer = self.browser.send("GET", f"/en/door/{self.event.slug}/{what}")
        assert answer.status_code == 200, answer.get_data(as_text=True)[:300]
        return answer.get_json()

    def post(self, what: str, **fields: str) -> TestResponse:
        """Send fields, with the token."""
        data = fields | {"csrf_token": self.csrf}
        return self.browser.send("POST", f"/en/door/{self.event.slug}/{what}", data=data)

    def send(self, what: str, **fields: str) -> dict[str, Any]:
        """Send fields, and return what is said."""
        return self.post(what, **fields).get_json()

    def scan(self, number: int, code: str, *, age: float = 0) -> dict[str, Any]:
        """Return a scan as it is sent."""
        return {"number": self.base + number, "mark": mark_of(self.key, code), "age": age}

    def status(self, batch: list[dict[str, Any]]) -> int:
        """Send scans, and return the status."""
        return self.post("scans", scans=json.dumps(batch), undone="[]").status_code

    def deliver(self, batch: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Send scans, and return what came of each."""
        return self.send("scans", scans=json.dumps(batch), undone="[]")["results"]

    def undo(self, number: int) -> None:
        """Undo a scan that was sent."""
        self.send("scans", scans="[]", undone=json.dumps([self.base + number]))
