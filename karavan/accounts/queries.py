"""Reading people, open sessions and codes on their way."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import joinedload

from karavan.accounts.models import Organisation, Person, RoleGrant, SignInCode, SignInSession
from karavan.accounts.policy import Actor, Grant
from karavan.core.tokens import digest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.core.contacts import Contact


class OpenSession(NamedTuple):
    """Who is signed in by a token, and when she was last seen."""

    actor: Actor
    seen_at: datetime


class PendingCode(NamedTuple):
    """Where the newest code of a browser went."""

    kind: str
    contact: str


class SessionRow(NamedTuple):
    """One device in the list of open sessions."""

    id: int
    device: str
    created_at: datetime
    seen_at: datetime


# Put together once: SQLAlchemy takes longer over that than over asking, and every page of somebody signed in asks.
_WHO = (
    select(
        SignInSession.id,
        SignInSession.seen_at,
        Person.id,
        Person.name,
        Person.lang,
        RoleGrant.role,
        RoleGrant.organisation_id,
    )
    .join(Person, Person.id == SignInSession.person_id)
    .outerjoin(RoleGrant, and_(RoleGrant.person_id == Person.id, RoleGrant.ended_at.is_(None)))
    .where(SignInSession.token_digest == bindparam("token_digest"), SignInSession.closed_at.is_(None))
    .order_by(RoleGrant.id)
)


def open_session(session: Session, token: str) -> OpenSession | None:
    """Return who holds this token, with live roles, in one query; None once the session is closed."""
    rows = session.connection().execute(_WHO, {"token_digest": digest(token)}).all()
    if not rows:
        return None
    grants = tuple(Grant(row.role, row.organisation_id) for row in rows if row.role is not None)
    session_id, seen_at, person_id, name, lang, *_ = rows[0]
    return OpenSession(Actor(person_id, name, lang, session_id, grants), seen_at)


def pending_code(session: Session, browser: str) -> PendingCode | None:
    """Return where the newest code for this browser went, unless it was used already."""
    newest = session.execute(
        select(SignInCode.contact_kind, SignInCode.contact, SignInCode.used_at)
        .where(SignInCode.browser == browser)
        .order_by(SignInCode.id.desc())
        .limit(1),
    ).first()
    return None if newest is None or newest.used_at else PendingCode(newest.contact_kind, newest.contact)


def person(session: Session, person_id: int) -> Person:
    """Return somebody who is signed in."""
    return session.get_one(Person, person_id)


def person_with(session: Session, contact: Contact) -> Person | None:
    """Return whose confirmed contact this is."""
    column = Person.email_key if contact.kind == "email" else Person.phone
    return session.scalar(select(Person).where(column == contact.key))


def open_sessions(session: Session, person_id: int) -> list[SessionRow]:
    """Return the devices somebody is signed in on, the one seen last first."""
    columns = SignInSession.__table__.c
    rows = session.execute(
        select(columns.id, columns.device, columns.created_at, columns.seen_at)
        .where(columns.person_id == person_id, columns.closed_at.is_(None))
        .order_by(columns.seen_at.desc(), columns.id.desc()),
    )
    return [SessionRow(*row) for row in rows]


def organisation(session: Session, slug: str) -> Organisation | None:
    """Return the organisation of this short name."""
    return session.scalar(select(Organisation).where(Organisation.slug == slug))


def live_grants(session: Session, person_id: int) -> Sequence[RoleGrant]:
    """Return the roles somebody holds now, with the organisations."""
    return session.scalars(
        select(RoleGrant)
        .where(RoleGrant.person_id == person_id, RoleGrant.ended_at.is_(None))
        .options(joinedload(RoleGrant.organisation))
        .order_by(RoleGrant.id),
    ).all()
