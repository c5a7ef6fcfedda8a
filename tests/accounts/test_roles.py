"""Roles: what an operator types gives and takes them, at once and everywhere the person is signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from karavan.accounts.models import Organisation, Person, Role, RoleGrant
from karavan.accounts.policy import NOBODY, Actor, Grant
from tests.support.cast import actor
from tests.support.settings import NOW
from tests.support.signing_in import sign_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from sqlalchemy.orm import Session

    from tests.support.cast import Cast
    from tests.support.visit import Visit

AMINA = "amina@example.kz"


@pytest.fixture
def typed(app: Flask, session: Session) -> Callable[..., str]:
    """Type `flask accounts …`, and return what it says."""

    def run(*words: str, fails: bool = False) -> str:
        session.close()
        result = app.test_cli_runner().invoke(args=["accounts", *words])
        assert (result.exit_code != 0) is fails, result.output
        return result.output

    return run


def grants(session: Session, email: str) -> list[tuple[Role, int | None, bool]]:
    session.close()
    rows = session.scalars(select(RoleGrant).join(Person).where(Person.email_key == email).order_by(RoleGrant.id))
    return [(grant.role, grant.organisation_id, grant.ended_at is None) for grant in rows]


def test_a_role_is_given_and_taken_away(cast: Cast, typed: Callable[..., str], session: Session) -> None:
    assert "is organiser now" in typed("grant", AMINA, "organiser", "alliance")
    assert grants(session, AMINA) == [(Role.ORGANISER, cast.alliance.id, True)]

    assert "was organiser already" in typed("grant", "AMINA@example.kz", "organiser", "alliance")
    assert len(grants(session, AMINA)) == 1

    assert "no longer organiser" in typed("end", AMINA, "organiser", "alliance")
    assert grants(session, AMINA) == [(Role.ORGANISER, cast.alliance.id, False)]

    typed("grant", AMINA, "organiser", "alliance")
    assert [live for *_, live in grants(session, AMINA)] == [False, True]


def test_an_administrator_needs_no_organisation(cast: Cast, typed: Callable[..., str], session: Session) -> None:
    for _ in range(2):
        typed("grant", AMINA, "administrator")

    assert grants(session, AMINA) == [(Role.ADMINISTRATOR, None, True)]


def test_somebody_new_gets_an_account_that_waits_for_her(
    cast: Cast, typed: Callable[..., str], visit: Visit, session: Session
) -> None:
    typed("grant", "+7 701 999 88 77", "organiser", "alliance")

    assert session.scalars(select(Person.created_at).where(Person.phone == "+77019998877")).one() == NOW
    sign_in(visit, "+77019998877")
    assert visit.get("/en/desk/events/").status == 200


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("grant", AMINA, "organiser"), "Name the organisation"),
        (("grant", AMINA, "organiser", "nowhere"), "There is no organisation nowhere."),
        (("grant", AMINA, "king", "alliance"), "'king' is not one of"),
        (("grant", "amina@", "organiser", "alliance"), "Enter an email address"),
        (("end", AMINA, "organiser", "alliance"), "does not hold this role there"),
        (("end", "nobody@example.kz", "organiser", "alliance"), "does not hold this role there"),
        (("end", "bekzat@example.kz", "organiser", "elsewhere"), "does not hold this role there"),
    ],
)
def test_a_slip_of_the_operator_changes_nothing(
    cast: Cast, typed: Callable[..., str], session: Session, words: tuple[str, ...], said: str
) -> None:
    assert said in typed(*words, fails=True)
    assert grants(session, AMINA) == []
    assert session.scalars(select(Person.id).where(Person.email_key == "nobody@example.kz")).all() == []


def test_a_role_taken_away_is_gone_at_the_next_request(cast: Cast, typed: Callable[..., str], visit: Visit) -> None:
    sign_in(visit, "bekzat@example.kz")
    assert visit.get("/en/desk/events/").status == 200
    typed("end", "bekzat@example.kz", "organiser", "alliance")

    visit.get("/en/desk/events/", status=404)


@pytest.mark.parametrize(("name", "status"), [("amina", 404), ("daniyar", 404), ("bekzat", 200), ("root", 200)])
def test_the_desk_is_for_organisers(cast: Cast, visit: Visit, name: str, status: int) -> None:
    sign_in(visit, f"{name}@example.kz")

    visit.get("/en/desk/events/", status=status)


def test_a_role_holds_in_its_organisation_only(cast: Cast) -> None:
    bekzat, root = actor(cast.bekzat), actor(cast.root)

    assert bekzat.holds(Role.ORGANISER, cast.alliance.id)
    assert not bekzat.holds(Role.ORGANISER, cast.elsewhere.id)
    assert not bekzat.holds(Role.MODERATOR, cast.alliance.id)
    assert bekzat.organisations(Role.ORGANISER) == (cast.alliance.id,)
    assert root.holds(Role.MODERATOR, cast.elsewhere.id)
    assert (bekzat.is_administrator, root.is_administrator, root.is_staff) == (False, True, True)
    assert not any((NOBODY.signed_in, NOBODY.is_staff, NOBODY.is_administrator))
    assert not Actor(person_id=1, grants=(Grant(Role.SECRETARY, 1),)).holds(Role.ORGANISER, 1)


def test_an_operator_begins_without_the_demonstration(typed: Callable[..., str], session: Session) -> None:
    assert "is there now" in typed("organisation", "youth-centre", "ngo", "Жастар орталығы", "Центр молодёжи")
    assert "was there already" in typed("organisation", "youth-centre", "ngo", "Басқа", "Другой")
    centre = session.scalars(select(Organisation).where(Organisation.slug == "youth-centre")).one()
    assert centre.name.kk == "Жастар орталығы"
    assert "is organiser now" in typed("grant", AMINA, "organiser", "youth-centre")
