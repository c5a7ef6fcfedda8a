"""A page cache in front of Flask, for the rush before a registration opens: those are readers, all of one page.

Only answers that say `Cache-Control: public` to a request without a session cookie are kept, for the few seconds they
allow. One thread makes a page while the others wait for it (single flight), so a thousand readers cost one rendering.
What is kept is bytes: plain, gzip and brotli, made once each. Personal answers pass through, lightly compressed.

Compressing personal pages is safe against BREACH here because the session cookie is SameSite=Lax: another site cannot
make a browser fetch such a page with its cookie.
"""

from __future__ import annotations

import gzip
import hashlib
import math
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from functools import lru_cache
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple

import brotli
from werkzeug.sansio.http import parse_cookie

if TYPE_CHECKING:
    from collections.abc import Iterator

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
StartResponse = Callable[..., Any]
Wsgi = Callable[[Environ, StartResponse], Iterable[bytes]]
Key = tuple[str, ...]

PAGES = 500
BYTES = 24 * 1024 * 1024
"""All kept pages together, in every variant, weigh no more than this."""
LONGEST_ADDRESS = 600
"""Whoever asks for a longer one gets an answer, but it is not kept: keys are memory too."""
PASS_SECONDS = 2
"""An address that turned out to be nobody's public page is let past for so long: its readers need not queue."""
SMALL = 800
"""Answers shorter than this are not worth compressing."""
TEXTUAL = ("text/", "application/json", "image/svg+xml", "application/ld+json")
THEMES = ("light", "dark")
"""The looks a public page is drawn in besides the usual one (`templating.theme`)."""


class Page(NamedTuple):
    """One kept answer and when it goes stale. Without a status: an address that must reach the application."""

    stale_at: float
    made_at: float = 0.0
    status: str = ""
    headers: Headers = []  # noqa: RUF012 -- nobody changes it
    body: bytes = b""
    etag: str = ""
    variants: dict[str, bytes] = {}  # noqa: RUF012

    @property
    def weight(self) -> int:
        """The bytes it holds on to."""
        return len(self.body) + sum(map(len, self.variants.values()))


class Flight:
    """One page being made, and how many threads wait for it or make it."""

    def __init__(self) -> None:
        self.turn = threading.Lock()
        self.aboard = 0


