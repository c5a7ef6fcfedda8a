"""Reading calls, applications, scores. Changes nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from karavan.accounts.models import Person
from karavan.events.models import Attendee, Event, EventState, Registration, SeatState
from karavan.roster.models import Look, RosterLook
from karavan.selection import published
from karavan.selection.lifecycle import STANDING
from karavan.selection.models import (
    Application,
    ApplicationState,
    Call,
    CallState,
    Review,
    Reviewer,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from typing import Any

    from sqlalchemy.orm import Session

_WITH_EVENT = (
    joinedload(Call.event).joinedload(Event.organisation),
    joinedload(Call.event).joinedload(Event.gate),
    joinedload(Call.event).selectinload(Event.questions),
    selectinload(Call.criteria),
)


def call_of(session: Session, event_id: int) -> Call | None:
    """Return the selection of an event, with its rubric and the event."""
    return session.scalar(select(Call).where(Call.event_id == event_id).options(*_WITH_EVENT))


def public_call(session: Session, slug: str) -> Call | None:
    """Return the call everybody can read: published, for an event that is public."""
    return session.scalar(
        select(Call)
        .join(Call.event)
        .where(Event.slug == slug, Event.state != EventState.DRAFT, Call.state != CallState.DRAFT)
        .options(*_WITH_EVENT)
    )


def own_application(session: Session, public_id: str) -> tuple[Application, Call] | None:
    """Return the application a signed link belongs to."""
    application = session.scalar(
        select(Application)
        .where(Application.public_id == public_id)
        .options(joinedload(Application.registration).selectinload(Registration.attendees))
    )
    call = call_of(session, application.event_id) if application else None
    return (application, call) if application and call and call.event.state != EventState.DRAFT else None


def standing(session: Session, event_id: int) -> list[Application]:
    """Return the applications that were not withdrawn, in the order they came."""
    return list(
        session.scalars(
            select(Application)
            .where(Application.event_id == event_id, Application.state != ApplicationState.WITHDRAWN)
            .order_by(Application.number)
        )
    )


def awaiting_decision(session: Session, event_id: int) -> list[Application]:
    """Return the applications of which nothing was told yet: whoever was accepted has a ticket afterwards."""
    return [one for one in standing(session, event_id) if one.state == ApplicationState.HANDED_IN]


def on_the_list(session: Session, call: Call) -> list[Application]:
    """Return everybody who stands on the published list: who applied and had not withdrawn when it was closed."""
    everybody = session.scalars(select(Application).where(Application.event_id == call.event_id)).all()
    return [one for one in everybody if one.pseudonym in set(call.drawn.get("listed", ()))]


def application_at_desk(session: Session, event_id: int, application_id: int) -> Application | None:
    """Return an application of this event."""
    return session.scalar(select(Application).where(Application.event_id == event_id, Application.id == application_id))


def free_for_selection(session: Session, event: Event) -> int:
    """Count the seats that nobody holds, for the call to give away."""
    held = select(func.count()).where(
        Attendee.event_id == event.id, Attendee.state.in_((SeatState.SEATED, SeatState.OFFERED))
    )
    return event.gate.capacity + event.gate.overbooked - session.scalars(held).one()


class ReviewerRow(NamedTuple):
    """Somebody who scores, and how far she is."""

    id: int
    person_id: int
    name: str
    email: str
    scored: int
    recused: int


def reviewers(session: Session, event_id: int) -> list[ReviewerRow]:
    """List who scores applications of a call."""
    named = session.execute(
        select(Reviewer.id, Person.id, Person.name, Person.email)
        .join(Person, Person.id == Reviewer.person_id)
        .where(Reviewer.event_id == event_id)
        .order_by(Reviewer.id)
    ).all()
    done = {
        (reviewer, recused): times
        for reviewer, recused, times in session.execute(
            select(Review.reviewer_id, Review.recused, func.count())
            .join(Application, Application.id == Review.application_id)
            .where(Application.event_id == event_id, Application.state.in_(STANDING))
            .group_by(Review.reviewer_id, Review.recused)
        )
    }
    own = Counter(person_id for person_id, _ in own_applications(session, event_id))
    return [
        ReviewerRow(
            reviewer_id,
            person_id,
            name,
            email,
            scored=done.get((reviewer_id, False), 0),
            recused=done.get((reviewer_id, True), 0) + own[person_id],
        )
        for reviewer_id, person_id, name, email in named
    ]


_HERS = or_(Application.email_key == Person.email_key, Application.phone == Person.phone)
"""Known by one of her contacts. Who gave others declares the conflict herself."""


def own_applications(session: Session, event_id: int) -> set[tuple[int, int]]:
    """Return the standing applications that reviewers handed in themselves, as pairs of person and application.

    Nobody scores her own: it counts as one from which she stands aside. What she wrote about it before anybody could
    know is told apart already.
    """
    hers = (
        select(Reviewer.person_id, Application.id)
        .join(Person, Person.id == Reviewer.person_id)
        .join(Application, (Application.event_id == Reviewer.event_id) & _HERS)
        .outerjoin(Review, (Review.application_id == Application.id) & (Review.reviewer_id == Reviewer.id))
        .where(Reviewer.event_id == event_id, Application.state.in_(STANDING), Review.id.is_(None))
    )
    return {(person_id, application_id) for person_id, application_id in session.execute(hers)}


def is_own(session: Session, application: Application, person_id: int) -> bool:
    """Did this person hand the application in herself?"""
    hers = select(Person.id).join(Application, _HERS).where(Person.id == person_id, Application.id == application.id)
    return session.scalar(hers) is not None


def reviews_by_application(session: Session, event_id: int) -> dict[int, list[Review]]:
    """Return all scores of a call, by application."""
    found: dict[int, list[Review]] = defaultdict(list)
    of_call = select(Review).join(Application, Application.id == Review.application_id)
    for review in session.scalars(of_call.where(Application.event_id == event_id).order_by(Review.id)):
        found[review.application_id].append(review)
    return found


def lacking_scores(
    call: Call, applications: Iterable[Application], reviews: dict[int, list[Review]]
) -> list[Application]:
    """Return the applications that have fewer scores than each was promised."""
    return [
        one
        for one in applications
        if sum(review.total is not None for review in reviews.get(one.id, ())) < call.reviews
    ]


def has_read_names(session: Session, event_id: int, person_id: int) -> bool:
    """Did somebody of the desk read who applied? The line about the whole list says so; a reviewer's say a number."""
    seen = select(RosterLook.id).where(RosterLook.event_id == event_id, RosterLook.person_id == person_id)
    whole = seen.where(RosterLook.what == Look.APPLICATIONS, RosterLook.detail == "", RosterLook.people > 0)
    return session.scalar(whole.limit(1)) is not None


