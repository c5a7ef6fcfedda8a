"""Whatever members and secretaries do in a sitting, in any order: no decision without quorum, no vote that may not be.

Hypothesis chooses the steps. `KARAVAN_TEST_EXAMPLES` says how many stories are tried; a short run is in every test run,
the long one is `thorough`.
"""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from karavan.core.database import db
from karavan.core.languages import Slots
from karavan.core.problems import Problem
from karavan.councils.models import SettingKey
from karavan.councils.rules import set_line
from karavan.councils.statute import Majority
from karavan.record.models import ActorRole, RecordEntry
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
from karavan.sittings.rules.agenda import step_item
from karavan.sittings.rules.attend import came, left, take_out
from karavan.sittings.rules.close import close_sitting
from karavan.sittings.rules.convene import cancel_sitting, open_sitting
from karavan.sittings.rules.vote import ballot, call_off, decide, declare_conflict, open_vote, roll_call
from tests.support.chamber import DRAFT, make_chamber
from tests.support.civic import REASON, make_council, write
from tests.support.settings import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.support.databases import Database

ASKED = "KARAVAN_TEST_EXAMPLES" in os.environ
STORIES = int(os.environ.get("KARAVAN_TEST_EXAMPLES", "8"))
LONG = 40
PHASES = tuple(Phase) if ASKED else (Phase.explicit, Phase.reuse, Phase.generate)
MEMBERS, ITEMS = 6, 3
who = st.integers(0, MEMBERS - 1)
rarely = st.sampled_from([False, False, False, True])
"""What undoes or ends something happens seldom: otherwise few stories come to a decision."""
what = st.sampled_from([None, None, None, *range(ITEMS)])
"""Which item; None: the one that is being dealt with, or else the first that waits. Most stories would go astray."""


