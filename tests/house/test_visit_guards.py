"""The guarded browser of the tests can fail: each guard is shown a page that it must refuse.

The pages come from a tiny application of their own, so that a guard is tried through the same door as in every test.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from flask import Flask, Response, request
from sqlalchemy import text

from karavan.core.database import db
from tests.support.soundness import HEADERS, Unsound
from tests.support.visit import Visit

if TYPE_CHECKING:
    from collections.abc import Iterator

FORM = """
<form id="f" method="post" action="/send" hx-post="/send" hx-target="#region" hx-swap="outerHTML" hx-sync="this:drop">
  <input type="hidden" name="csrf_token" value="t">
  <p><label for="name">Name</label> <input id="name" name="name" value="Amina"></p>
  <p><label><input type="checkbox" name="agree" value="y"> I agree</label></p>
  <p><label for="day">Day</label>
    <select id="day" name="day"><option value="1">One</option><option>Two</option></select></p>
  <p><label for="note">Note</label> <textarea id="note" name="note"></textarea></p>
  <button type="submit" name="do" value="it">Send</button>
</form>
"""
PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Sound — Karavan</title></head>
<body><main id="main"><div id="toasts" role="status"></div><h1>Sound</h1>
<p><a href="/elsewhere">Elsewhere</a></p>
<section id="region">{form}</section>{more}</main>
<template id="offline"><p>No answer came.</p></template></body></html>
"""
SOUND = PAGE.format(form=FORM, more="")
GOOD_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self)",
    "Cache-Control": "private, no-store",
}


class Tiny:
    """A site of one page, which a test can spoil."""

    def __init__(self) -> None:
        self.html, self.headers, self.status, self.answer = SOUND, dict(GOOD_HEADERS), 200, ""
        self.statements = 0
        self.received: list[tuple[str, dict[str, list[str]]]] = []
        self.app = Flask("tiny", static_folder=None)
        self.app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
        db.init_app(self.app)

        @self.app.get("/")
        @self.app.get("/elsewhere")
        def page() -> Response:
            for _ in range(self.statements):
                db.session.execute(text("SELECT 1"))
            return Response(self.html, self.status, self.headers, mimetype="text/html")

        @self.app.post("/send")
        def send() -> object:
            self.received.append((request.headers.get("HX-Request-Type", ""), request.form.to_dict(flat=False)))
            if self.answer == "redirect":
                return Response("", 303, self.headers | {"Location": "/elsewhere"})
            return Response(self.answer or self.html, self.status, self.headers, mimetype="text/html")


@pytest.fixture
def tiny() -> Iterator[Tiny]:
    site = Tiny()
    yield site
    with site.app.app_context():
        db.engine.dispose()


@pytest.fixture
def visit(tiny: Tiny) -> Iterator[Visit]:
    with Visit(tiny.app) as visitor:
        yield visitor


def test_a_sound_page_passes(visit: Visit) -> None:
    page = visit.get("/")

    assert (page.h1, page.title) == ("Sound", "Sound — Karavan")
    assert page.link("Elsewhere") == "/elsewhere"


