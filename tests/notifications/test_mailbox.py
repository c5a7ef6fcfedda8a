"""The demonstration's mailbox page: everybody may read every letter, and nothing in one can hurt."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING

import pytest
from icalendar import Calendar

from karavan.core.text import BadText, clean_line
from karavan.notifications.queries import PAGE_SIZE
from karavan.notifications.tasks import deliver_letters
from karavan.notifications.views import linked
from tests.notifications.boxes import mailbox
from tests.notifications.samples import SEATED
from tests.support.hostile import cases
from tests.support.visit import Visit

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.support.hostile import Case
    from tests.support.mail_server import MailServer

BASE = "http://karavan.test"


@pytest.fixture
def sent(app: Flask, post_letter: Callable[..., str]) -> Callable[..., str]:
    """Post a letter, let it leave, and return the address of its page."""

    def send(letter: str = "events/registered", **facts: object) -> str:
        post_letter(letter, **facts)
        with app.app_context():
            deliver_letters()
        return f"/en/mailbox/{mailbox()[-1].id}"

    return send


def test_the_empty_mailbox_says_what_to_do(visit: Visit) -> None:
    page = visit.get("/en/mailbox/")

    assert "No letters yet" in page.text
    assert "This page exists only in the demonstration" in page.text


def test_a_letter_can_be_opened_and_its_links_followed(visit: Visit, sent: Callable[..., str]) -> None:
    sent(lang="en")
    visit.get("/en/mailbox/")
    page = visit.follow("Your seat: Study tour to Astana")

    assert page.h1 == "Your seat: Study tour to Astana"
    assert "7F3K-92" in page.text
    assert "This page exists only in the demonstration" in page.text
    ticket = next(one.attrib["href"] for one in page.find("a") if "/registrations/" in one.get("href", ""))
    assert ticket.startswith("/en/registrations/abcdefghijklmnop.")


def test_a_letter_keeps_its_own_language(visit: Visit, sent: Callable[..., str]) -> None:
    page = visit.get(sent(lang="ru"))

    assert page.one("h1").get("lang") == "ru"


def test_letters_to_one_address(visit: Visit, sent: Callable[..., str]) -> None:
    sent(lang="en", email="amina@example.kz")
    sent("accounts/sign_in_code", lang="en", email="bekzat@example.kz")
    sent("accounts/sign_in_code", lang="en", phone="+77011234501")
    visit.get("/en/mailbox/")

    page = visit.press("Show", to="bekzat@example.kz")
    assert "Your code for signing in" in page.text
    assert "Your seat" not in page.text

    page = visit.press("Show", htmx=True, to="+77011234501")
    assert [text for text in ("Short message", "Your code for signing in") if text in page.text] == ["Short message"]


def test_a_short_message_can_be_read(visit: Visit, sent: Callable[..., str]) -> None:
    address = sent("accounts/sign_in_code", lang="en", phone="+77011234501")
    page = visit.get(address)

    assert "Karavan. Your code: 402918" in page.text
    assert ".eml" not in page.text
    visit.get(f"{address}/letter.eml", status=404)


def test_older_letters_stand_on_the_next_page(
    app: Flask, visit: Visit, post_letter: Callable[..., str], sent: Callable[..., str]
) -> None:
    for number in range(PAGE_SIZE + 1):
        sent("accounts/sign_in_code", lang="en", email=f"guest{number}@example.kz")
    page = visit.get("/en/mailbox/")

    assert f"guest{PAGE_SIZE}@example.kz" in page.text
    assert "guest0@example.kz" not in page.text
    page = visit.follow("Older letters")
    assert "guest0@example.kz" in page.text
    assert "guest1@example.kz" not in page.text
    assert "Older letters" not in page.text


@pytest.mark.parametrize("before", ["0", "-1", "x", "²", "9" * 400, "1e3", ""])
def test_any_page_number_is_answered(before: str, visit: Visit) -> None:
    visit.get(f"/en/mailbox/?before={before}")


def test_what_came_with_a_letter_can_be_taken_away(visit: Visit, sent: Callable[..., str]) -> None:
    address = sent(lang="en")
    page = visit.get(address)
    eml, ics = page.link(".eml"), page.link("Calendar file: event.ics")

    visit.get(eml)
    assert visit.response is not None
    assert (
        visit.response.headers["Content-Disposition"] == f'attachment; filename="letter-{address.split("/")[-1]}.eml"'
    )
    mail = message_from_bytes(visit.response.data, policy=default)
    assert mail["To"] == "amina@example.kz"
    assert "image/png" in [part.get_content_type() for part in mail.walk()]
    visit.get(ics)
    assert visit.response.mimetype == "text/calendar"
    assert Calendar.from_ical(visit.response.data)["METHOD"] == "PUBLISH"
    visit.get(f"{address}/files/2", status=404)


@pytest.mark.parametrize("path", ["", "/letter.eml", "/files/1"])
def test_where_letters_are_really_sent_there_is_no_such_page(
    path: str, other_app: Callable[..., Flask], sent: Callable[..., str], mail_server: MailServer
) -> None:
    address = sent()
    with Visit(other_app(demo=False, letters="smtp", smtp_url=mail_server.url)) as visit:
        visit.get(f"{address}{path}", status=404)
        visit.get("/en/mailbox/", status=404)


@pytest.mark.parametrize("number", ["0", str(2**31 - 1), str(2**31), str(2**70)])
def test_a_letter_that_is_not_there(number: str, visit: Visit) -> None:
    visit.get(f"/en/mailbox/{number}", status=404)


@pytest.mark.parametrize("case", cases(group="markup", where="display_name"))
def test_a_hostile_name_stays_text(case: Case, visit: Visit, sent: Callable[..., str]) -> None:
    try:
        name = clean_line((case.text or "")[:120], limit=120)
    except BadText:
        return  # no form takes it
    page = visit.get(sent(lang="en", people=[SEATED | {"name": name}]))

    assert not page.find("script", src=None) or all(one.get("src") for one in page.find("script"))
    assert {one.get("href", "")[:1] for one in page.find("a")} <= {"/", "#"}


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        (f"see {BASE}/kk/events/ there", ["/kk/events/"]),
        (BASE, ["/"]),
        (f"{BASE}/kk/registrations/abc.def\n{BASE}/", ["/kk/registrations/abc.def", "/"]),
        ("https://evil.example/login", []),
        (f"{BASE}.evil.example/login", []),
        (f"{BASE}@evil.example/login", []),
        (f"{BASE}:8000/", []),
        (f"{BASE}//evil.example/", []),
        (f"{BASE}/\\evil.example/", []),
        (f'{BASE}/"onclick=x', ["/"]),
        ("<a href='http://evil.example'>x</a>", []),
    ],
)
def test_only_our_own_addresses_become_links(text: str, paths: list[str]) -> None:
    html = linked(text, BASE)

    assert [part.split('"')[0] for part in html.split('<a href="')[1:]] == paths
    assert html.striptags() == text.replace("\n", " ") or "<" in text


def test_the_guard_against_other_links_can_fail() -> None:
    assert '<a href="/kk/"' in linked("https://evil.example/kk/", "https://evil.example")
