"""What residents brought to the councils of the demonstration: every state is there, and it came there by the rules."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from karavan.accounts.models import Person
from karavan.core.database import transact
from karavan.core.languages import Slots
from karavan.core.places import HOME_DISTRICTS
from karavan.core.text import clean_line, clean_text
from karavan.core.when import local_day
from karavan.deadlines.models import OPEN, Deadline, DeadlineKind, DeadlineState
from karavan.deadlines.queries import current_calendar, running
from karavan.deadlines.reckoning import remaining
from karavan.notifications.models import Letter, LetterState
from karavan.proposals.lifecycle import PUBLIC, STEPS
from karavan.proposals.models import (
    AnswerState,
    Channel,
    JoinRequest,
    Objection,
    OfficialAnswer,
    Proposal,
    Rating,
    Recommendation,
    RecommendationState,
    Revision,
    State,
    StateChange,
    Support,
    Topic,
)
from karavan.seeds.cast import CAST
from karavan.seeds.days import Days
from karavan.seeds.proposals import Workdays, public_name
from karavan.seeds.town import plant_town
from karavan.seeds.wishes import COUNSELS, WISHES
from tests.support.hostile import a_few
from tests.support.settings import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

pytestmark = pytest.mark.once  # the town is planted on both databases by tests/seeds/test_town.py

ODD_DAYS = [
    datetime(2026, 12, 31, 20, 30, tzinfo=UTC),
    datetime(2027, 1, 9, 6, 0, tzinfo=UTC),
    datetime(2027, 3, 24, 4, 0, tzinfo=UTC),
    datetime(2027, 5, 16, 9, 0, tzinfo=UTC),
]
"""New Year's night, the long holidays after it, the end of Nauryz, a Sunday after the holidays of May."""


def proposal(town: Session, key: str) -> Proposal:
    return town.scalars(select(Proposal).where(Proposal.key == f"town-{key}")).one()


def recommendation(town: Session, key: str) -> Recommendation:
    carried = Recommendation.proposals.any(Proposal.key == f"town-{key}")
    return town.scalars(select(Recommendation).where(carried)).one()


def clock_of(town: Session, key: str, kind: DeadlineKind = DeadlineKind.ANSWER) -> Deadline:
    (deadline,) = running(town, recommendation_id=recommendation(town, key).id, kind=kind)
    return deadline


def days_left(town: Session, deadline: Deadline) -> int:
    return remaining(local_day(NOW), deadline.due_on, deadline.unit, current_calendar(town))


def counts(town: Session) -> dict[str, int | None]:
    tables = (Proposal, Revision, StateChange, Support, Recommendation, OfficialAnswer, Deadline, Letter, Person)
    return {table.__tablename__: town.scalar(select(func.count()).select_from(table)) for table in tables}


# --- What there is --------------------------------------------------------------------------------------------


def test_every_state_that_a_visitor_should_see_is_there(town: Session) -> None:
    states = Counter(town.scalars(select(Proposal.state)))
    assert set(states) >= {
        State.CHECKING,
        State.SUPPORTING,
        State.ADMITTED,
        State.AT_COUNCIL,
        State.RECOMMENDED,
        State.ANSWERED,
        State.DONE,
        State.DECLINED,
        State.WITHDRAWN,
        State.JOINED,
    }
    assert sum(states.values()) == len(WISHES) == 21
    assert states[State.SUPPORTING] >= 4


def test_numbers_follow_each_other_without_a_gap(town: Session) -> None:
    numbers = list(town.scalars(select(Proposal.number).order_by(Proposal.created_at)))
    assert numbers == [f"MGS-2026-{number:05d}" for number in range(1, 22)]
    sent = list(town.scalars(select(Recommendation.number).where(Recommendation.number.is_not(None))))
    assert sorted(sent) == [f"MGS-R-2026-{number:04d}" for number in range(1, 8)]


def test_planting_twice_changes_nothing(town: Session) -> None:
    before = counts(town)
    assert not transact(plant_town, now=NOW + timedelta(days=3))
    assert counts(town) == before


def test_one_answer_is_due_in_two_working_days_and_its_draft_waits_for_a_second_person(town: Session) -> None:
    assert proposal(town, "beineu-water").state == State.RECOMMENDED
    assert days_left(town, clock_of(town, "beineu-water")) == 2
    (draft,) = recommendation(town, "beineu-water").answers
    saule = town.scalars(select(Person).where(Person.email == "saule@karavan.example")).one()
    assert draft.state == AnswerState.DRAFTED
    assert draft.drafted_by_id != saule.id


