"""Whose desk it is: every address of it asks, and an event of others looks like none at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.routing import IntegerConverter

from karavan.core.languages import Slots
from karavan.files.checking import PNG, Examined
from karavan.files.models import StoredFile
from karavan.learning.rules.photos import add_photo
from karavan.reports.models import EventReport
from tests.support.calls import make_call
from tests.support.makers import make_event, make_registration, reload, write
from tests.support.settings import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from sqlalchemy.orm import Session
    from werkzeug.routing import Rule

    from karavan.events.models import Registration
    from tests.support.cast import Cast
    from tests.support.visit import Visit

HUGE = 99_999_999_999_999_999_999
OF_NO_EVENT = {"/en/desk/events/", "/en/desk/events/new", "/en/desk/figures/"}
OF_THE_DESK = {"events", "roster", "selection", "door", "learning", "reports"}
ONE = "/<lang:lang>/desk/events/<int:event_id>"


@pytest.fixture
def registration(cast: Cast) -> Registration:
    return make_registration(make_event(organisation=cast.alliance))


def rules_of_events(app: Flask) -> list[Rule]:
    """Every route of a desk about one event, whichever package it is of; a new one is among them by itself."""
    every = app.url_map.iter_rules()
    return [rule for rule in every if rule.rule.startswith(ONE) or rule.endpoint == "desk.check_in_code"]


def addresses(app: Flask, registration: Registration, *, known: bool = False) -> list[str]:
    """An address of each such route. `known`: only of those that need no thing besides event, person and code."""
    facts = {
        "lang": "en",
        "event_id": registration.event_id,
        "registration_id": registration.id,
        "code": registration.attendees[0].code,
    }
    urls = app.url_map.bind("karavan.test")
    found = []
    for rule in rules_of_events(app):
        stranger = {name: _some(rule, name) for name in rule.arguments - facts.keys()}
        if not (known and stranger):
            method = "GET" if "GET" in (rule.methods or ()) else "POST"
            mine = {name: facts[name] for name in rule.arguments & facts.keys()}
            found.append(urls.build(rule.endpoint, {**mine, **stranger}, method=method))
    return sorted(set(found))


def _some(rule: Rule, name: str) -> object:
    return 1 if isinstance(rule._converters[name], IntegerConverter) else "a"


def endpoint_of(app: Flask, address: str) -> str:
    return str(app.url_map.bind("karavan.test").match(address)[0])


def takes_a_form(app: Flask, address: str) -> bool:
    rules = app.url_map.iter_rules(endpoint_of(app, address))
    return any("POST" in (rule.methods or ()) for rule in rules)


def answer_to(visit: Visit, address: str) -> int:
    return visit.send("GET", address).status_code


def test_every_package_with_a_desk_is_tried(app: Flask, registration: Registration) -> None:
    desks = {rule.endpoint.partition(".")[0] for rule in rules_of_events(app)}
    assert {"desk", "roster_desk", "selection_desk", "door_desk", "learning_desk", "reports_desk"} <= desks
    assert len(addresses(app, registration)) == len(rules_of_events(app))


def test_a_stranger_is_asked_to_sign_in(app: Flask, visit: Visit, registration: Registration) -> None:
    for address in [*addresses(app, registration), *OF_NO_EVENT]:
        visit.get(address)
        assert visit.address.startswith("/en/sign-in"), address
        if takes_a_form(app, address):
            visit.post(address)
            assert visit.address.startswith("/en/sign-in"), address


@pytest.mark.parametrize("name", ["amina", "daniyar", "saule"])
def test_who_is_no_organiser_has_no_desk(
    app: Flask, visit: Visit, cast: Cast, registration: Registration, name: str
) -> None:
    visit.sign_in(cast.everyone()[name])
    for address in [*addresses(app, registration), *OF_NO_EVENT]:
        assert answer_to(visit, address) == 404, address
        if takes_a_form(app, address):
            assert visit.send("POST", address).status_code == 404, address


def test_another_organisation_s_event_is_none(app: Flask, visit: Visit, cast: Cast, registration: Registration) -> None:
    visit.sign_in(cast.ermek)
    for address in addresses(app, registration):
        visit.get(address, status=404)
        if takes_a_form(app, address):
            visit.post(address, status=404)
    assert "Астанаға" not in visit.get("/en/desk/events/").text
    assert reload(registration).live


def pages_of(app: Flask, slug: str, **things: str) -> list[tuple[str, str]]:
    """Every way to ask for a page of this event that needs no role, whichever package of the desk's it is of."""
    urls = app.url_map.bind("karavan.test")
    found = []
    for rule in app.url_map.iter_rules():
        package = app.view_functions[rule.endpoint].__module__.split(".")[1]
        if "slug" not in rule.arguments or package not in OF_THE_DESK or rule.endpoint == "door.offline":
            continue
        known = {"lang": "en", "slug": slug, "draw_file": "list.csv", **things}
        values = {name: known.get(name, "a") for name in rule.arguments}
        found += [(method, urls.build(rule.endpoint, values)) for method in {"GET", "POST"} & (rule.methods or set())]
    return sorted(found)


