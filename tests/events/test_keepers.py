"""The event of a hearing or a sitting: people register there; what it says is written where it belongs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from karavan.accounts.models import Role
from karavan.core.database import db
from karavan.discussion.models import Thread
from karavan.events.models import Event, EventKind, EventState
from karavan.hearings.models import HearingState
from karavan.sittings.models import SittingState
from tests.support.assembly import make_hearing, make_sitting
from tests.support.civic import make_council, make_person
from tests.support.makers import make_event

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from karavan.councils.models import Council
    from tests.support.cast import Cast
    from tests.support.visit import Visit

MADE: dict[str, Any] = {"hearing": make_hearing, "sitting": make_sitting}
DRAFT = {"hearing": HearingState.DRAFT, "sitting": SittingState.DRAFT}
AT_DESK = {"hearing": "kept at the desk of hearings", "sitting": "kept at the desk of sittings"}
BOTH = pytest.mark.parametrize("kind", MADE)
LONG = 40


@pytest.fixture
def council(cast: Cast) -> Council:
    return make_council()


@pytest.fixture
def desk(visit: Visit, council: Council) -> Visit:
    """The organiser of the council's organisation."""
    visit.sign_in(make_person(roles=((Role.ORGANISER, council.organisation_id),)))
    return visit


def event_of(thing: Any) -> Event:
    db.session.close()
    return db.session().get_one(Event, thing.event_id)


def now_of(event: Event) -> Event:
    db.session.close()
    return db.session().get_one(Event, event.id)


@BOTH
def test_a_draft_is_not_published_before_the_notice(desk: Visit, council: Council, kind: str) -> None:
    event = event_of(MADE[kind](council, state=DRAFT[kind]))
    page = desk.get(f"/en/desk/events/{event.id}")
    assert AT_DESK[kind] in page.text
    assert not page.find("form", action=f"/en/desk/events/{event.id}/publication")
    token = desk.get(f"/en/desk/events/{event.id}/edit").one("input", name="csrf_token").get("value")
    page = desk.post(f"/en/desk/events/{event.id}/publication", {"csrf_token": token}, status=422)
    assert AT_DESK[kind] in page.summary
    assert now_of(event).state == EventState.DRAFT


@BOTH
def test_it_is_not_called_off_at_the_wrong_desk(desk: Visit, council: Council, kind: str) -> None:
    event = event_of(MADE[kind](council))
    token = desk.get(f"/en/desk/events/{event.id}/edit").one("input", name="csrf_token").get("value")
    address = f"/en/desk/events/{event.id}/cancellation"
    desk.get(address)
    assert desk.address == f"/en/desk/events/{event.id}"
    page = desk.post(address, {"csrf_token": token, "reason-kk": "Дауыл"}, status=422)
    assert AT_DESK[kind] in page.summary
    assert now_of(event).state == EventState.PUBLISHED


@BOTH
@pytest.mark.parametrize(
    "typed",
    [
        {"starts_day": "2026-12-01"},
        {"title-ru": "Иначе"},
        {"place": "beineu"},
        {"venue-kk": "Мектеп"},
        {"kind": "training"},
    ],
)
def test_its_day_and_place_are_not_changed_there(
    desk: Visit, council: Council, kind: str, typed: dict[str, str]
) -> None:
    event = event_of(MADE[kind](council))
    assert AT_DESK[kind] in desk.get(f"/en/desk/events/{event.id}/edit").text
    page = desk.press("Save the changes", fields=typed, status=422)
    assert AT_DESK[kind] in page.summary
    stands = now_of(event)
    assert (stands.version, stands.starts_at, stands.title) == (event.version, event.starts_at, event.title)


@BOTH
def test_what_the_organiser_adds_is_hers(desk: Visit, council: Council, kind: str) -> None:
    event = event_of(MADE[kind](council))
    desk.get(f"/en/desk/events/{event.id}/edit")
    added = {"accessibility": ["lift"], "contact_name": "Бекзат", "capacity": "70"}
    desk.press("Save the changes", fields=added, statements=LONG)
    stands = now_of(event)
    assert (list(stands.accessibility), stands.contact_name, stands.gate.capacity) == (["lift"], "Бекзат", 70)
    assert stands.starts_at == event.starts_at


@BOTH
def test_its_page_leads_to_where_it_belongs_and_there_is_one_discussion(
    session: Session, visit: Visit, council: Council, kind: str
) -> None:
    thing = MADE[kind](council)
    page = visit.get(f"/en/events/{event_of(thing).slug}")
    words = "To the public hearing" if kind == "hearing" else "To the sitting"
    (link,) = [one for one in page.find("a") if (one.text or "").startswith(words)]
    own = f"/en/hearings/{thing.slug}" if kind == "hearing" else f"/en/councils/{council.slug}/sittings/{thing.number}"
    assert link.get("href") == own
    assert bool(page.find("h2", id="discussion")) is (kind == "sitting")
    visit.get(own)
    assert session.scalars(select(func.count(Thread.id))).one() == 1


def test_an_event_of_that_kind_that_belongs_to_nothing_is_the_organisers(desk: Visit, council: Council) -> None:
    event = make_event(organisation=council.organisation, kind=EventKind.HEARING, published=False)
    desk.get(f"/en/desk/events/{event.id}")
    desk.press("Publish", statements=LONG)
    assert now_of(event).state == EventState.PUBLISHED
