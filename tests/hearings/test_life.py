"""The life of a hearing: the table, the rule that takes its steps, who may, and what no sequence of them leads to."""

from __future__ import annotations

import os
from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from karavan.accounts.models import Role
from karavan.accounts.policy import NOBODY
from karavan.core.database import db
from karavan.core.languages import Slots
from karavan.core.problems import NotFound, Problem
from karavan.core.tokens import new_public_id
from karavan.core.when import local_day
from karavan.councils.statute import Notice
from karavan.deadlines.models import Unit
from karavan.deadlines.queries import current_calendar
from karavan.discussion.models import Thread
from karavan.events.models import EventState
from karavan.hearings.lifecycle import LIFE, NOTICED, STEPS, Act, Need, Told, steps_from
from karavan.hearings.models import HearingDocument, HearingState, StatementKind
from karavan.hearings.notice import earliest_day
from karavan.hearings.policy import acts_as, may, may_edit, may_plan_for, may_read, may_run, possible
from karavan.hearings.problems import (
    ChangedMeanwhile,
    NotAllAnswered,
    NotAtThisStage,
    NotItsHour,
    ReasonMissing,
)
from karavan.hearings.rules import plan
from karavan.hearings.rules.announce import announce
from karavan.hearings.rules.cancel import cancel
from karavan.hearings.rules.documents import add_document, replace_document
from karavan.hearings.rules.plan import edit
from karavan.hearings.rules.statements import hand_in
from karavan.hearings.rules.steps import take_step
from karavan.hearings.subjects import name_hearings
from karavan.notifications.models import Letter
from karavan.notifications.rendering import render
from karavan.proposals.models import FollowKind, Pace
from karavan.proposals.rules.follow import follow
from karavan.record.models import ActorRole, RecordEntry, Verb
from tests.hearings.test_plan import plan_of
from tests.support.assembly import REASON, examined_pdf, make_document, make_hearing, reload_hearing
from tests.support.cast import actor
from tests.support.civic import make_council, make_person, make_staff, write
from tests.support.clocks import at
from tests.support.makers import take_seats
from tests.support.races import doing
from tests.support.settings import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from sqlalchemy.orm import Session

    from tests.support.cast import Cast
    from tests.support.databases import Database

BY: dict[str, Any] = {"by": ActorRole.SECRETARY, "now": NOW, "read_version": None}
EARLIEST = "2026-12-07"
ALL = tuple(HearingState)


# --- The table ----------------------------------------------------------------------------------------------------


def test_every_state_is_reached_and_every_act_stands_once() -> None:
    assert {step.after for step in LIFE} | {HearingState.DRAFT} == set(ALL)
    assert Counter(step.act for step in LIFE) == dict.fromkeys(Act, 1)
    assert {state for state in ALL if not steps_from(state)} == {HearingState.CLOSED, HearingState.CANCELLED}


def test_nothing_becomes_public_without_notice_nor_closes_without_answers() -> None:
    into = [step for step in LIFE if step.after in NOTICED and not set(step.before) <= NOTICED]
    assert [step.act for step in into] == [Act.ANNOUNCE]
    assert {Need.WORDS, Need.NOTICE} <= set(STEPS[Act.ANNOUNCE].needs)
    assert [step.act for step in LIFE if step.after == HearingState.CLOSED] == [Act.CLOSE]
    assert Need.ALL_ANSWERED in STEPS[Act.CLOSE].needs
    assert set(STEPS[Act.CANCEL].told) == set(Told)


# --- Taking steps -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ALL)
def test_no_step_is_taken_from_where_it_does_not_lead_on(session: Session, state: HearingState) -> None:
    hearing = make_hearing(state=state)
    for act in Act:
        if state not in STEPS[act].before:
            with pytest.raises(NotAtThisStage):
                write(take_step, hearing.id, act, reason=REASON, **BY)
    assert reload_hearing(hearing).version == hearing.version
    assert reload_hearing(hearing).state == state


def test_a_draft_is_not_announced_past_the_count(session: Session) -> None:
    draft = make_hearing(state=HearingState.DRAFT)
    with pytest.raises(Problem):
        write(take_step, draft.id, Act.ANNOUNCE, reason=REASON, **BY)
    assert reload_hearing(draft).announced_at is None


def test_there_is_no_such_hearing(session: Session) -> None:
    with pytest.raises(NotFound):
        write(take_step, 999_999, Act.BEGIN, **BY)


def test_it_begins_on_its_day_and_near_its_hour(session: Session) -> None:
    hearing = make_hearing(starts_at=at("2026-12-23", 15))
    for moment in (at("2026-12-22", 15), at("2026-12-23", 14), at("2026-12-24", 0)):
        with pytest.raises(NotItsHour):
            write(take_step, hearing.id, Act.BEGIN, **BY | {"now": moment})
    write(take_step, hearing.id, Act.BEGIN, **BY | {"now": at("2026-12-23", 15) - timedelta(minutes=30)})
    assert reload_hearing(hearing).state == HearingState.LIVE


