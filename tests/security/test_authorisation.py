"""Who gets through which door: every role against every address, generated from the map of addresses (AZ-04, AZ-10)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from karavan.core.languages import Slots
from karavan.events.models import Registration
from karavan.events.rules.change_seats import give_back
from karavan.events.rules.plan import cancel_event
from tests.support.hostile import a_few
from tests.support.makers import make_event, make_registration, reload, states_of, write
from tests.support.routes import Plant, contents, plant
from tests.support.settings import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from tests.support.cast import Cast
    from tests.support.visit import Visit

UNKNOWN = 2_000_000_000


DESKS = {"staff", "organiser", "administrator"}


def rule_of(stage: Plant, endpoint: str) -> str:
    return stage.app.view_functions[endpoint].access_rule.__name__


def is_the_alliances(url: str, stage: Plant) -> bool:
    """Is this about the planted events, at the desk?"""
    return "/desk/check-in/" in url or bool(re.search(rf"/desk/events/({'|'.join(map(str, stage.event_ids))})\b", url))


def token_for(visit: Visit) -> dict[str, str]:
    """A token of this browser's own, so that a refusal is not about the token."""
    page = visit.send("GET", "/en/appearance").get_data(as_text=True)
    return {"csrf_token": re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]}


NOTHING_YET = ("/cover/picture", "/faults.csv")
"""What the planted events do not have: no picture, and no faulty row in the list brought in."""
PRESSED = {
    "people": "1",
    "confirm": "1",
    "capacity": "9",
    "seats": "9",
    "reason": "Потому что",
    "reason_ru": "Потому что",
    "code": "",
    "people-0-name": "Ермек",
    "email": "ermek@example.kz",
    "processing": "y",
}


def answers(visit: Visit, stage: Plant, *methods: str) -> list[tuple[str, str, TestResponse]]:
    data = PRESSED | token_for(visit)
    return [
        (
            address.method,
            address.url,
            visit.send(address.method, address.url, data=data if address.method == "POST" else None),
        )
        for address in stage.addresses(*methods)
        if rule_of(stage, address.endpoint) in DESKS
    ]


def test_a_resident_has_no_desk(app: Flask, session: Session, cast: Cast, visit: Visit) -> None:
    """Of the organiser's she does not even learn that it is there."""
    stage = plant(app, cast)
    visit.sign_in(cast.amina)
    before = contents(session)

    for method, url, answer in answers(visit, stage, "GET", "POST"):
        hidden = "/desk/events" in url or "/desk/check-in/" in url or "/desk/figures" in url
        assert answer.status_code == (404 if hidden else 403), (method, url)

    assert contents(session) == before


@pytest.mark.parametrize("outsider", ["ermek", "saule", "daniyar"])
def test_who_organises_for_others_finds_nothing_of_the_alliance(
    app: Flask, session: Session, cast: Cast, visit: Visit, outsider: str
) -> None:
    """They look for it by its number and for a number that nobody has: both answers are the same."""
    stage = plant(app, cast)
    visit.sign_in(getattr(cast, outsider))
    before = contents(session)
    data = PRESSED | token_for(visit)

    tried = 0
    for address in stage.addresses("GET", "POST"):
        if not is_the_alliances(address.url, stage):
            continue
        nowhere = re.sub(r"/events/\d+", f"/events/{UNKNOWN}", address.url).replace(stage.values["code"], "ZZZZZZ")
        found, missing = (visit.send(address.method, url, data=data) for url in (address.url, nowhere))
        assert found.status_code == missing.status_code, address
        assert found.status_code == 404, address
        same = [
            re.sub("|".join([url, *map(str, stage.event_ids), str(UNKNOWN)]), "", answer.get_data(as_text=True))
            for url, answer in ((address.url, found), (nowhere, missing))
        ]
        assert "Астану" not in same[0]
        assert "Astana" not in same[0]
        tried += 1

    assert tried > 80
    assert contents(session) == before


