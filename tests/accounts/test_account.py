"""A person's own account: name, language of letters, contacts, open sessions."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from karavan.accounts.devices import device_name
from karavan.accounts.models import Person, SignInCode, SignInSession
from tests.support.settings import NOW
from tests.support.signing_in import ask_for_code, code_sent_to, sign_in, wrong

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session
    from time_machine import Traveller

    from tests.support.cast import Cast
    from tests.support.visit import Visit

AMINA, BEKZAT = "amina@example.kz", "bekzat@example.kz"
CHROME = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36"


def person(session: Session, email: str) -> Person:
    session.close()
    return session.scalars(select(Person).where(Person.email_key == email)).one()


# --- Name and language ------------------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [False, True])
def test_she_changes_her_name_and_the_language_of_her_letters(
    cast: Cast, visit: Visit, session: Session, htmx: bool
) -> None:
    sign_in(visit, AMINA)
    visit.get("/en/me/account")
    page = visit.press("Save", name="Әмина Жолдасова", lang="ru", htmx=htmx, status=200)

    assert "Your changes are saved." in page.toasts
    assert page.by_id("name").get("value") == "Әмина Жолдасова"
    amina = person(session, AMINA)
    assert (amina.name, amina.lang) == ("Әмина Жолдасова", "ru")
    assert visit.press("Save", htmx=htmx, status=200).summary == ""


@pytest.mark.parametrize("htmx", [False, True])
def test_a_name_that_is_too_long_is_refused_and_kept(cast: Cast, visit: Visit, session: Session, htmx: bool) -> None:
    sign_in(visit, AMINA)
    visit.get("/en/me/account")
    page = visit.press("Save", name="Ә" * 121, lang="en", htmx=htmx, status=422)

    assert "Use 120 characters or fewer." in page.summary
    assert page.by_id("name").get("value") == "Ә" * 121
    assert person(session, AMINA).name == "Әмина"


def test_a_language_we_do_not_speak_is_refused(cast: Cast, visit: Visit, session: Session) -> None:
    sign_in(visit, AMINA)
    page = visit.get("/en/me/account")
    form = dict(page.form_of("Save").filled("Save", {}))

    for lang in ("xx", "", "kk' OR 1=1"):
        assert "Choose one of" in visit.post("/en/me/account", form | {"lang": lang}, status=422).summary
    assert person(session, AMINA).lang == "kk"


def test_other_values_are_not_hers_to_set(cast: Cast, visit: Visit, session: Session) -> None:
    """AZ-05: fields that are not on the form have no effect."""
    sign_in(visit, AMINA)
    form = dict(visit.get("/en/me/account").form_of("Save").filled("Save", {}))
    visit.post("/en/me/account", form | {"id": "2", "email_key": BEKZAT, "email": BEKZAT, "demo": "1", "roles": "1"})

    amina = person(session, AMINA)
    assert (amina.id, amina.email, amina.demo, amina.roles) == (cast.amina.id, AMINA, False, [])


@pytest.mark.parametrize(
    "path", ["me/", "me/name", "me/account", "me/contact", "me/contact/code", "me/sessions/closing"]
)
def test_a_stranger_is_sent_to_sign_in(cast: Cast, visit: Visit, path: str) -> None:
    assert visit.get(f"/en/{path}").address == f"/en/sign-in?next=/en/{path}"
    if path != "me/":
        assert visit.post(f"/en/{path}", {"name": "x"}).address == "/en/sign-in"
    answer = visit.get(f"/en/{path}", status=204, headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    assert answer.response.headers["HX-Redirect"] == f"/en/sign-in?next=/en/{path}"


def test_her_roles_are_shown_to_her(cast: Cast, visit: Visit) -> None:
    sign_in(visit, BEKZAT)

    assert "Organiser · Гражданский альянс Мангистау" in visit.get("/en/me/account").text


# --- The second contact -----------------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [False, True])
def test_a_second_contact_is_hers_once_confirmed(cast: Cast, visit: Visit, session: Session, htmx: bool) -> None:
    sign_in(visit, BEKZAT)
    visit.get("/en/me/account")
    visit.follow("Add a phone number")
    page = visit.press("Get a code", contact="8 701 999 88 77", htmx=htmx)
    assert page.address == "/en/me/contact/code"
    assert "+7 701 999 88 77" in page.text
    assert person(session, BEKZAT).phone is None

    page = visit.press("Confirm", code=code_sent_to("+77019998877"), htmx=htmx)

    assert page.address == "/en/me/account"
    assert "+7 701 999 88 77" in page.text
    assert person(session, BEKZAT).phone == "+77019998877"
    assert visit.get("/en/me/contact").address == "/en/me/account"
    assert visit.get("/en/me/contact/code").address == "/en/me/account"


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Enter a phone number or an email address."),
        ("12", "Enter a phone number"),
        ("other@example.kz", "You have an email address here already. Enter a phone number."),
    ],
)
def test_what_is_not_the_missing_contact_is_refused(
    cast: Cast, visit: Visit, typed: str, sentence: str, htmx: bool
) -> None:
    sign_in(visit, BEKZAT)
    visit.get("/en/me/contact")
    page = visit.press("Get a code", contact=typed, htmx=htmx, status=422)

    assert sentence in page.summary
    assert page.by_id("contact").get("value") == typed


def test_asking_for_a_contact_of_somebody_else_tells_nothing(
    cast: Cast, visit: Visit, new_visitor: Callable[[], Visit], session: Session
) -> None:
    other = new_visitor()
    for browser, email, phone in ((visit, BEKZAT, "+77011234501"), (other, "saule@example.kz", "+77019998877")):
        sign_in(browser, email)
        browser.get("/en/me/contact")
        page = browser.press("Get a code", contact=phone)
        assert page.address == "/en/me/contact/code"
        assert page.summary == page.toasts == ""

    page = visit.press("Confirm", code=code_sent_to("+77011234501"), status=422)
    assert "This contact already belongs to another account." in page.summary
    assert person(session, BEKZAT).phone is None
    assert person(session, AMINA).phone == "+77011234501"
    page = visit.get("/en/me/contact/code")
    assert page.address == "/en/me/contact", "the code is spent"


def test_wrong_codes_for_a_contact_are_counted_too(cast: Cast, visit: Visit, session: Session) -> None:
    sign_in(visit, BEKZAT)
    visit.get("/en/me/contact")
    visit.press("Get a code", contact="+77019998877")
    code = code_sent_to("+77019998877")
    for _ in range(5):
        visit.press("Confirm", code=wrong(code), status=422)

    assert "no longer works" in visit.press("Confirm", code=code, status=422).summary
    assert person(session, BEKZAT).phone is None


def test_a_code_for_signing_in_confirms_no_contact_nor_the_other_way_round(
    cast: Cast, visit: Visit, new_visitor: Callable[[], Visit], session: Session
) -> None:
    sign_in(visit, BEKZAT)
    visit.get("/en/me/contact")
    visit.press("Get a code", contact="+77019998877")
    code = code_sent_to("+77019998877")
    visit.get("/en/sign-out")
    cookie = visit.client.get_cookie("karavan", domain="karavan.test")
    assert cookie is not None
    visit.press("Sign out")
    visit.client.set_cookie("karavan", cookie.value, domain="karavan.test")

    assert visit.get("/en/sign-in/code").address == "/en/sign-in"
    ask_for_code(visit, "new@example.kz")
    assert "not right" in visit.press("Sign in", code=code, status=422).summary


def test_two_accounts_asking_for_one_number_get_it_once(cast: Cast, session: Session, visit: Visit) -> None:
    """Both prove that they hold the telephone; the database decides."""
    sign_in(visit, BEKZAT)
    visit.get("/en/me/contact")
    visit.press("Get a code", contact="+77019998877")
    newcomer_first = code_sent_to("+77019998877")
    visit.client, kept = visit.app.test_client(), visit.client
    sign_in(visit, "+77019998877")
    visit.client = kept
    visit.get("/en/me/contact/code")

    assert "another account" in visit.press("Confirm", code=newcomer_first, status=422).summary


# --- Open sessions ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [False, True])
def test_she_signs_another_device_out(
    cast: Cast, visit: Visit, new_visitor: Callable[[], Visit], htmx: bool, session: Session
) -> None:
    phone = new_visitor()
    phone.client.environ_base["HTTP_USER_AGENT"] = CHROME
    sign_in(phone, AMINA)
    sign_in(visit, AMINA)
    visit.client.environ_base["HTTP_USER_AGENT"] = ""
    assert "Chrome, Android" in visit.get("/en/me/account").text
    assert "this device" in visit.page.text  # type: ignore[union-attr]

    page = visit.press("Sign out there", htmx=htmx, status=200)

    assert "That device is signed out." in page.toasts
    assert "Chrome, Android" not in page.text
    assert phone.get("/en/me/").address == "/en/sign-in?next=/en/me/"
    assert visit.get("/en/me/").address == "/en/me/"


@pytest.mark.parametrize("htmx", [False, True])
def test_she_signs_all_other_devices_out(
    cast: Cast, visit: Visit, new_visitor: Callable[[], Visit], htmx: bool
) -> None:
    others = [new_visitor(), new_visitor()]
    for other in others:
        sign_in(other, AMINA)
    sign_in(visit, AMINA)
    bekzat = new_visitor()
    sign_in(bekzat, BEKZAT)
    visit.get("/en/me/account")

    page = visit.press("Sign out everywhere else", htmx=htmx, status=200)

    assert "2 devices are signed out." in page.toasts
    assert "Sign out everywhere else" not in page.text
    assert [other.get("/en/me/").address for other in others] == ["/en/sign-in?next=/en/me/"] * 2
    assert visit.get("/en/me/").address == bekzat.get("/en/me/").address == "/en/me/"


def test_nobody_signs_out_somebody_elses_device(
    cast: Cast, visit: Visit, new_visitor: Callable[[], Visit], session: Session
) -> None:
    victim = new_visitor()
    sign_in(victim, BEKZAT)
    theirs = session.scalars(select(SignInSession.id)).one()
    sign_in(visit, AMINA)
    sign_in(new_visitor(), AMINA)
    form = dict(visit.get("/en/me/account").form_of("Sign out there").filled("Sign out there", {}))

    for unreachable in (theirs, 10**6, 2**31 - 1, 2**31, 10**30):
        visit.post(f"/en/me/sessions/{unreachable}/closing", form, status=404)
    assert victim.get("/en/me/").address == "/en/me/"


def test_closing_needs_the_button_on_her_page(cast: Cast, visit: Visit, session: Session) -> None:
    """AZ-01, AZ-02: neither a GET nor a POST without the token changes anything."""
    sign_in(visit, AMINA)
    mine = session.scalars(select(SignInSession.id)).one()
    for path in (f"/en/me/sessions/{mine}/closing", "/en/me/sessions/closing"):
        assert visit.get(path).address == "/en/me/account"
        assert "Nothing is lost" in visit.post(path, status=422).summary
    session.close()
    assert session.scalars(select(SignInSession.closed_at)).all() == [None]


def test_closing_twice_and_closing_her_own_is_fine(
    cast: Cast, visit: Visit, new_visitor: Callable[[], Visit], session: Session
) -> None:
    sign_in(new_visitor(), AMINA)
    other = session.scalars(select(SignInSession.id)).one()
    session.close()
    sign_in(visit, AMINA)
    form = dict(visit.get("/en/me/account").form_of("Sign out there").filled("Sign out there", {}))
    for _ in range(2):
        assert visit.post(f"/en/me/sessions/{other}/closing", form, status=200).address == "/en/me/account"
    mine = session.scalars(select(SignInSession.id).where(SignInSession.closed_at.is_(None))).one()

    assert visit.post(f"/en/me/sessions/{mine}/closing", form).address == "/en/sign-in?next=/en/me/account"


def test_when_devices_were_last_seen_is_said(
    cast: Cast, visit: Visit, new_visitor: Callable[[], Visit], clock: Traveller
) -> None:
    sign_in(new_visitor(), AMINA)
    clock.move_to(NOW + timedelta(days=1, hours=2))
    sign_in(visit, AMINA)
    text = visit.get("/en/me/account").text

    assert text.index("12:00") < text.index("10:00"), "the one seen last stands first, in Aktau time"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (CHROME, "Chrome, Android"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari, iPhone",
        ),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0", "Edge, Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox, Linux"),
        (
            "Mozilla/5.0 (Linux; Android 12; SM-A125F) SamsungBrowser/26.0 Chrome/122.0.0.0 Mobile Safari/537.36",
            "Samsung Internet, Android",
        ),
        ("Mozilla/5.0 (Linux; Android 12) Chrome/122.0 YaBrowser/24.1 Safari/537.36", "Yandex Browser, Android"),
        ("Mozilla/5.0 (iPhone) Instagram 300.0", "Instagram, iPhone"),
        ("curl/8.0", ""),
        ("", ""),
        ("<script>" * 10_000, ""),
    ],
)
def test_devices_are_called_what_their_owner_calls_them(user_agent: str, name: str) -> None:
    assert device_name(user_agent) == name


def test_a_cookie_that_was_tampered_with_signs_nobody_in(cast: Cast, visit: Visit, session: Session) -> None:
    sign_in(visit, AMINA)
    cookie = visit.client.get_cookie("karavan", domain="karavan.test")
    assert cookie is not None
    visit.client.set_cookie("karavan", cookie.value[:-4] + "AAAA", domain="karavan.test")

    assert visit.get("/en/me/").address == "/en/sign-in?next=/en/me/"
    assert session.scalars(select(SignInCode)).all()
