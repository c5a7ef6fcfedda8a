"""Settings: one frozen dataclass read from the environment, which refuses to start half-configured."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parent


class SettingsError(ValueError):
    """A setting is missing or makes no sense; the message says which, and what to write."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything an operator may choose. `docs/handbook.md` has the table; a test keeps the two alike."""

    secret_key: str
    """Signs sessions and ticket links. Changing it invalidates both."""
    database_url: str
    base_url: str
    """What links in letters begin with; never taken from a request's Host header."""
    instance: Path
    host: str = "127.0.0.1"
    port: int = 8000
    demo: bool = False
    """Plants the demonstration town and shows the mailbox page."""
    htmx: Literal["cdn", "local"] = "cdn"
    letters: Literal["mailbox", "smtp", "console"] = "mailbox"
    smtp_url: str = ""
    mail_from: str = "Karavan <no-reply@localhost>"
    sms: Literal["off", "console"] = "off"
    contact: str = ""
    """How people reach whoever runs this installation: an e-mail address or a phone number, shown on the about page."""
    source_url: str = ""
    """Where the source that runs here can be had (AGPL-3.0, section 13); shown on the about page."""
    rate_limits: bool = True
    rate_storage: str = "memory://"
    proxies: int = 0
    """How many reverse proxies stand in front and set X-Forwarded-For."""
    signing_key: str = ""
    """File of the keys that certificates are signed with; by default `signing-key.pem` in the instance folder."""
    workers: int = 1
    threads: int = 8
    background: bool = True
    """Letters and offers are looked after by this installation itself (a thread on SQLite, a process on PostgreSQL)."""
    page_cache: bool = True

    @property
    def sqlite(self) -> bool:
        """Is this the embedded, one-process set-up?"""
        return self.database_url.startswith("sqlite")

    @property
    def secure_cookies(self) -> bool:
        """Cookies only over TLS whenever the site itself is on TLS."""
        return self.base_url.startswith("https://")

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Settings:
        """Read and check every setting.

        Raises:
            SettingsError: with a sentence for the operator.

        """
        instance = Path(env.get("KARAVAN_INSTANCE") or ROOT / "instance").absolute()
        instance.mkdir(parents=True, exist_ok=True)
        host, port = env.get("HOST", "127.0.0.1"), _number(env, "PORT", 8000)
        database_url = _database_url(env.get("DATABASE_URL") or f"sqlite:///{instance / 'karavan.sqlite3'}")
        base_url = (env.get("KARAVAN_BASE_URL") or f"http://localhost:{port}").rstrip("/")
        if urlsplit(base_url).scheme not in {"http", "https"} or not urlsplit(base_url).hostname:
            raise SettingsError("KARAVAN_BASE_URL must be an address such as https://karavan.example")
        demo = _switch(env, "KARAVAN_DEMO", default=True)
        smtp_url = env.get("KARAVAN_SMTP_URL", "")
        letters = _choice(env, "KARAVAN_LETTERS", ("mailbox", "smtp", "console"), "smtp" if smtp_url else "mailbox")
        if letters == "smtp" and not smtp_url:
            raise SettingsError(
                "KARAVAN_LETTERS=smtp needs KARAVAN_SMTP_URL, such as smtp://user:password@mail.example:587"
            )
        if letters == "mailbox" and not demo:
            raise SettingsError(
                "Without the demonstration letters must go out: set KARAVAN_SMTP_URL, or KARAVAN_LETTERS=console"
            )
        sqlite = database_url.startswith("sqlite")
        workers = _number(env, "KARAVAN_WORKERS", 1 if sqlite else 2)
        if sqlite and workers != 1:
            raise SettingsError(
                "SQLite is served by one process: leave KARAVAN_WORKERS at 1, or set DATABASE_URL to PostgreSQL"
            )
        return cls(
            secret_key=env.get("SECRET_KEY") or _kept_secret(instance),
            database_url=database_url,
            base_url=base_url,
            instance=instance,
            host=host,
            port=port,
            demo=demo,
            htmx=cast("Literal['cdn', 'local']", _choice(env, "KARAVAN_HTMX", ("cdn", "local"), "cdn")),
            letters=cast("Literal['mailbox', 'smtp', 'console']", letters),
            smtp_url=smtp_url,
            mail_from=env.get("KARAVAN_MAIL_FROM") or f"Karavan <no-reply@{urlsplit(base_url).hostname}>",
            sms=cast("Literal['off', 'console']", _choice(env, "KARAVAN_SMS", ("off", "console"), "off")),
            contact=env.get("KARAVAN_CONTACT", ""),
            source_url=_source_url(env.get("KARAVAN_SOURCE_URL", "")),
            rate_limits=_switch(env, "KARAVAN_RATE_LIMITS", default=True),
            rate_storage=env.get("KARAVAN_RATE_STORAGE", "memory://"),
            proxies=_number(env, "KARAVAN_PROXIES", 0),
            signing_key=_key_file(env.get("KARAVAN_SIGNING_KEY", "")),
            workers=workers,
            threads=_number(env, "KARAVAN_THREADS", 8),
            background=_switch(env, "KARAVAN_BACKGROUND", default=True),
            page_cache=_switch(env, "KARAVAN_PAGE_CACHE", default=True),
        )


def _number(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name) or str(default)
    if not text.isascii() or not text.isdigit():
        raise SettingsError(f"{name} must be a whole number, not {text!r}")
    return int(text)


def _switch(env: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = env.get(name) or ("1" if default else "0")
    if text not in {"0", "1"}:
        raise SettingsError(f"{name} must be 0 or 1, not {text!r}")
    return text == "1"


def _choice(env: Mapping[str, str], name: str, choices: tuple[str, ...], default: str) -> str:
    text = env.get(name) or default
    if text not in choices:
        raise SettingsError(f"{name} must be one of {', '.join(choices)}, not {text!r}")
    return text


def _key_file(place: str) -> str:
    """Accept a file that is there, or none: a wrong path must not quietly make another key."""
    if place and not Path(place).is_file():
        raise SettingsError(f"KARAVAN_SIGNING_KEY names a file that is not there: {place}")
    return place


def _source_url(url: str) -> str:
    """Accept an address people can follow, or none."""
    if url and urlsplit(url).scheme not in {"http", "https"}:
        raise SettingsError("KARAVAN_SOURCE_URL must begin with https://")
    return url


def _database_url(url: str) -> str:
    """Accept the usual spellings of a PostgreSQL address and choose our driver."""
    for spelling in ("postgres://", "postgresql://"):
        if url.startswith(spelling):
            return "postgresql+psycopg://" + url.removeprefix(spelling)
    if url.startswith(("sqlite:///", "postgresql+psycopg://")):
        return url
    raise SettingsError("DATABASE_URL must begin with sqlite:/// or postgresql://")


def _kept_secret(instance: Path) -> str:
    """Make a secret on the first start and keep it beside the database, readable by its owner only."""
    place = instance / "secret-key"
    try:
        handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return place.read_text(encoding="ascii").strip()
    with os.fdopen(handle, "w", encoding="ascii") as file:
        secret = secrets.token_urlsafe(48)
        file.write(secret)
    return secret
