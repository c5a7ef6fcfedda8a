"""What organisers did around the town's events: one of everything a visitor can look at."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from karavan.door.models import DevicePass
from karavan.events.models import Attendee, CheckIn, Event, Offer, OfferState, SeatState
from karavan.events.wordings import words_of
from karavan.learning.models import Certificate, Feedback, Photo
from karavan.notifications.models import Letter, LetterState
from karavan.reports.models import DeletionReceipt, EventReport
from karavan.roster.message_queries import batch_of
from karavan.roster.models import Broadcast, ListMove, Reminder
from karavan.seeds import desk_words as said
from karavan.seeds.days import HOLIDAYS, ZONE, Days
from karavan.seeds.gatherings import PAST
from karavan.seeds.residents import RESIDENTS
from karavan.selection.drawing import choose
from karavan.selection.models import ApplicationState, CallState
from karavan.selection.queries import call_of, lacking_scores, on_the_list, reviews_by_application, standing
from tests.seeds.test_town import DAYS_OF_PLANTING, event
from tests.support.settings import NOW

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session


def number(town: Session, slug: str) -> int:
    return event(town, slug).id


def test_a_call_is_being_scored_and_one_reviewer_stood_aside(town: Session) -> None:
    tour = number(town, "study-tour-astana-2")
    call = call_of(town, tour)
    assert call is not None
    assert (call.state, bool(call.seed_hash), bool(call.list_hash)) == (CallState.REVIEW, True, True)
    there = standing(town, tour)
    assert len(there) == 24
    assert len({one.district for one in there}) == 7
    reviews = reviews_by_application(town, tour)
    assert [review.recused for several in reviews.values() for review in several].count(True) == 1
    assert 5 <= len(lacking_scores(call, there, reviews)) <= 12
    assert event(town, "study-tour-astana-2").cover_id is not None


def test_the_published_draw_gives_the_same_people_again(town: Session) -> None:
    camp = number(town, "camp-of-young-leaders")
    call = call_of(town, camp)
    assert call is not None
    assert call.state == CallState.RELEASED
    again = choose(call.drawn["list"], call.drawn["rules"], call.seed)
    assert (again["accepted"], again["reserve"]) == (call.drawn["accepted"], call.drawn["reserve"])
    states = Counter(one.state for one in on_the_list(town, call))
    assert states[ApplicationState.ACCEPTED] == 10
    offers = Counter(town.scalars(select(Offer.state).where(Offer.event_id == camp)))
    assert offers == {OfferState.ACCEPTED: 6, OfferState.DECLINED: 1, OfferState.OPEN: 4}


def test_a_training_is_over_and_everything_after_it_is_there(town: Session) -> None:
    over = number(town, "reading-a-budget")
    doors = select(CheckIn.day, CheckIn.door).join(Attendee).where(Attendee.event_id == over)
    came = Counter((row[0], row[1]) for row in town.execute(doors))
    assert len({day for day, _ in came}) == 2
    assert len({door for _, door in came if door}) == 2
    certificates = town.scalars(select(Certificate).where(Certificate.event_id == over)).all()
    (old,) = [one for one in certificates if one.revoked_at is not None]
    anew = next(one for one in certificates if one.id == old.replaced_by_id)
    assert (old.minutes, anew.minutes) == (300, 480)
    assert len(certificates) == 16
    (move,) = town.scalars(select(ListMove).join(Attendee).where(Attendee.event_id == over))
    assert (move.before, move.after, move.reason) == (SeatState.OFFERED, SeatState.SEATED, said.MOVED_WHY)
    assert town.scalar(select(func.count()).where(Feedback.event_id == over)) == len(said.SAID)
    assert town.scalar(select(func.count()).where(Photo.event_id == over, Photo.hidden_at.is_(None))) == 2
    report = town.get_one(EventReport, over)
    assert report.anonymised_at is None
    assert report.figures["came"] == 15


def test_an_old_meeting_has_numbers_and_no_names(town: Session) -> None:
    old = number(town, "first-meeting-of-volunteers")
    assert set(town.scalars(select(Attendee.name).where(Attendee.event_id == old))) == {""}
    receipt = town.scalars(select(DeletionReceipt).where(DeletionReceipt.event_id == old)).one()
    assert receipt.counts["names"] == len(said.VOLUNTEERS)
    assert town.get_one(EventReport, old).figures["came"] == len(said.VOLUNTEERS) - 1


def test_events_ahead_have_a_message_reminders_passes_and_a_stale_wording(town: Session) -> None:
    broadcast = town.scalars(select(Broadcast)).one()
    fates = Counter(town.scalars(select(Letter.state).where(Letter.batch == batch_of(broadcast.id))))
    assert broadcast.letters == fates.total() > fates[LetterState.FAILED] == 1
    training = event(town, "how-to-write-a-proposal")
    hours = town.scalars(select(Reminder.hours_before).where(Reminder.event_id == training.id))
    assert set(hours) == {168, 72, 24}
    passes = town.scalars(select(DevicePass).where(DevicePass.event_id == training.id)).all()
    assert [one.revoked_at is not None for one in passes] == [False, True]
    ages = training.written["accessibility_note"]
    assert ages["ru"] > ages["kk"]
    assert not [one for one in training.questions if one.retired]
    postponed = town.scalars(select(Event).where(Event.postponed_at.is_not(None))).one()
    assert postponed.postpone_reason.kk
    assert words_of(postponed)


@pytest.mark.parametrize("now", DAYS_OF_PLANTING, ids=str)
def test_what_is_past_is_past_whenever_the_town_is_planted(now: datetime) -> None:
    for gathering, days in zip(PAST, (5, 63), strict=True):
        plan = gathering.plan(Days(now))
        starts, ends = plan.starts_at.astimezone(ZONE), plan.ends_at.astimezone(ZONE)
        assert gathering.published(Days(now)) < plan.starts_at - timedelta(days=12)
        assert ends + timedelta(days=days) < now
        assert (starts.month, starts.day) not in HOLIDAYS
        assert {line.day for line in plan.programme} <= {starts.date(), ends.date()}


def test_whoever_applies_or_comes_is_somebody_of_the_town() -> None:
    assert set(said.WHO) <= set(RESIDENTS)
    wishes = (*said.TOUR_APPLICATIONS, *said.CAMP_APPLICATIONS)
    assert {who for who, _ in wishes} | set(said.TRAINED) | set(said.VOLUNTEERS) <= set(said.WHO)
    young = [NOW.year - said.WHO[who][1] < 30 for who, _ in said.CAMP_APPLICATIONS]
    assert young.count(True) >= 10