def test_a_draft_is_nothing_to_everybody_at_every_address(
    app: Flask, visit: Visit, new_visitor: Callable[[], Visit], session: Session, cast: Cast
) -> None:
    """Not even to its own organiser, who reads it at the desk; with a call, a photograph and an accepted report."""
    draft = make_call(organisation=cast.alliance, opened=False, event={"published": False})
    facts: dict[str, Any] = {"caption": Slots(ru="Зал"), "person_id": cast.bekzat.id, "now": NOW}
    photo = write(add_photo, draft.id, Examined(PNG, b"a picture", 1, 1), **facts)
    write(lambda s: s.add(EventReport(event_id=draft.id, accepted_at=NOW, keep_days=0)))
    public_id = session.get_one(StoredFile, photo.file_id).public_id
    ways = pages_of(app, draft.slug, photo=public_id)
    rooms = {app.url_map.bind("karavan.test").match(url, method)[0].partition(".")[0] for method, url in ways}
    assert rooms >= {"events", "selection", "door", "learning", "reports", "my_data"}
    organiser = new_visitor()
    organiser.sign_in(cast.bekzat)
    for method, url in ways:
        for reader in (visit, organiser):
            assert reader.send(method, url).status_code == 404, (method, url)
    # What a device keeps for when there is no net asks nobody: it says the same of an event that there is not.
    kept, unknown = (visit.send("GET", f"/en/door/{slug}/offline").text for slug in (draft.slug, "there-is-none"))
    assert kept.replace(draft.slug, "there-is-none") == unknown


def test_unknown_numbers_and_codes_are_nothing(desk: Visit, registration: Registration) -> None:
    event = registration.event_id
    for number in (0, 999, 2**31, HUGE):
        desk.get(f"/en/desk/events/{number}", status=404)
        desk.get(f"/en/desk/events/{event}/registrations/{number}", status=404)
    for code in ("222222", "2", "%F0%9F%90%AB", "x" * 300):
        desk.get(f"/en/desk/check-in/{code}", status=404)


def test_a_registration_belongs_to_its_event(desk: Visit, cast: Cast, registration: Registration) -> None:
    other = make_event(organisation=cast.alliance)
    desk.get(f"/en/desk/events/{other.id}/registrations/{registration.id}", status=404)
    desk.get(f"/en/desk/events/{other.id}/registrations/{registration.id}/removal", status=404)


def test_the_administrator_organises_for_everybody(
    app: Flask, visit: Visit, cast: Cast, registration: Registration
) -> None:
    visit.sign_in(cast.root)
    for address in [*addresses(app, registration, known=True), *OF_NO_EVENT]:
        assert answer_to(visit, address) in {200, 302, 303, 404}, address  # 404: no picture, no report yet
    for page in ("", "/edit", "/roster", "/registrations/new"):
        visit.get(f"/en/desk/events/{registration.event_id}{page}", status=200)


def test_every_address_that_takes_a_form_answers_a_reader(app: Flask, desk: Visit, registration: Registration) -> None:
    for address in addresses(app, registration, known=True):
        if takes_a_form(app, address):
            nothing_yet = {404} if "/selection" in address else set()  # no call has been written
            assert answer_to(desk, address) in {200, 302, 303} | nothing_yet, address


def test_what_no_event_has_is_nothing(app: Flask, desk: Visit, registration: Registration) -> None:
    for address in sorted(set(addresses(app, registration)) - set(addresses(app, registration, known=True))):
        desk.get(address, status=404)


def test_an_organiser_plans_for_her_organisation_only(desk: Visit, cast: Cast) -> None:
    page = desk.get("/en/desk/events/new")
    token = page.one("input", name="csrf_token").get("value")
    typed = {
        "csrf_token": token, "organisation": str(cast.elsewhere.id), "kind": "training", "title-kk": "Кездесу",
        "starts_day": "2027-01-10", "starts_time": "10:00", "ends_time": "12:00", "place": "aktau",
        "zone": "Asia/Aqtau", "capacity": "5", "party_limit": "6", "offer_hours": "24", "offers_stop_hours": "3",
    }  # fmt: skip
    page = desk.post("/en/desk/events/new", typed, status=422)
    assert page.summary.endswith("Choose one of the answers offered.")
