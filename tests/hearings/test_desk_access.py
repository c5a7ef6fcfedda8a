"""Whose desk it is: every address of it as those who have nothing to do there, and numbers of nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from karavan.accounts.models import Role
from karavan.core.languages import Slots
from karavan.hearings.models import HearingState
from karavan.hearings.rules.matrix import group
from tests.support.assembly import make_hearing
from tests.support.civic import make_body, make_council, make_person, make_staff, write
from tests.support.live_hall import Gathering, gather

if TYPE_CHECKING:
    from flask import Flask

    from karavan.accounts.models import Person
    from karavan.councils.models import Council
    from tests.support.cast import Cast
    from tests.support.visit import Visit

pytestmark = pytest.mark.twice  # tests/house/test_council_desks.py tries every address of these desks

HUGE = 99_999_999_999_999_999_999


@pytest.fixture
def council(cast: Cast) -> Council:
    return make_council()


def somebody(name: str, cast: Cast, council: Council) -> Person:
    if name in cast.everyone():
        return cast.everyone()[name]
    if name == "member":
        return make_staff(council, Role.COUNCIL_MEMBER)
    if name == "moderator":
        return make_staff(council, Role.MODERATOR)
    if name == "secretary of a body":
        return make_person(roles=((Role.SECRETARY, make_body().id),))
    return make_staff(make_council(slug="council-beineu", place="beineu"), Role.SECRETARY)


def addresses(council: Council) -> dict[str, str]:
    """Return an address of each page of the desk, by its endpoint."""
    draft = make_hearing(council, state=HearingState.DRAFT, documents=1)
    document = draft.documents[0].public_id
    people = gather()
    statement, _, _ = people.statement(), people.question(), people.speaker()
    made = write(group, people.id, [("statement", statement.id, None)], title=Slots(ru="Тариф"))
    over = make_hearing(council, state=HearingState.HELD)
    found = {
        "index": "",
        "create": f"new?council={council.id}",
        "show": f"{draft.id}",
        "change": f"{draft.id}/edit",
        "documents": f"{draft.id}/documents",
        "document": f"{draft.id}/documents/{document}",
        "naming": f"{draft.id}/documents/{document}/name",
        "order": f"{draft.id}/documents/{document}/order",
        "removal": f"{draft.id}/documents/{document}/removal",
        "replacement": f"{draft.id}/documents/{document}/version",
        "notice": f"{draft.id}/notice",
        "cancel": f"{draft.id}/cancellation",
        "speakers": f"{people.id}/speakers",
        "take_off": f"{people.id}/speakers/1/withdrawal",
        "matrix": f"{people.id}/matrix",
        "answer_statement": f"{people.id}/matrix/statements/1",
        "answer_question": f"{people.id}/matrix/questions/1",
        "take_out_statement": f"{people.id}/matrix/statements/1/group",
        "take_out_question": f"{people.id}/matrix/questions/1/group",
        "answer_of_group": f"{people.id}/matrix/groups/{made.id}",
        "closing": f"{over.id}/closing",
        "summary": f"{over.id}/summary",
    }
    return {name: f"/en/desk/hearings/{path}" for name, path in found.items()}


def takes_a_form(app: Flask, endpoint: str) -> bool:
    return any("POST" in (rule.methods or ()) for rule in app.url_map.iter_rules(f"hearing_desk.{endpoint}"))


def test_the_list_above_is_whole(app: Flask, council: Council) -> None:
    ours = {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.startswith("hearing_desk.")}
    assert ours == {f"hearing_desk.{name}" for name in addresses(council)}


def test_a_stranger_is_asked_to_sign_in(app: Flask, visit: Visit, council: Council) -> None:
    for endpoint, address in addresses(council).items():
        visit.get(address)
        assert visit.address.startswith("/en/sign-in"), address
        if takes_a_form(app, endpoint):
            visit.post(address)
            assert visit.address.startswith("/en/sign-in"), address


@pytest.mark.parametrize("name", ["amina", "bekzat", "member", "moderator", "daniyar"])
def test_who_is_no_secretary_has_no_desk(app: Flask, visit: Visit, cast: Cast, council: Council, name: str) -> None:
    visit.sign_in(somebody(name, cast, council))
    for endpoint, address in addresses(council).items():
        visit.get(address, status=403)
        if takes_a_form(app, endpoint):
            visit.post(address, status=403)


@pytest.mark.parametrize("name", ["secretary elsewhere", "secretary of a body"])
def test_what_is_another_council_s_is_none(app: Flask, visit: Visit, cast: Cast, council: Council, name: str) -> None:
    visit.sign_in(somebody(name, cast, council))
    for endpoint, address in addresses(council).items():
        if endpoint == "index":
            assert "тариф" not in visit.get(address).text.casefold()
            continue
        visit.get(address, status=404)
        if takes_a_form(app, endpoint):
            visit.post(address, status=404)


@pytest.mark.parametrize("name", ["saule", "root"])
def test_secretaries_and_administrators_see_every_page(visit: Visit, cast: Cast, council: Council, name: str) -> None:
    visit.sign_in(cast.everyone()[name])
    for endpoint, address in addresses(council).items():
        if endpoint == "document":
            assert visit.send("GET", address).mimetype == "application/pdf"
        else:
            visit.get(address)


def test_unknown_numbers_are_nothing(visit: Visit, cast: Cast, council: Council) -> None:
    visit.sign_in(cast.root)
    parts = (
        "", "/edit", "/documents", "/notice", "/cancellation", "/speakers", "/matrix", "/matrix/statements/1",
        "/matrix/questions/1", "/matrix/groups/1", "/closing", "/summary",
    )  # fmt: skip
    for number in (0, 999_999, 2**31, HUGE):
        for part in parts:
            visit.get(f"/en/desk/hearings/{number}{part}", status=404)
        visit.get(f"/en/desk/hearings/new?council={number}", status=404)
    people: Gathering = gather()
    for number in (0, 2, 2**31, HUGE):
        for part in ("statements", "questions", "groups"):
            visit.get(f"/en/desk/hearings/{people.id}/matrix/{part}/{number}", status=404)
    for document in ("none", "x" * 300):
        for part in ("", "/name", "/order", "/removal", "/version"):
            visit.get(f"/en/desk/hearings/{people.id}/documents/{document}{part}", status=404)


def test_a_draft_has_no_answers_yet(visit: Visit, cast: Cast, council: Council) -> None:
    visit.sign_in(cast.saule)
    draft = make_hearing(council, state=HearingState.DRAFT)
    visit.get(f"/en/desk/hearings/{draft.id}/matrix", status=404)
    for part in ("closing", "summary"):
        visit.get(f"/en/desk/hearings/{draft.id}/{part}")
        assert visit.address == f"/en/desk/hearings/{draft.id}"
