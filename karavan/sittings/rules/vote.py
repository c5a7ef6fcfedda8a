"""Voting by name, in the open: opening a vote, conflicts, ballots, the roll call, and the decision.

The count is made under the sitting's row: who is in the room and how everybody has voted is read there and then, and
the decision is written in the same transaction. The database compares each of its numbers with the rows once more.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, select

from karavan.core.languages import Slots
from karavan.core.when import local_day
from karavan.councils.models import Council
from karavan.councils.statute import Majority
from karavan.proposals.models import Act, State
from karavan.proposals.problems import AlreadySent, NotAtThisStage as ProposalNotAtThisStage, OtherCouncil
from karavan.proposals.rules.recommend import send_recommendation
from karavan.proposals.rules.steps import move as move_proposal, take as take_proposal
from karavan.proposals.rules.write import SERIES, take_series
from karavan.record.models import ActorRole, Verb
from karavan.record.rules import note
from karavan.sittings.lifecycle import ItemAct
from karavan.sittings.models import (
    AgendaItem,
    Ballot,
    Choice,
    ConflictOfInterest,
    CouncilDecision,
    ItemState,
    Sitting,
    SittingState,
)
from karavan.sittings.problems import (
    DraftMissing,
    InConflict,
    NoQuorum,
    NotAMember,
    NotAtThisStage,
    NotInTheRoom,
    NotWithThisItem,
    ProposalHasMoved,
    VotedHerself,
    VoteIsNotOpen,
)
from karavan.sittings.queries import Room, day_of, member_of, room_of, votes_on
from karavan.sittings.quorum import adopted
from karavan.sittings.rules.attend import seated_member
from karavan.sittings.rules.steps import move_item, take_item

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.councils.models import Member

NOTHING: Final = Slots()
BEFORE_COUNT: Final = (ItemState.WAITING, ItemState.CURRENT, ItemState.VOTING, ItemState.POSTPONED)


class Follow(StrEnum):
    """What an adopted decision does at once with what it is about."""

    CONSIDER = "consider"
    """The council takes the proposal up."""
    DECLINE = "decline"
    """The proposal is not accepted; the decision's words are the published reason."""
    SEND = "send"
    """The drafted recommendation goes to its body, and the clock of the answer starts."""


def open_vote(
    session: Session,
    item_id: int,
    *,
    draft: Slots = NOTHING,
    read_version: int | None = None,
    now: datetime,
) -> AgendaItem:
    """Put a decision to the vote; `draft` replaces the words on the agenda, as they came out of the discussion.

    Raises:
        NotFound, ChangedMeanwhile, NotAtThisStage, NotWithThisItem, OtherItemInHand.
        DraftMissing: there are no words to vote on.
        NoQuorum: too few are in the room at this moment.

    """
    item = take_item(session, item_id, read_version=read_version)
    sitting = session.get_one(Sitting, item.sitting_id)
    words = draft or item.draft
    move_item(session, item, ItemAct.OPEN_VOTE)
    if not (words.kk.strip() or words.ru.strip()):
        raise DraftMissing
    _refuse_without_quorum(session, sitting)
    item.draft, item.voting_from = words, now
    session.flush()
    return item


def call_off(session: Session, item_id: int, *, read_version: int | None = None) -> AgendaItem:
    """Do not count a vote: its ballots go, the item is before the sitting again, and can be voted on anew.

    Raises:
        NotFound, ChangedMeanwhile, NotAtThisStage, NotWithThisItem.

    """
    item = take_item(session, item_id, read_version=read_version)
    move_item(session, item, ItemAct.CALL_OFF)
    session.execute(delete(Ballot).where(Ballot.item_id == item_id).execution_options(synchronize_session=False))
    item.voting_from = None
    session.flush()
    return item


