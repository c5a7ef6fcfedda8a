"""A browser for tests that reads every page critically.

    visit.get("/kk/events/")
    visit.press("Тіркелу", name="Әмина", email="amina@example.kz")     fills the form with that button, and sends it
    visit.press("Тіркелу", htmx=True, …)                                the same as htmx does it, answer swapped in

It keeps cookies, follows redirects as browsers do, and takes the values of a form as they stand on the page, tokens
included. Whatever is answered is parsed by html5lib and judged by `tests.support.soundness`; SQL is counted.
A page that is not sound fails the test, whatever the test is about.
"""

from __future__ import annotations

import contextvars
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlencode, urljoin, urlsplit

from sqlalchemy import event

from karavan.accounts.models import SignInSession
from karavan.core.clock import now
from karavan.core.database import db, transact
from karavan.core.tokens import digest, new_key
from tests.support.databases import chosen
from tests.support.page import Form, Page
from tests.support.settings import BASE_URL
from tests.support.soundness import Unsound, judge_headers, judge_page, judge_region

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from flask import Flask
    from werkzeug.test import TestResponse

    from karavan.accounts.models import Person

STATEMENTS = 15
"""How much SQL a page may cost."""
IN_ALL = 40
"""How much a press of a button may: reading, the rule with its letter and its entry in the record, the answer."""
NOT_SWAPPED = frozenset({204, 304, 400, 401, 403, 404, 405, 409, 410, 413, 429})
"""As the page's htmx-config says; 5xx too."""
HOPS = 5