class Chamber(RuleBasedStateMachine):
    """One sitting of a council, and everybody in it."""

    def __init__(self, app: Flask, database: Database) -> None:
        super().__init__()
        self._context = app.app_context()
        self._context.push()
        database.put_back(db.engine)
        self.now = NOW

    @initialize(
        share=st.sampled_from([Fraction(2, 3), Fraction(1, 2), Fraction(5, 7), Fraction(1, 1)]),
        majority=st.sampled_from(Majority),
        there=st.sampled_from([4, 5, MEMBERS, 3]),
    )
    def a_council_meets(self, share: Fraction, majority: Majority, there: int) -> None:
        council = make_council(now=NOW)
        facts: dict[str, Any] = {"citation": REASON, "by": ActorRole.SECRETARY, "now": NOW}
        write(set_line, council.id, SettingKey.QUORUM, share, valid_from=NOW.date(), **facts)
        write(set_line, council.id, SettingKey.MAJORITY, majority, valid_from=NOW.date(), **facts)
        self.share, self.majority = share, majority
        self.room = make_chamber(MEMBERS, there=there, items=ITEMS, council=council, now=NOW)

    def teardown(self) -> None:
        db.session.remove()
        self._context.pop()

    def _do(self, act: Callable[..., Any], *args: Any, **more: Any) -> Any:
        """Carry a rule out; what it refuses changes nothing. Anything but a sentence of ours is a fault."""
        self.now += timedelta(seconds=1)
        before = self._picture()
        if "now" in more:
            more["now"] = self.now
        try:
            return write(act, *args, **more)
        except Problem:
            db.session.close()
            assert self._picture() == before, "a refusal changed something"
            return None

    def _picture(self) -> Any:
        session = db.session()
        session.expire_all()
        items = session.execute(select(AgendaItem.id, AgendaItem.state, AgendaItem.version).order_by(AgendaItem.id))
        votes = session.execute(select(Ballot.item_id, Ballot.member_id, Ballot.choice).order_by(Ballot.id))
        there = session.execute(select(Attendance.member_id, Attendance.left_at).order_by(Attendance.id))
        counts = tuple(
            session.scalars(select(func.count()).select_from(model)).one()
            for model in (CouncilDecision, ConflictOfInterest, RecordEntry)
        )
        found = [tuple(map(tuple, rows.all())) for rows in (items, votes, there)]
        picture = (*found, counts, session.scalars(select(Sitting.state, Sitting.version)).all())
        session.close()
        return picture

    def _item(self, number: int | None) -> int:
        if number is not None:
            return self.room.items[number]
        states = {item: state for item, state, _ in self._picture()[0]}
        order = [(ItemState.VOTING, ItemState.CURRENT), (ItemState.WAITING,)]
        found = (item for wanted in order for item in self.room.items if states[item] in wanted)
        return next(found, self.room.items[0])

    # --- What people do --------------------------------------------------------------------------------------

    @rule(place=who, remote=st.booleans())
    def somebody_comes(self, place: int, remote: bool) -> None:
        facts: dict[str, Any] = {"by_person": None, "remote": remote, "now": None}
        self._do(came, self.room.sitting_id, self.room.members[place], **facts)

    @rule(place=who)
    def somebody_leaves(self, place: int) -> None:
        self._do(left, self.room.sitting_id, self.room.members[place], now=None)

    @rule(place=who, meant=rarely)
    def a_slip_is_taken_out(self, place: int, meant: bool) -> None:
        if meant:
            self._do(take_out, self.room.sitting_id, self.room.members[place])

    @rule(item=what, act=st.sampled_from([ItemAct.TAKE_UP, *ItemAct]))
    def the_secretary_goes_on(self, item: int | None, act: ItemAct) -> None:
        self._do(step_item, self._item(item), act)

    @rule(item=what, words=st.sampled_from([DRAFT, DRAFT, DRAFT, Slots()]))
    def a_vote_is_opened(self, item: int | None, words: Slots) -> None:
        self._do(open_vote, self._item(item), draft=words, now=None)

    @rule(item=what, meant=rarely)
    def a_vote_is_called_off(self, item: int | None, meant: bool) -> None:
        if meant:
            self._do(call_off, self._item(item))

    @rule(item=what, place=who, choice=st.sampled_from(Choice), by_herself=st.booleans())
    def somebody_votes(self, item: int | None, place: int, choice: Choice, by_herself: bool) -> None:
        room, item_id = self.room, self._item(item)
        if by_herself:
            self._do(ballot, item_id, choice, person_id=room.people[place], now=None)
        else:
            self._do(roll_call, item_id, room.members[place], choice, by_person=room.secretary, now=None)

    @rule(item=what, place=who)
    def somebody_declares_a_conflict(self, item: int | None, place: int) -> None:
        self._do(declare_conflict, self._item(item), self.room.members[place], REASON, now=None)

    @rule(
        choices=st.lists(st.sampled_from(Choice), min_size=MEMBERS, max_size=MEMBERS), goes=st.sampled_from([0, 1, 3])
    )
    def an_item_is_voted_on_and_some_leave_before_the_count(self, choices: list[Choice], goes: int) -> None:
        self.a_vote_is_opened(None, DRAFT)
        item_id, room = self._item(None), self.room
        for member, choice in zip(room.members, choices, strict=True):
            with suppress(Problem):
                write(roll_call, item_id, member, choice, by_person=room.secretary, now=self.now)
        for place in range(goes):
            self.somebody_leaves(place)
        if self._do(decide, item_id, actor_id=None, now=None) is None:
            self._do(call_off, item_id)
        for place in range(goes):
            self.somebody_comes(place, remote=False)

    @rule(item=what)
    def it_is_decided(self, item: int | None) -> None:
        if item is None:
            self.a_vote_is_opened(None, DRAFT)
        self._do(decide, self._item(item), actor_id=None, now=None)

    @rule(act=st.sampled_from([close_sitting, open_sitting, cancel_sitting]), meant=rarely)
    def it_is_closed_or_opened_again_or_called_off(self, act: Callable[..., Any], meant: bool) -> None:
        if not meant:
            return
        reason = {"reason": REASON} if act is cancel_sitting else {}
        self._do(act, self.room.sitting_id, now=None, **reason)

    # --- What must hold --------------------------------------------------------------------------------------

    @invariant()
    def no_decision_without_a_quorum_and_none_that_does_not_agree_with_the_rows(self) -> None:
        session = db.session()
        session.rollback()
        for made in session.scalars(select(CouncilDecision)):
            votes = session.scalars(select(Ballot.choice).where(Ballot.item_id == made.item_id)).all()
            there = select(func.count(Attendance.member_id.distinct())).where(
                Attendance.came_at <= made.decided_at,
                Attendance.left_at.is_(None) | (Attendance.left_at > made.decided_at),
            )
            assert made.members == MEMBERS
            assert made.present == session.scalars(there).one()
            assert Fraction(made.present, MEMBERS) >= self.share
            assert (made.votes_for, made.votes_against, made.votes_abstained) == tuple(
                votes.count(choice) for choice in Choice
            )
            assert made.votes_for + made.votes_against + made.votes_abstained <= made.present
            share_for = Fraction(made.votes_for, MEMBERS if self.majority == Majority.ALL else made.present)
            enough = share_for >= Fraction(2, 3) if self.majority == Majority.TWO_THIRDS else share_for > Fraction(1, 2)
            assert made.adopted == enough

    @invariant()
    def no_vote_in_conflict_and_none_of_somebody_who_is_not_there(self) -> None:
        session = db.session()
        conflicts = {
            tuple(row) for row in session.execute(select(ConflictOfInterest.item_id, ConflictOfInterest.member_id))
        }
        votes = {tuple(row) for row in session.execute(select(Ballot.item_id, Ballot.member_id))}
        assert not conflicts & votes
        here = set(session.scalars(select(Attendance.member_id).where(Attendance.left_at.is_(None))))
        voting = set(session.scalars(select(AgendaItem.id).where(AgendaItem.state == ItemState.VOTING)))
        assert {member for item, member in votes if item in voting} <= here

    @invariant()
    def decided_means_that_there_is_a_decision(self) -> None:
        session = db.session()
        decided = set(session.scalars(select(AgendaItem.id).where(AgendaItem.state == ItemState.DECIDED)))
        assert decided == set(session.scalars(select(CouncilDecision.item_id)))
        numbers = session.scalars(select(CouncilDecision.number).order_by(CouncilDecision.id)).all()
        assert [int(number[-4:]) for number in numbers] == list(range(1, len(numbers) + 1))
        in_hand = select(func.count()).where(AgendaItem.state.in_((ItemState.CURRENT, ItemState.VOTING)))
        assert session.scalars(in_hand).one() <= 1

    @invariant()
    def a_held_sitting_is_empty_and_has_nothing_open(self) -> None:
        session = db.session()
        if session.scalars(select(Sitting.state)).one() == SittingState.HELD:
            assert session.scalars(select(func.count()).where(Attendance.left_at.is_(None))).one() == 0
            ended = (ItemState.DECIDED, ItemState.NOTED, ItemState.POSTPONED)
            assert set(session.scalars(select(AgendaItem.state))) <= set(ended)
        session.close()