def test_it_is_not_closed_while_a_statement_lacks_an_answer(session: Session) -> None:
    hearing = make_hearing(state=HearingState.HELD)
    facts: dict[str, Any] = {
        "kind": StatementKind.QUESTION,
        "source": "Неге өседі? Есебін көрсетіңіздерші.",
        "lang": "kk",
    }
    made = write(hand_in, hearing.id, author_id=make_person().id, key=new_public_id(), now=NOW, **facts)
    with pytest.raises(NotAllAnswered):
        write(take_step, hearing.id, Act.CLOSE, **BY)

    def answer(session: Session) -> None:
        statement = session.merge(made)
        statement.answer, statement.answered_at = Slots(kk="Жауап", ru="Ответ"), NOW

    write(answer)
    write(take_step, hearing.id, Act.CLOSE, **BY)
    stands = reload_hearing(hearing)
    assert (stands.state, stands.closed_at) == (HearingState.CLOSED, NOW)
    assert session.scalar(select(RecordEntry.id).where(RecordEntry.verb == Verb.HEARING_CLOSED)) is not None


# --- Calling it off -------------------------------------------------------------------------------------------------


def test_calling_it_off_tells_everybody_why(session: Session) -> None:
    council, follower = make_council(), make_person()
    write(follow, person_id=follower.id, kind=FollowKind.COUNCIL, key=str(council.id), pace=Pace.WEEKLY, now=NOW)
    hearing = make_hearing(council)
    assert hearing.event is not None
    take_seats(hearing.event)
    for silent in (Slots(), Slots(en="A storm")):
        with pytest.raises(ReasonMissing):
            write(cancel, hearing.id, reason=silent, **BY)
    write(cancel, hearing.id, reason=REASON, **BY)
    stands = reload_hearing(hearing)
    assert (stands.state, stands.cancel_reason) == (HearingState.CANCELLED, REASON)
    assert stands.event is not None
    assert stands.event.state == EventState.CANCELLED
    letters = {letter.letter: letter for letter in session.scalars(select(Letter))}
    assert {"hearings/cancelled", "events/event_cancelled"} <= set(letters)
    assert REASON.kk in render(letters["hearings/cancelled"]).html
    entry = session.scalars(select(RecordEntry).where(RecordEntry.verb == Verb.HEARING_CANCELLED)).one()
    assert entry.reason == REASON.kk


def test_a_draft_is_dropped_in_silence(session: Session) -> None:
    council, follower = make_council(), make_person()
    write(follow, person_id=follower.id, kind=FollowKind.COUNCIL, key=str(council.id), pace=Pace.WEEKLY, now=NOW)
    draft = make_hearing(council, state=HearingState.DRAFT)
    write(cancel, draft.id, reason=REASON, **BY)
    assert session.scalar(select(Letter.id)) is None
    entry = session.scalars(select(RecordEntry).where(RecordEntry.verb == Verb.HEARING_CANCELLED)).one()
    assert entry.reason == ""
    assert name_hearings([draft.id], "kk") == {}


def test_one_that_nobody_began_can_still_be_called_off(session: Session) -> None:
    hearing = make_hearing()
    write(cancel, hearing.id, reason=REASON, **BY | {"now": hearing.ends_at + timedelta(days=1)})
    assert reload_hearing(hearing).state == HearingState.CANCELLED


# --- Who may ------------------------------------------------------------------------------------------------------


def test_secretaries_of_its_council_run_it_and_nobody_else(session: Session, cast: Cast) -> None:
    council = make_council()
    draft, hearing = make_hearing(council, state=HearingState.DRAFT), make_hearing(council)
    organisation_id = council.organisation_id
    others = [actor(one) for one in (cast.amina, cast.bekzat, cast.daniyar, cast.ermek)]
    others += [NOBODY, actor(make_staff(make_council(slug="council-other", place="beineu"), Role.SECRETARY))]
    others.append(actor(make_staff(council, Role.COUNCIL_MEMBER)))
    for one in others:
        assert not any((may_run(one, hearing), may_edit(one, draft), may_plan_for(one, organisation_id)))
        assert possible(one, hearing) == ()
        assert (may_read(one, draft), may_read(one, hearing)) == (False, True)
    for one, role in ((actor(cast.saule), ActorRole.SECRETARY), (actor(cast.root), ActorRole.ADMINISTRATOR)):
        assert may_run(one, hearing)
        assert may_edit(one, draft)
        assert possible(one, draft) == (Act.ANNOUNCE, Act.CANCEL)
        assert possible(one, hearing) == (Act.BEGIN, Act.CANCEL)
        assert not may(one, hearing, Act.CLOSE)
        assert acts_as(one, organisation_id) == role


