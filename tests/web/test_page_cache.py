"""The page cache: what it keeps, for how long, for whom, and what nobody can make it do."""

from __future__ import annotations

import gzip
import io
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import brotli
import pytest
from hypothesis import given, strategies as st
from sqlalchemy import event as sql
from werkzeug.wrappers import Request

from karavan.core.database import db
from karavan.web import page_cache, templating
from karavan.web.page_cache import BYTES, LONGEST_ADDRESS, PAGES, PageCache
from tests.support.makers import make_event, take_seats

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import time_machine
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

HTML = "text/html; charset=utf-8"
PUBLIC = "public, max-age=2"
LONG = "Шопанның шатыры " * 100


class Clock:
    """The cache's clock."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(page_cache, "monotonic", clock)
    return clock


class Site:
    """An application behind the cache: says what it is told to say, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.status = "200 OK"
        self.headers = [("Content-Type", HTML), ("Cache-Control", PUBLIC), ("Vary", "Cookie")]
        self.body: Callable[[int], str] = lambda number: f"{LONG} {number}"
        self.before_answering: Callable[[], object] = lambda: None
        self.cache = PageCache(self)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        self.asked.append(environ)
        number = len(self.asked)
        self.before_answering()
        body = self.body(number).encode()
        start_response(self.status, [*self.headers, ("Content-Length", str(len(body)))])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def get(self, path: str = "/kk/events/", *, method: str = "GET", **headers: str) -> Answer:
        path, _, query = path.partition("?")
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "HTTP_HOST": "karavan.test",
            "wsgi.input": io.BytesIO(),
            **{f"HTTP_{name.upper()}": value for name, value in headers.items()},
        }
        said: list[Any] = []
        body = b"".join(self.cache(environ, lambda *answer: said.append(answer)))
        return Answer(*said[-1][:2], body)


class Answer:
    def __init__(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status = status[:3]
        self.headers = headers
        self.body = body

    def __getitem__(self, name: str) -> str:
        return ", ".join(value for key, value in self.headers if key == name)

    @property
    def text(self) -> str:
        unpack = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}[self["Content-Encoding"]]
        return unpack(self.body).decode()


@pytest.fixture
def site(at: Clock) -> Site:
    return Site()


# --- How long -------------------------------------------------------------------------------------------------


def test_a_page_comes_from_memory_within_its_seconds_and_not_after(site: Site, at: Clock) -> None:
    first = site.get().text
    at.now += 1.99
    assert site.get().text == first
    assert len(site.asked) == 1
    at.now += 0.01
    assert site.get().text != first
    assert len(site.asked) == 2


def test_each_page_says_itself_how_long_it_is_kept(site: Site, at: Clock) -> None:
    site.headers[1] = ("Cache-Control", "public, max-age=60")
    site.get()
    at.now += 59
    site.get()
    assert len(site.asked) == 1
    at.now += 1
    site.get()
    assert len(site.asked) == 2


def test_a_page_says_how_old_it_is_so_that_nobody_else_keeps_it_too_long(site: Site, at: Clock) -> None:
    assert site.get()["Age"] == "0"
    at.now += 0.4
    assert site.get()["Age"] == "1", "rounded up: max-age less Age must never be more than what is left"
    at.now += 1.5
    assert site.get()["Age"] == "2"


# --- Which page -----------------------------------------------------------------------------------------------

OTHER_PAGES: list[dict[str, Any]] = [
    {"path": "/ru/events/"},
    {"path": "/kk/events/?free=1"},
    {"path": "/kk/events/?q=a&place=b"},
    {"path": "/kk/events/?place=b&q=a"},
    {"cookie": "theme=dark"},
    {"cookie": "lang=ru; theme=light"},
    {"hx_request_type": "partial"},
]


@pytest.mark.parametrize("other", OTHER_PAGES)
def test_pages_that_differ_are_kept_apart(site: Site, other: dict[str, Any]) -> None:
    usual = site.get().text
    path = other.pop("path", "/kk/events/")
    assert site.get(path, **other).text != usual
    assert site.get().text == usual
    assert len(site.asked) == 2


SAME_PAGE = [
    {"host": "evil.example"},
    {"x_forwarded_host": "evil.example"},
    {"x_forwarded_proto": "https"},
    {"accept_language": "ru"},
    {"user_agent": "Nokia"},
    {"cookie": "lang=ru; theme=auto"},
    {"cookie": "theme=<script>"},
    {"cookie": "mykaravan=1; karavan2=2"},
    {"hx_request_type": "full"},
    {"hx_request_type": "junk"},
    {"if_none_match": '"other"'},
]


