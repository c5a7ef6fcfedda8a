"""Written statements: taken from the notice until the window closes, each with a number, a receipt and a moderator."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select, update

from karavan.core.problems import NotFound
from karavan.core.tokens import new_key
from karavan.discussion.models import Alignment, Comment, Thread
from karavan.discussion.problems import NothingWritten
from karavan.files.models import StoredFile
from karavan.hearings.hall_problems import NotTakenNow, StatementsClosed, TooManyStatementFiles
from karavan.hearings.models import HearingState, StatementKind, WrittenStatement
from karavan.hearings.rules.announce import announce
from karavan.hearings.rules.statements import hand_in
from karavan.moderation.models import Mode, Visibility
from karavan.record.models import ActorRole, RecordEntry, Verb
from tests.support.assembly import examined_pdf, make_hearing
from tests.support.civic import write
from tests.support.clocks import at
from tests.support.live_hall import gather
from tests.support.settings import NOW
from tests.support.talk import make_writer

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

LAST = at("2026-12-29", 0) - timedelta(microseconds=1)
"""The end of 28 December."""


def test_a_statement_is_a_comment_with_a_number_and_a_receipt(session: Session) -> None:
    hearing = gather(begun=False)
    first = hearing.statement("Тариф өспесін.", kind=StatementKind.AGAINST, files=[("esep.pdf", examined_pdf())])
    second = hearing.statement(kind=StatementKind.QUESTION)
    assert (first.number, second.number) == (1, 2)
    assert first.code != second.code
    assert len(first.code) == 12
    comment = hearing.row(Comment, first.comment_id)
    assert (comment.alignment, comment.visibility) == (Alignment.AGAINST, Visibility.PUBLISHED)
    assert comment.text.strip() == "Тариф өспесін."
    (kept,) = hearing.row(WrittenStatement, first.id).attachments
    assert (kept.name, kept.file.pages) == ("esep.pdf", 1)
    noted = select(RecordEntry.facts).where(RecordEntry.verb == Verb.HEARING_STATEMENT_RECEIVED)
    assert session.scalars(noted.order_by(RecordEntry.id)).first() == {"number": 1, "kind": "against", "files": 1}


def test_the_same_form_again_is_the_same_statement_also_when_the_window_has_closed(session: Session) -> None:
    hearing, amina, key = gather(begun=False), make_writer(), new_key()
    first = hearing.statement("Тариф өспесін.", author=amina, key=key, files=[("esep.pdf", examined_pdf())])
    late = hearing.hearing.statements_until + timedelta(days=1)
    again = hearing.statement("Тариф өспесін.", author=amina, key=key, now=late)
    assert again.id == first.id
    assert session.scalars(select(func.count(WrittenStatement.id))).one() == 1
    assert session.scalars(select(func.count(StoredFile.id))).one() == 1
    with pytest.raises(NotFound):
        hearing.statement(author=make_writer(), key=key)


def test_statements_are_taken_from_the_notice_until_the_moment_it_names(session: Session) -> None:
    draft = make_hearing(state=HearingState.DRAFT)
    with pytest.raises(NotFound):
        hand = {"kind": StatementKind.FOR, "source": "Иә", "lang": "kk", "author_id": make_writer().id}
        write(hand_in, draft.id, key=new_key(), now=NOW, **hand)
    hearing = gather()
    until = hearing.hearing.statements_until
    hearing.ends()
    assert hearing.statement(now=until).number == 1, "after the hearing, to the last moment"
    with pytest.raises(StatementsClosed):
        hearing.statement(now=until + timedelta(seconds=1))
    assert session.scalars(select(func.count(Comment.id))).one() == 1, "nothing is left of what was refused"


def test_the_window_begins_with_the_notice_and_ends_with_the_day_in_aktau(session: Session) -> None:
    """Midnight there is 19:00 UTC. The form says "until 23:59": the last minute of that day belongs to it."""
    draft = make_hearing(state=HearingState.DRAFT, starts_at=at("2026-12-23"), statements_until=LAST)
    hand: dict[str, Any] = {"kind": StatementKind.FOR, "lang": "kk", "author_id": make_writer().id}
    given = at("2026-11-24", 0)
    with pytest.raises(NotFound):
        write(hand_in, draft.id, key=new_key(), source="Иә", now=given - timedelta(seconds=1), **hand)
    write(announce, draft.id, by=ActorRole.SECRETARY, read_version=None, now=given)
    for number, moment in enumerate((given, LAST - timedelta(seconds=30), LAST)):
        words = {"source": f"Тариф туралы {number}-мәлімдеме"}
        assert write(hand_in, draft.id, key=new_key(), now=moment, **words, **hand).made_at == moment
    with pytest.raises(StatementsClosed):
        write(hand_in, draft.id, key=new_key(), source="Кеш", now=at("2026-12-29", 0), **hand)
    assert session.scalars(select(func.count(WrittenStatement.id))).one() == 3


def test_a_closed_hearing_takes_nothing(session: Session) -> None:
    hearing = gather().ends()
    until = hearing.hearing.statements_until
    hearing.closes()
    with pytest.raises(NotTakenNow):
        hearing.statement(now=until)


def test_words_and_files_are_looked_at_before_anything_is_kept(session: Session) -> None:
    hearing = gather(begun=False)
    with pytest.raises(NothingWritten):
        hearing.statement("\u200b\u200b")
    with pytest.raises(TooManyStatementFiles):
        hearing.statement(files=[("a.pdf", examined_pdf())] * 4)
    assert session.scalars(select(func.count(WrittenStatement.id))).one() == 0


def test_where_moderators_read_first_a_statement_waits_for_them(session: Session) -> None:
    hearing = gather(begun=False)
    write(lambda session: session.execute(update(Thread).values(mode=Mode.BEFORE)) and None)
    statement = hearing.statement()
    assert hearing.row(Comment, statement.comment_id).visibility == Visibility.PENDING
    assert (statement.number, len(statement.code)) == (1, 12), "its receipt is there at once"
