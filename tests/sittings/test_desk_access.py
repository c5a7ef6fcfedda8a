"""Whose desk it is: every address of it asks, and another council's sitting looks like none at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from karavan.accounts.models import Role
from karavan.sittings.models import SittingState
from tests.support.assembly import make_sitting
from tests.support.chamber import Chamber, make_chamber
from tests.support.civic import make_body, make_council, make_person, make_staff, write
from tests.support.routes import contents

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.orm import Session

    from karavan.accounts.models import Person
    from karavan.councils.models import Council
    from tests.support.cast import Cast
    from tests.support.visit import Visit

pytestmark = pytest.mark.twice  # tests/house/test_council_desks.py tries every address of these desks

HUGE = 99_999_999_999_999_999_999
DESK = "/en/desk/sittings/"
OF_A_SITTING = (
    "{sitting}", "{sitting}/edit", "{sitting}/agenda", "{sitting}/agenda/new", "{sitting}/agenda/{item}",
    "{sitting}/notice", "{sitting}/cancellation", "{sitting}/closing", "{sitting}/room", "{sitting}/quorum",
    "{sitting}/opening", "{sitting}/attendance", "{sitting}/items/{item}", "{sitting}/items/{item}/steps/postpone",
    "{sitting}/items/{item}/roll", "{sitting}/items/{item}/conflict", "{sitting}/items/{item}/note",
)  # fmt: skip


@pytest.fixture
def council(cast: Cast) -> Council:
    return make_council()


@pytest.fixture
def room(council: Council) -> Chamber:
    return make_chamber(3, council=council)


@pytest.fixture
def addresses(room: Chamber) -> list[str]:
    facts = {"sitting": room.sitting_id, "item": room.item}
    return [DESK + f"councils/{room.council_id}/new", *(DESK + one.format(**facts) for one in OF_A_SITTING)]


def takes_a_form(app: Flask, address: str) -> bool:
    endpoint, _ = app.url_map.bind("karavan.test").match(address)
    return any("POST" in (rule.methods or ()) for rule in app.url_map.iter_rules(endpoint))


def test_the_list_above_is_whole(app: Flask, addresses: list[str]) -> None:
    urls = app.url_map.bind("karavan.test")
    tried = {urls.match(address)[0] for address in [*addresses, DESK]}
    assert tried == {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.startswith("sitting_desk.")}


def test_a_stranger_is_asked_to_sign_in(app: Flask, visit: Visit, addresses: list[str]) -> None:
    for address in [*addresses, DESK]:
        visit.get(address)
        assert visit.address.startswith("/en/sign-in"), address
        if takes_a_form(app, address):
            visit.post(address)
            assert visit.address.startswith("/en/sign-in"), address


@pytest.mark.parametrize("name", ["amina", "bekzat", "daniyar", "member", "moderator"])
def test_who_is_no_secretary_has_no_desk(
    app: Flask, session: Session, visit: Visit, cast: Cast, council: Council, addresses: list[str], name: str
) -> None:
    visit.sign_in(somebody(name, cast, council))
    before = contents(session)
    for address in [*addresses, DESK]:
        visit.get(address, status=403)
        if takes_a_form(app, address):
            visit.post(address, status=403)
    assert contents(session) == before


@pytest.mark.parametrize("name", ["secretary elsewhere", "secretary of a body"])
def test_another_council_s_sitting_is_none(
    app: Flask, session: Session, visit: Visit, cast: Cast, council: Council, addresses: list[str], name: str
) -> None:
    visit.sign_in(somebody(name, cast, council))
    before = contents(session)
    assert "Очередное заседание" not in visit.get(DESK).text
    for address in addresses:
        visit.get(address, status=404)
        if takes_a_form(app, address):
            visit.post(address, status=404)
    assert contents(session) == before


@pytest.mark.parametrize("name", ["saule", "root"])
def test_secretaries_and_administrators_reach_every_page(
    visit: Visit, cast: Cast, addresses: list[str], name: str
) -> None:
    visit.sign_in(cast.everyone()[name])
    for address in [*addresses, DESK]:
        visit.get(address, statements=20)


def test_what_is_of_another_sitting_is_nothing(visit: Visit, cast: Cast, council: Council, room: Chamber) -> None:
    theirs = make_sitting(make_council(slug="council-beineu", place="beineu"), state=SittingState.OPEN)
    visit.sign_in(cast.saule)
    token = visit.get(f"{DESK}{room.sitting_id}/room", statements=20).find("input", name="csrf_token")[0].get("value")
    for rest in ("agenda/{}", "items/{}", "items/{}/steps/postpone", "items/{}/roll", "items/{}/note"):
        address = f"{DESK}{room.sitting_id}/" + rest.format(theirs.items[0].id)
        visit.get(address, status=404, statements=20)
        if rest != "items/{}":
            visit.post(address, {"csrf_token": token}, status=404)
    stranger = write(_foreign_member, theirs.council_id)
    sent = {"csrf_token": token, "came": str(stranger)}
    visit.post(f"{DESK}{room.sitting_id}/attendance", sent, status=404)
    visit.post(f"{DESK}{room.sitting_id}/items/{room.item}/steps/annul", {"csrf_token": token}, status=404)


def test_unknown_numbers_are_nothing(visit: Visit, cast: Cast, room: Chamber) -> None:
    visit.sign_in(cast.root)
    for number in (0, 999_999, 2**31, HUGE):
        visit.get(f"{DESK}councils/{number}/new", status=404)
        for one in OF_A_SITTING:
            visit.get(DESK + one.format(sitting=number, item=room.item), status=404)
            if "{item}" in one:
                visit.get(DESK + one.format(sitting=room.sitting_id, item=number), status=404, statements=20)


def somebody(name: str, cast: Cast, council: Council) -> Person:
    if name in cast.everyone():
        return cast.everyone()[name]
    if name == "secretary of a body":
        return make_person(roles=((Role.SECRETARY, make_body().id),))
    if name == "secretary elsewhere":
        return make_staff(make_council(slug="council-beineu", place="beineu"), Role.SECRETARY)
    return make_staff(council, {"member": Role.COUNCIL_MEMBER, "moderator": Role.MODERATOR}[name])


def _foreign_member(session: Session, council_id: int) -> int:
    from datetime import timedelta  # noqa: PLC0415 -- only here

    from karavan.core.when import local_day  # noqa: PLC0415
    from karavan.councils.models import Member, Sector  # noqa: PLC0415
    from tests.support.settings import NOW  # noqa: PLC0415

    day = local_day(NOW)
    one = Member(
        council_id=council_id, name="Бейнеу", sector=Sector.NGO, mandate_from=day, mandate_to=day + timedelta(days=9)
    )
    session.add(one)
    session.flush()
    return one.id