def test_the_alliances_organiser_and_the_administrator_come_in(
    app: Flask, session: Session, cast: Cast, new_visitor: Callable[[], Visit]
) -> None:
    """The same addresses open for those who may: otherwise the refusals above would prove nothing."""
    stage = plant(app, cast)
    organisers = ("/en/desk/events/", "/en/desk/check-in/")
    for person, desks in (
        (cast.bekzat, organisers),
        (cast.root, (*organisers, "/en/desk/calendar/", "/en/desk/councils/")),
    ):
        visit = new_visitor()
        visit.sign_in(person)
        for method, url, answer in answers(visit, stage, "GET"):
            if url.startswith(desks) and not url.endswith(NOTHING_YET):
                scores = person is cast.root and "/selection/applications/" in url  # and therefore sees no names
                allowed = {404} if scores else {200, 302, 303}
                assert answer.status_code in allowed, (person.name, method, url)


def test_a_role_that_has_ended_opens_nothing(app: Flask, session: Session, cast: Cast, visit: Visit) -> None:
    stage = plant(app, cast)
    visit.sign_in(cast.bekzat)
    visit.get(f"/en/desk/events/{stage.event.id}")

    def end(writing: Session) -> None:
        grant = writing.get_one(type(cast.bekzat.roles[0]), cast.bekzat.roles[0].id)
        grant.ended_at = NOW

    write(end)

    visit.get(f"/en/desk/events/{stage.event.id}", status=404)


def test_a_registration_is_only_seen_through_its_own_event(
    app: Flask, session: Session, cast: Cast, visit: Visit
) -> None:
    """Ermek may see registrations of his own event; the alliance's number in his address opens nothing."""
    stage = plant(app, cast)
    his = make_event(organisation=cast.elsewhere, slug="his")
    visit.sign_in(cast.ermek)
    before = contents(session)

    for tail in ("", "/removal"):
        visit.get(f"/en/desk/events/{his.id}/registrations/{stage.registration.id}{tail}", status=404)
    answer = visit.send(
        "POST",
        f"/en/desk/events/{his.id}/registrations/{stage.registration.id}/removal",
        data=PRESSED | token_for(visit),
    )

    assert answer.status_code == 404
    assert contents(session) == before


def test_privileged_fields_are_no_fields(app: Flask, session: Session, cast: Cast, visit: Visit) -> None:
    """AZ-05, RF-06: whatever else is posted to the public form, it is not stored."""
    event = make_event(organisation=cast.alliance, seats=0)
    visit.get(f"/en/events/{event.slug}/registration")
    form = visit.page.form_of("Join the waiting list")
    data = dict(
        form.filled("Join the waiting list", {"people-0-name": "Ермек", "email": "e@example.kz", "processing": True})
    )
    data |= {
        "channel": "desk",
        "number": "0",
        "state": "seated",
        "people-0-state": "seated",
        "live": "1",
        "public_id": "chosen-by-me",
        "event_id": "1",
        "created_at": "2000-01-01",
        "is_official": "1",
    }

    visit.post(form.action, data, status=200)

    found = session.scalars(select(Registration)).one()
    assert (found.channel.value, found.event_id) == ("web", event.id)
    assert found.public_id != "chosen-by-me"
    assert found.created_at == NOW
    assert [state.value for state in states_of(found)] == ["waiting"]


# --- Tickets: the link is the key ------------------------------------------------------------------------------


def ticket_urls(app: Flask, token: str) -> list[str]:
    return [
        f"/en/registrations/{token}{tail}"
        for tail in ("", "/answers", "/withdrawal", "/offer", "/return", "/calendar.ics")
    ]


def spoiled(token: str) -> list[str]:
    name, _, signature = token.rpartition(".")
    other = "A" if signature[0] != "A" else "B"
    return [
        name,
        f"{name}.",
        f"{name}.{other}{signature[1:]}",
        f"x{token}",
        token[:-1],
        f".{signature}",
        "%00",
        "🙂",
        "a" * 5000,
    ]


def test_a_ticket_opens_only_with_its_own_key(app: Flask, session: Session, visit: Visit) -> None:
    """TK-04: neither the number, nor another purpose's signature, nor a changed letter will do."""
    amina = make_registration(make_event())
    keys = app.extensions["karavan.keys"]
    token = keys.seal(amina.public_id, purpose="ticket")
    assert visit.send("GET", ticket_urls(app, token)[0]).status_code == 200

    for wrong in [*spoiled(token), keys.seal(amina.public_id, purpose="sign-in"), amina.public_id, str(amina.id)]:
        for url in ticket_urls(app, wrong):
            assert visit.send("GET", url).status_code in {400, 404}, url
            assert visit.send("POST", url, data=token_for(visit)).status_code in {400, 404, 405}, url


