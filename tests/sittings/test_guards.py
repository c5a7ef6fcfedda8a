"""What the database itself refuses, whoever writes: rows are written directly, past every rule. On both databases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from karavan.core.database import db
from karavan.councils.rules import end_mandate
from karavan.record.models import ActorRole
from karavan.sittings.models import CouncilDecision
from karavan.sittings.rules.attend import left
from karavan.sittings.rules.close import close_sitting
from karavan.sittings.rules.vote import declare_conflict
from tests.support.chamber import Chamber, for_votes, made, make_chamber, put_to_vote, say
from tests.support.civic import REASON, make_council, write
from tests.support.settings import NOW

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

DECISION = """INSERT INTO decisions (item_id, number, text, adopted, members, present, quorum_num, quorum_den, majority,
    votes_for, votes_against, votes_abstained, decided_at)
    VALUES (:item, 'X', '{}', :adopted, :members, :present, :num, :den, :majority, :for, :against, :abstained, :now)"""
BALLOT = "INSERT INTO ballots (item_id, member_id, choice, cast_at) VALUES (:item, :member, :choice, :now)"
CAME = "INSERT INTO sitting_attendance (sitting_id, member_id, remote, came_at) VALUES (:sitting, :member, :no, :now)"
MOMENT = NOW.strftime("%Y-%m-%d %H:%M:%S.000000")


def true_facts(room: Chamber, **lies: Any) -> dict[str, Any]:
    """Return what a true decision of four in favour says, with these lies in it."""
    facts = {"item": room.item, "adopted": True, "members": 6, "present": 5, "num": 2, "den": 3}
    return facts | {"majority": "present", "for": 4, "against": 0, "abstained": 0, "now": MOMENT} | lies


def refused(statement: str, **values: Any) -> str:
    """Return in which words the database refused."""
    with pytest.raises(IntegrityError) as error:
        say(statement, **values)
    return str(error.value.orig)


@pytest.fixture
def room(session: Session) -> Chamber:
    """Five of six members are in the room, and four have voted in favour."""
    chamber = make_chamber(6, there=5, items=2)
    put_to_vote(chamber, for_votes(4))
    return chamber


def test_a_true_decision_can_be_written(room: Chamber) -> None:
    """The tests below would prove nothing if this one were refused."""
    say(DECISION, **true_facts(room))
    assert db.session().scalar(select(func.count(CouncilDecision.id))) == 1


@pytest.mark.parametrize(
    ("lies", "said"),
    [
        ({"present": 6}, "counts those who are there"),
        ({"present": 4}, "counts those who are there"),
        ({"members": 7}, "counts those who are there"),
        ({"members": 1}, "counts those who are there"),
        ({"for": 5}, "counts those who are there"),
        ({"for": 3, "against": 1}, "counts those who are there"),
        ({"abstained": 1}, "counts those who are there"),
        ({"num": 1, "den": 2}, "the quorum and the majority its sitting was opened with"),
        ({"majority": "all"}, "the quorum and the majority its sitting was opened with"),
        ({"adopted": False}, "adopted_by_majority"),
    ],
)
def test_no_number_of_a_decision_is_invented(room: Chamber, lies: dict[str, Any], said: str) -> None:
    assert said in refused(DECISION, **true_facts(room, **lies))


def test_no_decision_without_a_quorum_even_if_every_number_is_true(session: Session) -> None:
    chamber = make_chamber(6, there=4)
    put_to_vote(chamber, for_votes(3))
    write(left, chamber.sitting_id, chamber.members[3], now=NOW)
    facts = true_facts(chamber, present=3)
    facts["for"] = 3
    assert "has_quorum" in refused(DECISION, **facts)


def test_no_decision_of_an_empty_council(session: Session) -> None:
    chamber = make_chamber(1)
    put_to_vote(chamber)
    say("UPDATE sitting_attendance SET left_at = :now WHERE sitting_id = :id", now=MOMENT, id=chamber.sitting_id)
    say("UPDATE council_members SET ended_on = '2026-01-01' WHERE council_id = :id", id=chamber.council_id)
    facts = true_facts(chamber, present=0, members=0, adopted=False)
    facts["for"] = 0
    assert "has_quorum" in refused(DECISION, **facts)


def test_nobody_counts_who_is_no_member_any_more(session: Session, room: Chamber) -> None:
    facts: dict[str, Any] = {"reason": REASON, "by": ActorRole.SECRETARY, "now": NOW}
    over = NOW.date().replace(day=1)
    write(end_mandate, room.council_id, room.members[4], on=over, **facts)
    assert "counts those who are there" in refused(DECISION, **true_facts(room, members=5))
    say(DECISION, **true_facts(room, members=5, present=4))


def test_no_decision_while_no_vote_is_open(room: Chamber) -> None:
    facts = true_facts(room, item=room.items[1])
    facts["for"] = 0
    assert "counts those who are there" in refused(DECISION, **facts | {"adopted": False})


def test_who_has_gone_is_not_counted_however_she_went(room: Chamber) -> None:
    leaves = "UPDATE sitting_attendance SET left_at = :now WHERE member_id = :member"
    say(leaves, now=MOMENT, member=room.members[0])  # past the rule, which would take her vote along
    assert "counts those who are there" in refused(DECISION, **true_facts(room, present=4))


def test_no_vote_of_the_absent_the_conflicted_or_a_stranger(session: Session, room: Chamber) -> None:
    write(declare_conflict, room.item, room.members[4], REASON, now=NOW)
    stranger = make_chamber(1, council=make_council(slug="elsewhere", now=NOW)).members[0]
    for member in (room.members[4], room.members[5], stranger):
        values = {"item": room.item, "member": member, "choice": "for", "now": MOMENT}
        assert "a vote is cast while it is open" in refused(BALLOT, **values)
    closed = {"item": room.items[1], "member": room.members[0], "choice": "for", "now": MOMENT}
    assert "a vote is cast while it is open" in refused(BALLOT, **closed)


def test_whoever_has_voted_declares_no_conflict_beside_her_vote(room: Chamber) -> None:
    declares = (
        "INSERT INTO sitting_conflicts (item_id, member_id, words, declared_at) VALUES (:item, :member, '{}', :now)"
    )
    values = {"item": room.item, "member": room.members[0], "now": MOMENT}
    assert "a conflict is declared before" in refused(declares, **values)


def test_nobody_votes_twice_or_is_there_twice(room: Chamber) -> None:
    assert refused(BALLOT, item=room.item, member=room.members[0], choice="against", now=MOMENT)
    assert refused(CAME, sitting=room.sitting_id, member=room.members[0], no=False, now=MOMENT)


def test_only_members_come_and_only_while_it_is_open(session: Session, room: Chamber) -> None:
    elsewhere = make_chamber(1, council=make_council(slug="elsewhere", now=NOW))
    facts = {"no": False, "now": MOMENT}
    assert "a member of that day" in refused(CAME, sitting=room.sitting_id, member=elsewhere.members[0], **facts)
    write(close_sitting, elsewhere.sitting_id, now=NOW)
    assert "a member of that day" in refused(CAME, sitting=elsewhere.sitting_id, member=elsewhere.members[0], **facts)


AFTER = {
    "UPDATE decisions SET adopted = NOT adopted": "a decision is never changed",
    "DELETE FROM decisions": "a decision is never changed",
    "UPDATE ballots SET choice = 'against'": "a vote",
    "DELETE FROM ballots": "a vote that was counted",
    "UPDATE agenda_items SET state = 'voting' WHERE state = 'decided'": "an item is decided",
    "UPDATE agenda_items SET state = 'decided'": "an item is decided",
    "DELETE FROM sitting_attendance": "who was there when something was decided",
    "UPDATE sitting_attendance SET came_at = '2026-11-01 00:00:00+00'": "who was there is never changed",
    "UPDATE sittings SET quorum_num = 1, quorum_den = 100": "the rules of an open sitting stand",
    "UPDATE sittings SET majority = 'all'": "the rules of an open sitting stand",
    "UPDATE sittings SET state = 'convened'": "the rules of an open sitting stand",
    "UPDATE sittings SET held_on = '2026-12-31'": "the rules of an open sitting stand",
    "UPDATE sittings SET quorum_num = 0": "quorum",
}


@pytest.mark.parametrize("statement", AFTER)
def test_what_was_decided_stands(session: Session, statement: str) -> None:
    made(make_chamber(3, items=2), for_votes(3))
    said = refused(statement)
    assert AFTER[statement] in said or "the rules of an open sitting" in said


def test_a_held_sitting_is_not_opened_again(session: Session) -> None:
    chamber = make_chamber(3)
    made(chamber, for_votes(3))
    write(close_sitting, chamber.sitting_id, now=NOW)
    assert "the rules of an open sitting stand" in refused("UPDATE sittings SET state = 'open'")
    assert "who was there is never changed" in refused("UPDATE sitting_attendance SET left_at = NULL")


def test_one_item_is_in_hand(session: Session) -> None:
    make_chamber(3, items=2)
    assert "agenda_items" in refused("UPDATE agenda_items SET state = 'current'")
