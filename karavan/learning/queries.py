"""Reading hours, certificates, answers, photographs."""

from __future__ import annotations

from collections.abc import Sequence  # noqa: TC003 -- read by NamedTuple
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from karavan.core.database import some_at_a_time
from karavan.events.models import Attendee, CheckIn, Event, EventState, Registration
from karavan.events.queries import has_contact
from karavan.files.models import StoredFile
from karavan.learning.models import Certificate, EventDay, Feedback, Photo

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

LARGEST_ID = 2**31 - 1
PAGE = 100


def set_days(session: Session, event_id: int) -> Sequence[EventDay]:
    """Return the days somebody set."""
    return session.scalars(select(EventDay).where(EventDay.event_id == event_id).order_by(EventDay.day)).all()


def came_by_day(session: Session, event_id: int) -> dict[date, int]:
    """Count who came, for each day on which anybody did."""
    statement = (
        select(CheckIn.day, func.count().label("came"))
        .join(Attendee, Attendee.id == CheckIn.attendee_id)
        .where(Attendee.event_id == event_id)
        .group_by(CheckIn.day)
    )
    return {row.day: row.came for row in session.execute(statement)}


def who_came(session: Session, event_id: int) -> Sequence[Attendee]:
    """Return everybody who came on any day, with the days."""
    came = select(CheckIn.attendee_id).where(CheckIn.attendee_id == Attendee.id)
    return session.scalars(
        select(Attendee)
        .where(Attendee.event_id == event_id, came.exists())
        .options(
            selectinload(Attendee.check_ins),
            joinedload(Attendee.registration).selectinload(Registration.attendees),
        )
        .order_by(Attendee.id),
    ).all()


def present(session: Session, event_id: int) -> int:
    """Count who came on any day."""
    came = func.count(func.distinct(CheckIn.attendee_id))
    return session.scalars(select(came).join(Attendee).where(Attendee.event_id == event_id)).one()


class CertificatePage(NamedTuple):
    """Some certificates, and the mark of where the next page begins; 0: there is none."""

    rows: Sequence[Certificate]
    after: int


def certificates_page(session: Session, event_id: int, *, after: int) -> CertificatePage:
    """Return an event's certificates as they were issued, revoked ones too."""
    rows = session.scalars(
        select(Certificate)
        .where(Certificate.event_id == event_id, Certificate.id > after)
        .order_by(Certificate.id)
        .limit(PAGE + 1)
    ).all()
    return CertificatePage(rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else 0)


class Issued(NamedTuple):
    """How many certificates hold, and how many were revoked."""

    valid: int
    revoked: int


def issued(session: Session, event_id: int) -> Issued:
    """Count an event's certificates."""
    revoked = func.count(Certificate.revoked_at)
    total, gone = session.execute(
        select(func.count(Certificate.id), revoked).where(Certificate.event_id == event_id)
    ).one()
    return Issued(total - gone, gone)


def certificate(session: Session, code: str) -> Certificate | None:
    """Return a certificate by its code, with its event."""
    return session.scalar(
        select(Certificate)
        .where(Certificate.code == code)
        .options(joinedload(Certificate.event).joinedload(Event.organisation))
    )


def certificate_at_desk(session: Session, event_id: int, certificate_id: int) -> Certificate | None:
    """Return a certificate of this event."""
    return session.scalar(select(Certificate).where(Certificate.id == certificate_id, Certificate.event_id == event_id))


def code_of(session: Session, certificate_id: int) -> str | None:
    """Return the code of a certificate."""
    return session.scalar(select(Certificate.code).where(Certificate.id == certificate_id))


# --- Answers ----------------------------------------------------------------------------------------------


def feedback_of(session: Session, registration_id: int) -> Feedback | None:
    """Return what a registration answered."""
    return session.scalar(select(Feedback).where(Feedback.registration_id == registration_id))


class Answers(NamedTuple):
    """What people said of an event, without who said it."""

    by_rating: dict[int, int]
    words: list[tuple[str, str]]
    """(language, text), in an order that tells nothing of when it was written."""

    @property
    def total(self) -> int:
        """How many answered."""
        return sum(self.by_rating.values())

    @property
    def mean(self) -> float:
        """The mean of the ratings."""
        return sum(rating * number for rating, number in self.by_rating.items()) / max(1, self.total)


