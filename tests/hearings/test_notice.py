"""Notice of a hearing: counted by the statute and the calendar, complete in both languages, frozen, told."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import permutations
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from karavan.core.database import db
from karavan.core.languages import Slots
from karavan.councils.models import SettingKey
from karavan.councils.rules import set_line
from karavan.councils.statute import Notice
from karavan.deadlines.almanac import known_days
from karavan.deadlines.models import DayKind, Unit
from karavan.deadlines.reckoning import Calendar
from karavan.discussion.models import Thread
from karavan.events.models import EventState
from karavan.files.models import FileContent
from karavan.hearings.hosted import HOST, find
from karavan.hearings.models import Hearing, HearingDocument, HearingState
from karavan.hearings.notice import BILINGUAL, bundle_hash, earliest_day, missing
from karavan.hearings.problems import (
    BundleIsDamaged,
    ChangedMeanwhile,
    DateHasPassed,
    NotAtThisStage,
    NoticeTooShort,
    NotReadyToAnnounce,
)
from karavan.hearings.rules.announce import announce
from karavan.hearings.rules.steps import in_words
from karavan.notifications.models import Letter
from karavan.notifications.rendering import render
from karavan.proposals.models import FollowKind, Pace, State
from karavan.proposals.rules.follow import follow
from karavan.record.models import ActorRole, RecordEntry, Verb
from tests.support.assembly import REASON, make_document, make_hearing, reload_hearing
from tests.support.civic import make_council, make_person, make_proposal, write
from tests.support.clocks import at
from tests.support.settings import NOW

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

BY: dict[str, Any] = {"by": ActorRole.SECRETARY, "now": NOW, "read_version": None}
EARLIEST = "2026-12-07"
"""Ten working days after 23 November 2026, the day of the tests."""


# --- Counting ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "days", "unit", "earliest"),
    [
        ("2026-03-05", 10, Unit.WORKING, "2026-03-20"),
        ("2026-03-05", 15, Unit.WORKING, "2026-04-01"),
        ("2024-05-02", 2, Unit.WORKING, "2024-05-04"),  # a Saturday that was worked
        ("2025-12-31", 5, Unit.WORKING, "2026-01-12"),
        ("2026-11-23", 10, Unit.WORKING, EARLIEST),
        ("2026-11-23", 10, Unit.CALENDAR, "2026-12-03"),
        ("2026-11-23", 5, Unit.CALENDAR, "2026-11-30"),  # the fifth is a Saturday
    ],
)
def test_the_days_of_a_notice_begin_on_the_day_after(given: str, days: int, unit: Unit, earliest: str) -> None:
    known = {change.day: change.kind for change in known_days((2024, 2025, 2026)) if change.kind}
    assert all(isinstance(kind, DayKind) for kind in known.values())
    found = earliest_day(date.fromisoformat(given), Notice(days, unit), Calendar(known))
    assert found.isoformat() == earliest


class Row(NamedTuple):
    position: int
    version: int
    sha256: str


def test_a_bundles_fingerprint_tells_any_difference_and_no_order() -> None:
    rows = (Row(1, 1, "a" * 64), Row(1, 2, "b" * 64), Row(2, 1, "c" * 64))
    assert len({bundle_hash(order) for order in permutations(rows)}) == 1
    others = [rows[:2], (rows[0]._replace(version=3), *rows[1:]), (*rows[:2], Row(2, 1, "d" * 64))]
    assert len({bundle_hash(one) for one in (rows, *others)}) == 4


@pytest.mark.parametrize("name", BILINGUAL)
@pytest.mark.parametrize(
    "words", [Slots(), Slots(kk="Бар"), Slots(ru="Есть"), Slots(kk=" ", ru="Есть"), Slots(en="Yes")]
)
def test_what_stands_in_one_language_is_missing(name: str, words: Slots) -> None:
    both = Slots(kk="Бар", ru="Есть")
    hearing = Hearing(**dict.fromkeys(BILINGUAL, both), languages="kk")
    assert missing(hearing) == ()
    setattr(hearing, name, words)
    assert missing(hearing) == (name,)


# --- Giving notice ----------------------------------------------------------------------------------------------


def test_nobody_gives_notice_a_day_too_late_and_hears_which_day_would_do(session: Session) -> None:
    draft = make_hearing(state=HearingState.DRAFT, starts_at=at("2026-12-06"))
    with pytest.raises(NoticeTooShort) as refused:
        write(announce, draft.id, **BY)
    assert refused.value.message.facts["day"] == in_words(date(2026, 12, 7))
    stands = reload_hearing(draft)
    assert (stands.state, stands.announced_at, stands.version) == (HearingState.DRAFT, None, draft.version)
    assert session.scalar(select(Letter.id)) is None


def test_on_the_first_day_that_is_counted_it_may_be_held(session: Session) -> None:
    draft = make_hearing(state=HearingState.DRAFT, documents=2, starts_at=at(EARLIEST))
    hearing = write(announce, draft.id, **BY)
    stands = reload_hearing(hearing)
    assert stands.state == HearingState.ANNOUNCED
    assert (stands.held_on, stands.earliest_on) == (EARLIEST, EARLIEST)
    assert (stands.notice_days, stands.notice_unit, stands.setting_id) == (10, "working", None)
    assert stands.announced_at == stands.notice_from == NOW
    assert not stands.short_notice
    assert stands.event is not None
    assert stands.event.state == EventState.PUBLISHED
    assert [one.frozen_at for one in stands.documents] == [NOW, NOW]
    thread = session.scalars(select(Thread).where(Thread.host == HOST, Thread.host_id == hearing.id)).one()
    assert thread.organisation_id == stands.council.organisation_id
    entry = session.scalars(select(RecordEntry).where(RecordEntry.verb == Verb.HEARING_ANNOUNCED)).one()
    assert entry.hearing_id == hearing.id
    assert entry.facts["bundle"] == bundle_hash(stands.documents)
    assert entry.facts["documents"] == 2


def test_the_statute_of_the_day_says_how_many_days(session: Session) -> None:
    council = make_council()
    line = write(
        set_line,
        council.id,
        SettingKey.HEARING_NOTICE,
        Notice(15, Unit.WORKING),
        valid_from=date(2026, 11, 23),
        citation=Slots(kk="Ереже, 12-тармақ"),
        by=ActorRole.SECRETARY,
        now=NOW,
    )
    early = make_hearing(council, state=HearingState.DRAFT, starts_at=at("2026-12-11"))
    with pytest.raises(NoticeTooShort):
        write(announce, early.id, **BY)
    stands = make_hearing(council, starts_at=at("2026-12-14"))
    assert (stands.notice_days, stands.earliest_on, stands.setting_id) == (15, "2026-12-14", line.id)


def test_a_short_notice_carries_a_reason_that_everybody_reads(session: Session) -> None:
    draft = make_hearing(state=HearingState.DRAFT, starts_at=at("2026-11-25"))
    for silent in (Slots(), Slots(en="A storm is coming"), Slots(kk=" ")):
        with pytest.raises(NoticeTooShort):
            write(announce, draft.id, reason=silent, **BY)
    write(announce, draft.id, reason=REASON, **BY)
    stands = reload_hearing(draft)
    assert (stands.state, stands.short_notice, stands.earliest_on) == (HearingState.ANNOUNCED, REASON, EARLIEST)
    entry = session.scalars(select(RecordEntry).where(RecordEntry.verb == Verb.HEARING_ANNOUNCED)).one()
    assert entry.reason == REASON.kk


def test_a_reason_is_not_kept_where_none_was_needed(session: Session) -> None:
    draft = make_hearing(state=HearingState.DRAFT)
    assert not write(announce, draft.id, reason=REASON, **BY).short_notice


def test_a_reason_does_not_help_into_the_past(session: Session) -> None:
    draft = make_hearing(state=HearingState.DRAFT, starts_at=NOW + timedelta(minutes=1))
    with pytest.raises(DateHasPassed):
        write(announce, draft.id, reason=REASON, **BY | {"now": NOW + timedelta(minutes=1)})


def test_what_is_not_said_in_both_languages_is_not_announced(session: Session) -> None:
    draft = make_hearing(state=HearingState.DRAFT, questions=Slots(kk="Неге?"), ground=Slots(ru="Решение"))
    with pytest.raises(NotReadyToAnnounce) as refused:
        write(announce, draft.id, reason=REASON, **BY)
    assert refused.value.where == "questions"


def test_of_two_presses_one_gives_notice(session: Session) -> None:
    draft = make_hearing(state=HearingState.DRAFT)
    write(announce, draft.id, **BY | {"read_version": draft.version})
    with pytest.raises(ChangedMeanwhile):
        write(announce, draft.id, **BY | {"read_version": draft.version})
    with pytest.raises(NotAtThisStage):
        write(announce, draft.id, **BY)


def test_followers_and_authors_are_told_once(session: Session) -> None:
    council, author = make_council(), make_person("Автор")
    other = make_council(slug="council-other", place="beineu")
    proposal = make_proposal(council, author=author, state=State.PUBLISHED)
    follows = [(FollowKind.COUNCIL, council.id), (FollowKind.PROPOSAL, proposal.id), (FollowKind.COUNCIL, other.id)]
    of_council, of_proposal, of_other = [make_person(lang="ru") for _ in follows]
    for person, (kind, number) in zip((of_council, of_proposal, of_other), follows, strict=True):
        write(follow, person_id=person.id, kind=kind, key=str(number), pace=Pace.WEEKLY, now=NOW)
    write(follow, person_id=of_council.id, kind=FollowKind.PROPOSAL, key=str(proposal.id), pace=Pace.DAILY, now=NOW)
    hearing = make_hearing(council, proposals=frozenset({proposal.id}))
    letters = session.scalars(select(Letter).where(Letter.letter == "hearings/announced")).all()
    assert sorted(letter.address for letter in letters) == sorted(
        person.email for person in (author, of_council, of_proposal)
    )
    for letter in letters:
        told = render(letter).text
        assert f"/{letter.lang}/hearings/{hearing.slug}" in told
        assert getattr(hearing.title, letter.lang) in told


def test_a_thread_hangs_under_what_was_announced(session: Session) -> None:
    draft, hearing, over = (
        make_hearing(state=state) for state in (HearingState.DRAFT, HearingState.ANNOUNCED, HearingState.CANCELLED)
    )
    found = find(session, [draft.id, hearing.id, over.id])
    assert (found[draft.id].public, found[draft.id].open) == (False, False)
    assert (found[hearing.id].public, found[hearing.id].open) == (True, True)
    assert (found[over.id].public, found[over.id].open) == (True, False)
    assert found[hearing.id].values == {"slug": hearing.slug}


# --- What the database itself refuses -----------------------------------------------------------------------------


def test_no_statement_past_the_rules_makes_a_notice_shorter(session: Session) -> None:
    draft = make_hearing(state=HearingState.DRAFT)
    hearing = make_hearing(starts_at=at(EARLIEST))
    for change in (
        update(Hearing).where(Hearing.id == draft.id).values(state=HearingState.ANNOUNCED),
        update(Hearing).where(Hearing.id == hearing.id).values(held_on="2026-12-04"),
        update(Hearing).where(Hearing.id == hearing.id).values(state=HearingState.LIVE, earliest_on="2026-12-08"),
    ):
        with pytest.raises(DBAPIError):
            write(lambda session, change=change: session.execute(change))


def test_no_statement_past_the_rules_changes_the_bundle(session: Session) -> None:
    hearing = make_hearing(documents=1)
    mine = HearingDocument.hearing_id == hearing.id
    for change in (update(HearingDocument).where(mine).values(sha256="0" * 64), delete(HearingDocument).where(mine)):
        with pytest.raises(DBAPIError):
            write(lambda session, change=change: session.execute(change))


def test_bytes_that_were_tampered_with_are_not_announced(session: Session) -> None:
    draft = make_hearing(state=HearingState.DRAFT)
    document = make_document(draft)
    write(
        lambda session: session.execute(
            update(FileContent).where(FileContent.file_id == document.file_id).values(content=b"%PDF-1.4 other")
        )
    )
    with pytest.raises(BundleIsDamaged):
        write(announce, draft.id, **BY)
    db.session.close()
    assert session.execute(text("SELECT count(*) FROM hearing_documents WHERE frozen_at IS NOT NULL")).scalar() == 0
