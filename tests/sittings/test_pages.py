"""Sittings as everyone reads them, the record of votes, and members who vote with their own account."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from karavan.accounts.models import Person
from karavan.core.database import db
from karavan.core.languages import Slots
from karavan.councils.models import Council, Member
from karavan.proposals.models import State
from karavan.sittings.models import Choice, SittingState
from karavan.sittings.rules.agenda import ItemPlan, add_item
from karavan.sittings.rules.attend import left
from karavan.sittings.rules.close import close_sitting
from karavan.sittings.rules.opinion import give_opinion
from karavan.sittings.rules.vote import call_off, decide, declare_conflict, roll_call
from tests.support.assembly import make_members, make_sitting
from tests.support.chamber import Chamber, for_votes, made, make_chamber, put_to_vote
from tests.support.civic import make_council, make_person, make_proposal, write
from tests.support.settings import NOW

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.support.cast import Cast
    from tests.support.visit import Visit


@pytest.fixture
def council(cast: Cast) -> Council:
    return make_council()


@pytest.fixture
def room(council: Council) -> Chamber:
    return make_chamber(6, council=council)


def person_of(room: Chamber, place: int) -> Person:
    return db.session().get_one(Person, room.people[place])


def name_of(room: Chamber, place: int) -> str:
    return db.session().get_one(Member, room.members[place]).name


def held(room: Chamber) -> Chamber:
    write(close_sitting, room.sitting_id, now=room.now)
    return room


def at(council: Council, rest: str = "", lang: str = "en") -> str:
    return f"/{lang}/councils/{council.slug}/{rest}"


# --- Pages for everybody ----------------------------------------------------------------------------------


def test_a_draft_is_nobody_s_and_what_was_convened_is_everybody_s(visit: Visit, council: Council) -> None:
    make_members(council, 3)
    make_sitting(council, state=SittingState.DRAFT)
    assert "No sitting has been convened yet" in visit.get(at(council, "sittings/")).text
    visit.get(at(council, "sittings/1"), status=404)
    make_sitting(council)
    page = visit.get(at(council, "sittings/"))
    assert "Sitting No. 1" in page.text
    page = visit.follow("Sitting No. 1: Очередное заседание")
    assert "Convened" in page.text
    visit.get(at(council, "sittings/2"), status=404)


def test_a_page_says_how_the_notice_was_counted(visit: Visit, council: Council) -> None:
    make_members(council, 3)
    make_sitting(council, starts_at=NOW + timedelta(days=2), short_notice=Slots(ru="Срочно", kk="Шұғыл"))
    page = visit.get(at(council, "sittings/1"))
    assert "5 working days" in page.text
    assert "Short notice" in page.text
    assert "Срочно" in page.text
    assert "Notice was given on this day. Day one is the next" in page.text


def test_a_roll_call_names_everybody_and_says_why_it_was_adopted(visit: Visit, council: Council) -> None:
    room = make_chamber(6, there=5, council=council)
    put_to_vote(room, for_votes(2, against=1))
    write(declare_conflict, room.item, room.members[4], Slots(ru="Моя фирма участвует"), now=room.now)
    write(roll_call, room.item, room.members[3], Choice.FOR, by_person=room.secretary, now=room.now)
    made_now = write(decide, room.item, actor_id=room.secretary, now=room.now)
    page = visit.get(at(council, "sittings/1"))
    rows = [" ".join("".join(row.itertext()).split()) for row in page.find("tr")]
    said = {place: next(row for row in rows if row.startswith(name_of(room, place))) for place in range(6)}
    assert "For" in said[0]
    assert "Against" in said[2]
    assert "Conflict" in said[4]
    assert "Absent" in said[5]
    assert made_now.number in page.text
    assert "It takes more than half of the members present." in page.text
    assert "Votes needed in favour: 3. In favour: 3, against: 1, abstained: 0." in page.text
    assert "There were enough: the decision is adopted." in page.text
    assert "Present: 5 of 6. Needed for quorum: 4." in page.text


def test_too_few_votes_are_said_too(visit: Visit, council: Council, room: Chamber) -> None:
    made(room, for_votes(3, against=3))
    page = visit.get(at(council, "sittings/1"))
    assert "There were too few: the decision is not adopted." in page.text


def test_a_special_opinion_stands_with_the_decision(visit: Visit, council: Council, room: Chamber) -> None:
    decision = made(room, for_votes(4, against=2))
    words = {"lang": "ru", "person_id": room.people[5], "now": room.now}
    write(give_opinion, decision.id, "Нет расчёта расходов", **words)
    page = visit.get(at(council, "sittings/1"))
    assert "Нет расчёта расходов" in page.text
    assert f"Special opinion: {name_of(room, 5)}" in page.text


def test_who_came_and_who_left_is_said_with_the_hour(visit: Visit, council: Council, room: Chamber) -> None:
    write(left, room.sitting_id, room.members[0], now=room.now + timedelta(minutes=25))
    page = visit.get(at(council, "sittings/1"))
    assert "Present: 5 of 6. Needed for quorum: 4." in page.text
    assert "There is quorum" in page.text
    assert page.body.count('<path class="t"') == 5


def test_an_item_leads_to_its_proposal(visit: Visit, council: Council) -> None:
    make_members(council, 3)
    proposal = make_proposal(council, state=State.ADMITTED)
    sitting = make_sitting(council, state=SittingState.OPEN)
    reason = Slots(ru="Добавлено по просьбе", kk="Қосылды")
    write(add_item, sitting.id, ItemPlan(proposal_id=proposal.id), reason=reason, now=NOW)
    page = visit.get(at(council, "sittings/1"))
    assert proposal.number in page.text
    visit.follow(f"{proposal.number} · {proposal.title}")


def test_every_language_and_a_closed_sitting(visit: Visit, council: Council) -> None:
    make_members(council, 3)
    make_sitting(council, closed_to_public=Slots(ru="Личные данные", kk="Жеке деректер"))
    for lang in ("kk", "ru", "en"):
        page = visit.get(at(council, "sittings/1", lang))
    assert "Личные данные" in page.text
    assert "Register to attend" not in page.text


# --- The record of votes ----------------------------------------------------------------------------------


def test_the_record_of_votes_can_be_read_and_narrowed(visit: Visit, council: Council, room: Chamber) -> None:
    made(room, for_votes(4, against=1))
    assert "No sitting has been held yet" in visit.get(at(council, "votes")).text
    held(room)
    page = visit.get(at(council, "votes"))
    assert name_of(room, 5) in page.text
    assert "1 decision" in page.text
    page = visit.get(at(council, f"votes?member={room.members[4]}&year={NOW.year}"), statements=20)
    assert "sitting by sitting" in page.text
    assert "Against" in page.text
    page = visit.get(at(council, "votes?member=999999&year=1850&year=x"), statements=20)
    assert "Decisions, the latest first" in page.text


def test_the_record_goes_out_as_a_table_and_as_popolo(visit: Visit, council: Council, room: Chamber) -> None:
    decision = made(room, for_votes(4, against=1))
    held(room)
    table = visit.send("GET", at(council, "votes.csv"))
    assert table.mimetype == "text/csv"
    assert decision.number in table.get_data(as_text=True)
    told = json.loads(visit.send("GET", at(council, f"votes.json?member={room.members[0]}")).get_data(as_text=True))
    assert [one["identifier"] for one in told["motions"]] == [decision.number]
    assert len(told["memberships"]) == 1


def test_the_council_s_page_and_the_member_s_say_it(visit: Visit, council: Council, room: Chamber) -> None:
    made(room, for_votes(6))
    held(room)
    make_sitting(council)
    page = visit.get(at(council).rstrip("/"), statements=30)
    assert "Sitting No. 2" in page.text
    assert "Sitting No. 1" in page.text
    assert "Next sitting" in page.text
    page = visit.get(at(council, f"members/{room.members[0]}"))
    assert "Attendance and votes" in page.text
    assert "1 / 1" in page.text


# --- Members vote themselves ------------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
def test_a_member_votes_with_her_own_account_and_changes_her_vote(
    visit: Visit, council: Council, room: Chamber, htmx: bool
) -> None:
    put_to_vote(room)
    visit.sign_in(person_of(room, 2))
    page = visit.get(at(council, "sittings/1"), statements=20)
    assert "A vote is open now." in page.text
    visit.follow("Your votes at this sitting", statements=20)
    page = visit.press("Vote", htmx=htmx, choice="for", status=200, statements=60)
    assert "Your vote as it stands: For" in page.text
    page = visit.press("Vote", htmx=htmx, choice="against", status=200, statements=60)
    assert "Your vote as it stands: Against" in page.text


def test_a_vote_needs_a_choice(visit: Visit, council: Council, room: Chamber) -> None:
    put_to_vote(room)
    visit.sign_in(person_of(room, 2))
    visit.get(at(council, "sittings/1/vote"), statements=20)
    assert "Choose how you vote." in visit.press("Vote", status=422, statements=60).summary


@pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
def test_a_vote_that_was_called_off_meanwhile_keeps_what_was_chosen(
    visit: Visit, council: Council, room: Chamber, htmx: bool
) -> None:
    put_to_vote(room)
    visit.sign_in(person_of(room, 2))
    visit.get(at(council, "sittings/1/vote"), statements=20)
    write(call_off, room.item)
    page = visit.press("Vote", htmx=htmx, choice="for", status=422 if htmx else 409, statements=60)
    assert "The vote on this item is not open now." in page.summary
    assert "What you had chosen: For" in page.text


def test_whoever_is_absent_or_in_conflict_is_told_so(visit: Visit, council: Council) -> None:
    room = make_chamber(6, there=5, council=council)
    put_to_vote(room)
    write(declare_conflict, room.item, room.members[1], Slots(), now=room.now)
    visit.sign_in(person_of(room, 1))
    page = visit.get(at(council, "sittings/1/vote"), statements=20)
    assert "you do not vote on this item" in page.text
    assert not page.find("input", name="choice")
    visit.sign_in(person_of(room, 5))
    page = visit.get(at(council, "sittings/1/vote"), statements=20)
    assert "only those who are there can vote" in page.text


def test_only_members_of_that_day_have_a_vote(visit: Visit, cast: Cast, council: Council, room: Chamber) -> None:
    put_to_vote(room)
    addresses = ["sittings/1/vote", *(f"sittings/1/items/{room.item}/{deed}" for deed in ("opinion", "conflict"))]
    for address in addresses:
        visit.get(at(council, address))
        assert visit.address.startswith("/en/sign-in")
    for person in (cast.amina, cast.saule, make_person()):
        visit.sign_in(person)
        for address in addresses:
            visit.get(at(council, address), status=403)
            visit.post(at(council, address), status=403)
    visit.sign_in(person_of(room, 0))
    visit.get(at(council, "sittings/2/vote"), status=404)
    visit.get(at(council, f"sittings/1/items/{room.item}/opinion"), status=404, statements=20)


@pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
def test_a_member_gives_a_special_opinion(visit: Visit, council: Council, room: Chamber, htmx: bool) -> None:
    made(room, for_votes(4, against=2))
    visit.sign_in(person_of(room, 5))
    visit.get(at(council, "sittings/1/vote"), statements=20)
    visit.follow("Give a special opinion: Вопрос 1", statements=20)
    page = visit.press("Hand in the opinion", htmx=htmx, status=422, statements=60)
    assert "Write your opinion." in page.summary
    page = visit.press(
        "Hand in the opinion", htmx=htmx, words="Расчёта нет", words_lang="ru", status=200, statements=60
    )
    assert "Расчёта нет" in page.text
    visit.get(at(council, f"sittings/1/items/{room.item}/opinion"), statements=20)
    page = visit.press("Hand in the opinion", htmx=htmx, words="Расчёт неполон", statements=60)
    assert "Расчёт неполон" in page.text


@pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
def test_a_member_declares_a_conflict_herself(visit: Visit, council: Council, room: Chamber, htmx: bool) -> None:
    put_to_vote(room, for_votes(3))
    visit.sign_in(person_of(room, 0))
    visit.get(at(council, "sittings/1/vote"), statements=20)
    visit.follow("Declare a conflict of interest: Вопрос 1", statements=20)
    visit.press("Declare it", htmx=htmx, status=422, statements=60)
    fields = {"words-ru": "Моя фирма", "sure": True}
    page = visit.press("Declare it", htmx=htmx, fields=fields, status=200, statements=60)
    assert "you do not vote on this item" in page.text
    page = visit.get(at(council, "sittings/1"), statements=20)
    assert "Моя фирма" in page.text


def test_strange_numbers_and_councils_are_nothing(visit: Visit, council: Council) -> None:
    for rest in ("sittings/0", "sittings/2147483648", "sittings/99999999999999999999", "sittings/x"):
        visit.get(at(council, rest), status=404)
    for rest in ("sittings/", "sittings/1", "votes", "votes.csv", "votes.json"):
        visit.get(f"/en/councils/none/{rest}", status=404)


def test_the_public_page_is_the_same_for_everybody(visit: Visit, council: Council, session: Session) -> None:
    make_members(council, 3)
    make_sitting(council)
    answer: Any = visit.send("GET", at(council, "sittings/1"))
    assert "public" in answer.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers
