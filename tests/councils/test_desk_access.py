"""Whose desk it is: every address of it asks, and another secretary's council looks like none at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from karavan.accounts.models import Role, RoleGrant
from karavan.councils.policy import acts_as, may_keep
from karavan.record.models import ActorRole, RecordEntry
from tests.councils.people import promised, seated
from tests.support.cast import actor
from tests.support.makers import write
from tests.support.routes import contents
from tests.support.settings import NOW

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.orm import Session

    from karavan.councils.models import Council
    from tests.support.cast import Cast
    from tests.support.visit import Visit

HUGE = 99_999_999_999_999_999_999
DESK = "/en/desk/councils/"
OF_A_COUNCIL = (
    "{council}",
    "{council}/statute/answer_term",
    "{council}/members/new",
    "{council}/members/{member}",
    "{council}/members/{member}/end",
    "{council}/members/{member}/photo",
    "{council}/commissions/new",
    "{council}/promises/new",
    "{council}/promises/{promise}/outcome",
)


@pytest.fixture
def addresses(council: Council) -> list[str]:
    facts = {"council": council.id, "member": seated(council).id, "promise": promised(council).id}
    return [DESK + address.format(**facts) for address in OF_A_COUNCIL]


def takes_a_form(app: Flask, address: str) -> bool:
    endpoint, _ = app.url_map.bind("karavan.test").match(address)
    return any("POST" in (rule.methods or ()) for rule in app.url_map.iter_rules(endpoint))


def test_the_list_above_is_whole(app: Flask, addresses: list[str]) -> None:
    urls = app.url_map.bind("karavan.test")
    tried = {urls.match(address)[0] for address in [*addresses, DESK]}
    assert tried == {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.startswith("council_desk.")}


def test_a_stranger_is_asked_to_sign_in(app: Flask, visit: Visit, addresses: list[str]) -> None:
    for address in [*addresses, DESK]:
        visit.get(address)
        assert visit.address.startswith("/en/sign-in"), address
        if takes_a_form(app, address):
            visit.post(address)
            assert visit.address.startswith("/en/sign-in"), address


@pytest.mark.parametrize("name", ["amina", "bekzat", "daniyar", "ermek"])
def test_who_is_no_secretary_has_no_desk(
    app: Flask, session: Session, visit: Visit, cast: Cast, addresses: list[str], name: str
) -> None:
    visit.sign_in(cast.everyone()[name])
    before = contents(session)
    for address in [*addresses, DESK]:
        visit.get(address, status=403)
        if takes_a_form(app, address):
            visit.post(address, status=403)
    assert contents(session) == before


def test_a_member_of_the_council_is_not_its_secretary(
    session: Session, visit: Visit, cast: Cast, council: Council
) -> None:
    grant = RoleGrant(
        person_id=cast.amina.id, role=Role.COUNCIL_MEMBER, organisation_id=cast.council.id, granted_at=NOW
    )
    write(lambda session: session.add(grant))
    visit.sign_in(cast.amina)
    visit.get(f"{DESK}{council.id}", status=403)


def test_another_council_is_none(
    app: Flask, session: Session, visit: Visit, cast: Cast, addresses: list[str], other: Council
) -> None:
    write(lambda session: session.get_one(RoleGrant, _grant_of(cast)).__setattr__("organisation_id", cast.elsewhere.id))
    visit.sign_in(cast.saule)
    before = contents(session)
    for address in addresses:
        visit.get(address, status=404)
        if takes_a_form(app, address):
            visit.post(address, status=404)
    words = visit.get(DESK).text
    assert "Другая организация" in words
    assert "Общественный совет Актау" not in words
    assert contents(session) == before


def _grant_of(cast: Cast) -> int:
    return next(grant.id for grant in cast.saule.roles)


def test_unknown_numbers_and_keys_are_nothing(desk: Visit, council: Council, other: Council) -> None:
    theirs, promise = seated(other), promised(other)
    for number in (0, 999, 2**31, HUGE):
        desk.get(f"{DESK}{number}", status=404)
        desk.get(f"{DESK}{council.id}/members/{number}", status=404)
        desk.get(f"{DESK}{council.id}/promises/{number}/outcome", status=404)
    for deed in ("", "/end", "/photo"):
        desk.get(f"{DESK}{council.id}/members/{theirs.id}{deed}", status=404)
    desk.get(f"{DESK}{council.id}/promises/{promise.id}/outcome", status=404)
    for key in ("nothing", "ANSWER_TERM", "%F0%9F%90%AB", "x" * 300):
        desk.get(f"{DESK}{council.id}/statute/{key}", status=404)


def test_the_secretary_and_the_administrator_come_in(
    visit: Visit, cast: Cast, addresses: list[str], other: Council
) -> None:
    for person in (cast.saule, cast.root):
        visit.sign_in(person)
        for address in [*addresses, DESK]:
            visit.get(address, status=200)
    assert "Другая организация" in visit.get(DESK).text


def test_the_record_names_the_role_in_which_it_was_done(
    session: Session, visit: Visit, cast: Cast, council: Council
) -> None:
    visit.sign_in(cast.root)
    visit.get(f"{DESK}{council.id}/promises/new")
    visit.press("Write down a promise", fields={"text-kk": "Хаттама"}, made_on="2026-11-01", status=200)
    assert session.scalars(select(RecordEntry.actor_role)).all() == [ActorRole.ADMINISTRATOR]
    assert acts_as(actor(cast.saule), council) == ActorRole.SECRETARY
    assert may_keep(actor(cast.saule), council)
    assert not may_keep(actor(cast.bekzat), council)
