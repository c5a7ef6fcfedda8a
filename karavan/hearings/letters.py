"""What letters about hearings say: snapshots of facts, written in the act's own transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from karavan.core.places import PLACES
from karavan.hearings.lifecycle import Act, Told
from karavan.hearings.queries import followers, participants
from karavan.notifications.letters import post
from karavan.proposals.letters import plain, recipient

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.accounts.models import Person
    from karavan.hearings.lifecycle import Step
    from karavan.hearings.models import Hearing

LETTERS: Final = {Act.ANNOUNCE: "announced", Act.CANCEL: "cancelled"}


def tell(session: Session, hearing: Hearing, step: Step, now: datetime) -> None:
    """Tell whom the table names that a step was taken; once, however often it is tried."""
    for person in _audience(session, hearing, step.told):
        _post(session, LETTERS[step.act], hearing, person, occasion=step.act.value, now=now)


def tell_changed(
    session: Session, hearing: Hearing, what: Sequence[str], *, before: dict[str, Any], now: datetime
) -> None:
    """Tell the same people, and whoever took part already, what is different from what was announced."""
    for person in _audience(session, hearing, (Told.FOLLOWERS, Told.PARTICIPANTS)):
        occasion = f"changed:{hearing.version}"
        _post(session, "changed", hearing, person, occasion=occasion, now=now, what=list(what), stood=before)


def facts_of(hearing: Hearing) -> dict[str, Any]:
    """Return when and where it is held, as plain values."""
    return {
        "starts_at": hearing.starts_at.isoformat(),
        "ends_at": hearing.ends_at.isoformat(),
        "place": plain(PLACES[hearing.place]),
        "venue": plain(hearing.venue),
    }


def brief(hearing: Hearing) -> dict[str, Any]:
    """Return what every letter says of a hearing."""
    return facts_of(hearing) | {
        "slug": hearing.slug,
        "title": plain(hearing.title),
        "stream_url": hearing.stream_url,
        "statements_until": hearing.statements_until.isoformat(),
        "demo": hearing.demo,
    }


def _audience(session: Session, hearing: Hearing, told: Iterable[Told]) -> list[Person]:
    """Everybody once, whatever reasons there are to tell her."""
    asked = {
        Told.FOLLOWERS: lambda: followers(session, hearing.id, hearing.council_id),
        Told.PARTICIPANTS: lambda: participants(session, hearing.id),
    }
    people = {person.id: person for whom in told for person in asked[whom]()}
    return [people[number] for number in sorted(people)]


def _post(
    session: Session, letter: str, hearing: Hearing, person: Person, *, occasion: str, now: datetime, **facts: Any
) -> None:
    payload = {
        "hearing": brief(hearing),
        "council": plain(hearing.council.organisation.name),
        "short_notice": plain(hearing.short_notice),
        "reason": plain(hearing.cancel_reason),
        **facts,
    }
    key = f"hearing:{hearing.id}:{occasion}:{person.id}"
    post(session, f"hearings/{letter}", key=key, to=recipient(person), payload=payload, now=now)
