"""Every address of the secretaries' desks asks for which council; generated from the map of addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from karavan.accounts.models import Role
from tests.support.civic import make_body, make_council, make_person, make_staff
from tests.support.routes import Address, contents, plant

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.orm import Session

    from karavan.accounts.models import Person
    from tests.support.cast import Cast
    from tests.support.visit import Visit

DESKS = ("/en/desk/hearings", "/en/desk/sittings", "/en/desk/protocols")
OWN = {"hearing_desk.index", "hearing_desk.create", "sitting_desk.index", "protocol_desk.index"}
"""What every secretary has: her own list, and a new hearing of her own council."""


def secretary_elsewhere() -> Person:
    return make_staff(make_council(slug="council-beineu", place="beineu"), Role.SECRETARY)


def secretary_of_a_body() -> Person:
    return make_person(roles=((Role.SECRETARY, make_body().id),))


def addresses(app: Flask, cast: Cast) -> list[Address]:
    stage = plant(app, cast)
    return [one for one in stage.addresses("GET", "POST") if one.url.startswith(DESKS)]


@pytest.mark.parametrize("somebody", [secretary_elsewhere, secretary_of_a_body])
def test_a_secretary_of_another_council_finds_nothing_and_changes_nothing(
    app: Flask, session: Session, visit: Visit, cast: Cast, somebody: object
) -> None:
    """Also with our own token, and whether or not her press would make sense."""
    desks = addresses(app, cast)
    assert {one.endpoint.partition(".")[0] for one in desks} == {
        "hearing_desk",
        "hearing_live",
        "sitting_desk",
        "protocol_desk",
    }
    visit.sign_in(somebody())  # type: ignore[operator]
    token = visit.get("/en/events/planted/registration").find("input", name="csrf_token")[0].get("value")
    before = contents(session)
    for one in desks:
        if one.endpoint in OWN:
            continue
        data = {"csrf_token": token, "press": "take", "version": "1"} if one.method == "POST" else None
        answer = visit.send(one.method, one.url, data=data)
        assert answer.status_code == 404, one
    assert contents(session) == before


@pytest.mark.parametrize("role", [None, Role.MODERATOR, Role.COUNCIL_MEMBER, Role.ORGANISER])
def test_who_is_no_secretary_of_it_has_no_desk(
    app: Flask, session: Session, visit: Visit, cast: Cast, role: Role | None
) -> None:
    desks = addresses(app, cast)
    roles = ((role, cast.council.id),) if role else ()
    visit.sign_in(make_person(roles=roles))
    before = contents(session)
    for one in desks:
        answer = visit.send(one.method, one.url)
        assert answer.status_code in (403, 404), one
    assert contents(session) == before