@pytest.mark.parametrize("headers", SAME_PAGE)
def test_what_must_not_matter_does_not_make_another_page(site: Site, headers: dict[str, str]) -> None:
    usual = site.get().text
    assert site.get(**headers).text == usual
    assert len(site.asked) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"cookie": "karavan=abc"},
        {"cookie": "theme=dark; karavan=abc"},
        {"cookie": 'broken header"; karavan=abc'},
        {"cookie": "karavan="},
        {"authorization": "Basic YTpi"},
        {"method": "POST"},
    ],
)
def test_whoever_has_a_session_passes_by(site: Site, headers: dict[str, str]) -> None:
    site.get()
    first = site.get(**headers)
    assert first.text != site.get(**headers).text
    assert len(site.asked) == 3
    assert "ETag" not in dict(first.headers)
    assert site.get().text.endswith(" 1"), "what is kept for everybody is still the first page"


@given(st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=60))
def test_strange_cookie_headers_are_read_as_the_application_reads_them(junk: str) -> None:
    for header in (
        junk,
        f"{junk}; theme=dark",
        f"theme=dark; {junk}",
        f"{junk}; karavan=1",
        f'theme="{junk}"; karavan=1',
    ):
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "HTTP_COOKIE": header}
        cookies = Request(environ).cookies
        key = PageCache(Site())._key(environ)
        assert (key is None) == ("karavan" in cookies)
        if key is not None:
            theme = cookies.get("theme")
            assert key[3] == (theme if theme in {"light", "dark"} else "")


def test_the_looks_are_those_that_pages_are_drawn_in() -> None:
    assert {"auto", *page_cache.THEMES} == set(templating.THEMES)


# --- What is never kept ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        ("200 OK", [("Set-Cookie", "karavan=1"), ("Cache-Control", PUBLIC)]),
        ("200 OK", [("Cache-Control", PUBLIC), ("set-cookie", "lang=kk")]),
        ("200 OK", [("Cache-Control", "private, no-store")]),
        ("200 OK", [("Cache-Control", "public")]),
        ("200 OK", [("Cache-Control", "public, max-age=0")]),
        ("200 OK", []),
        ("404 Not Found", [("Cache-Control", PUBLIC)]),
        ("302 Found", [("Cache-Control", PUBLIC), ("Location", "/kk/")]),
        ("500 Internal Server Error", [("Cache-Control", PUBLIC)]),
        ("206 Partial Content", [("Cache-Control", PUBLIC)]),
    ],
)
def test_answers_that_are_not_for_everybody_are_not_kept(
    site: Site, status: str, headers: list[tuple[str, str]]
) -> None:
    site.status, site.headers = status, [("Content-Type", HTML), *headers]
    first, second = site.get(), site.get()
    assert first.text != second.text
    assert (first.status, second.status) == (status[:3], status[:3])
    assert not any(page.status for page in site.cache._pages.values())


def test_switched_off_it_keeps_nothing(site: Site) -> None:
    site.cache = PageCache(site, enabled=False)
    assert site.get().text != site.get().text


# --- How it is answered ---------------------------------------------------------------------------------------


def test_whoever_has_the_page_already_gets_no_second_copy(site: Site, at: Clock) -> None:
    etag = site.get()["ETag"]
    for header in (etag, etag.removeprefix("W/"), f'"x", {etag}'):
        answer = site.get(if_none_match=header)
        assert (answer.status, answer.body) == ("304", b"")
        assert answer["ETag"] == etag
        assert answer["Cache-Control"] == PUBLIC
    at.now += 2
    answer = site.get(if_none_match=etag)
    assert answer.status == "200"
    assert answer["ETag"] != etag


def test_a_state_the_application_names_itself_keeps_its_name(site: Site) -> None:
    site.headers.append(("ETag", 'W/"version-7"'))

    assert site.get()["ETag"] == 'W/"version-7"'
    assert site.get(if_none_match='W/"version-7"').status == "304"


def test_a_reader_who_holds_the_page_does_not_keep_it_from_the_others(site: Site) -> None:
    """Whoever sends back a tag gets the application's own "nothing new"; the next reader's page is still kept."""
    site.status = "304 NOT MODIFIED"
    assert site.get(if_none_match='W/"version-7"').status == "304"
    site.status = "200 OK"

    first, second = site.get(), site.get()

    assert (first.status, first.body) == (second.status, second.body)
    assert len(site.asked) == 2


def test_a_head_request_gets_the_headers_alone_and_fills_the_cache(site: Site) -> None:
    head = site.get(method="HEAD")
    page = site.get()
    assert (head.status, head.body) == ("200", b"")
    assert head["Content-Length"] == page["Content-Length"] == str(len(page.body))
    assert len(site.asked) == 1
    assert site.get(method="HEAD", cookie="karavan=1").body == b""


