"""A hearing through HTTP: real servers, secretaries and residents who press at the same moment, a restart in between.

What the rules themselves do when two of them run at once stands in test_hall_race and test_life.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from karavan.accounts.models import Role
from karavan.core.clock import now
from karavan.core.database import db, transact as write
from karavan.councils.models import Council
from karavan.hearings.hall_queries import Owed, owed
from karavan.hearings.models import (
    Hearing,
    HearingState,
    LiveHall,
    PollVote,
    Position,
    Speaker,
    SpeakerState,
)
from karavan.hearings.rules import matrix, polls
from karavan.record.models import RecordEntry, Verb
from tests.support.assembly import make_hearing
from tests.support.civic import make_council, make_staff
from tests.support.crowd import at_once
from tests.support.hall import Browser, Hall, hall
from tests.support.live_hall import ALIKE, ANSWER, ASKED, NO, YES, Gathering, gather
from tests.support.talk import make_writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.support.crowd import Answer

pytestmark = [pytest.mark.race, pytest.mark.timeout(400)]

ROUNDS = 3
DESK = "/en/desk/hearings"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """One house for all of these."""
    with hall(tmp_path_factory.mktemp("hall")) as found:
        yield found


@dataclass
class Scene:
    """A hearing that goes on with four people waiting, and two secretaries in front of the servers."""

    place: Hall
    people: Gathering = field(init=False)
    desks: list[Browser] = field(init=False)

    def __post_init__(self) -> None:
        with self.place.app.app_context():
            self.people = gather(now=now())
            for position in (Position.FOR, Position.AGAINST) * 2:
                self.people.speaker(position)
            council = db.session().get_one(Council, self.people.hearing.council_id)
            other = make_staff(council, Role.SECRETARY)
        self.desks = [self.place.browser(one) for one in (self.people.secretary, other.id)]

    @property
    def console(self) -> str:
        return f"{DESK}/{self.people.id}/hall"

    @property
    def page(self) -> str:
        (slug,) = self.place.ask(select(Hearing.slug).where(Hearing.id == self.people.id))
        return f"/en/hearings/{slug}"

    def pressing(self, button: str, *, desk: int = 0) -> Callable[[], Answer]:
        return self.desks[desk].pressing(self.console, button)

    def speakers(self) -> Counter[SpeakerState]:
        return Counter(self.place.ask(select(Speaker.state).where(Speaker.hearing_id == self.people.id)))

    def hall(self) -> LiveHall:
        (found,) = self.place.ask(select(LiveHall).where(LiveHall.hearing_id == self.people.id))
        return found

    def state(self) -> HearingState:
        (found,) = self.place.ask(select(Hearing.state).where(Hearing.id == self.people.id))
        return found

    def noted(self, verb: Verb) -> int:
        counted = select(func.count()).where(RecordEntry.hearing_id == self.people.id, RecordEntry.verb == verb)
        return self.place.ask(counted)[0]


# --- A secretary whose browser dies ---------------------------------------------------------------------------------


def test_another_secretary_takes_over_from_one_whose_browser_died(place: Hall) -> None:
    scene = Scene(place)
    assert scene.pressing("press=next")().status == 303
    before = scene.pressing("press=next")  # then her machine dies, with this page on it
    refused = scene.pressing("press=next", desk=1)()
    assert refused.status == 409
    assert "Another secretary" in refused.body
    taken = at_once(*[scene.pressing("press=take", desk=1)] * 3)
    assert {answer.status for answer in taken} == {303}
    called = at_once(before, *[scene.pressing("press=next", desk=1)] * 4)
    assert sorted(answer.status for answer in called) == [303] + [409] * 4
    assert called[0].status == 409, "the page of before does nothing any more"
    assert scene.speakers() == {SpeakerState.SPOKEN: 1, SpeakerState.SPEAKING: 1, SpeakerState.WAITING: 2}
    back = at_once(scene.pressing("press=take"), scene.pressing("press=next", desk=1))
    assert {answer.status for answer in back} <= {303, 409}
    assert scene.speakers()[SpeakerState.SPEAKING] == 1


@pytest.mark.twice
def test_a_restart_in_the_middle_of_a_turn_loses_nothing_and_calls_nobody_twice(place: Hall) -> None:
    scene = Scene(place)
    assert scene.pressing("press=next")().status == 303
    ends, called = scene.hall().turn_ends_at, scene.pressing("press=next")
    place.restart(called, called, called)
    assert {called().status for _ in range(2)} <= {303, 409}
    assert scene.speakers() == {SpeakerState.SPOKEN: 1, SpeakerState.SPEAKING: 1, SpeakerState.WAITING: 2}
    assert scene.noted(Verb.HEARING_SPEAKER_HEARD) == 1
    stands = scene.hall()
    assert stands.keeper_id == scene.people.secretary
    assert stands.turn_ends_at is not None
    assert ends is not None
    assert stands.turn_ends_at > ends, "the clock of the second turn; it is a moment, not a counter in a process"
    assert place.server.send("GET", f"{scene.page}/live")[0].status == 200
    paused = scene.pressing("press=pause")
    place.restart(paused)
    assert paused().status in (303, 409)
    assert scene.hall().paused_at is not None


@pytest.mark.twice
def test_votes_in_a_straw_poll_are_counted_once_however_often_and_whenever_they_are_pressed(place: Hall) -> None:
    scene = Scene(place)
    with place.app.app_context():
        poll = write(polls.open_poll, scene.people.id, ASKED, [YES, NO], **scene.people.desk)
        people, option = [make_writer().id for _ in range(6)], poll.options[0].id
    url = f"{scene.page}/live/vote"
    presses = [place.browser(one).pressing(url, "Vote", answer=str(option)) for one in people]
    closing = scene.pressing(f"press=close-{poll.id}")
    found = at_once(*presses * 2, closing, closing)
    assert all(answer.status in (303, 409) for answer in found)
    counted = place.ask(select(PollVote.person_id).where(PollVote.poll_id == poll.id))
    assert len(counted) == len(set(counted))
    thanked = {one for one, answer in zip(people * 2, found, strict=False) if answer.status == 303}
    assert set(counted) <= thanked
    (facts,) = place.ask(
        select(RecordEntry.facts).where(
            RecordEntry.hearing_id == scene.people.id, RecordEntry.verb == Verb.HEARING_POLL_CLOSED
        )
    )
    assert facts["votes_1"] == len(counted)


# --- Closing --------------------------------------------------------------------------------------------------------


def answered_in_a_group(place: Hall, scene: Scene) -> int:
    """Bring a hearing to its last step: one statement, answered with its group, and its window over."""
    with place.app.app_context():
        people = scene.people
        statement = people.statement()
        made = write(matrix.group, people.id, [("statement", statement.id, None)], title=ALIKE)
        write(matrix.answer_group, people.id, made.id, ANSWER, by=people.by, **people.desk)
        people.ends()
        write(_window_is_over, people.id)
        return statement.number


def _window_is_over(session: Any, hearing_id: int) -> None:
    session.get_one(Hearing, hearing_id).statements_until = now() - timedelta(minutes=1)


def keeps_its_promise(place: Hall, scene: Scene) -> bool:
    with place.app.app_context():
        return scene.state() != HearingState.CLOSED or owed(db.session(), scene.people.id) == Owed(0, 0)


@pytest.mark.twice
def test_an_answer_is_taken_away_while_it_is_closed(place: Hall) -> None:
    seen = set()
    for _ in range(ROUNDS):
        scene = Scene(place)
        number = answered_in_a_group(place, scene)
        desk = f"{DESK}/{scene.people.id}"
        close = scene.desks[0].pressing(f"{desk}/closing", "Close the hearing")
        answer_page = f"{desk}/matrix/statements/{number}"
        out = scene.desks[1].pressing(answer_page, "Take it out of the group", to=f"{answer_page}/group")
        closed, *_ = answers = at_once(close, out, close, out)
        assert all(answer.status in (303, 409, 422) for answer in answers)
        assert keeps_its_promise(place, scene)
        assert scene.noted(Verb.HEARING_CLOSED) == (scene.state() == HearingState.CLOSED)
        seen.add(closed.status)
    scene = Scene(place)
    answered_in_a_group(place, scene)
    close = scene.desks[0].pressing(f"{DESK}/{scene.people.id}/closing", "Close the hearing")
    place.restart(close, close)
    close()
    assert scene.state() == HearingState.CLOSED
    assert scene.noted(Verb.HEARING_CLOSED) == 1


@pytest.mark.thorough
def test_without_the_rules_guards_it_is_the_database_that_keeps_it_open(tmp_path: Path) -> None:
    """What the test above is about: with the guards taken out, closing is tried, and it stays open."""
    with hall(tmp_path, app="tests.support.unguarded_closing_wsgi:app") as place:
        scene = Scene(place)
        with place.app.app_context():
            scene.people.statement()
            scene.people.ends()
            write(_window_is_over, scene.people.id)
        desk = f"{DESK}/{scene.people.id}"
        close = scene.desks[0].pressing(f"{desk}/summary", "Save the summary", to=f"{desk}/closing")
        assert close().status == 500
        assert scene.state() == HearingState.HELD


# --- Notice ---------------------------------------------------------------------------------------------------------


@pytest.mark.twice
def test_the_day_is_moved_while_notice_is_given(place: Hall) -> None:
    """One secretary gives notice, twice; the other moves the hearing to tomorrow, twice, from the same page."""
    for _ in range(ROUNDS):
        with place.app.app_context():
            council = make_council()
            desks = [place.browser(make_staff(council, Role.SECRETARY).id) for _ in range(2)]
            draft = make_hearing(council, state=HearingState.DRAFT, now=now())
        at = f"{DESK}/{draft.id}"
        tomorrow = (now() + timedelta(days=1)).date().isoformat()
        give = desks[0].pressing(f"{at}/notice", "Give notice now")
        move = desks[1].pressing(f"{at}/edit", "Save", day=tomorrow)
        answers = at_once(give, move, give, move)
        first, *late = sorted(answer.status for answer in answers)
        # Who is late hears that it was changed (409), or, where the new day is read already, that it is too soon (422).
        assert first == 303
        assert set(late) <= {409, 422}
        (stands,) = place.ask(select(Hearing).where(Hearing.id == draft.id))
        if stands.state == HearingState.ANNOUNCED:
            assert stands.held_on >= stands.earliest_on
            assert stands.held_on == draft.held_on
        else:
            assert (stands.state, stands.held_on) == (HearingState.DRAFT, tomorrow)
            again = desks[0].pressing(f"{at}/notice", "Give notice now")()
            assert again.status == 422
            assert "at the earliest" in again.body
