"""The desk of sittings: preparing, notice, the agenda, the room, votes and decisions; and two secretaries at once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from karavan.core.database import db
from karavan.core.languages import Slots
from karavan.councils.models import Council, Member
from karavan.proposals.models import Proposal, State
from karavan.sittings.lifecycle import ItemAct
from karavan.sittings.models import (
    AgendaItem,
    Attendance,
    Ballot,
    Choice,
    ConflictOfInterest,
    CouncilDecision,
    ItemState,
    Sitting,
    SittingState,
)
from karavan.sittings.rules.agenda import step_item, write_note
from karavan.sittings.rules.attend import left
from karavan.sittings.rules.vote import ballot
from tests.support.assembly import make_members, make_sitting
from tests.support.chamber import DRAFT, for_votes, make_chamber, put_to_vote
from tests.support.civic import make_council, make_proposal, make_recommendation, write
from tests.support.settings import NOW

if TYPE_CHECKING:
    from tests.support.cast import Cast
    from tests.support.page import Page
    from tests.support.visit import Visit

BOTH = pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
GET, PRESS = 20, 70
"""What the desk's pages may ask the database: signed in, with every vote of every item."""


@pytest.fixture
def council(cast: Cast) -> Council:
    return make_council()


@pytest.fixture
def desk(visit: Visit, cast: Cast, council: Council) -> Visit:
    """Saule's browser: she is the secretary of the council."""
    visit.sign_in(cast.saule)
    return visit


def here(sitting_id: int, rest: str = "") -> str:
    return f"/en/desk/sittings/{sitting_id}{rest}"


def press(desk: Visit, words: str, **how: Any) -> Page:
    return desk.press(words, statements=PRESS, **how)


def sittings() -> list[Sitting]:
    db.session().rollback()
    return list(db.session().scalars(select(Sitting).order_by(Sitting.id)))


def items(sitting_id: int) -> list[AgendaItem]:
    db.session().rollback()
    rows = select(AgendaItem).where(AgendaItem.sitting_id == sitting_id).order_by(AgendaItem.position)
    return list(db.session().scalars(rows))


def rows(kind: Any) -> list[Any]:
    db.session().rollback()
    return list(db.session().scalars(select(kind).order_by(kind.id)))


def typed(**changes: Any) -> dict[str, Any]:
    day = (NOW + timedelta(days=30)).date().isoformat()
    usual = {"title-ru": "Бюджет", "title-kk": "Бюджет", "day": day, "starts_at": "15:00", "venue-ru": "Зал 2"}
    return usual | changes


# --- Preparing --------------------------------------------------------------------------------------------


@BOTH
def test_a_council_is_convened_from_a_draft_to_a_notice(desk: Visit, council: Council, htmx: bool) -> None:
    make_members(council, 3)
    desk.get("/en/desk/sittings/")
    desk.follow("Prepare a sitting")
    page = press(desk, "Save", htmx=htmx, fields=typed(**{"title-ru": "", "title-kk": ""}), status=422)
    assert "Write the title in Kazakh or in Russian." in page.summary
    assert page.one("input", name="venue-ru").get("value") == "Зал 2"
    press(desk, "Save", htmx=htmx, fields=typed(), status=200)
    (sitting,) = sittings()
    assert desk.address == here(sitting.id, "/agenda")
    desk.follow("An item in your own words", statements=GET)
    press(desk, "Save", htmx=htmx, fields={"title-ru": "О бюджете", "draft-ru": "Одобрить"}, status=200)
    assert [one.title.ru for one in items(sitting.id)] == ["О бюджете"]
    page = desk.get(here(sitting.id, "/notice"), statements=GET)
    assert "The notice is long enough: no reason is needed." in page.text
    page = press(desk, "Give notice", htmx=htmx, status=200)
    assert sittings()[0].state == SittingState.CONVENED
    assert "Notice in time" in page.text


@BOTH
def test_a_short_notice_asks_for_its_reason(desk: Visit, council: Council, htmx: bool) -> None:
    sitting = make_sitting(council, state=SittingState.DRAFT, starts_at=NOW + timedelta(days=1))
    page = desk.get(here(sitting.id, "/notice"), statements=GET)
    assert "Short notice" in page.text
    page = press(desk, "Give notice", htmx=htmx, status=422)
    assert "write why the notice is shorter" in page.summary
    assert sittings()[0].state == SittingState.DRAFT
    press(desk, "Give notice", htmx=htmx, fields={"short_notice-ru": "Срок ответа истекает"}, status=200)
    (stored,) = sittings()
    assert (stored.state, stored.short_notice.ru) == (SittingState.CONVENED, "Срок ответа истекает")