@pytest.mark.parametrize(
    ("wish", "encoding"),
    [
        ("gzip, deflate, br", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("GZIP;q=1.0, *;q=0.5", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br; q=0.0, gzip;q=0", ""),
        ("identity", ""),
        ("", ""),
        ("brotli, xgzip", ""),
    ],
)
def test_each_reader_gets_what_her_browser_unpacks(site: Site, wish: str, encoding: str) -> None:
    for _ in range(2):
        answer = site.get(accept_encoding=wish)
        assert answer["Content-Encoding"] == encoding
        assert answer["Content-Length"] == str(len(answer.body))
        assert "Accept-Encoding" in answer["Vary"]
        assert "Cookie" in answer["Vary"]
        assert answer.text == f"{LONG} 1"
    personal = site.get(accept_encoding=wish, cookie="karavan=1")
    assert personal["Content-Encoding"] == ("gzip" if "gzip" in wish.lower() and encoding else "")
    assert personal["Content-Length"] == str(len(personal.body))
    assert personal.text == f"{LONG} 2"


@pytest.mark.parametrize("kind", ["image/png", "application/pdf"])
def test_pictures_are_not_packed_again(site: Site, kind: str) -> None:
    site.headers[0] = ("Content-Type", kind)
    assert site.get(accept_encoding="br")["Content-Encoding"] == ""


def test_small_answers_are_not_packed(site: Site) -> None:
    site.body = lambda number: f"ok {number}"
    assert site.get(accept_encoding="br, gzip")["Content-Encoding"] == ""


# --- Many at once ---------------------------------------------------------------------------------------------

MANY = 12


def all_at_once(ask: Callable[[], Answer]) -> list[Answer | BaseException]:
    barrier = threading.Barrier(MANY)

    def one(_: int) -> Answer:
        barrier.wait(10)
        return ask()

    with ThreadPoolExecutor(MANY) as pool:
        futures = [pool.submit(one, number) for number in range(MANY)]
        return [future.exception(30) or future.result(30) for future in futures]


def test_a_thousand_readers_cost_one_rendering(site: Site) -> None:
    others_wait = threading.Event()
    site.before_answering = lambda: others_wait.wait(0.3)
    answers = all_at_once(site.get)
    assert len(site.asked) == 1
    assert {answer.text for answer in answers if isinstance(answer, Answer)} == {f"{LONG} 1"}
    assert not site.cache._flights


def test_different_pages_do_not_wait_for_each_other(site: Site) -> None:
    meet = threading.Barrier(MANY, timeout=10)
    site.before_answering = meet.wait  # would break if one were made after the other
    numbers = iter(range(MANY))
    guard = threading.Lock()

    def another() -> Answer:
        with guard:
            number = next(numbers)
        return site.get(f"/kk/events/{number}")

    answers = all_at_once(another)
    assert all(isinstance(answer, Answer) for answer in answers)
    assert not site.cache._flights


def test_a_fault_of_the_first_does_not_hold_up_the_others(site: Site) -> None:
    def fail_once() -> None:
        if len(site.asked) == 1:
            raise RuntimeError("the lamp went out")

    site.before_answering = fail_once
    answers = all_at_once(site.get)
    kinds = Counter(type(answer).__name__ for answer in answers)
    assert kinds == {"RuntimeError": 1, "Answer": MANY - 1}
    assert len(site.asked) == 2
    assert not site.cache._flights


def test_pages_that_are_not_public_are_not_asked_for_in_single_file(site: Site, at: Clock) -> None:
    site.headers[1] = ("Cache-Control", "private, no-store")
    site.get("/kk/events/tour/registration")
    meet = threading.Barrier(MANY, timeout=10)
    site.before_answering = meet.wait
    answers = all_at_once(lambda: site.get("/kk/events/tour/registration"))
    assert all(isinstance(answer, Answer) for answer in answers)
    site.before_answering = lambda: None
    at.now += page_cache.PASS_SECONDS
    site.headers[1] = ("Cache-Control", PUBLIC)
    assert site.get("/kk/events/tour/registration").text == site.get("/kk/events/tour/registration").text


# --- Bounds ---------------------------------------------------------------------------------------------------


def test_the_number_of_pages_is_bounded_and_the_busiest_stay(site: Site) -> None:
    site.get("/kk/events/busy")
    for number in range(PAGES + 20):
        site.get(f"/kk/events/?junk={number}")
        site.get("/kk/events/busy")
    assert len(site.cache._pages) == PAGES
    assert sum(environ["PATH_INFO"] == "/kk/events/busy" for environ in site.asked) == 1
    assert not site.cache._flights


def test_the_bytes_are_bounded(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_cache, "BYTES", 30_000)
    assert BYTES <= 32 * 1024 * 1024
    site.body = lambda number: f"{LONG} {number}" * 3
    for number in range(40):
        site.get(f"/kk/events/{number}")
        held = sum(page.weight for page in site.cache._pages.values())
        assert held == site.cache._weight
        assert held <= 30_000
    assert len(site.cache._pages) >= 2


def test_a_page_larger_than_everything_is_not_kept_for_ever(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_cache, "BYTES", 10_000)
    site.body = lambda number: f"{LONG} {number}" * 10
    site.get("/kk/events/large")
    site.get("/kk/events/other")
    assert len(site.cache._pages) == 1


def test_a_page_that_is_made_again_weighs_once(site: Site, at: Clock) -> None:
    site.get()
    weight = site.cache._weight
    at.now += 2
    site.get()
    assert site.cache._weight == weight > 0


@pytest.mark.parametrize("path", ["/kk/events/" + "x" * LONGEST_ADDRESS, "/kk/events/?q=" + "x" * LONGEST_ADDRESS])
def test_very_long_addresses_are_answered_but_not_kept(site: Site, path: str) -> None:
    assert site.get(path).text != site.get(path).text
    assert not site.cache._pages


# --- The real site --------------------------------------------------------------------------------------------


@pytest.fixture
def client(other_app: Callable[..., Flask], at: Clock) -> Iterator[FlaskClient]:
    return other_app(page_cache=True).test_client()


def test_seats_shown_are_never_older_than_the_seconds(client: FlaskClient, session: Session, at: Clock) -> None:
    event = make_event(seats=3)
    url = f"/en/events/{event.slug}"
    before = client.get(url)
    assert before.headers["Cache-Control"].startswith("public, max-age=2")
    assert "3 seats free" in before.text
    take_seats(event)
    at.now += 1.9
    assert "3 seats free" in client.get(url).text, "it was not the cache that answered"
    at.now += 0.1
    assert "2 seats free" in client.get(url).text


def test_a_stranger_cannot_put_her_host_into_the_page(client: FlaskClient, session: Session, at: Clock) -> None:
    event = make_event()
    for path in ("/kk/", "/kk/events/", f"/kk/events/{event.slug}", "/kk/events/calendar.ics"):
        evil = client.get(path, headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
        assert evil.status_code == 200, path
        after = client.get(path)
        assert after.data == evil.data
        assert b"evil.example" not in after.data
        assert "evil.example" not in str(after.headers)


def test_what_one_reader_asks_does_not_reach_another(client: FlaskClient, session: Session) -> None:
    make_event()
    odd = "/kk/events/?q=%3Cscript%3Ealert(1)%3C/script%3E&junk=1"
    assert b"<script>alert(1)" not in client.get(odd).data
    assert b"alert(1)" not in client.get("/kk/events/").data
    assert b"alert(1)" not in client.get("/kk/events/?q=&junk=1").data


@pytest.mark.parametrize(
    "path",
    [
        "//kk/events/",
        "/kk//events/",
        "/kk/events",
        "/kk/events/..",
        "/kk/events/%2e%2e/events/",
        "/KK/events/",
        "/kk/events/%0d%0aX:1",
    ],
)
def test_odd_paths_do_not_take_the_place_of_the_page(client: FlaskClient, session: Session, path: str) -> None:
    make_event()
    assert client.get(path).status_code in {301, 302, 308, 404}
    page = client.get("/kk/events/")
    assert page.status_code == 200
    assert "<h1" in page.text


def test_a_form_with_a_token_is_never_kept(client: FlaskClient, session: Session, app: Flask) -> None:
    event = make_event()
    url = f"/kk/events/{event.slug}/registration"
    first = client.get(url)
    assert "Set-Cookie" in first.headers
    assert "public" not in first.headers["Cache-Control"]
    client.delete_cookie("karavan")
    assert client.get(url).headers["Set-Cookie"] != first.headers["Set-Cookie"]


def test_readers_of_a_kept_page_cost_no_sql(other_app: Callable[..., Flask], session: Session, at: Clock) -> None:
    happening = make_event()
    application = other_app(page_cache=True)
    client = application.test_client()
    asked: list[str] = []
    with application.app_context():
        sql.listen(db.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    client.get(f"/kk/events/{happening.slug}")
    assert asked
    asked.clear()
    for _ in range(5):
        at.now += 0.3
        assert client.get(f"/kk/events/{happening.slug}").status_code == 200
    assert not asked


def test_a_registration_that_closes_is_seen_to_be_closed(
    client: FlaskClient, session: Session, at: Clock, clock: time_machine.Traveller
) -> None:
    """The cache counts the machine's running time, the page asks the calendar."""
    event = make_event(starts_in=timedelta(days=30))
    url = f"/en/events/{event.slug}/registration"
    link = f'href="{url}"'
    assert link in client.get(f"/en/events/{event.slug}").text
    clock.shift(timedelta(days=31))
    at.now += 2
    assert link not in client.get(f"/en/events/{event.slug}").text
