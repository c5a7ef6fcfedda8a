"""Planning a hearing: a draft and its event, and what may still be changed once notice was given."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from karavan.core.languages import Slots
from karavan.events.models import Event, EventKind, EventState, Question, QuestionKind
from karavan.events.problems import KeptElsewhere
from karavan.events.rules.plan import cancel_event, publish
from karavan.hearings.models import CalledBy, Hearing, HearingProposal, HearingState
from karavan.hearings.problems import (
    ChangedMeanwhile,
    DateHasPassed,
    EndsBeforeItStarts,
    NoticeTooShort,
    NotOpenToEdits,
    NotReadyToAnnounce,
    OtherCouncil,
    WindowTooShort,
)
from karavan.hearings.rules.announce import announce
from karavan.hearings.rules.plan import Plan, begin_draft, edit
from karavan.hearings.rules.steps import in_words
from karavan.notifications.models import Letter
from karavan.notifications.rendering import render
from karavan.proposals.models import FollowKind, Pace, State
from karavan.proposals.rules.follow import follow
from karavan.record.models import ActorRole, RecordEntry, Verb
from tests.support.assembly import REASON, hearing_plan, make_hearing, reload_hearing
from tests.support.civic import make_council, make_person, make_proposal, make_staff, write
from tests.support.clocks import at
from tests.support.makers import take_seats
from tests.support.settings import NOW

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

BY: dict[str, Any] = {"by": ActorRole.SECRETARY, "now": NOW, "read_version": None}
EARLIEST = "2026-12-07"


def plan_of(hearing: Hearing, **changes: Any) -> Plan:
    """Return what the form would send if nothing but this was changed; moving the beginning moves the rest along."""
    names = ("title", "tasks", "questions", "agenda", "called_by", "caller", "ground", "venue", "stream_url")
    same: dict[str, Any] = {name: getattr(hearing, name) for name in (*names, "place", "speaker_minutes")}
    starts = changes.get("starts_at", hearing.starts_at)
    moved = {name: getattr(hearing, name) + (starts - hearing.starts_at) for name in ("ends_at", "statements_until")}
    return Plan(**same | moved | {"starts_at": starts, "languages": tuple(hearing.languages.split())} | changes)


def changed(session: Session) -> list[RecordEntry]:
    session.rollback()
    return list(session.scalars(select(RecordEntry).where(RecordEntry.verb == Verb.HEARING_CHANGED)))


def letters_by_kind(session: Session) -> dict[str, int]:
    session.rollback()
    return dict(session.execute(select(Letter.letter, func.count()).group_by(Letter.letter)).all())


# --- Drafts -----------------------------------------------------------------------------------------------------


def test_a_draft_has_an_event_of_its_own_and_pressing_twice_makes_one(session: Session) -> None:
    council = make_council()
    saule = make_staff(council)
    plan = hearing_plan(now=NOW, called_by=CalledBy.CITIZENS)
    first = write(begin_draft, council.id, plan, by_person=saule.id, now=NOW)
    again = write(begin_draft, council.id, plan, by_person=saule.id, now=NOW + timedelta(seconds=2))
    assert first.id == again.id
    stands = reload_hearing(first)
    assert (stands.state, stands.called_by, stands.held_on) == (HearingState.DRAFT, CalledBy.CITIZENS, "2026-12-23")
    assert stands.created_by_id == saule.id
    event = stands.event
    assert event is not None
    assert (event.kind, event.state, event.slug) == (EventKind.HEARING, EventState.DRAFT, stands.slug)
    assert (event.title, event.starts_at, event.venue) == (plan.title, plan.starts_at, plan.venue)
    assert session.scalars(select(func.count(Event.id))).one() == 1


def test_a_draft_may_be_anything_that_can_be_held(session: Session) -> None:
    council = make_council()
    plan = hearing_plan(now=NOW)
    for wrong, problem in (
        (replace(plan, ends_at=plan.starts_at), EndsBeforeItStarts),
        (replace(plan, statements_until=plan.ends_at - timedelta(minutes=1)), WindowTooShort),
        (replace(plan, proposals=frozenset({999_999})), OtherCouncil),
    ):
        with pytest.raises(problem):
            write(begin_draft, council.id, wrong, by_person=None, now=NOW)
    assert session.scalar(select(Event.id)) is None


def test_only_published_proposals_of_the_council_are_linked(session: Session) -> None:
    council = make_council()
    fitting = make_proposal(council, state=State.PUBLISHED)
    checking = make_proposal(council, state=State.CHECKING)
    foreign = make_proposal(make_council(slug="council-other", place="beineu"), state=State.PUBLISHED)
    draft = make_hearing(council, state=HearingState.DRAFT)
    for wrong in (checking, foreign):
        with pytest.raises(OtherCouncil):
            write(edit, draft.id, plan_of(draft, proposals=frozenset({fitting.id, wrong.id})), **BY)
    write(edit, draft.id, plan_of(draft, proposals=frozenset({fitting.id})), **BY)
    assert session.scalars(select(HearingProposal.proposal_id)).all() == [fitting.id]
    write(edit, draft.id, plan_of(draft), **BY)
    session.rollback()
    assert session.scalars(select(HearingProposal.proposal_id)).all() == []


def test_an_edited_draft_moves_its_event_and_tells_nobody(session: Session) -> None:
    draft = make_hearing(state=HearingState.DRAFT)
    earlier = at("2026-11-24", 15)
    write(edit, draft.id, plan_of(draft, starts_at=earlier, title=Slots(kk="Басқа")), **BY)
    stands = reload_hearing(draft)
    assert (stands.held_on, stands.title) == ("2026-11-24", Slots(kk="Басқа"))
    assert stands.event is not None
    assert (stands.event.starts_at, stands.event.title) == (earlier, Slots(kk="Басқа"))
    assert changed(session) == []
    assert session.scalar(select(Letter.id)) is None


def test_of_two_secretaries_the_second_reads_first(session: Session) -> None:
    draft = make_hearing(state=HearingState.DRAFT)
    read = {**BY, "read_version": draft.version}
    write(edit, draft.id, plan_of(draft, stream_url="https://one.example.kz/"), **read)
    with pytest.raises(ChangedMeanwhile):
        write(edit, draft.id, plan_of(draft, stream_url="https://two.example.kz/"), **read)
    assert reload_hearing(draft).stream_url == "https://one.example.kz/"


def test_what_the_organiser_added_to_the_event_stays(session: Session) -> None:
    draft = make_hearing(state=HearingState.DRAFT)

    def ask(session: Session) -> None:
        event = session.get_one(Event, draft.event_id)
        event.contact_name = "Бекзат"
        event.questions.append(Question(position=0, kind=QuestionKind.TEXT, label=Slots(kk="Қайдан?"), options=[]))

    write(ask)
    write(edit, draft.id, plan_of(draft, venue=Slots(kk="Мектеп", ru="Школа")), **BY)
    session.rollback()
    event = session.get_one(Event, draft.event_id)
    assert (event.contact_name, event.venue.ru) == ("Бекзат", "Школа")
    assert [question.label.kk for question in event.questions if not question.retired] == ["Қайдан?"]


# --- After notice -------------------------------------------------------------------------------------------------


def test_another_hour_of_the_same_day_leaves_the_notice_and_tells_everyone(session: Session) -> None:
    council, follower = make_council(), make_person()
    write(follow, person_id=follower.id, kind=FollowKind.COUNCIL, key=str(council.id), pace=Pace.WEEKLY, now=NOW)
    hearing = make_hearing(council, starts_at=at(EARLIEST))
    assert hearing.event is not None
    take_seats(hearing.event)
    tomorrow = NOW + timedelta(days=1)
    write(edit, hearing.id, plan_of(hearing, starts_at=at(EARLIEST, 18)), **BY | {"now": tomorrow})
    stands = reload_hearing(hearing)
    assert (stands.earliest_on, stands.notice_from) == (EARLIEST, NOW)
    assert stands.event is not None
    assert stands.event.starts_at == at(EARLIEST, 18)
    told = letters_by_kind(session)
    assert told["hearings/changed"] == told["events/event_changed"] == 1
    (letter,) = session.scalars(select(Letter).where(Letter.letter == "hearings/changed"))
    text = render(letter).text
    assert "10:00" in text
    assert "18:00" in text
    (entry,) = changed(session)
    assert "anew" not in entry.facts


def test_another_day_is_another_notice(session: Session) -> None:
    hearing = make_hearing(starts_at=at("2026-12-23"))
    later = BY | {"now": at("2026-12-08")}
    with pytest.raises(NoticeTooShort) as refused:  # though the first notice would have allowed it
        write(edit, hearing.id, plan_of(hearing, starts_at=at("2026-12-10")), **later)
    assert refused.value.message.facts["day"] == in_words(date(2026, 12, 23))
    write(edit, hearing.id, plan_of(hearing, starts_at=at("2026-12-24")), **later)
    stands = reload_hearing(hearing)
    assert (stands.held_on, stands.earliest_on, stands.notice_from) == ("2026-12-24", "2026-12-23", at("2026-12-08"))
    assert stands.announced_at == NOW
    write(edit, hearing.id, plan_of(stands, starts_at=at("2026-12-10")), reason=REASON, **later)
    stands = reload_hearing(hearing)
    assert (stands.held_on, stands.short_notice) == ("2026-12-10", REASON)
    assert [entry.reason for entry in changed(session)] == ["", REASON.kk]


@pytest.mark.parametrize("name", ["title", "tasks", "questions", "agenda", "caller", "ground", "called_by"])
def test_other_words_about_what_is_heard_are_another_notice(session: Session, name: str) -> None:
    hearing = make_hearing(starts_at=at(EARLIEST))
    words: Any = CalledBy.CITIZENS if name == "called_by" else Slots(kk="Басқаша", ru="Иначе")
    tomorrow = BY | {"now": NOW + timedelta(days=1)}
    with pytest.raises(NoticeTooShort):
        write(edit, hearing.id, plan_of(hearing, **{name: words}), **tomorrow)
    write(edit, hearing.id, plan_of(hearing, **{name: words}), reason=REASON, **tomorrow)
    stands = reload_hearing(hearing)
    assert (getattr(stands, name), stands.short_notice, stands.earliest_on) == (words, REASON, "2026-12-08")


def test_what_was_announced_in_both_languages_stays_in_both(session: Session) -> None:
    hearing = make_hearing()
    for wrong in ({"venue": Slots(kk="Мектеп")}, {"agenda": Slots()}, {"languages": ()}):
        with pytest.raises(NotReadyToAnnounce) as refused:
            write(edit, hearing.id, plan_of(hearing, **wrong), reason=REASON, **BY)
        assert refused.value.where in wrong


def test_nothing_is_moved_to_where_nobody_can_come(session: Session) -> None:
    hearing = make_hearing()
    with pytest.raises(DateHasPassed):
        write(edit, hearing.id, plan_of(hearing, starts_at=NOW - timedelta(hours=1)), reason=REASON, **BY)


def test_saving_what_stands_changes_nothing(session: Session) -> None:
    hearing = make_hearing()
    write(edit, hearing.id, plan_of(hearing), **BY | {"now": NOW + timedelta(days=20)})
    assert reload_hearing(hearing).notice_from == NOW
    assert changed(session) == []


@pytest.mark.parametrize("state", [HearingState.LIVE, HearingState.HELD, HearingState.CLOSED, HearingState.CANCELLED])
def test_what_has_begun_or_was_called_off_is_not_edited(session: Session, state: HearingState) -> None:
    hearing = make_hearing(state=state)
    with pytest.raises(NotOpenToEdits):
        write(edit, hearing.id, plan_of(hearing, stream_url="https://other.example.kz/"), reason=REASON, **BY)


def test_its_event_is_neither_published_nor_called_off_by_itself(session: Session) -> None:
    draft, hearing = make_hearing(state=HearingState.DRAFT), make_hearing()
    with pytest.raises(KeptElsewhere):
        write(publish, draft.event_id or 0, now=NOW)
    for one in (draft, hearing):
        with pytest.raises(KeptElsewhere):
            write(cancel_event, one.event_id or 0, reason=REASON, now=NOW)
    write(announce, draft.id, **BY)
    assert reload_hearing(draft).state == HearingState.ANNOUNCED
