"""Who somebody is, as far as rights go: a small value that policies are asked with."""

from __future__ import annotations

from dataclasses import dataclass

from karavan.accounts.models import Role


@dataclass(frozen=True, slots=True)
class Grant:
    """A live role, and the organisation it holds for (None: the whole site)."""

    role: Role
    organisation_id: int | None


@dataclass(frozen=True, slots=True)
class Actor:
    """The signed-in person of a request, read once; or nobody (`person_id` is None)."""

    person_id: int | None = None
    name: str = ""
    lang: str = "kk"
    session_id: int | None = None
    grants: tuple[Grant, ...] = ()

    @property
    def signed_in(self) -> bool:
        """Is this somebody?"""
        return self.person_id is not None

    @property
    def is_administrator(self) -> bool:
        """May this person do everything, everywhere?"""
        return any(grant.role == Role.ADMINISTRATOR for grant in self.grants)

    @property
    def is_staff(self) -> bool:
        """Has this person any desk at all?"""
        return bool(self.grants)

    def holds(self, role: Role, organisation_id: int) -> bool:
        """Does this person hold the role for this organisation, directly or as administrator?"""
        return self.is_administrator or any(
            grant.role == role and grant.organisation_id == organisation_id for grant in self.grants
        )

    def organisations(self, role: Role) -> tuple[int, ...]:
        """Return the organisations this person holds the role for (administrators: ask `is_administrator`)."""
        return tuple(
            grant.organisation_id for grant in self.grants if grant.role == role and grant.organisation_id is not None
        )


NOBODY = Actor()
