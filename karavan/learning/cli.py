"""`flask certificates …`: verifying without a network, and the keys."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from karavan.learning.keys import keys_of
from karavan.learning.signing import keys_from_jwks, pem_of, verify

commands = AppGroup("certificates", help="Certificates of attendance.")


@commands.command("verify")
@click.argument("text")
@click.option("--keys", "place", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A keys.json.")
def verify_text(text: str, place: Path | None) -> None:
    """Check TEXT, which is what the QR code of a certificate holds: with the keys of this installation, or a file's.

    Needs no network and no database; so it does not know whether the certificate was revoked.
    """
    try:
        public = keys_from_jwks(place.read_text(encoding="utf-8")) if place else keys_of(current_app).public
    except (OSError, ValueError) as fault:
        raise click.ClickException(str(fault)) from fault
    verdict = verify(text, public)
    if verdict.said is None:
        raise click.ClickException("This is not the text of a certificate's code.")
    if not verdict.known_key:
        raise click.ClickException(f"It is signed with a key that is not known here: {verdict.said.key_id}.")
    if not verdict.genuine:
        raise click.ClickException("It is not genuine: what it says was not signed with our key.")
    said = verdict.said
    for label, value in (
        ("Genuine", said.code),
        ("Name", said.name),
        ("Event", said.title),
        ("Days", said.first if said.first == said.last else f"{said.first} – {said.last}"),
        ("Minutes", str(said.minutes)),
        ("Issued", said.issued),
    ):
        click.echo(f"{label}: {value}")


@commands.command("keys")
def keys() -> None:
    """Print the public keys, the one that signs first."""
    ring = keys_of(current_app)
    for name in sorted(ring.public, key=lambda one: one != ring.key_id):
        click.echo(f"{name}\n{pem_of(ring.public[name])}")
