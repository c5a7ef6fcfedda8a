"""The documents of a hearing: put in, named, ordered and taken out while it is a draft.

With the notice the bundle is frozen. From then on a new version is a new row beside the old one, which stays to be
read; and either the notice begins anew, or it is an exception whose reason is published.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from karavan.core.problems import NotFound
from karavan.core.tokens import new_public_id
from karavan.files.rules import discard, store
from karavan.hearings import letters
from karavan.hearings.models import HearingDocument, HearingState
from karavan.hearings.notice import bundle_hash
from karavan.hearings.problems import (
    DocumentsAreFrozen,
    NotAtThisStage,
    NoticeWouldBeTooShort,
    ReasonMissing,
    TooManyDocuments,
)
from karavan.hearings.queries import bundle_of, documents_of
from karavan.hearings.rules.steps import NO_REASON, counted_notice, has_words, take, write_down
from karavan.record.models import ActorRole, Verb
from karavan.record.rules import note

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.core.languages import Slots
    from karavan.files.checking import Examined
    from karavan.files.models import StoredFile
    from karavan.hearings.models import Hearing

MOST: Final = 30
"""So many documents, each with as many versions as it needs."""


def add_document(
    session: Session,
    hearing_id: int,
    examined: Examined,
    *,
    name: str,
    title: Slots,
    read_version: int | None,
    now: datetime,
    exception: Slots | None = None,
    by: ActorRole = ActorRole.SECRETARY,
) -> HearingDocument:
    """Put a document, examined already, into the bundle; after notice this is a change of it like any other.

    Raises:
        NotFound, ChangedMeanwhile, NotAtThisStage, TooManyDocuments.
        NoticeWouldBeTooShort, ReasonMissing: see `replace_document`.

    """
    hearing = take(session, hearing_id, read_version=read_version)
    stands = documents_of(session, hearing_id)
    positions = {document.position for document in stands}
    if len(positions) >= MOST:
        raise TooManyDocuments
    row = HearingDocument(hearing_id=hearing_id, position=max(positions, default=0) + 1, version=1, title=title)
    return _put_in(session, hearing, row, examined, name=name, exception=exception, by=by, now=now)


def replace_document(
    session: Session,
    hearing_id: int,
    public_id: str,
    examined: Examined,
    *,
    name: str,
    title: Slots,
    read_version: int | None,
    now: datetime,
    exception: Slots | None = None,
    by: ActorRole = ActorRole.SECRETARY,
) -> HearingDocument:
    """Put a new version in a document's place. While it is a draft, nobody has read the old one, and it goes.

    After notice the old one stays, and the notice begins anew: its first day is counted from today. With `exception`,
    a reason that everybody reads, it goes on as it was given.

    Raises:
        NotFound, ChangedMeanwhile, NotAtThisStage.
        ReasonMissing: an exception without a reason.
        NoticeWouldBeTooShort: a new notice would not reach the day of the hearing. It says which day it needs.

    """
    hearing = take(session, hearing_id, read_version=read_version)
    stands = documents_of(session, hearing_id)
    old = _one(stands, public_id)
    version = max(document.version for document in stands if document.position == old.position)
    if hearing.state == HearingState.DRAFT:
        position = old.position
        _drop(session, old)
        row = HearingDocument(hearing_id=hearing_id, position=position, version=1, title=title)
    else:
        row = HearingDocument(hearing_id=hearing_id, position=old.position, version=version + 1, title=title)
    return _put_in(session, hearing, row, examined, name=name, exception=exception, by=by, now=now)


def name_document(
    session: Session, hearing_id: int, public_id: str, *, title: Slots, read_version: int | None
) -> HearingDocument:
    """Call a document of a draft by another name.

    Raises:
        NotFound, ChangedMeanwhile, DocumentsAreFrozen.

    """
    found = _one(_take_draft(session, hearing_id, read_version), public_id)
    found.title = title
    session.flush()
    return found


def move_document(session: Session, hearing_id: int, public_id: str, *, read_version: int | None) -> None:
    """Move a document of a draft up by one; the first stays first.

    Raises:
        NotFound, ChangedMeanwhile, DocumentsAreFrozen.

    """
    stands = _take_draft(session, hearing_id, read_version)
    mine = _one(stands, public_id)
    above = next((one for one in reversed(stands) if one.position < mine.position), None)
    if above is None:
        return
    mine_at, above_at = mine.position, above.position
    for document, position in ((mine, -1), (above, mine_at), (mine, above_at)):  # no two at one place in between
        document.position = position
        session.flush()


def drop_document(session: Session, hearing_id: int, public_id: str, *, read_version: int | None) -> None:
    """Take a document out of a draft, with its file.

    Raises:
        NotFound, ChangedMeanwhile, DocumentsAreFrozen.

    """
    _drop(session, _one(_take_draft(session, hearing_id, read_version), public_id))


def _put_in(
    session: Session,
    hearing: Hearing,
    row: HearingDocument,
    examined: Examined,
    *,
    name: str,
    exception: Slots | None,
    by: ActorRole,
    now: datetime,
) -> HearingDocument:
    """Store the file and its row; after notice, let follow what must follow."""
    if hearing.state not in (HearingState.DRAFT, HearingState.ANNOUNCED):
        raise NotAtThisStage
    noticed = hearing.state == HearingState.ANNOUNCED
    if noticed:
        _settle_notice(session, hearing, exception, now)
        row.frozen_at, row.exception = now, exception or NO_REASON
    file = store(session, examined, now=now)
    _fill(row, file, name, now)
    session.add(row)
    session.flush()
    session.expire(hearing, ["documents"])
    if noticed:
        _let_follow(session, hearing, row, by=by, now=now)
    return row


def _settle_notice(session: Session, hearing: Hearing, exception: Slots | None, now: datetime) -> None:
    """Begin the notice anew, or see that the exception says why."""
    if exception is not None:
        if not has_words(exception):
            raise ReasonMissing
        return
    anew = counted_notice(
        session,
        hearing,
        held_on=date.fromisoformat(hearing.held_on),
        reason=NO_REASON,
        now=now,
        refusal=NoticeWouldBeTooShort,
    )
    write_down(hearing, anew)
    session.flush()


def _let_follow(session: Session, hearing: Hearing, row: HearingDocument, *, by: ActorRole, now: datetime) -> None:
    bundle = bundle_of(documents_of(session, hearing.id))
    anew = not row.exception
    note(
        session,
        Verb.HEARING_DOCUMENT_REPLACED,
        of=hearing.id,
        by=by,
        now=now,
        reason=row.exception.best("kk").text,
        position=row.position,
        version=row.version,
        sha256=row.sha256,
        bundle=bundle_hash(bundle),
        anew=int(anew),
        earliest=hearing.earliest_on,
    )
    what = ("notice", "documents") if anew else ("documents",)
    letters.tell_changed(session, hearing, what, before=letters.facts_of(hearing), now=now)


def _take_draft(session: Session, hearing_id: int, read_version: int | None) -> Sequence[HearingDocument]:
    hearing = take(session, hearing_id, read_version=read_version)
    if hearing.state != HearingState.DRAFT:
        raise DocumentsAreFrozen
    return documents_of(session, hearing_id)


def _one(documents: Sequence[HearingDocument], public_id: str) -> HearingDocument:
    found = next((one for one in documents if one.public_id == public_id), None)
    if found is None:
        raise NotFound
    return found


def _fill(row: HearingDocument, file: StoredFile, name: str, now: datetime) -> None:
    row.public_id, row.file_id, row.name, row.sha256, row.added_at = new_public_id(), file.id, name, file.sha256, now


def _drop(session: Session, document: HearingDocument) -> None:
    file_id = document.file_id
    session.delete(document)
    session.flush()
    discard(session, file_id)
