"""Home and what we say about ourselves, languages, appearance, health."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import OperationalError

from karavan.core.database import db
from karavan.core.languages import Slots
from karavan.pages.views import PRIVATE_PATHS
from tests.support.hostile import by_id
from tests.support.makers import make_event
from tests.support.settings import BASE_URL
from tests.support.signing_in import sign_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from sqlalchemy.orm import Session

    from tests.support.cast import Cast
    from tests.support.hostile import Case
    from tests.support.visit import Visit

LANGUAGES = ("kk", "ru", "en")
PUBLIC = ("", "about", "privacy", "accessibility", "record/")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", PUBLIC)
def test_public_pages_are_the_same_for_everyone_and_set_no_cookie(
    app: Flask, visit: Visit, lang: str, path: str
) -> None:
    response = visit.get(f"/{lang}/{path}", statements=2).response

    assert response.headers["Cache-Control"].startswith("public, max-age=")
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("path", ["/en/", "/en/about", "/kk/me/", "/en/record/"])
def test_pages_only_read(app: Flask, visit: Visit, path: str) -> None:
    visit.post(path, status=405)


# --- Home -------------------------------------------------------------------------------------------------


def test_home_shows_the_next_events_the_nearest_first(app: Flask, visit: Visit, session: Session) -> None:
    for title, days in (("Later", 30), ("Sooner", 3)):
        make_event(title=Slots(kk=title, en=title), starts_in=timedelta(days=days))
    make_event(title=Slots(kk="A draft", en="A draft"), published=False)
    make_event(title=Slots(kk="Called off", en="Called off"), cancelled=True)

    page = visit.get("/en/")

    assert page.text.index("Sooner") < page.text.index("Later")
    assert "A draft" not in page.text
    assert "Called off" not in page.text
    assert visit.follow("Sooner").h1 == "Sooner"


def test_home_without_events_says_so(app: Flask, visit: Visit) -> None:
    assert "No event is planned now" in visit.get("/en/").text


def test_whoever_is_signed_in_sees_her_own_name_and_only_she(
    cast: Cast, other_app: Callable[..., Flask], visit: Visit
) -> None:
    visit.app = other_app(page_cache=True)
    visit.client = visit.app.test_client()
    sign_in(visit, "amina@example.kz")

    assert "Әмина" in visit.get("/en/").text
    assert "Әмина" not in visit.app.test_client().get("/en/", base_url=BASE_URL).text


# --- Languages --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wish", "cookie", "home"),
    [
        ("", "", "/kk/"),
        ("ru", "", "/ru/"),
        ("ru-KZ,ru;q=0.9,en;q=0.8", "", "/ru/"),
        ("en-GB,en;q=0.9", "", "/en/"),
        ("de,fr;q=0.5", "", "/kk/"),
        ("en", "ru", "/ru/"),
        ("en", "<script>", "/en/"),
        ("*;q=x,,;;=", "", "/kk/"),
    ],
)
def test_everyone_comes_to_her_own_language(app: Flask, visit: Visit, wish: str, cookie: str, home: str) -> None:
    if cookie:
        visit.client.set_cookie("lang", cookie, domain="karavan.test")
    response = visit.get("/", status=302, follow=False, headers={"Accept-Language": wish}).response

    assert response.location == home
    assert {"Cookie", "Accept-Language"} <= set(response.vary)


def test_the_country_code_leads_to_the_language(app: Flask, visit: Visit) -> None:
    for path, to in (
        ("/kz/", "/kk/"),
        ("/kz/about", "/kk/about"),
        ("/kz/events/?q=%D1%81%D1%83&past=1", "/kk/events/?q=%D1%81%D1%83&past=1"),
    ):
        assert visit.get(path, status=301, follow=False).response.location == to


@pytest.mark.parametrize(
    "path", ["/kz/%0d%0aSet-Cookie:x=1", "/kz/%5Cevil.example", "/kz/%2F%2Fevil.example", "/kz/../../x"]
)
def test_the_country_code_leads_nowhere_else(app: Flask, path: str) -> None:
    response = app.test_client().get(path, base_url=BASE_URL)

    assert response.status_code in {301, 308, 400, 404}
    assert response.headers.get("Location", "/kk/").removeprefix(BASE_URL).startswith(("/kk/", "/kz/"))
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_chosen_language_is_remembered_for_a_year(app: Flask, visit: Visit, lang: str) -> None:
    response = visit.get(f"/language/{lang}?next=/{lang}/about", status=302, follow=False).response

    assert response.location == f"/{lang}/about"
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith(f"lang={lang};")
    assert "Max-Age=31536000" in cookie
    assert "SameSite=Lax" in cookie
    assert visit.get("/", headers={"Accept-Language": "de"}).address == f"/{lang}/"


@pytest.mark.parametrize("case", by_id("LK-13", "LK-14", "LK-15"))
def test_choosing_a_language_leads_to_no_other_site(app: Flask, visit: Visit, case: Case) -> None:
    answer = visit.get("/language/ru", query_string={"next": case.text}, status=302, follow=False)

    assert answer.response.location == "/ru/"


def test_a_language_we_do_not_speak_leads_to_one_we_do(app: Flask, visit: Visit) -> None:
    assert visit.get("/language/xx", headers={"Accept-Language": "ru"}, follow=False, status=302).response.location in {
        "/ru/",
        "/kk/",
    }


# --- Appearance -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(("theme", "sheets"), [("auto", 1), ("dark", 1), ("light", 0)])
def test_light_and_dark_are_chosen_without_scripts(
    app: Flask, visit: Visit, theme: str, sheets: int, htmx: bool
) -> None:
    visit.get("/en/appearance")
    page = visit.press("Save", theme=theme, language="en", htmx=htmx)

    assert "Your choice is kept on this device." in page.toasts
    linked = [one for one in page.find("link", rel="stylesheet") if "/dark." in one.attrib["href"]]
    assert len(linked) == sheets
    if theme == "dark":
        assert linked[0].get("media") == "screen"
    chosen = [one.get("value") for one in page.find("input", name="theme") if "checked" in one.attrib]
    assert chosen == [theme]


def test_the_language_is_chosen_there_too(app: Flask, visit: Visit) -> None:
    visit.get("/en/appearance")

    assert visit.press("Save", theme="auto", language="ru").address == "/ru/appearance"
    assert visit.get("/").address == "/ru/"


@pytest.mark.parametrize("value", ["", "neon", "dark; path=/"])
def test_what_was_never_offered_is_refused(app: Flask, visit: Visit, value: str) -> None:
    form = dict(visit.get("/en/appearance").form_of("Save").filled("Save", {}))
    page = visit.post("/en/appearance", form | {"theme": value}, status=422)

    assert "Choose one of the answers offered." in page.summary
    assert "theme" not in {cookie.key for cookie in visit.client._cookies.values()}


def test_a_strange_cookie_is_as_good_as_none(app: Flask, visit: Visit) -> None:
    visit.client.set_cookie("theme", "<script>", domain="karavan.test")

    assert visit.get("/en/").one("meta", name="color-scheme").get("content") == "light dark"


# --- Health and robots ------------------------------------------------------------------------------------


def test_a_monitor_hears_ok(app: Flask) -> None:
    response = app.test_client().get("/healthz", base_url=BASE_URL)

    assert (response.status_code, response.mimetype, response.text) == (200, "text/plain", "ok\n")
    assert response.headers["Cache-Control"] == "private, no-store"


def test_a_monitor_hears_when_the_database_does_not_answer(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("connection refused"))

    monkeypatch.setattr(db.session, "execute", refuse)
    response = app.test_client().get("/healthz", base_url=BASE_URL)

    assert response.status_code == 503
    assert "refused" not in response.text


def test_search_engines_keep_out_of_what_is_personal(app: Flask) -> None:
    text = app.test_client().get("/robots.txt", base_url=BASE_URL).text

    assert text.startswith("User-agent: *\n")
    assert {"registrations", "me", "desk"} <= set(PRIVATE_PATHS)
    for lang in LANGUAGES:
        assert f"Disallow: /{lang}/registrations" in text.splitlines()
