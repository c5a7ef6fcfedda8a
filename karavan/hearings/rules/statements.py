"""Handing in a written statement: a comment of the hearing's thread, with a number, a receipt, and files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from karavan.core.problems import NotFound
from karavan.core.tokens import new_code, new_public_id
from karavan.discussion.models import Alignment, Comment
from karavan.discussion.rules.post import NewComment, post
from karavan.discussion.rules.threads import open_thread
from karavan.files.rules import store
from karavan.hearings.hall_problems import NotTakenNow, StatementsClosed, TooManyStatementFiles
from karavan.hearings.hosted import HOST
from karavan.hearings.lifecycle import OPEN_TO_WORDS
from karavan.hearings.models import StatementFile, StatementKind, WrittenStatement
from karavan.hearings.rules.gate import next_number, take_hearing
from karavan.record.models import ActorRole, Verb
from karavan.record.rules import note

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.discussion.models import Thread
    from karavan.files.checking import Examined
    from karavan.hearings.models import Hearing

FILES: Final = 3
SAYS: Final = {
    StatementKind.FOR: Alignment.FOR,
    StatementKind.AGAINST: Alignment.AGAINST,
    StatementKind.QUESTION: Alignment.NEUTRAL,
}
"""What a statement says, as its comment does."""


def hand_in(
    session: Session,
    hearing_id: int,
    *,
    kind: StatementKind,
    source: str,
    lang: str,
    author_id: int,
    key: str,
    now: datetime,
    files: Sequence[tuple[str, Examined]] = (),
) -> WrittenStatement:
    """Hand in a statement; the same form sent again finds the first one, also after the window has closed.

    The hearing is taken first: whoever closes it comes before or after, never between. The text is a comment, so the
    thread's moderators look after it, and measures against its author hold.

    Raises:
        NotFound, NotTakenNow, StatementsClosed, TooManyStatementFiles.
        Whatever `discussion.rules.post` refuses.

    """
    hearing = take_hearing(session, hearing_id)
    if (known := _handed_in(session, hearing_id, key, author_id)) is not None:
        return known
    if hearing.state not in OPEN_TO_WORDS:
        raise NotTakenNow
    if now > hearing.statements_until:
        raise StatementsClosed(until=hearing.statements_until)
    if len(files) > FILES:
        raise TooManyStatementFiles
    new = NewComment(source=source, alignment=SAYS[kind], lang=lang)
    comment = post(session, thread_of(session, hearing, now).id, new, author_id=author_id, key=key, now=now)
    statement = WrittenStatement(
        hearing_id=hearing_id,
        comment_id=comment.id,
        number=next_number(session, WrittenStatement.number, WrittenStatement.hearing_id == hearing_id),
        code=new_code() + new_code(),
        kind=kind,
        made_at=now,
    )
    session.add(statement)
    session.flush()
    for name, examined in files:
        file = store(session, examined, now=now)
        kept = StatementFile(public_id=new_public_id(), statement_id=statement.id, file_id=file.id, name=name)
        session.add(kept)
    session.flush()
    facts: dict[str, Any] = {"number": statement.number, "kind": kind.value, "files": len(files)}
    note(session, Verb.HEARING_STATEMENT_RECEIVED, of=hearing_id, by=ActorRole.RESIDENT, now=now, **facts)
    return statement


def thread_of(session: Session, hearing: Hearing, now: datetime) -> Thread:
    """Return the thread of a hearing; it is opened with the notice."""
    return open_thread(session, HOST, hearing.id, organisation_id=hearing.council.organisation_id, now=now)


def _handed_in(session: Session, hearing_id: int, key: str, author_id: int) -> WrittenStatement | None:
    """Return what was handed in with this form already.

    Raises:
        NotFound: the key was given to somebody else, or for something else.

    """
    comment = session.scalar(select(Comment).where(Comment.key == key))
    if comment is None:
        return None
    known = session.scalar(select(WrittenStatement).where(WrittenStatement.comment_id == comment.id))
    if known is None or known.hearing_id != hearing_id or comment.author_id != author_id:
        raise NotFound
    return known
