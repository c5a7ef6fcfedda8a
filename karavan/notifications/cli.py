"""`flask notifications …`: what an operator types about letters."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, cast

import click
from flask import current_app
from flask.cli import AppGroup

from karavan.core.clock import now
from karavan.core.languages import DEFAULT_LANGUAGE, LANGUAGES
from karavan.core.processes import end_with
from karavan.core.tokens import new_key
from karavan.notifications.drivers import TryLater, Undeliverable, mail_driver
from karavan.notifications.models import Channel, Letter
from karavan.notifications.rendering import render
from karavan.notifications.tasks import deliver_letters

if TYPE_CHECKING:
    from config import Settings
    from karavan.core.background import Rounds

commands = AppGroup("notifications", help="Letters: deliver them, and see whether they arrive.")


@commands.command("deliver")
@click.option("--forever", is_flag=True, help="Go on until stopped, and look after offers as well.")
@click.option("--parent", type=int, hidden=True, help="End when this process, which started us, has ended.")
def deliver(*, forever: bool, parent: int | None) -> None:
    """Send the letters that are due. Several may run at once."""
    if forever:
        rounds: Rounds = current_app.extensions["karavan.rounds"]
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: rounds.stop())
        if parent is not None:
            end_with(parent)
        rounds.run()
        return
    total = 0
    while done := deliver_letters():
        total += done
    click.echo(f"Letters dealt with: {total}")


@commands.command("test-letter")
@click.argument("address")
@click.option("--lang", type=click.Choice(LANGUAGES), default=DEFAULT_LANGUAGE, help="In which language.")
def test_letter(address: str, lang: str) -> None:
    """Send a test letter to ADDRESS at once, and say how it went."""
    settings = cast("Settings", current_app.extensions["karavan.settings"])
    letter = Letter(
        key=f"test:{new_key()}",
        channel=Channel.EMAIL,
        letter="notifications/test",
        address=address,
        lang=lang,
        payload={},
        created_at=now(),
    )
    try:
        mail_driver(settings).send(render(letter))
    except (TryLater, Undeliverable) as error:
        raise click.ClickException(f"It did not leave: {error}") from error
    click.echo(
        {
            "smtp": "The mail server has taken it. If it does not arrive, look among unwanted mail.",
            "mailbox": f"It lies on the demonstration's own page: {settings.base_url}/{lang}/mailbox/",
            "console": "It was printed. Set KARAVAN_SMTP_URL to send letters.",
        }[settings.letters]
    )