SPOILED = {
    "a second h1": ("</main>", "<h1>Again</h1></main>", "2 h1"),
    "no h1": ("<h1>Sound</h1>", "<p>Sound</p>", "0 h1"),
    "an empty h1": ("<h1>Sound</h1>", "<h1> </h1>", "h1 is empty"),
    "another title": ("<title>Sound", "<title>Noise", "does not begin with the h1"),
    "an id twice": ("</main>", '<p id="toasts"></p></main>', "'toasts' stands 2 times"),
    "an id with a space": ("</main>", '<p id="a b"></p></main>', "with a space"),
    "an id that does not exist": ('name="name"', 'name="name" aria-describedby="hint"', "refers to nothing"),
    "no action": ('action="/send"', "", "without action"),
    "no token": ('name="csrf_token"', 'name="token"', "0 csrf tokens"),
    "an empty token": ('value="t"', 'value=""', "0 csrf tokens"),
    "htmx sends elsewhere": ('hx-post="/send"', 'hx-post="/other"', "is not its action"),
    "htmx gets what the form posts": ("hx-post=", "hx-get=", "is not its action and method"),
    "quick presses queue": ('hx-sync="this:drop"', "", "this:drop"),
    "nothing sends the form": ('type="submit"', 'type="button"', "no button sends it"),
    "a style attribute": ("<h1>", '<h1 style="color:red">', "style="),
    "a style element": ("</head>", "<style>h1{color:red}</style></head>", "a style element"),
    "an on attribute": ("<h1>", '<h1 onclick="alert(1)">', "onclick"),
    "an inline script": ("</main>", "<script>alert(1)</script></main>", "inline script"),
    "hx-on": ("<h1>", '<h1 hx-on:click="alert(1)">', "hx-on:click"),
    "data-hx": ("<h1>", '<h1 data-hx-get="/x">', "data-hx-get"),
    "js in hx-vals": ("<h1>", """<h1 hx-vals="js:{a: 1}">""", "is evaluated"),
    "a trigger filter": ("<h1>", '<h1 hx-trigger="click[ctrlKey]">', "has a filter"),
    "a script as an address": ('href="/elsewhere"', 'href="JavaScript:alert(1)"', "JavaScript:"),
    "no language": (' lang="en"', "", "lang=None"),
    "no label": ('<label for="name">Name</label>', "Name", "has no label"),
    "an empty label": ('<label for="name">Name</label>', '<label for="name"></label>', "has no label"),
    "no label around": ("<label><input", "<span><input", "has no label"),
    "a button without type": (' type="submit"', "", "has no type"),
    "a button without words": (">Send<", "><", "button without words"),
    "an empty link": (">Elsewhere<", "><", "has no words"),
    "a link to nowhere": ('href="/elsewhere"', 'href="#"', "leads nowhere"),
    "a link without address": (' href="/elsewhere"', "", "leads nowhere"),
    "a picture without words": ("</main>", '<img src="/x.png"></main>', "has no alt"),
    "two places want the focus": ("</main>", "<p autofocus>a</p><p autofocus>b</p></main>", "want the focus"),
    "a target that is not there": ('hx-target="#region"', 'hx-target="#gone"', "is not on the page"),
    "no target": ('hx-target="#region"', "", "would be replaced itself"),
    "no place for messages": ('role="status"', "", "no #toasts"),
    "broken markup": ("</h1>", "</h2>", "line "),
    "a stray end": ("</section>", "</section></div>", "line "),
    "no doctype": ("<!doctype html>\n", "", "is no page"),
}


@pytest.mark.parametrize("spoiled", SPOILED)
def test_a_spoiled_page_fails(tiny: Tiny, visit: Visit, spoiled: str) -> None:
    there, instead, complaint = SPOILED[spoiled]
    assert there in SOUND
    tiny.html = SOUND.replace(there, instead, 1)

    with pytest.raises(Unsound, match=complaint):
        visit.get("/")


def test_a_token_in_an_address_fails(tiny: Tiny, visit: Visit) -> None:
    tiny.html = SOUND.replace('method="post"', 'method="get"').replace("hx-post", "hx-get")

    with pytest.raises(Unsound, match="leaks"):
        visit.get("/")


@pytest.mark.parametrize("header", HEADERS)
def test_a_missing_security_header_fails(tiny: Tiny, visit: Visit, header: str) -> None:
    del tiny.headers[header]

    with pytest.raises(Unsound, match=header):
        visit.get("/")


@pytest.mark.parametrize(
    "there", ["default-src 'none'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"]
)
def test_a_weakened_policy_fails(tiny: Tiny, visit: Visit, there: str) -> None:
    tiny.headers["Content-Security-Policy"] = GOOD_HEADERS["Content-Security-Policy"].replace(there, "img-src *")

    with pytest.raises(Unsound, match="Content-Security-Policy"):
        visit.get("/")


def test_unsafe_inline_fails(tiny: Tiny, visit: Visit) -> None:
    tiny.headers["Content-Security-Policy"] += "; script-src 'unsafe-inline'"

    with pytest.raises(Unsound, match="Content-Security-Policy"):
        visit.get("/")


def test_a_cookie_in_a_public_answer_fails(tiny: Tiny, visit: Visit) -> None:
    tiny.headers |= {"Cache-Control": "public, max-age=2", "Set-Cookie": "karavan=1"}

    with pytest.raises(Unsound, match="kept by everybody"):
        visit.get("/")


def test_too_much_sql_fails_and_is_listed(tiny: Tiny, visit: Visit) -> None:
    tiny.statements = 15
    visit.get("/")

    with pytest.raises(Unsound, match="15 SQL statements, more than 14"):
        visit.get("/", statements=14)