class Material(NamedTuple):
    """All that the choice is made from, and at which version of the call it was read."""

    version: int
    listed: str
    rules: dict[str, Any]
    seed: str
    lacking: int


def material(session: Session, call: Call) -> Material:
    """Gather what the choice is made from. Nothing is decided here."""
    listed = on_the_list(session, call)
    reviews = reviews_by_application(session, call.event_id)
    there = [one for one in listed if one.state != ApplicationState.WITHDRAWN]
    scores = {one.pseudonym: published.score_of(reviews.get(one.id, ())) or 0 for one in there}
    withdrawn = [one.pseudonym for one in listed if one.state == ApplicationState.WITHDRAWN]
    rules = published.rules_json(call, scores | dict.fromkeys(withdrawn, 0), withdrawn)
    lacking = len(lacking_scores(call, there, reviews))
    return Material(call.version, call.drawn["list"], rules, call.seed, lacking)


# --- For whoever scores -------------------------------------------------------------------------------------


class ReviewingRow(NamedTuple):
    """One call in a reviewer's list."""

    call: Call
    done: int
    applications: int


def calls_to_review(session: Session, person_id: int) -> list[ReviewingRow]:
    """List the published calls somebody was named for."""
    calls = session.scalars(
        select(Call)
        .join(Reviewer, Reviewer.event_id == Call.event_id)
        .where(Reviewer.person_id == person_id, Call.state != CallState.DRAFT)
        .options(*_WITH_EVENT)
        .order_by(Call.closes_at.desc())
    ).all()
    rows = []
    for call in calls:
        done = set(own_reviews(session, call.event_id, person_id))
        done |= {one for whose, one in own_applications(session, call.event_id) if whose == person_id}
        there = standing(session, call.event_id)
        rows.append(ReviewingRow(call, sum(one.id in done for one in there), len(there)))
    return rows


def reviewer_of(session: Session, event_id: int, person_id: int | None) -> Reviewer | None:
    """Return the row that lets somebody score; None: nobody named her."""
    return session.scalar(select(Reviewer).where(Reviewer.event_id == event_id, Reviewer.person_id == person_id))


def own_reviews(session: Session, event_id: int, person_id: int) -> dict[int, Review]:
    """Return what one reviewer wrote, by application. What others wrote is not shown to her."""
    mine = select(Review).join(Reviewer, Reviewer.id == Review.reviewer_id)
    found = session.scalars(mine.where(Reviewer.event_id == event_id, Reviewer.person_id == person_id))
    return {review.application_id: review for review in found}


def by_number(session: Session, event_id: int, number: int) -> Application | None:
    """Return a standing application by what reviewers know it by."""
    return session.scalar(
        select(Application).where(
            Application.event_id == event_id,
            Application.number == number,
            Application.state != ApplicationState.WITHDRAWN,
        )
    )


def scores_somewhere(session: Session, person_id: int | None) -> bool:
    """Was this person named for a published call? Then her desk has a way there."""
    named = select(Reviewer.id).join(Call, Call.event_id == Reviewer.event_id)
    mine = named.where(Reviewer.person_id == person_id, Call.state != CallState.DRAFT)
    return session.scalar(mine.limit(1)) is not None


# --- For the clock ------------------------------------------------------------------------------------------


def calls_to_close(session: Session, *, now: datetime) -> Sequence[int]:
    """Return the calls whose announced time is over."""
    return session.scalars(select(Call.event_id).where(Call.state == CallState.OPEN, Call.closes_at <= now)).all()


def calls_of_cancelled_events(session: Session) -> Sequence[int]:
    """Return the calls whose applicants have to be told that the event will not be held."""
    return session.scalars(
        select(Call.event_id)
        .join(Call.event)
        .where(
            Event.state == EventState.CANCELLED,
            Call.state.in_((CallState.OPEN, CallState.REVIEW, CallState.CHOSEN)),
            select(Application.id)
            .where(Application.event_id == Call.event_id, Application.state == ApplicationState.HANDED_IN)
            .exists(),
        )
    ).all()
