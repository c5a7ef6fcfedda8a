"""People, organisations, roles, one-time codes and open sessions."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from karavan.core.database import Base, UtcDateTime, choice_column
from karavan.core.languages import Slots, SlotsColumn


class OrganisationKind(StrEnum):
    """What an organisation is. A public council is one only by law 383-V; NGOs never carry its name."""

    NGO = "ngo"
    STATE_BODY = "state_body"
    COUNCIL = "council"


class Organisation(Base):
    """Whoever holds events, and in whose name a role is held."""

    __tablename__ = "organisations"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    kind: Mapped[OrganisationKind] = mapped_column(choice_column(OrganisationKind))
    name: Mapped[Slots] = mapped_column(SlotsColumn)
    phone: Mapped[str] = mapped_column(String(20), default="")
    email: Mapped[str] = mapped_column(String(254), default="")


class Person(Base):
    """Somebody with an account: at least one confirmed contact, no password."""

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    email_key: Mapped[str | None] = mapped_column(String(254), unique=True)
    """The address as it is compared: lower case, IDN normalised. NULL when there is none."""
    phone: Mapped[str | None] = mapped_column(String(20), unique=True)
    """E.164."""
    lang: Mapped[str] = mapped_column(String(2))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    demo: Mapped[bool] = mapped_column(default=False)

    roles: Mapped[list[RoleGrant]] = relationship(back_populates="person", order_by="RoleGrant.id")


class Role(StrEnum):
    """What a person may be, always within one organisation or council, except the administrator."""

    ORGANISER = "organiser"
    COUNCIL_MEMBER = "council_member"
    MODERATOR = "moderator"
    SECRETARY = "secretary"
    ADMINISTRATOR = "administrator"


class RoleGrant(Base):
    """A role somebody holds, or held. Everybody with an account is a resident; that needs no row."""

    __tablename__ = "role_grants"
    __table_args__ = (
        Index(
            "uq_role_grants_live",
            "person_id",
            "role",
            "organisation_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    role: Mapped[Role] = mapped_column(choice_column(Role))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    """NULL: the whole site (administrators)."""
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship(back_populates="roles")
    organisation: Mapped[Organisation | None] = relationship()


class SignInCode(Base):
    """A one-time code on its way to a contact. Only its hash is kept."""

    __tablename__ = "sign_in_codes"
    __table_args__ = (Index("ix_sign_in_codes_browser", "browser"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_kind: Mapped[str] = mapped_column(String(8))
    contact: Mapped[str] = mapped_column(String(254))
    contact_key: Mapped[str] = mapped_column(String(254))
    browser: Mapped[str] = mapped_column(String(64))
    """Digest of a random value in the asking browser's cookie: a code works only where it was asked for."""
    code_digest: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SignInSession(Base):
    """An open session on one device; closing it signs that device out at its next request."""

    __tablename__ = "sign_in_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    device: Mapped[str] = mapped_column(String(80), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship()
