"""`flask accounts …`: roles, as an operator gives and takes them."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from karavan.accounts import rules
from karavan.accounts.models import OrganisationKind, Role
from karavan.core.clock import now
from karavan.core.contacts import Contact, parse_contact
from karavan.core.database import transact
from karavan.core.languages import DEFAULT_LANGUAGE, Slots
from karavan.core.problems import Message, Problem
from karavan.core.text import BadText

commands = AppGroup("accounts", help="Who may do what: roles in organisations.")


class ContactType(click.ParamType[Contact]):
    """An e-mail address or a phone number."""

    name = "contact"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> Contact:
        """Read it as the sign-in page does."""
        try:
            return parse_contact(value)
        except BadText as error:
            self.fail(_sentence(error.message), param, ctx)


CONTACT = ContactType()
ROLE = click.Choice([role.value for role in Role])


@commands.command("organisation")
@click.argument("slug")
@click.argument("kind", type=click.Choice([kind.value for kind in OrganisationKind]))
@click.argument("name_kk")
@click.argument("name_ru")
def organisation(slug: str, kind: str, name_kk: str, name_ru: str) -> None:
    """Add an organisation or council that holds events: its short name, what it is, and its name in two languages."""
    fresh = transact(rules.add_organisation, slug, OrganisationKind(kind), Slots(name_kk, name_ru))
    click.echo(f"{slug} is there now." if fresh else f"{slug} was there already; nothing is changed.")


@commands.command("grant")
@click.argument("contact", type=CONTACT)
@click.argument("role", type=ROLE)
@click.argument("organisation", required=False)
def grant(contact: Contact, role: str, organisation: str | None) -> None:
    """Give whoever has CONTACT a ROLE in ORGANISATION (its short name); an administrator needs none."""
    try:
        fresh = transact(rules.grant_role, contact, Role(role), organisation, lang=DEFAULT_LANGUAGE, now=now())
    except Problem as problem:
        raise click.ClickException(_sentence(problem.message)) from problem
    click.echo(f"{contact.value} is {role} now." if fresh else f"{contact.value} was {role} already.")


@commands.command("end")
@click.argument("contact", type=CONTACT)
@click.argument("role", type=ROLE)
@click.argument("organisation", required=False)
def end(contact: Contact, role: str, organisation: str | None) -> None:
    """Take a ROLE away from whoever has CONTACT."""
    try:
        transact(rules.end_role, contact, Role(role), organisation, now=now())
    except Problem as problem:
        raise click.ClickException(_sentence(problem.message)) from problem
    click.echo(f"{contact.value} is no longer {role}.")


def _sentence(message: Message) -> str:
    """Return a message in English: operators' tools speak it."""
    return message.id % message.facts if message.facts else message.id