def test_one_answer_is_overdue_and_its_author_was_told(town: Session) -> None:
    late = clock_of(town, "road-light")
    assert days_left(town, late) < 0
    assert late.passed_on == late.due_on
    assert recommendation(town, "road-light").answers == []
    told = town.scalars(select(Letter).where(Letter.letter == "proposals/no_answer")).one()
    assert told.address == "natalya-dyomina@karavan.example"
    assert local_day(told.created_at) > late.due_on


def test_nothing_else_is_overdue(town: Session) -> None:
    today = local_day(NOW)
    late = town.scalars(select(Deadline).where(Deadline.state.in_(OPEN), Deadline.due_on < today)).all()
    assert [one.id for one in late] == [clock_of(town, "road-light").id]
    assert town.scalar(select(func.count()).where(Deadline.passed_on.is_not(None))) == 1


def test_one_was_answered_in_full_and_is_done(town: Session) -> None:
    done = proposal(town, "school-heat")
    assert done.state == State.DONE
    assert done.ended_reason.kk
    (answer,) = recommendation(town, "school-heat").answers
    assert answer.state == AnswerState.PUBLISHED
    assert [rating.score for rating in answer.ratings] == [3]
    met = town.scalars(select(Deadline).where(Deadline.recommendation_id == answer.recommendation_id)).all()
    assert {one.state for one in met} == {DeadlineState.MET}


def test_one_answer_is_contested_and_the_council_has_not_decided(town: Session) -> None:
    assert recommendation(town, "quarry-dust").state == RecommendationState.CONTESTED
    assert proposal(town, "quarry-dust").state == State.ANSWERED
    objection = town.scalars(select(Objection)).one()
    assert objection.upheld is None
    assert days_left(town, clock_of(town, "quarry-dust", DeadlineKind.OBJECTION)) > 0


def test_one_was_declined_with_a_reason_in_both_languages(town: Session) -> None:
    declined = proposal(town, "water-tariff")
    assert declined.state == State.DECLINED
    assert declined.ended_reason.kk
    assert declined.ended_reason.ru


def test_one_answer_speaks_to_two_submissions_and_one_of_them_is_aminas(town: Session) -> None:
    shared = recommendation(town, "bus-morning")
    assert [one.key for one in shared.proposals] == ["town-bus-morning", "town-bus-evening"]
    assert {one.state for one in shared.proposals} == {State.ANSWERED}
    (answer,) = shared.answers
    assert answer.promised_by is not None
    assert answer.promised_by.day == 1
    amina = town.scalars(select(Person).where(Person.email == "amina@karavan.example")).one()
    assert proposal(town, "bus-morning").author_id == amina.id
    # She has neither rated nor contested it yet: that is for the visitor.
    assert [rating.proposal_id for rating in answer.ratings] == [proposal(town, "bus-evening").id]
    assert town.scalar(select(func.count()).where(Objection.recommendation_id == shared.id)) == 0


def test_one_is_joined_by_consent_and_each_supporter_chose(town: Session) -> None:
    joined, into = proposal(town, "lamps"), proposal(town, "school-road-light")
    assert joined.state == State.JOINED
    assert joined.joined_into_id == into.id
    assert town.scalars(select(JoinRequest.accepted)).all() == [True]
    moved = town.scalars(select(Support).where(Support.moved_from_id.is_not(None))).all()
    assert {support.proposal_id for support in moved} == {into.id}
    assert len(moved) == 2
    amina = town.scalars(select(Person.id).where(Person.email == "amina@karavan.example")).one()
    stayed = select(Support.id).where(Support.proposal_id == joined.id, Support.withdrawn_at.is_(None))
    assert town.scalar(stayed.where(Support.person_id == amina)) is not None


def test_one_was_withdrawn_by_its_author_and_one_text_was_changed(town: Session) -> None:
    assert proposal(town, "bus-stop").ended_reason.ru
    changed = proposal(town, "crossing")
    assert changed.revision == 2
    assert [revision.number for revision in changed.revisions] == [1, 2]
    assert changed.revisions[0].solution != changed.revisions[1].solution == changed.solution


def test_three_wait_for_a_moderator_and_one_of_them_came_on_paper(town: Session) -> None:
    waiting = town.scalars(select(Proposal).where(Proposal.state == State.CHECKING)).all()
    assert len(waiting) == 3
    (paper,) = [one for one in waiting if one.channel == Channel.PAPER]
    assert paper.entered_by_id is not None
    assert paper.second_id is None
    assert paper.author_id is None
    assert paper.author_phone.startswith("+77000000")