# --- Two at once --------------------------------------------------------------------------------------------------


def kinds(results: list[Any]) -> Counter[str]:
    return Counter(type(result).__name__ if isinstance(result, Problem) else "done" for result in results)


@pytest.mark.race
@pytest.mark.timeout(240)
def test_a_date_edited_while_notice_is_given_is_one_or_the_other(session: Session, at_once: Any) -> None:
    for _ in range(3):
        draft = make_hearing(state=HearingState.DRAFT, starts_at=at(EARLIEST))
        read = BY | {"read_version": draft.version}
        early = plan_of(draft, starts_at=at("2026-11-24"))
        results = at_once(doing(announce, draft.id, **read), doing(edit, draft.id, early, **read))
        assert kinds(results) == {"done": 1, ChangedMeanwhile.__name__: 1}
        stands = reload_hearing(draft)
        announced = stands.state == HearingState.ANNOUNCED
        assert (announced, stands.held_on) in {(True, EARLIEST), (False, "2026-11-24")}
        assert stands.event is not None
        assert stands.event.starts_at == stands.starts_at
        assert (stands.event.state == EventState.PUBLISHED) is announced


@pytest.mark.race
@pytest.mark.timeout(240)
def test_a_document_added_while_notice_is_given_is_in_the_bundle_or_refused(session: Session, at_once: Any) -> None:
    for versioned in (True, True, False):
        draft = make_hearing(state=HearingState.DRAFT, documents=1, starts_at=at(EARLIEST))
        read = BY | {"read_version": draft.version if versioned else None}
        new: dict[str, Any] = {"name": "late.pdf", "title": Slots(kk="Кеш", ru="Поздно"), **read}
        results = at_once(doing(announce, draft.id, **read), doing(add_document, draft.id, examined_pdf(), **new))
        stands = reload_hearing(draft)
        if versioned:
            assert kinds(results) == {"done": 1, ChangedMeanwhile.__name__: 1}
        if stands.state == HearingState.ANNOUNCED:
            assert all(document.frozen_at for document in stands.documents)
            (entry,) = session.scalars(
                select(RecordEntry).where(
                    RecordEntry.verb == Verb.HEARING_ANNOUNCED, RecordEntry.hearing_id == draft.id
                )
            )
            later = select(func.count(RecordEntry.id)).where(
                RecordEntry.verb == Verb.HEARING_DOCUMENT_REPLACED, RecordEntry.hearing_id == draft.id
            )
            assert entry.facts["documents"] + session.scalars(later).one() == len(stands.documents)
        else:
            assert len(stands.documents) == 2
        session.rollback()


@pytest.mark.race
@pytest.mark.timeout(240)
def test_many_presses_give_one_notice(session: Session, at_once: Any) -> None:
    draft = make_hearing(state=HearingState.DRAFT, documents=1)
    results = at_once(*[doing(announce, draft.id, **BY)] * 8)
    assert kinds(results) == {"done": 1, NotAtThisStage.__name__: 7}
    session.rollback()
    assert session.scalars(select(func.count(Thread.id)).where(Thread.host == "hearing")).one() == 1


# --- Whatever a secretary does ------------------------------------------------------------------------------------

STORIES = int(os.environ.get("KARAVAN_TEST_EXAMPLES", "10"))
PHASES = tuple(Phase) if "KARAVAN_TEST_EXAMPLES" in os.environ else (Phase.explicit, Phase.reuse, Phase.generate)
days = st.integers(0, 40)
reasons = st.sampled_from([Slots(), Slots(), Slots(en="Why"), REASON])


