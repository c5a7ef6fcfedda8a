"""A sitting through HTTP: real servers, members and secretaries who press at the same moment, and a restart in between.

What the rules themselves do when two of them run at once stands in test_sitting_races.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from karavan.accounts.models import Role
from karavan.core.clock import now
from karavan.core.database import db
from karavan.councils.models import Council
from karavan.record.models import RecordEntry, Verb
from karavan.sittings.models import AgendaItem, Attendance, Ballot, CouncilDecision, ItemState, Sitting, SittingState
from tests.support.chamber import Chamber, for_votes, make_chamber, put_to_vote
from tests.support.civic import make_council, make_staff
from tests.support.crowd import at_once
from tests.support.hall import Browser, Hall, hall

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.support.crowd import Answer

pytestmark = [pytest.mark.race, pytest.mark.timeout(400)]

ROUNDS = 3
DECIDE = "Count the votes and decide"

_rooms = count(1)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """One house for all of these."""
    with hall(tmp_path_factory.mktemp("hall")) as found:
        yield found


@dataclass
class Room:
    """A sitting with an open vote, and everybody in front of the servers."""

    place: Hall
    there: int = 6
    votes: int = 2
    chamber: Chamber = field(init=False)
    slug: str = field(init=False)
    desks: list[Browser] = field(init=False)

    def __post_init__(self) -> None:
        with self.place.app.app_context():
            council = make_council(slug=f"room-{next(_rooms)}", now=now())
            self.chamber = make_chamber(6, there=self.there, council=council, now=now())
            put_to_vote(self.chamber, for_votes(self.votes))
            other = make_staff(db.session().get_one(Council, council.id), Role.SECRETARY)
            self.slug, people = council.slug, (self.chamber.secretary, other.id)
        self.desks = [self.place.browser(one) for one in people]

    @property
    def desk(self) -> str:
        return f"/en/desk/sittings/{self.chamber.sitting_id}"

    def deciding(self, desk: int = 0) -> Callable[[], Answer]:
        """Open the item, and return the press that counts."""
        item = f"{self.desk}/items/{self.chamber.item}"
        return self.desks[desk].pressing(item, DECIDE, to=f"{item}/steps/decide")

    def voting(self, member: int, choice: str) -> Callable[[], Answer]:
        url = f"/en/councils/{self.slug}/sittings/1/vote"
        return self.place.browser(self.chamber.people[member]).pressing(url, "Vote", choice=choice)

    def leaving(self, member: int) -> Callable[[], Answer]:
        press = f"left={self.chamber.members[member]}"
        return self.desks[1].pressing(f"{self.desk}/room", press, to=f"{self.desk}/attendance")

    def decisions(self) -> list[CouncilDecision]:
        return self.place.ask(select(CouncilDecision).where(CouncilDecision.item_id == self.chamber.item))

    def ballots(self) -> list[str]:
        return [one.value for one in self.place.ask(select(Ballot.choice).where(Ballot.item_id == self.chamber.item))]

    def state(self) -> tuple[SittingState, ItemState]:
        (sitting,) = self.place.ask(select(Sitting.state).where(Sitting.id == self.chamber.sitting_id))
        (item,) = self.place.ask(select(AgendaItem.state).where(AgendaItem.id == self.chamber.item))
        return sitting, item

    def agrees(self) -> CouncilDecision:
        """There is one decision, noted once, and it says what the rows say."""
        (made,) = self.decisions()
        cast = self.ballots()
        assert (made.votes_for, made.votes_against) == (cast.count("for"), cast.count("against"))
        assert made.present * 3 >= made.members * 2
        noted = select(RecordEntry.id).where(
            RecordEntry.sitting_id == self.chamber.sitting_id, RecordEntry.verb == Verb.SITTING_DECIDED
        )
        assert len(self.place.ask(noted)) == 1
        return made


def test_ballots_against_the_count_and_the_end_of_the_sitting(place: Hall) -> None:
    """Each member presses twice; one secretary counts, the other ends the sitting."""
    for _ in range(ROUNDS):
        room = Room(place)
        presses = [room.voting(member, "for") for member in range(2, 6)]
        close = room.desks[1].pressing(f"{room.desk}/closing", "Close the sitting")
        *votes, counted, ended = at_once(*presses * 2, room.deciding(), close)
        assert {answer.status for answer in votes} <= {303, 409, 422}
        assert counted.status == 303
        assert ended.status in (303, 409, 422)
        made = room.agrees()
        assert made.votes_for == 2 + sum(
            any(vote.status == 303 for vote in (votes[member], votes[member + 4])) for member in range(4)
        ), "a vote that was taken is in the count, and none that was refused"
        assert room.state() == (SittingState.HELD if ended.status == 303 else SittingState.OPEN, ItemState.DECIDED)


@pytest.mark.twice
def test_the_quorum_is_lost_between_the_opening_of_the_vote_and_its_count(place: Hall) -> None:
    """Four of six are enough, three are not. Whoever comes first: no decision without them."""
    for _ in range(ROUNDS):
        room = Room(place, there=4, votes=4)
        counted, left = at_once(room.deciding(), room.leaving(3))
        assert left.status == 303
        if counted.status == 303:
            assert room.agrees().present == 4
        else:
            assert "quorum" in counted.body
            assert room.decisions() == []
            assert room.state() == (SittingState.OPEN, ItemState.VOTING)
    room = Room(place, there=4, votes=4)
    decide = room.deciding()
    room.leaving(3)()
    assert [decide().status for _ in range(2)] == [409, 409], "pressed twice, refused twice"
    assert room.decisions() == []


@pytest.mark.thorough
def test_without_the_rules_guard_it_is_the_database_that_refuses(tmp_path: Path) -> None:
    """What the test above is about: with the guard taken out, the count is tried, and no row comes of it."""
    with hall(tmp_path, app="tests.support.unguarded_room_wsgi:app") as place:
        room = Room(place, there=4, votes=4)
        decide = room.deciding()
        room.leaving(3)()
        assert decide().status == 500
        assert room.decisions() == []


@pytest.mark.twice
def test_two_secretaries_who_count_often_make_one_decision(place: Hall) -> None:
    room = Room(place, votes=4)
    answers = at_once(*[room.deciding()] * 4, *[room.deciding(1)] * 4)
    assert sorted(answer.status for answer in answers) == [303] + [409] * 7
    assert room.agrees().adopted


@pytest.mark.twice
def test_a_restart_in_the_middle_of_the_count_changes_nothing_of_it(place: Hall) -> None:
    room = Room(place, votes=4)
    decide, leave = room.deciding(), room.leaving(5)
    place.restart(decide, decide, leave)
    answers = [decide(), decide(), leave()]
    assert all(answer.status < 500 for answer in answers)
    assert room.agrees().adopted
    gone = place.ask(select(Attendance.left_at).where(Attendance.member_id == room.chamber.members[5]))
    assert len(gone) == 1
    assert None not in gone