def test_one_term_was_extended_and_one_recommendation_waits_to_be_sent(town: Session) -> None:
    extended = clock_of(town, "heat-bill")
    assert extended.extra_days == 5
    assert days_left(town, extended) == 6
    assert town.scalar(select(func.count()).where(Letter.letter == "proposals/date_moved")) == 1
    assert recommendation(town, "school-places").state == RecommendationState.DRAFT
    assert days_left(town, clock_of(town, "school-places", DeadlineKind.SENDING)) > 0


def test_support_grew_over_weeks(town: Session) -> None:
    for key in ("clinic-queue", "crossing"):
        given = select(Support.given_at).where(Support.proposal_id == proposal(town, key).id)
        days = sorted({local_day(moment) for moment in town.scalars(given)})
        assert (days[-1] - days[0]).days >= 14, key
        assert len(days) >= 7, key


# --- The rules' own promises ----------------------------------------------------------------------------------


def test_each_history_is_a_way_through_the_table(town: Session) -> None:
    for found in town.scalars(select(Proposal)):
        changes = found.changes
        assert changes[-1].after == found.state
        assert all(earlier.after == later.before for earlier, later in pairwise(changes)), found.key
        assert all(change.before in STEPS[change.act].before for change in changes), found.key
        moments = [change.happened_at for change in changes]
        assert moments == sorted(moments), found.key
        assert found.created_at <= moments[0] < moments[-1] + timedelta(seconds=1) < NOW


def test_numbers_of_supporters_are_numbers_of_rows(town: Session) -> None:
    for found in town.scalars(select(Proposal)):
        live = select(Support).where(Support.proposal_id == found.id, Support.withdrawn_at.is_(None))
        rows = town.scalars(live).all()
        assert found.supports == len(rows), found.key
        assert found.author_id not in {row.person_id for row in rows}, found.key
        if found.state in {State.SUPPORTING, State.PUBLISHED}:
            assert found.supports < (found.supports_needed or 1), found.key
        if found.state in PUBLIC - {State.SUPPORTING, State.PUBLISHED, State.JOINED}:
            assert found.supports >= (found.supports_needed or 0), found.key


def test_whoever_needs_a_clock_has_one(town: Session) -> None:
    for found in town.scalars(select(Proposal)):
        kinds = {one.kind for one in running(town, proposal_id=found.id)}
        due = {
            State.CHECKING: {DeadlineKind.CHECKING},
            State.ADMITTED: {DeadlineKind.CONSIDERATION},
            State.AT_COUNCIL: {DeadlineKind.CONSIDERATION},
        }
        assert kinds == due.get(found.state, set()), found.key


def test_answers_were_written_and_checked_by_two_people(town: Session) -> None:
    for answer in town.scalars(select(OfficialAnswer).where(OfficialAnswer.state == AnswerState.PUBLISHED)):
        assert answer.checked_by_id not in {None, answer.drafted_by_id}
        assert answer.published_at is not None
        assert answer.published_at < NOW
    assert all(1 <= rating.score <= 3 for rating in town.scalars(select(Rating)))


@pytest.mark.thorough
@pytest.mark.parametrize("now", a_few(ODD_DAYS), ids=str)
def test_the_dates_hold_on_whatever_day_it_is_planted(session: Session, now: datetime) -> None:
    assert transact(plant_town, now=now)
    today = local_day(now)
    near = clock_of(session, "beineu-water")
    assert remaining(today, near.due_on, near.unit, current_calendar(session)) == 2
    late = session.scalars(select(Deadline).where(Deadline.state.in_(OPEN), Deadline.due_on < today)).all()
    assert [one.id for one in late] == [clock_of(session, "road-light").id]
    by_year: dict[str, list[int]] = {}
    for number in session.scalars(select(Proposal.number).order_by(Proposal.created_at)):
        series, _, place = number.rpartition("-")
        by_year.setdefault(series, []).append(int(place))
    assert all(places == list(range(1, len(places) + 1)) for places in by_year.values())


def test_working_days_are_counted_back_as_clocks_count_them() -> None:
    work = Workdays(Days(NOW))
    assert [str(work.back(number)) for number in (0, 1, 5, 20)] == [
        "2026-11-23",
        "2026-11-20",
        "2026-11-16",
        "2026-10-23",
    ]
    sunday = Workdays(Days(NOW - timedelta(days=1)))
    assert str(sunday.back(0)) == "2026-11-20"


# --- Letters --------------------------------------------------------------------------------------------------


