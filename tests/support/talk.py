"""Threads, comments and cases, made by the real rules in real transactions.

Needs an application context: ask for the `session` fixture.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select, update

from karavan.accounts.models import Person
from karavan.core.clock import now as present
from karavan.core.database import db, transact as write
from karavan.core.tokens import new_key
from karavan.discussion import hosts
from karavan.discussion.hosts import Hosted
from karavan.discussion.models import Comment, CommentRevision, Thread
from karavan.discussion.moderated import Comments
from karavan.discussion.rules.post import NewComment, post
from karavan.discussion.rules.threads import open_thread
from karavan.moderation import pieces
from karavan.moderation.models import Case, Mode, Origin
from karavan.moderation.rules.cases import open_case
from tests.support.civic import make_council, make_person

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.councils.models import Council
    from karavan.moderation.pieces import Piece

_numbers = count(1)
ROOM: Final = "room"
"""A host that is there for tests alone: open, public, and led to by the home page."""
SHUT: Final[set[int]] = set()
"""Rooms that take no more comments."""
TITLE: Final = "Таңғы автобус туралы әңгіме"


def find_rooms(_: Session, ids: Collection[int]) -> dict[int, Hosted]:
    """Return what hangs behind the threads of tests."""
    return {
        room: Hosted(title=TITLE, title_lang="kk", endpoint="pages.home", values={}, open=room not in SHUT, public=True)
        for room in ids
    }


def make_thread(
    council: Council | None = None,
    *,
    mode: Mode = Mode.ON_REPORT,
    slow_seconds: int = 0,
    host: str = ROOM,
    host_id: int | None = None,
    now: datetime | None = None,
) -> Thread:
    """Return a thread of a council's organisation."""
    hosts.register(ROOM, find_rooms)
    pieces.register(Comments())
    council = council or make_council(now=now)

    def opened(session: Session) -> Thread:
        thread = open_thread(
            session,
            host,
            next(_numbers) if host_id is None else host_id,
            organisation_id=council.organisation_id,
            now=now or present(),
            mode=mode,
        )
        thread.slow_seconds = slow_seconds
        session.flush()
        return thread

    return write(opened)


def make_writer(name: str = "", *, lang: str = "kk", **more: Any) -> Person:
    """Return somebody who has had her account for a month; once she has written something, no newcomer any more."""
    person = make_person(name, lang=lang, **more)

    def aged(session: Session) -> Person:
        session.execute(update(Person).where(Person.id == person.id).values(created_at=present() - timedelta(days=30)))
        return session.get_one(Person, person.id)

    return write(aged)


def make_comment(
    thread: Thread,
    author: Person | None = None,
    source: str = "",
    *,
    parent: Comment | None = None,
    key: str = "",
    now: datetime | None = None,
    **changes: Any,
) -> Comment:
    """Return a comment as it stands after posting; `changes` are fields of `NewComment`."""
    author = author or make_writer()
    new = NewComment(
        **{
            "source": source or f"Менің ойымша, {next(_numbers)} рейс қосу керек.",
            "alignment": None,
            "lang": "kk",
            "parent": parent.public_id if parent else "",
        }
        | changes
    )
    return write(post, thread.id, new, author_id=author.id, key=key or new_key(), now=now or present())


def make_case(
    comment: Comment | None = None,
    origin: Origin = Origin.MODERATOR,
    *,
    thread: Thread | None = None,
    by: Person | None = None,
    now: datetime | None = None,
    **more: Any,
) -> Case:
    """Return an open case about a comment (a new one, if none is given); `more` is for `open_case`: held, marks."""
    comment = comment or make_comment(thread or make_thread(now=now), now=now)

    def opened(session: Session) -> Case:
        piece: Piece = pieces.keeper().take(session, comment.id)
        return open_case(session, piece, origin, now=now or present(), by_id=by.id if by else None, **more)

    return write(opened)


def reload_comment(comment: Comment) -> Comment:
    """Return a comment as it stands now."""
    db.session().rollback()
    return db.session().get_one(Comment, comment.id, populate_existing=True)


def reload_thread(thread: Thread) -> Thread:
    """Return a thread as it stands now."""
    db.session().rollback()
    return db.session().get_one(Thread, thread.id, populate_existing=True)


def texts_of(comment: Comment) -> list[CommentRevision]:
    """Return every text a comment has had."""
    db.session().rollback()
    mine = select(CommentRevision).where(CommentRevision.comment_id == comment.id)
    return list(db.session().scalars(mine.order_by(CommentRevision.number)))