@dataclass
class Visit:
    """One browser. `after` runs after every request: the session of the test lets go of what it read before."""

    app: Flask
    after: Callable[[], object] = lambda: None
    statements: list[str] = field(default_factory=list)
    """The SQL of the last request."""
    page: Page | None = None
    response: TestResponse | None = None

    def __post_init__(self) -> None:
        self.client = self.app.test_client()
        with self.app.app_context():
            self._engine = db.engine
        event.listen(self._engine, "before_cursor_execute", self._count)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the browser."""
        event.remove(self._engine, "before_cursor_execute", self._count)

    def sign_in(self, person: Person) -> None:
        """Open a session for somebody, as the right code would have done."""
        token = new_key()
        row = SignInSession(token_digest=digest(token), person_id=person.id, created_at=now(), seen_at=now())
        contextvars.Context().run(self._open_session, row, token)
        self.after()

    def _open_session(self, row: SignInSession, token: str) -> None:
        with self.app.app_context():
            transact(lambda session: session.add(row))
        with self.client.session_transaction(base_url=BASE_URL) as cookie:
            cookie["_user_id"] = token
            cookie.permanent = True

    # --- What a person does ---------------------------------------------------------------------------------

    def get(self, url: str, *, status: int = 200, statements: int = STATEMENTS, **options: Any) -> Page:
        """Open an address; the answer must have the status (after redirects), and cost no more than so much SQL."""
        return self._open("GET", url, status=status, limit=statements, **options)

    def follow(self, words: str, *, status: int = 200, statements: int = STATEMENTS) -> Page:
        """Follow the link with these words."""
        return self.get(self._here().link(words), status=status, statements=statements)

    def press(
        self,
        button: str,
        *,
        htmx: bool = False,
        status: int | None = None,
        statements: int = IN_ALL,
        fields: dict[str, Any] | None = None,
        **typed: Any,
    ) -> Page:
        """Fill the form that holds a button, named by its words or its `name`, and press it.

        What is typed goes by the fields' names (`fields` for names that are no Python words). A list is several
        ticks; True and False tick and untick; a name the form does not have is an error. Without a status named, any
        below 500 will do.
        """
        form = self._here().form_of(button)
        data = form.filled(button, {**(fields or {}), **typed})
        if htmx:
            return self._send_by_htmx(form, data, status=status, limit=statements)
        if form.method == "get":
            return self._open("GET", f"{form.action}?{urlencode(data)}", status=status, limit=statements)
        return self._open("POST", form.action, status=status, limit=statements, data=_as_body(data))

    def post(
        self, url: str, data: Any = None, *, status: int | None = None, statements: int = IN_ALL, **options: Any
    ) -> Page:
        """Send something past all forms, as a stranger's program would. No token is added."""
        return self._open("POST", url, status=status, limit=statements, data=data, **options)

    def send(self, method: str, url: str, **options: Any) -> TestResponse:
        """Send anything and take the bare answer: nothing is followed, and nothing judged.

        Each request has a context of its own: that of the test must not be taken for the request's.
        """
        self.statements.clear()
        referer = {"Referer": BASE_URL + (self.page.address if self.page else "/")}
        options["headers"] = referer | (options.get("headers") or {})
        asked = contextvars.Context().run(self.client.open, url, method=method, base_url=BASE_URL, **options)
        self.response = asked
        self.after()
        return asked

    @property
    def address(self) -> str:
        """Path and query of where the browser stands."""
        return self._here().address

    # --- How it is done -------------------------------------------------------------------------------------

    def _here(self) -> Page:
        if self.page is None:
            raise Unsound("nothing has been opened yet")
        return self.page

    def _open(
        self, method: str, url: str, *, status: int | None, limit: int, follow: bool = True, **options: Any
    ) -> Page:
        url = urljoin(self.page.address if self.page else "/", url)
        for _ in range(HOPS):
            response = self._request(method, url, limit=limit, **options)
            if not (follow and 300 <= response.status_code < 400 and "Location" in response.headers):
                break
            url = _local(urljoin(url, response.headers["Location"]))
            method, options = ("GET", {}) if response.status_code in {301, 302, 303} else (method, options)
        else:
            raise Unsound(f"{url}: redirected {HOPS} times")
        self.page = Page(address=url, response=response)
        _expect(response, status, self.page)
        self._judge(self.page)
        return self.page

    def _send_by_htmx(self, form: Form, data: list[tuple[str, str]], *, status: int | None, limit: int) -> Page:
        """Send a form as htmx 4 does, and do with the answer what htmx does."""
        before = self._here()
        url, target = form.htmx()
        headers = {
            "HX-Request": "true",
            "HX-Request-Type": "partial",
            "HX-Current-URL": BASE_URL + before.address,
            "HX-Target": f"{before.by_id(target).tag}#{target}",
            "HX-Source": f"form#{form.element.get('id')}" if form.element.get("id") else "form",
        }
        if form.method == "get":
            response = self._request("GET", f"{url}?{urlencode(data)}", limit=limit, headers=headers)
        else:
            response = self._request("POST", url, limit=limit, headers=headers, data=_as_body(data))
        if 300 <= response.status_code < 400:
            raise Unsound(f"{url}: a redirect was sent to htmx, which would swap that page's region in here")
        if "HX-Redirect" in response.headers:
            url = _local(urljoin(url, response.headers["HX-Redirect"]))
            return self.get(url, status=status or 200, statements=limit)
        answer = Page(address=before.address, response=response)
        _expect(response, status, answer)
        swaps = response.status_code not in NOT_SWAPPED and response.status_code < 500
        main, partials = answer.fragments()
        if swaps:
            judge_region(answer, main, target, swap=form.element.get("hx-swap", "innerHTML"))
            before.swap(target, main, how=form.element.get("hx-swap", "innerHTML"))
        for partial in partials:
            before.take_in(partial)
        self.page = before.changed(response, main if swaps else None)
        self._judge(self.page)
        return self.page

    def _judge(self, page: Page) -> None:
        """Refuse an unsound page. On SQLite only: the same page looks no different on the other database."""
        if page.is_html and chosen() == "sqlite":
            judge_page(page)

    def _request(self, method: str, url: str, *, limit: int, **options: Any) -> TestResponse:
        """Ask, and judge what every answer must have, pages or not."""
        response = self.send(method, url, **options)
        asked = len(self.statements)
        if asked > limit:
            raise Unsound(f"{method} {url}: {asked} SQL statements, more than {limit}:\n" + "\n".join(self.statements))
        judge_headers(method, url, response)
        return response

    def _count(self, connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("PRAGMA", "BEGIN")):
            self.statements.append(" ".join(statement.split())[:300])


def _expect(response: TestResponse, status: int | None, page: Page) -> None:
    if status is None and response.status_code >= 500:
        raise Unsound(f"{page.address}: answered {response.status_code}")
    if status is not None and response.status_code != status:
        seen = page.text[:600] if page.document is not None else response.get_data(as_text=True)[:600]
        raise Unsound(f"{page.address}: answered {response.status_code}, not {status}: {seen}")


def _local(url: str) -> str:
    """Return path and query; the tests' browser does not leave the site."""
    parts = urlsplit(url)
    if parts.netloc and f"{parts.scheme}://{parts.netloc}" != BASE_URL:
        raise Unsound(f"sent away to {url}")
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _as_body(data: list[tuple[str, str]]) -> dict[str, list[str]]:
    body: dict[str, list[str]] = {}
    for name, value in data:
        body.setdefault(name, []).append(value)
    return body
