"""Supporting: one person, one support; the number shown is the number of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from karavan.core.problems import NotFound
from karavan.proposals.models import State, Support
from karavan.proposals.problems import OwnProposal, SupportHasClosed
from karavan.proposals.rules.support import move_support, support, take_back
from tests.support.civic import make_council, make_person, make_proposal, reload_proposal, write
from tests.support.settings import NOW

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def rows(session: Session, proposal_id: int) -> int:
    session.expire_all()
    return session.scalars(
        select(func.count()).where(Support.proposal_id == proposal_id, Support.withdrawn_at.is_(None))
    ).one()


def test_a_second_press_changes_nothing(session: Session) -> None:
    proposal, amina = make_proposal(state=State.PUBLISHED), make_person()
    counts = [write(support, proposal.id, person_id=amina.id, now=NOW) for _ in range(3)]
    assert counts == [1, 1, 1]
    assert rows(session, proposal.id) == reload_proposal(proposal.id).supports == 1


def test_support_can_be_taken_back_and_given_again(session: Session) -> None:
    proposal, amina = make_proposal(state=State.PUBLISHED), make_person()
    write(support, proposal.id, person_id=amina.id, now=NOW)
    assert [write(take_back, proposal.id, person_id=amina.id, now=NOW) for _ in range(2)] == [0, 0]
    assert write(support, proposal.id, person_id=amina.id, now=NOW) == 1
    assert session.scalars(select(func.count()).where(Support.proposal_id == proposal.id)).one() == 2


def test_it_is_remembered_which_text_was_supported(session: Session) -> None:
    proposal = make_proposal(state=State.SUPPORTING)
    assert session.scalars(select(Support.revision).where(Support.proposal_id == proposal.id)).all() == [1]


def test_people_who_support_are_not_in_the_way_of_who_decides(session: Session) -> None:
    proposal = make_proposal(state=State.SUPPORTING)
    write(support, proposal.id, person_id=make_person().id, now=NOW)
    assert reload_proposal(proposal.id).version == proposal.version


def test_the_author_does_not_support_her_own(session: Session) -> None:
    author = make_person()
    proposal = make_proposal(author=author, state=State.PUBLISHED)
    with pytest.raises(OwnProposal):
        write(support, proposal.id, person_id=author.id, now=NOW)


@pytest.mark.parametrize(
    "state",
    [State.CHECKING, State.REFUSED, State.RECOMMENDED, State.DONE, State.DECLINED, State.WITHDRAWN, State.JOINED],
)
def test_what_is_not_open_to_support_cannot_be_supported(session: Session, state: State) -> None:
    proposal = make_proposal(state=state)
    with pytest.raises(SupportHasClosed):
        write(support, proposal.id, person_id=make_person().id, now=NOW)
    with pytest.raises(SupportHasClosed):
        write(take_back, proposal.id, person_id=make_person().id, now=NOW)


def test_an_unknown_submission_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        write(support, 4711, person_id=make_person().id, now=NOW)


class TestJoined:
    """Whose submission was joined: nobody's support is moved but by herself."""

    def test_support_stays_until_its_owner_moves_it(self, session: Session) -> None:
        proposal = make_proposal(make_council(), state=State.JOINED, supports=2)
        mine, into = proposal.id, proposal.joined_into_id or 0
        assert (rows(session, mine), rows(session, into)) == (2, 0)
        mover = session.scalars(select(Support.person_id).where(Support.proposal_id == mine).limit(1)).one()
        assert write(move_support, mine, person_id=mover, now=NOW) == 1
        assert (rows(session, mine), rows(session, into)) == (1, 1)
        assert (reload_proposal(mine).supports, reload_proposal(into).supports) == (1, 1)

    def test_moving_twice_counts_once(self, session: Session) -> None:
        proposal = make_proposal(make_council(), state=State.JOINED, supports=1)
        mover = session.scalars(select(Support.person_id).where(Support.proposal_id == proposal.id)).one()
        write(move_support, proposal.id, person_id=mover, now=NOW)
        with pytest.raises(NotFound):
            write(move_support, proposal.id, person_id=mover, now=NOW)
        assert rows(session, proposal.joined_into_id or 0) == 1

    def test_somebody_who_supports_both_is_counted_once(self, session: Session) -> None:
        proposal = make_proposal(make_council(), state=State.JOINED, supports=1)
        mover = session.scalars(select(Support.person_id).where(Support.proposal_id == proposal.id)).one()
        write(support, proposal.joined_into_id or 0, person_id=mover, now=NOW)
        assert write(move_support, proposal.id, person_id=mover, now=NOW) == 1

    def test_what_was_not_joined_moves_nowhere(self, session: Session) -> None:
        proposal = make_proposal(state=State.SUPPORTING)
        with pytest.raises(NotFound):
            write(move_support, proposal.id, person_id=make_person().id, now=NOW)
