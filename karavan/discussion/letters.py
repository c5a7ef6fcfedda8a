"""Telling people that somebody answered them or named them: once, until they read the thread again.

A letter says who wrote and where, never what: what is taken down later must not live on in mailboxes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sqlalchemy import update

from karavan.accounts.models import Person
from karavan.core.database import insert_once
from karavan.discussion.hosts import host_of
from karavan.discussion.models import ReadMark
from karavan.notifications.letters import Recipient, post

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.discussion.models import Comment

Occasion = Literal["reply", "mention"]


def tell(session: Session, comment: Comment, person_id: int, occasion: Occasion, *, now: datetime) -> bool:
    """Tell somebody of a comment that can be read now; say whether a letter was written.

    Whoever was told of something in this thread that she has not read since hears no more of it until she has.
    """
    if person_id == comment.author_id:
        return False
    thread = comment.thread
    read_seq = _remember(session, comment, person_id, now)
    hosted = host_of(session, thread)
    if read_seq is None or hosted is None or not hosted.public:
        return False
    person = session.get_one(Person, person_id)
    payload = {
        "occasion": occasion,
        "by": comment.author_name,
        "comment": comment.public_id,
        "thread": thread.public_id,
        "title": hosted.title,
        "title_lang": hosted.title_lang,
    }
    return post(
        session,
        "discussion/reply",
        key=f"thread:{thread.id}:{person_id}:{read_seq}:{comment.seq}",
        to=Recipient(lang=person.lang, email=person.email, phone=person.phone or ""),
        payload=payload,
        now=now,
    )


def _remember(session: Session, comment: Comment, person_id: int, now: datetime) -> int | None:
    """Note on her mark what she is told of, and return how far she has read; None: she was told of something before."""
    insert_once(session, ReadMark, person_id=person_id, thread_id=comment.thread_id, seq=0, read_at=now, told_seq=0)
    return session.scalar(
        update(ReadMark)
        .where(ReadMark.person_id == person_id, ReadMark.thread_id == comment.thread_id, ReadMark.told_seq == 0)
        .values(told_seq=comment.seq)
        .returning(ReadMark.seq)
        .execution_options(synchronize_session=False)
    )