def test_an_empty_agenda_is_no_reason_to_meet(desk: Visit, council: Council) -> None:
    sitting = make_sitting(council, state=SittingState.DRAFT, items=0)
    desk.get(here(sitting.id, "/notice"), statements=GET)
    assert "Put at least one item on the agenda" in press(desk, "Give notice", status=422).summary


@BOTH
def test_two_secretaries_do_not_overwrite_each_other(
    desk: Visit, new_visitor: Any, cast: Cast, council: Council, htmx: bool
) -> None:
    sitting = make_sitting(council, state=SittingState.DRAFT)
    desk.get(here(sitting.id, "/edit"), statements=GET)
    other: Visit = new_visitor()
    other.sign_in(cast.root)
    other.get(here(sitting.id, "/edit"), statements=GET)
    press(other, "Save", fields={"venue-ru": "Большой зал"}, status=200)
    page = press(desk, "Save", htmx=htmx, fields={"title-ru": "Моё название"}, status=422 if htmx else 409)
    assert "This has changed since you opened the page." in page.summary
    assert "Большой зал" in page.text, "what stands now"
    assert page.one("input", name="title-ru").get("value") == "Моё название", "what she typed"
    press(desk, "Save", htmx=htmx, status=200)
    assert sittings()[0].title.ru == "Моё название"


@BOTH
def test_a_sitting_is_called_off_with_a_reason(desk: Visit, council: Council, htmx: bool) -> None:
    sitting = make_sitting(council)
    desk.get(here(sitting.id), statements=GET)
    desk.follow("Call it off", statements=GET)
    press(desk, "Call the sitting off", htmx=htmx, status=422)
    press(desk, "Call the sitting off", htmx=htmx, fields={"reason-ru": "Нет света в здании"}, status=200)
    assert sittings()[0].state == SittingState.CANCELLED


# --- The agenda -------------------------------------------------------------------------------------------


@BOTH
def test_the_agenda_takes_admitted_proposals_and_drafts_and_changes_its_order(
    desk: Visit, council: Council, htmx: bool
) -> None:
    proposal = make_proposal(council, state=State.ADMITTED)
    carried = make_proposal(council, state=State.AT_COUNCIL, title="Екінші ұсыныс")
    make_recommendation(carried, sent=False)
    sitting = make_sitting(council, state=SittingState.DRAFT, items=1)
    page = desk.get(here(sitting.id, "/agenda"), statements=GET)
    press(desk, f"Add: {proposal.number}", htmx=htmx, status=200)
    page = press(desk, "Add: Добавить утренний рейс", htmx=htmx, status=200)
    assert f"Add: {proposal.number}" not in page.text
    assert [one.proposal_id for one in items(sitting.id)] == [None, proposal.id, None]
    before = [one.id for one in items(sitting.id)]
    press(desk, "Move down: Вопрос 1", htmx=htmx, status=200)
    assert [one.id for one in items(sitting.id)] == [before[1], before[0], before[2]]
    press(desk, "Move up: Вопрос 1", htmx=htmx, status=200)
    press(desk, "Take out: Вопрос 1", htmx=htmx, status=200)
    assert [one.id for one in items(sitting.id)] == before[1:]


@BOTH
def test_a_press_on_an_older_agenda_moves_nothing(
    desk: Visit, new_visitor: Any, cast: Cast, council: Council, htmx: bool
) -> None:
    sitting = make_sitting(council, state=SittingState.DRAFT, items=3)
    desk.get(here(sitting.id, "/agenda"), statements=GET)
    other: Visit = new_visitor()
    other.sign_in(cast.root)
    other.get(here(sitting.id, "/agenda"), statements=GET)
    press(other, "Move up: Вопрос 3", status=200)
    stands = [one.id for one in items(sitting.id)]
    page = press(desk, "Move up: Вопрос 3", htmx=htmx, status=422 if htmx else 409)
    assert "This has changed since you opened the page." in page.summary
    assert [one.id for one in items(sitting.id)] == stands


def test_after_notice_the_agenda_changes_for_a_published_reason(desk: Visit, council: Council) -> None:
    sitting = make_sitting(council, items=2)
    desk.get(here(sitting.id, "/agenda"), statements=GET)
    assert "Give a reason" in press(desk, "Take out: Вопрос 2", status=422).summary
    press(desk, "Take out: Вопрос 2", fields={"reason-ru": "Докладчик болен"}, status=200)
    assert len(items(sitting.id)) == 1


# --- The room ---------------------------------------------------------------------------------------------