def test_only_the_cast_gets_letters_and_only_of_late(town: Session) -> None:
    waiting = town.scalars(
        select(Letter).where(Letter.state == LetterState.WAITING, Letter.letter.startswith("proposals/"))
    ).all()
    assert 3 <= len(waiting) <= 15
    assert {letter.address for letter in waiting} <= {account.email for account in CAST}
    assert "amina@karavan.example" in {letter.address for letter in waiting}
    assert all(letter.created_at > NOW - timedelta(days=15) for letter in waiting)


# --- Words ----------------------------------------------------------------------------------------------------

KAZAKH = set("әғқңөұүһі")


def written() -> Iterator[tuple[str, str, str]]:
    """Everything these seeds say: where, in which language, what."""
    for wish in WISHES:
        lang = wish.resident.lang if wish.resident else "kk"
        for text in (wish.title, wish.problem, wish.solution, wish.new_solution):
            yield wish.key, lang, text
    for place, slots in _slots_in((WISHES, COUNSELS)):
        for lang in ("kk", "ru", "en"):
            yield place, lang, getattr(slots, lang)
    for counsel in COUNSELS:
        yield counsel.body, "kk", counsel.contested[2] if counsel.contested else ""
        for key, _, remark in counsel.said.ratings if counsel.said else ():
            author = next(wish.resident for wish in WISHES if wish.key == key)
            assert author is not None
            yield key, author.lang, remark


def _slots_in(thing: Any, place: str = "") -> Iterator[tuple[str, Slots]]:
    if isinstance(thing, Slots):
        yield place, thing
    elif is_dataclass(thing) and not isinstance(thing, type):
        for field in fields(thing):
            yield from _slots_in(getattr(thing, field.name), getattr(thing, "key", place))
    elif isinstance(thing, tuple):
        for part in thing:
            yield from _slots_in(part, place)


WRITTEN = [line for line in written() if line[2]]


def test_every_text_is_in_its_own_language() -> None:
    for where, lang, text in WRITTEN:
        letters = set(text.lower())
        if lang == "kk" and len(text) > 40:
            assert letters & KAZAKH, f"{where}: {text}"
            assert not re.search(r"[щёэ]", re.sub("(электр|энергетика)\\w*", "", text.lower())), f"{where}: {text}"
        if lang == "ru":
            assert not letters & KAZAKH, f"{where}: {text}"
        if lang == "en":
            assert all(unicodedata.name(letter).startswith("LATIN") for letter in text if letter.isalpha()), text


def test_no_word_mixes_alphabets() -> None:
    for where, _, text in [*WRITTEN, *(("", "", wish.author) for wish in WISHES)]:
        for word in re.findall(r"[^\W\d_]+", text):
            assert len({unicodedata.name(letter).split()[0] for letter in word}) == 1, f"{where}: {word}"


def test_official_texts_are_in_all_three_languages() -> None:
    for _, slots in _slots_in(COUNSELS):
        assert slots.kk
        assert slots.ru
        assert slots.en


def test_texts_are_clean_and_fit_the_form() -> None:
    for wish in WISHES:
        assert clean_line(wish.title, limit=120) == wish.title
        for text in (wish.problem, wish.solution, wish.new_solution):
            assert clean_text(text, limit=4000) == text


def test_nobody_speaks_of_petitions_or_signatures() -> None:
    for where, _, text in WRITTEN:
        assert not re.search(r"петици|подпис|қол қо|апелляц|petition|signature|appeal", text.lower()), where


def test_most_are_written_in_kazakh_and_all_districts_and_many_topics_speak() -> None:
    langs = Counter(wish.resident.lang if wish.resident else "kk" for wish in WISHES)
    assert langs["kk"] > langs["ru"] > 4
    places = {wish.resident.district for wish in WISHES if wish.resident} | {"mangystau"}
    assert places == set(HOME_DISTRICTS)
    assert len({wish.topic for wish in WISHES}) >= len(Topic) - 2


def test_readers_see_a_given_name_and_a_letter(town: Session) -> None:
    assert public_name("Айгүл Сәрсенова") == "Айгүл С."
    for found in town.scalars(select(Proposal)):
        assert re.fullmatch(r"[\w-]+ \w\.", found.public_name)
        assert found.demo


def test_the_cast_speaks_only_for_itself() -> None:
    cast = {account.name for account in CAST}
    assert [wish.key for wish in WISHES if wish.author in cast] == ["bus-morning"]
    assert len({wish.author for wish in WISHES}) == len(WISHES)
