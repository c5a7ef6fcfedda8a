"""What the organiser's desk does: draft, publish, edit, resize, call off."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from karavan.core.database import db
from karavan.core.languages import Slots
from karavan.core.problems import NotFound
from karavan.events import queries
from karavan.events.models import Answer, Event, EventState, Question, QuestionKind
from karavan.events.problems import EditedMeanwhile, EventCannotBeChanged, NotReadyToPublish
from karavan.events.rules.plan import (
    MaterialLine,
    Plan,
    ProgrammeLine,
    QuestionLine,
    cancel_event,
    create_event,
    edit_event,
    publish,
    resize,
)
from karavan.notifications.models import Letter
from tests.support.makers import fill, make_event, make_plan, make_registration, states_of, write
from tests.support.settings import NOW

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

DAY = timedelta(days=1)
REASON = Slots(kk="Жол жабық", ru="Дорогу занесло")


def again(event: Event) -> Event:
    db.session.close()
    found = queries.event_for_desk(db.session(), event.id)
    assert found is not None
    db.session.close()
    return found


def edit(event: Event, plan: Plan, *, version: int | None = None) -> Event:
    write(edit_event, event.id, plan, version=again(event).version if version is None else version, now=NOW + DAY)
    return again(event)


# --- Draft and publication ------------------------------------------------------------------------------------


def test_a_new_event_is_a_draft_that_only_its_organisers_see(session: Session) -> None:
    event = make_event(published=False)

    assert (event.state, event.version, event.published_at) == (EventState.DRAFT, 1, None)
    assert queries.event_by_slug(session, event.slug) is None
    assert queries.event_for_desk(session, event.id) is not None
    assert queries.event_page(session, queries.Filters(), now=NOW).cards == ()
    assert queries.calendar_events(session, now=NOW) == []


def test_a_published_event_is_everybodys(session: Session) -> None:
    event = make_event()

    assert (event.state, event.published_at) == (EventState.PUBLISHED, NOW)
    assert queries.event_by_slug(session, event.slug).id == event.id
    assert [card.slug for card in queries.event_page(session, queries.Filters(), now=NOW).cards] == [event.slug]


def test_publishing_twice_is_publishing_once(session: Session) -> None:
    event = make_event()

    write(publish, event.id, now=NOW + DAY)

    assert again(event).published_at == NOW


@pytest.mark.parametrize("title", [Slots(), Slots(en="Only in English")])
def test_an_event_is_not_published_without_a_title_in_kazakh_or_russian(session: Session, title: Slots) -> None:
    event = make_event(published=False, title=title)

    with pytest.raises(NotReadyToPublish):
        write(publish, event.id, now=NOW)

    assert again(event).state == EventState.DRAFT


def test_an_event_that_is_over_is_not_published(session: Session) -> None:
    event = make_event(published=False)

    with pytest.raises(NotReadyToPublish):
        write(publish, event.id, now=event.ends_at)


def test_a_cancelled_event_is_not_published_again(session: Session) -> None:
    with pytest.raises(EventCannotBeChanged):
        write(publish, make_event(cancelled=True).id, now=NOW)


@pytest.mark.parametrize("rule", [publish, resize])
def test_an_event_that_never_was_cannot_be_changed(session: Session, rule: object) -> None:
    with pytest.raises(NotFound):
        write(rule, 999, now=NOW)


# --- Addresses ------------------------------------------------------------------------------------------------


def test_the_address_is_made_of_the_title(session: Session) -> None:
    assert make_event(title=Slots(ru="Учебный тур в Астану")).slug == "uchebnyy-tur-v-astanu"


def test_the_same_title_again_gets_a_number(session: Session) -> None:
    slugs = [make_event(title=Slots(ru="Встреча")).slug for _ in range(4)]

    assert slugs == ["vstrecha", "vstrecha-2", "vstrecha-3", "vstrecha-4"]


def test_a_longer_title_that_begins_alike_does_not_take_the_address(session: Session) -> None:
    make_event(title=Slots(ru="Встреча жителей"))

    assert make_event(title=Slots(ru="Встреча")).slug == "vstrecha"


def test_a_title_without_letters_still_has_an_address(session: Session) -> None:
    assert make_event(title=Slots(ru="???")).slug == "page"


def test_a_very_long_title_that_stands_twice_still_has_two_addresses(session: Session) -> None:
    title = Slots(ru="ы" * 120)

    first, second = make_event(title=title), make_event(title=title)

    assert first.slug != second.slug
    assert max(len(first.slug), len(second.slug)) <= 80


def test_an_address_does_not_change_when_the_title_does(session: Session) -> None:
    event = make_event()

    assert edit(event, make_plan(title=Slots(ru="Иначе"))).slug == event.slug


# --- Editing --------------------------------------------------------------------------------------------------


def test_everything_an_organiser_writes_is_kept(session: Session) -> None:
    plan = make_plan(
        seats=7,
        about=Slots(kk="Толығырақ", en="More"),
        online_url="https://meet.example.kz/a",
        languages=("kk", "ru", "en"),
        accessibility=("lift", "hearing_loop"),
        waiting_list=False,
        offer_hours=12,
        party_limit=3,
        programme=(
            ProgrammeLine(day=date(2026, 12, 23), title=Slots(ru="Начало"), starts=time(10), ends=time(11)),
            ProgrammeLine(day=date(2026, 12, 23), title=Slots(ru="Обед"), speaker=Slots(ru="Повар")),
        ),
        materials=(MaterialLine(title=Slots(ru="Устав"), url="https://example.kz/u.pdf"),),
        questions=(QuestionLine(kind=QuestionKind.YES_NO, label=Slots(ru="Нужен автобус?"), required=True),),
    )

    event = edit(make_event(), plan)

    assert (event.about, event.online_url, event.languages) == (plan.about, plan.online_url, ["kk", "ru", "en"])
    assert (event.waiting_list, event.offer_hours, event.party_limit, event.gate.capacity) == (False, 12, 3, 7)
    assert [(line.position, line.title.ru, line.starts) for line in event.programme] == [
        (0, "Начало", time(10)),
        (1, "Обед", None),
    ]
    assert [(line.title.ru, line.url) for line in event.materials] == [("Устав", "https://example.kz/u.pdf")]
    assert [(one.kind, one.required, one.retired) for one in event.questions] == [(QuestionKind.YES_NO, True, False)]


def test_who_edits_an_old_version_overwrites_nobody(session: Session) -> None:
    event = make_event()
    edit(event, make_plan(title=Slots(ru="Первая правка")), version=event.version)

    with pytest.raises(EditedMeanwhile):
        edit(event, make_plan(title=Slots(ru="Вторая правка")), version=event.version)

    assert again(event).title.ru == "Первая правка"


def test_a_cancelled_event_is_history(session: Session) -> None:
    event = make_event(cancelled=True)

    with pytest.raises(EventCannotBeChanged):
        edit(event, make_plan())


def test_search_finds_title_text_venue_and_speakers_in_every_language(session: Session) -> None:
    line = ProgrammeLine(
        day=date(2026, 12, 23), title=Slots(ru="Ораторское искусство"), speaker=Slots(kk="Гүлнар Әбенова")
    )
    make_event(
        title=Slots(kk="Кеңес", ru="Совет"), about=Slots(en="Budget"), venue=Slots(ru="Акимат"), programme=(line,)
    )

    for words in ("кеңес", "КЕНЕС", "совет", "budget", "акимат", "оратор", "гулнар", "совет budget"):
        assert queries.event_page(session, queries.Filters(words=words), now=NOW).total == 1, words
    assert queries.event_page(session, queries.Filters(words="совет футбол"), now=NOW).total == 0


def test_search_takes_percent_signs_as_signs(session: Session) -> None:
    make_event(title=Slots(ru="Совет"))

    for words in ("%", "_", "100%", "\\"):
        found = queries.event_page(session, queries.Filters(words=words), now=NOW).total
        assert found == (0 if "100" in words else 1)  # signs alone are no words at all


def test_a_question_that_goes_is_kept_for_its_answers(session: Session) -> None:
    event = make_event(questions=(QuestionLine(kind=QuestionKind.TEXT, label=Slots(ru="Откуда вы?")),))
    question = event.questions[0]
    make_registration(event, answers={question.id: "Құрық"})

    edit(event, make_plan())

    assert session.get_one(Question, question.id).retired
    assert session.scalars(select(Answer.value)).all() == ["Құрық"]


def test_a_reworded_question_keeps_its_answers(session: Session) -> None:
    event = make_event(questions=(QuestionLine(kind=QuestionKind.TEXT, label=Slots(ru="Откуда вы?")),))
    question = event.questions[0]

    changed = edit(
        event, make_plan(questions=(QuestionLine(id=question.id, kind=QuestionKind.TEXT, label=Slots(ru="Город")),))
    )

    assert [(one.id, one.label.ru, one.retired) for one in changed.questions] == [(question.id, "Город", False)]


def test_a_question_of_another_kind_is_another_question(session: Session) -> None:
    event = make_event(questions=(QuestionLine(kind=QuestionKind.TEXT, label=Slots(ru="Сколько вам лет?")),))
    old = event.questions[0]

    changed = edit(event, make_plan(questions=(QuestionLine(id=old.id, kind=QuestionKind.NUMBER, label=old.label),)))

    assert sorted((one.kind.value, one.retired) for one in changed.questions) == [("number", False), ("text", True)]


def test_a_question_of_another_event_cannot_be_taken_over(session: Session) -> None:
    ours, theirs = (
        make_event(questions=(QuestionLine(kind=QuestionKind.TEXT, label=Slots(ru="?")),)) for _ in range(2)
    )
    stolen = QuestionLine(id=theirs.questions[0].id, kind=QuestionKind.TEXT, label=Slots(ru="Чужой"))

    edit(ours, make_plan(questions=(stolen,)))

    assert again(theirs).questions[0].label == Slots(ru="?")


def test_editing_the_number_of_seats_goes_through_the_gate(session: Session) -> None:
    event = make_event(seats=1)
    fill(event)
    waiting = make_registration(event)

    edit(event, make_plan(seats=2))

    assert [state.value for state in states_of(waiting)] == ["offered"]


# --- Who is told of a change ----------------------------------------------------------------------------------


def letters(session: Session, name: str) -> list[Letter]:
    return list(session.scalars(select(Letter).where(Letter.letter == f"events/{name}").order_by(Letter.id)))


def test_a_new_time_is_told_to_everybody_who_has_or_awaits_a_seat(session: Session) -> None:
    event = make_event(seats=1)
    seated, waiting = (
        make_registration(event, email="amina@example.kz"),
        make_registration(event, email="saule@example.kz"),
    )
    assert waiting.live

    changed = edit(event, make_plan(starts_in=31 * DAY, now=NOW))

    told = letters(session, "event_changed")
    assert [letter.address for letter in told] == [seated.email, waiting.email]
    assert [change["what"] for change in told[0].payload["changes"]] == ["starts_at", "ends_at"]
    assert changed.sequence == event.sequence + 1


def test_two_changes_are_two_letters(session: Session) -> None:
    event = make_event()
    make_registration(event)

    edit(event, make_plan(venue=Slots(ru="Акимат")))
    edit(event, make_plan(venue=Slots(ru="Дом культуры")))

    assert len(letters(session, "event_changed")) == 2


def test_a_corrected_wording_is_told_to_nobody(session: Session) -> None:
    event = make_event()
    make_registration(event)

    changed = edit(event, replace(make_plan(), about=Slots(ru="Подробнее"), contact_name="Айгүл"))

    assert letters(session, "event_changed") == []
    assert changed.sequence == event.sequence


def test_editing_a_draft_tells_nobody(session: Session) -> None:
    event = make_event(published=False)

    changed = edit(event, make_plan(venue=Slots(ru="Акимат")))

    assert (letters(session, "event_changed"), changed.sequence) == ([], 0)


# --- Calling it off -------------------------------------------------------------------------------------------


def test_a_cancelled_event_stays_visible_with_its_reason(session: Session) -> None:
    event = make_event()

    write(cancel_event, event.id, reason=REASON, now=NOW + DAY)

    cancelled = again(event)
    assert (cancelled.state, cancelled.cancelled_at, cancelled.cancel_reason) == (
        EventState.CANCELLED,
        NOW + DAY,
        REASON,
    )
    assert cancelled.sequence == event.sequence + 1
    assert queries.event_by_slug(session, event.slug) is not None


def test_cancelling_twice_keeps_the_first_reason_and_tells_once(session: Session) -> None:
    event = make_event()
    make_registration(event)
    write(cancel_event, event.id, reason=REASON, now=NOW)

    write(cancel_event, event.id, reason=Slots(ru="Иначе"), now=NOW + DAY)

    assert again(event).cancel_reason == REASON
    assert len(letters(session, "event_cancelled")) == 1


def test_a_cancelled_draft_is_told_to_nobody_and_stays_hidden(session: Session) -> None:
    event = make_event(published=False)

    write(cancel_event, event.id, reason=REASON, now=NOW)

    assert queries.event_by_slug(session, event.slug) is None


# --- Lists ----------------------------------------------------------------------------------------------------


def test_every_event_is_on_exactly_one_page_of_the_list(session: Session) -> None:
    made = {make_event(starts_in=(1 + number % 5) * DAY).id for number in range(30)}
    found: list[int] = []
    after = ""
    for _ in range(9):
        page = queries.event_page(session, queries.Filters(), now=NOW, after=after)
        found += [card.id for card in page.cards]
        after = page.after
        if not after:
            break

    assert sorted(found) == sorted(made)
    assert page.total == 30


@pytest.mark.parametrize(
    "mark", ["", "x", "-", "1-", "-1", "9" * 40, "1-" + "9" * 18, "²-1", "1-²", "99999999999-1", "0-0"]
)
def test_a_page_mark_that_nobody_made_begins_somewhere_and_breaks_nothing(session: Session, mark: str) -> None:
    make_event()

    assert queries.event_page(session, queries.Filters(), now=NOW, after=mark).total == 1


def test_only_free_events_are_those_a_newcomer_could_enter(session: Session) -> None:
    free = make_event(seats=1)
    fill(make_event(seats=1))
    make_event(cancelled=True)
    make_event(registration_closes_at=NOW)
    waited_for = make_event(seats=3)
    make_registration(waited_for)
    make_registration(waited_for, people=3)

    page = queries.event_page(session, queries.Filters(free=True), now=NOW)

    assert [card.id for card in page.cards] == [free.id]


def test_past_events_come_latest_first(session: Session) -> None:
    sooner, later = make_event(starts_in=1 * DAY), make_event(starts_in=2 * DAY)

    page = queries.event_page(session, queries.Filters(past=True), now=NOW + 9 * DAY)

    assert [card.id for card in page.cards] == [later.id, sooner.id]


def test_an_event_of_an_organisation_is_created_in_its_name(session: Session, cast: object) -> None:
    event = write(create_event, cast.alliance.id, make_plan(), now=NOW)

    assert event.organisation_id == cast.alliance.id
    assert [card.id for card in queries.desk_events(session, [cast.alliance.id], now=NOW)] == [event.id]
    assert queries.desk_events(session, [cast.elsewhere.id], now=NOW) == []
    assert len(queries.desk_events(session, None, now=NOW)) == 1