@BOTH
def test_members_are_marked_with_one_press_and_the_quorum_is_said(desk: Visit, council: Council, htmx: bool) -> None:
    members = make_members(council, 3)
    make_sitting(council, starts_at=NOW + timedelta(minutes=10), short_notice=DRAFT)
    sitting = sittings()[0]
    desk.get(here(sitting.id, "/room"), statements=GET)
    press(desk, "Open the sitting", htmx=htmx, status=200)
    page = press(desk, f"Is here: {members[0].name}", htmx=htmx, status=200)
    assert "No quorum: nothing can be decided" in page.text
    assert "Present: 1 of 3. Needed for quorum: 2." in page.text
    page = press(desk, f"By video link: {members[1].name}", htmx=htmx, status=200)
    assert "There is quorum" in page.text
    page = press(desk, f"Has left: {members[0].name}", htmx=htmx, status=200)
    assert "Present: 1 of 3. Needed for quorum: 2." in page.text
    page = press(desk, f"Marked by mistake: {members[1].name}", htmx=htmx, status=200)
    assert "Present: 0 of 3. Needed for quorum: 2." in page.text
    (row,) = rows(Attendance)
    assert (row.member_id, row.left_at is None) == (members[0].id, False)


def test_the_quorum_is_looked_at_again_alone_or_with_the_page(desk: Visit, council: Council) -> None:
    room = make_chamber(6, there=4, council=council)
    desk.get(here(room.sitting_id, "/room"), statements=GET)
    write(left, room.sitting_id, room.members[0], now=room.now)
    page = desk.press("Look again", htmx=True, status=200, statements=PRESS)
    assert "Present: 3 of 6. Needed for quorum: 4." in page.text
    page = desk.get(here(room.sitting_id, "/quorum"), statements=GET)
    assert "No quorum" in page.text
    assert page.find("form", id="quorum-panel")


def test_a_sitting_opens_on_its_day_only(desk: Visit, council: Council) -> None:
    sitting = make_sitting(council)
    desk.get(here(sitting.id, "/room"), statements=GET)
    assert "opened on the day that was announced" in press(desk, "Open the sitting", status=409).summary


# --- Votes and decisions ----------------------------------------------------------------------------------


@BOTH
def test_an_item_is_read_out_voted_on_and_decided(desk: Visit, council: Council, htmx: bool) -> None:
    room = make_chamber(3, council=council)
    names = [one.name for one in (db.session().get_one(Member, number) for number in room.members)]
    desk.get(here(room.sitting_id, f"/items/{room.item}"), statements=GET)
    press(desk, "Take it up", htmx=htmx, status=200)
    page = press(desk, "Open the vote", htmx=htmx, status=422)
    assert "Write the decision that is put to the vote" in page.summary
    page = press(desk, "Open the vote", htmx=htmx, fields={"draft-ru": "Добавить рейс"}, status=200)
    assert "Roll call" in page.text
    chosen = {f"m{room.members[0]}": "for", f"m{room.members[1]}": "against"}
    press(desk, f"Save this vote: {names[0]}", htmx=htmx, fields=chosen, status=200)
    assert [(one.member_id, one.choice) for one in rows(Ballot)] == [(room.members[0], Choice.FOR)]
    chosen = {f"m{room.members[1]}": "for", f"m{room.members[2]}": "abstained"}
    press(desk, "Save all votes", htmx=htmx, fields=chosen, status=200)
    assert len(rows(Ballot)) == 3
    page = press(desk, "Count the votes and decide", htmx=htmx, status=200)
    (decision,) = rows(CouncilDecision)
    assert decision.adopted
    assert "Votes needed in favour: 2. In favour: 2, against: 0, abstained: 1." in page.text


@BOTH
def test_without_quorum_the_refusal_says_how_many_are_missing(desk: Visit, council: Council, htmx: bool) -> None:
    room = make_chamber(6, there=4, council=council)
    put_to_vote(room, for_votes(3))
    desk.get(here(room.sitting_id, f"/items/{room.item}"), statements=GET)
    write(left, room.sitting_id, room.members[3], now=room.now)
    page = press(desk, "Count the votes and decide", htmx=htmx, status=422 if htmx else 409)
    assert "There is no quorum: 4 members must be in the room, and 3 are." in page.summary
    assert not rows(CouncilDecision)


@BOTH
def test_the_second_of_two_who_count_sees_what_was_decided(
    desk: Visit, new_visitor: Any, cast: Cast, council: Council, htmx: bool
) -> None:
    room = make_chamber(3, council=council)
    put_to_vote(room, for_votes(2))
    desk.get(here(room.sitting_id, f"/items/{room.item}"), statements=GET)
    other: Visit = new_visitor()
    other.sign_in(cast.root)
    other.get(here(room.sitting_id, f"/items/{room.item}"), statements=GET)
    press(other, "Count the votes and decide", status=200)
    page = press(desk, "Count the votes and decide", htmx=htmx, status=422 if htmx else 409)
    assert "This has changed since you opened the page." in page.summary
    assert rows(CouncilDecision)[0].number in page.text, "what stands now"
    assert len(rows(CouncilDecision)) == 1


