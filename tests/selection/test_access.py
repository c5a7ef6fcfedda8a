"""Whose pages they are: every address of the selection asks, and what is others' looks like nothing at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from karavan.core.database import db
from karavan.selection.models import Application, CallState
from tests.support.calls import apply, call_now, make_call

if TYPE_CHECKING:
    from flask import Flask

    from karavan.events.models import Event
    from tests.support.cast import Cast
    from tests.support.visit import Visit

ROOMS = ("selection_desk", "reviewing", "selection")
HUGE = 99_999_999_999_999_999_999


@pytest.fixture
def event(cast: Cast) -> Event:
    made = make_call(organisation=cast.alliance, reviewers=(cast.saule, cast.daniyar))
    apply(made)
    return made


def addresses(app: Flask, room: str, **facts: object) -> list[tuple[str, bool]]:
    """Every address of a blueprint, as the URL map has it, and whether it takes a form."""
    urls = app.url_map.bind("karavan.test")
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith(f"{room}."):
            values = {name: value for name, value in facts.items() if name in rule.arguments}
            found.append((urls.build(rule.endpoint, {"lang": "en", **values}), "POST" in (rule.methods or ())))
    assert found
    return found


def desk_addresses(app: Flask, event: Event) -> list[tuple[str, bool]]:
    one = db.session().scalars(select(Application.id).where(Application.event_id == event.id)).one()
    db.session.close()
    return addresses(app, "selection_desk", event_id=event.id, application_id=one, reviewer_id=1)


def review_addresses(app: Flask, event: Event) -> list[tuple[str, bool]]:
    return addresses(app, "reviewing", event_id=event.id, number=1)


def test_every_address_is_in_a_room_that_is_tried_here(app: Flask) -> None:
    mine = {
        rule.endpoint.partition(".")[0]
        for rule in app.url_map.iter_rules()
        if app.view_functions[rule.endpoint].__module__.startswith("karavan.selection.")
    }
    assert mine == set(ROOMS)


def test_a_stranger_is_asked_to_sign_in(app: Flask, visit: Visit, event: Event) -> None:
    for address, takes_a_form in [*desk_addresses(app, event), *review_addresses(app, event)]:
        visit.get(address)
        assert visit.address.startswith("/en/sign-in"), address
        if takes_a_form:
            visit.post(address)
            assert visit.address.startswith("/en/sign-in"), address


@pytest.mark.parametrize("name", ["amina", "daniyar", "saule"])
def test_who_is_no_organiser_has_no_desk(app: Flask, visit: Visit, cast: Cast, event: Event, name: str) -> None:
    """Also reviewers of this very call: what they may see lies elsewhere."""
    visit.sign_in(cast.everyone()[name])
    for address, takes_a_form in desk_addresses(app, event):
        visit.get(address, status=404)
        if takes_a_form:
            visit.post(address, status=404)


def test_another_organisation_s_selection_is_none(app: Flask, visit: Visit, cast: Cast, event: Event) -> None:
    visit.sign_in(cast.ermek)
    for address, takes_a_form in desk_addresses(app, event):
        visit.get(address, status=404)
        if takes_a_form:
            visit.post(address, status=404)
    assert call_now(event).state == CallState.OPEN


@pytest.mark.parametrize("name", ["amina", "bekzat", "ermek", "root"])
def test_who_was_not_named_has_nothing_to_score(app: Flask, visit: Visit, cast: Cast, event: Event, name: str) -> None:
    """Not even the organiser, nor an administrator: scores are of those who were named."""
    visit.sign_in(cast.everyone()[name])
    for address, takes_a_form in review_addresses(app, event):
        if address == "/en/desk/reviews/":
            assert "nothing for you to score" in visit.get(address).text
            continue
        visit.get(address, status=404)
        if takes_a_form:
            visit.post(address, status=404)


def test_every_address_answers_its_reader(app: Flask, desk: Visit, event: Event) -> None:
    for address, _ in desk_addresses(app, event):
        assert desk.get(address, status=200, statements=30).is_html, address


def test_numbers_of_nothing_are_nothing(desk: Visit, cast: Cast, event: Event) -> None:
    for number in (0, 999, 2**31, HUGE):
        desk.get(f"/en/desk/events/{number}/selection", status=404)
        desk.get(f"/en/desk/events/{number}/selection/call", status=404)
        desk.get(f"/en/desk/events/{event.id}/selection/applications/{number}", status=404)
        desk.get(f"/en/desk/reviews/{number}", status=404)
        desk.get(f"/en/desk/reviews/{number}/1", status=404)
    other = make_call(organisation=cast.alliance, opened=False)
    desk.get(f"/en/desk/events/{other.id}/selection/applications/1", status=404)
    desk.get("/en/draws/no-such-event", status=404)
    desk.get("/en/events/no-such-event/application", status=404)
    desk.get(f"/en/draws/{event.slug}/passwd", status=404)


def test_a_draft_s_call_is_nobody_s_business(visit: Visit, cast: Cast) -> None:
    hidden = make_call(organisation=cast.alliance, reviewers=(cast.saule,), opened=False, event={"published": False})
    for address in (f"/en/draws/{hidden.slug}", f"/en/events/{hidden.slug}/application"):
        visit.get(address, status=404)
    visit.sign_in(cast.saule)
    visit.get(f"/en/desk/reviews/{hidden.id}", status=404)


def test_the_administrator_organises_for_everybody(app: Flask, visit: Visit, cast: Cast, event: Event) -> None:
    visit.sign_in(cast.root)
    for address, _ in desk_addresses(app, event):
        visit.get(address, status=200, statements=30)
