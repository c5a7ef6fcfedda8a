"""Following: a submission, a council, a district, a topic; at which pace; and ending it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from karavan.proposals.models import Follow, FollowKind, Pace, State
from karavan.proposals.rules.follow import follow
from tests.support.civic import make_council, make_proposal, write
from tests.support.hostile import Case, everything
from tests.support.inert import as_sent, each
from tests.support.settings import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from tests.support.cast import Cast
    from tests.support.visit import Visit

both_ways = pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])


def new(kind: str, key: object) -> str:
    return "/en/follows/new?" + urlencode({"kind": kind, "key": key})


def live(session: Session) -> list[tuple[str, str, str]]:
    session.close()
    rows = session.scalars(select(Follow).where(Follow.ended_at.is_(None)).order_by(Follow.id))
    return [(row.kind.value, row.key, row.pace.value) for row in rows]


@both_ways
def test_amina_follows_from_the_page_changes_the_pace_and_stops(
    session: Session, cast: Cast, visit: Visit, htmx: bool
) -> None:
    proposal = make_proposal(state=State.PUBLISHED, title="Автобус қосу")
    visit.sign_in(cast.amina)
    visit.get(f"/en/proposals/{proposal.number}")

    page = visit.follow("Tell me what is new")
    assert "Автобус қосу" in page.text
    visit.press("Follow", pace="weekly", htmx=htmx, status=200)
    assert live(session) == [("proposal", str(proposal.id), "weekly")]

    visit.follow("Change")
    visit.press("Save", pace="at_once", htmx=htmx, status=200)
    assert live(session) == [("proposal", str(proposal.id), "at_once")]

    page = visit.press("Stop following", htmx=htmx, status=200)
    assert "You follow nothing yet" in page.text
    assert live(session) == []


def test_everything_that_can_be_followed_has_its_name(session: Session, cast: Cast, visit: Visit) -> None:
    council = make_council()
    visit.sign_in(cast.amina)
    for kind, key, words in (
        ("council", council.id, "Общественный совет Актау"),
        ("place", "beineu", "Beineu District"),
        ("topic", "water", "Water"),
    ):
        assert words in visit.get(new(kind, key)).text
        visit.press("Follow", pace="daily", status=200)

    page = visit.get("/en/follows/", statements=6)
    assert len(live(session)) == 3
    assert "Beineu District" in page.text
    assert "Topic: Water" in page.text
    assert "Beineu District" in visit.get("/en/me/").text


def test_a_list_costs_the_same_however_long(session: Session, cast: Cast, visit: Visit) -> None:
    council = make_council()
    for _ in range(3):
        made = make_proposal(council, state=State.PUBLISHED)
        key = str(made.id)
        write(follow, person_id=cast.amina.id, kind=FollowKind.PROPOSAL, key=key, pace=Pace.DAILY, now=NOW)
    visit.sign_in(cast.amina)

    visit.get("/en/follows/", statements=3)


def test_what_is_no_longer_public_has_no_name_and_can_be_ended(session: Session, cast: Cast, visit: Visit) -> None:
    gone = make_proposal(state=State.WITHDRAWN, title="Secret title")
    write(follow, person_id=cast.amina.id, kind=FollowKind.PROPOSAL, key=str(gone.id), pace=Pace.DAILY, now=NOW)
    visit.sign_in(cast.amina)

    page = visit.get("/en/follows/")
    assert "Secret title" not in page.body
    assert "No longer public" in page.text
    visit.press("Stop following")

    assert live(session) == []


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_cannot_be_followed_is_not_there(session: Session, cast: Cast, visit: Visit, method: str) -> None:
    hidden = make_proposal(state=State.CHECKING)
    visit.sign_in(cast.amina)
    for kind, key in (
        ("proposal", hidden.id),
        ("proposal", 0),
        ("proposal", "01"),
        ("proposal", 10**30),
        ("proposal", "²"),
        ("council", 99),
        ("council", -1),
        ("place", "astana"),
        ("place", "online"),
        ("place", ""),
        ("topic", "weather"),
        ("person", 1),
        ("", ""),
    ):
        assert visit.send(method, new(kind, key), data={"pace": "daily"}).status_code == 404, (kind, key)

    assert live(session) == []


@both_ways
@pytest.mark.parametrize("pace", ["", "hourly", "DAILY", "daily "])
def test_a_pace_nobody_offered_is_refused(session: Session, cast: Cast, visit: Visit, htmx: bool, pace: str) -> None:
    visit.sign_in(cast.amina)
    token = visit.get(new("topic", "water")).find("input", name="csrf_token")[0].get("value")
    headers = {"HX-Request": "true", "HX-Request-Type": "partial"} if htmx else {}

    answer = visit.send("POST", new("topic", "water"), data={"csrf_token": token, "pace": pace}, headers=headers)

    assert answer.status_code == 422
    assert live(session) == []


def test_a_stranger_signs_in_first(session: Session, cast: Cast, visit: Visit) -> None:
    for method in ("GET", "POST"):
        for url in ("/en/follows/", new("topic", "water"), "/en/follows/end?kind=topic&key=water"):
            if (method, url) != ("POST", "/en/follows/"):
                assert visit.send(method, url).status_code == 303


def test_nobody_ends_what_somebody_else_follows(session: Session, cast: Cast, new_visitor: Callable[[], Visit]) -> None:
    write(follow, person_id=cast.amina.id, kind=FollowKind.TOPIC, key="water", pace=Pace.DAILY, now=NOW)
    visit = new_visitor()
    visit.sign_in(cast.bekzat)
    token = visit.get(new("topic", "water")).find("input", name="csrf_token")[0].get("value")

    visit.post("/en/follows/end?kind=topic&key=water", {"csrf_token": token}, status=200)

    assert live(session) == [("topic", "water", "daily")]


def test_ending_without_a_token_ends_nothing(session: Session, cast: Cast, visit: Visit) -> None:
    write(follow, person_id=cast.amina.id, kind=FollowKind.TOPIC, key="water", pace=Pace.DAILY, now=NOW)
    visit.sign_in(cast.amina)

    visit.post("/en/follows/end?kind=topic&key=water", {}, status=422)
    visit.get("/en/follows/end?kind=topic&key=water")

    assert live(session) == [("topic", "water", "daily")]


@pytest.mark.slow
def test_hostile_kinds_and_keys_are_not_there(session: Session, cast: Cast, visit: Visit) -> None:
    visit.sign_in(cast.amina)

    def ask(case: Case) -> None:
        for name in ("kind", "key"):
            query = as_sent({"kind": "topic", "key": "water"} | {name: case.text or ""})["data"].decode()
            if len(query) < 6000:
                assert visit.send("GET", f"/en/follows/new?{query}").status_code in {400, 404}, case.id

    each([one for one in everything().values() if one.text is not None and len(one.text) <= 2000], ask)
    assert live(session) == []
