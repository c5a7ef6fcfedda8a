"""Letters as rules would post them, and somewhere to deliver them to."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from karavan.core.clock import now
from karavan.core.database import transact
from karavan.notifications.letters import Recipient, post
from tests.notifications.samples import payload_of
from tests.support.mail_server import MailServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from sqlalchemy.orm import Session

_numbers = count(1)


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    """A mail server that takes everything until told otherwise."""
    with MailServer() as server:
        yield server


@pytest.fixture
def post_letter(session: Session) -> Callable[..., str]:
    """Post a letter and return its key: `post_letter("events/offer", email="amina@example.kz")`."""

    def posted(
        letter: str = "events/registered",
        *,
        key: str = "",
        lang: str = "kk",
        email: str = "",
        phone: str = "",
        **facts: Any,
    ) -> str:
        key = key or f"test:{next(_numbers)}"
        to = Recipient(lang=lang, email=email or ("" if phone else "amina@example.kz"), phone=phone)
        transact(post, letter, key=key, to=to, payload=payload_of(letter, **facts), now=now())
        return key

    return posted


@pytest.fixture
def mailing_app(other_app: Callable[..., Flask], mail_server: MailServer) -> Flask:
    """The same house, sending its letters to the mail server."""
    return other_app(letters="smtp", smtp_url=mail_server.url)
