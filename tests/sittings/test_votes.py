"""Agenda, attendance, ballots, decisions, opinions: what members and secretaries may do, and what is refused."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from karavan.core.languages import Slots
from karavan.core.problems import NotFound
from karavan.councils.models import SettingKey
from karavan.councils.rules import end_mandate, set_line
from karavan.councils.statute import Majority
from karavan.proposals.models import Proposal, Recommendation, RecommendationState, State
from karavan.protocols.models import Protocol, ProtocolState
from karavan.record.models import ActorRole, RecordEntry, Verb
from karavan.sittings.lifecycle import ItemAct
from karavan.sittings.models import (
    Attendance,
    Ballot,
    Choice,
    ConflictOfInterest,
    CouncilDecision,
    ItemState,
    SittingState,
)
from karavan.sittings.problems import (
    ChangedMeanwhile,
    DraftMissing,
    InConflict,
    NoQuorum,
    NotAMember,
    NotAtThisStage,
    NotInTheRoom,
    NotOfThisCouncil,
    NotWithThisItem,
    OnTheAgendaAlready,
    OpinionTooLate,
    OtherItemInHand,
    ProposalHasMoved,
    ReasonMissing,
    SomethingRestsOnIt,
    TookNoPart,
    VotedHerself,
    VoteIsNotOpen,
    VoteIsOpen,
    WordsMissing,
)
from karavan.sittings.queries import room_of
from karavan.sittings.rules.agenda import ItemPlan, add_item, change_item, move_to, remove_item, step_item
from karavan.sittings.rules.attend import came, left, take_out
from karavan.sittings.rules.close import close_sitting
from karavan.sittings.rules.opinion import give_opinion
from karavan.sittings.rules.vote import (
    Follow,
    ballot,
    call_off,
    decide,
    declare_conflict,
    declare_own_conflict,
    open_vote,
    roll_call,
)
from tests.support.assembly import make_sitting, reload_sitting
from tests.support.chamber import DRAFT, for_votes, item_of, made, make_chamber, put_to_vote, state_of
from tests.support.civic import (
    REASON,
    make_council,
    make_person,
    make_proposal,
    make_recommendation,
    reload_proposal,
    write,
)
from tests.support.settings import NOW

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

LATER = NOW + timedelta(minutes=5)


# --- The agenda -----------------------------------------------------------------------------------------------


def titles(sitting_id: int) -> list[str]:
    return [item.title.kk or item.title.ru for item in reload_sitting(sitting_id).items]


def test_an_agenda_is_made_of_what_waits_for_the_council(session: Session) -> None:
    council = make_council(now=NOW)
    sitting = make_sitting(council, state=SittingState.DRAFT, items=0, now=NOW).id
    admitted, considered = (make_proposal(council, state=state) for state in (State.ADMITTED, State.AT_COUNCIL))
    drafted = make_recommendation(considered, sent=False)
    early, elsewhere = make_proposal(council, state=State.PUBLISHED), make_council(slug="elsewhere", now=NOW)
    foreign = make_proposal(elsewhere, state=State.ADMITTED)
    write(add_item, sitting, ItemPlan(proposal_id=admitted.id), now=NOW)
    write(add_item, sitting, ItemPlan(proposal_id=admitted.id), now=NOW)  # pressed twice
    write(add_item, sitting, ItemPlan(recommendation_id=drafted.id, title=Slots(kk="Ұсыным")), now=NOW)
    write(add_item, sitting, ItemPlan(title=Slots(kk="Әртүрлі")), now=NOW)
    for unfit in (early.id, foreign.id, 4711):
        with pytest.raises(NotOfThisCouncil):
            write(add_item, sitting, ItemPlan(proposal_id=unfit), now=NOW)
    with pytest.raises(NotOfThisCouncil):
        write(add_item, sitting, ItemPlan(recommendation_id=4711), now=NOW)
    with pytest.raises(OnTheAgendaAlready):
        write(add_item, sitting, ItemPlan(proposal_id=admitted.id, title=Slots(kk="Тағы")), now=NOW)

    assert titles(sitting) == [admitted.title, "Ұсыным", "Әртүрлі"]


def test_items_change_their_places_and_leave_no_gap(session: Session) -> None:
    sitting = make_sitting(state=SittingState.DRAFT, items=4, now=NOW)
    first, second, third, fourth = (item.id for item in sitting.items)
    write(move_to, fourth, 1, now=NOW)
    write(move_to, first, 99, now=NOW)
    write(remove_item, second, now=NOW)

    items = reload_sitting(sitting).items
    assert [(item.id, item.position) for item in items] == [(fourth, 1), (third, 2), (first, 3)]


def test_after_notice_the_agenda_changes_for_a_published_reason(session: Session) -> None:
    sitting = make_sitting(items=2, now=NOW)
    item, other = (one.id for one in sitting.items)
    extra = ItemPlan(title=Slots(kk="Тағы бір мәселе"))
    for act in (
        lambda: write(add_item, sitting.id, extra, now=NOW),
        lambda: write(remove_item, item, now=NOW),
        lambda: write(change_item, item, ItemPlan(title=Slots(kk="Басқа")), read_version=1, now=NOW),
    ):
        with pytest.raises(ReasonMissing):
            act()
    write(add_item, sitting.id, extra, reason=REASON, now=NOW)
    write(remove_item, item, reason=REASON, now=NOW)
    write(change_item, other, ItemPlan(draft=DRAFT), read_version=1, now=NOW)  # same title: readers lose nothing
    with pytest.raises(ChangedMeanwhile):
        write(change_item, other, ItemPlan(), read_version=1, now=NOW)

    changed = select(RecordEntry.reason, RecordEntry.facts).where(RecordEntry.verb == Verb.SITTING_AGENDA_CHANGED)
    rows = [(reason, facts["what"]) for reason, facts in session.execute(changed.order_by(RecordEntry.id))]
    assert rows == [(REASON.kk, "added"), (REASON.kk, "removed")]


def test_one_item_at_a_time(session: Session) -> None:
    room = make_chamber(3, items=3)
    first, second, third = room.items
    write(step_item, first, ItemAct.TAKE_UP)
    with pytest.raises(OtherItemInHand):
        write(step_item, second, ItemAct.TAKE_UP)
    with pytest.raises(OtherItemInHand):
        write(open_vote, second, draft=DRAFT, now=NOW)
    write(step_item, first, ItemAct.NOTE, words=REASON)
    write(step_item, second, ItemAct.POSTPONE)
    write(open_vote, third, draft=DRAFT, now=NOW)
    with pytest.raises(NotWithThisItem):
        write(step_item, third, ItemAct.NOTE)

    assert [item_of(room, place).state.value for place in range(3)] == ["noted", "postponed", "voting"]
    assert item_of(room).note == REASON


# --- Who is there ---------------------------------------------------------------------------------------------


def test_coming_and_leaving_are_rows(session: Session) -> None:
    room = make_chamber(3, there=0)
    one = room.members[0]
    by: dict[str, Any] = {"by_person": room.secretary}
    for _ in range(2):
        write(came, room.sitting_id, one, now=NOW, **by)
    assert write(left, room.sitting_id, one, now=LATER)
    assert not write(left, room.sitting_id, one, now=LATER), "she had left already"
    write(came, room.sitting_id, one, remote=True, now=LATER + timedelta(minutes=1), **by)

    session.rollback()
    rows = session.scalars(select(Attendance).order_by(Attendance.id)).all()
    assert [(row.remote, row.left_at) for row in rows] == [(False, LATER), (True, None)]
    sitting = session.get_one(type(reload_sitting(room.sitting_id)), room.sitting_id)
    assert room_of(session, sitting).present == {one}


def test_only_members_of_that_day_are_in_the_room(session: Session) -> None:
    room = make_chamber(4, there=0)
    over = NOW.date() - timedelta(days=1)
    facts: dict[str, Any] = {"reason": REASON, "by": ActorRole.SECRETARY, "now": NOW}
    write(end_mandate, room.council_id, room.members[3], on=over, **facts)
    foreign = make_chamber(1, council=make_council(slug="elsewhere", now=NOW))
    with pytest.raises(NotAMember):
        write(came, room.sitting_id, room.members[3], by_person=None, now=NOW)
    for stranger in (foreign.members[0], 4711):
        with pytest.raises(NotFound):
            write(came, room.sitting_id, stranger, by_person=None, now=NOW)
    for member in room.members[:2]:
        write(came, room.sitting_id, member, by_person=None, now=NOW)

    decision = made(room, for_votes(2))
    assert (decision.members, decision.present) == (3, 2), "whose mandate is over is no member any more"


def test_a_slip_can_be_taken_out_until_something_rests_on_it(session: Session) -> None:
    room = make_chamber(3)
    write(take_out, room.sitting_id, room.members[2])
    with pytest.raises(NotInTheRoom):
        write(take_out, room.sitting_id, room.members[2])
    put_to_vote(room, {0: Choice.FOR})
    with pytest.raises(SomethingRestsOnIt):
        write(take_out, room.sitting_id, room.members[0])
    write(decide, room.item, actor_id=None, now=NOW)
    with pytest.raises(SomethingRestsOnIt):
        write(take_out, room.sitting_id, room.members[1])


# --- Voting ---------------------------------------------------------------------------------------------------


def test_a_decision_is_counted_numbered_and_noted(session: Session) -> None:
    room = make_chamber(6, there=5, items=2)
    first = made(room, for_votes(3, against=1))
    second = made(room, for_votes(2, against=2), item=room.items[1])

    assert first.number == "MGS-D-2026-0001"
    assert (first.adopted, first.members, first.present, first.votes_for, first.votes_against) == (True, 6, 5, 3, 1)
    assert first.text == DRAFT
    assert (second.number, second.adopted) == ("MGS-D-2026-0002", False)
    assert item_of(room).state == ItemState.DECIDED
    facts = session.scalars(select(RecordEntry.facts).where(RecordEntry.verb == Verb.SITTING_DECIDED)).first()
    assert facts == {
        "decision": "MGS-D-2026-0001",
        "item": 1,
        "adopted": 1,
        "members": 6,
        "present": 5,
        "votes_for": 3,
        "votes_against": 1,
        "votes_abstained": 0,
    }


@pytest.mark.parametrize(
    ("majority", "adopted"), [(Majority.PRESENT, True), (Majority.ALL, False), (Majority.TWO_THIRDS, False)]
)
def test_the_statutes_majority_decides(session: Session, majority: Majority, adopted: bool) -> None:
    council = make_council(now=NOW)
    facts: dict[str, Any] = {"valid_from": NOW.date(), "citation": REASON, "by": ActorRole.SECRETARY, "now": NOW}
    write(set_line, council.id, SettingKey.MAJORITY, majority, **facts)
    room = make_chamber(6, there=5, council=council)  # 3 of 5 are more than half, of 6 they are not

    assert made(room, for_votes(3)).adopted is adopted


def test_no_vote_is_opened_without_words_or_without_a_quorum(session: Session) -> None:
    room = make_chamber(6, there=3)
    with pytest.raises(NoQuorum) as refused:
        write(open_vote, room.item, draft=DRAFT, now=NOW)
    assert refused.value.message.facts == {"needed": 4, "present": 3}
    write(came, room.sitting_id, room.members[3], by_person=None, now=NOW)
    with pytest.raises(DraftMissing):
        write(open_vote, room.item, draft=Slots(en="English"), now=NOW)
    write(open_vote, room.item, draft=DRAFT, now=NOW)
    with pytest.raises(VoteIsOpen):
        write(close_sitting, room.sitting_id, now=NOW)


def test_a_quorum_lost_between_vote_and_count_decides_nothing(session: Session) -> None:
    room = make_chamber(6, there=4)
    put_to_vote(room, for_votes(4))
    write(left, room.sitting_id, room.members[0], now=LATER)
    with pytest.raises(NoQuorum):
        write(decide, room.item, actor_id=None, now=LATER)
    assert session.scalar(select(func.count(CouncilDecision.id))) == 0
    assert item_of(room).state == ItemState.VOTING
    write(call_off, room.item)
    assert session.scalar(select(func.count(Ballot.id))) == 0
    write(came, room.sitting_id, room.members[4], by_person=None, now=LATER)
    decision = made(room, dict.fromkeys((1, 2, 3), Choice.FOR))
    assert (decision.present, decision.votes_for) == (4, 3)


def test_whoever_leaves_takes_her_vote_along(session: Session) -> None:
    room = make_chamber(6)
    put_to_vote(room, for_votes(6))
    write(left, room.sitting_id, room.members[0], now=LATER)
    decision = write(decide, room.item, actor_id=None, now=LATER)

    assert (decision.present, decision.votes_for) == (5, 5)


def test_members_vote_from_their_own_accounts_and_change_their_minds(session: Session) -> None:
    room = make_chamber(3)
    put_to_vote(room)
    for choice in (Choice.FOR, Choice.AGAINST, Choice.AGAINST):
        write(ballot, room.item, choice, person_id=room.people[0], now=NOW)
    by: dict[str, Any] = {"by_person": room.secretary, "now": NOW}
    with pytest.raises(VotedHerself):
        write(roll_call, room.item, room.members[0], Choice.FOR, **by)
    write(roll_call, room.item, room.members[0], Choice.AGAINST, **by)  # she answers the same
    write(roll_call, room.item, room.members[1], Choice.FOR, **by)
    write(ballot, room.item, Choice.ABSTAINED, person_id=room.people[1], now=NOW)

    session.rollback()
    rows = session.execute(select(Ballot.member_id, Ballot.choice, Ballot.entered_by_id).order_by(Ballot.id)).all()
    assert [tuple(row) for row in rows] == [
        (room.members[0], Choice.AGAINST, room.people[0]),
        (room.members[1], Choice.ABSTAINED, room.people[1]),
    ]
    write(decide, room.item, actor_id=None, now=NOW)
    with pytest.raises(VoteIsNotOpen):
        write(ballot, room.item, Choice.FOR, person_id=room.people[2], now=NOW)


def test_strangers_the_absent_and_the_conflicted_have_no_vote(session: Session) -> None:
    room = make_chamber(4, there=3)
    with pytest.raises(VoteIsNotOpen):
        write(ballot, room.item, Choice.FOR, person_id=room.people[0], now=NOW)
    put_to_vote(room, {0: Choice.FOR})
    with pytest.raises(NotAMember):
        write(ballot, room.item, Choice.FOR, person_id=make_person().id, now=NOW)
    with pytest.raises(NotInTheRoom):
        write(ballot, room.item, Choice.FOR, person_id=room.people[3], now=NOW)
    write(declare_own_conflict, room.item, REASON, person_id=room.people[0], now=NOW)
    write(declare_conflict, room.item, room.members[0], REASON, now=NOW)  # twice is once
    for act, facts in (
        (ballot, {"person_id": room.people[0]}),
        (roll_call, {"member_id": room.members[0], "by_person": room.secretary}),
    ):
        with pytest.raises(InConflict):
            write(act, room.item, choice=Choice.FOR, now=NOW, **facts)

    assert session.scalar(select(func.count(ConflictOfInterest.id))) == 1
    decision = write(decide, room.item, actor_id=None, now=NOW)
    assert (decision.present, decision.votes_for, decision.adopted) == (3, 0, False), "she is there, without a vote"
    with pytest.raises(NotWithThisItem):
        write(declare_conflict, room.item, room.members[1], REASON, now=NOW)


def test_the_second_to_count_finds_it_decided(session: Session) -> None:
    room = make_chamber(3)
    put_to_vote(room, for_votes(3))
    version = item_of(room).version
    write(decide, room.item, read_version=version, actor_id=None, now=NOW)
    with pytest.raises(ChangedMeanwhile):
        write(decide, room.item, read_version=version, actor_id=None, now=NOW)
    with pytest.raises(NotWithThisItem):
        write(decide, room.item, actor_id=None, now=NOW)
    with pytest.raises(NotWithThisItem):
        write(open_vote, room.item, draft=DRAFT, now=NOW)
    write(close_sitting, room.sitting_id, now=LATER)
    for act in (left, came):
        facts: dict[str, Any] = {"by_person": None} if act is came else {}
        with pytest.raises(NotAtThisStage):
            write(act, room.sitting_id, room.members[0], now=LATER, **facts)
    assert state_of(room) == SittingState.HELD


# --- What follows from a decision -----------------------------------------------------------------------------


def with_item(council: Any, plan: ItemPlan) -> Any:
    room = make_chamber(3, council=council)
    item = write(add_item, room.sitting_id, plan, reason=REASON, now=NOW)
    return room, item.id


def test_an_adopted_decision_moves_the_proposal_on(session: Session) -> None:
    council = make_council(now=NOW)
    proposal = make_proposal(council, state=State.ADMITTED)
    room, item = with_item(council, ItemPlan(proposal_id=proposal.id))
    put_to_vote(room, for_votes(3), item=item)
    write(decide, item, follow=Follow.CONSIDER, actor_id=room.secretary, now=NOW)
    assert reload_proposal(proposal.id).state == State.AT_COUNCIL


def test_a_decision_that_was_not_adopted_moves_nothing(session: Session) -> None:
    council = make_council(now=NOW)
    proposal = make_proposal(council, state=State.AT_COUNCIL)
    room, item = with_item(council, ItemPlan(proposal_id=proposal.id))
    put_to_vote(room, for_votes(1), item=item)
    write(decide, item, follow=Follow.DECLINE, actor_id=None, now=NOW)
    assert reload_proposal(proposal.id).state == State.AT_COUNCIL


def test_an_adopted_recommendation_is_sent_and_what_cannot_follow_decides_nothing(session: Session) -> None:
    council = make_council(now=NOW)
    proposal = make_proposal(council, state=State.AT_COUNCIL)
    drafted = make_recommendation(proposal, sent=False)
    room, item = with_item(council, ItemPlan(recommendation_id=drafted.id))
    put_to_vote(room, for_votes(3), item=item)
    with pytest.raises(ProposalHasMoved):
        write(decide, item, follow=Follow.CONSIDER, actor_id=None, now=NOW)
    assert session.scalar(select(func.count(CouncilDecision.id))) == 0
    write(decide, item, follow=Follow.SEND, actor_id=None, now=NOW)

    session.rollback()
    assert session.get_one(Recommendation, drafted.id).state == RecommendationState.SENT
    assert session.get_one(Proposal, proposal.id).state == State.RECOMMENDED


def test_a_declined_proposal_is_given_the_decisions_words(session: Session) -> None:
    council = make_council(now=NOW)
    proposal = make_proposal(council, state=State.ADMITTED)
    room, item = with_item(council, ItemPlan(proposal_id=proposal.id))
    put_to_vote(room, for_votes(3), item=item)
    write(decide, item, follow=Follow.DECLINE, actor_id=None, now=NOW)
    declined = reload_proposal(proposal.id)
    assert (declined.state, declined.ended_reason) == (State.DECLINED, DRAFT)


# --- Special opinions -----------------------------------------------------------------------------------------


def protocol(session: Session, sitting_id: int, state: ProtocolState, council_id: int) -> None:
    agreed = NOW if state == ProtocolState.AGREED else None
    session.add(
        Protocol(
            number=f"MGS-P-2026-{sitting_id:04d}",
            council_id=council_id,
            host="sitting",
            host_id=sitting_id,
            state=state,
            title=REASON,
            facts={},
            written_at=NOW,
            corrections_until=NOW + timedelta(days=5),
            chair_agreed_at=agreed,
            secretary_agreed_at=agreed,
        )
    )


@pytest.mark.parametrize("state", [None, ProtocolState.DRAFT, ProtocolState.OPEN, ProtocolState.AGREED])
def test_a_special_opinion_is_given_until_the_protocol_is_agreed(session: Session, state: ProtocolState | None) -> None:
    room = make_chamber(4, there=3)
    decision = made(room, for_votes(2, against=1)).id
    write(close_sitting, room.sitting_id, now=LATER)
    if state is not None:
        write(protocol, room.sitting_id, state, room.council_id)
    facts: dict[str, Any] = {"lang": "kk", "person_id": room.people[2], "now": LATER}
    if state == ProtocolState.AGREED:
        with pytest.raises(OpinionTooLate):
            write(give_opinion, decision, "Келіспеймін.", **facts)
        return
    given = [write(give_opinion, decision, words, **facts) for words in ("Келіспеймін.", "Мүлдем келіспеймін.")]
    assert given[0].id == given[1].id
    assert given[1].words == "Мүлдем келіспеймін."
    with pytest.raises(WordsMissing):
        write(give_opinion, decision, " ", **facts)
    with pytest.raises(TookNoPart):
        write(give_opinion, decision, "x", lang="kk", person_id=room.people[3], now=LATER)
    with pytest.raises(NotAMember):
        write(give_opinion, decision, "x", lang="kk", person_id=room.secretary, now=LATER)
    if state is not None:
        late = facts | {"now": NOW + timedelta(days=6)}
        with pytest.raises(OpinionTooLate):
            write(give_opinion, decision, "Кеш", **late)


def test_quorum_follows_the_share_the_sitting_was_opened_with(session: Session) -> None:
    council = make_council(now=NOW)
    facts: dict[str, Any] = {"citation": REASON, "by": ActorRole.SECRETARY, "now": NOW}
    write(set_line, council.id, SettingKey.QUORUM, Fraction(1, 2), valid_from=NOW.date(), **facts)
    room = make_chamber(6, there=3, council=council)
    write(set_line, council.id, SettingKey.QUORUM, Fraction(1, 1), valid_from=NOW.date(), **facts)

    assert made(room, for_votes(3)).adopted
