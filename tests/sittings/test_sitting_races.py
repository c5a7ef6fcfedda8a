"""Two rules about one vote at the same moment, with real connections: whoever comes first, the counts are exact."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from karavan.core.languages import Slots
from karavan.core.problems import Problem
from karavan.record.models import RecordEntry, Verb
from karavan.sittings.models import (
    Attendance,
    Ballot,
    Choice,
    ConflictOfInterest,
    CouncilDecision,
    ItemState,
    Sitting,
    SittingState,
)
from karavan.sittings.rules.agenda import ItemPlan, add_item
from karavan.sittings.rules.attend import came, left
from karavan.sittings.rules.close import close_sitting
from karavan.sittings.rules.convene import SittingPlan, begin_sitting, convene
from karavan.sittings.rules.vote import ballot, call_off, decide, declare_own_conflict, open_vote, roll_call
from tests.support.chamber import DRAFT, Chamber, for_votes, item_of, make_chamber, put_to_vote, state_of
from tests.support.civic import REASON, make_council, write
from tests.support.races import doing
from tests.support.settings import NOW

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

pytestmark = [pytest.mark.race, pytest.mark.timeout(240)]

ROUNDS = 4


def kinds(results: list[Any]) -> Counter[str]:
    return Counter(type(result).__name__ if isinstance(result, Problem) else "done" for result in results)


def chamber(place: int, n: int = 6, **facts: Any) -> Chamber:
    return make_chamber(n, council=make_council(slug=f"race-{place}", now=NOW), now=NOW, **facts)


def decisions(session: Session, room: Chamber) -> list[CouncilDecision]:
    session.rollback()
    session.expire_all()
    return list(session.scalars(select(CouncilDecision).where(CouncilDecision.item_id.in_(room.items))))


def ballots(session: Session, room: Chamber) -> Counter[Choice]:
    rows = session.execute(
        select(Ballot.choice, func.count()).where(Ballot.item_id == room.item).group_by(Ballot.choice)
    )
    return Counter(dict(rows.all()))


def agrees(session: Session, decision: CouncilDecision, room: Chamber) -> None:
    """The decision says what the rows say."""
    counted = ballots(session, room)
    assert (decision.votes_for, decision.votes_against, decision.votes_abstained) == (
        counted[Choice.FOR],
        counted[Choice.AGAINST],
        counted[Choice.ABSTAINED],
    )
    assert sum(counted.values()) <= decision.present


def test_a_ballot_against_the_closing_of_the_vote(session: Session, at_once: Any) -> None:
    for place in range(ROUNDS):
        room = chamber(place)
        put_to_vote(room, for_votes(2))
        results = at_once(
            *[doing(ballot, room.item, Choice.FOR, person_id=person, now=NOW) for person in room.people[2:]],
            doing(decide, room.item, actor_id=None, now=NOW),
        )
        assert set(kinds(results)) <= {"done", "VoteIsNotOpen"}
        (decision,) = decisions(session, room)
        agrees(session, decision, room)
        assert decision.votes_for == 2 + sum(not isinstance(result, Problem) for result in results[:-1])


def test_a_member_changes_her_mind_while_it_is_counted(session: Session, at_once: Any) -> None:
    for place in range(ROUNDS):
        room = chamber(place)
        put_to_vote(room)
        for person in room.people[:4]:
            write(ballot, room.item, Choice.FOR, person_id=person, now=NOW)
        at_once(
            *[doing(ballot, room.item, Choice.AGAINST, person_id=person, now=NOW) for person in room.people[:4]],
            doing(decide, room.item, actor_id=None, now=NOW),
        )
        (decision,) = decisions(session, room)
        agrees(session, decision, room)
        assert decision.votes_for + decision.votes_against == 4
        assert decision.adopted == (decision.votes_for > 3)


def test_members_leave_while_it_is_decided(session: Session, at_once: Any) -> None:
    for place in range(ROUNDS):
        room = chamber(place, there=5)  # the quorum is four
        put_to_vote(room, for_votes(5))
        leaving = [doing(left, room.sitting_id, member, now=NOW + timedelta(seconds=1)) for member in room.members[:2]]
        results = at_once(*leaving, doing(decide, room.item, actor_id=None, now=NOW + timedelta(seconds=1)))
        assert set(kinds(results)) <= {"done", "NoQuorum"}
        made = decisions(session, room)
        if isinstance(results[-1], Problem):
            assert made == []
            assert item_of(room).state == ItemState.VOTING
            continue
        (decision,) = made
        agrees(session, decision, room)
        assert decision.present in (4, 5), "somebody was counted who had left, or a quorum was invented"
        assert decision.votes_for == decision.present


def test_two_secretaries_decide_at_once(session: Session, at_once: Any) -> None:
    for place in range(1, ROUNDS + 1):
        room = chamber(place)
        put_to_vote(room, for_votes(4, against=1))
        version = item_of(room).version
        pressing = [doing(decide, room.item, read_version=version, actor_id=None, now=NOW)] * 4
        results = at_once(*pressing, *[doing(decide, room.item, actor_id=None, now=NOW)] * 4)
        assert kinds(results)["done"] == 1
        assert set(kinds(results)) <= {"done", "ChangedMeanwhile", "NotWithThisItem"}
        (decision,) = decisions(session, room)
        agrees(session, decision, room)
        assert decision.number == f"MGS-D-2026-{place:04d}", "a number was lost or given twice"
        noted = select(func.count()).where(
            RecordEntry.verb == Verb.SITTING_DECIDED, RecordEntry.sitting_id == room.sitting_id
        )
        assert session.scalars(noted).one() == 1


def test_two_secretaries_call_the_same_roll(session: Session, at_once: Any) -> None:
    room = chamber(0)
    put_to_vote(room)
    calling = [
        doing(roll_call, room.item, member, choice, by_person=room.secretary, now=NOW)
        for member in room.members
        for choice in (Choice.FOR, Choice.AGAINST)
    ]
    at_once(*calling)
    assert sum(ballots(session, room).values()) == 6, "somebody voted twice"


def test_a_member_comes_twice_at_once(session: Session, at_once: Any) -> None:
    room = chamber(0, there=0)
    facts: dict[str, Any] = {"by_person": room.secretary, "now": NOW}
    at_once(*[doing(came, room.sitting_id, room.members[0], **facts)] * 8)
    assert session.scalars(select(func.count(Attendance.id))).one() == 1


def test_a_conflict_against_a_ballot_and_the_count(session: Session, at_once: Any) -> None:
    for place in range(ROUNDS):
        room = chamber(place)
        put_to_vote(room, for_votes(3))
        person = room.people[5]
        results = at_once(
            *[doing(ballot, room.item, Choice.AGAINST, person_id=person, now=NOW)] * 3,
            *[doing(declare_own_conflict, room.item, REASON, person_id=person, now=NOW)] * 2,
            doing(decide, room.item, actor_id=None, now=NOW),
        )
        assert not isinstance(results[-1], Problem)
        (decision,) = decisions(session, room)
        agrees(session, decision, room)
        both = (
            select(func.count())
            .select_from(Ballot)
            .join(
                ConflictOfInterest,
                (ConflictOfInterest.item_id == Ballot.item_id) & (ConflictOfInterest.member_id == Ballot.member_id),
            )
        )
        assert session.scalars(both).one() == 0


def test_a_sitting_is_closed_while_a_vote_is_opened_and_called_off(session: Session, at_once: Any) -> None:
    for place in range(ROUNDS):
        room = chamber(place)
        at_once(
            doing(open_vote, room.item, draft=DRAFT, now=NOW),
            doing(call_off, room.item),
            doing(ballot, room.item, Choice.FOR, person_id=room.people[0], now=NOW),
            doing(close_sitting, room.sitting_id, now=NOW),
            doing(decide, room.item, actor_id=None, now=NOW),
        )
        state, item = state_of(room), item_of(room)
        assert len(decisions(session, room)) == (item.state == ItemState.DECIDED)
        if state == SittingState.HELD:
            assert item.state in (ItemState.POSTPONED, ItemState.DECIDED)
            here = select(func.count()).where(Attendance.sitting_id == room.sitting_id, Attendance.left_at.is_(None))
            assert session.scalars(here).one() == 0


def test_sittings_convened_at_once_get_numbers_without_a_gap(session: Session, at_once: Any) -> None:
    council = make_council(now=NOW).id
    ids = []
    for place in range(8):
        plan = SittingPlan(title=Slots(kk=f"Отырыс {place}"), starts_at=NOW + timedelta(days=30 + place))
        made = write(begin_sitting, council, plan, by_person=None, now=NOW)
        write(add_item, made.id, ItemPlan(title=Slots(kk="Мәселе")), now=NOW)
        ids.append(made.id)
    chosen = ids[1::2]
    at_once(*[doing(convene, one, now=NOW) for one in chosen for _ in range(2)])

    session.rollback()
    rows = select(Sitting.number).where(Sitting.id.in_(chosen)).order_by(Sitting.number)
    assert list(session.scalars(rows)) == [1, 2, 3, 4]
    everybody = select(Sitting.number).where(Sitting.council_id == council).order_by(Sitting.number)
    assert list(session.scalars(everybody)) == list(range(1, 9))