def test_pages_behind_a_key_are_kept_from_caches_search_engines_and_other_sites(
    app: Flask, session: Session, visit: Visit
) -> None:
    """TK-02, HT-02."""
    amina = make_registration(make_event(directions_url="https://maps.example/"))
    token = app.extensions["karavan.keys"].seal(amina.public_id, purpose="ticket")

    for url in ticket_urls(app, token):
        answer = visit.send("GET", url)
        assert answer.headers["Cache-Control"] == "private, no-store", url
        assert answer.headers["Referrer-Policy"] in {"same-origin", "no-referrer"}, url
        if answer.status_code == 200 and answer.mimetype == "text/html":
            assert 'name="robots" content="noindex' in answer.get_data(as_text=True), url


def test_after_giving_back_the_link_shows_only_that(app: Flask, session: Session, visit: Visit) -> None:
    """TK-03: a link in an old letter keeps working, and gives away no code any more."""
    amina = make_registration(make_event())
    write(give_back, amina.event_id, amina.public_id, now=NOW)
    token = app.extensions["karavan.keys"].seal(amina.public_id, purpose="ticket")

    page = visit.get(f"/en/registrations/{token}")

    code = amina.attendees[0].code
    assert code not in page.text
    assert f"{code[:4]}-{code[4:]}" not in page.text


# --- Whether somebody is registered is nobody's business --------------------------------------------------------


def test_the_form_does_not_tell_who_is_registered(
    app: Flask, session: Session, new_visitor: Callable[[], Visit]
) -> None:
    """EM-10, EM-11, and 8 of the rules: a known contact leads to the same kind of page, without ticket and name."""
    event = make_event(seats=5)
    amina = make_registration(event, email="amina@example.kz", names=("Әмина",))
    visit = new_visitor()
    visit.get(f"/en/events/{event.slug}/registration")

    page = visit.press("Register", fields={"people-0-name": "Ермек"}, email="amina@example.kz", processing=True)

    assert page.h1 == "Look into your letters"
    for secret in ("Әмина", amina.public_id, "/registrations/"):
        assert secret not in page.body


# --- Drafts and cancelled drafts are nowhere --------------------------------------------------------------------


@pytest.mark.parametrize("cancelled", a_few([False, True]))
def test_a_draft_is_in_no_output(
    app: Flask, session: Session, cast: Cast, new_visitor: Callable[[], Visit], cancelled: bool
) -> None:
    """AZ-11: crawl every public address as nobody; a word of the draft must be nowhere."""
    plant(app, cast)
    draft = make_event(
        organisation=cast.alliance,
        published=False,
        slug="zhasyryn",
        title=Slots(kk="Жасырын кеңес", ru="Тайное совещание", en="Hidden meeting"),
    )
    if cancelled:
        write(cancel_event, draft.id, reason=Slots(ru="Тайное совещание отменено"), now=NOW)
    visit = new_visitor()
    queue = ["/kk/", "/ru/", "/en/", "/en/events/?q=hidden", "/en/events/?past=1", "/en/record/", "/en/mailbox/"]
    queue += [f"/{lang}/events/calendar.ics" for lang in ("kk", "ru", "en")]
    seen: set[str] = set()
    while queue:
        url = queue.pop()
        if url in seen or not url.startswith("/") or url.startswith("/static/"):
            continue
        seen.add(url)
        answer = visit.send("GET", url)
        text = answer.get_data().decode(errors="replace")  # a picture or a document among them is no text
        for word in ("Жасырын", "Тайное", "Hidden meeting", "zhasyryn"):
            assert word not in text, url
        if answer.mimetype == "text/html" and len(seen) < 150:
            queue += [found.replace("&amp;", "&").partition("#")[0] for found in re.findall(r'href="([^"]+)"', text)]

    assert len(seen) > 30
    for url in (
        f"/en/events/{draft.slug}",
        f"/en/events/{draft.slug}/registration",
        f"/en/events/{draft.slug}/calendar.ics",
    ):
        assert visit.send("GET", url).status_code == 404
    assert reload is not None