class PageCache:
    """The WSGI middleware."""

    def __init__(self, app: Wsgi, *, enabled: bool = True, session_cookie: str = "karavan") -> None:
        self._app = app
        self._enabled = enabled
        self._session_cookie = session_cookie
        self._pages: OrderedDict[Key, Page] = OrderedDict()
        self._weight = 0
        self._flights: dict[Key, Flight] = {}
        self._guard = threading.Lock()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from memory, or let the application answer and remember it if it may be."""
        key = self._key(environ)
        page = None if key is None else self._fresh(key)
        if key is None or (page is not None and not page.status):
            return self._pass_on(environ, start_response)
        if page is None:
            with self._flight(key):
                page = self._fresh(key)
                if page is None:
                    status, headers, body = self._ask(environ)
                    if status.startswith("304"):  # the reader holds it; about others that says nothing
                        return _send(environ, start_response, status, headers, body)
                    page = self._keep(key, status, headers, body)
                    if not page.status:
                        return _send(environ, start_response, status, headers, body)
            if not page.status:
                return self._pass_on(environ, start_response)
        return _serve(environ, start_response, page)

    def _key(self, environ: Environ) -> Key | None:
        """Return what tells public pages apart, or None for a request that must reach the application.

        Whatever else a request says (Host, languages, any other cookie or header) must not change a public page.
        """
        if not self._enabled or environ["REQUEST_METHOD"] not in {"GET", "HEAD"} or "HTTP_AUTHORIZATION" in environ:
            return None
        path, query = environ["PATH_INFO"], environ.get("QUERY_STRING", "")
        if len(path) + len(query) > LONGEST_ADDRESS:
            return None
        theme = ""
        if "HTTP_COOKIE" in environ:
            # Read as Flask reads them: two opinions about a strange header would let one visitor's look, or her
            # session, into everybody's page.
            cookies = parse_cookie(environ["HTTP_COOKIE"])
            if self._session_cookie in cookies:
                return None
            theme = cookies.get("theme", "")
        part = "part" if environ.get("HTTP_HX_REQUEST_TYPE") == "partial" else "page"
        return (path, query, part, theme if theme in THEMES else "")

    def _fresh(self, key: Key) -> Page | None:
        with self._guard:
            page = self._pages.get(key)
            if page is None or page.stale_at <= monotonic():
                return None
            self._pages.move_to_end(key)
            return page

    @contextmanager
    def _flight(self, key: Key) -> Iterator[None]:
        """Let one thread at a time make this page; the last one leaving takes the lock away."""
        with self._guard:
            flight = self._flights.setdefault(key, Flight())
            flight.aboard += 1
        try:
            with flight.turn:
                yield
        finally:
            with self._guard:
                flight.aboard -= 1
                if not flight.aboard:
                    del self._flights[key]

    def _ask(self, environ: Environ) -> tuple[str, Headers, bytes]:
        # A HEAD for a page that is not kept yet is asked as GET, so that the body can be kept.
        return _collect(self._app, {**environ, "REQUEST_METHOD": "GET"})

    def _keep(self, key: Key, status: str, headers: Headers, body: bytes) -> Page:
        now = monotonic()
        seconds = _public_seconds(headers) if status.startswith("200") else 0
        if seconds:
            given = [value for name, value in headers if name.lower() == "etag"]
            etag = given[0] if given else f'W/"{hashlib.sha256(body).hexdigest()[:20]}"'
            plain = [(name, value) for name, value in headers if name.lower() not in {"content-length", "etag"}]
            page = Page(now + seconds, now, status, plain, body, etag, _variants(headers, body))
        else:
            page = Page(now + PASS_SECONDS)
        with self._guard:
            self._forget(key)
            self._pages[key] = page
            self._weight += page.weight
            while len(self._pages) > PAGES or (self._weight > BYTES and len(self._pages) > 1):
                self._forget(next(iter(self._pages)))
        return page

    def _forget(self, key: Key) -> None:
        page = self._pages.pop(key, None)
        self._weight -= page.weight if page else 0

    def _pass_on(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in {"GET", "POST"}:
            return self._app(environ, start_response)
        return _send(environ, start_response, *_collect(self._app, environ))


def _collect(app: Wsgi, environ: Environ) -> tuple[str, Headers, bytes]:
    """Let the application answer, and take the whole answer in hand."""
    said: list[tuple[str, Headers]] = []

    def start_response(status: str, headers: Headers, *_: object) -> None:
        said.append((status, headers))

    iterable = app(environ, start_response)
    try:
        body = b"".join(iterable)
    finally:
        close = getattr(iterable, "close", None)
        if close is not None:
            close()
    return *said[-1], body


def _serve(environ: Environ, start_response: StartResponse, page: Page) -> Iterable[bytes]:
    # Age, so that a browser or proxy that keeps the page as well does not let it grow older than it may.
    age = math.ceil(monotonic() - page.made_at)
    headers = [*page.headers, ("ETag", page.etag), ("Age", str(age))]
    if page.variants:
        headers.append(("Vary", "Accept-Encoding"))
    if page.etag.removeprefix("W/") in environ.get("HTTP_IF_NONE_MATCH", ""):
        start_response("304 Not Modified", [(name, value) for name, value in headers if name != "Content-Type"])
        return []
    wish = _encodings(environ.get("HTTP_ACCEPT_ENCODING", "")[:200])
    encoding = next((encoding for encoding in page.variants if encoding in wish), "")
    body = page.variants[encoding] if encoding else page.body
    if encoding:
        headers.append(("Content-Encoding", encoding))
    start_response(page.status, [*headers, ("Content-Length", str(len(body)))])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def _send(
    environ: Environ, start_response: StartResponse, status: str, headers: Headers, body: bytes
) -> Iterable[bytes]:
    """Answer a personal page, with the quickest gzip."""
    if len(body) >= SMALL and _textual(headers):
        headers = [*headers, ("Vary", "Accept-Encoding")]
        if "gzip" in _encodings(environ.get("HTTP_ACCEPT_ENCODING", "")[:200]):
            body = gzip.compress(body, 1, mtime=0)
            headers = [(name, value) for name, value in headers if name.lower() != "content-length"]
            headers += [("Content-Encoding", "gzip"), ("Content-Length", str(len(body)))]
    start_response(status, headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def _variants(headers: Headers, body: bytes) -> dict[str, bytes]:
    if len(body) < SMALL or not _textual(headers):
        return {}
    return {"br": brotli.compress(body, quality=5), "gzip": gzip.compress(body, 6, mtime=0)}


@lru_cache(maxsize=200)  # browsers say one of a handful of things
def _encodings(wish: str) -> frozenset[str]:
    """Return the encodings a client takes: `br;q=0` says it does not."""
    taken = set()
    for part in wish.lower().split(","):
        name, _, weight = part.partition(";")
        if weight.replace(" ", "").rstrip("0.") != "q=":
            taken.add(name.strip())
    return frozenset(taken)


def _textual(headers: Headers) -> bool:
    kinds = [value for name, value in headers if name.lower() == "content-type"]
    encoded = any(name.lower() == "content-encoding" for name, _ in headers)
    return bool(kinds) and kinds[0].startswith(TEXTUAL) and not encoded


def _public_seconds(headers: Headers) -> int:
    """Return for how long an answer may be kept: 0 unless it says so, and never with a cookie in it."""
    seconds = 0
    for name, value in headers:
        if name.lower() == "set-cookie":
            return 0
        if name.lower() == "cache-control" and value.startswith("public, max-age="):
            seconds = int(value.removeprefix("public, max-age=").split(",")[0])
    return seconds
