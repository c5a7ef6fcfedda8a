"""Remembering how far somebody has read a thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import case, select, update

from karavan.core.database import insert_once
from karavan.core.problems import NotFound
from karavan.discussion.models import ReadMark, Thread
from karavan.discussion.tree import MOST

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session


def mark_read(session: Session, thread_id: int, *, person_id: int, seq: int, now: datetime) -> None:
    """Note that she has read up to a comment; a mark never goes back, nor beyond what is there.

    Once she has read what she was written to about, she is written to again.

    Raises:
        NotFound: no such thread.

    """
    newest = session.scalar(select(Thread.last_seq).where(Thread.id == thread_id))
    if newest is None:
        raise NotFound
    read = max(0, min(seq, newest))
    heard = read if read < newest else MOST  # what she was told of may be gone: who has read all has read that too
    insert_once(session, ReadMark, person_id=person_id, thread_id=thread_id, seq=0, read_at=now, told_seq=0)
    session.execute(
        update(ReadMark)
        .where(ReadMark.person_id == person_id, ReadMark.thread_id == thread_id)
        .values(
            seq=case((ReadMark.seq < read, read), else_=ReadMark.seq),
            read_at=now,
            told_seq=case((ReadMark.told_seq <= heard, 0), else_=ReadMark.told_seq),
        )
        .execution_options(synchronize_session=False)
    )
