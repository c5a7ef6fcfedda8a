"""Keeping a council: lines are only added, mandates are history, promises are judged once; the record says each."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from karavan.core.database import db, transact
from karavan.core.languages import Slots
from karavan.core.problems import NotFound, Problem
from karavan.councils import problems, queries
from karavan.councils.models import Member, Office, Promise, PromiseState, Sector, SettingKey, StatuteSetting
from karavan.councils.rules import (
    add_commission,
    change_member,
    end_mandate,
    judge_promise,
    make_promise,
    seat_member,
    set_line,
    set_photo,
)
from karavan.councils.statute import compose
from karavan.deadlines.models import FirstDay, Unit
from karavan.deadlines.reckoning import Term
from karavan.files.checking import JPEG, PDF, Examined
from karavan.files.models import FileContent, StoredFile
from karavan.record.models import RecordEntry, Verb
from tests.councils.people import BY, DECISION, TODAY, entered, make_seat, promised, seated
from tests.support.makers import write
from tests.support.settings import NOW

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from karavan.councils.models import Council

TEN = Term(10, Unit.WORKING, FirstDay.NEXT)
PICTURE = Examined(mime=JPEG, content=b"picture", width=320, height=320)


def record(verb: Verb) -> list[RecordEntry]:
    db.session.close()
    return list(db.session().scalars(select(RecordEntry).where(RecordEntry.verb == verb).order_by(RecordEntry.id)))


def refused(problem: type[Problem], rule: Any, *args: Any, where: str | None = None, **kwargs: Any) -> None:
    with pytest.raises(problem) as found:
        write(rule, *args, **kwargs)
    if where is not None:
        assert found.value.where == where


# --- The statute ------------------------------------------------------------------------------------------


def test_a_new_line_holds_from_its_day_on_and_the_old_one_stays(session: Session, council: Council) -> None:
    old = entered(council, SettingKey.ANSWER_TERM, Term(15, Unit.CALENDAR, FirstDay.NEXT), since=date(2026, 1, 1))
    new = entered(council, SettingKey.ANSWER_TERM, TEN, since=date(2026, 12, 1))
    before = queries.statute_of(session, council.id, date(2026, 11, 30))
    after = queries.statute_of(session, council.id, date(2026, 12, 1))
    assert (before.answer_term.days, after.answer_term) == (15, TEN)
    assert before.source(SettingKey.ANSWER_TERM).setting_id == old.id
    assert after.source(SettingKey.ANSWER_TERM) == (new.id, DECISION, date(2026, 12, 1))


def test_the_statute_of_any_day_is_one_question_and_the_pure_answer(session: Session, council: Council) -> None:
    for number in range(12):
        since = TODAY - timedelta(days=number * 7 % 20)
        entered(council, SettingKey.MINIMUM_SUPPORTS, number, since=since)
    lines = queries.statute_lines(session, council.id)
    for days in range(-25, 3):
        on = TODAY + timedelta(days=days)
        assert queries.statute_of(session, council.id, on) == compose(lines, on)


def test_a_line_entered_twice_is_one(session: Session, council: Council) -> None:
    first, second = (entered(council, SettingKey.ANSWER_TERM, TEN).id for _ in range(2))
    assert first == second
    assert len(record(Verb.COUNCIL_STATUTE_CHANGED)) == 1


def test_back_dating_is_said_and_a_future_day_is_not(session: Session, council: Council) -> None:
    entered(council, SettingKey.MINIMUM_AGE, 16, since=TODAY - timedelta(days=1), note="Кешірек енгізілді")
    entered(council, SettingKey.MINIMUM_AGE, 17, since=TODAY)
    entered(council, SettingKey.MINIMUM_AGE, 18, since=TODAY + timedelta(days=1))
    facts = [entry.facts for entry in record(Verb.COUNCIL_STATUTE_CHANGED)]
    assert [found.get("backdated") for found in facts] == [1, None, None]
    assert facts[0]["setting"] == "minimum_age"
    assert facts[0]["valid_from"] == "2026-11-22"
    assert record(Verb.COUNCIL_STATUTE_CHANGED)[0].reason == "Кешірек енгізілді"


def test_a_value_out_of_bounds_changes_nothing(session: Session, council: Council) -> None:
    line = {"valid_from": TODAY, "citation": DECISION, **BY}
    refused(problems.BadSetting, set_line, council.id, SettingKey.MINIMUM_AGE, 100, **line)
    assert session.scalar(select(func.count()).select_from(StatuteSetting)) == 0
    assert not record(Verb.COUNCIL_STATUTE_CHANGED)


def test_no_council_no_line(session: Session) -> None:
    refused(NotFound, set_line, 999, SettingKey.MINIMUM_AGE, 18, valid_from=TODAY, citation=DECISION, **BY)


@pytest.mark.parametrize("deed", ["UPDATE statute_settings SET value = '{}'", "DELETE FROM statute_settings"])
def test_the_database_itself_refuses_to_rewrite_history(session: Session, council: Council, deed: str) -> None:
    entered(council, SettingKey.MINIMUM_AGE, 18)
    with pytest.raises(DBAPIError, match="append-only"):
        transact(lambda session: session.execute(text(deed)))


# --- Members ----------------------------------------------------------------------------------------------


def test_a_seat_given_twice_is_one_and_the_record_knows_no_name(session: Session, council: Council) -> None:
    first, second = seated(council), seated(council)
    assert first.id == second.id
    (entry,) = record(Verb.COUNCIL_MEMBERS_CHANGED)
    assert entry.facts == {"member": first.id, "deed": "seated"}
    assert entry.council_id == council.id


def test_nobody_sits_twice_at_once_but_again_later(session: Session, council: Council) -> None:
    seated(council)
    again = make_seat(mandate_from=date(2028, 1, 1), mandate_to=date(2030, 12, 31))
    refused(problems.AlreadySeated, seat_member, council.id, again, **BY, where="name")
    later = seated(council, mandate_from=date(2029, 1, 12), mandate_to=date(2032, 1, 11))
    latest, _ = queries.mandates_of(db.session(), later)
    assert latest.id == later.id


def test_an_early_end_makes_room(session: Session, council: Council) -> None:
    chair = seated(council, office=Office.CHAIR)
    deputy = make_seat(name="Ләззат Нұрпейісова", office=Office.CHAIR)
    refused(problems.OfficeIsHeld, seat_member, council.id, deputy, **BY, where="office")
    reason = Slots(kk="Көшті", ru="Переезд")
    ended = write(end_mandate, council.id, chair.id, on=date(2026, 6, 1), reason=reason, **BY)
    assert not ended.sits_on(date(2026, 6, 2))
    assert ended.sits_on(date(2026, 6, 1))
    write(end_mandate, council.id, chair.id, on=date(2026, 7, 1), reason=reason, **BY)
    assert session.get_one(Member, chair.id).ended_on == date(2026, 6, 1)
    db.session.close()
    seated(council, name="Ләззат Нұрпейісова", office=Office.CHAIR, mandate_from=date(2026, 6, 2))
    assert record(Verb.COUNCIL_MEMBERS_CHANGED)[1].reason == "Көшті"


@pytest.mark.parametrize(
    ("changes", "problem", "where"),
    [
        ({"mandate_to": date(2026, 1, 11)}, problems.MandateBackwards, "mandate_to"),
        ({"mandate_to": date(2029, 1, 12)}, problems.MandateTooLong, "mandate_to"),
        ({"office": Office.CHAIR, "sector": Sector.STATE}, problems.ChairFromTheState, "office"),
        ({"commission_id": 999}, problems.NotOfThisCouncil, "commission"),
    ],
)
def test_what_a_seat_cannot_be(
    session: Session, council: Council, changes: dict[str, Any], problem: type[Problem], where: str
) -> None:
    refused(problem, seat_member, council.id, make_seat(**changes), **BY, where=where)
    member = seated(council)
    refused(problem, change_member, council.id, member.id, make_seat(**changes), **BY, where=where)
    assert len(record(Verb.COUNCIL_MEMBERS_CHANGED)) == 1


def test_the_statute_says_how_long_a_mandate_may_be(session: Session, council: Council) -> None:
    entered(council, SettingKey.MANDATE_YEARS, 2, since=date(2026, 1, 1))
    refused(problems.MandateTooLong, seat_member, council.id, make_seat(), **BY)
    leap = make_seat(mandate_from=date(2028, 2, 29), mandate_to=date(2030, 2, 28))
    assert write(seat_member, council.id, leap, **BY).id


def test_a_commission_belongs_to_one_council(session: Session, council: Council, other: Council) -> None:
    name = Slots(kk="Көлік комиссиясы", ru="Комиссия по транспорту")
    mine = write(add_commission, council.id, name, **BY)
    assert write(add_commission, council.id, name, **BY).id == mine.id
    assert write(add_commission, other.id, name, **BY).id != mine.id
    refused(problems.NotOfThisCouncil, seat_member, other.id, make_seat(commission_id=mine.id), **BY)
    assert seated(council, commission_id=mine.id).commission_id == mine.id


def test_a_change_is_saved_once_and_history_is_left_alone(session: Session, council: Council, other: Council) -> None:
    member = seated(council)
    declared = make_seat(interests=Slots(kk="Үлесі бар"), interests_on=date(2026, 2, 1), office=Office.DEPUTY_CHAIR)
    for _ in range(2):
        changed = write(change_member, council.id, member.id, declared, **BY)
    assert (changed.interests.kk, changed.office) == ("Үлесі бар", Office.DEPUTY_CHAIR)
    assert len(record(Verb.COUNCIL_MEMBERS_CHANGED)) == 2
    refused(NotFound, change_member, other.id, member.id, declared, **BY)
    write(end_mandate, council.id, member.id, on=TODAY - timedelta(days=1), reason=Slots(kk="Көшті"), **BY)
    refused(problems.MandateHasEnded, change_member, council.id, member.id, make_seat(), **BY)


def test_a_mandate_ends_within_itself(session: Session, council: Council) -> None:
    member = seated(council)
    for day in (date(2026, 1, 11), date(2029, 1, 12)):
        refused(problems.EndOutsideMandate, end_mandate, council.id, member.id, on=day, reason=Slots(kk="А"), **BY)


def test_no_photo_without_her_word_and_none_kept_after_it(session: Session, council: Council) -> None:
    member = seated(council)
    refused(problems.NoConsent, set_photo, council.id, member.id, PICTURE, consent=False, **BY, where="consent")
    refused(problems.NoPicture, set_photo, council.id, member.id, None, consent=True, **BY, where="photo")
    document = Examined(mime=PDF, content=b"%PDF", pages=1)
    refused(problems.NoPicture, set_photo, council.id, member.id, document, consent=True, **BY, where="photo")
    first = write(set_photo, council.id, member.id, PICTURE, consent=True, **BY)
    second = write(set_photo, council.id, member.id, PICTURE, consent=True, **BY)
    assert first.photo_id != second.photo_id
    assert write(set_photo, council.id, member.id, None, consent=True, **BY).photo_id == second.photo_id
    assert session.scalar(select(func.count()).select_from(StoredFile)) == 1
    db.session.close()
    gone = write(set_photo, council.id, member.id, None, consent=False, **BY)
    assert (gone.photo_id, gone.photo_consent) == (None, False)
    for table in (StoredFile, FileContent):
        assert session.scalar(select(func.count()).select_from(table)) == 0


def test_the_database_keeps_no_photo_without_consent(session: Session, council: Council) -> None:
    member = write(set_photo, council.id, seated(council).id, PICTURE, consent=True, **BY)
    with pytest.raises(DBAPIError, match="photo_with_consent"):
        transact(lambda session: setattr(session.get_one(Member, member.id), "photo_consent", False))


# --- Promises ---------------------------------------------------------------------------------------------


def test_a_promise_is_made_once_and_judged_once(session: Session, council: Council, other: Council) -> None:
    promise = promised(council)
    assert promised(council).id == promise.id
    judged = {"outcome": Slots(kk="Орындалды"), "on": TODAY, **BY}
    refused(NotFound, judge_promise, other.id, promise.id, PromiseState.KEPT, **judged)
    for _ in range(2):
        write(judge_promise, council.id, promise.id, PromiseState.KEPT, **judged)
    refused(problems.PromiseAlreadyJudged, judge_promise, council.id, promise.id, PromiseState.NOT_KEPT, **judged)
    assert session.get_one(Promise, promise.id).state == PromiseState.KEPT
    assert len(record(Verb.COUNCIL_PROMISE_MADE)) == 1
    (entry,) = record(Verb.COUNCIL_PROMISE_JUDGED)
    assert entry.facts == {"promise": promise.id, "outcome": "kept"}


def test_days_of_promises_are_in_order(session: Session, council: Council) -> None:
    words = Slots(kk="Сөз")
    tomorrow = TODAY + timedelta(days=1)
    refused(problems.NotYet, make_promise, council.id, words, made_on=tomorrow, **BY, where="made_on")
    early = TODAY - timedelta(days=1)
    refused(
        problems.NotBeforeItWasMade, make_promise, council.id, words, made_on=TODAY, due_on=early, **BY, where="due_on"
    )
    promise = promised(council)
    for day, problem in ((date(2026, 9, 30), problems.NotBeforeItWasMade), (tomorrow, problems.NotYet)):
        refused(
            problem, judge_promise, council.id, promise.id, PromiseState.KEPT, outcome=words, on=day, **BY, where="on"
        )


# --- What is counted --------------------------------------------------------------------------------------


def test_the_state_s_side_is_counted_against_its_share(session: Session, council: Council) -> None:
    for number, sector in enumerate((Sector.NGO, Sector.NGO, Sector.STATE)):
        seated(council, name=f"Мүше {number}", sector=sector)
    page = queries.council_page(session, "aktau", TODAY)
    assert page is not None
    assert (page.composition.state, page.composition.total, page.composition.over) == (1, 3, False)
    db.session.close()
    seated(council, name="Депутат", sector=Sector.MASLIKHAT)
    page = queries.council_page(session, "aktau", TODAY)
    assert page is not None
    assert page.composition.over


def test_cards_count_who_sits_today(session: Session, council: Council) -> None:
    seated(council)
    seated(council, name="Бұрынғы", mandate_from=date(2020, 1, 1), mandate_to=date(2022, 12, 31))
    seated(council, name="Кейінгі", mandate_from=date(2027, 1, 1), mandate_to=date(2029, 12, 31))
    gone = seated(council, name="Кеткен")
    write(end_mandate, council.id, gone.id, on=date(2026, 5, 1), reason=Slots(kk="Көшті"), **BY)
    promised(council)
    (card,) = queries.council_cards(session, on=TODAY)
    assert (card.members, card.promises, card.kept) == (1, 1, 0)
    page = queries.council_page(session, "aktau", TODAY)
    assert page is not None
    assert [len(people) for people in (page.members, page.former, page.coming)] == [1, 2, 1]
    assert NOW.date() == TODAY
