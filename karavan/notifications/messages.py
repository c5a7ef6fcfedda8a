"""What leaves the house: one message to one person, before any driver carries it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from email.header import Header
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UniqueAddressHeader, UniqueUnstructuredHeader
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import TYPE_CHECKING, Any, Final, cast

from karavan.core.contacts import parse_email

if TYPE_CHECKING:
    from datetime import datetime
    from email.policy import Policy

    from karavan.core.calendar_file import Method
    from karavan.notifications.models import Channel


class _Words(UniqueUnstructuredHeader, BaseHeader):  # type: ignore[misc]  # as HeaderRegistry itself combines them
    """A subject whose spaces arrive.

    Python's own folding loses spaces between encoded words («турв Астану»; python/cpython#92081, still so in 3.11.7).
    """

    def fold(self, *, policy: Policy[Any]) -> str:
        return f"{self.name}: {_encoded(str(self), self.name).encode(linesep=policy.linesep)}{policy.linesep}"


class _Sender(UniqueAddressHeader, BaseHeader):  # type: ignore[misc]  # likewise
    """A sender whose name arrives, likewise."""

    def fold(self, *, policy: Policy[Any]) -> str:
        (address,) = self.addresses
        name = _encoded(address.display_name, self.name).encode(linesep=policy.linesep)
        if name == address.display_name:
            return str(super().fold(policy=policy))
        return f"{self.name}: {name}{policy.linesep} <{address.addr_spec}>{policy.linesep}"


def _encoded(words: str, name: str) -> Header:
    return Header(words, "us-ascii" if words.isascii() else "utf-8", header_name=name)


_HEADERS: Final = HeaderRegistry()
_HEADERS.map_to_type("subject", _Words)
_HEADERS.map_to_type("from", _Sender)
# Seven bits, so that no server on the way has to convert anything; base64 or quoted-printable, whichever is shorter.
_POLICY: Final = SMTP.clone(cte_type="7bit", header_factory=_HEADERS)


@dataclass(frozen=True, slots=True)
class CalendarPart:
    """A calendar file that a mail program offers to enter, to update or to strike out."""

    method: Method
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """A letter in its reader's words. The text is complete by itself; everything else is for convenience."""

    key: str
    channel: Channel
    address: str
    lang: str
    text: str
    subject: str = ""
    html: str = ""
    pictures: dict[str, bytes] = field(default_factory=dict)
    """PNG files by the content id under which the HTML shows them."""
    calendar: CalendarPart | None = None

    def as_email(self, sender: str, *, now: datetime) -> EmailMessage:
        """Write the message as RFC 5322 wants it, for this one recipient.

        The Message-ID follows from the letter's key: if a crash between sending and noting it makes us send again, mail
        programs recognise the second copy. A value with a line break cannot become a header: EmailMessage refuses it.

        Raises:
            ValueError: the recipient's or the sender's address is none.

        """
        host = _address(sender).domain
        mail = EmailMessage(_POLICY)
        mail["From"] = _address(sender)
        mail["To"] = Address(addr_spec=parse_email(self.address).address)
        mail["Subject"] = self.subject
        mail["Date"] = format_datetime(now)
        mail["Message-ID"] = f"<{hashlib.sha256(self.key.encode()).hexdigest()[:40]}@{host}>"
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers, please
        mail.set_content(self.text)
        if self.html:
            mail.add_alternative(self.html, subtype="html")
            html = cast("MIMEPart", mail.get_payload(1))
            for number, (cid, png) in enumerate(self.pictures.items(), 1):
                html.add_related(
                    png, "image", "png", cid=f"<{cid}>", filename=f"code-{number}.png", disposition="inline"
                )
        if self.calendar:
            mail.add_attachment(
                self.calendar.content.decode(),
                subtype="calendar",
                filename="event.ics",
                params={"method": self.calendar.method},
            )
        mail["Content-Language"] = self.lang  # last, because each part takes the Content-* headers with it
        return mail


def _address(written: str) -> Address:
    name, spec = parseaddr(written)
    return Address(display_name=name, addr_spec=spec)