def answers_of(session: Session, event_id: int) -> Answers:
    """Gather the answers to the two questions."""
    counted = (
        select(Feedback.rating, func.count().label("people"))
        .where(Feedback.event_id == event_id)
        .group_by(Feedback.rating)
    )
    by_rating = dict.fromkeys(range(5, 0, -1), 0) | {row.rating: row.people for row in session.execute(counted)}
    said = select(Feedback.lang, Feedback.words).where(Feedback.event_id == event_id, Feedback.words != "")
    return Answers(by_rating, sorted(((lang, words) for lang, words in session.execute(said)), key=lambda one: one[1]))


# --- Photographs ------------------------------------------------------------------------------------------


def public_event(session: Session, slug: str) -> Event | None:
    """Return an event everybody can see."""
    return session.scalar(
        select(Event).where(Event.slug == slug, Event.state != EventState.DRAFT).options(joinedload(Event.organisation))
    )


def photos_of(session: Session, event_id: int, *, hidden: bool) -> Sequence[Photo]:
    """Return an event's photographs in their order, with the hidden ones if so asked."""
    statement = select(Photo).where(Photo.event_id == event_id).options(joinedload(Photo.file))
    if not hidden:
        statement = statement.where(Photo.hidden_at.is_(None))
    return session.scalars(statement.order_by(Photo.position, Photo.id)).all()


def photo_count(session: Session, event_id: int) -> int:
    """Count the photographs everybody can see."""
    return session.scalars(
        select(func.count(Photo.id)).where(Photo.event_id == event_id, Photo.hidden_at.is_(None))
    ).one()


def photo(session: Session, event_id: int, public_id: str) -> Photo | None:
    """Return one photograph of an event, hidden or not."""
    return session.scalar(
        select(Photo)
        .join(Photo.file)
        .where(Photo.event_id == event_id, StoredFile.public_id == public_id)
        .options(contains_eager(Photo.file))
    )


# --- A person's record ------------------------------------------------------------------------------------


def attended_by(session: Session, *, email_key: str | None, phone: str | None) -> Sequence[Attendee]:
    """Return everybody who came under a person's confirmed contacts, latest event first."""
    came = select(CheckIn.id).where(CheckIn.attendee_id == Attendee.id)
    return session.scalars(
        select(Attendee)
        .join(Attendee.registration)
        .join(Event, Event.id == Attendee.event_id)
        .where(
            has_contact(Registration, email_key=email_key, phone=phone),
            came.exists(),
            Event.state == EventState.PUBLISHED,
        )
        .options(
            selectinload(Attendee.check_ins),
            contains_eager(Attendee.registration)
            .joinedload(Registration.event)
            .options(selectinload(Event.programme), joinedload(Event.organisation)),
        )
        .order_by(Event.starts_at.desc(), Attendee.id)
        .limit(500),
    ).all()


def valid_by_attendee(session: Session, attendee_ids: Sequence[int]) -> dict[int, Certificate]:
    """Return the certificates that hold, by whose they are."""
    valid = select(Certificate).where(Certificate.revoked_at.is_(None))
    found: dict[int, Certificate] = {}
    for some in some_at_a_time(attendee_ids):
        theirs = session.scalars(valid.where(Certificate.attendee_id.in_(some)))
        found |= {one.attendee_id: one for one in theirs if one.attendee_id is not None}
    return found


def valid_of_registration(session: Session, registration_id: int) -> Sequence[Certificate]:
    """Return the certificates of a party that hold."""
    return session.scalars(
        select(Certificate)
        .join(Attendee, Attendee.id == Certificate.attendee_id)
        .where(Attendee.registration_id == registration_id, Certificate.revoked_at.is_(None))
        .order_by(Certificate.id)
    ).all()


def days_of_events(session: Session, event_ids: Sequence[int]) -> dict[int, list[EventDay]]:
    """Return the days somebody set, by event."""
    found: dict[int, list[EventDay]] = {}
    for day in session.scalars(select(EventDay).where(EventDay.event_id.in_(event_ids))):
        found.setdefault(day.event_id, []).append(day)
    return found