@BOTH
def test_a_note_that_comes_late_is_kept_beside_what_stands(desk: Visit, council: Council, htmx: bool) -> None:
    room = make_chamber(3, council=council)
    desk.get(here(room.sitting_id, f"/items/{room.item}"), statements=GET)
    write(write_note, room.item, Slots(ru="Слово взял председатель"))
    page = press(desk, "Save the note", htmx=htmx, fields={"note-ru": "Моя запись"}, status=422 if htmx else 409)
    assert "This has changed since you opened the page." in page.summary
    assert page.one("textarea", name="note-ru").text == "Моя запись"
    assert "Слово взял председатель" in page.text
    press(desk, "Save the note", htmx=htmx, status=200)
    assert items(room.sitting_id)[0].note.ru == "Моя запись"


@BOTH
def test_a_declared_conflict_takes_the_row_out_of_the_roll_call(desk: Visit, council: Council, htmx: bool) -> None:
    room = make_chamber(3, council=council)
    put_to_vote(room)
    desk.get(here(room.sitting_id, f"/items/{room.item}"), statements=GET)
    fields = {"member": str(room.members[1]), "words-ru": "Мой брат в этой компании"}
    page = press(desk, "Write it down", htmx=htmx, fields=fields, status=200)
    assert not page.find("input", name=f"m{room.members[1]}")
    assert "Мой брат в этой компании" in page.text
    assert len(rows(ConflictOfInterest)) == 1


def test_what_a_member_voted_herself_the_roll_call_does_not_change(desk: Visit, council: Council) -> None:
    room = make_chamber(3, council=council)
    put_to_vote(room)
    desk.get(here(room.sitting_id, f"/items/{room.item}"), statements=GET)
    write(ballot, room.item, Choice.FOR, person_id=room.people[0], now=room.now)
    chosen = {f"m{room.members[0]}": "against", f"m{room.members[1]}": "for"}
    page = press(desk, "Save all votes", fields=chosen, status=409)
    assert "Only she can change her vote." in page.summary
    assert [one.choice for one in rows(Ballot)] == [Choice.FOR], "all of them or none"


def test_a_decision_moves_the_proposal_on_if_it_is_asked_to(desk: Visit, council: Council) -> None:
    proposal = make_proposal(council, state=State.ADMITTED)
    room = make_chamber(3, council=council)
    desk.get(here(room.sitting_id, "/agenda"), statements=GET)
    press(desk, f"Add: {proposal.number}", fields={"reason-ru": "Признано срочным"}, status=200)
    item_id = items(room.sitting_id)[-1].id
    put_to_vote(room, for_votes(3), item=item_id)
    desk.get(here(room.sitting_id, f"/items/{item_id}"), statements=GET)
    press(desk, "Count the votes and decide", follow="consider", status=200)
    assert db.session().get_one(Proposal, proposal.id).state == State.AT_COUNCIL


@BOTH
def test_items_are_heard_postponed_and_the_sitting_is_closed(desk: Visit, council: Council, htmx: bool) -> None:
    room = make_chamber(3, items=3, council=council)
    desk.get(here(room.sitting_id, f"/items/{room.items[0]}"), statements=GET)
    press(desk, "Heard: nothing is to be decided", htmx=htmx, fields={"note-ru": "Принято к сведению"}, status=200)
    desk.get(here(room.sitting_id, f"/items/{room.items[1]}"), statements=GET)
    press(desk, "Postpone the item", htmx=htmx, status=200)
    states = [one.state for one in items(room.sitting_id)]
    assert states == [ItemState.NOTED, ItemState.POSTPONED, ItemState.WAITING]
    page = desk.get(here(room.sitting_id, "/closing"), statements=GET)
    assert "Not dealt with yet" in page.text
    press(desk, "Close the sitting", htmx=htmx, status=422)
    press(desk, "Close the sitting", htmx=htmx, sure=True, status=200)
    assert sittings()[0].state == SittingState.HELD
    page = desk.get(here(room.sitting_id, f"/items/{room.items[0]}"), statements=GET)
    assert "Принято к сведению" in page.text


def test_an_open_vote_keeps_the_sitting_open(desk: Visit, council: Council) -> None:
    room = make_chamber(3, council=council)
    put_to_vote(room)
    desk.get(here(room.sitting_id, "/closing"), statements=GET)
    assert "A vote is open." in press(desk, "Close the sitting", sure=True, status=409).summary


def test_one_item_at_a_time(desk: Visit, council: Council) -> None:
    room = make_chamber(3, items=2, council=council)
    write(step_item, room.items[0], ItemAct.TAKE_UP)
    desk.get(here(room.sitting_id, f"/items/{room.items[1]}"), statements=GET)
    page = press(desk, "Take it up", status=409)
    assert "Finish the item that is being dealt with first." in page.summary
