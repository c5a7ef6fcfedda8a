"""How letters travel: SMTP, the mailbox page of the demonstration, or the console. One small class each.

A driver either returns, and the letter is on its way, or raises one of three refusals; the delivering task decides what
follows. Anything else a driver raises is a bug.
"""

from __future__ import annotations

import smtplib
import ssl
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import unquote, urlsplit

import click

from karavan.core.clock import now
from karavan.core.database import transact
from karavan.core.text import BadText
from karavan.notifications.models import Channel
from karavan.notifications.rules import keep_copy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage

    from config import Settings
    from karavan.notifications.messages import Outgoing

TIMEOUT: Final = 15
"""Seconds for each step of the conversation with a mail server."""
PERMANENT: Final = 500
INVENTED: Final = (".example", ".test", ".invalid")
"""Ends of addresses that no server on earth may take (RFC 2606)."""


class TryLater(Exception):
    """The server took everything but this letter, for now."""


class Unreachable(TryLater):
    """The server cannot be spoken to: it makes no sense to try the next letter either."""


class Undeliverable(Exception):
    """This letter will never arrive there; trying again would change nothing."""


class Driver(Protocol):
    """Whatever can carry a message."""

    def send(self, message: Outgoing) -> None:
        """Hand the message over, or raise one of the three refusals."""


class MailboxDriver:
    """Puts the letter where the demonstration shows it. The key makes a second copy impossible."""

    def __init__(self, sender: str) -> None:
        self._sender = sender

    def send(self, message: Outgoing) -> None:
        """Write the letter down, in a transaction of its own."""
        raw = b"" if message.channel == Channel.SMS else bytes(_as_email(message, self._sender))
        transact(keep_copy, message, raw, now=now())


class ConsoleDriver:
    """Prints letters and short messages, for development and for installations that are being tried out."""

    def send(self, message: Outgoing) -> None:
        """Print the message."""
        click.echo(f"--- {message.channel.value} to {message.address} ---\n{message.subject}\n\n{message.text}---")


class NoDriver:
    """Stands where nothing can carry a message."""

    def __init__(self, why: str) -> None:
        self._why = why

    def send(self, message: Outgoing) -> None:
        """Refuse for good: the letter stays in the outbox as failed, where the operator sees why."""
        raise Undeliverable(self._why)


class SmtpDriver:
    """Hands mail to a server: `smtps://` speaks TLS from the first byte, `smtp://` by STARTTLS where it is offered.

    A password never travels unprotected, except to a server on this machine.
    """

    def __init__(self, url: str, sender: str) -> None:
        parts = urlsplit(url)
        self._sender = sender
        self._tls = parts.scheme == "smtps"
        self._host = parts.hostname or "localhost"
        self._port = parts.port or (465 if self._tls else 587)
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")

    def send(self, message: Outgoing) -> None:
        """Deliver to the one recipient, and tell a refused letter from a broken server."""
        mail = _as_email(message, self._sender)
        recipient = mail["To"].addresses[0].addr_spec
        with self._connected() as server:
            try:
                server.send_message(mail, to_addrs=[recipient])
            except smtplib.SMTPRecipientsRefused as error:
                code, reply = next(iter(error.recipients.values()))
                raise _refusal(code, reply) from error
            except smtplib.SMTPDataError as error:
                raise _refusal(error.smtp_code, error.smtp_error) from error

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        """Open a conversation. Whatever goes wrong with it is the server's trouble, not the letter's."""
        try:
            server = self._connect()
            try:
                yield server
            finally:
                with suppress(smtplib.SMTPException, OSError):  # the letter was taken; a rude goodbye is no failure
                    server.quit()
                server.close()
        except (smtplib.SMTPException, OSError) as error:
            raise Unreachable(f"{type(error).__name__}: {error}") from error

    def _connect(self) -> smtplib.SMTP:
        if self._tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self._host, self._port, timeout=TIMEOUT, context=ssl.create_default_context()
            )
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT)
            if server.ehlo()[0] == 250 and server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context())
            elif self._user and not _on_this_machine(self._host):
                server.close()
                raise smtplib.SMTPNotSupportedError("no STARTTLS on offer, and the password must not go in clear")
        if self._user:
            server.login(self._user, self._password)
        return server


def mail_driver(settings: Settings) -> Driver:
    """Return what carries e-mail in this installation."""
    if settings.letters == "smtp":
        return SmtpDriver(settings.smtp_url, settings.mail_from)
    return MailboxDriver(settings.mail_from) if settings.letters == "mailbox" else ConsoleDriver()


def sms_driver(settings: Settings) -> Driver:
    """Return what carries short messages: the console, the demonstration's mailbox, or nothing."""
    if settings.sms == "console":
        return ConsoleDriver()
    if settings.demo:
        return MailboxDriver(settings.mail_from)
    return NoDriver("short messages are switched off (KARAVAN_SMS)")


def driver_for(message: Outgoing, settings: Settings) -> Driver:
    """Return what carries this message. Mail to the invented people of the demonstration never goes out."""
    if message.channel == Channel.SMS:
        return sms_driver(settings)
    if settings.letters == "smtp" and message.address.lower().endswith(INVENTED):
        return MailboxDriver(settings.mail_from) if settings.demo else NoDriver("nobody lives at this address")
    return mail_driver(settings)


def _as_email(message: Outgoing, sender: str) -> EmailMessage:
    """Write the message as mail; what cannot be written will not be writable tomorrow either."""
    try:
        return message.as_email(sender, now=now())
    except (BadText, ValueError) as error:
        raise Undeliverable(f"{type(error).__name__}: {error}") from error


def _refusal(code: int, reply: bytes | str) -> TryLater | Undeliverable:
    text = f"{code} {reply.decode('utf-8', 'replace') if isinstance(reply, bytes) else reply}"
    return Undeliverable(text) if code >= PERMANENT else TryLater(text)


def _on_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
