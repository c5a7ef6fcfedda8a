"""Support over HTTP, against real server processes: fifty presses of one person, and a crowd at the same moment."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from karavan.core.clock import now
from karavan.core.database import db
from karavan.proposals.models import Proposal, State, Support
from tests.support.civic import make_proposal
from tests.support.crowd import Answer, at_once
from tests.support.hall import Hall, hall

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = [pytest.mark.race, pytest.mark.timeout(240)]

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def public_one(place: Hall) -> str:
    with place.app.app_context():
        return make_proposal(state=State.PUBLISHED, now=now()).number


def press(place: Hall, number: str) -> Callable[[], Answer]:
    """Let somebody open the page with the button, and return its press."""
    url = f"/en/proposals/{number}/support"
    page, cookie = place.server.send("GET", url, cookie=place.somebody())
    found = _TOKEN.search(page.body)
    assert found, page.body[:300]
    form = {"csrf_token": found[1]}
    return lambda: place.server.send("POST", url, cookie=cookie, form=form)[0]


def stands(place: Hall, number: str) -> tuple[int, int]:
    """Return the number shown, and the number of rows."""
    with place.app.app_context():
        proposal = db.session().scalars(select(Proposal).where(Proposal.number == number)).one()
        live = select(func.count()).where(Support.proposal_id == proposal.id, Support.withdrawn_at.is_(None))
        return proposal.supports, db.session().scalars(live).one()


def test_fifty_presses_of_one_person_count_once(tmp_path: Path) -> None:
    with hall(tmp_path) as place:
        number = public_one(place)
        once = press(place, number)
        answers = [answer for _ in range(2) for answer in at_once(*[once] * 25)]
        assert {answer.status for answer in answers} == {303}
        assert stands(place, number) == (1, 1)


def test_a_crowd_at_once_is_counted_to_the_last(tmp_path: Path) -> None:
    with hall(tmp_path) as place:
        number = public_one(place)
        answers = at_once(*[press(place, number) for _ in range(24)])
        assert {answer.status for answer in answers} == {303}
        assert stands(place, number) == (24, 24)
