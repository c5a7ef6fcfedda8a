"""What is heard and decided in the demonstration: hearings before, at and after their hour, and sittings."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from karavan.accounts.models import Person
from karavan.core.database import transact
from karavan.core.languages import Slots
from karavan.core.when import local_day
from karavan.councils.models import Council
from karavan.discussion.models import Comment
from karavan.files.checking import PDF, Examined
from karavan.files.models import StoredFile
from karavan.files.queries import content_of
from karavan.files.rules import store
from karavan.hearings.hall_queries import owed, queue
from karavan.hearings.models import (
    HallQuestion,
    Hearing,
    HearingState,
    LiveHall,
    Poll,
    QuestionState,
    Speaker,
    SpeakerState,
    StatementKind,
    WrittenStatement,
)
from karavan.hearings.notice import missing
from karavan.moderation.models import READABLE
from karavan.notifications.models import Letter, LetterState
from karavan.proposals.models import Recommendation, RecommendationState
from karavan.proposals.rules.tidy import forget_old_drafts
from karavan.protocols.models import Protocol, ProtocolState
from karavan.protocols.policy import takes_corrections
from karavan.seeds import agendas, hearing_words
from karavan.seeds.cast import CAST
from karavan.seeds.hearing_words import BUS_ASKED, BUS_POLLS, SHORE_POLLS
from karavan.seeds.town import plant_town
from karavan.sittings.models import AgendaItem, Choice, CouncilDecision, ItemState, Sitting, SittingState
from karavan.sittings.voting import Stand, record_of
from tests.support.hostile import a_few
from tests.support.settings import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

pytestmark = pytest.mark.once  # the town is planted on both databases by tests/seeds/test_town.py

ODD_MOMENTS = [
    datetime(2026, 12, 31, 19, 20, tzinfo=UTC),
    datetime(2027, 1, 9, 19, 2, tzinfo=UTC),
    datetime(2027, 3, 24, 4, 0, tzinfo=UTC),
    datetime(2027, 5, 16, 9, 0, tzinfo=UTC),
]
"""Twenty minutes into the new year in Aktau, just after midnight among the holidays, and after two other feasts."""


def hearing(session: Session, state: HearingState) -> Hearing:
    return session.scalars(select(Hearing).where(Hearing.state == state)).one()


def protocol(session: Session, host: str, host_id: int) -> Protocol:
    return session.scalars(select(Protocol).where(Protocol.host == host, Protocol.host_id == host_id)).one()


# --- Hearings -------------------------------------------------------------------------------------------------


def test_one_is_announced_with_real_papers_one_of_them_in_a_second_version(town: Session) -> None:
    tariff = hearing(town, HearingState.ANNOUNCED)
    assert (tariff.slug, tariff.held_on >= tariff.earliest_on, tariff.short_notice) == (
        "heating-tariff-hearing",
        True,
        Slots(),
    )
    assert [(one.position, one.version) for one in tariff.documents] == [(1, 1), (2, 1), (2, 2), (3, 1)]
    for one in tariff.documents:
        assert (content_of(town, one.file_id) or b"").startswith(b"%PDF-")
        assert bool(one.exception) == (one.version > 1)
    statements = town.scalars(select(WrittenStatement).where(WrittenStatement.hearing_id == tariff.id)).all()
    assert {one.kind for one in statements} == set(StatementKind)
    assert len({one.code for one in statements}) == len(statements) == 6
    assert [len(one.attachments) for one in statements].count(1) == 1
    assert len(queue(town, tariff.id)) == 2


def test_one_goes_on_with_a_turn_a_queue_questions_and_polls(town: Session) -> None:
    bus = hearing(town, HearingState.LIVE)
    hall = town.get_one(LiveHall, bus.id)
    assert hall.speaker_id is not None
    assert hall.turn_ends_at is not None
    assert hall.turn_ends_at > NOW + timedelta(minutes=5)
    assert bus.starts_at <= (bus.opened_at or NOW) < NOW < bus.ends_at
    states = Counter(town.scalars(select(Speaker.state).where(Speaker.hearing_id == bus.id)))
    assert states == {
        SpeakerState.WAITING: 5,
        SpeakerState.SPOKEN: 3,
        SpeakerState.SPEAKING: 1,
        SpeakerState.ABSENT: 1,
    }
    assert len({one.position for one in queue(town, bus.id)[:3]}) == 3
    questions = town.scalars(select(HallQuestion).where(HallQuestion.hearing_id == bus.id)).all()
    asked = Counter(one.state for one in questions)
    assert asked == {QuestionState.OPEN: len(BUS_ASKED) - 2, QuestionState.MERGED: 1, QuestionState.ANSWERED: 1}
    assert max(one.supports for one in questions) > 10
    first, second = town.scalars(select(Poll).where(Poll.hearing_id == bus.id).order_by(Poll.number))
    assert tuple(option.votes for option in first.options) == BUS_POLLS[0].votes
    assert first.closed_at is not None
    assert (second.closed_at, hall.poll_id) == (None, second.id)


def test_one_is_closed_answered_summed_up_and_its_recommendation_was_sent(town: Session) -> None:
    shore = hearing(town, HearingState.CLOSED)
    assert owed(town, shore.id) == (0, 0)
    assert shore.summary.kk
    assert shore.summary.ru
    poll = town.scalars(select(Poll).where(Poll.hearing_id == shore.id)).one()
    assert sum(option.votes for option in poll.options) == sum(SHORE_POLLS[0].votes)
    minutes = protocol(town, "hearing", shore.id)
    assert minutes.state == ProtocolState.PUBLISHED
    for file_id in (minutes.pdf_kk_id, minutes.pdf_ru_id):
        assert file_id is not None
        assert (content_of(town, file_id) or b"").startswith(b"%PDF-")
    (advice,) = minutes.recommendations
    assert (advice.state, bool(advice.number)) == (RecommendationState.SENT, True)
    assert town.scalar(select(func.count()).where(Recommendation.title == advice.title)) == 1
    assert minutes.chair_id != minutes.secretary_id


def test_one_is_a_draft_that_lacks_something(town: Session) -> None:
    draft = hearing(town, HearingState.DRAFT)
    assert set(missing(draft)) == {"ground", "venue"}


def test_every_word_of_theirs_can_be_read(town: Session) -> None:
    for model in (WrittenStatement, HallQuestion):
        shown = town.scalars(select(Comment.visibility).join(model, model.comment_id == Comment.id)).all()
        assert set(shown) <= set(READABLE)


# --- Sittings -------------------------------------------------------------------------------------------------


def test_two_sittings_were_held_and_the_next_is_convened(town: Session) -> None:
    sittings = town.scalars(select(Sitting).order_by(Sitting.number)).all()
    assert [(one.number, one.state) for one in sittings] == [
        (1, SittingState.HELD),
        (2, SittingState.HELD),
        (3, SittingState.CONVENED),
    ]
    assert all(one.held_on >= one.earliest_on and one.demo for one in sittings)
    first, second, third = sittings
    assert {item.state for item in first.items} == {ItemState.DECIDED, ItemState.NOTED}
    assert second.items[-1].state == ItemState.POSTPONED
    assert len(third.items) == 4
    assert third.items[-1].proposal_id is not None
    assert any(
        len([row for row in second.attendance if row.member_id == one.member_id]) > 1 for one in second.attendance
    )
    states = [protocol(town, "sitting", one.id).state for one in (first, second)]
    assert states == [ProtocolState.PUBLISHED, ProtocolState.OPEN]
    laid_open = protocol(town, "sitting", second.id)
    assert takes_corrections(laid_open, now=NOW)
    assert [one.accepted for one in laid_open.corrections] == [None]


def test_decisions_are_numbered_one_was_rejected_and_one_member_differs(town: Session) -> None:
    decisions = town.scalars(select(CouncilDecision).order_by(CouncilDecision.id)).all()
    assert [one.number for one in decisions] == [f"MGS-D-2026-{number:04d}" for number in range(1, 7)]
    assert [one.adopted for one in decisions] == [True, True, False, True, True, True]
    assert min(one.present for one in decisions) == 9, "once it was just enough"
    (opinion,) = decisions[2].opinions
    assert opinion.member.name == "Гүлнар Оразова"
    own = [one for one in decisions[2].item.ballots if one.member.person_id == one.entered_by_id]
    assert Counter(one.choice for one in own)[Choice.FOR] == 1


def test_the_record_of_votes_has_every_stand_there_is(town: Session) -> None:
    council = town.scalars(select(Council).where(Council.slug == "mangystau-region")).one()
    record = record_of(town, council)
    assert {line.stand for line in record.lines} == set(Stand) - {Stand.SILENT}
    assert {one.attended for one in record.of_members()} == {1, 2}


# --- Whenever it is planted -----------------------------------------------------------------------------------


@pytest.mark.thorough
@pytest.mark.parametrize("now", a_few(ODD_MOMENTS), ids=str)
def test_notice_is_given_in_time_and_one_goes_on_whenever_it_is_planted(session: Session, now: datetime) -> None:
    assert transact(plant_town, now=now)
    for one in session.scalars(select(Hearing).where(Hearing.state != HearingState.DRAFT)):
        assert one.held_on >= one.earliest_on
        assert not one.short_notice
    for sitting in session.scalars(select(Sitting)):
        assert sitting.held_on >= sitting.earliest_on
    bus = hearing(session, HearingState.LIVE)
    assert bus.held_on == local_day(bus.opened_at or now).isoformat()
    laid_open = session.scalars(select(Protocol).where(Protocol.state == ProtocolState.OPEN)).one()
    assert takes_corrections(laid_open, now=now)
    assert session.scalar(select(func.count()).select_from(AgendaItem)) == 12


@pytest.mark.twice
def test_clearing_up_keeps_every_paper_of_hearings_and_protocols(session: Session) -> None:
    transact(plant_town, now=NOW)
    before = set(session.scalars(select(StoredFile.id)))
    session.close()
    transact(store, Examined(PDF, b"nobody points to it"), now=NOW)
    transact(forget_old_drafts, now=NOW)
    assert set(session.scalars(select(StoredFile.id))) == before


def test_only_the_cast_gets_letters_about_them(town: Session) -> None:
    mine = Letter.letter.startswith("hearings/") | Letter.letter.startswith("sittings/")
    told = town.scalars(select(Letter).where(mine | Letter.letter.startswith("protocols/"))).all()
    assert any(one.state == LetterState.SENT for one in told)
    waiting = {one.address for one in told if one.state == LetterState.WAITING}
    assert waiting <= {account.email for account in CAST}


# --- Words ----------------------------------------------------------------------------------------------------

KAZAKH = set("әғқңөұүһі")


def slots_in(thing: Any) -> Iterator[Slots]:
    if isinstance(thing, Slots):
        yield thing
    elif is_dataclass(thing) and not isinstance(thing, type):
        for field in fields(thing):
            yield from slots_in(getattr(thing, field.name))
    elif isinstance(thing, tuple):
        for part in thing:
            yield from slots_in(part)


def test_every_text_is_in_its_own_language(town: Session) -> None:
    told = [one for source in (agendas, hearing_words) for thing in vars(source).values() for one in slots_in(thing)]
    assert len(told) > 100
    for slots in filter(None, told):
        assert slots.kk
        assert slots.ru
        assert len(slots.kk) < 40 or set(slots.kk.lower()) & KAZAKH, slots.kk
        assert not re.search(r"[щёэ]", slots.kk.lower()), slots.kk
        assert not set(slots.ru.lower()) & KAZAKH or "Актау" in slots.ru, slots.ru
        assert not re.search(r"[а-яёәғқңөұүһі]", slots.en.lower()), slots.en
        assert not re.search(r"петици|подпис|қол қо|petition|signature", slots.every().lower())
    langs = Counter(town.scalars(select(Comment.lang).join(WrittenStatement)))
    assert langs["kk"] > langs["ru"] > 2


def test_names_of_members_and_their_accounts_agree(town: Session) -> None:
    chair = town.scalars(select(Person).where(Person.email == "kayrat@karavan.example")).one()
    assert chair.name == agendas.CHAIR
