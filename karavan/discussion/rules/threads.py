"""Opening a thread, and settling how it is moderated. What moderators settle stands in their public log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from karavan.core.database import insert_once
from karavan.core.languages import Slots
from karavan.core.tokens import new_public_id
from karavan.discussion.models import Thread
from karavan.discussion.policy import LONGEST_PAUSE
from karavan.discussion.problems import BadPause, ChangedMeanwhile, ReasonMissing
from karavan.discussion.rules.show import renew
from karavan.discussion.rules.take import take_thread
from karavan.moderation.models import LogAction, Mode
from karavan.moderation.problems import NotModerator
from karavan.moderation.queries import moderates_now
from karavan.moderation.rules import log
from karavan.moderation.rules.aliases import alias

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session


def open_thread(
    session: Session, host: str, host_id: int, *, organisation_id: int, now: datetime, mode: Mode = Mode.ON_REPORT
) -> Thread:
    """Return the thread of a submission or an event, opened now if it has none yet."""
    insert_once(
        session,
        Thread,
        public_id=new_public_id(),
        host=host,
        host_id=host_id,
        organisation_id=organisation_id,
        mode=mode,
        slow_seconds=0,
        opened_at=now,
        closed_reason=Slots(),
        version=1,
        mode_version=1,
        next_seq=1,
        comments=0,
        last_seq=0,
    )
    return session.scalars(select(Thread).where(Thread.host == host, Thread.host_id == host_id)).one()


def set_mode(
    session: Session,
    thread_id: int,
    mode: Mode,
    slow_seconds: int,
    *,
    by_id: int,
    now: datetime,
    read_version: int | None = None,
) -> Thread:
    """Set when comments are read by a moderator, and how long each person waits. Setting the same changes nothing.

    `read_version` is the thread's `mode_version` she saw: people who write meanwhile are not in her way.

    Raises:
        NotFound, NotModerator, ChangedMeanwhile, BadPause.

    """
    thread = _take_as_moderator(session, thread_id, by_id)
    if read_version is not None and read_version != thread.mode_version:
        raise ChangedMeanwhile
    if not 0 <= slow_seconds <= LONGEST_PAUSE:
        raise BadPause
    if (mode, slow_seconds) == (thread.mode, thread.slow_seconds):
        return thread
    before = thread.mode
    thread.mode, thread.slow_seconds = mode, slow_seconds
    _settle(
        session,
        thread,
        LogAction.MODE_CHANGED,
        by_id=by_id,
        now=now,
        before=before.value,
        after=mode.value,
        slow_seconds=slow_seconds,
    )
    return thread


def close_thread(session: Session, thread_id: int, reason: Slots, *, by_id: int, now: datetime) -> Thread:
    """Let nothing more be written in a thread; what stands there stays. Closing it again changes nothing.

    Raises:
        NotFound, NotModerator, ReasonMissing.

    """
    thread = _take_as_moderator(session, thread_id, by_id)
    _refuse_without(reason)
    if thread.closed_at is None:
        thread.closed_at, thread.closed_reason = now, reason
        _settle(session, thread, LogAction.THREAD_CLOSED, by_id=by_id, now=now, reason=reason)
    return thread


def reopen_thread(session: Session, thread_id: int, reason: Slots, *, by_id: int, now: datetime) -> Thread:
    """Let people write in a thread again. Doing it twice changes nothing.

    Raises:
        NotFound, NotModerator, ReasonMissing.

    """
    thread = _take_as_moderator(session, thread_id, by_id)
    _refuse_without(reason)
    if thread.closed_at is not None:
        thread.closed_at, thread.closed_reason = None, Slots()
        _settle(session, thread, LogAction.THREAD_REOPENED, by_id=by_id, now=now, reason=reason)
    return thread


def _take_as_moderator(session: Session, thread_id: int, by_id: int) -> Thread:
    """Take a thread for somebody who, by what the database says now, moderates it."""
    thread = take_thread(session, thread_id)
    if not moderates_now(session, by_id, thread.organisation_id):
        raise NotModerator
    return thread


def _refuse_without(reason: Slots) -> None:
    if not (reason.kk or reason.ru):
        raise ReasonMissing


def _settle(
    session: Session,
    thread: Thread,
    action: LogAction,
    *,
    by_id: int,
    now: datetime,
    reason: Slots | None = None,
    **facts: Any,
) -> None:
    """Write down who settled what, and let readers' pages know."""
    thread.mode_version += 1
    renew(session, thread)
    wording = (reason or Slots()).best("kk")
    log.write(
        session,
        action,
        organisation_id=thread.organisation_id,
        by=alias(session, thread.organisation_id, by_id),
        now=now,
        thread=thread.public_id,
        words=wording.text,
        words_lang=wording.lang if wording.text else "",
        **facts,
    )
