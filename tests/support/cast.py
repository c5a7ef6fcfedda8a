"""The people every test knows.

Amina is a resident. Bekzat organises events of the alliance, Saule is the secretary of its council, Daniyar moderates
there. Ermek organises too, but for somebody else: what is the alliance's is none of his business. Root administers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from karavan.accounts.models import Organisation, OrganisationKind, Person, Role, RoleGrant
from karavan.accounts.policy import Actor, Grant
from karavan.core.languages import Slots
from tests.support.settings import NOW

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Plain rows, detached: read what they say; to change one, load it."""

    alliance: Organisation
    council: Organisation
    elsewhere: Organisation
    amina: Person
    bekzat: Person
    saule: Person
    daniyar: Person
    ermek: Person
    root: Person

    def everyone(self) -> dict[str, Person]:
        """Return the people by name."""
        names = ("amina", "bekzat", "saule", "daniyar", "ermek", "root")
        return {name: getattr(self, name) for name in names}


def call_cast(session: Session) -> Cast:
    """Write everybody down, in the caller's transaction."""
    alliance = _organisation(
        "alliance", OrganisationKind.NGO, "Маңғыстау азаматтық альянсы", "Гражданский альянс Мангистау"
    )
    council = _organisation(
        "council-aktau", OrganisationKind.COUNCIL, "Ақтау қоғамдық кеңесі", "Общественный совет Актау"
    )
    elsewhere = _organisation("elsewhere", OrganisationKind.NGO, "Басқа ұйым", "Другая организация")
    session.add_all([alliance, council, elsewhere])
    session.flush()
    people = Cast(
        alliance=alliance,
        council=council,
        elsewhere=elsewhere,
        amina=_person("Әмина", "amina", lang="kk", phone="+77011234501"),
        bekzat=_person("Бекзат", "bekzat", lang="kk", grants=[_grant(Role.ORGANISER, alliance)]),
        saule=_person("Сәуле", "saule", lang="ru", grants=[_grant(Role.SECRETARY, council)]),
        daniyar=_person("Данияр", "daniyar", lang="ru", grants=[_grant(Role.MODERATOR, alliance)]),
        ermek=_person("Ермек", "ermek", lang="kk", grants=[_grant(Role.ORGANISER, elsewhere)]),
        root=_person("Root", "root", lang="en", grants=[_grant(Role.ADMINISTRATOR, None)]),
    )
    session.add_all(people.everyone().values())
    session.flush()
    return people


def actor(person: Person) -> Actor:
    """Return a person as policies see her."""
    grants = tuple(Grant(grant.role, grant.organisation_id) for grant in person.roles if grant.ended_at is None)
    return Actor(person_id=person.id, name=person.name, lang=person.lang, grants=grants)


def _organisation(slug: str, kind: OrganisationKind, kk: str, ru: str) -> Organisation:
    return Organisation(slug=slug, kind=kind, name=Slots(kk=kk, ru=ru))


def _person(
    name: str, address: str, *, lang: str, phone: str | None = None, grants: list[RoleGrant] | None = None
) -> Person:
    email = f"{address}@example.kz"
    return Person(name=name, email=email, email_key=email, phone=phone, lang=lang, created_at=NOW, roles=grants or [])


def _grant(role: Role, organisation: Organisation | None) -> RoleGrant:
    return RoleGrant(role=role, organisation=organisation, granted_at=NOW)
