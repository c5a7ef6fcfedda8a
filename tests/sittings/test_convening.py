"""Convening: notice, numbers, the public's seats, letters, opening on the day, calling off."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from karavan.core.languages import Slots
from karavan.core.problems import NotFound
from karavan.councils.models import SettingKey
from karavan.councils.rules import set_line
from karavan.councils.statute import Majority, Notice
from karavan.deadlines.models import Unit
from karavan.events.models import Event, EventKind, EventState
from karavan.notifications.models import Letter
from karavan.record.models import ActorRole, RecordEntry, Verb
from karavan.sittings.lifecycle import ITEM_LIFE, LIFE, STEPS, Act
from karavan.sittings.models import ItemState, Sitting, SittingState
from karavan.sittings.problems import (
    AgendaIsEmpty,
    ChangedMeanwhile,
    DayHasPassed,
    NotAtThisStage,
    NoticeTooShort,
    NotItsDay,
    ReasonMissing,
    TitleMissing,
)
from karavan.sittings.queries import earliest_day
from karavan.sittings.rules.agenda import ItemPlan, add_item
from karavan.sittings.rules.close import close_sitting
from karavan.sittings.rules.convene import (
    SittingPlan,
    begin_sitting,
    cancel_sitting,
    change_sitting,
    convene,
    open_sitting,
)
from tests.support.assembly import make_members, make_sitting, reload_sitting
from tests.support.chamber import say
from tests.support.civic import REASON, make_council, make_person, write
from tests.support.clocks import at
from tests.support.settings import NOW

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from karavan.councils.models import Council

TITLE = Slots(kk="Көлік және жол", ru="Транспорт и дороги")


def plan(starts_at: Any = None, **changes: Any) -> SittingPlan:
    return SittingPlan(**{"title": TITLE, "starts_at": starts_at or NOW + timedelta(days=30)} | changes)


def draft(council: Council, starts_at: Any = None, **changes: Any) -> Sitting:
    made = write(begin_sitting, council.id, plan(starts_at, **changes), by_person=None, now=NOW)
    write(add_item, made.id, ItemPlan(title=Slots(kk="Мәселе")), now=NOW)
    return made


def verbs(session: Session, sitting: Sitting) -> list[Verb]:
    session.rollback()
    return list(
        session.scalars(select(RecordEntry.verb).where(RecordEntry.sitting_id == sitting.id).order_by(RecordEntry.id))
    )


# --- The tables -----------------------------------------------------------------------------------------------


def test_every_step_has_one_row_and_every_state_can_be_reached() -> None:
    assert len({step.act for step in LIFE}) == len(LIFE) == len(Act)
    assert {step.after for step in LIFE} | {SittingState.DRAFT} == set(SittingState)
    assert {step.after for step in ITEM_LIFE} | {ItemState.WAITING} == set(ItemState)
    assert STEPS[Act.OPEN].before == (SittingState.CONVENED,), "nothing is opened without notice"


# --- Notice ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "unit", "earliest"),
    [
        (5, Unit.WORKING, "2026-11-30"),
        (5, Unit.CALENDAR, "2026-11-30"),  # the 28th is a Saturday
        (17, Unit.WORKING, "2026-12-17"),  # 16 December is a holiday
        (1, Unit.WORKING, "2026-11-24"),
    ],
)
def test_notice_is_counted_by_the_statute_and_the_calendar(
    session: Session, days: int, unit: Unit, earliest: str
) -> None:
    council = make_council(now=NOW)
    facts: dict[str, Any] = {"valid_from": date(2026, 1, 1), "citation": REASON, "by": ActorRole.SECRETARY}
    write(set_line, council.id, SettingKey.MEETING_NOTICE, Notice(days, unit), now=NOW, **facts)

    assert earliest_day(session, council.id, given_on=NOW.date()).isoformat() == earliest
    soon = draft(council, at(earliest, 18) - timedelta(days=1))
    with pytest.raises(NoticeTooShort) as refused:
        write(convene, soon.id, now=NOW)
    assert refused.value.where == "short_notice"
    in_time = draft(council, at(earliest), title=Slots(kk="Уақытында"))
    write(convene, in_time.id, now=NOW)
    assert reload_sitting(in_time).earliest_on == earliest


def test_a_short_notice_needs_a_reason_that_is_published(session: Session) -> None:
    council = make_council(now=NOW)
    short = draft(council, at("2026-11-25"), short_notice=REASON)
    write(convene, short.id, now=NOW)
    english = draft(council, at("2026-11-25", 12), title=Slots(kk="Басқа"))
    with pytest.raises(ReasonMissing):
        write(change_sitting, english.id, plan(short_notice=Slots(en="Only English")), read_version=2, now=NOW)
    enough = draft(council, short_notice=REASON, title=Slots(kk="Ұзақ"))
    write(convene, enough.id, now=NOW)

    entry = session.scalars(select(RecordEntry).where(RecordEntry.sitting_id == short.id)).one()
    assert entry.verb == Verb.SITTING_CONVENED
    assert entry.reason == REASON.kk
    assert entry.facts["short_notice"] == 1
    assert reload_sitting(short).short_notice == REASON
    assert not reload_sitting(enough).short_notice, "where notice is long enough, nothing is said about its shortness"


def test_the_database_refuses_a_sitting_that_was_convened_too_late(session: Session) -> None:
    council = make_council(now=NOW)
    soon = draft(council, at("2026-11-25"))
    for state in ("convened", "open", "held"):
        with pytest.raises(IntegrityError):
            say(
                "UPDATE sittings SET state = :state, earliest_on = '2026-11-30' WHERE id = :id", state=state, id=soon.id
            )
    assert reload_sitting(soon).state == SittingState.DRAFT


def test_nobody_is_invited_to_nothing_or_into_the_past(session: Session) -> None:
    council = make_council(now=NOW)
    empty = write(begin_sitting, council.id, plan(), by_person=None, now=NOW)
    with pytest.raises(AgendaIsEmpty):
        write(convene, empty.id, now=NOW)
    gone = draft(council, NOW - timedelta(hours=1), short_notice=REASON)
    with pytest.raises(DayHasPassed):
        write(convene, gone.id, now=NOW)
    with pytest.raises(TitleMissing):
        write(begin_sitting, council.id, plan(title=Slots(en="English")), by_person=None, now=NOW)
    with pytest.raises(NotFound):
        write(convene, 4711, now=NOW)


def test_another_day_after_notice_is_another_notice(session: Session) -> None:
    council = make_council(now=NOW)
    make_members(council, 3, now=NOW)
    sitting = draft(council)
    convened = write(convene, sitting.id, now=NOW)
    later = NOW + timedelta(days=20)
    with pytest.raises(NoticeTooShort):
        write(change_sitting, sitting.id, plan(later + timedelta(days=2)), read_version=convened.version, now=later)
    same_day = plan(convened.starts_at + timedelta(hours=2))
    changed = write(change_sitting, sitting.id, same_day, read_version=convened.version, now=later)
    assert reload_sitting(sitting).earliest_on == "2026-11-30", "another hour of the day leaves the notice as it was"
    moved = plan(later + timedelta(days=14))
    changed = write(change_sitting, sitting.id, moved, read_version=changed.version, now=later)
    assert reload_sitting(sitting).earliest_on > "2026-12-17"
    with pytest.raises(ChangedMeanwhile):
        write(change_sitting, sitting.id, moved, read_version=convened.version, now=later)

    assert session.scalar(select(func.count(Letter.id)).where(Letter.letter == "sittings/notice")) == 3 * 3
    event = session.scalars(select(Event)).one()
    assert event.starts_at == changed.starts_at


# --- Numbers --------------------------------------------------------------------------------------------------


def test_numbers_of_convened_sittings_have_no_gap_whatever_became_of_drafts(session: Session) -> None:
    council = make_council(now=NOW)
    first, given_up, third = (draft(council, title=Slots(kk=f"Жоба {place}")) for place in range(3))
    assert [one.number for one in (first, given_up, third)] == [1, 2, 3]
    write(cancel_sitting, given_up.id, reason=Slots(), now=NOW)
    write(convene, third.id, now=NOW)
    write(convene, first.id, now=NOW)
    write(cancel_sitting, third.id, reason=REASON, now=NOW)
    fourth = draft(council, title=Slots(kk="Тағы"))
    write(convene, fourth.id, now=NOW)

    session.rollback()
    rows = select(Sitting.number, Sitting.id).where(Sitting.convened_at.is_not(None)).order_by(Sitting.number)
    assert [tuple(row) for row in session.execute(rows)] == [(1, third.id), (2, first.id), (3, fourth.id)]
    assert verbs(session, given_up) == [], "what nobody was invited to is nobody's business"


def test_the_same_form_sent_twice_is_one_draft(session: Session) -> None:
    council, secretary = make_council(now=NOW), make_person()
    made = [write(begin_sitting, council.id, plan(), by_person=secretary.id, now=NOW) for _ in range(2)]

    assert made[0].id == made[1].id
    assert session.scalar(select(func.count(Event.id))) == 1


# --- The public's seats and the members' letters --------------------------------------------------------------


def test_the_public_gets_an_event_and_members_get_a_letter(session: Session) -> None:
    council = make_council(now=NOW)
    seated = make_members(council, 3, now=NOW)
    sitting = draft(council, seats=12)
    session.rollback()
    assert session.scalars(select(Event.state)).one() == EventState.DRAFT
    write(convene, sitting.id, now=NOW)

    session.rollback()
    event = session.scalars(select(Event)).one()
    assert (event.kind, event.state, event.gate.capacity) == (EventKind.COUNCIL_SITTING, EventState.PUBLISHED, 12)
    assert event.organisation_id == council.organisation_id
    letters = session.scalars(select(Letter).where(Letter.letter == "sittings/notice")).all()
    assert len(letters) == len(seated)
    assert letters[0].payload["agenda"] == [{"kk": "Мәселе", "ru": "", "en": ""}]


def test_a_closed_sitting_says_why_and_has_no_seats(session: Session) -> None:
    council = make_council(now=NOW)
    with pytest.raises(ReasonMissing) as refused:
        draft(council, closed_to_public=Slots(en="Because"))
    assert refused.value.where == "closed_to_public"
    closed = draft(council, closed_to_public=REASON)
    convened = write(convene, closed.id, now=NOW)
    session.rollback()
    assert session.scalar(select(func.count(Event.id))) == 0
    entry = session.scalars(select(RecordEntry).where(RecordEntry.sitting_id == closed.id)).one()
    assert (entry.reason, entry.facts["closed_to_public"]) == (REASON.kk, 1)
    opened = write(change_sitting, closed.id, plan(), read_version=convened.version, now=NOW)
    session.rollback()
    assert session.scalars(select(Event.state)).all() == [EventState.PUBLISHED]
    write(change_sitting, closed.id, plan(closed_to_public=REASON), read_version=opened.version, now=NOW)
    session.rollback()
    assert session.scalars(select(Event.state)).all() == [EventState.CANCELLED]
    assert reload_sitting(closed).event_id is None


# --- Opening and calling off ----------------------------------------------------------------------------------


def test_a_sitting_is_opened_on_its_day_with_the_rules_of_that_day(session: Session) -> None:
    council = make_council(now=NOW)
    sitting = draft(council)
    write(convene, sitting.id, now=NOW)
    begins = reload_sitting(sitting).starts_at
    facts: dict[str, Any] = {"citation": REASON, "by": ActorRole.SECRETARY, "now": NOW}
    tomorrow = begins.date() + timedelta(days=1)
    write(set_line, council.id, SettingKey.QUORUM, Fraction(3, 5), valid_from=begins.date(), **facts)
    write(set_line, council.id, SettingKey.MAJORITY, Majority.ALL, valid_from=begins.date(), **facts)
    write(set_line, council.id, SettingKey.QUORUM, Fraction(1, 2), valid_from=tomorrow, **facts)
    for moment in (begins - timedelta(days=1), begins - timedelta(hours=1), begins + timedelta(days=1)):
        with pytest.raises(NotItsDay):
            write(open_sitting, sitting.id, now=moment)
    write(open_sitting, sitting.id, now=begins - timedelta(minutes=20))

    opened = reload_sitting(sitting)
    assert (opened.quorum_num, opened.quorum_den, opened.majority) == (3, 5, "all")
    assert opened.setting_id is not None
    with pytest.raises(NotAtThisStage):
        write(open_sitting, sitting.id, now=begins)
    with pytest.raises(NotAtThisStage):
        write(cancel_sitting, sitting.id, reason=REASON, now=begins)
    write(close_sitting, sitting.id, now=begins + timedelta(hours=1))
    assert verbs(session, sitting) == [Verb.SITTING_CONVENED, Verb.SITTING_OPENED, Verb.SITTING_CLOSED]
    assert reload_sitting(sitting).items[0].state == ItemState.POSTPONED


def test_what_was_announced_is_called_off_with_a_reason(session: Session) -> None:
    council = make_council(now=NOW)
    make_members(council, 2, now=NOW)
    sitting = draft(council)
    write(convene, sitting.id, now=NOW)
    with pytest.raises(ReasonMissing):
        write(cancel_sitting, sitting.id, reason=Slots(en="No"), now=NOW)
    write(cancel_sitting, sitting.id, reason=REASON, now=NOW)

    session.rollback()
    assert session.scalars(select(Event.state)).one() == EventState.CANCELLED
    told = session.scalars(select(Letter.payload).order_by(Letter.id)).all()
    assert [payload["occasion"] for payload in told] == ["convened"] * 2 + ["cancelled"] * 2
    assert told[-1]["reason"]["kk"] == REASON.kk
    with pytest.raises(NotAtThisStage):
        write(convene, sitting.id, now=NOW)


def test_the_makers_of_tests_walk_the_same_way(session: Session) -> None:
    states = {make_sitting(state=state, title=Slots(kk=state.value)).state for state in SittingState}
    assert states == set(SittingState)
