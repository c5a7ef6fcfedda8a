"""`flask moderation …`: what an operator or an auditor asks of the public log."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from karavan.core.database import db
from karavan.moderation.rules import log

commands = AppGroup("moderation", help="The public log of moderation.")


@commands.command("verify-log")
def verify_log() -> None:
    """Read the whole log and say whether each line is as it was written, and none is missing."""
    session = db.session()
    broken = log.verify(session)
    if broken is not None:
        raise click.ClickException(f"Line {broken} of the log is missing or is not as it was written.")
    click.echo(f"The log is sound: {log.length(session)} lines, head {log.head(session)}.")
