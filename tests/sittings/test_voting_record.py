"""The record of votes: attendance and votes as rows, as a spreadsheet, and as Popolo."""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from karavan.councils.models import Council
from karavan.councils.queries import council as council_of
from karavan.sittings.models import Choice
from karavan.sittings.queries import ballots_of
from karavan.sittings.rules.attend import left
from karavan.sittings.rules.close import close_sitting
from karavan.sittings.rules.vote import ballot, decide, declare_conflict, roll_call
from karavan.sittings.voting import COLUMNS, Record, Stand, as_csv, csv_rows, popolo, record_of
from tests.support.chamber import Chamber, for_votes, make_chamber, put_to_vote
from tests.support.civic import REASON, write
from tests.support.settings import NOW

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

CLASSES = {
    "organizations": {"id", "name", "classification"},
    "persons": {"id", "name"},
    "memberships": {"id", "person_id", "organization_id", "role", "start_date", "end_date"},
    "events": {"id", "name", "classification", "organization_id", "start_date", "end_date", "attendees"},
    "motions": {
        "id", "organization_id", "legislative_session_id", "identifier", "text", "classification", "date",
        "requirement", "result",
    },
    "vote_events": {
        "id", "organization_id", "legislative_session_id", "identifier", "motion_id", "start_date", "end_date",
        "result", "counts", "votes",
    },
}  # fmt: skip
"""Properties of Popolo's classes, as its specification names them (`identifier` of a motion: specs/motion)."""


def minutes(number: int) -> Any:
    return NOW + timedelta(minutes=number)


@pytest.fixture
def room(session: Session) -> Chamber:
    """Six members: two in favour, one against, one in conflict, one silent, one absent; then one leaves."""
    chamber = make_chamber(6, there=5, items=2)
    put_to_vote(chamber, for_votes(2, against=1))
    write(declare_conflict, chamber.item, chamber.members[3], REASON, now=minutes(1))
    write(decide, chamber.item, actor_id=None, now=minutes(2))
    write(left, chamber.sitting_id, chamber.members[4], now=minutes(3))
    put_to_vote(chamber, item=chamber.items[1])
    write(ballot, chamber.items[1], Choice.ABSTAINED, person_id=chamber.people[0], now=minutes(4))
    write(roll_call, chamber.items[1], chamber.members[1], Choice.FOR, by_person=chamber.secretary, now=minutes(4))
    write(decide, chamber.items[1], actor_id=None, now=minutes(5))
    write(close_sitting, chamber.sitting_id, now=minutes(6))
    return chamber


@pytest.fixture
def record(session: Session, room: Chamber) -> Record:
    session.rollback()
    council = council_of(session, room.council_id)
    assert isinstance(council, Council)
    return record_of(session, council)


def test_everybody_stands_where_she_stood(room: Chamber, record: Record) -> None:
    stands = {
        item: {line.member.id: line.stand for line in record.lines if line.decision.item_id == item}
        for item in room.items
    }
    order = [Stand.FOR, Stand.FOR, Stand.AGAINST, Stand.CONFLICT, Stand.SILENT, Stand.ABSENT]
    assert [stands[room.items[0]][member] for member in room.members] == order
    order = [Stand.ABSTAINED, Stand.FOR, Stand.SILENT, Stand.SILENT, Stand.ABSENT, Stand.ABSENT]
    assert [stands[room.items[1]][member] for member in room.members] == order


def test_a_members_record_is_her_attendance_and_her_votes(session: Session, room: Chamber, record: Record) -> None:
    by_member = {one.member.id: one for one in record.of_members()}
    first, last = by_member[room.members[0]], by_member[room.members[5]]
    assert (first.sittings, first.attended, first.decisions) == (1, 1, 2)
    assert (first.stands[Stand.FOR], first.stands[Stand.ABSTAINED]) == (1, 1)
    assert (last.sittings, last.attended, last.stands[Stand.ABSENT]) == (1, 0, 2)
    alone = record_of(session, record.council, member_id=room.members[0])
    assert [one.member.id for one in alone.of_members()] == [room.members[0]]
    assert [row.by_herself for row in ballots_of(session, [room.items[1]])] == [True, False]


def test_counts_of_the_decisions_are_those_of_the_lines(record: Record) -> None:
    for decision in record.decisions:
        stands = [line.stand for line in record.lines if line.decision.id == decision.id]
        assert len(stands) == decision.members
        assert stands.count(Stand.FOR) == decision.votes_for
        assert len(stands) - stands.count(Stand.ABSENT) == decision.present


@pytest.mark.parametrize(("lang", "separator"), [("kk", ";"), ("ru", ";"), ("en", ",")])
def test_the_spreadsheet_has_one_row_for_each_member_and_decision(record: Record, lang: str, separator: str) -> None:
    text = as_csv(record, lang)
    rows = list(csv.DictReader(text.removeprefix("\ufeff").splitlines(), delimiter=separator))

    assert text.startswith("\ufeffsitting")
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == 12
    assert sorted({row["vote"] for row in rows}) == sorted(stand.value for stand in Stand)
    assert {row["decision"] for row in rows} == {"MGS-D-2026-0001", "MGS-D-2026-0002"}
    assert [row["attended"] for row in rows if row["decision"].endswith("1")] == ["1"] * 5 + ["0"]


def test_a_sitting_without_decisions_says_who_came(session: Session) -> None:
    chamber = make_chamber(3, there=2)
    write(close_sitting, chamber.sitting_id, now=minutes(1))
    session.rollback()
    council = session.scalars(select(Council).where(Council.id == chamber.council_id)).one()
    rows = csv_rows(record_of(session, council), "kk")
    assert [(row["attended"], row.get("vote")) for row in rows] == [(1, None), (1, None), (0, None)]


def test_popolo_has_the_properties_of_its_specification(room: Chamber, record: Record) -> None:
    found = json.loads(json.dumps(popolo(record, "ru")))

    assert {name: {key for one in rows for key in one} for name, rows in found.items()} == CLASSES
    for name, rows in found.items():
        assert len({one["id"] for one in rows}) == len(rows), f"{name}: an id stands twice"
    people = {one["id"] for one in found["persons"]}
    sittings = {one["id"] for one in found["events"]}
    assert {one["person_id"] for one in found["memberships"]} == people
    for motion, event in zip(found["motions"], found["vote_events"], strict=True):
        assert event["motion_id"] == motion["id"]
        assert event["legislative_session_id"] in sittings
        assert {vote["voter_id"] for vote in event["votes"]} <= people
        assert {vote.keys() >= {"voter_id", "option"} for vote in event["votes"]} == {True}
        options = [vote["option"] for vote in event["votes"]]
        assert {count["option"]: count["value"] for count in event["counts"]} == {
            option: options.count(option) for option in ("yes", "no", "abstain", "not voting", "absent")
        }
    first, second = found["vote_events"]
    assert [count["value"] for count in first["counts"]] == [2, 1, 0, 2, 1]
    assert (first["result"], second["result"]) == ("fail", "fail")
    assert found["motions"][0]["requirement"] == "majority of members present"
    assert first["end_date"] == "2026-11-23T05:02:00Z"
    assert len(found["events"][0]["attendees"]) == 5


def test_popolo_tells_nothing_of_accounts(room: Chamber, record: Record) -> None:
    said = json.dumps(popolo(record, "kk"))
    assert "@" not in said
    assert all(f'person:{person}"' not in said or person in room.members for person in room.people)
