"""Rows of moderation, written past the rules: for tests about how the log and the figures read them.

Needs an application context: ask for the `session` fixture.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from karavan.core.clock import now as present
from karavan.core.database import db, transact as write
from karavan.core.tokens import new_key, new_public_id
from karavan.discussion import hosts
from karavan.discussion.hosts import Hosted
from karavan.discussion.logged import Threads
from karavan.discussion.models import Alignment, Comment, CommentRevision, Thread
from karavan.moderation import rooms
from karavan.moderation.conduct import BY_CODE
from karavan.moderation.models import (
    Action,
    Appeal,
    Case,
    CaseState,
    Decision,
    LogAction,
    Mode,
    Origin,
    Outcome,
    Visibility,
)
from karavan.moderation.rules import log
from tests.support.civic import make_person

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.councils.models import Council

_numbers = count(1)
BOOK: Final = "book"
"""A kind of host that is there for these tests alone."""
HIDDEN: Final[set[int]] = set()
"""Hosts of that kind which not everybody may read."""
TITLE: Final = "Жол туралы <b>әңгіме</b>"


def _hosts(_: Session, ids: Collection[int]) -> dict[int, Hosted]:
    usual: dict[str, Any] = {"title_lang": "kk", "endpoint": "pages.home", "values": {}, "open": True}
    return {one: Hosted(title=f"{TITLE} {one}", public=one not in HIDDEN, **usual) for one in ids}


def add(row: Any) -> Any:
    """Write a row down, and return it."""

    def added(session: Session) -> Any:
        session.add(row)
        session.flush()
        return row

    return write(added)


def book_thread(council: Council, *, hidden: bool = False) -> Thread:
    """Return a thread whose host everybody may read, or nobody."""
    hosts.register(BOOK, _hosts)
    rooms.register(Threads())
    number = next(_numbers) + 700_000
    if hidden:
        HIDDEN.add(number)
    thread: Thread = add(
        Thread(
            public_id=new_public_id(),
            host=BOOK,
            host_id=number,
            organisation_id=council.organisation_id,
            mode=Mode.ON_REPORT,
            opened_at=present(),
        )
    )
    return thread


def book_comment(
    thread: Thread,
    text: str = "Құпия мәтін",
    *,
    alignment: Alignment | None = None,
    lang: str = "kk",
    visibility: Visibility = Visibility.PUBLISHED,
    at: datetime | None = None,
) -> Comment:
    """Return a comment of somebody's, as it would stand in the tables."""
    number, moment, author = next(_numbers), at or present(), make_person()

    def added(session: Session) -> Comment:
        comment = Comment(
            public_id=new_public_id(),
            key=new_key(),
            thread_id=thread.id,
            path=f"{number:04}",
            seq=number,
            author_id=author.id,
            author_name=author.name,
            lang=lang,
            alignment=alignment,
            visibility=visibility,
            render_version=1,
            posted_at=moment,
        )
        session.add(comment)
        session.flush()
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        kept = {"number": 1, "source": text, "html": "", "render_version": 1, "sha256": sha256, "written_at": moment}
        session.add(CommentRevision(comment_id=comment.id, **kept))
        return comment

    return write(added)


def book_case(
    thread: Thread,
    origin: Origin = Origin.FLAGS,
    *,
    comment: Comment | None = None,
    state: CaseState = CaseState.DECIDED,
    at: datetime | None = None,
    **facts: Any,
) -> Case:
    """Return a case about a comment (by default about one that is there for it)."""
    moment = at or present()
    comment = comment or book_comment(thread, at=moment)
    usual: dict[str, Any] = {"due_at": moment + timedelta(hours=24), "revision": 1, "lang": "kk", "alignment": ""}
    case: Case = add(
        Case(
            comment_id=comment.id,
            thread_id=thread.id,
            organisation_id=thread.organisation_id,
            author_id=comment.author_id,
            origin=origin,
            state=state,
            opened_at=moment,
            **usual | facts,
        )
    )
    return case


def book_decision(
    case: Case, action: Action, clause: str = "", *, minutes: int, at: datetime | None = None, **facts: Any
) -> Decision:
    """Return a decision taken so long after a case was opened (or after `at`)."""
    moment = (at or case.opened_at) + timedelta(minutes=minutes)
    usual: dict[str, Any] = {
        "spans": [[0, 1]] if action == Action.COVER else [],
        "by_id": make_person().id,
        "decided_at": moment,
        "settles_at": moment,
        "shown_before": Visibility.PUBLISHED,
    }
    decision: Decision = add(
        Decision(
            case_id=case.id,
            revision=1,
            action=action,
            clause=clause,
            clause_version=1 if clause else 0,
            **usual | facts,
        )
    )
    return decision


def book_appeal(case: Case, *, minutes: int | None = None, outcome: Outcome | None = None, **decided: Any) -> Appeal:
    """Return an appeal, made when its case was opened, and judged so much later if there is an outcome."""
    made: dict[str, Any] = {"by_id": case.author_id, "by_author": True, "words": "Неге?", "lang": "kk"}
    appeal: Appeal = add(Appeal(case_id=case.id, made_at=case.opened_at, **made))
    if outcome is not None and minutes is not None:
        book_decision(case, minutes=minutes, on_appeal=True, outcome=outcome, **decided)
    return appeal


def book_line(
    thread: Thread,
    action: LogAction = LogAction.REMOVED,
    *,
    case: Case | None = None,
    comment: Comment | None = None,
    by: str = "moderator:3",
    clause: str = "",
    now: datetime | None = None,
    **facts: Any,
) -> int:
    """Write a line of the log by the rule itself, and return its number."""

    def written(session: Session) -> int:
        return log.write(
            session,
            action,
            organisation_id=thread.organisation_id,
            by=by,
            now=now or present(),
            case=session.get(Case, case.id) if case else None,
            piece=_Piece(thread, comment) if comment else None,  # type: ignore[arg-type]
            thread=thread.public_id,
            clause=clause,
            clause_version=BY_CODE[clause].current.version if clause else 0,
            **facts,
        )

    number = write(written)
    db.session.close()
    return number


class _Piece:
    """As much of a text as the log asks for."""

    def __init__(self, thread: Thread, comment: Comment) -> None:
        self.thread, self.public_id = thread.public_id, comment.public_id
        self.lang, self.alignment = comment.lang, comment.alignment.value if comment.alignment else ""
        self.sha256 = hashlib.sha256(comment.public_id.encode()).hexdigest()
