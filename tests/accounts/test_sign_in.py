"""Signing in by one-time code: who gets in, who does not, and what a stranger can learn by trying."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from karavan.accounts.models import Person, SignInCode, SignInSession
from karavan.accounts.tasks import forget_old_codes
from karavan.notifications.models import Channel, Letter
from tests.support.hostile import by_id, cases
from tests.support.settings import BASE_URL, NOW
from tests.support.signing_in import ask_for_code, code_sent_to, sign_in, wrong

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from sqlalchemy.orm import Session
    from time_machine import Traveller

    from tests.support.cast import Cast
    from tests.support.hostile import Case
    from tests.support.page import Page
    from tests.support.visit import Visit

AMINA = "amina@example.kz"
OVER = "This code no longer works. Ask for a new one."


def count(session: Session, model: type) -> int:
    session.close()
    return session.scalars(select(func.count()).select_from(model)).one()


# --- Getting in -------------------------------------------------------------------------------------------


def test_the_code_from_the_letter_lets_her_in(cast: Cast, visit: Visit) -> None:
    page = sign_in(visit, AMINA)

    assert page.address == "/en/me/"
    assert page.h1 == "My page"
    assert "Әмина" in page.text


def test_it_works_as_htmx(cast: Cast, visit: Visit) -> None:
    page = ask_for_code(visit, AMINA, htmx=True)
    assert page.address == "/en/sign-in/code"

    page = visit.press("Sign in", code=code_sent_to(AMINA), htmx=True)

    assert page.address == "/en/me/"


def test_a_phone_number_as_people_write_it_is_the_same_account(cast: Cast, visit: Visit, session: Session) -> None:
    ask_for_code(visit, "8 701 123-45-01")
    page = visit.press("Sign in", code=code_sent_to("+77011234501"))

    assert "Әмина" in page.text
    assert session.scalars(select(Letter.channel)).all() == [Channel.SMS]


def test_an_address_in_capitals_is_the_same_account(cast: Cast, visit: Visit) -> None:
    assert "Әмина" in sign_in(visit, "AMINA@Example.KZ").text


def test_a_newcomer_has_an_account_once_her_code_is_right(visit: Visit, session: Session) -> None:
    ask_for_code(visit, "Zhanar@Example.kz")
    assert count(session, Person) == 0

    page = visit.press("Sign in", code=code_sent_to("Zhanar@Example.kz"))
    assert page.address == "/en/me/name"
    page = visit.press("Save and go on", name="  Жанар ")

    assert page.address == "/en/me/"
    zhanar = session.scalars(select(Person)).one()
    assert (zhanar.name, zhanar.email, zhanar.email_key) == ("Жанар", "Zhanar@Example.kz", "zhanar@example.kz")
    assert (zhanar.phone, zhanar.lang, zhanar.created_at) == (None, "en", NOW)


def test_a_newcomer_may_go_on_without_a_name(visit: Visit) -> None:
    page = sign_in(visit, "new@example.kz", onward="/en/about")
    assert page.h1 == "What should we call you?"

    assert visit.follow("Go on without a name").address == "/en/about"
    assert visit.get("/en/sign-in", follow=False, status=303).response.location == "/en/me/"


def test_a_name_too_long_is_refused_and_kept(visit: Visit) -> None:
    sign_in(visit, "new@example.kz")

    for htmx in (False, True):
        page = visit.press("Save and go on", name="ә" * 121, status=422, htmx=htmx)
        assert "Use 120 characters or fewer." in page.summary
        assert page.by_id("name").get("value") == "ә" * 121


def test_spaces_and_hyphens_in_the_code_do_not_matter(cast: Cast, visit: Visit) -> None:
    ask_for_code(visit, AMINA)
    code = code_sent_to(AMINA)

    assert visit.press("Sign in", code=f" {code[:3]} - {code[3:]} ").address == "/en/me/"


def test_whoever_is_signed_in_is_not_asked_again(cast: Cast, visit: Visit) -> None:
    sign_in(visit, AMINA)

    assert visit.get("/en/sign-in?next=/en/about").address == "/en/about"
    assert visit.get("/en/sign-in/code").address == "/en/me/"


def test_her_way_goes_on_where_she_was_stopped(cast: Cast, visit: Visit) -> None:
    assert visit.get("/en/me/account").address == "/en/sign-in?next=/en/me/account"
    visit.press("Get a code", contact=AMINA)

    assert visit.press("Sign in", code=code_sent_to(AMINA)).address == "/en/me/account"


@pytest.mark.parametrize("case", by_id("LK-13", "LK-14", "LK-15"))
def test_nobody_is_sent_to_another_site(cast: Cast, visit: Visit, case: Case) -> None:
    assert case.text is not None
    visit.get("/en/sign-in", query_string={"next": case.text})
    visit.press("Get a code", contact=AMINA)
    assert visit.press("Sign in", code=code_sent_to(AMINA)).address == "/en/me/"

    assert visit.get("/en/sign-in", query_string={"next": case.text}).address == "/en/me/"


# --- Not getting in ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Enter a phone number or an email address."),
        ("   ", "Enter a phone number or an email address."),
        ("amina", "Enter a phone number or an email address."),
        ("amina@", "Enter an email address, for example amina@example.kz."),
        ("12", "Enter a phone number, for example +7 701 234 56 78."),
    ],
)
def test_what_is_no_contact_is_refused_and_kept(
    visit: Visit, session: Session, typed: str, sentence: str, htmx: bool
) -> None:
    visit.get("/en/sign-in")
    page = visit.press("Get a code", contact=typed, status=422, htmx=htmx)

    assert sentence in page.summary
    assert page.by_id("contact").get("value") == typed
    assert count(session, SignInCode) == 0


def test_a_letter_goes_to_one_address_only(visit: Visit, session: Session) -> None:
    visit.get("/en/sign-in")
    visit.press("Get a code", contact="user@example.org\r\nBcc: victim@example.org", status=422)

    assert count(session, Letter) == 0


@pytest.mark.parametrize("case", cases(group="email_identity", where="form:email"))
def test_every_strange_address_is_taken_or_refused_in_words(visit: Visit, session: Session, case: Case) -> None:
    assert case.text is not None
    visit.get("/en/sign-in")
    page = visit.press("Get a code", contact=case.text)

    if case.outcome == "reject":
        assert page.status == 422
        assert page.summary
        assert count(session, Letter) == 0
    elif case.outcome == "allow_or_reject":
        assert page.status in {200, 422}
    else:
        assert page.address == "/en/sign-in/code"
        assert session.scalars(select(SignInCode.contact_key)).one() == case.text.strip().lower()


@pytest.mark.parametrize("htmx", [False, True])
def test_a_wrong_code_is_counted_and_not_shown_again(cast: Cast, visit: Visit, session: Session, htmx: bool) -> None:
    ask_for_code(visit, AMINA)
    code = code_sent_to(AMINA)

    page = visit.press("Sign in", code=wrong(code), status=422, htmx=htmx)

    assert "The code is not right. You have 4 more tries." in page.summary
    assert not page.by_id("code").get("value")
    assert session.scalars(select(SignInCode.attempts)).one() == 1
    assert visit.press("Sign in", code=code).address == "/en/me/"


def test_what_cannot_be_a_code_costs_no_try(cast: Cast, visit: Visit, session: Session) -> None:
    ask_for_code(visit, AMINA)

    for typed, sentence in (
        ("", "Enter the code"),
        ("12345", "6 digits"),
        ("1234567", "6 digits"),
        ("abcdef", "6 digits"),
    ):
        assert sentence in visit.press("Sign in", code=typed, status=422).summary
    assert session.scalars(select(SignInCode.attempts)).one() == 0


def test_after_five_wrong_tries_the_right_code_is_worthless(cast: Cast, visit: Visit, session: Session) -> None:
    ask_for_code(visit, AMINA)
    code = code_sent_to(AMINA)
    for left in ("4 more tries", "3 more tries", "2 more tries", "1 more try.", OVER):
        assert left in visit.press("Sign in", code=wrong(code), status=422).summary

    assert OVER in visit.press("Sign in", code=code, status=422).summary
    assert session.scalars(select(SignInCode.attempts)).one() == 5
    assert count(session, SignInSession) == 0


def test_a_code_works_once(cast: Cast, visit: Visit, session: Session, new_visitor: Callable[[], Visit]) -> None:
    page = ask_for_code(visit, AMINA)
    form = dict(page.form_of("Sign in").filled("Sign in", {"code": code_sent_to(AMINA)}))
    asking = visit.client.get_cookie("karavan", domain="karavan.test")
    assert asking is not None
    visit.press("Sign in", code=form["code"])

    thief = new_visitor()
    thief.client.set_cookie("karavan", asking.value, domain="karavan.test")
    page = thief.post("/en/sign-in/code", form)

    assert page.address == "/en/sign-in"
    assert count(session, SignInSession) == 1


def test_a_code_works_for_ten_minutes(cast: Cast, visit: Visit, clock: Traveller) -> None:
    ask_for_code(visit, AMINA)
    clock.shift(timedelta(minutes=10))
    assert OVER in visit.press("Sign in", code=code_sent_to(AMINA), status=422).summary

    ask_for_code(visit, AMINA)
    clock.shift(timedelta(minutes=10, seconds=-1))
    assert visit.press("Sign in", code=code_sent_to(AMINA)).address == "/en/me/"


def test_a_code_works_in_the_browser_that_asked(cast: Cast, visit: Visit, new_visitor: Callable[[], Visit]) -> None:
    other = new_visitor()
    ask_for_code(visit, AMINA)
    stolen = code_sent_to(AMINA)
    ask_for_code(other, "thief@example.kz")

    assert "not right" in other.press("Sign in", code=stolen, status=422).summary
    assert new_visitor().get("/en/sign-in/code").address == "/en/sign-in"
    assert visit.press("Sign in", code=stolen).address == "/en/me/"


def test_a_newer_code_takes_the_place_of_the_earlier(cast: Cast, visit: Visit) -> None:
    ask_for_code(visit, AMINA)
    earlier = code_sent_to(AMINA)
    page = visit.press("Send a new code")
    assert page.address == "/en/sign-in/code"

    newer = code_sent_to(AMINA)
    if newer != earlier:
        assert "not right" in visit.press("Sign in", code=earlier, status=422).summary
    assert visit.press("Sign in", code=newer).address == "/en/me/"


def test_another_contact_takes_the_place_of_the_first(cast: Cast, visit: Visit) -> None:
    ask_for_code(visit, AMINA)
    first = code_sent_to(AMINA)
    ask_for_code(visit, "bekzat@example.kz")

    if first != code_sent_to("bekzat@example.kz"):
        assert "not right" in visit.press("Sign in", code=first, status=422).summary


def test_nothing_happens_without_the_token_of_the_page(cast: Cast, visit: Visit, session: Session) -> None:
    page = visit.post("/en/sign-in", {"contact": AMINA}, status=422)
    assert "Nothing is lost" in page.summary
    assert page.by_id("contact").get("value") == AMINA
    assert count(session, SignInCode) == 0

    ask_for_code(visit, AMINA)
    visit.post("/en/sign-in/code", {"code": code_sent_to(AMINA)}, status=422)
    assert count(session, SignInSession) == 0
    assert session.scalars(select(SignInCode.attempts)).one() == 0


# --- What a stranger can learn ----------------------------------------------------------------------------


def answers(visit: Visit, contact: str) -> list[tuple[int, str, str, list[str]]]:
    """Everything the site says to somebody who asks for a code and mistypes it: status, address, words, SQL."""
    heard = []

    def hear(page: Page) -> None:
        body = page.body.replace(contact, "CONTACT").replace(contact.replace("@", "%40"), "CONTACT")
        body = re.sub(r'(name="csrf_token"[^>]* value=)"[^"]*"', r"\1", body)
        heard.append((page.status, page.address, body, [statement[:60] for statement in visit.statements]))

    hear(visit.get("/en/sign-in"))
    form = dict(visit.page.form_of("Get a code").filled("Get a code", {"contact": contact}))  # type: ignore[union-attr]
    hear(visit.post("/en/sign-in", form, follow=False, status=303))
    hear(visit.get("/en/sign-in/code"))
    hear(visit.press("Sign in", code=wrong(code_sent_to(contact)), status=422))
    return heard


def test_known_and_unknown_addresses_get_the_same_bytes_for_the_same_work(
    cast: Cast, visit: Visit, new_visitor: Callable[[], Visit], session: Session
) -> None:
    known, unknown = answers(visit, "bekzat@example.kz"), answers(new_visitor(), "nobody@example.kz")

    assert known == unknown
    assert [len(statements) for *_, statements in known] == [0, 2, 1, 2]
    letters = session.execute(select(Letter.letter, Letter.channel, Letter.lang, Letter.state)).all()
    assert len(letters) == 2
    assert len(set(letters)) == 1


def test_the_database_keeps_no_code_that_could_be_read_back(cast: Cast, visit: Visit, session: Session) -> None:
    ask_for_code(visit, AMINA)
    code = code_sent_to(AMINA)

    row = session.scalars(select(SignInCode)).one()
    assert code not in {row.code_digest, row.browser, row.contact}
    assert len(row.code_digest) == len(row.browser) == 64


def test_pages_with_a_person_on_them_are_kept_by_nobody(cast: Cast, visit: Visit) -> None:
    sign_in(visit, AMINA)

    for path in ("/en/", "/en/events/", "/en/me/", "/en/me/account"):
        response = visit.get(path).response
        assert response.headers["Cache-Control"] == "private, no-store"
        assert "Cookie" in response.vary


# --- Sessions ---------------------------------------------------------------------------------------------


def test_nothing_of_the_session_before_goes_on(cast: Cast, visit: Visit, new_visitor: Callable[[], Visit]) -> None:
    """A cookie foisted on her beforehand (session fixation) signs nobody in afterwards."""
    ask_for_code(visit, AMINA)
    foisted = visit.client.get_cookie("karavan", domain="karavan.test")
    assert foisted is not None
    visit.press("Sign in", code=code_sent_to(AMINA))

    hers = visit.client.get_cookie("karavan", domain="karavan.test")
    assert hers is not None
    assert hers.value != foisted.value
    attacker = new_visitor()
    attacker.client.set_cookie("karavan", foisted.value, domain="karavan.test")
    assert attacker.get("/en/me/").address == "/en/sign-in?next=/en/me/"


def test_her_cookie_is_out_of_reach_of_scripts_and_other_sites(cast: Cast, visit: Visit) -> None:
    ask_for_code(visit, AMINA)
    form = dict(visit.page.form_of("Sign in").filled("Sign in", {"code": code_sent_to(AMINA)}))  # type: ignore[union-attr]
    response = visit.post("/en/sign-in/code", form, follow=False, status=303).response

    cookie = response.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Expires=Sat, 22 May 2027" in cookie


def test_over_tls_her_cookie_travels_over_tls_only(cast: Cast, other_app: Callable[..., Flask]) -> None:
    client = other_app(base_url="https://karavan.test").test_client()

    assert "Secure" in client.get("/en/sign-in", base_url="https://karavan.test").headers["Set-Cookie"]


def test_signing_out_closes_the_session_for_good(cast: Cast, visit: Visit, new_visitor: Callable[[], Visit]) -> None:
    sign_in(visit, AMINA)
    before = visit.client.get_cookie("karavan", domain="karavan.test")
    assert before is not None
    assert visit.get("/en/sign-out").h1 == "Sign out"

    page = visit.press("Sign out")

    assert page.address == "/en/"
    assert "You are signed out." in page.toasts
    assert visit.get("/en/me/").address == "/en/sign-in?next=/en/me/"
    keeper = new_visitor()
    keeper.client.set_cookie("karavan", before.value, domain="karavan.test")
    assert keeper.get("/en/me/").address == "/en/sign-in?next=/en/me/"


def test_signing_out_works_as_htmx_and_twice(cast: Cast, visit: Visit) -> None:
    sign_in(visit, AMINA)
    visit.get("/en/sign-out")

    assert visit.press("Sign out", htmx=True).address == "/en/"
    assert visit.get("/en/sign-out").address == "/en/"
    assert visit.post("/en/sign-out", status=200).address == "/en/"


def test_opening_the_address_signs_nobody_out(cast: Cast, visit: Visit) -> None:
    sign_in(visit, AMINA)
    visit.get("/en/sign-out")
    page = visit.post("/en/sign-out", status=422)

    assert "Nothing is lost" in page.summary
    assert visit.get("/en/me/").address == "/en/me/"


def test_it_is_noted_every_ten_minutes_that_she_is_here(
    cast: Cast, visit: Visit, session: Session, clock: Traveller
) -> None:
    def seen() -> object:
        session.close()
        return session.scalars(select(SignInSession.seen_at)).one() - NOW

    sign_in(visit, AMINA)
    clock.shift(timedelta(minutes=9))
    assert "Set-Cookie" not in visit.get("/en/me/").response.headers
    assert seen() == timedelta(0)

    clock.shift(timedelta(minutes=2))
    assert "Set-Cookie" in visit.get("/en/me/").response.headers
    assert seen() == timedelta(minutes=11)


def test_who_she_is_costs_one_query(cast: Cast, visit: Visit) -> None:
    sign_in(visit, AMINA)
    visit.get("/en/about", statements=1)

    assert len(visit.statements) == 1


def test_who_has_no_cookie_costs_none(cast: Cast, visit: Visit) -> None:
    visit.get("/en/about", statements=0)

    assert "karavan" not in {cookie.key for cookie in visit.client._cookies.values()}


def test_old_codes_and_sessions_are_forgotten(cast: Cast, visit: Visit, session: Session, clock: Traveller) -> None:
    sign_in(visit, AMINA)
    clock.shift(timedelta(hours=23))
    assert forget_old_codes() == 0
    clock.shift(timedelta(hours=2))
    assert forget_old_codes() == 1
    assert count(session, SignInCode) == 0

    clock.move_to(NOW + timedelta(days=181))
    forget_old_codes()
    assert session.scalars(select(SignInSession.closed_at)).one() == NOW + timedelta(days=181)
    clock.shift(timedelta(days=91))
    forget_old_codes()
    assert count(session, SignInSession) == 0


# --- Limits and settings ----------------------------------------------------------------------------------


@pytest.fixture
def limited(other_app: Callable[..., Flask]) -> Flask:
    return other_app(rate_limits=True)


def ask(app: Flask, contact: str, *, sender: str = "10.0.0.1", headers: dict[str, str] | None = None) -> int:
    client = app.test_client()
    options = {"base_url": BASE_URL, "environ_overrides": {"REMOTE_ADDR": sender}}
    token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', client.get("/en/sign-in", **options).text)
    assert token is not None
    form = {"contact": contact, "csrf_token": token[1]}
    return client.post("/en/sign-in", data=form, headers=headers, **options).status_code


def test_one_contact_gets_five_letters_an_hour(cast: Cast, limited: Flask, session: Session) -> None:
    known = [ask(limited, AMINA, sender=f"10.0.0.{number}") for number in range(7)]
    unknown = [ask(limited, " Nobody@example.kz", sender=f"10.0.1.{number}") for number in range(7)]

    assert known == unknown == [303] * 5 + [429] * 2
    assert count(session, Letter) == 10
    assert ask(limited, "AMINA@EXAMPLE.KZ", sender="10.0.2.1", headers={"HX-Request": "true"}) == 429


def test_one_sender_may_ask_thirty_times_an_hour(cast: Cast, limited: Flask) -> None:
    asked = [ask(limited, f"guest{number}@example.kz") for number in range(31)]

    assert asked == [303] * 30 + [429]
    assert ask(limited, "another@example.kz", sender="10.0.0.2") == 303


def test_without_text_messages_phones_are_refused_by_their_form(
    cast: Cast, other_app: Callable[..., Flask], session: Session
) -> None:
    app = other_app(demo=False, letters="console")

    assert "text messages are not set up" in app.test_client().get("/en/sign-in", base_url=BASE_URL).text
    assert ask(app, "+7 701 123 45 01") == ask(app, "+7 701 999 99 99") == 422
    assert count(session, SignInCode) == 0
    assert ask(other_app(demo=False, letters="console", sms="console"), "+7 701 123 45 01") == 303


def test_the_demonstration_says_where_the_code_is(cast: Cast, visit: Visit) -> None:
    page = ask_for_code(visit, AMINA)

    assert page.link("Open the mailbox in a new tab") == "/en/mailbox/?to=amina@example.kz"