def declare_conflict(session: Session, item_id: int, member_id: int, words: Slots, *, now: datetime) -> None:
    """Write down that a member has declared a conflict of interest: no vote of hers on this item. Twice is once.

    A vote she has cast already, and that was not counted, is taken back.

    Raises:
        NotFound, NotAMember.
        NotAtThisStage, NotWithThisItem: the sitting is over, or the item was decided.

    """
    item = take_item(session, item_id)
    sitting = session.get_one(Sitting, item.sitting_id)
    if sitting.state not in (SittingState.CONVENED, SittingState.OPEN):
        raise NotAtThisStage
    if item.state not in BEFORE_COUNT:
        raise NotWithThisItem
    seated_member(session, sitting, member_id)
    if _conflict(session, item_id, member_id):
        return
    session.execute(
        delete(Ballot)
        .where(Ballot.item_id == item_id, Ballot.member_id == member_id)
        .execution_options(synchronize_session=False)
    )
    session.add(ConflictOfInterest(item_id=item_id, member_id=member_id, words=words, declared_at=now))
    session.flush()


def declare_own_conflict(session: Session, item_id: int, words: Slots, *, person_id: int, now: datetime) -> None:
    """Declare a conflict with one's own account.

    Raises:
        NotFound, NotAMember, NotAtThisStage, NotWithThisItem.

    """
    item = take_item(session, item_id)
    member = _own_seat(session, session.get_one(Sitting, item.sitting_id), person_id)
    declare_conflict(session, item_id, member.id, words, now=now)


def ballot(session: Session, item_id: int, choice: Choice, *, person_id: int, now: datetime) -> Ballot:
    """Cast one's own vote, or change it while the vote is open.

    Raises:
        NotFound, VoteIsNotOpen, NotAMember, NotInTheRoom, InConflict.

    """
    item = take_item(session, item_id)
    sitting = session.get_one(Sitting, item.sitting_id)
    member = _own_seat(session, sitting, person_id)
    return _cast(session, sitting, item, member, choice, by_person=person_id, now=now)


def roll_call(
    session: Session, item_id: int, member_id: int, choice: Choice, *, by_person: int, now: datetime
) -> Ballot:
    """Enter what a member answered when the roll was called; who entered it is kept.

    Raises:
        NotFound, VoteIsNotOpen, NotAMember, NotInTheRoom, InConflict.
        VotedHerself: she has cast another vote with her own account.

    """
    item = take_item(session, item_id)
    sitting = session.get_one(Sitting, item.sitting_id)
    member = seated_member(session, sitting, member_id)
    return _cast(session, sitting, item, member, choice, by_person=by_person, now=now)


def decide(
    session: Session,
    item_id: int,
    *,
    read_version: int | None = None,
    follow: Follow | None = None,
    by: ActorRole = ActorRole.SECRETARY,
    actor_id: int | None,
    now: datetime,
) -> CouncilDecision:
    """Close the vote, count, and write the decision down: adopted or not, by the majority the sitting was opened with.

    Who is in the room is counted now, not when the vote was opened: if the quorum was lost in between, nothing is
    decided. `follow` says what an adopted decision does at once with the proposal or the recommendation.

    Raises:
        NotFound, ChangedMeanwhile, NotAtThisStage.
        NotWithThisItem: no vote is open on it; of two who count at once the second finds it decided.
        NoQuorum: too few are in the room at this very moment.
        ProposalHasMoved: `follow` cannot be done any more.

    """
    item = take_item(session, item_id, read_version=read_version)
    sitting = session.get_one(Sitting, item.sitting_id)
    if sitting.state != SittingState.OPEN:
        raise NotAtThisStage
    if item.state != ItemState.VOTING:
        raise NotWithThisItem
    _hold_membership(session, sitting.council_id)
    room = _refuse_without_quorum(session, sitting)
    votes, present = votes_on(session, item_id), len(room.present)
    majority = Majority(sitting.majority)
    decision = CouncilDecision(
        item_id=item_id,
        number=_next_number(session, now),
        text=item.draft,
        adopted=adopted(majority, votes_for=votes.votes_for, present=present, members=room.members),
        members=room.members,
        present=present,
        quorum_num=sitting.quorum_num,
        quorum_den=sitting.quorum_den,
        majority=majority.value,
        **votes._asdict(),
        decided_at=now,
    )
    session.add(decision)
    session.flush()
    move_item(session, item, ItemAct.DECIDE)
    _note(session, sitting, item, decision, by=by, now=now)
    if decision.adopted and follow is not None:
        _follow(session, item, follow, by=by, actor_id=actor_id, now=now)
    return decision


