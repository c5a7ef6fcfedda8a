"""From the call to the confirmed seats: places given by rank, and what becomes of everybody."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from karavan.accounts.models import Person
from karavan.core.problems import NotFound
from karavan.events.models import SeatChannel, SeatState
from karavan.events.problems import GivenBySelection
from karavan.events.rules.change_seats import accept_offer, decline_offer, sweep
from karavan.notifications.models import Letter
from karavan.record.models import RecordEntry, Verb
from karavan.roster.models import Look
from karavan.roster.rules.looks import looked
from karavan.selection import published
from karavan.selection.models import ApplicationState, CallState
from karavan.selection.problems import (
    ApplicationStands,
    CallIsFrozen,
    ChangedMeanwhile,
    KnowsTheNames,
    NotAtThisStage,
    NotOpenForApplications,
    OwnApplication,
    PeopleHaveSeats,
    PlacesAndSeatsDiffer,
    ReviewerHasScored,
    ScoresMissing,
    ScoringIsOver,
    StillOpen,
    TooFewReviewers,
    TooLateToAnswer,
)
from karavan.selection.queries import calls_to_review, material, reviewers
from karavan.selection.rules.apply import hand_in, withdraw
from karavan.selection.rules.plan import begin_call, dismiss_reviewer, edit_call, name_reviewer
from karavan.selection.rules.release import release
from karavan.selection.rules.score import score, stand_aside
from karavan.selection.rules.steps import close_call, keep_choice, open_call
from tests.support import makers
from tests.support.calls import (
    CLOSED,
    apply,
    call_now,
    call_plan,
    choose,
    give_points,
    make_call,
    make_chosen,
    reload,
    write,
)
from tests.support.makers import application, make_event, states_of
from tests.support.settings import NOW

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.support.cast import Cast

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HANDED_IN, ACCEPTED, RESERVE = ApplicationState.HANDED_IN, ApplicationState.ACCEPTED, ApplicationState.RESERVE


def letters_to(session: Session, letter: str) -> list[Letter]:
    session.close()
    return list(session.scalars(select(Letter).where(Letter.letter == letter).order_by(Letter.id)))


def ticket_of(public_id: str) -> str:
    registration = reload(public_id).registration
    assert registration is not None
    return registration.public_id


# --- The whole way --------------------------------------------------------------------------------------------


def test_the_best_are_offered_seats_and_the_reserve_moves_up_by_itself(session: Session, cast: Cast) -> None:
    made = make_chosen((cast.saule, cast.daniyar), people=4, released=True)
    first, second, third, fourth = (one.public_id for one in made.applications)

    assert [one.state for one in made.applications] == [ACCEPTED, ACCEPTED, RESERVE, RESERVE]
    tickets = [makers.reload(ticket_of(one)) for one in (first, second, third, fourth)]
    assert [states_of(one) for one in tickets] == [
        [SeatState.OFFERED], [SeatState.OFFERED], [SeatState.WAITING], [SeatState.WAITING]
    ]  # fmt: skip
    assert [one.number for one in tickets] == sorted(one.number for one in tickets)
    assert {one.channel for one in tickets} == {SeatChannel.SELECTION}
    assert tickets[0].offers[0].expires_at == CLOSED + 2 * DAY
    decisions = letters_to(session, "selection/decision")
    assert [letter.payload["outcome"] for letter in decisions] == ["accepted", "accepted", "reserve", "reserve"]
    assert ["expires_at" in letter.payload for letter in decisions] == [True, True, False, False]

    write(accept_offer, made.event.id, tickets[0].public_id, tickets[0].offers[0].id, now=CLOSED + HOUR)
    write(decline_offer, made.event.id, tickets[1].public_id, tickets[1].offers[0].id, now=CLOSED + HOUR)
    assert [states_of(one) for one in tickets] == [
        [SeatState.SEATED], [SeatState.DECLINED], [SeatState.OFFERED], [SeatState.WAITING]
    ]  # fmt: skip
    write(sweep, made.event.id, now=CLOSED + 5 * DAY)
    assert [states_of(one) for one in tickets[2:]] == [[SeatState.EXPIRED], [SeatState.OFFERED]]


def test_the_record_says_what_was_done_and_nothing_about_people(session: Session, cast: Cast) -> None:
    made = make_chosen((cast.saule, cast.daniyar), released=True)
    session.close()
    entries = {
        entry.verb: entry.facts
        for entry in session.scalars(select(RecordEntry).where(RecordEntry.event_id == made.event.id))
    }
    call = call_now(made.event)
    assert entries[Verb.SELECTION_OPENED]["seed"] == published.sha256(call.seed)
    assert call.seed not in str(entries[Verb.SELECTION_OPENED])
    assert entries[Verb.SELECTION_CLOSED] == {"applications": 4, "list": call.list_hash}
    assert entries[Verb.SELECTION_DRAWN] == {"accepted": 2, "reserve": 2}
    assert entries[Verb.SELECTION_RELEASED]["seed"] == call.seed
    assert call.state == CallState.RELEASED


def test_nobody_takes_a_seat_past_the_selection(session: Session, cast: Cast) -> None:
    event = make_call(reviewers=(cast.saule, cast.daniyar))
    for channel in SeatChannel:
        with pytest.raises(GivenBySelection):
            makers.take_seats(event, application(channel=channel))


# --- The call -------------------------------------------------------------------------------------------------


def test_what_is_published_does_not_change(session: Session, cast: Cast) -> None:
    event = make_call(reviewers=(cast.saule, cast.daniyar))
    with pytest.raises(CallIsFrozen):
        write(edit_call, event.id, call_plan(), read_version=call_now(event).version)


def test_of_two_who_edit_a_draft_the_second_is_told(session: Session, cast: Cast) -> None:
    event = make_call(opened=False)
    version = call_now(event).version
    write(edit_call, event.id, call_plan(reviews=3), read_version=version)
    with pytest.raises(ChangedMeanwhile):
        write(edit_call, event.id, call_plan(reviews=4), read_version=version)
    assert call_now(event).reviews == 3


def test_a_selection_does_not_begin_where_people_have_seats(session: Session) -> None:
    event = make_event(seats=2)
    makers.make_registration(event)
    with pytest.raises(PeopleHaveSeats):
        write(begin_call, event.id, call_plan(), now=NOW)


def test_a_call_needs_as_many_reviewers_as_it_promises(session: Session, cast: Cast) -> None:
    event = make_call(reviewers=(cast.saule,), opened=False)
    with pytest.raises(TooFewReviewers):
        write(open_call, event.id, now=NOW)


def test_a_call_gives_as_many_places_as_there_are_seats(session: Session, cast: Cast) -> None:
    event = make_call(reviewers=(cast.saule, cast.daniyar), opened=False)
    write(edit_call, event.id, call_plan(places=3), read_version=call_now(event).version)
    with pytest.raises(PlacesAndSeatsDiffer):
        write(open_call, event.id, now=NOW)


def test_a_reviewer_who_scored_stays(session: Session, cast: Cast) -> None:
    event = make_call(reviewers=(cast.saule, cast.daniyar))
    give_points(event, apply(event), cast.saule, 3, 4)
    write(name_reviewer, event.id, cast.saule.email_key, now=NOW)
    saule, daniyar = reviewers(session, event.id)
    assert (saule.scored, daniyar.scored) == (1, 0)
    with pytest.raises(ReviewerHasScored):
        write(dismiss_reviewer, event.id, saule.id)
    write(dismiss_reviewer, event.id, daniyar.id)
    assert len(letters_to(session, "selection/reviewing")) == 2


# --- Applying -------------------------------------------------------------------------------------------------


def test_pressing_twice_is_applying_once_and_a_known_contact_is_told_by_letter(session: Session, cast: Cast) -> None:
    event = make_call(reviewers=(cast.saule, cast.daniyar))
    wish = application(email="amina@example.kz")
    first = write(hand_in, event.id, wish, now=NOW)
    assert write(hand_in, event.id, wish, now=NOW) == (first.public_id, False)
    again = write(hand_in, event.id, application(email="Amina@example.kz"), now=NOW)
    assert again == (None, False)
    assert [letter.payload["again"] for letter in letters_to(session, "selection/received")] == [False, True]


def test_applications_are_taken_in_the_window_only(session: Session, cast: Cast) -> None:
    event = make_call(reviewers=(cast.saule, cast.daniyar), opens_at=NOW + DAY)
    for moment in (NOW, CLOSED, CLOSED + DAY):
        with pytest.raises(NotOpenForApplications):
            write(hand_in, event.id, application(), now=moment)
    draft = make_call(opened=False)
    with pytest.raises(NotFound):
        write(hand_in, draft.id, application(), now=NOW)


def test_who_withdrew_may_come_back_and_stands_on_the_list_once(session: Session, cast: Cast) -> None:
    event = make_call(reviewers=(cast.saule, cast.daniyar))
    gone = apply(event, email="amina@example.kz")
    assert write(withdraw, event.id, gone.public_id, now=NOW)
    assert not write(withdraw, event.id, gone.public_id, now=NOW)
    back = apply(event, email="amina@example.kz")
    write(close_call, event.id, now=CLOSED)
    listed = call_now(event).drawn["list"]
    assert back.pseudonym in listed
    assert gone.pseudonym not in listed


def test_who_leaves_after_the_list_was_closed_is_named_in_the_rules(session: Session, cast: Cast) -> None:
    event = make_call(reviewers=(cast.saule, cast.daniyar))
    gone, stays = apply(event), apply(event)
    for one in (gone, stays):
        for person in (cast.saule, cast.daniyar):
            give_points(event, one, person, 5, 5)
    write(close_call, event.id, now=CLOSED)
    write(withdraw, event.id, gone.public_id, now=CLOSED)
    drawn = choose(event).drawn
    assert drawn["rules"]["withdrawn"] == [gone.pseudonym]
    assert drawn["accepted"] == [stays.pseudonym]


def test_an_accepted_applicant_who_leaves_before_the_release_makes_room(session: Session, cast: Cast) -> None:
    made = make_chosen((cast.saule, cast.daniyar), people=4)
    write(withdraw, made.event.id, made.applications[0].public_id, now=CLOSED)
    write(release, made.event.id, now=CLOSED)
    second, third, fourth = (reload(one.public_id) for one in made.applications[1:])
    assert [one.state for one in (second, third, fourth)] == [ACCEPTED, RESERVE, RESERVE]
    assert states_of(ticket_of(third.public_id)) == [SeatState.OFFERED]
    with pytest.raises(ApplicationStands):
        write(withdraw, made.event.id, second.public_id, now=CLOSED)


# --- Scores ---------------------------------------------------------------------------------------------------


def test_points_are_weighted_and_averaged(session: Session, cast: Cast) -> None:
    event = make_call(reviewers=(cast.saule, cast.daniyar))
    one = apply(event)
    give_points(event, one, cast.saule, 5, 10)
    give_points(event, one, cast.daniyar, 0, 5)
    write(close_call, event.id, now=CLOSED)
    call = call_now(event)
    assert material(session, call).rules["scores"] == {one.pseudonym: 6250}  # (20 + 5) / 2 of 20


def test_who_has_a_conflict_stands_aside_and_another_has_to_score(session: Session, cast: Cast) -> None:
    event = make_call(reviewers=(cast.saule, cast.daniyar))
    one = apply(event)
    give_points(event, one, cast.saule, 5, 10)
    write(stand_aside, event.id, one.number, reason="Родственница", by=cast.daniyar.id, read_version=0, now=NOW)
    write(close_call, event.id, now=CLOSED)
    with pytest.raises(ScoresMissing):
        choose(event)
    write(name_reviewer, event.id, cast.root.email_key, now=CLOSED)
    give_points(event, one, cast.root, 5, 10, now=CLOSED)
    assert choose(event).drawn["accepted"] == [one.pseudonym]


def test_only_who_was_named_scores_and_each_for_herself(session: Session, cast: Cast) -> None:
    event = make_call(reviewers=(cast.saule, cast.daniyar))
    one = apply(event)
    points = {line.id: 1 for line in call_now(event).criteria}
    with pytest.raises(NotFound):
        write(score, event.id, one.number, points, by=cast.ermek.id, read_version=0, now=NOW)
    with pytest.raises(NotFound):
        write(score, event.id, one.number + 1, points, by=cast.saule.id, read_version=0, now=NOW)
    with pytest.raises(NotFound):
        write(score, event.id, one.number, dict.fromkeys(points, 6), by=cast.saule.id, read_version=0, now=NOW)
    write(score, event.id, one.number, points, by=cast.saule.id, read_version=0, now=NOW)
    with pytest.raises(ChangedMeanwhile):
        write(score, event.id, one.number, points, by=cast.saule.id, read_version=0, now=NOW)


# --- Steps ----------------------------------------------------------------------------------------------------


def test_the_list_is_closed_when_the_time_is_over_and_once(session: Session, cast: Cast) -> None:
    event = make_call(reviewers=(cast.saule, cast.daniyar))
    with pytest.raises(StillOpen):
        write(close_call, event.id, now=CLOSED - timedelta(seconds=1))
    write(close_call, event.id, now=CLOSED)
    with pytest.raises(NotAtThisStage):
        write(close_call, event.id, now=CLOSED)


def test_a_choice_made_from_what_no_longer_stands_is_not_kept(session: Session, cast: Cast) -> None:
    event = make_call(reviewers=(cast.saule, cast.daniyar))
    one = apply(event)
    for person in (cast.saule, cast.daniyar):
        give_points(event, one, person, 1, 1)
    write(close_call, event.id, now=CLOSED)
    read = material(session, call_now(event))
    write(withdraw, event.id, one.public_id, now=CLOSED)
    with pytest.raises(ChangedMeanwhile):
        write(keep_choice, event.id, read, {"accepted": [one.pseudonym], "reserve": []}, now=CLOSED)


def test_scores_do_not_change_after_the_choice(session: Session, cast: Cast) -> None:
    made = make_chosen((cast.saule, cast.daniyar))
    points = {line.id: 5 for line in call_now(made.event).criteria}
    with pytest.raises(ScoringIsOver):
        write(score, made.event.id, 1, points, by=cast.saule.id, read_version=1, now=CLOSED)


def test_decisions_are_not_told_when_nobody_could_answer_them(session: Session, cast: Cast) -> None:
    made = make_chosen((cast.saule, cast.daniyar))
    with pytest.raises(TooLateToAnswer):
        write(release, made.event.id, now=NOW + timedelta(days=30) - 2 * HOUR)
    assert letters_to(session, "selection/decision") == []
    assert [reload(one.public_id).state for one in made.applications] == [HANDED_IN] * 4


# --- Who scores whom ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("contact", ["email", "phone"])
def test_nobody_scores_her_own_application_and_nobody_waits_for_her(session: Session, cast: Cast, contact: str) -> None:
    event = make_call(reviewers=(cast.saule, cast.daniyar))
    write(_number_of, cast.saule.id)
    hers = {"email": {"email": cast.saule.email}, "phone": {"phone": "+77011112233", "email": ""}}[contact]
    own, other = apply(event, **hers), apply(event)
    with pytest.raises(OwnApplication):
        give_points(event, own, cast.saule, 5, 10)
    with pytest.raises(OwnApplication):
        write(stand_aside, event.id, own.number, reason="Это я", by=cast.saule.id, read_version=0, now=NOW)
    give_points(event, other, cast.saule, 1, 1)
    saule, daniyar = reviewers(session, event.id)
    assert [(one.scored, one.recused) for one in (saule, daniyar)] == [(1, 1), (0, 0)]
    (mine,) = calls_to_review(session, cast.saule.id)
    assert (mine.done, mine.applications) == (2, 2)

    for one in (own, other):
        give_points(event, one, cast.daniyar, 2, 2)
    write(close_call, event.id, now=CLOSED)
    assert material(session, call_now(event)).lacking == 1, "another reviewer has to score hers"
    write(name_reviewer, event.id, cast.bekzat.email_key, now=CLOSED)
    give_points(event, own, cast.bekzat, 3, 3)
    assert choose(event).state == CallState.CHOSEN


def test_who_has_read_the_names_does_not_become_a_reviewer(session: Session, cast: Cast) -> None:
    event = make_call(reviewers=(cast.saule, cast.daniyar))
    apply(event)
    write(looked, event.id, cast.bekzat.id, Look.APPLICATIONS, people=1, now=NOW)
    with pytest.raises(KnowsTheNames):
        write(name_reviewer, event.id, cast.bekzat.email_key, now=NOW)
    write(looked, event.id, cast.saule.id, Look.APPLICATIONS, detail="No. 1", people=1, now=NOW)
    write(name_reviewer, event.id, cast.saule.email_key, now=NOW)


def _number_of(session: Session, person_id: int) -> None:
    session.get_one(Person, person_id).phone = "+77011112233"