class Secretary(RuleBasedStateMachine):
    """One hearing, and a secretary who edits, announces, replaces, waits, begins and cancels in any order."""

    def __init__(self, app: Flask, database: Database) -> None:
        super().__init__()
        self._context = app.app_context()
        self._context.push()
        database.put_back(db.engine)
        self.now: datetime = NOW
        self.id = make_hearing(state=HearingState.DRAFT, now=NOW).id
        make_document(reload_hearing(self.id), now=NOW)
        self.frozen: dict[str, str] = {}
        self.said: Any = None
        """What the notice told people when it was last given: another such thing is another notice."""
        self.given = NOW

    def teardown(self) -> None:
        db.session.remove()
        self._context.pop()

    def _do(self, act: Callable[..., Any], *args: Any, **more: Any) -> None:
        """Carry a rule out; what it refuses changes nothing. A fault of the database is a fault of ours."""
        before = reload_hearing(self.id).version
        try:
            write(act, self.id, *args, read_version=None, now=self.now, by=ActorRole.SECRETARY, **more)
        except Problem:
            assert reload_hearing(self.id).version == before, "a refusal changed something"

    @rule(by=st.integers(1, 12))
    def days_pass(self, by: int) -> None:
        self.now += timedelta(days=by)

    @rule(ahead=days, reason=reasons)
    def she_moves_the_day(self, ahead: int, reason: Slots) -> None:
        hearing = reload_hearing(self.id)
        self._do(edit, plan_of(hearing, starts_at=self.now + timedelta(days=ahead, hours=3)), reason=reason)

    @rule(number=st.integers(1, 3), reason=reasons)
    def she_words_it_differently(self, number: int, reason: Slots) -> None:
        words = Slots(kk=f"Сұрақ {number}", ru=f"Вопрос {number}")
        self._do(edit, plan_of(reload_hearing(self.id), questions=words), reason=reason)

    @rule(reason=reasons)
    def she_gives_notice(self, reason: Slots) -> None:
        self._do(announce, reason=reason)

    @rule(exception=st.none() | reasons)
    def she_replaces_a_document(self, exception: Slots | None) -> None:
        public_id = reload_hearing(self.id).documents[-1].public_id
        new: dict[str, Any] = {"name": "new.pdf", "title": Slots(kk="Жаңа", ru="Новый")}
        self._do(replace_document, public_id, examined_pdf(), exception=exception, **new)

    @rule()
    def it_begins(self) -> None:
        hearing = reload_hearing(self.id)
        if hearing.state == HearingState.ANNOUNCED:
            self.now = max(self.now, hearing.starts_at)
        self._do(take_step, Act.BEGIN)

    @rule(reason=reasons)
    def she_calls_it_off(self, reason: Slots) -> None:
        if reason == REASON and self.now < NOW + timedelta(days=50):
            return  # most stories should go on
        self._do(cancel, reason=reason)

    @invariant()
    def notice_was_given_or_a_reason_is_published(self) -> None:
        hearing = reload_hearing(self.id)
        if hearing.state in NOTICED:
            documents = [one.public_id for one in hearing.documents if not one.exception]
            said = (hearing.held_on, hearing.questions, documents)
            if said != self.said:
                self.said, self.given = said, self.now
            ten = earliest_day(local_day(self.given), Notice(10, Unit.WORKING), current_calendar(db.session()))
            assert hearing.held_on >= ten.isoformat() or hearing.short_notice.kk or hearing.short_notice.ru
            assert hearing.notice_from is not None
            assert hearing.announced_at is not None
        if hearing.state not in (HearingState.DRAFT, HearingState.CANCELLED):
            assert hearing.event is not None
            assert hearing.event.state == EventState.PUBLISHED
            assert hearing.event.starts_at == hearing.starts_at
        if hearing.opened_at is not None:
            assert local_day(hearing.opened_at).isoformat() == hearing.held_on

    @invariant()
    def what_was_frozen_stays(self) -> None:
        rows = db.session().scalars(select(HearingDocument).where(HearingDocument.frozen_at.is_not(None)))
        stands = {row.public_id: row.sha256 for row in rows}
        assert self.frozen.items() <= stands.items()
        self.frozen = stands
        db.session.close()


def _tell_stories(house: tuple[Flask, Database], number: int, steps: int) -> None:
    run_state_machine_as_test(
        lambda: Secretary(*house),
        settings=settings(
            max_examples=number,
            stateful_step_count=steps,
            phases=PHASES,
            suppress_health_check=list(HealthCheck),
            derandomize="KARAVAN_TEST_EXAMPLES" not in os.environ,
        ),
    )


@pytest.mark.usefixtures("clock")
def test_no_story_leads_to_a_hearing_with_short_notice(house: tuple[Flask, Database]) -> None:
    _tell_stories(house, STORIES, 15)


@pytest.mark.thorough
@pytest.mark.timeout(600)
@pytest.mark.usefixtures("clock")
def test_no_long_story_does_either(house: tuple[Flask, Database]) -> None:
    _tell_stories(house, 3 * STORIES, 40)


@pytest.mark.usefixtures("clock")
def test_the_story_would_notice_a_date_that_is_moved_without_a_new_notice(
    house: tuple[Flask, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    secretary = Secretary(*house)
    secretary.she_gives_notice(reason=Slots())
    secretary.notice_was_given_or_a_reason_is_published()
    secretary.days_pass(by=12)
    secretary.she_moves_the_day(ahead=3, reason=Slots())  # the first notice would allow it; a new one does not
    secretary.notice_was_given_or_a_reason_is_published()
    monkeypatch.setattr(plan, "counted_notice", lambda *_, **__: {})
    secretary.she_moves_the_day(ahead=3, reason=Slots())
    with pytest.raises(AssertionError):
        secretary.notice_was_given_or_a_reason_is_published()
    secretary.teardown()
