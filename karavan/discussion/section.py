"""What of a thread stands on the page of what it is about: how many comments, the newest few, the way to the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from flask import current_app, url_for

from karavan.discussion import queries

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from karavan.discussion.models import Thread
    from karavan.discussion.queries import Line


class Section(NamedTuple):
    """A thread in short. The same for everybody, so that the page may be kept."""

    thread: Thread
    lines: tuple[Line, ...]
    write: str
    """Where a comment is written; "": nowhere."""


def section_of(session: Session, host: str, host_id: int, *, open_to_all: bool) -> Section | None:
    """Return what a page shows of its thread; None if it has none. Costs two statements, however long the thread is."""
    thread = queries.thread_of(session, host, host_id)
    if thread is None:
        return None
    lines = queries.newest(session, thread.id) if thread.comments else ()
    offered = open_to_all and thread.closed_at is None and "writing_comments.new" in current_app.view_functions
    return Section(thread, lines, url_for("writing_comments.new", thread=thread.public_id) if offered else "")
