"""What the clock does by itself: reminders, days that pass, dates that move, digests; late, twice, after days off."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from karavan.accounts.models import Role
from karavan.core.database import db
from karavan.core.languages import Slots
from karavan.deadlines.almanac import DayChange
from karavan.deadlines.models import DayKind, Deadline, DeadlineKind
from karavan.deadlines.rules import change_days
from karavan.notifications.models import Letter
from karavan.proposals import tasks
from karavan.proposals.models import Act, Follow, FollowKind, Pace, State
from karavan.proposals.rules.follow import follow, last_due, tell_follower, unfollow
from karavan.proposals.rules.steps import take_step
from karavan.record.models import ActorRole, RecordEntry, Verb
from tests.support.civic import (
    REASON,
    make_body,
    make_council,
    make_person,
    make_proposal,
    make_recommendation,
    write,
)
from tests.support.settings import NOW

if TYPE_CHECKING:
    import time_machine
    from sqlalchemy.orm import Session

AKTAU = ZoneInfo("Asia/Aqtau")


def letters(name: str) -> list[Letter]:
    session = db.session()
    session.rollback()
    return list(session.scalars(select(Letter).where(Letter.letter == f"proposals/{name}").order_by(Letter.id)))


def asked() -> tuple[Deadline, int]:
    """A recommendation that waits for an answer: its clock, and whose submission it carries."""
    council = make_council()
    make_person(roles=((Role.SECRETARY, council.organisation_id),))
    proposal = make_proposal(council, state=State.AT_COUNCIL)
    sent = make_recommendation(proposal, body=make_body(email="body@example.kz"))
    clock = db.session().scalars(
        select(Deadline).where(Deadline.recommendation_id == sent.id, Deadline.kind == DeadlineKind.ANSWER)
    )
    return clock.one(), proposal.id


def on(day: Any, clock: time_machine.Traveller) -> None:
    clock.move_to(datetime.combine(day, time(10), AKTAU).astimezone(UTC))


class TestReminders:
    """At half-time, three days before, on the day, and once when it has passed."""

    def test_every_occasion_is_told_once_however_often_the_round_comes(
        self, session: Session, clock: time_machine.Traveller
    ) -> None:
        deadline, _ = asked()
        due, day = deadline.due_on, NOW.date()
        while day <= due + timedelta(days=3):
            on(day, clock)
            tasks.remind_of_deadlines()
            tasks.remind_of_deadlines()
            day += timedelta(days=1)
        told = [letter.payload["occasion"] for letter in letters("reminder") if letter.address == "body@example.kz"]
        assert told == ["half_time", "soon", "last_day", "passed"]
        assert len(letters("no_answer")) == 1
        assert len({letter.key for letter in letters("reminder")}) == len(letters("reminder"))
        passed = select(RecordEntry).where(RecordEntry.verb == Verb.RECOMMENDATION_OVERDUE)
        assert len(session.scalars(passed).all()) == 1

    def test_after_skipped_days_only_what_is_true_now_is_told(
        self, session: Session, clock: time_machine.Traveller
    ) -> None:
        deadline, _ = asked()
        on(deadline.due_on + timedelta(days=40), clock)
        tasks.remind_of_deadlines()
        assert {letter.payload["occasion"] for letter in letters("reminder")} == {"passed"}

    def test_the_council_hears_it_too(self, session: Session, clock: time_machine.Traveller) -> None:
        deadline, _ = asked()
        on(deadline.due_on, clock)
        tasks.remind_of_deadlines()
        assert len({letter.address for letter in letters("reminder")}) == 2

    def test_moderators_are_reminded_of_what_they_have_to_look_at(
        self, session: Session, clock: time_machine.Traveller
    ) -> None:
        council = make_council()
        moderator = make_person(roles=((Role.MODERATOR, council.organisation_id),))
        proposal = make_proposal(council)
        due = session.scalars(select(Deadline.due_on).where(Deadline.proposal_id == proposal.id)).one()
        on(due, clock)
        tasks.remind_of_deadlines()
        (letter,) = letters("reminder")
        assert (letter.address, letter.payload["kind"]) == (moderator.email, "checking")
        on(due + timedelta(days=2), clock)
        tasks.remind_of_deadlines()
        assert letters("no_answer") == [], "an author is not written to about moderators"

    def test_a_fault_in_one_does_not_keep_the_others_waiting(
        self, session: Session, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first, _ = asked()
        second, _ = asked()
        usual = tasks.remind

        def fails_for_one(session: Session, deadline_id: int, **facts: Any) -> int:
            if deadline_id == first.id:
                raise RuntimeError("broken on purpose")
            return usual(session, deadline_id, **facts)

        monkeypatch.setattr(tasks, "remind", fails_for_one)
        on(second.due_on, clock)
        tasks.remind_of_deadlines()
        assert {letter.payload["deadline_id"] for letter in letters("reminder")} == {second.id}


def test_a_date_that_the_calendar_moved_is_told_to_the_author_once(
    session: Session, clock: time_machine.Traveller
) -> None:
    deadline, _ = asked()
    before = deadline.due_on
    day = next(before - timedelta(days=back) for back in range(1, 5) if (before - timedelta(days=back)).weekday() < 5)
    write(
        change_days,
        [DayChange(day=day, kind=DayKind.DAY_OFF, note=Slots(kk="Ауыстырылды", ru="Перенос"))],
        reason=REASON,
        by_person=None,
        now=NOW,
    )
    for _ in range(2):
        tasks.remind_of_deadlines()
    (letter,) = letters("date_moved")
    assert letter.payload["before"] == before.isoformat()
    assert letter.payload["due_on"] > before.isoformat()


class TestFollowing:
    """Hearing of what is followed, at one's own pace."""

    def publish_one(self, topic: str = "transport") -> int:
        return make_proposal(state=State.PUBLISHED).id

    def later(self, clock: time_machine.Traveller) -> None:
        clock.shift(timedelta(minutes=5))

    @pytest.mark.parametrize(
        ("kind", "key"),
        [(FollowKind.PLACE, "zhanaozen"), (FollowKind.TOPIC, "transport"), (FollowKind.COUNCIL, "")],
    )
    def test_what_is_new_comes_once(
        self, session: Session, clock: time_machine.Traveller, kind: FollowKind, key: str
    ) -> None:
        council, amina = make_council(), make_person()
        write(follow, person_id=amina.id, kind=kind, key=key or str(council.id), pace=Pace.AT_ONCE, now=NOW)
        self.publish_one()
        self.publish_one()
        self.later(clock)
        for _ in range(3):
            tasks.tell_followers()
        (letter,) = letters("digest")
        assert letter.address == amina.email
        assert [change["act"] for change in letter.payload["changes"]] == ["publish", "publish"]

    def test_what_was_before_is_not_told_and_what_is_not_public_never(
        self, session: Session, clock: time_machine.Traveller
    ) -> None:
        council, amina = make_council(), make_person()
        old = self.publish_one()
        write(follow, person_id=amina.id, kind=FollowKind.PROPOSAL, key=str(old), pace=Pace.AT_ONCE, now=NOW)
        write(follow, person_id=amina.id, kind=FollowKind.COUNCIL, key=str(council.id), pace=Pace.AT_ONCE, now=NOW)
        make_proposal(council, state=State.REFUSED)
        make_proposal(council, state=State.DRAFT)
        self.later(clock)
        tasks.tell_followers()
        assert letters("digest") == []

    def test_somebody_who_follows_the_same_twice_over_is_told_once(
        self, session: Session, clock: time_machine.Traveller
    ) -> None:
        make_council()
        amina = make_person()
        for kind, key in ((FollowKind.PLACE, "zhanaozen"), (FollowKind.TOPIC, "transport")):
            write(follow, person_id=amina.id, kind=kind, key=key, pace=Pace.AT_ONCE, now=NOW)
        self.publish_one()
        self.later(clock)
        tasks.tell_followers()
        (letter,) = letters("digest")
        assert len(letter.payload["changes"]) == 1

    def test_a_change_that_is_still_on_its_way_in_is_not_skipped(self, session: Session) -> None:
        """One with a smaller number may be committed later: the last minute is left for the next round."""
        make_council()
        amina = make_person()
        write(follow, person_id=amina.id, kind=FollowKind.PLACE, key="zhanaozen", pace=Pace.AT_ONCE, now=NOW)
        self.publish_one()
        assert write(tell_follower, amina.id, Pace.AT_ONCE, now=NOW + timedelta(seconds=30)) is False
        assert write(tell_follower, amina.id, Pace.AT_ONCE, now=NOW + timedelta(seconds=90)) is True

    def test_more_than_a_letter_holds_comes_with_the_next(
        self, session: Session, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("karavan.proposals.queries.MOST_TOLD", 2)
        make_council()
        amina = make_person()
        write(follow, person_id=amina.id, kind=FollowKind.PLACE, key="zhanaozen", pace=Pace.AT_ONCE, now=NOW)
        for _ in range(5):
            self.publish_one()
        self.later(clock)
        for _ in range(4):
            tasks.tell_followers()
        told = [change["number"] for letter in letters("digest") for change in letter.payload["changes"]]
        assert told == [f"MGS-2026-{place:05d}" for place in range(1, 6)]

    def test_steps_that_were_numbered_out_of_order_are_both_told(self, session: Session) -> None:
        make_council()
        amina = make_person()
        write(follow, person_id=amina.id, kind=FollowKind.PLACE, key="zhanaozen", pace=Pace.AT_ONCE, now=NOW)
        make_proposal(state=State.PUBLISHED, now=NOW + timedelta(seconds=30))
        make_proposal(state=State.PUBLISHED, now=NOW)
        for seconds in (70, 100):
            write(tell_follower, amina.id, Pace.AT_ONCE, now=NOW + timedelta(seconds=seconds))
        told = [change["number"] for letter in letters("digest") for change in letter.payload["changes"]]
        assert sorted(told) == ["MGS-2026-00001", "MGS-2026-00002"]

    def test_once_a_day_at_eight_and_a_missed_day_is_made_up_for(
        self, session: Session, clock: time_machine.Traveller
    ) -> None:
        make_council()
        amina = make_person()
        write(follow, person_id=amina.id, kind=FollowKind.PLACE, key="zhanaozen", pace=Pace.DAILY, now=NOW)
        self.publish_one()
        self.later(clock)
        tasks.tell_followers()
        assert letters("digest") == []
        clock.shift(timedelta(days=3))
        tasks.tell_followers()
        tasks.tell_followers()
        assert len(letters("digest")) == 1

    def test_whoever_stops_hears_no_more(self, session: Session, clock: time_machine.Traveller) -> None:
        make_council()
        amina = make_person()
        mine: dict[str, Any] = {"person_id": amina.id, "kind": FollowKind.PLACE, "key": "zhanaozen"}
        write(follow, **mine, pace=Pace.AT_ONCE, now=NOW)
        write(unfollow, **mine, now=NOW)
        write(unfollow, **mine, now=NOW)
        self.publish_one()
        self.later(clock)
        tasks.tell_followers()
        assert letters("digest") == []

    def test_following_again_changes_the_pace_only(self, session: Session) -> None:
        amina = make_person()
        mine: dict[str, Any] = {"person_id": amina.id, "kind": FollowKind.PLACE, "key": "zhanaozen", "now": NOW}
        write(follow, **mine, pace=Pace.AT_ONCE)
        write(follow, **mine, pace=Pace.WEEKLY)
        session.rollback()
        assert session.scalars(select(Follow.pace)).all() == [Pace.WEEKLY]

    def test_what_left_the_public_eye_is_told_of_no_more(self, session: Session, clock: time_machine.Traveller) -> None:
        make_council()
        amina = make_person()
        write(follow, person_id=amina.id, kind=FollowKind.PLACE, key="zhanaozen", pace=Pace.AT_ONCE, now=NOW)
        proposal = self.publish_one()
        write(take_step, proposal, Act.WITHDRAW, by=ActorRole.RESIDENT, actor_id=None, now=NOW, reason=REASON)
        self.later(clock)
        tasks.tell_followers()
        assert letters("digest") == []


@pytest.mark.parametrize(
    ("pace", "now", "due"),
    [
        (Pace.DAILY, "2026-11-25T09:00", "2026-11-25T08:00"),
        (Pace.DAILY, "2026-11-25T07:59", "2026-11-24T08:00"),
        (Pace.WEEKLY, "2026-11-25T09:00", "2026-11-23T08:00"),
        (Pace.WEEKLY, "2026-11-23T07:00", "2026-11-16T08:00"),
        (Pace.WEEKLY, "2026-11-23T08:00", "2026-11-23T08:00"),
    ],
)
def test_digests_are_due_at_eight_in_aktau(pace: Pace, now: str, due: str) -> None:
    moment, expected = (datetime.fromisoformat(text).replace(tzinfo=AKTAU) for text in (now, due))
    assert last_due(pace, moment.astimezone(UTC)) == expected
