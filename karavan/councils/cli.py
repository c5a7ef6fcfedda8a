"""`flask councils …`: founding councils, as an operator does it for an installation without the demonstration."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from flask.cli import AppGroup
from sqlalchemy import select

from karavan.accounts.models import Organisation, OrganisationKind
from karavan.accounts.rules import add_organisation
from karavan.core.database import transact
from karavan.core.languages import Slots
from karavan.core.places import HOME_DISTRICTS
from karavan.councils.models import CouncilLevel
from karavan.councils.rules import found_council

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

commands = AppGroup("councils", help="Public councils of this installation.")


@commands.command("found")
@click.argument("slug")
@click.argument("level", type=click.Choice([level.value for level in CouncilLevel]))
@click.argument("name_kk")
@click.argument("name_ru")
@click.option("--place", type=click.Choice(HOME_DISTRICTS), help="Its city or district; without it: the whole region.")
def found(slug: str, level: str, name_kk: str, name_ru: str, place: str | None) -> None:
    """Add a council: its short name, its level, and its name in two languages. Its statute begins with the defaults."""
    transact(_found, slug, CouncilLevel(level), Slots(name_kk, name_ru), place or "")
    click.echo(f"{slug} is there. Give somebody the role of its secretary: flask accounts grant EMAIL secretary {slug}")


def _found(session: Session, slug: str, level: CouncilLevel, name: Slots, place: str) -> None:
    add_organisation(session, slug, OrganisationKind.COUNCIL, name)
    session.flush()
    organisation_id = session.scalars(select(Organisation.id).where(Organisation.slug == slug)).one()
    found_council(session, organisation_id, slug=slug, level=level, place=place)
