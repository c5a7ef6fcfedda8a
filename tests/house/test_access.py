"""Every door says who may enter; addresses are built in one way."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from karavan.web.access import access, anyone, refuse_undeclared, rule_of
from tests.support.routes import plant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session
    from werkzeug.routing import Rule

    from tests.support.cast import Cast


def test_every_endpoint_declares_who_may_enter(app: Flask) -> None:
    assert app.view_functions
    for name, view in app.view_functions.items():
        assert callable(rule_of(view)), name


def test_a_house_with_a_door_that_does_not_say_is_not_opened() -> None:
    house = Flask("house", static_folder=None)
    house.add_url_rule("/open", "open", access(anyone)(lambda: ""))
    refuse_undeclared(house)
    house.add_url_rule("/forgotten", "forgotten", lambda: "")

    with pytest.raises(RuntimeError, match="forgotten"):
        refuse_undeclared(house)


def faults_of(rules: Iterable[Rule]) -> set[str]:
    """What is wrong with the addresses of a house."""
    found = set()
    rules = list(rules)
    answers_get = {rule.rule for rule in rules if "GET" in rule.methods}
    for rule in rules:
        if "POST" in rule.methods and rule.rule not in answers_get:
            found.add(f"{rule}: a POST address must answer GET too, for whoever reloads it")
        if rule.methods - {"GET", "HEAD", "OPTIONS", "POST"}:
            found.add(f"{rule}: GET and POST only")
        for part in re.split(r"[/.]", re.sub(r"<[^>]+>", "", rule.rule)):
            if not re.fullmatch(r"[a-z0-9]*(-[a-z0-9]+)*", part):
                found.add(f"{rule}: {part!r} is not kebab-case")
        for converter, name in re.findall(r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>", rule.rule):
            if name.endswith("_id") and converter != "int":
                found.add(f"{rule}: {name} has no type")
    return found


def test_addresses_are_plain_nouns_that_can_be_reloaded(app: Flask) -> None:
    assert faults_of(app.url_map.iter_rules()) == set()


@pytest.mark.parametrize(
    ("rule", "methods", "complaint"),
    [
        ("/a", ["POST"], "must answer GET"),
        ("/a", ["GET", "DELETE"], "GET and POST only"),
        ("/an_address", ["GET"], "kebab-case"),
        ("/anAddress", ["GET"], "kebab-case"),
        ("/a/<event_id>", ["GET"], "has no type"),
    ],
)
def test_a_bad_address_is_noticed(rule: str, methods: list[str], complaint: str) -> None:
    house = Flask("house", static_folder=None)
    house.add_url_rule(rule, "a", lambda **_: "", methods=methods)

    assert any(complaint in fault for fault in faults_of(house.url_map.iter_rules()))


def test_every_page_is_in_a_language_or_belongs_to_nobody(app: Flask) -> None:
    bare = {rule.endpoint for rule in app.url_map.iter_rules() if not rule.rule.startswith("/<lang:lang>/")}

    assert bare == {"pages.root", "pages.kazakhstan", "pages.choose_language", "pages.health", "pages.robots"}


def test_every_address_can_be_filled(app: Flask, session: Session, cast: Cast) -> None:
    """The tests about all routes must know what stands behind each of them."""
    found = list(plant(app, cast).addresses("GET", "POST"))

    assert {address.endpoint for address in found} == set(app.view_functions)