def test_an_unexpected_status_fails(tiny: Tiny, visit: Visit) -> None:
    tiny.status = 404

    with pytest.raises(Unsound, match="answered 404, not 200"):
        visit.get("/")


def test_pressing_sends_what_stands_in_the_form(tiny: Tiny, visit: Visit) -> None:
    visit.get("/")

    visit.press("Send")

    assert tiny.received == [("", {"csrf_token": ["t"], "name": ["Amina"], "day": ["1"], "note": [""], "do": ["it"]})]


def test_pressing_sends_what_was_typed(tiny: Tiny, visit: Visit) -> None:
    visit.get("/")

    visit.press("do", name="Айгүл", agree=True, day="Two", note="a\nb")

    sent = tiny.received[0][1]
    assert (sent["name"], sent["agree"], sent["day"], sent["note"]) == (["Айгүл"], ["y"], ["Two"], ["a\r\nb"])


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [({"surname": "x"}, "has no"), ({"day": "3"}, "offers")],
)
def test_what_cannot_be_typed_is_not_sent(tiny: Tiny, visit: Visit, typed: dict[str, str], complaint: str) -> None:
    visit.get("/")

    with pytest.raises(Unsound, match=complaint):
        visit.press("Send", **typed)


def test_a_button_that_is_not_there_cannot_be_pressed(visit: Visit) -> None:
    visit.get("/")

    with pytest.raises(Unsound, match="0 forms have a button"):
        visit.press("Delete")


def test_redirects_are_followed_as_browsers_do(tiny: Tiny, visit: Visit) -> None:
    visit.get("/")
    tiny.answer = "redirect"

    visit.press("Send")

    assert visit.address == "/elsewhere"


def test_htmx_swaps_the_region_and_takes_in_the_toast(tiny: Tiny, visit: Visit) -> None:
    visit.get("/")
    tiny.answer = (
        '<section id="region"><p>Done</p></section><hx-partial id="toasts" hx-swap="beforeend"><p>Good</p></hx-partial>'
    )

    page = visit.press("Send", htmx=True)

    assert tiny.received[0][0] == "partial"
    assert (page.toasts, page.find("form"), "Done" in page.text) == ("Good", [], True)


def test_htmx_does_not_swap_a_refusal_but_takes_in_its_toast(tiny: Tiny, visit: Visit) -> None:
    visit.get("/")
    tiny.status, tiny.answer = 403, '<hx-partial id="toasts" hx-swap="beforeend"><p>No</p></hx-partial>'

    page = visit.press("Send", htmx=True, status=403)

    assert (page.toasts, len(page.find("form"))) == ("No", 1)


def test_htmx_goes_where_it_is_sent(tiny: Tiny, visit: Visit) -> None:
    visit.get("/")
    tiny.status, tiny.headers = 200, GOOD_HEADERS | {"HX-Redirect": "/elsewhere"}

    visit.press("Send", htmx=True)

    assert visit.address == "/elsewhere"


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        ('<section id="other"></section>', "htmx asked for #region"),
        ('<section id="region"></section><p>more</p>', "htmx asked for #region"),
        ('<section id="region"></section>loose', "loose text"),
        ('<section id="region"><h1>Again</h1></section>', "2 h1"),
        ('<section id="region"><p id="toasts"></p></section>', "stands 2 times"),
        ('<section id="region"><p></section>x', "loose text"),
        ('<section id="region"><b></section>', "line "),
        ('<section id="region"></section><hx-partial id="gone"><p>x</p></hx-partial>', "0 elements"),
        ("redirect", "redirect was sent to htmx"),
    ],
)
def test_a_spoiled_region_fails(tiny: Tiny, visit: Visit, answer: str, complaint: str) -> None:
    visit.get("/")
    tiny.answer = answer

    with pytest.raises(Unsound, match=complaint):
        visit.press("Send", htmx=True)


def test_a_region_that_fills_its_target_instead_of_replacing_it_fails(tiny: Tiny, visit: Visit) -> None:
    tiny.html = SOUND.replace("outerHTML", "innerHTML")
    visit.get("/")
    tiny.answer = '<section id="region"></section>'

    with pytest.raises(Unsound, match="a region replaces itself"):
        visit.press("Send", htmx=True)
