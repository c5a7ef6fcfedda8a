"""Planting the town: everything is done by the rules that residents and organisers use, in the order it happened."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from karavan.accounts.models import Organisation, OrganisationKind, Person, RoleGrant
from karavan.core.languages import Slots
from karavan.events.models import Event, Registration
from karavan.events.rules.change_seats import give_back
from karavan.events.rules.plan import cancel_event, create_event, publish
from karavan.events.rules.register import register
from karavan.seeds.cast import ALLIANCE, CAST, DEPARTMENT
from karavan.seeds.councils import plant_councils
from karavan.seeds.days import Days
from karavan.seeds.desk import plant_desk
from karavan.seeds.gatherings import GATHERINGS
from karavan.seeds.hearings import plant_hearings
from karavan.seeds.proposals import plant_proposals
from karavan.seeds.sittings import plant_sittings
from karavan.seeds.talk import plant_talk

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.seeds.gathering import Gathering
    from karavan.seeds.residents import Party

    Act = tuple[datetime, Callable[[datetime], object]]

ORGANISATIONS: Final = {
    ALLIANCE: (
        OrganisationKind.NGO,
        Slots(
            "«Маңғыстау облысының Азаматтық альянсы» ЗТБ",
            "ОЮЛ «Гражданский альянс Мангистауской области»",
            "Civic Alliance of Mangystau Region",
        ),
    ),
    DEPARTMENT: (
        OrganisationKind.STATE_BODY,
        Slots(
            "Маңғыстау облысының ақпарат және қоғамдық даму басқармасы",
            "Управление информации и общественного развития Мангистауской области",
            "Department of Information and Public Development of Mangystau Region",
        ),
    ),
}


def plant_town(session: Session, *, now: datetime) -> bool:
    """Give an empty installation its cast and its events, and say whether it did. Does nothing where events exist."""
    if session.scalar(select(Event.id).limit(1)) is not None:
        return False
    _found_organisations(session)
    acts = plant_councils(session, now=now)
    _open_accounts(session, now)
    days = Days(now)
    proposed = plant_proposals(session, days=days)
    acts += plant_sittings(session, days=days)
    acts += plant_hearings(session, days=days)
    acts += [act for gathering in GATHERINGS for act in _acts(session, gathering, days)]
    acts += plant_desk(session, days=days)
    acts += proposed
    acts += plant_talk(session, days=days)
    for moment, act in sorted(acts, key=itemgetter(0)):
        act(moment)
    session.flush()
    return True


def _found_organisations(session: Session) -> None:
    known = set(session.scalars(select(Organisation.slug)))
    for slug, (kind, name) in ORGANISATIONS.items():
        if slug not in known:
            session.add(Organisation(slug=slug, kind=kind, name=name))
    session.flush()


def _open_accounts(session: Session, now: datetime) -> None:
    opened = now - timedelta(days=200)  # nobody of them is a newcomer
    known = set(session.scalars(select(Person.email_key)))
    organisations = {organisation.slug: organisation for organisation in session.scalars(select(Organisation))}
    for account in CAST:
        if account.email in known:
            continue
        organisation = organisations[account.organisation] if account.organisation else None
        person = Person(
            name=account.name,
            email=account.email,
            email_key=account.email,
            phone=account.phone,
            lang=account.lang,
            created_at=opened,
            demo=True,
            roles=[RoleGrant(role=role, organisation=organisation, granted_at=opened) for role in account.roles],
        )
        session.add(person)
    session.flush()


def _acts(session: Session, gathering: Gathering, days: Days) -> list[Act]:
    """Return what became of one event: published, joined day by day, perhaps a seat given back or all called off."""
    published = gathering.published(days)
    moments = _spread(published, days, len(gathering.parties), salt=len(gathering.slug))
    acts: list[Act] = [] if gathering.convened else [(published, partial(_publish, session, gathering, days))]
    acts += [
        (moment, partial(_register, session, gathering, party))
        for moment, party in zip(moments, gathering.parties, strict=True)
    ]
    if gathering.cancelled:
        acts.append((days.ago(1, "21:00"), partial(_cancel, session, gathering)))
    if gathering.gives_back:
        acts.append((days.now - timedelta(hours=2), partial(_give_back, session, gathering)))
    return acts


def _spread(published: datetime, days: Days, number: int, *, salt: int = 0) -> list[datetime]:
    """Spread arrivals over the days from the publication to yesterday evening, at hours when people are awake."""
    span = (days.now - published).days - 1
    moments = [
        days.ago(1 + span - span * n // number, f"{9 + (7 * n + salt) % 11:02d}:{(17 * n + 7 * salt) % 60:02d}")
        for n in range(1, number + 1)
    ]
    return sorted(moments)


def _publish(session: Session, gathering: Gathering, days: Days, now: datetime) -> None:
    organisation = session.scalars(select(Organisation).where(Organisation.slug == gathering.organisation)).one()
    event = create_event(
        session, organisation.id, gathering.plan(days), now=now, slug=gathering.slug, demo=gathering.demo
    )
    publish(session, event.id, now=now)


def _register(session: Session, gathering: Gathering, party: Party, now: datetime) -> None:
    event = _event(session, gathering)
    questions = {place: question.id for place, question in enumerate(event.questions)}
    register(session, event.id, party.application(questions), now=now)


def _cancel(session: Session, gathering: Gathering, now: datetime) -> None:
    cancel_event(session, _event(session, gathering).id, reason=gathering.cancelled, now=now)


def _give_back(session: Session, gathering: Gathering, now: datetime) -> None:
    event = _event(session, gathering)
    registration = session.scalars(
        select(Registration).where(
            Registration.event_id == event.id, Registration.key == f"town-{gathering.gives_back}"
        ),
    ).one()
    give_back(session, event.id, registration.public_id, now=now)


def _event(session: Session, gathering: Gathering) -> Event:
    return session.scalars(select(Event).where(Event.slug == gathering.slug)).one()
