"""The town is planted by the rules themselves; and what it says stands: real facts as reported, invention marked."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from time import process_time
from typing import TYPE_CHECKING, Any

import phonenumbers
import pytest
from sqlalchemy import event as listens, func, select

from karavan.accounts.models import Organisation, OrganisationKind, Person, Role, RoleGrant
from karavan.core.database import transact
from karavan.core.languages import Slots
from karavan.core.places import HOME_DISTRICTS
from karavan.core.text import clean_line, clean_text
from karavan.core.when import local_day
from karavan.councils.models import Council, CouncilLevel, Office, PromiseState
from karavan.councils.queries import CouncilPage, addressees, council_cards, council_page, statute_of
from karavan.deadlines.models import Unit
from karavan.events.forms import NEEDS
from karavan.events.models import (
    Attendee,
    CheckIn,
    Event,
    EventKind,
    EventState,
    Offer,
    OfferState,
    QuestionKind,
    Registration,
    SeatChannel,
    SeatState,
)
from karavan.events.queries import seats_of
from karavan.moderation.queries import overdue
from karavan.moderation.rules.log import verify
from karavan.notifications.models import Letter
from karavan.record.models import RecordEntry
from karavan.seeds import desk_words
from karavan.seeds.cast import CAST
from karavan.seeds.councils import BODIES, COUNCILS
from karavan.seeds.days import HOLIDAYS, ZONE, Days
from karavan.seeds.gatherings import GATHERINGS, PAST
from karavan.seeds.gatherings.council_forum import WHY
from karavan.seeds.residents import RESIDENTS
from karavan.seeds.town import ORGANISATIONS, _spread, plant_town
from tests.support.hostile import a_few
from tests.support.settings import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from sqlalchemy.orm import Session

DAYS_OF_PLANTING = [
    NOW,
    *(datetime(2026, 12, 1, 19, 30, tzinfo=UTC) + timedelta(days=9 * n, hours=n) for n in range(45)),
]


def event(session: Session, slug: str) -> Event:
    return session.scalars(select(Event).where(Event.slug == slug)).one()


def count(session: Session) -> dict[str, int | None]:
    tables = (Organisation, Person, Event, Registration, Attendee, Offer, Letter, RecordEntry)
    return {table.__tablename__: session.scalar(select(func.count()).select_from(table)) for table in tables}


# --- Planting -------------------------------------------------------------------------------------------


def test_an_empty_database_becomes_a_town(session: Session) -> None:
    began, asked = process_time(), [0]
    listens.listen(session.get_bind(), "before_cursor_execute", lambda *_: asked.__setitem__(0, asked[0] + 1))
    assert transact(plant_town, now=NOW)
    # With what organisers do around events: 46 applications with their scores, a draw, 27 people at doors.
    assert asked[0] < 19_000, "statements: as many on a busy machine as on an idle one, where they take five seconds"
    assert process_time() - began < 15
    planted = count(session)
    assert len(GATHERINGS) == 13
    assert (
        planted["events"] == len((*GATHERINGS, *PAST)) + 5
    )  # hearings and sittings have events of their own, but for two that are here
    assert planted["people"] == len(RESIDENTS) > len(CAST)
    assert 150 <= (planted["attendees"] or 0) <= 180


def test_planting_twice_changes_nothing(town: Session) -> None:
    before = count(town)
    assert not transact(plant_town, now=NOW + timedelta(days=1))
    assert count(town) == before


def test_a_database_with_one_event_of_its_own_is_left_alone(town: Session) -> None:
    before = count(town)
    assert not transact(plant_town, now=NOW)
    assert count(town) == before


@pytest.mark.once
def test_the_command_says_what_it_did(app: Flask) -> None:
    if "town" not in app.cli.commands:
        pytest.skip("the command is not hung yet")
    runner = app.test_cli_runner()
    assert "planted" in runner.invoke(args=["town", "plant"]).output
    assert "nothing was changed" in runner.invoke(args=["town", "plant"]).output


def test_the_public_record_is_in_the_order_in_which_things_happened(town: Session) -> None:
    moments = list(town.scalars(select(RecordEntry.happened_at).order_by(RecordEntry.id)))
    assert moments == sorted(moments)
    assert moments[-1] < NOW


@pytest.mark.twice
@pytest.mark.once
@pytest.mark.parametrize("now", a_few(DAYS_OF_PLANTING[1::11]), ids=str)
def test_the_town_can_be_planted_on_any_day(session: Session, now: datetime) -> None:
    assert transact(plant_town, now=now)
    full = event(session, "school-for-young-leaders-1")
    assert seats_of(session, full).full
    assert session.scalar(select(func.count()).where(Offer.event_id == full.id, Offer.state == OfferState.OPEN)) == 1
    assert verify(session) is None
    assert overdue(session, None, now) == 0


# --- What is real -----------------------------------------------------------------------------------------


def test_the_study_tour_stands_as_it_was_reported(town: Session) -> None:
    tour = event(town, "caravan-of-leaders-astana-2025")
    assert not tour.demo
    assert tour.kind == EventKind.STUDY_TOUR
    assert (tour.first_day, tour.last_day, tour.all_day) == (date(2025, 12, 1), date(2025, 12, 3), True)
    assert tour.gate.capacity == 15
    assert tour.place == "astana"
    assert tour.organisation.name.ru == "ОЮЛ «Гражданский альянс Мангистауской области»"
    assert "по заказу управления информации и общественного развития Мангистауской области" in tour.about.ru
    assert "ақпарат және қоғамдық даму басқармасының тапсырысы бойынша" in tour.about.kk
    assert "13 декабря 2025 года" in tour.editors_note.ru
    assert "2025 жылғы 13 желтоқсанда" in tour.editors_note.kk
    assert "13 December 2025" in tour.editors_note.en
    assert all(line.starts is None and line.ends is None for line in tour.programme)
    lecture, parliament, ministry = tour.programme
    assert lecture.speaker == Slots("Гүлмира Құрғанбаева", "Гульмира Курганбаева", "Gulmira Kurganbayeva")
    assert "Alem University" in lecture.speaker_role.kk
    assert "Сенате и Мажилисе" in parliament.title.ru
    assert "культуры и информации" in ministry.place.ru
    assert "общественных советов" in ministry.title.ru


def test_nobody_is_named_as_a_participant_of_the_real_tour(town: Session) -> None:
    tour = event(town, "caravan-of-leaders-astana-2025")
    assert town.scalar(select(func.count()).where(Registration.event_id == tour.id)) == 0


def test_everything_else_is_marked_as_invented(town: Session) -> None:
    real = [found.slug for found in town.scalars(select(Event)) if not found.demo]
    assert real == ["caravan-of-leaders-astana-2025"]
    assert all(person.demo for person in town.scalars(select(Person)))
    assert all(council.demo for council in town.scalars(select(Council)))


# --- Councils ---------------------------------------------------------------------------------------------


def council(town: Session, slug: str) -> CouncilPage:
    page = council_page(town, slug, local_day(NOW))
    assert page is not None
    return page


def test_the_region_has_one_council_and_seven_of_its_towns_and_districts(town: Session) -> None:
    cards = council_cards(town, on=local_day(NOW))
    assert [card.level for card in cards] == [CouncilLevel.REGION] + [CouncilLevel.CITY] * 2 + [
        CouncilLevel.DISTRICT
    ] * 5
    assert cards[0].name.kk == "Маңғыстау облысының қоғамдық кеңесі"
    assert {card.place for card in cards[1:]} == set(HOME_DISTRICTS)
    assert [bool(card.members) for card in cards] == [True] * 3 + [False] * 5
    named = town.scalar(select(func.count()).where(Organisation.kind == OrganisationKind.COUNCIL))
    assert named == len(cards)


def test_the_cast_serves_in_the_regional_council(town: Session) -> None:
    regional = council(town, "mangystau-region").council
    grants = town.scalars(select(RoleGrant).where(RoleGrant.organisation_id == regional.organisation_id)).all()
    assert {grant.person.email.partition("@")[0] for grant in grants} == {"saule", "daniyar", "gulnar", "kayrat"}


def test_the_state_has_no_more_than_its_share_and_one_member_has_left(town: Session) -> None:
    page = council(town, "mangystau-region")
    assert 9 <= len(page.members) <= 15
    assert not page.composition.over
    assert sum(member.office == Office.CHAIR for member in page.members) == 1
    (gone,) = page.former
    assert gone.ended_reason.kk
    for slug in ("aktau", "zhanaozen"):
        assert 4 <= len(council(town, slug).members) <= 7


def test_the_regional_statute_has_a_past_and_a_future(town: Session) -> None:
    page = council(town, "mangystau-region")
    assert page.statute.answer_term.days == 10
    assert page.statute.minimum_supports == 25
    before = statute_of(town, page.council.id, local_day(NOW) - timedelta(days=301))
    assert before.minimum_supports == 50
    assert before.consideration_term.unit == Unit.CALENDAR
    later = statute_of(town, page.council.id, local_day(NOW) + timedelta(days=30))
    assert later.checking_term.days < page.statute.checking_term.days
    backdated = [entry for entry in town.scalars(select(RecordEntry)) if entry.facts.get("backdated")]
    assert len(backdated) == sum(line.entered < line.valid for one in COUNCILS for line in one.lines)


def test_promises_are_kept_broken_open_and_late(town: Session) -> None:
    page = council(town, "mangystau-region")
    assert {promise.state for promise in page.promises} == set(PromiseState)
    assert any(
        promise.state == PromiseState.OPEN and (promise.due_on or page.on) < page.on for promise in page.promises
    )


def test_there_is_somebody_to_write_to(town: Session) -> None:
    names = [body.name.ru for body in addressees(town)]
    assert len(names) == len(BODIES) + 1
    assert "Управление здравоохранения" in names


def test_invented_speakers_are_roles_and_say_so(town: Session) -> None:
    for found in town.scalars(select(Event).where(Event.demo)):
        for line in found.programme:
            assert not line.speaker or "(демо)" in line.speaker.ru, line.title


def test_nobody_who_could_exist_would_get_a_letter(town: Session) -> None:
    contacts = [(person.email, person.phone) for person in town.scalars(select(Person))]
    contacts += [(one.email, one.phone) for one in town.scalars(select(Registration))]
    contacts += [(found.contact_email, found.contact_phone) for found in town.scalars(select(Event))]
    for email, phone in contacts:
        assert not email or email.endswith("@karavan.example")
        assert not phone or phone.startswith("+77000000")
        assert not phone or phonenumbers.is_valid_number(phonenumbers.parse(phone))


# --- Seats ------------------------------------------------------------------------------------------------


def test_the_full_training_has_an_open_offer_and_four_parties_waiting(town: Session) -> None:
    full = event(town, "school-for-young-leaders-1")
    seats = seats_of(town, full)
    assert (seats.room, seats.taken, seats.free) == (20, 20, 0)
    offer = town.scalars(select(Offer).where(Offer.event_id == full.id)).one()
    assert offer.state == OfferState.OPEN
    assert offer.expires_at > NOW
    assert offer.registration.email == "amina@karavan.example"
    waiting = select(func.count(func.distinct(Attendee.registration_id))).where(
        Attendee.event_id == full.id, Attendee.state == SeatState.WAITING
    )
    assert town.scalar(waiting) == 4


def test_no_event_is_oversold(town: Session) -> None:
    for found in town.scalars(select(Event)):
        seats = seats_of(town, found)
        assert seats.taken <= seats.room, found.slug
        assert not seats.waiting or seats.taken == seats.room, found.slug


def test_the_tour_is_nearly_full_and_asks_a_question_of_every_kind(town: Session) -> None:
    tour = event(town, "study-tour-astana")
    seats = seats_of(town, tour)
    assert (seats.room, seats.taken) == (15, 13)
    assert {question.kind for question in tour.questions} == set(QuestionKind)
    assert len({line.day for line in tour.programme}) == 3


def test_required_questions_are_answered_and_choices_are_offered_ones(town: Session) -> None:
    for registration in town.scalars(select(Registration)):
        questions = {question.id: question for question in registration.event.questions}
        answered = {answer.question_id: answer.value for answer in registration.answers}
        for number, question in questions.items():
            assert not question.required or number in answered, registration.email
            keys = {option["key"] for option in question.options} or {"yes", "no"}
            value = answered.get(number)
            if question.kind in {QuestionKind.CHOICE, QuestionKind.CHOICES, QuestionKind.YES_NO} and value is not None:
                assert set(value if isinstance(value, list) else [value]) <= keys


def test_every_shade_of_an_event_is_there(town: Session) -> None:
    events = {found.slug: found for found in town.scalars(select(Event))}
    assert events["road-to-the-port-of-kuryk"].state == EventState.CANCELLED
    assert events["road-to-the-port-of-kuryk"].cancel_reason.kk
    assert (events["school-for-young-leaders-2"].registration_opens_at or NOW) > NOW
    assert not events["open-meeting-transport"].waiting_list
    assert events["public-control-online"].online_url
    assert not events["public-control-online"].title.kk
    assert events["heating-tariff-hearing"].gate.capacity == 120
    arrived = select(Event.place).join(Attendee, Attendee.event_id == Event.id).join(CheckIn)
    assert set(town.scalars(arrived)) == {
        "karakiya",
        "aktau",
        "munaily",
    }  # a hearing, a training and a meeting are over


def test_people_come_with_children_with_needs_and_by_telephone(town: Session) -> None:
    attendees = town.scalars(select(Attendee)).all()
    assert any(attendee.child for attendee in attendees)
    assert any(attendee.needs_note for attendee in attendees)
    channels = Counter(registration.channel for registration in town.scalars(select(Registration)))
    assert set(channels) == {SeatChannel.WEB, SeatChannel.DESK, SeatChannel.SELECTION}
    assert {need for attendee in attendees for need in attendee.needs} <= {need for need, _ in NEEDS}


# --- Days -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("now", DAYS_OF_PLANTING, ids=str)
def test_days_are_ahead_and_sensible_whenever_the_town_is_planted(now: datetime) -> None:
    for gathering in GATHERINGS:
        if not gathering.demo:
            continue
        plan = gathering.plan(Days(now))
        starts, ends = plan.starts_at.astimezone(ZONE), plan.ends_at.astimezone(ZONE)
        assert starts > now + timedelta(days=2)
        assert 7 <= starts.hour < ends.hour <= 22
        assert (starts.month, starts.day) not in HOLIDAYS
        assert starts.weekday() < 6
        if plan.kind in {EventKind.HEARING, EventKind.COUNCIL_SITTING}:
            assert starts.weekday() < 5
        for moment in (plan.registration_opens_at, plan.registration_closes_at):
            assert moment is None or now < moment < plan.starts_at
        for line in plan.programme:
            assert starts.date() <= line.day <= ends.date()
            assert line.starts is not None
            assert line.ends is not None
            assert line.starts < line.ends
            assert line.day > starts.date() or line.starts >= starts.time()
            assert line.day < ends.date() or line.ends <= ends.time()


@pytest.mark.parametrize("now", DAYS_OF_PLANTING, ids=str)
def test_nothing_happened_before_its_publication_or_after_the_planting(now: datetime) -> None:
    for gathering in GATHERINGS:
        published = gathering.published(Days(now))
        moments = _spread(published, Days(now), len(gathering.parties), salt=len(gathering.slug))
        assert all(published < moment < now - timedelta(hours=2) for moment in moments), gathering.slug
        assert len(set(moments)) == len(moments)


# --- Words ------------------------------------------------------------------------------------------------


def wordings() -> Iterator[tuple[str, Slots]]:
    """Everything the seeds say in several languages, with where it stands."""
    for account in CAST:
        yield account.key, account.try_this
    for slug, (_, name) in ORGANISATIONS.items():
        yield slug, name
    for council in COUNCILS:
        for slots in _slots_in(council):
            yield council.slug, slots
    for slug, name in BODIES.items():
        yield slug, name
    yield from ((f"desk-{n}", slots) for n, slots in enumerate(DESK_WORDS))
    for gathering in (*GATHERINGS, *PAST):
        yield gathering.slug, gathering.cancelled
        for slots in _slots_in(gathering.plan(Days(NOW))):
            yield gathering.slug, slots


DESK_WORDS = [
    *desk_words.MESSAGE,
    *desk_words.PHOTOGRAPHS,
    desk_words.COVER,
    WHY,
    *(text for line in (*desk_words.RUBRIC, *desk_words.CAMP_RUBRIC) for text in (line.title, line.help)),
]


def _slots_in(thing: Any) -> Iterator[Slots]:
    if isinstance(thing, Slots):
        yield thing
    elif is_dataclass(thing) and not isinstance(thing, type):
        for field in fields(thing):
            yield from _slots_in(getattr(thing, field.name))
    elif isinstance(thing, tuple):
        for part in thing:
            yield from _slots_in(part)
    elif isinstance(thing, dict):
        yield Slots(**{lang: thing[lang] for lang in ("kk", "ru", "en")})


def _scripts(word: str) -> set[str]:
    return {unicodedata.name(letter).split()[0] for letter in word}


WRITTEN = [(where, lang, getattr(slots, lang)) for where, slots in wordings() for lang in ("kk", "ru", "en") if slots]
NAMES = sorted(
    {resident.name for resident in RESIDENTS.values()}
    | {sitter.name for council in COUNCILS for sitter in council.members}
    | {guest.name for gathering in GATHERINGS for party in gathering.parties for guest in party.others}
)


def test_every_text_is_written_in_kazakh_or_russian() -> None:
    for where, slots in wordings():
        if slots:
            assert slots.kk or slots.ru, where


def test_only_the_two_events_about_translation_lack_one() -> None:
    lacking = {(where, lang) for where, lang, text in WRITTEN if not text}
    assert lacking == {
        ("public-control-online", "kk"),
        ("public-control-online", "en"),
        ("open-meeting-transport", "en"),
    }


def test_no_word_mixes_alphabets() -> None:
    for text in [*NAMES, *(text for *_, text in WRITTEN)]:
        for word in re.findall(r"[^\W\d_]+", text):
            assert len(_scripts(word)) == 1, f"{word} in {text!r}"


def test_kazakh_is_kazakh_and_russian_is_russian() -> None:
    kazakh = set("әғқңөұүһі")
    for where, lang, text in WRITTEN:
        letters = set(text.lower())
        if lang == "ru" and text:
            assert not letters & kazakh, f"{where}: {text}"
            assert letters & set("абвгдежзиклмнопрстуыя"), f"{where}: {text}"
        if lang == "en" and text:
            assert _scripts(re.sub(r"[\W\d_]", "", text)) == {"LATIN"}, f"{where}: {text}"
        if lang == "kk" and len(text) > 60:
            assert letters & kazakh, f"{where}: {text}"
            assert not re.search(r"[щёэ]", re.sub("(электр|энергетика)\\w*", "", text.lower())), f"{where}: {text}"


def test_texts_are_clean_and_fit_the_organisers_own_forms() -> None:
    for where, _, text in WRITTEN:
        assert clean_text(text, limit=2000) == text, where
    for name in NAMES:
        assert clean_line(name, limit=120) == name
    for gathering in (*GATHERINGS, *PAST):
        plan = gathering.plan(Days(NOW))
        for lang in ("kk", "ru", "en"):
            assert len(getattr(plan.title, lang)) <= 120
            paragraphs = getattr(plan.about, lang).split("\n\n")
            assert len(paragraphs) <= 4
            assert all(paragraph.strip() == paragraph for paragraph in paragraphs)


def test_the_cast_has_every_role_once_and_something_to_try_in_each_language() -> None:
    assert [account.key for account in CAST] == ["amina", "bekzat", "saule", "daniyar", "gulnar", "kayrat", "admin"]
    assert {role for account in CAST for role in account.roles} == set(Role)
    for account in CAST:
        assert account.try_this.kk
        assert account.try_this.ru
        assert account.try_this.en
        assert "\n" not in account.try_this.every()
