"""Taking a step of a hearing's life: the one place where its state changes.

Whoever changes anything that a step depends on takes the row first (`take`, or `gate.take_hearing` for what must not
raise its version): on PostgreSQL a statement sees what was committed before it began, so the look at what a step needs
comes after the row is held.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import update
from sqlalchemy.orm import joinedload

from karavan.core.languages import Slots
from karavan.core.problems import NotFound
from karavan.core.when import day_long, local_day
from karavan.councils.models import Council, SettingKey
from karavan.councils.queries import statute_of
from karavan.deadlines.queries import current_calendar
from karavan.deadlines.rules import ensure_calendar
from karavan.discussion.rules.threads import open_thread
from karavan.events.problems import EventIsOver
from karavan.events.rules.plan import cancel_event, publish
from karavan.files.queries import content_of
from karavan.hearings import letters
from karavan.hearings.hosted import HOST
from karavan.hearings.lifecycle import STEPS, Act, Need
from karavan.hearings.models import Hearing, HearingDocument
from karavan.hearings.notice import bundle_hash, earliest_day, missing
from karavan.hearings.problems import (
    BundleIsDamaged,
    ChangedMeanwhile,
    DateHasPassed,
    NotAllAnswered,
    NotAtThisStage,
    NoticeNotCounted,
    NoticeTooShort,
    NotItsHour,
    NotReadyToAnnounce,
    ReasonMissing,
)
from karavan.hearings.queries import answers_owed, documents_of
from karavan.record.rules import note

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from karavan.core.problems import Problem
    from karavan.hearings.lifecycle import Step
    from karavan.record.models import ActorRole

NO_REASON: Final = Slots()
BEFORE_TIME: Final = timedelta(minutes=30)
STAMPS: Final = {
    Act.ANNOUNCE: "announced_at",
    Act.BEGIN: "opened_at",
    Act.END: "ended_at",
    Act.CLOSE: "closed_at",
}
"""Which moment a step writes down."""


def take(session: Session, hearing_id: int, *, read_version: int | None = None) -> Hearing:
    """Take a hearing's row for this transaction and return it as it stands now.

    Its version rises here, so that of two people who read the same page only the first changes anything.

    Raises:
        NotFound: no such hearing.
        ChangedMeanwhile: `read_version` is what the person had read, and it is no longer that.

    """
    version = session.scalar(
        update(Hearing)
        .where(Hearing.id == hearing_id)
        .values(version=Hearing.version + 1)
        .returning(Hearing.version)
        .execution_options(synchronize_session=False)
    )
    if version is None:
        raise NotFound
    if read_version is not None and version != read_version + 1:
        raise ChangedMeanwhile
    return session.get_one(Hearing, hearing_id, options=_LOADED, populate_existing=True)


def take_step(
    session: Session,
    hearing_id: int,
    act: Act,
    *,
    by: ActorRole,
    now: datetime,
    read_version: int | None = None,
    reason: Slots = NO_REASON,
) -> Hearing:
    """Move a hearing on: take it, then `move` it.

    Raises:
        NotFound, ChangedMeanwhile: see `take`.
        NotAtThisStage, and whatever the step's needs refuse.

    """
    return move(session, take(session, hearing_id, read_version=read_version), act, by=by, now=now, reason=reason)


def move(
    session: Session, hearing: Hearing, act: Act, *, by: ActorRole, now: datetime, reason: Slots = NO_REASON
) -> Hearing:
    """Move a hearing on that this transaction has taken already.

    The UPDATE itself says from where it may lead, and, for closing, that nothing is owed an answer.

    Raises:
        NotAtThisStage: the table has no such step from here.
        NotReadyToAnnounce, DateHasPassed, NoticeNotCounted, NotItsHour, NotAllAnswered, ReasonMissing: what it
            needs.
        BundleIsDamaged: a document is not what was put in.

    """
    step = STEPS[act]
    if hearing.state not in step.before:
        raise NotAtThisStage
    for need in step.needs:
        _refuse_without(hearing, need, reason, now)
    facts: dict[str, int | str] = _freeze(session, hearing, now) if act == Act.ANNOUNCE else {}
    changed: dict[str, Any] = {"state": step.after}
    if act in STAMPS:
        changed[STAMPS[act]] = now
    if act == Act.CANCEL:
        changed["cancel_reason"] = reason
    session.flush()
    owed = answers_owed(hearing.id) if Need.ALL_ANSWERED in step.needs else ()
    moved = session.scalar(
        update(Hearing)
        .where(Hearing.id == hearing.id, Hearing.state.in_(step.before), *(~one for one in owed))
        .values(**changed)
        .returning(Hearing.id)
        .execution_options(synchronize_session=False)
    )
    if moved is None:
        raise NotAllAnswered if owed else NotAtThisStage
    session.refresh(hearing, attribute_names=list(changed))
    note(session, step.verb, of=hearing.id, by=by, now=now, reason=_said(hearing, act, reason), **facts)
    _carry_through(session, hearing, act, now)
    _tell(session, hearing, step, now)
    return hearing


def counted_notice(
    session: Session,
    hearing: Hearing,
    *,
    held_on: date,
    reason: Slots,
    now: datetime,
    refusal: type[Problem] = NoticeTooShort,
) -> dict[str, Any]:
    """Count the notice that is given today for a hearing on that day, and return the columns that keep it.

    By the statute and the calendar as they stand today. The reason is kept only where the notice is shorter.

    Raises:
        `refusal`: the day comes too early, and there is no reason. It says which day would do.

    """
    given_on = local_day(now)
    ensure_calendar(session, now=now)
    statute = statute_of(session, hearing.council_id, given_on)
    earliest = earliest_day(given_on, statute.hearing_notice, current_calendar(session))
    short = held_on < earliest
    if short and not has_words(reason):
        raise refusal(day=in_words(earliest))
    return {
        "earliest_on": earliest.isoformat(),
        "notice_days": statute.hearing_notice.days,
        "notice_unit": statute.hearing_notice.unit.value,
        "setting_id": statute.source(SettingKey.HEARING_NOTICE).setting_id,
        "notice_from": now,
        "short_notice": reason if short else NO_REASON,
    }


def write_down(hearing: Hearing, columns: dict[str, Any]) -> None:
    """Set all columns of a hearing at once: in between, no half of them may reach the database."""
    for name, value in columns.items():
        setattr(hearing, name, value)


def has_words(reason: Slots) -> bool:
    """Is this a reason that people here can read?"""
    return bool(reason.kk.strip() or reason.ru.strip())


def in_words(day: date) -> Slots:
    """Write a day for readers of each language."""
    return Slots(kk=day_long(day, "kk"), ru=day_long(day, "ru"), en=day_long(day, "en"))


_LOADED = (joinedload(Hearing.council).joinedload(Council.organisation),)


def refuse_unready(hearing: Hearing, now: datetime) -> None:
    """Refuse to give notice of what is not said in both languages, or lies behind us.

    Raises:
        NotReadyToAnnounce, DateHasPassed.

    """
    lacking = missing(hearing)
    if lacking:
        raise NotReadyToAnnounce(where=lacking[0])
    if hearing.starts_at <= now:
        raise DateHasPassed


def _refuse_without(hearing: Hearing, need: Need, reason: Slots, now: datetime) -> None:
    if need == Need.WORDS:
        refuse_unready(hearing, now)
    if need == Need.NOTICE and not notice_holds(hearing):
        raise NoticeNotCounted
    if need == Need.THE_DAY and not is_its_hour(hearing, now):
        raise NotItsHour
    if need == Need.REASON and not has_words(reason):
        raise ReasonMissing


def is_its_hour(hearing: Hearing, now: datetime) -> bool:
    """May it begin now: on the day of which notice was given, and not while people are still on their way?"""
    return hearing.starts_at - BEFORE_TIME <= now and local_day(now).isoformat() <= hearing.held_on


def notice_holds(hearing: Hearing) -> bool:
    """Is the hearing on or after the first day its notice allows, or is there a published reason? As the constraint."""
    return hearing.held_on >= hearing.earliest_on or has_words(hearing.short_notice)


def _freeze(session: Session, hearing: Hearing, now: datetime) -> dict[str, int | str]:
    """Fix the bundle: from now on no row of it changes. What is stored is compared with its fingerprint once more."""
    documents = documents_of(session, hearing.id)
    for document in documents:
        content = content_of(session, document.file_id)
        if content is None or hashlib.sha256(content).hexdigest() != document.sha256:
            raise BundleIsDamaged
    session.execute(
        update(HearingDocument)
        .where(HearingDocument.hearing_id == hearing.id, HearingDocument.frozen_at.is_(None))
        .values(frozen_at=now)
        .execution_options(synchronize_session=False)
    )
    session.expire(hearing, ["documents"])
    return {
        "documents": len(documents),
        "bundle": bundle_hash(documents),
        "days": hearing.notice_days,
        "earliest": hearing.earliest_on,
        "held_on": hearing.held_on,
    }


def _said(hearing: Hearing, act: Act, reason: Slots) -> str:
    """Return the reason that stands in the public record; of a draft nothing is public."""
    if act == Act.ANNOUNCE:
        return hearing.short_notice.best("kk").text
    return reason.best("kk").text if hearing.announced_at is not None else ""


def _carry_through(session: Session, hearing: Hearing, act: Act, now: datetime) -> None:
    """Let the event and the thread follow: people register there, and write here, from the notice on."""
    if act == Act.ANNOUNCE:
        if hearing.event_id is not None:
            publish(session, hearing.event_id, now=now, keeper=True)
        open_thread(session, HOST, hearing.id, organisation_id=hearing.council.organisation_id, now=now)
    if act == Act.CANCEL and hearing.event_id is not None:
        with suppress(EventIsOver):  # its hour has passed and nobody began: then nobody need be told not to come
            cancel_event(session, hearing.event_id, reason=hearing.cancel_reason, now=now, keeper=True)


def _tell(session: Session, hearing: Hearing, step: Step, now: datetime) -> None:
    if step.told and hearing.announced_at is not None:
        letters.tell(session, hearing, step, now)
    session.flush()
