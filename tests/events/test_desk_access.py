"""Whose desk it is: every address of it asks, and an event of others looks like none at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.makers import make_event, make_registration, reload
from tests.support.signing_in import sign_in

if TYPE_CHECKING:
    from flask import Flask

    from karavan.events.models import Registration
    from tests.support.cast import Cast
    from tests.support.visit import Visit

HUGE = 99_999_999_999_999_999_999
OF_NO_EVENT = {"/en/desk/events/", "/en/desk/events/new"}
OF_AN_EVENT = (
    "events/{event}",
    "events/{event}/edit",
    "events/{event}/publication",
    "events/{event}/cancellation",
    "events/{event}/capacity",
    "events/{event}/overbooking",
    "events/{event}/roster",
    "events/{event}/roster.csv",
    "events/{event}/registrations/new",
    "events/{event}/registrations/{registration}",
    "events/{event}/registrations/{registration}/removal",
    "events/{event}/check-in",
    "check-in/{code}",
)


@pytest.fixture
def registration(cast: Cast) -> Registration:
    return make_registration(make_event(organisation=cast.alliance))


def addresses(registration: Registration) -> list[str]:
    facts = {
        "event": registration.event_id,
        "registration": registration.id,
        "code": registration.attendees[0].code,
    }
    return ["/en/desk/" + address.format(**facts) for address in OF_AN_EVENT]


def takes_a_form(app: Flask, address: str) -> bool:
    endpoint, _ = app.url_map.bind("karavan.test").match(address)
    return any("POST" in (rule.methods or ()) for rule in app.url_map.iter_rules(endpoint))


def test_the_list_above_is_whole(app: Flask, registration: Registration) -> None:
    urls = app.url_map.bind("karavan.test")
    tried = {urls.match(address)[0] for address in [*addresses(registration), *OF_NO_EVENT]}
    assert tried == {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.startswith("desk.")}


def test_a_stranger_is_asked_to_sign_in(app: Flask, visit: Visit, registration: Registration) -> None:
    for address in [*addresses(registration), *OF_NO_EVENT]:
        visit.get(address)
        assert visit.address.startswith("/en/sign-in"), address
        if takes_a_form(app, address):
            visit.post(address)
            assert visit.address.startswith("/en/sign-in"), address


@pytest.mark.parametrize("name", ["amina", "daniyar", "saule"])
def test_who_is_no_organiser_has_no_desk(
    app: Flask, visit: Visit, cast: Cast, registration: Registration, name: str
) -> None:
    sign_in(visit, cast.everyone()[name].email)
    for address in [*addresses(registration), *OF_NO_EVENT]:
        visit.get(address, status=403)
        if takes_a_form(app, address):
            visit.post(address, status=403)


def test_another_organisation_s_event_is_none(app: Flask, visit: Visit, cast: Cast, registration: Registration) -> None:
    sign_in(visit, cast.ermek.email)
    for address in addresses(registration):
        visit.get(address, status=404)
        if takes_a_form(app, address):
            visit.post(address, status=404)
    assert "Астанаға" not in visit.get("/en/desk/events/").text
    assert reload(registration).live


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


def test_the_administrator_organises_for_everybody(visit: Visit, cast: Cast, registration: Registration) -> None:
    sign_in(visit, cast.root.email)
    for address in [*addresses(registration), *OF_NO_EVENT]:
        visit.get(address, status=200)


def test_every_address_that_takes_a_form_answers_a_reader(app: Flask, desk: Visit, registration: Registration) -> None:
    for address in addresses(registration):
        if takes_a_form(app, address):
            assert desk.get(address, status=200).is_html


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
