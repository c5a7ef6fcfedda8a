"""The documents of a hearing: frozen with the notice, and after it every version stays to be read."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from karavan.core.database import db
from karavan.core.languages import Slots
from karavan.core.problems import NotFound, Problem
from karavan.files.checking import BUNDLE, examine
from karavan.files.models import StoredFile
from karavan.files.problems import DocumentIsBroken, DocumentIsTooLong, WrongKindOfFile
from karavan.files.queries import content_of
from karavan.hearings.models import Hearing, HearingDocument, HearingState
from karavan.hearings.notice import bundle_hash
from karavan.hearings.problems import (
    ChangedMeanwhile,
    DocumentsAreFrozen,
    NotAtThisStage,
    NoticeWouldBeTooShort,
    ReasonMissing,
    TooManyDocuments,
)
from karavan.hearings.queries import bundle_of
from karavan.hearings.rules import documents
from karavan.hearings.rules.documents import (
    add_document,
    drop_document,
    move_document,
    name_document,
    replace_document,
)
from karavan.hearings.rules.steps import in_words
from karavan.notifications.models import Letter
from karavan.proposals.models import FollowKind, Pace
from karavan.proposals.rules.follow import follow
from karavan.record.models import RecordEntry, Verb
from tests.support.assembly import REASON, examined_pdf, make_document, make_hearing, pdf, reload_hearing
from tests.support.civic import make_council, make_person, write
from tests.support.clocks import at
from tests.support.settings import NOW

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

TITLE = Slots(kk="Түзетілген есеп", ru="Исправленный расчёт")
NEW: dict[str, Any] = {"name": "new.pdf", "title": TITLE, "read_version": None, "now": NOW}
EARLIEST = "2026-12-07"


def names(hearing: Hearing) -> list[tuple[int, int, str]]:
    return [(one.position, one.version, one.title.kk) for one in reload_hearing(hearing).documents]


def files(session: Session) -> int:
    session.rollback()
    return session.scalars(select(func.count(StoredFile.id))).one()


# --- Drafts -----------------------------------------------------------------------------------------------------


def test_a_drafts_documents_are_named_ordered_replaced_and_taken_out(session: Session) -> None:
    draft = make_hearing(state=HearingState.DRAFT)
    first, second, third = (make_document(draft, title=title) for title in ("Бір", "Екі", "Үш"))
    write(name_document, draft.id, first.public_id, title=Slots(kk="Бірінші"), read_version=None)
    write(move_document, draft.id, third.public_id, read_version=None)
    write(move_document, draft.id, first.public_id, read_version=None)  # the first stays first
    assert names(draft) == [(1, 1, "Бірінші"), (2, 1, "Үш"), (3, 1, "Екі")]
    write(replace_document, draft.id, third.public_id, examined_pdf(), **NEW)
    write(drop_document, draft.id, second.public_id, read_version=None)
    assert names(draft) == [(1, 1, "Бірінші"), (2, 1, TITLE.kk)]
    assert files(session) == 2  # nobody had read the others: they are gone
    assert session.scalar(select(RecordEntry.id).where(RecordEntry.verb == Verb.HEARING_DOCUMENT_REPLACED)) is None


def test_a_document_of_another_hearing_is_none(session: Session) -> None:
    mine, other = make_hearing(state=HearingState.DRAFT), make_hearing(state=HearingState.DRAFT)
    document = make_document(other)
    with pytest.raises(NotFound):
        write(drop_document, mine.id, document.public_id, read_version=None)
    with pytest.raises(NotFound):
        write(replace_document, mine.id, document.public_id, examined_pdf(), **NEW)


def test_a_bundle_has_an_end(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MOST", 2)
    draft = make_hearing(state=HearingState.DRAFT, documents=2)
    with pytest.raises(TooManyDocuments):
        make_document(draft)
    assert files(session) == 2


# --- After notice -------------------------------------------------------------------------------------------------


def test_what_everybody_could_read_is_neither_renamed_nor_taken_out(session: Session) -> None:
    hearing = make_hearing(documents=2)
    document = hearing.documents[1].public_id
    for act, facts in ((name_document, {"title": TITLE}), (move_document, {}), (drop_document, {})):
        with pytest.raises(DocumentsAreFrozen):
            write(act, hearing.id, document, read_version=None, **facts)  # type: ignore[arg-type]


def test_a_new_version_begins_the_notice_anew_and_the_old_one_stays(session: Session) -> None:
    council, follower = make_council(), make_person()
    write(follow, person_id=follower.id, kind=FollowKind.COUNCIL, key=str(council.id), pace=Pace.DAILY, now=NOW)
    hearing = make_hearing(council, documents=2, starts_at=at("2026-12-23"))
    old = hearing.documents[0]
    later = at("2026-12-01")
    made = write(replace_document, hearing.id, old.public_id, examined_pdf(), **NEW | {"now": later})
    stands = reload_hearing(hearing)
    assert (stands.earliest_on, stands.notice_from, stands.announced_at) == ("2026-12-15", later, NOW)
    assert [(one.position, one.version) for one in stands.documents] == [(1, 1), (1, 2), (2, 1)]
    assert (stands.documents[0].sha256, stands.documents[0].frozen_at) == (old.sha256, NOW)
    assert stands.documents[1].frozen_at == later
    for one in (old, made):
        content = content_of(session, one.file_id)
        assert content is not None
        assert hashlib.sha256(content).hexdigest() == one.sha256
    entry = session.scalars(select(RecordEntry).where(RecordEntry.verb == Verb.HEARING_DOCUMENT_REPLACED)).one()
    assert (entry.facts["anew"], entry.facts["version"], entry.facts["sha256"]) == (1, 2, made.sha256)
    assert entry.facts["bundle"] == bundle_hash(bundle_of(stands.documents))
    (letter,) = session.scalars(select(Letter).where(Letter.letter == "hearings/changed"))
    assert letter.payload["what"] == ["notice", "documents"]


def test_where_a_new_notice_would_not_reach_it_says_which_day_it_needs(session: Session) -> None:
    hearing = make_hearing(documents=1, starts_at=at(EARLIEST))
    later = NEW | {"now": NOW + timedelta(days=1)}
    for act in (
        lambda: write(replace_document, hearing.id, hearing.documents[0].public_id, examined_pdf(), **later),
        lambda: write(add_document, hearing.id, examined_pdf(), **later),
    ):
        with pytest.raises(NoticeWouldBeTooShort) as refused:
            act()
        assert refused.value.message.facts["day"] == in_words(date(2026, 12, 8))
    stands = reload_hearing(hearing)
    assert (stands.earliest_on, len(stands.documents), files(session)) == (EARLIEST, 1, 1)


def test_an_exception_is_published_and_the_notice_goes_on(session: Session) -> None:
    hearing = make_hearing(documents=1, starts_at=at(EARLIEST))
    later = NEW | {"now": NOW + timedelta(days=1)}
    document = hearing.documents[0].public_id
    for silent in (Slots(), Slots(en="A misprint")):
        with pytest.raises(ReasonMissing):
            write(replace_document, hearing.id, document, examined_pdf(), exception=silent, **later)
    write(replace_document, hearing.id, document, examined_pdf(), exception=REASON, **later)
    write(replace_document, hearing.id, document, examined_pdf(), exception=REASON, **later)  # named by any version
    added = write(add_document, hearing.id, examined_pdf(), exception=REASON, **later)
    stands = reload_hearing(hearing)
    assert [(one.position, one.version) for one in stands.documents] == [(1, 1), (1, 2), (1, 3), (2, 1)]
    assert [one.exception for one in stands.documents] == [Slots(), REASON, REASON, REASON]
    assert (stands.earliest_on, stands.notice_from) == (EARLIEST, NOW)
    entries = session.scalars(select(RecordEntry).where(RecordEntry.verb == Verb.HEARING_DOCUMENT_REPLACED)).all()
    assert [(entry.facts["anew"], entry.reason) for entry in entries] == [(0, REASON.kk)] * 3
    assert added.frozen_at == later["now"]


@pytest.mark.parametrize("state", [HearingState.LIVE, HearingState.HELD, HearingState.CANCELLED])
def test_once_it_has_begun_the_bundle_stands(session: Session, state: HearingState) -> None:
    hearing = make_hearing(state=state, documents=1)
    before = files(session)
    with pytest.raises(NotAtThisStage):
        write(add_document, hearing.id, examined_pdf(), exception=REASON, **NEW)
    with pytest.raises(NotAtThisStage):
        write(replace_document, hearing.id, hearing.documents[0].public_id, examined_pdf(), exception=REASON, **NEW)
    assert files(session) == before


def test_a_document_put_in_twice_is_there_once(session: Session) -> None:
    draft = make_hearing(state=HearingState.DRAFT)
    read = NEW | {"read_version": draft.version}
    write(add_document, draft.id, examined_pdf(), **read)
    with pytest.raises(ChangedMeanwhile):
        write(add_document, draft.id, examined_pdf(), **read)
    assert files(session) == 1


# --- The door -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (pdf(pages=501), DocumentIsTooLong),
        (pdf(pages=3)[:-200], DocumentIsBroken),
        (b"%PDF-1.7\n" + b"\x00garbage" * 400, DocumentIsBroken),
        (b"MZ\x90\x00\x03\x00\x00\x00" + b"\x00" * 4000, WrongKindOfFile),
        (b"\x7fELF\x02\x01\x01" + b"\x00" * 4000, WrongKindOfFile),
        (b"%PDF-1.7\nMZ\x90\x00 a program with a first line of its own", DocumentIsBroken),
    ],
    ids=["501 pages", "cut off", "no document", "a program", "another program", "a program in disguise"],
)
def test_what_is_no_readable_document_never_reaches_a_bundle(
    session: Session, content: bytes, problem: type[Problem]
) -> None:
    draft = make_hearing(state=HearingState.DRAFT)
    with pytest.raises(problem) as refused:
        write(add_document, draft.id, examine(content, BUNDLE), **NEW | {"name": "budget.pdf"})
    assert refused.value.status == 422
    db.session.close()
    assert session.scalar(select(HearingDocument.id)) is None
    assert files(session) == 0
    assert reload_hearing(draft).version == draft.version


def test_a_plan_of_300_pages_is_taken_and_what_is_kept_is_what_was_looked_through(session: Session) -> None:
    draft = make_hearing(state=HearingState.DRAFT)
    examined = examine(pdf(pages=300), BUNDLE)
    made = write(add_document, draft.id, examined, **NEW)
    assert content_of(session, made.file_id) == examined.content
    assert made.sha256 == hashlib.sha256(examined.content).hexdigest()
