"""Nothing is changed by a request that does not come from our own form; generated from the map of addresses."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from karavan.roster.models import RosterLook
from tests.support.hostile import a_few
from tests.support.routes import LOOKS, contents, plant

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from sqlalchemy.orm import Session

    from tests.support.cast import Cast
    from tests.support.visit import Visit

PLAUSIBLE: dict[str, Any] = {
    "name": "Ермек",
    "contact": "ermek@example.kz",
    "email": "ermek@example.kz",
    "people-0-name": "Ермек",
    "people": "1",
    "processing": "y",
    "capacity": "9",
    "seats": "9",
    "reason": "Потому что",
    "reason_ru": "Потому что",
    "offer": "1",
    "accept": "1",
    "theme": "dark",
    "language": "ru",
    "key": "k" * 22,
}
"""What a stranger's page would send: something for most of our forms."""
BY_HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


def lookers(session: Session) -> Counter[int]:
    """Who looked at people's data, and how often."""
    return Counter(session.scalars(select(RosterLook.person_id)))


def not_refused(visit: Visit, url: str, data: dict[str, Any], headers: dict[str, str]) -> str:
    """Send it, and say what is wrong with the answer, if anything.

    Being led away is fine only where looking is led away too: there is nothing to be done at that address now.
    """
    answer = visit.send("POST", url, data=data, headers=headers)
    led_away = answer.status_code in {204, 303} and visit.send("GET", url).status_code in {302, 303}
    cookies = [line for line in answer.headers.getlist("Set-Cookie") if not line.startswith("karavan=")]
    if (400 <= answer.status_code < 500 or led_away) and not cookies:
        return ""
    return f"{url} with {headers}: {answer.status_code} {cookies}"


@pytest.mark.parametrize("token", a_few(["somebody else's", "none", "nonsense", "in the query"]))
def test_no_post_does_anything_without_our_token(
    app: Flask, session: Session, cast: Cast, new_visitor: Callable[[], Visit], token: str
) -> None:
    """AZ-01, AZ-03: as nobody, and as the person who may do most."""
    stage = plant(app, cast)
    stranger, root = new_visitor(), new_visitor()
    root.sign_in(cast.root)
    other = new_visitor()
    other.get("/en/sign-in")
    theirs = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', other.page.body)[1]
    data = PLAUSIBLE | {"none": {}, "nonsense": {"csrf_token": "nonsense"}, "in the query": {}}.get(
        token, {"csrf_token": theirs}
    )
    before = contents(session, but_for=LOOKS)  # a page that refuses shows root what she may see

    faults = [
        not_refused(visitor, address.url + (f"?csrf_token={theirs}" if token == "in the query" else ""), data, headers)
        for visitor in (stranger, root)
        for address in stage.addresses("POST")
        for headers in ({}, BY_HTMX)
        if visitor is root or app.view_functions[address.endpoint].access_rule.__name__ == "anyone"
    ]

    faults = [fault for fault in faults if fault]
    assert faults == [], "\n".join(faults)
    assert contents(session, but_for=LOOKS) == before


def test_the_stranger_who_may_not_enter_is_sent_to_sign_in(
    app: Flask, session: Session, cast: Cast, visit: Visit
) -> None:
    stage = plant(app, cast)
    before = contents(session)

    for address in stage.addresses("GET", "POST"):
        if app.view_functions[address.endpoint].access_rule.__name__ == "anyone":
            continue
        answer = visit.send(address.method, address.url, data=PLAUSIBLE)
        assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (303, "/en/sign-in"), address

    assert contents(session) == before


def test_looking_changes_nothing(app: Flask, session: Session, cast: Cast, new_visitor: Callable[[], Visit]) -> None:
    """TK-01, AZ-02: mail scanners open every link; other methods are not understood.

    One thing is written by looking: that somebody of the staff saw people's data, and here that is root alone.
    """
    stage = plant(app, cast)
    root, nobody = new_visitor(), new_visitor()
    root.sign_in(cast.root)
    before = contents(session, but_for=LOOKS)
    looks = lookers(session)

    for visitor in (nobody, root):
        for address in stage.addresses("GET"):
            for headers in ({}, BY_HTMX):
                answer = visitor.send("GET", address.url, query_string=PLAUSIBLE, headers=headers)
                assert answer.status_code < 500, address
            for method in ("PUT", "DELETE", "PATCH"):
                answer = visitor.send(method, address.url)
                assert answer.status_code == 405, (method, address)

    assert contents(session, but_for=LOOKS) == before
    assert set(lookers(session) - looks) == {cast.root.id}


def test_a_change_would_have_been_noticed(app: Flask, session: Session, cast: Cast, visit: Visit) -> None:
    """The two tests above compare contents; this shows that a real press makes a difference."""
    stage = plant(app, cast)
    before = contents(session)

    visit.get(f"/en/events/{stage.event.slug}/registration")
    visit.press("Join the waiting list", fields={"people-0-name": "Ермек"}, email="ermek@example.kz", processing=True)

    assert contents(session) != before
