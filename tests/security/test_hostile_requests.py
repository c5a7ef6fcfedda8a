"""Requests no honest browser sends: paths, queries, headers, cookies and bodies. A clean refusal, or nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from sqlalchemy import select

from karavan.accounts.models import Person, SignInCode
from karavan.notifications.models import Letter
from tests.support.hostile import Case, a_few, case, everything
from tests.support.inert import as_sent, each, judged, looked_at, timed
from tests.support.makers import make_event, make_registration
from tests.support.routes import plant
from tests.support.settings import BASE_URL

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from sqlalchemy.orm import Session

    from tests.support.cast import Cast
    from tests.support.visit import Visit

TEXTS = [one for one in everything().values() if one.text is not None and len(one.text) <= 2_000]
BY_HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}

# --- Paths ----------------------------------------------------------------------------------------------------

PATHS = [
    "/%00",
    "/en/%00",
    "/en/events/%00",
    "/en/events/a%00b",
    "/en/registrations/%00",
    "/en/events/%ED%A0%80",
    "/en/events/%FF%FE",
    "/en/events/..%2F..%2Fetc%2Fpasswd",
    "/en/events/" + "a" * 3000,
    "/en/events/%F0%9F%99%82",
    "/en/events/%0d%0aSet-Cookie:%20a=b",
    "/xx/events/",
    "/EN/events/",
    "/en/events//",
    "/en/desk/events/18446744073709551616",
    "/en/desk/events/9223372036854775808",
    "/en/desk/events/2147483648",
    "/en/desk/events/0",
    "/en/desk/events/-1",
    "/en/desk/events/9e107d9d-372b-4b6e-8c1a-2f5f0a6d1c3e",
    "/en/desk/events/1/registrations/18446744073709551616",
    "/en/desk/check-in/%00",
    "/en/desk/check-in/" + "A" * 3000,
    "/en/mailbox/18446744073709551616",
    "/en/mailbox/1/files/18446744073709551616",
    "/en/me/sessions/18446744073709551616/closing",
    "/static/..%2f..%2fconfig.py",
    "/static/../config.py",
    "/static/%00",
    "/language/%00",
    "/language/xx",
    "/kz/%00",
    "/kz//evil.example",
    "/kz/%0d%0aLocation:%20https://evil.example",
    "/wp-login.php",
    "/.env",
]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("who", ["nobody", "root"])
def test_a_strange_path_is_refused_cleanly(session: Session, cast: Cast, visit: Visit, path: str, who: str) -> None:
    """HT-03, RX-18, RX-19, AZ-12: the same on both databases."""
    if who == "root":
        visit.sign_in(cast.root)

    answer = timed(lambda: visit.send("GET", path))

    assert answer.status_code < 500
    assert answer.status_code in {301, 302, 303, 308, 400, 404} or path == "/en/events//"
    location = answer.headers.get("Location", "/")
    assert location.startswith((BASE_URL, "/")), location
    assert not location.startswith("//"), location
    assert "\n" not in location
    if answer.mimetype == "text/html" and answer.status_code >= 400:
        judged(path, answer)


# --- Queries --------------------------------------------------------------------------------------------------

NAMES = (
    "q",
    "place",
    "kind",
    "since",
    "free",
    "past",
    "after",
    "page",
    "per_page",
    "sort",
    "event",
    "before",
    "to",
    "next",
)


@pytest.mark.parametrize("url", a_few(["/en/events/", "/en/record/", "/en/mailbox/", "/en/", "/en/sign-in"]))
def test_strange_queries_show_a_page_like_any_other(session: Session, visit: Visit, url: str) -> None:
    """MK-33, RX-16 to RX-18, AZ-16 to AZ-18: nothing is reflected, sorted by or looked up that we did not offer."""
    make_event()
    tags = {tag for tag, _ in _built(looked_at(visit, f"{url}?q=zzzz"))} | {
        tag for tag, _ in _built(looked_at(visit, url))
    }

    def ask(one: Case) -> None:
        query = as_sent(dict.fromkeys(NAMES, one.text))["data"].decode()
        answer = timed(lambda: visit.send("GET", f"{url}?{query}"))
        if "\0" in one.text:
            assert answer.status_code == 400
            return
        assert answer.status_code == 200
        page = judged(url, answer)
        assert {tag for tag, _ in _built(page)} <= tags

    each([one for one in TEXTS if len(one.text) <= 300], ask)


def _built(page: Any) -> Any:
    from tests.support.inert import built  # noqa: PLC0415

    return built(page.root)


@pytest.mark.parametrize(
    "number", ["-1", "0", "99999999999999999999", "1e9", "²", "٣", "0x10", " 1", "1;DROP TABLE events", "NaN"]
)
@pytest.mark.parametrize(
    "url",
    [
        "/en/record/?event={}",
        "/en/record/?before={}",
        "/en/mailbox/?before={}",
        "/en/events/?after={}-1",
        "/en/events/?after=1-{}",
    ],
)
def test_a_number_that_is_none_begins_at_the_beginning(session: Session, visit: Visit, url: str, number: str) -> None:
    visit.get(url.format(quote(number)))


@pytest.mark.parametrize(
    "day", ["0000-00-00", "9999-12-31", "0001-01-01", "2026-13-45", "tomorrow", "2026-W01-1", "20260101"]
)
def test_a_day_that_is_none_narrows_nothing_and_breaks_nothing(session: Session, visit: Visit, day: str) -> None:
    visit.get(f"/en/events/?since={day}")


AWAY = ("//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example",
        "http:evil.example", "javascript:alert(1)", "/%0d%0aSet-Cookie:a=b", "https://karavan.test.evil.example/",
        "///evil.example", "/../..//evil.example",
        "https://karavan.test@evil.example/", "\x00/en/", " //evil.example", "/en/\r\nSet-Cookie: a=b")  # fmt: skip


@pytest.mark.parametrize("target", AWAY)
def test_nobody_is_led_to_another_site(session: Session, cast: Cast, visit: Visit, target: str) -> None:
    """LK-13 to LK-15: after choosing a language, and after signing in."""
    answer = visit.send("GET", "/language/ru", query_string={"next": target})
    assert answer.status_code in {302, 303, 400}
    if answer.status_code != 400:
        assert _stays(answer.headers["Location"]), answer.headers["Location"]

    visit.sign_in(cast.amina)
    answer = visit.send("GET", "/en/sign-in", query_string={"next": target})
    assert answer.status_code in {302, 303, 400}
    if answer.status_code != 400:
        assert _stays(answer.headers["Location"]), answer.headers["Location"]


def _stays(location: str) -> bool:
    path = location.removeprefix(BASE_URL)
    return path.startswith("/") and not re.match(r"/[/\\\s]", path) and not re.search(r"[\r\n\\]", path)


# --- Headers --------------------------------------------------------------------------------------------------


def test_the_host_header_is_believed_nowhere(app: Flask, session: Session, visit: Visit) -> None:
    """HT-01: links in letters, canonical addresses and calendars use the configured base address."""
    event = make_event()
    for url in ("/en/", f"/en/events/{event.slug}", "/en/events/calendar.ics", f"/en/events/{event.slug}/calendar.ics"):
        for headers in ({"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example"}):
            answer = visit.send("GET", url, headers=headers)
            assert answer.status_code == 200
            assert "evil.example" not in answer.get_data(as_text=True), (url, headers)


@pytest.mark.parametrize(
    "value", ["../../mod", "#people", "true\r\nX: y", "full", "partial", "PARTIAL", "", "a" * 5000]
)
@pytest.mark.parametrize(
    "header", ["HX-Target", "HX-Source", "HX-Request", "HX-Request-Type", "HX-Current-URL", "HX-Boosted"]
)
def test_no_htmx_header_opens_anything(session: Session, cast: Cast, visit: Visit, header: str, value: str) -> None:
    """HX-06: they never decide who may see what; at most which part of the same page is sent."""
    event = make_event(published=False, organisation=cast.alliance, slug="draft")
    visit.sign_in(cast.amina)
    headers = {header: value.replace("\r\n", " ")}

    assert visit.send("GET", f"/en/events/{event.slug}", headers=headers).status_code == 404
    assert visit.send("GET", f"/en/desk/events/{event.id}", headers=headers).status_code == 404


def test_the_same_address_answers_htmx_with_a_part_and_a_browser_with_the_page(session: Session, visit: Visit) -> None:
    """HX-07: and says on what that depends, so that no cache mixes them up."""
    make_event()
    for url in ("/en/events/", "/en/record/", "/en/mailbox/"):
        part, page = visit.send("GET", url, headers=BY_HTMX), visit.send("GET", url)
        assert "<!doctype" not in part.get_data(as_text=True).lower()
        assert page.get_data(as_text=True).lower().startswith("<!doctype")
        for answer in (part, page):
            assert "hx-request-type" in answer.headers["Vary"].lower()


def test_the_page_cache_mixes_nobody_up(session: Session, cast: Cast, other_app: Callable[..., Flask]) -> None:
    """HT-02, HX-07: part and page, languages, looks and people are kept apart; nothing personal is kept at all."""
    from tests.support.visit import Visit  # noqa: PLC0415

    make_event()
    app = other_app(page_cache=True)
    with Visit(app, after=session.close) as nobody, Visit(app, after=session.close) as amina:
        amina.sign_in(cast.amina)
        for url in ("/en/", "/en/events/"):
            kept = [nobody.send("GET", url) for _ in range(2)]
            assert kept[0].data == kept[1].data
            assert "Set-Cookie" not in kept[1].headers
            hers = amina.send("GET", url)
            assert "Әмина" in hers.get_data(as_text=True)
            assert hers.headers["Cache-Control"] == "private, no-store"
            assert nobody.send("GET", url).data == kept[0].data
        part = nobody.send("GET", "/en/events/", headers=BY_HTMX)
        assert "<!doctype" not in part.get_data(as_text=True).lower()
        assert nobody.send("GET", "/en/events/").get_data(as_text=True).lower().startswith("<!doctype")
        nobody.client.set_cookie("theme", "dark", domain="karavan.test")
        assert nobody.send("GET", "/en/").data != kept[0].data
        assert 'lang="ru"' in nobody.send("GET", "/ru/").get_data(as_text=True)


COOKIES = (
    "x",
    "a.b.c",
    "eyJfdXNlcl9pZCI6IjEifQ.aaaa.bbbb",
    "\"'><script>",
    "=" * 100,
    "a" * 4000,
    ";;;;",
    "\\073",
    "é",
)


@pytest.mark.parametrize("value", COOKIES)
@pytest.mark.parametrize("name", ["karavan", "lang", "theme"])
def test_a_forged_cookie_is_no_cookie(session: Session, visit: Visit, name: str, value: str) -> None:
    """It opens no session, chooses no unknown language or look, and is reflected nowhere."""
    for url in ("/", "/en/", "/en/me/", "/en/desk/", "/en/appearance"):
        answer = visit.send("GET", url, headers={"Cookie": f"{name}={value}"})
        assert answer.status_code in {200, 302, 303}, url
        assert value not in answer.get_data(as_text=True) or len(value) < 4
        if answer.status_code == 200 and answer.mimetype == "text/html":
            judged(url, answer)
    assert visit.send("GET", "/en/me/", headers={"Cookie": f"{name}={value}"}).status_code == 303


@pytest.mark.parametrize(
    "value", ["*", "xx", "kk;q=abc", "ru;q=9999999999999999999", "," * 3000, "de-DE-1996,kk;q=0.1", "\xff"]
)
def test_a_strange_wish_for_a_language_ends_in_one_of_ours(session: Session, visit: Visit, value: str) -> None:
    answer = visit.send("GET", "/", headers={"Accept-Language": value})

    assert answer.status_code == 302
    assert answer.headers["Location"].removeprefix(BASE_URL) in {"/kk/", "/ru/", "/en/"}


# --- Bodies ---------------------------------------------------------------------------------------------------


@pytest.fixture
def form_url(session: Session) -> str:
    return f"/en/events/{make_event().slug}/registration"


BODIES: dict[str, tuple[dict[str, Any], set[int]]] = {
    "ten megabytes": ({"data": b"a=" + b"a" * 10_485_760, "content_type": "application/x-www-form-urlencoded"}, {413}),
    "a thousand fields": (
        {"data": case("RX-11").text, "content_type": "application/x-www-form-urlencoded"},
        {400, 413, 422},
    ),
    "two thousand parts": (
        {
            "data": b"".join(b'--x\r\nContent-Disposition: form-data; name="a%d"\r\n\r\n\r\n' % n for n in range(2000))
            + b"--x--",
            "content_type": "multipart/form-data; boundary=x",
        },
        {400, 413},
    ),
    "a part that never ends": (
        {
            "data": b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\naaaa',
            "content_type": "multipart/form-data; boundary=x",
        },
        {400, 422},
    ),
    "no boundary": ({"data": b"aaa", "content_type": "multipart/form-data"}, {400, 422}),
    "a file where words belong": (
        {
            "data": b'--x\r\nContent-Disposition: form-data; name="people-0-name"; filename="a.txt"'
            b"\r\n\r\nAmina\r\n--x--",
            "content_type": "multipart/form-data; boundary=x",
        },
        {400, 422},
    ),
    "JSON": ({"json": {"people-0-name": "Amina"}}, {400, 422}),
    "no UTF-8": (
        {"data": b"people-0-name=%FF%FE&email=%C0%80", "content_type": "application/x-www-form-urlencoded"},
        {400, 422},
    ),
    "NUL in a value": ({"data": b"people-0-name=a%00b", "content_type": "application/x-www-form-urlencoded"}, {400}),
    "NUL in a name": ({"data": b"people-0-name%00=a", "content_type": "application/x-www-form-urlencoded"}, {400}),
    "an unknown kind": ({"data": b"<a/>", "content_type": "text/xml"}, {400, 422}),
    "another alphabet": (
        {"data": b"people-0-name=%C0", "content_type": "application/x-www-form-urlencoded; charset=utf-7"},
        {400, 422},
    ),
    "nothing": ({"data": b""}, {400, 422}),
}


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("headers", [{}, BY_HTMX], ids=["plain", "htmx"])
def test_a_strange_body_is_refused_cleanly(
    session: Session, visit: Visit, form_url: str, body: str, headers: dict[str, str]
) -> None:
    """RX-08, RX-11, HT-03."""
    sent, allowed = BODIES[body]

    answer = timed(lambda: visit.send("POST", form_url, headers=headers, **sent))

    assert answer.status_code in allowed
    if not headers:
        judged(form_url, answer)


@pytest.mark.parametrize("body", a_few(["NUL in a value", "ten megabytes", "JSON", "no UTF-8", "nothing"]))
def test_every_door_refuses_strange_bodies(app: Flask, session: Session, cast: Cast, visit: Visit, body: str) -> None:
    """Generated from the map of addresses."""
    stage = plant(app, cast)
    visit.sign_in(cast.root)

    for address in stage.addresses("POST"):
        answer = visit.send("POST", address.url, **BODIES[body][0])
        assert answer.status_code < 500, address
        assert answer.status_code >= 300, address


# --- Signing in -----------------------------------------------------------------------------------------------


def test_the_sign_in_field_takes_a_contact_or_says_so(session: Session, visit: Visit) -> None:
    """Whatever is typed: a code goes to one address, or the field explains itself; nobody becomes a person by it."""
    form = visit.get("/en/sign-in").form_of("Get a code")
    filled = dict(form.filled("Get a code", {}))

    def ask(one: Case) -> None:
        before = len(session.scalars(select(SignInCode.id)).all())
        session.close()
        answer = timed(lambda: visit.send("POST", "/en/sign-in", **as_sent(filled | {"contact": one.text})))
        assert answer.status_code in {303, 400, 422}
        if answer.status_code == 422:
            assert judged("/en/sign-in", answer).summary
        codes = len(session.scalars(select(SignInCode.id)).all())
        session.close()
        assert codes == before + (answer.status_code == 303)

    each(TEXTS, ask)
    for address in session.scalars(select(Letter.address)):
        assert re.fullmatch(r"[^\s@,;<>]+@[^\s@,;<>]+|\+\d+", address), address
    assert session.scalars(select(Person.id)).all() == []


def test_the_code_field_takes_six_digits(session: Session, visit: Visit) -> None:
    visit.get("/en/sign-in")
    visit.press("Get a code", contact="amina@example.kz")
    form = visit.page.form_of("Sign in")
    filled = dict(form.filled("Sign in", {}))

    def guess(one: Case) -> None:
        answer = timed(lambda: visit.send("POST", form.action, **as_sent(filled | {"code": one.text})))
        assert answer.status_code in {400, 422, 429, 303}
        assert "_user_id" not in str(answer.headers)

    each([one for one in TEXTS if one.text != ""], guess)
    assert session.scalars(select(Person.id)).all() == []


def test_known_and_unknown_contacts_are_answered_alike(
    session: Session, cast: Cast, new_visitor: Callable[[], Visit]
) -> None:
    """EM-11: the same page, the same status, as many statements, whether or not somebody has an account."""
    seen = []
    for contact in (cast.amina.email, "nobody@example.kz", cast.amina.phone, "+77019999999"):
        visit = new_visitor()
        visit.get("/en/sign-in")
        page = visit.press("Get a code", contact=contact)
        seen.append((page.status, visit.address, page.text.replace(contact, ""), len(visit.statements)))

    assert seen[0][:2] == seen[1][:2]
    assert seen[2][:2] == seen[3][:2]
    assert seen[0][3] == seen[1][3]


def test_a_ticket_is_asked_for_again_by_nobody_but_its_owner(session: Session, visit: Visit) -> None:
    """EM-12: typing somebody's address into every event's form sends one letter an event and day."""
    events = [make_event(slug=f"event-{number}") for number in range(2)]
    for event in events:
        make_registration(event, email="amina@example.kz")
    for event in events:
        for _ in range(5):
            visit.get(f"/en/events/{event.slug}/registration")
            visit.press("Register", fields={"people-0-name": "Ермек", "processing": True}, email="amina@example.kz")

    again = session.scalars(select(Letter.id).where(Letter.letter == "events/already_registered")).all()
    assert len(again) == 2
