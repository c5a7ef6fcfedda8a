"""Following a submission, a council, a place or a topic, and being told what is new in it."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update

from karavan.accounts.models import Person
from karavan.core.database import insert_once
from karavan.core.when import DEFAULT_ZONE, local_day
from karavan.proposals import letters, queries
from karavan.proposals.models import Follow, Pace, StateChange

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from karavan.proposals.models import FollowKind

SETTLED: Final = timedelta(seconds=60)
"""Changes younger than this wait for the next round: one with a smaller number may still be on its way in."""


def follow(session: Session, *, person_id: int, kind: FollowKind, key: str, pace: Pace, now: datetime) -> None:
    """Let somebody hear of what happens from now on, at her pace. Doing it again changes the pace."""
    through = session.scalar(select(func.max(StateChange.id))) or 0
    fresh = insert_once(
        session,
        Follow,
        person_id=person_id,
        kind=kind,
        key=key,
        pace=pace,
        since=now,
        told_at=now,
        sent_through=through,
    )
    if not fresh:
        session.execute(_mine(person_id, kind, key).values(pace=pace).execution_options(synchronize_session=False))


def unfollow(session: Session, *, person_id: int, kind: FollowKind, key: str, now: datetime) -> None:
    """Let somebody hear no more of it. Doing it twice changes nothing."""
    session.execute(_mine(person_id, kind, key).values(ended_at=now).execution_options(synchronize_session=False))


def tell_follower(session: Session, person_id: int, pace: Pace, *, now: datetime) -> bool:
    """Write one letter about everything new in what a person follows at this pace; say whether there was anything.

    The letter's key holds the last change it tells of, and what was told is remembered in the same transaction: run
    twice, at once or after skipped days, nobody is told twice and nothing is left out.
    """
    person = session.get(Person, person_id)
    rows = session.scalars(
        select(Follow)
        .where(Follow.person_id == person_id, Follow.pace == pace, Follow.ended_at.is_(None))
        .order_by(Follow.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if person is None or not rows:
        return False
    until = now - SETTLED
    through = queries.settled_through(session, until=until)
    changes = queries.changes_followed(session, rows, through=through)
    if len(changes) == queries.MOST_TOLD:  # a letter holds no more: the rest comes with the next round
        through = changes[-1].id
    else:
        for row in rows:
            row.told_at = now
    for row in rows:
        row.sent_through = max(row.sent_through, through)
    session.flush()
    if not changes:
        return False
    key = f"{pace.value}:{max(change.id for change in changes)}"
    return letters.send_digest(session, person, [_line(change) for change in changes], key=key, now=now)


def last_due(pace: Pace, now: datetime) -> datetime:
    """Return the latest moment, not after now, at which this pace is served: daily, or on Mondays, at eight.

    Aktau time. Whoever was last told before it is owed a letter: so a day that was missed is made up for.
    """
    if pace == Pace.AT_ONCE:
        return now
    days = 7 if pace == Pace.WEEKLY else 1
    day = local_day(now)
    day -= timedelta(days=day.weekday() if pace == Pace.WEEKLY else 0)
    due = datetime.combine(day, time(8), ZoneInfo(DEFAULT_ZONE))
    return due if due <= now else datetime.combine(day - timedelta(days=days), time(8), ZoneInfo(DEFAULT_ZONE))


def _mine(person_id: int, kind: FollowKind, key: str) -> Any:
    return update(Follow).where(
        Follow.person_id == person_id, Follow.kind == kind, Follow.key == key, Follow.ended_at.is_(None)
    )


def _line(change: queries.FollowedChange) -> dict[str, Any]:
    return {
        "number": change.number,
        "title": change.title,
        "lang": change.lang,
        "act": change.act.value,
        "happened_at": change.happened_at.isoformat(),
    }