def _cast(
    session: Session,
    sitting: Sitting,
    item: AgendaItem,
    member: Member,
    choice: Choice,
    *,
    by_person: int,
    now: datetime,
) -> Ballot:
    """Write a vote down, or what it is now instead. The sitting and the item have been taken."""
    if sitting.state != SittingState.OPEN or item.state != ItemState.VOTING:
        raise VoteIsNotOpen
    if member.id not in room_of(session, sitting).present:
        raise NotInTheRoom
    if _conflict(session, item.id, member.id):
        raise InConflict
    cast = session.scalar(select(Ballot).where(Ballot.item_id == item.id, Ballot.member_id == member.id))
    if cast is None:
        cast = Ballot(item_id=item.id, member_id=member.id, choice=choice, cast_at=now, entered_by_id=by_person)
        session.add(cast)
    elif cast.choice != choice:
        if member.person_id is not None and cast.entered_by_id == member.person_id != by_person:
            raise VotedHerself
        cast.choice, cast.cast_at, cast.entered_by_id = choice, now, by_person
    session.flush()
    return cast


def _own_seat(session: Session, sitting: Sitting, person_id: int) -> Member:
    member = member_of(session, sitting.council_id, person_id, day_of(sitting))
    if member is None:
        raise NotAMember
    return member


def _conflict(session: Session, item_id: int, member_id: int) -> bool:
    declared = select(ConflictOfInterest.id).where(
        ConflictOfInterest.item_id == item_id, ConflictOfInterest.member_id == member_id
    )
    return session.scalar(declared) is not None


def _hold_membership(session: Session, council_id: int) -> None:
    """Let nobody be seated or end a mandate until this transaction ends: whoever does takes the council's row."""
    session.execute(select(Council.id).where(Council.id == council_id).with_for_update(read=True))


def _refuse_without_quorum(session: Session, sitting: Sitting) -> Room:
    room = room_of(session, sitting)
    if not room.has_quorum:
        raise NoQuorum(needed=room.needed, present=len(room.present))
    return room


def _next_number(session: Session, now: datetime) -> str:
    """Return the next number of this year's decisions, without a gap: `MGS-D-2026-0012`."""
    gate = take_series(session, f"{SERIES}-D-{local_day(now).year}")
    number, gate.next_number = gate.next_number, gate.next_number + 1
    return f"{gate.series}-{number:04d}"


def _note(
    session: Session, sitting: Sitting, item: AgendaItem, decision: CouncilDecision, *, by: ActorRole, now: datetime
) -> None:
    facts: dict[str, Any] = {
        "decision": decision.number,
        "item": item.position,
        "adopted": int(decision.adopted),
        "members": decision.members,
        "present": decision.present,
        "votes_for": decision.votes_for,
        "votes_against": decision.votes_against,
        "votes_abstained": decision.votes_abstained,
    }
    note(session, Verb.SITTING_DECIDED, of=sitting.id, by=by, now=now, **facts)


def _follow(
    session: Session, item: AgendaItem, follow: Follow, *, by: ActorRole, actor_id: int | None, now: datetime
) -> None:
    """Do at once what an adopted decision says; the rules of proposals decide whether it can be done."""
    facts: dict[str, Any] = {"actor_id": actor_id, "now": now}
    try:
        if follow == Follow.SEND and item.recommendation_id is not None:
            send_recommendation(session, item.recommendation_id, read_version=None, **facts)
        elif follow != Follow.SEND and item.proposal_id is not None:
            proposal = take_proposal(session, item.proposal_id)
            if follow == Follow.DECLINE:
                move_proposal(session, proposal, Act.DECLINE, by=by, reason=item.draft, **facts)
            elif proposal.state != State.AT_COUNCIL:
                move_proposal(session, proposal, Act.CONSIDER, by=by, **facts)
        else:
            raise ProposalHasMoved
    except (ProposalNotAtThisStage, AlreadySent, OtherCouncil) as error:
        raise ProposalHasMoved from error