def tell(house: tuple[Flask, Database], *, stories: int, steps: int) -> None:
    run_state_machine_as_test(
        lambda: Chamber(*house),
        settings=settings(
            max_examples=stories,
            phases=PHASES,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.usefixtures("clock")
@pytest.mark.timeout(600)
def test_a_sitting_keeps_its_promises_whatever_happens(house: tuple[Flask, Database]) -> None:
    tell(house, stories=STORIES, steps=25)


@pytest.mark.thorough
@pytest.mark.usefixtures("clock")
@pytest.mark.timeout(1800)
def test_a_sitting_keeps_its_promises_in_long_stories(house: tuple[Flask, Database]) -> None:
    tell(house, stories=LONG, steps=50)


def test_the_machine_would_notice_a_quorum_that_is_counted_when_the_vote_is_opened(
    house: tuple[Flask, Database], monkeypatch: pytest.MonkeyPatch, clock: Any
) -> None:
    """Take the rule's own guard away: now only the database refuses, and the machine does not forgive that."""
    from sqlalchemy.exc import IntegrityError  # noqa: PLC0415 -- only here

    from karavan.sittings.queries import Room, room_of  # noqa: PLC0415
    from karavan.sittings.rules import vote  # noqa: PLC0415

    def trusting(session: Any, sitting: Sitting) -> Room:
        return room_of(session, sitting)

    monkeypatch.setattr(vote, "_refuse_without_quorum", trusting)
    machine = Chamber(*house)
    try:
        machine.a_council_meets(Fraction(2, 3), Majority.PRESENT, 4)
        machine.a_vote_is_opened(0, DRAFT)
        machine.somebody_leaves(0)
        with pytest.raises(IntegrityError, match="quorum"):
            machine.it_is_decided(0)
    finally:
        machine.teardown()
